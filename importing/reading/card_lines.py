"""The lines of vCards: folds undone, values decoded, cards told from each other."""

from __future__ import annotations

import quopri
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

_SKIPPED = frozenset({"photo", "logo", "sound", "key", "agent"})
"""Whose values are not text, and may be large."""
_LONGEST = 1_000_000
"""Characters of a value, of which no more is kept."""
_HEAD = re.compile(r"(?:(?P<group>[\w-]+)\.)?(?P<name>[\w-]+)(?P<rest>[;:].*)", re.DOTALL)
_ESCAPE = re.compile(r"\\(.)", re.DOTALL)
_APPLE = re.compile(r"_\$!<(.*)>!\$_")
_WORD_IN_LABEL = re.compile(r"(?<=[a-z])(?=[A-Z])")
_KNOWN_TYPES = frozenset(
    {"work", "home", "cell", "voice", "fax", "pager", "pref", "internet", "main", "msg", "x-mobile"}
)


@dataclass(slots=True)
class Property:
    """A line of a card: `item1.TEL;TYPE=cell:+1 555 0100`. Names, types and parameters are in lower case."""

    name: str
    group: str
    types: Sequence[str]
    preferred: bool
    raw: str
    """Decoded, but as it is escaped."""

    @property
    def text(self) -> str:
        """The value as one text."""
        return _unescaped(self.raw)

    @property
    def parts(self) -> list[str]:
        """The parts of a structured value (`N`, `ADR`, `ORG`)."""
        return [_unescaped(part) for part in _split(self.raw, ";")]

    @property
    def listed(self) -> list[str]:
        """The values of a list (`CATEGORIES`)."""
        return [_unescaped(part) for part in _split(self.raw, ",")]


@dataclass(slots=True)
class Card:
    """One vCard."""

    line: int
    """The line on which it begins."""
    properties: list[Property] = field(default_factory=list)
    skipped: list[str] = field(default_factory=list)
    """The names of what is not text."""
    problem: str = ""

    def all(self, name: str) -> list[Property]:
        """All lines of a name, in their order."""
        return [each for each in self.properties if each.name == name]

    def first(self, name: str) -> Property | None:
        """The first line of a name that says something."""
        return next((each for each in self.properties if each.name == name and each.raw.strip(" ;")), None)

    def text(self, name: str) -> str:
        """The value of the first line of a name; empty where there is none."""
        found = self.first(name)
        return found.text.strip() if found else ""

    def label(self, point: Property) -> str:
        """The label that the address book shows for a line (`item1.X-ABLabel`)."""
        if not point.group:
            return ""
        for each in self.properties:
            if each.name == "x-ablabel" and each.group == point.group:
                said = each.text.strip()
                if shipped := _APPLE.fullmatch(said):
                    return _WORD_IN_LABEL.sub(" ", shipped[1]).lower()
                return said
        return ""

    @property
    def version(self) -> str:
        """2.1, 3.0 or 4.0."""
        return self.text("version")

    @property
    def is_group(self) -> bool:
        """Whether it is no contact, but a list of some."""
        return "group" in (self.text("kind").lower(), self.text("x-addressbookserver-kind").lower())

    @property
    def is_organization(self) -> bool:
        """Whether it is a company rather than a person."""
        return self.text("kind").lower() == "org" or self.text("x-abshowas").upper() == "COMPANY"


def cards_in(lines: Iterator[str], encoding: str) -> Iterator[Card]:
    """The cards of a text, one after the other; one that is broken has a problem.

    Args:
        lines: of the text.
        encoding: that it was decoded with.
    """
    card: Card | None = None
    nested = 0
    for number, line in _unfolded(lines):
        marker = line.strip().lstrip("\ufeff").upper().replace(" ", "")
        if marker == "BEGIN:VCARD":
            if card is not None and card.skipped[-1:] == ["agent"]:
                nested += 1
                continue
            if card is not None:
                card.problem = "This card has no end (END:VCARD) before the next one begins. Export it again, or mend it."
                yield card
            card = Card(number)
        elif marker == "END:VCARD" and nested:
            nested -= 1
        elif marker == "END:VCARD":
            if card is not None:
                yield card
            card = None
        elif card is not None and not nested and line.strip():
            _add(card, line, encoding)
    if card is not None:
        card.problem = "This card has no end (END:VCARD): the file is cut off. Export it again."
        yield card


def _add(card: Card, line: str, encoding: str) -> None:
    found = _HEAD.fullmatch(line.lstrip("\ufeff").strip("\r\n"))
    if not found:
        return
    name = found["name"].lower()
    if name in _SKIPPED:
        card.skipped.append(name)
        return
    parameters, value = _parameters(found["rest"])
    types: list[str] = []
    charset = ""
    quoted = preferred = False
    for key, said in parameters:
        if key == "type" or (not key and said.lower() in _KNOWN_TYPES):
            types += [each.strip().lower() for each in said.split(",")]
        elif key == "charset":
            charset = said
        elif said.upper() == "QUOTED-PRINTABLE":
            quoted = True
        elif key == "pref":
            preferred = said == "1"
        elif not key or key == "service-type":
            types.append(said.lower())
    value = _decoded(value, encoding, charset, quoted)
    card.properties.append(
        Property(name, (found["group"] or "").lower(), types, preferred or "pref" in types, value)
    )


def _unfolded(lines: Iterator[str]) -> Iterator[tuple[int, str]]:
    """Whole lines with the number of their first: a blank continues the line before, `=` at its end in 2.1 the next one."""
    begun, pieces, size = 0, list[str](), 0
    soft = False
    for number, raw in enumerate(lines, 1):
        line = raw.rstrip("\r\n")
        if "\0" in line:
            line = line.replace("\0", "")
        if pieces and soft:
            pieces[-1] = pieces[-1][:-1]
            line = line.lstrip(" \t") if line[:1] in (" ", "\t") and _is_folded_qp(pieces[0]) else line
        elif not (pieces and line[:1] in (" ", "\t") and line.strip()):
            if pieces:
                yield begun, "".join(pieces)
            begun, pieces, size = number, [], 0
        else:
            line = line[1:]
        if size < _LONGEST:
            pieces.append(line)
            size += len(line)
        soft = bool(pieces) and pieces[-1].endswith("=") and _is_quoted_printable(pieces[0])
    if pieces:
        yield begun, "".join(pieces)


def _is_quoted_printable(line: str) -> bool:
    return "QUOTED-PRINTABLE" in line.split(":", 1)[0].upper()


def _is_folded_qp(line: str) -> bool:
    # Some phones fold lines of quoted-printable as well: the blank is the fold, since a blank of the text is `=20`.
    return _is_quoted_printable(line)


def _parameters(rest: str) -> tuple[list[tuple[str, str]], str]:
    """The parameters before the value, and the value; a parameter in quotation marks may hold a colon."""
    found: list[tuple[str, str]] = []
    at = 0
    while rest[at : at + 1] == ";":
        end, inside = at + 1, False
        while end < len(rest) and (inside or rest[end] not in ";:"):
            inside ^= rest[end] == '"'
            end += 1
        key, mark, said = rest[at + 1 : end].partition("=")
        found.append((key.strip().lower(), said.strip().strip('"')) if mark else ("", key.strip()))
        at = end
    return found, rest[at + 1 :]


def _decoded(value: str, encoding: str, charset: str, quoted: bool) -> str:
    if not quoted and (not charset or value.isascii()):
        return value
    try:
        raw = value.encode(encoding.removesuffix("-sig"), "surrogateescape")
        if quoted:
            raw = quopri.decodestring(raw)
        return raw.decode(charset or "utf-8")
    except LookupError:
        charset = ""
    except UnicodeError:
        pass
    try:
        raw = value.encode("utf-8", "surrogateescape")
        raw = quopri.decodestring(raw) if quoted else raw
        return raw.decode("utf-8")
    except UnicodeError:
        # A phone that writes its own 8-bit encoding without saying so; else the row is told of.
        return raw.decode("utf-8", "surrogateescape")


def _split(value: str, mark: str) -> list[str]:
    """The parts between marks that are not escaped."""
    if "\\" not in value:
        return value.split(mark)
    parts, at = [""], 0
    while at < len(value):
        if value[at] == "\\":
            parts[-1] += value[at : at + 2]
            at += 2
        elif value[at] == mark:
            parts.append("")
            at += 1
        else:
            parts[-1] += value[at]
            at += 1
    return parts


def _unescaped(value: str) -> str:
    value = value.replace("\r\n", "\n")
    if "\\" not in value:
        return value
    return _ESCAPE.sub(lambda found: "\n" if found[1] in "nN" else found[1], value)
