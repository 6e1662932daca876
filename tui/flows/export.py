"""Writing contacts to a file that other programs read."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from itertools import count
from pathlib import Path
from typing import TYPE_CHECKING

from core.changes import Row
from core.encoding import encoder, write_new
from core.errors import Invalid, OffhookError
from core.filters import Query, Test
from core.workspace import Workspace
from tui.dialogs.prompt import Prompt

if TYPE_CHECKING:
    from tui.screens.base import DeskScreen

FORMATS = ("csv", "vcf", "json")


def these(ids: Sequence[str]) -> Query:
    """The query that lets through these contacts and no others."""
    return Query(where=Test("id", "in", tuple(ids)))


async def export_contacts(
    screen: DeskScreen, query: Query, number: int, *, chosen: Callable[[str], bool] = lambda _: True
) -> None:
    """Asks for a file and writes contacts to it; in which format, its name says.

    Args:
        screen: where it is asked, and said what came of it.
        query: which contacts.
        number: how many they are, for the question.
        chosen: tells by id which of them.
    """
    today = screen.desk.now.astimezone(screen.desk.zone).date()
    typed = await screen.app.push_screen_wait(
        Prompt(
            f"Export {number:,} contact{'s' if number != 1 else ''}",
            label="To a file. Its name says how: .csv for spreadsheets, .vcf for address books, .json for programs.",
            value=shown(free_name(Path.home(), f"offhook-contacts-{today.isoformat()}", "csv")),
            check=usable(FORMATS, "contacts.csv"),
        )
    )
    if typed is None:
        return
    path = path_of(typed)

    def write(workspace: Workspace) -> int:
        rows = _Counted(row for row in workspace.export("contacts", query) if chosen(str(row["id"])))
        write_new(path, encoder(path.suffix[1:].lower())(rows))
        return rows.number

    screen.say("Exporting …")
    try:
        with screen.offhook.type_ahead.not_asking():
            written = await screen.desk.read(write)
    except OffhookError as error:
        screen.say(str(error), problem=True)
        return
    screen.say(f"Wrote {written:,} contact{'s' if written != 1 else ''} to {shown(path)}")


class _Counted:
    """Rows that are counted while they pass."""

    def __init__(self, rows: Iterator[Row]) -> None:
        self.number = 0
        self._rows = rows

    def __iter__(self) -> Iterator[Row]:
        for row in self._rows:
            self.number += 1
            yield row


def free_name(folder: Path, stem: str, form: str) -> Path:
    """A file in a folder that is not there yet: `contacts.csv`, `contacts-2.csv`."""
    for number in count(1):
        path = folder / f"{stem}{f'-{number}' if number > 1 else ''}.{form}"
        if not path.exists():
            return path
    raise AssertionError("numbers do not end")


def shown(path: Path) -> str:
    """A path as people write it: from `~` on where it is at home."""
    home = Path.home()
    return f"~/{path.relative_to(home).as_posix()}" if path.is_relative_to(home) else str(path)


def path_of(typed: str) -> Path:
    """The file that was named."""
    return Path(typed.strip()).expanduser()


def usable(forms: Sequence[str], example: str) -> Callable[[str], None]:
    """What says what is wrong with a file's name, before anything is read.

    Args:
        forms: how it may end, without the dot.
        example: a name, without its folder.
    """

    def check(typed: str) -> None:
        path = path_of(typed)
        if not typed.strip() or path.is_dir():
            raise Invalid({"path": f"Name a file, as in ~/{example}."})
        if path.suffix[1:].lower() not in forms:
            *most, last = (f".{form}" for form in forms)
            raise Invalid(
                {
                    "path": f"End the name with {', '.join(most)} or {last}; “{path.suffix or path.name}” says"
                    " nothing."
                }
            )
        if path.exists():
            raise Invalid(
                {"path": f"{shown(path)} is there already. Nothing is overwritten: take another name."}
            )
        if not path.parent.is_dir():
            raise Invalid({"path": f"There is no folder {shown(path.parent)}."})

    return check
