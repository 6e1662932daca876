"""Columns of a list: what they show, and which of them a width has room for."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Generic, NamedTuple, TypeVar

R = TypeVar("R")

GAP = 2
"""Cells between two columns."""


@dataclass(frozen=True)
class Column(Generic[R]):
    """A column of a list.

    Attributes:
        key: its name.
        title: its heading.
        width: cells it needs.
        weight: its share of the cells that are left over; 0: it stays as it is.
        align: left or right.
        cell: a row's text, of one line.
        style: the name of the column's style, as in `table--NAME`, or what gives it for a row; None: the plain one.
        priority: columns with the highest priority number are left out first; those with 0 never are.
        most: cells beyond which it does not grow; 0: no limit.
    """

    key: str
    title: str
    width: int
    cell: Callable[[R], str]
    weight: int = 0
    align: str = "left"
    style: Callable[[R], str | None] | str | None = None
    priority: int = 0
    most: int = 0


class Placed(NamedTuple):
    """A column that has got its width."""

    column: Column[object]
    width: int


def arrange(columns: Sequence[Column[R]], width: int) -> list[Placed]:
    """The columns that `width` cells have room for, each with its width, in their order; gaps come on top."""
    kept = list(columns)

    def needed() -> int:
        return sum(column.width for column in kept) + GAP * (len(kept) - 1)

    while needed() > width:
        droppable = [column for column in kept if column.priority > 0]
        if not droppable:
            break
        worst = max(column.priority for column in droppable)
        kept.remove([column for column in droppable if column.priority == worst][-1])
    widths = {column.key: column.width for column in kept}
    _share(kept, widths, width - needed())
    return [Placed(column, widths[column.key]) for column in kept]  # type: ignore[arg-type]


def _share(columns: Sequence[Column[R]], widths: dict[str, int], rest: int) -> None:
    """Gives out what is left over by weight, or takes what is too much from the widest."""
    while rest < 0 and any(size > 1 for size in widths.values()):
        widest = max(widths, key=lambda key: widths[key])
        widths[widest] -= 1
        rest += 1
    while rest > 0:
        hungry = [c for c in columns if c.weight and (not c.most or widths[c.key] < c.most)]
        if not hungry:
            return
        total = sum(column.weight for column in hungry)
        given = 0
        for column in hungry:
            share = max(1, rest * column.weight // total)
            if column.most:
                share = min(share, column.most - widths[column.key])
            share = min(share, rest - given)
            widths[column.key] += share
            given += share
        rest -= given
