"""The pseudo-terminal harness, against small programs in a real one."""

from __future__ import annotations

import os
import sys
import time
from pathlib import Path

import pytest

if sys.platform == "win32":
    pytest.skip("there are no pseudo-terminals to drive here", allow_module_level=True)

from benchmarks.terminal import Terminal, TerminalError, child_environment, encode

FLOOR = Path(__file__).resolve().parents[2] / "benchmarks" / "floor"

PRELUDE = """
import os, signal, subprocess, sys, termios, time, tty
def say(text):
    os.write(1, text.encode())
def frame(text):
    say("\\x1b[?2026h" + text + "\\x1b[?2026l")
def key():
    return os.read(0, 64)
def answer(query):
    say(query)
    return key()
tty.setraw(0)
"""


def child(program: str, *, quiet: float = 0.03, in_band_resize: bool = False) -> Terminal:
    """A small program in a terminal of 40×5; raw, so that nothing is echoed."""
    argv = [sys.executable, "-I", "-S", "-c", PRELUDE + program]
    return Terminal(argv, columns=40, rows=5, quiet=quiet, in_band_resize=in_band_resize)


def alive(pid: int) -> bool:
    """Whether a process still runs; one that only waits for someone to read its exit code does not."""
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    stat = Path(f"/proc/{pid}/stat")
    try:
        return stat.read_text().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return not Path("/proc/self").exists()


def wait_until_gone(pid: int) -> bool:
    deadline = time.monotonic() + 2
    while alive(pid) and time.monotonic() < deadline:
        time.sleep(0.01)
    return not alive(pid)


class TestStart:
    def test_the_first_frame_is_found_and_read(self) -> None:
        with child("frame('\\x1b[2J\\x1b[2;3Hhello'); key()") as terminal:
            taken = terminal.wait_for_frame()
            assert 0 < taken < 5000
            assert terminal.first_paint is not None
            assert terminal.first_paint <= taken
            assert terminal.screen() == ["", "  hello", "", "", ""]
            assert len(terminal.frames) == 1

    def test_an_empty_frame_is_not_the_first_one(self) -> None:
        with child("frame('\\x1b[1;1H    '); time.sleep(0.05); frame('now'); key()") as terminal:
            terminal.wait_for_frame()
            assert len(terminal.frames) == 2

    def test_a_first_frame_before_the_answer_about_marks_counts(self) -> None:
        with child("say('\\x1b[?2026$p\\x1b[1;1Hdrawn at once'); key(); key()") as terminal:
            assert terminal.wait_for_frame() == terminal.first_paint
            assert terminal.frames == []

    def test_a_painted_picture_is_not_a_live_frame(self) -> None:
        program = "say('cached'); time.sleep(0.1); say('\\x1b[?2026$p'); key(); frame('live'); key()"
        with child(program) as terminal:
            taken = terminal.wait_for_frame()
            assert terminal.first_paint is not None
            assert taken - terminal.first_paint > 40

    def test_the_program_has_a_controlling_terminal_of_the_size_asked_for(self) -> None:
        program = (
            "file = os.open('/dev/tty', os.O_RDWR); size = os.get_terminal_size(file);"
            "leads = os.getsid(0) == os.getpid(); front = os.tcgetpgrp(file) == os.getpgrp();"
            "say(f'{leads} {front} {size.columns}x{size.lines}'); key()"
        )
        with child(program) as terminal:
            terminal.wait_for_text("True True 40x5")

    def test_what_would_falsify_times_stays_outside(self, monkeypatch: pytest.MonkeyPatch) -> None:
        for name in ("PYTHONDONTWRITEBYTECODE", "NO_COLOR", "COLUMNS", "TEXTUAL_FPS"):
            monkeypatch.setenv(name, "1")
        environment = child_environment({"OWN": "yes"})
        assert not {"PYTHONDONTWRITEBYTECODE", "NO_COLOR", "COLUMNS", "TEXTUAL_FPS"} & set(environment)
        assert environment["TERM"] == "xterm-256color"
        assert environment["OWN"] == "yes"


class TestAnswers:
    @pytest.mark.parametrize(
        ("query", "expected"),
        [
            ("\\x1b[?2026$p", b"\x1b[?2026;2$y"),
            ("\\x1b[?2048$p", b"\x1b[?2048;0$y"),
            ("\\x1b[?9999$p", b"\x1b[?9999;0$y"),
            ("\\x1b[3;7H\\x1b[6n", b"\x1b[3;7R"),
            ("\\x1b[5n", b"\x1b[0n"),
            ("\\x1b[c", b"\x1b[?62;22c"),
        ],
    )
    def test_a_query_gets_its_answer(self, query: str, expected: bytes) -> None:
        with child(f"got = answer('{query}'); say('\\x1b[1;1H' + ascii(got)); key()") as terminal:
            terminal.wait_for_text(r"b'")
            assert ascii(expected) in terminal.screen()[0]

    def test_a_query_cut_in_two_is_answered_once(self) -> None:
        program = "say('\\x1b[?20'); time.sleep(0.05); got = answer('26$p'); say(ascii(got)); key()"
        with child(program) as terminal:
            terminal.wait_for_text("2026;2")
            assert terminal.screen()[0].count("2026") == 1


class TestKeys:
    def test_a_key_is_timed_to_its_frame(self) -> None:
        with child("frame('ready')\nwhile key(): time.sleep(0.02); frame('pressed')") as terminal:
            terminal.wait_for_frame()
            timing = terminal.press("j")
            assert 20 <= timing.frame <= timing.last_frame <= timing.settled < 2000
            assert timing.frames == 1
            assert timing.bytes == len("\x1b[?2026hpressed\x1b[?2026l")

    def test_what_comes_later_counts_as_well(self) -> None:
        program = "frame('ready'); key(); frame('a'); time.sleep(0.1); frame('b'); say('c'); key()"
        with child(program, quiet=0.4) as terminal:
            terminal.wait_for_frame()
            timing = terminal.press("x")
            assert timing.frames == 2
            assert timing.frame + 40 < timing.last_frame <= timing.settled

    def test_a_frame_that_was_half_out_is_not_the_keys(self) -> None:
        program = (
            "frame('ready'); key(); say('\\x1b[?2026hhalf'); key(); say('\\x1b[?2026l');"
            "time.sleep(0.03); frame('own'); key()"
        )
        with child(program) as terminal:
            terminal.wait_for_frame()
            terminal.send("a")
            with pytest.raises(TerminalError, match="its frame did not end"):
                terminal.wait_for_text("half", timeout=0.4)
            timing = terminal.press("b")
            assert timing.frame >= 30
            assert timing.frames == 1

    def test_a_text_waited_for_is_timed_to_its_frame(self) -> None:
        program = "frame('ready'); key(); frame('busy'); time.sleep(0.1); frame('\\x1b[3;1Hfound 12'); key()"
        with child(program) as terminal:
            terminal.wait_for_frame()
            timing = terminal.press("enter", until=r"found \d+")
            assert timing.shown is not None
            assert timing.shown == timing.last_frame > timing.frame + 40

    def test_a_text_is_there_when_its_frame_is_over(self) -> None:
        program = "say('\\x1b[?2026hNew 12'); time.sleep(0.1); say('\\x1b[?2026l'); key()"
        with child(program) as terminal:
            shown = terminal.wait_for_text(r"New \d+")
            assert shown == terminal.first_frame == (terminal.frames[0] - terminal.started) * 1000
            assert terminal.first_paint is not None
            assert shown > terminal.first_paint + 40

    @pytest.mark.parametrize(
        ("key", "expected"),
        [("j", b"j"), ("ctrl+q", b"\x11"), ("enter", b"\r"), ("pagedown", b"\x1b[6~"), ("é", "é".encode())],
    )
    def test_keys_become_the_bytes_of_a_terminal(self, key: str, expected: bytes) -> None:
        assert encode(key) == expected


class TestResize:
    SHOW = (
        "def show(*_):\n"
        "    size = os.get_terminal_size(); frame(f'\\x1b[2J\\x1b[1;1H{size.columns}x{size.lines}')\n"
        "signal.signal(signal.SIGWINCH, show)\n"
    )

    def test_the_program_hears_of_it_by_signal(self) -> None:
        with child(self.SHOW + "show()\nwhile key(): pass") as terminal:
            terminal.wait_for_text("40x5")
            terminal.resize(60, 8)
            terminal.wait_for_text("60x8")
            assert len(terminal.screen()) == 8

    def test_and_in_band_where_it_asked_for_it(self) -> None:
        program = (
            "mode = answer('\\x1b[?2048$p'); size = answer('\\x1b[?2048h')\n"
            "say('\\x1b[1;1H' + ascii(mode) + ascii(size))\n"
            "while True: say('\\x1b[3;1H' + ascii(key()))"
        )
        with child(program, in_band_resize=True) as terminal:
            terminal.wait_for_text(r"2048;2\$y.*48;5;40;80;320t")
            terminal.resize(60, 8)
            terminal.wait_for_text(r"48;8;60;128;480t")


class TestErrors:
    def test_a_missing_text_is_told_with_the_screen(self) -> None:
        with child("frame('\\x1b[2;1Hno such deal'); key()") as terminal:
            terminal.wait_for_frame()
            with pytest.raises(TerminalError) as raised:
                terminal.wait_for_text("Pipeline", timeout=0.05)
        message = str(raised.value)
        assert "'Pipeline' did not show within 0.05 s" in message
        assert "still running" in message
        assert "  | no such deal" in message

    def test_a_key_without_a_frame_is_told(self) -> None:
        with child("frame('deaf'); key(); key()") as terminal:
            terminal.wait_for_frame()
            with pytest.raises(TerminalError, match=r"no frame within 0.05 s of the key 'x'(?s:.*)deaf"):
                terminal.press("x", timeout=0.05)

    def test_an_end_is_told_without_waiting_for_the_timeout(self) -> None:
        with child("say('cannot open the file'); sys.exit(3)") as terminal:
            begin = time.monotonic()
            with pytest.raises(TerminalError, match=r"exit code 3(?s:.*)cannot open the file"):
                terminal.wait_for_frame(timeout=30)
            assert time.monotonic() - begin < 5

    def test_a_program_that_is_not_there_is_told(self) -> None:
        with Terminal(["/nowhere/offhook"]) as terminal, pytest.raises(TerminalError, match="exit code 127"):
            terminal.wait_for_frame(timeout=5)


class TestEnd:
    def test_the_whole_process_group_goes(self) -> None:
        stubborn = (
            "import signal, time; [signal.signal(s, signal.SIG_IGN) for s in (1, 15)];"
            "print('up', flush=True); time.sleep(60)"
        )
        program = (
            f"argv = [sys.executable, '-I', '-S', '-c', {stubborn!r}]\n"
            "other = subprocess.Popen(argv, stdout=subprocess.PIPE)\n"
            "other.stdout.readline(); frame(f'pid {other.pid};'); key()"
        )
        with child(program) as terminal:
            terminal.wait_for_text(r"pid \d+;")
            other = int(terminal.screen()[0].removeprefix("pid ").removesuffix(";"))
            own = terminal.pid
            assert alive(other)
        assert wait_until_gone(own)
        assert wait_until_gone(other)

    def test_one_that_will_not_go_is_killed(self) -> None:
        program = "signal.signal(signal.SIGTERM, signal.SIG_IGN); frame('staying')\nwhile True: time.sleep(1)"
        terminal = child(program)
        terminal.wait_for_frame()
        terminal.close(grace=0.05)
        assert terminal.exit_code == -9
        terminal.close()

    def test_a_farewell_is_read_to_its_end(self) -> None:
        with child("frame('bye'); key(); say('x' * 300_000); sys.exit(5)") as terminal:
            terminal.wait_for_frame()
            terminal.send("q")
            assert terminal.wait_exit() == 5
            assert terminal.bytes > 300_000


class TestTextual:
    @pytest.mark.parametrize("in_band_resize", [False, True])
    def test_a_real_program_draws_answers_resizes_and_quits(self, in_band_resize: bool) -> None:
        argv = [sys.executable, str(FLOOR / "lines_app.py")]
        with Terminal(argv, columns=50, rows=6, in_band_resize=in_band_resize) as terminal:
            terminal.wait_for_text(r"line 5 · 0", timeout=20)
            terminal.settle()
            assert terminal.screen()[0] == " line 0 · 0" + "·" * 25
            timing = terminal.press("j")
            assert timing.frames >= 1
            assert timing.frame > 0
            # Bytes for each frame: on a busy machine one key may be drawn in two.
            anew = terminal.press("r", until="line 5 · 1")
            assert anew.bytes / anew.frames > timing.bytes / timing.frames
            terminal.resize(30, 4)
            terminal.wait_for_text(r"(?m)^ line 3 · 1·{15}$")
            assert len(terminal.screen()) == 4
            terminal.send("ctrl+q")
            assert terminal.wait_exit() == 0
