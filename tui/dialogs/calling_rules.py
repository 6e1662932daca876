"""The calling rules: when, and how often, people of a region may be called, and what holds at a place now."""

from __future__ import annotations

from typing import Any, ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.widget import Widget
from textual.widgets import Input, Static

from core.calling.rules import EVERYWHERE, SHIPPED, Rule, Rulebook, effective_rules, show_hours
from core.calling.week import parse_week, show_week
from core.calling.what_holds import Holds, place_named, what_holds
from core.commands.calling_rules import DeleteCallingRule, SaveCallingRule, clean_region, stored_rule
from core.entities import CallingRule
from core.errors import Invalid
from core.text import clean_text
from tui.desk import Desk
from tui.dialogs.fields import FormField
from tui.dialogs.form import Form
from tui.dialogs.prompt import Prompt
from tui.dialogs.setup_list import NARROW, Settle, SetupList, may_set_up
from tui.flows.overtaken import overtaken
from tui.models import rule_words as words
from tui.widgets.choices import Choices, Option
from tui.widgets.entry import LineEntry


class RuleEditor(SetupList):
    """Lists the rules, the organization's own first. Admins and managers change them, others look.

    A place typed above the list shows what holds there now, and which rules that comes from.
    """

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("slash", "ask", "What holds in …", id="rules.ask", tooltip="Type a state, a country or a number: what holds there now"),
        Binding("n", "add", "New rule", id="rules.add", tooltip="A rule of your own for a region"),
        Binding("e,enter", "edit", "Edit rule", id="rules.edit", tooltip="Hours, limits, what is said before, the source"),
        Binding("R,D,delete", "reset", "As it came", id="rules.reset",
                tooltip="Take your own rule away: what offhook comes with holds there again"),
    ]  # fmt: skip
    LINES: ClassVar[int] = 12

    def __init__(self, desk: Desk, settle: Settle) -> None:
        mine = [("rules.add", "new"), ("rules.edit", "edit"), ("rules.reset", "as it came")]
        hints = [("rules.ask", "what holds in …"), *(mine if may_set_up(desk) else ())]
        super().__init__(desk, "Calling rules", hints=hints, settle=settle)
        self._holds: Holds | None = None

    def compose_body(self) -> ComposeResult:
        """The place, what holds there, the rules, and all of the one under the cursor."""
        yield LineEntry(placeholder="What holds in … a state, country or number", id="rules-place")
        yield Static("", classes="dialog--aside setup--verdict", markup=False)
        yield from super().compose_body()
        yield Static("", classes="dialog--aside setup--aside", markup=False)

    @property
    def _book(self) -> Rulebook:
        return effective_rules(self.desk.catalog)

    def show_list(self, wanted: str = "") -> None:
        """The rules that hold at the place; all of them where none is typed."""
        self._look()
        rules = list(self._book.rules.values())
        if self._holds is not None:
            regions = [rule.region for rule in self._holds.rule.rules]
            rules = [rule for rule in rules if rule.region in regions]
        everywhere = [rule for rule in rules if rule.region == EVERYWHERE]
        others = sorted((r for r in rules if r.region != EVERYWHERE), key=lambda r: words.title(r.region))
        ours = [rule for rule in others if self._is_ours(rule)]
        options = [self._option(rule) for rule in everywhere]
        for heading, group in (
            ("Your own", ours),
            ("As offhook comes with them", [r for r in others if r not in ours]),
        ):
            if group:
                options.append(Option("", heading, heading=True))
                options += [self._option(rule) for rule in group]
        self.fill(options, wanted)
        self._tell_all()

    def _option(self, rule: Rule) -> Option:
        mark = "● " if self._is_ours(rule) else "  "
        short = words.in_short(rule) or " · ".join(rule.notices) if self.size.width >= NARROW else ""
        return Option(rule.region, f"{mark}{words.title(rule.region)}", short)

    def _is_ours(self, rule: Rule) -> bool:
        return stored_rule(self.desk.catalog, rule.region) is not None

    @on(Choices.Highlighted)
    def _tell_all(self) -> None:
        rule = self._book.rules.get(self.current_id)
        told = words.in_full(rule, ours=self._is_ours(rule), shipped=rule.region in SHIPPED) if rule else ""
        self.query_one(".setup--aside", Static).update(clean_text(told))

    # --- what holds in a place ----------------------------------------------------------------------------------

    @property
    def _line(self) -> LineEntry:
        return self.query_one("#rules-place", LineEntry)

    def _look(self) -> None:
        """What holds at the place that is typed, now and by the rules as they are."""
        typed, told = self._line.value.strip(), ""
        self._holds = None
        if typed:
            now, catalog = self.desk.now, self.desk.catalog
            try:
                place = place_named(typed, catalog)
            except Invalid as error:
                told = str(error)
            else:
                self._holds = what_holds(place, now, catalog=catalog, zone=self.desk.zone)
                told = words.verdict(self._holds, now)
        said = self.query_one(".setup--verdict", Static)
        said.update(clean_text(told))
        said.set_class(self._holds is not None and self._holds.verdict.kind != "ok", "-no")
        said.set_class(self._holds is not None and self._holds.verdict.kind == "ok", "-ok")
        said.display = bool(told)
        self.call_after_refresh(self.fit)

    @on(Input.Changed)
    def _typed(self) -> None:
        self.show_list()

    def action_ask(self) -> None:
        """Goes to the line."""
        self._line.focus()

    def entered(self, field: Widget) -> None:
        """Enter goes on to the list."""
        self.set_focus(None)

    def action_leave(self) -> None:
        """From the line back to all the rules; from there away."""
        if self._line.has_focus or self._line.value:
            self._line.value = ""
            self.set_focus(None)
        else:
            super().action_leave()

    # --- changing -----------------------------------------------------------------------------------------------

    def action_add(self) -> None:
        """Makes a rule."""
        if self.may_change("the rules"):
            self.run_worker(self._add())

    async def _add(self) -> None:
        typed = await self.app.push_screen_wait(
            Prompt(
                "A rule for", placeholder="A country or a state: Germany, US-AL, Alabama; everywhere",
                check=lambda text: clean_region(text, self.desk.catalog),
            )
        )  # fmt: skip
        if typed is not None:
            await self._form(clean_region(typed, self.desk.catalog))

    def action_edit(self) -> None:
        """Edits the rule under the cursor."""
        if self.current_id and self.may_change("the rules"):
            self.run_worker(self._form(self.current_id))

    async def _form(self, region: str) -> None:
        catalog = self.desk.catalog
        rule, stored = self._book.rules.get(region, Rule(region)), stored_rule(catalog, region)
        fields = _fields(rule)
        labels = {field.name: field.label for field in fields}
        # Of the others' hours each day is decided by itself, so it is typed there by itself, too.
        editors = {field.name: field for field in fields if field.name != "hours"}

        async def submit(values: dict[str, Any]) -> dict[str, str] | None:
            seen = {name: getattr(stored, name) for name in values} if stored is not None else {}
            if "hours" in values:
                try:
                    values["hours"] = parse_week(values["hours"])
                except Invalid as error:
                    return error.fields
            wrong = await self.save(SaveCallingRule(region=region, values=values, expected=seen), editors)
            if wrong is None:
                self.show_list(region)
            return wrong

        async def read_back(typed: dict[str, str]) -> str:
            try:
                week = show_week(parse_week(typed["hours"]))
            except Invalid as error:
                return str(error)
            return f"→ {week or 'no hours of its own: those of the wider region hold'}"

        title = words.title(region)
        await self.app.push_screen_wait(
            Form(
                self.desk, f"Calling rule · {title}", fields, submit, watch=read_back, only_changed=True,
                record=(CallingRule.TABLE, stored.id) if stored else None,
                overtaken=overtaken(self.desk, stored, labels, title) if stored else None,
            )
        )  # fmt: skip

    def action_reset(self) -> None:
        """Takes the organization's own rule for the region away."""
        if self.current_id:
            self.run_worker(self.run(DeleteCallingRule(region=self.current_id)), group="reset")


def _fields(rule: Rule) -> list[FormField]:
    return [
        FormField("hours", "Hours", value=show_week(show_hours(rule.hours)), hint="Mon-Fri 8-21; Sat 9-14; Sun, holidays no calls"),
        FormField("daily_cap", "In 24 hours", "number", rule.daily_cap, hint="calls to one person; empty: no limit"),
        FormField("gap_minutes", "Minutes between", "number", rule.gap_minutes, hint="two calls to one person; empty: none"),
        FormField("attempts_cap", "Unanswered calls", "number", rule.attempts_cap, hint="until they leave the queues; empty: never"),
        FormField("notice", "Say before", "text", "\n".join(rule.notices), hint="What a rep is told before they call there"),
        FormField("source", "Source", value=rule.source, hint="Where it is written"),
        FormField("checked_on", "Checked on", "date", rule.checked_on, hint="today, or when you compared it with its source"),
    ]  # fmt: skip
