"""How an import is told: how far it is, what comes of it, what came of those before."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from itertools import islice
from typing import NamedTuple, cast

from core.catalog import Catalog
from core.commands.base import counted
from core.imports.shapes import (
    Option,
    Options,
    Order,
    Past,
    Policy,
    Problem,
    Question,
    Report,
    Step,
    Undone,
    Unread,
)
from core.when import show_when
from tui.models.detail import Detail, heading

GO = "go"
"""The field of the line that does what enter is for."""
OPTION = "option:"
"""What begins the field of a line that changes what is said of the whole import."""
ANSWER = "answer:"
"""What begins the field of a line that asks a question once more."""
_EXAMPLES = 3
"""Values that are shown of a reason."""
_REASONS = 12
"""Reasons that are told one by one."""
_LOOKED = 10_000
"""Problems that are looked at. There can be a million, and what they are is clear by then."""
_SOURCES = {
    "hubspot": "HubSpot", "salesforce": "Salesforce", "pipedrive": "Pipedrive", "google": "Google Contacts",
    "outlook": "Outlook", "close": "Close", "espocrm": "EspoCRM", "twenty": "Twenty", "atomic": "Atomic CRM",
    "notion": "Notion", "vcard": "vCard", "offhook": "offhook’s own export", "table": "",
}  # fmt: skip
POLICIES: dict[Policy, tuple[str, str]] = {
    "fill": ("Fill empty fields", "What is there stays; what it does not say yet is added"),
    "skip": ("Leave the row out", "Nothing of a record that is there is touched"),
    "overwrite": ("Overwrite", "What the file says takes the place of what is there"),
    "ask": (
        "Fill, and refuse what is not sure",
        "A row that only may be a record comes out with the refused: you decide",
    ),
}
"""What can become of rows that meet a record: how it is called, and what it means."""
_STEPS = {
    "reading": "Reading", "checking": "Checking", "importing": "Importing", "undoing": "Taking back",
}  # fmt: skip
_MADE = {
    "companies": "company", "contacts": "contact", "deals": "deal", "activities": "entry", "tasks": "task",
    "pipelines": "pipeline", "stages": "stage", "fields": "custom field", "custom_fields": "custom field",
}  # fmt: skip
_STATES = {
    "running": ("◐", "running"), "done": ("✓", "done"), "stopped": ("■", "stopped"), "undone": ("↶", "taken back"),
}  # fmt: skip


def source_word(source: str) -> str:
    """The system that a file comes from; empty where it is a table like any other."""
    return _SOURCES.get(source, source)


# --- how far it is -----------------------------------------------------------------------------------------------


def step_title(what: str) -> str:
    """What is being done: `Importing`."""
    return _STEPS.get(what, what.capitalize())


def step_words(step: Step) -> str:
    """How far it is: `4,300 of 10,000 rows · 5,200 rows/s · 1 s left`. An import is taken back part by part."""
    word = "part" if step.what == "undoing" else "row"
    parts = [
        f"{step.done:,} of {counted(step.total, word)}"
        if step.total is not None
        else counted(step.done, word)
    ]
    if step.done and step.seconds >= 0.5:
        if word == "row":
            parts.append(f"{step.rate:,.0f} rows/s")
        if step.left is not None:
            parts.append(f"{span(step.left)} left")
    return " · ".join(parts)


def share(step: Step) -> float | None:
    """How much is done, from 0 to 1; None while nobody knows."""
    if not step.total:
        return None
    return min(1.0, step.done / step.total)


def short_step(step: Step) -> str:
    """How far it is, for the status bar: `importing 43 %`."""
    part = share(step)
    word = step_title(step.what).lower()
    return f"{word} {int(part * 100)} %" if part is not None else f"{word} {step.done:,}"


def span(seconds: float) -> str:
    """A time to wait: `8 s`, `2 min`, `1 h 5 min`."""
    if seconds < 90:
        return f"{max(1, round(seconds))} s"
    minutes = round(seconds / 60)
    return f"{minutes} min" if minutes < 60 else f"{minutes // 60} h {minutes % 60} min"


# --- questions ---------------------------------------------------------------------------------------------------


class Asked(NamedTuple):
    """A question and what was answered."""

    question: Question
    value: str

    @property
    def label(self) -> str:
        """The answer in words."""
        return next((label for value, label in self.question.options if value == self.value), self.value)


def question_hint(question: Question) -> str:
    """What stands below a question: how many rows it is about, and values that show what it is about."""
    samples = ", ".join(f"“{sample}”" for sample in question.samples[:_EXAMPLES])
    return " · ".join(part for part in (counted(question.rows, "row"), samples) if part)


def answers(question: Question) -> list[tuple[str, str, str]]:
    """What can be answered, the proposal first: value, label and more about it.

    Of days, the label is how the first one is read then: that is what tells the answers apart where there is little room.
    """
    ordered = sorted(question.options, key=lambda one: one.value != question.default)
    if question.kind == "order" and question.samples:
        return [_reading(one, question.samples[0]) for one in ordered]
    return [(one.value, one.label, "proposed" * (one.value == question.default)) for one in ordered]


def _reading(order: Option, sample: str) -> tuple[str, str, str]:
    from core.imports.values.dates import read_day

    try:
        day = read_day(sample, cast("Order", order.value))
    except Unread:
        day = None
    if day is None:
        return (order.value, order.label, f"{sample} is no day then")
    return (order.value, f"{day.day} {day:%B %Y}", order.label)


# --- what comes of it ---------------------------------------------------------------------------------------------


def preview(report: Report, options: Options, asked: Sequence[Asked], catalog: Catalog) -> list[Detail]:
    """What an import would do, what can be said of it, and what is wrong.

    Args:
        report: of the dry run.
        options: what is said of the whole import.
        asked: the questions that were answered.
        catalog: the organization's own settings, where the options name none.
    """
    comes = report.imported + report.updated
    if comes:
        go = f"▶ Import {counted(comes, 'row')}"
    elif report.refused:
        go = f"▶ Write the {counted(report.refused, 'refused row')} to a file"
    else:
        go = "▶ Nothing in these files is new"
    organization = catalog.organization
    return [
        Detail("", go, GO, "text"),
        heading("What will come of it"),
        *_numbers(report),
        heading("How"),
        Detail("On duplicates", POLICIES[options.on_duplicate][0], f"{OPTION}on_duplicate"),
        *(
            []
            if any(one.question.kind == "region" for one in asked)
            else [Detail("Phones from", _region(options.region, organization.country), f"{OPTION}region")]
        ),
        Detail("Currency", options.currency or f"{organization.currency} (yours)", f"{OPTION}currency"),
        *(
            Detail("You said", f"{one.question.text} {one.label}", f"{ANSWER}{one.question.id}")
            for one in asked
        ),
        *_problems("Refused", report.problems, report.refused, "lost"),
        *_problems("Look at", report.warnings, 0, "stale"),
    ]


def _region(said: str, own: str) -> str:
    if said or own:
        return said or f"{own} (yours)"
    return "no country: numbers without +… stay text. Say which one they are from"


def result(report: Report, *, where: Sequence[str], contacts: bool) -> list[Detail]:
    """What came of an import.

    Args:
        report: of the run.
        where: the rejects files as people write their paths, one of each table that has refused rows.
        contacts: whether the first line leads to the contacts, or to the pipeline.
    """
    rows = [
        look_at(contacts=contacts),
        heading("What came of it"),
        *_numbers(report),
        Detail("Took", span(report.seconds)),
    ]
    if where:
        way = (
            "it there and import it again"
            if len(where) == 1
            else "them there and import them again, together"
        )
        said = "\n".join([*where, f"The refused rows, with what is wrong with each. Mend {way}."])
        rows.append(Detail("Refused are in", said, style="strong"))
    return [
        *rows,
        *_problems("Refused", report.problems, report.refused, "lost"),
        *_problems("Look at", report.warnings, 0, "stale"),
    ]


def look_at(*, contacts: bool) -> Detail:
    """The line that leads to the contacts, or to the pipeline."""
    return Detail("", f"▶ Look at the {'contacts' if contacts else 'pipeline'}", GO, "text")


def taken_back(undone: Undone) -> list[Detail]:
    """What came of taking an import back."""
    rows = [
        look_at(contacts=True),
        heading("Taken back"),
        Detail("Removed", counted(undone.removed, "record")),
        Detail("As before", counted(undone.restored, "record")),
    ]
    if undone.kept:
        rows.append(heading("Kept, since people have worked with it"))
        rows += [Detail("", sentence, style="text") for sentence in undone.kept[:200]]
        if len(undone.kept) > 200:
            rows.append(Detail("", f"… and {len(undone.kept) - 200:,} more.", style="text"))
    return rows


def report_line(report: Report) -> str:
    """What came of an import, in a line: `1,180 new, 12 updated, 5 refused`."""
    parts = [
        f"{number:,} {word}"
        for number, word in (
            (report.imported, "new"), (report.updated, "updated"), (report.unchanged, "unchanged"),
            (report.skipped, "left out"), (report.refused, "refused"),
        )
        if number
    ]  # fmt: skip
    return ", ".join(parts) or "no rows"


def _numbers(report: Report) -> list[Detail]:
    rows = [
        Detail("Rows", f"{report.rows:,}"),
        Detail("New", f"{report.imported:,}", style="won" if report.imported else "muted"),
        Detail("Updated", f"{report.updated:,}", style="" if report.updated else "muted"),
        Detail("Unchanged", f"{report.unchanged:,}", style="" if report.unchanged else "muted"),
        Detail("Left out", f"{report.skipped:,}", style="" if report.skipped else "muted"),
        Detail("Refused", f"{'✗ ' if report.refused else ''}{report.refused:,}", style="lost" if report.refused else "muted"),
        Detail("Duplicates", _duplicates(report.duplicates), style="" if report.duplicates else "muted"),
    ]  # fmt: skip
    if report.made:
        rows.append(Detail("Made beside", made_words(report.made)))
    return rows


def _duplicates(number: int) -> str:
    return f"{counted(number, 'row')} met a record that is there" if number else "0"


def made_words(made: Mapping[str, int]) -> str:
    """What rows brought along: `12 companies, 3 stages`."""
    return ", ".join(_made(number, table) for table, number in made.items() if number)


def _made(number: int, table: str) -> str:
    word = _MADE.get(table)
    return counted(number, word) if word else f"{number:,} {table}"


def _problems(title: str, problems: Sequence[Problem], number: int, style: str) -> list[Detail]:
    """Problems of one sort, by reason, the most frequent first, with where the first of them are."""
    groups: dict[tuple[str, str], list[Problem]] = {}
    for problem in islice(problems, _LOOKED):
        groups.setdefault((problem.reason, problem.column), []).append(problem)
    word = "in all" if len(problems) <= _LOOKED else "or more"
    if not groups:
        return []
    total = f": {counted(number, 'row')}" if number else ""
    rows = [heading(f"{title}{total}")]
    ordered = sorted(groups.items(), key=lambda one: -len(one[1]))
    for (reason, column), those in ordered[:_REASONS]:
        where = ", ".join(_where(one) for one in those[:_EXAMPLES])
        more = f", … ({len(those):,} {word})" if len(those) > _EXAMPLES else ""
        label = column or "Row"
        rows.append(Detail(label, f"{reason}\n{where}{more}", style=style))
    if len(ordered) > _REASONS:
        rows.append(Detail("", f"… and {len(ordered) - _REASONS:,} other reasons.", style="muted"))
    return rows


def _where(problem: Problem) -> str:
    return f"row {problem.row:,}: “{problem.value}”" if problem.value else f"row {problem.row:,}"


# --- those before -------------------------------------------------------------------------------------------------


def state_sign(past: Past, *, here: bool = False) -> str:
    """The state of an import as a sign.

    Args:
        past: the import.
        here: it is under way in this program.
    """
    return _STATES["running" if here else state_of(past)][0]


def state_of(past: Past) -> str:
    """The state of an import as it is to be understood: one that was cut off is `stopped`."""
    return "stopped" if past.state == "running" and past.resumable else past.state


def state_word(past: Past, *, here: bool = False) -> str:
    """The state of an import in words; see `state_sign`."""
    state = "running" if here else state_of(past)
    return _STATES.get(state, ("", state))[1]


def past_numbers(past: Past) -> str:
    """What came of an import, in few words."""
    parts = [
        f"{number:,} {word}"
        for number, word in (
            (past.imported, "new"), (past.updated, "updated"), (past.skipped, "left out"), (past.refused, "refused"),
        )
        if number
    ]  # fmt: skip
    return ", ".join(parts) or ("nothing new" if past.rows else "–")


def past_details(past: Past, *, now: dt.datetime, zone: dt.tzinfo) -> list[Detail]:
    """All that is known of an import.

    Args:
        past: the import.
        now: the current time.
        zone: the viewer's.
    """
    return [
        Detail("Files", past.name, style="strong"),
        Detail("State", f"{state_sign(past)} {state_word(past)}"),
        Detail("When", show_when(past.started_at, all_day=False, now=now, zone=zone)),
        Detail("Who", past.who),
        Detail("From", source_word(past.source) or "a table"),
        Detail(
            "Rows",
            f"{past.rows:,}: {past.imported:,} new, {past.updated:,} updated, {past.unchanged:,} unchanged,"
            f" {past.skipped:,} left out, {past.refused:,} refused",
        ),
    ]


def left_notice(past: Sequence[Past], key: str) -> str:
    """What is said at the start of imports that were cut off; empty where none were.

    Args:
        past: the imports.
        key: what opens the list of them.
    """
    left = [one for one in past if one.mine and one.resumable and state_of(one) == "stopped"]
    if not left:
        return ""
    if len(left) == 1:
        return f"The import of {left[0].name} was cut off. {key} shows it: go on, or take it back."
    return f"{len(left)} imports were cut off. {key} shows them: go on, or take them back."
