"""What call mode says besides the card: what to do now, why nobody is up, how the block went."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Callable, Sequence

from core.calling.follow_up import due_day, next_try, parse_span
from core.calling.summary import connect_rate, seconds_per_dial
from core.changes import Changeset
from core.duration import show_duration
from core.entities import Outcome
from core.next_step import NextStep
from core.text import printable
from core.when import show_when
from core.workspace import CallStats
from tui.models import briefing
from tui.models.call import CallSession, Figures, Phase
from tui.models.call_card import CallBrief, Line, Piece
from tui.models.record_text import Scene
from tui.widgets.call_outcomes import Prompt

QUIET = frozenset({Phase.PAUSED, Phase.OVER, Phase.ENDED})
"""Nobody is on the screen."""
TAKE = {Phase.SAVED: "Next contact", Phase.PAUSED: "Go on", Phase.OVER: "Leave", Phase.ENDED: "Leave"}
"""What enter does where it does not say that they answered."""
_SAYS = {"busy": "busy", "no-answer": "no-answer", "failed": "error"}
"""What a line that has ended says of the outcome (`core.entities.Outcome.line`)."""
_REASONS = 6

CALL_NOTES, NEXT_STEPS = "note:contacts:", "prompt:next step:"
"""How the keys begin under which what is typed in a call is kept; the contact's id follows."""
KeyOf = Callable[[str], str]
"""An action's id → its key as people read it."""


def note_key(contact_id: str) -> str:
    """Under which key notes about a contact are kept until they are logged."""
    return f"{CALL_NOTES}{contact_id}"


def step_key(contact_id: str) -> str:
    """Under which key a next step with a contact is kept until it is logged."""
    return f"{NEXT_STEPS}{contact_id}"


def default_step(
    outcome: Outcome, now: dt.datetime, zone: dt.tzinfo, their_zone: dt.tzinfo | None
) -> NextStep | None:
    """What an outcome plans by itself, to be shown before it is done; None where it plans nothing, or asks when."""
    if not outcome.follow_up:
        return None
    span, kind = parse_span(outcome.follow_up), outcome.task_kind or "call"
    subject = outcome.task or outcome.name
    if span.is_short or (kind == "call" and not outcome.connected):
        return NextStep(subject, kind, next_try(span, now, their_zone or zone))
    return NextStep(subject, kind, due_day(span, now, zone), all_day=True)


def when_typed(step: NextStep, now: dt.datetime, zone: dt.tzinfo) -> str:
    """When a step is, as it can be typed: what is to be done goes without saying, it is the outcome's."""
    return show_when(step.due_at, all_day=step.all_day, now=now, zone=zone)


def facts(call: CallBrief, scene: Scene, plan: str) -> tuple[briefing.Line, ...]:
    """What is known of who is up, the most useful first."""
    line = briefing.Line
    tags = call.brief.tags
    about = " ".join(call.contact.description.split())
    email = next((point["value"] for point in call.contact.emails), "")
    out = [
        line("Last touches", "heading"), *briefing.touch_lines(call.brief, scene),
        line("", spare=1), line("Deals", "heading"), *briefing.deal_lines(call.brief, scene),
        line("", spare=1), line("Planned", "heading"), *briefing.task_lines(call.brief, scene, plan),
    ]  # fmt: skip
    more = [line("  ".join(f"#{tag}" for tag in tags), "today", spare=1)] if tags else []
    more += [line(f"✉ {email}", "muted", spare=1)] if email else []
    more += [line(about, "muted", spare=2)] if about else []
    return (*out, line("", spare=1), *more) if more else tuple(out)


def proposed(session: CallSession, outcomes: Sequence[Outcome]) -> Outcome | None:
    """The outcome that says what the line did, to be marked; the rep logs it. None where the line does not say."""
    line = _SAYS.get(session.line, "") if session.phase is Phase.RINGING else ""
    return next((one for one in outcomes if line and one.line == line and not one.connected), None)


def prompt(session: CallSession, key_of: KeyOf) -> Prompt | None:
    """What is to be done now in the place of naming an outcome; None: an outcome can be named."""
    phase = session.phase
    if phase is Phase.STEP and session.ended is not None:
        name = session.ended.outcome.name
        return Prompt("◆", f"{name}: what comes next?", (("enter", "saves"), ("esc", "another outcome")))
    if phase is Phase.SAVED:
        keys = ((key_of("call.take"), "next contact"), (key_of("call.undo"), "undo"))
        return Prompt("✓", session.saved_words, keys, good=True)
    if phase is Phase.PAUSED:
        return Prompt("‖", "Paused", ((key_of("call.take"), "goes on"), (key_of("call.end"), "ends")))
    if phase in (Phase.OVER, Phase.ENDED):
        return Prompt(
            "■", "The block is over", ((key_of("call.take"), "leaves"), (key_of("call.undo"), "undo"))
        )
    if phase is Phase.LOADING:
        return Prompt("…", "Looking for the next contact")
    return None


# --- the panel -----------------------------------------------------------------------------------------------------


def panel(session: CallSession, scene: Scene, figures: Figures | None, key_of: KeyOf) -> list[Line]:
    """What stands there while nobody is up."""
    if session.phase is Phase.LOADING or (session.current is None and session.phase not in QUIET):
        passed = f" · {len(session.passed):,} cannot be called now" if session.passed else ""
        return [(Piece(f"Looking for the next contact …{passed}", "muted"),)]
    if session.phase is Phase.PAUSED:
        return _paused(session, key_of)
    lines: list[Line] = []
    if session.phase is Phase.OVER:
        done = bool(session.made)
        title = "That was everybody" if done else "Nobody here can be called now"
        lines += [(Piece(title, "title"),), ()]
    else:
        left = f"{session.left} of {session.total} left" if session.left else "nobody is left"
        lines += [(Piece(f"{session.calls.name}: ended, {left}", "title"),), ()]
    if figures is not None and (figures.block.dials or session.made):
        lines += [*_figures(figures), ()]
    reasons = passed_over(session, scene)
    if reasons:
        lines += [
            (Piece("Not called", "figure"),),
            *((Piece(f"  {reason}", "text"),) for reason in reasons),
            (),
        ]
    elif not session.total:
        lines += [(Piece("The list is empty.", "text"),), ()]
    if session.left and session.phase is Phase.ENDED:
        lines.append(
            (Piece(key_of("record.calls"), "key"), Piece(" goes on with it, today or another day", "muted"))
        )
    lines.append((Piece(key_of("call.take"), "key"), Piece(" leaves", "muted")))
    return lines


def _paused(session: CallSession, key_of: KeyOf) -> list[Line]:
    return [
        (Piece("‖ Paused", "title"),),
        (),
        (Piece(f"{session.calls.name}: {session.left} of {session.total} left", "text"),),
        (Piece("Nobody is held for you meanwhile; what you typed is kept.", "muted"),),
        (),
        (Piece(key_of("call.take"), "key"), Piece(" goes on   ", "muted"), Piece(key_of("call.end"), "key"), Piece(" ends the block", "muted")),
    ]  # fmt: skip


def passed_over(session: CallSession, scene: Scene) -> list[str]:
    """Why contacts were not called, and when that can be tried: `12 were called within the last hour: from 15:20`."""
    counts: Counter[str] = Counter()
    until: dict[str, dt.datetime] = {}
    for reason, at in session.passed.values():
        words = printable(reason).rstrip(".")
        counts[words] += 1
        if at is not None:
            until[words] = min(at, until.get(words, at))
    out = []
    for words, count in counts.most_common(_REASONS):
        again = until.get(words)
        when = f", from {show_when(again, all_day=False, now=scene.now, zone=scene.zone)}" if again else ""
        out.append(f"{count:>3}  {words}{when}")
    if len(counts) > _REASONS:
        out.append(f"     and {len(counts) - _REASONS} other reasons")
    return out


def _figures(figures: Figures) -> list[Line]:
    """The table of a block: a figure, this block's, yesterday's."""
    block, before = figures
    rows: Sequence[tuple[str, str, str]] = (
        ("Dials", str(block.dials), str(before.dials)),
        ("Connects", str(block.connects), str(before.connects)),
        ("Connect rate", _rate(block), _rate(before)),
        ("Talks over a minute", str(block.conversations), str(before.conversations)),
        ("Meetings", str(block.meetings), str(before.meetings)),
        ("Talk time", show_duration(block.talk_s) or "–", show_duration(before.talk_s) or "–"),
        ("Time per dial", _pace(block), _pace(before)),
    )
    head = (
        Piece(f"{'':<22}", "muted"),
        Piece(f"{'This block':>12}", "figure"),
        Piece(f"{'Yesterday':>12}", "muted"),
    )
    return [
        head,
        *((Piece(f"{label:<22}", "text"), Piece(f"{mine:>12}", "title"), Piece(f"{theirs:>12}", "muted")) for label, mine, theirs in rows),
    ]  # fmt: skip


def _rate(stats: CallStats) -> str:
    share = connect_rate(stats)
    return "–" if share is None else f"{share:.0%}"


def _pace(stats: CallStats) -> str:
    seconds = seconds_per_dial(stats)
    return "–" if seconds is None else _span(seconds)


def _span(seconds: float) -> str:
    minutes, rest = divmod(round(seconds), 60)
    return f"{minutes} min {rest:02} s" if minutes else f"{rest} s"


def many(count: int, one: str) -> str:
    """`1 call`, `12 calls`."""
    return f"{count:,} {one}" + ("" if count == 1 else "s")


def logged(done: Changeset, now: dt.datetime, zone: dt.tzinfo) -> str:
    """What became of a call: `Lena Brandt: No answer · again Thu 19 Nov 14:00`, and what of its effects was left out."""
    said = done.summary.removeprefix("Logged a call to ")
    plans = (c.set for c in done.changes if c.table == "tasks" and c.set.get("due_at") is not None)
    task = next(plans, None)
    if task is None:
        return printable(said)
    # A task of old that is put off keeps what it says.
    what = task.get("subject") or "again"
    when = show_when(task["due_at"], all_day=task.get("all_day", False), now=now, zone=zone)
    return printable(f"{said} · {what} {when}")
