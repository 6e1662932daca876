"""Colleagues for a file that begins with one user; on a team's server a function makes them."""

from __future__ import annotations

from core.changes import Changeset
from core.commands.base import insert
from core.entities import Book, User
from core.ids import new_id
from storage.apply import apply
from storage.load import Loaded
from storage.solo import SoloWorkspace
from tests.storage.conftest import START


def hire(workspace: SoloWorkspace, name: str, role: str = "rep") -> str:
    """Puts a user with a book of their own into the file. Returns the user's id."""
    user_id = new_id()
    changes = (
        insert(User, user_id, {"name": name, "role": role}),
        insert(Book, new_id(), {"kind": "own", "name": name, "user_id": user_id}),
    )
    hired = Changeset(new_id(), workspace.org_id, workspace.user_id, START, "hire", f"Hired {name}", changes)
    with workspace.database.write() as connection:
        loaded = Loaded(connection, workspace.org_id)
        applied = apply(connection, hired, loaded, now=START, catalog=workspace.catalog())
        workspace.expect(applied.revision)
    return user_id
