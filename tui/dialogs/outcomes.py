"""The outcomes of calls: how they can end, the key of each, and what follows from it."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from typing import Any, ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.widgets import Static

from core.calling.outcomes import DEFAULT_OUTCOMES
from core.commands.calling_setup import ReorderOutcome, ResetOutcome, SaveOutcome
from core.entities import Outcome
from core.errors import Invalid
from core.text import clean_text
from tui.desk import Desk
from tui.dialogs.fields import FormField, read
from tui.dialogs.form import Form
from tui.dialogs.setup_list import NARROW, Settle, SetupList, may_set_up
from tui.flows.overtaken import overtaken
from tui.models import outcome_words as words
from tui.widgets.choices import Choices, Option

_SHIPPED = {outcome.key: outcome for outcome in DEFAULT_OUTCOMES}


class OutcomeEditor(SetupList):
    """Lists how calls can end, hidden ones at the end. Admins and managers change them, others look."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("n", "add", "New outcome", id="outcomes.add", tooltip="Another way for a call to end"),
        Binding("e,enter", "edit", "Edit outcome", id="outcomes.edit", tooltip="Name, key, and all that follows from it"),
        Binding("J,shift+down", "reorder(1)", "Later", id="outcomes.later", tooltip="Move the outcome down the list"),
        Binding("K,shift+up", "reorder(-1)", "Earlier", id="outcomes.earlier", tooltip="Move the outcome up the list"),
        Binding("x", "hide", "Hide or show", id="outcomes.hide",
                tooltip="Take it off the screen of calls, or bring it back; calls that ended so keep it"),
        Binding("R", "reset", "As it came", id="outcomes.reset", tooltip="Make it what offhook comes with again"),
    ]  # fmt: skip
    LINES: ClassVar[int] = 15

    def __init__(self, desk: Desk, settle: Settle) -> None:
        hints = [
            ("outcomes.add", "new"), ("outcomes.edit", "edit"), ("outcomes.later outcomes.earlier", "order"),
            ("outcomes.hide", "hide"), ("outcomes.reset", "as it came"),
        ]  # fmt: skip
        super().__init__(desk, "Call outcomes", hints=hints if may_set_up(desk) else (), settle=settle)

    def compose_body(self) -> ComposeResult:
        """The outcomes, and all of the one under the cursor."""
        yield from super().compose_body()
        yield Static("", classes="dialog--aside setup--aside", markup=False)

    def show_list(self, wanted: str = "") -> None:
        """The outcomes in the order in which a call offers them, and behind them the hidden ones."""
        catalog = self.desk.catalog
        options = [self._option(one) for one in catalog.call_outcomes]
        hidden = [self._option(one) for one in catalog.all_outcomes if one.hidden]
        if hidden:
            options += [Option("", "Hidden", heading=True), *hidden]
        self.fill(options, wanted)
        self._tell_all()

    def _option(self, outcome: Outcome) -> Option:
        # On a narrow terminal a few letters of what follows say nothing; it stands below the list.
        told = " · ".join(words.effects(outcome, self.desk.catalog)) if self.size.width >= NARROW else ""
        return Option(outcome.key, outcome.name, told, outcome.hotkey if not outcome.hidden else "·")

    @on(Choices.Highlighted)
    def _tell_all(self) -> None:
        outcome = self._outcome
        place = self.query_one(".setup--aside", Static)
        place.update(clean_text(_in_full(outcome, self.desk)) if outcome else "")

    @property
    def _outcome(self) -> Outcome | None:
        return self.desk.catalog.outcome(self.current_id)

    def action_add(self) -> None:
        """Adds an outcome."""
        if self.may_change("the outcomes"):
            self.run_worker(self._form(Outcome(org_id="", id="", key="", name="")))

    def action_edit(self) -> None:
        """Edits the outcome under the cursor."""
        if self._outcome and self.may_change("the outcomes"):
            self.run_worker(self._form(self._outcome))

    async def _form(self, outcome: Outcome) -> None:
        fields = _fields(outcome, self.desk)
        editors = {field.name: field for field in fields}
        labels = {field.name: field.label for field in fields}

        async def submit(values: dict[str, Any]) -> dict[str, str] | None:
            seen = {name: getattr(outcome, name) for name in values} if outcome.key else {}
            command = SaveOutcome(key=outcome.key, values=values, expected=seen)
            wrong = await self.save(command, editors)
            if wrong is None and not outcome.key:
                made = next(
                    (one.key for one in self.desk.catalog.outcomes if one.id == command.outcome_id), ""
                )
                self.show_list(made)
            return wrong

        async def read_back(typed: dict[str, str]) -> str:
            return _read_back(outcome, editors, typed, self.desk)

        await self.app.push_screen_wait(
            Form(
                self.desk, f"Outcome · {outcome.name}" if outcome.key else "New outcome", fields, submit,
                watch=read_back, only_changed=bool(outcome.key),
                record=(Outcome.TABLE, outcome.id) if outcome.id else None,
                overtaken=overtaken(self.desk, outcome, labels, outcome.name) if outcome.id else None,
            )
        )  # fmt: skip

    def action_reorder(self, step: int) -> None:
        """Moves the outcome under the cursor."""
        if self._outcome:
            self.run_worker(self.run(ReorderOutcome(key=self._outcome.key, step=step)), group="reorder")

    def action_hide(self) -> None:
        """Hides the outcome under the cursor, or brings it back."""
        if outcome := self._outcome:
            command = SaveOutcome(
                key=outcome.key,
                values={"hidden": not outcome.hidden},
                expected={"hidden": outcome.hidden},
            )
            self.run_worker(self.run(command), group="reorder")

    def action_reset(self) -> None:
        """Makes the outcome under the cursor what offhook comes with."""
        if self._outcome:
            self.run_worker(self.run(ResetOutcome(key=self._outcome.key)), group="reorder")


def _in_full(outcome: Outcome, desk: Desk) -> str:
    """All of an outcome in three lines."""
    reached = (
        "They were reached: the call stays until you go on."
        if outcome.connected
        else "They were not reached: the next contact comes at once."
    )
    effects = " · ".join(words.effects(outcome, desk.catalog)) or "nothing follows"
    if not outcome.id:
        whose = "As offhook comes with it"
    else:
        whose = "Changed here" if outcome.key in _SHIPPED else "Your own"
    key = f"key {outcome.hotkey}" if outcome.hotkey else "no key"
    line = words.LINES.get(outcome.line, outcome.line)
    return f"{outcome.name}, {key}: {effects}.\nThe line: {line}. {reached} {whose}."


def _fields(outcome: Outcome, desk: Desk) -> list[FormField]:
    catalog = desk.catalog
    statuses = [("", "stays"), *((status, status) for status in catalog.lead_statuses)]
    kinds = [("", "a call"), *((kind, label) for kind, label in words.TASK_KINDS.items() if kind != "call")]
    if outcome.task_kind == "call":
        kinds[0] = ("call", "a call")
    return [
        FormField("name", "Name", value=outcome.name, required=True),
        FormField("hotkey", "Key", value=outcome.hotkey, hint="one character; empty: none"),
        FormField("connected", "Reached", "flag", outcome.connected),
        FormField("line", "The line", "choice", outcome.line or "no-answer", list(words.LINES.items())),
        FormField("follow_up", "Next task in", value=outcome.follow_up, hint="30 min, 1 business day, 3 months; empty: none"),
        FormField("task", "It says", value=outcome.task, hint="the outcome’s name"),
        FormField("task_kind", "It is", "choice", outcome.task_kind, kinds),
        FormField("asks", "Asks", "choice", outcome.asks, list(words.ASKS.items())),
        FormField("reasons", "Reasons", "items", outcome.reasons, hint="No budget, No need: where it asks for one"),
        FormField("lead_status", "Lead status", "choice", outcome.lead_status, statuses),
        FormField("move", "The deal", "choice", outcome.move, words.moves(catalog)),
        FormField("number", "The number", "choice", outcome.number, list(words.NUMBERS.items())),
        FormField("stops", "Leaves the queue", "flag", outcome.stops),
        FormField("meeting", "A meeting", "flag", outcome.meeting),
        FormField("do_not_call", "Do not call", "flag", outcome.do_not_call),
    ]  # fmt: skip


def _read_back(
    outcome: Outcome, editors: Mapping[str, FormField], typed: Mapping[str, str], desk: Desk
) -> str:
    """What an outcome as it is typed so far brings about."""
    values: dict[str, Any] = {}
    for name, text in typed.items():
        try:
            values[name] = read(editors[name], text, now=desk.now, zone=desk.zone)
        except Invalid:
            values[name] = ""
    values["name"] = values["name"] or "It"
    meant = dataclasses.replace(outcome, **values)
    return f"→ {' · '.join(words.effects(meant, desk.catalog)) or 'nothing follows'}"
