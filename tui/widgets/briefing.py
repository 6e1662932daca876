"""A briefing beside a list, or below it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import ClassVar

from rich.cells import cell_len
from rich.segment import Segment
from textual.geometry import Region, Size
from textual.reactive import reactive
from textual.strip import Strip

from tui.models.briefing import Blocks, Line
from tui.models.wrap import wrap
from tui.paint import fit
from tui.widgets.parts import Parts

_STYLES = (
    "title",
    "strong",
    "text",
    "muted",
    "money",
    "overdue",
    "today",
    "none",
    "future",
    "warning",
    "struck",
    "heading",
)
_GAP = 3
_LEAST = 34
"""Cells that a block needs to stand beside another."""
_MOST_WRAPPED = 3
_BLANK = Line("", spare=3)


class Briefing(Parts):
    """Shows what is known about a record: in one column where it is high, in several where it is wide.

    Where there are fewer lines than there is to say, what can be spared goes first, so that who it is, the number and
    what is planned stay.
    """

    ALLOW_SELECT = False
    virtual_size = reactive(Size(0, 0), repaint=False)
    PREFIX: ClassVar[str] = "briefing"
    COMPONENT_CLASSES: ClassVar[set[str]] = {f"briefing--{style}" for style in _STYLES}

    def __init__(self, *, widget_id: str | None = None) -> None:
        super().__init__(id=widget_id)
        self._blocks: Blocks | None = None
        self._note = ""
        self._shaped: tuple[tuple[int, int], list[list[Segment]]] | None = None

    def show(self, blocks: Blocks | None, note: str = "") -> None:
        """Shows a briefing, or a note where there is none. Only lines that say something else are drawn again."""
        if (blocks, note) == (self._blocks, self._note):
            return
        self._blocks, self._note = blocks, note
        size = (self.size.width, self.size.height)
        if self._shaped is None or self._shaped[0] != size:
            self._shaped = None
            self.refresh()
            return
        before, lines = self._shaped[1], self._shape(*size)
        self._shaped = (size, lines)
        longest = max(len(before), len(lines))
        other = [y for y in range(longest) if before[y : y + 1] != lines[y : y + 1]]
        if other:
            self.refresh(*(Region(0, y, size[0], 1) for y in other))

    def notify_style_update(self) -> None:
        """Takes the colours of another theme."""
        super().notify_style_update()
        self._shaped = None

    def render_line(self, y: int) -> Strip:
        """Draws a line of the blocks."""
        width, height = self.size
        if self._shaped is None or self._shaped[0] != (width, height):
            self._shaped = ((width, height), self._shape(width, height))
        lines = self._shaped[1]
        return Strip(lines[y] if y < len(lines) else []).adjust_cell_length(width, self._style("text"))

    def _shape(self, width: int, height: int) -> list[list[Segment]]:
        """All lines: the blocks in as many columns as fit."""
        if self._blocks is None:
            return [[], [Segment("  " + fit(self._note, max(0, width - 4)), self._style("muted"))]]
        inner = max(1, width - 2)
        count = max(1, min(3, (inner + _GAP) // (_LEAST + _GAP)))
        each = (inner - _GAP * (count - 1)) // count
        columns = [self._stack(lines, each, height) for lines in _columns(self._blocks, count)]
        ground = self._style("text")
        out: list[list[Segment]] = []
        for n in range(min(height, max(map(len, columns)))):
            row = [Segment(" ", ground)]
            for place, column in enumerate(columns):
                if place:
                    row.append(Segment(" " * _GAP, ground))
                row += column[n] if n < len(column) else [Segment(" " * each, ground)]
            out.append(row)
        return out

    def _stack(self, lines: Sequence[Line], width: int, height: int) -> list[list[Segment]]:
        """The lines of a column, without what has to be spared for it to fit."""
        out = self._drawn(lines, width)
        for least in (3, 2, 1):
            if len(out) > height:
                lines = [line for line in lines if line.spare < least]
                out = self._drawn(lines, width)
        return out

    def _drawn(self, lines: Iterable[Line], width: int) -> list[list[Segment]]:
        out = []
        for line in lines:
            if line.wraps:
                texts, more = wrap(line.text, width, _MOST_WRAPPED)
                texts = [*texts[:-1], f"{texts[-1].rstrip()}…"] if more else texts
                out += [[Segment(fit(text, width), self._style(line.style))] for text in texts]
                continue
            right = f" {line.right}" if line.right else ""
            if line.whole and right and cell_len(line.text) + cell_len(right) > width:
                out.append([Segment(fit(line.text, width), self._style(line.style))])
                out.append([Segment(fit(f"  {line.right}", width), self._style(line.right_style))])
                continue
            most = max(width // 2, width - cell_len(line.text))
            if cell_len(right) > most:
                right = fit(right, most)
            left = fit(line.text, width - cell_len(right))
            # `right` holds what people typed as well.
            out.append(
                [
                    Segment(left, self._style(line.style)),
                    Segment(fit(right, width - cell_len(left)), self._style(line.right_style)),
                ]
            )
        return out


def _columns(blocks: Blocks, count: int) -> list[list[Line]]:
    """The blocks shared out to columns."""
    who = list(blocks.who)
    deals = _under("Deals", blocks.deals)
    planned = _under("Planned", blocks.tasks)
    happened = _under("Last touches", blocks.touches)
    if count == 1:
        return [_apart(who, planned, happened, deals)]
    if count == 2:
        return [_apart(who, deals), _apart(planned, happened)]
    return [who, _apart(deals, planned), happened]


def _under(heading: str, lines: Sequence[Line]) -> list[Line]:
    return [Line(heading, "heading", spare=2), *lines] if lines else []


def _apart(*parts: list[Line]) -> list[Line]:
    """The blocks one below the other, a blank line between two."""
    out: list[Line] = []
    for part in filter(None, parts):
        out += [_BLANK, *part] if out else part
    return out
