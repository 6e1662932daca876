"""Everything that people do, each as often as its weight says."""

from __future__ import annotations

from tests.sync.simulator.bringing import bring_in, take_back
from tests.sync.simulator.calling import call, set_up_calls, snooze
from tests.sync.simulator.people import (
    Action,
    assign,
    claim,
    correct,
    create,
    delete,
    edit,
    log,
    manage,
    move,
    plan,
    points,
    share_book,
    share_record,
    tag,
    undo,
    work,
)

ACTIONS: tuple[tuple[int, Action], ...] = (
    (40, edit), (6, tag), (7, points), (12, move), (3, delete), (5, undo), (8, claim), (6, assign), (2, share_record),
    (2, share_book), (5, log), (4, correct), (4, plan), (6, work), (8, create), (3, manage), (24, call), (3, snooze),
    (3, set_up_calls), (4, bring_in), (2, take_back),
)  # fmt: skip
