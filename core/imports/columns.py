"""What is seen of a column while a whole file goes by, at little cost: see `core.imports.shapes.Column`.

Values come in bunches, so that nearly all of the work (counting, lengths, what is new) is done by containers and not value
by value. What a value looks like is worked out for the first thousand and a thin sample of the rest; which way its days and
decimals are written is read from every value of a column that has any, since a single `13/04` decides.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from itertools import islice

from core.imports.looks import looks_of
from core.imports.shapes import Column
from core.imports.values.dates import OrderEvidence
from core.imports.values.numbers import DecimalEvidence
from core.imports.values.texts import is_blank
from core.text import clean_line

MOST_VALUES = 300
"""Different values of a column up to which all of them are kept."""
SAMPLES = 5
_NUMBERS_KEPT = 200
"""Phone numbers of a column that are kept, for finding out where they are."""
_LOOKED = 1000
"""Filled values of which each is looked at; of those after them every `_THIN`th."""
_THIN = 128
_LONGEST_BLANK = 24
"""Characters of the longest text that can say nothing (`(not set)`), white space around it included."""
_LONGEST_SAMPLE = 1_000
_LONGEST_READ = 60
"""Characters of the longest text that can be a day or a number."""
_ENDING = re.compile(r"\.([a-z]{2,24})\W*(?:/\S*)?$", re.IGNORECASE)
_ADDRESSES = frozenset({"email", "domain", "url"})
_DAYS = frozenset({"date", "time"})
_NUMBERS = frozenset({"money", "number", "percent"})


class ColumnWatch:
    """Sees every value of a column, in order, and says what it saw."""

    def __init__(self) -> None:
        self._filled = 0
        self._samples: dict[str, None] = {}
        self._looks: Counter[str] = Counter()
        self._looked = 0
        self._values: Counter[str] | None = Counter()
        self._longest = 0
        self._order = OrderEvidence()
        self._decimal = DecimalEvidence()
        self._days = self._numbers = False
        self._phones: dict[str, None] = {}
        self._endings: Counter[str] = Counter()

    def see(self, text: str) -> None:
        """Takes a look at one value. For many, `see_all` costs a tenth."""
        self.see_all((text,))

    def see_all(self, texts: Sequence[str]) -> None:
        """Takes a look at values, as they come one below the other."""
        found = Counter(texts)
        for text in [text for text in found if _is_blank(text)]:
            del found[text]
        if not found:
            return
        self._longest = max(self._longest, *map(len, found))
        if len(self._samples) < SAMPLES:
            # A letter of a hundred pages shows what it is by its beginning.
            shown = (clean_line(cut) or cut for text in found if (cut := text[:_LONGEST_SAMPLE]))
            self._samples = dict.fromkeys(islice(dict.fromkeys((*self._samples, *shown)), SAMPLES))
        self._look(found)
        if self._days or self._numbers:
            self._weigh([text for text in found if len(text) <= _LONGEST_READ], self._days, self._numbers)
        self._filled += found.total()
        if self._values is not None:
            self._values.update(found)
            if len(self._values) > MOST_VALUES:
                self._values = None

    def column(self, header: str) -> Column:
        """What was seen so far, under the column's header."""
        values: Mapping[str, int] | None = None
        if self._values is not None:
            values = dict(self._values.most_common())
        return Column(
            header=header,
            filled=self._filled,
            samples=tuple(self._samples),
            looks=dict(self._looks),
            looked=self._looked,
            values=values,
            longest=self._longest,
            order=self._order.order if self._days else None,
            both_ways=self._order.both_ways if self._days and self._order.order is None else "",
            decimal=self._decimal.mark if self._numbers else "",
            numbers=tuple(self._phones),
            endings=dict(self._endings),
        )

    def _look(self, found: Counter[str]) -> None:
        """Looks at as many of the values as it takes."""
        still = max(_LOOKED - self._looked, 0)
        each = list(found.items())
        # By place and not by chance: the same file is always seen in the same way.
        wanted = each[:still] + each[still::_THIN]
        days, numbers = self._days, self._numbers
        for text, times in wanted:
            looks = looks_of(text)
            self._looked += times
            for look in looks:
                self._looks[look] += times
            if "phone" in looks and len(self._phones) < _NUMBERS_KEPT:
                self._phones[text] = None
            elif not _ADDRESSES.isdisjoint(looks) and (ending := _ENDING.search(text)):
                self._endings[ending[1].lower()] += times
            days = days or not _DAYS.isdisjoint(looks)
            numbers = numbers or not _NUMBERS.isdisjoint(looks)
        if self._values:
            # What came before the first day or number of a column could be one that looked like something else.
            before = [text for text in self._values if len(text) <= _LONGEST_READ]
            self._weigh(before, days and not self._days, numbers and not self._numbers)
        self._days, self._numbers = days, numbers

    def _weigh(self, texts: Iterable[str], days: bool, numbers: bool) -> None:
        """Takes values as evidence of how days and numbers are written."""
        for text in texts:
            if days:
                self._order.see(text)
            if numbers:
                self._decimal.see(text)


def _is_blank(text: str) -> bool:
    """Whether a value says nothing; long ones are not looked up."""
    return is_blank(text) if len(text) <= _LONGEST_BLANK else not text.strip()
