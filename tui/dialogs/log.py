"""Logging something that took place: whom it is about, what it was, how it ended, what was said."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping, Sequence
from typing import ClassVar, NamedTuple

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.widget import Widget
from textual.widgets import Input, Static, TextArea

from core.errors import Invalid, OffhookError
from core.log_entry import (
    DIRECTED,
    HEADED,
    KINDS,
    TIMED,
    Draft,
    Target,
    draft_key,
    problems,
    target_of,
    then_of,
    then_options,
    told,
)
from core.text import clean_text, printable
from core.workspace import Hit, Subject
from tui.desk import Desk
from tui.dialogs.base import Dialog
from tui.dialogs.form import TEXT_LINES, Rows
from tui.widgets.choices import Choices, Option
from tui.widgets.entry import LineEntry, TextEntry
from tui.widgets.key_choice import KeyChoice
from tui.widgets.row import Row

_TABLES = ("contacts", "deals", "companies")
_KIND = {"contacts": "contact", "deals": "deal", "companies": "company"}
_MOST_HITS = 6
_TITLE = 34
"""Characters of a deal's title in the choice of deals."""
_DIRECTIONS = (Option("out", "from us", key="o"), Option("in", "from them", key="i"))
_THEN_KEYS = {"": "n", "mark": "m", "all": "a"}


class Logged(NamedTuple):
    """What is to be logged, and for whom."""

    target: Target
    draft: Draft


class LogDialog(Dialog[Logged]):
    """Returns what is to be logged; None where the user left.

    One key says what it was, one how a call ended; the cursor then is in the text. Everything typed is kept as a draft
    from the first letter on.

    Args:
        desk: where is searched, and drafts are kept.
        target: whom it is about, as far as that is known.
        draft: what was typed before.
        problem: why it comes back unasked, and unsaved.
        wrong: what is wrong with it, by field.
        note: what to say about it in the beginning.
    """

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("ctrl+s", "save", "Save", id="log.save", tooltip="Log it", priority=True),
        Binding("down,ctrl+n", "step(1)", "Next field", show=False, id="log.next", tooltip="Go to the next field"),
        Binding("up,ctrl+p", "step(-1)", "Previous field", show=False, id="log.previous",
                tooltip="Go to the field before"),
    ]  # fmt: skip
    save_key = "log.save"

    def __init__(
        self,
        desk: Desk,
        target: Target | None,
        draft: Draft,
        *,
        problem: str = "",
        wrong: Mapping[str, str] | None = None,
        note: str = "",
    ) -> None:
        super().__init__("Log what took place", hints=[("log.save", "save"), ("tab", "next field")])
        self._desk = desk
        self._target = target
        self._before = Draft() if problem else draft
        self._problem, self._wrong, self._note = problem, dict(wrong or {}), note
        self._hits: list[Hit] = []
        self._found_for = ""
        self._take_when_found = False
        self._rows: dict[str, Row | KeyChoice] = {}
        self._fields: dict[str, LineEntry | TextEntry | KeyChoice] = {}
        self._make_fields(draft)
        if problem:
            self.come_unasked()

    def _make_fields(self, draft: Draft) -> None:
        catalog = self._desk.catalog
        outcomes = [Option(one.key, one.name, key=one.hotkey) for one in catalog.call_outcomes]
        kinds = [Option(kind, label, key=kind[0]) for kind, label in KINDS.items()]
        self._put(
            "who",
            "Who",
            LineEntry(self._target.name if self._target else "", placeholder="Name, company, number …"),
        )
        self._put("kind", "What", KeyChoice("What", kinds, draft.kind))
        self._put("deal", "Deal", KeyChoice("Deal", self._deals(), draft.deal_id))
        self._put("outcome", "", KeyChoice("How it ended", outcomes, draft.outcome))
        self._put("heading", "Subject", LineEntry(draft.heading))
        self._put("text", "Text", TextEntry(draft.text))
        self._put(
            "when", "When", LineEntry(draft.when, placeholder="now; yesterday 3pm, tue 10:20, 2 hours ago")
        )
        self._put("took", "How long", LineEntry(draft.took, placeholder="12 min"))
        self._put("direction", "", KeyChoice("Which way", _DIRECTIONS, draft.direction, stays=True))
        self._put("next", "Next step", LineEntry(draft.next, placeholder="none; tue 3pm, send offer friday"))
        self._put("then", "", KeyChoice("Besides", self._thens(draft.outcome), draft.then, stays=True))

    def _put(self, name: str, label: str, field: LineEntry | TextEntry | KeyChoice) -> None:
        self._fields[name] = field
        if isinstance(field, KeyChoice):
            self._rows[name] = field
        else:
            self._rows[name] = Row(label, field, lines=TEXT_LINES if name == "text" else 1)

    def _deals(self) -> list[Option]:
        target = self._target
        if target is None or not target.deals:
            return []
        deals = [
            Option(deal.id, printable(deal.title)[:_TITLE], key=str(n))
            for n, deal in enumerate(target.deals[:9], 1)
        ]
        return [*deals, Option("", "none", key="0")]

    def _thens(self, outcome: str) -> list[Option]:
        options = then_options(self._desk.catalog.outcome(outcome))
        return [Option(name, words, key=_THEN_KEYS[name]) for name, words in options]

    def compose_body(self) -> ComposeResult:
        """A row a field; only those that the kind of thing has are in sight."""
        with Rows(classes="form dialog--flex"):
            for name, row in self._rows.items():
                yield row
                if name == "who":
                    hits = Choices(lines=_MOST_HITS)
                    hits.remove_class("dialog--flex")
                    hits.display = False
                    yield hits
        yield Static("", classes="dialog--notice", markup=False)

    def on_mount(self) -> None:
        """Begins where there is something left to say."""
        self._arrange()
        self._show_wrong(self._wrong)
        if self._problem:
            self.tell(self._problem, problem=True)
        elif self._note:
            self.tell(self._note)
        first = "who" if self._target is None else "kind" if not self.draft.kind else "text"
        if first not in self._wrong:
            first = next(iter(self._wrong), first)
        self._go_to(first if first in self._fields else "text")
        text = self._fields["text"]
        if isinstance(text, TextEntry):
            text.move_cursor(text.document.end)
        self._look()

    # --- what is typed ------------------------------------------------------------------------------------------

    def _value(self, name: str) -> str:
        field = self._fields[name]
        return field.text if isinstance(field, TextEntry) else field.value

    @property
    def draft(self) -> Draft:
        """What is typed."""
        deal = self._value("deal") if self._target else ""
        values = {
            name: self._value(name)
            for name in ("kind", "outcome", "heading", "text", "when", "took", "direction", "then", "next")
        }
        return Draft(**values, deal_id=deal)

    @property
    def target(self) -> Target | None:
        """Whom it is about."""
        return self._target

    @property
    def unsaved(self) -> bool:
        """Whether something was typed that would have to be typed anew."""
        return self.draft.is_worth_keeping and self.draft != self._before

    @on(TextArea.Changed)
    @on(KeyChoice.Changed)
    def _changed(self) -> None:
        self.typed_on()
        self._look()
        self._keep()

    @on(Input.Changed)
    def _line_changed(self, event: Input.Changed) -> None:
        if event.input is self._fields["who"]:
            self._who_typed(event.value)
        self._changed()

    def _keep(self) -> None:
        draft = self.draft
        key = draft_key(self._target.subject if self._target else None)
        self._desk.drafts.keep(key, draft.write() if draft.is_worth_keeping else "")

    def _look(self) -> None:
        """Says back what was understood."""
        try:
            said = told(self.draft, self._target, self._desk.catalog, self._desk.now, self._desk.zone)
        except Invalid:
            said = ""
        place = self.query_one(".dialog--notice", Static)
        place.update(clean_text(said))
        if place.display != bool(said):
            place.display = bool(said)
            self.call_after_refresh(self.fit)

    def _arrange(self) -> None:
        """Shows the fields that what it was has."""
        kind, target = self._value("kind"), self._target
        call = kind == "call"
        shown = {
            "deal": target is not None and target.subject.table == "contacts" and bool(target.deals),
            "outcome": call,
            "heading": kind in HEADED,
            "took": kind in TIMED,
            "direction": kind in DIRECTED,
            "next": call and bool(target and target.contact_id),
            "then": call and bool(target and target.contact_id),
        }
        for name, display in shown.items():
            self._rows[name].display = display
        self.call_after_refresh(self.fit)

    # --- whom it is about ---------------------------------------------------------------------------------------

    @property
    def _choices(self) -> Choices:
        return self.query_one(Choices)

    def _who_typed(self, typed: str) -> None:
        self._take_when_found = False
        if self._target is not None and typed == self._target.name:
            self._choices.display = False
            return
        # Not a coroutine yet: one that is overtaken before it begins would never be awaited.
        self.run_worker(self._search, exclusive=True, group="find")  # type: ignore[arg-type]

    async def _search(self) -> None:
        text = self._value("who").strip()
        try:
            found = (
                await self._desk.read(lambda ws: ws.search(text, tables=_TABLES, limit=_MOST_HITS))
                if text
                else []
            )
        except OffhookError as error:
            self.tell(str(error), problem=True)
            self.go_on()
            return
        self._hits, self._found_for = list(found), text
        options = [
            Option(str(n), hit.title, " · ".join(filter(None, (_KIND.get(hit.table, ""), hit.detail))))
            for n, hit in enumerate(found)
        ]
        self._choices.show(options, empty=f"Nothing fits “{printable(text)[:40]}”." if text else "")
        if self._choices.display != bool(text):
            self._choices.display = bool(text)
            self.call_after_refresh(self.fit)
        if self._take_when_found:
            self._take()

    @on(Choices.Chosen)
    def _clicked(self) -> None:
        self._take()

    def _take(self) -> None:
        """Takes who is under the cursor; who types faster than is searched gets whom they typed."""
        typed = self._value("who").strip()
        if self._target is not None and typed == self._target.name:
            self._go_on_from("who")
            return
        # What is typed ahead is for the next field.
        self.hold()
        if typed != self._found_for:
            self._take_when_found = True
            return
        self._take_when_found = False
        current = self._choices.current
        if current is None:
            self.go_on()
            return
        hit = self._hits[int(current.id)]
        self.run_worker(self._aim(Subject(hit.open_table, hit.id)), group="aim", exclusive=True)

    async def _aim(self, subject: Subject) -> None:
        try:
            page = await self._desk.read(lambda ws: ws.page(subject.table, subject.id))
        except OffhookError as error:
            self.tell(str(error), problem=True)
            self.go_on()
            return
        self._desk.drafts.forget(draft_key(self._target.subject if self._target else None))
        self._target = target_of(page, subject)
        line = self._fields["who"]
        assert isinstance(line, LineEntry)
        with self.prevent(Input.Changed):
            line.value = self._target.name
        self._choices.display = False
        deal = self._fields["deal"]
        assert isinstance(deal, KeyChoice)
        deal.offer(self._deals(), self._target.deal_id)
        self._show_wrong({})
        self._arrange()
        self._keep()
        self._go_on_from("who")
        self.go_on()

    # --- going on -----------------------------------------------------------------------------------------------

    def entered(self, field: Widget) -> None:
        """Goes on to what is to be said next; behind the last, saves."""
        name = next(name for name, one in self._fields.items() if one is field)
        if name == "who":
            self._take()
        elif name in ("kind", "deal", "outcome", "heading"):
            self._go_on_from(name)
        else:
            self.action_save()

    def _go_on_from(self, name: str) -> None:
        if name == "kind":
            self._arrange()
        if name == "outcome":
            outcome = self._desk.catalog.outcome(self._value("outcome"))
            then = self._fields["then"]
            assert isinstance(then, KeyChoice)
            then.offer(self._thens(self._value("outcome")), then_of(outcome))
        order: Sequence[str] = ("who", "kind", "deal", "outcome", "heading", "text")
        for following in order[order.index(name) + 1 :]:
            if following == "deal" and not (self._target and self._target.asks):
                continue
            if self._rows[following].display:
                self._go_to(following)
                return

    def _go_to(self, name: str) -> None:
        # What is laid out anew in this moment would be scrolled to where it was.
        self._fields[name].focus(scroll_visible=False)
        self.call_after_refresh(self._rows[name].scroll_visible, animate=False)

    def action_step(self, step: int) -> None:
        """To the next field, or through what was found."""
        if self.focused is self._fields["who"] and self._choices.display:
            self._choices.move(step)
        elif step > 0:
            self.focus_next()
        else:
            self.focus_previous()

    # --- saving -------------------------------------------------------------------------------------------------

    def action_save(self) -> None:
        """Returns it, unless something is missing or cannot be read."""
        draft = self.draft
        wrong = problems(draft, self._target, self._desk.catalog, self._desk.now, self._desk.zone)
        if wrong or self._target is None:
            self._show_wrong(wrong)
            first = next(iter(wrong))
            self._go_to(first)
            return
        self.dismiss(Logged(self._target, dataclasses.replace(draft, text=draft.text.strip())))

    def _show_wrong(self, wrong: Mapping[str, str]) -> None:
        for name, row in self._rows.items():
            row.error = wrong.get(name, "")
        self.call_after_refresh(self.fit)
