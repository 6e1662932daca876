"""`offhook import`: files brought in, imports listed, gone on with and taken back."""

from __future__ import annotations

import contextlib
import datetime as dt
from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, Any, cast

from cli.asking import can_ask, choose, confirm
from cli.import_options import Asked
from cli.import_progress import Shown, Stop
from cli.naming import typed
from cli.output import Code, Usage, complain, say, say_json, table
from cli.progress import Progress
from cli.session import Session
from core.errors import NotFound, OffhookError, Refused, Unavailable
from core.imports.shapes import (
    Cancelled,
    Importer,
    Job,
    Past,
    Policy,
    Report,
    Unusable,
)
from core.permissions import require_import
from core.text import printable
from core.workspace import Workspace

if TYPE_CHECKING:
    from core.imports.shapes import Question

POLICIES: tuple[Policy, ...] = ("fill", "skip", "overwrite")
_OFFERED = 12
"""Answers to a question that are written out."""


def importer_for(session: Session, workspace: Workspace) -> Importer:
    """What brings files into the workspace of a session."""
    from importing.importer import open_importer

    return open_importer(workspace, session.home.imports, clock=lambda: dt.datetime.now(dt.UTC))


@contextlib.contextmanager
def _opened(session: Session) -> Iterator[tuple[Workspace, Importer]]:
    """The workspace and its importer. A copy is open with its agent, which sends meanwhile."""
    with session.open(agent=session.in_field) as workspace:
        yield workspace, importer_for(session, workspace)


# --- bringing in --------------------------------------------------------------------------------------------------


def bring_in(session: Session, asked: Asked) -> Code:
    """Reads files, says what would come of them, and brings them in."""
    options, answers = asked.options(), asked.answered()
    with _opened(session) as (workspace, importer), Stop() as stop:
        require_import(workspace.catalog())
        with _usable(), Shown(session, stop) as shown:
            job = importer.open(asked.files, options, shown)
            _require_meaning(job)
            for question, value in answers.items():
                job.answer(question, value)
        asks = not (asked.yes or asked.dry_run or session.json) and can_ask()
        if asked.yes and not asked.dry_run:
            return _run(session, workspace, importer, job, stop)
        if not session.json:
            from cli.import_telling import tell_tables

            tell_tables(job.tables(), workspace.catalog())
        if asks:
            _ask_all(job)
        report = _preview(session, workspace, job, stop)
        if asks and report.duplicates and not asked.on_duplicate and _ask_policy(job, report):
            report = _preview(session, workspace, job, stop)
        if not asks:
            return _only_seen(session, job, report, dry_run=asked.dry_run)
        if not (report.imported or report.updated):
            say("There is nothing to import.")
            return Code.REFUSED if report.refused else Code.FINE
        say()
        if not confirm("Import?"):
            say("Nothing was written.")
            return Code.REFUSED
        return _run(session, workspace, importer, job, stop)


def _require_meaning(job: Job) -> None:
    """Files of which no column is anything cannot be used until somebody says what the columns are."""
    views = job.tables()
    if any(guess.target for view in views for guess in view.guesses):
        return
    from importing.reading.words import quoted_list

    view = views[0]
    raise Unusable(
        f"No column of {view.file} is anything that offhook knows: {quoted_list([one.header for one in view.columns], 8)}. "
        f"Say what they are (--map FIELD=COLUMN), or take them over as they are (--new-fields)."
    )


def go_on(session: Session, import_id: str) -> Code:
    """Goes on with an import that was stopped or cut off."""
    with _opened(session) as (workspace, importer), Stop() as stop:
        past = _find(importer, import_id)
        with _usable():
            job = importer.resume(past.id)
        return _run(session, workspace, importer, job, stop)


@contextlib.contextmanager
def _usable() -> Iterator[None]:
    """What cannot be used at all is a matter of how offhook was called."""
    try:
        yield
    except Refused as error:
        raise Usage(str(error)) from None


def _preview(session: Session, workspace: Workspace, job: Job, stop: Stop) -> Report:
    with Shown(session, stop) as shown:
        report = job.preview(shown)
    if not session.json:
        from cli.import_telling import tell_details
        from tui.models.import_words import preview

        say()
        tell_details(preview(report, job.options, (), workspace.catalog()))
    return report


def _only_seen(session: Session, job: Job, report: Report, *, dry_run: bool) -> Code:
    """The end where nothing is written: it was not to be, or nobody is there to be asked."""
    questions = job.questions()
    if session.json:
        from cli.import_telling import as_json

        say_json(as_json(job.tables(), report, questions))
    else:
        from cli.import_telling import hint

        for question in questions:
            _tell_question(question)
        hint("Nothing was written." + ("" if dry_run else " To import, say --yes."))
    return Code.REFUSED if report.refused else Code.FINE


def _run(session: Session, workspace: Workspace, importer: Importer, job: Job, stop: Stop) -> Code:
    shown = Shown(session, stop)
    try:
        with _usable_file(job), shown:
            report = job.run(shown)
    except (Cancelled, Unavailable) as error:
        return _stopped(session, importer, job, error)
    views = job.tables()
    waiting = _send(session, workspace)
    if session.json:
        from cli.import_telling import as_json

        say_json(as_json(views, report, job.questions()) | waiting)
    else:
        _tell_result(report, waiting)
    return Code.REFUSED if report.refused else Code.FINE


@contextlib.contextmanager
def _usable_file(job: Job) -> Iterator[None]:
    try:
        yield
    except Unusable as error:
        raise Usage(f"{error} {_how_to_go_on(job.id)}") from None


def _tell_result(report: Report, waiting: Mapping[str, Any]) -> None:
    from cli.import_telling import hint, tell_details
    from tui.models.import_words import result

    tell_details(result(report, where=report.rejects_files, contacts=True))
    if waiting.get("unsent"):
        say(f"Saved here. {waiting['unsent']:,} batches wait to be sent: offhook sync")
    if waiting.get("parked"):
        number = waiting["parked"]
        what = "1 question waits" if number == 1 else f"{number:,} questions wait"
        say(f"{what} for you about what the server did not take: offhook conflicts")
    if report.imported or report.updated:
        hint(f"To take it back: offhook import --undo {report.id}")


def _stopped(session: Session, importer: Importer, job: Job, error: OffhookError) -> Code:
    """Says how much is in, and how to go on or back."""
    code = Code.STOPPED if isinstance(error, Cancelled) else Code.UNREACHABLE
    done, begun = 0, False
    with contextlib.suppress(OffhookError):
        past = next((one for one in importer.past() if one.id == job.id), None)
        begun, done = past is not None, past.rows - past.refused if past else 0
    why = "Stopped." if isinstance(error, Cancelled) else str(error)
    if not begun:
        complain(f"{why} Nothing was written.", code, as_json=session.json)
        return code
    rows = "1 row is" if done == 1 else f"{done:,} rows are"
    complain(f"{why} {rows} in.\n{_how_to_go_on(job.id)}", code, as_json=session.json, id=job.id, rows=done)
    return code


def _how_to_go_on(import_id: str) -> str:
    return (
        f"Go on: offhook import --resume {import_id}\nTake back what is in: offhook import --undo {import_id}"
    )


def _send(session: Session, workspace: Workspace) -> dict[str, int]:
    """Waits until the server has what was brought into a copy, as long as it takes it. What waits then; empty without a copy."""
    if not session.in_field:
        return {}
    from cli.watching import Watch
    from sync.workspace import FieldWorkspace

    assert isinstance(workspace, FieldWorkspace)
    with Watch(workspace) as watch, Progress("Sending", quiet=session.json) as progress:
        watch.until_done(progress)
        told = watch.counted()
    return {"unsent": told["to_send"], "parked": told["parked"]}


# --- asking -------------------------------------------------------------------------------------------------------


def _ask_all(job: Job) -> None:
    """Asks what the files leave open, once each. What is left open refuses its rows, and the preview says so."""
    from tui.models.import_words import question_hint

    passed: set[str] = set()
    while question := next((one for one in job.questions() if one.id not in passed), None):
        passed.add(question.id)
        say()
        options = [(option.value, option.label) for option in question.options]
        answer = choose(f"{question.text}\n  {question_hint(question)}", options, question.default)
        if answer:
            job.answer(question.id, answer)


def _tell_question(question: Question) -> None:
    from cli.import_telling import hint
    from tui.models.import_words import question_hint

    known = dict(question.options)
    taken = (
        f"“{known.get(question.default, question.default)}” is taken"
        if question.default
        else "its rows are refused"
    )
    hint(
        f"Open: {question.text} ({question_hint(question)}) Without an answer {taken}. Answer it with one of:"
    )
    for option in question.options[:_OFFERED]:
        hint(f"  --answer '{question.id}={option.value}'  {option.label}")
    if len(question.options) > _OFFERED:
        hint(f"  and {len(question.options) - _OFFERED} more, which --json names.")


def _ask_policy(job: Job, report: Report) -> bool:
    """Asks what becomes of rows that meet a record. Whether that changes what comes of the import."""
    from tui.models.import_words import POLICIES as WORDS

    say()
    rows = "1 row meets a record" if report.duplicates == 1 else f"{report.duplicates:,} rows meet records"
    options = [(policy, f"{WORDS[policy][0]}: {WORDS[policy][1]}") for policy in POLICIES]
    chosen = cast(
        Policy, choose(f"{rows} that are there, or that come twice. What becomes of them?", options, "fill")
    )
    if chosen == job.options.on_duplicate:
        return False
    job.set_options(replace(job.options, on_duplicate=chosen))
    return True


# --- those before -------------------------------------------------------------------------------------------------


def list_past(session: Session) -> Code:
    """Lists the imports there were, the latest first."""
    with session.open() as workspace:
        past = importer_for(session, workspace).past()
    if session.json:
        from cli.import_telling import past_json

        say_json([past_json(one) for one in past])
        return Code.FINE
    from core.when import show_when
    from tui.models.import_words import past_numbers, source_word, state_word

    rows = [
        (
            one.id, show_when(one.started_at, all_day=False, now=session.now, zone=session.zone), one.name,
            source_word(one.source), state_word(one), past_numbers(one), one.who,
        )
        for one in past
    ]  # fmt: skip
    for line in table(
        rows, flexible=(2, 5, 6), heads=("ID", "WHEN", "FILES", "FROM", "STATE", "ROWS", "WHO")
    ):
        say(line)
    if not rows:
        say("Nothing has been imported yet.")
    return Code.FINE


def take_back(session: Session, import_id: str, *, yes: bool) -> Code:
    """Takes a whole import back, its updates included."""
    from cli.import_telling import tell_undone

    with _opened(session) as (workspace, importer), Stop() as stop:
        past = _find(importer, import_id)
        if not yes:
            if session.json or not can_ask():
                raise Usage(f"Say --yes to take the import of {printable(past.name)} back.")
            from tui.models.import_words import past_numbers

            if not confirm(f"Take the import of {printable(past.name)} back ({past_numbers(past)})?"):
                say("Nothing was changed.")
                return Code.REFUSED
        try:
            with Shown(session, stop) as shown:
                undone = importer.undo(past.id, shown)
        except Cancelled:
            how = f"Go on with: offhook import --undo {past.id}"
            complain(f"Stopped; a part of it is taken back. {how}", Code.STOPPED, as_json=session.json)
            return Code.STOPPED
        waiting = _send(session, workspace)
    if session.json:
        body = {
            "id": past.id,
            "removed": undone.removed,
            "restored": undone.restored,
            "kept": list(undone.kept),
        }
        say_json(body | waiting)
    else:
        tell_undone(undone)
    return Code.FINE


def _find(importer: Importer, import_id: str) -> Past:
    """The import of an id, or of the beginning of one.

    Raises:
        NotFound: there is none, or several begin so.
    """
    wanted = typed(import_id).strip().lower()
    found = [one for one in importer.past() if wanted and one.id.startswith(wanted)]
    if len(found) == 1:
        return found[0]
    if found:
        raise NotFound(f"{len(found)} imports begin with “{printable(wanted)}”: give more of the id.")
    raise NotFound(
        f"There is no import “{printable(wanted)[:40]}”. Those that there are: offhook import --list"
    )
