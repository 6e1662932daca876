"""How an organization sets itself up: its beginning, its views, its own fields, its lists."""

from __future__ import annotations

import pytest

from core.changes import from_json, to_json
from core.commands.setup import DefineField, DeleteView, EditOrganization, RemoveField, SaveView
from core.defaults import founding
from core.entities import CustomField, SmartView
from core.errors import Invalid, NotFound, Refused
from core.fractional import is_key
from tests.core.memory import START, Memory, Store


def begin(**values):
    return founding(
        **{
            "organization": "Nordlicht", "user": "Ann", "currency": "EUR", "country": "DE",
            "time_zone": "Europe/Berlin", "now": START,
        }
        | values
    )  # fmt: skip


def wrong(who, command):
    with pytest.raises(Invalid) as refused:
        who.execute(command)
    return refused.value.fields


# --- the beginning


def test_a_workspace_begins_with_all_that_a_founder_needs():
    first = begin(organization=" Nordlicht 🌌 ", currency="eur", country="uk")
    store = Store(org_id=first.org_id)
    ann = Memory(store, first.user_id)
    assert ann.apply(first).applied
    catalog = ann.catalog()
    assert (catalog.organization.name, catalog.organization.currency) == ("Nordlicht 🌌", "EUR")
    assert catalog.organization.country == "GB"
    assert (catalog.me.role, catalog.my_book.name) == ("admin", "Ann")
    assert [pool.name for pool in catalog.pools()] == ["Sales pool"]
    assert [pipeline.name for pipeline in catalog.pipelines] == ["Sales"]
    assert "Price" in catalog.lost_reasons
    assert catalog.lead_statuses[0] == "New"
    assert all(
        is_key(placed.position) for placed in (*catalog.stages, *catalog.pipelines, *catalog.smart_views)
    )
    assert from_json(to_json(first)) == first


@pytest.mark.parametrize(
    ("values", "field"),
    [
        ({"organization": " "}, "name"),
        ({"user": "\x1b"}, "user"),
        ({"currency": "EURO"}, "currency"),
        ({"currency": ""}, "currency"),
        ({"country": "Germany"}, "country"),
        ({"time_zone": "Mars/Base"}, "time_zone"),
    ],
)
def test_a_beginning_that_makes_no_sense_is_refused(values, field):
    with pytest.raises(Invalid) as refused:
        begin(**values)
    assert list(refused.value.fields) == [field]


def test_a_founder_may_leave_open_where_they_are():
    assert begin(country="", time_zone="").changes


# --- views


def save(office, who, name, query="owner:me", **more):
    command = SaveView(entity=more.pop("entity", "deals"), name=name, query=query, **more)
    who.run(command)
    return next(view for view in who.catalog().smart_views if view.name == command.name.strip())


def test_a_view_is_saved_and_saved_again_under_its_name(office):
    view = save(office, office.bob, "Hot", "tag:hot")
    again = save(office, office.bob, "HOT", "tag:hot value>10k", sort="value", shared=True)
    assert again.id == view.id
    assert (again.query, again.sort, again.shared) == ("tag:hot value>10k", "value", True)
    contacts = save(office, office.bob, "Hot", "tag:hot", entity="contacts")
    assert contacts.id != view.id


def test_a_view_is_ones_own_unless_it_is_shared(office):
    save(office, office.bob, "Mine")
    save(office, office.bob, "Ours", shared=True)
    names = {view.name for view in office.eve.catalog().smart_views}
    assert "Ours" in names
    assert "Mine" not in names
    # Another person's view of the same name is another view.
    save(office, office.eve, "Mine")
    assert sum(view.name == "Mine" for view in office.store.live(SmartView)) == 2


def test_a_view_that_cannot_be_read_is_not_saved(office):
    assert wrong(office.bob, SaveView(entity="deals", name="x", query="stage:moon")) == {
        "filter": "There is no stage “moon”. Stages: New, Contacted, Qualified, Proposal, Negotiation, Won, Lost."
    }
    assert wrong(office.bob, SaveView(entity="deals", name=" ", query="")) == {"name": "A view needs a name."}
    assert wrong(office.bob, SaveView(entity="stages", name="x", query="")) == {
        "entity": "Views show contacts or deals."
    }
    with pytest.raises(NotFound, match="That pipeline is not there any more"):
        office.bob.execute(SaveView(entity="deals", name="x", query="", pipeline_id="gone"))
    with pytest.raises(Refused, match="Your role is read-only"):
        office.rex.execute(SaveView(entity="deals", name="x", query=""))


def test_a_view_is_deleted_by_its_maker_or_an_admin(office):
    view = save(office, office.bob, "Ours", shared=True)
    with pytest.raises(Refused, match="That needs the role admin; yours is rep"):
        office.eve.execute(DeleteView(view_id=view.id))
    with pytest.raises(Refused, match="Your role is read-only"):
        office.rex.execute(DeleteView(view_id=view.id))
    office.ann.run(DeleteView(view_id=view.id))
    with pytest.raises(NotFound, match="That view is not there any more"):
        office.bob.execute(DeleteView(view_id=view.id))
    own = save(office, office.bob, "Mine")
    office.bob.run(DeleteView(view_id=own.id))


# --- custom fields


def test_a_field_is_defined_and_named_in_filters_by_its_label(office):
    office.max.run(DefineField(entity="contacts", label=" Größe (m²) ", kind="number"))
    office.max.run(DefineField(entity="companies", label="Branche"))
    field = office.store.live(CustomField)[0]
    assert (field.label, field.key, field.kind) == ("Größe (m²)", "grosse_m2", "number")
    assert [f.label for f in office.catalog.fields_for("companies")] == ["Branche"]


@pytest.mark.parametrize(
    ("values", "fields"),
    [
        ({"label": "123"}, {"label": "A field’s name starts with a letter."}),
        ({"label": "🔥"}, {"label": "A field’s name starts with a letter."}),
        ({"label": "Owner"}, {"label": "There is a field called Owner already."}),
        ({"kind": "colour"}, {"kind": "A field is one of text, number, date, flag, choice, url."}),
        (
            {"kind": "choice", "options": ("A", "B", "b ")},
            {"options": "A choice needs at least two options, each with a name of its own."},
        ),
        (
            {"kind": "choice", "options": ("A", "A")},
            {"options": "A choice needs at least two options, each with a name of its own."},
        ),
        ({"entity": "tasks"}, {"entity": "Fields belong to contacts, companies or deals."}),
    ],
)
def test_a_field_that_makes_no_sense_is_refused(office, values, fields):
    assert wrong(office.ann, DefineField(**{"entity": "contacts", "label": "Tier"} | values)) == fields


def test_there_is_one_field_of_a_name_and_reps_do_not_define_any(office):
    office.ann.run(DefineField(entity="contacts", label="Tier"))
    assert wrong(office.ann, DefineField(entity="contacts", label="TIER")) == {
        "label": "There is a field called TIER already."
    }
    office.ann.run(DefineField(entity="deals", label="Tier"))
    with pytest.raises(Refused, match="That needs the role admin or manager; yours is rep"):
        office.bob.execute(DefineField(entity="contacts", label="Mine"))


def test_a_field_that_is_removed_leaves_its_values_where_they_are(office):
    command = DefineField(entity="contacts", label="Tier")
    office.ann.run(command)
    lena = office.contact(office.ann, **{"custom.tier": "Gold"})
    office.ann.run(RemoveField(field_id=command.field_id))
    assert office.catalog.fields_for("contacts") == ()
    assert office.ann.get(type(lena), lena.id).custom == {"tier": "Gold"}
    with pytest.raises(NotFound, match="That field is not there any more"):
        office.ann.execute(RemoveField(field_id=command.field_id))


# --- the organization


def test_the_organization_is_changed_by_its_admin(office):
    office.ann.run(
        EditOrganization(
            values={
                "name": " Nordlicht AG ",
                "currency": "chf",
                "country": "ch",
                "settings.lost_reasons": ["A", " A", ""],
            }
        )
    )
    organization = office.catalog.organization
    assert (organization.name, organization.currency, organization.country) == ("Nordlicht AG", "CHF", "CH")
    assert office.catalog.lost_reasons == ("A",)
    assert office.catalog.lead_statuses[0] == "New"
    with pytest.raises(Refused, match="That needs the role admin; yours is manager"):
        office.max.execute(EditOrganization(values={"name": "x"}))


def test_an_organization_that_makes_no_sense_is_refused(office):
    assert wrong(
        office.ann,
        EditOrganization(
            values={
                "name": "", "currency": "EURO", "country": "Germany", "time_zone": "Mars/Base",
                "settings.lost_reasons": [], "settings.lead_statuses": "New", "settings.colour": ["x"],
            }
        ),
    ) == {
        "name": "An organization needs a name.",
        "currency": "“EURO” is not a currency code. Try EUR, USD or GBP.",
        "country": "“Germany” is not a country code. Use two letters, as in DE, FR or US.",
        "time_zone": "“Mars/Base” is not a time zone. Try Europe/Berlin or America/New_York.",
        "settings.lost_reasons": "That list holds one word or more, each at most 60 characters long.",
        "settings.lead_statuses": "That list holds one word or more, each at most 60 characters long.",
        "settings.colour": "That list holds one word or more, each at most 60 characters long.",
    }  # fmt: skip


def test_two_admins_edit_different_lists(office):
    mine = office.ann.decide(EditOrganization(values={"settings.lost_reasons": ["A", "B"]}))
    office.ann.run(EditOrganization(values={"settings.lead_statuses": ["Cold"]}))
    assert office.ann.apply(mine).applied
    assert (office.catalog.lost_reasons, office.catalog.lead_statuses) == (("A", "B"), ("Cold",))
