"""`offhook dialler …` as Typer declares it."""

# ruff: noqa: D301 (\b is the mark by which the help keeps the lines of examples)
from __future__ import annotations

from typing import Annotated

import typer

from cli.options import AsJson, beginning, session
from telephony.settings import WAYS

dialler_app = typer.Typer(rich_markup_mode=None)


@dialler_app.callback(invoke_without_command=True)
def dialler(context: typer.Context, as_json: AsJson = False) -> None:
    """Says how numbers are dialled, and whether that works.

    \b
    offhook dialler
    offhook dialler set tel
    offhook dialler test

    \b
    JSON: {dial, works, said, notes} and what is set of that way: command; domain; account, key, from, phone; address.
    """
    if context.invoked_subcommand is None:
        from cli.dialler import show

        raise typer.Exit(show(session(context, as_json)))


@dialler_app.command("set", short_help="Chooses how numbers are dialled.")
def set_way(
    context: typer.Context,
    way: Annotated[
        str,
        typer.Argument(
            metavar="|".join(WAYS),
            help="copy: to the clipboard. tel, callto, sip: a link for the program that your system has for it.",
            autocompletion=lambda incomplete: beginning(WAYS, incomplete),
        ),
    ],
    detail: Annotated[
        str,
        typer.Argument(
            help="The command, quoted; baresip’s HOST:PORT; the domain of sip addresses.", show_default=False
        ),
    ] = "",
    account: Annotated[
        str, typer.Option("--account", help="Twilio: the account’s SID, AC…", show_default=False)
    ] = "",
    key: Annotated[
        str,
        typer.Option(
            "--key", help="Twilio: an API key’s SID, SK…; the token is its secret.", show_default=False
        ),
    ] = "",
    caller: Annotated[
        str, typer.Option("--from", help="Twilio: the number that contacts see.", show_default=False)
    ] = "",
    phone: Annotated[
        str, typer.Option("--phone", help="Twilio: your own phone, which is rung first.", show_default=False)
    ] = "",
    token_stdin: Annotated[
        bool, typer.Option("--token-stdin", help="Twilio: read the token from standard input.")
    ] = False,
    in_file: Annotated[
        bool, typer.Option("--in-file", help="Keep the token in a file, not in the system’s keyring.")
    ] = False,
    as_json: AsJson = False,
) -> int:
    """Chooses how numbers are dialled. Twilio’s token is asked for, and kept in the system’s keyring.

    A command is run without a shell. {number} in it is +493012345678, {digits} the same without the plus, {extension}
    what is dialled then, {name} whose number it is.

    \b
    offhook dialler set tel
    offhook dialler set command "linphonecsh dial {number}"
    offhook dialler set baresip localhost:4444
    offhook dialler set twilio --account AC… --from +12025550100 --phone +12025550123

    JSON: as of `offhook dialler`.
    """
    from cli.dialler import Choice
    from cli.dialler import set_way as run

    twilio = {"account": account, "key": key, "from": caller, "phone": phone}
    return run(session(context, as_json), Choice(way, detail, twilio, token_stdin, in_file))


@dialler_app.command("test", short_help="Dials a number, or looks whether that would work.")
def try_out(
    context: typer.Context,
    number: Annotated[
        str, typer.Argument(help="A number to dial; without one nothing is dialled.", show_default=False)
    ] = "",
    as_json: AsJson = False,
) -> int:
    """Dials a number and tells how the call goes on, as far as that can be told; ctrl-c hangs up.

    \b
    offhook dialler test
    offhook dialler test +49 30 1234567

    JSON: {dial, number, said, line, seconds}; without a number as of `offhook dialler`.
    """
    from cli.dialler import try_out as run

    return run(session(context, as_json), number)
