"""Measures offhook from the outside: a real program in a real pseudo-terminal. See README.md."""

from __future__ import annotations
