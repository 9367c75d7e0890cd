"""Texts folded: simplified characters, one plain glyph for each look-alike; nearly all text by one table look-up.

Most texts hold only characters that fold by themselves, whatever stands beside them. Those go through an array of
code points; a text with any other character goes through `normalise`, and one with a traditional one through OpenCC.
"""

from __future__ import annotations

import functools
from collections.abc import Iterable, Sequence

import numpy as np

from toolkit.text._chunks import _SEPARATOR, CALL_CHARACTERS, _chunks
from toolkit.text._normalise import _HAS_FUSED, _SURROGATE, normalise, simplify

_UNKNOWN, _CONTEXT = -1, -2
# blocks whose characters neither compose with their neighbours nor change with them
_ALONE = (
    *(
        (0x20, 0x7E),
        (0x0A, 0x0A),
        (0x01, 0x01),
        (0xB7, 0xB7),
        (0x2010, 0x2027),
        (0x2030, 0x205E),
        (0x2190, 0x2BFF),
    ),
    *(
        (0x3000, 0x3029),
        (0x3030, 0x3030),
        (0x3400, 0x4DBF),
        (0x4E00, 0x9FFF),
        (0xFF01, 0xFF5E),
        (0x1F300, 0x1FAFF),
    ),
)


def fold(texts: Iterable[str]) -> list[str]:
    """Each text normalised, in simplified characters and lower case: what matching works on.

    >>> fold(["網路營銷 LATTE", "乾燥的頭髮，發展", "乾隆和蕭乾"])
    ['网路营销 latte', '干燥的头发,发展', '乾隆和萧乾']

    Where a traditional character has several simplified ones, OpenCC's word list decides by the word around it; a text
    without any traditional character is left as it stands (答覆 and 沈默 too, whose characters are simplified ones). A
    lone surrogate becomes U+FFFD, since neither OpenCC nor the segmenters take one.
    """
    out: list[str] = []
    for chunk in _chunks(list(texts), CALL_CHARACTERS):
        out += comparable_joined(chunk).lower().split(_SEPARATOR)
    return out


def comparable(chunk: Sequence[str]) -> list[str]:
    """The texts of a chunk normalised and in simplified characters, letters in the case they were written in."""
    return comparable_joined(chunk).split(_SEPARATOR) if len(chunk) else []


def comparable_joined(chunk: Sequence[str]) -> str:
    """The comparable texts of a chunk, a separator between each two."""
    joined = _SEPARATOR.join(chunk)
    if joined.count(_SEPARATOR) >= len(chunk):
        chunk = [text.replace(_SEPARATOR, "") for text in chunk]
        joined = _SEPARATOR.join(chunk)
    codes = np.frombuffer(joined.encode("utf-32-le", "surrogatepass"), dtype=np.uint32)
    if not len(codes):
        return joined
    plain = _plain_codes(codes)
    hard = plain == _CONTEXT
    blank = (plain == 0x20) | (plain == 0x0A)
    hard[1:] |= blank[1:] & blank[:-1]
    places = np.flatnonzero(hard)
    plain[places] = 0x20
    easy = plain.astype("<u4").tobytes().decode("utf-32-le")
    if not len(places):
        return easy
    bounds = np.concatenate([[-1], np.flatnonzero(codes == ord(_SEPARATOR)), [len(codes)]])
    slow = np.unique(np.searchsorted(bounds, places) - 1)
    folded = _slowly([chunk[place] for place in slow.tolist()])
    out, done = [], 0
    spans = zip((bounds[slow] + 1).tolist(), bounds[slow + 1].tolist(), folded, strict=True)
    for start, end, text in spans:
        out += [easy[done:start], text]
        done = end
    return "".join([*out, easy[done:]])


def _slowly(texts: Sequence[str]) -> list[str]:
    """The texts normalised, and those simplified that hold a traditional character."""
    plain = [_SURROGATE.sub("\ufffd", normalise(text)) for text in texts]
    places = [place for place, text in enumerate(plain) if any(map(_is_traditional, set(text)))]
    simple = simplify(_SEPARATOR.join([plain[place] for place in places])).split(_SEPARATOR)
    for place, text in zip(places, simple, strict=False):
        plain[place] = text
    return plain


@functools.cache
def _is_traditional(character: str) -> bool:
    return simplify(character) != character


def _plain_codes(codes: np.ndarray) -> np.ndarray:
    """What each character becomes; _CONTEXT where that depends on the characters beside it."""
    table = _table()
    plain: np.ndarray = table[codes]
    unknown = plain == _UNKNOWN
    if unknown.any():
        for code in np.unique(codes[unknown]).tolist():
            table[code] = _plain_code(code)
        plain = table[codes]
    return plain


@functools.cache
def _table() -> np.ndarray:
    """What is known so far, for each code point; filled as texts bring characters."""
    table = np.full(0x110000, _CONTEXT, dtype=np.int32)
    for first, last in _ALONE:
        table[first : last + 1] = _UNKNOWN
    table[ord(_SEPARATOR)] = ord(_SEPARATOR)
    return table


def _plain_code(code: int) -> int:
    plain = normalise(chr(code))
    if len(plain) != 1 or _HAS_FUSED.match(chr(code)) or _is_traditional(plain):
        return _CONTEXT
    return ord(plain)
