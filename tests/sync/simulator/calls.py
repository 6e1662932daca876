"""What must hold of calls: each is told once to whoever may see it, and what was being typed stays where it was typed."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterator
from typing import Any

from core.changes import Change
from core.commands.calls import LogCall
from tests.sync.simulator.evidence import CacheView, ServerView, Waiting
from tests.sync.simulator.ledger import Done, Ledger


def told_once(ledger: Ledger, server: ServerView, caches: Collection[CacheView]) -> Iterator[str]:
    """A call that was answered as logged is in the timeline once, for everybody who may see it; or else it waits there, for
    who has logged it, until they have decided."""
    revised = {row["revises"] for rows in server.seen.values() for row in rows["activities"].values()}
    for done in ledger.done.values():
        if done.changeset.command != LogCall.NAME:
            continue
        call = entry_of(done)
        gone = {("activities", call.id), ("contacts", call.set["contact_id"])} & ledger.erased
        own = next(cache for cache in caches if cache.name == done.client)
        ways = _ways(done, call, ledger, own)
        if (
            gone
            or call.id in revised
            or any(other.changeset.undoes in ways for other in ledger.done.values())
        ):
            continue
        name = f"{done.client}: the call {call.id} of step {done.step}"
        if any(call.id in rows["activities"] for rows in server.seen.values()):
            yield from (f"{name} {fault}" for fault in _where_told(call, server, caches))
        elif not ways & (ledger.went | ledger.dropped | ledger.handed_in):
            yield from (f"{name} {fault}" for fault in _how_it_waits(call, own))


def entry_of(done: Done) -> Change:
    """The entry of a call that was logged."""
    return next(c for c in done.changeset.changes if c.table == "activities" and c.set["kind"] == "call")


def _where_told(call: Change, server: ServerView, caches: Collection[CacheView]) -> Iterator[str]:
    for cache in caches:
        seen, contact_id = server.seen[cache.login], call.set["contact_id"]
        contact = seen["contacts"].get(contact_id)
        if call.id not in seen["activities"] or contact is None or contact["deleted_at"] is not None:
            continue
        times = cache.told[contact_id].count((call.id, ""))
        waits = [parked for id_, parked in cache.told[contact_id] if id_ == call.id and parked]
        if times != 1 or waits:
            yield f"is {times} times in the timeline at {cache.name}, and waits there {len(waits)} times"


def _how_it_waits(call: Change, own: CacheView) -> Iterator[str]:
    holding = [parked.id for parked in own.parked if not parked.settled and _holds(parked, call)]
    if len(holding) != 1:
        yield f"is not there, and is held by {len(holding)} of those that wait"
        return
    contact_id = call.set["contact_id"]
    contact = own.rows["contacts"].get(contact_id)
    if contact is not None and contact["deleted_at"] is None:
        shown = [parked for id_, parked in own.told[contact_id] if id_ == call.id]
        if shown != holding:
            yield f"waits as {holding[0]}, and the timeline shows {shown}"


def _holds(parked: Waiting, call: Change) -> bool:
    return any(change["id"] == call.id for change in parked.body["changes"])


def _ways(done: Done, call: Change, ledger: Ledger, own: CacheView) -> set[str]:
    """The ids under which its author has it done: its own, what it joined while it waited, and as what it was sent again."""
    ids = [done.changeset.id, *(parked.id for parked in own.parked if _holds(parked, call))]
    for id_ in ids:
        ids += [later.changeset.id for later in ledger.settled_by(id_) if later.changeset.id not in ids]
    return set(ids)


def tries(connection: Any, contact_id: str, user_id: str) -> int:
    """How many open tasks a cache has by which somebody is to be tried again."""
    found = connection.execute(
        "SELECT count(*) FROM tasks WHERE contact_id = ? AND assignee_id = ? AND kind = 'call' AND priority = 'low'"
        " AND done_at IS NULL AND deleted_at IS NULL",
        (contact_id, user_id),
    ).fetchone()
    return int(found[0])


def drafts_kept(ledger: Ledger, server: ServerView, caches: Collection[CacheView]) -> Iterator[str]:
    """What was being typed is still there, on the machine where it was typed and nowhere else."""
    words = {text: name for name, kept in ledger.drafts.items() for text in kept.values()}
    erased = {id_ for table, id_ in ledger.erased if table == "contacts"}
    for cache in caches:
        for key, text in ledger.drafts.get(cache.name, {}).items():
            if cache.drafts.get(key) != text and key.rpartition(":")[2] not in erased:
                yield f"{cache.name}: what was being typed, “{text}” under {key}, is {cache.drafts.get(key)!r} now"
        for text in cache.drafts.values():
            if words.get(text, cache.name) != cache.name:
                yield f"{cache.name}: holds “{text}”, which {words[text]} was typing"
        sent = " ".join(repr(body) for _, _, body in cache.outbox) + " ".join(p.text for p in cache.parked)
        yield from (
            f"{cache.name}: would send “{text}”, which nobody has sent" for text in words if text in sent
        )
    there = " ".join(repr(entry.diff) for entry in server.audit) + repr(list(server.history.values()))
    yield from (f"the server holds “{text}”, which nobody has sent" for text in words if text in there)


def tally(ledger: Ledger) -> Counter[str]:
    """How many calls with which ends were logged."""
    ends = (entry_of(d).set["data"] for d in ledger.done.values() if d.changeset.command == LogCall.NAME)
    return Counter(f"call {data['line']}" for data in ends)
