"""The runner: what it does with scenarios that end in different ways."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

if sys.platform == "win32":
    pytest.skip("the benchmarks need a pseudo-terminal", allow_module_level=True)

from benchmarks import app, run, scenarios
from benchmarks.app import Bench, CannotRun, Dataset, Skip
from benchmarks.floors import Floors
from benchmarks.scenarios import scenario
from benchmarks.stats import Result


@pytest.fixture
def registered(monkeypatch: pytest.MonkeyPatch) -> None:
    """Scenarios that measure nothing, in place of the real ones."""
    monkeypatch.setattr(scenarios, "SCENARIOS", {})
    monkeypatch.setattr(run, "SCENARIOS", scenarios.SCENARIOS)

    @scenario("good")
    def good(bench: Bench) -> Iterator[Result]:
        """Fine."""
        yield Result("good thing", [1.0, 2.0], bytes=[10], frames=[1])

    @scenario("elsewhere")
    def elsewhere(bench: Bench) -> Iterator[Result]:
        """Not here."""
        if bench.sizes:
            raise Skip("only on Mondays")
        yield Result("never", [0.0])

    @scenario("broken")
    def broken(bench: Bench) -> Iterator[Result]:
        """Breaks halfway."""
        yield Result("half a thing", [3.0])
        raise CannotRun("it fell over\n  | the screen")


@pytest.mark.usefixtures("registered")
class TestRun:
    def test_all_fine_is_zero(self, capsys: pytest.CaptureFixture[str]) -> None:
        assert run.main(["--scenario", "good", "elsewhere"]) == 0
        out = capsys.readouterr().out
        assert "offhook benchmarks" in out
        assert "good thing" in out
        assert "skipped: elsewhere: only on Mondays" in out

    def test_one_that_could_not_run_is_told_and_keeps_what_it_had(
        self, capsys: pytest.CaptureFixture[str]
    ) -> None:
        assert run.main([]) == 1
        out = capsys.readouterr().out
        assert "half a thing" in out
        assert "could not run: broken: it fell over\n  | the screen" in out

    def test_the_file_is_markdown(self, tmp_path: Path) -> None:
        run.main(["--out", str(tmp_path / "table.md"), "--deals", "10,20", "--size", "80x24"])
        text = (tmp_path / "table.md").read_text(encoding="utf-8")
        assert "| good thing" in text
        assert "terminal 80×24" in text
        assert "sizes compared: 10, 20 deals" in text
        assert "- could not run: broken: it fell over\n" in text
        assert "the screen" not in text

    def test_or_json_with_every_sample(self, tmp_path: Path) -> None:
        run.main(["--out", str(tmp_path / "run.json")])
        data = json.loads((tmp_path / "run.json").read_text(encoding="utf-8"))
        assert data["results"][0]["samples"] == [1.0, 2.0]

    def test_a_name_is_given_once(self) -> None:
        with pytest.raises(ValueError, match="good"):
            scenario("good")(lambda bench: iter(()))


def test_the_list_tells_what_there_is(capsys: pytest.CaptureFixture[str]) -> None:
    assert run.main(["--list"]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert len(lines) == len(scenarios.SCENARIOS)
    assert {
        "floors",
        "start",
        "cursor",
        "move",
        "sizes",
        "search",
        "timeline",
        "hop",
        "memory",
        "find",
        "edit",
    } <= set(scenarios.SCENARIOS)
    assert all(one.about.endswith(".") for one in scenarios.SCENARIOS.values())


class TestData:
    @pytest.fixture
    def bench(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Bench:
        program = (
            "import os, sys; made = os.path.join(os.environ['OFFHOOK_HOME'], 'made');"
            "print(*sys.argv[1:], file=open(made, 'a'))"
        )
        monkeypatch.setattr(
            app, "command", lambda *arguments: [sys.executable, "-I", "-S", "-c", program, *arguments]
        )
        monkeypatch.setattr(Bench, "require_app", lambda self: None)
        floors = Floors(tmp_path, columns=80, rows=24, keys=1, starts=1, contacts=10)
        return Bench(tmp_path, app.QUICK, [10], floors)

    def test_it_is_made_once_and_used_again(self, bench: Bench) -> None:
        data = Dataset(10, 20, big_timeline=True)
        home = bench.home(data)
        assert bench.home(data) == home
        assert (home / "made").read_text().splitlines() == [
            "demo --generate-only --deals 10 --contacts 20 --seed 1 --big-timeline"
        ]

    def test_what_an_interrupted_run_left_is_made_anew(self, bench: Bench) -> None:
        data = Dataset(10, 20)
        (bench.work / data.name).mkdir()
        (bench.work / data.name / "made").write_text("half\n")
        assert "half" not in (bench.home(data) / "made").read_text()

    def test_a_failure_says_what_the_program_said(
        self, bench: Bench, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(
            app,
            "command",
            lambda *arguments: [sys.executable, "-I", "-S", "-c", "raise SystemExit('no disk')"],
        )
        with pytest.raises(CannotRun, match="exited with 1: no disk"):
            bench.home(Dataset(1, 1))
