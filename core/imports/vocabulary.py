"""What the words of a header mean: what is left of it once it is folded, and what that stands for."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import NamedTuple

from core.catalog import Catalog
from core.imports.shapes import Entity, Target
from core.imports.targets import exact_target
from core.imports.words import MEANINGS, QUALIFIERS, SUBJECTS
from core.text import fold

_CAMEL = re.compile(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])")
_WORD = re.compile(r"[^\W_]+")
# `contact属性`, `电话2`: a word ends where another script, or a number, begins.
_SEAMS = re.compile(
    r"(?<=[a-z])(?=[\u3040-\u9fff\uac00-\ud7af])|(?<=[\u3040-\u9fff\uac00-\ud7af])(?=[a-z0-9])|(?<=[a-z])(?=\d)"
)
_AGAIN = re.compile(r"\s*\((\d+)\)$")
_UNNAMED = re.compile(r"column \d+")
FUZZY_FROM = 90
"""How alike (of 100) a header must be to a known word to be taken for a slip of the pen."""


class Reading(NamedTuple):
    """What a header seems to say."""

    meaning: str
    """A key of `MEANINGS`; empty: nobody knows."""
    subject: str = ""
    """contact, company, deal, task or activity, where the header names it (`Company phone`)."""
    qualifiers: tuple[str, ...] = ()
    """work, home, mobile, main, other, fax, primary, …"""
    number: int = 1
    """The 2 of `Phone 2`."""
    certainty: float = 0.0
    """From 0 to 1: how surely the words mean that."""
    like: str = ""
    """The word that it is only similar to."""
    trap: bool = False
    """It is of somebody else than the row: an assistant's phone, the parent company, whom they report to."""


@lru_cache(maxsize=16384)
def plain_header(header: str) -> str:
    """A header as sources are compared: folded, without punctuation, marks and emoji (`Person - Name*` → `person name`)."""
    return " ".join(_WORD.findall(fold(header)))


def header_words(header: str) -> list[str]:
    """The folded words of a header; `phoneNumberOffice` has three."""
    folded = fold(_CAMEL.sub(" ", header))
    return _WORD.findall(_SEAMS.sub(" ", folded))


def is_unnamed(header: str) -> bool:
    """Whether the file has no name for the column (`Column 3`)."""
    return _UNNAMED.fullmatch(plain_header(header)) is not None


@lru_cache(maxsize=8192)
def read_header(header: str) -> Reading:
    """What a header seems to say, in any of the languages of `core.imports.words`."""
    again = _AGAIN.search(header)
    number = int(again[1]) if again else 1
    said = header_words(header[: again.start()] if again else header)
    if not said:
        return Reading("")
    phrase = " ".join(said)
    known = _phrases()
    if phrase in known:
        qualifiers = _qualifiers(said)
        return Reading(known[phrase], "", qualifiers, number, 1.0)
    if not _TRAPS.isdisjoint(said):
        return Reading("", "", _qualifiers(said), number, trap=True)
    reading = _taken_apart(said, number)
    if not reading.meaning:
        similar = _similar(phrase, number)
        return similar if similar.meaning else reading
    return reading


def point_label(header: str) -> str:
    """What an e-mail or phone of a column is, as its header says: work, mobile, home, main, other, or empty."""
    found = _qualifiers(header_words(header))
    return next((name for name in ("mobile", "work", "home", "main", "other") if name in found), "")


def meant_target(name: str, entity: Entity, catalog: Catalog) -> Target | None:
    """The target that a person means by a word that is none's name (`E-Mail`, `job_title`, `Amount`, `Mobile 2`)."""
    wanted = plain_header(name)
    for field in catalog.fields_for(entity):
        if wanted and wanted in (plain_header(field.label), plain_header(field.key)):
            return exact_target(f"custom.{field.key}", entity, catalog)
    exact = exact_target(wanted.replace(" ", "_"), entity, catalog)
    if exact is not None:
        return exact
    reading = read_header(name)
    for target in targets_of(reading, entity):
        numbered = f"{target}_{reading.number}" if reading.number > 1 else target
        found = exact_target(numbered, entity, catalog)
        if found is not None:
            return found
    return None


_HOME: dict[Entity, str] = {
    "contacts": "contact",
    "companies": "company",
    "deals": "deal",
    "activities": "activity",
    "tasks": "task",
}
# Where a field without a word of whose it is belongs, in a table of something else.
_BESIDE: dict[Entity, tuple[str, ...]] = {
    "contacts": ("company", "deal", "task", "activity"),
    "companies": ("contact", "deal", "task", "activity"),
    "deals": ("contact", "company", "task", "activity"),
    "activities": ("contact", "company", "deal"),
    "tasks": ("contact", "company", "deal"),
}


# What says by itself that it is of something to be done; `Date` and `Type` of a contact are not.
_OF_A_TASK = ("due",)


def subjects_in(header: str) -> frozenset[str]:
    """Whom a header names: contact, company, deal, task, activity."""
    known = _subject_words()
    return frozenset(known[word] for word in header_words(header) if word in known)


def targets_of(reading: Reading, entity: Entity) -> tuple[str, ...]:
    """The names of the targets that a reading can mean in a table, likeliest first; they need not all be there."""
    meaning = MEANINGS.get(reading.meaning)
    if meaning is None or "fax" in reading.qualifiers:
        return ()
    home = _HOME[entity]
    subjects = (reading.subject,) if reading.subject else (home, *_BESIDE[entity])
    if not reading.subject and reading.meaning not in _OF_A_TASK:
        subjects = tuple(
            subject for subject in subjects if subject == home or subject not in ("task", "activity")
        )
    found: list[str] = []
    for subject in subjects:
        field = meaning.fields.get(subject)
        if field is None:
            continue
        found.append(_target_name(subject, field, home))
    return tuple(found)


def _target_name(subject: str, field: str, home: str) -> str:
    if subject == home or field == "note":
        return field
    if field == "external_id":
        return f"{subject}_external_id"
    if field == "name" and subject in ("contact", "company"):
        return subject
    return f"{subject}.{field}"


@lru_cache(maxsize=1)
def _phrases() -> dict[str, str]:
    """The meaning of every phrase that is known as a whole."""
    found: dict[str, str] = {}
    for name, meaning in MEANINGS.items():
        for phrase in meaning.words.replace("\n", "|").split("|"):
            key = " ".join(header_words(phrase))
            if key:
                found.setdefault(key, name)
    return found


@lru_cache(maxsize=1)
def _qualifier_words() -> dict[str, str]:
    return {
        word: name
        for name, said in QUALIFIERS.items()
        for phrase in said.replace("\n", "|").split("|")
        if (word := " ".join(header_words(phrase)))
    }


@lru_cache(maxsize=1)
def _subject_words() -> dict[str, str]:
    return {
        word: name
        for name, said in SUBJECTS.items()
        for phrase in said.replace("\n", "|").split("|")
        if (word := " ".join(header_words(phrase)))
    }


def _qualifiers(said: list[str]) -> tuple[str, ...]:
    known = _qualifier_words()
    found = [known[word] for word in said if word in known]
    for word in said:
        # Chinese, Japanese and Korean write `mobile phone` as one word.
        if not word.isascii() and word not in known and _CJK.match(word):
            found += [name for part, name in known.items() if len(part) >= _CJK_WORD and part in word]
    return tuple(dict.fromkeys(found))


_CJK = re.compile(r"[\u1100-\u11ff\u3040-\u9fff\uac00-\ud7af]")
_CJK_WORD = 2


def _taken_apart(said: list[str], number: int) -> Reading:
    """The meaning of what is left without a number, qualifiers and whose it is (`Company – work phone no. 2`)."""
    digits = [word for word in said if word.isdecimal() and len(word) <= 2]
    rest = [word for word in said if word not in digits]
    if digits and number == 1:
        number = max(1, int(digits[0]))
    known, of, whose = _phrases(), _qualifier_words(), _subject_words()
    qualifiers = _qualifiers(rest)
    bare = [word for word in rest if of.get(word) is None]
    without = [word for word in rest if of.get(word) is None or word in known]
    if len(rest) == 2 and rest[1] in _COUNTS and rest[0] in whose and " ".join(rest) not in known:
        return Reading("id", whose[rest[0]], (), number, 0.9)
    for words, certainty in ((rest, 0.97), (without, 0.96), (bare, 0.95)):
        if " ".join(words) in known:
            return Reading(known[" ".join(words)], "", qualifiers, number, certainty)
    for words, certainty in ((rest, 0.95), (bare, 0.9)):
        # The longest word for whose it is comes first: `account owner`, `Firma Telefon`, `telefone da empresa`.
        for size in (2, 1):
            for place, at in ((slice(0, size), slice(size, None)), (slice(-size, None), slice(0, -size))):
                subject = whose.get(" ".join(words[place]))
                left = [word for word in words[at] if word not in _JOINTS]
                phrase = " ".join(left)
                if subject and phrase in known and len(words) > size:
                    return Reading(known[phrase], subject, qualifiers, number, certainty)
    return Reading("", "", qualifiers, number)


_TRAPS = frozenset({
    "assistant", "assistants", "asst", "parent", "reports", "reporting", "manager", "managers", "spouse",
    "emergency", "referred", "referrer", "referral", "previous", "former", "old", "ex", "predecessor",
    "competitor", "partner", "partners", "father", "mother", "birth", "creator", "created", "modified",
    "updated", "last", "next", "ultimate", "secretary", "sekretariat",
})  # fmt: skip
# A phone number where nothing else is said, but `Account number` is no phone.
_COUNTS = frozenset(("number", "no", "nr", "num"))
_JOINTS = frozenset(
    ("of", "the", "de", "do", "da", "del", "der", "des", "du", "la", "le", "s", "di", "van", "in", "for")
)


@lru_cache(maxsize=1)
def _by_beginning() -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for phrase in _phrases():
        if len(phrase) >= _FUZZY_LENGTH:
            found.setdefault(phrase[0], []).append(phrase)
    return found


_FUZZY_LENGTH = 7


def _similar(phrase: str, number: int) -> Reading:
    """The meaning of a known phrase that this one is a slip of the pen of (`Telphone`, `Frist name`)."""
    if len(phrase) < _FUZZY_LENGTH or not any(c.isalpha() for c in phrase):
        return Reading("")
    from rapidfuzz import fuzz, process

    near = [known for known in _by_beginning().get(phrase[0], ()) if abs(len(known) - len(phrase)) <= 2]
    found = process.extractOne(phrase, sorted(near), scorer=fuzz.ratio, score_cutoff=FUZZY_FROM)
    if found is None:
        return Reading("")
    like = str(found[0])
    return Reading(_phrases()[like], "", _qualifiers(phrase.split()), number, found[1] / 100 - 0.1, like)
