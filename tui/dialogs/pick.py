"""Choosing from a list: type to narrow it down, enter takes it."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from typing import ClassVar

from textual import events, on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.widgets import Input, Static

from core.errors import Invalid
from core.text import clean_text, fold, printable
from tui.dialogs.base import Dialog
from tui.widgets.choices import Choices, Option
from tui.widgets.entry import LineEntry

__all__ = ["NEW", "Option", "Picker", "narrowed"]

NEW = "+"
"""Prefix of the id that is returned for something typed anew."""
MOST_LINES = 14


def narrowed(options: Sequence[Option], typed: str) -> list[Option]:
    """The options that hold every word that was typed; those whose label starts like it first."""
    wanted = fold(typed).split()
    if not wanted:
        return list(options)
    shown = [
        o for o in options if not o.heading and all(word in fold(f"{o.label} {o.detail}") for word in wanted)
    ]
    start = " ".join(wanted)
    shown.sort(key=lambda o: not fold(o.label).startswith(start))
    return shown


class Picker(Dialog[str | list[str]]):
    """Returns the id of the chosen option; with `multi` the list of the marked ones; None where the user left.

    With `allow_new`, what was typed can be chosen too; its id is the text behind `NEW`. With `read`, what was typed is
    read, and the option that it means can be chosen. Where options have keys, one key chooses, and `/` begins to type; with `read`
    so does any other character.
    """

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("up,ctrl+p", "step(-1)", "Up", show=False, id="pick.up", tooltip="One up", priority=True),
        Binding("down,ctrl+n", "step(1)", "Down", show=False, id="pick.down", tooltip="One down", priority=True),
        Binding("pageup", "step(-10)", "Ten up", show=False, id="pick.page-up", tooltip="Ten up", priority=True),
        Binding("pagedown", "step(10)", "Ten down", show=False, id="pick.page-down", tooltip="Ten down", priority=True),
        Binding("enter", "take", "Take", id="pick.take", tooltip="Take what is under the cursor", priority=True),
        Binding(
            "tab,ctrl+@", "mark", "Mark", show=False, id="pick.mark", tooltip="Mark one of several", priority=True
        ),
        Binding(
            "ctrl+d,delete", "delete", "Delete", show=False, id="pick.delete",
            tooltip="Delete what is under the cursor, where that can be", priority=True,
        ),
    ]  # fmt: skip

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
        hint: str = "",
        delete: Callable[[Option], Awaitable[bool]] | None = None,
        read: Callable[[str], Option] | None = None,
    ) -> None:
        """Makes the question.

        Args:
            title: what is asked.
            options: what there is to choose from.
            current: the id of the one under the cursor to begin with.
            multi: several can be marked.
            marked: the ids of those that are marked to begin with.
            allow_new: what was typed can be chosen too.
            on_highlight: is told what is under the cursor.
            placeholder: shown while nothing is typed.
            hint: a sentence above the list.
            delete: deletes an option's thing, having asked; says whether it is gone.
            read: makes an option of what was typed, or raises `Invalid` that says why that cannot be.
        """
        self._keys = {option.key: option for option in options if option.key}
        hints = (
            [("pick.mark", "mark"), ("pick.take", "take the marked")] if multi else [("pick.take", "take")]
        )
        if delete is not None:
            hints.append(("pick.delete", "delete"))
        if self._keys:
            hints = [
                ("/", "type another" if read else "type a new one" if allow_new else "type to find"),
                *hints,
            ]
        super().__init__(title, hints=hints)
        self._options = list(options)
        self._current = current
        self._multi = multi
        self._marked = list(marked)
        self._touched = bool(marked)
        self._allow_new = allow_new
        self._on_highlight = on_highlight
        self._placeholder = placeholder
        self._hint = hint
        self._delete = delete
        self._read = read

    def compose_body(self) -> ComposeResult:
        """A line to type in, and the list."""
        if self._hint:
            yield Static(clean_text(self._hint), classes="dialog--hint", markup=False)
        line = LineEntry(placeholder=self._placeholder, id="pick-filter")
        # One key is enough where options have keys: the line comes when it is asked for.
        line.display = not self._keys
        yield line
        extra = 1 if self._allow_new and not self._keys else 0
        yield Choices(self._options, lines=min(max(len(self._options) + extra, 1), MOST_LINES))

    def on_mount(self) -> None:
        """Puts the cursor on the present choice, and focuses the line unless single keys choose."""
        choices = self.query_one(Choices)
        choices.marking, choices.marked = self._multi, self._marked
        for index, option in enumerate(self._options):
            if option.id == self._current:
                choices.point(index)
        if not self._keys:
            self.query_one(LineEntry).focus()

    def on_key(self, event: events.Key) -> None:
        """One key chooses, where options have keys and nothing is being typed."""
        if self.focused is not None:
            return
        option = self._keys.get(event.character or event.key)
        if option is not None:
            event.stop()
            self.dismiss([option.id] if self._multi else option.id)
        elif event.key == "slash" or (self._read is not None and event.is_printable):
            # Whoever types a time right away means all of it: nothing of it may be taken for a key.
            event.stop()
            line = self.query_one(LineEntry)
            line.display = True
            self.set_focus(line)
            if event.key != "slash":
                line.insert_text_at_cursor(event.character or "")
            self.call_after_refresh(self.fit)
        elif event.key in ("j", "k"):
            event.stop()
            self.action_step(1 if event.key == "j" else -1)

    @on(Input.Changed)
    def _narrow(self, event: Input.Changed) -> None:
        typed = event.value.strip()
        if self._read is not None and typed:
            self._say_back(typed, self._read)
            return
        shown = narrowed(self._options, typed)
        if self._allow_new and typed and all(fold(o.label) != fold(typed) for o in self._options):
            shown.append(Option(NEW + typed, typed, "new"))
        self.query_one(Choices).show(shown, empty=f"Nothing fits “{printable(typed)[:40]}”.")

    def _say_back(self, typed: str, read: Callable[[str], Option]) -> None:
        self.tell("")
        try:
            self.query_one(Choices).show([read(typed)])
        except Invalid as error:
            self.query_one(Choices).show([], empty=str(error))

    @on(Choices.Highlighted)
    def _highlighted(self, event: Choices.Highlighted) -> None:
        if self._on_highlight and event.option is not None:
            self._on_highlight(event.option)

    @on(Choices.Chosen)
    def _clicked(self) -> None:
        if self._multi:
            self.action_mark()
        else:
            self.action_take()

    def action_step(self, step: int) -> None:
        """Moves the cursor."""
        self.query_one(Choices).move(step)

    def action_mark(self) -> None:
        """Marks the option under the cursor, where several can be taken."""
        choices = self.query_one(Choices)
        chosen = choices.current
        if not self._multi or chosen is None:
            return
        self._touched = True
        if chosen.id in self._marked:
            self._marked.remove(chosen.id)
        else:
            self._marked.append(chosen.id)
            if chosen.id.startswith(NEW) and chosen not in self._options:
                self._options.insert(0, chosen)
        line = self.query_one(LineEntry)
        if line.value:
            line.value = ""
        choices.marked = tuple(self._marked)
        choices.refresh()

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Deletes only where that can be."""
        return self._delete is not None if action == "delete" else super().check_action(action, parameters)

    def action_delete(self) -> None:
        """Deletes what is under the cursor."""
        option = self.query_one(Choices).current
        if option is not None and self._delete is not None:
            self.run_worker(self._delete_one(option, self._delete), group="delete", exclusive=True)

    async def _delete_one(self, option: Option, delete: Callable[[Option], Awaitable[bool]]) -> None:
        if await delete(option):
            self._options = [one for one in self._options if one.id != option.id]
            self._narrow(Input.Changed(self.query_one(LineEntry), self.query_one(LineEntry).value))

    def action_take(self) -> None:
        """Returns the answer. Of several, what was typed for is taken along."""
        current = self.query_one(Choices).current
        if self._multi:
            typed = bool(self.query_one(LineEntry).value.strip())
            if current is not None and current.id not in self._marked and (typed or not self._touched):
                self._marked.append(current.id)
            self.dismiss(list(self._marked))
        elif current is not None:
            self.dismiss(current.id)
        elif self._read is not None:
            try:
                self._read(self.query_one(LineEntry).value.strip())
            except Invalid as error:
                # The line of the list is too short for all that can be said.
                self.tell(str(error), problem=True)
