"""What is seen of a column."""

from __future__ import annotations

import pytest

from core.imports.columns import MOST_VALUES, ColumnWatch
from core.imports.looks import looks_of
from core.imports.shapes import Column


def seen(*texts: str) -> Column:
    """The column of these values."""
    watch = ColumnWatch()
    watch.see_all(texts)
    return watch.column("H")


def test_placeholders_are_not_filled_and_values_are_counted() -> None:
    column = seen("Ann", "n/a", "", "  ", "Bob", "Ann", "-")

    assert (column.filled, column.values, column.samples) == (3, {"Ann": 2, "Bob": 1}, ("Ann", "Bob"))


def test_values_seen_one_by_one_and_in_bunches_are_the_same() -> None:
    watch = ColumnWatch()
    for text in ("03/04/2026", "13/04/2026", "n/a", "03/04/2026"):
        watch.see(text)

    assert watch.column("H") == seen("03/04/2026", "13/04/2026", "n/a", "03/04/2026")


def test_one_clear_day_late_in_the_file_decides_all() -> None:
    column = seen(*[f"0{1 + n % 9}/0{1 + n % 7}/2026" for n in range(5000)], "25/12/2025")

    assert (column.order, column.both_ways) == ("dmy", "")
    assert seen("03/04/2026").both_ways == "03/04/2026"


def test_the_decimal_mark_shows_in_any_value() -> None:
    assert seen("1.000", "2.500", "3,75").decimal == ","


def test_many_different_values_are_not_kept() -> None:
    column = seen(*(f"value {n}" for n in range(MOST_VALUES + 1)))

    assert column.values is None
    assert column.filled == MOST_VALUES + 1
    assert column.looked == MOST_VALUES + 1


def test_a_long_column_is_looked_at_in_part_but_counted_whole() -> None:
    column = seen(*(f"ann{n}@acme.com" for n in range(20_000)))

    assert column.filled == 20_000
    assert 1_000 <= column.looked < 1_300
    assert column.looks == {"email": column.looked}


@pytest.mark.parametrize(
    ("text", "look"),
    [
        ("ann@acme.com", "email"), ("+49 30 1234567", "phone"), ("(570) 809-7197 x371", "phone"), ("https://acme.com/x", "url"), ("acme.com", "domain"),
        ("15.01.26", "date"), ("2026-03-05T14:15:33+01:00", "time"), ("$45,000", "money"), ("1.2M", "money"), ("12,5", "number"),
        ("17", "integer"), ("60 %", "percent"), ("yes", "flag"), ("Germany", "country"), ("Ann Lee", "name"), ("<p>Hi</p>", "html"),
        ("003A000001abcdeFGH", "id"), ("l:123", "id"),
    ],
)  # fmt: skip
def test_what_a_value_looks_like(text: str, look: str) -> None:
    assert look in looks_of(text)
