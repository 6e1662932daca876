from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.text import clean_line, clean_tag, clean_text, fold, printable, words

anything = st.text(st.characters(codec=None, exclude_categories=()))
NAMES = (
    "Zoë Müller-Łukasiewicz",
    "田中 さくら",
    "محمد العلي",
    "שירה כהן",
    "می‌خواهم",
    "अनुष्का शर्मा",
    "Søren Ærø",
    "김민준",
    "Ann 👩‍💻 Lee",
    "Pride 🏳️‍🌈",
    "England 🏴\U000e0067\U000e0062\U000e0065\U000e006e\U000e0067\U000e007f",
    "O’Brien",
    "I ❤️ Acme",
)


@pytest.mark.parametrize("name", NAMES)
def test_names_of_every_script_and_emoji_are_kept(name):
    name = unicodedata.normalize("NFC", name)
    assert clean_line(name) == name
    assert clean_text(name) == name
    assert printable(name) == name


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("  Ann \t Lee\n", "Ann Lee"),
        ("Ann\r\nLee", "Ann Lee"),
        ("Ann   Lee", "Ann Lee"),
        ("Ann\u2028Lee", "Ann Lee"),
        ("Ann\u00a0\u00a0Lee", "Ann Lee"),
        ("\x1b[31mAnn\x1b[0m", "[31mAnn[0m"),
        ("\x9b31mAnn", "31mAnn"),
        ("Ann\x00Lee", "AnnLee"),
        ("Ann\u202eeeL", "AnneeL"),
        ("\u061cAnn\u200e\u200f", "Ann"),
        ("Ac\u200bme\ufeff \u2060GmbH\u00ad", "Acme GmbH"),
        ("Ann\ud83dLee", "AnnLee"),
        ("Zoe\u0308", "Zoë"),
        ("", ""),
    ],
)
def test_a_line_keeps_what_was_meant_and_nothing_that_acts(typed, kept):
    assert clean_line(typed) == kept


def test_a_note_keeps_its_lines_and_tabs():
    note = "Budget:\r\n\t50k\rNext:\u2029  call  back\x07\x1b]0;owned\x07  \n"
    assert clean_text(note) == "Budget:\n\t50k\nNext:\n  call  back]0;owned"


@given(anything)
def test_cleaning_twice_changes_nothing_more(value):
    for clean in (clean_line, clean_text, printable, fold, clean_tag):
        assert clean(clean(value)) == clean(value)


@given(anything)
def test_nothing_in_the_data_can_act_on_a_terminal(value):
    for safe in (clean_line(value), printable(value), clean_text(value).replace("\n", "").replace("\t", "")):
        assert not any(unicodedata.category(c) in ("Cc", "Cs", "Zl", "Zp") for c in safe)
        assert not any(unicodedata.bidirectional(c) in BIDI_CONTROLS for c in safe)
        safe.encode()


BIDI_CONTROLS = {"LRE", "RLE", "LRO", "RLO", "PDF", "LRI", "RLI", "FSI", "PDI"}


def test_every_control_character_is_harmless_once_printable():
    for code in (*range(0x3000), *range(0xD800, 0xE000), *range(0xFE00, 0x10000), *range(0xE0000, 0xE0200)):
        shown = printable(chr(code))
        assert "\n" not in shown
        assert not any(c < " " or "\x7f" <= c <= "\x9f" or "\ud800" <= c <= "\udfff" for c in shown)


@pytest.mark.parametrize(
    ("value", "folded"),
    [
        ("Łódź", "lodz"),
        ("Straße", "strasse"),
        ("STRASSE", "strasse"),
        ("Ærø", "aero"),
        ("Þórður", "thordur"),
        ("İstanbul", "istanbul"),
        ("ıspanak", "ispanak"),
        ("ﬁn", "fin"),
        ("Ａｃｍｅ", "acme"),
        ("𝐀cme", "acme"),
        ("Ǆ", "dz"),
        ("Αθήνα", "αθηνα"),
    ],
)
def test_finding_does_not_mind_case_or_accents(value, folded):
    assert fold(value) == folded


@given(st.text())
def test_capitals_and_decomposition_never_hide_a_name(value):
    assert fold(unicodedata.normalize("NFD", value)) == fold(unicodedata.normalize("NFC", value))


def test_words_are_runs_of_letters_and_digits():
    assert words("Jean-Luc O’Brien (Acme_2)") == ["jean", "luc", "o", "brien", "acme", "2"]


@pytest.mark.parametrize(
    ("typed", "tag"),
    [
        ("#VIP", "vip"),
        ("Key Account", "key-account"),
        ("a,b", "a-b"),
        ("##", ""),
        ("  ", ""),
        ("Größe", "größe"),
    ],
)
def test_two_peoples_tags_are_the_same_tag(typed, tag):
    assert clean_tag(typed) == tag
