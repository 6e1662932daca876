"""What people do who call: they log calls with all that follows, put tasks off, and change how calls end and what is said."""

from __future__ import annotations

import datetime as dt
from typing import Any

from core.calling.outcomes import DEFAULT_OUTCOMES
from core.commands.calling_setup import DeleteScript, ReorderOutcome, ResetOutcome, SaveOutcome, SaveScript
from core.commands.calls import LogCall
from core.commands.tasks import SnoozeTask
from core.entities import Contact, Outcome
from core.next_step import KINDS, NextStep
from tests.sync.simulator.chance import Chance
from tests.sync.simulator.people import Desk, Intent, one

BLOCK = "0000b10c-0000-7000-8000-000000000001"
"""The calling session that every other call is made in."""


_TO_BE_CALLED = (
    "id IN (SELECT contact_id FROM tasks WHERE kind = 'call' AND priority = 'low'"
    " AND done_at IS NULL AND deleted_at IS NULL)"
)
"""Whoever was not reached."""


def call(desk: Desk, chance: Chance) -> Intent | None:
    """A call with any outcome, with what that asks for, about a deal or none, from a task or none."""
    # Mostly those who are to be tried again.
    contact = one(desk, chance, "contacts", _TO_BE_CALLED) if chance.percent(60) else None
    contact = contact or one(desk, chance, "contacts")
    if contact is None:
        return None
    outcomes = desk.workspace.catalog().call_outcomes
    # Most calls reach nobody.
    unanswered = [outcome for outcome in outcomes if not outcome.connected]
    outcome = chance.pick(unanswered if unanswered and chance.percent(50) else outcomes)
    note = desk.token()
    tokens, more = [note], dict[str, Any]()
    if outcome.asks == "when" or chance.percent(15):
        tokens.append(desk.token())
        more["next_step"] = NextStep(tokens[-1], chance.pick(KINDS), _in_days(desk, 1 + chance.below(20)))
    elif chance.percent(8):
        more["follow_up"] = False
    if outcome.asks == "reason" or outcome.do_not_call:
        tokens.append(desk.token())
        more["reason"] = tokens[-1]
    if outcome.asks == "referral" and chance.percent(80):
        tokens.append(desk.token())
        more["referral"] = {"name": f"{tokens[-1]} Named", "phone": f"+4930555{chance.below(10_000):04d}"}
    more |= _what_it_was_about(desk, chance, contact)
    if outcome.connected:
        more["duration_s"] = chance.below(900)
    return Intent(LogCall(contact_id=contact.id, outcome=outcome.key, note=note, **more), tuple(tokens))


def _what_it_was_about(desk: Desk, chance: Chance, contact: Contact) -> dict[str, Any]:
    more: dict[str, Any] = {}
    if contact.phones and chance.percent(60):
        more["number"] = chance.pick(contact.phones)["value"]
    deals = desk.ids("deals", f"contact_id = '{contact.id}'")
    if deals and chance.percent(60):
        more["deal_id"] = chance.pick(deals)
    tasks = desk.ids("tasks", f"contact_id = '{contact.id}' AND kind = 'call' AND done_at IS NULL")
    if tasks and chance.percent(60):
        more["task_id"] = chance.pick(tasks)
    if chance.percent(50):
        more["block"] = BLOCK
    return more


def snooze(desk: Desk, chance: Chance) -> Intent | None:
    """A task is put off."""
    task = one(desk, chance, "tasks", "done_at IS NULL")
    if task is None:
        return None
    return Intent(SnoozeTask(task_id=task.id, due_at=_in_days(desk, 1 + chance.below(9))))


def set_up_calls(desk: Desk, chance: Chance) -> Intent | None:
    """Somebody writes a script, or changes one; who may, changes how calls end."""
    catalog, word = desk.workspace.catalog(), desk.token()
    what = chance.below(8)
    if what < 3 or catalog.me.role not in ("admin", "manager"):
        return _script(desk, chance, word)
    outcome: Outcome = chance.pick(catalog.call_outcomes)
    if what == 3:
        return Intent(ReorderOutcome(key=outcome.key, step=chance.pick((-2, -1, 1, 2))))
    if what == 4:
        return Intent(ResetOutcome(key=chance.pick(DEFAULT_OUTCOMES).key))
    if what == 5 and len(catalog.call_outcomes) < 20:
        values = {"name": word, "follow_up": "1 business day", "task": word, "task_kind": "call"}
        return Intent(SaveOutcome(values=values), (word,))
    if what == 6:
        values = {"task": word, "follow_up": chance.pick(("30 min", "1 business day", "2 weeks"))}
    else:
        values = {"name": word, "move": "start" if chance.percent(50) else ""}
    expected = {name: getattr(outcome, name) for name in values}
    return Intent(SaveOutcome(key=outcome.key, values=values, expected=expected), (word,))


def _script(desk: Desk, chance: Chance, word: str) -> Intent:
    scripts = desk.workspace.catalog().scripts
    if not scripts or chance.percent(30):
        return Intent(
            SaveScript(values={"name": word, "body": "Hello", "shared": chance.percent(50)}), (word,)
        )
    script = chance.pick(scripts)
    if chance.percent(15):
        return Intent(DeleteScript(script_id=script.id))
    values = {"body": word}
    return Intent(SaveScript(script_id=script.id, values=values, expected={"body": script.body}), (word,))


def _in_days(desk: Desk, days: int) -> dt.datetime:
    return (desk.clock() + dt.timedelta(days=days)).replace(minute=0, second=0, microsecond=0)
