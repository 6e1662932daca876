"""The set-up of an organization, small enough to be held whole: people, teams, books, pipelines, fields, views, calls, imports."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TypeVar

from core.calling.outcomes import DEFAULT_OUTCOMES
from core.entities import (
    Book,
    CallingRule,
    CustomField,
    Import,
    Membership,
    Organization,
    Outcome,
    Pipeline,
    Script,
    Share,
    SmartView,
    Stage,
    Team,
    User,
)
from core.errors import NotFound

_Placed = TypeVar("_Placed", Pipeline, Stage, CustomField, SmartView, Outcome, Script)

DEFAULT_LOST_REASONS = (
    "Price",
    "Competitor",
    "Timing",
    "No budget",
    "No decision",
    "Missing feature",
    "No response",
)
DEFAULT_LEAD_STATUSES = ("New", "Attempting", "Connected", "Qualified", "Nurture", "Customer", "Unqualified")


@dataclass(frozen=True)
class Catalog:
    """The set-up, as the user `me` may see it. Deleted records are left out; lists are in the order they are shown."""

    me: User
    organization: Organization
    teams: tuple[Team, ...] = ()
    users: tuple[User, ...] = ()
    memberships: tuple[Membership, ...] = ()
    books: tuple[Book, ...] = ()
    shares: tuple[Share, ...] = ()
    pipelines: tuple[Pipeline, ...] = ()
    stages: tuple[Stage, ...] = ()
    custom_fields: tuple[CustomField, ...] = ()
    smart_views: tuple[SmartView, ...] = ()
    outcomes: tuple[Outcome, ...] = ()
    """What the organization made of them; `call_outcomes` are all that there are."""
    scripts: tuple[Script, ...] = ()
    calling_rules: tuple[CallingRule, ...] = ()
    """What the organization made of them; see `core.calling.rules.effective_rules`."""
    imports: tuple[Import, ...] = ()
    """One's own, and of others those that one oversees; the latest first."""

    @cached_property
    def stage_by_id(self) -> dict[str, Stage]:
        return {stage.id: stage for stage in self.stages}

    @cached_property
    def user_by_id(self) -> dict[str, User]:
        return {user.id: user for user in self.users}

    @cached_property
    def book_by_id(self) -> dict[str, Book]:
        return {book.id: book for book in self.books}

    @cached_property
    def pipeline_by_id(self) -> dict[str, Pipeline]:
        return {pipeline.id: pipeline for pipeline in self.pipelines}

    @cached_property
    def visible_books(self) -> frozenset[str]:
        """The ids of the books whose records the user sees.

        A rep sees their own book, the pools of their teams, and what is shared with them; a manager also the own
        books of the members of their teams and what those hold together with others; admin and readonly see all.
        """
        if self.me.role in ("admin", "readonly"):
            return frozenset(self.book_by_id)
        return self._reached(self.shares)

    @cached_property
    def writable_books(self) -> frozenset[str]:
        """The ids of the books that the user may change records in.

        Those they see, except what is shared for looking only. Readonly changes nothing.
        """
        if self.me.role == "readonly":
            return frozenset()
        if self.me.role == "admin":
            return frozenset(self.book_by_id)
        return self._reached([share for share in self.shares if share.can_write])

    def _reached(self, shares: Sequence[Share]) -> frozenset[str]:
        """The books of a rep or manager, with these shares."""
        teams = self.teams_of(self.me.id)
        people = {self.me.id}
        if self.me.role == "manager":
            people |= {m.user_id for m in self.memberships if m.team_id in teams}
        mine = {share.book_id for share in shares if share.user_id == self.me.id}
        theirs = {share.book_id for share in shares if share.user_id in people}
        return frozenset(
            book.id
            for book in self.books
            if book.user_id in people
            or book.team_id in teams
            or book.id in mine
            # A manager stands in for their people where those hold a book, not where a stranger lets one of them in.
            or (book.kind == "shared" and book.id in theirs)
        )

    def teams_of(self, user_id: str) -> frozenset[str]:
        """The ids of the teams that a user is in."""
        return frozenset(m.team_id for m in self.memberships if m.user_id == user_id)

    def holders(self, book_id: str) -> frozenset[str]:
        """The ids of the users whose a book is: of an own book its user, of a shared one all who share it."""
        book = self.book_by_id.get(book_id)
        if book is None or book.kind == "pool":
            return frozenset()
        if book.kind == "own":
            return frozenset({book.user_id} if book.user_id else ())
        return frozenset(self.shared_with(book_id))

    def shared_with(self, book_id: str) -> Mapping[str, bool]:
        """The ids of the users that a book is shared with, and whether they may change what lies in it."""
        return self._shared_with.get(book_id, {})

    @cached_property
    def _shared_with(self) -> dict[str, dict[str, bool]]:
        found: dict[str, dict[str, bool]] = {}
        for share in self.shares:
            rights = found.setdefault(share.book_id, {})
            # Two people may have shared the book with the same colleague at the same moment.
            rights[share.user_id] = share.can_write or rights.get(share.user_id, False)
        return found

    def held_together(self, user_id: str) -> tuple[Book, ...]:
        """The shared books that a user holds with others."""
        return tuple(b for b in self.books if b.kind == "shared" and user_id in self.holders(b.id))

    @cached_property
    def active_users(self) -> tuple[User, ...]:
        """The users who can be given something: those who are not disabled."""
        return tuple(user for user in self.users if user.disabled_at is None)

    @cached_property
    def colleagues(self) -> tuple[User, ...]:
        """The active users but oneself: with whom something can be shared."""
        return tuple(user for user in self.active_users if user.id != self.me.id)

    @cached_property
    def destinations(self) -> tuple[Book, ...]:
        """The books that a record can be handed over to."""
        return tuple(book for book in self.books if self.is_destination(book))

    def is_destination(self, book: Book) -> bool:
        """Whether records can be handed over to a book: of an active user, a pool, or one that one holds oneself."""
        if book.kind == "own":
            user = self.user_by_id.get(book.user_id or "")
            return user is not None and user.disabled_at is None
        return book.kind == "pool" or self.me.id in self.shared_with(book.id)

    @cached_property
    def my_book(self) -> Book:
        """The user's own book of business."""
        return self.book_of(self.me.id)

    def book_of(self, user_id: str) -> Book:
        """A user's own book.

        Raises:
            NotFound: the user has none.
        """
        for book in self.books:
            if book.user_id == user_id and book.kind == "own":
                return book
        raise NotFound(f"{self.user_name(user_id)} has no book of their own.")

    def pools(self) -> tuple[Book, ...]:
        """The teams' pools."""
        return tuple(book for book in self.books if book.kind == "pool")

    def stages_of(self, pipeline_id: str) -> tuple[Stage, ...]:
        """The stages of a pipeline in their order."""
        return tuple(
            sorted((s for s in self.stages if s.pipeline_id == pipeline_id), key=lambda s: (s.position, s.id))
        )

    def stage(self, stage_id: str) -> Stage:
        """A stage by its id.

        Raises:
            NotFound: it was deleted.
        """
        try:
            return self.stage_by_id[stage_id]
        except KeyError:
            raise NotFound("That stage is not there any more.") from None

    def user_name(self, user_id: str | None) -> str:
        """A user's name for the screen."""
        user = self.user_by_id.get(user_id or "")
        return user.name if user else "someone"

    def owner_name(self, book_id: str) -> str:
        """Whose book it is: the user's name, the pool's, or for a shared book who hold it ("Ann & Ben")."""
        book = self.book_by_id.get(book_id)
        if book is None:
            return "someone"
        if book.kind == "own":
            return self.user_name(book.user_id)
        holders = sorted(self.user_name(user_id) for user_id in self.holders(book_id))
        # People join and leave a shared book, and change their names; the book's own is from when it was made.
        return joined(holders) if len(holders) > 1 else book.name

    def fields_for(self, entity: str) -> tuple[CustomField, ...]:
        """The custom fields of a table, in their order."""
        return tuple(f for f in self.custom_fields if f.entity == entity)

    @cached_property
    def call_outcomes(self) -> tuple[Outcome, ...]:
        """How a call can end, in the order they are offered."""
        return by_position(outcome for outcome in self._outcome_by_key.values() if not outcome.hidden)

    @cached_property
    def all_outcomes(self) -> tuple[Outcome, ...]:
        """Every way a call can end or could once, hidden ones too, in their order."""
        return by_position(self._outcome_by_key.values())

    def outcome(self, key: str) -> Outcome | None:
        """An outcome by its key, hidden or not; none where there never was one."""
        return self._outcome_by_key.get(key)

    @cached_property
    def _outcome_by_key(self) -> dict[str, Outcome]:
        found = {outcome.key: outcome for outcome in DEFAULT_OUTCOMES}
        # Two people may have changed the same one at the same moment: the lowest id counts, so it is put down last.
        for stored in sorted(self.outcomes, key=lambda outcome: outcome.id, reverse=True):
            found[stored.key] = stored
        return found

    @property
    def lost_reasons(self) -> tuple[str, ...]:
        """Why deals are lost, as the organization lists it."""
        return tuple(self.organization.settings.get("lost_reasons") or DEFAULT_LOST_REASONS)

    @property
    def lead_statuses(self) -> tuple[str, ...]:
        """How far a lead is, as the organization lists it."""
        return tuple(self.organization.settings.get("lead_statuses") or DEFAULT_LEAD_STATUSES)


def joined(names: Sequence[str]) -> str:
    """Names as one reads them: `Ann`, `Ann & Ben`, `Ann, Ben & Cem`."""
    return " & ".join(filter(None, (", ".join(names[:-1]), names[-1])))


def by_position(records: Iterable[_Placed]) -> tuple[_Placed, ...]:
    """Records in the order that people put them in."""
    return tuple(sorted(records, key=lambda record: (record.position, record.id)))
