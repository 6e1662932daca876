"""`offhook find`: fast enough to live in a shell prompt, so mind what is imported here."""

from __future__ import annotations

from typing import Any

from cli.naming import SINGULAR, typed
from cli.output import Code, complain, say, say_json, styled, table, terminal_width
from cli.session import Session
from core.text import printable
from core.workspace import Hit

_WIDTH_FOR_IDS = 100


def find(session: Session, text: str, limit: int) -> Code:
    """Finds what fits `text`; prints at most `limit` hits."""
    text = typed(text)
    with session.open() as workspace:
        hits = workspace.search(text, limit=limit)
    if session.json:
        say_json([_data(hit) for hit in hits])
    elif hits:
        _print(hits)
    if hits:
        return Code.FINE
    complain(f"Nothing fits “{printable(text[:60])}”.", Code.NOT_FOUND, as_json=session.json)
    return Code.NOT_FOUND


def _data(hit: Hit) -> dict[str, Any]:
    return {
        "kind": SINGULAR[hit.open_table],
        "id": hit.id,
        "title": hit.title,
        "detail": hit.detail,
        "found_in": SINGULAR[hit.table],
    }


def _print(hits: list[Hit]) -> None:
    width = terminal_width()
    with_ids = width is None or width >= _WIDTH_FOR_IDS
    rows = [(SINGULAR[hit.table], hit.title, hit.detail, *([hit.id] if with_ids else [])) for hit in hits]
    for line in table(rows, flexible=(1, 2)):
        kind, _, rest = line.partition(" ")
        say(f"{styled(kind, 'dim')} {rest}")
