"""Dialling by a command of the user's own, as in `linphonecsh dial {number}`."""

from __future__ import annotations

import re
import shlex
import shutil

from core.dialling import CallState, Dialled, dialable
from core.errors import Refused, Unavailable
from core.text import clean_line
from telephony.process import start

PATIENCE = 5.0
"""Seconds in which a command says that it cannot; one that takes longer is at it."""
PLACES = ("number", "digits", "extension", "name")
"""What a command may have in braces."""
_PLACE = re.compile(r"\{(\w*)\}")


class Command:
    """Runs a command, without a shell: it is split into words first, and what is in braces is filled in after that.

    Args:
        line: the command: `{number}` is +493012345678, `{digits}` the same without the plus, `{extension}` what is
            dialled then, `{name}` whose it is.

    Raises:
        Refused: it cannot be used; the message says why.
    """

    def __init__(self, line: str) -> None:
        try:
            self._words = shlex.split(line)
        except ValueError as error:
            raise Refused(f"dial_command cannot be read: {error}. Close every quote.") from None
        if not self._words:
            raise Refused(
                'dial_command is missing: the settings say dial = "command", but not which. As in:'
                ' offhook dialler set command "linphonecsh dial {number}"'
            )
        places = set(_PLACE.findall(line))
        if unknown := sorted(places - set(PLACES)):
            raise Refused(
                f"dial_command has {{{unknown[0]}}}. There are {{number}}, {{digits}}, {{extension}} and {{name}}."
            )
        if not places & {"number", "digits"}:
            raise Refused("dial_command does not say which number to dial: put {number} or {digits} into it.")

    @property
    def name(self) -> str:
        """What the settings call it."""
        return "command"

    def words(self, number: str, name: str = "") -> list[str]:
        """The program and its arguments for a number.

        Raises:
            Refused: it is no number.
        """
        target = dialable(number)
        values = {
            "number": target.e164,
            "digits": target.digits,
            "extension": target.extension,
            # A name is no option, whatever it begins with.
            "name": clean_line(name).lstrip("-"),
        }
        return [_PLACE.sub(lambda place: values[place[1]], word) for word in self._words]

    def dial(self, number: str, *, name: str = "") -> Dialled:
        """Runs it.

        Raises:
            Refused: it is no number, or the command failed.
            Unavailable: there is no such program.
        """
        words = self.words(number, name)
        program = self._words[0]
        try:
            outcome = start(words, patience=PATIENCE)
        except OSError as error:
            raise Unavailable(f"{self._missing(program)} ({error.strerror})") from None
        if outcome.code:
            why = f": {outcome.complaint}" if outcome.complaint else f" with exit code {outcome.code}"
            raise Refused(f"{program} did not dial{why}.")
        return Dialled(said=f"{program} dials {dialable(number)}.")

    def status(self, call_id: str) -> CallState:
        """Unknown: the command does not tell."""
        return CallState("unknown")

    def hang_up(self, call_id: str) -> None:
        """Does nothing: the program has the call."""

    def check(self) -> str:
        """Looks whether the program is there.

        Raises:
            Unavailable: it is not.
        """
        program = self._words[0]
        if shutil.which(program) is None:
            raise Unavailable(self._missing(program))
        return f"Runs: {shlex.join(self._words)}"

    def close(self) -> None:
        """Has nothing to let go of."""

    @staticmethod
    def _missing(program: str) -> str:
        return f"There is no program “{program}” that can be run. Correct dial_command: offhook dialler set command …"
