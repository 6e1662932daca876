"""What the settings file says about dialling."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

WAYS = ("copy", "tel", "callto", "sip", "command", "twilio", "baresip", "none")
"""What `dial` can be."""
KEYS = ("dial", "dial_command", "sip", "twilio", "baresip")
"""The settings that are about dialling."""
TABLES: Mapping[str, tuple[str, ...]] = {
    "sip": ("domain",),
    "twilio": ("account", "key", "from", "phone"),
    "baresip": ("address",),
}
"""The tables among them, and what each may hold."""


@dataclass(frozen=True, slots=True)
class DialSettings:
    """How numbers are dialled.

    Attributes:
        dial: the way; one of `WAYS`.
        command: what `command` runs.
        tables: what the tables hold, by table and key; no secret is among it.
        problems: what is wrong with them, each in half a sentence. A way that is not known is no way.
    """

    dial: str = "copy"
    command: str = ""
    tables: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    problems: tuple[str, ...] = ()

    def of(self, table: str, key: str) -> str:
        """A value; empty where it is not set."""
        return self.tables.get(table, {}).get(key, "")


def read(content: Mapping[str, Any]) -> DialSettings:
    """The settings about dialling in a settings file's content. What is wrong is left out, and told."""
    problems: list[str] = []
    dial = content.get("dial", "copy")
    if dial not in WAYS:
        problems.append(f"dial is one of {', '.join(WAYS)}; until then numbers are copied")
        dial = "copy"
    command = content.get("dial_command", "")
    if not isinstance(command, str):
        problems.append("dial_command is a text in quotes")
        command = ""
    tables: dict[str, dict[str, str]] = {}
    for name, keys in TABLES.items():
        table = content.get(name, {})
        if not isinstance(table, dict):
            problems.append(f"{name} is a table ([{name}])")
            continue
        extra = set(table) - set(keys)
        if name == "twilio" and "token" in extra:
            extra.remove("token")
            problems.append(
                "the token of Twilio does not belong into this file: offhook dialler set twilio asks for it"
            )
        if extra:
            problems.append(f"[{name}] has no setting {', '.join(sorted(extra))}")
        tables[name] = {}
        for key in keys:
            value = table.get(key, "")
            if isinstance(value, str):
                tables[name][key] = value
            else:
                problems.append(f"{key} in [{name}] is a text in quotes")
    return DialSettings(dial, command, tables, tuple(problems))
