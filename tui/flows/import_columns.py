"""Saying what the columns of files to import mean."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from core.errors import OffhookError
from core.imports.shapes import ENTITIES, Entity, Job
from core.text import printable
from tui.dialogs.pick import Option, Picker
from tui.dialogs.setup_list import may_set_up
from tui.flows.run import flow
from tui.models.import_mapping import LEAVE_OUT, Change, unnumbered

if TYPE_CHECKING:
    from tui.screens.importing import ImportScreen

_OUT = "out"
_ENTITY_WORDS: dict[Entity, tuple[str, str, str]] = {
    "contacts": ("c", "Contacts", "People"),
    "companies": ("o", "Companies", "Organizations, accounts"),
    "deals": ("d", "Deals", "Opportunities"),
    "activities": ("a", "Activities", "Calls, notes, e-mails and meetings that took place"),
    "tasks": ("t", "Tasks", "What is still to be done"),
}


async def _set(screen: ImportScreen, *steps: tuple[str, str]) -> None:
    """Has columns go elsewhere, one after the other; nothing is shown of it until all are done.

    Raises:
        Refused: that cannot be. What was done of it is taken back.
    """
    wizard = screen.wizard
    mapping, job = wizard.mapping, wizard.job
    table = mapping.index
    before = {header: mapping.change_of(header) for header, _ in steps}

    def do() -> None:
        try:
            for header, target in steps:
                job.assign(table, header, target)
        except OffhookError:
            _put_back(job, table, before.values())
            raise

    imports = screen.offhook.imports
    await imports.call(do)
    mapping.note(before.values())
    wizard.changed(await imports.call(job.tables))
    screen.show_mapping()


def _put_back(job: Job, table: int, changes: Iterable[Change]) -> None:
    """Has columns go where they went: none to the place of another on the way."""
    changes = list(changes)
    for change in changes:
        job.assign(table, change.header, LEAVE_OUT)
    for change in changes:
        job.assign(table, change.header, change.before)


@flow
async def leave_out(screen: ImportScreen, header: str) -> None:
    """Leaves a column out. One that is left out goes where it was guessed to go, unless another goes there by now."""
    mapping = screen.wizard.mapping
    if mapping.guess_of(header).target:
        await _set(screen, (header, LEAVE_OUT))
        return
    target = mapping.guessed(header)
    holder = mapping.holder(target)
    if target and not holder:
        await _set(screen, (header, target))
    elif holder:
        screen.say(f"“{printable(holder)}” goes to {mapping.label(target)} by now.")


@flow
async def choose_field(screen: ImportScreen, header: str) -> None:
    """Asks which field a column goes to. One that another column has is swapped, or taken from it."""
    mapping = screen.wizard.mapping
    guess = mapping.guess_of(header)
    choices = mapping.choices(header, may_define=may_set_up(screen.desk))
    options = [
        Option(one.id or _OUT * (not one.heading), one.label, one.detail, heading=one.heading)
        for one in choices
    ]
    samples = ", ".join(mapping.table.columns[mapping.table.guesses.index(guess)].samples[:3])
    chosen = await screen.app.push_screen_wait(
        Picker(
            f"Where does “{printable(header)}” go?",
            options,
            current=unnumbered(guess.target) or _OUT,
            placeholder="Type to find a field",
            hint=f"It says: {samples}" if samples else "",
        )
    )
    if not isinstance(chosen, str):
        return
    target = LEAVE_OUT if chosen == _OUT else mapping.free(chosen, header)
    if target == guess.target:
        return
    holder = mapping.holder(target, but=header)
    if not holder:
        await _set(screen, (header, target))
        return
    label = mapping.label(target)
    had = f"gets {mapping.label(guess.target)}" if guess.target else "is left out"
    way = await screen.app.push_screen_wait(
        Picker(
            f"{label} is what “{printable(holder)}” goes to",
            [
                Option("swap", "Swap the two", f"“{holder}” {had}", key="s"),
                Option("take", "Take it", f"“{holder}” is left out", key="t"),
            ],
            hint="Two columns cannot go to one field.",
        )
    )
    if way == "swap" and guess.target:
        await _set(screen, (holder, LEAVE_OUT), (header, target), (holder, guess.target))
    elif way in ("swap", "take"):
        await _set(screen, (holder, LEAVE_OUT), (header, target))


@flow
async def choose_entity(screen: ImportScreen) -> None:
    """Asks what the rows of a table are; its columns are guessed anew."""
    wizard = screen.wizard
    mapping = wizard.mapping
    chosen = await screen.app.push_screen_wait(
        Picker(
            f"What are the rows of {printable(mapping.names[mapping.index])}?",
            [
                Option(entity, label, detail, key=key)
                for entity, (key, label, detail) in _ENTITY_WORDS.items()
            ],
            current=mapping.table.entity,
            hint="What its columns mean is guessed anew then.",
        )
    )
    if chosen not in ENTITIES or chosen == mapping.table.entity:
        return
    imports, entity, index = screen.offhook.imports, chosen, mapping.index
    await imports.call(lambda: wizard.job.set_entity(index, entity))
    mapping.forget_table()
    wizard.changed(await imports.call(wizard.job.tables))
    screen.show_mapping(begin=True)


@flow
async def take_back_step(screen: ImportScreen) -> None:
    """Takes back what was set last."""
    wizard, imports = screen.wizard, screen.offhook.imports
    mapping = wizard.mapping
    last = mapping.take_back()
    if not last:
        return
    mapping.show(last[0].table)
    table = mapping.index
    await imports.call(lambda: _put_back(wizard.job, table, last))
    wizard.changed(await imports.call(wizard.job.tables))
    screen.show_mapping()
    names = ", ".join(f"“{change.header}”" for change in last)
    screen.say(printable(f"{names} {'is' if len(last) == 1 else 'are'} as before."))
