"""Numbers and amounts of money as files have them."""

from __future__ import annotations

import contextlib
from decimal import Decimal
from typing import Literal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.imports.shapes import Unread
from core.imports.values.money import read_money
from core.imports.values.numbers import (
    DecimalEvidence,
    looks_ruined,
    read_integer,
    read_number,
    read_percent,
)
from core.money import CURRENCIES, Money, exponent

GROUPINGS: dict[str, tuple[str, Literal[".", ","]]] = {
    "English": (",", "."),
    "German": (".", ","),
    "French": ("\u202f", ","),
    "Swedish": ("\xa0", ","),
    "Swiss": ("’", "."),
    "old Swiss": ("'", "."),
    "plain": ("", "."),
    "plain with a comma": ("", ","),
}
SIGNS = {
    "minus": "-{}",
    "typographic minus": "\u2212{}",
    "brackets": "({})",
    "behind": "{}-",
}
PLACES = ("{c} {n}", "{n} {c}", "{c}{n}", "{n}{c}")
amounts = st.integers(-(10**12), 10**12)


@given(amounts, st.sampled_from(sorted(CURRENCIES)), st.sampled_from(sorted(GROUPINGS)), st.sampled_from(sorted(SIGNS)), st.sampled_from(PLACES))  # fmt: skip
def test_every_amount_reads_back_from_every_notation(
    minor: int, currency: str, grouping: str, sign: str, place: str
) -> None:
    thousands, mark = GROUPINGS[grouping]
    digits = exponent(currency)
    written = f"{Decimal(abs(minor)).scaleb(-digits):,.{digits}f}"
    written = written.translate({ord(","): thousands, ord("."): mark})
    if minor < 0:
        written = SIGNS[sign].format(written)
    assert read_money(place.format(c=currency, n=written), "NOK", mark) == Money(minor, currency)
    assert read_money(written, currency, mark) == Money(minor, currency)


@pytest.mark.parametrize(
    ("text", "minor", "currency"),
    [
        ("$45,000", 4_500_000, "USD"), ("45k", 4_500_000, "EUR"), ("1.2M", 120_000_000, "EUR"), ("1,000,000.00", 100_000_000, "EUR"),
        ("1.000.000,50", 100_000_050, "EUR"), ("1 234,56", 123_456, "EUR"), ("1\u2009234,56", 123_456, "EUR"),
        ("(1,200.00)", -120_000, "EUR"), ("1200-", -120_000, "EUR"), ("$(1,200.00)", -120_000, "USD"), ("-$5", -500, "USD"),
        ("USD 1,315.00", 131_500, "USD"), ("1.315,00 €", 131_500, "EUR"), ("CHF 12'500", 1_250_000, "CHF"),
        ("₹12,34,567", 123_456_700, "INR"), ("R$ 1.234,56", 123_456, "BRL"), ("Fr. 1'200.50", 120_050, "CHF"), ("1'200.–", 120_000, "EUR"),
        ("1200 zł", 120_000, "PLN"), ("A$5", 500, "AUD"), ("US$ 5.50", 550, "USD"), ("500 Kč", 50_000, "CZK"),
        ("1 200 000 руб.", 120_000_000, "RUB"), ("HUF 12 500 Ft", 1_250_000, "HUF"), ("$1,234.50 CAD", 123_450, "CAD"),
        ("1.5 Mio. €", 150_000_000, "EUR"), ("25k€", 2_500_000, "EUR"), ("US$1.2bn", 120_000_000_000, "USD"),
        ("₹ 1.5 Cr", 1_500_000_000, "INR"), ("1.200,-", 120_000, "EUR"), ("45000.0000", 4_500_000, "EUR"), ("1190.4762", 119_048, "EUR"),
        ("１２３", 12_300, "EUR"), ("'1200", 120_000, "EUR"), ("€1.234", 123_400, "EUR"), ("Rs.500", 50_000, "INR"),
    ],
)  # fmt: skip
def test_amounts_are_read_as_the_world_writes_them(text: str, minor: int, currency: str) -> None:
    assert read_money(text, "EUR") == Money(minor, currency)


def test_the_column_says_what_a_lone_separator_is() -> None:
    assert read_money("€1.234", "EUR", ",") == Money(123_400, "EUR")
    assert read_money("€1.234", "EUR", ".") == Money(123, "EUR")
    assert read_money("€1,234", "EUR", ".") == Money(123_400, "EUR")


def test_a_sign_that_countries_share_is_the_one_at_home() -> None:
    assert read_money("$5", "AUD") == Money(500, "AUD")
    assert read_money("$5", "EUR") == Money(500, "USD")
    assert read_money("kr 1 200", "SEK") == Money(120_000, "SEK")
    with pytest.raises(Unread, match="whose “kr”"):
        read_money("kr 1 200", "EUR")


@pytest.mark.parametrize("text", ["", "-", "–", "n/a", "TBD", " "])
def test_no_amount_is_blank(text: str) -> None:
    assert read_money(text, "EUR") is None
    assert read_number(text) is None


@pytest.mark.parametrize(
    "text",
    ["abc", "EUR", "1,2.5", "--5", "(5", "5 USD EUR", "9.1E+11", "1,23,4", "12 apples", "5-6", "9" * 30],
)
def test_what_is_no_amount_is_refused(text: str) -> None:
    with pytest.raises(Unread):
        read_money(text, "EUR")


def test_what_lies_below_a_yen_is_a_mistake() -> None:
    assert read_money("¥120.00", "EUR") == Money(120, "JPY")
    with pytest.raises(Unread, match="has none"):
        read_money("¥120.50", "EUR")


@given(st.decimals(-(10**9), 10**9, places=2), st.sampled_from(sorted(GROUPINGS)))
def test_every_number_reads_back(value: Decimal, grouping: str) -> None:
    thousands, mark = GROUPINGS[grouping]
    written = f"{value:,.2f}".translate({ord(","): thousands, ord("."): mark})
    assert read_number(written, mark) == value


@given(st.lists(st.integers(0, 10**9), min_size=1), st.sampled_from(sorted(GROUPINGS)))
def test_a_column_never_shows_the_wrong_decimal_mark(minors: list[int], grouping: str) -> None:
    thousands, mark = GROUPINGS[grouping]
    evidence = DecimalEvidence()
    for minor in minors:
        evidence.see(f"{Decimal(minor).scaleb(-2):,.2f} €".translate({ord(","): thousands, ord("."): mark}))
    assert evidence.mark == mark


@pytest.mark.parametrize(
    ("column", "mark"),
    [(("1.234", "1.500"), ""), (("1.234", "12,5"), ","), (("1,234,567",), "."), (("12,5", "12.5"), ""), (("5",), ""), (("1 234,567",), ",")],
)  # fmt: skip
def test_what_a_column_leaves_open_stays_open(column: tuple[str, ...], mark: str) -> None:
    evidence = DecimalEvidence()
    for text in column:
        evidence.see(text)
    assert evidence.mark == mark


def test_whole_numbers_and_percentages() -> None:
    assert read_integer("1,200") == 1200
    assert read_integer("45.0") == 45
    with pytest.raises(Unread, match="whole"):
        read_integer("45.5")
    assert [read_percent(text) for text in ("75", "75%", "75 %", "0.75", "0,5", "1.0", "0", "100.0", "33.3")] == [
        75, 75, 75, 75, 50, 100, 0, 100, 33,
    ]  # fmt: skip
    with pytest.raises(Unread, match="from 0 to 100"):
        read_percent("120")


def test_numbers_that_a_spreadsheet_has_shortened_are_never_taken() -> None:
    assert looks_ruined("9.19877E+11")
    assert looks_ruined("4,91712E+11")
    assert not looks_ruined("E5")
    with pytest.raises(Unread, match="shortened"):
        read_number("9.19877E+11")


@given(st.one_of(st.text(max_size=30), st.text(alphabet="0123456789.,' -()€$kMEURr%", max_size=20)), st.sampled_from(["", ".", ","]))  # fmt: skip
def test_no_text_is_worse_than_unread(text: str, mark: Literal["", ".", ","]) -> None:
    DecimalEvidence().see(text)
    for read in (read_number, read_integer, read_percent, lambda value, mark: read_money(value, "EUR", mark)):
        with contextlib.suppress(Unread):
            read(text, mark)
