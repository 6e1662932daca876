"""JSON as tables: a line for each object, a list of objects, or an object in which such lists are."""

from __future__ import annotations

import io
import json
import re
from collections.abc import Iterator, Sequence
from contextlib import closing
from typing import IO, Any, NamedTuple

from core.imports.shapes import RawRow, Unusable
from importing.reading.encodings import errors_for
from importing.reading.layout import unique
from importing.reading.mending import broken_bytes, is_broken, likely
from importing.reading.origin import Origin
from importing.reading.words import shortened

_BLOCK = 131_072
_LONGEST_OBJECT = 16_000_000
_MOST_COLUMNS = 4_000
_DEEPEST = 8
_SPACE = re.compile(r"[\s,\ufeff\0]*")
_WHITE = re.compile(r"[\s\ufeff\0]*")
_NEXT = re.compile(r"[\r\n]+\s*,?\s*(?=\{)")

_decoder = json.JSONDecoder(parse_float=str, parse_int=str, parse_constant=lambda _: None)
"""Numbers stay as they are written: none of their digits is lost."""


class Item(NamedTuple):
    """An object of a list."""

    line: int
    value: dict[str, Any]
    problem: str = ""


class Buffer:
    """A text of which only what is being read is held."""

    def __init__(self, stream: io.TextIOWrapper) -> None:
        self._stream = stream
        self.text = ""
        self.at = 0
        self.line = 1
        self.ended = False

    def more(self, size: int = _BLOCK) -> bool:
        """Reads on; False: there is no more."""
        block = self._stream.read(size)
        self.ended = not block
        self.text = self.text[self.at :] + block
        self.at = 0
        return not self.ended

    def to(self, at: int) -> None:
        """Goes to a place in `text`."""
        self.line += self.text.count("\n", self.at, at)
        self.at = at

    def skip(self, what: re.Pattern[str] = _SPACE) -> str:
        """Passes over white space (and commas); the character after it, empty at the end."""
        while True:
            found = what.match(self.text, self.at)
            self.to(found.end() if found else self.at)
            if self.at < len(self.text):
                return self.text[self.at]
            if self.ended or not self.more():
                return ""

    def value(self) -> Any:
        """The value that begins here.

        Raises:
            ValueError: it is none.
        """
        size = _BLOCK
        while True:
            try:
                value, end = _decoder.raw_decode(self.text, self.at)
            except (ValueError, RecursionError) as error:
                if self.ended or len(self.text) - self.at > _LONGEST_OBJECT or not self._may_go_on(error):
                    raise ValueError(str(error)) from None
            else:
                # A number or a word may go on behind what has been read so far.
                if end < len(self.text) or self.ended or isinstance(value, dict | list):
                    self.to(end)
                    return value
            self.more(size)
            size *= 2

    def _may_go_on(self, error: Exception) -> bool:
        if isinstance(error, RecursionError):
            return False
        # What is wrong far before the end of what was read is wrong whatever comes.
        place = getattr(error, "pos", len(self.text))
        return "Unterminated string" in str(error) or place >= len(self.text) - 16


class ObjectTable:
    """A `core.imports.shapes.Table` over the objects of a list.

    Args:
        origin: the file.
        encoding: its encoding.
        path: the name under which the list is in an object; None: the objects stand by themselves.
    """

    kind = "json"
    delimiter = ""

    def __init__(self, origin: Origin, encoding: str, path: str | None) -> None:
        self.file = origin.file
        self.name = " ".join(part for part in (origin.member, path or "") if part)
        self.encoding = encoding
        self._origin = origin
        self._path = path
        self._read = 0
        columns: dict[str, None] = {}
        for item in self._items():
            columns |= dict.fromkeys(flattened(item.value))
            if len(columns) > _MOST_COLUMNS:
                raise Unusable(
                    f"The objects in {origin.said} have more than {_MOST_COLUMNS:,} different fields: they are no table."
                )
        self._columns = tuple(columns)
        self.headers: Sequence[str] = unique([" ".join(column.split()) for column in columns])
        self.notes: Sequence[str] = ()

    def share(self) -> float:
        """How much of the file the last `rows` has come through, from 0 to 1."""
        return min(1.0, self._read / (self._origin.size or 1))

    def rows(self) -> Iterator[RawRow]:
        """All objects, from the first one, each time."""
        for item in self._items():
            values = flattened(item.value)
            cells = [values.get(column, "") for column in self._columns]
            joined = "".join(cells)
            problem = item.problem
            if not joined.strip() and not problem:
                continue
            if not joined.isascii():
                if doubts := [cell for cell in cells if is_broken(cell)]:
                    problem = problem or broken_bytes(doubts[0], self.encoding)
                cells = [_sound(likely(cell)) for cell in cells]
            yield RawRow(item.line, cells, problem)

    def _items(self) -> Iterator[Item]:
        self._read = 0
        with self._origin.open() as binary, closing(_texts(binary, self.encoding)) as stream:
            buffer = Buffer(stream)
            if self._path is not None:
                _to_list(buffer, self._path)
            for item in _items(buffer):
                self._read = binary.tell()
                yield item


def looks_like_json(text: str) -> bool:
    """Whether a text begins as objects of JSON do, or a list of them."""
    return bool(re.match(r'\s*(?:\[\s*(?:\{\s*["}]|\])|\{\s*["}])', text))


def open_objects(origin: Origin, encoding: str) -> list[ObjectTable]:
    """The lists of objects in a file as tables.

    Raises:
        Unusable: there is none, or nothing is in them.
    """
    with origin.open() as binary, closing(_texts(binary, encoding)) as stream:
        paths = _paths(Buffer(stream))
    tables = [table for path in paths if (table := ObjectTable(origin, encoding, path)).headers]
    if not tables:
        raise Unusable(
            f"{origin.said} is JSON, but there is no list of objects with fields in it. Export it again."
        )
    return tables


def flattened(value: dict[str, Any], before: str = "", depth: int = 0) -> dict[str, str]:
    """The fields of an object as cells: `address.city`, `emails.value`, `emails.2.value`, tags as `a ; b`."""
    cells: dict[str, str] = {}
    for key, each in value.items():
        name = f"{before}{key}"
        if isinstance(each, dict) and depth < _DEEPEST:
            cells |= flattened(each, f"{name}.", depth + 1)
        elif isinstance(each, list) and any(isinstance(part, dict) for part in each) and depth < _DEEPEST:
            for number, part in enumerate(each, 1):
                place = name if number == 1 else f"{name}.{number}"
                cells |= (
                    flattened(part, f"{place}.", depth + 1)
                    if isinstance(part, dict)
                    else {place: _scalar(part)}
                )
        elif isinstance(each, list):
            cells[name] = " ; ".join(said for part in each if (said := _scalar(part)))
        else:
            cells[name] = _scalar(each)
    return cells


def _scalar(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, str):
        return value
    if isinstance(value, bool):
        return "yes" if value else "no"
    return json.dumps(value, ensure_ascii=False)


def _sound(text: str) -> str:
    """Without halves of characters: an escape may name the first of two alone."""
    return text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")


def _items(buffer: Buffer) -> Iterator[Item]:
    """The objects of a list, or those that stand one after the other; a broken one has a problem."""
    if buffer.skip(_WHITE) == "[":
        buffer.to(buffer.at + 1)
    while (begins := buffer.skip()) not in ("", "]"):
        line = buffer.line
        try:
            value = buffer.value()
        except ValueError as error:
            said = shortened(buffer.text[buffer.at : buffer.at + 200].split("\n", 1)[0])
            yield Item(
                line,
                {},
                f"This is no JSON ({error.args[0].split(':')[0]}): “{said}”. Mend it, or export it again.",
            )
            if not _to_next(buffer):
                return
            continue
        if isinstance(value, dict):
            yield Item(line, value)
        elif begins not in "}:":
            yield Item(line, {}, f"This is no object with fields: “{shortened(str(value))}”.")


def _to_next(buffer: Buffer) -> bool:
    """Goes to the next object that begins a line; False: there is none."""
    buffer.to(min(buffer.at + 1, len(buffer.text)))
    while not (found := _NEXT.search(buffer.text, buffer.at)):
        buffer.to(max(buffer.at, len(buffer.text) - 64))
        if not buffer.more():
            return False
    buffer.to(found.end())
    return True


def _paths(buffer: Buffer) -> list[str | None]:
    """Where in a text the lists are: under those names of an object, or (None) the text itself is one."""
    begins = buffer.skip(_WHITE)
    if begins == "[":
        return [None]
    found: list[str | None] = []
    many = False
    try:
        for key in _members(buffer):
            if buffer.skip(_WHITE) == "[" and _holds_objects(buffer):
                found.append(key)
                for _ in _items(buffer):
                    pass
                buffer.to(min(buffer.at + 1, len(buffer.text)))
            else:
                buffer.value()
        many = buffer.skip() == "{"
    except ValueError:
        many = not found
    # Several objects one after the other are rows, whatever lists they have.
    return [None] if many or not found else found


def _to_list(buffer: Buffer, path: str) -> None:
    for key in _members(buffer):
        if buffer.skip(_WHITE) == "[" and _holds_objects(buffer):
            if key == path:
                return
            for _ in _items(buffer):
                pass
            buffer.to(min(buffer.at + 1, len(buffer.text)))
        else:
            buffer.value()


def _members(buffer: Buffer) -> Iterator[str]:
    """The names in an object; whoever asks has passed over the value before the next one."""
    buffer.skip(_WHITE)
    buffer.to(buffer.at + 1)
    while (begins := buffer.skip()) == '"':
        key = buffer.value()
        if buffer.skip(_WHITE) != ":":
            raise ValueError("no value")
        buffer.to(buffer.at + 1)
        yield str(key)
    if begins != "}":
        raise ValueError("no end")
    buffer.to(buffer.at + 1)


def _holds_objects(buffer: Buffer) -> bool:
    while not (found := re.match(r"\[\s*(\S)", buffer.text[buffer.at :])):
        if buffer.ended or not buffer.more():
            return False
    return found[1] == "{"


def _texts(binary: IO[bytes], encoding: str) -> io.TextIOWrapper:
    return io.TextIOWrapper(binary, encoding, errors=errors_for(encoding))
