"""`offhook conflicts …` as Typer declares it."""

# ruff: noqa: D301 (\b is the mark by which the help keeps the lines of examples)
from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from cli.options import AsJson, session

conflicts_app = typer.Typer(rich_markup_mode=None)

Which = Annotated[str, typer.Argument(help="Its id, or the beginning of it.", metavar="ID")]


@conflicts_app.callback(invoke_without_command=True)
def conflicts(context: typer.Context, as_json: AsJson = False) -> None:
    """Lists what waits for your decision: work that could not take effect as you did it.

    Somebody else changed the same field; the record was deleted or given to somebody else; a rule says no. Nothing of it
    is lost: it stays here until you decide. Exits with 4 where something waits.

    \b
    offhook conflicts
    offhook conflicts show 3f2a
    offhook conflicts settle 3f2a --mine

    \b
    JSON: a list of {id, kind, title, summary, reason, at, table, record, taken_by, can_hand_in, other, ways, fields:
    [{name, label, original, mine, theirs, who, when}]}.
    """
    if context.invoked_subcommand is None:
        from cli.conflicts import list_parked

        raise typer.Exit(list_parked(session(context, as_json)))


@conflicts_app.command(short_help="Shows one with all its values.")
def show(context: typer.Context, which: Which, as_json: AsJson = False) -> int:
    """Shows what was done, why it waits, and what can be done about it.

    JSON: as one of the list, and {changes: [{table, id, new, values}]}.
    """
    from cli.conflicts import show as run

    return run(session(context, as_json), which)


@conflicts_app.command(short_help="Decides one.")
def settle(
    context: typer.Context,
    which: Which,
    mine: Annotated[bool, typer.Option("--mine", help="Your value, in each field not named below.")] = False,
    theirs: Annotated[bool, typer.Option("--theirs", help="Theirs, in each field not named below.")] = False,
    original: Annotated[
        bool, typer.Option("--original", help="What was there before, in each field not named below.")
    ] = False,
    take: Annotated[
        list[str] | None,
        typer.Option(
            "--take",
            help="One field: name=mine, name=theirs or name=original.",
            metavar="FIELD=WHOSE",
            show_default=False,
        ),
    ] = None,
    values: Annotated[
        list[str] | None,
        typer.Option("--set", help="One field: another value.", metavar="FIELD=VALUE", show_default=False),
    ] = None,
    drop: Annotated[bool, typer.Option("--drop", help="Give your work up. It stays in the history.")] = False,
    hand_in: Annotated[
        bool, typer.Option("--hand-in", help="Give it to whoever has the record now, as a note and a task.")
    ] = False,
    as_json: AsJson = False,
) -> int:
    """Decides what waits: field by field, or as a whole.

    \b
    offhook conflicts settle 3f2a --mine
    offhook conflicts settle 3f2a --theirs --take city=mine --set title="Head of Sales"
    offhook conflicts settle 3f2a --drop

    JSON: {status, summary, changeset_id, revision, unsent, parked}; with --drop {dropped}, with --hand-in {handed_to}.
    """
    from cli.settling import Decision
    from cli.settling import settle as run

    whole = [name for name, said in (("mine", mine), ("theirs", theirs), ("original", original)) if said]
    decision = Decision(tuple(whole), tuple(take or ()), tuple(values or ()), drop, hand_in)
    return run(session(context, as_json), which, decision)


@conflicts_app.command(short_help="Writes all of it to a file.")
def export(
    context: typer.Context,
    file: Annotated[Path, typer.Argument(help="A new file, for your eyes alone.")],
    as_json: AsJson = False,
) -> int:
    """Writes everything that waits for a decision, and everything that waits to be sent, to a file as JSON.

    JSON: {file, parked, unsent}.
    """
    from cli.conflicts import export as run

    return run(session(context, as_json), file)
