"""What Twilio says no with, in the user's words."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from core.errors import OffhookError, Refused, Unavailable
from core.text import clean_line

_SHOWN = 160
"""Characters of Twilio's own words that fit into a message."""
_SET = "offhook dialler set twilio"

# Of the error dictionary, what asking for a call is answered with. {phone} is the user's own phone, which is called
# first, and {caller} what the contact sees.
_WORDS: Mapping[int, str] = {
    20003: f"Twilio does not take the account and its token. Set them anew: {_SET} --account AC…",
    20005: "Twilio says that the account is not active. See the Twilio Console.",
    20008: "These are Twilio’s test credentials, which cannot call. Take the live ones: " + _SET,
    21210: f"Twilio does not let this account call as {{caller}}: verify the number in its Console, or take another: {_SET} --from +…",
    21211: f"Twilio says that your own phone {{phone}} is no number it can call. Correct it: {_SET} --phone +…",
    21212: f"Twilio says that {{caller}} is no number to call from. Correct it: {_SET} --from +…",
    21213: f"Twilio needs a number to call from: {_SET} --from +…",
    21214: "Twilio cannot reach your own phone {phone}.",
    21215: "This Twilio account may not call the country of {phone}. Allow it in its Console: Voice, Geo permissions.",
    21216: "Twilio does not let this account call {phone}: it is blocked.",
    21217: f"Twilio says that your own phone {{phone}} is no number it can call. Correct it: {_SET} --phone +…",
    21219: "This is a Twilio trial account, which only calls numbers that are verified in its Console; {phone} is not.",
}
_BUSY = (20429, 10004)
"""Too many requests; too many calls at once."""


def refusal(
    status: int, body: Mapping[str, Any], retry_after: str, *, phone: str, caller: str
) -> OffhookError:
    """What to tell the user of an answer that is none.

    Args:
        status: of HTTP.
        body: Twilio's answer, as in `{"code": 21211, "message": "…", "more_info": "…", "status": 400}`.
        retry_after: the header of that name; empty where there was none.
        phone: the user's own.
        caller: the number that contacts see.

    Returns:
        The error to be raised.
    """
    code = body.get("code")
    code = code if isinstance(code, int) else 0
    if status == 429 or code in _BUSY:
        when = (
            f"in {retry_after} seconds" if retry_after.isascii() and retry_after.isdigit() else "in a moment"
        )
        return Unavailable(f"Twilio takes no more calls from this account just now. Try again {when}.")
    if code not in _WORDS and status == 401:
        code = 20003
    if words := _WORDS.get(code):
        return Refused(words.format(phone=phone, caller=caller))
    told = clean_line(str(body.get("message") or ""))[:_SHOWN].rstrip(".")
    if status == 403 and not told:
        return Refused("Twilio does not allow that to this account. See the Twilio Console.")
    known = f" ({code})" if code else f" (HTTP {status})"
    return Refused(f"Twilio says no: {told or 'it does not say why'}{known}.")
