"""What the tests of the terminal application work with: a small sales floor, made by commands, at a time that stands still.

A workspace is made once a run and copied for every test, so a test may do to it what it likes. Textual is imported by
its pytest plugin before this file is read, so what Textual reads from the environment is set on the application.
"""

from __future__ import annotations

import asyncio
import dataclasses
import datetime as dt
import inspect
import itertools
import shutil
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from types import SimpleNamespace
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from textual.widgets import Static

import tui.app
from core.commands.activities import LogActivity
from core.commands.base import Command, insert
from core.commands.companies import CreateCompany
from core.commands.contacts import CreateContact
from core.commands.deals import CreateDeal, MoveDeal
from core.commands.pipelines import AddStage, CreatePipeline
from core.commands.setup import DefineField
from core.commands.tasks import CompleteTask, CreateTask
from core.defaults import founding
from core.entities import Book, Membership, User
from core.workspace import Subject
from storage import load
from storage.solo import SoloWorkspace, create_solo, open_solo
from tui.app import OffhookApp
from tui.config import Config
from tui.desk import Desk
from tui.screens.base import DeskScreen
from tui.screens.opening import UnreachableScreen
from tui.typeahead import FLOW
from tui.widgets.bars import StatusBar

NOW = dt.datetime(2026, 3, 18, 9, 30, tzinfo=dt.UTC)
"""A Wednesday morning, eleven days before Europe's clocks change."""
ZONE = ZoneInfo("Europe/Berlin")
"""Where the viewer is: half past ten."""
SIZES = {"wide": (120, 40), "normal": (80, 24), "narrow": (40, 30)}


_KINDS = (
    "org",
    "user",
    "team",
    "book",
    "company",
    "contact",
    "deal",
    "task",
    "activity",
    "change",
    "command",
)


def uid(kind: str, number: int) -> str:
    """A fixed id: `uid("deal", 3)`. Kinds have their own digit, so that no two records share one."""
    digit = _KINDS.index(kind)
    return f"01900000-0000-7000-8{digit:03x}-{number:012x}"


ME, COLLEAGUE = uid("user", 1), uid("user", 2)
MY_BOOK, COLLEAGUES_BOOK, POOL = uid("book", 1), uid("book", 2), uid("book", 3)
TEAM = uid("team", 1)

COMPANIES = (
    # Name, domain, city, country and industry of each.
    ("Acme Robotics", "acme.example", "Berlin", "DE", "Machinery"),
    ("Łódź Logistics", "lodz.example", "Łódź", "PL", "Logistics"),
    ("Café Übermut", "uebermut.example", "Wien", "AT", "Food"),
    ("Fjord & Sønner", "fjord.example", "Bergen", "NO", "Shipping"),
    ("Beehive 🐝 Analytics", "beehive.example", "Amsterdam", "NL", "Software"),
    ("Nakamura Trading", "nakamura.example", "Osaka", "JP", "Trade"),
    ("שלום תוכנה", "shalom.example", "Tel Aviv", "IL", "Software"),
    ("Hôtel des Étoiles", "etoiles.example", "Lyon", "FR", "Hospitality"),
    ("Smith & Partners", "smith.example", "London", "GB", "Law"),
    ("Donaudampfschifffahrtselektrizitätenhauptbetriebswerkbauunterbeamtengesellschaft mbH & Co. KG", "dds.example",
     "Passau", "DE", "Shipping"),
    ("Orchard Health", "orchard.example", "Boston", "US", "Health"),
)  # fmt: skip

CONTACTS = (
    # First and last name, company, title, phone, e-mail, lead status, tags and book of each.
    ("Anna", "Becker", 1, "Head of Operations", "+493012345601", "anna.becker@acme.example", "Connected", ("vip", "robotics"), 1),
    ("Paweł", "Wójcik", 2, "Fleet Manager", "+48426330101", "pawel@lodz.example", "Qualified", ("logistics",), 1),
    ("Zoë", "Übermut", 3, "Owner", "+431512345603", "zoe@uebermut.example", "Connected", (), 1),
    ("Sigrún", "Sønner", 4, "CFO", "+4755301204", "sigrun@fjord.example", "Attempting", ("nordic",), 1),
    ("Bea", "de Vries", 5, "CTO", "+31201234505", "bea@beehive.example", "Qualified", ("vip",), 1),
    ("健二", "中村", 6, "Managing Director", "+81612345606", "kenji@nakamura.example", "Attempting", ("apac",), 1),
    ("נועה", "לוי", 7, "VP Sales", "+97231234507", "noa@shalom.example", "New", (), 1),
    ("Étienne", "Dubois", 8, "Directeur", "+33472123408", "etienne@etoiles.example", "Nurture", (), 1),
    ("Oliver", "Smith", 9, "Partner", "+442071234509", "oliver@smith.example", "Connected", ("legal",), 1),
    ("Maximilian", "von und zu Hohenlohe-Langenburg", 10, "Prokurist", "+49851123410", "max@dds.example", "New", (), 1),
    ("Grace", "Orchard", 11, "Chief of Staff", "+16175551011", "grace@orchard.example", "Customer", ("vip", "health"), 1),
    ("Jörg", "Müller", 1, "Buyer", "+493012345612", "joerg.mueller@acme.example", "Attempting", (), 1),
    ("Siobhán", "O’Brien", 9, "Associate", "+442071234513", "siobhan@smith.example", "New", (), 1),
    ("Marta", "Nowak", 2, "Dispatcher", "+48426330114", "marta@lodz.example", "New", (), 1),
    ("Lars", "Haugen", 4, "Skipper", "+4755301215", "", "Unqualified", (), 1),
    ("", "", 5, "", "", "info@beehive.example", "New", (), 1),
    ("Carlos", "Peña", 0, "Consultant", "+34911234517", "carlos.pena@example.org", "Nurture", ("freelance",), 1),
    ("Rocket 🚀", "Ray", 0, "Founder", "+14155551018", "ray@rocket.example", "New", (), 1),
    ("Inés", "García", 8, "Assistant", "+33472123419", "ines@etoiles.example", "Connected", (), 2),
    ("Tom", "Fischer", 1, "Engineer", "+493012345620", "tom.fischer@acme.example", "Qualified", (), 2),
    ("Ludmila", "Nováková", 0, "Owner", "+420221234521", "ludmila@example.cz", "New", (), 2),
    ("Ahmed", "Hassan", 0, "Procurement", "+20221234522", "ahmed@example.eg", "New", (), 3),
    ("Priya", "Sharma", 0, "Head of IT", "+912212345623", "priya@example.in", "New", ("apac",), 3),
    ("Jane", "Doe", 11, "Nurse Manager", "+16175551024", "jane@orchard.example", "New", (), 3),
    ("Mehmet", "Yılmaz", 0, "Buyer", "+902121234525", "mehmet@example.com.tr", "New", (), 3),
)  # fmt: skip

DEALS = (
    # Title, contact, value in minor units, currency, book, age in days, moves (days ago, to which stage).
    ("Acme: picking robots", 1, 4_800_000, "EUR", 1, 60, ((55, "Contacted"), (40, "Qualified"), (20, "Proposal"), (3, "Negotiation"))),
    ("Łódź: fleet of 40", 2, 12_550_000, "EUR", 1, 45, ((42, "Contacted"), (30, "Qualified"), (6, "Proposal"))),
    ("Übermut: till system", 3, 390_000, "EUR", 1, 30, ((28, "Contacted"), (5, "Qualified"))),
    ("Fjord: cold chain", 4, 2_275_000, "EUR", 1, 90, ((80, "Contacted"), (70, "Qualified"), (41, "Proposal"))),
    ("Beehive: data platform 🐝", 5, 6_000_000, "USD", 1, 12, ((9, "Contacted"),)),
    ("Nakamura: pilot", 6, 1_500_000, "JPY", 1, 4, ()),
    ("חוזה שנתי", 7, 850_000, "EUR", 1, 2, ()),
    ("Étoiles: booking desk", 8, 1_180_000, "EUR", 1, 35, ((33, "Contacted"), (25, "Qualified"))),
    ("Smith: contract search", 9, 2_999_999, "EUR", 1, 50, ((48, "Contacted"), (45, "Qualified"), (30, "Proposal"), (8, "Negotiation"))),
    ("Donaudampfschifffahrt: Elektrizitätenhauptbetriebswerk, zweiter Bauabschnitt", 10, 98_700_000, "EUR", 1, 20, ((15, "Contacted"),)),
    ("Orchard: ward phones", 11, 3_400_000, "EUR", 1, 75, ((70, "Contacted"), (60, "Qualified"), (50, "Proposal"), (30, "Negotiation"), (10, "Won"))),
    ("Smith: archive", 13, 700_000, "EUR", 1, 40, ((38, "Contacted"), (7, "Lost"))),
    ("Acme: spare parts", 20, None, "EUR", 2, 10, ((8, "Contacted"),)),
    ("Hassan: trial", 22, 120_000, "EUR", 3, 6, ()),
)  # fmt: skip

TASKS = (
    # A deal's or contact's, its number, what to do, kind, when from NOW, whole day or not.
    ("deals", 1, "Send the revised offer", "email", dt.timedelta(days=-2), False),
    ("deals", 2, "Call Paweł about the depot", "call", dt.timedelta(hours=3, minutes=30), False),
    ("deals", 3, "Visit the café", "meeting", dt.timedelta(days=5), False),
    ("deals", 5, "Ask Bea for the data sheet", "todo", dt.timedelta(days=1), True),
    ("deals", 9, "Chase the signature", "call", dt.timedelta(hours=-1), False),
    ("deals", 10, "Find out who signs", "call", dt.timedelta(days=12), False),
    ("contacts", 1, "Birthday call", "call", dt.timedelta(days=20), True),
    ("contacts", 8, "Send the brochure", "email", dt.timedelta(days=-6), False),
)  # fmt: skip

CALLS = (
    "no answer", "left voicemail", "busy", "no answer", "connected", "left message", "no answer", "connected",
)  # fmt: skip
NOTES = (
    "Wants two robots by June. Budget is approved, the works council is not.",
    "Prefers calls before 9. Never on Fridays.",
    "Their controller asks for a three-year price.\nSecond line: he means net.",
    "Compared us with Kukanova; likes our service, not our price.",
)

CUSTOM_FIELDS = (
    ("deals", "Contract", "choice", ("monthly", "yearly")),
    ("deals", "Seats", "number", ()),
    ("deals", "Go live", "date", ()),
    ("deals", "Reference", "flag", ()),
    ("deals", "Offer", "url", ()),
    ("contacts", "Nickname", "text", ()),
)  # fmt: skip


@dataclass
class Clock:
    """A clock that stands still until it is set."""

    now: dt.datetime = NOW

    def __call__(self) -> dt.datetime:
        return self.now


@dataclass(frozen=True)
class Step:
    """A command at its time. It is made when its turn comes, since it may name what earlier ones made."""

    at: dt.datetime
    make: Callable[[SoloWorkspace], Command]
    order: int = field(default_factory=itertools.count().__next__)


def _ago(**span: float) -> dt.datetime:
    return NOW - dt.timedelta(**span)


def _day_end(at: dt.datetime) -> dt.datetime:
    return dt.datetime.combine(at.astimezone(ZONE).date(), dt.time(23, 59, 59), ZONE)


def _founding() -> Any:
    """The start of a workspace for Mara, and her colleague Jonas with a book of his own."""
    ids = iter(
        [uid("org", 1), ME, TEAM, uid("change", 1), MY_BOOK, POOL, *(uid("change", n) for n in range(2, 99))]
    )
    first = founding(
        organization="Nordlicht Software", user="Mara Lindqvist", currency="EUR", country="DE",
        time_zone="Europe/Berlin", now=_ago(days=120), make_id=lambda: next(ids),
    )  # fmt: skip
    colleague = (
        insert(User, COLLEAGUE, {"name": "Jonas Weber", "role": "rep", "time_zone": "Europe/Berlin"}),
        insert(Membership, uid("change", 100), {"team_id": TEAM, "user_id": COLLEAGUE}),
        insert(Book, COLLEAGUES_BOOK, {"kind": "own", "name": "Jonas Weber", "user_id": COLLEAGUE}),
    )
    return dataclasses.replace(first, changes=(*first.changes, *colleague))


def _stage(workspace: SoloWorkspace, name: str, pipeline: str = "Sales") -> str:
    catalog = workspace.catalog()
    home = next(p.id for p in catalog.pipelines if p.name == pipeline)
    return next(stage.id for stage in catalog.stages_of(home) if stage.name == name)


def _pipeline(workspace: SoloWorkspace, name: str) -> str:
    return next(p.id for p in workspace.catalog().pipelines if p.name == name)


def _steps() -> Iterator[Step]:
    books = {1: MY_BOOK, 2: COLLEAGUES_BOOK, 3: POOL}
    renewals = uid("change", 200)
    yield Step(_ago(days=119), lambda ws: CreatePipeline(name="Renewals", pipeline_id=renewals))
    yield Step(
        _ago(days=119),
        lambda ws: AddStage(
            pipeline_id=renewals, name="Quote sent", after_stage_id=_stage(ws, "New", "Renewals")
        ),
    )
    for entity, label, kind, options in CUSTOM_FIELDS:
        one = DefineField(entity=entity, label=label, kind=kind, options=options)
        yield Step(_ago(days=119), lambda ws, one=one: one)
    for n, (name, domain, city, country, industry) in enumerate(COMPANIES, 1):
        values = {
            "name": name, "domain": domain, "city": city, "country": country, "industry": industry, "book_id": MY_BOOK,
        }  # fmt: skip
        company = CreateCompany(company_id=uid("company", n), values=values)
        yield Step(_ago(days=110, minutes=-n), lambda ws, one=company: one)
    for n, (first, last, company, title, phone, email, status, tags, book) in enumerate(CONTACTS, 1):
        labels = ("work", "mobile")
        values = {
            "first_name": first, "last_name": last, "title": title, "lead_status": status, "tags": tags,
            "phones": [{"value": phone, "label": labels[n % 2]}] if phone else [],
            "emails": [{"value": email, "label": "work"}] if email else [],
            "company_id": uid("company", company) if company else None,
            "city": COMPANIES[company - 1][2] if company else "", "book_id": books[book],
        }  # fmt: skip
        contact = CreateContact(contact_id=uid("contact", n), values=values)
        yield Step(_ago(days=100, minutes=-n), lambda ws, one=contact: one)
    for n, (title, contact, minor, currency, book, days, moves) in enumerate(DEALS, 1):
        values = {
            "title": title, "contact_id": uid("contact", contact), "value_minor": minor, "currency": currency,
            "book_id": books[book], "next_step": "Agree on the price" if n % 3 == 1 else "",
            "expected_close": (NOW + dt.timedelta(days=7 * n)).date() if n % 2 else None,
            "tags": ("q2",) if n in (1, 2, 9) else (),
        }  # fmt: skip
        yield Step(
            _ago(days=days),
            lambda ws, n=n, values=values: CreateDeal(
                deal_id=uid("deal", n), pipeline_id=_pipeline(ws, "Sales"), values=values
            ),
        )
        before = "New"
        for ago, stage in moves:
            yield Step(
                _ago(days=ago, minutes=n),
                lambda ws, n=n, before=before, stage=stage: MoveDeal(
                    deal_id=uid("deal", n), stage_id=_stage(ws, stage), from_stage_id=_stage(ws, before),
                    reason="Price" if stage == "Lost" else "",
                ),
            )  # fmt: skip
            before = stage
    yield Step(
        _ago(days=30),
        lambda ws: CreateDeal(
            deal_id=uid("deal", 15), pipeline_id=renewals, stage_id=_stage(ws, "Quote sent", "Renewals"),
            values={"title": "Orchard: second year", "contact_id": uid("contact", 11), "value_minor": 3_600_000},
        ),
    )  # fmt: skip
    for n, (table, number, subject, kind, due, all_day) in enumerate(TASKS, 1):
        made = CreateTask(
            task_id=uid("task", n), table=table, record_id=uid(table[:-1], number), subject=subject, kind=kind,
            due_at=_day_end(NOW + due) if all_day else NOW + due, all_day=all_day,
        )  # fmt: skip
        yield Step(_ago(days=8, minutes=n), lambda ws, one=made: one)
    yield from _timeline_of_the_first_contact()
    recent = LogActivity(
        activity_id=uid("activity", 90), table="deals", record_id=uid("deal", 2), kind="call", outcome="connected",
        direction="out", subject="Call: connected", body="Depot is ready in May.",
    )  # fmt: skip
    yield Step(_ago(hours=2), lambda ws: recent)


def _timeline_of_the_first_contact() -> Iterator[Step]:
    """Some thirty entries over three months: calls mostly, notes, e-mails, a meeting, a task that was done."""
    anna = {"table": "contacts", "record_id": uid("contact", 1)}
    for n in range(18):
        outcome = CALLS[n % len(CALLS)]
        call = LogActivity(
            **anna, activity_id=uid("activity", n + 1), kind="call", outcome=outcome, direction="out",
            subject=f"Call: {outcome}", duration_s=240 if outcome == "connected" else None,
            body="She calls back after the fair." if outcome == "connected" else "",
        )  # fmt: skip
        yield Step(_ago(days=88 - 4.7 * n, hours=n % 5), lambda ws, one=call: one)
    for n, text in enumerate(NOTES):
        note = LogActivity(**anna, activity_id=uid("activity", 30 + n), kind="note", body=text)
        yield Step(_ago(days=70 - 20 * n, minutes=12), lambda ws, one=note: one)
    for n in range(4):
        mail = LogActivity(
            **anna, activity_id=uid("activity", 40 + n), kind="email", direction="in" if n % 2 else "out",
            subject=("Offer 2026-017", "Re: Offer 2026-017", "Data sheet", "Re: Data sheet")[n],
            body="See the attachment.",
        )  # fmt: skip
        yield Step(_ago(days=33 - 3 * n), lambda ws, one=mail: one)
    visit = LogActivity(
        **anna, activity_id=uid("activity", 50), kind="meeting", subject="Visit to the works", duration_s=5400,
        body="Walked the line with Jörg. Two cells would do.",
    )  # fmt: skip
    yield Step(_ago(days=21, hours=3), lambda ws: visit)
    task = CreateTask(
        **anna, task_id=uid("task", 50), subject="Send photos", due_at=_ago(days=20), kind="email"
    )
    yield Step(_ago(days=21), lambda ws: task)
    yield Step(_ago(days=20), lambda ws: CompleteTask(task_id=uid("task", 50)))


@pytest.fixture(scope="session")
def pattern(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The workspace that every test gets a copy of."""
    path = tmp_path_factory.mktemp("pattern") / "offhook.db"
    clock = Clock(_ago(days=120))
    workspace = create_solo(path, _founding(), store="file", clock=clock)
    for step in sorted(_steps(), key=lambda step: (step.at, step.order)):
        clock.now = step.at
        command = step.make(workspace)
        answer = workspace.execute(command)
        assert answer.applied, (command, answer.reason)
    workspace.close()
    return path


@pytest.fixture
def clock() -> Clock:
    """The time, for the workspace and the screen alike."""
    return Clock()


@pytest.fixture
def workspace_path(pattern: Path, tmp_path: Path) -> Path:
    """This test's own copy of the sales floor."""
    folder = tmp_path / "data"
    shutil.copytree(pattern.parent, folder)
    return folder / pattern.name


@pytest.fixture
def workspace(workspace_path: Path, clock: Clock) -> Iterator[SoloWorkspace]:
    """The sales floor as another program of the same user has it open."""
    one = open_solo(workspace_path, clock=clock)
    yield one
    one.close()


@pytest.fixture
def colleague(workspace_path: Path, clock: Clock) -> Iterator[SoloWorkspace]:
    """The sales floor as Jonas has it open: a rep with a book of his own, and a writer beside the user."""
    opener = open_solo(workspace_path, clock=clock)
    with opener.database.write() as connection:
        load.write_meta(connection, "user_id", COLLEAGUE)
    one = open_solo(workspace_path, clock=clock)
    with opener.database.write() as connection:
        load.write_meta(connection, "user_id", ME)
    opener.close()
    assert one.catalog().me.name == "Jonas Weber"
    yield one
    one.close()


class Opener:
    """Hands the application the workspace at a path; without one it is a first start."""

    def __init__(self, path: Path | None, clock: Clock) -> None:
        self.path = path
        self.clock = clock

    def existing(self) -> SoloWorkspace | None:
        return open_solo(self.path, clock=self.clock) if self.path else None

    def sign_in(self, password: str) -> SoloWorkspace:
        raise NotImplementedError

    def join(self, address: str, login: str, password: str, *, field: bool = False) -> SoloWorkspace:
        raise NotImplementedError

    def start_alone(self) -> SoloWorkspace:
        raise NotImplementedError

    def start_demo(self, progress: Callable[[float, str], None]) -> SoloWorkspace:
        raise NotImplementedError


class QuietScreen(DeskScreen):
    """A screen with nothing on it, for what is asked on top of one. `about` is what lies under its cursor."""

    about: Subject | None = None

    def compose_body(self) -> Iterator[Static]:
        body = Static("")
        body.styles.height = "1fr"
        yield body

    def subject(self) -> Subject | None:
        return self.about


class QuietApp(OffhookApp):
    """The application with quiet screens in place of the board and the lists."""

    CSS_PATH = [Path(tui.app.__file__).with_name(name) for name in OffhookApp.CSS_PATH]

    @staticmethod
    def _make_screen(name: str, desk: Desk) -> DeskScreen:
        return QuietScreen(desk)


@pytest.fixture
def make_app(
    workspace_path: Path, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Callable[..., OffhookApp]]:
    """Makes applications on this test's sales floor: `make_app(theme="light", keymap={…})`, `make_app(opener=…)`.

    With `quiet` there is nothing on its screens (`await ready(pilot, "QuietScreen")`).
    """
    monkeypatch.delenv("NO_COLOR", raising=False)
    made: list[OffhookApp] = []

    def make(*, opener: Any = None, quiet: bool = False, **settings: Any) -> OffhookApp:
        # What has come due on the sales floor would stand in every picture; tests press keys faster than people read.
        config = Config(**{"clock": clock, "zone": ZONE, "reminders": False, "debounce": 0, **settings})
        app = (QuietApp if quiet else OffhookApp)(opener or Opener(workspace_path, clock), config)
        app.animation_level = "none"
        made.append(app)
        return app

    yield make
    for app in made:
        if app.desk is not None:
            app.desk.close()


@pytest.fixture
def app(make_app: Callable[..., OffhookApp]) -> OffhookApp:
    """The application on this test's sales floor. `async with app.run_test(size=…) as pilot: await ready(pilot)`."""
    return make_app()


async def _wait_until(pilot: Any, predicate: Callable[[], Any], seconds: float = 30.0) -> Any:
    ends = time.monotonic() + seconds
    while True:
        await pilot.pause()
        value = predicate()
        if value:
            return value
        failure = pilot.app._exception
        if failure is not None:
            raise failure
        assert time.monotonic() < ends, f"waited in vain for {inspect.getsource(predicate).strip()}"
        await asyncio.sleep(0.001)


@pytest.fixture
def wait_until() -> Callable[..., Any]:
    """`await wait_until(pilot, predicate)`: returns the predicate's value once it is true; fails after half a minute."""
    return _wait_until


async def _ready(pilot: Any, screen: str = "PipelineScreen") -> Any:
    await _wait_until(pilot, lambda: type(pilot.app.screen).__name__ == screen)
    await _settle(pilot)
    return pilot.app.screen


async def _settle(pilot: Any) -> None:
    """Waits until nothing is under way: no worker, no message, no change waiting to be drawn."""
    idle = 0

    def quiet() -> bool:
        nonlocal idle
        busy = any(not (w.is_finished or w.group == "keep" or _asks(pilot.app, w)) for w in pilot.app.workers)
        idle = 0 if busy else idle + 1
        return idle >= 2

    await _wait_until(pilot, quiet)


def _asks(app: Any, worker: Any) -> bool:
    """Whether the worker waits for the user's answer to a question, or for a server to be there again."""
    if worker.group == "open" and isinstance(app.screen, UnreachableScreen):
        return True
    return len(app.screen_stack) > 1 and app.screen.is_modal


@pytest.fixture
def ready() -> Callable[..., Any]:
    """`screen = await ready(pilot)`: the workspace is open and the first screen (or the one named) has its data."""
    return _ready


@pytest.fixture
def settle() -> Callable[..., Any]:
    """`await settle(pilot)`: reads and commands under way have come to their end and are drawn."""
    return _settle


@pytest.fixture
def start(settle: Callable[..., Any]) -> Callable[..., Any]:
    """`worker = await start(pilot, flow)`: begins a flow on the screen in front and waits for its question or its end."""

    async def begin(pilot: Any, flow: Any) -> Any:
        worker = pilot.app.screen.run_worker(flow, group=FLOW)
        await pilot.pause()
        await settle(pilot)
        return worker

    return begin


@pytest.fixture
def said() -> Callable[..., str]:
    """`said(app)`: the message in the status bar of the screen that lies under whatever is asked."""

    def read(app: OffhookApp) -> str:
        screen = next(one for one in reversed(app.screen_stack) if isinstance(one, DeskScreen))
        return screen.query_one(StatusBar)._message

    return read


@pytest.fixture(params=SIZES.values(), ids=SIZES)
def size(request: pytest.FixtureRequest) -> tuple[int, int]:
    """The three terminals that everything must be fit for."""
    return request.param


@pytest.fixture
def snap(snap_compare: Callable[..., bool]) -> Callable[..., bool]:
    """`assert snap(app, size, keys=("n",), before=coroutine)`: compares with the picture on file; one per test.

    `screen` is the name of the screen to wait for first; empty: none. The test must not be a coroutine.
    """

    def compare(
        app: OffhookApp,
        size: tuple[int, int],
        *,
        keys: tuple[str, ...] = (),
        before: Callable[[Any], Any] | None = None,
        screen: str = "PipelineScreen",
    ) -> bool:
        async def prepare(pilot: Any) -> None:
            if screen:
                await _ready(pilot, screen)
            await pilot.press(*keys)
            if before is not None:
                await before(pilot)
            await _settle(pilot)
            for typed in pilot.app.screen.query("Input, TextArea"):
                if typed.cursor_blink:
                    typed.cursor_blink = False
            await pilot.pause()

        return snap_compare(app, terminal_size=size, run_before=prepare)

    return compare


@pytest.fixture
def floor() -> SimpleNamespace:
    """What stands on the sales floor: ids by `uid(kind, number)`, the people, books, names and the time."""
    return SimpleNamespace(
        uid=uid, ME=ME, COLLEAGUE=COLLEAGUE, MY_BOOK=MY_BOOK, COLLEAGUES_BOOK=COLLEAGUES_BOOK, POOL=POOL, TEAM=TEAM,
        NOW=NOW, ZONE=ZONE, SIZES=SIZES, COMPANIES=COMPANIES, CONTACTS=CONTACTS, DEALS=DEALS, TASKS=TASKS,
    )  # fmt: skip
