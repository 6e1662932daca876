"""Checks that the commands on contacts, companies and deals share. What is wrong is gathered and said all at once."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from core.catalog import Catalog
from core.commands.base import MAX_NUMBER, Get, Need, Seen, cleaned
from core.entities import RECORDS, CustomField
from core.errors import Invalid
from core.points import clean_url
from core.schema import Record, fields_of
from core.text import clean_tag, fold, printable

LONGEST_TAG = 40
LONGEST_CUSTOM = 10_000
"""Longest text in a custom field, in characters."""


class Checks:
    """Values on their way into a record.

    Attributes:
        values: the values by field name, in the form in which they are kept; custom fields as `custom.KEY`.
        wrong: what is wrong with them, by field name.
    """

    def __init__(
        self, record: type[Record], values: Mapping[str, Any], catalog: Catalog | None = None
    ) -> None:
        self._typed = values
        self.values: dict[str, Any] = {}
        self.wrong: dict[str, str] = {}
        for name, value in values.items():
            try:
                self.values |= cleaned(record, {name: value})
            except Invalid as error:
                self.wrong |= error.fields
        if "tags" in self.values:
            self.apply("tags", clean_tags)
        if "external_ids" in self.values:
            self.refuse("external_ids", "What other systems know a record by is written by imports alone.")
        if catalog and "custom" in fields_of(record):
            self._custom(record.TABLE, catalog)

    def apply(self, name: str, check: Callable[[Any], Any]) -> None:
        """Puts a value, if there is one, through a check that returns it in its form or raises `Invalid`."""
        # A check tells more of what is too long for its field (“Germany”) than the field's length does.
        value = (self.values if name in self.values else self._typed).get(name)
        if value and (name in self.values or isinstance(value, str)):
            try:
                self.values[name] = check(value)
            except Invalid as error:
                self.wrong[name] = str(error)

    def refuse(self, name: str, sentence: str) -> None:
        """Remembers what is wrong with a field."""
        self.wrong[name] = sentence

    def done(self) -> dict[str, Any]:
        """The values.

        Raises:
            Invalid: something is wrong.
        """
        if self.wrong:
            raise Invalid(self.wrong)
        return self.values

    def _custom(self, table: str, catalog: Catalog) -> None:
        for key, value in self.values.pop("custom", {}).items():
            self.values[f"custom.{key}"] = value
        known = {f"custom.{field.key}": field for field in catalog.fields_for(table)}
        for name in [name for name in self.values if name.startswith("custom.")]:
            if name not in known:
                self.wrong[name] = f"There is no field “{printable(name)[7:47]}”. Define it first."
                continue
            try:
                self.values[name] = clean_custom(known[name], self.values[name])
            except Invalid as error:
                self.wrong[name] = str(error)


def clean_custom(field: CustomField, value: Any) -> Any:
    """The value of a custom field as it is kept: text, a number, true or false, or a day as ISO text; None for nothing.

    Raises:
        Invalid: it is not of the field's kind.
    """
    if value is None or value == "":
        return None
    kept = _choice(field, value) if field.kind == "choice" else _CUSTOM[field.kind](value)
    if kept is None:
        wants = {
            "text": f"is text of at most {LONGEST_CUSTOM:,} characters",
            "number": "is a number",
            "date": "is a day, as in 2026-12-31",
            "flag": "is yes or no",
            "choice": f"is one of {', '.join(field.options)}",
            "url": "is a web address, as in https://acme.com",
        }
        raise Invalid({f"custom.{field.key}": f"{field.label} {wants[field.kind]}."})
    return kept


def _choice(field: CustomField, value: Any) -> str | None:
    return next((option for option in field.options if fold(option) == fold(str(value))), None)


def _text(value: Any) -> str | None:
    return value if isinstance(value, str) and len(value) <= LONGEST_CUSTOM else None


def _number(value: Any) -> int | float | None:
    if isinstance(value, str):
        try:
            value = float(value.replace(",", "."))
        except ValueError:
            return None
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        return None
    if not abs(value) <= MAX_NUMBER:
        return None
    return int(value) if value == int(value) else value


def _date(value: Any) -> str | None:
    try:
        day = value if isinstance(value, dt.date) else dt.date.fromisoformat(value)
    except (TypeError, ValueError):
        return None
    return f"{day:%Y-%m-%d}" if day.year >= 1000 else None


def _flag(value: Any) -> bool | None:
    return value if isinstance(value, bool) else None


def _url(value: Any) -> str | None:
    try:
        return clean_url(value) if isinstance(value, str) else None
    except Invalid:
        return None


_CUSTOM: Mapping[str, Callable[[Any], Any]] = {
    "text": _text,
    "number": _number,
    "date": _date,
    "flag": _flag,
    "url": _url,
}


def clean_tags(tags: Sequence[str]) -> tuple[str, ...]:
    """Tags as they are kept, each once.

    Raises:
        Invalid: one is too long.
    """
    out = dict.fromkeys(filter(None, map(clean_tag, tags)))
    for tag in out:
        if len(tag) > LONGEST_TAG:
            raise Invalid(
                {"tags": f"A tag has at most {LONGEST_TAG} characters; “{tag[:20]}…” has {len(tag)}."}
            )
    return tuple(out)


def needs_links(values: Mapping[str, Any]) -> list[Need]:
    """What must be loaded to see that the contact and company that the values name are there."""
    tables = {"contact_id": "contacts", "company_id": "companies"}
    return [Get(table, values[name]) for name, table in tables.items() if values.get(name)]


def require_links(seen: Seen, values: Mapping[str, Any]) -> None:
    """Raises `NotFound` unless the contact and company that the values name are there."""
    for need in needs_links(values):
        if isinstance(need, Get):
            seen.get(RECORDS[need.table], need.id)
