"""The keys of call mode that are its own: an outcome takes another one."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

RESERVED_KEYS: Mapping[str, str] = MappingProxyType(
    {
        "d": "dials",
        "n": "goes to the notes",
        "w": "asks for the next step",
        "s": "opens the script",
        "p": "pauses",
        "u": "takes the last outcome back",
        "h": "hangs up",
        "N": "takes their next number",
        "#": "takes their next number",
        "r": "puts the contact back into the queue",
        "o": "opens the record",
        "q": "ends the calls",
        "<": "goes back",
        ">": "skips",
        "i": "logs what happened",
        "c": "calls",
        "C": "starts calling",
        "g": "goes to another screen",
        "/": "searches",
        "?": "shows the keys",
        "!": "decides what waits",
    }
)
"""What each of them does, as a sentence says it (“d” dials). Of those that are no character (enter, tab, escape, the arrows,
the space bar) no outcome can take one."""
