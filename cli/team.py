"""Working with a team's server: logging in and out, one's password, and opening the workspace there."""

from __future__ import annotations

import dataclasses
import getpass
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from cli.home import Home
from cli.output import Code, Usage, say, say_json
from cli.session import Session
from core.errors import NotFound, Refused, Unavailable
from core.text import printable

if TYPE_CHECKING:
    from core.workspace import Workspace
    from storage.postgres.connection import Hello, Wire
    from storage.postgres.profile import Mode, Profile
    from storage.secret import Place


def ask_password(prompt: str, *, from_stdin: bool = False) -> str:
    """A password as it is typed, unseen; or the first line of standard input, for scripts.

    Raises:
        Usage: nobody is there to ask.
    """
    if from_stdin:
        return sys.stdin.readline().rstrip("\r\n")
    if not sys.stdin.isatty():
        raise Usage(
            "There is no terminal to ask for the password on. Give it on standard input with --password-stdin, or in"
            " OFFHOOK_PASSWORD."
        )
    return getpass.getpass(prompt)


def ask_new_password(*, from_stdin: bool = False) -> str:
    """A new password, typed twice.

    Raises:
        Usage: nobody is there to ask.
        Invalid, Refused: it is none, or the two are not the same.
    """
    from storage.postgres.people import check_password

    new = check_password(ask_password("New password: ", from_stdin=from_stdin))
    if not from_stdin and ask_password("Once more: ") != new:
        raise Refused("The two are not the same. Nothing was changed.")
    return new


def login(
    session: Session,
    address: str,
    user: str,
    *,
    field: bool | None,
    ca_file: Path | None,
    insecure: bool,
    password_stdin: bool,
    in_file: bool,
) -> Code:
    """Logs in at a team's server and remembers where and who, so that `offhook` opens the team's workspace from now on."""
    import os

    from storage.postgres import password as keeping
    from storage.postgres.profile import Profile, parse_address

    if session.demo:
        raise Usage("The sample team logs in by itself: offhook demo --team --as NAME")
    home = session.home
    where = parse_address(address)
    if ca_file is not None and not ca_file.is_file():
        raise NotFound(f"There is no file {ca_file}. It is the one with your CA's certificate.")
    authority = str(ca_file.absolute()) if ca_file else ""
    profile = Profile(*where, login=user, ca_file=authority, insecure=insecure)
    given = os.environ.get(keeping.VARIABLE)
    password = given or ask_password(f"Password of {printable(user)}: ", from_stdin=password_stdin)
    joined = join(
        home, profile, password, prefer="file" if in_file else "keyring", field=field, quiet=session.json
    )
    note = keeping.note(home.team)
    notes = [each for each in (profile.note, note) if each]
    if session.json:
        say_json(
            {"server": str(where), "login": user, "role": joined.role, "mode": joined.mode, "notes": notes}
        )
        return Code.FINE
    say(f"Logged in to {printable(str(where))} as {printable(user)} ({joined.role}). Open it with: offhook")
    if joined.mode == "field":
        say(
            "An encrypted copy lies here, so you can work without a network. Your own deals and tasks are in it; the"
        )
        say("rest loads while offhook is open. All of it now: offhook sync")
    for each in notes:
        say(printable(each))
    if home.workspace.exists():
        say("Your own workspace on this machine stays as it is; it is there again after: offhook logout")
    return Code.FINE


class Joined(NamedTuple):
    """What a login came to."""

    role: str
    """The user's role."""
    mode: Mode


def join(
    home: Home,
    profile: Profile,
    password: str,
    *,
    prefer: Place = "keyring",
    field: bool | None = None,
    quiet: bool = True,
) -> Joined:
    """Tries a login, and remembers it only if it is good.

    Somebody who logs in anew keeps what this machine holds of them; somebody else finds nothing of it.

    Args:
        home: where it is remembered.
        profile: where, and who.
        password: the login's.
        prefer: where the password is kept: `keyring`, or `file`.
        field: with a copy on this machine; None: as before, and without one at first.
        quiet: show no progress.

    Raises:
        Refused, Unavailable: it is not good, the server cannot be reached, or this machine holds work of somebody else
            that the server does not have. What was remembered before still is.
    """
    from cli import modes
    from cli.copies import alone_with, wipe_copy, wipe_team
    from storage.postgres import password as keeping

    with wire_to(profile, password) as (_, hello):
        profile = dataclasses.replace(profile, org_id=hello.org_id, user_id=hello.user_id)
    before = _remembered(home)
    fresh = before is None and not home.cache.exists()
    if before is not None and not before.same_person(profile):
        with alone_with(home):
            modes.require_nothing_pending(home, "offhook logout --force")
            wipe_copy(home)
    elif not fresh:
        # Where the profile was lost, the copy is there: it may hold work that nobody else has.
        profile = dataclasses.replace(profile, mode=before.mode if before is not None else "field")
    keeping.keep(home.team, password, prefer=prefer)
    profile.save(home.team_profile)
    wanted: Mode = profile.mode if field is None else "field" if field else "direct"
    try:
        profile = modes.switch(home, profile, wanted, quiet=quiet)
    except BaseException:
        if fresh:
            wipe_team(home)
        raise
    return Joined(hello.role, profile.mode)


def _remembered(home: Home) -> Profile | None:
    """The login that this machine remembers; None where there is none that can be read."""
    from storage.postgres.profile import Profile

    if not home.team_profile.exists():
        return None
    # A damaged one is written anew.
    with suppress(Unavailable):
        return Profile.load(home.team_profile)
    return None


@contextmanager
def wire_to(profile: Profile, password: str | None) -> Iterator[tuple[Wire, Hello]]:
    """A bare connection to an installed server, and what that said first.

    Raises:
        Refused, Unavailable: it cannot be had.
    """
    from storage.postgres.connection import connect, greet
    from storage.schema_version import HEAD

    wire = connect(profile, password)
    try:
        yield wire, greet(wire, profile, HEAD)
    finally:
        wire.close()


@contextmanager
def greeted(session: Session) -> Iterator[tuple[Wire, Profile, Hello]]:
    """A bare connection with the login that this machine remembers, where it leads, and what the server said first.

    Raises:
        NotFound: it remembers none.
        Refused, Unavailable: it cannot be had.
    """
    home = session.home
    require_joined(home)
    from storage.postgres import password as keeping
    from storage.postgres.profile import Profile

    profile = Profile.load(home.team_profile)
    with wire_to(profile, keeping.read(home.team)) as (wire, hello):
        yield wire, profile, hello


@contextmanager
def own_wire(session: Session) -> Iterator[Wire]:
    """A bare connection with the login that this machine remembers; see `greeted`."""
    with greeted(session) as (wire, _, _):
        yield wire


def require_joined(home: Home) -> None:
    """Raises `NotFound` unless this machine remembers a login at a team's server."""
    if not home.team_profile.exists():
        raise NotFound(
            "You are not logged in to a team's server. Log in with: offhook login HOST/DATABASE --as NAME"
        )


def open_team(home: Home, *, agent: bool = True, direct: bool = False) -> Workspace:
    """Opens the team's workspace with the login that this machine remembers.

    Args:
        home: where it is remembered.
        agent: with a copy on this machine, keep it and the server together as long as it is open.
        direct: on the server, even where there is a copy.

    Raises:
        NotFound, Refused, Unavailable: it cannot be opened; the message says why.
    """
    require_joined(home)
    from storage.postgres.profile import Profile

    profile = Profile.load(home.team_profile)
    if profile.mode == "field" and not direct:
        from cli.copies import open_copy

        return open_copy(home, profile, agent=agent)
    from storage.postgres import password as keeping
    from storage.postgres.direct import open_direct

    notes = [note for note in (keeping.note(home.team),) if note]
    return open_direct(profile, keeping.read(home.team), folder=home.team, notes=notes)


def logout(session: Session, *, force: bool) -> Code:
    """Forgets login and password, and wipes what this machine holds of the team."""
    from cli.copies import alone_with, wipe_team
    from cli.modes import require_nothing_pending

    home = session.home
    require_joined(home)
    with alone_with(home):
        if not force:
            require_nothing_pending(home, "offhook logout --force")
        wipe_team(home)
    if session.json:
        say_json({"logged_out": True})
    else:
        say("Logged out. Nothing of the team is left on this machine.")
    return Code.FINE


def password(session: Session, *, password_stdin: bool) -> Code:
    """Changes one's own password, on the server and where this machine keeps it."""
    from storage.postgres import password as keeping
    from storage.postgres.people import change_password

    home = session.home
    with greeted(session) as (wire, profile, _):
        new = ask_new_password(from_stdin=password_stdin)
        change_password(wire, profile.login, new)
    # At once: the server knows the new one only from here on, whatever becomes of the network.
    keeping.keep(home.team, new, prefer="file" if keeping.note(home.team) else "keyring")
    if session.json:
        say_json({"changed": True})
    else:
        say("Your password was changed. Other machines of yours ask for the new one.")
    return Code.FINE
