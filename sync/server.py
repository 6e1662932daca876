"""The team's server, for the few questions that a cache cannot answer: what others did, who has what now."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable

from core.catalog import Catalog
from core.filters import Query
from storage.postgres import feed
from storage.postgres.link import Link
from storage.postgres.profile import Profile
from storage.postgres.questions import Questions
from storage.postgres.reads import export


class Server(Questions):
    """Asks over connections of its own, so that nobody waits for what the agent is at. They are opened when first needed.

    Args:
        profile: where to, and who.
        password: the login's.
        clock: what time it is.
        catalog: gives the set-up as the cache has it.
    """

    def __init__(
        self,
        profile: Profile,
        password: str | None,
        *,
        clock: Callable[[], dt.datetime],
        catalog: Callable[[], Catalog],
    ) -> None:
        super().__init__(
            Link(
                profile,
                password,
                clock=clock,
                hour=lambda moment: moment.astimezone().strftime("%H:%M"),
                tell=lambda: None,
            )
        )
        self._set_up = catalog

    def catalog(self) -> Catalog:
        """See `core.workspace.Workspace.catalog`."""
        return self._set_up()

    def give(self, table: str, record_id: str, text: str, note_id: str) -> str:
        """Gives text about a record to whoever has it now, once; see `storage.postgres.feed.hand_in`."""
        return self._link.use_once(lambda wire: feed.hand_in(wire, table, record_id, text, note_id))

    def note_export(self, table: str, query: Query) -> None:
        """Has the server note that its rows are taken out; see `storage.postgres.reads.export.note`."""
        catalog = self.catalog()
        self._link.use_once(lambda wire: export.note(wire, catalog, table, query))

    def close(self) -> None:
        """Ends the connections."""
        self._link.close()
