"""Whatever is mapped to whatever: a row comes in or is refused, always in the same way, and nothing of it is lost."""

from __future__ import annotations

import pickle
from collections.abc import Iterator, Mapping
from dataclasses import asdict
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from core.catalog import Catalog
from core.commands.base import cleaned
from core.commands.checks import Checks
from core.entities import RECORDS
from core.imports.convert import Converter
from core.imports.shapes import ENTITIES, Converted, Draft, Entity, RawRow, Target
from core.imports.stages import kind_of
from core.imports.targets import exact_target, targets_for
from core.imports.values.flags import read_flag
from core.imports.values.texts import is_blank, plain
from core.text import words
from tests.core.imports.bench import OFFICE, Bench

_CELLS = st.one_of(
    st.sampled_from(
        """
        Ann|Lee|Ann Lee|Dr. Petra van Dyk|Smith, John|Maria Lopez (deleted)|Jane Doe - USD|Acme GmbH|Acme|ANN@ACME.COM|ann@acme.com; bob@x.io
        Ann Lee <ann@acme.com>|not an address|raj@agency.in / 9876501234|+49 30 1234567|030 1234567 ext. 12|9.19877E+11|call the office|12
        https://acme.com|acme.com|coming soon|DE|Germany|Utopia|2026-03-05|03/04/2026|15.01.26|05-Mar-2026|45631|tomorrow|2026-03-05T14:15:33+01:00
        2031-01-01 10:00|$45,000|45k|(1,200.00)|1.000.000,50|USD|EUR|lots|60%|0.6|50-100|1,000|yes|no|perhaps|New|OPEN_DEAL|Somewhere|Won
        Closed Lost|Demo (Sales Pipeline)|Sales|Partners|Bob|bob|Zoe Nobody|Price|call|Email|Lunch|Inbound|sideways|Left voicemail|00:12:30|5 min|HIGH|8001
        8001;8002|8001.0|003A000001abcdeFGH|l:123|7b0c8f0e-6a55-4d0b-9c57-3a1f7c0f2b11|vip; berlin|<p>Hello<br>there</p>|NovÃ¡k|'=1+1|n/a|-|Home|* Work
        Europe/Berlin|Middle of nowhere|14:30|Ann Lee (ann@acme.com);Bob Ray (bob@acme.com)|Acme (https://www.notion.so/Acme-1234)
        """.replace("\n", "|").split("|")
    ).map(str.strip),
    st.text(max_size=40),
    st.text("abc \n;,|@.+-()/:0123456789", max_size=30),
    st.just("x" * 400),
    st.just(""),
)
_SOURCES = st.sampled_from(("table", "hubspot", "salesforce", "pipedrive", "offhook", "google"))


def _names(entity: Entity) -> list[str]:
    targets = targets_for(entity, OFFICE.catalog)
    more = [f"{target.name}_2" for target in targets if target.many and not target.name.endswith("_label")]
    return [*(target.name for target in targets), *more, "custom.new:Shoe size"][
        : None if entity in ("companies", "contacts", "deals") else -1
    ]


_FITTING: Mapping[str, str] = {
    "email": "ANN@ACME.COM|ann@acme.com; bob@x.io|Ann Lee <ann@acme.com>|raj@agency.in / 9876501234|dora@d.de (home)|x@y.com, call first",
    "phone": "+49 30 1234567|030 1234567 ext. 12|9.19877E+11|call the office|12|030 1234567 / 030 7654321|ann@acme.com|+44 20 7946 0958, ask for Bo",
    "name": "Ann Lee|Dr. Petra van Dyk|Smith, John|Maria Lopez (deleted)|Jane Doe - USD|Acme GmbH|Madonna|Ann Lee (ann@acme.com);Bob Ray (bob@acme.com)|李雷",
    "line": "Ann|Acme|Acme GmbH|ann@acme.com|NovÃ¡k|Berlin|Acme (https://www.notion.so/Acme-1234)|Globex; Initech|'=1+1|Zoë|call|14:30|Follow up",
    "text": "<p>Hello<br>there</p>|Two\nlines|Met at the fair & talked",
    "date": "2026-03-05|15.01.26|05-Mar-2026|45631|3/25/2026",
    "time": "2026-03-05T14:15:33+01:00|2026-03-05|2031-01-01 10:00|31.12.2025 09:14|2025-02-03 10:00",
    "flag": "yes|no|TRUE|0",
    "percent": "60%|0.6|60",
    "integer": "12|1,000|50-100|500+|10K-50K",
    "number": "12|1,000.5",
    "money": "$45,000|45k|1.2M|1.000.000,50|USD 1,315.00|1 234,56",
    "currency": "USD|EUR|$",
    "country": "DE|Germany|Utopia|United States",
    "url": "https://acme.com|acme.com/x|coming soon|acme.com, globex.com|https://linkedin.com/company/acme",
    "domain": "acme.com|https://www.acme.com/x|not a domain",
    "tags": "vip; berlin|Key Account|* Friends ::: * Colleagues",
    "id": "8001|8001;8002|8001.0|003A000001abcdeFGH|l:123|9.1E+11",
    "owner": "Bob|bob|Zoe Nobody|Ann",
    "stage": "New|Proposal|Somewhere|Closed Won|Closed Lost|Demo (Sales Pipeline)|Abandoned",
    "pipeline": "Sales|Sales Pipeline|Partners",
    "outcome": "Open|Won|Lost|On hold|abandoned",
    "duration": "00:12:30|5 min|90",
    "choice": "call|Email|Lunch|Deadline|Inbound|sideways|Left voicemail|HIGH|medium|someday|OPEN_DEAL|Somewhere|New",
}
"""What people have in columns of each kind: some of it good, some of it to be kept in another place."""


@st.composite
def benches(draw: st.DrawFn, anything: bool = True) -> Bench:
    """A table with any mapping, and one row of any cells, or of such as could be in the columns."""
    entity = draw(st.sampled_from(ENTITIES))
    names = draw(st.lists(st.sampled_from(_names(entity)), min_size=1, max_size=8, unique=True))
    if not anything or draw(st.booleans()):
        known = {
            "companies": "name",
            "contacts": "last_name",
            "deals": "title",
            "activities": "subject",
            "tasks": "subject",
        }
        beside = [] if entity in ("companies", "contacts", "deals") else ["company"]
        names = list(dict.fromkeys((known[entity], *beside, *names)))
    row = []
    for name in names:
        target = exact_target(name, entity, OFFICE.catalog)
        assert target is not None
        row.append(
            draw(_CELLS)
            if anything and draw(st.booleans())
            else draw(st.sampled_from(_fitting(name, target)))
        )
    return Bench(entity, {f"Column {n}": name for n, name in enumerate(names)}, row, source=draw(_SOURCES))


def _fitting(name: str, target: Target) -> list[str]:
    if name.endswith("_label"):
        return ["Home", "* Work", "mobile"]
    if target.field == "id":
        return ["7b0c8f0e-6a55-4d0b-9c57-3a1f7c0f2b11"]
    if target.field in ("time_zone", "occurred_time", "due_time"):
        return ["Europe/Berlin", "Middle of nowhere"] if target.field == "time_zone" else ["14:30", "9am"]
    return _FITTING[target.kind].split("|")


def drafts(done: Converted) -> list[Draft]:
    """All drafts of a row."""
    return [draft for draft in (done.company, done.contact, done.deal, *done.entries, *done.tasks) if draft]


@settings(max_examples=80)
@given(benches())
def test_any_row_under_any_mapping_is_refused_with_a_reason_or_becomes_records(bench: Bench) -> None:
    (done,) = bench.all()

    assert bench.all() == [done]
    if done.problems:
        assert all(problem.reason and problem.row == 2 for problem in done.problems)
        assert not drafts(done)
    elif done.left_out:
        assert done.warnings
        assert not drafts(done)
    else:
        main: Any = {
            "companies": done.company,
            "contacts": done.contact,
            "deals": done.deal,
            "activities": done.entries and done.entries[0],
            "tasks": done.tasks and done.tasks[0],
        }[done.main]
        assert main


@settings(max_examples=80)
@given(benches())
def test_what_a_row_becomes_is_what_the_commands_take(bench: Bench) -> None:
    (done,) = bench.all()
    catalog = bench.settled().catalog

    for draft in drafts(done):
        record = RECORDS[draft.table]
        cleaned(record, {name: value for name, value in draft.values.items() if "." not in name})
        if draft.table in ("companies", "contacts", "deals"):
            assert not Checks(record, draft.values, catalog).wrong
        assert draft.values.get("book_id") in (None, *catalog.writable_books)
        if "stage_id" in draft.values:
            stage = catalog.stage(draft.values["stage_id"])
            assert stage.pipeline_id == draft.values["pipeline_id"]
            assert stage.kind == {"abandoned": "lost"}.get(draft.values["outcome"], draft.values["outcome"])
        if "lead_status" in draft.values:
            assert draft.values["lead_status"] in catalog.lead_statuses


@settings(max_examples=200)
@given(benches(anything=False))
def test_every_mapped_cell_shows_in_what_becomes_of_its_row(bench: Bench) -> None:
    (done,) = bench.all()
    if done.problems or done.left_out:
        return  # The whole row is handed back, or not wanted.
    (row,) = bench.rows
    settled = bench.settled()
    converter = Converter(settled.plans[0], bench.headers, bench.conversion())
    said = {
        word for text in _texts([asdict(done), _names_of_ids(done, settled.catalog)]) for word in words(text)
    }

    for place, (name, header) in enumerate(bench.plan.mapping.items()):
        text = row[place]
        # A row that says that it is not deleted says nothing else by it.
        if is_blank(text) or name.endswith("_label") or name == "deleted":
            continue
        if set(words(plain(text))) <= said:
            continue
        without = converter.convert(RawRow(2, [*row[:place], "", *row[place + 1 :]]))
        assert without != done or _agrees(name.rpartition(".")[2], text, done), (
            f"{header} ({name}): {text!r} is lost"
        )


@settings(max_examples=10)
@given(benches())
def test_a_conversion_can_be_handed_to_another_process(bench: Bench) -> None:
    settled = bench.settled()
    plan, conversion = pickle.loads(pickle.dumps((settled.plans[0], bench.conversion())))

    converter = Converter(plan, bench.headers, conversion)

    assert [converter.convert(RawRow(2, row)) for row in bench.rows] == bench.all()


def _texts(values: Any) -> Iterator[str]:
    """All texts in drafts, problems and warnings."""
    if isinstance(values, Mapping):
        values = [*values, *values.values()]
    if isinstance(values, (list, tuple)):
        for value in values:
            yield from _texts(value)
    elif values is not None:
        yield str(values)


def _agrees(field: str, text: str, done: Converted) -> bool:
    """Whether a cell only says once more what the drafts hold: that a deal is over, or a task nothing special."""
    outcome = done.deal.values.get("outcome", "open") if done.deal else "open"
    match field:
        case "domain":
            return any(draft.values.get("domain", " ") in text for draft in drafts(done))
        case "is_won":
            return read_flag(text) == (outcome == "won")
        case "is_closed":
            return read_flag(text) == (outcome != "open")
        case "stage_since" | "closed_at":
            assert done.deal is not None
            return done.deal.values.get("stage_since") == done.deal.values.get("closed_at")
        case "due_at" | "done_at":
            moments = {entry.values.get("occurred_at") for entry in done.entries} - {None}
            return any(f"{moment:%Y-%m-%d}" == text[:10] for moment in moments)
        case "done":
            return read_flag(text) == (not done.tasks)
        case "stage":
            return outcome != "open" and kind_of(text) == {"abandoned": "lost"}.get(outcome, outcome)
        case "priority":
            return text == "medium"
    return False


def _names_of_ids(done: Converted, catalog: Catalog) -> list[str]:
    """What is called by its id in drafts."""
    named: list[str] = []
    for draft in drafts(done):
        for name in ("pipeline_id", "stage_id", "book_id", "user_id", "assignee_id"):
            held = draft.values.get(name)
            if held:
                records: tuple[Any, ...] = (
                    *catalog.pipelines,
                    *catalog.stages,
                    *catalog.books,
                    *catalog.users,
                )
                named += [record.name for record in records if record.id == held]
    return named
