"""The checks of the simulator can fail: each finds the fault for which it was made, in histories made by hand."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import Any

import pytest

from core.changes import Change, Changeset, to_json
from core.entities import RECORDS
from tests.sync.simulator import checks
from tests.sync.simulator.chance import Seeded
from tests.sync.simulator.evidence import CacheView, Entry, ServerView, Waiting
from tests.sync.simulator.ledger import Done, Ledger, Told
from tests.sync.simulator.shorten import shortened
from tests.sync.simulator.sight import covered

NOW = dt.datetime(2026, 3, 2, 9, 0, tzinfo=dt.UTC)


def contact(city: str, **more: Any) -> dict[str, Any]:
    return {"id": "c1", "city": city, "tags": (), "emails": (), "search": f"lena {city}", **more}


def rows(*contacts: dict[str, Any]) -> dict[str, dict[str, Any]]:
    return {table: {} for table in RECORDS} | {"contacts": {row["id"]: row for row in contacts}}


def edit(city: str, was: str, number: int = 1) -> Changeset:
    change = Change("contacts", "c1", set={"city": city}, base={"city": was})
    return Changeset(f"set{number}", "org", "ann", NOW, "edit_contact", "Edited Lena", (change,))


def done(changeset: Changeset, *tokens: str, step: int = 1, settles: str = "") -> Done:
    seen = {("contacts", "c1", "city"): (changeset.changes[0].base.get("city"),)} if changeset.changes else {}
    return Done(changeset, "ann", step, tokens, seen, settles)


def cache(*contacts: dict[str, Any], parked: Sequence[Waiting] = (), **more: Any) -> CacheView:
    words = {word for row in contacts for word in row["search"].split()}
    view = CacheView(
        "ann", "ann", rows(*contacts), parked=tuple(parked), words={"contacts": frozenset(words)}
    )
    return replace(view, **more)


def server(
    *contacts: dict[str, Any], audit: Iterable[Entry] = (), history: Iterable[Changeset] = ()
) -> ServerView:
    bodies = {each.id: to_json(each) for each in history}
    return ServerView({"ann": rows(*contacts)}, {"ann": frozenset()}, bodies, audit=tuple(audit))


def wrote(changeset: Changeset, **diff: Any) -> Entry:
    return Entry(changeset.id, "contacts", "c1", "update", {name: list(pair) for name, pair in diff.items()})


def waiting(changeset: Changeset, *, theirs: str = "Bonn", settled: bool = False, how: str = "") -> Waiting:
    conflict = {
        "table": "contacts", "id": "c1", "field": "city", "base": "", "mine": changeset.changes[0].set["city"],
        "theirs": theirs, "who": "ben", "when": NOW.isoformat(),
    }  # fmt: skip
    return Waiting(
        changeset.id,
        "conflict",
        "Ben changed it.",
        to_json(changeset),
        {"conflicts": [conflict]},
        settled,
        how,
    )


def ledger(*entries: Done) -> Ledger:
    return Ledger(done={entry.changeset.id: entry for entry in entries})


MINE = edit("zq1x", "Kiel")
HELD = contact("zq1x")


def faults(book: Ledger, there: ServerView, here: CacheView) -> list[str]:
    return checks.at_rest(book, there, [here])


def test_a_history_in_which_all_went_well_has_no_faults() -> None:
    there = server(HELD, audit=[wrote(MINE, city=("Kiel", "zq1x"))], history=[MINE])
    assert faults(ledger(done(MINE, "zq1x")), there, cache(HELD)) == []


@pytest.mark.parametrize(
    ("here", "told"),
    [
        (cache(), "c1 is missing"),
        (cache(HELD, contact("Bonn", id="c2")), "c2 is not for ann to see"),
        (cache(contact("Kiel")), "differs: city: 'Kiel' instead of 'zq1x'"),
        (
            cache(HELD, outbox=(("set2", "queued", {"command": "edit_contact"}),)),
            "still in the outbox (queued)",
        ),
        (cache(HELD, base={("contacts", "c1"): {}}), "still kept aside"),
        (cache(HELD, points=frozenset({("c1", "email", "a@b.example")})), "is too many"),
        (cache(HELD, words={"contacts": frozenset()}), "“zq1x” cannot be found"),
        (cache(HELD, words={"contacts": frozenset({"zq1x", "zq9x"})}), "still knows “zq9x”"),
        (cache(HELD, index_faults=("contacts: malformed",)), "malformed"),
    ],
)
def test_a_cache_that_is_not_what_the_server_shows_is_found(here: CacheView, told: str) -> None:
    there = server(HELD, audit=[wrote(MINE, city=("Kiel", "zq1x"))], history=[MINE])
    found = faults(ledger(done(MINE, "zq1x")), there, here)
    assert any(told in fault for fault in found), found


def test_work_that_is_nowhere_is_lost() -> None:
    found = faults(ledger(done(MINE, "zq1x")), server(contact("Kiel")), cache(contact("Kiel")))
    assert any("set1 of step 1 is lost" in fault for fault in found)


def test_work_that_counts_as_applied_and_was_written_nowhere_is_found() -> None:
    there = server(contact("Kiel"), history=[MINE])
    found = faults(ledger(done(MINE, "zq1x")), there, cache(contact("Kiel")))
    assert any("was written into no row" in fault for fault in found)


def test_work_that_waits_for_a_person_or_was_given_up_by_one_is_not_lost() -> None:
    there, here = server(contact("Bonn")), cache(contact("Bonn"), parked=[waiting(MINE)])
    assert faults(ledger(done(MINE, "zq1x")), there, here) == []
    given_up = ledger(done(MINE, "zq1x"))
    given_up.dropped.add(MINE.id)
    gone = cache(contact("Bonn"), parked=[waiting(MINE, settled=True, how="dropped")])
    assert faults(given_up, there, gone) == []


def test_work_that_went_from_the_list_of_what_waits_without_a_decision_is_lost() -> None:
    here = cache(contact("Bonn"), parked=[waiting(MINE, settled=True, how="mine")])
    found = faults(ledger(done(MINE, "zq1x")), server(contact("Bonn")), here)
    assert any("is lost" in fault for fault in found)


def test_a_decision_must_hold_what_was_typed() -> None:
    again = edit("Bonn", "Kiel", 2)
    here = cache(contact("Bonn"), parked=[waiting(MINE, settled=True, how="sent")])
    there = server(contact("Bonn"), history=[again], audit=[wrote(again, city=("Kiel", "Bonn"))])
    found = faults(ledger(done(MINE, "zq1x"), done(again, settles=MINE.id, step=2)), there, here)
    assert any("set1 of step 1 is lost" in fault for fault in found)


def test_later_work_on_what_was_refused_may_join_it() -> None:
    later = edit("zq2x", "zq1x", 2)
    joined = edit("zq2x", "Kiel")
    here = cache(contact("Bonn"), parked=[waiting(joined)])
    book = ledger(done(MINE, "zq1x"), done(later, "zq2x", step=2))
    assert faults(book, server(contact("Bonn")), here) == []
    forgotten = cache(contact("Bonn"), parked=[waiting(MINE)])
    assert any(
        "set2 of step 2 is lost" in fault for fault in faults(book, server(contact("Bonn")), forgotten)
    )


def test_a_value_that_nobody_had_seen_must_not_be_overwritten() -> None:
    there = server(HELD, audit=[wrote(MINE, city=("Bonn", "zq1x"))], history=[MINE])
    found = faults(ledger(done(MINE, "zq1x")), there, cache(HELD))
    assert any("'Bonn' was overwritten by 'zq1x'; the user had seen 'Kiel'" in fault for fault in found)


def test_an_item_that_a_colleague_put_into_a_list_must_stay() -> None:
    change = Change("contacts", "c1", add={"tags": ("zq1x",)})
    tagged = replace(MINE, changes=(change,))
    held = contact("Kiel", tags=("zq1x",), search="lena zq1x")
    there = server(held, audit=[wrote(tagged, tags=(["hot"], ["zq1x"]))], history=[tagged])
    found = faults(ledger(Done(tagged, "ann", 1, ("zq1x",))), there, cache(held))
    assert any("['hot']" in fault or "('hot',)" in fault for fault in found), found


def test_what_has_taken_effect_twice_is_found() -> None:
    there = replace(
        server(HELD, history=[MINE], audit=[wrote(MINE, city=("Kiel", "zq1x"))]), said={"zq3x": 2}
    )
    found = faults(ledger(done(MINE, "zq1x")), there, cache(HELD))
    assert any("“zq3x” was logged 2 times" in fault for fault in found)
    twice = replace(there, said={}, twice=frozenset({MINE.id}))
    assert any(
        "in the history twice" in fault for fault in faults(ledger(done(MINE, "zq1x")), twice, cache(HELD))
    )


def test_what_was_handed_in_must_be_told_once() -> None:
    there = replace(server(), handed_in=2)
    book = ledger()
    book.hand_ins.add((MINE.id, "City: Kiel → zq1x"))
    assert any("2 entries were handed in" in fault for fault in faults(book, there, cache()))
    assert faults(book, replace(there, handed_in=1), cache()) == []


def test_what_was_applied_must_not_wait_for_a_person() -> None:
    there = server(HELD, history=[MINE], audit=[wrote(MINE, city=("Kiel", "zq1x"))])
    found = faults(ledger(done(MINE, "zq1x")), there, cache(HELD, parked=[waiting(MINE)]))
    assert any("was applied all the same" in fault for fault in found)


@pytest.mark.parametrize("how", ["dropped", "handed in", "sent", "joined"])
def test_what_was_refused_and_decided_must_not_be_applied_later(how: str) -> None:
    there = server(HELD, history=[MINE], audit=[wrote(MINE, city=("Kiel", "zq1x"))])
    here = cache(HELD, parked=[waiting(MINE, settled=True, how=how)])
    found = faults(ledger(done(MINE, "zq1x")), there, here)
    assert any("was applied all the same" in fault for fault in found)


def test_what_a_person_gave_up_must_not_be_applied_later() -> None:
    there = server(HELD, history=[MINE], audit=[wrote(MINE, city=("Kiel", "zq1x"))])
    book = ledger(done(MINE, "zq1x"))
    book.dropped.add(MINE.id)
    assert any("given up by a person, and was applied" in fault for fault in faults(book, there, cache(HELD)))


def test_what_was_done_to_others_than_the_erased_person_is_not_gone_with_them() -> None:
    both = replace(
        MINE, changes=(*MINE.changes, Change("contacts", "c2", set={"city": "zq2x"}, base={"city": ""}))
    )
    book = ledger(Done(both, "ann", 1, ("zq1x", "zq2x")))
    book.erased.add(("contacts", "c1"))
    rest = replace(both, changes=both.changes[1:])
    gone = replace(waiting(rest, settled=True, how="erased"), id=both.id)
    found = faults(book, server(), cache(parked=[gone]))
    assert any("set1 of step 1 is lost" in fault for fault in found)
    waits = replace(waiting(rest), id=both.id)
    assert not any("is lost" in fault for fault in faults(book, server(), cache(parked=[waits])))


def test_who_was_refused_must_be_told_with_both_values() -> None:
    book = ledger(done(MINE, "zq1x"))
    book.told[MINE.id] = [Told("ann", "conflict", 2)]
    found = faults(book, server(contact("Bonn")), cache(contact("Bonn")))
    assert any("nobody is told" in fault for fault in found)
    silent = waiting(MINE)
    silent.answer["conflicts"][0].pop("theirs")
    silent.answer["conflicts"][0]["when"] = None
    found = faults(book, server(contact("Bonn")), cache(contact("Bonn"), parked=[silent]))
    assert any("does not show all values" in fault for fault in found)
    assert any("does not say when" in fault for fault in found)


def test_what_was_answered_as_applied_must_be_there() -> None:
    book = ledger(done(MINE, "zq1x"))
    book.told[MINE.id] = [Told("ann", "ok", 2)]
    found = faults(book, server(contact("Kiel")), cache(contact("Kiel")))
    assert any("was answered with ok and is not there" in fault for fault in found)


@pytest.mark.parametrize(
    ("here", "told"),
    [
        (cache(base={("contacts", "c1"): {"city": "Bonn"}}), "which is out of sight, is kept aside"),
        (cache(traces=frozenset({("contacts", "c1")})), "the history tells of contacts c1"),
        (cache(history={"set1": to_json(MINE)}), "the history holds what contacts c1"),
        (
            cache(parked=[waiting(edit("zq1x", ""), theirs="zq7x")]),
            "shows 'zq7x' of a row that is out of sight",
        ),
    ],
)
def test_a_trace_of_what_is_out_of_sight_is_found(here: CacheView, told: str) -> None:
    found = faults(ledger(done(MINE, "zq1x")), server(), here)
    assert any(told in fault for fault in found), found


def test_a_history_is_made_as_short_as_it_fails() -> None:
    assert shortened(lambda steps: {3, 17} <= set(steps), range(40)) == [3, 17]


def test_choices_follow_from_the_seed() -> None:
    assert [Seeded(7, 1).below(1000)] * 3 == [Seeded(7, 1).below(1000) for _ in range(3)]
    assert len({Seeded(7, step).below(10**9) for step in range(50)}) == 50


def test_unsent_work_must_stay_on_the_screen() -> None:
    there = contact("zq1x", deleted_at=None)
    assert list(covered("ann", [MINE], lambda _table, _id: there)) == []
    back = contact("Kiel", deleted_at=None)
    (fault,) = covered("ann", [MINE], lambda _table, _id: back)
    assert "shows 'Kiel'; 'zq1x' was typed" in fault
    made = replace(MINE, changes=(Change("contacts", "c2", insert=True, set={"city": "Kiel"}),))
    (fault,) = covered("ann", [made], lambda _table, _id: None)
    assert "not on the screen any more" in fault
