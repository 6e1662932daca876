"""The lives of deals: how they went from stage to stage, what was said on the way, and what is to be done next."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Any

from cli.demo import texts
from cli.demo.fates import Fate
from cli.demo.floor import CALL_LENGTH, Account, Floor, Member
from cli.demo.house import Step
from cli.demo.rows import DAY, Choice, Deck, instant
from cli.demo.work import add_task, plan_due, unreached
from core.changes import Row
from core.money import exponent, format_money

_DIGITS = "123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
_RATES = {"EUR": 1.0, "USD": 1.1, "GBP": 0.86, "CHF": 0.95, "JPY": 162.0}

_ABANDONED = 0.08
_REASON = Choice(texts.LOST_REASONS)
_PRODUCT = Choice([("Drover", 45), ("Heron", 24), ("Murmur", 18), ("Lantern", 13)])


@dataclass(frozen=True, slots=True)
class Habit:
    """What usually happens while a deal is in a stage.

    Attributes:
        dials: how many calls reach nobody, with weights.
        talk, mail, answer, note, meeting: chances that there is one.
    """

    dials: Choice[int]
    talk: float
    mail: float
    answer: float
    note: float
    meeting: float


_HABITS = (
    Habit(Choice([(0, 20), (1, 30), (2, 25), (3, 15), (5, 10)]), 0.10, 0.30, 0.25, 0.35, 0.04),
    Habit(Choice([(0, 25), (1, 35), (2, 25), (3, 15)]), 0.28, 0.50, 0.25, 0.30, 0.25),
    Habit(Choice([(0, 35), (1, 35), (2, 20), (3, 10)]), 0.20, 0.45, 0.30, 0.40, 0.55),
    Habit(Choice([(0, 30), (1, 35), (2, 25), (3, 10)]), 0.24, 0.85, 0.40, 0.30, 0.30),
    Habit(Choice([(0, 35), (1, 35), (2, 20), (3, 10)]), 0.24, 0.50, 0.40, 0.35, 0.30),
)
_RENEWAL_HABIT = Habit(Choice([(0, 40), (1, 35), (2, 20), (3, 5)]), 0.14, 0.40, 0.10, 0.25, 0.18)


class Teller:
    """Tells the lives of deals into the floor's batch.

    Args:
        floor: the sales floor.
    """

    def __init__(self, floor: Floor) -> None:
        self._floor = floor
        # Few cards where there are few deals: then a day is neither empty nor too full by bad luck.
        cards = 100 if floor.due_today > 0.03 else 10_000
        self._you_next = Deck(
            [
                ("today", round(floor.due_today * cards)),
                ("overdue", round(floor.overdue * cards)),
                ("none", cards * 22 // 100),
                ("future", cards * 56 // 100),
            ]
        )
        self._others_next = Choice([("today", 50), ("overdue", 100), ("none", 250), ("future", 600)])
        self._stale_next = Choice([("overdue", 25), ("none", 75)])

    def tell(self, account: Account, fate: Fate) -> None:
        """One deal: its row, its timeline and its tasks."""
        member = account.members[0]
        deal, product, n = self._deal(account, member, fate)
        self._begin(account, member, fate, deal)
        end = len(fate.stages) - 1
        for k, place in enumerate(fate.stages):
            low = fate.times[k]
            if k:
                self._move(account, member, fate, deal, k)
            if place >= 0 and account.owner.user_id:
                high = fate.times[k + 1] if k < end else self._quiet_since(fate, low)
                self._stay(account, fate, deal, place, low, high, product, n)
        if fate.is_open and account.owner.user_id:
            self._keep_warm(account, member, fate, deal)
            self._edits(account, member, fate, deal)
            self._next(account, member, fate, deal, product)

    # --- the deal itself

    def _deal(self, account: Account, member: Member, fate: Fate) -> tuple[Row, str, int]:
        floor, rng = self._floor, self._floor.rng
        currency = Choice(account.country.currencies)(rng)
        euros = rng.lognormvariate(9.55, 0.65) if fate.renewal else rng.lognormvariate(10.65, 0.85)
        product, n = _PRODUCT(rng), 1
        if fate.renewal:
            year = instant(fate.times[-1]).year
            title = rng.choice(texts.RENEWAL_TITLES).format(year=year, next=year + 1)
        else:
            n = max(1, round(euros / texts.UNIT_PRICES[product]))
            euros = n * texts.UNIT_PRICES[product] * rng.uniform(0.88, 1.08)
            title = self._title(product, n, account.city.name)
        last = fate.step(fate.stages[-1])
        outcome = self._outcome(fate)
        reason = ""
        if outcome == "lost":
            reason = _REASON(rng)
        elif outcome == "abandoned":
            reason = "No response"
        closed = None if fate.is_open else instant(fate.times[-1])
        no_value = fate.is_open and fate.stages[-1] == 0 and floor.chance(0.1)
        row = floor.batch.deal(
            id=floor.ids.at(fate.created),
            created_at=instant(fate.created),
            book_id=account.owner.book_id,
            title=title,
            pipeline_id=fate.track.pipeline_id,
            stage_id=last.id,
            company_id=account.company_id,
            contact_id=member.row["id"],
            value_minor=None if no_value else minor_units(euros * _RATES[currency], currency),
            currency=currency,
            probability=self._probability(fate, last),
            expected_close=self._close_day(fate),
            outcome=outcome,
            lost_reason=reason,
            closed_at=closed,
            stage_since=instant(fate.times[-1]),
            position="".join(rng.choices(_DIGITS, k=6)),
            source=member.row["source"],
            tags=self._tags(fate.renewal),
            custom=self._custom(fate, product, n, reason),
        )
        return row, product, n

    def _title(self, product: str, n: int, city: str) -> str:
        titles = texts.TITLES_FOR_ONE if n == 1 else texts.TITLES
        return self._floor.rng.choice(titles[product]).format(n=n, city=city)

    def _outcome(self, fate: Fate) -> str:
        if fate.is_open:
            return "open"
        if fate.stages[-1] == -2:
            return "won"
        return "abandoned" if self._floor.chance(_ABANDONED) else "lost"

    def _probability(self, fate: Fate, stage: Step) -> int | None:
        if not fate.is_open or not self._floor.chance(0.12):
            return None
        return min(95, max(5, stage.probability + self._floor.rng.choice((-15, -10, -5, 5, 10, 15))))

    def _close_day(self, fate: Fate) -> dt.date | None:
        floor, rng = self._floor, self._floor.rng
        if not fate.is_open:
            return (instant(fate.times[-1]) + dt.timedelta(days=rng.randrange(-20, 12))).date()
        place = fate.stages[-1]
        if floor.chance(0.3 if place == 0 else 0.06):
            return None
        stages_left = len(fate.track.open) - place
        days = int(stages_left * 14 * rng.uniform(0.4, 1.6)) + rng.randrange(-4, 10)
        age = (floor.now - fate.created) // DAY
        if age > 30 and floor.chance(0.3):
            days = -rng.randrange(1, min(age, 40))
        day = instant(floor.now + days * DAY).date()
        if days > 0 and floor.chance(0.35):
            day = (day.replace(day=28) + dt.timedelta(days=4)).replace(day=1) - dt.timedelta(days=1)
        while day.weekday() > 4:
            day -= dt.timedelta(days=1)
        return day

    def _tags(self, renewal: bool) -> tuple[str, ...]:
        if renewal or not self._floor.chance(0.4):
            return ()
        return (Choice(texts.DEAL_TAGS)(self._floor.rng),)

    def _custom(self, fate: Fate, product: str, n: int, reason: str) -> dict[str, Any]:
        floor = self._floor
        custom: dict[str, Any] = {}
        if reason == "Competitor":
            custom["competitor"] = floor.rng.choice(texts.RIVALS[:-1])
        elif fate.stages[-1] != 0 and floor.chance(0.5):
            custom["competitor"] = floor.rng.choice((*texts.RIVALS, "None known"))
        if not fate.renewal and product == "Murmur":
            custom["seats"] = n
        elif floor.chance(0.3):
            custom["seats"] = floor.rng.randrange(2, 60)
        return custom

    # --- what happened

    def _begin(self, account: Account, member: Member, fate: Fate, deal: Row) -> None:
        floor = self._floor
        at = fate.created
        if account.owner.user_id and floor.chance(0.12):
            pool = floor.house.pools[account.country.overseas]
            floor.tell(
                account, member, "claimed", at - 120, subject=f"Claimed from {pool.name}",
                data={"from": pool.book_id, "to": account.owner.book_id},
            )  # fmt: skip
        floor.tell(
            account, member, "created", at, subject=f"Deal created in {fate.step(fate.stages[0]).name}",
            deal_id=deal["id"],
        )  # fmt: skip

    def _move(self, account: Account, member: Member, fate: Fate, deal: Row, k: int) -> None:
        origin, target = fate.step(fate.stages[k - 1]), fate.step(fate.stages[k])
        at = fate.times[k]
        outcome, reason = "open", ""
        if fate.stages[k] < 0:
            final = k == len(fate.stages) - 1
            outcome = deal["outcome"] if final else "lost"
            reason = deal["lost_reason"] if final else _REASON(self._floor.rng)
        self._floor.tell(
            account, member, "stage_change", at, subject=f"{origin.name} → {target.name}", body=reason,
            deal_id=deal["id"],
            data={
                "from": origin.id, "from_name": origin.name, "to": target.id, "to_name": target.name,
                "outcome": outcome, "reason": reason, "seconds": at - fate.times[k - 1],
            },
        )  # fmt: skip

    def _quiet_since(self, fate: Fate, low: int) -> int:
        """Until when something has happened to an open deal."""
        if not fate.stale:
            return self._floor.now
        patience = fate.step(fate.stages[-1]).stale_days
        return max(low, self._floor.now - int(patience * 1.05 * DAY))

    def _stay(
        self, account: Account, fate: Fate, deal: Row, place: int, low: int, high: int, product: str, n: int
    ) -> None:
        """What happened while a deal was in a stage."""
        floor, rng, chance = self._floor, self._floor.rng, self._floor.chance
        habit = _RENEWAL_HABIT if fate.renewal else _HABITS[place]
        calls, notes, meetings, mails, answers = _said(fate.renewal, place)
        zone, workdays = account.members[0].zone, account.country.workdays
        deal_id = deal["id"]

        def some() -> tuple[int, Member]:
            at = floor.hours.within(low, high, zone, workdays)
            member = account.members[0] if chance(0.85) else rng.choice(account.members)
            return at, member if member.came <= at else account.members[0]

        for _ in range(habit.dials(rng)):
            at, member = some()
            unreached(floor, account, member, at, deal_id)
        if chance(habit.talk):
            at, member = some()
            floor.tell(
                account, member, "call", at, body=floor.fill(rng.choice(calls), account, member, product=product),
                direction="in" if chance(0.05) else "out", outcome="interested",
                duration=CALL_LENGTH(rng) + rng.randrange(45), deal_id=deal_id,
            )  # fmt: skip
        if chance(habit.mail):
            at, member = some()
            floor.mail(account, member, at, rng.choice(mails), "out", deal_id=deal_id)
        if chance(habit.answer):
            mail = rng.choice(answers)
            if chance(0.3):
                mail = texts.INBOUND_BY_COUNTRY.get(account.country.code, mail)
            at, member = some()
            floor.mail(account, member, at, mail, "in", deal_id=deal_id)
        if chance(habit.note):
            at, member = some()
            floor.tell(
                account, member, "note", at, deal_id=deal_id,
                body=floor.fill(rng.choice(notes), account, member, product=product),
            )  # fmt: skip
        if chance(habit.meeting):
            (at, member), (subject, body) = some(), rng.choice(meetings)
            floor.tell(
                account, member, "meeting", at, deal_id=deal_id, duration=rng.choice((1200, 1800, 2700, 3600)),
                subject=floor.fill(subject, account, member, product=product),
                body=floor.fill(body, account, member, product=product),
            )  # fmt: skip

    def _keep_warm(self, account: Account, member: Member, fate: Fate, deal: Row) -> None:
        """What keeps a deal that has been in its stage for long from being stale."""
        floor = self._floor
        patience = fate.step(fate.stages[-1]).stale_days * DAY
        if fate.stale or floor.now - fate.times[-1] < patience * 0.9:
            return
        low = floor.hours.back(floor.now - int(patience * 0.7), member.zone, account.country.workdays)
        at = floor.hours.within(low, floor.now, member.zone, account.country.workdays)
        unreached(floor, account, member, at, deal["id"])

    def _edits(self, account: Account, member: Member, fate: Fate, deal: Row) -> None:
        floor, rng = self._floor, self._floor.rng
        if len(fate.times) < 2:
            return
        low, high = fate.times[-2], self._quiet_since(fate, fate.times[-1])
        zone, workdays = member.zone, account.country.workdays
        value, currency = deal["value_minor"], deal["currency"]
        if value and floor.chance(0.15):
            old = minor_units(value / 10 ** exponent(currency) * rng.uniform(0.6, 1.3), currency)
            if old != value:
                floor.tell(
                    account, member, "edited", floor.hours.within(low, high, zone, workdays), deal_id=deal["id"],
                    subject=f"Value: {format_money(old, currency)} → {format_money(value, currency)}",
                    data={"fields": {"value_minor": [old, value]}},
                )  # fmt: skip
        close = deal["expected_close"]
        if close and floor.chance(0.14):
            old_day = (close - dt.timedelta(days=rng.randrange(10, 45))).isoformat()
            floor.tell(
                account, member, "edited", floor.hours.within(low, high, zone, workdays), deal_id=deal["id"],
                subject=f"Expected close: {old_day} → {close.isoformat()}",
                data={"fields": {"expected_close": [old_day, close.isoformat()]}},
            )  # fmt: skip

    # --- what is to be done

    def _next(self, account: Account, member: Member, fate: Fate, deal: Row, product: str) -> None:
        floor, rng = self._floor, self._floor.rng
        steps = texts.RENEWAL_STEPS if fate.renewal else texts.STEPS
        kind, step = rng.choice(steps[fate.stages[-1]])
        text = floor.fill(step, account, member, product=product)
        yours = account.owner is floor.house.you
        if fate.stale:
            state = self._stale_next(rng)
        else:
            state = self._you_next(rng) if yours else self._others_next(rng)
        if state != "none" or floor.chance(0.3):
            deal["next_step"] = text
        if state != "none":
            due = plan_due(floor, account, member, state)
            priority = texts.URGENCY.get(step, "")
            add_task(floor, account, member, kind, text, due, deal["id"], priority=priority)
        if floor.chance(0.35) and len(fate.times) > 1:
            self._done_task(account, member, fate, deal)

    def _done_task(self, account: Account, member: Member, fate: Fate, deal: Row) -> None:
        floor = self._floor
        steps = texts.RENEWAL_STEPS if fate.renewal else texts.STEPS
        place = max(0, fate.stages[-2])
        kind, text = floor.rng.choice(steps[place])
        text = floor.fill(text, account, member)
        done = floor.hours.within(fate.times[-2], fate.times[-1], member.zone, account.country.workdays)
        task = add_task(
            floor, account, member, kind, text, (done - done % 900, False), deal["id"], made=fate.times[-2]
        )
        task["done_at"] = instant(done)
        floor.tell(
            account, member, "task_done", done, subject=text, deal_id=deal["id"], data={"task_id": task["id"]}
        )  # fmt: skip


def _said(renewal: bool, place: int) -> tuple[Any, Any, Any, Any, Any]:
    """What is said in a stage: calls, notes, meetings, e-mails out and in."""
    if renewal:
        return (
            texts.RENEWAL_CALLS, texts.RENEWAL_NOTES, texts.RENEWAL_MEETINGS, texts.RENEWAL_MAILS, texts.INBOUND_MAILS[:1],
        )  # fmt: skip
    return (
        texts.DEAL_CALLS[place], texts.DEAL_NOTES[place], texts.MEETINGS[place : place + 1], texts.DEAL_MAILS[place],
        texts.DEAL_INBOUND[place],
    )  # fmt: skip


def minor_units(amount: float, currency: str) -> int:
    """An amount as people quote it, with two figures and a half, in minor units of its currency."""
    size = 10 ** max(0, len(str(int(amount))) - 2)
    step = max(1, size // 2)
    return int(max(step, round(amount / step) * step) * 10 ** exponent(currency))
