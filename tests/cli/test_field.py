"""Working on a copy from the command line: offline, and what becomes of it at the server. On a real server."""

from __future__ import annotations

import datetime as dt
import json
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import cast

import pytest

from cli.copies import Pending
from cli.progress import Progress
from cli.watching import Watch
from storage import keys
from sync.standing import Standing, State
from sync.workspace import FieldWorkspace
from tests.cli.conftest import PROGRAM, ROOT, Offhook, Result, Site, environment, fill
from tests.proxy import Proxy
from tests.waiting import eventually

posix = pytest.mark.skipif(sys.platform == "win32", reason="ctrl+c is another thing there")


@dataclass(frozen=True)
class Trip:
    """A rep with a copy, and a network that can be taken away from them.

    Attributes:
        site: the server.
        network: between the rep and the server.
        ben: the rep's machine.
        login: the rep's.
        password: likewise.
    """

    site: Site
    network: Proxy
    ben: Offhook
    login: str
    password: str

    @property
    def team(self) -> Path:
        """What ben's machine holds of the team."""
        return self.ben.home / "data" / "team"

    @property
    def address(self) -> str:
        """Where ben's machine finds the server."""
        return f"127.0.0.1:{self.network.port}/{self.site.database}"

    def at_the_server(self, *arguments: str) -> Result:
        """What somebody who is online sees: the admin, who sees everything."""
        return self.site.ada(*arguments)


@pytest.fixture
def trip(site: Site) -> Iterator[Trip]:
    port = int(site.address.split(":")[1].split("/")[0])
    network = Proxy(("127.0.0.1", port))
    network.start()
    login, password = site.hire("ben", "--name", "Ben Berg")
    address = f"127.0.0.1:{network.port}/{site.database}"
    ben = site.machine(login, password, address=address)
    fill(ben, 2)
    ben("mode", "field")
    try:
        yield Trip(site, network, ben, login, password)
    finally:
        network.close()


# --- with a copy --------------------------------------------------------------------------------------------------


def test_two_commands_make_a_rep_independent_of_the_network(site: Site) -> None:
    login, password = site.hire("ben", "--name", "Ben Berg")
    ben = Offhook(site.home / "ben")
    said = ben(
        "login",
        site.address,
        "--as",
        login,
        "--field",
        "--in-file",
        "--password-stdin",
        stdin=f"{password}\n",
    ).out
    assert "you can work without a network" in said
    assert ben("sync", "--json").json["state"] == "live"
    assert ben("mode", "--json").json["mode"] == "field"


def test_what_is_done_offline_is_there_at_once_and_sent_later(trip: Trip) -> None:
    ben = trip.ben
    ben("sync")
    trip.network.down()
    assert "Renewal 0" in ben("find", "renewal").out
    said = ben("log", "note", "renewal 0", "Wants an offer").out
    assert "Saved here. 1 change waits to be sent." in said
    moved = ben("move", "renewal 0", "contacted", "--json").json
    assert (moved["status"], moved["unsent"], moved["deal"]["stage"]) == ("ok", 2, "Contacted")
    assert "Wants an offer" in ben("show", "renewal 0").out
    assert "Wants an offer" not in trip.at_the_server("show", "renewal 0").out
    unreachable = ben("sync", "--json", code=5).json
    assert (unreachable["state"], unreachable["to_send"]) == ("offline", 2)
    trip.network.start()
    synced = ben("sync", "--json").json
    assert (synced["state"], synced["sent"], synced["to_send"], synced["parked"]) == ("live", 2, 0, 0)
    seen = trip.at_the_server("show", "renewal 0", "--json").json
    assert seen["deal"]["stage"] == "Contacted"
    assert any(entry["body"] == "Wants an offer" for entry in seen["activities"])


def test_online_a_command_is_sent_before_it_ends(trip: Trip) -> None:
    done = trip.ben("move", "renewal 1", "contacted", "--json").json
    assert done["unsent"] == 0
    assert trip.at_the_server("show", "renewal 1", "--json").json["deal"]["stage"] == "Contacted"


def test_a_network_that_swallows_everything_holds_nobody_up(trip: Trip) -> None:
    trip.ben("sync")
    trip.network.swallowing = True
    began = time.monotonic()
    assert "waits to be sent" in trip.ben("log", "note", "renewal 0", "In the tunnel").out
    assert time.monotonic() - began < 20, "nowhere near as long as a server may take to answer"


def test_what_the_server_refuses_at_once_is_said_by_the_command(trip: Trip) -> None:
    trip.ben("sync")
    trip.at_the_server("move", "renewal 0", "lost", "--reason", "Price")
    refused = trip.ben("move", "renewal 0", "contacted", code=4)
    assert "offhook conflicts" in refused.out


def test_status_tells_how_the_copy_and_the_server_stand(trip: Trip) -> None:
    ben = trip.ben
    ben("sync")
    status = ben("status", "--json").json
    assert (status["mode"], status["state"], status["to_send"], status["parked"]) == ("field", "live", 0, 0)
    assert status["bytes"] > 0
    assert status["last_contact"]
    trip.network.down()
    ben("log", "note", "renewal 0", "Later")
    away = ben("status", "--json").json
    assert (away["state"], away["to_send"]) == ("offline", 1)
    assert away["last_contact"] >= status["last_contact"]
    assert "1 to send" in ben("status").out


# --- decisions ----------------------------------------------------------------------------------------------------


def _both_move(trip: Trip) -> str:
    """Ben moves a deal offline that somebody else has lost meanwhile; the id of what waits."""
    trip.ben("sync")
    trip.network.down()
    trip.ben("move", "renewal 0", "contacted")
    trip.at_the_server("move", "renewal 0", "lost", "--reason", "Price")
    trip.network.start()
    assert trip.ben("sync", "--json", code=4).json["parked"] == 1
    [waiting] = trip.ben("conflicts", "--json", code=4).json
    assert isinstance(waiting["id"], str)
    return waiting["id"]


def test_what_two_people_changed_waits_for_a_decision(trip: Trip) -> None:
    parked = _both_move(trip)
    listed = trip.ben("conflicts", code=4).out
    assert "Renewal 0" in listed
    assert "yours Contacted, theirs Lost" in listed
    shown = trip.ben("conflicts", "show", parked[-12:], "--json").json
    assert shown["kind"] == "conflict"
    stage = next(field for field in shown["fields"] if field["name"] == "stage_id")
    assert stage["who"].startswith("Ada Adler")
    said = trip.ben("conflicts", "show", parked[-12:]).out
    assert all(word in said for word in ("Before", "Yours", "Theirs", "Contacted", "Lost", "--mine"))


def test_mine_is_done_again_over_theirs(trip: Trip) -> None:
    parked = _both_move(trip)
    settled = trip.ben("conflicts", "settle", parked, "--mine", "--json", code=1)
    # A deal that was lost is opened again by a move of its own: the rules of the pipeline hold for decisions, too.
    assert "Invalid move" in settled.err
    decided = trip.ben("conflicts", "settle", parked, "--take", "stage_id=theirs", "--json").json
    assert decided["unsent"] == 0
    assert trip.ben("conflicts", "--json").json == []
    assert trip.at_the_server("show", "renewal 0", "--json").json["deal"]["stage"] == "Lost"


def test_a_field_is_decided_by_typing_another_value(trip: Trip) -> None:
    trip.ben("sync")
    trip.network.down()
    _edit(trip.ben, "title", "Renewal for Ben")
    _edit(trip.site.ada, "title", "Renewal for Ada")
    trip.network.start()
    trip.ben("sync", code=4)
    [waiting] = trip.ben("conflicts", "--json", code=4).json
    assert [field["name"] for field in waiting["fields"]] == ["title"]
    trip.ben("conflicts", "settle", waiting["id"], "--set", "title=Renewal for both")
    assert trip.ben("conflicts").out == "Nothing waits for your decision.\n"
    assert "Renewal for both" in trip.at_the_server("find", "renewal").out


def _edit(program: Offhook, name: str, value: str) -> None:
    """Edits the deal “Renewal 0”, for which the command line has no command."""
    from cli.home import Home
    from cli.team import open_team
    from core.commands.deals import EditDeal

    data = program.home / "data"
    workspace = open_team(Home(program.home / "config", data, data), agent=False)
    try:
        [hit] = workspace.search("renewal 0", tables=("deals",))
        answer = workspace.execute(EditDeal(deal_id=hit.id, values={name: value}))
        assert answer.applied, answer.reason
    finally:
        workspace.close()


def test_work_is_given_up_knowingly_and_stays_in_the_history(trip: Trip) -> None:
    parked = _both_move(trip)
    assert "Given up" in trip.ben("conflicts", "settle", parked, "--drop").out
    trip.ben("conflicts", "settle", parked, "--drop", code=3)
    assert trip.ben("sync", "--json").json["parked"] == 0


def test_a_decision_that_says_nothing_clear_changes_nothing(trip: Trip) -> None:
    parked = _both_move(trip)
    for arguments, says in (
        ((), "Say one thing"),
        (("--mine", "--theirs"), "Say one thing"),
        (("--drop", "--mine"), "Say one thing"),
        (("--take", "city=mine"), "names no field"),
        (("--take", "stage_id=hers"), "mine, theirs or original"),
    ):
        assert says in trip.ben("conflicts", "settle", parked, *arguments, code=2).err
        assert len(trip.ben("conflicts", "--json", code=4).json) == 1


def test_everything_that_waits_can_be_taken_out(trip: Trip) -> None:
    parked = _both_move(trip)
    trip.network.down()
    trip.ben("log", "note", "renewal 1", "Still here")
    file = trip.site.home / "waiting.json"
    trip.ben("conflicts", "export", file)
    held = json.loads(file.read_text())
    assert [each["id"] for each in held["parked"]] == [parked]
    assert len(held["unsent"]) == 1
    assert "Still here" in file.read_text()
    assert file.stat().st_mode & 0o077 == 0
    trip.ben("conflicts", "export", file, code=1)


def test_work_on_what_is_somebody_elses_now_is_handed_in(trip: Trip) -> None:
    eva = trip.site.machine(*trip.site.hire("eva", "--name", "Eva Eich"))
    trip.ben("sync")
    trip.network.down()
    trip.ben("log", "note", "renewal 0", "They want it in March")
    trip.site.ada("admin", "book", "hand-over", "ben", "eva")
    trip.network.start()
    trip.ben("sync", code=4)
    [waiting] = trip.ben("conflicts", "--json", code=4).json
    assert (waiting["taken_by"], waiting["can_hand_in"]) == ("Eva Eich", True)
    # Which record it was about is told though it is out of sight.
    assert "Renewal 0" in waiting["title"]
    assert "Eva Eich has it now" in trip.ben("conflicts", code=4).out
    trip.network.down()
    assert "out of reach" in trip.ben("conflicts", "settle", waiting["id"], "--hand-in", code=5).err
    trip.network.start()
    handed = trip.ben("conflicts", "settle", waiting["id"], "--hand-in", "--json").json
    assert handed == {"handed_to": "Eva Eich"}
    assert "They want it in March" in eva("show", "renewal 0").out
    assert trip.ben("conflicts", "--json").json == []


def test_an_export_is_noted_by_the_server_and_needs_it(trip: Trip) -> None:
    trip.ben("sync")
    trip.site.ada("admin", "user", "edit", "ben", "--export", "yes")
    assert "Renewal 0" in trip.ben("export", "deals").out
    assert trip.site.ada("audit", "show", "--op", "export", "--json").json[0]["login"] == trip.login
    trip.network.down()
    assert "Nothing answers" in trip.ben("export", "deals", code=5).err


# --- nothing is wiped unasked -------------------------------------------------------------------------------------


@pytest.mark.parametrize("way", [("logout",), ("mode", "direct")])
def test_unsent_work_is_not_wiped_unasked(trip: Trip, way: tuple[str, ...]) -> None:
    trip.ben("sync")
    trip.network.down()
    trip.ben("log", "note", "renewal 0", "Only here")
    trip.ben("log", "note", "renewal 1", "Only here, too")
    refused = trip.ben(*way, code=1).err
    assert "2 of your changes wait to be sent" in refused
    assert "offhook sync" in refused
    assert f"offhook {' '.join(way)} --force" in refused
    trip.network.start()
    trip.ben("sync")
    trip.ben(*way)
    assert not (trip.team / "cache.db").exists()
    assert not keys.key_file(trip.team / "cache.db").exists()


def test_parked_work_is_not_wiped_unasked(trip: Trip) -> None:
    _both_move(trip)
    refused = trip.ben("logout", code=1).err
    assert "1 of your changes waits for your decision" in refused
    trip.ben("logout", "--force")
    assert not trip.team.exists()


def test_a_copy_that_is_open_elsewhere_is_not_wiped_under_it(trip: Trip) -> None:
    with _Watching(trip):
        for way in (("logout", "--force"), ("mode", "direct", "--force")):
            assert "Another offhook has the copy" in trip.ben(*way, code=1).err
    trip.ben("logout")


def test_who_logs_in_with_a_new_password_keeps_copy_and_work(trip: Trip) -> None:
    trip.ben("sync")
    fresh = trip.site.ada("admin", "user", "reset", trip.login, "--json").json["password"]
    said = trip.ben("log", "note", "renewal 0", "With the old password").out
    assert "waits to be sent" in said
    locked = trip.ben("sync", "--json", code=5).json
    assert locked["state"] == "locked out"
    trip.ben("login", trip.address, "--as", trip.login, "--in-file", "--password-stdin", stdin=f"{fresh}\n")
    assert trip.ben("mode", "--json").json["mode"] == "field"
    assert trip.ben("sync", "--json").json["sent"] == 1


def test_somebody_else_finds_nothing_of_it_and_nothing_is_lost(trip: Trip) -> None:
    other, password = trip.site.hire("eva", "--name", "Eva Eich")
    trip.ben("sync")
    trip.network.down()
    trip.ben("log", "note", "renewal 0", "Ben's own")
    trip.network.start()
    login = ("login", trip.address, "--as", other, "--in-file", "--password-stdin")
    assert "1 of your changes waits to be sent" in trip.ben(*login, stdin=f"{password}\n", code=1).err
    assert trip.ben("sync", "--json").json["sent"] == 1, "who was logged in before still is"
    trip.ben(*login, stdin=f"{password}\n")
    status = trip.ben("status", "--json").json
    assert (status["mode"], status["who"]) == ("direct", "Eva Eich")
    assert not (trip.team / "cache.db").exists()


def test_work_in_a_copy_survives_the_loss_of_the_profile(trip: Trip) -> None:
    trip.ben("sync")
    trip.network.down()
    trip.ben("log", "note", "renewal 0", "Nowhere else")
    trip.network.start()
    (trip.team / "profile.json").write_text("{ damaged")
    login = ("login", trip.address, "--as", trip.login, "--in-file", "--password-stdin")
    trip.ben(*login, "--direct", stdin=f"{trip.password}\n", code=1)
    trip.ben(*login, "--field", stdin=f"{trip.password}\n")
    assert trip.ben("sync", "--json").json["sent"] == 1


def test_a_copy_is_neither_backed_up_nor_restored(trip: Trip, empty: Offhook) -> None:
    trip.ben("sync")
    for command in ("backup", "restore"):
        assert "send again" in trip.ben(command, trip.site.home / "x.db", code=1).err
    stolen = trip.site.home / "stolen"
    shutil.copytree(trip.team, stolen)
    refused = empty("restore", stolen / "cache.db", code=1).err
    assert "copy of a team's data, not a backup" in refused
    assert not empty.workspace.exists()


# --- looking after it ---------------------------------------------------------------------------------------------


def test_doctor_looks_at_the_copy(trip: Trip) -> None:
    ben = trip.ben
    ben("sync")
    found = ben("doctor", "--json").json
    assert found["ok"]
    assert any("The server has everything" in finding["what"] for finding in found["findings"])
    trip.network.down()
    ben("log", "note", "renewal 0", "Later")
    found = ben("doctor", "--json").json
    assert found["ok"], "being away from the server is nothing wrong"
    assert any("1 change waits to be sent" in finding["what"] for finding in found["findings"])


def test_doctor_finds_what_was_tampered_with(trip: Trip) -> None:
    from sync.cache import open_cache

    trip.ben("sync")
    cache = open_cache(trip.team / "cache.db")
    with cache.database.write() as connection:
        connection.execute("INSERT INTO base (table_name, row_id, body) VALUES ('deals', 'x', NULL)")
        connection.execute(
            "INSERT INTO outbox (changeset_id, body, state, at) VALUES ('y', 'no changeset', 'accepted', 0)"
        )
    cache.close()
    found = trip.ben("doctor", "--json", code=1).json
    told = " ".join(finding["what"] for finding in found["findings"] if finding["level"] == "error")
    assert "cannot be read" in told
    assert "history does not know" in told


def test_a_copy_without_its_key_is_told_and_can_be_made_anew(trip: Trip) -> None:
    trip.ben("sync")
    keys.key_file(trip.team / "cache.db").unlink()
    assert "key" in trip.ben("doctor", code=1).out
    assert "give them up with: offhook mode direct --force" in trip.ben("mode", "direct", code=1).err
    trip.ben("mode", "direct", "--force")
    trip.ben("mode", "field")
    assert trip.ben("sync", "--json").json["state"] == "live"


def test_sync_needs_a_copy(site: Site, alone: Offhook) -> None:
    assert "offhook mode field" in site.ada("sync", code=1).err
    assert "not logged in" in alone("sync", code=3).err
    assert alone("mode", "--json").json["mode"] == "solo"
    assert "There is no mode" in site.ada("mode", "offline", code=2).err
    assert "--force gives work up" in site.ada("mode", "field", "--force", code=2).err


class _Watching:
    """`offhook sync --watch` beside the test, until the block ends; then it is stopped as a person does."""

    def __init__(self, trip: Trip) -> None:
        self._trip = trip

    def __enter__(self) -> Callable[[str], None]:
        self._process = subprocess.Popen(
            [*PROGRAM, "sync", "--watch"],
            env=environment(self._trip.ben.home),
            cwd=ROOT,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        self._says("live")
        return self._says

    def _says(self, wanted: str) -> None:
        """Waits until it says that."""
        assert self._process.stdout is not None
        line = ""
        while wanted not in line:
            line = self._process.stdout.readline()
            assert line, self._process.communicate()

    def __exit__(self, *_: object) -> None:
        self._process.send_signal(signal.SIGINT)
        out, err = self._process.communicate(timeout=30)
        assert self._process.returncode == 0, (out, err)
        assert "Traceback" not in err


@posix
def test_one_program_keeps_the_copy_and_sends_for_the_others(trip: Trip) -> None:
    with _Watching(trip) as says:
        assert "Another offhook is open here" in trip.ben("sync").out
        done = trip.ben("move", "renewal 0", "contacted", "--json").json
        assert done["unsent"] == 0
        says("1 sent")
        assert trip.at_the_server("show", "renewal 0", "--json").json["deal"]["stage"] == "Contacted"
        trip.at_the_server("log", "note", "renewal 0", "From the office")
        eventually(lambda: "From the office" in trip.ben("show", "renewal 0").out)
        trip.network.down()
        says("offline since")
        trip.ben("sync", code=5)


@posix
def test_who_leaves_the_app_is_told_what_is_not_sent_yet(trip: Trip) -> None:
    from benchmarks.terminal import Terminal

    trip.ben("sync")
    trip.network.down()
    trip.ben("log", "note", "renewal 0", "Wants an offer")
    with Terminal(PROGRAM, env=environment(trip.ben.home), columns=120, rows=40) as screen:
        screen.wait_for_text("· 1 to send", timeout=30)
        screen.send("ctrl+q")
        screen.wait_for_text("1 change is saved here and not sent yet.", timeout=20)
        assert screen.wait_exit() == 0


def test_a_first_load_counts_as_received() -> None:
    now = dt.datetime(2026, 11, 21, 9, tzinfo=dt.UTC)
    stands = [Standing(State.LOADING, now, loaded=loaded, total=900) for loaded in (0, 400, 900)]
    stands.append(Standing(State.LIVE, now))

    class Loading:
        def unsent(self) -> list[object]:
            return []

        parked = unsent

        def watch_health(self, _listener: object) -> Callable[[], None]:
            return lambda: None

        subscribe = watch_health

        @property
        def standing(self) -> Standing:
            return stands[0]

    class Shown(Progress):
        def share(self, done: float, what: str = "") -> None:
            stands.pop(0)

    with Watch(cast("FieldWorkspace", Loading())) as watch:
        watch.until_done(Shown("Fetching", quiet=True))
        assert watch.counted() == {"sent": 0, "received": 900, "to_send": 0, "parked": 0}


# --- words --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("pending", "said"),
    [
        (Pending(unsent=1), "1 of your changes waits to be sent"),
        (Pending(unsent=3, parked=1), "3 of your changes wait to be sent and 1 waits for your decision"),
        (Pending(unanswered=2), "2 of your changes wait for the server's answer"),
    ],
)
def test_what_waits_is_counted_in_words(pending: Pending, said: str) -> None:
    assert str(pending) == said
    assert pending
    assert not Pending()
