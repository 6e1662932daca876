from __future__ import annotations

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.errors import Invalid
from core.money import (
    CURRENCIES,
    MAX_MINOR,
    SYMBOLS,
    Money,
    exponent,
    format_money,
    format_short,
    parse_money,
    weighted,
)

amounts = st.integers(-MAX_MINOR, MAX_MINOR)
currencies = st.sampled_from(sorted(CURRENCIES))


@given(amounts, currencies, currencies)
def test_what_is_shown_can_be_typed_back_whatever_the_default_currency(minor, currency, home):
    assert parse_money(format_money(minor, currency), home) == Money(minor, currency)


@pytest.mark.parametrize(
    ("typed", "minor"),
    [
        ("12500", 1_250_000),
        ("12.5k", 1_250_000),
        ("12,5k", 1_250_000),
        ("5K", 500_000),
        ("3m", 300_000_000),
        ("1.125m", 112_500_000),
        ("1.5 b", 150_000_000_000),
        ("12,500.50", 1_250_050),
        ("12.500,50", 1_250_050),
        ("12 500,50", 1_250_050),
        ("12\u202f500,50", 1_250_050),
        ("12'500.50", 1_250_050),
        ("12’500", 1_250_000),
        ("1.234", 123_400),
        ("1,234", 123_400),
        ("1.234.567", 123_456_700),
        ("12,34,567.50", 123_456_750),
        ("0.5", 50),
        (".5", 50),
        ("12.", 1200),
        ("-5", -500),
        ("\u22125", -500),
        ("0,10", 10),
    ],
)
def test_amounts_are_read_as_people_write_them(typed, minor):
    assert parse_money(typed, "EUR") == Money(minor, "EUR")


@pytest.mark.parametrize(
    ("typed", "money"),
    [
        ("€5", Money(500, "EUR")),
        ("$ 5", Money(500, "USD")),
        ("5 £", Money(500, "GBP")),
        ("-$5", Money(-500, "USD")),
        ("$-5", Money(-500, "USD")),
        ("USD 3m", Money(300_000_000, "USD")),
        ("3m usd", Money(300_000_000, "USD")),
        ("5kUSD", Money(500_000, "USD")),
        ("EUR5", Money(500, "EUR")),
        ("5 BRL", Money(500, "BRL")),
        ("5BRL", Money(500, "BRL")),
        ("5mMXN", Money(500_000_000, "MXN")),
        ("¥1,000", Money(1000, "JPY")),
        ("¥.0", Money(0, "JPY")),
        ("1.5b jpy", Money(1_500_000_000, "JPY")),
        ("KWD 1.234", Money(1234, "KWD")),
        ("KWD 1,234", Money(1_234_000, "KWD")),
        ("₹12,34,567", Money(123_456_700, "INR")),
        ("-CHF 5.00", Money(-500, "CHF")),
    ],
)
def test_a_currency_can_be_typed_with_the_amount(typed, money):
    assert parse_money(typed, "NOK") == money


@pytest.mark.parametrize(
    "typed",
    [
        "",
        "€",
        "abc",
        "1,2.5",
        "12 5",
        "1.234.56",
        "1'00",
        "12,345,67",
        "1e5",
        "--5",
        "5-",
        "€5 USD",
        "€€5",
        "１２",
        "½",
    ],
)
def test_what_is_not_an_amount_is_refused_with_examples(typed):
    with pytest.raises(Invalid, match=r"is not an amount\. Try 12500, 12\.5k or €12,500\.$"):
        parse_money(typed, "EUR")


def test_a_slip_is_never_taken_for_another_amount():
    # One comma too early is no twelve and a half.
    for typed in ("1,2.50", "1.2,50", "1 2", "1,00,0", "10,00.5"):
        with pytest.raises(Invalid):
            parse_money(typed, "EUR")


@pytest.mark.parametrize(
    ("typed", "currency", "sentence"),
    [
        ("5 xyz", "EUR", "“XYZ” is not a currency code. Try EUR, USD or GBP."),
        ("0.123", "EUR", "EUR has 2 decimals; “0.123” has more."),
        ("0.5", "JPY", "JPY has no decimals; “0.5” has more."),
        ("90071992547409.93", "EUR", "“90071992547409.93” is a larger amount than offhook can keep exactly."),
        ("5\x1b[31m", "EUR", "“5�[31m” is not an amount. Try 12500, 12.5k or €12,500."),
    ],
)
def test_a_refused_amount_says_why(typed, currency, sentence):
    with pytest.raises(Invalid) as refused:
        parse_money(typed, currency)
    assert str(refused.value) == sentence
    assert list(refused.value.fields) == ["value"]


@given(st.text() | st.text("0123456789.,' -€$kmbEURUSD\u00a0\t"), currencies)
def test_reading_an_amount_raises_nothing_else_whatever_is_pasted(typed, currency):
    try:
        money = parse_money(typed, currency)
    except Invalid:
        return
    assert abs(money.minor) <= MAX_MINOR
    assert money.currency in CURRENCIES


def test_a_pasted_page_is_refused_at_once():
    for page in ("1" + " " * 200_000 + "x", "9" * 2_000_000, "1," * 100_000):
        with pytest.raises(Invalid):
            parse_money(page, "EUR")


@pytest.mark.parametrize(
    ("minor", "shown"),
    [
        (0, "€0"),
        (-4, "€0"),
        (-51, "-€1"),
        (95_000, "€950"),
        (99_949, "€999"),
        (99_960, "€1k"),
        (100_000, "€1k"),
        (125_000, "€1.2k"),
        (1_250_000, "€12.5k"),
        (9_996_000, "€100k"),
        (99_949_900, "€999k"),
        (99_950_000, "€1M"),
        (-123_456_789, "-€1.2M"),
        (99_950_000_000, "€1B"),
        (99_950_000_000_000, "€1T"),
        (MAX_MINOR, "€90.1T"),
    ],
)
def test_cards_show_amounts_short(minor, shown):
    assert format_short(minor, "EUR") == shown


def test_currencies_keep_their_own_decimals():
    assert format_money(1250, "JPY") == "¥1,250"
    assert format_money(1250, "KWD") == "KWD 1.250"
    assert format_money(-125_050, "EUR") == "-€1,250.50"
    assert format_short(1_234_567, "JPY") == "¥1.2M"
    assert format_short(1_234_567, "KWD") == "KWD 1.2k"


@given(amounts, currencies)
def test_the_short_form_never_lies_by_more_than_its_last_digit(minor, currency):
    shown = format_short(minor, currency)
    number = shown.removeprefix("-").removeprefix(SYMBOLS.get(currency, f"{currency} "))
    assert len(number) <= 5
    scale = {"k": 3, "M": 6, "B": 9, "T": 12}.get(number[-1], 0)
    digits = number.rstrip("kMBT")
    assert len(digits.replace(".", "")) <= 4 if scale == 12 else Fraction(digits) < 1000
    unit = Fraction(10**scale, 10 if scale and Fraction(digits) < 100 else 1)
    exact = Fraction(abs(minor), 10 ** exponent(currency))
    assert abs(Fraction(digits) * 10**scale - exact) <= unit / 2


def test_weighted_values_are_rounded_once_and_half_to_even():
    assert weighted([]) == 0
    assert weighted([(1, 50)]) == 0
    assert weighted([(3, 50)]) == 2
    assert weighted([(1, 50), (1, 50)]) == 1


@given(st.lists(st.tuples(st.integers(0, MAX_MINOR), st.integers(0, 100)), max_size=50))
def test_weighted_is_within_half_a_unit_of_the_truth(parts):
    exact = sum((Fraction(minor * percent, 100) for minor, percent in parts), Fraction(0))
    assert abs(weighted(parts) - exact) <= Fraction(1, 2)
