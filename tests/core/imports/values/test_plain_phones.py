"""Plain phone numbers are read fast, and exactly as all others are."""

from __future__ import annotations

import phonenumbers
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from core.errors import Invalid
from core.imports.values.plain_phones import plain_phone
from core.points import clean_phone

REGIONS = sorted(phonenumbers.SUPPORTED_REGIONS)
CODES = sorted(map(str, phonenumbers.COUNTRY_CODE_TO_REGION_CODE))


@st.composite
def written(draw: st.DrawFn) -> str:
    """Digits in groups, with or without a country's code and a prefix."""
    plus = draw(st.sampled_from(["", "", "+"]))
    code = draw(st.sampled_from(CODES)) if plus or draw(st.booleans()) else ""
    prefix = draw(st.sampled_from(["", "", "0", "1", "8", "00", "011", "06"]))
    digits = draw(st.text("0123456789", min_size=4, max_size=14))
    gaps = draw(st.lists(st.sampled_from(["", "", " ", "-", ".", ") ", " ("]), min_size=20, max_size=20))
    return plus + "".join(digit + gap for digit, gap in zip(code + prefix + digits, gaps, strict=False))


def asked(text: str, region: str) -> str:
    try:
        return clean_phone(text, region)
    except Invalid:
        return ""


@given(written(), st.sampled_from([*REGIONS, "", "ZZ", "us", "de", "fr", "gb"]))
@example("+39 06 1234567", "IT")
@example("+7 8 495 1234567", "RU")
@example("(02) 9876 5432", "AU")
@example("0800 123 4567", "GB")
@example("+800 1234 5678", "")
def test_what_is_read_fast_is_what_is_read_with_care(text: str, region: str) -> None:
    fast = plain_phone(text, region)
    assert not fast or fast == asked(text, region)


@given(st.sampled_from(REGIONS), st.sampled_from(list(vars(phonenumbers.PhoneNumberFormat).values())[1:5]))
def test_numbers_of_every_country_are_read_as_they_are(region: str, style: object) -> None:
    number = phonenumbers.example_number(region)
    if number is None or not isinstance(style, int):
        return
    text = phonenumbers.format_number(number, style)
    assert plain_phone(text, region) in ("", asked(text, region))


@pytest.mark.parametrize(("text", "region", "value"), [
    ("(212) 555-0100", "US", "+12125550100"), ("212-555-0100", "US", "+12125550100"), ("212.555.0100", "us", "+12125550100"),
    ("+1 212 555 0100", "", "+12125550100"), ("+49 30 1234567", "US", "+49301234567"), ("030 1234567", "DE", "+49301234567"),
    ("0171-2345678", "DE", "+491712345678"), ("020 7946 0018", "GB", ""), ("01 23 45 67 89", "FR", "+33123456789"),
    ("98765 43210", "IN", "+919876543210"), ("+44 (0)20 7946 0018", "GB", ""), ("1-212-555-0100", "US", ""), ("555-0100", "US", ""),
    ("011 49 30 1234567", "US", ""), ("+999 1234567", "US", ""), ("030 1234567", "", ""), ("4930 1234567", "DE", ""),
])  # fmt: skip
def test_what_is_plain_is_read_fast_and_what_is_not_is_left_to_care(
    text: str, region: str, value: str
) -> None:
    assert plain_phone(text, region) == value
