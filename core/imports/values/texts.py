"""Text of foreign files: what is blank, what was marked up, and what was broken on the way."""

# ruff: noqa: SIM905 (lists of words are read more easily as text)
from __future__ import annotations

import html
import re
import unicodedata
from html.parser import HTMLParser

from core.cells import restored
from core.text import clean_line

__all__ = ["is_blank", "plain", "restored", "unmangled"]
_BLANK = frozenset(
    r"""
    - -- --- – — ― _ . .. ... … / \ ? ?? n/a na n.a. n.a #n/a #na n\a n/d nd tbd tba t.b.d. t.b.a. none (none) -none-
    --none-- null (null) <null> nil nan unknown (unknown) blank (blank) empty (empty) k.a. s/d undefined \n
    #value! #ref! #name? #div/0! #null! #num!
    """.split()
) | {"not available", "not applicable", "no value", "(no value)", "not set", "- none -"}
_LONGEST_BLANK = max(map(len, _BLANK))
_MARKUP = re.compile(
    r"</?(?:a|abbr|address|article|b|blockquote|body|br|center|code|dd|div|dl|dt|em|font|footer|h[1-6]|head|header|hr|html"
    r"|i|img|li|ol|p|pre|s|section|small|span|strike|strong|style|script|sub|sup|table|tbody|td|tfoot|th|thead|title|tr|u"
    r"|ul)(?:\s[^<>]*)?/?>",
    re.IGNORECASE,
)
_ENTITY = re.compile(r"&(?:[a-zA-Z]{2,8}|#\d{1,7}|#[xX][0-9a-fA-F]{1,6});")
_DECLARATION = re.compile(r"<!--.*?-->|<![^<>]*>|<\?[^<>]*>", re.DOTALL)
_PARAGRAPHS = frozenset(
    "address article blockquote dl h1 h2 h3 h4 h5 h6 hr ol p pre section table ul".split()
)
_LINES = frozenset("br dd div dt footer header li tr".split())
_UNSEEN = frozenset({"script", "style", "head", "title"})
_MISREAD_AS = ("cp1252", "cp1250")
_UNDEFINED = {0x81, 0x8D, 0x8F, 0x90, 0x9D}
"""Bytes that Windows-1252 has no letter for; what reads it passes them through."""


def _read_as(encoding: str, first: int, last: int) -> str:
    """The letters that bytes are read as, as a class of a pattern."""
    return re.escape(bytes(range(first, last + 1)).decode(encoding, "ignore"))


_MANGLED = re.compile(
    "|".join(f"[{_read_as(e, 0xC2, 0xF4)}][\\x80-\\x9f{_read_as(e, 0x80, 0xBF)}]" for e in _MISREAD_AS)
)
"""The first byte of a character in UTF-8 and the one behind it, read as letters."""


def is_blank(text: str) -> bool:
    """Whether a cell says nothing: it is empty, or holds what people and systems write into empty fields (`n/a`, `-`)."""
    if len(text) > 3 * _LONGEST_BLANK and text[0].isalnum() and text[-1].isalnum():
        return False
    line = clean_line(text)
    return not line or (len(line) <= _LONGEST_BLANK and line.lower() in _BLANK)


def plain(text: str) -> str:
    """A text that may be HTML (notes of HubSpot and Pipedrive are) as people read it; any other one as it is.

    Paragraphs and lists keep their lines, links their address; scripts and styles are left out.
    """
    if not _MARKUP.search(text):
        return _ENTITY.sub(lambda entity: html.unescape(entity[0]), text) if "&" in text else text
    reader = _Reader()
    # Declarations say nothing to people, and broken ones break the parser.
    reader.feed(_DECLARATION.sub(" ", text).replace("<!", "&lt;!"))
    reader.close()
    return reader.told()


def unmangled(text: str) -> str:
    """A text whose UTF-8 was read as Windows-1252 (`NovÃ¡k` → `Novák`), put right where that is certain.

    It is where the whole of it makes UTF-8 when turned back, and letters or signs come of it. What was broken twice is
    mended twice.
    """
    for _ in range(3):
        mended = _mended(text) if not text.isascii() and _MANGLED.search(text) else ""
        if not mended:
            return text
        text = mended
    return text


def _mended(text: str) -> str:
    for encoding in _MISREAD_AS:
        try:
            data = b"".join(_byte(character, encoding) for character in text)
            found = data.decode("utf-8")
        except UnicodeError:
            continue
        if all(c.isascii() or unicodedata.category(c)[0] in "LMNPSZ" or c == "\u200d" for c in found):
            return found
    return ""


def _byte(character: str, encoding: str) -> bytes:
    code = ord(character)
    if code < 0x80 or (encoding == "cp1252" and (code in _UNDEFINED or 0x80 <= code < 0xA0)):
        return bytes((code,))
    return character.encode(encoding)


class _Reader(HTMLParser):
    """Takes the text out of HTML. Broken mark-up is no error: what can be read of it is told."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self._pieces: list[str] = []
        self._unseen = 0
        self._lists: list[int | None] = []
        self._link: tuple[str, int] | None = None
        self._as_is = 0

    def told(self) -> str:
        """The text so far."""
        lines = [line.strip(" \t") for line in "".join(self._pieces).split("\n")]
        return re.sub(r"\n{3,}", "\n\n", "\n".join(lines)).strip()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Begins a line, a list or a link."""
        if tag in _UNSEEN:
            self._unseen += 1
        self._break(tag)
        if tag in ("ol", "ul"):
            self._lists.append(1 if tag == "ol" else None)
        elif tag == "li":
            number = self._lists[-1] if self._lists else None
            self._pieces.append("- " if number is None else f"{number}. ")
            if number is not None:
                self._lists[-1] = number + 1
        elif tag in ("td", "th") and self._pieces and not self._pieces[-1].endswith("\n"):
            self._pieces.append(" | ")
        elif tag == "a":
            self._link = (dict(attrs).get("href") or "", len(self._pieces))
        elif tag == "img":
            self._pieces.append(dict(attrs).get("alt") or "")
        elif tag == "pre":
            self._as_is += 1

    def handle_endtag(self, tag: str) -> None:
        """Ends a line, a list or a link, whose address is told where its text is not the same."""
        if tag in _UNSEEN and self._unseen:
            self._unseen -= 1
        if tag == "a" and self._link is not None:
            address, begun = self._link
            shown = "".join(self._pieces[begun:]).strip()
            bare = address.removeprefix("mailto:").removeprefix("tel:")
            if (
                bare
                and not bare.startswith(("#", "javascript:"))
                and bare.rstrip("/") not in (shown, shown.rstrip("/"))
            ):
                self._pieces.append(f" ({bare})" if shown else bare)
            self._link = None
        elif tag in ("ol", "ul") and self._lists:
            self._lists.pop()
        elif tag == "pre" and self._as_is:
            self._as_is -= 1
        if tag not in ("li", "br"):
            self._break(tag)

    def handle_data(self, data: str) -> None:
        """Keeps text, its white space as a browser shows it."""
        if self._unseen:
            return
        if not self._as_is:
            data = re.sub(r"[^\S\xa0]+", " ", data).replace("\xa0", " ")
            if not self._pieces or self._pieces[-1].endswith("\n"):
                data = data.lstrip(" ")
        self._pieces.append(data)

    def _break(self, tag: str) -> None:
        if self._unseen:
            return
        if tag == "br":
            self._pieces.append("\n")
        elif tag in _LINES or (tag in _PARAGRAPHS and self._lists):
            if self._pieces and not self._pieces[-1].endswith("\n"):
                self._pieces.append("\n")
        elif tag in _PARAGRAPHS and self._pieces:
            self._pieces.append("\n\n")
