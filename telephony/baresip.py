"""Dialling with baresip, a SIP phone without windows, over its control socket (module `ctrl_tcp`).

baresip serves one connection at a time: a newer one takes the place of the older. Ours stays open as long as there is
a call to watch, since what a call does is told there and nowhere else.
"""

from __future__ import annotations

import contextlib
import queue
import re
import socket
import threading
import time
from dataclasses import dataclass, field
from typing import Any

from core.dialling import CallState, Dialled, Line, Number, PerhapsDialled, dialable
from core.errors import Refused, Unavailable
from core.text import clean_line
from telephony.netstring import Decoder, Garbled, encode

DEFAULT_ADDRESS = "localhost:4444"
CONNECT_SECONDS = 2.0
ANSWER_SECONDS = 3.0
"""How long baresip gets to answer a command. What a call does afterwards is told by events."""

_COLOURS = re.compile(r"\x1b\[[0-9;]*m")
_CODE = re.compile(r"\s*([1-6][0-9]{2})\b")
_LISTED = re.compile(r"([0-9]+):([0-9]{2}):([0-9]{2})\s+([A-Z]+)\s")
_AGENTS = re.compile(r"User Agents \(([0-9]+)\)")
_AGENT = re.compile(r"\bsips?:[^\s;>]+")


@dataclass
class _Call:
    """A call that was dialled here.

    Attributes:
        target: the number.
        sip_id: what baresip calls it; empty until it has said so.
        line: what the line does.
        said: why, where that is worth a sentence.
        since: when somebody answered, by the monotonic clock.
        seconds: how long they talked, once it is over.
        ours: we hung up.
    """

    target: Number
    sip_id: str = ""
    line: Line = "queued"
    said: str = ""
    since: float | None = None
    seconds: int = 0
    ours: bool = False

    @property
    def state(self) -> CallState:
        talked = self.seconds if self.since is None else int(time.monotonic() - self.since)
        return CallState(self.line, talked, self.said)

    def is_to(self, text: str) -> bool:
        """Whether a text has the number; baresip may have taken the plus away."""
        return re.search(rf"(?<![0-9]){self.target.digits}(?![0-9])", text) is not None


@dataclass
class _Wire:
    """One connection, and who waits for an answer on it."""

    link: socket.socket
    answers: dict[str, queue.SimpleQueue[dict[str, Any] | None]] = field(default_factory=dict)
    is_open: bool = True


class Baresip:
    """Dials with the baresip that listens at an address.

    Args:
        address: HOST:PORT of its control socket.

    Raises:
        Refused: the address is none.
    """

    def __init__(self, address: str = DEFAULT_ADDRESS) -> None:
        self._host, self._port = parse_address(address)
        self.address = f"{self._host}:{self._port}"
        self._lock = threading.RLock()
        self._wire: _Wire | None = None
        self._calls: dict[str, _Call] = {}
        self._tokens = 0
        self._dialled = 0

    @property
    def name(self) -> str:
        """What the settings call it."""
        return "baresip"

    # --- the interface ------------------------------------------------------------------------------------------

    def dial(self, number: str, *, name: str = "") -> Dialled:
        """Dials; what the line does is known from then on.

        Raises:
            PerhapsDialled: baresip took the number and did not answer.
            Refused: it is no number, baresip says no, or there is a call under way already.
            Unavailable: baresip does not answer.
        """
        target = dialable(number)
        with self._lock:
            before = [call for call in self._calls.values() if not call.state.over]
        for call in before:
            # What was told while another program had the connection was told to that one.
            self._look_for(call)
            if not call.state.over:
                raise Refused(f"You are still on the line with {call.target}. Hang up first.")
        wire = self._connected()
        call = _Call(target)
        with self._lock:
            self._dialled += 1
            call_id = str(self._dialled)
            # Before it is sent: events may come before the answer.
            self._calls[call_id] = call
        try:
            answer = self._ask(wire, "dial", target.e164)
        except _NoAnswer:
            with self._lock:
                del self._calls[call_id]
            raise PerhapsDialled(
                f"baresip took {target} and does not answer. Perhaps it rings: look before you dial again."
            ) from None
        if not answer.get("ok"):
            call.line = "failed"
            raise Refused(f"baresip did not dial {target}: {_text(answer) or 'it does not say why'}.")
        rest = f" Then extension {target.extension}." if target.extension else ""
        return Dialled(call_id, f"baresip dials {target}.{rest}")

    def status(self, call_id: str) -> CallState:
        """How a call stands. Where the connection broke meanwhile, baresip is asked anew.

        Raises:
            Unavailable: baresip does not answer any more.
        """
        call = self._call(call_id)
        if call is None:
            return CallState("unknown")
        if not call.state.over:
            with self._lock:
                lost = self._wire is None or not self._wire.is_open
            if lost:
                self._look_for(call)
        return call.state

    def hang_up(self, call_id: str) -> None:
        """Ends a call.

        Raises:
            Unavailable: baresip does not answer.
        """
        call = self._call(call_id)
        if call is None or call.state.over:
            return
        wire = self._connected()
        call.ours = True
        try:
            if call.sip_id:
                found = self._ask(wire, "callfind", call.sip_id)
                if "call not found" in _text(found):
                    with self._lock:
                        _end(call, "ended", "")
                    return
            self._ask(wire, "hangup")
        except _NoAnswer:
            raise Unavailable(f"baresip at {self.address} does not answer; the call may go on.") from None

    def check(self) -> str:
        """Looks whether baresip answers, and has an account to call with.

        Raises:
            Unavailable: it does not answer.
            Refused: it has no account.
        """
        try:
            told = _text(self._ask(self._connected(), "reginfo"))
        except _NoAnswer:
            raise self._silent() from None
        agents = _AGENTS.search(told)
        if agents and agents[1] == "0":
            raise Refused(
                "baresip is there and has no SIP account. Put one into its file “accounts”, then restart it."
            )
        account = _AGENT.search(told)
        return f"baresip at {self.address} answers{f', account {account[0]}' if account else ''}."

    def close(self) -> None:
        """Lets go of the connection. Calls go on."""
        with self._lock:
            wire, self._wire = self._wire, None
        if wire is not None:
            _shut(wire)

    # --- the connection -----------------------------------------------------------------------------------------

    def _call(self, call_id: str) -> _Call | None:
        with self._lock:
            return self._calls.get(call_id)

    def _silent(self) -> Unavailable:
        return Unavailable(
            f"baresip does not answer at {self.address}. Start it, with the module ctrl_tcp in its config; if it listens"
            " elsewhere: offhook dialler set baresip HOST:PORT"
        )

    def _connected(self) -> _Wire:
        with self._lock:
            if self._wire is not None and self._wire.is_open:
                return self._wire
            try:
                link = socket.create_connection((self._host, self._port), CONNECT_SECONDS)
            except OSError:
                raise self._silent() from None
            link.settimeout(None)
            wire = self._wire = _Wire(link)
            threading.Thread(target=self._listen, args=(wire,), name="offhook-baresip", daemon=True).start()
            return wire

    def _ask(self, wire: _Wire, command: str, parameter: str = "") -> dict[str, Any]:
        """Sends a command and waits for its answer."""
        box: queue.SimpleQueue[dict[str, Any] | None] = queue.SimpleQueue()
        message = {"command": command, **({"params": parameter} if parameter else {})}
        with self._lock:
            self._tokens += 1
            token = message["token"] = str(self._tokens)
            wire.answers[token] = box
            if not wire.is_open:
                raise _NoAnswer
            try:
                wire.link.sendall(encode(message))
            except OSError:
                raise _NoAnswer from None
        try:
            answer = box.get(timeout=ANSWER_SECONDS)
        except queue.Empty:
            answer = None
        finally:
            with self._lock:
                wire.answers.pop(token, None)
        if answer is None:
            raise _NoAnswer
        return answer

    def _listen(self, wire: _Wire) -> None:
        """Takes in what baresip says, until the connection ends."""
        decoder = Decoder()
        with contextlib.suppress(OSError, Garbled):
            while data := wire.link.recv(65536):
                for message in decoder.feed(data):
                    self._take(wire, message)
        with self._lock:
            wire.is_open = False
            for box in wire.answers.values():
                box.put(None)
        _shut(wire)

    def _take(self, wire: _Wire, message: dict[str, Any]) -> None:
        with self._lock:
            if message.get("response"):
                box = wire.answers.get(str(message.get("token")))
                if box is not None:
                    box.put(message)
            elif message.get("event") and message.get("class") == "call":
                call = self._meant(message)
                if call is not None:
                    _note(call, str(message.get("type")), str(message.get("param", "")))

    def _meant(self, event: dict[str, Any]) -> _Call | None:
        """The call of ours that an event is about. Others of the user's are none of our business."""
        if event.get("direction") != "outgoing":
            return None
        sip_id = str(event.get("id", ""))
        for call in self._calls.values():
            if call.sip_id and call.sip_id == sip_id:
                return call
        for call in self._calls.values():
            if not call.sip_id and not call.state.over and call.is_to(str(event.get("peeruri", ""))):
                call.sip_id = sip_id
                return call
        return None

    def _look_for(self, call: _Call) -> None:
        """Asks for the calls there are: what happened while nobody listened was told to nobody."""
        try:
            listed = str(self._ask(self._connected(), "listcalls").get("data", ""))
        except _NoAnswer:
            raise self._silent() from None
        row = next((line for line in listed.splitlines() if call.is_to(line)), "")
        found = _LISTED.search(row)
        with self._lock:
            if found is None:
                _end(call, "ended", "The connection to baresip broke; the call is over now.")
                return
            hours, minutes, seconds, state = found.groups()
            if state == "ESTABLISHED":
                call.line = "answered"
                call.since = time.monotonic() - (int(hours) * 3600 + int(minutes) * 60 + int(seconds))
            elif state in ("RINGING", "EARLY"):
                call.line = "ringing"


class _NoAnswer(Exception):
    """baresip took a command, or may have, and did not answer."""


def parse_address(address: str) -> tuple[str, int]:
    """Host and port of HOST:PORT, HOST or :PORT; what is missing is the usual one.

    Raises:
        Refused: it is none.
    """
    host, _, port = address.strip().rpartition(":") if ":" in address else (address.strip(), "", "")
    host = host.strip("[]") or "localhost"
    if not re.fullmatch(r"[A-Za-z0-9._:-]+", host) or not re.fullmatch(r"[0-9]{0,5}", port):
        raise Refused(
            f"“{clean_line(address)[:60]}” is no address of baresip. It looks like {DEFAULT_ADDRESS}."
        )
    number = int(port or DEFAULT_ADDRESS.rpartition(":")[2])
    if not 0 < number < 65536:
        raise Refused(f"{number} is no port. baresip usually listens on 4444.")
    return host, number


def _note(call: _Call, kind: str, parameter: str) -> None:
    """Writes down what an event says of a call."""
    match kind:
        case "CALL_RINGING" | "CALL_PROGRESS":
            if call.line == "queued":
                call.line = "ringing"
        case "CALL_ESTABLISHED":
            call.line = "answered"
            call.since = time.monotonic()
        case "CALL_CLOSED":
            _end(call, *_ending(call, parameter))
        case _:
            pass


def _end(call: _Call, line: Line, said: str) -> None:
    if call.since is not None:
        call.seconds = int(time.monotonic() - call.since)
        call.since = None
    call.line = line
    call.said = said


def _ending(call: _Call, reason: str) -> tuple[Line, str]:
    """What the line did in the end, by the SIP status that ended the call, and a sentence where it needs one."""
    if call.since is not None or call.ours:
        return "ended", ""
    match = _CODE.match(reason)
    code = int(match[1]) if match else 0
    told = clean_line(reason)[:80]
    match code:
        case 486 | 600 | 603:
            return "busy", ""
        case 408 | 480 | 487:
            return "no-answer", ""
        case 404 | 410 | 484 | 604:
            return "failed", f"{call.target} is not in service ({told})."
        case 401 | 403 | 407:
            return "failed", f"Your SIP provider does not let you call {call.target} ({told})."
        case 0 if "timeout" in reason.lower() or "timed out" in reason.lower():
            return "no-answer", ""
        case 0 if "by user" in reason:
            return "ended", ""
        case _:
            return "failed", f"The call did not get through{f': {told}' if told else ''}."


def _text(answer: dict[str, Any]) -> str:
    return clean_line(_COLOURS.sub("", str(answer.get("data", ""))))[:200]


def _shut(wire: _Wire) -> None:
    with contextlib.suppress(OSError):
        # Closing alone does not wake the thread that waits for more.
        wire.link.shutdown(socket.SHUT_RDWR)
    wire.link.close()
