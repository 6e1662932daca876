"""Bringing files in: naming them, saying what they mean, beginning, stopping, taking back."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from core.errors import Invalid, OffhookError, Refused
from core.imports.shapes import ENTITIES, Entity, Job, Past, Policy, Question, Report
from core.money import exponent
from core.permissions import require_import
from core.text import printable
from tui.actions import key_of
from tui.dialogs.pick import Option, Picker
from tui.dialogs.prompt import Confirm, Prompt
from tui.dialogs.setup_list import may_set_up
from tui.flows.run import behind, flow
from tui.importing import Running
from tui.models.import_mapping import LEAVE_OUT, Change, unnumbered
from tui.models.import_wizard import Wizard
from tui.models.import_words import POLICIES, answers, question_hint, report_line

if TYPE_CHECKING:
    from tui.screens.base import DeskScreen
    from tui.screens.import_run import ImportRunScreen
    from tui.screens.importing import ImportScreen

MANY = 3
"""Questions from which on all of them can be answered as proposed at once."""
_OUT = "out"
_ALL = "\0all"
_ENTITY_WORDS: dict[Entity, tuple[str, str, str]] = {
    "contacts": ("c", "Contacts", "People"),
    "companies": ("o", "Companies", "Organizations, accounts"),
    "deals": ("d", "Deals", "Opportunities"),
    "activities": ("a", "Activities", "Calls, notes, e-mails and meetings that took place"),
    "tasks": ("t", "Tasks", "What is still to be done"),
}


# --- beginning ---------------------------------------------------------------------------------------------------


@flow
async def begin_import(screen: DeskScreen) -> None:
    """Asks for files and shows what they would come to; goes on with what is under way or was left."""
    imports = screen.offhook.imports
    if imports.busy is not None:
        show_run(screen, imports.busy)
        return
    require_import(screen.desk.catalog)
    wizard = imports.draft
    if wizard is None:
        from tui.dialogs.import_files import FilesDialog

        before = imports.folder
        read = await screen.app.push_screen_wait(FilesDialog(imports))
        if read is None:
            return
        if imports.folder != before:
            _remember(screen, imports.folder)
        from tui.models.import_mapping import Mapping

        job, tables, names = read
        wizard = Wizard(job, names, Mapping(tables, screen.desk.catalog), job.options)
        imports.draft = wizard
    from tui.screens.importing import ImportScreen

    await screen.app.push_screen(ImportScreen(screen.desk, wizard))


def _remember(screen: DeskScreen, folder: Path) -> None:
    """Keeps where files were taken from for the next start, if that can be."""
    save = screen.desk.config.save
    screen.desk.later(lambda _: save("import_folder", str(folder)))


def show_run(screen: DeskScreen, running: Running) -> None:
    """Shows an import that is under way, or what came of it."""
    from tui.screens.import_run import ImportRunScreen

    front = screen.front
    if not (isinstance(front, ImportRunScreen) and front.running is running):
        screen.app.push_screen(ImportRunScreen(screen.desk, running))


# --- columns -----------------------------------------------------------------------------------------------------


async def _set(screen: ImportScreen, *steps: tuple[str, str]) -> None:
    """Has columns go elsewhere, one after the other; nothing is shown of it until all are done.

    Raises:
        Refused: that cannot be. What was done of it is taken back.
    """
    wizard = screen.wizard
    mapping, job = wizard.mapping, wizard.job
    table = mapping.index
    before = {header: mapping.change_of(header) for header, _ in steps}

    def do() -> None:
        try:
            for header, target in steps:
                job.assign(table, header, target)
        except OffhookError:
            _put_back(job, table, before.values())
            raise

    imports = screen.offhook.imports
    await imports.call(do)
    mapping.note(before.values())
    wizard.changed(await imports.call(job.tables))
    screen.show_mapping()


def _put_back(job: Job, table: int, changes: Iterable[Change]) -> None:
    """Has columns go where they went: none to the place of another on the way."""
    changes = list(changes)
    for change in changes:
        job.assign(table, change.header, LEAVE_OUT)
    for change in changes:
        job.assign(table, change.header, change.before)


@flow
async def assign(screen: ImportScreen, header: str, target: str) -> None:
    """Has a column go to a field; empty: it is left out."""
    await _set(screen, (header, target))


@flow
async def choose_field(screen: ImportScreen, header: str) -> None:
    """Asks which field a column goes to. One that another column has is swapped, or taken from it."""
    mapping = screen.wizard.mapping
    guess = mapping.guess_of(header)
    choices = mapping.choices(header, may_define=may_set_up(screen.desk))
    options = [
        Option(one.id or _OUT * (not one.heading), one.label, one.detail, heading=one.heading)
        for one in choices
    ]
    samples = ", ".join(mapping.table.columns[mapping.table.guesses.index(guess)].samples[:3])
    chosen = await screen.app.push_screen_wait(
        Picker(
            f"Where does “{printable(header)}” go?",
            options,
            current=unnumbered(guess.target) or _OUT,
            placeholder="Type to find a field",
            hint=f"It says: {samples}" if samples else "",
        )
    )
    if not isinstance(chosen, str):
        return
    target = LEAVE_OUT if chosen == _OUT else mapping.free(chosen, header)
    if target == guess.target:
        return
    holder = mapping.holder(target, but=header)
    if not holder:
        await _set(screen, (header, target))
        return
    label = mapping.label(target)
    had = f"gets {mapping.label(guess.target)}" if guess.target else "is left out"
    way = await screen.app.push_screen_wait(
        Picker(
            f"{label} is what “{printable(holder)}” goes to",
            [
                Option("swap", "Swap the two", f"“{holder}” {had}", key="s"),
                Option("take", "Take it", f"“{holder}” is left out", key="t"),
            ],
            hint="Two columns cannot go to one field.",
        )
    )
    if way == "swap" and guess.target:
        await _set(screen, (holder, LEAVE_OUT), (header, target), (holder, guess.target))
    elif way in ("swap", "take"):
        await _set(screen, (holder, LEAVE_OUT), (header, target))


@flow
async def choose_entity(screen: ImportScreen) -> None:
    """Asks what the rows of a table are; its columns are guessed anew."""
    wizard = screen.wizard
    mapping = wizard.mapping
    chosen = await screen.app.push_screen_wait(
        Picker(
            f"What are the rows of {printable(mapping.names[mapping.index])}?",
            [
                Option(entity, label, detail, key=key)
                for entity, (key, label, detail) in _ENTITY_WORDS.items()
            ],
            current=mapping.table.entity,
            hint="What its columns mean is guessed anew then.",
        )
    )
    if chosen not in ENTITIES or chosen == mapping.table.entity:
        return
    imports, entity, index = screen.offhook.imports, chosen, mapping.index
    await imports.call(lambda: wizard.job.set_entity(index, entity))
    mapping.forget_table()
    wizard.changed(await imports.call(wizard.job.tables))
    screen.show_mapping(begin=True)


@flow
async def take_back_step(screen: ImportScreen) -> None:
    """Takes back what was set last."""
    wizard, imports = screen.wizard, screen.offhook.imports
    mapping = wizard.mapping
    last = mapping.take_back()
    if not last:
        return
    mapping.show(last[0].table)
    table = mapping.index
    await imports.call(lambda: _put_back(wizard.job, table, last))
    wizard.changed(await imports.call(wizard.job.tables))
    screen.show_mapping()
    names = ", ".join(f"“{change.header}”" for change in last)
    screen.say(printable(f"{names} {'is' if len(last) == 1 else 'are'} as before."))


# --- questions, and what is said of the whole ----------------------------------------------------------------------


@flow
async def go_on(screen: ImportScreen) -> None:
    """Asks what the files leave open, then has the rows checked. Whoever leaves a question is back at the columns."""
    wizard, imports = screen.wizard, screen.offhook.imports
    if not any(guess.target for table in wizard.mapping.tables for guess in table.guesses):
        screen.say("Every column is left out: say of one at least where it goes.", problem=True)
        return
    while questions := await imports.call(wizard.job.questions):
        if not await _ask(screen, questions[0], others=questions[1:]):
            return
    screen.check()


async def _ask(
    screen: ImportScreen, question: Question, *, others: Sequence[Question] = (), current: str = ""
) -> bool:
    """Asks one question; False where the user left it.

    Args:
        screen: where it is asked.
        question: what is asked.
        others: what is asked after it; where they have a proposal each, all of them can be answered at once.
        current: what was answered before.

    Raises:
        Refused: what was answered is no answer.
    """
    options = [Option(*one) for one in answers(question)]
    those = [question, *others]
    if len(those) >= MANY and all(one.default for one in those):
        options.append(
            Option(_ALL, f"What is proposed, for all {len(those):,} questions", "Each can be changed later")
        )
    more = f" · {len(others):,} more" if others else ""
    chosen = await screen.app.push_screen_wait(
        Picker(
            question.text, options, current=current or question.default, hint=question_hint(question) + more
        )
    )
    if not isinstance(chosen, str):
        return False
    given = [(one, one.default) for one in those] if chosen == _ALL else [(question, chosen)]
    job = screen.wizard.job

    def answer() -> None:
        for one, value in given:
            job.answer(one.id, value)

    await screen.offhook.imports.call(answer)
    for one, value in given:
        screen.wizard.answered(one, value)
    return True


@flow
async def ask_again(screen: ImportScreen, question_id: str) -> None:
    """Asks a question once more that was answered, and checks anew."""
    asked = screen.wizard.question(question_id)
    if asked is not None and await _ask(screen, asked.question, current=asked.value):
        screen.check()


@flow
async def change_option(screen: ImportScreen, name: str) -> None:
    """Changes what is said of the whole import, and checks anew."""
    wizard = screen.wizard
    if name == "on_duplicate":
        policy = await _ask_policy(screen, wizard.options.on_duplicate)
        if policy is None or policy == wizard.options.on_duplicate:
            return
        await _set_options(screen, on_duplicate=policy)
    else:
        title, label, check = _CODES[name]

        async def submit(typed: str) -> str:
            await _set_options(screen, **{name: typed.strip().upper()})
            return ""

        typed = await screen.app.push_screen_wait(
            Prompt(title, label=label, value=getattr(wizard.options, name), check=check, submit=submit)
        )
        if typed is None:
            return
    screen.check()


async def _set_options(screen: ImportScreen, **values: str) -> None:
    wizard = screen.wizard
    options = dataclasses.replace(wizard.options, **values)  # type: ignore[arg-type]
    await screen.offhook.imports.call(lambda: wizard.job.set_options(options))
    wizard.options, wizard.report = options, None


async def _ask_policy(screen: DeskScreen, current: Policy) -> Policy | None:
    chosen = await screen.app.push_screen_wait(
        Picker(
            "What becomes of rows that meet a record that is there?",
            [Option(policy, label, detail, key=policy[0]) for policy, (label, detail) in POLICIES.items()],
            current=current,
        )
    )
    return chosen if chosen in POLICIES else None


def _region(typed: str) -> None:
    if typed.strip() and not (
        len(typed.strip()) == 2 and typed.strip().isascii() and typed.strip().isalpha()
    ):
        raise Invalid(
            {"region": "A country has two letters here, as in DE, GB or US; nothing means your own."}
        )


def _currency(typed: str) -> None:
    code = typed.strip().upper()
    if not code:
        return
    if not (len(code) == 3 and code.isascii() and code.isalpha()):
        raise Invalid(
            {"currency": "A currency has three letters, as in EUR, GBP or USD; nothing means your own."}
        )
    exponent(code)


_CODES: dict[str, tuple[str, str, Callable[[str], None]]] = {
    "region": (
        "Phone numbers without a country code",
        "Which country are they from? Two letters, as in DE, GB or US; nothing: your organization’s.",
        _region,
    ),
    "currency": (
        "Amounts that name no currency",
        "Which one is it? Three letters, as in EUR, GBP or USD; nothing: your organization’s.",
        _currency,
    ),
}
"""How options that are typed are asked for: title, label, check."""


# --- going on with it ----------------------------------------------------------------------------------------------


@flow
async def begin(screen: ImportScreen) -> None:
    """Begins the import, once nothing is left to be decided."""
    wizard, imports = screen.wizard, screen.offhook.imports
    report = wizard.report
    if report is None:
        screen.check()
        return
    if not (report.imported or report.updated or report.refused):
        imports.draft = None
        screen.app.pop_screen()
        screen.front.say("Nothing new was in these files, so nothing was imported.")
        return
    require_import(screen.desk.catalog)
    imports.draft = None
    running = Running(wizard.files, wizard.job.id, contacts=wizard.about_people)
    job = imports.begin(running, wizard.job)
    from tui.screens.import_run import ImportRunScreen

    _watch(screen, running)
    behind(screen, job)
    # Not awaited: this job ends with the screen that it runs on.
    screen.app.switch_screen(ImportRunScreen(screen.desk, running))


@flow
async def leave(screen: ImportScreen) -> None:
    """Drops an import that is being prepared; asks first where something was set."""
    if screen.wizard.touched:
        sure = await screen.app.push_screen_wait(
            Confirm(
                "Drop this import?",
                "Nothing was imported yet. What you have set for its columns is dropped.",
                yes="drop it",
            )
        )
        if not sure:
            return
    screen.offhook.imports.draft = None
    screen.app.pop_screen()


def resume(screen: ImportRunScreen, running: Running) -> None:
    """Goes on with an import that was stopped a moment ago."""
    again = Running(running.name, running.import_id, contacts=running.contacts)
    job = screen.offhook.imports.begin(again)
    _watch(screen, again)
    behind(screen, job)
    screen.follow(again)


@flow
async def resume_past(screen: DeskScreen, past: Past) -> None:
    """Goes on with an import of the list."""
    _require_idle(screen)
    require_import(screen.desk.catalog)
    running = Running(past.name, past.id)
    job = screen.offhook.imports.begin(running)
    _watch(screen, running)
    behind(screen, job)
    show_run(screen, running)


@flow
async def take_back(screen: DeskScreen, import_id: str, name: str, *, contacts: bool = True) -> None:
    """Takes a whole import back, once confirmed."""
    _require_idle(screen)
    sure = await screen.app.push_screen_wait(
        Confirm(
            "Take this import back?",
            f"{printable(name)}: what it made is removed, what it changed is as before. What people have edited since"
            " stays, and is named.",
            yes="take it back",
            danger=True,
        )
    )
    if not sure:
        return
    from tui.screens.import_run import ImportRunScreen

    running = Running(name, import_id, undoing=True, contacts=contacts)
    job = screen.offhook.imports.begin(running)
    _watch(screen, running)
    behind(screen, job)
    if isinstance(screen, ImportRunScreen):
        screen.follow(running)
    else:
        show_run(screen, running)


@flow
async def stop(screen: DeskScreen, running: Running) -> None:
    """Stops what is under way, once confirmed. It goes on while that is being asked."""
    stays = "What is taken back stays so" if running.undoing else "What is in stays"
    later = "you can go on later" if running.undoing else "you can go on later, or take it back"
    if await screen.app.push_screen_wait(Confirm("Stop?", f"{stays}; {later}.", yes="stop")):
        running.stop()
        running.tell()


def _require_idle(screen: DeskScreen) -> None:
    """Raises `Refused` while another import is under way: they go one after the other."""
    busy = screen.offhook.imports.busy
    if busy is not None:
        raise Refused(f"{printable(busy.name)} is under way. {key_of(screen, 'app.import')} shows it.")


def _watch(screen: DeskScreen, running: Running) -> None:
    """Has the application say how far it is wherever the user is, and when it is done."""
    app = screen.offhook
    running.listen(app.show_import)
    running.listen(lambda: app.tell_of_import(running, outcome(running)) if running.over else None)


def outcome(running: Running) -> str:
    """What came of an import, in a sentence."""
    name = printable(running.name)
    if running.problem:
        return (
            f"{name}: {'taking it back' if running.undoing else 'the import'} ended early. {running.problem}"
        )
    if running.undone is not None:
        kept = f", {len(running.undone.kept):,} kept" if running.undone.kept else ""
        return f"{name} is taken back: {running.undone.removed:,} removed, {running.undone.restored:,} as before{kept}."
    return f"{name} is imported: {report_line(running.report)}." if running.report else name


def path_of_rejects(report: Report) -> Path:
    """Where the refused rows of an import lie."""
    return Path(report.rejects_file)


async def left_over(screen: DeskScreen) -> Sequence[Past]:
    """The imports of the user that did not come to their end; none where nothing says so.

    The set-up knows of every import, so that the importer need not be made to see that there is nothing to tell.
    """
    me = screen.desk.catalog.me.id
    if not any(
        one.user_id == me and one.state in ("running", "stopped") for one in screen.desk.catalog.imports
    ):
        return ()
    return await screen.offhook.imports.past()
