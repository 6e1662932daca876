"""What the columns of any table mean: by the words of their headers, in many languages, and by what is in them."""

from __future__ import annotations

import pytest

from core.imports.guess import guess, signature
from core.imports.shapes import ENTITIES, Column
from core.imports.targets import exact_target, find_target, targets_for
from core.imports.vocabulary import point_label, read_header, targets_of
from core.imports.words import MEANINGS
from tests.core.imports.tables import mapped, proposed, seen, set_up

ANN = {
    "name": "Ann Lee",
    "first_name": "Ann",
    "last_name": "Lee",
    "email": "ann@acme.com",
    "phone": "+49 30 1234567",
    "company": "Acme GmbH",
    "title": "CEO",
    "city": "Berlin",
    "description": "Met at the fair",
    "address": "Hauptstr. 1",
    "postal_code": "10115",
    "country": "Germany",
    "company.website": "https://acme.com",
}
LANGUAGES = {
    "English": "First Name=first_name|Surname=last_name|E-mail Address=email|Mobile=phone|Organisation=company|Job Title=title|Postcode=postal_code",
    "German": "Vorname=first_name|Nachname=last_name|E-Mail-Adresse=email|Telefon=phone|Firma=company|Position=title|Straße=address|PLZ=postal_code|Ort=city|Land=country",
    "French": "Prénom=first_name|Nom=last_name|Courriel=email|Téléphone=phone|Société=company|Fonction=title|Adresse=address|Code postal=postal_code|Ville=city|Pays=country",
    "Spanish": "Nombre completo=name|Correo electrónico=email|Teléfono móvil=phone|Empresa=company|Cargo=title|Dirección=address|Código postal=postal_code|Ciudad=city|País=country",
    "Portuguese": "Primeiro nome=first_name|Sobrenome=last_name|E-mail=email|Celular=phone|Nome da empresa=company|Cidade=city|Observações=description",
    "Italian": "Nome e cognome=name|Indirizzo email=email|Cellulare=phone|Azienda=company|Ruolo=title|Città=city|Note aggiuntive=description",
    "Dutch": "Voornaam=first_name|Achternaam=last_name|E-mailadres=email|Telefoonnummer=phone|Bedrijfsnaam=company|Functie=title|Plaats=city|Opmerkingen=description",
    "Polish": "Imię=first_name|Nazwisko=last_name|Adres e-mail=email|Numer telefonu=phone|Nazwa firmy=company|Stanowisko=title|Miasto=city|Uwagi=description",
    "Swedish": "Förnamn=first_name|Efternamn=last_name|E-post=email|Telefonnummer=phone|Företag=company|Befattning=title|Postnummer=postal_code|Postort=city",
    "Norwegian": "Fornavn=first_name|Etternavn=last_name|E-postadresse=email|Mobilnummer=phone|Bedrift=company|Stilling=title|Poststed=city",
    "Danish": "Fornavn=first_name|Efternavn=last_name|E-mail=email|Telefonnummer=phone|Virksomhed=company|Bemærkninger=description",
    "Czech": "Jméno a příjmení=name|E-mailová adresa=email|Telefonní číslo=phone|Název společnosti=company|Pozice=title|Město=city|Poznámka=description",
    "Turkish": "Ad Soyad=name|E-posta=email|Cep Telefonu=phone|Şirket Adı=company|Unvan=title|Şehir=city|Notlar=description",
    "Russian": "Имя=first_name|Фамилия=last_name|Электронная почта=email|Телефон=phone|Компания=company|Должность=title|Город=city|Примечание=description",
    "Ukrainian": "Ім'я=first_name|Прізвище=last_name|Електронна пошта=email|Номер телефону=phone|Назва компанії=company|Посада=title|Місто=city",
    "Greek": "Ονοματεπώνυμο=name|Τηλέφωνο=phone|Εταιρεία=company|Πόλη=city|Σχόλια=description",
    "Arabic": "الاسم الكامل=name|البريد الإلكتروني=email|رقم الهاتف=phone|الشركة=company|المدينة=city|ملاحظات=description",
    "Hebrew": 'שם מלא=name|דוא"ל=email|טלפון=phone|חברה=company|תפקיד=title|עיר=city|הערות=description',
    "Hindi": "नाम=name|ईमेल=email|मोबाइल नंबर=phone|कंपनी=company|शहर=city|टिप्पणी=description",
    "Chinese": "姓名=name|邮箱=email|电话=phone|公司=company|职位=title|城市=city|地址=address|备注=description",
    "Japanese": "氏名=name|メールアドレス=email|電話番号=phone|会社名=company|役職=title|住所=address|備考=description",
    "Korean": "성명=name|이메일=email|전화번호=phone|회사명=company|직책=title|주소=address|비고=description",
}


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_list_of_people_is_read_in_many_languages(language):
    expected = dict(part.split("=") for part in LANGUAGES[language].split("|"))
    headers = list(expected)
    row = [ANN[target] for target in expected.values()]
    proposal = proposed(headers, row)
    assert proposal.entity == "contacts"
    assert mapped(proposal) == expected


@pytest.mark.parametrize(
    ("headers", "row", "expected"),
    [
        ("Email / Phone", "raj@agency.in / 9876501234", "email"),
        ("☎ Contact", "+91 98765 01234", "phone"),
        ("Contact", "Ann Lee", "name"),
        ("Contact", "ann@acme.com", "email"),
        ("\ufeffE-mail*", "ann@acme.com", "email"),
        ("[Phone]", "+49 30 1234567", "phone"),
        ("PHONE NUMBER (required)", "+49 30 1234567", "phone"),
        ("Telphone", "+49 30 1234567", "phone"),
        ("Frist Name", "Ann", "first_name"),
        ("phoneNumberOffice", "+49 30 1234567", "phone"),
        ("WhatsApp No.", "+49 30 1234567", "phone"),
        ("Handynummer privat", "+49 170 1234567", "phone"),
        ("电话2", "+86 138 0013 8000", "phone"),
        ("Mailing City", "Berlin", "city"),
        ("Company - Domain", "acme.com", "company.domain"),
        ("Company Phone", "+49 30 1234567", "company.phone"),
        ("Fax", "+49 30 1234567", ""),
        ("Business Fax", "+49 30 1234567", ""),
        ("Asst. Phone", "+49 30 1234567", ""),
        ("Assistant's Email", "bob@acme.com", ""),
        ("Parent Company", "Globex Inc", ""),
        ("Reports To", "Bob Ray", ""),
        ("contact属性", "VIP", ""),
        ("Created", "2026-03-04", ""),
        ("Date", "2026-03-04", ""),
        ("Type", "Customer", ""),
        ("Birthday", "1980-01-02", ""),
        ("Favourite tea", "Earl Grey", ""),
        ("LinkedIn URL", "https://linkedin.com/in/ann", ""),
    ],
)
def test_a_header_means_one_field(headers, row, expected):
    proposal = proposed(["First name", headers, "Department"], ["Ann", row, "Sales"], ["Bob", row, "Sales"])
    if expected in ("first_name", "name"):
        proposal = proposed([headers, "Job title"], [row, "CEO"])
    assert {guess.header: guess.target for guess in proposal.guesses}[headers] == expected


def test_the_header_and_the_values_together_are_surer_than_the_header_alone():
    both = proposed(["Telefon"], ["+49 30 1234567"]).guesses[0]
    alone = proposed(["Telefon"]).guesses[0]
    against = proposed(["Telefon", "Firma"], ["Sales", "Acme"], ["Support", "Globex"]).guesses[0]
    assert both.confidence > alone.confidence > against.confidence
    assert both.why == "by its header, and 100 % are phone numbers"
    assert against.target != "phone"


def test_values_that_contradict_their_headers_go_where_they_belong():
    rows = (["Ann Lee", "+1 415 555 0100"], ["Bob Ray", "+1 415 555 0101"])
    assert mapped(proposed(["Phone", "Name"], *rows)) == {"Phone": "name", "Name": "phone"}


def test_a_table_without_headers_is_told_by_its_values():
    rows = (
        ["Ann Lee", "Acme Inc", "ann@acme.com", "+1 415 555 0100", "42"],
        ["Bob Ray", "Globex Ltd", "bob@globex.com", "+1 415 555 0101", "7"],
    )
    proposal = proposed([f"Column {number}" for number in range(1, 6)], *rows)
    assert mapped(proposal) == {
        "Column 1": "name",
        "Column 2": "company",
        "Column 3": "email",
        "Column 4": "phone",
    }
    assert all(0.5 <= guess.confidence < 0.8 for guess in proposal.guesses)


def test_several_emails_and_phones_come_with_the_main_ones_first():
    headers = ["Home Phone", "Other Email", "Mobile", "Work Email", "Phone 2", "Phone", "Work Phone", "Fax"]
    row = [
        "+49 30 1",
        "b@b.de",
        "+49 170 1234567",
        "a@a.de",
        "+49 30 1234568",
        "+49 30 1234567",
        "+49 30 1234569",
        "+49 30 1234560",
    ]
    row[0] = "+49 30 1234561"
    assert mapped(proposed(["Name", *headers], ["Ann Lee", *row])) == {
        "Name": "name",
        "Phone": "phone",
        "Phone 2": "phone_2",
        "Work Phone": "phone_3",
        "Mobile": "phone_4",
        "Home Phone": "phone_5",
        "Work Email": "email",
        "Other Email": "email_2",
    }


def test_a_header_that_comes_again_is_numbered_or_left_out():
    headers = ["name", "Name (2)", "NAME (3)", "email", "Email (2)", "EMAIL (3)"]
    proposal = proposed(headers, ["Ann Lee", "Ann Lee", "Ann Lee", "a@a.de", "b@b.de", "c@c.de"])
    assert mapped(proposal) == {
        "name": "name",
        "email": "email",
        "Email (2)": "email_2",
        "EMAIL (3)": "email_3",
    }
    assert proposal.guesses[1].why == "another column is taken for it"


def test_first_and_last_name_count_more_than_the_whole_name():
    headers = ["Full name", "First name", "Last name"]
    assert mapped(proposed(headers, ["Ann Lee", "Ann", "Lee"])) == {
        "First name": "first_name",
        "Last name": "last_name",
    }
    some_without = proposed(headers, ["Ann Lee", "Ann", "Lee"], ["Bob Ray", "", ""])
    assert mapped(some_without) == {"Full name": "name", "First name": "first_name", "Last name": "last_name"}
    assert mapped(proposed(["First name", "Name"], ["Ann", "Ann Lee"], ["Bob", "Bob Ray"])) == {
        "Name": "name"
    }
    assert mapped(proposed(["Vorname", "Name"], ["Ann", "Lee"])) == {
        "Vorname": "first_name",
        "Name": "last_name",
    }


def test_title_is_a_job_a_form_of_address_or_a_deal():
    assert mapped(proposed(["Name", "Title"], ["Ann Lee", "CEO"], ["Bob Ray", "CTO"]))["Title"] == "title"
    addressed = proposed(["Title", "Name", "Job Title"], ["Mr", "Bob Ray", "CTO"], ["Dr.", "Ann Lee", "CEO"])
    assert mapped(addressed) == {"Name": "name", "Job Title": "title"}
    assert "Title" not in mapped(proposed(["Title", "Name"], ["Mrs.", "Ann Lee"], ["Herr Dr.", "Bob Ray"]))
    assert mapped(proposed(["Title", "Value", "Stage"], ["New roof", "5000", "Offer"]))["Title"] == "title"


@pytest.mark.parametrize(
    ("headers", "rows", "entity"),
    [
        ("Name,Email", [["Ann Lee", "ann@acme.com"]], "contacts"),
        ("Name,City,Phone", [["Acme Inc", "Berlin", "+49 30 1234567"], ["Globex GmbH", "Bonn", "+49 30 1234568"]], "companies"),
        ("Name,City,Phone", [["Ann Lee", "Berlin", "+49 30 1234567"], ["Bob Ray", "Bonn", "+49 30 1234568"]], "contacts"),
        ("Company,Website,Industry,Employees", [["Acme", "acme.com", "Steel", "50"]], "companies"),
        ("Company,Email,Phone", [["Acme Inc", "info@acme.com", "+49 30 1234567"]], "contacts"),
        ("Name,Company,Email,Status,Deal value", [["Ann Lee", "Acme", "a@a.de", "New", "500"]], "contacts"),
        ("Deal name,Company,Amount,Stage,Close date", [["Roof", "Acme", "$5,000", "Offer", "2026-03-04"]], "deals"),
        ("Opportunity,Contact,Email,Stage,Value", [["Roof", "Ann Lee", "a@a.de", "Offer", "5000"]], "deals"),
        ("Verkaufschance,Firma,Betrag,Phase", [["Dach", "Acme", "5.000 €", "Angebot"]], "deals"),
        ("Сделка,Компания,Сумма,Этап", [["Крыша", "Acme", "5000", "Новая"]], "deals"),
        ("Date,Type,Subject,Notes,Contact", [["2026-01-02", "Call", "Hi", "talked", "Ann Lee"]], "activities"),
        ("Call date,Contact,Duration,Call outcome", [["2026-01-02", "Ann Lee", "00:05:00", "Connected"]], "activities"),
        ("Task,Due date,Done,Assigned to,Priority", [["Call Ann", "2026-01-02", "no", "Mia", "High"]], "tasks"),
        ("Aufgabe,Fällig am,Erledigt", [["Ann anrufen", "02.01.2026", "nein"]], "tasks"),
        ("Column 1", [["hello"]], "contacts"),
    ],
)  # fmt: skip
def test_what_a_row_is_follows_from_the_headers_and_the_values(headers, rows, entity):
    assert proposed(headers, *rows, name="Sheet1").entity == entity


def test_what_the_user_says_of_the_rows_is_what_they_are():
    headers = "Name,City"
    assert mapped(proposed(headers, ["Acme", "Berlin"], entity="companies")) == {
        "Name": "name",
        "City": "city",
    }
    assert mapped(proposed(headers, ["Acme", "Berlin"], entity="deals"))["Name"] == "title"
    as_deals = proposed("Record ID,First Name,Last Name,Lifecycle Stage,Contact owner", entity="deals")
    assert (as_deals.source, as_deals.entity) == ("hubspot", "deals")


def test_status_of_a_deal_is_its_outcome_or_its_stage():
    headers = ["Deal", "Amount", "Status"]
    assert mapped(proposed(headers, ["Roof", "500", "won"], ["Wall", "50", "open"]))["Status"] == "outcome"
    assert (
        mapped(proposed(headers, ["Roof", "500", "Proposal"], ["Wall", "50", "Meeting"]))["Status"] == "stage"
    )


def test_the_numbers_of_rows_are_no_ids_of_a_system():
    rows = (["1", "Ann Lee"], ["2", "Bob Ray"])
    assert mapped(proposed(["ID", "Name"], *rows)) == {"Name": "name"}
    assert mapped(proposed(["ID", "Name"], *rows, source="our crm")) == {"ID": "external_id", "Name": "name"}
    long = (
        ["7b0c8f0e-6a55-4d0b-9c57-3a1f7c0f2b11", "Ann Lee"],
        ["7b0c8f0e-6a55-4d0b-9c57-3a1f7c0f2b12", "Bob Ray"],
    )
    assert mapped(proposed(["ID", "Name"], *long)) == {"ID": "external_id", "Name": "name"}


@pytest.mark.parametrize(
    ("named", "entity"), [("Company name", "companies"), ("First Name", "contacts"), ("Deal Name", "deals")]
)
def test_a_view_with_two_columns_is_about_what_it_says_the_name_of(named: str, entity: str) -> None:
    proposal = proposed(["Record ID", named], ["9001", "Acme"], ["9002", "Beta"], source="hubspot")
    assert proposal.entity == entity
    assert mapped(proposal)["Record ID"] == "external_id"


def test_one_address_is_taken_not_halves_of_two():
    headers = [
        "Name",
        "Shipping Street",
        "Billing Street",
        "Billing City",
        "Shipping City",
        "Billing Street 2",
    ]
    found = mapped(proposed(headers, ["Ann Lee", "A St 1", "B St 2", "Bonn", "Aachen", "Floor 3"]))
    assert found == {
        "Name": "name",
        "Billing Street": "address",
        "Billing Street 2": "address_2",
        "Billing City": "city",
    }


def test_a_mapping_is_remembered():
    headers = ["Who", "Where to", "Colour", "E-mail"]
    rows = (["Ann Lee", "ann@acme.com", "red", "x@y.de"],)
    remembered = {"name": "Who", "email": "Where to", "city": "", "phone": "gone"}
    some = proposed(headers, *rows, remembered=remembered)
    assert mapped(some) == {"Who": "name", "Where to": "email", "E-mail": "email_2"}
    assert [(guess.confidence, guess.why) for guess in some.guesses[:2]] == [(1.0, "as last time")] * 2
    all_there = proposed(headers, *rows, remembered={"name": "Who", "email": "Where to"})
    assert mapped(all_there) == {"Who": "name", "Where to": "email"}
    assert all_there.guesses[3].why == "left out, as last time"


def test_what_was_remembered_for_other_rows_is_not_forced_on_these():
    headers = ["Name", "Phone", "Domain", "Size"]
    rows = (
        ["Acme Inc", "+49 30 1234567", "acme.com", "50"],
        ["Globex Ltd", "+49 30 1234568", "globex.com", "70"],
    )
    remembered = {"name": "Name", "phone": "Phone", "company.domain": "Domain"}
    # The user had said that these are people: that is what the fields say.
    assert proposed(headers, *rows).entity == "companies"
    assert proposed(headers, *rows, remembered=remembered).entity == "contacts"
    anew = proposed(headers, *rows, remembered=remembered, entity="companies")
    assert mapped(anew) == {"Name": "name", "Phone": "phone", "Domain": "domain", "Size": "employees"}


def test_a_price_or_a_stage_alone_makes_nobody_a_deal():
    stage = mapped(proposed(["Name", "E-mail", "Stage"], ["Ann Lee", "ann@acme.com", "Warm"]))
    assert stage == {"Name": "name", "E-mail": "email", "Stage": "lead_status"}
    assert mapped(proposed(["Name", "E-mail", "Price"], ["Ann Lee", "ann@acme.com", "500"])).keys() == {
        "Name",
        "E-mail",
    }
    both = mapped(
        proposed(["Name", "E-mail", "Stage", "Deal value"], ["Ann Lee", "ann@acme.com", "Warm", "500"])
    )
    assert both == {"Name": "name", "E-mail": "email", "Stage": "deal.stage", "Deal value": "deal.value"}


def test_a_page_at_a_network_is_not_the_companys():
    headers = ["Name", "URL"]
    assert mapped(proposed(headers, ["Ann Lee", "https://www.linkedin.com/in/ann"])) == {"Name": "name"}
    assert mapped(proposed(headers, ["Ann Lee", "https://acme.com"])) == {
        "Name": "name",
        "URL": "company.website",
    }


def test_the_owner_of_the_record_counts_more_than_the_companys():
    headers = ["Name", "Account Owner", "Contact Owner", "Account number"]
    found = mapped(proposed(headers, ["Ann Lee", "Bob", "Mia", "4711"]))
    assert found == {"Name": "name", "Contact Owner": "owner"}


def test_a_header_that_only_says_which_one_it_is_is_told_by_its_values():
    found = mapped(proposed(["Person", "Work", "Private"], ["Ann Lee", "+1 415 555 0100", "+1 415 555 0102"]))
    assert found == {"Person": "name", "Work": "phone", "Private": "phone_2"}


def test_custom_fields_take_the_columns_that_are_called_like_them():
    catalog = set_up(
        ("contacts", "tea", "Favourite Tea"), ("contacts", "industry", "Industry"), ("deals", "size", "Size")
    )
    headers = ["Name", "E-mail", "favourite tea", "INDUSTRY", "Shape"]
    found = proposed(headers, ["Ann Lee", "ann@acme.com", "Earl Grey", "Steel", "XL"], catalog=catalog)
    assert mapped(found) == {
        "Name": "name",
        "E-mail": "email",
        "favourite tea": "custom.tea",
        "INDUSTRY": "custom.industry",
    }
    assert (
        mapped(
            proposed(
                ["Name", "Tea (tea)", "cf_tea"],
                ["Ann", "Earl", "x"],
                catalog=set_up(("contacts", "tea", "Tea")),
            )
        )["Tea (tea)"]
        == "custom.tea"
    )


def test_columns_that_are_nothing_else_become_fields_if_the_user_wants_that():
    headers = ["Name", "Favourite tea", "Empty", "LinkedIn", "Column 5", "Fax"]
    row = ["Ann Lee", "Earl Grey", "", "https://linkedin.com/in/ann", "x", "+49 30 1234567"]
    assert mapped(proposed(headers, row)) == {"Name": "name"}
    assert mapped(proposed(headers, row, new_fields=True)) == {
        "Name": "name",
        "Favourite tea": "custom.new:Favourite tea",
        "LinkedIn": "custom.new:LinkedIn",
        "Fax": "custom.new:Fax",
    }
    derived = proposed(
        "Id,LastName,FirstName,LeadSource,IsConverted,SystemModstamp,Shoe_Size__c",
        ["1", "Lee", "Ann", "Web", "0", "x", "38"],
        new_fields=True,
    )
    assert mapped(derived)["Shoe_Size__c"] == "custom.new:Shoe_Size__c"
    assert "SystemModstamp" not in mapped(derived)


def test_a_file_of_refused_rows_is_read_like_the_file_it_came_from():
    headers = ["Record ID", "First Name", "Last Name", "Lifecycle Stage", "Contact owner"]
    rejects = ["row", *headers, "reason"]
    again = proposed(rejects)
    assert again.source == "hubspot"
    assert mapped(again) == mapped(proposed(headers))
    assert signature(rejects) == signature(headers) == signature(headers[::-1]) != signature(headers[1:])
    assert signature(["Name", "reason"]) != signature(["Name"])


@pytest.mark.parametrize(
    ("said", "entity", "target"),
    [
        ("email", "contacts", "email"),
        ("E-Mail", "contacts", "email"),
        ("email_2", "contacts", "email_2"),
        ("Email 2", "contacts", "email_2"),
        ("job_title", "contacts", "title"),
        ("Job Title", "contacts", "title"),
        ("mobile", "contacts", "phone"),
        ("surname", "contacts", "last_name"),
        ("Nachname", "contacts", "last_name"),
        ("company_name", "contacts", "company"),
        ("organization", "contacts", "company"),
        ("zip", "contacts", "postal_code"),
        ("state", "contacts", "region"),
        ("notes", "contacts", "description"),
        ("company domain", "contacts", "company.domain"),
        ("company.domain", "contacts", "company.domain"),
        ("contact.email", "contacts", "email"),
        ("deal.title", "deals", "title"),
        ("amount", "deals", "value"),
        ("close_date", "deals", "expected_close"),
        ("Deal Stage", "deals", "stage"),
        ("contact_name", "deals", "contact"),
        ("contact email", "deals", "contact.email"),
        ("company_name", "companies", "name"),
        ("url", "companies", "website"),
        ("when", "activities", "occurred_at"),
        ("due date", "tasks", "due_at"),
        ("deal", "tasks", "deal.title"),
        ("Favourite Tea", "contacts", "custom.tea"),
        ("custom.tea", "contacts", "custom.tea"),
        ("custom.new:Shoe size", "contacts", "custom.new:Shoe size"),
    ],
)
def test_a_field_can_be_named_by_any_word_for_it(said, entity, target):
    found = find_target(said, entity, set_up(("contacts", "tea", "Favourite tea")))
    assert found is not None
    assert found.name == target


@pytest.mark.parametrize(
    "said",
    [
        "",
        "  ",
        "nonsense",
        "custom.none",
        "custom.new:",
        "email_99",
        "phone_x",
        "city_2",
        "deal.email",
    ],
)
def test_what_is_no_field_is_none(said):
    assert find_target(said, "contacts", set_up()) is None


@pytest.mark.parametrize("entity", ENTITIES)
def test_every_word_that_is_known_leads_to_a_field_that_is_there(entity):
    names = {target.name for target in targets_for(entity, set_up())}
    assert len(names) == len(targets_for(entity, set_up()))
    for meaning in MEANINGS.values():
        for phrase in meaning.words.replace("\n", "|").split("|"):
            for target in targets_of(read_header(phrase.strip()), entity):
                known = exact_target(target, entity, set_up())
                assert known is None or known.name in names
    assert all(exact_target(name, entity, set_up()) is not None for name in names)


def test_the_header_says_which_number_it_is():
    assert [point_label(header) for header in ("Mobile Phone", "Business Phone 2", "Telefon privat", "Haupttelefon", "携帯電話", "Phone")] == [
        "mobile", "work", "home", "main", "mobile", "",
    ]  # fmt: skip


def test_what_was_never_read_is_guessed_by_headers_alone():
    headers = ["Name", "E-mail", "Favourite tea"]
    proposal = guess("people.csv", [Column("Name")], headers, set_up())
    assert [guess.header for guess in proposal.guesses] == headers
    assert mapped(proposal) == {"Name": "name", "E-mail": "email"}
    assert seen(headers)[0].filled == 0
