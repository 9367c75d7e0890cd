"""Trends of documents that one machine cannot hold: workers of a Dask cluster keep the parts, counts come back."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pandas as pd

from toolkit import lexicons, text
from toolkit.schema import TIME_ZONE
from toolkit.trends import _worker as worker
from toolkit.trends._counts import clash_notes, folded_words, repeated
from toolkit.trends._dask import opened
from toolkit.trends._mine import _empty, _with_notes, told
from toolkit.trends._parts import MEMORY, parts_of
from toolkit.trends._use import candidate_table, worth_judging
from toolkit.trends._windows import Windows, part_days

# one task reads and cuts this much text: from 1 MB on a native call is at its full speed
CHUNK_BYTES = 4_000_000
# the client sums the runs of about so many tokens at once: some 200 MB
TOKENS_AT_ONCE = 20_000_000
LONGEST = 4
_AHEAD = 8


def mine_on_cluster(
    documents: Any,
    cluster: Any,
    *,
    until: Any | None = None,
    window_days: int = 7,
    baseline_days: int = 28,
    top: int = 50,
    min_documents: int = 3,
    min_sources: int = 1,
    words: Any | None = None,
    stop_words: Iterable[str] = (),
    by: str | None = None,
    chunk_bytes: int = CHUNK_BYTES,
) -> pd.DataFrame:
    """What `mine_trends` gives for the same documents in the same order, worked out on a Dask cluster.

    `cluster` is the scheduler's address ("tcp://…") or a `distributed.Client`, which stays open. `documents` is a
    DOCUMENTS frame, a folder of parts (.parquet, .jsonl, .jsonl.gz with the columns of DOCUMENTS, taken by name) or
    a list of such files; each worker must see the files under the same path. A task takes `chunk_bytes` of text.
    Workers keep the documents as numbers, on disk where their memory is full; only counts, and at last the documents
    behind the best terms, come to this process, whose memory grows with the number of different words and phrases
    and by 30 bytes a document, not with the texts. A worker wants 600 MB: the program alone takes some 280.

    Raises ChoiceError without dask or for an unknown kind of documents, InputError where the cluster or a file
    cannot be reached or a worker runs out of memory.
    """
    settings = worker.Settings(
        text.word_list(lexicons.user_words() if words is None else words),
        tuple(sorted(folded_words(stop_words))),
        chunk_bytes,
    )
    connection = opened(cluster)
    parts = parts_of(documents, chunk_bytes)
    with connection as client:
        states = _States(client, settings)
        windows = states.add(parts, until, window_days, baseline_days)
        if not len(windows.sizes) or not windows.sizes[0]:
            return _with_notes(_empty(by), windows.notes)
        use = ClusterUse(states, windows.sizes, by, support=min(max(min_documents, 2), 3))
        rules: dict[str, Any] = {
            "top": top,
            "min_documents": min_documents,
            "min_sources": min_sources,
            "by": by,
        }
        return told(
            use, windows.notes, hidden=frozenset(settings.stop_words), window_days=window_days, **rules
        )


class _States:
    """The documents on the workers, part by part in order, and what the client knows of their words."""

    def __init__(self, client: Any, settings: worker.Settings) -> None:
        self.client = client
        self.futures: list[Any] = []
        self.documents: list[int] = []
        self.tokens: list[int] = []
        self.vocabulary = text.Vocabulary(settings.stop_words)
        self.written = np.zeros(0, dtype=np.int64)
        # documents with each word in lower case: in all, in the window, in the baseline
        self.held = np.zeros((3, 0), dtype=np.int64)
        self._settings = settings

    def add(self, parts: Sequence[Any], until: Any, window_days: int, baseline_days: int) -> Windows:
        """Cut the parts and number their words; the windows of the documents that vote."""
        client = self.client
        settings = self.scatter(self._settings)
        sources = [
            client.scatter(part, hash=False) if isinstance(part, pd.DataFrame) else part for part in parts
        ]
        pieces = [self.submit(worker.cut_part, source, settings) for source in sources]
        del sources
        part, windows = _voting(list(self.each(worker.facts, pieces)), until, window_days, baseline_days)
        numbered = [
            self.submit(worker.number, piece, mine, settings)
            for piece, mine in zip(pieces, part, strict=True)
        ]
        del pieces
        for place, counts in enumerate(self.each(worker.word_counts, numbered)):
            numbers = self._learn(counts)
            self.futures.append(self.submit(worker.renumber, numbered[place], numbers))
            numbered[place] = None
        return windows

    def _learn(self, counts: worker.WordCounts) -> np.ndarray:
        """Take in a part's counts; for each of its words in lower case the number of the word."""
        vocabulary = self.vocabulary
        cut = text.Cut(counts.words, np.arange(len(counts.words)), np.array([len(counts.words)]))
        written = vocabulary.add(cut)
        every = [vocabulary.words[word.lower()] for word in counts.words]
        numbers = pd.unique(np.array(every, dtype=np.int32))
        self.written = _grown(self.written, len(vocabulary.written))
        self.written[written] += counts.written
        self.held = _grown(self.held, len(vocabulary.words))
        self.held[:, numbers] += counts.held
        self.tokens.append(counts.tokens)
        self.documents.append(counts.documents)
        return numbers

    def scatter(self, value: Any) -> Any:
        """The value on every worker."""
        return self.client.scatter(value, broadcast=True, hash=False)

    def submit(self, task: Callable[..., Any], *values: Any, **rest: Any) -> Any:
        """The future of a task; nothing of an earlier run is taken for it, as files may have changed."""
        return self.client.submit(task, *values, pure=False, **rest)

    def summed(self, runs: Sequence[Any], support: int) -> worker.Counted:
        """The counts of the parts' runs that stand in `support` documents; `first` is a place in all parts' tokens."""
        shares = 1 + sum(self.tokens) // TOKENS_AT_ONCE
        offsets = np.cumsum([0, *self.tokens])
        kept = []
        for share in range(shares):
            told = zip(self.each(worker.counted, runs, share=share, shares=shares), offsets, strict=False)
            whole = _summed(replace(counted, first=counted.first + offset) for counted, offset in told)
            often = whole.held[0] >= support
            kept.append(worker.Counted(whole.keys[often], whole.held[:, often], whole.first[often]))
        return _one(kept)

    def each(self, task: Callable[..., Any], *futures: Sequence[Any], **rest: Any) -> Iterator[Any]:
        """What the task says of each part, in order; a few at a time come to the client."""
        told = [self.submit(task, *mine, **rest) for mine in zip(*futures, strict=True)]
        for first in range(0, len(told), _AHEAD):
            yield from self.client.gather(told[first : first + _AHEAD])
            told[first : first + _AHEAD] = [None] * len(told[first : first + _AHEAD])


def _grown(counts: np.ndarray, size: int) -> np.ndarray:
    return np.concatenate(
        [counts, np.zeros((*counts.shape[:-1], size - counts.shape[-1]), counts.dtype)], axis=-1
    )


def _voting(
    facts: Sequence[worker.Facts], until: Any, window_days: int, baseline_days: int
) -> tuple[list[np.ndarray], Windows]:
    """For each part where its documents fall, NO_VOTE for those that do not vote: the rule of Counts."""
    digest, doc_id, copied, time = (
        np.concatenate([getattr(fact, name) for fact in facts] or [np.zeros(0, dtype=np.int64)])
        for name in ("digest", "doc_id", "copied", "time")
    )
    copied = copied.astype(bool)
    again = repeated(digest, time)
    known = pd.Series(doc_id).duplicated().to_numpy(bool)
    votes = ~((copied if copied.any() else again) | known)
    times = pd.Series(time[votes].view("M8[us]")).dt.tz_localize("UTC").dt.tz_convert(TIME_ZONE)
    windows = part_days(times, until, window_days, baseline_days)
    windows = replace(
        windows,
        notes=[
            *clash_notes(known & ~copied & ~pd.Series(digest).duplicated().to_numpy(bool)),
            *windows.notes,
        ],
    )
    part = np.full(len(votes), worker.NO_VOTE, dtype=np.int32)
    part[votes] = windows.part
    bounds = np.cumsum([len(fact.time) for fact in facts])
    return np.split(part, bounds[:-1]) if len(facts) else [], windows


@dataclass(frozen=True)
class _Level:
    """Runs of one length: `keys` ascending, the words `ids` of each, `held` as in _States, `first` its first place.

    `numbers` are the terms that they are, −1 for a run that ends with a stop word.
    """

    keys: np.ndarray
    ids: np.ndarray
    held: np.ndarray
    first: np.ndarray
    numbers: np.ndarray


class ClusterUse:
    """Use of documents on a cluster.

    `documents` and `part` are those that `members` has asked for last: the documents of the window that hold one of
    the chosen terms (with `by` those of the baseline too) and the first document of all that holds it.
    """

    def __init__(self, states: _States, sizes: np.ndarray, by: str | None, *, support: int) -> None:
        """Count the words, and the phrases that stand in `support` documents."""
        self.sizes = sizes
        self.documents = pd.DataFrame(columns=MEMORY)
        self.part = np.zeros(0, dtype=np.int64)
        self._states, self._by = states, by
        self._plain = states.vocabulary.tokens(np.zeros(0, dtype=np.int32), np.zeros(0, dtype=np.int32))
        self._runs: list[list[Any]] = [[] for _ in states.futures]
        self._levels = list(_numbered(self._counted(support)))
        self._terms, self._held = self._known_terms()
        self._into = text.same_name(self._terms)
        self._first = self._into == np.arange(len(self._into))
        self._join_names()

    def _counted(self, support: int) -> Iterator[_Level]:
        """Words, and then phrases of each length made of those one word shorter."""
        states, plain = self._states, self._plain
        scatter, often = states.scatter, states.held[0] >= support
        words = np.flatnonzero(plain.term & (states.held[0] > 0))
        yield _Level(
            words, words[:, None], states.held[:, words], words, np.zeros(len(words), dtype=np.int64)
        )
        edge, inner = scatter(plain.edge), scatter(plain.inner & often)
        for state, runs in zip(states.futures, self._runs, strict=True):
            runs.append(states.submit(worker.first_runs, state, edge))
        keys = np.flatnonzero(plain.edge & often)
        ids = keys[:, None]
        for _ in range(LONGEST - 1):
            alive = scatter(keys)
            for state, runs in zip(states.futures, self._runs, strict=True):
                runs.append(states.submit(worker.grow, state, runs[-1], alive, inner))
            found = states.summed([runs[-1] for runs in self._runs], support)
            # a key is the place of the shorter run and the number of the last word
            shorter, last = np.divmod(found.keys, max(len(plain.words), 1))
            keys, ids = found.keys, np.column_stack([ids[shorter], last])
            yield _Level(keys, ids, found.held, found.first, np.where(plain.edge[last], 0, -1))

    def _known_terms(self) -> tuple[text.Terms, np.ndarray]:
        """The terms of all lengths in the order of LocalUse, and in how many documents each stands."""
        none = np.zeros(0, dtype=np.int64)
        ids, held, lengths = [], [], []
        for level in self._levels:
            order = np.argsort(level.numbers)[(level.numbers < 0).sum() :]
            ids.append(level.ids[order].ravel())
            held.append(level.held[:, order])
            lengths.append(np.full(len(order), level.ids.shape[1], dtype=np.int64))
        length, counts = np.concatenate(lengths), np.concatenate(held, axis=1)
        tokens = replace(
            self._plain, ids=np.concatenate(ids), shown=self._states.vocabulary.shown(self._states.written)
        )
        start = np.cumsum(length) - length
        return text.Terms(tokens, none, none, none, counts[0], start, length), counts

    def _lookup(self, chosen: np.ndarray) -> Any:
        """Where the workers find the chosen terms, which get the numbers of their places."""
        place = np.full(len(self._into), -1, dtype=np.int64)
        place[chosen] = np.arange(len(chosen))
        place = place[self._into]
        keys, numbers = [], []
        for level in self._levels:
            wanted = np.flatnonzero(level.numbers >= 0)
            wanted = wanted[place[level.numbers[wanted]] >= 0]
            keys.append(level.keys[wanted])
            numbers.append(place[level.numbers[wanted]])
        return self._states.scatter(worker.Lookup(keys, numbers))

    def _join_names(self) -> None:
        """Count the terms that were cut in several ways by the documents that hold them in any."""
        several = np.unique(self._into[~self._first])
        self._held[:, ~self._first] = 0
        if len(several):
            cells = self._tally(several)[0]
            self._held[:, several] = [cells.sum(axis=1), cells[:, 1], cells[:, 2:].sum(axis=1)]

    def _tally(self, chosen: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """Documents of the chosen terms before the baseline, in the window, in each stretch; sources, uses there."""
        cells = np.zeros((len(chosen), 1 + len(self.sizes)), dtype=np.int64)
        uses = np.zeros(len(chosen), dtype=np.int64)
        codes: dict[str, int] = {}
        pairs = [np.zeros(0, dtype=np.int64)]
        rest = {"lookup": self._lookup(chosen), "parts": len(self.sizes)}
        for tally in self._states.each(worker.tally, self._states.futures, self._runs, **rest):
            term, part, count = tally.cells
            cells[term, part] += count
            uses[tally.uses[0]] += tally.uses[1]
            known = np.array([codes.setdefault(name, len(codes)) for name in tally.names], dtype=np.int64)
            pairs.append(tally.sources[0] << 32 | known[tally.sources[1]])
            pairs = [np.unique(np.concatenate(pairs))] if len(pairs) > _AHEAD else pairs
        sources = np.bincount(np.unique(np.concatenate(pairs)) >> 32, minlength=len(chosen))
        return cells, sources, uses

    def candidates(self, min_documents: int, min_sources: int) -> pd.DataFrame:
        """As LocalUse.candidates."""
        _, seen, past = self._held
        # a term has no more sources than documents; how many it has is counted for those only that may be candidates
        _, worth = worth_judging(seen, past, seen, self.sizes, min_documents, min_sources)
        chosen = np.flatnonzero(worth & self._first)
        documents = sum(self._states.documents)
        counts = self._tally(chosen)
        return candidate_table(chosen, *counts, self.sizes, documents, min_documents, min_sources)

    def totals(self) -> np.ndarray:
        """As LocalUse.totals."""
        return np.bincount(self._held[1:, self._first].sum(axis=0))

    def near(self, chosen: Iterable[int]) -> tuple[dict[int, np.ndarray], np.ndarray]:
        """The chosen terms' documents of window and baseline, numbered over all parts, and the part of each document."""
        states, numbers = self._states, np.fromiter(chosen, np.int64)
        found = [np.zeros((2, 0), dtype=np.int64)]
        first = 0
        told = states.each(worker.near, states.futures, self._runs, lookup=self._lookup(numbers))
        for pairs, size in zip(told, states.documents, strict=True):
            found.append(pairs + np.array([[0], [first]]))
            first += size
        part = np.concatenate(list(states.each(worker.part_of, states.futures)))
        return _by_term(numbers, *np.concatenate(found, axis=1)), part

    def members(self, chosen: Iterable[int]) -> dict[int, np.ndarray]:
        """For each chosen term the rows of `documents`, which are fetched for it."""
        numbers = np.fromiter(chosen, np.int64)
        rest = {"lookup": self._lookup(numbers), "by": self._by}
        told = list(self._states.each(worker.holding, self._states.futures, self._runs, **rest))
        offsets = np.cumsum([0, *(len(rows.part) for rows in told)])
        self.documents = pd.concat([rows.documents for rows in told], ignore_index=True)
        self.part = np.concatenate([rows.part for rows in told])
        row = np.concatenate([rows.row + offset for rows, offset in zip(told, offsets, strict=False)])
        return _by_term(numbers, np.concatenate([rows.term for rows in told]), row)

    def names(self, chosen: Iterable[int], *, shown: bool = False) -> list[str]:
        """As LocalUse.names."""
        return self._terms.names(chosen, shown=shown)

    def spread(self, words: Iterable[str]) -> dict[str, int]:
        """As LocalUse.spread."""
        numbers, held = self._states.vocabulary.words, self._states.held[0]
        return {word: int(held[numbers[word]]) if word in numbers else 0 for word in words}


def _numbered(levels: Iterable[_Level]) -> Iterator[_Level]:
    """The levels with their terms numbered by length and first place."""
    before = 0
    for level in levels:
        terms = np.flatnonzero(level.numbers >= 0)
        numbers = level.numbers.copy()
        numbers[terms[np.argsort(level.first[terms])]] = np.arange(before, before + len(terms))
        before += len(terms)
        yield replace(level, numbers=numbers)


def _by_term(numbers: np.ndarray, term: np.ndarray, row: np.ndarray) -> dict[int, np.ndarray]:
    """The rows of each term, given the place of the term in `numbers`; rows come in order."""
    order = np.argsort(term, kind="stable")
    bounds = np.searchsorted(term[order], np.arange(1, len(numbers)))
    return dict(zip(numbers.tolist(), np.split(row[order], bounds), strict=True)) if len(numbers) else {}


def _summed(batches: Iterable[worker.Counted]) -> worker.Counted:
    """The sums by key, keys ascending."""
    held, size = [worker.Counted(*(np.zeros(shape, dtype=np.int64) for shape in (0, (3, 0), 0)))], 0
    for batch in batches:
        held.append(batch)
        if sum(len(part.keys) for part in held[1:]) > max(size, 1_000_000):
            held = [_one(held)]
            size = len(held[0].keys)
    return _one(held)


def _one(parts: Sequence[worker.Counted]) -> worker.Counted:
    keys = np.concatenate([part.keys for part in parts])
    if not len(keys):
        return parts[0]
    order = np.argsort(keys, kind="stable")
    begins = np.flatnonzero(np.diff(keys[order], prepend=-1))
    held = np.concatenate([part.held for part in parts], axis=1)[:, order]
    first = np.concatenate([part.first for part in parts])[order]
    return worker.Counted(
        keys[order][begins],
        np.add.reduceat(held, begins, axis=1),
        np.minimum.reduceat(first, begins),
    )
