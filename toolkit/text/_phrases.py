"""Words and phrases of up to four tokens, counted with integers."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np

from toolkit.text._tokens import Tokens

SMALL = 100_000
# an odd number whose multiples are spread evenly over 64 bits: 2 ** 64 over the golden ratio
_BASE = 0x9E3779B97F4A7C15


@dataclass(frozen=True)
class Terms:
    """How often each term stands in each text: term `term[i]` stands `count[i]` times in text `document[i]`.

    Sorted by text. For each term `frequency` is the number of texts that hold it, `start` a place in `tokens` where
    it stands and `length` its tokens.
    """

    tokens: Tokens
    document: np.ndarray
    term: np.ndarray
    count: np.ndarray
    frequency: np.ndarray
    start: np.ndarray
    length: np.ndarray

    def names(self, chosen: Iterable[int] | None = None, *, shown: bool = False) -> list[str]:
        """The chosen terms (all of them) as text, in lower case or as the texts mostly write them."""
        words = self.tokens.shown if shown else self.tokens.words
        which = np.arange(len(self.start)) if chosen is None else np.fromiter(chosen, np.int64)
        ids = self.tokens.ids
        single = self.length[which] == 1
        names = words[ids[self.start[which]]] if len(which) else np.zeros(0, dtype=object)
        for place in np.flatnonzero(~single).tolist():
            start, length = self.start[which[place]], self.length[which[place]]
            names[place] = join(words[ids[start : start + length]])
        return list(names)


@dataclass(frozen=True)
class _Found:
    """Terms of one length: term after term the texts that hold it, `frequency` of them, and how often each does."""

    document: np.ndarray
    count: np.ndarray
    frequency: np.ndarray
    start: np.ndarray


def find_terms(tokens: Tokens, *, longest: int = 4, support: int = 2) -> Terms:
    """Words and phrases of up to `longest` tokens.

    A phrase begins and ends with a word that is no stop word, crosses no punctuation, holds no stop word but in its
    middle, and stands in at least `support` different texts.

    >>> from toolkit.text import tokenise
    >>> found = find_terms(tokenise(["桂花拿铁加桂花拿铁", "桂花拿铁", "拿铁"]))
    >>> dict(zip(found.names(), found.frequency.tolist()))
    {'桂花': 2, '拿铁': 3, '桂花拿铁': 2}
    """
    ids = tokens.ids
    is_term = tokens.term[ids] if len(ids) else np.zeros(0, dtype=bool)
    words = _count(np.flatnonzero(is_term), ids[is_term], tokens, len(tokens.words), 1)
    found = [_only(words, words.start >= 0)]
    alive = tokens.inner & (np.bincount(ids, minlength=len(tokens.words)) >= support)
    goes_on = alive[ids] if len(ids) else np.zeros(0, dtype=bool)
    goes_on[1:] &= tokens.documents[1:] == tokens.documents[:-1]
    # the run that begins at a place, known by the number of its words so far; only runs in enough texts go on
    starts = np.flatnonzero((tokens.edge & alive)[ids]) if len(ids) else np.zeros(0, dtype=np.int64)
    runs = ids[starts].astype(np.int64)
    for length in range(2, longest + 1):
        starts, runs = _longer(tokens, starts, runs, length, goes_on, support)
        if not len(starts):
            break
        counted = _count(starts, runs, tokens, int(runs.max()) + 1, support)
        enough = counted.start >= 0
        stays = enough[runs]
        starts, runs = starts[stays], runs[stays]
        whole = enough & tokens.edge[ids[np.maximum(counted.start, 0) + length - 1]]
        found.append(_only(counted, whole))
    return _one_name_each(_together(tokens, found))


def _longer(
    tokens: Tokens, starts: np.ndarray, runs: np.ndarray, length: int, goes_on: np.ndarray, support: int
) -> tuple[np.ndarray, np.ndarray]:
    """The runs made one token longer, numbered anew; those that leave their text or meet a break end here."""
    import pandas as pd

    if len(starts) and starts[-1] + length > len(goes_on):
        starts, runs = starts[:-1], runs[:-1]
    longer = np.flatnonzero(goes_on[starts + (length - 1)])
    starts, runs = starts[longer], runs[longer]
    keys = runs * len(tokens.words) + tokens.ids[starts + (length - 1)]
    often = _perhaps_often(keys, support)
    numbers, _ = pd.factorize(keys[often])
    return starts[often], numbers


def _perhaps_often(keys: np.ndarray, support: int) -> np.ndarray:
    """The places of all keys that occur `support` times, and of few others: keys counted in shared buckets."""
    bits = min(len(keys).bit_length() + 1, 22)
    buckets = (keys.astype(np.uint64) * np.uint64(_BASE) >> np.uint64(64 - bits)).astype(np.int64)
    return np.flatnonzero((np.bincount(buckets, minlength=1 << bits) >= support)[buckets])


def _count(starts: np.ndarray, runs: np.ndarray, tokens: Tokens, size: int, support: int) -> _Found:
    """Counts of runs by text; a run in too few texts has no start (−1)."""
    if support > 1:
        often = (np.bincount(runs, minlength=size) >= support)[runs]
        starts, runs = starts[often], runs[often]
    term, document, count = _turned(tokens.documents[starts], runs, tokens.texts, size)
    frequency = np.bincount(term, minlength=size)
    first = np.full(size, -1, dtype=np.int64)
    first[runs[::-1]] = starts[::-1]
    first[frequency < support] = -1
    return _Found(document, count, frequency, first)


def pairs(
    documents: np.ndarray, terms: np.ndarray, texts: int, size: int
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Every (text, term) once, sorted by text and term, with how often it stands there; `documents` is sorted."""
    if len(terms) < SMALL:  # not worth loading scipy for
        return _sorted_pairs(documents, terms, max(size, 1))
    term, document, count = _turned(documents, terms, texts, size)
    return _turned(term, document, size, texts, count)


def _turned(
    owners: np.ndarray, things: np.ndarray, owner_size: int, size: int, count: np.ndarray | None = None
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Every (thing, owner) once, sorted by thing and owner, with how often they stand together.

    `owners` is sorted; `count` is how often each of the given pairs, all different, stands (once, and any pair may
    be repeated). Sorts by counting: a matrix turned on its side.
    """
    if len(things) < SMALL:
        if count is None:
            return _sorted_pairs(things, owners, max(owner_size, 1))
        order = np.argsort(things, kind="stable")
        return things[order], owners[order], count[order]
    from scipy import sparse

    bounds = np.concatenate([[0], np.cumsum(np.bincount(owners, minlength=owner_size))])
    values = np.ones(len(things), dtype=np.int32) if count is None else count
    rows = sparse.csr_matrix((values, things.astype(np.int32, copy=False), bounds), shape=(owner_size, size))
    matrix = rows.tocsc()
    matrix.has_sorted_indices = True  # as owners are sorted, repeats now stand side by side
    matrix.sum_duplicates()
    return np.repeat(np.arange(size, dtype=np.int32), np.diff(matrix.indptr)), matrix.indices, matrix.data


def _sorted_pairs(
    first: np.ndarray, second: np.ndarray, size: int
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    keys, count = np.unique(first.astype(np.int64) * size + second, return_counts=True)
    return keys // size, keys % size, count


def _only(found: _Found, chosen: np.ndarray) -> _Found:
    """The chosen terms, numbered anew from 0."""
    kept = np.repeat(chosen, found.frequency)
    return _Found(found.document[kept], found.count[kept], found.frequency[chosen], found.start[chosen])


def _together(tokens: Tokens, found: Sequence[_Found]) -> Terms:
    """Terms of all lengths in one, sorted by text."""
    frequency = np.concatenate([part.frequency for part in found])
    start = np.concatenate([part.start for part in found])
    length = np.repeat(np.arange(1, len(found) + 1), [len(part.start) for part in found])
    document, term, count = _turned(
        np.repeat(np.arange(len(frequency), dtype=np.int32), frequency),
        np.concatenate([part.document for part in found]),
        len(frequency),
        tokens.texts,
        np.concatenate([part.count for part in found]),
    )
    return Terms(tokens, document, term, count, frequency, start, length)


def _one_name_each(terms: Terms) -> Terms:
    """Terms that were cut in different ways but read the same made one (发展|中国家, 发展中|国家)."""
    into = same_name(terms)
    kept = into == np.arange(len(into))
    if kept.all():
        return terms
    touched = np.zeros(len(into), dtype=bool)
    touched[into[~kept]] = touched[~kept] = True
    places = np.flatnonzero(touched[terms.term])
    keys = terms.document[places].astype(np.int64) * len(into) + into[terms.term[places]]
    _, row, group = np.unique(keys, return_index=True, return_inverse=True)
    count, stays = terms.count.copy(), np.ones(len(terms.term), dtype=bool)
    count[places[row]] = np.bincount(group, weights=count[places])
    stays[places] = False
    stays[places[row]] = True
    term = (np.cumsum(kept) - 1)[into][terms.term[stays]]
    frequency = np.bincount(term, minlength=int(kept.sum()))
    return Terms(
        *(terms.tokens, terms.document[stays], term, count[stays]),
        *(frequency, terms.start[kept], terms.length[kept]),
    )


def same_name(terms: Terms) -> np.ndarray:
    """For each term the first that reads the same: itself but for words cut in another way."""
    into = np.arange(len(terms.start))
    alike = _alike(terms)
    first: dict[str, int] = {}
    for number, name in zip(alike.tolist(), terms.names(alike), strict=True):
        into[number] = first.setdefault(name, number)
    return into


def _alike(terms: Terms) -> np.ndarray:
    """Numbers of terms that share a hash of their characters with another: nearly always the same name."""
    import pandas as pd

    words = terms.tokens.words
    if not len(terms.start):
        return terms.start
    sizes = np.fromiter(map(len, words), np.int64, len(words))
    codes = np.frombuffer("".join(words).encode("utf-32-le"), dtype=np.uint32).astype(np.uint64)
    # a polynomial over the characters, so that a run's hash comes from its words' hashes
    powers = np.cumprod(np.full(int(sizes.max()) + 1, _BASE, dtype=np.uint64)) * pow(_BASE, -1, 1 << 64)
    place = np.arange(len(codes)) - np.repeat(np.cumsum(sizes) - sizes, sizes)
    left = np.repeat(sizes, sizes) - place - 1
    word_hash = np.add.reduceat(codes * powers[left], np.cumsum(sizes) - sizes)
    hashes = np.zeros(len(terms.start), dtype=np.uint64)
    for offset in range(int(terms.length.max())):
        inside = terms.length > offset
        ids = terms.tokens.ids[terms.start[inside] + offset]
        hashes[inside] = hashes[inside] * powers[sizes[ids]] + word_hash[ids]
    numbers, _ = pd.factorize(hashes)
    return np.flatnonzero(np.bincount(numbers)[numbers] > 1)


def join(words: Iterable[str]) -> str:
    """Words put together as people write them: a blank only between two Latin words.

    >>> join(["apple", "watch", "表带"])
    'apple watch表带'
    """
    out = ""
    for word in words:
        if out and out[-1].isascii() and word[0].isascii():
            out += " "
        out += word
    return out
