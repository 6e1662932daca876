"""Commands that treat contacts, deals and companies alike: tags, claiming, assigning."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar

from core.catalog import Catalog
from core.changes import Change
from core.commands.base import (
    Command,
    Context,
    Decision,
    Get,
    Need,
    Seen,
    Where,
    counted,
    link,
    subject_class,
    title_of,
    told,
    update,
)
from core.commands.checks import clean_tags
from core.entities import RECORDS, Contact, Deal
from core.errors import Invalid, NotFound, Refused
from core.permissions import require_can_change, require_hand_over, require_write


@dataclass(frozen=True, kw_only=True)
class TagRecords(Command):
    """Adds and removes tags on many records of one table. Two people's tags never clash."""

    NAME: ClassVar[str] = "tag_records"
    table: str
    ids: tuple[str, ...]
    add: tuple[str, ...] = ()
    remove: tuple[str, ...] = ()

    def needs(self, catalog: Catalog) -> Sequence[Need]:
        return [Get(self.table, record_id) for record_id in self.ids]

    def decide(self, seen: Seen, context: Context) -> Decision:
        add, remove = clean_tags(self.add), clean_tags(self.remove)
        if not add and not remove:
            raise Invalid({"tags": "Type a tag, as in vip."})
        changes = []
        for record in _each(seen, context, self.table, self.ids):
            added = tuple(tag for tag in add if tag not in record.tags)
            removed = tuple(tag for tag in remove if tag in record.tags and tag not in add)
            if added or removed:
                changes.append(
                    Change(
                        self.table, record.id,
                        add={"tags": added} if added else {},
                        remove={"tags": removed} if removed else {},
                    )
                )  # fmt: skip
        tags = " ".join([*(f"+{tag}" for tag in add), *(f"-{tag}" for tag in remove)])
        what = counted(len(dict.fromkeys(self.ids)), RECORDS[self.table].LABEL)
        return Decision(f"Tagged {what}: {tags}", tuple(changes), "tagged")


def was_faster(owner: str, name: str) -> str:
    """What a loser is told where several people claimed one record.

    Args:
        owner: who has it now.
        name: what the record is called.
    """
    return f"{owner} was faster: {name} is taken."


@dataclass(frozen=True, kw_only=True)
class Claim(Command):
    """Takes records from a pool into one's own book. A contact brings its open deals in the same pool along.

    Of any number of people who claim the same record, the first wins; the others are told who it was.

    Attributes:
        table: contacts, deals or companies.
        ids: the records.
        from_book_id: the pool where the user saw them; empty: wherever they are.
    """

    NAME: ClassVar[str] = "claim"
    table: str
    ids: tuple[str, ...]
    from_book_id: str = ""

    def needs(self, catalog: Catalog) -> Sequence[Need]:
        return needs_to_hand_over(self.table, self.ids)

    def decide(self, seen: Seen, context: Context) -> Decision:
        catalog = context.catalog
        require_can_change(catalog)
        mine = catalog.my_book
        changes: list[Change] = []
        names: list[str] = []
        for record_id in dict.fromkeys(self.ids):
            record: Any = seen.get(subject_class(self.table), record_id)
            name = title_of(record)
            book = catalog.book_by_id.get(record.book_id)
            if record.book_id == mine.id:
                raise Refused(f"{name} is yours already.")
            if book is None or book.kind != "pool":
                owner = catalog.owner_name(record.book_id)
                if self.from_book_id:
                    raise Refused(was_faster(owner, name))
                raise Refused(f"{name} belongs to {owner}. Only records in a pool can be claimed.")
            require_write(catalog, record.book_id, name)
            names.append(name)
            changes += hand_over(seen, context, record, mine.id, "claimed", f"Claimed from {book.name}")
        what = names[0] if len(names) == 1 else counted(len(names), RECORDS[self.table].LABEL)
        return Decision(f"Claimed {what}", tuple(changes), "claimed")


@dataclass(frozen=True, kw_only=True)
class Assign(Command):
    """Hands contacts, deals or companies over to a colleague, or puts them into a pool.

    Attributes:
        table: contacts, deals or companies.
        ids: the records.
        book_id: the colleague's own book, a pool, or a shared book that one holds oneself.
    """

    NAME: ClassVar[str] = "assign"
    table: str
    ids: tuple[str, ...]
    book_id: str

    def needs(self, catalog: Catalog) -> Sequence[Need]:
        return needs_to_hand_over(self.table, self.ids)

    def decide(self, seen: Seen, context: Context) -> Decision:
        catalog = context.catalog
        to = _destination(catalog, self.book_id)
        changes: list[Change] = []
        records = _each(seen, context, self.table, self.ids)
        for record in records:
            if record.book_id != self.book_id:
                subject = f"{catalog.owner_name(record.book_id)} → {to}"
                changes += hand_over(seen, context, record, self.book_id, "assigned", subject)
        what = title_of(records[0]) if len(records) == 1 else counted(len(records), RECORDS[self.table].LABEL)
        if not changes:
            return Decision(f"{what}: with {to} already", ())
        return Decision(f"Assigned {what} to {to}", tuple(changes), "assigned")


def _destination(catalog: Catalog, book_id: str) -> str:
    """Whose book it is, provided that something can be handed over to it."""
    book = catalog.book_by_id.get(book_id)
    if book is None:
        raise NotFound("That person or pool is not there any more.")
    to = catalog.owner_name(book_id)
    if not catalog.is_destination(book):
        if book.kind == "own":
            raise Refused(f"{to} cannot log in any more. Choose somebody else, or a pool.")
        raise Refused(f"The book of {to} is theirs alone. Share the record with them instead.")
    return to


def assignments(contents: Mapping[str, Sequence[str]], book_id: str, *, size: int = 200) -> Iterator[Assign]:
    """The commands that hand all that lies in a book over to another one, part by part.

    Each is a change of its own, so that a large book keeps nobody waiting, and what is cut short goes on where it
    stopped: what has been handed over does not lie in the book any more.

    Args:
        contents: the ids by table; see `core.workspace.Workspace.book_contents`.
        book_id: where it goes.
        size: how many records at a time.
    """
    # A contact would bring its open deals along, and then they are no longer there to be handed over.
    for table in ("deals", "contacts", "companies"):
        ids = contents.get(table, ())
        for start in range(0, len(ids), size):
            yield Assign(table=table, ids=tuple(ids[start : start + size]), book_id=book_id)


def _each(seen: Seen, context: Context, table: str, ids: Sequence[str]) -> list[Any]:
    """The records, each once, provided that the user may change all of them."""
    records: list[Any] = [seen.get(subject_class(table), record_id) for record_id in dict.fromkeys(ids)]
    for record in records:
        require_write(context.catalog, record.book_id, title_of(record))
    return records


def needs_to_hand_over(table: str, ids: Sequence[str]) -> list[Need]:
    """What must be loaded to move records into another book."""
    needs: list[Need] = [Get(table, record_id) for record_id in ids]
    if table == "contacts":
        needs += [Where("deals", {"contact_id": contact_id, "outcome": "open"}) for contact_id in ids]
    return needs


def hand_over(
    seen: Seen, context: Context, record: Any, book_id: str, kind: str, subject: str
) -> list[Change]:
    """Moves a record into another book; a contact brings its open deals in the same book along.

    Args:
        seen: what `needs_to_hand_over` says.
        context: who does it, and when.
        record: the contact, deal or company.
        book_id: where it goes.
        kind: what the timeline is to tell: claimed, assigned or shared.
        subject: in which words.

    Raises:
        Refused: it lies in a book that the user may take nothing out of.
    """
    require_hand_over(context.catalog, record.book_id, title_of(record))
    changes = [update(record, {"book_id": book_id})]
    data = {"from": record.book_id, "to": book_id}
    if isinstance(record, Contact):
        deals = seen.where(Deal, contact_id=record.id, outcome="open")
        changes += [update(deal, {"book_id": book_id}) for deal in deals if deal.book_id == record.book_id]
    changes.append(told(context, kind=kind, subject=subject, book_id=book_id, data=data, **link(record)))
    return changes
