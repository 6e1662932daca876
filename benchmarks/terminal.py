"""Runs a program in a real pseudo-terminal, plays the terminal for it, and takes the time of what it draws.

A program that is told that its terminal supports synchronized output (mode 2026) wraps each frame in
`CSI ? 2026 h` … `CSI ? 2026 l`. Textual asks for it at start, so a frame's end can be seen from outside to the
byte, and a key is timed from `write()` to the end of the first frame that began after it.

What costs time here is kept off the clock: bytes get their time stamp as they are read, and are interpreted
(see `benchmarks.screen`) only when someone asks what is on the screen. Standard library only; POSIX only.
"""

from __future__ import annotations

import contextlib
import errno
import fcntl
import os
import pty
import re
import select
import signal
import struct
import subprocess
import termios
import time
from collections import deque
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Self

from benchmarks.screen import Screen

KEYS: Mapping[str, str] = {
    "enter": "\r",
    "escape": "\x1b",
    "space": " ",
    "tab": "\t",
    "backspace": "\x7f",
    "up": "\x1b[A",
    "down": "\x1b[B",
    "right": "\x1b[C",
    "left": "\x1b[D",
    "home": "\x1b[H",
    "end": "\x1b[F",
    "pageup": "\x1b[5~",
    "pagedown": "\x1b[6~",
}
"""Names for keys that are not one character. `ctrl+x` is understood as well."""

ENVIRONMENT: Mapping[str, str] = {"TERM": "xterm-256color", "COLORTERM": "truecolor"}
"""The terminal that is played. With 24-bit colour, as today's: it decides how many bytes a frame takes."""

_FOREIGN = re.compile(
    r"PYTHONDONTWRITEBYTECODE|NO_COLOR|FORCE_COLOR|COLUMNS|LINES|ESCDELAY"
    r"|TEXTUAL.*|TERM_PROGRAM.*|LC_TERMINAL.*"
)
"""Variables of the shell that measures which must not reach what is measured. Without byte code every start
would compile its sources anew."""

_SEQUENCE = re.compile(
    rb"\x1b\[\?2026(?P<sync>[hl])"
    rb"|\x1b\[\?(?P<mode>\d+)\$p"
    rb"|\x1b\[\?2048(?P<inband>[hl])"
    rb"|\x1b\[(?P<report>[56]n|0?c|\?u)"
)
_ESCAPES = re.compile(
    rb"\x1b\[[0-?]*[ -/]*[@-~]|\x1b[\]PX^_][^\x07\x1b]*(?:\x07|\x1b\\)|\x1b[ -/]*[0-Z\\^-~]"
)
_PARTIAL = re.compile(rb"\x1b(?:\[[0-?]*[ -/]*|[\]PX^_][^\x07\x1b]*\x1b?|[ -/]*)\Z")


@dataclass(slots=True)
class _Chunk:
    """What one read brought."""

    at: float
    data: bytes
    cuts_frame: bool = False
    """A frame was not over when it ended."""


class TerminalError(RuntimeError):
    """The program did not do what was waited for. The message ends with the last screen."""


@dataclass(frozen=True, slots=True)
class Timing:
    """What one key (or several written at once) led to. Times in milliseconds from the write."""

    key: str
    frame: float
    """To the end of the first frame that began after it."""
    last_frame: float
    """To the end of the last frame before it was quiet."""
    settled: float
    """To the last byte before it was quiet."""
    shown: float | None
    """To the moment the text waited for was there; None: none was waited for."""
    frames: int
    bytes: int


def child_environment(extra: Mapping[str, str] | None = None) -> dict[str, str]:
    """The environment for a measured program: this one less what would falsify it, the terminal, `extra`."""
    own = {name: value for name, value in os.environ.items() if not _FOREIGN.fullmatch(name)}
    return {**own, **ENVIRONMENT, **(extra or {})}


def encode(key: str) -> bytes:
    """The bytes that a terminal sends for a key's name, or for text as it is."""
    if key.startswith("ctrl+") and len(key) == len("ctrl+") + 1:
        return bytes([ord(key[-1].upper()) & 0x1F])
    return KEYS.get(key, key).encode()


class Terminal:
    """A program in a pseudo-terminal. Use it as a context manager, or call `close`.

    Args:
        argv: what to run.
        columns: width in cells.
        rows: height in cells.
        env: variables on top of `child_environment()`.
        cwd: where to run it.
        in_band_resize: whether to be a terminal that reports its size by mode 2048 (kitty, ghostty, iTerm2 …)
            rather than by SIGWINCH alone.
        quiet: how long nothing must come, in seconds, for output to count as settled.
    """

    def __init__(
        self,
        argv: Sequence[str],
        *,
        columns: int = 160,
        rows: int = 45,
        env: Mapping[str, str] | None = None,
        cwd: Path | str | None = None,
        in_band_resize: bool = False,
        quiet: float = 0.06,
    ) -> None:
        self.columns, self.rows = columns, rows
        self.quiet = quiet
        self.bytes = 0
        """How many bytes the program has written."""
        self.frames: list[float] = []
        """When each frame ended, by `time.perf_counter`."""
        self.first_paint: float | None = None
        """Milliseconds from the start to the first character on the screen, whoever drew it."""
        self.first_frame: float | None = None
        """Milliseconds from the start to the first frame with something in it, drawn by a program that runs
        as a full-screen one: by the end mark, or, where it is drawn before the answer about such marks has come,
        by its first characters."""
        self._screen = Screen(columns, rows)
        self._arrived: deque[_Chunk] = deque()
        self._rest = b""
        self._in_band = in_band_resize
        self._in_band_enabled = self._asked = self._in_frame = self._ended = False
        self._glyph = False
        self._last_byte = 0.0
        self._master, slave = pty.openpty()
        try:
            self._set_size()
            # The shell's redirection makes the terminal the controlling one of the session that Popen starts:
            # a session leader's first open() does, and no Python has to run between fork and exec for it.
            launcher = ["/bin/sh", "-c", 'exec "$@" <"$0" >"$0" 2>&1', os.ttyname(slave), *argv]
            self.started = time.perf_counter()
            self._process = subprocess.Popen(
                launcher,
                stdin=slave,
                stdout=slave,
                stderr=slave,
                start_new_session=True,
                env=child_environment(env),
                cwd=cwd,
            )
        except BaseException:
            os.close(self._master)
            raise
        finally:
            os.close(slave)

    # ------------------------------------------------------------------------------------------- the program

    @property
    def pid(self) -> int:
        """The program's process id, and its process group's."""
        return self._process.pid

    @property
    def exit_code(self) -> int | None:
        """How the program ended; None while it runs."""
        return self._process.poll()

    def __enter__(self) -> Self:
        """The terminal itself; the program runs already."""
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Ends the program."""
        self.close()

    def wait_exit(self, timeout: float = 5.0) -> int:
        """Waits for the program to end by itself, reading what it still writes, and returns its exit code."""
        deadline = time.perf_counter() + timeout
        while (code := self._process.poll()) is None:
            if time.perf_counter() > deadline:
                raise self._error(f"the program did not end within {timeout:g} s")
            self._pump(0.02)
        self._drain()
        return code

    def close(self, grace: float = 2.0) -> None:
        """Ends the program and its process group: by SIGTERM, after `grace` seconds by SIGKILL."""
        if self._master < 0:
            return
        if self._process.poll() is None:
            self._signal(signal.SIGTERM)
            deadline = time.perf_counter() + grace
            while self._process.poll() is None and time.perf_counter() < deadline:
                self._pump(0.02)  # or it could not write its farewell, and would wait for us to read it
        self._signal(signal.SIGKILL)
        self._process.wait()
        os.close(self._master)
        self._master = -1

    def _signal(self, number: signal.Signals) -> None:
        with contextlib.suppress(
            ProcessLookupError, PermissionError
        ):  # PermissionError: macOS, for a zombie group
            os.killpg(self._process.pid, number)

    # ------------------------------------------------------------------------------------------------- input

    def send(self, *keys: str) -> None:
        """Writes keys (names as in `KEYS`, `ctrl+x`, or text) at once and waits for nothing."""
        os.write(self._master, b"".join(encode(key) for key in keys))

    def press(self, *keys: str, until: str | None = None, timeout: float = 5.0) -> Timing:
        """Writes keys at once, and takes the time until they have shown, and until it is quiet again.

        Args:
            keys: as in `send`.
            until: a regular expression; wait for it to be on the screen as well.
            timeout: seconds to wait for the first frame, and for the text.

        Raises:
            TerminalError: no frame, or no such text, in time.
        """
        self._drain()  # what still belongs to earlier keys
        before = self.bytes
        # A frame that is half out when the key is written knows nothing of the key.
        first = len(self.frames) + int(self._in_frame)
        start = time.perf_counter()
        self.send(*keys)
        deadline = start + timeout
        name = " ".join(keys)
        while len(self.frames) <= first:
            self._pump_until(deadline, f"no frame within {timeout:g} s of the key {name!r}")
        shown = (
            self._await(re.compile(until), deadline, f"within {timeout:g} s of {name!r}") if until else None
        )
        self.settle()
        return Timing(
            key=name,
            frame=(self.frames[first] - start) * 1000,
            last_frame=(self.frames[-1] - start) * 1000,
            settled=(self._last_byte - start) * 1000,
            shown=None if shown is None else (shown - start) * 1000,
            frames=len(self.frames) - first,
            bytes=self.bytes - before,
        )

    def settle(self, quiet: float | None = None, timeout: float = 10.0) -> None:
        """Waits until nothing has come for `quiet` seconds; at most `timeout`, for what never rests."""
        quiet = self.quiet if quiet is None else quiet
        since = time.perf_counter()
        deadline = since + timeout
        while not self._ended and (left := min(since + quiet, deadline) - time.perf_counter()) > 0:
            if self._pump(left):
                since = self._last_byte

    def resize(self, columns: int, rows: int) -> None:
        """Changes the terminal's size and tells the program, as a terminal does."""
        self.columns, self.rows = columns, rows
        self._interpret()
        self._screen.resize(columns, rows)
        self._set_size()
        if self._in_band_enabled:
            os.write(self._master, self._size_report())

    def _set_size(self) -> None:
        fcntl.ioctl(self._master, termios.TIOCSWINSZ, struct.pack("HHHH", self.rows, self.columns, 0, 0))

    def _size_report(self) -> bytes:
        return b"\x1b[48;%d;%d;%d;%dt" % (self.rows, self.columns, self.rows * 16, self.columns * 8)

    # ------------------------------------------------------------------------------------------------ output

    def screen(self) -> list[str]:
        """The lines that are on the screen now, without trailing blanks."""
        self._drain()
        self._interpret()
        return self._screen.lines()

    def wait_for_text(self, pattern: str, timeout: float = 10.0) -> float:
        """Waits for a regular expression to match the screen (lines joined by newlines).

        Returns:
            Milliseconds from the program's start to the end of the frame that showed it, or to now.

        Raises:
            TerminalError: it did not come in time.
        """
        shown = self._await(re.compile(pattern), time.perf_counter() + timeout, f"within {timeout:g} s")
        return (shown - self.started) * 1000

    def wait_for_frame(self, timeout: float = 10.0) -> float:
        """Waits for the first frame; returns `first_frame`."""
        deadline = time.perf_counter() + timeout
        while self.first_frame is None:
            self._pump_until(deadline, f"no frame within {timeout:g} s of the start")
        return self.first_frame

    def _await(self, pattern: re.Pattern[str], deadline: float, when: str) -> float:
        complaint = f"{pattern.pattern!r} did not show {when}"
        if self._matches(pattern):
            return time.perf_counter()
        while (chunk := self._interpret(pattern)) is None:
            self._pump_until(deadline, complaint)
            self._drain()  # reading goes before interpreting: what comes gets its own time and not ours
        if not chunk.cuts_frame:
            return chunk.at
        while (
            not self.frames or self.frames[-1] < chunk.at
        ):  # a terminal shows the text when its frame is over
            self._pump_until(deadline, f"{complaint}: its frame did not end")
        return next(end for end in self.frames if end >= chunk.at)

    def _matches(self, pattern: re.Pattern[str]) -> bool:
        return pattern.search("\n".join(self._screen.lines())) is not None

    def _interpret(self, pattern: re.Pattern[str] | None = None) -> _Chunk | None:
        """Brings the screen up to date; with a pattern, until it matches, and returns what made it match."""
        while self._arrived:
            chunk = self._arrived.popleft()
            self._screen.feed(chunk.data)
            if pattern is not None and self._matches(pattern):
                return chunk
        return None

    def _pump_until(self, deadline: float, complaint: str) -> None:
        left = deadline - time.perf_counter()
        if self._ended or left <= 0:
            raise self._error(complaint)
        self._pump(left)

    def _pump(self, timeout: float) -> bool:
        """Reads once, stamps what came, answers what it asks. False: nothing came in time, or it is over."""
        if self._ended:
            time.sleep(min(timeout, 0.02))  # nobody writes any more: let who waits for something else wait
            return False
        if not select.select([self._master], [], [], timeout)[0]:
            return False
        try:
            data = os.read(self._master, 1 << 16)
        except OSError as error:
            if error.errno != errno.EIO:  # EIO: Linux' way to say that nobody has the terminal open any more
                raise
            data = b""
        now = time.perf_counter()
        if not data:
            self._ended = True
            return False
        self._last_byte = now
        self.bytes += len(data)
        chunk = _Chunk(now, data)
        self._arrived.append(chunk)
        self._scan(data, now)
        chunk.cuts_frame = self._in_frame
        return True

    def _drain(self) -> None:
        """Reads what is there already."""
        while self._pump(0):
            pass

    def _scan(self, data: bytes, now: float) -> None:
        """Finds the ends of frames and the queries and, until the first frame, the first characters."""
        text = self._rest + data
        partial = _PARTIAL.search(text, max(len(text) - 64, 0))
        self._rest = partial[0] if partial else b""
        text = text[: len(text) - len(self._rest)]
        position = 0
        for match in _SEQUENCE.finditer(text):
            self._watch_start(text[position : match.start()], now)
            position = match.end()
            if sync := match["sync"]:
                self._in_frame = sync == b"h"
                if not self._in_frame:
                    self._end_frame(now)
            elif mode := match["mode"]:
                self._answer_mode(int(mode))
            elif inband := match["inband"]:
                self._in_band_enabled = self._in_band and inband == b"h"
                if self._in_band_enabled:
                    os.write(self._master, self._size_report())
            else:
                self._answer_report(match["report"])
        self._watch_start(text[position:], now)

    def _end_frame(self, now: float) -> None:
        self.frames.append(now)
        if self.first_frame is None and self._glyph:
            self.first_frame = (now - self.started) * 1000

    def _watch_start(self, text: bytes, now: float) -> None:
        """Notes the first character, and a first frame that is drawn without marks."""
        if self.first_frame is not None or not _ESCAPES.sub(b"", text).strip():
            return
        if self.first_paint is None:
            self.first_paint = (now - self.started) * 1000
        self._glyph = self._in_frame
        if self._asked and not self._in_frame:
            self.first_frame = (now - self.started) * 1000

    def _answer_mode(self, mode: int) -> None:
        """Tells whether a mode is known: 2 is known and off, 0 is unknown."""
        self._asked |= mode == 2026
        known = mode == 2026 or (mode == 2048 and self._in_band)
        os.write(self._master, b"\x1b[?%d;%d$y" % (mode, 2 if known else 0))

    def _answer_report(self, report: bytes) -> None:
        if report == b"5n":
            os.write(self._master, b"\x1b[0n")
        elif report == b"6n":
            self._interpret()
            os.write(self._master, b"\x1b[%d;%dR" % (self._screen.row + 1, self._screen.column + 1))
        elif report.endswith(b"c"):
            os.write(self._master, b"\x1b[?62;22c")
        # `CSI ? u` stays unanswered, as by a terminal that does not have the kitty keyboard protocol.

    def _error(self, complaint: str) -> TerminalError:
        if self._ended:  # its terminal is closed, so its end is near, if not yet told
            with contextlib.suppress(subprocess.TimeoutExpired):
                self._process.wait(0.5)
        code = self._process.poll()
        state = "it is still running" if code is None else f"it ended with exit code {code}"
        lines = self.screen()
        while lines and not lines[-1]:
            lines.pop()
        picture = "\n".join(f"  | {line}" for line in lines) or "  (an empty screen)"
        written = f"{self.bytes} bytes and {len(self.frames)} frames so far"
        return TerminalError(f"{complaint}; {state}, {written}. The last screen:\n{picture}")
