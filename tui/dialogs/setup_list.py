"""A list of what the organization has set up, edited in place: every key is a command of its own, and `u` takes it back."""

from __future__ import annotations

from collections.abc import Awaitable, Mapping, Sequence
from typing import TYPE_CHECKING, ClassVar, Protocol

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.events import Resize

from core.changes import Answer, Changeset, Status
from core.commands.base import Command
from core.commands.undo import Undo
from core.errors import Refused
from core.permissions import require_role
from core.workspace import Changed
from tui.actions import key_of
from tui.desk import Desk
from tui.dialogs.base import Dialog
from tui.widgets.choices import Choices, Option

if TYPE_CHECKING:
    from tui.dialogs.fields import FormField


NARROW = 60
"""Columns below which a list says less of each."""


SETTERS = ("admin", "manager")
"""Roles that change what the whole organization works by."""


class Settle(Protocol):
    """Asks who is right where two people changed the same."""

    def __call__(
        self, command: Command, answer: Answer, *, editors: Mapping[str, FormField]
    ) -> Awaitable[Answer | None]:
        """The last answer; None where theirs stands. See `tui.flows.run.settle`."""
        ...


def may_set_up(desk: Desk) -> bool:
    """Whether the user changes what the whole organization works by."""
    return desk.catalog.me.role in SETTERS


class SetupList(Dialog[None]):
    """Lists something, with a cursor. Subclasses say what in `show_list`, and run what their keys mean with `run`."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("j,down", "step(1)", "Down", show=False, id="setup.down", tooltip="One down"),
        Binding("k,up", "step(-1)", "Up", show=False, id="setup.up", tooltip="One up"),
        Binding("pagedown", "step(10)", "Ten down", show=False, id="setup.page-down", tooltip="Ten down"),
        Binding("pageup", "step(-10)", "Ten up", show=False, id="setup.page-up", tooltip="Ten up"),
        Binding("u", "undo", "Undo", id="setup.undo", tooltip="Take back the latest change made here"),
        Binding("question_mark", "app.keys", "All keys", show=False, id="setup.keys", tooltip="The keys of this dialog"),
    ]  # fmt: skip
    LINES: ClassVar[int] = 12

    def __init__(
        self, desk: Desk, title: str, *, hints: Sequence[tuple[str, str]], settle: Settle | None = None
    ) -> None:
        super().__init__(title, hints=[*hints, ("setup.keys", "more")])
        self.desk = desk
        self._settle_with = settle
        self._done: list[str] = []
        self._stop = desk.listen(self._changed)

    def compose_body(self) -> ComposeResult:
        """The list."""
        yield Choices(empty="There is nothing yet.", lines=self.LINES)

    def show_list(self, wanted: str = "") -> None:
        """Shows what there is now, with the cursor on the one of that id, or else where it was."""
        raise NotImplementedError

    def fill(self, options: Sequence[Option], wanted: str = "", *, empty: str | None = None) -> None:
        """Puts options into the list, with the cursor as `show_list` says; `empty` is said where there are none."""
        wanted = wanted or self.current_id
        cursor = next(
            (n for n, option in enumerate(options) if wanted and option.id == wanted), self.choices.cursor
        )
        self.choices.show(options, cursor=cursor, empty=empty)

    @property
    def choices(self) -> Choices:
        """The list."""
        return self.query_one(Choices)

    @property
    def current_id(self) -> str:
        """The id of what is under the cursor; empty where nothing is."""
        current = self.choices.current
        return current.id if current else ""

    def on_mount(self) -> None:
        """Shows the list."""
        self.show_list()

    def on_resize(self, event: Resize) -> None:
        """Says less of each where there is less room."""
        super().on_resize(event)
        self.show_list()

    def on_unmount(self) -> None:
        """Lets go of the desk."""
        self._stop()

    def _changed(self, changed: Changed) -> None:
        if self.is_mounted:
            self.show_list()

    def action_step(self, step: int) -> None:
        """Moves the cursor."""
        self.choices.move(step)

    def may_change(self, what: str) -> bool:
        """Whether the user may change what is listed; says why not.

        Args:
            what: what people call all of it.
        """
        try:
            require_role(self.desk.catalog, *SETTERS)
        except Refused as error:
            self.tell(f"You can look at {what}. {error}", problem=True)
            return False
        return True

    # --- one command after the other ----------------------------------------------------------------------------

    async def run(self, command: Command) -> Answer:
        """Executes a command, asks who is right where that is needed, and says what came of it."""
        answer = await self.desk.execute(command)
        settled = await self._settled(command, answer, {})
        return answer if settled is None else self.tell_of(settled)

    async def save(self, command: Command, editors: Mapping[str, FormField]) -> dict[str, str] | None:
        """Does what a form comes to.

        Args:
            command: what it comes to.
            editors: how its fields are typed, by the names of the record's.

        Returns:
            What is wrong, field by field, for the form to show; None when it is done.
        """
        settled = await self._settled(command, await self.desk.execute(command), editors)
        if settled is None:
            return None
        if settled.applied:
            self.tell_of(settled)
            return None
        if settled.status is Status.CONFLICT:
            return {"": f"Not saved, and still here: {key_of(self, 'form.save')} asks again who is right."}
        return dict(settled.fields) or {"": settled.reason or "That did not work."}

    async def _settled(
        self, command: Command, answer: Answer, editors: Mapping[str, FormField]
    ) -> Answer | None:
        """The answer, once nobody else's change is in question; None where theirs stands, which is told."""
        if answer.status is not Status.CONFLICT or self._settle_with is None:
            return answer
        settled = await self._settle_with(command, answer, editors=editors)
        if settled is None:
            self.tell("Nothing was changed.")
        return settled

    def tell_of(self, answer: Answer) -> Answer:
        """Says what came of a command, and remembers it for undo."""
        if answer.applied and answer.changeset:
            self.remember(answer.changeset)
            undo = f" · {key_of(self, 'setup.undo')} undoes" if answer.changeset.changes else ""
            self.tell(f"{answer.changeset.summary}{undo}")
        else:
            self.tell(answer.reason or "That did not work.", problem=True)
        return answer

    def remember(self, done: Changeset) -> None:
        """Has undo take this back next."""
        if done.changes:
            self._done.append(done.id)

    def action_undo(self) -> None:
        """Takes the latest change back."""
        self.run_worker(self._undo(), group="undo")

    async def _undo(self) -> None:
        if not self._done:
            self.tell("Nothing was changed here yet.")
            return
        answer = await self.desk.execute(Undo(changeset_id=self._done.pop()))
        words = answer.changeset.summary if answer.applied and answer.changeset else answer.reason
        self.tell(words, problem=not answer.applied)
