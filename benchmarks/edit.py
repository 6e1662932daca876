"""Times a local edit until it is durable: `workspace.execute`, in one process, with nothing on a screen.

Run by the scenario `edit` as a process of its own, so that what it imports does not weigh on the harness.
Prints JSON: `{"samples": [milliseconds, …]}`, or `{"skip": reason}` where there is no workspace to be had.
"""

from __future__ import annotations

import argparse
import gc
import importlib
import json
import sys
import time
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from contextlib import AbstractContextManager

    from core.workspace import Workspace

NEEDS = ("cli.session", "storage.solo")
"""What must be there for a workspace to be opened as the program itself does it."""
CITIES = ("Graz", "Linz", "Wels", "Enns")


def open_workspace() -> AbstractContextManager[Workspace]:
    """The sample workspace under OFFHOOK_HOME."""
    from cli.session import Session

    return Session(demo=True).open()


def time_edits(workspace: Workspace, count: int) -> list[float]:
    """Milliseconds that each of so many edits takes, spread over as many contacts as there are.

    Raises:
        RuntimeError: an edit was not applied.
    """
    from core.commands.contacts import EditContact
    from core.filters import EVERYTHING

    contacts = workspace.contacts(EVERYTHING, limit=count + 1)
    if not contacts:
        raise RuntimeError("there are no contacts to edit")
    samples = []
    gc.collect()
    gc.freeze()
    for turn in range(count + 1):
        contact = contacts[turn % len(contacts)]
        city = next(city for city in CITIES[turn % len(CITIES) :] + CITIES if city != contact.city)
        start = time.perf_counter()
        answer = workspace.execute(EditContact(contact_id=contact.id, values={"city": city}))
        samples.append((time.perf_counter() - start) * 1000)
        if not answer.applied:
            raise RuntimeError(f"an edit was not applied: {answer.reason}")
    return samples[1:]  # the first one prepares statements


def main() -> int:
    """Opens, measures, prints."""
    parser = argparse.ArgumentParser(description="Times local edits.")
    parser.add_argument("--count", type=int, default=200)
    count = parser.parse_args().count
    try:
        for module in NEEDS:
            importlib.import_module(module)
    except ImportError as error:
        print(json.dumps({"skip": f"no workspace to open: {error}"}))
        return 0
    with open_workspace() as workspace:
        print(json.dumps({"samples": time_edits(workspace, count)}))
    return 0


if __name__ == "__main__":
    sys.exit(main())
