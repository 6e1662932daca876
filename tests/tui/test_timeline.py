from __future__ import annotations

import datetime as dt
import itertools
from collections import Counter
from collections.abc import Sequence
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from rich.cells import cell_len
from textual.app import App, ComposeResult
from textual.strip import Strip

from core.entities import Activity
from core.text import begins_words, printable
from core.workspace import Entry
from tui import theme
from tui.models.telling import key_of, tell
from tui.models.threads import Threads, thread_of
from tui.models.within import marked, sought
from tui.models.wrap import wrap
from tui.widgets.timeline import PAGE, Timeline

NOW = dt.datetime(2026, 3, 18, 9, 30, tzinfo=dt.UTC)
ZONE = ZoneInfo("Europe/Berlin")
_number = itertools.count(1)


def entry(ago: dt.timedelta, kind: str = "note", body: str = "", **values: Any) -> Entry:
    activity = Activity(
        org_id="o", id=values.pop("id", f"{next(_number):08d}"), book_id="b", kind=kind, body=body,
        occurred_at=NOW - ago, user_id="u", contact_id="c", **values,
    )  # fmt: skip
    return Entry(activity, False, "Anna", "")


class Story:
    """Entries that are read by the page, newest first, and what was asked for."""

    def __init__(self, entries: Sequence[Entry]) -> None:
        self.entries = sorted(entries, key=key_of, reverse=True)
        self.asked: list[tuple[Sequence[str], bool, int]] = []

    async def fetch(
        self, kinds: Sequence[str], before: tuple[dt.datetime, str] | None, limit: int, words: str
    ) -> Sequence[Entry]:
        self.asked.append((kinds, before is not None, limit))
        fitting = [
            one
            for one in self.entries
            if (not kinds or one.activity.kind in kinds)
            and (before is None or key_of(one) < before)
            and (not words or begins_words(f"{one.activity.subject} {one.activity.body}", words))
        ]
        return fitting[:limit]

    @property
    def counts(self) -> dict[str, int]:
        return dict(Counter(one.activity.kind for one in self.entries))


class Checked(Timeline):
    """Every line is as wide as the screen, and nothing in it is for the terminal to act upon."""

    def render_line(self, y: int) -> Strip:
        line = super().render_line(y)
        assert line.cell_length == self.size.width
        assert printable(line.text) == line.text
        return line


class Bench(App[None]):
    """A timeline alone on the screen."""

    CSS = "Timeline { height: 1fr; }"

    def __init__(self, story: Story, table: str = "contacts") -> None:
        super().__init__()
        for one in theme.load(None)[0].values():
            self.register_theme(one)
        self.theme = theme.DEFAULT
        self.story = story
        self.table = table

    def get_theme_variable_defaults(self) -> dict[str, str]:
        return dict(theme.load(None)[0][theme.DEFAULT].variables)

    def compose(self) -> ComposeResult:
        yield Checked(author=lambda user, short: "ML" if short else "Mara", now=lambda: NOW, zone=ZONE)

    def on_mount(self) -> None:
        story = self.story
        self.timeline.show(self.table, story.entries[:PAGE], story.counts, story.fetch)
        self.timeline.focus()

    @property
    def timeline(self) -> Timeline:
        return self.query_one(Timeline)

    @property
    def lines(self) -> list[str]:
        return [self.timeline.render_line(y).text.rstrip() for y in range(self.timeline.size.height)]


def many(count: int) -> Story:
    """Notes, five an hour."""
    return Story([entry(dt.timedelta(minutes=12 * n), body=f"Note {n}") for n in range(count)])


async def test_days_are_those_of_the_viewer() -> None:
    story = Story(
        [
            entry(dt.timedelta(hours=1)),
            entry(dt.timedelta(hours=10, minutes=40)),  # 23:50 in Berlin, the day before
            entry(dt.timedelta(hours=9, minutes=20)),  # 01:10 in Berlin
            entry(dt.timedelta(days=3)),
            entry(dt.timedelta(days=400)),
        ]
    )
    app = Bench(story)
    async with app.run_test(size=(60, 20)) as pilot:
        await pilot.pause()
        days = [line.strip(" ─") for line in app.lines if "──" in line]
        assert days == ["Today", "Yesterday", "Sun 15 Mar", "Tue 11 Feb 2025"]
        today = app.lines.index(next(line for line in app.lines if "Today" in line))
        assert "09:30" in app.lines[today + 1]
        assert "01:10" in app.lines[today + 2]
        assert "23:50" in app.lines[today + 5]


async def test_what_arrives_at_the_top_does_not_move_what_is_read() -> None:
    app = Bench(many(400))
    async with app.run_test(size=(60, 20)) as pilot:
        await pilot.pause()
        await pilot.press(*["pagedown"] * 3)
        before, cursor = app.lines[1:], app.timeline.cursor_entry
        app.story.entries[:0] = [entry(dt.timedelta(0), body="Just now")]
        await app.timeline.renew(app.story.counts)
        assert app.lines[1:] == before
        assert app.timeline.cursor_entry == cursor
        await pilot.press("home")
        assert any("Just now" in line for line in app.lines)


async def test_what_arrives_shows_at_once_to_who_looks_at_the_top() -> None:
    app = Bench(many(5))
    async with app.run_test(size=(60, 20)) as pilot:
        await pilot.pause()
        app.story.entries[:0] = [entry(dt.timedelta(0), body="Just now")]
        await app.timeline.renew(app.story.counts)
        assert "Just now" in app.lines[3]
        assert app.timeline.cursor_entry == app.story.entries[1]


async def test_an_edited_entry_keeps_the_cursor_and_a_retracted_one_leaves() -> None:
    app = Bench(many(10))
    async with app.run_test(size=(60, 30)) as pilot:
        await pilot.pause()
        await pilot.press("down", "down", "down")
        old = app.story.entries[3].activity
        revision = Activity(
            org_id="o", id="z", book_id="b", kind="note", body="Corrected", occurred_at=old.occurred_at, revises=old.id
        )  # fmt: skip
        app.story.entries[3] = Entry(revision, True, "", "")
        del app.story.entries[0]
        await app.timeline.renew(app.story.counts)
        assert app.timeline.cursor_entry is not None
        assert app.timeline.cursor_entry.activity.body == "Corrected"
        assert not any("Note 0" in line or "Note 3" in line for line in app.lines)


async def test_the_end_is_read_in_the_background_page_by_page() -> None:
    app = Bench(many(3 * PAGE + 10))
    async with app.run_test(size=(60, 20)) as pilot:
        await pilot.pause()
        assert app.story.asked == []
        await pilot.press("end")
        await pilot.pause()
        assert len(app.timeline.entries) == 3 * PAGE + 10
        assert all(limit == PAGE for _, _, limit in app.story.asked)
        assert f"Note {3 * PAGE + 9}" in app.lines[-1]
        assert app.timeline.cursor_entry == app.story.entries[-1]


async def test_more_is_read_as_the_end_comes_near() -> None:
    app = Bench(many(PAGE + 50))
    async with app.run_test(size=(60, 40)) as pilot:
        await pilot.pause()
        await pilot.press(*["pagedown"] * 8)
        await pilot.pause()
        assert len(app.timeline.entries) == PAGE + 50


async def test_kinds_are_filtered_by_a_key() -> None:
    story = Story(
        [
            entry(dt.timedelta(hours=1), "call", outcome="no answer", subject="Call: no answer"),
            entry(dt.timedelta(hours=2), "note", "Wants a price"),
            entry(dt.timedelta(hours=3), "stage_change", subject="New → Contacted"),
            entry(dt.timedelta(hours=4), "edited", subject="City: Bonn → Berlin"),
        ]
    )
    app = Bench(story)
    async with app.run_test(size=(90, 20)) as pilot:
        await pilot.pause()
        assert "all 4" in app.lines[0]
        seen = []
        for _ in range(3):
            await pilot.press("f")
            await pilot.pause()
            seen.append([one.activity.kind for one in app.timeline.entries])
        assert seen == [["call"], ["note"], ["stage_change", "edited"]]
        await pilot.press("F")
        await pilot.pause()
        assert [one.activity.kind for one in app.timeline.entries] == ["note"]


async def test_a_long_note_is_folded_unfolds_and_is_scrolled_through() -> None:
    body = "\n".join(f"Line {n}" for n in range(100))
    app = Bench(Story([entry(dt.timedelta(hours=1), body=body), entry(dt.timedelta(hours=2), body="Older")]))
    async with app.run_test(size=(60, 20)) as pilot:
        await pilot.pause()
        assert "Line 2 ⋯" in app.lines[5]
        assert any("Older" in line for line in app.lines)
        await pilot.press("enter")
        assert "Line 17" in app.lines[-1]
        await pilot.press("down")
        assert "Line 35" in app.lines[-1]
        assert app.timeline.cursor == 0, "an entry longer than the window is scrolled through first"
        await pilot.press(*["down"] * 6)
        assert app.timeline.cursor == 1
        await pilot.press("home", "enter")
        assert "Line 2 ⋯" in app.lines[5]


async def test_a_resize_keeps_what_is_read_in_sight() -> None:
    text = "A sentence that is rather longer than a narrow terminal is wide, so that it wraps. "
    app = Bench(Story([entry(dt.timedelta(minutes=9 * n), body=f"{n} {text}") for n in range(100)]))
    async with app.run_test(size=(120, 30)) as pilot:
        await pilot.pause()
        await pilot.press(*["pagedown"] * 2)
        cursor = app.timeline.cursor_entry
        assert cursor is not None
        for size in ((40, 30), (20, 5), (160, 45)):
            await pilot.resize_terminal(*size)
            await pilot.pause()
            number = cursor.activity.body.split()[0]
            assert app.timeline.cursor_entry == cursor
            assert any(f" {number} A" in line for line in app.lines), size


async def test_hostile_entries_break_no_line() -> None:
    hostile = (
        "\x1b]0;owned\x07\x1b[2J",
        "משה \u202e🐝 👩‍👩‍👧‍👦" * 50,
        "x" * 100_000,
        "é" + "\u0301" * 400,
        "\x00\r\n\t\x9b31m",
    )
    story = Story(
        [entry(dt.timedelta(hours=n), body=text, subject=text[:300]) for n, text in enumerate(hostile)]
        + [entry(dt.timedelta(days=2), kind="\x1b[31mkind"), entry(dt.timedelta(days=3), kind="call", outcome="\x07")]
    )  # fmt: skip
    for size in ((120, 40), (40, 30), (20, 5), (3, 4)):
        app = Bench(story)
        async with app.run_test(size=size) as pilot:
            await pilot.pause()
            await pilot.press("enter", "down", "enter", "end", "home")
            assert app.lines


# --- threads --------------------------------------------------------------------------------------------------------


def mail(hours: float, subject: str, **values: Any) -> Entry:
    return entry(dt.timedelta(hours=hours), "email", f"Text {hours:g}", subject=subject, **values)


async def test_emails_of_a_thread_stand_under_the_newest_and_unfold() -> None:
    story = Story(
        [
            mail(1, "Re: AW: Offer 17"),
            entry(dt.timedelta(hours=2), body="In between"),
            mail(30, "Fwd: offer 17"),
            mail(60, "Offer 17"),
            mail(61, "Offer 18"),
        ]
    )
    app = Bench(story)
    async with app.run_test(size=(80, 30)) as pilot:
        await pilot.pause()
        assert [one.activity.subject for one in app.timeline.entries] == ["Re: AW: Offer 17", "", "Offer 18"]
        assert any("▸ 3" in line for line in app.lines)
        assert any("all 5" in line for line in app.lines)
        await pilot.press("enter")
        assert any("▾ 3" in line for line in app.lines)
        shown = "\n".join(app.lines)
        assert shown.index("Text 30") < shown.index("Text 60") < shown.index("In between")
        assert "17 Mar" in shown, "an older one says its day"
        await pilot.press("down", "down", "down")
        assert app.timeline.cursor_entry is not None
        assert app.timeline.cursor_entry.activity.body == "In between"
        await pilot.press("home", "enter")
        assert len(app.timeline.entries) == 3
        await pilot.press("end")
        assert "5 of 5" in app.lines[0], "what is folded away is counted"


def test_what_a_thread_is() -> None:
    offer = thread_of(mail(1, "Offer").activity)
    for subject in ("Re: Offer", "RE: re:  Offer", "AW: WG: offer", "Fwd: Offer", "Re[2]: Offer", "FW:Offer"):
        assert thread_of(mail(1, subject).activity) == offer, subject
    for subject in ("Offer: Re: more", "Reoffer", "", "Re:"):
        assert thread_of(mail(1, subject).activity) != offer, subject
    assert thread_of(mail(1, "").activity) == thread_of(mail(1, "Re: ").activity) == ""
    said = [mail(1, "Hello", data={"thread": "a"}), mail(2, "Other", data={"thread": "a"})]
    assert len({thread_of(one.activity) for one in said}) == 1
    assert thread_of(entry(dt.timedelta(0), "note", subject="Offer").activity) == ""


@given(
    st.lists(st.tuples(st.sampled_from("abc"), st.booleans()), max_size=30), st.sets(st.sampled_from("abc"))
)
def test_no_entry_gets_lost_in_threads(told: list[tuple[str, bool]], opened: set[str]) -> None:
    entries = [
        mail(n, letter) if is_mail else entry(dt.timedelta(hours=n), subject=letter)
        for n, (letter, is_mail) in enumerate(told)
    ]
    keys = {letter: thread_of(mail(0, letter).activity) for letter in "abc"}
    threads = Threads(entries, {keys[letter] for letter in opened})
    hidden = sum(size - 1 for head, size in threads.sizes.items()) - len(threads.heads)
    assert len(threads.shown) + hidden == len(entries)
    assert len({one.activity.id for one in threads.shown}) == len(threads.shown)
    in_pages = Threads((), {keys[letter] for letter in opened})
    for start in range(0, len(entries), 4):
        in_pages.add(entries[start : start + 4])
    assert (in_pages.shown, in_pages.sizes) == (threads.shown, threads.sizes)
    whole = Threads(entries, set(keys.values()))
    assert {one.activity.id for one in whole.shown} == {one.activity.id for one in entries}


async def test_an_answer_that_comes_in_takes_the_head_of_its_thread() -> None:
    story = Story([mail(5, "Offer"), entry(dt.timedelta(hours=6), body="Older")])
    app = Bench(story)
    async with app.run_test(size=(80, 30)) as pilot:
        await pilot.pause()
        story.entries[:0] = [mail(0, "Re: Offer")]
        await app.timeline.renew(story.counts)
        assert [one.activity.subject for one in app.timeline.entries] == ["Re: Offer", ""]
        assert any("▸ 2" in line for line in app.lines)


# --- revisions ------------------------------------------------------------------------------------------------------


async def test_an_edited_entry_opens_what_it_said_before() -> None:
    made, changed = NOW - dt.timedelta(days=2), NOW - dt.timedelta(hours=3)
    first = entry(dt.timedelta(days=2), body="Wants two", created_at=made, updated_by="u").activity
    second = Entry(
        entry(dt.timedelta(days=2), body="Wants three", created_at=changed, updated_by="j", revises=first.id).activity,
        True, "Anna", "",
    )  # fmt: skip
    app = Bench(Story([second]))
    asked: list[str] = []

    async def earlier(activity: Activity) -> Sequence[Activity]:
        asked.append(activity.id)
        return [first]

    async with app.run_test(size=(80, 30)) as pilot:
        await pilot.pause()
        app.timeline.show("contacts", app.story.entries, app.story.counts, app.story.fetch, earlier)
        assert any(line.endswith("edited Mara") for line in app.lines)
        assert not any("Wants two" in line for line in app.lines)
        await pilot.press("enter")
        await pilot.pause()
        shown = "\n".join(app.lines)
        assert "± edited · today 07:30 · Mara" in shown
        assert "text was: Wants two" in shown
        assert "✦ logged · Mon 16 Mar 10:30" in shown
        await pilot.press("enter")
        assert not any("Wants two" in line for line in app.lines)
        await pilot.press("enter")
        assert asked == [second.activity.id], "read once"


# --- searching within -----------------------------------------------------------------------------------------------


async def test_a_search_goes_from_match_to_match_and_marks_them() -> None:
    app = Bench(
        Story(
            [
                entry(dt.timedelta(hours=n), body=f"Price {n}" if n % 4 == 1 else f"Note {n}")
                for n in range(20)
            ]
        )
    )
    async with app.run_test(size=(60, 24)) as pilot:
        await pilot.pause()
        await pilot.press("ctrl+f", *"pri")
        await pilot.pause()
        assert "1 of 5" in app.lines[0]
        assert app.timeline.cursor_entry == app.story.entries[1]
        await pilot.press("enter")
        assert app.timeline.has_focus
        seen = []
        for _ in range(5):
            await pilot.press("n")
            await pilot.pause()
            assert app.timeline.cursor_entry is not None
            seen.append(app.timeline.cursor_entry.activity.body)
        assert seen == ["Price 5", "Price 9", "Price 13", "Price 17", "Price 1"], (
            "behind the last comes the first"
        )
        await pilot.press("N")
        await pilot.pause()
        assert "5 of 5" in app.lines[0]
        place = next(y for y, line in enumerate(app.lines) if "Price 17" in line)
        parts = [one.text for one in app.timeline.render_line(place)]
        assert "Pri" in parts
        await pilot.press("escape")
        assert not app.timeline.within
        assert "all 20" in app.lines[0]


async def test_a_match_far_away_is_read_up_to_and_unfolded() -> None:
    """It stands in the middle of a long text, in a folded thread, beyond what has been read."""
    notes = [entry(dt.timedelta(minutes=10 * n), body=f"Note {n}") for n in range(3 * PAGE)]
    long = "\n".join([*(f"Line {n}" for n in range(20)), "needle here"])
    mails = [
        entry(dt.timedelta(days=90), "email", "Short", subject="Re: Offer"),
        entry(dt.timedelta(days=91), "email", long, subject="Offer"),
    ]
    app = Bench(Story([*notes, *mails]))
    async with app.run_test(size=(60, 40)) as pilot:
        await pilot.pause()
        await pilot.press("ctrl+f", *"needle", "enter")
        await pilot.pause()
        assert app.timeline.cursor_entry == mails[1]
        assert any("needle here" in line for line in app.lines)


async def test_what_is_found_nowhere_is_said_and_escape_leaves() -> None:
    app = Bench(many(5))
    async with app.run_test(size=(60, 20)) as pilot:
        await pilot.pause()
        await pilot.press("ctrl+f", *"xyz")
        await pilot.pause()
        assert "nothing" in app.lines[0]
        await pilot.press("enter", "n", "N", "escape")
        assert app.timeline.has_focus
        assert app.timeline.cursor == 0


async def test_a_search_keeps_to_the_kind_that_is_shown() -> None:
    story = Story(
        [
            entry(dt.timedelta(hours=1), "call", "offer by phone"),
            entry(dt.timedelta(hours=2), "note", "offer noted"),
            entry(dt.timedelta(hours=3), "call", "another offer"),
        ]
    )
    app = Bench(story)
    async with app.run_test(size=(60, 20)) as pilot:
        await pilot.pause()
        await pilot.press("f")
        await pilot.pause()
        await pilot.press("ctrl+f", *"off", "enter")
        await pilot.pause()
        assert "1 of 2" in app.lines[0]


@pytest.mark.parametrize(
    ("text", "wanted", "parts"),
    [
        ("An offer, offered", "off", ["off", "off"]),
        ("Łódź-Straße", "lodz strass", ["Łódź", "Straße"]),
        ("coffee", "off", []),
        ("O'Brien", "o'bri", ["O", "Bri"]),
    ],
)
def test_what_is_looked_for_is_marked(text: str, wanted: str, parts: list[str]) -> None:
    pieces = marked(text, sought(wanted))
    assert [part for part, found in pieces if found] == parts
    assert "".join(part for part, _ in pieces) == text


async def test_nothing_happened_yet() -> None:
    app = Bench(Story([]))
    async with app.run_test(size=(80, 20)) as pilot:
        await pilot.pause()
        await pilot.press("down", "end", "pageup", "enter", "f", "e")
        assert any("Nothing happened yet" in line for line in app.lines)


def test_a_call_is_told_by_its_outcome_and_an_edit_by_what_changed() -> None:
    call = entry(dt.timedelta(0), "call", outcome="connected", subject="Call: connected", duration_s=3725)
    assert tell(call, "contacts").text == "connected · 1 h 2"
    edit = entry(
        dt.timedelta(0), "edited", "Title: CTO → CEO\nCity: Bonn → Berlin", subject="Edited 2 fields"
    )
    assert tell(edit, "contacts").text == "Title: CTO → CEO · City: Bonn → Berlin"
    assert tell(call, "deals").about == "Anna"
    assert tell(call, "contacts").about == ""


@given(st.text(max_size=400), st.integers(2, 40))
@example("0𠀀𑲒", 2)
def test_wrapped_lines_fit_and_hold_every_word(text: str, width: int) -> None:
    lines, more = wrap(text, width)
    assert not more
    assert all(cell_len(line) <= width for line in lines)
    assert all(printable(line) == line for line in lines)
    letters = [c for c in text if c.isalnum()]
    assert [c for line in lines for c in line if c.isalnum()] == letters


@given(st.text(alphabet="ab \n", max_size=300), st.integers(3, 20), st.integers(1, 4))
def test_the_beginning_is_that_of_the_whole(text: str, width: int, limit: int) -> None:
    whole = [line for line in wrap(text, width)[0] if line.strip()]
    start, more = wrap(text, width, limit)
    assert [line for line in start if line.strip()] == whole[: len(start)]
    assert len(start) <= limit
    assert more == (len(whole) > limit)
