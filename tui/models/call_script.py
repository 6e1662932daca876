"""What a rep says on a call: which script it is, its text with the contact's fields filled in, and its objections.

A script is Markdown, of which a terminal can show headings, lists, quotes, emphasis, code and rules. `{first_name}` stands
for a field, `{first_name|there}` says what is read where it is empty. A heading of the second level that begins with a
number or with "Objection:" begins an objection: they are numbered in order and shown when their digit is pressed.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from typing import NamedTuple

from rich.cells import cell_len, chop_cells

from core.catalog import Catalog
from core.entities import Company, Contact, Deal, Script
from core.money import format_money
from core.text import printable

FIELDS = {
    "first_name": "the contact's first name",
    "last_name": "the contact's last name",
    "name": "both",
    "title": "the contact's job title",
    "company": "the company",
    "industry": "the company's industry",
    "city": "where the contact is, or the company",
    "me": "your first name",
    "my_name": "your name",
    "organization": "your company",
    "deal": "the deal's title",
    "stage": "the deal's stage",
    "value": "what the deal is worth",
    "next_step": "the deal's next step",
}
"""Fields that a script may name, and what they hold."""
MOST_OBJECTIONS = 9

_OBJECTION = re.compile(
    r"##\s+(?:\d{1,2}[.:)]?\s+(?P<numbered>.+)|objection\s*(?:\d{1,2}\s*)?[:–-]\s*(?P<named>.+))",
    re.IGNORECASE,
)
_HEADING = re.compile(r"(?P<level>#{1,6})\s+(?P<text>.+?)\s*#*")
_BULLET = re.compile(
    r"(?P<indent>\s*)(?:[-*+]|(?P<number>\d{1,3})[.)])\s+(?:\[(?P<box>[ xX])\]\s+)?(?P<text>.*)"
)
_RULE = re.compile(r"(?:-\s*){3,}|(?:\*\s*){3,}|(?:_\s*){3,}")
_INLINE = re.compile(
    r"""
    \\(?P<escaped>[\\`*_{}\[\]#+\-.!>|])
    | \{(?P<field>[a-zA-Z_]+)(?:\|(?P<other>[^{}]*))?\}
    | `(?P<code>[^`]+)`
    | \[(?P<link>[^\]]+)\]\((?P<address>[^)\s]+)\)
    | (?P<both>\*\*\*|___)
    | (?P<strong>\*\*|__)
    | (?P<emphasis>\*|(?<!\w)_|_(?!\w))
    """,
    re.VERBOSE,
)


class Span(NamedTuple):
    """A piece of a line with the name of its style."""

    text: str
    style: str = "text"


Line = tuple[Span, ...]


class Block(NamedTuple):
    """A paragraph, heading, item, quote or rule, not wrapped yet.

    Attributes:
        kind: text, heading, item, quote, code, rule or blank.
        text: Markdown of the inline kind; of code, as it is.
        mark: what stands in front of an item.
        indent: cells in front of that.
    """

    kind: str
    text: str = ""
    mark: str = ""
    indent: int = 0


class Objection(NamedTuple):
    """What is answered to an objection."""

    title: str
    blocks: tuple[Block, ...]


class Sheet(NamedTuple):
    """A script, taken apart."""

    blocks: tuple[Block, ...]
    objections: tuple[Objection, ...]
    """In order: the first one is that of the digit 1."""


class Page(NamedTuple):
    """A sheet as lines.

    Attributes:
        lines: what is drawn.
        objections: on which line each objection begins, by its digit.
    """

    lines: tuple[Line, ...]
    objections: dict[int, int]


# --- which script --------------------------------------------------------------------------------------------------


def script_for(catalog: Catalog, *, view_id: str = "", deal: Deal | None = None) -> Script | None:
    """The script that fits best: that of the smart view, else of the deal's stage, its pipeline, else a general one.

    Of several that fit as well as each other, one's own is before a shared one, and the first in order counts.

    Args:
        catalog: the set-up.
        view_id: the smart view that is called through; empty where it is none.
        deal: what the call is about.
    """
    stage_id, pipeline_id = (deal.stage_id, deal.pipeline_id) if deal is not None else ("", "")

    def fits(script: Script) -> int:
        if script.view_id:
            return 4 if script.view_id == view_id else 0
        if script.stage_id:
            return 3 if script.stage_id == stage_id else 0
        if script.pipeline_id:
            return 2 if script.pipeline_id == pipeline_id else 0
        return 1

    fitting = [script for script in catalog.scripts if fits(script)]
    mine = catalog.me.id
    fitting.sort(key=lambda one: (-fits(one), one.user_id != mine, one.position, one.id))
    return fitting[0] if fitting else None


def values(
    catalog: Catalog, contact: Contact | None, company: Company | None, deal: Deal | None
) -> dict[str, str]:
    """What the fields of a script hold on a call."""
    me = catalog.me.name
    stage = catalog.stage_by_id.get(deal.stage_id) if deal else None
    worth = format_money(deal.value_minor, deal.currency) if deal and deal.value_minor is not None else ""
    return {
        "first_name": contact.first_name if contact else "",
        "last_name": contact.last_name if contact else "",
        "name": f"{contact.first_name} {contact.last_name}".strip() if contact else "",
        "title": contact.title if contact else "",
        "company": company.name if company else "",
        "industry": company.industry if company else "",
        "city": (contact.city if contact else "") or (company.city if company else ""),
        "me": me.split(" ")[0],
        "my_name": me,
        "organization": catalog.organization.name,
        "deal": deal.title if deal else "",
        "stage": stage.name if stage else "",
        "value": worth,
        "next_step": deal.next_step if deal else "",
    }


# --- taking it apart -----------------------------------------------------------------------------------------------


def parse(body: str) -> Sheet:
    """Takes a script apart. Nothing in it is wrong: what is no Markdown is text."""
    script: list[Block] = []
    objections: list[tuple[str, list[Block]]] = []
    current = script
    fenced = False
    for raw in body.expandtabs(4).splitlines():
        line = raw.rstrip()
        if line.lstrip().startswith("```"):
            fenced = not fenced
        elif fenced:
            current.append(Block("code", line))
        elif begun := _OBJECTION.fullmatch(line.strip()):
            current = []
            objections.append(((begun["numbered"] or begun["named"]).strip(), current))
        else:
            if (heading := _HEADING.fullmatch(line)) and len(heading["level"]) <= 2:
                # A heading of the script's own: what follows is said in any case.
                current = script
            _take(current, line)
    return Sheet(_trimmed(script), tuple(Objection(title, _trimmed(blocks)) for title, blocks in objections))


def _take(blocks: list[Block], line: str) -> None:
    bare = line.strip()
    if not bare:
        blocks.append(Block("blank"))
    elif heading := _HEADING.fullmatch(bare):
        blocks.append(Block("heading", heading["text"]))
    elif _RULE.fullmatch(bare):
        blocks.append(Block("rule"))
    elif bare.startswith(">"):
        _join(blocks, Block("quote", bare.lstrip("> ")))
    elif item := _BULLET.fullmatch(line):
        mark = f"{item['number']}." if item["number"] else {None: "•", " ": "☐"}.get(item["box"], "☑")
        blocks.append(Block("item", item["text"], mark, min(8, len(item["indent"]))))
    elif blocks and blocks[-1].kind == "item" and line.startswith(" "):
        blocks[-1] = blocks[-1]._replace(text=f"{blocks[-1].text} {bare}")
    else:
        _join(blocks, Block("text", bare))


def _join(blocks: list[Block], block: Block) -> None:
    """A line that follows one of its kind goes on with it, unless that ends in two blanks or a backslash."""
    if blocks and blocks[-1].kind == block.kind and not blocks[-1].text.endswith("\\"):
        blocks[-1] = blocks[-1]._replace(text=f"{blocks[-1].text} {block.text}")
    else:
        if blocks and blocks[-1].kind == block.kind:
            blocks[-1] = blocks[-1]._replace(text=blocks[-1].text.rstrip("\\"))
        blocks.append(block)


def _trimmed(blocks: Sequence[Block]) -> tuple[Block, ...]:
    """The blocks without blank ones at the ends, and never two of those in a row."""
    kept: list[Block] = []
    for block in blocks:
        if block.kind != "blank" or (kept and kept[-1].kind != "blank"):
            kept.append(block)
    while kept and kept[-1].kind == "blank":
        kept.pop()
    return tuple(kept)


# --- as lines ------------------------------------------------------------------------------------------------------


def lay_out(sheet: Sheet, fields: Mapping[str, str], width: int, unfolded: Collection[int] = ()) -> Page:
    """A script as lines for a call.

    Args:
        sheet: the script.
        fields: what its fields hold; see `values`.
        width: cells.
        unfolded: digits of the objections whose answer is shown.
    """
    width = max(8, width)
    lines = [line for block in sheet.blocks for line in _lines(block, fields, width)]
    places: dict[int, int] = {}
    if sheet.objections and lines:
        lines.append(())
    for number, objection in enumerate(sheet.objections, 1):
        digit = str(number) if number <= MOST_OBJECTIONS else "·"
        # One that no digit can be pressed for is never folded.
        shown = number in unfolded or number > MOST_OBJECTIONS
        if shown and places and lines[-1]:
            lines.append(())
        places[number] = len(lines)
        head = [Span(f" {digit} ", "digit"), Span(" ▾ " if shown else " ▸ ", "mark")]
        title = [Span(span.text, "objection" if span.style == "text" else span.style)
                 for span in _spans(objection.title, fields)]  # fmt: skip
        lines += _wrapped(title, width, head, 6)
        if shown:
            for block in objection.blocks:
                lines += ((Span("  ┃ ", "mark"), *line) for line in _lines(block, fields, width - 4))
            lines.append(())
    while lines and not lines[-1]:
        lines.pop()
    return Page(tuple(lines), places)


def _lines(block: Block, fields: Mapping[str, str], width: int) -> Iterator[Line]:
    if block.kind == "blank":
        yield ()
    elif block.kind == "rule":
        yield (Span("─" * width, "mark"),)
    elif block.kind == "code":
        yield (Span(printable(block.text)[:width], "code"),)
    elif block.kind == "heading":
        spans = [
            Span(span.text, "heading" if span.style == "text" else span.style)
            for span in _spans(block.text, fields)
        ]
        yield from _wrapped(spans, width, [], 0)
    elif block.kind == "quote":
        for line in _wrapped(_spans(block.text, fields, "quote"), width - 2, [], 0):
            yield (Span("┃ ", "mark"), *line)
    else:
        front = [Span(" " * block.indent), Span(f"{block.mark} ", "mark")] if block.mark else []
        yield from _wrapped(_spans(block.text, fields), width, front, sum(cell_len(s.text) for s in front))


def _spans(text: str, fields: Mapping[str, str], plain: str = "text") -> list[Span]:
    """The pieces of a line of Markdown. What a field holds is never taken for Markdown."""
    spans: list[Span] = []
    strong = emphasis = False
    at = 0

    def style() -> str:
        if strong and emphasis:
            return "both"
        return "strong" if strong else "emphasis" if emphasis else plain

    for match in _INLINE.finditer(text):
        if match.start() > at:
            spans.append(Span(printable(text[at : match.start()]), style()))
        at = match.end()
        if match["escaped"]:
            spans.append(Span(match["escaped"], style()))
        elif match["field"]:
            spans.append(_field(match["field"].lower(), match["other"], fields))
        elif match["code"]:
            spans.append(Span(printable(match["code"]), "code"))
        elif match["link"]:
            spans.append(Span(printable(match["link"]), style()))
            spans.append(Span(f" ({printable(match['address'])})", "mark"))
        else:
            if match["both"] or match["strong"]:
                strong = not strong
            if match["both"] or match["emphasis"]:
                emphasis = not emphasis
    if at < len(text):
        spans.append(Span(printable(text[at:]), style()))
    return spans


def _field(name: str, other: str | None, fields: Mapping[str, str]) -> Span:
    """What a field holds, or what is to be read in its place; a name that nobody knows stays, so that it is noticed."""
    if name not in FIELDS:
        return Span(f"{{{name}}}", "missing")
    held = printable(" ".join(fields.get(name, "").split()))
    if held or other is not None:
        return Span(held or printable((other or "").strip()), "field")
    return Span(f"[{name.replace('_', ' ')}?]", "missing")


def _wrapped(spans: Sequence[Span], width: int, front: Sequence[Span], indent: int) -> Iterator[Line]:
    """Lines of at most `width` cells, broken at blanks; the first begins with `front`, the others with `indent` blanks."""
    line: list[Span] = list(front)
    used = start = indent if front else 0
    for word in _words(spans):
        size = sum(cell_len(span.text) for span in word)
        gap = 1 if used > start else 0
        if used + gap + size > width and used > start:
            yield _joined(line)
            line, used, gap = [Span(" " * indent)] if indent else [], indent, 0
            start = indent
        if size > width - used:
            for piece in chop_cells("".join(span.text for span in word), max(1, width - used)):
                line.append(Span(piece, word[0].style))
                used += cell_len(piece)
                if used >= width:
                    yield _joined(line)
                    line, used = [Span(" " * indent)] if indent else [], indent
            continue
        if gap:
            line.append(Span(" ", word[0].style if line and line[-1].style == word[0].style else "text"))
        line += word
        used += gap + size
    if used > start or line:
        yield _joined(line)


def _joined(spans: Sequence[Span]) -> Line:
    """The same line in as few pieces as can be: each costs bytes on the way to the terminal."""
    line: list[Span] = []
    for span in spans:
        if line and line[-1].style == span.style:
            line[-1] = Span(line[-1].text + span.text, span.style)
        elif span.text:
            line.append(span)
    return tuple(line)


def _words(spans: Sequence[Span]) -> Iterator[list[Span]]:
    """What is between blanks; a word may change its style within."""
    word: list[Span] = []
    for span in spans:
        for n, part in enumerate(span.text.split(" ")):
            if n and word:
                yield word
                word = []
            if part:
                word.append(Span(part, span.style))
    if word:
        yield word
