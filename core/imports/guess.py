"""What the columns of a table probably mean: what a user is shown first, and may correct."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping, Sequence
from typing import NamedTuple

from core.catalog import Catalog
from core.imports.about import about
from core.imports.assigning import Assignment
from core.imports.fit import fits, likeness
from core.imports.shapes import ENTITIES, Column, Entity, Guess
from core.imports.sources import Layout, Recognised, Source, recognised, source_named
from core.imports.sources.base import Place
from core.imports.targets import NEW_FIELD, exact_target
from core.imports.unknown import Unknown
from core.imports.vocabulary import is_unnamed, plain_header, read_header
from core.text import clean_line, fold

TABLE = "table"
"""The source of a table that no known system wrote."""
REJECTS = ("row", "reason")
"""The columns that a file of refused rows has beside its own."""


class Proposal(NamedTuple):
    """What a table probably is."""

    source: str
    """A known source's name, what the user calls the source, or `TABLE`."""
    entity: Entity
    guesses: tuple[Guess, ...]
    """One for each column, in its order."""


def guess(
    table_name: str,
    columns: Sequence[Column],
    headers: Sequence[str],
    catalog: Catalog,
    *,
    source: str = "",
    entity: Entity | None = None,
    remembered: Mapping[str, str] | None = None,
    new_fields: bool = False,
) -> Proposal:
    """What a table is and what its columns mean.

    Args:
        table_name: its name or its file's; a weak hint where nothing else tells what its rows are.
        columns: what was seen in its columns; those that are not there count as never read.
        headers: the table's, each once.
        catalog: for the custom fields.
        source: the system that it comes from, where the user has said so.
        entity: what its rows are, where the user has said so.
        remembered: the header of each target as it was when such a table came last. Where all of them are there, what
            was left out then is left out again.
        new_fields: what is nothing else becomes a custom field.
    """
    seen = {column.header: column for column in columns}
    known = [seen.get(header, Column(header)) for header in headers]
    found = _where(headers, known, source, entity)
    said_by_user = source_named(source)
    name = found.source.name if found else (said_by_user.name if said_by_user else _slug(source) or TABLE)
    layout = found.layout if found else None
    rows = entity or (
        layout.entity if layout else about(table_name, [read_header(h) for h in headers], known)
    )
    if entity is None and remembered:
        rows = _rows_as_last_time(rows, remembered, catalog)
    assignment = Assignment(rows, catalog, {column.header: column for column in known})
    for header in rejects_columns(headers):
        assignment.leave(header, "tells why the row was refused", 1.0)
    _as_last_time(assignment, headers, remembered or {})
    _custom_fields(assignment, headers)
    if found is not None and layout is not None:
        _by_layout(assignment, known, found.source, layout)
    Unknown(rows, known, name, beside_known=layout is not None).assign(assignment)
    _whole_names(assignment)
    if new_fields:
        _make_fields(assignment, known, layout)
    return Proposal(name, rows, tuple(assignment.guesses[header] for header in headers))


def signature(headers: Sequence[str]) -> str:
    """What a mapping is remembered under: the same for the same headers in any order, and for the rejects of such a file."""
    extra = rejects_columns(headers)
    plain = sorted(clean_line(header).casefold() for header in headers if header not in extra)
    return hashlib.sha256("\n".join(plain).encode("utf-8", "surrogatepass")).hexdigest()[:32]


def rejects_columns(headers: Sequence[str]) -> tuple[str, ...]:
    """The headers that a file of refused rows has beside its own; none where it is no such file."""
    return REJECTS if all(header in headers for header in REJECTS) else ()


def _where(
    headers: Sequence[str], columns: Sequence[Column], source: str, entity: Entity | None
) -> Recognised | None:
    if not source:
        return recognised(headers, columns, entity) or _recognised_source(headers, columns)
    named = source_named(source)
    if named is None:
        return None
    return Recognised(named, named.layout_for(headers, entity) or named.nearest_layout(headers, entity))


def _recognised_source(headers: Sequence[str], columns: Sequence[Column]) -> Recognised | None:
    """The source alone, where the user sees something else in the rows than it does."""
    found = recognised(headers, columns)
    return Recognised(found.source, None) if found else None


def _rows_as_last_time(rows: Entity, remembered: Mapping[str, str], catalog: Catalog) -> Entity:
    """What the rows were, if the fields that were taken then say that they were something else."""

    def known(entity: Entity) -> int:
        return sum(exact_target(target, entity, catalog) is not None for target in remembered)

    return max((rows, *ENTITIES), key=known)


def _as_last_time(assignment: Assignment, headers: Sequence[str], remembered: Mapping[str, str]) -> None:
    wanted = {target: header for target, header in remembered.items() if header}
    taken = [
        assignment.take(header, target, 1.0, "as last time")
        for target, header in wanted.items()
        if header in headers
    ]
    if taken and len(taken) == len(wanted) and all(taken):
        for header in headers:
            if assignment.is_open(header):
                assignment.leave(header, "left out, as last time", 1.0)


def _custom_fields(assignment: Assignment, headers: Sequence[str]) -> None:
    """Columns that are called as a field is that the organization has defined; offhook's own names come first."""
    for field in assignment.catalog.fields_for(assignment.entity):
        names = {
            plain_header(field.label),
            plain_header(field.key),
            plain_header(f"{field.label} ({field.key})"),
        } - {""}
        for header in headers:
            plain = plain_header(header)
            bare = plain.removeprefix("custom ").removeprefix("cf ") if plain not in names else plain
            own = assignment.target(fold(header).strip().replace(" ", "_")) is not None
            if not own and (plain in names or bare in names):
                assignment.take(header, f"custom.{field.key}", 0.95, "a field of yours is called so")


def _by_layout(assignment: Assignment, columns: Sequence[Column], source: Source, layout: Layout) -> None:
    """Columns that the source writes so. Of two for one field, the one that is filled, or named first, is taken.

    Those of a kind that there are several of keep their order, whichever is filled: the address for work is the first one.
    """
    some = any(column.filled for column in columns)
    placed = [(column, place) for column in columns if (place := layout.place(column.header)) is not None]
    placed.sort(
        key=lambda one: (
            some and not one[0].filled and not one[1].target.endswith("+"),
            one[1].rank,
            len(one[0].header),
            one[0].header,
        )
    )
    whose = f"{source.label}’" if source.label.endswith("s") else f"{source.label}’s"
    why = f"{whose} name for it"
    for column, place in placed:
        if not assignment.is_open(column.header):
            continue
        if place.target:
            _place(assignment, column, place, why)
        else:
            assignment.leave(column.header, f"{whose} own; there is no field for it")
    for column, _ in placed:
        if assignment.is_open(column.header):
            assignment.leave(column.header, "another column is taken for it")


def _place(assignment: Assignment, column: Column, place: Place, why: str) -> None:
    name = place.target.removesuffix("+")
    if place.target.endswith("+"):
        name = assignment.next_of(name)
    target = assignment.target(name)
    if target is None:
        return
    if fits(column, target.kind) < 0:
        assignment.take(column.header, name, 0.6, f"{why}, but its values look like something else")
        return
    seen = likeness(column, target.kind) if fits(column, target.kind) > 0 else ""
    assignment.take(column.header, name, 0.98, f"{why}, and {seen}" if seen else why)


def _whole_names(assignment: Assignment) -> None:
    """A whole name beside its parts: it stays only where rows have nothing else, or where one of the parts is missing."""
    for whole, before in (("name", ""), ("contact", "contact.")):
        header = assignment.header_of.get(whole)
        parts = [f"{before}{part}" for part in ("first_name", "last_name", "middle_name", "name_suffix")]
        taken = [part for part in parts if part in assignment.header_of]
        if header is None or not taken or (assignment.entity != "contacts" and whole == "name"):
            continue
        if parts[0] in taken and parts[1] in taken:
            most = max(assignment.filled(part) for part in parts[:2])
            if assignment.filled(whole) <= most:
                assignment.leave(header, "first and last name are taken")
            continue
        for part in taken:
            assignment.leave(assignment.header_of[part], "the whole name is taken")


def _make_fields(assignment: Assignment, columns: Sequence[Column], layout: Layout | None) -> None:
    """Columns that are left over become custom fields, if they say something that no other column says."""
    labels: set[str] = set()
    for column in columns:
        old = assignment.guesses[column.header]
        place = layout.place(column.header) if layout else None
        reading = read_header(column.header)
        spare = (
            (place is not None and place.derived)
            or old.why
            in ("first and last name are taken", "the whole name is taken", "tells why the row was refused")
            or old.why.startswith("left out")
        )
        label = clean_line(column.header)
        if old.target or spare or not column.filled or is_unnamed(column.header) or fold(label) in labels:
            continue
        if reading.meaning in ("email_label", "phone_label"):
            continue
        labels.add(fold(label))
        del assignment.guesses[column.header]
        if not assignment.take(column.header, NEW_FIELD + label, 0.5, "a new field"):
            assignment.guesses[column.header] = old


def _slug(source: str) -> str:
    return re.sub(r"[^a-z0-9]+", "-", fold(source)).strip("-")[:40]
