"""Topics ranked by an editor's weights, with every part shown."""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd

from toolkit import compliance, lexicons, text
from toolkit.schema import DOCUMENTS, GROUPS, TOPICS, ChoiceError, as_date, check, checked_moment

# an own post this long ago no longer counts as having covered the topic; a month is the field's habit, not a measure
OWN_MEMORY_DAYS = 28
SEASON_DAYS = 21
# the least a part can be, so that a single weak side lowers a topic but only a blocked gate rules it out
FLOOR = 0.2
HARM_SENTENCE = "出处多涉及伤亡、灾难或犯罪，不作营销选题"
PARTS: dict[str, tuple[str, str]] = {
    "heat": ("热度", "这个词在本期有多反常（热词的热度分）"),
    "spread": ("扩散", "多少个来源在说：只有一家说的不算热"),
    "focus": ("聚焦", "出处里有多少篇把它写进了标题：只在正文里带过的不是选题"),
    "fit": ("对群", "出处的用词与说到群主题的内容有多像"),
    "own": ("新意", "自己多久没写过：刚写过的往后放"),
    "season": ("时令", "三周内有没有对得上的节日"),
}
# an editor's opening weights, owned and changed by her; nobody has measured them
DEFAULT_WEIGHTS: dict[str, float] = {
    "heat": 3.0,
    "spread": 1.0,
    "focus": 2.0,
    "fit": 1.0,
    "own": 1.0,
    "season": 1.0,
}


def rank_topics(
    topics: pd.DataFrame,
    *,
    groups: pd.DataFrame | None = None,
    own: pd.DataFrame | None = None,
    today: dt.date | None = None,
    weights: Mapping[str, float] | None = None,
    documents: pd.DataFrame | None = None,
) -> pd.DataFrame:
    """TOPICS with `part_*` and a new `score`, best first: a weighted geometric mean, so no side can be bought back.

    Each part is the logarithm of a share between 0.2 and 1, times its weight's share: score = 100 · exp(sum of
    parts). heat is the trend score; spread the number of sources (full at four); focus the share of the evidence with
    a term in its title; fit how alike the evidence and the `documents` that name a segment's themes are in their
    words (cosine of TF-IDF centroids less the mean of all documents, best segment of `groups`, the best topic being 1); own the days since `own` posts last named it (full after 28); season
    whether a festival within 21 days of `today` is named. What is not given counts as full. `segments` lists the segments it fits best. A topic that compliance blocks, or
    whose evidence speaks of deaths, disasters or crimes (lexicon `sensitive`), stays in the table with score 0 and
    gate "block".

    `weights` replaces any of heat, spread, focus, fit, own, season (defaults 3, 1, 2, 1, 1, 1: an editor's opening
    choice, never measured). An empty frame gives an empty frame.

    Raises ChoiceError for an unknown weight, a negative one, or none above zero.
    """
    frame = check(topics, TOPICS)
    day = None if today is None else checked_moment(today, "today").date()
    documents = None if documents is None else check(documents, DOCUMENTS)
    own = None if own is None else check(own if "doc_id" in own else own.assign(doc_id=""), DOCUMENTS)
    chosen = _weights(weights)
    texts = _evidence_texts(frame, documents)
    fits = _fits(frame, documents, groups)
    values = {
        "heat": [min(1.0, max(FLOOR, score / 100)) for score in frame["score"]],
        "spread": _spread(frame, documents),
        "focus": _focus(frame, documents),
        "fit": [max(FLOOR, fit) for fit, _ in fits],
        "own": [_own_gap(terms, own, day) for terms in frame["terms"]],
        "season": [_season(terms, found, day) for terms, found in zip(frame["terms"], texts, strict=True)],
    }
    parts = {
        f"part_{name}": pd.Series(
            [chosen[name] * math.log(value) for value in values[name]], index=frame.index, dtype="float64"
        )
        for name in PARTS
    }
    total = sum(parts.values(), start=pd.Series(0.0, index=frame.index))
    harm = [_speaks_of_harm(terms, found) for terms, found in zip(frame["terms"], texts, strict=True)]
    gates = ["block" if hurt else _gate(terms) for hurt, terms in zip(harm, frame["terms"], strict=True)]
    frame["gate"] = pd.Series(gates, index=frame.index, dtype="str")
    frame["angle"] = frame["angle"].mask(pd.Series(harm, index=frame.index, dtype="bool"), HARM_SENTENCE)
    frame["score"] = (100 * np.exp(total.astype("float64"))).where(frame["gate"] != "block", 0.0)
    frame["segments"] = pd.Series([segments for _, segments in fits], index=frame.index, dtype="object")
    place = list(frame.columns).index("score") + 1
    for offset, (name, values_of) in enumerate(parts.items()):
        frame.insert(place + offset, name, values_of)
    return frame.sort_values(["score", "label"], ascending=[False, True]).reset_index(drop=True)


def _gate(terms: list[str]) -> str:
    return compliance.gate(compliance.find("、".join(terms), purpose="editorial", second_look=False))


def _speaks_of_harm(terms: list[str], texts: list[str]) -> bool:
    """Deaths, disasters, crimes: in the terms themselves or in at least half of the evidence."""
    words = lexicons.words("sensitive")
    if any(word in term for word in words for term in terms):
        return True
    return bool(texts) and 2 * sum(any(word in found[:200] for word in words) for found in texts) >= len(
        texts
    )


def _weights(weights: Mapping[str, float] | None) -> dict[str, float]:
    unknown = [name for name in weights or {} if name not in DEFAULT_WEIGHTS]
    if unknown:
        raise ChoiceError(f"不认识的权重 {'、'.join(unknown)}。可以设的是：{'、'.join(DEFAULT_WEIGHTS)}。")
    merged = {**DEFAULT_WEIGHTS, **(weights or {})}
    if min(merged.values()) < 0 or not sum(merged.values()):
        raise ChoiceError("权重不能是负数，也不能全是 0。")
    return {name: value / sum(merged.values()) for name, value in merged.items()}


def _evidence_texts(topics: pd.DataFrame, documents: pd.DataFrame | None) -> list[list[str]]:
    """The folded texts of each topic's evidence."""
    if documents is None:
        return [[] for _ in range(len(topics))]
    wanted = {doc for evidence in topics["evidence"] for doc in evidence}
    frame = documents[documents["doc_id"].isin(wanted)]
    known = dict(zip(frame["doc_id"], text.fold(_texts(frame)), strict=True))
    return [[known[doc] for doc in evidence if doc in known] for evidence in topics["evidence"]]


def _texts(documents: pd.DataFrame) -> list[str]:
    return [f"{title}\n{body}" for title, body in zip(documents["title"], documents["body"], strict=True)]


def _focus(topics: pd.DataFrame, documents: pd.DataFrame | None) -> list[float]:
    if documents is None:
        return [1.0] * len(topics)
    titles = dict(zip(documents["doc_id"], text.fold(documents["title"]), strict=True))
    out = []
    for terms, evidence in zip(topics["terms"], topics["evidence"], strict=True):
        keys = text.fold(terms)
        known = [titles[doc] for doc in evidence if doc in titles]
        named = sum(any(key in title for key in keys) for title in known)
        out.append(max(FLOOR, named / len(known)) if known else 1.0)
    return out


def _spread(topics: pd.DataFrame, documents: pd.DataFrame | None) -> list[float]:
    if documents is None:
        return [1.0] * len(topics)
    source = dict(zip(documents["doc_id"], documents["source"], strict=True))
    counts = [len({source[doc] for doc in evidence if doc in source}) for evidence in topics["evidence"]]
    return [min(1.0, max(FLOOR, count / 4)) for count in counts]


def _fits(
    topics: pd.DataFrame, documents: pd.DataFrame | None, groups: pd.DataFrame | None
) -> list[tuple[float, list[str]]]:
    """For each topic the best segment's likeness (1 for the topic that fits best), and the segments near it."""
    if documents is None or groups is None or not len(groups) or not len(topics):
        return [(1.0, [])] * len(topics)
    frame = check(documents, DOCUMENTS)
    matrix, folded = _weights_of_words(frame)
    middle = np.asarray(matrix.mean(axis=0)).ravel()
    themes = {
        segment: _profile(matrix, folded, words, middle)
        for segment, words in _theme_words(check(groups, GROUPS)).items()
    }
    place = {doc: number for number, doc in enumerate(frame["doc_id"])}
    out: list[tuple[float, list[str]]] = []
    for evidence in topics["evidence"]:
        rows = [place[doc] for doc in evidence if doc in place]
        profile = np.asarray(matrix[rows].mean(axis=0)).ravel() - middle if rows else middle * 0
        likeness = {segment: _cosine(profile, theme) for segment, theme in themes.items()}
        best = max(likeness.values())
        near = sorted(segment for segment, value in likeness.items() if best > 0 and value >= 0.6 * best)
        out.append((max(0.0, best), near))
    # cosines of short texts are small numbers; what an editor asks is which of these topics fits better
    most = max(best for best, _ in out)
    return [(best / most if most else 0.0, near) for best, near in out]


def _weights_of_words(documents: pd.DataFrame) -> tuple[Any, list[str]]:
    """Length-normalised TF-IDF of the documents' words (a sparse matrix), and their folded texts."""
    from scipy import sparse

    texts = _texts(documents)
    tokens = text.tokenise(texts)
    used = tokens.term[tokens.ids] if len(tokens.ids) else np.zeros(0, dtype=bool)
    shape = (len(texts), max(len(tokens.words), 1))
    ones = np.ones(int(used.sum()))
    counts = sparse.csr_matrix((ones, (tokens.documents[used], tokens.ids[used])), shape=shape)
    frequency = np.asarray((counts > 0).sum(axis=0)).ravel()
    weighted = counts.multiply(np.log((1 + len(texts)) / (1 + frequency)) + 1).tocsr()
    norms = np.sqrt(np.asarray(weighted.multiply(weighted).sum(axis=1)).ravel())
    return sparse.diags(1 / np.where(norms > 0, norms, 1)) @ weighted, text.fold(texts)


def _profile(matrix: Any, folded: list[str], words: list[str], middle: np.ndarray) -> np.ndarray:
    """What the documents that name a theme are like beyond the usual; naming two of its words counts twice."""
    named = np.array([sum(word in found for word in words) for found in folded], dtype=float)
    if not named.any():
        return np.zeros_like(middle)
    return np.asarray(named @ matrix).ravel() / named.sum() - middle


def _cosine(one: np.ndarray, other: np.ndarray) -> float:
    size = float(np.linalg.norm(one) * np.linalg.norm(other))
    return float(one @ other) / size if size else 0.0


def _theme_words(groups: pd.DataFrame) -> dict[str, list[str]]:
    """The content words of each segment's name and themes."""
    # a theme such as 中秋备菜 is about food: the festival's name would match everything written that week
    stop = {
        *lexicons.words("stopwords"),
        *(n for names in lexicons.names_of("festival").values() for n in names),
    }
    out: dict[str, list[str]] = {}
    for segment, part in groups.groupby("segment"):
        pieces = text.segment(text.fold([str(segment), *part["theme"]]), words=lexicons.user_words())
        out[str(segment)] = sorted(
            {word for found in pieces for word in found if len(word) > 1 and word not in stop}
        )
    return out


def _own_gap(terms: list[str], own: pd.DataFrame | None, today: dt.date | None) -> float:
    """1 for a topic we never wrote or wrote over four weeks ago, down to the floor for today's."""
    if own is None or today is None or own.empty or not terms:
        return 1.0
    named = own["title"].str.contains(terms[0], regex=False) | own["body"].str.contains(terms[0], regex=False)
    days = [as_date(value) for value in own.loc[named, "published_at"]]
    ages = [(today - day).days for day in days if day is not None and day <= today]
    return 1.0 if not ages else min(1.0, max(FLOOR, min(ages) / OWN_MEMORY_DAYS))


def _season(terms: list[str], texts: list[str], today: dt.date | None) -> float:
    """1 when a festival of the next three weeks is among the terms or in a third of the evidence, else 0.7."""
    if today is None:
        return 1.0
    # as people say it: 教师节 is a festival, 教师 alone are just teachers
    soon = {
        lexicons.spoken_festival(name) if kind == "festival" else name
        for kind in ("festival", "shopping")
        for day, names in lexicons.names_of(kind).items()
        for name in names
        if 0 <= (day - today).days <= SEASON_DAYS
    }
    for name in soon:
        if any(name in term for term in terms) or sum(name in found for found in texts) * 3 > len(texts) > 0:
            return 1.0
    return 0.7
