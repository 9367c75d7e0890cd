"""Texts joined to chunks: one native call for many documents."""

from __future__ import annotations

import bisect
import itertools
from collections.abc import Iterable, Sequence

# one native call cuts a chunk of this many characters: 1 to 8 MB are equally fast, single documents ten times slower
CHUNK_CHARACTERS = 1_000_000
# where the answer is not kept as strings, calls are fastest while theirs fit into the processor's cache
CALL_CHARACTERS = 50_000

_SEPARATOR = "\x01"


def _chunks(texts: Sequence[str], characters: int | None = None) -> Iterable[Sequence[str]]:
    """The texts in chunks of about `characters` (CHUNK_CHARACTERS unless told), at least one text each."""
    limit = CHUNK_CHARACTERS if characters is None else characters
    ends = list(itertools.accumulate(map(len, texts)))
    first = 0
    while first < len(texts):
        before = ends[first - 1] if first else 0
        last = max(first + 1, bisect.bisect_left(ends, before + limit, lo=first) + 1)
        yield texts[first:last]
        first = last
