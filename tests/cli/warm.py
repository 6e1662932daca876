"""Starts the program quickly: in a process that has Python and other people's libraries in it already.

Two thirds of a short command's processor time are the imports of such libraries. Run as a program this loads them,
and forks a process for every run that it is asked for, which then loads and runs offhook as `python -m cli.main` does,
from its first module to the interpreter's end. Nothing of offhook's own is loaded before, so what one run has done to
it no other run can see.

Only Linux forks a process with libraries in it safely; elsewhere, every run is a new interpreter.
"""

from __future__ import annotations

import atexit
import contextlib
import functools
import importlib
import json
import os
import runpy
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

LIBRARIES = (
    "asyncio", "ctypes", "phonenumbers", "psycopg", "psycopg.sql", "pydantic.functional_validators", "pydantic.json_schema",
    "pydantic.type_adapter", "pydantic.types", "sqlcipher3", "typer",
)  # fmt: skip
"""What is loaded before: what takes long, and keeps no random numbers in store."""

_JOB_BYTES = 1 << 17
_SECONDS = 60.0


@dataclass
class Starter:
    """A process that starts others, and the line to it. One run at a time.

    Attributes:
        line: what is to be started goes out, its number and what became of it come back.
        process: the process.
    """

    line: socket.socket
    process: subprocess.Popen[bytes]
    _one_run: threading.Lock = field(default_factory=threading.Lock)

    def run(
        self, arguments: Sequence[str], environment: Mapping[str, str], stdin: bytes
    ) -> subprocess.CompletedProcess[bytes]:
        """Runs the program, as `subprocess.run` does with what it says captured: up to the end of its output.

        Raises:
            subprocess.TimeoutExpired: it took longer than a minute, and was killed.
        """
        with self._one_run:
            job = json.dumps({"arguments": arguments, "environment": environment, "folder": str(Path.cwd())})
            (its_in, our_in), (our_out, its_out), (our_err, its_err) = (os.pipe() for _ in range(3))
            socket.send_fds(self.line, [job.encode()], [its_in, its_out, its_err])
            for end in (its_in, its_out, its_err):
                os.close(end)
            number = self._answer()
            out, err = _Listener(our_out), _Listener(our_err)
            # What is fed in need not be read to its end, and goes in beside what comes out.
            feeder = threading.Thread(target=_feed, args=(our_in, stdin), daemon=True)
            threads, until = (feeder, out, err), time.monotonic() + _SECONDS
            for thread in threads:
                thread.start()
            for thread in threads:
                thread.join(max(until - time.monotonic(), 0))
            late = any(thread.is_alive() for thread in threads)
            if late:
                # It has ended where what it started keeps its output open.
                with contextlib.suppress(ProcessLookupError):
                    os.kill(number, signal.SIGKILL)
            code = self._answer()
        if late:
            raise subprocess.TimeoutExpired(list(arguments), _SECONDS, out.heard, err.heard)
        return subprocess.CompletedProcess(list(arguments), code, out.heard, err.heard)

    def _answer(self) -> int:
        answer = self.line.recv(_JOB_BYTES)
        assert answer, self.process.communicate(timeout=10)[1].decode()
        return int(answer)

    def close(self) -> None:
        """Lets the process end."""
        self.line.close()
        self.process.communicate(timeout=10)


def _feed(end: int, content: bytes) -> None:
    with contextlib.suppress(BrokenPipeError), os.fdopen(end, "wb") as pipe:
        pipe.write(content)


class _Listener(threading.Thread):
    """Reads a pipe to its end."""

    def __init__(self, end: int) -> None:
        super().__init__(daemon=True)
        self.heard = b""
        self._end = end

    def run(self) -> None:
        with os.fdopen(self._end, "rb") as pipe:
            self.heard = pipe.read()


def can_start_warm(environment: Mapping[str, str]) -> bool:
    """Whether a run with this environment can begin in the middle of Python's life."""
    return sys.platform == "linux" and not any(
        name.startswith(("LC_", "LANG", "LD_")) for name in environment
    )


@functools.cache
def starter(python_settings: tuple[tuple[str, str], ...], root: str) -> Starter:
    """The process that starts runs with these of Python's own variables; it ends with this process.

    Args:
        python_settings: they count from an interpreter's start on.
        root: the checkout.
    """
    ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
    with theirs:
        process = subprocess.Popen(
            [sys.executable, "-m", "tests.cli.warm", str(theirs.fileno())],
            cwd=root, pass_fds=[theirs.fileno()], env={"PATH": os.environ["PATH"], **dict(python_settings)},
            # Python's streams, which every run inherits, must have been made for pipes.
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
        )  # fmt: skip
    made = Starter(ours, process)
    atexit.register(made.close)
    return made


def run(
    arguments: Sequence[str], environment: Mapping[str, str], stdin: bytes, root: str
) -> subprocess.CompletedProcess[bytes]:
    """Runs the program warm, in a process of its own. See `Starter.run`."""
    settings = tuple(
        sorted((name, value) for name, value in environment.items() if name.startswith("PYTHON"))
    )
    return starter(settings, root).run(arguments, environment, stdin)


def _serve(line: socket.socket) -> list[str] | None:
    """Forks a process for every job. In each of them it gives the job's arguments; in this one, at last, None."""
    while True:
        job, ends, _, _ = socket.recv_fds(line, _JOB_BYTES, 3)
        if not job:
            return None
        number = os.fork()
        if not number:
            line.close()
            return _take_over(json.loads(job), ends)
        for end in ends:
            os.close(end)
        line.send(str(number).encode())
        _, status = os.waitpid(number, 0)
        line.send(str(os.waitstatus_to_exitcode(status)).encode())


def _take_over(job: dict[str, object], ends: Sequence[int]) -> list[str]:
    """Makes this process look as if the shell had just started it."""
    for place, end in enumerate(ends):
        os.dup2(end, place)
        os.close(end)
    os.environ.clear()
    os.environ.update(job["environment"])  # type: ignore[call-overload]
    time.tzset()
    os.chdir(str(job["folder"]))
    arguments = job["arguments"]
    assert isinstance(arguments, list)
    return arguments


if __name__ == "__main__":
    for _library in LIBRARIES:
        importlib.import_module(_library)
    _arguments = _serve(socket.socket(fileno=int(sys.argv[1])))
    if _arguments is not None:
        sys.argv[1:] = _arguments
        runpy.run_module("cli.main", run_name="__main__", alter_sys=True)
