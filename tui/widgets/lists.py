"""Short lists that stand beside a record: its deals, its people."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from core.catalog import Catalog
from core.entities import Deal
from core.money import format_short
from core.workspace import ContactLine
from tui.models.card_text import Clock
from tui.models.contact_text import name_words, next_sign, next_style, number_words
from tui.widgets.table import Column, ListSource, Table

_ALWAYS = 10_000
"""A width that no terminal has: rows are always folded."""


class DealsBeside(Table[Deal]):
    """Deals in two lines each: title and value, stage and next step.

    Args:
        catalog: the stages.
        clock: the current time.
        empty: what to say where there are none.
    """

    def __init__(
        self, catalog: Callable[[], Catalog], clock: Callable[[], Clock], *, label: str, empty: str
    ) -> None:
        self._catalog = catalog
        self._empty_words = empty

        def due(deal: Deal) -> int | None:
            return (
                int(deal.next_task_at.timestamp()) if deal.next_task_at and deal.outcome == "open" else None
            )

        title = Column[Deal]("title", "Deal", 16, lambda deal: deal.title, weight=1, style=_title_style)
        value = Column[Deal]("value", "Value", 8, _value, align="right", style="money")
        stage = Column[Deal]("stage", "Stage", 10, self._stage, weight=1, style=_stage_style)
        then = Column[Deal](
            "next", "Next", 7, lambda deal: next_sign(due(deal), clock()), align="right",
            style=lambda deal: next_style(due(deal), clock()),
        )  # fmt: skip
        super().__init__(
            [title, value, stage, then], folded=([title, value], [stage, then]), fold_below=_ALWAYS,
            label=label, selectable=False, grows=True,
        )  # fmt: skip

    def _stage(self, deal: Deal) -> str:
        stage = self._catalog().stage_by_id.get(deal.stage_id)
        name = stage.name if stage else ""
        sign = {"won": "✓ ", "lost": "✗ ", "abandoned": "✗ "}.get(deal.outcome, "")
        step = f" · {deal.next_step}" if deal.next_step and deal.outcome == "open" else ""
        return f"{sign}{name}{step}"

    def show_deals(self, deals: Sequence[Deal]) -> None:
        """Shows other deals; the cursor stays on its own."""
        self.show(ListSource(deals, lambda deal: deal.id), empty=[self._empty_words])


def _value(deal: Deal) -> str:
    return "" if deal.value_minor is None else format_short(deal.value_minor, deal.currency)


def _title_style(deal: Deal) -> str:
    return "strong" if deal.outcome == "open" else "muted"


def _stage_style(deal: Deal) -> str:
    return {"open": "muted", "won": "won"}.get(deal.outcome, "lost")


class PeopleBeside(Table[ContactLine]):
    """Contacts in two lines each: name and next task, phone and job title.

    Args:
        country: where numbers are read.
        clock: the current time.
        empty: what to say where there are none.
    """

    def __init__(self, country: Callable[[], str], clock: Callable[[], Clock], *, empty: str) -> None:
        self._empty_words = empty
        name = Column[ContactLine]("name", "Name", 16, name_words, weight=1, style="strong")
        then = Column[ContactLine](
            "next", "Next", 7, lambda line: next_sign(line.next_task_at, clock()), align="right",
            style=lambda line: next_style(line.next_task_at, clock()),
        )  # fmt: skip
        # One column, so that a long number takes its cells from the job title, and a short one leaves them to it.
        point = Column[ContactLine](
            "phone", "Phone", 25,
            lambda line: " · ".join(filter(None, (number_words(line, country()), line.title))), weight=1,
            style=lambda line: "warning" if line.do_not_call else "muted",
        )  # fmt: skip
        super().__init__(
            [name, then, point], folded=([name, then], [point]), fold_below=_ALWAYS, label="People",
            selectable=False, grows=True,
        )  # fmt: skip

    def show_people(self, people: Sequence[ContactLine]) -> None:
        """Shows other people; the cursor stays on its own."""
        self.show(ListSource(people, lambda line: line.id), empty=[self._empty_words])
