"""Texts as integer ids, and what kind of word each id is.

A word of up to three characters is one 64-bit integer, so that telling words apart costs no Python string: only the
different words of a chunk become strings.
"""

from __future__ import annotations

import dataclasses
import functools
import itertools
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from toolkit import lexicons
from toolkit.text._chunks import _SEPARATOR, CALL_CHARACTERS, _chunks
from toolkit.text._cut import _cutter, cut_joined, word_list
from toolkit.text._fold import comparable_joined

_WORD = re.compile(r"[\u3400-\u9fff\uf900-\ufaff\U00020000-\U0003ffff]+|[A-Za-z][A-Za-z0-9+#.&'-]*")
_DIGITS = r"(?=.*[\d十百千万亿〇零一二三四五六七八九两几半])[\d.,%十百千万亿〇零一二三四五六七八九两几半第]+"
# what one process cuts at a time, and what is numbered together, so that few words are met twice
PART_CHARACTERS = 500_000
CUT_CHARACTERS = 8_000_000
# parts that wait for each further process, so that none runs dry while this one numbers
AHEAD = 3
# a code point has 21 bits: three of them fit into one integer
_BITS = 21
_SHORT = 3
_KEEP = np.array([(1 << _BITS * size) - 1 for size in range(_SHORT + 1)], dtype=np.uint64)
_BEYOND = 1 << 63
_LONG = np.uint64(_BEYOND)
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


@dataclass(frozen=True)
class _Packed:
    """Texts cut, a separator after each: `ids` into `keys`, where a word is one integer or one of the `long` (`_keys`)."""

    ids: np.ndarray
    keys: np.ndarray
    long: list[str]


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
        shown = self.shown(np.bincount(written, minlength=len(lower)))
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

    def shown(self, written: np.ndarray) -> np.ndarray:
        """For each word the form that is written most, among equals the first by letter.

        `written` tells of each form how often it is written.
        """
        lower = np.array(self._lower, dtype=np.int32)
        many = np.bincount(lower, minlength=len(self.words)) > 1
        forms = np.array(list(self.written), dtype=object)
        shown = np.array(list(self.words), dtype=object)
        shown[lower] = forms
        several = np.flatnonzero(many[lower]) if len(lower) else lower
        if len(several):
            # the most written last, so that it stays; among equals the first by letter
            letter = np.argsort(np.argsort(forms[several]))
            several = several[np.lexsort((-letter, written[several]))]
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

    `words=None` takes the user-word lexicon. Under about 10 MB one process is faster than two: a further one takes
    half a second to start.
    """
    chosen = word_list(lexicons.user_words() if words is None else words)
    parts = list(_chunks(list(texts), PART_CHARACTERS))
    several = max(1, CUT_CHARACTERS // PART_CHARACTERS)
    done: Iterator[_Packed] = (_pack(part, chosen) for part in parts)
    if jobs > 1 < len(parts):
        # fewer at a time, so that little is left to number when the last part comes
        done, several = _by_processes(parts, chosen, jobs), max(1, several // 4)
    while batch := list(itertools.islice(done, several)):
        yield _numbered(batch)


def _by_processes(
    parts: Sequence[Sequence[str]], words: tuple[tuple[str, int], ...], jobs: int
) -> Iterator[_Packed]:
    """The parts packed, in order; this process packs too, so that none waits while the others start."""
    from concurrent.futures import Future, ProcessPoolExecutor
    from multiprocessing import get_context

    ours: dict[int, _Packed] = {}
    theirs: dict[int, Future[_Packed]] = {}
    given = itertools.count()
    place = next(given)
    # a forked child would inherit the locks of a running kernel's threads
    with ProcessPoolExecutor(jobs - 1, mp_context=get_context("spawn")) as pool:
        for wanted in range(len(parts)):
            while wanted not in ours and not (wanted in theirs and theirs[wanted].done()):
                while place < len(parts) and sum(not job.done() for job in theirs.values()) < AHEAD * (
                    jobs - 1
                ):
                    theirs[place] = pool.submit(_pack, parts[place], words)
                    place = next(given)
                if place >= len(parts):
                    break
                ours[place] = _pack(parts[place], words)
                place = next(given)
            yield ours.pop(wanted) if wanted in ours else theirs.pop(wanted).result()


def _pack(texts: Sequence[str], words: tuple[tuple[str, int], ...]) -> _Packed:
    import pandas as pd

    cutter = _cutter(words)
    long: dict[str, int] = {}
    keys = []
    for part in _chunks(texts, CALL_CHARACTERS):
        joined = comparable_joined(part) + _SEPARATOR
        sizes = np.fromiter(map(len, cut_joined(cutter, joined)), dtype=np.int64)
        keys.append(_keys(joined, sizes, long))
    ids, unique = pd.factorize(np.concatenate(keys))
    return _Packed(ids.astype(np.int32), unique, list(long))


def cut_at(joined: str, sizes: np.ndarray, lengths: np.ndarray) -> Cut:
    """The words of `sizes` characters that `joined` is made of; `lengths` the words of each text."""
    import pandas as pd

    long: dict[str, int] = {}
    keys = [np.zeros(0, dtype=np.uint64)]
    done = 0
    for first in range(0, len(sizes), CALL_CHARACTERS):
        part = sizes[first : first + CALL_CHARACTERS]
        end = done + int(part.sum())
        keys.append(_keys(joined[done:end], part, long))
        done = end
    ids, unique = pd.factorize(np.concatenate(keys))
    return Cut(_spelled(unique, list(long)), ids.astype(np.int32), lengths)


def _keys(joined: str, sizes: np.ndarray, long: dict[str, int]) -> np.ndarray:
    """Each word as one integer: its code points, or, beyond all of these, its number among the `long` words."""
    codes = np.frombuffer(f"{joined}\0\0".encode("utf-32-le", "surrogatepass"), dtype=np.uint32)
    shifted = codes.astype(np.uint64) + np.uint64(1)  # 0 is no character
    packed = shifted[2:] << np.uint64(_BITS)
    packed |= shifted[1:-1]
    packed <<= np.uint64(_BITS)
    packed |= shifted[:-2]
    ends = np.cumsum(sizes)
    starts = ends - sizes
    keys: np.ndarray = packed[starts]
    keys &= _KEEP[np.minimum(sizes, _SHORT)]
    places = np.flatnonzero(sizes > _SHORT)
    spans = zip(starts[places].tolist(), ends[places].tolist(), strict=True)
    numbers = [long.setdefault(joined[start:end], len(long)) for start, end in spans]
    keys[places] = _LONG | np.array(numbers, dtype=np.uint64)
    return keys


def _numbered(parts: Sequence[_Packed]) -> Cut:
    """The words of several parts numbered together, and how many each text has."""
    import pandas as pd

    long: dict[str, int] = {}
    for part in parts:
        numbers = np.array([long.setdefault(word, len(long)) for word in part.long], dtype=np.uint64)
        places = np.flatnonzero(part.keys >= _LONG)
        part.keys[places] = _LONG | numbers[(part.keys[places] ^ _LONG).astype(np.int64)]
    places, unique = pd.factorize(np.concatenate([part.keys for part in parts]))
    numbered = np.split(places.astype(np.int32), np.cumsum([len(part.keys) for part in parts])[:-1])
    ids = np.concatenate([number[part.ids] for number, part in zip(numbered, parts, strict=True)])
    words = _spelled(unique, list(long))
    ends = np.flatnonzero(ids == words.index(_SEPARATOR))
    lengths = np.diff(ends, prepend=-1) - 1
    return Cut(words, np.delete(ids, ends), lengths.astype(np.int32))


def _spelled(keys: np.ndarray, long: Sequence[str]) -> list[str]:
    """The word of each key."""
    short = keys[keys < _LONG]
    codes = np.stack([short >> np.uint64(_BITS * place) for place in range(_SHORT)], axis=1) & _KEEP[1]
    there = codes > 0
    letters = (codes[there] - np.uint64(1)).astype("<u4").tobytes().decode("utf-32-le", "surrogatepass")
    ends = np.cumsum(there.sum(axis=1)).tolist()
    spans = iter(zip([0, *ends], ends, strict=False))
    return [long[key - _BEYOND] if key >= _BEYOND else letters[slice(*next(spans))] for key in keys.tolist()]


def _kinds(words: list[str], stop: frozenset[str]) -> np.ndarray:
    """Three rows of flags for the words: edge, inner, term."""
    number, word_like = _number_pattern().fullmatch, _WORD.fullmatch
    sizes = np.fromiter(map(len, words), dtype=np.int64, count=len(words))
    edge = _only_plain_han(words, sizes)
    inner = edge.copy()
    for place in np.flatnonzero(~edge).tolist():
        word = words[place]
        if len(word) <= LONGEST_WORD:
            numeric = number(word) is not None
            edge[place] = not numeric and word_like(word) is not None
            inner[place] = numeric or edge[place]
    fits = sizes <= LONGEST_WORD
    edge &= fits & ~np.fromiter(map(stop.__contains__, words), dtype=bool, count=len(words))
    return np.stack([edge, inner & fits, edge & (sizes > 1)])


@functools.cache
def _plain_han() -> np.ndarray:
    """For each code point whether it is Han and can stand in no number."""
    table = np.zeros(0x110000, dtype=bool)
    for first, last in ((0x3400, 0x9FFF), (0xF900, 0xFAFF), (0x20000, 0x3FFFF)):
        table[first : last + 1] = True
    for character in "十百千万亿〇零一二三四五六七八九两几半第年月日时分秒点":
        table[ord(character)] = False
    return table


def _only_plain_han(words: list[str], sizes: np.ndarray) -> np.ndarray:
    """For each word whether all its characters are Han and none can stand in a number."""
    codes = np.frombuffer("".join(words).encode("utf-32-le", "surrogatepass"), dtype=np.uint32)
    plain: np.ndarray = np.logical_and.reduceat(_plain_han()[codes], np.cumsum(sizes) - sizes)
    return plain


@functools.cache
def _number_pattern() -> re.Pattern[str]:
    measures = "|".join(re.escape(word) for word in lexicons.words("measures"))
    return re.compile(rf"{_DIGITS}(?:{measures})?|[年月日时分秒点]+")
