"""A team's server from the command line: installing, logging in, people, books, the audit. On a real server."""

from __future__ import annotations

import json
import secrets
from pathlib import Path

import psycopg
import pytest
from psycopg import sql

from cli.home import Home
from tests.cli.conftest import Offhook, Site, fill
from tests.server import OPERATOR, Cluster
from tests.waiting import eventually


def test_from_an_empty_database_to_a_colleague_at_work(cluster: Cluster, tmp_path: Path) -> None:
    tag = secrets.token_hex(4)
    name = f"cli_{tag}"
    address = f"127.0.0.1:{cluster.port}/{name}"
    with cluster.operator() as operator:
        operator.execute(sql.SQL("create database {} template template0").format(sql.Identifier(name)))
    ada, ben = Offhook(tmp_path / "ada"), Offhook(tmp_path / "ben")
    try:
        made = ada(
            "admin", "init", address, "--as", OPERATOR, "--password-stdin", "--org", "Nordlicht", "--admin", f"ada{tag}",
            "--name", "Ada Adler", "--country", "DE", "--json", stdin=f"{cluster.operator_password}\n",
        ).json  # fmt: skip
        ada("login", address, "--as", made["login"], "--password-stdin", stdin=f"{made['password']}\n")
        hired = ada("admin", "user", "add", f"ben{tag}", "--name", "Ben Berg", "--json").json
        ben("login", address, "--as", hired["login"], "--password-stdin", stdin=f"{hired['password']}\n")
        status = ben("status", "--json").json
        assert (status["mode"], status["who"], status["organization"]) == ("direct", "Ben Berg", "Nordlicht")
        assert status["server"] == address
        assert [user["role"] for user in ben("admin", "user", "list", "--json").json] == ["admin", "rep"]
    finally:
        with cluster.superuser() as root:
            root.execute(sql.SQL("drop database {} with (force)").format(sql.Identifier(name)))
            root.execute(
                sql.SQL("drop role if exists {}, {}").format(*map(sql.Identifier, (f"ada{tag}", f"ben{tag}")))
            )


def test_a_password_stands_in_no_argument_and_no_file_but_its_own(site: Site) -> None:
    folder = site.ada.home
    holding = [
        path.relative_to(folder).as_posix()
        for path in folder.rglob("*")
        if path.is_file() and site.password.encode() in path.read_bytes()
    ]
    assert holding == ["data/team/password"]
    assert (folder / holding[0]).stat().st_mode & 0o077 == 0


def test_a_wrong_password_is_said_and_nothing_remembered(site: Site) -> None:
    login, _ = site.hire("ben")
    program = Offhook(site.home / "other")
    result = program("login", site.address, "--as", login, "--password-stdin", stdin="not the one\n", code=1)
    assert "Login or password is wrong" in result.err
    assert "not the one" not in result.err
    assert "There is no workspace yet" in program("status", code=3).err


@pytest.mark.parametrize(
    ("address", "code", "says"),
    [
        ("127.0.0.1:1/offhook", 5, "Nothing answers at 127.0.0.1, port 1"),
        ("a b c", 1, "That is no address"),
        ("ben:secret@db.example.com/x", 1, "Give the address without login and password"),
    ],
)
def test_an_address_that_leads_nowhere_is_explained(
    tmp_path: Path, address: str, code: int, says: str
) -> None:
    result = Offhook(tmp_path)("login", address, "--as", "ben", "--password-stdin", stdin="x\n", code=code)
    assert says in result.err
    assert "secret" not in result.err


def test_logging_out_wipes_what_is_here_and_leaves_ones_own_workspace(site: Site) -> None:
    login, password = site.hire("ben")
    ben = Offhook(site.home / "ben")
    ben("init", "--name", "Ben", "--country", "DE")
    ben("login", site.address, "--as", login, "--password-stdin", stdin=f"{password}\n")
    assert ben("status", "--json").json["mode"] == "direct"
    ben("logout")
    assert not (ben.home / "data" / "team").exists()
    assert ben("status", "--json").json["mode"] == "solo"


def test_a_changed_password_is_the_one_that_counts(site: Site) -> None:
    login, password = site.hire("ben")
    ben = site.machine(login, password)
    ben("password", "--password-stdin", stdin="a better sentence\n")
    ben("status")
    other = Offhook(site.home / "other")
    other("login", site.address, "--as", login, "--password-stdin", stdin=f"{password}\n", code=1)
    other("login", site.address, "--as", login, "--password-stdin", stdin="a better sentence\n")


def test_who_is_shut_out_is_told_and_may_come_back(site: Site) -> None:
    login, password = site.hire("ben", "--name", "Ben Berg")
    ben = site.machine(login, password)
    site.ada("admin", "user", "disable", "Ben Berg")
    assert "Your login was disabled" in ben("status", code=1).err
    site.ada("admin", "user", "enable", login)
    ben("status")


def test_a_rep_manages_nobody(site: Site) -> None:
    login, password = site.hire("ben")
    ben = site.machine(login, password)
    assert "Only an admin" in ben("admin", "user", "role", login, "admin", code=1).err
    assert "Only an admin" in ben("audit", "verify", code=1).err
    assert "needs the role admin" in ben("admin", "team", "add", "Mine", code=1).err


def test_an_admin_says_who_may_import(site: Site) -> None:
    login, _ = site.hire("ben")
    told = site.ada("admin", "user", "edit", login, "--import", "maybe", code=1).err
    assert "The right to import is yes, no, or empty" in told
    site.ada("admin", "user", "edit", login, "--import", "yes")
    told = site.ada("audit", "show", "--op", "update", "--json").json[0]
    assert (told["table"], told["diff"]) == ("users", {"import_right": ["", "yes"]})


def test_a_leavers_book_is_handed_over_whole(site: Site) -> None:
    ann = site.machine(*site.hire("ann", "--name", "Ann Arndt"))
    site.hire("ben", "--name", "Ben Berg")
    fill(ann, 3)
    assert site.ada("admin", "book", "hand-over", "ann", "ben", "--json").json["records"] == 6
    books = {book["name"]: book["records"] for book in site.ada("admin", "book", "list", "--json").json}
    assert sum(books["Ann Arndt"].values()) == 0
    assert books["Ben Berg"] == {"companies": 0, "contacts": 3, "deals": 3}


def test_nobody_hands_over_a_colleagues_book(site: Site) -> None:
    ann = site.machine(*site.hire("ann", "--name", "Ann Arndt"))
    ben = site.machine(*site.hire("ben", "--name", "Ben Berg"))
    fill(ann, 1)
    assert (
        "You do not see the book of Ann Arndt." in ben("admin", "book", "hand-over", "ann", "ben", code=1).err
    )
    site.ada("admin", "book", "share", "ann", "ben")
    refused = ben("admin", "book", "hand-over", "ann", "ben", code=1).err
    assert "belongs to Ann Arndt; only Ann Arndt, their manager or an admin hands it over." in refused
    books = {book["name"]: book["records"] for book in site.ada("admin", "book", "list", "--json").json}
    assert books["Ann Arndt"] == {"companies": 0, "contacts": 1, "deals": 1}
    assert ann("admin", "book", "hand-over", "ann", "ben", "--json").json["records"] == 2


def test_who_is_hired_into_no_team_is_said_to_see_no_pool(site: Site) -> None:
    assert "no team" not in site.ada("admin", "user", "add", f"ann{site.tag}").out, (
        "there is but one to be in"
    )
    site.ada("admin", "team", "add", "East")
    told = site.ada("admin", "user", "add", f"ben{site.tag}").out
    assert "They are in no team and see no pool. Take them into one of " in told
    assert f"offhook admin team join ben{site.tag} TEAM" in told
    for more in (("--team", "East"), ("--role", "readonly")):
        login = f"{more[1].lower()}{site.tag}"
        assert "no team" not in site.ada("admin", "user", "add", login, *more).out


def test_teams_books_and_pipelines_are_managed_by_name(site: Site) -> None:
    login, _ = site.hire("ben", "--name", "Ben Berg", "--team", "sales")
    site.ada("admin", "team", "add", "East")
    site.ada("admin", "team", "join", "Ben", "east")
    site.ada("admin", "team", "leave", login, "Sales")
    teams = {team["name"]: team["people"] for team in site.ada("admin", "team", "list", "--json").json}
    assert teams == {"East": ["Ben Berg"], "Sales": ["Ada Adler"]}
    site.ada("admin", "book", "share", "Ada", "Ben", "--read-only")
    [shared] = [book for book in site.ada("admin", "book", "list", "--json").json if book["shared_with"]]
    assert (shared["name"], shared["shared_with"]) == ("Ada Adler", ["Ben Berg (reads)"])
    site.ada("admin", "book", "unshare", "Ada", "Ben")
    site.ada("admin", "pipeline", "add", "Renewals", "--like", "Sales")
    site.ada("admin", "pipeline", "rename", "Renewals", "Upsell")
    site.ada("admin", "pipeline", "delete", "Upsell")
    assert "There is no team" in site.ada("admin", "team", "join", "Ben", "Nowhere", code=3).err


def test_the_audit_is_read_and_proven(site: Site, cluster: Cluster) -> None:
    site.ada("admin", "team", "add", "East")
    newest = site.ada("audit", "show", "--limit", "1", "--op", "insert", "--json").json[0]
    assert (newest["table"], newest["login"]) == ("books", f"ada{site.tag}")
    assert site.ada("audit", "verify", "--json").json["ok"]
    with cluster.superuser(site.database) as root:
        root.execute("alter table offhook.audit disable trigger all")
        root.execute("update offhook.audit set login = 'nobody' where seq = %s", (newest["seq"],))
    verified = site.ada("admin", "audit", "verify", "--json", code=1).json
    assert not verified["ok"]
    assert "was changed after it was written" in verified["problems"][0]


def come_to_rest(site: Site) -> None:
    """Waits until nothing is under way on the server: a seal covers what is older than every open transaction."""
    with site.cluster.superuser(site.database) as root:
        eventually(
            lambda: (
                root.execute(
                    "select pg_snapshot_xmin(s) = pg_snapshot_xmax(s) from pg_current_snapshot() s"
                ).fetchone()
                == (True,)
            )
        )


def test_another_servers_audit_is_not_taken_for_one_that_was_cut_off(site: Site) -> None:
    fill(site.ada, 1)
    come_to_rest(site)
    assert site.ada("audit", "verify", "--json").json["seals"] == 1
    other = site.ada(
        "admin", "org", "add", site.address, "--as", OPERATOR, "--password-stdin", "--org", "Suedlicht", "--admin",
        f"zoe{site.tag}", "--country", "AT", "--json", stdin=f"{site.operator_password}\n",
    ).json  # fmt: skip
    site.ada(
        "login", site.address, "--as", other["login"], "--password-stdin", stdin=f"{other['password']}\n"
    )
    assert site.ada("audit", "verify", "--json").json["ok"]
    site.ada("login", site.address, "--as", f"ada{site.tag}", "--password-stdin", stdin=f"{site.password}\n")
    with site.cluster.superuser(site.database) as root:
        root.execute("alter table offhook.audit_seals disable trigger all")
        root.execute("delete from offhook.audit_seals")
    fill(site.ada, 1)
    come_to_rest(site)
    verified = site.ada("audit", "verify", "--json", code=1).json
    assert "was there before" in verified["problems"][0], "its own is remembered all the while"


def test_a_person_is_handed_their_data_and_erased(site: Site) -> None:
    fill(site.ada, 1)
    out = site.home / "lena.json"
    site.ada("admin", "export-person", "Lena Maier", "--file", out)
    assert json.loads(out.read_text())["contact"]["last_name"] == "Maier 0"
    assert out.stat().st_mode & 0o077 == 0
    again = site.ada("admin", "export-person", "Lena Maier", "--file", out, code=1)
    assert "Choose another name" in again.err
    nowhere = site.ada(
        "admin", "export-person", "Lena Maier", "--file", site.home / "no" / "lena.json", code=1
    )
    assert "There is no folder" in nowhere.err
    assert len(site.ada("audit", "show", "--op", "export", "--json").json) == 1
    assert "--yes" in site.ada("admin", "erase-person", "Lena Maier", code=2).err
    site.ada("admin", "erase-person", "Lena Maier", "--yes")
    assert site.ada("find", "lena", "--json", code=3).json == []
    assert site.ada("audit", "verify", "--json").json["erased"] >= 1


def test_the_database_proves_that_it_guards_itself_until_it_does_not(site: Site, cluster: Cluster) -> None:
    check = ("admin", "policy", "check", site.address)
    assert site.operator(site.ada, *check, "--json").json == {"ok": True, "problems": []}
    with cluster.superuser(site.database) as root:
        root.execute("alter table offhook.contacts disable row level security")
        root.execute("grant select on offhook.deals to public")
    found = site.operator(site.ada, *check, "--json", code=1).json
    assert {problem["where"].rpartition(".")[2] for problem in found["problems"]} >= {"contacts", "deals"}
    site.operator(site.ada, "admin", "upgrade", site.address)
    assert site.operator(site.ada, *check, "--json").json["ok"]


def test_a_database_that_was_brought_back_says_so_to_every_copy(site: Site, cluster: Cluster) -> None:
    def epoch() -> str:
        with cluster.superuser(site.database) as root:
            return str(root.execute("select value from offhook.meta where key = 'epoch'").fetchone()[0])

    before = epoch()
    told = site.operator(site.ada, "admin", "restored", site.address).out
    assert "compares itself with this database" in told
    assert epoch() != before
    assert site.operator(site.ada, "admin", "restored", site.address, "--json").json == {"renumbered": 0}
    result = site.ada(
        "admin", "restored", site.address, "--as", f"ada{site.tag}", "--password-stdin", stdin=f"{site.password}\n", code=1
    )  # fmt: skip
    assert "has not installed offhook here" in result.err


def test_organizations_in_one_database_are_wholly_apart(site: Site) -> None:
    made = site.ada(
        "admin", "org", "add", site.address, "--as", OPERATOR, "--password-stdin", "--org", "Suedlicht", "--admin",
        f"zoe{site.tag}", "--country", "AT", "--json", stdin=f"{site.operator_password}\n",
    ).json  # fmt: skip
    zoe = site.machine(made["login"], made["password"])
    fill(site.ada, 1)
    assert zoe("find", "lena", "--json", code=3).json == []
    assert [user["login"] for user in zoe("admin", "user", "list", "--json").json] == [f"zoe{site.tag}"]
    listed = site.operator(site.ada, "admin", "org", "list", site.address, "--json").json
    assert [(each["name"], each["contacts"]) for each in listed] == [("Nordlicht", 1), ("Suedlicht", 0)]


def test_doctor_looks_at_the_way_to_the_server(site: Site) -> None:
    found = site.ada("doctor", "--json").json
    assert found["ok"]
    assert any("Your role is admin" in finding["what"] for finding in found["findings"])
    for command in ("backup", "restore"):
        assert "Your admin has the backups" in site.ada(command, site.home / "x.db", code=1).err


def test_a_login_without_the_right_to_install_is_told_so(site: Site) -> None:
    result = site.ada(
        "admin", "upgrade", site.address, "--as", f"ada{site.tag}", "--password-stdin", stdin=f"{site.password}\n", code=1
    )  # fmt: skip
    assert "does not own the database" in result.err


def test_an_empty_database_is_not_mistaken_for_an_installed_one(cluster: Cluster, tmp_path: Path) -> None:
    result = Offhook(tmp_path)(
        "login", f"127.0.0.1:{cluster.port}/postgres", "--as", OPERATOR, "--password-stdin",
        stdin=f"{cluster.operator_password}\n", code=1,
    )  # fmt: skip
    assert "holds no offhook" in result.err


def test_the_first_password_is_scram_on_the_server(site: Site, cluster: Cluster) -> None:
    with cluster.superuser() as root:
        found = root.execute(
            "select rolpassword from pg_authid where rolname = %s", (f"ada{site.tag}",)
        ).fetchone()
    assert found is not None
    assert found[0].startswith("SCRAM-SHA-256$")
    with pytest.raises(psycopg.OperationalError):
        cluster.connect(f"ada{site.tag}", "another", site.database)


def test_the_app_joins_a_team_and_asks_again_where_the_password_is_another_one(
    site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    from cli.app import FileOpener
    from core.errors import SignInRefused
    from storage import keyrings

    monkeypatch.setattr(keyrings, "put", lambda *_: "")
    login, password = site.hire("ben", "--name", "Ben Berg")
    home = Home(site.home / "app", site.home / "app", site.home / "app")
    opener = FileOpener(home)
    assert opener.existing() is None
    with pytest.raises(SignInRefused):
        opener.join(site.address, login, "not the one")
    assert opener.existing() is None
    workspace = opener.join(site.address, login, password)
    assert workspace.catalog().me.name == "Ben Berg"
    workspace.close()
    fresh = site.ada("admin", "user", "reset", login, "--json").json["password"]
    with pytest.raises(SignInRefused):
        opener.existing()
    workspace = opener.sign_in(fresh)
    assert workspace.catalog().me.name == "Ben Berg"
    workspace.close()
    again = opener.existing()
    assert again is not None
    again.close()


def test_what_may_be_waiting_is_not_wiped_unasked(site: Site) -> None:
    ada, waiting = site.ada, site.ada.home / "data" / "team" / "unsettled.db"
    ada("status")
    waiting.write_bytes(b"not to be read" * 400)
    said = ada("logout", code=1).err
    assert "changes of yours may be waiting there" in said
    assert "offhook logout --force" in said
    assert waiting.exists()
    assert "changes of yours may be waiting there" in ada("doctor", code=1).out
    ada("logout", "--force")
    assert not waiting.exists()


def test_a_record_at_the_server_is_named_by_the_beginning_of_its_id(site: Site) -> None:
    ann = site.machine(*site.hire("ann", "--name", "Ann Arndt"))
    fill(ann, 2)
    deal = ann("show", "renewal 0", "--json").json["deal"]["id"]
    for text in (deal[:-1], deal[:-2]):
        assert ann("show", text, "--json").json["deal"]["id"] == deal
