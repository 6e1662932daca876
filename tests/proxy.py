"""A bad network: a TCP proxy on this machine that delays, loses, throttles, cuts, swallows, strands and refuses.

It counts what goes through it: round trips, bytes, connections. Where chance decides, a seed does.
"""

from __future__ import annotations

import asyncio
import contextlib
import random
import socket
import threading
import time
from collections.abc import Coroutine, Iterator
from concurrent.futures import Future
from dataclasses import dataclass, field
from typing import Any, TypeVar

T = TypeVar("T")

_SEGMENT = 1460
"""What a packet holds at most, in bytes."""
_LEAST_RESEND = 0.2
"""Seconds after which TCP sends a packet again at the earliest, beside the round trip."""
_ASKED = b"S\x00\x00\x00\x04"
"""How PostgreSQL's protocol ends a request (Sync)."""
_ANSWERED = b"Z\x00\x00\x00\x05I"
"""How it ends an answer outside a transaction (ReadyForQuery): what was asked is committed."""


class _EndedError(Exception):
    """A connection through the proxy is over."""


@dataclass(eq=False)
class _Pair:
    """A connection through the proxy.

    Attributes:
        asked: whether the last bytes came from the client.
        doomed: breaks, with all others, when the server has answered; the answer does not arrive.
        stranded: nothing gets through any more, and neither side is told.
        held: a request that is kept back; None where there is none.
        answered: the server has answered what was held back.
    """

    client: socket.socket
    server: socket.socket
    chance: random.Random
    asked: bool = False
    doomed: bool = False
    stranded: bool = False
    held: bytearray | None = None
    answered: asyncio.Event = field(default_factory=asyncio.Event)
    task: asyncio.Task[None] | None = None


@dataclass
class Proxy:
    """Stands between clients and a server.

    Attributes:
        port: where clients connect.
        delay: seconds that bytes are on the way, in each direction; as many as one likes are on the way at once.
        loss: share of packets that are lost, each direction: what comes behind one waits until it was sent again.
        rate: bytes a second in each direction; 0: as fast as it goes.
        seed: decides which packets are lost.
        swallowing: nothing gets through any more, in either direction, and nobody is told.
        connected: when (`time.monotonic`) each connection was let in.
        asked_bytes: how many bytes clients have sent.
        answered_bytes: how many bytes the server has sent.
    """

    target: tuple[str, int]
    port: int = 0
    delay: float = 0.0
    loss: float = 0.0
    rate: float = 0.0
    seed: int = 0
    swallowing: bool = False
    connected: list[float] = field(default_factory=list)
    asked_bytes: int = 0
    answered_bytes: int = 0
    _round_trips: int = 0
    _lose_answer: bytes = b""
    _lose_request: bytes = b""
    _hold: bytes = b""
    _left: dict[bool, int | None] = field(default_factory=lambda: {True: None, False: None})
    _pairs: set[_Pair] = field(default_factory=set)
    _late: list[_Pair] = field(default_factory=list)
    _listener: socket.socket | None = None
    _accepting: asyncio.Task[None] | None = None
    _cutting: asyncio.Task[None] | None = None
    _thread: threading.Thread | None = None
    _loop: asyncio.AbstractEventLoop = field(init=False, repr=False)

    # --- what a test does with it

    @property
    def accepting(self) -> bool:
        """Whether clients are let in."""
        return self._listener is not None

    @property
    def alive(self) -> int:
        """How many connections there are, stranded ones too."""
        return len(self._pairs)

    def start(self) -> None:
        """Lets clients in, on the same port as before if there was one."""
        if self._thread is None:
            self._loop = asyncio.new_event_loop()
            self._thread = threading.Thread(target=self._loop.run_forever, name="proxy", daemon=True)
            self._thread.start()
        self._do(self._start())

    def refuse(self) -> None:
        """Lets nobody in any more; who is in stays."""
        self._do(self._refuse())

    def cut(self) -> None:
        """Breaks every connection."""
        self._do(self._cut())

    def down(self) -> None:
        """The server is out of reach: nobody is let in, and all who were in are out."""
        self.refuse()
        self.cut()

    def strand(self) -> None:
        """What is connected now goes nowhere from here on, and nobody is told; new connections work.

        So it is behind a router that has forgotten its connections, and after a change of networks.
        """
        for pair in tuple(self._pairs):
            pair.stranded = True

    def lose_answer_to(self, request: bytes) -> None:
        """The next request that holds these bytes is carried out, and then every connection breaks, and nobody is let in."""
        self._lose_answer = request

    def lose_request(self, request: bytes) -> None:
        """The next request that holds these bytes does not reach the server: its connection breaks."""
        self._lose_request = request

    def hold(self, request: bytes) -> None:
        """The next request that holds these bytes stays on the way; its client is cut off, and the server not told."""
        self._hold = request

    @property
    def holding(self) -> bool:
        """Whether a request was held back that `deliver` has not delivered yet."""
        return bool(self._late)

    def deliver(self) -> None:
        """The server gets, on the old connection, what was held back, and carries it out. Nobody hears its answer."""
        while self._late:
            self._do(self._deliver(self._late.pop(0)))

    def cut_after(self, *, asked: int | None = None, answered: int | None = None) -> None:
        """Breaks a connection in the middle of a message: when so many more bytes have gone through in all.

        Args:
            asked: bytes from clients that still arrive.
            answered: bytes from the server that still arrive.
        """
        self._left = {True: asked, False: answered}

    def calm(self) -> None:
        """The network is good again: nothing is waited for any more, everybody is let in. What is stranded stays so."""
        self._do(self._calm())

    @contextlib.contextmanager
    def count(self) -> Iterator[list[int]]:
        """Counts the round trips of the block; the list holds their number when the block has ended."""
        counted: list[int] = []
        before = self._round_trips
        yield counted
        counted.append(self._round_trips - before)

    def close(self) -> None:
        """Ends it all."""
        if self._thread is None:
            return
        self.down()
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(5)
        self._loop.close()
        self._thread = None

    # --- the loop's side

    def _do(self, work: Coroutine[Any, Any, T]) -> T:
        """Runs something in the loop's thread, and waits for it."""
        running: Future[T] = asyncio.run_coroutine_threadsafe(work, self._loop)
        return running.result(30)

    async def _start(self) -> None:
        listener = socket.socket()
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind(("127.0.0.1", self.port))
        listener.listen(64)
        listener.setblocking(False)
        self.port = listener.getsockname()[1]
        self._listener = listener
        self._accepting = self._loop.create_task(self._accept(listener))

    async def _refuse(self) -> None:
        listener, accepting = self._listener, self._accepting
        if listener is None or accepting is None:
            return
        accepting.cancel()
        await asyncio.gather(accepting, return_exceptions=True)
        listener.close()
        if self._listener is listener:
            self._listener = None

    async def _calm(self) -> None:
        self._lose_answer = self._lose_request = self._hold = b""
        self._left = {True: None, False: None}
        self.swallowing, self.delay, self.loss, self.rate = False, 0.0, 0.0, 0.0
        for pair in self._pairs:
            pair.doomed = False
        await self._refuse()
        await self._start()

    async def _cut(self) -> None:
        tasks = [pair.task for pair in self._pairs if pair.task is not None]
        self._late.clear()
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    async def _accept(self, listener: socket.socket) -> None:
        while True:
            client, _ = await self._loop.sock_accept(listener)
            self.connected.append(time.monotonic())
            server = socket.socket()
            for side in (client, server):
                side.setblocking(False)
                side.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            pair = _Pair(client, server, random.Random(f"{self.seed}/{len(self.connected)}"))
            self._pairs.add(pair)
            pair.task = self._loop.create_task(self._join(pair))

    async def _join(self, pair: _Pair) -> None:
        """Carries bytes between both sides until either goes, or the pair is cut."""
        try:
            # The handshake of TCP.
            await asyncio.sleep(2 * self.delay)
            await self._loop.sock_connect(pair.server, self.target)
            async with asyncio.TaskGroup() as both:
                both.create_task(self._carry(pair, pair.client, pair.server, asks=True))
                both.create_task(self._carry(pair, pair.server, pair.client, asks=False))
        except* (OSError, _EndedError):
            pass
        finally:
            self._pairs.discard(pair)
            for side in (pair.client, pair.server):
                with contextlib.suppress(OSError):
                    side.shutdown(socket.SHUT_RDWR)
                side.close()

    async def _carry(self, pair: _Pair, source: socket.socket, sink: socket.socket, *, asks: bool) -> None:
        """One direction: what is read is put on the way, and comes out at its time."""
        way: asyncio.Queue[tuple[float, bytes]] = asyncio.Queue(maxsize=256)

        async def come_out() -> None:
            while True:
                due, data = await way.get()
                if (wait := due - self._loop.time()) > 0:
                    await asyncio.sleep(wait)
                if not data:
                    raise _EndedError
                if not self.swallowing and not pair.stranded:
                    await self._put_out(sink, data, asks=asks)

        async def go_in() -> None:
            free = 0.0
            while True:
                data = await self._loop.sock_recv(source, 65536)
                if not data and (self.swallowing or pair.stranded):
                    await asyncio.Event().wait()  # until it is cut: the other side hears nothing
                if data and not await self._let_in(pair, data, asks=asks):
                    continue
                now = self._loop.time()
                for part, stall in self._packets(pair, data):
                    free = max(free, now) + stall + (len(part) / self.rate if self.rate else 0)
                    await way.put((free + self.delay, part))

        async with asyncio.TaskGroup() as ends:
            ends.create_task(come_out())
            ends.create_task(go_in())

    def _packets(self, pair: _Pair, data: bytes) -> Iterator[tuple[bytes, float]]:
        """The bytes in as many parts as are needed, each with the seconds for which it holds up what is behind it."""
        if not self.loss:
            yield data, 0.0
            return
        begin, stall = 0, 0.0
        for at in range(0, max(len(data), 1), _SEGMENT):
            resend, lost = 2 * self.delay + _LEAST_RESEND, 0.0
            while pair.chance.random() < self.loss:
                lost += resend
                resend *= 2
            if lost:
                if at > begin:
                    yield data[begin:at], stall
                begin, stall = at, lost
        yield data[begin:], stall

    async def _let_in(self, pair: _Pair, data: bytes, *, asks: bool) -> bool:
        """Looks at bytes that were read; False where they go no further.

        Raises:
            _EndedError: the connection is to be broken.
        """
        if self.swallowing or pair.stranded:
            if not asks and data.endswith(_ANSWERED):
                pair.answered.set()
            return False
        if not asks:
            self.answered_bytes += len(data)
            pair.asked = False
            if pair.doomed and data.endswith(_ANSWERED):
                await self._refuse()
                self._cutting = self._loop.create_task(self._cut())
            return not pair.doomed
        self.asked_bytes += len(data)
        self._round_trips += not pair.asked
        pair.asked = True
        if self._lose_request and self._lose_request in data:
            self._lose_request = b""
            raise _EndedError
        if self._lose_answer and self._lose_answer in data:
            self._lose_answer = b""
            pair.doomed = True
        if self._hold and self._hold in data:
            self._hold = b""
            pair.held = bytearray()
        if pair.held is not None:
            pair.held += data
            if data.endswith(_ASKED):
                pair.stranded = True
                self._late.append(pair)
                pair.client.shutdown(socket.SHUT_RDWR)
            return False
        return True

    async def _put_out(self, sink: socket.socket, data: bytes, *, asks: bool) -> None:
        left = self._left[asks]
        if left is None:
            await self._loop.sock_sendall(sink, data)
            return
        await self._loop.sock_sendall(sink, data[:left])
        self._left[asks] = left - len(data) if len(data) < left else None
        if len(data) >= left:
            raise _EndedError

    async def _deliver(self, pair: _Pair) -> None:
        """Hands the server what was held back, and waits for its answer."""
        assert pair.held is not None
        assert pair.task is not None
        await self._loop.sock_sendall(pair.server, bytes(pair.held))
        answered = asyncio.create_task(pair.answered.wait())
        await asyncio.wait((answered, pair.task), return_when=asyncio.FIRST_COMPLETED)
        for task in (answered, pair.task):
            task.cancel()
        await asyncio.gather(answered, pair.task, return_exceptions=True)
