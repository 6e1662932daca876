"""How calls end: the outcomes that offhook comes with.

`core.catalog` builds on this module, so it knows nothing of the catalog.
"""

from __future__ import annotations

from typing import Any

from core.entities import Outcome
from core.fractional import spread

_COME_WITH: tuple[dict[str, Any], ...] = (
    {
        "key": "no answer",
        "name": "No answer",
        "hotkey": "1",
        "line": "no-answer",
        "follow_up": "1 business day",
        "task": "Call again",
        "task_kind": "call",
        "lead_status": "Attempting",
    },
    {
        "key": "left voicemail",
        "name": "Left voicemail",
        "hotkey": "2",
        "line": "vm-left",
        "follow_up": "2 business days",
        "task": "Call again",
        "task_kind": "call",
        "lead_status": "Attempting",
    },
    {
        "key": "busy",
        "name": "Busy",
        "hotkey": "3",
        "line": "busy",
        "follow_up": "30 min",
        "task": "Call again",
        "task_kind": "call",
        "lead_status": "Attempting",
    },
    {
        "key": "left message",
        "name": "Left message with somebody",
        "hotkey": "4",
        "line": "answered",
        "follow_up": "1 business day",
        "task": "Call again",
        "task_kind": "call",
        "lead_status": "Attempting",
    },
    {
        "key": "callback",
        "name": "Call back",
        "hotkey": "5",
        "line": "answered",
        "connected": True,
        "asks": "when",
        "task": "Call back",
        "task_kind": "call",
        "lead_status": "Connected",
    },
    {
        "key": "interested",
        "name": "Interested",
        "hotkey": "6",
        "line": "answered",
        "connected": True,
        "follow_up": "2 business days",
        "task": "Send what they asked for",
        "task_kind": "email",
        "stops": True,
        "lead_status": "Connected",
    },
    {
        "key": "meeting booked",
        "name": "Meeting booked",
        "hotkey": "7",
        "line": "answered",
        "connected": True,
        "asks": "when",
        "task": "Meeting",
        "task_kind": "meeting",
        "move": "start",
        "meeting": True,
        "stops": True,
        "lead_status": "Qualified",
    },
    {
        "key": "not interested",
        "name": "Not interested",
        "hotkey": "8",
        "line": "answered",
        "connected": True,
        "asks": "reason",
        "reasons": ("No need", "No budget", "Timing", "Competitor", "Not the decision maker"),
        "follow_up": "3 months",
        "task": "Ask again",
        "task_kind": "call",
        "stops": True,
        "lead_status": "Nurture",
    },
    {
        "key": "not a fit",
        "name": "Not a fit",
        "hotkey": "9",
        "line": "answered",
        "connected": True,
        "stops": True,
        "lead_status": "Unqualified",
    },
    {"key": "wrong number", "name": "Wrong number", "hotkey": "0", "line": "answered", "number": "wrong"},
    {"key": "not in service", "name": "Not in service", "hotkey": "-", "line": "error", "number": "dead"},
    {
        "key": "referred",
        "name": "Referred to somebody else",
        "hotkey": "m",
        "line": "answered",
        "connected": True,
        "asks": "referral",
        "follow_up": "1 business day",
        "task": "First call",
        "task_kind": "call",
        "stops": True,
    },
    {
        "key": "do not call",
        "name": "Do not call",
        "hotkey": "x",
        "line": "answered",
        "connected": True,
        "do_not_call": True,
        "stops": True,
    },
    # Calls were logged so before there were outcomes.
    {"key": "connected", "name": "Connected", "line": "answered", "connected": True, "hidden": True},
)

DEFAULT_OUTCOMES: tuple[Outcome, ...] = tuple(
    Outcome(org_id="", id="", position=place, **values)
    for values, place in zip(_COME_WITH, spread(len(_COME_WITH)), strict=True)
)
"""In the order they are offered. They are in no store, so they have no id."""
