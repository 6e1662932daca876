"""A screen on which there is no record: what is done to records has no place on it."""

from __future__ import annotations

from tui.screens.quick import QuickScreen

_ON_RECORDS = frozenset({
    "note", "task", "call", "calls", "claim", "assign", "share", "share_book", "tag", "brief", "waiting",
})  # fmt: skip


class ApartScreen(QuickScreen):
    """Offers nothing that is done to the record under a cursor. A call can be logged, as everywhere."""

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Leaves out what needs a record."""
        return False if action in _ON_RECORDS else super().check_action(action, parameters)
