"""Words of headers in many languages, and what they mean. Data; `core.imports.vocabulary` reads it.

Phrases are divided by `|` or a line's end. Case, accents and punctuation do not matter, and neither do numbers,
`QUALIFIERS` and `SUBJECTS` around them. A phrase that stands under two meanings counts for the first.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple


class Meaning(NamedTuple):
    """Something that headers say.

    Attributes:
        fields: by whom it is about (contact, company, deal, task, activity) the field that it is there.
        words: phrases for it.
        kind: what its values look like, where one can tell: a kind of `core.imports.shapes.Target`.
    """

    fields: Mapping[str, str]
    words: str
    kind: str = ""


def _of(field: str, *subjects: str) -> dict[str, str]:
    return dict.fromkeys(subjects, field)


_ALL = ("contact", "company", "deal")

MEANINGS: dict[str, Meaning] = {
    # --- people ---
    "first_name": Meaning(
        _of("first_name", "contact"),
        """first name|firstname|given name|forename|first|fname|f name|christian name|contact first name|lead first name
        Vorname|Rufname|prénom|prenom|nombre de pila|nombres|primer nombre|primeiro nome|nome próprio|nome di battesimo
        voornaam|roepnaam|imię|imie|förnamn|fornavn|jméno křestní|křestní jméno|keresztnév|etunimi|prenume|ad|adı|isim
        имя|ім'я|όνομα|الاسم الأول|שם פרטי|प्रथम नाम|पहला नाम|名|名字|名前|下の名前|이름|nama depan|tên""",
        "line",
    ),
    "last_name": Meaning(
        _of("last_name", "contact"),
        """last name|lastname|surname|family name|familyname|last|lname|l name|second name|contact last name|lead last name
        Nachname|Familienname|Zuname|nom de famille|apellido|apellidos|primer apellido|sobrenome|apelido|último nome
        cognome|achternaam|familienaam|nazwisko|efternamn|etternavn|efternavn|příjmení|prijmeni|priezvisko|vezetéknév
        sukunimi|soyad|soyadı|soyisim|фамилия|прізвище|επώνυμο|επίθετο|اسم العائلة|اللقب|الاسم الأخير|שם משפחה
        उपनाम|अंतिम नाम|कुलनाम|姓|姓氏|苗字|名字(姓)|성|nama belakang|họ|nume de familie""",
        "line",
    ),
    "middle_name": Meaning(
        _of("middle_name", "contact"),
        """middle name|middlename|middle|middle initial|additional name|second first name|zweiter Vorname|deuxième prénom
        segundo nombre|nome do meio|secondo nome|tussenvoegsel|drugie imię|mellannamn|mellemnavn|mellomnavn|отчество
        по батькові|שם אמצעי""",
        "line",
    ),
    "name_suffix": Meaning(
        _of("name_suffix", "contact"), "name suffix|suffix|Namenszusatz|suffixe|sufijo|sufixo", "line"
    ),
    "full_name": Meaning(
        _of("name", "contact"),
        """full name|fullname|contact name|person name|person|lead name|display name|client name|customer name|prospect name
        name of contact|primary contact|primary contact name|main contact|contact person|point of contact|poc|attendee
        attendee name|lead|your name|employee name|decision maker|key contact
        Ansprechpartner|Ansprechpartnerin|Kontaktperson|Kontaktname|vollständiger Name|Vor- und Nachname|Vorname Nachname
        nom complet|nom et prénom|nom prénom|prénom nom|nom du contact|personne de contact|interlocuteur
        nombre completo|nombre y apellidos|nombre y apellido|nombre del contacto|persona de contacto|contacto principal
        nome completo|nome e sobrenome|nome do contato|nome do contacto|pessoa de contato|contato principal|nome e cognome
        nome cognome|nominativo|persona di contatto|referente|volledige naam|contactpersoon|naam contactpersoon
        imię i nazwisko|imie i nazwisko|osoba kontaktowa|fullständigt namn|kontaktperson|fullt navn|fulde navn
        celé jméno|jméno a příjmení|kontaktní osoba|meno a priezvisko|ad soyad|adı soyadı|ad soyadı|isim soyisim|yetkili
        yetkili kişi|ФИО|ф.и.о.|полное имя|контактное лицо|имя и фамилия|ПІБ|контактна особа|повне ім'я
        ονοματεπώνυμο|υπεύθυνος επικοινωνίας|الاسم الكامل|الاسم بالكامل|اسم العميل|اسم جهة الاتصال|שם מלא|איש קשר|שם איש קשר
        पूरा नाम|संपर्क व्यक्ति|ग्राहक का नाम|姓名|联系人|联系人姓名|聯絡人|客户姓名|全名|氏名|お名前|担当者|担当者名|성명|담당자|담당자명|고객명
        nama lengkap|họ và tên|họ tên""",
        "name",
    ),
    "salutation": Meaning(
        {},
        """salutation|prefix|name prefix|honorific|mr mrs|Anrede|civilité|tratamiento|tratamento|titolo di cortesia|aanhef
        zwrot grzecznościowy|обращение|звернення|称谓|敬称|courtesy title""",
    ),
    "nickname": Meaning({}, "nickname|nick name|Spitzname|surnom|apodo|apelido carinhoso|soprannome|bijnaam"),
    "job": Meaning(
        _of("title", "contact"),
        """job title|jobtitle|job|position|job position|role|job role|designation|occupation|profession|person title
        contact title|work title|title position|position title|function|organization title|organisation title
        Position im Unternehmen|Funktion|Berufsbezeichnung|Stellenbezeichnung|Jobtitel|Tätigkeit|Beruf|Stelle
        poste|fonction|intitulé du poste|intitulé de poste|titre du poste|profession|puesto|cargo|puesto de trabajo
        ocupación|función|profesión|título profesional|função|profissão|título do cargo|qualifica|ruolo|posizione|mansione
        carica|functie|functietitel|beroep|stanowisko|pozycja|funkcja|titel|befattning|stilling|jobbtitel|roll|yrkestitel
        pozice|funkce|pracovní pozice|pozícia|beosztás|unvan|ünvan|pozisyon|görev|görevi|meslek|должность|посада
        θέση|θέση εργασίας|المسمى الوظيفي|الوظيفة|المنصب|תפקיד|पद|पदनाम|职位|职务|職位|職稱|头衔|役職|肩書き|직책|직함|직위
        jabatan|chức vụ""",
        "line",
    ),
    "department": Meaning(
        {},
        "department|dept|Abteilung|département|service|departamento|reparto|afdeling|dział|avdelning|отдел|部门|部署|부서",
    ),
    "email": Meaning(
        _of("email", "contact"),
        """email|e-mail|emails|e-mails|mail|email address|e-mail address|emailaddress|email addresses|email id|mail id|emailid
        contact email|contact mail|email addr|primary email|best email|your email|person email|e mail id|smtp|email value
        E-Mail-Adresse|Mailadresse|Email-Adresse|Mail-Adresse|adresse e-mail|adresse email|adresse mail|courriel|mél
        adresse électronique|adresse de messagerie|correo|correo electrónico|correo electronico|dirección de correo
        direccion de correo electronico|endereço de e-mail|endereço de email|correio eletrônico|correio eletrónico
        posta elettronica|indirizzo email|indirizzo e-mail|indirizzo di posta elettronica|e-mailadres|emailadres|mailadres
        adres e-mail|adres email|adres mailowy|poczta|e-post|epost|e-postadress|e-postadresse|mailadress|e-mailová adresa
        emailová adresa|e-mail cím|sähköposti|adresă e-mail|e-posta|eposta|e-posta adresi|mail adresi|почта|эл. почта
        электронная почта|емейл|имейл|емайл|адрес электронной почты|електронна пошта|пошта|ел. пошта|имэйл
        ηλεκτρονικό ταχυδρομείο|διεύθυνση email|البريد الإلكتروني|البريد الالكتروني|البريد|الإيميل|ايميل|דוא"ל|דואל
        אימייל|מייל|דואר אלקטרוני|ईमेल|ई-मेल|ईमेल पता|邮箱|电子邮件|电子邮箱|邮件|電子郵件|信箱|邮箱地址|メール|メールアドレス|Eメール|이메일|메일|전자우편
        surel|alamat email|địa chỉ email""",
        "email",
    ),
    "phone": Meaning(
        _of("phone", "contact", "company"),
        """phone|telephone|tel|phones|phone number|phone no|phone numbers|phonenumber|telephone number|tel no|telephone no|ph
        ph no|contact number|contact no|contact phone|number|no|phone value|line|direct dial|direct line|did|dial
        call number|reach at|telefon nummer|mobile|mobile phone|mobile number|mobile no|mob|mob no|cell|cell phone|cellphone
        cell number|whatsapp|whatsapp number|whatsapp no|whats app|mobilephone|hp|handphone|viber|telegram phone
        Telefon|Telefonnummer|Telefonnr|Tel.-Nr.|Tel. Nr.|Rufnummer|Handy|Handynummer|Handynr|Mobil|Mobiltelefon
        Mobilnummer|Privattelefon|Privatnummer|Geschäftstelefon|Diensttelefon|Firmentelefon|Haupttelefon|Hauptnummer|Diensthandy|Mobilfunk|Mobilfunknummer|Festnetz|Durchwahl|téléphone|numéro de téléphone|n° de téléphone|n° tél|tél
        portable|téléphone portable|téléphone mobile|mobile professionnel|tél portable|numéro|gsm|fixe|téléphone fixe
        teléfono|telefono|número de teléfono|numero de telefono|móvil|celular|teléfono móvil|teléfono celular|tlf|tfno
        telefone|número de telefone|telemóvel|número de celular|telefone celular|fone|contato telefônico
        numero di telefono|cellulare|numero di cellulare|recapito telefonico|telefono cellulare|tel. cell
        telefoon|telefoonnummer|tel. nr|mobiel|mobiele telefoon|mobiel nummer|mobiele nummer|telefoonnr|gsm-nummer|06-nummer
        numer telefonu|nr telefonu|nr tel|komórka|telefon komórkowy|tel. komórkowy|tel kom|telefonnummer|mobilnummer
        mobiltelefon|mobilnr|tlf nr|tlf.|telefonní číslo|číslo telefonu|telefónne číslo|mobilní telefon|telefonszám|puhelin
        puhelinnumero|număr de telefon|telefon numarası|tel no|cep|cep telefonu|cep no|gsm no|iş telefonu|ev telefonu
        телефон|номер телефона|тел|тел.|моб. телефон|мобильный|мобильный телефон|сотовый|рабочий телефон|контактный телефон
        номер телефону|мобільний|мобільний телефон|τηλέφωνο|κινητό|αριθμός τηλεφώνου|σταθερό|κινητό τηλέφωνο
        الهاتف|هاتف|رقم الهاتف|الجوال|رقم الجوال|جوال|موبايل|رقم الموبايل|المحمول|طلفون|טלפון|מספר טלפון|נייד|טלפון נייד|פלאפון
        फ़ोन|फोन|फोन नंबर|फ़ोन नंबर|मोबाइल|मोबाइल नंबर|संपर्क नंबर|दूरभाष|电话|电话号码|手机|手机号|手机号码|联系电话|聯絡電話|電話|電話號碼|手機
        電話番号|携帯|携帯電話|携帯番号|전화|전화번호|휴대폰|휴대전화|핸드폰|연락처|telepon|nomor telepon|no telepon|no hp|điện thoại|số điện thoại""",
        "phone",
    ),
    "email_label": Meaning(_of("email_label", "contact"), "email label|email type|e-mail type|e-mail label"),
    "phone_label": Meaning(_of("phone_label", "contact"), "phone label|phone type|telephone type"),
    "email_or_phone": Meaning(
        _of("email", "contact"),
        "email phone|phone email|email or phone|email mobile|mobile email|mail phone|phone mail|email tel|email contact no",
    ),
    "contact": Meaning(
        _of("name", "contact"),
        """contact|contacts|Kontakt|contacto|contato|contatto|kontakt|контакт|контакты|контакти|επαφή|جهة الاتصال|contact info
        contact details|संपर्क|İletişim|iletişim""",
    ),
    "lead_status": Meaning(
        _of("lead_status", "contact"),
        """lead status|leadstatus|contact status|prospect status|lead stage|lifecycle stage|contact stage|Lead-Status
        Leadstatus|statut du lead|statut du prospect|estado del lead|estado de lead|status do lead|status leada
        lead státusz|статус лида|статус ліда|线索状态|潜在客户状态|リードステータス|리드 상태""",
    ),
    "deleted": Meaning(
        _of("deleted", *_ALL, "task", "activity"),
        "deleted|is deleted|isdeleted|deleted at|deletedat|gelöscht|supprimé|eliminado|excluído|eliminato|verwijderd|usunięty",
        "flag",
    ),
    "do_not_call": Meaning(
        _of("do_not_call", "contact"),
        """do not call|donotcall|dnc|do not phone|do not contact|no call|no calls|opt out phone|phone opt out
        nicht anrufen|ne pas appeler|no llamar|não ligar|non chiamare|niet bellen|nie dzwonić|ring inte|не звонить
        не дзвонити|不要致电|请勿致电|電話禁止|전화금지""",
        "flag",
    ),
    "time_zone": Meaning(
        _of("time_zone", "contact"),
        "time zone|timezone|tz|Zeitzone|fuseau horaire|zona horaria|fuso horário|fuso orario|часовой пояс|时区",
        "line",
    ),
    # --- companies ---
    "company": Meaning(
        _of("name", "company"),
        """company|company name|companyname|organization|organisation|organization name|organisation name|org|org name|account
        account name|accountname|business|business name|businessname|employer|firm|firm name|customer|client|company account name
        current company|company organization|legal name|trading name|vendor|vendor name|supplier|institution|agency|brand|shop name
        store name|associated company|primary company|primary associated company|Firma|Firmenname|Unternehmen|Unternehmensname
        Name des Unternehmens|Organisation|Betrieb|Kunde|Kundenname|Arbeitgeber|Gesellschaft|Organisationsname
        entreprise|société|nom de l'entreprise|nom de la société|raison sociale|compte|nom du compte|organisme|client nom
        empresa|nombre de la empresa|nombre empresa|compañía|compania|organización|razón social|cuenta|nombre de cuenta|sociedad
        nome da empresa|companhia|organização|razão social|conta|nome da conta|nome fantasia|azienda|nome azienda|società
        ragione sociale|ditta|impresa|organizzazione|bedrijf|bedrijfsnaam|naam bedrijf|organisatie|klant|klantnaam
        firma nazwa|nazwa firmy|przedsiębiorstwo|organizacja|spółka|företag|företagsnamn|organisation|bedrift|firmanavn
        virksomhed|selskap|bolag|firmanamn|virksomhedsnavn|společnost|název firmy|název společnosti|spoločnosť|názov firmy
        cég|cégnév|cég neve|yritys|yrityksen nimi|companie|firmă|şirket|şirket adı|firma adı|kurum|kuruluş|şirket ismi
        компания|название компании|организация|фирма|предприятие|юр. лицо|наименование организации|компанія|назва компанії
        організація|підприємство|εταιρεία|εταιρία|επωνυμία|επιχείρηση|οργανισμός|الشركة|اسم الشركة|شركة|المؤسسة|المنظمة|חברה
        שם חברה|שם החברה|ארגון|कंपनी|कंपनी का नाम|संगठन|संस्था|公司|公司名称|公司名|企业|企业名称|单位|单位名称|公司名稱|组织|機構|客户名称|客户
        会社|会社名|企業名|組織名|法人名|회사|회사명|업체명|기업명|상호|perusahaan|nama perusahaan|công ty|tên công ty""",
    ),
    "domain": Meaning(
        _of("domain", "company"),
        """domain|company domain|company domain name|domain name|email domain|web domain|Domäne|domaine|nom de domaine|dominio
        domínio|domein|domena|domän|domæne|doména|домен|域名|ドメイン|도메인""",
        "domain",
    ),
    "website": Meaning(
        _of("website", "company"),
        """website|web site|web|url|site|homepage|home page|web page|webpage|company website|website url|web address|www|company url
        site url|link|Webseite|Webauftritt|Internetseite|Internetadresse|Firmenwebsite|site web|site internet|adresse web|page web
        sitio web|página web|pagina web|web empresa|sítio web|página da web|sito|sito web|sito internet|websiteadres
        strona www|strona internetowa|strona|witryna|hemsida|webbplats|webbsida|hjemmeside|nettside|nettsted|webové stránky|webstránka
        weboldal|kotisivu|web sitesi|internet sitesi|сайт|веб-сайт|вебсайт|сайт компании|ιστοσελίδα|ιστότοπος
        الموقع الإلكتروني|الموقع|موقع|אתר|אתר אינטרנט|वेबसाइट|网站|网址|公司网站|網站|官网|ウェブサイト|ホームページ|웹사이트|홈페이지|situs web|trang web""",
        "url",
    ),
    "industry": Meaning(
        _of("industry", "company"),
        """industry|sector|business sector|vertical|branch of industry|industry sector|company industry|line of business|Branche
        Industrie|Wirtschaftszweig|secteur|secteur d'activité|industrie|industria|sector industrial|rubro|giro|setor
        indústria|ramo|ramo de atividade|segmento|settore|settore industriale|branża|branza|przemysł|bransch|branche|bransje
        obor|odvětví|odvetvie|iparág|toimiala|sektör|endüstri|отрасль|сфера деятельности|галузь|κλάδος|القطاع|الصناعة|מגזר|תעשייה
        उद्योग|行业|产业|行業|業種|業界|산업|업종|industri|ngành""",
        "line",
    ),
    "employees": Meaning(
        _of("employees", "company"),
        """employees|number of employees|no of employees|employee count|company size|headcount|size|staff|numberofemployees|team size
        num employees|employee size|Mitarbeiter|Mitarbeiterzahl|Anzahl Mitarbeiter|Anzahl der Mitarbeiter|Beschäftigte|Unternehmensgröße
        effectif|effectifs|nombre d'employés|nombre de salariés|salariés|taille de l'entreprise|empleados|número de empleados|plantilla
        tamaño de la empresa|funcionários|número de funcionários|colaboradores|número de colaboradores|dipendenti|numero di dipendenti
        numero dipendenti|medewerkers|aantal medewerkers|aantal werknemers|pracownicy|liczba pracowników|anställda|antal anställda
        ansatte|antall ansatte|antal ansatte|zaměstnanci|počet zaměstnanců|çalışan sayısı|количество сотрудников|сотрудники|число сотрудников
        кількість співробітників|αριθμός εργαζομένων|عدد الموظفين|מספר עובדים|कर्मचारी|员工人数|员工数|公司规模|從業員數|従業員数|직원수|직원 수""",
        "integer",
    ),
    # --- places ---
    "address": Meaning(
        _of("address", "contact", "company"),
        """address|street|street address|address line|addr|mailing street|mailing address|street name|street 1|address street|full address
        postal address|address 1|address line 1|business address|office address|location address|house no|road
        Adresse|Straße|Strasse|Anschrift|Straße und Hausnummer|Straße Hausnr|Str Nr|Straße Hausnummer|Straße Nr|Str|Hausnummer|Postanschrift
        rue|adresse postale|voie|numéro et rue|ligne d'adresse|dirección|direccion|calle|domicilio|dirección postal|calle y número
        endereço|endereco|rua|logradouro|morada|endereço completo|indirizzo|via|straat|straatnaam|adres|straat en huisnummer|huisnummer
        ulica|adres pocztowy|ulica i numer|adress|gata|gatuadress|gateadresse|postadress|vejnavn|vej|gade|adresa|ulice|cím|utca|osoite
        katuosoite|sokak|cadde|açık adres|адрес|улица|адреса|вулиця|διεύθυνση|οδός|العنوان|عنوان|الشارع|כתובת|רחוב|पता|सड़क
        地址|街道|详细地址|住址|公司地址|住所|所在地|番地|주소|도로명|alamat|jalan|địa chỉ""",
        "line",
    ),
    "postal_code": Meaning(
        _of("postal_code", "contact", "company"),
        """postal code|postalcode|zip|zip code|zipcode|post code|postcode|zip postal code|postal|pin|pin code|pincode|postal zip code
        PLZ|Postleitzahl|code postal|cp|código postal|codigo postal|c.p.|cep|CAP|codice postale|codice di avviamento postale
        kod pocztowy|postnummer|postnr|psč|směrovací číslo|irányítószám|postinumero|cod poștal|posta kodu|индекс|почтовый индекс
        поштовий індекс|індекс|ταχυδρομικός κώδικας|τ.κ.|الرمز البريدي|מיקוד|पिन कोड|पिन|邮编|邮政编码|郵遞區號|郵便番号|우편번호|kode pos""",
        "line",
    ),
    "city": Meaning(
        _of("city", "contact", "company"),
        """city|town|PLZ Ort|zip city|postal code city|code postal ville|cp ville|cap città|cp ciudad|city state|city state zip|location|Standort|city town|town city|locality|mailing city|municipality|suburb|Stadt|Ort|Ortschaft|Wohnort|ville|commune|localité
        ciudad|localidad|población|municipio|cidade|localidade|município|città|citta|comune|località|stad|plaats|woonplaats|gemeente
        miasto|miejscowość|ort|postort|poststed|by|město|obec|mesto|város|település|kaupunki|postitoimipaikka|oraș|şehir|il|город
        місто|населенный пункт|πόλη|المدينة|مدينة|עיר|יישוב|शहर|नगर|城市|市|市区町村|도시|시|kota|thành phố""",
        "line",
    ),
    "region": Meaning(
        _of("region", "contact", "company"),
        """state|region|province|state region|state province|province state|county|mailing state|state code|territory region|prefecture
        Bundesland|Kanton|Region|Provinz|Land Kanton|région|département région|estado|provincia|comunidad autónoma|región|departamento region
        estado província|província|uf|distrito|regione|provincie|województwo|län|fylke|landsdel|kraj|okres|megye|maakunta|județ|ilçe|eyalet
        область|регион|край|регіон|περιφέρεια|νομός|المنطقة|المحافظة|الولاية|מחוז|राज्य|प्रदेश|省|省份|州|地区|都道府県|県|지역|도|provinsi|tỉnh""",
        "line",
    ),
    "country": Meaning(
        _of("country", "contact", "company"),
        """country|country region|country code|nation|mailing country|country name|country territory|Land|Staat|Land/Region|pays|pays région
        país|pais|país región|país região|paese|nazione|stato|kraj państwo|państwo|kraj pochodzenia|land region|země|stát|krajina|ország
        maa|țară|ülke|страна|країна|χώρα|البلد|الدولة|بلد|מדינה|ארץ|देश|国家|国家地区|國家|国|国名|국가|나라|negara|quốc gia""",
        "country",
    ),
    # --- deals ---
    "deal": Meaning(
        _of("title", "deal"),
        """deal|deal name|deal title|opportunity|opportunity name|opportunity title|deals|oppty|opp name|project name|project|sales opportunity
        dealname|Dealname|Deal-Name|Geschäft|Geschäftsname|Verkaufschance|Chance|Opportunity-Name|Abschluss|Auftrag|Projekt|Projektname
        affaire|nom de l'affaire|nom de la transaction|transaction|opportunité|nom de l'opportunité|titre de l'affaire|negocio
        nombre del negocio|oportunidad|nombre de la oportunidad|título del trato|trato|negócio|nome do negócio|oportunidade
        nome da oportunidade|título do negócio|trattativa|nome trattativa|opportunità|nome opportunità|affare|kans|verkoopkans|naam deal
        dealnaam|szansa|szansa sprzedaży|nazwa szansy|transakcja|affär|affärsnamn|salgsmulighet|salgsmulighed|obchod|název obchodu|obchodní případ
        üzlet|kauppa|fırsat|fırsat adı|anlaşma|сделка|название сделки|угода|назва угоди|ευκαιρία|συμφωνία|الصفقة|اسم الصفقة|الفرصة|עסקה|שם העסקה|סודה
        सौदा|商机|商机名称|交易|交易名称|項目名称|项目名称|商談|商談名|案件|案件名|取引|取引名|거래|거래명|영업기회|딜""",
        "line",
    ),
    "value": Meaning(
        _of("value", "deal"),
        """value|amount|deal value|deal amount|deal size|opportunity amount|opportunity value|revenue|expected revenue amount|price|total
        total value|contract value|acv|arr|tcv|budget|deal revenue|worth|total amount|estimated value|est value|est revenue|deal price
        Wert|Betrag|Summe|Auftragswert|Dealwert|Deal-Wert|Volumen|Umsatz|Preis|Auftragssumme|Geschäftswert|montant|valeur|montant de l'affaire
        montant de la transaction|chiffre d'affaires affaire|prix|importe|monto|valor|valor del negocio|cantidad|precio|importe del trato
        valor do negócio|montante|quantia|preço|importo|valore|valore trattativa|prezzo|bedrag|waarde|dealwaarde|omzet|prijs|kwota|wartość
        wartość szansy|cena|belopp|värde|beløp|verdi|beløb|værdi|summa|částka|hodnota|suma|érték|összeg|arvo|summa|tutar|değer|bedel|сумма|сумма сделки
        стоимость|бюджет|сума|сума угоди|вартість|ποσό|αξία|المبلغ|القيمة|قيمة الصفقة|סכום|ערך|राशि|मूल्य|金额|交易金额|商机金额|金額|合計金額|예상금액|금액|nilai|jumlah|giá trị""",
        "money",
    ),
    "currency": Meaning(
        _of("currency", "deal"),
        """currency|currency code|currency of value|deal currency|currencyisocode|Währung|devise|moneda|divisa|moeda|valuta|waluta|valuta kod
        měna|mena|pénznem|para birimi|döviz|валюта|νόμισμα|العملة|מטבע|मुद्रा|币种|货币|貨幣|通貨|통화|mata uang""",
        "currency",
    ),
    "probability": Meaning(
        _of("probability", "deal"),
        """probability|win probability|prob|win prob|deal probability|chance|probability %|likelihood|close probability|confidence %|Wahrscheinlichkeit
        Abschlusswahrscheinlichkeit|Gewinnwahrscheinlichkeit|probabilité|probabilidad|probabilidade|probabilità|kans %|waarschijnlijkheid
        slagingskans|prawdopodobieństwo|sannolikhet|sannsynlighet|sandsynlighed|pravděpodobnost|olasılık|вероятность|ймовірність|πιθανότητα
        الاحتمالية|הסתברות|संभावना|概率|赢单率|可能性|確度|確率|확률""",
        "percent",
    ),
    "pipeline": Meaning(
        _of("pipeline", "deal"),
        """pipeline|pipeline name|deal pipeline|sales pipeline|funnel|sales funnel|Vertriebspipeline|pipeline de ventes|embudo|embudo de ventas
        funil|funil de vendas|lejek|lejek sprzedaży|воронка|воронка продаж|воронка продажів|销售管道|销售漏斗|パイプライン|파이프라인""",
    ),
    "stage": Meaning(
        _of("stage", "deal"),
        """stage|deal stage|stage name|pipeline stage|sales stage|stagename|dealstage|opportunity stage|phase|deal phase|step|Phase|Stufe
        Dealphase|Deal-Phase|Verkaufsphase|Vertriebsphase|étape|phase de l'affaire|étape de la transaction|phase de la transaction|phase de vente
        etapa|etapa del negocio|fase|etapa de venta|fase del negocio|etapa do negócio|fase do negócio|estágio|etapa de vendas|fase trattativa|stadio
        dealfase|fase deal|verkoopfase|etap|etap sprzedaży|faza|steg|försäljningssteg|fase i salget|fáze|fáza|szakasz|vaihe|aşama|satış aşaması
        этап|стадия|этап сделки|стадия сделки|етап|стадія|етап угоди|στάδιο|المرحلة|مرحلة الصفقة|שלב|चरण|阶段|销售阶段|商机阶段|階段|ステージ|フェーズ|商談フェーズ|단계|거래 단계""",
    ),
    "outcome": Meaning(
        _of("outcome", "deal"),
        """deal status|won lost|opportunity status|deal outcome|result won lost|Dealstatus|Deal-Status|statut de l'affaire|estado del trato
        estado del negocio|status do negócio|stato trattativa|status szansy|статус сделки|статус угоди|交易状态""",
    ),
    "is_won": Meaning(
        _of("is_won", "deal"), "is won|iswon|is closed won|won|gewonnen|gagné|ganado|ganho|vinto", "flag"
    ),
    "is_closed": Meaning(_of("is_closed", "deal"), "is closed|isclosed|is deal closed|closed", "flag"),
    "lost_reason": Meaning(
        _of("lost_reason", "deal"),
        """lost reason|loss reason|closed lost reason|reason lost|reason for loss|lost because|Verlustgrund|Grund für Verlust|Absagegrund
        raison de la perte|motif de perte|motivo de pérdida|razón de la pérdida|motivo da perda|motivo perdita|reden verlies|reden van verlies
        powód utraty|powód przegranej|orsak till förlust|důvod ztráty|kayıp nedeni|причина отказа|причина проигрыша|причина втрати|丢单原因|失注理由|失敗原因""",
        "line",
    ),
    "expected_close": Meaning(
        _of("expected_close", "deal"),
        """close date|closedate|close|closes|closing|expected close|expected close date|closing date|estimated close date|est close date|target close date|exp close
        anticipated close date|expected closing|forecast date|estimated close|date close|Abschlussdatum|erwarteter Abschluss
        voraussichtliches Abschlussdatum|erwartetes Abschlussdatum|geplanter Abschluss|Abschluss am|date de clôture|date de fermeture
        clôture prévue|date de clôture prévue|date de signature prévue|fecha de cierre|fecha de cierre prevista|fecha prevista de cierre|cierre previsto
        data de fechamento|data prevista de fechamento|fechamento previsto|data de fecho|previsão de fechamento|data di chiusura|chiusura prevista
        data chiusura prevista|data chiusura|sluitdatum|verwachte sluitingsdatum|verwachte sluitdatum|data zamknięcia|przewidywana data zamknięcia
        planowana data zamknięcia|slutdatum|förväntat avslut|avslutsdatum|forventet lukkedato|lukkedato|datum uzavření|předpokládané uzavření
        kapanış tarihi|tahmini kapanış|дата закрытия|ожидаемая дата закрытия|планируемая дата закрытия|дата закриття|очікувана дата закриття
        ημερομηνία κλεισίματος|تاريخ الإغلاق|תאריך סגירה|समापन तिथि|预计成交日期|预计成交时间|成交日期|结束日期 预计|完了予定日|クローズ日|預計結案日|예상 마감일|마감일""",
        "date",
    ),
    "closed_at": Meaning(
        _of("closed_at", "deal"),
        """closed at|closed on|won time|lost time|closed date|actual close date|won date|lost date|deal closed date|close time|date won|date lost
        won at|lost at|geschlossen am|gewonnen am|verloren am|fermé le|cerrado el|fechado em|chiuso il|zamknięto|дата фактического закрытия""",
        "date",
    ),
    "next_step": Meaning(
        _of("next_step", "deal"),
        """next step|nextstep|next steps|next action|nächster Schritt|nächste Schritte|prochaine étape|próximo paso|próximo passo|prossimo passo
        volgende stap|następny krok|nästa steg|neste steg|næste skridt|další krok|sonraki adım|следующий шаг|наступний крок|下一步""",
        "line",
    ),
    "stage_since": Meaning(
        _of("stage_since", "deal"),
        "stage since|last stage change|last stage change date|stage change date|stage changed|stage entered|last stage update|in stage since",
        "date",
    ),
    # --- what happened, what is to be done ---
    "occurred_at": Meaning(
        _of("occurred_at", "activity"),
        """occurred at|activity date|call date|meeting date|event date|occurred|when|date time|datetime|timestamp|logged at|activity time|call time
        sent at|email date|note date|date of call|start|start date|start time|started at|activity datetime|date and time|interaction date
        Aktivitätsdatum|Anrufdatum|Datum und Uhrzeit|Zeitpunkt|date de l'activité|date de l'appel|date et heure|fecha de la actividad|fecha y hora
        fecha de la llamada|data da atividade|data da chamada|data e hora|data attività|data e ora|datum en tijd|data aktywności|data i godzina
        дата звонка|дата и время|дата дзвінка|дата активності|活动日期|通话时间|日時|活動日|일시""",
        "time",
    ),
    "kind": Meaning(
        {"activity": "kind", "task": "kind"},
        """activity type|kind|call or meeting|event type|interaction type|task type|activity kind|channel type|Aktivitätstyp|Aktivitätsart
        type d'activité|tipo de actividad|tipo de atividade|tipo attività|activiteitstype|typ aktywności|тип активности|тип задачи|тип активності|活动类型|活動種別""",
    ),
    "direction": Meaning(
        _of("direction", "activity"),
        "direction|call direction|call type|inbound outbound|in out|Richtung|Anrufrichtung|sens|sens de l'appel|dirección de llamada|direção da chamada|направление",
    ),
    "call_outcome": Meaning(
        _of("outcome", "activity"),
        """call outcome|call result|call disposition|disposition|outcome|result|activity outcome|meeting outcome|Anrufergebnis|Gesprächsergebnis|Ergebnis
        résultat de l'appel|résultat|resultado de la llamada|resultado|resultado da chamada|esito|esito chiamata|resultaat|wynik|wynik rozmowy|результат|результат звонка""",
    ),
    "duration": Meaning(
        _of("duration_s", "activity"),
        """duration|call duration|duration s|duration seconds|call duration in seconds|duration in seconds|length|call length|talk time
        Dauer|Anrufdauer|Gesprächsdauer|durée|durée de l'appel|duración|duración de la llamada|duração|duração da chamada|durata|duur|czas trwania
        varaktighet|varighed|varighet|doba trvání|süre|длительность|продолжительность|тривалість|διάρκεια|المدة|משך|时长|通话时长|時間|通話時間|기간""",
        "duration",
    ),
    "subject": Meaning(
        {"activity": "subject", "task": "subject"},
        """subject|activity subject|call title|call name|meeting name|meeting title|task|task title|task name|activity|activity name|activity title|to do
        todo|task subject|email subject|summary|topic|headline|Betreff|Aufgabe|Thema|Titel der Aufgabe|Aufgabentitel|objet|sujet|tâche
        titre de la tâche|titre de l'appel|asunto|tarea|título de la tarea|título de la llamada|assunto|tarefa|título da tarefa|título da chamada|oggetto
        attività|compito|onderwerp|taak|temat|zadanie|ämne|uppgift|emne|oppgave|opgave|předmět|úkol|konu|görev adı|тема|задача|предмет|завдання
        θέμα|εργασία|الموضوع|المهمة|נושא|משימה|विषय|कार्य|主题|任务|主題|件名|タスク|제목|작업""",
        "line",
    ),
    "body": Meaning(
        {"activity": "body", "task": "body", "contact": "note", "company": "note", "deal": "note"},
        """body|note body|note content|activity note|call notes|meeting notes|task notes|comment body|message|email body|content|details|full comments
        Inhalt|Gesprächsnotiz|Nachricht|contenu|message contenu|contenido|conteúdo|contenuto|inhoud|treść|innehåll|содержание|сообщение|зміст|内容|本文|내용
        last call note|activity notes|internal note""",
        "text",
    ),
    "due": Meaning(
        _of("due_at", "task"),
        """due|due date|due at|due on|deadline|task due date|activity due date|follow up date|followup date|follow up|next follow up|reminder
        reminder date|next call|next call date|next contact|next contact date|next task date|callback date|fällig|fällig am|Fälligkeitsdatum
        Fälligkeit|Wiedervorlage|Frist|Termin|date d'échéance|échéance|date de relance|relance|fecha de vencimiento|vencimiento|fecha límite|seguimiento
        data de vencimento|prazo|data de retorno|scadenza|data di scadenza|vervaldatum|deadline taak|termin|termin wykonania|förfallodatum
        forfallsdato|forfaldsdato|termín|son tarih|vade tarihi|срок|дата выполнения|крайний срок|термін|дедлайн|προθεσμία|تاريخ الاستحقاق|תאריך יעד
        截止日期|到期日|期限|期日|마감일자|기한""",
        "date",
    ),
    "done": Meaning(
        _of("done", "task"),
        """done|completed|is done|is completed|finished|task status|task completed|marked as done|marked as done (yes/no)|Erledigt|Abgeschlossen
        terminé|fait|completado|hecho|concluído|concluída|feito|completata|completato|fatto|afgerond|gereed|voltooid|wykonane|zakończone|klar|slutförd
        fullført|udført|hotovo|dokončeno|tamamlandı|выполнено|завершено|готово|виконано|完成|已完成|完了|완료""",
        "flag",
    ),
    "done_at": Meaning(
        _of("done_at", "task"),
        "done at|completed at|completed on|completion date|completed date|marked as done time|erledigt am|terminé le",
        "date",
    ),
    "priority": Meaning(
        _of("priority", "task"),
        "priority|task priority|Priorität|priorité|prioridad|prioridade|priorità|prioriteit|priorytet|prioritet|priorita|öncelik|приоритет|пріоритет|优先级|優先度|우선순위",
    ),
    "assignee": Meaning(
        _of("assignee", "task"),
        """assignee|assigned|task owner|assigned user|Zugewiesen an|Bearbeiter|attribué à|asignado a|atribuído a|assegnato a|toegewezen aan
        przypisane do|исполнитель|виконавець|执行人|担当者 タスク""",
    ),
    # --- of anything ---
    "owner": Meaning(
        {**_of("owner", *_ALL), "activity": "user", "task": "assignee"},
        """owner|owner name|contact owner|lead owner|deal owner|account owner|company owner|opportunity owner|record owner|sales rep|salesrep|rep
        sales person|salesperson|account manager|account executive|assigned to|assignedto|ownerid|owner id|agent|seller|responsible|owner email
        created by user|user|bdr|sdr|ae|relationship manager|handled by|caller|called by|logged by|managed by|sales owner
        Besitzer|Inhaber|Eigentümer|Zuständig|Zuständiger Mitarbeiter|Vertriebsmitarbeiter|Betreuer|Verantwortlicher|Kundenbetreuer|Kontoinhaber
        zuständiger|propriétaire|responsable|commercial|propriétaire du contact|chargé de compte|propietario|propietario del contacto|comercial|vendedor
        ejecutivo|proprietário|proprietário do contato|responsável|proprietario|responsabile|commerciale|venditore|agente|eigenaar|verantwoordelijke
        accountmanager|verkoper|właściciel|opiekun|handlowiec|ägare|ansvarig|säljare|eier|ansvarlig|selger|ejer|sælger|vlastník|obchodník|odpovědná osoba
        sahibi|sorumlu|satış temsilcisi|ответственный|менеджер|владелец|відповідальний|власник|υπεύθυνος|ιδιοκτήτης|πωλητής|المالك|المسؤول|مندوب المبيعات
        בעלים|אחראי|נציג|मालिक|स्वामी|负责人|所有者|销售|销售负责人|跟进人|負責人|業務|担当|営業担当|소유자|영업담당""",
    ),
    "source": Meaning(
        _of("source", "contact", "deal"),
        """source|lead source|leadsource|original source|origin|how did you hear about us|deal source|utm source|acquisition source|channel|referral source
        source of lead|lead origin|original traffic source|Quelle|Lead-Quelle|Leadquelle|Herkunft|source du lead|origine|source du prospect|provenance
        fuente|origen|fuente del lead|origen del lead|fonte|origem|fonte do lead|origem do lead|fonte lead|provenienza|bron|leadbron|herkomst|źródło
        źródło leada|pochodzenie|källa|kilde|leadkälla|zdroj|zdroj leadu|forrás|lähde|kaynak|potansiyel müşteri kaynağı|источник|источник лида|джерело
        πηγή|المصدر|מקור|स्रोत|来源|线索来源|客户来源|來源|ソース|リードソース|流入元|출처|유입경로|sumber|nguồn""",
        "line",
    ),
    "tags": Meaning(
        {"contact": "tags", "company": "tags", "deal": "tags"},
        """tags|tag|labels|label|groups|group|categories|category|segments|segment|keywords|lists|group membership|contact tags|list
        Schlagworte|Schlagwörter|Schlagwort|Stichwörter|Gruppe|Gruppen|Kategorie|Kategorien|Etikett|étiquette|étiquettes|mots-clés|catégorie|catégories|groupe
        etiqueta|etiquetas|categoría|categorías|grupo|marcador|marcadores|categoria|categorias|tag contatto|etichetta|etichette|categorie|gruppo
        trefwoorden|groep|etykieta|etykiety|tagi|kategoria|taggar|etikett|etiketter|gruppe|štítky|štítek|kategorie|skupina|etiket|etiketler|kategori|grup
        теги|тег|метки|категория|группа|мітки|категорія|ετικέτες|κατηγορία|الوسوم|العلامات|الفئة|תגיות|קטגוריה|टैग|श्रेणी|标签|分类|類別|標籤|タグ|カテゴリ|태그|분류""",
        "tags",
    ),
    "description": Meaning(
        {
            "contact": "description",
            "company": "description",
            "deal": "description",
            "activity": "body",
            "task": "body",
        },
        """description|notes|note|comments|comment|remarks|remark|about|background|bio|info|information|additional info|additional information|memo
        more info|misc|other info|observations|feedback|Beschreibung|Notiz|Notizen|Bemerkung|Bemerkungen|Kommentar|Kommentare|Anmerkung|Anmerkungen|Hinweis
        commentaire|commentaires|remarque|remarques|notes internes|descripción|descripcion|nota|notas|comentario|comentarios|observaciones|descrição
        comentário|comentários|observação|observações|anotações|obs|descrizione|commento|commenti|note aggiuntive|osservazioni|omschrijving|beschrijving
        notitie|notities|opmerking|opmerkingen|toelichting|opis|notatka|notatki|uwagi|komentarz|beskrivning|anteckning|anteckningar|kommentar|kommentarer
        anmärkning|beskrivelse|notat|notater|bemærkninger|merknad|poznámka|poznámky|popis|komentář|megjegyzés|leírás|muistiinpanot|kuvaus|descriere|observații
        açıklama|not|notlar|yorum|описание|заметки|примечание|примечания|комментарий|комментарии|опис|примітки|нотатки|коментар|περιγραφή|σημειώσεις|σχόλια
        الوصف|ملاحظات|ملاحظة|تعليق|תיאור|הערות|הערה|विवरण|टिप्पणी|टिप्पणियाँ|नोट|备注|描述|说明|备注信息|備註|備考|メモ|説明|비고|메모|설명|catatan|keterangan|ghi chú|mô tả""",
        "text",
    ),
    "id": Meaning(
        {**_of("external_id", "contact", "company", "deal", "task", "activity")},
        """id|record id|recordid|object id|uid|uuid|guid|unique id|system id|external id|externalid|ref|reference|key|crm id|row id|identifier|Datensatz-ID
        ID du record|identifiant|identificador|ID do objeto|ID de registro|ID do registro|codice|identyfikator|идентификатор|ид|编号|記錄編號|번호 id""",
        "id",
    ),
    # --- words that mean something else in each table ---
    "name": Meaning(
        {"contact": "name", "company": "name", "deal": "title", "task": "subject", "activity": "subject"},
        """name|names|nom|nombre|nome|naam|nazwa|namn|navn|jméno|meno|név|nimi|nume|adı|isim ad|название|наименование|назва|όνομα ονομασία|الاسم|اسم|שם|नाम
        名称|名稱|名前 名称|명칭|nama|Bezeichnung|intitulé|libellé|denominación|designação|denominazione""",
    ),
    "title": Meaning(
        {"contact": "title", "deal": "title", "task": "subject", "activity": "subject"},
        "title|Titel|titre|título|titulo|titolo|tytuł|tittel|titul|başlık|заголовок|标题|標題|タイトル|タイトル名|제목 타이틀",
    ),
    "status": Meaning(
        {"contact": "lead_status", "deal": "outcome", "task": "done"},
        """status|state of lead|current status|Stand|statut|état|estado actual|situação|stato attuale|stan|stav|durum|durumu|статус|состояние|стан
        κατάσταση|الحالة|סטטוס|מצב|स्थिति|状态|狀態|ステータス|状況|상태""",
    ),
    "date": Meaning(
        {"activity": "occurred_at", "task": "due_at"},
        "date|day|Datum|jour|fecha|data|dato|dátum|päivämäärä|tarih|дата|ημερομηνία|التاريخ|תאריך|तारीख|दिनांक|日期|日付|날짜|tanggal|ngày",
        "date",
    ),
    "time": Meaning(
        {"activity": "occurred_time", "task": "due_time"},
        "time|due time|hour|time of day|Uhrzeit|Zeit|heure|hora|ora|tijd|godzina|tid|klokkeslæt|čas|saat|время|час|时间|時刻|시간",
    ),
    "type": Meaning(
        {"activity": "kind", "task": "kind"},
        "type|record type|contact type|Typ|Art|tipo|soort|rodzaj|slag|druh|tür|тип|вид|τύπος|النوع|סוג|प्रकार|类型|属性|類型|種類|種別|유형|속성",
    ),
    # --- known, and kept nowhere ---
    "created": Meaning(
        {},
        """created|created at|create date|created date|created on|date created|creation date|createdate|created time|added|added on|date added|add time
        Erstellt|erstellt am|Erstellungsdatum|Erstelldatum|angelegt am|créé le|date de création|fecha de creación|creado|creado el|data de criação|criado em
        data di creazione|creato il|aangemaakt|aangemaakt op|aanmaakdatum|data utworzenia|utworzono|skapad|opprettet|oprettet|vytvořeno|oluşturulma tarihi
        дата создания|создан|дата створення|创建时间|创建日期|建立日期|作成日|作成日時|생성일|등록일|registered|signup date|connected on|sign up date|first seen""",
    ),
    "updated": Meaning(
        {},
        """updated|updated at|last modified|last modified date|modified|modified date|modified on|last updated|update time|last activity|last activity date
        last contacted|last contact|last seen|last activity at|next task at|Geändert am|zuletzt geändert|letzter Kontakt|letzte Aktivität|dernier contact|último contacto|modifié le|dernière modification|última modificación
        última modificação|ultima modifica|laatst gewijzigd|data modyfikacji|изменен|дата изменения|дата зміни|更新时间|修改时间|更新日|수정일|next activity date""",
    ),
    "birthday": Meaning(
        {},
        "birthday|birth date|birthdate|date of birth|dob|Geburtstag|Geburtsdatum|anniversaire|date de naissance|cumpleaños|fecha de nacimiento|data de nascimento|aniversário|compleanno|data di nascita|geboortedatum|data urodzenia|födelsedag|fødselsdag|fødselsdato|datum narození|doğum tarihi|дата рождения|день рождения|дата народження|生日|出生日期|誕生日|생년월일",
    ),
    "gender": Meaning(
        {},
        "gender|sex|Geschlecht|sexe|género|gênero|genere|geslacht|płeć|kön|kjønn|køn|pohlaví|cinsiyet|пол|стать|性别|性別|성별",
    ),
    "fax": Meaning(
        {},
        "fax|fax number|fax no|telefax|Faxnummer|télécopie|телефакс|факс|传真|傳真|ファックス|FAX番号|팩스",
    ),
    "linkedin": Meaning(
        {},
        "linkedin|linkedin url|linkedin profile|linkedin page|linkedin link|person linkedin url|company linkedin url|facebook|facebook url|twitter|twitter url|instagram|xing|skype",
    ),
    "revenue": Meaning(
        {},
        "annual revenue|annualrevenue|company revenue|yearly revenue|Jahresumsatz|chiffre d'affaires|ingresos anuales|facturación anual|receita anual|fatturato|fatturato annuo|jaaromzet|roczny przychód|годовая выручка|年收入|年商|turnover",
    ),
}
"""What headers can say, by a name for it."""

SUBJECTS: dict[str, str] = {
    "company": "company|account|organization|organisation|business|firm|employer|Firma|Firmen|Unternehmen|entreprise|société|empresa|azienda|bedrijf|firmy|företag|компании|компания|公司|会社|회사|companies|org",
    "contact": "contact|person|lead|customer|client|prospect|primary contact|main contact|contacts|people|Kontakt|Ansprechpartner|contacto|contato|contatto|контакт|联系人|担当者|prospects|kontaktu",
    "deal": "deal|opportunity|deals|opportunities|affaire|negocio|negócio|trattativa|сделки|交易|商机|商談|거래|oppty",
    "task": "task|next task|tasks|Aufgabe|tâche|tarea|tarefa|taak|zadania|задачи|任务",
    "activity": "activity|call|meeting|activities|Aktivität|activité|actividad|atividade|attività|активности|活动|last call",
}
"""Words for whose field it is."""

QUALIFIERS: dict[str, str] = {
    "mobile": "mobile|mobilfunk|mobilfunknummer|diensthandy|cell|cellphone|cellular|mobil|handy|handynummer|mobiltelefon|mobilnummer|handphone|portable|móvil|celular|telemóvel|cellulare|mobiel|mobiele|komórka|komórkowy|mobilní|cep|gsm|whatsapp|сотовый|мобильный|мобільний|κινητό|الجوال|جوال|موبايل|נייד|मोबाइल|手机|手機|携帯|휴대폰|핸드폰|mobilephone|mob",
    "work": "work|geschäftstelefon|diensttelefon|business|office|professional|corporate|job|direct|geschäftlich|geschäftl|gesch|dienstl|Geschäft|dienstlich|Büro|Arbeit|beruflich|professionnel|pro|bureau|travail|trabajo|oficina|trabalho|profissional|escritório|comercial|comerciale|lavoro|ufficio|aziendale|werk|zakelijk|kantoor|służbowy|praca|biuro|arbete|arbeid|arbejde|jobb|práce|pracovní|iş|рабочий|рабочая|робочий|робоча|εργασίας|العمل|عمل|עבודה|单位|工作|办公|勤務先|직장|사무실",
    "home": "home|priv|privattelefon|privatnummer|personal|private|privat|privé|privée|personnel|domicile|casa|particular|pessoal|residencial|personale|abitazione|thuis|privé telefoon|prywatny|domowy|dom|hem|hjem|domů|soukromý|domácí|ev|kişisel|личный|домашний|особистий|домашній|σπίτι|προσωπικό|شخصي|المنزل|בית|פרטי|个人|家庭|住宅|自宅|個人|집|개인",
    "main": "main|haupttelefon|hauptnummer|primary|default|hq|headquarters|switchboard|preferred|Haupt|Zentrale|principal|principale|główny|hlavní|основной|основний|主|主要|代表|대표",
    "other": "other|secondary|alternate|alternative|alt|additional|second|assistant|andere|weitere|sonstige|autre|secondaire|otro|otra|alternativo|secundario|outro|secundário|altro|altra|secondario|overige|inny|dodatkowy|annan|andre|anden|další|diğer|ikinci|другой|дополнительный|інший|додатковий|其他|备用|その他|기타",
    "billing": "billing|invoice|invoicing|Rechnung|Rechnungs|facturation|facturación|cobrança|fatturazione|factuur|mailing",
    "shipping": "shipping|delivery|Liefer|Lieferung|livraison|envío|entrega|spedizione|bezorg|ship to",
    "fax": "fax|telefax|télécopie|факс|传真|傳真|ファックス|팩스|pager|telex|isdn|faks|faxnummer",
    "filler": "number|no|nr|the|value|address field|your|my|field|required|optional|valid|verified|full|new|current",
}
"""Words that say which one of several it is."""
