"""A team on one PostgreSQL: many reps at once, many who want the same leads, and how soon one sees what another did."""

from __future__ import annotations

import datetime as dt
import multiprocessing
import random
import threading
import time
from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from benchmarks.app import BOARD_USABLE, Bench, CannotRun, command, leave
from benchmarks.scenarios import scenario
from benchmarks.stats import Budget, Floor, Result
from benchmarks.team_data import TeamServer, team_server
from benchmarks.terminal import Terminal, child_environment
from core.changes import Status
from core.commands.activities import LogActivity
from core.commands.base import Command
from core.commands.contacts import EditContact
from core.commands.deals import EditDeal, MoveDeal
from core.commands.records import Claim
from core.filters import Query, parse
from core.workspace import Card
from storage.postgres.direct import DirectWorkspace, open_direct

WORDS = ("anna", "mar", "smith", "lo", "schm", "first drover", "ga")
MIX = {
    "board": 10, "contact page": 20, "list window": 15, "search": 15, "log call": 20, "move deal": 10, "edit contact": 8,
    "claim": 2,
}  # fmt: skip
"""What a rep does, by weight."""
RLS_BUDGET = 1.5
_REST = 1.0
"""Seconds between two things that a rep does: five times as busy as a real one."""
_PROCESSES = 5
_TURNS = 5
_RIVALS = 10
"""How many claim the same lead."""


@dataclass
class Tally:
    """What was measured: milliseconds by what was done, and what went wrong."""

    took: dict[str, list[float]] = field(default_factory=lambda: defaultdict(list))
    wrong: list[str] = field(default_factory=list)
    seconds: float = 0.0

    def add(self, other: Tally) -> None:
        """Takes another tally in."""
        for what, samples in other.took.items():
            self.took[what] += samples
        self.wrong += other.wrong

    @property
    def count(self) -> int:
        """How many things were done."""
        return sum(map(len, self.took.values()))


@dataclass(frozen=True)
class Seat:
    """A rep's place at the server, as it is sent to a process."""

    server: TeamServer
    login: str

    @contextmanager
    def open(self) -> Iterator[DirectWorkspace]:
        """The rep's workspace."""
        workspace = open_direct(self.server.profile(self.login), self.server.passwords[self.login])
        try:
            yield workspace
        finally:
            workspace.close()


class Rep:
    """Somebody at work, who knows from the start which records there are.

    Args:
        workspace: theirs.
        rng: what they do.
    """

    def __init__(self, workspace: DirectWorkspace, rng: random.Random) -> None:
        self._workspace = workspace
        self._rng = rng
        self._pipeline = workspace.catalog().pipelines[0].id
        self._mine = self._query("owner:me", "contacts")
        self._my_deals = self._query("owner:me", "deals")
        self._contacts = workspace.contact_ids(self._mine)[:500]
        self._pool = workspace.contact_ids(self._query("owner:pool", "contacts"))
        self._cards: dict[str, Card] = {
            card.id: card for card in workspace.board(self._pipeline, self._my_deals)
        }
        self._stages = {card.id: card.stage_id for card in self._cards.values()}
        rng.shuffle(self._pool)
        self.tally = Tally()

    def act(self, what: str) -> None:
        """Does one thing, and takes its time."""
        command: Command | None = None
        if make := getattr(self, f"_make_{what.replace(' ', '_')}", None):
            command = make()
            if command is None:
                return
        began = time.perf_counter()
        if command is None:
            self._read(what)
        else:
            answer = self._workspace.execute(command)
            # Somebody else was faster: that is how it should be, and took its time like the rest.
            late = what == "claim" and answer.status in (Status.REJECTED, Status.GONE, Status.CONFLICT)
            if not answer.applied and not late:
                self.tally.wrong.append(f"{what}: {answer.reason}")
        self.tally.took[what].append((time.perf_counter() - began) * 1000)

    def _query(self, text: str, entity: str) -> Query:
        return parse(text, entity, self._workspace.catalog(), now=dt.datetime.now(dt.UTC), zone=dt.UTC)

    def _read(self, what: str) -> None:
        if what == "board":
            self._workspace.board(self._pipeline, self._my_deals)
        elif what == "contact page":
            self._workspace.page("contacts", self._rng.choice(self._contacts))
        elif what == "list window":
            self._workspace.contacts(self._mine, offset=self._rng.randrange(len(self._contacts)), limit=60)
        else:
            self._workspace.search(self._rng.choice(WORDS))

    def _make_log_call(self) -> Command:
        return LogActivity(
            table="contacts",
            record_id=self._rng.choice(self._contacts),
            kind="call",
            outcome="no answer",
            direction="out",
        )

    def _make_move_deal(self) -> Command | None:
        catalog = self._workspace.catalog()
        for deal_id in self._rng.sample(list(self._stages), min(20, len(self._stages))):
            stage = catalog.stage(self._stages[deal_id])
            ahead = [to for to in stage.next_stage_ids if catalog.stage(to).kind == "open"]
            if ahead:
                self._stages[deal_id] = ahead[0]
                return MoveDeal(deal_id=deal_id, stage_id=ahead[0], from_stage_id=stage.id)
        return None

    def _make_edit_contact(self) -> Command:
        return EditContact(
            contact_id=self._rng.choice(self._contacts),
            values={"title": f"Manager {self._rng.randrange(10_000)}"},
        )

    def _make_claim(self) -> Command | None:
        return Claim(table="contacts", ids=(self._pool.pop(),)) if self._pool else None


def _work(seats: Sequence[Seat], seconds: float, rest: float, seed: int, mix: dict[str, int]) -> Tally:
    """Several reps at work in this process, a thread for each."""
    whole, lock, ready = Tally(), threading.Lock(), threading.Barrier(len(seats))

    def work(seat: Seat, rng: random.Random) -> None:
        with seat.open() as workspace:
            rep = Rep(workspace, rng)
            ready.wait(120)
            began = time.perf_counter()
            while (now := time.perf_counter()) < began + seconds:
                try:
                    rep.act(rng.choices(list(mix), list(mix.values()))[0])
                except Exception as error:  # noqa: BLE001 (whatever it is, it is counted and told)
                    rep.tally.wrong.append(f"{type(error).__name__}: {error}")
                if rest:
                    time.sleep(max(0.0, rng.uniform(0.5, 1.5) * rest - (time.perf_counter() - now)))
            with lock:
                whole.add(rep.tally)
                whole.seconds = max(whole.seconds, time.perf_counter() - began)

    threads = [
        threading.Thread(target=work, args=(seat, random.Random(seed + number)))
        for number, seat in enumerate(seats)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return whole


def at_work(
    server: TeamServer, logins: Sequence[str], *, seconds: float, rest: float, mix: dict[str, int] = MIX
) -> Tally:
    """Reps at work for some seconds, in a few processes, so that no client waits for another one's interpreter."""
    seats = [Seat(server, login) for login in logins]
    shares = [some for n in range(_PROCESSES) if (some := seats[n::_PROCESSES])]
    whole = Tally()
    with multiprocessing.get_context("spawn").Pool(len(shares)) as pool:
        jobs = [
            pool.apply_async(_work, (share, seconds, rest, 1_000 * number, mix))
            for number, share in enumerate(shares)
        ]
        for job in jobs:
            share = job.get(seconds + 300)
            whole.add(share)
            whole.seconds = max(whole.seconds, share.seconds)
    return whole


def _server(bench: Bench) -> Any:
    reps = 50 if bench.amounts.contacts > 10_000 else 10
    return team_server(bench.work, reps=reps, deals=bench.amounts.deals, contacts=bench.amounts.contacts)


@scenario("team-load")
def team_load(bench: Bench) -> Iterator[Result]:
    """Many reps at once on the team's PostgreSQL: reads and writes, next to one rep, and to no row-level security."""
    seconds = 30.0 if bench.amounts.contacts > 10_000 else 4.0
    with _server(bench) as server:
        yield Result(f"team: {server.rows:,} rows loaded through all triggers", [server.loaded], "s")
        alone, bare = Tally(), Tally()
        # By turns, so that what else the machine is busy with falls on both.
        for _ in range(_TURNS):
            turn = at_work(server, server.logins[:1], seconds=seconds / _TURNS, rest=0)
            alone.add(turn)
            alone.seconds += turn.seconds
            with _without_policies(server, server.logins[0]):
                bare.add(at_work(server, server.logins[:1], seconds=seconds / _TURNS, rest=0))
        for what in MIX:
            if alone.took[what] and bare.took[what]:
                yield Result(
                    f"one rep: {what}", alone.took[what],
                    budget=Budget(ratio=RLS_BUDGET), floor=Floor("without row-level security", bare.took[what]),
                )  # fmt: skip
        many = at_work(server, server.logins, seconds=seconds, rest=_REST)
        reps = len(server.logins)
        for what in MIX:
            if many.took[what]:
                yield Result(
                    f"{reps} reps at once: {what}", many.took[what], floor=Floor("one rep", alone.took[what])
                )
        flat_out = at_work(server, server.logins, seconds=seconds / 2, rest=0)
        yield Result(
            f"{reps} reps, flat out", [flat_out.count / flat_out.seconds], "actions/s",
            floor=Floor("one rep", [alone.count / alone.seconds]),
        )  # fmt: skip
        wrong = alone.wrong + bare.wrong + many.wrong + flat_out.wrong
        done = alone.count + bare.count + many.count + flat_out.count
        yield Result(f"errors in {done:,} actions", [float(len(wrong))], "")
        if wrong:
            raise CannotRun("not every action worked: " + "; ".join(sorted(set(wrong))[:5]))


@contextmanager
def _without_policies(server: TeamServer, login: str) -> Iterator[None]:
    """Lets a login pass all policies for a while. Queries that ask for its own records alone give the same answers."""
    with server.superuser() as superuser:
        superuser.execute(f"alter role {login} bypassrls")
        try:
            yield
        finally:
            superuser.execute(f"alter role {login} nobypassrls")


def _storm(
    seats: Sequence[tuple[Seat, Sequence[str]]],
) -> tuple[Tally, dict[str, str], float, float]:
    """Everybody claims their leads in the same order. Returns times, who won what, and when it began and ended."""
    whole, won, lock = Tally(), dict[str, str](), threading.Lock()
    ready = threading.Barrier(len(seats))
    moments: list[float] = []

    def claim(seat: Seat, leads: Sequence[str]) -> None:
        with seat.open() as workspace:
            ready.wait(120)
            began = time.time()
            mine: list[str] = []
            took = Tally()
            for lead in leads:
                start = time.perf_counter()
                answer = workspace.execute(Claim(table="contacts", ids=(lead,)))
                spent = (time.perf_counter() - start) * 1000
                took.took["won" if answer.applied else "lost"].append(spent)
                if answer.applied:
                    mine.append(lead)
                elif answer.status is Status.UNAVAILABLE:
                    took.wrong.append(answer.reason)
            with lock:
                whole.add(took)
                moments.extend((began, time.time()))
                for lead in mine:
                    if lead in won:
                        whole.wrong.append(f"two have won {lead}")
                    won[lead] = seat.login

    threads = [threading.Thread(target=claim, args=seat) for seat in seats]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return whole, won, min(moments), max(moments)


@scenario("claim-storm")
def claim_storm(bench: Bench) -> Iterator[Result]:
    """Everybody claims the same leads at the same moment: each lead gets one owner, everybody else is told whose it is."""
    full = bench.amounts.contacts > 10_000
    clients, wanted = (100, 1_000) if full else (10, 30)
    with _server(bench) as server:
        with Seat(server, server.logins[0]).open() as workspace:
            query = parse(
                "owner:pool", "contacts", workspace.catalog(), now=dt.datetime.now(dt.UTC), zone=dt.UTC
            )
            leads = workspace.contact_ids(query)[:wanted]
            alone = Tally()
            for lead in leads[: wanted // 10]:
                start = time.perf_counter()
                workspace.execute(Claim(table="contacts", ids=(lead,)))
                alone.took["won"].append((time.perf_counter() - start) * 1000)
            leads = leads[wanted // 10 :]
        groups = max(1, clients // _RIVALS)
        seats = [
            (Seat(server, server.logins[n % len(server.logins)]), leads[n // _RIVALS :: groups])
            for n in range(clients)
        ]
        whole, owners = Tally(), dict[str, list[str]]()
        with multiprocessing.get_context("spawn").Pool(_PROCESSES) as pool:
            jobs = [pool.apply_async(_storm, (seats[n::_PROCESSES],)) for n in range(_PROCESSES)]
            ends = []
            for job in jobs:
                tally, won, began, ended = job.get(900)
                whole.add(tally)
                ends += [began, ended]
                for lead, login in won.items():
                    owners.setdefault(lead, []).append(login)
        seconds = max(ends) - min(ends)
        yield Result(
            f"{clients} clients, {len(leads)} leads: a claim that wins",
            whole.took["won"],
            floor=Floor("nobody else", alone.took["won"]),
        )
        if whole.took["lost"]:
            yield Result(
                f"{clients} clients, {len(leads)} leads: one that comes too late", whole.took["lost"]
            )
        yield Result(f"{clients} clients: claims answered", [whole.count / seconds], "/s")
        wrong = [f"{lead} has {len(winners)} owners" for lead, winners in owners.items() if len(winners) != 1]
        wrong += [f"{lead} has no owner" for lead in leads if lead not in owners]
        yield Result(f"leads with more or less than one owner, of {len(leads)}", [float(len(wrong))], "")
        if wrong or whole.wrong:
            raise CannotRun("; ".join((wrong + whole.wrong)[:5]))


@scenario("live")
def live(bench: Bench) -> Iterator[Result]:
    """What one does, on another one's screen: the real program, following the team's PostgreSQL."""
    from cli.demo.team.server import start
    from cli.home import find_home
    from cli.sample_team import open_as

    home = bench.work / "live-home"
    arguments = command("demo", "--team", "--as", "ann")
    environment = child_environment({"OFFHOOK_HOME": str(home)})
    with Terminal(arguments, env=environment, columns=bench.columns, rows=bench.rows) as terminal:
        terminal.wait_for_text(BOARD_USABLE, timeout=120)
        terminal.settle(1.0)
        folder = find_home({"OFFHOOK_HOME": str(home)}).demo.data / "team"
        with start(folder, zone=dt.UTC, now=dt.datetime.now(dt.UTC)) as team:
            mia = open_as(team, "mia")
            try:
                shown, answered = edits_seen(terminal, mia, bench.amounts.repeats)
            finally:
                mia.close()
        leave(terminal)
    yield Result(
        "a colleague's edit, sent → on my screen", shown, budget=Budget(median=15, p99=50),
        floor=Floor("the edit, sent → answered", answered),
    )  # fmt: skip


def edits_seen(terminal: Terminal, colleague: Any, count: int) -> tuple[list[float], list[float]]:
    """Edits the title of a card that is on Ann's screen, again and again.

    Returns:
        Milliseconds from before each edit to the end of the frame that shows it, and to its answer.

    Raises:
        CannotRun: no card can be told apart from all others.
    """
    catalog = colleague.catalog()
    query = parse("", "deals", catalog, now=dt.datetime.now(dt.UTC), zone=dt.UTC)
    screen = "\n".join(terminal.screen())
    ann = next(user.id for user in catalog.users if user.login == "ann")
    hers = [
        card
        for card in colleague.board(catalog.pipelines[0].id, query)
        if card.book_id == catalog.book_of(ann).id
    ]
    titles = Counter(card.title for card in hers)
    # One that cannot be taken for another one where titles are cut short.
    cards = [
        card for card in hers if titles[card.title] == 1 and len(card.title) < 22 and card.title in screen
    ]
    if not cards:
        raise CannotRun("no deal of the board is on the screen")
    card = cards[0]
    shown: list[float] = []
    answered: list[float] = []
    for number in range(count):
        title = f"Edit {number:03}"
        began = time.perf_counter()

        def edit(title: str = title, began: float = began) -> None:
            answer = colleague.execute(EditDeal(deal_id=card.id, values={"title": title}))
            answered.append((time.perf_counter() - began) * 1000)
            assert answer.applied, answer.reason

        thread = threading.Thread(target=edit)
        thread.start()
        at = terminal.wait_for_text(title, timeout=20) / 1000 + terminal.started
        thread.join()
        shown.append((at - began) * 1000)
        terminal.settle()
        # A screen looks at what others do ten times a second at most; colleagues on a floor are rarer than that.
        time.sleep(0.25)
    return shown, answered
