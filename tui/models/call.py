"""A calling session: whom it goes through, who is up, who comes next, and how far the call is. No terminal, no clock, no store."""

from __future__ import annotations

import dataclasses
import datetime as dt
import enum
from collections import OrderedDict
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, NamedTuple
from zoneinfo import ZoneInfo

from core.commands.calls import LogCall
from core.dialling import CallState, Line
from core.entities import Outcome
from core.next_step import NextStep
from core.workspace import CallStats
from tui.models.call_card import CallBrief, Piece

if TYPE_CHECKING:
    from core.calling.queue import CallQueue

_REMEMBERED = 40
"""Contacts that are held ready for a way back."""


@dataclass(frozen=True, slots=True)
class CallList:
    """Whom to call, in order.

    Attributes:
        name: what the user calls it: a view's name, a column's, a person's.
        contact_ids: who.
        deals: the deal that the call is about, by contact; where it is about one.
        tasks: the task that the call is for, by contact; where there is one.
        query: the filter that new matches join by, in the language of `core.filters`; None: nobody joins.
        sort: the list's order, with `descending`, as `Workspace.contact_ids` takes it.
        view_id: the smart view; its script is read.
    """

    name: str
    contact_ids: Sequence[str]
    deals: Mapping[str, str] = field(default_factory=dict)
    tasks: Mapping[str, str] = field(default_factory=dict)
    query: str | None = None
    sort: str = "name"
    descending: bool = False
    view_id: str = ""

    def to_json(self) -> dict[str, Any]:
        """What brings it back, without the ids, which the queue holds."""
        return {
            "name": self.name, "deals": dict(self.deals), "tasks": dict(self.tasks), "query": self.query, "sort": self.sort,
            "descending": self.descending, "view_id": self.view_id,
        }  # fmt: skip

    @classmethod
    def from_json(cls, kept: Mapping[str, Any]) -> CallList:
        """The list that was kept."""
        return cls(
            str(kept["name"]), (), dict(kept["deals"]), dict(kept["tasks"]), kept["query"], str(kept["sort"]),
            bool(kept["descending"]), str(kept["view_id"]),
        )  # fmt: skip


class Phase(enum.Enum):
    """How far the call is."""

    LOADING = "loading"
    READY = "ready"
    """Somebody is up and was not dialled."""
    RINGING = "ringing"
    TALKING = "talking"
    STEP = "step"
    """It has ended; the next step is being asked for."""
    SAVED = "saved"
    """It is logged, and the rep has not gone on."""
    PAUSED = "paused"
    OVER = "over"
    """Nobody is left who can be called now."""
    ENDED = "ended"
    """The block was ended."""


_OVER: Mapping[Line, str] = {
    "busy": "busy",
    "no-answer": "no answer",
    "failed": "did not go through",
    "ended": "hung up",
}
"""What the card says of a line on which nothing happens any more."""
LIVE = frozenset({Phase.READY, Phase.RINGING, Phase.TALKING})
"""An outcome can be named."""


class Figures(NamedTuple):
    """How a block went, beside yesterday."""

    block: CallStats
    yesterday: CallStats


class Logged(NamedTuple):
    """A call that was logged: what brings it back."""

    contact_id: str
    name: str
    outcome: str
    note: str
    step: str
    connected: bool


class Trouble(NamedTuple):
    """A call that was not saved after the rep had gone on."""

    contact_id: str
    name: str
    why: str
    typed: bool
    """Something was typed about it, and is kept."""


@dataclass(slots=True)
class Ended:
    """A call that is being logged: how it ended, and what else was asked.

    Attributes:
        outcome: how it ended.
        reason: why, where that is asked.
        referral: who they named instead.
        step: what comes next where nothing else is typed; None: nothing.
    """

    outcome: Outcome
    reason: str = ""
    referral: Mapping[str, str] = field(default_factory=dict)
    step: NextStep | None = None


class CallSession:
    """Holds a queue, whom it is at, and who was made ready to come next.

    Args:
        calls: where the contacts come from.
        queue: who is to be called.
        block: names the session in what it logs.
        started_at: when it began.

    Attributes:
        current: who is up; None while nobody is.
        ahead: who comes next, ready to be shown.
        phase: how far the call is.
        number: which of the numbers is dialled.
        ended: the call that is being logged.
        typed_step: the next step as it was typed.
        known: everybody who ever was in the queue.
        passed: who was passed over: why, and until when.
        refused: what counts as logged in the queue and was not saved.
        stats: how the block went, once it has been read.
        troubles: calls that were not saved, oldest first.
        logged: what was logged in this session, by its changeset.
        made: how many calls were logged.
        connects: how many of them reached somebody.
        line: what the line did in the end, where somebody watched it.
        over_at: since when nothing happens on it any more.
    """

    def __init__(self, calls: CallList, queue: CallQueue, block: str, started_at: dt.datetime) -> None:
        self.calls = calls
        self.queue = queue
        self.block = block
        self.started_at = started_at
        self.current: CallBrief | None = None
        self.ahead: CallBrief | None = None
        self.phase = Phase.LOADING
        self.number = 0
        self.ended: Ended | None = None
        self.typed_step = ""
        self.troubles: list[Trouble] = []
        self.logged: dict[str, Logged] = {}
        self.known = set(calls.contact_ids)
        self.passed: dict[str, tuple[str, dt.datetime | None]] = {}
        self.refused: set[str] = set()
        self.stats: Figures | None = None
        self.dialled_at: dt.datetime | None = None
        self.answered_at: dt.datetime | None = None
        self.over_at: dt.datetime | None = None
        self.line: Line = "unknown"
        self.saved_words = ""
        self.made = 0
        self.connects = 0
        self._seen: OrderedDict[str, CallBrief] = OrderedDict()
        self._before = Phase.READY

    # --- who is up --------------------------------------------------------------------------------------------------

    def show(self, call: CallBrief) -> None:
        """Somebody is up, and was not dialled yet."""
        self.current = call
        self.remember(call)
        if self.ahead is not None and self.ahead.callee.id == call.callee.id:
            self.ahead = None
        self.phase = Phase.READY
        self.number = 0
        self.ended = None
        self.typed_step = ""
        self.saved_words = ""
        self.dialled_at = self.answered_at = self.over_at = None
        self.line = "unknown"

    def renew(self, call: CallBrief) -> None:
        """What is known of who is up has changed; the call goes on."""
        if self.current is not None and self.current.callee.id == call.callee.id:
            self.current = call
            self.remember(call)

    def nobody(self) -> None:
        """Nobody is left."""
        self.current = None
        self.phase = Phase.OVER

    def remember(self, call: CallBrief) -> None:
        """Holds somebody ready for a way back."""
        self._seen[call.callee.id] = call
        self._seen.move_to_end(call.callee.id)
        while len(self._seen) > _REMEMBERED:
            self._seen.popitem(last=False)

    def seen(self, contact_id: str) -> CallBrief | None:
        """Somebody who was up a short while ago."""
        return self._seen.get(contact_id)

    def forget(self, contact_id: str) -> None:
        """What was read of somebody counts no more: it has changed."""
        self._seen.pop(contact_id, None)
        if self.ahead is not None and self.ahead.callee.id == contact_id:
            self.ahead = None

    def typed(self, contact_id: str, notes: str, step: str) -> None:
        """What was typed about somebody and is not logged, for when they are up again."""
        for call in (self.seen(contact_id), self.ahead, self.current):
            if call is not None and call.callee.id == contact_id:
                with_it = dataclasses.replace(call, draft=notes, step_draft=step)
                if call is self.ahead:
                    self.ahead = with_it
                if call is self.current:
                    self.current = with_it
                if contact_id in self._seen:
                    self._seen[contact_id] = with_it

    def taken_back(self, changeset_id: str) -> Logged | None:
        """A logged call counts no more; returns what it was, as far as that is known."""
        logged = self.logged.pop(changeset_id, None)
        if changeset_id not in self.refused:
            self.made = max(0, self.made - 1)
            self.connects -= logged is not None and logged.connected
        return logged

    @property
    def their_zone(self) -> dt.tzinfo | None:
        """Where who is up is; None where that is not known."""
        if self.current is None or not self.current.zones.best:
            return None
        with suppress(KeyError, ValueError, OSError):
            return ZoneInfo(self.current.zones.best)
        return None

    # --- the call ---------------------------------------------------------------------------------------------------

    @property
    def dial_number(self) -> str:
        """The number that is dialled; empty where there is none."""
        if self.current is None or not self.current.numbers:
            return ""
        numbers = self.current.numbers
        return str(numbers[self.number % len(numbers)]["value"])

    def next_number(self) -> bool:
        """Takes the next of their numbers; whether there is another one."""
        if self.current is None or len(self.current.numbers) < 2:
            return False
        self.number = (self.number + 1) % len(self.current.numbers)
        return True

    def dialled(self, now: dt.datetime) -> None:
        """It rings."""
        self.phase = Phase.RINGING
        self.dialled_at = now
        self.answered_at = self.over_at = None
        self.line = "unknown"

    def answered(self, now: dt.datetime) -> None:
        """They are on the line."""
        if self.phase in (Phase.READY, Phase.RINGING):
            self.phase = Phase.TALKING
            self.answered_at = now
            self.dialled_at = self.dialled_at or now
            self.over_at = None
            self.line = "answered"

    def line_over(self, now: dt.datetime, state: CallState) -> None:
        """Nothing happens on the line any more: from here on nobody talks. How the call ended, the rep says."""
        if state.seconds and self.answered_at is None:
            # They answered and hung up between two looks.
            self.answered(now - dt.timedelta(seconds=state.seconds))
        self.over_at, self.line = now, state.line

    def timer(self, now: dt.datetime) -> Piece | None:
        """How long it has rung, or they have talked."""
        if self.phase is Phase.RINGING and self.dialled_at is not None:
            return Piece(
                f"○ {_OVER[self.line]}" if self.over_at else f"◌ ringing {_clock(now - self.dialled_at)}",
                "ringing",
            )
        if self.phase in (Phase.TALKING, Phase.STEP) and self.answered_at is not None:
            if self.over_at is not None:
                return Piece(f"○ talked {_clock(self.over_at - self.answered_at)}", "ringing")
            return Piece(f"● talking {_clock(now - self.answered_at)}", "talking")
        return Piece("✓ logged", "done") if self.phase is Phase.SAVED else None

    def ask(self, ended: Ended) -> None:
        """The call has ended; what comes next is asked."""
        self.ended = ended
        self._before = self.phase
        self.phase = Phase.STEP

    def unask(self) -> None:
        """It has not ended so."""
        if self.phase is Phase.STEP:
            self.phase = self._before
            self.ended = None

    def command(
        self, ended: Ended, now: dt.datetime, *, note: str, step: NextStep | None, follow_up: bool
    ) -> LogCall:
        """What logs the call.

        Args:
            ended: how it ended.
            now: when.
            note: what was typed while they talked.
            step: what comes next in place of what the outcome says.
            follow_up: the outcome's own follow-up is wanted where there is no step.
        """
        current = self.current
        assert current is not None
        contact_id = current.callee.id
        talked = None
        if ended.outcome.connected and (since := self.answered_at or self.dialled_at) is not None:
            talked = max(0, round(((self.over_at or now) - since).total_seconds()))
        return LogCall(
            contact_id=contact_id, outcome=ended.outcome.key, note=note, started_at=self.dialled_at or self.answered_at,
            duration_s=talked, number=self.dial_number, deal_id=self.deal_id, next_step=step, follow_up=follow_up,
            reason=ended.reason, referral=ended.referral, task_id=self.calls.tasks.get(contact_id, ""), block=self.block,
        )  # fmt: skip

    @property
    def deal_id(self) -> str:
        """The deal that the call is about; empty where it is about none."""
        if self.current is None:
            return ""
        deal = self.current.deal
        return self.calls.deals.get(self.current.callee.id, deal.id if deal is not None else "")

    def has_logged(self, command: LogCall, outcome: Outcome, step: str) -> None:
        """The call counts as logged; its answer may be on its way yet."""
        assert self.current is not None
        name = self.current.callee.name
        self.logged[command.id] = Logged(
            command.contact_id, name, outcome.key, command.note, step, outcome.connected
        )
        self.queue.logged(command.contact_id, command.id, outcome.key)
        self.made += 1
        self.connects += outcome.connected
        self.ended = None

    def saved(self, words: str) -> None:
        """A call that connected is logged; the rep goes on when they like."""
        self.phase = Phase.SAVED
        self.saved_words = words

    def was_refused(self, changeset_id: str, why: str) -> Logged | None:
        """A call was not saved. Where the rep has gone on, it is one of the troubles; returns what it was."""
        logged = self.logged.pop(changeset_id, None)
        if logged is None:
            return None
        self.refused.add(changeset_id)
        self.made -= 1
        self.connects -= logged.connected
        if self.current is None or self.current.callee.id != logged.contact_id:
            self.troubles.append(
                Trouble(logged.contact_id, logged.name, why, bool(logged.note or logged.step))
            )
        else:
            self.phase = Phase.TALKING if self.answered_at else Phase.READY
        return logged

    # --- how far it is ----------------------------------------------------------------------------------------------

    @property
    def total(self) -> int:
        """How many there are, called or not."""
        return len(self.known)

    @property
    def is_alone(self) -> bool:
        """Whether it is one contact and stays one: there is no list to go on with another time."""
        return self.total == 1 and self.calls.query is None

    @property
    def left(self) -> int:
        """How many may still be called: who is up, who is to come, who is held back."""
        queue = self.queue
        return queue.to_go + queue.waiting.contacts + bool(queue.current and not queue.current_is_done)

    def agreed(self, contact_id: str) -> bool:
        """Whether a call was promised, or put to this time by the rep."""
        return contact_id in self.calls.tasks or self.queue.agreed(contact_id)

    # --- words ------------------------------------------------------------------------------------------------------

    @property
    def figures(self) -> str:
        """How it goes, for the title."""
        calls = f"{self.made} call" + ("" if self.made == 1 else "s")
        connects = f"{self.connects} connect" + ("" if self.connects == 1 else "s")
        return f"{calls} · {connects}"


def _clock(span: dt.timedelta) -> str:
    minutes, seconds = divmod(max(0, int(span.total_seconds())), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02}:{seconds:02}" if hours else f"{minutes}:{seconds:02}"
