"""A power cut in the middle of a call: the list, the place in it and every letter of the notes are there afterwards."""

from __future__ import annotations

import asyncio
import fcntl
import os
import pty
import signal
import struct
import subprocess
import sys
import termios
import threading
import time
from contextlib import suppress
from pathlib import Path

import pytest

from tests.tui.calls import name
from tui.config import Config as Settings
from tui.models import call_state

ROOT = Path(__file__).resolve().parents[2]
PROGRAM = """
import datetime as dt, sys
from zoneinfo import ZoneInfo
from pathlib import Path
from storage.solo import open_solo
from tui.app import OffhookApp
from tui.config import Config

def clock():
    return dt.datetime(2026, 3, 18, 9, 30, tzinfo=dt.UTC)

class Opener:
    def existing(self):
        return open_solo(Path(sys.argv[1]), clock=clock)

OffhookApp(Opener(), Config(clock=clock, zone=ZoneInfo("Europe/Berlin"))).run()
"""


def _environment() -> dict[str, str]:
    """This one without what says how large a terminal is: the program has its own."""
    return {key: value for key, value in os.environ.items() if key not in ("COLUMNS", "LINES", "NO_COLOR")}


class Program:
    """offhook in a terminal of its own, as a process that can be killed."""

    def __init__(self, path: Path) -> None:
        self._terminal, inside = pty.openpty()
        fcntl.ioctl(inside, termios.TIOCSWINSZ, struct.pack("HHHH", 40, 120, 0, 0))
        self.process = subprocess.Popen(
            [sys.executable, "-c", PROGRAM, str(path)], stdin=inside, stdout=inside, stderr=inside, cwd=ROOT,
            env={**_environment(), "TERM": "xterm-256color", "PYTHONPATH": str(ROOT), "TEXTUAL_ANIMATIONS": "none"},
            start_new_session=True,
        )  # fmt: skip
        os.close(inside)
        self._written = b""
        threading.Thread(target=self._listen, daemon=True).start()

    def _listen(self) -> None:
        with suppress(OSError):
            while chunk := os.read(self._terminal, 65_536):
                self._written += chunk

    def wait_for(self, text: str, seconds: float = 30.0) -> None:
        """Waits until something was written."""
        ends = time.monotonic() + seconds
        while text.encode() not in self._written:
            assert self.process.poll() is None, "it ended by itself"
            assert time.monotonic() < ends, f"{text!r} was not written"
            time.sleep(0.02)

    def type(self, keys: str) -> None:
        """Types as fast as keys come over a line."""
        os.write(self._terminal, keys.encode())

    def kill(self) -> None:
        """Pulls the plug."""
        self.process.send_signal(signal.SIGKILL)
        self.process.wait()
        os.close(self._terminal)


NOTES = "Wants two robots, said June"


def call_until_the_plug_is_pulled(path, workspace):
    """Logs a call, types notes about the next contact, and is killed as soon as the last letter is on the disk."""
    program = Program(path)
    try:
        program.wait_for("Negotiation")
        program.type("gc")
        program.wait_for("Acme Robotics")
        program.type("C")
        program.wait_for("What is said")
        time.sleep(2 * Settings().debounce)  # what is pressed at once is no outcome of theirs
        program.type("1")
        until(lambda: (kept := call_state.restore(workspace)) is not None and kept.made)
        program.type(f"n{NOTES}")
        until(lambda: NOTES in workspace.drafts("note:").values())
    finally:
        program.kill()


def until(holds, seconds=20.0):
    """Waits until something holds."""
    ends = time.monotonic() + seconds
    while not holds():
        assert time.monotonic() < ends
        time.sleep(0.005)


@pytest.mark.skipif(sys.platform == "win32", reason="needs a pseudo-terminal")
async def test_a_crash_in_the_middle_of_a_call_loses_not_a_letter(
    workspace_path, workspace, app, ready, settle, wait_until
):
    await asyncio.to_thread(call_until_the_plug_is_pulled, workspace_path, workspace)
    left = call_state.restore(workspace)
    assert left is not None
    assert left.made == 1
    async with app.run_test(size=(120, 40)) as pilot:
        await ready(pilot)
        await wait_until(pilot, lambda: app.calls_left is not None)
        assert any("Calling All contacts was left" in one.message for one in app._notifications)
        await pilot.press("C")
        await settle(pilot)
        await pilot.press("1")
        await wait_until(pilot, lambda: type(app.screen).__name__ == "CallScreen")
        await settle(pilot)
        assert app.screen.session.current.callee.id == left.queue.current
        assert app.screen.notes.text == NOTES
        await pilot.press("u")
        await settle(pilot)
        assert name(app.screen), "and the call before the crash can be taken back"
