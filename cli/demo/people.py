"""Names of people, by country. Each list is one text; a colon separates the romanised form from the own script."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache, lru_cache
from typing import NamedTuple

from core.text import fold


class Name(NamedTuple):
    """One part of a name.

    Attributes:
        text: as it is written in Latin letters.
        own: in its own script; empty where that is Latin.
        slug: as it stands in an e-mail address.
    """

    text: str
    own: str
    slug: str


@dataclass(frozen=True, slots=True)
class Names:
    """What people of a country are called.

    Attributes:
        women, men: first names.
        last: last names, as a man bears them.
        last_women: last names as a woman bears them.
    """

    women: tuple[Name, ...]
    men: tuple[Name, ...]
    last: tuple[Name, ...]
    last_women: tuple[Name, ...]


_UMLAUTS = str.maketrans({"ä": "ae", "ö": "oe", "ü": "ue", "Ä": "Ae", "Ö": "Oe", "Ü": "Ue", "ß": "ss"})


@lru_cache(maxsize=8192)
def slug(text: str, *, umlauts: bool = False) -> str:
    """The letters and digits of a text as an e-mail address or a domain can hold them.

    Args:
        text: anything in Latin letters.
        umlauts: ä becomes ae, as people write it who speak German.
    """
    folded = fold(text.translate(_UMLAUTS) if umlauts else text)
    return "".join(c for c in folded if c.isascii() and c.isalnum())


def _names(text: str, country: str) -> tuple[Name, ...]:
    out = []
    for item in text.split():
        latin, _, own = item.partition(":")
        # Parts of one name that belong together are written with an underscore.
        out.append(Name(latin.replace("_", " "), own, slug(latin, umlauts=country in ("DE", "CH"))))
    return tuple(out)


_POLISH = (("ski", "ska"), ("cki", "cka"), ("dzki", "dzka"), ("ny", "na"))


def _polish_woman(name: Name) -> Name:
    for ending, other in _POLISH:
        if name.text.endswith(ending):
            return Name(name.text.removesuffix(ending) + other, "", name.slug.removesuffix(ending) + other)
    return name


@cache
def names_of(country: str) -> Names:
    """What people of a country (ISO 3166 alpha-2) are called.

    Raises:
        KeyError: the sample data has nobody from there.
    """
    women, men, last = (_names(text, country) for text in _NAMES[country])
    last_women = tuple(map(_polish_woman, last)) if country == "PL" else last
    return Names(women, men, last, last_women)


_GERMAN = (
    """Anna Lena Katharina Sabine Jana Heike Ulrike Franziska Miriam Birgit Anke Nadine Svenja Käthe Jördis Änne Frauke
    Antje Silke Theresa Annika Greta Bärbel Claudia Steffi Ronja Wiebke Ingeborg Mareike Solveig""",
    """Lukas Matthias Jürgen Stefan Björn Sebastian Florian Jörg Holger Tobias Uwe Günther Andreas Götz Thorsten Felix
    Hannes Rüdiger Dirk Bernd Malte Sönke Joachim Henning Volker Jannik Ruben Kilian Anselm Torben""",
    """Müller Schäfer Köhler Krüger Schröder Böhm Weiß Groß Jäger Möller Kühn Vögele Brückner Löffler Strauß Fröhlich
    Hübner Römer Götze Lüders Wegener Brandt Thiele Ostermann Reinhardt Hagedorn Petersen Kirchhoff Wittmann Albers
    Dreyer Eichholz Falkenrath Grünewald Hasselbach Ingwersen Klüver Langhans Mühlbauer Niehoff Overbeck Pfänder
    Querfurth Rosskamp Stüwe Tönnies Ulmer Vollmers Wörner Zöllner von_Arnsberg van_den_Hövel Öztürk Yılmaz Nowak
    Bartels Hellwig Kaltenbach Rautenberg Scholl""",
)
_ARABIC = (
    """Layla:ليلى Fatima:فاطمة Mariam:مريم Aisha:عائشة Noura:نورة Huda:هدى Salma:سلمى Yasmin:ياسمين Rania:رانيا
    Dana:دانة Amal:أمل Reem:ريم Lubna:لبنى Samira:سميرة Hanan:حنان Zeinab:زينب""",
    """Omar:عمر Khalid:خالد Ahmed:أحمد Youssef:يوسف Hassan:حسن Tariq:طارق Karim:كريم Faisal:فيصل Saeed:سعيد
    Rashid:راشد Ibrahim:إبراهيم Mahmoud:محمود Ziad:زياد Nabil:نبيل Samir:سمير Hamad:حمد""",
    """Al-Mansouri:المنصوري Al-Hashimi:الهاشمي Haddad:حداد Khoury:خوري Mansour:منصور Nasser:ناصر Al-Farsi:الفارسي
    Saleh:صالح Darwish:درويش Al-Amiri:العامري Hamdan:حمدان Abdelaziz:عبدالعزيز El-Sayed:السيد Farouk:فاروق
    Al-Najjar:النجار Shaheen:شاهين Al-Suwaidi:السويدي Qasim:قاسم Barakat:بركات Zaki:زكي Al-Rashid:الرشيد
    Hijazi:حجازي Sabbagh:صباغ Tawfik:توفيق""",
)

_NAMES: dict[str, tuple[str, str, str]] = {
    "DE": _GERMAN,
    "CH": (
        _GERMAN[0] + " Céline Noémie Livia Ladina Seraina Chiara",
        _GERMAN[1] + " Reto Urs Beat Andrin Flurin Luc Yannick",
        """Bürgi Zürcher Ammann Gerber Bühlmann Käser Lüthi Rüegg Schüpbach Wüthrich Zbinden Aeschlimann Brügger Egli
        Fässler Gähwiler Häfliger Inäbnit Jäggi Künzli Lörtscher Möckli Nüesch Oberholzer Pfäffli Röthlisberger
        Sägesser Tschümperlin Vögtli Zumbrunn Favre Rochat Chappuis Bernasconi Caduff""",
    ),
    "FR": (
        """Camille Élodie Chloé Amélie Hélène Zoé Agnès Mélanie Anaïs Inès Océane Noémie Clémence Maëlle Solène Margaux
        Éléonore Béatrice Aurélie Gaëlle Marie-Laure Anne-Sophie Léa Manon Juliette Capucine Apolline Maïté Édith Ségolène""",
        """Théo Jérôme François Rémi Benoît Loïc Étienne Cédric Gaël Joël Maël Sébastien Frédéric Grégoire Mathéo
        Jean-Baptiste Jean-Pierre Hugo Antoine Guillaume Raphaël Noël Aurélien Yannick Thibault Maxence Côme Anatole
        Désiré Gérard""",
        """Lefèvre Béranger Gauthier Mercier Chevalier Renaud Lemaître Delacroix Prévost Bélanger Rousseau Garnier
        Faure Dupré Léger Mallet Cordier Bouchard Fournier Lacroix Vasseur Perrin Guérin Boulanger Marchand Thévenot
        Le_Goff Kervella de_La_Rochette Hébert Rivière Poirier Barbier Charpentier Desrosiers Étienne Fabre Grégoire
        Hamel Jaubert Lagarde Maillard Noblet Orsini Pélissier Quéméneur Roussel Sénéchal Tessier Vallée Benali Diallo
        N’Diaye Traoré Mendès Beauchêne Châtelain Ménard Bréchet""",
    ),
    "ES": (
        """Lucía María Sofía Paula Inés Begoña Ángela Mónica Rocío Nerea Ainhoa Montserrat Belén Itziar Núria Ximena
        Verónica Asunción Mercè Laia Concepción Sílvia Estíbaliz Carmen Esperanza Íngrid Araceli Yolanda Noelia Marta""",
        """José Álvaro Íñigo Martín Jesús Óscar Rubén Iván Andrés Raúl Adrián Joaquín Sebastián Ramón Jordi Xavier
        Iker Asier Gonzalo Héctor Nicolás Tomás Ángel Víctor Germán Borja Unai Eloy Matías Simón""",
        """García_Peña Núñez Ibáñez Muñoz Martínez_Soler Hernández Gómez_Lara Jiménez Díaz_Cano Vázquez Domínguez
        Gutiérrez Ramírez Serrano Ortúñez Echeverría Etxeberria Goñi Zubizarreta Puig Ferrer Casals Vidal_Roig Bosch
        Cañizares Peñalver Yáñez Sáez Cortés Marín Rodríguez_Vega Fernández_Ruiz López_Aranda Sánchez_Oliva Pérez_Mora
        Álvarez_Tejada Méndez Suárez Bermúdez Cárdenas Galán Iglesias Lozano Montañés Navarro Ordóñez Quintanilla
        Rivas Tórrez Urquijo Villaseñor Zárate Ibarra Castañeda Pagés Llorente""",
    ),
    "IT": (
        """Giulia Chiara Francesca Alessandra Elisa Martina Ilaria Beatrice Noemi Agnese Ludovica Caterina Fiorella
        Serena Benedetta Lucrezia Federica Valentina Nicoletta Ornella Giorgia Mariangela Loredana Rossella Debora""",
        """Matteo Lorenzo Alessandro Davide Niccolò Andrea Gianluca Filippo Riccardo Jacopo Tommaso Emanuele Piero Ettore
        Gabriele Ruggero Nicolò Giosuè Massimiliano Pierluigi Salvatore Edoardo Giambattista Fabrizio Elio""",
        """Moretti Galli Ferrari Conti Bellucci D’Angelo De_Santis Dell’Orto Caruso Lombardi Barbieri Fontana Mariani
        Rinaldi Colombo Martinelli Gatti Pellegrini Palumbo Sanna Farina Rizzi Monti Cattaneo Morandi Bianchetti
        Sartori Zanella Testa Grassi Valentini Bernardi Guerra Ferraro Marchetti Silvestri Negri Battaglia Sala
        Cocchi Tagliaferro Uberti Vescovi Zuccarelli Cantù Dal_Pozzo Pavan Trevisan""",
    ),
    "PL": (
        """Małgorzata Agnieszka Katarzyna Zofia Bożena Grażyna Elżbieta Wioletta Świętosława Aleksandra Łucja Kinga
        Paulina Żaneta Iwona Hanna Magdalena Ewelina Jolanta Dorota Weronika Kalina Róża Olga Patrycja""",
        """Łukasz Paweł Michał Tomasz Krzysztof Stanisław Wojciech Bartłomiej Przemysław Grzegorz Mirosław Zbigniew
        Jędrzej Szymon Kacper Andrzej Sławomir Mateusz Rafał Błażej Tadeusz Maciej Witold Ireneusz Dawid""",
        """Kowalski Wiśniewski Wójcik Kamiński Lewandowski Zieliński Szymański Woźniak Dąbrowski Kozłowski Jabłoński
        Piątek Krawczyk Mazur Grabowski Pająk Zając Król Wieczorek Sikorski Ostrowski Duda Gołębiewski Głowacki
        Śliwiński Żurawski Źródłowski Bąk Cieślak Ćwikliński Dziedzic Gałązka Jastrzębski Kępa Łapiński Michalski
        Niedźwiecki Orłowski Przybylski Rogoziński Sobczyk Świątek Tomczak Urbański Wróbel Zawadzki Ślusarczyk Kubacki
        Łęcki Brzęczyszczykiewicz""",
    ),
    "SE": (
        """Astrid Åsa Märta Elin Linnéa Saga Freja Ebba Malin Sigrid Ylva Karin Gunilla Birgitta Wilma Tuva Alva Signe
        Annika Ulrika Kerstin Agneta Maj-Britt Hjördis Åsne""",
        """Björn Åke Mårten Oskar Göran Sören Håkan Lars-Erik Nils Gösta Jörgen Pär Anders Fredrik Viktor Ludvig Emil
        Torbjörn Östen Jonas Rasmus Ragnar Sixten Hampus Måns""",
        """Lindström Sjöberg Bergström Åkesson Öberg Söderlund Nyström Hägglund Björklund Ekström Dahlgren Wikström
        Norén Holmqvist Åström Sandström Lundqvist Hallström Engström Blomqvist Sjögren Fransson Hedlund Mårtensson
        Östlund Rönnqvist Strömberg Törnqvist Viklund Zetterlund Älvegård Backström Cederström Grönvall Kjellberg""",
    ),
    "GB": (
        """Charlotte Emma Olivia Poppy Harriet Imogen Beatrix Rosie Freya Niamh Zara Priya Aisha Gemma Hannah Philippa
        Eleanor Cerys Siân Bronwen Morag Catriona Jodie Tamsin Rhiannon Nadia Folake Georgina Verity Maisie""",
        """Oliver Harry Callum Rhys Alasdair Gareth Tom Edward Jamal Sanjay Nathan Rory Duncan Finlay Owain Dylan Kwame
        Toby Rupert Fergus Graham Marcus Stuart Iain Jasper Barnaby Imran Gethin Lewis Miles""",
        """Hartley Ashworth Pemberton Wainwright Thorne Fairbairn Blackwood Holloway MacAllister McKenzie Fitzwilliam
        Okonkwo Adeyemi Patel Hussain Llewellyn Griffiths Pritchard Cadwallader Entwistle Ramsbottom Sutcliffe
        Greenhalgh Featherstone Smith-Jones Douglas-Hale Winterbourne Kettleborough Oakes Marsden Lockwood Drummond
        Sinclair Abernathy Carruthers Penrose Trevelyan Tregenza Whitcombe Yardley Hargreaves Nettleton Birtwistle
        Osei Chaudhry Singh-Gill O’Dowd Bramall Cattermole Dunstable""",
    ),
    "IE": (
        """Aoife Ciara Niamh Saoirse Róisín Sinéad Gráinne Orlaith Caoimhe Bríd Máire Éabha Fionnuala Deirdre Clodagh
        Aisling Eimear Nuala Áine Síle""",
        """Seán Pádraig Ciarán Oisín Cillian Diarmuid Fionn Eoghan Rónán Séamus Tadhg Conor Declan Cormac Micheál
        Donnacha Lorcán Darragh Éamon Ruairí""",
        """O’Brien O’Connor Murphy Ní_Bhriain Byrne Gallagher Kavanagh Doherty Fitzgerald MacCarthy Ó_Súilleabháin
        Quinlan Brennan Nolan Hennessy O’Shaughnessy Mac_Giolla Costello Tierney Moriarty Keane Scanlon Breathnach
        Devlin Halloran Ó_Dálaigh Rafferty Tuohy""",
    ),
    "US": (
        """Emily Madison Ashley Jasmine Aaliyah Brianna Guadalupe Mei-Ling Shreya Latoya Kimberly Heather Savannah
        Destiny Brooke Abigail Imani Sierra Paige Whitney Alejandra Nicole Tiffany Kaitlyn Harper Willow Rosalind Joy
        Denise Carla""",
        """Michael Jacob Tyler DeShawn Marcus Ethan Brandon Diego Carlos Kevin Wei Arjun Jamal Austin Cody Trevor Mason
        Logan Xavier Malik Garrett Wyatt Isaiah Spencer Darnell Elijah Hiroshi Chase Emmett Reuben""",
        """Whitaker Caldwell Montgomery Hawthorne Delgado Castillo Washington Jefferson Nguyen Ramirez Kowalczyk Johansen
        O’Leary Goldberg Rosenthal Fitzpatrick Boudreaux LeBlanc Yamamoto Chen Patel Okafor Haynes Buchanan Ellsworth
        Sterling Maddox Vance Thornton Bradshaw Calloway Dempsey Espinoza Fairchild Gunderson Hollis Ibarra Jansen
        Kessler Lindgren McAllister Norwood Ostrowski Pruitt Quintero Redmond Schaefer Tillman Underwood Villanueva
        Wexler Youngblood Zimmerman Begay Whitehorse Kealoha De_La_Cruz St._Clair Van_Houten Peña""",
    ),
    "CA": (
        """Émilie Geneviève Maude Josée Charlotte Sarah Meaghan Amrit Xin_Yi Tanya Chantal Ariane Kaylee Fiona Noor
        Brigitte Vérane Maxine Aurore Danika""",
        """Liam Étienne Gabriel Mathieu Olivier Tristan Gurpreet Wei_Jie Connor Alexandre Félix Émile Brady Hamish
        Jean-François Marc-André Yves Callum Devon Benoît""",
        """Tremblay Gagnon Bouchard Côté Lévesque Bélanger Thériault MacDonald Campbell Sidhu Dhaliwal Fraser Kozak
        Petryshyn Beauchemin Desjardins Laframboise Cardinal Nakashima Oakley Pelletier Rivard Sinclair Thibodeau
        Wong Zacharias Gélinas Hébert Lafrenière MacIsaac""",
    ),
    "BR": (
        """Beatriz Fernanda Júlia Letícia Mônica Patrícia Conceição Luíza Vitória Débora Inês Thaís Cecília Antônia
        Jéssica Raquel Sônia Tatiana Natália Aparecida""",
        """João José Luís Antônio Rogério Sérgio Márcio Thiago Otávio Caíque Vinícius Fábio Cauã Murilo Estêvão Flávio
        Renan Jônatas Caetano Mário""",
        """da_Conceição Araújo Gonçalves Magalhães Assunção Guimarães Simões Brandão Leitão Conceição Mendonça
        dos_Anjos Figueirêdo Sant’Anna Falcão Galvão Nóbrega Patrício Quitéria Rabêlo Sampaio Távora Uchôa Vilaça
        Bragança Camargo_Leão Estevão Freitas_Melo Antunes Nascimento_Cruz""",
    ),
    "JP": (
        """Haruka:遥 Yui:結衣 Sakura:さくら Aiko:愛子 Misaki:美咲 Yōko:洋子 Keiko:恵子 Naomi:直美 Rin:凛 Mayumi:真由美
        Chihiro:千尋 Kaori:香織 Emi:恵美 Shiori:栞 Nanami:七海 Tomoko:智子""",
        """Haruto:陽翔 Kenta:健太 Shōta:翔太 Takashi:隆 Hiroshi:浩 Daisuke:大輔 Kazuya:和也 Yūta:勇太 Ryō:亮 Kōji:浩二
        Makoto:誠 Satoshi:智 Naoki:直樹 Shin’ichi:真一 Tarō:太郎 Jun:純""",
        """Satō:佐藤 Suzuki:鈴木 Takahashi:高橋 Tanaka:田中 Itō:伊藤 Watanabe:渡辺 Kobayashi:小林 Katō:加藤 Yoshida:吉田
        Yamada:山田 Sasaki:佐々木 Matsumoto:松本 Inoue:井上 Kimura:木村 Shimizu:清水 Saitō:斎藤 Mori:森 Ōno:大野
        Kudō:工藤 Endō:遠藤 Aoki:青木 Fujita:藤田 Gotō:後藤 Hasegawa:長谷川 Murakami:村上 Kondō:近藤 Ishii:石井
        Sakamoto:坂本 Nakagawa:中川 Ōtani:大谷""",
    ),
    "IN": (
        """Ananya Priyanka Deepika Kavya Lakshmi Meera Nandini Pooja Ritika Sunita Swati Tanvi Ishita Fatima Harpreet
        Aditi Revathi Gayatri Shalini Zoya""",
        """Arjun Rohan Vikram Sanjay Aditya Karthik Rahul Imran Harish Suresh Manoj Nikhil Pranav Siddharth Gurdeep
        Venkatesh Farhan Anil Rajesh Dinesh""",
        """Sharma Iyer Krishnan Reddy Banerjee Mukherjee Chatterjee Deshpande Kulkarni Nair Menon Pillai Gupta Agarwal
        Mehta Shah Bhatt Singh Kaur Khan Ansari Fernandes D’Souza Raghunathan Subramaniam Venkataraman Joshi Patil
        Chaudhary Malhotra""",
    ),
    "IL": (
        """Noa:נועה Tamar:תמר Yael:יעל Maya:מאיה Shira:שירה Adi:עדי Michal:מיכל Ronit:רונית Hila:הילה Avigail:אביגיל
        Einat:עינת Liora:ליאורה Dafna:דפנה Rivka:רבקה""",
        """Itai:איתי Noam:נועם Yonatan:יונתן Eitan:איתן Amir:אמיר Oren:אורן Gilad:גלעד Roi:רועי Uri:אורי Nadav:נדב
        Shlomo:שלמה Moshe:משה Doron:דורון Tal:טל""",
        """Cohen:כהן Levi:לוי Mizrahi:מזרחי Peretz:פרץ Biton:ביטון Avraham:אברהם Friedman:פרידמן Malka:מלכה Azoulay:אזולאי
        Katz:כץ Shapira:שפירא Ben-David:בן-דוד Gabbay:גבאי Harari:הררי Segal:סגל Golan:גולן Bar-On:בר-און Regev:רגב
        Tzur:צור Yadin:ידין Zohar:זוהר Amsalem:אמסלם""",
    ),
    "AE": _ARABIC,
    "EG": _ARABIC,
    "TR": (
        """Ayşe Zeynep Elif Gülşen Özlem Çiğdem Şebnem İpek Büşra Sıla Gönül Tuğba Ülkü Işıl Nurgül Hatice Şule Yağmur
        Ece Dilâra""",
        """Mehmet Çağlar Özgür Barış Uğur Gökhan İbrahim Şükrü Tolga Emre Yiğit Işık Cüneyt Kağan Oğuzhan Ümit Burak
        Serdar Tuğrul Doğan""",
        """Yılmaz Öztürk Şahin Çelik Yıldız Aydın Güneş Koç Kılıç Doğan Aslan Çetin Kaya Özdemir Şimşek Tekin Erdoğdu
        Başaran Gündüz Işık Toprak Uçar Ağaoğlu Büyükkaya İnönülü Karagöz Türkmen Sağlam Demirçay Yağcı""",
    ),
    "VN": (
        """Thị_Hương Minh_Châu Thu_Hà Ngọc_Ánh Thanh_Thảo Bích_Ngọc Kiều_Trang Mỹ_Linh Phương_Anh Hồng_Nhung Tuyết_Mai
        Diệu_Linh Khánh_Vy Quỳnh_Như""",
        """Văn_Đức Minh_Quân Quốc_Bảo Hữu_Phước Đình_Khôi Anh_Tuấn Thành_Đạt Công_Vinh Đăng_Khoa Xuân_Trường Gia_Huy
        Bảo_Long Trọng_Nghĩa Hoàng_Sơn""",
        """Nguyễn Trần Lê Phạm Huỳnh Hoàng Phan Vũ Võ Đặng Bùi Đỗ Hồ Ngô Dương Lý Đinh Đoàn Trương Mạc""",
    ),
}
