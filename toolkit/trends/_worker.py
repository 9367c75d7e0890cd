"""What a worker of a cluster does with one part of the documents: cut, number, count; only counts leave it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, fields, replace
from typing import Any

import numpy as np
import pandas as pd

from toolkit import text
from toolkit.schema import DOCUMENTS
from toolkit.trends._counts import _digests, document_texts
from toolkit.trends._parts import MEMORY, Part, read
from toolkit.trends._windows import LEFT_OUT

# a document that does not vote, beside the parts of `_windows`
NO_VOTE = LEFT_OUT - 1


@dataclass(frozen=True)
class Settings:
    """How texts are cut: the same on every worker."""

    words: tuple[tuple[str, int], ...]
    stop_words: tuple[str, ...]
    chunk_bytes: int


class _Sized:
    """Arrays that tell their size, so that Dask knows when to put them on disk."""

    def __sizeof__(self) -> int:
        values = [getattr(self, field.name) for field in fields(self)]  # type: ignore[arg-type]
        return sum(_bytes(value) for value in values)


def _bytes(value: Any) -> int:
    if isinstance(value, np.ndarray):
        return value.nbytes
    if isinstance(value, _Sized):
        return value.__sizeof__()
    if isinstance(value, pd.DataFrame):
        return int(value.memory_usage(deep=True).sum())
    return 64 * len(value) if isinstance(value, list) else 64


@dataclass(frozen=True)
class Piece(_Sized):
    """A part cut: `written` are numbers of `words` in reading order, `lengths` the words of each document."""

    words: list[str]
    written: np.ndarray
    lengths: np.ndarray
    memory: pd.DataFrame
    digest: np.ndarray
    copied: np.ndarray


@dataclass(frozen=True)
class Facts(_Sized):
    """What decides which documents vote and when: a digest, a hash of the doc_id, whether a copy, the time in µs."""

    digest: np.ndarray
    doc_id: np.ndarray
    copied: np.ndarray
    time: np.ndarray


@dataclass(frozen=True)
class WordCounts(_Sized):
    """The words of a part's voting documents as they come, and how often each was `written`.

    In lower case, in the order of the first: in how many documents each stands, in the window, in the baseline.
    `tokens` and `documents` are the sizes of the State.
    """

    words: list[str]
    written: np.ndarray
    held: np.ndarray
    tokens: int
    documents: int


@dataclass(frozen=True)
class State(_Sized):
    """The documents of a part up to the window's end: ids of words, the words of each, its part, its memory."""

    ids: np.ndarray
    lengths: np.ndarray
    part: np.ndarray
    memory: pd.DataFrame

    @property
    def owners(self) -> np.ndarray:
        """The document of each id."""
        return np.repeat(np.arange(len(self.lengths), dtype=np.int32), self.lengths)


@dataclass(frozen=True)
class Numbered(_Sized):
    """A state whose ids are the part's own, and the counts that leave the worker."""

    state: State
    counts: WordCounts


@dataclass(frozen=True)
class Runs(_Sized):
    """The runs of `length` words: one begins at each of `starts`, and `keys[which]` tells the run."""

    length: int
    starts: np.ndarray
    which: np.ndarray
    keys: np.ndarray
    held: np.ndarray


@dataclass(frozen=True)
class Counted(_Sized):
    """Runs told by `keys`: in how many documents, in the window, in the baseline; `first` is a place."""

    keys: np.ndarray
    held: np.ndarray
    first: np.ndarray


@dataclass(frozen=True)
class Lookup(_Sized):
    """Terms wanted: for runs of each length their keys, ascending, and the number of each."""

    keys: list[np.ndarray]
    numbers: list[np.ndarray]


@dataclass(frozen=True)
class Tally(_Sized):
    """Sparse counts: (term, part + 1, documents), (term, uses in the window) and the terms' sources there."""

    cells: np.ndarray
    uses: np.ndarray
    sources: np.ndarray
    names: list[str]


@dataclass(frozen=True)
class Rows(_Sized):
    """Documents with their parts, and which term stands in which of them."""

    documents: pd.DataFrame
    part: np.ndarray
    term: np.ndarray
    row: np.ndarray


# --- cutting and numbering ---


def cut_part(source: Part | pd.DataFrame, settings: Settings) -> Piece:
    """The part's documents cut, those too that may turn out not to vote."""
    vocabulary = text.Vocabulary()
    written, lengths, memory, digests, copied = [], [], [DOCUMENTS.empty()[MEMORY]], [], []
    for frame in read(source, settings.chunk_bytes):
        texts = np.array(document_texts(frame), dtype=object)
        for cut in text.cut(texts.tolist(), words=settings.words):
            written.append(vocabulary.add(cut))
            lengths.append(cut.lengths)
        memory.append(frame[MEMORY])
        digests.append(_digests(frame["source"], texts).to_numpy(np.int64))
        copied.append(frame["duplicate_of"].notna().to_numpy(bool))
    whole = [frame for frame in memory if len(frame)] or memory[:1]
    return Piece(
        list(vocabulary.written),
        _joined(written, np.int32),
        _joined(lengths, np.int32),
        pd.concat(whole, ignore_index=True),
        _joined(digests, np.int64),
        _joined(copied, np.bool_),
    )


def facts(piece: Piece) -> Facts:
    """What the client must know of each document."""
    names = np.array(piece.memory["doc_id"].tolist(), dtype=object)
    doc_id = pd.util.hash_array(names, categorize=False) if len(names) else np.zeros(0, dtype=np.uint64)
    times = piece.memory["published_at"].dt.tz_convert("UTC").dt.tz_localize(None)
    return Facts(piece.digest, doc_id, piece.copied, times.to_numpy("M8[us]").view(np.int64))


def number(piece: Piece, part: np.ndarray, settings: Settings) -> Numbered:
    """The documents that vote, counted by word; `part` is NO_VOTE for the others. Ids are the part's own."""
    votes = part != NO_VOTE
    kept = np.repeat(votes, piece.lengths)
    ids, used = pd.factorize(piece.written[kept])
    words = [piece.words[place] for place in used.tolist()]
    vocabulary = text.Vocabulary(settings.stop_words)
    cut = text.Cut(words, ids.astype(np.int32), piece.lengths[votes])
    tokens = vocabulary.tokens(vocabulary.add(cut), cut.lengths)
    part = part[votes]
    memory = piece.memory[votes]
    known = part > LEFT_OUT
    if not known.all():
        tokens, part, memory = text.only_texts(tokens, known), part[known], memory[known]
    held = _held(tokens.documents, tokens.ids, part, len(tokens.words))
    written = np.bincount(ids, minlength=len(words))
    counts = WordCounts(words, written, held, len(tokens.ids), len(part))
    lengths = np.bincount(tokens.documents, minlength=len(part)).astype(np.int32)
    state = State(tokens.ids, lengths, part.astype(np.int32), memory.reset_index(drop=True))
    return Numbered(state, counts)


def word_counts(numbered: Numbered) -> WordCounts:
    """The counts, which leave the worker."""
    return numbered.counts


def renumber(numbered: Numbered, numbers: np.ndarray) -> State:
    """The state with the ids of the whole: `numbers` has that of each of the part's own words."""
    return replace(numbered.state, ids=numbers[numbered.state.ids])


def _joined(arrays: Sequence[np.ndarray], dtype: Any) -> np.ndarray:
    return np.concatenate(arrays) if arrays else np.zeros(0, dtype=dtype)


# --- counting ---


def _held(documents: np.ndarray, terms: np.ndarray, part: np.ndarray, size: int) -> np.ndarray:
    """In how many documents each term stands: a row for all, one for the window, one for the baseline."""
    rows, which, _ = text.pairs(documents, terms, len(part), size)
    where = part[rows]
    chosen = (which, which[where == 0], which[where > 0])
    return np.array([np.bincount(these, minlength=size) for these in chosen])


def first_runs(state: State, edge: np.ndarray) -> Runs:
    """Runs of one word that may begin a phrase; `edge` flags such words."""
    starts = np.flatnonzero(edge[state.ids])
    return _runs(state, 1, starts, state.ids[starts].astype(np.int64))


def grow(state: State, runs: Runs, alive: np.ndarray, inner: np.ndarray) -> Runs:
    """The runs one word longer: those of `alive` keys (ascending) that go on with a word flagged in `inner`.

    The new key is place in `alive` × number of words + the word's number.
    """
    numbers = _places(alive, runs.keys)[runs.which]
    kept = numbers >= 0
    starts, numbers = runs.starts[kept].astype(np.int64), numbers[kept]
    last = starts + runs.length
    inside = last < len(state.ids)
    starts, numbers, last = starts[inside], numbers[inside], last[inside]
    owners = state.owners
    goes = inner[state.ids[last]] & (owners[last] == owners[starts])
    starts, numbers, last = starts[goes], numbers[goes], last[goes]
    return _runs(state, runs.length + 1, starts, numbers * len(inner) + state.ids[last])


def _runs(state: State, length: int, starts: np.ndarray, keys: np.ndarray) -> Runs:
    which, unique = pd.factorize(keys)
    held = _held(state.owners[starts], which, state.part, len(unique))
    return Runs(length, starts.astype(np.int32), which.astype(np.int32), unique, held.astype(np.int32))


def _places(wanted: np.ndarray, values: np.ndarray) -> np.ndarray:
    """The place of each value in `wanted`, which ascends; −1 where it is not."""
    if not len(wanted):
        return np.full(len(values), -1, dtype=np.int64)
    places = np.minimum(np.searchsorted(wanted, values), len(wanted) - 1)
    return np.where(wanted[places] == values, places, -1)


def counted(runs: Runs, share: int, shares: int) -> Counted:
    """The counts of those runs whose key leaves `share` when divided by `shares`: that part of them leaves the worker."""
    first = np.zeros(len(runs.keys), dtype=np.int64)
    first[runs.which[::-1]] = runs.starts[::-1]
    mine = runs.keys % shares == share
    return Counted(runs.keys[mine], runs.held[:, mine], first[mine])


def _found(state: State, runs: Sequence[Runs], lookup: Lookup) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Documents, terms and counts: every (document, term) of the lookup once, sorted."""
    owners = state.owners
    size = 1 + max((int(numbers.max()) for numbers in lookup.numbers if len(numbers)), default=0)
    keys = []
    for level, keys_wanted, numbers in zip(runs, lookup.keys, lookup.numbers, strict=True):
        places = _places(keys_wanted, level.keys)[level.which]
        mine = places >= 0
        keys.append(owners[level.starts[mine]].astype(np.int64) * size + numbers[places[mine]])
    whole, count = np.unique(_joined(keys, np.int64), return_counts=True)
    return whole // size, whole % size, count


def tally(state: State, runs: Sequence[Runs], lookup: Lookup, parts: int) -> Tally:
    """The counts of the terms in each part of the window and its baseline, of their uses and their sources."""
    document, term, count = _found(state, runs, lookup)
    part = state.part[document].astype(np.int64) + 1
    cells, documents = np.unique(term * (parts + 1) + part, return_counts=True)
    inside = part == 1
    used, place = np.unique(term[inside], return_inverse=True)
    uses = np.bincount(place, weights=count[inside], minlength=len(used)).astype(np.int64)
    codes, names = pd.factorize(state.memory["source"])
    width = max(len(names), 1)
    pairs = np.unique(term[inside] * width + codes[document[inside]])
    return Tally(
        np.array([cells // (parts + 1), cells % (parts + 1), documents]),
        np.array([used, uses]),
        np.array([pairs // width, pairs % width]),
        [str(name) for name in names],
    )


def near(state: State, runs: Sequence[Runs], lookup: Lookup) -> np.ndarray:
    """Terms and documents of window and baseline that hold them, as two rows."""
    document, term, _ = _found(state, runs, lookup)
    mine = state.part[document] >= 0
    return np.array([term[mine], document[mine]])


def part_of(state: State) -> np.ndarray:
    """The part of each document."""
    return state.part


def holding(state: State, runs: Sequence[Runs], lookup: Lookup, by: str | None) -> Rows:
    """The documents of the window that hold a term and the first of all (of each source or channel, as `by` says).

    With `by` those of the baseline too.
    """
    document, term, _ = _found(state, runs, lookup)
    near = state.part[document] >= 0 if by else state.part[document] == 0
    codes = pd.factorize(state.memory[by])[0] if by else np.zeros(len(state.memory), dtype=np.int64)
    times = state.memory["published_at"].astype("int64").to_numpy()
    order = np.lexsort((times[document], codes[document], term))
    ordered = np.array([term[order], codes[document[order]]])
    fresh = np.ones(len(order), dtype=bool)
    fresh[1:] = (ordered[:, 1:] != ordered[:, :-1]).any(axis=0)
    near[order[fresh]] = True
    rows, place = np.unique(document[near], return_inverse=True)
    return Rows(state.memory.iloc[rows], state.part[rows], term[near], place)
