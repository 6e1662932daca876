"""What the tests of call mode share: scripts on the sales floor, and a way into a list of calls."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from core.commands.calling_setup import SaveScript
from tui.flows.call_start import start_calling
from tui.models.call import CallList
from tui.screens.call import CallScreen

SCRIPT = """\
Hi {first_name|there}, this is **{me}** from {organization}.

- Ask about {deal|their plans}

## 1 Too expensive
Compared to *what*, {first_name}?

## 2 No time
When is it quiet at {company|yours}?
"""
GERMANS = (1, 12, 10, 20)
"""Contacts in Germany, where it is half past ten on a working day: they may be called."""


def calls_to(floor: Any, *numbers: int, **more: Any) -> CallList:
    """A list of contacts of the floor by their numbers."""
    return CallList("Hot leads", [floor.uid("contact", n) for n in numbers], **more)


async def begin(pilot: Any, settle: Any, wait_until: Any, calls: CallList) -> CallScreen:
    """Starts calling, and waits until somebody is up and the next one is ready."""
    pilot.app.screen.start(start_calling(pilot.app.screen, calls))
    await wait_until(pilot, lambda: isinstance(pilot.app.screen, CallScreen))
    await settle(pilot)
    screen: CallScreen = pilot.app.screen
    return screen


def name(screen: CallScreen) -> str:
    """Who is up; empty: nobody."""
    current = screen.session.current
    return current.callee.name if current is not None else ""


def card(screen: CallScreen) -> str:
    """What the card says, line by line."""
    return "\n".join("".join(piece.text for piece in line).rstrip() for line in screen.card._lines())


def add_script(workspace: Any, body: str = SCRIPT, **where: Any) -> None:
    """Has everybody read a script."""
    assert workspace.execute(
        SaveScript(values={"name": "Script", "body": body, "shared": True, **where})
    ).applied


def texts(entries: Sequence[Any]) -> list[tuple[str, str]]:
    """What became of calls: (outcome, note) of each entry, the newest first."""
    return [(entry.activity.outcome, entry.activity.body) for entry in entries]
