"""How an import is told: to a person in lines, to a program as JSON."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Sequence
from typing import Any

from cli.output import say, styled, table
from core.catalog import Catalog
from core.imports.shapes import Past, Problem, Question, Report, TableView, Undone
from core.text import printable
from tui.models.detail import Detail
from tui.models.import_mapping import Mapping
from tui.models.import_words import GO, OPTION

_KEPT = 20
"""What stays of an import that is taken back, for a person to read; the rest is counted."""


# --- for programs -------------------------------------------------------------------------------------------------


def as_json(views: Sequence[TableView], report: Report, questions: Sequence[Question]) -> dict[str, Any]:
    """The answer to `import`.

    Args:
        views: the tables.
        report: what came of them, or would.
        questions: what is still open.
    """
    largest = max(views, key=lambda view: view.rows)
    return {
        "id": report.id,
        "source": largest.source,
        "encoding": largest.encoding,
        "delimiter": largest.delimiter,
        "mapping": _mapping(largest),
        "rows": report.rows,
        "imported": report.imported,
        "updated": report.updated,
        "unchanged": report.unchanged,
        "duplicates": report.duplicates,
        "skipped": report.skipped,
        "refused": report.refused,
        "errors": [_problem(one) for one in report.problems],
        "rejects_file": report.rejects_file or None,
        "rejects_files": list(report.rejects_files),
        "files": [_file(view) for view in views],
        "unmapped": _unmapped(largest),
        "warnings": [_problem(one) for one in report.warnings],
        "made": dict(report.made),
        "questions": [question_json(one) for one in questions],
        "dry_run": report.dry,
        "seconds": round(report.seconds, 2),
    }


def _mapping(view: TableView) -> dict[str, str]:
    return {guess.target: guess.header for guess in view.guesses if guess.target}


def _unmapped(view: TableView) -> list[str]:
    return [guess.header for guess in view.guesses if not guess.target]


def _file(view: TableView) -> dict[str, Any]:
    return {
        "file": view.file, "table": view.name, "kind": view.kind, "source": view.source, "entity": view.entity,
        "encoding": view.encoding, "delimiter": view.delimiter, "rows": view.rows, "mapping": _mapping(view),
        "unmapped": _unmapped(view), "notes": list(view.notes),
    }  # fmt: skip


def _problem(problem: Problem) -> dict[str, Any]:
    return problem._asdict()


def question_json(question: Question) -> dict[str, Any]:
    """A question as a program sees it, which answers with --answer."""
    return {
        "id": question.id, "kind": question.kind, "text": question.text, "rows": question.rows,
        "samples": list(question.samples), "options": [option._asdict() for option in question.options],
        "default": question.default or None,
    }  # fmt: skip


def past_json(past: Past) -> dict[str, Any]:
    """An import that there was."""
    return {
        "id": past.id, "name": past.name, "source": past.source, "who": past.who, "state": past.state,
        "started_at": past.started_at, "rows": past.rows, "imported": past.imported, "updated": past.updated,
        "unchanged": past.unchanged, "skipped": past.skipped, "refused": past.refused,
        "resumable": past.resumable, "mine": past.mine,
    }  # fmt: skip


# --- for people ---------------------------------------------------------------------------------------------------


def tell_tables(views: Sequence[TableView], catalog: Catalog) -> None:
    """Says what the files were recognised as, and what each of their columns was taken for."""
    shown = Mapping(views, catalog)
    for place, (view, name) in enumerate(zip(views, shown.names, strict=True)):
        shown.index = place
        if place:
            say()
        say(f"{styled(printable(name), 'bold')}  {printable(shown.headline)}")
        columns = [row for row in shown.rows() if not row.goes_on]
        cells = [
            (row.header, row.field, f"{row.level.sign} {row.level.word}", row.samples)
            for row in columns
            if row.target
        ]
        for line in table(cells, flexible=(3, 0, 1), heads=("COLUMN", "GOES TO", "", "SAMPLES"), indent=2):
            say(line)
        if left := [row for row in columns if not row.target]:
            say("  Left out:")
            for line in table([(row.header, row.samples) for row in left], flexible=(1, 0), indent=4):
                say(line)
        for note in view.notes:
            say(f"  {printable(note)}")


def tell_details(rows: Iterable[Detail]) -> None:
    """Writes labels and values below their headings. What the application has keys for is left out."""
    title, group = "", list[tuple[str, str]]()
    for row in rows:
        if row.field == GO or row.field.startswith(OPTION):
            continue
        if row.style == "heading":
            _tell_group(title, group)
            title, group = row.value, []
            continue
        first, *rest = row.value.splitlines() or [""]
        group += [(row.label, first), *(("", f"  {line}") for line in rest)]
    _tell_group(title, group)


def _tell_group(title: str, group: Sequence[tuple[str, str]]) -> None:
    if group and title:
        say(styled(printable(title), "bold"))
    for line in table(group, indent=2):
        say(line)


def tell_undone(undone: Undone) -> None:
    """Says what came of taking an import back."""
    from core.commands.base import counted

    say(
        f"Taken back: {counted(undone.removed, 'record')} removed, {counted(undone.restored, 'record')} as before."
    )
    if undone.kept:
        say("Kept, since people have worked with it:")
        for sentence in undone.kept[:_KEPT]:
            say(f"  {printable(sentence)}")
        if len(undone.kept) > _KEPT:
            say(f"  … and {len(undone.kept) - _KEPT:,} more (all of them with --json).")


def hint(text: str) -> None:
    """Says to a person what can be done next; on standard error, since it is no answer."""
    sys.stderr.write(f"{printable(text)}\n")
