"""The field: a cache on the rep's machine and the team's PostgreSQL, kept together by the agent."""

from __future__ import annotations

import datetime as dt
import shutil
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from benchmarks import field_work
from benchmarks.app import BOARD_USABLE, Bench, CannotRun, command, leave
from benchmarks.field_work import Place, apart
from benchmarks.scenarios import scenario
from benchmarks.stats import Budget, Floor, Result
from benchmarks.team import edits_seen
from benchmarks.team_data import MANAGER, TeamServer, enlarge, team_server
from benchmarks.terminal import Terminal, child_environment
from core.commands.contacts import EditContact
from core.filters import parse
from storage.postgres.profile import Profile
from tests.proxy import Proxy

INSERTS_SHARE = 0.55
"""How much of the speed of bare inserts a first load must reach."""
LOAD_CONTACTS = 23_500
"""With so many contacts on the server, a manager sees about 100,000 rows."""
FAR = 0.15
"""Seconds one way: 300 ms there and back."""
_TURNS = 3


def _day(bench: Bench) -> int:
    """How many commands a day without a network has."""
    return 500 if _is_full(bench) else 60


def _is_full(bench: Bench) -> bool:
    return bench.amounts.contacts > 10_000


@contextmanager
def _server(bench: Bench) -> Iterator[TeamServer]:
    reps = 50 if _is_full(bench) else 10
    with team_server(
        bench.work, reps=reps, deals=bench.amounts.deals, contacts=bench.amounts.contacts
    ) as server:
        yield server


@contextmanager
def _place(bench: Bench, server: TeamServer, login: str, name: str, *, port: int = 0) -> Iterator[Place]:
    """A place with no cache yet."""
    folder = bench.work / f"field-{name}"
    shutil.rmtree(folder, ignore_errors=True)
    profile = server.profile(login)
    if port:
        profile = Profile(profile.host, port, profile.database, profile.login)
    try:
        yield Place(profile, server.passwords[login], folder)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _copy_to_nowhere(server: TeamServer, login: str) -> tuple[float, int]:
    """Has the server give a login all rows that it sees, as COPY, and forgets them: seconds, rows."""
    from storage.postgres.connection import connect

    wire = connect(server.profile(login), server.passwords[login])
    rows = 0
    try:
        began = time.perf_counter()
        for table in field_work.TABLES[:-1]:
            with wire.cursor().copy(
                f"copy (select * from {table} where book_id = any((select visible_books())::uuid[])) to stdout"
            ) as copied:
                for block in copied:
                    rows += bytes(block).count(b"\n")
        return time.perf_counter() - began, rows
    finally:
        wire.close()


@scenario("sync-load")
def sync_load(bench: Bench) -> Iterator[Result]:
    """The first load of all that a manager sees into an empty cache, next to bare inserts of the same rows."""
    if _is_full(bench):
        with team_server(bench.work, reps=50, deals=LOAD_CONTACTS // 10, contacts=LOAD_CONTACTS) as server:
            yield from _loads(bench, server, _TURNS)
    with _server(bench) as server:
        yield from _loads(bench, server, 1 if _is_full(bench) else _TURNS)


def _loads(bench: Bench, server: TeamServer, turns: int) -> Iterator[Result]:
    loads, inserted, completed, copied = [], [], [], []
    for _ in range(turns):
        with _place(bench, server, MANAGER, "load") as place:
            loads.append(apart(field_work.first_load, place))
            bare, rest = apart(field_work.bare_inserts, place, bench.work)
        inserted.append(bare)
        completed.append(bare + rest)
        copied.append(_copy_to_nowhere(server, MANAGER)[0])
    name = f"first load of {loads[0].rows:,} rows"
    yield Result(
        f"{name}: all are in", [load.rows_in.wall for load in loads], "s",
        budget=Budget(ratio=round(1 / INSERTS_SHARE, 2)),
        floor=Floor("bare SQLite inserts, encrypted", [each.wall for each in inserted]),
    )  # fmt: skip
    yield Result(
        "… processor time", [load.rows_in.cpu for load in loads], "s",
        floor=Floor("… of the bare inserts", [each.cpu for each in inserted]),
    )  # fmt: skip
    yield Result(
        "… and lists and search are complete", [load.complete.wall for load in loads], "s",
        floor=Floor("bare inserts, then indexes and FTS5", [each.wall for each in completed]),
    )  # fmt: skip
    yield Result(
        "… processor time", [load.complete.cpu for load in loads], "s",
        floor=Floor("… of those", [each.cpu for each in completed]),
    )  # fmt: skip
    yield Result(
        "… and what only the server takes", [load.rows_in.wall for load in loads], "s",
        floor=Floor("COPY to nowhere", copied),
    )  # fmt: skip
    yield Result("… speed", [load.rows / load.rows_in.wall for load in loads], "rows/s")
    yield Result("… until the app opens", [load.opened.wall for load in loads], "s")
    yield Result("… from then until the first look is in", [load.useful.wall for load in loads], "s")
    yield Result("… memory", [load.memory for load in loads], "MB")


@scenario("sync-push")
def sync_push(bench: Bench) -> Iterator[Result]:
    """An outbox sent to the server and settled: by size of the batch, and a day's 500 commands, near and far."""
    count, day = 2_000 if _is_full(bench) else 100, _day(bench)
    with _server(bench) as server, _place(bench, server, server.logins[0], "push") as place:
        apart(field_work.first_load, place)
        for batch in (1, 50, 200, 500):
            some = min(count, batch * 40)
            worked = apart(field_work.work_offline, place, some, batch, only_edits=True)
            sent = apart(field_work.send, place, batch)
            yield Result(
                f"push and settle, batches of {batch}", [worked.changes / sent.settled], "changes/s",
            )  # fmt: skip
            if batch == 500:
                yield Result(
                    f"push and settle, {worked.changes:,} changes in batches of 500",
                    [sent.settled / worked.changes * 15_000], "s for 15,000", budget=Budget(median=1.0),
                )  # fmt: skip
        for turn, (name, delay, most) in enumerate(
            (("loopback", 0.0, 0.5), ("300 ms there and back", FAR, 3.0))
        ):
            apart(field_work.work_offline, place, day, 900 + turn)
            with _line(place, delay) as far:
                sent = apart(field_work.send, far, 500)
            yield Result(
                f"{day} commands over {name}: sent and settled",
                [sent.settled],
                "s",
                budget=Budget(median=most),
            )
            apart(field_work.work_offline, place, day, 950 + turn)
            with _line(place, delay) as far:
                sent = apart(field_work.come_back, far)
            yield Result(f"{day} commands over {name}: from signing in to live", [sent.settled], "s")


@contextmanager
def _line(place: Place, delay: float) -> Iterator[Place]:
    """The same place behind a line of some length."""
    if not delay:
        yield place
        return
    proxy = Proxy((place.profile.host, place.profile.port))
    proxy.start()
    proxy.delay = delay
    try:
        profile = place.profile
        yield Place(
            Profile(profile.host, proxy.port, profile.database, profile.login), place.password, place.folder
        )
    finally:
        proxy.close()


@scenario("sync-live")
def sync_live(bench: Bench) -> Iterator[Result]:
    """What one does in their cache, in another one's cache and on another one's screen, and what goes over the wire."""
    count = bench.amounts.keys
    with _server(bench) as server:
        mine, theirs = server.logins[:2]
        proxy, ear = (Proxy((server.profile(mine).host, server.port)) for _ in range(2))
        for each in (proxy, ear):
            each.start()
        try:
            with (
                _place(bench, server, mine, "live-one", port=proxy.port) as place,
                _place(bench, server, theirs, "live-two", port=ear.port) as other,
                place.open() as workspace,
                field_work.follower(other) as pipe,
            ):
                field_work.wait_until_live(workspace)
                yield from _edits_followed(workspace, pipe, count, proxy, ear)
                yield from _idle(bench, proxy)
        finally:
            proxy.close()
            ear.close()
    yield from _on_a_screen(bench)


def _edits_followed(workspace: Any, pipe: Any, count: int, proxy: Proxy, ear: Proxy) -> Iterator[Result]:
    query = parse("owner:pool", "contacts", workspace.catalog(), now=dt.datetime.now(dt.UTC), zone=dt.UTC)
    pool = workspace.contact_ids(query)[:200]
    followed, here = [], []
    sent, heard = proxy.asked_bytes + proxy.answered_bytes, ear.asked_bytes + ear.answered_bytes
    for number in range(count):
        contact = pool[number % len(pool)]
        began = time.perf_counter()
        answer = workspace.execute(EditContact(contact_id=contact, values={"title": f"Edit {number}"}))
        here.append((time.perf_counter() - began) * 1000)
        if not answer.applied:
            raise CannotRun(f"an edit was not applied: {answer.reason}")
        while pipe.poll(20):
            at, rows = pipe.recv()
            if ("contacts", contact) in rows:
                followed.append((at - began) * 1000)
                break
        else:
            raise CannotRun("an edit did not arrive in 20 s")
        time.sleep(0.03)
    time.sleep(0.5)
    yield Result(
        "local edit → another client’s cache", followed, budget=Budget(median=6, p99=15),
        floor=Floor("the edit itself, durable here", here),
    )  # fmt: skip
    yield Result(
        "bytes over the wire per edit: sender",
        [(proxy.asked_bytes + proxy.answered_bytes - sent) / count],
        "B",
    )
    yield Result(
        "bytes over the wire per edit: another client",
        [(ear.asked_bytes + ear.answered_bytes - heard) / count],
        "B",
    )


def _idle(bench: Bench, proxy: Proxy) -> Iterator[Result]:
    seconds = 60.0 if _is_full(bench) else 5.0
    before = proxy.asked_bytes + proxy.answered_bytes
    with proxy.count() as trips:
        time.sleep(seconds)
    went = proxy.asked_bytes + proxy.answered_bytes - before
    yield Result("bytes over the wire, idle", [went * 60 / seconds], "B/min")
    yield Result("round trips, idle", [trips[0] * 60 / seconds], "/min")


def _on_a_screen(bench: Bench) -> Iterator[Result]:
    """The real program in the field, and a colleague in the field."""
    from cli.demo.team.server import start
    from cli.home import find_home
    from cli.sample_team import open_as

    home = bench.work / "sync-live-home"
    environment = child_environment({"OFFHOOK_HOME": str(home)})
    arguments = command("demo", "--team", "--field", "--as", "ann")
    with Terminal(arguments, env=environment, columns=bench.columns, rows=bench.rows) as terminal:
        terminal.wait_for_text(BOARD_USABLE, timeout=120)
        terminal.wait_for_text("● live", timeout=60)
        terminal.settle(1.0)
        folder = find_home({"OFFHOOK_HOME": str(home)}).demo.data / "team"
        with start(folder, zone=dt.UTC, now=dt.datetime.now(dt.UTC)) as team:
            mia = open_as(team, "mia", field=True)
            try:
                field_work.wait_until_live(mia)
                shown, answered = edits_seen(terminal, mia, bench.amounts.repeats)
            finally:
                mia.close()
        leave(terminal)
    yield Result(
        "a colleague’s local edit → on my screen", shown, budget=Budget(median=15, p99=50),
        floor=Floor("the edit itself, durable there", answered),
    )  # fmt: skip


@scenario("sync-day")
def sync_day(bench: Bench) -> Iterator[Result]:
    """A day without a network: 500 commands over everything that a manager sees, and the evening when it is back."""
    count = _day(bench)
    with _server(bench) as server, _place(bench, server, MANAGER, "day") as place:
        apart(field_work.first_load, place)
        worked = apart(field_work.work_offline, place, count, 3)
        edge = max(count // 10, 10)
        yield Result(
            f"a command offline, {bench.amounts.contacts:,} contacts", worked.took, floor=bench.floors.commit
        )
        yield Result(
            f"the last {edge} of {count} commands",
            worked.took[-edge:],
            floor=Floor(f"the first {edge}", worked.took[:edge]),
        )
        yield Result(f"memory after {count} commands offline", [worked.memory], "MB")
        back = apart(field_work.come_back, place)
        yield Result(f"{count} commands: from signing in to live", [back.settled], "s")
        yield Result("memory while catching up", [back.memory], "MB")
        yield Result("left for a person to decide", [float(back.parked)], "")


@scenario("sync-empty")
def sync_empty(bench: Bench) -> Iterator[Result]:
    """Asking for news where there are none, on a server of this size: a rep, and a manager who sees everything."""
    with _server(bench) as server:
        yield from _empty_pulls(bench, server)


@scenario("sync-huge")
def sync_huge(bench: Bench) -> Iterator[Result]:
    """Asking for news where there are none, with a million contacts and ten million activities on the server."""
    contacts, activities = (1_000_000, 10_000_000) if _is_full(bench) else (2_000, 10_000)
    with team_server(
        bench.work / "huge", reps=50, deals=bench.amounts.deals, contacts=bench.amounts.contacts
    ) as server:
        enlarge(server, {"contacts": contacts, "activities": activities})
        yield from _empty_pulls(bench, server, f", {contacts:,} contacts, {activities:,} activities")


def _empty_pulls(bench: Bench, server: TeamServer, size: str = "") -> Iterator[Result]:
    for login in (server.logins[0], MANAGER):
        place = Place(server.profile(login), server.passwords[login], bench.work)
        pulls, nothing = apart(field_work.empty_pulls, place, bench.amounts.keys)
        yield Result(
            f"empty pull{size}: {'a rep' if login != MANAGER else 'a manager of all'}", pulls,
            budget=Budget(median=3), floor=Floor("select 1", nothing),
        )  # fmt: skip
