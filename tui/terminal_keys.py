"""What terminals send for keys, where Textual takes it for something else."""

from __future__ import annotations

from typing import NamedTuple, cast

from textual._ansi_sequences import ANSI_SEQUENCES_KEYS


class _Key(NamedTuple):
    """A key as Textual looks it up: by its value, as in its own enumeration, which has no `alt` with a digit."""

    value: str


def read_alt_digits() -> None:
    """Has `alt` with a digit be that key.

    Most terminals send escape and the digit for it. Textual makes of that the character which one terminal on macOS
    would have typed, such as `¡`: an objection asked for while notes are taken would stand in the notes instead.
    """
    meanings = cast("dict[str, object]", ANSI_SEQUENCES_KEYS)
    for digit in range(10):
        meanings[f"\x1b{digit}"] = (_Key(f"alt+{digit}"),)
