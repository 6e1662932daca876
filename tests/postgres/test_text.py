"""Text on the server is what it is in every client: folded, split and put together the same."""

from __future__ import annotations

import random
import sys
from collections.abc import Sequence
from typing import Any

import psycopg
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.text import fold, words
from storage.derive import full_name, phone_words
from tests.server import Database

storable = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"))
"""What PostgreSQL can keep: anything but NUL and halves of surrogate pairs."""


@pytest.fixture(scope="module")
def server(shared_database: Database) -> psycopg.Connection[Any]:
    return shared_database.superuser()


def ask(server: psycopg.Connection[Any], function: str, values: Sequence[str]) -> list[Any]:
    [(answers,)] = server.execute(
        f"SELECT json_agg(offhook.{function}(value) ORDER BY place) FROM unnest(%s::text[])"
        " WITH ORDINALITY AS given(value, place)",
        (list(values),),
    ).fetchall()
    return list(answers)


def test_every_character_folds_as_in_core(server: psycopg.Connection[Any]) -> None:
    characters = [chr(code) for code in range(1, sys.maxunicode + 1) if not 0xD800 <= code < 0xE000]
    for start in range(0, len(characters), 100_000):
        some = characters[start : start + 100_000]
        assert ask(server, "fold", some) == [fold(character) for character in some]
        assert ask(server, "lowered", some) == [character.lower() for character in some]
        between = [f"a{character}b" for character in some]
        assert ask(server, "words", between) == [words(value) for value in between]


@settings(max_examples=300, deadline=None)
@given(st.lists(storable, min_size=1, max_size=20))
def test_any_text_folds_as_in_core(server: psycopg.Connection[Any], texts: list[str]) -> None:
    assert ask(server, "fold", texts) == [fold(text) for text in texts]
    assert ask(server, "words", texts) == [words(text) for text in texts]
    assert ask(server, "stripped", texts) == [text.strip() for text in texts]


@pytest.mark.parametrize(
    ("value", "folded"),
    [
        ("Łódź", "lodz"),
        ("Straße", "strasse"),
        ("ﬁne Ǆ", "fine dz"),
        ("한국어", fold("한국어")),
        ("ΝΊΚΟΣ", "νικοσ"),
        ("İstanbul", "istanbul"),
    ],
)
def test_names_of_many_languages(server: psycopg.Connection[Any], value: str, folded: str) -> None:
    assert ask(server, "fold", [value]) == [folded]


def test_phone_numbers_are_found_in_the_forms_in_which_people_type_them(
    server: psycopg.Connection[Any],
) -> None:
    chance = random.Random(7)
    numbers = [f"+{chance.randint(1, 10 ** chance.randint(1, 14))}" for _ in range(2_000)]
    numbers += ["", "+", "+49", "+4930", "110", "+493012345;ext=12", "0049-30", "abc", "+49 30"]
    assert ask(server, "phone_words", numbers) == [phone_words(number) for number in numbers]


@given(storable, storable)
@settings(max_examples=50, deadline=None)
def test_full_names(server: psycopg.Connection[Any], first: str, last: str) -> None:
    [(found,)] = server.execute("SELECT offhook.full_name(%s, %s)", (first, last)).fetchall()
    assert found == full_name({"first_name": first, "last_name": last})


def test_what_the_index_holds_is_the_words_of_the_text(server: psycopg.Connection[Any]) -> None:
    [(found,)] = server.execute(
        "SELECT tsvector_to_array(offhook.lexemes(offhook.fold(%s)))", ("Jörg & Łucja, +49 30",)
    ).fetchall()
    assert set(found) == {"jorg", "lucja", "49", "30"}


def test_notes_of_any_length_fit_into_the_index(server: psycopg.Connection[Any]) -> None:
    long = " ".join(f"wörter{n}" for n in range(100_000))
    for text in (long, "x" * 5_000 + " y", "ü" * 1_000_000, "- " * 10_000, "𐐨" * 5_000):
        [(count,)] = server.execute("SELECT length(offhook.lexemes(offhook.fold(%s)))", (text,)).fetchall()
        assert count == len({word[:250] for word in words(fold(text)[:200_000])})
