"""Which encoding a file of text is in."""

from __future__ import annotations

from importing.reading.origin import Origin


def find_encoding(origin: Origin) -> str:
    """The encoding of a file, as Python names it."""
    head = origin.head(4)
    if head.startswith(b"\xef\xbb\xbf"):
        return "utf-8-sig"
    return "utf-8"
