"""Asking what files to import leave open, and what is said of the whole import."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from core.errors import Invalid
from core.imports.shapes import Policy, Question
from core.money import exponent
from tui.dialogs.pick import Option, Picker
from tui.dialogs.prompt import Prompt
from tui.flows.run import flow
from tui.models.import_words import POLICIES, answers, question_hint

if TYPE_CHECKING:
    from tui.screens.base import DeskScreen
    from tui.screens.importing import ImportScreen

MANY = 3
"""Questions from which on all of them can be answered as proposed at once."""
_ALL = "\0all"


@flow
async def go_on(screen: ImportScreen) -> None:
    """Asks what the files leave open, then has the rows checked. Whoever leaves a question is back at the columns."""
    wizard, imports = screen.wizard, screen.offhook.imports
    if not any(guess.target for table in wizard.mapping.tables for guess in table.guesses):
        screen.say("Every column is left out: say of one at least where it goes.", problem=True)
        return
    while questions := await imports.call(wizard.job.questions):
        if not await _ask(screen, questions[0], others=questions[1:]):
            return
    screen.check()


async def _ask(
    screen: ImportScreen, question: Question, *, others: Sequence[Question] = (), current: str = ""
) -> bool:
    """Asks one question; False where the user left it.

    Args:
        screen: where it is asked.
        question: what is asked.
        others: what is asked after it; where they have a proposal each, all of them can be answered at once.
        current: what was answered before.

    Raises:
        Refused: what was answered is no answer.
    """
    options = [Option(*one) for one in answers(question)]
    those = [question, *others]
    if len(those) >= MANY and all(one.default for one in those):
        every = Option(_ALL, f"All {len(those):,} as proposed", "Each can be changed later")
        # Beside what is proposed: below all countries nobody would find it.
        options.insert(1, every)
    more = f" · {len(others):,} more" if others else ""
    chosen = await screen.app.push_screen_wait(
        Picker(
            question.text, options, current=current or question.default, hint=question_hint(question) + more
        )
    )
    if not isinstance(chosen, str):
        return False
    given = [(one, one.default) for one in those] if chosen == _ALL else [(question, chosen)]
    job = screen.wizard.job

    def answer() -> None:
        for one, value in given:
            job.answer(one.id, value)

    await screen.offhook.imports.call(answer)
    for one, value in given:
        screen.wizard.answered(one, value)
    return True


@flow
async def ask_again(screen: ImportScreen, question_id: str) -> None:
    """Asks a question once more that was answered, and checks anew."""
    asked = screen.wizard.question(question_id)
    if asked is not None and await _ask(screen, asked.question, current=asked.value):
        screen.check()


@flow
async def change_option(screen: ImportScreen, name: str) -> None:
    """Changes what is said of the whole import, and checks anew."""
    wizard = screen.wizard
    if name == "on_duplicate":
        policy = await _ask_policy(screen, wizard.options.on_duplicate)
        if policy is None or policy == wizard.options.on_duplicate:
            return
        await _set_options(screen, on_duplicate=policy)
    else:
        title, label, check = _CODES[name]

        async def submit(typed: str) -> str:
            await _set_options(screen, **{name: typed.strip().upper()})
            return ""

        typed = await screen.app.push_screen_wait(
            Prompt(title, label=label, value=getattr(wizard.options, name), check=check, submit=submit)
        )
        if typed is None:
            return
    screen.check()


async def _set_options(screen: ImportScreen, **values: str) -> None:
    wizard = screen.wizard
    options = dataclasses.replace(wizard.options, **values)  # type: ignore[arg-type]
    await screen.offhook.imports.call(lambda: wizard.job.set_options(options))
    wizard.options, wizard.report = options, None


async def _ask_policy(screen: DeskScreen, current: Policy) -> Policy | None:
    chosen = await screen.app.push_screen_wait(
        Picker(
            "What becomes of rows that meet a record that is there?",
            [Option(policy, label, detail, key=policy[0]) for policy, (label, detail) in POLICIES.items()],
            current=current,
        )
    )
    return chosen if chosen in POLICIES else None


def _region(typed: str) -> None:
    if typed.strip() and not (
        len(typed.strip()) == 2 and typed.strip().isascii() and typed.strip().isalpha()
    ):
        raise Invalid(
            {"region": "A country has two letters here, as in DE, GB or US; nothing means your own."}
        )


def _currency(typed: str) -> None:
    code = typed.strip().upper()
    if not code:
        return
    if not (len(code) == 3 and code.isascii() and code.isalpha()):
        raise Invalid(
            {"currency": "A currency has three letters, as in EUR, GBP or USD; nothing means your own."}
        )
    exponent(code)


_CODES: dict[str, tuple[str, str, Callable[[str], None]]] = {
    "region": (
        "Phone numbers without a country code",
        "Which country are they from? Two letters, as in DE, GB or US; nothing: your organization’s.",
        _region,
    ),
    "currency": (
        "Amounts that name no currency",
        "Which one is it? Three letters, as in EUR, GBP or USD; nothing: your organization’s.",
        _currency,
    ),
}
"""How options that are typed are asked for: title, label, check."""
