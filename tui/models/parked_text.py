"""How what waits for a person is told."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Mapping

from core.catalog import Catalog
from core.changes import TOLD_KINDS, to_json
from core.commands.base import counted
from core.commands.tell import label_of
from core.conflicts import contested
from core.parked import Parked
from core.parked_text import told
from core.text import clean_line, clean_text

SIGNS: Mapping[str, str] = {"conflict": "≠", "gone": "∅", "rejected": "✗", "duplicate": "="}
"""One sign per kind."""
KINDS: Mapping[str, str] = {
    "conflict": "changed by two",
    "gone": "gone",
    "rejected": "refused",
    "duplicate": "twice there",
}
"""Each kind in a word or two."""
_TAKEN = "taken"
_UNTOLD = frozenset({"id", "book_id", "position", "stage_since", "sort_key"})


def title(parked: Parked) -> str:
    """What people call the record; what was done, where it is about none."""
    return clean_line(parked.title or parked.changeset.summary)


def kind(parked: Parked) -> str:
    """Why it waits, in a word or two."""
    return _TAKEN if parked.kind == "gone" and parked.taken_by else KINDS[parked.kind]


def who(parked: Parked, catalog: Catalog) -> str:
    """Who stands on the other side: who changed the same, who has the record now; empty where that is nobody."""
    if parked.taken_by:
        return clean_line(parked.taken_by)
    names = [catalog.user_name(one.who) for one in parked.conflicts if one.who in catalog.user_by_id]
    return clean_line(names[0]) if names else ""


def why(parked: Parked, catalog: Catalog) -> str:
    """Why it waits, in a sentence or two."""
    if parked.kind == "conflict" and parked.conflicts:
        other = who(parked, catalog) or "Somebody"
        return f"{other} changed the same meanwhile."
    return clean_text(parked.reason)


def goes_along(parked: Parked, catalog: Catalog) -> str:
    """What is not in question and is sent with the answer: `a note, 1 task, City`; empty where nothing is."""
    asked = {(one.table, one.id, one.field) for one in contested(parked)}
    out: list[str] = []
    tasks = 0
    for change in parked.changeset.changes:
        if change.table == "activities":
            if change.set.get("kind") in TOLD_KINDS:
                out.append(f"a {change.set['kind']}")
        elif change.table == "tasks" and change.insert:
            tasks += 1
        elif not change.insert:
            names = [name for name in (*change.set, *change.add, *change.remove) if name not in _UNTOLD]
            out += [
                clean_line(label_of(change.table, name, catalog))
                for name in names
                if (change.table, change.id, name) not in asked and parked.conflicts
            ]
    if tasks:
        out.append(counted(tasks, "task"))
    return ", ".join(dict.fromkeys(out))


def as_text(parked: Parked, catalog: Catalog, when: str) -> str:
    """All of it for a clipboard or a text file.

    Args:
        parked: what waits.
        catalog: names and labels.
        when: when it was done, in words.
    """
    return f"{title(parked)} · {when}\n{why(parked, catalog)}\n\n{told(parked, catalog)}\n"


def as_json(parked: Parked) -> str:
    """All of it for a program."""
    body = {
        "kind": parked.kind,
        "title": parked.title,
        "reason": parked.reason,
        "at": parked.at.astimezone(dt.UTC).isoformat(),
        "taken_by": parked.taken_by,
        "about": parked.about,
        "changeset": to_json(parked.changeset),
    }
    return json.dumps(body, indent=2, ensure_ascii=True) + "\n"
