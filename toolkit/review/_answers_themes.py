"""Answers that say much the same counted once; those that share an anchor are grouped under it, the others under none."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from typing import NamedTuple

import numpy as np

from toolkit import text
from toolkit.review._answers_cues import cues
from toolkit.review._answers_mask import STAND_IN

_ALIKE, _ALIKE_OWN, _INSIDE = 0.6, 0.45, 0.85
_LEAST_INSIDE = 8  # pairs of characters: a shorter text stands inside many
_ROWS = 500
MOST_THEMES = 6
MANY, FEW_PEOPLE, PEOPLE = (
    10,
    2,
    3,
)  # an anchor is said by 3 people, by 2 where there are fewer than 10 answers
_COMMON = 0.5  # what more than half of the answers hold tells nothing apart
_RARE = 7.0  # of the shipped IDF: 女儿 (6.0) and 早上 (7.2) stand on either side
MOST_TERMS, IN_HEADING = 5, 3
REST = "各说各的"
_WORN = re.compile(r"[我你他她它这那第一二三四五六七八九十百半几两\d].*|.+[得了着过个]")


class Theme(NamedTuple):
    """Places of the answers, and the words by which they belong together, those of most people first."""

    terms: list[str]
    places: list[int]


def alike_groups(texts: Sequence[str], members: Sequence[str], scores: Sequence[float]) -> list[list[int]]:
    """Places of texts that say much the same, the best of each group first; a text alone is a group of one.

    Measured on pairs of characters: by what two texts share of both (0.6; 0.45 for one member), or of the shorter
    (0.85). The bars are ours. Of what one member said twice the longer stands first, and never what is told as said before.
    """
    again = [any(cue.pattern.search(said) for cue in cues("again")) for said in texts]
    near = _near([_without_call(said) for said in texts], members)
    taken: set[int] = set()
    groups = []
    for place in sorted(range(len(texts)), key=lambda place: (again[place], -scores[place], place)):
        if place not in taken:
            group = [place, *(other for other in near.get(place, []) if other not in taken)]
            taken.update(group)
            own = [other for other in group if members[other] == members[place]]
            first = min(own, key=lambda other: (again[other], -len(texts[other]), other))
            groups.append([first, *(other for other in group if other != first)])
    return groups


def _without_call(said: str) -> str:
    """A text without what tells that it was said before."""
    for cue in cues("again"):
        said = cue.pattern.sub("", said, count=1)
    return said


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


def group_answers(
    texts: Sequence[str],
    terms: Sequence[Sequence[str]],
    members: Sequence[str],
    question: str,
    asked: set[str],
) -> list[Theme]:
    """Themes, those of most people first; what holds no anchor is in none.

    An anchor is a family of near words of the lexicon (积木 and 折纸), or a word of the dictionary that is rare in general
    (the shipped IDF), said by `PEOPLE` people and more, and by no more than half of the answers. What the question names is none. The
    anchor that most people not yet placed hold is taken, and again, up to six (the greedy cover of sets); an answer
    that holds several of those taken goes to the one it names most often.
    """
    least = PEOPLE if len(texts) >= MANY else FEW_PEOPLE
    anchors = {
        name: hits
        for name, hits in _anchors(texts, terms, question, asked).items()
        if len(hits) <= _COMMON * len(texts) and _people(hits, members) >= least
    }
    chosen: list[str] = []
    open_places = set(range(len(texts)))
    while len(chosen) < MOST_THEMES:
        ranked = [
            (_people(new, members), len(new) / len(hits), name)
            for name, hits in anchors.items()
            if _people(new := open_places & set(hits), members) >= least
        ]
        if not ranked:
            break
        # the most people, then the anchor with the least elsewhere, then by name: the same chat gives the same themes
        name = min(ranked, key=lambda one: (-one[0], -one[1], one[2]))[2]
        chosen.append(name)
        open_places -= set(anchors[name])
    parts = _parted([anchors[name] for name in chosen], len(texts))
    themes = [_theme(hits, members) for hits in parts]
    kept = [theme for theme in themes if _people(theme.places, members) >= least]
    return sorted(kept, key=lambda theme: (-_people(theme.places, members), theme.terms))


def _people(places: Iterable[int], members: Sequence[str]) -> int:
    return len({members[place] for place in places})


def _anchors(
    texts: Sequence[str], terms: Sequence[Sequence[str]], question: str, asked: set[str]
) -> dict[str, dict[int, list[str]]]:
    """Of each anchor the answers that hold it, each with the words in which it does."""
    anchors: dict[str, dict[int, list[str]]] = {}
    for family in cues("family"):
        if not family.pattern.search(question):
            found = {place: family.pattern.findall(said) for place, said in enumerate(texts)}
            anchors[f"{family.name}＊"] = {place: words for place, words in found.items() if words}
    known, (rarity, unknown) = text.word_frequencies(), text.shipped_idf()
    spread = Counter(term for one in terms for term in set(one) - asked)
    for term, answers in spread.items():
        if answers > 1 and term in known and rarity.get(term, unknown) >= _RARE and not _WORN.fullmatch(term):
            anchors[term] = {
                place: [term] * list(one).count(term) for place, one in enumerate(terms) if term in one
            }
    return anchors


def _parted(anchors: Sequence[dict[int, list[str]]], number: int) -> list[dict[int, list[str]]]:
    """Each answer with the one anchor it names most often, the earlier of two alike."""
    parts: list[dict[int, list[str]]] = [{} for _ in anchors]
    for place in range(number):
        held = [(-len(hits[place]), turn) for turn, hits in enumerate(anchors) if place in hits]
        if held:
            turn = min(held)[1]
            parts[turn][place] = anchors[turn][place]
    return parts


def _theme(hits: dict[int, list[str]], members: Sequence[str]) -> Theme:
    """The words that cover most people first, at most five, and the answers that hold one of these."""
    left = dict(hits)
    terms: list[str] = []
    places: list[int] = []
    while left and len(terms) < MOST_TERMS:
        holding = {
            word: [place for place, words in left.items() if any(word in other for other in words)]
            for word in {word for words in left.values() for word in words}
        }
        term = min(holding, key=lambda word: (-_people(holding[word], members), -len(word), word))
        terms.append(term)
        held = holding[term]
        places += held
        left = {place: words for place, words in left.items() if place not in held}
    return Theme(terms, sorted(places))


def holds(said: str, terms: Iterable[str]) -> bool:
    """Whether a text holds one of the terms."""
    return any(term in said for term in terms)
