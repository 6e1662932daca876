"""ZIP archives: each table in them, and workbooks, which are archives too."""

from __future__ import annotations

import re
import zipfile
from pathlib import PurePosixPath

from core.imports.shapes import Unusable
from importing.reading.origin import Origin
from importing.reading.words import counted, quoted_list

_TABLES = frozenset(
    {".csv", ".tsv", ".tab", ".txt", ".vcf", ".vcard", ".xlsx", ".xlsm", ".json", ".jsonl", ".ndjson", ".xls"}
)
_MOST_MEMBERS = 10_000
_LARGEST = 4_000_000_000
"""Bytes of a member when it is unpacked."""
_STEEPEST = 1_100
"""How many times its size a member may unpack to; more than the format can reach with anything but a bomb."""


def names_in(origin: Origin) -> list[zipfile.ZipInfo]:
    """What an archive holds.

    Raises:
        Unusable: it is damaged.
    """
    try:
        with origin.seekable() as stream, zipfile.ZipFile(stream) as archive:
            return archive.infolist()
    except (zipfile.BadZipFile, NotImplementedError, OSError, ValueError, EOFError, RuntimeError) as error:
        raise Unusable(
            f"{origin.said} is a damaged archive ({error}). Export or download it again."
        ) from None


def refuse_other_formats(origin: Origin, names: set[str]) -> None:
    """Says what to do with what is an archive inside, and no table can be got from.

    Raises:
        Unusable: it is one of those.
    """
    if any(name.endswith(".iwa") or name in ("Index.zip", "index.apxl") for name in names):
        raise Unusable(
            f"{origin.said} is a document of Numbers. Export it from there as CSV (File → Export To)."
        )
    if "xl/workbook.bin" in names:
        raise Unusable(f"{origin.said} is a binary workbook (XLSB). Save it as XLSX or CSV.")
    if "content.xml" in names and "mimetype" in names:
        raise Unusable(f"{origin.said} is an OpenDocument file. Save it as XLSX or CSV.")
    if names & {"word/document.xml", "ppt/presentation.xml"}:
        raise Unusable(f"{origin.said} is a document, not a table. Save the table in it as CSV.")


def tables_in(origin: Origin, members: list[zipfile.ZipInfo]) -> tuple[list[str], list[str]]:
    """The names of members that may be tables, and notes on what is passed over.

    Raises:
        Unusable: there is none, one is locked by a password, or one would fill the memory.
    """
    if len(members) > _MOST_MEMBERS:
        raise Unusable(f"{origin.said} holds {len(members):,} files. Unpack it, and import the tables.")
    files = [m for m in members if not m.is_dir() and not _is_litter(m.filename) and m.file_size]
    wanted = [m for m in files if PurePosixPath(m.filename).suffix.lower() in _TABLES]
    names = {m.filename for m in wanted}
    # Notion writes what a view shows as `Contacts abc.csv`, and the whole table as `Contacts abc_all.csv`.
    twins = {name for name in names if name.endswith(".csv") and f"{name[:-4]}_all.csv" in names}
    notes: list[str] = []
    if twins:
        notes.append(
            f"{quoted_list(sorted(twins))}: left out, since the file with “_all” in its name has all of the table."
        )
    others = [m.filename for m in files if m.filename not in names]
    if others:
        notes.append(
            f"{counted(len(others), 'file', 'files')} in the archive left out: {quoted_list(others)}."
        )
    chosen = [m for m in wanted if m.filename not in twins]
    for member in chosen:
        if member.flag_bits & 1:
            raise Unusable(f"{origin.said} is locked by a password. Unpack it, and import what is in it.")
        if member.file_size > _LARGEST or member.file_size > _STEEPEST * max(member.compress_size, 1):
            raise Unusable(
                f"“{member.filename}” in {origin.said} is too large when it is unpacked. Unpack it yourself, and check it."
            )
    if not chosen:
        raise Unusable(f"{origin.said} is an archive without a table (CSV, XLSX, vCard, JSON) in it.")
    return [m.filename for m in sorted(chosen, key=lambda m: m.filename)], notes


def _is_litter(name: str) -> bool:
    """What systems put into archives besides what was meant to be there."""
    return name.startswith("__MACOSX/") or bool(
        re.search(r"(^|/)(\._|\.DS_Store|Thumbs\.db|desktop\.ini)", name)
    )
