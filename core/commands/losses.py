"""What a decision between two people tells: the value that lost stays readable for everybody."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from typing import Any

from core.catalog import Catalog
from core.changes import Change, FieldConflict, same_value
from core.commands.base import LOSS, SUBJECTS, Context, Get, Need, Seen, link, title_of, told
from core.commands.tell import label_of, plain, shown
from core.conflicts import Choice, Edited, asked, decided_value, key_of
from core.entities import RECORDS, Deal, Task
from core.errors import NotFound
from core.parked import Parked
from core.schema import Kind, Record, fields_of
from core.text import clean_text


def needs_names(conflicts: Sequence[FieldConflict], choices: Mapping[str, Choice]) -> list[Need]:
    """What must be loaded to name the contacts and companies that two people chose, and that a person chose instead."""
    out: list[Need] = []
    for conflict in conflicts:
        ref = _ref(conflict)
        if ref is not None and ref in SUBJECTS:
            choice = choices.get(key_of(conflict, conflicts), choices.get(conflict.field))
            out += [Get(ref, value) for value in _values(conflict, choice) if value]
    return out


def _values(conflict: FieldConflict, choice: Choice | None) -> list[Any]:
    """All that was, or is, in question."""
    typed = [choice.value] if isinstance(choice, Edited) else []
    return [conflict.base, conflict.mine, conflict.theirs, *typed]


def losses(parked: Parked, choices: Mapping[str, Choice], seen: Seen, context: Context) -> Iterator[Change]:
    """For each record about which was decided, the timeline entry that tells what else it could have been.

    Args:
        parked: what was decided.
        choices: about each conflict, by `core.conflicts.key_of`.
        seen: the records, and what `needs_names` says.
        context: who decides, and when.
    """
    for table, record_id in dict.fromkeys((one.table, one.id) for one in parked.conflicts):
        if table not in SUBJECTS and table != Task.TABLE:
            continue
        record: Any = seen.get(RECORDS[table], record_id)
        lines: list[str] = []
        data: dict[str, Any] = {}
        leaders = [*asked(parked.conflicts), *_words_beside(parked.conflicts)]
        for conflict in parked.conflicts:
            if (conflict.table, conflict.id) != (table, record_id) or same_value(
                conflict.mine, conflict.theirs
            ):
                continue
            choice = choices[key_of(conflict, parked.conflicts)]
            data[conflict.field] = _data(conflict, choice)
            if conflict in leaders:
                names = _names(_ref(conflict), _values(conflict, choice), seen, context.catalog)
                lines.append(_line(parked, conflict, choice, record, names, context))
        for name, mine in _went_along(parked, table, record_id, choices):
            now = getattr(record, name)
            if now == mine:
                continue
            spec = fields_of(type(record))[name]
            row = {each: getattr(record, each) for each in fields_of(type(record))}
            data[name] = {
                side: plain(spec.kind, value)
                for side, value in (("mine", mine), ("theirs", now), ("kept", now))
            }
            kept, had = (shown(name, spec, value, row, {}) for value in (now, mine))
            lines.append(
                f"{label_of(table, name, context.catalog)}: {kept} kept, {context.catalog.me.name} had {had}"
            )
        if lines:
            one = len(lines) == 1
            yield told(
                context, kind=LOSS, book_id=record.book_id, data={"fields": data}, **_links(record),
                subject=lines[0] if one else f"Two people changed {len(lines)} fields",
                body="" if one else "\n".join(lines),
            )  # fmt: skip


def _words_beside(conflicts: Sequence[FieldConflict]) -> Iterator[FieldConflict]:
    """Words that go with what both did alike: why a deal was lost, where each has lost it for a reason of their own."""
    for conflict in asked([one for one in conflicts if not same_value(one.mine, one.theirs)]):
        kind = fields_of(RECORDS[conflict.table])[conflict.field.partition(".")[0]].kind
        if conflict not in asked(conflicts) and kind in (Kind.LINE, Kind.TEXT):
            yield conflict


def unheard(deal: Deal, reason: str, context: Context) -> Iterator[Change]:
    """The timeline entry that tells why somebody else, too, had lost a deal that is lost already; none where all agree."""
    reason = clean_text(reason)
    if not reason or reason == deal.lost_reason:
        return
    label, kept = label_of(Deal.TABLE, "lost_reason", context.catalog), deal.lost_reason or "–"
    data = {"lost_reason": {"mine": reason, "theirs": deal.lost_reason, "kept": deal.lost_reason}}
    yield told(
        context, kind=LOSS, book_id=deal.book_id, data={"fields": data}, **_links(deal),
        subject=f"{label}: {kept} kept, {context.catalog.me.name} had {reason}",
    )  # fmt: skip


def _went_along(
    parked: Parked, table: str, record_id: str, choices: Mapping[str, Choice]
) -> Iterator[tuple[str, str]]:
    """The words that were typed with what is not done now, though nobody clashed over them: why a deal was lost."""
    own = [one for one in parked.conflicts if (one.table, one.id) == (table, record_id)]
    given_up = {one.field for one in own if choices[key_of(one, parked.conflicts)] != "mine"}
    fields = fields_of(RECORDS[table])
    for change in parked.changeset.changes:
        if (change.table, change.id) != (table, record_id):
            continue
        for group in RECORDS[table].MERGE_GROUPS:
            if given_up & group:
                for name in sorted(group & change.set.keys() - {one.field for one in own}):
                    if fields[name].kind in (Kind.LINE, Kind.TEXT) and change.set[name]:
                        yield name, change.set[name]


def _ref(conflict: FieldConflict) -> str | None:
    return fields_of(RECORDS[conflict.table])[conflict.field.partition(".")[0]].ref


def _links(record: Record) -> dict[str, Any]:
    if isinstance(record, Task):
        return {"contact_id": record.contact_id, "deal_id": record.deal_id, "company_id": record.company_id}
    return link(record)


def _data(conflict: FieldConflict, choice: Choice) -> dict[str, Any]:
    kind: Kind = fields_of(RECORDS[conflict.table])[conflict.field.partition(".")[0]].kind
    kept = decided_value(conflict, choice)
    values = {"mine": conflict.mine, "theirs": conflict.theirs, "kept": kept}
    if "." in conflict.field:
        return values
    return {side: plain(kind, value) for side, value in values.items()}


def _line(
    parked: Parked,
    conflict: FieldConflict,
    choice: Choice,
    record: Record,
    names: Mapping[str, str],
    context: Context,
) -> str:
    """`City: Kiel kept, Mia Berg had Bonn`."""
    catalog, name = context.catalog, conflict.field
    spec = fields_of(type(record))[name.partition(".")[0]]
    row = {each: getattr(record, each) for each in fields_of(type(record))}
    own = [one for one in parked.conflicts if (one.table, one.id) == (conflict.table, conflict.id)]

    def said(value: Any, side: str) -> str:
        # An amount is told in the currency of whoever typed it.
        beside = {one.field: getattr(one, side) for one in own}
        return shown(name, spec, value, {**row, **beside}, names)

    mine, theirs = said(conflict.mine, "mine"), said(conflict.theirs, "theirs")
    who = catalog.user_name(conflict.who) if conflict.who else "somebody else"
    label, me = label_of(conflict.table, name, catalog), catalog.me.name
    task = f"{title_of(record)}, " if isinstance(record, Task) else ""
    if choice == "mine":
        return f"{task}{label}: {mine} kept, {who} had {theirs}"
    if choice == "theirs":
        return f"{task}{label}: {theirs} kept, {me} had {mine}"
    kept = said(choice.value, "mine") if isinstance(choice, Edited) else said(conflict.base, "base")
    return f"{task}{label}: {kept} kept, {who} had {theirs}, {me} had {mine}"


def _names(ref: str | None, values: Iterable[Any], seen: Seen, catalog: Catalog) -> dict[str, str]:
    """The names behind the ids in a conflict about a field that points to `ref`."""
    names: dict[str, str] = {}
    for value in values:
        if not value or not isinstance(value, str):
            continue
        if ref == "stages" and value in catalog.stage_by_id:
            names[value] = catalog.stage_by_id[value].name
        elif ref == "pipelines" and value in catalog.pipeline_by_id:
            names[value] = catalog.pipeline_by_id[value].name
        elif ref == "books":
            names[value] = catalog.owner_name(value)
        elif ref == "users":
            names[value] = catalog.user_name(value)
        elif ref is not None and ref in SUBJECTS:
            with suppress(NotFound):
                names[value] = title_of(seen.get(RECORDS[ref], value))
    return names
