"""The least that a key can cost in Textual: a Line-API widget; `j` changes two of its lines, `r` all."""

from __future__ import annotations

import gc

from rich.segment import Segment
from rich.style import Style
from textual.app import App, ComposeResult
from textual.geometry import Region
from textual.strip import Strip
from textual.widget import Widget

PLAIN, CURSOR = Style.parse("#d0d0d0 on #101820"), Style.parse("bold #ffffff on #0058a8")


class Lines(Widget, can_focus=True):
    """As many lines as there is room for; one of them is under the cursor."""

    DEFAULT_CSS = "Lines { height: 1fr; }"
    BINDINGS = [("j", "move", "Next line"), ("r", "redraw", "Redraw everything")]

    cursor = 0
    turn = 0

    def render_line(self, y: int) -> Strip:
        """Three segments, as a line of a list would have."""
        style = CURSOR if y == self.cursor else PLAIN
        width = self.size.width
        text = f" line {y} · {self.turn}"
        segments = [Segment(text, style), Segment("·" * (width // 2), style)]
        return Strip(segments).adjust_cell_length(width, style)

    def action_move(self) -> None:
        """Moves the cursor down a line, from the last to the first."""
        old, self.cursor = self.cursor, (self.cursor + 1) % max(self.size.height, 1)
        self.refresh(*(Region(0, y, self.size.width, 1) for y in (old, self.cursor)))

    def action_redraw(self) -> None:
        """Changes every line."""
        self.turn += 1
        self.refresh()


class LinesApp(App[None]):
    """The widget and nothing else."""

    def compose(self) -> ComposeResult:
        """The widget."""
        yield Lines()

    def on_ready(self) -> None:
        """Takes what is there off the collector's hands: what remains is Textual's own time."""
        gc.collect()
        gc.freeze()


if __name__ == "__main__":
    LinesApp().run()
