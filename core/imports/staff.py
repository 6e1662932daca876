"""Tables of the other system's users: they are nobody to sell to, but say whom an id in a column of owners means."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from core.imports.shapes import RawRow
from core.imports.values.texts import is_blank
from core.text import clean_line, words

_CALLED = frozenset({"owner", "owners", "sales", "salesreps", "user", "users"})
_SALESFORCE_ID = 18
_MOST = 10_000
"""Users that are read: whoever has more has a table of something else."""


def is_staff(name: str, headers: Sequence[str]) -> bool:
    """Whether a table is one of users: Salesforce’s by its headers, others by what they are called.

    Args:
        name: of the sheet, or the file without its ending.
        headers: the table's.
    """
    said = {_key(header) for header in headers}
    if "id" not in said:
        return False
    if "username" in said and said & {"profileid", "userroleid", "isactive", "alias"}:
        return True
    named = bool(said & {"email", "name"} or {"firstname", "lastname"} <= said)
    of_others = said & {
        "company",
        "companyid",
        "companyname",
        "phone",
        "phonenumber",
        "phones",
        "accountid",
        "amount",
    }
    return named and not of_others and bool(_CALLED & {"".join(words(name)), *words(name)[-1:]})


def names_of_staff(headers: Sequence[str], rows: Iterable[RawRow]) -> Mapping[str, str]:
    """What users are called, by their ids: `Ann Lee (ann@acme.com)`."""
    places = {_key(header): place for place, header in enumerate(headers)}
    found: dict[str, str] = {}
    for row in rows:
        if row.problem or len(found) >= _MOST:
            continue
        said = {
            key: clean_line(row.cells[place])
            for key, place in places.items()
            if not is_blank(row.cells[place])
        }
        name = said.get("name") or " ".join(filter(None, (said.get("firstname"), said.get("lastname"))))
        email = said.get("email") or said.get("username", "")
        called = f"{name} ({email})" if name and email else name or email
        if called and said.get("id"):
            found[staff_key(said["id"])] = called
    return found


def staff_key(given: str) -> str:
    """The id of a user as it is looked up: the first 15 characters of one of Salesforce’s say everything."""
    return given[:15] if len(given) == _SALESFORCE_ID and given.startswith("005") else given


def _key(header: str) -> str:
    return "".join(words(header))
