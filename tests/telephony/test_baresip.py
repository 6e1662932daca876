"""Calls through a real baresip to a real SIP peer: what the line does, the rep sees."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from core.dialling import CallState, Line
from core.errors import Refused, Unavailable
from telephony.baresip import Baresip
from tests.telephony import sip
from tests.telephony.sip import ANSWERS, NOBODY, RINGS, Phone, Provider, free_port, pair
from tests.waiting import eventually

pytestmark = pytest.mark.skipif(bool(sip.MISSING), reason=sip.MISSING or "baresip is there")


@pytest.fixture(scope="module")
def phones(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Phone, Phone]]:
    with pair(tmp_path_factory.mktemp("sip")) as both:
        yield both


@pytest.fixture
def others(phones: tuple[Phone, Phone]) -> Phone:
    return phones[1]


@pytest.fixture
def baresip(phones: tuple[Phone, Phone]) -> Iterator[Baresip]:
    dialler = Baresip(phones[0].address)
    yield dialler
    dialler.close()
    # Nothing of one test rings on into the next.
    eventually(lambda: "(0)" in str(phones[0].ask("listcalls")["data"]) or phones[0].ask("hangup") is None)


def line_becomes(baresip: Baresip, call_id: str, *lines: Line) -> CallState:
    """How the call stands once the line does one of these."""

    def look() -> CallState | None:
        state = baresip.status(call_id)
        return state if state.line in lines else None

    state = eventually(look)
    assert state is not None
    return state


def test_a_call_that_is_answered_counts_the_seconds_of_talk(baresip: Baresip) -> None:
    dialled = baresip.dial(ANSWERS, name="Anna")
    assert dialled.watchable
    assert ANSWERS in dialled.said
    line_becomes(baresip, dialled.call_id, "answered")
    eventually(lambda: baresip.status(dialled.call_id).seconds >= 1)
    baresip.hang_up(dialled.call_id)
    state = line_becomes(baresip, dialled.call_id, "ended")
    assert state.seconds >= 1
    assert state.over


def test_the_line_rings_before_anybody_picks_up(baresip: Baresip, others: Phone) -> None:
    dialled = baresip.dial(RINGS)
    line_becomes(baresip, dialled.call_id, "ringing")
    others.does("accept")
    line_becomes(baresip, dialled.call_id, "answered")
    others.does("hangup")
    assert line_becomes(baresip, dialled.call_id, "ended", "failed").line == "ended", "they hung up"


def test_a_busy_line_is_told_from_one_that_nobody_answers(baresip: Baresip, others: Phone) -> None:
    dialled = baresip.dial(RINGS)
    line_becomes(baresip, dialled.call_id, "ringing")
    others.does("hangup")
    assert line_becomes(baresip, dialled.call_id, "busy") == CallState("busy")


def test_a_number_that_is_not_there_is_told_so(baresip: Baresip) -> None:
    dialled = baresip.dial(NOBODY)
    state = line_becomes(baresip, dialled.call_id, "failed")
    assert state.said == f"{NOBODY} is not in service (404 Not Found)."


def test_hanging_up_while_it_rings_ends_the_call_and_a_second_time_does_no_harm(baresip: Baresip) -> None:
    dialled = baresip.dial(RINGS)
    line_becomes(baresip, dialled.call_id, "ringing")
    baresip.hang_up(dialled.call_id)
    assert line_becomes(baresip, dialled.call_id, "ended").seconds == 0
    baresip.hang_up(dialled.call_id)


def test_nobody_is_called_while_somebody_is_on_the_line(baresip: Baresip) -> None:
    dialled = baresip.dial(ANSWERS)
    line_becomes(baresip, dialled.call_id, "answered")
    with pytest.raises(Refused, match="still on the line"):
        baresip.dial(RINGS)
    baresip.hang_up(dialled.call_id)
    line_becomes(baresip, dialled.call_id, "ended")
    again = baresip.dial(ANSWERS)
    line_becomes(baresip, again.call_id, "answered")
    baresip.hang_up(again.call_id)


def test_a_call_is_found_again_after_another_program_took_the_connection(
    baresip: Baresip, phones: tuple[Phone, Phone]
) -> None:
    dialled = baresip.dial(ANSWERS)
    line_becomes(baresip, dialled.call_id, "answered")
    phones[0].does("listcalls")
    line_becomes(baresip, dialled.call_id, "answered")
    phones[0].does("hangup")
    # That was told to the other program.
    assert "over now" in line_becomes(baresip, dialled.call_id, "ended").said


def test_what_cannot_be_dialled_never_reaches_baresip(baresip: Baresip) -> None:
    with pytest.raises(Refused, match="cannot be dialled"):
        baresip.dial("sip:evil@example.com")


def test_it_says_which_account_it_calls_with(baresip: Baresip) -> None:
    assert "account sip:rep@127.0.0.1" in baresip.check()


def test_a_phone_without_an_account_is_told_before_anybody_is_called(tmp_path: Path) -> None:
    phone = Phone(tmp_path / "phone")
    with phone.running([]):
        dialler = Baresip(phone.address)
        with pytest.raises(Refused, match="no SIP account"):
            dialler.check()
        dialler.close()


def test_a_phone_that_dies_in_a_call_is_said_and_the_rep_can_go_on(tmp_path: Path) -> None:
    others = Phone(tmp_path / "others")
    phone = Phone(tmp_path / "phone")
    with (
        others.running([f"<sip:{ANSWERS}@127.0.0.1:{{sip}}>;regint=0;answermode=auto"]),
        phone.running([f"<sip:rep@127.0.0.1:{others.sip}>;regint=0"]) as process,
    ):
        dialler = Baresip(phone.address)
        dialled = dialler.dial(ANSWERS)
        line_becomes(dialler, dialled.call_id, "answered")
        process.kill()
        process.wait(10)

        def look() -> str:
            try:
                dialler.status(dialled.call_id)
            except Unavailable as error:
                return str(error)
            return ""

        assert "does not answer" in eventually(look)
        with pytest.raises(Unavailable, match="does not answer"):
            dialler.dial(ANSWERS)
        dialler.close()


def test_without_a_phone_it_says_what_to_start() -> None:
    with pytest.raises(Unavailable, match="Start it, with the module ctrl_tcp"):
        Baresip(f"127.0.0.1:{free_port()}").dial(ANSWERS)


@pytest.mark.parametrize(
    ("answer", "line", "said"),
    [
        ("480 Temporarily Unavailable", "no-answer", ""),
        ("408 Request Timeout", "no-answer", ""),
        ("486 Busy Here", "busy", ""),
        ("603 Decline", "busy", ""),
        ("404 Not Found", "failed", "is not in service"),
        ("403 Forbidden", "failed", "Your SIP provider does not let you call"),
        ("503 Service Unavailable", "failed", "did not get through: 503 Service Unavailable"),
    ],
)
def test_what_the_provider_answers_is_what_the_line_did(
    provided: tuple[Baresip, Provider], answer: str, line: Line, said: str
) -> None:
    baresip, provider = provided
    provider.answer = answer
    dialled = baresip.dial(RINGS)
    state = line_becomes(baresip, dialled.call_id, "busy", "no-answer", "failed", "ended")
    assert (state.line, state.seconds) == (line, 0)
    assert said in state.said


@pytest.fixture(scope="module")
def provided(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Baresip, Provider]]:
    phone = Phone(tmp_path_factory.mktemp("sip") / "phone")
    with Provider() as provider, phone.running([f"<sip:rep@127.0.0.1:{provider.port}>;regint=0"]):
        dialler = Baresip(phone.address)
        yield dialler, provider
        dialler.close()
