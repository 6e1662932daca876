"""Keys that users choose for themselves: checked before they are used, so that a slip never takes a key away.

It knows every place in which keys are looked for together. Textual drops the second of two bindings with one key
without a word; here both are named, and the user's wish for the second is left out.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from importlib import import_module

from textual.binding import Binding
from textual.dom import DOMNode
from textual.keys import Keys, _character_to_key, format_key, key_to_character

from core.text import printable

APP = "tui.app:OffhookApp"
_MODIFIERS = frozenset({"ctrl", "shift", "alt", "super", "meta", "hyper"})
_NAMED = frozenset(key.value for key in Keys)


@dataclass(frozen=True, slots=True)
class Context:
    """Where keys are looked for together.

    Attributes:
        title: what the place is called.
        classes: what has the focus, what is around it, the screen; each as `module:class`. The nearest one wins.
        app: the keys that work everywhere work here as well.
    """

    title: str
    classes: tuple[str, ...]
    app: bool = True


def _record(kind: str, title: str) -> tuple[Context, ...]:
    screen = f"tui.screens.{kind}:{title}Screen"
    focused = (
        "tui.widgets.details:Details", "tui.widgets.timeline:Timeline", "tui.widgets.tasks:TaskList",
        "tui.widgets.lists:DealsBeside", "tui.widgets.lists:PeopleBeside",
    )  # fmt: skip
    return tuple(Context(title, (one, screen)) for one in focused)


def _dialog(name: str, title: str) -> Context:
    return Context(title, (f"tui.dialogs.{name}",), app=False)


CONTEXTS = (
    Context("Pipeline as a board", ("tui.widgets.board:Board", "tui.screens.pipeline:PipelineScreen")),
    Context("Pipeline as a list", ("tui.widgets.deal_list:DealList", "tui.screens.pipeline:PipelineScreen")),
    Context("Today", ("tui.widgets.agenda:AgendaList", "tui.screens.today:TodayScreen")),
    Context("Filter", ("tui.widgets.filterbar:FilterBar",), app=False),
    Context("Contacts", ("tui.widgets.table:Table", "tui.screens.contacts:ContactsScreen")),
    Context("Search of contacts", ("tui.screens.contacts:ContactSearch",), app=False),
    Context("Conflicts", ("tui.screens.conflicts:WaitingList", "tui.screens.conflicts:ConflictsScreen")),
    *_record("contact", "Contact"),
    *_record("deal", "Deal"),
    *_record("company", "Company"),
    *(
        Context("Call mode", (f"tui.widgets.{focused}", "tui.screens.call:CallScreen"))
        for focused in (
            "call_outcomes:OutcomeBar",
            "script:ScriptView",
            "call_notes:CallNotes",
            "call_notes:StepLine",
        )
    ),
    Context("Import: columns", ("tui.screens.importing:MappingList", "tui.screens.importing:ImportScreen")),
    Context("Import: preview", ("tui.widgets.details:Details", "tui.screens.importing:ImportScreen")),
    Context("Import: result", ("tui.widgets.details:Details", "tui.screens.import_run:ImportRunScreen")),
    Context("Imports", ("tui.widgets.table:Table", "tui.screens.imports:ImportsScreen")),
    Context("Search within a timeline", ("tui.widgets.timeline_search:WithinLine",), app=False),
    Context("History", ("tui.widgets.table:Table", "tui.screens.history:HistoryDialog"), app=False),
    _dialog("pick:Picker", "Choosing"),
    _dialog("form:Form", "Forms"),
    _dialog("log:LogDialog", "Logging"),
    _dialog("prompt:Prompt", "Typing a line or a text"),
    _dialog("prompt:Confirm", "Yes or no"),
    _dialog("finder:Finder", "Find"),
    _dialog("import_files:FilesDialog", "Files to import"),
    _dialog("keys:KeysDialog", "Keys and palette"),
    _dialog("conflict:ConflictDialog", "Conflict"),
    _dialog("unsettled:UnsettledDialog", "Leaving"),
    Context(
        "What waits to be sent", ("tui.widgets.table:Table", "tui.dialogs.unsent:UnsentDialog"), app=False
    ),
    _dialog("signin:SignInDialog", "Logging in"),
    _dialog("pipelines:PipelineEditor", "Pipeline editor"),
    _dialog("outcomes:OutcomeEditor", "Call outcomes"),
    _dialog("scripts:ScriptList", "Scripts"),
    Context(
        "Writing a script",
        ("tui.widgets.script:ScriptView", "tui.dialogs.script_editor:ScriptEditor"),
        app=False,
    ),
    _dialog("calling_rules:RuleEditor", "Calling rules"),
    Context("First start", ("tui.screens.welcome:WelcomeScreen",)),
    Context("A workspace that cannot be opened", ("tui.screens.opening:ProblemScreen",)),
    Context("A server that does not answer", ("tui.screens.opening:UnreachableScreen",)),
)


def load(name: str) -> type[DOMNode]:
    """A class by its `module:class`."""
    module, _, attribute = name.partition(":")
    found: type[DOMNode] = getattr(import_module(module), attribute)
    return found


def bindings_of(node: type[DOMNode]) -> Iterator[tuple[Binding, tuple[str, ...]]]:
    """The bindings of a class that have an id, each with its keys."""
    keys: dict[str, list[str]] = {}
    first: dict[str, Binding] = {}
    for key, bindings in node._merge_bindings().key_to_bindings.items():
        for binding in bindings:
            if binding.id:
                keys.setdefault(binding.id, []).append(key)
                first.setdefault(binding.id, binding)
    for binding_id, binding in first.items():
        yield binding, tuple(keys[binding_id])


def checked(wanted: Mapping[str, str]) -> tuple[dict[str, str], list[str]]:
    """What of a user's keymap can be used, and a sentence for each part that cannot.

    Args:
        wanted: keys by the ids of bindings, several joined by commas.
    """
    places = [_defaults(context) for context in CONTEXTS]
    known = {binding_id for place in places for binding_id in place}
    usable: dict[str, tuple[str, ...]] = {}
    problems: list[str] = []
    for binding_id, typed in wanted.items():
        keys = tuple(_normal(key.strip()) for key in str(typed).split(",") if key.strip())
        shown = printable(binding_id)
        if binding_id not in known:
            problems.append(f"Keys: there is no action {shown}.")
        elif not keys or not all(map(_is_key, keys)):
            problems.append(f"Keys: {shown} cannot be “{printable(str(typed))}”: no such key.")
        elif other := _taken(binding_id, keys, usable, places):
            key, name = other
            problems.append(
                f"Keys: {format_key(key)} is wanted by {shown} and by {name}; {shown} stays as it was."
            )
        else:
            usable[binding_id] = keys
    return {binding_id: ",".join(keys) for binding_id, keys in usable.items()}, problems


def _defaults(context: Context) -> dict[str, tuple[str, ...]]:
    """The keys of every action in a place. What works everywhere counts too."""
    found: dict[str, tuple[str, ...]] = {}
    for name in (*context.classes, *((APP,) if context.app else ())):
        for binding, keys in bindings_of(load(name)):
            found.setdefault(binding.id or "", keys)
    return found


def _taken(
    binding_id: str,
    keys: tuple[str, ...],
    usable: Mapping[str, tuple[str, ...]],
    places: list[dict[str, tuple[str, ...]]],
) -> tuple[str, str] | None:
    """A key that another action has in a place where both are possible, and that action."""
    for place in places:
        if binding_id not in place or _is_hidden(binding_id, place):
            continue
        for other, default in place.items():
            shared = set(keys) & set(usable.get(other, default))
            # Where two actions share a key by default, the nearer one is meant to win.
            if other != binding_id and shared - (set(place[binding_id]) & set(default)):
                return min(shared), other
    return None


def _is_hidden(binding_id: str, place: dict[str, tuple[str, ...]]) -> bool:
    """Whether nearer actions have all its keys there, so that it is not to be had in that place in any case."""
    nearer: set[str] = set()
    for other, keys in place.items():
        if other == binding_id:
            return set(keys) <= nearer
        nearer.update(keys)
    return False


def _normal(key: str) -> str:
    """A key as Textual calls it: `?` is `question_mark`."""
    return _character_to_key(key) if len(key) == 1 else key


def _is_key(key: str) -> bool:
    *modifiers, last = key.split("+")
    return set(modifiers) <= _MODIFIERS and (last in _NAMED or key_to_character(last) is not None)
