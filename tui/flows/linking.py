"""Saying who a deal is with."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from core.commands.deals import EditDeal
from core.entities import Deal
from core.workspace import ContactLine
from tui.dialogs.finder import Finder
from tui.dialogs.pick import Option, Picker
from tui.flows.run import run
from tui.models.contact_text import name_words

if TYPE_CHECKING:
    from tui.screens.base import DeskScreen

_OTHER = "?"
_NOBODY = ""


async def choose_contact(screen: DeskScreen, deal: Deal, near: Sequence[ContactLine]) -> None:
    """Asks who a deal is with: those of its company first, then anybody by search.

    Args:
        screen: where it is asked.
        deal: the deal as the user sees it.
        near: the people around it.
    """
    options = [Option(line.id, name_words(line), line.title) for line in near]
    options.append(Option(_OTHER, "Somebody else …", "search"))
    if deal.contact_id:
        options.append(Option(_NOBODY, "Nobody"))
    chosen: str | list[str] | None = _OTHER
    if near:
        picker = Picker(f"{deal.title} is with", options, current=deal.contact_id or "")
        chosen = await screen.app.push_screen_wait(picker)
    if chosen == _OTHER:
        found = await screen.app.push_screen_wait(
            Finder(screen.desk, title="Who is it with?", tables=("contacts",))
        )
        chosen = found[1] if found else None
    if isinstance(chosen, str) and (chosen or None) != deal.contact_id:
        await run(
            screen,
            EditDeal(
                deal_id=deal.id,
                values={"contact_id": chosen or None},
                expected={"contact_id": deal.contact_id},
            ),
        )
