"""The server as the agent sees it: all that it sends over the network goes through here, one round trip a call.

A call that breaks off raises, and nothing is known of what it did. Each one can be made again.
"""

from __future__ import annotations

import contextlib
import logging
from collections.abc import Collection, Iterator, Sequence

import psycopg

from core.catalog import Catalog
from core.errors import Unavailable
from storage.codec import Encoded
from storage.postgres import feed, pages
from storage.postgres.connection import Hello, Lost, Wire, cut, explain, greet, is_broken
from storage.postgres.feed import Pulled
from storage.postgres.hints import Hints, Waker
from storage.postgres.pages import Page, Place
from storage.postgres.profile import Profile
from storage.postgres.push import Item, Pushed, push
from storage.postgres.upkeep import Upkeep
from storage.schema_version import HEAD


class Remote:
    """One connection of an agent to its server.

    Args:
        wire: the login's, in autocommit mode.
        profile: where it leads to.

    Every method may raise `Lost` (the connection broke) or another `OffhookError`, in the user's words; what the server
    itself said is its `__cause__`.
    """

    def __init__(self, wire: Wire, profile: Profile) -> None:
        self._wire = wire
        self._profile = profile
        self._hints: Hints | None = None

    @contextlib.contextmanager
    def asking(self) -> Iterator[Wire]:
        """The connection, for one question; what psycopg raises is translated."""
        try:
            yield self._wire
        except psycopg.Error as error:
            if is_broken(self._wire):
                raise Lost("The connection to the server broke.") from error
            raise explain(error) from error
        except (AttributeError, KeyError, IndexError, TypeError, ValueError) as error:
            # It may as well be a fault of this program: the log tells the two apart.
            logging.getLogger(__name__).exception("an answer of the server could not be read")
            raise Unavailable("The server’s answer cannot be read. Tell your admin if it stays.") from error

    # --- who is there

    def hello(self) -> Hello:
        """Asks who the login is and which server this is; see `storage.postgres.connection.greet`."""
        with self.asking() as wire:
            return greet(wire, self._profile, HEAD)

    # --- out

    def push(self, client_id: str, acked: int, items: Sequence[Item], *, catalog: Catalog) -> list[Pushed]:
        """Applies changesets of an outbox; see `storage.postgres.push.push`.

        Args:
            client_id: the cache's id.
            acked: the number up to which the cache has all answers.
            items: what to apply.
            catalog: names for the reasons.
        """
        with self.asking() as wire:
            return push(wire, client_id, acked, items, catalog=catalog)

    def known(self, ids: Collection[str]) -> set[str]:
        """Which of the login's changesets the server has applied."""
        with self.asking() as wire:
            return feed.known_changesets(wire, ids)

    def who_took(self, table: str, record_id: str) -> str:
        """The name of whoever has a record now that is out of sight; empty where nobody can tell."""
        with self.asking() as wire:
            row = wire.execute("select who_took(%s, %s)", (table, record_id)).fetchone()
        return str(row[0] or "") if row else ""

    # --- in

    def pull(self, since: str | None, held: Collection[str]) -> Pulled:
        """Asks what is new; see `storage.postgres.feed.pull`."""
        with self.asking() as wire:
            return feed.pull(wire, since, held)

    def page(self, table: str, places: Sequence[Place], *, since: str = "", limit: int = pages.ROWS) -> Page:
        """Reads on in some books; see `storage.postgres.pages.page`."""
        with self.asking() as wire:
            return pages.page(wire, table, places, since=since, limit=limit)

    def first_look(self) -> dict[str, list[Encoded]]:
        """What is of use first, by table; see `storage.postgres.pages.first_look`."""
        with self.asking() as wire:
            return pages.first_look(wire)

    def sizes(self, books: Collection[str]) -> dict[str, dict[str, int]]:
        """How many rows there are, by book and table."""
        with self.asking() as wire:
            return pages.sizes(wire, books)

    def ids(self, table: str, books: Collection[str]) -> set[str]:
        """The ids of all rows of a table that lie in some books."""
        with self.asking() as wire:
            return pages.ids(wire, table, books)

    # --- hints

    def listen(self, waker: Waker) -> None:
        """Listens for hints about everything that the login sees. To be called anew where that has changed.

        Args:
            waker: what else ends `wait`.
        """
        with self.asking() as wire:
            if self._hints is None:
                self._hints = Hints(wire, waker)
            self._hints.listen()

    def wait(self, due: float, rest_until: float) -> bool:
        """Waits for a hint, for being woken, or until it is due; see `storage.postgres.hints.Hints.wait`."""
        if self._hints is None:
            return False
        with self.asking():
            return self._hints.wait(due, rest_until)

    def clear_hints(self) -> None:
        """What was hinted at so far is about to be looked at."""
        if self._hints is not None:
            self._hints.clear()

    # --- the rest

    def keep_up(self, upkeep: Upkeep) -> None:
        """Has the server do what it has no clock of its own for; see `storage.postgres.upkeep`."""
        upkeep.run(self._wire)

    def cut(self) -> None:
        """Breaks the connection, from any thread, so that whoever waits on it is let go."""
        cut(self._wire)

    def close(self) -> None:
        """Ends the connection."""
        if self._hints is not None:
            self._hints.close()
        self._wire.close()
