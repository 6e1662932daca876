"""Colleagues of the sample team at work: what they do is done by the very commands that a person would give."""

from __future__ import annotations

import datetime as dt
import random
from collections.abc import Callable

from cli.demo import texts
from core.changes import Status
from core.commands.activities import LogActivity
from core.commands.base import Command
from core.commands.contacts import EditContact
from core.commands.deals import EditDeal, MoveDeal
from core.commands.records import Assign, Claim
from core.commands.tasks import CompleteTask, CreateTask
from core.entities import Contact
from core.errors import Unavailable
from core.filters import Query, parse
from core.workspace import Card, ContactLine, Workspace

_UNREACHED = ("no answer", "no answer", "no answer", "left voicemail", "left voicemail", "busy")
_NEXT_STEPS = (
    "Send the offer",
    "Call the boss",
    "Agree on a date for the demo",
    "Check with legal",
    "Ask for the order",
)
_TITLES = ("Head of Operations", "Plant Manager", "Logistics Lead", "Purchasing Manager", "Site Director")
_LEAST_IN_POOL = {"contacts": 60, "deals": 6}
_GIVEN_BACK = {"contacts": 5, "deals": 1}


class Colleague:
    """Somebody at work in a workspace of their own.

    Args:
        workspace: theirs.
        rng: what they come to do.
        clock: what time it is.
        watcher: the login of who looks on. Managers look after that one's deals most of all, so that there is
            something to be seen: a rep sees nothing of what other reps do in their own books.
    """

    def __init__(
        self,
        workspace: Workspace,
        rng: random.Random,
        clock: Callable[[], dt.datetime],
        *,
        watcher: str = "",
    ) -> None:
        catalog = workspace.catalog()
        self.name = catalog.me.name
        watched = next((user.name for user in catalog.users if user.login == watcher), "")
        self._deals = f'owner:"{watched}"' if watched and catalog.me.role == "manager" else "owner:me"
        self._workspace = workspace
        self._rng = rng
        self._clock = clock
        self._ways: tuple[tuple[Callable[[], Command | None], int], ...] = (
            (self._call, 30),
            (self._note, 14),
            (self._move, 26),
            (self._plan, 8),
            (self._finish, 8),
            (self._edit_contact, 8),
            (self._edit_deal, 8),
            (self._claim, 10),
        )

    def act(self) -> str:
        """Does one thing and tells it in a sentence; empty where there was nothing of that kind to do.

        Raises:
            Unavailable: the workspace is out of reach.
        """
        way = self._rng.choices([way for way, _ in self._ways], [weight for _, weight in self._ways])[0]
        command = way()
        if command is None:
            return ""
        answer = self._workspace.execute(command)
        if answer.status is Status.UNAVAILABLE:
            raise Unavailable(answer.reason)
        return answer.changeset.summary if answer.applied and answer.changeset else answer.reason

    def is_reached(self) -> bool:
        """Whether the workspace answers."""
        try:
            self._contact()
        except Unavailable:
            return False
        return True

    def _query(self, text: str, entity: str) -> Query:
        return parse(text, entity, self._workspace.catalog(), now=self._clock(), zone=dt.UTC)

    def _contact(self, text: str = "owner:me") -> ContactLine | None:
        query = self._query(text, "contacts")
        count = self._workspace.count_contacts(query)
        if not count:
            return None
        lines = self._workspace.contacts(query, offset=self._rng.randrange(count), limit=1)
        return lines[0] if lines else None

    def _deal(self) -> Card | None:
        cards = self._cards(self._deals)
        return self._rng.choice(cards) if cards else None

    def _cards(self, text: str) -> list[Card]:
        pipeline = self._workspace.catalog().pipelines[0]
        return self._workspace.board(pipeline.id, self._query(text, "deals"))

    def _call(self) -> Command | None:
        line = self._contact()
        if line is None or line.do_not_call:
            return None
        if self._rng.random() < 0.85:
            return LogActivity(
                table="contacts", record_id=line.id, kind="call", direction="out",
                outcome=self._rng.choice(_UNREACHED), duration_s=self._rng.randrange(10, 40),
            )  # fmt: skip
        return LogActivity(
            table="contacts", record_id=line.id, kind="call", direction="out", outcome="connected",
            body="Good talk: wants to see it at work.", duration_s=self._rng.randrange(90, 900),
        )  # fmt: skip

    def _note(self) -> Command | None:
        card = self._deal()
        return card and LogActivity(
            table="deals",
            record_id=card.id,
            kind="note",
            body=f"They also look at {self._rng.choice(texts.RIVALS[:-1])}.",
        )

    def _move(self) -> Command | None:
        card = self._deal()
        if card is None:
            return None
        catalog = self._workspace.catalog()
        stage = catalog.stage(card.stage_id)
        ahead = [catalog.stage(stage_id) for stage_id in stage.next_stage_ids]
        # Most deals go on: an empty board would not be worth looking at.
        target = (
            self._rng.choices(ahead, [1 if to.kind == "lost" else 8 for to in ahead])[0] if ahead else None
        )
        if target is None:
            return None
        reason = self._rng.choice(catalog.lost_reasons) if target.kind == "lost" else ""
        return MoveDeal(deal_id=card.id, stage_id=target.id, from_stage_id=stage.id, reason=reason)

    def _plan(self) -> Command | None:
        line = self._contact()
        due = self._clock() + dt.timedelta(days=self._rng.randrange(1, 9))
        return line and CreateTask(
            table="contacts", record_id=line.id, subject="Call back", due_at=due, kind="call"
        )

    def _finish(self) -> Command | None:
        me = self._workspace.catalog().me.id
        tasks = self._workspace.tasks(assignee_id=me, limit=30)
        return CompleteTask(task_id=self._rng.choice(tasks).task.id) if tasks else None

    def _edit_contact(self) -> Command | None:
        line = self._contact()
        if line is None:
            return None
        contact: Contact = self._workspace.record("contacts", line.id)
        return EditContact(
            contact_id=contact.id,
            values={"title": self._rng.choice(_TITLES)},
            expected={"title": contact.title},
        )

    def _edit_deal(self) -> Command | None:
        card = self._deal()
        return card and EditDeal(
            deal_id=card.id,
            values={"next_step": self._rng.choice(_NEXT_STEPS)},
            expected={"next_step": card.next_step},
        )

    def _claim(self) -> Command | None:
        """Takes a lead or a deal out of a pool; puts some back into one that has run low."""
        return self._claim_deal() if self._rng.random() < 0.5 else self._claim_contact()

    def _claim_contact(self) -> Command | None:
        query = self._query("owner:pool", "contacts")
        if self._workspace.count_contacts(query) < _LEAST_IN_POOL["contacts"]:
            mine = self._workspace.contacts(
                self._query("owner:me", "contacts"), limit=_GIVEN_BACK["contacts"]
            )
            back = self._give_back("contacts", tuple(line.id for line in mine))
            if back is not None:
                return back
        line = self._contact("owner:pool")
        return line and Claim(table="contacts", ids=(line.id,), from_book_id=line.book_id)

    def _claim_deal(self) -> Command | None:
        offered = self._cards("owner:pool")
        if len(offered) < _LEAST_IN_POOL["deals"]:
            mine = self._cards("owner:me")[: _GIVEN_BACK["deals"]]
            back = self._give_back("deals", tuple(card.id for card in mine))
            if back is not None:
                return back
        if not offered:
            return None
        card = self._rng.choice(offered)
        return Claim(table="deals", ids=(card.id,), from_book_id=card.book_id)

    def _give_back(self, table: str, ids: tuple[str, ...]) -> Command | None:
        catalog = self._workspace.catalog()
        pools = [book for book in catalog.pools() if book.id in catalog.writable_books]
        return Assign(table=table, ids=ids, book_id=self._rng.choice(pools).id) if ids and pools else None
