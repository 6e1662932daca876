"""The bad network itself: it spoils exactly what it is told to, or tests behind it prove nothing."""

from __future__ import annotations

import contextlib
import socket
import threading
import time
from collections.abc import Iterator

import pytest

from tests.proxy import Proxy
from tests.waiting import eventually

END, DONE = b"S\x00\x00\x00\x04", b"Z\x00\x00\x00\x05I"


class Server:
    """Answers every request that ends as PostgreSQL's do with what it has read, and remembers it."""

    def __init__(self) -> None:
        self.heard: list[bytes] = []
        self.left = 0
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.address = self._listener.getsockname()
        self._threads = [threading.Thread(target=self._accept)]
        self._threads[0].start()

    def _accept(self) -> None:
        while True:
            try:
                side, _ = self._listener.accept()
            except OSError:
                return
            thread = threading.Thread(target=self._serve, args=(side,))
            self._threads.append(thread)
            thread.start()

    def _serve(self, side: socket.socket) -> None:
        read = b""
        with side, contextlib.suppress(OSError):
            while data := side.recv(65536):
                read += data
                if read.endswith(END):
                    self.heard.append(read.removesuffix(END))
                    side.sendall(self.heard[-1] + DONE)
                    read = b""
        self.left += 1

    def close(self) -> None:
        with contextlib.suppress(OSError):
            self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        for thread in self._threads:
            thread.join(5)


@pytest.fixture
def server() -> Iterator[Server]:
    server = Server()
    yield server
    server.close()


@pytest.fixture
def proxy(server: Server) -> Iterator[Proxy]:
    proxy = Proxy(server.address)
    proxy.start()
    yield proxy
    proxy.close()


@contextlib.contextmanager
def client(proxy: Proxy, *, patience: float = 5.0) -> Iterator[socket.socket]:
    with socket.create_connection(("127.0.0.1", proxy.port), timeout=patience) as side:
        yield side


def answer(side: socket.socket) -> bytes:
    """All that comes until the answer is over, or the connection."""
    said = b""
    with contextlib.suppress(ConnectionError):
        while not said.endswith(DONE) and (data := side.recv(65536)):
            said += data
    return said.removesuffix(DONE)


def ask(side: socket.socket, request: bytes) -> bytes:
    side.sendall(request + END)
    return answer(side)


def test_it_counts_what_goes_through(proxy: Proxy) -> None:
    with client(proxy) as side, proxy.count() as trips:
        assert ask(side, b"one") == b"one"
        assert ask(side, b"two") == b"two"
    assert trips == [2]
    assert (proxy.asked_bytes, proxy.answered_bytes) == (6 + 2 * len(END), 6 + 2 * len(DONE))
    assert len(proxy.connected) == 1
    eventually(lambda: proxy.alive == 0)


def test_many_bytes_are_on_a_long_way_at_once(proxy: Proxy) -> None:
    proxy.delay = 0.1
    with client(proxy) as side:
        ask(side, b"connected")
        began = time.monotonic()
        assert ask(side, b"x" * 1_000_000) == b"x" * 1_000_000
        assert 0.2 <= time.monotonic() - began < 2, "one way and back, however many packets"


def test_a_slow_line_lets_so_many_bytes_through_in_a_second(proxy: Proxy) -> None:
    proxy.rate = 100_000
    with client(proxy) as side:
        began = time.monotonic()
        ask(side, b"x" * 20_000)
        assert time.monotonic() - began >= 0.4


def stalls(proxy: Proxy, seed: int) -> list[bool]:
    """Which of some requests were held up by a lost packet."""
    proxy.seed, proxy.loss = seed, 0.2
    proxy.connected.clear()
    held_up = []
    with client(proxy) as side:
        for number in range(12):
            began = time.monotonic()
            assert ask(side, b"%d" % number) == b"%d" % number, "lost packets are sent again, in order"
            held_up.append(time.monotonic() - began > 0.15)
    return held_up


def test_which_packets_are_lost_is_decided_by_the_seed(proxy: Proxy) -> None:
    first = stalls(proxy, 1)
    assert first == stalls(proxy, 1)
    assert any(first)
    assert not all(first)


@pytest.mark.parametrize("count", [0, 1, 4, 9])
def test_a_request_breaks_off_after_so_many_bytes(proxy: Proxy, server: Server, count: int) -> None:
    with client(proxy) as side:
        proxy.cut_after(asked=count)
        assert ask(side, b"hello") == b""
    assert server.heard == []
    with client(proxy) as side:
        assert ask(side, b"again") == b"again", "only once"


def test_an_answer_breaks_off_after_so_many_bytes(proxy: Proxy, server: Server) -> None:
    with client(proxy) as side:
        proxy.cut_after(answered=7)
        assert ask(side, b"one") == b"oneZ\x00\x00\x00"
    with client(proxy) as side:
        assert ask(side, b"again") == b"again"
    assert server.heard == [b"one", b"again"]


def test_a_request_is_lost_or_its_answer(proxy: Proxy, server: Server) -> None:
    proxy.lose_request(b"two")
    with client(proxy) as side:
        assert ask(side, b"one") == b"one"
        assert ask(side, b"two") == b""
    proxy.lose_answer_to(b"three")
    with client(proxy) as side:
        side.sendall(b"three")
        time.sleep(0.05)
        assert ask(side, b", in two parts") == b""
    assert not proxy.accepting
    with pytest.raises(ConnectionRefusedError), client(proxy):
        pass
    proxy.start()
    with client(proxy) as side:
        assert ask(side, b"four") == b"four"
    assert server.heard == [b"one", b"three, in two parts", b"four"]


def test_what_is_stranded_goes_nowhere_and_nobody_is_told(proxy: Proxy, server: Server) -> None:
    with client(proxy, patience=0.2) as old:
        assert ask(old, b"one") == b"one"
        proxy.strand()
        with pytest.raises(TimeoutError):
            ask(old, b"two")
        with client(proxy) as new:
            assert ask(new, b"three") == b"three"
    eventually(lambda: server.left == 1)
    time.sleep(0.05)
    assert server.left == 1, "the server was not told that the old one left"
    assert server.heard == [b"one", b"three"]


def test_a_black_hole_swallows_and_gives_nothing_back(proxy: Proxy, server: Server) -> None:
    with client(proxy, patience=0.2) as side:
        proxy.swallowing = True
        with pytest.raises(TimeoutError):
            ask(side, b"one")
    assert server.heard == []


def test_a_request_can_arrive_when_its_sender_has_long_sent_it_again(proxy: Proxy, server: Server) -> None:
    proxy.hold(b"one")
    with client(proxy) as side:
        assert ask(side, b"one, first") == b""
    assert proxy.holding
    with client(proxy) as side:
        assert ask(side, b"one, second") == b"one, second"
    proxy.deliver()
    assert not proxy.holding
    assert server.heard == [b"one, second", b"one, first"]
