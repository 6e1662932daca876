"""Files as tables, whatever wrote them."""

from __future__ import annotations

from importing.reading.files import open_tables

__all__ = ["open_tables"]
