"""What a terminal program can cost at all: reads a key, redraws two cards (`j`) or the whole screen (`r`)."""

from __future__ import annotations

import os
import sys
import termios
import tty

COLUMNS, ROWS = os.get_terminal_size()
FRAME, END = "\x1b[?2026h", "\x1b[?2026l"
PLAIN, CURSOR = "\x1b[0m\x1b[38;2;208;208;208;48;2;24;34;44m", "\x1b[0m\x1b[38;2;255;255;255;48;2;0;88;168m"


def write(text: str) -> None:
    """Everything in one system call."""
    data = text.encode()
    while data:
        data = data[os.write(sys.stdout.fileno(), data) :]


def card(index: int, style: str) -> str:
    """A card of three lines and 26 columns."""
    row = 2 + index * 3
    texts = (f" Deal {index}", f" Company {index} · {index},000", "")
    return style + "".join(f"\x1b[{row + line};1H{text:<26}" for line, text in enumerate(texts))


def screen(turn: int) -> str:
    """All of it."""
    return PLAIN + "".join(f"\x1b[{row};1H{f' line {row} · {turn}':<{COLUMNS}}" for row in range(1, ROWS + 1))


def main() -> None:
    """Draws, then answers each key with a frame until `q`."""
    cards = max((ROWS - 1) // 3, 2)
    cursor = turn = 0
    before = termios.tcgetattr(sys.stdin)
    tty.setcbreak(sys.stdin)
    try:
        write(f"\x1b[?1049h{FRAME}{screen(0)}{END}")
        while (key := os.read(sys.stdin.fileno(), 1)) not in {b"q", b""}:
            if key == b"r":
                turn += 1
                write(f"{FRAME}{screen(turn)}{END}")
            else:
                old, cursor = cursor, (cursor + 1) % cards
                write(f"{FRAME}{card(old, PLAIN)}{card(cursor, CURSOR)}{END}")
    finally:
        write("\x1b[0m\x1b[?1049l")
        termios.tcsetattr(sys.stdin, termios.TCSADRAIN, before)


if __name__ == "__main__":
    main()
