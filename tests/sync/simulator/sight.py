"""What must be in sight, and what must not: a cache is what its login sees on the server, with its own work over it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any

from core.changes import Changeset, Row
from core.entities import RECORDS
from core.schema import Kind, fields_of
from tests.sync.simulator.evidence import IN_BOOKS, SEARCHED, CacheView, ServerView
from tests.sync.simulator.ledger import TOKEN, Ledger

# --- all converge ----------------------------------------------------------------------------------------------------


def drained(cache: CacheView) -> Iterator[str]:
    """Nothing waits to be sent, and nothing of the server's is kept aside."""
    for changeset_id, state, body in cache.outbox:
        yield f"{cache.name}: {body.get('command')} {changeset_id} is still in the outbox ({state})"
    for table, row in cache.base:
        yield f"{cache.name}: the server's version of {table} {row} is still kept aside"


def converged(cache: CacheView, server: ServerView) -> Iterator[str]:
    """The cache holds what its login sees on the server, column by column, and nothing else."""
    seen = server.seen[cache.login]
    for table in RECORDS:
        held, there = cache.rows[table], seen[table]
        for missing in sorted(there.keys() - held.keys()):
            yield f"{cache.name}: {table} {missing} is missing"
        for extra in sorted(held.keys() - there.keys()):
            yield f"{cache.name}: {table} {extra} is not for {cache.login} to see: {_brief(held[extra])}"
        for row in sorted(held.keys() & there.keys()):
            if held[row] != there[row]:
                told = [
                    f"{name}: {held[row][name]!r} instead of {there[row][name]!r}"
                    for name in there[row]
                    if held[row][name] != there[row][name]
                ]
                yield f"{cache.name}: {table} {row} differs: {'; '.join(told)}"
    for point in sorted(server.points[cache.login] - cache.points):
        yield f"{cache.name}: the contact point {point} is missing"
    for point in sorted(cache.points - server.points[cache.login]):
        yield f"{cache.name}: the contact point {point} is too many"


def searchable(cache: CacheView) -> Iterator[str]:
    """What the search finds is what the rows say."""
    for fault in cache.index_faults:
        yield f"{cache.name}: the index of {fault}"
    for table in SEARCHED:
        held = {word for row in cache.rows[table].values() for word in TOKEN.findall(row["search"])}
        indexed = {word for word in cache.words.get(table, ()) if TOKEN.fullmatch(word)}
        for word in sorted(held - indexed):
            yield f"{cache.name}: {table} with “{word}” cannot be found"
        for word in sorted(indexed - held):
            yield f"{cache.name}: the index of {table} still knows “{word}”"


def _brief(row: Mapping[str, Any]) -> str:
    words = (
        str(row.get(name) or "")
        for name in ("name", "first_name", "last_name", "title", "subject", "body", "kind")
    )
    return " ".join(word for word in words if word)[:80]


# --- what is out of sight leaves no trace ------------------------------------------------------------------------------


def private(cache: CacheView, server: ServerView, ledger: Ledger) -> Iterator[str]:
    """Nothing in a cache tells of what its login does not see."""
    seen = server.seen[cache.login]
    visible = {(table, row) for table in IN_BOOKS for row in seen[table]}
    for table, row in sorted(cache.base):
        if table in IN_BOOKS and cache.base[table, row] is not None and (table, row) not in visible:
            yield f"{cache.name}: the server's version of {table} {row}, which is out of sight, is kept aside"
    # What was refused stays readable for who did it, however it was decided.
    pending = {id_ for id_, _, _ in cache.outbox} | {p.id for p in cache.parked}
    told_of = {
        (c["table"], c["id"])
        for id_ in pending
        if id_ in cache.history
        for c in cache.history[id_]["changes"]
    }
    for table, row in sorted(cache.traces - told_of):
        if table in IN_BOOKS and (table, row) not in visible:
            yield f"{cache.name}: the history tells of {table} {row}, which is out of sight"
    for changeset_id, body in cache.history.items():
        if changeset_id in pending:
            continue
        for change in body["changes"]:
            key = (change["table"], change["id"])
            if (
                change["table"] in IN_BOOKS
                and key not in visible
                and (change.get("set") or change.get("base"))
            ):
                yield f"{cache.name}: the history holds what {change['table']} {change['id']}, out of sight, said"
    for parked in cache.parked:
        for each in parked.answer.get("conflicts") or ():
            hidden = each["table"] in IN_BOOKS and (each["table"], each["id"]) not in visible
            if hidden and _foreign(cache, ledger, each.get("theirs")):
                yield f"{cache.name}: the parked {parked.id} shows {each['theirs']!r} of a row that is out of sight"


def _foreign(cache: CacheView, ledger: Ledger, value: Any) -> bool:
    """Whether a value holds a word that somebody else has typed."""
    words = set(TOKEN.findall(repr(value)))
    own = {token for done in ledger.done.values() if done.client == cache.name for token in done.tokens}
    return bool(words - own)


# --- at any moment -----------------------------------------------------------------------------------------------------


def covered(name: str, outbox: Iterable[Changeset], row: Callable[[str, str], Row | None]) -> Iterator[str]:
    """What a person did stays on their screen as long as it is on its way, whatever comes from the server meanwhile.

    Args:
        name: the client.
        outbox: what is on its way, in order.
        row: a record as it is on the screen; None where it is not there.
    """
    expected: dict[tuple[str, str], dict[str, Any]] = {}
    inserted = set()
    parents: dict[tuple[str, str], dict[str, Any]] = {}
    made: dict[str, int] = {}
    for place, changeset in enumerate(outbox):
        for change in changeset.changes:
            specs = fields_of(RECORDS[change.table])
            plain = {
                field: value
                for field, value in change.set.items()
                if "." not in field and specs[field].kind not in (Kind.SET, Kind.MAP) and field != "book_id"
            }
            typed = expected.setdefault((change.table, change.id), {})
            if change.insert:
                # A server that was restored may be offered again what it has shown already, and what others made of it.
                inserted.add((change.table, change.id))
                # What was typed before it was refused, and is on its way once more, finds no row until then.
                typed.clear()
                made[change.id] = place
                parents[change.table, change.id] = plain
            elif _shows_parents(change.table, plain, row):
                typed.update(plain)
    for (table, id_), values in expected.items():
        held = row(table, id_)
        if held is None:
            # What it hangs on may have been refused, and be on its way once more behind it.
            hangs = (table, id_) in inserted and any(
                made.get(to, -1) > made[id_] for to in parents[table, id_].values() if isinstance(to, str)
            )
            if (table, id_) in inserted and not hangs and _shows_parents(table, parents[table, id_], row):
                yield f"{name}: {table} {id_}, which was made here, is not on the screen any more"
            continue
        if held["deleted_at"] is not None and values.get("deleted_at", "") is not None:
            # Somebody else has deleted it, be it at another moment.
            continue
        for field, value in values.items():
            if field == "done_at" and value is not None and held[field] is not None:
                # Somebody else had ticked it off already: it was done then.
                continue
            if held[field] != value:
                yield f"{name}: {table} {id_} {field} shows {held[field]!r}; {value!r} was typed and is on its way"


def _shows_parents(table: str, values: Mapping[str, Any], row: Callable[[str, str], Row | None]) -> bool:
    """Whether what a new row is nothing without is on the screen: of an entry what it is about, of others the set-up.

    What hangs on a record that has left goes with it. A deal whose contact has left stays.
    """
    about = ("contacts", "deals", "companies")
    child = table in ("activities", "tasks")
    for name, spec in fields_of(RECORDS[table]).items():
        needed = spec.ref and (spec.ref in about if child else spec.ref not in IN_BOOKS)
        if needed and values.get(name) is not None and row(spec.ref, values[name]) is None:
            return False
    return True
