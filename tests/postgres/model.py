"""Who may see, change, remove and add what, said once more and apart from the SQL: what the matrix of rights is held against.

It follows the words of docs/security.md, row by row, and knows nothing of policies, grants and triggers.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

Row = Mapping[str, Any]
"""A row as the superuser sees it: ids and texts by column."""

IN_BOOKS = frozenset({"companies", "contacts", "deals", "activities", "tasks"})
"""Records that lie in books."""
SET_UP = frozenset(
    {
        "organizations", "teams", "users", "memberships", "books", "shares", "pipelines", "stages", "custom_fields",
        "smart_views", "outcomes", "scripts", "calling_rules", "imports",
    }
)  # fmt: skip
"""What all of an organization see, but for what is somebody's own."""
STORE = frozenset(
    {
        "contact_points", "record_keys", "reservations", "exits", "channels", "changesets", "changeset_rows", "meta", "fields", "audit",
        "audit_seals", "clients", "answers", "alembic_version",
    }
)  # fmt: skip
"""What the server keeps for itself."""
TABLES = IN_BOOKS | SET_UP | STORE
_OF_EVERYBODY = frozenset({"meta", "fields"})
_IN_VISIBLE_BOOKS = IN_BOOKS | {"contact_points", "record_keys", "exits"}
_STAYS = frozenset({"organizations", "users"})


@dataclass(frozen=True)
class World:
    """The rows that decide who reaches what, of all organizations, deleted ones too."""

    users: tuple[Row, ...]
    memberships: tuple[Row, ...]
    books: tuple[Row, ...]
    shares: tuple[Row, ...]


class Person:
    """What a login may do.

    Args:
        world: as it is.
        login: whose; it need not be anybody's.
    """

    def __init__(self, world: World, login: str) -> None:
        found = [u for u in _alive(world.users) if u["login"] == login]
        self.is_known = bool(found)
        self.is_active = self.is_known and found[0]["disabled_at"] is None
        me: Row = found[0] if self.is_active else {}
        self.id: str | None = me.get("id")
        self.org: str | None = me.get("org_id")
        self.role: str | None = me.get("role")
        self._world = world
        self.teams = self._teams_of(self.id)
        home = [b for b in _alive(world.books) if self.is_active and b["org_id"] == self.org]
        self.visible = frozenset(b["id"] for b in home if self._reaches(b, to_write=False))
        self.writable = frozenset(b["id"] for b in home if self._reaches(b, to_write=True))
        # Also what ended, and what they held a share or a place in and is no book any more.
        self._once_seen = frozenset(
            s["book_id"] for s in world.shares if s["user_id"] == self.id
        ) | frozenset(b["id"] for b in world.books if b["team_id"] in self.teams)
        made = [b for b in world.books if self.is_active and b["org_id"] == self.org and self._has_made(b)]
        self.shareable = frozenset(b["id"] for b in home if self._may_share(b)) | {b["id"] for b in made}

    # --- rows

    def sees(self, table: str, row: Row) -> bool:
        """Whether a SELECT gives the row."""
        if table in _OF_EVERYBODY:
            return self.is_known
        if not self._is_home(row):
            return False
        if table in _IN_VISIBLE_BOOKS:
            # All of the organization is all of it, be it in a book or in what was one.
            if table == "exits" and row["op"] == "erased":
                # By ids alone: work on what was erased may lie in anybody's cache.
                return True
            return self.role in ("admin", "readonly") or row["book_id"] in self.visible
        match table:
            case "channels":
                return row["book_id"] is None or row["book_id"] in self.visible
            case "smart_views" | "scripts":
                return bool(row["shared"]) or row["user_id"] == self.id
            case "imports":
                return self.role in ("admin", "readonly") or self._is_of_mine(row["user_id"])
            case "changesets":
                return bool(row["user_id"] == self.id)
            case "audit" | "audit_seals":
                return self.role == "admin"
        return table in SET_UP or table == "reservations"

    def pulls(self, table: str, row: Row) -> bool:
        """Whether the feed gives the row: what a SELECT gives, out of books that are in sight."""
        if table == "exits":
            # That somebody was erased is told wherever they lay.
            return self._is_home(row) and (row["op"] == "erased" or row["book_id"] in self.visible)
        return self.sees(table, row) and (table not in IN_BOOKS or row["book_id"] in self.visible)

    def hands_in(self, row: Row) -> bool:
        """Whether something about a record is taken in that has lain where it lies for longer than anybody was let in there."""
        if not self._is_home(row) or self.role == "readonly" or row["deleted_at"] is not None:
            return False
        return row["book_id"] in self.visible | self._once_seen

    def changes(self, table: str, row: Row) -> bool:
        """Whether an UPDATE of what may be changed in such a table reaches the row."""
        if not self._is_home(row) or self.role == "readonly":
            return False
        if table in IN_BOOKS:
            # The timeline is only ever added to.
            return table != "activities" and row["book_id"] in self.writable
        match table:
            case "organizations" | "teams" | "memberships":
                return self.role == "admin"
            case "users":
                return self.role == "admin" or row["id"] == self.id
            case "books":
                return (
                    self.role == "admin"
                    or self._is_my_pool(row)
                    or (row["kind"] == "shared" and row["id"] in self.shareable)
                )
            case "shares":
                return row["book_id"] in self.shareable
            case "pipelines" | "stages" | "custom_fields" | "outcomes" | "calling_rules":
                return self.role in ("admin", "manager")
            case "imports":
                return bool(row["user_id"] == self.id)
            case "smart_views":
                return row["user_id"] == self.id or (self.role == "admin" and bool(row["shared"]))
            case "scripts":
                return row["user_id"] == self.id or (
                    self.role in ("admin", "manager") and bool(row["shared"])
                )
        return False

    def removes(self, table: str, row: Row) -> bool:
        """Whether a DELETE takes the row away for good."""
        return self.role == "admin" and self._is_home(row) and table in IN_BOOKS | SET_UP - _STAYS

    def adds(self, table: str, row: Row) -> bool:
        """Whether an INSERT puts such a row into the table."""
        if not self._is_home(row) or self.role == "readonly":
            return False
        if table in IN_BOOKS:
            return row["book_id"] in self.writable
        match table:
            case "teams" | "memberships":
                return self.role == "admin"
            case "books":
                return self.role == "admin" or row["kind"] == "shared" or self._is_my_pool(row)
            case "shares":
                return row["book_id"] in self.shareable
            case "pipelines" | "stages" | "custom_fields" | "outcomes" | "calling_rules":
                return self.role in ("admin", "manager")
            case "smart_views" | "scripts":
                return bool(row["user_id"] == self.id)
            case "imports":
                return bool(row["user_id"] == self.id) and self._may_import()
        return False

    # --- books

    def _reaches(self, book: Row, *, to_write: bool) -> bool:
        if self.role == "readonly":
            return not to_write
        if self.role == "admin":
            return True
        if self._is_of_mine(book["user_id"]) or book["team_id"] in self.teams:
            return True
        let_in = {
            s["user_id"]
            for s in _alive(self._world.shares)
            if s["book_id"] == book["id"] and (s["can_write"] or not to_write)
        }
        # A manager is in wherever one of their people holds a book together with others.
        return self.id in let_in or (book["kind"] == "shared" and any(map(self._is_of_mine, let_in)))

    def _may_share(self, book: Row) -> bool:
        if book["id"] not in self.writable:
            return False
        if self.role == "admin" or book["kind"] == "shared" or book["user_id"] == self.id:
            return True
        return self.role == "manager" and (book["kind"] == "pool" or self._is_of_mine(book["user_id"]))

    def _has_made(self, book: Row) -> bool:
        # Who makes a book to share lets the first ones in, and may take it back and do it again, until anybody else had a
        # hand in it.
        if self.role == "readonly" or book["kind"] != "shared" or book["updated_by"] != self.id:
            return False
        return all(s["updated_by"] == self.id for s in self._world.shares if s["book_id"] == book["id"])

    def _may_import(self) -> bool:
        right = next(u["import_right"] for u in self._world.users if u["id"] == self.id)
        return right == "yes" or (right == "" and self.role in ("admin", "manager"))

    def _is_of_mine(self, user: str | None) -> bool:
        """Whether it is the person, or one whose manager they are."""
        if user is None:
            return False
        return user == self.id or (self.role == "manager" and bool(self._teams_of(user) & self.teams))

    def _is_my_pool(self, book: Row) -> bool:
        return self.role == "manager" and book["kind"] == "pool" and book["team_id"] in self.teams

    def _teams_of(self, user: str | None) -> frozenset[str]:
        return frozenset(m["team_id"] for m in _alive(self._world.memberships) if m["user_id"] == user)

    def _is_home(self, row: Row) -> bool:
        return self.is_active and row.get("org_id") == self.org


def _alive(rows: Iterable[Row]) -> list[Row]:
    return [row for row in rows if row["deleted_at"] is None]
