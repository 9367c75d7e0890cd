"""Sub-phrases that say the same thing told by one of them."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd

# a phrase stands for a word inside it when it fills this share of the word's documents, even if there were one more
MERGE_SHARE = 0.7

# a score under this is a rise by fewer documents than would tell
NO_RISE = 50.0

# only this many of the best terms are compared for merging: far more than anyone reads
MERGE_CANDIDATES = 400

Rows = frozenset[int]


def best_first(table: pd.DataFrame) -> pd.DataFrame:
    """The table sorted: highest score, then most documents, then by name."""
    return table.sort_values(["score", "documents", "term"], ascending=[False, False, True])


def told_once(table: pd.DataFrame, members: dict[int, np.ndarray], part: np.ndarray) -> pd.DataFrame:
    """The table, which comes best first, without terms that another one tells; these are its `variants`, best first.

    `members` are the documents of each term by its index, `part` the part of each document. Columns used: term, status,
    score. The rule is that of _tellers.
    """
    head = table.head(MERGE_CANDIDATES)
    status = head["status"].tolist()
    window, every = [], []
    for term, now in zip(head.index, status, strict=True):
        rows = members[term]
        window.append(frozenset(rows[part[rows] > 0 if now == "fading" else part[rows] == 0].tolist()))
        every.append(frozenset(rows[part[rows] >= 0].tolist()))
    names, weak = head["term"].tolist(), (head["score"] < NO_RISE).tolist()
    variants: list[list[str]] = [[] for _ in range(len(table))]
    kept = np.ones(len(table), dtype=bool)
    for place, teller in _tellers(names, status, weak, window, every).items():
        variants[teller].append(names[place])
        kept[place] = False
    return table.assign(variants=variants)[kept]


def _tellers(
    names: Sequence[str],
    status: Sequence[str],
    weak: Sequence[bool],
    window: Sequence[Rows],
    every: Sequence[Rows],
) -> dict[int, int]:
    """Which terms are told by another one: place of the term → place of the one that stands for it.

    All come best first: names, status, which hardly rise (score under 50), the window's documents (of a fading term
    the baseline's), those of window and baseline together. (n + 1) below is the number of documents and one more, so
    that few must all agree.

    - Of a term inside a longer one the longer stands for both when it fills 70% of the shorter one's (n + 1) documents
      in the window; of a steady term also 70% of those in window and baseline: else it has a life of its own.
    - Where the shorter has a life of its own, the longer becomes its variant if it stands lower or hardly rises.
    - Of two that overlap (A B C and B C D) the higher stands for both when they share 70% of the (n + 1) documents
      of each.
    - A term called new, rising or fading is never told by a steady one, nor a risen one by a fading one.
    """
    into: dict[int, int] = {}
    pairs = [(a, b, nested) for a, b, nested in _pairs(names) if window[a] & window[b]]
    longer: dict[int, list[tuple[int, int]]] = {}
    for short, long, nested in pairs:
        if (
            nested
            and _may_tell(status[long], status[short])
            and _fills(window[long], window[short])
            and (status[short] != "steady" or _fills(every[long], every[short]))
        ):
            longer.setdefault(short, []).append((-len(window[short] & window[long]), long))
    for short, choices in longer.items():
        into[short] = min(choices)[1]
    for short, long, nested in sorted(pairs, key=lambda pair: (max(pair[:2]), min(pair[:2]))):
        better, worse = min(short, long), max(short, long)
        if nested and weak[long]:
            better, worse = short, long
        if worse in into or better in into or not _may_tell(status[better], status[worse]):
            continue
        alike = _fills(window[long], window[short]) and _fills(window[short], window[long])
        if (nested and worse == long) or (not nested and alike):
            into[worse] = better
    return {place: _root(place, into) for place in sorted(into)}


def _pairs(names: Sequence[str]) -> list[tuple[int, int, bool]]:
    """Pairs of places whose names overlap: the shorter, the longer, whether the one stands inside the other."""
    places = {name: place for place, name in enumerate(names)}
    beginning: dict[str, list[str]] = {}
    for name in names:
        for end in range(2, len(name)):
            beginning.setdefault(name[:end], []).append(name)
    found: dict[tuple[str, str], bool] = {}
    for name in names:
        for start in range(1, len(name) - 1):
            # the end of this name is the beginning of others
            for other in beginning.get(name[start:], ()):
                found.setdefault(_by_length(name, other), False)
        pieces = {name[start:end] for start in range(len(name)) for end in range(start + 1, len(name) + 1)}
        for piece in pieces & places.keys() - {name}:
            found[piece, name] = True
    return [
        (places[short], places[long], nested)
        for (short, long), nested in sorted(found.items())
        if short != long
    ]


def _by_length(one: str, other: str) -> tuple[str, str]:
    return (one, other) if (len(one), one) <= (len(other), other) else (other, one)


def _may_tell(teller: str, told: str) -> bool:
    return told == "steady" or (teller != "steady" and (teller == "fading") == (told == "fading"))


def _fills(long: Rows, short: Rows) -> bool:
    """Of three to five documents all must be shared, of six five, of ten eight, of a hundred 71."""
    return len(long & short) >= MERGE_SHARE * (len(short) + 1)


def _root(place: int, into: dict[int, int]) -> int:
    while place in into:
        place = into[place]
    return place
