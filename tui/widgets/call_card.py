"""Who is called, in letters that can be read from a metre away, with what has to be known before the first word."""

from __future__ import annotations

from typing import ClassVar

from rich.segment import Segment
from textual.geometry import Size
from textual.strip import Strip

from tui.models.call_card import CallBrief, Line, Piece, card_height, card_lines
from tui.models.record_text import Scene
from tui.repaint import refresh_lines
from tui.widgets.parts import Parts

_STYLES = (
    "name",
    "text",
    "strong",
    "muted",
    "number",
    "clock",
    "place",
    "stop",
    "warning",
    "ringing",
    "talking",
    "done",
)
_MARGIN = 1
LETTERS_FROM = 22
"""Lines of a terminal from which a name is drawn: below, every line is wanted for what is said."""


class CallCard(Parts):
    """Draws the card; of the same height for every contact, so that nothing moves from one to the next."""

    PREFIX: ClassVar[str] = "call"
    COMPONENT_CLASSES: ClassVar[set[str]] = {f"call--{style}" for style in _STYLES}

    def __init__(self) -> None:
        super().__init__()
        self._call: CallBrief | None = None
        self._scene: Scene | None = None
        self._index = 0
        self._timer: Piece | None = None
        self._drawn: tuple[int, list[Line]] | None = None

    def show(
        self, call: CallBrief | None, scene: Scene, *, index: int = 0, timer: Piece | None = None
    ) -> None:
        """Shows somebody.

        Args:
            call: who; None: nobody.
            scene: set-up and time.
            index: which of their numbers is dialled.
            timer: how long it has rung, or they have talked.
        """
        before = self._lines()
        self._call, self._scene, self._index, self._timer = call, scene, index, timer
        self._drawn = None
        refresh_lines(self, before, self._lines())

    def tick(self, scene: Scene, timer: Piece | None) -> None:
        """Lets time pass: only lines that say something else are drawn again."""
        if self._call is not None:
            self.show(self._call, scene, index=self._index, timer=timer)

    @property
    def letters(self) -> bool:
        """Whether names are drawn."""
        return self.app.size.height >= LETTERS_FROM and self.app.size.width >= 60

    def get_content_height(self, container: Size, viewport: Size, width: int) -> int:
        """As many lines as a card takes at this size."""
        return card_height(width - 2 * _MARGIN, letters=self.letters)

    def _lines(self) -> list[Line]:
        width = self.size.width - 2 * _MARGIN
        if self._drawn is None or self._drawn[0] != width:
            lines: list[Line] = []
            if self._call is not None and self._scene is not None and width > 0:
                lines = card_lines(
                    self._call, self._scene, width, letters=self.letters, index=self._index, timer=self._timer
                )
            self._drawn = (width, lines)
        return self._drawn[1]

    def render_line(self, y: int) -> Strip:
        """Draws a line of the card."""
        lines, ground = self._lines(), self._style("text")
        segments = [Segment(" " * _MARGIN, ground)]
        if y < len(lines):
            segments += [Segment(piece.text, self._style(piece.style)) for piece in lines[y] if piece.text]
        return Strip(segments).adjust_cell_length(self.size.width, ground)
