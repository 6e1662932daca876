from __future__ import annotations

import re
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from core.vcard import vcard

ANNA: dict[str, Any] = {
    "id": "0198c0de-0000-7000-8000-000000000001",
    "first_name": "Anna",
    "last_name": "O'Neil; Schmidt",
    "title": "Head of Sales, EMEA",
    "company": "Müller & Söhne",
    "email": "anna@example.com",
    "email_label": "work",
    "email_2": "",
    "email_2_label": "",
    "phone": "+493012345678;ext=12",
    "phone_label": "mobile",
    "phone_2": "+493087654321",
    "phone_2_label": "reception",
    "address": "Hauptstr. 1",
    "postal_code": "10115",
    "city": "Berlin",
    "region": "",
    "country": "DE",
    "tags": "vip\nbig;one",
    "description": "Line one\nline two; \\ end",
    "time_zone": "Europe/Berlin",
    "updated_at": "2026-11-24T14:00:00Z",
}


def unfolded(card: str) -> list[str]:
    assert card.endswith("\r\n")
    return card.replace("\r\n ", "").split("\r\n")[:-1]


def test_a_card_holds_everything_and_escapes_what_the_format_reserves() -> None:
    assert unfolded(vcard(ANNA)) == [
        "BEGIN:VCARD",
        "VERSION:4.0",
        "UID:urn:uuid:0198c0de-0000-7000-8000-000000000001",
        "FN:Anna O'Neil\\; Schmidt",
        "N:O'Neil\\; Schmidt;Anna;;;",
        "ORG:Müller & Söhne",
        "TITLE:Head of Sales\\, EMEA",
        "TEL;VALUE=uri;TYPE=cell;PREF=1:tel:+493012345678;ext=12",
        "tel2.TEL;VALUE=uri:tel:+493087654321",
        "tel2.X-ABLabel:reception",
        "EMAIL;TYPE=work:anna@example.com",
        "ADR:;;Hauptstr. 1;Berlin;;10115;DE",
        "TZ:Europe/Berlin",
        "CATEGORIES:vip,big\\;one",
        "NOTE:Line one\\nline two\\; \\\\ end",
        "REV:20261124T140000Z",
        "END:VCARD",
    ]


GROUP = r"(?:[A-Za-z0-9-]+\.)?"
PARAMETER = r"(?:;(?:TYPE=(?:work|home|cell|voice|fax)|PREF=1|VALUE=uri))*"
TEXT = r"(?:[^\x00-\x08\x0a-\x1f\x7f\\,;]|\\[\\,;n])*"
STRICT = {
    "UID": r"urn:uuid:\S+", "FN": TEXT, "N": rf"{TEXT}(?:;{TEXT}){{4}}", "ORG": TEXT, "TITLE": TEXT, "EMAIL": TEXT,
    "TEL": r"tel:\+?[0-9A-Za-z+=.*#()-]*(?:;ext=[0-9]+)?", "X-ABLabel": TEXT, "ADR": rf"{TEXT}(?:;{TEXT}){{6}}", "TZ": TEXT,
    "CATEGORIES": rf"{TEXT}(?:,{TEXT})*", "NOTE": TEXT, "REV": r"\d{8}T\d{6}Z",
}  # fmt: skip
"""What RFC 6350 (section 3.3 and the properties' own) lets stand in each line that is written."""
labels = st.sampled_from(["work", "mobile", "home", "main", "other", "fax", "reception; “2”", ""])


@given(st.text(), st.text(), st.text(), labels, st.sampled_from(["+493012345678", "+493012345678;ext=12"]))
def test_a_strict_reader_takes_every_card(name: str, note: str, tags: str, label: str, phone: str) -> None:
    row = ANNA | {
        "last_name": name, "company": note, "city": note, "description": note, "tags": tags, "phone": phone, "phone_label": label,
        "email_label": label,
    }  # fmt: skip
    begin, version, *lines, end = unfolded(vcard(row))
    assert (begin, version, end) == ("BEGIN:VCARD", "VERSION:4.0", "END:VCARD")
    for line in lines:
        match = re.fullmatch(rf"{GROUP}(?P<name>[A-Za-z-]+){PARAMETER}:(?P<value>.*)", line, re.DOTALL)
        assert match, line
        assert re.fullmatch(STRICT[match["name"]], match["value"]), line
    assert sum(line.startswith("FN:") for line in lines) == 1


def test_a_contact_without_a_name_is_called_by_its_address() -> None:
    lines = unfolded(vcard({"id": "x", "email": "a@b.example"}))
    assert "FN:a@b.example" in lines
    assert not any(line.startswith("N:") for line in lines)


@given(st.text(), st.text(), st.text())
def test_no_text_can_add_a_line_or_overrun_one(name: str, note: str, phone: str) -> None:
    row = {"id": "x", "last_name": name, "description": note, "phone": phone, "phone_label": name}
    card = vcard(row)
    for line in card.encode("utf-8", "replace").split(b"\r\n"):
        assert len(line) <= 75
        assert b"\n" not in line
        assert b"\r" not in line
    names = [line.partition(":")[0].partition(";")[0] for line in unfolded(card)]
    assert set(names) <= {
        "BEGIN",
        "VERSION",
        "UID",
        "FN",
        "N",
        "TEL",
        "tel1.TEL",
        "tel1.X-ABLabel",
        "NOTE",
        "END",
    }


@given(st.text(alphabet=st.characters(codec="utf-8"), min_size=60))
def test_folding_cuts_no_character(note: str) -> None:
    lines = vcard({"id": "x", "description": note}).encode().split(b"\r\n")
    for line in lines:
        line.decode()
