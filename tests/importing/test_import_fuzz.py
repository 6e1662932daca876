"""Damaged files of every kind, brought in as a whole: nothing breaks, and every row is accounted for."""

from __future__ import annotations

import random
from pathlib import Path

import pytest

from core.errors import Refused
from core.imports.shapes import Report
from tests.importing.desk import Desk, silent

CORPUS = Path(__file__).parent / "corpus"
FILES = sorted(path for path in CORPUS.rglob("*") if path.is_file() and path.name != "README.md")
SPICE = (b'"', b"\0", b"\r", b"\n", b",", b";", b"\t", b"\xff", b"\xc3", b"\xe2\x80\x8f", b"=1+1", b"'", b"@", b"<", b"\\", b"n/a", b"1e9")  # fmt: skip


def damaged(data: bytes, chance: random.Random) -> bytes:
    """The bytes with a few cuts, doublings and strange characters."""
    changed = bytearray(data)
    for _ in range(chance.randint(1, 6)):
        at = chance.randrange(len(changed) + 1)
        until = min(len(changed), at + chance.randint(1, 80))
        match chance.randrange(4):
            case 0:
                changed[at:at] = chance.choice(SPICE)
            case 1:
                del changed[at:until]
            case 2:
                changed[at:at] = changed[at:until] * chance.randint(1, 3)
            case _ if at < len(changed):
                changed[at] = chance.randrange(256)
    return bytes(changed)


@pytest.mark.parametrize("number", range(4))
def test_damaged_files_come_in_row_by_row_or_are_refused_with_a_reason(desk: Desk, number: int) -> None:
    chance = random.Random(number)
    for source in chance.sample(FILES, 12):
        path = desk.folder / f"{number}-{source.name}"
        path.write_bytes(damaged(source.read_bytes(), chance))
        try:
            job = desk.open(path, new_fields=chance.random() < 0.3)
        except Refused:
            continue
        accounted(job.preview(silent))
        accounted(job.run(silent))


def accounted(report: Report) -> None:
    """Holds a report to what it says of itself."""
    sums = report.imported + report.updated + report.unchanged + report.skipped + report.refused
    assert report.rows == sums
    assert len({problem.row for problem in report.problems}) <= report.refused
    assert all(problem.reason for problem in (*report.problems, *report.warnings))
