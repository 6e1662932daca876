"""The least that a Textual program can be: one Static. Its first frame is the floor for any start."""

from __future__ import annotations

from textual.app import App, ComposeResult
from textual.widgets import Static


class StaticApp(App[None]):
    """One line of text."""

    def compose(self) -> ComposeResult:
        """The line."""
        yield Static("ready")


if __name__ == "__main__":
    StaticApp().run()
