"""The set-up of an organization, small enough to be held whole: people, teams, books, pipelines, fields, views."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property
from typing import TypeVar

from core.entities import Book, CustomField, Membership, Organization, Pipeline, SmartView, Stage, Team, User
from core.errors import NotFound

_Placed = TypeVar("_Placed", Pipeline, Stage, CustomField, SmartView)

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
    pipelines: tuple[Pipeline, ...] = ()
    stages: tuple[Stage, ...] = ()
    custom_fields: tuple[CustomField, ...] = ()
    smart_views: tuple[SmartView, ...] = ()

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
    def writable_books(self) -> frozenset[str]:
        """The ids of the books that the user may change records in; see `core.permissions`."""
        me = self.me
        if me.role == "readonly":
            return frozenset()
        if me.role == "admin":
            return frozenset(self.book_by_id)
        teams = {m.team_id for m in self.memberships if m.user_id == me.id}
        people = {me.id}
        if me.role == "manager":
            people |= {m.user_id for m in self.memberships if m.team_id in teams}
        return frozenset(book.id for book in self.books if book.user_id in people or book.team_id in teams)

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
        """Whose book it is: the user's name, or the pool's."""
        book = self.book_by_id.get(book_id)
        if book is None:
            return "someone"
        return self.user_name(book.user_id) if book.kind == "own" else book.name

    def fields_for(self, entity: str) -> tuple[CustomField, ...]:
        """The custom fields of a table, in their order."""
        return tuple(f for f in self.custom_fields if f.entity == entity)

    @property
    def lost_reasons(self) -> tuple[str, ...]:
        """Why deals are lost, as the organization lists it."""
        return tuple(self.organization.settings.get("lost_reasons") or DEFAULT_LOST_REASONS)

    @property
    def lead_statuses(self) -> tuple[str, ...]:
        """How far a lead is, as the organization lists it."""
        return tuple(self.organization.settings.get("lead_statuses") or DEFAULT_LEAD_STATUSES)


def by_position(records: Iterable[_Placed]) -> tuple[_Placed, ...]:
    """Records in the order that people put them in."""
    return tuple(sorted(records, key=lambda record: (record.position, record.id)))
