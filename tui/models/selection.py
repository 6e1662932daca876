"""Which rows of a list are selected: some of them, or all that match but a few."""

from __future__ import annotations

from collections.abc import Iterable, Sequence


class Selection:
    """A set of ids, or everything without a set of ids: a hundred thousand rows are selected without reading them."""

    def __init__(self) -> None:
        self.ids: set[str] = set()
        """The selected ids; where `everything` is set, those that are not."""
        self.everything = False

    def __contains__(self, row_id: str) -> bool:
        return (row_id in self.ids) != self.everything

    def __bool__(self) -> bool:
        return self.everything or bool(self.ids)

    def count(self, total: int) -> int:
        """How many of `total` rows are selected."""
        return max(0, total - len(self.ids)) if self.everything else len(self.ids)

    def set(self, row_id: str, selected: bool) -> None:
        """Selects a row, or not."""
        if selected != self.everything:
            self.ids.add(row_id)
        else:
            self.ids.discard(row_id)

    def select_all(self) -> None:
        """Selects everything that matches."""
        self.ids.clear()
        self.everything = True

    def clear(self) -> None:
        """Selects nothing."""
        self.ids.clear()
        self.everything = False

    def resolve(self, all_ids: Iterable[str]) -> Sequence[str]:
        """The selected ones of all ids that match, in their order."""
        return [row_id for row_id in all_ids if row_id in self]
