"""A client of the field in the simulated world: a real cache file, a real agent that is driven step by step."""

from __future__ import annotations

import datetime as dt
import json
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import psycopg

from core.changes import Answer, Changeset, from_json
from core.commands.base import Command
from core.commands.import_undo import UndoBatch
from core.commands.settle import SendAgain
from core.commands.undo import Undo
from core.conflicts import Choice, Edited, Side, asked, choice_of, contested, key_of, offered_for
from core.errors import OffhookError
from core.parked import Parked
from core.parked_text import told
from storage.codec import codec
from storage.postgres.connection import Wire, connect
from sync.agent import Agent
from sync.cache import open_cache
from sync.remote import Remote
from sync.standing import Standing, State
from sync.workspace import FieldWorkspace
from tests.sync.simulator.bringing import brought_in, note_parts
from tests.sync.simulator.calls import tries
from tests.sync.simulator.centre import PASSWORD, Centre
from tests.sync.simulator.chance import Chance
from tests.sync.simulator.evidence import (
    IN_BOOKS,
    CacheView,
    ids_in_cache,
    ids_seen_by,
    look,
)
from tests.sync.simulator.faults import Died, Faults, FaultyRemote, FaultyWriter
from tests.sync.simulator.keeping import REFUSED
from tests.sync.simulator.ledger import TOKEN, Done, Ledger, Place, Told
from tests.sync.simulator.office import Office, make
from tests.sync.simulator.people import Intent
from tests.sync.simulator.sight import covered

SIDES: tuple[Side, ...] = ("mine", "theirs", "original")
TOLD = frozenset({"companies", "contacts", "deals", "tasks"})
"""The tables of what has a timeline."""
_BEGAN = time.monotonic()
_TODAY = dt.datetime.now(dt.UTC).replace(hour=10, minute=0, second=0, microsecond=0)
_TEN_ON_WEDNESDAY = _TODAY - dt.timedelta(days=(_TODAY.weekday() - 2) % 7)
"""When every run begins: what is planned depends on the day of the week and on the hour."""
BROKEN = (OffhookError, psycopg.Error)
"""What an agent meets when something does not work: it lets go of its connection and tries again later."""


class Client:
    """A laptop.

    Args:
        name: what it is called in a run.
        person: whose it is, by their name on the floor.
        centre: the server.
        folder: where its file lies.
        ledger: the book that is kept of the run.
        step: gives the number of the step that is being made.

    Attributes:
        faults: what goes wrong at it.
        skew: how wrong its clock is.
        form: a record whose form is open, as it was when it was opened.
        workspace: what the person works with.
        agent: what keeps it.
    """

    workspace: FieldWorkspace
    agent: Agent

    def __init__(
        self, name: str, person: str, centre: Centre, folder: Path, ledger: Ledger, step: Callable[[], int]
    ) -> None:
        self.name = name
        self.person = person
        self.faults = Faults()
        self.skew = dt.timedelta()
        self.form: Any = None
        self.flickers: list[str] = []
        self._centre = centre
        self._folder = folder
        self._ledger = ledger
        self._step = step
        self._wire: Wire | None = None
        self.open()

    def clock(self) -> dt.datetime:
        """What time it is by this laptop."""
        return _TEN_ON_WEDNESDAY + dt.timedelta(seconds=time.monotonic() - _BEGAN) + self.skew

    # --- being opened, closed, and ended

    def open(self) -> None:
        """Starts the program; the first time it must reach the server, to make its cache."""
        path = self._folder / "cache.db"
        if not path.exists():
            make(path, self.person, self._remote())
        cache = open_cache(path)
        file: Any = cache.database
        file._writer = FaultyWriter(file._writer, self.faults)
        self.workspace = FieldWorkspace(cache, clock=self.clock)
        self.agent = Agent(cache, self._connect, clock=self.clock, jitter=lambda low, high: low, ahead=False)
        self.workspace.join(self.agent, lambda: Office(self.faults, self.wire))  # type: ignore[arg-type,return-value]
        # Nobody watches the file on a thread of their own: here everything happens one after the other.
        self.workspace._stop_watching()

    def die(self) -> None:
        """Ends the program as a power cut does: whatever it has in memory is gone, and only the file stays.

        The next one takes over the connection where it still holds: what a new one costs says nothing here.
        """
        self.faults.clear()
        self.form = None
        self.workspace.database.close()
        self.open()

    def close(self) -> None:
        """Ends the program."""
        self.hang_up()
        self.workspace.close()

    def hang_up(self) -> None:
        """Ends its connection."""
        wire, self._wire = self._wire, None
        if wire is not None:
            wire.close()

    def wire(self) -> Wire:
        """Its connection to the server. One that still holds is taken again: logging in takes its time."""
        self.faults.before_call("connect")
        if self._wire is None or self._wire.closed:
            self._wire = connect(self._centre.profile(self.person), PASSWORD)
        return self._wire

    def _remote(self) -> Remote:
        return Remote(self.wire(), self._centre.profile(self.person))

    def _connect(self) -> Any:
        return FaultyRemote(self._remote(), self.faults, self._heard)

    def _heard(self, name: str, args: tuple[Any, ...], answer: Any) -> None:
        if name != "push":
            return
        _client_id, _acked, items, *_ = args
        ids = {seq: json.loads(body)["id"] for seq, body in items}
        for pushed in answer:
            told = Told(self.name, pushed.status.value, self._step())
            self._ledger.told.setdefault(ids[pushed.seq], []).append(told)

    def deliver(self, place: int) -> str:
        """Has a batch arrive at the server that was sent long ago. Nobody waits for its answer. What the server said.

        Args:
            place: which of those that are under way.
        """
        late = self.faults.under_way.pop(place)
        try:
            answers = late(Remote(self._centre.wire(self.person), self._centre.profile(self.person)))
        except BROKEN as error:
            return str(error).splitlines()[0]
        return ", ".join(pushed.status.value for pushed in answers)

    # --- the agent, step by step

    def sync(self, what: str) -> bool:
        """One step of the agent: `push`, `pull`, `load` or `cycle`. Whether it was made; if not, the agent is offline.

        Raises:
            Died: the program has ended.
        """
        sent = self._outbox() if what == "push" else []
        try:
            self.agent.connect()
            {
                "push": self.agent.push_once, "pull": self.agent.pull_once, "load": self.agent.load_step,
                "cycle": self.agent.cycle,
            }[what]()  # fmt: skip
        except BROKEN:
            self.agent.disconnect()
            self._stands(State.OFFLINE)
            return False
        finally:
            self._note_parts()
        self._stands(State.LIVE)
        self.flickers = self._flickering(sent)
        return True

    def _note_parts(self) -> None:
        with self.workspace.database.read() as connection:
            note_parts(self._ledger, connection)

    def _stands(self, state: State) -> None:
        """As the agent's thread would put it, which nobody runs here."""
        self.agent._standing = Standing(state, self.clock())

    def _outbox(self) -> list[Changeset]:
        with self.workspace.database.read() as connection:
            bodies = connection.execute("SELECT body FROM outbox ORDER BY seq").fetchall()
        return [from_json(json.loads(body)) for (body,) in bodies]

    def _flickering(self, sent: Sequence[Changeset]) -> list[str]:
        """What was just accepted and does not show any more, though no pull has brought it back."""
        told = self._ledger.told
        refused = {c.id for c in sent if c.id in told and told[c.id][-1].status in REFUSED}
        touched = {change.id for c in sent if c.id in refused for change in c.changes}
        # A server that was restored is offered again what was accepted before: that lies over what was sent now.
        waits = self._outbox()
        ids = {changeset.id for changeset in waits}
        stays = [c for c in sent if c.id not in ids] + waits
        while gone := [c for c in stays if touched & {change.id for change in c.changes}]:
            # Nor is known what becomes of what goes on from what was refused.
            touched |= {change.id for c in gone for change in c.changes}
            stays = [c for c in stays if c not in gone]
        with self.workspace.database.read() as connection:
            return list(covered(self.name, stays, lambda table, id_: _row(connection, table, id_)))

    # --- what the person does

    def token(self) -> str:
        """A word that nobody has typed yet."""
        return self._ledger.token()

    def keep_draft(self, key: str, text: str) -> None:
        """Keeps what is being typed. Where the program dies over it, what was there before is there, or this."""
        kept = self._ledger.drafts.setdefault(self.name, {})
        try:
            self.workspace.keep_draft(key, text)
        except Died:
            self.die()
            if self.workspace.drafts(key).get(key, "") == kept.get(key, ""):
                return
        finally:
            self.faults.die_at = None
        if text:
            kept[key] = text
        else:
            kept.pop(key, None)

    def ids(self, table: str, where: str = "") -> Sequence[str]:
        """The ids of records that are not deleted, in an order that is the same in every run."""
        # Those that the server itself has made have ids by chance (version 4): nothing may depend on them.
        asked_for = f"SELECT id FROM {table} WHERE deleted_at IS NULL AND substr(id, 15, 1) <> '4'"
        with self.workspace.database.read() as connection:
            found = connection.execute(
                f"{asked_for}{f' AND {where}' if where else ''} ORDER BY id"
            ).fetchall()
        return [id_ for (id_,) in found]

    def batches(self) -> Sequence[str]:
        """The batches of rows that were brought in here and are not taken back."""
        with self.workspace.database.read() as connection:
            return brought_in(connection)

    def do(self, intent: Intent, *, shown: Any = None) -> Answer | None:
        """Executes a command as a person does, and puts down what they typed and saw. None: the program died over it.

        Args:
            intent: what is done.
            shown: the record on the screen, where that is older than the cache.
        """
        # A reader that has begun before the command goes on seeing what was on the screen.
        with self.workspace.database.read() as before:
            before.execute("SELECT 1 FROM meta").fetchone()
            try:
                answer: Answer = self.workspace.execute(intent.command)
            except Died:
                pass
            else:
                done = answer.changeset if answer.applied else None
                if done is not None:
                    self._put_down(done, intent, before, shown)
                    self._look_at_tries(done, before)
                return answer
        self.die()
        # Either all of it is there or nothing, and who looks sees which.
        with self.workspace.database.read() as after:
            found = after.execute("SELECT body FROM changesets WHERE id = ?", (intent.command.id,)).fetchone()
        if found is not None:
            with self.workspace.database.read() as before:
                self._put_down(from_json(json.loads(found[0])), intent, None, shown)
        return None

    def _look_at_tries(self, done: Changeset, before: Any) -> None:
        """Who is to be tried again by one task, as far as that is known here, gets no second one by a call."""
        for change in done.changes:
            if change.table != "tasks" or not change.insert or done.undoes is not None:
                continue
            whom = change.set["contact_id"], done.user_id
            if whom[0] is None:
                continue
            with self.workspace.database.read() as after:
                were, are = tries(before, *whom), tries(after, *whom)
            if are > max(1, were):
                told = f"{self.name}: {done.command} {done.id} of step {self._step()} plans to try {whom[0]} again"
                self._ledger.planned_twice.append(f"{told}, by {are} tasks in place of {were}")

    def _put_down(self, done: Changeset, intent: Intent, before: Any, shown: Any) -> None:
        if done.id in self._ledger.done:
            return
        self._ledger.done[done.id] = Done(
            done, self.name, self._step(), intent.tokens, self._seen(done, intent.command, before, shown),
            intent.command.settles, intent.given_up,
        )  # fmt: skip

    def _seen(
        self, done: Changeset, command: Command, before: Any, shown: Any
    ) -> dict[Place, tuple[Any, ...]]:
        """The values that stood on the screen in the fields that were changed."""
        seen: dict[Place, tuple[Any, ...]] = {}
        for change in done.changes:
            if change.insert or not change.set:
                continue
            row = _row(before, change.table, change.id) if before is not None else None
            if shown is not None and shown.id == change.id:
                row = {name: getattr(shown, name) for name in codec(change.table).names}
            for name in change.set:
                values = [_path(row, name)] if row is not None else [change.base.get(name)]
                if isinstance(command, (Undo, UndoBatch, SendAgain)):
                    # What was done is taken back, or done again, and of a list no item that has joined it since.
                    values.append(change.base.get(name))
                if isinstance(command, SendAgain):
                    values += _decided(command.parked, change.table, change.id, name)
                    values += self._seen_before(command.parked, (change.table, change.id, name))
                seen[change.table, change.id, name] = tuple(values)
        return seen

    def _seen_before(self, parked: Parked, place: Place) -> list[Any]:
        done = self._ledger.done.get(parked.id)
        return list(done.seen.get(place, ())) if done is not None else []

    # --- what waits for the person

    def decide(self, chance: Chance) -> bool:
        """Decides one of the things that wait. Whether anything did."""
        waiting = self.workspace.parked()
        if not waiting:
            return False
        parked = chance.pick(waiting)
        what = chance.below(10)
        if what == 0 or (what < 3 and not parked.conflicts and parked.kind != "duplicate"):
            self.give_up(parked)
        elif parked.can_hand_in and what < 8:
            self._hand_in(parked, chance)
        else:
            intent = self._answer(parked, chance)
            answer = self.do(intent)
            if answer is not None and not answer.applied and chance.percent(30):
                self.give_up(parked)
        return True

    def _hand_in(self, parked: Parked, chance: Chance) -> None:
        # It goes to the server and is noted here: whatever comes between, it is told once.
        what = chance.below(4)
        if what == 0:
            self.faults.cut_after = 0
        elif what == 1:
            self.faults.die_at = chance.below(4)
        self._ledger.hand_ins.add((parked.id, told(parked, self.workspace.catalog())))
        try:
            self.workspace.hand_in(parked.id)
        except BROKEN:
            return
        except Died:
            self.die()
            if any(each.id == parked.id for each in self.workspace.parked()):
                return
        finally:
            self.faults.clear()
        self._ledger.handed_in.add(parked.id)

    def give_up(self, parked: Parked) -> None:
        """Gives up knowingly what waits."""
        try:
            self.workspace.drop(parked)
        except Died:
            self.die()
            if any(each.id == parked.id for each in self.workspace.parked()):
                return
        if parked.kind != "duplicate":
            self._ledger.dropped.add(parked.id)

    def _answer(self, parked: Parked, chance: Chance) -> Intent:
        ways: list[Choice] = [side for side in SIDES if side in offered_for(parked)]
        disputed = contested(parked)
        choices: dict[str, Choice] = {}
        tokens: list[str] = []
        given_up: list[str] = []
        for conflict in asked(disputed):
            choice = chance.pick(ways)
            if "edited" in offered_for(parked) and isinstance(conflict.mine, str) and chance.percent(15):
                plain = conflict.field.partition(".")[0] not in ("stage_id", "book_id", "pipeline_id")
                if plain:
                    tokens.append(self.token())
                    choice = Edited(tokens[-1])
            choices[key_of(conflict, disputed)] = choice
        for conflict in disputed:
            # Two people's values are told in the timeline, whichever of them loses; what was refused is simply left.
            told = parked.conflicts and conflict.table in TOLD
            if choice_of(conflict, disputed, choices) != "mine" and not told:
                given_up += TOKEN.findall(repr(conflict.mine))
        return Intent(SendAgain(parked=parked, choices=choices), tuple(tokens), tuple(given_up))

    # --- looking

    def view(self) -> CacheView:
        """All that is in the file."""
        return look(self.workspace, self.name, self.person, self._ledger.called)

    @property
    def waits(self) -> bool:
        """Whether anything in the cache is not settled: the outbox, versions kept aside, books that are being loaded."""
        with self.workspace.database.read() as connection:
            row = connection.execute(
                "SELECT (SELECT count(*) FROM outbox) + (SELECT count(*) FROM base)"
                " + (SELECT count(*) FROM sync_books WHERE state <> 'live')"
            ).fetchone()
        return bool(row[0])

    @property
    def loads(self) -> bool:
        """Whether books are being loaded: then what is here is not the whole truth yet."""
        with self.workspace.database.read() as connection:
            row = connection.execute("SELECT count(*) FROM sync_books WHERE state <> 'live'").fetchone()
        return bool(row[0])

    def remembered(self) -> frozenset[str]:
        """The ids of the changesets that its history holds whole: what left its sight is in there no longer."""
        with self.workspace.database.read() as connection:
            held = {
                id_: len(json.loads(body)["changes"])
                for id_, body in connection.execute("SELECT id, body FROM changesets")
            }
        done = self._ledger.done
        return frozenset(
            id_ for id_, size in held.items() if id_ in done and len(done[id_].changeset.changes) == size
        )

    def hidden_work(self) -> list[str]:
        """What is on its way to the server and does not show here."""
        outbox = self._outbox()
        with self.workspace.database.read() as connection:
            return self.flickers + list(
                covered(self.name, outbox, lambda table, id_: _row(connection, table, id_))
            )

    def out_of_sight(self) -> list[tuple[str, str]]:
        """Records in the cache that its login does not see at this moment, and that were not made here."""
        with self.workspace.database.read() as connection:
            held = ids_in_cache(connection)
            aside = {
                (table, id_): body
                for table, id_, body in connection.execute("SELECT table_name, row_id, body FROM base")
            }
        own = {key for key, body in aside.items() if body is None}
        kept = {key for key, body in aside.items() if body is not None and key[0] in IN_BOOKS}
        return sorted((held | kept) - own - ids_seen_by(self._centre.wire(self.person)))


def _row(connection: Any, table: str, id_: str) -> dict[str, Any] | None:
    form = codec(table)
    found = connection.execute(f"SELECT {form.columns} FROM {table} WHERE id = ?", (id_,)).fetchone()
    return form.decode(found) if found is not None else None


def _path(row: Any, name: str) -> Any:
    head, _, tail = name.partition(".")
    return (row[head] or {}).get(tail) if tail else row[head]


def _decided(parked: Parked, table: str, id_: str, name: str) -> list[Any]:
    return [c.theirs for c in parked.conflicts if (c.table, c.id, c.field) == (table, id_, name)]
