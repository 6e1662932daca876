"""Pieces for widgets that draw line by line."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache

from rich.cells import cell_len, set_cell_size
from rich.segment import Segment
from rich.style import Style
from textual.strip import Strip

from core.text import printable


@lru_cache(maxsize=8192)
def fit(text: str, width: int, align: str = "left") -> str:
    """`text` made harmless and exactly `width` cells wide: cut with an ellipsis, or padded.

    Args:
        text: user data or label, of one line.
        width: cells; zero or less gives nothing.
        align: left or right.
    """
    if width <= 0:
        return ""
    text = printable(text)
    if text.isascii():
        size = len(text)
        if size <= width:
            return text.ljust(width) if align == "left" else text.rjust(width)
        return text[: width - 1] + "…"
    size = cell_len(text)
    if size > width:
        return set_cell_size(set_cell_size(text, width - 1).rstrip() + "…", width)
    padding = " " * (width - size)
    return text + padding if align == "left" else padding + text


def strip(pieces: Sequence[tuple[str, Style]], width: int, fill: Style) -> Strip:
    """A line of exactly `width` cells out of (text, style) pieces; `fill` pads what is left.

    Pieces are drawn as they are: pass user data through `fit` or `core.text.printable` first.
    """
    segments = [Segment(text, style) for text, style in pieces if text]
    return Strip(segments).adjust_cell_length(width, fill)
