"""Answers that say much the same counted once, and the rest grouped into a few themes by their words."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from typing import Any

import numpy as np

from toolkit.review._answers_cues import cues
from toolkit.review._answers_mask import STAND_IN

_ALIKE, _ALIKE_OWN, _INSIDE = 0.6, 0.45, 0.85
_LEAST_INSIDE = 8  # pairs of characters: a shorter text stands inside many
_ROWS = 500
MOST_THEMES, FEWEST_FOR_TWO = 6, 4
REST, REST_LABEL = "其他说法", -1
_WORN = re.compile(r"[我你他她它这那第一二三四五六七八九十百半几两\d].*|.+[得了着过]")


def alike_groups(texts: Sequence[str], members: Sequence[str], scores: Sequence[float]) -> list[list[int]]:
    """Places of texts that say much the same, the best of each group first; a text alone is a group of one.

    Measured on pairs of characters: by what two texts share of both (0.6; 0.45 for one member), or of the shorter
    (0.85). The bars are ours.
    """
    near = _near(texts, members)
    taken: set[int] = set()
    groups = []
    for place in sorted(range(len(texts)), key=lambda place: (-scores[place], place)):
        if place not in taken:
            group = [place, *(other for other in near.get(place, []) if other not in taken)]
            taken.update(group)
            groups.append(group)
    return groups


def _near(texts: Sequence[str], members: Sequence[str]) -> dict[int, list[int]]:
    if len(texts) < 2:
        return {}
    from sklearn.feature_extraction.text import CountVectorizer

    plain = [re.sub(r"[\W_]+", "", STAND_IN.sub("", text)).lower() or "〇" for text in texts]
    grams = CountVectorizer(analyzer="char", ngram_range=(1, 2), binary=True, dtype=np.int32)
    grams.set_params(ngram_range=(2, 2) if max(map(len, plain)) > 1 else (1, 1))
    table = grams.fit_transform(plain)
    sizes = np.asarray(table.sum(axis=1)).ravel()
    who = np.unique(np.asarray(members), return_inverse=True)[1]
    near: dict[int, list[int]] = {}
    for first in range(0, len(texts), _ROWS):
        both = (table[first : first + _ROWS] @ table.T).tocoo()
        rows = both.row + first
        pairs, shared = (rows, both.col), both.data
        union = sizes[pairs[0]] + sizes[pairs[1]] - shared
        fewer = np.minimum(sizes[pairs[0]], sizes[pairs[1]])
        bars = np.where(who[pairs[0]] == who[pairs[1]], _ALIKE_OWN, _ALIKE)
        hits = (shared >= bars * union) | ((fewer >= _LEAST_INSIDE) & (shared >= _INSIDE * fewer))
        hits &= pairs[0] != pairs[1]
        for row, column in zip(rows[hits].tolist(), both.col[hits].tolist(), strict=True):
            near.setdefault(row, []).append(column)
    return {row: sorted(columns) for row, columns in near.items()}


def kinds_of(texts: Sequence[str], asked: set[str]) -> list[list[str]]:
    """The kinds of words in each text, by the lexicon, without those that the question names."""
    return [
        [name for name, _, pattern in cues("concept") if pattern.search(said) and name not in asked]
        for said in texts
    ]


def group_answers(texts: Sequence[str], terms: Sequence[Sequence[str]], asked: set[str]) -> list[int]:
    """A theme's number for each answer, by the words they share; −1 for what shares none.

    Words, and kinds of words of the lexicon (绘本 and 孩子 are of one), by TF-IDF; made denser by truncated SVD; then
    k-means (scikit-learn, fixed seed) with as many groups, 2 to 6 in all, as the silhouette likes best. The words of
    the question tell nothing apart and are left out.
    """
    number = len(terms)
    if number < FEWEST_FOR_TWO:
        return [0] * number
    kinds = kinds_of(texts, asked)
    # a kind of words weighs as much as two words
    kept = [
        [term for term in one if term not in asked] + 2 * [f"{kind}＊" for kind in more]
        for one, more in zip(terms, kinds, strict=True)
    ]
    found = _vectors(kept)
    if found is None:
        return [0] * number
    vectors, filled = found
    room = MOST_THEMES - (len(filled) < number)
    labels = [REST_LABEL] * number
    for place, label in zip(filled, _clusters(vectors, room), strict=True):
        labels[place] = label
    return labels


def _vectors(kept: Sequence[Sequence[str]]) -> tuple[Any, list[int]] | None:
    """Unit vectors of the answers that share a word, and their places; None where fewer than four do."""
    from sklearn.decomposition import TruncatedSVD
    from sklearn.feature_extraction.text import TfidfVectorizer
    from sklearn.preprocessing import normalize

    spread = Counter(term for one in kept for term in set(one))
    shared = {term for term, answers in spread.items() if 1 < answers <= max(2, len(kept) // 2)}
    filled = [place for place, one in enumerate(kept) if shared & set(one)]
    if len(shared) < 2 or len(filled) < FEWEST_FOR_TWO:
        return None
    table = TfidfVectorizer(analyzer=lambda one: [term for term in one if term in shared], sublinear_tf=True)
    matrix = table.fit_transform([kept[place] for place in filled])
    wide = min(matrix.shape) - 1
    dense = TruncatedSVD(n_components=max(1, min(12, wide)), random_state=0).fit_transform(matrix)
    return normalize(dense), filled


def _clusters(vectors: Any, room: int) -> list[int]:
    """A group for each vector: of 2 to `room` groups the number with the best silhouette."""
    from sklearn.cluster import KMeans
    from sklearn.metrics import silhouette_score

    best: tuple[float, list[int]] = (-2.0, [0] * len(vectors))
    for size in range(2, min(room, len(vectors) // 2) + 1):
        labels = KMeans(n_clusters=size, n_init=10, random_state=0).fit_predict(vectors)
        if len(set(labels)) < 2:
            continue
        value = float(silhouette_score(vectors, labels, sample_size=min(1000, len(vectors)), random_state=0))
        if value > best[0]:
            best = (value, [int(label) for label in labels])
    return best[1]


def telling_terms(
    terms: Sequence[Sequence[str]], labels: Sequence[int], asked: set[str], most: int = 5
) -> dict[int, list[str]]:
    """For each theme its terms: said by two of its answers and more, and by few of the others; none for the rest."""
    inside: dict[int, Counter[str]] = {label: Counter() for label in sorted(set(labels))}
    everywhere: Counter[str] = Counter()
    for one, label in zip(terms, labels, strict=True):
        inside[label].update(set(one) - asked)
        everywhere.update(set(one) - asked)
    return {
        label: [
            term
            for term, _ in sorted(
                counts.items(),
                key=lambda pair: (-pair[1] * pair[1] / everywhere[pair[0]], -len(pair[0]), pair[0]),
            )
            if label != REST_LABEL and counts[term] > 1 and not _WORN.fullmatch(term)
        ][:most]
        for label, counts in inside.items()
    }


def named_themes(
    terms: dict[int, list[str]], labels: Sequence[int], kinds: Sequence[Sequence[str]]
) -> dict[int, str]:
    """A name for each theme: its two most telling terms, else the kind of words that most of it has; no two alike.

    A theme without either has the name of the rest.
    """
    names: dict[int, str] = {}
    for label, told in terms.items():
        inside = Counter(kind for one, own in zip(kinds, labels, strict=True) if own == label for kind in one)
        common = [
            kind for kind, number in inside.most_common() if 2 * number > labels.count(label) and number > 1
        ]
        name = "、".join(told[:2]) or next((kind for kind in common if kind not in names.values()), REST)
        if label == REST_LABEL:
            name = REST
        names[label] = f"{name}（{label + 1}）" if name != REST and name in names.values() else name
    return names
