"""`offhook dialler`: choosing a way to dial and trying it from a shell."""

from __future__ import annotations

import os
import stat
import threading
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from cli.home import find_home, save_settings
from cli.main import main
from core.errors import Unavailable
from tests.cli.conftest import Offhook
from tests.telephony.service import ACCOUNT, CALLER, PHONE, TOKEN, Asked, Service, problem, running, standing

NUMBER = "+493012345601"
SET_TWILIO = (
    "dialler",
    "set",
    "twilio",
    "--account",
    ACCOUNT,
    "--from",
    CALLER,
    "--phone",
    PHONE,
    "--token-stdin",
)


def settings_of(program: Offhook) -> dict[str, object]:
    return tomllib.loads((program.home / "config" / "config.toml").read_text())


def script(folder: Path, *lines: str) -> Path:
    path = folder / "softphone"
    path.write_text("\n".join(["#!/bin/sh", *lines, ""]))
    path.chmod(path.stat().st_mode | stat.S_IXUSR)
    return path


def test_on_the_first_day_numbers_are_copied(empty: Offhook) -> None:
    assert empty("dialler").out == "copy: Numbers are copied to the clipboard; you dial on your phone.\n"
    assert empty("dialler", "--json").json == {
        "dial": "copy", "works": True, "said": "Numbers are copied to the clipboard; you dial on your phone.",
        "notes": [],
    }  # fmt: skip


def test_a_command_is_chosen_looked_at_and_tried(empty: Offhook, tmp_path: Path) -> None:
    phone = script(tmp_path, f'echo "$@" > {tmp_path}/called')
    empty("dialler", "set", "command", f"{phone} dial {{number}}")
    assert settings_of(empty) == {"dial": "command", "dial_command": f"{phone} dial {{number}}"}
    assert "Runs: " in empty("dialler").out
    assert not (tmp_path / "called").exists(), "looking dials nobody"
    tried = empty("dialler", "test", NUMBER, "--json").json
    assert (tried["dial"], tried["number"], tried["line"]) == ("command", NUMBER, None)
    assert (tmp_path / "called").read_text() == f"dial {NUMBER}\n"


def test_a_dialler_that_fails_is_told_with_an_exit_code(empty: Offhook, tmp_path: Path) -> None:
    phone = script(tmp_path, "echo not registered >&2", "exit 1")
    empty("dialler", "set", "command", f"{phone} {{number}}")
    assert "not registered" in empty("dialler", "test", NUMBER, code=1).err
    phone.unlink()
    shown = empty("dialler", "--json", code=5).json
    assert shown["works"] is False
    assert "no program" in shown["said"]


@pytest.mark.parametrize(
    ("arguments", "code", "said"),
    [
        (("set", "pigeon"), 2, "There are: copy, tel"),
        (("set", "tel", "more"), 2, "takes nothing more"),
        (("set", "tel", "--account", ACCOUNT), 2, "go with: offhook dialler set twilio"),
        (("set", "command"), 1, "dial_command is missing"),
        (("set", "command", "softphone {nummer}"), 1, "{nummer}"),
        (("set", "baresip", "http://x"), 1, "no address of baresip"),
        (("set", "twilio"), 1, "setting “account”"),
        (("set", "twilio", "--account", ACCOUNT, "--from", CALLER, "--phone", PHONE), 2, "--token-stdin"),
        (("test", "12"), 1, "12"),
    ],
)
def test_what_cannot_work_is_refused_and_nothing_is_changed(
    empty: Offhook, arguments: tuple[str, ...], code: int, said: str
) -> None:
    assert said in empty("dialler", *arguments, code=code).err
    assert not (empty.home / "config" / "config.toml").exists()
    assert not (empty.home / "data" / "twilio-token").exists()


def test_sample_numbers_are_never_dialled_whatever_is_set(empty: Offhook, tmp_path: Path) -> None:
    empty("dialler", "set", "command", f"{script(tmp_path, f'touch {tmp_path}/called')} {{number}}")
    assert "Sample data" in empty("--demo", "dialler", "test", NUMBER).out
    assert empty("--demo", "dialler", "--json").json["dial"] == "copy"
    assert "never dialled" in empty("--demo", "dialler", "set", "copy", code=2).err
    assert not (tmp_path / "called").exists()


# --- Twilio, in this process, since the service is on this machine ----------------------------------------------


@pytest.fixture
def service() -> Iterator[Service]:
    with running() as one:
        one.answer = lambda _: (200, {"status": "active"}, {})
        yield one


@pytest.fixture
def at_home(tmp_path: Path, service: Service, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A home of its own, and Twilio on this machine."""
    from telephony import twilio

    monkeypatch.setenv("OFFHOOK_HOME", str(tmp_path / "home"))
    init = twilio.Twilio.__init__

    def here(self: twilio.Twilio, *args: str, **kwargs: str) -> None:
        init(self, *args, **{**kwargs, "address": service.address})

    monkeypatch.setattr(twilio.Twilio, "__init__", here)
    monkeypatch.setattr("cli.dialler._LOOK_SECONDS", 0.01)
    return tmp_path / "home"


def give(monkeypatch: pytest.MonkeyPatch, text: str) -> None:
    """What stands on standard input."""
    import io

    monkeypatch.setattr("sys.stdin", io.StringIO(text))


def set_twilio(monkeypatch: pytest.MonkeyPatch) -> int:
    give(monkeypatch, f"{TOKEN}\n")
    return main(SET_TWILIO)


def test_the_token_is_kept_apart_and_shown_nowhere(
    at_home: Path, service: Service, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert set_twilio(monkeypatch) == 0
    assert "Twilio takes the account" in capsys.readouterr().out
    assert service.asked[-1].login == f"{ACCOUNT}:{TOKEN}"
    written = (at_home / "config" / "config.toml").read_text()
    assert tomllib.loads(written) == {
        "dial": "twilio",
        "twilio": {"account": ACCOUNT, "from": CALLER, "phone": PHONE},
    }
    assert main(["dialler", "--json"]) == 0
    assert TOKEN not in written + capsys.readouterr().out
    file = find_home().twilio_token
    if os.name == "posix":
        assert not file.stat().st_mode & 0o077


def test_a_number_may_be_changed_without_the_token(
    at_home: Path, service: Service, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    set_twilio(monkeypatch)
    give(monkeypatch, "")
    assert main(["dialler", "set", "twilio", "--phone", "+12025550177"]) == 0
    assert "rings +12025550177" in capsys.readouterr().out
    assert service.asked[-1].login == f"{ACCOUNT}:{TOKEN}"


def test_a_wrong_token_is_told_when_it_is_set(
    at_home: Path, service: Service, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    service.answer = lambda _: (401, problem(20003, "Authenticate", 401), {})
    assert set_twilio(monkeypatch) == 0
    assert "does not work yet.\nTwilio does not take the account and its token" in capsys.readouterr().out


def test_a_call_is_followed_to_its_end(
    at_home: Path, service: Service, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    set_twilio(monkeypatch)
    capsys.readouterr()
    steps = iter(
        [
            standing("ringing"), standing("in-progress", "ringing"), standing("in-progress", "in-progress"),
            standing("completed", "completed", "61"),
        ]
    )  # fmt: skip
    now = standing("queued")

    def answer(asked: Asked) -> tuple[int, Any, dict[str, str]]:
        nonlocal now
        if asked.method == "GET" and not asked.values:
            now = next(steps)
        return now(asked)

    service.answer = answer
    assert main(["dialler", "test", NUMBER]) == 0
    assert capsys.readouterr().out.splitlines() == [
        f"Twilio rings your phone {PHONE}: pick it up, then it dials {NUMBER}.",
        "queued: Your phone rings: pick it up.",
        "ringing",
        "answered",
        "ended after 61 s",
    ]


def test_stopping_hangs_up(at_home: Path, service: Service, monkeypatch: pytest.MonkeyPatch) -> None:
    set_twilio(monkeypatch)
    service.answer = standing("in-progress", "ringing")

    def stop(_seconds: float) -> None:
        if threading.current_thread() is threading.main_thread():
            raise KeyboardInterrupt

    monkeypatch.setattr("cli.dialler.time.sleep", stop)
    assert main(["dialler", "test", NUMBER]) == 130
    assert service.posts()[-1].values == {"Status": "completed"}


# --- the settings file ------------------------------------------------------------------------------------------


def test_settings_in_a_table_leave_all_else_as_it_is(tmp_path: Path) -> None:
    path = tmp_path / "config.toml"
    before = '# mine\ntheme = "mono"\n\n[twilio] # the account\n# old\nfrom = "+1"  # ours\n\n[keymap]\n"app.undo" = "z"'
    path.write_text(before)
    save_settings(
        path, {"": {"dial": "twilio"}, "twilio": {"from": "+2", "phone": "+3"}, "sip": {"domain": "x.y"}}
    )
    after = path.read_text()
    assert tomllib.loads(after) == {
        "theme": "mono", "dial": "twilio", "twilio": {"from": "+2", "phone": "+3"}, "keymap": {"app.undo": "z"},
        "sip": {"domain": "x.y"},
    }  # fmt: skip
    for comment in ("# mine", "# the account", "# old", "# ours"):
        assert comment in after


@pytest.mark.parametrize(
    "value", ['a "b" \\ c', "two\nlines", "tab\t", "bell\x07 del\x7f", "ünï 🙂", "{number}"]
)
def test_any_text_is_read_back_as_it_was_set(tmp_path: Path, value: str) -> None:
    path = tmp_path / "config.toml"
    save_settings(path, {"": {"dial_command": value}, "sip": {"domain": value}})
    save_settings(path, {"": {"dial_command": value}, "sip": {"domain": value}})
    assert tomllib.loads(path.read_text()) == {"dial_command": value, "sip": {"domain": value}}


@pytest.mark.parametrize("before", ['twilio = {from = "+1"}\n', "dial = \n", '[[twilio]]\nfrom = "+1"\n'])
def test_a_file_that_is_too_special_is_left_alone(tmp_path: Path, before: str) -> None:
    path = tmp_path / "config.toml"
    path.write_text(before)
    with pytest.raises(Unavailable, match="was not changed"):
        save_settings(path, {"twilio": {"from": "+2"}})
    assert path.read_text() == before


@pytest.mark.parametrize("before", ["[twilio]", '[twilio]\nphone = "+3"', "\n\n[twilio]\n\n"])
def test_a_table_at_the_end_of_the_file_is_filled(tmp_path: Path, before: str) -> None:
    path = tmp_path / "config.toml"
    path.write_text(before)
    save_settings(path, {"twilio": {"from": "+2"}})
    assert tomllib.loads(path.read_text())["twilio"]["from"] == "+2"
