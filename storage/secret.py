"""A secret that one types once: kept in the system's keyring, or in a file for the user's eyes alone."""

from __future__ import annotations

import json
import os
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from core.errors import Unavailable
from storage import keyrings
from storage.keys import private_folder, replace_secret

Place = Literal["keyring", "file"]


@dataclass(frozen=True, slots=True)
class KeptSecret:
    """Where one secret is kept.

    Attributes:
        file: says where it is; holds it where no keyring does.
        kind: what it is, in one word: its name in the file and in the keyring.
        what: what it is, at the beginning of a sentence.
        again: how the user gives it anew.
    """

    file: Path
    kind: str
    what: str
    again: str

    def keep(self, secret: str, *, account: str, prefer: Place = "keyring") -> Place:
        """Keeps a secret in place of the one before.

        Args:
            secret: what is kept.
            account: what the keyring lists it under, before a number.
            prefer: `keyring` falls back to `file`.

        Returns:
            Where it is kept.

        Raises:
            Unavailable: it cannot be written.
        """
        private_folder(self.file.parent)
        before = self._known_or_none()
        account = f"{account}-{os.urandom(8).hex()}"
        backend = keyrings.put(account, secret) if prefer == "keyring" else ""
        held = {"account": account, "backend": backend} if backend else {self.kind: secret}
        try:
            # ASCII only: JSON escapes what else there is.
            replace_secret(self.file, json.dumps(held))
        except Unavailable:
            if backend:
                keyrings.drop(account, backend)
            raise
        # Not before the new one is safe: whoever cannot write it down still has the old one.
        if "account" in before:
            keyrings.drop(before["account"], before["backend"])
        return "keyring" if backend else "file"

    def read(self) -> str | None:
        """The secret; None where none is kept.

        Raises:
            Unavailable: it is kept and cannot be had.
        """
        known = self._known()
        if self.kind in known:
            return known[self.kind]
        if "account" not in known:
            return None
        secret, failed = keyrings.get(known["account"], known["backend"])
        if not secret:
            raise Unavailable(
                f"{self.what} is kept in the keyring of this system, and {failed}. Unlock the keyring (log in to the"
                f" desktop), or run `{self.again}` again."
            )
        return secret

    def is_in_file(self) -> bool:
        """Whether it lies in the file itself.

        Raises:
            Unavailable: the file cannot be read.
        """
        return self.kind in self._known()

    def forget(self) -> None:
        """Takes the secret away from wherever it is kept.

        Raises:
            Unavailable: the file cannot be removed.
        """
        known = self._known_or_none()
        if "account" in known:
            keyrings.drop(known["account"], known["backend"])
        try:
            self.file.unlink(missing_ok=True)
        except OSError as error:
            raise Unavailable(f"{self.file} cannot be removed: {error.strerror}.") from None

    def _known_or_none(self) -> dict[str, str]:
        """What is noted; nothing where that is damaged, which must not stand in the way of a new secret."""
        try:
            return self._known()
        except Unavailable:
            return {}

    def _known(self) -> dict[str, str]:
        try:
            known = json.loads(self.file.read_text("ascii"))
        except FileNotFoundError:
            return {}
        except (OSError, ValueError):
            raise Unavailable(f"{self.file} cannot be read. Run `{self.again}` again.") from None
        return known if isinstance(known, dict) else {}
