"""The person that a row is about, or that it mentions."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import Any

from core.imports.rows.common import Tools, as_tag, draft_of, finish, leave, named, place
from core.imports.rows.points import Items, keep_unread, points_of
from core.imports.rows.state import Bag, Row, Said, one, pop
from core.imports.shapes import Draft
from core.imports.statuses import lead_status
from core.imports.values.names import PersonName, is_company_like, split_name
from core.imports.values.points import read_emails
from core.schema import LINE_LIMIT
from core.text import fold, words

_SALUTATIONS = frozenset(
    words(
        "mr mrs ms miss mx mister sir madam herr frau hr fr m mme mlle madame monsieur mademoiselle sr sra srta senor senora sig sigra pan pani shri smt dhr mevr mw"
    )
)
"""Titles that only say how to write to somebody."""
_PARTS = ("first_name", "middle_name", "last_name", "name_suffix")


def contact_draft(row: Row, tools: Tools) -> tuple[Draft | None, tuple[str, ...]]:
    """The draft of a row's contact, and the ids of the one that it points to where it says nothing more of them."""
    bag = row.bags.get("contacts")
    if bag is None:
        return None, ()
    main = tools.main == "contacts"
    given = pop(bag, "external_id")
    ids = tools.external_ids(given)
    values: dict[str, Any] = {}
    addresses: list[str] = []
    if main and not tools.own:
        _company_for_a_person(row, bag)
    shown = [said for said in bag.get("emails", ()) if "<" in said.text]
    _name(row, tools, bag, values, addresses, ids)
    company = row.bag("companies")
    points = points_of(row, tools, "contacts", one(bag, "country") or one(company, "country") or "")
    for said in shown:
        _name_beside(row, said, values)
    emails = _with(points.emails, addresses)
    if emails:
        values["emails"] = emails
    if points.phones:
        values["phones"] = points.phones
    if not values:
        _nobody(row, bag, points.unread, given, main=main)
        return None, () if main else ids
    keep_unread(row, "contacts", points.unread)
    _status(row, tools, bag, values)
    for name in ("title", "source", "time_zone", "do_not_call"):
        if name in bag:
            values[name] = pop(bag, name)[0].value
    place(row, "contacts", values)
    finish(row, tools, "contacts", values)
    return draft_of(row, tools, "contacts", values, given, ids), ids


def _status(row: Row, tools: Tools, bag: Bag, values: dict[str, Any]) -> None:
    for said in pop(bag, "lead_status"):
        status = lead_status(tools.catalog, said.value, tools.answers)
        if status is None:
            values["tags"] = as_tag(said.value)
            row.warn(said.header, said.text, "This is no lead status here; it is kept as a tag.")
        else:
            values["lead_status"] = status


def _nobody(row: Row, bag: Bag, unread: Sequence[Said], given: Sequence[Said], *, main: bool) -> None:
    """What becomes of a row, or a part of one, that says no person: what is said of the place is the company's."""
    company = row.bag("companies")
    for said in unread:
        if main and not company:
            row.refuse(
                said.header,
                said.text,
                "This is no phone number, and the row says nothing else of whom it is about.",
            )
        else:
            row.keep(
                "contacts",
                said,
                "This is no phone number that can be dialled; it is kept in the description.",
            )
    if not main:
        leave(row, "contacts", "The row names no contact; it is kept in the description.")
        return
    _hand_over(row, bag)
    for said in given:
        row.keep("companies", said)


def _name_beside(row: Row, said: Said, values: dict[str, Any]) -> None:
    """Takes the name of `Ann Lee <ann@acme.com>` where the row has no other; one that is another is kept."""
    name = said.value.partition("<")[0].strip(" \"',;")
    known = words(f"{values.get('first_name', '')} {values.get('last_name', '')}")
    if not name or "@" in name or set(words(name)) <= set(known):
        return
    split = split_name(name)
    if known or split.note:
        row.keep("contacts", said)
    else:
        parts = {"first_name": split.first[:LINE_LIMIT], "last_name": split.last[:LINE_LIMIT]}
        values |= {field: part for field, part in parts.items() if part}


def _name(
    row: Row, tools: Tools, bag: Bag, values: dict[str, Any], addresses: list[str], ids: tuple[str, ...]
) -> None:
    main = tools.main == "contacts"
    parts = {name: said[0].value for name in _PARTS if (said := pop(bag, name))}
    for name in ("first_name", "last_name"):
        # `ann@acme.com` in the field of a name is how address books call people who have none.
        if "@" in parts.get(name, "") and not tools.own:
            found = read_emails(parts[name])
            if found.items and not found.unread:
                addresses += [item["value"] for item in found.items]
                del parts[name]
    first = " ".join(filter(None, (parts.get("first_name"), parts.get("middle_name"))))
    last = " ".join(filter(None, (parts.get("last_name"), parts.get("name_suffix"))))
    for whole in pop(bag, "name"):
        text = whole.value if main or tools.own else named(row, "contacts", whole, ids)
        if first or last:
            # Both are there: the parts are what a person chose.
            if fold(text) not in (
                fold(f"{first} {last}".strip()),
                fold(f"{last}, {first}"),
                fold(f"{last} {first}"),
            ):
                row.line("contacts", f"{whole.label}: {text}")
            continue
        split = _split(text, own=tools.own)
        first, last = split.first, split.last
        kept = list(_notes(split.note, addresses))
        title = " ".join(
            word for word in split.title_prefix.split() if fold(word).strip(".") not in _SALUTATIONS
        )
        if kept:
            row.line("contacts", f"{whole.label}: {text}")
            row.warn(
                whole.header,
                whole.text,
                f"“{', '.join(kept)[:60]}” is not part of the name; the whole is kept in the description.",
            )
        elif title:
            row.line("contacts", f"Title: {title}")
    for name, value in (("first_name", first), ("last_name", last)):
        if len(value) > LINE_LIMIT:
            row.refuse("", value, f"The name has {len(value)} characters; the most is {LINE_LIMIT}.")
        elif value:
            values[name] = value


def _split(text: str, *, own: bool) -> PersonName:
    """A whole name in its parts; in our own exports somebody is called just so, and their own row says which part is which."""
    split = split_name(text)
    return (
        split._replace(first="", last=text, title_prefix="", note="")
        if own and (split.note or split.title_prefix)
        else split
    )


def _notes(note: str, addresses: list[str]) -> Iterator[str]:
    """What stands beside a name, without the e-mail addresses in it, which are put to the others."""
    for piece in filter(None, (part.strip() for part in re.split(r",\s+|;", note))):
        if "@" in piece:
            found = read_emails(piece)
            addresses += [item["value"] for item in found.items]
            if found.items and not found.unread:
                continue
        yield piece


def _with(items: Items, addresses: list[str]) -> Items:
    """E-mails with those that stood in a name behind them."""
    if not addresses:
        return items
    known = {item["value"].lower() for item in items}
    more = {address.lower(): address for address in addresses if address.lower() not in known}
    return (*items, *({"value": address, "label": "work"} for address in more.values()))


def _company_for_a_person(row: Row, bag: Bag) -> None:
    """Moves what is certainly a company's name, and stands alone in the place of a person's, to the company."""
    filled = [name for name in (*_PARTS, "name") if name in bag]
    if len(filled) != 1 or "name" in row.bag("companies"):
        return
    said = bag[filled[0]][0]
    if is_company_like(said.value):
        del bag[filled[0]]
        row.bags.setdefault("companies", {})["name"] = [said]
        row.warn(said.header, said.text, "This is a company’s name, not a person’s: it becomes the company.")


_SHARED = ("address", "postal_code", "city", "region", "country", "tags", "owner", "description")
"""What a company can take over from a contact that is not there."""


def _hand_over(row: Row, bag: Bag) -> None:
    company = row.bags.get("companies")
    if not company:
        return
    for name in _SHARED:
        if name in bag and (name not in company or name in ("tags", "description")):
            company.setdefault(name, []).extend(pop(bag, name))
    row.asides.setdefault("companies", []).extend(row.asides.pop("contacts", []))
    for name, said_all in list(bag.items()):
        if not name.endswith("_label"):
            for said in said_all:
                row.keep(
                    "companies", said, "The row names no person; it is kept in the company’s description."
                )
    row.bags.pop("contacts")
