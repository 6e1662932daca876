"""What the Today screen and its reminders say about a row, in few words."""

from __future__ import annotations

import datetime as dt

from core.calling.follow_up import is_callback
from core.calling.zones import zone_to_show
from core.catalog import Catalog
from core.health import DAY, Next
from core.money import format_short
from core.workspace import Card, ContactLine, TaskLine
from tui.models.agenda import Item
from tui.models.card_text import SIGNS, STALE, Clock, Wording, span
from tui.models.contact_text import NEXT_STYLE, clock_there, name_words, number_words, phone_words
from tui.models.task_text import priority_sign, subject_words, task_due
from tui.models.telling import GROUPS

REMINDER = "◷"
KIND_SIGNS = {group.key: group.sign for group in GROUPS}
_WEEK = 6 * DAY


def callback_words(due: float, clock: Clock, *, short: bool = False) -> str:
    """When somebody is to be called, as a time of day as long as that helps: `! 09:30`, `! Mon 16:00`, `! 12d`.

    Args:
        due: in seconds since the epoch.
        clock: the current time.
        short: of another day, that day is enough.
    """
    sign = SIGNS[Next.OVERDUE if due < clock.now else Next.TODAY]
    at = dt.datetime.fromtimestamp(due, clock.zone)
    if at.date() == dt.datetime.fromtimestamp(clock.now, clock.zone).date():
        return f"{sign} {at:%H:%M}"
    form = "%a" if short else "%a %H:%M"
    return f"{sign} {at:{form}}" if clock.now - due < _WEEK else f"{sign} {span(clock.now - due)}"


def reminder_words(
    due: list[TaskLine], now: dt.datetime, zone: dt.tzinfo, *, country: str, key: str
) -> Wording:
    """What has come due, from the longest form to the shortest.

    Args:
        due: the tasks, at least one; the last one is told of, the others are counted.
        now: the current time.
        zone: where the viewer is.
        country: where numbers are read.
        key: what goes there.
    """
    line = due[-1]
    task = line.task
    at = task.due_at.astimezone(zone)
    when = f"{at:%H:%M}" if at.date() == now.astimezone(zone).date() else f"{at:%a %H:%M}"
    there = clock_there(task.due_at.timestamp(), zone_of(line, country), zone)
    sign = REMINDER if len(due) == 1 else f"{REMINDER} {len(due)} due ·"
    who = line.contact or line.about
    whole = " · ".join(filter(None, (f"{when} {task.subject}", who)))
    forms = [
        f"{sign} {whole} ({there} there) · {key}" if there else "",
        f"{sign} {whole} · {key}",
        f"{sign} {when} {who or task.subject} · {key}",
        f"{sign} {when} · {key}",
        f"{REMINDER} {len(due)} {key}",
        f"{REMINDER} {len(due)}",
    ]
    return Wording(form for form in forms if form)


def zone_of(line: TaskLine | ContactLine, country: str) -> str:
    """The zone that the person of a row is in, as far as is known.

    The first number costs the import of what reads numbers: not to be asked first while a frame is drawn.

    Args:
        line: the row.
        country: where numbers are read.
    """
    region = line.region if isinstance(line, TaskLine) else ""
    return zone_to_show(line.time_zone, line.country, region, line.phone, country)


class AgendaWords:
    """What the columns of the list say, by the set-up and the time of the moment."""

    def __init__(self) -> None:
        self._catalog: Catalog | None = None
        self._clock = Clock(0, 0, dt.UTC)

    def set(self, catalog: Catalog, clock: Clock) -> None:
        """Takes over the present state."""
        self._catalog, self._clock = catalog, clock

    @property
    def _country(self) -> str:
        """Where numbers are read."""
        return self._catalog.organization.country if self._catalog else ""

    def when(self, item: Item) -> str:
        """When it is due; of a lead its status, of a deal how long nothing has happened."""
        line = item.line
        if isinstance(line, TaskLine):
            due = line.task.due_at.timestamp()
            if is_callback(line.task):
                return callback_words(due, self._clock)
            return task_due(line.task, self._clock)[1]
        if isinstance(line, ContactLine):
            return f"✦ {line.lead_status}" if line.lead_status else "✦"
        if item.part == "stale":
            return f"{STALE} {span(self._clock.now - max(line.stage_since, line.last_activity_at or 0))}"
        return (
            f"{SIGNS[Next.NONE]} {span(self._clock.now - max(line.stage_since, line.last_activity_at or 0))}"
        )

    def when_short(self, item: Item) -> str:
        """The same, in few cells."""
        if isinstance(item.line, TaskLine) and is_callback(item.line.task):
            return callback_words(item.line.task.due_at.timestamp(), self._clock, short=True)
        return self.when(item)

    def when_style(self, item: Item) -> str:
        """The colour of that."""
        line = item.line
        if isinstance(line, TaskLine):
            return NEXT_STYLE[task_due(line.task, self._clock)[0]]
        return {"leads": "planned", "stale": "stale"}.get(item.part, "unplanned")

    def sign(self, item: Item) -> str:
        """What kind of work it is, and how urgent: `↑✆`."""
        if not isinstance(item.line, TaskLine):
            return ""
        return f"{priority_sign(item.line.task) or ' '}{KIND_SIGNS.get(item.line.task.kind, ' ')}"

    def sign_style(self, item: Item) -> str:
        """The colour of that."""
        high = isinstance(item.line, TaskLine) and item.line.task.priority == "high"
        return "warning" if high else "muted"

    def what(self, item: Item) -> str:
        """What to do; of a lead its name, of a deal its title."""
        line = item.line
        if isinstance(line, TaskLine):
            return subject_words(line.task)
        return name_words(line) if isinstance(line, ContactLine) else line.title

    def who(self, item: Item) -> str:
        """Whom it is about: contact and company; of a deal its stage, too."""
        line = item.line
        if isinstance(line, ContactLine):
            return " · ".join(filter(None, (line.title, line.company)))
        if isinstance(line, TaskLine):
            names = (line.contact or line.about, line.company)
        else:
            stage = self._catalog.stage_by_id.get(line.stage_id) if self._catalog else None
            names = (stage.name if stage else "", line.contact or line.company)
        return " · ".join(dict.fromkeys(filter(None, names)))

    def there(self, item: Item) -> str:
        """What time it will be there when it is due, or is there now; of a deal its value."""
        line, clock = item.line, self._clock
        if isinstance(line, Card):
            return "" if line.value_minor is None else format_short(line.value_minor, line.currency)
        if isinstance(line, ContactLine):
            time = clock_there(clock.now, zone_of(line, self._country), clock.zone)
            return f"{time} now" if time else ""
        if line.task.all_day:
            return ""
        time = clock_there(line.task.due_at.timestamp(), zone_of(line, self._country), clock.zone)
        return f"{time} there" if time else ""

    def phone(self, item: Item) -> str:
        """The number to dial."""
        line = item.line
        if isinstance(line, ContactLine):
            return number_words(line, self._country)
        return phone_words(line.phone, self._country)
