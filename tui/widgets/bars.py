"""The three one-line bars around every screen: title, keys, status.

The stock header and footer mount a widget per item and cost more than everything else in a change of screen; these
draw one line each.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

from rich.cells import cell_len
from textual import events
from textual.geometry import Size
from textual.message import Message
from textual.strip import Strip
from textual.widget import Widget

from core.text import printable
from core.workspace import Health
from tui.models.card_text import Wording
from tui.paint import fit, strip


class TitleBar(Widget):
    """Where the user is, on the left; figures about it, on the right."""

    COMPONENT_CLASSES: ClassVar[set[str]] = {"bar--title", "bar--crumb", "bar--figure", "bar--filter"}

    def __init__(self) -> None:
        super().__init__(id="title-bar")
        self._title = ""
        self._crumbs: tuple[str, ...] = ()
        self._filter = ""
        self._figures = ""

    def show(self, title: str, crumbs: Sequence[str] = (), *, filtered: str = "", figures: str = "") -> None:
        """Sets the whole line; `filtered` is the filter in force."""
        state = (title, tuple(crumbs), filtered, figures)
        if state != (self._title, self._crumbs, self._filter, self._figures):
            self._title, self._crumbs, self._filter, self._figures = state
            self.refresh()

    def render_line(self, y: int) -> Strip:
        """Draws the line; the figures stay whole as long as they can."""
        base = self.rich_style
        width = self.size.width
        figures = printable(self._figures)
        left = [(f" {printable(self._title)} ", self.get_component_rich_style("bar--title"))]
        left += [
            (f" {printable(crumb)} ", self.get_component_rich_style("bar--crumb")) for crumb in self._crumbs
        ]
        if self._filter:
            left.append((f" ⌕ {printable(self._filter)} ", self.get_component_rich_style("bar--filter")))
        room = max(0, width - cell_len(figures) - 2)
        pieces = []
        for text, style in left:
            size = min(cell_len(text), room)
            pieces.append((fit(text, size), style))
            room -= size
        pieces.append((" " * (room + 1), base))
        pieces.append((figures, self.get_component_rich_style("bar--figure")))
        return strip(pieces, width, base)


class KeyBar(Widget):
    """The most useful keys of where the user is; of a chord under way, its continuations.

    Args:
        whole: nothing is left out; what does not fit into one line goes on in the next.
    """

    COMPONENT_CLASSES: ClassVar[set[str]] = {"keys--key", "keys--label"}

    def __init__(self, *, whole: bool = False) -> None:
        super().__init__(id="key-bar")
        self._whole = whole
        self._hints: tuple[tuple[str, str], ...] = ()

    def show(self, hints: Sequence[tuple[str, str]]) -> None:
        """Sets (key, label) pairs, most useful first; what does not fit the bar is left out, but never the last (help)."""
        if tuple(hints) != self._hints:
            self._hints = tuple(hints)
            self.refresh(layout=self._whole)

    def _lines(self, width: int) -> list[list[tuple[str, str]]]:
        lines: list[list[tuple[str, str]]] = [[]]
        most = len(self._hints) if self._whole else max(1, self.size.height)
        room = width - 1
        for hint in self._hints:
            size = _hint_width(hint)
            last = hint is self._hints[-1]
            reserve = 0 if last or self._whole or len(lines) < most else _hint_width(self._hints[-1])
            if lines[-1] and size - 2 > room - reserve:
                if len(lines) >= most:
                    lines[-1].append(self._hints[-1])
                    return lines
                lines.append([])
                room = width - 1
            lines[-1].append(hint)
            room -= size
        return lines

    def get_content_height(self, container: Size, viewport: Size, width: int) -> int:
        """One line, or as many as the hints need."""
        return len(self._lines(width)) if self._whole else 1

    def render_line(self, y: int) -> Strip:
        """Draws a line of hints."""
        base, key_style = self.rich_style, self.get_component_rich_style("keys--key")
        label_style = self.get_component_rich_style("keys--label")
        lines = self._lines(self.size.width)
        pieces = [(" ", base)]
        for key, label in lines[y] if y < len(lines) else ():
            pieces += [(key, key_style), (f" {label}  ", label_style)]
        return strip(pieces, self.size.width, base)


def _hint_width(hint: tuple[str, str]) -> int:
    return cell_len(hint[0]) + cell_len(hint[1]) + 3


class StatusBar(Widget):
    """The truth in one line: mode, who, state of the data; what has come due; in the middle the last message.

    What has come due stays until somebody has seen to it. It is as long as there is room for, and gives way to a message
    but for its shortest form, so that neither hides the other.
    """

    COMPONENT_CLASSES: ClassVar[set[str]] = {
        "status--mode", "status--ok", "status--busy", "status--warning", "status--error",
        "status--message", "status--problem", "status--reminder",
    }  # fmt: skip

    class Clicked(Message):
        """The state of the data was clicked."""

    class ReminderClicked(Message):
        """What has come due was clicked."""

    def __init__(self) -> None:
        super().__init__(id="status-bar")
        self._health = Health(mode="", who="", line="")
        self._message = ""
        self._problem = False
        self._demo = False
        self._reminder: Wording | None = None
        self._work = ""

    def show_health(self, health: Health, *, demo: bool) -> None:
        """Sets what stands at the two ends."""
        if (health, demo) != (self._health, self._demo):
            self._health, self._demo = health, demo
            self.refresh()

    def remind(self, words: Wording | None) -> None:
        """Sets what has come due, from its longest form to its shortest; None takes it away."""
        if words != self._reminder:
            self._reminder = words
            self.refresh()

    def show_work(self, words: str) -> None:
        """Sets how far something is that goes on behind everything else; empty takes it away."""
        if words != self._work:
            self._work = words
            self.refresh()

    def say(self, message: str, *, problem: bool = False) -> None:
        """Sets the message in the middle; empty takes it away."""
        self._message, self._problem = message, problem
        self.refresh()

    def on_click(self, event: events.Click) -> None:
        """The state of the data tells more of itself; what has come due is gone to."""
        left = cell_len(self._warning) + cell_len(self._state)
        if event.x < left:
            self.post_message(self.Clicked())
        elif event.x < left + cell_len(self._due):
            self.post_message(self.ReminderClicked())

    @property
    def has_problem(self) -> bool:
        """Whether a problem is being told."""
        return self._problem and bool(self._message)

    def has_room_for(self, message: str) -> bool:
        """Whether a message can be read whole."""
        return len(self._sign) + self._room_needed(message) <= self.size.width

    def _room_needed(self, message: str) -> int:
        """Cells for a message and what never goes away."""
        return cell_len(self._warning) + self._least_due + 1 + cell_len(printable(message))

    @property
    def _sign(self) -> str:
        """The state of the data in one sign, which its colour goes with."""
        return f" {printable(self._health.line)[:1]} " if self._health.line else ""

    @property
    def _state(self) -> str:
        """The state of the data; as long as a message needs the room, only its sign."""
        state = f" {printable(self._health.line)} " if self._health.line else ""
        if self._message and cell_len(state) + self._room_needed(self._message) > self.size.width:
            return self._sign
        return state

    @property
    def _warning(self) -> str:
        """What never goes away as long as it is so."""
        if not self._health.insecure:
            return ""
        return " ⚠ insecure " if self.size.width >= 60 else " ⚠ "

    @property
    def _least_due(self) -> int:
        """Cells that what has come due never takes less than."""
        return cell_len(_padded(self._reminder.short)) if self._reminder else 0

    @property
    def _due(self) -> str:
        """What has come due, in the longest form that the state of the data and a message leave room for."""
        if self._reminder is None:
            return ""
        room = self.size.width - cell_len(self._warning) - cell_len(self._state)
        if self._message:
            room -= cell_len(printable(self._message)) + 2
        forms = [_padded(form) for form in self._reminder]
        return next((form for form in forms if cell_len(form) <= room), forms[-1])

    def render_line(self, y: int) -> Strip:
        """Draws the line; the message may take all room but that of the state's sign and of what has come due."""
        base, health = self.rich_style, self._health
        width = self.size.width
        state, due = self._state, self._due
        mode = " ".join(part for part in (health.mode, "· demo" if self._demo else "") if part)
        tail = f" {mode} · {printable(health.who)} " if health.mode else ""
        warning = self._warning
        taken = cell_len(warning) + cell_len(state) + cell_len(due)
        least = 0 if due and not self._message else cell_len(self._message) or 10
        if taken + cell_len(tail) + least > width:
            tail = f" {mode} " if width >= 60 and not self._message else ""
            if due and taken + cell_len(tail) > width:
                tail = ""
        work = _padded(f"↓ {self._work}") if self._work else ""
        if taken + cell_len(work) + cell_len(tail) + least > width:
            work = ""
        room = max(0, width - taken - cell_len(work) - cell_len(tail))
        message_style = self.get_component_rich_style(
            "status--problem" if self._problem else "status--message"
        )
        pieces = [
            (warning, self.get_component_rich_style("status--warning")),
            (
                fit(state, min(cell_len(state), width)),
                self.get_component_rich_style(f"status--{health.level}"),
            ),
            (due, self.get_component_rich_style("status--reminder")),
            (work, self.get_component_rich_style("status--busy")),
            (fit(f" {self._message}" if self._message else "", room), message_style),
            (tail, self.get_component_rich_style("status--mode")),
        ]
        return strip(pieces, width, base)


def _padded(text: str) -> str:
    return f" {printable(text)} "
