"""Names of people as files have them."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.imports.values.names import is_company_like, split_name
from core.text import clean_line


@pytest.mark.parametrize(
    ("text", "first", "last", "title", "note"),
    [
        ("Ann Lee", "Ann", "Lee", "", ""),
        ("Smith, John", "John", "Smith", "", ""),
        ("Mr. Ivan Petrov", "Ivan", "Petrov", "Mr.", ""),
        ("Mr. Petrov", "", "Petrov", "Mr.", ""),
        ("Dr. med. Anna Müller-Lüdenscheidt", "Anna", "Müller-Lüdenscheidt", "Dr. med.", ""),
        ("Prof.Dr. Max Weber", "Max", "Weber", "Prof.Dr.", ""),
        ("Müller, Dr. Anna", "Anna", "Müller", "Dr.", ""),
        ("Sr. Juan Pérez", "Juan", "Pérez", "Sr.", ""),
        ("Madonna", "Madonna", "", "", ""),
        ("van der Berg, Jan", "Jan", "van der Berg", "", ""),
        ("Berg, Jan van der", "Jan", "van der Berg", "", ""),
        ("Ludwig van Beethoven", "Ludwig", "van Beethoven", "", ""),
        ("Robert De Niro", "Robert", "De Niro", "", ""),
        ("José Ortega y Gasset", "José", "Ortega y Gasset", "", ""),
        ("María José García López", "María José", "García López", "", ""),
        ("Anna Maria Schmidt", "Anna Maria", "Schmidt", "", ""),
        ("JOHN SMITH", "JOHN", "SMITH", "", ""),
        ("Maria Lopez (deleted)", "Maria", "Lopez", "", "deleted"),
        ("Jane Doe - USD", "Jane", "Doe", "", "USD"),
        ("Jane Doe, CEO", "Jane", "Doe", "", "CEO"),
        ("Jane Doe, PhD", "Jane", "Doe", "", "PhD"),
        ("John Smith Jr.", "John", "Smith Jr.", "", ""),
        ("Smith, John, Jr.", "John", "Smith Jr.", "", ""),
        ("William (Bill) Gates III", "William", "Gates III", "", "Bill"),
        ("Sam Ma", "Sam", "Ma", "", ""),
        ("王小明", "", "王小明", "", ""),
        ("山田 太郎", "太郎", "山田", "", ""),
        ("ada@x.com", "", "", "", "ada@x.com"),
        ("", "", "", "", ""),
    ],
)
def test_names_are_split_as_their_writers_meant_them(
    text: str, first: str, last: str, title: str, note: str
) -> None:
    assert tuple(split_name(text)) == (first, last, title, note)


WORDS = "Smith John van der de Dr. Mr. Jr. PhD , - ( ) y / III Anna García 王小明 | ; a@b.c Inc. & ,"
PIECES = [*WORDS.split(), " "]


def _letters(text: str) -> list[str]:
    return sorted(c for c in text if c.isalnum())


@given(st.one_of(st.text(max_size=40), st.lists(st.sampled_from(PIECES), max_size=9).map(" ".join)))
def test_no_letter_of_a_name_is_lost_and_none_is_made_up(text: str) -> None:
    name = split_name(text)
    assert _letters("".join(name)) == _letters(clean_line(text))
    assert all(part == part.strip() for part in name)


@given(
    st.sampled_from(["Ann", "Jean-Luc", "Élodie", "Bo"]),
    st.sampled_from(["Lee", "O'Neil", "van der Berg", "García López"]),
)
def test_last_name_first_is_the_same_person(first: str, last: str) -> None:
    assert split_name(f"{last}, {first}")[:2] == (first, last)


@pytest.mark.parametrize(
    "text",
    ["Acme GmbH", "Acme, Inc.", "Foo S.A.", "Foo AG", "Bar s.r.o.", "Oy Foo Ab", "Foo B.V.", "Müller & Co. KG", "株式会社トヨタ",
     "Acme Solutions", "Foo Pty Ltd", "Foo Sp. z o.o.", "ACME LLC", "Foo & Co"],
)  # fmt: skip
def test_companies_in_a_persons_field_are_recognised(text: str) -> None:
    assert is_company_like(text)


@pytest.mark.parametrize(
    "text", ["Ann Lee", "Maria Spa", "Kim Ag", "Ana Sa", "Google", "", "Inc", "ann@acme.inc", "王小明"]
)
def test_people_are_no_companies(text: str) -> None:
    assert not is_company_like(text)
