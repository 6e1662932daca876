"""Telling whoever listens, whatever one of them makes of it."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import TypeVar

T = TypeVar("T")


def tell(listeners: Iterable[Callable[[T], None]], told: T) -> None:
    """Calls every listener. One that fails is logged; what was written stays written, and the others are told."""
    for listener in listeners:
        try:
            listener(told)
        except Exception:
            import logging

            logging.getLogger(__name__).exception("a listener failed")
