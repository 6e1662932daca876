"""How far something long is: a title, a bar, numbers, what to press."""

from __future__ import annotations

from typing import ClassVar

from textual.geometry import Size
from textual.strip import Strip

from tui.models.wrap import wrap
from tui.paint import fit, strip
from tui.widgets.parts import Parts

_MOST = 60
"""Cells that a bar takes at most."""


class Meter(Parts):
    """Draws how far something is, in four lines: what, the bar with its share, numbers, a hint.

    Args:
        hint: what can be pressed.
    """

    PREFIX: ClassVar[str] = "meter"
    COMPONENT_CLASSES: ClassVar[set[str]] = {
        "meter--row", "meter--title", "meter--bar", "meter--rest", "meter--words", "meter--hint",
    }  # fmt: skip

    def __init__(self, *, widget_id: str | None = None) -> None:
        super().__init__(id=widget_id)
        self._state: tuple[str, float | None, str, str] = ("", None, "", "")

    def show(self, title: str, share: float | None, words: str, hint: str = "") -> None:
        """Sets what is drawn.

        Args:
            title: what is being done.
            share: how much of it is, from 0 to 1; None while nobody knows.
            words: numbers.
            hint: what can be pressed.
        """
        state = (title, share, words, hint)
        if state != self._state:
            self._state = state
            self.refresh()

    def get_content_height(self, container: Size, viewport: Size, width: int) -> int:
        """Title, bar, numbers on two lines at most, a blank one, the hint on two."""
        return 7

    def render_line(self, y: int) -> Strip:
        """Draws one of the lines."""
        width, base = self.size.width, self._style("row")
        title, share, words, hint = self._state
        room = max(4, width - 2)
        if y == 0:
            return strip([(" ", base), (fit(title, room), self._style("title"))], width, base)
        if y == 1:
            return self._bar(share, width)
        numbers, _ = wrap(words, room, 2)
        hints, _ = wrap(hint, room, 2)
        lines = [(line, "words") for line in numbers] + [("", "words")] + [(line, "hint") for line in hints]
        if y - 2 < len(lines):
            text, name = lines[y - 2]
            return strip([(" ", base), (fit(text, room), self._style(name))], width, base)
        return Strip.blank(width, base)

    def _bar(self, share: float | None, width: int) -> Strip:
        base = self._style("row")
        figure = f" {int(share * 100):3d} %" if share is not None else ""
        size = max(4, min(_MOST, width - 2) - len(figure))
        done = int(size * share) if share is not None else 0
        pieces = [
            (" ", base),
            ("█" * done, self._style("bar")),
            ("░" * (size - done), self._style("rest")),
            (figure, self._style("words")),
        ]
        return strip(pieces, width, base)
