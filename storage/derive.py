"""What the store works out of the data: search text, sort keys, last activity, next task, contact points, external ids.

All of it is written in the transaction that changes what it depends on, and none of it counts as a change of a record:
versions and authors stay. The texts are made by the functions here whether one command or a bulk load writes them.
"""

# ruff: noqa: S608 (table and column names are constants here or come from the declarations, values are always bound)
from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, Protocol

from core.changes import TOLD_KINDS, Row
from core.text import fold
from storage.codec import codec, to_micros

Touched = set[tuple[str, str]]
"""Rows whose look changed, as (table, id)."""

SEARCHED = ("companies", "contacts", "deals", "activities")
"""The tables with a search text and a full-text index."""

KEYED = ("companies", "contacts", "deals")
"""The tables whose rows other systems know by ids of their own."""

PARENTS = (("deals", "deal_id"), ("contacts", "contact_id"), ("companies", "company_id"))
"""What a child (activity, task) may be about; the first one that is set is its parent, whose book it shares."""

_STANDS = "deleted_at IS NULL AND NOT superseded AND NOT retracted"
_TOLD_SQL = "(" + ", ".join(f"'{kind}'" for kind in sorted(TOLD_KINDS)) + ")"

# Country calling codes are prefix-free (ITU-T E.164): one digit, these two-digit ones, and three digits for the rest.
_TWO_DIGIT_CODES = frozenset({"20", "27", "36", "39", "81", "82", "84", "86", "98"}).union(
    map(str, (*range(30, 35), 40, 41, *range(43, 50), *range(51, 59), *range(60, 67), *range(90, 96)))
)


class Rows(Protocol):
    """Where rows are looked up by id; deleted ones too."""

    def row(self, table: str, record_id: str) -> Row | None: ...


@dataclass(frozen=True, slots=True)
class Written:
    """A row that a command wrote: as it was (None: not there) and as it is."""

    table: str
    id: str
    before: Row | None
    after: Row


# --- the columns of a row itself -----------------------------------------------------------------------------------


def own_columns(table: str, row: Row, rows: Rows) -> Row:
    """The derived texts of a row: `search` and `sort_key`, for the tables that have them."""
    match table:
        case "contacts":
            return {
                "search": contact_search(row, _company_name(row, rows)),
                "sort_key": contact_sort_key(row),
            }
        case "companies":
            return {"search": company_search(row), "sort_key": fold(row["name"])}
        case "deals":
            return {
                "search": deal_search(row, _company_name(row, rows), _contact_name(row, rows)),
                "sort_key": fold(row["title"]),
            }
        case "activities":
            return {"search": activity_search(row)}
    return {}


_TEXT_OF = {
    "contacts": (
        "first_name", "last_name", "company_id", "title", "emails", "phones", "tags", "city", "custom", "deleted_at",
    ),
    "companies": ("name", "domain", "phone", "tags", "city", "custom", "deleted_at"),
    "deals": ("title", "company_id", "contact_id", "tags", "custom", "deleted_at"),
}  # fmt: skip
"""The fields that a record's derived texts are made of."""


def text_changed(table: str, before: Row, after: Row) -> bool:
    """Whether the derived texts of a row may have to change with it."""
    return any(before[name] != after[name] for name in _TEXT_OF.get(table, ()))


def contact_search(row: Row, company: str) -> str:
    """What a contact is found by. A deleted record is found by nothing."""
    if row["deleted_at"] is not None:
        return ""
    return _folded(
        row["first_name"],
        row["last_name"],
        company,
        row["title"],
        *[point["value"] for point in row["emails"]],
        *[phone_words(point["value"]) for point in row["phones"]],
        *row["tags"],
        row["city"],
        *_custom(row["custom"]),
    )


def company_search(row: Row) -> str:
    """What a company is found by."""
    if row["deleted_at"] is not None:
        return ""
    phone = phone_words(row["phone"]) if row["phone"] else ""
    return _folded(row["name"], row["domain"], phone, *row["tags"], row["city"], *_custom(row["custom"]))


def deal_search(row: Row, company: str, contact: str) -> str:
    """What a deal is found by."""
    if row["deleted_at"] is not None:
        return ""
    return _folded(row["title"], company, contact, *row["tags"], *_custom(row["custom"]))


def activity_search(row: Row) -> str:
    """What an entry is found by: only what a person wrote, in its latest revision."""
    if (
        row["kind"] not in TOLD_KINDS
        or row["retracted"]
        or row["superseded"]
        or row["deleted_at"] is not None
    ):
        return ""
    return _folded(row["subject"], row["body"])


def contact_sort_key(row: Row) -> str:
    """Where a contact stands in a list by name: last name first, else by its first e-mail or phone."""
    key = fold(f"{row['last_name']} {row['first_name']}".strip())
    if key:
        return key
    for point in (*row["emails"], *row["phones"]):
        return fold(point["value"])
    return ""


def phone_words(value: str) -> str:
    """The forms in which people type a number: `+493012345` → `493012345 3012345 03012345`."""
    number = value.partition(";")[0]
    digits = number[1:]
    if not (number.startswith("+") and digits.isdecimal() and len(digits) > 3):
        return "".join(c for c in number if c.isdecimal())
    if digits[0] in "17":
        national = digits[1:]
    else:
        national = digits[2 if digits[:2] in _TWO_DIGIT_CODES else 3 :]
    return f"{digits} {national} 0{national}"


def points_of(row: Row) -> list[tuple[str, str]]:
    """A contact's (kind, value) pairs for looking it up: e-mails in lower case, phones without their extension."""
    if row["deleted_at"] is not None:
        return []
    found = [("email", point["value"].lower()) for point in row["emails"]]
    found += [("phone", point["value"].partition(";")[0]) for point in row["phones"]]
    return found if len(found) < 2 else list(dict.fromkeys(found))


def parent_of(row: Row) -> tuple[str, str] | None:
    """What a child is about, as (table, id)."""
    for table, column in PARENTS:
        if row[column] is not None:
            return table, row[column]
    return None


def _folded(*parts: str) -> str:
    # Part by part: most are ASCII, which folds fast, and of the rest most are names that come again.
    return " ".join(
        [
            part.lower() if part.isascii() else _folded_name(part) if len(part) < 60 else fold(part)
            for part in parts
            if part
        ]
    )


_folded_name = lru_cache(maxsize=4096)(fold)


def _custom(values: Mapping[str, Any]) -> list[str]:
    if not values:
        return []
    return [str(v) for v in values.values() if isinstance(v, (str, int, float)) and not isinstance(v, bool)]


def _company_name(row: Row, rows: Rows) -> str:
    company = rows.row("companies", row["company_id"]) if row["company_id"] else None
    return company["name"] if company else ""


def _contact_name(row: Row, rows: Rows) -> str:
    contact = rows.row("contacts", row["contact_id"]) if row["contact_id"] else None
    return full_name(contact) if contact else ""


def full_name(contact: Row) -> str:
    """First and last name."""
    return f"{contact['first_name']} {contact['last_name']}".strip()


# --- what other rows take from it -----------------------------------------------------------------------------------


def follow(
    connection: Any, org_id: str, written: Iterable[Written], rows: Rows, *, points: bool = True
) -> Touched:
    """Brings everything up to date that depends on rows that have just been written.

    Args:
        connection: the writer, in its transaction.
        org_id: the tenant.
        written: the rows.
        rows: where other rows are looked up.
        points: whether contact points are written here; a bulk load has written them.

    Returns:
        The other rows whose look changed by it.
    """
    touched: Touched = set()
    told_of: dict[tuple[str, str], int] = {}
    activity_of: Touched = set()
    task_of: Touched = set()
    contacts: list[Written] = []
    for one in written:
        match one.table:
            case "activities":
                subjects = _subjects(one.after)
                touched |= subjects
                if one.after["revises"] is not None:
                    _supersede(connection, org_id, one.after["revises"])
                    touched.add(("activities", one.after["revises"]))
                    activity_of |= subjects
                elif one.after["kind"] in TOLD_KINDS:
                    at = to_micros(one.after["occurred_at"])
                    told_of.update((subject, max(at, told_of.get(subject, at))) for subject in subjects)
            case "tasks":
                subjects = _subjects(one.after) | (_subjects(one.before) if one.before else set())
                touched |= subjects
                task_of |= subjects
            case "companies" | "contacts" | "deals":
                if one.table == "contacts":
                    contacts.append(one)
                if one.before is not None:
                    touched |= _follow_record(connection, org_id, one, one.before, rows)
    if points and contacts:
        _keep_points(connection, org_id, contacts)
    _told(connection, org_id, told_of)
    for table, record_id in activity_of:
        _last_activity(connection, org_id, table, record_id)
    for table, record_id in task_of:
        _next_task(connection, org_id, table, record_id)
    return touched


def _follow_record(connection: Any, org_id: str, one: Written, before: Row, rows: Rows) -> Touched:
    after = one.after
    touched: Touched = set()
    if one.table == "companies" and before["name"] != after["name"]:
        touched |= _refresh_search(connection, org_id, "contacts", "company_id", one.id, rows)
        touched |= _refresh_search(connection, org_id, "deals", "company_id", one.id, rows)
    if one.table == "contacts" and full_name(before) != full_name(after):
        touched |= _refresh_search(connection, org_id, "deals", "contact_id", one.id, rows)
    if before["book_id"] != after["book_id"]:
        _move_children(connection, org_id, one)
    return touched


def _subjects(row: Row) -> Touched:
    return {(table, row[column]) for table, column in PARENTS if row[column] is not None}


def _supersede(connection: Any, org_id: str, activity_id: str) -> None:
    connection.execute(
        "UPDATE activities SET superseded = 1, search = '' WHERE org_id = ? AND id = ?", (org_id, activity_id)
    )


def _told(connection: Any, org_id: str, last: Mapping[tuple[str, str], int]) -> None:
    """Puts down when something was last told of records, where it is later than what is there."""
    for table, _column in PARENTS[:2]:
        connection.executemany(
            f"UPDATE {table} SET last_activity_at = ? WHERE org_id = ? AND id = ?"
            " AND (last_activity_at IS NULL OR last_activity_at < ?)",
            [(at, org_id, record_id, at) for (held_in, record_id), at in last.items() if held_in == table],
        )


def _last_activity(connection: Any, org_id: str, table: str, record_id: str) -> None:
    column = dict(PARENTS)[table]
    if table != "companies":
        connection.execute(
            f"UPDATE {table} SET last_activity_at = (SELECT occurred_at FROM activities WHERE org_id = ? AND {column} = ?"
            f" AND {_STANDS} AND kind IN {_TOLD_SQL} ORDER BY occurred_at DESC LIMIT 1) WHERE org_id = ? AND id = ?",
            (org_id, record_id, org_id, record_id),
        )


def _next_task(connection: Any, org_id: str, table: str, record_id: str) -> None:
    column = dict(PARENTS)[table]
    if table != "companies":
        # The plus keeps SQLite from going through everybody's open tasks by their due time until one is of this record.
        connection.execute(
            f"UPDATE {table} SET next_task_at = (SELECT min(due_at) FROM tasks WHERE org_id = ? AND {column} = ?"
            " AND +done_at IS NULL AND deleted_at IS NULL) WHERE org_id = ? AND id = ?",
            (org_id, record_id, org_id, record_id),
        )


def _keep_points(connection: Any, org_id: str, contacts: Iterable[Written]) -> None:
    gone: list[tuple[str, str]] = []
    come: list[tuple[str, str, str, str]] = []
    for one in contacts:
        wanted = points_of(one.after)
        held = points_of(one.before) if one.before else []
        if wanted == held:
            continue
        if held:
            gone.append((org_id, one.id))
        come += [(org_id, one.id, kind, value) for kind, value in wanted]
    if gone:
        connection.executemany("DELETE FROM contact_points WHERE org_id = ? AND contact_id = ?", gone)
    if come:
        connection.executemany(
            "INSERT INTO contact_points (org_id, contact_id, kind, value) VALUES (?, ?, ?, ?)", come
        )


def _refresh_search(
    connection: Any, org_id: str, table: str, column: str, parent_id: str, rows: Rows
) -> Touched:
    form = codec(table)
    found = connection.execute(
        f"SELECT {form.columns} FROM {table} WHERE org_id = ? AND {column} = ? AND deleted_at IS NULL",
        (org_id, parent_id),
    ).fetchall()
    touched: Touched = set()
    for values in found:
        row = form.decode(values)
        search = own_columns(table, row, rows)["search"]
        # Touched even where the text stays: the name beside it is drawn.
        touched.add((table, row["id"]))
        if search != row["search"]:
            connection.execute(
                f"UPDATE {table} SET search = ? WHERE org_id = ? AND id = ?", (search, org_id, row["id"])
            )
    return touched


def _move_children(connection: Any, org_id: str, one: Written) -> None:
    place = [table for table, _ in PARENTS].index(one.table)
    column = PARENTS[place][1]
    nearer = "".join(f" AND {other} IS NULL" for _, other in PARENTS[:place])
    # In two halves, each in the words of an index.
    for rest in (f"{_STANDS}", "(superseded OR retracted)"):
        connection.execute(
            f"UPDATE activities SET book_id = ? WHERE org_id = ? AND {column} = ?{nearer} AND {rest}",
            (one.after["book_id"], org_id, one.id),
        )
    connection.execute(
        f"UPDATE tasks SET book_id = ? WHERE org_id = ? AND {column} = ?{nearer}",
        (one.after["book_id"], org_id, one.id),
    )


# --- everything at once ----------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Derivation:
    """A derived column as statements over the whole table, with the parameter `org`.

    Attributes:
        what: `table.column`.
        count: how many rows have another value than they should.
        fill: sets it in rows that have no value yet.
        clear: takes it from rows that should have none.
    """

    what: str
    count: str
    fill: str
    clear: str


def derivations() -> list[Derivation]:
    """What rows take from other rows, in an order in which each may rely on those before it."""
    return [_superseded(), *_times(), *_books(), _keys()]


def _keys() -> Derivation:
    """What records are known by elsewhere. Triggers keep it (`m0005`), whoever writes a row."""
    told = " UNION ".join(
        f"SELECT org_id, '{table}' AS table_name, t.id AS row_id, k.value AS value FROM {table} t, json_each(t.external_ids) k"
        f" WHERE org_id = :org AND deleted_at IS NULL AND external_ids <> '[]'"
        for table in KEYED
    )
    names = "org_id, table_name, row_id, value"
    held = f"SELECT {names} FROM record_keys WHERE org_id = :org"
    return Derivation(
        "record_keys",
        f"SELECT (SELECT count(*) FROM (SELECT * FROM ({told}) EXCEPT {held}))"
        f" + (SELECT count(*) FROM ({held} EXCEPT SELECT * FROM ({told})))",
        f"INSERT INTO record_keys ({names}) SELECT * FROM ({told}) WHERE true ON CONFLICT DO NOTHING",
        f"DELETE FROM record_keys WHERE org_id = :org AND (table_name, row_id, value) NOT IN"
        f" (SELECT table_name, row_id, value FROM ({told}))",
    )


def _superseded() -> Derivation:
    revised = "(SELECT revises FROM activities WHERE org_id = :org AND revises IS NOT NULL)"
    return Derivation(
        "activities.superseded",
        f"SELECT count(*) FROM activities WHERE org_id = :org AND superseded <> (id IN {revised})",
        f"UPDATE activities SET superseded = 1, search = '' WHERE org_id = :org AND NOT superseded AND id IN {revised}",
        f"UPDATE activities SET superseded = 0 WHERE org_id = :org AND superseded AND id NOT IN {revised}",
    )


def _times() -> Iterator[Derivation]:
    told = ("last_activity_at", "max(occurred_at)", "activities", f"{_STANDS} AND kind IN {_TOLD_SQL}")
    due = ("next_task_at", "min(due_at)", "tasks", "done_at IS NULL AND deleted_at IS NULL")
    for table, column in PARENTS[:2]:
        for derived, value, children, counted in (told, due):
            found = (
                f"(SELECT {column} AS id, {value} AS at FROM {children}"
                f" WHERE org_id = :org AND {column} IS NOT NULL AND {counted} GROUP BY {column})"
            )
            yield Derivation(
                f"{table}.{derived}",
                f"SELECT count(*) FROM {table} LEFT JOIN {found} AS found ON found.id = {table}.id"
                f" WHERE {table}.org_id = :org AND {derived} IS NOT found.at",
                f"UPDATE {table} SET {derived} = found.at FROM {found} AS found"
                f" WHERE {table}.org_id = :org AND {table}.id = found.id AND {derived} IS NOT found.at",
                f"UPDATE {table} SET {derived} = NULL WHERE org_id = :org AND {derived} IS NOT NULL"
                f" AND id NOT IN (SELECT id FROM {found})",
            )


def _books() -> Iterator[Derivation]:
    for children in ("activities", "tasks"):
        for place, (table, column) in enumerate(PARENTS):
            nearer = "".join(f" AND child.{other} IS NULL" for _, other in PARENTS[:place])
            strays = (
                f"FROM {table} AS parent WHERE child.org_id = :org AND parent.org_id = :org"
                f" AND parent.id = child.{column}{nearer} AND child.book_id <> parent.book_id"
            )
            yield Derivation(
                f"{children}.book_id",
                f"SELECT count(*) FROM {children} AS child, {table} AS parent {strays[strays.index('WHERE') :]}",
                f"UPDATE {children} AS child SET book_id = parent.book_id {strays}",
                "",
            )
