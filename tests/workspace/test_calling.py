"""What call mode and Today rely on, whichever the workspace: callees, figures, an agenda, drafts that survive."""

from __future__ import annotations

import datetime as dt
import json
import os
import signal
import subprocess
import sys
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from core.commands.activities import LogActivity
from core.commands.contacts import DeleteContacts
from core.commands.tasks import CreateTask
from core.filters import EVERYTHING, Query
from storage.postgres.audit import erase_person
from sync.workspace import FieldWorkspace
from tests.postgres.floor import Floor, password_of
from tests.waiting import eventually
from tests.workspace.conftest import MODES, _solo
from tests.workspace.office import Ear, Office
from tests.workspace.typist import open_again

LogIn = Callable[[str], Office]
HOUR = dt.timedelta(hours=1)
ROOT = Path(__file__).parents[2]


def call(office: Office, contact: str, outcome: str = "no answer", **more: Any) -> None:
    office.do(
        LogActivity(
            table="contacts", record_id=contact, kind="call", outcome=outcome, direction="out", **more
        )
    )


def held_by(office: Office, contact: str) -> str:
    [found] = office.workspace.callees([contact], office.clock.now)
    return found.held_by


# --- what is asked for calling -------------------------------------------------------------------------------------


def test_whoever_is_called_next_comes_with_what_was_tried(office: Office) -> None:
    lena = office.contact("Lena", company="Acme", phones=({"value": "+4930111", "label": "work"},))
    tom = office.contact("Tom")
    for outcome in ("connected", "busy", "no answer"):
        call(office, lena, outcome)
    found = office.workspace.callees([tom, lena], office.clock.now)
    assert [callee.name for callee in found] == ["Tom", "Lena"]
    assert (found[1].attempts, len(found[1].calls_today), found[1].company) == (2, 3, "Acme")
    assert found[1].last_attempt_at == found[1].last_call_at == max(found[1].calls_today)
    assert (found[0].attempts, found[0].last_call_at, found[0].phones) == (0, None, ())
    office.do(DeleteContacts(contact_ids=(lena,)))
    assert [callee.name for callee in office.workspace.callees([tom, lena], office.clock.now)] == ["Tom"]


def test_the_list_is_called_down_in_its_order_and_new_matches_find_their_place(office: Office) -> None:
    for name in ("Cleo", "Abel", "Dora"):
        office.contact(name, last_name="Zimt")
    query = Query(words=("zimt",))
    listed = [line.id for line in office.workspace.contacts(query, sort="name")]
    assert office.workspace.contact_ids(query, sort="name") == listed
    new = office.contact("Bea", last_name="Zimt")
    other = office.contact("Bea", last_name="Other")
    assert office.workspace.contact_ids(query, sort="name", among=[other, new]) == [new]
    assert office.workspace.contact_ids(query, sort="name").index(new) == 1
    assert set(listed) < set(office.workspace.contact_ids(EVERYTHING, sort="created", descending=True))


def test_the_figures_of_the_hour_are_ones_own(office: Office) -> None:
    lena, since = office.contact("Lena"), office.clock.now
    before = office.workspace.call_stats(since, since + HOUR)
    assert before[:5] == (0, 0, 0, 0, 0)
    call(office, lena)
    call(office, lena, "interested", duration_s=90)
    stats = office.workspace.call_stats(since, since + HOUR)
    assert stats[:5] == (2, 1, 1, 0, 90)
    assert stats == office.workspace.call_stats(since, since + HOUR, user_id=office.catalog.me.id)
    assert stats.first_at is not None
    assert stats.last_at is not None
    assert int(since.timestamp()) <= stats.first_at <= stats.last_at


def test_what_there_is_to_do_today(office: Office) -> None:
    lena, now = office.contact("Lena", company="Acme"), office.clock.now
    for subject, hours in (("Call back", 1), ("Tomorrow", 30)):
        office.do(
            CreateTask(
                table="contacts", record_id=lena, subject=subject, kind="call", due_at=now + hours * HOUR
            )
        )
    deal = office.deal("Robots")
    found = office.workspace.agenda(now, now + 8 * HOUR)
    [line] = [line for line in found.tasks if line.contact == "Lena"]
    assert (line.task.subject, line.about, line.company) == ("Call back", "Lena", "Acme")
    assert deal in [card.id for card in found.idle]
    assert office.workspace.tasks(due_after=now + 8 * HOUR, due_before=now + 40 * HOUR)[0].company == "Acme"
    assert set(found.more) == {"tasks", "leads", "stale", "idle"}


# --- two reps, one contact -----------------------------------------------------------------------------------------


def test_a_colleague_sees_who_is_about_to_call(log_in: LogIn, floor: Floor) -> None:
    ann, ben, contact = log_in("ann"), log_in("ben"), floor.contact("East")
    assert held_by(ben, contact) == ""
    assert ann.workspace.reserve(contact).confirmed
    assert held_by(ann, contact) == "", "one's own is no hindrance"
    if isinstance(ben.workspace, FieldWorkspace):
        # A copy learns of it when it asks for the contact itself.
        assert ben.workspace.reserve(contact).by == ann.catalog.me.name
    assert held_by(ben, contact) == ann.catalog.me.name
    ann.workspace.release(contact)
    assert ben.workspace.reserve(contact).ok
    assert held_by(ben, contact) == ""


def test_of_twenty_who_reserve_at_once_exactly_one_has_it(log_in: LogIn, floor: Floor) -> None:
    people, contact = [log_in("ann"), log_in("ben")], floor.contact("East")
    start, got = threading.Barrier(20), []

    def reserve(who: Office) -> None:
        start.wait()
        said = who.workspace.reserve(contact)
        got.append((who.catalog.me.name, said.ok, said.by, said.confirmed))

    threads = [threading.Thread(target=reserve, args=(people[n % 2],)) for n in range(20)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    confirmed = [answer for answer in got if answer[3]]
    holders = {name for name, ok, _, _ in confirmed if ok}
    assert len(holders) == 1, got
    assert {by for _, _, by, _ in confirmed} == holders, "and all are told of the same one"


# --- drafts --------------------------------------------------------------------------------------------------------


def test_what_is_typed_is_kept_and_forgotten_by_its_key(office: Office) -> None:
    workspace, told = office.workspace, Ear()
    workspace.subscribe(told)
    history = workspace.undoable()
    workspace.keep_draft("note:contacts:1", "spoke of the “bees” 🐝\n")
    workspace.keep_draft("call.queue", "{}")
    workspace.keep_draft("note:contacts:1", "spoke of the bees")
    assert list(workspace.drafts().items()) == [
        ("call.queue", "{}"),
        ("note:contacts:1", "spoke of the bees"),
    ]
    assert workspace.drafts("note:") == {"note:contacts:1": "spoke of the bees"}
    assert workspace.drafts("%") == {}, "a beginning, not a pattern"
    workspace.keep_draft("note:contacts:1", "")
    workspace.keep_draft("never kept", "")
    assert workspace.drafts() == {"call.queue": "{}"}
    workspace.keep_draft("odd", "half a \ud800 character\0")
    assert workspace.drafts("odd")["odd"].startswith("half a")
    assert (workspace.undoable(), told.told) == (history, []), "it is nobody's business"


def test_many_threads_keep_what_is_typed_in_each(office: Office) -> None:
    def type_into(key: str) -> None:
        for n in range(20):
            office.workspace.keep_draft(key, f"{key} {n}")

    threads = [threading.Thread(target=type_into, args=(f"t{n}",)) for n in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert office.workspace.drafts() == {f"t{n}": f"t{n} 19" for n in range(8)}


@pytest.mark.skipif(sys.platform == "win32", reason="there is no SIGKILL here")
@pytest.mark.parametrize("mode", MODES)
def test_what_was_kept_is_there_after_kill_9(
    mode: str, request: pytest.FixtureRequest, tmp_path: Path
) -> None:
    folder = tmp_path / "place"
    job: dict[str, Any] = {"mode": mode, "folder": str(folder), "key": "note:contacts:1"}
    if mode == "solo":
        _solo(folder).workspace.close()
    else:
        folder.mkdir()
        database = request.getfixturevalue("floor").database
        cluster = database.cluster
        job |= {"host": cluster.host, "port": cluster.port, "database": database.name}
        job |= {"login": "ann", "password": password_of("ann")}
    last = _typed_until_killed(job, lines=25)
    workspace = open_again(job)
    try:
        [(key, text)] = workspace.drafts().items()
    finally:
        workspace.close()
    assert key == job["key"]
    # One more may have been kept without a chance to say so.
    assert int(text.split()[0]) in (last, last + 1)


def _typed_until_killed(job: dict[str, Any], *, lines: int) -> int:
    """The number of the last text that a program said it had kept; so many at least."""
    typist = subprocess.Popen(
        [sys.executable, "-m", "tests.workspace.typist"],
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, cwd=ROOT,
    )  # fmt: skip
    assert typist.stdin is not None
    assert typist.stdout is not None
    typist.stdin.write(json.dumps(job) + "\n")
    typist.stdin.flush()
    told = [typist.stdout.readline() for _ in range(lines)]
    os.kill(typist.pid, signal.SIGKILL)
    told += typist.stdout.readlines()
    assert typist.wait() == -signal.SIGKILL
    typist.stdin.close()
    typist.stdout.close()
    return int([line for line in told if line.endswith("\n")][-1])


def test_drafts_about_a_person_go_with_their_data(log_in: LogIn, floor: Floor) -> None:
    ann, contact, other = log_in("ann"), floor.contact("ann"), floor.contact("ann", 1)
    ann.workspace.subscribe(Ear())
    for about in (contact, other):
        ann.workspace.keep_draft(f"note:contacts:{about}", "knows too much")
    ann.workspace.keep_draft("call.block", "{}")
    admin = floor.connect("ada")
    erase_person(admin, contact)
    admin.close()
    eventually(lambda: set(ann.workspace.drafts()) == {f"note:contacts:{other}", "call.block"})
