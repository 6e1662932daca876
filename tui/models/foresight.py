"""What commands that wait for their answer will have changed, laid over what was read."""

from __future__ import annotations

import dataclasses
import datetime as dt
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from core.catalog import Catalog
from core.commands.activities import LogActivity
from core.commands.base import Command
from core.commands.deals import MoveDeal
from core.commands.records import Assign, Claim, TagRecords
from core.commands.tasks import CompleteTask, DeleteTask
from core.entities import Activity
from core.permissions import may_hand_over
from core.workspace import Card, ContactLine, Entry, Page
from tui.models.board import OUTCOMES

T = TypeVar("T")


@dataclass(eq=False)
class Foreseen(Generic[T]):
    """One command's effect.

    Attributes:
        over: makes what was read into what it will be; changes nothing where the command has nothing to do with it.
        entry: what it adds to the timeline.
        settled: it is so; what is read from here on says it, too.
    """

    over: Callable[[T], T]
    entry: Entry | None = None
    settled: bool = False


class Foresight(Generic[T]):
    """The effects of the commands under way, in order. An effect is dropped once something was read that has it."""

    def __init__(self) -> None:
        self._under_way: list[Foreseen[T]] = []

    def add(self, foreseen: Foreseen[T]) -> None:
        """Lays one more effect over what was read."""
        self._under_way.append(foreseen)

    def drop(self, foreseen: Foreseen[T]) -> None:
        """Takes an effect back."""
        if foreseen in self._under_way:
            self._under_way.remove(foreseen)

    def clear(self) -> None:
        """Takes all of them back."""
        self._under_way.clear()

    def over(self, one: T) -> T:
        """What was read, as it will be."""
        for foreseen in self._under_way:
            one = foreseen.over(one)
        return one

    @property
    def entries(self) -> list[Entry]:
        """What the commands add to the timeline, the latest first."""
        return [foreseen.entry for foreseen in reversed(self._under_way) if foreseen.entry is not None]

    def settled(self) -> Sequence[Foreseen[T]]:
        """Those that a reading that begins now will have; drop them when it is there."""
        return [foreseen for foreseen in self._under_way if foreseen.settled]


def new_book(command: Command, book_id: str, catalog: Catalog) -> str:
    """The book in which a record will lie that lies in `book_id` now."""
    if isinstance(command, Assign):
        return command.book_id if may_hand_over(catalog, book_id) else book_id
    if isinstance(command, Claim):
        book = catalog.book_by_id.get(book_id)
        free = book is not None and book.kind == "pool" and book_id in catalog.writable_books
        return catalog.my_book.id if free else book_id
    return book_id


def new_tags(command: TagRecords, tags: Sequence[str]) -> tuple[str, ...]:
    """The tags that a record will have."""
    kept = [tag for tag in tags if tag not in command.remove]
    return (*kept, *(tag for tag in command.add if tag not in kept))


def ids_in(command: Command, table: str) -> frozenset[str]:
    """The records of a table that a command hands over or tags."""
    if isinstance(command, (Assign, Claim, TagRecords)) and command.table == table:
        return frozenset(command.ids)
    return frozenset()


def card_values(command: Command, card: Card, catalog: Catalog) -> dict[str, Any]:
    """What a command will change of a card whose deal it hands over or tags; moves are shown by the board itself."""
    if isinstance(command, TagRecords):
        return {"tags": " ".join(new_tags(command, card.tags.split()))}
    book_id = new_book(command, card.book_id, catalog)
    return {"book_id": book_id} if book_id != card.book_id else {}


def line_over(command: Command, line: ContactLine, catalog: Catalog) -> ContactLine:
    """A contact in a list that a command hands over or tags, as it will be."""
    if isinstance(command, TagRecords):
        return line._replace(tags=" ".join(new_tags(command, line.tags.split())))
    return line._replace(book_id=new_book(command, line.book_id, catalog))


def page_over(command: Command, page: Page, catalog: Catalog, now: dt.datetime) -> Page:
    """A record's screen, as it will be."""
    if isinstance(command, (CompleteTask, DeleteTask)):
        left = tuple(task for task in page.tasks if task.id != command.task_id)
        return dataclasses.replace(page, tasks=left) if len(left) != len(page.tasks) else page
    if isinstance(command, MoveDeal):
        deal, stage = page.deal, catalog.stage_by_id.get(command.stage_id)
        if deal is None or deal.id != command.deal_id or stage is None or deal.stage_id == stage.id:
            return page
        outcome = "abandoned" if command.abandoned else OUTCOMES.get(stage.kind, "open")
        moved = dataclasses.replace(
            deal, stage_id=stage.id, stage_since=now, outcome=outcome,
            lost_reason=command.reason if stage.kind == "lost" else "",
            closed_at=None if stage.kind == "open" else now,
        )  # fmt: skip
        return dataclasses.replace(page, deal=moved)
    for name, record in (("contact", page.contact), ("deal", page.deal), ("company", page.company)):
        if record is None or record.id not in ids_in(command, record.TABLE):
            continue
        values: dict[str, Any]
        if isinstance(command, TagRecords):
            values = {"tags": new_tags(command, record.tags)}
        else:
            values = {"book_id": new_book(command, record.book_id, catalog)}
        changed: dict[str, Any] = {name: dataclasses.replace(record, **values)}
        return dataclasses.replace(page, **changed)
    return page


def entry_of(command: Command, page: Page, catalog: Catalog, now: dt.datetime) -> Entry | None:
    """What a command adds to the timeline of a record's screen; None: nothing that can be told before it is so."""
    if not isinstance(command, LogActivity):
        return None
    record = {"contacts": page.contact, "deals": page.deal, "companies": page.company}.get(command.table)
    if record is None or record.id != command.record_id or record.book_id not in catalog.writable_books:
        return None
    activity = Activity(
        id=command.activity_id, org_id=catalog.organization.id, book_id=record.book_id, kind=command.kind, subject=command.subject,
        body=command.body, occurred_at=command.occurred_at or now, duration_s=command.duration_s,
        direction=command.direction, outcome=command.outcome, user_id=catalog.me.id,
    )  # fmt: skip
    return Entry(activity, False, "", "")
