"""Teams, and what people are called."""

from __future__ import annotations

import pytest

from core.commands.people import CreateTeam, EditUser, JoinTeam, LeaveTeam, RenameTeam
from core.commands.pipelines import CreatePipeline
from core.entities import Book, Team, User
from core.errors import Invalid, NotFound, Refused
from core.permissions import require_export, require_import


def why(who, command):
    with pytest.raises(Refused) as refused:
        who.execute(command)
    return str(refused.value)


@pytest.fixture
def north(office):
    """A new team."""
    command = CreateTeam(name="North")
    office.ann.run(command)
    return command


# --- teams


def test_a_team_comes_with_its_pool(office, north):
    pool = office.ann.get(Book, north.book_id)
    assert (pool.kind, pool.name, pool.team_id) == ("pool", "North pool", north.team_id)
    named = CreateTeam(name="South", pool="Sunny leads")
    assert office.ann.run(named).summary == "Made the team South"
    assert office.ann.get(Book, named.book_id).name == "Sunny leads"


def test_a_team_has_a_name_of_its_own(office, north):
    assert why(office.ann, CreateTeam(name=" ")) == "A team needs a name."
    assert why(office.ann, CreateTeam(name="NORTH")) == "There is a team called NORTH already."
    assert why(office.ann, RenameTeam(team_id=north.team_id, name="sales")) == (
        "There is a team called sales already."
    )


def test_a_pool_follows_the_name_of_its_team_unless_it_has_one_of_its_own(office, north):
    office.ann.run(RenameTeam(team_id=north.team_id, name="Nord"))
    assert office.ann.get(Team, north.team_id).name == "Nord"
    assert office.ann.get(Book, north.book_id).name == "Nord pool"
    named = CreateTeam(name="South", pool="Sunny leads")
    office.ann.run(named)
    office.ann.run(RenameTeam(team_id=named.team_id, name="Süd"))
    assert office.ann.get(Book, named.book_id).name == "Sunny leads"


def test_who_joins_a_team_sees_its_pool_and_is_seen_by_its_managers(office, north):
    eve, abroad = office.eve, office.book(office.eve)
    assert north.book_id not in eve.catalog().visible_books
    done = office.ann.run(JoinTeam(user_id=eve.user_id, team_id=north.team_id))
    assert done.summary == "Eve joined the team North"
    assert north.book_id in eve.catalog().writable_books
    assert abroad not in office.max.catalog().visible_books
    office.ann.run(JoinTeam(user_id=office.max.user_id, team_id=north.team_id))
    assert abroad in office.max.catalog().writable_books
    again = office.ann.run(JoinTeam(user_id=eve.user_id, team_id=north.team_id))
    assert (again.changes, again.summary) == ((), "Eve: in the team North already")


def test_who_leaves_a_team_keeps_their_book(office, north):
    eve = office.eve
    office.ann.run(JoinTeam(user_id=eve.user_id, team_id=north.team_id))
    lena = office.contact(eve)
    left = office.ann.run(LeaveTeam(user_id=eve.user_id, team_id=north.team_id))
    assert north.book_id not in eve.catalog().visible_books
    assert lena.book_id in eve.catalog().writable_books
    with pytest.raises(NotFound, match="Eve is not in the team North"):
        office.ann.execute(LeaveTeam(user_id=eve.user_id, team_id=north.team_id))
    office.ann.undo(left)
    assert north.book_id in eve.catalog().visible_books


def test_a_team_is_unmade_as_long_as_nothing_depends_on_it(office):
    first = CreateTeam(name="North")
    made = office.ann.run(first)
    office.ann.undo(made)
    assert [team.name for team in office.catalog.teams] == ["Sales", "Abroad"]
    for use in (
        lambda team: office.contact(office.ann, "Lena", book_id=team.book_id),
        lambda team: office.ann.run(CreatePipeline(name="Northern deals", team_id=team.team_id)),
    ):
        again = CreateTeam(name=f"North {use.__code__.co_firstlineno}")
        made = office.ann.run(again)
        use(again)
        assert "has come to depend on it since" in why_undo(office, made)


def why_undo(office, done):
    with pytest.raises(Refused) as refused:
        office.ann.undo(done)
    return str(refused.value)


def test_teams_are_for_admins_to_make(office, north):
    for command in (
        CreateTeam(name="West"),
        RenameTeam(team_id=north.team_id, name="West"),
        # A manager who took people in would see their books.
        JoinTeam(user_id=office.eve.user_id, team_id=north.team_id),
        LeaveTeam(user_id=office.bob.user_id, team_id=north.team_id),
    ):
        assert why(office.max, command) == "That needs the role admin; yours is manager."


def test_what_is_gone_is_said_to_be_gone(office):
    for command, sentence in (
        (RenameTeam(team_id="gone", name="x"), "That team is not there any more."),
        (JoinTeam(user_id="gone", team_id="gone"), "That person is not there any more."),
        (EditUser(user_id="gone", values={"name": "x"}), "That person is not there any more."),
    ):
        with pytest.raises(NotFound, match=sentence):
            office.ann.execute(command)


# --- people


def test_people_say_what_they_are_called(office):
    values = {"name": "Bob Hart", "email": "bob@nordlicht.de", "time_zone": "Europe/Oslo"}
    done = office.bob.run(EditUser(user_id=office.bob.user_id, values=values))
    bob = office.bob.get(User, office.bob.user_id)
    assert {name: getattr(bob, name) for name in values} == values
    assert done.summary == "Edited Bob"
    assert office.catalog.owner_name(office.book(office.bob)) == "Bob Hart"


def test_another_persons_name_is_for_admins(office):
    command = EditUser(user_id=office.eve.user_id, values={"name": "Eva"})
    assert why(office.bob, command) == "That needs the role admin; yours is rep."
    office.ann.run(command)
    assert why(office.rex, EditUser(user_id=office.rex.user_id, values={"name": "x"})).startswith(
        "Your role is read-only"
    )


def test_a_role_or_login_is_not_changed_by_editing(office):
    for name in ("role", "login", "disabled_at"):
        with pytest.raises(Refused, match=f"“{name}” of a user is not changed by editing it"):
            office.ann.execute(EditUser(user_id=office.bob.user_id, values={name: "admin"}))


def test_values_that_cannot_be_kept_are_named(office):
    with pytest.raises(Invalid) as refused:
        office.ann.execute(
            EditUser(
                user_id=office.bob.user_id,
                values={
                    "name": "",
                    "email": "no",
                    "time_zone": "Mars",
                    "export_right": "maybe",
                    "import_right": "on",
                },
            )
        )
    assert set(refused.value.fields) == {"name", "email", "time_zone", "export_right", "import_right"}


def test_the_right_to_export_is_given_and_taken_by_admins(office):
    for who in (office.ann, office.max):
        require_export(who.catalog())
    with pytest.raises(Refused, match="You may not export"):
        require_export(office.bob.catalog())
    give = EditUser(user_id=office.bob.user_id, values={"export_right": "yes"})
    assert why(office.bob, give) == "That needs the role admin; yours is rep."
    office.ann.run(give)
    require_export(office.bob.catalog())
    office.ann.run(EditUser(user_id=office.max.user_id, values={"export_right": "no"}))
    with pytest.raises(Refused, match="You may not export"):
        require_export(office.max.catalog())


def test_the_right_to_import_is_given_and_taken_by_admins(office):
    for who in (office.ann, office.max):
        require_import(who.catalog())
    with pytest.raises(Refused, match="You may not import"):
        require_import(office.bob.catalog())
    give = EditUser(user_id=office.bob.user_id, values={"import_right": "yes"})
    assert why(office.bob, give) == "That needs the role admin; yours is rep."
    office.ann.run(give)
    require_import(office.bob.catalog())
    office.ann.run(EditUser(user_id=office.max.user_id, values={"import_right": "no"}))
    with pytest.raises(Refused, match="You may not import"):
        require_import(office.max.catalog())
    # Who may only look writes nothing, whatever an admin has said.
    office.ann.run(EditUser(user_id=office.rex.user_id, values={"import_right": "yes"}))
    with pytest.raises(Refused, match="read-only"):
        require_import(office.rex.catalog())
    own = EditUser(user_id=office.ann.user_id, values={"import_right": "no"})
    assert why(office.ann, own) == "Whether you may import is for another admin to say."


def test_nobody_decides_about_their_own_right_to_export(office):
    command = EditUser(user_id=office.ann.user_id, values={"export_right": "no"})
    assert why(office.ann, command) == "Whether you may export is for another admin to say."
