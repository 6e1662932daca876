"""Nothing is lost, nothing is silent, all converge: whatever people do, and whatever breaks while they do it."""

from __future__ import annotations

import json
import os
import shutil
import tempfile
from collections import Counter
from collections.abc import Mapping
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, rule, run_state_machine_as_test

from tests.server import Cluster, roomy_memory
from tests.sync.simulator.chance import Chance, Drawn, Seeded
from tests.sync.simulator.driver import even_time, play, seeded_ids
from tests.sync.simulator.steps import STEPS
from tests.sync.simulator.world import World

SEEDS = range(1, 6)
STEPS_OF_A_SEED = 1_000
SMALL = (("ann", "ann"), ("ben", "ben"), ("mia", "mia"))
TRIED: Mapping[str, int] = {
    "typed": 1_250, "refused": 250, "restores": 1, "hand-ins": 6, "parts": 3, "late push": 12, "death": 180, "cut before push": 12,
    "cut after push": 12, "cut before pull": 30, "cut after pull": 30, "cut before page": 3, "cut after page": 3,
    "cut after known": 1, "cut after hello": 6, "cut after hand_in": 1,
}  # fmt: skip
"""How often what must have happened in all seeds together, or they have not tried what they are there to try."""


@pytest.fixture(scope="session")
def tallies(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of this run in which every seed puts down what it has tried, whichever process plays it."""
    own = tmp_path_factory.getbasetemp()
    folder = (own.parent if "PYTEST_XDIST_WORKER" in os.environ else own) / "tallies"
    folder.mkdir(exist_ok=True)
    return folder


@pytest.mark.slow
@pytest.mark.parametrize("seed", SEEDS)
def test_nothing_is_lost_nothing_is_silent_and_all_converge(
    cluster: Cluster, seed: int, tallies: Path
) -> None:
    result = play(cluster, seed, range(STEPS_OF_A_SEED))
    assert not result.faults, result.story
    written = tallies / f"{seed}.new"
    written.write_text(json.dumps(result.counts))
    written.rename(tallies / f"{seed}.json")
    told = [tallies / f"{each}.json" for each in SEEDS]
    if all(path.exists() for path in told):
        # The last one looks at what all of them have tried.
        together = sum((Counter(json.loads(path.read_text())) for path in told), Counter[str]())
        missed = {what: together[what] for what, least in TRIED.items() if together[what] < least}
        assert not missed, f"tried too seldom: {missed} of {dict(together)}"


class Field(RuleBasedStateMachine):
    """The world with a few clients, its choices made by Hypothesis, which makes what fails as short as it can."""

    cluster: Cluster

    def __init__(self) -> None:
        super().__init__()
        self._folder = Path(tempfile.mkdtemp(prefix="offhook-field-", dir=roomy_memory()))
        self._even = ExitStack()
        self._even.enter_context(seeded_ids(0))
        self._even.enter_context(even_time())
        self._world = World(self.cluster, self._folder, SMALL)
        self._number = 0

    def make(self, name: str, chance: Chance) -> None:
        """Makes a step of that name."""
        self._number += 1
        self._world.make(next(step for _, step in STEPS if step.name == name), self._number, chance)

    def teardown(self) -> None:
        try:
            self._world.come_to_rest()
            self._world.check()
            self._world.decide_all(Seeded("end"))
            self._world.check()
        finally:
            self._world.close()
            self._even.close()
            shutil.rmtree(self._folder, ignore_errors=True)


def _rule(name: str) -> Any:
    def step(self: Field, data: st.DataObject) -> None:
        self.make(name, Drawn(lambda most: data.draw(st.integers(0, most))))

    step.__name__ = name
    return rule(data=st.data())(step)


for _, _step in STEPS:
    if _step.name != "rest":
        setattr(Field, _step.name, _rule(_step.name))


@pytest.fixture
def field(cluster: Cluster) -> type[Field]:
    Field.cluster = cluster
    return Field


@pytest.mark.slow
def test_no_short_history_breaks_it_either(field: type[Field]) -> None:
    run_state_machine_as_test(
        field,
        settings=settings(
            max_examples=12, stateful_step_count=40, deadline=None, database=None, derandomize=True,
            suppress_health_check=list(HealthCheck), phases=(Phase.generate, Phase.shrink),
        ),
    )  # fmt: skip
