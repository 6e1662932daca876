"""Takes a whole import back, batch by batch, the last one first."""

from __future__ import annotations

import time

from core.changes import Change, Status
from core.commands.import_undo import UndoBatch
from core.commands.imports import EndImport
from core.entities import Import
from core.errors import Refused, Unavailable
from core.imports.ids import batch_id, begin_id, undo_id
from core.imports.shapes import Progress, Step, Undone
from core.workspace import Workspace
from importing.asking import answer_to

_GAP = 8
"""How many batches that follow on each other a server may not have taken of what was imported offline."""


def undo(workspace: Workspace, begun: Import, progress: Progress) -> Undone:
    """See `core.imports.shapes.Importer.undo`."""
    catalog = workspace.catalog()
    if begun.user_id != catalog.me.id:
        raise Refused(f"{catalog.user_name(begun.user_id)} did that import; only they can take it back.")
    if begun.state == "undone":
        raise Refused(f"That import was taken back already: {begun.name}.")
    if not _is_written(workspace, begun, begin_id(begun.id)):
        raise Refused(
            "What that import did is not in this copy: it was done on another machine. Take it back there, or with a direct"
            " connection to the server."
        )
    began = time.monotonic()
    batches = count(workspace, begun)
    removed = restored = 0
    kept: list[str] = []
    for done, number in enumerate(reversed(range(batches))):
        progress(Step("undoing", done, batches, time.monotonic() - began))
        command = UndoBatch(
            id=undo_id(begun.id, number), import_id=begun.id, batch=batch_id(begun.id, number)
        )
        answer = workspace.execute(command)
        if answer.status is Status.CONFLICT:
            # Somebody has changed what it had seen a moment ago.
            answer = workspace.execute(command)
        if answer.status is Status.UNAVAILABLE:
            raise Unavailable(answer.reason)
        kept += command.kept
        if answer.applied and answer.changeset is not None:
            told = answer.changeset.changes
            removed += sum(map(_removes, told))
            restored += sum(not one.insert and not _removes(one) for one in told)
        elif not answer.applied:
            asked = answer_to(workspace, begun.id, command.batch)
            if asked.applied:
                kept.append(answer.reason)
            elif asked.changeset is not None:
                kept.append(f"{asked.changeset.summary}: the server has not taken it; see what waits for you")
    progress(Step("undoing", batches, batches, time.monotonic() - began))
    answer = workspace.execute(EndImport(import_id=begun.id, state="undone"))
    if answer.status is Status.UNAVAILABLE:
        raise Unavailable(answer.reason)
    return Undone(removed, restored, tuple(dict.fromkeys(kept)))


def _removes(change: Change) -> bool:
    if change.insert:
        return bool(change.set.get("retracted"))
    return change.set.get("deleted_at") is not None


def count(workspace: Workspace, begun: Import) -> int:
    """The number after that of the last batch of an import that is written.

    Raises:
        Unavailable: the workspace cannot be asked.
    """

    def is_written(number: int) -> bool:
        return _is_written(workspace, begun, batch_id(begun.id, number))

    def goes_on(number: int) -> bool:
        return any(map(is_written, range(number, number + _GAP)))

    if not goes_on(0):
        return 0
    # The last one lies between one after which some are there and one after which there are none.
    there, beyond = 0, 1
    while goes_on(beyond):
        there, beyond = beyond, 2 * beyond
    while beyond - there > 1:
        middle = (there + beyond) // 2
        there, beyond = (middle, beyond) if goes_on(middle) else (there, middle)
    return beyond


def _is_written(workspace: Workspace, begun: Import, changeset_id: str) -> bool:
    return answer_to(workspace, begun.id, changeset_id).applied
