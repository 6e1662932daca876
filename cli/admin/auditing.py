"""The audit: looking at it, proving it, and what the law asks for about a person."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

from cli.home import make_private
from cli.naming import find_one
from cli.output import Code, Usage, say, say_json, table
from cli.private import require_free, write_private
from cli.session import Session
from cli.team import greeted, own_wire
from core.errors import Refused
from core.text import printable

if TYPE_CHECKING:
    from storage.postgres.audit import Seal

_LONGEST = 90


def show(session: Session, *, what: str, login: str, op: str, limit: int) -> Code:
    """Lists the newest entries, of one record or of all."""
    from storage.postgres import audit

    table_name = record_id = ""
    if what:
        with session.open() as workspace:
            named = find_one(workspace, what)
        table_name, record_id = named.table, named.id
    with own_wire(session) as wire:
        found = audit.entries(wire, table=table_name, row_id=record_id, login=login, op=op, limit=limit)
    if session.json:
        say_json(
            [
                {
                    "seq": e.seq, "at": e.at, "login": e.login, "op": e.op, "table": e.table, "id": e.row_id,
                    "diff": None if e.diff is None else dict(e.diff),
                }
                for e in found
            ]
        )  # fmt: skip
        return Code.FINE
    if not found:
        say("The audit has nothing about that.")
    for line in table([(e.at, printable(e.login), e.op, e.table, _told(e.diff)) for e in found]):
        say(line)
    return Code.FINE


def _told(diff: Any) -> str:
    if diff is None:
        return "(erased)"
    parts = []
    for name, change in diff.items():
        if isinstance(change, list) and len(change) == 2:
            before, after = (_short(value) for value in change)
            parts.append(f"{name}: {before} → {after}" if before else f"{name}: {after}")
        else:
            parts.append(f"{name}: {_short(change)}")
    text = printable(", ".join(parts))
    return text if len(text) <= _LONGEST else text[: _LONGEST - 1] + "…"


def _short(value: Any) -> str:
    if value in (None, "", [], {}):
        return ""
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)


def verify(session: Session) -> Code:
    """Proves that nothing in the audit was changed, removed or cut off; exits with 1 and what is wrong where it was."""
    from storage.postgres import audit

    with greeted(session) as (wire, profile, hello):
        remembered = _Remembered(session, f"{profile.address} {hello.org_id}")
        seen = remembered.read()
        audit.seal(wire)
        report = audit.verify(wire, seen=seen)
    if report.last is not None and not report.problems:
        remembered.write(report.last)
    if session.json:
        say_json(
            {
                "ok": not report.problems, "entries": report.entries, "erased": report.erased,
                "unsealed": report.unsealed, "seals": report.seals, "problems": list(report.problems),
            }
        )  # fmt: skip
    else:
        for problem in report.problems:
            say(f"✗ {printable(problem)}")
        if not report.problems:
            say(
                f"Nothing was changed, removed or cut off: entries {report.entries:,}, seals {report.seals:,}."
            )
        if report.erased:
            say(f"{report.erased:,} of them were erased for a person, as the audit itself tells.")
        if report.unsealed:
            say(f"{report.unsealed:,} are newer than the last seal; they will be under the next one.")
    return Code.REFUSED if report.problems else Code.FINE


class _Remembered:
    """The last seal that this machine has seen: the only thing that shows an end that was cut off.

    Args:
        session: what was said on the command line.
        whose: which audit it is; another server, or another organization there, has another chain of seals.
    """

    def __init__(self, session: Session, whose: str) -> None:
        self._path = session.home.team / "seals.json"
        self._whose = whose

    def read(self) -> Seal | None:
        from storage.postgres.audit import Seal

        held = self._all().get(self._whose)
        if held is None:
            return None
        try:
            return Seal(int(held["number"]), str(held["digest"]))
        except (ValueError, KeyError, TypeError):
            raise self._unreadable() from None

    def write(self, seal: Seal) -> None:
        from storage.keys import replace_secret

        make_private(self._path.parent)
        held = {**self._all(), self._whose: {"number": seal.number, "digest": seal.digest}}
        replace_secret(self._path, json.dumps(held))

    def _all(self) -> dict[str, Any]:
        try:
            held = json.loads(self._path.read_text("ascii"))
        except FileNotFoundError:
            return {}
        except (OSError, ValueError):
            raise self._unreadable() from None
        if not isinstance(held, dict):
            raise self._unreadable()
        return held

    def _unreadable(self) -> Refused:
        return Refused(
            f"{self._path} cannot be read; it holds the last seals that this machine saw. Remove it to begin anew."
        )


def export_person(session: Session, who: str, file: Path | None) -> Code:
    """Writes everything that is kept about a contact, as the person may ask for (GDPR articles 15 and 20)."""
    from storage.postgres import audit

    if file is not None:
        # Before it is asked for: the audit is to say that it was handed out only where it was.
        require_free(file)
    with session.open() as workspace:
        contact = find_one(workspace, who, ("contacts",)).id
    with own_wire(session) as wire:
        held = audit.export_person(wire, contact)
    text = json.dumps(held, ensure_ascii=False, indent=2)
    if file is None:
        say(text)
        return Code.FINE
    write_private(file, text + "\n")
    if session.json:
        say_json({"file": str(file)})
    else:
        say(
            f"Wrote {printable(str(file))}. It holds everything about the person: hand it over, then remove it."
        )
    return Code.FINE


def erase_person(session: Session, who: str, *, yes: bool) -> Code:
    """Erases a contact and all that is kept about it (GDPR article 17). Nothing brings it back."""
    from storage.postgres import audit

    with session.open() as workspace:
        contact = find_one(workspace, who, ("contacts",)).id
        record = workspace.record("contacts", contact)
    if not yes:
        import sys

        if not sys.stdin.isatty() or session.json:
            raise Usage("Erasing cannot be undone. Say that you mean it: --yes")
        say(
            f"{printable(record.name)}, with all calls, notes and tasks: erased for good, in the history too."
        )
        if input("Type the name to go on: ").strip() != record.name.strip():
            raise Refused("That is not the name. Nothing was erased.")
    with own_wire(session) as wire:
        done = audit.erase_person(wire, contact)
    if session.json:
        say_json({"id": contact, **done})
        return Code.FINE
    say(
        f"Erased. {done['activities']:,} activities, {done['tasks']:,} tasks, {done['history']:,} changes in the history"
        f" and {done['audit']:,} audit entries say nothing about the person any more."
    )
    say("Backups of the server still do until they are replaced: keep that in your records.")
    return Code.FINE
