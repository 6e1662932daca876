"""What can be done where the user is: the bindings in force, each action once, with its keys."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from textual.dom import DOMNode
from textual.screen import Screen

_GROUPS = {"record": "This record", "app": "Everywhere", "dialog": "Everywhere"}
HERE = "Here"


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
        if not (binding.id and binding.description and active.enabled) or binding.system:
            continue
        keys.setdefault(binding.id, []).append(screen.app.get_key_display(binding))
        if binding.id not in found:
            found[binding.id] = Action(
                binding.id, binding.description, binding.tooltip, (), binding.action, active.node,
                group_of(binding.id),
            )  # fmt: skip
    order = [HERE, *dict.fromkeys(_GROUPS.values())]
    shown = {active.binding.id for active in screen.active_bindings.values() if active.binding.show}
    for action in sorted(found.values(), key=lambda one: (order.index(one.group), one.id not in shown)):
        yield Action(
            action.id, action.label, action.tooltip, tuple(dict.fromkeys(keys[action.id])), action.action,
            action.node, action.group,
        )  # fmt: skip
