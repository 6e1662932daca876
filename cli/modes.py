"""`offhook mode`: on the team's server alone, or with a copy on this machine."""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING

from cli.copies import alone_with, open_copy, pending, unanswered, wipe_copy
from cli.home import Home
from cli.output import Code, Usage, say, say_json
from cli.progress import Progress
from cli.session import Session
from cli.watching import Watch
from core.errors import Refused, Unavailable
from core.text import printable

if TYPE_CHECKING:
    from storage.keys import Store
    from storage.postgres.profile import Mode, Profile

_TOLD = {
    "direct": "direct: everything lies on the team's server, and you need it to work.",
    "field": "field: an encrypted copy lies on this machine. You work without a network; what you do is sent when there is one.",
}


def mode(session: Session, to: str, *, force: bool) -> Code:
    """Says how one works with the team's server, or switches it."""
    from cli.team import require_joined
    from cli.team_commands import MODES
    from storage.postgres.profile import Profile

    home = session.home
    if not to and not session.in_team and home.workspace.exists():
        return _tell_solo(session)
    require_joined(home)
    profile = Profile.load(home.team_profile)
    if to and to not in MODES:
        raise Usage(f"There is no mode “{printable(to)}”. There are: field (with a copy here), direct.")
    if force and to != "direct":
        raise Usage("--force gives work up that only the copy has; it goes with: offhook mode direct")
    if to:
        profile = switch(
            home, profile, "field" if to == "field" else "direct", force=force, quiet=session.json
        )
    if session.json:
        say_json({"mode": profile.mode, "server": str(profile.address), "login": profile.login})
        return Code.FINE
    say(_TOLD[profile.mode])
    if to == "field":
        say(
            "Your own deals and tasks are here; the rest loads while offhook is open. All of it now: offhook sync"
        )
    return Code.FINE


def _tell_solo(session: Session) -> Code:
    if session.json:
        say_json({"mode": "solo", "server": None, "login": None})
    else:
        say(
            "solo: your workspace is a file on this machine. Join your team with: offhook login HOST/DATABASE --as NAME"
        )
    return Code.FINE


def switch(home: Home, profile: Profile, to: Mode, *, force: bool = False, quiet: bool = False) -> Profile:
    """Switches how one works with the team's server, and remembers it.

    Args:
        home: where the login is remembered.
        profile: that login.
        to: the mode; nothing is done where it is the one already.
        force: give up work that only the copy has.
        quiet: show no progress.

    Returns:
        The profile as it is remembered from now on.

    Raises:
        Refused, Unavailable: it cannot be; everything is as it was.
    """
    if to == profile.mode:
        return profile
    if to == "field":
        _make_copy(home, profile, quiet)
        return _note(home, profile, to)
    with alone_with(home):
        if not force:
            require_nothing_pending(home, "offhook mode direct --force")
        # Before it is wiped: a profile that says field would have it made anew.
        profile = _note(home, profile, to)
        wipe_copy(home)
    return profile


def _make_copy(home: Home, profile: Profile, quiet: bool) -> None:
    """Makes the copy with what is needed first, all of it or nothing."""
    from storage.postgres import password as keeping

    if waiting := unanswered(home):
        many = f"{waiting} of your changes {'waits' if waiting == 1 else 'wait'}"
        raise Refused(
            f"{many} for the server's answer. Open offhook while the server can be reached, then switch."
        )
    # One that a switch left behind when it was cut short has nothing that the server does not have.
    wipe_copy(home)
    store: Store = "file" if keeping.note(home.team) else "keyring"
    with Progress("Fetching", quiet=quiet) as progress:
        try:
            workspace = open_copy(home, profile, agent=True, store=store, progress=progress.step)
        except BaseException:
            wipe_copy(home)
            raise
        try:
            # One's own deals and tasks come first; whatever becomes of the connection now, the rest comes later.
            Watch(workspace).until_useful(progress)
        finally:
            workspace.close()


def require_nothing_pending(home: Home, way: str) -> None:
    """Makes sure that nothing is lost with what this machine holds of a team.

    Args:
        home: where it lies.
        way: the command that gives it up all the same.

    Raises:
        Refused: there is work that the server does not have, or may be.
    """
    try:
        left = pending(home)
    except Unavailable as error:
        raise Refused(
            f"{error} Try again when it can be read (is the keyring unlocked?), or give them up with: {way}"
        ) from None
    if not left:
        return
    advice = []
    if left.unanswered:
        advice.append("Open offhook while the server can be reached, then try again.")
    if left.unsent:
        advice.append("Send them with: offhook sync.")
    if left.parked:
        advice.append("Decide with: offhook conflicts (or keep them: offhook conflicts export FILE).")
    raise Refused(f"{left}. {' '.join(advice)} To give them up for good: {way}")


def _note(home: Home, profile: Profile, to: Mode) -> Profile:
    noted = dataclasses.replace(profile, mode=to)
    noted.save(home.team_profile)
    return noted
