"""A screen on which there is no record: what is done to records, or was, has no place on it."""

from __future__ import annotations

from typing import ClassVar

from tui.screens.quick import QuickScreen

_ON_RECORDS = frozenset({
    "note", "task", "call", "calls", "claim", "assign", "share", "share_book", "tag", "brief", "waiting",
})  # fmt: skip


class ApartScreen(QuickScreen):
    """Offers nothing that is done to the record under a cursor. A call can be logged, as everywhere.

    What is taken back here is what was done here: the key never goes on to a change that was made elsewhere.
    """

    UNDOES: ClassVar[bool] = False

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Leaves out what needs a record."""
        return False if action in _ON_RECORDS else super().check_action(action, parameters)
