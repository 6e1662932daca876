"""A script as it is read aloud: drawn from Markdown, objections folded until their digit is pressed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import ClassVar

from rich.segment import Segment
from textual import events
from textual.binding import Binding, BindingType
from textual.strip import Strip

from tui.models.call_script import Page, Sheet, lay_out, parse
from tui.repaint import refresh_lines
from tui.widgets.parts import Parts

_STYLES = (
    "text", "strong", "emphasis", "both", "code", "field", "missing", "heading", "objection", "quote", "mark", "digit",
    "empty", "empty-title",
)  # fmt: skip
_MARGIN = 1


class ScriptView(Parts, can_focus=True):
    """Shows a script with the fields of whom it is read to. With the focus, digits show and fold objections."""

    ALLOW_SELECT = False
    PREFIX: ClassVar[str] = "script"
    COMPONENT_CLASSES: ClassVar[set[str]] = {f"script--{style}" for style in _STYLES}
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("down,j", "scroll(1)", "Down", show=False, id="script.down", tooltip="Scroll the script"),
        Binding("up,k", "scroll(-1)", "Up", show=False, id="script.up", tooltip="Scroll the script"),
        Binding(
            "pagedown,space", "page(1)", "Page down", show=False, id="script.page-down", tooltip="A page on"
        ),
        Binding("pageup", "page(-1)", "Page up", show=False, id="script.page-up", tooltip="A page back"),
        Binding("home", "scroll(-100000)", "Top", show=False, id="script.top", tooltip="The beginning"),
        Binding("end", "scroll(100000)", "End", show=False, id="script.end", tooltip="The end"),
    ]

    def __init__(self, *, empty: Sequence[str] = ()) -> None:
        """Makes the view.

        Args:
            empty: what it says where there is no script, line by line.
        """
        super().__init__()
        self._body = ""
        self._sheet: Sheet = parse("")
        self._fields: Mapping[str, str] = {}
        self._unfolded: set[int] = set()
        self._empty = tuple(empty)
        self._top = 0
        self._page: tuple[int, Page] | None = None

    def show(self, body: str, fields: Mapping[str, str]) -> None:
        """Shows a script from its beginning, with every objection folded.

        Args:
            body: Markdown; empty where there is no script.
            fields: what its fields hold.
        """
        before, moved = self._laid_out().lines, bool(self._top)
        if body != self._body:
            self._body, self._sheet = body, parse(body)
        elif fields == self._fields and not self._unfolded and not moved:
            return
        self._fields, self._unfolded, self._top, self._page = fields, set(), 0, None
        after = self._laid_out().lines
        if moved or not before or not after:
            self.refresh()
        else:
            # The last line in sight may say how many there are below it.
            last = self.size.height - 1
            refresh_lines(self, (*before[:last], len(before)), (*after[:last], len(after)))

    def follow(self, body: str, fields: Mapping[str, str], until: int) -> None:
        """Shows a script while it is written: what is being typed is in sight, an objection unfolded.

        Args:
            body: Markdown as it is typed so far.
            fields: what its fields hold.
            until: where the cursor is, in characters.
        """
        before = parse(body[:until])
        number = len(before.objections)
        # Within an objection whatever is typed next belongs to it and not to the script.
        within = number > 0 and parse(f"{body[:until]}\n\n.").blocks == before.blocks
        self._body, self._sheet, self._fields, self._page = body, parse(body), fields, None
        self._unfolded = {number} if within else set()
        page, height = self._laid_out(), max(1, self.size.height)
        if within:
            at = page.objections[number]
            end = next((n for n in range(at + 1, len(page.lines)) if not page.lines[n]), len(page.lines))
        else:
            end = len(lay_out(before, fields, self.size.width - 2 * _MARGIN).lines)
            at = end - 1
        if not self._top <= at <= end < self._top + height - 1:
            self._top = max(0, min(at, end - height + 2))
        self._go_to(self._top)
        self.refresh()

    @property
    def objections(self) -> int:
        """How many objections the script has an answer to."""
        return len(self._sheet.objections)

    def toggle(self, number: int) -> bool:
        """Shows the answer to an objection, or folds it again; whether there is such an objection."""
        if not 1 <= number <= len(self._sheet.objections):
            return False
        if number in self._unfolded:
            self._unfolded.discard(number)
        else:
            # One is answered at a time, and the next one pressed is what counts.
            self._unfolded = {number}
        self._page = None
        line = self._laid_out().objections[number]
        if number in self._unfolded:
            end = line + 1
            lines = self._laid_out().lines
            while end < len(lines) and lines[end]:
                end += 1
            height = max(1, self.size.height)
            self._top = min(line, max(self._top, end - height))
        self._go_to(self._top)
        self.refresh()
        return True

    def on_key(self, event: events.Key) -> None:
        """A digit shows an objection."""
        if event.character and event.character.isdecimal() and self.toggle(int(event.character)):
            event.stop()

    def on_resize(self) -> None:
        """Keeps to what there is."""
        self._go_to(self._top)

    def on_mouse_scroll_down(self, event: events.MouseScrollDown) -> None:
        """Scrolls."""
        event.stop()
        self.action_scroll(3)

    def on_mouse_scroll_up(self, event: events.MouseScrollUp) -> None:
        """Scrolls."""
        event.stop()
        self.action_scroll(-3)

    def on_click(self, event: events.Click) -> None:
        """A click on an objection shows it."""
        for number, line in self._laid_out().objections.items():
            if line == event.y + self._top:
                self.toggle(number)

    def action_scroll(self, by: int) -> None:
        """Scrolls by lines."""
        self._go_to(self._top + by)

    def action_page(self, by: int) -> None:
        """Scrolls by pages."""
        self._go_to(self._top + by * max(1, self.size.height - 2))

    def _go_to(self, top: int) -> None:
        most = max(0, len(self._laid_out().lines) - self.size.height)
        top = max(0, min(top, most))
        if top != self._top:
            self._top = top
            self.refresh()

    def _laid_out(self) -> Page:
        width = self.size.width - 2 * _MARGIN
        if self._page is None or self._page[0] != width:
            self._page = (width, lay_out(self._sheet, self._fields, width, self._unfolded))
        return self._page[1]

    def render_line(self, y: int) -> Strip:
        """Draws a line of the script; the last one says that there is more below."""
        width, height = self.size
        ground = self._style("text")
        lines = self._laid_out().lines
        if not lines:
            said = self._empty[y - 1] if 0 < y <= len(self._empty) else ""
            style = self._style("empty-title" if y == 1 else "empty")
            return Strip([Segment(" " * _MARGIN, ground), Segment(said, style)]).adjust_cell_length(
                width, ground
            )
        at = y + self._top
        segments = [Segment(" " * _MARGIN, ground)]
        if y == height - 1 and at < len(lines) - 1:
            segments.append(Segment(f"▾ {len(lines) - at} more lines", self._style("mark")))
        elif y == 0 and self._top:
            segments.append(Segment("▴", self._style("mark")))
        elif at < len(lines):
            segments += [Segment(span.text, self._style(span.style)) for span in lines[at] if span.text]
        return Strip(segments).adjust_cell_length(width, ground)
