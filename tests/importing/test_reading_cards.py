from __future__ import annotations

from core.imports.shapes import Table
from core.vcard import vcard
from tests.importing.reading import broken, only, written


def people(table: Table) -> list[dict[str, str]]:
    """What each card says."""
    return [
        {header: cell for header, cell in zip(table.headers, row.cells, strict=True) if cell}
        for row in table.rows()
    ]


def test_a_card_of_a_phone_is_a_contact_with_all_that_it_says() -> None:
    table = only("cards/iphone.vcf")
    ann, company = people(table)
    assert ann == {
        "external_id": "8F3C2B1A-ABC",
        "first_name": "Ann",
        "middle_name": "Marie",
        "last_name": "Lee",
        "name_prefix": "Dr.",
        "name_suffix": "PhD",
        "nickname": "Annie",
        "title": "Head of Sales",
        "company": "Foo, Inc.",
        "department": "Sales",
        "email": "ann@example.com",
        "email_label": "work",
        "email_2": "ann@home.example",
        "email_2_label": "home",
        "phone": "+1 555 010 0199",
        "phone_label": "mobile",
        "phone_2": "+1 (555) 010-0100",
        "phone_2_label": "work",
        "phone_3": "+1 555 010 0777",
        "phone_3_label": "Assistant",
        "phone_4": "+1 555 010 0555",
        "phone_4_label": "home fax",
        "address": "1 Main St Building B, Floor 3",
        "postal_code": "62701",
        "city": "Springfield",
        "region": "IL",
        "country": "USA",
        "description": "Met at the fair.\nLikes tea, not coffee; calls only after ten o’clock and not on the day on "
        "which she travels",
        "tags": "vip, Fair 2026",
        "birthday": "1980-02-29",
        "website": "https://example.com",
    }
    assert company == {"company": "Foo, Inc.", "phone": "+1 555 010 0000", "phone_label": "main"}
    assert (table.kind, [row.number for row in table.rows()]) == ("vcard", [1, 29])
    assert list(table.notes) == ["Left out of the cards: PHOTO."]


def test_an_old_card_is_decoded_line_by_line() -> None:
    juergen, bob = people(only("cards/nokia.vcf"))
    assert juergen == {
        "first_name": "Jürgen",
        "last_name": "Müller",
        "phone": "+491711234567",
        "phone_label": "mobile",
        "phone_2": "+498912345",
        "phone_2_label": "work fax",
        "description": "Straße\nZweite Zeile; mit Semikolon",
    }
    assert bob["department"] == "Support"
    assert bob["postal_code"] == "BA1 1AA"


def test_cards_of_today_have_links_for_numbers_and_groups_that_are_nobody() -> None:
    table = only("cards/version4.vcf")
    anna, madonna = people(table)
    assert anna["id"] == "0198c0de-0000-7000-8000-000000000001"
    assert (anna["phone"], anna["phone_label"]) == ("+493012345678;ext=12", "mobile")
    assert (anna["phone_2"], anna["phone_2_label"]) == ("+493087654321", "reception")
    assert anna["tags"] == "vip; big,one"
    assert madonna["name"] == "Madonna"
    assert "1 group of contacts left out." in table.notes


def test_a_broken_card_is_told_of_and_the_next_one_read() -> None:
    table = only("cards/broken.vcf")
    assert [row.number for row in broken(table)] == [1, 14]
    assert all("END:VCARD" in row.problem for row in broken(table))
    assert people(table)[1] == {"first_name": "Card", "last_name": "Good"}


def test_what_offhook_writes_comes_back(tmp_path) -> None:
    row = {
        "id": "0198c0de-0000-7000-8000-000000000009",
        "first_name": "Zoë; “Z”",
        "last_name": "O'Neil, Jr.",
        "title": "Head, EMEA",
        "company": "Müller; Söhne\\Co",
        "email": "zoe@example.com",
        "email_label": "work",
        "phone": "+493012345678;ext=12",
        "phone_label": "mobile",
        "phone_2": "+493087654321",
        "phone_2_label": "main",
        "phone_3": "+493087654322",
        "phone_3_label": "front desk",
        "address": "Hauptstr. 1",
        "postal_code": "10115",
        "city": "Berlin",
        "country": "DE",
        "time_zone": "Europe/Berlin",
        "description": "Line one\nline two; \\ end, " + "long " * 40 + "ü",
        "tags": "vip, key",
    }
    assert people(only(written(tmp_path, vcard(row)))) == [row]
