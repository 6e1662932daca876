"""Who is the same: which of the records that are there is meant by a row.

Pure: candidates come in as rows, from `core.workspace.Workspace.matches` or from earlier rows of the same import.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any, Protocol

from core.imports.keys import (
    company_key,
    company_names,
    contact_names,
    differ,
    domain_key,
    email_keys,
    person_key,
    phone_keys,
)
from core.imports.persons import at_one_address, is_pair, is_shared
from core.imports.shapes import Draft, Probe
from core.text import fold

ALIKE = 92
"""From this likeness of two names on (0 to 100) one may be a misspelling of the other, at the same company."""

SURE = ("id", "external id", "e-mail", "domain", "name", "title")
"""What a record is surely recognised by. A phone number or a similar name leaves a doubt."""


class Candidate(Protocol):
    """A record that may be meant."""

    @property
    def id(self) -> str: ...
    @property
    def row(self) -> Mapping[str, Any]: ...
    @property
    def company(self) -> str:
        """The name of its company."""
        ...

    @property
    def name(self) -> str:
        """A contact's, as `core.imports.keys.person_key` has it."""
        ...

    @property
    def emails(self) -> frozenset[str]:
        """A contact's addresses, as they are compared."""
        ...

    @property
    def phones(self) -> frozenset[str]:
        """A contact's numbers, without extensions."""
        ...


@dataclass(frozen=True, slots=True)
class Found:
    """The record that is meant.

    Attributes:
        record_id: its id.
        by: what it was recognised by: id, external id, e-mail, phone, name, similar name, domain, title.
        also: how many others could be meant as well.
    """

    record_id: str
    by: str
    also: int = 0

    @property
    def is_sure(self) -> bool:
        """Whether nobody need look at it."""
        return self.by in SURE and not self.also


def own_ids(draft: Draft) -> tuple[str, ...]:
    """The external ids that a draft is known by: where offhook itself exported it, its id there is one."""
    if not (draft.record_id or draft.also):
        # Nearly all of them, and this is asked several times of each.
        return (draft.external_id,) if draft.external_id else ()
    exported = f"offhook:{draft.record_id}" if draft.record_id else ""
    return tuple(dict.fromkeys(filter(None, (draft.external_id, *draft.also, exported))))


def colleagues_of(company: str, names: tuple[str, ...] = ()) -> Probe:
    """What is asked for when a contact with a similar name is looked for.

    Args:
        company: where.
        names: see `core.imports.keys.contact_names`; a workspace finds nobody without them.
    """
    return Probe(company=fold(company), names=names)


def probe_of(draft: Draft, company: str = "") -> Probe:
    """What is asked for when a company, contact or deal is looked for.

    Args:
        draft: what the row tells.
        company: the name of its company, where colleagues may be meant as well.
    """
    values = draft.values
    ids = (draft.record_id,) if draft.record_id else ()
    match draft.table:
        case "companies":
            name = values.get("name") or ""
            return Probe(
                external_ids=own_ids(draft), ids=ids, names=company_names(name) if name else (),
                domain=domain_key(values.get("domain") or ""),
            )  # fmt: skip
        case "contacts":
            names = contact_names(values.get("first_name") or "", values.get("last_name") or "")
            return Probe(
                external_ids=own_ids(draft), ids=ids, emails=email_keys(values), phones=phone_keys(values),
                names=names, company=fold(company) if names else "",
            )  # fmt: skip
        case "deals":
            title = values.get("title") or ""
            return Probe(external_ids=own_ids(draft), ids=ids, names=(fold(title),) if title else ())
    return Probe(ids=ids)


def keys_of(table: str, row: Mapping[str, Any], company: str) -> Iterable[str]:
    """What a record is found by: the same in the rows of a batch as in a workspace, or where a batch ends would matter."""
    yield f"i{row['id']}"
    for one in row.get("external_ids", ()):
        yield f"x{one}"
    match table:
        case "companies":
            yield f"n{fold(row['name'])}"
            if row["domain"]:
                yield f"d{row['domain']}"
        case "contacts":
            for value in email_keys(row):
                yield f"e{value}"
            for value in phone_keys(row):
                yield f"p{value}"
            name = f"{row['last_name']} {row['first_name']}".strip()
            yield f"n{fold(name)}"
            if company:
                yield f"c{fold(company)}"
        case "deals":
            yield f"n{fold(row['title'])}"


def keys_asked(probe: Probe) -> Iterable[str]:
    """The keys of `keys_of` by which a probe finds a record."""
    for letter, values in (
        ("i", probe.ids), ("x", probe.external_ids), ("e", probe.emails), ("p", probe.phones), ("n", probe.names),
        ("c", (probe.company,)), ("d", (probe.domain,)),
    ):  # fmt: skip
        for value in values:
            if value:
                yield letter + value


def same_company(draft: Draft, candidates: Sequence[Candidate]) -> Found | None:
    """The company that is meant: by its id, its external id, its domain, its name without the legal form."""
    if not candidates:
        return None
    known = _by_id(draft, candidates)
    if known is not None:
        return known
    ids = own_ids(draft)
    others = [one for one in candidates if not (ids and differ(ids, one.row["external_ids"]))]
    values = draft.values
    domain = domain_key(values.get("domain") or "")
    name = company_key(values.get("name") or "")
    # Of two with one domain (a group and its daughter) the one of the name is meant.
    at_domain = [one for one in others if domain and domain_key(one.row["domain"]) == domain]
    named = [one for one in others if name and company_key(one.row["name"]) == name]
    if at_domain:
        return _first([one for one in at_domain if one in named] or at_domain, "domain")
    named = [one for one in named if not (domain and domain_key(one.row["domain"]))]
    return _first(named, "name")


def same_contact(draft: Draft, company: str, candidates: Sequence[Candidate]) -> Found | None:
    """The contact that is meant: by its id, external id, e-mail, phone, or name and company, in this order."""
    if not candidates:
        return None
    known = _by_id(draft, candidates)
    if known is not None:
        return known
    values, ids = draft.values, own_ids(draft)
    emails, phones = set(email_keys(values)), set(phone_keys(values))
    name = person_key(values.get("first_name") or "", values.get("last_name") or "")
    written = [one for one in candidates if emails and not emails.isdisjoint(one.emails)]
    if written:
        # Two whom one system knows by two ids, and by two names, share an address.
        alike = [one for one in written if are_alike(name, one.name)]
        one_person = alike or [
            one
            for one in written
            if not differ(ids, one.row["external_ids"]) and _one_writer(values, emails, one)
        ]
        if one_person:
            return _first(_nearest(values, one_person), "e-mail")
    others = [one for one in candidates if not (ids and differ(ids, one.row["external_ids"]))]
    dialled = [
        one
        for one in others
        if phones
        and not phones.isdisjoint(one.phones)
        and (not name or not one.name or are_alike(name, one.name))
        and not _other_address(emails, one)
    ]
    if dialled:
        return _first(sorted(dialled, key=lambda one: (-likeness(name, one.name), one.id)), "phone")
    if not name:
        return None
    works = company_key(company) if company else ""
    there = [
        one
        for one in others
        if are_alike(name, one.name)
        and (company_key(one.company) if one.company else "") == works
        and not _other_address(emails, one)
        and (works or _agree(emails, phones, one))
    ]
    exact = [one for one in there if one.name == name]
    if exact:
        return _first(exact, "name")
    if not works:
        return None
    return _first(sorted(there, key=lambda one: (-likeness(name, one.name), one.id)), "similar name")


def same_deal(
    draft: Draft, company_id: str | None, contact_id: str | None, candidates: Sequence[Candidate]
) -> Found | None:
    """The deal that is meant: by its id, external id, or its title with the same company or contact."""
    if not candidates:
        return None
    known = _by_id(draft, candidates)
    if known is not None:
        return known
    ids, title = own_ids(draft), fold(draft.values.get("title") or "")
    named = [
        one
        for one in candidates
        if fold(one.row["title"]) == title and not differ(ids, one.row["external_ids"])
    ]
    if company_id or contact_id:
        about = [
            one
            for one in named
            if (company_id and one.row["company_id"] == company_id)
            or (contact_id and one.row["contact_id"] == contact_id)
        ]
    else:
        about = [one for one in named if not one.row["company_id"] and not one.row["contact_id"]]
    return _first(about, "title")


def likeness(one: str, other: str) -> float:
    """How alike two names are, from 0 to 100."""
    if one == other:
        return 100.0
    if not one or not other:
        return 0.0
    return float(_ratio()(one, other))


def are_alike(one: str, other: str) -> bool:
    """Whether one name may be a misspelling of the other."""
    return one == other or (likeness(one, other) >= ALIKE and not is_pair(one, other))


@cache
def _ratio() -> Callable[[str, str], float]:
    from rapidfuzz import fuzz

    return fuzz.ratio


def _by_id(draft: Draft, candidates: Sequence[Candidate]) -> Found | None:
    if draft.record_id:
        for one in candidates:
            if one.id == draft.record_id:
                return Found(one.id, "id")
    ids = own_ids(draft)
    known = [one for one in candidates if not set(ids).isdisjoint(one.row["external_ids"])] if ids else []
    if not known:
        return None
    # One id twice is an accident of the past; what was there first is meant.
    return Found(min(one.id for one in known), "external id")


def _nearest(values: Mapping[str, Any], found: Sequence[Candidate]) -> Sequence[Candidate]:
    """Of several with one address those that say most of what the row says: the one that it made the last time."""
    if len(found) < 2:
        return found
    points = {*email_keys(values), *phone_keys(values)}
    said = {
        one.id: len(points & {*one.emails, *one.phones})
        + sum(1 for name, value in values.items() if value and one.row.get(name) == value)
        for one in found
    }
    most = max(said.values())
    return [one for one in found if said[one.id] == most]


def _first(found: Sequence[Candidate], by: str) -> Found | None:
    """The surest one; of those that are equally sure the one that was there first, in every import the same."""
    if not found:
        return None
    if by in ("phone", "similar name"):
        return Found(found[0].id, by, len(found) - 1)
    return Found(min(one.id for one in found), by, len(found) - 1)


def _one_writer(values: Mapping[str, Any], emails: set[str], one: Candidate) -> bool:
    """Whether the person of a row and a record with the same address can be one."""
    shared = all(is_shared(email) for email in emails & one.emails)
    mine = (values.get("first_name") or "", values.get("last_name") or "")
    return at_one_address(mine, (one.row["first_name"], one.row["last_name"]), shared=shared)


def _other_address(emails: set[str], one: Candidate) -> bool:
    """Whether both have an address at the same place, and not the same one: there are two of the name there."""
    theirs = one.emails
    if not emails or not theirs or not emails.isdisjoint(theirs):
        return False
    return not {_domain(value) for value in emails}.isdisjoint({_domain(value) for value in theirs})


def _domain(email: str) -> str:
    return email.rpartition("@")[2]


def _agree(emails: set[str], phones: set[str], one: Candidate) -> bool:
    """Whether nothing says that two of one name, of whom nobody knows where they work, are two."""
    return not (emails and one.emails and emails.isdisjoint(one.emails)) and not (
        phones and one.phones and phones.isdisjoint(one.phones)
    )
