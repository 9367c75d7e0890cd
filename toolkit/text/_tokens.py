"""Texts as integer ids, and what kind of word each id is.

A word of up to three characters is one 64-bit integer, so that telling words apart costs no Python string: only the
different words of a chunk become strings.
"""

from __future__ import annotations

import dataclasses
import functools
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from toolkit import lexicons
from toolkit.text._chunks import _SEPARATOR, _chunks
from toolkit.text._cut import _cutter, word_list
from toolkit.text._fold import comparable

_WORD = re.compile(r"[\u3400-\u9fff\uf900-\ufaff\U00020000-\U0003ffff]+|[A-Za-z][A-Za-z0-9+#.&'-]*")
_DIGITS = r"(?=.*[\d十百千万亿〇零一二三四五六七八九两几半])[\d.,%十百千万亿〇零一二三四五六七八九两几半第]+"
# larger chunks hold fewer words twice; the strings of one chunk take some 70 bytes a token
CUT_CHARACTERS = 2_000_000
# a code point has 21 bits: three of them fit into one integer
_BITS = 21
_PACKED = 3
# what is longer is no word: a link, a key, someone's elbow on the keyboard
LONGEST_WORD = 64


@dataclass(frozen=True)
class Tokens:
    """Texts as integer ids: `ids[i]` is the token at place i, `documents[i]` the number of its text.

    `words` is the vocabulary in lower case, `shown` the way the texts mostly write each word. For each vocabulary
    entry `edge` says whether a phrase may begin or end with it, `inner` whether it may stand inside one (no
    punctuation, no blanks), `term` whether it can be a term by itself. `texts` is the number of texts.
    """

    words: np.ndarray
    ids: np.ndarray
    documents: np.ndarray
    edge: np.ndarray
    inner: np.ndarray
    term: np.ndarray
    texts: int
    shown: np.ndarray


@dataclass(frozen=True)
class Cut:
    """Texts cut: `ids` into `words` (as written, simplified) in reading order, `lengths` the tokens of each text."""

    words: list[str]
    ids: np.ndarray
    lengths: np.ndarray


class Vocabulary:
    """Words numbered as they come, over many cuts, as written and in lower case; knows what kind of word each is."""

    def __init__(self, stop_words: Iterable[str] = ()) -> None:
        """An empty vocabulary; `stop_words` are stop words beside those of the lexicon."""
        self.written: dict[str, int] = {}
        self.words: dict[str, int] = {}
        self._lower: list[int] = []
        self._kinds: list[np.ndarray] = []
        self._stop = frozenset(lexicons.words("stopwords")) | {word.lower() for word in stop_words}

    def add(self, cut: Cut) -> np.ndarray:
        """The cut's ids in this vocabulary's numbers of words as written."""
        written, words = self.written, self.words
        numbers = np.array([written.get(word, -1) for word in cut.words], dtype=np.int32)
        fresh = [cut.words[place] for place in np.flatnonzero(numbers < 0).tolist()]
        before = len(words)
        numbers[numbers < 0] = np.arange(len(written), len(written) + len(fresh))
        written.update(zip(fresh, range(len(written), len(written) + len(fresh)), strict=True))
        self._lower += [words.setdefault(word.lower(), len(words)) for word in fresh]
        if len(words) > before:
            self._kinds.append(_kinds(list(words)[before:], self._stop))
        return numbers[cut.ids] if len(cut.ids) else np.zeros(0, dtype=np.int32)

    def tokens(self, written: np.ndarray, lengths: np.ndarray) -> Tokens:
        """Tokens of texts given as numbers of words as written."""
        lower = np.array(self._lower, dtype=np.int32)
        words = np.array(list(self.words), dtype=object)
        edge, inner, term = np.concatenate(self._kinds, axis=1) if self._kinds else np.zeros((3, 0), bool)
        documents = np.repeat(np.arange(len(lengths), dtype=np.int32), lengths)
        ids = lower[written] if len(written) else np.zeros(0, dtype=np.int32)
        spaces = self._spaces(ids, inner)
        shown = self._shown(words, lower, written)
        kept = np.delete(ids, spaces), np.delete(documents, spaces)
        return Tokens(words, *kept, edge, inner, term, len(lengths), shown)

    def _spaces(self, ids: np.ndarray, inner: np.ndarray) -> np.ndarray:
        """Where a blank only parts two Latin words: Apple Watch is one phrase, 中秋 国庆 are two words."""
        places = np.flatnonzero(ids[1:-1] == self.words.get(" ", -1)) + 1
        around = np.unique(np.concatenate([ids[places - 1], ids[places + 1]]))
        latin = np.zeros(len(inner), dtype=bool)
        listed = list(self.words) if len(around) else []
        latin[around] = [listed[number].isascii() for number in around.tolist()]
        latin &= inner
        return places[latin[ids[places - 1]] & latin[ids[places + 1]]]

    def _shown(self, words: np.ndarray, lower: np.ndarray, written: np.ndarray) -> np.ndarray:
        """For each word the form that is written most, among equals the first by letter."""
        many = np.bincount(lower, minlength=len(words)) > 1
        forms = np.array(list(self.written), dtype=object)
        shown = words.copy()
        shown[lower] = forms
        several = np.flatnonzero(many[lower]) if len(lower) else lower
        if len(several):
            count = np.bincount(written, minlength=len(lower))[several]
            # the most written last, so that it stays; among equals the first by letter
            letter = np.argsort(np.argsort(forms[several]))
            several = several[np.lexsort((-letter, count))]
            shown[lower[several]] = forms[several]
        return shown


def tokenise(texts: Sequence[str], *, words: Any | None = None, stop_words: Iterable[str] = ()) -> Tokens:
    """The folded texts as one flat array of ids.

    `words` are the user words (None: the user-word lexicon), `stop_words` stop words beside the lexicon's.
    """
    vocabulary = Vocabulary(stop_words)
    cuts = list(cut(texts, words=words))
    written = [vocabulary.add(part) for part in cuts]
    lengths = [part.lengths for part in cuts]
    return vocabulary.tokens(_joined(written, np.int32), _joined(lengths, np.int32))


def only_texts(tokens: Tokens, chosen: np.ndarray) -> Tokens:
    """The tokens of the chosen texts (a flag for each), which are numbered anew from 0."""
    kept = chosen[tokens.documents]
    numbers = (np.cumsum(chosen) - 1).astype(np.int32)
    documents = numbers[tokens.documents[kept]]
    return dataclasses.replace(tokens, ids=tokens.ids[kept], documents=documents, texts=int(chosen.sum()))


def find_run(tokens: Tokens, run: Sequence[int]) -> np.ndarray:
    """The places where the run of ids begins, inside one text."""
    ids, more = tokens.ids, len(run) - 1
    if len(ids) <= more:
        return np.zeros(0, dtype=np.int64)
    places = np.flatnonzero(ids[: len(ids) - more] == run[0])
    for offset, number in enumerate(run[1:], start=1):
        places = places[ids[places + offset] == number]
    return places[tokens.documents[places] == tokens.documents[places + more]]


def _joined(parts: Sequence[np.ndarray], dtype: Any) -> np.ndarray:
    return np.concatenate(parts) if parts else np.zeros(0, dtype=dtype)


def cut(texts: Sequence[str], *, words: Any | None = None, jobs: int = 1) -> Iterable[Cut]:
    """The texts cut, chunk by chunk, by `jobs` processes.

    `words=None` takes the user-word lexicon. Worker processes cost some 0.3 s each to start: worth it from about
    5 MB on.
    """
    chosen = word_list(lexicons.user_words() if words is None else words)
    chunks = list(_chunks(list(texts), CUT_CHARACTERS))
    if jobs == 1 or len(chunks) < 2:
        return (_cut_chunk(chunk, chosen) for chunk in chunks)
    from concurrent.futures import ProcessPoolExecutor
    from multiprocessing import get_context

    # a forked child would inherit the locks of a running kernel's threads
    with ProcessPoolExecutor(jobs, mp_context=get_context("spawn")) as pool:
        return list(pool.map(_cut_chunk, chunks, [chosen] * len(chunks)))


def _cut_chunk(chunk: Sequence[str], words: tuple[tuple[str, int], ...]) -> Cut:
    joined = _SEPARATOR.join(comparable(chunk))
    pieces = _cutter(words).cut(joined)
    sizes = np.array(list(map(len, pieces)), dtype=np.int64)
    del pieces
    return _without_separators(cut_at(joined, sizes))


def _without_separators(cut: Cut) -> Cut:
    """A cut of joined texts as a cut of each text."""
    separator = cut.words.index(_SEPARATOR) if _SEPARATOR in cut.words else -1
    breaks = np.flatnonzero(cut.ids == separator)
    lengths = np.diff(np.concatenate([[-1], breaks, [len(cut.ids)]])) - 1
    return Cut(cut.words, np.delete(cut.ids, breaks), lengths.astype(np.int32))


def cut_at(joined: str, sizes: np.ndarray, lengths: np.ndarray | None = None) -> Cut:
    """The words of `sizes` characters that `joined` is made of; `lengths` the words of each text (one text)."""
    import pandas as pd

    codes = np.frombuffer(f"{joined}\0\0".encode("utf-32-le"), dtype=np.uint32).astype(np.uint64)
    packed = codes[:-2] | codes[1:-1] << np.uint64(_BITS) | codes[2:] << np.uint64(2 * _BITS)
    keep = np.array([(1 << _BITS * size) - 1 for size in range(_PACKED + 1)], dtype=np.uint64)
    ends = np.cumsum(sizes)
    starts = ends - sizes
    keys = packed[starts] & keep[np.minimum(sizes, _PACKED)]
    # long words get numbers beyond all packed ones
    names: dict[str, int] = {}
    long = np.flatnonzero(sizes > _PACKED)
    spans = zip(starts[long].tolist(), ends[long].tolist(), strict=True)
    numbers = [names.setdefault(joined[start:end], len(names)) for start, end in spans]
    keys[long] = np.uint64(1 << 63) | np.array(numbers, dtype=np.uint64)
    ids, unique = pd.factorize(keys)
    first = np.zeros(len(unique), dtype=np.int64)
    first[ids[::-1]] = np.arange(len(ids) - 1, -1, -1)
    spans = zip(starts[first].tolist(), ends[first].tolist(), strict=True)
    whole = np.array([len(ids)], dtype=np.int32) if lengths is None else lengths
    return Cut([joined[start:end] for start, end in spans], ids.astype(np.int32), whole)


def _kinds(words: list[str], stop: frozenset[str]) -> np.ndarray:
    """Three rows of flags for the words: edge, inner, term."""
    flags = np.zeros((3, len(words)), dtype=bool)
    number, word_like = _number_pattern().fullmatch, _WORD.fullmatch
    plain = _only_plain_han(words)
    for place, word in enumerate(words):
        if len(word) > LONGEST_WORD:
            continue
        numeric = not plain[place] and number(word) is not None
        if plain[place] or word_like(word):
            flags[0, place] = not numeric and word not in stop
            flags[1, place] = True
            flags[2, place] = flags[0, place] and len(word) > 1
        else:
            flags[1, place] = numeric
    return flags


@functools.cache
def _plain_han() -> np.ndarray:
    """For each code point whether it is Han and can stand in no number."""
    table = np.zeros(0x110000, dtype=bool)
    for first, last in ((0x3400, 0x9FFF), (0xF900, 0xFAFF), (0x20000, 0x3FFFF)):
        table[first : last + 1] = True
    for character in "十百千万亿〇零一二三四五六七八九两几半第年月日时分秒点":
        table[ord(character)] = False
    return table


def _only_plain_han(words: list[str]) -> np.ndarray:
    """For each word whether all its characters are Han and none can stand in a number."""
    codes = np.frombuffer("".join(words).encode("utf-32-le"), dtype=np.uint32)
    sizes = np.fromiter(map(len, words), dtype=np.int64, count=len(words))
    plain: np.ndarray = np.logical_and.reduceat(_plain_han()[codes], np.cumsum(sizes) - sizes)
    return plain


@functools.cache
def _number_pattern() -> re.Pattern[str]:
    measures = "|".join(re.escape(word) for word in lexicons.words("measures"))
    return re.compile(rf"{_DIGITS}(?:{measures})?|[年月日时分秒点]+")
