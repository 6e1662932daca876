"""The line in which a filter is typed: results while typing, what is wrong in words, what could come next."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import ClassVar

from rich.cells import cell_len
from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.geometry import Size
from textual.message import Message
from textual.reactive import reactive
from textual.strip import Strip
from textual.widget import Widget
from textual.widgets import Input, Static

from core.catalog import Catalog
from core.errors import Invalid
from core.filters import parse
from core.text import printable
from tui.models.completion import Completion, completions
from tui.paint import fit, strip
from tui.widgets.entry import LineEntry
from tui.widgets.frame import Frame

MOST = 2000
"""Characters that a filter may have: as many as a saved view can keep."""
_LAST_WORD = re.compile(r"(?:^|\s+)(?:-|-?[^\W\d]\w*)$")
_FIELD_AFTER = re.compile(r"\w*[:<>=]")
_HELP = {
    "deals": "Words, or fields: owner:me  stage:proposal  value>10k  close<30d  next:overdue  tag:vip  -tag:cold",
    "contacts": "Words, or fields: owner:me  status:new  last>30d  next:none  city:berlin  tag:vip  -tag:cold",
}


class FilterLine(LineEntry):
    """The line in which a filter is typed."""


class FilterRow(Frame):
    """The sign and the line beside it."""


class FilterHint(Widget):
    """What could come next, what is wrong, or how filters are written."""

    virtual_size = reactive(Size(0, 0), repaint=False)
    COMPONENT_CLASSES: ClassVar[set[str]] = {"filter--key", "filter--help", "filter--way", "filter--problem"}

    def __init__(self, entity: str) -> None:
        super().__init__()
        self._help = _HELP[entity]
        self._ways: tuple[str, ...] = ()
        self._problem = ""

    def show(self, ways: Sequence[str], problem: str) -> None:
        """Sets the line."""
        self._ways, self._problem = tuple(ways), problem
        self.refresh()

    def render_line(self, y: int) -> Strip:
        """Draws the line."""
        base, width = self.rich_style, self.size.width
        if self._problem and not self._ways:
            style = self.get_component_rich_style("filter--problem")
            return strip([("   ", base), (fit(self._problem, max(0, width - 4)), style)], width, base)
        if not self._ways:
            style = self.get_component_rich_style("filter--help")
            return strip([("   ", base), (fit(self._help, max(0, width - 4)), style)], width, base)
        key, way = self.get_component_rich_style("filter--key"), self.get_component_rich_style("filter--way")
        pieces = [("   ", base), ("tab ", key)]
        room = width - 7
        for text in map(printable, self._ways):
            if cell_len(text) + 2 > room:
                break
            pieces.append((text + "  ", way))
            room -= cell_len(text) + 2
        return strip(pieces, width, base)


class FilterBar(Vertical):
    """A filter on deals or contacts.

    Args:
        entity: deals or contacts.
        catalog: gives the names that a filter may use.
        clock: gives the time, and where the viewer is.
    """

    virtual_size = reactive(Size(0, 0), repaint=False)
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("enter", "keep", "Keep", id="filter.keep", tooltip="Keep this filter and go back", priority=True),
        Binding("escape", "clear", "Clear", id="filter.clear", tooltip="Drop the filter", priority=True),
        Binding(
            "tab", "complete", "Complete", id="filter.complete", tooltip="Complete what is typed", priority=True
        ),
        Binding(
            "down", "keep", "Keep", show=False, id="filter.leave", tooltip="Go back with this filter", priority=True
        ),
    ]  # fmt: skip

    @dataclass
    class Changed(Message):
        """Another filter that can be used was typed."""

        text: str

    class Kept(Message):
        """The user goes back to work with the filter as it is."""

    class Cleared(Message):
        """The user wants no filter."""

    def __init__(
        self, entity: str, catalog: Callable[[], Catalog], clock: Callable[[], tuple[dt.datetime, dt.tzinfo]]
    ) -> None:
        super().__init__()
        self._entity = entity
        self._catalog = catalog
        self._clock = clock
        self._tags: Sequence[str] = ()
        self._ways: list[Completion] = []
        self._said = ""
        self._began = ""
        self._problem = ""

    def compose(self) -> ComposeResult:
        """The line, and what is said about it."""
        with FilterRow():
            yield Static(" ⌕ ", id="filter-sign", markup=False)
            yield FilterLine(placeholder="Filter", limit=MOST, id="filter-input")
        yield FilterHint(self._entity)

    def edit(self, text: str, tags: Sequence[str] = ()) -> None:
        """Opens the line on a filter.

        Args:
            text: the filter in force.
            tags: tags in use, to complete them.
        """
        self._tags = tags
        self._said = self._began = text
        self.display = True
        line = self.query_one(Input)
        line.value = text
        line.cursor_position = len(text)
        line.focus()
        self._look(text)

    def know_tags(self, tags: Sequence[str]) -> None:
        """Learns the tags in use, where they come later than the line is opened."""
        self._tags = tags

    def close(self) -> None:
        """Hides the line."""
        self.display = False

    @property
    def is_open(self) -> bool:
        """Whether the line is there."""
        return bool(self.display)

    @on(Input.Changed)
    def _typed(self, event: Input.Changed) -> None:
        event.stop()
        if self.is_open:
            self._look(event.value)

    def _look(self, text: str) -> None:
        """Says what is wrong and what could come next, and announces a filter that can be used."""
        self._problem = self._wrong_with(text)
        self._ways = completions(text, self._entity, self._catalog(), self._tags) if text else []
        self.query_one(FilterHint).show([way.shown for way in self._ways], self._problem)
        usable = self._meant(text) if self._problem else text
        if usable != self._said:
            self._said = usable
            self.post_message(self.Changed(usable))

    def _wrong_with(self, text: str) -> str:
        now, zone = self._clock()
        try:
            parse(text, self._entity, self._catalog(), now=now, zone=zone)
        except Invalid as error:
            return str(error)
        return ""

    def _meant(self, text: str) -> str:
        """The last filter that could be used, without a word that has turned out to be the beginning of a field."""
        said = self._said
        if said == self._began or not text.startswith(said):
            return said
        match = _LAST_WORD.search(said)
        if match is None or not (said.endswith("-") or _FIELD_AFTER.match(text[len(said) :])):
            return said
        return said[: match.start()]

    def action_complete(self) -> None:
        """Takes the first way to go on."""
        if self._ways:
            line = self.query_one(Input)
            line.value = self._ways[0].text
            line.cursor_position = len(line.value)

    def action_keep(self) -> None:
        """Goes back with the filter; one that cannot be used stays to be corrected, with what is wrong in it."""
        if self._problem:
            self.query_one(FilterHint).show((), self._problem)
        else:
            self.post_message(self.Kept())

    def action_clear(self) -> None:
        """Goes back without a filter."""
        self.post_message(self.Cleared())
