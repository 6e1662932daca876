"""What the columns of files to import mean, as it is shown and corrected. Knows no terminal and asks nobody."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from typing import NamedTuple

from core.catalog import Catalog
from core.commands.base import counted
from core.imports.shapes import Column, Entity, Guess, TableView, Target
from core.imports.targets import BESIDE_POINTS, CUSTOM_FIELD, MOST_OF_A_KIND, NEW_FIELD, exact_target
from tui.models.detail import Detail
from tui.models.import_words import source_word

GO_ON = "\0go on"
"""The id of the row that goes on to the preview. No header is like it."""
LEAVE_OUT = ""
SURE, LIKELY = 0.85, 0.65
"""From which confidence on a guess is called so."""
_NUMBER = re.compile(rf"_\d+(?=(?:{'|'.join(BESIDE_POINTS)})?$)")
_WITH_FIELDS = ("companies", "contacts", "deals")
"""What can have custom fields."""
_GROUPS: dict[Entity, str] = {
    "companies": "Company",
    "contacts": "Contact",
    "deals": "Deal",
    "activities": "Timeline",
    "tasks": "Task",
}


class Level(NamedTuple):
    """How sure a guess is: a sign, a word, and the style of a list's cell."""

    sign: str
    word: str
    style: str


_SURE = Level("✓", "sure", "won")
_LIKELY = Level("≈", "likely", "planned")
_UNSURE = Level("?", "unsure", "warning")
_SET = Level("✓", "you said", "won")
_OUT = Level("–", "", "muted")


class MappingRow(NamedTuple):
    """A column as the list shows it; or what goes on to the preview.

    Attributes:
        id: the header, or `GO_ON`.
        header: the column.
        target: where it goes; empty: it is left out.
        field: what people call that.
        level: how sure that is.
        samples: values of it, in one line.
        why: in a few words.
        filled: in how many rows it says something.
    """

    id: str
    header: str
    target: str
    field: str
    level: Level
    samples: str
    why: str
    filled: int

    @property
    def goes_on(self) -> bool:
        """Whether it is what goes on to the preview."""
        return self.id == GO_ON


class FieldChoice(NamedTuple):
    """A field that a column can go to, for choosing.

    Attributes:
        id: the target's name; for a heading nothing.
        label: what people call it.
        detail: the column that has it at the moment, or more about it.
        heading: it only stands over others.
    """

    id: str
    label: str
    detail: str = ""
    heading: bool = False


class Change(NamedTuple):
    """What was set for a column, and what it was before: one step of `u`.

    Attributes:
        table: the table's key (see `Mapping.key`): tables change their order with what their rows are.
        header: the column.
        before: where it went; empty: it was left out.
    """

    table: str
    header: str
    before: str


Step = tuple[Change, ...]
"""What was set at once: one column, or two that changed places."""


class Mapping:
    """The tables of an import with what their columns mean.

    Attributes:
        index: the table that is shown.
        history: what was changed, the latest last.
    """

    def __init__(self, tables: Sequence[TableView], catalog: Catalog) -> None:
        self._catalog = catalog
        self._tables = tuple(tables)
        self._said: set[tuple[str, str]] = set()
        self._guessed: dict[tuple[str, str], Guess] = {}
        self.history: list[Step] = []
        self.index = next((n for n in range(len(tables)) if self._first_open(n)), 0)

    def renew(self, tables: Sequence[TableView]) -> None:
        """Takes the tables as they are after a change; the one that is shown stays, wherever it is now."""
        shown = self.key
        self._tables = tuple(self._as_guessed(table) for table in tables)
        self.show(shown)

    def _as_guessed(self, table: TableView) -> TableView:
        """The table, its columns that are back where they were guessed to go as sure, or unsure, as they were then."""
        key = _key(table)

        def first(guess: Guess) -> Guess:
            before = self._guessed.get((key, guess.header))
            again = before is not None and before.target == guess.target
            return before if before is not None and again and (key, guess.header) not in self._said else guess

        return table._replace(guesses=tuple(map(first, table.guesses)))

    # --- tables -------------------------------------------------------------------------------------------------

    @property
    def tables(self) -> tuple[TableView, ...]:
        """All tables, in the order in which they are brought in."""
        return self._tables

    @property
    def table(self) -> TableView:
        """The one that is shown."""
        return self._tables[self.index]

    @property
    def key(self) -> str:
        """What the table that is shown is known by, wherever it stands among the others."""
        return _key(self.table)

    def show(self, key: str) -> None:
        """Goes to a table."""
        self.index = self.place(key)

    def place(self, key: str) -> int:
        """Where a table stands now."""
        return next((n for n, table in enumerate(self._tables) if _key(table) == key), 0)

    def turn(self, step: int) -> bool:
        """Goes to another table, round and round; False where there is only one."""
        self.index = (self.index + step) % len(self._tables)
        return len(self._tables) > 1

    @property
    def rows_in_all(self) -> int:
        """Rows of data of all tables."""
        return sum(table.rows for table in self._tables)

    @property
    def headline(self) -> str:
        """What the table is, in a line: `1,204 rows of contacts · HubSpot · CSV, UTF-8, “;”`."""
        table = self.table
        form = [
            table.kind.upper(),
            _encoding(table.encoding),
            f"“{_visible(table.delimiter)}”" * bool(table.delimiter),
        ]
        parts = [
            f"{counted(table.rows, 'row')} of {table.entity}",
            source_word(table.source),
            ", ".join(part for part in form if part),
        ]
        return " · ".join(part for part in parts if part)

    @property
    def names(self) -> list[str]:
        """What the tables are called, for choosing among them: each name once."""
        files = Counter(table.file for table in self._tables)
        # Files of different folders can be called the same.
        seen: Counter[str] = Counter()
        names = []
        for table in self._tables:
            name = table.file
            if table.name and files[table.file] > 1:
                name = table.name if self._is_one_file else f"{table.file} › {table.name}"
            seen[name] += 1
            names.append(f"{name} ({seen[name]})" if seen[name] > 1 else name)
        return names

    @property
    def _is_one_file(self) -> bool:
        """Whether all tables are of one file, so that their own names tell them apart."""
        return len(self._tables) > 1 and len({table.file for table in self._tables}) == 1

    @property
    def crumbs(self) -> list[str]:
        """Where one is: the table, below its file where that is told only here."""
        name = self.names[self.index]
        return [self.table.file, name] if self._is_one_file and self.table.name else [name]

    # --- columns ------------------------------------------------------------------------------------------------

    def rows(self) -> list[MappingRow]:
        """What goes on, then the columns of the table in their order."""
        table = self.table
        taken = sum(bool(guess.target) for guess in table.guesses)
        open_ = [guess for guess in table.guesses if self._level(self.table, guess) is _UNSURE]
        look = f"{counted(len(open_), 'column')} to look at first" if open_ else "To the preview"
        first = MappingRow(
            GO_ON,
            "Go on",
            "",
            f"{taken} of {len(table.guesses)} go in",
            Level("▶", "", "strong"),
            look,
            "",
            0,
        )
        return [
            first,
            *(self._row(guess, column) for guess, column in zip(table.guesses, table.columns, strict=True)),
        ]

    def _row(self, guess: Guess, column: Column) -> MappingRow:
        return MappingRow(
            guess.header, guess.header, guess.target, self.label(guess.target) if guess.target else "left out",
            self._level(self.table, guess), " · ".join(column.samples), guess.why, column.filled,
        )  # fmt: skip

    def _level(self, table: TableView, guess: Guess) -> Level:
        if (_key(table), guess.header) in self._said:
            return _SET if guess.target else _OUT
        if not guess.target:
            return _OUT
        return _SURE if guess.confidence >= SURE else _LIKELY if guess.confidence >= LIKELY else _UNSURE

    def _first_open(self, place: int) -> str:
        """The header of the first column of a table that is to be looked at; empty: none is."""
        table = self._tables[place]
        return next((guess.header for guess in table.guesses if self._level(table, guess) is _UNSURE), "")

    @property
    def cursor_id(self) -> str:
        """Where the cursor begins: on the first column that is unsure, or else on what goes on."""
        return self._first_open(self.index) or GO_ON

    def guess_of(self, header: str) -> Guess:
        """What a column of the table probably means."""
        return next(guess for guess in self.table.guesses if guess.header == header)

    def label(self, target: str) -> str:
        """What people call a target: `E-mail 2`, `New field: Region`."""
        if target.startswith(NEW_FIELD):
            return f"New field: {target.removeprefix(NEW_FIELD)}"
        table = self.table
        found = next((one for one in table.targets if one.name == target), None)
        found = found or exact_target(target, table.entity, self._catalog)
        return found.label if found is not None else target

    def details(self, row: MappingRow) -> list[Detail]:
        """All that is known of a column."""
        if row.goes_on:
            return self._about_table()
        table = self.table
        column = next(one for one in table.columns if one.header == row.header)
        arrow = row.field if row.target else "left out"
        sure = f"{row.level.sign} {row.level.word}" if row.target else ""
        return [
            Detail("Column", row.header, style="strong"),
            Detail("Goes to", " · ".join(part for part in (arrow, sure, row.why) if part)),
            Detail("Filled", f"{column.filled:,} of {counted(table.rows, 'row')}"),
            Detail("Values", " · ".join(column.samples) or "none"),
        ]

    def _about_table(self) -> list[Detail]:
        left = [guess.header for guess in self.table.guesses if not guess.target]
        return [
            Detail(
                "Next", "The preview: what would become of every row. Nothing is written before you say so."
            ),
            *(Detail("Note", note) for note in self.table.notes),
            *([Detail("Left out", ", ".join(left))] if left else []),
        ]

    # --- choosing a field ---------------------------------------------------------------------------------------

    def choices(self, header: str, *, may_define: bool) -> list[FieldChoice]:
        """What a column can go to: out, a new custom field, then all fields by what they are of.

        Args:
            header: the column.
            may_define: the user may make custom fields.
        """
        table = self.table
        found = [FieldChoice(LEAVE_OUT, "Leave out", "The column is not brought in")]
        if may_define and table.entity in _WITH_FIELDS:
            new = f"{NEW_FIELD}{header}"
            found.append(FieldChoice(new, "New custom field", "Called like the column; made with the import"))
        groups: dict[str, list[Target]] = {}
        for target in table.targets:
            custom = target.name.startswith(CUSTOM_FIELD)
            groups.setdefault("Custom fields" if custom else _GROUPS[target.entity], []).append(target)
        own = _GROUPS[table.entity]
        for title in sorted(groups, key=lambda one: one != own):
            found.append(FieldChoice("", title, heading=True))
            found += [FieldChoice(one.name, one.label, self._used(one, header)) for one in groups[title]]
        return found

    def _used(self, target: Target, header: str) -> str:
        names = [target.name]
        if target.many:
            names += [numbered(target.name, n) for n in range(2, MOST_OF_A_KIND + 1)]
        holders = [holder for name in names if (holder := self.holder(name, but=header))]
        # Its name, too: that is how people type it (`email` is no part of `E-mail`).
        name = "" if target.name.startswith(CUSTOM_FIELD) else target.name
        return " ".join(part for part in (name, f"← {', '.join(holders)}" if holders else "") if part)

    def holder(self, target: str, *, but: str = "") -> str:
        """The column that goes to a target; empty: none does."""
        return next(
            (
                one.header
                for one in self.table.guesses
                if one.target == target and one.header != but and target
            ),
            "",
        )

    def free(self, target: str, header: str) -> str:
        """The name under which a column can have a target that can be taken more than once: `email`, then `email_2`."""
        found = next((one for one in self.table.targets if one.name == target), None)
        if found is None or not found.many:
            return target
        names = [target, *(numbered(target, n) for n in range(2, MOST_OF_A_KIND + 1))]
        return next((name for name in names if not self.holder(name, but=header)), target)

    # --- what was changed ---------------------------------------------------------------------------------------

    def note(self, changes: Iterable[Change]) -> None:
        """Remembers what the user has set at once, so that it can be taken back."""
        step = tuple(changes)
        for change in step:
            table = self._tables[self.place(change.table)]
            guess = next(one for one in table.guesses if one.header == change.header)
            self._guessed.setdefault((change.table, change.header), guess)
        self.history.append(step)
        self._said |= {(change.table, change.header) for change in step}

    def take_back(self) -> Step:
        """What was set last, which is forgotten; nothing where nothing was set."""
        step = self.history.pop() if self.history else ()
        still = {(change.table, change.header) for one in self.history for change in one}
        self._said -= {(change.table, change.header) for change in step} - still
        return step

    def forget_table(self) -> None:
        """The columns of the table were guessed anew: nothing that was set before holds."""
        self.history = [step for step in self.history if step[0].table != self.key]
        self._said = {one for one in self._said if one[0] != self.key}
        self._guessed = {one: guess for one, guess in self._guessed.items() if one[0] != self.key}

    def guessed(self, header: str) -> str:
        """Where a column was guessed to go before anything was set for it; empty: it was left out."""
        return self._guessed.get((self.key, header), self.guess_of(header)).target

    def change_of(self, header: str) -> Change:
        """What has to be remembered of a column before it goes elsewhere."""
        return Change(self.key, header, self.guess_of(header).target)


def _key(table: TableView) -> str:
    """What a table is known by. Files of different folders can be called the same, so that it is what is in it, too."""
    inside = [(column.header, column.filled, column.samples) for column in table.columns]
    return repr((table.file, table.name, table.rows, inside))


def numbered(target: str, number: int) -> str:
    """The name of a target that is taken again: `email_2`, `email_2_label`."""
    beside = next((end for end in BESIDE_POINTS if target.endswith(end)), "")
    return f"{target.removesuffix(beside)}_{number}{beside}"


def unnumbered(target: str) -> str:
    """The name of a target as the choices have it: `phone_2` is one of `phone`."""
    return _NUMBER.sub("", target) if not target.startswith(CUSTOM_FIELD) else target


def _encoding(name: str) -> str:
    known = {
        "utf-8": "UTF-8", "utf-8-sig": "UTF-8", "utf-16": "UTF-16", "utf-16-le": "UTF-16", "utf-16-be": "UTF-16",
        "mac_roman": "Mac Roman", "ascii": "ASCII",
    }  # fmt: skip
    lower = name.lower()
    if lower.startswith("cp125"):
        return f"Windows-{name[2:]}"
    return known.get(lower, name)


def _visible(delimiter: str) -> str:
    return "tab" if delimiter == "\t" else delimiter
