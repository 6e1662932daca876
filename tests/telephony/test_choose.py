"""The settings choose the dialler; what is wrong with them is said and keeps nobody from working."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from cli.home import read_settings
from core.dialling import ByHand, Number, dialable
from core.errors import Refused
from telephony.baresip import Baresip
from telephony.choose import Chosen, make
from telephony.command import Command
from telephony.opener import Opener
from telephony.settings import WAYS, read
from telephony.twilio import Twilio
from tests.telephony.service import ACCOUNT, CALLER, PHONE, TOKEN

NUMBER = "+493012345601"
TWILIO = {"account": ACCOUNT, "from": CALLER, "phone": PHONE}


@pytest.mark.parametrize(
    ("content", "kind"),
    [
        ({}, ByHand),
        ({"dial": "copy"}, ByHand),
        ({"dial": "none"}, ByHand),
        ({"dial": "tel"}, Opener),
        ({"dial": "callto"}, Opener),
        ({"dial": "sip", "sip": {"domain": "example.com"}}, Opener),
        ({"dial": "command", "dial_command": "softphone {number}"}, Command),
        ({"dial": "baresip", "baresip": {"address": "phone:4445"}}, Baresip),
        ({"dial": "twilio", "twilio": TWILIO}, Twilio),
    ],
)
def test_each_way_has_its_dialler(content: dict[str, object], kind: type) -> None:
    settings = read(content)
    assert settings.problems == ()
    dialler = make(settings, lambda: TOKEN)
    assert isinstance(dialler, kind)
    assert dialler.name == content.get("dial", "copy")
    assert dialler.name in WAYS


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ({"dial": "pigeon"}, "dial is one of copy, tel"),
        ({"dial": 7}, "dial is one of"),
        ({"dial_command": ["x"]}, "dial_command is a text in quotes"),
        ({"twilio": "AC"}, "twilio is a table"),
        ({"twilio": {"sid": "AC"}}, "[twilio] has no setting sid"),
        ({"baresip": {"address": 4444}}, "address in [baresip] is a text in quotes"),
        ({"twilio": {"token": "x"}}, "the token of Twilio does not belong into this file"),
    ],
)
def test_a_setting_that_is_none_is_told_and_numbers_are_copied_meanwhile(
    content: dict[str, object], said: str
) -> None:
    settings = read(content)
    assert said in "; ".join(settings.problems)
    assert make(settings, lambda: "").name == "copy"


def test_a_dialler_that_cannot_be_made_says_so_when_it_is_asked_to_dial() -> None:
    chosen = Chosen(read({"dial": "twilio", "twilio": TWILIO}), lambda: "")
    assert chosen.name == "twilio"
    for attempt in (
        chosen.check,
        lambda: chosen.dial(NUMBER),
        lambda: chosen.status("x"),
        lambda: chosen.hang_up("x"),
    ):
        with pytest.raises(Refused, match="token is not here"):
            attempt()
    chosen.close()


def test_neither_http_nor_a_keyring_is_on_the_way_to_the_first_frame() -> None:
    code = (
        "import sys, cli.dialling, tui.config\n"
        "from cli.home import find_home\n"
        "from telephony.settings import read\n"
        f"cli.dialling.make_dialler(find_home(), read({{'dial': 'twilio', 'twilio': {TWILIO!r}}}))\n"
        "print([name for name in ('httpx', 'keyring', 'subprocess', 'socket') if name in sys.modules])"
    )
    root = Path(__file__).parents[2]
    done = subprocess.run([sys.executable, "-c", code], cwd=root, capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_wrong_settings_keep_the_others(tmp_path: Path) -> None:
    path = tmp_path / "config.toml"
    path.write_text('theme = "mono"\ndial = "pigeon"\nfax = "yes"\n')
    settings = read_settings(path)
    assert settings.theme == "mono"
    assert settings.dialling.dial == "copy"
    assert "dial is one of" in settings.problem
    assert "there is no setting fax" in settings.problem


def test_by_hand_copies_the_number_with_its_extension_or_only_shows_it() -> None:
    copied = ByHand().dial(f"{NUMBER};ext=12", name="Anna")
    assert copied.copy == "+493012345601,,12"
    assert copied.said == "+493012345601 ext. 12 is copied. Dial it on your phone."
    shown = ByHand(copies=False).dial(NUMBER)
    assert (shown.copy, shown.said) == ("", "Dial +493012345601 on your phone.")
    assert ByHand().status("").line == "unknown"


def test_sample_numbers_are_never_dialled_nor_copied() -> None:
    """They may be somebody's."""
    dialled = ByHand(sample=True).dial(NUMBER)
    assert "Sample data" in dialled.said
    assert (dialled.copy, dialled.watchable) == ("", False)


@pytest.mark.parametrize(
    ("kept", "number"),
    [
        ("+493012345601", Number("+493012345601", "")),
        ("+493012345601;ext=12", Number("+493012345601", "12")),
        ("+493012345601,12", Number("+493012345601", "12")),
        ("+493012345601,,12", Number("+493012345601", "12")),
        ("+49 (30) 123-456.01", Number("+493012345601", "")),
    ],
)
def test_a_number_is_taken_apart_however_it_is_kept(kept: str, number: Number) -> None:
    assert dialable(kept) == number
