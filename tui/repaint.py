"""Sends only the part of a line that has changed.

Textual cuts a line where widgets begin and end. Of a repainted part of a widget it sends everything from the widget's
left edge on, so that a card on the right of a board would cost a whole line, over ssh as well. This cuts at the part.
It leans on `textual._compositor` of the exact version that the project pins.
"""

from __future__ import annotations

from rich.console import Console
from rich.control import Control
from textual._compositor import ChopsUpdate, Compositor


class _PartUpdate(ChopsUpdate):
    """The changed spans of lines, cut on both sides."""

    def render_segments(self, console: Console) -> str:
        """The bytes for the terminal."""
        sequences: list[str] = []
        move_to = Control.move_to
        for y, x1, x2 in self.spans:
            for end, (x, strip) in zip(self.chop_ends[y], self.chops[y].items(), strict=False):
                if strip is None or x >= x2 or end <= x1:
                    continue
                start = max(x, x1)
                sequences.append(move_to(start, y).segment.text)
                sequences.append(strip.crop(start - x, min(end, x2) - x).render(console))
        return "".join(sequences)


class PartCompositor(Compositor):
    """A compositor whose partial updates are no wider than what changed."""

    def render_partial_update(self) -> ChopsUpdate | None:
        """An update of what changed; None where nothing did."""
        update = super().render_partial_update()
        return None if update is None else _PartUpdate(update.chops, update.spans, update.chop_ends)
