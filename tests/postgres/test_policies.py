"""What the policies let people see and change, whatever program they use."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from tests.postgres.floor import Floor

SEES = {
    "ada": {"ada", "mia", "ann", "ben", "wim", "rob", "East", "West"},
    "rob": {"ada", "mia", "ann", "ben", "wim", "rob", "East", "West"},
    "mia": {"mia", "ann", "ben", "East"},
    "ann": {"ann", "East"},
    "ben": {"ben", "East"},
    "wim": {"wim", "West"},
    "zoe": {"zoe", "zed", "South"},
    "zed": {"zed", "South"},
}
"""By login: the books whose records they see."""


@pytest.mark.parametrize("login", SEES)
@pytest.mark.parametrize("table", ["companies", "contacts", "deals", "activities", "tasks", "contact_points"])
def test_everybody_sees_the_records_of_their_books_alone(
    shared_floor: Floor, login: str, table: str
) -> None:
    found = shared_floor.connect(login).execute(f"SELECT DISTINCT book_id FROM {table}").fetchall()
    assert {book for (book,) in found} == {shared_floor.book(name) for name in SEES[login]}
