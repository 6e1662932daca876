"""Leads without a deal: who was called how often, and how that went. Most calls reach nobody."""

from __future__ import annotations

from cli.demo import texts
from cli.demo.floor import CALL_LENGTH, Account, Floor, Member
from cli.demo.rows import DAY, Choice
from cli.demo.work import add_task, plan_due, unreached

CONNECTS = 0.048
"""Share of cold dials that reach the person: what sales teams report on average is 5 to 8 % of all calls, warm ones
included."""

_WRONG_NUMBER = 0.012
_UNTOUCHED = 0.3
_OFF_LIMITS = 0.006
_GAP_DAYS = Choice([(1, 22), (2, 25), (3, 18), (4, 10), (7, 10), (14, 8), (30, 7)])
_AFTERWARDS = Choice(
    [("callback", 26), ("interested", 26), ("refused", 36), ("wrong person", 8), ("do not call", 6)]
)
_OUTCOME = {
    "callback": "callback",
    "interested": "interested",
    "refused": "not interested",
    "wrong person": "not a fit",
    "do not call": "do not call",
}
"""How the call ended, as it is logged."""
_STATUS = {
    "callback": "Connected",
    "interested": "Qualified",
    "refused": "Unqualified",
    "wrong person": "Nurture",
    "do not call": "Unqualified",
}


class Caller:
    """Tells of calls on leads into the floor's batch.

    Args:
        floor: the sales floor.
    """

    def __init__(self, floor: Floor) -> None:
        self._floor = floor
        # A geometric number of tries, so that the mean over all leads is what the floor can dial.
        self._again = 1 - 1 / max(1.05, floor.dials / (1 - _UNTOUCHED))
        self._callback = (
            Choice([("overdue", 20), ("today", 26), ("future", 54)]),
            Choice([("overdue", 12), ("today", 8), ("future", 80)]),
        )
        # As with deals: a day stays one that a person can have.
        self._yours = min(1.0, floor.due_today / 0.14)

    def tell(self, account: Account, member: Member) -> None:
        """One lead's year."""
        floor = self._floor
        rng, row, came = floor.rng, member.row, member.came
        if floor.now - came < 365 * DAY and floor.chance(0.3):
            floor.tell(account, member, "created", came, subject="Contact created")
        if floor.chance(_OFF_LIMITS):
            row.update(do_not_call=True, lead_status="Unqualified", description=texts.OFF_LIMITS)
            return
        if not row["phones"] or floor.chance(_UNTOUCHED):
            self._untouched(account, member)
            return
        since = max(came, floor.now - 365 * DAY)
        if came < since:
            since += int(rng.random() * 300 * DAY)
        at = floor.hours.after(since, rng.choice((0, 1, 1, 2, 3)), member.zone, account.country.workdays)
        tries, last = 0, ""
        while since <= at < floor.now and tries < 14:
            tries += 1
            row["lead_status"] = "Attempting"
            if floor.chance(CONNECTS):
                self._connected(account, member, at)
                return
            if floor.chance(_WRONG_NUMBER):
                body = floor.fill(rng.choice(texts.WRONG_NUMBERS), account, member)
                floor.tell(
                    account,
                    member,
                    "call",
                    at,
                    body=body,
                    direction="out",
                    outcome="wrong number",
                    duration=19,
                )
                return
            last = unreached(floor, account, member, at)
            if last == "left voicemail" and row["emails"] and floor.chance(0.3):
                floor.mail(account, member, min(floor.now, at + 600), rng.choice(texts.COLD_MAILS), "out")
            if not floor.chance(self._again):
                break
            at = floor.hours.after(at + DAY, _GAP_DAYS(rng) - 1, member.zone, account.country.workdays)
        if tries and floor.now - at < 20 * DAY and floor.chance(0.2):
            self._call_again(account, member)
        if tries > 6:
            row["lead_status"] = "Nurture"

    def _untouched(self, account: Account, member: Member) -> None:
        """A lead that nobody has called. Some wrote themselves, some are planned."""
        floor, row, came = self._floor, member.row, member.came
        if row["emails"] and floor.now - came < 300 * DAY and floor.chance(0.15):
            at = floor.hours.after(came, 0, member.zone, account.country.workdays)
            if came <= at < floor.now - 900:
                inbound = floor.chance(0.3)
                mails = texts.INBOUND_MAILS[1:2] if inbound else texts.COLD_MAILS
                floor.mail(account, member, at, floor.rng.choice(mails), "in" if inbound else "out")
        yours = account.owner is floor.house.you
        new = floor.now - came < 25 * DAY
        if (
            new
            and account.owner.user_id
            and row["phones"]
            and floor.chance(0.35 * (self._yours if yours else 1))
        ):
            self._task(account, member, floor.rng.choice(texts.FIRST_CALLS))

    def _connected(self, account: Account, member: Member, at: int) -> None:
        """The call that reached the person, and what came of it."""
        floor, rng = self._floor, self._floor.rng
        then = _AFTERWARDS(rng)
        if then == "do not call":
            body, length = rng.choice(texts.DO_NOT_CALL), 30
            member.row["do_not_call"] = True
        elif then == "refused":
            body, length = rng.choice(texts.REFUSALS), 70
        else:
            body, length = self._note(), CALL_LENGTH(rng)
        member.row["lead_status"] = _STATUS[then]
        floor.tell(
            account, member, "call", at, body=floor.fill(body, account, member), direction="out",
            outcome=_OUTCOME[then], duration=length + rng.randrange(40),
        )  # fmt: skip
        if then == "interested" and member.row["emails"]:
            floor.mail(account, member, min(floor.now, at + 1800), texts.COLD_MAILS[3], "out")
            if floor.chance(0.35):
                self._answer(account, member, at)
        if then in ("callback", "interested") and floor.now - at < 60 * DAY and floor.chance(0.75):
            self._call_again(account, member)

    def _answer(self, account: Account, member: Member, at: int) -> None:
        floor = self._floor
        answer = floor.hours.after(at + DAY, floor.rng.randrange(4), member.zone, account.country.workdays)
        if answer < floor.now:
            mail = texts.INBOUND_BY_COUNTRY.get(account.country.code, floor.rng.choice(texts.INBOUND_MAILS))
            floor.mail(account, member, answer, mail, "in")

    def _note(self) -> str:
        choice = self._floor.rng.choice
        parts = (choice(texts.COLD_OPENINGS), choice(texts.COLD_FACTS), choice(texts.COLD_OBJECTIONS))
        return " ".join(part for part in (*parts, choice(texts.COLD_NEXT)) if part)

    def _call_again(self, account: Account, member: Member) -> None:
        floor = self._floor
        if account.owner.user_id is None:
            return
        if account.owner is floor.house.you and not floor.chance(self._yours):
            return
        self._task(account, member, floor.rng.choice(texts.CALLBACKS))

    def _task(self, account: Account, member: Member, text: str) -> None:
        floor = self._floor
        subject = floor.fill(text, account, member)
        yours = account.owner is floor.house.you
        state = self._callback[0 if yours else 1](floor.rng)
        due, priority = plan_due(floor, account, member, state), texts.URGENCY.get(text, "")
        add_task(floor, account, member, "call", subject, due, priority=priority)
