"""The kinds of fields that forms are made of: how each is shown, typed and read."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
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
from core.points import LABELS
from core.text import fold
from core.when import parse_when


@dataclass(frozen=True, slots=True)
class FormField:
    """A field of a form.

    Attributes:
        name: the key of its value in what the form returns.
        label: what people read.
        kind: line, text, money, date, when, number, percent, flag, choice, tags, points or company.
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
    """One of a few: left and right change it, a letter jumps."""

    COMPONENT_CLASSES: ClassVar[set[str]] = {"choice--arrow"}

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
        label = self._options[self._index][1] if self._options else "–"
        arrow = "choice--arrow"
        style = self.get_component_styles(arrow).color.hex
        return Content.assemble(("‹ ", style), label or "–", (" ›", style))

    def on_key(self, event: events.Key) -> None:
        """Changes the option."""
        if event.key in ("left", "right", "space"):
            event.stop()
            event.prevent_default()
            self._go(self._index + (-1 if event.key == "left" else 1))
        elif event.character and event.character.isalnum():
            event.stop()
            order = [*range(self._index + 1, len(self._options)), *range(self._index + 1)]
            for index in order:
                if fold(self._options[index][1]).startswith(fold(event.character)):
                    self._go(index)
                    break

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
        return TextArea(
            field.value or "", compact=True, soft_wrap=True, show_line_numbers=False, tab_behavior="focus"
        )
    if field.kind == "choice":
        return ChoiceField(field.options, field.value or "")
    if field.kind == "flag":
        return ChoiceField([("", "no"), ("yes", "yes")], "yes" if field.value else "")
    return Input(
        shown(field), placeholder=field.hint, compact=True, select_on_focus=False, suggester=field.suggester
    )


def shown(field: FormField) -> str:
    """A value as it stands in a line to be typed in; `read` reads it back."""
    value = field.value
    if value is None or value == "":
        return ""
    if field.kind == "money":
        amount = f"{value.minor / 10 ** exponent(value.currency):.{exponent(value.currency)}f}"
        whole = amount.rstrip("0").rstrip(".") if "." in amount else amount
        return f"{whole} {value.currency}"
    if field.kind == "points":
        return ", ".join(f"{point['value']} {point.get('label', '')}".strip() for point in value)
    if field.kind == "tags":
        return " ".join(value)
    if isinstance(value, dt.date):
        return value.isoformat()
    return str(value)


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
    "line": str, "text": str, "choice": str, "company": str, "tags": tuple, "points": tuple, "flag": bool,
}  # fmt: skip


def _money(field: FormField, typed: str, _now: dt.datetime, _zone: dt.tzinfo) -> Money:
    return parse_money(typed, field.currency)


def _date(_field: FormField, typed: str, now: dt.datetime, zone: dt.tzinfo) -> dt.date:
    try:
        return dt.date.fromisoformat(typed)
    except ValueError:
        return parse_when(typed, now, zone)[0].astimezone(zone).date()


def _whole(field: FormField, typed: str, _now: dt.datetime, _zone: dt.tzinfo) -> int:
    try:
        return int(typed.removesuffix("%").strip().replace(",", ""))
    except ValueError:
        raise Invalid({field.name: f"{field.label} is a whole number."}) from None


def _points(_field: FormField, typed: str, _now: dt.datetime, _zone: dt.tzinfo) -> tuple[dict[str, str], ...]:
    """`+49 171 1234567 mobile, 030 123456 work`: values with a label behind them."""
    out = []
    for part in typed.replace("\n", ",").split(","):
        words = part.split()
        label = words.pop().lower() if len(words) > 1 and words[-1].lower() in LABELS else ""
        if words:
            out.append({"value": " ".join(words), "label": label})
    return tuple(out)


_READERS: Mapping[str, Callable[[FormField, str, dt.datetime, dt.tzinfo], Any]] = {
    "money": _money,
    "date": _date,
    "when": lambda _field, typed, now, zone: parse_when(typed, now, zone),
    "number": _whole,
    "percent": _whole,
    "flag": lambda _field, typed, _now, _zone: typed == "yes",
    "tags": lambda _field, typed, _now, _zone: tuple(
        dict.fromkeys(typed.replace(",", " ").replace("#", " ").split())
    ),
    "points": _points,
}
