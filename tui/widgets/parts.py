"""Widgets that draw their parts in the colours of the theme, by component classes."""

from __future__ import annotations

from functools import cached_property
from typing import ClassVar

from rich.style import Style
from textual.widget import Widget


class Parts(Widget):
    """A widget whose parts are styled by the component classes `PREFIX--name`; each style is looked up once for a theme."""

    PREFIX: ClassVar[str]

    @cached_property
    def _styles(self) -> dict[str, Style]:
        return {}

    def notify_style_update(self) -> None:
        """Takes the colours of another theme."""
        super().notify_style_update()
        self._styles.clear()

    def _style(self, name: str) -> Style:
        style = self._styles.get(name)
        if style is None:
            style = self._styles[name] = self.get_component_rich_style(f"{self.PREFIX}--{name}")
        return style
