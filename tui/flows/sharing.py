"""Sharing records, and one's whole book, with colleagues."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from core.commands.base import Command
from core.commands.sharing import ShareBook, ShareRecord, UnshareBook
from core.entities import User
from core.workspace import Subject
from tui.dialogs.pick import Option, Picker
from tui.flows.run import flow, run

if TYPE_CHECKING:
    from tui.screens.base import DeskScreen

_LOOK, _CHANGE, _END = "look", "change", "end"


def _colleagues(screen: DeskScreen) -> list[User]:
    """With whom something can be shared: who is readonly sees everything already."""
    colleagues = [user for user in screen.desk.catalog.colleagues if user.role != "readonly"]
    if not colleagues:
        screen.say("There is no colleague to share it with.")
    return sorted(colleagues, key=lambda user: user.name)


@flow
async def share_records(screen: DeskScreen, table: str, ids: Sequence[str]) -> None:
    """Shares records: they then lie in a book that all of the chosen hold together."""
    colleagues = _colleagues(screen)
    if not colleagues:
        return
    what = screen.called(Subject(table, ids[0])) if len(ids) == 1 else f"{len(ids):,} {table}"
    options = [Option(user.id, user.name, user.role) for user in colleagues]
    chosen = await screen.app.push_screen_wait(Picker(f"Share {what or 'it'} with", options, multi=True))
    if not isinstance(chosen, list) or not chosen:
        return
    rights = [
        Option(_CHANGE, "They may change it, too", key="1"),
        Option(_LOOK, "They may look at it", key="2"),
    ]
    right = await screen.app.push_screen_wait(Picker(f"Share {what or 'it'}", rights))
    if not isinstance(right, str):
        return
    for record_id in ids:
        share = ShareRecord(
            table=table, record_id=record_id, user_ids=tuple(chosen), can_write=right == _CHANGE
        )
        if not (await run(screen, share)).applied:
            return


@flow
async def share_book(screen: DeskScreen) -> None:
    """Lets a colleague into one's own book, gives them another right, or ends it."""
    catalog = screen.desk.catalog
    book = catalog.my_book
    shared = catalog.shared_with(book.id)
    said = {True: "may change what lies in it", False: "may look at it"}
    options = [
        Option(user.id, user.name, said[shared[user.id]] if user.id in shared else "")
        for user in _colleagues(screen)
    ]
    if not options:
        return
    user_id = await screen.app.push_screen_wait(Picker("Share my book with", options))
    if not isinstance(user_id, str):
        return
    rights = [
        Option(_LOOK, "May look at everything in it", key="1"),
        Option(_CHANGE, "May change what lies in it, too", key="2"),
    ]
    if user_id in shared:
        rights.append(Option(_END, "Is not let in any more", key="3"))
    right = await screen.app.push_screen_wait(Picker(catalog.user_name(user_id), rights))
    if not isinstance(right, str):
        return
    command: Command = ShareBook(book_id=book.id, user_id=user_id, can_write=right == _CHANGE)
    if right == _END:
        command = UnshareBook(book_id=book.id, user_id=user_id)
    await run(screen, command)
