"""A calling session on the disk, so that it goes on where it was: after a crash, a break, or another day.

Whom it goes through is written when it begins and from time to time; how far it is, after every step. The second is small,
however long the list is.
"""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Mapping
from contextlib import suppress
from typing import Any, NamedTuple

from core.calling.queue import CallQueue
from core.errors import Invalid, OffhookError
from core.workspace import Workspace
from tui.drafts import Drafts
from tui.models.call import CallList, CallSession, Logged

BLOCK, IDS, QUEUE = "call.block", "call.ids", "call.queue"
"""The keys of the drafts: what is called through, who is in it, and how far it is."""
_LATEST = 20
"""How many of the calls that were logged are kept with all that brings them back."""


class Resumable(NamedTuple):
    """A session that was left before everybody was called."""

    name: str
    left: int
    total: int

    @property
    def words(self) -> str:
        """What there is to go on with, as a sentence."""
        return f"Calling {self.name} was left: {self.left} of {self.total} to go."


def keep(drafts: Drafts, session: CallSession) -> None:
    """Has a session kept as it is. One contact is called beside a list, and does not take its place.

    Args:
        drafts: keep it.
        session: what is kept.
    """
    if session.is_alone:
        return
    if session.queue.grown:
        block = {
            "block": session.block, "started_at": session.started_at.isoformat(), "calls": session.calls.to_json(),
        }  # fmt: skip
        drafts.keep(BLOCK, json.dumps(block))
        # By itself: it is large, and need not be put into JSON a second time.
        drafts.keep(IDS, f"{session.block}\n{session.queue.ids_json()}")
    latest = dict(list(session.logged.items())[-_LATEST:])
    far = {
        "block": session.block, "queue": session.queue.state_json(), "logged": latest, "made": session.made,
        "connects": session.connects,
    }  # fmt: skip
    drafts.keep(QUEUE, json.dumps(far))


def forget(drafts: Drafts, session: CallSession) -> None:
    """Has a session not kept any more: everybody was called."""
    if session.is_alone:
        return
    for key in (QUEUE, IDS, BLOCK):
        drafts.forget(key)


def restore(workspace: Workspace) -> CallSession | None:
    """The session that was left; None where there is none, or nobody is left in it. For a reader thread."""
    with suppress(OffhookError):
        return _restored(workspace.drafts("call."))
    return None


def resumable(workspace: Workspace) -> Resumable | None:
    """What there is to go on with. For a reader thread."""
    session = restore(workspace)
    return Resumable(session.calls.name, session.left, session.total) if session else None


def _restored(kept: Mapping[str, str]) -> CallSession | None:
    # What an older or a newer version has kept may look otherwise: then there is nothing to go on with.
    with suppress(ValueError, KeyError, TypeError, AttributeError, Invalid):
        block: dict[str, Any] = json.loads(kept[BLOCK])
        far: dict[str, Any] = json.loads(kept.get(QUEUE, "{}"))
        far = far if far.get("block") == block["block"] else {}
        whose, _, ids = kept[IDS].partition("\n")
        if whose != block["block"]:
            return None
        queue = CallQueue.from_json(ids, far.get("queue", ""))
        began = dt.datetime.fromisoformat(block["started_at"])
        session = CallSession(CallList.from_json(block["calls"]), queue, str(block["block"]), began)
        session.known = set(queue.ids)
        session.logged = {changeset: Logged(*entry) for changeset, entry in far.get("logged", {}).items()}
        session.made, session.connects = int(far.get("made", 0)), int(far.get("connects", 0))
        return session if session.left else None
    return None
