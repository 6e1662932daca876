"""What to do when the workspace cannot be opened: try again, ask for the password, or say why not."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from typing import TYPE_CHECKING

from core.errors import OffhookError, SignInRefused, Unreachable
from tui.screens.opening import ProblemScreen, UnreachableScreen

if TYPE_CHECKING:
    from core.workspace import Workspace
    from tui.app import OffhookApp

RETRY_SECONDS = (2.0, 5.0, 10.0, 20.0)
"""Seconds between attempts to reach a server that does not answer; the last one holds for all that follow."""


async def go_on(app: OffhookApp, problem: OffhookError) -> None:
    """Does what can be done about a workspace that could not be opened.

    Args:
        app: is shown in, and opens it.
        problem: why not.
    """
    attempt = 0
    waiting: UnreachableScreen | None = None
    while isinstance(problem, Unreachable):
        if waiting is None:
            waiting = UnreachableScreen(str(problem))
            await app.push_screen(waiting)
        await waiting.wait(str(problem), RETRY_SECONDS[min(attempt, len(RETRY_SECONDS) - 1)])
        attempt += 1
        try:
            await app.open_workspace()
            return
        except OffhookError as error:
            problem = error
    if isinstance(problem, SignInRefused) and await _signed_in(app, str(problem)):
        return
    while len(app.screen_stack) > 1:
        await app.pop_screen()
    await app.push_screen(ProblemScreen(str(problem)))


async def _signed_in(app: OffhookApp, problem: str) -> bool:
    """The password that is kept is not good any more: asks for another until it is; False where the user leaves."""
    from tui.dialogs.signin import PASSWORD, SignInDialog

    opened: list[Workspace] = []

    async def sign_in(typed: Mapping[str, str]) -> None:
        loop = asyncio.get_running_loop()
        opened.append(await loop.run_in_executor(None, app.opener.sign_in, typed[PASSWORD.name]))

    words = "The password that this machine keeps is not good any more. Type the new one."
    dialog = SignInDialog("Log in to your team's server", words, [PASSWORD], sign_in, problem=problem)
    if not await app.push_screen_wait(dialog):
        return False
    await app.enter(opened[0])
    return True
