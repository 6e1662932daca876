"""What a rep does in a day without a network, as the outbox that is sent in the evening; and how fast a server takes it."""

from __future__ import annotations

import datetime as dt
import itertools
import json
import random
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from core.changes import Change, Changeset, Row, Status, merge, to_json
from core.commands.activities import LogActivity
from core.commands.base import Command, Context, changeset, load_needs
from core.commands.contacts import CreateContact, EditContact
from core.commands.deals import EditDeal, MoveDeal
from core.commands.records import Claim, TagRecords
from core.commands.tasks import CompleteTask, CreateTask
from core.entities import Deal
from core.errors import OffhookError
from core.ids import new_id
from storage.postgres.connection import Wire
from storage.postgres.load import Loaded, catalog
from storage.postgres.push import Item, push

DAY = {
    "log call": 30, "note": 25, "edit contact": 15, "move deal": 12, "edit deal": 5, "task": 5, "tag": 3, "claim": 3,
    "new contact": 2,
}  # fmt: skip
"""What a rep does offline, by weight."""
_TRIES = 20_000
_WORDS = (
    "asked",
    "for",
    "the",
    "new",
    "prices",
    "and",
    "wants",
    "a",
    "second",
    "licence",
    "before",
    "the",
    "quarter",
    "ends",
)


class _Seen(Loaded):
    """What the rep sees: the server's rows, and what they did themselves since."""

    def follow(self, changes: Sequence[Change]) -> None:
        """Takes in what a command has changed."""
        for change in changes:
            held = self._rows.get((change.table, change.id))
            if change.insert:
                now = dict.fromkeys(("created_at", "updated_at"), dt.datetime.now(dt.UTC))
                self._rows[change.table, change.id] = {**_blank(change), **change.set, **now}
            elif held is not None:
                self._rows[change.table, change.id] = {**held, **merge(held, change).write}


def _blank(change: Change) -> Row:
    return {"id": change.id, "org_id": "", "version": 1, "updated_by": None, "deleted_at": None}


class Offline:
    """A rep who decides commands by what they saw last, without asking anybody.

    Args:
        wire: the rep's connection, for what there is at the beginning.
        rng: what they do.
        records: with how many contacts, and how many deals, they have to do.
    """

    def __init__(self, wire: Wire, rng: random.Random, *, records: int = 200) -> None:
        self._rng = rng
        self._catalog = catalog(wire)
        self._seen = _Seen(wire, self._catalog.organization.id)
        self._open_tasks: list[str] = []
        self._left: list[Changeset] = []
        pool = [book.id for book in self._catalog.books if book.kind == "pool"]
        mine = self._catalog.my_book.id

        def some(table: str, books: Sequence[str], more: str = "") -> list[str]:
            found = wire.execute(
                f"SELECT id FROM {table} WHERE book_id = ANY (%s::uuid[]) AND deleted_at IS NULL {more}"
                " ORDER BY id",
                (list(books),),
            )
            ids = [record_id for (record_id,) in found]
            rng.shuffle(ids)
            return ids

        self._contacts = itertools.cycle(some("contacts", [mine])[:records])
        self._deals = itertools.cycle(some("deals", [mine], "AND outcome = 'open'")[:records])
        self._pool = iter(some("contacts", pool))

    def outbox(self, count: int, *, kind: str = "", start: int = 1) -> list[Item]:
        """So many commands, as they lie in the outbox: of one kind, or as in a `DAY`."""
        groups = self._done(kind)
        while len(self._left) < count and (group := next(groups, None)):
            self._left += group
        done, self._left = self._left[:count], self._left[count:]
        return [(start + number, json.dumps(to_json(each))) for number, each in enumerate(done)]

    def _done(self, kind: str) -> Iterator[list[Changeset]]:
        # Some things can be done once only, to a lead or a deal: then this ends.
        for _ in range(_TRIES):
            what = kind or self._rng.choices(list(DAY), list(DAY.values()))[0]
            decided = [self._decide(command) for command in getattr(self, f"_{what.replace(' ', '_')}")()]
            if done := [each for each in decided if each is not None]:
                yield done

    def _decide(self, command: Command | None) -> Changeset | None:
        if command is None:
            return None
        load_needs(command, self._seen, self._catalog, self._seen.load)
        context = Context(self._catalog, dt.datetime.now(dt.UTC))
        try:
            decided = changeset(command, command.decide(self._seen, context), context)
        except OffhookError:
            return None
        self._seen.follow(decided.changes)
        return decided if decided.changes else None

    def _text(self, words: int) -> str:
        return " ".join(self._rng.choices(_WORDS, k=words))

    # --- the commands

    def _note(self) -> Iterator[Command | None]:
        about = (
            ("deals", next(self._deals)) if self._rng.random() < 0.5 else ("contacts", next(self._contacts))
        )
        yield LogActivity(table=about[0], record_id=about[1], kind="note", body=self._text(20))

    def _log_call(self) -> Iterator[Command | None]:
        contact = next(self._contacts)
        yield LogActivity(
            table="contacts", record_id=contact, kind="call", direction="out", outcome="connected", duration_s=180,
            body=self._text(15),
        )  # fmt: skip
        if self._open_tasks and self._rng.random() < 0.3:
            yield CompleteTask(task_id=self._open_tasks.pop(0))
        elif self._rng.random() < 0.5:
            yield from self._task(contact)

    def _task(self, contact: str = "") -> Iterator[Command | None]:
        due = dt.datetime.now(dt.UTC) + dt.timedelta(days=self._rng.randrange(1, 20))
        task = CreateTask(
            table="contacts",
            record_id=contact or next(self._contacts),
            subject=self._text(4),
            kind="call",
            due_at=due,
        )
        self._open_tasks.append(task.task_id)
        yield task

    def _edit_contact(self) -> Iterator[Command | None]:
        yield EditContact(
            contact_id=next(self._contacts), values={"title": self._text(2), "city": self._text(1)}
        )

    def _edit_deal(self) -> Iterator[Command | None]:
        yield EditDeal(deal_id=next(self._deals), values={"next_step": self._text(5)})

    def _tag(self) -> Iterator[Command | None]:
        yield TagRecords(table="contacts", ids=(next(self._contacts),), add=(self._text(1),))

    def _move_deal(self) -> Iterator[Command | None]:
        deal_id = next(self._deals)
        self._seen.load(MoveDeal(deal_id=deal_id, stage_id="", from_stage_id="").needs(self._catalog))
        deal = self._seen.get(Deal, deal_id)
        origin = self._catalog.stage(deal.stage_id)
        ways = [
            s for s in self._catalog.stages if s.id in origin.next_stage_ids and s.kind == "open"
        ]  # fmt: skip
        yield MoveDeal(deal_id=deal_id, stage_id=ways[0].id, from_stage_id=origin.id) if ways else None

    def _claim(self) -> Iterator[Command | None]:
        contact = next(self._pool, "")
        yield Claim(table="contacts", ids=(contact,)) if contact else None

    def _new_contact(self) -> Iterator[Command | None]:
        first, last = self._text(1), self._text(1)
        yield CreateContact(
            values={"first_name": first, "last_name": last, "emails": (f"{first}.{new_id()}@example.com",)}
        )


@dataclass(frozen=True, slots=True)
class Pace:
    """How fast a server has taken an outbox.

    Attributes:
        commands: how many were sent.
        changes: how many rows they change.
        seconds: from the outbox in memory to all answers read.
        statuses: how many answers there were of each status.
    """

    commands: int
    changes: int
    seconds: float
    statuses: Counter[str]


def send(wire: Wire, items: Sequence[Item], *, client_id: str = "", acked: int = 0, batch: int = 500) -> Pace:
    """Sends an outbox in batches of a size, and takes the time.

    Args:
        wire: the rep's connection.
        items: the outbox.
        client_id: whose; a new one where it is empty.
        acked: see `storage.postgres.push.push`.
        batch: how many changesets a call has, at most.
    """
    client_id = client_id or new_id()
    changes = sum(len(json.loads(body)["changes"]) for _, body in items)
    statuses: Counter[str] = Counter()
    began = time.perf_counter()
    for begin in range(0, len(items), batch):
        answers = push(wire, client_id, acked, items[begin : begin + batch])
        statuses.update(answer.status.value for answer in answers)
        acked = answers[-1].seq
    return Pace(len(items), changes, time.perf_counter() - began, statuses)


def applied_all(pace: Pace) -> bool:
    """Whether nothing was refused."""
    return set(pace.statuses) <= {Status.OK.value, Status.MERGED.value}
