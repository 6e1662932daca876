"""What becomes of deals: which stages they go through, and when. Worked out before anything else about them."""

from __future__ import annotations

from dataclasses import dataclass

from cli.demo.accounts import Plan
from cli.demo.floor import Floor
from cli.demo.house import Owner, Step, Track
from cli.demo.rows import DAY, Choice, Deck

# Median days that a deal stays in a stage; the spread is that of the logarithm.
_SALES_DAYS = (5, 8, 14, 16, 12)
_RENEWAL_DAYS = (24, 14, 13, 6)
_SPREAD = 0.7

_SALES_STAGE = ((0, 6), (1, 5), (2, 4), (3, 3), (4, 2))
_RENEWAL_STAGE = ((0, 5), (1, 3), (2, 2), (3, 1))
_LOST_FROM = Choice([(0, 18), (1, 30), (2, 23), (3, 18), (4, 11)])
_LOST_RENEWAL_FROM = Choice([(0, 20), (1, 45), (2, 35)])
_WIN_RATE, _RENEWAL_RATE = 0.27, 0.84
_STALE = 0.15
_REOPENED = 0.05


@dataclass(frozen=True, slots=True)
class Fate:
    """What becomes of a deal, worked out before anything about its account is known.

    Attributes:
        track: its pipeline.
        renewal: it prolongs what was sold.
        stages: the stages it has been in, as places in the track; -1 is lost, -2 is won.
        times: when it came into each of them, in seconds since the epoch.
        stale: nothing has happened for too long.
    """

    track: Track
    renewal: bool
    stages: tuple[int, ...]
    times: tuple[int, ...]
    stale: bool

    @property
    def created(self) -> int:
        """When it began."""
        return self.times[0]

    @property
    def is_open(self) -> bool:
        """Whether it is neither won nor lost."""
        return self.stages[-1] >= 0

    def step(self, place: int) -> Step:
        """The stage at a place."""
        if place >= 0:
            return self.track.open[place]
        return self.track.won if place == -2 else self.track.lost


class Fates:
    """Draws fates.

    Args:
        floor: the sales floor.
    """

    def __init__(self, floor: Floor) -> None:
        self._floor = floor
        # One deck for each owner and pipeline: everybody's board looks like a funnel.
        self._stages: dict[tuple[str, bool], Deck[int]] = {}

    def open(self, plan: Plan, *, renewal: bool) -> Fate:
        """An open deal; in a pool nobody has touched it yet."""
        floor, rng = self._floor, self._floor.rng
        track = floor.house.renewals if renewal else floor.house.sales
        pool = plan.owner.user_id is None
        stage = 0
        if not pool:
            key = (plan.owner.book_id, renewal)
            if key not in self._stages:
                self._stages[key] = Deck(_RENEWAL_STAGE if renewal else _SALES_STAGE)
            stage = self._stages[key](rng)
        patience = track.open[stage].stale_days
        stale = not pool and floor.chance(_STALE)
        days = patience * (1.15 + rng.random() * 2) if stale else patience * rng.lognormvariate(-0.8, 0.75)
        way = (0,) if pool else self._way(stage, renewal)
        return self._lived(plan, track, way, floor.now - int(days * DAY), renewal=renewal, stale=stale)

    def closed(self, plan: Plan, *, renewal: bool) -> Fate:
        """A deal that was won or lost within the last year."""
        floor, rng = self._floor, self._floor.rng
        track = floor.house.renewals if renewal else floor.house.sales
        if floor.chance(_RENEWAL_RATE if renewal else _WIN_RATE):
            way: tuple[int, ...] = (*range(len(track.open)), -2)
            if renewal and floor.chance(0.3):
                way = (0, 1, 2, -2)
        else:
            way = (*range((_LOST_RENEWAL_FROM if renewal else _LOST_FROM)(rng) + 1), -1)
        days = rng.random() * 30 if floor.chance(0.2) else rng.random() * 365
        return self._lived(plan, track, way, floor.now - int(days * DAY), renewal=renewal, stale=False)

    def _way(self, stage: int, renewal: bool) -> tuple[int, ...]:
        way = tuple(range(stage + 1))
        if not renewal and self._floor.chance(_REOPENED):
            return (*range(_LOST_FROM(self._floor.rng) + 1), -1, *way)
        return way

    def _lived(
        self, plan: Plan, track: Track, way: tuple[int, ...], last: int, *, renewal: bool, stale: bool
    ) -> Fate:
        """The times at which a deal came into its stages, backwards from the last one."""
        floor, zone, workdays = self._floor, plan.city.zone, plan.country.workdays
        usual = _RENEWAL_DAYS if renewal else _SALES_DAYS
        at = floor.hours.back(last, zone, workdays)
        times = [at]
        for place in reversed(way[:-1]):
            days = (usual[place] if place >= 0 else 60) * floor.rng.lognormvariate(0, _SPREAD)
            at = floor.hours.back(at - max(3600, int(days * DAY)), zone, workdays)
            times.append(at)
        return Fate(track, renewal, way, tuple(reversed(times)), stale)


def standing(fates: list[Fate], owner: Owner) -> str:
    """The lead status of the contact that deals are about."""
    if any(fate.renewal or fate.stages[-1] == -2 for fate in fates):
        return "Customer"
    if any(fate.is_open for fate in fates):
        farthest = max(fate.stages[-1] for fate in fates)
        if owner.user_id is None or farthest == 0:
            return "New" if owner.user_id is None else "Attempting"
        return "Connected" if farthest == 1 else "Qualified"
    return "Nurture" if len(fates[0].stages) > 2 else "Unqualified"
