"""The terms whose use in a window is surprising against the weeks before."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

import numpy as np
import pandas as pd

from toolkit import lexicons, text
from toolkit.schema import TRENDS, ChoiceError, as_whole, check
from toolkit.trends._counts import Counts, count_terms
from toolkit.trends._judge import judged_terms
from toolkit.trends._merge import MERGE_CANDIDATES, best_first, told_once
from toolkit.trends._use import LocalUse, Use
from toolkit.trends._windows import check_days, part_days

MOST_EVIDENCE = 50
# a word of a phrase that stands in at most this many times the phrase's documents has no life of its own
ONLY_HERE = 1.25


def mine_trends(
    documents: Any,
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
    engine: str = "pandas",
    cluster: Any | None = None,
) -> pd.DataFrame:
    """TRENDS: the terms of the window (until − window_days, until] against the `baseline_days` before it, best first.

    `documents`, `baseline_documents` and `sources` count documents that vote (see count_terms). `lift` is seen over
    expected. `score` (0 to 100) is how
    surprising the rise is: the negative-binomial tail of the count and its z against the moving mean (SigniTrend,
    Schubert et al. 2014), blended; 50 is a rise by three documents, 75 two standard deviations more. It can be
    compared across weeks; without a baseline it is the percentile of the count. `q_value` is the share of false alarms
    among the terms at least this surprising (Benjamini–Hochberg 1995 over the terms frequent enough to be called,
    Tarone 1990; a rarer term is judged as if the documents it lacks had come before the window). Status is new (never
    seen before the window) or rising, fading (both at q ≤ 0.1), else steady; where a new term would have to stand in
    more than half of the window's documents, all are steady.

    Terms that say the same thing share a row (`variants`). Of a term inside a longer one the longer stands for both
    when it fills 70% of the shorter one's (n + 1) documents in the window (of a steady term also of window and
    baseline together); else the longer becomes a variant of the shorter if it stands lower or scores under 50.
    Overlapping phrases that share 70% of the (n + 1) documents of each are told by the higher. No steady term tells a
    called one, no fading one a rising one.

    `evidence` lists up to 50 documents of the window, most read first; `first_seen` looks at all earlier documents.

    `by="source"` or `"channel"` says who drives each trend: one row for each term and source, the busiest first, with
    the columns `source` (or `channel`) and `share` (of the term's documents in the window, 0 to 1) added;
    documents, baseline_documents, first_seen and evidence are that source's own, the rest the term's.

    A bare date as `until` means its end; None the end of the latest day with documents. Undated documents are left
    out. `frame.attrs["notes"]` says so, and says when there is no baseline: then nothing is called new or rising.
    No dated document gives an empty frame with that note. `words`, `stop_words` and `jobs` as in count_terms.

    `engine="dask"` gives the same on the Dask cluster whose scheduler's address, or Client, is `cluster`; `documents`
    may then be a folder of .parquet and .jsonl files that no single machine could hold.

    Raises ChoiceError for windows under one day, an unknown `by`, and `words` or `stop_words` beside Counts.
    """
    window_days, baseline_days = check_days(window_days, baseline_days)
    _check_words(by, engine)
    rules: dict[str, Any] = {"window_days": window_days, "by": by, "top": as_whole(top, "top")}
    rules["min_documents"] = as_whole(min_documents, "min_documents")
    rules["min_sources"] = as_whole(min_sources, "min_sources")
    if engine == "dask":
        from toolkit.trends._cluster import mine_on_cluster

        asked: dict[str, Any] = {
            "until": until,
            "baseline_days": baseline_days,
            "words": words,
            "stop_words": stop_words,
        }
        return mine_on_cluster(documents, cluster, **asked, **rules)
    counts = _counts(documents, words, stop_words, jobs)
    windows = part_days(counts.documents["published_at"], until, window_days, baseline_days)
    notes = [*counts.notes, *windows.notes]
    if not len(windows.sizes) or not windows.sizes[0]:
        return _with_notes(_empty(by), notes)
    use = LocalUse.of(counts, windows, support=min(max(rules["min_documents"], 2), 3))
    return told(use, notes, hidden=counts.stop_words, **rules)


def _check_words(by: str | None, engine: str) -> None:
    if by not in (None, "source", "channel"):
        raise ChoiceError(f'by 只能是 "source"（按来源）或 "channel"（按渠道），收到的是 {by!r}。')
    if engine not in ("pandas", "dask"):
        raise ChoiceError(f'engine 只能是 "pandas"（这台电脑）或 "dask"（集群），收到的是 {engine!r}。')


def told(
    use: Use,
    notes: list[str],
    *,
    hidden: frozenset[str],
    window_days: int,
    top: int,
    min_documents: int,
    min_sources: int,
    by: str | None,
) -> pd.DataFrame:
    """TRENDS of a use, judged, merged and with their evidence, without the terms that the reader has `hidden`."""
    table, needed = judged_terms(
        use.candidates(min_documents, min_sources),
        use.sizes,
        window_days=window_days,
        min_documents=min_documents,
        totals=use.totals(),
    )
    if table.empty:
        return _with_notes(_empty(by), [*notes, f"没有词在本期达到 {min_documents} 篇，样本太少。"])
    if 2 * needed > use.sizes[0]:
        notes = [*notes, _too_few(int(use.sizes[0]), needed)]
    table["term"] = use.names(table.index)
    table = best_first(table[~table["term"].isin(hidden)])
    table = told_once(table, *use.near(table.index[:MERGE_CANDIDATES])).head(top)
    members = use.members(table.index)
    trends = _finish(table, use, members)
    return _with_notes(trends if by is None else _drivers(trends, table.index, use, members, by), notes)


def _too_few(documents: int, needed: int) -> str:
    return (
        f"样本太少：本期只有 {documents} 篇，一个新词要出现在 {needed} 篇里才算得上在升。"
        "下面只列篇数，不说升降。"
    )


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


def _finish(table: pd.DataFrame, use: Use, members: dict[int, np.ndarray]) -> pd.DataFrame:
    """The chosen rows as TRENDS."""
    times = use.documents["published_at"]
    rank = _reading_order(use.documents, members)
    inside = {term: members[term][use.part[members[term]] == 0] for term in table.index}
    out = table.assign(
        is_new_word=_new_words(table["term"].tolist(), table["held"].tolist(), use),
        term=use.names(table.index, shown=True),
        first_seen=[times.iloc[members[term]].min() for term in table.index],
        evidence=[_evidence(inside[term], rank, use.documents) for term in table.index],
    )
    out = out[TRENDS.names].round({"score": 2, "lift": 2, "tfidf": 4, "q_value": 6})
    return check(out.reset_index(drop=True), TRENDS)


def _reading_order(documents: pd.DataFrame, members: dict[int, np.ndarray]) -> np.ndarray:
    """The place of each member document among them all: most read first, then newest, then by doc_id."""
    rows = np.unique(np.concatenate([*members.values(), np.zeros(0, dtype=np.int64)])).astype(np.int64)
    chosen = documents.iloc[rows]
    reads = chosen["reads"].astype("float64").fillna(-1.0).to_numpy()
    times = chosen["published_at"].astype("int64").to_numpy()
    ids = chosen["doc_id"].rank(method="first").to_numpy()
    rank = np.zeros(len(documents), dtype=np.int64)
    rank[rows[np.lexsort((ids, -times, -reads))]] = np.arange(len(rows))
    return rank


def _evidence(rows: np.ndarray, rank: np.ndarray, documents: pd.DataFrame) -> list[str]:
    best = rows[np.argsort(rank[rows])][:MOST_EVIDENCE]
    return [str(doc_id) for doc_id in documents["doc_id"].iloc[best]]


def _drivers(
    trends: pd.DataFrame, numbers: pd.Index[Any], use: Use, members: dict[int, np.ndarray], by: str
) -> pd.DataFrame:
    """Each row of `trends` for each source (or channel) that has the term in the window."""
    codes, names = pd.factorize(use.documents[by])
    rank = _reading_order(use.documents, members)
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


def _new_words(names: Sequence[str], held: Sequence[int], use: Use) -> list[bool]:
    """Whether each term is one that no dictionary holds: an unknown word, or words met nowhere but in this phrase."""
    known = text.shipped_idf()[0]
    parts = [
        [piece for piece in pieces if piece.strip()]
        for pieces in text.segment(names, words=lexicons.user_words())
    ]
    spread = use.spread({word for words in parts for word in words})
    return [
        not (name in known or name in lexicons.user_words() or name.isascii())
        and (len(words) == 1 or any(0 < spread[word] <= ONLY_HERE * documents for word in words))
        for name, words, documents in zip(names, parts, held, strict=True)
    ]
