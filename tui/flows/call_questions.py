"""What a call's outcome asks before it is logged: why, whom instead, whether it is meant."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from core.entities import Outcome
from core.errors import Invalid
from core.points import clean_email, clean_phone
from tui.dialogs.fields import FormField
from tui.dialogs.form import Form
from tui.dialogs.pick import NEW, Option, Picker
from tui.dialogs.prompt import Prompt
from tui.models.call import Ended

if TYPE_CHECKING:
    from tui.screens.call import CallScreen

_KEYS = "123456789"


def asks(outcome: Outcome) -> bool:
    """Whether something is asked in a box before an outcome is logged."""
    return outcome.asks in ("reason", "referral") or outcome.do_not_call


async def ask(screen: CallScreen, outcome: Outcome, name: str) -> Ended | None:
    """Asks what an outcome asks; None where the rep left the question: the call has not ended so.

    Args:
        screen: asks.
        outcome: how the call ended.
        name: who was called.
    """
    if outcome.asks == "reason":
        return await _ask_reason(screen, outcome, name)
    if outcome.asks == "referral":
        return await _ask_referral(screen, outcome, name)
    if outcome.do_not_call:
        why = await screen.app.push_screen_wait(
            Prompt(
                f"Nobody calls {name} any more",
                label="Why? It may stay empty; enter does it, u takes it back.",
                placeholder="Asked not to be called",
            )
        )
        return None if why is None else Ended(outcome, reason=why.strip())
    return Ended(outcome)


async def _ask_reason(screen: CallScreen, outcome: Outcome, name: str) -> Ended | None:
    options = [Option(reason, reason, key=key) for reason, key in zip(outcome.reasons, _KEYS, strict=False)]
    options += [Option(reason, reason) for reason in outcome.reasons[len(_KEYS) :]]
    chosen = await screen.app.push_screen_wait(
        Picker(f"{outcome.name}: why? · {name}", options, allow_new=True, placeholder="Another reason")
    )
    return Ended(outcome, reason=chosen.removeprefix(NEW)) if isinstance(chosen, str) else None


async def _ask_referral(screen: CallScreen, outcome: Outcome, name: str) -> Ended | None:
    country = screen.desk.catalog.organization.country
    given: dict[str, str] = {}

    async def submit(values: dict[str, Any]) -> Mapping[str, str] | None:
        typed = {key: str(value or "").strip() for key, value in values.items()}
        wrong: dict[str, str] = {}
        for field, clean in (("phone", lambda text: clean_phone(text, country)), ("email", clean_email)):
            try:
                typed[field] = clean(typed.get(field, "")) if typed.get(field) else ""
            except Invalid as error:
                wrong[field] = next(iter(error.fields.values()), str(error))
        if not wrong:
            given.update(typed)
        return wrong or None

    fields = [
        FormField("name", "Name", required=True, hint="Whom they named"),
        FormField("phone", "Phone", hint="+49 30 1234567"),
        FormField("email", "E-mail"),
    ]
    await screen.app.push_screen_wait(Form(screen.desk, f"{outcome.name} · {name}", fields, submit))
    return Ended(outcome, referral=given) if given else None
