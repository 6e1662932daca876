"""Ids that an import makes of what it is, so that the same thing done twice is one thing."""

from __future__ import annotations

from uuid import UUID, uuid5

_OF_RECORDS = UUID("8f0c4f0e-6a55-5d0b-9c57-3a1f7c0f2b11")
"""What the ids of entries and tasks that were brought in are made from, beside what they are."""


def batch_id(import_id: str, number: int) -> str:
    """The id of the changeset in which an import writes its batch of that number, counted from 0."""
    return _made(import_id, f"batch:{number}")


def begin_id(import_id: str) -> str:
    """The id of the changeset by which an import begins."""
    return _made(import_id, "begin")


def end_id(import_id: str, turn: int) -> str:
    """The id of the changeset that says what came of an import: it can be stopped and gone on with several times."""
    return _made(import_id, f"end:{turn}")


def undo_id(import_id: str, number: int) -> str:
    """The id of the changeset that takes back the batch of that number."""
    return _made(import_id, f"undo:{number}")


def setup_id(import_id: str, what: str) -> str:
    """The id of something that an import makes in the set-up (`stage:NAME`), and of the command that makes it."""
    return _made(import_id, f"setup:{what}")


def entry_id(org_id: str, table: str, what: str, again: int = 0, by: str = "") -> str:
    """The id of an entry or task that is brought in: the same one never comes twice.

    Args:
        org_id: the tenant.
        table: activities or tasks.
        what: all that tells it from others: its external id, or what it says, when, and of whom.
        again: how often it was brought in and taken back before.
        by: who brings it in, where they do not see everything: somebody whose entries are hidden from them may have
            brought in the same.
    """
    return str(uuid5(_OF_RECORDS, f"{org_id}\n{table}\n{again}\n{what}" + (f"\n{by}" if by else "")))


def taken_back_id(entry: str) -> str:
    """The id of the revision by which taking an import back retracts an entry."""
    return str(uuid5(_OF_RECORDS, f"{entry}\ntaken back"))


def _made(import_id: str, what: str) -> str:
    return str(uuid5(UUID(import_id), what))
