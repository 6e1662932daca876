"""One of a few, chosen by its key."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar

from rich.cells import cell_len
from rich.style import Style
from textual import events
from textual.geometry import Size
from textual.message import Message
from textual.strip import Strip
from textual.widget import Widget

from core.text import printable
from tui.models.wrap import wrap
from tui.paint import fit, strip
from tui.widgets.choices import Option
from tui.widgets.entry import TakesEnter
from tui.widgets.row import LABEL_WIDTH, MOST_ERROR_LINES

_GAP = 2


class KeyChoice(Widget, can_focus=True):
    """Options side by side, each with its key, in as many lines as they need; a label as a `Row` has it.

    One key chooses and goes on: the screen is told by `entered`, at once, so that what is typed ahead finds its effect.

    Args:
        label: what people read.
        options: what there is, each with a key.
        value: the id of the one that is chosen to begin with.
        stays: a key chooses and does not go on.
    """

    COMPONENT_CLASSES: ClassVar[set[str]] = {
        "key-choice--label", "key-choice--label-focus", "key-choice--key", "key-choice--option", "key-choice--chosen",
        "key-choice--error",
    }  # fmt: skip

    @dataclass
    class Changed(Message):
        """Another option was chosen."""

        field: KeyChoice

    def __init__(
        self, label: str, options: Sequence[Option] = (), value: str = "", *, stays: bool = False
    ) -> None:
        super().__init__()
        self._stays = stays
        self._label = label
        self._options = tuple(options)
        self._value = value
        self._error = ""

    @property
    def value(self) -> str:
        """The id of the option that is chosen; empty where none is."""
        return self._value

    def choose(self, value: str) -> None:
        """Chooses an option by its id; empty: none."""
        if value != self._value:
            self._value = value
            self.error = ""
            self.refresh()
            self.post_message(self.Changed(self))

    def offer(self, options: Sequence[Option], value: str = "") -> None:
        """Offers other options."""
        self._options, self._value = tuple(options), value
        self.refresh(layout=True)

    @property
    def options(self) -> Sequence[Option]:
        """What there is to choose from."""
        return self._options

    @property
    def error(self) -> str:
        """What is wrong with the choice; empty: nothing."""
        return self._error

    @error.setter
    def error(self, sentence: str) -> None:
        if sentence != self._error:
            self._error = sentence
            self.refresh(layout=True)

    # --- keys and mouse -----------------------------------------------------------------------------------------

    def on_key(self, event: events.Key) -> None:
        """A key chooses; left and right go through the options; enter goes on with what is chosen."""
        typed = event.character or event.key
        chosen = next((option for option in self._options if option.key == typed), None)
        if chosen is not None:
            event.stop()
            event.prevent_default()
            self.choose(chosen.id)
            if not self._stays:
                self._go_on()
        elif event.key in ("left", "right") and self._options:
            event.stop()
            event.prevent_default()
            ids = [option.id for option in self._options]
            step = 1 if event.key == "right" else -1
            at = ids.index(self._value) + step if self._value in ids else (0 if step > 0 else -1)
            self.choose(ids[at % len(ids)])
        elif event.key == "enter":
            event.stop()
            self._go_on()

    def _go_on(self) -> None:
        if isinstance(self.screen, TakesEnter):
            self.screen.entered(self)

    def check_consume_key(self, key: str, character: str | None) -> bool:
        """The options' keys are no commands meanwhile."""
        return any(option.key == (character or key) for option in self._options)

    def on_click(self, event: events.Click) -> None:
        """A click chooses."""
        lines = self._lines(self.size.width)
        line, x = event.y - int(self._narrow), self._indent
        if not 0 <= line < len(lines):
            return
        for option in lines[line]:
            if x <= event.x < x + _width(option):
                self.choose(option.id)
                if not self._stays:
                    self._go_on()
                return
            x += _width(option) + _GAP

    # --- drawing ------------------------------------------------------------------------------------------------

    @property
    def _narrow(self) -> bool:
        return self.screen.has_class("-narrow")

    @property
    def _indent(self) -> int:
        return 1 if self._narrow else LABEL_WIDTH

    def _lines(self, width: int) -> list[list[Option]]:
        room = max(8, width - self._indent)
        lines: list[list[Option]] = [[]]
        used = 0
        for option in self._options:
            size = _width(option)
            if lines[-1] and used + size > room:
                lines.append([])
                used = 0
            lines[-1].append(option)
            used += size + _GAP
        return lines

    def _wrapped(self, width: int) -> list[str]:
        if not self._error:
            return []
        return wrap(f"✗ {self._error}", width - self._indent - 1, MOST_ERROR_LINES)[0]

    def get_content_height(self, container: Size, viewport: Size, width: int) -> int:
        """As many lines as the options take, with the label where it stands above, and what is wrong."""
        return int(self._narrow) + len(self._lines(width)) + len(self._wrapped(width))

    def on_focus(self) -> None:
        """Shows that keys choose here."""
        self.refresh()

    def on_blur(self) -> None:
        """Shows that keys go elsewhere."""
        self.refresh()

    def _part(self, name: str) -> Style:
        return self.get_component_rich_style(f"key-choice--{name}")

    def render_line(self, y: int) -> Strip:
        """Draws a line: the label, options, or what is wrong."""
        width, base, here = self.size.width, self.rich_style, self.has_focus
        pieces: list[tuple[str, Style]] = []
        if y == 0:
            label = self._part("label-focus" if here else "label")
            room = width if self._narrow else self._indent
            pieces = [("▌" if here else " ", label), (fit(self._label, room - 1), label)]
            if self._narrow:
                return strip(pieces, width, base)
        lines, place = self._lines(width), y - int(self._narrow)
        if place < len(lines):
            if not pieces:
                pieces = [(" " * self._indent, base)]
            for option in lines[place]:
                words = f" {printable(option.label)}"
                if option.id == self._value:
                    pieces.append((f"{option.key}{words}", self._part("chosen")))
                else:
                    pieces += [(option.key, self._part("key")), (words, self._part("option"))]
                pieces.append((" " * _GAP, base))
        else:
            wrong = self._wrapped(width)
            if place - len(lines) < len(wrong):
                pieces = [(" " * self._indent, base), (wrong[place - len(lines)], self._part("error"))]
        return strip(pieces, width, base)


def _width(option: Option) -> int:
    return cell_len(option.key) + 1 + cell_len(printable(option.label))
