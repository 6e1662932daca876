"""Workbooks of Excel (XLSX, XLSM): each sheet that has something on it is a table."""

from __future__ import annotations

import datetime as dt
import re
import warnings
import zipfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing
from functools import lru_cache
from typing import IO, TYPE_CHECKING, Any

from core.imports.shapes import Unusable
from importing.reading.grid import Chunk, GridTable
from importing.reading.origin import Origin
from importing.reading.words import counted, quoted_list

if TYPE_CHECKING:
    from openpyxl import Workbook
    from openpyxl.worksheet._read_only import ReadOnlyWorksheet

_ROWS = 500
_LARGEST_PART = 400_000_000
"""Bytes of a part that has to be held in memory (the texts of all cells) when it is unpacked."""
_LARGEST = 6_000_000_000
_ERRORS = frozenset({"#N/A", "#NAME?", "#DIV/0!", "#REF!", "#NULL!", "#NUM!", "#VALUE!", "#GETTING_DATA", "#SPILL!", "#CALC!", "#FIELD!"})  # fmt: skip
_CURRENCY = re.compile(r'\[\$([^\]-]+)(?:-[0-9A-Fa-f]+)?\]|"([^"]{1,4})"|([$€£¥₹₽])')
_IN_QUOTES = re.compile(r'"[^"]*"|\\.|\[[^\]]*\]|_.|\*.')
_NOT_A_DATE = re.compile(r"Cell ([A-Z]+)(\d+) is marked as a date but the serial value ([-\d.eE+]+)")

Form = Callable[[float], str]


class SheetGrid:
    """The rows of one sheet.

    Args:
        origin: the workbook.
        title: the sheet's.
    """

    def __init__(self, origin: Origin, title: str) -> None:
        self._origin = origin
        self._title = title
        self._share = 0.0

    def share(self) -> float:
        """How much of the sheet the last `chunks` has come through, from 0 to 1."""
        return self._share

    def chunks(self) -> Iterator[Chunk]:
        """All rows, from the first one, each time."""
        self._share = 0.0
        with self._origin.seekable() as stream, closing(_book(self._origin, stream)) as book:
            sheet = book[self._title]
            part = _part(book, sheet)
            # What a sheet says of its own size is often wrong.
            sheet.reset_dimensions()
            plain = _is_plain(book)
            rows = sheet.iter_rows(values_only=plain)
            number = 1
            while True:
                taken, failed = _taken(self._origin, rows, plain)
                if not taken:
                    break
                problems = {
                    row
                    - number: f"The cell {column}{row} has the form of a date, but {value} is none: give it another form."
                    for column, row, value in failed
                    if number <= row < number + len(taken)
                }
                yield Chunk(number, taken, None, problems)
                number += len(taken)
                if part is not None:
                    self._share = min(1.0, max(0.0, (stream.tell() - part[0]) / (part[1] or 1)))
            self._share = 1.0


def open_sheets(origin: Origin) -> list[GridTable]:
    """The sheets of a workbook as tables.

    Raises:
        Unusable: it is damaged or too large, or nothing is on any sheet.
    """
    with origin.seekable() as stream, closing(_book(origin, stream)) as book:
        sheets = [(sheet.title, sheet.sheet_state == "visible") for sheet in book.worksheets]
    hidden = [title for title, visible in sheets if not visible]
    notes = (
        [f"{counted(len(hidden), 'hidden sheet', 'hidden sheets')} left out: {quoted_list(hidden)}."]
        if hidden
        else []
    )
    tables = []
    for title, visible in sheets:
        if not visible:
            continue
        name = f"{origin.member} {title}".strip() if origin.member else title
        table = GridTable(SheetGrid(origin, title), file=origin.file, name=name, kind="xlsx", notes=notes)
        if not table.empty:
            tables.append(table)
            notes = []
    if not tables:
        more = (
            " What it has is on hidden sheets: show those in the spreadsheet, and save it." if hidden else ""
        )
        raise Unusable(f"{origin.said} has no sheet with anything on it.{more}")
    return tables


def _book(origin: Origin, stream: IO[bytes]) -> Workbook:
    from openpyxl import load_workbook

    try:
        with zipfile.ZipFile(stream) as archive:
            parts = archive.infolist()
        if sum(part.file_size for part in parts) > _LARGEST or any(
            part.file_size > _LARGEST_PART for part in parts if not part.filename.startswith("xl/worksheets/")
        ):
            raise Unusable(f"{origin.said} is too large when it is unpacked. Save its sheets as CSV.")
        with warnings.catch_warnings():
            # Of what a workbook may have besides its cells.
            warnings.simplefilter("ignore")
            return load_workbook(stream, read_only=True, data_only=True, keep_links=False)
    except Unusable:
        raise
    except Exception as error:  # noqa: BLE001 - the library raises whatever a broken part leads to
        raise _damaged(origin, error) from None


def _damaged(origin: Origin, error: Exception) -> Unusable:
    reason = type(error).__name__ if not str(error) else str(error).splitlines()[0][:120]
    return Unusable(
        f"{origin.said} is a damaged workbook ({reason}). Open it in a spreadsheet, and save it as CSV."
    )


def _part(book: Workbook, sheet: ReadOnlyWorksheet) -> tuple[int, int] | None:
    """Where the sheet lies in the workbook, and how many bytes it has there."""
    try:
        part = book._archive.getinfo(sheet._worksheet_path)  # type: ignore[attr-defined]
    except (AttributeError, KeyError):
        return None
    return part.header_offset, part.compress_size


def _taken(
    origin: Origin, rows: Iterator[Sequence[Any]], plain: bool
) -> tuple[list[list[str]], list[tuple[str, int, str]]]:
    """The next rows as text, and the cells that are marked as dates and are none."""
    taken: list[list[str]] = []
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        try:
            for row in rows:
                taken.append([_said(value) for value in row] if plain else [_text(cell) for cell in row])
                if len(taken) == _ROWS:
                    break
        except Exception as error:  # noqa: BLE001 - as above
            raise _damaged(origin, error) from None
    found = (_NOT_A_DATE.match(str(warning.message)) for warning in caught)
    return taken, [(match[1], int(match[2]), match[3]) for match in found if match]


def _is_plain(book: Workbook) -> bool:
    """Whether no form of a number in the workbook says more than the number: its values are read twice as fast as its cells."""
    from openpyxl.styles.numbers import BUILTIN_FORMATS

    codes = {style.numFmtId for style in book._cell_styles}  # type: ignore[attr-defined]
    named = dict(enumerate(book._number_formats, 164))  # type: ignore[attr-defined]
    return all(
        _form(BUILTIN_FORMATS.get(code) or named.get(code, "General")) is number_text for code in codes
    )


def _text(cell: Any) -> str:
    """What a cell says, without what the spreadsheet makes of it for the eye."""
    value = cell.value
    if isinstance(value, int | float) and not isinstance(value, bool):
        return _form(cell.number_format)(value)
    return _said(value)


def _said(value: Any) -> str:
    if isinstance(value, str):
        if value[:1] == "#" and value in _ERRORS:
            return ""
        return value.replace("_x000D_", "") if "_x" in value else value
    if value is None:
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, int | float):
        return number_text(value)
    if isinstance(value, dt.datetime):
        # Excel keeps a time as a fraction of a day: half a second may be missing.
        moment: dt.datetime = (value + dt.timedelta(microseconds=500_000)).replace(microsecond=0)
        return moment.date().isoformat() if moment.time() == dt.time() else moment.isoformat(" ")
    if isinstance(value, dt.date | dt.time):
        return value.isoformat()
    if isinstance(value, dt.timedelta):
        seconds = round(value.total_seconds())
        return f"{seconds // 3600}:{seconds % 3600 // 60:02}:{seconds % 60:02}"
    return str(value)


@lru_cache(maxsize=512)
def _form(code: str) -> Form:
    """How a number of that form is told: a percentage, a currency and leading zeros say something, the rest is for the eye."""
    plain = _IN_QUOTES.sub("", code.split(";", 1)[0])
    if "%" in plain:
        return lambda value: f"{number_text(value * 100)}%"
    if re.fullmatch("0{2,}", plain):
        width = len(plain)
        return lambda value: number_text(value).zfill(width)
    if found := _CURRENCY.search(code.split(";", 1)[0]):
        sign = (found[1] or found[2] or found[3]).strip()
        if (
            sign
            and not any(c.isdigit() for c in sign)
            and (len(sign) == 3 or not sign.isascii() or "$" in sign)
        ):
            return lambda value: f"{sign} {number_text(value)}"
    return number_text


def number_text(value: float) -> str:
    """A number as a person writes it: `45000` for 45000.0, all digits of a phone number, nothing of binary fractions."""
    if isinstance(value, int):
        return str(value)
    if value != value or value in (float("inf"), float("-inf")):
        return ""
    if value.is_integer() and abs(value) < 1e22:
        return str(int(value))
    from decimal import Decimal

    # A spreadsheet shows fifteen digits; what a binary fraction has beyond them nobody has typed.
    return f"{Decimal(f'{value:.15g}'):f}"
