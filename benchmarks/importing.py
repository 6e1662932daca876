"""Importing: a CSV of contacts into an encrypted file of one's own, and into a team's PostgreSQL."""

from __future__ import annotations

import csv
import datetime as dt
import json
import os
import random
import secrets
import shutil
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

from benchmarks.app import Bench, CannotRun, command
from benchmarks.scenarios import scenario
from benchmarks.stats import Budget, Floor, Result
from benchmarks.team_data import MANAGER, team_server
from benchmarks.terminal import child_environment
from core.imports.shapes import Options, Step
from importing.importer import open_importer
from storage.database import connect
from storage.postgres.direct import open_direct

COLUMNS = (
    "First Name", "Last Name", "Email", "Phone", "Job Title", "Company", "City", "Country", "LinkedIn", "Notes",
)  # fmt: skip
DUPLICATES = 0.02
"""The share of rows that come again."""
BUDGET_SECONDS = 12.0
"""For 100,000 contacts."""
_SYLLABLES = tuple(f"{consonant}{vowel}" for consonant in "bcdfghklmnprstvw" for vowel in "aeiou")
_TITLES = ("CEO", "Head of Sales", "Buyer", "Engineer", "")
_CITIES = ("Berlin", "Hamburg", "München", "Köln", "Wien", "Zürich", "Paris", "London")
_COUNTRIES = ("Germany", "Austria", "France", "")
_NOTES = ("", "", "met at the fair", "call again")


@scenario("import")
def import_file(bench: Bench) -> Iterator[Result]:
    """A CSV of contacts: rows a second and memory, alone and into a team's server."""
    rows = bench.amounts.contacts
    large = _file(bench.work, rows)
    floor = _floor(bench.work, large)
    told = _alone(bench.work, large)
    if told["rows"] != rows:
        raise CannotRun(f"{told['rows']} of {rows} rows were accounted for")
    yield Result(
        f"{rows:,} contacts, from the start of the program to its end", [told["wall"]], "s",
        budget=Budget(median=BUDGET_SECONDS * rows / 100_000), floor=Floor("csv + bare executemany", [floor]),
    )  # fmt: skip
    yield Result(
        "… processor time, both processes", [told["processor"]], "s", floor=Floor("csv + bare executemany", [floor])
    )  # fmt: skip
    yield Result("… rows in, of which the import itself", [rows / told["seconds"]], "rows/s")
    yield Result("… csv + bare executemany", [rows / floor], "rows/s")
    small = _alone(bench.work, _file(bench.work, rows // 3))
    yield Result(
        f"… most memory, beside that for {rows // 3:,}", [told["memory"]], "MB",
        floor=Floor(f"{rows // 3:,} contacts", [small["memory"]]),
    )  # fmt: skip
    yield from _team(bench, _file(bench.work, rows // 10))


def _file(work: Path, rows: int) -> Path:
    """A CSV with so many contacts, a few of them twice; the same one each time."""
    path = work / f"contacts-{rows}.csv"
    if path.exists():
        return path
    rng = random.Random(rows)
    first = [_word(rng, 2) for _ in range(800)]
    last = [_word(rng, 3) for _ in range(20_000)]
    companies = [
        f"{_word(rng, 3)} {rng.choice(('GmbH', 'AG', 'Ltd', 'Inc'))}" for _ in range(max(rows // 20, 20))
    ]
    before: list[list[str]] = []
    passing = path.with_suffix(".part")
    with passing.open("w", encoding="utf-8", newline="") as file:
        out = csv.writer(file)
        out.writerow(COLUMNS)
        for number in range(rows):
            if len(before) > 50 and rng.random() < DUPLICATES:
                out.writerow(rng.choice(before))
                continue
            one, other, company = rng.choice(first), rng.choice(last), rng.choice(companies)
            host = f"{company.split()[0].lower()}.example"
            row = [
                one, other, f"{one}.{other}{number}@{host}".lower(), f"+49 30 {rng.randrange(10**6, 10**7)}",
                rng.choice(_TITLES), company if rng.random() < 0.6 else "", rng.choice(_CITIES),
                rng.choice(_COUNTRIES), f"https://linkedin.com/in/{one}{other}{number}".lower(), rng.choice(_NOTES),
            ]  # fmt: skip
            if len(before) < 5_000:
                before.append(row)
            out.writerow(row)
    passing.replace(path)
    return path


def _word(rng: random.Random, syllables: int) -> str:
    return "".join(rng.choices(_SYLLABLES, k=syllables)).title()


def _floor(work: Path, file: Path) -> float:
    """Seconds in which the csv module and one statement bring a file into an encrypted table without any index."""
    path = work / "import-floor.db"
    path.unlink(missing_ok=True)
    connection = connect(path, secrets.token_hex(32), create=True)
    try:
        connection.execute("PRAGMA journal_mode = WAL")
        connection.execute("PRAGMA synchronous = FULL")
        names = ", ".join(f'"{name}" TEXT' for name in COLUMNS)
        connection.execute(f"CREATE TABLE contacts ({names})")
        began = time.perf_counter()
        with file.open(encoding="utf-8", newline="") as source:
            rows = csv.reader(source)
            next(rows)
            connection.execute("BEGIN")
            holes = ", ".join("?" * len(COLUMNS))
            connection.executemany(f"INSERT INTO contacts VALUES ({holes})", rows)
            connection.execute("COMMIT")
        return time.perf_counter() - began
    finally:
        connection.close()


def _alone(work: Path, file: Path) -> dict[str, float]:
    """One run of the program on a new workspace: its rows and seconds, its wall and processor time, and its most memory in MB."""
    home = work / "import-home"
    shutil.rmtree(home, ignore_errors=True)
    environment = child_environment({"OFFHOOK_HOME": str(home)})
    subprocess.run(
        command("init", "--name", "Anna", "--organization", "Acme", "--country", "DE"), env=environment,
        check=True, stdout=subprocess.DEVNULL,
    )  # fmt: skip
    began = time.perf_counter()
    process = subprocess.Popen(
        command("import", str(file), "--yes", "--json"), env=environment, stdout=subprocess.PIPE
    )
    assert process.stdout is not None
    answer = process.stdout.read()
    _, status, used = os.wait4(process.pid, 0)
    wall = time.perf_counter() - began
    process.returncode = os.waitstatus_to_exitcode(status)
    process.stdout.close()
    if process.returncode:
        raise CannotRun(f"offhook import ended with {process.returncode}")
    told = json.loads(answer)
    shutil.rmtree(home)
    return {
        "rows": told["rows"], "seconds": told["seconds"], "wall": wall, "processor": used.ru_utime + used.ru_stime,
        "memory": used.ru_maxrss / 1024,
    }  # fmt: skip


def _team(bench: Bench, file: Path) -> Iterator[Result]:
    """The manager of a team, on the server directly."""
    with team_server(
        bench.work, reps=10, deals=bench.amounts.deals // 10, contacts=bench.amounts.contacts // 10
    ) as server:
        workspace = open_direct(server.profile(MANAGER), server.passwords[MANAGER])
        try:
            importer = open_importer(
                workspace, bench.work / "import-journals", clock=lambda: dt.datetime.now(dt.UTC)
            )
            report = importer.open([file], Options(), _quiet).run(_quiet)
            if report.refused:
                raise CannotRun(f"{report.refused} rows were refused: {report.problems[0].reason}")
            yield Result(
                f"{report.rows:,} contacts into a team’s server", [report.rows / report.seconds],
                "rows/s",
            )  # fmt: skip
            importer.undo(report.id, _quiet)
        finally:
            workspace.close()


def _quiet(_step: Step) -> None:
    pass
