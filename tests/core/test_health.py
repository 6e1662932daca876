"""What wants attention: the next step, and what has gone stale."""

from __future__ import annotations

import datetime as dt
from zoneinfo import ZoneInfo

import pytest

from core.catalog import Catalog
from core.errors import NotFound
from core.health import DAY, Next, end_of_today, is_stale, next_state

BERLIN = ZoneInfo("Europe/Berlin")


@pytest.mark.parametrize(
    ("due", "state"),
    [(None, Next.NONE), (99, Next.OVERDUE), (100, Next.TODAY), (199, Next.TODAY), (200, Next.FUTURE)],
)
def test_the_next_step_is_overdue_today_missing_or_later(due, state):
    assert next_state(due, now=100, tomorrow=200) is state


def test_what_wants_something_comes_first():
    assert sorted([Next.FUTURE, Next.NONE, Next.TODAY, Next.OVERDUE]) == [
        Next.OVERDUE, Next.TODAY, Next.NONE, Next.FUTURE,
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("now", "tomorrow"),
    [
        # Late in the evening in UTC it is tomorrow already in Berlin.
        ("2026-11-18T23:30:00+00:00", "2026-11-20T00:00:00+01:00"),
        ("2026-11-18T09:30:00+00:00", "2026-11-19T00:00:00+01:00"),
        # The day on which the clocks go forward has 23 hours.
        ("2026-03-29T00:30:00+01:00", "2026-03-30T00:00:00+02:00"),
        ("2026-10-25T12:00:00+01:00", "2026-10-26T00:00:00+01:00"),
    ],
)
def test_today_ends_at_midnight_where_the_viewer_is(now, tomorrow):
    ends = end_of_today(dt.datetime.fromisoformat(now), BERLIN)
    assert ends.astimezone(dt.UTC) == dt.datetime.fromisoformat(tomorrow)


def test_a_deal_is_stale_when_nothing_happened_for_longer_than_its_stage_allows():
    now = 100 * DAY
    assert not is_stale(now - 7 * DAY, None, 7, now)
    assert is_stale(now - 7 * DAY - 1, None, 7, now)
    assert not is_stale(now - 30 * DAY, now - DAY, 7, now)
    assert is_stale(now - 30 * DAY, now - 8 * DAY, 7, now)
    assert not is_stale(0, None, None, now)


def test_the_catalog_names_people_whoever_asks(office):
    catalog: Catalog = office.bob.catalog()
    assert catalog.user_name(office.ann.user_id) == "Ann"
    assert (catalog.user_name("gone"), catalog.user_name(None), catalog.owner_name("gone")) == (
        "someone",
    ) * 3
    assert catalog.owner_name(office.pool) == "Sales pool"
    assert catalog.owner_name(office.book(office.eve)) == "Eve"
    with pytest.raises(NotFound, match="Rex has no book of their own"):
        assert office.rex.catalog().my_book
