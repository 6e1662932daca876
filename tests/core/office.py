"""The sales floor on which core is tried: an organization with a manager, two reps and somebody who only looks."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from core.catalog import Catalog
from core.changes import Changeset
from core.commands.base import insert
from core.commands.companies import CreateCompany
from core.commands.contacts import CreateContact
from core.commands.deals import CreateDeal
from core.defaults import founding
from core.entities import Book, Company, Contact, Deal, Membership, Stage, Team, User
from core.ids import new_id
from tests.core.memory import START, Memory, Store


@dataclass
class Office:
    """People, their workspaces, and shorthands for what they do all day."""

    store: Store
    ann: Memory
    """Admin, in the team Sales."""
    max: Memory
    """Manager of the team Sales."""
    bob: Memory
    """Rep in the team Sales."""
    eve: Memory
    """Rep in the team Abroad."""
    rex: Memory
    """Looks, and may change nothing."""

    @property
    def catalog(self) -> Catalog:
        return self.ann.catalog()

    @property
    def pipeline_id(self) -> str:
        return self.catalog.pipelines[0].id

    @property
    def pool(self) -> str:
        """The id of the team Sales' pool."""
        return self.catalog.pools()[0].id

    def book(self, who: Memory) -> str:
        return self.catalog.book_of(who.user_id).id

    def stage(self, name: str) -> Stage:
        return next(s for s in self.catalog.stages_of(self.pipeline_id) if s.name == name)

    def pass_time(self, **span: float) -> None:
        self.store.now += dt.timedelta(**span)

    def company(self, who: Memory, name: str = "Acme", **values: object) -> Company:
        command = CreateCompany(values={"name": name, **values})
        who.run(command)
        return who.get(Company, command.company_id)

    def contact(self, who: Memory, first_name: str = "Lena", **values: object) -> Contact:
        command = CreateContact(values={"first_name": first_name, **values})
        who.run(command)
        return who.get(Contact, command.contact_id)

    def deal(self, who: Memory, title: str = "Acme renewal", stage: str = "New", **values: object) -> Deal:
        """A deal in an open stage."""
        command = CreateDeal(
            pipeline_id=self.pipeline_id, stage_id=self.stage(stage).id, values={"title": title, **values}
        )
        who.run(command)
        return who.get(Deal, command.deal_id)


def open_office() -> Office:
    """A floor with nothing on anybody's desk yet."""
    first = founding(
        organization="Nordlicht",
        user="Ann",
        currency="EUR",
        country="DE",
        time_zone="Europe/Berlin",
        now=START,
    )
    store = Store(org_id=first.org_id)
    ann = Memory(store, first.user_id)
    assert ann.apply(first).applied
    team = ann.catalog().teams[0]
    abroad = new_id()
    changes = [insert(Team, abroad, {"name": "Abroad"})]
    people: dict[str, Memory] = {}
    for name, role, team_id in (
        ("Max", "manager", team.id),
        ("Bob", "rep", team.id),
        ("Eve", "rep", abroad),
        ("Rex", "readonly", team.id),
    ):
        user_id = new_id()
        people[name] = Memory(store, user_id)
        changes += [
            insert(User, user_id, {"name": name, "role": role, "time_zone": "Europe/Berlin"}),
            insert(Membership, new_id(), {"team_id": team_id, "user_id": user_id}),
        ]
        if role != "readonly":
            changes.append(insert(Book, new_id(), {"kind": "own", "name": name, "user_id": user_id}))
    hired = Changeset(new_id(), first.org_id, first.user_id, START, "hire", "Hired four", tuple(changes))
    assert ann.apply(hired).applied
    return Office(store, ann, people["Max"], people["Bob"], people["Eve"], people["Rex"])
