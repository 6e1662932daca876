"""Which encoding a file of text is in. The whole file is looked at: what is in its last row counts too."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import IO

from importing.reading.letters import likelihood, words_of
from importing.reading.origin import Origin

_CHUNK = 1 << 20
_SAMPLE = 48_000
"""Bytes of lines with letters beyond ASCII, from which an 8-bit encoding is told."""

_MARKS = (
    (b"\xff\xfe\x00\x00", "utf-32"),
    (b"\x00\x00\xfe\xff", "utf-32"),
    (b"\xff\xfe", "utf-16"),
    (b"\xfe\xff", "utf-16"),
)
_BOM = b"\xef\xbb\xbf"

# Those that files come in, the likeliest first, with the letters that are written in them and how much less likely they
# are than the first (a logarithm: what little text there is must speak for them).
_EIGHT_BIT = (
    ("cp1252", "western", 0.0),
    ("cp1250", "central", -1.0),
    ("cp1251", "cyrillic", -1.0),
    ("mac_roman", "western", -3.0),
    ("cp1254", "turkish", -1.5),
    ("cp1253", "greek", -1.5),
    ("iso8859_2", "central", -2.5),
    ("iso8859_15", "western", -2.5),
    ("cp1257", "baltic", -2.5),
    ("cp1255", "hebrew", -2.0),
    ("cp1256", "arabic", -2.0),
    ("iso8859_7", "greek", -3.0),
    ("koi8_r", "cyrillic", -3.0),
    ("iso8859_5", "cyrillic", -3.5),
    ("mac_cyrillic", "cyrillic", -4.0),
    ("mac_latin2", "central", -6.0),
    ("cp850", "western", -4.0),
    ("cp852", "central", -4.5),
    ("cp866", "cyrillic", -4.0),
)
_EAST_ASIAN = ("cp932", "gb18030", "big5", "cp949")
_NOT_WRITTEN_SO = -4.2
"""A mean likelihood of a character below which no 8-bit encoding fits."""


def find_encoding(origin: Origin) -> str:
    """The encoding of a file, as Python names it; `utf-8-sig` is UTF-8 with a byte order mark."""
    head = origin.head(4096)
    for mark, name in _MARKS:
        if head.startswith(mark):
            return name
    if wide := _without_mark(head):
        return wide
    unicode = "utf-8-sig" if head.startswith(_BOM) else "utf-8"
    with origin.open() as stream:
        good, bad, sample = _looked_through(stream)
    # A line that is UTF-8 by chance is next to impossible: some broken bytes are broken rows, not another encoding.
    if not bad or good * 2 >= bad or unicode != "utf-8":
        return unicode
    return eight_bit(sample)


def eight_bit(sample: bytes) -> str:
    """The encoding of lines that are no UTF-8."""
    words = words_of(sample)
    found = [(likelihood(words, name, script) + prior, name) for name, script, prior in _EIGHT_BIT]
    best, name = max(found)
    beyond = sum(times * sum(1 for byte in word if byte >= 0x80) for word, times in words.items()) or 1
    pairs = _pairs(sample)
    if pairs > 0.9 or (best / beyond < _NOT_WRITTEN_SO and pairs > 0.5):
        return _east_asian(sample, best / beyond) or name
    return name


def errors_for(encoding: str) -> str:
    """How a decoder of an encoding marks what it cannot read: so that the bytes can still be told, where that goes."""
    return "replace" if encoding.startswith(("utf-16", "utf-32")) else "surrogateescape"


def _without_mark(head: bytes) -> str:
    """UTF-16 without a byte order mark: the half of each character of ASCII is zero, always the same half."""
    if len(head) < 4:
        return ""
    even, odd = head[::2].count(0), head[1::2].count(0)
    half = len(head) // 2
    if odd > 0.05 * half and even <= 0.02 * odd and half > 1:
        name = "utf-16-le"
    elif even > 0.05 * half and odd <= 0.02 * even:
        name = "utf-16-be"
    else:
        return ""
    text = head[: half * 2].decode(name, "replace")
    # Zeros in a file of bytes are no letters when they are read in pairs.
    readable = sum(1 for c in text if c.isprintable() or c in "\t\r\n")
    return name if readable >= 0.95 * len(text) and re.search(r"[\r\n,;\t]", text) else ""


def _looked_through(stream: IO[bytes]) -> tuple[int, int, bytes]:
    """How many lines beyond ASCII are UTF-8, how many are not, and some of the latter."""
    good = bad = 0
    sample = bytearray()
    for block in _blocks(stream):
        if block.isascii():
            continue
        try:
            block.decode("utf-8")
        except UnicodeDecodeError:
            pass
        else:
            good += 1
            continue
        for line in re.split(rb"[\r\n]", block):
            if line.isascii():
                continue
            try:
                # Halves of characters in a row, as Java writes emoji, are no other encoding.
                line.decode("utf-8", "surrogatepass")
            except UnicodeDecodeError:
                bad += 1
                if len(sample) < _SAMPLE:
                    sample += line[:4096] + b"\n"
            else:
                good += 1
    return good, bad, bytes(sample)


def _blocks(stream: IO[bytes]) -> Iterator[bytes]:
    """The bytes in blocks that end where a line ends, as far as lines are of a sane length."""
    rest = b""
    while chunk := stream.read(_CHUNK):
        block = rest + chunk
        end = max(block.rfind(b"\n"), block.rfind(b"\r")) + 1
        if not end and len(block) < 8 * _CHUNK:
            rest = block
            continue
        end = end or len(block)
        yield block[:end]
        rest = block[end:]
    if rest:
        yield rest


def _pairs(sample: bytes) -> float:
    """The share of bytes beyond ASCII that stand next to another: in East Asian encodings nearly all."""
    beyond = sum(1 for byte in sample if byte >= 0x80)
    alone = len(re.findall(rb"(?<![\x80-\xff])[\x80-\xff](?![\x80-\xff])", sample))
    return 1 - alone / beyond if beyond else 0.0


def _east_asian(sample: bytes, mean: float) -> str:
    """An East Asian encoding, where the bytes are one and nothing else fits them better; otherwise nothing."""
    from charset_normalizer import from_bytes

    if mean > -3.6:
        return ""
    best = from_bytes(sample, cp_isolation=list(_EAST_ASIAN), threshold=0.3).best()
    if best is None:
        return ""
    text = str(best)
    letters = [c for c in text if c >= "\x80"]
    east = sum(
        1
        for c in letters
        if "\u3040" <= c <= "\u30ff" or "\u4e00" <= c <= "\u9fff" or "\uac00" <= c <= "\ud7a3"
    )
    return best.encoding if letters and east >= 0.9 * len(letters) else ""
