"""Tells the user of tasks that come due, wherever they are. It never takes the focus, and never a key.

What has come due stays in the status bar until it was gone to, done, put off or given to somebody else, here or
elsewhere. What is of low priority, as trying somebody again who did not answer, waits on the Today screen without a word.

When the next one is due is known from one reading, which is made anew only when tasks have changed, or
another day has begun: in between, nothing but the clock is looked at.
"""

from __future__ import annotations

import asyncio
import datetime as dt
from collections.abc import Callable

from core.errors import OffhookError
from core.health import end_of_today
from core.workspace import Changed, TaskLine, Workspace
from tui.desk import Desk
from tui.models.agenda_text import zone_of

LOOK = 20.0
"""Seconds between looks at the clock at most: a timer does not go on while a laptop sleeps."""
MISSED = dt.timedelta(days=4)
"""How long ago a task may have come due while nobody was told: over a long weekend. Older ones are on the Today screen."""
_TABLES = frozenset({"tasks", "contacts", "companies", "deals", "books", "shares"})


class Reminders:
    """Knows which of the user's timed tasks have come due and were not seen to.

    Args:
        desk: where tasks are read, and whose clock counts.
        told: is called on the UI thread when `due` is another.
    """

    def __init__(self, desk: Desk, told: Callable[[], None]) -> None:
        self._desk = desk
        self._told = told
        self._tasks: list[TaskLine] = []
        self._seen: set[tuple[str, dt.datetime]] = set()
        self._shown: list[TaskLine] = []
        self._until = desk.now
        self._stale = True
        self._reading: asyncio.Task[None] | None = None
        self._timer: asyncio.TimerHandle | None = None
        self._stop = desk.listen(self._changed)
        self._look()

    @property
    def due(self) -> list[TaskLine]:
        """What has come due and was not seen to, the latest last."""
        return self._shown

    def see(self, task_id: str = "") -> None:
        """The user has seen a task that has come due; without an id, all of them."""
        self._seen |= {_key(line) for line in self._shown if task_id in ("", line.task.id)}
        self._tell()

    def close(self) -> None:
        """Lets go of the desk."""
        self._stop()
        if self._timer is not None:
            self._timer.cancel()
        if self._reading is not None:
            self._reading.cancel()

    def _changed(self, changed: Changed) -> None:
        if changed.everything or any(table in _TABLES for table, _ in changed.rows):
            self._stale = True
            self._look()

    def _look(self) -> None:
        """Tells of what is due now, and comes back when the next one is."""
        if (self._stale or self._desk.now >= self._until) and self._reading is None:
            self._reading = asyncio.ensure_future(self._read())
        self._tell()
        now = self._desk.now
        ahead = [(line.task.due_at - now).total_seconds() for line in self._tasks if line.task.due_at > now]
        if self._timer is not None:
            self._timer.cancel()
        wait = min([LOOK, *(max(0.01, seconds) for seconds in ahead)])
        self._timer = asyncio.get_running_loop().call_later(wait, self._look)

    def _tell(self) -> None:
        now = self._desk.now
        due = [line for line in self._tasks if line.task.due_at <= now and _key(line) not in self._seen]
        if due != self._shown:
            self._shown = due
            self._told()

    async def _read(self) -> None:
        me, now = self._desk.catalog.me.id, self._desk.now
        country = self._desk.catalog.organization.country
        until = end_of_today(now, self._desk.zone).astimezone(dt.UTC)

        def read(workspace: Workspace) -> list[TaskLine]:
            found = workspace.tasks(assignee_id=me, due_after=now - MISSED, due_before=until)
            timed = [line for line in found if not (line.task.all_day or line.task.priority == "low")]
            for line in timed:
                # Here, so that nothing has to be looked up when one comes due.
                zone_of(line, country)
            return timed

        self._stale = False
        try:
            self._tasks = await self._desk.read(read)
            self._until = until
        except OffhookError:
            # What is known stays; it is asked for again at the next look.
            self._stale = True
            return
        finally:
            self._reading = None
        self._look()


def _key(line: TaskLine) -> tuple[str, dt.datetime]:
    return line.task.id, line.task.due_at
