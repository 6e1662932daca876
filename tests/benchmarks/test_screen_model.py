"""The small terminal interpreter."""

from __future__ import annotations

import pytest

from benchmarks.screen import Screen, width


def shown(text: str, columns: int = 10, rows: int = 3) -> list[str]:
    screen = Screen(columns, rows)
    screen.feed(text.encode())
    return screen.lines()


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("one\r\ntwo", ["one", "two", ""]),
        ("\x1b[2;3Hat", ["", "  at", ""]),
        ("\x1b[Hhome", ["home", "", ""]),
        ("\x1b[99;99Hx", ["", "", "         x"]),
        ("abc\x1b[2Dx\x1b[1Bd\x1b[1A\x1b[3Cu", ["axc   u", "  d", ""]),
        ("\x1b[1;31;48;2;1;2;3mred\x1b[0m", ["red", "", ""]),
        ("\x1b]22;default\x07a\x1b]0;title\x1b\\b\x1bPq\x1b\\c", ["abc", "", ""]),
        ("\x1b[>25u\x1b[?25l\x1b[?2026$p\x1b(Bok\x1b=", ["ok", "", ""]),
        ("1\r\n2\r\n3\r\n4", ["2", "3", "4"]),
    ],
)
def test_text_lands_where_the_sequences_say(text: str, expected: list[str]) -> None:
    assert shown(text) == expected


@pytest.mark.parametrize(
    ("erase", "expected"),
    [
        ("\x1b[K", ["aaaa", "bb", "cccc"]),
        ("\x1b[1K", ["aaaa", "   b", "cccc"]),
        ("\x1b[2K", ["aaaa", "", "cccc"]),
        ("\x1b[J", ["aaaa", "bb", ""]),
        ("\x1b[1J", ["", "   b", "cccc"]),
        ("\x1b[2J", ["", "", ""]),
    ],
)
def test_erasing(erase: str, expected: list[str]) -> None:
    assert shown("aaaa\r\nbbbb\r\ncccc\x1b[2;3H" + erase) == expected


class TestWideCharacters:
    @pytest.mark.parametrize(
        ("character", "cells"), [("a", 1), ("·", 1), ("日", 2), ("📞", 2), ("\u0301", 0)]
    )
    def test_width(self, character: str, cells: int) -> None:
        assert width(character) == cells

    def test_they_take_two_cells(self) -> None:
        assert shown("日本x\x1b[1;4Hy") == ["日 yx", "", ""]

    def test_writing_over_one_half_takes_the_other_away(self) -> None:
        assert shown("日x\x1b[1;1Ha") == ["a x", "", ""]
        assert shown("日x\x1b[1;2Ha") == [" ax", "", ""]
        assert shown("a日\x1b[1;1H本") == ["本", "", ""]

    def test_one_that_does_not_fit_goes_to_the_next_line(self) -> None:
        assert shown("abc日", columns=4) == ["abc", "日", ""]

    def test_combining_characters_join(self) -> None:
        assert shown("e\u0301a日\u0301b") == ["e\u0301a日\u0301b", "", ""]


class TestWrap:
    def test_a_full_line_wraps_with_the_next_character(self) -> None:
        assert shown("abcd\r\nef", columns=4) == ["abcd", "ef", ""]
        assert shown("abcdef", columns=4) == ["abcd", "ef", ""]

    def test_unless_it_is_switched_off(self) -> None:
        assert shown("\x1b[?7labcdef", columns=4) == ["abcf", "", ""]


def test_the_alternate_screen_gives_the_main_one_back() -> None:
    screen = Screen(10, 3)
    screen.feed(b"shell\r\n\x1b[?1049h\x1b[1;1Happ")
    assert screen.lines() == ["app", "", ""]
    screen.resize(10, 4)
    screen.feed(b"\x1b[?1049l$")
    assert screen.lines() == ["shell", "$", "", ""]


def test_a_new_size_cuts_and_pads() -> None:
    screen = Screen(10, 3)
    screen.feed(b"0123456789\r\nsecond")
    screen.resize(4, 2)
    assert screen.lines() == ["0123", "seco"]
    screen.resize(6, 3)
    screen.feed(b"\x1b[3;6Hx")
    assert screen.lines() == ["0123", "seco", "     x"]


def test_it_does_not_matter_where_the_bytes_are_cut() -> None:
    text = "\x1b[?1049h\x1b]22;default\x07\x1b[1;1H\x1b[38;2;1;2;3mÄrger 日本\x1b[0m\x1b[3;2H📞 now\x1b(B!"
    text += "\x1b]0;t\x1b\\?"
    screen = Screen(20, 3)
    for byte in text.encode():
        screen.feed(bytes([byte]))
    assert screen.lines() == shown(text, columns=20) == ["Ärger 日本", "", " 📞 now!?"]


def test_nonsense_does_not_stop_it() -> None:
    assert shown("a\x1b[\x01b\xff\x1b\x02c")[0].startswith("a")
    screen = Screen(10, 1)
    screen.feed(b"\xff\xfeok")
    assert screen.lines()[0].endswith("ok")
