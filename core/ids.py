"""Keys of records."""

from __future__ import annotations

import uuid_utils


def new_id() -> str:
    """A new UUIDv7 in canonical text form.

    Made by the client, so that a record has its final key before any server has seen it; the leading time bits
    keep neighbours in time neighbours in an index. Nothing may be ordered by it: clients' clocks order nothing.
    """
    return str(uuid_utils.uuid7())
