"""What the command line says, and how: exit codes, text for people, JSON for programs.

Nothing that stands in the data is ever interpreted by the terminal: every text passes `core.text.printable`.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Iterable, Sequence
from enum import IntEnum
from pathlib import Path
from typing import TYPE_CHECKING, Any, TextIO

from core.errors import Invalid, NotFound, OffhookError, Unavailable
from core.text import printable

if TYPE_CHECKING:
    from core.changes import Answer


class Code(IntEnum):
    """What a command exits with. Part of what scripts rely on."""

    FINE = 0
    REFUSED = 1
    USAGE = 2
    NOT_FOUND = 3
    CONFLICT = 4
    UNREACHABLE = 5
    CRASHED = 70
    """A fault of offhook's own; the log says more."""
    STOPPED = 130
    """By ctrl-c."""


class Usage(OffhookError):
    """The command line does not say what it must."""


class Ambiguous(OffhookError):
    """A text fits several records where one is meant.

    Attributes:
        candidates: those that it fits, each as kind, id, title and detail; the first few of many.
    """

    def __init__(self, message: str, candidates: Sequence[dict[str, str]] = ()) -> None:
        self.candidates = list(candidates)
        super().__init__(message)


class Clash(OffhookError):
    """Somebody else changed the same thing meanwhile."""


_NAMES = {
    Code.REFUSED: "refused",
    Code.USAGE: "usage",
    Code.NOT_FOUND: "not_found",
    Code.CONFLICT: "conflict",
    Code.UNREACHABLE: "unreachable",
    Code.CRASHED: "crashed",
    Code.STOPPED: "stopped",
}


def code_of(error: OffhookError) -> Code:
    """The exit code of an error."""
    for kind, code in (
        (NotFound, Code.NOT_FOUND),
        (Unavailable, Code.UNREACHABLE),
        (Usage, Code.USAGE),
        (Clash, Code.CONFLICT),
    ):
        if isinstance(error, kind):
            return code
    return Code.REFUSED


def require_applied(answer: Answer) -> Answer:
    """The answer, if the command took effect.

    Raises:
        Clash, NotFound, Unavailable, OffhookError: it did not; the message says why.
    """
    # Not on the way to the application's first frame.
    from core.changes import Status

    if answer.applied:
        return answer
    if answer.status is Status.CONFLICT:
        raise Clash(answer.reason or "Somebody changed the same thing meanwhile. Look at it and try again.")
    if answer.status is Status.GONE:
        raise NotFound(answer.reason or "It is not there any more.")
    if answer.status is Status.UNAVAILABLE:
        raise Unavailable(answer.reason)
    raise OffhookError(answer.reason)


# --- writing ------------------------------------------------------------------------------------------------------


def prepare_streams() -> None:
    """Makes the standard streams stand any character, whatever the locale says, and be there at all."""
    # A stream that was closed (`offhook … >&-`) is None.
    sys.stdout = sys.stdout or Path(os.devnull).open("w", encoding="utf-8")  # noqa: SIM115 (open to the end)
    sys.stderr = sys.stderr or Path(os.devnull).open("w", encoding="utf-8")  # noqa: SIM115
    for stream in (sys.stdout, sys.stderr):
        reconfigure = getattr(stream, "reconfigure", None)
        if reconfigure is not None and (stream.encoding or "").lower().replace("-", "") != "utf8":
            reconfigure(errors="replace")
        elif reconfigure is not None:
            # A file name or argument that is not UTF-8 arrives as lone surrogates, and may have to be shown.
            reconfigure(errors="backslashreplace")


def say(line: str = "") -> None:
    """Writes one line to standard output. The caller has made it printable."""
    sys.stdout.write(line + "\n")


def say_json(value: Any) -> None:
    """Writes a value as JSON: indented for a person who looks at it, on one line for a pipe."""
    sys.stdout.write(to_json(value, sys.stdout) + "\n")


def to_json(value: Any, stream: TextIO, *, indent: bool | None = None) -> str:
    """A value as JSON that the stream can carry whole."""
    import json

    pretty = stream.isatty() if indent is None else indent
    ascii_only = (stream.encoding or "").lower().replace("-", "") != "utf8"
    text = json.dumps(value, ensure_ascii=ascii_only, indent=2 if pretty else None, default=_plain)
    if text.isprintable():
        return text
    # JSON leaves some controls as they are (C1, those of writing direction); a terminal would act on them.
    return "".join(c if c.isprintable() or c == "\n" else json.dumps(c)[1:-1] for c in text)


def _plain(value: Any) -> Any:
    import datetime as dt
    from collections.abc import Mapping

    if isinstance(value, dt.datetime):
        return value.astimezone(dt.UTC).isoformat(timespec="seconds").replace("+00:00", "Z")
    if isinstance(value, dt.date):
        return value.isoformat()
    if isinstance(value, Mapping):
        return dict(value)
    raise TypeError(f"{type(value).__name__} is not JSON")


def complain(message: str, code: Code, *, as_json: bool, **more: Any) -> None:
    """Writes an error to standard error; `more` is what the JSON says beside the message."""
    if as_json:
        body: dict[str, Any] = {"code": _NAMES.get(code, "refused"), "message": message, **more}
        sys.stderr.write(to_json({"error": body}, sys.stderr, indent=False) + "\n")
    else:
        lines = message.splitlines() or [""]
        sys.stderr.write(
            "\n".join([f"offhook: {printable(lines[0])}", *(printable(line) for line in lines[1:])]) + "\n"
        )


def complain_of(error: OffhookError, *, as_json: bool) -> Code:
    """Writes an error to standard error and returns its exit code."""
    code, message = code_of(error), str(error)
    more: dict[str, Any] = {}
    if isinstance(error, Invalid):
        more["fields"] = error.fields
    elif isinstance(error, Ambiguous) and error.candidates:
        if as_json:
            more["candidates"] = error.candidates
        else:
            rows = [tuple(c[name] for name in ("kind", "title", "detail", "id")) for c in error.candidates]
            message = "\n".join([message, *table(rows, flexible=(1, 2), indent=2)])
    complain(message, code, as_json=as_json, **more)
    return code


# --- text for people ----------------------------------------------------------------------------------------------

_STYLES = {"bold": "1", "dim": "2"}


def use_colour(stream: TextIO) -> bool:
    """Whether text on the stream may be emphasized."""
    return stream.isatty() and not os.environ.get("NO_COLOR") and os.environ.get("TERM") != "dumb"


def styled(text: str, style: str, stream: TextIO | None = None) -> str:
    """The text, emphasized where the stream shows it."""
    stream = stream or sys.stdout
    return f"\x1b[{_STYLES[style]}m{text}\x1b[0m" if text and use_colour(stream) else text


def cells(text: str) -> int:
    """How many columns a printable text takes."""
    if text.isascii():
        return len(text)
    import unicodedata

    wide = 0
    for character in text:
        if unicodedata.east_asian_width(character) in "WF":
            wide += 2
        elif not unicodedata.combining(character) and unicodedata.category(character) not in (
            "Cf",
            "Me",
            "Mn",
        ):
            wide += 1
    return wide


def cut(text: str, width: int) -> str:
    """The text in at most `width` columns, with an ellipsis where something is left out."""
    if cells(text) <= width:
        return text
    kept, used = "", 1
    for character in text:
        used += cells(character)
        if used > width:
            break
        kept += character
    return kept.rstrip() + "…" if width > 0 else ""


def terminal_width() -> int | None:
    """Columns of the terminal that standard output is; None where it is none."""
    if not sys.stdout.isatty():
        return None
    import shutil

    return shutil.get_terminal_size().columns


def table(
    rows: Sequence[Sequence[str]],
    *,
    flexible: Sequence[int] = (),
    right: Sequence[int] = (),
    heads: Sequence[str] = (),
    indent: int = 0,
) -> Iterable[str]:
    """Rows in aligned columns. On a terminal the flexible columns give way so that each row keeps to one line.

    Args:
        rows: the cells, as they are in the data.
        flexible: columns that may be cut, the first to be cut last.
        right: columns aligned to the right.
        heads: titles of the columns.
        indent: blanks in front of each row.
    """
    clean = [[printable(cell) for cell in row] for row in rows]
    if not clean:
        return
    widths = [
        max(cells(row[i]) for row in [*clean, *([heads] if heads else [])]) for i in range(len(clean[0]))
    ]
    room = terminal_width()
    if room is not None:
        for column in reversed(flexible):
            over = indent + sum(widths) + 2 * (len(widths) - 1) - room
            if over > 0:
                widths[column] = max(min(widths[column], 12), widths[column] - over)
    margin = " " * indent
    if heads:
        yield margin + styled(_row(heads, widths, right), "dim")
    for row in clean:
        yield margin + _row(row, widths, right)


def _row(row: Sequence[str], widths: Sequence[int], right: Sequence[int]) -> str:
    parts = []
    for i, (cell, width) in enumerate(zip(row, widths, strict=True)):
        text = cut(cell, width)
        blank = " " * (width - cells(text))
        parts.append(blank + text if i in right else text + blank)
    return "  ".join(parts).rstrip()
