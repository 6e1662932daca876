"""Starting to call: one contact, a whole list, or where one was left."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from core.calling.queue import CallQueue
from core.ids import new_id
from core.workspace import Card, Subject
from tui.dialogs.pick import Option, Picker
from tui.flows import log
from tui.flows.run import flow
from tui.models import call_state
from tui.models.call import CallList, CallSession
from tui.models.call_words import many
from tui.models.contact_text import name_words

if TYPE_CHECKING:
    from tui.screens.base import DeskScreen

NOBODY = ("", "")
"""No contact is known to a record."""
_GO_ON, _BEGIN = "go on", "begin"


@flow
async def call_one(screen: DeskScreen, subject: Subject, task_id: str = "") -> None:
    """Calls whom a record is about: the contact itself, the deal's, one of the company's.

    Args:
        screen: where it is begun.
        subject: the record.
        task_id: the task that the call is for; empty: none.
    """
    chosen = await _contact_of(screen, subject)
    if chosen is NOBODY:
        # The call took place all the same: it is logged about the record itself.
        await log.log_past(screen, subject)
    elif chosen is not None:
        contact_id, name = chosen
        deals = {contact_id: subject.id} if subject.table == "deals" else {}
        tasks = {contact_id: task_id} if task_id else {}
        _open(screen, CallList(name, (contact_id,), deals, tasks))


async def _contact_of(screen: DeskScreen, subject: Subject) -> tuple[str, str] | None:
    """Who is called about a record, and their name; None where there is nobody, or the user left."""
    if subject.table == "contacts" and (name := screen.called(subject)):
        return subject.id, name
    page = await screen.desk.read(lambda ws: ws.page(subject.table, subject.id))
    if subject.table != "companies" and page.contact is not None:
        return page.contact.id, page.contact.name
    people = page.contacts
    about = page.deal.title if page.deal else page.company.name if page.company else "this"
    if not people:
        return NOBODY
    if len(people) == 1:
        return people[0].id, name_words(people[0])
    options = [Option(one.id, name_words(one), one.title) for one in people]
    chosen = await screen.app.push_screen_wait(Picker(f"Call whom at {about}?", options))
    if not isinstance(chosen, str):
        return None
    return chosen, next(option.label for option in options if option.id == chosen)


@flow
async def call_through(screen: DeskScreen) -> None:
    """Calls through what a screen shows."""
    await _begin(screen, await screen.call_list())


@flow
async def start_calling(screen: DeskScreen, calls: CallList) -> None:
    """Calls through a list; where another one was left before its end, it is asked which.

    Args:
        screen: where it is begun.
        calls: whom to call.
    """
    await _begin(screen, calls)


async def _begin(screen: DeskScreen, calls: CallList) -> None:
    left = await screen.desk.read(call_state.restore)
    if left is not None:
        how = await _which(screen, left, calls)
        if how == _GO_ON:
            screen.offhook.push_screen(_screen(screen, left))
            return
        if how is None:
            return
    if not calls.contact_ids:
        screen.say("Nobody is in this list, so there is nobody to call.", problem=True)
        return
    _open(screen, calls)


async def _which(screen: DeskScreen, left: CallSession, calls: CallList) -> str | None:
    options = [Option(_GO_ON, f"Go on with {left.calls.name}", f"{left.left} of {left.total} left", key="1")]
    if calls.contact_ids:
        options.append(
            Option(_BEGIN, f"Begin with {calls.name}", many(len(calls.contact_ids), "contact"), key="2")
        )
    hint = "" if len(options) == 1 else "What begins anew takes the place of what was left."
    chosen = await screen.app.push_screen_wait(Picker("Start calling", options, hint=hint))
    return chosen if isinstance(chosen, str) else None


@flow
async def resume_calling(screen: DeskScreen) -> None:
    """Goes on where calling was left."""
    left = await screen.desk.read(call_state.restore)
    if left is None:
        screen.say("There is no list to go on with.")
        return
    screen.offhook.push_screen(_screen(screen, left))


def _open(screen: DeskScreen, calls: CallList) -> None:
    queue = CallQueue(calls.contact_ids)
    session = CallSession(calls, queue, new_id(), screen.desk.now)
    screen.offhook.push_screen(_screen(screen, session))


def _screen(screen: DeskScreen, session: CallSession) -> DeskScreen:
    from tui.screens.call import CallScreen

    return CallScreen(screen.desk, session)


def of_deals(cards: Sequence[Card], name: str) -> CallList:
    """Whom to call about deals, in their order, each contact once."""
    deals: dict[str, str] = {}
    for card in cards:
        if card.contact_id:
            deals.setdefault(card.contact_id, card.id)
    return CallList(name, tuple(deals), deals)
