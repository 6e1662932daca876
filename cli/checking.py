"""What `doctor` says about a team's server, and about the copy on this machine."""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable
from typing import TYPE_CHECKING

from cli.copies import unanswered
from cli.home import Home
from cli.session import Session
from cli.team import wire_to
from core.errors import OffhookError, Unavailable, Unreachable

if TYPE_CHECKING:
    from storage.check import Finding


def examine(session: Session, progress: Callable[[str], None]) -> list[Finding]:
    """What `doctor` says about a team's server, the way there, and what this machine holds.

    Args:
        session: what was said on the command line.
        progress: is told what is being looked at.
    """
    from storage.check import Finding
    from storage.postgres import password as keeping
    from storage.postgres.connection import wire_version
    from storage.postgres.profile import Profile

    home = session.home
    profile = Profile.load(home.team_profile)
    findings = [Finding("ok", f"The team's server is {profile.address}; you log in as {profile.login}")]
    if profile.note:
        findings.append(Finding("warning", profile.note, "Log in anew without --insecure."))
    try:
        kept = keeping.read(home.team)
        if note := keeping.note(home.team):
            findings.append(Finding("warning", note))
        began = time.monotonic()
        with wire_to(profile, kept) as (wire, hello):
            took = (time.monotonic() - began) * 1000
            secured = "over TLS" if wire.pgconn.ssl_in_use else "without TLS, on this machine"
            server = wire_version(wire.info.server_version)
            findings.append(
                Finding("ok", f"PostgreSQL {server} answers {secured}; logging in takes {took:.0f} ms")
            )
            findings.append(Finding("ok", f"Your role is {hello.role}"))
            times = []
            for _ in range(5):
                began = time.monotonic()
                wire.execute("select 1")
                times.append((time.monotonic() - began) * 1000)
            findings.append(Finding("ok", f"A round trip takes {statistics.median(times):.1f} ms"))
    except Unreachable as error:
        # Who works on a copy is away from the server more often than not.
        findings.append(Finding("warning" if profile.mode == "field" else "error", str(error)))
    except OffhookError as error:
        findings.append(Finding("error", str(error)))
    findings += _examine_copy(home, progress) if profile.mode == "field" else _examine_unanswered(home)
    return findings


def _examine_unanswered(home: Home) -> list[Finding]:
    from storage.check import Finding

    try:
        waiting = unanswered(home)
    except Unavailable as error:
        return [Finding("error", str(error), "Unlock the keyring, if the key is kept there.")]
    if not waiting:
        return []
    what = f"{waiting} of your changes {'waits' if waiting == 1 else 'wait'} for the server's answer"
    return [Finding("warning", what, "Open offhook to send them.")]


def _examine_copy(home: Home, progress: Callable[[str], None]) -> list[Finding]:
    from storage import check as store
    from sync.cache import open_cache
    from sync.check import check_cache

    if not home.cache.exists():
        return [
            store.Finding(
                "error", f"There is no copy at {home.cache}.", "Open offhook while the server can be reached."
            )
        ]
    try:
        cache = open_cache(home.cache)
    except Unavailable as error:
        return store.check_unopened(home.cache, error)
    try:
        return check_cache(cache, progress=progress)
    finally:
        cache.close()
