"""What could come next while a filter is typed."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest

from core.filters import field_names, parse
from tui.models.completion import completions


@pytest.fixture
def catalog(workspace: Any) -> Any:
    return workspace.catalog()


def shown(text: str, catalog: Any, **more: Any) -> list[str]:
    return [way.shown for way in completions(text, "deals", catalog, **more)]


def test_fields_come_first_with_the_sign_that_fits_them(catalog: Any) -> None:
    assert shown("sta", catalog) == ["stage:", "stale:"]
    assert shown("acme val", catalog) == ["value>"]
    assert shown("-ow", catalog) == ["owner:"]
    assert shown("acme ", catalog, limit=2) == [f"{name}:" for name in field_names("deals", catalog)[:2]]


def test_values_fit_their_field(catalog: Any) -> None:
    assert shown("stage:ne", catalog) == ["New", "Negotiation"]
    assert shown("owner:j", catalog) == ["Jonas Weber"]
    assert shown("tag:q", catalog, tags=["q2", "vip", "q3"]) == ["q2", "q3"]
    assert shown("contract:", catalog) == ["monthly", "yearly"]
    assert shown("next:o", catalog) == ["overdue"]
    assert shown("next<", catalog) == ["7d", "30d", "90d"]
    assert shown("nonsense:x", catalog) == []


def test_the_last_of_several_values_is_completed_and_blanks_are_quoted(catalog: Any) -> None:
    ways = completions("acme stage:new,neg", "deals", catalog)
    assert [way.text for way in ways] == ["acme stage:new,Negotiation"]
    quoted = completions("owner:jonas", "deals", catalog)
    assert [way.text for way in quoted] == ['owner:"Jonas Weber"']


def test_whatever_is_proposed_can_be_used(catalog: Any) -> None:
    now = dt.datetime(2026, 3, 18, tzinfo=dt.UTC)
    for name in field_names("deals", catalog):
        for op in (":", "<", ">"):
            for way in completions(name + op, "deals", catalog, ["vip", "a b"]):
                parse(way.text, "deals", catalog, now=now, zone=dt.UTC)
