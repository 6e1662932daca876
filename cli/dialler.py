"""`offhook dialler`: which way numbers are dialled, choosing it, and trying it."""

from __future__ import annotations

import dataclasses
import sys
import time
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from cli.dialling import TOKEN_NOTE, make_dialler, token_of
from cli.home import Home, find_home, read_settings, save_settings
from cli.output import Code, Usage, code_of, say, say_json
from cli.session import Session
from core.errors import OffhookError, Unavailable
from core.text import printable
from telephony.settings import TABLES, WAYS, DialSettings

if TYPE_CHECKING:
    from core.dialling import CallState, Dialled, Dialler

_LOOK_SECONDS = 1.0
"""How often a call that is tried is looked at."""
_PATIENCE = 30
"""Looks that may fail one after the other."""
_DETAILS = {"command": "dial_command", "baresip": "address", "sip": "domain"}
"""What some ways take an argument for."""


@dataclass(frozen=True, slots=True)
class Choice:
    """What `dialler set` was told.

    Attributes:
        way: one of `telephony.settings.WAYS`.
        detail: the command, address or domain; empty where none was given.
        twilio: what is set of Twilio, by key; what is empty stays.
        token_stdin: the token comes on standard input.
        in_file: keep the token in a file, not in the keyring.
    """

    way: str
    detail: str
    twilio: Mapping[str, str]
    token_stdin: bool
    in_file: bool


def show(session: Session) -> Code:
    """Says how numbers are dialled, and whether that works."""
    home = find_home()
    settings = read_settings(home.settings_file)
    dialler = make_dialler(home, settings.dialling, sample=session.demo)
    code, works, said = Code.FINE, True, ""
    try:
        said = dialler.check()
    except OffhookError as error:
        code, works, said = code_of(error), False, str(error)
    finally:
        dialler.close()
    notes = [settings.problem] if settings.problem else []
    if settings.dialling.dial == "twilio":
        notes += _token_notes(home)
    if session.json:
        say_json({**_shown(settings.dialling, dialler.name), "works": works, "said": said, "notes": notes})
        return code
    say(f"{dialler.name}: {printable(said)}")
    for note in notes:
        say(printable(note))
    return code


def set_way(session: Session, choice: Choice) -> Code:
    """Chooses how numbers are dialled. Nothing is kept unless all of it can be used."""
    from telephony.choose import make

    if session.demo:
        raise Usage("Sample numbers are never dialled; the way is chosen for your own: offhook dialler set …")
    home = find_home()
    before = read_settings(home.settings_file).dialling
    settings, changes = _changed(before, choice)
    token = ""
    if choice.way == "twilio":
        # Whatever else is wrong is said before a secret is asked for.
        make(settings, lambda: "-").close()
        token = _token(home, choice, before)
    made = make(settings, lambda: token or token_of(home).read() or "")
    if token:
        token_of(home).keep(token, account="twilio", prefer="file" if choice.in_file else "keyring")
    save_settings(home.settings_file, changes)
    works = True
    try:
        said = made.check()
    except OffhookError as error:
        works, said = False, str(error)
    finally:
        made.close()
    notes = _token_notes(home) if choice.way == "twilio" else []
    if session.json:
        say_json({**_shown(settings, choice.way), "works": works, "said": said, "notes": notes})
        return Code.FINE
    say(f"{choice.way}: {printable(said) if works else 'chosen, and does not work yet.'}")
    if not works:
        say(printable(said))
    for note in notes:
        say(printable(note))
    return Code.FINE


def try_out(session: Session, number: str) -> Code:
    """Dials a number and tells how the call goes; without one, looks whether dialling would work."""
    if not number:
        return show(session)
    from cli.place import country
    from core.points import clean_phone

    home = find_home()
    target = clean_phone(number, country())
    dialler = make_dialler(home, read_settings(home.settings_file).dialling, sample=session.demo)
    try:
        dialled = dialler.dial(target)
        said = _copied(dialled)
        if not session.json:
            say(printable(said))
        state = _follow(session, dialler, dialled) if dialled.watchable else None
    finally:
        dialler.close()
    if session.json:
        line, seconds = (state.line, state.seconds) if state else (None, None)
        said = (state.said if state else "") or said
        say_json({"dial": dialler.name, "number": target, "said": said, "line": line, "seconds": seconds})
    return Code.REFUSED if state is not None and state.line == "failed" else Code.FINE


# --- setting ------------------------------------------------------------------------------------------------------


def _changed(before: DialSettings, choice: Choice) -> tuple[DialSettings, dict[str, dict[str, str]]]:
    """The settings as they are to be, and what of them is written down, by table.

    Raises:
        Usage: the command line does not fit the way.
    """
    way = choice.way
    if way not in WAYS:
        raise Usage(f"There is no way “{printable(way)}”. There are: {', '.join(WAYS)}.")
    if choice.detail and way not in _DETAILS:
        raise Usage(f'“{way}” takes nothing more. Quote a command: offhook dialler set command "…"')
    if way != "twilio" and (any(choice.twilio.values()) or choice.token_stdin or choice.in_file):
        raise Usage("--account, --key, --from, --phone and the token go with: offhook dialler set twilio")
    changes: dict[str, dict[str, str]] = {"": {"dial": way}}
    if way == "command":
        changes[""]["dial_command"] = choice.detail or before.command
    elif way == "twilio":
        if given := {key: value for key, value in choice.twilio.items() if value}:
            changes["twilio"] = given
    elif choice.detail:
        changes[way] = {_DETAILS[way]: choice.detail}
    tables = {name: {**before.tables.get(name, {}), **changes.get(name, {})} for name in TABLES}
    command = changes[""].get("dial_command", before.command)
    return dataclasses.replace(before, dial=way, command=command, tables=tables, problems=()), changes


def _token(home: Home, choice: Choice, before: DialSettings) -> str:
    """The token that was given; empty where the one that is kept stays."""
    from cli.team import ask_password

    other = any(choice.twilio[key] for key in ("account", "key"))
    if not (other or choice.token_stdin) and _kept_token(home):
        return ""
    if not choice.token_stdin and not sys.stdin.isatty():
        raise Usage(
            "There is no terminal to ask for the token on. Give it on standard input with --token-stdin."
        )
    secret = choice.twilio["key"] or before.of("twilio", "key")
    prompt = "Secret of the API key: " if secret else "Auth token of the account: "
    token = ask_password(prompt, from_stdin=choice.token_stdin).strip()
    if not token or not token.isascii() or not token.isprintable():
        raise Usage("That is no token. Twilio’s Console shows it beside the account’s SID.")
    return token


def _kept_token(home: Home) -> bool:
    try:
        return bool(token_of(home).read())
    except Unavailable:
        return False


def _token_notes(home: Home) -> list[str]:
    try:
        return [TOKEN_NOTE] if token_of(home).is_in_file() else []
    except Unavailable as error:
        return [str(error)]


def _shown(settings: DialSettings, dial: str) -> dict[str, Any]:
    """The settings of a way, for programs."""
    out: dict[str, Any] = {"dial": dial}
    if dial == "command":
        out["command"] = settings.command
    out |= {key: settings.of(dial, key) for key in TABLES.get(dial, ())}
    return out


# --- trying -------------------------------------------------------------------------------------------------------


def _copied(dialled: Dialled) -> str:
    """Copies what is to be copied by way of the terminal; what to say of it."""
    if not dialled.copy:
        return dialled.said
    if not sys.stdout.isatty():
        return f"{dialled.copy}: there is no terminal that could copy it."
    import base64

    code = base64.b64encode(dialled.copy.encode()).decode()
    sys.stdout.write(f"\x1b]52;c;{code}\a")
    return dialled.said


def _follow(session: Session, dialler: Dialler, dialled: Dialled) -> CallState:
    """Tells how a call goes on, until it is over. ctrl-c hangs up.

    Raises:
        Unavailable: it cannot be told any more.
        KeyboardInterrupt: after hanging up.
    """
    before: CallState | None = None
    failed = 0
    try:
        while True:
            try:
                state = dialler.status(dialled.call_id)
                failed = 0
            except Unavailable:
                failed += 1
                if failed == _PATIENCE:
                    raise
                time.sleep(_LOOK_SECONDS)
                continue
            if not session.json and (
                before is None or (state.line, state.said) != (before.line, before.said)
            ):
                talked = f" after {state.seconds} s" if state.over and state.seconds else ""
                say(f"{state.line}{talked}{': ' if state.said else ''}{printable(state.said)}")
                sys.stdout.flush()
            if state.over:
                return state
            before = state
            time.sleep(_LOOK_SECONDS)
    except KeyboardInterrupt:
        dialler.hang_up(dialled.call_id)
        raise
