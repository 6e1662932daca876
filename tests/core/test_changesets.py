"""Changesets as they lie in the history and travel to a server."""

from __future__ import annotations

import datetime as dt
import json
from zoneinfo import ZoneInfo

from hypothesis import given
from hypothesis import strategies as st

from core.changes import Change, Changeset, from_json, to_json
from core.commands.contacts import CreateContact, EditContact
from core.commands.deals import DeleteDeals, EditDeal
from core.commands.records import TagRecords
from core.commands.tasks import CreateTask, EditTask
from core.entities import RECORDS
from core.schema import Kind, Role, fields_of

BERLIN = ZoneInfo("Europe/Berlin")
texts = st.text(max_size=8)
# Hypothesis puts the zone in itself.
times = st.datetimes(dt.datetime(1, 1, 1), timezones=st.just(dt.UTC))  # noqa: DTZ001
plain = st.none() | st.booleans() | st.integers(-(2**53), 2**53) | texts
points = st.fixed_dictionaries({"value": texts, "label": texts})
BY_KIND = {
    Kind.ID: texts,
    Kind.REF: st.none() | texts,
    Kind.LINE: texts,
    Kind.TEXT: texts,
    Kind.INT: st.none() | st.integers(-(2**53), 2**53),
    Kind.BOOL: st.booleans(),
    Kind.TIME: st.none() | times,
    Kind.DATE: st.none() | st.dates(),
    Kind.SET: st.lists(texts, max_size=3).map(tuple) | st.lists(points, max_size=2).map(tuple),
    Kind.MAP: st.dictionaries(texts, plain | st.lists(plain, max_size=2), max_size=3),
}


@st.composite
def changes(draw):
    table = draw(st.sampled_from(sorted(RECORDS)))
    specs = {name: spec for name, spec in fields_of(RECORDS[table]).items() if spec.role is Role.DATA}
    names = draw(st.lists(st.sampled_from(sorted(specs)), unique=True, max_size=5))
    lists = sorted(name for name, spec in specs.items() if spec.kind is Kind.SET)
    items = st.lists(texts, max_size=3).map(tuple)
    some = st.dictionaries(st.sampled_from(lists), items, max_size=2) if lists else st.just({})
    new, old = ({name: draw(BY_KIND[specs[name].kind]) for name in names} for _ in range(2))
    if "custom" in specs:
        new["custom.tier"], old["custom.tier"] = draw(plain), draw(plain)
    return Change(table, draw(texts), draw(st.booleans()), new, old, draw(some), draw(some))


changesets = st.builds(
    Changeset,
    texts, texts, texts, times, texts, texts,
    st.lists(changes(), max_size=4).map(tuple), texts, st.none() | texts,
)  # fmt: skip


@given(changesets)
def test_a_changeset_comes_out_of_its_json_as_it_went_in(done):
    assert from_json(json.loads(json.dumps(to_json(done)))) == done


@given(changesets)
def test_its_json_is_plain_and_names_every_instant_in_utc(done):
    body = to_json(done)
    assert body == json.loads(json.dumps(body))
    assert body["at"].endswith("Z")


def test_times_are_kept_in_utc_wherever_they_were_typed(office):
    office.store.now = dt.datetime(2026, 10, 25, 2, 30, fold=1, tzinfo=BERLIN)
    contact = office.contact(office.bob)
    twice = dt.datetime(2026, 10, 26, 2, 30, tzinfo=BERLIN)
    task = CreateTask(table="contacts", record_id=contact.id, subject="Call", due_at=twice)
    done = office.bob.run(task)
    assert from_json(to_json(done)) == done
    assert done.at == dt.datetime(2026, 10, 25, 1, 30, tzinfo=dt.UTC)
    assert done.changes[0].set["due_at"].tzinfo is dt.UTC
    # The hour that the clocks repeat is no reason for a conflict.
    assert not office.bob.run(EditTask(task_id=task.task_id, values={"due_at": twice})).changes


def test_what_commands_make_can_be_kept(office):
    contact = CreateContact(
        values={"first_name": "Lena", "emails": ["l@acme.com"], "tags": ["vip"]}, company_name="Acme"
    )
    done = [office.bob.run(contact)]
    deal = office.deal(office.bob, expected_close=dt.date(2026, 12, 24), contact_id=contact.contact_id)
    done += [
        office.bob.run(EditContact(contact_id=contact.contact_id, values={"phones": ["+49301234567"]})),
        office.bob.run(EditDeal(deal_id=deal.id, values={"expected_close": None, "value_minor": 5})),
        office.bob.run(TagRecords(table="deals", ids=(deal.id,), add=("hot",))),
        office.bob.run(DeleteDeals(deal_ids=(deal.id,))),
    ]
    for each in done:
        assert from_json(json.loads(json.dumps(to_json(each)))) == each
