"""What a value looks like at a glance. It need not be right for each: a column is judged by many of its values."""

from __future__ import annotations

import re

from core.imports.shapes import Unread
from core.imports.values.dates import is_day
from core.imports.values.flags import read_flag
from core.imports.values.numbers import looks_ruined
from core.imports.values.places import read_country

_LONGEST_DAY = 60
_LONGEST_COUNTRY = 60
_LONGEST_FLAG = 12
_EMAIL = re.compile(
    r"(?:mailto:)?[^\s@<>,;]+@[^\s@<>,;]+\.[^\s@<>,;]{2,}|[^<>]*<[^\s@<>]+@[^\s@<>]+\.[^\s@<>]{2,}>",
    re.IGNORECASE,
)
_URL = re.compile(r"(?:https?://|www\.)\S+\.\S+|[\w.-]+\.[a-z]{2,}/\S*", re.IGNORECASE)
_DOMAIN = re.compile(r"(?:https?://)?(?:[\w](?:[\w-]*[\w])?\.)+[^\W\d_]{2,}/?", re.IGNORECASE)
_PHONE = re.compile(
    r"(?:tel:)?['\u2018\u2019]?(?:\+|00)?[\d(][\d\s().\u00a0/\u2010-\u2015-]{5,22}\d(?:\s*(?:,|;|x|ext\.?|extension|#|durchwahl|-)+\s*=?\d{1,7})?",
    re.IGNORECASE,
)
_INTEGER = re.compile(r"[-+\u2212]?\d{1,18}(?:\.0+)?")
_NUMBER = re.compile(r"[-+\u2212(]?\s*\d[\d.,'\u2019\s\u00a0\u202f]*\)?|[-+\u2212]?\d+(?:\.\d+)?[eE][-+]?\d+")
_MONEY = re.compile(
    r"\(?[-\u2212]?\s*(?:[$€£¥₹₩₪₺₴]|[A-Z]{2,3}\$|[A-Z]{3}|R\$|kr\.?|zł|Rs\.?)\s*[-\u2212]?\d[\d.,'\u2019\s\u00a0\u202f]*\s*[kKmMbB]?n?\)?"
    r"|\(?[-\u2212]?\d[\d.,'\u2019\s\u00a0\u202f]*\s*(?:[kKmMbB]|mio\.?|mln\.?)?\s*(?:[$€£¥₹₩₪₺₴]|[A-Z]{3}|kr\.?|zł|Ft|Kč|Rs\.?)\)?"
    r"|[-\u2212]?\d[\d.,]*\s*[kKmMbB]"
)
_PERCENT = re.compile(r"[-+]?\d{1,3}(?:[.,]\d+)?\s*%")
_CLOCK = re.compile(r"\d{1,2}[:.]\d{2}(?:[:.]\d{2})?\s*(?:[ap]\.?m\.?)?", re.IGNORECASE)
_HAS_CLOCK = re.compile(r"\d[T\s,]+\d{1,2}[:.]\d{2}|\d{1,2}:\d{2}", re.IGNORECASE)
_HTML = re.compile(
    r"<(?:/?(?:p|br|div|span|a|b|i|ul|ol|li|strong|em|html|body|table|h\d|img)\b[^>]*)>|&(?:nbsp|amp|lt|gt|#\d+);",
    re.IGNORECASE,
)
_ID = re.compile(
    r"[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}|[0-9a-f]{24,40}|[a-zA-Z0-9]{15}(?:[A-Z0-5]{3})?|[a-z]{1,5}[:_][0-9A-Za-z]{3,}|\d{5,20}",
)
_NAME = re.compile(r"(?:[^\W\d_][^\W\d_'\u2019.\u00b7-]*\.?[-'\u2019,]?\s*){1,5}")
_LONGEST_NAME = 60


def looks_of(text: str) -> tuple[str, ...]:
    """What a value looks like, in the words of `core.imports.shapes.Column.looks`; nothing for what is just text."""
    value = text.strip()
    looks: list[str] = []
    digits = any(map(str.isdigit, value)) if value else False
    if "@" in value:
        if _EMAIL.fullmatch(value):
            looks.append("email")
        return tuple(looks)
    if ("<" in value or "&" in value) and _HTML.search(value):
        looks.append("html")
    if "." in value:
        if _URL.fullmatch(value):
            looks.append("url")
        if _DOMAIN.fullmatch(value):
            looks.append("domain")
    if digits:
        looks += _with_digits(value)
    elif len(value) <= _LONGEST_NAME and "domain" not in looks and _NAME.fullmatch(value):
        looks.append("name")
    if len(value) <= _LONGEST_FLAG and _is_flag(value):
        looks.append("flag")
    if not digits and len(value) <= _LONGEST_COUNTRY and _is_country(value):
        looks.append("country")
    return tuple(looks)


def _with_digits(value: str) -> list[str]:
    looks: list[str] = []
    if len(value) <= _LONGEST_DAY and is_day(value):
        looks.append("date")
        if _HAS_CLOCK.search(value):
            looks.append("time")
    elif _CLOCK.fullmatch(value):
        looks.append("time")
    if _PERCENT.fullmatch(value):
        looks.append("percent")
    elif _MONEY.fullmatch(value):
        looks.append("money")
    elif _INTEGER.fullmatch(value):
        looks += ("integer", "number")
    elif _NUMBER.fullmatch(value):
        looks.append("number")
    if looks_ruined(value) or ("date" not in looks and _is_phone(value)):
        looks.append("phone")
    if _ID.fullmatch(value):
        looks.append("id")
    return looks


def _is_phone(value: str) -> bool:
    """Whether it has the digits and the marks of a phone number; a bare short number is none."""
    if not _PHONE.fullmatch(value):
        return False
    count = sum(map(str.isdigit, value))
    return 7 <= count <= 22


def _is_flag(value: str) -> bool:
    try:
        return read_flag(value) is not None
    except Unread:
        return False


def _is_country(value: str) -> bool:
    try:
        return read_country(value) is not None
    except Unread:
        return False
