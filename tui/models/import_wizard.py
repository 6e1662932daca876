"""An import that is being prepared: what was set, asked and found. Knows no terminal."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from core.catalog import Catalog
from core.imports.shapes import Job, Options, Question, Report, TableView
from tui.models.detail import Detail
from tui.models.import_mapping import Mapping
from tui.models.import_words import Asked, preview


@dataclass
class Wizard:
    """One import on its way to being begun.

    Attributes:
        job: what the files come to.
        files: what they are called.
        mapping: what the columns mean.
        options: what is said of the whole import.
        asked: questions that were answered, in their order.
        report: of the dry run; None while there is none that holds.
        previewing: the preview is shown, not the columns.
    """

    job: Job
    files: str
    mapping: Mapping
    options: Options
    asked: list[Asked] = field(default_factory=list)
    report: Report | None = None
    previewing: bool = False

    @property
    def touched(self) -> bool:
        """Whether the user has set something that leaving would drop."""
        return bool(self.mapping.history or self.asked)

    @property
    def is_clean(self) -> bool:
        """Whether the dry run found nothing that somebody should look at before the rows go in."""
        report = self.report
        return report is not None and not report.refused and not report.warnings

    @property
    def about_people(self) -> bool:
        """Whether it leads to the contacts; otherwise to the pipeline."""
        return any(table.entity in ("contacts", "companies") for table in self.mapping.tables)

    def changed(self, tables: Sequence[TableView]) -> None:
        """Another mapping: the dry run does not hold any more."""
        self.mapping.renew(tables)
        self.report = None

    def answered(self, question: Question, value: str) -> None:
        """Remembers an answer, in place of an earlier one to the same question."""
        self.asked = [one for one in self.asked if one.question.id != question.id]
        self.asked.append(Asked(question, value))
        self.report = None

    def question(self, question_id: str) -> Asked | None:
        """A question that was answered."""
        return next((one for one in self.asked if one.question.id == question_id), None)

    def preview(self, catalog: Catalog) -> list[Detail]:
        """The lines of the preview."""
        return preview(self.report, self.options, self.asked, catalog) if self.report is not None else []
