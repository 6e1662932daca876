"""What `doctor` asks a cache: whether it can be trusted with work that the server does not have yet."""

from __future__ import annotations

import json
from typing import Any

from core.changes import from_json
from storage import load
from storage.check import Finding, Progress, check_file
from sync import outbox, overlay, parking
from sync.cache import Cache
from sync.lock import AgentLock

_EXPORT = "Keep what can be read: offhook conflicts export FILE. Then ask for help with it."
_AGAIN = (
    "Send what waits (offhook sync), then fetch everything anew: offhook mode direct, and offhook mode field."
)


def check_cache(cache: Cache, *, progress: Progress | None = None) -> list[Finding]:
    """Looks at the file and at the books that are kept in it: the outbox, what is parked, what lies under unsent work.

    Args:
        cache: the cache. Others can work on it meanwhile.
        progress: is told what is being looked at.
    """
    return check_file(
        cache, [("outbox", _waiting), ("overlay", _overlay), ("agent", _agent)], progress=progress
    )


def _waiting(cache: Cache) -> list[Finding]:
    findings: list[Finding] = []
    with cache.database.read() as connection:
        unreadable = _unreadable(connection, "SELECT changeset_id, body FROM outbox ORDER BY seq")
        unreadable += _unreadable(
            connection, "SELECT id, body FROM parked WHERE settled_at IS NULL ORDER BY seq"
        )
        to_send, parked = outbox.waiting(connection), parking.count(connection)
        lost = connection.execute(
            "SELECT count(*) FROM outbox WHERE changeset_id NOT IN (SELECT id FROM changesets)"
        ).fetchone()[0]
    findings += [
        Finding(
            "error", f"The change {changeset_id}, which the server does not have, cannot be read.", _EXPORT
        )
        for changeset_id in unreadable
    ]
    if lost:
        findings.append(
            Finding("error", f"{lost:,} changes wait to be sent that the history does not know.", _EXPORT)
        )
    if to_send:
        many = "change waits" if to_send == 1 else "changes wait"
        findings.append(
            Finding(
                "warning",
                f"{to_send:,} {many} to be sent; only this machine has them.",
                "Send them: offhook sync",
            )
        )
    if parked:
        many = "change waits" if parked == 1 else "changes wait"
        findings.append(
            Finding("warning", f"{parked:,} {many} for your decision.", "See them: offhook conflicts")
        )
    return findings or [Finding("ok", "The server has everything that was done here.")]


def _unreadable(connection: Any, statement: str) -> list[str]:
    """The ids of changesets that are none."""
    out = []
    for changeset_id, body in connection.execute(statement):
        try:
            from_json(json.loads(body))
        except (KeyError, TypeError, ValueError):
            out.append(str(changeset_id))
    return out


def _overlay(cache: Cache) -> list[Finding]:
    with cache.database.read() as connection:
        switch = load.read_meta(connection, overlay.SWITCH)
        left = connection.execute("SELECT count(*) FROM base").fetchone()[0]
        held = connection.execute("SELECT count(*) FROM outbox").fetchone()[0]
    findings: list[Finding] = []
    if switch != "1":
        findings.append(
            Finding(
                "error",
                "The copy takes your work for the server's; what you do now could not be taken back.",
                _AGAIN,
            )
        )
    if left and not held:
        findings.append(
            Finding("error", f"{left:,} records are kept as they were before work that is done.", _AGAIN)
        )
    with cache.database.write() as connection:
        # They are made whenever the copy is opened: somebody has taken them away since.
        if overlay.install(connection):
            findings.append(
                Finding("error", "Triggers were missing, so records may differ from the server's.", _AGAIN)
            )
    return findings or [Finding("ok", "The server's records can be told from your work on them.")]


def _agent(cache: Cache) -> list[Finding]:
    if AgentLock(cache.path).is_taken():
        return [Finding("ok", "An offhook is at work on the copy: what is done here is sent by that one.")]
    return [Finding("ok", "No offhook is at work on the copy: what is done here is sent when one is opened.")]
