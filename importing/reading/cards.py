"""vCards 2.1, 3.0 and 4.0 as a table whose columns are called as in offhook's own export of contacts."""

from __future__ import annotations

import io
import re
from collections.abc import Iterator, Sequence
from contextlib import closing
from typing import IO

from core.imports.shapes import RawRow, Unusable
from core.imports.values.lists import join_list
from importing.reading.card_lines import Card, cards_in
from importing.reading.encodings import errors_for
from importing.reading.mending import broken_bytes, is_broken, likely
from importing.reading.origin import Origin
from importing.reading.words import counted

_FIRST = ("id", "external_id", "first_name", "last_name", "name", "title", "company")
_LAST = (
    "address", "postal_code", "city", "region", "country", "time_zone", "description", "tags", "name_prefix",
    "middle_name", "name_suffix", "nickname", "department", "role", "birthday", "anniversary", "website",
)  # fmt: skip
_OWN_ID = re.compile(
    r"urn:uuid:([0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[0-9a-f]{4}-[0-9a-f]{12})", re.IGNORECASE
)
_NUMBERED = re.compile(r"(.+?)(?:_(\d+))?(_label)?")

_LABELS = {
    "cell": "mobile",
    "mobile": "mobile",
    "iphone": "mobile",
    "work": "work",
    "home": "home",
    "main": "main",
}
_KINDS = ("fax", "pager")
_NOT_SAID = frozenset(
    {"version", "begin", "end", "prodid", "rev", "profile", "n", "fn", "kind", "x-abshowas", "x-ablabel", "x-abuid", "x-abadr",
     "x-addressbookserver-kind", "x-addressbookserver-member", "member", "source", "name", "sort-string", "mailer", "class"}
)  # fmt: skip
_READ = frozenset(
    {"uid", "org", "title", "role", "tel", "email", "adr", "label", "tz", "categories", "note", "nickname", "bday",
     "anniversary", "x-anniversary", "url", "x-socialprofile", "impp"}
)  # fmt: skip


class CardTable:
    """A `core.imports.shapes.Table` over vCards.

    Args:
        origin: the file.
        encoding: its encoding.

    Raises:
        Unusable: no card in it says anything.
    """

    kind = "vcard"
    delimiter = ""

    def __init__(self, origin: Origin, encoding: str) -> None:
        self.file = origin.file
        self.name = origin.member
        self.encoding = encoding
        self._origin = origin
        self._read = 0
        self.headers: Sequence[str] = ()
        self.notes: Sequence[str] = ()
        self._look_through()

    def share(self) -> float:
        """How much of the file the last `rows` has come through, from 0 to 1."""
        return min(1.0, self._read / (self._origin.size or 1))

    def rows(self) -> Iterator[RawRow]:
        """All cards, from the first one, each time."""
        for card in self._cards():
            values = _values(card)
            if card.is_group or (not values and not card.problem):
                continue
            cells = [values.get(header, "") for header in self.headers]
            problem = card.problem
            if doubts := [cell for cell in cells if is_broken(cell)]:
                problem = problem or broken_bytes(doubts[0], self.encoding)
            if not "".join(cells).isascii():
                cells = [likely(cell) for cell in cells]
            yield RawRow(card.line, cells, problem)

    def _cards(self) -> Iterator[Card]:
        self._read = 0
        with self._origin.open() as binary, closing(_texts(binary, self.encoding)) as lines:
            for card in cards_in(lines, self.encoding):
                self._read = binary.tell()
                yield card

    def _look_through(self) -> None:
        columns: dict[str, None] = {}
        passed_over: dict[str, None] = {}
        groups = cards = 0
        for card in self._cards():
            if card.is_group:
                groups += 1
                continue
            cards += 1
            columns |= dict.fromkeys(_values(card))
            passed_over |= dict.fromkeys(p.name for p in card.properties if p.name not in _NOT_SAID | _READ)
            passed_over |= dict.fromkeys(card.skipped)
        if not columns:
            raise Unusable(
                f"{self._origin.said} has {counted(cards, 'vCard', 'vCards')}, but nothing is in them. Export it again."
            )
        self.headers = tuple(sorted(columns, key=_place))
        notes = []
        if groups:
            notes.append(f"{counted(groups, 'group of contacts', 'groups of contacts')} left out.")
        if passed_over:
            notes.append(f"Left out of the cards: {', '.join(sorted(name.upper() for name in passed_over))}.")
        self.notes = tuple(notes)


def open_cards(origin: Origin, encoding: str) -> CardTable:
    """A file of vCards as a table.

    Raises:
        Unusable: no card in it says anything.
    """
    return CardTable(origin, encoding)


def _texts(binary: IO[bytes], encoding: str) -> io.TextIOWrapper:
    return io.TextIOWrapper(binary, encoding, errors=errors_for(encoding), newline=None)


def _place(column: str) -> tuple[int, int, int, str]:
    """Where a column stands among the others: as in the export, extra ones last."""
    if column in _FIRST:
        return 0, _FIRST.index(column), 0, ""
    if column in _LAST:
        return 2, _LAST.index(column), 0, ""
    match = _NUMBERED.fullmatch(column)
    base, number = (match[1], int(match[2] or 1)) if match else (column, 1)
    if base in ("email", "phone"):
        return 1, ("email", "phone").index(base), number * 2 + column.endswith("_label"), ""
    return 3, 0, number, base


def _values(card: Card) -> dict[str, str]:
    """What a card says, by column; only what it says."""
    values: dict[str, str] = {}
    _identity(card, values)
    _points(card, "tel", "phone", values)
    _points(card, "email", "email", values)
    _names(card, values)
    _addresses(card, values)
    for name, column in (
        ("title", "title"),
        ("role", "role"),
        ("nickname", "nickname"),
        ("bday", "birthday"),
        ("tz", "time_zone"),
    ):
        if said := card.text(name):
            values[column] = said
    if "role" in values and "title" not in values:
        values["title"] = values.pop("role")
    if said := card.text("anniversary") or card.text("x-anniversary"):
        values["anniversary"] = said
    if notes := [p.text for p in card.all("note") if p.text.strip()]:
        values["description"] = "\n".join(notes)
    if tags := [tag.strip() for p in card.all("categories") for tag in p.listed if tag.strip()]:
        values["tags"] = join_list(tags)
    _links(card, values)
    return {column: value for column, value in values.items() if value.strip()}


def _identity(card: Card, values: dict[str, str]) -> None:
    uid = card.text("uid")
    if own := _OWN_ID.fullmatch(uid):
        values["id"] = own[1].lower()
    elif uid:
        values["external_id"] = uid.removeprefix("urn:uuid:")


def _names(card: Card, values: dict[str, str]) -> None:
    org = card.first("org")
    parts = org.parts if org else []
    if parts:
        values["company"] = parts[0].strip()
        values["department"] = ", ".join(part.strip() for part in parts[1:] if part.strip())
    name = card.first("n")
    family, given, middle, prefix, suffix = ([part.strip() for part in name.parts] if name else [])[:5] + [
        ""
    ] * (5 - min(5, len(name.parts) if name else 0))
    values |= {
        "first_name": given,
        "last_name": family,
        "middle_name": middle,
        "name_prefix": prefix,
        "name_suffix": suffix,
    }
    full = card.text("fn")
    if given or family or not full or full == "(no name)":
        return
    if card.is_organization and not values.get("company"):
        values["company"] = full
    elif full not in (values.get("company"), values.get("email"), values.get("phone")):
        values["name"] = full


def _points(card: Card, name: str, column: str, values: dict[str, str]) -> None:
    found = sorted(card.all(name), key=lambda p: not p.preferred)
    number = 0
    for point in found:
        value = point.text.strip()
        if value.lower().startswith(("tel:", "mailto:")):
            value = value.split(":", 1)[1]
        if not value:
            continue
        number += 1
        place = column if number == 1 else f"{column}_{number}"
        values[place] = value
        values[f"{place}_label"] = card.label(point) or _label(point.types, card.version)


def _label(types: Sequence[str], version: str) -> str:
    kind = next((kind for kind in _KINDS if kind in types), "")
    where = next((_LABELS[each] for each in _LABELS if each in types), "")
    if kind:
        return f"{where} {kind}".strip() if where in ("work", "home") else kind
    # In 4.0 `voice` is what a number is anyway, and is only written where it says something.
    return where or ("main" if "voice" in types and version == "4.0" else "other" if "other" in types else "")


def _addresses(card: Card, values: dict[str, str]) -> None:
    found = [p for p in sorted(card.all("adr"), key=lambda p: not p.preferred) if "".join(p.parts).strip()]
    for number, address in enumerate(found, 1):
        parts = [" ".join(part.split("\n")).strip() for part in address.parts[:7]] + [""] * (
            7 - min(7, len(address.parts))
        )
        box, more, street, city, region, code, country = parts
        lines = ", ".join(part for part in (street, more, box) if part)
        if number == 1:
            values |= {
                "address": lines,
                "city": city,
                "region": region,
                "postal_code": code,
                "country": country,
            }
        else:
            whole = (lines, f"{code} {city}".strip(), region, country)
            values[f"address_{number}"] = ", ".join(part for part in whole if part)
    if not found and (label := card.text("label")):
        values["address"] = ", ".join(line.strip() for line in label.splitlines() if line.strip())


def _links(card: Card, values: dict[str, str]) -> None:
    counts: dict[str, int] = {}

    def add(column: str, value: str) -> None:
        counts[column] = counts.get(column, 0) + 1
        values[column if counts[column] == 1 else f"{column}_{counts[column]}"] = value

    for url in card.all("url"):
        if url.text.strip():
            add("website", url.text.strip())
    for name, other in (("x-socialprofile", "social_profile"), ("impp", "instant_messenger")):
        for link in card.all(name):
            kind = next((each for each in link.types if each not in ("pref", "home", "work")), "")
            if link.text.strip():
                add(kind if re.fullmatch(r"[a-z]{3,20}", kind) else other, link.text.strip())
