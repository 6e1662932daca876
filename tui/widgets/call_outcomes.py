"""How a call ended: one key each. With the focus here the keys count; while something is typed they are text."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar

from rich.cells import cell_len
from rich.style import Style
from textual import events
from textual.geometry import Size
from textual.message import Message
from textual.strip import Strip
from textual.widget import Widget

from core.entities import Outcome
from core.text import printable
from tui.paint import fit, strip

_GAP = 2
_NARROW = 60
_SHORT = 15
"""Cells that a name may take on a narrow terminal."""


@dataclass(frozen=True, slots=True)
class Prompt:
    """What is to be done now, in the place of the outcomes: a sign, words, and what to press."""

    sign: str
    text: str
    keys: tuple[tuple[str, str], ...] = ()
    good: bool = False


class OutcomeBar(Widget, can_focus=True):
    """The outcomes with their keys, or what is to be done instead."""

    ALLOW_SELECT = False
    COMPONENT_CLASSES: ClassVar[set[str]] = {
        "outcomes--key", "outcomes--label", "outcomes--connected", "outcomes--key-off", "outcomes--off", "outcomes--said",
        "outcomes--good", "outcomes--proposed",
    }  # fmt: skip

    @dataclass
    class Chosen(Message):
        """A call ended so."""

        outcome: Outcome

    def __init__(self) -> None:
        super().__init__()
        self._outcomes: tuple[Outcome, ...] = ()
        self._prompt: Prompt | None = None
        self._proposed: Outcome | None = None
        self._places: list[tuple[int, int, int, Outcome]] = []

    def show(
        self, outcomes: Sequence[Outcome], prompt: Prompt | None = None, proposed: Outcome | None = None
    ) -> None:
        """Shows what a call can end in; or with a prompt, that instead. What is proposed is marked."""
        state = (tuple(outcomes), prompt, proposed)
        if state != (self._outcomes, self._prompt, self._proposed):
            same = tuple(outcomes) == self._outcomes
            self._outcomes, self._prompt, self._proposed = state
            self.refresh(layout=not same)

    @property
    def proposed(self) -> Outcome | None:
        """The outcome that is marked."""
        return self._proposed

    @property
    def prompt(self) -> Prompt | None:
        """What is to be done instead of naming an outcome."""
        return self._prompt

    def by_key(self, key: str) -> Outcome | None:
        """The outcome of a key."""
        return next((one for one in self._outcomes if key and one.hotkey == key), None)

    def on_key(self, event: events.Key) -> None:
        """The key of an outcome ends the call so."""
        outcome = self.by_key(event.character or "") if self._prompt is None else None
        if outcome is not None:
            event.stop()
            event.prevent_default()
            self.choose(outcome)

    def choose(self, outcome: Outcome) -> None:
        """Tells that a call ended so. At once, where the screen can take it: a message would wait for its turn."""
        screen = self.screen
        if isinstance(screen, TakesOutcomes):
            screen.ended(outcome)
        else:
            self.post_message(self.Chosen(outcome))

    def on_click(self, event: events.Click) -> None:
        """A click ends the call as its key would."""
        for y, start, end, outcome in self._placed(self.size.width):
            if self._prompt is None and event.y == y and start <= event.x < end:
                self.choose(outcome)

    def get_content_height(self, container: Size, viewport: Size, width: int) -> int:
        """As many lines as all outcomes take."""
        placed = self._placed(width)
        return placed[-1][0] + 1 if placed else 1

    def on_focus(self) -> None:
        """The keys count."""
        self.refresh()

    def on_blur(self) -> None:
        """The keys are text."""
        self.refresh()

    def _placed(self, width: int) -> list[tuple[int, int, int, Outcome]]:
        """Where each outcome stands: (line, from, to, outcome). Below each other on a narrow terminal, else one by one."""
        labelled = [(one, cell_len(self._label(one, width)) + 2) for one in self._outcomes]
        out: list[tuple[int, int, int, Outcome]] = []
        if width < _NARROW:
            half = max(2, (width - 1) // 2)
            return [
                (n // 2, 1 + n % 2 * half, min(width, (n % 2 + 1) * half), one)
                for n, (one, _) in enumerate(labelled)
            ]
        y, at = 0, 1
        for one, size in labelled:
            if at > 1 and at + size > width:
                y, at = y + 1, 1
            out.append((y, at, min(width, at + size), one))
            at += size + _GAP
        return out

    @staticmethod
    def _label(outcome: Outcome, width: int) -> str:
        name = printable(outcome.name)
        return fit(name, min(cell_len(name), _SHORT)) if width < _NARROW else name

    def render_line(self, y: int) -> Strip:
        """Draws a line of outcomes, or the prompt on the first."""
        width, base = self.size.width, self.rich_style
        if self._prompt is not None:
            return self._prompt_line(y, width, base)
        live = self.has_focus
        key = self.get_component_rich_style("outcomes--key" if live else "outcomes--key-off")
        off = self.get_component_rich_style("outcomes--off")
        pieces: list[tuple[str, Style]] = []
        at = 0
        for line, start, end, outcome in self._placed(width):
            if line != y:
                continue
            label = self.get_component_rich_style(
                "outcomes--connected" if outcome.connected else "outcomes--label"
            )
            pieces.append((" " * (start - at), base))
            if outcome == self._proposed:
                mark = self.get_component_rich_style("outcomes--proposed")
                pieces.append(
                    (fit(f"{outcome.hotkey or '·'} {self._label(outcome, width)}", end - start), mark)
                )
                at = end
                continue
            pieces.append((outcome.hotkey or "·", key))
            pieces.append((fit(f" {self._label(outcome, width)}", end - start - 1), label if live else off))
            at = end
        return strip(pieces, width, base)

    def _prompt_line(self, y: int, width: int, base: Style) -> Strip:
        prompt = self._prompt
        assert prompt is not None
        said = self.get_component_rich_style("outcomes--good" if prompt.good else "outcomes--said")
        key = self.get_component_rich_style("outcomes--key")
        label = self.get_component_rich_style("outcomes--label")
        words = f" {prompt.sign} {printable(prompt.text)}"
        hints = [(f"  {pressed}", f" {does}") for pressed, does in prompt.keys]
        size = sum(cell_len(pressed) + cell_len(does) for pressed, does in hints)
        one_line = cell_len(words) + size + 1 <= width or self.size.height < 2
        pieces: list[tuple[str, Style]] = []
        if y == 0:
            pieces.append((fit(words, min(cell_len(words), width - (size if one_line else 0))), said))
        if y == (0 if one_line else 1):
            pieces += [part for pressed, does in hints for part in ((pressed, key), (does, label))]
        return strip(pieces, width, base)


class TakesOutcomes:
    """A screen that does something when a call has ended."""

    def ended(self, outcome: Outcome) -> None:
        """The call ended so. Called at once, so that what is typed ahead finds its effect."""
        raise NotImplementedError
