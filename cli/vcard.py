"""Contacts as vCard 4.0 (RFC 6350)."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

_LONGEST_LINE = 75
"""Octets of a line without its end, before it is folded."""
_PHONE_TYPES = {"mobile": "cell", "work": "work", "home": "home", "main": "voice"}
_EMAIL_TYPES = {"work": "work", "home": "home"}
_NO_PHONE = re.compile(r"[^0-9A-Za-z+;=.*#()-]")


def vcard(row: Mapping[str, Any]) -> str:
    """One contact as a card, with the line ends that the format wants.

    Args:
        row: an exported contact: fields of `core.entities.Contact` by name, with the company's name as `company`.
    """
    return "".join(_folded(line) for line in _lines(row))


def _lines(row: Mapping[str, Any]) -> Iterator[str]:
    first, last = str(row.get("first_name") or ""), str(row.get("last_name") or "")
    emails: Sequence[Mapping[str, str]] = row.get("emails") or ()
    phones: Sequence[Mapping[str, str]] = row.get("phones") or ()
    company = str(row.get("company") or "")
    shown = (
        f"{first} {last}".strip()
        or next((p["value"] for p in (*emails, *phones)), "")
        or company
        or "(no name)"
    )
    yield "BEGIN:VCARD"
    yield "VERSION:4.0"
    yield f"UID:urn:uuid:{row['id']}"
    yield f"FN:{escaped(shown)}"
    if first or last:
        yield f"N:{escaped(last)};{escaped(first)};;;"
    if company:
        yield f"ORG:{escaped(company)}"
    if row.get("title"):
        yield f"TITLE:{escaped(str(row['title']))}"
    yield from _points("TEL", phones, _PHONE_TYPES)
    yield from _points("EMAIL", emails, _EMAIL_TYPES)
    yield from _address(row)
    if row.get("time_zone"):
        yield f"TZ:{escaped(str(row['time_zone']))}"
    if row.get("tags"):
        yield "CATEGORIES:" + ",".join(escaped(str(tag)) for tag in row["tags"])
    if row.get("description"):
        yield f"NOTE:{escaped(str(row['description']))}"
    changed = row.get("updated_at")
    if isinstance(changed, dt.datetime):
        yield f"REV:{changed.astimezone(dt.UTC):%Y%m%dT%H%M%SZ}"
    yield "END:VCARD"


def _points(name: str, points: Sequence[Mapping[str, str]], types: Mapping[str, str]) -> Iterator[str]:
    for number, point in enumerate(points, 1):
        label = point.get("label") or ""
        kind = f";TYPE={types[label]}" if label in types else ""
        rank = ";PREF=1" if number == 1 and len(points) > 1 else ""
        # A label that the format has no type for goes beside the value, as address books do it.
        group = f"{name.lower()}{number}." if label and label not in types else ""
        if name == "TEL":
            yield f"{group}TEL;VALUE=uri{kind}{rank}:tel:{_NO_PHONE.sub('', point['value'])}"
        else:
            yield f"{group}{name}{kind}{rank}:{escaped(point['value'])}"
        if group:
            yield f"{group}X-ABLabel:{escaped(label)}"


def _address(row: Mapping[str, Any]) -> Iterator[str]:
    parts = [str(row.get(name) or "") for name in ("address", "city", "region", "postal_code", "country")]
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
