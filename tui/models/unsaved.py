"""Texts that were typed and never saved, as they are found again: what they are, of whom, and how they begin."""

from __future__ import annotations

import enum
import json
from collections.abc import Mapping, Sequence
from contextlib import suppress
from typing import NamedTuple

from core.catalog import Catalog
from core.commands.base import title_of
from core.errors import NotFound
from core.log_entry import LOG_DRAFTS, NOTE_DRAFTS, Draft
from core.text import printable
from core.workspace import Subject, Workspace
from tui.models.call_words import CALL_NOTES, NEXT_STEPS
from tui.models.script_words import SCRIPT_DRAFTS

_TABLES = ("contacts", "deals", "companies")
_BEGINNING = 60
"""Characters of a text that are shown of it."""
_NAMED = 3
"""How many are named in a notice; of further ones it says how many."""


class Kind(enum.Enum):
    """What was being typed."""

    NOTE = "note"
    LOG = "log entry"
    CALL = "call"
    SCRIPT = "script"


_KINDS = {
    NOTE_DRAFTS: Kind.NOTE,
    LOG_DRAFTS: Kind.LOG,
    CALL_NOTES: Kind.CALL,
    NEXT_STEPS: Kind.CALL,
    SCRIPT_DRAFTS: Kind.SCRIPT,
}
_LABELS = {Kind.NOTE: "Note", Kind.LOG: "Log", Kind.CALL: "Call notes", Kind.SCRIPT: "Script"}
_SENTENCES = {
    Kind.NOTE: "a note about {}",
    Kind.LOG: "what took place with {}",
    Kind.CALL: "call notes on {}",
    Kind.SCRIPT: "the script {}",
}
_NOBODY = {Kind.SCRIPT: "a new script", Kind.LOG: "a log entry about nobody yet"}
_GONE = "somebody who is not there any more"


class Unsaved(NamedTuple):
    """A text that was never saved.

    Attributes:
        keys: what it is kept under.
        kind: what it is.
        about_id: the id of what it is about; empty: nothing yet.
        subject: the contact, deal or company that it is about; None where that is gone, or it is about none.
        name: what people call that; empty where it is gone, or nobody was named.
        text: what was typed.
    """

    keys: tuple[str, ...]
    kind: Kind
    about_id: str
    subject: Subject | None
    name: str
    text: str

    @property
    def is_homeless(self) -> bool:
        """Whether what it is about is gone: it can be read and copied, and no more."""
        return bool(self.about_id) and not self.name

    @property
    def words(self) -> str:
        """What it is, within a sentence."""
        if not self.about_id:
            return _NOBODY.get(self.kind, _LABELS[self.kind])
        return _SENTENCES[self.kind].format(printable(self.name) or _GONE)

    @property
    def label(self) -> str:
        """What it is, in a list."""
        name = printable(self.name) or ("not there any more" if self.about_id else "nobody yet")
        if self.kind is Kind.SCRIPT and not self.about_id:
            name = "new"
        return f"{_LABELS[self.kind]} · {name}"

    @property
    def beginning(self) -> str:
        """How it begins, on one line."""
        line = " ".join(printable(self.text).split())
        return line if len(line) <= _BEGINNING else f"{line[: _BEGINNING - 1]}…"


def read_unsaved(workspace: Workspace, catalog: Catalog, kept: Mapping[str, str]) -> list[Unsaved]:
    """What of the kept drafts is a text to go on with, the latest first. For a reader thread.

    Args:
        workspace: knows who they are about.
        catalog: knows the scripts.
        kept: drafts by key.

    Raises:
        OffhookError: it cannot be read.
    """
    found: dict[tuple[Kind, str], Unsaved] = {}
    for key, value in kept.items():
        prefix = next((one for one in _KINDS if key.startswith(one)), "")
        if not prefix:
            continue
        kind, about_id = _KINDS[prefix], key[len(prefix) :]
        text = _text(kind, value)
        if not text.strip():
            continue
        if (known := found.get((kind, about_id))) is not None:
            # The notes of a call, and what comes next, are one thing to go on with.
            found[kind, about_id] = known._replace(keys=(*known.keys, key), text=f"{known.text}\n{text}")
            continue
        if kind is Kind.SCRIPT:
            about_id = "" if about_id == "new" else about_id
            name = next((one.name for one in catalog.scripts if one.id == about_id), "")
            found[kind, about_id] = Unsaved((key,), kind, about_id, None, name, text)
        else:
            subject, name = _who(workspace, about_id)
            found[kind, about_id] = Unsaved((key,), kind, about_id, subject, name, text)
    return list(found.values())[::-1]


def notice(unsaved: Sequence[Unsaved], key: str) -> str:
    """What is said of them when the application opens; empty where there are none.

    Args:
        unsaved: the texts.
        key: the key of the palette, where the way to them is.
    """
    if not unsaved:
        return ""
    named = [one.words for one in unsaved[:_NAMED]]
    count = "A text was" if len(unsaved) == 1 else f"{len(unsaved)} texts were"
    them = "it" if len(unsaved) == 1 else "them"
    if more := len(unsaved) - len(named):
        named.append(f"{more} more")
    listed = f"{', '.join(named[:-1])} and {named[-1]}" if len(named) > 1 else named[0]
    return f"{count} never saved: {listed}. {key} and “{ENTRY}” brings {them} back."


ENTRY = "Unsaved texts"
"""What the palette calls the way to them."""


def _who(workspace: Workspace, record_id: str) -> tuple[Subject | None, str]:
    for table in _TABLES if record_id else ():
        with suppress(NotFound):
            record = workspace.record(table, record_id)
            if record.deleted_at is None:
                return Subject(table, record_id), title_of(record)
            break
    return None, ""


def _text(kind: Kind, value: str) -> str:
    """What a person typed, of what is kept."""
    if kind is Kind.LOG:
        draft = Draft.read(value)
        parts = (draft.heading, draft.text, draft.when, draft.took, draft.next) if draft else ()
        return "\n".join(filter(None, parts))
    if kind is Kind.SCRIPT:
        with suppress(ValueError, TypeError, KeyError):
            return str(json.loads(value)["typed"]["body"])
        return ""
    return value
