"""Fingerprints of texts: hashes of short runs of characters."""

from __future__ import annotations

import functools
from collections.abc import Iterator, Sequence

import numpy as np

from toolkit.text._chunks import _SEPARATOR, _chunks


@functools.cache
def _letters() -> np.ndarray:
    """For each code point whether it is a letter, a digit or Han; U+0001 too, which parts the texts."""
    table = np.array([chr(code).isalnum() for code in range(0x110000)], dtype=bool)
    table[ord(_SEPARATOR)] = True
    return table


def shingles(texts: Sequence[str], *, size: int = 4) -> Iterator[tuple[int, np.ndarray, np.ndarray]]:
    """64-bit hashes of the `size`-character runs of letters, digits and Han in folded texts, in reading order.

    Comes in chunks (first, hashes, texts): a run's text is `first` plus its number in `texts`.

    >>> [(first, len(hashes), texts.tolist()) for first, hashes, texts in shingles(["五点四十开网", "开", "五点，四十"])]
    [(0, 4, [0, 0, 0, 2])]
    """
    first = 0
    for chunk in _chunks(texts):
        codes = np.frombuffer(_SEPARATOR.join(chunk).encode("utf-32-le", "surrogatepass"), dtype=np.uint32)
        codes = codes[_letters()[codes]]
        owners = np.cumsum(codes == ord(_SEPARATOR), dtype=np.int32)
        count = max(0, len(codes) - size + 1)
        mixed = np.zeros(count, dtype=np.uint64)
        for offset in range(size):
            # FNV-1a's 64-bit prime, applied to code points instead of bytes
            mixed = (mixed ^ codes[offset : offset + count]) * np.uint64(0x100000001B3)
            mixed ^= mixed >> np.uint64(29)
        mixed *= np.uint64(
            0x9E3779B97F4A7C15
        )  # golden-ratio multiplier: spreads the low bits before sampling
        mixed ^= mixed >> np.uint64(32)
        whole = (owners[:count] == owners[size - 1 : size - 1 + count]) & (codes[:count] != ord(_SEPARATOR))
        yield first, mixed[whole], owners[:count][whole]
        first += len(chunk)
