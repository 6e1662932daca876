"""The rates at the end of a block of calls."""

from __future__ import annotations

from core.calling.summary import connect_rate, seconds_per_dial
from core.workspace import CallStats

BLOCK = CallStats(
    dials=60, connects=6, conversations=3, meetings=1, talk_s=900, first_at=1_000, last_at=1_000 + 59 * 90
)
NOTHING = CallStats(0, 0, 0, 0, 0, None, None)
ONE = NOTHING._replace(dials=1, first_at=5, last_at=5)


def test_the_connect_rate_is_of_all_dials() -> None:
    assert connect_rate(BLOCK) == 0.1
    assert connect_rate(ONE) == 0


def test_the_time_per_dial_runs_from_one_dial_to_the_next() -> None:
    assert seconds_per_dial(BLOCK) == 90


def test_a_block_too_short_for_a_rate_has_none() -> None:
    assert connect_rate(NOTHING) is None
    assert seconds_per_dial(NOTHING) is None
    assert seconds_per_dial(ONE) is None
