"""Takes the pictures of the documentation: `python docs/pictures.py` rewrites `docs/pictures/*.svg`.

The sample data is made from a fixed seed at a fixed time, so a picture changes only when offhook does.
"""

from __future__ import annotations

import asyncio
import datetime as dt
import os
import re
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path
from zoneinfo import ZoneInfo

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))
os.environ.pop("NO_COLOR", None)
os.environ["TEXTUAL_ANIMATIONS"] = "none"

from cli.demo.prepare import prepare  # noqa: E402 (the path and the environment come first)
from core.workspace import Workspace  # noqa: E402
from importing.importer import open_importer  # noqa: E402
from storage.solo import open_solo  # noqa: E402
from tui.app import OffhookApp  # noqa: E402
from tui.config import Config  # noqa: E402

NOW = dt.datetime(2026, 11, 18, 9, 20, tzinfo=dt.UTC)
ZONE = ZoneInfo("Europe/Berlin")
PICTURES = {
    "pipeline": ("dark", (120, 40), ["j", "l"]),
    "briefing": ("dark", (120, 32), ["l", "space"]),
    "contact": (
        "dark",
        (120, 40),
        ["g", "c", "wait", "slash", "type:owner:me status:qualified next:today", "wait", "enter", "wait"],
    ),
    "call": (
        "dark",
        (120, 40),
        ["C", "wait", "wait", "right", "wait", "right", "wait", "enter", "type:Has two halls", "wait"],
    ),
    "today": ("dark", (120, 32), ["g", "t", "wait", "j"]),
    "contacts": ("dark", (120, 30), ["g", "c", "wait", "j", "j"]),
    "keys": ("dark", (100, 30), ["question_mark"]),
    "import": ("dark", (120, 30), ["ctrl+o", "wait", "enter", "wait", "wait", *"jjjjjj"]),
    "narrow": ("dark", (40, 30), ["j"]),
    "light": ("light", (120, 32), ["l"]),
    "contrast": ("contrast", (120, 32), ["l"]),
}
"""Name of the picture: theme, size of the terminal, keys."""

CUSTOMERS = """\
Firma;Ansprechpartner;E-Mail;Telefon;Mobil;Ort;Umsatz 2025;Status;Betreuer;letzter Kontakt;Bemerkung;T-Shirt
Bäckerei Großmann GmbH;Dr. Anna Weiß;a.weiss@grossmann.example;030/5550112;0171 5550101;Berlin;12.400,50 €;Kunde;Alex;03.04.2026;ruft freitags zurück;M
Łódź Logistics;Wójcik, Łukasz;lukasz@lodz.example;+48 42 555 01 13;n/a;Łódź;8.150,00 €;Interessent;Alex;12.05.2026;Messe;L
Holz & Söhne OHG;Jürgen Holz;info@holz.example, jh@holz.example;(089) 555-0114;;München;;Neu;Mara;28.02.2026;;XL
Nordlicht AG;Søren Ødegård;soren@nordlicht.example;040 5550115;0160 5550102;Hamburg;31.900,00 €;Kunde;Mara;17.06.2026;Angebot liegt vor;M
"""
"""A table as people bring it."""


class Opener:
    """Hands the application the workspace of the pictures."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def existing(self) -> Workspace | None:
        """The workspace, opened anew."""
        return open_solo(self._path, clock=lambda: NOW)

    def start_alone(self) -> Workspace:
        """Never asked."""
        raise NotImplementedError

    def start_demo(self, progress: Callable[[float, str], None]) -> Workspace:
        """Never asked."""
        raise NotImplementedError


async def take(path: Path, theme: str, size: tuple[int, int], keys: list[str]) -> str:
    """Runs the application, presses the keys and returns what is on the screen as SVG."""
    config = Config(
        theme=theme,
        zone=ZONE,
        clock=lambda: NOW,
        demo=True,
        importer=lambda workspace: open_importer(workspace, path.parent / "imports", clock=lambda: NOW),
        import_folder=path.parent / "brought",
    )
    app = OffhookApp(Opener(path), config)
    async with app.run_test(size=size, notifications=False) as pilot:
        await pilot.pause(1.0)
        for key in keys:
            if key == "wait":
                await pilot.pause(0.5)
            elif key.startswith("type:"):
                await pilot.press(*({" ": "space", ":": "colon"}.get(c, c) for c in key[5:]))
            else:
                await pilot.press(key)
        await pilot.pause(0.8)
        svg = app.export_screenshot(title="offhook")
    # The exported file would fetch its font from a server; a reader's own monospace font does as well.
    svg = re.sub(r"@font-face \{.*?\}", "", svg, flags=re.DOTALL)
    return svg.replace("Fira Code", "Fira Code, DejaVu Sans Mono, Menlo, Consolas")


def main() -> None:
    """Takes all pictures, or those named on the command line."""
    wanted = sys.argv[1:] or list(PICTURES)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "demo" / "workspace.db"
        prepare(path, seed=1, user="Alex Morgan", zone=ZONE, now=NOW)
        brought = path.parent / "brought"
        brought.mkdir()
        (brought / "customers.csv").write_text(CUSTOMERS, encoding="utf-8")
        for name in wanted:
            target = ROOT / "docs" / "pictures" / f"{name}.svg"
            target.parent.mkdir(exist_ok=True)
            target.write_text(asyncio.run(take(path, *PICTURES[name])), encoding="utf-8")
            print(target.relative_to(ROOT))


if __name__ == "__main__":
    main()
