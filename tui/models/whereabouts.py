"""What became of a deal that is not on the board any more."""

from __future__ import annotations

from core.catalog import Catalog
from core.errors import NotFound
from core.workspace import Card, Workspace


def taken(
    workspace: Workspace, catalog: Catalog, table: str, record_id: str, title: str, book_id: str
) -> str:
    """Who has a record that has left the user's sight: `Ben Okafor claimed Acme renewal`; empty where nobody can tell."""
    who = workspace.who_took(table, record_id)
    book = catalog.book_by_id.get(book_id)
    if not who:
        return ""
    return (
        f"{who} claimed {title}" if book is not None and book.kind == "pool" else f"{title} is with {who} now"
    )


def gone(workspace: Workspace, catalog: Catalog, table: str, record_id: str, title: str, book_id: str) -> str:
    """Who took or deleted a record whose screen is open; empty where nobody can tell."""
    if words := taken(workspace, catalog, table, record_id, title, book_id):
        return words
    try:
        record = workspace.record(table, record_id)
    except NotFound:
        return ""
    return f"{title} was deleted by {catalog.user_name(record.updated_by)}" if record.deleted_at else ""


def whereabouts(workspace: Workspace, catalog: Catalog, card: Card) -> str:
    """Who did what with a deal, so that a board does not show it any more.

    Args:
        workspace: is asked.
        catalog: names people and stages.
        card: the deal as it was shown.
    """
    if words := taken(workspace, catalog, "deals", card.id, card.title, card.book_id):
        return words
    try:
        deal = workspace.record("deals", card.id)
    except NotFound:
        return f"{card.title} is out of your sight now"
    who = catalog.user_name(deal.updated_by)
    if deal.deleted_at is not None:
        return f"{who} deleted {card.title}"
    if deal.book_id != card.book_id:
        owner = catalog.owner_name(deal.book_id)
        if owner == who:
            return f"{who} claimed {card.title}"
        return f"{who} handed {card.title} over to {owner}"
    stage = catalog.stage_by_id.get(deal.stage_id)
    if deal.stage_id != card.stage_id and stage is not None:
        return f"{who} moved {card.title} to {stage.name}"
    return f"{who} changed {card.title}; it does not fit your filter any more"
