"""Options that many commands share, as Typer declares them."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import Annotated

import typer

from cli.session import Session

AsJson = Annotated[bool, typer.Option("--json", help="Answer with JSON, for programs.")]
CaFile = Annotated[
    Path | None,
    typer.Option(
        "--ca-file", help="Certificates to trust; those of the system otherwise.", show_default=False
    ),
]
Insecure = Annotated[
    bool, typer.Option("--insecure", help="Connect without a verified certificate. Others may listen.")
]
PasswordStdin = Annotated[
    bool, typer.Option("--password-stdin", help="Read the password from standard input.")
]

Who = Annotated[
    str, typer.Argument(help="A contact, deal or company: id, beginning of one, or words that find just one.")
]


def beginning(names: Iterable[str], incomplete: str) -> list[str]:
    """The names that begin so, for a shell that completes them."""
    return [name for name in names if name.startswith(incomplete)]


def session(context: typer.Context, as_json: bool) -> Session:
    """What a command runs with, as it was said on the command line."""
    return Session(demo=bool(context.find_root().obj), json=as_json)
