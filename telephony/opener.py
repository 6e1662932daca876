"""Dialling by a link (`tel:`, `callto:`, `sip:`) that the system opens with whatever program the user has set for it."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from typing import Literal

from core.dialling import CallState, Dialled, Number, dialable
from core.errors import Refused, Unavailable
from telephony.process import start

Scheme = Literal["tel", "callto", "sip"]
PATIENCE = 1.0
"""Seconds in which an opener says that it cannot."""
_ANOTHER_WAY = (
    "Choose a program for such links in your system’s settings, or another way: offhook dialler set copy"
)


class Opener:
    """Hands links to the system's opener. How the call goes on, only the program knows that takes it.

    Args:
        scheme: what the link begins with.
        domain: for `sip`: whose numbers they are, `sip.example.com`; empty: the program knows.
        platform: as `sys.platform` has it.
    """

    def __init__(self, scheme: Scheme, domain: str = "", *, platform: str = sys.platform) -> None:
        self._scheme = scheme
        self._domain = domain
        self._platform = platform

    @property
    def name(self) -> str:
        """What the settings call it: the scheme."""
        return self._scheme

    def dial(self, number: str, *, name: str = "") -> Dialled:
        """Opens the link.

        Raises:
            Refused: it is no number, or no program takes such links.
            Unavailable: there is no opener here.
        """
        target = dialable(number)
        self._open(self.link(target))
        rest = f" Then extension {target.extension}." if target.extension and self._scheme != "tel" else ""
        return Dialled(said=f"Handed {target} to your phone program.{rest}")

    def link(self, target: Number) -> str:
        """The link that dials a number."""
        match self._scheme:
            case "tel":
                return (
                    f"tel:{target.e164};ext={target.extension}" if target.extension else f"tel:{target.e164}"
                )
            case "callto":
                return f"callto:{target.e164}"
            case "sip":
                return (
                    f"sip:{target.e164}@{self._domain};user=phone" if self._domain else f"sip:{target.e164}"
                )

    def status(self, call_id: str) -> CallState:
        """Unknown: no program tells."""
        return CallState("unknown")

    def hang_up(self, call_id: str) -> None:
        """Does nothing: the program has the call."""

    def check(self) -> str:
        """Looks whether there is an opener, and a program for such links where the system says.

        Raises:
            Refused, Unavailable: there is none.
        """
        if self._platform == "win32":
            return f"{self._scheme}: links go to the program that Windows has for them."
        opener = self._opener()
        if shutil.which("xdg-mime") is None or self._platform == "darwin":
            return f"{self._scheme}: links go through {opener}."
        query = ["xdg-mime", "query", "default", f"x-scheme-handler/{self._scheme}"]
        try:
            found = subprocess.run(  # noqa: S603 (fixed words)
                query, stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=5, check=False
            )
        except (OSError, subprocess.SubprocessError):
            return f"{self._scheme}: links go through {opener}."
        if not found.stdout.strip():
            raise Refused(f"No program here takes {self._scheme}: links. {_ANOTHER_WAY}")
        return f"{self._scheme}: links go to {found.stdout.strip().removesuffix('.desktop')}."

    def close(self) -> None:
        """Has nothing to let go of."""

    def _opener(self) -> str:
        opener = "open" if self._platform == "darwin" else "xdg-open"
        if shutil.which(opener) is None:
            raise Unavailable(
                f"{opener}, which opens {self._scheme}: links, is not on this system. Install it"
                f"{' (package xdg-utils)' if opener == 'xdg-open' else ''}, or choose another way: offhook dialler set copy"
            )
        return opener

    def _open(self, link: str) -> None:
        if self._platform == "win32":
            self._open_in_windows(link)
            return
        opener = self._opener()
        try:
            outcome = start([opener, link], patience=PATIENCE)
        except OSError as error:
            raise Unavailable(f"{opener} cannot be started: {error.strerror}.") from None
        if outcome.code:
            why = f" It says: {outcome.complaint}." if outcome.complaint else ""
            raise Refused(f"{opener} cannot open {self._scheme}: links.{why} {_ANOTHER_WAY}")

    def _open_in_windows(self, link: str) -> None:
        open_link = getattr(os, "startfile", None)
        try:
            assert open_link is not None
            open_link(link)
        except OSError as error:
            raise Refused(
                f"Windows cannot open {self._scheme}: links: {error.strerror}. {_ANOTHER_WAY}"
            ) from None
