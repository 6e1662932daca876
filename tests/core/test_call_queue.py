"""The calling queue: nobody is offered twice, nobody is lost, the order is kept, and a crash changes nothing."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from core.calling import order as order_module
from core.calling.queue import CallQueue, Waiting
from core.errors import Invalid

NOON = dt.datetime(2026, 11, 18, 12, tzinfo=dt.UTC)


def after(minutes: float) -> dt.datetime:
    return NOON + dt.timedelta(minutes=minutes)


def reopened(queue: CallQueue) -> CallQueue:
    return CallQueue.from_json(queue.ids_json(), queue.state_json())


def test_contacts_come_in_the_order_of_the_view() -> None:
    queue = CallQueue("abc")
    seen = []
    while queue.advance(NOON):
        seen.append(queue.current)
        queue.logged(queue.current, "change", "no answer")
    assert seen == ["a", "b", "c"]
    assert queue.called == 3
    assert queue.finished


def test_who_is_passed_over_comes_back_when_the_time_has_come() -> None:
    queue = CallQueue("abcd")
    assert queue.candidates(NOON) == ["a", "b", "c", "d"]
    queue.pass_over("a", "Too early in Florida.", after(30))
    queue.pass_over("b", "Ann is calling them.", after(10))
    assert queue.advance(NOON) == "c"
    assert queue.held("a") == ("Too early in Florida.", after(30))
    assert queue.candidates(after(20)) == ["b", "d"]
    # Both have come due: now the view's order counts again, not whose time came first.
    assert queue.candidates(after(40)) == ["a", "b", "d"]


def test_it_says_until_when_it_waits_and_for_how_many() -> None:
    queue = CallQueue("abc")
    for name, minutes in (("a", 90), ("b", 60), ("c", 150)):
        queue.pass_over(name, "Too early.", after(minutes))
    assert queue.advance(NOON) == ""
    assert queue.waiting == Waiting(3, after(60))
    assert not queue.finished
    assert queue.advance(after(60)) == "b"


def test_who_must_never_be_called_is_not_waited_for() -> None:
    queue = CallQueue("ab")
    queue.pass_over("a", "Ann Lee must not be called.", None)
    queue.advance(NOON)
    queue.logged("b", "change", "no answer")
    queue.advance(NOON)
    assert queue.finished


def test_a_requeued_contact_comes_up_as_soon_as_it_is_due() -> None:
    queue = CallQueue("abcd")
    queue.advance(NOON)
    queue.logged("a", "change", "busy")
    queue.requeue("a", after(30))
    assert queue.current == "a"
    assert queue.advance(NOON) == "b"
    assert queue.advance(after(29)) == "c"
    assert queue.agreed("a")
    assert queue.advance(after(30)) == "a"
    assert queue.agreed("a")
    assert queue.advance(after(30)) == "d"
    assert not queue.agreed("d")


def test_what_the_rep_put_to_a_time_stays_so_when_the_law_puts_it_off() -> None:
    queue = CallQueue("ab")
    queue.requeue("b", after(5))
    queue.pass_over("b", "Too late in Ohio.", after(600))
    assert queue.agreed("b")
    assert queue.candidates(after(600)) == ["b", "a"]


def test_going_back_shows_the_one_before_and_then_the_one_left() -> None:
    queue = CallQueue("abc")
    queue.advance(NOON)
    queue.skip(NOON)
    assert queue.skipped == ("a",)
    assert queue.back() == "a"
    assert queue.skipped == ()
    assert queue.back() == "a"  # there is nobody before
    assert queue.advance(NOON) == "b"
    assert queue.advance(NOON) == "c"


def test_going_back_to_somebody_who_was_called_does_not_call_them_again() -> None:
    queue = CallQueue("abc")
    queue.advance(NOON)
    queue.logged("a", "change", "no answer")
    queue.advance(NOON)
    assert queue.back() == "a"
    assert queue.current_is_done
    assert [queue.advance(NOON), queue.advance(NOON), queue.advance(NOON)] == ["b", "c", ""]


def test_undo_returns_to_the_contact_with_everything_as_it_was() -> None:
    queue = CallQueue("abc")
    queue.advance(NOON)
    queue.logged("a", "first", "busy")
    queue.requeue("a", after(30))
    queue.advance(NOON)
    assert queue.undo_last() == ("a", "first")
    assert queue.current == "a"
    assert not queue.current_is_done
    assert queue.waiting == Waiting(0, None)
    assert queue.called == 0
    assert queue.candidates(after(60)) == ["b", "c"]
    assert queue.undo_last() is None


def test_outcomes_are_undone_one_after_the_other() -> None:
    queue = CallQueue("abc")
    for name in "ab":
        queue.advance(NOON)
        queue.logged(name, f"of {name}", "no answer")
    assert queue.undo_last() == ("b", "of b")
    assert queue.undo_last() == ("a", "of a")
    assert queue.candidates(NOON) == ["b", "c"]


def test_new_matches_join_where_the_view_has_them() -> None:
    queue = CallQueue("bdf")
    queue.advance(NOON)
    queue.join(["a", "b", "c", "d", "e", "f", "g"])
    # "a" would stand before the place that was reached: it comes next.
    assert queue.candidates(NOON) == ["a", "c", "d", "e", "f", "g"]


def test_a_new_match_without_neighbours_comes_last() -> None:
    queue = CallQueue("ab")
    queue.join(["x"])
    assert queue.candidates(NOON) == ["a", "b", "x"]


def test_who_was_called_does_not_join_again() -> None:
    queue = CallQueue("ab")
    queue.advance(NOON)
    queue.logged("a", "change", "no answer")
    queue.logged("z", "other", "no answer")  # logged from elsewhere, and not of this list
    queue.join(["a", "b", "z"])
    assert queue.candidates(NOON) == ["b"]


def test_who_leaves_is_not_offered_and_may_join_again() -> None:
    queue = CallQueue("abcd")
    queue.advance(NOON)
    queue.leave(["b", "c", "a"])
    assert queue.current == "a"  # what is on the screen stays there
    assert queue.candidates(NOON) == ["d"]
    queue.join(["b"])
    assert queue.candidates(NOON) == ["d", "b"]


def test_while_paused_nothing_moves() -> None:
    queue = CallQueue("ab")
    queue.advance(NOON)
    queue.pause()
    assert queue.advance(NOON) == queue.skip(NOON) == "a"
    queue.resume()
    assert queue.advance(NOON) == "b"


def test_what_is_saved_after_a_call_is_small() -> None:
    queue = CallQueue(f"0190-{n:032}" for n in range(20_000))
    large = queue.ids_json()
    for _ in range(60):
        for name in queue.candidates(NOON, 2):
            queue.pass_over(name, "Too early in Florida.", after(60))
        queue.advance(NOON)
        queue.logged(queue.current, "change", "no answer")
    assert not queue.grown
    assert len(queue.state_json()) < 30_000 < len(large) / 20
    for name in queue.candidates(NOON, 300):
        queue.pass_over(name, "Too early in Florida.", after(60))
    assert queue.grown
    queue.ids_json()
    assert len(queue.state_json()) < 15_000


def test_a_crash_between_the_two_writes_loses_nothing_that_was_saved() -> None:
    queue = CallQueue("abc")
    first_ids = queue.ids_json()
    queue.advance(NOON)
    state = queue.state_json()
    queue.logged("a", "change", "no answer")
    second_ids = queue.ids_json()  # and the state that belongs to it was never written
    assert CallQueue.from_json(first_ids, state).called == 0
    again = CallQueue.from_json(second_ids, state)
    assert (again.current, again.called) == ("a", 1)
    assert CallQueue.from_json(first_ids).candidates(NOON) == ["a", "b", "c"]


@pytest.mark.parametrize("ids", ["", "[]", "{}", '{"version":99}', '{"version":1,"order":{"ids":3}}'])
def test_what_cannot_be_read_is_refused_in_plain_words(ids: str) -> None:
    with pytest.raises(Invalid, match="cannot be read"):
        CallQueue.from_json(ids)


# --- against a simple model ---------------------------------------------------------------------------------------

NAMES = [f"{n:02}" for n in range(20)]
names = st.sampled_from(NAMES)
minutes = st.integers(0, 40)


class Model:
    """What a queue is, the slow way: each contact stands in a list once, and has one status.

    ahead · taken (its turn has been) · skipped · passed · requeued · left
    """

    def __init__(self, ids: list[str]) -> None:
        self.line = list(ids)
        self.status: dict[str, str] = dict.fromkeys(ids, "ahead")
        self.until: dict[str, float] = {}
        self.again: list[str] = []
        self.trail: list[tuple[str, bool]] = []
        self.log: list[tuple[str, str, float, bool]] = []
        self.show("")

    def show(self, name: str, done: bool = False, agreed: bool = False) -> None:
        self.current, self.done, self.agreed = name, done, agreed

    def place(self) -> int:
        return next((i for i, name in enumerate(self.line) if self.status[name] == "ahead"), len(self.line))

    def due(self, status: str, now: float) -> list[str]:
        return [
            n for n in self.line if self.status[n] == status and self.until[n] <= now and n != self.current
        ]

    def candidates(self, now: float) -> list[str]:
        requeued = sorted(self.due("requeued", now), key=lambda name: (self.until[name], name))
        ahead = [name for name in self.line if self.status[name] == "ahead"]
        return [*requeued, *self.again, *self.due("passed", now), *ahead]

    def put(self, name: str, status: str, until: float = 0.0) -> None:
        if name not in self.status:
            self.line.insert(self.place(), name)
        self.again = [other for other in self.again if other != name]
        self.status[name], self.until[name] = status, until

    def held(self, name: str) -> bool:
        return self.status.get(name) in ("passed", "requeued")

    def put_off(self) -> None:
        if self.current and not self.done and not self.held(self.current):
            if self.agreed:
                self.put(self.current, "requeued", 0.0)
            else:
                self.again.insert(0, self.current)

    def return_to(self, name: str, done: bool) -> None:
        self.again = [other for other in self.again if other != name]
        if self.status[name] == "skipped":
            self.status[name] = "taken"
        self.show(name, done, self.status[name] == "requeued")

    def advance(self, now: float) -> None:
        found = next(iter(self.candidates(now)), "")
        if self.current:
            self.trail.append((self.current, self.done))
        agreed = bool(found) and self.status[found] == "requeued"
        if found:
            self.put(found, "taken")
        self.show(found, False, agreed)

    def skip(self, now: float) -> None:
        if self.current and not self.done and not self.held(self.current):
            self.status[self.current] = "skipped"
        self.advance(now)

    def back(self) -> None:
        if self.trail:
            self.put_off()
            self.return_to(*self.trail.pop())

    def logged(self, name: str) -> None:
        before = self.status.get(name, "taken")
        done = name == self.current and self.done
        self.log.append((name, before, self.until.get(name, 0.0), done))
        self.put(name, "taken")
        if name == self.current:
            self.done = True
        self.trail = [(other, done or other == name) for other, done in self.trail]

    def undo(self) -> None:
        name, before, until, done = self.log.pop()
        if self.current != name:
            self.put_off()
        kept = before in ("passed", "requeued", "left", "skipped")
        self.put(name, before if kept else "taken", until)
        trail = [other for other, _ in self.trail]
        if name in trail:
            del self.trail[len(trail) - 1 - trail[::-1].index(name)]
        self.return_to(name, done)

    def pass_over(self, name: str, until: float | None) -> None:
        agreed = self.agreed if name == self.current else self.status.get(name) == "requeued"
        if until is None:
            self.put(name, "left")
            self.trail = [entry for entry in self.trail if entry[0] != name]
        else:
            self.put(name, "requeued" if agreed else "passed", until)
        if name == self.current:
            self.show("")

    def leave(self, gone: set[str]) -> None:
        gone = gone - {self.current}
        for name in gone & set(self.line):
            if self.held(name) or self.status[name] == "ahead" or name in self.again:
                self.put(name, "left")
        self.trail = [entry for entry in self.trail if entry[0] not in gone]

    def join(self, order: list[str]) -> None:
        place = self.place()
        fresh = set()
        for name in order:
            if name != self.current and self.status.get(name, "left") == "left":
                if name in self.status and self.line.index(name) > place:
                    self.status[name] = "ahead"
                else:
                    fresh.add(name)
        anchors = {name for name in self.line[place:] if name in order}
        at = next((self.line.index(name) for name in order if name in anchors), len(self.line))
        gaps: dict[int, list[str]] = defaultdict(list)
        for name in order:
            if name in anchors:
                at = self.line.index(name) + 1
            elif name in fresh:
                gaps[at].append(name)
        line = []
        for index, name in enumerate([*self.line, ""]):
            line += [*gaps[index], *([name] if name and name not in fresh else [])]
        self.line = line
        self.status.update(dict.fromkeys(fresh, "ahead"))


class QueueMachine(RuleBasedStateMachine):
    """Everything that can happen to a queue in any order, and a crash after any of it."""

    @initialize(ids=st.lists(names, unique=True, max_size=12))
    def begin(self, ids: list[str]) -> None:
        self.now = 0
        self.queue, self.model = CallQueue(ids), Model(ids)
        self.saved = ("", "")
        # A new base is due every few steps, so that many crashes come soon after one.
        self.many, order_module._MANY = order_module._MANY, 6

    def stamp(self, minute: float) -> float:
        return after(minute).timestamp()

    @rule(span=st.integers(1, 15))
    def time_passes(self, span: int) -> None:
        self.now += span

    @rule()
    def advance(self) -> None:
        expected = self.model.candidates(self.stamp(self.now))[:1]
        assert [self.queue.advance(after(self.now))] == (expected or [""])
        self.model.advance(self.stamp(self.now))

    @rule()
    def skip(self) -> None:
        self.queue.skip(after(self.now))
        self.model.skip(self.stamp(self.now))

    @rule()
    def back(self) -> None:
        self.queue.back()
        self.model.back()

    @precondition(lambda self: self.model.current)
    @rule(retry=st.none() | minutes)
    def log_the_current_one(self, retry: int | None) -> None:
        self.log(self.model.current, retry)

    @rule(name=names, retry=st.none() | minutes)
    def log(self, name: str, retry: int | None) -> None:
        self.queue.logged(name, f"change of {name}", "busy")
        self.model.logged(name)
        if retry is not None:
            self.requeue(name, retry)

    @rule(name=names, span=minutes)
    def requeue(self, name: str, span: int) -> None:
        self.queue.requeue(name, after(self.now + span))
        self.model.put(name, "requeued", self.stamp(self.now + span))

    @rule()
    def undo(self) -> None:
        if not self.model.log:
            assert self.queue.undo_last() is None
            return
        name = self.model.log[-1][0]
        assert self.queue.undo_last() == (name, f"change of {name}")
        self.model.undo()

    @rule(index=st.integers(0, 5), span=st.none() | minutes)
    def pass_over_a_candidate(self, index: int, span: int | None) -> None:
        ready = self.model.candidates(self.stamp(self.now))
        if index < len(ready):
            self.pass_over(ready[index], span)

    @precondition(lambda self: self.model.current)
    @rule(span=st.none() | minutes)
    def pass_over_the_current_one(self, span: int | None) -> None:
        self.pass_over(self.model.current, span)

    def pass_over(self, name: str, span: int | None) -> None:
        self.queue.pass_over(name, "Too early.", None if span is None else after(self.now + span))
        self.model.pass_over(name, None if span is None else self.stamp(self.now + span))

    @rule(gone=st.sets(names, max_size=4))
    def leave(self, gone: set[str]) -> None:
        self.queue.leave(gone)
        self.model.leave(gone)

    @rule(order=st.sets(names, max_size=10).map(sorted) | st.lists(names, unique=True, max_size=6))
    def join(self, order: list[str]) -> None:
        self.queue.join(order)
        self.model.join(order)

    @rule()
    def crash(self) -> None:
        self.queue = CallQueue.from_json(*self.saved)

    @invariant()
    def it_is_as_the_model_says_and_saved(self) -> None:
        queue, model = self.queue, self.model
        assert (queue.current, queue.current_is_done) == (model.current, model.done)
        if model.current:
            assert queue.agreed(model.current) == model.agreed
        for minute in (self.now, self.now + 20, self.now + 1000):
            assert queue.candidates(after(minute)) == model.candidates(self.stamp(minute))
        assert queue.to_go == len(model.again) + list(model.status.values()).count("ahead")
        waiting = [model.until[n] for n in model.line if model.held(n) and n != model.current]
        first = dt.datetime.fromtimestamp(min(waiting), dt.UTC) if waiting else None
        assert queue.waiting == (len(waiting), first)
        assert set(queue.skipped) == {name for name, status in model.status.items() if status == "skipped"}
        assert queue.called == len(model.log)
        ids = queue.ids_json() if queue.grown or not self.saved[0] else self.saved[0]
        self.saved = (ids, queue.state_json())

    def teardown(self) -> None:
        """Whoever was neither called nor skipped nor left is offered in the end, once."""
        if not hasattr(self, "queue"):
            return
        never = after(100_000)
        expected = self.queue.candidates(never)
        if self.queue.current and self.queue.held(self.queue.current):
            expected.append(self.queue.current)
        offered = []
        while not self.queue.finished:
            if name := self.queue.advance(never):
                offered.append(name)
                self.queue.logged(name, "change", "no answer")
        assert sorted(offered) == sorted(expected)
        order_module._MANY = self.many


TestQueueMachine = QueueMachine.TestCase
TestQueueMachine.settings = settings(max_examples=60, stateful_step_count=30, deadline=None)
