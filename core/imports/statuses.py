"""How far a lead is, by other systems' words for it."""

from __future__ import annotations

from collections.abc import Mapping

from core.catalog import Catalog
from core.text import clean_line, fold, words

TAG = "tag"
"""The answer that the status stays empty, and the word becomes a tag."""
_MEANT: Mapping[str, tuple[str, ...]] = {
    "New": ("new", "open", "opennotcontacted", "notcontacted", "created", "assigned", "uncontacted", "newlead", "neu", "nouveau", "nuevo", "novo", "nuovo",
        "offen", "ouvert", "abierto", "aberto", "aperto"),
    "Attempting": (
        "attempting", "attemptedtocontact", "attempted", "attempttocontact", "contactattempted", "inprogress", "inprocess", "working", "contactinfuture",
        "started", "inbearbeitung",
    ),
    "Connected": ("connected", "contacted", "workingcontacted", "kontaktiert", "verbunden", "engaged", "replied"),
    "Qualified": (
        "qualified", "opendeal", "closedconverted", "converted", "marketingqualifiedlead", "salesqualifiedlead", "mql", "sql", "opportunity",
        "prequalified", "qualifiziert", "interested",
    ),
    "Nurture": ("nurture", "nurturing", "badtiming", "recycled", "subscriber"),
    "Customer": ("customer", "client", "kunde", "evangelist", "won"),
    "Unqualified": ("unqualified", "notqualified", "closednotconverted", "dead", "junklead", "junk", "lostlead", "lost", "disqualified", "badfit"),
}  # fmt: skip
"""Statuses that offhook comes with, and what HubSpot, Salesforce, EspoCRM, Zoho and Close call them."""
_BY_WORD = {word: status for status, known in _MEANT.items() for word in known}


def status_question(value: str) -> str:
    """The id of the question which lead status is meant."""
    return f"status:{fold(clean_line(value))}"


def known_status(catalog: Catalog, value: str) -> str | None:
    """The organization's lead status of that name or meaning; None where it has none."""
    key = "".join(words(value))
    for status in catalog.lead_statuses:
        if "".join(words(status)) == key:
            return status
    meant = _BY_WORD.get(key)
    return meant if meant in catalog.lead_statuses else None


def lead_status(catalog: Catalog, value: str, answers: Mapping[str, str]) -> str | None:
    """The lead status that is meant, by its name or as it was decided; None where it is neither, or is to be a tag."""
    found = known_status(catalog, value)
    if found is None:
        answer = answers.get(status_question(value))
        return answer if answer in catalog.lead_statuses else None
    return found
