"""Commands by which colleagues share: a whole book, or a record that then lies in a book that they hold together."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, ClassVar

from core.catalog import Catalog, joined
from core.changes import Change
from core.commands.base import (
    Command,
    Context,
    Decision,
    Need,
    Seen,
    cleaned,
    delete,
    insert,
    subject_class,
    title_of,
    update,
)
from core.commands.records import hand_over, needs_to_hand_over
from core.entities import Book, Share
from core.errors import Invalid, NotFound, Refused
from core.ids import new_id
from core.permissions import may_share, require_write
from core.schema import LINE_LIMIT


@dataclass(frozen=True, kw_only=True)
class ShareBook(Command):
    """Lets a colleague see all that lies in a book. Somebody who sees it already gets the other right.

    Attributes:
        book_id: an own book, a pool, or a shared one, which then has one more holder.
        user_id: the colleague.
        can_write: they may change what lies in it, too.
        share_id: the new record's id.
    """

    NAME: ClassVar[str] = "share_book"
    book_id: str
    user_id: str
    can_write: bool = False
    share_id: str = field(default_factory=new_id)

    def decide(self, seen: Seen, context: Context) -> Decision:
        catalog = context.catalog
        book = _sharable(catalog, self.book_id)
        (name,) = _names(catalog, [self.user_id])
        what = _called(catalog, book)
        if book.kind == "own" and book.user_id == self.user_id:
            raise Refused(f"{what} is {name}’s own already.")
        right = "to change" if self.can_write else "to look at"
        shares = _shares(catalog, book.id, self.user_id)
        changes = tuple(
            update(share, {"can_write": self.can_write})
            for share in shares
            if share.can_write != self.can_write
        )
        if shares and not changes:
            return Decision(f"{what}: shared with {name} already", ())
        if changes and not self.can_write:
            _keeps_writer(catalog, book, self.user_id)
        if not shares:
            values = {"book_id": book.id, "user_id": self.user_id, "can_write": self.can_write}
            changes = (insert(Share, self.share_id, values),)
        return Decision(f"Shared {what[0].lower()}{what[1:]} with {name}, {right}", changes, "book.shared")


@dataclass(frozen=True, kw_only=True)
class UnshareBook(Command):
    """Ends that a book is shared with somebody. A shared book keeps at least one holder who may write in it."""

    NAME: ClassVar[str] = "unshare_book"
    book_id: str
    user_id: str

    def decide(self, seen: Seen, context: Context) -> Decision:
        catalog = context.catalog
        book = _sharable(catalog, self.book_id)
        what, name = _called(catalog, book), catalog.user_name(self.user_id)
        shares = _shares(catalog, book.id, self.user_id)
        if not shares:
            raise NotFound(f"{what} is not shared with {name}.")
        _keeps_writer(catalog, book, self.user_id)
        changes = tuple(delete(share, context.now) for share in shares)
        return Decision(f"{what}: no longer shared with {name}", changes, "book.unshared")


@dataclass(frozen=True, kw_only=True)
class ShareRecord(Command):
    """Shares one contact, deal or company: it then lies in a book that all of them hold.

    Whose it is so far keeps it; a book that exactly these people share already is used again. A contact brings its
    open deals along. Handing the record over to somebody (`core.commands.records.Assign`) ends it.

    Attributes:
        table: contacts, deals or companies.
        record_id: the record.
        user_ids: the colleagues.
        can_write: they may change it, too.
        book_id: the new book's id, if one has to be made.
    """

    NAME: ClassVar[str] = "share_record"
    table: str
    record_id: str
    user_ids: tuple[str, ...]
    can_write: bool = True
    book_id: str = field(default_factory=new_id)

    def needs(self, catalog: Catalog) -> Sequence[Need]:
        return needs_to_hand_over(self.table, [self.record_id])

    def decide(self, seen: Seen, context: Context) -> Decision:
        catalog = context.catalog
        record: Any = seen.get(subject_class(self.table), self.record_id)
        title = title_of(record)
        require_write(catalog, record.book_id, title)
        if not may_share(catalog, record.book_id):
            raise Refused(
                f"{title} belongs to {catalog.owner_name(record.book_id)}; it is not yours to share."
            )
        rights = _rights(catalog, record.book_id)
        asked = list(dict.fromkeys(self.user_ids))
        people = joined(_names(catalog, asked))
        added = [one for one in asked if one not in rights or (self.can_write and not rights[one])]
        if not added:
            return Decision(f"{title}: shared with {people} already", ())
        rights |= dict.fromkeys(added, self.can_write)
        book_id, made = _book_of(catalog, rights, self.book_id, context)
        subject = f"Shared with {joined(_names(catalog, added))}"
        moved = hand_over(seen, context, record, book_id, "shared", subject)
        return Decision(f"Shared {title} with {people}", (*made, *moved), "record.shared")


def _sharable(catalog: Catalog, book_id: str) -> Book:
    """The book, provided that the user may decide who sees it."""
    book = catalog.book_by_id.get(book_id)
    if book is None:
        raise NotFound("That book is not there any more.")
    what = _called(catalog, book)
    require_write(catalog, book_id, what)
    if not may_share(catalog, book_id):
        raise Refused(f"{what} is not yours to share. Ask {_whom(book)}.")
    return book


def _whom(book: Book) -> str:
    return "a manager of its team" if book.kind == "pool" else "whose it is, or a manager of theirs"


def _called(catalog: Catalog, book: Book) -> str:
    name = catalog.owner_name(book.id)
    return f"The book of {name}" if book.kind != "pool" else name


def _names(catalog: Catalog, user_ids: Sequence[str]) -> list[str]:
    """What the people are called, provided that something can be shared with them."""
    if not user_ids:
        raise Invalid({"user_ids": "Say with whom to share it."})
    names = []
    for user_id in user_ids:
        user = catalog.user_by_id.get(user_id)
        if user is None:
            raise NotFound("That person is not there any more.")
        if user.disabled_at is not None:
            raise Refused(f"{user.name} cannot log in any more, so nothing can be shared with them.")
        if user.role == "readonly":
            raise Refused(f"{user.name} sees everything already, and may change nothing.")
        names.append(user.name)
    return names


def _shares(catalog: Catalog, book_id: str, user_id: str) -> list[Share]:
    return [share for share in catalog.shares if (share.book_id, share.user_id) == (book_id, user_id)]


def _keeps_writer(catalog: Catalog, book: Book, leaving: str) -> None:
    """Raises `Refused` where nobody would be left who may change what lies in a shared book."""
    rest = [one for one, writes in catalog.shared_with(book.id).items() if writes and one != leaving]
    if book.kind == "shared" and not rest:
        raise Refused(
            f"Nobody else may change what lies in the book of {catalog.owner_name(book.id)}. "
            "Hand those records over first."
        )


def _rights(catalog: Catalog, book_id: str) -> dict[str, bool]:
    """Who holds the records of a book, or has it shared with them, and whether they may change them.

    What lies in a pool is held by whoever shares it.
    """
    book, rights = catalog.book_by_id[book_id], dict(catalog.shared_with(book_id))
    if book.kind == "shared":
        return rights
    whose = catalog.holders(book_id) if book.kind == "own" else {catalog.me.id}
    return rights | dict.fromkeys(whose, True)


def _book_of(
    catalog: Catalog, rights: Mapping[str, bool], book_id: str, context: Context
) -> tuple[str, list[Change]]:
    """The book that exactly these people share with these rights, made if there is none: (id, changes)."""
    for book in catalog.books:
        if book.kind == "shared" and _rights(catalog, book.id) == rights:
            return book.id, []
    name = joined(sorted(catalog.user_name(user_id) for user_id in rights))[:LINE_LIMIT]
    made = [insert(Book, book_id, {**cleaned(Book, {"name": name}), "kind": "shared"})]
    # One's own share comes first: who has one may give the others theirs.
    for holder in sorted(rights, key=lambda user_id: (user_id != catalog.me.id, catalog.user_name(user_id))):
        values = {"book_id": book_id, "user_id": holder, "can_write": rights[holder]}
        made.append(insert(Share, context.new_id(), values))
    return book_id, made
