"""Generates sample data: a company that sells robots, its people, its customers and a year of their work."""

from __future__ import annotations

import datetime as dt
import random
from collections.abc import Iterator, Sequence
from itertools import accumulate
from typing import NamedTuple

from cli.demo.accounts import Maker, Plan, Planner, came_when
from cli.demo.calls import Caller
from cli.demo.coming import Coming
from cli.demo.deals import Teller
from cli.demo.fates import Fate, Fates, standing
from cli.demo.floor import Floor
from cli.demo.house import House, build, founded_at
from cli.demo.rows import Batch, Dice, Ids, Progress, unheard
from cli.demo.timeline import tester
from core.changes import Row

DEALS, CONTACTS, SEED = 400, 2_000, 1
"""What is made where nobody says otherwise."""

RENEWALS = 0.15
"""Share of the open deals that are renewals."""
CLOSED = 0.4
"""Closed deals for each open one."""

_BATCH = 5_000
_DIALS_A_YEAR = 60_000
"""What five people can dial in a year, if they do little else."""


def found(*, seed: int, now: dt.datetime, user: str, zone: dt.tzinfo) -> tuple[House, random.Random]:
    """The company without any customers yet, and the dice to go on with.

    Args:
        seed: the same number makes the same data.
        now: the present.
        user: the name of who opens the sample data.
        zone: where that person is.
    """
    rng = Dice(seed)
    house = build(user=user, time_zone=str(getattr(zone, "key", "")), founded=founded_at(now), ids=Ids(rng))
    return house, rng


def generate(
    *,
    deals: int = DEALS,
    contacts: int = CONTACTS,
    seed: int = SEED,
    now: dt.datetime,
    big_timeline: bool = False,
    user: str = "Alex Morgan",
    zone: dt.tzinfo = dt.UTC,
    progress: Progress = unheard,
) -> Iterator[tuple[str, list[Row]]]:
    """Rows by table, in batches; whatever a row names is in the same batch, an earlier table first, or came before.

    A row holds the data fields of its record, and `created_at` where it was made before today. Everything lies
    relative to `now`; two runs with the same arguments are the same to the last letter.

    Args:
        deals: how many open deals; about 40 % as many closed ones come on top.
        contacts: how many contacts.
        seed: the same number makes the same data.
        now: the present.
        big_timeline: one more contact, with ten thousand activities.
        user: the name of who opens the sample data.
        zone: where that person is: what today means.
        progress: told how many contacts are done.
    """
    house, rng = found(seed=seed, now=now, user=user, zone=zone)
    founding: dict[str, list[Row]] = {}
    for change in house.founding.changes:
        founding.setdefault(change.table, []).append(dict(change.set))
    yield from founding.items()
    yield from fill(
        house,
        rng,
        deals=deals,
        contacts=contacts,
        now=now,
        zone=zone,
        big_timeline=big_timeline,
        progress=progress,
    )


def fill(
    house: House,
    rng: random.Random,
    *,
    deals: int,
    contacts: int,
    now: dt.datetime,
    zone: dt.tzinfo,
    big_timeline: bool,
    progress: Progress,
) -> Iterator[tuple[str, list[Row]]]:
    """What `generate` makes beyond the company itself."""
    floor = Floor(
        rng=rng,
        now=int(now.timestamp()),
        zone=zone,
        house=house,
        dials=min(5.0, max(1.3, _DIALS_A_YEAR / max(contacts, 1) / 4)),
        # Your share of the open deals is about a third.
        due_today=min(0.14, 60 / max(deals, 1)),
        overdue=min(0.09, 40 / max(deals, 1)),
    )
    if big_timeline:
        tester(floor)
        yield from _flush(floor)
    plans = Planner(floor).plans(contacts)
    wanted = _spread(floor, plans, deals)
    cast = Cast(Maker(floor), Fates(floor), Teller(floor), Caller(floor), Coming(floor))
    done = 0
    for n, plan in enumerate(plans):
        _account(floor, plan, wanted.pop(n, ()), cast)
        done += plan.size
        if len(floor.batch.activities) + len(floor.batch.contacts) >= _BATCH:
            yield from _flush(floor)
            progress(done, contacts, "contacts and deals")
    yield from _flush(floor)
    progress(contacts, contacts, "contacts and deals")


def _flush(floor: Floor) -> Iterator[tuple[str, list[Row]]]:
    batch, floor.batch = floor.batch, Batch()
    yield from batch.tables()


_OPEN, _OPEN_RENEWAL, _CLOSED, _CLOSED_RENEWAL = range(4)


def _spread(floor: Floor, plans: list[Plan], deals: int) -> dict[int, list[int]]:
    """Which accounts have which deals."""
    rng = floor.rng
    renewals = round(deals * RENEWALS)
    closed = round(deals * CLOSED)
    closed_renewals = round(closed * RENEWALS)
    owned = [n for n, plan in enumerate(plans) if plan.owner.user_id is not None]
    pooled = [n for n, plan in enumerate(plans) if plan.owner.user_id is None]
    in_pool = round((deals - renewals) * 0.04) if pooled else 0
    kinds = (
        [_OPEN] * (deals - renewals - in_pool)
        + [_OPEN_RENEWAL] * renewals
        + [_CLOSED] * (closed - closed_renewals)
        + [_CLOSED_RENEWAL] * closed_renewals
    )
    out: dict[int, list[int]] = {}
    if owned:
        sums = list(accumulate((plans[n].size if not plans[n].alone else 0.4) ** 0.6 for n in owned))
        for n, kind in zip(rng.choices(owned, cum_weights=sums, k=len(kinds)), kinds, strict=True):
            out.setdefault(n, []).append(kind)
    for _ in range(in_pool):
        out.setdefault(rng.choice(pooled), []).append(_OPEN)
    return out


class Cast(NamedTuple):
    """Who makes and tells what."""

    maker: Maker
    fates: Fates
    teller: Teller
    caller: Caller
    coming: Coming


def _account(floor: Floor, plan: Plan, kinds: Sequence[int], cast: Cast) -> None:
    """One account with everything that ever happened to it."""
    lives = [_fate(cast.fates, plan, kind) for kind in kinds]
    since = came_when(floor, plan, min((fate.created for fate in lives), default=None))
    account = cast.maker.make(plan, since)
    if lives:
        account.members[0].row["lead_status"] = standing(lives, plan.owner)
    for fate in lives:
        cast.teller.tell(account, fate)
    for member in account.members[1 if lives else 0 :]:
        cast.caller.tell(account, member)
        cast.coming.promise(account, member)
    if any(fate.stages[-1] == -2 for fate in lives):
        cast.coming.look_after(account)


def _fate(fates: Fates, plan: Plan, kind: int) -> Fate:
    if kind in (_CLOSED, _CLOSED_RENEWAL):
        return fates.closed(plan, renewal=kind == _CLOSED_RENEWAL)
    return fates.open(plan, renewal=kind == _OPEN_RENEWAL)
