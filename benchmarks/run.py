"""Runs the benchmarks and prints one table. See README.md.

python benchmarks/run.py [--scenario NAME ...] [--quick] [--deals 1000,10000,100000] [--out FILE]
"""

from __future__ import annotations

import argparse
import contextlib
import datetime as dt
import gc
import importlib.metadata
import json
import os
import platform
import sqlite3
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from pathlib import Path

if os.name != "posix":
    sys.exit("The benchmarks drive the program in a pseudo-terminal, which only POSIX systems have.")

ROOT = Path(__file__).resolve().parent.parent
# For a script, Python puts the script's own folder first, in which `importing` is another one.
sys.path.insert(0, str(ROOT))

from benchmarks import field, importing, team  # noqa: E402, F401 (they put their scenarios on the list)
from benchmarks.app import FULL, QUICK, Amounts, Bench, CannotRun, Skip  # noqa: E402
from benchmarks.floors import Floors  # noqa: E402
from benchmarks.scenarios import SCENARIOS, Scenario  # noqa: E402
from benchmarks.stats import Result, spread, table  # noqa: E402
from benchmarks.terminal import TerminalError  # noqa: E402


def main(arguments: Sequence[str] | None = None) -> int:
    """Runs what is asked for. 0: all of it ran (or does not apply here); 1: something could not run."""
    options = _parser().parse_args(arguments)
    if options.list:
        for one in SCENARIOS.values():
            print(f"{one.name:<10} {one.about}")
        return 0
    chosen = [SCENARIOS[name] for name in options.scenario] if options.scenario else list(SCENARIOS.values())
    amounts = QUICK if options.quick else FULL
    columns, rows = options.size
    with _folder(options.data) as work:
        floors = Floors(
            work,
            columns=columns,
            rows=rows,
            keys=amounts.keys,
            starts=amounts.starts,
            contacts=amounts.contacts,
        )
        bench = Bench(work, amounts, options.deals or _default_sizes(options.quick), floors, columns, rows)
        facts = header(bench, quick=options.quick)
        print("\n".join(facts), flush=True)
        results, notes, failed = run(chosen, bench)
    print("\n" + table(results) if results else "\nNothing was measured.")
    print("".join(f"\n{note}" for note in notes), end="\n" if notes else "")
    if options.out:
        _write(options.out, facts, results, notes)
    return 1 if failed else 0


def run(chosen: Sequence[Scenario], bench: Bench) -> tuple[list[Result], list[str], bool]:
    """Runs scenarios one after the other; what one measured before it failed is kept.

    Returns:
        The results, notes on what did not run, and whether any of it should have.
    """
    results: list[Result] = []
    notes: list[str] = []
    failed = False
    gc.collect()
    gc.freeze()  # this process is on the clock as well: it must not stop to collect while a frame comes in
    for one in chosen:
        begin = time.perf_counter()
        _say(f"· {one.name}: {one.about}")
        try:
            for result in one.run(bench):
                results.append(result)
                _say(f"    {result.what}: {spread(result.summary)} {result.unit}")
        except Skip as reason:
            notes.append(f"skipped: {one.name}: {reason}")
        except (CannotRun, TerminalError, OSError, subprocess.SubprocessError, ValueError) as error:
            failed = True
            notes.append(f"could not run: {one.name}: {error}")
        _say(f"    took {time.perf_counter() - begin:.0f} s")
    return results, notes, failed


def _say(text: str) -> None:
    print(text, file=sys.stderr, flush=True)


def header(bench: Bench, *, quick: bool) -> list[str]:
    """What one must know to believe the numbers: machine, versions, day, revision, sizes."""
    amounts: Amounts = bench.amounts
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count()
    load = f", load {os.getloadavg()[0]:.1f}" if hasattr(os, "getloadavg") else ""
    python = f"{platform.python_implementation()} {platform.python_version()}"
    versions = f"{python} · Textual {_version('textual')} · SQLite {sqlite3.sqlite_version}"
    data = f"{amounts.deals:,} deals, {amounts.contacts:,} contacts"
    sizes = ", ".join(f"{size:,}" for size in bench.sizes)
    hint = " · QUICK: small data, few samples" if quick else ""
    return [
        f"offhook benchmarks · {dt.datetime.now().astimezone():%Y-%m-%d %H:%M} · revision {_revision()}",
        f"{platform.system()} {platform.machine()}, {cores} cores{load} · {versions}",
        f"terminal {bench.columns}×{bench.rows} · {data} · sizes compared: {sizes} deals{hint}",
    ]


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(description="Measures offhook in a real terminal, next to its floors.")
    add = parser.add_argument
    add("--scenario", nargs="+", choices=SCENARIOS, metavar="NAME", help="only these (see --list)")
    add("--list", action="store_true", help="tell what scenarios there are, and end")
    add("--quick", action="store_true", help="small data and few samples: does it run at all?")
    add("--deals", type=_deals, metavar="N,N,…", help="numbers of deals to compare")
    add("--size", type=_cells, default=(160, 45), metavar="COLUMNSxROWS", help="the terminal's size")
    add("--data", type=Path, metavar="FOLDER", help="keep the demo data there, and use what is there")
    add(
        "--out",
        type=Path,
        metavar="FILE",
        help="write the table there too: Markdown, or .json with all samples",
    )
    return parser


def _deals(text: str) -> list[int]:
    sizes = [int(part.replace("_", "")) for part in text.split(",")]
    if min(sizes) < 1:
        raise ValueError(text)
    return sizes


def _cells(text: str) -> tuple[int, int]:
    columns, _, rows = text.partition("x")
    return int(columns), int(rows)


def _default_sizes(quick: bool) -> list[int]:
    return [500, 2000] if quick else [1_000, 10_000, 100_000]


@contextlib.contextmanager
def _folder(wanted: Path | None) -> Iterator[Path]:
    """A folder for the data: the one that is wanted, to stay, or one that goes when the run ends."""
    if wanted is None:
        with tempfile.TemporaryDirectory(prefix="offhook-bench-") as folder:
            yield Path(folder)
    else:
        wanted.mkdir(parents=True, exist_ok=True)
        yield wanted.resolve()


def _revision() -> str:
    def git(*arguments: str) -> str:
        done = subprocess.run(
            ["git", "-C", str(ROOT), *arguments], capture_output=True, text=True, check=False
        )
        return done.stdout.strip() if done.returncode == 0 else ""

    try:
        revision = git("rev-parse", "--short", "HEAD")
        return (revision or "unknown") + (
            "+changes" if git("status", "--porcelain", "--untracked-files=no") else ""
        )
    except OSError:
        return "unknown"


def _version(package: str) -> str:
    try:
        return importlib.metadata.version(package)
    except importlib.metadata.PackageNotFoundError:
        return "missing"


def _write(file: Path, facts: Sequence[str], results: Sequence[Result], notes: Sequence[str]) -> None:
    if file.suffix == ".json":
        rows = [
            {
                "what": result.what,
                "unit": result.unit,
                "samples": [round(sample, 4) for sample in result.samples],
                "bytes": list(result.bytes),
                "frames": list(result.frames),
                "floor": result.floor and {"name": result.floor.name, "median": result.floor.summary.median},
            }
            for result in results
        ]
        text = json.dumps(
            {"about": list(facts), "results": rows, "notes": list(notes)}, ensure_ascii=False, indent=1
        )
    else:
        # Only the first line of a note: the rest is a screen, which belongs in the terminal where it failed.
        listed = [f"- {note.splitlines()[0]}" for note in notes]
        parts = ["  \n".join(facts), table(results, markdown=True), "\n".join(listed)]
        text = "\n\n".join(part for part in parts if part)
    file.write_text(text + "\n", encoding="utf-8")


if __name__ == "__main__":
    sys.exit(main())
