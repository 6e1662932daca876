"""The next step as people type it: `tue 3pm`, `callback 14:30 their time`, `send offer friday`; and how it is said back.

A line names one time, at its beginning or at its end, and may say what is to be done. What cannot be read for certain is
refused with a way to write it: a call at the wrong hour is worse than being asked again.
"""

from __future__ import annotations

import datetime as dt
import re
from dataclasses import dataclass

from core.clock import end_of_day
from core.errors import Invalid
from core.schema import LINE_LIMIT
from core.text import clean_line
from core.when import Ambiguous, parse_when, show_when

KINDS = ("call", "email", "meeting", "todo")
"""What a task can be."""
_EXAMPLES = "Try tue 3pm, in 2 weeks, callback 14:30 their time or send offer friday"
_KIND = {
    **dict.fromkeys(("call", "callback", "call-back", "ring", "phone", "dial"), "call"),
    **dict.fromkeys(("email", "e-mail", "mail", "send", "write"), "email"),
    **dict.fromkeys(("meeting", "meet", "demo", "visit"), "meeting"),
}
"""The kind of a task by the word that it begins with."""
_SPELT = {"callback": "Call back", "call-back": "Call back", "email": "E-mail", "e-mail": "E-mail"}
"""Words for which there is one spelling."""
_WHOSE = re.compile(r"(?<!\S)(?P<whose>their|my) (?:local )?time(?!\S)", re.IGNORECASE)
_QUOTED = re.compile(r"[\"“](?P<said>[^\"“”]+)[\"”]")
_DANGLING = re.compile(
    r"^(?:to|[–:;,-])(?!\S)|(?:(?<!\S)(?:on|at|by|in|from|for))?[\s:;,–-]*$", re.IGNORECASE
)
"""What is left of how the time was tied to the rest."""
_ASIDE = "“…”"
"""Stands for what was put in quotation marks while the time is looked for."""
_LONGEST_TIME = 9
"""Words in the longest way to say a time (`on tue 24th of nov 2026 at 9:30 a.m.`)."""


@dataclass(frozen=True, slots=True)
class NextStep:
    """Something to do about somebody, and when.

    Attributes:
        subject: what to do.
        kind: call, email, meeting or todo.
        due_at: when; aware.
        all_day: only the day of `due_at` counts, which then is its last second where the user is.
    """

    subject: str
    kind: str
    due_at: dt.datetime
    all_day: bool = False


def parse_next_step(
    text: str,
    now: dt.datetime,
    zone: dt.tzinfo,
    *,
    their_zone: dt.tzinfo | None = None,
    subject: str = "Follow up",
    kind: str = "todo",
) -> NextStep:
    """Reads a next step that a person typed.

    The time is where the user is, unless the line says “their time”. What is to be done stands before the time or after
    it; its first word tells the kind of the task, or one of `call:`, `email:`, `meeting:` and `todo:` in front of all.
    What stands in quotation marks is never read as a time.

    Args:
        text: what was typed.
        now: the current time, aware.
        zone: where the user is.
        their_zone: where the contact is; None where that is not known.
        subject: what is to be done where the line names a time alone.
        kind: its kind.

    Raises:
        Invalid: it cannot be read for certain; the message says why, and what can.
    """
    line = clean_line(text)
    typed = line.replace(" · ", " ")
    if not typed.strip():
        raise _invalid(f"What comes next, and when? {_EXAMPLES}.")
    typed, clock = _clock(typed, zone, their_zone)
    said = kind
    if tagged := re.match(rf"({'|'.join(KINDS)}): ", typed, re.IGNORECASE):
        said, typed = tagged[1].lower(), typed[tagged.end() :]
    quoted = _QUOTED.search(typed)
    if quoted:
        typed = f"{typed[: quoted.start()]} {_ASIDE} {typed[quoted.end() :]}"
    words = typed.split()
    start, end, hour = _find(words, now, clock, line)
    phrase = " ".join([_bare(words, start, end), *([f"{hour.rjust(2, '0')}:00"] if hour else [])])
    due_at, all_day = parse_when(phrase, now, clock)
    if all_day:
        # A day is a day, wherever it is read.
        due_at = end_of_day(due_at.date(), zone)
    else:
        due_at = due_at.replace(second=0, microsecond=0).astimezone(zone)
    if due_at <= now:
        raise _invalid(f"“{_short(phrase)}” is over already. {_EXAMPLES}.")
    rest = [*words[:start], *words[_behind(words, end, hour) :]]
    what = " ".join(quoted["said"] if quoted and word == _ASIDE else word for word in rest)
    what = _DANGLING.sub("", what).strip()
    if not what:
        return NextStep(subject, said, due_at, all_day)
    first = what.split()[0].lower().rstrip(":,")
    if not tagged:
        said = _KIND.get(first, "todo")
    spelt = _SPELT.get(first, what[: len(first)])
    what = spelt[:1].upper() + spelt[1:] + what[len(first) :]
    if len(what) > LINE_LIMIT:
        raise _invalid(f"What is to be done has {len(what)} characters; the most is {LINE_LIMIT}.")
    return NextStep(what, said, due_at, all_day)


def show_next_step(
    step: NextStep, now: dt.datetime, zone: dt.tzinfo, their_zone: dt.tzinfo | None = None
) -> str:
    """A next step as it is said back: `Call back · Tue 24 Nov 14:30 · 08:30 their time`.

    Args:
        step: the step.
        now: the current time, aware.
        zone: where the user is.
        their_zone: where the contact is. Their time is told where their clock shows another one.
    """
    shown = f"{step.subject} · {show_when(step.due_at, all_day=step.all_day, now=now, zone=zone)}"
    if step.all_day or their_zone is None:
        return shown
    mine, theirs = step.due_at.astimezone(zone), step.due_at.astimezone(their_zone)
    if mine.replace(tzinfo=None) == theirs.replace(tzinfo=None):
        return shown
    day = "" if mine.date() == theirs.date() else f"{theirs:%a} "
    return f"{shown} · {day}{theirs:%H:%M} their time"


def _clock(typed: str, zone: dt.tzinfo, their_zone: dt.tzinfo | None) -> tuple[str, dt.tzinfo]:
    """The line without the words that say by whose clock it is, and that clock."""
    whose = _WHOSE.search(typed)
    if whose is None:
        return typed, zone
    rest = f"{typed[: whose.start()]} {typed[whose.end() :]}"
    if whose["whose"].lower() == "my":
        return rest, zone
    if their_zone is None:
        raise _invalid(
            "Their time zone is not known. Write the time by your own clock, or fill in Time zone or Country first."
        )
    return rest, their_zone


def _find(words: list[str], now: dt.datetime, zone: dt.tzinfo, line: str) -> tuple[int, int, str]:
    """Where the time stands: from which word to which, and the hour that follows it as a bare number (`wed 10`).

    Raises:
        Invalid: there is none, more than one, or one that can be read in two ways.
    """
    found, doubts = _times(words, now, zone)
    if not found:
        raise _invalid(str(doubts[0][2]) if doubts else f"“{_short(line)}” does not say when. {_EXAMPLES}.")
    for first, last, doubt in doubts:
        # “tue 25 nov” is no Tuesday; that says more than that it is two days.
        if len(found) > 1 and first <= found[0][0] and found[1][1] <= last:
            raise _invalid(str(doubt))
    if len(found) > 1:
        times = " and ".join(f"“{_bare(words, start, end)}”" for start, end in found[:2])
        raise _invalid(f"{times} are two times. Put quotation marks around the words that are no time.")
    ((start, end),) = found
    hour = _hour(words, start, end, now, zone)
    for first, last, doubt in doubts:
        if first <= end and start <= last and not hour:
            raise _invalid(str(doubt))
    if start > 0 and _behind(words, end, hour) < len(words):
        raise _invalid(
            f"Is “{_bare(words, start, end)}” the time? Put it at the end; if it is none, put it in quotation marks."
        )
    return start, end, hour


def _times(
    words: list[str], now: dt.datetime, zone: dt.tzinfo
) -> tuple[list[tuple[int, int]], list[tuple[int, int, Ambiguous]]]:
    """From which word to which there is a time, and where there is what could be one and leaves a doubt."""
    found: list[tuple[int, int]] = []
    doubts: list[tuple[int, int, Ambiguous]] = []
    at = 0
    while at < len(words):
        size = 1
        for length in range(min(_LONGEST_TIME, len(words) - at), 0, -1):
            try:
                parse_when(_bare(words, at, at + length), now, zone)
            except Ambiguous as error:
                doubts.append((at, at + length, error))
            except Invalid:
                continue
            else:
                size = length
                found.append((at, at + length))
                break
        at += size
    return found, doubts


def _bare(words: list[str], start: int, end: int) -> str:
    """Words without the punctuation that ties them to others."""
    return " ".join(word.rstrip(";:,!") or word for word in words[start:end])


def _hour(words: list[str], start: int, end: int, now: dt.datetime, zone: dt.tzinfo) -> str:
    """The hour that follows a day as a bare number, where it can be nothing else: `wed 10`, not `wed 3`."""
    at = end + (words[end : end + 1] in (["at"], ["@"]))
    number = _bare(words, at, at + 1)
    if not re.fullmatch(r"[89]|1\d", number):
        return ""
    day, all_day = parse_when(_bare(words, start, end), now, zone)
    if not all_day:
        return ""
    if at == end and day.day == int(number):
        said = _bare(words, start, end)
        raise _invalid(
            f"“{said} {number}” can be the {number}th or {number} o’clock. Write {said} {number}:00."
        )
    return number


def _behind(words: list[str], end: int, hour: str) -> int:
    """The first word behind the time."""
    if not hour:
        return end
    return end + (2 if words[end] in ("at", "@") else 1)


def _short(text: str) -> str:
    return text if len(text) <= 60 else text[:59] + "…"


def _invalid(sentence: str) -> Invalid:
    return Invalid({"next_step": sentence})
