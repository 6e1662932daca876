"""Keys arrive as they were pressed, whatever a terminal makes of them on the way."""

from __future__ import annotations

import pytest
from textual import events
from textual._xterm_parser import XTermParser

from tui.terminal_keys import read_alt_digits


@pytest.mark.parametrize("digit", range(10))
def test_alt_with_a_digit_is_that_key_and_types_nothing(digit):
    read_alt_digits()
    parser = XTermParser()
    (key,) = parser.feed(f"\x1b{digit}")
    assert isinstance(key, events.Key)
    assert (key.key, key.character) == (f"alt+{digit}", None)


def test_what_is_typed_right_after_it_is_kept():
    read_alt_digits()
    parser = XTermParser()
    assert [key.key for key in parser.feed("\x1b1ok") if isinstance(key, events.Key)] == ["alt+1", "o", "k"]
