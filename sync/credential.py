"""The password that a copy's agent logs in with, which may become another one while it is at work."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from core.errors import SignInRefused

if TYPE_CHECKING:
    from psycopg import Connection

    from storage.postgres.profile import Profile


class Credential:
    """A login's password.

    Args:
        password: the password; None: libpq looks for one in its own places.
        kept: reads the one that is kept now; None: nobody keeps one.

    Attributes:
        password: the one that is used.
    """

    def __init__(self, password: str | None, kept: Callable[[], str | None] | None = None) -> None:
        self.password = password
        self._kept = kept

    def connect(self, profile: Profile) -> Connection[Any]:
        """Logs in. Where that is refused, the password is tried that `offhook login` may have kept meanwhile.

        Raises:
            SignInRefused: login or password is not good.
            Refused, Unavailable: it cannot be connected to; see `storage.postgres.connection.connect`.
        """
        from storage.postgres.connection import connect

        try:
            return connect(profile, self.password)
        except SignInRefused:
            newer = self._kept() if self._kept else None
            if newer in (None, self.password):
                raise
            self.password = newer
            return connect(profile, newer)
