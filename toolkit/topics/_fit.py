"""How well topics suit groups: the words of their evidence against those of documents that speak of a group's theme."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from typing import Any

import numpy as np
import pandas as pd

from toolkit import lexicons, text
from toolkit.schema import DOCUMENTS, GROUPS, TOPICS, check

# a segment is near a topic when it is at least this much as like as the topic's best one
NEAR = 0.6
# folded texts hold no such sign, so no word reaches from one into the next
_BREAK = "\x01"
# what a text is about stands at its beginning; with 1 000 characters of each, reading takes four times as long
READ_CHARACTERS = 300
Rows = Sequence[int] | np.ndarray


def topic_fits(topics: pd.DataFrame, groups: pd.DataFrame, *, documents: pd.DataFrame) -> pd.DataFrame:
    """How well each topic suits each group: topic_id, label, group_id, segment, theme, fit (0 to 1, the best pair of
    the table being 1), near (among the topic's best groups, at least 0.6 as like as its best one).

    Likeness is the cosine of two TF-IDF centroids less the mean of all documents: the topic's evidence, and the
    `documents` that name words of the group's segment and theme (title and first 300 characters). A group without a theme is known by its segment.
    The rows keep the order of topics and groups; no topics, groups or documents give an empty frame.
    """
    frame, table = check(topics, TOPICS), check(groups, GROUPS)
    known = check(documents, DOCUMENTS)
    columns = {"topic_id": "str", "label": "str", "group_id": "str", "segment": "str", "theme": "str"}
    if frame.empty or table.empty or known.empty:
        empty = pd.DataFrame({name: pd.Series([], dtype=dtype) for name, dtype in columns.items()})
        return empty.assign(fit=pd.Series([], dtype="float64"), near=pd.Series([], dtype="bool"))
    texts = texts_of(known)
    place = {doc: number for number, doc in enumerate(known["doc_id"])}
    evidence = [[place[doc] for doc in found if doc in place] for found in frame["evidence"]]
    pairs = list(dict.fromkeys(zip(table["segment"], table["theme"], strict=True)))
    words = [theme_words([segment, theme]) for segment, theme in pairs]
    likeness = _likeness(evidence, words, text.fold(texts))
    column = [pairs.index(pair) for pair in zip(table["segment"], table["theme"], strict=True)]
    fits = likeness[:, column]
    best = fits.max(axis=1, keepdims=True)
    rows = pd.DataFrame(
        {name: np.repeat(frame[name].to_numpy(), len(table)) for name in ("topic_id", "label")}
    )
    for name in ("group_id", "segment", "theme"):
        rows[name] = np.tile(table[name].to_numpy(), len(frame))
    near = (best > 0) & (fits >= NEAR * best)
    return rows.astype(columns).assign(fit=fits.ravel(), near=near.ravel())


def texts_of(documents: pd.DataFrame) -> list[str]:
    """Title and beginning of the body of each document as one text."""
    return [
        f"{title}\n{body[:READ_CHARACTERS]}"
        for title, body in zip(documents["title"], documents["body"], strict=True)
    ]


def segment_fits(
    evidence: Sequence[Rows], groups: pd.DataFrame, folded: list[str]
) -> list[tuple[float, list[str]]]:
    """For each topic the best segment's likeness (1 for the topic that fits best), and the segments near it."""
    themes = {
        str(segment): theme_words([str(segment), *part["theme"]])
        for segment, part in groups.groupby("segment")
    }
    names = sorted(themes)
    likeness = _likeness(evidence, [themes[name] for name in names], folded)
    out = []
    for row in likeness:
        best = float(row.max())
        near = [
            name for name, value in zip(names, row, strict=True) if name and best > 0 and value >= NEAR * best
        ]
        out.append((best, near))
    return out


def theme_words(names: Sequence[str]) -> list[str]:
    """The content words of a segment's name and themes."""
    # a theme such as 中秋备菜 is about food: the festival's name would match everything written that week
    festivals = (name for found in lexicons.names_of("festival").values() for name in found)
    stop = {*lexicons.words("stopwords"), *festivals}
    pieces = text.segment(text.fold(names), words=lexicons.user_words())
    return sorted({word for found in pieces for word in found if len(word) > 1 and word not in stop})


def rows_naming(words: Iterable[str], folded: Sequence[str]) -> dict[str, np.ndarray]:
    """For each word the numbers of the texts that hold it.

    >>> {word: rows.tolist() for word, rows in rows_naming(["冬奥", "山药"], ["冬奥会", "粥", "去冬奥"]).items()}
    {'冬奥': [0, 2], '山药': []}
    """
    joined = _BREAK.join(folded)
    starts = np.cumsum([0, *(len(body) + 1 for body in folded)])
    out = {}
    for word in dict.fromkeys(words):
        # finditer jumps from hit to hit three times as fast as str.find
        places = [found.start() for found in re.finditer(re.escape(word), joined)]
        rows = np.unique(np.searchsorted(starts, np.array(places, dtype=np.int64), side="right") - 1)
        out[word] = rows.astype(np.int64)
    return out


def _word_matrix(folded: Sequence[str]) -> Any:
    """Length-normalised TF-IDF of the texts' words (a sparse matrix, texts × words)."""
    from scipy import sparse

    tokens = text.tokenise(folded)
    used = tokens.term[tokens.ids] if len(tokens.ids) else np.zeros(0, dtype=bool)
    shape = (tokens.texts, max(len(tokens.words), 1))
    ones = np.ones(int(used.sum()))
    counts = sparse.csr_matrix((ones, (tokens.documents[used], tokens.ids[used])), shape=shape)
    frequency = np.bincount(counts.indices, minlength=shape[1])
    weighted = counts @ sparse.diags(np.log((1 + tokens.texts) / (1 + frequency)) + 1)
    norms = np.sqrt(np.asarray(weighted.multiply(weighted).sum(axis=1)).ravel())
    return sparse.diags(1 / np.where(norms > 0, norms, 1)) @ weighted


def _likeness(evidence: Sequence[Rows], themes: Sequence[Sequence[str]], folded: Sequence[str]) -> np.ndarray:
    """Topics × themes: cosine of the centroids less the mean of all texts, none below 0, the largest being 1."""
    from scipy import sparse

    naming = _naming(themes, folded)
    named = np.asarray(naming.sum(axis=1)).ravel()
    if not named.any():
        return np.zeros((len(evidence), len(themes)))
    matrix = _word_matrix(folded)
    middle = np.asarray(matrix.mean(axis=0)).ravel()
    ours, given = _means(evidence, matrix)
    theirs = sparse.diags(1 / np.where(named > 0, named, 1)) @ naming @ matrix
    # (p − m)·(t − m) without making the sparse centroids dense
    product = (ours @ theirs.T).toarray() + middle @ middle
    product = product - (ours @ middle)[:, None] - (theirs @ middle)[None, :]
    size = np.sqrt(np.outer(_squares(ours, middle), _squares(theirs, middle)))
    cosine = np.where(size > 1e-12, product / np.where(size > 1e-12, size, 1), 0.0)
    cosine = np.clip(cosine, 0, None) * given[:, None] * (named > 0)[None, :]
    # cosines of short texts are small numbers; what an editor asks is which of these topics fits better
    most = cosine.max(initial=0.0)
    return np.asarray(cosine / most if most > 0 else cosine)


def _means(evidence: Sequence[Rows], matrix: Any) -> tuple[Any, np.ndarray]:
    """The mean row of each topic's evidence, and whether it has any."""
    from scipy import sparse

    sizes = np.array([len(rows) for rows in evidence], dtype=float)
    columns = np.array([row for rows in evidence for row in rows], dtype=np.int64)
    rows = np.repeat(np.arange(len(evidence)), sizes.astype(np.int64))
    values = np.repeat(1 / np.where(sizes > 0, sizes, 1), sizes.astype(np.int64))
    chosen = sparse.csr_matrix((values, (rows, columns)), shape=(len(evidence), matrix.shape[0]))
    return chosen @ matrix, sizes > 0


def _squares(profiles: Any, middle: np.ndarray) -> np.ndarray:
    own = np.asarray(profiles.multiply(profiles).sum(axis=1)).ravel()
    return np.clip(own - 2 * (profiles @ middle) + middle @ middle, 0, None)


def _naming(themes: Sequence[Sequence[str]], folded: Sequence[str]) -> Any:
    """Themes × texts: how many of a theme's words a text names (naming two counts twice)."""
    from scipy import sparse

    found = rows_naming((word for words in themes for word in words), folded)
    rows = [place for place, words in enumerate(themes) for word in words for _ in found[word]]
    columns = [number for words in themes for word in words for number in found[word]]
    return sparse.csr_matrix((np.ones(len(rows)), (rows, columns)), shape=(len(themes), len(folded)))
