"""`show`, `move`, `log`, `task`, `undo`."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any

import pytest

from core.commands.companies import CreateCompany
from core.commands.contacts import CreateContact
from core.commands.deals import CreateDeal, DeleteDeals
from tests.cli.conftest import Offhook, execute

DEAL = "Acme renewal"


@pytest.fixture(scope="session")
def acme_data(first_day: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The data folder of a workspace with one company, two contacts and a deal. Not to be written to."""
    home = tmp_path_factory.mktemp("acme")
    program = Offhook(home)
    shutil.copytree(first_day, home / "data")
    company = CreateCompany(values={"name": "Acme Rockets"})
    wile = {
        "first_name": "Wile", "last_name": "Coyote", "company_id": company.company_id,
        "phones": ({"value": "+49 30 23125259", "label": "work"},), "time_zone": "America/Phoenix",
    }  # fmt: skip
    value = {"value_minor": 1_250_050, "currency": "EUR"}
    execute(
        program,
        company,
        CreateContact(values=wile),
        CreateContact(values={"first_name": "Road", "last_name": "Runner"}, company_name="Acme Rockets"),
        CreateDeal(
            pipeline_id=program("pipelines", "--json").json[0]["id"],
            values={"title": DEAL, "company_id": company.company_id, **value},
        ),
    )
    return home / "data"


@pytest.fixture
def acme(acme_data: Path, tmp_path: Path) -> Offhook:
    """offhook with that workspace."""
    shutil.copytree(acme_data, tmp_path / "home" / "data")
    return Offhook(tmp_path / "home")


def the_deal(program: Offhook) -> dict[str, Any]:
    """The one deal, as `show` tells of it."""
    deal: dict[str, Any] = program("show", "acme renewal", "--json").json["deal"]
    return deal


# --- show -----------------------------------------------------------------------------------------------------------


def test_a_page_tells_what_a_rep_asks_first(acme: Offhook) -> None:
    page = acme("show", "coyote").out
    for part in ("Wile Coyote", "Acme Rockets", "+49 30 23125259", "America/Phoenix", "Contact created"):
        assert part in page
    assert "€12,500.50" in acme("show", "acme", "renewal").out
    company = acme("show", "acme", "rockets").out
    assert "Wile Coyote" in company
    assert "Acme renewal" in company


def test_money_and_times_are_exact_for_programs(acme: Offhook) -> None:
    page = acme("show", "acme renewal", "--json").json
    assert set(page) == {
        "kind", "contact", "deal", "company", "deals", "contacts", "tasks", "activities", "counts",
    }  # fmt: skip
    assert page["kind"] == "deal"
    deal = page["deal"]
    assert (deal["value_minor"], deal["currency"], deal["value"]) == (1_250_050, "EUR", "12500.50")
    assert (deal["stage"], deal["pipeline"], deal["owner"]) == ("New", "Sales", "Anna Müller")
    assert deal["created_at"].endswith("Z")
    assert page["company"]["name"] == "Acme Rockets"
    assert [activity["kind"] for activity in page["activities"]] == ["created"]
    assert acme("show", "acme renewal", "--json", "--activities", "0").json["activities"] == []


def test_a_record_is_named_by_its_id_or_the_beginning_of_it(acme: Offhook) -> None:
    deal = the_deal(acme)["id"]
    for text in (deal, deal.upper(), deal[:-2]):
        assert acme("show", text, "--json").json["deal"]["id"] == deal
    # What was made one after the other begins alike.
    other = acme("show", "coyote", "--json").json["contact"]["id"]
    alike = next(place for place, (one, two) in enumerate(zip(deal, other, strict=True)) if one != two)
    assert "begin with" in acme("show", deal[:alike], code=1).err


def test_where_several_fit_nothing_is_guessed(acme: Offhook) -> None:
    told = acme("show", "acme", code=1)
    assert "Acme Rockets" in told.err
    assert "Acme renewal" in told.err
    error = acme("show", "acme", "--json", code=1).error
    assert {c["title"] for c in error["candidates"]} >= {"Acme Rockets", "Acme renewal"}
    assert all(set(c) == {"kind", "id", "title", "detail"} for c in error["candidates"])


@pytest.mark.parametrize("text", ["nobody", "0198c0de-0000-7000-8000-000000000001", "", "…", "0198"])
def test_what_is_not_there_is_not_found(acme: Offhook, text: str) -> None:
    assert acme("show", text, code=3).err
    assert acme("move", text, "won", "--json", code=3).error["code"] == "not_found"


def test_what_was_deleted_is_not_there(acme: Offhook) -> None:
    deal = the_deal(acme)["id"]
    execute(acme, DeleteDeals(deal_ids=(deal,)))
    for text in (deal, deal[:-1], "acme renewal"):
        acme("show", text, code=3)


# --- move -----------------------------------------------------------------------------------------------------------


def test_a_deal_is_moved_by_words_and_the_beginning_of_a_stage(acme: Offhook) -> None:
    assert acme("move", "renewal", "contacted").out == "Moved Acme renewal: New → Contacted\n"
    answer = acme("move", "renewal", "qual", "--json").json
    assert answer["status"] == "ok"
    assert answer["deal"]["stage"] == "Qualified"
    assert the_deal(acme)["stage"] == "Qualified"


def test_a_move_that_the_pipeline_does_not_allow_is_refused_with_what_is_possible(acme: Offhook) -> None:
    refused = acme("move", "renewal", "won", code=1)
    assert "Invalid move: New → Won. From New: Contacted, Lost" in refused.err
    assert the_deal(acme)["stage"] == "New"


def test_a_stage_that_is_not_there_is_not_found_with_those_that_are(acme: Offhook) -> None:
    assert "Negotiation" in acme("move", "renewal", "elsewhere", code=3).err


def test_losing_a_deal_needs_a_reason(acme: Offhook) -> None:
    assert "why" in acme("move", "renewal", "lost", code=1).err
    acme("move", "renewal", "lost", "--reason", "No budget")
    deal = the_deal(acme)
    assert (deal["outcome"], deal["lost_reason"]) == ("lost", "No budget")


# --- log ------------------------------------------------------------------------------------------------------------


def test_a_call_is_logged_as_it_ended(acme: Offhook) -> None:
    answer = acme(
        "log", "call", "coyote", "Wants", "an offer", "--outcome", "voicemail", "--minutes", "2.5", "--at",
        "2026-11-02 15:00", "--json",
    ).json  # fmt: skip
    call = answer["activity"]
    assert (call["kind"], call["outcome"], call["duration_s"], call["direction"]) == (
        "call",
        "left voicemail",
        150,
        "out",
    )
    assert call["body"] == "Wants an offer"
    assert call["occurred_at"] == "2026-11-02T14:00:00Z"
    assert "left voicemail · Wants an offer" in acme("show", "coyote").out


def test_a_text_may_come_from_standard_input(acme: Offhook) -> None:
    acme("log", "note", "coyote", "-", stdin="first line\n\x1b[31msecond line\n")
    body = acme("show", "coyote", "--json").json["activities"][0]["body"]
    assert body.startswith("first line\n")
    assert "\x1b" not in body


@pytest.mark.parametrize("kind", ["note", "email", "meeting", "call"])
def test_every_kind_can_be_logged_for_a_deal_and_a_company(acme: Offhook, kind: str) -> None:
    acme("log", kind, "renewal", "one")
    acme("log", kind, "acme rockets", "two")
    kinds = [entry["kind"] for entry in acme("show", "acme rockets", "--json").json["activities"]]
    assert kinds.count(kind) == 2


@pytest.mark.parametrize(
    ("arguments", "code", "says"),
    [
        (("call", "coyote", "--outcome", "eaten"), 2, "Outcomes: no answer, left voicemail"),
        (("call", "coyote", "--outcome", "left"), 2, "Outcomes:"),
        (("call", "coyote", "--at", "tomorrow"), 1, "future"),
        (("call", "coyote", "--at", "whenever"), 1, "whenever"),
        (("call", "coyote", "--minutes", "-1"), 2, "minutes"),
        (("note", "coyote"), 1, "empty"),
        (("call", "nobody"), 3, "nobody"),
        (("wave", "coyote"), 2, "wave"),
    ],
)
def test_what_cannot_be_logged_is_said(
    acme: Offhook, arguments: tuple[str, ...], code: int, says: str
) -> None:
    assert says in acme("log", *arguments, code=code).err


@pytest.mark.parametrize(
    ("typed", "key"),
    [("voicemail", "left voicemail"), ("CALLB", "callback"), ("not-in-s", "not in service"), ("Meeting booked", "meeting booked"),
     ("do not call", "do not call"), ("interested", "interested")],
)  # fmt: skip
def test_an_outcome_is_named_by_its_beginning_or_a_part_that_only_one_has(
    acme: Offhook, typed: str, key: str
) -> None:
    assert acme("log", "call", "coyote", "--outcome", typed, "--json").json["activity"]["outcome"] == key


def test_a_past_call_is_only_logged_unless_more_is_asked_for(acme: Offhook) -> None:
    acme("log", "call", "coyote", "--outcome", "no answer")
    page = acme("show", "coyote", "--json").json
    assert page["tasks"] == []
    acme("log", "call", "coyote", "--outcome", "no answer", "--effects")
    (task,) = acme("show", "coyote", "--json").json["tasks"]
    assert task["subject"] == "Call again"


def test_a_next_step_is_planned_with_the_call(acme: Offhook) -> None:
    acme("log", "call", "coyote", "--outcome", "callback", "--next", "in 3 weeks")
    (task,) = acme("show", "coyote", "--json").json["tasks"]
    assert (task["subject"], task["kind"]) == ("Call back", "call")
    assert acme("undo").out.startswith("Undid: Logged a call to Wile Coyote")
    assert acme("show", "coyote", "--json").json["tasks"] == []


def test_who_asked_not_to_be_called_is_not_called_again_however_late_that_is_logged(acme: Offhook) -> None:
    acme("log", "call", "coyote", "--outcome", "do not call", "--at", "yesterday 3pm")
    page = acme("show", "coyote", "--json").json
    assert page["contact"]["do_not_call"] is True
    assert page["tasks"] == []
    acme("log", "call", "coyote", "--outcome", "wrong number")
    assert acme("show", "coyote", "--json").json["contact"]["phones"][0]["bad"] == "wrong number"


@pytest.mark.parametrize("kind", ["note", "email", "meeting", "call"])
def test_every_kind_can_be_logged_with_a_deal(acme: Offhook, kind: str) -> None:
    entry = acme("log", kind, "coyote", "one", "--deal", "acme renewal", "--json").json["activity"]
    deal = the_deal(acme)["id"]
    assert entry["deal_id"] == deal


@pytest.mark.parametrize(
    ("arguments", "code", "says"),
    [
        (("call", "coyote", "--next", "tue 3pm"), 2, "--outcome"),
        (("call", "acme rockets", "--outcome", "busy", "--effects"), 2, "contact"),
        (("call", "coyote", "--outcome", "callback", "--effects"), 1, "when"),
        (("call", "coyote", "--outcome", "callback", "--next", "sometime"), 1, "sometime"),
        (("note", "coyote", "x", "--deal", "nothing"), 3, "nothing"),
    ],
)
def test_what_cannot_follow_is_said(acme: Offhook, arguments: tuple[str, ...], code: int, says: str) -> None:
    assert says in acme("log", *arguments, code=code).err
    assert acme("show", "coyote", "--json").json["tasks"] == []


# --- task and undo --------------------------------------------------------------------------------------------------


def test_a_task_says_back_when_it_is_due(acme: Offhook) -> None:
    told = acme("task", "coyote", "send", "the offer", "--due", "2026-12-01 15:00", "--kind", "call").out
    assert "send the offer" in told
    assert "15:00" in told
    answer = acme("task", "renewal", "look again", "--due", "2026-12-02", "--json").json
    assert answer["task"]["all_day"] is True
    assert answer["task"]["due_at"] == "2026-12-02T22:59:59Z"
    assert "2026-12-01 15:00" in acme("show", "coyote").out


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        (("coyote", "x", "--due", "someday"), 1),
        (("coyote", "x", "--due", "tue 3"), 1),
        (("coyote", "x", "--due", "tomorrow", "--kind", "party"), 1),
        (("coyote", "x"), 2),
        (("nobody", "x", "--due", "tomorrow"), 3),
    ],
)
def test_a_task_that_cannot_be_is_refused(acme: Offhook, arguments: tuple[str, ...], code: int) -> None:
    acme("task", *arguments, code=code)
    assert acme("show", "coyote", "--json").json["tasks"] == []


def test_undo_takes_back_one_change_after_the_other(acme: Offhook) -> None:
    acme("move", "renewal", "contacted")
    acme("task", "renewal", "call", "--due", "tomorrow")
    assert acme("undo").out.startswith("Undid: Task for Acme renewal")
    assert acme("show", "renewal", "--json").json["tasks"] == []
    assert set(acme("undo", "--json").json) == {
        "status",
        "summary",
        "changeset_id",
        "revision",
        "undoes",
        "unsent",
        "parked",
    }
    assert the_deal(acme)["stage"] == "New"


def test_where_there_is_nothing_to_undo_it_says_so(alone: Offhook) -> None:
    assert "nothing to undo" in alone("undo", code=3).err
