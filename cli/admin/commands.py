"""`offhook admin …` and `offhook audit …` as Typer declares them. Nothing heavy is imported before a command runs."""

# ruff: noqa: D301 (\b is the mark by which the help keeps the lines of examples)
from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from cli.options import AsJson, CaFile, Insecure, PasswordStdin, session

if TYPE_CHECKING:
    from cli.admin.server import Operator


def _app(help_text: str) -> typer.Typer:
    return typer.Typer(rich_markup_mode=None, no_args_is_help=True, help=help_text)


admin_app = _app("The team's server, its people and their rights.")
org_app = _app("Organizations: several live in one database, wholly apart.")
user_app = _app("People: who works here, as what.")
team_app = _app("Teams: who shares a pool.")
pipeline_app = _app("Pipelines. The app edits their stages (P on the board).")
book_app = _app("Books: what belongs to whom, shared with whom.")
policy_app = _app("The proof that the database guards itself.")
audit_app = _app("Who changed what, when; and the proof that nobody changed that.")
admin_app.add_typer(org_app, name="org")
admin_app.add_typer(user_app, name="user")
admin_app.add_typer(team_app, name="team")
admin_app.add_typer(pipeline_app, name="pipeline")
admin_app.add_typer(book_app, name="book")
admin_app.add_typer(policy_app, name="policy")
admin_app.add_typer(audit_app, name="audit")

Address = Annotated[str, typer.Argument(help="Where the database is: host:port/database.", metavar="ADDRESS")]
OperatorLogin = Annotated[
    str,
    typer.Option("--as", help="A login that owns the database and may make roles. No superuser is needed."),
]
Organization = Annotated[str, typer.Option("--org", help="The organization's name.")]
AdminLogin = Annotated[str, typer.Option("--admin", help="What its first admin logs in as.")]
AdminName = Annotated[
    str, typer.Option("--name", help="What colleagues call that admin.", show_default=False)
]
Currency = Annotated[str, typer.Option(help="ISO 4217; the country's otherwise.", show_default=False)]
Country = Annotated[str, typer.Option(help="ISO 3166; this machine's otherwise.", show_default=False)]
Zone = Annotated[str, typer.Option("--time-zone", help="As in Europe/Berlin.", show_default=False)]
Who = Annotated[str, typer.Argument(help="A login, an e-mail address or a name.")]
TeamName = Annotated[str, typer.Argument(help="A team's name.", metavar="TEAM")]
BookName = Annotated[str, typer.Argument(help="A person, a team (its pool) or a shared book.")]


def _operator(
    address: str, login: str, ca_file: Path | None, insecure: bool, password_stdin: bool
) -> Operator:
    from cli.admin.server import Operator

    return Operator(address, login, ca_file, insecure, password_stdin)


# --- the server ---------------------------------------------------------------------------------------------------


@admin_app.command(short_help="Installs offhook in a database, with a first organization.")
def init(
    context: typer.Context,
    address: Address,
    operator: OperatorLogin,
    organization: Organization,
    admin: AdminLogin,
    name: AdminName = "",
    currency: Currency = "",
    country: Country = "",
    time_zone: Zone = "",
    ca_file: CaFile = None,
    insecure: Insecure = False,
    password_stdin: PasswordStdin = False,
    as_json: AsJson = False,
) -> int:
    """Makes roles, schema, policies and functions, then the organization with its first admin, whose password is said once.

    \b
    createdb offhook      (or whatever your service offers; UTF8)
    offhook admin init db.example.com/offhook --as dba --org "Nordlicht GmbH" --admin ada --name "Ada Adler"

    JSON: {organization, login, password}.
    """
    from cli.admin import server

    first = server.FirstAdmin(organization, admin, name, currency, country, time_zone)
    where = _operator(address, operator, ca_file, insecure, password_stdin)
    return server.init(session(context, as_json), where, first)


@admin_app.command(short_help="Brings the database to what this offhook needs.")
def upgrade(
    context: typer.Context,
    address: Address,
    operator: OperatorLogin,
    ca_file: CaFile = None,
    insecure: Insecure = False,
    password_stdin: PasswordStdin = False,
    as_json: AsJson = False,
) -> int:
    """Runs the migrations that are missing and installs functions and policies anew; people work on meanwhile.

    It never waits long for a table and keeps nobody waiting: where it cannot have one, it changes nothing and says so.

    JSON: {schema}.
    """
    from cli.admin import server

    where = _operator(address, operator, ca_file, insecure, password_stdin)
    return server.upgrade(session(context, as_json), where)


@admin_app.command(short_help="Says to every copy that the database was brought back from a backup.")
def restored(
    context: typer.Context,
    address: Address,
    operator: OperatorLogin,
    ca_file: CaFile = None,
    insecure: Insecure = False,
    password_stdin: PasswordStdin = False,
    as_json: AsJson = False,
) -> int:
    """Run it once after a restore, or a move to another server, before people work again.

    Copies on colleagues' machines follow the database by the numbers of its transactions, and a restored one counts on
    from where the backup was made. After this each compares itself with the database when it next connects; it keeps what
    it has not sent, and sends again what its user did after the backup was made. Nothing else changes. Running it without
    need costs every copy a comparison, and does no harm.

    JSON: {renumbered}.
    """
    from cli.admin import server

    where = _operator(address, operator, ca_file, insecure, password_stdin)
    return server.restored(session(context, as_json), where)


@org_app.command("add", short_help="Makes another organization.")
def org_add(
    context: typer.Context,
    address: Address,
    operator: OperatorLogin,
    organization: Organization,
    admin: AdminLogin,
    name: AdminName = "",
    currency: Currency = "",
    country: Country = "",
    time_zone: Zone = "",
    ca_file: CaFile = None,
    insecure: Insecure = False,
    password_stdin: PasswordStdin = False,
    as_json: AsJson = False,
) -> int:
    """Makes another organization in the same database. Its people see nothing of the others, nor they of it."""
    from cli.admin import server

    first = server.FirstAdmin(organization, admin, name, currency, country, time_zone)
    where = _operator(address, operator, ca_file, insecure, password_stdin)
    return server.add_organization(session(context, as_json), where, first)


@org_app.command("list", short_help="Lists the organizations.")
def org_list(
    context: typer.Context,
    address: Address,
    operator: OperatorLogin,
    ca_file: CaFile = None,
    insecure: Insecure = False,
    password_stdin: PasswordStdin = False,
    as_json: AsJson = False,
) -> int:
    """Lists the organizations of a database. JSON: a list of {id, name, users, contacts}."""
    from cli.admin import server

    where = _operator(address, operator, ca_file, insecure, password_stdin)
    return server.list_organizations(session(context, as_json), where)


@policy_app.command("check", short_help="Proves that the database guards itself.")
def policy_check(
    context: typer.Context,
    address: Address,
    operator: OperatorLogin,
    ca_file: CaFile = None,
    insecure: Insecure = False,
    password_stdin: PasswordStdin = False,
    as_json: AsJson = False,
) -> int:
    """Looks on the live catalog at every table, policy, grant, function, trigger and login. Exits with 1 and what is wrong.

    JSON: {ok, problems: [{where, what}]}.
    """
    from cli.admin import server

    where = _operator(address, operator, ca_file, insecure, password_stdin)
    return server.check_policies(session(context, as_json), where)


# --- people -------------------------------------------------------------------------------------------------------


@user_app.command("list", short_help="Lists who works here.")
def user_list(context: typer.Context, as_json: AsJson = False) -> int:
    """Lists who works here. JSON: a list of {id, login, name, role, email, teams, disabled}."""
    from cli.admin import people

    return people.list_users(session(context, as_json))


@user_app.command("add", short_help="Makes a person with a login.")
def user_add(
    context: typer.Context,
    login: Annotated[str, typer.Argument(help="What they log in as: small letters, digits, dots, dashes.")],
    name: Annotated[str, typer.Option(help="What colleagues call them.", show_default=False)] = "",
    role: Annotated[str, typer.Option(help="admin, manager, rep or readonly.")] = "rep",
    team: Annotated[
        list[str] | None, typer.Option(help="Their team; may be given several times.", show_default=False)
    ] = None,
    email: Annotated[str, typer.Option(show_default=False)] = "",
    time_zone: Zone = "",
    as_json: AsJson = False,
) -> int:
    """Makes a person with a book of their own and a login, and says the first password, once.

    \b
    offhook admin user add ben --name "Ben Berg" --team East

    JSON: {id, login, password}.
    """
    from cli.admin import people

    return people.add_user(
        session(context, as_json), login, name=name, role=role, email=email, teams=tuple(team or ()), time_zone=time_zone
    )  # fmt: skip


@user_app.command("edit", short_help="Changes what a person is called and may do.")
def user_edit(
    context: typer.Context,
    who: Who,
    name: Annotated[str | None, typer.Option(show_default=False)] = None,
    email: Annotated[str | None, typer.Option(show_default=False)] = None,
    time_zone: Annotated[str | None, typer.Option("--time-zone", show_default=False)] = None,
    export: Annotated[
        str | None,
        typer.Option(help="May they export: yes, no, or nothing for what the role says.", show_default=False),
    ] = None,
    importing: Annotated[
        str | None,
        typer.Option(
            "--import",
            help="May they import: yes, no, or nothing for what the role says.",
            show_default=False,
        ),
    ] = None,
    as_json: AsJson = False,
) -> int:
    """Changes name, e-mail address, time zone, or the right to export or to import."""
    from cli.admin import people

    return people.edit_user(
        session(context, as_json),
        who,
        name=name,
        email=email,
        time_zone=time_zone,
        export=export,
        importing=importing,
    )


@user_app.command("role", short_help="Gives a person another role.")
def user_role(
    context: typer.Context,
    who: Who,
    role: Annotated[str, typer.Argument(help="admin, manager, rep or readonly.")],
    as_json: AsJson = False,
) -> int:
    """Gives a person another role, which holds from this moment on."""
    from cli.admin import people

    return people.set_role(session(context, as_json), who, role)


@user_app.command("disable", short_help="Shuts a person out, at once.")
def user_disable(context: typer.Context, who: Who, as_json: AsJson = False) -> int:
    """Shuts a person out and ends what they have open. Their book stays; hand it over with: offhook admin book hand-over."""
    from cli.admin import people

    return people.disable_user(session(context, as_json), who)


@user_app.command("enable", short_help="Lets a person in again.")
def user_enable(context: typer.Context, who: Who, as_json: AsJson = False) -> int:
    """Lets a person in again, with the password and the role they had."""
    from cli.admin import people

    return people.enable_user(session(context, as_json), who)


@user_app.command("reset", short_help="Replaces a forgotten password.")
def user_reset(context: typer.Context, who: Who, as_json: AsJson = False) -> int:
    """Gives a person a new password and says it, once. JSON: {id, login, password}."""
    from cli.admin import people

    return people.reset_user(session(context, as_json), who)


# --- teams --------------------------------------------------------------------------------------------------------


@team_app.command("list", short_help="Lists the teams.")
def team_list(context: typer.Context, as_json: AsJson = False) -> int:
    """Lists the teams with their pools and people."""
    from cli.admin import people

    return people.list_teams(session(context, as_json))


@team_app.command("add", short_help="Makes a team with a pool.")
def team_add(
    context: typer.Context, name: Annotated[str, typer.Argument(help="Its name.")], as_json: AsJson = False
) -> int:
    """Makes a team with a pool of its own."""
    from cli.admin import people

    return people.add_team(session(context, as_json), name)


@team_app.command("rename", short_help="Renames a team.")
def team_rename(
    context: typer.Context,
    team: TeamName,
    name: Annotated[str, typer.Argument(help="The new name.")],
    as_json: AsJson = False,
) -> int:
    """Gives a team another name."""
    from cli.admin import people

    return people.rename_team(session(context, as_json), team, name)


@team_app.command("join", short_help="Takes a person into a team.")
def team_join(context: typer.Context, who: Who, team: TeamName, as_json: AsJson = False) -> int:
    """Takes a person into a team: they see its pool from this moment on."""
    from cli.admin import people

    return people.join_team(session(context, as_json), who, team)


@team_app.command("leave", short_help="Takes a person out of a team.")
def team_leave(context: typer.Context, who: Who, team: TeamName, as_json: AsJson = False) -> int:
    """Takes a person out of a team: its pool is out of their sight from this moment on."""
    from cli.admin import people

    return people.leave_team(session(context, as_json), who, team)


# --- pipelines ----------------------------------------------------------------------------------------------------


@pipeline_app.command("list", short_help="Lists pipelines and stages.")
def pipeline_list(context: typer.Context, as_json: AsJson = False) -> int:
    """Lists the pipelines with their stages, as `offhook pipelines` does."""
    from cli.status import pipelines

    return pipelines(session(context, as_json))


@pipeline_app.command("add", short_help="Makes a pipeline.")
def pipeline_add(
    context: typer.Context,
    name: Annotated[str, typer.Argument(help="Its name.")],
    like: Annotated[
        str, typer.Option(help="Take over the stages of this pipeline.", show_default=False)
    ] = "",
    team: Annotated[
        str, typer.Option(help="For this team alone; for everybody otherwise.", show_default=False)
    ] = "",
    as_json: AsJson = False,
) -> int:
    """Makes a pipeline with the stages New, Won and Lost, or those of another one."""
    from cli.admin import people

    return people.add_pipeline(session(context, as_json), name, like=like, team=team)


@pipeline_app.command("rename", short_help="Renames a pipeline.")
def pipeline_rename(
    context: typer.Context,
    pipeline: Annotated[str, typer.Argument(help="Its name.")],
    name: Annotated[str, typer.Argument(help="The new name.")],
    as_json: AsJson = False,
) -> int:
    """Gives a pipeline another name."""
    from cli.admin import people

    return people.rename_pipeline(session(context, as_json), pipeline, name)


@pipeline_app.command("delete", short_help="Deletes an empty pipeline.")
def pipeline_delete(
    context: typer.Context,
    pipeline: Annotated[str, typer.Argument(help="Its name.")],
    as_json: AsJson = False,
) -> int:
    """Deletes a pipeline that holds no deals."""
    from cli.admin import people

    return people.delete_pipeline(session(context, as_json), pipeline)


# --- books --------------------------------------------------------------------------------------------------------


@book_app.command("list", short_help="Lists the books and what is in them.")
def book_list(context: typer.Context, as_json: AsJson = False) -> int:
    """Lists the books that you see, what lies in them, and with whom they are shared."""
    from cli.admin import people

    return people.list_books(session(context, as_json))


@book_app.command("share", short_help="Shares a book with a colleague.")
def book_share(
    context: typer.Context,
    book: BookName,
    who: Who,
    read_only: Annotated[bool, typer.Option("--read-only", help="They may look, not change.")] = False,
    as_json: AsJson = False,
) -> int:
    """Shares a whole book: the colleague works in it like its owner, or only looks."""
    from cli.admin import people

    return people.share_book(session(context, as_json), book, who, read_only=read_only)


@book_app.command("unshare", short_help="Takes a book back from a colleague.")
def book_unshare(context: typer.Context, book: BookName, who: Who, as_json: AsJson = False) -> int:
    """Takes a book back that was shared: it is out of the colleague's sight from this moment on."""
    from cli.admin import people

    return people.unshare_book(session(context, as_json), book, who)


@book_app.command("hand-over", short_help="Hands a whole book over.")
def book_hand_over(
    context: typer.Context,
    source: Annotated[str, typer.Argument(help="Whose book: a person or a pool.", metavar="FROM")],
    target: Annotated[str, typer.Argument(help="To whom: a person or a pool.", metavar="TO")],
    as_json: AsJson = False,
) -> int:
    """Hands over everything in a book, as when somebody leaves or goes on leave. Ctrl-c stops; going on later is fine.

    \b
    offhook admin book hand-over ann ben
    offhook admin book hand-over ann "East pool"

    JSON: {records}.
    """
    from cli.admin import people

    return people.hand_over(session(context, as_json), source, target)


# --- the audit ----------------------------------------------------------------------------------------------------


@audit_app.command("show", short_help="Lists the newest entries.")
def audit_show(
    context: typer.Context,
    what: Annotated[
        str,
        typer.Argument(help="One record, by id or words that find it; all otherwise.", show_default=False),
    ] = "",
    login: Annotated[str, typer.Option("--by", help="Only what this login did.", show_default=False)] = "",
    op: Annotated[
        str, typer.Option(help="Only insert, update, delete, export, erase or reset.", show_default=False)
    ] = "",
    limit: Annotated[int, typer.Option(min=1, max=100_000, help="At most so many.")] = 50,
    as_json: AsJson = False,
) -> int:
    """Lists who changed what, newest first. JSON: a list of {seq, at, login, op, table, id, diff}."""
    from cli.admin import auditing

    return auditing.show(session(context, as_json), what=what, login=login, op=op, limit=limit)


@audit_app.command("verify", short_help="Proves that the audit is whole.")
def audit_verify(context: typer.Context, as_json: AsJson = False) -> int:
    """Recomputes every digest on this machine: finds what was changed, removed, put in or cut off, and exits with 1.

    This machine remembers the last seal that it has seen: run it from time to time, from more than one machine.

    JSON: {ok, entries, erased, unsealed, seals, problems}.
    """
    from cli.admin import auditing

    return auditing.verify(session(context, as_json))


@admin_app.command("export-person", short_help="Writes all that is kept about a contact.")
def export_person(
    context: typer.Context,
    who: Annotated[str, typer.Argument(help="The contact: an id, or words that find it.")],
    file: Annotated[
        Path | None, typer.Option("--file", help="Where to; standard output otherwise.", show_default=False)
    ] = None,
    as_json: AsJson = False,
) -> int:
    """Writes everything that is kept about a contact as JSON, for the person (GDPR articles 15 and 20). It is audited."""
    from cli.admin import auditing

    return auditing.export_person(session(context, as_json), who, file)


@admin_app.command("erase-person", short_help="Erases a contact for good.")
def erase_person(
    context: typer.Context,
    who: Annotated[str, typer.Argument(help="The contact: an id, or words that find it.")],
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask.")] = False,
    as_json: AsJson = False,
) -> int:
    """Erases a contact and what was said about it, in the history and the audit too, which stays verifiable (GDPR article 17).

    JSON: {id, activities, tasks, history, audit}.
    """
    from cli.admin import auditing

    return auditing.erase_person(session(context, as_json), who, yes=yes)
