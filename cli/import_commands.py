"""`offhook import` as Typer declares it."""

# ruff: noqa: D301 (\b is the mark by which the help keeps the lines of examples)
from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from cli.options import AsJson, beginning, session

POLICIES = ("skip", "fill", "overwrite")
ORDERS = ("dmy", "mdy", "ymd")
ENTITIES = ("contacts", "companies", "deals", "activities", "tasks")

import_app = typer.Typer(rich_markup_mode=None, add_completion=False)


@import_app.command(short_help="Brings files in: CSV, Excel, vCard, JSON, exports of other CRMs.")
def bring_in(
    context: typer.Context,
    files: Annotated[
        list[Path] | None,
        typer.Argument(
            metavar="FILE", help="What to import; several files of one export together.", show_default=False
        ),
    ] = None,
    mapping: Annotated[
        list[str] | None,
        typer.Option(
            "--map",
            metavar="FIELD=COLUMN",
            help="What a column is, where it is not what was guessed. FIELD= leaves a field out. May be repeated.",
            show_default=False,
        ),
    ] = None,
    source: Annotated[
        str,
        typer.Option(
            help="The system that it comes from, as hubspot. Otherwise it is recognised.", show_default=False
        ),
    ] = "",
    on_duplicate: Annotated[
        str,
        typer.Option(
            help="What becomes of rows that meet a record: skip, fill (empty fields only) or overwrite. Otherwise fill.",
            autocompletion=lambda incomplete: beginning(POLICIES, incomplete),
            show_default=False,
        ),
    ] = "",
    region: Annotated[
        str,
        typer.Option(
            "--default-region",
            metavar="XX",
            help="The country of phone numbers that name none, as DE. Otherwise the organization's.",
            show_default=False,
        ),
    ] = "",
    date_order: Annotated[
        str,
        typer.Option(
            help="How days are written where the file itself does not say: dmy, mdy or ymd.",
            autocompletion=lambda incomplete: beginning(ORDERS, incomplete),
            show_default=False,
        ),
    ] = "",
    currency: Annotated[
        str,
        typer.Option(
            metavar="XXX", help="Of amounts that name none. Otherwise the organization's.", show_default=False
        ),
    ] = "",
    entity: Annotated[
        list[str] | None,
        typer.Option(
            metavar="[FILE=]ENTITY",
            help=f"What the rows are, where it is not what was guessed: {', '.join(ENTITIES)}. May be repeated.",
            autocompletion=lambda incomplete: beginning(ENTITIES, incomplete),
            show_default=False,
        ),
    ] = None,
    new_fields: Annotated[
        bool, typer.Option("--new-fields", help="Columns that are nothing else become custom fields.")
    ] = False,
    answers: Annotated[
        list[str] | None,
        typer.Option(
            "--answer",
            metavar="ID=VALUE",
            help="The answer to a question that the files leave open; --dry-run lists them. May be repeated.",
            show_default=False,
        ),
    ] = None,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Say what would come of it, and write nothing.")
    ] = False,
    yes: Annotated[bool, typer.Option("--yes", "-y", help="Ask nothing: take what was guessed.")] = False,
    list_them: Annotated[bool, typer.Option("--list", help="List the imports there were.")] = False,
    undo: Annotated[
        str,
        typer.Option(
            metavar="ID", help="Take a whole import back, or what is left of it.", show_default=False
        ),
    ] = "",
    resume: Annotated[
        str,
        typer.Option(
            metavar="ID", help="Go on with an import that was stopped or cut off.", show_default=False
        ),
    ] = "",
    as_json: AsJson = False,
) -> int:
    """Brings contacts, companies, deals, activities and tasks in from files, whatever state they are in.

    CSV of any delimiter and encoding, Excel, vCard, JSON lines, and exports of HubSpot, Salesforce, Pipedrive, Google
    Contacts, Outlook, Close, EspoCRM, Twenty, Atomic CRM and Notion are recognised by what is in them. On a terminal you
    see what each column was taken for, and what would come of it, before anything is written. Elsewhere nothing is
    written without --yes.

    \b
    offhook import contacts.csv
    offhook import companies.csv contacts.csv deals.csv --yes
    offhook import leads.csv --map phone="Number (direct)" --map title= --default-region GB --dry-run
    offhook import --list
    offhook import --undo 019a3f2e

    Rows that cannot be read are refused and do not stop the others: they come out as a CSV beside the file, with the
    reason. Mend it and import it. A file that is imported twice changes nothing the second time.

    \b
    JSON: {id, source, encoding, delimiter, mapping, rows, imported, updated, unchanged, duplicates, skipped, refused,
    errors: [{row, column, value, reason}], rejects_file, files, unmapped, warnings, made, questions, dry_run, seconds}.
    --list: a list of {id, name, source, who, state, started_at, rows, imported, updated, unchanged, skipped, refused,
    resumable, mine}. --undo: {id, removed, restored, kept}.

    Exits with 0 when all rows went in, 1 when some were refused, 2 when the file cannot be used at all.
    """
    from cli.import_options import Asked
    from cli.importing import bring_in as begin
    from cli.importing import go_on, list_past, take_back
    from cli.output import Usage

    run = session(context, as_json)
    asked = Asked(
        files=tuple(files or ()), mapping=tuple(mapping or ()), source=source, on_duplicate=on_duplicate,
        region=region, date_order=date_order, currency=currency, entities=tuple(entity or ()),
        new_fields=new_fields, answers=tuple(answers or ()), dry_run=dry_run, yes=yes,
    )  # fmt: skip
    if sum(map(bool, (files, list_them, undo, resume))) != 1:
        raise Usage(
            "Say one thing: which FILE to import, or --list, or --undo ID, or --resume ID. More: offhook import --help"
        )
    if list_them:
        return list_past(run)
    if undo:
        return take_back(run, undo, yes=yes)
    if resume:
        return go_on(run, resume)
    return begin(run, asked)
