"""A real baresip for the rep, and another one for those who are called: no sound card, nothing leaves this machine."""

from __future__ import annotations

import os
import re
import shutil
import socket
import subprocess
import threading
import time
import wave
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any, Self

from telephony.netstring import Decoder, encode
from tests.waiting import eventually

MODULES = next(
    (
        path
        for path in map(Path, ("/usr/lib/baresip/modules", "/usr/local/lib/baresip/modules"))
        if path.is_dir()
    ),
    None,
)
MISSING = "" if shutil.which("baresip") and MODULES else "baresip is not installed"

ANSWERS = "+493012345601"
"""Whoever this is picks up at once."""
RINGS = "+493012345602"
"""This one does as the test says."""
NOBODY = "+493012345699"
"""There is no such number."""

_READY = "baresip is ready"

CONFIG = """\
poll_method epoll
sip_listen 127.0.0.1:{sip}
net_interface 127.0.0.1
call_local_timeout {patience}
call_max_calls 4
audio_player aufile,{folder}/heard.wav
audio_alert aufile,{folder}/alert.wav
audio_source aufile,{folder}/said.wav
module_path {modules}
module g711.so
module aufile.so
module_tmp account.so
module_app menu.so
module_app ctrl_tcp.so
ctrl_tcp_listen 127.0.0.1:{control}
"""


def free_port() -> int:
    """A port that nobody has."""
    with socket.socket() as tcp:
        tcp.bind(("127.0.0.1", 0))
        return int(tcp.getsockname()[1])


@dataclass
class Phone:
    """A baresip at work.

    Attributes:
        folder: what it keeps.
        control: the port of its control socket, once it runs.
        sip: the port it takes calls on, likewise.
    """

    folder: Path
    control: int = 0
    sip: int = 0

    @property
    def address(self) -> str:
        """Where its control socket is."""
        return f"127.0.0.1:{self.control}"

    @contextmanager
    def running(self, accounts: list[str], *, patience: int = 60) -> Iterator[subprocess.Popen[bytes]]:
        """Runs it.

        Args:
            accounts: as in its file of that name; `{sip}` is the port it takes calls on.
            patience: seconds after which it gives up a call to it that nobody answers.
        """
        self.folder.mkdir()
        (self.folder / "contacts").touch()
        with wave.open(str(self.folder / "said.wav"), "wb") as sound:
            sound.setnchannels(1)
            sound.setsampwidth(2)
            sound.setframerate(8000)
            sound.writeframes(bytes(2 * 8000 * 60))
        # It takes the port beside the one for calls as well, and between choosing and taking one, others are at work.
        for _ in range(8):
            self.sip, self.control = free_port(), free_port()
            process = self._start(accounts, patience)
            log = eventually(partial(self._beginning, process))
            if _READY in log and "already in use" not in log:
                break
            process.kill()
            process.wait(10)
        else:
            raise AssertionError(log)
        try:
            yield process
        finally:
            # At once: asked politely, it waits for the other side of every call.
            process.kill()
            process.wait(10)

    def _start(self, accounts: list[str], patience: int) -> subprocess.Popen[bytes]:
        (self.folder / "config").write_text(
            CONFIG.format(
                sip=self.sip, control=self.control, folder=self.folder, modules=MODULES, patience=patience
            )
        )
        (self.folder / "accounts").write_text("".join(f"{each.format(sip=self.sip)}\n" for each in accounts))
        with (self.folder / "log").open("wb") as log:
            return subprocess.Popen(
                ["baresip", "-4", "-f", str(self.folder)],
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                env={**os.environ, "HOME": str(self.folder)},
            )

    def _beginning(self, process: subprocess.Popen[bytes]) -> str:
        """What it wrote until it was ready, or gave up; empty before that."""
        has_ended = process.poll() is not None
        log = (self.folder / "log").read_text(errors="replace")
        return log if has_ended or _READY in log else ""

    def does(self, command: str, parameter: str = "") -> None:
        """Has it do something, as its user would."""
        self.ask(command, parameter)

    def ask(self, command: str, parameter: str = "") -> dict[str, Any]:
        """Has it do something; its answer."""
        with socket.create_connection(("127.0.0.1", self.control), 5) as link:
            link.sendall(encode({"command": command, "params": parameter, "token": "test"}))
            decoder = Decoder()
            until = time.monotonic() + 5
            while time.monotonic() < until:
                for message in decoder.feed(link.recv(65536)):
                    if message.get("response"):
                        return message
        raise AssertionError(f"no answer to {command}")


@contextmanager
def pair(folder: Path) -> Iterator[tuple[Phone, Phone]]:
    """The rep's phone, and the others' who are called from it."""
    with ExitStack() as stack:
        others = Phone(folder / "others")
        stack.enter_context(
            others.running(
                [
                    f"<sip:{ANSWERS}@127.0.0.1:{{sip}}>;regint=0;answermode=auto",
                    f"<sip:{RINGS}@127.0.0.1:{{sip}}>;regint=0;answermode=manual",
                ],
                patience=2,
            )
        )
        mine = Phone(folder / "mine")
        stack.enter_context(mine.running([f"<sip:rep@127.0.0.1:{others.sip}>;regint=0"]))
        yield mine, others


class Provider:
    """A SIP provider that lets the phone ring, and then answers each call with the same words (RFC 3261, over UDP).

    Attributes:
        answer: the status line's code and reason.
        port: where it listens.
    """

    def __init__(self) -> None:
        self.answer = "480 Temporarily Unavailable"
        self._link = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self._link.bind(("127.0.0.1", 0))
        self.port = int(self._link.getsockname()[1])
        self._thread = threading.Thread(target=self._serve, daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as last:
            last.sendto(b"", ("127.0.0.1", self.port))
        self._thread.join(10)
        self._link.close()

    def _serve(self) -> None:
        while True:
            data, caller = self._link.recvfrom(65536)
            if not data:
                return
            request = data.decode(errors="replace")
            if request.startswith("INVITE "):
                for status in ("180 Ringing", self.answer):
                    self._link.sendto(_response(request, status), caller)


def _response(request: str, status: str) -> bytes:
    """An answer to a request: its own headers, and a tag that makes the call ours."""
    kept = re.findall(r"(?im)^(?:Via|From|Call-ID|CSeq):[^\r\n]*", request)
    to = re.search(r"(?im)^To:[^\r\n]*", request)
    assert to is not None
    lines = [f"SIP/2.0 {status}", *kept, f"{to[0]};tag=provider", "Content-Length: 0", "", ""]
    return "\r\n".join(lines).encode()
