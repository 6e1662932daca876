"""What a lead status becomes by a call."""

from __future__ import annotations

from core.catalog import Catalog
from core.entities import Outcome


def next_status(catalog: Catalog, current: str, outcome: Outcome) -> str:
    """What a contact's lead status becomes by the outcome of a call; empty: it stays.

    It goes forward in the organization's list, and never back: who is a customer already does not become one more person
    who was reached. Only whom an earlier call had put aside (not interested for now) comes back by being reached. Who is
    no lead does not become one.

    Args:
        catalog: the set-up.
        current: the contact's.
        outcome: how the call ended.
    """
    new, statuses = outcome.lead_status, catalog.lead_statuses
    if new not in statuses or current not in statuses or new == current:
        return ""
    aside = {known.lead_status for known in catalog.call_outcomes if known.asks == "reason"}
    forward = statuses.index(new) > statuses.index(current)
    return new if forward or (outcome.connected and current in aside) else ""
