"""Countries: ISO 3166 codes, and the names that files in many languages give them."""

from __future__ import annotations

NAMES = """
AD AND|Andorra|Andorre|Андорра|安道尔|アンドラ|안도라|Ανδόρα|Andora|อันดอร์รา
AE ARE|UAE|United Arab Emirates|Emirates|Dubai|Abu Dhabi|VAE|Vereinigte Arabische Emirate|Émirats arabes
    unis|EAU|Emiratos Árabes Unidos|Emirati Arabi Uniti|الإمارات|الإمارات العربية المتحدة|Spojené arabské
    emiráty|Verenigde Arabische Emiraten|Emirados Árabes Unidos|Zjednoczone Emiraty Arabskie|Объединенные
    Арабские Эмираты|阿拉伯联合酋长国|アラブ首長国連邦|아랍에미리트|Förenade Arabemiraten|Ηνωμένα Αραβικά Εμιράτα|Uni Emirat
    Arab|Các Tiểu Vương quốc A-rập Thống nhất|สหรัฐอาหรับเอมิเรตส์|Unió dels Emirats Àrabs
AF
    AFG|Afghanistan|Afganistán|Afeganistão|Афганистан|阿富汗|アフガニスタン|아프가니스탄|Αφγανιστάν|Áp-ga-ni-xtan|อัฟกานิสถาน
AG ATG|Antigua and Barbuda|Antigua und Barbuda|Antigua et Barbuda|Antigua y Barbuda|Antigua e
    Barbuda|Antigua en Barbuda|安提瓜和巴布达|アンチグアバーブーダ|앤티가 바부다|Antigua och Barbuda|Αντίγκουα και
    Μπαρμπούντα|Antigua dan Barbuda|An-ti-gu-a và Ba-bu-đa
AI AIA|Anguilla|Anguila|Ангуила|安圭拉|アンギラ|안길라|Ανγκουίλα|อันกิล่า
AL ALB|Albania|Albanien|Albanie|Албания|阿尔巴尼亚|アルバニア|알바니아|Αλβανία|An-ba-ni|แอลเบเนีย
AM ARM|Հայաստան|Армения|Armenien|Armenia|Arménie|亚美尼亚|アルメニア|아르메니아|Αρμενία|Ác-mê-ni-a|อาร์มีเนีย
AO AGO|Angola|Ангола|安哥拉|アンゴラ|앙골라|Ανγκόλα|Ăng-gô-la|อันโกลา
AR
    ARG|Argentina|Argentinien|Argentine|Argentinië|Argentyna|Аргентина|阿根廷|アルゼンチン|아르헨티나|Αργεντινή|Ác-hen-ti-na|อาร์เจนติน่า
AS ASM|American Samoa|Amerikanisch-Samoa|Samoa américaines|Samoa Americana|Samoa americane|Amerikaans
    Samoa|东萨摩亚|アメリカンサモア|미국령 사모아|Amerikanska Samoa|Αμερικανική Σαμόα|Samoa Amerika
AT AUT|Republik
    Österreich|Oesterreich|Rakousko|Ausztria|Avusturya|Østrig|Østerrike|Itävalta|Rakúsko|Австрия|奥地利|Austria|Österreich|Autriche|Oostenrijk|オーストリア|오스트리아|Αυστρία|Áo|ออสเตรีย
AU
    AUS|Australia|Australien|Australie|Ausztrália|Avustralya|Австралия|澳大利亚|オーストラリア|호주|오스트레일리아|Αυστραλία|Úc|ออสเตรเลีย
AW ABW|Aruba|Аруба|阿鲁巴|アルバ島|아루바|Αρούμπα|อารูบา
AX ALA|Åland Islands|Aaland-Inseln|Îles Åland|Islas Aland|Isole Aland|Ilhas
    Aland|Alandeilanden|奥兰群岛|オーランド諸島|올란드 제도|Åland|Νήσοι Aland
AZ
    AZE|Azərbaycan|Азербайджан|Azerbaijan|Aserbaidschan|Azerbaïdjan|Azerbaiyán|Azerbaigian|Azerbaijão|Azerbeidzjan|Azerbejdżan|阿塞拜疆|アゼルバイジャン|아제르바이잔|Azerbadjan|Αζερμπαϊτζάν|Ai-déc-bai-gian|อาเซอร์ไบจัน
BA BIH|Bosna i Hercegovina|Bosna|Bosnia|Bosnia & Herzegovina|Bosnien|Bosnia and Herzegovina|Bosnien und
    Herzegowina|Bosnie-Herzégovine|Bosnia y Hercegovina|Bosnia-Erzegovina|Bosnië en Herzegovina|Bośnia i
    Hercegowina|Босния и Герцеговина|波斯尼亚和黑山共和国|ボスニア・ヘルツェゴビナ|보스니아 헤르체고비나|Bosnien och Herzegovina|Βοσνία -
    Ερζεγοβίνη|Bosnia dan Herzegovina|Bô-xni-a Héc-xê-gô-vi-na|บอสเนีย และ เฮิร์ซโกวิเนีย|Bòsnia i Hercegovina
BB BRB|Barbados|Barbade|Барбадос|巴巴多斯|バルバドス|바베이도스|Μπαρμπάντος|Bác-ba-đốt|บาร์บาดอส
BD BGD|Bangladesh|Bangladesch|Bangladesz|Бангладеш|孟加拉|バングラデシュ|방글라데시|Μπανγκλαντές|Băng-la-đét|บังคลาเทศ
BE
    BEL|België|Belgique|Belgien|Belgicko|Belçika|Belgia|Бельгия|比利时|Belgium|Bélgica|Belgio|ベルギー|벨기에|Βέλγιο|Bỉ|เบลเยี่ยม
BF BFA|Burkina Faso|Burquina Faso|Буркина-Фасо|布基纳法索|ブルキナファソ|부르키나파소|Μπουρκίνα Φάσο|Buốc-ki-na
    Pha-xô|เบอร์กินาฟาโซ
BG
    BGR|България|Bulharsko|Bulgária|Bulgaristan|Bulgarien|Болгария|Bulgarie|Bulgarije|保加利亚|ブルガリア|불가리아|Βουλγαρία|Bun-ga-ri|บัลแกเรีย
BH BHR|Bahrain|Bahreïn|Bahrajn|Бахрейн|巴林|バーレーン|바레인|Μπαχρέιν|Ba-ren|บาห์เรน
BI BDI|Burundi|Бурунди|布隆迪|ブルンジ|부룬디|Μπουρούντι|บูรันดิ
BJ BEN|Benin|Бенин|贝宁|ベニン|베넹|Μπένιν|Bê-nanh|เบนิน
BL BLM|Saint Barthélemy|San Bartolomé|São Bartolomeu|圣巴泰勒米岛|サンバルテルミー|생 바르텔레미
BM BMU|Bermuda|Bermudas|Bermudy|Бермудские острова|百慕大|バーミューダ諸島|버뮤다|Βερμούδες|เบอร์มิวด้า|Bermudes
BN BRN|Brunei|Brunei Darussalam|Бруней|文莱|ブルネイ|브루나이|Μπρουνέι Νταρουσαλάμ|Bru-nây|บรูไน
BO BOL|Bolivia|Plurinational State of Bolivia|Bolivia, Plurinational State
    of|Bolivien|Bolivie|Boliwia|Боливия|玻利维亚|ボリビア|볼리비아|Βολιβία|โบลิเวีย
BQ BES|Bonaire, Sint Eustatius and Saba|Bonaire, Sint Eustatius und Saba|Bonaire, Saint-Eustache et
    Saba|Bonaire, San Eustaquio y Saba|Bonaire, Sint Eustatius e Saba|博奈尔岛,
    圣尤斯特歇斯岛和萨巴岛|ボネール、シントユースタティウスおよびサバ|보네르, 신트유스타티우스, 사바 제도|Bonaire, Saint Eustatius och Saba
BR
    BRA|Brasil|Brazil|Brasilien|Brésil|Brasile|Brazílie|Brazília|Brezilya|Бразилия|巴西|ブラジル|Brazylia|브라질|Brasilia|Βραζιλία|Bra-xin|บราซิล
BS BHS|The Bahamas|Bahamas|Bahamy|Багамские острова|巴哈马|バハマ|바하마|Μπαχάμες|Ba-ha-ma|บาฮามาส|Bahames
BT BTN|Bhutan|Bhoutan|Bután|Butão|Бутан|不丹|ブータン|부탄|Μπουτάν|ภูฐาน
BW BWA|Botswana|Botsuana|Ботсвана|博茨瓦纳|ボツワナ|보츠와나|Μποτσουάνα|Bốt-xoa-na|บอตสวานา
BY
    BLR|Беларусь|Belarus|Weißrussland|Běloruské|Bělorusko|Biélo-Russie|Bielorrusia|Bielorussia|Wit-Rusland|Białoruś|白俄罗斯|ベラルーシ|벨라루스|Vitryssland|Λευκορωσία|Belarusia|Bê-la-rút|เบลลารัส
BZ BLZ|Belize|Belice|Белиз|伯里兹|ベリーズ|벨리즈|Μπελίζ|Bê-li-xê|เบลิซ
CA CAN|Canada|Kanada|Канада|加拿大|カナダ|캐나다|Καναδάς|แคนาดา
CC CCK|Cocos Islands|Kokos-Inseln|Îles Cocos|Islas Cocos|Isole Cocos|Ilhas
    Coco|Cocoseilanden|科库斯群岛|ココス諸島|코코스 군도|Cocosöarna|Νήσοι Κόκος (Κήλινγκ)|Kepulauan Cocos
CD COD|DR Congo|DRC|Democratic Republic of the Congo|Congo, Democratic Republic of the|Congo
    (Kinshasa)|Congo (DRC)|RDC|The Democratic Republic Of Congo|Demokratische Republik Kongo|République
    démocratique du Congo|República Democrática del Congo|Repubblica democratica del Congo|刚果民主共和国|コンゴ民主共和国|콩고
    민주 공화국|Demokratiska republiken Kongo|Κονγκό, Λαϊκή Δημοκρατία του|Republik Demokratik Kongo
CF CAF|Central African Republic|Zentralafrikanische Republik|République Centre-Africaine|República
    Centroafricana|Repubblica Centrafricana|Centraal-Afrikaanse Republiek|Republika
    Środkowoafrykańska|Центральноафриканская Республика|中非共和国|中央アフリカ共和国|중앙 아프리카|Centralafrikanska
    republiken|Κεντροαφρικανική Δημοκρατία|Republik Afrika Tengah|Cộng hòa Trung
    Phi|สาธารณรัฐแอฟริกากลาง|República Centrafricana
CG COG|Congo|Republic of the Congo|Congo (Brazzaville)|Kongo|Конго|刚果|コンゴ|콩고|Κονγκό|Công-gô|คองโก
CH CHE|Confoederatio Helvetica|Swiss|Schweizerische
    Eidgenossenschaft|Švýcarsko|Svájc|İsviçre|Schweiz|Sveits|Sveitsi|Švajčiarsko|Швейцария|Svizzera|Suisse|瑞士|スイス|Switzerland|Suiza|Suíça|Zwitserland|Szwajcaria|스위스|Ελβετία|Thụy
    Sĩ|สวิสเซอร์แลนด์
CI CIV|Ivory Coast|Côte d'Ivoire|Elfenbeinküste|Costa de Marfil|Costa d'Avorio|Costa do
    Marfim|Ivoorkust|Wybrzeże Kości Słoniowej|Кот-д'Ивуар|象牙海岸|コートジボアール|코트디부와르|Elfenbenskusten|Ακτή
    Ελεφαντόδοντος|Pantai Gading|Bờ Biển Ngà|ฝั่งทะเลไอวอริ|Costa d'Ivori
CK COK|Cook Islands|Cook-Inseln|Îles Cook|Islas Cook|Isole Cook|Ilhas Cook|Cookeilanden|库克群岛|クック諸島|쿡
    제도|Cooköarna|Νήσοι Κουκ|Kepulauan Cook
CL CHL|Chile|Chili|Cile|Чили|智利|チリ|칠레|Χιλή|ชิลี|Xile
CM CMR|Cameroon|Kamerun|Cameroun|Camerún|República dos
    Camarões|Kameroen|Камерун|喀麦隆|カメルーン|카메룬|Καμερούν|Ca-mơ-run|คาเมรูน
CN CHN|PRC|P.R. China|People's Republic of China|Mainland
    China|中国|中國|Čína|Kína|Çin|Китай|Kiina|중국|الصين|चीन|China|Chine|Chiny|中華人民共和国|Κίνα|Trung Quốc|จีน|Xina
CO COL|Colombia|Kolumbien|Colombie|Kolumbia|Колумбия|哥伦比亚|コロンビア|콜롬비아|Κολομβία|Kolombia|โคลัมเบีย
CR CRI|Costa Rica|Kostaryka|Коста-Рика|哥斯达黎加|コスタリカ|코스타리카|Κόστα Ρίκα|Kosta Rika|Cốt-xta Ri-ca|คอสตาริก้า
CU CUB|Cuba|Kuba|Куба|古巴|キューバ|쿠바|Κούβα|คิวบา
CV CPV|Cape Verde|Cabo Verde|Kap Verde|Cap Vert|Capo Verde|Kaapverdië|Republika Zielonego
    Przylądka|Зеленый Мыс|佛得角|カーボベルデ|까뽀베르데|Νήσοι Πράσινου Ακρωτηρίου|Tanjung Verde|Cáp-ve|เคพเวอร์ด|Cap Verd
CW CUW|Curaçao|库拉索岛|キュラソー|퀴라소
CX CXR|Christmas Island|Weihnachtsinsel|Île Christmas|Isla Christmas|Isola di Natale|Ilhas
    Natal|Christmaseiland|圣诞岛|クリスマス島|크리스마스 섬|Julön|Νήσος Χριστουγέννων|Pulau Christmas
CY
    CYP|Kıbrıs|Κύπρος|Zypern|Chypre|Cyprus|Chipre|Cipro|Cypr|Кипр|塞浦路斯|キプロス|사이프러스|Cypern|Siprus|Síp|ไซปรัส|Xipre
CZ CZE|Czechia|Czech Republic|Česko|Česká republika|ČR|Tschechien|Tschechische
    Republik|Tchéquie|Chequia|Cechia|Tsjechië|Czechy|Tjeckien|Tjekkiet|Tsjekkia|Tšekki|Csehország|Çekya|Чехия|Cehia|Τσεχία|捷克|République
    Tchèque|Repubblica Ceca|República Tcheca|Republika Czeska|捷克共和国|チェコ|체코|Tjeckiska republiken|Tsekin
    tasavalta|Republik Ceko|Cộng hòa Séc|สาธารณรัฐเช็ค|República Txeca
DE DEU|BRD|Bundesrepublik Deutschland|Federal Republic of
    Germany|Německo|Németország|Almanya|Tyskland|Saksa|Germania|德國|Німеччина|ألمانيا|जर्मनी|Germany|Deutschland|Allemagne|Alemania|Alemanha|Duitsland|Niemcy|Германия|德国|ドイツ|독일|Γερμανία|Jerman|Đức|เยอรมนี|Alemanya
DJ DJI|Djibouti|Dschibuti|Yibuti|Gibuti|Djibuti|Dżibuti|Джибути|吉布提|ジブチ|지부티|Τζιμπουτί|Jibouti|ดิโบติ
DK
    DNK|Danmark|Dánsko|Dánia|Danimarka|Tanska|Дания|丹麦|Denmark|Dänemark|Danimarca|Denemarken|デンマーク|덴마크|Δανία|Đan
    Mạch|เดนมาร์ก|Dinamarca
DM DMA|Dominica|Dominique|Доминика|多米尼加联邦|ドミニカ国|도미니카|Ντομίνικα|Dominika|โดมินิก้า
DO DOM|República Dominicana|Dominican Rep.|Dominican Republic|Dominikanische Republik|République
    Dominicaine|Repubblica Dominicana|Dominicaanse Republiek|Republika Dominikany|Доминиканская
    Республика|多米尼加共和国|ドミニカ共和国|도미니카 공화국|Dominikanska republiken|Δομινικανή Δημοκρατία|Republik
    Dominika|สาธารณรัฐโดมินิกัน
DZ
    DZA|Algérie|الجزائر|Algerien|Algeria|Argelia|Algerije|Алжир|阿尔及利亚|アルジェリア|알제리|Algeriet|Αλγερία|An-giê-ri|แอลจีเรีย
EC ECU|Ecuador|Equateur|Эквадор|厄瓜多尔|エクアドル|에쿠아도르|Ισημερινός|Ekuador|Ê-cu-a-đo|เอกวาดอร์|Equador
EE
    EST|Eesti|Estonsko|Észtország|Estonya|Estland|Viro|Estonia|Estonie|Эстония|爱沙尼亚|エストニア|에스토니아|Εσθονία|E-xtô-ni-a|เอสโตเนีย
EG EGY|Egypt|مصر|Ägypten|Égypte|Egipto|Egitto|Egito|Egipt|Египт|埃及|エジプト|이집트|Egypten|Αίγυπτος|Mesir|Ai
    Cập|อียิปต์|Egipte
EH ESH|Western Sahara|Westsahara|Sahara Occidental|Sahara Occidentale|Saara Ocidental|Westelijke
    Sahara|Sahara Zachodnia|Западная Сахара|西撒哈拉|西サハラ|서사하라|Västra Sahara|Δυτική Σαχάρα|Sahara Barat|Tây
    Sahara|ซาฮาร่าตะวันตก
ER ERI|Eritrea|Erythrée|Eritreia|Erytrea|Эритрея|厄里特尼亚|エリトリア|에리트리아|Ερυθραία|Ê-ri-tơ-rê-a|อิริทรี
ES ESP|Reino de
    España|Španělsko|Spanyolország|İspanya|Spanien|Spania|Espanja|Španielsko|Испания|西班牙|スペイン|Spain|Espagne|España|Spagna|Espanha|Spanje|Hiszpania|스페인|Ισπανία|Spanyol|Tây
    Ban Nha|สเปน|Espanya
ET ETH|Ethiopia|Äthiopien|Ethiopie|Etiopía|Эфиопия|埃塞俄比亚|エチオピア|이디오피아|Etiopien|Αιθιοπία|เอธิโอเปีย
FI
    FIN|Suomi|Finsko|Finnország|Finlandiya|Финляндия|芬兰|Finland|Finnland|Finlande|Finlandia|フィンランド|핀란드|Φινλανδία|Phần
    Lan|ฟินแลนด์
FJ FJI|Fiji|Fidschi|Fidji|Fiyi|Figi|Fidżi|Фиджи|斐济|フィジー|피지|Φίτζι|Phi-gi|ฟิจิ
FK FLK|Falkland Islands|Falkland-Inseln|Îles Malouines|Islas Malvinas|Isole Falkland|Ilhas
    Malvinas|Falklandeilanden|富克兰群岛|フォークランド諸島|포클랜드 제도|Falklandsöarna|Νήσοι Φώκλαντ|Kepulauan Falkland
FM FSM|Micronesia|Mikronesien|Micronésie|Mikronezja|Микронезия|密克罗尼西亚|ミクロネシア|마이크로네시아|Μικρονησία,
    Ομόσπονδες Πολιτείες της|Mikronesia|Mi-crô-nê-xi-a|ไมโครนิเซีย
FO FRO|Faroe Islands|Färöer-Inseln|Îles Féroé|Islas Feroe|Isole Færoer|Ilhas Faroe|Faeröer|法罗群岛|フェロー諸島|페로
    제도|Färöarna|Νήσοι Φερόες|Kepulauan Faroe
FR FRA|République
    française|Francie|Franciaország|Fransa|Frankrig|Frankrike|Ranska|Francúzsko|Франция|فرنسا|Γαλλία|France|Frankreich|Francia|Frankrijk|Francja|法国|フランス|프랑스|Perancis|Pháp|ฝรั่งเศส|França
GA GAB|Gabon|Gabun|Gabão|Габон|加蓬|ガボン|가봉|Γκαμπόν|Ga-bông|กาบอน
GB GBR|UK|Great Britain|Britain|England|Scotland|Wales|Northern Ireland|United Kingdom of Great Britain
    and Northern Ireland|Großbritannien|Vereinigtes Königreich|Grande-Bretagne|Angleterre|Gran
    Bretaña|Inglaterra|Inghilterra|Gran Bretagna|Grã-Bretanha|Reino Unido|Groot-Brittannië|Engeland|Wielka
    Brytania|Zjednoczone Królestwo|Anglia|Velká Británie|Spojené království|Egyesült
    Királyság|Storbritannien|Storbritannia|Iso-Britannia|Birleşik
    Krallık|İngiltere|Великобритания|英国|英國|イギリス|영국|المملكة المتحدة|United Kingdom|Royaume-Uni|Regno
    Unito|Verenigd Koninkrijk|Соединенное Королевство|Ηνωμένο Βασίλειο|Inggris Raya|Vương quốc
    Anh|สหราชอาณาจักร|Regne Unit
GD GRD|Grenada|Grenade|Granada|格林纳达|グレナダ|그레나다|Γρενάδα
GE GEO|საქართველო|Грузия|Georgien|Georgia|Géorgie|Gruzja|格鲁吉亚|グルジア|그루지야|Γεωργία|Gru-di-a|จอร์เจีย
GF GUF|French Guiana|Französisch-Guayana|Guyane française|Guayana Francesa|Guayana Francese|Guiana
    Francesa|Frans-Guyana|Gujana Francuska|Французская Гвинея|法属圭亚那|仏領ギアナ|프랑스령 기아나|Franska Guyana|Γαλλική
    Γουιάνα|Guyana Perancis|เฟร็นชกิวน่า|Guaiana Francesa
GG GGY|Guernsey|Guernesey|格恩西岛|ガーンジー|건지
GH GHA|Ghana|Гана|加纳|ガーナ|가나|Γκάνα|กาน่า
GI GIB|Gibraltar|Gibilterra|直布罗陀|ジブラルタル|지브롤터|Γιβραλτάρ
GL GRL|Greenland|Grönland|Groenland|Groenlandia|格陵兰|グリーンランド|그린랜드|Γροιλανδία
GM GMB|The Gambia|Gambia|Gambie|Гамбия|冈比亚|ガンビア|감비아|Γκάμπια|แกมเบีย
GN GIN|Guinea|Guinée|Guiné|Gwinea|Гвинея|几内亚|ギニア|기니|Γουινέα|Ghi-nê|กิวนี
GP GLP|Guadeloupe|Guadalupe|Guadalupa|Gwadelupa|Гваделупа|瓜德罗普岛|グアドループ|과달로프|Γουαδελούπη|กัวเดอลูป
GQ GNQ|Equatorial Guinea|Äquatorial-Guinea|Guinée Equatoriale|Guinea Ecuatorial|Guinea Equatoriale|Guiné
    Equatorial|Equatoriaal-Guinea|Gwinea Równikowa|Экваториальная Гвинея|赤道几内亚|赤道ギニア|적도
    기니|Ekvatorialguinea|Ισημερινή Γουινέα|Guinea Khatulistiwa|Ghi-nê Xích-đạo|เอควาโทเรียลกินี|Guinea
    Equatorial
GR
    GRC|Hellas|Ελλάδα|Ελλάς|Řecko|Görögország|Yunanistan|Grækenland|Kreikka|Grécko|Греция|希腊|Greece|Griechenland|Grèce|Grecia|Griekenland|Grecja|ギリシア|그리스|Grekland|Yunani|Hy
    Lạp|กรีซ
GT GTM|Guatemala|Гватемала|危地马拉|グアテマラ|과테말라|Γουατεμάλα|Goa-tê-ma-la|กัวเตมาลา
GU GUM|Guam|关岛|グアム|괌|Γκουάμ
GW GNB|Guinea-Bissau|Guinée-Bissau|Guiné Bissau|Gwinea
    Bissau|Гвинея-Бисау|几内亚比绍共和国|ギニアビサウ|기네비쏘|Γουινέα-Μπισάου|Ghi-nê Bít-xao|กิวนี-บิสโซ
GY GUY|Guyana|Guiana|Гайана|圭亚那|ガイアナ|가이아나|Γουιάνα|กูยาน่า
HK HKG|Hong Kong SAR|Hongkong|香港|Hong Kong SAR China|Hong Kong, Região Admin. Especial da China|Hongkong
    SAR van China|Гонконг|홍콩|Χονγκ Κονγκ, Ειδική Διοικητική Περιφέρεια της Κίνας|Hong Kong S.A.R., Cina|ฮ่องกง
HN HND|Honduras|Гондурас|洪都拉斯|ホンジュラス|온두라스|Ονδούρα|Hôn-đu-rát|ฮอนดูรัส|Hondures
HR
    HRV|Hrvatska|Chorvatsko|Horvátország|Hırvatistan|Kroatien|Kroatia|Chorwacja|Хорватия|Croatia|Croatie|Croacia|Croazia|Kroatië|克罗地亚|クロアチア|크로아티아|Κροατία|Kroasia|โครเอเชีย
HT HTI|Haiti|Гаити|海地|ハイチ|하이티|Αϊτή|ไฮตี
HU
    HUN|Magyarország|Maďarsko|Macaristan|Ungarn|Ungern|Unkari|Ungaria|Węgry|Венгрия|Hungary|Hongrie|Hungría|Ungheria|Hongarije|匈牙利|ハンガリー|헝가리|Ουγγαρία|Hungaria|Hung-ga-ri|ฮังการี|Hongria
ID IDN|Indonesia|Indonesien|Indonésie|Indonezja|Индонезия|印度尼西亚|インドネシア|인도네시아|Ινδονησία|Nam
    Dương|อินโดนีเซีย
IE IRL|Éire|Republic of
    Ireland|Irsko|Írország|İrlanda|Irland|Irlanti|Ирландия|爱尔兰|Ireland|Irlande|Ierland|アイルランド|아일랜드|Ιρλανδία|Irlandia|Ai-len|ไอร์แลนด์
IL ISR|Israel|ישראל|State of Israel|Israele|Izrael|Израиль|以色列|イスラエル|이스라엘|Ισραήλ|I-xra-en|อิสราเอล
IM IMN|Isle Of Man|Ile de Man|Isla de Man|Isola di Man|Ilha de Man|曼岛|マン島|맨 섬
IN IND|Bharat|India|भारत|Indie|Indien|Hindistan|Индия|印度|Republic of India|Inde|インド|인도|Ινδία|Ấn Độ|อินเดีย
IO IOT|British Indian Ocean Territory|Britische Territorien im Indischen Ozean|Territoires britanniques de
    l'Océan Indien|Territorio Británico del Océano Índico|Territorio britannico dell'Oceano Indiano|Território
    Britânico do Oceano Índico|Britse Gebieden in de Indische Oceaan|英属印度洋领地|英領インド洋地域|영인도 제도|Brittiska
    territoriet i Indiska Oceanen|Βρετανικά Έδάφη Ινδικού Ωκεανού
IQ IRQ|العراق|Irak|Iraq|Iraque|Ирак|伊拉克|イラク|이라크|Ιράκ|I-rắc|อิรัก
IR IRN|Iran|Iran, Islamic Republic of|Islamic Republic of Iran|ایران|Irã|Иран|伊朗|イラン|이란|Ιράν, Ισλαμική
    Δημοκρατία του|อิหร่าน
IS
    ISL|Ísland|Islandia|Исландия|Iceland|Islande|Islanda|IJsland|冰岛|アイスランド|아이슬란드|Ισλανδία|Ai-xơ-len|ไอซแลนด์
IT
    ITA|Itálie|Olaszország|İtalya|Italien|Italia|Taliansko|Италия|意大利|Italy|Włochy|イタリア|이탈리아|Ιταλία|Itali|Ý|อิตาลี
JE JEY|Jersey|泽西岛|ジャージー|저지
JM JAM|Jamaica|Jamaika|Jamaïque|Giamaica|Jamajka|Ямайка|牙买加|ジャマイカ|자메이카|Τζαμάικα|Ha-mai-ca|จาไมก้า
JO
    JOR|الأردن|Jordan|Jordanien|Jordanie|Jordania|Giordania|Иордания|约旦|ヨルダン|요르단|Ιορδανία|Yordania|Gióc-đa-ni|จอร์แดน
JP JPN|Japan|日本|日本国|Japonsko|Japonya|Япония|Japani|일본|Japon|Giappone|Japão|Japonia|Ιαπωνία|Jepang|Nhật
    Bản|ญี่ปุ่น|Japó
KE KEN|Kenya|Kenia|Quênia|Кения|肯尼亚|ケニア|케냐|Κένυα|เคนย่า
KG
    KGZ|Kyrgyzstan|Kirgistan|Kirguizistán|Kirghizistan|Quirguistão|Kirgizië|Киргизстан|吉尔吉克斯坦|キルギスタン|키르기스스탄|Kirgisistan|Κιργιζία|Cư-rơ-gư-xtan|เคอร์กิสถาน|Kirgizistan
KH
    KHM|Cambodia|Kambodscha|Cambodge|Camboya|Cambogia|Camboja|Kambodża|Камбоджа|柬埔寨|カンボジア|캄보디아|Καμπότζη|Kamboja|Campuchia|กัมพูชา|Cambodja
KI KIR|Kiribati|Quiribati|Кирибати|基里巴斯|キリバス|키리바시|Κιριμπάτι|คิรีบาติ
KM
    COM|Comoros|Komoren|Comore|Comoren|Komory|Коморос|科摩罗|コモロ|코모르|Komorerna|Κομόρες|Komoros|Cô-mô|โคโมรอส|Comores
KN KNA|Saint Kitts And Nevis|Saint Kitts und Nevis|Saint-Christophe-et-Niévès|San Cristóbal y Nieves|Saint
    Kitts e Nevis|São Cristovão e Nevis|Saint Kitts en Nevis|圣基茨和尼维斯|セントクリストファー・ネイビス|세인트 크리스토퍼 니비스|Saint Kitts
    och Nevis|Σαιντ Κιτς και Νέβις|Saint Kitts dan Nevis|Xan-kít và Nê-vi
KP PRK|North Korea|Korea, North|Nordkorea|Corée du Nord|Corea del Norte|Coreia do Norte|Noord-Korea|Korea
    Północna|Северная Корея|朝鲜|朝鮮民主主義人民共和国|북한|Κορέα, Βόρεια|Korea Utara|Bắc Triều Tiên|เกาหลีเหนือ|Corea del
    Nord
KR KOR|Korea|South Korea|Republic of Korea|Korea, Republic of|Korea (South)|대한민국|한국|Südkorea|Corée du
    Sud|Corea del Sur|Corea del Sud|Coreia do Sul|Zuid-Korea|Korea Południowa|Jižní Korea|韩国|韓国|Южная
    Корея|大韓民国|Sydkorea|Κορέα, Νότια|Korea Selatan|Hàn Quốc|เกาหลีใต้
KW KWT|الكويت|Kuwait|Koweit|Koeweit|Kuwejt|Кувейт|科威特|クウェート|쿠웨이트|Κουβέιτ|Cô-oét|คูเวต
KY CYM|Cayman Islands|Kaiman-Inseln|Îles Caïmans|Islas Caimán|Isole Cayman|Ilhas
    Caiman|Caymaneilanden|开曼群岛|ケイマン諸島|케이맨 제도|Caymanöarna|Νήσοι Κέιμαν|Kepulauan Kayman
KZ
    KAZ|Казахстан|Қазақстан|Kazachstan|Kazakhstan|Kasachstan|Kazajstán|Casaquistão|哈萨克斯坦|カザフスタン|카자흐스탄|Kazakstan|Καζακστάν|Ka-dắc-xtan|คาซัคสถาน
LA LAO|Laos|Lao PDR|Lao People's Democratic Republic|República Popular Democrática do
    Laos|Лаос|老挝|ラオス|라오스|Λατινική Αμερική|ลาว
LB LBN|لبنان|Liban|Lebanon|Libanon|Líbano|Ливан|黎巴嫩|レバノン|레바논|Λίβανος|Li-băng|เลบานอน
LC LCA|Saint Lucia|St. Lucia|Sainte-Lucie|Santa Lucia|Sainte Lucia|圣卢西亚|セントルシア|세인트 루시아|Αγία Λουκία|Santa
    Lusia|Xan Lu-xi
LI LIE|Liechtenstein|Лихтенштейн|列支敦士登|リヒテンシュタイン|리히텐슈타인|Λιχτενστάιν|Lich-ten-xtên|ไลเทนสไตน์
LK LKA|Sri Lanka|Шри-Ланка|斯里兰卡|スリランカ|스리랑카|Σρι Λάνκα|Xri Lan-ca|ศรีลังกา
LR LBR|Liberia|Либерия|利比里亚|リベリア|라이베리아|Λιβερία|ลิเบอร์เลีย
LS LSO|Lesotho|Lesoto|Лесото|莱索托|レソト|레소토|Λεσότο|Lê-xô-thô|เลโซโท
LT
    LTU|Lietuva|Litva|Litvánia|Litvanya|Litauen|Liettua|Lithuania|Lithuanie|Lituania|Litouwen|Litwa|Литва|立陶宛|リトアニア|리투아니아|Λιθουανία|ลิเทอร์เนีย
LU
    LUX|Lucembursko|Luxemburg|Luxembourg|Luxemburgo|Lussemburgo|Luksemburg|Люксембург|卢森堡|ルクセンブルク|룩셈부르크|Λουξεμβούργο|Lúc-xăm-bua|ลักซ์เซมเบอร์ก
LV
    LVA|Latvija|Lotyšsko|Lettország|Letonya|Lettland|Latvia|Lettonie|Letonia|Lettonia|Letland|Łotwa|Латвия|拉脱维亚|ラトビア|라트비아|Λετονία|ลาตเวีย
LY LBY|Libya|Libyen|Libye|Libia|Libië|Ливия|利比亚|リビア|리비아|Λιβύη|Li-bi|ลิเบีย
MA
    MAR|Morocco|Maroc|المغرب|Marokko|Marruecos|Marocco|Marrocos|Марокко|摩洛哥|モロッコ|모로코|Marocko|Μαρόκο|Maroko|โมรอคโค|Marroc
MC MCO|Monaco|Монако|摩纳哥|モナコ|모나코|Μονακό|โมนาโค
MD MDA|Moldova|Republic of Moldova|Moldova, Republic of|Republica
    Moldova|Moldau|Moldavie|Moldavia|Mołdawia|Молдова|摩尔多瓦|モルドバ|몰도바|Moldavien|Μολδαβία, Δημοκρατία
    της|Môn-đô-va|โมลโดวา
ME MNE|Montenegro|黑山|モンテネグロ|몬테네그로
MF MAF|Saint Martin|St. Martin|San Martín|São Martinho|圣马丁|サンマルタン|생 마르탱
MG MDG|Madagascar|Madagaskar|Мадагаскар|马达加斯加|マダガスカル|마다가스카르|Μαδαγασκάρη|Ma-đa-gát-xca|มาดากาสก้า
MH MHL|Marshall Islands|Marshall-Inseln|Îles Marshall|Islas Marshall|Isole Marshall|Ilhas
    Marshall|Marshalleilanden|马绍尔群岛|マーシャル諸島|마셜 제도|Marshallöarna|Νήσοι Μάρσαλ|Kepulauan Marshall|Quần đảo
    Mác-san
MK MKD|North Macedonia|Macedonia|Nordmazedonien|Severna
    Makedonija|Mazedonien|Macédoine|Macedonië|Македония|马其顿王国|マケドニア|마케도니아어|Makedonien|ΠΓΔ
    Μακεδονίας|Ma-xê-đô-ni-a|แมซีโดเนีย
ML MLI|Mali|Мали|马里|マリ|말리|Μάλι|มาลี
MM MMR|Myanmar|Burma|Mianmar [Birmânia]|Мьянма|缅甸|ミャンマー|미얀마|Μιανμάρ|Mi-an-ma|สหภาพพม่า
MN MNG|Mongolia|Mongolei|Mongolie|Монголия|蒙古|モンゴル|몽골|Mongoliet|Μογγολία|Mông Cổ|มองโกเลีย
MO MAC|Macao|Macau|澳门|Macau, Região Admin. Especial da China|Macao SAR van China|澳门特区|マカオ|마카오|Μακάο,
    Ειδική Διοικητική Περιφέρεια της Κίνας|Makao S.A.R. Cina
MP MNP|Northern Mariana Islands|Nördliche Mariannen-Inseln|Îles Mariannes du Nord|Islas Marianas del
    Norte|Isole Marianne settentrionali|Ilhas Marianas do Norte|Noordelijke
    Marianeneilanden|美属北马里亚纳群岛|北マリアナ諸島|북마리아나 제도|Nordmarianerna|Νήσοι Βόρειες Μαριάνες|Kepualuan Mariana Utara
MQ MTQ|Martinique|Martynika|Мартиника|马提尼克岛|マルティニーク島|말티니크|Μαρτινίκα|มาร์ตินิก|Martinica
MR
    MRT|Mauritania|Mauretanien|Mauritanie|Mauretania|Мавритания|毛里塔尼亚|モーリタニア|모리타니|Μαυριτανία|Mô-ri-ta-ni|มอริทาเนีย
MS MSR|Montserrat|Монтсерат|蒙特塞拉群岛|モントセラト島|몬트세라트|Μονσεράτ|มอนต์เซอราต
MT MLT|Malta|Malte|Мальта|马耳他|マルタ|몰타|Μάλτα|Man-ta|มัลต้า
MU MUS|Mauritius|Maurice|Mauricio|Maurizio|Маврикий|毛里求斯|モーリシャス|모리셔스|Μαυρίκιος|Mô-ri-xơ|มอริเตียส|Maurici
MV MDV|Maldives|Maldiven|Maldivas|Maldive|马尔代夫|モルディブ|몰디브|Maldiverna|Μαλδίβες|Man-đi-vơ
MW MWI|Malawi|Malaui|马拉维|マラウイ|말라위|Μαλάουι|Ma-la-uy
MX MEX|México|Méjico|Mexiko|Mexique|Messico|Estados Unidos
    Mexicanos|Meksyk|Meksika|Мексика|墨西哥|メキシコ|멕시코|Μεξικό|Mê-hi-cô|แม็กซิโก|Mèxic
MY
    MYS|Malaysia|马来西亚|Malaisie|Malasia|Maleisië|Malezja|Малайзия|マレーシア|말레이지아|Μαλαισία|Ma-lay-xi-a|มาเลเซีย|Malàisia
MZ
    MOZ|Mozambique|Mosambik|Mozambico|Moçambique|Мозамбик|莫桑比克|モザンビーク|모잠비크|Μοζαμβίκη|Mô-dăm-bích|โมแซมบิค|Moçambic
NA NAM|Namibia|Namibie|Намибия|纳米比亚|ナミビア|나미비아|Ναμίμπια|Nam-mi-bi-a|นามิเบีย
NC NCL|New Caledonia|Neukaledonien|Nouvelle-Calédonie|Nueva Caledonia|Nuova Caledonia|Nova
    Caledônia|Nieuw-Caledonië|Nowa Kaledonia|Новая Каледония|新克里多尼亚群岛|ニューカレドニア|뉴 칼레도니아|Nya Kaledonien|Νέα
    Καληδονία|Kaledonia Baru|นิวคาลิโดเนีย
NE NER|Niger|Нигер|尼日尔|ニジェール|니제르|Νίγηρ|Ni-giê|ไนเจอร์
NF NFK|Norfolk Island|Norfolk-Insel|Île Norfolk|Isla Norfolk|Isola Norfolk|Ilha
    Norfolk|Norfolkeiland|诺福克岛|ノーフォーク島|노퍽 섬|Norfolkön|Νήσος Νόρφολκ|Kepulauan Norfolk
NG NGA|Nigeria|Нигерия|尼日利亚|ナイジェリア|나이지리아|Νιγηρία|Ni-giê-ri-a|ไนจีเรีย
NI NIC|Nicaragua|Nikaragua|Никарагуа|尼加拉瓜|ニカラグア|니카라과|Νικαράγουα|Ni-ca-ra-goa|นิคารากัว
NL NLD|Holland|The Netherlands|Netherlands|Niederlande|Die Niederlande|Nederland|Pays Bas|Les
    Pays-Bas|Países Bajos|Paesi Bassi|Países
    Baixos|Holanda|Hollande|Olanda|Holandia|Nizozemsko|Nizozemí|Hollandia|Hollanda|Nederlandene|Alankomaat|Holandsko|Нидерланды|荷兰|オランダ|네덜란드|Nederländerna|Ολλανδία|Hà
    Lan|เนเธอร์แลนด์|Països Baixos
NO
    NOR|Norge|Noreg|Norsko|Norvégia|Norveç|Norja|Норвегия|挪威|Norway|Norwegen|Norvège|Noorwegen|ノルウェー|노르웨이|Νορβηγία|Norwegia|Na
    Uy|นอร์เวย์|Noruega
NP NPL|Nepal|Непал|尼泊尔|ネパール|네팔|Νεπάλ|Nê-pan|เนปาล
NR NRU|Nauru|瑙鲁|ナウル|나우루|Ναούρου
NU NIU|Niue|Нию|纽埃岛|ニウエ島|니우에|Νιούε|นียู
NZ NZL|New Zealand|Aotearoa|Neuseeland|Nouvelle-Zélande|Nový Zéland|Nueva Zelanda|Новая Зеландия|新西兰|Nova
    Zelândia|Nieuw-Zeeland|Nuova Zelanda|Nowa Zelandia|ニュージーランド|뉴질랜드|Nya Zeeland|Νέα Ζηλανδία|Selandia
    Baru|Niu Di-lân|นิวซีแลนด์|Nova Zelanda
OM OMN|Oman|Omã|Оман|阿曼|オマーン|오만|Ομάν|โอมาน
PA PAN|Panama|Панама|巴拿马|パナマ|파나마|Παναμάς|ปานามา
PE PER|Perú|Pérou|Перу|秘鲁|ペルー|페루|Περού|เปรู
PF PYF|French Polynesia|Französisch-Polynesien|Polynésie Française|Polinesia Francesa|Polinesia
    Francese|Frans-Polynesië|Polinezja Francuska|Французская Полинезия|法属玻利尼西亚|仏領ポリネシア|프랑스령 폴리네시아|Franska
    Polynesien|Γαλλική Πολυνησία|Polynesia Perancis|เฟร็นชโพลินีเซีย
PG PNG|Papua New Guinea|Papua-Neuguinea|Papouasie-Nouvelle-Guinée|Papua Nuova Guinea|Papua-Nova
    Guiné|Papoea-Nieuw-Guinea|Papua Nowa Gwinea|Папуа - Новая Гвинея|巴布亚新几内亚|パプアニューギニア|파푸아뉴기니|Papua Nya
    Guinea|Παπούα - Νέα Γουινέα|Papua Nugini|Pa-pu-a Niu Ghi-nê|ปาปัวนิวกีนี|Papua Nova Guinea
PH PHL|Philippines|Pilipinas|The
    Philippines|Filipíny|Philippinen|Filipinas|Filippine|Filipijnen|Филиппины|菲律宾|フィリピン|필리핀|Filippinerna|Φιλιππίνες|Filipina|Phi-lip-pin|ฟิลิปปินส์|Filipines
PK PAK|Pakistan|Paquistán|Paquistão|Пакистан|巴基斯坦|パキスタン|파키스탄|Πακιστάν|Pa-ki-xtan|ปากีสถาน
PL POL|Polska|Rzeczpospolita
    Polska|Polsko|Lengyelország|Polonya|Polen|Puola|Польша|波兰|Poland|Pologne|Polonia|ポーランド|폴란드|Πολωνία|Polandia|Ba
    Lan|โปแลนด์
PM SPM|Saint Pierre And Miquelon|St. Pierre und Miquelon|Saint-Pierre-et-Miquelon|San Pedro y
    Miquelón|Saint Pierre e Miquelon|Saint Pierre en Miquelon|圣皮埃尔和密克隆群岛|サンピエール島・ミクロン島|세인트 피에르 미켈론|Saint
    Pierre och Miquelon|Σαιντ Πιέρ και Μικελόν|Saint Pierre dan Miquelon
PR PRI|Puerto Rico|Porto Rico|Portoryko|Пуэрто-Рико|波多黎哥|プエルトリコ|푸에르토리코|Πουέρτο Ρίκο|Puerto
    Riko|เปอร์โตริโก
PS PSE|Palestine|State of Palestine|Palestinian Territory|Palestine, State
    of|Palästina|Palestina|Territórios palestinos|Palestijns Gebied|巴勒斯坦|パレスチナ|팔레스타인|Παλαιστινιακά
    Εδάφη|Otoritas Palestina
PT
    PRT|Portugalsko|Portugália|Portekiz|Portugali|Португалия|葡萄牙|Portugal|Portogallo|ポルトガル|포르투칼|Πορτογαλία|Portugis|Bồ
    Đào Nha|โปตุกัล
PW PLW|Palau|Belau|Palaos|帕劳|パラオ|팔라우|Παλάου
PY PRY|Paraguay|Парагвай|巴拉圭|パラグアイ|파라과이|Παραγουάη|Pa-ra-goay|ปารากวัย|Paraguai
QA QAT|قطر|Qatar|Katar|Катар|卡塔尔|カタール|카타르|Κατάρ|Ca-ta|กาตาร์
RE REU|Reunion|La Réunion|Reunião|留尼汪岛|レユニオン|리유니언|Ρεϋνιόν
RO
    ROU|România|Rumunsko|Romanya|Rumänien|Rumænien|Румыния|Rumunia|Roumanie|Rumania|Romênia|Roemenië|罗马尼亚|ルーマニア|루마니아|Ρουμανία|Ru-ma-ni|รูเมเนีย
RS SRB|Srbija|Србија|Srbsko|Szerbia|Sırbistan|Serbien|Сербия|Serbia|Serbie|Sérvia|Servië|塞尔维亚|セルビア|세르비아
RU RUS|Russia|Russian Federation|Российская
    Федерация|РФ|Rusko|Oroszország|Rusya|Rusland|Russland|Venäjä|俄罗斯|ロシア|Russie|Rusia|Rosja|Россия|러시아|Ryssland|Ρωσία|Nga|รัสเซีย
RW RWA|Rwanda|Ruanda|Руанда|卢旺达|ルワンダ|르완다|Ρουάντα|ราวัลดา
SA SAU|KSA|Saudi Arabia|Kingdom of Saudi Arabia|Saudi-Arabien|Arabie saoudite|السعودية|المملكة العربية
    السعودية|Arabia Saudita|Saoedi-Arabië|Arabia Saudyjska|Саудовская Аравия|沙特阿拉伯|サウジアラビア|사우디아라비아|Σαουδική
    Αραβία|Arab Saudi|A-rập Xê-út|ซาอุดิอาระเบีย|Aràbia Saudí
SB SLB|Solomon Islands|Solomon-Inseln|Îles Salomon|Islas Salomón|Isole Solomon|Ilhas
    Salomão|Salomonseilanden|所罗门群岛|ソロモン諸島|솔로몬 제도|Salomonöarna|Νήσοι Σολομώντος|Kepulauan Solomon|Quần đảo
    Xô-lô-mông
SC SYC|Seychelles|Seychellen|Seszele|Сейшельские
    Острова|塞舌尔群岛|セイシェル|쉐이쉘|Seychellerna|Σεϋχέλλες|Xây-sen|เซย์แชลล์
SD SDN|Sudan|Soudan|Sudão|Soedan|Судан|苏丹|スーダン|수단|Σουδάν|Xu-đăng|ซูดาน
SE
    SWE|Sverige|Švédsko|Svédország|İsveç|Ruotsi|Швеция|瑞典|Sweden|Schweden|Suède|Suecia|Svezia|Zweden|Szwecja|スウェーデン|스웨덴|Σουηδία|Thụy
    Điển|สวีเดน
SG
    SGP|新加坡|Singapur|Singapour|シンガポール|싱가포르|Singapore|Cingapura|Сингапур|Σιγκαπούρη|Singapura|Xin-ga-po|สิงคโปร์
SH SHN|Saint Helena|St. Helena|Sainte-Hélène|Santa Helena|Sant'Elena|Sint-Helena|圣赫勒拿岛|セントヘレナ島|세인트
    헬레나|Αγία Ελένη
SI
    SVN|Slovenija|Slovinsko|Szlovénia|Slovenya|Slowenien|Słowenia|Словения|Slovenia|Slovénie|Eslovenia|斯洛文尼亚|スロベニア|슬로베니아|Slovenien|Σλοβενία|Xlô-ven-ni-a|สโลวิเนีย
SJ SJM|Svalbard And Jan Mayen|Svalbard und Jan Mayen|Svalbard et Jan Mayen|Svalbard y Jan Mayen|Svalbard e
    Jan Mayen|Svalbard en Jan Mayen|斯瓦尔巴特和扬马延岛|スバールバル諸島・ヤンマイエン島|스발바르 및 얀마웬|Svalbard och Jan Mayen|Νήσοι
    Σβάλμπαρ και Γιαν Μαγιέν|Svalbard dan Jan Mayen
SK SVK|Slovakia|Slovensko|Slovenská republika|Slovak
    Republic|Slowakei|Slovaquie|Eslovaquia|Slovacchia|Słowacja|Szlovákia|Slovakya|Словакия|Slowakije|斯洛伐克|スロバキア|슬로바키아|Slovakien|Σλοβακία|Xlô-va-ki-a|สโลวาเกีย
SL SLE|Sierra Leone|Sierra Leona|Serra Leoa|Сьерра-Леоне|塞拉里昂|シエラレオネ|시에라리온|Σιέρα Λεόνε|Xi-ê-ra
    Lê-ôn|เซียร์ร่าลีออน
SM SMR|San Marino|Saint-Marin|圣马力诺|サンマリノ|산마리노|Άγιος Μαρίνος|Xan Ma-ri-nô
SN SEN|Senegal|Сенегал|塞内加尔|セネガル|세네갈|Σενεγάλη|Xê-nê-gan|ซินีกัล
SO SOM|Somalia|Somalie|Сомали|索马里|ソマリア|소말리아|Σομαλία|Xô-ma-li|โซมาเลีย
SR SUR|Suriname|Суринам|苏里南|スリナム|수리남|Σουρινάμ|Xu-ri-nam|ซูรินามิ|Surinam
SS SSD|South Sudan|Südsudan|Sud-Soudan|Sudán del Sur|Sudan del Sud|南苏丹|南スーダン|남수단|Sydsudan
ST STP|Sao Tome And Principe|Sao Tome und Principe|Sao Tomé et Principe|Santo Tomé y Príncipe|São Tomé e
    Principe|Sao Tomé en Principe|圣多美和普林西比|サントメ・プリンシペ|상투메 프린시페|São Tomé och Príncipe|Σάο Τομέ και Πρίνσιπε|Sao
    Tome dan Principe|Xao Tô-mê và Prin-xi-pê
SV SLV|El Salvador|Salwador|Сальвадор|萨尔瓦多|エルサルバドル|엘살바도르|Ελ Σαλβαδόρ|En-san-va-đo|เอลซาวาดอร์
SX SXM|Sint Maarten (Dutch part)|Sint Maarten (Niederländischer Teil)|Saint-Martin (partie
    néerlandaise)|San Martín (región holandesa)|Sint Maarten (parte
    olandese)|荷属圣马丁岛|シントマールテン(オランダ領)|신트마르텐(네덜란드령)|Sint Maarten (nederländska delen)
SY SYR|Syria|Syrian Arab Republic|Syrien|Syrie|Siria|Сирия|叙利亚|シリア|시리아|Συρία, Αραβική Δημοκρατία
    της|Xi-ri|ซีเรีย
SZ
    SWZ|Eswatini|Swaziland|Swasiland|Suazilandia|Suazi|Свазиленд|斯威士兰|スワジランド|스와질랜드|Σουαζιλάνδη|Xoa-di-len|สวาซิแลนด์|Swazilàndia
TC TCA|Turks And Caicos Islands|Turks- und Caicos-Inseln|Îles Turks et Caicos|Islas Turcas y Caicos|Isole
    Turks e Caicos|Ilhas Turks e Caicos|Turks- en Caicoseilanden|特克斯群岛和凯科斯群岛|タークス諸島・カイコス諸島|터크스 케이커스 제도|Turks-
    och Caicosöarna|Νήσοι Τερκς και Κάικος
TD TCD|Chad|Tschad|Tchad|Ciad|Chade|Tsjaad|Czad|Чад|乍得|チャド|차드|Τσαντ|Sát|ชาด|Txad
TG TGO|Togo|Того|多哥|トーゴ|토고|Τόγκο|โตโก
TH THA|ไทย|ประเทศไทย|Thailand|Thaïlande|Tailandia|Thailandia|Tajlandia|Таиланд|泰国|タイ|태국|Ταϊλάνδη|Thái Lan
TJ
    TJK|Tajikistan|Tadschikistan|Tayikistán|Tagikistan|Tadjiquistão|Tadzjikistan|Tadżykistan|Таджикистан|塔吉克斯坦|タジキスタン|타지키스탄|Τατζικιστάν|Tát-gi-ki-xtan|ทาจิกิสถาน|Tadjikistan
TK TKL|Tokelau|Токелау|联合群岛|トケラウ諸島|토켈라우|Τοκελάου|โทกิโล
TL TLS|Timor-Leste|East Timor|Timor Oriental|Oost-Timor|东帝汶|東ティモール|동티모르|Ανατολικό Τιμόρ
TM
    TKM|Turkmenistan|Turcomenistão|Туркменистан|土库曼斯坦|トルクメニスタン|투르크메니스탄|Τουρκμενιστάν|Tuốc-mê-ni-xtan|เติร์กเมนิสถาน
TN
    TUN|Tunisie|تونس|Tunesien|Tunisia|Túnez|Tunesië|Tunezja|Тунис|突尼斯|チュニジア|튀니지|Tunisien|Τυνησία|Tuy-ni-di|ตูนิเซีย
TO TON|Tonga|Тонга|汤加|トンガ|통가|Τόνγκα|Tông-ga|ทองก้า
TR
    TUR|Türkiye|Turkey|Turecko|Törökország|Tyrkiet|Tyrkia|Turkki|Турция|土耳其|Türkei|Turquie|Turquía|Turchia|Turkije|Turcja|トルコ|터키|Turkiet|Τουρκία|Thổ
    Nhĩ Kỳ|ตุรกี
TT TTO|Trinidad & Tobago|Trinidad|Trinidad and Tobago|Trinidad und Tobago|Trinité-et-Tobago|Trinidad y
    Tobago|Trinidad e Tobago|Trinidad en Tobago|Trynidad i Tobago|Тринидад и Тобаго|特立尼达和多巴哥|トリニダード・トバゴ|트리니다드
    토바고|Trinidad och Tobago|Τρινιδάδ και Τομπάγκο|Trinidad dan Tobago|Tri-ni-đát và Tô-ba-gô|ทรินิแดด
    และโทบาโก|Trinitat i Tobago
TV TUV|Tuvalu|图瓦卢|ツバル|투발루|Τουβαλού
TW TWN|Taiwan|臺灣|台灣|台湾|Taiwan, Province of China|ROC|Тайвань|台湾地区|대만|Ταϊβάν|Đài Loan|ไต้หวัน
TZ TZA|Tanzania|United Republic of Tanzania|Tanzania, United Republic
    of|Tansania|Tanzanie|Танзания|坦桑尼亚|タンザニア|탄자니아|Τανζανία|Tan-da-ni-a|ทานซาเนีย
UA
    UKR|Україна|Украина|Ukrajina|Ukrajna|Ukrayna|乌克兰|Ukraine|Ucrania|Ucraina|Oekraïne|ウクライナ|우크라이나|Ουκρανία|Ukraina|ยูเครน
UG UGA|Uganda|Ouganda|Oeganda|Уганда|乌干达|ウガンダ|우간다|Ουγκάντα|อูกานดา
US USA|United States of America|America|Estados Unidos da América|Estados Unidos de América|États-Unis
    d'Amérique|Vereinigte Staaten|Vereinigte Staaten von Amerika|EEUU|EUA|Stati Uniti d'America|Stany
    Zjednoczone|Spojené státy|Spojené státy americké|Egyesült Államok|Amerika|Amerika Birleşik
    Devletleri|ABD|Förenta staterna|Yhdysvallat|США|美国|美國|アメリカ|アメリカ合衆国|米国|미국|الولايات المتحدة|Verenigde Staten
    van Amerika|VS|Etats Unis|ארצות הברית|United States|Estados Unidos|Stati Uniti|Verenigde Staten|Stany
    Zjednoczone Ameryki|Соединенные Штаты|Amerikas Förenta Stater|Ηνωμένες Πολιτείες|Amerika Serikat|Hoa
    Kỳ|สหรัฐอเมริกา|Estats Units
UY URY|Uruguay|Уругвай|乌拉圭|ウルグアイ|우루과이|Ουρουγουάη|U-ru-goay|อุรูกวัย|Uruguai
UZ
    UZB|Uzbekistan|Usbekistan|Ouzbékistan|Uzbequistão|Oezbekistan|Узбекистан|乌兹别克斯坦|ウズベキスタン|우즈베키스탄|Ουζμπεκιστάν|U-dơ-bê-ki-xtan|อุซเบกิสถาน
VA VAT|Vatican|Vatican City|Holy See|Vatikanstadt|Ciudad del Vaticano|Città del
    Vaticano|Vaticano|Vaticaanstad|Watykan|Ватикан|梵蒂冈|バチカン|바티칸|Vatikanen|Αγία Έδρα
    (Βατικανό)|Vatikan|Va-ti-căng|วาติกัน|Vaticà
VC VCT|Saint Vincent And The Grenadines|St. Vincent und die Grenadinen|Saint-Vincent-et-les Grenadines|San
    Vicente y las Granadinas|Saint Vincent e Grenadine|São Vicente e Granadinas|Saint Vincent en de
    Grenadines|圣文森特和格林纳丁斯|セントビンセントおよびグレナディーン諸島|세인트 빈센트 그레나딘스|Saint Vincent och Grenadinerna|Άγιος Βικέντιος
    και Γρεναδίνες|Saint Vincent dan Grenadines|Xan Vin-xen và Grê-na-din
VE VEN|Venezuela|Bolivarian Republic of Venezuela|Venezuela, Bolivarian Republic
    of|Wenezuela|Венесуэла|委内瑞拉|ベネズエラ|베네수엘라|Βενεζουέλα|เวเนซูเอล่า|Veneçuela
VG VGB|British Virgin Islands|Britische Jungferninseln|Iles Vierges Britanniques|Islas Vírgenes
    Británicas|Isole Vergini (GB)|Ilhas Virgens Britânicas|Britse Maagdeneilanden|Dziewicze Wyspy
    Brytyjskie|Британские Виргинские острова|英属维京群岛|英領バージン諸島|영국령 버진 아일랜드|Brittiska Virgin Islands|Βρετανικές
    Παρθένοι Νήσοι|Kepulauan British Virgin|บริทิชเวอร์จินไอส์แลนด์|Illes Verges Britàniques
VI VIR|U.S. Virgin Islands|Amerikanische Jungferninseln|Iles Vierges Américaines|Islas Vírgenes
    Americanas|Isole Vergini (USA)|Ilhas Virgens dos EUA|Amerikaanse Maagdeneilanden|Dziewicze Wyspy Stanów
    Zjednoczonych|Виргинские острова Соединенных Штатов|美属维京群岛|米領バージン諸島|미국령 버진 아일랜드|Amerikanska Virgin
    Islands|Αμερικανικές Παρθένοι Νήσοι|Kepulauan U.S. Virgin|ยูเอสเวอร์จินไอส์แลนด์|Illes Verges dels USA
VN VNM|Viet Nam|Vietnã|Wietnam|Вьетнам|越南|ベトナム|베트남|Βιετνάμ|เวียดนาม
VU VUT|Vanuatu|Вануату|瓦努阿图|バヌアツ|바누아투|Βανουάτου|วานัวตู
WF WLF|Wallis And Futuna|Wallis und Futuna|Wallis-et-Futuna|Wallis y Futuna|Wallis e Futuna|Wallis en
    Futuna|瓦利斯群岛和富图纳群岛|ワリス・フテュナ諸島|윌리스 푸투나|Wallis och Futuna|Νήσοι Ουαλλίς και Φουτουνά|Wallis dan Futuna
WS WSM|Samoa|西サモア|사모아|Σαμόα|Xa-moa
XK XKX|Kosovo|Kosova
YE YEM|Yemen|Jemen|Iêmen|Йемен|也门|イエメン|예멘|Υεμένη|Yaman|เยเมน
YT MYT|Mayotte|Mayotta|Майотте|马约特岛|マヨット島|마요티|Μαγιότ|มายอต
ZA ZAF|South Africa|RSA|Republic of South Africa|Südafrika|Suid-Afrika|Afrique du Sud|Sudáfrica|África do
    Sul|Jihoafrická republika|Zuid-Afrika|Republika Południowej Afryki|RPA|ЮАР|南非|Южная
    Африка|南アフリカ|남아프리카|Sydafrika|Νότια Αφρική|Afrika Selatan|Nam Phi|แอฟริกาใต้
ZM ZMB|Zambia|Sambia|Zambie|Замбия|赞比亚|ザンビア|잠비아|Ζάμπια|Dăm-bi-a|แซมเบีย
ZW ZWE|Zimbabwe|Simbabwe|Zimbabue|Зимбабве|津巴布韦|ジンバブエ|짐바브웨|Ζιμπάμπουε|Dim-ba-bu-ê|ซิมบาบเว
"""
"""A country in each paragraph that begins without a blank: alpha-2, then alpha-3 and names, with bars between them."""
CODES = frozenset(line[:2] for line in NAMES.strip().split("\n") if line[0] != " ") | {"UK"}
"""Alpha-2 codes, and the one that everybody takes for GB."""
