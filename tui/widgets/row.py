"""A row of a form: a label, the field, and what is wrong with it. One widget around the field draws all of that."""

from __future__ import annotations

from typing import ClassVar

from rich.style import Style
from textual.geometry import Size
from textual.strip import Strip
from textual.widget import Widget

from tui.models.wrap import wrap
from tui.paint import fit, strip

LABEL_WIDTH = 18
"""Cells for the label; as much is the field's margin in the style sheet."""
MOST_ERROR_LINES = 4


class Row(Widget):
    """Draws a label beside its field, or above it on a narrow terminal, and an error below it.

    Args:
        label: what people read.
        field: the widget that is typed in.
        lines: how high the field is.
    """

    COMPONENT_CLASSES: ClassVar[set[str]] = {"row--label", "row--label-focus", "row--error"}

    def __init__(self, label: str, field: Widget, *, lines: int = 1) -> None:
        super().__init__(field)
        self.field = field
        self._label = label
        self._lines = lines
        self._error = ""

    @property
    def error(self) -> str:
        """What is wrong with what is typed; empty: nothing."""
        return self._error

    @error.setter
    def error(self, sentence: str) -> None:
        if sentence != self._error:
            self._error = sentence
            self.refresh(layout=True)

    @property
    def _narrow(self) -> bool:
        return self.screen.has_class("-narrow")

    def _wrapped(self, width: int) -> list[str]:
        if not self._error:
            return []
        return wrap(f"✗ {self._error}", width - self._indent - 1, MOST_ERROR_LINES)[0]

    @property
    def _indent(self) -> int:
        return 1 if self._narrow else LABEL_WIDTH + 1

    def get_content_height(self, container: Size, viewport: Size, width: int) -> int:
        """The field, the error, and the label where it stands above."""
        return int(self._narrow) + self._lines + len(self._wrapped(width))

    def on_descendant_focus(self) -> None:
        """Marks the row that is typed in."""
        self.refresh()

    def on_descendant_blur(self) -> None:
        """Takes the mark away."""
        self.refresh()

    def on_click(self) -> None:
        """A click on the label goes to the field."""
        self.field.focus()

    def render_line(self, y: int) -> Strip:
        """Draws what the field does not cover."""
        width, base = self.size.width, self.rich_style
        pieces: list[tuple[str, Style]] = []
        below = y - self._lines - int(self._narrow)
        if y == 0:
            here = self.has_focus_within
            style = self.get_component_rich_style("row--label-focus" if here else "row--label")
            room = width if self._narrow else LABEL_WIDTH
            pieces = [("▌" if here else " ", style), (fit(self._label, room - 2), style)]
        elif 0 <= below < len(lines := self._wrapped(width)):
            error = self.get_component_rich_style("row--error")
            pieces = [(" " * self._indent, base), (lines[below], error)]
        return strip(pieces, width, base)
