"""The control socket of baresip where it does not do as it should."""

from __future__ import annotations

import json
import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.dialling import PerhapsDialled
from core.errors import Refused, Unavailable
from telephony.baresip import Baresip, parse_address
from telephony.netstring import Decoder, Garbled, encode
from tests.waiting import eventually

NUMBER = "+493012345601"
TEXTS = st.text(alphabet='a0:,{}"\\é€🙂\x00')


@contextmanager
def listening(
    answer: Callable[[dict[str, Any]], bytes | None],
) -> Iterator[tuple[Baresip, list[dict[str, Any]]]]:
    """A dialler, and somebody on the control socket who answers each message; None closes the connection."""
    seen: list[dict[str, Any]] = []
    server = socket.create_server(("127.0.0.1", 0))

    def serve() -> None:
        while True:
            try:
                link, _ = server.accept()
            except OSError:
                return
            decoder = Decoder()
            with link:
                is_open = True
                while is_open and (data := link.recv(65536)):
                    for message in decoder.feed(data):
                        seen.append(message)
                        said = answer(message)
                        is_open = said is not None
                        if said:
                            link.sendall(said)

    thread = threading.Thread(target=serve, daemon=True)
    thread.start()
    dialler = Baresip(f"127.0.0.1:{server.getsockname()[1]}")
    try:
        yield dialler, seen
    finally:
        dialler.close()
        # Closing alone does not wake whoever accepts.
        server.shutdown(socket.SHUT_RDWR)
        server.close()
        thread.join(10)


def says(message: dict[str, Any], data: str = "", *, ok: bool = True) -> bytes:
    """What baresip answers to a command."""
    return encode({"response": True, "ok": ok, "data": data, "token": message["token"]})


def event(kind: str, **more: str) -> bytes:
    """What baresip tells of a call."""
    call = {"direction": "outgoing", "peeruri": f"sip:{NUMBER}@example.com", "id": "a1"}
    return encode({"event": True, "class": "call", "type": kind, **call, **more})


@pytest.mark.parametrize("ending", [b"", None], ids=["silent", "cut off"])
def test_a_number_that_was_taken_without_an_answer_is_never_dialled_again(
    ending: bytes | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("telephony.baresip.ANSWER_SECONDS", 0.2)
    with listening(lambda _: ending) as (dialler, seen):
        with pytest.raises(PerhapsDialled, match="Perhaps it rings"):
            dialler.dial(NUMBER)
        assert [message["command"] for message in seen] == ["dial"]


def test_what_baresip_refuses_is_said_in_its_words_without_its_colours() -> None:
    with listening(lambda message: says(message, "\x1b[31mcould not find UA for +49\x1b[;m\n", ok=False)) as (
        dialler,
        _,
    ):
        with pytest.raises(Refused, match=r"did not dial \+493012345601: could not find UA for \+49\."):
            dialler.dial(NUMBER)
        with pytest.raises(Refused, match="could not find UA"):
            dialler.dial(NUMBER)


def test_somebody_else_on_that_port_is_no_phone(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("telephony.baresip.ANSWER_SECONDS", 1.0)
    with listening(lambda _: b"HTTP/1.1 400 Bad Request\r\n\r\n") as (dialler, _), pytest.raises(Unavailable):
        dialler.check()


def test_the_events_of_newer_versions_are_understood() -> None:
    """They tell the id in the answer and in an event of its own, and of calls that somebody else makes too."""

    def answer(message: dict[str, Any]) -> bytes:
        return (
            event("CALL_OUTGOING")
            + says(message, f"call uri: {NUMBER}\ncall id: a1\n")
            + event("CALL_ESTABLISHED", id="b2", peeruri="sip:+491111111111@example.com")
            + event("CALL_INCOMING", id="c3", direction="incoming")
            + event("CALL_RINGING")
        )

    with listening(answer) as (dialler, _):
        dialled = dialler.dial(NUMBER)
        eventually(lambda: dialler.status(dialled.call_id).line == "ringing")


def test_hanging_up_means_this_call_and_no_other() -> None:
    with listening(lambda message: event("CALL_RINGING") + says(message)) as (dialler, seen):
        dialled = dialler.dial(NUMBER)
        eventually(lambda: dialler.status(dialled.call_id).line == "ringing")
        dialler.hang_up(dialled.call_id)
        assert [(message["command"], message.get("params")) for message in seen] == [
            ("dial", NUMBER),
            ("callfind", "a1"),
            ("hangup", None),
        ]


def test_nothing_is_hung_up_when_the_call_is_not_there_any_more() -> None:
    def answer(message: dict[str, Any]) -> bytes:
        if message["command"] == "callfind":
            return says(message, "call not found (id=a1)\n")
        return event("CALL_RINGING") + says(message)

    with listening(answer) as (dialler, seen):
        dialled = dialler.dial(NUMBER)
        eventually(lambda: dialler.status(dialled.call_id).line == "ringing")
        dialler.hang_up(dialled.call_id)
        assert "hangup" not in [message["command"] for message in seen]
        assert dialler.status(dialled.call_id).over


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("", ("localhost", 4444)),
        ("10.0.0.7", ("10.0.0.7", 4444)),
        ("phone:5555", ("phone", 5555)),
        ("phone:", ("phone", 4444)),
        ("[::1]:4445", ("::1", 4445)),
    ],
)
def test_an_address_may_leave_out_what_is_usual(written: str, meant: tuple[str, int]) -> None:
    assert parse_address(written) == meant


@pytest.mark.parametrize("written", ["phone:0", "phone:99999", "phone:x", "a b:4444", "http://x:1"])
def test_what_is_no_address_is_refused(written: str) -> None:
    with pytest.raises(Refused, match="4444"):
        parse_address(written)


@settings(max_examples=40, deadline=None)
@given(
    messages=st.lists(st.dictionaries(TEXTS, TEXTS | st.integers() | st.booleans())),
    cuts=st.lists(st.integers(1, 40)),
)
def test_messages_arrive_whole_in_whatever_pieces(messages: list[dict[str, Any]], cuts: list[int]) -> None:
    stream = b"".join(map(encode, messages))
    decoder = Decoder()
    out: list[dict[str, Any]] = []
    at = 0
    for cut in [*cuts, len(stream)]:
        out += decoder.feed(stream[at : at + cut])
        at += cut
    assert out == json.loads(json.dumps(messages))


@pytest.mark.parametrize(
    "data", [b"HTTP/1.1", b"x:", b":1,", b"3:abc;", b"2:[],", b"4:null,", b"99999999:", b"1:{,"]
)
def test_what_is_no_message_is_noticed(data: bytes) -> None:
    with pytest.raises(Garbled):
        list(Decoder().feed(data))
