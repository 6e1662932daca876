"""What `export` writes is a table again, with the same texts in it."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from core.cells import restored
from core.encoding import encoder
from core.ids import new_id
from core.imports.values.lists import split_list
from core.text import clean_line, clean_tag, clean_text
from core.vcard import vcard
from importing.reading import open_tables

one_file = settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=25)
lines = st.text(max_size=20).map(clean_line)
texts = st.text(alphabet=st.one_of(st.characters(), st.sampled_from("\n\t'=+-@;,\"")), max_size=40).map(
    clean_text
)
tags = st.lists(st.text(min_size=1, max_size=8).map(clean_tag).filter(bool), unique=True, max_size=3)
labels = st.sampled_from(["work", "mobile", "home", "main", "other", "fax", "reception"])
phones = st.lists(
    st.tuples(st.sampled_from(["+493012345678", "+493012345678;ext=12", "+14155550100"]), labels), max_size=3
)


def rows_of(path: Path) -> list[dict[str, str]]:
    """All rows of a file by header, as an import sees them."""
    (table,) = open_tables(path)
    return [dict(zip(table.headers, row.cells, strict=True)) for row in table.rows()]


@given(names=st.lists(st.tuples(lines, lines.filter(bool), texts), min_size=1, max_size=5))
@one_file
@pytest.mark.parametrize("excel", [False, True])
def test_a_csv_gives_back_every_text(
    tmp_path: Path, names: Sequence[tuple[str, str, str]], excel: bool
) -> None:
    rows = [
        {"id": new_id(), "first_name": first, "last_name": last, "email": "ann@x.example", "phone": "+493012345678", "description": note}
        for first, last, note in names
    ]  # fmt: skip
    path = tmp_path / "contacts.csv"
    path.write_bytes(b"".join(encoder("csv", excel=excel)(rows)))
    assert [{name: restored(cell) for name, cell in row.items()} for row in rows_of(path)] == rows


@given(first=lines, last=lines.filter(bool), company=lines, note=texts, points=phones, held=tags)
@one_file
def test_a_card_gives_back_a_contact(
    tmp_path: Path,
    first: str,
    last: str,
    company: str,
    note: str,
    points: list[tuple[str, str]],
    held: list[str],
) -> None:
    row: dict[str, Any] = {
        "id": new_id(), "first_name": first, "last_name": last, "company": company, "email": "ann@x.example", "email_label": "work",
        "tags": ", ".join(held), "description": note,
    }  # fmt: skip
    for place, (value, label) in enumerate(points, 1):
        column = "phone" if place == 1 else f"phone_{place}"
        row |= {column: value, f"{column}_label": label}
    path = tmp_path / "contacts.vcf"
    path.write_bytes(vcard(row).encode())
    (read,) = rows_of(path)
    for name, value in row.items():
        if name != "tags":
            assert read.get(name, "") == value, name
    assert sorted(split_list(read.get("tags", ""))) == sorted(split_list(row["tags"]))
