"""A headline as a row of numbers for the ridge: runs of characters and words, features, and what is not the headline."""

from __future__ import annotations

import functools
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from toolkit import lexicons
from toolkit.headlines._features import feature_matrix
from toolkit.text import fold, segment

# in small accounts a run of characters seen once still tells a title's length and strangeness; in large ones it only
# costs room (pairwise accuracy at 120 posts .575 against .568, at 8 000 the same)
FEW_POSTS = 1000
# runs of four and of three words change nothing in Chinese and help in English (Upworthy's tests .588 against .584)
CHARACTERS, WORDS = (1, 4), (1, 3)
# how much a standard deviation of a feature weighs beside a whole title of runs: more where there are few posts
MOST_FEATURE, LEAST_FEATURE, FEATURE_POSTS = 0.1, 0.05, 1.5
FURTHEST_FEATURE = 3.0
# the same for one author, topic, hour …: small, since where titles tell the author, the runs may keep what they know
CONTEXT_SCALE = 0.3
RAREST_CONTEXT = 3
MOST_LEVELS = 500


@functools.cache
def priors() -> dict[str, float]:
    """What experiments of others let expect: feature to its effect on the log of clicks, per unit."""
    return {row["feature"]: float(row["effect"]) for row in lexicons.rows("headline-priors")}


def words_of(texts: Sequence[str]) -> list[list[str]]:
    """The words of each folded text."""
    return segment(texts, words=lexicons.user_words())


def character_runs(text: str) -> list[str]:
    """Every run of one to four characters, in order."""
    low, high = CHARACTERS
    return [
        text[at : at + size] for size in range(low, high + 1) for at in range(max(len(text) - size + 1, 0))
    ]


def word_runs(words: Sequence[str]) -> list[str]:
    """Every run of one to three words, in order, with a space between them."""
    low, high = WORDS
    return [
        " ".join(words[at : at + size])
        for size in range(low, high + 1)
        for at in range(max(len(words) - size + 1, 0))
    ]


@dataclass
class Design:
    """What was learned of the training titles to write any title as a row."""

    characters: Any
    words: Any
    names: tuple[str, ...]
    middle: np.ndarray
    spread: np.ndarray
    feature_scale: float
    levels: dict[str, list[str]]

    @classmethod
    def learned(cls, titles: Sequence[str], context: pd.DataFrame) -> tuple[Design, Any]:
        """The runs, the features' middle and spread, the levels of the context seen often enough; and the titles' rows."""
        from sklearn.feature_extraction.text import TfidfVectorizer

        least = 1 if len(titles) < FEW_POSTS else 2
        characters = TfidfVectorizer(analyzer=character_runs, sublinear_tf=True, min_df=least)
        words = TfidfVectorizer(analyzer=word_runs, sublinear_tf=True, min_df=least)
        folded = fold(titles)
        runs = [characters.fit_transform(folded), words.fit_transform(words_of(folded))]
        names, features = feature_matrix(titles)
        spread = features.std(axis=0)
        design = cls(
            characters,
            words,
            names,
            features.mean(axis=0),
            np.where(spread > 1e-9, spread, np.inf),
            float(np.clip(FEATURE_POSTS / np.sqrt(max(len(titles), 1)), LEAST_FEATURE, MOST_FEATURE)),
            {name: _levels(context[name]) for name in context},
        )
        return design, _side_by_side([*runs, design._held(features)])

    @property
    def sizes(self) -> tuple[int, int, int]:
        """How many columns are runs of characters, runs of words, and features."""
        return len(self.characters.vocabulary_), len(self.words.vocabulary_), len(self.names)

    def rows(self, titles: Sequence[str]) -> Any:
        """Titles × columns, sparse, without the context."""
        folded = fold(titles)
        runs = [_weighed(self.characters, folded), _weighed(self.words, words_of(folded))]
        return _side_by_side([*runs, self._held(feature_matrix(titles)[1])])

    def _held(self, features: np.ndarray) -> np.ndarray:
        """The features, standardised, held in, and weighed."""
        held = np.clip((features - self.middle) / self.spread, -FURTHEST_FEATURE, FURTHEST_FEATURE)
        return self.feature_scale * held

    def around(self, context: pd.DataFrame) -> Any:
        """Posts × levels of the context, sparse."""
        from scipy import sparse

        parts = []
        for name, levels in self.levels.items():
            codes = pd.Index(levels).get_indexer(context[name].astype("str"))
            known = np.flatnonzero(codes >= 0)
            shape = (len(context), len(levels))
            parts.append(
                sparse.csr_matrix((np.full(len(known), CONTEXT_SCALE), (known, codes[known])), shape=shape)
            )
        return sparse.hstack(parts, format="csr") if parts else sparse.csr_matrix((len(context), 0))

    def expected(self, spread: float) -> np.ndarray:
        """The features' coefficients that the literature lets expect; `spread` is the outcome's standard deviation."""
        wanted = np.array([priors().get(name, 0.0) for name in self.names])
        units = np.where(np.isfinite(self.spread), self.spread, 0.0)
        return wanted * units / self.feature_scale / spread


def _weighed(vectorizer: Any, texts: Sequence[Any]) -> Any:
    """`vectorizer.transform`, whose checks take most of the time of one title: one is weighed here, to the same bits."""
    from scipy import sparse

    if len(texts) != 1:
        return vectorizer.transform(texts)
    known = vectorizer.vocabulary_
    counts = Counter(known[run] for run in vectorizer.analyzer(texts[0]) if run in known)
    columns = np.array(sorted(counts), dtype=np.int32)
    weights = np.log(np.array([counts[column] for column in columns.tolist()], dtype=np.float64)) + 1.0
    weights *= vectorizer.idf_[columns]
    if len(columns):
        # added up one after the other, as the vectorizer does
        weights /= np.sqrt(np.cumsum(weights * weights)[-1])
    return sparse.csr_matrix((weights, columns, np.array([0, len(columns)])), shape=(1, len(known)))


def _side_by_side(parts: Sequence[Any]) -> Any:
    from scipy import sparse

    return sparse.hstack([sparse.csr_matrix(part) for part in parts], format="csr")


def _levels(values: pd.Series) -> list[str]:
    counts = values.dropna().astype("str").value_counts()
    return [str(level) for level in counts[counts >= RAREST_CONTEXT].index[:MOST_LEVELS]]
