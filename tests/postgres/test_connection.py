"""The way to the server: what is let through, what is refused, and what the user is told."""

from __future__ import annotations

import shutil
import socket
import subprocess
import threading
import traceback
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

import psycopg
import pytest
from psycopg import sql

from core.errors import Invalid, OffhookError, Refused, SignInRefused, Unavailable
from storage.postgres import connection as connecting
from storage.postgres.binaries import Binaries
from storage.postgres.connection import connect, greet
from storage.postgres.launcher import SUPERUSER, Server
from storage.postgres.people import change_password
from storage.postgres.profile import Address, Profile, parse_address
from storage.schema_version import HEAD
from tests.postgres.floor import Floor, password_of
from tests.server import Database

SECRET = "correct horse battery"


def profile(database: Database, login: str = "ann") -> Profile:
    return Profile(database.cluster.host, database.cluster.port, database.name, login)


def refusal(profile: Profile, password: str | None = SECRET) -> OffhookError:
    """Why there is no connection. The password is in nothing that can be printed of it."""
    with pytest.raises(OffhookError) as caught:
        connect(profile, password).close()
    assert SECRET not in "".join(traceback.format_exception(caught.value))
    return caught.value


# --- addresses and profiles


@pytest.mark.parametrize(
    ("typed", "address"),
    [
        ("db.example.com", Address("db.example.com", 5432, "offhook")),
        ("db.example.com:6432", Address("db.example.com", 6432, "offhook")),
        ("db.example.com/sales", Address("db.example.com", 5432, "sales")),
        (" postgresql://DB.example.com:6432/sales ", Address("db.example.com", 6432, "sales")),
        ("127.0.0.1:5433/x", Address("127.0.0.1", 5433, "x")),
        ("[::1]:5433/x", Address("::1", 5433, "x")),
    ],
)
def test_an_address_is_what_people_type(typed: str, address: Address) -> None:
    assert parse_address(typed) == address
    assert parse_address(str(address)) == address


@pytest.mark.parametrize(
    "typed", ["", ":5432/x", "host:port/x", "host:99999", "a/b/c", "host?sslmode=disable", "a b"]
)
def test_what_is_no_address_is_told_with_an_example(typed: str) -> None:
    with pytest.raises(Refused, match="One looks like this"):
        parse_address(typed)


def test_a_password_in_an_address_is_not_repeated() -> None:
    with pytest.raises(Refused) as caught:
        parse_address(f"postgresql://ann:{SECRET}@host/x")
    assert SECRET not in str(caught.value)


def test_a_profile_is_kept_without_a_password(tmp_path: Path) -> None:
    kept = Profile("db.example.com", 5432, "sales", "ann", ca_file="/etc/ca.crt", insecure=True)
    path = tmp_path / "team" / "profile.json"
    kept.save(path)
    assert Profile.load(path) == kept
    assert "password" not in path.read_text("utf-8")
    assert "insecure" in kept.note
    assert replace(kept, insecure=False).note == ""
    assert Profile("127.0.0.1", 5432, "sales", "ann", insecure=True).note == ""


@pytest.mark.parametrize("text", ["", "[]", '{"host": "x"}', '{"host": "x", "port": "y"}'])
def test_a_profile_that_cannot_be_read_says_what_to_do(tmp_path: Path, text: str) -> None:
    path = tmp_path / "profile.json"
    path.write_text(text, "utf-8")
    with pytest.raises(Unavailable, match="offhook login"):
        Profile.load(path)
    with pytest.raises(Unavailable, match="offhook login"):
        Profile.load(tmp_path / "none.json")


# --- what goes wrong, in words


def test_the_floor_lets_its_people_in(floor: Floor) -> None:
    mine = profile(floor.database)
    with connect(mine, password_of("ann")) as wire:
        hello = greet(wire, mine, HEAD)
        assert (hello.user_id, hello.role) == (floor.user("ann"), "rep")
        shown = wire.execute(
            "select application_name from pg_stat_activity where pid = pg_backend_pid()"
        ).fetchone()
        assert shown == ("offhook",)
        path = wire.execute("show search_path").fetchone()
        assert path == ("offhook,pg_temp",)


def test_a_wrong_password_and_an_unknown_login_sound_the_same(database: Database) -> None:
    wrong, unknown = refusal(profile(database)), refusal(profile(database, "nobody"))
    assert isinstance(wrong, SignInRefused)
    assert isinstance(unknown, SignInRefused)
    assert str(wrong).replace("ann", "X") == str(unknown).replace("nobody", "X")


def test_a_database_that_is_not_there(database: Database) -> None:
    error = refusal(replace(profile(database), database="elsewhere"), password_of("ann"))
    assert str(error) == "There is no database elsewhere on 127.0.0.1 for ann. Check the name."


def test_a_database_without_offhook(database: Database) -> None:
    cluster = database.cluster
    empty = f"{database.name}_empty"
    with cluster.operator() as operator:
        operator.execute(sql.SQL("create database {} template template0").format(sql.Identifier(empty)))
        try:
            bare = replace(profile(database), database=empty)
            with connect(bare, password_of("ann")) as wire, pytest.raises(Refused, match="holds no offhook"):
                greet(wire, bare, HEAD)
        finally:
            # The superuser's work: an operator cannot end other people's sessions.
            with cluster.superuser() as root:
                root.execute(sql.SQL("drop database {} with (force)").format(sql.Identifier(empty)))


def test_a_server_that_is_not_there() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        port = taken.getsockname()[1]
    error = refusal(Profile("127.0.0.1", port, "offhook", "ann"))
    assert isinstance(error, Unavailable)
    assert str(error).startswith(f"Nothing answers at 127.0.0.1, port {port}.")


def test_a_name_that_nobody_has() -> None:
    error = refusal(Profile("no-such-host.invalid", 5432, "offhook", "ann"))
    assert str(error).startswith("There is no server called no-such-host.invalid.")


def test_what_one_of_a_names_addresses_says_comes_before_what_another_does_not() -> None:
    tried = psycopg.OperationalError(
        'connection to server at "localhost" (::1), port 5432 failed: Connection refused\n'
        'connection to server at "localhost" (127.0.0.1), port 5432 failed: FATAL:  password authentication failed'
    )
    error = connecting.explain_connect(tried, Profile("localhost", 5432, "offhook", "ann"))
    assert isinstance(error, SignInRefused)


@pytest.mark.parametrize(
    ("odd", "password"),
    [
        (Profile("127.0.0.1", 1, "offhook", "ann"), f"{SECRET}\udcff"),
        (Profile("127.0.0.1", 1, "offhook", "an\udcffn"), SECRET),
        (Profile(f"{'ä' * 70}.example", 1, "offhook", "ann"), SECRET),
    ],
)
def test_characters_that_no_server_takes(odd: Profile, password: str) -> None:
    error = refusal(odd, password)
    assert isinstance(error, Refused)
    assert str(error).endswith("Type them anew.")


@contextmanager
def extra_login(database: Database, options: str) -> Iterator[str]:
    """A login of its own for one test: those of the floor belong to all."""
    login = f"extra_{database.name}"
    with database.cluster.superuser() as superuser:
        superuser.execute(
            f"create role {login} {options} password '{password_of('extra')}' in role offhook_rep"
        )
        try:
            yield login
        finally:
            superuser.execute(f"drop role {login}")


@pytest.mark.parametrize(
    ("options", "kind", "says"),
    [
        ("nologin", SignInRefused, "disabled"),
        ("login connection limit 0", Unavailable, "no room"),
    ],
)
def test_a_login_that_may_not_come_in(
    database: Database, options: str, kind: type[OffhookError], says: str
) -> None:
    with extra_login(database, options) as login:
        error = refusal(profile(database, login), password_of("extra"))
    assert isinstance(error, kind)
    assert says in str(error)


def test_a_login_that_belongs_to_nobody(database: Database) -> None:
    with extra_login(database, "login") as login:
        strange = profile(database, login)
        with (
            connect(strange, password_of("extra")) as wire,
            pytest.raises(Refused, match="belongs to nobody here"),
        ):
            greet(wire, strange, HEAD)


def test_the_environment_does_not_lead_astray(floor: Floor, monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in {
        "PGHOSTADDR": "203.0.113.1",
        "PGSSLMODE": "disable",
        "PGREQUIREAUTH": "none",
        "PGOPTIONS": "-c search_path=public",
        "PGUSER": "zoe",
    }.items():
        monkeypatch.setenv(name, value)
    with connect(profile(floor.database), password_of("ann")) as wire:
        assert wire.execute("select session_user::text").fetchone() == ("ann",)
        assert wire.execute("show search_path").fetchone() == ("offhook,pg_temp",)


# --- servers that mean no good


@dataclass
class Impostor:
    """A server that takes everybody in and asks for what it likes."""

    port: int
    heard: bytes = b""


@contextmanager
def impostor(*, speaks_tls: bytes, asks: bytes) -> Iterator[Impostor]:
    listener = socket.create_server(("127.0.0.1", 0))
    fake = Impostor(listener.getsockname()[1])

    def serve() -> None:
        while True:
            try:
                client, _ = listener.accept()
            except OSError:
                return
            with client:
                client.settimeout(5)
                try:
                    while data := client.recv(4096):
                        fake.heard += data
                        # The request for TLS has no version but a magic number.
                        client.sendall(speaks_tls if data[4:8] == b"\x04\xd2\x16\x2f" else asks)
                except OSError:
                    continue

    thread = threading.Thread(target=serve, daemon=True)
    thread.start()
    try:
        yield fake
    finally:
        listener.shutdown(socket.SHUT_RDWR)
        listener.close()
        thread.join(10)


CLEARTEXT = b"R\0\0\0\x08\0\0\0\x03"
MD5 = b"R\0\0\0\x0c\0\0\0\x05salt"
LET_IN = b"R\0\0\0\x08\0\0\0\0"


@pytest.mark.parametrize("asks", [CLEARTEXT, MD5, LET_IN], ids=["cleartext", "md5", "nothing"])
def test_a_server_that_asks_unsafely_gets_no_password(asks: bytes) -> None:
    with impostor(speaks_tls=b"N", asks=asks) as fake:
        error = refusal(Profile("127.0.0.1", fake.port, "offhook", "ann"))
    assert isinstance(error, Refused)
    assert "not safe" in str(error)
    assert SECRET.encode() not in fake.heard


def test_off_this_machine_nothing_is_sent_without_tls(monkeypatch: pytest.MonkeyPatch) -> None:
    # As if 127.0.0.1 were another machine.
    monkeypatch.setattr(Profile, "loopback", property(lambda self: False))
    monkeypatch.setattr(connecting, "system_certificates", lambda: __file__)
    with impostor(speaks_tls=b"N", asks=CLEARTEXT) as fake:
        error = refusal(Profile("127.0.0.1", fake.port, "offhook", "ann"))
        assert isinstance(error, Refused)
        assert len(fake.heard) == 8, "the question whether it speaks TLS, and not even the login's name"
        # Only who insists goes on, and even then not with the password in clear.
        error = refusal(Profile("127.0.0.1", fake.port, "offhook", "ann", insecure=True))
        assert "not safe" in str(error)
    assert SECRET.encode() not in fake.heard


# --- passwords


def test_a_password_is_changed_without_being_sent(database: Database) -> None:
    with extra_login(database, "login") as login:
        mine = profile(database, login)
        with connect(mine, password_of("extra")) as wire:
            with pytest.raises(Invalid, match="characters"):
                change_password(wire, login, "short")
            change_password(wire, login, SECRET)
            with pytest.raises(Refused, match="not changed"):
                change_password(wire, "ada", SECRET)
        assert isinstance(refusal(mine, password_of("extra")), SignInRefused)
        connect(mine, SECRET).close()
        with database.cluster.superuser() as superuser:
            kept = superuser.execute(
                "select rolpassword from pg_authid where rolname = %s", (login,)
            ).fetchone()
    assert kept is not None
    assert str(kept[0]).startswith("SCRAM-SHA-256$")


# --- TLS, on a server that has it: the embedded one does not


@dataclass(frozen=True)
class TlsServer:
    """A server with a certificate for `localhost`."""

    port: int
    password: str
    ca: Path
    other_ca: Path


def openssl(*arguments: object) -> None:
    subprocess.run(["openssl", *map(str, arguments)], check=True, capture_output=True)


def make_ca(folder: Path, name: str) -> Path:
    certificate = folder / f"{name}.crt"
    openssl("req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", 2, "-subj", f"/CN={name}",
            "-keyout", folder / f"{name}.key", "-out", certificate)  # fmt: skip
    return certificate


@pytest.fixture(scope="module")
def tls(tmp_path_factory: pytest.TempPathFactory) -> Iterator[TlsServer]:
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin"), key=lambda path: int(path.parent.name))
    if not found:
        pytest.skip("there is no PostgreSQL of the system, and the embedded one has no TLS")
    if shutil.which("openssl") is None:
        pytest.skip("there is no openssl to make certificates with")
    folder = tmp_path_factory.mktemp("tls")
    ca, other = make_ca(folder, "ours"), make_ca(folder, "theirs")
    openssl("req", "-newkey", "rsa:2048", "-nodes", "-subj", "/CN=localhost", "-keyout", folder / "server.key",
            "-out", folder / "server.csr")  # fmt: skip
    (folder / "names").write_text("subjectAltName=DNS:localhost\n", "ascii")
    openssl("x509", "-req", "-in", folder / "server.csr", "-CA", ca, "-CAkey", folder / "ours.key",
            "-CAcreateserial", "-days", 2, "-extfile", folder / "names", "-out", folder / "server.crt")  # fmt: skip
    (folder / "server.key").chmod(0o600)
    server = Server(
        folder / "server",
        durable=False,
        settings={
            "ssl": "on",
            "ssl_cert_file": str(folder / "server.crt"),
            "ssl_key_file": str(folder / "server.key"),
        },
        programs=Binaries(found[-1], int(found[-1].parent.name)),
    )
    with server:
        yield TlsServer(server.port, server.password, ca, other)


def over_tls(tls: TlsServer, host: str = "localhost", ca: Path | None = None) -> Profile:
    return Profile(host, tls.port, "postgres", SUPERUSER, ca_file=str(ca or tls.ca))


def test_a_verified_certificate_lets_through(tls: TlsServer) -> None:
    with connect(over_tls(tls), tls.password) as wire:
        row = wire.execute("select ssl, version from pg_stat_ssl where pid = pg_backend_pid()").fetchone()
        assert row == (True, "TLSv1.3")


def test_a_certificate_of_somebody_else_is_refused(tls: TlsServer) -> None:
    error = refusal(over_tls(tls, host="127.0.0.1"), tls.password)
    assert isinstance(error, Refused)
    assert "belongs to another server" in str(error)


def test_a_certificate_that_nobody_vouches_for_is_refused(tls: TlsServer) -> None:
    error = refusal(over_tls(tls, ca=tls.other_ca), tls.password)
    assert isinstance(error, Refused)
    assert "not trusted here" in str(error)


def test_off_this_machine_the_systems_certificates_are_asked(
    tls: TlsServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Profile, "loopback", property(lambda self: False))
    error = refusal(replace(over_tls(tls), ca_file=""), tls.password)
    assert "not trusted here" in str(error)
    monkeypatch.setattr(connecting, "system_certificates", lambda: str(tls.ca))
    connect(replace(over_tls(tls), ca_file=""), tls.password).close()


def test_a_ca_file_that_is_not_there_is_told(tls: TlsServer, tmp_path: Path) -> None:
    error = refusal(over_tls(tls, ca=tmp_path / "none.crt"), tls.password)
    assert "CA's certificate cannot be read" in str(error)


def test_who_insists_goes_without_verification(tls: TlsServer, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Profile, "loopback", property(lambda self: False))
    insisting = replace(over_tls(tls), ca_file="", insecure=True)
    connect(insisting, tls.password).close()
    assert "insecure" in insisting.note


def test_a_server_without_tls_is_refused_where_it_must_have_it(database: Database) -> None:
    asked = replace(profile(database), ca_file=__file__)
    with database.cluster.superuser() as superuser:
        has_tls = superuser.execute("show ssl").fetchone() == ("on",)
    if has_tls:
        pytest.skip("this server has TLS")
    assert isinstance(refusal(asked, password_of("ann")), Refused)
