"""Nothing that a person did is lost, nothing happens twice, and whoever is refused is told."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import replace

from core.changes import TOLD_KINDS, Change
from tests.sync.simulator.evidence import CacheView, Entry, ServerView, Waiting
from tests.sync.simulator.ledger import TOKEN, Done, Ledger

REFUSED = frozenset({"conflict", "gone", "rejected"})
APPLIED = frozenset({"ok", "merged"})


# --- nothing is lost -------------------------------------------------------------------------------------------------


def nothing_lost(ledger: Ledger, server: ServerView, caches: Collection[CacheView]) -> Iterator[str]:
    """What a person did is on the server, or waits for a person, or was given up by one."""
    by_client = {cache.name: cache for cache in caches}
    recorded = _recorded(server.audit)
    for changeset_id, done in ledger.done.items():
        cache = by_client[done.client]
        if changeset_id in server.history:
            yield from _arrived(done, server, recorded, ledger)
        elif _is_accounted_for(done, ledger, cache):
            continue
        else:
            yield (
                f"{done.client}: {done.changeset.command} {changeset_id} of step {done.step} is lost"
                f" ({done.changeset.summary}; {' '.join(done.tokens)}; told {_answers(ledger, changeset_id)})"
            )


def _arrived(done: Done, server: ServerView, recorded: Mapping[str, str], ledger: Ledger) -> Iterator[str]:
    """An applied changeset has left what was typed in the rows."""
    left = _without_erased(done, ledger)
    if left is None or done.changeset.id in ledger.went:
        return
    done = left
    text = recorded.get(done.changeset.id, "")
    for token in done.tokens:
        if token not in text:
            yield (
                f"{done.client}: “{token}” of {done.changeset.command} {done.changeset.id} counts as applied,"
                " but was written into no row"
            )


def _is_accounted_for(done: Done, ledger: Ledger, cache: CacheView) -> bool:
    changeset_id = done.changeset.id
    if changeset_id in ledger.went or changeset_id in ledger.dropped:
        return True
    if not done.changeset.changes:
        return True
    left = _without_erased(done, ledger)
    if left is None:
        return True
    done = left
    waiting = {each.id: each for each in cache.parked}
    mine = waiting.get(changeset_id)
    if mine is not None and mine.how != "joined":
        return not mine.settled or _is_settled(mine, done, ledger)
    if mine is not None and any(later.changeset.undoes == changeset_id for later in ledger.done.values()):
        # It joined what waits, and so did its undoing by its author: nothing of either is left in it.
        return True
    if any(changeset_id == id_ for id_, _, _ in cache.outbox):
        return True
    return _rides_along(done, ledger, waiting.values())


def _without_erased(done: Done, ledger: Ledger) -> Done | None:
    """What is left of it without what is about people who were erased since; None where nothing of use is.

    Nobody may have what it said of them any more. What it did to others is theirs to decide as ever.
    """
    changes = tuple(
        change
        for change in done.changeset.changes
        if (change.table, change.id) not in ledger.erased
        and (change.table == "deals" or ("contacts", change.set.get("contact_id")) not in ledger.erased)
    )
    if len(changes) == len(done.changeset.changes):
        return done
    if all(change.table == "activities" and change.set.get("kind") not in TOLD_KINDS for change in changes):
        return None
    said = repr(changes)
    tokens = tuple(token for token in done.tokens if token in said)
    return replace(done, changeset=replace(done.changeset, changes=changes), tokens=tokens)


def _is_settled(parked: Waiting, done: Done, ledger: Ledger) -> bool:
    """Somebody has decided: gave it up, gave it away, or answered by a command that holds what was typed."""
    if parked.id in ledger.dropped or parked.id in ledger.handed_in:
        return True
    if parked.how == "dropped" and _is_taken_back(parked.id, ledger):
        return True
    # What its author has typed over, while it waited to be sent, is theirs to have typed over.
    words = [token for token in done.tokens if not _typed_over(done, token, ledger)]
    return any(_holds(later, words) for later in ledger.settled_by(parked.id))


def _is_taken_back(changeset_id: str, ledger: Ledger) -> bool:
    """Its author has undone it; or it is the undoing itself of what was refused."""
    own = ledger.done.get(changeset_id)
    undoing = own is not None and own.changeset.undoes is not None
    return undoing or any(later.changeset.undoes == changeset_id for later in ledger.done.values())


def _holds(later: Done, tokens: Iterable[str]) -> bool:
    told = repr(later.changeset.changes)
    return all(token in told or token in later.given_up for token in tokens)


def _rides_along(done: Done, ledger: Ledger, waiting: Iterable[Waiting]) -> bool:
    """Later work on what was refused joins the refused work: what was typed is in it, or its author has typed over it."""
    places = {(c.table, c.id, name) for c in done.changeset.changes for name in (*c.set, *c.add, *c.remove)}
    lists = {(c.table, c.id, name) for c in done.changeset.changes for name in (*c.add, *c.remove)}
    for parked in waiting:
        held = {
            (c["table"], c["id"], name)
            for c in parked.body["changes"]
            for part in ("set", "add", "remove")
            for name in c.get(part, {})
        }
        rows = {(c["table"], c["id"]) for c in parked.body["changes"]}
        # Of a list nothing is left where what was put in was taken out again.
        held |= {place for place in lists if place[:2] in rows}
        if not places & held:
            continue
        if all(token in parked.text or _typed_over(done, token, ledger) for token in done.tokens):
            return not parked.settled or _is_settled(parked, done, ledger)
    return False


def _typed_over(done: Done, token: str, ledger: Ledger) -> bool:
    """Whether the same person has put something else into the same field at the same client later."""
    places = {
        (change.table, change.id, name)
        for change in done.changeset.changes
        for name, value in change.set.items()
        if token in repr(value)
    }
    return any(
        later.client == done.client
        and later.step > done.step
        and not later.settles
        and (places & _places(later.changeset.changes) or _takes_out(later.changeset.changes, token))
        for later in ledger.done.values()
    )


def _takes_out(changes: Iterable[Change], token: str) -> bool:
    """Whether an item is taken out of a list again."""
    return any(token in repr(change.remove) for change in changes)


def _places(changes: Iterable[Change]) -> set[tuple[str, str, str]]:
    return {(change.table, change.id, name) for change in changes for name in change.set}


def _recorded(audit: Iterable[Entry]) -> dict[str, str]:
    """By changeset what the audit says was written."""
    out: dict[str, str] = {}
    for entry in audit:
        if entry.changeset and entry.diff:
            new = [pair[1] for pair in entry.diff.values() if isinstance(pair, list) and len(pair) == 2]
            old = [pair[0] for pair in entry.diff.values() if isinstance(pair, list) and len(pair) == 2]
            # An item that was taken out of a list is typed, too.
            out[entry.changeset] = f"{out.get(entry.changeset, '')} {new} {old}"
    return out


# --- exactly once ------------------------------------------------------------------------------------------------------


def exactly_once(ledger: Ledger, server: ServerView, caches: Collection[CacheView]) -> Iterator[str]:
    """Nothing has taken effect twice, and nothing that a person is told was not taken has taken effect."""
    for changeset_id in sorted(server.twice):
        yield f"the changeset {changeset_id} is in the history twice"
    for body, count in server.said.items():
        if count > 1 and TOKEN.search(body):
            yield f"the entry “{body}” was logged {count} times"
    if server.handed_in > len(ledger.hand_ins):
        yield f"{server.handed_in} entries were handed in, and people did so {len(ledger.hand_ins)} times"
    for cache in caches:
        for parked in cache.parked:
            if parked.kind != "duplicate" and parked.id in server.history:
                # However it is decided, what was refused stays refused: to send it again is another changeset.
                waits = parked.how or "waits for a person"
                yield f"{cache.name}: {parked.id} was refused ({parked.reason}; {waits}), and was applied all the same"
    for changeset_id in sorted(ledger.dropped & server.history.keys()):
        yield f"{changeset_id} was given up by a person, and was applied all the same"
    for changeset_id, answers in ledger.told.items():
        # A restored server may be offered it again, and refuse what it had taken before.
        applied = answers[-1].status in APPLIED
        if applied and changeset_id not in server.history and changeset_id not in ledger.went:
            done = ledger.done.get(changeset_id)
            waits = any(p.id == changeset_id for cache in caches for p in cache.parked)
            # What a restored server has lost is not sent again where it was about somebody who was erased since.
            left = done is not None and _without_erased(done, ledger) is not None
            if done is not None and left and not waits and changeset_id not in ledger.dropped:
                yield f"{done.client}: {changeset_id} was answered with {_answers(ledger, changeset_id)} and is not there"


# --- what people are told ----------------------------------------------------------------------------------------------


def refusals_shown(ledger: Ledger, server: ServerView, caches: Collection[CacheView]) -> Iterator[str]:
    """Whoever was refused is shown it: with both values, by whom and when."""
    by_client = {cache.name: cache for cache in caches}
    for changeset_id, answers in ledger.told.items():
        last = answers[-1]
        if last.status not in REFUSED or changeset_id in server.history or changeset_id in ledger.went:
            continue
        cache = by_client[last.client]
        if any(p.id == changeset_id for p in cache.parked) or changeset_id in ledger.dropped:
            continue
        done = ledger.done.get(changeset_id)
        if done is None or not _is_accounted_for(done, ledger, cache):
            yield f"{last.client}: {changeset_id} was refused ({last.status}), and nobody is told"
    for cache in caches:
        for parked in cache.parked:
            if parked.settled:
                continue
            if not parked.reason.strip():
                yield f"{cache.name}: {parked.id} waits, and no reason is given"
            if parked.kind == "conflict":
                yield from _shows_both(cache, parked)


def _shows_both(cache: CacheView, parked: Waiting) -> Iterator[str]:
    conflicts = parked.answer.get("conflicts") or []
    visible = any((c["table"], c["id"]) for c in conflicts if c["id"] in cache.rows.get(c["table"], {}))
    if not conflicts and visible:
        yield f"{cache.name}: {parked.id} is a conflict about nothing"
    for each in conflicts:
        if each["id"] not in cache.rows.get(each["table"], {}):
            continue  # What is out of sight shows nobody's value.
        if "theirs" not in each or "mine" not in each or "base" not in each:
            yield f"{cache.name}: the conflict {parked.id} does not show all values of {each['field']}"
        if not each.get("when"):
            yield f"{cache.name}: the conflict {parked.id} does not say when {each['field']} was changed"
        if not each.get("who"):
            yield f"{cache.name}: the conflict {parked.id} does not say who changed {each['field']}"


def _answers(ledger: Ledger, changeset_id: str) -> str:
    return ", ".join(told.status for told in ledger.told.get(changeset_id, ())) or "nothing"
