"""What a file is, by what is in it, and the tables in it."""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path

from core.imports.shapes import Table, Unusable
from importing.reading.archives import names_in, refuse_other_formats, tables_in
from importing.reading.cards import open_cards
from importing.reading.delimited import open_delimited
from importing.reading.encodings import errors_for, find_encoding
from importing.reading.grid import GridTable
from importing.reading.objects import looks_like_json, open_objects
from importing.reading.origin import Origin
from importing.reading.sheets import open_sheets
from importing.reading.web import open_pages

_HEAD = 65_536
_ZIP = (b"PK\x03\x04", b"PK\x05\x06", b"PK\x07\x08")
_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_CARD = re.compile(r"\s*(?:[\w-]+\.)?BEGIN[ \t]*:[ \t]*VCARD\s", re.IGNORECASE)
_PAGE = re.compile(
    r"\s*(?:<!--.*?-->\s*)*<(?:!doctype\s+html|html|head|body|meta|style|table|div|center)\b",
    re.IGNORECASE | re.DOTALL,
)
_XML = re.compile(r"\s*<\?xml\b", re.IGNORECASE)

_OTHERS: Sequence[tuple[bytes, str, str]] = (
    (b"%PDF", "a PDF", "Export the table as CSV or XLSX from the program that made it."),
    (b"\x89PNG", "a picture", "Export the table as CSV or XLSX."),
    (b"\xff\xd8\xff", "a picture", "Export the table as CSV or XLSX."),
    (b"GIF8", "a picture", "Export the table as CSV or XLSX."),
    (b"\x1f\x8b", "packed by gzip", "Unpack it, and import what is in it."),
    (b"BZh", "packed by bzip2", "Unpack it, and import what is in it."),
    (b"\xfd7zXZ\x00", "packed by xz", "Unpack it, and import what is in it."),
    (b"7z\xbc\xaf\x27\x1c", "an archive of 7-Zip", "Unpack it, and import what is in it."),
    (b"Rar!\x1a\x07", "an archive of RAR", "Unpack it, and import what is in it."),
    (b"SQLite format 3\x00", "a database", "Export the tables in it as CSV."),
    (b"!BDN", "a data file of Outlook (PST)", "Export the contacts from Outlook as CSV."),
    (b"{\\rtf", "a document, not a table", "Save the table in it as CSV."),
    (
        b"BEGIN:VCALENDAR",
        "a calendar",
        "Only contacts, companies, deals and activities in tables can be brought in.",
    ),
)


def open_tables(path: Path) -> list[Table]:
    """The tables of a file: a text's only one, the sheets of a workbook, the members of an archive.

    What a file is shows in what it holds; its name says nothing.

    Raises:
        Unusable: there is nothing in it that can be brought in. The message says why, and what to do.
    """
    return _opened(Origin(path))


def _opened(origin: Origin) -> list[Table]:
    if not origin.size:
        raise Unusable(f"{origin.said} is empty. Export it again.")
    head = origin.head(_HEAD)
    if head.startswith(_ZIP):
        return _packed(origin)
    if head.startswith(_OLE):
        raise _old_office(origin)
    for mark, kind, advice in _OTHERS:
        if head.startswith(mark):
            raise Unusable(f"{origin.said} is {kind}. {advice}")
    encoding = find_encoding(origin)
    if _is_binary(head, encoding):
        raise Unusable(f"{origin.said} is no text and no workbook. Export the table as CSV or XLSX.")
    text = head.decode(encoding, errors_for(encoding)).lstrip("\ufeff\0")
    if not text.strip() and origin.size <= _HEAD:
        raise Unusable(f"{origin.said} holds nothing but blank lines. Export it again.")
    if _CARD.match(text):
        return [open_cards(origin, encoding)]
    if _PAGE.match(text) or (_XML.match(text) and re.search(r"<html\b", text, re.IGNORECASE)):
        return [*open_pages(origin, encoding)]
    if _XML.match(text):
        raise Unusable(f"{origin.said} is XML. Open it in a spreadsheet, and save it as XLSX or CSV.")
    if looks_like_json(text):
        return [*open_objects(origin, encoding)]
    return [open_delimited(origin, encoding)]


def _packed(origin: Origin) -> list[Table]:
    members = names_in(origin)
    names = {member.filename for member in members}
    if "[Content_Types].xml" in names and any(name.startswith("xl/workbook.xml") for name in names):
        return [*open_sheets(origin)]
    refuse_other_formats(origin, names)
    if origin.member:
        raise Unusable(f"{origin.said} is an archive in an archive. Unpack it, and import what is in it.")
    chosen, notes = tables_in(origin, members)
    tables: list[Table] = []
    for name in chosen:
        try:
            tables += _opened(Origin(origin.path, name))
        except Unusable as error:
            notes.append(f"Left out: {error}")
    if not tables:
        raise Unusable(" ".join(note.removeprefix("Left out: ") for note in notes[-3:]))
    first = tables[0]
    if isinstance(first, GridTable):
        first.preface(notes)
    else:
        first.notes = (*notes, *first.notes)
    return tables


def _old_office(origin: Origin) -> Unusable:
    locked = "EncryptedPackage".encode("utf-16-le")
    with origin.open() as stream:
        before = b""
        while block := stream.read(1 << 20):
            if locked in before + block:
                return Unusable(
                    f"{origin.said} is locked by a password. Take the password off in the spreadsheet, and save it."
                )
            before = block[-len(locked) :]
    return Unusable(
        f"{origin.said} is in the old format of Excel (XLS). Open it in a spreadsheet, and save it as XLSX or CSV."
    )


def _is_binary(head: bytes, encoding: str) -> bool:
    if encoding.startswith(("utf-16", "utf-32")):
        text = head.decode(encoding, "replace")
        return text.count("\ufffd") > 0.1 * len(text)
    zeros = head.count(0)
    controls = sum(head.count(byte) for byte in range(1, 32) if byte not in b"\t\n\r\x0b\x0c\x1a\x1b")
    return zeros > 0.3 * len(head) or controls > 0.015 * len(head)
