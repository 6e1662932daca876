"""What holds of every import, whatever is in the files."""

from __future__ import annotations

import csv
import datetime as dt
import os
import shutil
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from core.filters import Query
from storage.solo import open_solo
from tests.importing.desk import Desk, numbers, silent
from tests.workspace.office import START, Clock

HEADERS = (
    "Record ID",
    "First Name",
    "Last Name",
    "Email",
    "Phone",
    "Company",
    "Title",
    "City",
    "Tags",
    "Do Not Call",
)
NAMES = ("", "Ann", "Anne", "Ben", "Łukasz", "n/a", "=1+1", "Ann-Marie")
LAST = ("", "Lee", "Leigh", "Stone", "Kaya", "O'Neil", "van der Berg")
EMAILS = (
    "",
    "ann@acme.com",
    "ANN@ACME.COM",
    "ben@acme.com",
    "ann@home.org",
    "not a mail",
    "x@kaya.de; y@kaya.de",
)
PHONES = ("", "+49 30 123456", "030/123456", "+44 20 7946 0958", "9.19877E+11", "call me")
COMPANIES = ("", "Acme", "Acme GmbH", "ACME, Inc.", "Kaya OHG", "-")
ROW = st.tuples(
    st.sampled_from(("", "", "1", "2", "3")),
    st.sampled_from(NAMES),
    st.sampled_from(LAST),
    st.sampled_from(EMAILS),
    st.sampled_from(PHONES),
    st.sampled_from(COMPANIES),
    st.sampled_from(("", "CEO", "CFO")),
    st.sampled_from(("", "Berlin", "Łódź")),
    st.sampled_from(("", "a", "a;b", "c")),
    st.sampled_from(("", "yes", "no")),
)
# A file without any row cannot be used at all.
TABLES = st.lists(ROW, min_size=1, max_size=12).filter(lambda rows: any(map(any, rows)))
POLICIES = ("fill", "overwrite", "skip", "ask")
MORE = os.environ.get("OFFHOOK_IMPORT_EXAMPLES", "")
SOME = settings(
    # A few that are the same each time; new ones where somebody looks for what nobody has found yet.
    max_examples=int(MORE or 12),
    derandomize=not MORE,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)


@contextmanager
def a_desk(empty: Path) -> Iterator[Desk]:
    """A desk of its own for each example."""
    with TemporaryDirectory() as name:
        folder = Path(name)
        shutil.copytree(empty, folder / "data")
        (folder / "files").mkdir()
        clock = Clock(START + dt.timedelta(days=1))
        workspace = open_solo(folder / "data" / "work.db", clock=clock)
        try:
            yield Desk(workspace, folder / "files", clock)
        finally:
            workspace.close()


def table(desk: Desk, name: str, rows: Sequence[Sequence[str]]) -> Path:
    """A file of these rows, with each column where people look for it."""
    path = desk.folder / name
    with path.open("w", newline="", encoding="utf-8") as file:
        csv.writer(file).writerows([HEADERS, *rows])
    return path


MAPPING = {
    "external_id": "Record ID", "first_name": "First Name", "last_name": "Last Name", "email": "Email", "phone": "Phone",
    "company": "Company", "title": "Title", "city": "City", "tags": "Tags", "do_not_call": "Do Not Call",
}  # fmt: skip


def state(desk: Desk) -> dict[tuple[str, str], dict[str, Any]]:
    """All records with all that they hold."""
    found: dict[tuple[str, str], dict[str, Any]] = {}
    for line in desk.workspace.contacts(Query(), limit=1000):
        record = desk.workspace.record("contacts", line.id)
        found["contacts", line.id] = data(record)
    for company in desk.workspace.companies("", limit=1000):
        found["companies", company.id] = data(company)
    return found


def data(record: Any) -> dict[str, Any]:
    """What a record holds, without when it was written, and by whom."""
    unasked = {"version", "updated_at", "updated_by", "last_activity_at", "next_task_at"}
    return {name: getattr(record, name) for name in record.__dataclass_fields__ if name not in unasked}


@SOME
@given(rows=TABLES, size=st.integers(1, 5), policy=st.sampled_from(POLICIES))
def test_every_row_is_accounted_for_and_foreseen(
    empty: Path, rows: list[tuple[str, ...]], size: int, policy: str
) -> None:
    with a_desk(empty) as desk, pytest.MonkeyPatch.context() as patch:
        patch.setattr("importing.run._SOLO", size)
        some = rows[: len(rows) // 2 + 1]
        if any(map(any, some)):
            desk.bring(table(desk, "first.csv", some), mapping=MAPPING)
        file = table(desk, "all.csv", rows)
        report = desk.bring(file, mapping=MAPPING, on_duplicate=policy)
        counted = numbers(report)
        blank = sum(not any(cell.strip() for cell in row) for row in rows)
        assert counted["rows"] == len(rows) - blank
        refused = {problem.row for problem in report.problems}
        assert len(refused) == report.refused
        if report.refused:
            with Path(report.rejects_file).open(encoding="utf-8", newline="") as lines:
                assert len(list(csv.reader(lines))) == report.refused + 1


@SOME
@given(rows=TABLES, size=st.integers(1, 5), policy=st.sampled_from(("fill", "overwrite", "skip")))
def test_a_second_time_changes_nothing(
    empty: Path, rows: list[tuple[str, ...]], size: int, policy: str
) -> None:
    with a_desk(empty) as desk, pytest.MonkeyPatch.context() as patch:
        patch.setattr("importing.run._SOLO", size)
        file = table(desk, "all.csv", rows)
        first = desk.open(file, mapping=MAPPING, on_duplicate=policy).run(silent)
        before = state(desk)
        patch.setattr("importing.run._SOLO", 1000)
        report = desk.bring(file, mapping=MAPPING, on_duplicate=policy)
        assert (report.imported, report.updated, report.refused) == (0, 0, first.refused)
        assert state(desk) == before


@pytest.mark.parametrize("policy", ["fill", "overwrite", "skip"])
@pytest.mark.parametrize("size", [1, 2, 1000])
def test_of_two_at_one_address_a_row_means_the_same_a_second_time(
    desk: Desk, monkeypatch: pytest.MonkeyPatch, size: int, policy: str
) -> None:
    monkeypatch.setattr("importing.run._SOLO", size)
    file = table(
        desk,
        "all.csv",
        [
            ("1", "", "", "ben@acme.com", "", "", "", "", "", ""),
            ("2", "", "", "ben@acme.com", "", "", "CFO", "", "", ""),
            ("", "", "", "ben@acme.com", "", "", "CFO", "", "", ""),
            # Whom the row before this one means has two addresses from here on.
            ("2", "", "", "ann@acme.com", "", "", "", "", "", ""),
        ],
    )
    desk.bring(file, mapping=MAPPING, on_duplicate=policy)
    before = state(desk)
    assert len(before) == 2
    report = desk.bring(file, mapping=MAPPING, on_duplicate=policy)
    assert (report.imported, report.updated, report.refused) == (0, 0, 0)
    assert state(desk) == before


@pytest.mark.parametrize("policy", ["fill", "overwrite", "skip"])
@pytest.mark.parametrize("size", [1, 1000])
@pytest.mark.parametrize("last", ["", "Leigh"])
def test_of_two_with_one_number_a_row_means_the_same_a_second_time(
    desk: Desk, monkeypatch: pytest.MonkeyPatch, size: int, policy: str, last: str
) -> None:
    monkeypatch.setattr("importing.run._SOLO", size)
    file = table(
        desk,
        "all.csv",
        [
            ("3", "", last, "ann@acme.com", "", "Acme", "", "", "", ""),
            ("", "", last, "", "030/123456", "", "", "", "a", ""),
            # Two have the number from here on.
            ("3", "", last, "", "030/123456", "", "", "", "", ""),
        ],
    )
    desk.bring(file, mapping=MAPPING, on_duplicate=policy)
    before = state(desk)
    assert len([one for one in before if one[0] == "contacts"]) == 2
    report = desk.bring(file, mapping=MAPPING, on_duplicate=policy)
    assert (report.imported, report.updated, report.refused) == (0, 0, 0)
    assert state(desk) == before


@pytest.mark.parametrize("policy", ["fill", "overwrite", "skip"])
@pytest.mark.parametrize("size", [1, 1000])
def test_of_two_of_one_name_a_row_means_the_same_a_second_time(
    desk: Desk, monkeypatch: pytest.MonkeyPatch, size: int, policy: str
) -> None:
    monkeypatch.setattr("importing.run._SOLO", size)
    file = table(
        desk,
        "all.csv",
        [
            ("", "", "", "ann@acme.com", "", "Acme", "", "", "", ""),
            ("", "Ben", "Leigh", "", "", "Acme", "", "", "c", ""),
            # The first one has the name of the second one from here on.
            ("", "Ben", "Leigh", "ann@acme.com", "", "", "", "", "", ""),
        ],
    )
    desk.bring(file, mapping=MAPPING, on_duplicate=policy)
    before = state(desk)
    assert len([one for one in before if one[0] == "contacts"]) == 2
    report = desk.bring(file, mapping=MAPPING, on_duplicate=policy)
    assert (report.imported, report.updated, report.refused) == (0, 0, 0)
    assert state(desk) == before


@SOME
@given(before=TABLES, rows=TABLES, size=st.integers(1, 5), policy=st.sampled_from(("fill", "overwrite")))
def test_taking_an_import_back_leaves_what_was_there(
    empty: Path, before: list[tuple[str, ...]], rows: list[tuple[str, ...]], size: int, policy: str
) -> None:
    with a_desk(empty) as desk, pytest.MonkeyPatch.context() as patch:
        patch.setattr("importing.run._SOLO", size)
        desk.open(table(desk, "before.csv", before), mapping=MAPPING).run(silent)
        there = state(desk)
        report = desk.open(table(desk, "rows.csv", rows), mapping=MAPPING, on_duplicate=policy).run(silent)
        undone = desk.importer.undo(report.id, silent)
        assert undone.kept == ()
        assert state(desk) == there
