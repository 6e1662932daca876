"""Address books: Google Contacts, Outlook, and cards (vCard)."""

from __future__ import annotations

from core.imports.sources.base import Layout, Source

_GOOGLE_NUMBERED = """
    E-mail {n} - Value = email_{n}
    E-mail {n} - Label | E-mail {n} - Type = email_{n}_label
    Phone {n} - Value = phone_{n}
    Phone {n} - Label | Phone {n} - Type = phone_{n}_label
    Address 1 - Street = address
    Address 1 - Extended Address = address+
    Address 1 - PO Box = address+
    Address 1 - Formatted = address
    Address 1 - City = city
    Address 1 - Region = region
    Address 1 - Postal Code = postal_code
    Address 1 - Country = country
    Website 1 - Value = company.website
    Address {n} - Label | Address {n} - Type | Website {n} - Label | Website {n} - Type | Event {n} - Label | Event {n} - Type | Relation {n} - Label = -
    Relation {n} - Type | IM {n} - Type | IM {n} - Service | Organization {n} - Type | Custom Field {n} - Label | Custom Field {n} - Type = -
    Address {n} - Formatted = -
    Address {n} - Street | Address {n} - City | Address {n} - PO Box | Address {n} - Region | Address {n} - Postal Code | Address {n} - Country =
    Address {n} - Extended Address | Website {n} - Value | Event {n} - Value | Relation {n} - Value | IM {n} - Value | Custom Field {n} - Value =
"""
_GOOGLE_NEW = Layout(
    "contacts",
    """
    First Name = first_name
    Middle Name = middle_name
    Last Name = last_name
    Name Suffix = name_suffix
    File As = name
    Organization Name = company
    Organization Title = title
    Organization Department =
    Notes = description
    Labels = tags
    Birthday | Nickname | Name Prefix =
    Phonetic First Name | Phonetic Middle Name | Phonetic Last Name | Photo = -
    """
    + _GOOGLE_NUMBERED,
    """E-mail {n} - Value:5|Phone {n} - Value:5|E-mail {n} - Label:4|Phone {n} - Label:4|Organization Title:3|Organization Name:1|File As:4|Labels:1
    Phonetic First Name:5|Name Prefix:1|Name Suffix:1|Organization Department:3|Address {n} - Formatted:4|First Name:1|Photo:1""",
    strange="Given Name|Family Name|E-mail Address",
)
_GOOGLE_OLD = Layout(
    "contacts",
    """
    Given Name = first_name
    Additional Name = middle_name
    Family Name = last_name
    Name Suffix = name_suffix
    Name = name
    Organization 1 - Name = company
    Organization 1 - Title = title
    Organization 1 - Department | Organization 1 - Job Description | Organization 1 - Location | Organization 1 - Symbol =
    Organization {n} - Name | Organization {n} - Title | Organization {n} - Department =
    Notes = description
    Group Membership = tags
    Birthday | Nickname | Name Prefix | Occupation | Hobby | Gender | Location | Language | Subject =
    Yomi Name | Given Name Yomi | Additional Name Yomi | Family Name Yomi | Organization 1 - Yomi Name | Photo | Initials | Short Name = -
    Maiden Name | Billing Information | Directory Server | Mileage | Sensitivity | Priority = -
    """
    + _GOOGLE_NUMBERED,
    """Given Name:4|Family Name:4|Yomi Name:5|Group Membership:5|E-mail {n} - Value:4|Phone {n} - Value:4|E-mail {n} - Type:4|Phone {n} - Type:4
    Organization {n} - Name:4|Additional Name:3|Given Name Yomi:4""",
)
GOOGLE = Source("google", "Google Contacts", (_GOOGLE_NEW, _GOOGLE_OLD), separators=(":::",))

_OUTLOOK = Layout(
    "contacts",
    """
    First Name | Vorname | Prénom | Nombre | Nome = first_name
    Middle Name | Weitere Vornamen | Deuxième prénom | Segundo nombre = middle_name
    Last Name | Nachname | Nom | Apellidos | Sobrenome = last_name
    Suffix | Suffixe | Sufijo = name_suffix
    Title | Anrede | Titre | Tratamiento | Título =
    Job Title | Position | Poste | Profession | Cargo = title
    Company | Firma | Société | Organización | Empresa = company
    E-mail Address | E-Mail-Adresse | E-mail 1 Address | Adresse de messagerie | Dirección de correo electrónico | Endereço de email = email
    E-mail 2 Address | E-Mail 2: Adresse | Adresse de messagerie 2 | Dirección del correo electrónico 2 = email_2
    E-mail 3 Address | E-Mail 3: Adresse | Adresse de messagerie 3 | Dirección del correo electrónico 3 = email_3
    Primary Phone | Haupttelefon | Téléphone principal = phone+
    Business Phone | Telefon geschäftlich | Téléphone (bureau) | Teléfono del trabajo = phone+
    Mobile Phone | Mobiltelefon | Tél. mobile | Teléfono móvil = phone+
    Business Phone 2 | Telefon geschäftlich 2 = phone+
    Home Phone | Telefon (privat) | Telefon privat | Téléphone (domicile) | Téléphone domicile = phone+
    Home Phone 2 | Telefon (privat 2) = phone+
    Car Phone | Autotelefon = phone+
    Other Phone | Weiteres Telefon = phone+
    Company Main Phone | Telefon Firma = company.phone
    Business Street | Straße geschäftlich | Rue (bureau) = address+
    Business Street 2 | Straße geschäftlich 2 = address+
    Business Street 3 | Straße geschäftlich 3 = address+
    Business Address = address
    Business City | Ort geschäftlich | Ville (bureau) = city
    Business State | Region geschäftlich | Dép/Région (bureau) = region
    Business Postal Code | Postleitzahl geschäftlich | Code postal (bureau) = postal_code
    Business Country/Region | Business Country | Land/Region geschäftlich | Pays/Région (bureau) = country
    Home Street | Home Street 2 | Home Street 3 | Home City | Home State | Home Postal Code | Home Country/Region | Home Country | Home Address =
    Other Street | Other Street 2 | Other Street 3 | Other City | Other State | Other Postal Code | Other Country/Region | Other Country | Other Address =
    Business Address PO Box | Home Address PO Box | Other Address PO Box =
    Categories | Kategorien | Catégories = tags
    Notes | Notizen | Notes personnelles | Notas = description
    Business Web Page | Web Page | Webseite | Page Web = company.website
    Personal Web Page | Personal Website | Department | Abteilung | Nickname | Birthday | Geburtstag | Anniversary | Spouse | Children | Hobby | Schools =
    Office Location | Manager's Name | Assistant's Name | Assistant's Phone | Business Fax | Home Fax | Other Fax | Fax geschäftlich | Pager =
    Callback | Radio Phone | Telex | TTY/TDD Phone | ISDN | IMAddress | Location | Profession | Referred By | Account | Gender | Keywords | Language =
    E-mail Type | E-mail 2 Type | E-mail 3 Type | E-mail Display Name | E-mail 2 Display Name | E-mail 3 Display Name | Initials | Priority = -
    Given Yomi | Surname Yomi | Company Yomi | Sensitivity | Private | Mileage | Billing Information | Directory Server | Internet Free Busy = -
    Organizational ID Number | Government ID Number | User 1 | User 2 | User 3 | User 4 | Photo =
    """,
    """E-mail Address:4|E-mail 2 Address:6|E-mail 3 Address:4|Business Phone:4|Business Street:4|Home Street:3|Business Fax:2|Company Main Phone:4|Car Phone:3
    Radio Phone:5|Callback:3|TTY/TDD Phone:5|Given Yomi:5|IMAddress:4|Job Title:1|Web Page:1|Personal Web Page:3|Business Country/Region:3|Spouse:1|Suffix:1
    Middle Name:1|Title:1|Mobile Phone:1|Home Phone:1|First Name:1|Last Name:1|E-mail Display Name:5|E-mail Type:5|Initials:2|Gender:1|Department:1
    E-mail 2 Display Name:4|Telefon geschäftlich:4|E-Mail 2: Adresse:6|Straße geschäftlich:4|Weitere Vornamen:5|Téléphone (bureau):5|Rue (bureau):5
    Adresse de messagerie:5|Haupttelefon:3|Dirección de correo electrónico:3|Teléfono del trabajo:4|Categories:1|Company:1|Notes:1|Birthday:1""",
)
OUTLOOK = Source("outlook", "Outlook", (_OUTLOOK,))

_CARD = Layout(
    "contacts",
    """
    id = id
    external_id | uid = external_id
    first_name | given_name | N - Given | given name = first_name
    middle_name | additional_names = middle_name
    last_name | family_name | N - Family | family name = last_name
    name_suffix | suffix = name_suffix
    name_prefix | nickname | department | birthday | anniversary =
    name | full_name | fn | formatted_name = name
    title = title
    role = title
    company | organization | org = company
    email_{n} = email_{n}
    email_{n}_label = email_{n}_label
    phone_{n} | tel_{n} = phone_{n}
    phone_{n}_label | tel_{n}_label = phone_{n}_label
    email = email
    email_label = email_label
    phone | tel = phone
    phone_label | tel_label = phone_label
    address | street | adr = address
    address_{n} = address_{n}
    extended_address | po_box = address+
    city | locality = city
    region = region
    postal_code = postal_code
    country = country
    website | url = company.website
    description | note = description
    tags | categories = tags
    time_zone | tz = time_zone
    rev = -
    """,
    "email_label:5|phone_label:5|external_id:5|name_prefix:5|name_suffix:4|middle_name:2|nickname:2|email_{n}_label:2|phone_{n}_label:2",
    strange="next_task_at|lead_status|do_not_call|owner|created_at|source",
)
VCARD = Source("vcard", "vCard", (_CARD,))
