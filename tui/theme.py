"""Themes: from files to Textual."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from textual.color import Color, ColorParseError
from textual.theme import Theme

import themes

DEFAULT = "dark"


def load(folder: Path | None) -> tuple[dict[str, Theme], list[str]]:
    """All themes by name, and a sentence for each file that could not be used."""
    found: dict[str, Theme] = {}
    problems: list[str] = []
    base: dict[str, Any] = {}
    for name, content in themes.built_in():
        found[name] = _theme(name, content, content)
        if name == DEFAULT:
            base = content
    for name, mine in themes.in_folder(folder) if folder else ():
        if isinstance(mine, Exception):
            problems.append(f"Theme {name}: {mine}")
            continue
        try:
            found[name] = _theme(name, mine, base)
        except (ColorParseError, TypeError, ValueError) as error:
            problems.append(f"Theme {name}: {error}")
    return found, problems


def _theme(name: str, content: dict[str, Any], base: dict[str, Any]) -> Theme:
    """A theme; what `content` does not say is as in `base`, so that a user's theme may be three lines."""
    colours = {
        key: value for key, value in {**base, **content}.items() if key not in ("label", "dark", "variables")
    }
    variables = {**base.get("variables", {}), **content.get("variables", {})}
    for key, value in {**colours, **variables}.items():
        try:
            Color.parse(value)
        except (ColorParseError, TypeError):
            raise ValueError(f"{key} = {value!r} is not a colour") from None
    variables |= {
        "footer-background": colours["panel"],
        "border": variables["column-focus"],
        "border-blurred": variables["faint"],
        "input-cursor-background": colours["foreground"],
        "block-cursor-background": variables["card-focus"],
        "block-cursor-foreground": variables["card-focus-text"],
        "block-cursor-text-style": "none",
    }
    return Theme(
        name=name, dark=bool(content.get("dark", base.get("dark", True))), variables=variables, **colours
    )
