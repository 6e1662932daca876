"""The daily work of a sales floor: calls that reach nobody, and tasks."""

from __future__ import annotations

from cli.demo import texts
from cli.demo.floor import Account, Floor, Member
from cli.demo.rows import DAY, Choice, instant
from core.changes import Row

_UNREACHED = Choice([("no answer", 60), ("left voicemail", 30), ("busy", 4), ("left message", 6)])


def unreached(floor: Floor, account: Account, member: Member, at: int, deal_id: str | None = None) -> str:
    """A call that reached nobody; returns its outcome."""
    rng = floor.rng
    outcome = _UNREACHED(rng)
    body, length = "", rng.randrange(12, 34)
    if outcome == "left voicemail":
        body, length = rng.choice(texts.VOICEMAILS), rng.randrange(28, 75)
    elif outcome == "left message":
        body, length = rng.choice(texts.MESSAGES), rng.randrange(40, 140)
    elif outcome == "busy":
        length = 0
    floor.tell(
        account, member, "call", at, body=floor.fill(body, account, member), direction="out", outcome=outcome,
        duration=length, deal_id=deal_id,
    )  # fmt: skip
    return outcome


def plan_due(floor: Floor, account: Account, member: Member, state: str) -> tuple[int, bool]:
    """When a task is due, given how it shall look: (when, whether only the day counts)."""
    if state == "today" or (state == "overdue" and floor.now - member.came < 3 * DAY):
        return floor.later_today()
    if state == "overdue":
        return floor.lately(member, account.country.workdays)
    return floor.ahead(member, account.country.workdays)


def add_task(
    floor: Floor,
    account: Account,
    member: Member,
    kind: str,
    subject: str,
    due: tuple[int, bool],
    deal_id: str | None = None,
    made: int | None = None,
    priority: str = "",
) -> Row:
    """A task for the account's owner."""
    at, all_day = due
    if made is None:
        made = max(member.came, min(floor.now - 60, at - floor.rng.randrange(1, 6) * DAY))
    return floor.batch.task(
        id=floor.ids.at(made),
        created_at=instant(made),
        book_id=account.owner.book_id,
        kind=kind,
        subject=subject,
        due_at=instant(at),
        all_day=all_day,
        assignee_id=account.owner.user_id,
        contact_id=member.row["id"],
        deal_id=deal_id,
        company_id=account.company_id,
        priority=priority,
    )
