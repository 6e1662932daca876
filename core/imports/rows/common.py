"""What records of all kinds have in common: an address, tags, an owner, a description, what they point to."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Sequence
from typing import Any

from core.catalog import Catalog
from core.imports.owners import Owners
from core.imports.regions import is_taken, known_region
from core.imports.rows.state import Row, Said, pop
from core.imports.shapes import Draft, Entity, Options, TablePlan
from core.imports.stages import Stages
from core.imports.targets import CUSTOM_FIELD
from core.schema import LINE_LIMIT
from core.text import clean_line, clean_tag

ALSO = "Only one can be linked: the others are kept in the description."
_PLACE = ("postal_code", "city", "region", "country")
_LINKED = re.compile(r"(?P<name>.+?)\s*\((?:https?://[^()\s]+|[^()]*\.(?:md|csv))\)\s*,?\s*")
"""A relation of Notion's."""
_QUALIFIED = re.compile(r"(?:[a-z_]+>)?[a-z][a-z0-9_-]*:\S+")


OWN = "offhook"
"""The source that is offhook itself: what it wrote is read exactly, not interpreted."""


class Tools:
    """What is the same for all rows of a table.

    Args:
        plan: how it is read.
        catalog: the set-up, with what the import makes of it.
        options: what the user says of the whole import.
        answers: to the questions; see `core.imports.answers.Settled`.
        now: when the import began.
        zone: where times without a zone were written.
    """

    def __init__(
        self,
        plan: TablePlan,
        catalog: Catalog,
        options: Options,
        answers: Any,
        now: dt.datetime,
        zone: dt.tzinfo,
    ) -> None:
        self.plan = plan
        self.source = plan.source
        self.own = plan.source == OWN
        self.main: Entity = plan.entity
        self.catalog = catalog
        self.answers = answers
        self.owners = Owners(catalog, answers)
        self.stages = Stages(catalog, answers)
        self.region = known_region(catalog, options, answers)
        self.region_is_taken = is_taken(catalog, options, answers)
        self.currency = options.currency or catalog.organization.currency
        self.now = now
        self.zone = zone
        self._books: dict[str, tuple[str | None, bool]] = {}

    def external_ids(self, said: Sequence[Said]) -> tuple[str, ...]:
        """The ids of a cell as they are kept, each once: `hubspot:8001`."""
        return tuple(
            dict.fromkeys(self._external_id(given, one.header) for one in said for given in one.value)
        )

    def _external_id(self, given: str, header: str) -> str:
        """An id as it is kept. Of Salesforce's, the first 15 characters tell everything; our own exports name the system."""
        if self.own and _QUALIFIED.fullmatch(given):
            return given
        if self.source == "salesforce" and len(given) == 18 and given.isalnum():
            given = given[:15]
        return f"{self.plan.systems.get(header, self.source)}:{given}"

    def book(self, row: Row, said: Said) -> str:
        """The id of the book of an owner; one's own, with a warning, where nobody knows or decided whose it is."""
        found = self._books.get(said.value)
        if found is None:
            found = (self.owners.book(said.value), self.owners.known(said.value) is not None)
            self._books[said.value] = found
        book_id, known = found
        mine = self.catalog.my_book.id
        if not known:
            whose = self.catalog.owner_name(book_id or mine)
            row.warn(
                said.header,
                said.value,
                f"Nobody here is called so, or you may not write for them: it goes to {whose}.",
            )
        return book_id or mine

    def user(self, said: Said) -> str | None:
        """The id of the user who is called so; None where there is none."""
        book_id = self.owners.known(said.value)
        return self.owners.user(book_id) if book_id else None


def finish(row: Row, tools: Tools, entity: Entity, values: dict[str, Any]) -> None:
    """Takes over what records of all kinds have: tags, owner, custom fields and the description, and keeps what is left."""
    bag = row.bags.get(entity, {})
    owner = pop(bag, "owner")
    if owner:
        values["book_id"] = tools.book(row, owner[0])
    tags = pop(bag, "tags")
    if tags or values.get("tags"):
        values["tags"] = tuple(
            dict.fromkeys((*values.get("tags", ()), *(tag for said in tags for tag in said.value)))
        )
    described = pop(bag, "description")
    if described:
        values["description"] = "\n\n".join(dict.fromkeys(said.value for said in described))
    for name in [name for name in bag if name.startswith(CUSTOM_FIELD)]:
        values[name] = pop(bag, name)[0].value


def place(row: Row, entity: Entity, values: dict[str, Any]) -> None:
    """Takes over an address: its parts of one line are joined."""
    bag = row.bags.get(entity, {})
    parts = pop(bag, "address")
    if parts:
        lines = [parts[0].value] if len(parts) == 1 else [said.value.strip(" ,") for said in parts]
        joined = ", ".join(dict.fromkeys(lines))
        if len(joined) > LINE_LIMIT:
            row.refuse(
                parts[0].header,
                parts[0].text,
                f"The address has {len(joined)} characters; the most is {LINE_LIMIT}.",
            )
        else:
            values["address"] = joined
    for name in _PLACE:
        said = pop(bag, name)
        if said:
            values[name] = said[0].value


def leave(row: Row, entity: Entity, reason: str) -> None:
    """Keeps what a row says of something that is not in it as lines of the description of what is."""
    for name, said in row.bags.pop(entity, {}).items():
        if not name.endswith("_label"):
            for each in said:
                row.keep(entity, each, reason)


def named(row: Row, entity: Entity, said: Said, ids: tuple[str, ...]) -> str:
    """The name of something that a cell links to: its first one, where there are several as there are ids.

    HubSpot joins names by `;`, Notion writes their pages behind them. What cannot be linked besides is kept as a line.
    """
    if ";" not in said.value and "(" not in said.value:
        return str(said.value)
    linked = [match["name"] for match in _LINKED.finditer(said.value)]
    several = [name for name in map(clean_line, said.value.split(";")) if name]
    if linked:
        names = linked
    elif len(several) > 1 and (len(several) == len(ids) or entity == "contacts"):
        names = several
    else:
        names = [said.value]
    if len(names) > 1:
        row.line(entity, f"{said.label}: {'; '.join(names[1:])}")
        row.warn(said.header, said.text, ALSO)
    return names[0]


def draft_of(
    row: Row, tools: Tools, entity: Entity, values: dict[str, Any], said: Sequence[Said], ids: tuple[str, ...]
) -> Draft:
    """The draft of a record: under the first of its ids, the others are kept as a line unless offhook itself wrote them."""
    bag = row.bags.get(entity, {})
    given = pop(bag, "id")
    draft = Draft(entity, values, ids[0] if ids else "", given[0].value if given else "")
    if tools.own and tools.main == entity:
        draft.also = ids[1:]
    elif len(ids) > 1:
        row.line(entity, f"{said[0].label}: {', '.join(ids[1:])}")
        row.warn(said[0].header, said[0].text, ALSO)
    leave_own(row, entity)
    return draft


def leave_own(row: Row, entity: Entity) -> None:
    """Keeps what a record has no field for as lines of its own description."""
    for name, said in row.bags.get(entity, {}).items():
        if not name.endswith("_label"):
            for each in said:
                row.keep(entity, each, "There is no such field; it is kept in the description.")
    row.bags.pop(entity, None)


def as_tag(text: str) -> tuple[str, ...]:
    """A word as a tag, as far as it can be one."""
    tag = clean_tag(text)[:40].rstrip("-")
    return (tag,) if tag else ()
