"""What is to come on the sales floor: calls promised for the next hours, and work that comes again and again."""

from __future__ import annotations

from zoneinfo import ZoneInfo

from cli.demo import texts
from cli.demo.floor import Account, Floor, Member
from cli.demo.rows import instant
from cli.demo.work import add_task

_PROMISED_IN = (12, 40, 95, 150, 240)
"""Minutes from now at which a rep has promised to call somebody: the first so soon that the reminder is seen."""
_HOUR = 3600
_REACHED = ((10, 12), (14, 17))
"""Hours of their day, from and to, in which people ask to be called, and calls are allowed wherever they are."""
_OPEN = frozenset({"New", "Attempting"})
"""Lead statuses of those who have said neither yes nor no."""


class Coming:
    """Plans what each of the house's people has before them.

    Args:
        floor: the sales floor.
    """

    def __init__(self, floor: Floor) -> None:
        self._floor = floor
        # On the next five minutes, as people say it.
        self._today = [
            due
            for minutes in _PROMISED_IN
            if (due := (floor.now + minutes * 60) // 300 * 300 + 300) < floor.end_of_day(0)
        ]
        self._promises: dict[str, list[int]] = {}
        self._suiting: dict[str, frozenset[int]] = {}
        self._again: dict[str, int] = {}

    def promise(self, account: Account, member: Member) -> None:
        """Somebody had no time on the phone, and is called later today."""
        floor, rep, row = self._floor, account.owner.user_id, member.row
        if rep is None or row["lead_status"] not in _OPEN or not row["phones"] or row["do_not_call"]:
            return
        left = self._promises.setdefault(rep, list(self._today))
        due = next((due for due in left if due in self._suits(member.zone)), 0)
        if not due or self._is_planned(row["id"]):
            return
        called = floor.hours.back(floor.now - 3 * _HOUR, member.zone, account.country.workdays)
        if called <= member.came:
            return
        left.remove(due)
        body, subject = floor.rng.choice(texts.PROMISES)
        floor.tell(
            account, member, "call", called, body=floor.fill(body, account, member), direction="out",
            outcome="callback", duration=40 + floor.rng.randrange(80),
        )  # fmt: skip
        row["lead_status"] = "Connected"
        subject = floor.fill(subject, account, member)
        add_task(floor, account, member, "call", subject, (due, False), made=called)

    def look_after(self, account: Account) -> None:
        """A customer whom somebody calls or writes to at regular times."""
        floor, rep, member = self._floor, account.owner.user_id, account.members[0]
        if rep is None or (member.row["do_not_call"] and not member.row["emails"]):
            return
        turn = self._again.setdefault(rep, 0)
        if turn == len(texts.ROUTINES):
            return
        self._again[rep] += 1
        kind, recurrence, subject = texts.ROUTINES[turn]
        due = floor.later_today() if turn == 0 else floor.ahead(member, account.country.workdays)
        task = add_task(floor, account, member, kind, floor.fill(subject, account, member), due)
        task["recurrence"] = recurrence

    def _suits(self, zone: ZoneInfo) -> frozenset[int]:
        """Which moments are a good time in a zone."""
        suits = self._suiting.get(zone.key)
        if suits is None:
            hours = ((due, instant(due).astimezone(zone).hour) for due in self._today)
            suits = frozenset(due for due, hour in hours if any(low <= hour < high for low, high in _REACHED))
            self._suiting[zone.key] = suits
        return suits

    def _is_planned(self, contact_id: str) -> bool:
        return any(
            task["contact_id"] == contact_id and task["done_at"] is None for task in self._floor.batch.tasks
        )
