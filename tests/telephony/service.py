"""A Twilio on this machine: it answers in the shapes of its documentation, or as badly as a test wants."""

from __future__ import annotations

import json
import threading
import time
from base64 import b64decode
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit

ACCOUNT = "AC" + "0a" * 16
CALL = "CA" + "1b" * 16
LEG = "CA" + "2c" * 16
TOKEN = "a token that nobody may see"
CALLER = "+12025550100"
PHONE = "+12025550123"


@dataclass
class Asked:
    """A request.

    Attributes:
        method: GET or POST.
        path: without the query.
        values: the form of a POST, the query of a GET.
        login: user and password.
    """

    method: str
    path: str
    values: dict[str, str]
    login: str
    kind: str


@dataclass
class Service:
    """What it answers, and what it was asked.

    Attributes:
        answer: makes status, body and headers of an answer; a body of None cuts the connection.
    """

    address: str = ""
    asked: list[Asked] = field(default_factory=list)
    answer: Callable[[Asked], tuple[int, Any, dict[str, str]]] = lambda _: (200, {}, {})
    delay: float = 0.0

    def posts(self) -> list[Asked]:
        """What it was asked to do."""
        return [each for each in self.asked if each.method == "POST"]


def call(sid: str = CALL, status: str = "queued", **more: Any) -> dict[str, Any]:
    """A call as Twilio shows it."""
    return {
        "sid": sid, "account_sid": ACCOUNT, "to": PHONE, "from": CALLER, "status": status, "direction": "outbound-api",
        "duration": None, "start_time": None, "end_time": None, "price": None, "answered_by": None,
        "parent_call_sid": None, "uri": f"/2010-04-01/Accounts/{ACCOUNT}/Calls/{sid}.json", **more,
    }  # fmt: skip


def legs(*calls: dict[str, Any]) -> dict[str, Any]:
    """A list of calls as Twilio shows it."""
    return {"calls": list(calls), "page": 0, "page_size": 20, "next_page_uri": None, "start": 0, "end": 0}


def problem(code: int, message: str, status: int = 400) -> dict[str, Any]:
    """A refusal as Twilio says it."""
    info = f"https://www.twilio.com/docs/errors/{code}"
    return {"code": code, "message": message, "more_info": info, "status": status}


def standing(own: str, leg: str | None = None, duration: str | None = None) -> Callable[[Asked], Any]:
    """Answers about a call whose legs are in these states."""

    def answer(asked: Asked) -> tuple[int, Any, dict[str, str]]:
        if asked.method == "POST":
            return 201, call(), {}
        if asked.values.get("ParentCallSid") == CALL:
            found = [call(LEG, leg, parent_call_sid=CALL, duration=duration)] if leg else []
            return 200, legs(*found), {}
        return 200, call(status=own), {}

    return answer


@contextmanager
def running() -> Iterator[Service]:
    """A service at work."""
    service = Service()

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def log_message(self, format: str, *args: Any) -> None:  # noqa: A002
            """Says nothing."""

        def do_GET(self) -> None:
            split = urlsplit(self.path)
            self._answer("GET", split.path, split.query)

        def do_POST(self) -> None:
            form = self.rfile.read(int(self.headers.get("Content-Length", 0))).decode()
            self._answer("POST", self.path, form)

        def _answer(self, method: str, path: str, values: str) -> None:
            login = b64decode(self.headers.get("Authorization", "").removeprefix("Basic ")).decode()
            flat = {key: found[0] for key, found in parse_qs(values, strict_parsing=bool(values)).items()}
            asked = Asked(method, path, flat, login, self.headers.get("Content-Type", ""))
            service.asked.append(asked)
            status, body, headers = service.answer(asked)
            time.sleep(service.delay)
            if body is None:
                self.close_connection = True
                return
            data = body if isinstance(body, bytes) else json.dumps(body).encode()
            try:
                self.send_response(status)
                for name, value in {"Content-Type": "application/json", **headers}.items():
                    self.send_header(name, value)
                self.send_header("Content-Length", str(len(data)))
                self.end_headers()
                self.wfile.write(data)
            except ConnectionError:
                # Whoever asked has not waited.
                self.close_connection = True

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    service.address = f"http://127.0.0.1:{server.server_port}"
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
    thread.start()
    try:
        yield service
    finally:
        server.shutdown()
        server.server_close()
        thread.join(10)
