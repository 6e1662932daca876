"""In which country phone numbers without a country code are: what the files themselves say of it, and what is asked.

A number of a row that names its country is read there. Of the others a file often says clearly enough where they are: by the
countries of its other rows, by other numbers of the column, by addresses. What was taken is told, and can be said otherwise.
"""

# ruff: noqa: SIM905 (lists of words are read more easily as text)
from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence

from core.catalog import Catalog
from core.imports.shapes import Column, Option, Options, Question, TablePlan, Target, Unread
from core.imports.targets import exact_target
from core.imports.values.places import is_code, read_country
from core.imports.values.points import read_phones

REGION = "region:"
"""The id of the question."""
NOWHERE = "none"
"""The answer that nobody knows: the numbers are kept as they are."""
_MOSTLY = 0.75
"""What part of all signs of a kind must say the same."""
_READ = 0.8
"""What part of the numbers must be possible in a country for it to be the one."""
_FEWEST_DIGITS = 7
_SHOWN = 3
_NORTH_AMERICAN = re.compile(
    r"(?:1[ .-]?)?(?:\([2-9]\d\d\) ?|[2-9]\d\d[-.])\d{3}[-. ]\d{4}(?:\s*(?:x|ext\.?|#)\s*\d+)?", re.IGNORECASE
)
_WRITTEN_SO = frozenset({"US", "CA", "PR", "DO", "JM", "MX", "CO", "IN", "PH"})
"""Where numbers are written in groups of three, three and four digits."""
_ZERO_STAYS = frozenset({"IT", "SM", "VA", "CI", "CG", "GA"})
"""Where a zero at the beginning belongs to the number."""
_IN_PAIRS = re.compile(r"0[1-9](?:[ .-]\d\d){4}")
"""As numbers are written in France, and nowhere else without a country code as a rule."""
_BRITISH_CODE = re.compile(r"[A-Z]{1,2}\d[A-Z\d]? ?\d[A-Z]{2}", re.IGNORECASE)
_CANADIAN_CODE = re.compile(r"[A-Z]\d[A-Z] ?\d[A-Z]\d", re.IGNORECASE)
_STATES = frozenset(
    "AL AK AZ AR CA CO CT DC DE FL GA HI IA ID IL IN KS KY LA MA MD ME MI MN MO MS MT NC ND NE NH NJ NM NV NY OH OK OR PA RI SC SD"
    " TN TX UT VA VT WA WI WV WY".split()
)
_ANYWHERE = frozenset("ac ag ai am cc co fm gg im io la ly me nu sh st tk to tv vc ws".split())
"""Endings of addresses that are a country’s, and used all over the world."""
_SIGNS_OF_MONEY = {"£": "GB", "₹": "IN", "zł": "PL", "R$": "BR", "₺": "TR", "₪": "IL", "₩": "KR", "A$": "AU"}
_NAMES = {
    "US": "United States", "GB": "United Kingdom", "CA": "Canada", "AU": "Australia", "DE": "Germany", "FR": "France", "AT": "Austria",
    "BE": "Belgium", "BR": "Brazil", "BG": "Bulgaria", "CL": "Chile", "CN": "China", "CO": "Colombia", "HR": "Croatia", "CZ": "Czechia",
    "DK": "Denmark", "EG": "Egypt", "FI": "Finland", "GR": "Greece", "HK": "Hong Kong", "HU": "Hungary", "IN": "India",
    "ID": "Indonesia", "IE": "Ireland", "IL": "Israel", "IT": "Italy", "JP": "Japan", "KE": "Kenya", "LU": "Luxembourg",
    "MY": "Malaysia", "MX": "Mexico", "MA": "Morocco", "NL": "Netherlands", "NZ": "New Zealand", "NG": "Nigeria", "NO": "Norway",
    "PK": "Pakistan", "PH": "Philippines", "PL": "Poland", "PT": "Portugal", "RO": "Romania", "SA": "Saudi Arabia", "SG": "Singapore",
    "SK": "Slovakia", "ZA": "South Africa", "KR": "South Korea", "ES": "Spain", "SE": "Sweden", "CH": "Switzerland", "TW": "Taiwan",
    "TH": "Thailand", "TR": "Türkiye", "UA": "Ukraine", "AE": "United Arab Emirates", "VN": "Vietnam",
}  # fmt: skip

_Mapped = list[tuple[Target, Column]]


def known_region(catalog: Catalog, options: Options, answers: Mapping[str, str]) -> str:
    """Where a number without a country code is read; empty where nobody knows."""
    said = options.region or catalog.organization.country
    answer = answers.get(REGION, NOWHERE)
    return said or ("" if answer == NOWHERE else answer)


def is_taken(catalog: Catalog, options: Options, answers: Mapping[str, str]) -> bool:
    """Whether the region is what an answer to the question says, and not something that was set."""
    return not (options.region or catalog.organization.country) and answers.get(REGION, NOWHERE) != NOWHERE


def region_name(region: str) -> str:
    """What a country is called."""
    return _NAMES.get(region, region)


def region_questions(
    plans: Sequence[TablePlan], columns: Sequence[Sequence[Column]], catalog: Catalog, options: Options
) -> Iterator[Question]:
    """The question in which country numbers without a country code are, where there are some and nothing is set."""
    if options.region or catalog.organization.country:
        return
    tables = [list(_mapped(plan, seen, catalog)) for plan, seen in zip(plans, columns, strict=True)]
    local: dict[str, None] = {}
    rows = 0
    for mapped in tables:
        if _every_row_says(mapped):
            continue
        for target, column in mapped:
            if target.kind == "phone" and (some := _local(column)):
                local |= dict.fromkeys(some)
                rows += max(1, round(column.filled * len(some) / len(column.numbers)))
    if not local:
        return
    together = [one for mapped in tables for one in mapped]
    found, candidates = _said(together, tuple(local))
    values = dict.fromkeys((*filter(None, (found,)), *candidates, *_NAMES))
    yield Question(
        REGION,
        "region",
        f"In which country are numbers like “{next(iter(local))}” without a country code?",
        rows,
        tuple(local)[:_SHOWN],
        (
            *(Option(value, region_name(value)) for value in values),
            Option(NOWHERE, "nobody knows: keep them in the description"),
        ),
        found or NOWHERE,
    )


def _mapped(plan: TablePlan, columns: Sequence[Column], catalog: Catalog) -> Iterator[tuple[Target, Column]]:
    by_header = {column.header: column for column in columns}
    for name, header in plan.mapping.items():
        target = exact_target(name, plan.entity, catalog)
        if target is not None and header in by_header:
            yield target, by_header[header]


def _every_row_says(mapped: _Mapped) -> bool:
    """Whether every row names its country."""
    rows = max((column.filled for _, column in mapped), default=0)
    return any(target.kind == "country" and column.filled >= rows > 0 for target, column in mapped)


def _local(column: Column) -> list[str]:
    """The numbers of a column that cannot be read without a country."""
    return [
        text
        for text in column.numbers
        if sum(map(str.isdigit, text)) >= _FEWEST_DIGITS and not read_phones(text, "").items
    ]


def _said(mapped: _Mapped, local: Sequence[str]) -> tuple[str, list[str]]:
    """The country that the files clearly say, empty where they do not; and those that any sign is for."""
    candidates: dict[str, None] = {}
    found = ""
    shape = _by_shape(local)
    for votes in (
        _countries(mapped),
        _codes(mapped),
        _places(mapped),
        _endings(mapped),
        shape,
        _money(mapped),
    ):
        total = votes.total()
        for region, times in votes.most_common():
            candidates[region] = None
            if not found and times >= _MOSTLY * total and _could_be(region, local, shape):
                found = region
    return found, list(candidates)


def _could_be(region: str, local: Sequence[str], shape: Counter[str]) -> bool:
    """Whether nearly all of the numbers are some in a country, and written as they are there."""
    if shape["US"] >= _MOSTLY * len(local) and region not in _WRITTEN_SO:
        return False
    return sum(_fits(text, region) for text in local) >= _READ * len(local)


def _fits(text: str, region: str) -> bool:
    """Whether a number can be read in a country, and a zero that it begins with is what one dials before an area there.

    Whether anybody has it is not asked: lists of examples are full of numbers that nobody has.
    """
    import phonenumbers

    items = read_phones(text, region).items
    if not items:
        return False
    number = phonenumbers.parse(items[0]["value"].partition(";")[0])
    return region in _ZERO_STAYS or not number.italian_leading_zero


# --- signs ---------------------------------------------------------------------------------------------------------


def _countries(mapped: _Mapped) -> Counter[str]:
    return _counted(
        (_country(text), times)
        for target, column in mapped
        if target.kind == "country"
        for text, times in _values(column)
    )


def _codes(mapped: _Mapped) -> Counter[str]:
    """The countries of numbers that name theirs."""
    found: Counter[str] = Counter()
    for target, column in mapped:
        if target.kind == "phone":
            for text in column.numbers:
                for item in read_phones(text, "").items:
                    found[_country_of(item["value"])] += 1
    del found[""]
    return found


def _places(mapped: _Mapped) -> Counter[str]:
    """The country at the end of an address, and postal codes and states that are one country’s alone."""
    found: Counter[str] = Counter()
    for target, column in mapped:
        if target.field == "address":
            ends = (
                (text.rpartition(",")[2].strip(), times) for text, times in _values(column) if "," in text
            )
            found += _counted((_country(end), times) for end, times in ends if not any(map(str.isdigit, end)))
        elif target.field == "postal_code":
            found += _counted((_country_of_code(text), times) for text, times in _values(column))
        elif target.field == "region":
            found += _counted(("US" * (text in _STATES), times) for text, times in _values(column))
    return found


def _endings(mapped: _Mapped) -> Counter[str]:
    """The countries of e-mail and web addresses."""
    found: Counter[str] = Counter()
    for target, column in mapped:
        if target.kind in ("email", "domain", "url"):
            for ending, times in column.endings.items():
                code = {"uk": "GB"}.get(ending, ending.upper())
                if ending not in _ANYWHERE and is_code(code):
                    found[code] += times
    return found


def _by_shape(local: Sequence[str]) -> Counter[str]:
    """The country in which numbers are written so."""
    found: Counter[str] = Counter()
    for text in local:
        if _NORTH_AMERICAN.fullmatch(text.strip()):
            found["US"] += 1
        elif _IN_PAIRS.fullmatch(text.strip()):
            found["FR"] += 1
        else:
            found["ZZ"] += 1
    others = found.pop("ZZ", 0)
    clear = {region: times for region, times in found.items() if times >= _MOSTLY * (others + found.total())}
    return Counter(clear)


def _money(mapped: _Mapped) -> Counter[str]:
    found: Counter[str] = Counter()
    for target, column in mapped:
        if target.kind == "currency":
            codes = (
                (text.strip().upper()[:2], times) for text, times in _values(column) if len(text.strip()) == 3
            )
            found += _counted(
                (code if is_code(code) and code != "EU" else "", times) for code, times in codes
            )
        elif target.kind == "money":
            for text, times in _values(column):
                found.update(
                    {
                        region: times
                        for sign, region in _SIGNS_OF_MONEY.items()
                        if text.strip().startswith(sign)
                    }
                )
    return found


def _values(column: Column) -> Iterable[tuple[str, int]]:
    """What is in a column, with how often, as far as that is kept."""
    return column.values.items() if column.values is not None else ((text, 1) for text in column.samples)


def _counted(found: Iterable[tuple[str, int]]) -> Counter[str]:
    votes: Counter[str] = Counter()
    for region, times in found:
        if region:
            votes[region] += times
    return votes


def _country(text: str) -> str:
    try:
        return read_country(text) or ""
    except Unread:
        return ""


def _country_of_code(text: str) -> str:
    code = text.strip()
    return "GB" if _BRITISH_CODE.fullmatch(code) else "CA" if _CANADIAN_CODE.fullmatch(code) else ""


def _country_of(number: str) -> str:
    """The country of a number in E.164."""
    import phonenumbers

    found = phonenumbers.region_code_for_number(phonenumbers.parse(number.partition(";")[0]))
    return found if found and found.isalpha() else ""
