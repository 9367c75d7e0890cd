"""Keywords of documents, and the terms whose use in a window is surprising against the weeks before."""

from __future__ import annotations

import datetime as dt
import functools
import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from toolkit import lexicons, text
from toolkit.schema import (
    DOCUMENTS,
    KEYWORDS,
    RIVALS,
    TERM_HISTORY,
    TIME_ZONE,
    TRENDS,
    ChoiceError,
    check,
    checked_moment,
    is_missing,
)

# a share of false alarms that an editor can live with among the words called new, rising or fading
MAX_Q = 0.1
# a longer phrase replaces a shorter one when it stands in this share of the shorter one's documents
MERGE_SHARE = 0.7
MOST_EVIDENCE = 50
# in-corpus document frequency outweighs the shipped one from about this many documents on
PRIOR_DOCUMENTS = 300
# only this many of the best candidates are compared for merging: far more than anyone reads
MERGE_CANDIDATES = 400
EWMA_WEIGHT = 0.4
RARE_VARIANCE = 2.0


@functools.cache
def _shipped_idf() -> tuple[dict[str, float], float]:
    """jieba's own IDF table (natural logarithm, about 260 000 words) and its median for unknown words."""
    from importlib.resources import files

    table: dict[str, float] = {}
    for line in (files("jieba") / "analyse" / "idf.txt").read_text(encoding="utf-8").splitlines():
        word, value = line.rsplit(" ", 1)
        table[word] = float(value)
    return table, float(np.median(list(table.values())))


def _document_texts(documents: pd.DataFrame) -> list[str]:
    return [f"{title}\n{body}" for title, body in zip(documents["title"], documents["body"], strict=True)]


def extract_keywords(documents: Any, *, top: int = 10, words: Any | None = None) -> pd.DataFrame:
    """KEYWORDS: the `top` terms of each document by TF-IDF, words and phrases of up to four tokens.

    `documents` is a DOCUMENTS frame or a sequence of texts (then doc_id is the position as text). The weight is term
    frequency × inverse document frequency (natural logarithm; in this corpus, with jieba's shipped table as a prior
    that counts as 300 documents), summed over a phrase's words. A phrase must
    occur twice in the document or in two documents; a shorter term is dropped where a longer one says it as often.
    No text gives an empty frame. `words` are user words with a frequency (default: the user-word lexicon).

    >>> extract_keywords(["手冲咖啡怎么磨豆，手冲咖啡用几度的水"], top=1)["term"].tolist()
    ['手冲咖啡']
    """
    if isinstance(documents, pd.DataFrame):
        frame = check(documents, DOCUMENTS)
        ids, texts = frame["doc_id"].tolist(), _document_texts(frame)
    else:
        listed = [documents] if isinstance(documents, str) else documents
        texts = ["" if is_missing(value) else str(value) for value in listed]
        ids = [str(place) for place in range(len(texts))]
    tokens = text.tokenise(texts, words=words)
    terms, places, names = text.phrases(tokens, support=1)
    if not len(terms):
        return KEYWORDS.empty()
    counted = _term_counts(terms, places, len(names))
    frequency = np.bincount(counted.term, minlength=len(names))
    idf = _phrase_idf(tokens, names)
    enough = (counted.count >= 2) | (frequency[counted.term] >= 2) | (idf.length[counted.term] == 1)
    weight = counted.count * idf.value[counted.term] * enough
    rows = []
    bounds = np.searchsorted(counted.document, np.arange(len(texts) + 1))
    for place in range(len(texts)):
        part = slice(bounds[place], bounds[place + 1])
        rows += _best_terms(ids[place], counted.term[part], counted.count[part], weight[part], names, top)
    return check(pd.DataFrame(rows, columns=KEYWORDS.names), KEYWORDS) if rows else KEYWORDS.empty()


@dataclass(frozen=True)
class _Counted:
    """How often each term stands in each document, sorted by document."""

    document: np.ndarray
    term: np.ndarray
    count: np.ndarray


def _term_counts(terms: np.ndarray, places: np.ndarray, size: int) -> _Counted:
    key, count = np.unique(places.astype(np.int64) * size + terms, return_counts=True)
    return _Counted(key // size, key % size, count)


@dataclass(frozen=True)
class _Idf:
    value: np.ndarray
    length: np.ndarray


def _phrase_idf(tokens: text.Tokens, names: list[str]) -> _Idf:
    """For each term the summed IDF of its words, and how many words it has."""
    table, unknown = _shipped_idf()
    documents = np.unique(np.stack([tokens.documents.astype(np.int64), tokens.ids.astype(np.int64)]), axis=1)
    seen = np.bincount(documents[1], minlength=len(tokens.words))
    count = max(tokens.texts, 1)
    word_idf = {
        str(word): _blend(table.get(str(word), unknown), int(df), count)
        for word, df in zip(tokens.words, seen, strict=True)
    }
    parts = text.segment(names, words=lexicons.user_words())
    value = np.empty(len(names))
    length = np.empty(len(names), dtype=np.int64)
    for place, words in enumerate(parts):
        known = [word_idf.get(word, unknown) for word in words if word.strip()]
        value[place] = sum(known)
        length[place] = len(known)
    return _Idf(value, length)


def _blend(shipped: float, seen: int, count: int) -> float:
    """IDF from the documents at hand, with the shipped table counted as PRIOR_DOCUMENTS further documents."""
    prior = PRIOR_DOCUMENTS * float(np.exp(-shipped))
    return float(np.log((count + PRIOR_DOCUMENTS) / (seen + prior)))


def _best_terms(
    doc_id: str, terms: np.ndarray, counts: np.ndarray, weights: np.ndarray, names: list[str], top: int
) -> list[tuple[str, int, str, float]]:
    """The heaviest terms of one document, none of them inside a longer one that stands there as often."""
    order = np.lexsort((terms, -weights))
    chosen: list[tuple[str, int, float]] = []
    for place in order:
        if weights[place] <= 0 or len(chosen) >= 4 * top:
            break
        chosen.append((names[terms[place]], int(counts[place]), float(weights[place])))
    kept: list[tuple[str, float]] = []
    for name, count, weight in chosen:
        inside = any(name != other and name in other and count <= n for other, n, _ in chosen)
        around = any(other in name for other, _ in kept)
        if not inside and not around:
            kept.append((name, weight))
        if len(kept) == top:
            break
    return [(doc_id, rank, name, round(weight, 6)) for rank, (name, weight) in enumerate(kept, start=1)]


@dataclass(frozen=True)
class _Windows:
    """The documents used: `part` is 0 for the window, 1 for the newest baseline stretch, and so on; -1 is earlier."""

    documents: pd.DataFrame
    part: np.ndarray
    sizes: np.ndarray
    notes: list[str]


def mine_trends(
    documents: pd.DataFrame,
    *,
    until: Any | None = None,
    window_days: int = 7,
    baseline_days: int = 28,
    top: int = 50,
    min_documents: int = 3,
    min_sources: int = 1,
    words: Any | None = None,
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

    A bare date as `until` means its end; None the end of the latest day with documents. Undated documents are left
    out. `frame.attrs["notes"]` says so, and says when there is no baseline: then nothing is called new or rising.
    No dated document gives an empty frame with that note.

    Raises ChoiceError for windows under one day.
    """
    if (
        not isinstance(window_days, int)
        or not isinstance(baseline_days, int)
        or window_days < 1
        or baseline_days < 0
    ):
        raise ChoiceError("window_days 是至少 1 的整天数，baseline_days 是不小于 0 的整天数。")
    windows = _split(check(documents, DOCUMENTS), until, window_days, baseline_days)
    if not len(windows.sizes) or not windows.sizes[0]:
        return _with_notes(TRENDS.empty(), windows.notes)
    frame = windows.documents
    tokens = text.tokenise(_document_texts(frame), words=words)
    terms, places, names = text.phrases(tokens, support=min(min_documents, 3))
    counted = _term_counts(terms, places, len(names))
    table = _measure(counted, windows, names)
    source_codes = pd.factorize(frame["source"])[0]
    in_window = windows.part[counted.document] == 0
    pairs = np.unique(counted.term[in_window] * (len(frame) + 1) + source_codes[counted.document[in_window]])
    table["sources"] = np.bincount(pairs // (len(frame) + 1), minlength=len(names))
    risen = (table["documents"] >= min_documents) & (table["sources"] >= min_sources)
    fallen = (table["expected"] >= min_documents) & (table["documents"] < table["expected"])
    table = table.assign(rises=risen)[risen | fallen]
    if table.empty:
        return _with_notes(
            TRENDS.empty(), [*windows.notes, f"没有词在本期达到 {min_documents} 篇，样本太少。"]
        )
    table = _judge(table, _overdispersion(table, windows.sizes), windows.sizes)
    members = _members(counted, table.index.to_numpy(), windows.part == 0)
    table = _merge(table, members).head(top)
    return _with_notes(_finish(table, counted, windows, members, tokens), windows.notes)


def _with_notes(frame: pd.DataFrame, notes: list[str]) -> pd.DataFrame:
    frame.attrs["notes"] = notes
    return frame


def _split(documents: pd.DataFrame, until: Any | None, window_days: int, baseline_days: int) -> _Windows:
    """The dated documents that vote, each with the stretch it falls in."""
    notes = []
    if documents["duplicate_of"].notna().any():
        documents = documents[documents["duplicate_of"].isna()]
    else:
        documents = documents[~documents.duplicated(["source", "title", "body"])]
    undated = int(documents["published_at"].isna().sum())
    documents = documents[documents["published_at"].notna()]
    if undated:
        notes.append(f"{undated} 篇内容没有日期，没有参加热词计算。")
    if documents.empty:
        return _Windows(
            documents, np.zeros(0), np.zeros(0), [*notes, "没有带日期的内容，看不出哪些词在升、哪些词在降。"]
        )
    end = window_end(documents["published_at"], until)
    documents = documents[documents["published_at"] <= end]
    age = (end - documents["published_at"]) / pd.Timedelta(days=1)
    part = np.where(age < window_days, 0, 1 + (age - window_days) // window_days).astype(np.int64)
    stretches = -(-baseline_days // window_days)
    part[(age >= window_days + baseline_days).to_numpy()] = -1
    sizes = np.bincount(part[part >= 0], minlength=stretches + 1)
    if not sizes[1:].any():
        notes.append("本期之前没有内容可比，只能列出出现最多的词，不能说哪些在升。")
    return _Windows(documents.reset_index(drop=True), part, sizes, notes)


def window_end(times: pd.Series[Any], until: Any | None) -> pd.Timestamp:
    """The last instant of the window: `until`, a bare date being its whole day; None the latest day with documents."""
    stamp = pd.Timestamp(checked_moment(times.max() if until is None else until, "until"))
    bare = until is None or (isinstance(until, dt.date) and not isinstance(until, dt.datetime))
    bare = bare or (isinstance(until, str) and len(until.strip()) <= 10)
    if not bare:
        return stamp
    day = pd.Timestamp(stamp.date(), tz=TIME_ZONE)
    return day + pd.Timedelta(days=1) - pd.Timedelta(microseconds=1)


def rival_activity(
    documents: pd.DataFrame,
    *,
    until: Any | None = None,
    window_days: int = 7,
    baseline_days: int = 28,
    top: int = 3,
) -> pd.DataFrame:
    """What each source did in the window: one row a source, busiest first.

    Columns: source, channel, documents (in the window, copies included), before (documents a window in the
    baseline, missing without one), copied (share of its documents that copy another source's, 0 to 1; missing where
    it published nothing), top_titles (list of dicts title, url, reads, published_at: its `top` most read originals,
    the newest first where nobody counts reads). Without any date `documents` counts all of them. An empty frame
    gives an empty frame.
    """
    frame = check(documents, DOCUMENTS)
    if frame.empty:
        return RIVALS.empty()
    dated = frame["published_at"].notna()
    end = window_end(frame.loc[dated, "published_at"], until) if dated.any() else None
    age = (
        (end - frame["published_at"]) / pd.Timedelta(days=1)
        if end is not None
        else pd.Series(0.0, frame.index)
    )
    now = frame[(age >= 0) & (age < window_days)]
    before = frame[(age >= window_days) & (age < window_days + baseline_days)]
    source_of = dict(zip(frame["doc_id"], frame["source"], strict=True))
    rows = []
    for source, part in frame.groupby("source"):
        mine = now[now["source"] == source]
        foreign = mine["duplicate_of"].map(source_of).fillna(source) != source
        rate = (
            (before["source"] == source).sum() * window_days / baseline_days if len(before) else float("nan")
        )
        best = mine[mine["duplicate_of"].isna()].sort_values(
            ["reads", "published_at", "doc_id"], ascending=[False, False, True], na_position="last"
        )
        rows.append(
            {
                "source": source,
                "channel": part["channel"].mode().iloc[0],
                "documents": len(mine),
                "before": rate,
                "copied": float(foreign.mean()) if len(mine) else float("nan"),
                "top_titles": best.head(top)[["title", "url", "reads", "published_at"]].to_dict("records"),
            }
        )
    out = check(pd.DataFrame(rows, columns=RIVALS.names), RIVALS)
    return out.sort_values(["documents", "source"], ascending=[False, True]).reset_index(drop=True)


def term_history(
    documents: pd.DataFrame,
    terms: Sequence[str],
    *,
    until: Any | None = None,
    window_days: int = 7,
    windows: int = 12,
) -> pd.DataFrame:
    """How many documents of each period hold each term, for charts: term, starts (date), documents, total.

    Periods of `window_days` end at `until` (as in mine_trends) and go back `windows` of them; `total` is the
    documents of the period. Copies do not vote, undated documents are left out. A term counts where it stands in the
    folded title or body. No dated document gives an empty frame.

    Raises ChoiceError for fewer than one window.
    """
    if windows < 1 or window_days < 1:
        raise ChoiceError("windows 和 window_days 都至少为 1。")
    split = _split(check(documents, DOCUMENTS), until, window_days, (windows - 1) * window_days)
    if not len(split.sizes):
        return TERM_HISTORY.empty()
    folded = pd.Series(text.fold(_document_texts(split.documents)), dtype="str")
    end = window_end(split.documents["published_at"], until)
    rows = []
    for term, key in zip(terms, text.fold(terms), strict=True):
        hits = folded.str.contains(key, regex=False).to_numpy(bool)
        for part in range(windows - 1, -1, -1):
            starts = (end - pd.Timedelta(days=(part + 1) * window_days) + pd.Timedelta(microseconds=1)).date()
            inside = split.part == part
            rows.append((term, starts, int((hits & inside).sum()), int(inside.sum())))
    return check(pd.DataFrame(rows, columns=TERM_HISTORY.names), TERM_HISTORY)


def _measure(counted: _Counted, windows: _Windows, names: list[str]) -> pd.DataFrame:
    """Document counts of each term in the window and in each baseline stretch, and its mean TF-IDF in the window."""
    size = len(names)
    part = windows.part[counted.document]
    table = pd.DataFrame({"term": names})
    stretches = len(windows.sizes)
    for stretch in range(stretches):
        table[f"part{stretch}"] = np.bincount(counted.term[part == stretch], minlength=size)
    table["documents"] = table["part0"]
    table["baseline_documents"] = (
        table[[f"part{s}" for s in range(1, stretches)]].sum(axis=1) if stretches > 1 else 0
    )
    table["before"] = np.bincount(counted.term[part != 0], minlength=size)
    total = len(windows.documents)
    idf = np.log((1 + total) / (1 + np.bincount(counted.term, minlength=size))) + 1
    inside = part == 0
    used = np.bincount(counted.term[inside], weights=counted.count[inside], minlength=size)
    table["tfidf"] = used * idf / max(windows.sizes[0], 1)
    table["expected"] = table["baseline_documents"] * windows.sizes[0] / max(int(windows.sizes[1:].sum()), 1)
    return table


def _overdispersion(table: pd.DataFrame, sizes: np.ndarray) -> float:
    """How much more counts vary between stretches than Poisson: variance = mean + value × mean², by moments."""
    stretches = [s for s in range(1, len(sizes)) if sizes[s] > 0]
    common = table[table["baseline_documents"] >= 8]
    if len(stretches) < 2 or len(common) < 5:
        return 0.1
    share = sizes[stretches] / sizes[stretches].sum()
    mean = np.outer(common["baseline_documents"], share)
    seen = common[[f"part{s}" for s in stretches]].to_numpy()
    # dividing by n−1 of n stretches makes the estimate unbiased: the mean comes from the same counts
    excess = ((seen - mean) ** 2).sum() * len(stretches) / (len(stretches) - 1) - mean.sum()
    return float(np.clip(excess / (mean**2).sum(), 0.0, 2.0))


def _judge(table: pd.DataFrame, overdispersion: float, sizes: np.ndarray) -> pd.DataFrame:
    """Surprise, z, q-values, score and status of each candidate."""
    from scipy import special

    window, before = float(sizes[0]), float(sizes[1:].sum())
    seen = table["documents"].to_numpy(float)
    past = table["baseline_documents"].to_numpy(float)
    if before == 0:
        judged = table.assign(lift=np.nan, q_value=1.0, score=_percentile(seen), status="steady")
        return judged[judged["rises"]]
    # Jeffreys-like half count, spread over the exposure in which half an average term would be seen
    typical = (seen + past).mean() / (window + before)
    mean = window * (past + 0.5) / (before + 0.5 / typical)
    size = 1 / (1 / (past + 0.5) + overdispersion)
    up = np.where(seen > 0, special.betainc(np.maximum(seen, 1), size, mean / (size + mean)), 1.0)
    down = special.betainc(size, seen + 1, size / (size + mean))
    z = _ewma_z(table, sizes)
    q_up, q_down = _q_values(up), _q_values(down)
    score = (_percentile(-np.log(np.maximum(up, 1e-300))) + _percentile(z)) / 2
    status = np.select(
        [(q_up <= MAX_Q) & (table["before"] == 0), q_up <= MAX_Q, (q_down <= MAX_Q) & (seen < mean)],
        ["new", "rising", "fading"],
        "steady",
    )
    q_value = np.where(seen < mean, q_down, q_up)
    judged = table.assign(lift=seen / mean, q_value=q_value, score=score, status=status)
    # a word too rare now to be a trend and not surely fading says nothing
    return judged[judged["rises"] | (judged["status"] == "fading")]


def _ewma_z(table: pd.DataFrame, sizes: np.ndarray) -> np.ndarray:
    """Distance of the window's count from the baseline's moving mean, in standard deviations.

    The variance is at least Poisson's plus RARE_VARIANCE, SigniTrend's bias against words too rare to tell.
    """
    mean: np.ndarray | None = None
    variance: np.ndarray = np.zeros(len(table))
    for stretch in range(len(sizes) - 1, 0, -1):
        if sizes[stretch] == 0:
            continue
        scaled = table[f"part{stretch}"].to_numpy(float) * sizes[0] / sizes[stretch]
        if mean is None:
            mean = scaled
            continue
        step = scaled - mean
        mean = mean + EWMA_WEIGHT * step
        variance = (1 - EWMA_WEIGHT) * (variance + EWMA_WEIGHT * step**2)
    mean = np.zeros(len(table)) if mean is None else mean
    return (table["documents"].to_numpy(float) - mean) / np.sqrt(variance + mean + RARE_VARIANCE)


def _q_values(p: np.ndarray) -> np.ndarray:
    """Benjamini–Hochberg adjusted p-values.

    >>> _q_values(np.array([0.01, 0.04, 0.03])).tolist()
    [0.03, 0.04, 0.04]
    """
    order = np.argsort(p)
    adjusted = p[order] * len(p) / np.arange(1, len(p) + 1)
    out = np.empty(len(p))
    out[order] = np.minimum(np.minimum.accumulate(adjusted[::-1])[::-1], 1.0)
    return out


def _percentile(values: np.ndarray) -> np.ndarray:
    """Rank of each value in percent: 100 for the largest, ties share the mean."""
    return (pd.Series(values).rank(method="average") / max(len(values), 1) * 100).to_numpy()


def _members(counted: _Counted, chosen: np.ndarray, in_window: np.ndarray) -> dict[int, set[int]]:
    """The window's documents of each chosen term."""
    wanted = np.isin(counted.term, chosen) & in_window[counted.document]
    out: dict[int, set[int]] = {int(term): set() for term in chosen}
    for term, document in zip(counted.term[wanted], counted.document[wanted], strict=True):
        out[int(term)].add(int(document))
    return out


def _merge(table: pd.DataFrame, members: dict[int, set[int]]) -> pd.DataFrame:
    """Best first, with sub-phrases that say the same thing folded into one row (`variants`)."""
    table = table.sort_values(["score", "documents", "term"], ascending=[False, False, True])
    head = table.head(MERGE_CANDIDATES)
    names = head["term"].to_dict()
    rank = {term: place for place, term in enumerate(head.index)}
    into: dict[int, int] = {}
    for long in sorted(names, key=lambda term: (-len(names[term]), rank[term])):
        for short in sorted(names, key=lambda term: (-len(names[term]), rank[term])):
            if short == long or long in into or short in into or names[short] not in names[long]:
                continue
            both, fewer = members[long] & members[short], len(members[short])
            if len(both) >= MERGE_SHARE * fewer:
                into[short] = long
            elif rank[short] < rank[long] or head.at[short, "status"] == head.at[long, "status"]:
                into[long] = short
    variants: dict[int, list[str]] = {}
    for term in sorted(into, key=lambda term: rank[term]):
        root = into[term]
        while root in into:
            root = into[root]
        variants.setdefault(root, []).append(names[term])
    kept = table[~table.index.isin(list(into))].copy()
    kept["variants"] = [variants.get(int(term), []) for term in kept.index]
    return kept


def _finish(
    table: pd.DataFrame,
    counted: _Counted,
    windows: _Windows,
    members: dict[int, set[int]],
    tokens: text.Tokens,
) -> pd.DataFrame:
    frame = windows.documents
    reads = frame["reads"].astype("float64").fillna(-1.0).to_numpy()
    times = frame["published_at"].astype("int64").to_numpy()
    ids = frame["doc_id"].to_numpy()
    wanted = np.isin(counted.term, table.index.to_numpy())
    first = (
        pd.Series(times[counted.document[wanted]]).groupby(counted.term[wanted]).min().reindex(table.index)
    )
    evidence = []
    for term in table.index:
        order = sorted(members[int(term)], key=lambda place: (-reads[place], -times[place], ids[place]))
        evidence.append([str(ids[place]) for place in order[:MOST_EVIDENCE]])
    new_words = _new_words(table["term"].tolist(), tokens)
    titles = _document_texts(frame)
    out = table.assign(
        term=[
            _surface(row.term, [titles[place] for place in members[int(row.Index)]])
            for row in table.itertuples()
        ],
        first_seen=pd.to_datetime(first, unit="us", utc=True).dt.tz_convert(TIME_ZONE),
        is_new_word=new_words,
        evidence=evidence,
    )
    out = out[TRENDS.names].round({"score": 2, "lift": 2, "tfidf": 4, "q_value": 6})
    return check(out.reset_index(drop=True), TRENDS)


def _surface(term: str, texts: list[str]) -> str:
    """A term with Latin letters as its documents mostly write it: counting works on lower case."""
    if not re.search("[a-z]", term):
        return term
    found = Counter(
        match for value in texts for match in re.findall(re.escape(term), value, flags=re.IGNORECASE)
    )
    return min(found, key=lambda form: (-found[form], form)) if found else term


def _new_words(names: Sequence[str], tokens: text.Tokens) -> list[bool]:
    """Whether each term is one that no dictionary holds: an unknown token, or words met nowhere but in this phrase."""
    known = _shipped_idf()[0]
    counts = dict(zip(tokens.words, np.bincount(tokens.ids, minlength=len(tokens.words)), strict=True))
    parts = text.segment(names, words=lexicons.user_words())
    out = []
    for name, pieces in zip(names, parts, strict=True):
        words = [piece for piece in pieces if piece.strip()]
        if name in known or name in lexicons.user_words() or name.isascii():
            out.append(False)
        elif len(words) == 1:
            out.append(True)
        else:
            joined = sum(1 for word in words if 0 < counts.get(word, 0) <= 1.25 * _occurrences(words, tokens))
            out.append(joined >= 1)
    return out


def _occurrences(words: list[str], tokens: text.Tokens) -> int:
    """How often the run of words stands in the tokens."""
    place = {word: number for number, word in enumerate(tokens.words)}
    run = [place.get(word, -1) for word in words]
    if -1 in run:
        return 0
    ids, length = tokens.ids, len(run)
    match = np.ones(max(len(ids) - length + 1, 0), dtype=bool)
    for offset, number in enumerate(run):
        match &= ids[offset : offset + len(match)] == number
    return int(match.sum())
