"""What an outcome of a call brings about, in words."""

from __future__ import annotations

from collections.abc import Iterator

from core.calling.follow_up import parse_span
from core.catalog import Catalog
from core.entities import Outcome
from core.errors import Invalid
from core.text import clean_line

LINES = {
    "answered": "answered",
    "no-answer": "nobody answered",
    "vm-answer": "a voicemail answered",
    "vm-left": "a message was left on voicemail",
    "busy": "busy",
    "blocked": "blocked",
    "error": "no connection",
    "abandoned": "given up while it rang",
}
"""What the line did."""
ASKS = {"": "nothing", "when": "when to go on", "reason": "for a reason", "referral": "whom to call instead"}
"""What is asked before it is logged."""
NUMBERS = {"": "stays as it is", "wrong": "is marked as wrong", "dead": "is marked as not in service"}
"""What becomes of the number."""
TASK_KINDS = {"call": "a call", "email": "an e-mail", "meeting": "a meeting", "todo": "a to-do"}
"""What the follow-up is."""
START = "start"


def effects(outcome: Outcome, catalog: Catalog) -> tuple[str, ...]:
    """What follows from it, the most telling first: `call again in 1 business day, at another hour`, `leaves the queue`."""
    return tuple(_effects(outcome, catalog))


def _effects(outcome: Outcome, catalog: Catalog) -> Iterator[str]:
    if outcome.do_not_call:
        yield "is never called again"
    if outcome.asks:
        yield f"asks {ASKS.get(outcome.asks, outcome.asks)}"
    if words := follow_up_words(outcome):
        yield words
    if outcome.move:
        yield _move(outcome.move, catalog)
    if outcome.number:
        yield f"the number {NUMBERS.get(outcome.number, outcome.number)}"
    if outcome.stops:
        yield "leaves the queue"
    if outcome.meeting:
        yield "counts as a meeting"
    if outcome.lead_status:
        yield f"lead: {outcome.lead_status}"


def follow_up_words(outcome: Outcome) -> str:
    """The next task and when it is due; empty where there is none. The way in which `LogCall` reckons it."""
    kind = outcome.task_kind or "call"
    task = clean_line(outcome.task) or outcome.name
    if not outcome.follow_up:
        return f"then “{task}”" if outcome.asks == "when" else ""
    try:
        span = parse_span(outcome.follow_up)
    except Invalid:
        return f"“{task}” after {outcome.follow_up}"
    unit = span.unit if span.count > 1 else span.unit.removesuffix("s")
    after = f"in {span.count} {unit}"
    if span.is_short:
        return f"“{task}” {after}"
    if kind == "call" and not outcome.connected:
        return f"“{task}” {after}, at another hour"
    return f"“{task}” {after}"


def _move(move: str, catalog: Catalog) -> str:
    if move == START:
        return "moves the deal out of the first stage"
    stage = catalog.stage_by_id.get(move)
    return f"moves the deal to {stage.name}" if stage else "moved the deal to a stage that is gone"


def moves(catalog: Catalog) -> list[tuple[str, str]]:
    """What a deal can do, for a choice: ids and labels; the stages of every pipeline as a ladder."""
    ladder = [
        (stage.id, f"to {stage.name} · {pipeline.name}" if len(catalog.pipelines) > 1 else f"to {stage.name}")
        for pipeline in catalog.pipelines
        for stage in catalog.stages_of(pipeline.id)
    ]
    return [("", "stays"), (START, "out of the first stage into the next"), *ladder]
