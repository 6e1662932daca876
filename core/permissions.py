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


def may_hand_over(catalog: Catalog, book_id: str) -> bool:
    """Whether the user may put what lies in a book into another one.

    Out of a pool or a shared book: everybody who may write in it. Out of somebody's own book: whose it is, a manager of
    theirs, and admins. A colleague whom it is shared with "to change" works on what lies there, and takes nothing away.
    """
    book = catalog.book_by_id.get(book_id)
    if book is None or book_id not in catalog.writable_books:
        return False
    if catalog.me.role == "admin" or book.kind != "own" or book.user_id == catalog.me.id:
        return True
    teams = catalog.teams_of(book.user_id or "") & catalog.teams_of(catalog.me.id)
    return catalog.me.role == "manager" and bool(teams)


def require_hand_over(catalog: Catalog, book_id: str, what: str) -> None:
    """Raises `Refused` unless the user may put records of the book into another one.

    Args:
        catalog: the set-up and who asks.
        book_id: where the record lies.
        what: what a person calls the record, for the message.
    """
    require_write(catalog, book_id, what)
    if not may_hand_over(catalog, book_id):
        owner = catalog.owner_name(book_id)
        raise Refused(f"{what} belongs to {owner}; only {owner}, their manager or an admin hands it over.")


def may_share(catalog: Catalog, book_id: str) -> bool:
    """Whether the user may decide who else sees a book.

    That is who may hand over what lies in it; but a rep does not open their team's pool to others.
    """
    book = catalog.book_by_id.get(book_id)
    if book is None or not may_hand_over(catalog, book_id):
        return False
    return book.kind != "pool" or catalog.me.role in ("admin", "manager")


def may_export(catalog: Catalog) -> bool:
    """Whether the user may take records out of offhook: as it was decided for them, otherwise admins and managers."""
    right = catalog.me.export_right
    return right == "yes" or (not right and catalog.me.role in ("admin", "manager"))


def require_export(catalog: Catalog) -> None:
    """Raises `Refused` unless the user may take records out of offhook."""
    if not may_export(catalog):
        raise Refused("You may not export. Ask an admin for the right to, or to export it for you.")


def may_import(catalog: Catalog) -> bool:
    """Whether the user may bring files in: as it was decided for them, otherwise admins and managers. Readonly may not."""
    right, role = catalog.me.import_right, catalog.me.role
    return role != "readonly" and (right == "yes" or (not right and role in ("admin", "manager")))


def require_import(catalog: Catalog) -> None:
    """Raises `Refused` unless the user may bring files in."""
    if not may_import(catalog):
        require_can_change(catalog)
        raise Refused("You may not import. Ask an admin for the right to, or to import it for you.")


def require_role(catalog: Catalog, *roles: str) -> None:
    """Raises `Refused` unless the user has one of the roles."""
    if catalog.me.role not in roles:
        require_can_change(catalog)
        raise Refused(f"That needs the role {' or '.join(roles)}; yours is {catalog.me.role}.")
