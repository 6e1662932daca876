"""What the card of who is called says, line by line, at every width: who, where, when it is there, how often we tried."""

from __future__ import annotations

import contextlib
import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple
from zoneinfo import ZoneInfo

from rich.cells import cell_len

from core.catalog import Catalog
from core.entities import Contact, Deal
from core.text import printable
from core.when import show_when
from core.workspace import Callee, Reservation
from tui.models import briefing
from tui.models.briefing import Brief
from tui.models.call_letters import HEIGHT, big, spaced
from tui.models.contact_text import DO_NOT_CALL, phone_words
from tui.models.record_text import Scene
from tui.models.wrap import wrap
from tui.paint import fit

if TYPE_CHECKING:
    from core.calling.check import Verdict
    from core.calling.zones import Zones

_GAP = 2


class Piece(NamedTuple):
    """A piece of a line with the name of its style."""

    text: str
    style: str = "text"


Line = tuple[Piece, ...]


@dataclass(frozen=True, slots=True)
class CallBrief:
    """Everything that a rep sees of whom they are about to call; read ahead, so that it is there with the key.

    Attributes:
        brief: who it is, and what is known of them.
        numbers: what can be dialled, the best first.
        zones: which time zones may be theirs.
        verdict: whether they may be called now.
        reservation: whether nobody else calls them meanwhile; None: not asked.
        draft: notes that were typed and never logged.
        step_draft: a next step that was typed and never logged.
    """

    brief: Brief
    numbers: Sequence[Mapping[str, str]]
    zones: Zones
    verdict: Verdict
    reservation: Reservation | None = None
    draft: str = ""
    step_draft: str = ""

    @property
    def contact(self) -> Contact:
        """Who is called."""
        assert self.brief.contact is not None
        return self.brief.contact

    @property
    def callee(self) -> Callee:
        """Who is called, as somebody who may be called."""
        assert self.brief.callee is not None
        return self.brief.callee

    @property
    def deal(self) -> Deal | None:
        """What is talked about: the deal that it was begun from, else the first open one."""
        return self.brief.deal or next(iter(self.brief.open_deals), None)


# --- words ---------------------------------------------------------------------------------------------------------


def attempt_words(call: CallBrief, scene: Scene) -> str:
    """How often they were tried, and how that ended: `3rd attempt, last Tue 10:20, no answer`."""
    last = next(
        (one.activity for one in call.brief.touches if one.activity.kind == "call" and one.activity.direction != "in"),
        None,
    )  # fmt: skip
    ended = outcome_words(last.outcome, scene.catalog) if last is not None and last.outcome else ""
    said = briefing.attempt_words(call.brief, scene.zone)
    return f"{said}, {ended}" if ended and call.callee.last_attempt_at is not None else said


def outcome_words(key: str, catalog: Catalog) -> str:
    """How a call ended, within a sentence."""
    outcome = catalog.outcome(key)
    name = outcome.name if outcome is not None else key
    return name[:1].lower() + name[1:]


def their_time(call: CallBrief, now: dt.datetime) -> tuple[str, str]:
    """The time of day where they are, and the day with the place: (`14:32`, `Wed · Berlin`); several where they may be in several."""
    zones = [call.zones.best] if call.zones.best else []
    zones += [zone for zone in call.zones.all if zone not in zones]
    there: dict[str, list[str]] = {}
    for name in zones:
        with contextlib.suppress(KeyError, ValueError, OSError):
            local = now.astimezone(ZoneInfo(name))
            there.setdefault(f"{local:%H:%M} {local:%a}", []).append(_place(name))
    if not there:
        return "", "time there is not known"
    first, *others = there
    clock, _, day = first.partition(" ")
    place = " / ".join(there[first][:2])
    more = "".join(f" or {other.split(' ')[0]} {there[other][0]}" for other in others[:2])
    return clock, f"{day} · {place}{more}"


def _place(zone_name: str) -> str:
    return zone_name.rpartition("/")[2].replace("_", " ")


def number_words(call: CallBrief, index: int, country: str) -> tuple[str, str]:
    """The number that is dialled, and what there is to say of it: (`030 1234567`, `work · 1 of 2`)."""
    if not call.numbers:
        return "", "no number that can be dialled"
    point = call.numbers[index % len(call.numbers)]
    label = printable(point.get("label", ""))
    many = f"{index % len(call.numbers) + 1} of {len(call.numbers)}" if len(call.numbers) > 1 else ""
    return printable(phone_words(point["value"], country)), " · ".join(filter(None, (label, many)))


def warnings(call: CallBrief, scene: Scene) -> list[Piece]:
    """What a rep has to know before they dial, the worst first."""
    out: list[Piece] = []
    if call.callee.do_not_call:
        out.append(Piece(f"{DO_NOT_CALL} DO NOT CALL", "stop"))
    elif call.verdict.kind == "no":
        out.append(Piece(f"✗ {call.verdict.reason}", "stop"))
    elif call.verdict.kind == "ask":
        out.append(Piece(f"? {call.verdict.reason}", "warning"))
    held = call.reservation
    if held is not None and not held.ok:
        until = show_when(held.until, all_day=False, now=scene.now, zone=scene.zone)
        out.append(Piece(f"✗ {held.by} has them until {until}", "stop"))
    elif held is not None and not held.confirmed:
        out.append(Piece("◌ Reserved here; the server has not confirmed it yet", "warning"))
    out += [Piece(f"⚠ {notice}", "warning") for notice in call.verdict.notices]
    return [Piece(printable(piece.text), piece.style) for piece in out]


# --- lines ---------------------------------------------------------------------------------------------------------


def name_lines(name: str, width: int, *, letters: bool) -> list[Line]:
    """The name as large as there is room for: drawn, in spaced capitals, or as it is."""
    if letters and (drawn := big(name, width)):
        return [(Piece(line, "name"),) for line in drawn]
    return [_cut((Piece(spaced(name, width), "name"),), width)]


def card_lines(
    call: CallBrief, scene: Scene, width: int, *, letters: bool, index: int = 0, timer: Piece | None = None
) -> list[Line]:
    """The card: as many lines for every contact at a size, so that nothing moves from one to the next.

    Args:
        call: whom it is about.
        scene: set-up and time.
        width: cells.
        letters: there is room for a drawn name.
        index: which of the numbers is dialled.
        timer: how long it has rung, or they have talked.
    """
    names = name_lines(call.callee.name, width, letters=letters)
    if letters and len(names) < HEIGHT:
        names = [(), *names, *[()] * (HEIGHT - 1 - len(names))]
    who = " · ".join(filter(None, (printable(call.callee.title), printable(call.callee.company))))
    number, kind = number_words(call, index, scene.catalog.organization.country)
    clock, day = their_time(call, scene.now)
    time = (Piece(clock, "clock"), Piece(f" {day}" if clock else day, "place"))
    dial = (Piece(f"☎ {number}" if number else "☎", "number"), Piece(f" {kind}" if kind else "", "muted"))
    tried = (Piece(attempt_words(call, scene), "text"),)
    status = Piece(printable(call.contact.lead_status), "muted")
    worries = warnings(call, scene)
    if width < 60:
        title, company = (
            Piece(printable(call.callee.title), "text"),
            Piece(printable(call.callee.company), "strong"),
        )
        return [
            *names, _between((title,), (timer,) if timer else (), width), _cut((company,), width), _cut(dial, width),
            _cut(time, width), _cut(tried, width), *_worried(worries, width, 2),
        ]  # fmt: skip
    return [
        *names,
        _between((Piece(who, "strong"),), (timer,) if timer else (), width),
        _between(dial, time, width),
        _between(tried, (status,), width),
        *_worried(worries, width, 1 if not letters or width < 118 else 2),
    ]


def card_height(width: int, *, letters: bool) -> int:
    """How many lines a card takes at a width."""
    if width < 60:
        return (HEIGHT if letters else 1) + 7
    return (HEIGHT if letters else 1) + 3 + (1 if not letters or width < 118 else 2)


def _cut(pieces: Sequence[Piece], width: int) -> Line:
    out: list[Piece] = []
    for piece in pieces:
        size = cell_len(piece.text)
        if size > width:
            out.append(Piece(fit(piece.text, width), piece.style))
            break
        out.append(piece)
        width -= size
    return tuple(out)


def _between(left: Sequence[Piece], right: Sequence[Piece], width: int) -> Line:
    """Something at each end of a line; what is on the right stays whole as long as it takes no more than two thirds."""
    size = sum(cell_len(piece.text) for piece in right)
    right = _cut(right, min(size, width * 2 // 3))
    size = sum(cell_len(piece.text) for piece in right)
    room = width - size - (_GAP if size else 0)
    line = _cut(left, max(0, room))
    used = sum(cell_len(piece.text) for piece in line)
    return (*line, Piece(" " * (width - used - size)), *right) if size else line


def _worried(worries: Sequence[Piece], width: int, lines: int) -> list[Line]:
    """Warnings in so many lines; those that have no line of their own share the last one. One alone may take them all."""
    if len(worries) == 1:
        wrapped, _ = wrap(worries[0].text, width)
        if len(wrapped) <= lines:
            return [(Piece(line, worries[0].style),) for line in wrapped] + [()] * (lines - len(wrapped))
    out: list[Line] = [_cut((piece,), width) for piece in worries[: lines - 1]]
    rest = worries[lines - 1 :]
    shared = [part for n, piece in enumerate(rest) for part in ((Piece("  "), piece) if n else (piece,))]
    out.append(_cut(shared, width))
    return out + [()] * (lines - len(out))
