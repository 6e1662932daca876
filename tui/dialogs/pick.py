"""Choosing from a list: type to narrow it down, enter takes it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import ClassVar

from textual import events, on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.widgets import Input

from core.text import fold
from tui.dialogs.base import Dialog
from tui.widgets.choices import Choices, Option

__all__ = ["Option", "Picker"]

NEW = "+"
"""Prefix of the id that is returned for something typed anew."""


class Picker(Dialog[str | list[str]]):
    """Returns the id of the chosen option; with `multi` the list of the marked ones; None where the user left.

    With `allow_new`, what was typed can be chosen too; its id is the text behind `NEW`.
    """

    AUTO_FOCUS = ""  # where single keys choose, the line must not swallow them
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("up,ctrl+p", "step(-1)", "Up", show=False, id="pick.up", priority=True),
        Binding("down,ctrl+n", "step(1)", "Down", show=False, id="pick.down", priority=True),
        Binding("pageup", "step(-10)", "Up", show=False, id="pick.page-up", priority=True),
        Binding("pagedown", "step(10)", "Down", show=False, id="pick.page-down", priority=True),
        Binding("enter", "take", "Take", id="pick.take", priority=True),
        Binding("tab,ctrl+@", "mark", "Mark", show=False, id="pick.mark", priority=True),
    ]

    def __init__(
        self,
        title: str,
        options: Sequence[Option],
        *,
        current: str = "",
        multi: bool = False,
        marked: Sequence[str] = (),
        allow_new: bool = False,
        on_highlight: Callable[[Option], object] | None = None,
        placeholder: str = "Type to narrow down",
    ) -> None:
        hints = [("enter", "take")]
        if multi:
            hints = [("tab", "mark"), ("enter", "take the marked")]
        super().__init__(title, hints=hints)
        self._options = list(options)
        self._current = current
        self._multi = multi
        self._marked = list(marked)
        self._allow_new = allow_new
        self._on_highlight = on_highlight
        self._placeholder = placeholder
        self._keys = {option.key: option for option in options if option.key}

    def compose_body(self) -> ComposeResult:
        """A line to type in, and the list."""
        yield Input(
            placeholder="/ to narrow down" if self._keys else self._placeholder,
            compact=True,
            id="pick-filter",
        )
        yield Choices(self._options)

    def on_mount(self) -> None:
        """Puts the cursor on the present choice, and focuses the line unless single keys choose."""
        choices = self.query_one(Choices)
        choices.styles.height = min(max(len(self._options), 1), 14)
        choices.marked = self._marked if self._multi else ()
        for index, option in enumerate(self._options):
            if option.id == self._current:
                choices.point(index)
        if self._keys:
            self.set_focus(None)
        else:
            self.query_one(Input).focus()

    def on_key(self, event: events.Key) -> None:
        """One key chooses, where options have keys and nothing is being typed."""
        if self.focused is None:
            option = self._keys.get(event.character or event.key)
            if option is not None:
                event.stop()
                self.dismiss([option.id] if self._multi else option.id)
            elif event.key == "slash":
                event.stop()
                self.query_one(Input).focus()
            elif event.key in ("j", "k"):
                event.stop()
                self.action_step(1 if event.key == "j" else -1)

    @on(Input.Changed)
    def _narrow(self, event: Input.Changed) -> None:
        wanted = fold(event.value).split()
        shown = [o for o in self._options if all(word in fold(f"{o.label} {o.detail}") for word in wanted)]
        shown.sort(key=lambda o: not fold(o.label).startswith(fold(event.value.strip())))
        typed = event.value.strip()
        if self._allow_new and typed and all(fold(o.label) != fold(typed) for o in self._options):
            shown.append(Option(NEW + typed, typed, "new"))
        self.query_one(Choices).show(shown)

    @on(Choices.Highlighted)
    def _highlighted(self, event: Choices.Highlighted) -> None:
        if self._on_highlight and event.option is not None:
            self._on_highlight(event.option)

    @on(Choices.Chosen)
    def _clicked(self) -> None:
        self.action_take()

    def action_step(self, step: int) -> None:
        """Moves the cursor."""
        self.query_one(Choices).move(step)

    def action_mark(self) -> None:
        """Marks the option under the cursor, where several can be taken."""
        choices = self.query_one(Choices)
        if self._multi and choices.current is not None:
            chosen = choices.current
            if chosen.id in self._marked:
                self._marked.remove(chosen.id)
            else:
                self._marked.append(chosen.id)
                if chosen.id.startswith(NEW):
                    self._options.insert(0, Option(chosen.id, chosen.label, "new"))
            choices.marked = tuple(self._marked) or ("",)
            self.query_one(Input).value = ""
            choices.refresh()

    def action_take(self) -> None:
        """Returns the answer."""
        current = self.query_one(Choices).current
        if self._multi:
            if not self._marked and current is not None:
                self._marked.append(current.id)
            self.dismiss(self._marked)
        elif current is not None:
            self.dismiss(current.id)
