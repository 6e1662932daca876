"""Writes docs/keyboard.md from the bindings of the application: `python docs/keyboard.py`. A test holds the two together."""

from __future__ import annotations

import re
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
if str(ROOT) not in sys.path:
    sys.path.insert(0, str(ROOT))

from textual.binding import Binding  # noqa: E402 (the path comes first)

from tui import keymap  # noqa: E402
from tui.actions import shown_key  # noqa: E402
from tui.app import BASE_SCREENS  # noqa: E402

PAGE = Path(__file__).with_name("keyboard.md")
_STAGE = re.compile(r"\w+\.stage-(\d)")


@dataclass(frozen=True)
class Section:
    """A part of the page.

    Attributes:
        title: its heading.
        classes: whose bindings it lists, each as `module:class`; what stood in an earlier section is left out.
        words: what to know beforehand.
    """

    title: str
    classes: tuple[str, ...]
    words: str = ""


SECTIONS = (
    Section("Everywhere", (keymap.APP,)),
    Section(
        "On a deal, contact or company",
        ("tui.screens.base:DeskScreen",),
        "On what is under the cursor, or on all that is selected; on the board, in the lists and on the record's own\n"
        "screen.",
    ),
    Section(
        "Today",
        ("tui.widgets.agenda:AgendaList", "tui.screens.today:TodayScreen"),
        "Callbacks, tasks, new leads and deals that wait. What is done with a task here is done with the same keys in\n"
        "the list of tasks beside a record.",
    ),
    Section("Pipeline", ("tui.widgets.board:Board", "tui.screens.pipeline:PipelineScreen")),
    Section(
        "Lists",
        ("tui.widgets.table:Table",),
        "The pipeline as a list, contacts, and what stands beside a record.",
    ),
    Section("Contacts", ("tui.screens.contacts:ContactsScreen",)),
    Section(
        "While filtering",
        ("tui.widgets.filterbar:FilterBar", "tui.screens.contacts:ContactSearch"),
        "What can be typed: [filters.md](filters.md).",
    ),
    Section(
        "Conflicts",
        ("tui.screens.conflicts:WaitingList",),
        "What did not take effect as it was done, and waits for you: changed by two, refused, gone, there twice.",
    ),
    Section(
        "Import: files",
        ("tui.dialogs.import_files:FilesDialog",),
        "Type a path, or drop files on the terminal; several apart by blanks. The latest file of the folder is on top.",
    ),
    Section(
        "Import: columns and preview",
        ("tui.screens.importing:MappingList", "tui.screens.importing:ImportScreen"),
        "`enter` on a column chooses its field, on the first line it goes on: to the preview, and from there to the import.",
    ),
    Section("Import under way, and its result", ("tui.screens.import_run:ImportRunScreen",)),
    Section("Imports", ("tui.screens.imports:ImportsScreen",)),
    Section("On a record's own screen", ("tui.screens.record:RecordScreen",)),
    Section("Contact", ("tui.screens.contact:ContactScreen",)),
    Section("Deal", ("tui.screens.deal:DealScreen",)),
    Section("Company", ("tui.screens.company:CompanyScreen",)),
    Section(
        "Call mode",
        ("tui.screens.call:CallScreen",),
        "With the cursor on the call, each outcome has its own key (`1` no answer, `2` left voicemail, `3` busy …); they\n"
        "stand at the bottom of the screen. While notes or the next step are typed, every letter and digit is text.",
    ),
    Section("Script of a call", ("tui.widgets.script:ScriptView",), "Digits show and fold objections."),
    Section("Details", ("tui.widgets.details:Details",)),
    Section("Timeline", ("tui.widgets.timeline:Timeline",)),
    Section("Searching within a timeline", ("tui.widgets.timeline_search:WithinLine",)),
    Section("Tasks", ("tui.widgets.tasks:TaskList",)),
    Section("History", ("tui.screens.history:HistoryDialog",)),
    Section("Every question", ("tui.dialogs.base:Dialog",)),
    Section(
        "Forms", ("tui.dialogs.form:Form",), "Enter goes on to the next field, and saves behind the last."
    ),
    Section(
        "Logging what took place",
        ("tui.dialogs.log:LogDialog",),
        "`i` opens it on every screen. One key says what it was (`c` call, `n` note, `m` meeting, `e` e-mail), one how a\n"
        "call ended, a digit which of several deals it is about; then comes the text. In the lines behind the text, enter\n"
        "saves. Whom it is about is in the first field: type a name to log for somebody else.",
    ),
    Section("Typing a line or a text", ("tui.dialogs.prompt:Prompt",), "In a line, enter saves as well."),
    Section(
        "Choosing",
        ("tui.dialogs.pick:Picker",),
        "Type to narrow the list down. Where the choices have digits or letters in front, one key chooses, and `/`\n"
        "begins to type.",
    ),
    Section("Finding", ("tui.dialogs.finder:Finder",)),
    Section("Palette and list of keys", ("tui.dialogs.keys:KeysDialog",), "Type to find an action."),
    Section("Yes or no", ("tui.dialogs.prompt:Confirm",)),
    Section("When two people changed the same", ("tui.dialogs.conflict:ConflictDialog",)),
    Section("Logging in", ("tui.dialogs.signin:SignInDialog",)),
    Section("Leaving while something is not sent yet", ("tui.dialogs.unsettled:UnsettledDialog",)),
    Section(
        "What is set up in a list",
        ("tui.dialogs.setup_list:SetupList",),
        "Pipelines, call outcomes, scripts and calling rules: `ctrl+p` and a few letters of the name opens each of them.",
    ),
    Section("Pipeline editor", ("tui.dialogs.pipelines:PipelineEditor",)),
    Section(
        "Call outcomes",
        ("tui.dialogs.outcomes:OutcomeEditor",),
        "Admins and managers change them; others look.",
    ),
    Section("Scripts", ("tui.dialogs.scripts:ScriptList",)),
    Section(
        "Writing a script",
        ("tui.dialogs.script_editor:ScriptEditor",),
        "Markdown, and `{first_name|there}` for what is filled in. A line `## Objection: No time` begins an answer that a\n"
        "digit shows on the call.",
    ),
    Section(
        "Calling rules",
        ("tui.dialogs.calling_rules:RuleEditor",),
        "Admins and managers change them; others look.",
    ),
    Section(
        "First start, and when a workspace cannot be opened",
        (
            "tui.screens.welcome:WelcomeScreen",
            "tui.screens.opening:ProblemScreen",
            "tui.screens.opening:UnreachableScreen",
        ),
    ),
)

HEAD = """\
# Keyboard

Everything in offhook can be done without a mouse, and `?` shows the keys of where you are. `ctrl+p` is the palette:
every action by its name, with its key beside it. This page is written from the program by `python docs/keyboard.py`.

## Keys of your own

Every action has a name, the last column of the tables below. In the
[settings file](command-line.md), the table `keymap` gives an action other keys:

```toml
[keymap]
"app.undo" = ["u", "ctrl+z"]
"board.won" = "f9"
```

A key is a character (`u`, `U`, `?`), a name (`enter`, `space`, `f9`, `left`, `pagedown`), or either with `ctrl+`,
`alt+` or `shift+` in front, as far as your terminal hands it on. An action that is given keys has those and no others.
A name that does not exist, a key that does not exist, and a key that another action has where both are possible are
said when offhook starts; the action then keeps its keys.
"""


def rows(section: Section, seen: set[str]) -> Iterator[tuple[str, str, str]]:
    """Keys, what they do and the action's name, for what has not been listed yet."""
    for name in section.classes:
        for binding, keys in keymap.bindings_of(keymap.load(name)):
            if binding.id is None or binding.id in seen or not binding.description:
                continue
            seen.add(binding.id)
            label = binding.description
            if binding.tooltip and binding.tooltip != label:
                label = f"**{label}**: {binding.tooltip[:1].lower()}{binding.tooltip[1:]}"
            else:
                label = f"**{label}**"
            if binding.id == "app.go":
                places = ", ".join(f"`{letter}` {title}" for letter, (_, title) in BASE_SCREENS.items())
                label = f"**{binding.description}**, then a letter: {places}"
            shown = " ".join(_code(shown_key(Binding(key, ""))) for key in dict.fromkeys(keys))
            identifier = f"`{binding.id}`"
            if _STAGE.fullmatch(binding.id):
                shown, identifier = "`1` … `9`", f"`{binding.id}` … `9`"
            yield shown, label, identifier


def _code(key: str) -> str:
    return f"`` {key} ``" if "`" in key else f"`{key}`"


def page() -> str:
    """The whole page."""
    seen: set[str] = set()
    parts = [HEAD]
    for section in SECTIONS:
        lines = [f"| {' | '.join(row)} |" for row in rows(section, seen)]
        if not lines:
            continue
        parts.append(f"\n## {section.title}\n")
        if section.words:
            parts.append(f"\n{section.words}\n")
        parts.append("\n| keys | what they do | name |\n|---|---|---|\n" + "\n".join(lines) + "\n")
    return "".join(parts)


if __name__ == "__main__":
    PAGE.write_text(page(), encoding="utf-8")
