"""Deals move along the ways that the pipeline allows, and a refused move says which those are."""

from __future__ import annotations

import datetime as dt

import pytest

from core.commands.deals import CreateDeal, EditDeal, MoveDeal, PlaceDeal, SwitchPipeline
from core.commands.pipelines import CreatePipeline, DeleteStage, EditStage
from core.entities import Deal
from core.errors import Invalid, NotFound, Refused
from core.pipelines import effective_probability, first_stage, neighbour, stage_of_kind

STAGES = ("New", "Contacted", "Qualified", "Proposal", "Negotiation", "Won", "Lost")
WAYS = {
    "New": ("Contacted", "Lost"),
    "Contacted": ("Qualified", "Lost"),
    "Qualified": ("Proposal", "Lost"),
    "Proposal": ("Negotiation", "Lost"),
    "Negotiation": ("Won", "Lost"),
    "Won": (),
    "Lost": ("New",),
}


def bring_to(office, deal, name):
    """Walks a deal from New to a stage by allowed moves."""
    at = "New"
    path = STAGES[1 : STAGES.index(name) + 1] if name != "Lost" else ("Lost",)
    for step in path:
        office.bob.run(move(office, deal, at, step))
        at = step


def move(office, deal, origin, target, **more):
    more = {"reason": "Price"} | more if target == "Lost" else more
    return MoveDeal(
        deal_id=deal.id, stage_id=office.stage(target).id, from_stage_id=office.stage(origin).id, **more
    )


def test_a_workspace_begins_with_the_stages_of_a_sale(office):
    assert tuple(stage.name for stage in office.catalog.stages_of(office.pipeline_id)) == STAGES
    assert [stage.kind for stage in office.catalog.stages] == ["open"] * 5 + ["won", "lost"]
    for name, ways in WAYS.items():
        assert [s.name for s in office.catalog.stages if s.id in office.stage(name).next_stage_ids] == list(
            ways
        )


@pytest.mark.parametrize("origin", STAGES)
@pytest.mark.parametrize("target", STAGES)
def test_every_move_is_allowed_or_refused_as_the_pipeline_says(office, origin, target):
    deal = office.deal(office.bob)
    bring_to(office, deal, origin)
    command = move(office, deal, origin, target)
    if target in WAYS[origin]:
        office.bob.run(command)
        after = office.bob.get(Deal, deal.id)
        assert after.stage_id == office.stage(target).id
        assert after.outcome == {"Won": "won", "Lost": "lost"}.get(target, "open")
        return
    with pytest.raises(Refused) as refused:
        office.bob.execute(command)
    if origin == target:
        assert str(refused.value) == f"Acme renewal is in {origin} already."
    elif WAYS[origin]:
        ways = ", ".join(WAYS[origin])
        assert str(refused.value) == f"Invalid move: {origin} → {target}. From {origin}: {ways}"
    else:
        assert str(refused.value) == f"Invalid move: {origin} → {target}. No stage follows {origin}"
    assert office.bob.get(Deal, deal.id).stage_id == office.stage(origin).id


def test_the_refusal_is_the_one_that_the_users_know(office):
    deal = office.deal(office.bob, stage="Proposal")
    with pytest.raises(Refused, match=r"^Invalid move: Proposal → Won\. From Proposal: Negotiation, Lost$"):
        office.bob.execute(move(office, deal, "Proposal", "Won"))


def test_a_move_records_from_to_who_when_and_why(office):
    contact = office.contact(office.bob)
    deal = office.deal(office.bob, stage="Negotiation", contact_id=contact.id)
    office.pass_time(hours=2)
    done = office.bob.run(move(office, deal, "Negotiation", "Lost", reason="  Too\x1b dear\nfor them "))
    assert (done.summary, done.event) == ("Moved Acme renewal: Negotiation → Lost", "deal.lost")
    entry = office.bob.timeline(deal_id=deal.id, kind="stage_change")[0]
    assert (entry.subject, entry.body) == ("Negotiation → Lost", "Too dear\nfor them")
    assert (entry.user_id, entry.occurred_at) == (office.bob.user_id, office.store.now)
    assert entry.contact_id == contact.id
    assert entry.data == {
        "from": office.stage("Negotiation").id, "from_name": "Negotiation", "to": office.stage("Lost").id,
        "to_name": "Lost", "from_outcome": "open", "outcome": "lost", "reason": "Too dear\nfor them", "seconds": 7200,
    }  # fmt: skip
    after = office.bob.get(Deal, deal.id)
    assert (after.lost_reason, after.closed_at) == ("Too dear for them", office.store.now)


def test_a_lost_deal_says_why(office):
    deal = office.deal(office.bob)
    with pytest.raises(Invalid, match="Say why Acme renewal is lost") as refused:
        office.bob.execute(move(office, deal, "New", "Lost", reason=" \x00 "))
    assert list(refused.value.fields) == ["lost_reason"]
    office.bob.run(move(office, deal, "New", "Lost", reason="No answer for weeks", abandoned=True))
    assert office.bob.get(Deal, deal.id).outcome == "abandoned"


def test_a_lost_deal_that_comes_back_is_open_and_forgets_its_reason(office):
    deal = office.deal(office.bob)
    office.bob.run(move(office, deal, "New", "Lost"))
    office.bob.run(move(office, deal, "Lost", "New", reason="They called back"))
    after = office.bob.get(Deal, deal.id)
    assert (after.outcome, after.closed_at, after.lost_reason) == ("open", None, "")
    assert office.bob.timeline(deal_id=deal.id)[-1].body == "They called back"


def test_a_won_deal_is_told_to_others(office):
    deal = office.deal(office.bob, stage="Negotiation")
    assert office.bob.run(move(office, deal, "Negotiation", "Won")).event == "deal.won"
    other = office.deal(office.bob)
    assert office.bob.run(move(office, other, "New", "Contacted")).event == "deal.moved"


def test_moving_to_where_somebody_moved_it_already_changes_nothing(office):
    deal = office.deal(office.bob)
    office.ann.run(move(office, deal, "New", "Contacted"))
    done = office.bob.run(move(office, deal, "New", "Contacted"))
    assert done.changes == ()
    assert done.summary == "Acme renewal is in Contacted already"


def test_moving_to_a_stage_that_is_gone_is_told(office):
    deal = office.deal(office.bob)
    command = move(office, deal, "New", "Contacted")
    office.ann.run(DeleteStage(stage_id=office.stage("Contacted").id))
    with pytest.raises(NotFound, match="That stage is not there any more"):
        office.bob.execute(command)


def test_a_long_reason_is_refused_not_cut(office):
    deal = office.deal(office.bob)
    with pytest.raises(Invalid, match="Lost reason has 301 characters; the most is 300"):
        office.bob.execute(move(office, deal, "New", "Lost", reason="x" * 301))


def test_cards_are_put_between_others_by_hand(office):
    for title in ("A", "B", "C"):
        office.deal(office.bob, title)
    a, b, c = (d.id for d in office.store.live(Deal))
    place = lambda deal_id, before="", after="": office.bob.run(  # noqa: E731
        PlaceDeal(deal_id=deal_id, before_position=before, after_position=after)
    )
    at = lambda deal_id: office.bob.get(Deal, deal_id).position  # noqa: E731
    place(a)
    place(b, before=at(a))
    place(c, before=at(a), after=at(b))
    assert at(a) < at(c) < at(b)
    # Two cards that were put in the same place at the same time: the third finds one nevertheless.
    place(c, before=at(a), after=at(a))
    assert at(c) > at(a)


def test_a_card_can_be_moved_and_placed_at_once(office):
    deal = office.deal(office.bob)
    office.bob.run(move(office, deal, "New", "Contacted", before_position="V", after_position="W"))
    assert "V" < office.bob.get(Deal, deal.id).position < "W"
    office.bob.run(move(office, deal, "Contacted", "Qualified", after_position="B"))
    assert "" < office.bob.get(Deal, deal.id).position < "B"
    office.bob.run(move(office, deal, "Qualified", "Proposal", before_position="W"))
    assert office.bob.get(Deal, deal.id).position > "W"


def test_a_stage_is_no_field_to_edit(office):
    deal = office.deal(office.bob)
    for name, value in (("stage_id", office.stage("Won").id), ("outcome", "won"), ("closed_at", None)):
        with pytest.raises(Refused, match="changes by moving the deal, not by editing it"):
            office.bob.execute(EditDeal(deal_id=deal.id, values={name: value}))


def test_a_new_deal_starts_in_an_open_stage_of_its_pipeline(office):
    other = CreatePipeline(name="Partners")
    office.ann.run(other)
    foreign = office.catalog.stages_of(other.pipeline_id)[0]
    create = lambda stage_id="": CreateDeal(  # noqa: E731
        pipeline_id=office.pipeline_id, stage_id=stage_id, values={"title": "Acme"}
    )
    deal = create()
    office.bob.run(deal)
    assert office.bob.get(Deal, deal.deal_id).stage_id == office.stage("New").id
    with pytest.raises(Refused, match="A new deal starts in an open stage; Won is not one"):
        office.bob.execute(create(office.stage("Won").id))
    with pytest.raises(Refused, match="New is a stage of another pipeline"):
        office.bob.execute(create(foreign.id))
    with pytest.raises(NotFound):
        office.bob.execute(CreateDeal(pipeline_id="nowhere", values={"title": "Acme"}))


def test_a_deal_changes_pipelines_while_it_is_open(office):
    other = CreatePipeline(name="Partners")
    office.ann.run(other)
    start, won, _ = office.catalog.stages_of(other.pipeline_id)
    deal = office.deal(office.bob)

    def switch(stage):
        return SwitchPipeline(
            deal_id=deal.id, stage_id=stage.id, from_stage_id=office.bob.get(Deal, deal.id).stage_id
        )

    with pytest.raises(Refused, match="New is a stage of another pipeline"):
        office.bob.execute(MoveDeal(deal_id=deal.id, stage_id=start.id, from_stage_id=deal.stage_id))
    with pytest.raises(Refused, match="only into an open stage"):
        office.bob.execute(switch(won))
    with pytest.raises(Refused, match="That is the pipeline it is in"):
        office.bob.execute(switch(office.stage("Contacted")))
    office.bob.run(switch(start))
    after = office.bob.get(Deal, deal.id)
    assert (after.pipeline_id, after.stage_id) == (other.pipeline_id, start.id)
    assert office.bob.told(deal_id=deal.id)[-1] == "Sales/New → Partners/New"


def test_the_board_knows_its_edges(office):
    catalog = office.catalog
    assert neighbour(catalog, office.stage("New"), -1) is None
    assert neighbour(catalog, office.stage("New"), 1) == office.stage("Contacted")
    assert neighbour(catalog, office.stage("Contacted"), -1) == office.stage("New")
    assert neighbour(catalog, office.stage("Lost"), 1) is None
    assert first_stage(catalog, office.pipeline_id) == office.stage("New")
    assert stage_of_kind(catalog, office.pipeline_id, "won") == office.stage("Won")
    office.ann.run(DeleteStage(stage_id=office.stage("Won").id))
    with pytest.raises(NotFound, match=r"This pipeline has no won stage\. Add one in the pipeline editor\."):
        stage_of_kind(office.catalog, office.pipeline_id, "won")


def test_probability_is_the_deals_own_or_its_stages_and_certain_when_closed(office):
    assert effective_probability(None, office.stage("Proposal")) == 55
    assert effective_probability(0, office.stage("Proposal")) == 0
    assert effective_probability(20, office.stage("Won")) == 100
    assert effective_probability(20, office.stage("Lost")) == 0
    assert effective_probability(None, None) == 0


def test_a_pipeline_can_be_given_other_ways_without_touching_code(office):
    deal = office.deal(office.bob, stage="Proposal")
    stage = office.stage("Proposal")
    ways = (*stage.next_stage_ids, office.stage("Won").id)
    office.ann.run(EditStage(stage_id=stage.id, values={"next_stage_ids": ways}))
    office.pass_time(days=3)
    office.bob.run(move(office, deal, "Proposal", "Won"))
    after = office.bob.get(Deal, deal.id)
    assert after.outcome == "won"
    assert after.stage_since - deal.stage_since == dt.timedelta(days=3)
