"""Files are brought in at a client, by the batch, and taken back; and what becomes of a batch of which a row is refused."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

from core.changes import Changeset, from_json
from core.commands.import_undo import UndoBatch
from core.commands.imports import Added, Edited, ImportRows
from core.ids import new_id
from tests.sync.simulator.chance import Chance
from tests.sync.simulator.ledger import Done, Ledger
from tests.sync.simulator.people import SHARED_ADDRESSES, Desk, Intent, one

BATCHES = (ImportRows.NAME, UndoBatch.NAME)
_ROWS = 10


def bring_in(desk: Desk, chance: Chance) -> Intent | None:
    """A few rows of a file: a company, people who are new, some of them at a company that is there, and some who are filled."""
    catalog = desk.workspace.catalog()
    books = sorted(book.id for book in catalog.books if book.id in catalog.writable_books)
    if not books:
        return None
    book, there = chance.pick(books), one(desk, chance, "companies")
    words = [desk.token() for _ in range(_ROWS)]
    edited: dict[str, Edited] = {}
    for word in words[: chance.below(4)]:
        contact = one(desk, chance, "contacts")
        if contact is not None:
            ids = (*contact.external_ids, f"file:{word}")
            values, expected = (
                {"city": word, "external_ids": ids},
                {"city": contact.city, "external_ids": contact.external_ids},
            )
            edited.setdefault(contact.id, Edited("contacts", contact.id, values, expected))
    company = Added("companies", new_id(), {"name": f"{words[-1]} Works", "book_id": book})
    added = [company]
    at: list[Any] = [None, company.id, there.id if there is not None else None]
    used = {str(one.values["city"]) for one in edited.values()}
    for word in words[:-1]:
        if word in used:
            continue
        values = {
            "first_name": word,
            "book_id": book,
            "external_ids": (f"file:{word}",),
            "company_id": chance.pick(at),
        }
        if chance.percent(10):
            values["emails"] = ({"value": chance.pick(SHARED_ADDRESSES), "label": "work"},)
        added.append(Added("contacts", new_id(), values))
    linked = {("companies", one.values["company_id"]) for one in added if one.values.get("company_id")}
    command = ImportRows(
        import_id=new_id(), file="leads.csv", first=2, last=_ROWS + 1, added=tuple(added), edited=tuple(edited.values()),
        linked=tuple(sorted(linked - {("companies", company.id)})),
    )  # fmt: skip
    return Intent(command, tuple(words))


def take_back(desk: Desk, chance: Chance) -> Intent | None:
    """A batch that was brought in here is taken back."""
    batches = desk.batches()
    if not batches:
        return None
    return Intent(UndoBatch(import_id=new_id(), batch=chance.pick(batches)))


def brought_in(connection: Any) -> list[str]:
    """The batches that were brought in here and are not taken back."""
    found = connection.execute(
        "SELECT id FROM changesets WHERE command = ? AND status IN ('ok', 'merged') AND undone_by IS NULL ORDER BY seq",
        (ImportRows.NAME,),
    )
    return [each for (each,) in found]


def note_parts(ledger: Ledger, connection: Any) -> None:
    """Puts down of which batches a part was refused: the part is a thing of its own from then on, and so is the rest."""
    found = connection.execute(
        "SELECT body FROM changesets WHERE command IN (?, ?) ORDER BY seq", BATCHES
    ).fetchall()
    for (body,) in found:
        part = from_json(json.loads(body))
        if part.id in ledger.done or not part.changes:
            continue
        whole = next((done for done in ledger.done.values() if _holds(done.changeset, part)), None)
        if whole is None:
            continue
        taken = {(change.table, change.id) for change in part.changes}
        rest = tuple(one for one in whole.changeset.changes if (one.table, one.id) not in taken)
        ledger.parts += 1
        ledger.done[part.id] = _with(whole, part)
        ledger.done[whole.changeset.id] = _with(whole, replace(whole.changeset, changes=rest))


def _holds(whole: Changeset, part: Changeset) -> bool:
    first = part.changes[0]
    return whole.command == part.command and any(
        (first.table, first.id, first.set) == (one.table, one.id, one.set) for one in whole.changes
    )


def _with(whole: Done, changeset: Changeset) -> Done:
    said = repr(changeset.changes)
    return replace(whole, changeset=changeset, tokens=tuple(token for token in whole.tokens if token in said))
