"""What `export` writes, `import` reads back to the same data."""

from __future__ import annotations

import datetime as dt
import itertools
import os
import shutil
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from core.commands.imports import Added, ImportRows
from core.commands.pipelines import AddStage, CreatePipeline
from core.commands.setup import DefineField
from core.encoding import encoder
from core.filters import Query
from core.ids import new_id
from core.text import clean_line, clean_tag, clean_text
from storage.solo import open_solo
from tests.importing.desk import Desk
from tests.workspace.office import START, Clock

TABLES = ("companies", "contacts", "deals", "activities")
FORMS = {"csv": ("csv", False), "csv for Excel": ("csv", True), "json": ("json", False)}
FIELDS: dict[str, dict[str, tuple[str, tuple[str, ...]]]] = {
    "companies": {"Docks": ("number", ()), "Audited": ("flag", ())},
    "contacts": {"Persona": ("choice", ("Champion", "Buyer")), "Hobby": ("text", ()), "Page": ("url", ())},
    "deals": {"Seats": ("number", ()), "Go-live": ("date", ()), "Rival": ("text", ())},
}  # fmt: skip

tricky = st.text(
    alphabet=st.one_of(st.characters(codec="utf-8"), st.sampled_from("\n\t'=+-@;,\"|: ")), max_size=30
)
special = st.sampled_from(
    ("=1+1", "+49", "-", "@home", "'quoted", "n/a", "N/A", "a\nb", " - ", "Owner: Ann", "12/03/2026", "1,5", "Ünïcödé", "\u202eabc")
)  # fmt: skip
lines = st.one_of(st.just(""), tricky, special).map(clean_line).map(lambda text: text[:200])
texts = st.one_of(st.just(""), tricky, special).map(clean_text)
named = st.one_of(tricky, special).map(clean_line).filter(bool)
worth = named.map(lambda text: f"{text} etc")
"""A text that is no placeholder and has no other form: of a column of those no field is made, or one of another kind."""
tags = st.lists(
    st.one_of(tricky, st.sampled_from(("key-account", "a;b", "x|y", "n/a"))).map(clean_tag).filter(bool),
    unique=True, max_size=3,
).map(tuple)  # fmt: skip
labels = st.sampled_from(("work", "mobile", "home", "main", "other", "fax", "front desk"))
moments = st.integers(1_420_070_400, 1_772_000_000).map(
    lambda seconds: dt.datetime.fromtimestamp(seconds, dt.UTC)
)
days = st.dates(dt.date(2020, 1, 1), dt.date(2030, 12, 31))
places = st.fixed_dictionaries(
    {
        "address": lines, "postal_code": st.sampled_from(("", "01067", "SW1A 1AA")), "city": lines, "region": lines,
        "country": st.sampled_from(("", "DE", "GB", "NO")),
    }
)  # fmt: skip
numbers = st.sampled_from(
    ("+493012345678", "+493012345678;ext=12", "+14155550100", "+919876543210", "+442079460958", "+4915112345678")
)  # fmt: skip


@st.composite
def phones(draw: st.DrawFn) -> tuple[dict[str, str], ...]:
    """Numbers, those that are bad at the end, as they are kept."""
    found = []
    for value in draw(st.lists(numbers, unique_by=lambda one: one.partition(";")[0], max_size=3)):
        item = {"value": value, "label": draw(labels)}
        if draw(st.booleans()):
            item["original"] = draw(st.sampled_from(("030/12 34 56 78", "'+1 (415) 555-0100", "=+44 20")))
        if draw(st.integers(0, 3)) == 0:
            item["bad"] = draw(st.sampled_from(("wrong number", "not in service")))
        found.append(item)
    return tuple(sorted(found, key=lambda item: "bad" in item))


@st.composite
def companies(draw: st.DrawFn, place: int) -> dict[str, Any]:
    return {
        "name": f"{draw(named)} {place}",
        "domain": draw(st.sampled_from(("", f"c{place}.example"))),
        "website": draw(st.sampled_from(("", "https://acme.example/a?b=c"))),
        "phone": draw(st.sampled_from(("", "+493012345678"))),
        "industry": draw(lines),
        "employees": draw(st.one_of(st.none(), st.integers(0, 500_000))),
        "description": draw(texts),
        "tags": draw(tags),
        "custom.docks": draw(st.one_of(st.none(), st.integers(-5, 10**6), st.sampled_from((0.5, 1234.25)))),
        "custom.audited": draw(st.sampled_from((None, True, False))),
        **draw(places),
    }


@st.composite
def contacts(draw: st.DrawFn, place: int, some: Sequence[str]) -> dict[str, Any]:
    reached = draw(phones())
    addresses = [f"p{place}.{n}@mail.example" for n in range(draw(st.integers(0, 3)))]
    return {
        "first_name": draw(lines),
        "last_name": draw(named),
        "title": draw(lines),
        "company_id": draw(st.sampled_from((None, *some))),
        "emails": tuple({"value": value, "label": draw(labels)} for value in addresses),
        "phones": reached,
        "lead_status": draw(st.sampled_from(("", "New", "Attempting"))),
        "source": draw(lines),
        "time_zone": draw(st.sampled_from(("Europe/Berlin", "America/New_York", *([] if reached else [""])))),
        "do_not_call": draw(st.booleans()),
        "description": draw(texts),
        "tags": draw(tags),
        "custom.persona": draw(st.sampled_from((None, "Champion", "Buyer"))),
        "custom.hobby": draw(st.one_of(st.none(), worth)),
        "custom.page": draw(st.sampled_from((None, "https://a.example/b"))),
        **draw(places),
    }


@st.composite
def deals(
    draw: st.DrawFn, at: Sequence[str], works: Mapping[str, str | None], stages: Sequence[Any]
) -> dict[str, Any]:
    stage = draw(st.sampled_from(stages))
    outcome = draw(st.sampled_from(("lost", "abandoned"))) if stage.kind == "lost" else stage.kind
    of = draw(st.sampled_from((None, *works)))
    return {
        "title": draw(named),
        # As commands do it: without another company it is its contact's.
        "company_id": draw(st.sampled_from((works.get(of or ""), *at))),
        "contact_id": of,
        "value_minor": draw(st.one_of(st.none(), st.integers(0, 10**12))),
        "currency": draw(st.sampled_from(("EUR", "USD", "JPY", "KWD"))),
        "probability": draw(st.one_of(st.none(), st.integers(0, 100))),
        "pipeline_id": stage.pipeline_id,
        "stage_id": stage.id,
        "outcome": outcome,
        "lost_reason": draw(lines) if stage.kind == "lost" else "",
        "closed_at": None if outcome == "open" else draw(moments),
        "stage_since": draw(moments),
        "expected_close": draw(st.one_of(st.none(), days)),
        "next_step": draw(lines),
        "source": draw(lines),
        "description": draw(texts),
        "tags": draw(tags),
        "custom.seats": draw(st.one_of(st.none(), st.integers(0, 9999))),
        "custom.go_live": draw(st.one_of(st.none(), days.map(str))),
        "custom.rival": draw(st.one_of(st.none(), worth)),
    }


@st.composite
def entries(draw: st.DrawFn, about: Sequence[Mapping[str, Any]], user: str) -> dict[str, Any]:
    links = draw(st.sampled_from(about))
    kind = draw(st.sampled_from(("call", "email", "meeting", "note")))
    said: dict[str, Any] = {"kind": kind, "occurred_at": draw(moments), "user_id": user, **links, "body": draw(named), "subject": draw(lines)}  # fmt: skip
    if kind == "call":
        said |= {
            "direction": draw(st.sampled_from(("in", "out"))), "outcome": draw(st.sampled_from(("", "no answer"))),
            "duration_s": draw(st.one_of(st.none(), st.integers(0, 9999))),
        }  # fmt: skip
    return said


@st.composite
def offices(draw: st.DrawFn, stages: Sequence[Any], user: str) -> list[Added]:
    """Records of all kinds that point to each other."""
    firms = [new_id() for _ in range(draw(st.integers(1, 4)))]
    people = [new_id() for _ in range(draw(st.integers(1, 5)))]
    pursued = [new_id() for _ in range(draw(st.integers(1, 5)))]
    made = [Added("companies", x, draw(companies(n))) for n, x in enumerate(firms)]
    made += [Added("contacts", x, draw(contacts(n, firms))) for n, x in enumerate(people)]
    works = {one.id: one.values["company_id"] for one in made if one.table == "contacts"}
    made += [Added("deals", x, draw(deals(firms, works, stages))) for x in pursued]
    at = {one.id: {"company_id": one.values.get("company_id")} for one in made}
    # What is logged for a deal is logged for its contact and company, too.
    about = [{"company_id": x} for x in firms] + [{"contact_id": x, **at[x]} for x in people]
    about += [
        {"deal_id": one.id, **at[one.id], "contact_id": one.values["contact_id"]}
        for one in made
        if one.table == "deals"
    ]
    made += [
        Added("activities", new_id(), draw(entries(about, user))) for _ in range(draw(st.integers(1, 5)))
    ]
    return made


@pytest.fixture(scope="module")
def furnished(empty: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A workspace with custom fields and a second pipeline, whose stages have names of their own."""
    folder = tmp_path_factory.mktemp("furnished") / "data"
    shutil.copytree(empty, folder)
    with at_desk(folder) as desk:
        for entity, fields in FIELDS.items():
            for label, (kind, options) in fields.items():
                desk.workspace.execute(DefineField(entity=entity, label=label, kind=kind, options=options))
        pipeline = CreatePipeline(name="Renewals")
        desk.workspace.execute(pipeline)
        for name, kind in (("Due soon", "open"), ("Renewed", "won"), ("Churned", "lost")):
            last = desk.workspace.catalog().stages_of(pipeline.pipeline_id)[-1].id
            desk.workspace.execute(
                AddStage(pipeline_id=pipeline.pipeline_id, name=name, kind=kind, after_stage_id=last)
            )
        shutil.copytree(desk.folder.parent / "data", folder.parent / "kept")
    return folder.parent / "kept"


@contextmanager
def at_desk(folder: Path) -> Iterator[Desk]:
    """A desk at a copy of a workspace."""
    with TemporaryDirectory() as name:
        place = Path(name)
        shutil.copytree(folder, place / "data")
        (place / "files").mkdir()
        clock = Clock(START)
        workspace = open_solo(place / "data" / "work.db", clock=clock)
        try:
            yield Desk(workspace, place / "files", clock)
        finally:
            workspace.close()


def write(desk: Desk, form: str, excel: bool) -> list[Path]:
    """Exports all that there is."""
    found = []
    for table in TABLES:
        path = desk.folder / f"{table}.{form}"
        path.write_bytes(b"".join(encoder(form, excel=excel)(desk.workspace.export(table, Query()))))
        found.append(path)
    return found


MORE = os.environ.get("OFFHOOK_IMPORT_EXAMPLES", "")
STAMPS = frozenset({"id", "created_at", "updated_at", "last_activity_at", "next_task_at", "external_ids"})
LINKS = ("company_id", "contact_id", "deal_id")


def holdings(desk: Desk, *, again: bool) -> Counter[tuple[str, str, str, str]]:
    """All that records hold, by what they were in the first workspace: what they point to, too."""
    rows = {table: desk.rows(table) for table in TABLES}
    first: dict[str, str] = {}
    for row in itertools.chain(rows["companies"], rows["contacts"], rows["deals"]):
        known = [x.removeprefix("offhook:") for x in row["external_ids"].split(",") if "offhook:" in x]
        first[row["id"]] = known[0].strip() if again and known else row["id"]
    found: Counter[tuple[str, str, str, str]] = Counter()
    for table, some in rows.items():
        for row in some:
            who = first.get(row["id"]) or f"{row['kind']} at {row['occurred_at']}"
            for name, value in row.items():
                if name not in STAMPS and value not in (None, ""):
                    found[table, who, name, repr(first.get(value, value) if name in LINKS else value)] += 1
    return found


@settings(
    max_examples=int(MORE or 12),
    derandomize=not MORE,
    phases=(Phase.explicit, Phase.generate),
    deadline=None,
    suppress_health_check=[
        HealthCheck.function_scoped_fixture,
        HealthCheck.too_slow,
        HealthCheck.data_too_large,
    ],
)
@given(data=st.data(), form=st.sampled_from(sorted(FORMS)), bare=st.booleans())
def test_what_is_exported_comes_back(
    furnished: Path, empty: Path, data: st.DataObject, form: str, bare: bool
) -> None:
    """Into a workspace with the same set-up, and into one that is given its fields and pipelines by the import."""
    with at_desk(furnished) as old, at_desk(empty if bare else furnished) as new:
        catalog = old.workspace.catalog()
        made = data.draw(offices(catalog.stages, catalog.me.id))
        complete = tuple(
            Added(one.table, one.id, {**_said(one.values), "book_id": catalog.my_book.id}) for one in made
        )
        answer = old.workspace.execute(
            ImportRows(import_id=new_id(), file="x", first=1, last=1, added=complete)
        )
        assert answer.applied, answer.reason
        report = new.bring(*write(old, *FORMS[form]), new_fields=bare)
        assert (report.refused, report.rows) == (0, len(made)), report.problems
        before, after = holdings(old, again=False), holdings(new, again=True)
        lost, strange = sorted((before - after).items()), sorted((after - before).items())
        assert not lost, (lost, strange)
        assert not strange


def _said(values: Mapping[str, Any]) -> dict[str, Any]:
    return {
        name: value for name, value in values.items() if value is not None or not name.startswith("custom.")
    }
