"""Who may change what. PostgreSQL holds the same rules for a team; here they give the answer before the question travels."""

from __future__ import annotations

from core.catalog import Catalog
from core.errors import Refused

ROLES = ("admin", "manager", "rep", "readonly")


def writable_books(catalog: Catalog) -> frozenset[str]:
    """The books that the user may change records in: a rep's own and their teams' pools, a manager's teams' books too, an admin's all."""
    return catalog.writable_books


def require_can_change(catalog: Catalog) -> None:
    """Raises `Refused` where the user's role lets them change nothing at all."""
    if catalog.me.role == "readonly":
        raise Refused("Your role is read-only: you can look at everything and change nothing.")


def require_write(catalog: Catalog, book_id: str, what: str) -> None:
    """Raises `Refused` unless the user may change records in the book.

    Args:
        catalog: the set-up and who asks.
        book_id: where the record lies.
        what: what a person calls the record, for the message.
    """
    if book_id not in catalog.writable_books:
        require_can_change(catalog)
        raise Refused(f"{what} belongs to {catalog.owner_name(book_id)}; you cannot change it.")


def require_role(catalog: Catalog, *roles: str) -> None:
    """Raises `Refused` unless the user has one of the roles."""
    if catalog.me.role not in roles:
        require_can_change(catalog)
        raise Refused(f"That needs the role {' or '.join(roles)}; yours is {catalog.me.role}.")
