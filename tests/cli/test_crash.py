"""What fails beside the main thread: told in the log, without values, and never on the screen."""

from __future__ import annotations

import logging
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from cli import crash

SECRET = "a customer's number"


@pytest.fixture
def log(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    monkeypatch.setenv("OFFHOOK_HOME", str(tmp_path))
    before, handlers = threading.excepthook, list(logging.getLogger().handlers)
    crash.watch_threads()
    yield crash.find_home().log
    threading.excepthook = before
    logging.getLogger().handlers[:] = handlers


def fail() -> None:
    raise LookupError(SECRET)


def test_a_thread_that_fails_goes_to_the_log(log: Path, capfd: pytest.CaptureFixture[str]) -> None:
    thread = threading.Thread(target=fail)
    thread.start()
    thread.join()
    told = log.read_text("utf-8")
    assert "LookupError" in told
    assert "in fail" in told
    assert SECRET not in told
    assert capfd.readouterr() == ("", "")


def test_what_a_library_complains_of_goes_there_without_its_words(
    log: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    try:
        fail()
    except LookupError:
        logging.getLogger("storage").exception("a listener failed over %s", SECRET)
    logging.getLogger("psycopg").warning("closing connection of %s", SECRET)
    told = log.read_text("utf-8")
    assert "LookupError" in told
    assert SECRET not in told
    assert capfd.readouterr() == ("", "")
