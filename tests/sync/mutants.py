"""Faults that are planted into the field to see that the simulator finds them. Each breaks one rule of docs/sync.md."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, ExitStack, contextmanager
from dataclasses import dataclass, replace
from typing import Any
from unittest import mock

from core.changes import Changeset
from core.commands.call_effects import Effects
from core.commands.calls import LogCall
from core.ids import new_id
from storage.codec import to_json as json_text
from sync import outbox, parking, traces
from sync.remote import Remote
from sync.truth import Truth

Item = tuple[int, str]


@dataclass(frozen=True)
class Mutant:
    """A planted fault.

    Attributes:
        name: what it is called.
        why: what it does wrong.
        planted: plants it for as long as it is entered.
        seeds: within how many seeds it must be found.
        steps: how many steps each of those has.
        first: the seed that is tried first: one that has found it, so that the others need not be played as long as it does.
    """

    name: str
    why: str
    planted: Callable[[], AbstractContextManager[None]]
    seeds: int = 12
    steps: int = 150
    first: int = 1

    @property
    def tried(self) -> list[int]:
        """The seeds within which it must be found, in the order in which they are tried."""
        return sorted(range(1, 1 + self.seeds), key=lambda seed: seed != self.first)


@contextmanager
def _patched(target: Any, name: str, make: Callable[[Any], Any]) -> Iterator[None]:
    with mock.patch.object(target, name, make(getattr(target, name))):
        yield


# --- the two without which the simulator proves nothing ------------------------------------------------------------


def _scalar_cursor() -> AbstractContextManager[None]:
    def make(true: Any) -> Any:
        def pull(self: Remote, since: str | None, *rest: Any) -> Any:
            # All below the highest number counts as seen, whatever was still under way.
            scalar = since and f"{since.split(':')[1]}:{since.split(':')[1]}:"
            return true(self, scalar, *rest)

        return pull

    return _patched(Remote, "pull", make)


def _sending(change: Callable[[dict[str, Any]], None]) -> AbstractContextManager[None]:
    """Every changeset is sent as `change` leaves it."""

    def make(true: Any) -> Any:
        def push(self: Remote, client_id: str, acked: int, items: Sequence[Item], **more: Any) -> Any:
            sent = []
            for seq, body in items:
                changeset = json.loads(body)
                change(changeset)
                sent.append((seq, json_text(changeset)))
            return true(self, client_id, acked, sent, **more)

        return push

    return _patched(Remote, "push", make)


def _last_write_wins() -> AbstractContextManager[None]:
    def without_base(changeset: dict[str, Any]) -> None:
        for change in changeset["changes"]:
            if change["op"] == "update":
                change.pop("base", None)

    return _sending(without_base)


# --- what the rules forbid -----------------------------------------------------------------------------------------


def _new_base() -> AbstractContextManager[None]:
    """R3: what others did becomes the base of work that was typed before anybody saw it."""

    def make(true: Any) -> Any:
        def finish(self: Truth, *rest: Any) -> None:
            true(self, *rest)
            waits = self.connection.execute("SELECT seq, body FROM outbox WHERE state = 'queued'").fetchall()
            for seq, body in waits:
                changeset = json.loads(body)
                for change in changeset["changes"]:
                    _rebase(self.connection, change)
                self.connection.execute(
                    "UPDATE outbox SET body = ? WHERE seq = ?", (json_text(changeset), seq)
                )

        return finish

    return _patched(Truth, "finish", make)


def _rebase(connection: Any, change: dict[str, Any]) -> None:
    found = connection.execute(
        "SELECT body FROM base WHERE table_name = ? AND row_id = ?", (change["table"], change["id"])
    ).fetchone()
    if found is None or found[0] is None or change["op"] == "insert":
        return
    row = json.loads(found[0])
    for name in change.get("base", {}):
        if isinstance(row.get(name), str) and isinstance(change["base"][name], str):
            change["base"][name] = row[name]


def _answers_are_truth() -> AbstractContextManager[None]:
    """R1: what was accepted counts as the server's version, before the server has shown it."""

    def make(true: Any) -> Any:
        def accept(self: Truth, seqs: Sequence[int]) -> None:
            for seq in seqs:
                found = self.connection.execute(
                    "SELECT changeset_id, body FROM outbox WHERE seq = ?", (seq,)
                ).fetchone()
                if found is None:
                    continue
                for change in json.loads(found[1])["changes"]:
                    self.connection.execute(
                        "DELETE FROM base WHERE table_name = ? AND row_id = ?",
                        (change["table"], change["id"]),
                    )
                outbox.remove(self.connection, [seq])

        return accept

    return _patched(Truth, "accept", make)


def _accepted_is_lifted() -> AbstractContextManager[None]:
    """R2: accepted work leaves the screen before the pull that brings it back."""

    def make(true: Any) -> Any:
        def accept(self: Truth, seqs: Sequence[int]) -> None:
            self.settle(seqs)

        return accept

    return _patched(Truth, "accept", make)


def _refusals_vanish() -> AbstractContextManager[None]:
    """What the server did not take is taken back, and nobody is told."""

    def make(true: Any) -> Any:
        def park(self: Truth, seq: int, refusal: Any) -> str:
            self.settle([seq])
            return ""

        return park

    return _patched(Truth, "park", make)


def _exits_come_last() -> AbstractContextManager[None]:
    """R6: rows that have left are evicted after those that came, and whatever book they lie in by then."""

    def make(true: Any) -> Any:
        def leave(self: Truth, exits: Any) -> None:
            late = getattr(self, "late_exits", [])
            self.late_exits = [*late, *exits]  # type: ignore[attr-defined]

        return leave

    def make_finish(true: Any) -> Any:
        def finish(self: Truth, *rest: Any) -> Any:
            for table, row, _book, _op in getattr(self, "late_exits", []):
                self.remove(table, [row])
            return true(self, *rest)

        return finish

    return _both(_patched(Truth, "leave", make), _patched(Truth, "finish", make_finish))


def _new_number_each_time() -> AbstractContextManager[None]:
    """What is sent again is not known again: it takes effect twice."""
    sent: set[str] = set()

    def anew(changeset: dict[str, Any]) -> None:
        if changeset["id"] in sent:
            changeset["id"] = new_id()
            for change in changeset["changes"]:
                if change["op"] == "insert":
                    change["id"] = change["set"]["id"] = new_id()
        else:
            sent.add(changeset["id"])

    return _sending(anew)


def _nothing_leaves() -> AbstractContextManager[None]:
    """Books that were lost, and rows that were moved, stay in the cache."""

    def keep(true: Any) -> Any:
        return lambda self, *rest: None

    return _both(_patched(Truth, "drop_book", keep), _patched(Truth, "leave", keep))


def _traces_stay() -> AbstractContextManager[None]:
    """A row leaves, and what the history says of it stays."""
    return _patched(traces, "forget", lambda true: lambda *rest: None)


def _work_is_not_laid_over() -> AbstractContextManager[None]:
    """What comes from the server wipes unsent work off the screen."""
    return _patched(Truth, "_lay_over", lambda true: lambda self: None)


def _a_parked_call_drops_its_note() -> AbstractContextManager[None]:
    """What a person has logged goes from what waits: its effects are asked about, and the entry is not kept."""

    def make(true: Any) -> Any:
        def park(connection: Any, changeset: Changeset, *rest: Any) -> str:
            if changeset.command == LogCall.NAME:
                kept = tuple(c for c in changeset.changes if c.set.get("kind") != "call")
                changeset = replace(changeset, changes=kept)
            return str(true(connection, changeset, *rest))

        return park

    return _patched(parking, "park", make)


def _each_retry_is_a_new_task() -> AbstractContextManager[None]:
    """Who is not reached is to be tried again, whatever was planned for that already."""
    return _patched(Effects, "_own_calls", lambda true: lambda self: [])


def _drafts_go_with_a_pull() -> AbstractContextManager[None]:
    """What is being typed is taken for work that the server has."""

    def make(true: Any) -> Any:
        def finish(self: Truth, *rest: Any) -> Any:
            self.connection.execute("DELETE FROM drafts")
            return true(self, *rest)

        return finish

    return _patched(Truth, "finish", make)


def _both(*planted: AbstractContextManager[None]) -> AbstractContextManager[None]:
    @contextmanager
    def all_of_them() -> Iterator[None]:
        with ExitStack() as stack:
            for each in planted:
                stack.enter_context(each)
            yield

    return all_of_them()


SCALAR_CURSOR = Mutant(
    "scalar cursor",
    "the feed is followed by a number, which a late commit slips under",
    _scalar_cursor,
    first=3,
)
LAST_WRITE_WINS = Mutant(
    "last write wins", "changes are sent without what the user had seen", _last_write_wins
)
WORK_IS_NOT_LAID_OVER = Mutant(
    "work is not laid over", "what comes wipes unsent work", _work_is_not_laid_over
)
ALL = (
    SCALAR_CURSOR,
    LAST_WRITE_WINS,
    Mutant(
        "new base",
        "unsent work takes over what others did as if it had been seen",
        _new_base,
        seeds=10,
        steps=300,
        first=8,
    ),
    Mutant("answers are truth", "an answer counts as the server's version", _answers_are_truth),
    Mutant(
        "accepted is lifted",
        "accepted work leaves the screen before it is back",
        _accepted_is_lifted,
        first=2,
    ),
    Mutant("refusals vanish", "refused work is dropped", _refusals_vanish),
    Mutant("exits come last", "rows that came are taken for rows that left", _exits_come_last, first=2),
    Mutant("a new number each time", "what is sent again takes effect again", _new_number_each_time),
    Mutant("nothing leaves", "what is out of sight stays in the cache", _nothing_leaves),
    Mutant("traces stay", "the history tells of what is out of sight", _traces_stay),
    WORK_IS_NOT_LAID_OVER,
    Mutant("a parked call drops its note", "what was said is not kept", _a_parked_call_drops_its_note),
    Mutant(
        "each retry is a new task",
        "who is not reached has task after task",
        _each_retry_is_a_new_task,
        seeds=6,
        steps=300,
        first=6,
    ),
    Mutant("drafts go with a pull", "what is being typed is lost", _drafts_go_with_a_pull),
)
