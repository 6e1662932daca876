"""Phone numbers and e-mail addresses as files have them."""

from __future__ import annotations

import phonenumbers
import pytest
from hypothesis import given, reject
from hypothesis import strategies as st

from core.errors import Invalid
from core.imports.values.points import read_emails, read_phones, split_mixed
from core.points import clean_email

BERLIN, MOBILE = "+49301234567", "+491712345678"


def values(text: str, region: str) -> list[tuple[str, str]]:
    return [(item["value"], item["label"]) for item in read_phones(text, region).items]


@pytest.mark.parametrize(
    ("text", "region", "value"),
    [
        ("+49 30 1234567", "DE", BERLIN), ("030/1234567", "DE", BERLIN), ("(030) 123 45 67", "DE", BERLIN), ("030-1234567", "DE", BERLIN),
        ("0049 30 1234567", "US", BERLIN), ("'+49 30 1234567", "US", BERLIN), ("491712345678", "DE", MOBILE), ("491712345678", "US", MOBILE),
        ("491712345678", "", MOBILE), ("415.555.0100", "US", "+14155550100"), ("(415) 555-0100 ext. 12", "US", "+14155550100;ext=12"),
        ("+1 415-555-0100 x371", "DE", "+14155550100;ext=371"), ("415-555-0100 #12", "US", "+14155550100;ext=12"),
        ("030 1234567 Durchwahl 12", "DE", f"{BERLIN};ext=12"), ("030 1234-0", "DE", "+493012340"), ("+44 (0)20 7946 0018", "DE", "+442079460018"),
        ("+39 (0)2 1234567", "DE", "+39021234567"), ("tel:+1-201-555-0123;ext=12", "DE", "+12015550123;ext=12"), ("9876501234.0", "IN", "+919876501234"),
        ("919876501234", "IN", "+919876501234"), ("1-800-FLOWERS", "US", "+18003569377"), ("０３-１２３４-５６７８", "JP", "+81312345678"),
        ("+1 (415) 555-0100,12", "US", "+14155550100;ext=12"), ("+7 (495) 123-45-67 доб. 12", "", "+74951234567;ext=12"),
        ("570-809-7197", "US", "+15708097197"), ("+1 415 555 0100 (do not call!)", "US", "+14155550100"),
    ],
)  # fmt: skip
def test_a_number_is_read_however_it_is_written(text: str, region: str, value: str) -> None:
    (item,) = read_phones(text, region).items
    assert item["value"] == value


@pytest.mark.parametrize(
    ("text", "held"),
    [
        ("030 1234567 / 0171 2345678", [(BERLIN, ""), (MOBILE, "")]),
        ("030/1234567; 0171/2345678", [(BERLIN, ""), (MOBILE, "")]),
        ("030 1234567, 0171 2345678", [(BERLIN, ""), (MOBILE, "")]),
        ("030 1234567\n0171 2345678", [(BERLIN, ""), (MOBILE, "")]),
        ("+49301234567 ::: +491712345678", [(BERLIN, ""), (MOBILE, "")]),
        ("030 1234567 oder 0171 2345678", [(BERLIN, ""), (MOBILE, "")]),
        ("0301234567 0171 2345678", [(BERLIN, ""), (MOBILE, "")]),
        ("030 1234567; +49 30 1234567", [(BERLIN, "")]),
        ("m: +49 171 2345678", [(MOBILE, "mobile")]),
        ("(office) 030 1234567", [(BERLIN, "work")]),
        ("030 1234567 (work)", [(BERLIN, "work")]),
        ("T 030 1234567 F 030 1234568", [(BERLIN, ""), ("+49301234568", "fax")]),
        ("Mobile: +49 171 2345678, Home: 030 1234567", [(MOBILE, "mobile"), (BERLIN, "home")]),
        ("Tel.: 030 1234567", [(BERLIN, "")]),
    ],
)
def test_several_numbers_of_a_cell_are_several_with_their_labels(
    text: str, held: list[tuple[str, str]]
) -> None:
    assert values(text, "DE") == held


def test_the_number_of_the_file_is_kept_beside_the_one_that_is_dialled() -> None:
    assert read_phones("030/1234567", "DE").items[0]["original"] == "030/1234567"
    assert "original" not in read_phones(BERLIN, "DE").items[0]


@pytest.mark.parametrize(
    "text", ["9.19877E+11", "4,91712E+11", "call me", "110", "+", "00", "ext 12", "abc 030 1234567"]
)
def test_what_is_no_number_is_told_as_it_stands(text: str) -> None:
    assert read_phones(text, "DE") == ((), (text,))


def test_a_second_ending_makes_no_longer_number() -> None:
    assert read_phones("030 123456/57", "DE")[1] == ("57",)
    assert values("030 123456/57", "DE") == [("+4930123456", "")]


@given(st.sampled_from(sorted(phonenumbers.SUPPORTED_REGIONS)), st.sampled_from([0, 1, 2]))
def test_every_country_reads_its_own_example_numbers(region: str, style: int) -> None:
    number = phonenumbers.example_number_for_type(region, phonenumbers.PhoneNumberType.MOBILE)
    if number is None:
        reject()
    written = phonenumbers.format_number(number, style)
    kept = phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)
    assert [value for value, _ in values(written, region)] == [kept]


@pytest.mark.parametrize(
    ("text", "held"),
    [
        ("ADA@X.COM ", [("ADA@x.com", "")]),
        ("Ann Lee <ann@x.com>", [("ann@x.com", "")]),
        ('"Lee, Ann" <ann@x.com>', [("ann@x.com", "")]),
        ("Lee, Ann <a@b.com>, Bob <b@b.com>", [("a@b.com", ""), ("b@b.com", "")]),
        ("mailto:ann@x.com", [("ann@x.com", "")]),
        ("a@b.com, c@d.com;", [("a@b.com", ""), ("c@d.com", "")]),
        ("a@b.com A@B.com", [("a@b.com", "")]),
        ("a@b.com ::: c@d.com", [("a@b.com", ""), ("c@d.com", "")]),
        ("a@b.com (work)", [("a@b.com", "work")]),
        ("Home: a@b.com\nwork: c@d.com", [("a@b.com", "home"), ("c@d.com", "work")]),
        ("a@b.com.", [("a@b.com", "")]),
        ("'a@b.com'", [("a@b.com", "")]),
        ("josé@münchen.de", [("josé@münchen.de", "")]),
        ("n/a", []),
    ],
)
def test_addresses_are_read_out_of_a_cell(text: str, held: list[tuple[str, str]]) -> None:
    found = read_emails(text)
    assert [(item["value"], item["label"]) for item in found.items] == held
    assert found.unread == ()


@pytest.mark.parametrize("text", ["not an email", "a@b", "a@@b.com", "a@x.test", "@", "a@-b.com"])
def test_what_is_no_address_is_told_as_it_stands(text: str) -> None:
    assert read_emails(text) == ((), (text,))


def test_what_stands_beside_an_address_is_not_lost() -> None:
    assert read_emails("a b@c.com").unread == ("a",)
    assert read_emails("raj@agency.in / 9876501234").unread == ("9876501234",)


_local = st.text(alphabet="abcXYZ019.+-_%", min_size=1, max_size=12)
_domain = st.text(alphabet="abXZ09-.", min_size=1, max_size=14)


@given(
    _local,
    _domain,
    st.sampled_from(["com", "de", "TEST", "local", "c", "xn--p1ai", "example", "online", "1a"]),
)
def test_the_quick_way_to_an_address_gives_what_the_long_one_gives(local: str, domain: str, top: str) -> None:
    text = f"{local}@{domain}.{top}"
    found = read_emails(text)
    try:
        known = clean_email(text)
    except Invalid:
        assert text not in [item["value"] for item in found.items]
    else:
        assert [item["value"] for item in found.items] == [known]


@pytest.mark.parametrize(
    ("text", "emails", "phones", "rest"),
    [
        ("raj@agency.in / 9876501234", ("raj@agency.in",), ("9876501234",), ""),
        ("9876501234, raj@agency.in", ("raj@agency.in",), ("9876501234",), ""),
        ("Raj <raj@agency.in> 987-650-1234", ("raj@agency.in",), ("987-650-1234",), "Raj"),
        ("+49 30 1234567", (), ("+49 30 1234567",), ""),
        ("call Ann", (), (), "call Ann"),
    ],
)
def test_a_cell_with_both_is_taken_apart(
    text: str, emails: tuple[str, ...], phones: tuple[str, ...], rest: str
) -> None:
    assert tuple(split_mixed(text)) == (emails, phones, rest)


@given(st.one_of(st.text(max_size=40), st.text(alphabet="0123456789+-()/ .,;x#mT:@ab<>\n'", max_size=30)), st.sampled_from(["", "DE", "US"]))  # fmt: skip
def test_no_text_breaks_a_reader(text: str, region: str) -> None:
    for item in read_phones(text, region).items:
        assert item["value"].startswith("+")
    read_emails(text)
    split_mixed(text)


def test_a_whole_text_in_such_a_cell_is_told_as_it_stands() -> None:
    text = "1 " * 4000
    assert read_phones(text, "DE") == ((), (text.strip(),))
    assert read_emails(f"{text}@") == ((), (f"{text}@",))
