"""`offhook dialler`: choosing a way to dial and trying it from a shell."""

from __future__ import annotations

import io
import json
import os
import stat
import threading
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from cli.home import find_home, save_settings
from cli.main import main
from core.errors import Unavailable
from storage import keyrings
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


@dataclass
class Here:
    """offhook in this process, with a home of its own: it answers sooner than a program of its own would."""

    home: Path
    capsys: pytest.CaptureFixture[str]

    def __call__(self, *arguments: str, code: int = 0) -> str:
        """What it says to a command that must end with `code`."""
        assert main(arguments) == code
        said = self.capsys.readouterr()
        return said.err if code and not said.out else said.out

    def json(self, *arguments: str, code: int = 0) -> dict[str, Any]:
        """The same, for programs."""
        answer: dict[str, Any] = json.loads(self(*arguments, "--json", code=code))
        return answer

    @property
    def settings(self) -> dict[str, Any]:
        """What stands in the settings file."""
        return tomllib.loads((self.home / "config" / "config.toml").read_text())


@pytest.fixture
def offhook(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Here:
    monkeypatch.setenv("OFFHOOK_HOME", str(tmp_path / "home"))
    # Nothing of a test gets into the keyring of whoever runs it.
    monkeypatch.setattr(keyrings, "put", lambda _account, _secret: "")
    give(monkeypatch, "")
    return Here(tmp_path / "home", capsys)


def give(monkeypatch: pytest.MonkeyPatch, text: str) -> None:
    """What stands on standard input."""
    monkeypatch.setattr("sys.stdin", io.StringIO(text))


def script(folder: Path, *lines: str) -> Path:
    path = folder / "softphone"
    path.write_text("\n".join(["#!/bin/sh", *lines, ""]))
    path.chmod(path.stat().st_mode | stat.S_IXUSR)
    return path


def test_on_the_first_day_numbers_are_copied(empty: Offhook) -> None:
    said = "Numbers are copied to the clipboard; you dial on your phone."
    assert empty("dialler", "--json").json == {"dial": "copy", "works": True, "said": said, "notes": []}


def test_a_command_is_chosen_looked_at_and_tried(offhook: Here, tmp_path: Path) -> None:
    phone = script(tmp_path, f'echo "$@" > {tmp_path}/called')
    offhook("dialler", "set", "command", f"{phone} dial {{number}}")
    assert offhook.settings == {"dial": "command", "dial_command": f"{phone} dial {{number}}"}
    assert "Runs: " in offhook("dialler")
    assert not (tmp_path / "called").exists(), "looking dials nobody"
    tried = offhook.json("dialler", "test", NUMBER)
    assert (tried["dial"], tried["number"], tried["line"]) == ("command", NUMBER, None)
    assert (tmp_path / "called").read_text() == f"dial {NUMBER}\n"


def test_a_dialler_that_fails_is_told_with_an_exit_code(offhook: Here, tmp_path: Path) -> None:
    phone = script(tmp_path, "echo not registered >&2", "exit 1")
    offhook("dialler", "set", "command", f"{phone} {{number}}")
    assert "not registered" in offhook("dialler", "test", NUMBER, code=1)
    phone.unlink()
    shown = offhook.json("dialler", code=5)
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
    offhook: Here, arguments: tuple[str, ...], code: int, said: str
) -> None:
    assert said in offhook("dialler", *arguments, code=code)
    assert list(offhook.home.rglob("*.*")) == []


def test_sample_numbers_are_never_dialled_whatever_is_set(offhook: Here, tmp_path: Path) -> None:
    offhook("dialler", "set", "command", f"{script(tmp_path, f'touch {tmp_path}/called')} {{number}}")
    assert "Sample data" in offhook("--demo", "dialler", "test", NUMBER)
    assert offhook.json("--demo", "dialler")["dial"] == "copy"
    assert "never dialled" in offhook("--demo", "dialler", "set", "copy", code=2)
    assert not (tmp_path / "called").exists()


# --- Twilio -----------------------------------------------------------------------------------------------------


@pytest.fixture
def service(monkeypatch: pytest.MonkeyPatch) -> Iterator[Service]:
    """Twilio is on this machine."""
    from telephony import twilio

    init = twilio.Twilio.__init__
    with running() as one:
        one.answer = lambda _: (200, {"status": "active"}, {})

        def here(self: twilio.Twilio, *args: str, **kwargs: str) -> None:
            init(self, *args, **{**kwargs, "address": one.address})

        monkeypatch.setattr(twilio.Twilio, "__init__", here)
        monkeypatch.setattr("cli.dialler._LOOK_SECONDS", 0.01)
        yield one


def set_twilio(offhook: Here, monkeypatch: pytest.MonkeyPatch) -> str:
    """What is said where Twilio is set for the first time."""
    give(monkeypatch, f"{TOKEN}\n")
    said = offhook(*SET_TWILIO)
    give(monkeypatch, "")
    return said


def test_the_token_is_kept_apart_and_shown_nowhere(
    offhook: Here, service: Service, monkeypatch: pytest.MonkeyPatch
) -> None:
    said = set_twilio(offhook, monkeypatch)
    assert "Twilio takes the account" in said
    assert service.asked[-1].login == f"{ACCOUNT}:{TOKEN}"
    twilio = {"account": ACCOUNT, "from": CALLER, "phone": PHONE}
    assert offhook.settings == {"dial": "twilio", "twilio": twilio}
    assert TOKEN not in said + offhook("dialler", "--json")
    if os.name == "posix":
        assert not find_home().twilio_token.stat().st_mode & 0o077


def test_the_keyring_has_the_token_where_there_is_one(
    offhook: Here, service: Service, monkeypatch: pytest.MonkeyPatch
) -> None:
    ring: dict[str, str] = {}

    def put(account: str, secret: str) -> str:
        ring[account] = secret
        return "ring"

    monkeypatch.setattr(keyrings, "put", put)
    monkeypatch.setattr(keyrings, "get", lambda account, _: (ring.get(account, ""), "is locked"))
    assert "lies in a file" not in set_twilio(offhook, monkeypatch)
    assert list(ring.values()) == [TOKEN]
    assert TOKEN not in find_home().twilio_token.read_text()
    ring.clear()
    shown = offhook.json("dialler", code=5)
    assert "is locked. Unlock the keyring" in shown["said"]


def test_a_number_may_be_changed_without_the_token(
    offhook: Here, service: Service, monkeypatch: pytest.MonkeyPatch
) -> None:
    set_twilio(offhook, monkeypatch)
    assert "rings +12025550177" in offhook("dialler", "set", "twilio", "--phone", "+12025550177")
    assert service.asked[-1].login == f"{ACCOUNT}:{TOKEN}"


def test_another_account_needs_its_own_token(
    offhook: Here, service: Service, monkeypatch: pytest.MonkeyPatch
) -> None:
    set_twilio(offhook, monkeypatch)
    other = "AC" + "9f" * 16
    assert "--token-stdin" in offhook("dialler", "set", "twilio", "--account", other, code=2)
    assert offhook.settings["twilio"]["account"] == ACCOUNT


def test_a_wrong_token_is_told_when_it_is_set(
    offhook: Here, service: Service, monkeypatch: pytest.MonkeyPatch
) -> None:
    service.answer = lambda _: (401, problem(20003, "Authenticate", 401), {})
    said = set_twilio(offhook, monkeypatch)
    assert "does not work yet.\nTwilio does not take the account and its token" in said


def test_a_call_is_followed_to_its_end(
    offhook: Here, service: Service, monkeypatch: pytest.MonkeyPatch
) -> None:
    set_twilio(offhook, monkeypatch)
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
    assert offhook("dialler", "test", NUMBER).splitlines() == [
        f"Twilio rings your phone {PHONE}: pick it up, then it dials {NUMBER}.",
        "queued: Your phone rings: pick it up.",
        "ringing",
        "answered",
        "ended after 61 s",
    ]


def test_stopping_hangs_up(offhook: Here, service: Service, monkeypatch: pytest.MonkeyPatch) -> None:
    set_twilio(offhook, monkeypatch)
    service.answer = standing("in-progress", "ringing")

    def stop(_seconds: float) -> None:
        if threading.current_thread() is threading.main_thread():
            raise KeyboardInterrupt

    monkeypatch.setattr("cli.dialler.time.sleep", stop)
    offhook("dialler", "test", NUMBER, code=130)
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
