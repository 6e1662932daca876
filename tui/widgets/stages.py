"""The stages of a deal's pipeline: side by side, or one below the other where that is too wide."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar

from rich.cells import cell_len
from rich.style import Style
from textual import events
from textual.message import Message
from textual.strip import Strip
from textual.widget import Widget

from core.entities import Stage
from core.text import printable
from tui.models.card_text import span
from tui.models.ladder import Rung
from tui.paint import fit, strip
from tui.widgets.table import Column, ListSource, Table


class StageStrip(Widget):
    """All stages in one line: the key that goes there, where the deal is, how long it was in each as room allows."""

    ALLOW_SELECT = False
    COMPONENT_CLASSES: ClassVar[set[str]] = {
        "stages--been", "stages--here", "stages--won", "stages--lost", "stages--ahead", "stages--edge",
    }  # fmt: skip

    @dataclass
    class Chosen(Message):
        """A stage was clicked."""

        stage: Stage

    def __init__(self) -> None:
        super().__init__()
        self._rungs: tuple[Rung, ...] = ()
        self._ends: list[tuple[int, Stage]] = []

    def show_rungs(self, rungs: Sequence[Rung]) -> None:
        """Shows other stages."""
        if tuple(rungs) != self._rungs:
            self._rungs = tuple(rungs)
            self.refresh()

    def on_click(self, event: events.Click) -> None:
        """Asks for the deal to go to the clicked stage."""
        for end, stage in self._ends:
            if event.x < end:
                self.post_message(self.Chosen(stage))
                return

    def render_line(self, y: int) -> Strip:
        """Draws the stages; what does not fit is shortened, that of the deal last."""
        width = self.size.width
        ahead, edge = self._style("ahead"), self._style("edge")
        self._ends = []
        if not self._rungs:
            return Strip.blank(width, ahead)
        texts = self._texts(width)
        pieces: list[tuple[str, Style]] = []
        used = 0
        for rung, text in zip(self._rungs, texts, strict=True):
            name = "ahead" if rung.seconds is None else "been"
            if rung.here:
                name = rung.stage.kind if rung.stage.kind in ("won", "lost") else "here"
            pieces += [(f" {text} ", self._style(name)), ("›" if rung is not self._rungs[-1] else "", edge)]
            used += cell_len(text) + 3
            self._ends.append((used, rung.stage))
        return strip(pieces, width, ahead)

    def _style(self, name: str) -> Style:
        return self.get_component_rich_style(f"stages--{name}")

    def _texts(self, width: int) -> list[str]:
        """What each stage is called: with the time, without, shortened."""
        room = width - 3 * len(self._rungs)
        for timed in (True, False):
            texts = [_strip_text(rung, timed or rung.here) for rung in self._rungs]
            if sum(map(cell_len, texts)) <= room:
                return texts
        here = next((n for n, rung in enumerate(self._rungs) if rung.here), 0)
        share = max(1, (room - cell_len(texts[here])) // max(1, len(texts) - 1))
        return [text if n == here else fit(text, min(share, cell_len(text))) for n, text in enumerate(texts)]


def _strip_text(rung: Rung, timed: bool) -> str:
    sign = f"{_sign(rung)} " if rung.here else f"{rung.number} " if rung.number else ""
    time = f" {span(rung.seconds)}" if timed and rung.seconds is not None else ""
    return f"{sign}{printable(rung.stage.name)}{time}"


class StageLadder(Table[Rung]):
    """All stages in order: the key that goes there, where the deal is, how long it was in each."""

    def __init__(self) -> None:
        super().__init__(
            [
                Column("number", "", 1, lambda rung: str(rung.number or ""), style="muted"),
                Column("here", "", 1, _sign, style=_style),
                Column("name", "", 10, lambda rung: rung.stage.name, weight=1, style=_style),
                Column(
                    "time", "", 6, lambda rung: "" if rung.seconds is None else span(rung.seconds), align="right",
                    style="muted",
                ),
            ],
            label="Stages",
            selectable=False,
            grows=True,
        )  # fmt: skip

    def show_rungs(self, rungs: Sequence[Rung]) -> None:
        """Shows the ladder; the cursor stays on its stage, and begins on the deal's."""
        first = self.count == 0
        self.show(ListSource(rungs, lambda rung: rung.stage.id))
        if first:
            self.point(next((n for n, rung in enumerate(rungs) if rung.here), 0))


def _sign(rung: Rung) -> str:
    if rung.here:
        return {"won": "✓", "lost": "✗"}.get(rung.stage.kind, "▶")
    return "·" if rung.seconds is None else "•"


def _style(rung: Rung) -> str | None:
    if rung.here:
        return {"won": "won", "lost": "lost"}.get(rung.stage.kind, "today")
    return "muted" if rung.seconds is None else None
