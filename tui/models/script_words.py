"""What a script is for, whose it is, and whom a preview is read to, in words."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from core.catalog import Catalog
from core.entities import Company, Contact, Deal, Script
from core.errors import NotFound
from core.workspace import Subject, Workspace
from tui.models.call_script import FIELDS, parse, values

EVERY_CALL = ""
SCRIPT_DRAFTS = "prompt:script:"
"""How the keys begin under which a script is kept while it is written; its id follows, or `new`."""
_OWNERS = {"p": "pipeline_id", "s": "stage_id", "v": "view_id"}
SAMPLE: Mapping[str, str] = {
    "first_name": "Robin", "last_name": "Sample", "name": "Robin Sample", "title": "Head of Operations",
    "company": "Example & Co", "industry": "logistics", "city": "Springfield", "deal": "Example & Co: pilot",
    "stage": "Qualified", "value": "€12,000", "next_step": "Agree on the price",
}  # fmt: skip
"""Somebody to read a script to while it is written."""
CHEAT = "{first_name|there}  ## Objection: No time  {company}  > quote  **loud**  - list  {me}  {title}  {organization}"
"""What can be written in a script besides text."""
BEGIN = """\
Hi {first_name|there}, this is {me} from {organization}.

> Is this a bad time?

## Objection: Send me an e-mail

Gladly. What should be in it, so that it is worth your time?
"""
"""What a new script begins with: it shows by itself how one is written."""


def targets(catalog: Catalog) -> list[tuple[str, str]]:
    """What a script can be for: ids for a choice, and labels; the most general first."""
    out = [(EVERY_CALL, "every call")]
    for pipeline in catalog.pipelines:
        out.append((f"p:{pipeline.id}", f"pipeline {pipeline.name}"))
        out += [
            (f"s:{stage.id}", f"{stage.name} · {pipeline.name}") for stage in catalog.stages_of(pipeline.id)
        ]
    out += [
        (f"v:{view.id}", f"view {view.name}") for view in catalog.smart_views if view.entity == "contacts"
    ]
    return out


def target_of(script: Script) -> str:
    """What a script is for, as an id of `targets`: the narrowest counts."""
    for letter in "vsp":
        if found := getattr(script, _OWNERS[letter]):
            return f"{letter}:{found}"
    return EVERY_CALL


def target_values(target: str) -> dict[str, Any]:
    """The fields of a script that is for it."""
    letter, _, found = target.partition(":")
    return {name: found if owner == letter else None for owner, name in _OWNERS.items()}


def for_words(script: Script, catalog: Catalog) -> str:
    """What a script is for, in words."""
    return dict(targets(catalog)).get(target_of(script), "something that is gone")


def whose(script: Script, catalog: Catalog) -> str:
    """Who sees a script."""
    if script.user_id == catalog.me.id:
        return "yours, shared with everybody" if script.shared else "yours alone"
    return f"{catalog.user_name(script.user_id)}’s, shared with everybody"


def objections_words(body: str) -> str:
    """How many objections it answers."""
    count = len(parse(body).objections)
    return f"{count} objection{'' if count == 1 else 's'}" if count else "no objections"


def sample(catalog: Catalog) -> dict[str, str]:
    """The fields of a script that is read to nobody in particular."""
    return {**values(catalog, None, None, None), **SAMPLE}


def reading_to(workspace: Workspace, catalog: Catalog, subject: Subject | None) -> tuple[str, dict[str, str]]:
    """Whom a script is read to while it is written, and what its fields then hold.

    Args:
        workspace: is asked.
        catalog: the set-up.
        subject: what is under the cursor: a contact, or a deal with one. Where there is none it is a sample.
    """
    try:
        deal: Deal | None = None
        contact_id = subject.id if subject and subject.table == "contacts" else None
        if subject and subject.table == "deals":
            deal = workspace.record("deals", subject.id)
            contact_id = deal.contact_id
        if not contact_id:
            return "a sample", sample(catalog)
        contact: Contact = workspace.record("contacts", contact_id)
        company: Company | None = None
        if contact.company_id:
            company = workspace.record("companies", contact.company_id)
    except NotFound:
        return "a sample", sample(catalog)
    return contact.name, values(catalog, contact, company, deal)


def fields_to_insert() -> list[tuple[str, str]]:
    """The fields that a script can name, and what they hold."""
    return [(f"{{{name}}}", label) for name, label in FIELDS.items()]
