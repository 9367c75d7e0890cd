"""Texts as characters in integers, and the runs of them that come back: what new words are looked for among."""

from __future__ import annotations

import functools
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from toolkit import text

LONGEST = 6
BREAK, NUMBER = 0, 1

_SEPARATOR = "\x01"  # made comparable, no text holds this character
_HAN, _LETTER, _DIGIT = 1, 2, 3
_KINDS = (
    *((0x3400, 0x9FFF, _HAN), (0xF900, 0xFAFF, _HAN), (0x20000, 0x3FFFF, _HAN)),
    *((0x41, 0x5A, _LETTER), (0x61, 0x7A, _LETTER), (0x30, 0x39, _DIGIT)),
)
# the numbers of Latin words lie beyond all code points
_BEYOND = 0x110000


@dataclass(frozen=True)
class Units:
    """Texts as one array of units: a Han character is a unit, a Latin word too, a number is NUMBER, all else BREAK.

    `names[i]` is unit i as the texts mostly write it; `ends` are the places in `ids` where a text ends.
    """

    ids: np.ndarray
    names: list[str]
    ends: np.ndarray

    def name(self, place: int, length: int) -> str:
        """The run of units as text."""
        return "".join([self.names[number] for number in self.ids[place : place + length].tolist()])


@dataclass(frozen=True)
class Level:
    """All runs of one length that come back: `ids[i]` is the run that begins at place i, −1 for none.

    For each run `count` is how often it stands in the texts, `first` where it stands first.
    """

    length: int
    ids: np.ndarray
    count: np.ndarray
    first: np.ndarray


@functools.cache
def _kinds() -> np.ndarray:
    table = np.zeros(_BEYOND, dtype=np.uint8)
    for first, last, kind in _KINDS:
        table[first : last + 1] = kind
    return table


def split_units(texts: Sequence[str]) -> Units:
    """The texts, made comparable, as units. Letters and digits are a word where they begin with a letter, else a number."""
    joined = _SEPARATOR.join(text.comparable(texts)) + _SEPARATOR
    codes = np.frombuffer(joined.encode("utf-32-le"), dtype=np.uint32)
    kinds = _kinds()[codes]
    latin = kinds >= _LETTER
    # the last character is a separator, so that each run has an end
    edges = np.flatnonzero(np.diff(latin, prepend=False))
    begins, ends = edges[::2], edges[1::2]
    wordy = kinds[begins] == _LETTER
    spans = zip(begins[wordy].tolist(), ends[wordy].tolist(), strict=True)
    numbers, words = _latin_words([joined[begin:end] for begin, end in spans])
    symbols = np.where(kinds == _HAN, codes, BREAK).astype(np.int32)
    symbols[begins] = NUMBER
    symbols[begins[wordy]] = _BEYOND + numbers
    keep = ~latin
    keep[begins] = True
    symbols, separators = symbols[keep], codes[keep] == ord(_SEPARATOR)
    used = np.flatnonzero(np.bincount(symbols))
    used = used[used > NUMBER]
    table = np.arange(_BEYOND + len(words), dtype=np.int32)
    table[used] = np.arange(NUMBER + 1, len(used) + NUMBER + 1)
    names = [words[code - _BEYOND] if code >= _BEYOND else chr(code) for code in used.tolist()]
    return Units(table[symbols], ["", "", *names], np.flatnonzero(separators))


def _latin_words(written: list[str]) -> tuple[np.ndarray, list[str]]:
    """The number of each Latin word, in whatever case, and the form that is written most (the first among equals)."""
    numbers, forms = pd.factorize(np.array(written, dtype=object))
    lower, words = pd.factorize(np.array([str(form).lower() for form in forms], dtype=object))
    shown = list(words)
    count = np.bincount(numbers, minlength=len(forms))
    for place in np.lexsort((-np.arange(len(forms)), count)).tolist():
        shown[lower[place]] = forms[place]
    return lower[numbers].astype(np.int32), shown


def count_runs(units: Units, least: int) -> list[Level]:
    """The runs of 1 to 6 units that stand at least `least` times in the texts: a level for each length.

    A run can only come back where both runs that are one shorter do, so that each length looks at fewer places.
    """
    letters = np.flatnonzero(units.ids > NUMBER)
    levels = [_level(units, 1, letters, units.ids[letters], least)]
    single, size = levels[0].ids, len(levels[0].count)
    while len(levels) < LONGEST and len(levels[-1].count):
        shorter, length = levels[-1].ids, len(levels) + 1
        places = np.flatnonzero((shorter[:-1] >= 0) & (shorter[1:] >= 0))
        keys = shorter[places].astype(np.int64) * size + single[places + length - 1]
        levels.append(_level(units, length, places, keys, least))
    return levels


def _level(units: Units, length: int, places: np.ndarray, keys: np.ndarray, least: int) -> Level:
    numbers, unique = pd.factorize(keys)
    count = np.bincount(numbers, minlength=len(unique))
    often = count >= least
    kept = np.where(often, np.cumsum(often) - 1, -1).astype(np.int32)[numbers]
    ids = np.full(len(units.ids), -1, dtype=np.int32)
    ids[places] = kept
    places, kept = places[kept >= 0], kept[kept >= 0]
    first = np.zeros(int(often.sum()), dtype=np.int64)
    first[kept[::-1]] = places[::-1]
    return Level(length, ids, count[often], first)


def cohesion(levels: Sequence[Level], level: Level, total: int) -> tuple[np.ndarray, np.ndarray]:
    """For each run of the level how firmly it hangs together where it is weakest, over its splits in two.

    The least ln(p(run) / (p(front) × p(back))), p being a share of the `total` units; and at that split the share of
    the rarer half's occurrences that belong to the run.
    """
    weakest = np.full(len(level.count), np.inf)
    bound = np.zeros(len(level.count))
    for cut in range(1, level.length):
        front, back = levels[cut - 1], levels[level.length - cut - 1]
        fronts = front.count[front.ids[level.first]]
        backs = back.count[back.ids[level.first + cut]]
        value = np.log(level.count * (total / fronts / backs))
        bound = np.where(value < weakest, level.count / np.minimum(fronts, backs), bound)
        weakest = np.minimum(value, weakest)
    return weakest, bound


def freedom(units: Units, runs: np.ndarray, beside: np.ndarray, size: int) -> np.ndarray:
    """For each of `size` runs the entropy (natural logarithm) of the units that stand beside it on one side.

    `runs` are the occurrences, `beside` the unit beside each. Each break (punctuation, the end) is a neighbour of its
    own, since nothing is bound to it; all numbers are one neighbour.
    """
    count = np.maximum(np.bincount(runs, minlength=size), 1)
    known = beside != BREAK
    places, pairs = pd.factorize(runs[known].astype(np.int64) * len(units.names) + beside[known])
    alike = np.bincount(places, minlength=len(pairs)).astype(float)
    summed = np.bincount(pairs // len(units.names), weights=alike * np.log(alike), minlength=size)
    out: np.ndarray = np.log(count) - summed / count
    return out
