"""What a machine remembers of a login: where, who, in which mode; never the password."""

from __future__ import annotations

from pathlib import Path

import pytest

from core.errors import Unavailable
from storage.postgres.profile import Profile

BEN = Profile("db.example.com", 5432, "offhook", "ben", mode="field", org_id="o-1", user_id="u-1")


def test_it_is_kept_whole_and_for_the_users_eyes_alone(tmp_path: Path) -> None:
    path = tmp_path / "team" / "profile.json"
    BEN.save(path)
    assert Profile.load(path) == BEN
    assert not path.stat().st_mode & 0o077
    assert [each.name for each in path.parent.iterdir()] == ["profile.json"]


def test_one_of_before_copies_works_on_the_server(tmp_path: Path) -> None:
    path = tmp_path / "profile.json"
    path.write_text('{"host": "db", "port": 5432, "database": "offhook", "login": "ben"}')
    assert Profile.load(path).mode == "direct"


def test_a_damaged_one_is_told(tmp_path: Path) -> None:
    path = tmp_path / "profile.json"
    path.write_text('{"host": "db"')
    with pytest.raises(Unavailable, match="offhook login"):
        Profile.load(path)


@pytest.mark.parametrize(
    ("other", "same"),
    [
        (Profile("new.example.com", 5433, "crm", "ben", org_id="o-1", user_id="u-1"), True),
        (Profile("db.example.com", 5432, "offhook", "ben", org_id="o-2", user_id="u-1"), False),
        (Profile("db.example.com", 5432, "offhook", "eva", org_id="o-1", user_id="u-2"), False),
        (Profile("db.example.com", 5432, "offhook", "ben"), True),
        (Profile("db.example.com", 5432, "offhook", "eva"), False),
    ],
    ids=["moved server", "another organization", "another person", "not asked yet", "another login"],
)
def test_a_person_is_known_again_wherever_the_server_is(other: Profile, same: bool) -> None:
    assert BEN.same_person(other) is same
