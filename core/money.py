"""Money: whole minor units and a currency. Never a float; totals never add two currencies."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from decimal import ROUND_HALF_EVEN, Decimal, InvalidOperation

from core.errors import Invalid

# Minor units that are not 2 (ISO 4217, table A.1, amendment 176).
_EXPONENT = {
    **dict.fromkeys(["BIF", "CLP", "DJF", "GNF", "ISK", "JPY", "KMF", "KRW", "PYG", "RWF", "UGX", "UYI", "VND", "VUV", "XAF", "XOF", "XPF"], 0),
    **dict.fromkeys(["BHD", "IQD", "JOD", "KWD", "LYD", "OMR", "TND"], 3),
    **dict.fromkeys(["CLF", "UYW"], 4),
}
CURRENCIES = frozenset(
    ["AED", "AFN", "ALL", "AMD", "ANG", "AOA", "ARS", "AUD", "AWG", "AZN", "BAM", "BBD", "BDT", "BGN", "BHD", "BIF", "BMD", "BND", "BOB", "BRL", "BSD", "BTN", "BWP", "BYN", "BZD", "CAD", "CDF", "CHF", "CLF", "CLP", "CNY", "COP", "CRC", "CUP", "CVE", "CZK", "DJF", "DKK", "DOP", "DZD", "EGP", "ERN", "ETB", "EUR", "FJD", "FKP", "GBP", "GEL", "GHS", "GIP", "GMD", "GNF", "GTQ", "GYD", "HKD", "HNL", "HTG", "HUF", "IDR", "ILS", "INR", "IQD", "IRR", "ISK", "JMD", "JOD", "JPY", "KES", "KGS", "KHR", "KMF", "KPW", "KRW", "KWD", "KYD", "KZT", "LAK", "LBP", "LKR", "LRD", "LSL", "LYD", "MAD", "MDL", "MGA", "MKD", "MMK", "MNT", "MOP", "MRU", "MUR", "MVR", "MWK", "MXN", "MYR", "MZN", "NAD", "NGN", "NIO", "NOK", "NPR", "NZD", "OMR", "PAB", "PEN", "PGK", "PHP", "PKR", "PLN", "PYG", "QAR", "RON", "RSD", "RUB", "RWF", "SAR", "SBD", "SCR", "SDG", "SEK", "SGD", "SHP", "SLE", "SOS", "SRD", "SSP", "STN", "SVC", "SYP", "SZL", "THB", "TJS", "TMT", "TND", "TOP", "TRY", "TTD", "TWD", "TZS", "UAH", "UGX", "USD", "UYI", "UYU", "UYW", "UZS", "VED", "VES", "VND", "VUV", "WST", "XAF", "XCD", "XCG", "XOF", "XPF", "YER", "ZAR", "ZMW", "ZWG"]
)
SYMBOLS = {
    "EUR": "€",
    "USD": "$",
    "GBP": "£",
    "JPY": "¥",
    "INR": "₹",
    "KRW": "₩",
    "ILS": "₪",
    "TRY": "₺",
    "UAH": "₴",
}
_BY_SYMBOL = {symbol: code for code, symbol in SYMBOLS.items()}
MAX_MINOR = 2**53
"""The largest amount kept: exact in every store and every spreadsheet."""
_SUFFIX = {"": 0, "k": 3, "m": 6, "b": 9}
_AMOUNT = re.compile(
    r"(?P<sign>-?)(?P<number>[0-9][0-9.,'\s\u00a0\u202f]*)\s*(?P<suffix>[kmb]?)", re.IGNORECASE
)


@dataclass(frozen=True, slots=True)
class Money:
    """An amount in minor units (cents) of an ISO 4217 currency."""

    minor: int
    currency: str


def exponent(currency: str) -> int:
    """How many decimals the currency has."""
    return _EXPONENT.get(currency, 2)


def weighted(parts: Iterable[tuple[int, int]]) -> int:
    """The sum of (minor units, percent) pairs weighted by their percentage, rounded once, half to even."""
    total = sum(minor * percent for minor, percent in parts)
    return int((Decimal(total) / 100).quantize(Decimal(1), ROUND_HALF_EVEN))


def format_money(minor: int, currency: str) -> str:
    """Exact, for fields and detail: `€12,500.50`, `CHF 900.00`."""
    digits = exponent(currency)
    amount = f"{Decimal(abs(minor)).scaleb(-digits):,.{digits}f}"
    return _signed(minor, currency, amount)


def format_short(minor: int, currency: str) -> str:
    """For cards and totals, at most five characters of number: `€950`, `€12.5k`, `€1.2M`. Rounded, so not for sums."""
    major = Decimal(abs(minor)).scaleb(-exponent(currency))
    for limit, scale, suffix in (
        (1_000, 0, ""),
        (999_950, 3, "k"),
        (999_950_000, 6, "M"),
        (999_950_000_000, 9, "B"),
    ):
        if major < limit:
            break
    else:
        scale, suffix = 12, "T"
    scaled = major.scaleb(-scale)
    amount = f"{scaled:.0f}" if scale == 0 or scaled >= 100 else f"{scaled:.1f}".removesuffix(".0")
    return _signed(minor, currency, amount + suffix)


def _signed(minor: int, currency: str, amount: str) -> str:
    symbol = SYMBOLS.get(currency, f"{currency} ")
    return f"{'-' if minor < 0 else ''}{symbol}{amount}"


def parse_money(typed: str, currency: str) -> Money:
    """Reads an amount as people type it: `12500`, `12.5k`, `€12,500.50`, `1.234,50 EUR`, `USD 3m`.

    A lone separator followed by exactly three digits groups thousands (`1.234` and `1,234` are both 1234), any other
    lone separator is the decimal point; of two kinds the last one is.

    Args:
        typed: what the person typed.
        currency: the currency where none is typed.

    Raises:
        Invalid: not an amount, an unknown currency, more decimals than the currency has, or too large.
    """
    value = typed.strip()
    for symbol, code in _BY_SYMBOL.items():
        if symbol in value:
            value, currency = value.replace(symbol, "").strip(), code
    if code_match := re.match(r"^([A-Za-z]{3})\b\s*(.*)$|^(.*?)\s*\b([A-Za-z]{3})$", value):
        currency = (code_match[1] or code_match[4]).upper()
        value = (code_match[2] or code_match[3] or "").strip()
    if currency not in CURRENCIES:
        raise Invalid({"value": f"“{currency}” is not a currency code. Try EUR, USD or GBP."})
    match = _AMOUNT.fullmatch(value)
    if not match:
        raise Invalid({"value": f"“{typed.strip()[:40]}” is not an amount. Try 12500, 12.5k or €12,500."})
    suffix = match["suffix"].lower()
    number = _plain_number(re.sub(r"['\s\u00a0\u202f]", "", match["number"]), suffixed=bool(suffix))
    try:
        minor = Decimal(number).scaleb(_SUFFIX[suffix] + exponent(currency))
    except InvalidOperation:
        raise Invalid(
            {"value": f"“{typed.strip()[:40]}” is not an amount. Try 12500, 12.5k or €12,500."}
        ) from None
    if minor != minor.to_integral_value():
        raise Invalid(
            {"value": f"{currency} has {exponent(currency)} decimals; “{typed.strip()[:40]}” has more."}
        )
    if minor > MAX_MINOR:
        raise Invalid({"value": "That amount is larger than offhook can keep exactly (about 90 trillion)."})
    return Money(-int(minor) if match["sign"] else int(minor), currency)


def _plain_number(number: str, *, suffixed: bool) -> str:
    separators = [c for c in number if c in ".,"]
    if not separators:
        return number
    last = separators[-1]
    if len(set(separators)) == 2:
        other = "," if last == "." else "."
        return number.replace(other, "").replace(last, ".")
    groups = number.split(last)
    thousands = (
        not suffixed
        and all(len(group) == 3 for group in groups[1:])
        and 0 < len(groups[0]) <= 3
        and groups[0] != "0"
    )
    if thousands:
        return "".join(groups)
    if len(separators) == 1:
        return number.replace(last, ".")
    return "x"
