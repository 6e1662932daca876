"""A bad network: a TCP proxy on this machine that delays, cuts, swallows and refuses, and counts round trips."""

from __future__ import annotations

import contextlib
import selectors
import socket
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass, field


@dataclass(eq=False)
class _Pair:
    """A connection through the proxy."""

    client: socket.socket
    server: socket.socket
    asked: bool = False
    """Whether the last bytes came from the client."""

    def cut(self) -> None:
        for side in (self.client, self.server):
            with contextlib.suppress(OSError):
                side.shutdown(socket.SHUT_RDWR)


@dataclass
class Proxy:
    """Stands between clients and a server.

    Attributes:
        port: where clients connect.
        delay: seconds that bytes take in each direction.
        swallowing: nothing gets through any more, in either direction, and nobody is told.
    """

    target: tuple[str, int]
    port: int = 0
    delay: float = 0.0
    swallowing: bool = False
    _round_trips: int = 0
    _cut_answer_to: bytes = b""
    _cut_before: bytes = b""
    _lock: threading.Lock = field(default_factory=threading.Lock)
    _pairs: list[_Pair] = field(default_factory=list)
    _threads: list[threading.Thread] = field(default_factory=list)
    _listener: socket.socket | None = None

    @property
    def accepting(self) -> bool:
        """Whether clients are let in."""
        return self._listener is not None

    def start(self) -> None:
        """Lets clients in, on the same port as before if there was one."""
        listener = socket.socket()
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind(("127.0.0.1", self.port))
        listener.listen(64)
        self.port = listener.getsockname()[1]
        self._listener = listener
        self._spawn(self._accept, listener)

    def refuse(self) -> None:
        """Lets nobody in any more; who is in stays."""
        listener, self._listener = self._listener, None
        if listener is not None:
            with contextlib.suppress(OSError):
                listener.shutdown(socket.SHUT_RDWR)
            listener.close()

    def cut(self) -> None:
        """Breaks every connection."""
        with self._lock:
            pairs, self._pairs = self._pairs, []
        for pair in pairs:
            pair.cut()

    def down(self) -> None:
        """The server is out of reach: nobody is let in, and all who were in are out."""
        self.refuse()
        self.cut()

    def lose_answer_to(self, request: bytes) -> None:
        """The next request that holds these bytes reaches the server, and then every connection breaks, and nobody is let in."""
        self._cut_answer_to = request

    def lose_request(self, request: bytes) -> None:
        """The next request that holds these bytes does not reach the server: its connection breaks."""
        self._cut_before = request

    @contextlib.contextmanager
    def count(self) -> Iterator[list[int]]:
        """Counts the round trips of the block; the list holds their number when the block has ended."""
        counted: list[int] = []
        before = self._round_trips
        yield counted
        counted.append(self._round_trips - before)

    def close(self) -> None:
        """Ends it all."""
        self.down()
        for thread in tuple(self._threads):
            thread.join(5)

    def _spawn(self, run: object, *args: object) -> None:
        thread = threading.Thread(target=run, args=args, daemon=True)  # type: ignore[arg-type]
        self._threads.append(thread)
        thread.start()

    def _accept(self, listener: socket.socket) -> None:
        while True:
            try:
                client, _ = listener.accept()
            except OSError:
                return
            try:
                server = socket.create_connection(self.target)
            except OSError:
                client.close()
                continue
            for side in (client, server):
                side.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            pair = _Pair(client, server)
            with self._lock:
                self._pairs.append(pair)
            self._spawn(self._carry, pair)

    def _carry(self, pair: _Pair) -> None:
        with selectors.DefaultSelector() as ready, pair.client, pair.server:
            ready.register(pair.client, selectors.EVENT_READ, True)
            ready.register(pair.server, selectors.EVENT_READ, False)
            while True:
                for key, _ in ready.select():
                    try:
                        data = key.fileobj.recv(65536)  # type: ignore[union-attr]
                        if not data or not self._pass_on(pair, data, asks=key.data):
                            pair.cut()
                            return
                    except OSError:
                        pair.cut()
                        return

    def _pass_on(self, pair: _Pair, data: bytes, *, asks: bool) -> bool:
        """Sends bytes on; False where the connection is to be broken instead."""
        if self.swallowing:
            return True
        if asks:
            if self._cut_before and self._cut_before in data:
                self._cut_before = b""
                return False
            if not pair.asked:
                self._round_trips += 1
        pair.asked = asks
        if self.delay:
            time.sleep(self.delay)
        if asks and self._cut_answer_to and self._cut_answer_to in data:
            self._cut_answer_to = b""
            pair.server.sendall(data)
            # Until the server has answered, so that it has done what was asked.
            pair.server.recv(65536)
            self.refuse()
            self._spawn(self.cut)
            return False
        (pair.server if asks else pair.client).sendall(data)
        return True
