"""Editing records: only what was touched is sent, both of two people's work survives, nothing typed is lost."""

from __future__ import annotations

import datetime as dt

import pytest
from textual.widgets import Input, TextArea

from core.commands.companies import EditCompany
from core.commands.contacts import EditContact
from core.commands.deals import DeleteDeals, EditDeal, MoveDeal
from core.commands.setup import DefineField
from core.commands.tasks import EditTask
from core.errors import Invalid
from core.money import Money
from tui.dialogs.conflict import ConflictDialog
from tui.dialogs.fields import FormField, read, shown
from tui.dialogs.form import Form
from tui.flows import records, tasks
from tui.flows.run import run
from tui.widgets.sides import Sides

ZONE = dt.UTC
NOW = dt.datetime(2026, 3, 18, 9, 30, tzinfo=dt.UTC)


@pytest.fixture
def app(make_app):
    return make_app(quiet=True)


@pytest.fixture
def enter(ready, settle):
    """`await enter(pilot, name=text, …)`: types into the form in front, field by field, all at once."""

    async def type_in(pilot, **texts):
        for name, text in texts.items():
            widget = pilot.app.screen._widgets[name.replace("__", ".")]
            if isinstance(widget, TextArea):
                widget.text = text
            elif isinstance(widget, Input):
                widget.value = text
            else:
                while widget.value != text:
                    widget._go(widget._index + 1)
        await pilot.pause()

    return type_in


async def save(pilot, settle):
    pilot.app.screen.action_save()
    await settle(pilot)


def shown_in(dialog):
    """Everything that stands in a dialog."""
    return "\n".join(
        str(one.render()) for one in dialog.query("Static") if one.display and str(one.render()).strip()
    )


# --- what is typed, and what it means -----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("kind", "value", "text"),
    [
        ("money", Money(4_800_000, "EUR"), "48,000 EUR"),
        ("money", Money(2_999_999, "EUR"), "29,999.99 EUR"),
        ("money", Money(1_500_000, "JPY"), "1,500,000 JPY"),
        ("money", Money(1_234, "KWD"), "1.234 KWD"),
        ("money", Money(2**53, "EUR"), "90,071,992,547,409.92 EUR"),
        ("money", Money(5, "EUR"), "0.05 EUR"),
        ("date", dt.date(2026, 12, 24), "2026-12-24"),
        ("number", 1200, "1200"),
        ("number", 2.5, "2.5"),
        ("percent", 40, "40"),
        ("tags", ("vip", "key-account"), "vip key-account"),
        ("points", ({"value": "ann@acme.example", "label": "work"},), "ann@acme.example work"),
        (
            "points",
            ({"value": "+49 171 1234567", "label": "mobile"}, {"value": "+49 30 123456", "label": "second floor"}),
            "+49 171 1234567 mobile, +49 30 123456 (second floor)",
        ),
        ("points", ({"value": "+49 30 123456", "label": "office 2"},), "+49 30 123456 (office 2)"),
        (
            "points",
            ({"value": "+49 30 123456", "label": "front desk", "bad": "wrong number"}, {"value": "+49 30 9912345", "label": "work"}),
            "+49 30 123456 (front desk) ! wrong number, +49 30 9912345 work",
        ),
        ("points", ({"value": "+49 30 123456 ext. 12", "label": "work"},), "+49 30 123456 ext. 12 work"),
        ("text", "two\nlines", "two\nlines"),
    ],
)  # fmt: skip
def test_a_value_is_shown_as_it_can_be_typed(kind, value, text):
    field = FormField("x", "X", kind, value, currency="EUR")
    assert shown(field) == text
    again = read(field, text, now=NOW, zone=ZONE)
    assert (again, type(again)) == (value, type(value))


@pytest.mark.parametrize(
    ("kind", "text", "value"),
    [
        ("money", "12.5k", Money(1_250_000, "EUR")),
        ("money", "$ 900", Money(90_000, "USD")),
        ("date", "in 2 weeks", dt.date(2026, 4, 1)),
        ("date", "tomorrow", dt.date(2026, 3, 19)),
        ("number", "1,200", 1200),
        ("number", "-3", -3),
        ("number", "٣", 3),
        ("percent", "40 %", 40),
        ("tags", "#vip, Key vip", ("vip", "Key")),
        ("points", "030 123456;0171 99 mobile\n", ({"value": "030 123456", "label": ""}, {"value": "0171 99", "label": "mobile"})),
        ("points", "nonsense", ({"value": "nonsense", "label": ""},)),
        ("money", " ", None),
        ("tags", "", ()),
        ("flag", "", False),
    ],
)  # fmt: skip
def test_people_may_type_in_many_ways(kind, text, value):
    assert read(FormField("x", "X", kind, currency="EUR"), text, now=NOW, zone=ZONE) == value


@pytest.mark.parametrize(
    ("kind", "text", "words"),
    [
        ("number", "1,2", "“1,2” is not a number. Try 1200 or 2.5."),
        ("number", "1e9", "is not a number"),
        ("percent", "2.5", "X is a whole percentage."),
        ("money", "a lot", "is not an amount"),
        ("date", "someday", "is not a time I can read"),
    ],
)
def test_what_cannot_be_read_is_said_at_its_field(kind, text, words):
    with pytest.raises(Invalid) as caught:
        read(FormField("x", "X", kind, currency="EUR"), text, now=NOW, zone=ZONE)
    assert words in caught.value.fields["x"]


# --- editing ------------------------------------------------------------------------------------------------------


async def test_only_what_was_touched_is_sent(app, ready, start, settle, enter, workspace, colleague, floor):
    """A colleague's edit of another field, made while the form was open, survives; and is not even mentioned."""
    deal = floor.uid("deal", 1)
    async with app.run_test(size=(80, 24)) as pilot:
        await ready(pilot, "QuietScreen")
        await start(pilot, records.edit(app.screen, "deals", deal))
        workspace.execute(EditDeal(deal_id=deal, values={"source": "fair"}))
        await enter(pilot, next_step="Send the contract")
        await save(pilot, settle)
        assert not isinstance(app.screen, Form)
    after = workspace.record("deals", deal)
    assert (after.next_step, after.source) == ("Send the contract", "fair")
    (latest, *_) = workspace.history("deals", deal)
    assert {change.table: dict(change.set) for change in latest.changeset.changes}["deals"] == {
        "next_step": "Send the contract"
    }


async def test_saving_an_untouched_form_writes_nothing(app, ready, start, settle, workspace, floor):
    before = len(workspace.history("contacts", floor.uid("contact", 1)))
    async with app.run_test(size=(80, 24)) as pilot:
        await ready(pilot, "QuietScreen")
        await start(pilot, records.edit(app.screen, "contacts", floor.uid("contact", 1)))
        await save(pilot, settle)
        assert not app.screen.is_modal
    assert len(workspace.history("contacts", floor.uid("contact", 1))) == before


async def test_money_in_another_currency_and_no_money_at_all(
    app, ready, start, settle, enter, workspace, floor, said
):
    deal = floor.uid("deal", 1)
    async with app.run_test(size=(80, 24)) as pilot:
        await ready(pilot, "QuietScreen")
        await start(pilot, records.edit(app.screen, "deals", deal))
        await enter(
            pilot, value="CHF 52'000.50", probability="40 %", expected_close="in 2 weeks", tags="q3 #VIP"
        )
        await save(pilot, settle)
        one = workspace.record("deals", deal)
        assert (one.value_minor, one.currency, one.probability) == (5_200_050, "CHF", 40)
        assert one.expected_close == dt.date(2026, 4, 1)
        assert sorted(one.tags) == ["q3", "vip"]
        assert said(app) == "Edited Acme: picking robots · u undoes"
        await start(pilot, records.edit(app.screen, "deals", deal))
        await enter(pilot, value="", probability="", expected_close="", tags="", company_name="")
        await save(pilot, settle)
    one = workspace.record("deals", deal)
    assert (one.value_minor, one.currency, one.probability, one.expected_close) == (None, "CHF", None, None)
    assert (one.tags, one.company_id) == ((), None)


async def test_custom_fields_keep_their_kinds(app, ready, start, settle, enter, workspace, floor):
    for label, kind in (("Discount", "number"), ("Remark", "text")):
        assert workspace.execute(DefineField(entity="deals", label=label, kind=kind)).applied
    deal = floor.uid("deal", 1)
    async with app.run_test(size=(80, 24)) as pilot:
        await ready(pilot, "QuietScreen")
        await start(pilot, records.edit(app.screen, "deals", deal))
        await enter(
            pilot, custom__seats="1,200", custom__discount="2.5", custom__go_live="24 dec 2026", custom__reference="yes",
            custom__contract="yearly", custom__offer="acme.com/offer", custom__remark="“soon”",
        )  # fmt: skip
        await save(pilot, settle)
        assert dict(workspace.record("deals", deal).custom) == {
            "seats": 1200, "discount": 2.5, "go_live": "2026-12-24", "reference": True, "contract": "yearly",
            "offer": "https://acme.com/offer", "remark": "“soon”",
        }  # fmt: skip
        await start(pilot, records.edit(app.screen, "deals", deal))
        assert app.screen._typed()["custom.go_live"] == "2026-12-24"
        await enter(pilot, custom__seats="", custom__reference="", custom__offer="not an address")
        await save(pilot, settle)
        assert "Offer is a web address" in app.screen._rows["custom.offer"].error
        await enter(pilot, custom__offer="")
        await save(pilot, settle)
    kept = workspace.record("deals", deal).custom
    assert kept.get("seats") is None
    assert kept.get("reference") is False
    assert "offer" not in kept


async def test_phones_and_mails_with_labels_in_the_order_in_which_they_are_dialled(
    app, ready, start, settle, enter, workspace, floor
):
    contact = floor.uid("contact", 1)
    async with app.run_test(size=(80, 24)) as pilot:
        await ready(pilot, "QuietScreen")
        await start(pilot, records.edit(app.screen, "contacts", contact))
        assert app.screen._typed()["phones"] == "+49 30 12345601 mobile"
        await enter(
            pilot, phones="+49 171 1234567 mobile, 030 12345601 (second floor)",
            emails="a.becker@acme.example home, anna.becker@acme.example work",
        )  # fmt: skip
        await save(pilot, settle)
        one = workspace.record("contacts", contact)
        assert [dict(p) for p in one.phones] == [
            {"value": "+491711234567", "label": "mobile"},
            {"value": "+493012345601", "label": "second floor"},
        ]
        await start(pilot, records.edit(app.screen, "contacts", contact))
        typed = app.screen._typed()["phones"]
        assert typed == "+49 171 1234567 mobile, +49 30 12345601 (second floor)"
        await enter(pilot, phones=", ".join(reversed(typed.split(", "))))
        await save(pilot, settle)
    one = workspace.record("contacts", contact)
    assert [p["label"] for p in one.phones] == ["second floor", "mobile"]
    assert [p["value"] for p in one.emails] == ["a.becker@acme.example", "anna.becker@acme.example"]


async def test_a_refusal_stands_at_its_field_and_keeps_everything(
    app, ready, start, settle, enter, workspace, floor
):
    contact = floor.uid("contact", 1)
    async with app.run_test(size=(80, 24)) as pilot:
        await ready(pilot, "QuietScreen")
        await start(pilot, records.edit(app.screen, "contacts", contact))
        await enter(pilot, city="Hamburg", phones="12", emails="ann@", description="long text")
        await save(pilot, settle)
        form = app.screen
        assert "“12” " in form._rows["phones"].error
        assert "“ann@” is not an e-mail address" in form._rows["emails"].error
        assert form.focused is form._widgets["phones"]
        assert form._typed()["city"] == "Hamburg"
        assert workspace.record("contacts", contact).city == "Berlin"
        await enter(pilot, phones="+49 30 5550199", emails="ann@acme.example")
        await save(pilot, settle)
    one = workspace.record("contacts", contact)
    assert (one.city, one.description, one.phones[0]["value"]) == ("Hamburg", "long text", "+49305550199")


async def test_the_company_is_completed_while_typing(app, ready, start, settle, wait_until, workspace, floor):
    contact = floor.uid("contact", 17)  # Carlos, who works for nobody yet
    async with app.run_test(size=(80, 24)) as pilot:
        await ready(pilot, "QuietScreen")
        await start(pilot, records.edit(app.screen, "contacts", contact, focus="company_name"))
        line = app.screen.focused
        await pilot.press(*"acm")
        await wait_until(pilot, lambda: line._suggestion == "Acme Robotics")
        await pilot.press("right")
        assert line.value == "Acme Robotics"
        await save(pilot, settle)
    assert workspace.record("contacts", contact).company_id == floor.uid("company", 1)
    assert len(workspace.companies("acme")) == 1


async def test_a_likely_duplicate_is_said_while_typing(
    app, ready, start, settle, enter, wait_until, workspace
):
    async with app.run_test(size=(80, 24)) as pilot:
        await ready(pilot, "QuietScreen")
        worker = await start(pilot, records.new_contact(app.screen))
        await enter(pilot, first_name="Pawel", last_name="Wojcik")
        notice = app.screen.query_one(".dialog--notice")
        await wait_until(pilot, lambda: "Paweł Wójcik" in str(notice.render()))
        await enter(pilot, last_name="Kowalski")
        await wait_until(pilot, lambda: not notice.display)
        await save(pilot, settle)
        await worker.wait()
    assert workspace.record("contacts", worker.result).name == "Pawel Kowalski"


# --- two people, one field ----------------------------------------------------------------------------------------


@pytest.fixture
def clash(app, ready, start, settle, enter, workspace, colleague, floor):
    """Opens the form, lets Jonas change the value meanwhile, types another one and a next step, and saves."""

    async def begin(pilot):
        await ready(pilot, "QuietScreen")
        await start(pilot, records.edit(app.screen, "deals", floor.uid("deal", 13)))
        answer = colleague.execute(
            EditDeal(deal_id=floor.uid("deal", 13), values={"value_minor": 5_500_000, "source": "fair"})
        )
        assert answer.applied, answer.reason
        await enter(pilot, value="6,000 USD", next_step="Call their lawyer")
        await save(pilot, settle)
        assert isinstance(app.screen, ConflictDialog)

    return begin


def row(dialog, label):
    """A contested field as it stands in the dialog."""
    return next(one for one in dialog.query_one(Sides)._rows if one.label == label)


async def test_a_conflict_shows_mine_theirs_and_the_original_and_what_is_kept(app, clash):
    async with app.run_test(size=(80, 24)) as pilot:
        await clash(pilot)
        words = shown_in(app.screen)
        assert "Jonas Weber changed the same meanwhile" in words
        assert "Nobody else changed, so yours is kept: Next step." in words
        assert "today 10:30" in words
        assert row(app.screen, "Value").values == {
            "original": "–",
            "theirs": "€55,000.00",
            "mine": "$6,000.00",
        }
        await pilot.press("escape")


async def test_nothing_is_saved_before_it_is_decided(app, clash, settle, workspace, floor):
    async with app.run_test(size=(80, 24)) as pilot:
        await clash(pilot)
        await pilot.press("enter")
        assert app.screen.told == "Whose is it to be? Value: m mine, t theirs, o original."
        assert isinstance(app.screen, ConflictDialog)
        await pilot.press("escape")
    assert workspace.record("deals", floor.uid("deal", 13)).value_minor == 5_500_000


async def test_mine_is_written_over_theirs_once_seen(app, clash, settle, workspace, floor):
    async with app.run_test(size=(80, 24)) as pilot:
        await clash(pilot)
        await pilot.press("m", "enter")
        await settle(pilot)
        assert not app.screen.is_modal
    one = workspace.record("deals", floor.uid("deal", 13))
    assert (one.value_minor, one.currency, one.next_step, one.source) == (
        600_000,
        "USD",
        "Call their lawyer",
        "fair",
    )


async def test_the_original_can_come_back(app, clash, settle, workspace, floor):
    async with app.run_test(size=(80, 24)) as pilot:
        await clash(pilot)
        await pilot.press("o", "enter")
        await settle(pilot)
    one = workspace.record("deals", floor.uid("deal", 13))
    assert (one.value_minor, one.next_step) == (None, "Call their lawyer")


async def test_another_value_can_be_typed(app, clash, settle, workspace, floor):
    async with app.run_test(size=(80, 24)) as pilot:
        await clash(pilot)
        await pilot.press("e", "ctrl+u", *"5k CHF", "enter")
        await settle(pilot)
        assert row(app.screen, "Value").edited == "5k CHF"
        await pilot.press("enter")
        await settle(pilot)
        assert not app.screen.is_modal
    one = workspace.record("deals", floor.uid("deal", 13))
    assert (one.value_minor, one.currency, one.next_step) == (500_000, "CHF", "Call their lawyer")


async def test_each_field_is_decided_for_itself(
    app, ready, start, settle, enter, workspace, colleague, floor
):
    deal = floor.uid("deal", 13)
    async with app.run_test(size=(40, 30)) as pilot:
        await ready(pilot, "QuietScreen")
        await start(pilot, records.edit(app.screen, "deals", deal))
        theirs = {"title": "Acme: parts", "next_step": "Visit them", "source": "fair"}
        assert colleague.execute(EditDeal(deal_id=deal, values=theirs)).applied
        await enter(pilot, title="Acme: spares", next_step="Call them", source="web")
        await save(pilot, settle)
        labels = [one.label for one in app.screen.query_one(Sides)._rows]
        assert sorted(labels) == ["Next step", "Source", "Title"]
        sides = {"Next step": "t", "Source": "o", "Title": "m"}
        await pilot.press(*(sides[label] for label in labels), "enter")
        await settle(pilot)
        assert not app.screen.is_modal
    one = workspace.record("deals", deal)
    assert (one.title, one.next_step, one.source) == ("Acme: spares", "Visit them", "")


async def test_everything_is_mine_or_theirs_by_one_key(
    app, ready, start, settle, enter, workspace, colleague, floor, said
):
    deal = floor.uid("deal", 13)
    async with app.run_test(size=(120, 40)) as pilot:
        await ready(pilot, "QuietScreen")
        await start(pilot, records.edit(app.screen, "deals", deal))
        assert colleague.execute(EditDeal(deal_id=deal, values={"title": "Theirs", "source": "fair"})).applied
        await enter(pilot, title="Mine", source="web")
        await save(pilot, settle)
        await pilot.press("M", "T", "enter")
        await settle(pilot)
        assert said(app) == "Nothing was changed."
    one = workspace.record("deals", deal)
    assert (one.title, one.source) == ("Theirs", "fair")


async def test_a_task_that_two_people_moved_asks_too(app, ready, start, settle, enter, workspace, floor):
    task = workspace.record("tasks", floor.uid("task", 1))
    async with app.run_test(size=(80, 24)) as pilot:
        await ready(pilot, "QuietScreen")
        await start(pilot, tasks.edit_task(app.screen, task))
        due = NOW + dt.timedelta(days=3)
        assert workspace.execute(EditTask(task_id=task.id, values={"due_at": due})).applied
        await enter(pilot, when="2026-03-30 15:00", body="Bring the offer")
        await save(pilot, settle)
        assert isinstance(app.screen, ConflictDialog)
        await pilot.press("e", "ctrl+u", *"2026-04-01 11:00", "enter")
        await settle(pilot)
        await pilot.press("enter")
        await settle(pilot)
        assert not app.screen.is_modal
    one = workspace.record("tasks", task.id)
    assert one.due_at == dt.datetime(2026, 4, 1, 9, 0, tzinfo=dt.UTC)
    assert one.body == "Bring the offer"


async def test_theirs_stands_and_the_rest_of_mine_is_saved(app, clash, settle, workspace, floor, said):
    async with app.run_test(size=(80, 24)) as pilot:
        await clash(pilot)
        await pilot.press("t", "enter")
        await settle(pilot)
        assert not app.screen.is_modal
        assert said(app).startswith("Edited Acme: spare parts")
    one = workspace.record("deals", floor.uid("deal", 13))
    assert (one.value_minor, one.currency, one.next_step) == (5_500_000, "EUR", "Call their lawyer")


@pytest.mark.parametrize(("key", "title"), [("m", "Acme: belts"), ("t", "Acme: gears")])
async def test_what_was_saved_is_called_by_the_title_that_stands(
    app, ready, start, settle, enter, colleague, floor, said, key, title
):
    deal = floor.uid("deal", 13)
    async with app.run_test(size=(80, 24)) as pilot:
        await ready(pilot, "QuietScreen")
        await start(pilot, records.edit(app.screen, "deals", deal))
        assert colleague.execute(EditDeal(deal_id=deal, values={"title": "Acme: gears"})).applied
        await enter(pilot, title="Acme: belts", next_step="Call")
        await save(pilot, settle)
        await pilot.press(key, "enter")
        await settle(pilot)
        assert said(app) == f"Edited {title} · u undoes"


async def test_an_error_that_was_put_right_is_not_shown_under_the_question(
    app, ready, start, settle, enter, colleague, floor
):
    deal = floor.uid("deal", 13)
    async with app.run_test(size=(80, 24)) as pilot:
        await ready(pilot, "QuietScreen")
        await start(pilot, records.edit(app.screen, "deals", deal))
        assert colleague.execute(EditDeal(deal_id=deal, values={"value_minor": 5_500_000})).applied
        form = app.screen
        await enter(pilot, value="plenty")
        await save(pilot, settle)
        assert form._rows["value"].error
        await enter(pilot, value="6,000 USD")
        await save(pilot, settle)
        assert isinstance(app.screen, ConflictDialog)
        assert not form._rows["value"].error
        await pilot.press("escape")


async def test_leaving_a_conflict_undecided_keeps_the_form(app, clash, settle, workspace, floor):
    async with app.run_test(size=(80, 24)) as pilot:
        await clash(pilot)
        await pilot.press("escape")
        await settle(pilot)
        form = app.screen
        assert isinstance(form, Form)
        assert form._typed()["value"] == "6,000 USD"
        assert form.told == "Not saved, and still here: ctrl+s asks again who is right."
        await save(pilot, settle)
        assert isinstance(app.screen, ConflictDialog)
        await pilot.press("m", "enter")
        await settle(pilot)
    assert workspace.record("deals", floor.uid("deal", 13)).value_minor == 600_000


async def test_a_company_that_two_people_changed_is_shown_by_its_name(
    app, ready, start, settle, enter, workspace, colleague, floor
):
    contact = floor.uid("contact", 20)
    async with app.run_test(size=(80, 24)) as pilot:
        await ready(pilot, "QuietScreen")
        await start(pilot, records.edit(app.screen, "contacts", contact))
        answer = colleague.execute(
            EditContact(contact_id=contact, values={"phones": [{"value": "+49 30 5550100"}]}, company_name="Nakamura Trading")
        )  # fmt: skip
        assert answer.applied, answer.reason
        await enter(pilot, company_name="Orchard Health", phones="+49 30 5550111 mobile")
        await save(pilot, settle)
        assert isinstance(app.screen, ConflictDialog)
        assert row(app.screen, "Company").values == {
            "original": "Acme Robotics",
            "theirs": "Nakamura Trading",
            "mine": "Orchard Health",
        }
        await pilot.press("M", "enter")
        await settle(pilot)
    one = workspace.record("contacts", contact)
    assert one.company_id == floor.uid("company", 11)
    assert one.phones[0] == {"value": "+49305550111", "label": "mobile"}


async def test_a_move_that_crossed_another_asks_too(app, ready, start, settle, workspace, colleague, floor):
    """Both moved the same card; theirs stands unless the user says otherwise."""
    deal = workspace.record("deals", floor.uid("deal", 13))
    stages = {stage.name: stage.id for stage in workspace.catalog().stages_of(deal.pipeline_id)}
    moved = MoveDeal(deal_id=deal.id, stage_id=stages["Lost"], from_stage_id=deal.stage_id, reason="Price")
    assert colleague.execute(moved).applied
    async with app.run_test(size=(80, 24)) as pilot:
        await ready(pilot, "QuietScreen")
        mine = MoveDeal(deal_id=deal.id, stage_id=stages["Qualified"], from_stage_id=deal.stage_id)
        await start(pilot, run(app.screen, mine))
        assert row(app.screen, "Stage").values == {
            "original": "Contacted",
            "theirs": "Lost",
            "mine": "Qualified",
        }
        await pilot.press("t", "enter")
        await settle(pilot)
    assert workspace.record("deals", deal.id).stage_id == stages["Lost"]


async def test_a_record_that_went_meanwhile_is_said_and_the_text_stays(
    app, ready, start, settle, enter, workspace, floor
):
    deal = floor.uid("deal", 1)
    async with app.run_test(size=(80, 24)) as pilot:
        await ready(pilot, "QuietScreen")
        await start(pilot, records.edit(app.screen, "deals", deal))
        assert workspace.execute(DeleteDeals(deal_ids=(deal,))).applied
        await enter(pilot, next_step="Send the contract")
        await save(pilot, settle)
        assert isinstance(app.screen, Form)
        assert "deleted" in app.screen.told
        assert app.screen._typed()["next_step"] == "Send the contract"


async def test_editing_what_is_not_there_is_said(app, ready, start, settle, floor, said):
    async with app.run_test(size=(80, 24)) as pilot:
        await ready(pilot, "QuietScreen")
        await start(pilot, records.edit(app.screen, "deals", floor.uid("deal", 99)))
        assert not app.screen.is_modal
        assert said(app) == "That deal is not there any more."


async def test_a_company_is_edited_in_full(app, ready, start, settle, enter, workspace, floor):
    company = floor.uid("company", 1)
    async with app.run_test(size=(80, 24)) as pilot:
        await ready(pilot, "QuietScreen")
        await start(pilot, records.edit(app.screen, "companies", company))
        await enter(pilot, name="", employees="many", domain="https://www.acme.example/about")
        await save(pilot, settle)
        assert "Name is needed." in app.screen._rows["name"].error
        assert "is not a number" in app.screen._rows["employees"].error
        await enter(pilot, name="Acme Robotics AG", employees="1,200")
        await save(pilot, settle)
        assert not app.screen.is_modal
    one = workspace.record("companies", company)
    assert (one.name, one.employees, one.domain) == ("Acme Robotics AG", 1200, "acme.example")
    taken = workspace.execute(EditCompany(company_id=floor.uid("company", 2), values={"employees": -1}))
    assert taken.fields == {"employees": "A company has zero employees or more."}
