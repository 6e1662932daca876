"""What can be done where the user is: the bindings in force, each action once, with its keys."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cache
from typing import Any, Protocol, runtime_checkable

from textual.binding import Binding
from textual.dom import DOMNode
from textual.keys import format_key
from textual.screen import Screen

from core.text import printable

_GROUPS = {"record": "This record", "app": "Everywhere", "dialog": "Everywhere"}
HERE = "Here"
_STAGE = re.compile(r"\w+\.stage-(?P<number>\d+)")


@runtime_checkable
class HasStages(Protocol):
    """A screen on which digits send a deal to a stage."""

    def stage_names(self) -> Sequence[str]:
        """The stages by their numbers."""
        ...


@dataclass(frozen=True, slots=True)
class Action:
    """Something that a key does.

    Attributes:
        id: the binding's id, by which a user can give it other keys.
        label: what it is called.
        tooltip: what it does, in a few more words.
        keys: its keys as people read them.
        action: what Textual runs.
        node: on what it is run.
        group: where it belongs: here, this record, everywhere.
    """

    id: str
    label: str
    tooltip: str
    keys: tuple[str, ...]
    action: str
    node: DOMNode
    group: str


def group_of(binding_id: str) -> str:
    """Where an action belongs by its binding's id (`record.note`)."""
    return _GROUPS.get(binding_id.partition(".")[0], HERE)


def actions_on(screen: Screen[Any]) -> Iterator[Action]:
    """The actions that are possible on a screen, grouped: what is special to it first, and of that the most useful.

    Bindings without an id are Textual's own (focus next, copy selected text) and are of no interest.
    """
    found: dict[str, Action] = {}
    keys: dict[str, list[str]] = {}
    for active in screen.active_bindings.values():
        binding = active.binding
        if not (binding.id and active.enabled) or binding.system:
            continue
        label, tooltip = binding.description, binding.tooltip
        if stage := _STAGE.fullmatch(binding.id):
            # One binding a digit: each is worth naming only where there is such a stage.
            stages = screen.stage_names() if isinstance(screen, HasStages) else ()
            number = int(stage["number"])
            label = f"Send to {printable(stages[number - 1])}" if number <= len(stages) else ""
            tooltip = f"The stage number {number}"
        if not label:
            continue
        keys.setdefault(binding.id, []).append(screen.app.get_key_display(binding))
        if binding.id not in found:
            found[binding.id] = Action(
                binding.id, label, tooltip, (), binding.action, active.node, group_of(binding.id)
            )
    order = [HERE, *dict.fromkeys(_GROUPS.values())]
    shown = {active.binding.id for active in screen.active_bindings.values() if active.binding.show}
    for action in sorted(found.values(), key=lambda one: (order.index(one.group), one.id not in shown)):
        yield Action(
            action.id, action.label, action.tooltip, tuple(dict.fromkeys(keys[action.id])), action.action,
            action.node, action.group,
        )  # fmt: skip


def key_of(node: DOMNode, binding_id: str) -> str:
    """The key that does something, as people read it: the user's own where there is one.

    Args:
        node: where it is told; its own bindings, those around it and those of the screens are looked through.
        binding_id: the action (`app.undo`).

    Raises:
        KeyError: nothing in the program has such an action.
    """
    app = node.app
    near: tuple[DOMNode, ...] = (*node.ancestors_with_self, *reversed(app.screen_stack), app)
    classes: list[type[DOMNode]] = [type(part) for part in near]
    found = next((one for part in classes if (one := _defaults(part).get(binding_id))), None)
    if found is None:
        from tui.keymap import CONTEXTS, load

        places = (_defaults(load(name)) for context in CONTEXTS for name in context.classes)
        found = next((one for place in places if (one := place.get(binding_id))), None)
    if found is None:
        raise KeyError(binding_id)
    if wanted := app._keymap.get(binding_id):
        found = replace(found, key=wanted.split(",")[0].strip(), key_display=None)
    return app.get_key_display(found)


@cache
def _defaults(node: type[DOMNode]) -> dict[str, Binding]:
    """The bindings of a class by their ids, each with its first key."""
    found: dict[str, Binding] = {}
    for base in node.__mro__:
        # In the order in which they are declared: merging would put a key that Textual has too in front.
        for binding in Binding.make_bindings(vars(base).get("BINDINGS", ())):
            if binding.id:
                found.setdefault(binding.id, binding)
    return found


def shown_key(binding: Binding) -> str:
    """A key as people read it: `ctrl+s`, `H`, `→`."""
    modifiers, key = binding.parse_key()
    shown = key if key in ("enter", "backspace", "delete") else format_key(key)
    return binding.key_display or "+".join([*modifiers, shown])
