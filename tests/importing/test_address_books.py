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


def test_those_who_share_an_address_or_a_telephone_stay_people_of_their_own(desk: Desk) -> None:
    book = desk.file(
        "book.csv",
        "First Name,Last Name,Email,Phone,Company",
        "John,Smith,smiths@home.example,+44 20 7946 0958,",
        "Mary,Smith,smiths@home.example,+44 20 7946 0958,",
        "Ann,Lee,info@acme.example,+49 30 123456,Acme",
        "Bob,Day,info@acme.example,+49 30 123456,Acme",
        "Robert,Day,info@acme.example,,Acme",
        "Paul,Schmidt,,+49 30 123456,Acme",
        "Paula,Schmidt,,+49 30 123456,Acme",
        "ANN,LEE,,030 123456,ACME GmbH",
        ",,office@acme.example,,Acme",
    )
    report = desk.bring(book, region="DE")
    names = ["Ann Lee", "Bob Day", "John Smith", "Mary Smith", "Paul Schmidt", "Paula Schmidt"]
    assert sorted(filter(None, desk.contacts())) == names
    assert (report.imported, report.refused) == (7, 0)
    assert desk.bring(book, region="DE").unchanged == 9


def test_headers_and_lists_come_as_they_were_written(desk: Desk) -> None:
    sheet = desk.file("people.csv", "Name,Email,'=Score,'+Plus", "Ann Lee,ann@acme.com,5,x")
    assert [one.header for one in desk.open(sheet).tables()[0].columns] == [
        "Name",
        "Email",
        "=Score",
        "+Plus",
    ]
    cards = desk.file(
        "cards.vcf",
        "BEGIN:VCARD",
        "VERSION:3.0",
        "N:Lee;Ann;;;",
        "CATEGORIES:Friends\\, close,VIP;A",
        "END:VCARD",
    )
    desk.bring(cards)
    assert sorted(desk.contacts()["Ann Lee"].tags) == ["friends--close", "vip;a"]


def test_a_letter_of_a_hundred_pages_is_kept_and_does_not_hold_up_the_rest(desk: Desk) -> None:
    letter = "n" * 200_000
    report = desk.bring(desk.file("people.csv", "Name,Email,Notes", f"Ann Lee,ann@acme.com,{letter}"))
    kept = desk.contacts()["Ann Lee"].description if report.imported else ""
    assert kept == letter or report.problems or report.warnings
    assert report.seconds < 5
