"""Asks whoever sits at the terminal. On standard error, so that standard output stays what was asked for."""

from __future__ import annotations

import sys
from collections.abc import Sequence

from cli.naming import typed
from core.text import printable


def can_ask() -> bool:
    """Whether somebody is there to ask: questions can be seen, and answers typed."""
    return all(stream is not None and stream.isatty() for stream in (sys.stdin, sys.stderr))


def ask(prompt: str) -> str:
    """A line as it is typed; empty at the end of input too."""
    sys.stderr.write(prompt)
    sys.stderr.flush()
    line = sys.stdin.readline()
    if not line:
        sys.stderr.write("\n")
    return typed(line).strip()


def confirm(question: str) -> bool:
    """Whether the answer is yes; anything but a yes is a no."""
    return ask(f"{question} [y/N] ").casefold() in ("y", "yes")


def choose(title: str, options: Sequence[tuple[str, str]], default: str) -> str:
    """One of several answers: its number, its name or the beginning of what it says is typed, enter takes the default.

    Args:
        title: the question.
        options: value and words of each answer.
        default: the value that enter takes; empty: it is no answer, and enter leaves the question open.

    Returns:
        The value; empty where the question is left open.
    """
    sys.stderr.write(f"{printable(title)}\n")
    for number, (value, words) in enumerate(options, 1):
        mark = "  (enter)" if value == default else ""
        sys.stderr.write(f"  {number:>2}  {printable(words)}{mark}\n")
    while True:
        answer = ask("Which? ")
        if not answer:
            return default
        if answer.isdecimal() and 1 <= int(answer) <= len(options):
            return options[int(answer) - 1][0]
        fits = [value for value, _ in options if value == answer] or [
            value for value, words in options if words.casefold().startswith(answer.casefold())
        ]
        if len(fits) == 1:
            return fits[0]
        sys.stderr.write(f"Type a number from 1 to {len(options)}.\n")
