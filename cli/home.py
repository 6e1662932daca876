"""Where offhook keeps what it keeps, and the settings file there.

`OFFHOOK_HOME` puts everything under one folder, for tests and for a stick that is carried about; otherwise each kind
of file goes where the system wants it.
"""

from __future__ import annotations

import json
import os
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from core.errors import Unavailable
from telephony.settings import KEYS as DIAL_KEYS
from telephony.settings import DialSettings
from telephony.settings import read as read_dialling


@dataclass(frozen=True, slots=True)
class Home:
    """The folders of one user.

    Attributes:
        config: settings and themes.
        data: the workspace.
        state: logs.
    """

    config: Path
    data: Path
    state: Path

    @property
    def workspace(self) -> Path:
        """The workspace's file."""
        return self.data / "workspace.db"

    @property
    def team(self) -> Path:
        """What this machine holds of a team: who logs in where, the password's place, work without an answer yet, the copy."""
        return self.data / "team"

    @property
    def cache(self) -> Path:
        """The copy of the team's data that a rep in the field works on."""
        return self.team / "cache.db"

    @property
    def team_profile(self) -> Path:
        """Where the team's server is, and who logs in. There exactly while one is logged in."""
        return self.team / "profile.json"

    @property
    def settings_file(self) -> Path:
        """What the user has set."""
        return self.config / "config.toml"

    @property
    def twilio_token(self) -> Path:
        """What says where the token of Twilio is kept."""
        return self.data / "twilio-token"

    @property
    def imports(self) -> Path:
        """How far imports are, so that one that was cut off can go on. Holds ids and counts, no one's data."""
        return self.data / "imports"

    @property
    def themes(self) -> Path:
        """Where the user's own themes lie."""
        return self.config / "themes"

    @property
    def log(self) -> Path:
        """Where a crash is written down."""
        return self.state / "offhook.log"

    @property
    def demo(self) -> Home:
        """The home of the sample workspace: its own data, the same settings."""
        return Home(self.config, self.data / "demo", self.state)


def find_home(environment: Mapping[str, str] = os.environ) -> Home:
    """The user's home of offhook. Touches no file."""
    if moved := environment.get("OFFHOOK_HOME"):
        root = Path(moved).expanduser().absolute()
        return Home(root / "config", root / "data", root / "state")
    import platformdirs

    folders = platformdirs.PlatformDirs("offhook", appauthor=False)
    return Home(Path(folders.user_config_dir), Path(folders.user_data_dir), Path(folders.user_state_dir))


def make_private(folder: Path) -> Path:
    """Makes a folder that only its owner can look into, parents included; one that is there is left as it is.

    Raises:
        Unavailable: it cannot be made.
    """
    try:
        missing = [path for path in (folder, *folder.parents) if not path.exists()]
        for path in reversed(missing):
            path.mkdir(mode=0o700, exist_ok=True)
    except OSError as error:
        raise Unavailable(f"The folder {folder} cannot be made: {error.strerror or error}.") from None
    return folder


# --- settings -----------------------------------------------------------------------------------------------------


STARTS = ("pipeline", "today", "contacts")
"""Screens that the app can begin with."""


@dataclass(frozen=True, slots=True)
class Settings:
    """What stands in `config.toml`.

    Attributes:
        theme: a theme's name; empty where none is set.
        keymap: keys by binding id.
        dialling: how numbers are dialled.
        start: the screen that the app begins with, one of `STARTS`.
        reminders: tasks that come due are told of wherever the user is.
        import_folder: where files to import were last taken from; empty: nowhere yet.
        problem: what is wrong with the file, in a sentence; then the rest is as if it were not there.
    """

    theme: str = ""
    keymap: Mapping[str, str] = field(default_factory=dict)
    dialling: DialSettings = field(default_factory=DialSettings)
    start: str = STARTS[0]
    reminders: bool = True
    import_folder: str = ""
    problem: str = ""


def read_settings(path: Path) -> Settings:
    """Reads the settings. A file that cannot be used never keeps anybody from working: see `Settings.problem`."""
    try:
        text = path.read_text(encoding="utf-8")
    except FileNotFoundError:
        return Settings()
    except (OSError, UnicodeDecodeError) as error:
        return Settings(problem=f"{path} cannot be read: {error}.")
    import tomllib

    try:
        content = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        return Settings(problem=f"{path} is not used; it has a mistake: {error}.")
    return _checked(path, content)


def _checked(path: Path, content: Mapping[str, Any]) -> Settings:
    wrong: list[str] = []
    theme = content.get("theme", "")
    if not isinstance(theme, str):
        wrong.append("theme is a name in quotes")
        theme = ""
    keymap: dict[str, str] = {}
    keys = content.get("keymap", {})
    if not isinstance(keys, dict):
        wrong.append("keymap is a table ([keymap])")
        keys = {}
    for name, value in keys.items():
        if isinstance(value, list) and all(isinstance(key, str) for key in value):
            keymap[name] = ",".join(value)
        elif isinstance(value, str):
            keymap[name] = value
        else:
            wrong.append(f'keymap."{name}" is a key in quotes, or a list of them')
    start = content.get("start", STARTS[0])
    if start not in STARTS:
        wrong.append(f"start is one of {', '.join(STARTS)}, in quotes")
        start = STARTS[0]
    reminders = content.get("reminders", True)
    if not isinstance(reminders, bool):
        wrong.append("reminders is true or false")
        reminders = True
    folder = content.get("import_folder", "")
    if not isinstance(folder, str):
        wrong.append("import_folder is a path in quotes")
        folder = ""
    dialling = read_dialling(content)
    wrong += dialling.problems
    if unknown := sorted(
        set(content) - {"theme", "keymap", "start", "reminders", "import_folder", *DIAL_KEYS}
    ):
        wrong.append(f"there is no setting {', '.join(unknown)}")
    problem = f"{path}: {'; '.join(wrong)}." if wrong else ""
    return Settings(theme, keymap, dialling, start, reminders, folder, problem)


def save_setting(path: Path, key: str, value: str) -> None:
    """Sets one top-level text in the settings file; comments and everything else in it stay as they are.

    Raises:
        Unavailable: the file cannot be written.
    """
    save_settings(path, {"": {key: value}})


def save_settings(path: Path, values: Mapping[str, Mapping[str, str]]) -> None:
    """Sets texts in the settings file, all or none; comments and everything else in it stay as they are.

    Args:
        path: the file.
        values: what is set, by table (the top level is "") and key.

    Raises:
        Unavailable: the file cannot be written, or its form is too special to be changed by a program.
    """
    import tomllib

    make_private(path.parent)
    try:
        text = path.read_text(encoding="utf-8") if path.exists() else ""
        for table, entries in values.items():
            for key, value in entries.items():
                text = _with(text, table, key, value)
        _require_set(path, tomllib.loads(text), values)
        passing = path.with_suffix(".passing")
        passing.write_text(text, encoding="utf-8")
        passing.replace(path)
    except tomllib.TOMLDecodeError as error:
        raise Unavailable(f"{path} was not changed: it would have a mistake ({error}). Edit it.") from None
    except (OSError, UnicodeDecodeError) as error:
        raise Unavailable(f"{path} cannot be written: {error}.") from None


def _require_set(path: Path, content: Mapping[str, Any], values: Mapping[str, Mapping[str, str]]) -> None:
    """Raises `Unavailable` unless the settings are what they were to be."""
    for table, entries in values.items():
        held = content.get(table) if table else content
        if not isinstance(held, dict) or any(held.get(key) != value for key, value in entries.items()):
            raise Unavailable(f"{path} was not changed: it is too special for a program. Edit it.")


def _with(text: str, table: str, key: str, value: str) -> str:
    """The text of a settings file with one value set; a table that is not there is added at the end."""
    # What JSON escapes, TOML understands; of what JSON leaves, only DEL is not allowed there.
    quoted = json.dumps(value, ensure_ascii=False).replace("\x7f", "\\u007f")
    entry = f"{key} = {quoted}"
    if text and not text.endswith("\n"):
        text += "\n"
    start, end = 0, len(text)
    if table:
        head = re.search(rf"^[ \t]*\[[ \t]*{re.escape(table)}[ \t]*\][^\n]*\n?", text, re.MULTILINE)
        if head is None:
            return f"{text.rstrip()}\n\n[{table}]\n{entry}\n".lstrip()
        start = head.end()
    if after := re.compile(r"^\s*\[", re.MULTILINE).search(text, start):
        end = after.start()
    part, rest = text[start:end], text[end:]
    there = rf"""^[ \t]*{re.escape(key)}\s*=\s*(?:"(?:\\.|[^"\\\n])*"|'[^'\n]*'|[^#\n]*)"""
    part, known = re.subn(there, lambda _: entry, part, count=1, flags=re.MULTILINE)
    if not known:
        part = f"{part.rstrip()}\n{entry}\n".lstrip() + ("\n" if rest else "")
    return f"{text[:start]}{part}{rest}"
