"""Copies found: exact, edited, in the other script, spun, and passages lifted into another page.

Texts are compared as sets of four-character runs of their folded letters, digits and Han. Candidates share runs that
few texts have; a pair is then judged by weight: a run that stands in only these two texts counts in full, one that
many texts share (a formula of the trade) next to nothing. All numbers below were set on one half of the measuring texts
and checked on the other (`benchmarks/sources.py`).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from toolkit import text
from toolkit.schema import COPIES, DOCUMENTS, check

# all runs of up to 16 million are kept; of more, every second, third …: 100 000 texts of 500 characters keep a quarter
MOST_RUNS = 16_000_000
# candidates are pairs that share runs of at most this many texts; of a run in more texts, each with the first of them
COMMON = 40
# a text of `n` runs is a copy when this much of its weight stands in the other: 0.32 at 60 runs, 0.2 at 220, 0.1 at
# 1600 and more. Unrelated abstracts of one subject reach 0.25 at 100 runs and 0.19 at 220; a quarter of the words
# swapped leaves 0.29 or more.
SHARE, SHARE_RUNS, SHARE_FALL, LEAST_SHARE = 0.23, 150, 0.35, 0.1
# the bar comes down, to half at most, where unrelated texts are little alike: to this many times what 95 of 100 texts
# reach with their nearest other text (0.03 of the weight in shop posts, 0.05 in abstracts)
ALIKE, LEAST_BAR = 4.0, 0.5
FEWEST_TEXTS = 20
# so much in plain count is a copy whatever the weight: many copies of one text make its runs common
PLAIN_SHARE = 0.7
# below this many runs (a title) only a near-equal text is a copy, by the longer of the two
SHORT, SHORT_SHARE = 40, 0.85
# a lifted passage: this much weight in one dense stretch (about 60 characters word for word, 110 spun) that is at least
# a twelfth of the text or 120 runs long, which is two or three sentences
PASSAGE_WEIGHT, PASSAGE_DENSITY, PASSAGE_PART, PASSAGE_LONG = 50.0, 0.25, 0.08, 120
# the stretch may stand in the other text over twice its length: what was cut or put between
PASSAGE_SPREAD = 2
# an account's own head and foot (a greeting, how to join) is no copying: so much of it agrees, and it is no
# more than so much of the text
EDGE_AGREES, MOST_EDGE = 0.8, 0.6
# each text is compared with so many of those that share most with it
MOST_CANDIDATES = 12
# rows of the product of all texts with all at a time: bounds its memory
_ROWS = 5_000


@dataclass(frozen=True)
class _Runs:
    """The runs of all texts as dense codes in reading order, each once a text; text `i` has `codes[starts[i]:starts[i + 1]]`.

    `rate` is how many runs of the text stand behind each one kept; `weights` is by code, `sources` by text, -1 where
    the source is not known.
    """

    codes: np.ndarray
    starts: np.ndarray
    weights: np.ndarray
    rate: int
    sources: np.ndarray

    def of(self, place: int) -> np.ndarray:
        return self.codes[self.starts[place] : self.starts[place + 1]]


@dataclass
class _Verdict:
    """By text: the place of its original (-1 for none) and how much of the text stands there."""

    original: np.ndarray
    similarity: np.ndarray


def mark_duplicates(documents: pd.DataFrame) -> pd.DataFrame:
    """DOCUMENTS with `duplicate_of` (the original's doc_id) and `similarity` (the copy's share found in it, 0 to 1).

    Exact copies, edited ones, copies in the other script, spun ones and texts with a lifted passage are found by runs
    of four characters of the folded title and body. The original is the earliest dated one, else the longest, else
    the first. Texts too short for four characters are copies only when equal. `similarity` is counted in runs that
    stand word for word in both: an edited copy has 0.8 or more, a spun one about a half, a page with one lifted
    section as much as that section's part of the page. An empty frame gives an empty frame.

    >>> body = "清早五点四十，头一网出水，一百六十二斤，比他估的多十来斤。"
    >>> posts = pd.DataFrame({"doc_id": ["a", "b"], "title": ["开网", "開網"], "body": [body, body]})
    >>> mark_duplicates(posts)["duplicate_of"].tolist()
    [nan, 'a']
    """
    frame = check(documents, DOCUMENTS)
    if frame.empty:
        return frame
    folded = text.fold([f"{t}\n{b}" for t, b in zip(frame["title"], frame["body"], strict=True)])
    order = _originals_first(frame, folded)
    verdict = _exact_copies(folded, order)
    # every later step works on the texts in order, earliest first: of a pair the first is the original
    open_places = order[verdict.original[order] < 0]
    sources = pd.factorize(frame["source"].replace("", None))[0]
    found = _near_copies([folded[place] for place in open_places], sources[open_places])
    copies = found.original >= 0
    verdict.original[open_places[copies]] = open_places[found.original[copies]]
    verdict.similarity[open_places[copies]] = found.similarity[copies]
    _follow_exact(verdict, order)
    ids = frame["doc_id"].to_numpy()
    names = [ids[place] if place >= 0 else None for place in verdict.original]
    frame["duplicate_of"] = pd.Series(names, index=frame.index, dtype="str")
    frame["similarity"] = pd.Series(verdict.similarity, index=frame.index, dtype="float64")
    return frame


def _originals_first(frame: pd.DataFrame, folded: list[str]) -> np.ndarray:
    times = frame["published_at"].astype("int64").where(frame["published_at"].notna(), np.iinfo("int64").max)
    lengths = np.array([len(value) for value in folded])
    return np.lexsort((np.arange(len(frame)), -lengths, times.to_numpy()))


def _exact_copies(folded: list[str], order: np.ndarray) -> _Verdict:
    verdict = _Verdict(np.full(len(folded), -1, dtype=np.int64), np.full(len(folded), np.nan))
    first: dict[str, int] = {}
    for place in order:
        key = "".join(folded[place].split())
        if first.setdefault(key, int(place)) != place:
            verdict.original[place], verdict.similarity[place] = first[key], 1.0
    return verdict


def _follow_exact(verdict: _Verdict, order: np.ndarray) -> None:
    """An exact copy of a copy belongs to that copy's original, with its similarity."""
    for place in order:
        through = verdict.original[place]
        if through >= 0 and verdict.similarity[place] == 1.0 and verdict.original[through] >= 0:
            verdict.original[place] = verdict.original[through]
            verdict.similarity[place] = verdict.similarity[through]


def _near_copies(folded: list[str], sources: np.ndarray) -> _Verdict:
    """Copies among texts that differ, first text first."""
    verdict = _Verdict(np.full(len(folded), -1, dtype=np.int64), np.full(len(folded), np.nan))
    hashes, owners, rate = _sampled_runs(folded)
    if not len(hashes):
        return verdict
    unique, codes = np.unique(hashes, return_inverse=True)
    del hashes
    keys = owners.astype(np.int64) * len(unique) + codes
    _, places = np.unique(keys, return_index=True)
    del keys
    places.sort()
    codes, owners = codes[places].astype(np.int32), owners[places]
    starts = np.searchsorted(owners, np.arange(len(folded) + 1))
    count = np.bincount(codes, minlength=len(unique))
    runs = _Runs(codes, starts, np.minimum(1.0, 2.0 / np.maximum(count, 1)), rate, sources)
    pairs, ease = _candidates(runs, owners, count)
    _judge(runs, pairs, verdict, ease)
    return verdict


def _sampled_runs(folded: list[str]) -> tuple[np.ndarray, np.ndarray, int]:
    """Hashes of the runs with the text each stands in, thinned by hash value so that equal runs stay or go together."""
    total = sum(len(value) for value in folded)
    rate = max(1, -(-total // MOST_RUNS))
    kept, owners = [], []
    for first, hashes, documents in text.shingles(folded):
        chosen = hashes % np.uint64(rate) == 0 if rate > 1 else slice(None)
        kept.append(hashes[chosen])
        owners.append(documents[chosen] + np.int32(first))
    return np.concatenate(kept), np.concatenate(owners), rate


def _candidates(runs: _Runs, owners: np.ndarray, count: np.ndarray) -> tuple[np.ndarray, float]:
    """Pairs (later, earlier) of texts that share enough to be looked at, as an array of two columns, and the bar's part.

    That part is 1 where many unrelated texts are alike, down to LEAST_BAR where few are.
    """
    from scipy import sparse

    texts = len(runs.starts) - 1
    shared = (count[runs.codes] > 1) & (count[runs.codes] <= COMMON)
    _, columns = np.unique(runs.codes[shared], return_inverse=True)
    values = np.sqrt(runs.weights[runs.codes[shared]]).astype(np.float32)
    shape = (texts, int(columns.max(initial=0)) + 1)
    matrix = sparse.csr_matrix((values, (owners[shared], columns)), shape=shape)
    totals = np.bincount(owners, weights=runs.weights[runs.codes], minlength=texts)
    sizes = np.diff(runs.starts)
    nearest = np.zeros(texts)
    found = [_through_first(runs, owners, count)]
    for begin in range(0, texts, _ROWS):
        block = sparse.coo_matrix(matrix[begin : begin + _ROWS] @ matrix[: begin + _ROWS].T)
        later, earlier = block.row.astype(np.int64) + begin, block.col.astype(np.int64)
        before = (earlier < later) & (block.data > 1)
        later, earlier, weight = later[before], earlier[before], block.data[before]
        shorter = np.minimum(sizes[later], sizes[earlier]) * runs.rate
        part = weight / np.maximum(np.minimum(totals[later], totals[earlier]), 1) / _bar(shorter)
        unlike = (part < 1) & (shorter >= SHORT)
        for side in (later, earlier):
            np.maximum.at(nearest, side[unlike], part[unlike])
        enough = (part >= LEAST_BAR) | (weight >= 0.5 * PASSAGE_WEIGHT / runs.rate)
        found.append(_most_alike(later[enough], earlier[enough], weight[enough]))
    long_enough = nearest[sizes * runs.rate >= SHORT]
    usual = float(np.quantile(long_enough, 0.95)) if len(long_enough) >= FEWEST_TEXTS else 1.0
    return np.unique(np.concatenate(found), axis=0), float(np.clip(ALIKE * usual, LEAST_BAR, 1.0))


def _most_alike(later: np.ndarray, earlier: np.ndarray, weight: np.ndarray) -> np.ndarray:
    """Of each later text the pairs that share most."""
    order = np.lexsort((earlier, -weight, later))
    later, earlier = later[order], earlier[order]
    rank = np.arange(len(later)) - np.searchsorted(later, later)
    return np.stack([later, earlier], axis=1)[rank < MOST_CANDIDATES]


def _through_first(runs: _Runs, owners: np.ndarray, count: np.ndarray) -> np.ndarray:
    """Each text with the first text of its common runs, where they share a third of it: copies in large numbers."""
    common = count[runs.codes] > COMMON
    codes, texts = runs.codes[common], owners[common].astype(np.int64)
    first = np.full(len(count), np.iinfo(np.int64).max)
    np.minimum.at(first, codes, texts)
    keys, shared = np.unique(texts * len(runs.starts) + first[codes], return_counts=True)
    later, earlier = np.divmod(keys, len(runs.starts))
    enough = (earlier < later) & (shared >= np.maximum(3, np.diff(runs.starts)[later] / 3))
    return np.stack([later[enough], earlier[enough]], axis=1)


def _bar(count: np.ndarray) -> np.ndarray:
    """The share of weight that makes a copy, by the number of runs of the shorter text."""
    return np.maximum(LEAST_SHARE, SHARE * (SHARE_RUNS / np.maximum(count, 1)) ** SHARE_FALL)


def _judge(runs: _Runs, pairs: np.ndarray, verdict: _Verdict, ease: float) -> None:
    """Look at each pair, keep for each text the original that holds most of it."""
    place = np.full(len(runs.weights), -1, dtype=np.int32)
    if not len(pairs):
        return
    pairs = pairs[np.argsort(pairs[:, 1], kind="stable")]
    originals, begins = np.unique(pairs[:, 1], return_index=True)
    for earlier, laters in zip(originals, np.split(pairs[:, 0], begins[1:]), strict=True):
        theirs = runs.of(earlier)
        place[theirs] = np.arange(len(theirs), dtype=np.int32)
        for later in laters:
            similarity = _copied(runs, place, later, earlier, ease)
            if similarity > (verdict.similarity[later] if verdict.original[later] >= 0 else 0.0):
                verdict.original[later], verdict.similarity[later] = earlier, similarity
        place[theirs] = -1
    _follow_originals(runs, place, verdict, ease)


def _copied(runs: _Runs, place: np.ndarray, later: int, earlier: int, ease: float) -> float:
    """The share of the later text that stands in the earlier one (whose runs `place` holds), 0 where it is no copy."""
    ours, theirs = runs.of(later), runs.of(earlier)
    where = place[ours]
    found = where >= 0
    similarity = int(found.sum()) / max(1, len(ours))
    if runs.sources[later] == runs.sources[earlier] >= 0:
        found = _without_edges(found, where, len(theirs))
    common = int(found.sum())
    shorter, longer = sorted((len(ours), len(theirs)))
    if shorter * runs.rate < SHORT:
        return similarity if common >= SHORT_SHARE * longer else 0.0
    weights = runs.weights[ours]
    weight = float(weights[found].sum())
    smaller = min(float(weights.sum()), float(runs.weights[theirs].sum()))
    whole = (
        common >= PLAIN_SHARE * shorter
        or weight >= ease * float(_bar(np.array(shorter * runs.rate))) * smaller
    )
    if whole and similarity >= PASSAGE_PART:
        return similarity
    return similarity if _passage(runs, weights, found, where) else 0.0


def _without_edges(found: np.ndarray, where: np.ndarray, size: int) -> np.ndarray:
    """`found` without what both texts begin or end with, where that is not most of the text."""
    kept = found.copy()
    for side, there in ((slice(None), where), (slice(None, None, -1), size - 1 - where)):
        agreeing = found[side] & (np.cumsum(found[side]) >= EDGE_AGREES * np.arange(1, len(found) + 1))
        long = int(np.flatnonzero(agreeing)[-1]) + 1 if agreeing.any() else 0
        part = there[side][:long]
        if long <= MOST_EDGE * len(found) and (part[found[side][:long]] <= PASSAGE_SPREAD * long).all():
            kept[side][:long] = False
    return kept


def _passage(runs: _Runs, weights: np.ndarray, found: np.ndarray, where: np.ndarray) -> bool:
    """Whether one dense stretch of the text stands close together in the other: the best stretch of gains and losses."""
    gains = np.where(found, weights, 0.0) - PASSAGE_DENSITY * weights
    height = np.concatenate([[0.0], np.cumsum(gains)])
    lowest = np.minimum.accumulate(height)
    end = int(np.argmax(height - lowest))
    begin = int(np.argmin(height[: end + 1]))
    part = slice(begin, end)
    weight = float(weights[part][found[part]].sum()) * runs.rate
    length = (end - begin) * runs.rate
    if weight < PASSAGE_WEIGHT or (end - begin < PASSAGE_PART * len(found) and length < PASSAGE_LONG):
        return False
    there = where[part][found[part]]
    low, high = np.quantile(there, [0.1, 0.9])
    return bool(high - low <= PASSAGE_SPREAD * (end - begin))


def _follow_originals(runs: _Runs, place: np.ndarray, verdict: _Verdict, ease: float) -> None:
    """A copy of a copy belongs to the first text, where that text holds it too."""
    for later in np.flatnonzero(verdict.original >= 0):
        root = verdict.original[later]
        while verdict.original[root] >= 0:
            root = verdict.original[root]
        if root == verdict.original[later]:
            continue
        theirs = runs.of(root)
        place[theirs] = np.arange(len(theirs), dtype=np.int32)
        similarity = _copied(runs, place, int(later), int(root), ease)
        place[theirs] = -1
        if similarity > 0:
            verdict.original[later], verdict.similarity[later] = root, similarity


# a longer text is searched for its longest shared stretch only so far: the search takes length times length
SEARCHED = 4_000


def list_copies(documents: pd.DataFrame) -> pd.DataFrame:
    """Who copied whom: COPIES, a row for each document with `duplicate_of`, the most alike first.

    Columns: doc_id, source, title, original_id, original_source, original_title, similarity (share of the copy's text
    that stands in the original, 0 to 1), passage (the longest stretch that both hold, in simplified characters without
    line ends, looked for in the first 4000 characters of each). An original that is not in the frame has "" for what
    is not known. No copies give an empty frame.
    """
    frame = check(documents, DOCUMENTS)
    copies = frame[frame["duplicate_of"].notna()]
    if copies.empty:
        return COPIES.empty()
    known = frame.drop_duplicates("doc_id").set_index("doc_id")
    originals = known.reindex(copies["duplicate_of"])
    ours = text.fold(copies["title"] + "\n" + copies["body"])
    theirs = text.fold((originals["title"] + "\n" + originals["body"]).fillna(""))
    out = pd.DataFrame(
        {
            **{name: copies[name].to_numpy() for name in ("doc_id", "source", "title")},
            "original_id": copies["duplicate_of"].to_numpy(),
            "original_source": originals["source"].fillna("").to_numpy(),
            "original_title": originals["title"].fillna("").to_numpy(),
            "similarity": copies["similarity"].to_numpy(),
            "passage": [_passage_text(a, b) for a, b in zip(ours, theirs, strict=True)],
        }
    )
    out = out.sort_values(["similarity", "doc_id"], ascending=[False, True], kind="stable")
    return check(out.reset_index(drop=True), COPIES)


def _passage_text(ours: str, theirs: str) -> str:
    from difflib import SequenceMatcher

    a, b = ("".join(value.split())[:SEARCHED] for value in (ours, theirs))
    found = SequenceMatcher(None, a, b, autojunk=False).find_longest_match()
    return a[found.a : found.a + found.size].strip("，。、；：！？,.;:!? ")
