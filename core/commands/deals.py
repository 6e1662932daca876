"""Commands on deals."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, ClassVar

from core.catalog import Catalog
from core.changes import Change
from core.commands.base import (
    Command,
    Context,
    Decision,
    Get,
    Need,
    Seen,
    Where,
    book_for,
    changes_nothing,
    cleaned,
    counted,
    delete,
    delete_open,
    insert,
    refuse_owner,
    told,
    update,
    written,
)
from core.commands.checks import Checks, needs_links, require_links
from core.commands.companies import company_by_name, company_names, needs_company
from core.commands.tell import edit_entry
from core.entities import Contact, Deal, Stage, Task
from core.errors import Invalid, NotFound, Refused
from core.fractional import is_key, near
from core.ids import new_id
from core.money import MAX_MINOR, check_currency
from core.permissions import require_can_change, require_write
from core.pipelines import first_stage, require_move
from core.schema import fields_of
from core.text import clean_text

MOVED = ("pipeline_id", "stage_id", "outcome", "lost_reason", "closed_at", "stage_since")
"""Fields that only moving sets."""


@dataclass(frozen=True, kw_only=True)
class CreateDeal(Command):
    """A new deal in one's own book.

    Attributes:
        pipeline_id: the pipeline it starts in.
        values: fields of `core.entities.Deal`; `title` is required.
        stage_id: an open stage; the pipeline's first one where it is empty.
        company_name: a company by name, made if there is none; for when the person typed a name, not picked one.
        deal_id: the new record's id.
    """

    NAME: ClassVar[str] = "create_deal"
    pipeline_id: str
    values: Mapping[str, Any]
    stage_id: str = ""
    company_name: str = ""
    deal_id: str = field(default_factory=new_id)

    def needs(self, catalog: Catalog) -> Sequence[Need]:
        return [*needs_company(self.company_name), *needs_links(self.values)]

    def decide(self, seen: Seen, context: Context) -> Decision:
        catalog = context.catalog
        require_can_change(catalog)
        values = {"title": "", "currency": catalog.organization.currency, **self.values}
        values = _checked(catalog, {**values, "book_id": book_for(context, values)})
        require_write(catalog, values["book_id"], "The new deal")
        stage = catalog.stage(self.stage_id) if self.stage_id else first_stage(catalog, self.pipeline_id)
        require_links(seen, values)
        if stage.kind != "open":
            raise Refused(f"A new deal starts in an open stage; {stage.name} is not one.")
        if stage.pipeline_id != self.pipeline_id:
            raise Refused(f"{stage.name} is a stage of another pipeline.")
        values |= {
            "pipeline_id": self.pipeline_id,
            "stage_id": stage.id,
            "stage_since": context.now,
            "outcome": "open",
            "closed_at": None,
            "lost_reason": "",
        }
        changes, company_id = company_by_name(seen, context, self.company_name, values["book_id"])
        if values.get("contact_id"):
            contact = seen.get(Contact, values["contact_id"])
            company_id = company_id or values.get("company_id") or contact.company_id
        if company_id:
            values["company_id"] = company_id
        deal = insert(Deal, self.deal_id, values)
        entry = told(
            context, kind="created", subject=f"Deal created in {stage.name}", book_id=values["book_id"],
            deal_id=self.deal_id, contact_id=values.get("contact_id"), company_id=values.get("company_id"),
        )  # fmt: skip
        return Decision(f"Created {values['title']}", (*changes, deal, entry), "deal.created")


@dataclass(frozen=True, kw_only=True)
class EditDeal(Command):
    """Changes fields of a deal, never its stage.

    Attributes:
        deal_id: the deal.
        values: new values by field name; `custom.KEY` for custom fields.
        expected: the values on the user's screen, for each field in `values`.
        company_name: as in `CreateDeal`.
    """

    NAME: ClassVar[str] = "edit_deal"
    deal_id: str
    values: Mapping[str, Any]
    expected: Mapping[str, Any] = field(default_factory=dict)
    company_name: str = ""

    def needs(self, catalog: Catalog) -> Sequence[Need]:
        links = needs_links(self.values)
        return [Get("deals", self.deal_id), *needs_company(self.company_name), *links]

    def also_needs(self, seen: Seen, catalog: Catalog) -> Sequence[Need]:
        deal = seen.get(Deal, self.deal_id)
        return needs_links({"company_id": deal.company_id, "contact_id": deal.contact_id})

    def decide(self, seen: Seen, context: Context) -> Decision:
        deal = seen.get(Deal, self.deal_id)
        require_write(context.catalog, deal.book_id, deal.title)
        refuse_owner(self.values)
        values = _checked(context.catalog, self.values)
        require_links(seen, values)
        changes, company_id = company_by_name(seen, context, self.company_name, deal.book_id)
        if company_id:
            values["company_id"] = company_id
        change = update(deal, values, self.expected)
        if changes_nothing(change):
            return Decision(f"{deal.title}: nothing to change", ())
        names = company_names(seen, changes, self.company_name, deal.company_id, change.set.get("company_id"))
        names |= contact_names(seen, deal.contact_id, change.set.get("contact_id"))
        entry = edit_entry(context, deal, change, names)
        return Decision(f"Edited {values.get('title', deal.title)}", (*changes, change, entry), "deal.edited")


@dataclass(frozen=True, kw_only=True)
class MoveDeal(Command):
    """Moves a deal to a stage of its pipeline; winning and losing are moves too.

    Attributes:
        deal_id: the deal.
        stage_id: where it goes.
        from_stage_id: where the user saw it.
        reason: why; required when it goes to a lost stage.
        abandoned: it ends in a lost stage because nobody pursues it any more.
        before_position, after_position: positions of its new neighbours, where the column is sorted by hand.
    """

    NAME: ClassVar[str] = "move_deal"
    deal_id: str
    stage_id: str
    from_stage_id: str
    reason: str = ""
    abandoned: bool = False
    before_position: str | None = None
    after_position: str | None = None

    def needs(self, catalog: Catalog) -> Sequence[Need]:
        return [Get("deals", self.deal_id)]

    def decide(self, seen: Seen, context: Context) -> Decision:
        catalog, deal = context.catalog, seen.get(Deal, self.deal_id)
        require_write(catalog, deal.book_id, deal.title)
        origin, target = catalog.stage(self.from_stage_id), catalog.stage(self.stage_id)
        if deal.stage_id == target.id:
            if self.from_stage_id == target.id:
                raise Refused(f"{deal.title} is in {target.name} already.")
            return Decision(f"{deal.title} is in {target.name} already", ())
        require_move(catalog, origin, target)
        reason = clean_text(self.reason)
        if target.kind == "lost" and not reason:
            raise Invalid(
                {"lost_reason": f"Say why {deal.title} is lost: it is what makes the next one winnable."}
            )
        outcome = {"open": "open", "won": "won", "lost": "abandoned" if self.abandoned else "lost"}[
            target.kind
        ]
        values: dict[str, Any] = {
            "stage_id": target.id,
            "stage_since": context.now,
            "outcome": outcome,
            "closed_at": None if outcome == "open" else context.now,
            "lost_reason": reason if target.kind == "lost" else "",
        }
        if self.before_position is not None or self.after_position is not None:
            values["position"] = near(self.before_position or "", self.after_position or "")
        change = update(deal, cleaned(Deal, values), _seen_in(origin))
        subject = f"{origin.name} → {target.name}"
        entry = told(
            context, kind="stage_change", subject=subject, body=reason, book_id=deal.book_id, deal_id=deal.id,
            contact_id=deal.contact_id, company_id=deal.company_id,
            data={
                "from": origin.id, "from_name": origin.name, "to": target.id, "to_name": target.name,
                "from_outcome": deal.outcome, "outcome": outcome, "reason": reason,
                "seconds": max(0, int((context.now - deal.stage_since).total_seconds())),
            },
        )  # fmt: skip
        event = {"open": "deal.moved", "won": "deal.won"}.get(outcome, "deal.lost")
        return Decision(f"Moved {deal.title}: {subject}", (change, entry), event)


@dataclass(frozen=True, kw_only=True)
class PlaceDeal(Command):
    """Puts a card between two others of its column, where the column is sorted by hand.

    Attributes:
        deal_id: the deal.
        before_position, after_position: the positions of the cards above and below; empty at the ends.
    """

    NAME: ClassVar[str] = "place_deal"
    deal_id: str
    before_position: str = ""
    after_position: str = ""

    def needs(self, catalog: Catalog) -> Sequence[Need]:
        return [Get("deals", self.deal_id)]

    def decide(self, seen: Seen, context: Context) -> Decision:
        deal = seen.get(Deal, self.deal_id)
        require_write(context.catalog, deal.book_id, deal.title)
        change = update(deal, {"position": near(self.before_position, self.after_position)})
        return Decision(f"Placed {deal.title}", (change,), "deal.placed")


@dataclass(frozen=True, kw_only=True)
class SwitchPipeline(Command):
    """Takes an open deal to another pipeline's stage.

    Attributes:
        deal_id: the deal.
        stage_id: an open stage of the other pipeline.
        from_stage_id: where the user saw it.
    """

    NAME: ClassVar[str] = "switch_pipeline"
    deal_id: str
    stage_id: str
    from_stage_id: str

    def needs(self, catalog: Catalog) -> Sequence[Need]:
        return [Get("deals", self.deal_id)]

    def decide(self, seen: Seen, context: Context) -> Decision:
        catalog, deal = context.catalog, seen.get(Deal, self.deal_id)
        require_write(catalog, deal.book_id, deal.title)
        target, origin = catalog.stage(self.stage_id), catalog.stage(self.from_stage_id)
        if target.pipeline_id == origin.pipeline_id:
            raise Refused("That is the pipeline it is in. Move it to a stage instead.")
        if target.kind != "open" or deal.outcome != "open":
            raise Refused("Only an open deal changes pipelines, and only into an open stage.")
        names = {pipeline.id: pipeline.name for pipeline in catalog.pipelines}
        values = {"pipeline_id": target.pipeline_id, "stage_id": target.id, "stage_since": context.now}
        change = update(deal, values, _seen_in(origin))
        subject = " → ".join(f"{names[stage.pipeline_id]}/{stage.name}" for stage in (origin, target))
        entry = told(
            context, kind="stage_change", subject=subject, book_id=deal.book_id, deal_id=deal.id,
            contact_id=deal.contact_id, company_id=deal.company_id,
            data={
                "from": origin.id, "from_name": origin.name, "to": target.id, "to_name": target.name,
                "from_outcome": "open", "outcome": "open",
                "seconds": max(0, int((context.now - deal.stage_since).total_seconds())),
            },
        )  # fmt: skip
        return Decision(f"Moved {deal.title}: {subject}", (change, entry), "deal.moved")


@dataclass(frozen=True, kw_only=True)
class DeleteDeals(Command):
    """Deletes deals (softly: undo brings them back) with their open tasks."""

    NAME: ClassVar[str] = "delete_deals"
    deal_ids: tuple[str, ...]

    def needs(self, catalog: Catalog) -> Sequence[Need]:
        needs: list[Need] = [Get("deals", deal_id) for deal_id in self.deal_ids]
        return needs + [Where("tasks", {"deal_id": deal_id}) for deal_id in self.deal_ids]

    def decide(self, seen: Seen, context: Context) -> Decision:
        changes: list[Change] = []
        deals = [seen.get(Deal, deal_id) for deal_id in dict.fromkeys(self.deal_ids)]
        for deal in deals:
            require_write(context.catalog, deal.book_id, deal.title)
            changes.append(delete(deal, context.now, relies_on=written(Deal)))
            changes += delete_open(seen.where(Task, deal_id=deal.id), context.now)
        what = deals[0].title if len(deals) == 1 else counted(len(deals), "deal")
        return Decision(f"Deleted {what}", tuple(changes), "deal.deleted")


def _seen_in(stage: Stage) -> dict[str, Any]:
    """What whoever saw the deal in a stage has seen of where it lies."""
    return {"stage_id": stage.id, "pipeline_id": stage.pipeline_id}


def contact_names(seen: Seen, *ids: str | None) -> dict[str, str]:
    """The names of contacts that were loaded, by id, for the timeline."""
    names: dict[str, str] = {}
    for contact_id in filter(None, ids):
        try:
            names[contact_id] = seen.get(Contact, contact_id).name
        except NotFound:
            names[contact_id] = "a deleted contact"
    return names


def _checked(catalog: Catalog, values: Mapping[str, Any]) -> dict[str, Any]:
    for name in values:
        if name in MOVED:
            raise Refused(f"{fields_of(Deal)[name].label} changes by moving the deal, not by editing it.")
    checks = Checks(Deal, values, catalog)
    out = checks.values
    if out.get("title") == "":
        checks.refuse("title", "A deal needs a title.")
    checks.apply("currency", check_currency)
    if out.get("currency") == "":
        checks.refuse("currency", "A deal needs a currency, as in EUR.")
    if out.get("value_minor") is not None and not 0 <= out["value_minor"] <= MAX_MINOR:
        checks.refuse("value_minor", "The value must be zero or more, and at most about 90 trillion.")
    if out.get("probability") is not None and not 0 <= out["probability"] <= 100:
        checks.refuse("probability", "The probability is a percentage from 0 to 100.")
    close = out.get("expected_close")
    if close is not None and not dt.date(2000, 1, 1) <= close <= dt.date(2100, 1, 1):
        checks.refuse("expected_close", f"{close.isoformat()} is not a likely day to close a deal.")
    if out.get("position") and not is_key(out["position"]):
        raise ValueError(f"not a fractional key: {out['position']!r}")
    return checks.done()
