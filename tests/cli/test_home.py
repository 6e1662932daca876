from __future__ import annotations

import os
import stat
import sys
import tomllib
from pathlib import Path

import pytest

from cli.home import find_home, make_private, read_settings, save_setting


def test_one_variable_moves_everything_under_one_folder(tmp_path: Path) -> None:
    home = find_home({"OFFHOOK_HOME": str(tmp_path / "stick")})
    for path in (home.workspace, home.settings_file, home.themes, home.log, home.demo.workspace):
        assert path.is_relative_to(tmp_path / "stick")


def test_the_sample_workspace_has_a_place_of_its_own_and_the_same_settings(tmp_path: Path) -> None:
    home = find_home({"OFFHOOK_HOME": str(tmp_path)})
    assert home.demo.workspace.parent != home.workspace.parent
    assert home.demo.settings_file == home.settings_file


def test_without_the_variable_the_system_says_where(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    for name in ("XDG_DATA_HOME", "XDG_CONFIG_HOME", "XDG_STATE_HOME"):
        monkeypatch.delenv(name, raising=False)
    home = find_home({})
    assert "offhook" in home.workspace.parts
    assert home.workspace.is_relative_to(tmp_path)


def test_a_relative_home_does_not_move_with_the_working_directory(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.chdir(tmp_path)
    assert find_home({"OFFHOOK_HOME": "here"}).data == tmp_path / "here" / "data"


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no permission bits")
def test_folders_are_made_for_their_owner_alone_and_others_left_as_they_are(tmp_path: Path) -> None:
    shared = tmp_path / "shared"
    shared.mkdir(mode=0o755)
    shared.chmod(0o755)
    old = os.umask(0o022)
    try:
        make_private(shared / "a" / "b")
    finally:
        os.umask(old)
    assert stat.S_IMODE((shared / "a").stat().st_mode) == 0o700
    assert stat.S_IMODE((shared / "a" / "b").stat().st_mode) == 0o700
    assert stat.S_IMODE(shared.stat().st_mode) == 0o755


def test_settings_are_read(tmp_path: Path) -> None:
    path = tmp_path / "config.toml"
    path.write_text(
        'theme = "mono"\nstart = "today"\nreminders = false\n[keymap]\n"board.won" = "w"\n"app.undo" = ["u", "ctrl+z"]\n'
    )
    settings = read_settings(path)
    assert settings.theme == "mono"
    assert settings.keymap == {"board.won": "w", "app.undo": "u,ctrl+z"}
    assert (settings.start, settings.reminders) == ("today", False)
    assert settings.problem == ""


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (b"theme = ", "mistake"),
        (b"theme = 7", "theme is a name"),
        (b'[keymap]\n"app.undo" = 7', "app.undo"),
        (b"keymap = 3", "keymap is a table"),
        (b'start = "board"', "start is one of pipeline, today, contacts"),
        (b"start = []", "start is one of"),
        (b'reminders = "no"', "reminders is true or false"),
        (b'colour = "red"', "no setting colour"),
        (b"\xff\xfe", "cannot be read"),
    ],
)
def test_settings_with_a_mistake_say_so_and_keep_nobody_from_working(
    tmp_path: Path, content: bytes, says: str
) -> None:
    path = tmp_path / "config.toml"
    path.write_bytes(content)
    assert says in read_settings(path).problem


def test_saving_a_setting_keeps_comments_and_everything_else(tmp_path: Path) -> None:
    path = tmp_path / "config.toml"
    before = '# mine\ntheme = "dark"  # for the night\n\n[keymap]\n# theme = "no"\n"app.undo" = "z"\n'
    path.write_text(before)
    save_setting(path, "theme", 'a "quoted" \\ one')
    after = path.read_text()
    assert tomllib.loads(after) == {"theme": 'a "quoted" \\ one', "keymap": {"app.undo": "z"}}
    assert after.startswith("# mine\n")
    assert "  # for the night\n" in after
    assert '# theme = "no"' in after


def test_saving_works_without_a_file_and_before_a_table(tmp_path: Path) -> None:
    path = tmp_path / "new" / "config.toml"
    save_setting(path, "theme", "mono")
    assert read_settings(path).theme == "mono"
    path.write_text('[keymap]\n"app.undo" = "z"\n')
    save_setting(path, "theme", "light")
    assert read_settings(path).theme == "light"
    assert read_settings(path).keymap == {"app.undo": "z"}
