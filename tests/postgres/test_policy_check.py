"""The policy check finds whatever would let people see or change more than they may."""

from __future__ import annotations

from typing import TYPE_CHECKING

from storage.postgres.check import problems

if TYPE_CHECKING:
    from tests.postgres.floor import Floor


def test_a_fresh_installation_has_no_problem(shared_floor: Floor) -> None:
    assert problems(shared_floor.operator()) == []
