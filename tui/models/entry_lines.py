"""An entry of a timeline in lines: its headline, what was said, what it said before it was edited."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Sequence
from typing import NamedTuple

from rich.cells import cell_len

from core.entities import Activity
from core.text import printable
from core.workspace import Entry
from tui.models.telling import tell
from tui.models.wrap import wrap
from tui.paint import fit

COLLAPSED = 3
"""Lines of a text that are shown before it is unfolded."""
_NAMES_FROM = 40
"""Cells from which an entry names who wrote it; below there are initials."""
_TAIL = 20
"""Cells at the end of a headline that tell who wrote it, and whether it was edited."""

Piece = tuple[str, str]
"""A text and the name of its style."""
Author = Callable[[str | None, bool], str]
"""Who wrote an entry, by the user's id, and whether few letters are wanted; empty where that goes without saying."""


class Look(NamedTuple):
    """Where an entry is drawn."""

    table: str
    """Whose timeline it is: contacts, deals or companies."""
    width: int
    zone: dt.tzinfo
    author: Author


class State(NamedTuple):
    """How an entry stands in the timeline."""

    unfolded: bool = False
    """The whole of its text is shown, and what it said before."""
    thread: int = 0
    """How many e-mails its thread has, where it is the head of one."""
    opened: bool = False
    """The older ones of its thread stand below it."""
    older: bool = False
    """It stands below the head of its thread."""
    history: Sequence[str] | None = None
    """What it said before, in lines; None: not read yet."""


def entry_lines(entry: Entry, look: Look, state: State) -> list[list[Piece]]:
    """The lines of an entry, each in pieces."""
    width = look.width - 2
    narrow = width < 48
    quiet = tell(entry, look.table).quiet
    indent = " " * ((2 if narrow else 9) + (2 if state.older else 0))
    name = "quiet" if quiet else "body"
    lines = [_headline(entry, look, state, width)]
    lines += _text(entry.activity, state, indent, width, name)
    if state.unfolded and entry.edited:
        lines += _history(state, indent, width)
    return lines


def _headline(entry: Entry, look: Look, state: State, width: int) -> list[Piece]:
    activity, told = entry.activity, tell(entry, look.table)
    at = activity.occurred_at.astimezone(look.zone)
    who = look.author(activity.user_id, width < _NAMES_FROM)
    tail = " ".join(filter(None, ("edited" if entry.edited else "", who)))
    tail = fit(tail, min(cell_len(tail), _TAIL))
    style = "quiet" if told.quiet else "row"
    line: list[Piece] = [("  ", style)] if state.older else []
    # An older e-mail of a thread stands among others of other days.
    time = f"{at.day:>2} {at:%b} " if state.older else f"{at:%H:%M}  "
    line += [
        (f"{told.sign} ", "muted" if told.quiet else "sign"),
        (time, "time"),
        (told.word, "muted" if told.quiet else "word"),
    ]
    room = width - 10 - 2 * state.older - cell_len(told.word) - (cell_len(tail) + 1 if tail else 0)
    if state.thread:
        mark = f" {'▾' if state.opened else '▸'} {state.thread}"
        line.append((mark, "thread"))
        room -= cell_len(mark)
    if told.text and room > 4:
        text = fit(told.text, min(cell_len(told.text), room - 2))
        good = activity.outcome == "connected" or bool(activity.data.get("connected"))
        good = good or activity.data.get("outcome") == "won"
        line.append((f"  {text}", "good" if good else style))
        room -= cell_len(text) + 2
    if told.about and room > 8:
        about = fit(told.about, min(cell_len(told.about), room - 3))
        line.append((f" · {about}", "muted"))
        room -= cell_len(about) + 3
    if tail:
        line += [(" " * max(1, room + 1), style), (tail, "muted")]
    return line


def _text(activity: Activity, state: State, indent: str, width: int, name: str) -> list[list[Piece]]:
    """What was said, or the beginning of it. The changes of an edit stand in its headline until it is unfolded."""
    body = activity.body
    if not body or (activity.kind == "edited" and not state.unfolded):
        return []
    room = max(4, width - len(indent) - 1)
    lines, more = wrap(body, room, None if state.unfolded else COLLAPSED)
    out: list[list[Piece]] = [[(indent, name), (line, name)] for line in lines]
    if more:
        short = fit(lines[-1].rstrip(), min(cell_len(lines[-1].rstrip()), room - 2))
        out[-1] = [(indent, name), (short, name), (" ⋯", "more")]
    return out


def _history(state: State, indent: str, width: int) -> list[list[Piece]]:
    """What it said before."""
    if state.history is None:
        return [[(indent, "muted"), ("⋯", "muted")]]
    out: list[list[Piece]] = []
    for line in state.history:
        shift = "  " if line.startswith("  ") else ""
        texts, _ = wrap(printable(line.strip()), max(4, width - len(indent) - len(shift) - 1))
        out += [[(indent + shift, "muted"), (text, "muted" if not shift else "quiet")] for text in texts]
    return out
