"""The figures at the end of a block of calls."""

from __future__ import annotations

import pytest

from core.calling.summary import figures, summary
from core.workspace import CallStats

BLOCK = CallStats(
    dials=60, connects=6, conversations=3, meetings=1, talk_s=900, first_at=1_000, last_at=1_000 + 59 * 90
)
NOTHING = CallStats(0, 0, 0, 0, 0, None, None)


def test_a_block_is_told_in_rates() -> None:
    found = figures(BLOCK)
    assert (found.connect_rate, found.dials_per_conversation) == (0.1, 20)
    assert (found.seconds_per_dial, found.dials_per_hour) == (90, 40)


def test_pauses_do_not_count_where_the_time_worked_is_known() -> None:
    assert figures(BLOCK, worked_s=3600).seconds_per_dial == 60


@pytest.mark.parametrize("stats", [NOTHING, NOTHING._replace(dials=1, first_at=5, last_at=5)])
def test_a_block_too_short_for_a_rate_has_none(stats: CallStats) -> None:
    found = figures(stats)
    assert (found.seconds_per_dial, found.dials_per_hour, found.dials_per_conversation) == (None, None, None)


def test_it_is_put_beside_yesterday() -> None:
    found = summary(BLOCK, BLOCK._replace(connects=3, last_at=1_000 + 59 * 100))
    assert found.connect_rate_change == pytest.approx(0.05)
    assert found.seconds_per_dial_change == -10


def test_a_day_without_calls_is_no_comparison() -> None:
    for before in (None, NOTHING):
        found = summary(BLOCK, before)
        assert (found.before, found.connect_rate_change, found.seconds_per_dial_change) == (None, None, None)
