"""What the rows of a table that no known system wrote are about."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from core.imports.fit import company_like, share
from core.imports.shapes import ENTITIES, Column, Entity
from core.imports.vocabulary import Reading, header_words

_HINT_WORDS: dict[Entity, str] = {
    "contacts": "contact contacts people person persons lead leads kontakt kontakte personen personas contactos contatos attendees subscribers",
    "companies": "company companies account accounts organization organizations organisations firmen unternehmen empresas entreprises aziende",
    "deals": "deal deals opportunity opportunities pipeline negocios oportunidades affaires trattative chancen verkaufschancen",
    "activities": "activity activities call calls note notes meeting meetings history aktivitaten anrufe notizen timeline",
    "tasks": "task tasks todo todos aufgaben tareas tarefas taches",
}
_HINTS = {word: entity for entity, said in _HINT_WORDS.items() for word in said.split()}
_WEIGHTS: dict[Entity, Mapping[str, float]] = {
    "contacts": {
        "first_name": 3, "last_name": 3, "full_name": 3, "middle_name": 1, "job": 2, "email": 3, "email_or_phone": 3, "phone": 1, "lead_status": 2,
        "do_not_call": 1, "contact": 1.5, "salutation": 1, "birthday": 1, "gender": 1,
    },
    "companies": {"company": 3, "domain": 2, "employees": 2, "industry": 1.5, "website": 1, "revenue": 1.5, "phone": 0.5},
    "deals": {
        "deal": 5, "value": 2, "stage": 3, "probability": 2, "expected_close": 3, "pipeline": 2, "outcome": 2, "lost_reason": 2, "currency": 1,
        "next_step": 1, "is_won": 1, "closed_at": 1, "stage_since": 1,
    },
    "activities": {
        "occurred_at": 3, "call_outcome": 2, "direction": 2, "duration": 2, "kind": 2, "body": 1.5, "subject": 1, "date": 1.5, "type": 1,
        "description": 0.5,
    },
    "tasks": {"due": 3, "done": 2, "assignee": 1.5, "priority": 1.5, "subject": 2.5, "done_at": 1.5, "status": 0.5},
}  # fmt: skip
_OF_DEALS = {
    "value",
    "stage",
    "expected_close",
    "probability",
    "outcome",
    "pipeline",
    "closed_at",
    "currency",
}
_OF_ENTRIES = {"subject", "body", "kind", "type", "call_outcome", "duration", "direction"}
_OF_PEOPLE = {"first_name", "last_name", "lead_status", "job", "phone", "email"}
_PERSON = ("first_name", "last_name", "full_name", "contact", "job")


def about(table: str, readings: Sequence[Reading], columns: Sequence[Column]) -> Entity:
    """What a row of a table is, from its headers, its values, and a little from what it is called.

    Args:
        table: its name, or its file's.
        readings: its headers, read.
        columns: what was seen in them, in the same order.
    """
    said = {_of_whom(reading) for reading in readings}
    weight: dict[Entity, float] = {
        entity: sum(value for meaning, value in weights.items() if meaning in said)
        for entity, weights in _WEIGHTS.items()
    }
    for word in header_words(table):
        if word in _HINTS:
            weight[_HINTS[word]] += 2.5
    names = [c for r, c in zip(readings, columns, strict=True) if r.meaning == "name" and not r.subject]
    if names and any(share(column, "name") >= 0.5 or not column.looked for column in names):
        weight["contacts"] += 1.5
    if any(company_like(column) >= 0.3 for column in names):
        weight["companies"] += 4
        weight["contacts"] -= 2
    if not said - {""}:
        return "contacts"
    return _decided(said, weight)


def _of_whom(reading: Reading) -> str:
    """The meaning, where it is the row's own or says by itself whose it is; `Company phone` is no sign of a person."""
    own = {"company": ("company",), "contact": _PERSON, "deal": ("deal",)}
    if reading.subject == "company" and reading.meaning in ("phone", "email", "name", "id"):
        return "company" if reading.meaning == "name" else ""
    if reading.subject == "contact" and reading.meaning == "name":
        return "full_name"
    if reading.subject == "deal" and reading.meaning in ("name", "title"):
        return "deal"
    return reading.meaning if reading.meaning != "id" or reading.subject not in own else ""


def _decided(said: set[str], weight: dict[Entity, float]) -> Entity:
    person = any(meaning in said for meaning in _PERSON)
    if "deal" in said and said & _OF_DEALS and not said & {"occurred_at", "duration", "call_outcome"}:
        return "deals"
    if weight["deals"] >= 5 and not (
        said & {"email", "first_name", "last_name", "email_or_phone"} and "deal" not in said
    ):
        return "deals"
    if weight["tasks"] >= 5 and weight["tasks"] > weight["activities"] and "email" not in said:
        return "tasks"
    if (
        weight["activities"] >= 4.5
        and weight["activities"] >= weight["tasks"]
        and not said & {"first_name", "last_name", "lead_status"}
    ):
        return "activities"
    if weight["tasks"] >= 5 and weight["tasks"] > weight["contacts"]:
        return "tasks"
    talked = said & {"duration", "call_outcome", "direction"} or (
        said & _OF_ENTRIES and not said & _OF_PEOPLE
    )
    if said & {"occurred_at", "date"} and talked:
        return "activities"
    reached = bool(said & {"email", "email_or_phone", "lead_status"})
    if not person and not reached and weight["companies"] >= 3 and weight["companies"] >= weight["contacts"]:
        return "companies"
    if (person or reached) and "deal" not in said:
        weight["deals"] = 0
    best = max(ENTITIES, key=lambda entity: weight[entity])
    if best in ("deals", "activities", "tasks") and weight[best] < 4.5:
        best = "contacts"
    if best == "companies" and (person or reached) and weight["contacts"] >= 2:
        best = "contacts"
    return best
