"""A program that writes into a workspace until it is killed, and says what it was promised.

Run as `python writer.py FILE NAME`. For each command that was answered it prints its id on one line, unbuffered.
"""

from __future__ import annotations

import os
import sys
from pathlib import Path

from core.commands.contacts import CreateContact
from storage.solo import open_solo


def main() -> None:
    path, name = Path(sys.argv[1]), sys.argv[2]
    most = int(sys.argv[3]) if len(sys.argv) > 3 else sys.maxsize
    workspace = open_solo(path)
    os.write(1, b"ready\n")
    for n in range(most):
        phone = {"value": f"+4930{n:07}", "label": "work"}
        answer = workspace.execute(
            CreateContact(
                values={"first_name": name, "last_name": f"No {n}", "phones": (phone,)}, company_name="Acme"
            )
        )
        assert answer.applied, answer.reason
        os.write(1, f"{answer.changeset.id}\n".encode())
    workspace.close()


if __name__ == "__main__":
    main()
