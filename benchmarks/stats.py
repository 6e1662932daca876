"""Numbers out of samples, and the table they are shown in."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Summary:
    """What is left of a number of samples."""

    count: int
    minimum: float
    median: float
    p99: float


@dataclass(frozen=True, slots=True)
class Floor:
    """What a result is held against: the least that the same thing can cost, measured in the same run."""

    name: str
    samples: Sequence[float]

    @property
    def summary(self) -> Summary:
        """The samples in four numbers."""
        return summarize(self.samples)


@dataclass(frozen=True, slots=True)
class Budget:
    """What a result may cost, in the result's unit; None: nothing is said about it."""

    median: float | None = None
    p99: float | None = None
    frames: int | None = None
    bytes: int | None = None
    ratio: float | None = None


@dataclass(frozen=True, slots=True)
class Result:
    """One line of the table.

    Attributes:
        what: what was measured.
        samples: the measurements.
        unit: theirs.
        budget: what they may cost.
        floor: what they are held against.
        bytes: how many bytes the program wrote each time.
        frames: how many frames it drew each time.
    """

    what: str
    samples: Sequence[float]
    unit: str = "ms"
    budget: Budget | None = None
    floor: Floor | None = None
    bytes: Sequence[int] = ()
    frames: Sequence[int] = ()

    @property
    def summary(self) -> Summary:
        """The samples in four numbers."""
        return summarize(self.samples)


def percentile(samples: Sequence[float], percent: float) -> float:
    """The nearest-rank percentile: the smallest sample that at least so many percent do not exceed."""
    if not samples:
        raise ValueError("no samples")
    rank = math.ceil(percent / 100 * len(samples))
    return sorted(samples)[max(rank, 1) - 1]


def median(samples: Sequence[float]) -> float:
    """The middle sample, or the mean of the two in the middle."""
    if not samples:
        raise ValueError("no samples")
    ordered, middle = sorted(samples), len(samples) // 2
    return ordered[middle] if len(samples) % 2 else (ordered[middle - 1] + ordered[middle]) / 2


def summarize(samples: Sequence[float]) -> Summary:
    """Count, minimum, median and 99th percentile."""
    return Summary(len(samples), min(samples, default=math.nan), median(samples), percentile(samples, 99))


def ratio(value: float, floor: float) -> float:
    """How many times the floor a value is; infinite over a floor of nothing."""
    return value / floor if floor > 0 else math.inf


def number(value: float) -> str:
    """Three significant digits or so, without an exponent: 0.08, 3.4, 41, 1,204."""
    if value < 0.995:
        return f"{value:.2f}"
    return f"{value:.1f}" if value < 99.95 else f"{value:,.0f}"


def size(count: float) -> str:
    """A number of bytes for people (decimal kilobytes)."""
    return f"{count:.0f} B" if count < 1000 else f"{count / 1000:.1f} kB"


def exceeded(result: Result) -> list[str]:
    """Which parts of its budget a result exceeds. For the reader's eye: nothing fails by it."""
    budget, summary = result.budget, result.summary
    if budget is None:
        return []
    checks = [
        ("median", summary.median, budget.median),
        ("p99", summary.p99, budget.p99),
        ("frames", median(result.frames) if result.frames else 0, budget.frames),
        ("bytes", median(result.bytes) if result.bytes else 0, budget.bytes),
        ("ratio", ratio(summary.median, result.floor.summary.median) if result.floor else 0, budget.ratio),
    ]
    return [name for name, value, limit in checks if limit is not None and value > limit]


HEADERS = ("what", "n", "median / p99", "budget", "floor in the same run", "ratio", "bytes", "frames")


def cells(result: Result) -> tuple[str, ...]:
    """A result as the cells of a line under `HEADERS`. An `!` marks what exceeds its budget."""
    over = exceeded(result)
    floor = result.floor

    def marked(text: str, *parts: str) -> str:
        return f"{text} !" if set(parts) & set(over) else text

    return (
        result.what,
        str(len(result.samples)),
        marked(f"{spread(result.summary)} {result.unit}", "median", "p99"),
        _budget(result),
        f"{floor.name}: {spread(floor.summary)}" if floor else "–",
        marked(f"{number(ratio(result.summary.median, floor.summary.median))}×" if floor else "–", "ratio"),
        marked(size(median(result.bytes)) if result.bytes else "–", "bytes"),
        marked(f"{median(result.frames):g}" if result.frames else "–", "frames"),
    )


def spread(summary: Summary) -> str:
    """Median and 99th percentile; of a single sample there is but one."""
    return " / ".join(number(value) for value in (summary.median, summary.p99)[: min(summary.count, 2)])


def _budget(result: Result) -> str:
    budget = result.budget
    if budget is None:
        return "–"
    parts = []
    if budget.median is not None:
        p99 = f" / ≤ {budget.p99:g}" if budget.p99 is not None else ""
        parts.append(f"≤ {budget.median:g}{p99} {result.unit}")
    elif budget.p99 is not None:
        parts.append(f"p99 ≤ {budget.p99:g} {result.unit}")
    if budget.ratio is not None:
        parts.append(f"≤ {budget.ratio:g}×")
    if budget.frames is not None:
        parts.append(f"{budget.frames} frame" + "s" * (budget.frames != 1))
    if budget.bytes is not None:
        parts.append(f"≤ {size(budget.bytes)}")
    return ", ".join(parts)


def table(results: Sequence[Result], *, markdown: bool = False) -> str:
    """The results as a table, in plain text or in Markdown."""
    lines = [HEADERS, *(cells(result) for result in results)]
    widths = [max(len(line[column]) for line in lines) for column in range(len(HEADERS))]
    left = {0, 3, 4}

    def text(line: tuple[str, ...]) -> list[str]:
        return [
            cell.ljust(width) if column in left else cell.rjust(width)
            for column, (cell, width) in enumerate(zip(line, widths, strict=True))
        ]

    body = [text(line) for line in lines]
    if markdown:
        rule = [
            "-" * width if column in left else "-" * (width - 1) + ":" for column, width in enumerate(widths)
        ]
        return "\n".join(f"| {' | '.join(line)} |" for line in [body[0], rule, *body[1:]])
    return "\n".join(
        "  ".join(line).rstrip() for line in [body[0], ["─" * width for width in widths], *body[1:]]
    )
