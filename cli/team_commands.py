"""`offhook sync`, `login`, `logout`, `mode` and `password` as Typer declares them."""

# ruff: noqa: D301 (\b is the mark by which the help keeps the lines of examples)
from __future__ import annotations

from typing import Annotated

import typer

from cli.options import AsJson, CaFile, Insecure, PasswordStdin, beginning, session

MODES = ("field", "direct")

team_app = typer.Typer(rich_markup_mode=None)


@team_app.command(short_help="Sends your work to the team's server, and fetches the others'.")
def sync(
    context: typer.Context,
    watch: Annotated[
        bool, typer.Option("--watch", help="Go on until ctrl+c, as the app does while it is open.")
    ] = False,
    as_json: AsJson = False,
) -> int:
    """Sends what you did offline, and fetches what others did, until your copy is what the server has.

    Exits with 4 where something waits for your decision (offhook conflicts), with 5 where the server is out of reach.
    One program at a time keeps a copy up to date: where the app is open already, this says how it is doing; with
    --watch it waits to take over.

    JSON: {state, sent, received, to_send, parked, seconds}; with --watch one such object a line, at every change.
    """
    from cli.sync import sync as run

    return run(session(context, as_json), watch=watch)


@team_app.command(short_help="Logs in at your team's server.")
def login(
    context: typer.Context,
    address: Annotated[str, typer.Argument(help="Where it is: host, host/database or host:port/database.")],
    user: Annotated[str, typer.Option("--as", help="Your login, which your admin has given you.")],
    field: Annotated[
        bool | None,
        typer.Option(
            "--field/--direct",
            help="Keep an encrypted copy here, to work offline; or work on the server alone, which is what happens at first.",
            show_default=False,
        ),
    ] = None,
    ca_file: CaFile = None,
    insecure: Insecure = False,
    in_file: Annotated[
        bool, typer.Option("--in-file", help="Keep the password in a file, not in the system's keyring.")
    ] = False,
    password_stdin: PasswordStdin = False,
    as_json: AsJson = False,
) -> int:
    """Logs in at your team's server; from then on offhook opens the team's workspace, until you log out.

    The password is asked for, and kept in the system's keyring. Off this machine the server must prove who it is. With
    --field, what you may see there is kept here too, encrypted: you work without a network, and what you do is sent
    when there is one. `offhook mode` changes that later. Who logs in anew, with another password say, keeps the copy.

    \b
    offhook login db.example.com/offhook --as ben
    offhook login db.example.com/offhook --as ben --field

    JSON: {server, login, role, mode, notes}.
    """
    from cli.team import login as run

    return run(
        session(context, as_json), address, user, field=field, ca_file=ca_file, insecure=insecure,
        password_stdin=password_stdin, in_file=in_file,
    )  # fmt: skip


@team_app.command(short_help="Logs out, and wipes what is here of the team.")
def logout(
    context: typer.Context,
    force: Annotated[
        bool,
        typer.Option("--force", help="Give up work that the server does not have yet. It is lost for good."),
    ] = False,
    as_json: AsJson = False,
) -> int:
    """Forgets server and password, and removes everything of the team from this machine. Nothing changes on the server.

    Work that is not sent, or waits for your decision, is not wiped unless you say so.

    JSON: {logged_out}.
    """
    from cli.team import logout as run

    return run(session(context, as_json), force=force)


@team_app.command(short_help="Shows or switches how you work with the team's server.")
def mode(
    context: typer.Context,
    to: Annotated[
        str,
        typer.Argument(
            metavar="[field|direct]",
            help="field: with an encrypted copy here, offline too. direct: on the server alone.",
            autocompletion=lambda incomplete: beginning(MODES, incomplete),
            show_default=False,
        ),
    ] = "",
    force: Annotated[
        bool,
        typer.Option(
            "--force", help="To direct: give up work that the server does not have yet. It is lost for good."
        ),
    ] = False,
    as_json: AsJson = False,
) -> int:
    """Says how you work with the team's server, or switches it.

    \b
    offhook mode
    offhook mode field

    JSON: {mode, server, login}.
    """
    from cli.modes import mode as run

    return run(session(context, as_json), to, force=force)


@team_app.command(short_help="Changes your password at the team's server.")
def password(context: typer.Context, password_stdin: PasswordStdin = False, as_json: AsJson = False) -> int:
    """Asks for a new password twice. It is hashed on this machine: the server never sees it.

    JSON: {changed}.
    """
    from cli.team import password as run

    return run(session(context, as_json), password_stdin=password_stdin)
