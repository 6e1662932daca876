"""Bringing files in: naming them, beginning, stopping, going on, taking back."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from core.errors import Refused
from core.imports.shapes import Past
from core.permissions import require_import
from core.text import printable
from tui.actions import key_of
from tui.dialogs.prompt import Confirm
from tui.flows.run import behind, flow
from tui.importing import Running
from tui.models.import_wizard import Wizard
from tui.models.import_words import report_line

if TYPE_CHECKING:
    from tui.screens.base import DeskScreen
    from tui.screens.importing import ImportScreen


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

    front = screen.front
    if isinstance(front, ImportScreen) and front.wizard is wizard:
        front.say("This is it.")
        return
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
    _require_idle(screen)
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


@flow
async def resume(screen: DeskScreen, running: Running) -> None:
    """Goes on with an import that was stopped or cut off."""
    _require_idle(screen)
    require_import(screen.desk.catalog)
    _go(screen, Running(running.name, running.import_id, contacts=running.contacts))


@flow
async def take_back(screen: DeskScreen, running: Running) -> None:
    """Takes a whole import back, once confirmed."""
    _require_idle(screen)
    sure = await screen.app.push_screen_wait(
        Confirm(
            "Take this import back?",
            f"{printable(running.name)}: what it made is removed, what it changed is as before. What people have edited"
            " since stays, and is named.",
            yes="take it back",
            danger=True,
        )
    )
    if sure:
        _go(screen, Running(running.name, running.import_id, undoing=True, contacts=running.contacts))


def _go(screen: DeskScreen, running: Running) -> None:
    """Begins what is known of already, and shows how far it is: where the user is looking at it, there."""
    from tui.screens.import_run import ImportRunScreen

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


def why_not_back(screen: DeskScreen, running: Running) -> str:
    """Why an import cannot be taken back."""
    if not running.over:
        return f"It is under way: {key_of(screen, 'run.leave')} stops it; what is in can be taken back then."
    if running.past is not None and not running.past.mine:
        return f"Only {printable(running.past.who)} can take it back."
    return "It is taken back already."


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
