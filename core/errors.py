"""What can be wrong with a request, said in the user's words.

Every message here is meant for the screen: what was wrong, where, and what to do about it.
"""

from __future__ import annotations

from collections.abc import Mapping


class OffhookError(Exception):
    """Something the user can be told about. `str(error)` is the sentence to show."""


class Refused(OffhookError):
    """A rule says no. Nothing was changed."""


class NotFound(OffhookError):
    """The record that was named is not there (never was, was deleted, or is out of the user's sight)."""


class Invalid(Refused):
    """Values that cannot be kept. `fields` maps the field's name to what is wrong with its value."""

    def __init__(self, fields: Mapping[str, str]) -> None:
        self.fields = dict(fields)
        super().__init__(" ".join(self.fields.values()))


class Unavailable(OffhookError):
    """The workspace cannot be reached or opened at the moment; what was asked can be tried again."""


class Unreachable(Unavailable):
    """The server does not answer; trying again a little later may help."""


class SignInRefused(Refused):
    """The server does not let this login in: the password, or the login itself, is not good (any more)."""
