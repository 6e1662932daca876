"""Where a rep types while they talk: notes, and what comes next."""

from __future__ import annotations

from typing import ClassVar

from rich.cells import cell_len
from textual.app import ComposeResult
from textual.containers import Horizontal
from textual.strip import Strip
from textual.widget import Widget
from textual.widgets import TextArea

from core.text import printable
from tui.paint import fit, strip
from tui.widgets.entry import LineEntry, TextEntry

LABEL = "Next step"


class CallNotes(TextEntry):
    """Notes of a call. The cursor stays in them at their first and last line: what is typed next is text, whatever happens.

    Attributes:
        about: the id of whom they are about; empty: nobody.
    """

    def __init__(self) -> None:
        super().__init__(placeholder="What is said …", id="call-notes")
        self.about = ""

    def action_cursor_up(self, select: bool = False) -> None:
        """One line up."""
        TextArea.action_cursor_up(self, select)

    def action_cursor_down(self, select: bool = False) -> None:
        """One line down."""
        TextArea.action_cursor_down(self, select)

    def put(self, about: str, text: str) -> None:
        """Puts other notes in the place of these, with the cursor behind them. Nobody is told: nothing was typed."""
        self.about = about
        if text != self.text:
            with self.prevent(TextArea.Changed):
                self.load_text(text)
        if self.cursor_location != self.document.end:
            self.move_cursor(self.document.end)


class StepLine(LineEntry):
    """The next step, in plain words."""

    def __init__(self) -> None:
        super().__init__(placeholder="tue 3pm · in 2 weeks · send offer friday", id="call-step-line")


class StepSaid(Widget):
    """What of a next step was understood, or why it was not."""

    COMPONENT_CLASSES: ClassVar[set[str]] = {"step--said", "step--problem", "step--muted"}

    def __init__(self) -> None:
        super().__init__()
        self._said = ""
        self._style = "muted"

    def show(self, said: str, style: str = "said") -> None:
        """Says something: as understood (`said`), wrong (`problem`) or by the way (`muted`)."""
        if (said, style) != (self._said, self._style):
            self._said, self._style = said, style
            self.refresh()

    @property
    def said(self) -> str:
        """What is being said."""
        return self._said

    def render_line(self, y: int) -> Strip:
        """Draws the line."""
        width = self.size.width
        sign = {"said": "= ", "problem": "✗ ", "muted": ""}[self._style] if self._said else ""
        text = fit(f" {sign}{printable(self._said)}", width)
        return strip([(text, self.get_component_rich_style(f"step--{self._style}"))], width, self.rich_style)


class StepLabel(Widget):
    """What the line is for, and which key goes there."""

    COMPONENT_CLASSES: ClassVar[set[str]] = {"step--label", "step--key"}

    def __init__(self) -> None:
        super().__init__()
        self._key = ""

    def show(self, key: str) -> None:
        """Sets the key that goes to the line."""
        if key != self._key:
            self._key = key
            self.refresh()

    def render_line(self, y: int) -> Strip:
        """Draws the label."""
        width = self.size.width
        key = self.get_component_rich_style("step--key")
        label = self.get_component_rich_style("step--label")
        room = max(0, width - cell_len(self._key) - 2)
        return strip([(" ", label), (self._key, key), (fit(f" {LABEL}", room), label)], width, label)


class StepBar(Horizontal):
    """The next step: label, line, and what was understood."""

    def __init__(self, line: StepLine) -> None:
        super().__init__()
        self._line = line

    def compose(self) -> ComposeResult:
        """The three of them."""
        yield StepLabel()
        yield self._line
        yield StepSaid()
