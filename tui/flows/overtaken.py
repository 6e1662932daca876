"""A record changes while it is open in a form: what others made of it, in a sentence."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from typing import TYPE_CHECKING, Any

from core.catalog import joined
from core.changes import get_path
from core.errors import NotFound
from core.schema import Record
from core.workspace import Workspace
from tui.models.whereabouts import taken

if TYPE_CHECKING:
    from tui.desk import Desk


def overtaken(desk: Desk, record: Any, labels: Mapping[str, str], title: str) -> Callable[[], Awaitable[str]]:
    """What to ask when the record may have been changed by others; it answers with a sentence, or nothing.

    Args:
        desk: is asked.
        record: as the user saw it when the form was opened.
        labels: what the form calls its fields, by the names of the record.
        title: what people call the record.
    """

    def look(workspace: Workspace) -> str:
        catalog = desk.catalog
        try:
            now: Record = workspace.record(record.TABLE, record.id)
        except NotFound:
            # What is set up lies in no book, so nobody can have taken it.
            book_id = getattr(record, "book_id", "")
            words = taken(workspace, catalog, record.TABLE, record.id, title, book_id) if book_id else ""
            return f"{words or f'{title} is out of your sight now'}. It cannot be saved any more."
        who = "You yourself" if now.updated_by == catalog.me.id else catalog.user_name(now.updated_by)
        if now.deleted_at is not None:
            return f"{who} deleted {title} just now. It cannot be saved any more."
        changed = [label for name, label in labels.items() if _held(now, name) != _held(record, name)]
        if not changed:
            return ""
        fields = joined(list(dict.fromkeys(changed)))
        return f"{who} changed {fields} just now. Saving keeps both; it asks where you changed the same."

    async def ask() -> str:
        return await desk.read(look)

    return ask


def _held(record: Any, name: str) -> Any:
    head = name.partition(".")[0]
    return get_path({head: getattr(record, head)}, name)
