"""A row of a file becomes records.

A `Converter` is built once for a table: each column gets its reader, and readers remember what they have read, since the
values of most columns come again and again. A row is then a few look-ups, and drafts out of what was found.

Nothing that is mapped is lost without a word: a cell's text is in a draft, or it is the value of a problem or a warning.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any, NamedTuple

from core.catalog import Catalog
from core.clock import end_of_day, zone_named
from core.entities import person_name
from core.errors import Invalid, Refused
from core.imports.rows.common import Tools
from core.imports.rows.companies import company_draft
from core.imports.rows.contacts import contact_draft
from core.imports.rows.deals import deal_draft
from core.imports.rows.entries import entry_draft, notes_of, task_draft
from core.imports.rows.pointing import point_by_prefix
from core.imports.rows.readers import Lower, Reader, reader_for
from core.imports.rows.state import Aside, Row, Said
from core.imports.shapes import Converted, Draft, Entity, Options, Problem, RawRow, TablePlan, Unread
from core.imports.targets import exact_target
from core.imports.values.texts import is_blank, restored, unmangled
from core.pipelines import first_stage
from core.points import time_zone_of

_REMEMBERED = 4096
"""Values that a column's reader remembers."""
_SLOT = re.compile(r"_(\d+)(?:_label|_original|_bad)?$")
_LINKS: tuple[tuple[Entity, str], ...] = (
    ("companies", "company_id"),
    ("contacts", "contact_id"),
    ("deals", "deal_id"),
)
_ABOVE: Mapping[Entity, tuple[str, ...]] = {
    "companies": (),
    "contacts": ("company_id",),
    "deals": ("company_id", "contact_id"),
    "activities": ("company_id", "contact_id", "deal_id"),
    "tasks": ("company_id", "contact_id", "deal_id"),
}
"""What a record can point to."""


@dataclass(frozen=True)
class Conversion:
    """What is the same for all tables of an import. Can be pickled.

    Attributes:
        catalog: the set-up with what the import makes of it (`core.imports.answers.Settled.catalog`).
        options: what the user says of the whole import.
        answers: to the questions (`core.imports.answers.Settled.answers`).
        now: when the import began, aware.
        zone: the name of the time zone in which times without one were written; empty: the user's, or the organization's.
    """

    catalog: Catalog
    options: Options
    answers: Mapping[str, str] = field(default_factory=dict)
    now: dt.datetime = field(default_factory=lambda: dt.datetime.now(dt.UTC))
    zone: str = ""

    @property
    def tzinfo(self) -> dt.tzinfo:
        """The time zone itself."""
        names = (self.zone, self.catalog.me.time_zone, self.catalog.organization.time_zone)
        return next((zone for name in names if name and (zone := zone_named(name))), dt.UTC)


class _Found(NamedTuple):
    """What a cell came to."""

    value: Any = None
    text: str = ""
    aside: str = ""
    wrong: str = ""
    mended: bool = False


class _Cell(NamedTuple):
    """A mapped column."""

    place: int
    header: str
    entity: Entity
    field: str
    label: str
    slot: int
    read: Reader
    known: dict[str, _Found]


class Converter:
    """Converts the rows of one table. The same row always becomes the same records.

    Args:
        plan: how the table is read, as `core.imports.answers.settle` has completed it.
        headers: the table's.
        conversion: what is the same for all tables.

    Raises:
        Refused: the plan names a field that is not there.
    """

    def __init__(self, plan: TablePlan, headers: Sequence[str], conversion: Conversion) -> None:
        self._main = plan.entity
        catalog, zone = conversion.catalog, conversion.tzinfo
        self._tools = Tools(plan, catalog, conversion.options, conversion.answers, conversion.now, zone)
        places = {header: place for place, header in enumerate(headers)}
        cells: list[_Cell] = []
        for name, header in plan.mapping.items():
            target = exact_target(name, plan.entity, catalog)
            if target is None:
                raise Refused(f"There is no field “{name}” for the column “{header}”.")
            if header not in places:
                raise Refused(f"There is no column “{header}” for {target.label}.")
            match = _SLOT.search(name) if target.many else None
            note = name == "note" or name.startswith("note_")
            cells.append(
                _Cell(
                    places[header], header, target.entity, "note" if note else target.field, target.label,
                    int(match[1]) if match else 1, reader_for(target, plan, header, catalog, zone), {},
                )
            )  # fmt: skip
        self._cells = sorted(cells, key=lambda cell: (cell.slot, cell.place))

    def convert(self, raw: RawRow) -> Converted:
        """The records of a row, or why there are none."""
        row = Row(raw.number)
        if raw.problem:
            row.refuse("", "", raw.problem)
        else:
            self._read(raw.cells, row)
            if deleted := row.bag(self._main).get("deleted"):
                told = Problem(raw.number, deleted[0].header, deleted[0].text, _DELETED)
                return Converted(raw.number, self._main, warnings=(told,), left_out=True)
            if self._tools.source == "salesforce":
                point_by_prefix(row)
            if not row.problems:
                made = self._made(row)
                if not row.problems:
                    return made
        return Converted(raw.number, self._main, problems=tuple(row.problems), warnings=tuple(row.warnings))

    def _read(self, cells: Sequence[str], row: Row) -> None:
        bags, own = row.bags, self._tools.own
        for place, header, entity, name, label, slot, read, known in self._cells:
            text = cells[place]
            if not text:
                continue
            found = known.get(text)
            if found is None:
                found = _found_own(text, read) if own else _found(text, read)
                if len(known) >= _REMEMBERED:
                    known.clear()
                known[text] = found
            value, shown, aside, wrong, mended = found
            if wrong:
                row.refuse(header, shown, wrong)
                continue
            if mended:
                row.warn(header, text, f"It was garbled on its way here, and is read as “{shown[:80]}”.")
            if aside:
                row.keep(entity, Said(header, shown, None, label, slot), aside)
            if value is None:
                continue
            bag = bags.get(entity)
            if bag is None:
                bag = bags[entity] = {}
            said = Said(header, shown, value, label, slot)
            if name in bag:
                bag[name].append(said)
            else:
                bag[name] = [said]

    def _made(self, row: Row) -> Converted:
        """The drafts of what was said."""
        tools, main = self._tools, self._main
        done = Converted(row.number, main)
        # A contact's row without a contact may still be one of a company.
        if not (main in row.bags or row.asides or (main == "contacts" and row.bags)):
            row.refuse("", "", _SAYS_NOTHING[main])
            return done
        done.contact, contact_ids = contact_draft(row, tools)
        done.company, company_ids = company_draft(row, tools)
        if main == "contacts" and done.contact is None:
            if done.company is None:
                row.refuse("", "", _SAYS_NOTHING[main])
                return done
            done.main = "companies"
        done.deal, deal_ids = deal_draft(row, tools, _name_of(done))
        told = "activities" in row.bags
        notes = notes_of(row, tools) if told else []
        entry = entry_draft(row, tools, main=main == "activities") if told or main == "activities" else None
        task = (
            task_draft(row, tools, main=main == "tasks") if "tasks" in row.bags or main == "tasks" else None
        )
        made: dict[Entity, Draft | None] = {
            "companies": done.company, "contacts": done.contact, "deals": done.deal, "activities": entry, "tasks": task,
        }  # fmt: skip
        for draft in (entry, task):
            if draft is not None and draft.table == "activities":
                done.entries += (draft,)
            elif draft is not None:
                done.tasks += (draft,)
        done.entries += tuple(notes)
        about = entry if main == "activities" else task if main == "tasks" else made[done.main]
        if about is None:
            row.refuse("", "", _SAYS_NOTHING[main])
            return done
        done.main = about.table
        self._left_over(row, made, about)
        ids: dict[Entity, tuple[str, ...]] = {
            "companies": company_ids,
            "contacts": contact_ids,
            "deals": deal_ids,
        }
        if company_ids or contact_ids or deal_ids:
            self._link(row, done, made, ids)
        if main in ("activities", "tasks") and not (done.company or done.contact or done.deal or about.links):
            row.refuse("", "", "It does not say whom it is about.")
        done.warnings = tuple(row.warnings)
        return done

    def _left_over(self, row: Row, made: Mapping[Entity, Draft | None], about: Draft) -> None:
        """Puts what has no field of its own into descriptions and texts."""
        for entity in list(row.bags):
            bag = row.bags[entity]
            for name, said_all in bag.items():
                if not name.endswith("_label"):
                    for said in said_all:
                        row.keep(entity, said)
        for entity, lines in row.asides.items():
            draft = made.get(entity) or about
            name = "body" if draft.table in ("activities", "tasks") else "description"
            before = draft.values.get(name)
            new = [line for line in lines if not before or line not in before]
            if new:
                draft.values[name] = "\n".join(filter(None, (before, *new)))

    def _link(
        self,
        row: Row,
        done: Converted,
        made: Mapping[Entity, Draft | None],
        ids: Mapping[Entity, tuple[str, ...]],
    ) -> None:
        """Points records to those that the row names by their ids alone."""
        linked: set[str] = set()
        for draft in (*made.values(), *done.entries):
            if draft is None:
                continue
            for entity, link in _LINKS:
                if ids[entity] and made[entity] is None and link in _ABOVE[draft.table]:
                    draft.links[link] = ids[entity]
                    linked.add(link)
        for entity, link in _LINKS:
            if ids[entity] and made[entity] is None and link not in linked:
                text = ", ".join(ids[entity])
                row.warn("", text, "The link is left to the other record’s own row: this one cannot hold it.")


_DELETED = "The row is deleted where it comes from: it is left out."
_SAYS_NOTHING: Mapping[Entity, str] = {
    "companies": "It says no company: a company needs a name.",
    "contacts": "It says nobody: no name, e-mail or phone.",
    "deals": "It says no deal: a deal needs a title.",
    "activities": "It says nothing that happened.",
    "tasks": "It says nothing to do.",
}


def completed(draft: Draft, conversion: Conversion) -> dict[str, Any]:
    """The values of a draft as those of a new record: with what a row need not say.

    A draft holds only what its row says, so that a record that is there already is never changed by what was filled in here.
    Where a record lies (`book_id`) is left to whoever knows what it belongs to.
    """
    values = dict(draft.values)
    catalog = conversion.catalog
    match draft.table:
        case "contacts":
            if values.get("phones") and not values.get("time_zone"):
                values["time_zone"] = _zone_of_number(values["phones"][0]["value"])
        case "deals":
            values.setdefault("currency", conversion.options.currency or catalog.organization.currency)
            values.setdefault("outcome", "open")
            if "stage_id" not in values and catalog.pipelines:
                values["pipeline_id"] = catalog.pipelines[0].id
                values["stage_id"] = first_stage(catalog, catalog.pipelines[0].id).id
            over = values["outcome"] != "open"
            values.setdefault("closed_at", conversion.now if over else None)
            values.setdefault("stage_since", values["closed_at"] or conversion.now)
            values.setdefault("lost_reason", "")
        case "activities":
            values.setdefault("occurred_at", conversion.now)
        case "tasks":
            if "due_at" not in values:
                zone = conversion.tzinfo
                day = conversion.now.astimezone(zone).date()
                values |= {"due_at": end_of_day(day, zone).astimezone(dt.UTC), "all_day": True}
            values.setdefault("assignee_id", catalog.me.id)
    return values


@lru_cache(maxsize=8192)
def _zone_of_block(block: str, ending: int) -> str:
    return time_zone_of(block + "0" * ending)


def _zone_of_number(value: str) -> str:
    """The time zone of a number. Numbers of one block of ten thousand lie in one place, so it is looked up once for each."""
    number = value.partition(";")[0]
    return _zone_of_block(number[:-4], 4) if len(number) > 9 else time_zone_of(number)


def _found(text: str, read: Reader) -> _Found:
    """What a cell says, read for the first time."""
    shown = text
    if not text.isascii():
        shown = unmangled(text)
    if shown[0] == "'":
        shown = restored(shown)
    if is_blank(shown):
        return _Found()
    return _said(shown, read, mended=shown not in (text, restored(text)))


def _found_own(text: str, read: Reader) -> _Found:
    """The same of a file that offhook wrote: `n/a` is what somebody typed, and nothing is garbled."""
    shown = restored(text)
    return _said(shown, read) if shown.strip() else _Found()


def _said(shown: str, read: Reader, *, mended: bool = False) -> _Found:
    try:
        return _Found(read(shown), shown, mended=mended)
    except Lower as lower:
        return _Found(lower.value, shown, aside=str(lower))
    except Aside as aside:
        return _Found(None, shown, aside=str(aside))
    except (Unread, Invalid) as error:
        return _Found(None, shown, wrong=str(error))


def _name_of(done: Converted) -> str:
    """What the row's company or contact is called."""
    if done.company is not None:
        return str(done.company.values["name"])
    if done.contact is None:
        return ""
    values = done.contact.values
    return person_name(
        values.get("first_name", ""),
        values.get("last_name", ""),
        values.get("emails", ()),
        values.get("phones", ()),
    )
