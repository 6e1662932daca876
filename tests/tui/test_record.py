from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

import pytest

from core.commands.activities import LogActivity
from core.commands.contacts import DeleteContacts, EditContact
from core.commands.deals import EditDeal, MoveDeal
from core.commands.tasks import CreateTask
from core.entities import Company, Contact, Deal
from core.schema import Role, fields_of
from storage.solo import SoloWorkspace
from tui.app import OffhookApp
from tui.models.ladder import ladder
from tui.models.record_text import Scene, company_details, contact_details, deal_details
from tui.screens.record import RecordScreen
from tui.widgets.details import Details
from tui.widgets.lists import DealsBeside
from tui.widgets.stages import StageLadder, StageStrip
from tui.widgets.tasks import TaskList
from tui.widgets.timeline import Timeline

WIDE = (120, 40)


@pytest.fixture
def record(
    ready: Callable[..., Any], wait_until: Callable[..., Any], settle: Callable[..., Any]
) -> Callable[..., Any]:
    """`screen = await record(pilot, "contacts", id)`: a record's screen with everything in it."""

    async def go(pilot: Any, table: str, record_id: str) -> RecordScreen:
        if not isinstance(pilot.app.screen, RecordScreen):
            await ready(pilot)
        pilot.app.open_record(table, record_id)
        await wait_until(pilot, lambda: getattr(pilot.app.screen, "record_id", "") == record_id)
        await wait_until(pilot, lambda: pilot.app.screen.page is not None)
        await settle(pilot)
        return pilot.app.screen

    return go


def text_of(widget: Any) -> str:
    return "\n".join(widget.render_line(y).text.rstrip() for y in range(widget.size.height))


def stage(workspace: SoloWorkspace, name: str) -> str:
    catalog = workspace.catalog()
    return next(s.id for s in catalog.stages_of(catalog.pipelines[0].id) if s.name == name)


# --- contact --------------------------------------------------------------------------------------------------------


async def test_a_contact_shows_what_is_known_what_happened_and_what_hangs_on_it(
    app: OffhookApp, record: Callable[..., Any], floor: SimpleNamespace
) -> None:
    async with app.run_test(size=WIDE) as pilot:
        screen = await record(pilot, "contacts", floor.uid("contact", 1))
        details, timeline = text_of(screen.query_one(Details)), text_of(screen.timeline)
        for words in (
            "Head of Operations",
            "Acme Robotics",
            "030 12345601",
            "anna.becker@",
            "Wed 10:30 · Berlin",
        ):
            assert words in details
        assert "all 34" in timeline
        assert "Visit to the works" in timeline
        assert "Acme: picking robots" in text_of(screen.query_one(DealsBeside))
        assert "! 2d     Send the revised offer" in text_of(screen.query_one(TaskList))


async def test_a_note_appears_in_the_timeline_and_a_task_is_ticked_off(
    app: OffhookApp, record: Callable[..., Any], floor: SimpleNamespace, wait_until: Callable[..., Any]
) -> None:
    async with app.run_test(size=WIDE) as pilot:
        screen = await record(pilot, "contacts", floor.uid("contact", 1))
        await pilot.press("a")
        await wait_until(pilot, lambda: app.screen is not screen)
        await pilot.press(*"Call back", "ctrl+s")
        await wait_until(pilot, lambda: "Call back" in text_of(screen.timeline))
        await pilot.press("tab", "tab", "tab")
        assert screen.query_one(TaskList).has_focus
        await pilot.press("d")
        await wait_until(pilot, lambda: "Send the revised offer" not in text_of(screen.query_one(TaskList)))
        assert "Done  Send the revised offer" in text_of(screen.timeline)
        await pilot.press("u")
        await wait_until(pilot, lambda: "Send the revis" in text_of(screen.query_one(TaskList)))


async def test_do_not_call_is_loud(
    app: OffhookApp, record: Callable[..., Any], floor: SimpleNamespace, workspace: SoloWorkspace
) -> None:
    edit = EditContact(contact_id=floor.uid("contact", 1), values={"do_not_call": True})
    assert workspace.execute(edit).applied
    async with app.run_test(size=WIDE) as pilot:
        screen = await record(pilot, "contacts", floor.uid("contact", 1))
        assert "⊘ DO NOT CALL" in text_of(screen.query_one(Details)).splitlines()[0]


async def test_an_entry_is_corrected_in_the_timeline_and_the_record_elsewhere(
    app: OffhookApp, record: Callable[..., Any], floor: SimpleNamespace, wait_until: Callable[..., Any]
) -> None:
    async with app.run_test(size=WIDE) as pilot:
        screen = await record(pilot, "contacts", floor.uid("contact", 1))
        await pilot.press("e")
        await wait_until(pilot, lambda: app.screen is not screen)
        assert "Edit contact" in app.screen._title  # type: ignore[attr-defined]
        await pilot.press("escape", "tab", "f", "f", "f", "f")
        await wait_until(pilot, lambda: {e.activity.kind for e in screen.timeline.entries} == {"note"})
        await pilot.press("e")
        await wait_until(pilot, lambda: app.screen is not screen)
        assert "Edit note" in app.screen._title  # type: ignore[attr-defined]


async def test_a_field_under_the_cursor_is_opened_or_edited(
    app: OffhookApp, record: Callable[..., Any], floor: SimpleNamespace, wait_until: Callable[..., Any]
) -> None:
    async with app.run_test(size=WIDE) as pilot:
        screen = await record(pilot, "contacts", floor.uid("contact", 1))
        await pilot.press("down", "enter")
        await wait_until(pilot, lambda: type(app.screen).__name__ == "CompanyScreen")
        await wait_until(pilot, lambda: app.screen.page is not None)  # type: ignore[attr-defined]
        await pilot.press("backspace")
        assert app.screen is screen
        await pilot.press("down", "enter")
        await wait_until(pilot, lambda: app.screen is not screen)
        assert app.screen.focused is not None
        assert "30 12345601" in app.screen.focused.value  # type: ignore[attr-defined]


async def test_what_others_write_comes_in_without_moving_what_is_read(
    app: OffhookApp,
    record: Callable[..., Any],
    floor: SimpleNamespace,
    wait_until: Callable[..., Any],
    workspace: SoloWorkspace,
) -> None:
    anna = floor.uid("contact", 1)
    async with app.run_test(size=(120, 20)) as pilot:
        screen = await record(pilot, "contacts", anna)
        await pilot.press("tab", "pagedown", "pagedown")
        before = text_of(screen.timeline).splitlines()[1:]
        note = LogActivity(table="contacts", record_id=anna, kind="note", body="From elsewhere")
        assert workspace.execute(note).applied
        assert workspace.execute(EditContact(contact_id=anna, values={"title": "Director"})).applied
        await wait_until(pilot, lambda: "Director" in text_of(screen.query_one(Details)))
        assert text_of(screen.timeline).splitlines()[1:] == before
        await pilot.press("home")
        assert "From elsewhere" in text_of(screen.timeline)


async def test_a_record_that_somebody_deletes_says_so_and_comes_back(
    app: OffhookApp,
    record: Callable[..., Any],
    floor: SimpleNamespace,
    wait_until: Callable[..., Any],
    workspace: SoloWorkspace,
) -> None:
    tom = floor.uid("contact", 21)
    async with app.run_test(size=WIDE) as pilot:
        screen = await record(pilot, "contacts", tom)
        assert workspace.execute(DeleteContacts(contact_ids=(tom,))).applied
        await wait_until(pilot, lambda: "deleted" in screen.title_bar.render_line(0).text)
        assert "Ludmila" in screen.title_bar.render_line(0).text
        await pilot.press("a")
        assert app.screen is screen, "nothing can be written about what is gone"
        await pilot.press("u")
        await wait_until(pilot, lambda: "deleted" not in screen.title_bar.render_line(0).text)


async def test_deleting_goes_back_to_where_one_came_from(
    app: OffhookApp, record: Callable[..., Any], floor: SimpleNamespace, wait_until: Callable[..., Any]
) -> None:
    async with app.run_test(size=WIDE) as pilot:
        screen = await record(pilot, "contacts", floor.uid("contact", 21))
        await pilot.press("D")
        await wait_until(pilot, lambda: app.screen is not screen)
        await pilot.press("y")
        await wait_until(pilot, lambda: type(app.screen).__name__ == "PipelineScreen")


async def test_brackets_walk_along_the_list(
    app: OffhookApp, ready: Callable[..., Any], wait_until: Callable[..., Any], settle: Callable[..., Any]
) -> None:
    async with app.run_test(size=WIDE) as pilot:
        await ready(pilot)
        await pilot.press("g", "c")
        await ready(pilot, "ContactsScreen")
        await pilot.press("enter")
        await wait_until(pilot, lambda: getattr(app.screen, "page", None) is not None)
        screen = app.screen
        names = []
        for key in ("right_square_bracket", "right_square_bracket", "left_square_bracket"):
            await pilot.press(key)
            await wait_until(pilot, lambda: screen.page is not None)  # type: ignore[attr-defined]
            names.append(screen.page.contact.last_name)  # type: ignore[attr-defined]
        assert names == ["de Vries", "Doe", "de Vries"]


async def test_a_screen_that_is_used_again_shows_nothing_of_the_one_before(
    app: OffhookApp, record: Callable[..., Any], floor: SimpleNamespace
) -> None:
    async with app.run_test(size=WIDE) as pilot:
        first = await record(pilot, "contacts", floor.uid("contact", 1))
        await pilot.press("tab", "down", "escape")
        app.open_record("contacts", floor.uid("contact", 25))
        assert app.screen is first
        seen = "\n".join(text_of(w) for w in first.query("Details, Timeline, Table, TitleBar"))
        assert "Anna" not in seen
        assert "Acme" not in seen
        second = await record(pilot, "contacts", floor.uid("contact", 24))
        assert second is not first, "one that is on the stack is not touched"
        assert first.record_id == floor.uid("contact", 25)


# --- deal -----------------------------------------------------------------------------------------------------------


async def test_a_deal_moves_by_one_key_and_back_by_another(
    app: OffhookApp,
    record: Callable[..., Any],
    floor: SimpleNamespace,
    wait_until: Callable[..., Any],
    workspace: SoloWorkspace,
) -> None:
    deal = floor.uid("deal", 3)
    async with app.run_test(size=WIDE) as pilot:
        screen = await record(pilot, "deals", deal)
        assert "▶ Qualified" in screen.query_one(StageStrip).render_line(0).text
        await pilot.press("L")
        await wait_until(pilot, lambda: "▶ Proposal" in screen.query_one(StageStrip).render_line(0).text)
        assert workspace.record("deals", deal).stage_id == stage(workspace, "Proposal")
        assert "Qualified → Proposal" in text_of(screen.timeline)
        await pilot.press("u")
        await wait_until(pilot, lambda: "▶ Qualified" in screen.query_one(StageStrip).render_line(0).text)


async def test_a_refused_move_says_what_is_possible(
    app: OffhookApp, record: Callable[..., Any], floor: SimpleNamespace, workspace: SoloWorkspace
) -> None:
    async with app.run_test(size=WIDE) as pilot:
        screen = await record(pilot, "deals", floor.uid("deal", 3))
        await pilot.press("W")
        await pilot.pause()
        said = screen.query_one("StatusBar").render_line(0).text  # type: ignore[attr-defined]
        assert "Invalid move: Qualified → Won. From Qualified: Proposal, Lost" in said
        await pilot.press("9")
        assert "7 stages" in screen.query_one("StatusBar").render_line(0).text  # type: ignore[attr-defined]
        assert workspace.record("deals", floor.uid("deal", 3)).outcome == "open"


async def test_losing_asks_why_and_leaving_the_question_loses_nothing(
    app: OffhookApp,
    record: Callable[..., Any],
    floor: SimpleNamespace,
    wait_until: Callable[..., Any],
    workspace: SoloWorkspace,
) -> None:
    deal = floor.uid("deal", 3)
    async with app.run_test(size=WIDE) as pilot:
        screen = await record(pilot, "deals", deal)
        await pilot.press("X")
        await wait_until(pilot, lambda: app.screen is not screen)
        await pilot.press("escape")
        assert workspace.record("deals", deal).outcome == "open"
        await pilot.press("X")
        await wait_until(pilot, lambda: app.screen is not screen)
        await pilot.press("1")
        await wait_until(pilot, lambda: workspace.record("deals", deal).outcome == "lost")
        await wait_until(pilot, lambda: "✗ lost" in text_of(screen.query_one(Details)))
        assert workspace.record("deals", deal).lost_reason == "Price"


async def test_history_tells_who_changed_what(
    app: OffhookApp,
    record: Callable[..., Any],
    floor: SimpleNamespace,
    wait_until: Callable[..., Any],
    workspace: SoloWorkspace,
) -> None:
    deal = floor.uid("deal", 1)
    edit = EditDeal(deal_id=deal, values={"value_minor": 5_000_000, "custom.seats": 12})
    assert workspace.execute(edit).applied
    async with app.run_test(size=WIDE) as pilot:
        screen = await record(pilot, "deals", deal)
        await pilot.press("h")
        await wait_until(
            pilot, lambda: app.screen is not screen and app.screen.query_one("#history-list").count
        )  # type: ignore[attr-defined]
        await pilot.pause()
        fields = text_of(app.screen.query_one("#history-fields"))
        assert "€48,000.00 → €50,000.00" in fields
        assert "Seats" in fields
        assert "Mara Lindqvist" in text_of(app.screen.query_one("#history-list"))
        await pilot.press("escape")
        assert app.screen is screen


async def test_who_a_deal_is_with_is_chosen(
    app: OffhookApp,
    record: Callable[..., Any],
    floor: SimpleNamespace,
    wait_until: Callable[..., Any],
    workspace: SoloWorkspace,
) -> None:
    deal = floor.uid("deal", 1)
    async with app.run_test(size=WIDE) as pilot:
        screen = await record(pilot, "deals", deal)
        await pilot.press("O")
        await wait_until(pilot, lambda: app.screen is not screen)
        await pilot.press(*"fischer", "enter")
        await wait_until(
            pilot, lambda: workspace.record("deals", deal).contact_id == floor.uid("contact", 20)
        )
        await wait_until(pilot, lambda: "Tom Fischer" in text_of(screen.query_one(Details)))


# --- everything is shown --------------------------------------------------------------------------------------------

BESIDE = {"id", "deleted_at", "pipeline_id", "stage_id", "stage_since", "closed_at", "outcome", "lost_reason", "position",
          "company_id", "contact_id", "book_id", "custom", "currency", "value_minor", "first_name", "last_name", "external_ids"}  # fmt: skip
"""Fields that are shown by other words than their own, elsewhere on the screen, or are for imports alone."""


@pytest.mark.parametrize(
    ("table", "record_class", "details", "ids"),
    [
        ("contacts", Contact, contact_details, ("contact", 1)),
        ("deals", Deal, deal_details, ("deal", 1)),
        ("companies", Company, company_details, ("company", 1)),
    ],
)
def test_every_field_is_shown_and_can_be_edited(
    table: str,
    record_class: type[Any],
    details: Callable[..., Any],
    ids: tuple[str, int],
    workspace: SoloWorkspace,
    floor: SimpleNamespace,
) -> None:
    page = workspace.page(table, floor.uid(*ids))
    rows = details(page, Scene(workspace.catalog(), floor.NOW, floor.ZONE))
    editable = {row.field.removesuffix("_name") for row in rows}
    unset = next((row.value for row in rows if row.label == "Not set"), "")
    data = {n for n, f in fields_of(record_class).items() if f.role is Role.DATA} - BESIDE
    for name in data:
        label = {"lead_status": "status", "emails": "e-mail", "phones": "phone", "title": "title", "time_zone": "time",
                 "expected_close": "closes", "description": "about"}.get(name, name)  # fmt: skip
        label = "description" if name == "description" and table == "deals" else label
        shown = name in editable or label.replace("_", " ") in unset
        assert shown, f"{name} of {table} is neither shown nor offered"
    for custom in workspace.catalog().fields_for(table):
        assert f"custom.{custom.key}" in editable or custom.label.lower() in unset


def test_the_ladder_adds_up_the_time_in_each_stage(workspace: SoloWorkspace, floor: SimpleNamespace) -> None:
    from core.workspace import Subject

    deal_id = floor.uid("deal", 1)
    moves = workspace.timeline(Subject("deals", deal_id), kinds=("stage_change",))
    rungs = ladder(workspace.record("deals", deal_id), moves, workspace.catalog(), floor.NOW)
    days = {r.stage.name: None if r.seconds is None else round(r.seconds / 86_400) for r in rungs}
    assert days == {
        "New": 5, "Contacted": 15, "Qualified": 20, "Proposal": 17, "Negotiation": 3, "Won": None, "Lost": None,
    }  # fmt: skip
    assert [r.stage.name for r in rungs if r.here] == ["Negotiation"]
    assert [r.number for r in rungs] == [1, 2, 3, 4, 5, 6, 7]


def test_a_deal_that_came_back_has_both_its_stays_counted(
    workspace: SoloWorkspace, floor: SimpleNamespace, clock: Any
) -> None:
    from core.workspace import Subject

    deal_id = floor.uid("deal", 12)
    moved = MoveDeal(
        deal_id=deal_id, stage_id=stage(workspace, "New"), from_stage_id=stage(workspace, "Lost")
    )
    assert workspace.execute(moved).applied
    clock.now += dt.timedelta(days=4)
    moves = workspace.timeline(Subject("deals", deal_id), kinds=("stage_change",))
    rungs = ladder(workspace.record("deals", deal_id), moves, workspace.catalog(), clock.now)
    days = {r.stage.name: round(r.seconds / 86_400) for r in rungs if r.seconds is not None}
    assert days == {"New": 2 + 4, "Contacted": 31, "Lost": 7}


# --- hostile data, small terminals, looks ---------------------------------------------------------------------------


async def test_hostile_data_breaks_no_screen(
    app: OffhookApp,
    record: Callable[..., Any],
    floor: SimpleNamespace,
    workspace: SoloWorkspace,
) -> None:
    anna = floor.uid("contact", 1)
    wild = "👩‍👩‍👧‍👦 משה والسلام Ł" * 20
    values = {
        "first_name": wild[:290], "title": "x" * 300, "city": wild[:200], "description": f"{wild}\n" * 300,
        "tags": [wild[:40], "y" * 40], "emails": [{"value": f"{'a' * 60}@{'b' * 60}.example", "label": "z" * 40}],
    }  # fmt: skip
    answer = workspace.execute(EditContact(contact_id=anna, values=values))
    assert answer.applied, answer.reason
    note = LogActivity(table="contacts", record_id=anna, kind="note", body="🐝 word " * 12_000)
    assert workspace.execute(note).applied
    task = CreateTask(
        table="contacts", record_id=anna, subject=wild[:250], due_at=floor.NOW + dt.timedelta(days=900)
    )
    assert workspace.execute(task).applied
    async with app.run_test(size=WIDE) as pilot:
        screen = await record(pilot, "contacts", anna)
        for size in (WIDE, (80, 24), (40, 30), (20, 5), (6, 3), (1, 1), WIDE):
            await pilot.resize_terminal(*size)
            await pilot.press("down", "tab", "enter", "end", "tab", "tab", "tab")
            for widget in screen.query("Details, Timeline, Table, TitleBar, StageStrip, PaneBar"):
                for y in range(widget.size.height):
                    assert widget.render_line(y).cell_length == widget.size.width, (widget, size)  # type: ignore[attr-defined]


async def test_forty_columns_show_one_pane_at_a_time(
    app: OffhookApp, record: Callable[..., Any], floor: SimpleNamespace
) -> None:
    async with app.run_test(size=(40, 30)) as pilot:
        screen = await record(pilot, "deals", floor.uid("deal", 1))

        def in_sight() -> list[str]:
            kinds = (Details, Timeline, StageLadder, TaskList)
            return [kind.__name__ for kind in kinds if screen.query_one(kind).region.height > 0]

        seen = [in_sight()]
        for _ in range(3):
            await pilot.press("tab")
            await pilot.pause()
            seen.append(in_sight())
        assert seen == [["Details"], ["Timeline"], ["StageLadder", "TaskList"], ["StageLadder", "TaskList"]]
        assert "4 • Proposal" in text_of(screen.query_one(StageLadder)).replace("  ", " ")


@pytest.mark.parametrize(
    ("table", "kind"), [("contacts", "contact"), ("deals", "deal"), ("companies", "company")]
)
def test_records_look(
    app: OffhookApp,
    snap: Callable[..., bool],
    record: Callable[..., Any],
    floor: SimpleNamespace,
    size: tuple[int, int],
    table: str,
    kind: str,
) -> None:
    async def go(pilot: Any) -> None:
        await record(pilot, table, floor.uid(kind, 1))
        await pilot.press("tab")

    assert snap(app, size, before=go)
