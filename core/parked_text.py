"""What waits for a person, in words: for a colleague, for a clipboard, for a file."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from core.catalog import Catalog
from core.changes import TOLD_KINDS, Change
from core.commands.tell import label_of, shown
from core.entities import RECORDS
from core.parked import Parked
from core.schema import Kind, fields_of

LONGEST = 20_000
"""Characters that a server takes at once."""


def told(parked: Parked, catalog: Catalog) -> str:
    """What was done, line by line: the fields with their new values, the notes as they were written.

    Args:
        parked: what waits.
        catalog: the names.
    """
    names = {
        **{user.id: user.name for user in catalog.users},
        **{stage.id: stage.name for stage in catalog.stages},
        **{pipeline.id: pipeline.name for pipeline in catalog.pipelines},
        **{book.id: catalog.owner_name(book.id) for book in catalog.books},
    }
    lines = [parked.changeset.summary]
    for change in parked.changeset.changes:
        lines += _note(change) if change.table == "activities" else _fields(change, names, catalog)
    text = "\n".join(lines)
    return text if len(text) <= LONGEST else text[: LONGEST - 1] + "…"


def _note(change: Change) -> list[str]:
    """An entry that a person wrote. Those by which commands tell of themselves say what the fields say."""
    if change.set.get("kind") not in TOLD_KINDS:
        return []
    return [text for text in (change.set.get("subject"), change.set.get("body")) if text]


def _fields(change: Change, names: dict[str, str], catalog: Catalog) -> Iterator[str]:
    specs = fields_of(RECORDS[change.table])
    values: dict[str, Any] = {**change.base, **change.set}
    for name, value in change.set.items():
        spec = specs[name.partition(".")[0]]
        if name in ("id", "position", "currency", "book_id", "deleted_at") or (
            change.insert and value in (None, "", (), {}, False)
        ):
            continue
        label = label_of(change.table, name, catalog)
        if spec.kind is Kind.MAP and "." not in name:
            for key, item in value.items():
                yield f"{label_of(change.table, f'{name}.{key}', catalog)}: {item}"
        elif spec.kind is Kind.TEXT and value:
            yield f"{label}: {value}"
        else:
            yield f"{label}: {shown(name, spec, value, values, names)}"
    for name in sorted({*change.add, *change.remove}):
        items = [f"+{item}" for item in change.add.get(name, ())]
        items += [f"-{item}" for item in change.remove.get(name, ())]
        yield f"{specs[name].label}: {' '.join(items)}"
