"""Starts processes that work on caches until they are killed: apps in which somebody types, and agents beside them.

Run as a program it reads jobs as JSON, one a line, forks a process for each, and prints its number. All that takes long
is imported before, so that a process is at work some hundredths of a second after it was asked for.

An app appends to its job's file what it was promised: a line for each command that was answered, with the changeset.
"""

from __future__ import annotations

import json
import os
import random
import signal
import sys
import time
from dataclasses import asdict, dataclass
from pathlib import Path

from core.changes import to_json
from core.commands.activities import LogActivity
from core.commands.base import Command
from core.commands.contacts import CreateContact, EditContact
from core.commands.deals import MoveDeal
from core.commands.records import TagRecords
from core.errors import Unavailable
from core.filters import Query
from storage.postgres.profile import Profile
from sync.opening import open_field
from sync.workspace import FieldWorkspace

_PATIENCE = 20.0


@dataclass(frozen=True)
class Job:
    """What a process is to do.

    Attributes:
        host: the server's, or that of what stands before it.
        port: its port.
        database: the database.
        login: who works.
        password: theirs.
        folder: where the cache lies.
        promises: the file for what an app is promised; empty: the process is an agent alone.
        agent: the app runs an agent, too.
        seed: what is typed.
    """

    host: str
    port: int
    database: str
    login: str
    password: str
    folder: str
    promises: str
    agent: bool
    seed: int

    def open(self) -> FieldWorkspace:
        """The workspace. A person tries again where another program makes the cache just then, or the network is away."""
        profile = Profile(self.host, self.port, self.database, self.login)
        until = time.monotonic() + _PATIENCE
        while True:
            try:
                return open_field(
                    profile, self.password, folder=Path(self.folder), store="file", agent=self.agent
                )
            except Unavailable:
                if time.monotonic() > until:
                    raise
                time.sleep(0.05)

    def run(self) -> None:
        """Works until it is killed."""
        workspace = self.open()
        if not self.promises:
            signal.pause()
        chance, typed = random.Random(self.seed), 0
        file = os.open(self.promises, os.O_WRONLY | os.O_APPEND | os.O_CREAT)
        while True:
            typed += 1
            token = f"zq{self.seed * 100_000 + typed}x"
            answer = workspace.execute(_something(workspace, chance, token))
            if answer.applied and answer.changeset is not None:
                line = json.dumps({"tokens": [token], "changeset": to_json(answer.changeset)})
                os.write(file, line.encode() + b"\n")
            time.sleep(chance.uniform(0, 0.01))


def _something(workspace: FieldWorkspace, chance: random.Random, token: str) -> Command:
    """A command of somebody who works with what is on the screen, in which the token is typed somewhere."""
    contacts = workspace.contact_ids(Query())
    contact = chance.choice(contacts) if contacts else ""
    what = chance.randrange(10) if contact else 9
    if what < 3:
        return LogActivity(table="contacts", record_id=contact, kind="note", body=token)
    if what < 7:
        return EditContact(
            contact_id=contact, values={chance.choice(["city", "title", "description", "first_name"]): token}
        )
    if what == 7:
        return TagRecords(table="contacts", ids=(contact,), add=(token,))
    if what == 8:
        catalog = workspace.catalog()
        cards = workspace.board(catalog.pipelines[0].id, Query())
        if cards:
            card = chance.choice(cards)
            ahead = catalog.stage(card.stage_id).next_stage_ids
            return MoveDeal(
                deal_id=card.id,
                stage_id=chance.choice(ahead or (card.stage_id,)),
                from_stage_id=card.stage_id,
            )
    return CreateContact(values={"first_name": token, "last_name": "New"})


def main() -> None:
    """Forks for every job; ends, and its children with it, when nobody gives it any more."""
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)  # nobody waits for the killed
    os.setpgrp()
    for line in sys.stdin:
        job = Job(**json.loads(line))
        child = os.fork()
        if child == 0:
            try:
                job.run()
            except BaseException as error:
                Path(f"{job.folder}.failed").write_text(f"{type(error).__name__}: {error}")
                raise
            finally:
                os._exit(1)
        print(child, flush=True)
    os.killpg(os.getpgrp(), signal.SIGKILL)


def as_line(job: Job) -> str:
    """A job as `main` reads it."""
    return json.dumps(asdict(job)) + "\n"


if __name__ == "__main__":
    main()
