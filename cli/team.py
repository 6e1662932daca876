"""Working with a team's server: logging in and out, one's password, and opening the workspace there."""

from __future__ import annotations

import getpass
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from cli.home import Home
from cli.output import Code, Usage, say, say_json
from cli.session import Session
from core.errors import NotFound, Refused, Unavailable
from core.text import printable

if TYPE_CHECKING:
    from storage.check import Finding
    from storage.postgres.connection import Hello, Wire
    from storage.postgres.direct import DirectWorkspace
    from storage.postgres.profile import Profile


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
    ca_file: Path | None,
    insecure: bool,
    password_stdin: bool,
    in_file: bool,
) -> Code:
    """Logs in at a team's server and remembers where and who, so that `offhook` opens the team's workspace from now on."""
    from storage.postgres import password as keeping
    from storage.postgres.profile import Profile, parse_address

    if session.demo:
        raise Usage("The sample team logs in by itself: offhook demo --team --as NAME")
    home = session.home
    _refuse_unsent(home)
    where = parse_address(address)
    if ca_file is not None and not ca_file.is_file():
        raise NotFound(f"There is no file {ca_file}. It is the one with your CA's certificate.")
    authority = str(ca_file.absolute()) if ca_file else ""
    profile = Profile(*where, login=user, ca_file=authority, insecure=insecure)
    import os

    given = os.environ.get(keeping.VARIABLE)
    password = given or ask_password(f"Password of {printable(user)}: ", from_stdin=password_stdin)
    who = join(home, profile, password, prefer="file" if in_file else "keyring")
    note = keeping.note(home.team)
    notes = [each for each in (profile.note, note) if each]
    if session.json:
        say_json({"server": str(where), "login": user, "role": who, "notes": notes})
        return Code.FINE
    say(f"Logged in to {printable(str(where))} as {printable(user)} ({who}). Open it with: offhook")
    for each in notes:
        say(printable(each))
    if home.workspace.exists():
        say("Your own workspace on this machine stays as it is; it is there again after: offhook logout")
    return Code.FINE


def join(home: Home, profile: Profile, password: str, *, prefer: str = "keyring") -> str:
    """Tries a login, and remembers it only if it is good.

    Args:
        home: where it is remembered.
        profile: where, and who.
        password: the login's.
        prefer: `keyring`, or `file`.

    Returns:
        The user's role.

    Raises:
        Refused, Unavailable: it is not good, or the server cannot be reached.
    """
    from storage.postgres import password as keeping

    with wire_to(profile, password) as (_, hello):
        pass
    keeping.keep(home.team, password, prefer="file" if prefer == "file" else "keyring")
    profile.save(home.team_profile)
    return hello.role


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


def open_team(home: Home) -> DirectWorkspace:
    """Opens the team's workspace with the login that this machine remembers.

    Raises:
        NotFound, Refused, Unavailable: it cannot be opened; the message says why.
    """
    require_joined(home)
    from storage.postgres import password as keeping
    from storage.postgres.direct import open_direct
    from storage.postgres.profile import Profile

    notes = [note for note in (keeping.note(home.team),) if note]
    return open_direct(
        Profile.load(home.team_profile), keeping.read(home.team), folder=home.team, notes=notes
    )


def logout(session: Session, *, force: bool) -> Code:
    """Forgets login and password, and wipes what this machine holds of the team."""
    import shutil

    from storage.postgres import password as keeping

    home = session.home
    require_joined(home)
    if not force:
        _refuse_unsent(home)
    keeping.forget(home.team)
    # The profile first: without it nothing of the rest is ever looked at again.
    home.team_profile.unlink(missing_ok=True)
    shutil.rmtree(home.team, ignore_errors=True)
    if session.json:
        say_json({"logged_out": True})
    else:
        say("Logged out. Nothing of the team is left on this machine.")
    return Code.FINE


def _refuse_unsent(home: Home) -> None:
    """Raises `Refused` while changes wait for the server's answer, or may: they would be lost."""
    try:
        number = _unsent(home)
    except Unavailable as error:
        raise Refused(
            f"{error} Try again when it can be read (is the keyring unlocked?), or give them up with: offhook logout --force"
        ) from None
    if number:
        raise Refused(
            f"{number} of your changes wait for the server's answer. Open offhook while the server can be reached, then"
            " try again; or give them up with: offhook logout --force"
        )


def _unsent(home: Home) -> int:
    """How many changes wait for the server's answer.

    Raises:
        Unavailable: the file that says so cannot be read.
    """
    from storage.postgres.unsettled import FILE, Unsettled

    if not (home.team / FILE).exists():
        return 0
    waiting = Unsettled(home.team)
    try:
        waiting.open()
        if not waiting.durable:
            raise Unavailable(
                f"{home.team / FILE} cannot be read, so changes of yours may be waiting there to be sent."
            )
        return len(waiting)
    finally:
        waiting.close()


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


def examine(session: Session) -> list[Finding]:
    """What `doctor` says about a team's server, the way there, and what this machine holds."""
    import statistics
    import time

    from core.errors import OffhookError
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
    except OffhookError as error:
        findings.append(Finding("error", str(error)))
    try:
        waiting = _unsent(home)
    except Unavailable as error:
        findings.append(Finding("error", str(error), "Unlock the keyring, if the key is kept there."))
        waiting = 0
    if waiting:
        findings.append(
            Finding(
                "warning",
                f"{waiting} of your changes wait for the server's answer",
                "Open offhook to send them.",
            )
        )
    return findings
