"""Twilio rings the rep's phone and then the contact's, once, and tells how the contact's line did."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from typing import Any
from xml.etree import ElementTree as ET

import pytest

from core.dialling import CallState, Line, PerhapsDialled, dialable
from core.errors import OffhookError, Refused, Unavailable
from telephony.twilio import Twilio
from tests.telephony.service import (
    ACCOUNT,
    CALL,
    CALLER,
    PHONE,
    TOKEN,
    Asked,
    Service,
    call,
    problem,
    running,
    standing,
)

NUMBER = "+493012345601"


@pytest.fixture
def service() -> Iterator[Service]:
    with running() as one:
        one.answer = standing("queued")
        yield one


@pytest.fixture
def twilio(service: Service) -> Iterator[Twilio]:
    one = Twilio(ACCOUNT, TOKEN, CALLER, PHONE, address=service.address)
    yield one
    one.close()


def refused(service: Service, status: int, body: Any, **headers: str) -> None:
    service.answer = lambda _: (
        status,
        body,
        {key.replace("_", "-"): value for key, value in headers.items()},
    )


def test_the_reps_phone_is_rung_and_told_to_dial_the_contact(service: Service, twilio: Twilio) -> None:
    dialled = twilio.dial(f"{NUMBER};ext=12", name="Anna & Co")
    assert dialled.call_id == CALL
    assert "rings your phone +12025550123: pick it up" in dialled.said
    (asked,) = service.asked
    assert (asked.method, asked.path) == ("POST", f"/2010-04-01/Accounts/{ACCOUNT}/Calls.json")
    assert asked.login == f"{ACCOUNT}:{TOKEN}"
    assert asked.kind == "application/x-www-form-urlencoded"
    assert (asked.values["To"], asked.values["From"]) == (PHONE, CALLER)
    response = ET.fromstring(asked.values["Twiml"])
    (dial,) = response
    (number,) = dial
    assert (response.tag, dial.tag, number.tag) == ("Response", "Dial", "Number")
    assert dial.get("callerId") == CALLER
    assert (number.text, number.get("sendDigits")) == (NUMBER, "wwww12")


def test_an_api_key_logs_in_in_place_of_the_account(service: Service) -> None:
    key = "SK" + "3d" * 16
    one = Twilio(ACCOUNT, TOKEN, CALLER, PHONE, key=key, address=service.address)
    one.dial(NUMBER)
    one.close()
    assert service.asked[0].login == f"{key}:{TOKEN}"
    assert f"/Accounts/{ACCOUNT}/" in service.asked[0].path


@pytest.mark.parametrize(
    ("own", "leg", "duration", "line", "said"),
    [
        ("queued", None, None, "queued", "Twilio calls your phone."),
        ("ringing", None, None, "queued", "Your phone rings: pick it up."),
        ("busy", None, None, "failed", "is busy; nobody was called"),
        ("no-answer", None, None, "failed", "was not picked up; nobody was called"),
        ("failed", None, None, "failed", "could not be reached; nobody was called"),
        ("canceled", None, None, "ended", "nobody was called"),
        ("in-progress", None, None, "queued", "Twilio dials"),
        ("in-progress", "queued", None, "queued", ""),
        ("in-progress", "initiated", None, "queued", ""),
        ("in-progress", "ringing", None, "ringing", ""),
        ("in-progress", "in-progress", None, "answered", ""),
        ("in-progress", "busy", None, "busy", ""),
        ("completed", "no-answer", "0", "no-answer", ""),
        ("completed", "busy", None, "busy", ""),
        ("completed", "failed", None, "failed", "may not be in service"),
        ("completed", "completed", "75", "ended", ""),
        ("completed", "canceled", None, "ended", ""),
        ("completed", "in-progress", None, "ended", ""),
        ("completed", None, None, "failed", "Geo permissions"),
        ("something new", None, None, "unknown", ""),
    ],
)
def test_what_the_contacts_line_did_is_told_not_what_the_reps_own_did(
    service: Service, twilio: Twilio, own: str, leg: str | None, duration: str | None, line: Line, said: str
) -> None:
    service.answer = standing(own, leg, duration)
    state = twilio.status(CALL)
    assert state.line == line
    assert said in state.said
    assert state.seconds == (75 if duration == "75" else 0)


def test_the_talk_is_timed_from_when_they_answered(
    service: Service, twilio: Twilio, monkeypatch: pytest.MonkeyPatch
) -> None:
    now = 1000.0
    monkeypatch.setattr("telephony.twilio.time.monotonic", lambda: now)
    service.answer = standing("in-progress", "in-progress")
    assert twilio.status(CALL) == CallState("answered", 0)
    now += 42.5
    assert twilio.status(CALL) == CallState("answered", 42)


def test_hanging_up_ends_both_legs_and_a_call_that_is_over_is_no_error(
    service: Service, twilio: Twilio
) -> None:
    service.answer = lambda _: (200, call(status="completed"), {})
    twilio.hang_up(CALL)
    (asked,) = service.asked
    assert asked.path == f"/2010-04-01/Accounts/{ACCOUNT}/Calls/{CALL}.json"
    assert asked.values == {"Status": "completed"}
    refused(service, 400, problem(21220, "Call is not in-progress. Cannot redirect."))
    twilio.hang_up(CALL)
    refused(service, 404, problem(20404, "The requested resource was not found", 404))
    twilio.hang_up(CALL)


@pytest.mark.parametrize(
    ("status", "body", "said"),
    [
        (401, problem(20003, "Authenticate", 401), "does not take the account and its token"),
        (401, b"", "does not take the account and its token"),
        (400, problem(21210, "not verified"), r"call as \+12025550100: verify"),
        (400, problem(21211, "Invalid 'To' Phone Number"), r"your own phone \+12025550123 is no number"),
        (400, problem(21215, "Geo Permission configuration is not permitting call"), "Geo permissions"),
        (400, problem(21219, "'To' phone number not verified"), "trial account"),
        (400, problem(99999, "Something\x1b[31m new happened."), r"Twilio says no: Something\[31m new happened \(99999\)"),
        (403, b"<html>", "does not allow that"),
        (404, b"[]", r"it does not say why \(HTTP 404\)"),
    ],
)  # fmt: skip
def test_what_twilio_refuses_is_said_in_the_reps_words(
    service: Service, twilio: Twilio, status: int, body: Any, said: str
) -> None:
    refused(service, status, body)
    with pytest.raises(Refused, match=said):
        twilio.dial(NUMBER)
    assert len(service.posts()) == 1


def test_too_many_calls_at_once_are_told_with_when_to_try_again(service: Service, twilio: Twilio) -> None:
    refused(service, 429, problem(20429, "Too Many Requests", 429), Retry_After="7")
    with pytest.raises(Unavailable, match="Try again in 7 seconds") as told:
        twilio.dial(NUMBER)
    assert not isinstance(told.value, PerhapsDialled)
    refused(service, 429, b"")
    with pytest.raises(Unavailable, match="in a moment"):
        twilio.dial(NUMBER)


@pytest.mark.parametrize(
    ("status", "body"),
    [
        pytest.param(200, None, id="cut off after it was read"),
        pytest.param(500, problem(20500, "Internal Server Error", 500), id="a fault"),
        pytest.param(503, b"<html>", id="a gateway's fault"),
        pytest.param(201, b"<html>", id="garbage"),
        pytest.param(201, {"sid": "../../x"}, id="no call"),
        pytest.param(201, b"", id="nothing"),
    ],
)
def test_a_call_that_was_asked_for_is_never_asked_for_twice(
    service: Service, twilio: Twilio, status: int, body: Any
) -> None:
    # A connection that is used again is where HTTP clients like to send things twice.
    twilio.dial(NUMBER)
    refused(service, status, body)
    with pytest.raises(PerhapsDialled, match="Perhaps your phone rings"):
        twilio.dial(NUMBER)
    assert len(service.posts()) == 2


def test_an_answer_that_does_not_come_in_time_is_told_as_a_call_that_perhaps_rings(
    service: Service, twilio: Twilio, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("telephony.twilio.ANSWER_SECONDS", 0.1)
    service.delay = 0.4
    with pytest.raises(PerhapsDialled):
        twilio.dial(NUMBER)
    assert len(service.posts()) == 1


def test_where_nothing_was_sent_the_rep_may_dial_again() -> None:
    with running() as gone:
        address = gone.address
    one = Twilio(ACCOUNT, TOKEN, CALLER, PHONE, address=address)
    with pytest.raises(Unavailable, match="cannot be reached") as told:
        one.dial(NUMBER)
    assert not isinstance(told.value, PerhapsDialled)
    one.close()


def test_a_look_that_fails_is_a_look_that_can_be_repeated(service: Service, twilio: Twilio) -> None:
    for status, body in ((200, None), (200, b"{"), (502, b"")):
        refused(service, status, body)
        with pytest.raises(Unavailable):
            twilio.status(CALL)
    service.answer = standing("in-progress", "ringing")
    assert twilio.status(CALL).line == "ringing"


def test_lists_that_are_none_are_no_legs(service: Service, twilio: Twilio) -> None:
    def answer(asked: Asked) -> tuple[int, Any, dict[str, str]]:
        return 200, {"calls": [None, "x"]} if asked.values else call(status="in-progress"), {}

    service.answer = answer
    assert twilio.status(CALL).line == "queued"


@pytest.mark.parametrize("call_id", ["", "../Messages", "CA123", CALL + "/Recordings"])
def test_what_is_no_call_becomes_no_address(service: Service, twilio: Twilio, call_id: str) -> None:
    with pytest.raises(Refused):
        twilio.status(call_id)
    with pytest.raises(Refused):
        twilio.hang_up(call_id)
    assert service.asked == []


def test_a_number_is_put_into_the_answer_as_text_and_nothing_else(twilio: Twilio) -> None:
    with pytest.raises(Refused):
        twilio.dial("+4930</Number><Number>+1900")
    dial = ET.fromstring(twilio.twiml(dialable("+493012345601")))[0]
    assert [child.text for child in dial] == ["+493012345601"]


def test_the_check_dials_nobody(service: Service, twilio: Twilio) -> None:
    service.answer = lambda _: (200, {"status": "active", "friendly_name": "Acme"}, {})
    assert "It rings +12025550123 and calls as +12025550100" in twilio.check()
    assert [(each.method, each.path) for each in service.asked] == [
        ("GET", f"/2010-04-01/Accounts/{ACCOUNT}.json")
    ]
    service.answer = lambda _: (200, {"status": "suspended"}, {})
    with pytest.raises(Refused, match="suspended"):
        twilio.check()


def test_the_token_is_in_no_log_no_address_and_no_error(
    service: Service, twilio: Twilio, caplog: pytest.LogCaptureFixture
) -> None:
    said = [repr(twilio)]
    with caplog.at_level(logging.DEBUG):
        twilio.dial(NUMBER)
        for status, body in ((401, problem(20003, "Authenticate", 401)), (200, None), (500, b"")):
            refused(service, status, body)
            with pytest.raises(OffhookError) as told:
                twilio.dial(NUMBER)
            assert told.value.__cause__ is None
            assert told.value.__suppress_context__ or told.value.__context__ is None
            said.append(str(told.value))
    said += [record.getMessage() for record in caplog.records]
    said += [each.path for each in service.asked]
    assert len(caplog.records) > 0
    assert not [line for line in said if TOKEN in line]


@pytest.mark.parametrize(
    ("account", "token", "caller", "phone", "key", "said"),
    [
        ("", TOKEN, CALLER, PHONE, "", "setting “account”"),
        ("AC123", TOKEN, CALLER, PHONE, "", "setting “account”"),
        (ACCOUNT, "", CALLER, PHONE, "", "token is not here"),
        (ACCOUNT, TOKEN, "030 123", PHONE, "", "setting “from”"),
        (ACCOUNT, TOKEN, CALLER, "", "", "setting “phone”"),
        (ACCOUNT, TOKEN, CALLER, PHONE + ";ext=5", "", "without an extension"),
        (ACCOUNT, TOKEN, CALLER, PHONE, "SK1", "setting “key”"),
    ],
)
def test_a_setting_that_is_wrong_is_named_with_what_to_do(
    account: str, token: str, caller: str, phone: str, key: str, said: str
) -> None:
    with pytest.raises(Refused, match=said) as told:
        Twilio(account, token, caller, phone, key=key)
    assert "offhook dialler set twilio" in str(told.value)
