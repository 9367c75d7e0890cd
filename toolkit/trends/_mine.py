"""The terms whose use in a window is surprising against the weeks before."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from toolkit import lexicons, text
from toolkit.schema import TRENDS, ChoiceError, check
from toolkit.trends._counts import Counts, count_terms
from toolkit.trends._judge import _judge, _overdispersion
from toolkit.trends._keywords import _shipped_idf
from toolkit.trends._merge import _merge
from toolkit.trends._windows import EARLIER, LEFT_OUT, Windows, check_days, part_days

MOST_EVIDENCE = 50


@dataclass(frozen=True)
class _Use:
    """The documents in play: those up to the window's end, their terms and the parts they fall into."""

    documents: pd.DataFrame
    part: np.ndarray
    sizes: np.ndarray
    terms: text.Terms


def mine_trends(
    documents: pd.DataFrame | Counts,
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
    jobs: int = 1,
) -> pd.DataFrame:
    """TRENDS: the terms of the window (until − window_days, until] against the `baseline_days` before it, best first.

    `documents`, `baseline_documents` and `sources` count documents (copies do not vote: rows with `duplicate_of` are
    skipped, without that column exact repeats count once). `lift` is seen over expected. `score` (0 to 100) is the
    mean of two percentile ranks among this run's candidates: the negative-binomial surprise of the count and its z
    against an exponentially weighted mean of the baseline's stretches (after SigniTrend, Schubert et al. 2014).
    `q_value` is the share of false alarms among the terms at least this surprising (Benjamini–Hochberg). Status is
    new (never seen before the window) or rising, fading (both at q ≤ 0.1), else steady. A longer phrase stands for a
    shorter one when it fills 70% of the shorter one's documents; else it becomes its variant. `evidence` lists up to
    50 documents of the window, most read first; `first_seen` looks at all earlier documents.

    `by="source"` or `"channel"` says who drives each trend: one row for each term and source, the busiest first, with
    the columns `source` (or `channel`) and `share` (of the term's documents in the window, 0 to 1) added;
    documents, baseline_documents, first_seen and evidence are that source's own, the rest the term's.

    A bare date as `until` means its end; None the end of the latest day with documents. Undated documents are left
    out. `frame.attrs["notes"]` says so, and says when there is no baseline: then nothing is called new or rising.
    No dated document gives an empty frame with that note. `words`, `stop_words` and `jobs` as in count_terms.

    Raises ChoiceError for windows under one day, an unknown `by`, and `words` or `stop_words` beside Counts.
    """
    check_days(window_days, baseline_days)
    if by not in (None, "source", "channel"):
        raise ChoiceError(f'by 只能是 "source"（按来源）或 "channel"（按渠道），收到的是 {by!r}。')
    counts = _counts(documents, words, stop_words, jobs)
    windows = part_days(counts.documents["published_at"], until, window_days, baseline_days)
    notes = [*counts.notes, *windows.notes]
    if not len(windows.sizes) or not windows.sizes[0]:
        return _with_notes(_empty(by), notes)
    use = _use(counts, windows, support=min(max(min_documents, 2), 3))
    table = _candidates(use, min_documents, min_sources)
    if table.empty:
        return _with_notes(_empty(by), [*notes, f"没有词在本期达到 {min_documents} 篇，样本太少。"])
    table = _judge(table, _overdispersion(table, use.sizes), use.sizes)
    table["term"] = use.terms.names(table.index)
    members = _members(use, table.index)
    inside = {term: set(rows[use.part[rows] == 0].tolist()) for term, rows in members.items()}
    table = _merge(table, inside).head(top)
    trends = _finish(table, use, members)
    return _with_notes(trends if by is None else _drivers(trends, table.index, use, members, by), notes)


def _counts(documents: pd.DataFrame | Counts, words: Any, stop_words: Iterable[str], jobs: int) -> Counts:
    if not isinstance(documents, Counts):
        return count_terms(documents, words=words, stop_words=stop_words, jobs=jobs)
    if words is not None or tuple(stop_words):
        raise ChoiceError(
            "词频已经按它自己的词表数好了：请把 words 和 stop_words 交给 count_terms，不要在这里给。"
        )
    return documents


def _empty(by: str | None) -> pd.DataFrame:
    if by is None:
        return TRENDS.empty()
    return TRENDS.empty().assign(**{by: pd.Series([], dtype="str"), "share": pd.Series([], dtype="float64")})


def _with_notes(frame: pd.DataFrame, notes: list[str]) -> pd.DataFrame:
    frame.attrs["notes"] = notes
    return frame


def _use(counts: Counts, windows: Windows, *, support: int) -> _Use:
    """Terms of the documents that are neither undated nor later than the window."""
    used = windows.part > LEFT_OUT
    tokens = counts.tokens
    if used.all():
        return _Use(counts.documents, windows.part, windows.sizes, text.find_terms(tokens, support=support))
    terms = text.find_terms(text.only_texts(tokens, used), support=support)
    documents = counts.documents[used].reset_index(drop=True)
    return _Use(documents, windows.part[used], windows.sizes, terms)


def _candidates(use: _Use, min_documents: int, min_sources: int) -> pd.DataFrame:
    """The terms worth judging, with their documents in each part; index: the term's number."""
    terms, size = use.terms, len(use.terms.start)
    part = use.part[terms.document]
    inside, baseline = part == 0, part > 0
    seen = np.bincount(terms.term[inside], minlength=size)
    past = np.bincount(terms.term[baseline], minlength=size)
    expected = past * use.sizes[0] / max(int(use.sizes[1:].sum()), 1)
    sources = _distinct(
        terms.term[inside], pd.factorize(use.documents["source"])[0][terms.document[inside]], size
    )
    rises = (seen >= min_documents) & (sources >= min_sources)
    chosen = np.flatnonzero(rises | ((expected >= min_documents) & (seen < expected)))
    place = np.full(size, -1, dtype=np.int64)
    place[chosen] = np.arange(len(chosen))
    stretches = len(use.sizes)
    wanted = (place[terms.term] >= 0) & (part >= 0)
    cells = np.bincount(
        place[terms.term[wanted]] * stretches + part[wanted], minlength=len(chosen) * stretches
    ).reshape(len(chosen), stretches)
    table = pd.DataFrame(cells, columns=[f"part{number}" for number in range(stretches)], index=chosen)
    used = np.bincount(terms.term[inside], weights=terms.count[inside], minlength=size)[chosen]
    idf = np.log((1 + len(use.documents)) / (1 + terms.frequency[chosen])) + 1
    return table.assign(
        documents=seen[chosen],
        baseline_documents=past[chosen],
        before=np.bincount(terms.term[part == EARLIER], minlength=size)[chosen] + past[chosen],
        expected=expected[chosen],
        sources=sources[chosen],
        tfidf=used * idf / max(int(use.sizes[0]), 1),
        rises=rises[chosen],
    )


def _distinct(terms: np.ndarray, values: np.ndarray, size: int) -> np.ndarray:
    """For each term how many different values stand beside it."""
    width = int(values.max()) + 1 if len(values) else 1
    return np.bincount(np.unique(terms * width + values) // width, minlength=size)


def _members(use: _Use, chosen: Iterable[int]) -> dict[int, np.ndarray]:
    """The documents of each chosen term, in order."""
    numbers = np.fromiter(chosen, np.int64)
    wanted = np.zeros(len(use.terms.start), dtype=bool)
    wanted[numbers] = True
    mine = wanted[use.terms.term]
    term, document = use.terms.term[mine], use.terms.document[mine]
    order = np.argsort(term, kind="stable")
    bounds = np.searchsorted(term[order], numbers[np.argsort(numbers)], side="left")
    parts = np.split(document[order], bounds[1:]) if len(numbers) else []
    return dict(zip(np.sort(numbers).tolist(), parts, strict=True))


def _finish(table: pd.DataFrame, use: _Use, members: dict[int, np.ndarray]) -> pd.DataFrame:
    """The chosen rows as TRENDS."""
    times = use.documents["published_at"]
    rank = _reading_order(use.documents)
    inside = {term: members[term][use.part[members[term]] == 0] for term in table.index}
    out = table.assign(
        is_new_word=_new_words(table["term"].tolist(), use.terms.tokens),
        term=use.terms.names(table.index, shown=True),
        first_seen=[times.iloc[members[term]].min() for term in table.index],
        evidence=[_evidence(inside[term], rank, use.documents) for term in table.index],
    )
    out = out[TRENDS.names].round({"score": 2, "lift": 2, "tfidf": 4, "q_value": 6})
    return check(out.reset_index(drop=True), TRENDS)


def _reading_order(documents: pd.DataFrame) -> np.ndarray:
    """The place of each document among all: most read first, then newest, then by doc_id."""
    reads = documents["reads"].astype("float64").fillna(-1.0).to_numpy()
    times = documents["published_at"].astype("int64").to_numpy()
    ids = documents["doc_id"].rank(method="first").to_numpy()
    rank = np.empty(len(documents), dtype=np.int64)
    rank[np.lexsort((ids, -times, -reads))] = np.arange(len(documents))
    return rank


def _evidence(rows: np.ndarray, rank: np.ndarray, documents: pd.DataFrame) -> list[str]:
    best = rows[np.argsort(rank[rows])][:MOST_EVIDENCE]
    return [str(doc_id) for doc_id in documents["doc_id"].iloc[best]]


def _drivers(
    trends: pd.DataFrame, numbers: pd.Index[Any], use: _Use, members: dict[int, np.ndarray], by: str
) -> pd.DataFrame:
    """Each row of `trends` for each source (or channel) that has the term in the window."""
    codes, names = pd.factorize(use.documents[by])
    rank = _reading_order(use.documents)
    times = use.documents["published_at"]
    rows = []
    for row, number in zip(trends.to_dict("records"), numbers, strict=True):
        every = members[number]
        now = every[use.part[every] == 0]
        tally = np.bincount(codes[now], minlength=len(names))
        for code in np.lexsort((np.argsort(np.argsort(names)), -tally)).tolist():
            if not tally[code]:
                break
            mine = every[codes[every] == code]
            rows.append(
                row
                | {
                    "documents": int(tally[code]),
                    "baseline_documents": int((use.part[mine] > 0).sum()),
                    "first_seen": times.iloc[mine].min(),
                    "evidence": _evidence(mine[use.part[mine] == 0], rank, use.documents),
                    by: str(names[code]),
                    "share": float(tally[code]) / len(now),
                }
            )
    columns = [*TRENDS.names, by, "share"]
    return check(pd.DataFrame(rows, columns=columns), TRENDS) if rows else _empty(by)


def _new_words(names: Sequence[str], tokens: text.Tokens) -> list[bool]:
    """Whether each term is one that no dictionary holds: an unknown token, or words met nowhere but in this phrase."""
    known = _shipped_idf()[0]
    counts = np.bincount(tokens.ids, minlength=len(tokens.words))
    lookup = {word: number for number, word in enumerate(tokens.words)}
    parts = text.segment(names, words=lexicons.user_words())
    out = []
    for name, pieces in zip(names, parts, strict=True):
        words = [piece for piece in pieces if piece.strip()]
        if name in known or name in lexicons.user_words() or name.isascii():
            out.append(False)
        elif len(words) == 1:
            out.append(True)
        else:
            ids = [lookup.get(word, -1) for word in words]
            together = len(text.find_run(tokens, ids)) if -1 not in ids else 0
            out.append(any(0 < counts[number] <= 1.25 * together for number in ids if number >= 0))
    return out
