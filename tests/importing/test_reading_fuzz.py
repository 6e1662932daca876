from __future__ import annotations

import csv
import io
import random
import time
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from core.imports.shapes import RawRow, Unusable
from importing.reading import open_tables

CORPUS = Path(__file__).parent / "corpus"
FILES = sorted(path for path in CORPUS.rglob("*") if path.is_file() and path.name != "README.md")


def read(path: Path) -> list[RawRow] | str:
    """Every row of every table, or why there are none. Each row is as wide as the headers, which are all different."""
    try:
        tables = open_tables(path)
        rows = []
        for table in tables:
            assert len({header.casefold() for header in table.headers}) == len(table.headers)
            for row in table.rows():
                assert len(row.cells) == len(table.headers)
                assert all(isinstance(cell, str) for cell in row.cells)
                rows.append(row)
            assert 0 <= table.share() <= 1
            assert all(isinstance(note, str) and note for note in table.notes)
    except Unusable as error:
        return str(error)
    return rows


@given(st.binary(max_size=3000))
@settings(max_examples=80, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_whatever_bytes_come_they_are_rows_or_a_sentence(tmp_path: Path, data: bytes) -> None:
    path = tmp_path / "anything"
    path.write_bytes(data)
    read(path)


@pytest.mark.parametrize("source", FILES, ids=lambda path: path.name)
def test_a_damaged_file_gives_rows_or_a_sentence(tmp_path: Path, source: Path) -> None:
    data = source.read_bytes()
    chance = random.Random(source.name)
    for number in range(25):
        path = tmp_path / f"{number}"
        path.write_bytes(_damaged(data, chance))
        begun = time.monotonic()
        read(path)
        assert time.monotonic() - begun < 5


def _damaged(data: bytes, chance: random.Random) -> bytes:
    damaged = bytearray(data)
    for _ in range(chance.randint(1, 4)):
        if not damaged:
            break
        at = chance.randrange(len(damaged))
        kind = chance.randrange(6)
        if kind == 0:
            del damaged[at:]
        elif kind == 1:
            damaged[at] ^= 1 << chance.randrange(8)
        elif kind == 2:
            until = min(len(damaged), at + chance.randint(1, 200))
            damaged[at:until] = damaged[until : until + chance.randint(0, 200)]
        elif kind == 3:
            damaged[at:at] = chance.choice(
                [b'"', b"\0", b"\r", b"\n", b",", b";", b"\xff", b"\xc3", b"{", b"</td>", b"\x1a"]
            )
        elif kind == 4:
            other = chance.choice(FILES).read_bytes()
            damaged[at:at] = other[: chance.randint(1, 400)]
        else:
            del damaged[:at]
    return bytes(damaged)


LETTERS = st.characters(
    min_codepoint=32, max_codepoint=0x17F, exclude_characters='\x7f"\\', exclude_categories=["Cc"]
)
CELLS = st.text(
    st.one_of(st.sampled_from("abcdefgh ÄéłŻñ"), st.sampled_from(',;\t|"\n'), LETTERS), max_size=12
)


@given(
    data=st.data(),
    width=st.integers(3, 7),
    delimiter=st.sampled_from(",;\t|"),
    encoding=st.sampled_from(["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "utf-32"]),
    quoting=st.sampled_from([csv.QUOTE_MINIMAL, csv.QUOTE_ALL]),
    ends=st.sampled_from(["\r\n", "\n", "\r"]),
)
@settings(max_examples=80, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_what_a_spreadsheet_writes_comes_back_the_same(
    tmp_path: Path, data, width: int, delimiter: str, encoding: str, quoting: int, ends: str
) -> None:
    headers = ["Name", "Company", "Email", "Phone", "City", "Notes", "Status"][:width]
    row = st.lists(CELLS, min_size=width - 1, max_size=width - 1)
    rows = data.draw(st.lists(row, min_size=4, max_size=12))
    # Each has a name, so that none of them is blank or looks like a total.
    rows = [[f"Person {number}", *cells] for number, cells in enumerate(rows)]
    if ends == "\r":
        # The module does not quote a line feed where lines end otherwise.
        quoting = csv.QUOTE_ALL
    written = io.StringIO()
    csv.writer(written, delimiter=delimiter, quoting=quoting, lineterminator=ends).writerows([headers, *rows])
    path = tmp_path / "table.csv"
    path.write_bytes(written.getvalue().encode(encoding))

    (table,) = open_tables(path)

    assert (table.headers, table.delimiter) == (tuple(headers), delimiter)
    assert [list(row.cells) for row in table.rows()] == rows
    assert not any(row.problem for row in table.rows())
