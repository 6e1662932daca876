"""What others do while one calls: who comes to match joins the queue, who is taken, deleted or changed leaves it."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from functools import partial
from typing import TYPE_CHECKING, NamedTuple

from core.errors import Invalid
from core.filters import Query, parse
from core.workspace import Changed, Workspace
from tui.models.call import LIVE
from tui.models.news import ids_of, rows_of
from tui.models.whereabouts import gone

if TYPE_CHECKING:
    from tui.flows.calling import Calling

_AROUND = frozenset({"contacts", "companies", "deals", "tasks", "activities"})
"""What the card and the facts are made of."""


class _Standing(NamedTuple):
    """How some contacts stand now: those that match, in order, and those that are there at all."""

    matching: list[str]
    order: list[str]
    """All that match, where somebody is new among them; otherwise the same."""
    there: frozenset[str]


async def take_in(calling: Calling, changes: Sequence[Changed]) -> None:
    """Takes in what changed.

    Raises:
        OffhookError: it cannot be read at the moment.
    """
    everything = any(change.everything for change in changes)
    changed = ids_of(changes, "contacts")
    if everything or changed:
        await _move(calling, None if everything else changed)
    session = calling.session
    current = session.current
    if current is not None and session.phase in LIVE:
        mine = {row_id for _, row_id in rows_of(changes, local=True)}
        theirs = {table for table, _ in rows_of(changes, local=False)}
        around = {current.callee.id, *(deal.id for deal in current.brief.page.deals)}
        # What one did oneself names whom it is about; what others did may be about anybody.
        if everything or mine & around or theirs & _AROUND:
            await calling.renew()
    if session.ahead is not None and (everything or session.ahead.callee.id in changed):
        calling.look_anew()


async def _move(calling: Calling, changed: Collection[str] | None) -> None:
    """Has contacts join and leave.

    Args:
        calling: whose queue it is.
        changed: the contacts that may; None: all.
    """
    session, desk = calling.session, calling.desk
    known = frozenset(session.known)
    query = _query(calling)
    asked = sorted(known) if changed is None else sorted(changed)
    if query is None:
        asked = [contact_id for contact_id in asked if contact_id in known]
    if not asked:
        return
    look = partial(_look, asked=asked, known=known, query=query, calling=calling, all_of_them=changed is None)
    standing = await desk.read(look)
    current = session.current.callee.id if session.current is not None else ""
    missing = [one for one in asked if one in known and one not in standing.there]
    unfit = (
        [] if query is None else [one for one in asked if one in known and one not in set(standing.matching)]
    )
    session.queue.leave([one for one in {*missing, *unfit} if one != current])
    joining = [one for one in standing.matching if one not in known]
    if joining:
        session.known.update(joining)
    if joining or changed is None:
        # Those that stay say where the new ones belong.
        session.queue.join(standing.order)
    calling.has_moved()
    if current in missing:
        await _say_gone(calling, current)


def _look(
    workspace: Workspace,
    *,
    asked: Sequence[str],
    known: Collection[str],
    query: Query | None,
    calling: Calling,
    all_of_them: bool,
) -> _Standing:
    calls = calling.session.calls
    matching: list[str] = []
    order: list[str] = []
    if query is not None:
        read = partial(workspace.contact_ids, query, sort=calls.sort, descending=calls.descending)
        matching = order = read(among=None if all_of_them else asked)
        if not all_of_them and any(one not in known for one in matching):
            order = read()
    fitting = frozenset(matching)
    there = set(fitting)
    rest = [one for one in asked if one not in fitting]
    for at in range(0, len(rest), 200):
        there |= {callee.id for callee in workspace.callees(rest[at : at + 200], calling.desk.now)}
    return _Standing(matching, order, frozenset(there))


def _query(calling: Calling) -> Query | None:
    """The filter by which contacts join; None where the list is what was chosen, and nobody joins."""
    text, desk = calling.session.calls.query, calling.desk
    if text is None:
        return None
    try:
        return parse(text, "contacts", desk.catalog, now=desk.now, zone=desk.zone)
    except Invalid:
        # A stage, tag or person that it names is gone: the list stays what it was.
        return None


async def _say_gone(calling: Calling, contact_id: str) -> None:
    """Says where somebody went who is on the screen."""
    call = calling.session.current
    if call is not None:
        words = await where_to(calling, contact_id, call.callee.name, call.callee.book_id)
        calling.is_gone(contact_id, words)


async def where_to(calling: Calling, contact_id: str, name: str, book_id: str) -> str:
    """Where somebody went who was on the screen, in a sentence.

    Raises:
        OffhookError: that cannot be read at the moment.
    """
    catalog = calling.desk.catalog
    words = await calling.desk.read(lambda ws: gone(ws, catalog, "contacts", contact_id, name, book_id))
    return f"{words or f'{name} is not there any more'}."
