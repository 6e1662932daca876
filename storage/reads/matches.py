"""The records that rows of an import may mean, for many rows at once.

What a row is recognised by is looked up value by value, each in an index; the records that are found are read once,
however many rows mean them. Of a company's contacts, and of those with one number, only the names are read, from an index,
and then those whose names are alike. All of it comes as one JSON value: a cursor that is asked for row after row lets go of the interpreter for each.
"""

# ruff: noqa: S608 (table and column names are constants here or come from the declarations, values are always bound)
from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import cache, lru_cache

from core.catalog import Catalog
from core.errors import NotFound
from core.imports.keys import person_key
from core.imports.matching import ALIKE, likeness
from core.imports.shapes import Match, Probe
from core.schema import Record
from storage.codec import codec, to_json
from storage.reads import sqlite
from storage.reads.sqlite import Connection

MOST = 200
"""How many records one value leads to: a switchboard's number, a frequent name."""

MOST_COMPARED = 2_000
"""How many contacts of a company, or with one number, are compared by their names."""

KINDS: Mapping[str, tuple[str, ...]] = {
    "companies": ("id", "external", "domain", "name"),
    "contacts": ("id", "external", "email", "phone", "name", "company"),
    "deals": ("id", "external", "name"),
    "activities": ("id",),
    "tasks": ("id",),
}
"""By what the records of a table are looked for, the surest first."""

NAMED = ("contacts", "deals")
"""The tables whose records come with their company's name."""

_GIVEN: Mapping[str, Callable[[Probe], Iterable[str]]] = {
    "id": lambda probe: map(str.lower, probe.ids),
    "external": lambda probe: probe.external_ids,
    "email": lambda probe: probe.emails,
    "phone": lambda probe: probe.phones,
    "name": lambda probe: probe.names,
    "company": lambda probe: (probe.company,),
    "domain": lambda probe: (probe.domain,),
}

NAMESAKES: Mapping[str, tuple[str, str, str]] = {
    "phone": (
        "t.last_name || ' ' || t.first_name",
        "contact_points p cross join contacts t",
        (
            "p.org_id = :org and p.value = w.value and p.kind = 'phone'"
            " and t.org_id = :org and t.id = p.contact_id and t.deleted_at is null"
        ),
    ),
    "company": (
        "t.sort_key",
        "companies k cross join contacts t",
        (
            "k.org_id = :org and k.sort_key = w.value and k.deleted_at is null"
            " and t.org_id = :org and t.company_id = k.id and t.deleted_at is null"
        ),
    ),
}
"""What many contacts have in common: among them those are meant whose names are alike, where the name is known. How one
value, which is `w.value`, leads to contacts `t`, in both dialects: their names, the tables, the conditions. On SQLite an
index has all of it."""

Hits = Iterable[tuple[str, str, str]]
"""What leads where: the kind, the value, and the id of a record."""

People = Iterable[tuple[str, str, Sequence[tuple[str, str]]]]
"""Contacts that may be meant if their names are alike: the kind, the value that leads to them, and their names and ids."""


class Wanted:
    """What is looked for.

    Args:
        table: where.
        probes: what each record is recognised by.
        bindable: makes a value one that the database takes.

    Raises:
        NotFound: nothing is looked for in such a table.
    """

    def __init__(self, table: str, probes: Sequence[Probe], bindable: Callable[[str], str]) -> None:
        if table not in KINDS:
            raise NotFound(f"“{table}” is nothing that is brought in.")
        self.table = table
        self.kinds = KINDS[table]
        self._probes: list[list[tuple[str, str]]] = []
        self._values: dict[str, dict[str, None]] = {}
        self._names: dict[tuple[str, str], dict[str, None]] = {}
        for probe in probes:
            keys: list[tuple[str, str]] = []
            name = _compared(bindable(probe.names[0])) if table == "contacts" and probe.names else ""
            for kind in self.kinds:
                for given in _GIVEN[kind](probe):
                    if not given:
                        continue
                    value = bindable(given)
                    if name and kind in NAMESAKES:
                        self._names.setdefault((kind, value), {})[name] = None
                        keys.append((kind, f"{value}\n{name}"))
                    elif kind != "company":
                        self._values.setdefault(kind, {})[value] = None
                        keys.append((kind, value))
            self._probes.append(keys)

    def values(self) -> dict[str, list[str]]:
        """The values that lead to whoever has them, by their kind, each once; kinds of which nothing is known are left out."""
        return {kind: list(values) for kind, values in self._values.items()}

    def compared(self) -> dict[str, list[str]]:
        """The values that lead to those whose names are alike, as `values`."""
        found: dict[str, list[str]] = {}
        for kind, value in self._names:
            found.setdefault(kind, []).append(value)
        return found

    def alike(self, people: People) -> Iterator[tuple[str, str, str]]:
        """What leads to contacts whose names are alike, or who have none: only they can be meant.

        Args:
            people: whom the values of `compared` lead to.
        """
        for kind, value, some in people:
            if not some:
                continue
            names = [_compared(name) for name, _ in some]
            nameless = [record_id for name, (_, record_id) in zip(names, some, strict=True) if not name]
            for wanted in self._names[kind, value]:
                for place in _alike(wanted, names):
                    yield kind, f"{value}\n{wanted}", some[place][1]
                for record_id in nameless[:MOST]:
                    yield kind, f"{value}\n{wanted}", record_id

    def matches(self, hits: Hits, records: Iterable[tuple[Record, str]]) -> list[list[Match]]:
        """What was found, for each probe, what it is recognised by most surely first.

        Args:
            hits: what leads where.
            records: the records themselves, with their company's name.
        """
        there = {record.id: Match(record, company) for record, company in records}
        led: dict[tuple[str, str], list[str]] = {}
        for kind, value, record_id in hits:
            led.setdefault((kind, value), []).append(record_id)
        if not led:
            return [[] for _ in self._probes]
        return [
            [
                there[record_id]
                for record_id in dict.fromkeys(found for key in keys for found in led.get(key, ()))
                if record_id in there
            ]
            for keys in self._probes
        ]


def matches(
    connection: Connection, catalog: Catalog, table: str, probes: Sequence[Probe]
) -> list[list[Match]]:
    """See `core.workspace.Workspace.matches`.

    Args:
        connection: a reader.
        catalog: the set-up.
        table: where to look.
        probes: what to look for.
    """
    wanted = Wanted(table, probes, sqlite.bindable)
    org = catalog.organization.id
    hits: list[tuple[str, str, str]] = []
    if values := wanted.values():
        legs = " union all ".join(_leg(table, kind) for kind in values)
        given = {kind: to_json(some) for kind, some in values.items()}
        (told,) = connection.execute(
            f"select json_group_array(json_array(kind, value, id)) from ({legs})", {"org": org, **given}
        ).fetchone()
        hits = _capped(json.loads(told))
    for kind, some in wanted.compared().items():
        (told,) = connection.execute(_people(kind), {"org": org, "some": to_json(some)}).fetchone()
        hits += wanted.alike(json.loads(told))
    return wanted.matches(hits, _records(connection, org, table, {hit[2] for hit in hits}) if hits else ())


@cache
def _people(kind: str) -> str:
    name, source, where = NAMESAKES[kind]
    return f"""
        select json_group_array(json_array('{kind}', w.value, json((
            select json_group_array(json_array(name, id))
            from (select {name} as name, t.id from {source} where {where} limit {MOST_COMPARED})))))
        from json_each(:some) w
    """


@lru_cache(maxsize=65_536)
def _compared(name: str) -> str:
    """A sort key as names are compared, whatever the order of their parts."""
    return person_key(name, "")


def _alike(wanted: str, names: Sequence[str]) -> Iterator[int]:
    """Where the names stand that are like the wanted one."""
    if len(names) == 1:
        # By far the most, and a single comparison needs no preparation.
        if likeness(wanted, names[0]) >= ALIKE:
            yield 0
        return
    from rapidfuzz import fuzz, process

    for _, _, place in process.extract(wanted, names, scorer=fuzz.ratio, score_cutoff=ALIKE, limit=MOST):
        yield place


def _leg(table: str, kind: str) -> str:
    """Where the values of a kind lead to."""
    found, source, where = lookup(table, kind)
    # A select for each value that says how many it takes costs more than the few that lead to many (see `_capped`), and most
    # lead nowhere.
    return (
        f"select '{kind}' as kind, w.value as value, {found} as id from json_each(:{kind}) w cross join {source}"
        f" where {where}"
    )


def _capped(hits: list[tuple[str, str, str]]) -> list[tuple[str, str, str]]:
    """The hits without those of a value beyond its `MOST`."""
    if len(hits) <= MOST:
        return hits
    seen: Counter[tuple[str, str]] = Counter()
    kept = []
    for hit in hits:
        seen[hit[0], hit[1]] += 1
        if seen[hit[0], hit[1]] <= MOST:
            kept.append(hit)
    return kept


def lookup(table: str, kind: str) -> tuple[str, str, str]:
    """How one value, which is `w.value`, leads to ids, in both dialects: the id, the tables, the conditions.

    Args:
        table: where to look.
        kind: one of its `KINDS`.
    """
    match kind:
        case "external":
            said = f"k.org_id = :org and k.value = w.value and k.table_name = '{table}'"
            return "k.row_id", "record_keys k", said
        case "email" | "phone":
            said = f"p.org_id = :org and p.value = w.value and p.kind = '{kind}'"
            return "p.contact_id", "contact_points p", said
        case _:
            column = {"id": "id", "name": "sort_key", "domain": "domain"}[kind]
            # The last condition is that of the index.
            filled = " and t.domain <> ''" if kind == "domain" else ""
            said = f"t.org_id = :org and t.{column} = w.value and t.deleted_at is null{filled}"
            return "t.id", f"{table} t", said


def _records(
    connection: Connection, org: str, table: str, ids: Iterable[str]
) -> Iterable[tuple[Record, str]]:
    form = codec(table)
    company = "''"
    if table in NAMED:
        company = (
            "coalesce((select k.name from companies k where k.org_id = :org and k.id = t.company_id"
            " and k.deleted_at is null), '')"
        )
    (told,) = connection.execute(
        f"select json_group_array(json_array({company}, {form.prefixed('t')})) from json_each(:ids) w"
        f" cross join {table} t on t.org_id = :org and t.id = w.value where t.deleted_at is null",
        {"org": org, "ids": to_json(list(ids))},
    ).fetchone()
    return ((form.entity(values), name) for name, *values in json.loads(told))
