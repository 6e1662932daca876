"""Address books as people have them: who becomes whom, and what becomes of cells that hold more than they should."""

from __future__ import annotations

from pathlib import Path

import pytest

from core.imports.shapes import Unusable
from tests.importing.desk import Desk


def written(desk: Desk, name: str, data: bytes) -> Path:
    path = desk.folder / name
    path.write_bytes(data)
    return path


def test_a_file_without_rows_cannot_be_used(desk: Desk) -> None:
    for data in (b"card", b"Name,Email\r\n", b"Name;Email;\r\n;;\r\n"):
        with pytest.raises(Unusable, match="has headers but no rows"):
            desk.open(written(desk, "bare.csv", data))


def test_a_file_without_rows_beside_others_keeps_none_of_them_out(desk: Desk) -> None:
    report = desk.bring(
        desk.file("people.csv", "Name,Email", "Ann Lee,ann@acme.com"), desk.file("more.csv", "Name,Email")
    )
    assert (report.rows, report.imported) == (1, 1)


@pytest.mark.parametrize("cell", ["john@@acme.com", "foo@bar", "ann at acme dot com", "ann@acme,com"])
def test_what_is_no_address_refuses_its_row(desk: Desk, cell: str) -> None:
    report = desk.bring(desk.file("people.csv", "Name;Email", f"Ann Lee;{cell}"))
    assert (report.imported, report.refused) == (0, 1)


@pytest.mark.parametrize(
    ("cell", "email", "rest"),
    [
        ("a b@c.com (work)", "b@c.com", "a b@c.com (work)"),
        ("ann@acme.com, call first", "ann@acme.com", "call first"),
        ("ok@acme.com; foo@bar", "ok@acme.com", "foo@bar"),
        ("ann@acme.com or 030 reception", "ann@acme.com", "reception"),
    ],
)
def test_what_stands_beside_an_address_is_kept_and_told(desk: Desk, cell: str, email: str, rest: str) -> None:
    report = desk.bring(desk.file("people.csv", "Name|Email", f"Ann Lee|{cell}"))
    (contact,) = desk.contacts().values()
    assert [item["value"] for item in contact.emails] == [email]
    assert rest in contact.description
    assert report.imported == len(report.warnings) == 1
