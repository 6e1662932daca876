"""Contacts as vCard 4.0 (RFC 6350)."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from core.imports.values.lists import split_list

_LONGEST_LINE = 75
"""Octets of a line without its end, before it is folded."""
_PHONE_TYPES = {"mobile": "cell", "work": "work", "home": "home", "main": "voice", "fax": "fax"}
_EMAIL_TYPES = {"work": "work", "home": "home"}
_NO_PHONE = re.compile(r"[^0-9A-Za-z+;=.*#()-]")


def vcard(row: Mapping[str, Any]) -> str:
    """One contact as a card, with the line ends that the format wants.

    Args:
        row: a contact as a workspace exports it.
    """
    return "".join(_folded(line) for line in _lines(row))


def _lines(row: Mapping[str, Any]) -> Iterator[str]:
    first, last = _text(row, "first_name"), _text(row, "last_name")
    emails, phones = list(_listed(row, "email")), list(_listed(row, "phone"))
    company = _text(row, "company")
    points = [value for value, _ in (*emails, *phones)]
    yield "BEGIN:VCARD"
    yield "VERSION:4.0"
    yield f"UID:urn:uuid:{row['id']}"
    yield f"FN:{escaped(f'{first} {last}'.strip() or next(iter(points), company) or '(no name)')}"
    if first or last:
        yield f"N:{escaped(last)};{escaped(first)};;;"
    for name, value in (("ORG", company), ("TITLE", _text(row, "title"))):
        if value:
            yield f"{name}:{escaped(value)}"
    yield from _points("TEL", phones, _PHONE_TYPES)
    yield from _points("EMAIL", emails, _EMAIL_TYPES)
    yield from _address(row)
    if zone := _text(row, "time_zone"):
        yield f"TZ:{escaped(zone)}"
    if tags := _text(row, "tags"):
        yield "CATEGORIES:" + ",".join(escaped(tag) for tag in split_list(tags))
    if note := _text(row, "description"):
        yield f"NOTE:{escaped(note)}"
    if changed := _text(row, "updated_at"):
        yield f"REV:{re.sub(r'[^0-9TZ]', '', changed)}"
    yield "END:VCARD"


def _text(row: Mapping[str, Any], name: str) -> str:
    return str(row.get(name) or "")


def _listed(row: Mapping[str, Any], name: str) -> Iterator[tuple[str, str]]:
    """The values of `email`, `email_2` and so on, with their labels."""
    column, number = name, 1
    while column in row:
        if row[column]:
            yield _text(row, column), _text(row, f"{column}_label")
        number += 1
        column = f"{name}_{number}"


def _points(name: str, points: Sequence[tuple[str, str]], types: Mapping[str, str]) -> Iterator[str]:
    for number, (value, label) in enumerate(points, 1):
        kind = f";TYPE={types[label]}" if label in types else ""
        rank = ";PREF=1" if number == 1 and len(points) > 1 else ""
        # A label that the format has no type for goes beside the value, as address books do it.
        group = f"{name.lower()}{number}." if label and label not in types else ""
        if name == "TEL":
            yield f"{group}TEL;VALUE=uri{kind}{rank}:tel:{_NO_PHONE.sub('', value)}"
        else:
            yield f"{group}{name}{kind}{rank}:{escaped(value)}"
        if group:
            yield f"{group}X-ABLabel:{escaped(label)}"


def _address(row: Mapping[str, Any]) -> Iterator[str]:
    parts = [_text(row, name) for name in ("address", "city", "region", "postal_code", "country")]
    if any(parts):
        yield "ADR:;;" + ";".join(escaped(part) for part in parts)


def escaped(value: str) -> str:
    """A text as a value may hold it: separators and line breaks escaped, other controls left out."""
    value = value.replace("\\", "\\\\").replace(";", "\\;").replace(",", "\\,")
    value = value.replace("\r\n", "\n").replace("\r", "\n").replace("\n", "\\n")
    return "".join(c for c in value if c == "\t" or (c >= " " and not "\x7f" <= c <= "\x9f"))


def _folded(line: str) -> str:
    """The line with its end, folded so that no piece has more octets than the format allows and no character is cut."""
    if len(line.encode()) <= _LONGEST_LINE:
        return line + "\r\n"
    pieces: list[str] = []
    piece, size = "", 0
    for character in line:
        octets = len(character.encode("utf-8", "replace"))
        if size + octets > _LONGEST_LINE:
            pieces.append(piece)
            # The blank that begins a continued line counts too.
            piece, size = " ", 1
        piece += character
        size += octets
    return "\r\n".join([*pieces, piece]) + "\r\n"
