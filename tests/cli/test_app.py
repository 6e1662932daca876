"""The app on a real terminal, as the command line starts it."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from tests.cli.conftest import PROGRAM, Offhook, environment

if sys.platform == "win32":
    pytest.skip("needs a pseudo-terminal", allow_module_level=True)

from benchmarks.terminal import Terminal


def terminal(program: Offhook, *arguments: str, argv: list[str] | None = None, **size: int) -> Terminal:
    """offhook on a terminal of its own."""
    return Terminal(
        [*(argv or PROGRAM), *arguments], env=environment(program.home), **{"columns": 120, "rows": 40} | size
    )


def test_the_first_start_asks_one_question_and_starts_alone(empty: Offhook) -> None:
    with terminal(empty) as screen:
        screen.wait_for_text("How do you want to begin")
        screen.send("2")
        screen.wait_for_text("Negotiation", timeout=20)
        screen.send("ctrl+q")
        assert screen.wait_exit() == 0
    assert empty("status", "--json").json["organization"]


def test_leaving_at_the_question_makes_nothing(empty: Offhook) -> None:
    with terminal(empty) as screen:
        screen.wait_for_text("How do you want to begin")
        screen.send("q")
        assert screen.wait_exit() == 0
    assert not empty.workspace.exists()


def test_demo_makes_the_sample_workspace_and_opens_it(empty: Offhook) -> None:
    with terminal(empty, "demo", "--deals", "30", "--contacts", "120") as screen:
        screen.wait_for_text("Negotiation", timeout=30)
        screen.send("ctrl+q")
        assert screen.wait_exit() == 0
    assert not empty.workspace.exists()
    # What is there is opened as it is.
    with terminal(empty, "demo") as screen:
        screen.wait_for_text("Negotiation", timeout=20)
        screen.send("ctrl+q")
        assert screen.wait_exit() == 0


def test_a_theme_is_remembered(alone: Offhook) -> None:
    settings = alone.home / "config" / "config.toml"
    settings.parent.mkdir()
    settings.write_text('# mine\ntheme = "mono"\n')
    with terminal(alone) as screen:
        screen.wait_for_text("Negotiation", timeout=20)
        screen.send("ctrl+t")
        screen.wait_for_text("Theme")
        screen.send("up", "enter")
        screen.settle()
        screen.send("ctrl+q")
        assert screen.wait_exit() == 0
    after = settings.read_text()
    assert after.startswith("# mine\n")
    assert after != '# mine\ntheme = "mono"\n'


def test_a_workspace_that_cannot_be_opened_is_explained_on_the_screen(alone: Offhook) -> None:
    alone.workspace.with_name("workspace.db.key").write_text("0" * 64 + "\n")
    with terminal(alone) as screen:
        screen.wait_for_text("could not be opened", timeout=20)
        screen.send("ctrl+q")
        assert screen.wait_exit() == 0


def test_when_the_app_fails_the_terminal_is_given_back_with_one_sentence(alone: Offhook) -> None:
    script = (
        "import sys, tui.app\n"
        "def fail(self): number = 4000 + 711; raise RuntimeError(f'customer {number}')\n"
        "tui.app.OffhookApp.on_ready = fail\n"
        "from cli.main import main; sys.exit(main([]))"
    )
    with terminal(alone, argv=[sys.executable, "-c", script]) as screen:
        assert screen.wait_exit(timeout=20) == 70
        shown = "\n".join(screen.screen())
    log = Path(alone.home / "state" / "offhook.log")
    assert "went wrong" in shown
    assert "Traceback" not in shown
    assert "4711" not in shown
    written = log.read_text()
    assert "builtins.RuntimeError" in written
    assert "4711" not in written
