"""Where people type: a line and a text. Whatever is pasted, nothing in it reaches the terminal as a command.

The cursor does not blink: it would draw twice a second and catch the eye of somebody who is reading.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, ClassVar, Protocol, runtime_checkable

from rich.style import Style
from textual import events
from textual.geometry import Size
from textual.message import Message
from textual.reactive import reactive
from textual.widget import Widget
from textual.widgets import Input, TextArea

from core.schema import LINE_LIMIT, TEXT_LIMIT
from core.text import clean_line, clean_text, printable


@dataclass
class TooLong(Message):
    """What was typed or pasted does not fit; the field is as it was.

    Attributes:
        field: the widget.
        size: how many characters it would hold.
        limit: how many it may hold.
    """

    field: Widget
    size: int
    limit: int

    @property
    def sentence(self) -> str:
        """What to tell the user."""
        return (
            f"That would make {self.size:,} characters; the most here is {self.limit:,}. Nothing was added."
        )


@runtime_checkable
class TakesEnter(Protocol):
    """A screen that does something when enter is pressed in a field."""

    def entered(self, field: Widget) -> None:
        """Enter was pressed. Called at once, so that what is typed ahead finds its effect."""
        ...


class LineEntry(Input):
    """A line to type in. A pasted line break is a blank, and control characters stay outside.

    Its parts have classes of their own, and it has no state of being valid: with those of Textual's a form of
    fifteen lines takes twice as long to open. Its size is fixed: a letter more changes nothing around it, so the
    screen need not be laid out anew.
    """

    virtual_size = reactive(Size(0, 0))

    COMPONENT_CLASSES: ClassVar[set[str]] = {
        "entry--cursor", "entry--placeholder", "entry--suggestion", "entry--selection",
    }  # fmt: skip

    def __init__(
        self, value: str = "", *, limit: int = LINE_LIMIT, breaks: str = " ", **options: Any
    ) -> None:
        """Makes the line.

        Args:
            value: what it holds to begin with.
            limit: how many characters it may hold.
            breaks: what takes the place of a pasted line break.
            options: see `textual.widgets.Input`.
        """
        options = {"select_on_focus": False, **options}
        super().__init__(printable(value), max_length=max(limit, len(value)), **options)
        self._breaks = breaks
        self.set_reactive(Input.cursor_blink, False)

    @classmethod
    def _get_component_classes(cls) -> frozenset[str]:  # type: ignore[override]
        # A widget cannot ask Textual to leave out the parts that it would inherit.
        return frozenset(LineEntry.COMPONENT_CLASSES)

    def get_component_rich_style(self, *names: str, **options: Any) -> Style:
        """The style of a part."""
        own = (name.replace("input--", "entry--") for name in names)
        return super().get_component_rich_style(*own, **options)

    async def action_submit(self) -> None:
        """Tells the screen of it; a message would come behind the keys that are typed ahead."""
        if isinstance(self.screen, TakesEnter):
            self.screen.entered(self)
        else:
            await super().action_submit()

    def validate(self, value: str) -> None:
        """Takes everything: a form says what is wrong when it is saved."""

    def _on_paste(self, event: events.Paste) -> None:
        event.stop()
        event.prevent_default()
        lines = [line for line in re.split(r"[\r\n\x0b\x0c\x85\u2028\u2029]+", event.text) if line.strip()]
        text = _inside(clean_line, self._breaks.join(lines))
        start, end = sorted(self.selection)
        size = len(self.value) - (end - start) + len(text)
        if self.max_length and size > self.max_length:
            self.post_message(TooLong(self, size, self.max_length))
        else:
            self.replace(text, start, end)

    def restricted(self) -> None:
        """Says why the key did nothing."""
        limit = self.max_length or 0
        self.post_message(TooLong(self, limit + 1, limit))


class TextEntry(TextArea):
    """Several lines to type in. Tab goes on to the next field."""

    def __init__(self, value: str = "", *, limit: int = TEXT_LIMIT, **options: Any) -> None:
        """Makes the field; for `value` and `limit` see `LineEntry`."""
        options = {
            "soft_wrap": True, "show_line_numbers": False, "tab_behavior": "focus",
            "highlight_cursor_line": False, **options,
        }  # fmt: skip
        super().__init__(clean_text(value), **options)
        self._limit = limit
        self.set_reactive(TextArea.cursor_blink, False)

    def action_cursor_up(self, select: bool = False) -> None:
        """One line up; from the first one to the field before."""
        if self.cursor_at_first_line and not select:
            self.screen.focus_previous()
        else:
            super().action_cursor_up(select)

    def action_cursor_down(self, select: bool = False) -> None:
        """One line down; from the last one to the next field."""
        if self.cursor_at_last_line and not select:
            self.screen.focus_next()
        else:
            super().action_cursor_down(select)

    async def _on_paste(self, event: events.Paste) -> None:
        event.stop()
        event.prevent_default()
        text = _inside(clean_text, event.text)
        size = len(self.text) - len(self.selected_text) + len(text)
        if size > self._limit:
            self.post_message(TooLong(self, size, self._limit))
            return
        result = self._replace_via_keyboard(text, *self.selection)
        if result is not None:
            self.move_cursor(result.end_location)


def _inside(clean: Callable[[str], str], text: str) -> str:
    """`text` cleaned as a part of something longer: blanks at its ends stay."""
    return clean(f"|{text}|")[1:-1]
