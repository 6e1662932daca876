"""When offhook itself fails: the traceback goes to a log that only its owner can read, the user gets one sentence."""

from __future__ import annotations

import contextlib
import logging
import os
import platform
import sys
import threading
import traceback
from datetime import UTC, datetime
from pathlib import Path

from cli.home import find_home, make_private
from cli.output import Code, complain
from core.errors import OffhookError

_MOST = 1_000_000


def report(error: BaseException, *, as_json: bool = False) -> Code:
    """Writes the error to the log and says so on standard error."""
    path = find_home().log
    try:
        write_log(path, error)
        where = f"What happened stands in {path}"
    except (OSError, OffhookError):
        where = f"It was {type(error).__name__}, and the log {path} cannot be written"
    complain(
        f"Something in offhook itself went wrong. Everything saved is safe. {where}; please send that with a report.",
        Code.CRASHED,
        as_json=as_json,
    )
    return Code.CRASHED


def write_log(path: Path, error: BaseException) -> None:
    """Appends the kind of the error and where it arose. Neither its message nor any value: they may be customers' data.

    Raises:
        OSError, OffhookError: the log cannot be written.
    """
    make_private(path.parent)
    if path.exists() and path.stat().st_size > _MOST:
        path.replace(path.with_suffix(".old.log"))
    lines = [
        f"--- {datetime.now(UTC).isoformat(timespec='seconds')}",
        f"Python {platform.python_version()} on {sys.platform}",
        *_told(error),
        "",
    ]
    with os.fdopen(
        os.open(path, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600), "a", encoding="utf-8"
    ) as log:
        log.write("\n".join(lines))


def watch_threads() -> None:
    """Has what fails beside the main thread go to the log as well: by itself it would be written over the screen, with values.

    What libraries have to say about it (`logging`) says no more than where, too.
    """

    def failed(thread: threading.ExceptHookArgs) -> None:
        if thread.exc_value is not None:
            _try_to_log(thread.exc_value)

    threading.excepthook = failed
    root = logging.getLogger()
    if not any(isinstance(handler, _ToLog) for handler in root.handlers):
        root.addHandler(_ToLog(logging.WARNING))


class _ToLog(logging.Handler):
    """Keeps the errors that come with a message, and none of the messages."""

    def emit(self, record: logging.LogRecord) -> None:
        if record.exc_info and record.exc_info[1] is not None:
            _try_to_log(record.exc_info[1])


def _try_to_log(error: BaseException) -> None:
    with contextlib.suppress(OSError, OffhookError):
        write_log(find_home().log, error)


def _told(error: BaseException) -> list[str]:
    """An error and those that it came from, the first one first."""
    chain: list[BaseException] = []
    link: BaseException | None = error
    while link is not None and link not in chain:
        chain.append(link)
        link = link.__cause__ or (None if link.__suppress_context__ else link.__context__)
    lines: list[str] = []
    for one in reversed(chain):
        kind = type(one)
        lines += [
            "".join(traceback.format_tb(one.__traceback__)).rstrip("\n"),
            f"{kind.__module__}.{kind.__qualname__}",
        ]
    return lines
