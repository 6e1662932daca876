"""What a column may go to, and which of several comes first."""

from __future__ import annotations

from dataclasses import dataclass

from core.imports.assigning import Assignment
from core.imports.vocabulary import Reading, read_header

_RANK_OF_QUALIFIER = {"main": 0, "work": 1, "mobile": 2, "home": 4, "other": 5, "shipping": 6}


@dataclass(frozen=True, slots=True)
class Claim:
    """A column that may go to a field.

    Attributes:
        header: its name.
        target: the field, without a number.
        score: how surely, from 0 to 1.
        why: for the user.
        rank: of several for a field of which there can be several: what comes first.
    """

    header: str
    target: str
    score: float
    why: str
    rank: tuple[int, int, str]


def settle(assignment: Assignment, claim: Claim) -> None:
    """Gives a column what it claims, or the next one of it, if that is still free."""
    target = assignment.target(claim.target)
    if target is None:
        return
    if not target.many:
        assignment.take(claim.header, claim.target, claim.score, claim.why)
        return
    # A second street is the first one's other line only where it is numbered so, not another address.
    if (
        target.field == "address"
        and claim.target in assignment.header_of
        and not _same_place(assignment, claim)
    ):
        return
    assignment.take_next(claim.header, claim.target, claim.score, claim.why)


def _same_place(assignment: Assignment, claim: Claim) -> bool:
    first = read_header(assignment.header_of[claim.target])
    this = read_header(claim.header)
    return set(first.qualifiers) == set(this.qualifiers) and (
        this.number > 1 or first.meaning != this.meaning
    )


def rank_of(reading: Reading, header: str) -> tuple[int, int, str]:
    """What comes first: the main one, then the work place's; lower numbers before higher ones."""
    known = [_RANK_OF_QUALIFIER[name] for name in reading.qualifiers if name in _RANK_OF_QUALIFIER]
    return (min(known) if known else 0, reading.number, header)
