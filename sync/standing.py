"""How it stands between a cache and its server, and how the status bar says so."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Callable
from dataclasses import dataclass
from enum import Enum

from storage import load
from sync.cache import Cache

_KEY = "sync.standing"
_CONTACT = "sync.contact"


class State(Enum):
    """What the agent is at."""

    CONNECTING = "connecting"
    """It has not reached the server since it was started."""
    OFFLINE = "offline"
    """The server is out of reach."""
    CATCHING_UP = "catching up"
    """What happened meanwhile is exchanged."""
    LOADING = "loading"
    """Records come in that were never here; what is here already can be used."""
    LIVE = "live"
    """What others do comes in as it happens, and what is done here goes out."""
    LOCKED = "locked out"
    """The server does not let the login in."""
    OUTDATED = "update needed"
    """This program and the server do not fit; the cache goes on without it."""
    BROKEN = "not saved"
    """The cache cannot be written to."""


_REACHED = (State.CATCHING_UP, State.LOADING, State.LIVE)


@dataclass(frozen=True, slots=True)
class Standing:
    """How it stands.

    Attributes:
        state: what the agent is at.
        since: since when it does not reach the server, or since when it is in this state.
        reason: why, in the user's words; empty where nothing is wrong.
        loaded: while loading, how many records are here, less those of which much is still to be made.
        total: while loading, how many it will be about; 0: not known yet.
    """

    state: State
    since: dt.datetime
    reason: str = ""
    loaded: int = 0
    total: int = 0

    @property
    def online(self) -> bool:
        """Whether the server is reached at the moment."""
        return self.state in _REACHED

    @property
    def away(self) -> bool:
        """Whether nothing comes of waiting: the server is out of reach, or nothing is to be had from it."""
        return self.state in (State.OFFLINE, State.LOCKED, State.OUTDATED)

    @property
    def percent(self) -> int:
        """How much of what is being loaded is here."""
        return min(99, self.loaded * 100 // self.total) if self.total else 0


def line(
    standing: Standing, to_send: int, parked: int, hour: Callable[[dt.datetime], str]
) -> tuple[str, str]:
    """What the status bar says, and its level (ok, busy, warning or error).

    Args:
        standing: how it stands.
        to_send: how many changesets wait to be sent.
        parked: how many wait for a person.
        hour: a time of day as the user reads it.
    """
    waiting = f"{to_send} to send" if to_send else ""
    conflicts = f"⚠ {parked} conflict{'s' if parked > 1 else ''}" if parked else ""
    match standing.state:
        case State.LOCKED:
            said, level = f"✗ locked out since {hour(standing.since)}", "error"
        case State.OUTDATED:
            said, level = "✗ update needed", "error"
        case State.BROKEN:
            said, level = "✗ not saved", "error"
        case State.OFFLINE:
            said, level = f"○ offline since {hour(standing.since)}", "warning"
        case State.LOADING:
            # Another program on the same cache does not know how far it is.
            said, level = f"◐ loading {standing.percent} %" if standing.total else "◐ loading", "busy"
        case State.LIVE if conflicts:
            said, level = "", "warning"
        case State.LIVE if waiting:
            said, waiting, level = f"◐ {waiting}", "", "busy"
        case State.LIVE:
            said, level = "● live", "ok"
        case _:
            said, level = f"◐ {standing.state.value}", "busy"
    told = [part for part in (said, waiting, conflicts) if part]
    if not said:
        told.reverse()
    return " · ".join(told), "warning" if conflicts and level != "error" else level


# --- for other programs on the same cache ---------------------------------------------------------------------------


def write_standing(cache: Cache, standing: Standing) -> None:
    """Puts down how it stands, for programs that have the cache open beside its agent.

    Raises:
        Unavailable: the cache cannot be written to.
    """
    told = json.dumps([standing.state.value, standing.since.isoformat(), standing.reason])
    with cache.database.write(durable=False) as connection:
        load.write_meta(connection, _KEY, told)


def read_standing(cache: Cache) -> Standing | None:
    """How it stands, as the cache's agent has put it down last; None where there never was one.

    Whether there still is one, the lock tells (`sync.lock.AgentLock.is_taken`).

    Raises:
        Unavailable: the cache cannot be read.
    """
    told = cache.get(_KEY)
    if not told:
        return None
    state, since, reason = json.loads(told)
    return Standing(State(state), dt.datetime.fromisoformat(since), reason)


def note_contact(cache: Cache, moment: dt.datetime) -> None:
    """Puts down when the server was reached last.

    Raises:
        Unavailable: the cache cannot be written to.
    """
    with cache.database.write(durable=False) as connection:
        load.write_meta(connection, _CONTACT, moment.isoformat())


def last_contact(cache: Cache) -> dt.datetime | None:
    """When the server was reached last: the end of the last connection, or its beginning if the program was killed.

    Raises:
        Unavailable: the cache cannot be read.
    """
    told = cache.get(_CONTACT)
    return dt.datetime.fromisoformat(told) if told else None
