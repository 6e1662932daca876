"""The dialler that the settings ask for."""

from __future__ import annotations

import threading
from collections.abc import Callable

from core.dialling import ByHand, CallState, Dialled, Dialler
from telephony.settings import DialSettings

Token = Callable[[], str]
"""Reads Twilio's token from wherever it is kept; empty where it is not."""


def make(settings: DialSettings, token: Token) -> Dialler:
    """Makes the dialler that the settings ask for.

    Raises:
        Refused: a setting is missing or wrong; the message says which, and what to do.
        Unavailable: the token cannot be read.
    """
    match settings.dial:
        case "tel" | "callto" | "sip" as scheme:
            from telephony.opener import Opener

            return Opener(scheme, settings.of("sip", "domain"))
        case "command":
            from telephony.command import Command

            return Command(settings.command)
        case "twilio":
            from telephony.twilio import Twilio

            return Twilio(
                settings.of("twilio", "account"),
                token(),
                settings.of("twilio", "from"),
                settings.of("twilio", "phone"),
                key=settings.of("twilio", "key"),
            )
        case "baresip":
            from telephony.baresip import DEFAULT_ADDRESS, Baresip

            return Baresip(settings.of("baresip", "address") or DEFAULT_ADDRESS)
        case _:
            return ByHand(copies=settings.dial != "none")


class Chosen:
    """The same, made when it is first needed: neither HTTP nor keyring is on the way to the first frame.

    Args:
        settings: what is asked for.
        token: reads Twilio's token.
    """

    def __init__(self, settings: DialSettings, token: Token) -> None:
        self._settings = settings
        self._token = token
        self._lock = threading.Lock()
        self._made: Dialler | None = None

    @property
    def name(self) -> str:
        """What the settings call it."""
        return self._settings.dial

    def _real(self) -> Dialler:
        with self._lock:
            if self._made is None:
                self._made = make(self._settings, self._token)
            return self._made

    def dial(self, number: str, *, name: str = "") -> Dialled:
        """See `core.dialling.Dialler`.

        Raises:
            OffhookError: as there, and where the settings are wrong.
        """
        return self._real().dial(number, name=name)

    def status(self, call_id: str) -> CallState:
        """See `core.dialling.Dialler`.

        Raises:
            OffhookError: as there.
        """
        return self._real().status(call_id)

    def hang_up(self, call_id: str) -> None:
        """See `core.dialling.Dialler`.

        Raises:
            OffhookError: as there.
        """
        self._real().hang_up(call_id)

    def check(self) -> str:
        """See `core.dialling.Dialler`.

        Raises:
            OffhookError: as there, and where the settings are wrong.
        """
        return self._real().check()

    def close(self) -> None:
        """Lets go of connections; the next call makes new ones."""
        with self._lock:
            made, self._made = self._made, None
        if made is not None:
            made.close()
