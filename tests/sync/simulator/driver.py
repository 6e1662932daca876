"""Runs histories that follow from a seed."""

from __future__ import annotations

import random
import shutil
import tempfile
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from unittest import mock

import core.ids
from sync import loading, pull, push
from tests.server import Cluster, roomy_memory
from tests.sync.simulator.calls import tally
from tests.sync.simulator.chance import Seeded
from tests.sync.simulator.checks import Broken
from tests.sync.simulator.steps import STEPS
from tests.sync.simulator.world import CREW, World


@dataclass
class Result:
    """What came of a history.

    Attributes:
        seed: from which it follows.
        steps: the numbers of the steps that were made.
        faults: what does not hold; empty where all does.
        told: what came of every step.
        counts: how often what happened.
        seconds: how long it took.
    """

    seed: int
    steps: Sequence[int]
    faults: tuple[str, ...] = ()
    told: list[str] = field(default_factory=list)
    counts: Counter[str] = field(default_factory=Counter)
    seconds: float = 0.0

    @property
    def story(self) -> str:
        """The seed, what does not hold, and every step."""
        lines = [f"seed {self.seed}, {len(self.steps)} steps:", *self.faults, "", *self.told]
        return "\n".join(lines)


@contextmanager
def seeded_ids(seed: int) -> Iterator[None]:
    """Lets every new id follow from the seed, in the order of being made."""

    class Ids:
        def __init__(self) -> None:
            self._made = 0
            self._random = random.Random(f"ids/{seed}")

        def uuid7(self) -> str:
            self._made += 1
            rest = self._random.getrandbits(62)
            number = (
                (0x019A00000000 + self._made) << 80
                | 0x7 << 76
                | (self._made & 0xFFF) << 64
                | 0b10 << 62
                | rest
            )
            text = f"{number:032x}"
            return "-".join((text[:8], text[8:12], text[12:16], text[16:20], text[20:]))

    ids: Any = core.ids
    before, ids.uuid_utils = ids.uuid_utils, Ids()
    try:
        yield
    finally:
        ids.uuid_utils = before


class _EvenClock:
    """Time that goes on each time that somebody looks at it: what takes long does so in every run, on any machine."""

    SECONDS = 0.1

    def __init__(self) -> None:
        self._now = 0.0

    def monotonic(self) -> float:
        """As `time.monotonic`."""
        self._now += self.SECONDS
        return self._now


@contextmanager
def even_time() -> Iterator[None]:
    """Lets nothing that an agent does depend on how busy the machine is."""
    clock = _EvenClock()
    with ExitStack() as stack:
        for module in (loading, pull, push):
            stack.enter_context(mock.patch.object(module, "time", clock))
        yield


def play(
    cluster: Cluster,
    seed: int,
    steps: Sequence[int],
    *,
    crew: Sequence[tuple[str, str]] = CREW,
    limit: float | None = None,
) -> Result:
    """Plays a history and checks it.

    Args:
        cluster: a PostgreSQL server.
        seed: from which every choice follows.
        steps: which of the seed's steps are made. Each has choices of its own, so that leaving one out leaves the
            others as they are, as far as they can be.
        crew: the clients.
        limit: seconds after which no further step is begun.
    """
    folder = Path(tempfile.mkdtemp(prefix="offhook-simulator-", dir=roomy_memory()))
    began = time.monotonic()
    result = Result(seed, steps)
    try:
        with seeded_ids(seed), even_time():
            world = World(cluster, folder, crew)
            try:
                result.told, result.counts = world.told, world.counts
                _play(world, seed, steps, limit)
            except Broken as broken:
                result.faults = broken.faults
            except Exception as error:
                error.add_note(result.story)
                raise
            finally:
                for client in world.clients:
                    result.counts += client.faults.happened
                result.counts += tally(world.ledger)
                result.counts["parts"] = world.ledger.parts
                result.counts["hand-ins"] = len(world.ledger.handed_in)
                result.counts["typed"] = world.ledger.typed
                result.counts["changesets"] = len(world.ledger.done)
                result.counts["refused"] = sum(
                    answers[-1].status not in ("ok", "merged") for answers in world.ledger.told.values()
                )
                world.close()
    finally:
        shutil.rmtree(folder, ignore_errors=True)
        result.seconds = time.monotonic() - began
    return result


def _play(world: World, seed: int, steps: Sequence[int], limit: float | None) -> None:
    began = time.monotonic()
    for number in steps:
        if limit is not None and time.monotonic() - began > limit:
            break
        chance = Seeded(seed, number)
        world.make(chance.weighted(STEPS), number, chance)
    world.come_to_rest()
    world.check()
    world.decide_all(Seeded(seed, "end"))
    world.check()
