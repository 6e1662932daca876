"""What call mode says and keeps, without a terminal."""

from __future__ import annotations

import datetime as dt
from zoneinfo import ZoneInfo

import pytest

from core.calling.check import Verdict
from core.calling.outcomes import DEFAULT_OUTCOMES
from core.calling.queue import CallQueue
from core.calling.zones import Zones
from core.catalog import Catalog
from core.entities import Contact, Deal, Organization, Script, User
from core.workspace import Callee, Page, Reservation, Subject
from tui.models import call_state
from tui.models.briefing import Brief
from tui.models.call import CallList, CallSession, Ended, Phase
from tui.models.call_card import CallBrief, card_height, card_lines, their_time
from tui.models.call_letters import HEIGHT, big, spaced
from tui.models.call_script import FIELDS, lay_out, parse, script_for
from tui.models.call_words import default_step, when_typed
from tui.models.record_text import Scene

NOW = dt.datetime(2026, 3, 18, 9, 30, tzinfo=dt.UTC)
BERLIN = ZoneInfo("Europe/Berlin")
OUTCOMES = {outcome.key: outcome for outcome in DEFAULT_OUTCOMES}


def person(number=1, name="Anna Becker", **callee):
    """Somebody who may be called."""
    first, _, last = name.partition(" ")
    phone = {"value": f"+4930123456{number:02}", "label": "work"}
    contact = Contact(
        org_id="o",
        id=f"c{number}",
        book_id="b",
        first_name=first,
        last_name=last,
        phones=(phone,),
        lead_status="New",
    )
    known = {
        "id": contact.id, "name": name, "title": "Buyer", "book_id": "b", "company_id": None, "company": "Acme",
        "do_not_call": False, "phones": (phone,), "lead_status": "New", "time_zone": "", "country": "DE", "region": "",
        "city": "", "company_country": "", "company_region": "", "last_call_at": None, "calls_today": (), "attempts": 0,
        "last_attempt_at": None, "held_by": "", "held_until": None,
    }  # fmt: skip
    page = Page(contact, None, None, (), (), ())
    brief = Brief(Subject("contacts", contact.id), NOW, page, Callee(**{**known, **callee}), ())
    zones = Zones(("Europe/Berlin",), "Europe/Berlin", "", ())
    return CallBrief(brief, (phone,), zones, Verdict("ok", "", None, ()))


@pytest.fixture
def catalog():
    me = User(org_id="o", id="me", name="Mara Lindqvist", role="rep")
    return Catalog(me, Organization(org_id="o", id="o", name="Nordlicht", currency="EUR", country="DE"))


@pytest.fixture
def scene(catalog):
    return Scene(catalog, NOW, BERLIN)


@pytest.fixture
def session():
    return CallSession(CallList("Leads", ("c1", "c2", "c3")), CallQueue(["c1", "c2", "c3"]), "block", NOW)


def said(lines):
    return ["".join(piece.text for piece in line).rstrip() for line in lines]


# --- letters --------------------------------------------------------------------------------------------------------


def test_a_name_is_drawn_with_its_accents():
    assert big("Zoë Ük", 60) == [
        "          ▄  ▄   ▄  ▄      ",
        "▄▄▄▄  ▄▄  ▄▄▄▄   ▄  ▄ ▄  ▄ ",
        " ▄▄▀ █  █ █▄▄    █  █ █▄▀  ",
        "█▄▄▄ ▀▄▄▀ █▄▄▄   ▀▄▄▀ █ ▀▄ ",
    ]


@pytest.mark.parametrize(
    "name", ["Ķārlis Žagars", "Łukasz Đỗ", "Rocket 🚀 Ray", "Siobhán O’Brien", "Weiß", "ıiİ", "Þór Ærø"]
)
def test_every_latin_name_can_be_drawn(name):
    lines = big(name, 200)
    assert lines is not None
    assert len(lines) == HEIGHT
    assert len({len(line) for line in lines}) == 1


@pytest.mark.parametrize("name", ["健二 中村", "נועה לוי", "Анна", "Anna 中", ""])
def test_what_has_no_letters_is_not_half_drawn(name):
    assert big(name, 200) is None


def test_a_name_that_is_too_wide_is_spaced_and_one_that_is_wider_yet_stays_as_it_is():
    assert big("Anna Becker", 40) is None
    assert spaced("Anna Becker", 40) == "A N N A   B E C K E R"
    assert spaced("Anna Becker", 12) == "Anna Becker"
    assert spaced("健二 中村", 40) == "健二 中村"


# --- the card -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("width", "letters"), [(118, True), (78, True), (78, False), (38, False)])
def test_the_card_is_as_high_for_everybody(scene, width, letters):
    quiet = person()
    loud = CallBrief(
        person(name="Maximilian von und zu Hohenlohe-Langenburg", do_not_call=True, attempts=2, last_attempt_at=1_773_700_000).brief,
        (), Zones((), "", "", ()), Verdict("no", "They must not be called.", None, ("One notice.", "And another one.")),
        Reservation(False, "Jonas", NOW, True),
    )  # fmt: skip
    for call in (quiet, loud):
        lines = card_lines(call, scene, width, letters=letters)
        assert len(lines) == card_height(width, letters=letters)
        assert all(len(line) <= width for line in said(lines))


def test_the_card_says_who_where_when_and_how_often(scene):
    call = person(attempts=2, last_attempt_at=int((NOW - dt.timedelta(days=1)).timestamp()))
    lines = said(card_lines(call, scene, 78, letters=False))
    assert lines[0] == "A N N A   B E C K E R"
    assert lines[1] == "Buyer · Acme"
    assert lines[2].startswith("☎ 030 12345601 work")
    assert lines[2].endswith("10:30 Wed · Berlin")
    assert lines[3].startswith("3rd attempt, last Tue 10:30")
    assert lines[3].endswith("New")


def test_two_places_are_two_times():
    zones = Zones(("America/New_York", "America/Los_Angeles"), "America/New_York", "", ())
    call = CallBrief(person().brief, (), zones, Verdict("ok", "", None, ()))
    assert their_time(call, NOW) == ("05:30", "Wed · New York or 02:30 Los Angeles")
    nowhere = CallBrief(person().brief, (), Zones((), "", "", ()), Verdict("ask", "", None, ()))
    assert their_time(nowhere, NOW) == ("", "time there is not known")


# --- the script -----------------------------------------------------------------------------------------------------


def page(body, unfolded=(), **fields):
    laid_out = lay_out(parse(body), {**dict.fromkeys(FIELDS, ""), **fields}, 40, unfolded)
    return ["".join(span.text for span in line) for line in laid_out.lines], laid_out


def test_fields_are_filled_in_and_what_is_missing_is_seen():
    lines, _ = page("Hi {first_name|there}, {company}? {nonsense}", first_name="*Ann*")
    assert lines == ["Hi *Ann*, [company?]? {nonsense}"]
    assert page("Hi {first_name|there}!")[0] == ["Hi there!"]


def test_markdown_is_drawn_and_wrapped():
    lines, laid_out = page("# Opening\nSay **this** and\nthat.\n\n- one\n- [x] two\n> wait\n\n---\n`x`")
    assert lines == ["Opening", "Say this and that.", "", "• one", "☑ two", "┃ wait", "", "─" * 40, "x"]
    assert laid_out.lines[0][0].style == "heading"
    assert [span.style for span in laid_out.lines[1]] == ["text", "strong", "text"]
    assert max(map(len, page("word " * 60)[0])) <= 40
    assert page("x" * 100)[0] == ["x" * 40, "x" * 40, "x" * 20]


def test_objections_are_numbered_in_order_and_folded():
    body = "Hello\n## 3 Too dear\nWhy?\n## Objection: no time\nWhen?\n## Closing\nBye\n## 1 Last\nSo?"
    lines, laid_out = page(body)
    assert [line for line in lines if "▸" in line] == [" 1  ▸ Too dear", " 2  ▸ no time", " 3  ▸ Last"]
    assert "Bye" in lines
    assert "Why?" not in " ".join(lines)
    assert laid_out.objections == {1: 4, 2: 5, 3: 6}
    assert "  ┃ When?" in page(body, {2})[0]
    assert "\x1b" not in "".join(page("\x1b[31m{first_name}", first_name="\x1b]0;x")[0])


def test_the_nearest_script_is_read(catalog):
    def script(name, **where):
        return Script(org_id="o", id=name, name=name, user_id=where.pop("user_id", "other"), **where)

    deal = Deal(
        org_id="o", id="d", book_id="b", title="T", pipeline_id="p", stage_id="s", currency="EUR", outcome="open",
        stage_since=NOW,
    )  # fmt: skip
    scripts = [
        script("general"),
        script("pipeline", pipeline_id="p"),
        script("stage", stage_id="s", pipeline_id="p"),
        script("view", view_id="v"),
    ]
    filled = Catalog(catalog.me, catalog.organization, scripts=tuple(scripts))
    assert script_for(filled, view_id="v", deal=deal).name == "view"
    assert script_for(filled, deal=deal).name == "stage"
    assert (
        script_for(Catalog(catalog.me, catalog.organization, scripts=tuple(scripts[:2])), deal=deal).name
        == "pipeline"
    )
    assert script_for(filled).name == "general"
    assert script_for(catalog) is None
    own = Catalog(catalog.me, catalog.organization, scripts=(script("theirs"), script("zz", user_id="me")))
    assert script_for(own).name == "zz", "one's own before a shared one"


# --- the session ----------------------------------------------------------------------------------------------------


def test_talk_is_what_is_between_the_answer_and_the_outcome(session):
    session.queue.advance(NOW)
    session.show(person())
    session.dialled(NOW)
    assert session.timer(NOW + dt.timedelta(seconds=14)).text == "◌ ringing 0:14"
    session.answered(NOW + dt.timedelta(seconds=20))
    assert session.timer(NOW + dt.timedelta(seconds=95)).text == "● talking 1:15"
    command = session.command(
        Ended(OUTCOMES["interested"]), NOW + dt.timedelta(seconds=95), note="x", step=None, follow_up=True
    )
    assert (command.duration_s, command.started_at, command.number) == (75, NOW, "+493012345601")
    unanswered = session.command(Ended(OUTCOMES["no answer"]), NOW, note="", step=None, follow_up=True)
    assert unanswered.duration_s is None


def test_a_refused_call_counts_no_more_and_is_a_trouble_once_the_rep_has_gone_on(session):
    session.queue.advance(NOW)
    session.show(person())
    command = session.command(Ended(OUTCOMES["no answer"]), NOW, note="note", step=None, follow_up=True)
    session.has_logged(command, OUTCOMES["no answer"], "")
    assert session.figures == "1 call · 0 connects"
    session.queue.advance(NOW)
    session.show(person(2, "Jörg Müller"))
    logged = session.was_refused(command.id, "No.")
    assert (logged.name, logged.note) == ("Anna Becker", "note")
    assert session.figures == "0 calls · 0 connects"
    assert [trouble.contact_id for trouble in session.troubles] == ["c1"]
    assert session.was_refused(command.id, "No.") is None


def test_what_was_typed_is_there_when_they_are_up_again(session):
    session.show(person())
    session.typed("c1", "half a thought", "tue 3pm")
    session.show(person(2))
    session.show(session.seen("c1"))
    assert (session.current.draft, session.current.step_draft) == ("half a thought", "tue 3pm")
    assert session.phase is Phase.READY


class Kept(dict):
    """Drafts in a dictionary, for the session's keeper and as a workspace."""

    def keep(self, key, text):
        self[key] = text

    def drafts(self, prefix=""):
        return {key: text for key, text in self.items() if key.startswith(prefix)}


def test_a_session_outlives_the_program(session):
    kept = Kept()
    session.queue.advance(NOW)
    session.show(person())
    call_state.keep(kept, session)
    command = session.command(Ended(OUTCOMES["no answer"]), NOW, note="note", step=None, follow_up=True)
    session.has_logged(command, OUTCOMES["no answer"], "tue")
    session.queue.advance(NOW)
    call_state.keep(kept, session)
    again = call_state.restore(kept)
    assert (again.calls.name, again.block, again.queue.current) == ("Leads", "block", "c2")
    assert (again.left, again.total, again.made) == (2, 3, 1)
    assert again.logged[command.id].note == "note"
    assert again.queue.undo_last() == ("c1", command.id)
    assert call_state.resumable(kept).words == "Calling Leads was left: 2 of 3 to go."


@pytest.mark.parametrize("broken", ["", "{}", "[1", '{"block": 1}'])
def test_a_session_that_cannot_be_read_is_none(session, broken):
    kept = Kept()
    call_state.keep(kept, session)
    kept[call_state.BLOCK] = broken
    assert call_state.restore(kept) is None


def test_a_list_that_was_gone_through_is_not_offered(session):
    kept = Kept()
    for _ in range(3):
        contact_id = session.queue.advance(NOW)
        session.queue.logged(contact_id, contact_id, "no answer")
    call_state.keep(kept, session)
    assert call_state.restore(kept) is None


# --- the next step --------------------------------------------------------------------------------------------------


def test_what_an_outcome_plans_is_said_before_it_is_done():
    step = default_step(OUTCOMES["interested"], NOW, BERLIN, None)
    assert (step.subject, step.all_day, when_typed(step, NOW, BERLIN)) == (
        "Send what they asked for",
        True,
        "Fri 20 Mar",
    )
    assert default_step(OUTCOMES["callback"], NOW, BERLIN, None) is None
    assert default_step(OUTCOMES["not a fit"], NOW, BERLIN, None) is None
