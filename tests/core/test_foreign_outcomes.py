"""Calls of other systems are taken over under the names that they have here."""

from __future__ import annotations

import pytest

from core.calling.foreign import line_of, outcome_of_hubspot
from core.calling.outcomes import DEFAULT_OUTCOMES


def test_the_dispositions_of_hubspot_are_outcomes_that_there_are():
    known = {outcome.key for outcome in DEFAULT_OUTCOMES}
    connected = "f240bbac-87c9-4f6e-bf70-924b57d47db7"
    assert outcome_of_hubspot(connected) == "connected"
    assert outcome_of_hubspot(f" {connected.upper()} ") == "connected"
    assert outcome_of_hubspot("17b47fee-58de-441e-a44c-c6300d46f273") == "wrong number"
    assert {"connected", "wrong number"} <= known
    # An id that was cut off in an export is not taken for the one that it begins.
    assert outcome_of_hubspot(connected[:-1]) is None
    assert outcome_of_hubspot("") is None


@pytest.mark.parametrize(
    ("system", "status", "line"),
    [
        ("close", "vm-left", "vm-left"),
        ("twilio", "completed", "answered"),
        ("twilio", "canceled", "abandoned"),
        ("twilio", "ringing", None),
        ("frappe", "No Answer", "no-answer"),
    ],
)
def test_what_the_line_did_has_one_name(system, status, line):
    assert line_of(system, status) == line


def test_a_system_that_is_not_known_is_no_mistake_of_the_data():
    with pytest.raises(KeyError):
        line_of("sorcery", "busy")
