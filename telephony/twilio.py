"""Dialling with Twilio: it rings the user's own phone, and when that is picked up, the contact.

The user's leg is a call that we ask for; the contact's is its child. What the line did is what the child did.
"""

from __future__ import annotations

import re
import threading
import time
from collections.abc import Container
from typing import TYPE_CHECKING, Any, Final
from xml.sax.saxutils import escape, quoteattr

from core.dialling import CallState, Dialled, Line, Number, PerhapsDialled, dialable
from core.errors import OffhookError, Refused, Unavailable
from core.text import clean_line
from telephony.twilio_says import refusal

if TYPE_CHECKING:
    import httpx

ADDRESS: Final = "https://api.twilio.com"
CONNECT_SECONDS = 5.0
ANSWER_SECONDS = 10.0
OWN_PHONE_SECONDS = 30
"""How long the user's own phone rings."""
THEIR_PHONE_SECONDS = 45
"""How long the contact's rings: voicemail usually answers before."""

_ACCOUNT = re.compile(r"AC[0-9a-fA-F]{32}")
_KEY = re.compile(r"SK[0-9a-fA-F]{32}")
_CALL = re.compile(r"CA[0-9a-fA-F]{32}")
_OVER = frozenset({"completed", "busy", "failed", "no-answer", "canceled"})


class Twilio:
    """Dials with a Twilio account.

    Args:
        account: its SID, `AC…`.
        token: its auth token, or the secret of `key`. It is sent to Twilio in a header, and shown nowhere.
        caller: the number that contacts see: one of the account's, or verified there.
        phone: the user's own phone, which is rung first.
        key: the SID of an API key, `SK…`, whose secret the token is; empty: the token is the account's.
        address: where the service is.

    Raises:
        Refused: a setting is missing or wrong; the message says which.
    """

    def __init__(
        self, account: str, token: str, caller: str, phone: str, *, key: str = "", address: str = ADDRESS
    ) -> None:
        if not _ACCOUNT.fullmatch(account):
            raise Refused(_wrong("account", "the account’s SID: AC and 32 digits or letters a to f"))
        if key and not _KEY.fullmatch(key):
            raise Refused(_wrong("key", "an API key’s SID: SK and 32 digits or letters a to f"))
        if not token:
            raise Refused(
                "Twilio’s token is not here. Give it with: offhook dialler set twilio (it is asked for, and kept safe)"
            )
        self._caller = _own_number("from", caller)
        self._phone = _own_number("phone", phone)
        self._account = account
        self._login = (key or account, token)
        self._address = address
        self._lock = threading.Lock()
        self._client: httpx.Client | None = None
        self._answered: dict[str, float] = {}

    @property
    def name(self) -> str:
        """What the settings call it."""
        return "twilio"

    # --- the interface ------------------------------------------------------------------------------------------

    def dial(self, number: str, *, name: str = "") -> Dialled:
        """Has the user's phone rung, and the contact's once that is picked up. Asked for once, whatever happens.

        Raises:
            PerhapsDialled: it was asked for, and no clear answer came.
            Refused: it is no number, or Twilio says no.
            Unavailable: Twilio cannot be reached, or takes no more at the moment.
        """
        target = dialable(number)
        form = {
            "To": self._phone.e164,
            "From": self._caller.e164,
            "Timeout": str(OWN_PHONE_SECONDS),
            "Twiml": self.twiml(target),
        }
        answer = self._post("/Calls.json", form, unclear=_perhaps(target))
        sid = str(answer.get("sid", ""))
        if not _CALL.fullmatch(sid):
            raise _perhaps(target)
        return Dialled(
            sid, f"Twilio rings your phone {self._phone.e164}: pick it up, then it dials {target}."
        )

    def twiml(self, target: Number) -> str:
        """What Twilio does once the user's phone is picked up."""
        digits = f" sendDigits={quoteattr('wwww' + target.extension)}" if target.extension else ""
        return (
            f"<Response><Dial callerId={quoteattr(self._caller.e164)} timeout={quoteattr(str(THEIR_PHONE_SECONDS))}>"
            f"<Number{digits}>{escape(target.e164)}</Number></Dial></Response>"
        )

    def status(self, call_id: str) -> CallState:
        """How the contact's leg stands; before there is one, how the user's own does.

        Raises:
            Refused, Unavailable: Twilio does not tell.
        """
        own = self._get(f"/Calls/{_checked(call_id)}.json")
        status = str(own.get("status", ""))
        if status in ("queued", "initiated"):
            return CallState("queued", said="Twilio calls your phone.")
        if status == "ringing":
            return CallState("queued", said="Your phone rings: pick it up.")
        if status in ("busy", "no-answer", "failed", "canceled"):
            return self._own_phone_failed(status)
        if status not in ("in-progress", "completed"):
            return CallState("unknown")
        children = self._get("/Calls.json", {"ParentCallSid": call_id, "PageSize": "20"}).get("calls")
        legs = [leg for leg in children if isinstance(leg, dict)] if isinstance(children, list) else []
        if not legs:
            if status == "in-progress":
                return CallState("queued", said="Your phone is picked up; Twilio dials.")
            return CallState(
                "failed",
                said="Twilio did not dial. If you waited until it did: may your account call that country (Twilio"
                " Console, Voice, Geo permissions)?",
            )
        return self._leg(call_id, legs[0], is_over=status == "completed")

    def hang_up(self, call_id: str) -> None:
        """Ends both legs.

        Raises:
            Refused, Unavailable: that did not work; the call may go on.
        """
        unclear = Unavailable("Twilio does not answer; the call may go on.")
        path = f"/Calls/{_checked(call_id)}.json"
        self._post(path, {"Status": "completed"}, unclear=unclear, fine=_NOT_LIVE)

    def check(self) -> str:
        """Looks whether Twilio takes the account and token.

        Raises:
            Refused, Unavailable: it does not, or cannot be reached.
        """
        account = self._get(".json")
        status = clean_line(str(account.get("status", "")))
        if status not in ("active", ""):
            raise Refused(f"Twilio says that the account is {status[:20]}. See the Twilio Console.")
        return f"Twilio takes the account. It rings {self._phone.e164} and calls as {self._caller.e164}."

    def close(self) -> None:
        """Lets go of connections. Calls go on."""
        with self._lock:
            client, self._client = self._client, None
        if client is not None:
            client.close()

    # --- what the legs say --------------------------------------------------------------------------------------

    def _own_phone_failed(self, status: str) -> CallState:
        if status == "canceled":
            return CallState("ended", said="You hung up before your phone was picked up; nobody was called.")
        what = {"busy": "is busy", "no-answer": "was not picked up"}.get(status, "could not be reached")
        return CallState("failed", said=f"Your own phone {self._phone.e164} {what}; nobody was called.")

    def _leg(self, call_id: str, leg: dict[str, Any], *, is_over: bool) -> CallState:
        status = str(leg.get("status", ""))
        if status == "in-progress" and not is_over:
            since = self._answered.setdefault(call_id, time.monotonic())
            return CallState("answered", int(time.monotonic() - since))
        if status == "failed":
            return CallState("failed", said="The call did not get through: the number may not be in service.")
        if status not in _OVER and not is_over:
            return CallState("ringing" if status == "ringing" else "queued")
        line: Line = "busy" if status == "busy" else "no-answer" if status == "no-answer" else "ended"
        return CallState(line, _seconds(leg.get("duration")))

    # --- the service --------------------------------------------------------------------------------------------

    def _http(self) -> httpx.Client:
        with self._lock:
            if self._client is None:
                import httpx

                self._client = httpx.Client(
                    auth=self._login,
                    timeout=httpx.Timeout(ANSWER_SECONDS, connect=CONNECT_SECONDS),
                )
            return self._client

    def _get(self, path: str, query: dict[str, str] | None = None) -> dict[str, Any]:
        import httpx

        try:
            response = self._http().get(self._url(path), params=query)
        except httpx.HTTPError:
            raise Unavailable(_UNREACHABLE) from None
        return self._read(response, unclear=Unavailable("Twilio’s answer is not to be understood."))

    def _post(
        self, path: str, form: dict[str, str], *, unclear: OffhookError, fine: Container[int] = ()
    ) -> dict[str, Any]:
        import httpx

        try:
            response = self._http().post(self._url(path), data=form)
        except (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout, httpx.ProxyError):
            # There was no connection to send it on.
            raise Unavailable(_UNREACHABLE) from None
        except httpx.HTTPError:
            raise unclear from None
        return self._read(response, unclear=unclear, fine=fine)

    def _url(self, path: str) -> str:
        return f"{self._address}/2010-04-01/Accounts/{self._account}{path}"

    def _read(
        self, response: httpx.Response, *, unclear: OffhookError, fine: Container[int] = ()
    ) -> dict[str, Any]:
        """What an answer holds.

        Args:
            response: the answer.
            unclear: raised where it cannot be told what became of the request.
            fine: Twilio's codes of refusals that are none here.
        """
        try:
            content = response.json()
        except ValueError:
            content = None
        body = content if isinstance(content, dict) else {}
        if response.is_success:
            if not body:
                raise unclear
            return body
        if response.is_server_error:
            # It may have done what was asked before it failed.
            raise unclear
        if body.get("code") in fine:
            return {}
        raise refusal(
            response.status_code, body, response.headers.get("retry-after", ""), phone=self._phone.e164,
            caller=self._caller.e164,
        )  # fmt: skip


_NOT_LIVE = (20404, 21220)
"""Twilio's codes for a call that is not there, and for one that cannot be ended since it is over."""
_UNREACHABLE = "Twilio cannot be reached. Is there a network?"


def _perhaps(target: Number) -> PerhapsDialled:
    return PerhapsDialled(
        f"Twilio was asked to dial {target} and did not answer clearly. Perhaps your phone rings: wait before you dial again."
    )


def _checked(call_id: str) -> str:
    """A call's SID, which becomes part of an address."""
    if not _CALL.fullmatch(call_id):
        raise Refused("That is no call of Twilio’s.")
    return call_id


def _own_number(setting: str, value: str) -> Number:
    try:
        number = dialable(value)
    except Refused:
        raise Refused(_wrong(setting, "a number with its country code, as in +15551234567")) from None
    if number.extension:
        raise Refused(_wrong(setting, "a number without an extension"))
    return number


def _wrong(setting: str, what: str) -> str:
    return (
        f"Twilio’s setting “{setting}” must be {what}. Set it with: offhook dialler set twilio --{setting} …"
    )


def _seconds(value: object) -> int:
    text = str(value)
    return int(text) if text.isascii() and text.isdigit() and len(text) < 9 else 0
