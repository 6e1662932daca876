"""Where offhook keeps what it keeps, and the settings file there.

`OFFHOOK_HOME` puts everything under one folder, for tests and for a stick that is carried about; otherwise each kind
of file goes where the system wants it.
"""

from __future__ import annotations

import os
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from core.errors import Unavailable


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


@dataclass(frozen=True, slots=True)
class Settings:
    """What stands in `config.toml`.

    Attributes:
        theme: a theme's name; empty where none is set.
        keymap: keys by binding id.
        problem: what is wrong with the file, in a sentence; then the rest is as if it were not there.
    """

    theme: str = ""
    keymap: Mapping[str, str] = field(default_factory=dict)
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
    if unknown := sorted(set(content) - {"theme", "keymap"}):
        wrong.append(f"there is no setting {', '.join(unknown)}")
    return Settings(theme, keymap, f"{path}: {'; '.join(wrong)}." if wrong else "")


def save_setting(path: Path, key: str, value: str) -> None:
    """Sets one top-level text in the settings file; comments and everything else in it stay as they are.

    Raises:
        Unavailable: the file cannot be written.
    """
    quoted = value.replace("\\", "\\\\").replace('"', '\\"')
    entry = f'{key} = "{quoted}"'
    make_private(path.parent)
    try:
        text = path.read_text(encoding="utf-8") if path.exists() else ""
        table = re.search(r"^\s*\[", text, re.MULTILINE)
        top, rest = (text[: table.start()], text[table.start() :]) if table else (text, "")
        there = rf"""^{re.escape(key)}\s*=\s*(?:"(?:\\.|[^"\\\n])*"|'[^'\n]*'|[^#\n]*)"""
        top, known = re.subn(there, lambda _: entry, top, count=1, flags=re.MULTILINE)
        if not known:
            top = f"{top.rstrip()}\n{entry}\n".lstrip() + ("\n" if rest else "")
        passing = path.with_suffix(".passing")
        passing.write_text(top + rest, encoding="utf-8")
        passing.replace(path)
    except (OSError, UnicodeDecodeError) as error:
        raise Unavailable(f"{path} cannot be written: {error}.") from None
