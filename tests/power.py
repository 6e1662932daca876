"""What a power cut leaves of a log."""

from __future__ import annotations

import random


def ruined(log: bytes, durable: int, chance: random.Random) -> bytes:
    """What a disk may hold behind the last synced byte: nothing, a part, noise, or pages in any order."""
    tail = bytearray(log[durable:])
    match chance.randrange(4):
        case 0:
            del tail[chance.randrange(len(tail) + 1) :]
        case 1:
            tail[:] = chance.randbytes(len(tail))
        case 2:
            for _ in range(5):
                if tail:
                    tail[chance.randrange(len(tail))] ^= 1 << chance.randrange(8)
        case _:
            pages = [tail[n : n + 512] for n in range(0, len(tail), 512)]
            kept = [page if chance.random() < 0.7 else bytearray(len(page)) for page in pages]
            tail[:] = b"".join(kept)
    return log[:durable] + bytes(tail)
