"""The kinds of fields that forms are made of: how each is shown, typed and read."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, ClassVar

from textual import events
from textual.app import RenderResult
from textual.content import Content
from textual.message import Message
from textual.suggester import Suggester
from textual.widget import Widget
from textual.widgets import Input, TextArea

from core.errors import Invalid
from core.money import Money, exponent, parse_money
from core.points import LABELS, show_phone
from core.schema import LINE_LIMIT, TEXT_LIMIT
from core.text import clean_line, fold, printable
from core.when import parse_when
from tui.widgets.entry import LineEntry, TakesEnter, TextEntry

POINTS_LIMIT = 3_000
"""Characters for all the numbers or addresses of a contact in one line."""


@dataclass(frozen=True, slots=True)
class FormField:
    """A field of a form.

    Attributes:
        name: the key of its value in what the form returns.
        label: what people read.
        kind: line, text, money, date, when, number, percent, flag, choice, tags, items, points or company.
        value: what it holds to begin with, in the form that `read` returns.
        options: (id, label) pairs of a choice.
        currency: of money, where none is typed.
        hint: shown while it is empty.
        required: an empty one is refused by the form itself.
        suggester: completes what is typed.
    """

    name: str
    label: str
    kind: str = "line"
    value: Any = None
    options: Sequence[tuple[str, str]] = ()
    currency: str = ""
    hint: str = ""
    required: bool = False
    suggester: Suggester | None = None


class ChoiceField(Widget, can_focus=True):
    """One of a few: left and right change it, a letter jumps, enter goes on."""

    COMPONENT_CLASSES: ClassVar[set[str]] = {"choice--arrow", "choice--arrow-focus"}

    @dataclass
    class Changed(Message):
        """Another option is shown."""

        field: ChoiceField

    def __init__(self, options: Sequence[tuple[str, str]], value: str) -> None:
        super().__init__(classes="choice-field")
        self._options = list(options)
        ids = [option for option, _ in self._options]
        self._index = ids.index(value) if value in ids else 0

    @property
    def value(self) -> str:
        """The id of the option that is shown."""
        return self._options[self._index][0] if self._options else ""

    def render(self) -> RenderResult:
        """The option between arrows."""
        label = printable(self._options[self._index][1]) if self._options else ""
        arrow = self.get_visual_style("choice--arrow-focus" if self.has_focus else "choice--arrow")
        return Content.assemble(("‹ ", arrow), label or "–", (" ›", arrow))

    def on_key(self, event: events.Key) -> None:
        """Changes the option."""
        if event.key in ("left", "right", "space"):
            event.stop()
            event.prevent_default()
            self._go(self._index + (-1 if event.key == "left" else 1))
        elif event.key == "enter":
            event.stop()
            if isinstance(self.screen, TakesEnter):
                self.screen.entered(self)
        elif event.character and event.character.isalnum():
            event.stop()
            order = [*range(self._index + 1, len(self._options)), *range(self._index + 1)]
            for index in order:
                if fold(self._options[index][1]).startswith(fold(event.character)):
                    self._go(index)
                    break

    def check_consume_key(self, key: str, character: str | None) -> bool:
        """Letters jump within the options and are no commands meanwhile."""
        return key == "space" or bool(character and character.isalnum())

    def on_click(self) -> None:
        """The mouse goes on to the next."""
        self._go(self._index + 1)

    def _go(self, index: int) -> None:
        self._index = index % max(1, len(self._options))
        self.refresh()
        self.post_message(self.Changed(self))


def widget_for(field: FormField) -> Widget:
    """The widget that edits a field."""
    if field.kind == "text":
        return TextEntry(shown(field), limit=TEXT_LIMIT, placeholder=field.hint)
    if field.kind == "choice":
        return ChoiceField(field.options, field.value or "")
    if field.kind == "flag":
        return ChoiceField([("", "no"), ("yes", "yes")], "yes" if field.value else "")
    listed = field.kind in ("points", "tags", "items")
    return LineEntry(
        shown(field), placeholder=field.hint, suggester=field.suggester,
        limit=POINTS_LIMIT if listed else LINE_LIMIT, breaks=", " if listed else " ",
        # A time is said anew, not mended: what is typed takes the place of the one that stands there.
        select_on_focus=field.kind == "when",
    )  # fmt: skip


def shown(field: FormField) -> str:
    """A value as it stands in a line to be typed in; `read` reads it back."""
    value = field.value
    if value is None or value == "":
        return ""
    if field.kind == "money":
        amount = f"{Decimal(value.minor).scaleb(-exponent(value.currency)):,.{exponent(value.currency)}f}"
        whole, _, cents = amount.partition(".")
        return f"{amount if cents.strip('0') else whole} {value.currency}"
    if field.kind == "points":
        return ", ".join(_shown_point(point) for point in value)
    if field.kind == "tags":
        return " ".join(value)
    if field.kind == "items":
        return ", ".join(value)
    if isinstance(value, dt.date):
        return value.isoformat()
    return str(value)


def _shown_point(point: Mapping[str, str]) -> str:
    value, label = point["value"], clean_line(point.get("label", "")).replace(",", " ").replace(";", " ")
    value = show_phone(value) if value.startswith("+") else value
    if label and label not in LABELS:
        label = f"({label})"
    mark = f"! {point['bad']}" if point.get("bad") else ""
    return " ".join(filter(None, [value, label, mark]))


def typed_in(widget: Widget) -> str:
    """What is in a field's widget, as text."""
    if isinstance(widget, TextArea):
        return widget.text
    if isinstance(widget, (Input, ChoiceField)):
        return widget.value
    raise TypeError(f"{widget!r} is no field")


def read(field: FormField, typed: str, *, now: dt.datetime, zone: dt.tzinfo) -> Any:
    """What was typed, as a value.

    Raises:
        Invalid: it does not fit the field.
    """
    typed = typed.strip()
    if not typed:
        if field.required:
            raise Invalid({field.name: f"{field.label} is needed."})
        return _EMPTY.get(field.kind, lambda: None)()
    reader = _READERS.get(field.kind)
    try:
        return reader(field, typed, now, zone) if reader else typed
    except Invalid as error:
        raise Invalid({field.name: str(error)}) from None


_EMPTY: Mapping[str, Callable[[], Any]] = {
    "line": str, "text": str, "choice": str, "company": str, "tags": tuple, "items": tuple, "points": tuple, "flag": bool,
}  # fmt: skip


def _money(field: FormField, typed: str, _now: dt.datetime, _zone: dt.tzinfo) -> Money:
    return parse_money(typed, field.currency)


def _date(_field: FormField, typed: str, now: dt.datetime, zone: dt.tzinfo) -> dt.date:
    return parse_when(typed, now, zone)[0].astimezone(zone).date()


_NUMBER = re.compile(r"[+-]?(?:\d{1,3}(?:,\d{3})+|\d+)(?:\.\d+)?")


def _number(field: FormField, typed: str, _now: dt.datetime, _zone: dt.tzinfo) -> int | float:
    if not _NUMBER.fullmatch(typed):
        raise Invalid({field.name: f"“{printable(typed)[:40]}” is not a number. Try 1200 or 2.5."})
    number = Decimal(typed.replace(",", ""))
    return int(number) if number == number.to_integral_value() else float(number)


def _percent(field: FormField, typed: str, now: dt.datetime, zone: dt.tzinfo) -> int:
    number = _number(field, typed.removesuffix("%").strip(), now, zone)
    if not isinstance(number, int):
        raise Invalid({field.name: f"{field.label} is a whole percentage."})
    return number


# Whatever stands behind the last digit or behind an address is the label, so that any label can be typed; and behind that why
# a number is not dialled any more.
_POINT = re.compile(
    r"(?P<value>\S+@\S+|[^@]*\d)\s*(?:\((?P<bracketed>[^)]*)\)|(?P<label>[^\W\d][^\d@!]*))?\s*(?:!(?P<bad>[^\d@]*))?"
)


def _points(_field: FormField, typed: str, _now: dt.datetime, _zone: dt.tzinfo) -> tuple[dict[str, str], ...]:
    """`+49 171 1234567 mobile, 030 123456 work ! wrong number`: values with a label behind them, the one that is dialled first."""
    out = []
    for part in map(clean_line, re.split(r"[,;\n]", typed)):
        match = _POINT.fullmatch(part)
        if match:
            label = (match["bracketed"] or match["label"] or "").strip().lower()
            bad = (match["bad"] or "").strip()
            out.append({"value": match["value"].strip(), "label": label} | ({"bad": bad} if bad else {}))
        elif part:
            out.append({"value": part, "label": ""})
    return tuple(out)


_READERS: Mapping[str, Callable[[FormField, str, dt.datetime, dt.tzinfo], Any]] = {
    "money": _money,
    "date": _date,
    "when": lambda _field, typed, now, zone: parse_when(typed, now, zone),
    "number": _number,
    "percent": _percent,
    "flag": lambda _field, typed, _now, _zone: typed == "yes",
    "tags": lambda _field, typed, _now, _zone: tuple(
        dict.fromkeys(typed.replace(",", " ").replace("#", " ").split())
    ),
    "items": lambda _field, typed, _now, _zone: tuple(
        dict.fromkeys(filter(None, map(clean_line, re.split(r"[,;]", typed))))
    ),
    "points": _points,
}
