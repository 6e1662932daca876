"""When and how much is repainted: only the part of a line that has changed, and at once where that matters.

Textual cuts a line where widgets begin and end. Of a repainted part of a widget it sends everything from the widget's
left edge on, so that a card on the right of a board would cost a whole line, over ssh as well. This cuts at the part.
It leans on `textual._compositor` of the exact version that the project pins.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from rich.console import Console
from rich.control import Control
from textual._compositor import ChopsUpdate, Compositor
from textual.geometry import Region
from textual.screen import Screen
from textual.widget import Widget


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


def refresh_lines(widget: Widget, before: Sequence[object], after: Sequence[object]) -> None:
    """Has the lines of a widget drawn again that say something else than before; a line more or less is one of these."""
    width, most = widget.size.width, max(len(before), len(after))
    other = [y for y in range(most) if before[y : y + 1] != after[y : y + 1]]
    if other:
        widget.refresh(*(Region(0, y, width, 1) for y in other))


def know_layout(screen: Screen[Any]) -> None:
    """Has a screen know where everything is; to be called before something comes or goes that is shown in one frame.

    Textual works the whole map out when somebody asks where a widget is. Were that between the change and its layout, the
    layout would find nothing new and send nothing.
    """
    _ = screen._compositor.full_map


def paint_now(screen: Screen[Any], *widgets: Widget) -> None:
    """Puts out what the widgets want repainted, without waiting for the screen to be idle.

    For what is shown before a command is sent to its thread: otherwise the command's work and the frame share the
    interpreter, and the eye waits for both. And for what has waited for an answer already. It does nothing where the
    screen is not in front or has to be laid out first.
    """
    if (
        not screen.is_current
        or screen.app._batch_count
        or screen._layout_required
        or screen._repaint_required
    ):
        return
    # What other widgets want repainted goes out in the same frame: the screen takes it for done afterwards.
    screen._compositor.update_widgets({*widgets, *screen._dirty_widgets})
    screen._compositor_refresh()
