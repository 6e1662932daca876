"""Dialling by the system's opener and by a command: no shell, nothing on the rep's terminal, failures are said."""

from __future__ import annotations

import os
import stat
import subprocess
import sys
from pathlib import Path
from typing import Literal

import pytest

from core.errors import Refused, Unavailable
from telephony.command import Command
from telephony.opener import Opener
from tests.waiting import eventually

NUMBER = "+493012345601"
EVIL = "; touch hacked; $(touch hacked) `touch hacked` & {digits} \N{RIGHT-TO-LEFT OVERRIDE}x\n--help"


@pytest.fixture
def bin_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder of programs, the first on PATH; what they write goes into the current folder."""
    folder = tmp_path / "bin"
    folder.mkdir()
    monkeypatch.setenv("PATH", f"{folder}{os.pathsep}/usr/bin{os.pathsep}/bin")
    monkeypatch.chdir(tmp_path)
    return folder


def program(folder: Path, name: str, *lines: str) -> None:
    """A program that writes its arguments into the file `called`, one a line, and then does this."""
    path = folder / name
    path.write_text("\n".join(["#!/bin/sh", 'for each in "$@"; do echo "$each" >> called; done', *lines, ""]))
    path.chmod(path.stat().st_mode | stat.S_IXUSR)


def called(folder: Path) -> list[str]:
    """The arguments that a program was called with."""
    return (folder.parent / "called").read_text().splitlines()


# --- the opener -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("scheme", "domain", "number", "link"),
    [
        ("tel", "", NUMBER, "tel:+493012345601"),
        ("tel", "", f"{NUMBER};ext=12", "tel:+493012345601;ext=12"),
        ("callto", "", f"{NUMBER};ext=12", "callto:+493012345601"),
        ("sip", "", NUMBER, "sip:+493012345601"),
        ("sip", "sip.example.com", NUMBER, "sip:+493012345601@sip.example.com;user=phone"),
    ],
)
def test_the_system_gets_the_link(
    bin_folder: Path, scheme: Literal["tel", "callto", "sip"], domain: str, number: str, link: str
) -> None:
    program(bin_folder, "xdg-open")
    dialled = Opener(scheme, domain, platform="linux").dial(number)
    assert called(bin_folder) == [link]
    assert not dialled.watchable
    assert NUMBER in dialled.said


def test_the_rep_is_told_the_extension_that_a_link_cannot_carry(bin_folder: Path) -> None:
    program(bin_folder, "open")
    assert "Then extension 12." in Opener("callto", platform="darwin").dial(f"{NUMBER};ext=12").said


def test_an_opener_that_fails_says_why(bin_folder: Path) -> None:
    program(bin_folder, "xdg-open", "printf 'x: \\033[1mno handler\\n' >&2", "exit 3")
    with pytest.raises(Refused, match=r"xdg-open cannot open tel: links. It says: x: \[1mno handler. Choose"):
        Opener("tel", platform="linux").dial(NUMBER)


def test_without_an_opener_it_says_what_to_install(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    opener = Opener("tel", platform="linux")
    for attempt in (lambda: opener.dial(NUMBER), opener.check):
        with pytest.raises(Unavailable, match="package xdg-utils"):
            attempt()


def test_the_check_names_the_program_for_such_links_or_says_that_there_is_none(bin_folder: Path) -> None:
    program(bin_folder, "xdg-open")
    program(bin_folder, "xdg-mime", "echo linphone.desktop")
    assert Opener("sip", platform="linux").check() == "sip: links go to linphone."
    assert called(bin_folder) == ["query", "default", "x-scheme-handler/sip"]
    program(bin_folder, "xdg-mime")
    with pytest.raises(Refused, match="No program here takes sip: links"):
        Opener("sip", platform="linux").check()


def test_a_phone_program_that_stays_open_neither_holds_us_up_nor_ends_with_us(
    bin_folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It has no terminal, a session of its own, and its chatter goes nowhere."""
    program(
        bin_folder, "xdg-open", "echo chatter", "echo chatter >&2", "echo $$ > pid", "tty > tty",
        "while [ ! -e go ]; do sleep 0.02; done", "echo still here > alive",
    )  # fmt: skip
    monkeypatch.setattr("telephony.opener.PATIENCE", 0.1)
    Opener("tel", platform="linux").dial(NUMBER)
    here = bin_folder.parent
    pid = int(eventually(lambda: (here / "pid").read_text().strip()))
    assert os.getsid(pid) == pid != os.getsid(0)
    (here / "go").touch()
    eventually((here / "alive").exists)
    assert "not a tty" in (here / "tty").read_text()
    # Somebody waits for its end: nothing of it stays in the table of processes.
    eventually(lambda: not _exists(pid))


def _exists(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True


def test_nothing_a_program_writes_comes_onto_the_terminal(bin_folder: Path) -> None:
    program(bin_folder, "xdg-open", "echo chatter", "echo chatter >&2")
    code = f"from telephony.opener import Opener; Opener('tel', platform='linux').dial({NUMBER!r})"
    root = Path(__file__).parents[2]
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=bin_folder.parent, env={**os.environ, "PYTHONPATH": str(root)},
        capture_output=True, text=True, check=True,
    )  # fmt: skip
    assert (done.stdout, done.stderr) == ("", "")
    assert called(bin_folder) == [f"tel:{NUMBER}"]


# --- the command ------------------------------------------------------------------------------------------------


def test_a_command_is_split_into_words_before_anything_is_filled_in(bin_folder: Path) -> None:
    program(bin_folder, "softphone")
    line = "softphone --to={number} '{digits} {extension}' \"{name}\""
    dialled = Command(line).dial(f"{NUMBER};ext=12", name="Anna  Müller")
    assert called(bin_folder) == ["--to=+493012345601", "493012345601 12", "Anna Müller"]
    assert dialled.said == "softphone dials +493012345601 ext. 12."


def test_a_name_is_one_word_and_no_shell_no_option_and_no_place_to_fill_in(bin_folder: Path) -> None:
    program(bin_folder, "softphone")
    Command("softphone {number} {name}").dial(NUMBER, name=f"--{EVIL}")
    assert called(bin_folder) == [NUMBER, EVIL.replace("\N{RIGHT-TO-LEFT OVERRIDE}", "").replace("\n", " ")]
    assert not (bin_folder.parent / "hacked").exists()


@pytest.mark.parametrize(
    "number",
    ["", "110", "sip:a@b", "+49 30 1; rm -rf x", "--help", "+0301234567", "+49301234567890123", "+4930x"],
)
def test_what_is_no_number_is_never_handed_to_a_program(bin_folder: Path, number: str) -> None:
    program(bin_folder, "softphone")
    with pytest.raises(Refused, match="cannot be dialled"):
        Command("softphone {number}").dial(number)
    assert not (bin_folder.parent / "called").exists()


def test_a_command_that_fails_is_told_with_the_last_line_of_what_it_says(bin_folder: Path) -> None:
    program(
        bin_folder,
        "softphone",
        "echo noise >&2",
        f"printf '\\033[31mnot registered {'y' * 500}\\n\\n' >&2",
        "exit 2",
    )
    with pytest.raises(Refused, match=r"^softphone did not dial: \[31mnot registered y+\.$") as told:
        Command("softphone {number}").dial(NUMBER)
    assert len(str(told.value)) < 200
    program(bin_folder, "softphone", "exit 7")
    with pytest.raises(Refused, match="exit code 7"):
        Command("softphone {number}").dial(NUMBER)


def test_a_program_that_is_not_there_is_named(bin_folder: Path) -> None:
    command = Command("nophone {number}")
    for attempt in (command.check, lambda: command.dial(NUMBER)):
        with pytest.raises(Unavailable, match="no program “nophone”"):
            attempt()


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("", "dial_command is missing"),
        ("softphone", "put {number} or {digits}"),
        ("softphone {nummer}", "{nummer}"),
        ("softphone '{number}", "Close every quote"),
    ],
)
def test_a_command_that_cannot_work_is_refused_with_what_to_do(line: str, said: str) -> None:
    with pytest.raises(Refused, match=said):
        Command(line)


def test_a_program_that_outlives_the_app_does_not_get_the_password_of_the_team(
    bin_folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("OFFHOOK_PASSWORD", "hush")
    monkeypatch.setenv("SIP_ACCOUNT", "ann")
    program(bin_folder, "phone", 'echo "${OFFHOOK_PASSWORD-none} $SIP_ACCOUNT" >> called')
    Command("phone {number}").dial(NUMBER)
    assert called(bin_folder) == [NUMBER, "none ann"]
