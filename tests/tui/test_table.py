from __future__ import annotations

import asyncio
from collections.abc import Sequence
from typing import Any

from textual.app import App, ComposeResult
from textual.strip import Strip

from core.errors import Unavailable
from tui import theme
from tui.models.columns import arrange
from tui.models.selection import Selection
from tui.models.sources import ListSource, PagedSource
from tui.widgets.table import Column, Table

Row = tuple[str, str, str]
HOSTILE = ("\x1b[31mred\x07", "משה 🐝 \u202eevil", "x" * 5_000, "\ttab\nline", "é́́́́", "👩‍👩‍👧‍👦 family", "")


def row_id(row: Row) -> str:
    return row[0]


COLUMNS: list[Column[Row]] = [
    Column("name", "Name", 10, lambda row: row[1], weight=2, style="strong"),
    Column("city", "City", 8, lambda row: row[2], weight=1, priority=2),
    Column("id", "Id", 7, lambda row: row[0], align="right", priority=1, style=lambda row: "muted"),
]


class Counted(Table[Row]):
    """Counts what it draws."""

    drawn: list[int]

    def render_line(self, y: int) -> Strip:
        self.drawn = [*getattr(self, "drawn", []), y]
        line = super().render_line(y)
        assert line.cell_length == self.size.width
        assert "\x1b" not in line.text
        assert "\n" not in line.text
        return line


class Bench(App[None]):
    """A table alone on the screen."""

    CSS = "Table { height: 1fr; }"

    def __init__(self, **options: Any) -> None:
        super().__init__()
        for one in theme.load(None)[0].values():
            self.register_theme(one)
        self.theme = theme.DEFAULT
        self.options = options
        self.said: list[Any] = []

    def get_theme_variable_defaults(self) -> dict[str, str]:
        return dict(theme.load(None)[0][theme.DEFAULT].variables)

    def compose(self) -> ComposeResult:
        yield Counted(COLUMNS, **self.options)

    def on_mount(self) -> None:
        self.table.focus()

    @property
    def table(self) -> Counted:
        return self.query_one(Counted)

    def on_table_activated(self, event: Table.Activated) -> None:
        self.said.append(event.row)

    def on_table_failed(self, event: Table.Failed) -> None:
        self.said.append(event.reason)


class Rows:
    """A hundred thousand rows that are read by the page, and what was asked for."""

    def __init__(self, count: int = 100_000, first: int = 0) -> None:
        self.count = count
        self.first = first
        self.asked: list[int] = []

    async def fetch(self, offset: int, limit: int) -> Sequence[Row]:
        self.asked.append(offset)
        await asyncio.sleep(0)
        return [
            (str(n - self.first), f"Name {n - self.first}", "Łódź")
            for n in range(offset, min(offset + limit, self.count))
        ]

    def source(self) -> PagedSource[Row]:
        return PagedSource(self.fetch, self.count, row_id)


def lines(table: Table[Any]) -> list[str]:
    return [table.render_line(y).text for y in range(table.size.height)]


async def test_of_a_hundred_thousand_rows_only_what_is_in_sight_is_read() -> None:
    app, rows = Bench(), Rows()
    async with app.run_test(size=(60, 20)) as pilot:
        app.table.show(rows.source())
        assert "Name" not in "".join(lines(app.table)[1:]), "what is not read yet is a placeholder"
        await pilot.pause()
        assert "Name 0" in lines(app.table)[1]
        await pilot.press("end")
        await pilot.pause()
        assert app.table.cursor_row == ("99999", "Name 99999", "Łódź")
        assert app.table.position == "100,000 of 100,000"
        assert sorted(set(rows.asked)) == [0, 99_900]


async def test_rows_ahead_are_read_before_they_come_into_sight() -> None:
    app, rows = Bench(), Rows()
    async with app.run_test(size=(60, 20)) as pilot:
        app.table.show(rows.source())
        await pilot.pause()
        app.table.point(85)
        await pilot.pause()
        assert 100 in rows.asked


async def test_a_cursor_move_draws_two_lines() -> None:
    app, rows = Bench(), Rows()
    async with app.run_test(size=(60, 20)) as pilot:
        app.table.show(rows.source())
        await pilot.pause()
        app.table.drawn = []
        await pilot.press("down")
        assert sorted(app.table.drawn) == [1, 2]


async def test_the_cursor_stays_on_its_row_when_others_come_before_it() -> None:
    app = Bench()
    async with app.run_test(size=(60, 20)) as pilot:
        app.table.show(Rows().source())
        await pilot.pause()
        app.table.point(7)
        line = lines(app.table).index(next(text for text in lines(app.table) if "Name 7" in text))
        shifted = Rows(first=12).source()
        await shifted.load_around(0, 40)
        app.table.show(shifted)
        assert app.table.cursor_row == ("7", "Name 7", "Łódź")
        assert "Name 7" in lines(app.table)[line]
        await pilot.pause()


async def test_a_row_that_is_read_late_gets_the_cursor_back() -> None:
    app = Bench()
    async with app.run_test(size=(60, 20)) as pilot:
        app.table.show(Rows().source())
        await pilot.pause()
        app.table.point(3)
        app.table.show(Rows(first=1).source())
        await pilot.pause()
        assert app.table.cursor == 4
        assert app.table.cursor_row == ("3", "Name 3", "Łódź")


async def test_shift_extends_a_selection_and_takes_back_what_it_leaves() -> None:
    app = Bench()
    async with app.run_test(size=(60, 20)) as pilot:
        app.table.show(Rows(30).source())
        await pilot.pause()
        await pilot.press("shift+down", "shift+down", "shift+up")
        assert app.table.selection == {"0", "1"}
        await pilot.press("down", "x")
        assert app.table.selection == {"0", "1", "2"}
        assert app.table.cursor == 3
        assert "✓" in lines(app.table)[3]
        assert app.table.position == "3 selected of 30"
        await pilot.press("escape")
        assert not app.table.marks


async def test_everything_is_selected_without_being_read() -> None:
    app, rows = Bench(), Rows()
    async with app.run_test(size=(60, 20)) as pilot:
        app.table.show(rows.source())
        await pilot.pause()
        await pilot.press("ctrl+a", "x")
        assert app.table.marks.everything
        assert app.table.position == "99,999 selected of 100,000"
        assert "✓" not in lines(app.table)[1]
        assert list(app.table.marks.resolve(["0", "1", "2"])) == ["1", "2"]
        assert len(rows.asked) <= 2


async def test_a_click_points_and_the_second_opens() -> None:
    app = Bench()
    async with app.run_test(size=(60, 20)) as pilot:
        app.table.show(Rows(30).source())
        await pilot.pause()
        await pilot.click(Table, offset=(10, 5), times=2)
        assert app.said == [("4", "Name 4", "Łódź")]
        await pilot.click(Table, offset=(1, 3))
        assert app.table.selection == {"2"}


async def test_hostile_rows_keep_every_line_as_wide_as_the_screen() -> None:
    rows = [(str(n), text, HOSTILE[-n]) for n, text in enumerate(HOSTILE)]
    for size in ((120, 20), (33, 20), (12, 8)):
        app = Bench(folded=(COLUMNS[:1], COLUMNS[1:]), fold_below=40)
        async with app.run_test(size=size) as pilot:
            app.table.show(ListSource(rows, row_id), empty=["Nothing"])
            await pilot.pause()
            await pilot.press("down", "x", "end")
            assert lines(app.table)


async def test_a_page_that_cannot_be_read_says_so_and_is_asked_for_again() -> None:
    app, broken = Bench(), [True]

    async def fetch(offset: int, limit: int) -> Sequence[Row]:
        if broken[0]:
            raise Unavailable("The disk is gone.")
        return [("1", "Anna", "Bonn")]

    async with app.run_test(size=(60, 20)) as pilot:
        app.table.show(PagedSource(fetch, 1, row_id))
        await pilot.pause()
        assert app.said == ["The disk is gone."]
        broken[0] = False
        app.table.on_resize()
        await pilot.pause()
        assert app.table.cursor_row == ("1", "Anna", "Bonn")


async def test_an_empty_list_says_what_to_do() -> None:
    app = Bench()
    async with app.run_test(size=(60, 20)) as pilot:
        app.table.show(ListSource([], row_id), empty=["No contacts yet", "", "n makes the first one."])
        await pilot.pause()
        text = "\n".join(lines(app.table))
        assert "No contacts yet" in text
        assert "n makes the first one." in text


def test_columns_leave_by_priority_and_share_what_is_left_over() -> None:
    def keys(width: int) -> list[str]:
        return [placed.column.key for placed in arrange(COLUMNS, width)]

    assert keys(29) == ["name", "city", "id"]
    assert keys(28) == ["name", "id"]
    assert keys(18) == ["name"]
    wide = arrange(COLUMNS, 59)
    assert sum(placed.width for placed in wide) == 59 - 4
    assert wide[0].width - 10 > wide[1].width - 8 > 0
    assert arrange(COLUMNS, 4)[0].width == 4


async def test_pages_used_last_are_kept() -> None:
    rows = Rows()
    source = PagedSource(rows.fetch, rows.count, row_id, page=10, keep=2)
    await source.load(0)
    await source.load(1)
    assert source.row(3) is not None
    await source.load(2)
    assert source.row(3) is not None
    assert source.row(13) is None
    assert source.missing(0, 39) == [1, 3]


async def test_a_count_that_is_not_known_grows_until_a_page_is_not_full() -> None:
    rows = Rows(130)
    source = PagedSource(rows.fetch, 0, row_id, exact=False)
    source.count = 100
    await source.load_around(0, 40)
    assert (source.count, source.exact) == (100, False)
    source.count = 150
    await source.load_around(100, 140)
    assert (source.count, source.exact) == (130, True)


def test_a_selection_of_everything_leaves_out_what_is_taken_from_it() -> None:
    marks = Selection()
    marks.set("a", True)
    assert "a" in marks
    assert marks.count(10) == 1
    marks.select_all()
    marks.set("b", False)
    assert "b" not in marks
    assert "a" in marks
    assert marks.count(10) == 9
    marks.set("b", True)
    assert marks.count(10) == 10
    marks.clear()
    assert not marks
