"""Money: whole minor units and a currency. Never a float; totals never add two currencies."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from decimal import ROUND_HALF_EVEN, Decimal

from core.errors import Invalid
from core.text import clean_line, printable

# Minor units that are not 2 (ISO 4217, table A.1, amendment 176).
_DECIMALS = {
    0: "BIF CLP DJF GNF ISK JPY KMF KRW PYG RWF UGX UYI VND VUV XAF XOF XPF",
    3: "BHD IQD JOD KWD LYD OMR TND",
    4: "CLF UYW",
}
_EXPONENT = {code: digits for digits, codes in _DECIMALS.items() for code in codes.split()}
_CODES = """
    AED AFN ALL AMD ANG AOA ARS AUD AWG AZN BAM BBD BDT BGN BHD BIF BMD BND BOB BRL BSD BTN BWP BYN BZD
    CAD CDF CHF CLF CLP CNY COP CRC CUP CVE CZK DJF DKK DOP DZD EGP ERN ETB EUR FJD FKP GBP GEL GHS GIP
    GMD GNF GTQ GYD HKD HNL HTG HUF IDR ILS INR IQD IRR ISK JMD JOD JPY KES KGS KHR KMF KPW KRW KWD KYD
    KZT LAK LBP LKR LRD LSL LYD MAD MDL MGA MKD MMK MNT MOP MRU MUR MVR MWK MXN MYR MZN NAD NGN NIO NOK
    NPR NZD OMR PAB PEN PGK PHP PKR PLN PYG QAR RON RSD RUB RWF SAR SBD SCR SDG SEK SGD SHP SLE SOS SRD
    SSP STN SVC SYP SZL THB TJS TMT TND TOP TRY TTD TWD TZS UAH UGX USD UYI UYU UYW UZS VED VES VND VUV
    WST XAF XCD XCG XOF XPF YER ZAR ZMW ZWG
"""
CURRENCIES = frozenset(_CODES.split())
"""Every currency that is in use, by its ISO 4217 code."""
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
_LONGEST = 60
_AMOUNT = re.compile(
    r"(?P<sign>[-\u2212]?)(?P<before>[A-Z]{3})?(?P<sign2>[-\u2212]?)"
    r"(?P<number>[.,]?[0-9][0-9.,' ]*)(?P<suffix>[KMB]?)(?P<after>[A-Z]{3})?"
)
_LAKHS = re.compile(r"[0-9]{1,2}(?:,[0-9]{2})*,[0-9]{3}")
_SHORT = ((Decimal("999.5"), 0, ""), (999_500, 3, "k"), (999_500_000, 6, "M"), (999_500_000_000, 9, "B"))


@dataclass(frozen=True, slots=True)
class Money:
    """An amount in minor units (cents) of an ISO 4217 currency."""

    minor: int
    currency: str


def exponent(currency: str) -> int:
    """How many decimals the currency has."""
    return _EXPONENT.get(currency, 2)


def check_currency(typed: str) -> str:
    """A currency by its ISO 4217 code.

    Raises:
        Invalid: there is none of that code.
    """
    code = clean_line(typed).upper()
    if code not in CURRENCIES:
        raise Invalid({"currency": f"“{code[:10]}” is not a currency code. Try EUR, USD or GBP."})
    return code


def weighted(parts: Iterable[tuple[int, int]]) -> int:
    """The sum of (minor units, percent) pairs weighted by their percentage, rounded once, half to even.

    All of them must be of one currency.
    """
    total = sum(minor * percent for minor, percent in parts)
    return int((Decimal(total) / 100).quantize(Decimal(1), ROUND_HALF_EVEN))


def format_money(minor: int, currency: str) -> str:
    """Exact, for fields and detail: `€12,500.50`, `CHF 900.00`."""
    digits = exponent(currency)
    amount = f"{Decimal(abs(minor)).scaleb(-digits):,.{digits}f}"
    return _signed(minor < 0, currency, amount)


def format_short(minor: int, currency: str) -> str:
    """For cards and totals, at most five characters of number: `€950`, `€12.5k`, `€1.2M`. Rounded, so not for sums."""
    major = Decimal(abs(minor)).scaleb(-exponent(currency))
    # A step's limit is where rounding would fill its last digit: 999.50 is 1k, not 1000.
    scale, suffix = next(((scale, suffix) for limit, scale, suffix in _SHORT if major < limit), (12, "T"))
    scaled = major.scaleb(-scale)
    amount = f"{scaled:.0f}" if scale == 0 or scaled >= 100 else f"{scaled:.1f}".removesuffix(".0")
    return _signed(minor < 0 and amount != "0", currency, amount + suffix)


def _signed(negative: bool, currency: str, amount: str) -> str:
    symbol = SYMBOLS.get(currency, f"{currency} ")
    return f"{'-' if negative else ''}{symbol}{amount}"


def parse_money(typed: str, currency: str) -> Money:
    """Reads an amount as people type it: `12500`, `12.5k`, `€12,500.50`, `1.234,50 EUR`, `USD 3m`, `CHF 12'500`.

    Of two kinds of separator the last one is the decimal point. A lone separator followed by exactly three digits groups
    thousands (`1.234` and `1,234` are both 1234), unless the currency has three decimals and it is a point, or a suffix
    follows (`1.125m`); any other lone separator is the decimal point. Groups must be whole: `1,2.5` is a slip, not 12.5.

    Args:
        typed: what the person typed.
        currency: the currency where none is typed.

    Raises:
        Invalid: not an amount, an unknown currency, more decimals than the currency has, or too large.
    """
    shown = printable(typed.strip())[:40]
    unreadable = Invalid({"value": f"“{shown}” is not an amount. Try 12500, 12.5k or €12,500."})
    if len(typed) > _LONGEST:
        raise unreadable
    value = typed.replace("’", "'")
    for symbol, code in _BY_SYMBOL.items():
        value = value.replace(symbol, f" {code} ")
    value = re.sub(r"\s+", " ", value).strip()
    # Upper case only what may be a code or a suffix: there are letters that become two.
    value = re.sub(r" ?([^0-9.,' ]+) ?", lambda m: m[1].upper() if m[1].isascii() else m[1], value)
    match = _AMOUNT.fullmatch(value)
    if not match or (match["sign"] and match["sign2"]) or (match["before"] and match["after"]):
        raise unreadable
    currency = match["before"] or match["after"] or currency
    try:
        currency = check_currency(currency)
    except Invalid as error:
        raise Invalid({"value": str(error)}) from None
    digits = exponent(currency)
    parts = whole_and_fraction(match["number"].strip(), digits, suffixed=bool(match["suffix"]))
    if parts is None:
        raise unreadable
    whole, fraction = parts
    places = digits + _SUFFIX[match["suffix"].lower()]
    fraction = fraction.rstrip("0")
    if len(fraction) > places:
        decimals = f"{digits} decimals" if digits else "no decimals"
        raise Invalid({"value": f"{currency} has {decimals}; “{shown}” has more."})
    minor = int(f"0{whole}" + fraction.ljust(places, "0"))
    if minor > MAX_MINOR:
        raise Invalid({"value": f"“{shown}” is a larger amount than offhook can keep exactly."})
    return Money(-minor if match["sign"] or match["sign2"] else minor, currency)


def whole_and_fraction(
    number: str, decimals: int = 2, *, suffixed: bool = False, decimal_mark: str = ""
) -> tuple[str, str] | None:
    """The digits before and after the decimal mark, or None where the separators make no sense.

    Args:
        number: digits with points, commas, apostrophes or blanks between them.
        decimals: how many decimals the currency has.
        suffixed: a `k` or `M` follows, so that a lone separator is the decimal mark.
        decimal_mark: what is known of the numbers around it: "." or ","; it decides where the number says nothing itself.
    """
    kinds = {c for c in number if c in ".,"}
    if len(kinds) == 2:
        point = "." if number.rindex(".") > number.rindex(",") else ","
        whole, _, fraction = number.rpartition(point)
    elif not kinds:
        whole, fraction = number, ""
    else:
        mark = kinds.pop()
        three = re.fullmatch(rf"[1-9][0-9]{{0,2}}(?:{re.escape(mark)}[0-9]{{3}})+", number)
        lone = number.count(mark) == 1
        is_known = mark == decimal_mark if decimal_mark else mark == "." and decimals == 3
        if lone and (not three or suffixed or is_known):
            whole, _, fraction = number.partition(mark)
        else:
            whole, fraction = number, ""
    if not (fraction.isdigit() or fraction == ""):
        return None
    marks = {c for c in whole if not c.isdigit()}
    if len(marks) > 1 or (marks and not (_grouped(whole, marks.pop()))):
        return None
    return re.sub(r"[^0-9]", "", whole), fraction


def _grouped(whole: str, mark: str) -> bool:
    """Whether a number is written in whole groups: of three digits, or as in India (12,34,567)."""
    thousands = re.fullmatch(rf"[0-9]{{1,3}}(?:{re.escape(mark)}[0-9]{{3}})+", whole)
    return bool(thousands or _LAKHS.fullmatch(whole))
