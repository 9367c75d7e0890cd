"""What the counts of a test say: enough, go on, or no difference to be seen; and why."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
import pandas as pd

from toolkit.review import _posterior as posterior
from toolkit.review import _reasons as reasons
from toolkit.review._cells import Cells, read_cells, read_history
from toolkit.review._compare import Compared, compare
from toolkit.review._rule import ALPHA, LOOKS, MOST_LOOKS, as_share, level
from toolkit.schema import ARMS, ChoiceError, as_whole, check, shown_value

Verdict = Literal["够了", "继续", "看不出差别"]
# relative differences up to this are no difference to an editor
ZONE = 0.03
# how sure it must be that all versions are within the zone before they are called alike
_SURE_ALIKE = 0.95
# with a smaller chance that the people left will decide it, waiting is of no use
_LITTLE_CHANCE = 0.05
# shares that differ more than one test in a thousand does: usual for checks made again and again (Fabijan et al. 2019)
_SPLIT_P = 0.001
PAIRS = {
    "arm": "str",
    "lift": "float64",
    "low": "float64",
    "high": "float64",
    "p_value": "float64",
    "beaten": "bool",
}
GROUPS = {"group_id": "str", "arm": "str", "shown": "Int64", "hits": "Int64", "rate": "float64"}


@dataclass(frozen=True)
class JudgedTest:
    """What a test says.

    `arms` keeps ARMS in the order of the counts, with `comparable` (the rate as if all arms had seen the same groups)
    behind it; rates and losses are shares of people, `low` and `high` the middle 95 % of the rate's posterior.
    `verdict` is 够了, 继续 or 看不出差别, `best` the leader at the moment ("" where nobody saw it), `sentence` says why in
    Chinese and `notes` what else is to be known. `pairs` has the leader's relative lift over each other arm with its
    95 % interval, the one-sided p-value and whether it is beaten for good; `groups` the counts by group. `split_p` is
    the p-value of the shares being the wanted ones (NaN where versions were not dealt to persons, or rows are missing
    from the counts), `spread_p` that of groups agreeing, `design` the largest factor by which variances grew, `prior` the Beta that was used, and `rejected`
    the rows that could not be.
    """

    arms: pd.DataFrame
    verdict: Verdict
    best: str
    sentence: str
    notes: tuple[str, ...]
    pairs: pd.DataFrame
    groups: pd.DataFrame
    split_p: float
    spread_p: float
    design: float
    prior: tuple[float, float]
    rejected: pd.DataFrame


def judge_test(
    counts: pd.DataFrame,
    *,
    history: pd.DataFrame | None = None,
    prior: tuple[float, float] | None = None,
    split: Mapping[str, float] | Sequence[float] | Literal["any"] | None = None,
    looks: int = LOOKS,
    alpha: float = ALPHA,
    zone: float = ZONE,
    left: int | None = None,
) -> JudgedTest:
    """Judge a test by what has been counted up to now.

    `counts` has arm, shown and hits: people, not times, counted from the test's beginning; or their captions 版本,
    看到人数, 点开人数. With group_id (and day) one row for each arm, group and day: versions are then compared inside
    groups, or by whole groups where each got one version. `history` (shown, hits of past posts) or `prior` (a, b) say
    what rates are usual here; `split` how people were dealt to versions (default: evenly; "any": not at random);
    `left` how many people may still see the test (0: it is over).

    够了: the leader beats every other arm by the rule of `_rule`, whose rate of false winners is at most `alpha` over
    `looks` looks; it is the best with 1 − alpha; its likely lift is beyond ±`zone`; no row was rejected, every arm was
    seen, and the shares are the wanted ones. 看不出差别: all arms are within ±`zone` of the leader with 95 %, or the
    people `left` will hardly decide it. 继续: all else. Nothing is drawn. A winner named early looks better than it is.

    A table without rows gives empty frames and 继续. Raises ColumnError for a table that cannot be read (columns
    missing, an arm twice in one place, fewer than two arms) and ChoiceError for arguments.

    >>> judged = judge_test(pd.DataFrame({"arm": ["A", "B"], "shown": [1000, 1000], "hits": [50, 95]}))
    >>> judged.verdict, judged.best
    ('够了', 'B')
    """
    looks = as_whole(looks, "looks（看几次）", 1, MOST_LOOKS)
    alpha = as_share(alpha, "alpha（认错的机会）", most=0.5, hint="百分之五写成 0.05。")
    zone = as_share(zone, "zone（算作没差别的幅度）", hint="上下百分之三写成 0.03。")
    left = None if left is None else as_whole(left, "left（还没看到的人数）", 0)
    used, about = _prior(history, prior)
    cells = read_cells(counts)
    if not cells.arms:
        return _nothing(used, cells)
    found = compare(cells)
    state = _state(cells, found, used)
    pairs = _pairs(cells, found, state, level(alpha, looks))
    split_p = _split_p(cells, found, split)
    stops = reasons.stops(cells, found, split_p < _SPLIT_P)
    verdict, why = _verdict(pairs, state, stops, (alpha, zone, left, looks))
    told = reasons.Told(cells, found, pairs, state.arms, state.leader, zone, alpha, looks)
    return JudgedTest(
        arms=state.arms,
        verdict=verdict,
        best=cells.arms[state.leader] if state.seen else "",
        sentence=reasons.sentence(told, why, stops),
        notes=(*stops, *reasons.remarks(told), about),
        pairs=pairs,
        groups=_groups(cells),
        split_p=split_p,
        spread_p=found.spread_p,
        design=float(found.design.max()),
        prior=used,
        rejected=cells.rejected,
    )


@dataclass(frozen=True)
class _State:
    """The arms' frame, the leader's place, the places of arms that can be compared, and the posteriors behind them."""

    arms: pd.DataFrame
    leader: int
    seen: list[int]
    a: np.ndarray
    b: np.ndarray
    chances: posterior.Chances


def _prior(history: pd.DataFrame | None, prior: Any) -> tuple[tuple[float, float], str]:
    """The Beta to begin with, and what to say of it."""
    if history is not None and prior is not None:
        raise ChoiceError("history 和 prior 只要给一个：给了以往的数据，先验就由它算出。")
    if prior is not None:
        try:
            a, b = (as_share(value, "prior", most=math.inf) for value in prior)
        except (TypeError, ValueError):
            said = shown_value(prior)
            raise ChoiceError(f"prior 要写成两个大于 0 的数，如 (2, 38)（现在是 {said}）。") from None
        return (a, b), reasons.about_prior(a, b)
    if history is None:
        return posterior.WEAK, reasons.about_prior(None, 0)
    shown, hits, bad = read_history(history)
    fitted = posterior.fit_prior(shown, hits)
    return fitted or posterior.WEAK, reasons.about_history(fitted, len(shown), bad)


def _nothing(prior: tuple[float, float], cells: Cells) -> JudgedTest:
    pairs, groups = (
        pd.DataFrame({name: pd.Series(dtype=kind) for name, kind in columns.items()})
        for columns in (PAIRS, GROUPS)
    )
    return JudgedTest(
        arms=ARMS.empty().assign(comparable=pd.Series(dtype="float64")),
        verdict="继续",
        best="",
        sentence="还没有数据。每个版本写一行：版本、看到人数、点开人数。",
        notes=(),
        pairs=pairs,
        groups=groups,
        split_p=float("nan"),
        spread_p=float("nan"),
        design=1.0,
        prior=prior,
        rejected=cells.rejected,
    )


def _state(cells: Cells, found: Compared, prior: tuple[float, float]) -> _State:
    from scipy.special import stdtrit

    shown, hits = cells.totals
    # variances that were measured on few groups are not sure: Student's quantile over the normal one
    unsure = 1.0 if math.isinf(found.dof) else (float(stdtrit(max(found.dof, 1.0), 0.975)) / 1.959964) ** 2
    a = prior[0] + found.rate * found.size / unsure
    b = prior[1] + (1 - found.rate) * found.size / unsure
    grown = found.design * unsure
    low, high = posterior.interval(prior[0] + hits / grown, prior[1] + (shown - hits) / grown)
    seen = np.flatnonzero(found.shown.sum(axis=0) > 0)
    chances = posterior.chances(a[seen], b[seen])
    best, loss, comparable = (np.full(len(a), np.nan) for _ in range(3))
    best[seen], loss[seen], comparable[seen] = chances.best, chances.loss, found.rate[seen]
    frame = pd.DataFrame(
        {
            **{"arm": cells.arms, "shown": shown, "hits": hits, "rate": share_of(hits, shown)},
            **{"low": low, "high": high, "p_best": best, "expected_loss": loss, "comparable": comparable},
        }
    )
    leader = int(seen[np.argmax(chances.best)]) if len(seen) else 0
    return _State(check(frame, ARMS), leader, seen.tolist(), a, b, chances)


def share_of(hits: np.ndarray, shown: np.ndarray) -> np.ndarray:
    """hits / shown, missing where nobody saw."""
    rates: np.ndarray = np.divide(hits, shown, out=np.full_like(hits, np.nan), where=shown > 0)
    return rates


def _pairs(cells: Cells, found: Compared, state: _State, bar: float) -> pd.DataFrame:
    """The leader against each other arm that can be compared, the nearest first."""
    rows = []
    for place in np.argsort(-state.chances.best, kind="stable"):
        other = state.seen[place]
        if other != state.leader:
            lifts = posterior.lift(state.a, state.b, state.leader, other)
            p_value = found.p_value(state.leader, other)
            rows.append((cells.arms[other], *lifts, p_value, p_value <= bar))
    return pd.DataFrame(rows, columns=list(PAIRS)).astype(PAIRS)


def _split_p(cells: Cells, found: Compared, split: Any) -> float:
    """The p-value of the people having been dealt as wanted (chi-squared); NaN where groups or days were dealt or rows lack."""
    from scipy.special import chdtrc

    wanted = _wanted(cells.arms, split)
    shown, _ = cells.totals
    if wanted is None or len(cells.rejected) or found.layout == "whole" or found.turns or shown.sum() == 0:
        return float("nan")
    expected = wanted * shown.sum()
    return float(chdtrc(len(shown) - 1, ((shown - expected) ** 2 / expected).sum()))


def _wanted(arms: list[str], split: Any) -> np.ndarray | None:
    """Each arm's wanted share, or None where people were not dealt."""
    if isinstance(split, str) and split == "any":
        return None
    if split is None:
        return np.full(len(arms), 1 / len(arms))
    try:
        named = (
            {str(name): float(share) for name, share in split.items()} if isinstance(split, Mapping) else None
        )
        shares = [named[arm] for arm in arms] if named is not None else [float(share) for share in split]
    except (TypeError, ValueError, KeyError, AttributeError):
        shares = []
    extra = named is not None and len(named) != len(arms) if shares else False
    if len(shares) != len(arms) or extra or not all(0 < share < math.inf for share in shares):
        example = "、".join(f"{arm}: 1" for arm in arms[:3])
        raise ChoiceError(
            f"split 要给每个版本一个大于 0 的份数，如 {{{example}}}；不是随机分给人的写 'any'"
            f"（现在是 {shown_value(split)}）。"
        )
    return np.array(shares) / sum(shares)


def _verdict(
    pairs: pd.DataFrame, state: _State, stops: list[str], terms: tuple[float, float, int | None, int]
) -> tuple[Verdict, str]:
    """The verdict and the key of its reason in `_reasons`."""
    alpha, zone, left, looks = terms
    if stops:
        return ("看不出差别", "stopped_over") if left == 0 else ("继续", "stopped")
    # nothing stops it, so every arm was seen and has its place in the chances
    near = posterior.within_zone(state.chances, state.leader, zone)
    if (1 - near).sum() <= 1 - _SURE_ALIKE:
        return "看不出差别", "alike"
    if (
        pairs["beaten"].all()
        and state.chances.best[state.leader] >= 1 - alpha
        and (pairs["lift"] > zone).all()
    ):
        return "够了", "won"
    if left == 0:
        return "看不出差别", "over"
    if left is not None and _chance_left(pairs, state, left, level(alpha, looks)) < _LITTLE_CHANCE:
        return "看不出差别", "hopeless"
    return "继续", "open"


def _chance_left(pairs: pd.DataFrame, state: _State, left: int, bar: float) -> float:
    """The chance that the leader and its nearest rival will be told apart once `left` more people have seen the test.

    Predictive, with a flat prior: the deviate at the end is normal around today's times √r, variance r − 1, where r
    is by how much the people grow (Spiegelhalter, Freedman and Blackburn 1986).
    """
    from scipy.special import ndtr, ndtri

    nearest = pairs.iloc[0]
    spread = (math.log1p(nearest["high"]) - math.log1p(nearest["low"])) / (2 * 1.959964)
    lead = math.log1p(nearest["lift"]) / spread
    people = float(state.arms["shown"].sum())
    growth = 1 + left / max(people, 1.0)
    wide = math.sqrt(growth - 1)
    need, mean = -float(ndtri(bar)), lead * math.sqrt(growth)
    return float(ndtr((mean - need) / wide) + ndtr((-need - mean) / wide))


def _groups(cells: Cells) -> pd.DataFrame:
    """Counts by group and arm, days put together."""
    if not cells.groups:
        return pd.DataFrame({name: pd.Series(dtype=kind) for name, kind in GROUPS.items()})
    rows = pd.DataFrame({"group_id": cells.group, "arm": cells.arm, "shown": cells.shown, "hits": cells.hits})
    table = rows.groupby(["group_id", "arm"], as_index=False).sum()
    table["rate"] = table["hits"] / table["shown"].where(table["shown"] > 0)
    table["group_id"] = [cells.groups[place] for place in table["group_id"]]
    table["arm"] = [cells.arms[place] for place in table["arm"]]
    return table.astype(GROUPS)
