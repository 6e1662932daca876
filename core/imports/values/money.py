"""Amounts of money in any local notation."""

from __future__ import annotations

import re
from decimal import ROUND_HALF_EVEN, Decimal
from functools import lru_cache

from core.imports.shapes import Unread
from core.imports.values.numbers import DecimalMark, refuse_ruined, simple, split_amount
from core.imports.values.texts import is_blank
from core.money import CURRENCIES, MAX_MINOR, SYMBOLS, Money, exponent
from core.text import printable

_DOLLARS = "USD AUD BBD BMD BND BSD BZD CAD FJD GYD HKD JMD KYD LRD NAD NZD SBD SGD SRD TTD TWD XCD ARS CLP COP MXN UYU"
_SHARED: dict[str, tuple[str, ...]] = {
    sign: tuple(codes.split())
    for sign, codes in {
        "$": _DOLLARS,
        "£": "GBP EGP FKP GIP LBP SHP SSP SYP",
        "¥": "JPY CNY",
        "Rs": "INR PKR LKR NPR MUR SCR",
        "lei": "RON MDL",
        "Fr": "CHF XOF XAF XPF",
        "R": "ZAR",
        "Dh": "AED MAD",
        "Dhs": "AED MAD",
        "kr": "SEK NOK DKK ISK",
    }.items()
}
"""Signs of several currencies, first the one that is meant where nothing else is said; of `kr`, none is."""
_OWN = {
    **{symbol: code for code, symbol in SYMBOLS.items() if symbol not in _SHARED},
    "US$": "USD", "$US": "USD", "U$S": "USD", "A$": "AUD", "AU$": "AUD", "C$": "CAD", "CA$": "CAD", "CDN$": "CAD", "NZ$": "NZD", "HK$": "HKD", "S$": "SGD",
    "SG$": "SGD", "NT$": "TWD", "MX$": "MXN", "R$": "BRL", "J$": "JMD", "Z$": "ZWG", "AR$": "ARS", "CLP$": "CLP", "COL$": "COP",
    "euro": "EUR", "euros": "EUR", "dollars": "USD", "US dollars": "USD", "SFr": "CHF", "sFr": "CHF", "Fr.": "CHF", "zł": "PLN", "zl": "PLN",
    "Kč": "CZK", "Kc": "CZK", "Ft": "HUF", "₽": "RUB", "руб": "RUB", "р": "RUB", "грн": "UAH", "лв": "BGN", "TL": "TRY", "₫": "VND", "đ": "VND", "₱": "PHP", "฿": "THB",
    "₦": "NGN", "₡": "CRC", "₲": "PYG", "₸": "KZT", "₼": "AZN", "₾": "GEL", "₵": "GHS", "₮": "MNT", "₭": "LAK", "₨": "INR", "৳": "BDT",
    "RM": "MYR", "Rp": "IDR", "KSh": "KES", "S/": "PEN", "元": "CNY", "RMB": "CNY", "円": "JPY", "원": "KRW", "￥": "JPY", "＄": "USD", "din": "RSD", "KM": "BAM", "FCFA": "XOF", "CN¥": "CNY", "JP¥": "JPY",
}  # fmt: skip
_TIMES = {
    **dict.fromkeys(("k", "tsd", "thousand", "tys", "тыс"), 3),
    **dict.fromkeys(("lakh", "lakhs", "lac", "lacs"), 5),
    **dict.fromkeys(("m", "mm", "mn", "mio", "mln", "mill", "million", "millions", "millionen", "млн"), 6),
    **dict.fromkeys(("cr", "crore", "crores"), 7),
    **dict.fromkeys(("b", "bn", "mrd", "mld", "md", "billion", "billions", "milliarden", "млрд"), 9),
}
_CASELESS = {sign.casefold(): code for sign, code in _OWN.items()}
_WORDS = r"(?:[^\d().,'+-]|(?<=[^\W\d])[.])*"
"""What can stand before a number; a point belongs to the letters before it (`Rs.500`)."""
_PARTS = re.compile(
    rf"(?P<outer>{_WORDS})(?:(?P<open>\()(?P<before>{_WORDS}))?(?:(?P<sign>[+-])(?P<before2>{_WORDS}))?"
    r"(?P<number>[.,]?\d(?:[\d.,' ]*\d)?(?:[.,](?=\s|$|-|[^\W\d]|\)))?-{0,2})"
    r"(?P<after>[^\d()+-]*)(?P<last>-?)\s*(?P<close>\))?(?P<behind>[^\d()+-]*)"
)


def read_money(text: str, currency: str, mark: DecimalMark = "") -> Money | None:
    """An amount; None where the cell says nothing: `$45,000`, `45k`, `1.000.000,50`, `(1,200.00)`, `CHF 12'500`, `R$ 1.234,56`.

    A currency in the cell is the one that counts. A sign that several share (`$`, `kr`) is the default currency where that
    is one of them. What lies below the smallest unit is rounded to it, half to even.

    Args:
        text: what the cell says.
        currency: ISO 4217, where the cell names none: the row’s own, or the organization’s.
        mark: the decimal mark of the column, as far as it is known.

    Raises:
        Unread: it is no amount, in a currency that nobody knows, or too large.
    """
    if is_blank(text):
        return None
    line = simple(text).removeprefix("'")
    shown = printable(text.strip())[:40]
    refuse_ruined(line)
    match = _PARTS.fullmatch(line) if len(line) <= 80 else None
    if match is None or bool(match["open"]) != bool(match["close"]):
        raise Unread(f"“{shown}” is not an amount of money.")
    words = " ".join(match[name] or "" for name in ("outer", "before", "before2", "after", "behind")).split()
    code, times = _said(words, currency, shown)
    digits = exponent(code)
    number = (match["sign"] or "") + match["number"] + match["last"]
    amount = split_amount(
        f"({number})" if match["open"] else number, mark, decimals=digits, suffixed=times > 0
    )
    if amount is None:
        raise Unread(f"“{shown}” is not an amount of money.")
    minor = amount.value.scaleb(times + digits)
    whole = minor.quantize(Decimal(1), ROUND_HALF_EVEN) if abs(minor) <= MAX_MINOR else minor
    if abs(whole) > MAX_MINOR:
        raise Unread(f"“{shown}” is a larger amount than can be kept.")
    if not digits and whole != minor:
        raise Unread(f"“{shown}” has decimals, and {code} has none.")
    return Money(int(whole), code)


def _said(words: list[str], currency: str, shown: str) -> tuple[str, int]:
    """The currency and the power of ten that the words beside a number say."""
    code, times = "", 0
    # `$500 CAD`: the code says which dollars.
    named = next((word.upper() for word in words if word.isascii() and word.upper() in CURRENCIES), "")
    for word in words:
        power = _TIMES.get(word.rstrip(".").casefold())
        if power is None:
            found, power = _attached(word, code or named or currency)
            if not found or (code and found != code):
                raise Unread(f"“{shown}” is not an amount of money: {_why_not(word, code)}.")
            code = found
        if power and times:
            raise Unread(f"“{shown}” is not an amount of money.")
        times = times or power
    return code or currency, times


def _why_not(word: str, code: str) -> str:
    if word.rstrip(".").casefold() == "kr":
        return "nothing says whose “kr” it is"
    return "it names two currencies" if code else f"“{word[:20]}” is no currency"


@lru_cache(maxsize=4096)
def _attached(word: str, currency: str) -> tuple[str, int]:
    """A currency, and the power of ten where one is written to it (`k€`, `MUSD`, `kEUR`)."""
    code = _currency(word, currency)
    if code or word.rstrip(".").casefold() == "kr":
        return code, 0
    for length in (1, 2, 3):
        for first, last in ((word[:length], word[length:]), (word[-length:], word[:-length])):
            power = _TIMES.get(first.casefold())
            if power and last and (code := _currency(last, currency)):
                return code, power
    return "", 0


def _currency(word: str, currency: str) -> str:
    bare = word.strip(".")
    if bare.isascii() and bare.upper() in CURRENCIES:
        return bare.upper()
    for sign, codes in _SHARED.items():
        if bare.casefold() == sign.casefold():
            if currency in codes:
                return currency
            return "" if sign == "kr" else codes[0]
    return _OWN.get(word) or _CASELESS.get(bare.casefold(), "")
