"""All keys of where the user is, and the palette: the same list, to look at or to act from."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar

from rich.cells import cell_len
from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.screen import Screen
from textual.widgets import Input

from core.text import fold
from tui.actions import Action, actions_on
from tui.dialogs.base import Dialog
from tui.widgets.choices import Choices, Option
from tui.widgets.entry import LineEntry

MOST_LINES = 18


@dataclass(frozen=True, slots=True)
class Place:
    """Somewhere to go, for the palette.

    Attributes:
        key: how one gets there by keys.
        label: what the palette says.
        go: goes there.
        detail: more about it.
    """

    key: str
    label: str
    go: Callable[[], object]
    detail: str = ""


class KeysDialog(Dialog[Callable[[], Any]]):
    """Lists what can be done on a screen, with its keys; type to find one. Returns what does the chosen one."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("up", "step(-1)", "Up", show=False, id="keys.up", tooltip="One up", priority=True),
        Binding("down", "step(1)", "Down", show=False, id="keys.down", tooltip="One down", priority=True),
        Binding("pageup", "step(-12)", "Page up", show=False, id="keys.page-up", tooltip="A page up", priority=True),
        Binding(
            "pagedown", "step(12)", "Page down", show=False, id="keys.page-down", tooltip="A page down", priority=True
        ),
        Binding("enter", "take", "Do it", id="keys.take", tooltip="Do what is under the cursor", priority=True),
        Binding("f1", "leave", "Leave", show=False, id="keys.leave", tooltip="Go back", priority=True),
    ]  # fmt: skip

    def __init__(
        self,
        screen: Screen[Any],
        *,
        title: str = "Keys",
        places: Sequence[Place] = (),
        setups: Sequence[Place] = (),
        grouped: bool = True,
    ) -> None:
        super().__init__(title, hints=[("type", "to find"), ("enter", "do it")])
        self._grouped = grouped
        self._options: list[Option] = []
        self._does: dict[str, Callable[[], Any]] = {}
        self._add_places("Go to", places)
        actions = list(actions_on(screen))
        for group in dict.fromkeys(action.group for action in actions):
            self._add(
                group,
                [
                    (action.id, action.label, action.tooltip, "  ".join(action.keys), _runner(screen, action))
                    for action in actions
                    if action.group == group
                ],
            )

        self._add_places("Set up", setups)

    def _add_places(self, group: str, places: Sequence[Place]) -> None:
        self._add(
            group, [(f"go:{place.label}", place.label, place.detail, place.key, place.go) for place in places]
        )

    def _add(self, group: str, rows: Iterable[tuple[str, str, str, str, Callable[[], Any]]]) -> None:
        rows = list(rows)
        if rows and self._grouped:
            self._options.append(Option("", group, heading=True))
        for name, label, detail, key, does in rows:
            self._options.append(Option(name, label, detail if detail != label else "", key))
            self._does[name] = does

    def compose_body(self) -> ComposeResult:
        """A line to type in, and the list."""
        yield LineEntry(placeholder="Type to find one")
        yield Choices(
            self._options, empty="Nothing here does that.", lines=min(len(self._options), MOST_LINES)
        )

    def on_mount(self) -> None:
        """Begins with the line."""
        self.query_one(LineEntry).focus()

    @on(Input.Changed)
    def _narrow(self, event: Input.Changed) -> None:
        self.query_one(Choices).show(_found(self._options, event.value))

    @on(Choices.Chosen)
    def _clicked(self) -> None:
        self.action_take()

    def action_step(self, step: int) -> None:
        """Moves along the list."""
        self.query_one(Choices).move(step)

    def action_take(self) -> None:
        """Returns what does the action under the cursor."""
        current = self.query_one(Choices).current
        if current is not None:
            self.dismiss(self._does[current.id])


def _runner(screen: Screen[Any], action: Action) -> Callable[[], Any]:
    return lambda: screen.app.run_action(action.action, default_namespace=action.node)


def _found(options: Sequence[Option], typed: str) -> list[Option]:
    """What fits, best first: every word in the label, then the label's letters in order, then words in the rest."""
    wanted = fold(typed).strip()
    if not wanted:
        return list(options)
    ranked: list[tuple[int, int, Option]] = []
    for option in options:
        rank = None if option.heading else _rank(option, wanted)
        if rank is not None:
            ranked.append((rank, len(ranked), option))
    return [option for _, _, option in sorted(ranked, key=lambda each: each[:2])]


def _rank(option: Option, wanted: str) -> int | None:
    label = fold(option.label)
    if label.startswith(wanted):
        return 0
    if option.key in (wanted, wanted.upper()) and cell_len(wanted) == 1:
        return 1
    if all(word in label for word in wanted.split()):
        return 2
    if all(word in fold(f"{option.label} {option.detail}") for word in wanted.split()):
        return 3
    letters = iter(label)
    return 4 if all(letter in letters for letter in wanted if letter != " ") else None
