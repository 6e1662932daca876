"""What an entry of a timeline said before it was edited: who changed it when, and what stood there."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Sequence

from core.commands.activities import EDITABLE
from core.duration import show_duration
from core.entities import Activity
from core.errors import NotFound
from core.text import printable
from core.when import show_when
from core.workspace import Workspace

MOST = 50
"""Revisions that are looked at: nobody corrects an entry more often."""
_LABELS = {
    "body": "text", "subject": "subject", "outcome": "outcome", "occurred_at": "when", "duration_s": "how long",
    "direction": "which way",
}  # fmt: skip


def earlier(workspace: Workspace, activity: Activity) -> list[Activity]:
    """The revisions that an entry took the place of, the latest first; for a reader thread."""
    found: list[Activity] = []
    before = activity.revises
    while before and len(found) < MOST:
        try:
            revision: Activity = workspace.record("activities", before)
        except NotFound:
            # A person's data may have been erased.
            break
        found.append(revision)
        before = revision.revises
    return found


def revision_lines(
    activity: Activity,
    before: Sequence[Activity],
    who: Callable[[str | None], str],
    now: dt.datetime,
    zone: dt.tzinfo,
) -> list[str]:
    """What was changed by each edit, the latest first: a line that says who and when, and a line for each field.

    Args:
        activity: the entry as it stands.
        before: the revisions before it, the latest first.
        who: the name of a user by their id.
        now: the current time.
        zone: where the viewer is.
    """
    lines: list[str] = []
    after = activity
    for revision in before:
        when = show_when(after.created_at, all_day=False, now=now, zone=zone) if after.created_at else ""
        lines.append(" · ".join(filter(None, ("± edited", when, who(after.updated_by)))))
        for name in EDITABLE:
            was = getattr(revision, name)
            if was != getattr(after, name):
                lines.append(f"  {_LABELS[name]} was: {_said(name, was, now, zone)}")
        after = revision
    if before and after.created_at is not None:
        made = show_when(after.created_at, all_day=False, now=now, zone=zone)
        lines.append(" · ".join(filter(None, ("✦ logged", made, who(after.user_id)))))
    return lines


def _said(name: str, value: object, now: dt.datetime, zone: dt.tzinfo) -> str:
    if isinstance(value, dt.datetime):
        return show_when(value, all_day=False, now=now, zone=zone)
    if name == "duration_s":
        return show_duration(value if isinstance(value, int) else None) or "not said"
    return printable(" ".join(str(value or "").split())) or "nothing"
