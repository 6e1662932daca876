"""Readers of cells: text to the value that a field keeps. What cannot be read is said by an exception.

`Unread` keeps the row out, `Aside` only the value: what somebody is reached by, what happened when, and what is worth how much must be
right; a web address that is none must not cost a contact.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable, Mapping
from decimal import Decimal
from typing import Any
from uuid import UUID

from core.catalog import Catalog
from core.commands.checks import LONGEST_TAG, clean_custom
from core.entities import RECORDS, CustomField
from core.errors import Invalid
from core.imports.rows.common import OWN
from core.imports.rows.state import Aside
from core.imports.shapes import Entity, Order, TablePlan, Target, Unread
from core.imports.staff import staff_key
from core.imports.targets import CUSTOM_FIELD
from core.imports.values.dates import is_day, read_day, read_time
from core.imports.values.durations import read_duration
from core.imports.values.flags import read_flag
from core.imports.values.lists import split_ids, split_list
from core.imports.values.money import read_money
from core.imports.values.numbers import looks_ruined, read_integer, read_number, read_percent
from core.imports.values.places import read_country
from core.imports.values.texts import plain
from core.money import CURRENCIES
from core.points import check_zone, clean_domain, clean_url
from core.schema import LINE_LIMIT, TEXT_LIMIT, fields_of
from core.text import clean_line, clean_tag, clean_text, words

Reader = Callable[[str], Any]
"""Reads a cell that is not blank; None: it says nothing after all.

Raises `Unread`, `Aside` or `core.errors.Invalid`.
"""
MAX_EMPLOYEES = 2**53
_RANGE = re.compile(
    r"(?:~|ca\.?|>|over|about)?\s*(?P<low>\d[\d.,'\s]*?)\s*(?P<unit>[kKmM]?)\s*(?:\+|-|–|—|to|bis|à|a)\s*(?P<high>[\d.,'\s]*[kKmM]?)\s*(?:employees|mitarbeiter)?\+?",
    re.IGNORECASE,
)
_LONGEST_ID = 200


def reader_for(target: Target, plan: TablePlan, header: str, catalog: Catalog, zone: dt.tzinfo) -> Reader:
    """The reader of a column.

    Args:
        target: where the column goes.
        plan: how the table is read.
        header: the column's.
        catalog: for custom fields.
        zone: where times without a zone were written.
    """
    order = plan.orders.get(header)
    mark: Any = plan.decimals.get(header, "")
    if target.field.startswith(CUSTOM_FIELD):
        return _custom(target, catalog, order, mark)
    if plan.source == OWN and target.kind in _OWN:
        return _OWN[target.kind]
    by_field = _BY_FIELD.get(target.field)
    if by_field is not None:
        return by_field
    if target.kind == "owner" and plan.staff:
        return _owner(target, plan.staff)
    plain_kind = _BY_KIND.get(target.kind)
    if plain_kind is not None:
        return plain_kind
    unit: Any = _unit(header)
    bare = plan.source == "hubspot" and unit == "min"
    readers: Mapping[str, Reader] = {
        "date": lambda text: read_day(text, order),
        "time": lambda text: _utc(read_time(text, order, zone)),
        "percent": lambda text: _percent(text, mark),
        "integer": lambda text: _employees(text, mark),
        "duration": lambda text: read_duration(text, _hubspot_unit(text) if bare else unit),
        "currency": lambda text: _currency(text, catalog.organization.currency),
    }
    return readers.get(target.kind) or line_reader(target.entity, target.field)


def line_reader(entity: Entity, field: str) -> Reader:
    """Reads one line, as long as the field takes."""
    spec = fields_of(RECORDS[entity]).get(field)
    limit = spec.limit if spec is not None and spec.limit else LINE_LIMIT

    def read(text: str) -> str | None:
        line = clean_line(text)
        if len(line) > limit:
            raise Unread(f"It has {len(line):,} characters; the most is {limit:,}.")
        return line or None

    return read


def _owner(target: Target, staff: Mapping[str, str]) -> Reader:
    """Reads an owner that may be written as the id of one of the other system's users."""
    read = line_reader(target.entity, target.field)

    def owner(text: str) -> Any:
        line = read(text)
        return line and staff.get(staff_key(line), line)

    return owner


def read_text(text: str) -> str | None:
    """Several lines; HTML becomes text."""
    kept = clean_text(plain(text))
    if len(kept) > TEXT_LIMIT:
        raise Unread(f"It has {len(kept):,} characters; the most is {TEXT_LIMIT:,}.")
    return kept or None


def _utc(moment: dt.datetime | None) -> dt.datetime | None:
    try:
        return None if moment is None else moment.astimezone(dt.UTC)
    except OverflowError:
        raise Unread("That time lies outside of what can be kept.") from None


def _percent(text: str, mark: Any) -> int | None:
    value = read_percent(text, mark)
    if value is not None and not 0 <= value <= 100:
        raise Unread("A probability is a percentage from 0 to 100.")
    return value


def _employees(text: str, mark: Any) -> int | None:
    """How many people work there; of a range (`50-100`, `500+`) the lower bound, with the range itself kept beside."""
    match = _RANGE.fullmatch(text.strip())
    if match:
        low = read_number(match["low"].strip(), mark)
        times = {"k": 1_000, "m": 1_000_000}.get((match["unit"] or match["high"][-1:]).lower(), 1)
        if low is not None and low * times <= MAX_EMPLOYEES:
            raise Lower(int(low * times))
    value = read_integer(text, mark)
    if value is not None and not 0 <= value <= MAX_EMPLOYEES:
        raise Unread("A company has zero employees or more.")
    return value


class Lower(Aside):
    """A range, of which the lower bound is taken."""

    def __init__(self, value: int) -> None:
        super().__init__(f"It is a range: {value:,} is taken, and the range is kept in the description.")
        self.value = value


def _currency(text: str, default: str) -> str | None:
    """A currency by its code, its sign or its name. A sign that several share means the organization's where it is one of them."""
    code = clean_line(text).upper()
    if code in CURRENCIES:
        return code
    money = read_money(f"1 {text.strip()}", default)
    return None if money is None else money.currency


def _tags(text: str) -> tuple[str, ...] | None:
    tags = tuple(dict.fromkeys(filter(None, map(clean_tag, split_list(text)))))
    for tag in tags:
        if len(tag) > LONGEST_TAG:
            raise Unread(f"A tag has at most {LONGEST_TAG} characters; “{tag[:20]}…” has {len(tag)}.")
    return tags or None


def _ids(text: str) -> tuple[str, ...] | None:
    if looks_ruined(text):
        raise Aside("A spreadsheet has cut the id: it tells nobody from others any more.")
    ids = split_ids(clean_line(text))
    if any(len(one) > _LONGEST_ID for one in ids):
        raise Aside(f"An id has at most {_LONGEST_ID} characters.")
    return ids or None


def _record_id(text: str) -> str:
    try:
        return str(UUID(clean_line(text)))
    except ValueError:
        raise Unread("That is no id of offhook’s. Is it the id in another system?") from None


def _deleted(text: str) -> bool | None:
    """Whether a row is deleted: by a flag, or by a column that is filled with when it was."""
    try:
        return read_flag(text) or None
    except Unread:
        if is_day(text):
            return True
        raise


_DONE = frozenset(
    words("""
    completed complete done finished closed held sent cancelled canceled erledigt abgeschlossen beendet termine terminee fait faite
    completado completada hecho hecha terminado concluida concluido feita feito completato completata fatto voltooid afgerond
    zakonczone ukonczone slutford klar dokonceno завершена выполнено 完了 已完成
    """)
)
_NOT_DONE = frozenset(
    words("""
    notstarted inprogress pending open waiting waitingonsomeoneelse deferred planned scheduled new todo overdue offen nichtbegonnen
    nichtgestartet inbearbeitung zuruckgestellt geplant encours noncommence acommencer noiniciado noiniciada encurso pendiente
    naoiniciado naoiniciada emandamento pendente noniniziato nietgestart otwarte nierozpoczete ejpaborjad pagar oppen 未着手 未开始
    """)
)


def _done(text: str) -> bool | None:
    """Whether a task is done: by a flag, or by another system's word for how far it is."""
    try:
        return read_flag(text)
    except Unread:
        word = "".join(words(text))
        if word in _DONE or word in _NOT_DONE:
            return word in _DONE
        raise Aside("This does not say whether it is done: it is taken as still to be done.") from None


def _country(text: str) -> str | None:
    try:
        return read_country(text)
    except Unread as error:
        raise Aside(str(error)) from None


def _urls(text: str) -> tuple[str, ...] | None:
    """The web address of a cell; the others of it go beside."""
    try:
        return (clean_url(text),)
    except Invalid as error:
        pieces = [piece for piece in re.split(r"\s*(?:\s:::\s|[\s,;|])\s*", text.strip()) if piece]
        found = []
        for piece in pieces:
            try:
                found.append(clean_url(piece))
            except Invalid:
                raise Aside(str(error)) from None
        return tuple(dict.fromkeys(found)) or None


def _domain(text: str) -> str:
    bare = clean_line(text).lower()
    try:
        return clean_domain(bare.rpartition("@")[2])
    except Invalid as error:
        raise Aside(str(error)) from None


def _zone(text: str) -> str:
    try:
        return check_zone(text)
    except Invalid as error:
        raise Aside(str(error)) from None


def _unit(header: str) -> str:
    """What a duration without a unit counts, by its header; offhook's own `duration_s` counts seconds."""
    said = clean_line(header).lower()
    if re.search(r"\bms\b|millisec|hs_call_duration", said):
        return "ms"
    if re.search(r"_s$|\bsec|\(s\)|sekund|segund|second", said):
        return "s"
    return "h" if re.search(r"\bhours?\b|\(h\)|stunden", said) else "min"


def _hubspot_unit(text: str) -> Any:
    """HubSpot counts calls in milliseconds; no call is shorter than one second, so a small number was typed in as seconds."""
    return "ms" if len(text.strip().partition(".")[0]) > 3 else "s"


def _custom(target: Target, catalog: Catalog, order: Order | None, mark: Any) -> Reader:
    key = target.field.removeprefix(CUSTOM_FIELD)
    field = next(f for f in catalog.fields_for(target.entity) if f.key == key)
    before: Mapping[str, Reader] = {
        "number": lambda text: _float(read_number(text, mark)),
        "date": lambda text: read_day(text, order),
        "flag": read_flag,
        "choice": clean_line,
        "url": clean_line,
        "text": lambda text: clean_text(plain(text)),
    }
    read = before[field.kind]

    def custom(text: str) -> Any:
        return _kept(field, read(text))

    return custom


def _kept(field: CustomField, value: Any) -> Any:
    return clean_custom(field, value)


def _float(value: Decimal | None) -> int | float | None:
    if value is None:
        return None
    return int(value) if value == value.to_integral_value() and abs(value) < MAX_EMPLOYEES else float(value)


def _own_text(text: str) -> str | None:
    """Several lines exactly as offhook wrote them."""
    return clean_text(text) or None


def raw(text: str) -> str | None:
    """What a cell says, for whoever needs other cells of the row to read it."""
    return clean_line(text) or None


def whole(text: str) -> str | None:
    """A cell with its line breaks: they divide numbers and addresses."""
    return text.strip() or None


_BY_FIELD: Mapping[str, Reader] = {
    "emails": whole,
    "phones": whole,
    "phone": whole,
    "time_zone": _zone,
    "value": raw,
    "occurred_at": raw,
    "due_at": raw,
    "due_time": raw,
    "occurred_time": raw,
    "external_id": _ids,
    "id": _record_id,
    "deleted": _deleted,
    "done": _done,
}
_BY_KIND: Mapping[str, Reader] = {
    "text": read_text,
    "flag": read_flag,
    "tags": _tags,
    "country": _country,
    "url": _urls,
    "domain": _domain,
}
_OWN: Mapping[str, Reader] = {"text": _own_text}
