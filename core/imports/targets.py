"""The fields that a column of a file can go to.

A plain name is a field of what the table is about, and is called as offhook's own export calls it (`first_name`,
`email`, `value`, `expected_close`). A record beside it has its name before it:

* `company` and `contact` are the **names** of a row's company and contact, `deal.title` is its deal's; all else of them
  is `company.domain`, `contact.email`, `deal.value`, `deal.stage`, ….
* `external_id` is the id of the row in the system it comes from, `company_external_id`, `contact_external_id` and
  `deal_external_id` what it points to there (several in one cell may be), `id` the id in offhook itself.
* `note` is an entry of the timeline; `task.…` and `activity.…` are one with more to it, in a table of something else.
* What there can be several of is numbered: `email`, `email_2`, `phone_3`, `address_2`, `tags_2`, `contact.phone_2`, and
  `closed_at_2` where won and lost deals have a column each. E-mails
  and phones have their labels beside them: `email_label`, `email_2_label`. Where no column says the label, the header
  does: see `core.imports.vocabulary.point_label`.
* `name` of a contact is the whole name, to be split; `middle_name` goes behind the first name, `name_suffix` behind the
  last one. Where both are taken, a row's parts count, and the whole name in a row without them.
* `due_time` and `occurred_time` hold the time of day alone: to be put behind the day's text, which is then read whole.
* `is_won` and `is_closed` say of a deal what a stage with a name of its own does not.
* `deleted` says of a row that it is deleted where it comes from, by a flag or by when: it is left out.
* `custom.KEY` is a custom field, `custom.new:LABEL` one that is to be made.
"""

from __future__ import annotations

import re
from functools import lru_cache

from core.catalog import Catalog
from core.imports.shapes import Entity, Target
from core.text import clean_line

NEW_FIELD = "custom.new:"
"""What begins the name of a target that is a custom field still to be made."""
CUSTOM_FIELD = "custom."
"""What begins the name of a target that is a custom field."""
MOST_OF_A_KIND = 30
"""How many columns can go to one kind of field (`email`, `email_2`, …)."""

_Row = tuple[str, str, str, str]

_PLACE: tuple[_Row, ...] = (
    ("address*", "address", "line", "Address"),
    ("postal_code", "postal_code", "line", "Postal code"),
    ("city", "city", "line", "City"),
    ("region", "region", "line", "State or region"),
    ("country", "country", "country", "Country"),
)
_ABOUT: tuple[_Row, ...] = (
    ("owner", "owner", "owner", "Owner"),
    ("description*", "description", "text", "Description"),
    ("tags*", "tags", "tags", "Tags"),
)
_IDS: tuple[_Row, ...] = (
    ("external_id", "external_id", "id", "Id in the other system"),
    ("id", "id", "id", "Id in offhook"),
    ("deleted", "deleted", "flag", "Deleted (such rows are left out)"),
)
_PERSON: tuple[_Row, ...] = (
    ("first_name", "first_name", "line", "First name"),
    ("last_name", "last_name", "line", "Last name"),
    ("middle_name", "middle_name", "line", "Middle name"),
    ("name_suffix", "name_suffix", "line", "Name suffix (Jr., III)"),
    ("title", "title", "line", "Job title"),
    ("email*", "emails", "email", "E-mail"),
    ("phone*", "phones", "phone", "Phone"),
    ("lead_status", "lead_status", "choice", "Lead status"),
    ("source", "source", "line", "Source"),
    *_PLACE,
    ("time_zone", "time_zone", "line", "Time zone"),
    ("do_not_call", "do_not_call", "flag", "Do not call"),
    *_ABOUT,
)
_COMPANY: tuple[_Row, ...] = (
    ("domain", "domain", "domain", "Domain"),
    ("website", "website", "url", "Website"),
    ("phone", "phone", "phone", "Phone"),
    ("industry", "industry", "line", "Industry"),
    ("employees", "employees", "integer", "Employees"),
    *_PLACE,
    *_ABOUT,
)
_DEAL: tuple[_Row, ...] = (
    ("title", "title", "line", "Title"),
    ("value", "value", "money", "Value"),
    ("currency", "currency", "currency", "Currency"),
    ("probability", "probability", "percent", "Probability"),
    ("pipeline", "pipeline", "pipeline", "Pipeline"),
    ("stage", "stage", "stage", "Stage"),
    ("outcome", "outcome", "outcome", "Outcome (open, won, lost)"),
    ("is_won", "is_won", "flag", "Is won"),
    ("is_closed", "is_closed", "flag", "Is closed"),
    ("lost_reason", "lost_reason", "line", "Lost reason"),
    ("expected_close", "expected_close", "date", "Expected close"),
    ("next_step", "next_step", "line", "Next step"),
    ("source", "source", "line", "Source"),
    ("stage_since", "stage_since", "time", "In the stage since"),
    ("closed_at*", "closed_at", "time", "Closed at"),
    *_ABOUT,
)
_ENTRY: tuple[_Row, ...] = (
    ("occurred_at", "occurred_at", "time", "When"),
    ("occurred_time", "occurred_time", "line", "At what time"),
    ("kind", "kind", "choice", "Kind (call, email, meeting, note)"),
    ("direction", "direction", "choice", "Direction (in, out)"),
    ("outcome", "outcome", "choice", "Outcome of a call"),
    ("duration_s", "duration_s", "duration", "Duration"),
    ("subject", "subject", "line", "Subject"),
    ("body*", "body", "text", "Text"),
    ("user", "user", "owner", "Who did it"),
)
_TASK: tuple[_Row, ...] = (
    ("subject", "subject", "line", "Subject"),
    ("due_at", "due_at", "time", "Due"),
    ("due_time", "due_time", "line", "Due at what time"),
    ("done", "done", "flag", "Done"),
    ("done_at", "done_at", "time", "Done at"),
    ("kind", "kind", "choice", "Kind (call, email, meeting, todo)"),
    ("priority", "priority", "choice", "Priority"),
    ("assignee", "assignee", "owner", "Who is to do it"),
    ("body*", "body", "text", "Text"),
)
_OWN: dict[Entity, tuple[_Row, ...]] = {
    "companies": (("name", "name", "line", "Name"), *_COMPANY, *_IDS),
    "contacts": (("name", "name", "name", "Whole name"), *_PERSON, *_IDS),
    "deals": (*_DEAL, *_IDS),
    "activities": (*_ENTRY, ("owner", "owner", "owner", "Owner"), *_IDS),
    "tasks": (*_TASK, ("owner", "owner", "owner", "Owner"), *_IDS),
}
_BESIDE_IDS: dict[Entity, str] = {
    "companies": "company_external_id",
    "contacts": "contact_external_id",
    "deals": "deal_external_id",
}
_WORD: dict[Entity, str] = {
    "companies": "company",
    "contacts": "contact",
    "deals": "deal",
    "activities": "activity",
    "tasks": "task",
}
_FIELDS: dict[Entity, tuple[_Row, ...]] = {
    "companies": _COMPANY,
    "contacts": _PERSON,
    "deals": _DEAL,
    "activities": _ENTRY,
    "tasks": _TASK,
}
_NAMES: dict[Entity, _Row] = {
    "companies": ("company", "name", "line", "Company"),
    "contacts": ("contact", "name", "name", "Contact"),
}
_BESIDE: dict[Entity, tuple[Entity, ...]] = {
    "companies": ("contacts", "deals", "tasks", "activities"),
    "contacts": ("companies", "deals", "tasks", "activities"),
    "deals": ("companies", "contacts", "tasks", "activities"),
    "activities": ("companies", "contacts", "deals"),
    "tasks": ("companies", "contacts", "deals"),
}
"""What a row can tell of beside what it is about."""
_CUSTOM_KINDS = {
    "text": "text",
    "number": "number",
    "date": "date",
    "flag": "flag",
    "choice": "choice",
    "url": "url",
}
_NUMBERED = re.compile(r"(?P<base>.+?)_(?P<number>[1-9]\d?)(?P<label>_(?:label|original|bad))?")
BESIDE_POINTS = ("_label", "_original", "_bad")
"""The ends of the names of fields that only say something of the e-mail or phone beside them."""


def targets_for(entity: Entity, catalog: Catalog) -> tuple[Target, ...]:
    """All that a column of a table can go to, for choosing: what there can be several of is there once, as `many`.

    Args:
        entity: what a row of the table is.
        catalog: for the custom fields.
    """
    return (*_built_in(entity), *_custom(entity, catalog))


def exact_target(name: str, entity: Entity, catalog: Catalog) -> Target | None:
    """The target of just this name, numbered ones and new custom fields too; none where there is none."""
    if name.startswith(NEW_FIELD):
        label = clean_line(name.removeprefix(NEW_FIELD))
        fits = bool(label) and entity in ("companies", "contacts", "deals")
        return Target(NEW_FIELD + label, entity, "custom", "text", label) if fits else None
    if name.startswith(CUSTOM_FIELD):
        return next((target for target in _custom(entity, catalog) if target.name == name), None)
    return _plain_target(name, entity)


def find_target(name: str, entity: Entity, catalog: Catalog) -> Target | None:
    """The target that a person means: by its name, by the label of a custom field, or by any word for it.

    Args:
        name: `email`, `E-Mail`, `job title`, `mobile`, `amount`, `Company domain`, `custom.KEY`, ….
        entity: what a row of the table is.
        catalog: for the custom fields.
    """
    from core.imports.vocabulary import meant_target

    return exact_target(name.strip(), entity, catalog) or meant_target(name, entity, catalog)


@lru_cache(maxsize=2048)
def _plain_target(name: str, entity: Entity) -> Target | None:
    known = _by_name(entity)
    if name in known:
        return known[name]
    match = _NUMBERED.fullmatch(name)
    if match is None or not 2 <= int(match["number"]) <= MOST_OF_A_KIND:
        return None
    base = known.get(match["base"] + (match["label"] or ""))
    if base is None or not base.many:
        return None
    return Target(name, base.entity, base.field, base.kind, f"{base.label} {match['number']}", many=True)


@lru_cache(maxsize=8)
def _by_name(entity: Entity) -> dict[str, Target]:
    return {target.name: target for target in _built_in(entity)}


@lru_cache(maxsize=8)
def _built_in(entity: Entity) -> tuple[Target, ...]:
    found = [*_made(entity, "", _OWN[entity], "")]
    for beside in _BESIDE[entity]:
        word = _WORD[beside]
        if beside in _NAMES:
            found += _made(beside, "", (_NAMES[beside],), "")
        found += _made(beside, f"{word}.", _FIELDS[beside], f"{word.capitalize()}: ")
        if beside in _BESIDE_IDS:
            label = f"{word.capitalize()}’s id in the other system"
            found.append(Target(_BESIDE_IDS[beside], beside, "external_id", "id", label))
    if entity in ("companies", "contacts", "deals"):
        found.append(Target("note", "activities", "body", "text", "Note for the timeline", many=True))
    return tuple(found)


def _made(entity: Entity, before: str, rows: tuple[_Row, ...], label_before: str) -> list[Target]:
    found: list[Target] = []
    for name, field, kind, label in rows:
        plain, many = name.rstrip("*"), name.endswith("*")
        shown = f"{label_before}{label[:1].lower()}{label[1:]}" if label_before else label
        found.append(Target(f"{before}{plain}", entity, field, kind, shown, many))
        if field in ("emails", "phones"):
            found.append(
                Target(f"{before}{plain}_label", entity, f"{plain}_label", "line", f"{shown}: label", many)
            )
        if field == "phones":
            found += [
                Target(f"{before}{plain}_{fact}", entity, f"{plain}_{fact}", "line", f"{shown}: {said}", many)
                for fact, said in (("original", "as it was written"), ("bad", "why it is not dialled"))
            ]
    return found


def _custom(entity: Entity, catalog: Catalog) -> tuple[Target, ...]:
    return tuple(
        Target(
            f"{CUSTOM_FIELD}{field.key}",
            entity,
            f"{CUSTOM_FIELD}{field.key}",
            _CUSTOM_KINDS.get(field.kind, "text"),
            field.label,
        )
        for field in catalog.fields_for(entity)
    )
