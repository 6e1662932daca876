"""A batch has the answers and the effects that its changesets would have had one after the other, whatever is in it."""

from __future__ import annotations

import datetime as dt
import os
import random
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

import psycopg
import pytest
from psycopg import sql
from psycopg.types.json import Jsonb

from core.entities import RECORDS
from core.schema import Role, fields_of
from tests.postgres.desk import NOW
from tests.postgres.floor import PEOPLE, Floor, made_id

SEEDS = int(os.environ.get("OFFHOOK_PUSH_SEEDS", "25"))
TIMES = {"created_at", "updated_at", "at", "sync_xid", "salt", "digest", "xid", "seq", "when"}
TABLES = ("companies", "contacts", "deals", "activities", "tasks")
Body = dict[str, Any]


@dataclass
class Chance:
    """A rep who does anything at all, and mostly what can be done.

    Args:
        login: who.
        rng: decides.
        care: how often they do what can be done; 1: wherever they can tell.
    """

    login: str
    rng: random.Random
    care: float
    ids: dict[str, list[str]] = field(default_factory=dict)
    fine: dict[str, list[str]] = field(default_factory=dict)
    seen: dict[tuple[str, str, str], Any] = field(default_factory=dict)
    done: list[Body] = field(default_factory=list)

    def __post_init__(self) -> None:
        books = ("ann", "ann", "East", "East", "mia", "ben", "wim")
        for table in TABLES:
            numbers = ("0", "1") if table in ("contacts", "activities") else ("0",)
            self.ids[table] = [made_id(table, book, number) for book in books for number in numbers]
            self.fine[table] = self.ids[table][: 4 * len(numbers)]

    def look(self, connection: psycopg.Connection[Any]) -> None:
        """Sees everything there is, also what the rep never could."""
        for table in TABLES:
            for (row,) in connection.execute(
                sql.SQL("SELECT to_jsonb(t) FROM {} t").format(sql.Identifier(table))
            ):
                self.seen |= {(table, row["id"], name): value for name, value in row.items()}

    def bodies(self, count: int) -> list[Body]:
        for _ in range(count):
            self.done.append(self._body())
        return self.done

    # --- changesets

    def _body(self) -> Body:
        pick = self.rng.random()
        if self.done and pick < 0.03:
            return self.rng.choice(self.done)
        undone = self.rng.choice(self.done) if self.done and pick < 0.06 else None
        person = PEOPLE[self.login]
        body: Body = {
            "id": self._id(), "org_id": person.org_id, "user_id": person.id, "at": "2026-03-03T10:00:00.000000Z",
            "command": "chance", "summary": "Something", "event": "", "undoes": undone["id"] if undone else None,
            "changes": self._back(undone) if undone else self._changes(),
        }  # fmt: skip
        if pick > 0.97 and not self._careful():
            wrong: dict[str, Any] = {
                "at": "2026-02-30T10:00:00Z", "org_id": made_id("org", "Suedlicht"), "changes": [], "summary": None,
            }  # fmt: skip
            name = self.rng.choice(sorted(wrong))
            body[name] = wrong[name]
        return body

    def _changes(self) -> list[Body]:
        if self.rng.random() < 0.3:
            return self._call()
        many = self.rng.choices((1, 2, 3, 4), (6, 4, 1, 1))[0]
        kinds: list[Callable[[], list[Body]]] = [
            self._edit, self._edit, self._edit, self._move, self._told, self._told, self._create, self._hand_over,
            self._claim, self._task, self._delete, self._odd,
        ]  # fmt: skip
        weights = (4, 4, 4, 4, 5, 5, 3, 0.7, 1, 3, 0.5, 1 - self.care)
        return [change for kind in self.rng.choices(kinds, weights, k=many) for change in kind()][:5]

    def _back(self, body: Body) -> list[Body]:
        return [
            {**change, "set": change["base"], "base": change["set"]}
            for change in reversed(body["changes"])
            if change.get("op") == "update" and change.get("base", {}).keys() == change.get("set", {}).keys()
        ]

    # --- changes

    def _edit(self) -> list[Body]:
        table = self.rng.choice(("contacts", "contacts", "deals", "companies", "tasks"))
        record = self._one(table)
        values = dict(self.rng.sample(sorted(self._values(table).items()), self.rng.choice((1, 1, 2, 3))))
        change = self._update(table, record, values)
        if table != "tasks" and self.rng.random() < 0.2:
            change["add"] = {"tags": [self.rng.choice("abc")]}
            change["remove"] = {"tags": [self.rng.choice("abc")]}
        if table == "contacts" and self.rng.random() < 0.1:
            change["set"]["custom.tier"] = self.rng.choice("ab")
            change["base"]["custom.tier"] = self.rng.choice(("a", None, None, None))
        return [change]

    def _values(self, table: str) -> dict[str, Any]:
        text = self.rng.choice(("x", "y", "Zoë Ångström", ""))
        gone = None if self._careful() else "2026-03-03T09:00:00+00:00"
        values: dict[str, dict[str, Any]] = {
            "contacts": {
                "title": text, "city": text, "first_name": text, "last_name": text, "deleted_at": gone,
                "company_id": self._maybe("companies"), "tags": self.rng.sample("abcd", 2),
                "emails": [{"value": f"{self.rng.choice('ab')}@Example.com", "label": "work"}],
            },
            "deals": {
                "title": text or "T", "next_step": text, "value_minor": self.rng.choice((1, 2, 3)) if self._careful() else -1,
                "contact_id": self._maybe("contacts"), "company_id": self._maybe("companies"), "deleted_at": gone,
                "expected_close": "2026-05-01",
            },
            "companies": {"name": text or "C", "city": text, "domain": text, "employees": 3, "deleted_at": gone},
            "tasks": {
                "subject": text or "S", "due_at": f"2026-04-0{self.rng.randrange(1, 9)}T08:00:00.000000Z",
                "done_at": self.rng.choice((None, "2026-03-03T10:00:00+00:00")), "deleted_at": gone,
                "contact_id": self._maybe("contacts"), "deal_id": self._maybe("deals"),
            },
        }  # fmt: skip
        return values[table]

    def _move(self) -> list[Body]:
        deal = self._one("deals")
        now = self.seen.get(("deals", deal, "stage_id"))
        names = ("New", "Contacted", "Qualified", "Proposal", "Negotiation", "Won", "Lost")
        numbers = [n for n, name in enumerate(names[:4]) if made_id("stage", "Nordlicht", name) == now]
        stage = names[numbers[0] + 1] if numbers and self._careful() else self.rng.choice(names)
        outcome = {"Won": "won", "Lost": "lost"}.get(stage, "open")
        closed = None if outcome == "open" else "2026-03-03T10:00:00+00:00"
        values = {
            "stage_id": made_id("stage", "Nordlicht", stage), "stage_since": "2026-03-03T10:00:00+00:00",
            "outcome": outcome, "closed_at": closed, "lost_reason": self.rng.choice(("", "Price")),
        }  # fmt: skip
        return [self._update("deals", deal, values), *self._told(deal)]

    def _told(self, deal: str = "") -> list[Body]:
        values: Body = {
            "kind": "stage_change" if deal else self.rng.choice(("note", "call")), "occurred_at": "2026-03-03T10:00:00Z",
            "body": self.rng.choice(("told", "Größe", "")), "user_id": made_id("user", self.login if self._careful() else "ben"),
            "book_id": made_id("book", "ann"), "deal_id": deal or self._maybe("deals"),
            "contact_id": None if deal else self._maybe("contacts"), "company_id": self._maybe("companies", 0.2),
        }  # fmt: skip
        if not deal and self.rng.random() < 0.15:
            values |= {"revises": self._one("activities"), "kind": "note"}
            same = ("kind", "user_id", "deal_id", "contact_id", "company_id")
            values |= {n: self.seen.get(("activities", values["revises"], n), values[n]) for n in same}
        return [self._insert("activities", values)]

    def _call(self) -> list[Body]:
        """What a call comes to: the entry, and what its outcome does to contact, deal and tasks."""
        contact = self._one("contacts")
        about = {"contact_id": contact, "deal_id": self._maybe("deals", 0.3)}
        outcome = self.rng.choice(("no answer", "busy", "interested", "wrong number", "do not call"))
        entry: Body = {
            "kind": "call", "occurred_at": "2026-03-03T10:00:00Z", "outcome": outcome, "direction": "out", "duration_s": 12,
            "user_id": made_id("user", self.login), "book_id": made_id("book", "ann"), "body": "told",
            "data": {"line": "answered", "connected": outcome == "interested"}, **about,
        }  # fmt: skip
        changes = [self._insert("activities", entry)]
        values: Body = {"lead_status": self.rng.choice(("Attempting", "Connected"))}
        if outcome == "wrong number":
            phones = self.seen.get(("contacts", contact, "phones")) or [
                {"value": "+4930123456", "label": "work"}
            ]
            bad = self.rng.choice(("wrong number", "not in service")) if self._careful() else "boring"
            values["phones"] = [{**phone, "bad": bad} for phone in phones]
        if outcome == "do not call":
            values["do_not_call"] = True
        if self.rng.random() < 0.6:
            changes.append(self._update("contacts", contact, values))
        if about["deal_id"] and self.rng.random() < 0.5:
            changes += self._move()
        if self.rng.random() < 0.5:
            done = "2026-03-03T10:00:00+00:00" if outcome == "interested" else None
            due = f"2026-04-0{self.rng.randrange(1, 9)}T08:00:00.000000Z"
            task = self._one("tasks")
            changes.append(
                self._update("tasks", task, {"done_at": done} if done else {"due_at": due, "done_at": None})
            )
            if done:
                changes.append(
                    self._insert("activities", {**entry, "kind": "task_done", "data": {"task_id": task}})
                )
        if self.rng.random() < 0.6:
            task_values = {
                "kind": "call", "subject": "Call again", "due_at": "2026-03-10T08:00:00Z", "priority": "low",
                "assignee_id": made_id("user", self.login), "book_id": made_id("book", "ann"), **about,
            }  # fmt: skip
            changes.append(self._insert("tasks", task_values))
        return changes

    def _task(self) -> list[Body]:
        values = {
            "kind": "call", "subject": "Call", "due_at": f"2026-03-1{self.rng.randrange(9)}T08:00:00Z",
            "assignee_id": made_id("user", self.login), "contact_id": self._maybe("contacts"),
            "deal_id": self._maybe("deals"), "book_id": made_id("book", "ann"),
        }  # fmt: skip
        return [self._insert("tasks", values)]

    def _create(self) -> list[Body]:
        book = {
            "book_id": made_id("book", self.rng.choice(("ann", "ann", "East")) if self._careful() else "wim")
        }
        match self.rng.choice(("companies", "contacts", "deals")):
            case "companies":
                return [self._insert("companies", {**book, "name": "Acme"})]
            case "contacts":
                return [
                    self._insert(
                        "contacts", {**book, "first_name": "N", "company_id": self._maybe("companies")}
                    )
                ]
        values = {
            **book, "title": "D", "pipeline_id": made_id("pipeline", "Nordlicht"), "currency": "EUR", "outcome": "open",
            "stage_id": made_id("stage", "Nordlicht", "New" if self._careful() else "Won"), "stage_since": "2026-03-03T10:00:00Z",
            "contact_id": self._maybe("contacts"), "company_id": self._maybe("companies"), "position": "V", "value_minor": 1,
        }  # fmt: skip
        return [self._insert("deals", values)]

    def _delete(self) -> list[Body]:
        # Of the few there are, so that some are deleted a second time, by who has not seen the first.
        table = self.rng.choice(("tasks", "tasks", "deals", "contacts"))
        at = f"2026-03-03T1{self.rng.randrange(10)}:00:00+00:00"
        base: Body = {"deleted_at": None}
        if table == "deals" and not self._careful():
            base["title"] = "never"
        return [
            {"table": table, "id": self._one(table), "op": "update", "set": {"deleted_at": at}, "base": base}
        ]

    def _hand_over(self) -> list[Body]:
        table = self.rng.choice(("contacts", "deals", "companies"))
        to = made_id(
            "book",
            self.rng.choice(("East", "ann")) if self._careful() else self.rng.choice(("ben", "nobody")),
        )
        return [self._update(table, self._one(table), {"book_id": to})]

    def _claim(self) -> list[Body]:
        contact = made_id("contacts", "East", self.rng.choice("01"))
        values = {
            "kind": "owner_change", "occurred_at": "2026-03-03T10:00:00Z", "user_id": made_id("user", self.login),
            "book_id": made_id("book", "East"), "contact_id": contact,
        }  # fmt: skip
        taken = self._update("contacts", contact, {"book_id": made_id("book", self.login)})
        return [taken, self._insert("activities", values)]

    def _odd(self) -> list[Body]:
        contact = self._one("contacts")
        odd: list[Body] = [
            {"table": "contacts", "id": contact, "op": "update", "set": {"nonsense": 1}, "base": {}},
            {"table": "contacts", "id": contact, "op": "update", "set": {"title": 7}, "base": {}},
            {"table": "contacts", "id": contact, "op": "remove"},
            {"table": "users", "id": made_id("user", "ben"), "op": "update", "set": {"name": "B"}, "base": {}},
            {"table": "stages", "id": made_id("stage", "Nordlicht", "New"), "op": "update", "set": {"name": "N"}, "base": {}},
            {"table": "contacts", "id": contact, "op": "update"},
            {"table": "companies", "id": (made := self._id()), "op": "insert",
             "set": {"id": made, "name": "Old", "book_id": made_id("book", "ann")}},
            {"table": "deals", "id": self._one("deals"), "op": "update", "set": {"expected_close": "2026-02-31"}, "base": {}},
        ]  # fmt: skip
        return [self.rng.choice(odd)]

    # --- pieces

    def _id(self) -> str:
        return f"{self.rng.getrandbits(32):08x}-0000-7000-8000-{self.rng.getrandbits(48):012x}"

    def _one(self, table: str) -> str:
        return self.rng.choice(self.fine[table] if self._careful() else self.ids[table])

    def _careful(self) -> bool:
        return self.rng.random() < self.care

    def _maybe(self, table: str, share: float = 0.5) -> str | None:
        return self._one(table) if self.rng.random() < share else None

    def _update(self, table: str, record: str, values: Body) -> Body:
        base = {name: self.seen.get((table, record, name)) for name in values}
        if not self._careful():
            base = {name: value for name, value in base.items() if self.rng.random() < 0.5}
        if "title" in base and not self._careful():
            base["title"] = "never"
        self.seen |= {(table, record, name): value for name, value in values.items()}
        base = {n: v for n, v in base.items() if v is not None or fields_of(RECORDS[table])[n].nullable}
        return {"table": table, "id": record, "op": "update", "set": values, "base": base}

    def _insert(self, table: str, values: Body) -> Body:
        record = self._id() if self._careful() else self._one(table)
        specs = fields_of(RECORDS[table])
        empty = {"set": [], "map": {}, "int": 0, "bool": False}
        whole: Body = {
            name: None if spec.nullable else empty.get(spec.kind.name.lower(), "")
            for name, spec in specs.items()
            if spec.role is Role.DATA
        }
        whole |= {**values, "id": record}
        self.ids[table].append(record)
        self.fine[table].append(record)
        self.seen |= {(table, record, name): value for name, value in whole.items()}
        return {"table": table, "id": record, "op": "insert", "set": whole}


# --- what became of it


def without_times(value: Any) -> Any:
    if isinstance(value, dict):
        return {name: without_times(each) for name, each in value.items() if name not in TIMES}
    return [without_times(each) for each in value] if isinstance(value, list) else value


def outcome(boss: psycopg.Connection[Any], began: str, answers: list[Body]) -> Iterator[tuple[str, Any]]:
    """All that came of a batch, name by name, without times and what only counts transactions."""
    order = sorted(answer["revision"] for answer in answers if answer["revision"])
    for number, answer in enumerate(answers):
        place = order.index(answer["revision"]) if answer["revision"] else None
        yield f"answer {number}", without_times({**answer, "revision": place})
    for table in (*TABLES, "contact_points", "exits", "stages", "users"):
        touched = "null" if table == "contact_points" else f"sync_xid >= '{began}'::xid8"
        rows = boss.execute(f"SELECT to_jsonb(t), {touched} FROM {table} t").fetchall()
        yield table, sorted(([without_times(row), is_touched] for row, is_touched in rows), key=repr)
    history = boss.execute(
        "SELECT id, user_id, command, body, status, undoes, undone_by FROM changesets WHERE command = 'chance' ORDER BY seq"
    )
    yield "history", history.fetchall()
    lines = boss.execute(
        "SELECT h.id, r.table_name, r.row_id FROM changeset_rows r JOIN changesets h USING (org_id, seq)"
        " WHERE h.command = 'chance' ORDER BY 1, 2, 3"
    )
    yield "rows of the history", lines.fetchall()
    audit = boss.execute(
        "SELECT table_name, row_id, op, changeset_id, diff, login, user_id FROM audit WHERE xid >= %s::xid8"
        " ORDER BY table_name, row_id, seq",
        (began,),
    )
    yield "audit", audit.fetchall()
    wrong = boss.execute(
        "SELECT seq FROM audit WHERE xid >= %s::xid8 AND digest <> audit_digest(org_id, at, xid, login, user_id, table_name,"
        " row_id, op, changeset_id, audit_commitment(salt, diff))",
        (began,),
    )
    yield "digests that do not hold", wrong.fetchall()


def run(
    boss: psycopg.Connection[Any], login: str, statement: str, calls: list[tuple[Any, ...]]
) -> dict[str, Any]:
    """What comes of calls that somebody makes; all of it is taken back."""
    with boss.transaction(force_rollback=True):
        [(began,)] = boss.execute("SELECT pg_current_xact_id()::text").fetchall()
        boss.execute(sql.SQL("SET LOCAL SESSION AUTHORIZATION {}").format(sql.Identifier(login)))
        answers: list[Body] = []
        for call in calls:
            [(told,)] = boss.execute(statement, call).fetchall()
            answers += told
        boss.execute("RESET SESSION AUTHORIZATION")
        return dict(outcome(boss, began, answers))


@pytest.fixture(scope="module")
def boss(shared_floor: Floor) -> psycopg.Connection[Any]:
    """Who may look at everything, and work as anybody."""
    return shared_floor.database.superuser()


@pytest.mark.parametrize("seed", range(SEEDS))
def test_a_batch_comes_to_the_same_as_its_changesets_one_by_one(
    boss: psycopg.Connection[Any], seed: int
) -> None:
    rng = random.Random(seed)
    login = rng.choice(("ann", "ann", "ann", "ann", "ann", "ann", "mia", "mia", "ada", "rob"))
    care = rng.choice((0.9, 0.98, 0.995, 0.999))
    chance = Chance(login, rng, care)
    chance.look(boss)
    bodies = chance.bodies(rng.choice((8, 20, 40, 60)))
    single = run(boss, login, "SELECT offhook.apply(%s)", [(Jsonb([body]),) for body in bodies])
    items = [{"seq": number, **body} for number, body in enumerate(bodies, 1)]
    client = made_id("client", str(seed))
    together = run(boss, login, "SELECT offhook.apply(%s, 0, %s)", [(client, Jsonb(items))])
    for name, expected in single.items():
        assert together[name] == expected, name
    assert dt.datetime.now(dt.UTC) > NOW  # Nothing here is in the future for the server.
