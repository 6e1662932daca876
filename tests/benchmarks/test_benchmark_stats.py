"""Medians, percentiles and the table."""

from __future__ import annotations

import math
from collections.abc import Callable

import pytest

from benchmarks.stats import (
    Budget,
    Floor,
    Result,
    exceeded,
    median,
    number,
    percentile,
    ratio,
    size,
    summarize,
    table,
)


class TestNumbers:
    def test_the_nearest_rank_is_one_of_the_samples(self) -> None:
        hundred = list(range(100, 0, -1))
        assert [percentile(hundred, percent) for percent in (0, 1, 50, 98.5, 99, 100)] == [
            1,
            1,
            50,
            99,
            99,
            100,
        ]
        assert percentile([15, 20, 35, 40, 50], 30) == 20
        assert percentile([7], 99) == 7

    def test_the_median_of_an_even_number_lies_between(self) -> None:
        assert median([4, 1, 3]) == 3
        assert median([4, 1, 3, 2]) == 2.5

    @pytest.mark.parametrize("function", [median, summarize, lambda samples: percentile(samples, 99)])
    def test_nothing_has_no_median(self, function: Callable[[list[float]], object]) -> None:
        with pytest.raises(ValueError, match="no samples"):
            function([])

    def test_summary(self) -> None:
        summary = summarize([3.0, 1.0, 2.0])
        assert (summary.count, summary.minimum, summary.median, summary.p99) == (3, 1.0, 2.0, 3.0)

    def test_a_ratio_to_nothing_is_infinite(self) -> None:
        assert ratio(3, 2) == 1.5
        assert ratio(3, 0) == math.inf

    @pytest.mark.parametrize(
        ("value", "text"),
        [
            (0.083, "0.08"),
            (0.994, "0.99"),
            (0.996, "1.0"),
            (3.44, "3.4"),
            (99.94, "99.9"),
            (99.96, "100"),
            (1204, "1,204"),
        ],
    )
    def test_numbers_stay_short(self, value: float, text: str) -> None:
        assert number(value) == text

    def test_sizes(self) -> None:
        assert (size(910), size(9400)) == ("910 B", "9.4 kB")


RESULT = Result(
    "cursor",
    [4.0, 5.0, 30.0],
    budget=Budget(median=5, p99=16, frames=1, bytes=1500),
    floor=Floor("Textual", [2.5]),
    bytes=[910, 910, 1600],
    frames=[1, 1, 2],
)


class TestTable:
    def test_what_exceeds_its_budget_is_named(self) -> None:
        assert exceeded(RESULT) == ["p99"]
        assert exceeded(Result("x", [1.0])) == []
        floor = Floor("small", [1.0])
        assert exceeded(Result("x", [1.4], floor=floor, budget=Budget(ratio=1.3))) == ["ratio"]

    def test_plain(self) -> None:
        head, rule, line, bare = table([RESULT, Result("memory", [61.2], unit="MB")]).splitlines()
        assert " ".join(head.split()) == "what n median / p99 budget floor in the same run ratio bytes frames"
        assert set(rule) == {"─", " "}
        assert "5.0 / 30.0 ms !" in line
        assert "≤ 5 / ≤ 16 ms, 1 frame, ≤ 1.5 kB" in line
        assert "Textual: 2.5" in line
        assert line.split()[-4:] == ["2.0×", "910", "B", "1"]
        assert "61.2 MB" in bare

    def test_markdown(self) -> None:
        lines = table([RESULT], markdown=True).splitlines()
        assert len(lines) == 3
        assert {line.count("|") for line in lines} == {9}
        assert lines[1].split("|")[2].strip().endswith(":")
