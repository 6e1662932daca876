"""Commands on teams, and on what people are called.

Roles, logins, disabling and passwords are no commands: they change what PostgreSQL lets somebody do, so functions of the
server do them, for admins alone.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, ClassVar

from core.catalog import Catalog
from core.commands.base import (
    Command,
    Context,
    Decision,
    Seen,
    changes_nothing,
    cleaned,
    delete,
    effective,
    insert,
    only,
    update,
)
from core.commands.checks import Checks
from core.entities import Book, Membership, Team, User
from core.errors import Invalid, NotFound, Refused
from core.ids import new_id
from core.permissions import require_can_change, require_role
from core.points import check_zone, clean_email
from core.text import fold

RIGHTS = ("", "yes", "no")
"""By role, always, never."""

_DECIDED = {"export_right": "export", "import_right": "import"}
"""What an admin decides for somebody, and what it is that they may then."""


@dataclass(frozen=True, kw_only=True)
class CreateTeam(Command):
    """A team with its pool.

    Attributes:
        name: the team's name.
        pool: the pool's name; made of the team's where it is empty.
        team_id, book_id: the new records' ids.
    """

    NAME: ClassVar[str] = "create_team"
    name: str
    pool: str = ""
    team_id: str = field(default_factory=new_id)
    book_id: str = field(default_factory=new_id)

    def decide(self, seen: Seen, context: Context) -> Decision:
        require_role(context.catalog, "admin")
        name = _team_name(context.catalog, self.name)
        pool = cleaned(Book, {"name": self.pool})["name"] or _pool_name(name)
        changes = (
            insert(Team, self.team_id, {"name": name}),
            insert(Book, self.book_id, {"kind": "pool", "name": pool, "team_id": self.team_id}),
        )
        return Decision(f"Made the team {name}", changes, "team.created")


@dataclass(frozen=True, kw_only=True)
class RenameTeam(Command):
    """Gives a team another name. A pool that is called after it follows."""

    NAME: ClassVar[str] = "rename_team"
    team_id: str
    name: str

    def decide(self, seen: Seen, context: Context) -> Decision:
        catalog = context.catalog
        require_role(catalog, "admin")
        team = _team(catalog, self.team_id)
        name = _team_name(catalog, self.name, team)
        pools = (book for book in catalog.pools() if book.team_id == team.id)
        changes = (
            update(team, {"name": name}),
            *(update(b, {"name": _pool_name(name)}) for b in pools if b.name == _pool_name(team.name)),
        )
        return Decision(f"Renamed the team {team.name} to {name}", effective(*changes), "team.renamed")


@dataclass(frozen=True, kw_only=True)
class JoinTeam(Command):
    """Takes somebody into a team: they see its pool, and its managers see their book."""

    NAME: ClassVar[str] = "join_team"
    user_id: str
    team_id: str
    membership_id: str = field(default_factory=new_id)

    def decide(self, seen: Seen, context: Context) -> Decision:
        catalog = context.catalog
        require_role(catalog, "admin")
        user, team = _user(catalog, self.user_id), _team(catalog, self.team_id)
        if team.id in catalog.teams_of(user.id):
            return Decision(f"{user.name}: in the team {team.name} already", ())
        values = {"team_id": team.id, "user_id": user.id}
        change = insert(Membership, self.membership_id, values)
        return Decision(f"{user.name} joined the team {team.name}", (change,), "team.joined")


@dataclass(frozen=True, kw_only=True)
class LeaveTeam(Command):
    """Takes somebody out of a team. What lies in their book stays theirs."""

    NAME: ClassVar[str] = "leave_team"
    user_id: str
    team_id: str

    def decide(self, seen: Seen, context: Context) -> Decision:
        catalog = context.catalog
        require_role(catalog, "admin")
        user, team = _user(catalog, self.user_id), _team(catalog, self.team_id)
        places = [m for m in catalog.memberships if (m.user_id, m.team_id) == (user.id, team.id)]
        if not places:
            raise NotFound(f"{user.name} is not in the team {team.name}.")
        changes = tuple(delete(place, context.now) for place in places)
        return Decision(f"{user.name} left the team {team.name}", changes, "team.left")


@dataclass(frozen=True, kw_only=True)
class EditUser(Command):
    """Changes what a person is called: name, email, time_zone; for an admin also whether they may export and import.

    Attributes:
        user_id: oneself, or for an admin anybody.
        values: new values by field name.
        expected: the values on the user's screen.
    """

    NAME: ClassVar[str] = "edit_user"
    user_id: str
    values: Mapping[str, Any]
    expected: Mapping[str, Any] = field(default_factory=dict)

    def decide(self, seen: Seen, context: Context) -> Decision:
        catalog = context.catalog
        require_can_change(catalog)
        user = _user(catalog, self.user_id)
        if user.id != catalog.me.id:
            require_role(catalog, "admin")
        only(self.values, ("name", "email", "time_zone", *_DECIDED), User.LABEL)
        change = update(user, _user_values(self.values), self.expected)
        for name, what in _DECIDED.items():
            if name in change.set:
                require_role(catalog, "admin")
                if user.id == catalog.me.id:
                    raise Refused(f"Whether you may {what} is for another admin to say.")
        if changes_nothing(change):
            return Decision(f"{user.name}: nothing to change", ())
        return Decision(f"Edited {user.name}", (change,), "user.edited")


def _user(catalog: Catalog, user_id: str) -> User:
    try:
        return catalog.user_by_id[user_id]
    except KeyError:
        raise NotFound("That person is not there any more.") from None


def _team(catalog: Catalog, team_id: str) -> Team:
    for team in catalog.teams:
        if team.id == team_id:
            return team
    raise NotFound("That team is not there any more.")


def _team_name(catalog: Catalog, typed: str, current: Team | None = None) -> str:
    name: str = cleaned(Team, {"name": typed})["name"]
    if not name:
        raise Invalid({"name": "A team needs a name."})
    if any(fold(team.name) == fold(name) and team is not current for team in catalog.teams):
        raise Invalid({"name": f"There is a team called {name} already."})
    return name


def _pool_name(team: str) -> str:
    return str(cleaned(Book, {"name": f"{team} pool"})["name"])


def _user_values(values: Mapping[str, Any]) -> dict[str, Any]:
    checks = Checks(User, values)
    if checks.values.get("name") == "":
        checks.refuse("name", "A person needs a name.")
    checks.apply("email", clean_email)
    checks.apply("time_zone", check_zone)
    for name, what in _DECIDED.items():
        if checks.values.get(name, "") not in RIGHTS:
            checks.refuse(name, f"The right to {what} is yes, no, or empty for what the role says.")
    return checks.done()
