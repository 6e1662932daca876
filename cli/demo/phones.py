"""Who gets which telephone number. All of them come from the blocks in `cli.demo.places`."""

from __future__ import annotations

import random
from dataclasses import dataclass, field

from cli.demo.places import Block, City, Country

_MAIN_SHARE = 0.6
"""How much of a block is for switchboards; the rest is for direct lines."""


@dataclass(slots=True)
class Exchange:
    """Gives out numbers: each mobile and direct line once, each extension once.

    Where a block has no more of them, companies share a switchboard, and people are reached by their extension there.
    """

    rng: random.Random
    _given: dict[str, int] = field(default_factory=dict)
    _extensions: dict[str, int] = field(default_factory=dict)

    def switchboard(self, city: City) -> str:
        """A company's number in a city."""
        block = city.block
        return block.number(self._next(f"main {block.prefix}{block.first}") % int(block.size * _MAIN_SHARE))

    def extension(self, main: str) -> str:
        """A person's number behind a switchboard."""
        last = self._extensions.get(main, 99) + self.rng.randrange(1, 8)
        self._extensions[main] = last
        return f"{main};ext={last}"

    def direct(self, city: City) -> str:
        """A person's own line in a city; empty where there is none left."""
        block = city.block
        mains = int(block.size * _MAIN_SHARE)
        n = self._next(f"direct {block.prefix}{block.first}")
        return block.number(mains + n) if mains + n < block.size else ""

    def mobile(self, country: Country) -> str:
        """A mobile number; empty where there is none, or none left."""
        if not country.mobile:
            return ""
        n = self._next(f"mobile {country.code}")
        return _nth(country.mobile, n)

    def _next(self, what: str) -> int:
        n = self._given.get(what, 0)
        self._given[what] = n + 1
        return n


def _nth(blocks: tuple[Block, ...], n: int) -> str:
    """The `n`-th number of several blocks, taken in turns; empty behind the last."""
    block = blocks[n % len(blocks)]
    place = n // len(blocks)
    return block.number(place) if place < block.size else ""
