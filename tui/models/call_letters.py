"""Names in letters that can be read from a metre away: capitals drawn with half blocks, two pixels to a cell.

A capital is five pixels high; two more above it hold its accent, so that Ü is not read as U. What has no shape of its
own is drawn as the letter that it folds to (ķ as K), and where that is none either (Cyrillic, Hebrew, Chinese) nothing
is drawn at all: a name that is half drawn is no name.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator, Sequence
from functools import lru_cache

from rich.cells import cell_len

from core.text import fold, printable

HEIGHT = 4
"""Lines that a drawn name takes."""
_BODY = 5
_BLANK = 2
"""Pixels between two words, on top of the one beside each letter."""

_SHAPES: dict[str, tuple[str, ...]] = {
    character: tuple(shape.split())
    for character, shape in {
        "A": ".##. #..# #### #..# #..#", "B": "###. #..# ###. #..# ###.", "C": ".### #... #... #... .###",
        "D": "###. #..# #..# #..# ###.", "E": "#### #... ###. #... ####", "F": "#### #... ###. #... #...",
        "G": ".### #... #.## #..# .###", "H": "#..# #..# #### #..# #..#", "I": "# # # # #",
        "J": "..## ...# ...# #..# .##.", "K": "#..# #.#. ##.. #.#. #..#", "L": "#... #... #... #... ####",
        "M": "#...# ##.## #.#.# #...# #...#", "N": "#...# ##..# #.#.# #..## #...#", "O": ".##. #..# #..# #..# .##.",
        "P": "###. #..# ###. #... #...", "Q": ".##. #..# #..# #.## .###", "R": "###. #..# ###. #.#. #..#",
        "S": ".### #... .##. ...# ###.", "T": "##### ..#.. ..#.. ..#.. ..#..", "U": "#..# #..# #..# #..# .##.",
        "V": "#...# #...# .#.#. .#.#. ..#..", "W": "#...# #...# #.#.# ##.## #...#", "X": "#...# .#.#. ..#.. .#.#. #...#",
        "Y": "#...# .#.#. ..#.. ..#.. ..#..", "Z": "#### ...# .##. #... ####",
        "0": ".##. #.## ##.# #..# .##.", "1": ".# ## .# .# .#", "2": "###. ...# .##. #... ####",
        "3": "###. ...# .##. ...# ###.", "4": "#..# #..# #### ...# ...#", "5": "#### #... ###. ...# ###.",
        "6": ".##. #... ###. #..# .##.", "7": "#### ...# ..#. .#.. .#..", "8": ".##. #..# .##. #..# .##.",
        "9": ".##. #..# .### ...# .##.",
        "-": ".. .. ## .. ..", ".": ". . . . #", ",": ".. .. .. .# #.", "'": "# # . . .", "&": ".##.. #.#.. .#.#. #.#.. .##.#",
        "/": "..# ..# .#. #.. #..", "+": "... .#. ### .#. ...", "(": ".# #. #. #. .#", ")": "#. .# .# .# #.",
        "@": ".##. #..# #.## #... .##.", "_": ".... .... .... .... ####",
        "Ø": ".#### #..## #.#.# ##..# ####.", "Ł": ".#.. .#.. .##. ##.. .###", "Đ": ".###. .#..# ###.# .#..# .###.",
        "Æ": ".#### #.#.. ##### #.#.. #.###", "Œ": ".#### #.#.. #.### #.#.. .####", "Þ": "#... ###. #..# ###. #...",
    }.items()
}  # fmt: skip
_SAME = str.maketrans(
    {"’": "'", "‘": "'", "ʼ": "'", "`": "'", "–": "-", "—": "-", "‐": "-", "‑": "-", "Ð": "Đ", "ı": "I"}
)
_ACCENTS = {
    "\u0308": "#..#", "\u030b": "#.#.", "\u0301": "..#.", "\u0300": ".#..", "\u0302": ".##.", "\u0311": ".##.",
    "\u0303": ".#.#", "\u030a": ".##.", "\u030c": "#.#.", "\u0306": "#.#.", "\u0304": "####", "\u0307": ".#..",
}  # fmt: skip
"""What stands above a letter, by its combining mark: one line of pixels. A mark below it is left out."""


def big(name: str, width: int) -> list[str] | None:
    """A name as `HEIGHT` lines of blocks; None where it is too wide, or not all of it can be drawn.

    Args:
        name: a person's name, as it is typed.
        width: cells that there are.
    """
    drawn = _drawn(printable(name))
    return list(drawn) if drawn and cell_len(drawn[0]) <= width else None


def spaced(name: str, width: int) -> str:
    """A name in capitals with a blank behind each letter, which is still seen from afar; as it is where that is too wide.

    Args:
        name: a person's name.
        width: cells that there are.
    """
    name = printable(name)
    if not all(_latin(one) for one in name):
        return name
    wide = "   ".join(" ".join(word.upper()) for word in name.split())
    return wide if cell_len(wide) <= width else name


def _latin(character: str) -> bool:
    return character.isascii() or "LATIN" in unicodedata.name(character, "") or not character.isalpha()


@lru_cache(maxsize=256)
def _drawn(name: str) -> tuple[str, ...] | None:
    columns: list[str] = []
    for character in _characters(name):
        if character == " ":
            columns += ["." * (2 * HEIGHT)] * _BLANK
            continue
        shape = _shape(character)
        if shape is None:
            return None
        columns += ["".join(line[x] for line in shape) for x in range(len(shape[0]))]
        columns.append("." * (2 * HEIGHT))
    if not columns:
        return None
    blocks = {"..": " ", "#.": "▀", ".#": "▄", "##": "█"}
    return tuple("".join(blocks[column[y : y + 2]] for column in columns) for y in range(0, 2 * HEIGHT, 2))


def _characters(name: str) -> Iterator[str]:
    """What is drawn of a name: capitals and signs. Pictures are left out, they say nothing that is read aloud."""
    kept = "".join(
        one for one in name if unicodedata.category(one) not in ("So", "Sk", "Cf", "Mn") or one == "`"
    )
    yield from " ".join(unicodedata.normalize("NFC", kept).translate(_SAME).split()).upper()


def _shape(character: str) -> Sequence[str] | None:
    """The pixels of a character with its accent, `2 * HEIGHT` lines; None where it has no shape."""
    decomposed = unicodedata.normalize("NFD", character)
    base, marks = decomposed[0], decomposed[1:]
    body = _SHAPES.get(base)
    if body is None:
        folded = fold(character).upper()
        if len(folded) != 1 or folded not in _SHAPES:
            return None
        body = _SHAPES[folded]
    width = len(body[0])
    above = next((_ACCENTS[mark] for mark in marks if mark in _ACCENTS), "")
    # A narrow letter has room for an accent of its own width alone: ï is an I with a dot on each side.
    if above and width < len(above):
        side = "." * ((len(above) - width) // 2)
        body = tuple(f"{side}{line}".ljust(len(above), ".") for line in body)
        width = len(above)
    blank = "." * width
    return (blank, above.center(width, ".") if above else blank, blank, *body)


assert all(len(shape) == _BODY for shape in _SHAPES.values())
