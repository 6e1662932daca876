"""Makes the dialler out of the settings, and of the token that is kept apart from them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cli.home import Home

if TYPE_CHECKING:
    from core.dialling import Dialler
    from storage.secret import KeptSecret
    from telephony.settings import DialSettings

TOKEN_NOTE = "The token lies in a file: whoever can read your files can call at your expense. A keyring would keep it better."  # noqa: S105 (no secret)
"""What is less than perfect about the file."""


def token_of(home: Home) -> KeptSecret:
    """Where the token of Twilio is kept."""
    from storage.secret import KeptSecret

    return KeptSecret(
        home.twilio_token, "token", "Twilio’s token", "offhook dialler set twilio --account AC…"
    )


def make_dialler(home: Home, settings: DialSettings, *, sample: bool = False) -> Dialler:
    """The dialler that the settings ask for. What is wrong with them it says when it is used.

    Args:
        home: where the token is kept.
        settings: what is asked for.
        sample: the numbers are sample data: nothing is dialled.
    """
    from core.dialling import ByHand
    from telephony.choose import Chosen

    return ByHand(sample=True) if sample else Chosen(settings, lambda: token_of(home).read() or "")
