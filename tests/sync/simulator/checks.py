"""What must hold. Each check compares what people did with what is there, and returns sentences about what is wrong.

The checks know the tables and the declarations of core, and nothing of how the field works inside.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from typing import Any

from core.changes import Change, Changeset, Row, merge_list, same_value
from core.entities import RECORDS
from core.schema import Kind, fields_of
from storage.postgres.codec import codec
from tests.sync.simulator.evidence import IN_BOOKS, SEARCHED, CacheView, Entry, ServerView, Waiting
from tests.sync.simulator.ledger import TOKEN, Done, Ledger

REFUSED = frozenset({"conflict", "gone", "rejected"})
APPLIED = frozenset({"ok", "merged"})


class Broken(AssertionError):
    """Something does not hold. Its text tells what, one sentence a line."""

    def __init__(self, faults: Sequence[str]) -> None:
        most = 12
        more = f"\n… and {len(faults) - most} more" if len(faults) > most else ""
        super().__init__("\n".join(faults[:most]) + more)
        self.faults = tuple(faults)


def at_rest(ledger: Ledger, server: ServerView, caches: Collection[CacheView]) -> list[str]:
    """All that is wrong when everything has come to rest."""
    faults: list[str] = []
    _spread(ledger)
    for cache in caches:
        faults += drained(cache)
        faults += converged(cache, server)
        faults += searchable(cache)
        faults += private(cache, server, ledger)
    faults += nothing_lost(ledger, server, caches)
    faults += exactly_once(ledger, server, caches)
    faults += nothing_overwritten(ledger, server)
    faults += refusals_shown(ledger, server, caches)
    return faults


def _spread(ledger: Ledger) -> None:
    """What was told and planned about a person goes with them when they are erased, be it that no server has seen it."""
    for done in ledger.done.values():
        for change in done.changeset.changes:
            if (
                change.insert
                and ("contacts", change.set.get("contact_id")) in ledger.erased
                and change.table != "deals"
            ):
                ledger.erased.add((change.table, change.id))


# --- 1: all converge -----------------------------------------------------------------------------------------------


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


# --- 2: nothing is lost --------------------------------------------------------------------------------------------


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
    if _tells_of_erased(done, ledger):
        return
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
    if _tells_of_erased(done, ledger):
        return True
    waiting = {each.id: each for each in cache.parked}
    mine = waiting.get(changeset_id)
    if mine is not None and mine.how != "joined":
        return not mine.settled or _is_settled(mine, done, ledger)
    if any(changeset_id == id_ for id_, _, _ in cache.outbox):
        return True
    return _rides_along(done, ledger, waiting.values())


def _tells_of_erased(done: Done, ledger: Ledger) -> bool:
    """Whether it is about a person who was erased since: then nobody may have it any more."""
    return any(
        (change.table, change.id) in ledger.erased
        or ("contacts", change.set.get("contact_id")) in ledger.erased
        for change in done.changeset.changes
    )


def _is_settled(parked: Waiting, done: Done, ledger: Ledger) -> bool:
    """Somebody has decided: gave it up, gave it away, or answered by a command that holds what was typed."""
    if parked.id in ledger.dropped or parked.id in ledger.handed_in or parked.how == "erased":
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
    for parked in waiting:
        held = {
            (c["table"], c["id"], name)
            for c in parked.body["changes"]
            for part in ("set", "add", "remove")
            for name in c.get(part, {})
        }
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
        and places & _places(later.changeset.changes)
        for later in ledger.done.values()
    )


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


# --- 3: exactly once -----------------------------------------------------------------------------------------------


def exactly_once(ledger: Ledger, server: ServerView, caches: Collection[CacheView]) -> Iterator[str]:
    """Nothing has taken effect twice, and nothing that a person is told was not taken has taken effect."""
    for changeset_id in sorted(server.twice):
        yield f"the changeset {changeset_id} is in the history twice"
    for body, count in server.said.items():
        if count > 1 and TOKEN.search(body):
            yield f"the entry “{body}” was logged {count} times"
    for cache in caches:
        for parked in cache.parked:
            if parked.kind != "duplicate" and not parked.settled and parked.id in server.history:
                yield f"{cache.name}: {parked.id} waits for a person ({parked.reason}), and was applied all the same"
    for changeset_id, answers in ledger.told.items():
        kinds = {"applied" if told.status in APPLIED else "refused" for told in answers}
        applied = "applied" in kinds
        if applied and changeset_id not in server.history and changeset_id not in ledger.went:
            done = ledger.done.get(changeset_id)
            waits = any(p.id == changeset_id for cache in caches for p in cache.parked)
            if done is not None and not waits and changeset_id not in ledger.dropped:
                yield f"{done.client}: {changeset_id} was answered with {_answers(ledger, changeset_id)} and is not there"


# --- 4: no silent overwrite ----------------------------------------------------------------------------------------


def nothing_overwritten(ledger: Ledger, server: ServerView) -> Iterator[str]:
    """Whoever changed a value had seen the one that stood there; lists were changed item by item."""
    for entry in server.audit:
        done = ledger.done.get(entry.changeset)
        if done is None or entry.op != "update" or entry.diff is None:
            continue
        changes = [c for c in done.changeset.changes if (c.table, c.id) == (entry.table, entry.row)]
        if not changes:
            yield f"{done.client}: {entry.changeset} has changed {entry.table} {entry.row}, which it does not name"
            continue
        for name, old, new in _fields(entry):
            fault = _overwrites(done, changes, name, old, new)
            if fault:
                yield (
                    f"{done.client}: {done.changeset.command} {entry.changeset} of step {done.step},"
                    f" {entry.table} {entry.row} {name}: {fault}"
                )


def _fields(entry: Entry) -> Iterator[tuple[str, Any, Any]]:
    """What has changed, with the values before and after; a mapping key by key."""
    assert entry.diff is not None, "only called for entries that say what changed"
    form, specs = codec(entry.table), fields_of(RECORDS[entry.table])
    for name, (old, new) in entry.diff.items():
        if specs[name].kind is Kind.MAP:
            before, after = old or {}, new or {}
            for key in sorted(before.keys() | after.keys()):
                if before.get(key) != after.get(key):
                    yield f"{name}.{key}", before.get(key), after.get(key)
        else:
            yield name, form.value(name, old), form.value(name, new)


def _overwrites(done: Done, changes: list[Change], name: str, old: Any, new: Any) -> str:
    """What is wrong with a change of one field; empty where nothing is."""
    setting = next((c for c in changes if _value_in(c, name) is not _NOTHING), None)
    if setting is None:
        joins = [c for c in changes if name in c.add or name in c.remove]
        if not joins:
            return f"{old!r} became {new!r}, which nobody asked for"
        return "" if same_value(_with_items(old, joins), new) else f"{old!r} became {new!r} by {joins}"
    key = (setting.table, setting.id, name)
    seen = done.seen.get(key, (setting.base.get(name),))
    mine = _value_in(setting, name)
    kind = fields_of(RECORDS[setting.table])[name.partition(".")[0]].kind
    if kind is Kind.SET:
        merged = (merge_list(old or (), was or (), mine)[0] for was in seen)
        if any(same_value(items, new or ()) for items in merged):
            return ""
        return f"{old!r} became {new!r} by {mine!r}, where {' or '.join(map(repr, seen))} was seen"
    if not any(same_value(old, was) for was in seen):
        return f"{old!r} was overwritten by {new!r}; the user had seen {' or '.join(map(repr, seen))}"
    return "" if same_value(mine, new) else f"{mine!r} was asked for and {new!r} written"


_NOTHING = object()


def _value_in(change: Change, name: str) -> Any:
    """What a change sets a field to; a key of a mapping may be set with the whole mapping, too."""
    if name in change.set:
        return change.set[name]
    head, _, tail = name.partition(".")
    if tail and head in change.set:
        return change.set[head].get(tail)
    return _NOTHING


def _with_items(old: Any, changes: Iterable[Change]) -> list[Any]:
    items = list(old or ())
    for change in changes:
        for name in {*change.add, *change.remove}:
            items = [item for item in items if item not in change.remove.get(name, ())]
            items += [item for item in change.add.get(name, ()) if item not in items]
    return items


# --- 5: what people are told ---------------------------------------------------------------------------------------


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


# --- 6: what is out of sight leaves no trace ------------------------------------------------------------------------


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


# --- at any moment -------------------------------------------------------------------------------------------------


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
    for changeset in outbox:
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
                parents[change.table, change.id] = plain
            else:
                typed.update(plain)
    for (table, id_), values in expected.items():
        held = row(table, id_)
        if held is None:
            if (table, id_) in inserted and _shows_parents(parents[table, id_], row):
                yield f"{name}: {table} {id_}, which was made here, is not on the screen any more"
            continue
        if held["deleted_at"] is not None and values.get("deleted_at", "") is not None:
            # Somebody else has deleted it, be it at another moment.
            continue
        for field, value in values.items():
            if held[field] != value:
                yield f"{name}: {table} {id_} {field} shows {held[field]!r}; {value!r} was typed and is on its way"


def _shows_parents(values: Mapping[str, Any], row: Callable[[str, str], Row | None]) -> bool:
    """Whether what a new record hangs on is on the screen; what hangs on a record that has left goes with it."""
    parents = (("contacts", "contact_id"), ("deals", "deal_id"), ("companies", "company_id"))
    return all(values.get(name) is None or row(parent, values[name]) is not None for parent, name in parents)


def _brief(row: Mapping[str, Any]) -> str:
    words = (
        str(row.get(name) or "")
        for name in ("name", "first_name", "last_name", "title", "subject", "body", "kind")
    )
    return " ".join(word for word in words if word)[:80]


def _answers(ledger: Ledger, changeset_id: str) -> str:
    return ", ".join(told.status for told in ledger.told.get(changeset_id, ())) or "nothing"
