"""The commands as Typer declares them. Nothing heavy is imported before a command runs."""

# ruff: noqa: D301 (\b is the mark by which the help keeps the lines of examples)
from __future__ import annotations

import importlib
from pathlib import Path
from typing import Annotated, Any

import typer
from typer.core import TyperGroup
from typer.main import get_command, get_group

from cli.options import AsJson, Who, beginning, session
from cli.session import Session
from cli.team_commands import team_app
from core.commands.tasks import PRIORITIES, TASK_KINDS
from core.recurrence import RECURRENCES

TABLES = ("contacts", "companies", "deals", "activities")
FORMATS = ("csv", "json", "vcf")

_LATE = {
    "admin": ("cli.admin.commands", "admin_app", "The team's server, its people and their rights."),
    "audit": ("cli.admin.commands", "audit_app", "Who changed what, and the proof of it."),
    "dialler": ("cli.dialler_commands", "dialler_app", "How numbers are dialled."),
    "log": ("cli.log_commands", "log_app", "Logs a call, note, e-mail or meeting."),
    "import": (
        "cli.import_commands",
        "import_app",
        "Brings files in: CSV, Excel, vCard, exports of other CRMs.",
    ),
    "conflicts": ("cli.conflict_commands", "conflicts_app", "What waits for your decision."),
}
"""Commands and groups of them that are made only when they are asked for: module, name, and what the help says of them."""


class _Commands(TyperGroup):
    """Lists commands in the order of a rep's day, not in that of their making."""

    ORDER = (
        "today", "find", "show", "log", "task", "done", "snooze", "move", "undo", "pipelines", "status", "sync", "conflicts", "import", "export", "backup",
        "restore", "doctor", "dialler", "init", "login", "logout", "mode", "password", "admin", "audit", "demo",
    )  # fmt: skip

    def list_commands(self, ctx: Any) -> list[str]:
        """The names of the commands."""
        return sorted({*super().list_commands(ctx), *_LATE}, key=self.ORDER.index)

    def get_command(self, ctx: Any, cmd_name: str) -> Any:
        """A command by its name; None where there is none."""
        if cmd_name in _LATE and cmd_name not in self.commands:
            module, name, told = _LATE[cmd_name]
            made = getattr(importlib.import_module(module), name)
            alone = len(made.registered_commands) == 1 and made.registered_callback is None
            group = get_command(made) if alone else get_group(made)
            group.name, group.short_help = cmd_name, told
            self.commands[cmd_name] = group
        return super().get_command(ctx, cmd_name)


app = typer.Typer(
    name="offhook",
    cls=_Commands,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
)
app.add_typer(team_app)


@app.callback(invoke_without_command=True)
def start(
    context: typer.Context,
    demo: Annotated[
        bool, typer.Option("--demo", help="Work on the sample workspace, not on your own.")
    ] = False,
    show_version: Annotated[bool, typer.Option("--version", help="Say which offhook this is.")] = False,
) -> None:
    """The CRM that you drive from a terminal with a headset on.

    Without a command, the app opens. The commands are for scripts, for cron and for a quick look: each takes --json,
    and exits with 0 (fine), 1 (refused), 2 (bad usage), 3 (not found), 4 (somebody else changed it meanwhile) or
    5 (the workspace cannot be opened or reached).

    OFFHOOK_HOME puts everything that offhook keeps under one folder.
    """
    context.obj = demo
    if show_version:
        from cli.output import say
        from cli.version import version

        say(f"offhook {version()}")
        raise typer.Exit
    if context.invoked_subcommand is None:
        from cli.app import run_app

        raise typer.Exit(run_app(Session(demo=demo)))


# --- look ---------------------------------------------------------------------------------------------------------


@app.command(short_help="Lists what there is to do today.")
def today(
    context: typer.Context,
    limit: Annotated[int, typer.Option(min=1, max=10_000, help="At most so many of each part.")] = 20,
    as_json: AsJson = False,
) -> int:
    """Lists what there is to do: callbacks due, overdue and today's tasks, new leads in the pool, deals gone stale, and
    deals without a next step.

    JSON: {callbacks, overdue, today, leads, stale, idle, more}; more says how many there are beyond those listed.
    """  # noqa: D205 (the help takes all of it for one paragraph)
    from cli.today import today as run

    return run(session(context, as_json), limit)


@app.command(short_help="Finds anything by the beginnings of words.")
def find(
    context: typer.Context,
    text: Annotated[
        list[str], typer.Argument(help="Beginnings of words, in any order; accents and case do not matter.")
    ],
    limit: Annotated[int, typer.Option(min=1, max=1000, help="At most so many.")] = 20,
    as_json: AsJson = False,
) -> int:
    """Finds contacts, deals, companies and what was said, by names, e-mails, phones, notes and custom fields.

    \b
    offhook find anna schm
    offhook find +49 30 --limit 5
    offhook find acme --json | jq -r '.[].id'

    JSON: a list of {kind, id, title, detail, found_in}.
    """
    from cli.find import find as run

    return run(session(context, as_json), " ".join(text), limit)


@app.command(short_help="Shows a contact, deal or company on one page.")
def show(
    context: typer.Context,
    what: Annotated[
        list[str], typer.Argument(help="An id, the beginning of one, or words that find just one record.")
    ],
    activities: Annotated[
        int, typer.Option(min=0, max=10_000, help="How many of the newest activities.")
    ] = 10,
    as_json: AsJson = False,
) -> int:
    """Shows a contact, deal or company with its deals, tasks and newest activities.

    \b
    offhook show anna schmidt
    offhook show 019a3f2e --activities 50

    JSON: {kind, contact, deal, company, deals, contacts, tasks, activities, counts}.
    """
    from cli.show import show as run

    return run(session(context, as_json), " ".join(what), activities)


@app.command(short_help="Lists the pipelines and what lies in each.")
def pipelines(context: typer.Context, as_json: AsJson = False) -> int:
    """Lists the pipelines with their stages, and what lies in each.

    JSON: a list of {id, name, team, stages: [{id, name, kind, probability, stale_days, leads_to, open, totals}]}.
    """
    from cli.status import pipelines as run

    return run(session(context, as_json))


@app.command(short_help="Says which workspace this is and what waits.")
def status(context: typer.Context, as_json: AsJson = False) -> int:
    """Says which workspace this is, how it is doing, and what waits.

    \b
    JSON: {mode, who, organization, line, level, notes, file, bytes, encrypted, contacts,
    open_deals, tasks_overdue, tasks_today}.
    """
    from cli.status import status as run

    return run(session(context, as_json))


# --- act ----------------------------------------------------------------------------------------------------------


@app.command(short_help="Moves a deal to another stage.")
def move(
    context: typer.Context,
    deal: Annotated[str, typer.Argument(help="An id, the beginning of one, or words of its title.")],
    stage: Annotated[str, typer.Argument(help="The stage's name or its beginning.")],
    reason: Annotated[str, typer.Option(help="Why; needed when the deal is lost.")] = "",
    as_json: AsJson = False,
) -> int:
    """Moves a deal to another stage of its pipeline.

    \b
    offhook move "acme renewal" negotiation
    offhook move "acme renewal" lost --reason "No budget"

    JSON: {status, summary, changeset_id, revision, unsent, parked, deal}.
    """
    from cli.write import move as run

    return run(session(context, as_json), deal, stage, reason)


OpenTask = Annotated[
    list[str],
    typer.Argument(
        help="One of your open tasks: words of it or of whom it is about, its id or the beginning of that."
    ),
]


@app.command(short_help="Plans something to do.")
def task(
    context: typer.Context,
    who: Who,
    what: Annotated[list[str], typer.Argument(help="What is to be done.")],
    due: Annotated[
        str,
        typer.Option(
            help="When, as in “tue 3pm”, “tomorrow”, “in 2 weeks”, “+3d”, “next monday 9:30”, “2026-12-01”."
        ),
    ],
    kind: Annotated[
        str,
        typer.Option(
            help=f"One of {', '.join(TASK_KINDS)}.",
            autocompletion=lambda incomplete: beginning(TASK_KINDS, incomplete),
        ),
    ] = "todo",
    priority: Annotated[
        str,
        typer.Option(
            help="high or low.",
            autocompletion=lambda incomplete: beginning(PRIORITIES, incomplete),
            show_default=False,
        ),
    ] = "",
    repeat: Annotated[
        str,
        typer.Option(
            help=f"How often it comes again: {', '.join(RECURRENCES)}.",
            autocompletion=lambda incomplete: beginning(RECURRENCES, incomplete),
            show_default=False,
        ),
    ] = "",
    assignee: Annotated[
        str, typer.Option("--for", help="The colleague who does it. Otherwise you.", show_default=False)
    ] = "",
    as_json: AsJson = False,
) -> int:
    """Plans something to do about a contact, deal or company.

    \b
    offhook task anna "send the offer" --due "tue 3pm"
    offhook task "acme renewal" "call back" --kind call --due tomorrow --priority high
    offhook task acme "ask how it goes" --due "1 dec" --repeat "every 3 months"

    JSON: {status, summary, changeset_id, revision, unsent, parked, task}.
    """
    from cli.write import task as run

    return run(
        session(context, as_json), who, " ".join(what), due, kind,
        priority=priority, repeat=repeat, assignee=assignee,
    )  # fmt: skip


@app.command(short_help="Ticks a task off.")
def done(context: typer.Context, what: OpenTask, as_json: AsJson = False) -> int:
    """Ticks a task off. One that comes again is there again, for the next time.

    \b
    offhook done send the offer
    offhook done anna offer

    JSON: {status, summary, changeset_id, revision, unsent, parked, task}.
    """
    from cli.today import done as run

    return run(session(context, as_json), " ".join(what))


@app.command(short_help="Puts a task off.")
def snooze(
    context: typer.Context,
    what: OpenTask,
    until: Annotated[str, typer.Option(help="Until when, as --due of task.")] = "tomorrow 9:00",
    as_json: AsJson = False,
) -> int:
    """Puts a task off until another time.

    \b
    offhook snooze send the offer
    offhook snooze anna offer --until "mon 10:30"

    JSON: {status, summary, changeset_id, revision, unsent, parked, task}.
    """
    from cli.today import snooze as run

    return run(session(context, as_json), " ".join(what), until)


@app.command()
def undo(context: typer.Context, as_json: AsJson = False) -> int:
    """Takes your latest change back. Once more takes back the one before.

    JSON: {status, summary, changeset_id, revision, unsent, parked, undoes}.
    """
    from cli.write import undo as run

    return run(session(context, as_json))


# --- take out, keep safe ------------------------------------------------------------------------------------------


@app.command(short_help="Writes contacts, companies, deals or activities to a file.")
def export(
    context: typer.Context,
    table: Annotated[
        str,
        typer.Argument(
            metavar="contacts|companies|deals|activities",
            help="What to export.",
            autocompletion=lambda incomplete: beginning(TABLES, incomplete),
        ),
    ],
    form: Annotated[
        str,
        typer.Option(
            "--format",
            help="csv, json, or vcf (vCard 4.0, contacts only). Otherwise by the file's name, else csv.",
            autocompletion=lambda incomplete: beginning(FORMATS, incomplete),
            show_default=False,
        ),
    ] = "",
    where: Annotated[
        str,
        typer.Option(
            "--filter", help="As in the app: “owner:me stage:proposal value>10k”.", show_default=False
        ),
    ] = "",
    output: Annotated[
        Path | None, typer.Option("--output", "-o", help="The file. Otherwise, or with -, standard output.")
    ] = None,
    force: Annotated[bool, typer.Option("--force", help="Overwrite the file.")] = False,
    excel: Annotated[
        bool, typer.Option("--excel", help="Mark the CSV as UTF-8, so that Excel reads accents.")
    ] = False,
    as_json: AsJson = False,
) -> int:
    """Writes contacts, companies, deals or activities to a file or to standard output.

    In CSV, a text that a spreadsheet would take for a formula begins with an apostrophe.

    \b
    offhook export contacts -o contacts.csv
    offhook export deals --filter "stage:won" --format json
    offhook export contacts --format vcf --filter "tag:customer" -o customers.vcf

    --json exports as JSON to standard output; beside --output it answers {table, format, rows, file}.
    """
    from cli.export import export as run

    return run(
        session(context, as_json), table, form=form, where=where, output=output, force=force, excel=excel
    )


@app.command(short_help="Copies the workspace to a file, while the app runs.")
def backup(
    context: typer.Context,
    file: Annotated[Path, typer.Argument(help="Where to.")],
    force: Annotated[bool, typer.Option("--force", help="Overwrite the file.")] = False,
    recovery_key: Annotated[
        Path | None,
        typer.Option(help="Write the key as well, to a file of its own.", metavar="FILE", show_default=False),
    ] = None,
    as_json: AsJson = False,
) -> int:
    """Writes a whole, checked copy of the workspace to a file, safely while the app runs.

    The copy is encrypted with the workspace's key, which is not in it. To restore it on another machine you need the
    recovery key: keep it apart from the backup.

    \b
    offhook backup ~/backups/offhook.db --recovery-key offhook-key.txt

    JSON: {file, bytes, recovery_key_file, note}.
    """
    from cli.keeping import backup as run

    return run(session(context, as_json), file, force=force, key_file=recovery_key)


@app.command()
def restore(
    context: typer.Context,
    file: Annotated[Path, typer.Argument(help="A file that backup has written.")],
    recovery_key: Annotated[
        Path | None,
        typer.Option(
            help="The file with the recovery key, or - to type it; for a backup from another machine.",
            metavar="FILE",
            show_default=False,
        ),
    ] = None,
    as_json: AsJson = False,
) -> int:
    """Puts a backup in the place of the workspace. What was there is kept beside it.

    JSON: {file, kept, note}.
    """
    from cli.keeping import restore as run

    return run(session(context, as_json), file, key_file=recovery_key)


@app.command(short_help="Checks that the workspace is whole.")
def doctor(
    context: typer.Context,
    repair: Annotated[
        bool, typer.Option("--repair", help="Make anew what offhook works out by itself.")
    ] = False,
    as_json: AsJson = False,
) -> int:
    """Checks that the workspace is whole and that everything it needs is there. Exits with 1 where it is not.

    JSON: {ok, findings: [{level, what, advice}], mended, offhook, python, sqlite}.
    """
    from cli.keeping import doctor as run

    return run(session(context, as_json), repair=repair)


# --- begin --------------------------------------------------------------------------------------------------------


@app.command()
def init(
    context: typer.Context,
    name: Annotated[
        str, typer.Option(help="Your name. Otherwise as the system knows you.", show_default=False)
    ] = "",
    organization: Annotated[str, typer.Option(help="Your organization's name.", show_default=False)] = "",
    currency: Annotated[
        str, typer.Option(help="ISO 4217, as in EUR. Otherwise your country's.", show_default=False)
    ] = "",
    country: Annotated[
        str,
        typer.Option(help="ISO 3166, as in DE. Otherwise by your time zone or locale.", show_default=False),
    ] = "",
    as_json: AsJson = False,
) -> int:
    """Makes a workspace for one person, without asking anything.

    JSON: {file, name, organization, currency, country, time_zone, notes}.
    """
    from cli.beginning import init as run

    return run(
        session(context, as_json), name=name, organization=organization, currency=currency, country=country
    )


@app.command(short_help="Opens the app on sample data.")
def demo(
    context: typer.Context,
    deals: Annotated[
        int | None, typer.Option(min=1, max=1_000_000, help="How many open deals.", show_default=False)
    ] = None,
    contacts: Annotated[
        int | None, typer.Option(min=1, max=5_000_000, help="How many contacts.", show_default=False)
    ] = None,
    seed: Annotated[
        int | None, typer.Option(help="The same number makes the same data.", show_default=False)
    ] = None,
    fresh: Annotated[
        bool, typer.Option("--fresh", "--reset", help="Make the sample workspace (or team) anew.")
    ] = False,
    team: Annotated[
        bool, typer.Option("--team", help="A team on a PostgreSQL of its own, which is started for it.")
    ] = False,
    login: Annotated[
        str, typer.Option("--as", help="With --team: as whom, as in ben.", show_default=False)
    ] = "",
    field: Annotated[
        bool, typer.Option("--field", help="With --team: work on a copy, also without the server.")
    ] = False,
    traffic: Annotated[
        bool, typer.Option("--traffic", help="With --team: play colleagues at work, without the app.")
    ] = False,
    serve: Annotated[
        bool, typer.Option("--serve", help="With --team: run its server, without the app.")
    ] = False,
    stop: Annotated[bool, typer.Option("--stop", help="With --team: take its server away.")] = False,
    generate_only: Annotated[bool, typer.Option("--generate-only", help="Do not open the app.")] = False,
    big_timeline: Annotated[
        bool, typer.Option("--big-timeline", help="Give one contact ten thousand activities.")
    ] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Answer with JSON; needs --generate-only.")] = False,
) -> int:
    """Opens the app on sample data: a believable company to try everything on.

    It lives in its own place and never touches your own workspace.

    \b
    offhook demo
    offhook demo --deals 10000 --contacts 100000 --fresh
    offhook demo --team               (then, in a second terminal: offhook demo --team --as ben)
    offhook demo --team --field       (then, in a second terminal: offhook demo --team --stop, and work on)
    offhook --demo find anna          (any command on the sample workspace)

    JSON: {file, deals, contacts, seed, seconds}; with --team {folder, logins, people, seconds}.
    """
    from cli.output import Usage

    if team:
        if (deals, contacts, seed, big_timeline) != (None, None, None, False):
            raise Usage(
                "The sample team is always the same size: leave out what --team is not asked for with."
            )
        from cli.sample_team import demo_team

        return demo_team(
            session(context, as_json), login=login, field=field, traffic=traffic, serve=serve, stop=stop,
            reset=fresh, generate_only=generate_only,
        )  # fmt: skip
    if login or field or traffic or serve or stop:
        raise Usage("Only a team has colleagues: add --team.")
    from cli.sample import demo as run

    return run(
        session(context, as_json), deals=deals, contacts=contacts, seed=seed, fresh=fresh,
        generate_only=generate_only, big_timeline=big_timeline,
    )  # fmt: skip
