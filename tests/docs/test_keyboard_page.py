"""The page about the keyboard says what the program does."""

from __future__ import annotations

import importlib.util
import sys
from pathlib import Path

import pytest

import run
from tui import keymap

WRITER = Path(run.__file__).resolve().parent / "docs" / "keyboard.py"


@pytest.fixture
def keyboard(monkeypatch):
    """The script that writes the page."""
    spec = importlib.util.spec_from_file_location("docs_keyboard", WRITER)
    module = importlib.util.module_from_spec(spec)
    monkeypatch.setitem(sys.modules, spec.name, module)
    monkeypatch.setattr(sys, "path", [*sys.path])
    spec.loader.exec_module(module)
    return module


def test_the_page_is_up_to_date(keyboard):
    assert keyboard.PAGE.read_text("utf-8") == keyboard.page(), "Write it anew: python docs/keyboard.py"


def test_every_action_is_on_the_page(keyboard):
    page = keyboard.page()
    for context in keymap.CONTEXTS:
        for name in (*context.classes, keymap.APP):
            for binding, _ in keymap.bindings_of(keymap.load(name)):
                assert not binding.description or f"`{binding.id}`" in page
