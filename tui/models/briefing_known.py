"""What a list knows of a record before anything is read: the first frame of a briefing, where the store takes its time."""

from __future__ import annotations

from core.entities import Deal, Task
from core.money import format_money
from core.workspace import Card, ContactLine, Subject, TaskLine
from tui.models.briefing import Blocks, Line, whole_deal
from tui.models.card_text import about, span
from tui.models.contact_text import DO_NOT_CALL, name_words, owner_words, phone_words
from tui.models.record_text import Scene


def known_of_card(card: Card, scene: Scene) -> Blocks:
    """What a card says of its deal already."""
    stage = scene.catalog.stage_by_id.get(card.stage_id)
    worth = "no value" if card.value_minor is None else format_money(card.value_minor, card.currency)
    who = [Line(card.contact or about(card), "title", owner_words(card.book_id, scene.catalog))]
    who += [Line(card.company, "strong")] if card.company and card.contact else []
    who += [Line(f"☎ {phone_words(card.phone, scene.country)}", "strong")] if card.phone else []
    deals = [
        Line(card.title, "strong"),
        Line(stage.name if stage else "", "text", f"{span(scene.clock.now - card.stage_since)} here"),
        Line(worth, "money"),
    ]
    deals += [Line(f"› {card.next_step}", "text")] if card.next_step else []
    return Blocks(tuple(who), tuple(deals), (), ())


def known_of_line(line: ContactLine, scene: Scene) -> Blocks:
    """What a line of a list says of its contact already."""
    who = [Line(name_words(line), "title", owner_words(line.book_id, scene.catalog))]
    who += [Line(f"{DO_NOT_CALL} DO NOT CALL", "warning")] if line.do_not_call else []
    role = " · ".join(filter(None, (line.title, line.company)))
    who += [Line(role, "strong")] if role else []
    who += [Line(f"☎ {phone_words(line.phone, scene.country)}", "strong")] if line.phone else []
    who += [Line(f"✉ {line.email}", "text", spare=1)] if line.email else []
    return Blocks(tuple(who), (), (), ())


def subject_of_row(row: object) -> Subject | None:
    """The record that a row of a list stands for; None where it stands for none."""
    if isinstance(row, (Card, Deal)):
        return Subject("deals", row.id)
    if isinstance(row, ContactLine):
        return Subject("contacts", row.id)
    if isinstance(row, TaskLine):
        row = row.task
    return Subject("tasks", row.id) if isinstance(row, Task) else None


def known_of_row(row: object, scene: Scene) -> Blocks | None:
    """What a row of a list says of its record already."""
    if isinstance(row, Card):
        return known_of_card(row, scene)
    if isinstance(row, ContactLine):
        return known_of_line(row, scene)
    if isinstance(row, Deal):
        return Blocks((), tuple(whole_deal(row, scene)), (), ())
    if isinstance(row, TaskLine):
        return known_by_name(row.about)
    return None


def known_by_name(name: str) -> Blocks:
    """What there is to say of a record of which only the name is known."""
    return Blocks((Line(name, "title"),), (), (), ())
