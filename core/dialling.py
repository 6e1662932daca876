"""Dialling: what a number is that can be dialled, and what a way to dial it looks like.

A dialler is made by whoever wires the program together; who uses it knows this file alone. Diallers block, and are
called from threads.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final, Literal, NamedTuple, Protocol

from core.errors import Refused, Unavailable

Line = Literal["queued", "ringing", "answered", "busy", "no-answer", "failed", "ended", "unknown"]
"""What the line does: of the leg to the contact, whoever's phone rang before."""
OVER: Final[frozenset[Line]] = frozenset({"busy", "no-answer", "failed", "ended"})
"""Lines on which nothing happens any more."""

# E.164: a plus, a country code, and 15 digits at most; none has fewer than seven. An extension comes as it is kept
# (";ext=12"), or as telephones write it: behind commas, each of which waits a moment.
_NUMBER = re.compile(r"(\+[1-9][0-9]{6,14})(?:(?:;ext=|,+)([0-9]{1,10}))?")
_FILLING = re.compile(r"[\s()./-]")


class Number(NamedTuple):
    """A number that can be dialled."""

    e164: str
    """With plus and country code: `+493012345678`."""
    extension: str
    """What is dialled once somebody has answered; empty where there is none."""

    @property
    def digits(self) -> str:
        """The number without the plus."""
        return self.e164[1:]

    @property
    def written(self) -> str:
        """On one line as telephones take it: the extension after two pauses."""
        return f"{self.e164},,{self.extension}" if self.extension else self.e164

    def __str__(self) -> str:
        return f"{self.e164} ext. {self.extension}" if self.extension else self.e164


def dialable(number: str) -> Number:
    """A number as contacts keep it (`core.points.clean_phone`), taken apart.

    Raises:
        Refused: it cannot be dialled: no country code, or no number at all. No service and no program gets to see it.
    """
    match = _NUMBER.fullmatch(_FILLING.sub("", number))
    if match is None:
        raise Refused(
            f"“{number[:40]}” cannot be dialled. A number begins with + and the country’s code, as in +49 30 1234567."
        )
    return Number(match[1], match[2] or "")


class PerhapsDialled(Unavailable):
    """It was asked for, and no answer came: the call may be on its way. Never to be dialled again by a program."""


@dataclass(frozen=True, slots=True)
class Dialled:
    """What came of dialling.

    Attributes:
        call_id: names the call in `Dialler.status` and `Dialler.hang_up`; empty where nobody can tell how it goes on.
        said: what was done, and what the user does now, in a sentence.
        copy: what the caller puts on the clipboard; empty where nothing is.
    """

    call_id: str = ""
    said: str = ""
    copy: str = ""

    @property
    def watchable(self) -> bool:
        """Whether the call can be followed, and hung up from here."""
        return bool(self.call_id)


@dataclass(frozen=True, slots=True)
class CallState:
    """How a call stands.

    Attributes:
        line: what the line does.
        seconds: how long they have talked, or did; 0 where nobody has answered.
        said: what there is to say about it, in a sentence: whose phone rings, why it failed. Often empty.
    """

    line: Line
    seconds: int = 0
    said: str = ""

    @property
    def over(self) -> bool:
        """Whether nothing more will happen on the line."""
        return self.line in OVER


class Dialler(Protocol):
    """A way to dial. Every method blocks, and may be called from any thread."""

    @property
    def name(self) -> str:
        """What the settings call it, as in `tel`, `copy` or `twilio`."""
        ...

    def dial(self, number: str, *, name: str = "") -> Dialled:
        """Dials, once. Nothing is ever dialled a second time by itself, whatever goes wrong.

        Args:
            number: as a contact keeps it.
            name: whose it is, for programs that show it.

        Raises:
            PerhapsDialled: nobody knows whether it was.
            Refused: it is no number, the settings are wrong, or the service says no; the message says what to do.
            Unavailable: program or service cannot be reached.
        """
        ...

    def status(self, call_id: str) -> CallState:
        """How a call stands.

        Raises:
            Refused, Unavailable: it cannot be told at the moment.
        """
        ...

    def hang_up(self, call_id: str) -> None:
        """Ends a call. One that is over already stays as it is.

        Raises:
            Refused, Unavailable: it could not be ended; the message says so.
        """
        ...

    def check(self) -> str:
        """Looks whether it would work, without dialling. What was found, in a sentence.

        Raises:
            Refused, Unavailable: it would not; the message says what to do.
        """
        ...

    def close(self) -> None:
        """Lets go of connections. Calls go on."""
        ...


class ByHand:
    """Dials nothing: the number goes to the clipboard, and the user's fingers do the rest. Works everywhere.

    Args:
        sample: the numbers belong to people who are made up.
        copies: put the number on the clipboard at all.
    """

    def __init__(self, *, sample: bool = False, copies: bool = True) -> None:
        self._sample = sample
        self._copies = copies

    @property
    def name(self) -> str:
        """What the settings call it."""
        return "copy" if self._copies else "none"

    def dial(self, number: str, *, name: str = "") -> Dialled:
        """Has the number copied.

        Raises:
            Refused: it is no number.
        """
        target = dialable(number)
        if self._sample:
            return Dialled(said=f"Sample data: nobody is to be called. {target} was not dialled.")
        if self._copies:
            said = f"{target} is copied. Dial it on your phone."
        else:
            said = f"Dial {target} on your phone."
        return Dialled(said=said, copy=target.written if self._copies else "")

    def status(self, call_id: str) -> CallState:
        """Unknown: the phone is in the user's hand."""
        return CallState("unknown")

    def hang_up(self, call_id: str) -> None:
        """Does nothing: the phone is in the user's hand."""

    def check(self) -> str:
        """Says how it goes."""
        if self._sample:
            return "Sample data: nothing is ever dialled."
        if self._copies:
            return "Numbers are copied to the clipboard; you dial on your phone."
        return "Numbers are shown; you dial on your phone."

    def close(self) -> None:
        """Has nothing to let go of."""
