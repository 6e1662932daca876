"""What every story on the sales floor needs: the clock, the dice, the house, and how a text is filled in."""

from __future__ import annotations

import datetime as dt
import random
from dataclasses import dataclass, field
from zoneinfo import ZoneInfo

from cli.demo.firms import Register
from cli.demo.house import House, Owner
from cli.demo.phones import Exchange
from cli.demo.places import City, Country
from cli.demo.rows import DAY, Batch, Choice, Hours, Ids, instant
from cli.demo.texts import PRODUCTS, RIVALS
from core.calling.outcomes import DEFAULT_OUTCOMES
from core.changes import Row

_ENDED: dict[str, Row] = {
    outcome.key: {
        "connected": outcome.connected,
        **({"line": outcome.line} if outcome.line else {}),
        **({"meeting": True} if outcome.meeting else {}),
    }
    for outcome in DEFAULT_OUTCOMES
}
"""What the data of a call tells of its outcome, by the outcome's key."""


@dataclass(slots=True)
class Member:
    """A contact while the stories are being told.

    Attributes:
        row: the contact as it goes to the store.
        called: what notes call the contact.
        zone: where the contact is.
        came: when it came into offhook, in seconds since the epoch.
    """

    row: Row
    called: str
    zone: ZoneInfo
    came: int


@dataclass(slots=True)
class Account:
    """A company with its contacts, all in one book; or a single contact without a company.

    Attributes:
        owner: whose it is.
        country, city: where it is.
        company: the row; None where there is none.
        short: what people call the company.
        members: the contacts; the first one is who deals are about.
        since: when it came into offhook, in seconds since the epoch.
    """

    owner: Owner
    country: Country
    city: City
    company: Row | None
    short: str
    members: list[Member]
    since: int

    @property
    def company_id(self) -> str | None:
        """The company's id."""
        return self.company["id"] if self.company else None


@dataclass(slots=True)
class Floor:
    """The sales floor.

    Attributes:
        rng: the dice; everything that is left to chance is left to these.
        now: the present, in seconds since the epoch.
        zone: where the viewer is: what today means.
        house: the company.
        dials: how many calls a lead without a deal gets on average.
        due_today, overdue: shares of the viewer's own work, so that a day stays one that a person can have.
    """

    rng: random.Random
    now: int
    zone: dt.tzinfo
    house: House
    dials: float
    due_today: float
    overdue: float
    ids: Ids = field(init=False)
    hours: Hours = field(init=False)
    register: Register = field(init=False)
    exchange: Exchange = field(init=False)
    batch: Batch = field(init=False, default_factory=Batch)

    def __post_init__(self) -> None:
        self.ids = Ids(self.rng)
        self.hours = Hours(self.rng, self.now)
        self.register = Register(self.rng)
        self.exchange = Exchange(self.rng)

    def chance(self, share: float) -> bool:
        """True as often as `share` says."""
        return self.rng.random() < share

    def fill(self, text: str, account: Account, member: Member, *, product: str = "", me: str = "") -> str:
        """A text with its slots filled in."""
        if "{" not in text:
            return text
        rng = self.rng
        return text.format(
            first=member.called,
            company=account.short,
            city=account.city.name,
            product=product or rng.choice(PRODUCTS),
            rival=rng.choice(RIVALS[:-1]),
            n=rng.randrange(2, 9),
            me=me or account.owner.first_name or self.house.you.first_name,
        )

    def tell(
        self,
        account: Account,
        member: Member,
        kind: str,
        at: int,
        *,
        subject: str = "",
        body: str = "",
        deal_id: str | None = None,
        direction: str = "",
        outcome: str = "",
        duration: int | None = None,
        data: Row | None = None,
        user_id: str | None = None,
    ) -> Row:
        """An entry of the timeline about a contact. What came of a call is told by its outcome."""
        return self.batch.activity(
            id=self.ids.at(at),
            book_id=account.owner.book_id,
            kind=kind,
            subject=subject,
            body=body,
            occurred_at=instant(at),
            duration_s=duration,
            direction=direction,
            outcome=outcome,
            user_id=user_id or account.owner.user_id or self.house.colleagues[0].user_id,
            contact_id=member.row["id"],
            deal_id=deal_id,
            company_id=account.company_id,
            data={**_ENDED.get(outcome, {}), **(data or {})} if kind == "call" else data or {},
        )

    def mail(
        self, account: Account, member: Member, at: int, mail: tuple[str, str], direction: str, **more: str
    ) -> None:
        """An e-mail, out or in."""
        product = self.rng.choice(PRODUCTS)
        self.tell(
            account, member, "email", at,
            subject=self.fill(mail[0], account, member, product=product),
            body=self.fill(mail[1], account, member, product=product),
            direction=direction, deal_id=more.get("deal_id"),
        )  # fmt: skip

    # --- days to come

    def end_of_day(self, days: int) -> int:
        """The last second of a day in the viewer's zone, `days` from today."""
        here = instant(self.now).astimezone(self.zone)
        day = here.date() + dt.timedelta(days=days)
        return int(dt.datetime.combine(day, dt.time(23, 59, 59), self.zone).timestamp())

    def later_today(self) -> tuple[int, bool]:
        """When something is due today: (when, whether only the day counts)."""
        end = self.end_of_day(0) - 6 * 3600
        quarters = (end - self.now) // 900 - 1
        if quarters < 2 or self.chance(0.4):
            return self.end_of_day(0), True
        return (self.now // 900 + 1 + self.rng.randrange(1, quarters + 1)) * 900, False

    def lately(self, member: Member, workdays: frozenset[int]) -> tuple[int, bool]:
        """When something was due that nobody did."""
        known = (self.now - member.came) // DAY - 1
        days = max(1, min(known, self.rng.choice((1, 1, 1, 2, 2, 3, 4, 6, 9, 14))))
        if self.chance(0.4):
            return self._end_of_workday(-days, -1), True
        at = self.hours.back(self.now - days * DAY, member.zone, workdays)
        return at - at % 900, False

    def ahead(self, member: Member, workdays: frozenset[int], farthest: int = 21) -> tuple[int, bool]:
        """When something is due that has time."""
        days = 1 + int(self.rng.random() ** 1.6 * farthest)
        at = self.hours.after(self.now + DAY // 2, days, member.zone, workdays)
        at -= at % 900
        if at <= self.end_of_day(0) or self.chance(0.4):
            return self._end_of_workday(days, 1), True
        return at, False

    def _end_of_workday(self, days: int, step: int) -> int:
        while instant(self.end_of_day(days)).astimezone(self.zone).weekday() > 4:
            days += step
        return self.end_of_day(days)


CALL_LENGTH = Choice([(45, 2), (90, 5), (150, 7), (240, 8), (360, 6), (540, 4), (900, 3), (1_500, 1)])
"""Seconds that a conversation takes, roughly."""
