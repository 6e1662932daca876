"""Names of people: which part is the first, which the last name, and what else stands beside them."""

# ruff: noqa: SIM905 (lists of words are read more easily as text)
from __future__ import annotations

import re
from typing import NamedTuple

from core.text import clean_line, fold


class PersonName(NamedTuple):
    """A name in its parts. Together they hold everything that the text says."""

    first: str
    last: str
    title_prefix: str = ""
    """`Dr. med.`, `Mr.`"""
    note: str = ""
    """What is no part of a name: `deleted`, `USD`, `PhD`, an e-mail address."""


_TITLES = frozenset(
    """
    mr mrs ms miss mx mister dr prof professor doctor sir dame madam herr frau hr fr mme mlle madame monsieur mademoiselle sr sra
    srta senor senora sig dott dottssa dra exmo ing dipl mag med rer nat jur phil habil hc pan pani mgr inz rev hon capt lt col
    gen sgt maj mudr judr mvdr phdr rndr bc shri smt lic arq dhr mevr mw drs ir dipl-ing dipl-kfm dipl-kffr dipl-inf dipl-oec
    """.split()
)
_ONLY_WITH_POINT = frozenset(
    "m ing mag med rer nat jur phil habil gen col maj fr hr sig lic bc ir sr lt pan dipl mw".split()
)
"""Titles that are words of names as well: without a point they are taken for those."""
_GENERATIONS = frozenset({"jr", "sr", "junior", "senior", "ii", "iii", "iv"})
_DEGREES = frozenset(
    """
    phd md mba msc bsc ma ba llm llb jd esq cpa cfa pmp dds dvm rn ceo cto cfo coo cmo cio vp svp evp mbe obe frcs csc drsc ing
    dipl-ing mph edd dba dphil pe pmp cissp fca aca ca
    """.split()
)
_PARTICLES = frozenset(
    """
    von vom van der den de del della dello dei degli di da das do dos du des la las le les lo los el al bin ibn ben bint abu zu zur zum
    af av ter ten te op 't 's st. san y e d' und
    """.split()
)
_MORE_THAN_NAMES = _TITLES | _ONLY_WITH_POINT | _GENERATIONS | _DEGREES | _PARTICLES
_JOINS = frozenset({"y", "e", "und"})
_FORM = re.compile(
    r"(?<![^\W_])(?:g?gmbh|mbh|kgaa|ohg|gbr|e\.?\s?k\.|e\.?\s?v\.|inc|incorporated|corp|corporation|company|llc|l\.l\.c|llp|ltd|limited"
    r"|plc|pty|pvt|s\.a\.?|s\.a\.s|sasu|sarl|s\.a\.r\.l|eurl|s\.r\.l|s\.p\.a|srl|s\.l\.u?|b\.v|n\.v|bvba|oyj|a/s|aps|asa|sp\.?\s?z\s?o\.?\s?o"
    r"|s\.?\s?r\.?\s?o|a\.\s?s|spol|kft|zrt|nyrt|d\.?o\.?o|ооо|оао|зао|пао|ltda|eireli|s\.?a\.?\s?de\s?c\.?v|k\.k|pte|sdn\.?\s?bhd|bhd|şti"
    r"|a\.ş|(?:&|and|und|et|y)\s?co|co\.,?\s?ltd|holdings?|solutions|technologies|consulting|logistics|software|foundation|university"
    r"|universität|institute|industries|international|agency|agentur|verlag|studios)\.?$",
    re.IGNORECASE,
)
"""What ends the name of a company, whatever its case."""
_SHORT_FORM = re.compile(
    r" (?:AG|KG|UG|SE|AB|AS|SA|SAS|SpA|SPA|SL|NV|BV|PT|CV|BT|Bt|Oy|OY|Ab|LP|Co\.|АО|EV|eV|eG|KK|JSC)$"
)
"""Legal forms that are words of names as well when they are written small."""
_EAST_ASIAN_FORM = re.compile(r"株式会社|有限会社|合同会社|有限公司|股份公司|주식회사|\(주\)|㈱")
_EAST_ASIAN = re.compile(
    r"[\u3005\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af\uf900-\ufaff·・]+(?: [\u3005\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af]+)?"
)
_BESIDE = re.compile(r"\s*[(\[{（](?P<note>[^()\[\]{}（）]*)[)\]}）]\s*")
_DASHED = re.compile(r"\s+[-–—|/•·]+\s+|\s*[|;]\s*")


def is_company_like(text: str) -> bool:
    """Whether what stands in a person’s field is a company: a legal form or a word of business ends it."""
    line = clean_line(text).rstrip(" ,")
    if _EAST_ASIAN_FORM.search(line):
        return True
    return " " in line and "@" not in line and bool(_FORM.search(line) or _SHORT_FORM.search(line))


def split_name(text: str) -> PersonName:
    """Splits a name as its writer meant it.

    `Last, First` says it itself. Otherwise the last word is the last name, with the particles before it (`van`, `de la`);
    of four words or more without any, the last two are (`María José García López`). A single word is a first name, behind
    a title a last one (`Mr. Petrov`). East Asian names stay in one piece, as last names; with a blank in them the first part
    is the last name. Case stays as it is. Titles, degrees and what stands in brackets or behind a dash are kept beside.
    """
    line = clean_line(text)
    first, _, last = line.partition(" ")
    if (
        first.isalpha()
        and last.isalpha()
        and line.isascii()
        and not {first.lower(), last.lower()} & _MORE_THAN_NAMES
    ):
        return PersonName(first, last)
    if "@" in line and " " not in line:
        return PersonName("", "", note=line)
    notes: list[str] = []

    def noted(match: re.Match[str]) -> str:
        notes.append(match["note"].strip())
        return " "

    name = _BESIDE.sub(noted, line).strip()
    name, *rest = _DASHED.split(name)
    notes += rest
    if not name:
        name, notes = " ".join(filter(None, notes)), []
    if _EAST_ASIAN.fullmatch(name):
        last, _, first = name.partition(" ")
        return PersonName(first, last, note=_joined(notes))
    main, given, behind = _by_commas(name)
    notes += behind
    titles, main = _titles(main)
    main, behind = _without_degrees(main)
    notes += behind
    if given is None:
        first, last = _split(main, bool(titles))
        return PersonName(first, last, " ".join(titles), _joined(notes))
    more, given = _titles(given)
    given, behind = _without_degrees(given)
    while len(given) > 1 and given[-1].islower() and fold(given[-1]) in _PARTICLES:
        main.insert(0, given.pop())
    return PersonName(" ".join(given), " ".join(main), " ".join(titles + more), _joined(notes + behind))


def _by_commas(name: str) -> tuple[list[str], list[str] | None, list[str]]:
    """The words before the first comma, those of the first name where one stands behind it, and what else does."""
    before, *parts = [part.strip() for part in name.split(",")]
    main, given, notes = before.split(), None, []
    for part in filter(None, parts):
        kinds = [_kind(word) for word in part.split()]
        if all(kind == "generation" for kind in kinds):
            main += part.split()
        elif given is not None or not main or (all(kinds) and len(main) > 1):
            notes.append(part)
        else:
            given = part.split()
    return main, given, notes


def _joined(notes: list[str]) -> str:
    return ", ".join(note for note in notes if note)


def _bare(word: str) -> str:
    return fold(word).replace(".", "").strip(",'’")


def _kind(word: str) -> str:
    """`generation` or `degree`, where a word behind a name is one; otherwise empty."""
    bare = _bare(word)
    if bare in _GENERATIONS:
        return "generation"
    # `Ma` and `Ba` are names; degrees are written large, or with points.
    return "degree" if bare in _DEGREES and (word.isupper() or "." in word or bare == "phd") else ""


def _titles(words: list[str]) -> tuple[list[str], list[str]]:
    """The titles that stand before a name, and the name."""
    count = 0
    while count < len(words) - 1:
        pieces = [piece for piece in re.split(r"(?<=\.)(?=\w)", words[count]) if piece]
        if not all(_is_title(piece, after_one=count > 0) for piece in pieces):
            break
        count += 1
    return words[:count], words[count:]


def _is_title(word: str, *, after_one: bool) -> bool:
    bare = _bare(word)
    if bare not in _TITLES and bare not in _ONLY_WITH_POINT and not (after_one and bare in ("h", "c", "hc")):
        return False
    return "." in word or (bare not in _ONLY_WITH_POINT and len(bare) > 1)


def _without_degrees(words: list[str]) -> tuple[list[str], list[str]]:
    """A name, and the degrees behind it."""
    end = len(words)
    while end > 2 and _kind(words[end - 1]) == "degree":
        end -= 1
    return words[:end], [" ".join(words[end:])] if end < len(words) else []


def _split(words: list[str], titled: bool) -> tuple[str, str]:
    """The first and the last name of words in their order."""
    behind: list[str] = []
    while len(words) > 2 and _kind(words[-1]) == "generation":
        behind.insert(0, words.pop())
    if len(words) < 2:
        alone = " ".join(words)
        return ("", alone) if titled else (alone, "")
    one_case = all(word.isupper() or word.islower() for word in words)
    begins = next(
        (
            place
            for place, word in enumerate(words[:-1])
            if fold(word) in _PARTICLES and (place > 0 or (word.islower() and not one_case))
        ),
        None,
    )
    if begins is None:
        begins = len(words) - (2 if len(words) > 3 else 1)
    elif fold(words[begins]) in _JOINS and begins > 1:
        begins -= 1
    return " ".join(words[:begins]), " ".join(words[begins:] + behind)
