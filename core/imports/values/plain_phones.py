"""Phone numbers that are nothing but digits in groups, which most are: read without the library's many questions.

What the library asks of such a number is whether it begins with a country's code or a prefix, and whether it is as long as
numbers are there. The answers come from the library's own tables. Where any of them is in doubt, nothing is said here.
"""

from __future__ import annotations

import re
from functools import cache
from typing import NamedTuple

PLAIN = re.compile(r"\+?[0-9(][0-9 ().\-]{5,22}[0-9]")
"""Digits in groups."""
_MARKS = str.maketrans("", "", "+ ().-")
_LONGEST_CODE = 3
"""Digits of the longest country code."""


class _Country(NamedTuple):
    """How numbers are written in a country.

    Attributes:
        code: its country code.
        lengths: how many digits there can be behind the code.
        abroad: what comes before the code of another country.
        prefix: what may come before a number within the country.
        trunk: the one digit that `prefix` is, where it is just that; otherwise empty.
        numbers: what numbers look like there, without `prefix`.
    """

    code: str
    lengths: frozenset[int]
    abroad: re.Pattern[str] | None
    prefix: re.Pattern[str] | None
    trunk: str
    numbers: re.Pattern[str]


def plain_phone(text: str, region: str) -> str:
    """A number in E.164, as `core.points.clean_phone` has it; empty where it is not plain, or no number: ask there.

    Args:
        text: the number.
        region: ISO 3166 alpha-2 of where one without a country code is read; empty where nobody knows.
    """
    if not PLAIN.fullmatch(text):
        return ""
    digits = text.translate(_MARKS)
    return _abroad(digits) if text[0] == "+" else _at_home(digits, region)


def _abroad(digits: str) -> str:
    for size in range(1, _LONGEST_CODE + 1):
        country = _with_code(digits[:size])
        if country is None:
            continue
        number = digits[size:]
        if len(number) not in country.lengths or number[0] == "0" or _begins(country.prefix, number):
            return ""
        return f"+{digits}"
    return ""


def _at_home(digits: str, region: str) -> str:
    country = _in_region(region)
    if country is None or digits.startswith(country.code) or _begins(country.abroad, digits):
        return ""
    number = digits
    if _begins(country.prefix, digits):
        if not country.trunk or country.numbers.fullmatch(digits):
            return ""
        number = digits[1:]
    if len(number) not in country.lengths or number[0] == "0":
        return ""
    return f"+{country.code}{number}"


def _begins(pattern: re.Pattern[str] | None, digits: str) -> bool:
    return pattern is not None and pattern.match(digits) is not None


@cache
def _with_code(code: str) -> _Country | None:
    import phonenumbers

    region = phonenumbers.COUNTRY_CODE_TO_REGION_CODE.get(int(code), ("",))[0] if code[:1] != "0" else ""
    return _country(region, int(code)) if region else None


@cache
def _in_region(region: str) -> _Country | None:
    import phonenumbers

    code = phonenumbers.country_code_for_region(region.upper()) if region else 0
    return _country(region.upper(), code) if code else None


def _country(region: str, code: int) -> _Country | None:
    from phonenumbers import COUNTRY_CODE_TO_REGION_CODE, PhoneMetadata

    # How long a number can be is asked of the country that leads those with one code.
    first = PhoneMetadata.metadata_for_region_or_calling_code(code, COUNTRY_CODE_TO_REGION_CODE[code][0])
    own = PhoneMetadata.metadata_for_region_or_calling_code(code, region)
    if first is None or own is None or first.general_desc is None or own.general_desc is None:
        return None
    prefix = own.national_prefix_for_parsing or ""
    lengths = {*first.general_desc.possible_length} & {*own.general_desc.possible_length}
    return _Country(
        code=str(code),
        lengths=frozenset(lengths - {*first.general_desc.possible_length_local_only}),
        abroad=re.compile(own.international_prefix) if own.international_prefix else None,
        prefix=re.compile(prefix) if prefix else None,
        trunk=prefix if len(prefix) == 1 and not own.national_prefix_transform_rule else "",
        numbers=re.compile(own.general_desc.national_number_pattern or ""),
    )
