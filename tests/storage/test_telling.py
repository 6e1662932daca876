"""What people read when somebody else was at the same record: who, what, and what of it is theirs to decide."""

from __future__ import annotations

import datetime as dt
from typing import Any

from core.changes import FieldConflict, Row
from core.entities import RECORDS
from core.schema import fields_of
from storage.telling import explain

NOW = dt.datetime(2026, 3, 2, 9, 0, tzinfo=dt.UTC)


class Rows:
    """A store with a contact and a deal in it."""

    def row(self, table: str, record_id: str) -> Row | None:
        named = {"title": "Big one"} if table == "deals" else {"first_name": "Lena", "last_name": "Lead"}
        return dict.fromkeys(fields_of(RECORDS[table])) | {"id": record_id, **named}


def conflict(field: str, base: Any, mine: Any, theirs: Any) -> FieldConflict:
    return FieldConflict("contacts", "c1", field, base, mine, theirs, "mia", NOW)


def told(*conflicts: FieldConflict) -> str:
    return explain(conflicts, Rows(), None)


def test_whoever_edited_the_same_field_is_quoted() -> None:
    said = told(conflict("city", "Kiel", "Bonn", "Ulm"))
    assert (
        said
        == "Somebody changed City of Lena Lead meanwhile: it is “Ulm” now. Look at it again, then decide."
    )


def test_who_deletes_what_was_edited_reads_what_the_colleague_has_changed() -> None:
    said = told(
        conflict("deleted_at", None, NOW, None),
        conflict("phones", (), (), ({"value": "+49 30 1", "label": "work"},)),
        conflict("title", "CEO", "CEO", "CEO"),
    )
    assert said == (
        "Somebody changed Phones of Lena Lead meanwhile, while you deleted it. Look at it again, then decide."
    )


def test_custom_fields_are_told_by_their_own_names() -> None:
    said = told(
        conflict("deleted_at", None, NOW, None),
        conflict(
            "custom", {"size": "1", "area": "x"}, {"size": "1", "area": "x"}, {"size": "2", "area": "x"}
        ),
    )
    assert said.startswith("Somebody changed size of Lena Lead meanwhile, while you deleted it.")


def test_a_deletion_is_told_as_one() -> None:
    said = told(conflict("deleted_at", NOW, None, NOW + dt.timedelta(1)))
    assert said == "Somebody deleted Lena Lead meanwhile. Look at it again, then decide."


def test_a_deal_that_was_moved_and_is_back_was_moved_all_the_same() -> None:
    def of_deal(field: str, base: Any, theirs: Any) -> FieldConflict:
        return FieldConflict("deals", "d1", field, base, base, theirs, "mia", NOW)

    said = told(
        of_deal("closed_at", None, None),
        of_deal("position", "a", "b"),
        of_deal("stage_id", "s1", "s1"),
        of_deal("stage_since", NOW, NOW + dt.timedelta(1)),
    )
    assert said == "Somebody moved Big one meanwhile. Look at it again, then decide."


def test_more_than_three_fields_are_counted() -> None:
    names = ("city", "title", "source", "region", "country")
    said = told(*(conflict(name, "a", "b", "c") for name in names))
    assert said.count("meanwhile") == 3
    assert "2 more fields were changed, too." in said
