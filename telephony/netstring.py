"""The framing of baresip's control socket: netstrings (`5:hello,`) of JSON."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

_LONGEST = 1_000_000
"""Bytes of a message; a longer one is no baresip's."""


class Garbled(Exception):
    """What arrives is no netstring of JSON: somebody else listens there."""


def encode(message: dict[str, Any]) -> bytes:
    """A message as it is sent."""
    body = json.dumps(message).encode()
    return b"%d:%s," % (len(body), body)


class Decoder:
    """Puts messages together from what arrives, in whatever pieces."""

    def __init__(self) -> None:
        self._rest = b""

    def feed(self, data: bytes) -> Iterator[dict[str, Any]]:
        """The messages that are whole now.

        Raises:
            Garbled: it is none.
        """
        self._rest += data
        while True:
            length, colon, rest = self._rest.partition(b":")
            if not length.isdigit() and (length or colon):
                raise Garbled
            if len(length) > 7 or int(length or b"0") > _LONGEST:
                raise Garbled
            size = int(length or b"0")
            if not colon or len(rest) <= size:
                return
            if rest[size : size + 1] != b",":
                raise Garbled
            self._rest = rest[size + 1 :]
            try:
                # baresip cuts texts at a byte count, which may be in the middle of a letter.
                message = json.loads(rest[:size].decode(errors="replace"))
            except ValueError:
                raise Garbled from None
            if not isinstance(message, dict):
                raise Garbled
            yield message
