"""A program in which somebody types until it is killed, and that says what was kept.

Reads one job as JSON from its input: the mode, where, who, and the draft's key. Prints the number of each text, with which that begins, when it was kept.
"""

from __future__ import annotations

import json
import os
import sys
from pathlib import Path
from typing import Any

from core.workspace import Workspace
from storage.postgres.direct import open_direct
from storage.postgres.profile import Profile
from storage.solo import open_solo
from sync.opening import open_field


def open_again(job: dict[str, Any]) -> Workspace:
    """The workspace that a job is about; a field one works by itself, without an agent."""
    folder = Path(job["folder"])
    if job["mode"] == "solo":
        return open_solo(folder / "work.db")
    profile = Profile(job["host"], job["port"], job["database"], job["login"])
    if job["mode"] == "direct":
        return open_direct(profile, job["password"], folder=folder, store="file")
    return open_field(profile, job["password"], folder=folder, store="file", agent=False)


def main() -> None:
    """Types."""
    job = json.loads(sys.stdin.readline())
    workspace = open_again(job)
    typed = 0
    while True:
        typed += 1
        workspace.keep_draft(job["key"], f"{typed} " + "words " * (typed % 50))
        os.write(1, f"{typed}\n".encode())


if __name__ == "__main__":
    main()
