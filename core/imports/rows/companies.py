"""The company that a row is about, or that it mentions."""

from __future__ import annotations

from functools import lru_cache
from typing import Any

from core.errors import Invalid
from core.imports.rows.common import Tools, draft_of, finish, leave, named, place
from core.imports.rows.points import keep_unread, points_of
from core.imports.rows.state import Bag, Row, one, pop
from core.imports.shapes import Draft
from core.points import clean_domain
from core.text import clean_line

_NOT_OWN = frozenset(
    clean_line("""
    linkedin.com facebook.com fb.com instagram.com twitter.com x.com xing.com youtube.com github.com google.com sites.google.com
    goo.gl bit.ly linktr.ee medium.com tiktok.com pinterest.com yelp.com crunchbase.com wikipedia.org notion.so notion.site
    """).split()
)
"""Domains of web addresses that are not a company's own."""


def company_draft(row: Row, tools: Tools) -> tuple[Draft | None, tuple[str, ...]]:
    """The draft of a row's company, and the ids of the one that it points to where it says nothing more of it."""
    main = tools.main == "companies"
    bag = row.bags.get("companies")
    if bag is None:
        if main:
            row.refuse("", "", "It says no company: a company needs a name.")
        return None, ()
    given = pop(bag, "external_id")
    ids = tools.external_ids(given)
    values: dict[str, Any] = {}
    domain, website = bag.get("domain"), bag.get("website")
    own = domain[0].value if domain else _own_domain(website[0].value[0]) if website and not tools.own else ""
    names = pop(bag, "name")
    if names:
        values["name"] = names[0].value if main or tools.own else named(row, "companies", names[0], ids)
    elif own and (main or not ids):
        values["name"] = own
        said = (domain or website or [])[0]
        row.warn(said.header, said.text, "The company has no name: it is called by its domain.")
    else:
        if main:
            row.refuse("", "", "It says no company: a company needs a name.")
        leave(row, "companies", "The row names no company; it is kept in the description.")
        return None, ids
    pop(bag, "domain")
    if own:
        values["domain"] = own
    _plain_fields(row, bag, values)
    _points(row, tools, bag, values)
    place(row, "companies", values)
    finish(row, tools, "companies", values)
    return draft_of(row, tools, "companies", values, given, ids), ids


def _plain_fields(row: Row, bag: Bag, values: dict[str, Any]) -> None:
    for said in pop(bag, "website"):
        values["website"], *others = said.value
        if others:
            row.line("companies", f"{said.label}: {', '.join(others)}")
    for name in ("industry", "employees"):
        if name in bag:
            values[name] = pop(bag, name)[0].value


def _points(row: Row, tools: Tools, bag: Bag, values: dict[str, Any]) -> None:
    """The phone of a company; a company has one, and no e-mail address, so that others are kept beside."""
    if "phone" not in bag:
        return
    points = points_of(row, tools, "companies", one(bag, "country") or "")
    keep_unread(row, "companies", points.unread)
    if points.phones:
        values["phone"] = points.phones[0]["value"]
    for number in points.phones[1:]:
        row.line("companies", f"Phone: {number.get('original') or number['value']}")
    for address in points.emails:
        row.line("companies", f"E-mail: {address['value']}")


@lru_cache(maxsize=4096)
def _own_domain(website: str) -> str:
    """The domain of a company's web address; empty where the address is somebody else's."""
    try:
        domain = clean_domain(website)
    except Invalid:
        return ""
    # `de.linkedin.com` is LinkedIn's, too.
    ends = (domain, domain.partition(".")[2])
    return "" if any(end in _NOT_OWN for end in ends) else domain
