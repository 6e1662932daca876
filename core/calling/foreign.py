"""How other systems call the ways in which a call ends, for taking their calls over.

Two layers, which none of them mixes: what the line did, and what came of it.
"""

from __future__ import annotations

from collections.abc import Mapping

from core.text import clean_line, words

_HUBSPOT: Mapping[str, str] = {
    "9d9162e7-6cf3-4944-bf63-4dff82258764": "busy",
    "f240bbac-87c9-4f6e-bf70-924b57d47db7": "connected",
    "a4c4c377-d246-4b32-a13b-75a56a4cd0ff": "left message",
    "b2cf5968-551e-4856-9783-52b3da59a7d0": "left voicemail",
    "73a0d17f-1163-4015-bdd5-ec830791da20": "no answer",
    "17b47fee-58de-441e-a44c-c6300d46f273": "wrong number",
}
"""The dispositions that every HubSpot account begins with (`GET /calling/v1/dispositions`), and the outcome that each is."""
_WORDS: Mapping[str, str] = {
    "busy": "busy",
    "connected": "connected",
    "answered": "connected",
    "completed": "connected",
    "left live message": "left message",
    "left message": "left message",
    "left voicemail": "left voicemail",
    "voicemail": "left voicemail",
    "vm left": "left voicemail",
    "no answer": "no answer",
    "not answered": "no answer",
    "unanswered": "no answer",
    "missed": "no answer",
    "wrong number": "wrong number",
    "not in service": "not in service",
    "disconnected": "not in service",
}
"""What exports call the ways in which a call ends, in HubSpot's words and others'; and the outcome that each is."""
_LINES: Mapping[str, Mapping[str, str]] = {
    # Close's `disposition` of a call.
    "close": {
        line: line
        for line in (
            "answered", "no-answer", "vm-answer", "vm-left", "busy", "blocked", "error", "abandoned",
        )
    },
    # Twilio's `CallStatus` of a call that is over.
    "twilio": {
        "completed": "answered",
        "busy": "busy",
        "no-answer": "no-answer",
        "failed": "error",
        "canceled": "abandoned",
    },
    # Frappe's `status` of a call log that is over.
    "frappe": {
        "completed": "answered",
        "busy": "busy",
        "no answer": "no-answer",
        "failed": "error",
        "canceled": "abandoned",
    },
}  # fmt: skip
"""By system, what its name for what the line did is here (`core.entities.Outcome.line`)."""


def outcome_of_hubspot(disposition: str) -> str | None:
    """The key of the outcome that a disposition of HubSpot's is; None for one that an account has made for itself.

    Ids are compared whole: cut ones, as some exports have them, are nobody's.
    """
    return _HUBSPOT.get(clean_line(disposition).lower())


def outcome_of_words(text: str) -> str | None:
    """The key of the outcome that an export names, by HubSpot's id or by its words (`Left live message`); None for others."""
    return outcome_of_hubspot(text) or _WORDS.get(" ".join(words(text)))


def line_of(system: str, status: str) -> str | None:
    """What the line did, by another system's name for it; None for a name that it does not have.

    Args:
        system: close, twilio or frappe.
        status: its name.

    Raises:
        KeyError: nothing is known of that system.
    """
    return _LINES[system].get(clean_line(status).lower())
