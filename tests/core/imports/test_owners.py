"""Whose a record is, by what another system calls them."""

from __future__ import annotations

from dataclasses import replace

import pytest

from core.catalog import Catalog
from core.entities import User
from core.imports.owners import Owners
from tests.core.imports.bench import OFFICE

CATALOG = OFFICE.catalog
MAX, BOB = OFFICE.max.user_id, OFFICE.bob.user_id


def called(**changed: User) -> Catalog:
    """The office where some are called otherwise, by their names before."""
    users = tuple(changed.get(user.name, user) for user in CATALOG.users)
    return replace(CATALOG, users=users)


def user(name: str) -> User:
    return next(user for user in CATALOG.users if user.name == name)


def test_two_of_one_name_are_nobody_until_somebody_says_who_is_meant() -> None:
    catalog = called(
        Max=replace(user("Max"), name="Jo Lee", login="max"),
        Bob=replace(user("Bob"), name="jo lee", email="Bob@acme.example"),
    )
    owners = Owners(catalog, {})
    assert owners.known("Jo Lee") is None
    assert owners.known("max") == catalog.book_of(MAX).id
    assert owners.known("Jo Lee (bob@acme.example)") == catalog.book_of(BOB).id


@pytest.mark.parametrize("said", ["pool", "team"])
def test_a_teams_name_is_its_pool_unless_somebody_is_called_so(said: str) -> None:
    [pool, *_] = CATALOG.pools()
    team = next(team for team in CATALOG.teams if team.id == pool.team_id)
    name = CATALOG.owner_name(pool.id) if said == "pool" else team.name
    assert Owners(CATALOG, {}).known(name) == pool.id
    catalog = called(Bob=replace(user("Bob"), name=name))
    assert Owners(catalog, {}).known(name) == catalog.book_of(BOB).id
