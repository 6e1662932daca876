"""How offhook is started and driven: all commands, keys and texts that the scenarios rely on."""

from __future__ import annotations

import datetime as dt
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path

from benchmarks.floors import Floors
from benchmarks.terminal import Terminal, TerminalError, child_environment

ROOT = Path(__file__).resolve().parent.parent
MODULE = "cli.main"

BOARD_USABLE = r"(?s)\bNew +[1-9].*█"
"""On the screen once the board can be used: the first stage's name, and a number of cards close behind it."""
REFUSED = r"Invalid move"
"""On the screen when a move was refused. A benchmark of refusals would be quick and wrong."""

DOWN, UP, LEFT, RIGHT = "j", "k", "h", "l"
MOVE_RIGHT = "L"
BRIEFING, UNDO = "space", "u"
TO_CONTACTS, TO_PIPELINE = ("g", "c"), ("g", "p")
SEARCH, CLEAR, TO_LIST = "/", "ctrl+u", "down"
OPEN, BACK, QUIT = "enter", "escape", "ctrl+q"
TO_TIMELINE = "tab"
"""From the details, where a contact's screen begins, to its timeline."""

CALL_ALL, BEGIN_ANEW, NO_ANSWER = "C", "2", "1"
CALLS_OVER = "The block is over"
CALLS_LEFT = "Go on with"
"""On the screen where an earlier run has left its list."""
CALLING = r"Calling .* \d+ of \d+ left(?s:.*)☎ \+?\d"
"""On the screen once somebody can be called."""

SEARCHES = ("anna", "martin", "smith", "garcia", "o'br", "li", "timeline te")
"""What is typed letter by letter: common and rare beginnings, two words, an apostrophe."""
TIMELINE_TESTER = "Timeline Tester"
"""The contact with 10,000 activities."""
FIND = ("--demo", "find", "anna")
"""The demo data are a workspace beside the user's own, so a command has to be told."""


class CannotRun(RuntimeError):
    """A scenario could not run, and it should have."""


class Skip(RuntimeError):
    """A scenario does not apply here; the message says why."""


@dataclass(frozen=True, slots=True)
class Dataset:
    """Demo data of a size. The same numbers always give the same data."""

    deals: int
    contacts: int
    big_timeline: bool = False
    seed: int = 1

    @property
    def name(self) -> str:
        """A folder's name for it."""
        timeline = "-timeline" * self.big_timeline
        return f"{self.deals}-deals-{self.contacts}-contacts{timeline}-seed-{self.seed}"

    @property
    def arguments(self) -> list[str]:
        """The command-line arguments that make it."""
        numbers = {"--deals": self.deals, "--contacts": self.contacts, "--seed": self.seed}
        made = [part for name, value in numbers.items() for part in (name, str(value))]
        return [*made, "--big-timeline"] if self.big_timeline else made


@dataclass(frozen=True, slots=True)
class Amounts:
    """How much is done of everything."""

    keys: int
    starts: int
    repeats: int
    deals: int
    contacts: int
    scaling_contacts: int


FULL = Amounts(keys=200, starts=10, repeats=40, deals=10_000, contacts=100_000, scaling_contacts=20_000)
QUICK = Amounts(keys=40, starts=3, repeats=6, deals=1_000, contacts=5_000, scaling_contacts=2_000)


def command(*arguments: str) -> list[str]:
    """The command line that runs offhook from this checkout."""
    return [sys.executable, "-m", MODULE, *arguments]


@dataclass
class Bench:
    """What a scenario is handed: how much to do, the floors, and the program with its data.

    Attributes:
        work: the folder with the data; what is prepared there is used again.
        amounts: how much of everything.
        sizes: numbers of deals to compare.
        floors: the run's floors.
        columns: the terminal's width.
        rows: the terminal's height.
    """

    work: Path
    amounts: Amounts
    sizes: Sequence[int]
    floors: Floors
    columns: int = 160
    rows: int = 45
    _ready: set[str] = field(default_factory=set)

    @property
    def dataset(self) -> Dataset:
        """The data that most scenarios use."""
        return Dataset(self.amounts.deals, self.amounts.contacts, big_timeline=True)

    def require_app(self) -> None:
        """Says so at once where there is nothing to measure."""
        if not ROOT.joinpath(*MODULE.split(".")).with_suffix(".py").exists():
            raise CannotRun(f"there is no program to start: the checkout has no module {MODULE}")

    def home(self, dataset: Dataset) -> Path:
        """The folder with everything that offhook keeps, with demo data; made where it is not there yet."""
        self.require_app()
        folder, done = self.work / dataset.name, self.work / f"{dataset.name}.ready"
        if not done.exists():
            shutil.rmtree(folder, ignore_errors=True)  # what an interrupted run left
            folder.mkdir(parents=True)
            made = self.run("demo", "--generate-only", *dataset.arguments, home=folder, timeout=1800)
            if made.returncode != 0:
                raise CannotRun(f"`demo --generate-only` exited with {made.returncode}: {_tail(made)}")
            done.touch()
        return folder

    def environment(self, home: Path) -> dict[str, str]:
        """The variables that point offhook at the data."""
        return {"OFFHOOK_HOME": str(home)}

    def run(self, *arguments: str, home: Path, timeout: float = 60) -> subprocess.CompletedProcess[str]:
        """Runs a command of offhook to its end, without a terminal."""
        return subprocess.run(
            command(*arguments),
            cwd=ROOT,
            env=child_environment(self.environment(home)),
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=timeout,
            check=False,
        )

    def start(self, dataset: Dataset) -> Terminal:
        """Starts offhook on the data, in a terminal of the run's size, and waits for nothing."""
        home = self.home(dataset)
        argv = command("demo")
        return Terminal(argv, columns=self.columns, rows=self.rows, cwd=ROOT, env=self.environment(home))

    @contextmanager
    def board(self, dataset: Dataset | None = None) -> Iterator[Terminal]:
        """Offhook with a usable board and nothing left to do in the background."""
        with self.start(dataset or self.dataset) as terminal:
            terminal.wait_for_text(BOARD_USABLE, timeout=30)
            terminal.settle(1.0, timeout=3)  # at most: a clock in a corner may never rest
            yield terminal
            leave(terminal)


def awake(now: dt.datetime) -> str:
    """A filter for contacts who may be called at this hour, whatever day it is."""
    country = "us" if now.hour >= 17 else "de" if now.hour >= 8 else "au" if now.hour >= 1 else "us"
    return f"country:{country}"


def calls_made(screen: Sequence[str]) -> int:
    """How many calls were logged, as call mode says it at the top."""
    found = re.search(r"(\d+) calls? ·", screen[0])
    return int(found[1]) if found else 0


def leave(terminal: Terminal) -> None:
    """Quits as a user does, so that the next start finds a closed database; by force if it stays."""
    terminal.send(QUIT)
    with suppress(TerminalError):
        terminal.wait_exit(timeout=3)
    terminal.close()


def go(terminal: Terminal, keys: Sequence[str]) -> None:
    """Goes to a screen by its two keys, and makes sure that it came."""
    before = terminal.screen()
    for key in keys[:-1]:
        terminal.send(key)
        terminal.settle()
    terminal.press(keys[-1])
    expect_change(before, terminal, " ".join(keys))


def expect_change(before: Sequence[str], terminal: Terminal, what: str) -> None:
    """Complains where less than a quarter of the lines is new: the key did something else."""
    after = terminal.screen()
    used = sum(1 for old, new in zip(before, after, strict=True) if old or new)
    new = sum(1 for old, new in zip(before, after, strict=True) if old != new)
    if new * 4 < used:
        picture = "\n".join(f"  | {line}" for line in after)
        raise TerminalError(f"{what!r} changed {new} of {used} lines only. The last screen:\n{picture}")


def _tail(done: subprocess.CompletedProcess[str]) -> str:
    lines = (done.stderr or done.stdout).strip().splitlines()
    return "\n".join(lines[-12:]) or "it printed nothing"
