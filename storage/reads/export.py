"""Records as flat rows for files that other programs read."""

# ruff: noqa: S608 (table and column names are constants here or come from the declarations, values are always bound)
from __future__ import annotations

from collections.abc import Iterator

from core.catalog import Catalog
from core.changes import Row
from core.filters import Query
from storage.reads import flat, sqlite
from storage.reads.compile import Condition, compile_query
from storage.reads.sqlite import Connection


def export(connection: Connection, catalog: Catalog, table: str, query: Query) -> Iterator[Row]:
    """Contacts, companies, deals or activities that match, in the order in which they came in, one at a time.

    Each row has the same columns: names, with the ids of what is pointed to further behind, `email`, `email_2` and so on
    (`email_label` says whether it is for work, `phone_bad` why a number is not dialled), and after all others the custom
    fields under their labels. Amounts are decimal numbers as text beside their currency, times are UTC in ISO 8601,
    tags are joined by commas; what is not there is None or an empty text.

    The values are what people typed: a text may begin with `=` or hold line breaks. Whoever writes a spreadsheet has to
    see to it that no formula comes of it.

    Args:
        connection: read from as long as the rows are taken.
        catalog: the names.
        table: contacts, companies, deals or activities.
        query: a filter on that table.

    Raises:
        NotFound: such records cannot be exported.
        Invalid: the filter has more parts than a filter can have.
    """
    plan = flat.plan(catalog, table, sqlite)
    condition = compile_query(catalog, table, query)
    widths = _widths(connection, condition, plan.widths(sqlite))
    # In the order in which the rows lie, so that nothing is gathered to be sorted.
    sql = (
        f"select {', '.join(plan.selected)} from {sqlite.unordered(table)} {plan.joins}"
        f" where {condition.whole} order by t.n"
    )
    for values in connection.execute(sql, condition.parameters):
        yield plan.row(values, widths)


def _widths(connection: Connection, condition: Condition, selected: list[str]) -> tuple[int | None, ...]:
    """What `flat.Plan.widths` asks for."""
    if not selected:
        return ()
    sql = f"select {', '.join(selected)} from {sqlite.unordered(condition.table)} where {condition.whole}"
    return tuple(connection.execute(sql, condition.parameters).fetchone())
