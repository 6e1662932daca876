"""A field as a record's screen shows it."""

from __future__ import annotations

from typing import NamedTuple


class Detail(NamedTuple):
    """A label and a value.

    Attributes:
        label: what it is.
        value: what it says, on any number of lines.
        field: the form's field that edits it; empty: none does.
        style: `heading`, `sign` (a loud one), `text`, or the name of the value's style, as in `details--NAME`.
        link: the record that it names, as (table, id).
    """

    label: str
    value: str
    field: str = ""
    style: str = ""
    link: tuple[str, str] | None = None

    @property
    def whole(self) -> bool:
        """Whether it takes the whole width."""
        return self.style in ("heading", "sign", "text")


def heading(title: str) -> Detail:
    """What stands above a group of fields."""
    return Detail("", title, style="heading")
