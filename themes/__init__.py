"""Theme files: data, not code.

A theme is a TOML file: Textual's base colours by name, and a table `variables` with the colours that offhook's own
widgets use. User themes in the configuration folder have the same form.
"""

from __future__ import annotations

import tomllib
from collections.abc import Iterator
from importlib.resources import files
from pathlib import Path
from typing import Any


def built_in() -> Iterator[tuple[str, dict[str, Any]]]:
    """The themes that come with offhook, as (name, content)."""
    for file in sorted(files(__name__).iterdir(), key=lambda file: file.name):
        if file.name.endswith(".toml"):
            yield file.name.removesuffix(".toml"), tomllib.loads(file.read_text(encoding="utf-8"))


def in_folder(folder: Path) -> Iterator[tuple[str, dict[str, Any] | Exception]]:
    """The themes of a folder, as (name, content); for a file that cannot be read, the error in its place."""
    if not folder.is_dir():
        return
    for file in sorted(folder.glob("*.toml")):
        try:
            yield file.stem, tomllib.loads(file.read_text(encoding="utf-8"))
        except (OSError, ValueError) as error:
            yield file.stem, error
