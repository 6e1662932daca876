"""E-mail addresses and phone numbers of a row, from all the cells that hold some."""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import lru_cache
from typing import Any, NamedTuple

from core.imports.regions import region_name
from core.imports.rows.common import Tools
from core.imports.rows.state import Bag, Row, Said, pop
from core.imports.shapes import Entity
from core.imports.values.points import Phones, read_emails, read_phones, split_mixed
from core.imports.vocabulary import point_label
from core.points import BAD_NUMBERS, LABELS
from core.text import clean_line

Items = tuple[dict[str, str], ...]
_LABELS: Mapping[str, str] = {
    "cell": "mobile", "cellular": "mobile", "mobil": "mobile", "iphone": "mobile", "handy": "mobile", "portable": "mobile", "whatsapp": "mobile",
    "business": "work", "office": "work", "direct": "work", "company": "work", "arbeit": "work", "travail": "work", "internet": "", "smtp": "", "ex": "",
    "private": "home", "personal": "home", "privat": "home", "haus": "home", "primary": "main", "default": "main", "workmobile": "mobile",
}  # fmt: skip
_NOT_A_LABEL = re.compile(r"^[*\s]+|_\$!<|>!\$_")


class Points(NamedTuple):
    """What somebody is reached by."""

    emails: Items
    phones: Items
    unread: tuple[Said, ...]
    """Cells with a phone number that cannot be read."""


def points_of(row: Row, tools: Tools, entity: Entity, country: str) -> Points:
    """The e-mails and phones of a bag, each once, the first one first. What cannot be an e-mail address refuses the row.

    Args:
        row: the row.
        tools: what is the same for all rows.
        entity: whose they are.
        country: where the row says it is; empty where it does not.
    """
    region = country or tools.region
    bag = row.bags.get(entity, {})
    emails: dict[str, dict[str, str]] = {}
    phones: dict[str, dict[str, str]] = {}
    unread: list[Said] = []
    for said in pop(bag, "emails"):
        label = _label(bag, "email", said, tools.own)
        found = read_emails(said.value)
        _take(emails, found.items, label)
        if found.unread:
            others, numbers, rest = split_mixed(said.value)
            read = [_phones(number, region) for number in numbers]
            for each in read:
                _take(phones, each.items, "")
            if not (found.items or any(each.items for each in read)):
                row.refuse(said.header, said.text, f"“{found.unread[0][:60]}” is not an e-mail address.")
                continue
            wrong = read_emails("; ".join(others)).unread
            rest = "; ".join(filter(None, (rest, *wrong, *(text for each in read for text in each.unread))))
            if rest:
                row.keep(
                    entity,
                    said,
                    "Not all of it is an e-mail address or a phone number; it is kept in the description.",
                )
    for said in (*pop(bag, "phones"), *pop(bag, "phone")):
        label = _label(bag, "phone", said, tools.own)
        if "@" in said.value:
            others, numbers, rest = split_mixed(said.value)
            _take(emails, read_emails("; ".join(others)).items, "")
            read = [_phones(number, region) for number in numbers]
            for each in read:
                _take(phones, each.items, label)
            if rest or any(each.unread for each in read) or not (others or numbers):
                unread.append(said)
            continue
        found_phones = _phones(said.value, region)
        if not country and tools.region_is_taken and found_phones.items != _phones(said.value, "").items:
            _tell_region(row, region)
        _take(phones, _with_facts(found_phones.items, bag, said), label)
        if found_phones.unread or not found_phones.items:
            unread.append(said)
    return Points(tuple(emails.values()), tuple(phones.values()), tuple(unread))


def keep_unread(row: Row, entity: Entity, unread: tuple[Said, ...]) -> None:
    """Keeps what is no phone number as it was."""
    for said in unread:
        row.line(entity, f"Phone: {said.text}")
        row.warn(
            said.header,
            said.text,
            "This is no phone number that can be dialled; it is kept in the description.",
        )


def _tell_region(row: Row, region: str) -> None:
    """Says which country was taken, once for the whole import: all rows say it in the same words."""
    said = (
        f"Numbers without a country code are read as {region} numbers ({region_name(region)})."
        " Set another default region where they are from elsewhere."
    )
    if all(warning.reason != said for warning in row.warnings):
        row.warn("", "", said)


def _with_facts(phones: Items, bag: Bag, said: Said) -> Items:
    """A number with what other cells say of it: how it was written once, and why it is not dialled."""
    if len(phones) != 1:
        return phones
    facts: dict[str, str] = {}
    for fact in ("original", "bad"):
        beside = bag.get(f"phone_{fact}", [])
        found = next((each for each in beside if each.slot == said.slot), None)
        if found is not None and (fact == "original" or found.value in BAD_NUMBERS):
            facts[fact] = found.value
            beside.remove(found)
    return ({**phones[0], **facts},) if facts else phones


@lru_cache(maxsize=4096)
def _phones(text: str, region: str) -> Phones:
    return read_phones(text, region)


@lru_cache(maxsize=1024)
def _by_header(header: str) -> str:
    return point_label(header)


def _label(bag: Bag, kind: str, said: Said, own: bool) -> str:
    """What the number or address is: by the cell beside it that says so, or by its header."""
    beside = [each for each in bag.get(f"{kind}_label", ()) if each.slot == said.slot]
    if not beside:
        return _by_header(said.header)
    return beside[0].value[:40] if own else _known_label(beside[0].value)


@lru_cache(maxsize=1024)
def _known_label(text: str) -> str:
    line = clean_line(_NOT_A_LABEL.sub("", text.partition(":::")[0])).lower()
    if line in LABELS:
        return line
    if "fax" in line or "pager" in line:
        # Nobody is reached there by voice, wherever it stands.
        return line[:40]
    return _LABELS.get(line.replace(" ", "").replace("-", ""), point_label(line) or line[:40])


def _take(known: dict[str, dict[str, str]], items: Any, label: str) -> None:
    for item in items:
        key = item["value"].lower()
        if key not in known:
            known[key] = {**item, "label": item.get("label") or label or LABELS[0]}
