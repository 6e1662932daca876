"""What waits for a person: work that could not take effect as it was done, kept whole until somebody decides.

Nothing that a person typed is dropped without their knowledge. A changeset that a server did not take lies here with
the reason, until its user sends it again, decides it field by field, gives it to whoever has the record now, or gives
it up.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

from core.changes import Changeset, FieldConflict

Kind = Literal["conflict", "gone", "rejected", "duplicate"]
"""Why something waits: somebody changed the same field; what it is about is deleted or out of reach; a rule says no;
it took effect, but somebody else may have made the same record meanwhile."""


@dataclass(frozen=True, slots=True)
class Parked:
    """A changeset that waits for a person.

    Attributes:
        id: the changeset's id.
        kind: why it waits.
        changeset: what was done, whole. Later work on the same fields has been joined to it.
        reason: why it was not taken, in the user's words.
        at: when it was set aside.
        conflicts: the fields that two people changed.
        taken_by: the name of who has the record now; empty where nobody took it.
        fields: the reason field by field, where it is about values that cannot be kept.
        about: the table and id of the record that it is about; None where it is about the set-up alone.
        title: what a person calls the record, kept because the record itself may have left.
        can_hand_in: it can be given to whoever has the record now.
        other: of a duplicate: the table and id of the colleague's record.
        joined: how many later changesets have been joined to it. What was decided when there were fewer does not decide
            about them.
    """

    id: str
    kind: Kind
    changeset: Changeset
    reason: str
    at: dt.datetime
    conflicts: tuple[FieldConflict, ...] = ()
    taken_by: str = ""
    fields: Mapping[str, str] = field(default_factory=dict)
    about: tuple[str, str] | None = None
    title: str = ""
    can_hand_in: bool = False
    other: tuple[str, str] | None = None
    joined: int = 0
