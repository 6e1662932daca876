"""Commands by which people shape how calls go: the outcomes and the scripts. When who may be called: `calling_rules`."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, ClassVar

from core.calling.follow_up import parse_span
from core.calling.keys import RESERVED_KEYS
from core.calling.outcomes import DEFAULT_OUTCOMES
from core.catalog import Catalog
from core.changes import Change
from core.commands.base import (
    Command,
    Context,
    Decision,
    Seen,
    changes_nothing,
    delete,
    effective,
    insert,
    only,
    update,
    written,
)
from core.commands.checks import Checks
from core.commands.tasks import TASK_KINDS
from core.entities import Outcome, Script
from core.errors import Invalid, NotFound, Refused
from core.fractional import is_key, near
from core.ids import new_id
from core.permissions import require_can_change, require_role
from core.text import clean_line, fold, printable

LINES = ("answered", "no-answer", "vm-answer", "vm-left", "busy", "blocked", "error", "abandoned")
"""What a line can have done."""
ASKS = ("", "when", "reason", "referral")
"""What can be asked before an outcome is logged."""
NUMBERS = ("", "wrong", "dead")
"""How an outcome can mark the number that was dialled."""
_OUTCOME_FIELDS = (*(name for name in written(Outcome) if name != "key"), "position")
_SCRIPT_FIELDS = (*(name for name in written(Script) if name != "user_id"), "position")
_LONGEST_REASON = 60


# --- outcomes -------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, kw_only=True)
class SaveOutcome(Command):
    """Changes how calls can end: one that offhook comes with, one that the organization made, or a new one.

    Attributes:
        values: the fields to change, by name; `hidden` takes it off the screen or brings it back.
        expected: the values that were on the user's screen.
        key: which one; empty makes a new one, whose key follows from its name.
    """

    NAME: ClassVar[str] = "save_outcome"
    values: Mapping[str, Any]
    expected: Mapping[str, Any] = field(default_factory=dict)
    key: str = ""
    outcome_id: str = field(default_factory=new_id)

    def decide(self, seen: Seen, context: Context) -> Decision:
        catalog = context.catalog
        require_role(catalog, "admin", "manager")
        only(self.values, _OUTCOME_FIELDS, Outcome.LABEL)
        if not self.key:
            return self._make(catalog)
        held = _outcome(catalog, self.key)
        values = outcome_values(self.values, catalog, held)
        change = update(held, values, self.expected)
        changes = () if changes_nothing(change) else (_own(held, change, values, self.outcome_id),)
        verb = "Edited"
        if "hidden" in change.set:
            verb = "Hid" if values["hidden"] else "Brought back"
        return Decision(f"{verb} the outcome {values.get('name', held.name)}", changes, "outcome.edited")

    def _make(self, catalog: Catalog) -> Decision:
        values = outcome_values({"name": "", **self.values}, catalog)
        values["key"] = " ".join(re.findall(r"[^\W_]+", fold(values["name"])))[:60].strip()
        if not values["key"]:
            raise Invalid({"name": "An outcome’s name holds a letter or a digit."})
        if taken := catalog.outcome(values["key"]):
            hidden = ", which is hidden. Bring that one back." if taken.hidden else " already."
            raise Invalid({"name": f"There is an outcome {taken.name}{hidden}"})
        values.setdefault("line", "answered" if values.get("connected") else "no-answer")
        last = max((outcome.position for outcome in catalog.call_outcomes), default="")
        values.setdefault("position", near(last, ""))
        change = insert(Outcome, self.outcome_id, values)
        return Decision(f"Made the outcome {values['name']}", (change,), "outcome.made")


@dataclass(frozen=True, kw_only=True)
class ReorderOutcome(Command):
    """Moves an outcome one place or more among those that are offered (`step` < 0: towards the first)."""

    NAME: ClassVar[str] = "reorder_outcome"
    key: str
    step: int
    outcome_id: str = field(default_factory=new_id)

    def decide(self, seen: Seen, context: Context) -> Decision:
        catalog = context.catalog
        require_role(catalog, "admin", "manager")
        held = _outcome(catalog, self.key)
        if held.hidden:
            raise Refused(f"{held.name} is hidden, so it has no place. Bring it back first.")
        others = list(catalog.call_outcomes)
        place = next(n for n, other in enumerate(others) if other.key == self.key)
        target = min(max(place + self.step, 0), len(others) - 1)
        if target == place:
            raise Refused(f"{held.name} is the {'first' if self.step < 0 else 'last'} one already.")
        others.pop(place)
        before = others[target - 1].position if target else ""
        after = others[target].position if target < len(others) else ""
        values = {"position": near(before, after)}
        change = _own(held, update(held, values), values, self.outcome_id)
        return Decision(f"Moved the outcome {held.name}", (change,), "outcome.edited")


@dataclass(frozen=True, kw_only=True)
class ResetOutcome(Command):
    """Makes an outcome what offhook comes with again."""

    NAME: ClassVar[str] = "reset_outcome"
    key: str

    def decide(self, seen: Seen, context: Context) -> Decision:
        catalog = context.catalog
        require_role(catalog, "admin", "manager")
        held = _outcome(catalog, self.key)
        shipped = next((outcome for outcome in DEFAULT_OUTCOMES if outcome.key == self.key), None)
        if shipped is None:
            raise Refused(
                f"{held.name} is your own: there is nothing that it could be again. Hide it instead."
            )
        _free_key(catalog, shipped)
        stored = (outcome for outcome in catalog.outcomes if outcome.key == self.key)
        changes = tuple(delete(outcome, context.now, relies_on=written(Outcome)) for outcome in stored)
        return Decision(f"Made {shipped.name} what it was", changes, "outcome.reset")


def outcome_values(
    values: Mapping[str, Any], catalog: Catalog, held: Outcome | None = None
) -> dict[str, Any]:
    """An outcome's values in the form in which they are kept.

    Args:
        values: by field name.
        catalog: the set-up.
        held: the outcome that they change; None for a new one.

    Raises:
        Invalid: all that is wrong with them.
    """
    checks = Checks(Outcome, values)
    out = checks.values
    if out.get("name") == "":
        checks.refuse("name", "An outcome needs a name.")
    _one_of(checks, "line", LINES, "What the line did is")
    _one_of(checks, "asks", ASKS, "It asks for")
    _one_of(checks, "number", NUMBERS, "A number is marked as")
    _one_of(checks, "task_kind", ("", *TASK_KINDS), "A task is")
    checks.apply("follow_up", _span)
    checks.apply("lead_status", lambda typed: _lead_status(typed, catalog))
    checks.apply("move", lambda typed: _move(typed, catalog))
    if "position" in out and not is_key(out["position"]):
        checks.refuse("position", "That is no place in the list.")
    if any(len(reason) > _LONGEST_REASON for reason in out.get("reasons", ())):
        checks.refuse("reasons", f"A reason has at most {_LONGEST_REASON} characters.")

    def after(name: str) -> Any:
        return out[name] if name in out else getattr(held, name, "")

    if (
        after("asks") == "reason"
        and not after("reasons")
        and checks.wrong.keys().isdisjoint(("asks", "reasons"))
    ):
        checks.refuse("reasons", "It asks for a reason: give the reasons to choose from.")
    if ("hotkey" in out or "hidden" in out) and after("hotkey"):
        wrong = _wrong_hotkey(after("hotkey"), catalog, held) if not after("hidden") else ""
        if wrong:
            checks.refuse("hotkey", wrong)
    return checks.done()


def _wrong_hotkey(hotkey: str, catalog: Catalog, held: Outcome | None) -> str:
    """What is wrong with a key for an outcome; empty where nothing is."""
    if len(hotkey) != 1 or unicodedata.category(hotkey)[0] not in "LNPS":
        return "A key is one character that can be seen, such as 1, m or -."
    if hotkey in RESERVED_KEYS:
        return f"“{hotkey}” {RESERVED_KEYS[hotkey]} while you call. Take another key."
    for other in catalog.call_outcomes:
        if other.hotkey == hotkey and (held is None or other.key != held.key):
            return f"“{hotkey}” is the key of {other.name}. Take another one, or give that one another first."
    return ""


def _own(held: Outcome, change: Change, values: Mapping[str, Any], outcome_id: str) -> Change:
    """A change of an outcome. What offhook comes with is in no store: from then on the organization has its own."""
    if held.id:
        return change
    whole = {name: getattr(held, name) for name in (*_OUTCOME_FIELDS, "key")}
    return insert(Outcome, outcome_id, {**whole, **values})


def _free_key(catalog: Catalog, outcome: Outcome) -> None:
    if outcome.hotkey and not outcome.hidden and (wrong := _wrong_hotkey(outcome.hotkey, catalog, outcome)):
        raise Invalid({"hotkey": wrong})


def _outcome(catalog: Catalog, key: str) -> Outcome:
    found = catalog.outcome(key)
    if found is None:
        raise NotFound(f"There is no outcome “{printable(key)[:40]}”.")
    return found


def _one_of(checks: Checks, name: str, allowed: Sequence[str], what: str) -> None:
    if name in checks.values and checks.values[name] not in allowed:
        nothing = "; empty for none" if "" in allowed else ""
        checks.refuse(name, f"{what} one of {', '.join(filter(None, allowed))}{nothing}.")


def _span(typed: str) -> str:
    parse_span(typed)
    return clean_line(typed).lower()


def _lead_status(typed: str, catalog: Catalog) -> str:
    for status in catalog.lead_statuses:
        if fold(status) == fold(typed):
            return status
    raise Invalid({"lead_status": f"A lead status is one of {', '.join(catalog.lead_statuses)}."})


def _move(typed: str, catalog: Catalog) -> str:
    if typed != "start" and typed not in catalog.stage_by_id:
        raise Invalid({"move": "That stage is not there any more. Choose another one."})
    return typed


# --- scripts --------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, kw_only=True)
class SaveScript(Command):
    """Writes a script, or changes one: what is read during a call.

    Attributes:
        values: name, body, shared, position, and what it is for: pipeline_id, stage_id, view_id.
        expected: the values that were on the user's screen.
        script_id: which one; empty makes a new one, with the id `new_script_id`.
    """

    NAME: ClassVar[str] = "save_script"
    values: Mapping[str, Any]
    expected: Mapping[str, Any] = field(default_factory=dict)
    script_id: str = ""
    new_script_id: str = field(default_factory=new_id)

    def decide(self, seen: Seen, context: Context) -> Decision:
        catalog = context.catalog
        require_can_change(catalog)
        only(self.values, _SCRIPT_FIELDS, Script.LABEL)
        if not self.script_id:
            values = _script_values({"name": "", **self.values}, catalog)
            last = max((script.position for script in catalog.scripts), default="")
            values = {"position": near(last, "")} | values | {"user_id": catalog.me.id}
            change = insert(Script, self.new_script_id, values)
            return Decision(f"Wrote the script {values['name']}", (change,), "script.written")
        held = script_to_change(catalog, self.script_id)
        values = _script_values(self.values, catalog, held)
        if held.user_id != catalog.me.id and values.get("shared") is False:
            raise Refused(
                f"{held.name} is {catalog.user_name(held.user_id)}’s: only they can take it back from the others."
            )
        change = update(held, values, self.expected)
        return Decision(
            f"Edited the script {values.get('name', held.name)}", effective(change), "script.edited"
        )


@dataclass(frozen=True, kw_only=True)
class DeleteScript(Command):
    """Deletes a script; a shared one only its maker, a manager or an admin."""

    NAME: ClassVar[str] = "delete_script"
    script_id: str

    def decide(self, seen: Seen, context: Context) -> Decision:
        script = script_to_change(context.catalog, self.script_id)
        change = delete(script, context.now, relies_on=written(Script))
        return Decision(f"Deleted the script {script.name}", (change,), "script.deleted")


def script_to_change(catalog: Catalog, script_id: str) -> Script:
    """A script that the user may change.

    Raises:
        NotFound: it is not there any more.
        Refused: it is another's.
    """
    require_can_change(catalog)
    for script in catalog.scripts:
        if script.id == script_id:
            if script.user_id != catalog.me.id and catalog.me.role not in ("admin", "manager"):
                raise Refused(
                    f"{script.name} is {catalog.user_name(script.user_id)}’s; only they, a manager or an admin"
                    " change it. Make a copy of your own."
                )
            return script
    raise NotFound("That script is not there any more.")


def _script_values(values: Mapping[str, Any], catalog: Catalog, held: Script | None = None) -> dict[str, Any]:
    checks = Checks(Script, values)
    out = checks.values
    if out.get("name") == "":
        checks.refuse("name", "A script needs a name.")
    if "position" in out and not is_key(out["position"]):
        checks.refuse("position", "That is no place in the list.")
    if out.get("pipeline_id") and out["pipeline_id"] not in catalog.pipeline_by_id:
        checks.refuse("pipeline_id", "That pipeline is not there any more.")
    stage = catalog.stage_by_id.get(out.get("stage_id") or "")
    if out.get("stage_id") and stage is None:
        checks.refuse("stage_id", "That stage is not there any more.")
    elif stage is not None:
        # Who says a stage says its pipeline.
        pipeline = out.setdefault("pipeline_id", stage.pipeline_id)
        if pipeline != stage.pipeline_id:
            checks.refuse("stage_id", f"{stage.name} is a stage of another pipeline.")
    elif held is not None and held.stage_id and out.get("pipeline_id", held.pipeline_id) != held.pipeline_id:
        out.setdefault("stage_id", None)
    _check_view(checks, catalog, held)
    return checks.done()


def _check_view(checks: Checks, catalog: Catalog, held: Script | None) -> None:
    """Whether the script's view is there, and seen by all who see the script."""
    out = checks.values
    if not {"view_id", "shared"} & out.keys():
        return
    wanted = out["view_id"] if "view_id" in out else getattr(held, "view_id", None)
    shared = out["shared"] if "shared" in out else getattr(held, "shared", False)
    view = next((view for view in catalog.smart_views if view.id == wanted), None)
    if out.get("view_id") and view is None:
        checks.refuse("view_id", "That view is not there any more.")
    elif view is not None and shared and not view.shared:
        checks.refuse(
            "view_id",
            f"The view {view.name} is yours alone. Share it first, or keep the script to yourself, too.",
        )
