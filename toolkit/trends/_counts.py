"""Documents cut into words once, kept, and counted: adding a day costs that day."""

from __future__ import annotations

import copy
import hashlib
import re
from collections.abc import Iterable, Sequence
from typing import Any, Self

import numpy as np
import pandas as pd

from toolkit import lexicons, text
from toolkit.schema import COUNTS, DOCUMENTS, ChoiceError, InputError, as_whole, check

# what a document is remembered by, beside its words
_MEMORY = ["doc_id", "source", "channel", "published_at", "reads", "digest"]
_SURROGATE = re.compile(r"[\ud800-\udfff]")
# the most words of a phrase, as in text.find_terms
LONGEST_PHRASE = 4
# a word's length is kept as a printable ASCII character: "!" and so many; "!" itself stands for 93 and goes on
_GOES_ON, _MOST = 0x21, 93


def document_texts(documents: pd.DataFrame) -> list[str]:
    """What terms are counted in: title, newline, body."""
    pairs = zip(documents["title"].tolist(), documents["body"].tolist(), strict=True)
    return [f"{title}\n{body}" for title, body in pairs]


def count_terms(
    documents: pd.DataFrame,
    *,
    words: Any | None = None,
    stop_words: Iterable[str] = (),
    jobs: int = 1,
) -> Counts:
    """Counts of the documents' words, each document cut once.

    Copies do not vote: rows whose `duplicate_of` is set are skipped; where none is set, of exact repeats (source, title,
    body) the earliest counts. Terms come from title, newline, body, folded. `words` are the user words with a frequency
    (default: the user-word lexicon), `stop_words` stop words beside the lexicon's: as words they stand at no end of a
    phrase, and no term of that name is listed. `jobs` processes cut the texts; in a script that needs
    `if __name__ == "__main__":` around it.
    Undated documents are kept. No documents give empty Counts.

    >>> frame = pd.DataFrame({"doc_id": ["a", "b"], "title": ["桂花拿铁", "桂花糕"], "body": ["", ""]})
    >>> matrix, terms = count_terms(frame).tfidf()
    >>> terms, matrix.shape
    (['拿铁', '桂花'], (2, 2))
    """
    return Counts(words=words, stop_words=stop_words).update(documents, jobs=jobs)


class Counts:
    """Documents as the words they hold, ready to be counted over any window.

    `documents` has a row for each document that votes: doc_id, source, channel, published_at, reads, digest (of source,
    title and body). `notes` says in Chinese what was left out or cut anew.
    """

    def __init__(self, *, words: Any | None = None, stop_words: Iterable[str] = ()) -> None:
        """No documents yet; `words` and `stop_words` as in count_terms."""
        self.documents = _no_documents()
        self.notes: list[str] = []
        self._words = text.word_list(lexicons.user_words() if words is None else words)
        self.stop_words = folded_words(stop_words)
        self._vocabulary = text.Vocabulary(self.stop_words)
        self._written = np.zeros(0, dtype=np.int32)
        self._lengths = np.zeros(0, dtype=np.int32)
        self._tokens: text.Tokens | None = None

    def __len__(self) -> int:
        """How many documents vote."""
        return len(self.documents)

    def __repr__(self) -> str:
        """The size, for a notebook."""
        return f"Counts（{len(self):,} 篇）"

    @property
    def tokens(self) -> text.Tokens:
        """The documents as integer ids, in the order of `documents`."""
        if self._tokens is None:
            self._tokens = self._vocabulary.tokens(self._written, self._lengths)
        return self._tokens

    @property
    def word_list(self) -> pd.DataFrame:
        """The user words that the documents were cut with: term, frequency."""
        return pd.DataFrame(self._words, columns=["term", "frequency"])

    def update(self, more: pd.DataFrame, *, jobs: int = 1) -> Self:
        """Add documents, in place, and return the object; only they are cut. A doc_id already known is ignored.

        `notes` says how many were ignored although they say something else than the document known by their doc_id.
        """
        jobs = as_whole(jobs, "jobs", 1, 64)
        frame, votes, texts = _read(more)
        votes &= ~_among(frame["doc_id"], self.documents["doc_id"])
        votes &= ~_same(frame["digest"], self.documents["digest"])
        if votes.any():
            self._add(frame.loc[votes, _MEMORY], text.cut(texts[votes], words=self._words, jobs=jobs))
        # what neither votes nor is a copy, and is not counted under another doc_id, was lost for its own
        silent = frame.loc[~votes & frame["duplicate_of"].isna(), "digest"].drop_duplicates()
        self.notes += clash_notes(~_same(silent, self.documents["digest"]))
        return self

    def _add(self, memory: pd.DataFrame, cuts: Iterable[text.Cut]) -> None:
        cuts = list(cuts)
        written = [self._vocabulary.add(cut) for cut in cuts]
        self._written = np.concatenate([self._written, *written])
        self._lengths = np.concatenate([self._lengths, *(cut.lengths for cut in cuts)])
        whole = [self.documents, memory] if len(self.documents) else [memory]
        self.documents = pd.concat(whole, ignore_index=True)
        self._tokens = None

    def only(self, doc_ids: Iterable[str]) -> Self:
        """Counts of these documents alone, in this order; an id that is not counted here is passed over."""
        rows = _places(self.documents["doc_id"], pd.Index(list(doc_ids), dtype="str").unique())
        return self._taken(rows[rows >= 0])

    def of(self, documents: pd.DataFrame) -> Self:
        """Counts of the rows of `documents` that vote and are counted here, known by what they say, in this order.

        doc_id, times and reads are those of `documents`: reads grow.
        """
        frame, votes, _ = _read(documents)
        memory = frame.loc[votes, _MEMORY]
        rows = _places(self.documents["digest"], memory["digest"])
        part = self._taken(rows[rows >= 0])
        part.documents = memory[rows >= 0].reset_index(drop=True)
        return part

    def _taken(self, rows: np.ndarray) -> Self:
        lengths = self._lengths[rows]
        starts = (np.cumsum(self._lengths) - self._lengths)[rows]
        inside = np.arange(int(lengths.sum())) - np.repeat(np.cumsum(lengths) - lengths, lengths)
        part = copy.copy(self)  # words are only ever added to a vocabulary: two may share it
        part.notes = list(self.notes)
        part.documents = self.documents.iloc[rows].reset_index(drop=True)
        part._written = self._written[np.repeat(starts, lengths) + inside]
        part._lengths = lengths
        part._tokens = None
        return part

    def tfidf(self) -> tuple[Any, list[str]]:
        """A sparse matrix (documents × words, rows of length 1) and the words, sorted.

        Equal to scikit-learn's `TfidfVectorizer` on the segmented rows with these words as its vocabulary: count ×
        (ln((1 + documents) / (1 + documents with the word)) + 1), each row divided by its Euclidean length. Stop words,
        numbers, punctuation and single characters are no words here.
        """
        from scipy import sparse

        tokens = self.tokens
        seen = np.bincount(tokens.ids, minlength=len(tokens.words)) > 0
        used = np.flatnonzero(seen & tokens.term)
        listed = tokens.words[used].tolist()
        order = sorted(range(len(listed)), key=listed.__getitem__)
        terms = [listed[place] for place in order]
        column = np.full(len(tokens.words), -1, dtype=np.int32)
        column[used[order]] = np.arange(len(used))
        columns = column[tokens.ids] if len(tokens.ids) else column
        is_term = columns >= 0
        rows, columns, counts = text.pairs(
            tokens.documents[is_term], columns[is_term], tokens.texts, len(terms)
        )
        idf = np.log((1 + len(self)) / (1 + np.bincount(columns, minlength=len(terms)))) + 1
        values = counts * idf[columns]
        lengths = np.sqrt(np.bincount(rows, weights=values**2, minlength=len(self)))
        sizes = np.bincount(rows, minlength=len(self))
        values /= np.repeat(lengths, sizes)
        bounds = np.concatenate([[0], np.cumsum(sizes)])
        return sparse.csr_matrix((values, columns, bounds), shape=(len(self), len(terms))), terms

    def holding(self, terms: Sequence[str]) -> list[np.ndarray]:
        """For each term the numbers of the documents that hold it, as a run of words: the rule it is counted by."""
        tokens = self.tokens
        lookup = {word: number for number, word in enumerate(tokens.words)}
        out = []
        for term in (folded.strip() for folded in text.fold(terms)):
            runs = [run for run in _splits(term, lookup) if _counted(tokens, run, term)]
            found = [tokens.documents[text.find_run(tokens, run)] for run in runs]
            out.append(np.unique(np.concatenate(found)) if found else np.zeros(0, dtype=np.int32))
        return out

    def frame(self) -> pd.DataFrame:
        """COUNTS: one row a document with its words as text, and the version of the word list; what a Workspace keeps.

        `from_frame` makes the same Counts of it. Of the texts themselves it holds the folded words, so it is as
        private as the documents are.
        """
        written = list(self._vocabulary.written)
        sizes = np.fromiter(map(len, written), np.int64, len(written))[self._written]
        folded = "".join(np.array(written, dtype=object)[self._written]) if len(sizes) else ""
        owners = np.repeat(np.arange(len(self)), self._lengths)
        pieces = -(-sizes // _MOST)
        letters = np.full(int(pieces.sum()), _GOES_ON, dtype=np.uint8)
        letters[np.cumsum(pieces) - 1] += (sizes - (pieces - 1) * _MOST).astype(np.uint8)
        lengths = letters.tobytes().decode("ascii")
        out = self.documents.assign(
            words=_version(self._words),
            folded=_sliced(folded, np.bincount(owners, weights=sizes, minlength=len(self))),
            lengths=_sliced(lengths, np.bincount(owners, weights=pieces, minlength=len(self))),
        )
        return check(out[COUNTS.names], COUNTS)

    @classmethod
    def from_frame(
        cls,
        frame: pd.DataFrame,
        *,
        words: Any | None = None,
        counted_with: Any | None = None,
        stop_words: Iterable[str] = (),
    ) -> Self:
        """The Counts that `frame` was made from.

        Where the word list has changed since (`words`, None: today's lexicon), documents are cut anew: those that hold
        a word that came or went, where `counted_with` (the `word_list` of then) tells which; else all that were cut
        with another list. `notes` says how many. Stop words
        are not kept: give them again.

        Raises ColumnError where the frame lacks a column.
        """
        counts = cls(words=words, stop_words=stop_words)
        kept = check(frame, COUNTS)
        if kept.empty:
            return counts
        stale = (kept["words"] != _version(counts._words)).to_numpy(bool)
        changed = _changed_words(counts._words, counted_with)
        folded, lengths = kept["folded"].tolist(), kept["lengths"].tolist()
        if stale.any() and changed is not None:
            stale = stale & np.array([any(word in row for word in changed) for row in folded], dtype=bool)
        places = np.flatnonzero(stale).tolist()
        again = text.segment([folded[place] for place in places], words=counts._words)
        for place, row in zip(places, again, strict=True):
            lengths[place] = _letters(row)
        if places:
            counts.notes.append(f"词表改过：{len(kept)} 篇内容里有 {len(places)} 篇按新词表重新切了词。")
        counts._add(kept[_MEMORY].reset_index(drop=True), _kept_cuts(folded, lengths))
        return counts


def _letters(words: Sequence[str]) -> str:
    """The lengths of a document's words as text, in the form of `Counts.frame`."""
    more = [divmod(len(word) - 1, _MOST) for word in words]
    return "".join("!" * pieces + chr(_GOES_ON + 1 + rest) for pieces, rest in more)


def _kept_cuts(folded: list[str], lengths: list[str]) -> Iterable[text.Cut]:
    """The words of kept documents, a chunk at a time."""
    ends = np.cumsum([len(row) for row in folded])
    first = 0
    while first < len(folded):
        before = ends[first - 1] if first else 0
        last = max(first + 1, int(np.searchsorted(ends, before + text.CUT_CHARACTERS)) + 1)
        yield _kept_cut(folded[first:last], lengths[first:last])
        first = last


def _kept_cut(folded: list[str], lengths: list[str]) -> text.Cut:
    letters = np.frombuffer("".join(lengths).encode("ascii", "replace"), dtype=np.uint8)
    sizes = np.where(letters == _GOES_ON, _MOST, letters.astype(np.int64) - _GOES_ON)
    pieces = np.array([len(row) for row in lengths], dtype=np.int64)
    told = np.bincount(np.repeat(np.arange(len(pieces)), pieces), weights=sizes, minlength=len(pieces))
    unended = any(row.endswith("!") for row in lengths)
    if unended or (sizes < 1).any() or told.tolist() != [len(row) for row in folded]:
        raise InputError(
            "词频底账里的字数和文字对不上，可能被改过。请删掉这份底账，用 count_terms 从原文重新数一遍。"
        )
    words = np.array([len(row) - row.count("!") for row in lengths], dtype=np.int32)
    return text.cut_at("".join(folded), np.diff(np.cumsum(sizes)[letters != _GOES_ON], prepend=0), words)


def _sliced(joined: str, sizes: np.ndarray) -> list[str]:
    ends = np.cumsum(sizes).astype(np.int64)
    starts = ends - sizes.astype(np.int64)
    return [joined[start:end] for start, end in zip(starts.tolist(), ends.tolist(), strict=True)]


def folded_words(words: Iterable[str]) -> frozenset[str]:
    """Stop words as texts are folded; one word may come by itself. Raises ChoiceError for what is no word."""
    listed = [words] if isinstance(words, str) else words
    try:
        return frozenset(text.fold(listed))
    except (TypeError, AttributeError) as error:
        raise ChoiceError('stop_words 要的是一列词，例如 ["点击", "关注我们"]。') from error


def _no_documents() -> pd.DataFrame:
    return COUNTS.empty()[_MEMORY]


def _read(documents: pd.DataFrame) -> tuple[pd.DataFrame, np.ndarray, np.ndarray]:
    """DOCUMENTS with digests, which rows vote, and their texts."""
    frame = check(documents, DOCUMENTS)
    texts = np.array(document_texts(frame), dtype=object)
    frame = frame.assign(digest=_digests(frame["source"], texts))
    return frame, _votes(frame), texts


def _places(known: pd.Series[Any], wanted: Iterable[Any]) -> np.ndarray:
    """Where each wanted value stands among the known ones; -1 where it does not."""
    return pd.Index(known).get_indexer(pd.Index(wanted))


def _same(digests: pd.Series[Any], known: pd.Series[Any]) -> np.ndarray:
    """For each digest whether it is known: the few are looked for in the many, not the many in the few."""
    few, many = digests.to_numpy(np.int64), known.to_numpy(np.int64)
    return np.isin(few, many[pd.Series(many).isin(few)]) if len(few) else np.zeros(0, dtype=bool)


def clash_notes(clashing: Any) -> list[str]:
    """What to tell of flagged documents: others have their doc_id and say something else."""
    found = int(clashing.sum())
    told = f"{found} 篇内容的编号（doc_id）和别的内容重复，只算了第一篇。请给每篇不同的编号再数。"
    return [told] if found else []


def _among(names: pd.Series[Any], known: pd.Series[Any]) -> np.ndarray:
    """For each name whether it is known; `isin` makes a Python list of what it is given, so that is never the longer."""
    if known.empty:
        return np.zeros(len(names), dtype=bool)
    if len(names) < len(known):
        known = known[known.isin(names.to_numpy(object))]
    found = set(known.tolist())
    return np.fromiter(map(found.__contains__, names.tolist()), dtype=bool, count=len(names))


def _votes(documents: pd.DataFrame) -> np.ndarray:
    """For each row whether it votes: copies do not, nor the same doc_id twice."""
    times = documents["published_at"].dt.tz_convert(None).to_numpy("M8[us]").view(np.int64)
    copied = documents["duplicate_of"].notna().to_numpy(bool)
    repeats = copied if copied.any() else repeated(documents["digest"].to_numpy(np.int64), times)
    ids = documents["doc_id"].tolist()
    if len(set(ids)) < len(ids):
        repeats = repeats | documents["doc_id"].duplicated().to_numpy(bool)
    return ~repeats


def repeated(digests: np.ndarray, times: np.ndarray) -> np.ndarray:
    """Rows that say what another one says: of each only the earliest counts, an undated one (NaT) last."""
    unknown = np.iinfo(np.int64).min
    late = pd.Series(digests).duplicated(keep=False).to_numpy(bool)
    again = np.zeros(len(digests), dtype=bool)
    rows = np.flatnonzero(late)
    rows = rows[np.lexsort((rows, times[rows], times[rows] == unknown))]
    again[rows] = pd.Series(digests[rows]).duplicated().to_numpy(bool)
    return again


def _digests(sources: pd.Series[Any], texts: np.ndarray) -> pd.Series[Any]:
    """63 bits of each row's source, title and body (SipHash)."""
    codes, names = pd.factorize(sources)
    origin = _hashes(np.array(names, dtype=object))[codes]
    hashes = _hashes(texts) + origin * np.uint64(0x9E3779B97F4A7C15)
    return pd.Series((hashes >> np.uint64(1)).astype(np.int64), index=sources.index).astype("Int64")


def _hashes(texts: np.ndarray) -> np.ndarray:
    try:
        hashes: np.ndarray = pd.util.hash_array(texts, categorize=False)
    except UnicodeEncodeError:  # a lone surrogate, which no encoding takes
        whole = [ascii(value) if _SURROGATE.search(value) else value for value in texts]
        hashes = pd.util.hash_array(np.array(whole, dtype=object), categorize=False)
    return hashes


def _version(words: tuple[tuple[str, int], ...]) -> str:
    """A short name of a word list: the same words with the same frequencies, the same name."""
    told = "\n".join(f"{term}\t{frequency}" for term, frequency in words)
    return hashlib.sha256(told.encode()).hexdigest()[:12]


def _changed_words(words: tuple[tuple[str, int], ...], counted_with: Any | None) -> list[str] | None:
    """The words that came, went or changed their frequency, as texts hold them; None where nobody knows."""
    if counted_with is None:
        return None
    return text.comparable([term for term, _ in set(words) ^ set(text.word_list(counted_with))])


def _counted(tokens: text.Tokens, run: list[int], term: str) -> bool:
    """Whether find_terms counts this run under this name: a word, or a phrase without stop words at its ends."""
    if len(run) == 1:
        return True
    ends = bool(tokens.edge[[run[0], run[-1]]].all() and tokens.inner[run].all())
    return ends and text.join(tokens.words[run]) == term


def _splits(term: str, lookup: dict[str, int]) -> list[list[int]]:
    """All ways in which a term can be made of known words; a blank parts two Latin words."""
    ways: list[list[list[int]]] = [[[]], *([] for _ in term)]
    for end in range(1, len(term) + 1):
        if term[end - 1] == " ":
            ways[end] = ways[end - 1]
            continue
        for start in range(max(0, end - 24), end):
            number = lookup.get(term[start:end])
            if number is not None and ways[start]:
                ways[end] += [[*way, number] for way in ways[start] if len(way) < LONGEST_PHRASE]
    return ways[len(term)] if term else []
