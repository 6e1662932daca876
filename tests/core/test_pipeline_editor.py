"""Pipelines are shaped by the people who work with them: add, rename, reorder, delete, several, per team."""

from __future__ import annotations

import pytest

from core.changes import Status
from core.commands.deals import MoveDeal
from core.commands.pipelines import (
    AddStage,
    CreatePipeline,
    DeletePipeline,
    DeleteStage,
    EditPipeline,
    EditStage,
    ReorderStage,
)
from core.entities import Deal, Stage
from core.errors import Invalid, NotFound, Refused


def names(office, pipeline_id=""):
    return [stage.name for stage in office.catalog.stages_of(pipeline_id or office.pipeline_id)]


def ways(office, name):
    """Where a deal may go from a stage, in the pipeline's order."""
    stage = office.stage(name)
    return [s.name for s in office.catalog.stages_of(stage.pipeline_id) if s.id in stage.next_stage_ids]


def add(office, name, after="", **more):
    stage_id = office.stage(after).id if after else ""
    office.ann.run(AddStage(pipeline_id=office.pipeline_id, name=name, after_stage_id=stage_id, **more))
    return office.stage(name)


def test_a_new_stage_is_connected_to_its_neighbours(office):
    demo = add(office, "Demo", after="Qualified")
    assert names(office) == [
        "New",
        "Contacted",
        "Qualified",
        "Demo",
        "Proposal",
        "Negotiation",
        "Won",
        "Lost",
    ]
    assert ways(office, "Demo") == ["Proposal", "Lost"]
    assert ways(office, "Qualified") == ["Demo", "Proposal", "Lost"]
    assert demo.probability == 45
    deal = office.deal(office.bob, stage="Qualified")
    for origin, target in (("Qualified", "Demo"), ("Demo", "Proposal")):
        office.bob.run(
            MoveDeal(deal_id=deal.id, stage_id=office.stage(target).id, from_stage_id=office.stage(origin).id)
        )


def test_a_new_stage_can_be_the_first_or_the_last(office):
    add(office, "Inbox")
    assert names(office)[0] == "Inbox"
    assert ways(office, "Inbox") == ["New", "Lost"]
    add(office, "On hold", after="Lost")
    assert names(office)[-1] == "On hold"
    # It stands behind the closed ones, and is reached from the last open one all the same.
    assert "On hold" in ways(office, "Negotiation")
    assert ways(office, "On hold") == ["Lost"]


def test_every_way_to_lose_is_open_from_everywhere(office):
    add(office, "Disqualified", after="Lost", kind="lost")
    for name in ("New", "Contacted", "Qualified", "Proposal", "Negotiation"):
        assert "Disqualified" in ways(office, name)
    assert ways(office, "Won") == []
    signed = add(office, "Signed online", after="Won", kind="won")
    assert "Signed online" in ways(office, "Negotiation")
    assert signed.probability == 100
    assert office.stage("Disqualified").probability == 0


def test_a_stage_can_stand_alone(office):
    add(office, "Parking", after="New", link=False, probability=7, stale_days=None)
    assert ways(office, "Parking") == []
    assert ways(office, "New") == ["Contacted", "Lost"]
    assert (office.stage("Parking").probability, office.stage("Parking").stale_days) == (7, None)


@pytest.mark.parametrize(
    ("more", "sentence"),
    [
        ({"name": " \t"}, "A stage needs a name."),
        ({"name": "PROPOSAL"}, "There is a stage called PROPOSAL already."),
        ({"kind": "maybe"}, "A stage is open, won or lost."),
        ({"probability": 101}, "The probability is a percentage from 0 to 100."),
        ({"stale_days": 0}, "Days until a deal is stale: 1 to 3650, or empty for never."),
    ],
)
def test_a_stage_that_makes_no_sense_is_refused(office, more, sentence):
    with pytest.raises(Invalid) as refused:
        office.ann.execute(AddStage(**{"pipeline_id": office.pipeline_id, "name": "Demo"} | more))
    assert str(refused.value) == sentence


def test_a_neighbour_that_is_gone_is_told(office):
    with pytest.raises(NotFound, match="That stage is not there any more"):
        office.ann.execute(AddStage(pipeline_id=office.pipeline_id, name="Demo", after_stage_id="gone"))
    with pytest.raises(NotFound, match="That pipeline is not there any more"):
        office.ann.execute(AddStage(pipeline_id="gone", name="Demo"))


def test_a_stage_is_renamed_and_its_deals_stay(office):
    deal = office.deal(office.bob)
    office.ann.run(EditStage(stage_id=deal.stage_id, values={"name": "  Fresh 🌱 ", "stale_days": 1}))
    assert office.stage("Fresh 🌱").id == deal.stage_id
    assert office.stage("Fresh 🌱").stale_days == 1


def test_what_a_stage_means_cannot_change_under_deals(office):
    deal = office.deal(office.bob, stage="Contacted")
    with pytest.raises(Refused, match="There are deals in Contacted: what it means cannot change under them"):
        office.ann.execute(EditStage(stage_id=deal.stage_id, values={"kind": "won"}))
    office.ann.run(EditStage(stage_id=office.stage("Qualified").id, values={"kind": "lost"}))
    assert office.stage("Qualified").kind == "lost"


def test_a_pipeline_keeps_an_open_stage(office):
    for name in ("Contacted", "Qualified", "Proposal", "Negotiation"):
        office.ann.run(DeleteStage(stage_id=office.stage(name).id))
    last = office.stage("New").id
    for command in (DeleteStage(stage_id=last), EditStage(stage_id=last, values={"kind": "lost"})):
        with pytest.raises(Refused, match="A pipeline needs at least one open stage, and this is the last"):
            office.ann.execute(command)


def test_ways_lead_to_other_stages_of_the_same_pipeline(office):
    other = CreatePipeline(name="Partners")
    office.ann.run(other)
    foreign = office.catalog.stages_of(other.pipeline_id)[0].id
    new = office.stage("New").id
    for to in (foreign, new):
        with pytest.raises(Refused, match="A deal moves between different stages of one pipeline"):
            office.ann.execute(EditStage(stage_id=new, values={"next_stage_ids": (to,)}))
    with pytest.raises(NotFound):
        office.ann.execute(EditStage(stage_id=new, values={"next_stage_ids": ("gone",)}))
    won = office.stage("Won").id
    office.ann.run(EditStage(stage_id=new, values={"next_stage_ids": [won, won]}))
    assert office.stage("New").next_stage_ids == (won,)


def test_where_a_stage_stands_is_not_a_field_to_edit(office):
    for name in ("position", "pipeline_id", "deleted_at"):
        with pytest.raises(Refused, match=f"“{name}” of a stage is not changed by editing it"):
            office.ann.execute(EditStage(stage_id=office.stage("New").id, values={name: "V"}))


@pytest.mark.parametrize(
    ("name", "step", "order"),
    [
        ("New", 1, ["Contacted", "New", "Qualified"]),
        ("Qualified", -1, ["New", "Qualified", "Contacted"]),
        ("New", 99, ["Contacted", "Qualified", "Proposal"]),
        ("Lost", -99, ["Lost", "New", "Contacted"]),
    ],
)
def test_stages_are_reordered(office, name, step, order):
    office.ann.run(ReorderStage(stage_id=office.stage(name).id, step=step))
    assert names(office)[:3] == order
    assert len(names(office)) == 7


def test_a_stage_at_the_edge_says_so(office):
    for name, step, side in (("New", -1, "left"), ("Lost", 1, "right")):
        with pytest.raises(Refused, match=f"{name} is at the {side} end already"):
            office.ann.execute(ReorderStage(stage_id=office.stage(name).id, step=step))


def test_two_who_add_at_the_same_place_can_both_go_on(office):
    """Offline, two admins put a stage into the same gap; the stages share a place, and nothing breaks on it."""
    after = office.stage("New").id
    one, other = (
        AddStage(pipeline_id=office.pipeline_id, name=n, after_stage_id=after) for n in ("One", "Two")
    )
    first, second = office.ann.decide(one), office.max.decide(other)
    assert office.ann.apply(first).applied
    assert office.max.apply(second).status in (Status.OK, Status.MERGED)
    assert office.stage("One").position == office.stage("Two").position
    add(office, "Three", after=names(office)[1])
    office.ann.run(ReorderStage(stage_id=office.stage("Three").id, step=-1))
    assert set(ways(office, "New")) >= {"One", "Two", "Contacted", "Lost"}


def test_an_empty_stage_is_deleted_and_nobody_is_walled_in(office):
    office.ann.run(DeleteStage(stage_id=office.stage("Qualified").id))
    assert "Qualified" not in names(office)
    assert ways(office, "Contacted") == ["Proposal", "Lost"]


def test_a_stage_with_deals_is_kept_until_they_are_given_another(office):
    deals = [office.deal(office.bob, f"Deal {n}", "Contacted") for n in range(2)]
    stage = office.stage("Contacted")
    with pytest.raises(Refused, match=r"^There are 2 deals in Contacted\. Say which stage takes them\.$"):
        office.ann.execute(DeleteStage(stage_id=stage.id))
    for target in ("Lost", "Contacted"):
        with pytest.raises(
            Refused, match="The deals of Contacted need another open stage of the same pipeline"
        ):
            office.ann.execute(DeleteStage(stage_id=stage.id, reassign_to=office.stage(target).id))
    office.pass_time(days=1)
    target = office.stage("Qualified")
    office.ann.run(DeleteStage(stage_id=stage.id, reassign_to=target.id))
    for deal in deals:
        after = office.ann.get(Deal, deal.id)
        assert (after.stage_id, after.stage_since, after.outcome) == (target.id, office.store.now, "open")
        entry = office.ann.timeline(deal_id=deal.id)[-1]
        assert (entry.subject, entry.body) == ("Contacted → Qualified", "The stage Contacted was deleted.")


def test_one_deal_is_one_deal(office):
    office.deal(office.bob, stage="Contacted")
    with pytest.raises(Refused, match=r"^There is 1 deal in Contacted\. Say which stage takes it\.$"):
        office.ann.execute(DeleteStage(stage_id=office.stage("Contacted").id))


def test_a_deal_that_was_deleted_does_not_hold_its_stage(office):
    from core.commands.deals import DeleteDeals

    deal = office.deal(office.bob, stage="Contacted")
    office.bob.run(DeleteDeals(deal_ids=(deal.id,)))
    office.ann.run(DeleteStage(stage_id=deal.stage_id))


def test_pipelines_begin_with_a_start_and_two_ends_or_as_a_copy(office):
    plain, copy = CreatePipeline(name="Partners"), CreatePipeline(name="Renewals", copy_of=office.pipeline_id)
    office.ann.run(plain)
    office.ann.run(copy)
    assert [p.name for p in office.catalog.pipelines] == ["Sales", "Partners", "Renewals"]
    assert names(office, plain.pipeline_id) == ["New", "Won", "Lost"]
    assert names(office, copy.pipeline_id) == names(office)
    start = office.catalog.stages_of(copy.pipeline_id)[0]
    inside = {stage.id for stage in office.catalog.stages_of(copy.pipeline_id)}
    assert len(start.next_stage_ids) == 2
    assert set(start.next_stage_ids) <= inside


def test_pipelines_have_names_of_their_own(office):
    with pytest.raises(Invalid, match="A pipeline needs a name"):
        office.ann.execute(CreatePipeline(name="\x07"))
    with pytest.raises(Invalid, match="There is a pipeline called sales already"):
        office.ann.execute(CreatePipeline(name="sales"))
    other = CreatePipeline(name="Partners")
    office.ann.run(other)
    with pytest.raises(Invalid, match="There is a pipeline called SALES already"):
        office.ann.execute(EditPipeline(pipeline_id=other.pipeline_id, values={"name": "SALES"}))
    office.ann.run(EditPipeline(pipeline_id=other.pipeline_id, values={"name": "PARTNERS"}))
    with pytest.raises(NotFound, match="That pipeline is not there any more"):
        office.ann.execute(CreatePipeline(name="Copy", copy_of="gone"))


def test_a_pipeline_can_be_a_teams_own(office):
    team = office.catalog.teams[0].id
    command = CreatePipeline(name="Abroad", team_id=team)
    office.ann.run(command)
    assert office.catalog.pipeline_by_id[command.pipeline_id].team_id == team
    office.ann.run(EditPipeline(pipeline_id=command.pipeline_id, values={"team_id": None}))
    assert office.catalog.pipeline_by_id[command.pipeline_id].team_id is None
    with pytest.raises(NotFound, match="That team is not there any more"):
        office.ann.execute(CreatePipeline(name="Ghosts", team_id="gone"))


def test_a_pipeline_is_deleted_when_it_is_empty_and_not_the_last(office):
    with pytest.raises(Refused, match=r"This is the only pipeline\. Create another one first\."):
        office.ann.execute(DeletePipeline(pipeline_id=office.pipeline_id))
    office.ann.run(CreatePipeline(name="Partners"))
    office.deal(office.bob)
    with pytest.raises(
        Refused, match=r"There are deals in Sales\. Move them to another pipeline or delete them first\."
    ):
        office.ann.execute(DeletePipeline(pipeline_id=office.pipeline_id))
    partners = office.catalog.pipelines[1].id
    office.ann.run(DeletePipeline(pipeline_id=partners))
    assert [p.name for p in office.catalog.pipelines] == ["Sales"]
    assert all(stage.pipeline_id != partners for stage in office.store.live(Stage))


def test_reps_work_in_pipelines_and_do_not_shape_them(office):
    stage = office.stage("New")
    for command in (
        CreatePipeline(name="Mine"), AddStage(pipeline_id=office.pipeline_id, name="Mine"),
        EditStage(stage_id=stage.id, values={"name": "Mine"}), ReorderStage(stage_id=stage.id, step=1),
        DeleteStage(stage_id=stage.id), DeletePipeline(pipeline_id=office.pipeline_id),
        EditPipeline(pipeline_id=office.pipeline_id, values={"name": "Mine"}),
    ):  # fmt: skip
        with pytest.raises(Refused, match="That needs the role admin or manager; yours is rep"):
            office.bob.execute(command)
        with pytest.raises(Refused, match="Your role is read-only"):
            office.rex.execute(command)
    office.max.run(ReorderStage(stage_id=stage.id, step=1))
