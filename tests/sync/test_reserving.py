"""Two people never both have the same contact for sure: at the office, in the field, while time runs out and lines break."""

from __future__ import annotations

import random
import threading
import time
from pathlib import Path
from typing import Any

from core.errors import OffhookError
from tests.postgres.floor import Floor
from tests.postgres.rooms import Rooms
from tests.sync.desks import desks_behind_a_proxy

SECONDS = 2
"""How long a reservation lasts: short enough to run out in the race."""


def test_nobody_is_promised_a_contact_that_a_colleague_was_promised(floor: Floor, tmp_path: Path) -> None:
    contacts = [floor.contact("East"), floor.contact("East", 1)]
    promised: list[tuple[str, str, float, float]] = []
    done = threading.Event()
    rooms = Rooms(floor)

    def call_on(who: str, workspace: Any, seed: int) -> None:
        chance = random.Random(seed)
        while not done.is_set():
            contact = chance.choice(contacts)
            began = time.monotonic()
            try:
                said = workspace.reserve(contact, seconds=SECONDS)
            except OffhookError:
                continue
            if not (said.ok and said.confirmed):
                continue
            # From when it was surely had, to when it was surely still had.
            got = time.monotonic()
            time.sleep(chance.random() * 0.1)
            still = min(time.monotonic(), began + SECONDS)
            # Some are given back, and some are let run out, as by who has crashed.
            promised.append((who, contact, got, still))
            if chance.random() < 0.7:
                workspace.release(contact)

    with desks_behind_a_proxy(floor, tmp_path) as desks:
        assert desks.proxy is not None
        field = [desks.ready("ann"), desks.ready("ben")]
        people = [(desk.login, desk.workspace) for desk in field]
        people += [(login, rooms.open(login)) for login in ("mia", "ada")]
        threads = [threading.Thread(target=call_on, args=(*one, seed)) for seed, one in enumerate(people)]
        for thread in threads:
            thread.start()
        for _ in range(4):
            time.sleep(0.9)
            desks.proxy.cut()
        done.set()
        for thread in threads:
            thread.join()
    rooms.close()
    for contact in contacts:
        had = sorted((got, still, who) for who, of, got, still in promised if of == contact)
        assert len({who for _, _, who in had}) > 1, "it went from hand to hand"
        for one in had:
            for other in had:
                apart = one[2] == other[2] or one[1] < other[0] or other[1] < one[0]
                assert apart, (one, other)
