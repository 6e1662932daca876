"""The floors: what the same kind of thing costs with nothing of offhook in it, measured in the same run.

A time says little about a program on a machine that nobody else has. Its ratio to one of these does. Each is
measured when the first scenario asks for it, and once a run.
"""

from __future__ import annotations

import os
import random
import sqlite3
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from functools import cached_property
from pathlib import Path

from benchmarks.stats import Floor
from benchmarks.terminal import Terminal, Timing, child_environment

PROGRAMS = Path(__file__).parent / "floor"
_SYLLABLES = tuple(f"{consonant}{vowel}" for consonant in "bdfgjklmnprst" for vowel in "aeiou")


class Floors:
    """The floors of one run.

    Args:
        work: a folder for databases; on the file system that is to be measured.
        columns: the terminal's width.
        rows: the terminal's height.
        keys: how many keys to press.
        starts: how many times to start a program.
        contacts: how many rows to search.
    """

    def __init__(self, work: Path, *, columns: int, rows: int, keys: int, starts: int, contacts: int) -> None:
        self._work = work
        self._columns, self._rows = columns, rows
        self._keys, self._starts = keys, starts
        self._contacts = contacts

    @cached_property
    def python(self) -> Floor:
        """A whole process of the interpreter that does nothing."""
        samples = []
        for _ in range(self._starts + 1):
            start = time.perf_counter()
            subprocess.run([sys.executable, "-c", "pass"], env=child_environment(), check=True)
            samples.append((time.perf_counter() - start) * 1000)
        return Floor("python -c pass", samples[1:])

    @cached_property
    def start(self) -> Floor:
        """From the start of a minimal Textual program to its first frame."""
        samples = []
        for _ in range(self._starts + 1):  # the first one compiles and fills the file cache
            with self.program("static_app.py") as terminal:
                samples.append(terminal.wait_for_frame())
        return Floor("minimal Textual start", samples[1:])

    @cached_property
    def key(self) -> Floor:
        """From a key to the frame with two changed lines, in Textual."""
        return self._press("Textual, 2 lines", "lines_app.py", "j")

    @cached_property
    def screenful(self) -> Floor:
        """From a key to the frame that redraws the whole screen, in Textual."""
        return self._press("Textual, screenful", "lines_app.py", "r")

    @cached_property
    def raw_key(self) -> Floor:
        """From a key to two redrawn cards, without any framework."""
        return self._press("raw ANSI, 2 cards", "raw_ansi.py", "j", flags=("-I", "-S"))

    @cached_property
    def raw_screenful(self) -> Floor:
        """From a key to the whole screen redrawn, without any framework."""
        return self._press("raw ANSI, screenful", "raw_ansi.py", "r", flags=("-I", "-S"))

    @cached_property
    def search(self) -> Floor:
        """A prefix search for every beginning of some names, the first fifty hits, in bare SQLite."""
        samples = []
        chance = random.Random(1)
        names = list(_names(chance, self._contacts))
        with sqlite3.connect(self._work / "floor-search.db") as database:
            database.executescript(
                "PRAGMA journal_mode = WAL; PRAGMA synchronous = OFF;"
                "CREATE TABLE contact (id INTEGER PRIMARY KEY, name TEXT, company TEXT, email TEXT);"
                "CREATE VIRTUAL TABLE found USING fts5 (name, company, email,"
                " content = contact, content_rowid = id, prefix = '1 2 3', detail = column);"
            )
            database.executemany("INSERT INTO contact (name, company, email) VALUES (?, ?, ?)", names)
            database.execute("INSERT INTO found (found) VALUES ('rebuild')")
            database.commit()
            for name, _company, _email in chance.sample(names, 20):
                first, last = name.split()
                for typed in _beginnings(first, last):
                    start = time.perf_counter()
                    database.execute(
                        "SELECT contact.* FROM found JOIN contact ON contact.id = found.rowid"
                        " WHERE found MATCH ? ORDER BY found.rowid LIMIT 50",
                        (typed,),
                    ).fetchall()
                    samples.append((time.perf_counter() - start) * 1000)
        database.close()
        return Floor(f"FTS5 prefix, {self._contacts:,}", samples)

    @cached_property
    def commit(self) -> Floor:
        """One row changed and committed, to survive a power cut, in bare SQLite."""
        samples = []
        database = sqlite3.connect(self._work / "floor-commit.db", isolation_level=None)
        database.execute("PRAGMA journal_mode = WAL")
        database.execute("PRAGMA synchronous = FULL")
        database.execute("DROP TABLE IF EXISTS deal")
        database.execute("CREATE TABLE deal (id INTEGER PRIMARY KEY, stage INTEGER, title TEXT)")
        deals = ((number % 6, f"Deal {number}") for number in range(10_000))
        database.execute("BEGIN")
        database.executemany("INSERT INTO deal (stage, title) VALUES (?, ?)", deals)
        database.execute("COMMIT")
        for turn in range(self._keys):
            start = time.perf_counter()
            database.execute("BEGIN IMMEDIATE")
            database.execute("UPDATE deal SET stage = ? WHERE id = ?", ((turn + 1) % 6, turn % 10_000 + 1))
            database.execute("COMMIT")
            samples.append((time.perf_counter() - start) * 1000)
        database.close()
        return Floor("SQLite commit", samples)

    @cached_property
    def sync(self) -> Floor:
        """One page appended to a file and forced to the disk: what any durable commit has to wait for."""
        samples = []
        page = os.urandom(4096)
        with (self._work / "floor-sync").open("wb", buffering=0) as file:
            for _ in range(self._keys):
                start = time.perf_counter()
                file.write(page)
                os.fsync(file.fileno())
                samples.append((time.perf_counter() - start) * 1000)
        return Floor("write + fsync", samples)

    @cached_property
    def key_and_commit(self) -> Floor:
        """A key that changes two lines and commits one row: both floors, slow with slow."""
        pairs = zip(sorted(self.key.samples), sorted(self.commit.samples), strict=True)
        return Floor("Textual, 2 lines + commit", [key + commit for key, commit in pairs])

    @property
    def each(self) -> Sequence[Floor]:
        """All that are measured by themselves."""
        return (
            self.python,
            self.start,
            self.raw_key,
            self.raw_screenful,
            self.key,
            self.screenful,
            self.search,
            self.commit,
            self.sync,
        )

    def program(self, name: str, *arguments: str, flags: Sequence[str] = ()) -> Terminal:
        """A program of the folder `floor`, in a terminal of the run's size."""
        argv = [sys.executable, *flags, str(PROGRAMS / name), *arguments]
        return Terminal(argv, columns=self._columns, rows=self._rows)

    def _press(self, name: str, program: str, key: str, *, flags: Sequence[str] = ()) -> Floor:
        with self.program(program, flags=flags) as terminal:
            terminal.wait_for_frame()
            terminal.settle(0.3)
            for _ in range(3):
                terminal.press(key)
            timings: list[Timing] = [terminal.press(key) for _ in range(self._keys)]
        return Floor(name, [timing.frame for timing in timings])


def _names(chance: random.Random, count: int) -> Iterator[tuple[str, str, str]]:
    for number in range(count):
        first, last, company = ("".join(chance.choices(_SYLLABLES, k=length)).title() for length in (2, 3, 4))
        yield f"{first} {last}", f"{company} Ltd", f"{first}.{last}{number}@{company}.example".lower()


def _beginnings(first: str, last: str) -> Iterator[str]:
    """What is asked while someone types a name, letter by letter."""
    for length in range(1, len(first) + 1):
        yield f"{first[:length]}*"
    for length in range(1, len(last) + 1):
        yield f"{first} {last[:length]}*"
