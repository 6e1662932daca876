"""The line in which files to import are named: read, and completed."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from pathlib import Path
from typing import NamedTuple
from urllib.parse import unquote, urlsplit

from core.errors import Invalid
from core.text import fold

LIKELY = frozenset({
    ".csv", ".tsv", ".txt", ".tab", ".xlsx", ".xlsm", ".vcf", ".vcard", ".json", ".jsonl", ".ndjson", ".zip",
})  # fmt: skip
"""Endings of what people bring; only for the order in which files are offered: what a file is, its content says."""
_SPECIAL = frozenset(" \t'\"\\()[]{}&;|<>*?!$`#~,")
"""Characters that a terminal puts a backslash before when a file is dropped on it."""
_DRIVE = re.compile(r"[A-Za-z]:[\\/]")


class Completion(NamedTuple):
    """A way to go on.

    Attributes:
        shown: the name of the file or folder.
        line: the whole line with it.
        folder: it is a folder, so that it goes on behind it.
    """

    shown: str
    line: str
    folder: bool


class Listed(NamedTuple):
    """Something in a folder.

    Attributes:
        name: what it is called.
        folder: it is a folder itself.
        changed: when it was written last, in seconds; what was fetched a moment ago is what people want to import.
    """

    name: str
    folder: bool
    changed: float = 0.0


class _Word(NamedTuple):
    start: int
    text: str
    """As the file system has it."""
    plain: bool
    """Nothing in it was quoted, so that `*` and `~` mean something."""


def files_in(typed: str, *, home: Path, expand: Callable[[str], Sequence[Path]]) -> list[Path]:
    """The files that a line names: several apart by blanks, quoted, escaped, or as addresses (`file:///…`).

    A line that is a file as it stands needs no quotes.

    Args:
        typed: the line.
        home: what `~` means.
        expand: the files that a path with `*` or `?` stands for; with neither, the file itself if it is there.

    Raises:
        Invalid: nothing is named, or nothing of that name is there, or it is a folder.
    """
    line = typed.strip()
    paths = list(expand(str(_path(line, home)))) if line else []
    if not paths:
        for word in _words(line):
            path = _path(word.text, home, plain=word.plain)
            found = expand(str(path))
            if not found:
                raise Invalid({"files": f"There is no file {_shown(path, home)}."})
            paths += found
    if not paths:
        raise Invalid({"files": "Name a file: type its path, or drop it here."})
    for path in paths:
        if path.is_dir():
            raise Invalid({"files": f"{_shown(path, home)} is a folder. Name the files in it."})
    return list(dict.fromkeys(paths))


def expanded(path: str) -> list[Path]:
    """The files that a path stands for, in their order. Looks at the disk."""
    one = Path(path)
    if one.exists():
        return [one]
    if not any(sign in one.name for sign in "*?["):
        return []
    return sorted(found for found in one.parent.glob(one.name) if found.is_file())


def completions(typed: str, *, home: Path, listing: Callable[[Path], Sequence[Listed]]) -> list[Completion]:
    """Ways to complete the last path of a line: what people bring first, then folders, then what else is there.

    Args:
        typed: the line up to the cursor.
        home: what `~` means.
        listing: what is in a folder; nothing where there is no such folder.
    """
    words = list(_words(typed, whole=False))
    word = words[-1] if words and not _ends_blank(typed) else _Word(len(typed), "", True)
    folder_text, name = _split(word.text)
    folder = _path(folder_text, home, plain=word.plain) if folder_text else Path()
    wanted = fold(name)
    found = [
        one
        for one in listing(folder)
        if fold(one.name).startswith(wanted) and (name.startswith(".") or not one.name.startswith("."))
    ]
    # The latest first as long as nothing of a name is typed, since that is what was just exported.
    found.sort(key=lambda one: (_rank(one), 0.0 if wanted or one.folder else -one.changed, fold(one.name)))
    before = typed[: word.start]
    return [
        Completion(
            one.name + "/" * one.folder,
            before + quoted(folder_text + one.name + "/" * one.folder),
            one.folder,
        )
        for one in found
    ]


def listing(folder: Path) -> list[Listed]:
    """What is in a folder; nothing where it cannot be read. Looks at the disk."""
    found = []
    with suppress(OSError):
        for one in folder.iterdir():
            with suppress(OSError):
                is_folder = one.is_dir()
                found.append(Listed(one.name, is_folder, 0.0 if is_folder else one.stat().st_mtime))
    return found


def common(found: Sequence[Completion]) -> str:
    """The longest line that all ways to go on begin with; empty where there are none."""
    if not found:
        return ""
    first, last = min(one.line for one in found), max(one.line for one in found)
    size = next((n for n, (a, b) in enumerate(zip(first, last, strict=False)) if a != b), len(first))
    return first[: min(size, len(last))]


def quoted(path: str) -> str:
    """A path as it is typed: a backslash before each blank and each character that would mean something."""
    home, rest = (path[:1], path[1:]) if path.startswith("~") else ("", path)
    return home + "".join("\\" + one if one in _SPECIAL else one for one in rest)


def _ends_blank(typed: str) -> bool:
    return not typed or (typed[-1].isspace() and not typed.endswith("\\ ") and not _is_open(typed))


def _is_open(typed: str) -> bool:
    """Whether a quote is open at the end of the line."""
    mark = ""
    skip = False
    for one in typed:
        if skip:
            skip = False
        elif one == "\\" and mark != "'":
            skip = True
        elif mark:
            mark = "" if one == mark else mark
        elif one in "'\"":
            mark = one
    return bool(mark)


def _words(typed: str, *, whole: bool = True) -> Iterator[_Word]:
    """The words of a line as a shell has them; what does not fit together is taken as it stands.

    Args:
        typed: the line.
        whole: a quote that is not closed is a character of a name (`O'Brien.csv`); otherwise it is being typed.
    """
    at, size = 0, len(typed)
    while at < size:
        if typed[at].isspace():
            at += 1
            continue
        start, plain, mark, text = at, True, "", ""
        while at < size and (mark or not typed[at].isspace()):
            one = typed[at]
            after = typed[at + 1] if at + 1 < size else ""
            if mark:
                if one == mark:
                    mark = ""
                elif one == "\\" and mark == '"' and after in ('"', "\\"):
                    text, at = text + after, at + 1
                else:
                    text += one
            elif one in "'\"" and (not whole or one in typed[at + 1 :]):
                mark, plain = one, False
            elif one == "\\" and after and after in _SPECIAL and not (_DRIVE.match(text) and after == "\\"):
                text, at = text + after, at + 1
            else:
                text += one
            at += 1
        yield _Word(start, text, plain)


def _path(text: str, home: Path, *, plain: bool = True) -> Path:
    if text.lower().startswith("file:"):
        parts = urlsplit(text)
        return Path(unquote(parts.path))
    if plain and (text == "~" or text.startswith(("~/", "~\\"))):
        return home / text[2:]
    return Path(text)


def _split(text: str) -> tuple[str, str]:
    """A path's folder, with the slash behind it, and the name that is being typed."""
    cut = max(text.rfind("/"), text.rfind("\\") if _DRIVE.match(text) else -1) + 1
    return text[:cut], text[cut:]


def _rank(one: Listed) -> int:
    if Path(one.name).suffix.lower() in LIKELY and not one.folder:
        return 0
    return 1 if one.folder else 2


def _shown(path: Path, home: Path) -> str:
    return f"~/{path.relative_to(home).as_posix()}" if path.is_relative_to(home) else str(path)
