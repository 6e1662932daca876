from __future__ import annotations

import csv
import io
import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.cells import neutralised, restored
from core.commands.contacts import CreateContact
from core.encoding import encoder
from tests.cli.conftest import PROGRAM, Offhook, environment, execute

HOSTILE = '=HYPERLINK("http://example.com","x")'


def rows_of(text: str) -> list[dict[str, str]]:
    """A CSV's rows by column."""
    return list(csv.DictReader(io.StringIO(text, newline="")))


@pytest.mark.parametrize("table", ["contacts", "companies", "deals", "activities"])
def test_csv_and_json_hold_the_same_rows(reader: Offhook, table: str) -> None:
    as_csv = rows_of(reader("export", table).out)
    as_json = reader("export", table, "--json").json
    assert len(as_csv) == len(as_json) > 50
    assert [row["id"] for row in as_csv] == [row["id"] for row in as_json]
    assert list(as_csv[0]) == list(as_json[0])


def test_a_filter_chooses_as_it_does_in_the_app(reader: Offhook) -> None:
    rows = reader("export", "deals", "--json", "--filter", "stage:proposal value>0").json
    assert rows
    assert {row["stage"] for row in rows} == {"Proposal"}
    assert reader("export", "deals", "--json", "--filter", "stage:proposal -stage:proposal").json == []
    assert "There is no field" in reader("export", "deals", "--filter", "colour:red", code=1).err


def test_a_file_is_written_whole_and_never_overwritten_unasked(reader: Offhook, tmp_path: Path) -> None:
    file = tmp_path / "out.json"
    told = reader("export", "contacts", "-o", file)
    assert told.out == ""
    assert "Wrote 300 contacts" in told.err or "contacts to" in told.err
    before = file.read_bytes()
    assert len(json.loads(before)) >= 300
    assert "--force" in reader("export", "deals", "-o", file, code=1).err
    assert file.read_bytes() == before
    answer = reader("export", "deals", "-o", file, "--force", "--format", "csv", "--json").json
    assert set(answer) == {"table", "format", "rows", "file"}
    assert len(rows_of(file.read_text(encoding="utf-8"))) == answer["rows"]
    assert list(tmp_path.iterdir()) == [file]


def test_a_file_that_cannot_be_written_leaves_nothing_behind(reader: Offhook, tmp_path: Path) -> None:
    assert "cannot be written" in reader("export", "contacts", "-o", tmp_path / "none" / "x.csv", code=5).err
    assert list(tmp_path.iterdir()) == []


def test_contacts_go_into_address_books(reader: Offhook) -> None:
    cards = reader("export", "contacts", "--format", "vcf", "--filter", "phone:any").out
    assert cards.count("BEGIN:VCARD") == cards.count("END:VCARD") > 10
    assert "TEL;VALUE=uri;TYPE=" in cards


@pytest.mark.parametrize(
    "arguments", [("deals", "--format", "vcf"), ("contacts", "--format", "xls"), ("people",), ()]
)
def test_bad_usage(reader: Offhook, arguments: tuple[str, ...]) -> None:
    assert reader("export", *arguments, code=2).err


def test_no_text_becomes_a_formula_and_none_is_lost(alone: Offhook) -> None:
    phone = "+49 30 23125259"
    values = {"first_name": HOSTILE, "last_name": "-2+3", "phones": ({"value": phone, "label": "work"},)}
    execute(alone, CreateContact(values=values), CreateContact(values={"last_name": "Ärger, “so”\tdoch"}))
    text = alone("export", "contacts", "--excel").out
    assert text.startswith("\ufeff")
    row, other = rows_of(text.removeprefix("\ufeff"))
    assert (row["first_name"], row["last_name"], row["phone"]) == ("'" + HOSTILE, "'-2+3", "+493023125259")
    assert other["last_name"].startswith("Ärger, “so”")
    assert alone("export", "contacts", "--json").json[0]["first_name"] == HOSTILE


@given(st.text())
def test_no_cell_begins_like_a_formula(text: str) -> None:
    data = b"".join(encoder("csv")([{"a": text}])).decode()
    (row,) = csv.DictReader(io.StringIO(data, newline=""))
    cell = row["a"]
    assert cell in (text, "'" + text)
    assert restored(cell) == text
    if cell.lstrip()[:1] in tuple("=@＝＠") or cell[:1] in tuple("\t\r"):
        pytest.fail(f"{cell!r} is a formula to a spreadsheet")


@given(st.text(alphabet="'=+-@ \t\r\n1a.;＝", max_size=8))
def test_what_keeps_a_text_from_being_a_formula_is_told_apart_from_the_text(text: str) -> None:
    cell = neutralised(text)
    assert restored(cell) == text
    if cell.lstrip()[:1] in tuple("=@+-"):
        assert set(cell) <= set("+-0123456789() .,/-;ext=")
        assert any(c.isdigit() for c in cell)


@given(st.lists(st.text(alphabet=st.sampled_from(" a\"',;\r\n\t="), max_size=6), min_size=1, max_size=4))
def test_blanks_and_line_ends_of_a_cell_survive(texts: list[str]) -> None:
    row = {f"c{place}": text for place, text in enumerate(texts)}
    data = b"".join(encoder("csv")([row])).decode()
    (read,) = csv.DictReader(io.StringIO(data, newline=""))
    assert {name: restored(cell) for name, cell in read.items()} == row


@pytest.mark.parametrize("text", ["+49 30 1234567", "+493023125259;ext=12", "-5", "-1,250.50", "(030) 12"])
def test_numbers_stay_as_they_are(text: str) -> None:
    assert text in b"".join(encoder("csv")([{"a": text}])).decode()


@pytest.mark.skipif(sys.platform == "win32", reason="needs a pseudo-terminal")
@pytest.mark.parametrize("form", ["csv", "json", "vcf"])
def test_on_a_terminal_nothing_in_the_data_is_acted_upon(form: str) -> None:
    rows = [{"id": "x", "first_name": "\x1b[2J\x9bm\u202e", "description": "a\r\nb\x07"}]
    text = b"".join(encoder(form, to_terminal=True)(rows)).decode()
    assert all(line.isprintable() for line in text.split("\n"))


def test_a_reader_that_has_read_enough_is_no_error(reader: Offhook) -> None:
    reading, writing = os.pipe()
    os.close(reading)
    try:
        done = subprocess.run(
            [*PROGRAM, "export", "activities"],
            env=environment(reader.home), stdout=writing, stderr=subprocess.PIPE, check=False, timeout=60,
        )  # fmt: skip
    finally:
        os.close(writing)
    assert (done.stderr, done.returncode) == (b"", 0)
