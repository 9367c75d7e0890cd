"""What did better or worse than usual, all else being equal: groups, kinds, topics, phases, hours, traits of headlines."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from toolkit import lexicons
from toolkit.review._history import FEWEST_POSTS, exposure, usable
from toolkit.review._problems import MAX_Q, false_calls
from toolkit.review._rates import Effects, Rates, fit_rates
from toolkit.schema import COLUMN_WORDS, EFFECTS, WORDS, check

# a smaller ratio is not worth an editor's trouble, however sure (our own choice)
_LEAST_RATIO = 1.1
# a trait as sure as that is not drawn to 0 as if it were one of many alike
_APART_Z = 2.5
# promising enough to be tried on purpose; our own choice
_PROMISING = 0.85
# the difference that should be found: the number of posts still needed is told for it (for a try, for the ratio that
# is seen), at 80 % power
_WANTED_RATIO = 1.2
_DEVIATES = 1.959964 + 0.841621
_MOST_NEEDED = 999
# one lucky item makes a level of few items: no verdict below
_FEWEST_OWN = 5
# a trait of headlines is judged where so many items have it, and so many have not
_FEWEST_ITEMS = 8
_FACETS = ("group", "kind", "topic", "phase", "slot", "weekday", "headline")
_WEEKDAYS = "一二三四五六日"
# what a level is held against, as a sentence says it
_OTHERS = {
    **{"group": "别的群", "kind": "别的类型", "topic": "别的选题", "phase": "别的阶段"},
    **{"slot": "别的时段", "weekday": "别的日子", "headline": "不这样写"},
}


@dataclass(frozen=True)
class Fit:
    """The posts that an outcome is judged on, their counts and exposures, and the model with its factors' levels."""

    outcome: str
    posts: pd.DataFrame
    counts: np.ndarray
    exposure: np.ndarray
    names: dict[str, list[str]]
    codes: dict[str, np.ndarray]
    rates: Rates

    def usual(self) -> np.ndarray:
        """What each post would have brought, were its item as good as others of its kind and topic."""
        return np.asarray(self.rates.expected / np.exp(self.rates.means["item"][self.codes["item"]]))

    def spread(self) -> float:
        """How much posts vary beyond chance once all other causes are known: a variance of logarithms."""
        return self.rates.spreads["item"] ** 2 + self.rates.dispersion


def fit_outcome(history: pd.DataFrame, outcome: str) -> Fit | None:
    """The model of one outcome over the posts that can be judged; None where these are too few."""
    posts = history[usable(history, outcome) & made_for(history["kind"], outcome)]
    if len(posts) < FEWEST_POSTS or not posts[outcome].sum() > 0:
        return None
    moments = posts["starts_at"]
    labels: dict[str, pd.Series[Any]] = {
        **{
            "group": posts["group_id"],
            "kind": posts["kind"],
            "topic": posts["topic"],
            "phase": posts["phase"],
        },
        **{"slot": posts["slot"], "weekday": moments.dt.day_of_week.astype(str)},
        **{"date": moments.dt.date.astype(str)},
        **_traits(posts),
    }
    names, codes = {}, {}
    for name, told in labels.items():
        levels, numbers = np.unique(told.to_numpy(dtype=object).astype(str), return_inverse=True)
        if len(levels) > 1:
            names[name], codes[name] = list(levels), numbers
    codes["item"] = np.unique(posts["item_id"].to_numpy(dtype=object).astype(str), return_inverse=True)[1]
    counts, shown = posts[outcome].to_numpy(dtype=float), exposure(posts, outcome).to_numpy()
    return Fit(outcome, posts, counts, shown, names, codes, fit_rates(counts, shown, codes, away="item"))


def made_for(kinds: pd.Series[Any], outcome: str) -> pd.Series[Any]:
    """Which posts are sent for an outcome, by their kind (lexicon `kind-outcomes`); a post of no known kind is for all."""
    made = {row["kind"]: outcome in row["outcomes"].split("、") for row in lexicons.rows("kind-outcomes")}
    return kinds.map(lambda kind: made.get(kind, True)).astype(bool)


def _traits(posts: pd.DataFrame) -> dict[str, pd.Series[Any]]:
    """Which headlines have which trait ("0" or "1"), for the traits that enough items have and lack."""
    from toolkit.headlines import feature_matrix

    titles = posts.drop_duplicates("item_id").set_index("item_id")["title"]
    titles = titles[titles.str.strip() != ""]
    if len(titles) < 2 * _FEWEST_ITEMS:
        return {}
    columns, matrix = feature_matrix(list(titles))
    table = pd.DataFrame(matrix, columns=list(columns))
    together: dict[tuple[bool, ...], list[str]] = {}
    for row in lexicons.rows("review-traits"):
        has = tuple(table[row["feature"]].to_numpy() >= float(row["least"]))
        if min(sum(has), len(has) - sum(has)) >= _FEWEST_ITEMS:
            together.setdefault(has, []).append(row["caption"])
    found = {}
    for has, captions in together.items():  # traits of the very same headlines cannot be told apart
        told = posts["item_id"].map(pd.Series(has, index=titles.index)).fillna(False).astype(bool)
        found[f"headline:{'、'.join(captions)}"] = told.map({True: "1", False: "0"})
    return found


def effects_of(history: pd.DataFrame, outcome: str) -> pd.DataFrame:
    """EFFECTS of one outcome: each level of each facet against the others of its facet, all else being equal.

    `history` is what `join_results` gives. All facets are in one model (see `_rates`), with each day's and each item's
    own luck: a topic is not good because its one post was, nor an hour because good items stood there. `value` is the
    ratio to the mean of the facet's other posts whose level does not stand out (headlines: with the trait against
    without), drawn to 1 by as much as the data leave open; `low` and `high` hold the middle 95 %; `p_better` is the
    chance of a ratio above 1; `rate` is plain: the outcome for each hundred people. `verdict`: keep or stop where the
    ratio is at least 1.1 either way, its interval leaves out 1, and false calls are held to 5 % of the calls
    (Benjamini–Hochberg over all levels of all facets, by the data alone; a level that stands out is drawn to 1 less than
    the rest); else try from a chance of 0.85 on, else unsure. Of two levels one is as much above the other as that below
    it: the better row tells the fact. Only posts whose kind is made for the outcome count (lexicon `kind-outcomes`): a
    question is not bad because it sells nothing. `needed` is about how many more posts it takes until a difference of
    20 % (for a try: the ratio that is seen) would be found in four cases of five.

    Fewer than 20 posts with the outcome give an empty frame; a level of fewer than 5 items gets no verdict.
    """
    fit = fit_outcome(history, outcome)
    return EFFECTS.empty() if fit is None else effects_of_fit(fit)


def effects_of_fit(fit: Fit) -> pd.DataFrame:
    """The same for a model that is fitted already."""
    rows = list(_rows(fit))
    return check(pd.DataFrame(rows), EFFECTS) if rows else EFFECTS.empty()


def _rows(fit: Fit) -> Iterator[dict[str, Any]]:
    told = [(facet, *row) for facet in _FACETS for row in _told(fit, facet)]
    enough = [
        place
        for place, (_, _, rows, _) in enumerate(told)
        if len(np.unique(fit.codes["item"][rows])) >= _FEWEST_OWN
    ]
    called = {enough[place] for place in _called([told[place][3] for place in enough])}
    for place, (facet, name, rows, level) in enumerate(told):
        rivals = [other for part, other, _, _ in told if part == facet and other != name]
        # of two levels one is as much above the other as that below it: one fact, told once
        other = rivals[0] if facet != "headline" and len(rivals) == 1 else ""
        yield _row(fit, facet, name, rows, level, called=place in called, judged=place in enough, other=other)


def _told(fit: Fit, facet: str) -> Iterator[tuple[str, np.ndarray, _Level]]:
    """The levels of a facet: name, which posts, and what is known."""
    for factor, levels in fit.names.items():
        if facet == "headline" and factor.startswith("headline:"):
            level = _level(fit.rates.effects(factor, weights=np.array([1.0, 0.0])), 1)
            if abs(level.z) >= _APART_Z:
                level = _level(fit.rates.effects(factor, weights=np.array([1.0, 0.0]), apart=[1]), 1)
            yield factor.split(":", 1)[1], fit.codes[factor] == 1, level
        elif factor == facet:
            named = [place for place, level in enumerate(levels) if level]
            if len(named) > 1:
                effects = _against_usual(fit.rates, factor, named, np.bincount(fit.codes[factor]))
                for place in named:
                    yield levels[place], fit.codes[factor] == place, _level(effects, place)


def _called(levels: Sequence[_Level]) -> set[int]:
    """Which of the levels stand out: false calls are held to 5 % of the calls, the interval leaves out a ratio of 1, and
    the ratio is worth the trouble.
    """
    from scipy.stats import norm

    q_values = false_calls([2 * float(norm.sf(abs(level.z))) for level in levels])
    worth = [abs(level.mean) >= np.log(_LEAST_RATIO) and level.low * level.high > 0 for level in levels]
    return {place for place, q_value in enumerate(q_values) if q_value <= MAX_Q and worth[place]}


def _against_usual(rates: Rates, factor: str, named: list[int], posts: np.ndarray) -> Effects:
    """Levels against those that do not stand out: one hit must not make all others look poor, nor be drawn to them.

    The others count by their posts: what is hardly known itself is no measure for the rest.

    The surest level that stands out leaves the rest, one at a time, while more than half of the levels stay.
    """
    usual = list(named)
    while True:
        weights = np.zeros(len(posts))
        weights[usual] = posts[usual]
        effects = rates.effects(
            factor, weights=weights, apart=[place for place in named if place not in usual]
        )
        levels = [_level(effects, place) for place in usual]
        called = _called(levels)
        if not called or 2 * (len(usual) - 1) <= len(named):
            return effects
        usual.pop(max(called, key=lambda place: _distances(effects, usual, posts)[place]))


def _distances(effects: Effects, usual: list[int], posts: np.ndarray) -> np.ndarray:
    """How surely each level lies off the middle one: off their mean, a hit or a dead group would make the others odd."""
    weights = posts[usual]
    places = effects.free[usual] * (weights.sum() - weights) / weights.sum()
    order = np.argsort(places, kind="stable")
    middle = places[order][np.searchsorted(np.cumsum(weights[order]), weights.sum() / 2)]
    return np.asarray(np.abs(places - middle) / effects.free_sd[usual])


@dataclass(frozen=True)
class _Level:
    mean: float
    low: float
    high: float
    above: float
    z: float
    free_sd: float


def _level(effects: Effects, place: int) -> _Level:
    parts = (
        effects.mean,
        effects.low,
        effects.high,
        effects.above,
        effects.free / effects.free_sd,
        effects.free_sd,
    )
    return _Level(*(float(part[place]) for part in parts))


def _row(
    fit: Fit,
    facet: str,
    name: str,
    rows: np.ndarray,
    level: _Level,
    *,
    called: bool,
    judged: bool,
    other: str,
) -> dict[str, Any]:
    value, posts = float(np.exp(level.mean)), int(rows.sum())
    verdict = _verdict(level.above, value, called=called) if judged else "unsure"
    if other and verdict == "stop":
        verdict = "unsure"
    wanted = value if verdict == "try" else _WANTED_RATIO
    names = dict(zip(fit.posts["group_id"], fit.posts["group_name"], strict=True)) if facet == "group" else {}
    who, against = (spoken(facet, names.get(level, level)) if level else "" for level in (name, other))
    told = {
        **{"facet": facet, "name": name, "outcome": fit.outcome, "posts": posts},
        **{
            "total": int(fit.counts[rows].sum()),
            "rate": 100 * fit.counts[rows].sum() / fit.exposure[rows].sum(),
        },
        **{"value": value, "low": float(np.exp(level.low)), "high": float(np.exp(level.high))},
        **{"p_better": level.above, "verdict": verdict},
        "needed": None if called or not judged else _needed(posts, level.free_sd, wanted),
    }
    if called and verdict == "unsure":
        return {**told, "sentence": f"{who}：和{against}比，见{against}那一行。"}
    return {**told, "sentence": _sentence(who, against or f"{_OTHERS[facet]}", told)}


def _verdict(above: float, value: float, *, called: bool) -> str:
    if called:
        return "keep" if value > 1 else "stop"
    return "try" if above >= _PROMISING and value >= _LEAST_RATIO else "unsure"


def _needed(posts: int, sd: float, ratio: float) -> int:
    """About how many posts more: the variance falls with their number."""
    wanted = np.log(ratio) / _DEVIATES
    return int(np.clip(np.ceil(posts * ((sd / wanted) ** 2 - 1)), 0, _MOST_NEEDED))


def spoken(facet: str, name: str) -> str:
    """A level as it is said in a sentence.

    >>> spoken("kind", "promotion"), spoken("weekday", "0"), spoken("topic", "大闸蟹")
    ('促销', '周一', '「大闸蟹」')
    """
    if facet == "weekday":
        return f"周{_WEEKDAYS[int(name)]}"
    if facet in ("slot", "headline"):
        return name
    word = WORDS.get(name) if facet in ("kind", "phase") else None
    return word or f"「{name[:24]}」"


def _sentence(who: str, against: str, row: dict[str, Any]) -> str:
    by = COLUMN_WORDS["outcome"][row["outcome"]]
    span = f"{by}是{against}的 {row['value']:.2f} 倍（{row['low']:.2f} 到 {row['high']:.2f}），发了 {row['posts']} 次"
    if row["verdict"] == "keep":
        return f"{who}：{span}，可以保留。"
    if row["verdict"] == "stop":
        return f"{who}：{span}，先少发，或换个做法。"
    needed = row["needed"]
    if needed is None:
        return f"{who}：还说不准（{span}），不到 {_FEWEST_OWN} 条内容，先不下结论。"
    few = f"大约再发 {needed} 次" if needed < _MOST_NEEDED else "再发很多次"
    if row["verdict"] == "try":
        return f"{who}：{span}，看着好，还不够肯定，可以再试试{f'；要是真有这么好，{few}能看清' if needed else ''}。"
    if not needed:
        return f"{who}：没看出两成以上的差别（{span}）。"
    return f"{who}：还说不准（{span}），{few}才分得清两成的差别。"
