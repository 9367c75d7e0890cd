"""What the learned chance is held against, and how: simple scorers, shares of pairs with intervals; used by headlines.py."""

from __future__ import annotations

import functools
import zlib
from collections.abc import Callable, Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np
import pandas as pd
from headline_sets import Pairs, Split, pairs_in

import toolkit as tk
from toolkit.text import segment

ALPHAS = (1.0, 3.0, 10.0, 30.0)
DRAWS = 1_000
BINS = 5
# of train, kept to choose alpha on
CHOSEN_ON = 5
Scorer = Callable[[pd.DataFrame, pd.DataFrame, str], np.ndarray]


# --- scorers: train, test, block → a score for each test row


def outcome(frame: pd.DataFrame, block: str) -> np.ndarray:
    """Log reads, or log odds of a click where there are exposures, less the mean of the block."""
    reads = frame["reads"].to_numpy(dtype=float)
    if "exposures" in frame:
        shown = frame["exposures"].to_numpy(dtype=float)
        values = pd.Series(np.log((reads + 0.5) / (shown - reads + 0.5)))
    else:
        values = pd.Series(np.log1p(reads))
    centred: np.ndarray = (values - values.groupby(frame[block].to_numpy()).transform("mean")).to_numpy()
    return centred


def vectorizer(kind: str, *, least: int = 2) -> Any:
    """TF-IDF of one to three characters, of words, or of one to three words; sublinear, of what `least` titles have."""
    from sklearn.feature_extraction.text import TfidfVectorizer

    if kind == "char":
        return TfidfVectorizer(analyzer="char", ngram_range=(1, 3), min_df=least, sublinear_tf=True)
    most = 3 if kind == "phrase" else 1
    return TfidfVectorizer(
        tokenizer=str.split, token_pattern=None, ngram_range=(1, most), min_df=least, sublinear_tf=True
    )


def texts_for(kind: str, titles: pd.Series) -> list[str]:
    """What `vectorizer` of the kind reads: the titles, or their words with blanks between."""
    if kind == "char":
        return titles.tolist()
    return [" ".join(words) for words in segment(titles.tolist())]


def vectors(kinds: Sequence[str], train: pd.Series, test: pd.Series, *, least: int = 2) -> tuple[Any, Any]:
    from scipy import sparse

    sides: tuple[list[Any], list[Any]] = ([], [])
    for kind in kinds:
        made = vectorizer(kind, least=least)
        sides[0].append(made.fit_transform(texts_for(kind, train)))
        sides[1].append(made.transform(texts_for(kind, test)))
    return sparse.hstack(sides[0], format="csr"), sparse.hstack(sides[1], format="csr")


def kept_for_choosing(train: pd.DataFrame) -> np.ndarray:
    """The last fifth in time; without dates a fifth of the authors."""
    if train["published_at"].notna().all():
        order = train["published_at"].rank(method="first").to_numpy()
        later: np.ndarray = order > len(train) * (1 - 1 / CHOSEN_ON)
        return later
    codes = train["author"] if "author" in train else train["title"]
    return np.asarray([zlib.crc32(one.encode()) % CHOSEN_ON == 0 for one in codes])


def ridge(train: pd.DataFrame, test: pd.DataFrame, block: str, *, kinds: Sequence[str]) -> np.ndarray:
    """Ridge on TF-IDF; alpha is the best of four on the last fifth of train."""
    from sklearn.linear_model import Ridge

    def scored(known: pd.DataFrame, asked: pd.DataFrame, alphas: Sequence[float]) -> list[np.ndarray]:
        try:
            left, right = vectors(kinds, known["title"], asked["title"])
        except ValueError:  # no n-gram that two titles have
            return [np.zeros(len(asked)) for _ in alphas]
        values = outcome(known, block)
        return [Ridge(alpha, solver="sparse_cg").fit(left, values).predict(right) for alpha in alphas]

    later = kept_for_choosing(train)
    known, asked = train[~later], train[later].reset_index(drop=True)
    places = pairs_in(asked, block, most=2_000)
    best = ALPHAS[1]
    if len(places):
        shares = [right(scores, places).mean() for scores in scored(known, asked, ALPHAS)]
        best = ALPHAS[int(np.argmax(shares))]
    return scored(train, test, [best])[0]


def length(_train: pd.DataFrame, test: pd.DataFrame, _block: str) -> np.ndarray:
    """The longer the better."""
    return test["title"].str.len().to_numpy(dtype=float)


def craft(_train: pd.DataFrame, test: pd.DataFrame, _block: str) -> np.ndarray:
    """The craft score, which is no forecast."""
    scores: np.ndarray = tk.score_headlines(test["title"].tolist(), purpose="editorial")["craft"].to_numpy()
    return scores


def posts_of(frame: pd.DataFrame) -> pd.DataFrame:
    """What an editor has of her posts: the columns that HeadlineModel.fit takes."""
    wanted = ("title", "published_at", "reads", "exposures", "author", "test")
    return frame[[name for name in wanted if name in frame]]


def learned(train: pd.DataFrame, test: pd.DataFrame, _block: str) -> np.ndarray:
    """HeadlineModel as it comes."""
    model = tk.HeadlineModel().fit(posts_of(train))
    return np.asarray(model.decision_function(test["title"].tolist()), dtype=float)


CHAR, MODEL = "char ridge", "HeadlineModel"
METHODS: dict[str, Scorer] = {
    "length": length,
    "craft score": craft,
    CHAR: functools.partial(ridge, kinds=("char",)),
    "char + word ridge": functools.partial(ridge, kinds=("char", "word")),
    MODEL: learned,
}


# --- shares with intervals


def right(scores: np.ndarray, places: np.ndarray) -> np.ndarray:
    """1 where the first of a pair has the higher score, ½ where they are equal."""
    one, other = scores[places[:, 0]], scores[places[:, 1]]
    found: np.ndarray = (one > other) + 0.5 * (one == other)
    return found


class Shares(NamedTuple):
    """The share of each column and `draws` × columns of it, groups drawn with replacement."""

    share: np.ndarray
    drawn: np.ndarray


def shares_of(values: np.ndarray, units: np.ndarray, *, draws: int = DRAWS, seed: int = 0) -> Shares:
    """Means of the columns of values (pairs × methods); `units` (pairs × 2) are the groups of the two headlines.

    A draw takes as many groups as there are, with replacement. A pair inside a group counts as often as the group was
    drawn, a pair of two groups as often as both were (the bootstrap of a statistic of pairs; Davison and Hinkley 1997,
    3.8). All columns share the draws, so that differences of columns are paired.
    """
    names, codes = np.unique(units, return_inverse=True)
    codes = codes.reshape(units.shape)
    chance = np.random.default_rng(seed)
    times = chance.multinomial(len(names), np.full(len(names), 1 / len(names)), size=draws).astype(float)
    inside = codes[:, 0] == codes[:, 1]
    if inside.all():
        sums = np.zeros((len(names), values.shape[1] + 1))
        np.add.at(sums, codes[:, 0], np.column_stack([values, np.ones(len(values))]))
        totals = times @ sums
        return Shares(values.mean(axis=0), totals[:, :-1] / totals[:, -1:])
    drawn = np.empty((draws, values.shape[1]))
    for row, weight in enumerate(times):
        weights = np.where(inside, weight[codes[:, 0]], weight[codes[:, 0]] * weight[codes[:, 1]])
        drawn[row] = weights @ values / weights.sum()
    return Shares(values.mean(axis=0), drawn)


def interval(drawn: np.ndarray) -> tuple[float, float]:
    low, high = np.quantile(drawn, [0.025, 0.975])
    return float(low), float(high)


def scores_of(splits: Sequence[Split], methods: Mapping[str, Scorer]) -> list[dict[str, np.ndarray]]:
    """The scores of each method on each split's test rows, learned from its train rows."""
    return [
        {name: scorer(split.train, split.test, split.pairs[0].block) for name, scorer in methods.items()}
        for split in splits
    ]


def views_of(
    splits: Sequence[Split], scores: Sequence[Mapping[str, np.ndarray]]
) -> dict[str, tuple[np.ndarray, np.ndarray]]:
    """For each kind of pairs: right (pairs × methods) and units (pairs × 2), all splits under one another."""
    found: dict[str, tuple[list[np.ndarray], list[np.ndarray]]] = {}
    for split, given in zip(splits, scores, strict=True):
        for pairs in split.pairs:
            values, units = found.setdefault(pairs.name, ([], []))
            values.append(np.column_stack([right(one, pairs.places) for one in given.values()]))
            units.append(units_of(split, pairs))
    return {name: (np.vstack(values), np.vstack(units)) for name, (values, units) in found.items()}


def units_of(split: Split, pairs: Pairs) -> np.ndarray:
    units: np.ndarray = split.test[pairs.unit].to_numpy(dtype=str)[pairs.places]
    return units


# --- calibration


def gap_of(chances: np.ndarray, beats: np.ndarray) -> float:
    """Mean distance of the chance told and the share that came true, over five bins of equal size."""
    order = np.argsort(chances, kind="stable")
    parts = [part for part in np.array_split(order, BINS) if len(part)]
    return float(sum(abs(chances[part].sum() - beats[part].sum()) for part in parts) / len(chances))


def gap_by_luck(chances: np.ndarray, *, draws: int = 500, seed: int = 0) -> float:
    """The gap that chances which are exactly right stay under in 95 of 100 draws of so many outcomes."""
    chance = np.random.default_rng(seed)
    gaps = [gap_of(chances, (chance.random(len(chances)) < chances).astype(float)) for _ in range(draws)]
    return float(np.quantile(gaps, 0.95))
