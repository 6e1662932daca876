"""A board in one Line-API widget with nothing behind it: what a board of its kind costs.

`python board_app.py 10000` spreads so many cards over six columns. `j` `k` `h` `l` move the cursor, `L` `H`
the card.
"""

from __future__ import annotations

import gc
import sys

from rich.segment import Segment
from rich.style import Style
from textual.app import App, ComposeResult
from textual.geometry import Region
from textual.strip import Strip
from textual.widget import Widget

STAGES = ("New", "Contacted", "Qualified", "Proposal", "Negotiation", "Won")
CARD = 3
"""Lines a card takes."""
HEADER, PLAIN = Style.parse("bold #80c0ff on #101820"), Style.parse("#d0d0d0 on #18222c")
CURSOR = Style.parse("bold #ffffff on #0058a8")


class Board(Widget, can_focus=True):
    """Six columns of cards, each with its own cursor and scroll offset."""

    DEFAULT_CSS = "Board { height: 1fr; }"
    BINDINGS = [
        ("j", "row(1)", "Down"),
        ("k", "row(-1)", "Up"),
        ("h", "column(-1)", "Left"),
        ("l", "column(1)", "Right"),
        ("L", "move(1)", "Move right"),
        ("H", "move(-1)", "Move left"),
    ]

    def __init__(self, cards: int) -> None:
        super().__init__()
        self.stacks = [list(range(stage, cards, len(STAGES))) for stage in range(len(STAGES))]
        self.cursors = [0] * len(STAGES)
        self.tops = [0] * len(STAGES)
        self.stage = 0

    def region_of(self, stage: int, first: int | None = None) -> Region:
        """Where a column is drawn, or one card of it."""
        wide = self.size.width // len(STAGES)
        if first is None:
            return Region(stage * wide, 0, wide, self.size.height)
        return Region(stage * wide, 1 + (first - self.tops[stage]) * CARD, wide, CARD)

    def render_line(self, y: int) -> Strip:
        """One segment per column."""
        wide = self.size.width // len(STAGES)
        segments = []
        for stage, stack in enumerate(self.stacks):
            index, line = divmod(y - 1, CARD)
            index += self.tops[stage]
            style = PLAIN
            text = ""
            if y == 0:
                style, text = HEADER, f" {STAGES[stage]} {len(stack)}"
            elif index < len(stack):
                style = CURSOR if stage == self.stage and index == self.cursors[stage] else PLAIN
                card = stack[index]
                text = (f" Deal {card}", f" Company {card % 997} · {card % 90},000", "")[line]
            segments.append(Segment(text[:wide].ljust(wide), style))
        return Strip(segments).adjust_cell_length(self.size.width, PLAIN)

    def follow(self) -> bool:
        """Brings the cursor into view; tells whether the column had to move for it."""
        page = max((self.size.height - 1) // CARD, 1)
        cursor, top = self.cursors[self.stage], self.tops[self.stage]
        self.tops[self.stage] = min(max(top, cursor - page + 1), cursor)
        return self.tops[self.stage] != top

    def action_row(self, step: int) -> None:
        """Moves the cursor within the column."""
        old = self.cursors[self.stage]
        new = self.cursors[self.stage] = min(max(old + step, 0), max(len(self.stacks[self.stage]) - 1, 0))
        if self.follow():
            self.refresh(self.region_of(self.stage))
        elif new != old:
            self.refresh(*(self.region_of(self.stage, card) for card in (old, new)))

    def action_column(self, step: int) -> None:
        """Moves the cursor to the next column."""
        old = self.stage
        self.stage = min(max(old + step, 0), len(STAGES) - 1)
        self.refresh(*(self.region_of(stage, self.cursors[stage]) for stage in {old, self.stage}))

    def action_move(self, step: int) -> None:
        """Moves the card under the cursor to the next column, and the cursor with it."""
        old, new = self.stage, min(max(self.stage + step, 0), len(STAGES) - 1)
        if old == new or not self.stacks[old]:
            return
        card = self.stacks[old].pop(self.cursors[old])
        self.stage = new
        self.stacks[new].insert(self.cursors[new], card)
        self.refresh(self.region_of(old), self.region_of(new))


class BoardApp(App[None]):
    """The board and nothing else."""

    def compose(self) -> ComposeResult:
        """The board."""
        yield Board(int(sys.argv[1]) if len(sys.argv) > 1 else 10_000)

    def on_ready(self) -> None:
        """The cards are there for good: the collector need not walk them again and again."""
        gc.collect()
        gc.freeze()


if __name__ == "__main__":
    BoardApp().run()
