"""A long run: python -m tests.sync.simulator --seeds 1000 --steps 1500

A world in which the field is tried: several caches, one real PostgreSQL, and everything that can go wrong between them.
Every choice follows from a seed. A seed that fails is told with what does not hold and with every step, and can be
played again:

    python -m tests.sync.simulator --first 4711 --seeds 1 --steps 1500            the same history again
    python -m tests.sync.simulator --first 4711 --seeds 1 --steps 1500 --shorten  with as few steps as still fail
    python -m tests.sync.simulator --first 4711 --seeds 1 --only 3,17,400         only these steps

`OFFHOOK_PG=system` takes the system's PostgreSQL. It ends with 1 where any seed has failed.
"""

from __future__ import annotations

import argparse
import sys
from collections import Counter
from collections.abc import Sequence

from tests.server import running_cluster
from tests.sync.simulator.driver import play
from tests.sync.simulator.shorten import shorter


def main() -> int:
    """Runs as many histories as the command line says."""
    parser = argparse.ArgumentParser(
        prog="python -m tests.sync.simulator", description=(__doc__ or "").splitlines()[0]
    )
    parser.add_argument("--first", type=int, default=1, help="the first seed")
    parser.add_argument("--seeds", type=int, default=10, help="how many")
    parser.add_argument("--steps", type=int, default=1500, help="steps of each history")
    parser.add_argument("--only", default="", help="numbers of the steps that are made, separated by commas")
    parser.add_argument("--shorten", action="store_true", help="make what fails as short as possible")
    given = parser.parse_args()
    only = [int(number) for number in given.only.split(",") if number]
    steps: Sequence[int] = only or range(given.steps)
    counts: Counter[str] = Counter()
    failed = 0
    with running_cluster() as cluster:
        for seed in range(given.first, given.first + given.seeds):
            result = play(cluster, seed, steps)
            counts += result.counts
            counts["steps"] += len(steps)
            rate = len(steps) / result.seconds
            print(f"seed {seed}: {'FAILED' if result.faults else 'holds'}, {rate:.0f} steps/s", flush=True)
            if result.faults:
                failed += 1
                if given.shorten:
                    result = shorter(cluster, result)
                    print(f"--only {','.join(map(str, result.steps))}")
                print(result.story, flush=True)
    print(
        f"{given.seeds - failed} of {given.seeds} seeds hold; "
        + ", ".join(f"{n} {what}" for what, n in sorted(counts.items()))
    )
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
