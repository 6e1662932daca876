"""Who may change what. PostgreSQL holds the same rules for a team; here they give the answer before the question travels."""

from __future__ import annotations

from core.catalog import Catalog
from core.errors import Refused

ROLES = ("admin", "manager", "rep", "readonly")


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


def may_share(catalog: Catalog, book_id: str) -> bool:
    """Whether the user may decide who else sees a book.

    That is whose book it is, a manager of theirs, and admins; for a pool its managers; for a shared book everybody who
    may write in it.
    """
    book = catalog.book_by_id.get(book_id)
    if book is None or book_id not in catalog.writable_books:
        return False
    if catalog.me.role == "admin" or book.kind == "shared":
        return True
    if book.kind == "pool":
        return catalog.me.role == "manager"
    if book.user_id == catalog.me.id:
        return True
    teams = catalog.teams_of(book.user_id or "") & catalog.teams_of(catalog.me.id)
    return catalog.me.role == "manager" and bool(teams)


def may_export(catalog: Catalog) -> bool:
    """Whether the user may take records out of offhook: as it was decided for them, otherwise admins and managers."""
    right = catalog.me.export_right
    return right == "yes" or (not right and catalog.me.role in ("admin", "manager"))


def require_export(catalog: Catalog) -> None:
    """Raises `Refused` unless the user may take records out of offhook."""
    if not may_export(catalog):
        raise Refused("You may not export. Ask an admin for the right to, or to export it for you.")


def require_role(catalog: Catalog, *roles: str) -> None:
    """Raises `Refused` unless the user has one of the roles."""
    if catalog.me.role not in roles:
        require_can_change(catalog)
        raise Refused(f"That needs the role {' or '.join(roles)}; yours is {catalog.me.role}.")
