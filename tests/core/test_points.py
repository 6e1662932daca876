from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.errors import Invalid
from core.points import (
    check_country,
    check_zone,
    clean_domain,
    clean_email,
    clean_phone,
    clean_url,
    show_phone,
    time_zone_of,
)


@pytest.mark.parametrize(
    ("typed", "country", "number"),
    [
        ("030 1234567", "DE", "+49301234567"),
        ("+49 (0)30 1234567", "US", "+49301234567"),
        ("tel:+49-30-1234567", "", "+49301234567"),
        ("(212) 555-0123", "US", "+12125550123"),
        ("1-800-FLOWERS", "US", "+18003569377"),
        ("+1 650 253 0000 ext. 12", "DE", "+16502530000;ext=12"),
        ("06 1234 5678", "IT", "+390612345678"),
        ("020 7946 0958", "GB", "+442079460958"),
        ("01 42 68 53 00", "FR", "+33142685300"),
        ("044 668 18 00", "CH", "+41446681800"),
        ("03-1234-5678", "JP", "+81312345678"),
        ("98765 43210", "IN", "+919876543210"),
        ("11 91234-5678", "BR", "+5511912345678"),
        ("٠٣٠١٢٣٤٥٦٧", "DE", "+49301234567"),
        ("+800 1234 5678", "DE", "+80012345678"),
    ],
)
def test_numbers_of_many_countries_come_into_one_form(typed, country, number):
    assert clean_phone(typed, country) == number
    assert clean_phone(number, "") == number


@pytest.mark.parametrize(
    ("typed", "country", "sentence"),
    [
        ("ask for Ann", "DE", "“ask for Ann” is not a phone number. Digits, please, as in +49 30 1234567."),
        (
            "030 1234567",
            "",
            "“030 1234567” is not a phone number. Start with + and the country’s code, as in +49 30 1234567, or fill in Country first.",
        ),
        ("555-1234", "US", "“555-1234” can only be dialled locally. Put the area code in front of it."),
        ("+1 23", "DE", "“+1 23” is too short for a phone number in US. Check the digits."),
        (
            "(212) 555-01234",
            "US",
            "“(212) 555-01234” is too long for a phone number in US. Check the digits.",
        ),
        (
            "+49 30 12345678901234567",
            "",
            "“+49 30 12345678901234567” is not a phone number. Check the digits.",
        ),
    ],
)
def test_a_refused_number_says_what_to_do(typed, country, sentence):
    with pytest.raises(Invalid) as refused:
        clean_phone(typed, country)
    assert str(refused.value) == sentence


def test_numbers_are_shown_national_at_home_and_international_abroad():
    assert show_phone("+49301234567", "DE") == "030 1234567"
    assert show_phone("+49301234567", "FR") == "+49 30 1234567"
    assert show_phone("+16502530000;ext=12") == "+1 650-253-0000 ext. 12"
    assert show_phone("call the desk") == "call the desk"


def test_a_number_tells_the_time_zone_only_where_there_is_one():
    assert time_zone_of("+49301234567") == "Europe/Berlin"
    assert time_zone_of("+12125550123") == "America/New_York"
    assert time_zone_of("+919810000000") == "Asia/Kolkata", "systems need not know Calcutta any more"
    assert time_zone_of("+18003569377") == ""
    assert time_zone_of("nonsense") == ""


@pytest.mark.parametrize(
    ("typed", "address"),
    [
        ("ann@acme.com", "ann@acme.com"),
        (" Ann@Acme.COM ", "Ann@acme.com"),
        ("Ann Lee <ann@acme.com>", "ann@acme.com"),
        ("mailto:ann@acme.com", "ann@acme.com"),
        ("ann+crm@müller.de", "ann+crm@müller.de"),
        ("用户@例え.jp", "用户@例え.jp"),
    ],
)
def test_addresses_come_into_one_form(typed, address):
    assert clean_email(typed) == address
    assert clean_email(address) == address


@pytest.mark.parametrize(
    ("typed", "sentence"),
    [
        ("ann", "“ann” is not an e-mail address: An email address must have an @-sign."),
        ("ann@acme", "“ann@acme” is not an e-mail address: The part after the @-sign is not valid. It should have a period."),
        (
            "ann@acme.com, bob@acme.com",
            ("“ann@acme.com, bob@acme.com” is not an e-mail address: "
            "The part after the @-sign contains invalid characters: ',', '@', SPACE."),
        ),
    ],
)  # fmt: skip
def test_a_refused_address_says_what_is_wrong_with_it(typed, sentence):
    with pytest.raises(Invalid) as refused:
        clean_email(typed)
    assert str(refused.value) == sentence


@pytest.mark.parametrize(
    ("typed", "domain"),
    [
        ("https://www.Acme.com/x?y", "acme.com"),
        ("acme.com:8080", "acme.com"),
        ("sub.acme.co.uk.", "sub.acme.co.uk"),
        ("müller.de", "müller.de"),
    ],
)
def test_a_domain_is_cut_out_of_what_was_pasted(typed, domain):
    assert clean_domain(typed) == domain


@pytest.mark.parametrize("typed", ["acme", "acme..com", "-acme.com", "ann@acme.com", "", "x" * 400 + ".com"])
def test_what_is_no_domain_is_refused(typed):
    with pytest.raises(Invalid, match=r"is not a domain\. Try acme\.com\."):
        clean_domain(typed)


def test_web_addresses_open_web_pages_only():
    assert clean_url("acme.com/x") == "https://acme.com/x"
    assert clean_url("HTTP://Acme.com") == "http://Acme.com"
    assert clean_url("acme.com:8080/x?y#z") == "https://acme.com:8080/x?y#z"
    for typed in (
        "javascript:alert(1)",
        "file:///etc/passwd",
        "ftp://acme.com",
        "ann:pw@acme.com",
        "acme",
        "",
    ):
        with pytest.raises(Invalid, match=r"is not a web address\. Try https://acme\.com\."):
            clean_url(typed)


def test_countries_and_zones_are_known_ones():
    assert [check_country(c) for c in ("de", " US ", "uk")] == ["DE", "US", "GB"]
    with pytest.raises(Invalid, match="“Germany” is not a country code"):
        check_country("Germany")
    assert check_zone("Asia/Kolkata") == "Asia/Kolkata"
    for typed in ("Mars/Base", "../../etc/passwd", "Europe", "", "x" * 5000):
        with pytest.raises(Invalid, match=r"is not a time zone\. Try Europe/Berlin or America/New_York\."):
            check_zone(typed)


@given(st.text() | st.text("+0123456789 ()-;ext=", max_size=40), st.sampled_from(["", "DE", "US", "XX"]))
def test_no_paste_breaks_a_check(typed, country):
    for check in (
        lambda value: clean_phone(value, country), clean_email, clean_domain, clean_url, check_country, check_zone
    ):  # fmt: skip
        try:
            once = check(typed)
        except Invalid:
            continue
        assert check(once) == once
