"""What goes wrong: the network breaks off before or after the server's commit, a program dies between two writes."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from typing import Any

from storage.postgres.connection import Lost

Heard = Callable[[str, tuple[Any, ...], Any], None]
Call = Callable[[Any], Any]
"""A call that was sent, waiting for the server that it is to be carried out on."""


class Died(BaseException):
    """The program has ended where it was: power, kill -9. Nothing in it can catch this."""


GREETING = frozenset({"connect", "hello", "listen"})
"""With what every connection begins."""


class Faults:
    """What is about to go wrong at one client.

    Attributes:
        offline: no call gets through.
        cut_before: calls that still get through before one breaks off on its way there; None: none does.
        cut_after: calls that are answered before one is carried out whose answer is lost; None: none is.
        at_greeting: these count the calls with which a connection begins, too.
        hold_back: the next batch that is sent counts as lost, and arrives at the server at some later time.
        die_at: writes to the cache after which the program dies; None: it does not.
        under_way: batches that were held back.
        happened: how often what went wrong: a death, or by the call's name a cut.
    """

    def __init__(self) -> None:
        self.offline = False
        self.cut_before: int | None = None
        self.cut_after: int | None = None
        self.at_greeting = True
        self.hold_back = False
        self.die_at: int | None = None
        self.under_way: list[Call] = []
        self.happened: Counter[str] = Counter()

    def clear(self) -> None:
        """Nothing goes wrong any more, but for being offline."""
        self.cut_before = self.cut_after = self.die_at = None
        self.hold_back = False
        self.at_greeting = True

    def before_call(self, name: str) -> None:
        """Called before anything is sent."""
        if self.offline:
            raise Lost("The network is not there.")
        if self.cut_before is not None and self._counts(name):
            self.cut_before -= 1
            if self.cut_before < 0:
                self.cut_before = None
                self.happened[f"cut before {name}"] += 1
                raise Lost("The connection broke on the way there.")

    def after_call(self, name: str) -> None:
        """Called when the server has done its work and before anybody knows."""
        if self.cut_after is not None and self._counts(name):
            self.cut_after -= 1
            if self.cut_after < 0:
                self.cut_after = None
                self.happened[f"cut after {name}"] += 1
                raise Lost("The connection broke on the way back.")

    def _counts(self, name: str) -> bool:
        return self.at_greeting or name not in GREETING

    def keep(self, call: Call) -> None:
        """Called with a batch that is held back."""
        self.hold_back = False
        self.under_way.append(call)
        self.happened["late push"] += 1
        raise Lost("The connection broke, and nobody knows what has arrived.")

    def at_write(self) -> None:
        """Called before and after every statement of the cache's writer."""
        if self.die_at is not None:
            self.die_at -= 1
            if self.die_at < 0:
                self.die_at = None
                self.happened["death"] += 1
                raise Died


class FaultyRemote:
    """The server as an agent sees it, over a network that breaks off.

    Args:
        remote: the true one.
        faults: what goes wrong.
        heard: is told of every call that was answered: its name, its arguments, its answer.
    """

    CALLS = frozenset(
        {
            "hello", "listen", "push", "known", "who_took", "pull", "page", "first_look", "sizes", "ids",
        }
    )  # fmt: skip
    """What goes over the network and can be cut; everything else is left alone."""

    def __init__(self, remote: Any, faults: Faults, heard: Heard) -> None:
        self._remote = remote
        self._faults = faults
        self._heard = heard

    def __getattr__(self, name: str) -> Any:
        found = getattr(self._remote, name)
        if name not in self.CALLS:
            return found

        def call(*args: Any, **more: Any) -> Any:
            self._faults.before_call(name)
            if name == "push" and self._faults.hold_back:
                self._faults.keep(lambda remote: remote.push(*args, **more))
            answer = found(*args, **more)
            self._faults.after_call(name)
            self._heard(name, args, answer)
            return answer

        return call

    def close(self) -> None:
        """Lets go of the connection, which the next one takes over where it still holds: logging in takes its time."""


class FaultyWriter:
    """The cache's writing connection, under which the program may die between any two statements.

    Args:
        connection: the true one.
        faults: what goes wrong.
    """

    def __init__(self, connection: Any, faults: Faults) -> None:
        self._connection = connection
        self._faults = faults

    def __getattr__(self, name: str) -> Any:
        return getattr(self._connection, name)

    def execute(self, statement: str, *values: Any) -> Any:
        """A statement. Reading is nothing that one dies of here."""
        word = statement.lstrip()[:6].upper()
        if word in ("SELECT", "PRAGMA", "ROLLBA"):
            return self._connection.execute(statement, *values)
        self._faults.at_write()
        result = self._connection.execute(statement, *values)
        # After COMMIT is one of the moments: all is on the disk, and nobody has been told.
        self._faults.at_write()
        return result

    def executemany(self, statement: str, values: Any) -> Any:
        """A statement for many rows."""
        self._faults.at_write()
        return self._connection.executemany(statement, values)
