"""Which offhook this is."""

from __future__ import annotations

from importlib import metadata
from pathlib import Path


def version() -> str:
    """The version: of the checkout that this is run from, else of the installed package."""
    project = Path(__file__).parent.parent / "pyproject.toml"
    if project.is_file():
        import tomllib

        return str(tomllib.loads(project.read_text(encoding="utf-8"))["project"]["version"])
    return metadata.version("offhook")
