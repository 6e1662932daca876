"""A desk in a test: a workspace of one's own, a folder of files, and an importer."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from core.filters import Query
from core.imports.shapes import Importer, Job, Options, Progress, Report, Step
from core.workspace import Workspace
from importing.importer import open_importer


def silent(_step: Step) -> None:
    """Nobody looks how far it is."""


@dataclass
class Desk:
    """Where files are brought in."""

    workspace: Workspace
    folder: Path
    clock: Callable[[], dt.datetime]
    importer: Importer = field(init=False)

    def __post_init__(self) -> None:
        self.importer = open_importer(self.workspace, self.journals, clock=self.clock)

    @property
    def journals(self) -> Path:
        return self.folder / "journals"

    def file(self, name: str, *lines: str) -> Path:
        """A file of these lines."""
        path = self.folder / name
        path.parent.mkdir(exist_ok=True)
        path.write_text("".join(f"{line}\n" for line in lines), encoding="utf-8")
        return path

    def open(self, *files: Path, answers: Mapping[str, str] | None = None, **options: Any) -> Job:
        job = self.importer.open(files, Options(**options), silent)
        for question, value in (answers or {}).items():
            job.answer(question, value)
        return job

    def bring(self, *files: Path, progress: Progress = silent, **options: Any) -> Report:
        """Imports files. What the dry run says beforehand is what comes."""
        job = self.open(*files, **options)
        told = job.preview(silent)
        report = job.run(progress)
        assert numbers(told) == numbers(report)
        assert told.dry
        assert not report.dry
        assert told.made == report.made
        return report

    def rows(self, table: str) -> list[dict[str, Any]]:
        """All records of a table as export gives them."""
        return list(self.workspace.export(table, Query()))

    def contacts(self) -> dict[str, Any]:
        """All contacts by their names."""
        lines = self.workspace.contacts(Query(), limit=1000)
        return {
            f"{one.first_name} {one.last_name}".strip(): self.workspace.record("contacts", one.id)
            for one in lines
        }

    def companies(self) -> dict[str, Any]:
        """All companies by their names."""
        return {one.name: one for one in self.workspace.companies("", limit=1000)}

    def deals(self) -> dict[str, Any]:
        """All deals by their titles."""
        found = {}
        for pipeline in self.workspace.catalog().pipelines:
            for card in self.workspace.board(
                pipeline.id, Query(), closed_since=dt.datetime(1990, 1, 1, tzinfo=dt.UTC)
            ):
                found[card.title] = self.workspace.record("deals", card.id)
        return found


def numbers(report: Report) -> dict[str, int]:
    """What a report counts. Each row is in exactly one of five numbers."""
    names = ("rows", "imported", "updated", "unchanged", "skipped", "refused", "duplicates")
    found = {name: getattr(report, name) for name in names}
    assert found["rows"] == sum(found[name] for name in names[1:6])
    return found


def steps(raising_at: int, error: BaseException) -> Callable[[Step], None]:
    """Progress that ends an import before a step."""
    seen: list[Step] = []

    def progress(step: Step) -> None:
        seen.append(step)
        if len(seen) > raising_at:
            raise error

    return progress


Lines = Sequence[str]
