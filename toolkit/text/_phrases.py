"""Words and phrases of up to four tokens, counted with integers."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np

from toolkit.text._tokens import Tokens

SMALL = 100_000


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
    """Terms of one length."""

    document: np.ndarray
    term: np.ndarray
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
    found = [words]
    # the run that begins at a place, known by the number of its words so far; only runs in enough texts go on
    frequency = np.bincount(_distinct(tokens, ids), minlength=len(tokens.words))
    alive = tokens.inner & (frequency >= support) if len(ids) else np.zeros(0, dtype=bool)
    starts = np.flatnonzero((tokens.edge & alive)[ids]) if len(ids) else np.zeros(0, dtype=np.int64)
    runs = ids[starts].astype(np.int64)
    for length in range(2, longest + 1):
        starts, runs = _longer(tokens, starts, runs, length, alive)
        if not len(starts):
            break
        counted = _count(starts, runs, tokens, int(runs.max()) + 1, support)
        going_on = counted.start >= 0
        stays = going_on[runs]
        starts, runs = starts[stays], runs[stays]
        whole = going_on & tokens.edge[ids[np.maximum(counted.start, 0) + length - 1]]
        found.append(_only(counted, whole))
    found[0] = _only(words, words.start >= 0)
    return _together(tokens, found)


def _distinct(tokens: Tokens, ids: np.ndarray) -> np.ndarray:
    """The ids with repeats inside one text taken out."""
    return pairs(tokens.documents, ids, tokens.texts, len(tokens.words))[1]


def _longer(
    tokens: Tokens, starts: np.ndarray, runs: np.ndarray, length: int, alive: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """The runs made one token longer, numbered anew; those that leave their text or meet a break end here."""
    import pandas as pd

    last = starts + (length - 1)
    inside = last < len(tokens.ids)
    starts, runs, last = starts[inside], runs[inside], last[inside]
    goes = alive[tokens.ids[last]] & (tokens.documents[last] == tokens.documents[starts])
    starts, runs, last = starts[goes], runs[goes], last[goes]
    numbers, _ = pd.factorize(runs * len(tokens.words) + tokens.ids[last])
    return starts, numbers


def _count(starts: np.ndarray, runs: np.ndarray, tokens: Tokens, size: int, support: int) -> _Found:
    """Counts of runs by text; a run in too few texts has no start (−1)."""
    occurrences = np.bincount(runs, minlength=size)
    often = occurrences >= support
    kept = often[runs] if len(runs) else np.zeros(0, dtype=bool)
    document, term, count = pairs(tokens.documents[starts[kept]], runs[kept], tokens.texts, size)
    frequency = np.bincount(term, minlength=size)
    first = np.full(size, -1, dtype=np.int64)
    first[runs[kept][::-1]] = starts[kept][::-1]
    first[frequency < support] = -1
    good = first[term] >= 0
    return _Found(document[good], term[good], count[good], frequency, first)


def pairs(
    documents: np.ndarray, terms: np.ndarray, texts: int, size: int
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Every (text, term) once, sorted by text and term, with how often it stands there; `documents` is sorted."""
    if len(terms) < SMALL:  # not worth loading scipy for
        keys, count = np.unique(documents.astype(np.int64) * max(size, 1) + terms, return_counts=True)
        return keys // max(size, 1), keys % max(size, 1), count
    from scipy import sparse

    bounds = np.concatenate([[0], np.cumsum(np.bincount(documents, minlength=texts))])
    matrix = sparse.csr_matrix(
        (np.ones(len(terms), dtype=np.int32), terms.astype(np.int32), bounds), shape=(texts, size)
    )
    matrix.sum_duplicates()
    rows = np.repeat(np.arange(texts, dtype=np.int32), np.diff(matrix.indptr))
    return rows, matrix.indices, matrix.data


def _only(found: _Found, chosen: np.ndarray) -> _Found:
    """The chosen terms, numbered anew from 0."""
    numbers = np.cumsum(chosen) - 1
    kept = chosen[found.term] if len(found.term) else np.zeros(0, dtype=bool)
    term = numbers[found.term[kept]]
    return _Found(found.document[kept], term, found.count[kept], found.frequency[chosen], found.start[chosen])


def _together(tokens: Tokens, found: Sequence[_Found]) -> Terms:
    """Terms of all lengths in one, sorted by text; what reads the same is one term, however it was cut."""
    sizes = [len(part.start) for part in found]
    offsets = np.concatenate([[0], np.cumsum(sizes)[:-1]])
    document = np.concatenate([part.document for part in found])
    term = np.concatenate([part.term + offset for part, offset in zip(found, offsets, strict=True)])
    count = np.concatenate([part.count for part in found])
    frequency = np.concatenate([part.frequency for part in found])
    start = np.concatenate([part.start for part in found])
    length = np.repeat(np.arange(1, len(found) + 1), sizes)
    # each part is sorted already: a stable sort merges them
    order = np.argsort(document, kind="stable")
    terms = Terms(tokens, document[order], term[order], count[order], frequency, start, length)
    return _one_name_each(terms)


def _one_name_each(terms: Terms) -> Terms:
    """Terms that were cut in different ways but read the same made one (发展|中国家, 发展中|国家)."""
    alike = _alike(terms)
    if not len(alike):
        return terms
    into = np.arange(len(terms.start))
    first: dict[str, int] = {}
    for number, name in zip(alike.tolist(), terms.names(alike), strict=True):
        into[number] = first.setdefault(name, number)
    kept = into == np.arange(len(into))
    if kept.all():
        return terms
    touched = np.zeros(len(into), dtype=bool)
    touched[into[~kept]] = touched[~kept] = True
    mine = touched[terms.term]
    keys = terms.document[mine].astype(np.int64) * len(into) + into[terms.term[mine]]
    whole, place = np.unique(keys, return_inverse=True)
    document = np.concatenate([terms.document[~mine], whole // len(into)]).astype(np.int32)
    term = np.concatenate([terms.term[~mine], whole % len(into)])
    count = np.concatenate(
        [terms.count[~mine], np.bincount(place, weights=terms.count[mine]).astype(np.int64)]
    )
    order = np.argsort(document, kind="stable")
    term = (np.cumsum(kept) - 1)[term[order]]
    frequency = np.bincount(term, minlength=int(kept.sum()))
    return Terms(
        terms.tokens, document[order], term, count[order], frequency, terms.start[kept], terms.length[kept]
    )


def _alike(terms: Terms) -> np.ndarray:
    """Numbers of terms that share a hash of their characters with another: nearly always the same name."""
    words = terms.tokens.words
    if not len(terms.start):
        return terms.start
    sizes = np.fromiter(map(len, words), np.int64, len(words))
    codes = np.frombuffer("".join(words).encode("utf-32-le"), dtype=np.uint32).astype(np.uint64)
    # a polynomial over the characters, so that a run's hash comes from its words' hashes
    base = np.uint64(0x9E3779B97F4A7C15)
    powers = np.cumprod(np.full(int(sizes.max()) + 1, base, dtype=np.uint64)) * pow(int(base), -1, 1 << 64)
    place = np.arange(len(codes)) - np.repeat(np.cumsum(sizes) - sizes, sizes)
    left = np.repeat(sizes, sizes) - place - 1
    word_hash = np.add.reduceat(codes * powers[left], np.cumsum(sizes) - sizes)
    hashes = np.zeros(len(terms.start), dtype=np.uint64)
    for offset in range(int(terms.length.max())):
        inside = terms.length > offset
        ids = terms.tokens.ids[terms.start[inside] + offset]
        hashes[inside] = hashes[inside] * powers[sizes[ids]] + word_hash[ids]
    _, first, count = np.unique(hashes, return_inverse=True, return_counts=True)
    return np.flatnonzero(count[first] > 1)


def phrases(
    tokens: Tokens, *, longest: int = 4, support: int = 2
) -> tuple[np.ndarray, np.ndarray, list[str]]:
    """Every term occurrence as (term id, text) arrays with the list of terms."""
    found = find_terms(tokens, longest=longest, support=support)
    return np.repeat(found.term, found.count), np.repeat(found.document, found.count), found.names()


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
