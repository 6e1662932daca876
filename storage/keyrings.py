"""The operating system's keyring: where keys and passwords are kept, as far as it really keeps them."""

from __future__ import annotations

import contextlib
from typing import Any

SERVICE = "offhook"
"""What the keyring lists everything under."""


def put(account: str, secret: str) -> str:
    """Puts a secret into the keyring and reads it back.

    Returns:
        The back end's name, for `get`; empty where the secret is not kept.
    """
    try:
        import keyring

        backend = keyring.get_keyring()
        name = f"{type(backend).__module__}.{type(backend).__qualname__}"
        if _keeps_nothing(name):
            return ""
        backend.set_password(SERVICE, account, secret)
        return name if backend.get_password(SERVICE, account) == secret else ""
    except Exception:  # noqa: BLE001 (back ends raise whatever their system does; the answer is always another place)
        return ""


def get(account: str, backend: str) -> tuple[str, str]:
    """A secret that was put there.

    Args:
        account: under which it was put.
        backend: the back end that took it.

    Returns:
        The secret, and why it cannot be had; one of the two is empty.
    """
    failed = "is not there"
    for load in (_known_backend, _any_backend):
        try:
            secret = load(backend).get_password(SERVICE, account)
        except Exception as error:  # noqa: BLE001 (as above: a locked keyring, a missing service, a refusal)
            failed = f"was not handed out ({type(error).__name__}: {error})" if str(error) else failed
            continue
        if secret:
            return str(secret), ""
    return "", failed


def drop(account: str, backend: str) -> None:
    """Takes a secret out of the keyring, if it is there."""
    for load in (_known_backend, _any_backend):
        with contextlib.suppress(Exception):
            load(backend).delete_password(SERVICE, account)
            return


def _keeps_nothing(backend: str) -> bool:
    """Back ends that refuse, forget, or write what they are given into a file in the clear."""
    return backend.startswith(("keyring.backends.fail.", "keyring.backends.null.", "keyrings.alt."))


def _known_backend(name: str) -> Any:
    # Going straight to the back end that kept it saves the search for all of them, about 0.1 s a start.
    from keyring.core import load_keyring

    return load_keyring(name)


def _any_backend(_name: str) -> Any:
    import keyring

    return keyring.get_keyring()
