"""Where the world's choices come from: a seed, or Hypothesis, which can make a failing history shorter."""

from __future__ import annotations

import random
from abc import ABC, abstractmethod
from collections.abc import Callable, Sequence
from typing import TypeVar

T = TypeVar("T")


class Chance(ABC):
    """A source of choices."""

    @abstractmethod
    def below(self, number: int) -> int:
        """A whole number from 0 to `number` - 1."""

    def pick(self, items: Sequence[T]) -> T:
        """One of the items; there must be one."""
        return items[self.below(len(items))]

    def some(self, items: Sequence[T], most: int) -> list[T]:
        """One or more of the items, in their order, each once."""
        count = 1 + self.below(min(most, len(items)))
        places = {self.below(len(items)) for _ in range(count)}
        return [items[place] for place in sorted(places)]

    def percent(self, odds: int) -> bool:
        """True in so many of a hundred cases."""
        # Zero, to which a failing history is shortened, is the case in which nothing special happens.
        return self.below(100) >= 100 - odds

    def weighted(self, items: Sequence[tuple[int, T]]) -> T:
        """One of the items, each as often as its weight says."""
        place = self.below(sum(weight for weight, _ in items))
        for weight, item in items:
            place -= weight
            if place < 0:
                return item
        raise AssertionError("the weights are what was added up")


class Seeded(Chance):
    """Choices that follow from words."""

    def __init__(self, *words: object) -> None:
        self._random = random.Random("/".join(map(str, words)))

    def below(self, number: int) -> int:
        return self._random.randrange(number)


class Drawn(Chance):
    """Choices that somebody else makes.

    Args:
        draw: gives a whole number from 0 to its argument, both included.
    """

    def __init__(self, draw: Callable[[int], int]) -> None:
        self._draw = draw

    def below(self, number: int) -> int:
        return self._draw(number - 1)
