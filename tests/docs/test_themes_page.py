"""The page about themes names every colour there is."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

import run
import themes
from tui import theme

PAGE = Path(run.__file__).resolve().parent / "docs" / "themes.md"


def test_every_key_of_a_theme_is_explained():
    named = set(re.findall(r"`([\w-]+)`", PAGE.read_text("utf-8")))
    for _, content in themes.built_in():
        assert named >= {*content, *content["variables"]}


def test_the_example_is_a_theme(tmp_path):
    (example,) = re.findall(r"```toml\n(.*?)```", PAGE.read_text("utf-8"), flags=re.DOTALL)
    (tmp_path / "sea.toml").write_text(example)
    found = theme.load(tmp_path)
    assert not found.problems
    assert found.labels["sea"] == tomllib.loads(example)["label"]
