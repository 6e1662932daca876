"""What was said of an import on the command line, checked."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import cast, get_args

from cli.naming import typed
from cli.output import Usage
from core.imports.shapes import ENTITIES, Entity, Options, Order, Policy, Unread
from core.text import printable


@dataclass(frozen=True, slots=True)
class Asked:
    """What was said on the command line, as it was said; see `cli.import_commands`."""

    files: tuple[Path, ...]
    mapping: tuple[str, ...] = ()
    source: str = ""
    on_duplicate: str = ""
    region: str = ""
    date_order: str = ""
    currency: str = ""
    entities: tuple[str, ...] = ()
    new_fields: bool = False
    answers: tuple[str, ...] = ()
    dry_run: bool = False
    yes: bool = False

    def options(self) -> Options:
        """What is said of the whole import.

        Raises:
            Usage: something of it cannot be meant.
        """
        mapping: dict[str, str] = {}
        for each in self.mapping:
            name, column = _pair(each, "--map", "FIELD=COLUMN")
            if name in mapping:
                raise Usage(
                    f"Two columns cannot go to one field: “{printable(mapping[name])}” and “{printable(column)}” are both"
                    f" to be “{printable(name)}”. Give one of them, or another field (as email_2)."
                )
            if column and column in mapping.values():
                other = next(field for field, header in mapping.items() if header == column)
                raise Usage(
                    f"The column “{printable(column)}” cannot go to two fields, “{printable(other)}” and “{printable(name)}”."
                )
            mapping[name] = column
        return Options(
            on_duplicate=cast(
                Policy, _one_of(self.on_duplicate or "fill", "--on-duplicate", ("skip", "fill", "overwrite"))
            ),
            region=_region(self.region),
            date_order=cast(
                "Order | None",
                _one_of(self.date_order, "--date-order", get_args(Order)) if self.date_order else None,
            ),
            currency=_currency(self.currency),
            source=typed(self.source).strip().lower(),
            mapping=mapping,
            new_fields=self.new_fields,
            entities=self._rows(),
        )

    def _rows(self) -> dict[str, Entity]:
        """What rows are, by the file’s name."""
        names = [file.name for file in self.files]
        found: dict[str, Entity] = {}
        for each in self.entities:
            file, _, said = typed(each).rpartition("=")
            if file and Path(file).name not in names:
                raise Usage(f"There is no file “{printable(file)}” among those to import.")
            entity = cast(Entity, _one_of(said, "--entity", ENTITIES))
            found.update(dict.fromkeys([Path(file).name] if file else names, entity))
        return found

    def answered(self) -> dict[str, str]:
        """The answers by question.

        Raises:
            Usage: something of it cannot be meant.
        """
        found = {}
        for each in self.answers:
            # A question's id may have the sign in it, an answer has none.
            question, sign, value = typed(each).rpartition("=")
            if not (question and sign):
                raise Usage(f"--answer is given as ID=VALUE, not as “{printable(typed(each))[:80]}”.")
            found[question] = value
        return found


def _pair(text: str, option: str, form: str) -> tuple[str, str]:
    name, found, value = typed(text).partition("=")
    if not (name.strip() and found):
        raise Usage(f"{option} is given as {form}, not as “{printable(typed(text))[:80]}”.")
    return name.strip(), value


def _one_of(value: str, option: str, known: Sequence[str]) -> str:
    lower = typed(value).strip().lower()
    if lower not in known:
        raise Usage(f"{option} is one of {', '.join(known)}, not “{printable(typed(value))[:40]}”.")
    return lower


def _region(text: str) -> str:
    if not text:
        return ""
    from core.imports.values.places import read_country

    try:
        country = read_country(typed(text))
    except Unread:
        country = None
    if country is None:
        raise Usage(f"--default-region is a country, as DE or Germany, not “{printable(typed(text))[:40]}”.")
    return country


def _currency(text: str) -> str:
    from core.money import CURRENCIES

    code = typed(text).strip().upper()
    if code and code not in CURRENCIES:
        raise Usage(f"--currency is a currency’s three letters, as EUR, not “{printable(typed(text))[:40]}”.")
    return code
