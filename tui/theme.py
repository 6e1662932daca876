"""Themes: from files to Textual."""

from __future__ import annotations

from pathlib import Path
from typing import Any, NamedTuple

from textual.color import Color, ColorParseError
from textual.theme import Theme

import themes
from core.text import printable

DEFAULT = "dark"
_BASE = {True: "dark", False: "light"}
_COLOURS = (
    "primary", "secondary", "accent", "warning", "error", "success", "foreground", "background", "surface", "panel",
)  # fmt: skip


class Themes(NamedTuple):
    """What was found.

    Attributes:
        by_name: the themes.
        labels: what people call them.
        problems: a sentence for each file that could not be used.
    """

    by_name: dict[str, Theme]
    labels: dict[str, str]
    problems: list[str]


def load(folder: Path | None) -> Themes:
    """The themes that come with offhook, and those in the user's folder; a user's theme takes the place of its namesake."""
    found = Themes({}, {}, [])
    built_in = dict(sorted(themes.built_in(), key=lambda one: (one[0] not in _BASE.values(), one[0])))
    for name, content in built_in.items():
        _add(found, name, content, content)
    for name, mine in themes.in_folder(folder) if folder else ():
        try:
            if isinstance(mine, Exception):
                raise ValueError(str(mine))
            dark = mine.get("dark", True)
            if not isinstance(dark, bool):
                raise ValueError("dark is true or false")
            _add(found, name, mine, built_in[_BASE[dark]])
        except ValueError as error:
            found.problems.append(f"{printable(name)}.toml is not a theme: {printable(str(error))}.")
    return found


def _add(found: Themes, name: str, content: dict[str, Any], base: dict[str, Any]) -> None:
    found.by_name[name] = _theme(name, content, base)
    found.labels[name] = printable(str(content.get("label") or name.replace("-", " ").capitalize()))


def _theme(name: str, content: dict[str, Any], base: dict[str, Any]) -> Theme:
    """A theme; what `content` does not say is as in `base`, so that a user's theme may be three lines.

    Raises:
        ValueError: something in it is not a colour, or is not known.
    """
    given = content.get("variables", {})
    if not isinstance(given, dict):
        raise ValueError("variables is not a table")
    for key in content:
        if key not in (*_COLOURS, "label", "dark", "variables"):
            raise ValueError(f"there is no {key}; colours are {', '.join(_COLOURS)}")
    colours = {key: content.get(key, base[key]) for key in _COLOURS}
    variables = {**base["variables"], **given}
    for key, value in {**colours, **variables}.items():
        try:
            Color.parse(value)
        except (ColorParseError, TypeError, AttributeError):
            raise ValueError(f"{key} = {value!r} is not a colour") from None
    variables |= {
        "footer-background": colours["panel"],
        "border": variables["column-focus"],
        "border-blurred": variables["faint"],
        "scrollbar": variables["faint"],
        "scrollbar-hover": variables["muted"],
        "scrollbar-active": variables["muted"],
        "scrollbar-background": colours["surface"],
        "scrollbar-background-hover": colours["surface"],
        "scrollbar-background-active": colours["surface"],
        "scrollbar-corner-color": colours["surface"],
        "input-cursor-background": colours["foreground"],
        "input-cursor-foreground": colours["background"],
        "input-cursor-text-style": "none",
        "input-selection-background": variables["card-focus"],
        "input-selection-foreground": variables["card-focus-text"],
        "block-cursor-background": variables["card-focus"],
        "block-cursor-foreground": variables["card-focus-text"],
        "block-cursor-text-style": "none",
    }
    return Theme(
        name=name, dark=bool(content.get("dark", base.get("dark", True))), variables=variables, **colours
    )
