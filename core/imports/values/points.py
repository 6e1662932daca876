"""Phone numbers and e-mail addresses of a cell: several of them, with labels, in whatever form people keep them."""

# ruff: noqa: SIM905 (lists of words are read more easily as text)
from __future__ import annotations

import re
from functools import lru_cache
from typing import NamedTuple

from core.errors import Invalid
from core.imports.values.numbers import looks_ruined, simple
from core.imports.values.plain_phones import PLAIN, plain_phone
from core.imports.values.texts import is_blank
from core.points import clean_email, clean_phone
from core.text import clean_line, fold

Point = dict[str, str]
"""An item of `emails` or `phones`: `value`, `label` (empty where the text names none), and `original` of a phone."""


class Phones(NamedTuple):
    """The phone numbers of a cell.

    `original` of an item is there where the file has another form than the one that is kept.
    """

    items: tuple[Point, ...] = ()
    unread: tuple[str, ...] = ()
    """What is no phone number, as it stands there."""


class Emails(NamedTuple):
    """The e-mail addresses of a cell."""

    items: tuple[Point, ...] = ()
    unread: tuple[str, ...] = ()
    """What is no address, as it stands there."""


class Mixed(NamedTuple):
    """A cell that holds addresses and numbers, taken apart. Each piece is as the cell has it."""

    emails: tuple[str, ...] = ()
    phones: tuple[str, ...] = ()
    rest: str = ""


_LABELS = {
    **dict.fromkeys("mobile mob mobil mobiltelefon mobiel movil celular cel cell cellular cellphone handy portable gsm m c iphone "
                    "whatsapp wa komorka komorkowy мобильный моб 手机 携帯".split(), "mobile"),
    **dict.fromkeys("work office business buro dienstlich geschaftlich arbeit bureau travail pro oficina trabajo trabalho ufficio "
                    "lavoro werk zakelijk praca biuro w o b direct dw desk 办公 会社 рабочий".split(), "work"),
    **dict.fromkeys("home privat private house casa domicile thuis prive dom h p домашний 自宅".split(), "home"),
    **dict.fromkeys("main zentrale switchboard central centrale reception hq hauptnummer company".split(), "main"),
    **dict.fromkeys("fax telefax f pager".split(), "fax"),
    **dict.fromkeys("other andere sonstige autre otro altro outro alternate alternative alt".split(), "other"),
    **dict.fromkeys("tel telefon telefono telefone telephone telefoon phone ph fon t no nr number festnetz landline fixed fijo "
                    "e-mail email mail e тел 电话 電話 téléphone".split(), ""),
}  # fmt: skip
"""Labels by what people write; empty for words that say only that it is a number or an address."""
_FAST_EMAIL = re.compile(
    r"[A-Za-z0-9_%+-]+(?:\.[A-Za-z0-9_%+-]+)*@(?:[A-Za-z0-9](?:[A-Za-z0-9-]*[A-Za-z0-9])?\.)+(?P<top>[A-Za-z]{2,24})"
)
_SPECIAL = frozenset("arpa invalid local localhost onion test".split())
"""Names that the checking library refuses; it is asked where one of them ends an address."""
_ADDRESS = re.compile(r"[^\s<>()\[\],;:|/\"“”„]{1,254}@[^\s<>()\[\],;:|/\"“”„]{1,254}")
_QUOTED = re.compile(r'"(?:[^"\\]|\\.)*"@[^\s<>,;]+')
_STRONG = re.compile(
    r"\s*(?:[\n\r|]|\s:::\s|;(?!\s*(?:ext|isub|phone-context)\s*=)|\s(?:or|oder|ou|und|and|et|y|e|bzw\.?)\s|\s&\s|\s[•·]\s)\s*",
    re.IGNORECASE,
)
_WEAK = re.compile(r"\s*(?:[/,]|\s{2,})\s*")
_LABELLED = re.compile(
    r"^[(\[]?\s*(?P<label>[^\W\d_][^\d:()\[\]+]{0,24}?)\.?\s*(?:[)\]]\s*:?|:|(?=[\s+(\d]))\s*(?=['+(\d])"
)
_LABEL_BEHIND = re.compile(
    r"\s*(?:[(\[]\s*(?P<label>[^\W\d_][^\d()\[\]]{0,24}?)\.?\s*[)\]]|[-–,]?\s+(?P<bare>[^\W\d_]{3,20})\.?)$"
)
_EXTENSION = re.compile(
    r"[,;]?\s*\b(?:durchwahl|dw|nebenstelle|nst|apparat|app|poste|interno|interne|ramal|anexo|doorkiesnummer|toestel|wewn|wew|extensi[oó]n"
    r"|extension|extn?|ext|доб|内線|内线)\b\.?\s*[:=]?\s*(?P<digits>\d{1,7})$",
    re.IGNORECASE,
)
_INTERNATIONAL = re.compile(r"^\(?00\s?(?=[1-9])")
_NO_WORD = re.compile(r"ext(?:n|ension)?\b|^tel:|isub|phone-context|int\b", re.IGNORECASE)
_TWO_LETTERS = re.compile(r"[^\W\d_]{2}")
_NO_DIGIT = re.compile(r"\D")
_TOLL_FREE = re.compile(r"\+?1?[ .-]*\(?8\d\d\)?[ .-]*[A-Z0-9]+(?:[ -][A-Z0-9]+)*")
"""`1-800-FLOWERS`: letters stand for the digits of their keys."""
_NOTHING_ELSE = re.compile(r"[+0-9 ().-]+")
_COMMENT = re.compile(r"\s*[(\[][^()\[\]\d]*[)\]]\s*$")
_BEFORE_LABEL = re.compile(r"(?<=\d)[\s,/]+(?=(?P<label>[^\W\d_]+)[.:]{0,2}\s*[+(\d])")
_LONGEST_CELL = 2_000
"""Characters of a cell of numbers or addresses; what is longer is a text."""
_LONGEST_PIECE = 60
_FEWEST = 7
"""Digits that a number has at least when it stands beside another one."""


def read_phones(text: str, region: str) -> Phones:
    """The phone numbers of a cell, in E.164, each once.

    Args:
        text: what the cell says.
        region: ISO 3166 alpha-2 of where a number without a country code is read; empty where nobody knows.
    """
    if PLAIN.fullmatch(text) and text[-2:] != ".0":
        line = _INTERNATIONAL.sub("+", text)
        if value := plain_phone(line, region) or _checked(line, region):
            return Phones((_phone(value, "", text),))
    if is_blank(text):
        return Phones()
    if len(text) > _LONGEST_CELL:
        return Phones(unread=(clean_line(text),))
    items: dict[str, Point] = {}
    unread: list[str] = []
    for piece in _pieces(text, region):
        written, label = _unlabelled(piece)
        value = _number(written, region)
        if value:
            items.setdefault(value, _phone(value, label, written))
        elif piece.strip():
            unread.append(clean_line(piece))
    return Phones(tuple(items.values()), tuple(unread))


def read_emails(text: str) -> Emails:
    """The e-mail addresses of a cell, in their normal form, each once: `Ann <ann@x.com>; BOB@x.com (home)`."""
    line = text.strip().replace("＠", "@")
    fast = _fast_email(line)
    if fast:
        return Emails(({"value": fast, "label": ""},))
    if is_blank(line):
        return Emails()
    if len(line) > _LONGEST_CELL:
        return Emails(unread=(clean_line(line),))
    items: dict[str, Point] = {}
    unread: list[str] = []
    for piece in _email_pieces(line):
        address_in = _QUOTED if _QUOTED.search(piece) else _ADDRESS
        found = list(dict.fromkeys(address_in.findall(piece)))
        label, beside = _beside(address_in.sub("\n", piece), has_brackets="<" in piece)
        for address in found:
            bare = re.sub(r"^(?:mailto|e-?mail|smtp)[:=]", "", address, flags=re.IGNORECASE).strip(".'’‘`*")
            value = _fast_email(bare)
            if not value:
                try:
                    value = clean_email(bare)
                except Invalid:
                    unread.append(clean_line(address))
                    continue
            items.setdefault(value.lower(), {"value": value, "label": label})
        if not found and not is_blank(piece):
            unread.append(clean_line(piece))
        elif beside:
            unread.append(beside)
    return Emails(tuple(items.values()), tuple(unread))


def split_mixed(text: str) -> Mixed:
    """Takes a cell apart that holds addresses and numbers: `raj@agency.in / 9876501234`."""
    emails: list[str] = []
    phones: list[str] = []
    rest: list[str] = []

    def taken(match: re.Match[str]) -> str:
        emails.append(match[0].strip(".'"))
        return "\n"

    left = _ADDRESS.sub(taken, re.sub(r"mailto:|[<>]", " ", text))
    for piece in re.split(r"[\n\r;|]|\s:::\s", left):
        bare = piece.strip(" /,-–()\t")
        if sum(c.isdigit() for c in bare) >= _FEWEST:
            phones.append(bare)
        elif bare:
            rest.append(clean_line(bare))
    return Mixed(tuple(emails), tuple(phones), ", ".join(rest))


# --- phones -------------------------------------------------------------------------------------------------------


def _phone(value: str, label: str, written: str) -> Point:
    original = clean_line(written)
    return {"value": value, "label": label} | ({} if original == value else {"original": original})


def _pieces(text: str, region: str) -> list[str]:
    """The parts of a cell that are a number each."""
    pieces: list[str] = []
    text = _BEFORE_LABEL.sub(lambda match: "\n" if _label(match["label"]) is not None else match[0], text)
    for strong in _STRONG.split(text):
        weak = [part for part in _WEAK.split(strong) if part]
        if len(weak) > 1 and all(_could_stand_alone(part, region) for part in weak):
            pieces += weak
        elif len(weak) > 1 and _could_stand_alone(weak[0], region) and "/" in strong:
            # `030 123456/57`: the second ending makes no longer number of the first one.
            pieces += [weak[0], "/".join(weak[1:])]
        else:
            pieces += _run_together(strong, region)
    return [piece for piece in pieces if piece.strip()]


def _run_together(piece: str, region: str) -> list[str]:
    """Two numbers with a blank between them: `0301234567 0171 2345678`; the piece itself where it is not certainly two."""
    if (
        len(piece) > _LONGEST_PIECE
        or sum(c.isdigit() for c in piece) < 2 * _FEWEST
        or not _NOTHING_ELSE.fullmatch(piece)
        or _number(piece, region)
    ):
        return [piece]
    halves = [(piece[:place], piece[place + 1 :]) for place, c in enumerate(piece) if c == " "]
    found = [
        pair for pair in halves if all(_could_stand_alone(half, region) and half[0] in "+0" for half in pair)
    ]
    return list(found[0]) if len(found) == 1 else [piece]


def _could_stand_alone(part: str, region: str) -> bool:
    written, _ = _unlabelled(part)
    return sum(c.isdigit() for c in written) >= _FEWEST and bool(_number(written, region))


def _unlabelled(piece: str) -> tuple[str, str]:
    """A number without the label beside it, and that label."""
    piece = piece.strip()
    if match := _LABELLED.match(piece):
        label = _label(match["label"])
        if label is not None:
            return piece[match.end() :], label
    if match := _LABEL_BEHIND.search(piece):
        label = _label(match["label"] or match["bare"])
        if label is not None and any(c.isdigit() for c in piece[: match.start()]):
            return piece[: match.start()], label
    return piece, ""


def _label(words: str) -> str | None:
    """The label that is meant; None where the words are none."""
    found = [_LABELS.get(word) for word in fold(words).replace(".", " ").replace("-", "").split()]
    if not found or any(label is None for label in found):
        return None
    return next((label for label in found if label), "")


def _number(written: str, region: str) -> str:
    """A number in E.164, with its extension; empty where it is none."""
    line = simple(written).lstrip("'").strip()
    if looks_ruined(line) or sum(c.isdigit() for c in line) < 3:
        return ""
    line = re.sub(r"^(?P<whole>\d{6,15})\.0$", r"\g<whole>", line)
    line = _COMMENT.sub("", line)
    line = _EXTENSION.sub(r" ext. \g<digits>", line)
    line = _INTERNATIONAL.sub("+", line)
    if _TWO_LETTERS.search(_NO_WORD.sub("", line)) and not _TOLL_FREE.fullmatch(line):
        # A word is no number, although phones have letters on their keys.
        return ""
    return _checked(line, region)


def _checked(line: str, region: str) -> str:
    """A number that is nothing else, in E.164; empty where it is none."""
    try:
        if line[0] not in "+(0" and len(line) > 9 and _lost_its_plus(line, region):
            return clean_phone(f"+{line}", region)
        return clean_phone(line, region)
    except Invalid:
        digits = _NO_DIGIT.sub("", line)
        return f"+{digits}" if line[0] not in "+(0" and _is_a_number(digits) else ""


def _lost_its_plus(line: str, region: str) -> bool:
    """Whether a number begins with its country’s code and has lost the plus before it (`4917…`)."""
    if not line.startswith(_country_code(region)):
        return False
    import phonenumbers

    try:
        national = phonenumbers.parse(line, region)
    except phonenumbers.NumberParseException:
        return False
    digits = _NO_DIGIT.sub("", line)
    # Eleven digits and more without a zero in front are seldom an area code that begins like the country’s.
    return (len(digits) > 10 or not phonenumbers.is_valid_number(national)) and _is_a_number(digits)


@lru_cache(maxsize=256)
def _country_code(region: str) -> str:
    import phonenumbers

    code = phonenumbers.country_code_for_region(region) if region else 0
    return str(code) if code > 1 else "+"


def _is_a_number(digits: str) -> bool:
    """Whether there is a number of these digits behind a plus."""
    if not 10 <= len(digits) <= 15:
        return False
    import phonenumbers

    try:
        return phonenumbers.is_valid_number(phonenumbers.parse(f"+{digits}"))
    except phonenumbers.NumberParseException:
        return False


# --- e-mails ------------------------------------------------------------------------------------------------------


def _fast_email(line: str) -> str:
    """A plain address in the form that `clean_email` gives it; empty where it is to be asked."""
    match = _FAST_EMAIL.fullmatch(line)
    if match is None or match["top"].lower() in _SPECIAL:
        return ""
    local, _, domain = line.partition("@")
    labels = domain.split(".")
    if len(local) > 64 or len(line) > 200 or any(len(label) > 63 or label[2:4] == "--" for label in labels):
        return ""
    return f"{local}@{domain.lower()}"


def _email_pieces(line: str) -> list[str]:
    """The parts of a cell, each with an address or a few in it; a name with a comma stays with its address."""
    pieces: list[str] = []
    for strong in re.split(r"[\n\r;|]|\s:::\s", line):
        name = ""
        for part in strong.split(","):
            name += part
            if "@" in part:
                pieces.append(name)
                name = ""
        pieces.append(name)
    return [piece for piece in pieces if piece.strip()]


def _beside(rest: str, *, has_brackets: bool) -> tuple[str, str]:
    """What stands beside the addresses of a piece: its label, and what is neither that nor the name of whose they are."""
    words = clean_line(
        re.sub(r"mailto:|smtp:|\b(?:or|and|oder|und|ou|et|y)\b|[^\w.\s+-]", " ", rest, flags=re.IGNORECASE)
    )
    words = words.strip(" .-")
    if not words or has_brackets:
        return "", ""
    label = _label(words)
    return ("", words) if label is None else (label, "")
