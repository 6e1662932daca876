"""What call mode reads, each in one go on a reader thread: who can be called next, everything about them, how a block went."""

from __future__ import annotations

import dataclasses
import datetime as dt
from collections.abc import Collection, Sequence
from typing import TYPE_CHECKING, NamedTuple

from core.calling.check import check
from core.calling.zones import zones_of
from core.catalog import Catalog
from core.errors import NotFound
from core.points import good_numbers
from core.workspace import Callee, CallStats, Reservation, Subject, Workspace
from tui.models.briefing import read_brief
from tui.models.call import CallList, Figures
from tui.models.call_card import CallBrief
from tui.models.call_words import note_key, step_key

if TYPE_CHECKING:
    from core.calling.check import Verdict

HOLD = 900
"""Seconds for which somebody is reserved; prolonged while they are on the screen."""


HELD = "with a colleague at the moment"
"""Why somebody is passed over who is reserved."""


class Passed(NamedTuple):
    """Somebody who cannot be called now."""

    contact_id: str
    why: str
    """In few words, the same for everybody to whom it applies."""
    until: dt.datetime | None


class Found(NamedTuple):
    """What came of looking for the next one.

    Attributes:
        call: who can be called; None: nobody of those looked at.
        passed: who cannot be called now, and why.
        gone: who is not there any more.
    """

    call: CallBrief | None
    passed: tuple[Passed, ...]
    gone: tuple[str, ...]


def find(
    workspace: Workspace,
    contact_ids: Sequence[str],
    calls: CallList,
    now: dt.datetime,
    *,
    zone: dt.tzinfo,
    agreed: Collection[str] = (),
    insist: bool = False,
) -> Found:
    """Looks for the first of some contacts who can be called, and reserves them.

    Args:
        workspace: where to look.
        contact_ids: the next ones, in order.
        calls: what the calls are about.
        now: the current time.
        zone: where the rep is.
        agreed: those whose call was agreed on, or put at this time by the rep.
        insist: the first one is taken whatever stands against it: it is told, and the rep decides.
    """
    catalog = workspace.catalog()
    there = {callee.id: callee for callee in workspace.callees(contact_ids, now)}
    passed: list[Passed] = []
    gone: list[str] = []
    for contact_id in contact_ids:
        callee = there.get(contact_id)
        if callee is None:
            gone.append(contact_id)
            continue
        verdict = check(callee, now, catalog=catalog, zone=zone, agreed=contact_id in agreed)
        if verdict.kind == "no" and not insist:
            passed.append(Passed(contact_id, _in_short(callee, verdict, now, catalog), verdict.until))
            continue
        try:
            held = workspace.reserve(contact_id, seconds=HOLD)
            if not held.ok and not insist:
                passed.append(Passed(contact_id, HELD, held.until))
                continue
            call = read_call(workspace, callee, verdict, held, calls, now)
        except NotFound:
            gone.append(contact_id)
            continue
        return Found(call, tuple(passed), tuple(gone))
    return Found(None, tuple(passed), tuple(gone))


def _in_short(callee: Callee, verdict: Verdict, now: dt.datetime, catalog: Catalog) -> str:
    """Why somebody cannot be called, in words that gather those to whom the same applies."""
    if callee.do_not_call:
        return "want no calls"
    if not good_numbers(callee.phones):
        return "without a number that can be dialled"
    if callee.held_by:
        return HELD
    if check(callee, now, catalog=catalog, agreed=True).kind != "no":
        # It is the organization's own rule that stands against it, not the law's.
        return "called a short while ago" if verdict.until is not None else "tried as often as may be"
    return "outside the hours for calls there, or called enough"


def look_again(
    workspace: Workspace,
    contact_id: str,
    calls: CallList,
    now: dt.datetime,
    number: str,
    *,
    zone: dt.tzinfo,
    agreed: bool = False,
) -> CallBrief | None:
    """Somebody as they are at this moment, for the very moment of dialling; reserved. None: they are not there any more.

    Args:
        workspace: where to look.
        contact_id: who.
        calls: what the calls are about.
        now: the current time.
        number: what will be dialled; empty: the best one.
        zone: where the rep is.
        agreed: the call was agreed on, or put at this time by the rep.
    """
    callees = workspace.callees([contact_id], now)
    if not callees:
        return None
    verdict = check(callees[0], now, catalog=workspace.catalog(), number=number, zone=zone, agreed=agreed)
    try:
        held = workspace.reserve(contact_id, seconds=HOLD)
        return read_call(workspace, callees[0], verdict, held, calls, now)
    except NotFound:
        return None


def read_call(
    workspace: Workspace,
    callee: Callee,
    verdict: Verdict,
    held: Reservation | None,
    calls: CallList,
    now: dt.datetime,
) -> CallBrief:
    """Everything about somebody who is called.

    Raises:
        NotFound: they are not there any more.
    """
    contact_id = callee.id
    deal_id = calls.deals.get(contact_id, "")
    brief = read_brief(workspace, Subject("contacts", contact_id), now)
    if deal_id:
        about = read_brief(workspace, Subject("deals", deal_id), now)
        # The deal may have another contact by now; who is called is who was chosen.
        if about.contact is not None and about.contact.id == contact_id:
            brief = about
    brief = dataclasses.replace(brief, callee=callee)
    numbers = tuple(good_numbers(callee.phones))
    number = numbers[0]["value"] if numbers else ""
    zones = zones_of(callee, number, workspace.catalog().organization.country)
    return CallBrief(
        brief, numbers, zones, verdict, held,
        draft=workspace.drafts(note_key(contact_id)).get(note_key(contact_id), ""),
        step_draft=workspace.drafts(step_key(contact_id)).get(step_key(contact_id), ""),
    )  # fmt: skip


def figures(
    workspace: Workspace, block: str, began: dt.datetime, now: dt.datetime, zone: dt.tzinfo
) -> Figures:
    """How a block went, beside the whole of yesterday.

    Args:
        workspace: where to read.
        block: names the block in what was logged.
        began: when it began.
        now: the current time.
        zone: where the viewer is: what yesterday means.
    """
    midnight = dt.datetime.combine(now.astimezone(zone).date(), dt.time(), zone)
    yesterday = dt.datetime.combine(midnight.date() - dt.timedelta(days=1), dt.time(), zone)
    soon = now + dt.timedelta(minutes=1)
    mine: CallStats = workspace.call_stats(began - dt.timedelta(minutes=1), soon, block=block)
    return Figures(mine, workspace.call_stats(yesterday, midnight))
