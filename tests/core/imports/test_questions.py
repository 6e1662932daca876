"""What is asked, once for all rows; and what is decided without asking."""

from __future__ import annotations

from core.imports.answers import settle
from core.imports.owners import MINE
from core.imports.questions import open_questions
from core.imports.shapes import Options, Question
from core.imports.stages import NEW
from tests.core.imports.bench import OFFICE, Bench, made_id


def asked(bench: Bench, answers: dict[str, str] | None = None) -> dict[str, Question]:
    """The open questions of a table, by their ids."""
    found = open_questions([bench.plan], [bench.columns], bench.catalog, bench.options, answers)
    return {question.id: question for question in found}


def deals(*stages: str, **more: object) -> Bench:
    """A table of deals in these stages."""
    rows = [[f"Deal {n}", stage] for n, stage in enumerate(stages)]
    return Bench("deals", {"Name": "title", "Stage": "stage"}, *rows, source="hubspot", **more)  # type: ignore[arg-type]


def test_days_that_can_be_read_two_ways_are_asked_only_where_nothing_decides() -> None:
    headers = {"Who": "last_name", "Since": "deal.expected_close", "Other": ""}
    open_one = Bench("contacts", headers, ["Lee", "03/04/2026", "x"])
    own = Bench("contacts", headers, ["Lee", "03/04/2026", "x"], ["Ray", "13/04/2026", "x"])
    beside = Bench("contacts", headers, ["Lee", "03/04/2026", "25/12/2025"])
    told = Bench("contacts", headers, ["Lee", "03/04/2026", "x"], options=Options(date_order="mdy"))
    left_out = Bench("contacts", {"Who": "last_name", "Since": ""}, ["Lee", "03/04/2026"])

    assert asked(open_one)["order:Since"].default == ""
    assert [asked(bench) for bench in (own, beside, told, left_out)] == [{}, {}, {}, {}]
    assert [bench.settled().plans[0].orders for bench in (own, beside, told)] == [
        {"Since": "dmy"},
        {"Since": "dmy"},
        {"Since": "mdy"},
    ]


def test_without_an_answer_only_the_rows_with_such_days_are_refused() -> None:
    bench = Bench(
        "deals",
        {"T": "title", "D": "expected_close"},
        ["One", "03/04/2026"],
        ["Two", "2026-04-03"],
        ["Three", ""],
    )

    assert [bool(done.problems) for done in bench.all()] == [True, False, False]
    bench.answers = {"order:D": "dmy"}
    assert asked(bench, {"order:D": "dmy"}) == {}
    assert [bool(done.problems) for done in bench.all()] == [False, False, False]


def test_an_unknown_owner_is_asked_once_and_a_known_one_never() -> None:
    rows = [[f"Lee {n}", owner] for n, owner in enumerate(("Zoe", "zoe", "Bob", "n/a"))]
    bench = Bench("contacts", {"N": "last_name", "O": "owner"}, *rows)

    (question,) = asked(bench).values()

    assert (question.id, question.rows, question.default) == ("owner:zoe", 2, MINE)
    assert {option.label for option in question.options} >= {"Ann (me)", "Bob", "Max", "Sales pool"}
    bench.answers = {"owner:zoe": OFFICE.catalog.book_of(OFFICE.max.user_id).id}
    first = bench.all()[0]
    assert first.contact
    assert first.contact.values["book_id"] == bench.answers["owner:zoe"]


def test_a_single_unknown_stage_is_made_in_the_pipeline_that_knows_the_others() -> None:
    bench = deals("New", "Contacted", "Proposal", "Legal review", "Closed Won")

    (question,) = asked(bench).values()
    settled = bench.settled()

    assert (question.kind, question.samples, question.default) == ("stage", ("Legal review",), NEW)
    names = [stage.name for stage in settled.catalog.stages_of(OFFICE.pipeline_id)]
    assert names.index("Legal review") == names.index("Won") - 1
    done = bench.all()
    assert not any(row.problems or row.warnings for row in done)


def test_a_pipeline_of_which_half_is_unknown_is_made_whole() -> None:
    bench = deals("Appointment Scheduled", "Contract Sent", "New", "Closed Won", "Closed Lost")

    (question,) = asked(bench).values()
    settled = bench.settled()

    assert (question.id, question.default) == ("pipeline:", NEW)
    made = settled.catalog.pipelines[-1]
    kinds = {stage.name: stage.kind for stage in settled.catalog.stages_of(made.id)}
    assert made.name == "HubSpot"
    assert kinds == {
        "Appointment Scheduled": "open", "Contract Sent": "open", "New": "open", "Closed Won": "won", "Closed Lost": "lost",
    }  # fmt: skip
    assert all(row.deal and row.deal.values["pipeline_id"] == made.id for row in bench.all())


def test_what_was_made_once_is_found_the_next_time() -> None:
    first = deals("Appointment Scheduled", "Contract Sent", "Closed Won").settled()

    again = deals("Appointment Scheduled", "Contract Sent", "Closed Won", catalog=first.catalog)

    assert first.changes
    assert asked(again) == {}
    assert again.settled().changes == ()
    resumed = settle([again.plan], [again.columns], first.catalog, Options(), {"pipeline:": NEW}, made_id)
    assert resumed.changes == ()


def test_who_may_not_change_pipelines_gets_the_first_stage_and_a_tag() -> None:
    bench = deals("Appointment Scheduled", "Closed Won", catalog=OFFICE.bob.catalog())

    settled, (first, won) = bench.settled(), bench.all()

    assert settled.changes == ()
    assert first.deal
    assert first.deal.values["tags"] == ("appointment-scheduled",)
    assert settled.catalog.stage(first.deal.values["stage_id"]).name == "New"
    assert first.warnings
    assert won.deal
    assert won.deal.values["outcome"] == "won"


def test_an_unknown_lead_status_is_asked_and_answered_once() -> None:
    bench = Bench("contacts", {"N": "last_name", "S": "lead_status"}, ["Lee", "Hot"], ["Ray", "NEW"])

    (question,) = asked(bench).values()
    bench.answers = {question.id: "Qualified"}

    assert (question.kind, question.rows) == ("status", 1)
    first, second = bench.all()
    assert first.contact
    assert first.contact.values["lead_status"] == "Qualified"
    assert second.contact
    assert second.contact.values["lead_status"] == "New"


def test_new_fields_are_made_of_the_kind_that_all_values_are() -> None:
    bench = Bench(
        "contacts",
        {
            "N": "last_name",
            "Shoe size": "custom.new:Shoe size",
            "2nd": "custom.new:2nd",
            "Website": "custom.new:Born",
        },
        ["Lee", "42", "blue", "1980-05-17"],
        ["Ray", "38.5", "red", "1990-01-31"],
    )

    settled, (first, _) = bench.settled(), bench.all()

    kinds = {field.label: field.kind for field in settled.catalog.fields_for("contacts")}
    assert kinds == {"Shoe size": "number", "Field 2nd": "text", "Born": "date"}
    assert first.contact is not None
    assert first.contact.values["custom.shoe_size"] == 42
    assert first.contact.values["custom.born"] == "1980-05-17"


def test_stages_are_asked_for_the_pipelines_that_they_are_in() -> None:
    rows = [
        ["A", "Sales", "New"],
        ["B", "Sales", "Demo"],
        ["C", "Sales", "Proposal"],
        ["D", "Partners", "Signed up"],
    ]
    bench = Bench("deals", {"T": "title", "P": "pipeline", "S": "stage"}, *rows)
    pairs = [{(row[1], row[2]): 1 for row in rows}]

    found = open_questions([bench.plan], [bench.columns], bench.catalog, bench.options, {}, pairs)

    assert [question.id for question in found] == ["stage:Sales:Demo", "pipeline:Partners"]


def test_stages_that_a_system_has_internal_names_for_get_those_that_people_see() -> None:
    bench = deals("appointmentscheduled", "contractsent", "closedlost", "in-legal-review", "Closed Lost")
    settled = bench.settled()
    made = [stage.name for stage in settled.catalog.stages if stage.id not in OFFICE.catalog.stage_by_id]
    assert made == ["Appointment Scheduled", "Contract Sent", "In legal review", "Won", "Closed Lost"]


def test_a_single_stage_is_made_by_the_name_that_people_see() -> None:
    known = [stage.name for stage in OFFICE.catalog.stages if stage.kind == "open"][:2]
    bench = deals(*known, "contractsent")
    (question,) = asked(bench).values()
    assert "“Contract Sent”" in dict(question.options)[NEW]
    assert "Contract Sent" in {stage.name for stage in bench.settled().catalog.stages}
