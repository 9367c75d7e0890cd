"""The keywords of each document: words and phrases by TF-IDF."""

from __future__ import annotations

import functools
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from toolkit import lexicons, text
from toolkit.schema import (
    DOCUMENTS,
    KEYWORDS,
    check,
    is_missing,
)
from toolkit.trends._counts import document_texts

# in-corpus document frequency outweighs the shipped one from about this many documents on
PRIOR_DOCUMENTS = 300


@functools.cache
def _shipped_idf() -> tuple[dict[str, float], float]:
    """jieba's own IDF table (natural logarithm, about 260 000 words) and its median for unknown words."""
    from importlib.resources import files

    table: dict[str, float] = {}
    for line in (files("jieba") / "analyse" / "idf.txt").read_text(encoding="utf-8").splitlines():
        word, value = line.rsplit(" ", 1)
        table[word] = float(value)
    return table, float(np.median(list(table.values())))


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
        ids, texts = frame["doc_id"].tolist(), document_texts(frame)
    else:
        listed = [documents] if isinstance(documents, str) else documents
        texts = ["" if is_missing(value) else str(value) for value in listed]
        ids = [str(place) for place in range(len(texts))]
    tokens = text.tokenise(texts, words=words)
    counted = text.find_terms(tokens, support=1)
    if not len(counted.term):
        return KEYWORDS.empty()
    names = counted.names()
    frequency = counted.frequency
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
