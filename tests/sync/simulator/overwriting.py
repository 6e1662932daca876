"""Nobody’s value is overwritten by somebody who has not seen it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from core.changes import Change, merge_list, same_value
from core.entities import RECORDS
from core.schema import Kind, fields_of
from storage.postgres.codec import codec
from tests.sync.simulator.evidence import Entry, ServerView
from tests.sync.simulator.ledger import Done, Ledger


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
