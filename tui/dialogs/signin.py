"""Saying who one is at a team's server. What is typed as a password is shown to nobody and kept nowhere here."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import ClassVar, NamedTuple

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.widget import Widget
from textual.widgets import Input, Static

from core.errors import OffhookError, SignInRefused
from core.text import clean_text
from tui.dialogs.base import Dialog
from tui.dialogs.fields import ChoiceField
from tui.dialogs.form import Rows
from tui.widgets.entry import LineEntry
from tui.widgets.row import Row

SignIn = Callable[[Mapping[str, str]], Awaitable[None]]
"""Takes what was typed.

Raises:
    OffhookError: why it is not good.
"""


class Asked(NamedTuple):
    """A line that is asked for; one with options is chosen, not typed."""

    name: str
    label: str
    placeholder: str = ""
    options: tuple[tuple[str, str], ...] = ()


ADDRESS = Asked("address", "Address", "crm.example.com/offhook")
LOGIN = Asked("login", "Login", "as your admin gave it to you")
PASSWORD = Asked("password", "Password")
COPY = Asked(
    "copy", "Copy here", options=(("", "no, I work online"), ("yes", "yes, to work offline as well"))
)


class SignInDialog(Dialog[bool]):
    """Returns True once `sign_in` took what was typed; None where the user left."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("ctrl+s", "save", "Log in", id="signin.save", priority=True, tooltip="Log in from any line"),
        Binding("down", "app.focus_next", "Next line", show=False, id="signin.next", tooltip="Go to the next line"),
        Binding(
            "up", "app.focus_previous", "Line before", show=False, id="signin.previous",
            tooltip="Go to the line before",
        ),
    ]  # fmt: skip

    def __init__(
        self, title: str, words: str, asked: Sequence[Asked], sign_in: SignIn, *, problem: str = ""
    ) -> None:
        """Makes the question.

        Args:
            title: what for.
            words: what to know beforehand.
            asked: the lines; `PASSWORD` is masked.
            sign_in: tries it.
            problem: why it is asked.
        """
        super().__init__(title, hints=[("enter", "log in"), ("tab", "next line")])
        self._words = words
        self._sign_in = sign_in
        self._problem = problem
        self._busy = False
        self._lines = {
            one.name: ChoiceField(one.options, "")
            if one.options
            else LineEntry(placeholder=one.placeholder, password=one is PASSWORD)
            for one in asked
        }
        self._labels = {one.name: one.label for one in asked}

    def compose_body(self) -> ComposeResult:
        """The lines."""
        yield Static(clean_text(self._words), classes="dialog--hint", markup=False)
        with Rows(classes="form dialog--flex"):
            for name, line in self._lines.items():
                yield Row(self._labels[name], line)

    def on_mount(self) -> None:
        """Begins with the first line."""
        next(iter(self._lines.values())).focus()
        if self._problem:
            self.tell(self._problem, problem=True)

    @on(Input.Changed)
    def _changed(self) -> None:
        self.typed_on()

    def entered(self, field: Widget) -> None:
        """Enter goes on to the next line, and logs in behind the last."""
        if field is list(self._lines.values())[-1]:
            self.action_save()
        else:
            self.focus_next()

    def action_save(self) -> None:
        """Tries it, once every line is filled."""
        if self._busy:
            return
        for name, line in self._lines.items():
            if isinstance(line, LineEntry) and not line.value.strip():
                self.tell(f"{self._labels[name]} is needed.", problem=True)
                line.focus()
                return
        self._busy = True
        self.hold()
        self.tell("Logging in …")
        self.run_worker(self._try(), group="save")

    async def _try(self) -> None:
        typed = {
            name: line.value if name == PASSWORD.name else line.value.strip()
            for name, line in self._lines.items()
        }
        try:
            await self._sign_in(typed)
        except OffhookError as error:
            self.tell(str(error), problem=True)
            password = self._lines[PASSWORD.name]
            if isinstance(error, SignInRefused) and isinstance(password, LineEntry):
                password.value = ""
                password.focus()
            self.go_on()
        else:
            self.dismiss(True)
        finally:
            self._busy = False

    def action_leave(self) -> None:
        """Leaves, unless it is being tried."""
        if not self._busy:
            super().action_leave()
