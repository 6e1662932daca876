from __future__ import annotations

import csv
import json
import os
import pty
import select
import signal
import subprocess
import time
from pathlib import Path
from typing import Any

import pytest

from core.filters import EVERYTHING
from storage.solo import open_solo
from tests.cli.conftest import PROGRAM, Offhook, Site, environment

KEYS = {
    "id", "source", "encoding", "delimiter", "mapping", "rows", "imported", "updated", "unchanged", "duplicates",
    "skipped", "errors", "rejects_file",
}  # fmt: skip

PEOPLE = """First Name;Last Name;E-Mail;Phone;Company;Shoe
Anna;Lee;anna@acme.example;030 1234567;Acme;38
Ben;Cho;ben@acme.example;+49 171 5551234;Acme;43
Cleo;Diaz;cleo(at)acme;;Acme;39
"""


@pytest.fixture
def people(tmp_path: Path) -> Path:
    file = tmp_path / "people.csv"
    file.write_text(PEOPLE, encoding="cp1252")
    return file


def contacts(offhook: Offhook) -> dict[str, dict[str, Any]]:
    """The contacts by first name."""
    return {row["first_name"]: row for row in offhook("export", "contacts", "--json").json}


def nobody(offhook: Offhook) -> bool:
    """Whether no contact was made."""
    workspace = open_solo(offhook.workspace)
    try:
        return workspace.count_contacts(EVERYTHING) == 0
    finally:
        workspace.close()


def test_the_answer_to_a_program_accounts_for_every_row(alone: Offhook, people: Path) -> None:
    done = alone("import", people, "--yes", "--json", code=1)
    answer = done.json
    assert set(answer) > KEYS
    assert (answer["source"], answer["encoding"], answer["delimiter"]) == ("table", "utf-8", ";")
    assert answer["mapping"] == {
        "first_name": "First Name", "last_name": "Last Name", "email": "E-Mail", "phone": "Phone",
        "company": "Company",
    }  # fmt: skip
    assert answer["unmapped"] == ["Shoe"]
    assert (answer["rows"], answer["imported"], answer["refused"]) == (3, 2, 1)
    assert answer["updated"] == answer["unchanged"] == answer["skipped"] == answer["duplicates"] == 0
    (error,) = answer["errors"]
    assert set(error) == {"row", "column", "value", "reason"}
    assert (error["row"], error["column"], error["value"]) == (4, "E-Mail", "cleo(at)acme")
    assert done.err == ""
    assert sorted(contacts(alone)) == ["Anna", "Ben"]


def test_a_refused_row_is_mended_in_its_file_and_brought_in(alone: Offhook, people: Path) -> None:
    answer = alone("import", people, "--yes", "--json", code=1).json
    rejects = Path(answer["rejects_file"])
    assert rejects.parent == people.parent
    assert rejects.stat().st_mode & 0o777 == 0o600
    (row,) = csv.DictReader(rejects.read_text(encoding="utf-8-sig").splitlines())
    assert row["First Name"] == "Cleo"
    assert "e-mail" in row["reason"]
    rejects.write_text(rejects.read_text(encoding="utf-8-sig").replace("cleo(at)acme", "cleo@acme.example"))
    again = alone("import", rejects, "--yes", "--json").json
    assert (again["rows"], again["imported"], again["errors"], again["rejects_file"]) == (1, 1, [], None)
    assert contacts(alone)["Cleo"]["company"] == "Acme"


def test_a_file_that_comes_twice_changes_nothing(alone: Offhook, people: Path) -> None:
    alone("import", people, "--yes", code=1)
    before = contacts(alone)
    for policy, kind in (("fill", "unchanged"), ("overwrite", "unchanged"), ("skip", "skipped")):
        again = alone("import", people, "--yes", "--json", "--on-duplicate", policy, code=1).json
        assert (again["imported"], again["updated"], again[kind], again["duplicates"]) == (0, 0, 2, 2)
    assert contacts(alone) == before


def test_a_dry_run_says_what_would_come_of_it_and_writes_nothing(alone: Offhook, people: Path) -> None:
    seen = alone("import", people, "--dry-run", "--json", code=1).json
    assert seen["dry_run"] is True
    assert (seen["rows"], seen["imported"], seen["refused"]) == (3, 2, 1)
    for said in (["--dry-run"], ["--dry-run", "--yes"], []):
        told = alone("import", people, *said, code=1)
        assert "Nothing was written." in told.err
        assert "anna@acme.example" in told.out
        assert "Shoe" in told.out
    assert nobody(alone)
    assert alone("import", "--list", "--json").json == []
    assert list(people.parent.glob("*reject*")) == []


def test_without_a_terminal_nobody_is_asked_and_nothing_hangs(alone: Offhook, people: Path) -> None:
    told = alone("import", people, stdin="y\ny\ny\n", code=1)
    assert "--yes" in told.err
    assert nobody(alone)


def test_columns_are_mapped_by_hand(alone: Offhook, people: Path) -> None:
    answer = alone("import", people, "--yes", "--json", "--map", "title=Shoe", "--map", "phone=", code=1).json
    assert answer["mapping"]["title"] == "Shoe"
    assert "phone" not in answer["mapping"]
    anna = contacts(alone)["Anna"]
    assert anna["title"] == "38"
    assert anna["phone"] == ""


@pytest.mark.parametrize(
    ("said", "expected"),
    [
        (["--map", "email=E-Mail", "--map", "email=Shoe"], "Two columns"),
        (["--map", "email=E-Mail", "--map", "phone=E-Mail"], "two fields"),
        (["--map", "email=Nowhere"], "Nowhere"),
        (["--map", "shoe size=Shoe"], "shoe size"),
        (["--map", "email"], "FIELD=COLUMN"),
        (["--on-duplicate", "maybe"], "skip, fill, overwrite"),
        (["--date-order", "dym"], "dmy, mdy, ymd"),
        (["--default-region", "Atlantis"], "Atlantis"),
        (["--currency", "bucks"], "bucks"),
        (["--entity", "ducks"], "ducks"),
        (["--entity", "other.csv=deals"], "other.csv"),
        (["--answer", "yes"], "ID=VALUE"),
        (["--answer", "order:E-Mail=dmy"], "order:E-Mail"),
        (["--list"], "one thing"),
    ],
)
def test_what_cannot_be_meant_is_refused_before_anything_is_written(
    alone: Offhook, people: Path, said: list[str], expected: str
) -> None:
    told = alone("import", people, "--yes", "--json", *said, code=2)
    assert told.out == ""
    assert told.error["code"] == "usage"
    assert expected in told.error["message"]
    assert nobody(alone)


@pytest.mark.parametrize("content", [None, b"", b"\x00\x01\x02\x03" * 400, b"PK\x03\x04 not a workbook"])
def test_a_file_that_cannot_be_used_says_why(alone: Offhook, tmp_path: Path, content: bytes | None) -> None:
    file = tmp_path / "strange.xlsx"
    if content is not None:
        file.write_bytes(content)
    told = alone("import", file, "--yes", code=2)
    assert "strange.xlsx" in told.err
    assert alone("import", file, "--yes", "--json", code=2).error["message"]


def test_rows_are_what_one_says_they_are(alone: Offhook, tmp_path: Path) -> None:
    file = tmp_path / "names.csv"
    file.write_text("Name,City\nNordlicht,Kiel\nSüdlicht,Ulm\n", encoding="utf-8")
    answer = alone("import", file, "--yes", "--json", "--entity", "companies").json
    assert answer["files"][0]["entity"] == "companies"
    assert answer["imported"] == 2


def test_columns_are_mapped_to_what_rows_are_said_to_be(alone: Offhook, tmp_path: Path) -> None:
    file = tmp_path / "names.csv"
    file.write_text("Name,Sum\nRobots,100\nDucks,250\n", encoding="utf-8")
    answer = alone(
        "import", file, "--yes", "--json", "--entity", "names.csv=deals", "--map", "value=Sum"
    ).json
    assert answer["mapping"] == {"title": "Name", "value": "Sum"}
    assert answer["imported"] == 2


def test_an_import_is_listed_and_taken_back_as_a_whole(alone: Offhook, people: Path) -> None:
    answer = alone("import", people, "--yes", "--json", code=1).json
    (listed,) = alone("import", "--list", "--json").json
    assert (listed["id"], listed["state"], listed["imported"]) == (answer["id"], "done", 2)
    assert answer["id"] in alone("import", "--list").out
    assert "--yes" in alone("import", "--undo", answer["id"], code=2).err
    undone = alone("import", "--undo", answer["id"], "--yes", "--json").json
    assert undone == {"id": answer["id"], "removed": 3, "restored": 0, "kept": []}
    assert nobody(alone)
    assert alone("import", "--list", "--json").json[0]["state"] == "undone"
    alone("import", "--undo", answer["id"], "--yes", code=1)
    assert "--list" in alone("import", "--undo", "abc", "--yes", code=3).err
    alone("import", "--resume", "abc", code=3)


def test_days_that_can_be_read_two_ways_are_answered_on_the_command_line(
    alone: Offhook, tmp_path: Path
) -> None:
    file = tmp_path / "deals.csv"
    file.write_text("Deal Name,Amount,Expected Close Date\nRobots,100,03/04/2027\nDucks,200,05/06/2027\n")
    seen = alone("import", file, "--dry-run", "--json", "--entity", "deals", code=1).json
    (question,) = [one for one in seen["questions"] if one["kind"] == "order"]
    assert {option["value"] for option in question["options"]} >= {"dmy", "mdy"}
    assert seen["refused"] == 2
    for said in (["--answer", f"{question['id']}=mdy"], ["--date-order", "mdy"]):
        seen = alone("import", file, "--dry-run", "--json", "--entity", "deals", *said).json
        assert (seen["imported"], seen["refused"]) == (2, 0)


class Terminal:
    """A terminal with offhook on it, and what stands on it."""

    def __init__(self, program: Offhook, *arguments: str | Path) -> None:
        self._ours, theirs = pty.openpty()
        self.process = subprocess.Popen(
            [*PROGRAM, *map(str, arguments)], env={**environment(program.home), "TERM": "xterm"},
            stdin=theirs, stdout=theirs, stderr=theirs, start_new_session=True,
        )  # fmt: skip
        os.close(theirs)
        self.text = ""

    def until(self, words: str) -> None:
        """Reads until the words stand there."""
        end = time.monotonic() + 30
        while words not in self.text:
            assert time.monotonic() < end, self.text
            if select.select([self._ours], [], [], 0.1)[0]:
                try:
                    self.text += os.read(self._ours, 65_536).decode()
                except OSError:
                    break
        assert words in self.text, self.text

    def type(self, line: str) -> None:
        """Types a line."""
        self.text = ""
        os.write(self._ours, f"{line}\n".encode())

    def end(self) -> int:
        """Reads to the end, and the exit code."""
        code = None
        while code is None:
            if select.select([self._ours], [], [], 0.05)[0]:
                try:
                    self.text += os.read(self._ours, 65_536).decode()
                except OSError:
                    break
            code = self.process.poll()
        os.close(self._ours)
        return self.process.wait(timeout=20)


def test_at_a_terminal_one_sees_it_is_asked_and_says_yes(alone: Offhook, tmp_path: Path) -> None:
    file = tmp_path / "deals.csv"
    file.write_text("Deal Name,Amount,Expected Close Date\nRobots,100,03/04/2027\n")
    terminal = Terminal(alone, "import", file, "--entity", "deals")
    terminal.until("Which?")
    assert "Robots" in terminal.text
    terminal.type("1")
    terminal.until("Import? [y/N]")
    terminal.type("y")
    assert terminal.end() == 0, terminal.text
    assert "--undo" in terminal.text
    assert len(alone("export", "deals", "--json").json) == 1


def test_at_a_terminal_anything_but_yes_writes_nothing(alone: Offhook, people: Path) -> None:
    terminal = Terminal(alone, "import", people)
    terminal.until("Import? [y/N]")
    terminal.type("")
    assert terminal.end() == 1
    assert "Nothing was written." in terminal.text
    assert nobody(alone)


def test_ctrl_c_stops_between_batches_and_says_how_to_go_on(alone: Offhook, tmp_path: Path) -> None:
    file = tmp_path / "many.csv"
    with file.open("w", encoding="utf-8") as out:
        out.write("First Name,Last Name,E-Mail\n")
        out.writelines(f"Ann,Lee {n},ann{n}@example.com\n" for n in range(6_000))
    running = subprocess.Popen(
        [*PROGRAM, "import", str(file), "--yes", "--json"], env=environment(alone.home),
        stdout=subprocess.PIPE, stderr=subprocess.PIPE,
    )  # fmt: skip
    end = time.monotonic() + 40
    while not (found := alone("import", "--list", "--json").json):
        assert time.monotonic() < end
    running.send_signal(signal.SIGINT)
    said, complaint = running.communicate(timeout=40)
    assert running.returncode == 130, (said, complaint)
    told = json.loads(complaint)["error"]
    assert told["id"] == found[0]["id"]
    assert "--resume" in told["message"]
    assert "--undo" in told["message"]
    (past,) = alone("import", "--list", "--json").json
    assert (past["state"], past["resumable"]) == ("stopped", True)
    assert past["rows"] < 6_000
    assert alone("import", "--resume", past["id"][:18], "--json").json["rows"] == 6_000
    (past,) = alone("import", "--list", "--json").json
    assert (past["state"], past["imported"]) == ("done", 6_000)


def test_a_rep_in_the_field_imports_into_the_copy_and_the_server_has_it(site: Site, people: Path) -> None:
    mia = site.machine(*site.hire("mia", "--role", "manager"), field=True)
    answer = mia("import", people, "--yes", "--json", code=1).json
    assert (answer["imported"], answer["unsent"], answer["parked"]) == (2, 0, 0)
    assert {row["first_name"] for row in site.ada("export", "contacts", "--json").json} == {"Anna", "Ben"}


def test_importing_is_a_right_in_a_team(site: Site, people: Path) -> None:
    rep = site.machine(*site.hire("rolf"))
    told = rep("import", people, "--yes", "--json", code=1)
    assert told.error["code"] == "refused"
    assert site.ada("import", people, "--yes", "--json", code=1).json["imported"] == 2
    assert {row["first_name"] for row in site.ada("export", "contacts", "--json").json} == {"Anna", "Ben"}
