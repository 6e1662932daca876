"""Who can be one person: names that share an address or a number."""

from __future__ import annotations

import pytest

from core.imports.matching import are_alike
from core.imports.persons import at_one_address, is_shared


@pytest.mark.parametrize(
    ("one", "other", "personal", "shared"),
    [
        (("Ann", "Lee"), ("Ann", "Lee"), True, True),
        (("Bob", "Day"), ("Robert", "Day"), True, True),
        (("A.", "Lee"), ("Ann", "Lee"), True, True),
        (("", ""), ("Ann", "Lee"), True, True),
        (("Ann", ""), ("Ann", "Lee"), True, True),
        (("Lee", "Ann"), ("Ann", "Lee"), True, True),
        (("Jon", "Smyth"), ("John", "Smith"), True, True),
        # Somebody married, or has another name now.
        (("Ann", "Lee"), ("Ann", "Stone"), True, False),
        (("Ann", "Lee"), ("Changed", "Name"), True, False),
        # A family writes from one address, and so does an office.
        (("John", "Smith"), ("Mary", "Smith"), False, False),
        (("Jan", "Novák"), ("Eva", "Novák"), False, False),
        (("Ann", "Lee"), ("Bob", "Day"), True, False),
    ],
)
def test_one_address_is_not_always_one_person(
    one: tuple[str, str], other: tuple[str, str], personal: bool, shared: bool
) -> None:
    for pair in ((one, other), (other, one)):
        assert at_one_address(*pair, shared=False) is personal
        assert at_one_address(*pair, shared=True) is shared


@pytest.mark.parametrize(
    ("email", "shared"),
    [
        ("info@acme.com", True),
        ("sales.uk@acme.com", True),
        ("familie-meier@web.de", True),
        ("ann@info.com", False),
    ],
)
def test_addresses_of_offices_are_known(email: str, shared: bool) -> None:
    assert is_shared(email) is shared


@pytest.mark.parametrize(
    ("one", "other", "alike"),
    [
        ("jon smith", "john smith", True),
        ("ann lee-jones", "anna lee-jones", True),
        ("paul schmidt", "paula schmidt", False),
        ("mario rossi", "maria rossi", False),
        ("jan novak", "jana novak", False),
        ("andersen hans", "anderson hans", True),
    ],
)
def test_a_man_and_a_woman_of_one_name_are_two(one: str, other: str, alike: bool) -> None:
    assert are_alike(one, other) is are_alike(other, one) is alike
