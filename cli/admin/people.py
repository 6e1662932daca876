"""People and teams: who works here, as what, and with whom."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from cli.admin.server import first_password
from cli.naming import typed
from cli.output import Code, Usage, require_applied, say, say_json, table
from cli.progress import Progress
from cli.session import Session
from cli.team import own_wire
from core.catalog import Catalog
from core.commands.base import Command
from core.entities import Book, Team, User
from core.errors import NotFound, Refused
from core.permissions import ROLES
from core.text import fold, printable


def user_called(catalog: Catalog, text: str) -> User:
    """The user whose login, e-mail address, name or first name is `text`.

    Raises:
        NotFound: nobody is called so, or several are.
    """
    wanted = fold(typed(text).strip())
    calls: tuple[Callable[[User], str], ...] = (
        lambda user: user.login,
        lambda user: user.email,
        lambda user: user.name,
        lambda user: user.name.partition(" ")[0],
    )
    for called in calls:
        found = [user for user in catalog.users if wanted and fold(called(user)) == wanted]
        if len(found) == 1:
            return found[0]
        if found:
            raise NotFound(f"Several people are called “{printable(text)}”. Name one by login.")
    raise NotFound(f"Nobody is called “{printable(text)}”. See who there is: offhook admin user list")


def team_called(catalog: Catalog, text: str) -> Team:
    """The team whose name is `text`.

    Raises:
        NotFound: there is none.
    """
    wanted = fold(typed(text).strip())
    for team in catalog.teams:
        if fold(team.name) == wanted:
            return team
    there = ", ".join(printable(team.name) for team in catalog.teams)
    raise NotFound(f"There is no team “{printable(text)}”. There are: {there}.")


def book_called(catalog: Catalog, text: str) -> Book:
    """The book of the person, or the pool or shared book, that is called `text`.

    Raises:
        NotFound: there is none.
    """
    wanted = fold(typed(text).strip())
    for book in catalog.books:
        if book.kind != "own" and fold(book.name) == wanted:
            return book
    for team in catalog.teams:
        if fold(team.name) == wanted:
            return next(book for book in catalog.pools() if book.team_id == team.id)
    return catalog.book_of(user_called(catalog, text).id)


# --- users --------------------------------------------------------------------------------------------------------


def list_users(session: Session) -> Code:
    """Lists who works here."""
    with session.open() as workspace:
        catalog = workspace.catalog()
    people: list[dict[str, Any]] = [
        {
            "id": user.id,
            "login": user.login,
            "name": user.name,
            "role": user.role,
            "email": user.email,
            "teams": [team.name for team in catalog.teams if team.id in catalog.teams_of(user.id)],
            "disabled": user.disabled_at is not None,
        }
        for user in catalog.users
    ]
    if session.json:
        say_json(people)
        return Code.FINE
    for line in table(
        [
            (
                printable(str(one["login"])),
                printable(str(one["name"])),
                str(one["role"]) + (" (disabled)" if one["disabled"] else ""),
                printable(", ".join(one["teams"])),
            )
            for one in people
        ]
    ):
        say(line)
    return Code.FINE


def add_user(
    session: Session, login: str, *, name: str, role: str, email: str, teams: tuple[str, ...], time_zone: str
) -> Code:
    """Makes a person with a login, and says the first password, once."""
    from storage.postgres import people

    with session.open() as workspace:
        catalog = workspace.catalog()
    team_ids = [team_called(catalog, team).id for team in teams]
    if not teams and len(catalog.teams) == 1:
        team_ids = [catalog.teams[0].id]
    password = first_password()
    with own_wire(session) as wire:
        user_id = people.create_user(
            wire,
            login=login,
            password=password,
            name=typed(name) or login,
            role=role,
            email=typed(email),
            time_zone=time_zone or catalog.organization.time_zone,
            team_ids=team_ids,
        )
    _tell_password(session, user_id, login, f"{printable(name or login)} is {_a(role)} now", password)
    if not session.json and not team_ids and catalog.teams and role in ("rep", "manager"):
        there = ", ".join(printable(team.name) for team in catalog.teams)
        say(f"They are in no team and see no pool. Take them into one of {there} with:")
        say(f"  offhook admin team join {printable(login)} TEAM")
    return Code.FINE


def reset_user(session: Session, who: str) -> Code:
    """Gives a person a new password in place of a forgotten one, and says it, once."""
    from storage.postgres import people

    user = _user(session, who)
    password = first_password()
    with own_wire(session) as wire:
        people.reset_password(wire, user.id, user.login, password)
    return _tell_password(
        session, user.id, user.login, f"{printable(user.name)} has a new password", password
    )


def _tell_password(session: Session, user_id: str, login: str, what: str, password: str) -> Code:
    if session.json:
        say_json({"id": user_id, "login": login, "password": password})
        return Code.FINE
    say(f"{what}. Login {login}, password: {password}")
    say("It is told this once. They change it with: offhook password")
    return Code.FINE


def set_role(session: Session, who: str, role: str) -> Code:
    """Gives a person another role."""
    from storage.postgres import people

    if role not in ROLES:
        raise Usage(f"A role is one of {', '.join(ROLES)}.")
    user = _user(session, who)
    with own_wire(session) as wire:
        people.set_role(wire, user.id, role)
    return _done(session, f"{printable(user.name)} is {_a(role)} now.", id=user.id, role=role)


def disable_user(session: Session, who: str) -> Code:
    """Shuts a person out at once."""
    from storage.postgres import people

    user = _user(session, who)
    with own_wire(session) as wire:
        ended = people.disable_user(wire, user.id)
    if not session.json:
        sessions = "1 open session was" if ended == 1 else f"{ended} open sessions were"
        say(f"{printable(user.name)} is shut out; {sessions} ended.")
        say(f"Hand their book over with: offhook admin book hand-over {printable(user.login)} TO")
        return Code.FINE
    return _done(session, "", id=user.id, sessions_ended=ended)


def enable_user(session: Session, who: str) -> Code:
    """Lets a person in again."""
    from storage.postgres import people

    user = _user(session, who)
    with own_wire(session) as wire:
        people.enable_user(wire, user.id)
    return _done(session, f"{printable(user.name)} can log in again.", id=user.id)


def edit_user(
    session: Session,
    who: str,
    *,
    name: str | None,
    email: str | None,
    time_zone: str | None,
    export: str | None,
    importing: str | None,
) -> Code:
    """Changes what a person is called, where they are, and whether they may export and import."""
    from core.commands.people import EditUser

    given = {
        "name": name,
        "email": email,
        "time_zone": time_zone,
        "export_right": export,
        "import_right": importing,
    }
    values = {key: typed(value) for key, value in given.items() if value is not None}
    if not values:
        raise Usage("Say what to change: --name, --email, --time-zone, --export or --import.")
    return _command(session, lambda catalog: EditUser(user_id=user_called(catalog, who).id, values=values))


# --- teams --------------------------------------------------------------------------------------------------------


def list_teams(session: Session) -> Code:
    """Lists the teams with their people."""
    with session.open() as workspace:
        catalog = workspace.catalog()
    teams: list[dict[str, Any]] = [
        {
            "id": team.id,
            "name": team.name,
            "pool": next((book.name for book in catalog.pools() if book.team_id == team.id), ""),
            "people": [catalog.user_name(m.user_id) for m in catalog.memberships if m.team_id == team.id],
        }
        for team in catalog.teams
    ]
    if session.json:
        say_json(teams)
        return Code.FINE
    for line in table(
        [
            (printable(str(one["name"])), printable(str(one["pool"])), printable(", ".join(one["people"])))
            for one in teams
        ]
    ):
        say(line)
    return Code.FINE


def add_team(session: Session, name: str) -> Code:
    """Makes a team with its pool."""
    from core.commands.people import CreateTeam

    return _command(session, lambda _: CreateTeam(name=typed(name)))


def rename_team(session: Session, team: str, name: str) -> Code:
    """Gives a team another name."""
    from core.commands.people import RenameTeam

    return _command(
        session, lambda catalog: RenameTeam(team_id=team_called(catalog, team).id, name=typed(name))
    )


def join_team(session: Session, who: str, team: str) -> Code:
    """Takes a person into a team."""
    from core.commands.people import JoinTeam

    return _command(
        session,
        lambda catalog: JoinTeam(user_id=user_called(catalog, who).id, team_id=team_called(catalog, team).id),
    )


def leave_team(session: Session, who: str, team: str) -> Code:
    """Takes a person out of a team."""
    from core.commands.people import LeaveTeam

    return _command(
        session,
        lambda catalog: LeaveTeam(
            user_id=user_called(catalog, who).id, team_id=team_called(catalog, team).id
        ),
    )


# --- pipelines ----------------------------------------------------------------------------------------------------


def add_pipeline(session: Session, name: str, *, like: str, team: str) -> Code:
    """Makes a pipeline."""
    from core.commands.pipelines import CreatePipeline

    return _command(
        session,
        lambda catalog: CreatePipeline(
            name=typed(name),
            team_id=team_called(catalog, team).id if team else None,
            copy_of=_pipeline(catalog, like) if like else None,
        ),
    )


def rename_pipeline(session: Session, pipeline: str, name: str) -> Code:
    """Gives a pipeline another name."""
    from core.commands.pipelines import EditPipeline

    return _command(
        session,
        lambda catalog: EditPipeline(pipeline_id=_pipeline(catalog, pipeline), values={"name": typed(name)}),
    )


def delete_pipeline(session: Session, pipeline: str) -> Code:
    """Deletes a pipeline that holds no deals."""
    from core.commands.pipelines import DeletePipeline

    return _command(session, lambda catalog: DeletePipeline(pipeline_id=_pipeline(catalog, pipeline)))


def _pipeline(catalog: Catalog, text: str) -> str:
    for pipeline in catalog.pipelines:
        if fold(pipeline.name) == fold(typed(text).strip()):
            return pipeline.id
    there = ", ".join(printable(pipeline.name) for pipeline in catalog.pipelines)
    raise NotFound(f"There is no pipeline “{printable(text)}”. There are: {there}.")


# --- books --------------------------------------------------------------------------------------------------------


def list_books(session: Session) -> Code:
    """Lists the books, what lies in them, and with whom they are shared."""
    with session.open() as workspace:
        catalog = workspace.catalog()
        held = {book.id: workspace.book_contents(book.id) for book in catalog.books}
    books: list[dict[str, Any]] = [
        {
            "id": book.id,
            "kind": book.kind,
            "name": catalog.owner_name(book.id),
            "records": {table: len(ids) for table, ids in held[book.id].items()},
            "shared_with": [
                catalog.user_name(user_id) + ("" if can_write else " (reads)")
                for user_id, can_write in catalog.shared_with(book.id).items()
            ],
        }
        for book in catalog.books
    ]
    if session.json:
        say_json(books)
        return Code.FINE
    rows = []
    for one in books:
        what = ", ".join(f"{count:,} {name}" for name, count in one["records"].items() if count) or "empty"
        shared = printable(", ".join(one["shared_with"]))
        rows.append((printable(str(one["name"])), str(one["kind"]), what, shared))
    for line in table(rows):
        say(line)
    return Code.FINE


def share_book(session: Session, book: str, who: str, *, read_only: bool) -> Code:
    """Shares a whole book with a colleague."""
    from core.commands.sharing import ShareBook

    return _command(
        session,
        lambda catalog: ShareBook(
            book_id=book_called(catalog, book).id,
            user_id=user_called(catalog, who).id,
            can_write=not read_only,
        ),
    )


def unshare_book(session: Session, book: str, who: str) -> Code:
    """Takes a book back from a colleague."""
    from core.commands.sharing import UnshareBook

    return _command(
        session,
        lambda catalog: UnshareBook(
            book_id=book_called(catalog, book).id, user_id=user_called(catalog, who).id
        ),
    )


def hand_over(session: Session, source: str, target: str) -> Code:
    """Hands everything in a book over to a colleague or a pool: in steps of which each can be undone, and which ctrl-c stops."""
    from core.commands.records import assignments

    with session.open_server() as workspace, Progress("Handing over", quiet=session.json) as progress:
        catalog = workspace.catalog()
        origin, to = book_called(catalog, source), book_called(catalog, target)
        if origin.id == to.id:
            raise Refused("That is the same book.")
        if origin.id not in catalog.visible_books:
            # What is out of sight counts nothing, which is not to say that nothing is there.
            name = printable(catalog.owner_name(origin.id))
            raise Refused(f"You do not see {name if origin.kind == 'pool' else f'the book of {name}'}.")
        contents = workspace.book_contents(origin.id)
        total = sum(map(len, contents.values()))
        done = 0
        for command in assignments(contents, to.id):
            require_applied(workspace.execute(command))
            done += len(command.ids)
            progress.share(done / total, f"{done:,} of {total:,}")
    what = (
        f"Handed {total:,} records over to {printable(catalog.owner_name(to.id))}."
        if total
        else "The book is empty."
    )
    return _done(session, what, records=total)


# --- pieces -------------------------------------------------------------------------------------------------------


def _user(session: Session, who: str) -> User:
    with session.open() as workspace:
        return user_called(workspace.catalog(), who)


def _command(session: Session, make: Callable[[Catalog], Command]) -> Code:
    with session.open_server() as workspace:
        answer = require_applied(workspace.execute(make(workspace.catalog())))
    summary = answer.changeset.summary if answer.changeset else "Done"
    return _done(session, f"{printable(summary)}.", summary=summary)


def _done(session: Session, sentence: str, **told: Any) -> Code:
    if session.json:
        say_json(told)
    else:
        say(sentence)
    return Code.FINE


def _a(role: str) -> str:
    return {"admin": "an admin", "readonly": "read-only"}.get(role, f"a {role}")
