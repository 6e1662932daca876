"""What a job is about: the record, and what people call it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from core.workspace import Page, Subject

if TYPE_CHECKING:
    from tui.screens.base import DeskScreen


async def page_of(screen: DeskScreen, subject: Subject) -> Page:
    """Everything around a record.

    Raises:
        NotFound: it is not there.
    """
    return await screen.desk.read(lambda ws: ws.page(subject.table, subject.id))


def name_of(page: Page, subject: Subject) -> str:
    """What people call the record of a page."""
    if subject.table == "deals" and page.deal:
        return page.deal.title
    if subject.table == "contacts" and page.contact:
        return page.contact.name
    return page.company.name if page.company else "this"


async def called(screen: DeskScreen, subject: Subject) -> str:
    """What people call a record; the screen mostly knows, so that a question about it comes at once.

    Raises:
        NotFound: it is not there.
    """
    return screen.called(subject) or name_of(await page_of(screen, subject), subject)
