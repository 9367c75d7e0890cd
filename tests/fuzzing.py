"""Good files made bad, the same way each time for the same random source; for tests and benchmarks."""

from __future__ import annotations

import random
from collections.abc import Callable

_DIRT = (
    b"\x00",
    b'"',
    b"'",
    b"\n",
    b"\r",
    b",",
    b"\t",
    b"\xff",
    b"\xe4\xb8",
    b"\x80",
    b'""',
    b"{",
    b"]",
    b"<",
    b"PK\x03\x04",
)


def _place(data: bytes, rng: random.Random) -> int:
    return rng.randrange(len(data) + 1)


def _truncate(data: bytes, rng: random.Random) -> bytes:
    return data[: _place(data, rng)]


def _behead(data: bytes, rng: random.Random) -> bytes:
    return data[_place(data, rng) :]


def _flip(data: bytes, rng: random.Random) -> bytes:
    out = bytearray(data)
    for _ in range(rng.randrange(1, 9) if out else 0):
        out[rng.randrange(len(out))] ^= 1 << rng.randrange(8)
    return bytes(out)


def _insert(data: bytes, rng: random.Random) -> bytes:
    at = _place(data, rng)
    return data[:at] + rng.choice(_DIRT) * rng.choice((1, 1, 2, 3, 40)) + data[at:]


def _delete(data: bytes, rng: random.Random) -> bytes:
    at = _place(data, rng)
    return data[:at] + data[at + rng.randrange(1, 30) :]


def _double(data: bytes, rng: random.Random) -> bytes:
    first, last = sorted((_place(data, rng), _place(data, rng)))
    return data[:last] + data[first:last] * rng.choice((1, 1, 5)) + data[last:]


def _swap(data: bytes, rng: random.Random) -> bytes:
    a, b, c = sorted(_place(data, rng) for _ in range(3))
    return data[:a] + data[b:c] + data[a:b] + data[c:]


def _noise(data: bytes, rng: random.Random) -> bytes:
    at = _place(data, rng)
    return data[:at] + rng.randbytes(rng.randrange(1, 60)) + data[at:]


_WAYS: tuple[Callable[[bytes, random.Random], bytes], ...] = (
    _truncate, _behead, _flip, _flip, _insert, _insert, _delete, _double, _swap, _noise,
)  # fmt: skip


def mutations(data: bytes, rng: random.Random) -> bytes:
    """The data with one to four kinds of damage: cut, bits flipped, dirt put in, parts doubled, swapped or lost."""
    for _ in range(rng.randrange(1, 5)):
        data = rng.choice(_WAYS)(data, rng)
    return data
