from __future__ import annotations

import datetime as dt
import io
import zipfile
from pathlib import Path

import pytest
from openpyxl import Workbook
from openpyxl.utils.datetime import CALENDAR_MAC_1904

from core.imports.shapes import Unusable
from importing.reading import open_tables
from tests.importing.reading import broken, cells, only, written

# A spreadsheet knows no time zones.
SEEN = dt.datetime(2026, 3, 5, 14, 15, 33)  # noqa: DTZ001
MIDNIGHT = dt.datetime(2026, 3, 5)  # noqa: DTZ001


def saved(book: Workbook) -> bytes:
    stream = io.BytesIO()
    book.save(stream)
    return stream.getvalue()


def packed(**files: str | bytes) -> bytes:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return stream.getvalue()


@pytest.fixture
def book() -> Workbook:
    book = Workbook()
    sheet = book.active
    sheet.title = "People"
    sheet.append(["Acme: people"])
    sheet.append([])
    sheet.append(["Name", "Phone", "Since", "Seen", "Amount", "Share", "Zip", "Active", "Error", "Length"])
    sheet.append(
        ["Ann", 919876543210, dt.date(2026, 3, 5), SEEN, 45000.0, 0.25, 1067, True, "#N/A",
         dt.timedelta(hours=26, minutes=5)]
    )  # fmt: skip
    sheet.append(["Bob", 15550100.5, MIDNIGHT, None, 0.1 + 0.2, None, None, False])
    sheet["E4"].number_format = "[$€-407] #,##0.00"
    sheet["F4"].number_format = "0%"
    sheet["G4"].number_format = "00000"
    return book


@pytest.mark.parametrize("mac", [False, True], ids=["1900", "1904"])
def test_cells_say_what_the_spreadsheet_shows(tmp_path: Path, book: Workbook, mac: bool) -> None:
    if mac:
        book.epoch = CALENDAR_MAC_1904
    table = only(written(tmp_path, saved(book)))
    assert (table.kind, table.name, table.encoding, table.delimiter) == ("xlsx", "People", "", "")
    assert cells(table) == [
        [
            "Ann",
            "919876543210",
            "2026-03-05",
            "2026-03-05 14:15:33",
            "€ 45000",
            "25%",
            "01067",
            "yes",
            "",
            "26:05:00",
        ],
        ["Bob", "15550100.5", "2026-03-05", "", "0.3", "", "", "no", "", ""],
    ]
    assert [row.number for row in table.rows()] == [4, 5]
    assert any("Acme: people" in note for note in table.notes)


def test_each_sheet_with_something_on_it_is_a_table_and_hidden_ones_are_told(
    tmp_path: Path, book: Workbook
) -> None:
    book.create_sheet("Empty")
    book.create_sheet("Deals").append(["Title", "Value"])
    hidden = book.create_sheet("Secret")
    hidden.append(["Name"])
    hidden.sheet_state = "hidden"
    tables = open_tables(written(tmp_path, saved(book)))
    assert [table.name for table in tables] == ["People", "Deals"]
    assert "1 hidden sheet left out: “Secret”." in tables[0].notes


def test_a_cell_that_only_looks_like_a_date_is_told_of(tmp_path: Path) -> None:
    book = Workbook()
    book.active.append(["Name", "Phone"])
    book.active.append(["Ann", 5550100123])
    book.active["B2"].number_format = "yyyy-mm-dd"
    (row,) = broken(only(written(tmp_path, saved(book))))
    assert "B2" in row.problem
    assert row.number == 2


def test_an_export_of_notion_is_its_whole_table(tmp_path: Path) -> None:
    export = packed(
        **{
            "Export/Contacts 0123.csv": "Name\nAnn\n",
            "Export/Contacts 0123_all.csv": "\ufeffName,City\nAnn,Berlin\n",
            "Export/Contacts/Ann 01.md": "# Ann",
            "__MACOSX/._Contacts.csv": "x",
        }
    )
    table = only(written(tmp_path, export))
    assert (table.name, table.encoding, cells(table)) == (
        "Export/Contacts 0123_all.csv",
        "utf-8-sig",
        [["Ann", "Berlin"]],
    )
    assert "Ann 01.md" in " ".join(table.notes)
    assert "Contacts 0123.csv" in " ".join(table.notes)


def test_every_table_in_an_archive_is_one(tmp_path: Path, book: Workbook) -> None:
    card = "BEGIN:VCARD\nVERSION:3.0\nFN:Zoë\nEND:VCARD\n"
    tables = open_tables(
        written(
            tmp_path, packed(**{"a.csv": "Name\nAnn\n", "b.xlsx": saved(book), "c.vcf": card, "d.csv": "  "})
        )
    )
    assert [(table.name, table.kind, len(cells(table))) for table in tables] == [
        ("a.csv", "csv", 1),
        ("b.xlsx People", "xlsx", 2),
        ("c.vcf", "vcard", 1),
    ]
    assert any("d.csv" in note and "blank lines" in note for note in tables[0].notes)


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (b"", "is empty"),
        (b" \r\n\r\n\t\n", "blank lines"),
        (b",,,\n,,,\n", "blank lines"),
        (b"%PDF-1.7\n...", "PDF"),
        (b"\x89PNG\r\n\x1a\n" + bytes(100), "picture"),
        (bytes(range(256)) * 20, "no text"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(2000), "old format of Excel"),
        (
            b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(2000) + "EncryptedPackage".encode("utf-16-le"),
            "password",
        ),
        (packed(**{"Index/Document.iwa": "x"}), "Numbers"),
        (packed(**{"mimetype": "x", "content.xml": "x"}), "OpenDocument"),
        (packed(**{"word/document.xml": "x"}), "document"),
        (packed(**{"readme.md": "x"}), "without a table"),
        (packed(**{"a.csv": "Name\nAnn\n"})[:40], "damaged"),
        (b"<?xml version='1.0'?><Workbook/>", "XML"),
        (b"<html><body><p>Please log in</p></body></html>", "without a table"),
        (b"[]", "JSON"),
        (b"BEGIN:VCARD\nVERSION:3.0\nEND:VCARD\n", "nothing is in them"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_a_file_that_cannot_be_used_says_why(tmp_path: Path, content: bytes, says: str) -> None:
    with pytest.raises(Unusable, match=says):
        open_tables(written(tmp_path, content))


def test_what_is_no_file_says_so(tmp_path: Path) -> None:
    with pytest.raises(Unusable, match="folder"):
        open_tables(tmp_path)
    with pytest.raises(Unusable, match="no file"):
        open_tables(tmp_path / "missing.csv")


def test_a_file_that_changes_while_it_is_used_is_told(tmp_path: Path) -> None:
    path = written(tmp_path, "Name\nAnn\n")
    table = only(path)
    written(tmp_path, "Name\nAnn\nBob\n")
    with pytest.raises(Unusable, match="has changed"):
        list(table.rows())
