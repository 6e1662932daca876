"""Where the header of a grid is, and what at its end is no data: report titles, repeated headers, totals, footers."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import takewhile
from statistics import median

from core.cells import restored
from core.imports.shapes import RawRow
from core.text import fold
from importing.reading.words import counted, quoted_list

_DEEPEST_HEADER = 40
"""Rows above a header, at the most."""
_LONGEST_LABEL = 120

_EMAIL = re.compile(r"[^\s@,;]+@[^\s@,;]+\.\w{2,}")
_PHONE = re.compile(r"\+?[\d\s().\-/]{7,}\d")
_NUMBER = re.compile(r"[-+(]?[$€£¥₹]?\s?\d[\d.,'\s]*[%)]?|\d{1,4}[-./]\d{1,2}[-./]\d{1,4}.*")
_YEAR = re.compile(r"(?:19|20)\d\d")
_LINK = re.compile(r"https?://\S+")
_INVISIBLE = " \t\r\n\xa0\u200b\u200c\u200d\u200e\u200f\u2060\ufeff\u3000"

# Words of which headers are made, in the languages that files come in; folded.
_LABELS = frozenset(
    """
    name names fullname firstname lastname surname first last given family email e-mail mail phone telephone tel mobile
    cell fax company account organization organisation employer title position job role city town country state region
    zip postcode postal street address website web url notes note description comment comments tags labels label owner
    status stage source amount value currency date created updated modified closed id type industry birthday subject deal
    opportunity pipeline probability contact lead customer client department employees revenue quantity invoice balance
    nombre apellido apellidos correo telefono movil empresa cargo ciudad pais direccion notas fecha importe etapa cliente
    nom prenom courriel portable societe entreprise poste ville pays adresse code remarque montant statut proprietaire
    kontakt umsatz vorname nachname firma telefon handy mobil ort stadt land strasse plz anrede notiz bemerkung betrag wert datum besitzer
    nome cognome sobrenome azienda telefono cellulare citta paese indirizzo valore data telefone celular cidade estado
    endereco cargo valor observacoes naam voornaam achternaam bedrijf telefoon plaats adres bedrag fornavn etternavn
    efternamn fornamn foretag jmeno prijmeni spolecnost mesto imie nazwisko firma miasto kraj nev cegnev varos telepules
    имя фамилия телефон компания почта адрес город дата сумма название должность ονομα επωνυμο εταιρεια τηλεφωνο
    ad soyad sirket telefon sehir 姓名 名前 氏名 会社 公司 电话 電話 邮箱 メール 城市 地址 住所 이름 회사 전화 नाम फोन الاسم الهاتف الشركة البريد
    """.split()  # noqa: SIM905 - so many words are read better so
)
_WORDS = re.compile(r"[^\W_]+", re.UNICODE)

_TOTAL = re.compile(
    r"\s*(?:(?:grand|sub|report|page|overall)[ -]?)?(?:totals?|subtotals?|summe|gesamt(?:summe)?|zwischensumme|total g[eé]n[eé]ral|"
    r"total general|totale|totaal|итого|всего)\s*(?:\([^)]*\)|\d[\d.,\s]*(?:records?|rows?|items?)?)?\s*:?\s*",
    re.IGNORECASE,
)
_GROUP = re.compile(r".*\(\d[\d,.]* records?\)\s*", re.IGNORECASE)
"""`Opportunity Owner: Zoë Hart (12 records)`: what a report with groups has above or below each."""
_FOOTER = re.compile(
    r"\s*(?:confidential information\b|copyright\b.*(?:\d{4}|reserved)|(?:©|\(c\))\s*(?:copyright\b|\d{4})|"
    r"grand totals?\b|subtotals?\s*\(|totals?\s*(?:\(\s*\d|:\s*\d|records|rows|number|of\s+\d)|"
    r"(?:generated|exported|printed|created|run|prepared|downloaded|report (?:generated|run|created))\s+(?:by|on|at|from|as of)\b|"
    r"filtered by\b|filters?( applied)?\s*:|sorted by\b|report (?:filters?|total|date|time)s?\b|as of \d|"
    r"\(?\d[\d,.]*\s*(?:rows?|records?)(?:\s+(?:selected|affected|returned|exported|in set|total))?\)?(?:\s*\([\d.]+\s*s(?:ec)?\))?\s*$|"
    r"(?:number of |total )?(?:rows|records|record count|row count)\s*:\s*\d|end of (?:report|file|export|list)\b|"
    r".*\b(?:accrual|cash) basis\s*$|page \d+( of \d+)?\s*$|all rights reserved|-+\s*end\b|stand\s*:\s*\d|erstellt (?:am|von)\b)",
    re.IGNORECASE,
)
_FIGURE = re.compile(
    r"\(?-?\s*(?:[A-Z]{3}|[$€£¥₹])?\s*-?\d[\d.,'’\s]*\s*(?:%|[A-Z]{3}|[$€£¥₹])?\)?|records?|rows?|[-–—]"
)
"""A sum or an average; no phone number."""
_RUN_BY = re.compile(
    r"\s*(?:generated|exported|printed|created|run|prepared|downloaded|erstellt|stand|as of)\b", re.IGNORECASE
)


@dataclass(frozen=True, slots=True)
class Layout:
    """What was found of a grid.

    Attributes:
        headers: as `core.imports.shapes.Table.headers`.
        data_from: the number of the first row that may be data.
        notes: what was passed over, in sentences.
        raw: the cells of the header; empty where there is none.
    """

    headers: tuple[str, ...]
    data_from: int
    notes: tuple[str, ...]
    raw: tuple[str, ...]

    def is_header(self, cells: Sequence[str]) -> bool:
        """Whether a row is the header once more."""
        if not self.raw or cells[0].strip(_INVISIBLE) != self.raw[0]:
            return False
        filled = sum(1 for cell in self.raw if cell)
        return (filled > 1 or len(self.raw) == 1) and _trimmed(cells) == self.raw

    def may_be_none_of_data(self, firsts: str) -> bool:
        """Whether there may be a header again, or a total, among rows of which these are the first cells, one a line."""
        if self.raw and (not self.raw[0] or f"\n{self.raw[0]}\n" in f"\n{firsts}\n"):
            return True
        lower = firsts.lower()
        return any(word in lower for word in _IN_TOTALS)


_IN_TOTALS = ("total", "summe", "gesamt", "totaal", "итого", "всего", " records)", " record)")
"""One of those is in whatever `_TOTAL` and `_GROUP` match; looked for in many rows at once."""


def find_layout(rows: Sequence[Sequence[str]], numbers: Sequence[int]) -> Layout:
    """The header of a grid, from its first rows.

    Args:
        rows: the first rows, blank ones too.
        numbers: the number of each.
    """
    filled = [sum(1 for cell in cells if cell.strip(_INVISIBLE)) for cells in rows]
    places = [place for place, number in enumerate(filled) if number]
    if not places:
        return Layout((), 1, (), ())
    header = _header(rows, filled, places)
    if header is None:
        width = max(_used(rows[place]) for place in places)
        # A row or two that are wider than all others have an unquoted delimiter; they must not make columns.
        width = _usual_width([_used(rows[place]) for place in places], 0) or width
        note = "The first row is data, not a header: the columns are named by their number."
        return Layout(tuple(f"Column {n}" for n in range(1, width + 1)), numbers[places[0]], (note,), ())
    raw = _trimmed(rows[header])
    below = [_used(cells) for cells in rows[header + 1 :] if _used(cells)]
    notes: list[str] = []
    above = [place for place in places if place < header]
    if above:
        texts = [" ".join(cell.strip() for cell in rows[place] if cell.strip()) for place in above]
        lines = counted(len(above), "line", "lines")
        notes.append(f"{lines} above the header left out: {quoted_list(texts)}.")
    # What kept a spreadsheet from running them belongs to no header.
    names = [restored(name) for name in raw]
    wider = _usual_width(below, len(raw))
    if wider > len(raw):
        notes.append(
            f"The rows have {counted(wider - len(raw), 'cell', 'cells')} more than the header: "
            f"named by their number. Check that the values stand under the right headers."
        )
        names += [""] * (wider - len(raw))
    again = len({name.casefold() for name in names if name}) < sum(1 for name in names if name)
    headers = unique(names)
    if again:
        notes.append("Some headers are there more than once: the later ones have a number after them.")
    return Layout(headers, numbers[header] + 1, tuple(notes), raw)


def unique(names: Sequence[str]) -> tuple[str, ...]:
    """Headers of which each is there once, whatever its case: `Name (2)`; one without a name is `Column 3`."""
    taken = {name.casefold() for name in names if name}
    seen: set[str] = set()
    made: list[str] = []
    for place, name in enumerate(names, 1):
        chosen = name or f"Column {place}"
        number = 2
        while chosen.casefold() in seen or (chosen != name and chosen.casefold() in taken):
            chosen = f"{name or f'Column {place}'} ({number})"
            number += 1
        seen.add(chosen.casefold())
        made.append(chosen)
    return tuple(made)


def is_total(cells: Sequence[str], width: int) -> bool:
    """Whether a row sums up others: it says so in its first words, and all the rest of it are figures or blank."""
    said = [cell for cell in cells if cell.strip()]
    if width > 1 and len(said) == 1 and _GROUP.fullmatch(said[0]):
        return True
    if not said or width < 2 or len(said) > max(2, (width + 1) // 2) or not _TOTAL.fullmatch(said[0]):
        return False
    # A company may be called Total: it has more to it than figures, and a row of a list of names has nothing but a name.
    rest = said[1:]
    return (bool(rest) or said[0].strip().casefold() not in ("total", "totale", "totaal")) and all(
        _FIGURE.fullmatch(cell.strip()) for cell in rest
    )


def footers(rows: Sequence[RawRow], width: int) -> int:
    """How many of the last rows of a table are data; those behind them are totals, terms and filters."""
    kept = len(rows)
    for place in range(len(rows) - 1, -1, -1):
        said = [cell.strip() for cell in rows[place].cells if cell.strip()]
        if len(said) > 2 and not is_total(rows[place].cells, width):
            break
        if _is_footer(said, rows[place].cells, width) or _is_bare_total(rows, place, width):
            kept = place
        elif len(said) > 1 or _is_point(said[0] if said else ""):
            break
    # What stands alone above a footer, after a blank row, belongs to it (the name of the report).
    while 0 < kept < len(rows) and width > 3 and _stands_alone(rows, kept - 1):
        kept -= 1
    return kept


def _is_bare_total(rows: Sequence[RawRow], place: int, width: int) -> bool:
    """Whether a last row says nothing but that it is a total, and what is above it says more than a name."""
    said = [cell for cell in rows[place].cells if cell.strip()]
    above = [sum(1 for cell in row.cells if cell.strip()) for row in rows[max(0, place - 5) : place]]
    return (
        width > 2
        and len(said) == 1
        and bool(_TOTAL.fullmatch(said[0]))
        and bool(above)
        and (median(above) > 1 or rows[place].number - rows[place - 1].number > 1)
    )


def _stands_alone(rows: Sequence[RawRow], place: int) -> bool:
    said = [cell for cell in rows[place].cells if cell.strip()]
    gap = place > 0 and rows[place].number - rows[place - 1].number > 1
    return gap and len(said) == 1 and not _is_point(said[0])


def _is_footer(said: Sequence[str], cells: Sequence[str], width: int) -> bool:
    if not said:
        return False
    if width > 1 and is_total(cells, width):
        return True
    alone = len(said) == 1 or (len(said) == 2 and said[0].endswith(":"))
    # A name may begin so, but hardly has a date or a colon in it.
    named = bool(_RUN_BY.match(said[0])) and (width == 1 or not any(c.isdigit() or c == ":" for c in said[0]))
    return alone and not named and bool(_FOOTER.match(said[0]))


def _header(rows: Sequence[Sequence[str]], filled: Sequence[int], places: Sequence[int]) -> int | None:
    """The place of the header; None: the first row is data."""
    looked_at = places[:_DEEPEST_HEADER]
    if max(filled) == 1:
        # One column: titles cannot be told from a header, but a header from data.
        return None if _is_data(rows[places[0]]) else places[0]
    for place in looked_at:
        following = [filled[other] for other in places if other > place][:30]
        if not _may_be_header(rows[place], filled[place], following):
            continue
        better = [
            other
            for other in looked_at
            if place < other <= place + 12
            and (filled[other] >= 2 * filled[place] or (other == place + 1 and _names_groups(rows, place)))
            and _known(rows[other]) >= 2
            and not _is_data(rows[other])
        ]
        if better and _known(rows[place]) < filled[place]:
            continue
        above = [other for other in looked_at if other < place]
        if all(_is_preamble(rows[other], filled[other], filled[place]) for other in above):
            return place
        return None
    return None if any(_is_data(rows[place]) for place in looked_at[:1]) else looked_at[0]


def _may_be_header(cells: Sequence[str], filled: int, following: Sequence[int]) -> bool:
    if _is_data(cells) or any(len(cell) > _LONGEST_LABEL for cell in cells):
        return False
    if filled == 1:
        return not following or (median(following) <= 1 and max(following) <= 2) or _known_one(cells)
    if any(cell.strip().endswith(":") for cell in cells[:1]) and filled <= 2:
        return False
    return not following or filled >= 0.5 * median(following)


def _names_groups(rows: Sequence[Sequence[str]], place: int) -> bool:
    """Whether a row with gaps stands above one without, which is made of the words of headers and it is not."""
    above, below = rows[place], rows[place + 1]
    gaps = sum(1 for cell in above[: len(below)] if not cell.strip(_INVISIBLE))
    whole = all(cell.strip(_INVISIBLE) for cell in below[: _used(below)])
    return gaps > 0 and whole and _known(above) == 0 and _known(below) >= 0.6 * _used(below)


def _known_one(cells: Sequence[str]) -> bool:
    return len(cells) == 1 and _known(cells) == 1


def _is_preamble(cells: Sequence[str], filled: int, header: int) -> bool:
    """Whether a row can stand above a header of so many cells: it says little, and is nobody's row."""
    if filled <= 1 and not any(_EMAIL.fullmatch(cell.strip()) for cell in cells):
        return True
    return filled <= max(2, 0.5 * header) and not any(_EMAIL.fullmatch(cell.strip()) for cell in cells)


def _known(cells: Sequence[str]) -> int:
    """How many cells are made of words that headers are made of."""
    return sum(1 for cell in cells if len(cell) < 60 and not _LABELS.isdisjoint(_WORDS.findall(fold(cell))))


def _is_data(cells: Sequence[str]) -> bool:
    """Whether a row is somebody's rather than a header."""
    said = [cell.strip(_INVISIBLE) for cell in cells if cell.strip(_INVISIBLE)]
    points = sum(1 for cell in said if _is_point(cell))
    if points:
        # `+1 555 0100` or an address of e-mail is never a header, unless all the others are.
        return points > 1 or _known(said) <= len(said) // 2
    # A year stands above a column as often as in it.
    figures = sum(1 for cell in said if _NUMBER.fullmatch(cell) and not _YEAR.fullmatch(cell))
    return figures >= max(1, 0.25 * len(said)) and _known(said) <= figures


def _is_point(cell: str) -> bool:
    return bool(
        _EMAIL.fullmatch(cell)
        or (_PHONE.fullmatch(cell) and not _NUMBER.fullmatch(cell))
        or _LINK.fullmatch(cell)
    )


def _used(cells: Sequence[str]) -> int:
    """Cells of a row up to the last that says something."""
    return len(cells) - sum(1 for _ in takewhile(lambda cell: not cell.strip(_INVISIBLE), reversed(cells)))


def _trimmed(cells: Sequence[str]) -> tuple[str, ...]:
    return tuple(" ".join(cell.strip(_INVISIBLE).split()) for cell in cells[: _used(cells)])


def _usual_width(widths: Sequence[int], least: int) -> int:
    """The width that four of five rows reach or go beyond, or else so many columns as any row of a sound share has."""
    wide = sorted((width for width in widths if width > least), reverse=True)
    if len(wide) < 0.5 * len(widths) or not wide:
        return least
    reached = max(2, len(widths) // 20) if len(widths) > 4 else 1
    return wide[min(reached, len(wide)) - 1]
