"""Who is the same: which of the records that are there is meant by a row.

Pure: candidates come in as rows, from `core.workspace.Workspace.matches` or from earlier rows of the same import.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
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
    former_name,
    person_key,
    phone_keys,
)
from core.imports.merging import merged
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


@dataclass(slots=True, eq=False)
class Sought:
    """What a record is looked for by, as a row tells of it. Worked out once: it is compared with many.

    Attributes:
        draft: what the row tells.
        probe: what a workspace is asked.
        keys: those of `keys_of` by which it is found among rows that came before.
        ids: the external ids that it is known by.
        name: a person's or company's name or a deal's title, as two of them are compared.
        emails, phones: a contact's, as they are compared.
        domain: a company's, unless it is that of a free mailer.
    """

    draft: Draft
    probe: Probe
    keys: tuple[str, ...]
    ids: tuple[str, ...]
    name: str
    emails: frozenset[str] = frozenset()
    phones: frozenset[str] = frozenset()
    domain: str = ""


def sought(draft: Draft) -> Sought:
    """How a company, contact or deal of a row is looked for."""
    values = draft.values
    ids, records = own_ids(draft), (draft.record_id,) if draft.record_id else ()
    match draft.table:
        case "companies":
            said, domain = values.get("name") or "", domain_key(values.get("domain") or "")
            names = company_names(said) if said else ()
            probe = Probe(external_ids=ids, ids=records, names=names, domain=domain)
            return Sought(draft, probe, keys_asked(probe), ids, company_key(said), domain=domain)
        case "contacts":
            first, last = values.get("first_name") or "", values.get("last_name") or ""
            emails, phones = email_keys(values), phone_keys(values)
            name = person_key(first, last)
            called = (former_name(name),) if name and not (ids or emails or phones) else ()
            probe = Probe(ids or called, records, emails, phones, contact_names(first, last))
            return Sought(draft, probe, keys_asked(probe), ids, name, frozenset(emails), frozenset(phones))
    title = fold(values.get("title") or "")
    probe = Probe(external_ids=ids, ids=records, names=(title,) if title else ())
    return Sought(draft, probe, keys_asked(probe), ids, title)


def keys_of(table: str, row: Mapping[str, Any], company: str) -> list[str]:
    """What a record is found by, beside its id: in the rows of a batch as in a workspace, or where one ends would matter."""
    keys = [f"x{one}" for one in row.get("external_ids", ())]
    match table:
        case "companies":
            keys.append(f"n{fold(row['name'])}")
            if row["domain"]:
                keys.append(f"d{row['domain']}")
        case "contacts":
            keys += [f"e{value}" for value in email_keys(row)]
            keys += [f"p{value}" for value in phone_keys(row)]
            name = f"{row['last_name']} {row['first_name']}".strip()
            keys.append(f"n{fold(name)}")
            if company:
                keys.append(colleagues_key(company))
        case "deals":
            keys.append(f"n{fold(row['title'])}")
    return keys


def colleagues_key(company: str) -> str:
    """The key by which the contacts of a company are found."""
    return f"c{fold(company)}"


def keys_asked(probe: Probe) -> tuple[str, ...]:
    """The keys of `keys_of` by which a probe finds a record."""
    keys = [f"x{one}" for one in probe.external_ids]
    keys += [f"e{one}" for one in probe.emails]
    keys += [f"p{one}" for one in probe.phones]
    keys += [f"n{one}" for one in probe.names if one]
    if probe.company:
        keys.append(f"c{probe.company}")
    if probe.domain:
        keys.append(f"d{probe.domain}")
    return tuple(keys)


def same_company(wanted: Sought, candidates: Sequence[Candidate]) -> Found | None:
    """The company that is meant: by its id, its external id, its domain, its name without the legal form."""
    if not candidates:
        return None
    known = _by_id(wanted, candidates)
    if known is not None:
        return known
    others, domain, name = _others(wanted, candidates), wanted.domain, wanted.name
    # Of two with one domain (a group and its daughter) the one of the name is meant.
    at_domain = [one for one in others if domain and domain_key(one.row["domain"]) == domain]
    named = [one for one in others if name and company_key(one.row["name"]) == name]
    if at_domain:
        return _first([one for one in at_domain if one in named] or at_domain, "domain")
    named = [one for one in named if not (domain and domain_key(one.row["domain"]))]
    return _first(named, "name")


def same_contact(wanted: Sought, company: str, candidates: Sequence[Candidate]) -> Found | None:
    """The contact that is meant: by its id, external id, e-mail, phone, or name and company, in this order."""
    if not candidates:
        return None
    known = _by_id(wanted, candidates)
    if known is not None:
        return known
    emails, phones, name = wanted.emails, wanted.phones, wanted.name
    others = _others(wanted, candidates)
    written = [one for one in candidates if emails and not emails.isdisjoint(one.emails)]
    if written:
        # Two whom one system knows by two ids, and by two names, share an address.
        alike = [one for one in written if name and are_alike(name, one.name)]
        one_person = alike or [one for one in written if one in others and _one_writer(wanted, one)]
        if one_person:
            return _first(_nearest(wanted, company, one_person), "e-mail")
    dialled = [
        one
        for one in others
        if phones
        and not phones.isdisjoint(one.phones)
        and (not name or not one.name or are_alike(name, one.name))
        and not _other_address(emails, one)
    ]
    if dialled:
        return _first(_likest(wanted, company, dialled), "phone")
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
        return _first(_knowing(wanted, company, exact) or exact, "name")
    if not works:
        called = frozenset(wanted.probe.external_ids) - frozenset(wanted.ids)
        return _first([one for one in others if not called.isdisjoint(one.row["external_ids"])], "name")
    return _first(_likest(wanted, company, there), "similar name")


def same_deal(
    wanted: Sought, company_id: str | None, contact_id: str | None, candidates: Sequence[Candidate]
) -> Found | None:
    """The deal that is meant: by its id, external id, or its title with the same company or contact."""
    if not candidates:
        return None
    known = _by_id(wanted, candidates)
    if known is not None:
        return known
    named = [one for one in _others(wanted, candidates) if fold(one.row["title"]) == wanted.name]
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


def _others(wanted: Sought, candidates: Sequence[Candidate]) -> Sequence[Candidate]:
    """The candidates without those whom the same system knows by another id."""
    if not wanted.ids:
        return candidates
    return [one for one in candidates if not differ(wanted.ids, one.row["external_ids"])]


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


def _by_id(wanted: Sought, candidates: Sequence[Candidate]) -> Found | None:
    if wanted.draft.record_id:
        for one in candidates:
            if one.id == wanted.draft.record_id:
                return Found(one.id, "id")
    if not wanted.ids:
        return None
    known = [one for one in candidates if not frozenset(wanted.ids).isdisjoint(one.row["external_ids"])]
    if not known:
        return None
    # One id twice is an accident of the past; what was there first is meant.
    return Found(min(one.id for one in known), "external id")


def _nearest(wanted: Sought, company: str, found: Sequence[Candidate]) -> Sequence[Candidate]:
    """Of several with one address those to whom the row says nothing new; otherwise those that say most of it.

    Whom a row met holds all that it says, whatever later rows add to them or to the others: it changes nobody a second time.
    """
    if len(found) < 2:
        return found
    known = _knowing(wanted, company, found)
    if known:
        return known
    values = wanted.draft.values
    points = wanted.emails | wanted.phones
    said = {
        one.id: len(points & (one.emails | one.phones))
        + sum(1 for name, value in values.items() if value and one.row.get(name) == value)
        for one in found
    }
    most = max(said.values())
    return [one for one in found if said[one.id] == most]


def _knowing(wanted: Sought, company: str, found: Sequence[Candidate]) -> Sequence[Candidate]:
    """Of several those to whom the row says nothing new: better nothing that differs, too."""
    if len(found) < 2:
        return ()
    told = [one for one in found if one.company or not company]
    for overwrite in (True, False):
        known = [
            one for one in told if not merged("contacts", one.row, wanted.draft.values, overwrite=overwrite)
        ]
        if known:
            return known
    return ()


def _likest(wanted: Sought, company: str, found: Sequence[Candidate]) -> Sequence[Candidate]:
    """They, by how alike their names are; of equals who holds all that the row says comes first: it met them the last time."""
    known = {one.id for one in _knowing(wanted, company, found)}
    return sorted(found, key=lambda one: (-likeness(wanted.name, one.name), one.id not in known, one.id))


def _first(found: Sequence[Candidate], by: str) -> Found | None:
    """The surest one; of those that are equally sure the one that was there first, in every import the same."""
    if not found:
        return None
    if by in ("phone", "similar name"):
        return Found(found[0].id, by, len(found) - 1)
    return Found(min(one.id for one in found), by, len(found) - 1)


def _one_writer(wanted: Sought, one: Candidate) -> bool:
    """Whether the person of a row and a record with the same address can be one."""
    shared = all(is_shared(email) for email in wanted.emails & one.emails)
    values = wanted.draft.values
    mine = (values.get("first_name") or "", values.get("last_name") or "")
    return at_one_address(mine, (one.row["first_name"], one.row["last_name"]), shared=shared)


def _other_address(emails: frozenset[str], one: Candidate) -> bool:
    """Whether both have an address at the same place, and not the same one: there are two of the name there."""
    theirs = one.emails
    if not emails or not theirs or not emails.isdisjoint(theirs):
        return False
    return not {_domain(value) for value in emails}.isdisjoint({_domain(value) for value in theirs})


def _domain(email: str) -> str:
    return email.rpartition("@")[2]


def _agree(emails: frozenset[str], phones: frozenset[str], one: Candidate) -> bool:
    """Whether nothing says that two of one name, of whom nobody knows where they work, are two."""
    return not (emails and one.emails and emails.isdisjoint(one.emails)) and not (
        phones and one.phones and phones.isdisjoint(one.phones)
    )
