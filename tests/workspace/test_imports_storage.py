"""What imports rely on in every mode: records known by ids of elsewhere, looked up by the hundred, written by the hundred."""

from __future__ import annotations

import dataclasses
import datetime as dt
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from core.catalog import Catalog
from core.changes import Change, Status
from core.commands.base import Context, Decision, Get, Need, Seen, delete, insert, update
from core.commands.companies import CreateCompany
from core.commands.contacts import DeleteContacts, EditContact
from core.commands.deals import EditDeal
from core.commands.people import EditUser
from core.commands.tasks import CreateTask
from core.commands.undo import Undo
from core.entities import RECORDS, Company, Contact, Import
from core.ids import new_id
from core.imports.shapes import Match, Probe
from core.permissions import may_import
from tests.postgres.floor import Floor
from tests.waiting import eventually
from tests.workspace.office import START, Ear, Office

LogIn = Callable[[str], Office]
Row = dict[str, Any]


@dataclass(frozen=True, kw_only=True)
class Batch(Undo):
    """Any changes in one changeset: what commands that bring rows in, and take them back, come to."""

    NAME = "batch"
    changeset_id: str = ""
    changes: tuple[Change, ...] = ()
    gone: tuple[tuple[str, str], ...] = ()
    """Records that are deleted, by table and id."""

    def needs(self, catalog: Catalog) -> Sequence[Need]:
        return [Get(*key) for key in self.gone]

    def also_needs(self, seen: Seen, catalog: Catalog) -> Sequence[Need]:
        return ()

    def decide(self, seen: Seen, context: Context) -> Decision:
        gone = tuple(delete(seen.get(RECORDS[table], row_id), context.now) for table, row_id in self.gone)
        return Decision("Imported", (*self.changes, *gone), undoes=self.changeset_id or None)


def companies_and_people(book_id: str, number: int, tag: str = "n") -> tuple[Change, ...]:
    """So many companies, then a contact at each."""
    firms = [
        insert(Company, new_id(), {
            "book_id": book_id, "name": f"Firm {tag}{n}", "domain": f"{tag}{n}.example", "external_ids": (f"hubspot:c{tag}{n}",)
        })
        for n in range(number)
    ]  # fmt: skip
    people = [
        insert(Contact, new_id(), {
            "book_id": book_id, "first_name": "Jörg", "last_name": f"Nr{tag}{n}", "company_id": firm.id,
            "emails": ({"value": f"Joerg{n}@{tag}.example", "label": "work"},), "external_ids": (f"hubspot:{tag}{n}",),
        })
        for n, firm in enumerate(firms)
    ]  # fmt: skip
    return (*firms, *people)


def an_import(office: Office, **values: Any) -> Change:
    made = {"name": "contacts.csv", "source": "hubspot", "user_id": office.catalog.me.id, "state": "running",
            "started_at": office.clock(), **values}  # fmt: skip
    return insert(Import, new_id(), made)


def found(office: Office, table: str, *probes: Probe) -> list[set[str]]:
    """The ids that each probe finds."""
    matches = office.workspace.matches(table, probes)
    assert all(len({match.record.id for match in some}) == len(some) for some in matches)
    return [{match.record.id for match in some} for some in matches]


# --- the record of an import ---------------------------------------------------------------------------------------


def test_an_import_begins_and_ends_and_the_latest_comes_first(office: Office) -> None:
    first = an_import(office, mapping={"a|b": {"email": "E-mail"}})
    office.do(Batch(changes=(first,)))
    held: Import = office.get("imports", first.id)
    assert (held.state, held.rows, held.ended_at) == ("running", 0, None)
    end = update(held, {"state": "done", "rows": 7, "imported": 5, "refused": 2, "ended_at": office.clock()})
    office.do(Batch(changes=(end,)))
    second = an_import(office, started_at=office.clock() + dt.timedelta(hours=1))
    office.do(Batch(changes=(second,)))
    eventually(lambda: not office.workspace.unsent())
    mine = [one for one in office.catalog.imports if one.user_id == office.catalog.me.id]
    assert [one.id for one in mine] == [second.id, first.id]
    assert (mine[1].state, mine[1].rows, mine[1].imported, mine[1].refused) == ("done", 7, 5, 2)
    assert mine[1].mapping == {"a|b": {"email": "E-mail"}}


def test_whose_import_it_is_decides_who_sees_it(log_in: LogIn, floor: Floor) -> None:
    mia, ann, ada, ben = (log_in(login) for login in ("mia", "ann", "ada", "ben"))
    for who in (ann, ada, ben, mia):
        who.workspace.subscribe(Ear())
    hers = an_import(mia)
    mia.do(Batch(changes=(hers,)))
    bens = floor.imported()
    eventually(lambda: {one.id for one in ada.catalog.imports} == {hers.id, bens})
    ada.do(EditUser(user_id=ann.catalog.me.id, values={"import_right": "yes"}))
    eventually(lambda: may_import(ann.catalog))
    anns = an_import(ann)
    ann.do(Batch(changes=(anns,)))
    eventually(lambda: {one.id for one in mia.catalog.imports} == {hers.id, anns.id, bens})
    assert [one.id for one in ann.catalog.imports] == [anns.id]
    assert [one.id for one in ben.catalog.imports] == [bens]


def test_the_server_takes_no_import_of_who_may_not_import(log_in: LogIn) -> None:
    ann = log_in("ann")
    assert not may_import(ann.catalog)
    answer = ann.became(ann.workspace.execute(Batch(changes=(an_import(ann),))))
    assert answer.status is Status.REJECTED
    assert "You may not import" in answer.reason


# --- who that is that a row means ----------------------------------------------------------------------------------


def test_a_contact_is_found_by_whatever_is_known_of_it(office: Office) -> None:
    changes = companies_and_people(office.catalog.my_book.id, 3)
    office.do(Batch(changes=changes))
    people = [change.id for change in changes if change.table == "contacts"]
    assert found(
        office, "contacts",
        Probe(external_ids=("hubspot:n0",)), Probe(emails=("joerg1@n.example",)), Probe(names=("nrn2 jorg",)),
        Probe(names=("jorg nrn0",), company="firm n0"), Probe(ids=(people[1],)),
        Probe(external_ids=("hubspot:n0", "hubspot:n1"), emails=("joerg0@n.example",)),
        Probe(external_ids=("salesforce:n0",), emails=("Joerg1@n.example",), names=("nrn2",), company="firm", ids=("x",)),
        Probe(),
    ) == [{people[0]}, {people[1]}, {people[2]}, {people[0]}, {people[1]}, {people[0], people[1]}, set(), set()]  # fmt: skip
    [[match]] = office.workspace.matches("contacts", [Probe(ids=(people[2].upper(),))])
    assert match == Match(office.get("contacts", people[2]), "Firm n2")


def test_a_company_a_deal_and_a_task_are_found_by_what_they_have(office: Office) -> None:
    company = CreateCompany(values={"name": "Ærø GmbH", "domain": "aero.example"})
    office.do(company)
    deal = office.deal("Ærø Renewal", company="Ærø GmbH")
    contact = office.contact(phones=({"value": "+4930123456", "label": "work"},))
    task = CreateTask(table="contacts", record_id=contact, subject="Call", due_at=START)
    office.do(task)
    assert found(office, "companies", Probe(domain="aero.example"), Probe(names=("aero gmbh",)), Probe(domain="")) == [
        {company.company_id}, {company.company_id}, set()
    ]  # fmt: skip
    [[match]] = office.workspace.matches("deals", [Probe(names=("aero renewal",))])
    assert (match.record.id, match.company) == (deal, "Ærø GmbH")
    assert found(office, "contacts", Probe(phones=("+4930123456",))) == [{contact}]
    assert found(office, "tasks", Probe(ids=(task.task_id, new_id()), names=("call",))) == [{task.task_id}]
    assert found(office, "activities", Probe(ids=(task.task_id,))) == [set()]
    assert office.workspace.matches("companies", []) == []


def test_what_is_deleted_is_not_found_and_what_comes_back_is(office: Office) -> None:
    changes = companies_and_people(office.catalog.my_book.id, 1)
    office.do(Batch(changes=changes))
    person = changes[1].id
    by_all = Probe(("hubspot:n0",), (person,), ("joerg0@n.example",), (), ("nrn0 jorg",), "firm n0")
    gone = office.do(DeleteContacts(contact_ids=(person,)))
    assert found(office, "contacts", by_all) == [set()]
    assert gone.changeset is not None
    office.do(Undo(changeset_id=gone.changeset.id))
    assert found(office, "contacts", by_all, Probe(external_ids=("hubspot:n0",))) == [{person}, {person}]


def test_ids_of_elsewhere_are_a_set_that_edits_leave_alone(office: Office) -> None:
    changes = companies_and_people(office.catalog.my_book.id, 1)
    office.do(Batch(changes=changes))
    held: Contact = office.get("contacts", changes[1].id)
    waits = "company_id>salesforce:001"
    for ids in (("hubspot:n0", waits), ("hubspot:n0", waits, "close:9"), ("hubspot:n0", "close:9")):
        office.do(Batch(changes=(update(office.get("contacts", held.id), {"external_ids": ids}),)))
        for one in ("hubspot:n0", waits, "close:9"):
            assert found(office, "contacts", Probe(external_ids=(one,))) == [
                {held.id} if one in ids else set()
            ]
    refused = office.workspace.execute(
        EditContact(contact_id=held.id, values={"external_ids": ("hubspot:1",)})
    )
    assert refused.status is Status.REJECTED
    assert "imports alone" in refused.reason
    deal = office.deal()
    assert not office.workspace.execute(EditDeal(deal_id=deal, values={"external_ids": ("x:1",)})).applied
    made = CreateCompany(values={"name": "Forged", "external_ids": ("hubspot:cn0",)})
    assert not office.workspace.execute(made).applied


def test_a_number_that_hundreds_share_leads_to_some_of_them(office: Office) -> None:
    book = office.catalog.my_book.id
    firm = insert(Company, new_id(), {"book_id": book, "name": "Switchboard"})
    people = [
        insert(Contact, new_id(), {
            "book_id": book, "last_name": f"Nr{n}", "company_id": firm.id, "phones": ({"value": "+4930111", "label": "work"},),
        })
        for n in range(230)
    ]  # fmt: skip
    office.do(Batch(changes=(firm, *people)))
    by_phone, by_name = found(
        office, "contacts", Probe(phones=("+4930111",)), Probe(names=("nr229",), phones=("+4930111",))
    )
    assert len(by_phone) == 200
    assert people[229].id in by_name


def test_of_those_with_one_number_or_company_only_people_of_like_names_are_found(office: Office) -> None:
    book = office.catalog.my_book.id
    firm = insert(Company, new_id(), {"book_id": book, "name": "Switchboard"})
    other = insert(Company, new_id(), {"book_id": book, "name": "Elsewhere"})
    shared = {
        "phones": ({"value": "+4930111", "label": "work"},),
        "emails": ({"value": "info@sw.example", "label": ""},),
    }
    people = {
        name: insert(Contact, new_id(), {
            "book_id": book, "first_name": name.partition(" ")[0], "last_name": name.partition(" ")[2], "company_id": firm.id, **shared,
        })
        for name in ("Katharina Müller-Wessel", "Katharina Mueller", "Bo Li", "")
    }  # fmt: skip
    namesake = insert(
        Contact, new_id(), {"book_id": book, "first_name": "Bo", "last_name": "Lü", "company_id": other.id}
    )
    office.do(Batch(changes=(firm, other, *people.values(), namesake)))
    kat, _, bo, nobody = (change.id for change in people.values())
    number = ("+4930111",)
    assert found(
        office, "contacts",
        Probe(phones=number, names=("muller wessel katharina", "katharina muller wessel")),
        Probe(phones=number, names=("muller-wessel catharina",)), Probe(phones=number, names=("li zo",)),
        Probe(company="switchboard", names=("katarina muller wessel",)), Probe(company="switchboard", names=("bo li",)),
        Probe(company="elsewhere", names=("bo li",)), Probe(company="switchboard"), Probe(company="switchboard", names=("’",)),
    ) == [{kat, nobody}, {kat, nobody}, {nobody}, {kat}, {bo}, set(), set(), set()]  # fmt: skip


def test_a_rep_finds_nobody_who_is_a_colleagues(log_in: LogIn, floor: Floor) -> None:
    ann, mia = log_in("ann"), log_in("mia")
    bens, theirs = floor.contact("ben"), floor.company("ben")
    by_all = Probe(ids=(bens,), emails=("joerg@ben.example",), names=("kunde ben jorg",), company="ben works")
    of_firm = Probe(("crm:ben",), (theirs,), names=("ben works",), domain="ben.example")
    assert found(mia, "contacts", by_all) == [{bens}]
    assert found(mia, "companies", of_firm) == [{theirs}]
    assert found(ann, "contacts", by_all) == [set()]
    assert found(ann, "companies", of_firm) == [set()]


# --- by the hundred ------------------------------------------------------------------------------------------------


def test_hundreds_of_rows_go_in_at_once_and_can_be_taken_back_at_once(office: Office) -> None:
    changes = companies_and_people(office.catalog.my_book.id, 150)
    done = office.became(office.do(Batch(changes=changes)))
    assert done.status is Status.OK, done.reason
    probes = [Probe(external_ids=(f"hubspot:n{n}",), company=f"firm n{n}") for n in range(150)]
    matches = office.workspace.matches("contacts", probes)
    assert [match.company for [match] in matches] == [f"Firm n{n}" for n in range(150)]
    assert done.changeset is not None
    back = Batch(
        changeset_id=done.changeset.id, gone=tuple((change.table, change.id) for change in reversed(changes))
    )
    taken = office.became(office.do(back))
    assert taken.status is Status.OK, taken.reason
    assert found(office, "contacts", *probes) == [set()] * 150
    # Once only.
    again = office.workspace.execute(Undo(changeset_id=done.changeset.id))
    assert not again.applied


def test_a_company_is_found_by_its_name_however_few_come_with_many_people(office: Office) -> None:
    book = office.catalog.my_book.id
    firm, first = companies_and_people(book, 1, "q")
    people = [
        insert(Contact, new_id(), {"book_id": book, "last_name": f"Nrq{n}", "company_id": firm.id})
        for n in range(20)
    ]
    office.do(Batch(changes=(firm, first, *people)))
    [hit] = office.workspace.search("Firm q0", tables=("companies",))
    assert hit.id == firm.id
    assert len(office.workspace.search("Nrq", tables=("contacts",), limit=50)) == 21


def test_a_row_that_is_refused_keeps_all_of_its_batch_out(log_in: LogIn, floor: Floor) -> None:
    ann = log_in("ann")
    changes = companies_and_people(floor.book("ann"), 40)
    *before, last = changes
    strange = dataclasses.replace(last, set={**last.set, "book_id": floor.book("ben")})
    answer = ann.became(ann.workspace.execute(Batch(changes=(*before, strange))))
    assert answer.status in (Status.REJECTED, Status.GONE)
    assert found(log_in("mia"), "companies", Probe(external_ids=("hubspot:cn0",))) == [set()]


def test_a_colleague_sees_what_is_imported_arrive(log_in: LogIn, floor: Floor) -> None:
    mia, ann = log_in("mia"), log_in("ann")
    ann.workspace.subscribe(Ear())
    for tag in ("a", "b", "c"):
        mia.do(Batch(changes=companies_and_people(floor.book("East"), 100, tag)))
    probes = [Probe(external_ids=(f"hubspot:{tag}{n}",)) for tag in "abc" for n in range(100)]
    eventually(lambda: all(found(ann, "contacts", *probes)), seconds=30)
