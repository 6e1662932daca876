"""Text, lists, flags, countries and lengths of time as files have them."""

from __future__ import annotations

import contextlib
import html

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.imports.shapes import Unread
from core.imports.values.countries import CODES
from core.imports.values.durations import Unit, read_duration
from core.imports.values.flags import read_flag
from core.imports.values.lists import join_list, split_ids, split_list
from core.imports.values.places import read_country
from core.imports.values.texts import is_blank, plain, restored, unmangled


@pytest.mark.parametrize(
    "text",
    [
        "",
        " ",
        "\xa0",
        "n/a",
        "N/A",
        "-",
        "–",
        "TBD",
        "None",
        "null",
        "#N/A",
        "unknown",
        "nil",
        "(blank)",
        "#REF!",
        " n/a ",
    ],
)
def test_what_people_write_into_empty_fields_is_blank(text: str) -> None:
    assert is_blank(text)


@pytest.mark.parametrize(
    "text", ["0", "no", "Nan Goldin", "Nil Patel", "a", "-5", "Unknown Pleasures Ltd", "none of them"]
)
def test_what_says_something_is_not_blank(text: str) -> None:
    assert not is_blank(text)


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("<p>Hello&nbsp;<b>Ann</b></p><p>Call <a href='https://x.com'>me</a></p>", "Hello Ann\n\nCall me (https://x.com)"),
        ("<a href='https://x.com/'>https://x.com</a>", "https://x.com"),
        ("<a href='mailto:a@b.com'>a@b.com</a>", "a@b.com"),
        ("<ul><li>one</li><li>two</li></ul>", "- one\n- two"),
        ("<ol><li>x<li>y</ol>", "1. x\n2. y"),
        ("line<br>two<br/>three", "line\ntwo\nthree"),
        ("<div>a</div><div>b</div>", "a\nb"),
        ("<style>p {}</style><script>alert('x')</script>hi<br>", "hi"),
        ("<table><tr><td>a</td><td>b</td></tr><tr><td>c</td></tr></table>", "a | b\nc"),
        ("<p>x<!-- c --></p>", "x"),
        ("AT&amp;T", "AT&T"),
        ("a < b and c > d", "a < b and c > d"),
        ("Ann <ann@x.com>", "Ann <ann@x.com>"),
        ("two\nlines", "two\nlines"),
    ],
)  # fmt: skip
def test_notes_in_html_are_told_as_people_read_them(text: str, told: str) -> None:
    assert plain(text) == told


@given(st.text(alphabet="<>/!-[]pbr a&;\"'=#x?", max_size=60))
def test_no_markup_breaks_the_reader(text: str) -> None:
    assert isinstance(plain(f"<p>{text}"), str)


@given(st.text(alphabet=st.characters(categories=["L", "N", "P", "S"]), min_size=1, max_size=40))
def test_what_html_escapes_is_told_as_it_was_meant(text: str) -> None:
    assert plain(f"<p>{html.escape(text)}</p>") == text


@given(st.text(alphabet=st.characters(categories=["L", "N", "Zs"], max_codepoint=0x24F), max_size=30))
def test_what_was_read_as_windows_1252_is_put_right(text: str) -> None:
    try:
        mangled = text.encode().decode("cp1252")
    except UnicodeDecodeError:
        return
    if unmangled(text) == text:
        assert unmangled(mangled) == text


@pytest.mark.parametrize(
    ("text", "meant"),
    [
        ("NovÃ¡k", "Novák"), ("MÃ¼ller", "Müller"), ("ÄŒeskÃ½", "Český"), ("NovĂˇk", "Novák"), ("ðŸ˜€ ok", "😀 ok"), ("ÃƒÂ©", "é"), ("Â£5", "£5"),
        ("Novák", "Novák"), ("São Paulo", "São Paulo"), ("Ã", "Ã"), ("Ã©é", "Ã©é"), ("Tschüß", "Tschüß"), ("王小明", "王小明"), ("Ârea", "Ârea"),
    ],
)  # fmt: skip
def test_only_what_is_certainly_broken_is_mended(text: str, meant: str) -> None:
    assert unmangled(text) == meant


def test_an_apostrophe_before_a_formula_is_taken_off() -> None:
    assert restored("'=1+2") == "=1+2"
    assert restored("''=1+2") == "'=1+2"
    assert restored("'Tis") == "'Tis"
    assert restored("+49 30 1234567") == "+49 30 1234567"


@pytest.mark.parametrize(
    ("text", "held"),
    [
        ("VIP; Berlin", ("VIP", "Berlin")), ("a, b", ("a", "b")), ("a | b", ("a", "b")), ("a\nb", ("a", "b")), ("a ::: b", ("a", "b")),
        ("* Friends ::: * myContacts", ("Friends",)), ("Retail, food; Steel", ("Retail, food", "Steel")), ("a;a;;b", ("a", "b")),
        ("Acme (https://www.notion.so/Acme-12ab), Beta (https://www.notion.so/y)", ("Acme", "Beta")),
        ("Acme (../Companies/Acme%2012.md)", ("Acme",)), ("Foo (Bar) Ltd (https://notion.so/x)", ("Foo (Bar) Ltd",)), ("n/a", ()), ("", ()),
    ],
)  # fmt: skip
def test_lists_come_apart(text: str, held: tuple[str, ...]) -> None:
    assert split_list(text) == held


@given(st.lists(st.text(alphabet="abc-1/.", min_size=1, max_size=8), unique=True, max_size=5))
def test_tags_read_back_from_what_we_write(tags: list[str]) -> None:
    assert split_list(join_list(tags)) == tuple(tags)


@given(st.lists(st.text(alphabet="ab,;", min_size=1, max_size=5), unique=True, max_size=3))
def test_tags_with_separators_in_them_read_back_too(tags: list[str]) -> None:
    assert split_list(join_list(tags)) == tuple(tags)


def test_ids_come_apart() -> None:
    assert split_ids("8001;8002") == ("8001", "8002")
    assert split_ids("8001.0") == ("8001",)
    assert split_ids("0035g00000ABC, 0035g00000ABC") == ("0035g00000ABC",)


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("DE", "DE"), ("de", "DE"), ("DEU", "DE"), ("Germany", "DE"), ("Deutschland", "DE"), ("Allemagne", "DE"), ("Niemcy", "DE"), ("ドイツ", "DE"),
        ("USA", "US"), ("U.S.A.", "US"), ("United States of America", "US"), ("Estados Unidos", "US"), ("UK", "GB"), ("England", "GB"),
        ("Germany (DE)", "DE"), ("Korea, Republic of", "KR"), ("Côte d'Ivoire", "CI"), ("The Netherlands", "NL"), ("Türkiye", "TR"), ("ao", "AO"),
        ("Österreich", "AT"), ("Česká republika", "CZ"), ("Россия", "RU"), ("Georgia", "GE"), ("n/a", None), ("", None),
    ],
)  # fmt: skip
def test_countries_are_read_by_code_and_name(text: str, code: str | None) -> None:
    assert read_country(text) == code


def test_a_country_that_nobody_knows_is_refused() -> None:
    with pytest.raises(Unread, match="Atlantis"):
        read_country("Atlantis")
    with pytest.raises(Unread):
        read_country("ZZ")
    assert all(read_country(code) == ("GB" if code == "UK" else code) for code in CODES)


@pytest.mark.parametrize(
    ("text", "said"), [("Yes", True), ("TRUE", True), ("1", True), ("x", True), ("Ja", True), ("да", True), ("no", False), ("0", False), ("FALSCH", False), ("não", False), ("", None), ("n/a", None)]
)  # fmt: skip
def test_yes_and_no(text: str, said: bool | None) -> None:
    assert read_flag(text) is said


def test_maybe_is_neither() -> None:
    with pytest.raises(Unread, match="neither yes nor no"):
        read_flag("maybe")


@pytest.mark.parametrize(
    ("text", "unit", "seconds"),
    [("00:12:30", "min", 750), ("12:30", "min", 45_000), ("12 min", "min", 720), ("1h 5m", "min", 3_900), ("PT12M30S", "min", 750), ("12", "min", 720), ("750", "s", 750), ("750000", "ms", 750), ("1.5", "h", 5_400), ("", "s", None)],
)  # fmt: skip
def test_lengths_of_time(text: str, unit: Unit, seconds: int | None) -> None:
    assert read_duration(text, unit) == seconds


@given(st.text(max_size=30))
def test_no_text_is_worse_than_unread(text: str) -> None:
    for read in (read_flag, read_duration, read_country, split_list, split_ids, unmangled, restored):
        with contextlib.suppress(Unread):
            read(text)
