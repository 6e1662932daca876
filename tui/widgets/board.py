"""The board: a pipeline's columns of cards, drawn line by line over what is in sight.

Its cost depends on the terminal, not on the deals: a moved cursor repaints two cards, a moved card the parts of two
columns below it. It knows nothing of a workspace: it shows a model, and announces what the user wants.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import ClassVar

from rich.cells import cell_len
from rich.segment import Segment
from rich.style import Style
from textual import events
from textual.binding import Binding, BindingType
from textual.filter import ANSIToTruecolor, LineFilter
from textual.geometry import Region, Size
from textual.message import Message
from textual.reactive import reactive
from textual.strip import Strip
from textual.widget import Widget

from core.catalog import Catalog
from core.entities import Stage
from core.text import printable
from core.workspace import Card
from tui.actions import key_of
from tui.models.board import BoardModel, Damage
from tui.models.card_text import Clock
from tui.models.lanes import Lane, LaneKind, Lanes, lay_out
from tui.paint import fit
from tui.widgets.board_paint import (
    PARTS,
    Density,
    Face,
    Mark,
    Palette,
    Piece,
    card_lines,
    footer_piece,
    ghost_lines,
    header_lines,
    narrow_lines,
    spine_lines,
)

CACHED_CARDS = 600
"""Drawn cards that are kept; more than any terminal shows."""
WHEEL = 1
"""Cards that a notch of the mouse wheel scrolls."""
GHOST_WIDTH = 24
LOW = 30
"""Lines below which cards leave the next step out."""
CLOSED_NOTE = "30 days"
"""Which closed deals a board shows, as its headers say it."""
_DENSITIES = (Density.CARDS, Density.COMPACT, Density.LINES)


@dataclass(slots=True)
class _Drag:
    """A card in the user's hand.

    Attributes:
        card_id: the card.
        x, y: where the pointer is.
        start: where it was taken up.
        moving: the pointer has left that place: it is a drag, not a click.
    """

    card_id: str
    x: int
    y: int
    start: tuple[int, int]
    moving: bool = False


class Board(Widget, can_focus=True):
    """Columns of cards. Hand it a model by `show`; after changing the model tell it by `redraw`."""

    ALLOW_SELECT = False
    virtual_size = reactive(Size(0, 0), repaint=False)
    """It scrolls by itself: another size of it needs no second layout, and no second frame (see `tui.widgets.frame.Frame`)."""
    COMPONENT_CLASSES: ClassVar[set[str]] = {f"board--{part}" for part in PARTS}
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("up,k", "step(-1)", "Up", show=False, id="board.up", tooltip="The card above"),
        Binding("down,j", "step(1)", "Down", show=False, id="board.down", tooltip="The card below"),
        Binding("left,h", "hop(-1)", "Left", show=False, id="board.left", tooltip="The column on the left"),
        Binding("right,l", "hop(1)", "Right", show=False, id="board.right", tooltip="The column on the right"),
        Binding("pageup", "page(-1)", "Page up", show=False, id="board.page-up", tooltip="A screen of cards up"),
        Binding(
            "pagedown", "page(1)", "Page down", show=False, id="board.page-down", tooltip="A screen of cards down"
        ),
        Binding("home", "edge(-1)", "First card", show=False, id="board.first", tooltip="The top of the column"),
        Binding("end,G", "edge(1)", "Last card", show=False, id="board.last", tooltip="The end of the column"),
        Binding("enter", "open", "Open", id="board.open", tooltip="Open the deal under the cursor"),
        Binding("escape", "let_go", "Put the card back", show=False, id="board.let-go", tooltip="End a drag"),
    ]  # fmt: skip

    @dataclass
    class Highlighted(Message):
        """The cursor is on another card (None: on an empty column)."""

        card_id: str | None

    @dataclass
    class Opened(Message):
        """The user wants to see a deal's screen."""

        card_id: str

    @dataclass
    class Dropped(Message):
        """The user let go of a card over a column.

        Attributes:
            card_id: the card.
            stage_id: the column's stage.
            index: the place in that column, counted as if the card were not there.
        """

        card_id: str
        stage_id: str
        index: int

    def __init__(self) -> None:
        super().__init__()
        self._model = BoardModel()
        self._catalog: Catalog | None = None
        self._clock: Clock | None = None
        self._density = Density.CARDS
        self._empty: tuple[str, str] = ("", "")
        self._judge: Callable[[Card, Stage], str] | None = None
        self._lanes = Lanes((), 0, 0, 0)
        self._measured: tuple[int, int] = (0, 0)
        self._header = self._footer = 0
        self._palette: Palette | None = None
        self._drawn: dict[tuple[str, Mark, int], tuple[Card, tuple[Piece, ...]]] = {}
        self._tops: dict[int, tuple[Piece, ...]] = {}
        self._bands: dict[int, list[Piece]] = {}
        self._drag: _Drag | None = None

    # --- what the screen tells ------------------------------------------------------------------------------------

    @property
    def model(self) -> BoardModel:
        """What is shown."""
        return self._model

    @property
    def density(self) -> Density:
        """How much a card shows."""
        return self._density

    def show(
        self,
        model: BoardModel,
        catalog: Catalog,
        clock: Clock,
        *,
        judge: Callable[[Card, Stage], str] | None = None,
    ) -> None:
        """Shows a model, or the same one after its columns changed.

        Args:
            model: the board's state.
            catalog: names of people.
            clock: what time it is.
            judge: says in words why a card may not go to a stage; empty: it may. Asked while a card is dragged.
        """
        self._model, self._catalog, self._clock = model, catalog, clock
        if judge is not None:
            self._judge = judge
        if self._drag is not None and self._drag.card_id not in model.cards:
            self._end_drag()
        self.redraw_all()

    def set_density(self, density: Density) -> None:
        """Shows more or less of each card; the cursor stays in sight."""
        if density is not self._density:
            self._density = density
            self.redraw_all()

    def say_when_empty(self, title: str, hint: str) -> None:
        """What stands in the middle of a board without any card."""
        if self._empty != (title, hint):
            self._empty = (title, hint)
            self._refresh_whole()

    def tick(self, clock: Clock) -> None:
        """Passes the time: only cards whose words have changed by it are drawn again."""
        old, self._clock = self._drawn, clock
        self._drawn = {}
        regions = []
        for lane, index, card in self._cards_in_sight():
            mark = self._mark(card)
            before = old.get((card.id, mark, lane.width))
            if before is None or before[1] != self._card(lane, card):
                regions.append(self._card_region(lane, index))
        self._refresh(regions)

    # --- drawing again ----------------------------------------------------------------------------------------------

    def redraw_all(self) -> None:
        """Draws everything anew."""
        self._drawn.clear()
        self._fit()
        self._refresh_whole()

    def _fit(self) -> None:
        """Lays out for the present size, with the cursor in sight."""
        self._lay_out()
        if self._body >= self._shape.lines:
            # Not in a terminal that shows no card: when it is larger again, the columns should lie as before.
            self._model.reveal(self.page)

    def redraw(self, damage: Damage, cursor_before: str | None = None) -> None:
        """Draws what has changed in the model.

        Args:
            damage: what the model said.
            cursor_before: the card that was under the cursor before the change, where it may be another now.
        """
        tops = dict(self._tops)
        fresh = damage.everything or not self._model.cards or damage.arrived >= self._model.cards.keys()
        if self._lay_out() or fresh:
            self.redraw_all()
            return
        if self._model.reveal(self.page):
            damage.shift(self._model.cursor_column, 0)
        regions: list[Region | None] = []
        for column, index in damage.shifted.items():
            regions += [*self._below(column, index), self._footer_region(column)]
        for column in damage.headers:
            lane = self._lanes.of(column)
            if lane is not None and tops.get(column) != self._top_lines(lane):
                regions.append(self._header_region(column))
        regions += [self._region_of(card_id) for card_id in damage.cards if self._looks_new(card_id)]
        if cursor_before != self._model.cursor_id:
            regions += [self._region_of(card_id) for card_id in (cursor_before, self._model.cursor_id)]
        self._refresh(regions)

    def _looks_new(self, card_id: str) -> bool:
        """Whether a changed card is drawn otherwise than it is on the screen."""
        card = self._model.cards[card_id]
        column = self._model.column_of(card.stage_id)
        lane = None if column is None else self._lanes.of(column)
        if lane is None or lane.kind is not LaneKind.FULL:
            return False
        before = self._drawn.get((card_id, self._mark(card), lane.width))
        return before is None or before[1] != self._card(lane, card)

    def _refresh(self, regions: list[Region | None]) -> None:
        wanted = [region for region in regions if region]
        if wanted:
            for lane in self._lanes.lanes:
                if any(region.x < lane.x + lane.width and lane.x < region.right for region in wanted):
                    self._bands.pop(lane.column, None)
            self.refresh(*wanted)

    def _refresh_whole(self) -> None:
        self._bands.clear()
        self.refresh()

    def notify_style_update(self) -> None:
        """Takes the colours of another theme."""
        super().notify_style_update()
        self._palette = None
        self._drawn.clear()
        self._tops.clear()
        self._bands.clear()

    def get_line_filters(self) -> Sequence[LineFilter]:
        """Leaves out the translation of the terminal's own colours: themes name exact ones, and it costs every line."""
        return [one for one in super().get_line_filters() if not isinstance(one, ANSIToTruecolor)]

    # --- geometry -----------------------------------------------------------------------------------------------------

    @property
    def page(self) -> int:
        """How many cards a column shows in full."""
        shape = self._shape
        body = self._body
        return max(1, (body + shape.pitch - shape.lines) // shape.pitch)

    @property
    def _shape(self) -> Density:
        if self._density is Density.CARDS and self._measured[1] < LOW:
            return Density.SHORT
        return self._density

    @property
    def _body(self) -> int:
        return max(0, self._measured[1] - self._header - self._footer)

    def _lay_out(self) -> bool:
        """Works out where everything lies; tells whether that has changed."""
        width, height = self.size
        self._header = 3 if height >= 14 else 2 if height >= 8 else 1
        self._footer = 1 if height >= 8 else 0
        closed = [column.stage.kind != "open" for column in self._model.columns]
        lanes = lay_out(width, closed, self._model.cursor_column, self._lanes.first)
        changed = lanes != self._lanes or (width, height) != self._measured
        self._lanes, self._measured = lanes, (width, height)
        if changed:
            self._drawn.clear()
            self._bands.clear()
        self._tops.clear()
        return changed

    def on_resize(self) -> None:
        """Lays out anew; a card in the hand goes back to its place, as nobody can say where the pointer is over."""
        self._end_drag()
        # Most often the frame of the new size is out already, and was laid out when it was drawn.
        if self._measured != self.size:
            self.redraw_all()

    def _card_region(self, lane: Lane, index: int) -> Region | None:
        shape = self._shape
        y = self._header + (index - self._model.columns[lane.column].top) * shape.pitch
        bottom = min(y + shape.lines, self._header + self._body)
        if y < self._header or bottom <= y:
            return None
        return Region(lane.x, y, max(1, lane.width - 1), bottom - y)

    def _region_of(self, card_id: str | None) -> Region | None:
        card = self._model.cards.get(card_id or "")
        column = None if card is None else self._model.column_of(card.stage_id)
        lane = None if column is None else self._lanes.of(column)
        if card is None or lane is None or lane.kind is not LaneKind.FULL:
            return None
        return self._card_region(lane, self._model.index_of(card))

    def _below(self, column: int, index: int) -> list[Region | None]:
        """The part of a column's body from a card on."""
        lane = self._lanes.of(column)
        if lane is None:
            return []
        if lane.kind is not LaneKind.FULL:
            return [Region(lane.x, 0, lane.width, self._measured[1])]
        y = self._header + max(0, index - self._model.columns[column].top) * self._shape.pitch
        height = self._header + self._body - y
        return [Region(lane.x, y, lane.width, height)] if height > 0 else []

    def _header_region(self, column: int) -> Region | None:
        lane = self._lanes.of(column)
        return None if lane is None else Region(lane.x, 0, lane.width, self._header)

    def _footer_region(self, column: int) -> Region | None:
        lane = self._lanes.of(column)
        if lane is None or not self._footer:
            return None
        return Region(lane.x, self._measured[1] - 1, lane.width, 1)

    def _cards_in_sight(self) -> list[tuple[Lane, int, Card]]:
        found = []
        count = -(-self._body // self._shape.pitch)
        for lane in self._lanes.lanes:
            if lane.kind is LaneKind.FULL:
                top = self._model.columns[lane.column].top
                for index in range(top, top + count):
                    card = self._model.card_at(lane.column, index)
                    if card is not None:
                        found.append((lane, index, card))
        return found

    # --- lines ------------------------------------------------------------------------------------------------------------

    def render_lines(self, crop: Region) -> list[Strip]:
        """Makes sure of sizes and colours once a frame, not once a line."""
        if self._palette is None:
            # Not `get_component_rich_style`: its cache is emptied by every refresh.
            styles = {part: self.get_component_rich_style(f"board--{part}") for part in PARTS}
            self._palette = Palette.of(styles)
        if self._measured != self.size:
            self._fit()
        return super().render_lines(crop)

    def render_line(self, y: int) -> Strip:
        """A line of the screen: a piece of every lane, side by side."""
        width, height = self._measured
        palette = self._palette
        if palette is None or self._clock is None or self._catalog is None:
            return Strip.blank(self.size.width, self.rich_style)
        ground = palette["ground"]
        segments: list[Segment] = []
        x = 0
        for lane in self._lanes.lanes:
            if lane.x > x:
                segments.append(Segment(" " * (lane.x - x), ground))
            band = self._bands.get(lane.column)
            if band is None:
                band = self._bands[lane.column] = self._band(lane, height)
            segments += band[y]
            x = lane.x + lane.width
        if x < width:
            segments.append(Segment(" " * (width - x), ground))
        strip = Strip(segments, max(x, width))
        if x > width:
            strip = strip.crop(0, width)
        if y == 0 and (self._lanes.hidden_left or self._lanes.hidden_right):
            strip = self._with_edges(strip, width, palette)
        if not self._model.cards:
            strip = self._with_empty_words(strip, y, palette)
        return self._with_ghost(strip, y, width) if self._drag is not None and self._drag.moving else strip

    def _band(self, lane: Lane, height: int) -> list[Piece]:
        """All lines of a lane, from the header to what lies below; each as wide as the lane."""
        palette = self._palette
        assert palette is not None
        width = lane.width - 1 if lane.width > 2 else lane.width
        gap = (Segment(" " * (lane.width - width), palette["ground"]),) if lane.width > width else ()
        blank = (Segment(" " * lane.width, palette["ground"]),)
        lines: list[Piece] = [piece + gap for piece in self._top_lines(lane)[:height]]
        if lane.kind is LaneKind.FULL:
            column, shape = self._model.columns[lane.column], self._shape
            hollow = [blank] * (shape.pitch - shape.lines)
            end = self._header + self._body
            for entry in column.entries[column.top : column.top + -(-self._body // shape.pitch)]:
                lines += [piece + gap for piece in self._card(lane, self._model.cards[entry[-1]])]
                lines += hollow
            if self._model.cards and not column.entries and lane.column == self._model.cursor_column:
                hint = (
                    f"{key_of(self, 'board.new')} adds a deal" if column.stage.kind == "open" else "no deals"
                )
                lines.append((Segment(fit(hint, width), palette["hint"]), *gap))
            del lines[end:]
            if self._footer:
                lines += [blank] * (end - len(lines))
                lines.append(footer_piece(max(0, len(column) - column.top - self.page), palette, width) + gap)
        return lines + [blank] * (height - len(lines))

    def _top_lines(self, lane: Lane) -> tuple[Piece, ...]:
        lines = self._tops.get(lane.column)
        if lines is None and self._palette is not None:
            width = lane.width - 1 if lane.width > 2 else lane.width
            lines = self._tops[lane.column] = self._column_lines(lane, width, self._measured[1])
        return lines or ()

    def _column_lines(self, lane: Lane, width: int, height: int) -> tuple[Piece, ...]:
        column, palette = self._model.columns[lane.column], self._palette
        assert palette is not None
        drop = self._drop_sign(lane)
        note = CLOSED_NOTE if column.stage.kind != "open" else ""
        if lane.kind is LaneKind.SPINE:
            return spine_lines(column, palette, width, height, self._header, drop=drop)
        if lane.kind is LaneKind.NARROW:
            words = f"last\n{note}"
            return narrow_lines(column, palette, width, height, self._header, drop=drop, note=words)
        focus = lane.column == self._model.cursor_column
        return header_lines(column, palette, width, self._header, focus=focus, drop=drop, note=note)

    def _mark(self, card: Card) -> Mark:
        drag = self._drag
        return Mark(
            card.id == self._model.cursor_id,
            card.id in self._model.selected,
            drag is not None and drag.moving and drag.card_id == card.id,
            card.id in self._model.waiting,
        )

    def _card(self, lane: Lane, card: Card) -> tuple[Piece, ...]:
        mark = self._mark(card)
        key = (card.id, mark, lane.width)
        kept = self._drawn.get(key)
        if kept is not None and kept[0] is card:
            return kept[1]
        assert self._palette is not None
        assert self._catalog is not None
        assert self._clock is not None
        if len(self._drawn) > CACHED_CARDS:
            self._drawn.clear()
        width = lane.width - 1 if lane.width > 2 else lane.width
        face = Face(card, self._model.columns[lane.column], self._catalog, self._clock, max(0, width - 2))
        lines = card_lines(face, self._palette, self._shape, mark)
        self._drawn[key] = (card, lines)
        return lines

    def _with_empty_words(self, strip: Strip, y: int, palette: Palette) -> Strip:
        """The words on a board without cards, in the middle of the columns."""
        width, height = self._measured
        middle = max(self._header, (height - 2) // 2)
        text = dict(zip((middle, middle + 1), self._empty, strict=True)).get(y, "")
        full = [lane for lane in self._lanes.lanes if lane.kind is LaneKind.FULL]
        left = full[0].x if full else 0
        right = full[-1].x + full[-1].width if full else width
        size = min(cell_len(text), right - left)
        if size <= 0:
            return strip
        x = left + (right - left - size) // 2
        style = palette["name-focus" if y == middle else "hint"]
        words = Strip([Segment(fit(text, size), style)], size)
        return Strip.join([strip.crop(0, x), words, strip.crop(x + size, width)])

    def _with_edges(self, strip: Strip, width: int, palette: Palette) -> Strip:
        """How many columns lie beyond the edges."""
        left, right = self._lanes.hidden_left, self._lanes.hidden_right
        style: Style = palette["scroll"]
        if left:
            text = fit(f"‹{left}", min(3, width))
            strip = Strip.join([Strip([Segment(text, style)]), strip.crop(cell_len(text), width)])
        if right:
            text = fit(f"{right}›", min(3, width), "right")
            strip = Strip.join([strip.crop(0, width - cell_len(text)), Strip([Segment(text, style)])])
        return strip

    # --- keys -------------------------------------------------------------------------------------------------------------

    def action_step(self, by: int) -> None:
        """Moves the cursor within its column."""
        self._navigate(lambda: self._model.step(by))

    def action_page(self, by: int) -> None:
        """Moves the cursor by a screen of cards."""
        self._navigate(lambda: self._model.step(by * self.page))

    def action_edge(self, end: int) -> None:
        """Moves the cursor to the first or last card of its column."""
        self._navigate(lambda: self._model.step(end * len(self._model.cards)))

    def action_hop(self, by: int) -> None:
        """Moves the cursor to another column, on the same line of the screen."""
        self._navigate(lambda: self._model.go_to_column(self._model.cursor_column + by))

    def go_to(self, card_id: str) -> bool:
        """Puts the cursor on a card and brings it into sight; tells whether it is on the board."""
        if card_id not in self._model.cards:
            return False
        self._navigate(lambda: self._model.go_to(card_id))
        return True

    def _navigate(self, move: Callable[[], object]) -> None:
        model = self._model
        old_card, old_column = model.cursor_id, model.cursor_column
        move()
        if (old_card, old_column) == (model.cursor_id, model.cursor_column):
            if model.reveal(self.page):
                self._refresh([*self._below(old_column, 0), *self._scrolled(old_column)])
            return
        if model.cursor_column != old_column and self._lay_out():
            model.reveal(self.page)
            self._refresh_whole()
        else:
            regions = [self._region_of(card_id) for card_id in (old_card, model.cursor_id)]
            if model.reveal(self.page):
                regions += [*self._below(model.cursor_column, 0), *self._scrolled(model.cursor_column)]
            if model.cursor_column != old_column:
                regions += self._focus_regions(old_column) + self._focus_regions(model.cursor_column)
            self._refresh(regions)
        self.post_message(self.Highlighted(model.cursor_id))

    def _scrolled(self, column: int) -> list[Region | None]:
        """What tells how far a column is scrolled."""
        self._tops.pop(column, None)
        lane = self._lanes.of(column)
        rule = None if lane is None or self._header < 2 else Region(lane.x, self._header - 1, lane.width, 1)
        return [rule, self._footer_region(column)]

    def _focus_regions(self, column: int) -> list[Region | None]:
        """What shows that the cursor is in a column: its name, its rule, and the hint in an empty one."""
        lane = self._lanes.of(column)
        if lane is None:
            return []
        inner, name = max(1, lane.width - 1), cell_len(printable(self._model.columns[column].stage.name))
        regions: list[Region | None] = [Region(lane.x, 0, min(inner, name), 1)]
        if self._header >= 2:
            regions.append(Region(lane.x, self._header - 1, inner, 1))
        if not self._model.columns[column].entries:
            regions.append(Region(lane.x, self._header, lane.width, 1))
        return regions

    def action_open(self) -> None:
        """Asks for the deal's screen."""
        if self._model.cursor_id is not None:
            self.post_message(self.Opened(self._model.cursor_id))

    def toggle_density(self, by: int = 1) -> Density:
        """Goes on to the next density, round and round; returns it."""
        place = (_DENSITIES.index(self._density) + by) % len(_DENSITIES)
        self.set_density(_DENSITIES[place])
        return self._density

    def toggle_selected(self) -> None:
        """Picks the card under the cursor, or lets it go."""
        if (card_id := self._model.cursor_id) is not None:
            self._model.selected ^= {card_id}
            self._refresh([self._region_of(card_id)])

    # --- mouse ------------------------------------------------------------------------------------------------------------

    def _hit(self, x: int, y: int) -> tuple[Lane, int] | None:
        """The lane under a cell, and the place in its column (beyond the last card where the column ends above)."""
        lane = self._lanes.at(x)
        if lane is None:
            return None
        top = self._model.columns[lane.column].top
        line = min(max(0, y - self._header), max(0, self._body - 1))
        return lane, min(top + line // self._shape.pitch, len(self._model.columns[lane.column]))

    def on_mouse_down(self, event: events.MouseDown) -> None:
        """Selects the card or column that is clicked, and takes the card up."""
        hit = self._hit(event.x, event.y)
        if event.button != 1 or hit is None:
            return
        event.stop()
        lane, index = hit
        card = self._model.card_at(lane.column, index)
        if lane.kind is not LaneKind.FULL or event.y < self._header or card is None:
            self._navigate(lambda: self._model.go_to_column(lane.column))
            return
        self._navigate(lambda: self._model.go_to(card.id))
        self._drag = _Drag(card.id, event.x, event.y, (event.x, event.y))
        self.capture_mouse()

    def on_mouse_move(self, event: events.MouseMove) -> None:
        """Carries the card."""
        drag = self._drag
        if drag is None:
            return
        event.stop()
        if not drag.moving and abs(event.x - drag.start[0]) + abs(event.y - drag.start[1]) < 2:
            return
        before = (
            [*self._drag_regions(), self._ghost_region()] if drag.moving else [self._region_of(drag.card_id)]
        )
        drag.moving, drag.x, drag.y = True, event.x, event.y
        self._tops.clear()
        self._refresh([*before, *self._drag_regions(), self._ghost_region(), self._region_of(drag.card_id)])

    def on_mouse_up(self, event: events.MouseUp) -> None:
        """Lets go of the card."""
        drag = self._drag
        if drag is None:
            return
        event.stop()
        hit = self._hit(event.x, event.y)
        self._end_drag()
        if drag.moving and hit is not None and drag.card_id in self._model.cards:
            lane, index = hit
            stage = self._model.columns[lane.column].stage
            self.post_message(self.Dropped(drag.card_id, stage.id, index))

    def on_click(self, event: events.Click) -> None:
        """A double click opens."""
        hit = self._hit(event.x, event.y)
        if event.chain == 2 and hit is not None and event.y >= self._header:
            lane, index = hit
            if lane.kind is LaneKind.FULL and self._model.card_at(lane.column, index) is not None:
                event.stop()
                self.action_open()

    def on_mouse_scroll_down(self, event: events.MouseScrollDown) -> None:
        """Scrolls the column under the pointer."""
        self._wheel(event, WHEEL)

    def on_mouse_scroll_up(self, event: events.MouseScrollUp) -> None:
        """Scrolls the column under the pointer."""
        self._wheel(event, -WHEEL)

    def _wheel(self, event: events.MouseScrollDown | events.MouseScrollUp, by: int) -> None:
        lane = self._lanes.at(event.x)
        if lane is not None and self._model.scroll(lane.column, by, self.page):
            self._refresh([*self._below(lane.column, 0), *self._scrolled(lane.column)])
        event.stop()

    def action_let_go(self) -> None:
        """Ends a drag; the card stays where it was."""
        self._end_drag()

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Escape is the board's only while a card is in the hand."""
        return action != "let_go" or self._drag is not None

    def _end_drag(self) -> None:
        drag, self._drag = self._drag, None
        if drag is None:
            return
        self.release_mouse()
        self._tops.clear()
        if drag.moving:
            self._refresh_whole()

    def _drag_target(self) -> Lane | None:
        drag = self._drag
        return self._lanes.at(drag.x) if drag is not None and drag.moving else None

    def _drop_verdict(self, lane: Lane) -> tuple[str, bool]:
        """What letting go over a lane would do, and whether it would be refused."""
        card = self._model.cards.get(self._drag.card_id if self._drag else "")
        stage = self._model.columns[lane.column].stage
        if card is None or card.stage_id == stage.id:
            return "stays here", False
        refused = self._judge is not None and bool(self._judge(card, stage))
        return (f"✗ not to {stage.name}" if refused else f"→ {stage.name}"), refused

    def _drop_sign(self, lane: Lane) -> str:
        """What the header of the lane under a dragged card says; empty for the others."""
        if self._drag_target() != lane:
            return ""
        words, refused = self._drop_verdict(lane)
        return "✗" if refused else "" if words.startswith("stays") else "→"

    def _drag_regions(self) -> list[Region | None]:
        lane = self._drag_target()
        if lane is None:
            return []
        if lane.kind is LaneKind.FULL:
            return [self._header_region(lane.column)]
        return [Region(lane.x, 0, lane.width, self._measured[1])]

    def _ghost_region(self) -> Region | None:
        """Where the ghost of the dragged card is: beside the pointer, inside the board."""
        drag = self._drag
        width, height = self._measured
        if drag is None or not drag.moving or width < 4 or height < 4:
            return None
        size = min(GHOST_WIDTH, width)
        x = max(0, min(drag.x + 1, width - size))
        y = max(0, min(drag.y, height - 2))
        return Region(x, y, size, 2)

    def _with_ghost(self, strip: Strip, y: int, width: int) -> Strip:
        region, lane = self._ghost_region(), self._drag_target()
        card = self._model.cards.get(self._drag.card_id if self._drag else "")
        if region is None or card is None or self._palette is None or not region.y <= y < region.bottom:
            return strip
        words, refused = self._drop_verdict(lane) if lane is not None else ("stays here", False)
        piece = ghost_lines(card.title, words, self._palette, region.width, refused=refused)[y - region.y]
        return Strip.join([strip.crop(0, region.x), Strip(piece), strip.crop(region.right, width)])
