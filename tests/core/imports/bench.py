"""A table on the bench: its header row and cells, a mapping, and what becomes of them."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Mapping, Sequence
from typing import Any

from core.catalog import Catalog
from core.imports.answers import Settled, settle
from core.imports.columns import ColumnWatch
from core.imports.convert import Conversion, Converter
from core.imports.shapes import Column, Converted, Entity, Options, RawRow, TablePlan
from tests.core.office import Office, open_office

NOW = dt.datetime(2026, 6, 1, 12, tzinfo=dt.UTC)
OFFICE: Office = open_office()


def columns_of(headers: Sequence[str], rows: Sequence[Sequence[str]]) -> list[Column]:
    """What is seen of the columns of a table."""
    columns = []
    for place, header in enumerate(headers):
        watch = ColumnWatch()
        watch.see_all([row[place] for row in rows])
        columns.append(watch.column(header))
    return columns


def made_id(what: str) -> str:
    """An id as an import makes them."""
    return str(uuid.uuid5(uuid.NAMESPACE_OID, what))


class Bench:
    """One table and its conversion.

    Args:
        entity: what a row is.
        mapping: target by header; a header without one is given as its own target.
        rows: the cells.
        source: the system.
    """

    def __init__(
        self,
        entity: Entity,
        mapping: Mapping[str, str],
        *rows: Sequence[str],
        source: str = "table",
        options: Options | None = None,
        answers: Mapping[str, str] | None = None,
        catalog: Catalog | None = None,
    ) -> None:
        self.headers = list(mapping)
        self.rows = rows
        self.catalog = catalog or OFFICE.catalog
        self.options = options or Options()
        self.answers = answers or {}
        self.plan = TablePlan(
            source, entity, {target: header for header, target in mapping.items() if target}
        )
        self.columns = columns_of(self.headers, rows)

    def settled(self) -> Settled:
        """All that is decided before the first row."""
        return settle([self.plan], [self.columns], self.catalog, self.options, self.answers, made_id)

    def conversion(self) -> Conversion:
        """What is the same for all rows."""
        settled = self.settled()
        return Conversion(settled.catalog, self.options, settled.answers, NOW)

    def all(self) -> list[Converted]:
        """What becomes of all rows."""
        settled = self.settled()
        converter = Converter(settled.plans[0], self.headers, self.conversion())
        return [converter.convert(RawRow(2 + n, row)) for n, row in enumerate(self.rows)]

    def one(self) -> Converted:
        """What becomes of the only row, which must go in."""
        (done,) = self.all()
        assert not done.problems, done.problems
        return done

    def reason(self) -> str:
        """Why the only row is refused."""
        (done,) = self.all()
        return " ".join(problem.reason for problem in done.problems)


def contact(cells: Mapping[str, str], **more: Any) -> Converted:
    """What becomes of a contact's row: its cells by target."""
    return Bench("contacts", {target: target for target in cells}, list(cells.values()), **more).one()
