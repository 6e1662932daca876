"""Starts a PostgreSQL of our own on this machine, for the team's demo and for tests, and stops it again."""

from __future__ import annotations

import contextlib
import os
import re
import secrets
import shutil
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Mapping
from pathlib import Path
from types import TracebackType
from typing import Self

from core.errors import Unavailable
from storage.postgres import binaries, unprivileged
from storage.postgres.binaries import Binaries

SUPERUSER = "postgres"
"""Who may do everything in a server of ours. offhook itself never logs in as this."""

HOST = "127.0.0.1"

_PATIENCE = 60.0
_PORTS_TRIED = 10
_PORT = re.compile(r"-cport=(\d+)")
_SETTINGS = {
    "listen_addresses": HOST,
    "unix_socket_directories": "",
    "timezone": "UTC",
    "logging_collector": "off",
    "log_destination": "stderr",
    # A statement that fails may hold a password's verifier: it has no place in a log.
    "log_min_error_statement": "panic",
}
_CARELESS = {
    "fsync": "off",
    "synchronous_commit": "off",
    "full_page_writes": "off",
    "wal_level": "minimal",
    "max_wal_senders": "0",
    "checkpoint_timeout": "1h",
    "max_wal_size": "4GB",
    "autovacuum": "off",
}
# Waits until its parent is gone, however that ended, and stops the server then: the one whose number it was told, so that
# one which somebody else has started there since goes on. "done" says that it has stopped.
_WATCHDOG = """
import os, shutil, signal, subprocess, sys, time
folder, remove, pg_ctl = sys.argv[1:]
data = os.path.join(folder, "data")
def number():
    try:
        with open(os.path.join(data, "postmaster.pid")) as file:
            return int(file.readline())
    except (OSError, ValueError):
        return None
def stop(own):
    # It may have been starting only just now.
    for _ in range(30):
        if number():
            break
        time.sleep(0.1)
    if os.name == "nt":
        subprocess.call([pg_ctl, "stop", "-D", data, "-m", "fast", "-w"])
        return
    for ending in (signal.SIGINT, signal.SIGQUIT):
        for _ in range(100):
            running = number()
            if not running or running != (own or running):
                return
            try:
                os.kill(running, ending if ending else 0)
            except ProcessLookupError:
                return
            ending = 0
            time.sleep(0.1)
told = sys.stdin.read().split()
if "done" not in told:
    stop(int(told[0]) if told else None)
if remove == "remove":
    shutil.rmtree(folder, ignore_errors=True)
"""


class Server:
    """A PostgreSQL that runs as long as this process does, even if this process is killed.

    It listens on the loopback alone, takes passwords only by SCRAM, and keeps everything in one folder: `data`,
    `password` (the superuser's; mode 0600) and `server.log`. Use it as a context manager or call `start` and `stop`.

    Args:
        folder: where it lives; made where it is missing.
        durable: keep what is committed whatever happens. False is faster, for data that nobody will miss.
        remove: remove the folder once the server has stopped.
        settings: more of PostgreSQL's settings.
        programs: which PostgreSQL; found if None.

    Raises:
        Unavailable: there is no PostgreSQL on this machine.
    """

    def __init__(
        self,
        folder: Path,
        *,
        durable: bool = True,
        remove: bool = False,
        settings: Mapping[str, str] | None = None,
        programs: Binaries | None = None,
    ) -> None:
        self.folder = folder.absolute()
        self.data = self.folder / "data"
        self.log = self.folder / "server.log"
        self.programs = programs or binaries.find()
        self.port = 0
        self._durable = durable
        self._remove = remove
        self._settings = {**_SETTINGS, **({} if durable else _CARELESS), **(settings or {})}
        self._process: subprocess.Popen[bytes] | None = None
        self._started = False
        self._log_begins = 0
        self._watchdog: subprocess.Popen[bytes] | None = None

    @property
    def password(self) -> str:
        """The superuser's password."""
        return (self.folder / "password").read_text(encoding="ascii")

    @property
    def is_running(self) -> bool:
        """Whether this object has it running."""
        return self._started or (self._process is not None and self._process.poll() is None)

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()

    def start(self) -> None:
        """Starts it, after making its data where there is none. Returns when it takes connections.

        Raises:
            Unavailable: it runs already as somebody else's child, is of another version, or cannot be started.
        """
        self.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        if running(self.folder):
            raise Unavailable(f"The PostgreSQL in {self.folder} is running already.")
        rights = unprivileged.rights(self.folder, self.programs)
        self.programs = rights.programs
        self._watchdog = self._watch()
        try:
            if not (self.data / "PG_VERSION").exists():
                self._make(rights)
            self._check_version()
            self._launch_somewhere(rights)
            self._tell_watchdog(f"{self._process.pid} " if self._process is not None else "")
        except BaseException:
            self.stop()
            raise

    def _launch_somewhere(self, rights: unprivileged.Rights) -> None:
        """Starts it on a port that is free, and once nobody else works on its data."""
        until = time.monotonic() + _PATIENCE
        ports = 0
        # Whoever works with one that ended waits for it where it was.
        before = self._port_before()
        while True:
            self.port = before if before and not ports else free_port()
            if self._launch(rights):
                return
            told = self._last_words()
            ports += "could not create any TCP/IP sockets" in told
            # The one before is still stopping.
            occupied = "postmaster.pid" in told and not running(self.folder) and time.monotonic() < until
            if not occupied and not 0 < ports < _PORTS_TRIED:
                raise Unavailable(
                    f"PostgreSQL does not start: {told or 'it said nothing.'} More stands in {self.log}."
                )
            time.sleep(0.1 if occupied else 0)

    def _port_before(self) -> int:
        """The port of the last start; 0 if there was none."""
        try:
            told = (self.data / "postmaster.opts").read_text(encoding="utf-8", errors="replace")
        except OSError:
            return 0
        found = _PORT.search(told)
        return int(found[1]) if found else 0

    def stop(self) -> None:
        """Stops it; what is committed stays. One that does not run is left alone."""
        process, self._process = self._process, None
        if process is not None:
            _end(process)
        if self._started:
            self._started = False
            self._pg_ctl("stop", "-m", "fast")
        self._tell_watchdog("done")
        watchdog, self._watchdog = self._watchdog, None
        if watchdog is not None:
            assert watchdog.stdin is not None
            with contextlib.suppress(BrokenPipeError):
                watchdog.stdin.close()
            watchdog.wait()

    def _tell_watchdog(self, word: str) -> None:
        if self._watchdog is not None:
            assert self._watchdog.stdin is not None
            with contextlib.suppress(BrokenPipeError):
                self._watchdog.stdin.write(word.encode())
                self._watchdog.stdin.flush()

    def _watch(self) -> subprocess.Popen[bytes]:
        command = [
            sys.executable, "-S", "-c", _WATCHDOG,
            str(self.folder), "remove" if self._remove else "keep", self.programs.program("pg_ctl"),
        ]  # fmt: skip
        # A session of its own: ctrl+c in the terminal is meant for the app alone.
        return subprocess.Popen(  # noqa: S603
            command,
            stdin=subprocess.PIPE,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
        )

    def _make(self, rights: unprivileged.Rights) -> None:
        secret = self.folder / "password"
        secret.unlink(missing_ok=True)
        descriptor = os.open(secret, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(descriptor, "w", encoding="ascii") as file:
            file.write(secrets.token_urlsafe(24))
        # One that was cut short has left half a cluster.
        shutil.rmtree(self.data, ignore_errors=True)
        rights.give(self.folder)
        command = [
            self.programs.program("initdb"), "--pgdata", str(self.data), "--username", SUPERUSER,
            "--pwfile", str(secret), "--auth", "scram-sha-256", "--encoding", "UTF8", "--locale", "C",
            "--no-instructions", *([] if self._durable else ["--no-sync"]),
        ]  # fmt: skip
        done = subprocess.run(  # noqa: S603
            [*rights.prefix, *command], **rights.options, env=_environment(), stdin=subprocess.DEVNULL,
            capture_output=True, text=True, errors="replace", check=False,
        )  # fmt: skip
        if done.returncode:
            shutil.rmtree(self.data, ignore_errors=True)
            told = (done.stderr or done.stdout).strip().splitlines()
            raise Unavailable(
                f"PostgreSQL cannot make its data in {self.folder}: {told[-1] if told else 'initdb failed'}"
            )

    def _check_version(self) -> None:
        made_by = (self.data / "PG_VERSION").read_text(encoding="ascii").strip()
        if made_by != str(self.programs.version):
            raise Unavailable(
                f"The data in {self.folder} was made by PostgreSQL {made_by}, but the one found is version"
                f" {self.programs.version} ({self.programs.folder})."
                " Let OFFHOOK_PG_BIN name the folder of the right one."
            )

    def _launch(self, rights: unprivileged.Rights) -> bool:
        """Starts it on `port`; False if it ended at once."""
        options = [f"-c{name}={value}" for name, value in {**self._settings, "port": str(self.port)}.items()]
        with os.fdopen(os.open(self.log, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600), "ab") as log:
            self._log_begins = log.tell()
            if os.name == "nt":
                return self._launch_on_windows(options)
            self._process = subprocess.Popen(  # noqa: S603
                [*rights.prefix, self.programs.program("postgres"), "-D", str(self.data), *options],
                **rights.options, env=_environment(), stdin=subprocess.DEVNULL, stdout=log, stderr=log,
                start_new_session=True,
            )  # fmt: skip
        until = time.monotonic() + _PATIENCE
        while time.monotonic() < until:
            if self._process.poll() is not None:
                self._process = None
                return False
            if _status(self.data) == (self._process.pid, self.port):
                # One that is killed must not stay in the table of processes: its data would be taken for in use.
                threading.Thread(target=self._process.wait, daemon=True).start()
                return True
            time.sleep(0.01)
        raise Unavailable(
            f"PostgreSQL has not come up within {_PATIENCE:.0f} seconds. More stands in {self.log}."
        )

    def _launch_on_windows(self, options: list[str]) -> bool:
        """There pg_ctl gives an administrator's rights away first, which the server insists on."""
        quoted = " ".join(f'"{option}"' for option in options)
        self._started = self._pg_ctl("start", "-l", str(self.log), "-o", quoted) == 0
        return self._started

    def _pg_ctl(self, what: str, *arguments: str) -> int:
        return subprocess.call(  # noqa: S603
            [self.programs.program("pg_ctl"), what, "-D", str(self.data), "-w", *arguments],
            env=_environment(), stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
        )  # fmt: skip

    def _last_words(self) -> str:
        """What went wrong, in the server's own words."""
        lines = self.log.read_bytes()[self._log_begins :].decode("utf-8", "replace").splitlines()
        told = [line.split(":  ", 1)[1] for line in lines if "FATAL:  " in line or "WARNING:  " in line]
        return "; ".join(told) + "." if told else (lines[-1] if lines else "")


def free_port() -> int:
    """A port of the loopback that nobody has at the moment."""
    with socket.socket() as probe:
        probe.bind((HOST, 0))
        return int(probe.getsockname()[1])


def running(folder: Path) -> int | None:
    """The port of the server whose folder this is, whoever started it; None if it does not take connections."""
    number, port = _status(folder / "data")
    if not number:
        return None
    with contextlib.suppress(OSError), socket.create_connection((HOST, port), timeout=2):
        return port
    return None


def stop(folder: Path) -> bool:
    """Stops the server whose folder this is, whoever started it; what is committed stays. Whether there was one to stop.

    Raises:
        Unavailable: it does not stop.
    """
    data = folder / "data"
    number, _ = _status(data)
    if not number:
        return False
    if os.name == "nt":
        command = [binaries.find().program("pg_ctl"), "stop", "-D", str(data), "-m", "fast", "-w"]
        return subprocess.call(command, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL) == 0  # noqa: S603
    with contextlib.suppress(ProcessLookupError):
        os.kill(number, signal.SIGINT)
    until = time.monotonic() + _PATIENCE
    while (data / "postmaster.pid").exists():
        if time.monotonic() > until:
            raise Unavailable(
                f"The PostgreSQL in {folder} does not stop. More stands in {folder / 'server.log'}."
            )
        time.sleep(0.05)
    return True


def _status(data: Path) -> tuple[int, int]:
    """The process and the port of a server that says it is ready; zeros for any other."""
    try:
        lines = (data / "postmaster.pid").read_text(encoding="utf-8", errors="replace").splitlines()
        return (int(lines[0]), int(lines[3])) if lines[7].strip() == "ready" else (0, 0)
    except (OSError, ValueError, IndexError):
        return 0, 0


def _environment() -> dict[str, str]:
    """This process's environment without what would change the server's mind."""
    return {
        **{name: value for name, value in os.environ.items() if not name.startswith(("PG", "LC_", "LANG"))},
        "LC_ALL": "C",
    }


def _end(process: subprocess.Popen[bytes]) -> None:
    """SIGINT is PostgreSQL's fast stop: it ends sessions and writes out everything. SIGQUIT does not wait."""
    for ending, patience in ((signal.SIGINT, 30), (signal.SIGQUIT, 10)):
        process.send_signal(ending)
        with contextlib.suppress(subprocess.TimeoutExpired):
            process.wait(patience)
            return
    process.kill()
    process.wait()
