"""Commands on the rest of the set-up: smart views, custom fields, lists of the organization."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, ClassVar

from core.commands.base import (
    Command,
    Context,
    Decision,
    Seen,
    cleaned,
    delete,
    effective,
    insert,
    only,
    update,
)
from core.commands.checks import Checks
from core.entities import CustomField, Organization, SmartView
from core.errors import Invalid, NotFound
from core.filters import field_names, parse
from core.fractional import near
from core.ids import new_id
from core.money import check_currency
from core.permissions import require_can_change, require_role
from core.points import check_country, check_zone
from core.text import clean_line, fold

FIELD_KINDS = ("text", "number", "date", "flag", "choice", "url")


@dataclass(frozen=True, kw_only=True)
class SaveView(Command):
    """Saves a filter under a name; the same name again replaces the user's own view of it.

    Attributes:
        entity: contacts or deals.
        name: its name.
        query: in the filter language.
        sort: the list's or board's sort.
        shared: everybody sees it.
        pipeline_id: the pipeline it belongs to, for deals.
    """

    NAME: ClassVar[str] = "save_view"
    entity: str
    name: str
    query: str
    sort: str = ""
    shared: bool = False
    pipeline_id: str | None = None
    view_id: str = field(default_factory=new_id)

    def decide(self, seen: Seen, context: Context) -> Decision:
        catalog = context.catalog
        require_can_change(catalog)
        values = cleaned(
            SmartView,
            {
                "name": self.name, "query": self.query, "sort": self.sort, "shared": self.shared,
                "pipeline_id": self.pipeline_id,
            },
        )  # fmt: skip
        if not values["name"]:
            raise Invalid({"name": "A view needs a name."})
        if self.entity not in ("contacts", "deals"):
            raise Invalid({"entity": "Views show contacts or deals."})
        if values["pipeline_id"] and values["pipeline_id"] not in catalog.pipeline_by_id:
            raise NotFound("That pipeline is not there any more.")
        # A view that cannot be read would fail whenever it is opened.
        parse(values["query"], self.entity, catalog, now=context.now, zone=dt.UTC)
        for view in catalog.smart_views:
            if (
                view.entity == self.entity
                and fold(view.name) == fold(values["name"])
                and view.user_id == catalog.me.id
            ):
                change = update(view, values)
                return Decision(f"Saved the view {values['name']}", effective(change), "view.saved")
        last = max((view.position for view in catalog.smart_views), default="")
        values |= {"entity": self.entity, "user_id": catalog.me.id, "position": near(last, "")}
        return Decision(
            f"Saved the view {values['name']}", (insert(SmartView, self.view_id, values),), "view.saved"
        )


@dataclass(frozen=True, kw_only=True)
class DeleteView(Command):
    """Deletes a smart view; a shared one only by its maker or an admin."""

    NAME: ClassVar[str] = "delete_view"
    view_id: str

    def decide(self, seen: Seen, context: Context) -> Decision:
        for view in context.catalog.smart_views:
            if view.id == self.view_id:
                if view.user_id != context.catalog.me.id:
                    require_role(context.catalog, "admin")
                require_can_change(context.catalog)
                change = delete(view, context.now)
                return Decision(f"Deleted the view {view.name}", (change,), "view.deleted")
        raise NotFound("That view is not there any more.")


@dataclass(frozen=True, kw_only=True)
class DefineField(Command):
    """A custom field for contacts, companies or deals.

    Attributes:
        entity: the table.
        label: what people read; its key for filters is made of it.
        kind: text, number, date, flag, choice or url.
        options: for a choice.
    """

    NAME: ClassVar[str] = "define_field"
    entity: str
    label: str
    kind: str = "text"
    options: tuple[str, ...] = ()
    field_id: str = field(default_factory=new_id)

    def decide(self, seen: Seen, context: Context) -> Decision:
        catalog = context.catalog
        require_role(catalog, "admin", "manager")
        values = cleaned(CustomField, {"label": self.label, "kind": self.kind, "options": self.options})
        key = re.sub(r"\W+", "_", fold(values["label"])).strip("_")[:60]
        if not key or not key[0].isalpha():
            raise Invalid({"label": "A field’s name starts with a letter."})
        if self.entity not in ("contacts", "companies", "deals"):
            raise Invalid({"entity": "Fields belong to contacts, companies or deals."})
        taken = field_names(self.entity, catalog) if self.entity != "companies" else []
        if key in taken or any(f.key == key for f in catalog.fields_for(self.entity)):
            raise Invalid({"label": f"There is a field called {values['label']} already."})
        if values["kind"] not in FIELD_KINDS:
            raise Invalid({"kind": f"A field is one of {', '.join(FIELD_KINDS)}."})
        if values["kind"] == "choice" and len(set(map(fold, values["options"]))) < max(
            2, len(values["options"])
        ):
            raise Invalid({"options": "A choice needs at least two options, each with a name of its own."})
        last = max((f.position for f in catalog.fields_for(self.entity)), default="")
        values |= {"entity": self.entity, "key": key, "position": near(last, "")}
        return Decision(
            f"Defined the field {values['label']}",
            (insert(CustomField, self.field_id, values),),
            "field.defined",
        )


@dataclass(frozen=True, kw_only=True)
class RemoveField(Command):
    """Takes a custom field off the screens; its values stay with the records and return with undo."""

    NAME: ClassVar[str] = "remove_field"
    field_id: str

    def decide(self, seen: Seen, context: Context) -> Decision:
        require_role(context.catalog, "admin", "manager")
        for custom in context.catalog.custom_fields:
            if custom.id == self.field_id:
                change = delete(custom, context.now)
                return Decision(f"Removed the field {custom.label}", (change,), "field.removed")
        raise NotFound("That field is not there any more.")


@dataclass(frozen=True, kw_only=True)
class EditOrganization(Command):
    """Changes the organization: name, currency, country, time_zone, `settings.lost_reasons`, `settings.lead_statuses`."""

    NAME: ClassVar[str] = "edit_organization"
    values: Mapping[str, Any]
    expected: Mapping[str, Any] = field(default_factory=dict)

    def decide(self, seen: Seen, context: Context) -> Decision:
        require_role(context.catalog, "admin")
        only(self.values, ("name", "currency", "country", "time_zone", "settings"), Organization.LABEL)
        values = organization_values(self.values)
        change = update(context.catalog.organization, values, self.expected)
        return Decision("Edited the organization", effective(change), "organization.edited")


def organization_values(values: Mapping[str, Any]) -> dict[str, Any]:
    """An organization's values in the form in which they are kept.

    Raises:
        Invalid: all that is wrong with them.
    """
    checks = Checks(Organization, values)
    out = checks.values
    for name, sentence in (
        ("name", "An organization needs a name."),
        ("currency", "Say the currency, as in EUR."),
    ):
        if out.get(name) == "":
            checks.refuse(name, sentence)
    checks.apply("currency", check_currency)
    checks.apply("country", check_country)
    checks.apply("time_zone", check_zone)
    for name in [name for name in out if name.startswith("settings")]:
        kept = _choices(out[name]) if name in ("settings.lost_reasons", "settings.lead_statuses") else []
        if not kept:
            checks.refuse(name, "That list holds one word or more, each at most 60 characters long.")
        out[name] = kept
    return checks.done()


def _choices(value: Any) -> list[str]:
    """A list to choose from, in its order, each once; empty where it cannot be kept."""
    if isinstance(value, str) or not isinstance(value, Sequence):
        return []
    if not all(isinstance(item, str) and len(item) <= 60 for item in value):
        return []
    return list(dict.fromkeys(filter(None, map(clean_line, value))))
