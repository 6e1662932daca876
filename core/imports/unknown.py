"""What columns mean that no known system wrote: by the words of their headers and by what their values look like."""

from __future__ import annotations

from collections.abc import Sequence

from core.imports.assigning import WORTH_TAKING, Assignment
from core.imports.claims import Claim, rank_of, settle
from core.imports.fit import (
    company_like,
    diverse,
    fits,
    likeness,
    mostly_prefixes,
    several_words,
    share,
    words_of,
)
from core.imports.shapes import Column, Entity
from core.imports.stages import outcome_of
from core.imports.vocabulary import Reading, header_words, is_unnamed, read_header, subjects_in, targets_of
from core.imports.words import MEANINGS

_PLACES = ("address", "postal_code", "city", "region", "country")
_POINTS = ("email", "phone")
_OF_A_DEAL = {"stage", "expected_close", "probability", "pipeline", "outcome"}
_NETWORKS = (
    "linkedin.com",
    "facebook.com",
    "twitter.com",
    "//x.com",
    "instagram.com",
    "xing.com",
    "github.com",
    "youtube.com",
    "tiktok.com",
)
_HOME: dict[Entity, str] = {
    "contacts": "contact",
    "companies": "company",
    "deals": "deal",
    "activities": "activity",
    "tasks": "task",
}
_SAID = ("id", "owner", "assignee", "fax", "body", "description", "linkedin")
"""What a header says so clearly that addresses and numbers in the column are no contact's own."""
_OF_THE_PAST = frozenset(("last", "next", "creator", "created", "modified", "updated"))
# Words that mean a dozen things: only where the values say so, too.
_WEAK = frozenset({
    "number", "no", "line", "did", "hp", "first", "last", "by", "il", "via", "ort", "cap", "step",
    "closed", "won", "total", "price", "info", "information", "link", "role", "position", "list", "lists",
    "size", "when", "start", "time", "result", "outcome", "channel", "user", "agent", "group",
    "groups", "category", "segment", "service", "follow", "up", "reminder", "activity", "event", "type",
    "contact",
})  # fmt: skip
_CERTAIN_LENGTH = 8
"""An id that is shorter, and a number, is one of a spreadsheet: another spreadsheet has the same."""


class Unknown:
    """The columns of a table that are still open, with what their headers say."""

    def __init__(self, entity: Entity, columns: Sequence[Column], source: str, *, beside_known: bool) -> None:
        """Reads the headers.

        Args:
            entity: what a row is.
            columns: all of the table's.
            source: the system that it comes from, or `table`.
            beside_known: they stand beside columns of a known system, which are the user's own then: they make no new records.
        """
        self._entity = entity
        self._columns = columns
        self._source = source
        self._beside_known = beside_known
        self._by_header = {column.header: column for column in columns}
        self._any_filled = any(column.filled for column in columns)
        self._readings = {column.header: read_header(column.header) for column in columns}
        self._said = {reading.meaning for reading in self._readings.values()}

    def assign(self, assignment: Assignment) -> None:
        """Gives the open columns their fields, those that are surest first; the rest is left out with a reason."""
        columns = [column for column in self._columns if assignment.is_open(column.header)]
        claims = [claim for column in columns if (claim := self._claim(column, assignment)) is not None]
        for claim in sorted(claims, key=lambda one: (not self._filled(one), -one.score, one.rank)):
            if claim.target.rpartition(".")[2] not in _POINTS:
                settle(assignment, claim)
        for claim in sorted(claims, key=lambda one: (not self._filled(one), one.rank)):
            if claim.target.rpartition(".")[2] in _POINTS:
                settle(assignment, claim)
        self._labels(columns, assignment)
        for column in columns:
            if assignment.is_open(column.header):
                assignment.leave(column.header, self._why_not(column), 0.5)

    def _filled(self, claim: Claim) -> bool:
        return not self._any_filled or self._by_header[claim.header].filled > 0

    def _claim(self, column: Column, assignment: Assignment) -> Claim | None:
        reading = self._readings[column.header]
        rank = rank_of(reading, column.header)
        target = self._target(reading, column, assignment) if reading.meaning else ""
        if target:
            found = assignment.target(target)
            if found is not None:
                score, why = self._score(reading, column, found.kind)
                score += self._nearness(column.header)
                if score >= WORTH_TAKING:
                    return Claim(column.header, target, score, why, rank)
        by_looks = self._by_looks(column, reading, assignment)
        if by_looks is not None:
            target, score, why = by_looks
            return Claim(column.header, target, score, why, rank)
        return None

    def _target(self, reading: Reading, column: Column, assignment: Assignment) -> str:
        """The field that a header means in this table; empty where it means none."""
        special = _SPECIAL.get(reading.meaning)
        if special is not None and (not reading.subject or reading.meaning == "id"):
            chosen = special(self, reading, column)
            if chosen is not None:
                return chosen
        for target in targets_of(reading, self._entity):
            if self._beside_known and target.startswith(("deal.", "task.", "activity.", "contact.")):
                continue
            if (
                target.startswith("deal.")
                and self._entity in ("contacts", "companies")
                and not self._makes_a_deal(reading, column)
            ):
                continue
            # How many deals there are with somebody is headed `Closed deals`.
            if target in ("deal.is_won", "deal.is_closed"):
                continue
            if assignment.target(target) is not None:
                return target
        return ""

    def _nearness(self, header: str) -> float:
        """Of two columns that say the same, the one that names what the table is about is nearer: `Contact owner`."""
        named = subjects_in(header)
        return 0.0 if not named else 0.01 if _HOME[self._entity] in named else -0.01

    def _makes_a_deal(self, reading: Reading, column: Column) -> bool:
        """Whether a column speaks of a deal so surely that every row gets one: `Price` or `Stage` alone does not."""
        if reading.subject == "deal" or reading.meaning == "deal" or "deal" in subjects_in(column.header):
            return True
        return "deal" in self._said or ("value" in self._said and bool(self._said & _OF_A_DEAL))

    def _score(self, reading: Reading, column: Column, kind: str) -> tuple[float, str]:
        wanted = MEANINGS[reading.meaning].kind or kind
        fit = fits(column, wanted)
        score = 0.88 * reading.certainty
        said = f"like the header “{reading.like}”" if reading.like else "by its header"
        words = " ".join(column.header.lower().split())
        if words in _WEAK and fit <= 0:
            score *= 0.65 if wanted in ("phone", "time", "date", "money", "flag") and column.looked else 0.9
        if fit > 0:
            seen = likeness(column, wanted)
            return min(0.98, score + 0.1), f"{said}, and {seen}" if seen else said
        if fit < 0:
            return score * 0.4, f"{said}, but its values are something else"
        return score, said

    def _by_looks(
        self, column: Column, reading: Reading, assignment: Assignment
    ) -> tuple[str, float, str] | None:
        """The field that the values alone speak for."""
        person = "" if self._entity == "contacts" else "contact."
        if not column.looked or reading.meaning in _SAID or reading.trap:
            return None
        unnamed = is_unnamed(column.header)
        taken = set(assignment.header_of)
        bare = not reading.meaning and bool(reading.qualifiers)
        wanted = unnamed or bare or (f"{person}email" not in taken and "email" not in self._said)
        if share(column, "email") >= 0.8 and wanted:
            return f"{person}email", 0.75, likeness(column, "email")
        reached = (
            reading.meaning in ("contact", "email", "phone", "full_name", "name")
            and reading.subject != "company"
        )
        dialled = share(column, "phone") >= 0.8 and _dialled(column) and "fax" not in reading.qualifiers
        if dialled and (unnamed or bare or reached):
            return f"{person}phone", 0.65, f"{likeness(column, 'phone')}"
        if unnamed:
            return self._unnamed(column)
        if reading.meaning in _POINTS and share(column, "name") >= 0.8 and self._entity == "contacts":
            return "name", 0.55, "its values look like names"
        return None

    def _unnamed(self, column: Column) -> tuple[str, float, str] | None:
        """The field of a column without a header."""
        of_company = "" if self._entity == "companies" else "company."
        if share(column, "url", "domain") >= 0.8:
            return f"{of_company}website", 0.55, likeness(column, "url")
        if share(column, "country") >= 0.8 and self._entity in ("contacts", "companies"):
            return "country", 0.6, likeness(column, "country")
        if company_like(column) >= 0.4:
            return (
                ("name" if self._entity == "companies" else "company"),
                0.65,
                "its values are names of companies",
            )
        if share(column, "name") >= 0.8 and self._entity == "contacts":
            if several_words(column):
                return "name", 0.6, "its values look like names"
            names = [c.header for c in self._columns if is_unnamed(c.header) and share(c, "name") >= 0.8 and not several_words(c)
                     and share(c, "country") < 0.5 and diverse(c)]  # fmt: skip
            names.sort(key=lambda header: (len(header), header))
            if len(names) >= 2 and column.header in names[:2]:
                return (
                    ("first_name", "last_name")[names.index(column.header)],
                    0.55,
                    "its values look like names",
                )
        return None

    def _labels(self, columns: Sequence[Column], assignment: Assignment) -> None:
        """Columns of labels beside e-mails and phones of the same number."""
        for column in columns:
            reading = self._readings[column.header]
            if reading.meaning in ("email_label", "phone_label"):
                for name in targets_of(reading, self._entity):
                    point = name.removesuffix("_label")
                    slot = point if reading.number == 1 else f"{point}_{reading.number}"
                    if slot in assignment.header_of:
                        assignment.take(column.header, f"{slot}_label", 0.85, "by its header")
                        break

    def _why_not(self, column: Column) -> str:
        reading = self._readings[column.header]
        if not column.filled and column.looked == 0 and self._any_filled:
            return "nothing is in it"
        if reading.trap:
            told = _OF_THE_PAST.isdisjoint(header_words(column.header))
            return "of somebody else" if told else "there is no field for it"
        if "fax" in reading.qualifiers or reading.meaning == "fax":
            return "a fax number is not dialled"
        if reading.meaning == "id":
            return "ids of a system that is not known; say which with the source to keep them"
        if reading.meaning in ("salutation", "title") and mostly_prefixes(column):
            return "how a person is addressed is not kept"
        if reading.meaning:
            return (
                "another column is taken for it"
                if targets_of(reading, self._entity)
                else "there is no field for it"
            )
        return "nothing like it is known"

    # --- words that mean something else in each table ---

    def _contact(self, reading: Reading, column: Column) -> str | None:
        """`Contact` is whom one calls, or where."""
        person = "" if self._entity == "contacts" else "contact."
        for point in _POINTS:
            if share(column, point) >= 0.5:
                return f"{person}{point}"
        return None

    def _full_name(self, reading: Reading, column: Column) -> str | None:
        """`Customer name` may be a company's."""
        if self._entity == "contacts" and "company" not in self._said and company_like(column) >= 0.5:
            return "company"
        return None

    def _company(self, reading: Reading, column: Column) -> str | None:
        """`Client` beside a company is a person."""
        clients = ("client", "customer", "kunde", "cliente", "klant", "klient")
        if column.header.strip().lower() in clients and self._entity in ("contacts", "deals"):
            others = [r for h, r in self._readings.items() if r.meaning == "company" and h != column.header]
            if (
                others
                and not self._said & {"full_name", "last_name", "contact"}
                and company_like(column) < 0.3
            ):
                return "name" if self._entity == "contacts" else "contact"
        return None

    def _name(self, reading: Reading, column: Column) -> str | None:
        if self._entity == "contacts" and "last_name" in self._said and "first_name" not in self._said:
            return None if several_words(column) else "first_name"
        if self._entity == "contacts" and "first_name" in self._said and "last_name" not in self._said:
            return None if several_words(column) else "last_name"
        if self._entity == "contacts" and company_like(column) >= 0.5 and "company" not in self._said:
            return "company"
        if self._entity == "deals" and "deal" in self._said and not self._said & {"full_name", "contact"}:
            return "company" if company_like(column) >= 0.3 else "contact"
        if self._entity in ("activities", "tasks") and "subject" in self._said:
            return "contact"
        return None

    def _stage(self, reading: Reading, column: Column) -> str | None:
        """`Stage` of people without deals is how far they are."""
        if self._entity == "contacts" and not self._makes_a_deal(reading, column):
            return "" if self._said & {"lead_status", "status"} else "lead_status"
        return None

    def _due(self, reading: Reading, column: Column) -> str | None:
        """`Deadline` of a deal is when it is to be closed."""
        return "expected_close" if self._entity == "deals" and "expected_close" not in self._said else None

    def _website(self, reading: Reading, column: Column) -> str | None:
        """The page of a person at a network is not their company's."""
        said = [any(host in value.lower() for host in _NETWORKS) for value in column.samples]
        return "" if said and sum(said) * 2 >= len(said) else None

    def _title(self, reading: Reading, column: Column) -> str | None:
        if self._entity == "contacts" and (mostly_prefixes(column) or "job" in self._said):
            return ""
        if self._entity == "companies":
            return ""
        if self._entity == "deals" and "deal" in self._said:
            return "contact.title"
        return None

    def _status(self, reading: Reading, column: Column) -> str | None:
        if self._entity == "contacts":
            return "" if "lead_status" in self._said else None
        if self._entity == "deals":
            said = [outcome_of(value) for value in words_of(column)][:20]
            if "stage" in self._said or (said and all(said)):
                return "outcome" if not said or sum(map(bool, said)) * 2 >= len(said) else ""
            return "stage"
        return None

    def _id(self, reading: Reading, column: Column) -> str | None:
        """Ids are only kept where they cannot be another spreadsheet's."""
        sure = self._source != "table" or (
            column.longest >= _CERTAIN_LENGTH and share(column, "integer") < 0.5
        )
        if not sure and column.looked:
            return ""
        if self._source == "table" and not column.looked:
            return ""
        if not reading.subject:
            return "external_id" if diverse(column) else ""
        home = {"contacts": "contact", "companies": "company", "deals": "deal"}.get(self._entity, "")
        return "external_id" if reading.subject == home else f"{reading.subject}_external_id"

    def _place(self, reading: Reading, column: Column) -> str | None:
        return (
            ""
            if "home" in reading.qualifiers and reading.meaning in self._without("home", reading.meaning)
            else None
        )

    def _without(self, qualifier: str, meaning: str) -> set[str]:
        """The meaning, where another column says it without a qualifier or of the work place."""
        others = [
            r for r in self._readings.values() if r.meaning == meaning and qualifier not in r.qualifiers
        ]
        return {meaning} if others else set()


_SPECIAL = {
    "contact": Unknown._contact,
    "full_name": Unknown._full_name,
    "company": Unknown._company,
    "name": Unknown._name,
    "stage": Unknown._stage,
    "due": Unknown._due,
    "website": Unknown._website,
    "title": Unknown._title,
    "status": Unknown._status,
    "id": Unknown._id,
    **dict.fromkeys(_PLACES, Unknown._place),
}


def _dialled(column: Column) -> bool:
    """Whether the values are written as numbers that are dialled, not as numbers of invoices."""
    marked = [any(mark in value for mark in "+-() ./") or value.startswith("0") for value in column.samples]
    long = [9 <= sum(map(str.isdigit, value)) <= 15 for value in column.samples]
    return bool(marked) and (sum(marked) * 2 >= len(marked) or (all(long) and share(column, "id") < 0.5))
