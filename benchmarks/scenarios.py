"""The scenarios: each a function that drives something and yields lines for the table as it gets them."""

from __future__ import annotations

import datetime as dt
import json
import subprocess
import sys
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import cycle, islice
from pathlib import Path

from benchmarks import app
from benchmarks.app import Bench, CannotRun, Dataset, Skip, expect_change, go, leave
from benchmarks.stats import Budget, Floor, Result
from benchmarks.terminal import Terminal, TerminalError, Timing, child_environment

Run = Callable[[Bench], Iterator[Result]]


@dataclass(frozen=True, slots=True)
class Scenario:
    """A function with the name it is asked for by."""

    name: str
    about: str
    run: Run


SCENARIOS: dict[str, Scenario] = {}
"""By name, in the order in which they run."""


def scenario(name: str) -> Callable[[Run], Run]:
    """Puts a function on the list. The first line of its docstring says what it is about."""

    def register(run: Run) -> Run:
        if name in SCENARIOS:
            raise ValueError(f"there is a scenario {name!r} already")
        SCENARIOS[name] = Scenario(name, (run.__doc__ or name).partition("\n")[0], run)
        return run

    return register


# --------------------------------------------------------------------------------------------------- helpers


def press_each(terminal: Terminal, keys: Iterable[str], enough: int | None = None) -> list[Timing]:
    """Presses one key after the other, each when the one before has settled.

    With `enough`, a key without a frame ends it quietly once there are so many: a list came to its end.
    """
    timings: list[Timing] = []
    for key in keys:
        try:
            timings.append(
                terminal.press(key, timeout=5.0 if enough is None or len(timings) < enough else 0.5)
            )
        except TerminalError:
            if enough is None or len(timings) < enough:
                raise
            break
    return timings


def alternate(first: str, second: str, count: int) -> Iterator[str]:
    """There and back, so many keys in all."""
    return islice(cycle((first, second)), count)


def to_frame(
    what: str, timings: Sequence[Timing], *, budget: Budget | None = None, floor: Floor | None = None
) -> Result:
    """A result that counts to the end of the first frame: when the eye sees that the key was taken."""
    return Result(
        what,
        [timing.frame for timing in timings],
        budget=budget,
        floor=floor,
        bytes=[timing.bytes for timing in timings],
        frames=[timing.frames for timing in timings],
    )


def to_last_frame(
    what: str, timings: Sequence[Timing], *, budget: Budget | None = None, floor: Floor | None = None
) -> Result:
    """A result that counts to the end of the last frame: when everything that the key asked for is there."""
    return replace(
        to_frame(what, timings, budget=budget, floor=floor), samples=[timing.last_frame for timing in timings]
    )


def memory(group: int) -> float:
    """Resident megabytes of all processes of a process group."""
    if sys.platform != "linux":
        raise Skip("resident memory is read from /proc, which only Linux has")
    total = 0
    for folder in Path("/proc").iterdir():
        if not folder.name.isdecimal():
            continue
        try:
            # After the command name in parentheses, which may contain anything: state, parent, process group.
            if int((folder / "stat").read_text().rpartition(")")[2].split()[2]) != group:
                continue
            status = (folder / "status").read_text()
        except OSError:
            continue  # it ended while we looked
        kilobytes = [int(line.split()[1]) for line in status.splitlines() if line.startswith("VmRSS:")]
        total += sum(kilobytes)
    return total * 1024 / 1e6


def move_and_undo(terminal: Terminal, count: int) -> tuple[list[Timing], list[Timing]]:
    """Moves the card under the cursor to the right and takes it back, again and again: (moves, undos).

    The way back is undo, because the pipeline has its own rules about which way deals go.
    """
    press_each(terminal, (app.MOVE_RIGHT, app.UNDO))
    timings = press_each(terminal, alternate(app.MOVE_RIGHT, app.UNDO, count))
    if app.REFUSED in "\n".join(terminal.screen()):
        raise CannotRun("the program refused the moves, so their times mean nothing")
    return timings[::2], timings[1::2]


# ---------------------------------------------------------------------------------------- without the program


@scenario("floors")
def floors(bench: Bench) -> Iterator[Result]:
    """The floors by themselves: interpreter, Textual, raw ANSI, SQLite, the disk."""
    for floor in bench.floors.each:
        yield Result(f"floor: {floor.name}", floor.samples)


@scenario("prototype")
def prototype(bench: Bench) -> Iterator[Result]:
    """A board of 10,000 cards with nothing behind it: the harness must see what is known of such a board."""
    with bench.floors.program("board_app.py", "10000") as terminal:
        terminal.wait_for_text(app.BOARD_USABLE)
        terminal.settle(0.3)
        floor = bench.floors.key
        keys = bench.amounts.keys
        press_each(terminal, "jjkk")
        yield to_frame("prototype: cursor", press_each(terminal, alternate("j", "k", keys)), floor=floor)
        yield to_frame("prototype: column hop", press_each(terminal, alternate("l", "h", keys)), floor=floor)
        yield to_frame("prototype: card move", press_each(terminal, alternate("L", "H", keys)), floor=floor)
        terminal.send("j" * 60)
        terminal.settle()
        yield to_frame("prototype: cursor, scrolling", press_each(terminal, "j" * keys), floor=floor)


# ------------------------------------------------------------------------------------------- with the program


@scenario("start")
def start(bench: Bench) -> Iterator[Result]:
    """From the start of the process to the first frame and to a board that can be used."""
    painted, framed, usable, written, frames = [], [], [], [], []
    for turn in range(bench.amounts.starts + 1):
        with bench.start(bench.dataset) as terminal:
            frame = terminal.wait_for_frame(timeout=30)
            board = terminal.wait_for_text(app.BOARD_USABLE, timeout=30)
            if turn:  # the first one compiles and fills the file cache
                painted.append(terminal.first_paint or frame)
                framed.append(frame)
                usable.append(board)
                terminal.settle(0.5)
                written.append(terminal.bytes)
                frames.append(len(terminal.frames))
            leave(terminal)
    floor = bench.floors.start
    deals = f"{bench.amounts.deals:,} deals"
    yield Result("start → first character on the screen", painted, floor=floor)
    yield Result("start → first live frame", framed, budget=Budget(median=250), floor=floor)
    yield Result(
        f"start → usable board, {deals}",
        usable,
        budget=Budget(median=500),
        floor=floor,
        bytes=written,
        frames=frames,
    )


@scenario("cursor")
def cursor(bench: Bench) -> Iterator[Result]:
    """Cursor keys on the board: within the screen, scrolling, to the next column, and the peek."""
    deals, keys, floor = f"{bench.amounts.deals:,} deals", bench.amounts.keys, bench.floors.key
    budget = Budget(median=5, p99=16, frames=1, bytes=1500)
    with bench.board() as terminal:
        press_each(terminal, (app.DOWN, app.UP))
        yield to_frame(
            f"board, {deals}: cursor key → frame",
            press_each(terminal, alternate(app.DOWN, app.UP, keys)),
            budget=budget,
            floor=floor,
        )
        yield to_frame(
            f"board, {deals}: column hop → frame",
            press_each(terminal, alternate(app.RIGHT, app.LEFT, keys)),
            budget=replace(budget, bytes=None),
            floor=floor,
        )
        yield to_frame(
            f"board, {deals}: cursor key that scrolls → frame",
            scroll_down(terminal, keys),
            budget=replace(budget, bytes=None),
            floor=floor,
        )


def scroll_down(terminal: Terminal, count: int) -> list[Timing]:
    """Cursor keys below the last line that was in view, as many as there are cards for."""
    terminal.send(app.DOWN * 50)
    terminal.settle(0.2)
    return press_each(terminal, app.DOWN * count, enough=20)


@scenario("move")
def move(bench: Bench) -> Iterator[Result]:
    """A card to the next column, and undo; the commit to the local database included."""
    deals, keys, floor = f"{bench.amounts.deals:,} deals", bench.amounts.keys, bench.floors.key_and_commit
    with bench.board() as terminal:
        timings, undone = move_and_undo(terminal, keys)
        yield to_frame(
            f"board, {deals}: card move → frame", timings, budget=Budget(median=8, p99=25), floor=floor
        )
        yield to_last_frame(f"board, {deals}: card move → last frame", timings, floor=floor)
        yield to_frame(f"board, {deals}: undo of a move → frame", undone, floor=floor)


@scenario("sizes")
def sizes(bench: Bench) -> Iterator[Result]:
    """Cursor, scrolling and card move at several numbers of deals, each against the smallest."""
    smallest: dict[str, Floor] = {}
    for deals in sorted(bench.sizes):
        with bench.board(Dataset(deals, bench.amounts.scaling_contacts)) as terminal:
            press_each(terminal, (app.DOWN, app.UP))
            measured = {
                "cursor key": press_each(terminal, alternate(app.DOWN, app.UP, bench.amounts.keys)),
                "card move": move_and_undo(terminal, bench.amounts.keys)[0],
                "scrolling": scroll_down(terminal, min(bench.amounts.keys, max(deals // 20, 20))),
            }
        for what, timings in measured.items():
            result = to_frame(f"{what} → frame, {deals:,} deals", timings)
            if what in smallest:
                result = replace(result, floor=smallest[what], budget=Budget(ratio=1.3))
            else:
                smallest[what] = Floor(f"{deals:,} deals", result.samples)
            yield result


@scenario("search")
def search(bench: Bench) -> Iterator[Result]:
    """Search as you type in Contacts, letter by letter."""
    contacts = f"{bench.amounts.contacts:,} contacts"
    typed: list[Timing] = []
    cleared: list[Timing] = []
    with bench.board() as terminal:
        go(terminal, app.TO_CONTACTS)
        terminal.press(app.SEARCH)
        press_each(terminal, (*app.SEARCHES[0], app.CLEAR))
        while len(typed) < bench.amounts.keys:
            for name in app.SEARCHES:
                typed += press_each(terminal, name)
                cleared.append(terminal.press(app.CLEAR))
    budget, floor = Budget(median=12, p99=40), bench.floors.key
    yield to_frame(f"search, {contacts}: key → frame", typed, floor=floor)
    yield to_last_frame(f"search, {contacts}: key → all results", typed, budget=budget, floor=floor)
    yield to_last_frame(f"search, {contacts}: cleared → full list", cleared, floor=bench.floors.screenful)


@scenario("timeline")
def timeline(bench: Bench) -> Iterator[Result]:
    """A contact with 10,000 activities: opening it, and moving through its timeline."""
    opened: list[Timing] = []
    repeats, keys = bench.amounts.repeats, bench.amounts.keys
    with bench.board() as terminal:
        go(terminal, app.TO_CONTACTS)
        terminal.press(app.SEARCH)
        press_each(terminal, app.TIMELINE_TESTER)
        found = terminal.screen()
        if not any(app.TIMELINE_TESTER in line for line in found):
            raise CannotRun(f"the demo data have no contact {app.TIMELINE_TESTER!r}")
        terminal.press(app.OPEN)
        try:
            expect_change(found, terminal, "enter in the search")
        except TerminalError:  # it only left the search field: then the list has the cursor now
            terminal.press(app.OPEN)
        for _ in range(repeats):
            terminal.press(app.BACK)
            terminal.settle(0.2)  # a bare escape is one only after a while
            before = terminal.screen()
            opened.append(terminal.press(app.OPEN))
            expect_change(before, terminal, "opening the contact")
        budget, floor = Budget(median=8, p99=25), bench.floors.screenful
        yield to_frame("timeline of 10,000: open → frame", opened, floor=floor)
        yield to_last_frame(
            "timeline of 10,000: open → last frame", opened, budget=Budget(median=50), floor=floor
        )
        terminal.press(app.TO_TIMELINE)
        for what, pressed in {
            "j": ["j"] * keys,
            "pagedown": ["pagedown"] * repeats,
            "end, home": list(alternate("end", "home", repeats)),
        }.items():
            timings = press_each(terminal, pressed)
            yield to_frame(f"timeline of 10,000: {what} → frame", timings, budget=budget, floor=floor)


@scenario("briefing")
def briefing(bench: Bench) -> Iterator[Result]:
    """The briefing on the board and in the list of contacts: opened, following the cursor, taken away."""
    repeats, keys = bench.amounts.repeats, bench.amounts.keys
    screenful, key = bench.floors.screenful, bench.floors.key
    with bench.board() as terminal:
        for place, way in (("board", ()), ("contacts", app.TO_CONTACTS)):
            if way:
                go(terminal, way)
            press_each(terminal, [app.BRIEFING] * 2)
            timings = press_each(terminal, [app.BRIEFING] * (2 * repeats))
            yield to_last_frame(f"briefing, {place}: open → everything on it", timings[::2], floor=screenful)
            yield to_last_frame(f"briefing, {place}: away → frame", timings[1::2], floor=screenful)
            press_each(terminal, [app.BRIEFING])
            followed = press_each(terminal, alternate(app.DOWN, app.UP, keys))
            yield to_frame(f"briefing, {place}: cursor key → frame", followed, floor=key)
            yield to_last_frame(f"briefing, {place}: cursor key → the next one's", followed, floor=key)
            press_each(terminal, [app.BRIEFING])


@scenario("hop")
def hop(bench: Bench) -> Iterator[Result]:
    """From the board to the contacts and back; the first round, which builds the screens, is not counted."""
    floor = bench.floors.screenful
    timings: list[Timing] = []
    with bench.board() as terminal:
        go(terminal, app.TO_CONTACTS)
        go(terminal, app.TO_PIPELINE)
        for leader, key in islice(cycle((app.TO_CONTACTS, app.TO_PIPELINE)), bench.amounts.repeats):
            terminal.send(leader)
            terminal.settle(0.1)
            timings.append(terminal.press(key))
    yield to_frame("hop Pipeline ↔ Contacts → frame", timings, budget=Budget(median=10), floor=floor)
    yield to_last_frame(
        "hop Pipeline ↔ Contacts → last frame", timings, budget=Budget(median=30), floor=floor
    )


@scenario("call")
def call(bench: Bench) -> Iterator[Result]:
    """Call mode: an outcome key until the next contact is on the screen, the commit included.

    Each key is pressed when the contact after the next one is ready, as it is in life: nobody hangs up in a second.
    """
    contacts, keys = f"{bench.amounts.contacts:,} contacts", bench.amounts.keys
    timings: list[Timing] = []
    with bench.board() as terminal:
        go(terminal, app.TO_CONTACTS)
        terminal.press(app.SEARCH)
        press_each(terminal, app.awake(dt.datetime.now(dt.UTC)))
        terminal.press(app.TO_LIST)
        terminal.send(app.CALL_ALL)
        terminal.wait_for_text(f"{app.CALLS_LEFT}|{app.CALLING}", timeout=30)
        if any(app.CALLS_LEFT in line for line in terminal.screen()):
            terminal.send(app.BEGIN_ANEW)
        terminal.wait_for_text(app.CALLING, timeout=30)
        terminal.settle(1.0, timeout=10)
        for _ in range(2 * keys):
            timing = terminal.press(app.NO_ANSWER)
            terminal.settle(0.3)
            if app.calls_made(terminal.screen()) > len(timings):
                timings.append(timing)
            over = any(app.CALLS_OVER in line for line in terminal.screen())
            if over or len(timings) == keys:
                break  # over: nobody is left who may be called at this hour
    if len(timings) < min(keys, 20):
        raise Skip("hardly anybody in the sample data may be called at this hour")
    yield to_frame(
        f"call, {contacts}: outcome key → next contact", timings, budget=Budget(p99=25), floor=bench.floors.key_and_commit
    )  # fmt: skip
    yield to_last_frame(f"call, {contacts}: outcome key → last frame", timings, floor=bench.floors.screenful)


@scenario("memory")
def resident(bench: Bench) -> Iterator[Result]:
    """Resident memory with the board on the screen, and after a walk through everything."""
    if sys.platform != "linux":
        raise Skip("resident memory is read from /proc, which only Linux has")
    size = f"{bench.amounts.deals:,} deals + {bench.amounts.contacts:,} contacts"
    budget = Budget(median=80)
    with bench.floors.program("static_app.py") as terminal:
        terminal.wait_for_frame()
        terminal.settle(0.5)
        floor = Floor("minimal Textual", [memory(terminal.pid)])
    with bench.board() as terminal:
        yield Result(f"memory, {size}: board", [memory(terminal.pid)], unit="MB", budget=budget, floor=floor)
        scroll_down(terminal, 50)
        go(terminal, app.TO_CONTACTS)
        terminal.press(app.SEARCH)
        press_each(terminal, (*app.SEARCHES[0], app.CLEAR, *app.SEARCHES[1]))
        terminal.settle(0.3)
        after = memory(terminal.pid)
        yield Result(
            f"memory, {size}: after scrolling and searching", [after], unit="MB", budget=budget, floor=floor
        )


@scenario("find")
def find(bench: Bench) -> Iterator[Result]:
    """`offhook find` as a whole process, from its start to its end."""
    home = bench.home(bench.dataset)
    samples = []
    for turn in range(bench.amounts.starts + 1):
        begin = time.perf_counter()
        done = bench.run(*app.FIND, home=home)
        if turn:
            samples.append((time.perf_counter() - begin) * 1000)
        if done.returncode != 0:
            raise CannotRun(
                f"`{' '.join(app.FIND)}` exited with {done.returncode}: {done.stderr.strip()[-500:]}"
            )
    what = f"offhook find, {bench.amounts.contacts:,} contacts, whole process"
    yield Result(what, samples, budget=Budget(median=150), floor=bench.floors.python)


@scenario("edit")
def edit(bench: Bench) -> Iterator[Result]:
    """A local edit until it is durable, in one process without a screen (`benchmarks/edit.py`)."""
    home = bench.home(bench.dataset)
    done = subprocess.run(
        [sys.executable, "-m", "benchmarks.edit", "--count", str(bench.amounts.keys)],
        cwd=app.ROOT,
        env=child_environment(bench.environment(home)),
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )
    if done.returncode != 0:
        raise CannotRun(f"benchmarks.edit exited with {done.returncode}: {done.stderr.strip()[-2000:]}")
    answer = json.loads(done.stdout)
    if "skip" in answer:
        raise Skip(answer["skip"])
    yield Result("local edit, durable", answer["samples"], budget=Budget(p99=1), floor=bench.floors.commit)
