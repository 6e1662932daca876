"""Which server, which database, which login: what a start needs to know before it can ask for a password."""

from __future__ import annotations

import ipaddress
import json
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Literal, NamedTuple
from urllib.parse import urlsplit

from core.errors import Refused, Unavailable

Mode = Literal["direct", "field"]

DEFAULT_PORT = 5432
DEFAULT_DATABASE = "offhook"


class Address(NamedTuple):
    """Where a team's database is."""

    host: str
    port: int
    database: str

    def __str__(self) -> str:
        host = f"[{self.host}]" if ":" in self.host else self.host
        return f"{host}:{self.port}/{self.database}"


@dataclass(frozen=True, slots=True)
class Profile:
    """A login at a team's database. Holds no password.

    Attributes:
        host: name or address of the server.
        port: TCP port.
        database: name of the database.
        login: the person's login role.
        ca_file: certificates that the server's is checked against; empty: those that the system trusts.
        insecure: whether the connection may go without a verified certificate off this machine. Said in the status
            bar.
        mode: direct, on the server alone; or field, with a copy on this machine.
        org_id: the tenant, as the server has told; empty where it has not been asked.
        user_id: the user whose login it is, likewise. With the tenant it says whose data this machine holds, wherever
            the server moves.
    """

    host: str
    port: int
    database: str
    login: str
    ca_file: str = ""
    insecure: bool = False
    mode: Mode = "direct"
    org_id: str = ""
    user_id: str = ""

    @property
    def address(self) -> Address:
        """Where the database is."""
        return Address(self.host, self.port, self.database)

    @property
    def loopback(self) -> bool:
        """Whether the server is this very machine."""
        if self.host.lower() == "localhost":
            return True
        try:
            return ipaddress.ip_address(self.host).is_loopback
        except ValueError:
            return False

    @property
    def note(self) -> str:
        """What is less than perfect about the way to the server, in one sentence; empty where nothing is."""
        if self.insecure and not self.loopback:
            return (
                f"The connection to {self.host} is insecure: its certificate is not verified,"
                " so others on the way may read and change what is sent."
            )
        return ""

    def same_person(self, other: Profile) -> bool:
        """Whether two logins are one person's in one organization."""
        if self.org_id and other.org_id:
            return (self.org_id, self.user_id) == (other.org_id, other.user_id)
        return (self.address, self.login) == (other.address, other.login)

    def to_json(self) -> str:
        """The text that `from_json` reads."""
        return json.dumps(asdict(self), indent=2)

    @classmethod
    def from_json(cls, text: str) -> Profile:
        """The profile in a text.

        Raises:
            ValueError: it is none.
        """
        known = json.loads(text)
        if not isinstance(known, dict):
            raise ValueError("a profile is an object")
        try:
            return cls(
                host=str(known["host"]),
                port=int(known["port"]),
                database=str(known["database"]),
                login=str(known["login"]),
                ca_file=str(known.get("ca_file", "")),
                insecure=known.get("insecure") is True,
                mode="field" if known.get("mode") == "field" else "direct",
                org_id=str(known.get("org_id", "")),
                user_id=str(known.get("user_id", "")),
            )
        except KeyError as error:
            raise ValueError(f"{error.args[0]} is missing") from None

    def save(self, path: Path) -> None:
        """Writes the profile for the user's eyes, whole or not at all.

        Raises:
            Unavailable: the file cannot be written.
        """
        from storage.keys import private_folder, replace_secret

        private_folder(path.parent)
        replace_secret(path, self.to_json())

    @classmethod
    def load(cls, path: Path) -> Profile:
        """Reads a profile that `save` wrote.

        Raises:
            Unavailable: it is not there, or cannot be read.
        """
        try:
            return cls.from_json(path.read_text("utf-8"))
        except FileNotFoundError:
            raise Unavailable(f"There is no {path}. Run `offhook login` first.") from None
        except (OSError, ValueError) as error:
            raise Unavailable(
                f"{path} cannot be read ({error}). Run `offhook login` to write it anew."
            ) from error


def parse_address(text: str) -> Address:
    """The address that a person typed: `host`, `host:port`, `host/database` or `host:port/database`.

    Raises:
        Refused: it is none; says what one looks like. A password in it is never repeated.
    """
    typed = text.strip().removeprefix("postgresql://").removeprefix("postgres://")
    if "@" in typed:
        raise Refused("Give the address without login and password: host:port/database.")
    try:
        parts = urlsplit(f"//{typed}")
        host, port = parts.hostname or "", parts.port or DEFAULT_PORT
    except ValueError:
        host, port = "", 0
    database = parts.path.strip("/") if host else ""
    odd = not host or "/" in database or parts.query or parts.fragment
    if odd or any(not c.isprintable() or c.isspace() for c in host + database):
        raise Refused("That is no address. One looks like this: db.example.com:5432/offhook")
    return Address(host, port, database or DEFAULT_DATABASE)
