"""Keeping a workspace safe and whole: `backup`, `restore`, `doctor`."""

from __future__ import annotations

import platform
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

from cli.home import read_settings
from cli.output import Code, Usage, say, say_json, styled
from cli.progress import Progress
from cli.session import Session
from cli.version import version
from core.errors import NotFound, Refused, Unavailable
from core.text import printable

if TYPE_CHECKING:
    from storage.check import Finding

_MOST_OF_A_KEY = 1_000
_SIGNS = {"ok": "✓", "warning": "!", "error": "✗"}


def backup(session: Session, file: Path, *, force: bool, key_file: Path | None) -> Code:
    """Writes a whole, checked copy of the workspace; the app may run."""
    from storage import backup as store

    if key_file is not None and key_file.exists():
        raise Refused(f"There is a file at {key_file} already. Choose another name for the recovery key.")
    with session.open_file() as workspace, Progress("Copying") as progress:

        def tell(left: int, all_of_them: int) -> None:
            progress.share(1 - left / all_of_them if all_of_them else 1.0)

        made = store.backup(workspace, file, force=force, progress=tell)
        if key_file is not None:
            store.write_recovery_key(workspace, key_file)
    if session.json:
        say_json(
            {
                "file": str(made.path),
                "bytes": made.size,
                "recovery_key_file": str(key_file) if key_file else None,
                "note": made.note,
            }
        )
        return Code.FINE
    say(f"Wrote {printable(str(made.path))} ({made.size / 1e6:,.1f} MB).")
    if key_file is not None:
        say(f"The recovery key is in {printable(str(key_file))}. Keep it apart from the backup.")
    elif made.note:
        say(f"{printable(made.note)} --recovery-key FILE writes it to a file.")
    return Code.FINE


def restore(session: Session, file: Path, *, key_file: Path | None) -> Code:
    """Puts a backup in the place of the workspace, which is kept aside."""
    from storage import backup as store

    session.require_alone()
    if not file.exists():
        raise NotFound(f"There is no file at {file}. Check the name of the backup.")
    key = _key(key_file) if key_file is not None else None
    home = session.home
    done = store.restore(file, home.workspace, key=key, store="file" if session.demo else "keyring")
    if session.json:
        say_json(
            {
                "file": str(done.path),
                "kept": str(done.replaced) if done.replaced else None,
                "note": done.note,
            }
        )
        return Code.FINE
    say(f"The workspace is as it was when {printable(str(file))} was written.")
    if done.replaced:
        say(f"What was there before is kept in {printable(str(done.replaced))}")
    if done.note:
        say(printable(done.note))
    return Code.FINE


def _key(path: Path) -> str:
    """The recovery key in a file, or typed into standard input (`-`): never an argument, which others could see."""
    if str(path) == "-":
        if sys.stdin is None:
            raise Usage("There is no standard input to read the recovery key from.")
        if sys.stdin.isatty():
            import getpass

            return getpass.getpass("Recovery key: ")
        return sys.stdin.read(_MOST_OF_A_KEY)
    try:
        return path.read_bytes()[:_MOST_OF_A_KEY].decode("utf-8", "replace")
    except OSError as error:
        raise Unavailable(
            f"The recovery key cannot be read from {path}: {error.strerror or error}."
        ) from None


def doctor(session: Session, *, repair: bool) -> Code:
    """Checks the workspace and what it stands on; mends what can be made anew from the data."""
    from storage import check as store

    session.require_workspace()
    findings = _surroundings(session)
    mended: list[str] = []
    if session.in_team:
        if repair:
            raise Refused(
                "There is nothing to repair here: a team's data lies on its server. A copy is fetched anew with: offhook"
                " mode direct, and then offhook mode field"
            )
        from cli.checking import examine

        with Progress("Looking at") as progress:
            findings += examine(session, progress.step)
        return _tell_findings(session, findings)
    try:
        with session.open_file() as workspace, Progress("Looking at") as progress:
            if repair:
                mended = store.repair(workspace, progress=progress.step)
            findings += store.check(workspace, progress=progress.step)
    except Unavailable as error:
        findings += store.check_unopened(session.home.workspace, error)
    return _tell_findings(session, findings, mended if repair else None)


def _tell_findings(session: Session, findings: list[Finding], mended: list[str] | None = None) -> Code:
    """Says what was found, and what was mended where that was asked for."""
    whole = all(finding.level != "error" for finding in findings)
    if session.json:
        say_json(
            {
                "ok": whole,
                "findings": [{"level": f.level, "what": f.what, "advice": f.advice} for f in findings],
                "mended": mended or [],
                **_versions(),
            }
        )
    else:
        for finding in findings:
            say(f"{_SIGNS[finding.level]} {printable(finding.what)}")
            if finding.advice:
                say(styled(f"  {printable(finding.advice)}", "dim"))
        if mended is not None:
            say()
            for line in mended or ("Nothing had to be mended.",):
                say(printable(line))
    return Code.FINE if whole else Code.REFUSED


def _versions() -> dict[str, Any]:
    import sqlite3

    from storage.database import cipher

    driver: Any = cipher() or sqlite3
    return {"offhook": version(), "python": platform.python_version(), "sqlite": driver.sqlite_version}


def _surroundings(session: Session) -> list[Finding]:
    from storage.check import Finding

    found, home = _versions(), session.home
    findings = [
        Finding("ok", f"offhook {found['offhook']}, Python {found['python']}, SQLite {found['sqlite']}"),
        Finding(
            "ok",
            f"Settings are read from {home.settings_file}"
            if home.settings_file.exists()
            else f"There are no settings of your own; {home.settings_file} would hold them",
        ),
        Finding("ok", f"Faults of offhook are logged to {home.log}"),
    ]
    if problem := read_settings(home.settings_file).problem:
        findings.append(
            Finding("warning", problem, "Mend the file; until then, what is wrong in it is not used.")
        )
    return findings
