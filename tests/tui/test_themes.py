"""Themes: readable in every one of them, chosen, kept, and brought along by the user."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from textual.color import Color

import tui.app
from tui import theme
from tui.widgets.choices import Choices
from tui.widgets.entry import LineEntry

STYLES = Path(tui.app.__file__).parent
RULE = re.compile(r"(?P<selector>[^{}]+)\{(?P<body>[^}]*)\}")
LINES = re.compile(r"color: \$faint|\.bar--")
"""Rules of lines, tracks and progress: never text."""


def pairs():
    """Every (rule, colour of the text, colour behind it) that a style sheet sets together."""
    for file in sorted(STYLES.glob("*.tcss")):
        for match in RULE.finditer(re.sub(r"/\*.*?\*/", "", file.read_text("utf-8"), flags=re.DOTALL)):
            text = re.search(r"(?<![\w-])color: \$([\w-]+)", match["body"])
            behind = re.search(r"(?<![\w-])background: \$([\w-]+)(?! \d)", match["body"])
            if text and not LINES.search(match[0]):
                # What sets no background of its own lies in a dialog or a bar.
                for ground in [behind[1]] if behind else ["surface", "background"]:
                    yield f"{file.name} {match['selector'].strip()}", text[1], ground


def luminance(colour: Color) -> float:
    """Relative luminance as WCAG 2.2 defines it."""
    parts = [part / 255 for part in colour.rgb]
    red, green, blue = (v / 12.92 if v <= 0.04045 else ((v + 0.055) / 1.055) ** 2.4 for v in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: str, other: str) -> float:
    dark, light = sorted((luminance(Color.parse(one)), luminance(Color.parse(other))))
    return (light + 0.05) / (dark + 0.05)


@pytest.mark.parametrize("name", theme.load(None).by_name)
def test_text_is_readable_in_every_theme(name):
    """WCAG AA: 4.5 to 1 for whatever a style sheet writes on whatever it writes it on; 7 to 1 where contrast is high."""
    one = theme.load(None).by_name[name]
    colours = {**one.to_color_system().generate(), **one.variables}
    least = 7.0 if name == "contrast" else 4.5
    found = list(pairs())
    weak = {
        f"{rule}: {text} on {ground}": round(ratio, 2)
        for rule, text, ground in found
        if (ratio := contrast(colours[text], colours[ground])) < least
    }
    assert len(found) > 50
    assert not weak


async def test_choosing_a_theme(make_app, ready, settle):
    kept = []
    app = make_app(save=lambda key, value: kept.append((key, value)))
    async with app.run_test(size=(80, 24)) as pilot:
        await ready(pilot)
        await pilot.press("ctrl+t")
        await settle(pilot)
        assert app.screen.query_one(Choices).current.label == "Dark"
        await pilot.press("down")
        assert app.theme == "light"  # shown while the cursor is on it
        cursor = app.screen.query_one(Choices).get_component_rich_style("choices--cursor")
        assert cursor.bgcolor.name == app.theme_variables["card-focus"].lower()
        await pilot.press("escape")
        await settle(pilot)
        assert app.theme == "dark"
        assert kept == []
        await pilot.press("ctrl+t", *"mono", "enter")
        await settle(pilot)
        assert app.theme == "mono"
        assert kept == [("theme", "mono")]


async def test_a_users_theme_may_be_three_lines(make_app, ready, tmp_path):
    (tmp_path / "sea.toml").write_text('label = "Sea"\nprimary = "#00c8c8"\n[variables]\nmuted = "#9ab"\n')
    (tmp_path / "paper.toml").write_text('dark = false\nprimary = "#004000"\n')
    app = make_app(theme="sea", theme_folder=tmp_path)
    async with app.run_test(size=(80, 24)) as pilot:
        await ready(pilot)
        colours = app.theme_variables
        assert app.theme == "sea"
        assert (colours["primary"], colours["muted"]) == ("#00C8C8", "#9ab")
        assert colours["background"] == "#101319"  # the rest is as in the dark theme
        light = theme.load(None).by_name["light"]
        assert theme.load(tmp_path).by_name["paper"].background == light.background
        assert len(app._notifications) == 0


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ('primary = "blueish"', "primary = 'blueish' is not a colour"),
        ("primary = 12", "primary = 12 is not a colour"),
        ("primary = ", "Invalid value"),
        ('colour = "#fff"', "there is no colour; colours are primary"),
        ('dark = "yes"', "dark is true or false"),
        ("variables = 3", "variables is not a table"),
        ("\x00\x1b[31m", "sea.toml is not a theme"),
    ],
)
def test_what_is_wrong_with_a_theme_is_said(tmp_path, text, words):
    (tmp_path / "sea.toml").write_text(text)
    found = theme.load(tmp_path)
    assert "sea" not in found.by_name
    (problem,) = found.problems
    assert problem.startswith("sea.toml is not a theme: ")
    assert words in problem
    assert "\x1b" not in problem


async def test_a_broken_theme_is_said_once_and_the_app_works(make_app, ready, tmp_path):
    (tmp_path / "sea.toml").write_text('primary = "blueish"')
    app = make_app(theme="sea", theme_folder=tmp_path)
    async with app.run_test(size=(80, 24)) as pilot:
        await ready(pilot)
        assert app.theme == "dark"
        (notice,) = app._notifications
        assert notice.message == "sea.toml is not a theme: primary = 'blueish' is not a colour."


async def test_an_unknown_theme_is_said(make_app, ready):
    app = make_app(theme="neon")
    async with app.run_test(size=(80, 24)) as pilot:
        await ready(pilot)
        (notice,) = app._notifications
        assert notice.message == "There is no theme “neon”; this is dark."


async def test_without_colour_the_cursor_is_still_to_be_seen(make_app, monkeypatch, ready):
    """NO_COLOR takes the colours; the mark at the left of the cursor's line and the block where one types stay."""
    app = make_app()
    monkeypatch.setenv("NO_COLOR", "1")
    plain = type(app)(app.opener, app.config)
    async with plain.run_test(size=(80, 24)) as pilot:
        await ready(pilot)
        assert plain.no_color
        await pilot.press("ctrl+t")
        await pilot.pause()
        choices = plain.screen.query_one(Choices)
        marks = [choices.render_line(y).text[0] for y in range(5)]
        assert marks == ["▌", " ", " ", " ", " "]
        line = plain.screen.query_one(LineEntry)
        first = next(iter(line.render_line(0)))
        ground = line.render_line(0)._segments[-1]
        assert first.style.bgcolor != ground.style.bgcolor
        plain.desk.close()
        plain.desk = None
