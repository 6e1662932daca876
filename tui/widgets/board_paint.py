"""How cards, column headers and collapsed lanes look: pieces of lines, ready to be put side by side.

Everything here returns whole cells of a given width, made once and kept as long as it is true; `tui.widgets.board`
puts the pieces next to each other.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from enum import Enum
from typing import NamedTuple

from rich.cells import cell_len
from rich.segment import Segment
from rich.style import Style

from core.catalog import Catalog
from core.health import Next
from core.money import format_short
from core.text import printable
from core.workspace import Card
from tui.models.board import Column, Total
from tui.models.card_text import (
    STALE,
    WAITING,
    Clock,
    Wording,
    about,
    closed_words,
    days_in_stage,
    next_activity,
    owner_mark,
    stale,
)
from tui.paint import fit

Piece = tuple[Segment, ...]
"""A part of a line, as wide as its lane's content."""

PARTS = (
    "ground", "name", "name-focus", "count", "money", "weighted", "rule", "rule-focus", "scroll", "hint",
    "title", "text", "worth", "overdue", "today", "none", "future", "stale", "won", "lost",
    "focus", "selected", "drop", "ghost", "ghost-refused",
)  # fmt: skip
"""The component classes (`board--NAME`) that a board takes its colours from."""


class Density(Enum):
    """How much of a deal a card shows: (name, lines of text, blank lines below)."""

    CARDS = ("cards", 4, 1)
    SHORT = ("short", 3, 1)
    """What `CARDS` becomes where the terminal is low: without the next step."""
    COMPACT = ("compact", 2, 0)
    LINES = ("lines", 1, 0)

    @property
    def lines(self) -> int:
        """Lines of text."""
        return self.value[1]

    @property
    def pitch(self) -> int:
        """Lines from one card's first to the next one's."""
        return self.value[1] + self.value[2]


class Mark(NamedTuple):
    """What sets a card apart from the others."""

    cursor: bool = False
    selected: bool = False
    lifted: bool = False
    """It is being dragged: what stays behind is its outline."""
    waiting: bool = False
    """The user has something to decide about it."""


PLAIN = Mark()


@dataclass(frozen=True, slots=True)
class Palette:
    """The styles of a board's parts, and what a card's parts are on each kind of ground."""

    parts: Mapping[str, Style]
    states: Mapping[Next, Style]

    @classmethod
    def of(cls, parts: Mapping[str, Style]) -> Palette:
        """A palette of component styles; those that stand on a card take its ground."""
        ground = parts["title"]
        on_card = ("text", "worth", "overdue", "today", "none", "future", "stale", "won", "lost")
        laid = {**parts, **{name: _on(parts[name], ground) for name in on_card}}
        laid["focus-title"] = parts["focus"] + Style(bold=True)
        return cls(
            laid,
            {
                Next.OVERDUE: laid["overdue"],
                Next.TODAY: laid["today"],
                Next.NONE: laid["none"],
                Next.FUTURE: laid["future"],
            },
        )

    def __getitem__(self, part: str) -> Style:
        return self.parts[part]


def _on(style: Style, ground: Style) -> Style:
    return style + Style(bgcolor=ground.bgcolor)


def justify(left: str, right: str, width: int) -> tuple[str, str]:
    """`left` cut or padded so that `right` ends at the last cell; what is on the right stays whole as long as it can."""
    room = cell_len(right)
    if room >= width:
        return "", fit(right, width)
    return fit(left, width - room), right


# --- cards ------------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Face:
    """A card with what is needed to word it.

    Attributes:
        card: the deal.
        column: where it lies.
        catalog: names of people.
        clock: what time it is.
        width: cells for text.
    """

    card: Card
    column: Column
    catalog: Catalog
    clock: Clock
    width: int

    def state(self) -> tuple[Next | None, Wording]:
        """When it wants something next; None for a closed deal, of which it is said how it ended."""
        if self.column.stage.kind != "open":
            return None, closed_words(self.card, self.clock)
        return next_activity(self.card, self.clock)

    def worth(self) -> str:
        """Its value, with a blank before it."""
        minor = self.card.value_minor
        return "" if minor is None else " " + format_short(minor, self.card.currency)

    def age(self) -> tuple[str, str]:
        """(style, text) of the days in stage; nothing for closed deals, which say when they closed."""
        if self.column.stage.kind != "open":
            return "text", ""
        days = days_in_stage(self.card, self.clock)
        if stale(self.card, self.column.stage, self.clock):
            return "stale", f" {STALE}{days}"
        return "text", f" {days}"


def card_lines(face: Face, palette: Palette, density: Density, mark: Mark) -> tuple[Piece, ...]:
    """A card, `density.lines` pieces that are two cells wider than its face: a bar on the left, a blank on the right."""
    state, wording = face.state()
    if state is None:
        tone = palette["won" if face.card.outcome == "won" else "lost"]
    else:
        tone = palette.states[state]
    styles = {
        "title": palette["title"], "text": palette["text"], "worth": palette["worth"], "tone": tone,
        "stale": palette["stale"],
    }  # fmt: skip
    bar, bar_style = "▌", tone
    if mark.lifted:
        styles = dict.fromkeys(styles, palette["ghost"])
        bar, bar_style = "┊", palette["ghost"]
    elif mark.cursor:
        focus = palette["focus"]
        styles = dict.fromkeys(styles, focus)
        styles["title"] = palette["focus-title"]
        bar, bar_style = "█", _on(tone, focus)
    elif mark.selected:
        styles = {name: _on(style, palette["selected"]) for name, style in styles.items()}
        bar_style = styles["tone"]
    pieces = []
    for n, row in enumerate(_ROWS[density](face, wording)):
        segments = [Segment("■" if mark.selected and n == 0 else bar, bar_style)]
        for name, words in row:
            room = cell_len(words) - cell_len(WAITING)
            if mark.waiting and name == "title" and room > 0:
                segments += [Segment(WAITING, styles["stale"]), Segment(fit(words, room), styles[name])]
            else:
                segments.append(Segment(words, styles[name]))
        pieces.append(_merged([*segments, Segment(" ", styles[row[-1][0]])]))
    return tuple(pieces)


def _merged(segments: Sequence[Segment]) -> Piece:
    """Neighbours of one style as one segment: fewer bytes on the line."""
    out: list[Segment] = []
    for segment in segments:
        if out and out[-1].style == segment.style:
            out[-1] = Segment(out[-1].text + segment.text, segment.style)
        elif segment.text:
            out.append(segment)
    return tuple(out)


_Row = tuple[tuple[str, str], ...]
"""(style, text) from left to right; together as wide as the face."""


def _title_row(face: Face) -> _Row:
    mark = owner_mark(face.card, face.catalog)
    left, right = justify(face.card.title, f" {mark}" if mark else "", face.width)
    return ("title", left), ("text", right)


def _worth_row(face: Face) -> _Row:
    who, worth = justify(about(face.card), face.worth(), face.width)
    return ("text", who), ("worth", worth)


def _next_row(face: Face, wording: Wording) -> _Row:
    style, days = face.age()
    left, right = justify(wording.within(face.width - len(days)), days, face.width)
    return ("tone", left), (style, right)


def _short_rows(face: Face, wording: Wording) -> tuple[_Row, ...]:
    return _title_row(face), _worth_row(face), _next_row(face, wording)


def _full_rows(face: Face, wording: Wording) -> tuple[_Row, ...]:
    card = face.card
    step = f"› {card.next_step}" if card.next_step else card.contact if card.company else ""
    return *_short_rows(face, wording), (("text", fit(step, face.width)),)


def _compact_rows(face: Face, wording: Wording) -> tuple[_Row, ...]:
    left, worth = justify(face.card.title, face.worth(), face.width)
    style, days = face.age()
    words = wording.short if face.width < 34 else wording.full
    tone = fit(words, min(face.width, len(words)))
    who, end = justify(f" {about(face.card)}", days, face.width - len(tone))
    return (("title", left), ("worth", worth)), (("tone", tone), ("text", who), (style, end))


def _line_rows(face: Face, wording: Wording) -> tuple[_Row, ...]:
    sign = fit(wording.short[:1], min(2, face.width))
    left, worth = justify(face.card.title, face.worth(), face.width - len(sign))
    return ((("tone", sign), ("title", left), ("worth", worth)),)


_ROWS: Mapping[Density, Callable[[Face, Wording], tuple[_Row, ...]]] = {
    Density.CARDS: _full_rows,
    Density.SHORT: _short_rows,
    Density.COMPACT: _compact_rows,
    Density.LINES: _line_rows,
}


# --- columns ----------------------------------------------------------------------------------------------------------


def header_lines(
    column: Column, palette: Palette, width: int, height: int, *, focus: bool, drop: str, note: str
) -> tuple[Piece, ...]:
    """A column's header: name and count, money, a rule with how much is scrolled away above.

    Args:
        column: the column.
        palette: the colours.
        width: cells.
        height: lines: 3; 2 without the money; 1 with the name alone.
        focus: the cursor is in it.
        drop: a card is held over it: what that would mean (`→ here`, `✗`), or empty.
        note: said beside the money (`30 days`: which closed deals these are).
    """
    stage, count = column.stage, f"{len(column):,}"
    name_style = palette["drop"] if drop else palette["name-focus" if focus else "name"]
    name, number = justify(stage.name, f" {drop or count}", width)
    lines: list[Piece] = [
        (Segment(name, name_style), Segment(number, name_style if drop else palette["count"]))
    ]
    if height >= 3:
        lines.append(_money_line(column, palette, width, note))
    if height >= 2:
        mark = "━" if focus or drop else "─"
        style = palette["drop"] if drop else palette["rule-focus" if focus else "rule"]
        above = f" ↑{column.top:,}" if column.top else ""
        room = max(0, width - len(above))
        lines.append((Segment(mark * room, style), Segment(fit(above, width - room), palette["scroll"])))
    return tuple(lines)


def _money_line(column: Column, palette: Palette, width: int, note: str) -> Piece:
    """Totals by currency, the one with the most cards first; then, where there is room, what they are worth weighted."""
    ranked = sorted(column.totals.items(), key=lambda item: -item[1].cards)
    if not ranked:
        left, right = justify("–", note, width)
        return Segment(left, palette["count"]), Segment(right, palette["weighted"])
    shown = 1
    while shown < len(ranked) and len(_sums(ranked, shown + 1)) + 7 * shown + 12 <= width:
        shown += 1
    sums = _sums(ranked, shown)
    right = note
    if column.stage.kind == "open":
        share = f"{column.stage.probability}%"
        weighted = [format_short(total.weighted, currency) for currency, total in ranked[:shown]]
        choices = (" ".join([share, *weighted]), share)
        right = next((text for text in choices if cell_len(text) + cell_len(sums) < width), "")
    elif cell_len(note) + cell_len(sums) >= width:
        right = ""
    left, right = justify(sums, right, width)
    return Segment(left, palette["money"]), Segment(right, palette["weighted"])


def _sums(ranked: Sequence[tuple[str, Total]], shown: int) -> str:
    parts = [format_short(total.minor, currency) for currency, total in ranked[:shown]]
    more = len(ranked) - shown
    return " ".join([*parts, *([f"+{more}"] if more else [])])


def footer_piece(below: int, palette: Palette, width: int) -> Piece:
    """The last line of a column: how many cards lie below."""
    return (Segment(fit(f"↓{below:,}" if below else "", width, "right"), palette["scroll"]),)


def short_count(count: int) -> str:
    """A count in at most four cells."""
    return str(count) if count < 10_000 else f"{count // 1000}k"


def spine_lines(
    column: Column, palette: Palette, width: int, height: int, header: int, *, drop: str
) -> tuple[Piece, ...]:
    """A collapsed column: its count, and its name written downwards."""
    name_style = palette["drop"] if drop else palette["hint"]
    blank = (Segment(" " * width, palette["ground"]),)
    lines: list[Piece] = [
        (Segment(fit(drop[:1] if drop else short_count(len(column)), width), palette["count"] if not drop else name_style),)
    ]  # fmt: skip
    if header >= 3:
        lines.append(blank)
    if header >= 2:
        lines.append((Segment(fit("─" * width, width), palette["drop" if drop else "rule"]),))
    lines += [(Segment(fit(letter, width), name_style),) for letter in printable(column.stage.name)]
    return (*lines[:height], *[blank] * (height - len(lines)))


def narrow_lines(
    column: Column, palette: Palette, width: int, height: int, header: int, *, drop: str, note: str
) -> tuple[Piece, ...]:
    """A closed column beside the open ones: its count and totals, without its cards."""
    lines = list(header_lines(column, palette, width, header, focus=False, drop=drop, note=""))
    blank = (Segment(" " * width, palette["ground"]),)
    lines += [(Segment(fit(text, width), palette["hint"]),) for text in note.split("\n")]
    return (*lines[:height], *[blank] * (height - len(lines)))


def ghost_lines(title: str, fate: str, palette: Palette, width: int, *, refused: bool) -> tuple[Piece, ...]:
    """The card under the mouse pointer while it is dragged, and what letting go would do."""
    style = palette["ghost-refused" if refused else "drop"]
    return (
        (Segment(fit(f" {printable(title)}", width), style),),
        (Segment(fit(f" {fate}", width), style),),
    )
