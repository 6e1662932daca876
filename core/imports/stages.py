"""Where a deal stands, by what another system calls it: pipelines, stages, and whether it is won or lost."""

from __future__ import annotations

import re
from collections.abc import Mapping

from core.catalog import Catalog
from core.entities import Pipeline, Stage
from core.text import clean_line, words

NEW = "new"
"""The answer that what is unknown is made."""
_WON = frozenset(
    words("""
    won win closedwon dealwon wonclosed closewon customer signed gewonnen abgeschlossengewonnen geschlossengewonnen gagne gagnee
    fermegagne clotgagne clotgagnee ganado ganada cerradoganado cerradaganada cerradaganado ganho ganha fechadoganho fechadaganha
    vinto chiusovinto vinta gewonnengesloten gesloten wygrana wygrany zamknietewygrane vunnet vunnen vundet voitettu 成約 受注 赢单 已成交
    """)
)
_LOST = frozenset(
    words("""
    lost closedlost deallost lostclosed closelost dead verloren abgeschlossenverloren geschlossenverloren perdu perdue fermeperdu clotperdu
    clotperdue perdido perdida cerradoperdido cerradaperdida cerradaperdido fechadoperdido fechadaperdida perso persa chiusoperso verlorengesloten
    przegrana przegrany zamknieteprzegrane tapt forlorad tabt havitty 失注 输单 已丢单
    """)
)
_ABANDONED = frozenset(
    words(
        "abandoned abandon aborted cancelled canceled disqualified aufgegeben abandonne abandonado abbandonato"
    )
)
_OPEN = frozenset(
    words(
        "open offen ouvert ouverte abierto abierta aberto aberta aperto aperta open inprogress active ongoing new otwarte apen oppen aben"
    )
)
_INTERNAL_PIPELINES = {("hubspot", "default"): "Sales Pipeline"}
_IN_BRACKETS = re.compile(r"(?P<stage>.+?)\s*[(\[](?P<pipeline>[^()\[\]]+)[)\]]")


def pipeline_question(value: str) -> str:
    """The id of the question which pipeline is meant; an empty value: the one of deals that name none."""
    return f"pipeline:{clean_line(value)}"


def stage_question(pipeline: str, value: str) -> str:
    """The id of the question which stage is meant.

    Args:
        pipeline: the pipeline's name as the file has it; empty where it has none.
        value: the stage's.
    """
    return f"stage:{clean_line(pipeline)}:{clean_line(value)}"


def stage_key(name: str) -> str:
    """What two ways to write a stage's or a pipeline's name have in common: `Closed Won` and `closedwon`."""
    return "".join(words(name))


def outcome_of(value: str) -> str:
    """open, won, lost or abandoned, as a status or the name of a stage says it in any of several languages; empty where it does not."""
    key = stage_key(value)
    for outcome, known in (("won", _WON), ("lost", _LOST), ("abandoned", _ABANDONED), ("open", _OPEN)):
        if key in known:
            return outcome
    return ""


def kind_of(value: str) -> str:
    """open, won or lost, as the name of a stage says it; open where it says neither."""
    outcome = outcome_of(value)
    return {"won": "won", "lost": "lost", "abandoned": "lost"}.get(outcome, "open")


def split_stage(stage: str, pipeline: str, source: str = "") -> tuple[str, str]:
    """Stage and pipeline, where a system writes both as `Demo (Sales Pipeline)` and has, or could have, the pipeline beside it.

    A pipeline's internal name becomes the one that people see.
    """
    pipeline = _INTERNAL_PIPELINES.get((source, pipeline), pipeline)
    match = _IN_BRACKETS.fullmatch(clean_line(stage))
    if match and stage_key(match["pipeline"]) == stage_key(pipeline):
        return match["stage"], pipeline
    if match and not pipeline and "pipeline" in match["pipeline"].lower():
        return match["stage"], clean_line(match["pipeline"])
    return clean_line(stage), clean_line(pipeline)


class Stages:
    """Finds pipelines and stages by their names.

    Args:
        catalog: the pipelines there are.
        answers: by the ids of questions: the id of a pipeline or stage.
    """

    def __init__(self, catalog: Catalog, answers: Mapping[str, str]) -> None:
        self._catalog = catalog
        self._answers = answers
        self._stages = {pipeline.id: catalog.stages_of(pipeline.id) for pipeline in catalog.pipelines}

    def pipeline(self, value: str) -> Pipeline | None:
        """The pipeline that was decided on for a name, or that has it; of no name the first one."""
        decided = self._catalog.pipeline_by_id.get(self._answers.get(pipeline_question(value), ""))
        return decided or self.named(value)

    def named(self, value: str) -> Pipeline | None:
        """The pipeline of a name; the word “pipeline” in it does not matter. Of no name the first one."""
        pipelines = self._catalog.pipelines
        key = stage_key(value)
        if not key:
            return pipelines[0] if pipelines else None
        for same in (stage_key, _bare):
            for pipeline in pipelines:
                if same(pipeline.name) == same(value):
                    return pipeline
        return None

    def known(self, pipeline: Pipeline, value: str) -> Stage | None:
        """The stage of a pipeline that has the name, or is the one where such deals end (`Closed Won`)."""
        key = stage_key(value)
        for stage in self._stages[pipeline.id]:
            if stage_key(stage.name) == key:
                return stage
        return self.closing(pipeline, kind_of(value))

    def stage(self, pipeline_value: str, pipeline: Pipeline, value: str) -> Stage | None:
        """The stage that is meant, by its name or as it was decided; None where it is neither."""
        found = self.known(pipeline, value)
        if found is None:
            answer = self._answers.get(stage_question(pipeline_value, value), "")
            found = self._catalog.stage_by_id.get(answer)
        return found if found is not None and found.pipeline_id == pipeline.id else None

    def first_open(self, pipeline: Pipeline) -> Stage | None:
        """Where new deals of a pipeline start."""
        return next((stage for stage in self._stages[pipeline.id] if stage.kind == "open"), None)

    def closing(self, pipeline: Pipeline, kind: str) -> Stage | None:
        """The first won or lost stage of a pipeline; None for open."""
        if kind == "open":
            return None
        return next((stage for stage in self._stages[pipeline.id] if stage.kind == kind), None)


def _bare(name: str) -> str:
    """A pipeline's name without the word that says that it is one."""
    return "".join(word for word in words(name) if word not in ("pipeline", "pipelines")) or stage_key(name)
