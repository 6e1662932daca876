"""Where phone numbers without a country code are: what the files say of it, and what is asked."""

from __future__ import annotations

from dataclasses import replace

import pytest

from core.imports.questions import open_questions
from core.imports.regions import NOWHERE, REGION
from core.imports.shapes import Options, Question
from tests.core.imports.bench import OFFICE, Bench

AMERICAN = ("(415) 293-3313", "570-809-7197", "262.397.7937 x4781", "1-897-300-1976 x14675")
GERMAN = ("030 1234567", "089/2345678", "0171 2345678")
BRITISH = ("020 7946 0958", "07700 900123", "0161 496 0000")


def asked(bench: Bench) -> Question | None:
    """The question about the region, where it is asked."""
    questions = open_questions([bench.plan], [bench.columns], bench.catalog, bench.options)
    return next((one for one in questions if one.id == REGION), None)


def people(numbers: tuple[str, ...], header: str = "", says: tuple[str, ...] = (), **more: object) -> Bench:
    """People with these numbers, and a column beside that may say where they are."""
    office = replace(OFFICE.catalog, organization=replace(OFFICE.catalog.organization, country=""))
    rows = [[f"Lee {n}", number, says[n % len(says)] if says else ""] for n, number in enumerate(numbers)]
    mapping = {"Name": "last_name", "Phone": "phone", "Beside": header}
    return Bench("contacts", mapping, *rows, catalog=office, **more)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("numbers", "header", "says", "region"),
    [
        (AMERICAN, "", (), "US"),
        (("01 42 68 53 00", "06.12.34.56.78"), "", (), "FR"),
        (GERMAN, "country", ("Deutschland", "", ""), "DE"),
        (GERMAN, "email", ("ann@firma.de", "bob@werk.de", "cem@gmail.com"), "DE"),
        (GERMAN, "phone_2", ("+49 30 1234567",), "DE"),
        (BRITISH, "postal_code", ("SW1A 1AA", "M1 1AE"), "GB"),
        (BRITISH, "address", ("1 High Street, Leeds, UK",), "GB"),
        (AMERICAN, "email", ("ann@firma.de",), "US"),
        (("(604) 293-3313", "416-809-7197"), "country", ("Canada", ""), "CA"),
        # A zero at the beginning fits neither the one nor the other.
        (("01 42 68 53 00",), "phone_2", ("+420 601 123 456",), "FR"),
        # What says nothing clear is not guessed.
        (GERMAN, "", (), NOWHERE),
        (GERMAN, "email", ("ann@start.io", "bob@acme.com"), NOWHERE),
        (GERMAN, "email", ("ann@firma.de", "bob@firma.at"), NOWHERE),
    ],
)
def test_where_numbers_are_is_taken_from_what_the_file_clearly_says(
    numbers: tuple[str, ...], header: str, says: tuple[str, ...], region: str
) -> None:
    question = asked(people(numbers, header, says))
    assert question is not None
    assert question.default == region
    assert question.samples[0] == numbers[0]
    assert {region, NOWHERE} <= {option.value for option in question.options}


def test_nothing_is_asked_where_it_is_known() -> None:
    assert asked(people(AMERICAN, options=Options(region="US"))) is None
    assert asked(people(("+1 415 293 3313", "004930123456"))) is None
    assert asked(people(GERMAN, "country", ("DE", "AT", "CH"))) is None
    bench = people(GERMAN)
    home = replace(bench.catalog, organization=replace(bench.catalog.organization, country="DE"))
    assert open_questions([bench.plan], [bench.columns], home, bench.options) == []


def test_the_country_that_was_taken_is_told_and_a_rows_own_goes_first() -> None:
    bench = people(AMERICAN, "country", ("", "Germany"))
    first, second, *_ = bench.all()
    assert first.contact is not None
    assert second.contact is not None
    assert first.contact.values["phones"][0]["value"] == "+14152933313"
    assert second.contact.values["phones"][0]["value"].startswith("+49")
    assert ["US numbers (United States)" in one.reason for one in first.warnings] == [True]
    assert second.warnings == ()
