"""What `doctor` asks a workspace, and how it is mended.

Everything here reads; only `repair` writes, and only what the store works out by itself: it can always be made anew
from the records.
"""

# ruff: noqa: S608 (table and column names are constants here or come from the declarations, values are always bound)
from __future__ import annotations

import itertools
import json
import os
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal, Protocol

from core.changes import Row
from core.errors import Unavailable
from core.workspace import Changed
from storage import derive, keys, schema_version
from storage.codec import codec
from storage.database import Database, cipher, errors, explain
from storage.lookup import Lookup
from storage.solo import SoloWorkspace

Level = Literal["ok", "warning", "error"]
Progress = Callable[[str], None]
"""Is told what is being looked at."""

_BATCH = 2_000
_REPAIR = (
    "Run `offhook doctor --repair`: it makes what offhook works out by itself anew, and touches nothing else."
)
_DAMAGED = (
    "Make a copy of the file as it is, then bring the newest backup back with `offhook restore`; the damaged file is"
    " kept aside."
)


@dataclass(frozen=True, slots=True)
class Finding:
    """Something that was looked at.

    Attributes:
        level: ok, warning (works, but could be better) or error (needs somebody to act).
        what: what was found.
        advice: what to do about it; empty where nothing.
    """

    level: Level
    what: str
    advice: str = ""


def check_place(path: Path) -> list[Finding]:
    """Looks at a workspace without opening it: whether it is there, its key, and who else may read it."""
    path = Path(path)
    if not path.exists():
        return [
            Finding("error", f"There is no workspace at {path}.", "Start offhook once, or restore a backup.")
        ]
    findings = [Finding("ok", f"The workspace lies at {path} ({path.stat().st_size / 1e6:,.1f} MB).")]
    if cipher() is None:
        findings.append(
            Finding("warning", "sqlcipher3 is not installed.", "Without it new workspaces are not encrypted.")
        )
    kept = keys.report(path)
    if kept.problem:
        findings.append(Finding("error", kept.problem))
    elif kept.note:
        advice = (
            ""
            if kept.store == "plain"
            else f"It is {kept.where}. A keyring or an encrypted disk protects it better."
        )
        findings.append(Finding("warning", kept.note, advice))
    else:
        findings.append(Finding("ok", f"The key is kept in the keyring: {kept.where}."))
    for suffix in ("", "-wal", "-shm"):
        file = path.with_name(path.name + suffix)
        if file.exists() and keys.too_open(file):
            findings.append(Finding("warning", f"Others may read {file}.", f"chmod 600 {file}"))
    if keys.too_open(path.parent):
        findings.append(
            Finding("warning", f"Others may look into {path.parent}.", f"chmod 700 {path.parent}")
        )
    if not os.access(path, os.W_OK) or not os.access(path.parent, os.W_OK):
        findings.append(
            Finding("error", f"{path} or its folder cannot be written to.", "Check who owns them.")
        )
    return findings


def check_unopened(path: Path, error: Unavailable) -> list[Finding]:
    """Looks at a workspace that could not be opened: its place, and why, told once."""
    place = check_place(path)
    why = str(error)
    if any(finding.what == why for finding in place):
        return place
    return [*place, _unusable(path, why)]


def _unusable(path: Path, why: str) -> Finding:
    # What is said elsewhere sends people to `doctor`; here they are.
    if "`offhook doctor`" in why and "damaged" in why:
        sure = why.startswith(f"{path} is damaged")
        what = (
            f"{path} is damaged."
            if sure
            else f"{path} cannot be read: the key does not fit, or it is damaged."
        )
        return Finding("error", what, _DAMAGED)
    return Finding("error", why)


class OpenFile(Protocol):
    """What is looked at: a workspace, or a copy of a team's data."""

    @property
    def path(self) -> Path: ...
    @property
    def database(self) -> Database: ...
    @property
    def key(self) -> keys.Key: ...
    @property
    def org_id(self) -> str: ...


Look = Callable[[Any], list[Finding]]
"""Looks at one thing of a file."""


def check(workspace: SoloWorkspace, *, progress: Progress | None = None) -> list[Finding]:
    """Looks at everything: the place, the file's structure and seals, the indexes, and all that is worked out.

    It reads every row: about a second for 10,000 records. Others can work meanwhile, but for the moment in which the
    full-text indexes are compared.

    Args:
        workspace: the workspace.
        progress: is told what is being looked at.
    """
    return check_file(workspace, [("derived values", _derived)], progress=progress)


def check_file(
    file: OpenFile, more: Sequence[tuple[str, Look]] = (), *, progress: Progress | None = None
) -> list[Finding]:
    """Looks at what every file of offhook has: the place, its structure and seals, the indexes.

    Args:
        file: the open file.
        more: further looks at it, with what each looks at.
        progress: is told what is being looked at.
    """
    tell = progress or (lambda _what: None)
    findings = check_place(file.path)
    told: set[str] = set()
    for name, look in (("format", _format), ("structure", _structure), ("search", _search), *more):
        tell(name)
        try:
            findings += look(file)
        except Unavailable as error:
            # Several looks can fail on the same page.
            if str(error) not in told:
                told.add(str(error))
                findings.append(_unusable(file.path, str(error)))
    return findings


def repair(workspace: SoloWorkspace, *, progress: Progress | None = None) -> list[str]:
    """Makes everything anew that the store works out by itself, in one transaction.

    Args:
        workspace: the workspace. Others wait until it is done.
        progress: is told what is being made.

    Returns:
        What was mended, one line each; empty where all was well.

    Raises:
        Unavailable: it cannot be written, or the file is damaged where no repair reaches.
    """
    tell = progress or (lambda _what: None)
    mended: list[str] = []
    with workspace.database.write() as connection:
        org = {"org": workspace.org_id}
        # The indexes first: the triggers that follow a repaired text must find in them what they take out.
        tell("search")
        for table in derive.SEARCHED:
            if not _search_is_whole(connection, table):
                connection.execute(f"INSERT INTO {table}_fts ({table}_fts) VALUES ('rebuild')")
                mended.append(f"Built the search index of {table} anew.")
        tell("derived values")
        for derivation in derive.derivations():
            count = connection.execute(derivation.count, org).fetchone()[0]
            if count:
                connection.execute(derivation.fill, org)
                if derivation.clear:
                    connection.execute(derivation.clear, org)
                mended.append(f"Worked out {derivation.what} anew in {count:,} rows.")
        for table in derive.SEARCHED:
            wrong = 0
            for record_id, values in list(_wrong_texts(connection, workspace.org_id, table)):
                names = ", ".join(f"{name} = ?" for name in values)
                connection.execute(
                    f"UPDATE {table} SET {names} WHERE org_id = ? AND id = ?",
                    (*values.values(), workspace.org_id, record_id),
                )
                wrong += 1
            if wrong:
                mended.append(f"Wrote the search text of {wrong:,} {table} anew.")
        wrong = 0
        for contact_id, points in list(_wrong_points(connection, workspace.org_id)):
            connection.execute(
                "DELETE FROM contact_points WHERE org_id = ? AND contact_id = ?",
                (workspace.org_id, contact_id),
            )
            connection.executemany(
                "INSERT INTO contact_points (org_id, contact_id, kind, value) VALUES (?, ?, ?, ?)",
                [(workspace.org_id, contact_id, *point) for point in points],
            )
            wrong += 1
        if wrong:
            mended.append(f"Noted the e-mails and phones of {wrong:,} contacts anew.")
    if mended:
        workspace.tell(Changed(frozenset(), local=True, revision=workspace.revision, everything=True))
    return mended


# --- what is looked at -----------------------------------------------------------------------------------------------


def _format(workspace: OpenFile) -> list[Finding]:
    with workspace.database.read() as connection:
        version = schema_version.read(connection)
    if version != schema_version.HEAD:
        return [
            Finding(
                "error",
                f"The data has format {version}, this offhook knows {schema_version.HEAD}.",
                "Update offhook.",
            )
        ]
    return [Finding("ok", f"The data has the current format, {version}.")]


def _structure(workspace: OpenFile) -> list[Finding]:
    connection = workspace.database.reader()
    try:
        found = [str(row[0]) for row in connection.execute("PRAGMA integrity_check(20)") if row[0] != "ok"]
        sealed = workspace.key.hex is not None
        if sealed:
            # It reads past SQLite's locks, so a checkpoint under way can look like damage. Damage stays.
            seals = [str(row[0]) for row in connection.execute("PRAGMA cipher_integrity_check")]
            found += seals and [str(row[0]) for row in connection.execute("PRAGMA cipher_integrity_check")]
    except errors() as error:
        raise explain(error, workspace.path) from error
    finally:
        connection.close()
    if found:
        return [Finding("error", f"The file is damaged: {problem}", _DAMAGED) for problem in found[:5]]
    return [Finding("ok", "Every page of the file is whole" + (" and its seal unbroken." if sealed else "."))]


def _search(workspace: OpenFile) -> list[Finding]:
    with workspace.database.write() as connection:
        broken = [table for table in derive.SEARCHED if not _search_is_whole(connection, table)]
    if broken:
        return [Finding("error", f"The search index of {table} is not whole.", _REPAIR) for table in broken]
    return [Finding("ok", "The search indexes agree with the data.")]


def _search_is_whole(connection: Any, table: str) -> bool:
    try:
        connection.execute(f"INSERT INTO {table}_fts ({table}_fts, rank) VALUES ('integrity-check', 1)")
    except errors() as error:
        if "malformed" in str(error) or "corrupt" in str(error).lower():
            return False
        raise
    return True


def _derived(workspace: SoloWorkspace) -> list[Finding]:
    findings: list[Finding] = []
    with workspace.database.read() as connection:
        for derivation in derive.derivations():
            count = connection.execute(derivation.count, {"org": workspace.org_id}).fetchone()[0]
            if count:
                findings.append(Finding("error", f"{derivation.what} is wrong in {count:,} rows.", _REPAIR))
        for table in derive.SEARCHED:
            count = sum(1 for _ in _wrong_texts(connection, workspace.org_id, table))
            if count:
                findings.append(Finding("error", f"{count:,} {table} have a wrong search text.", _REPAIR))
        count = sum(1 for _ in _wrong_points(connection, workspace.org_id))
        if count:
            findings.append(
                Finding("error", f"The e-mails and phones of {count:,} contacts are noted wrong.", _REPAIR)
            )
    return findings or [Finding("ok", "Everything that is worked out from the data agrees with it.")]


def _wrong_texts(connection: Any, org_id: str, table: str) -> Iterator[tuple[str, Row]]:
    lookup = Lookup(connection, org_id)
    for row in _all_rows(connection, org_id, table):
        wanted = derive.own_columns(table, row, lookup)
        if any(row[name] != value for name, value in wanted.items()):
            yield row["id"], wanted


def _wrong_points(connection: Any, org_id: str) -> Iterator[tuple[str, list[tuple[str, str]]]]:
    rows = _all_rows(connection, org_id, "contacts")
    while batch := list(itertools.islice(rows, _BATCH)):
        held: dict[str, set[tuple[str, str]]] = {}
        ids = json.dumps([row["id"] for row in batch])
        for contact_id, kind, value in connection.execute(
            "SELECT contact_id, kind, value FROM contact_points"
            " WHERE org_id = ? AND contact_id IN (SELECT value FROM json_each(?))",
            (org_id, ids),
        ):
            held.setdefault(contact_id, set()).add((kind, value))
        for row in batch:
            wanted = derive.points_of(row)
            if set(wanted) != held.get(row["id"], set()):
                yield row["id"], wanted


def _all_rows(connection: Any, org_id: str, table: str) -> Iterator[Row]:
    form = codec(table)
    last = 0
    while True:
        found = connection.execute(
            f"SELECT n, {form.columns} FROM {table} WHERE n > ? AND org_id = ? ORDER BY n LIMIT ?",
            (last, org_id, _BATCH),
        ).fetchall()
        if not found:
            return
        last = found[-1][0]
        for values in found:
            yield form.decode(values[1:])
