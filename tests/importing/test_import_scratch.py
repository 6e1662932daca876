"""What a dry run remembers can be read by nobody else."""

from __future__ import annotations

from pathlib import Path

from core.ids import new_id
from core.imports.shapes import Probe
from importing.known import new_held
from importing.scratch import Scratch


def test_records_come_back_as_they_were_put_and_nothing_of_them_can_be_read(tmp_path: Path) -> None:
    scratch = Scratch()
    values = {
        "first_name": "Łena",
        "last_name": "Zweig",
        "emails": ({"value": "lena@acme.com", "label": "work"},),
    }
    held = new_held("contacts", new_id(), values, "Acme")
    other = new_held("contacts", new_id(), {"last_name": "Stone"}, "")
    scratch.put([held, other])
    held.put({"title": "CEO"})
    scratch.put([held])
    found = scratch.find(
        "contacts", [Probe(emails=("lena@acme.com",)), Probe(names=("stone",)), Probe(names=("x",))]
    )
    assert [set(ids) for ids in found] == [{held.id}, {other.id}, set()]
    again = scratch.get(held.id)
    assert again is not None
    assert (again.row, again.company) == (held.row, "Acme")
    assert scratch.get(new_id()) is None
    copy = tmp_path / "copy"
    scratch._connection.execute("COMMIT")
    scratch._connection.execute("VACUUM INTO ?", (str(copy),))
    kept = copy.read_bytes().lower()
    assert len(kept) > 1000
    assert not any(word in kept for word in (b"zweig", b"acme", b"stone", b"title", b"ceo"))
    scratch.close()
