"""By a contact's clock: where they are, and from when on they may be called."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from typing import NamedTuple
from zoneinfo import ZoneInfo

from core.calling.check import check
from core.calling.zones import zones_of
from core.catalog import Catalog
from core.clock import zone_named
from core.entities import Company, Contact
from core.points import good_numbers
from core.workspace import Callee


class There(NamedTuple):
    """The place of somebody who is called."""

    zone: ZoneInfo | None
    """Where they are most likely; None: nobody knows."""
    opens: Callable[[dt.datetime], dt.datetime]
    """The first time from a given one on at which they may be called; that one itself where nothing says when."""


def hours_of(contact: Contact, company: Company | None, catalog: Catalog, number: str = "") -> There:
    """Where a contact is and when they may be called, whatever was tried before.

    Args:
        contact: whom.
        company: theirs, if it is known.
        catalog: the set-up, with the organization's calling rules.
        number: the number that is called; the first good one where it is empty.
    """
    callee = _untried(contact, company)
    good = good_numbers(contact.phones)
    # One that was just found to be bad says where they are all the same.
    dialled = number or (good[0]["value"] if good else "")
    best = zones_of(callee, dialled, catalog.organization.country).best

    def opens(at: dt.datetime) -> dt.datetime:
        return check(callee, at, catalog=catalog, agreed=True).until or at

    return There(zone_named(best), opens)


def _untried(contact: Contact, company: Company | None) -> Callee:
    """A contact whom nobody has called yet, or is about to."""
    return Callee(
        id=contact.id,
        name=contact.name,
        title=contact.title,
        book_id=contact.book_id,
        company_id=contact.company_id,
        company=company.name if company else "",
        do_not_call=contact.do_not_call,
        phones=tuple(contact.phones),
        lead_status=contact.lead_status,
        time_zone=contact.time_zone,
        country=contact.country,
        region=contact.region,
        city=contact.city,
        company_country=company.country if company else "",
        company_region=company.region if company else "",
        last_call_at=None,
        calls_today=(),
        attempts=0,
        last_attempt_at=None,
        held_by="",
        held_until=None,
    )
