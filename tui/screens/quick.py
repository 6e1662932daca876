"""A screen that is laid out once when it comes, so that its first frame is out at once."""

from __future__ import annotations

from textual.app import ComposeResult
from textual.geometry import Size

from tui.desk import Desk
from tui.repaint import PartCompositor
from tui.screens.base import DeskScreen


class QuickScreen(DeskScreen):
    """Knows how wide the terminal is before its widgets are made, and sends only what has changed.

    A screen of Textual learns of its width after it has been laid out and painted for none, and is then laid out and
    painted twice more.
    """

    def __init__(self, desk: Desk) -> None:
        super().__init__(desk)
        self._compositor = PartCompositor()

    def compose(self) -> ComposeResult:
        """The same as ever, in the shape that the terminal has room for."""
        breakpoints = self.app.HORIZONTAL_BREAKPOINTS or []
        fitting = self._get_breakpoint_classes(self.app.size.width, breakpoints)
        for _, name in breakpoints:
            self.set_class(name in fitting, name, update=False)
        yield from super().compose()

    def _screen_resized(self, size: Size) -> None:
        if size != self._compositor.size:
            super()._screen_resized(size)
