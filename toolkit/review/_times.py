"""When to post: what each weekday and slot of a group is worth, and how sure that is.

One outcome is used, the surest that at least 20 posts have, or the one asked for; two are never mixed. Used are posts
that went out, whose results are known and were taken 24 hours after them or later: a missed, cancelled or unmeasured post
is not a 0. Group, kind, item, the item's planned value and the day (weather, festivals: shared by all groups) have
effects of their own, so that better items at an hour do not make the hour look better. What no table tells is told apart
in part only: in invented worlds whose items that sell twice as much mostly stood at one of three equal hours, that hour
seemed 0.99 times the mean with the items' planned values, 1.16 times without `items`, and 1.33 times in plain means
(benchmarks/review.py --parts tangled).

Clocks of one part of the day learn from each other, and groups from all groups: a group without posts of its own gets
the pooled value with a wider interval, and a single group whose best hour is not the others' is drawn back strongly.

How many posts it takes (benchmarks/review.py --parts planted: 12 groups, some 3 orders a post, all hours equal but one):
a slot that is 1.5 times as good in all groups has the largest value in all of them after 20 posts each, and 57 % of its
weekdays are sure (low above 1) after 130. Where each group has its own such slot, it is on top in 85 % of them after 65
posts and in 98 % after 130, sure in 8 % and 30 %. At 1.2 times: 50 % and 69 % on top, and sure in less than 1 %. Where one
group alone has such a slot, its value is 1.12 after 260 posts, and 1.32 would be true. Of all other slots less than one
row in 200 was called sure.

`explore` (Thompson sampling) draws each value from what is still possible, so that a plan also tries slots nobody knows
yet and stops when they are known; low and high stay. In four invented years it was no better than the middle at the end
(5.9 and 5.5 % short of the best hours) and cost 2 to 5 points in the first four months (benchmarks/review.py --parts times
explore --seeds 4).
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from scipy import sparse
from threadpoolctl import threadpool_limits

from toolkit.review._history import (
    FEWEST_POSTS,
    exposure,
    join_results,
    measured_outcomes,
    usable,
    was_sent,
)
from toolkit.review._joint import Joint, left_over, no_effects, settle
from toolkit.review._rates import DEVIATE, Rates, fit_rates
from toolkit.schema import (
    CALENDAR,
    GROUPS,
    ITEMS,
    TIMES,
    ChoiceError,
    PlanError,
    as_whole,
    check,
    parse_slots,
    shown_value,
)

# where one part of the day ends and the next begins: slots of one part learn from each other (our choice)
_PARTS = (600, 840, 1020, 1170)
# how far levels lie apart before anything is known: scales of half-normal priors. Together a slot differs from another
# by a factor of 0.4 to 2.5 at most (our choice, not measured)
_SCALES = {
    "part": 0.25,
    "slot": 0.15,
    "weekday": 0.2,
    "weekday and part": 0.15,
    "group and slot": 0.2,
    "group and weekday": 0.15,
}
# what one weekday and slot of one group has for itself, beside all that
_CELL_SCALE = 0.1
# no table of hours is complete: every value is taken to be off by so much more (our choice: after a year 91 % of the 95 %
# intervals held without it and 95 % with it; benchmarks/review.py --parts intervals, "bare %" and "held %")
_UNSURE = 0.06
# with fewer days than this the spread of days is not taken as known
_FEW_DAYS = 60
_DAY_SCALE = 0.3
_KEYS = ["group_id", "weekday", "minute"]


def posting_times(
    history: pd.DataFrame,
    *,
    groups: pd.DataFrame,
    outcome: str | None = None,
    items: pd.DataFrame | None = None,
    days: pd.DataFrame | None = None,
    explore: int | None = None,
) -> pd.DataFrame:
    """What each weekday and slot of each group is worth: TIMES with a column `outcome`, for `plan_posts(times=…)`.

    `history` is CALENDAR joined with RESULTS (`join_results` gives it; a plain join will do, then kinds are taken from
    `items`, members from `groups`, and the groups' totals of the day from `days`). A row for each group of `groups`,
    weekday (0 = Monday) and slot of the group: `value` is the ratio to the mean of that group's slots, all else being
    equal (1 = as usual), `low` and `high` its 95 % interval, `posts` how many of the group's own posts there were used.
    What is used, how far it can be trusted and how many posts it takes stands above.

    With fewer than 20 posts every value is 1 and the interval is what slots may differ by before anything is known; the
    outcome is "" then, unless one was asked for. `attrs["notes"]` says in Chinese what cannot be told yet, how many
    posts are missing, and which posts were left out. `explore` (试探) is a seed, another one each week: values are then
    drawn from what is still possible.

    Empty history: every value 1. No groups: an empty frame. Raises ColumnError for tables that break their contract,
    ChoiceError for an unknown outcome, PlanError for a slot that is no time of day.

    >>> groups = pd.DataFrame([{"group_id": "g", "name": "妈妈群", "members": 200, "slots": ["20:00"],
    ...                         "posts_per_day": 1, "posts_per_week": 5}])
    >>> times = posting_times(pd.DataFrame(), groups=groups)
    >>> times[["weekday", "slot", "value", "posts"]].head(2).values.tolist(), times.attrs["notes"]
    ([[0, '20:00', 1.0, 0], [1, '20:00', 1.0, 0]], ['还说不准：能用的发布只有 0 次，至少要 20 次，还差 20 次。先按每个时段都一样算。'])
    """
    grid = _grid(check(groups, GROUPS))
    if not isinstance(history, pd.DataFrame):
        raise ChoiceError(f"history 要的是 join_results 给出的表（现在是 {shown_value(history)}）。")
    explore = None if explore is None else as_whole(explore, "explore（试探的种子）", 0)
    known = _known(history, groups, items, days)
    found = measured_outcomes(known, outcome=outcome)
    name = found[0] if found else (outcome or "")
    rows = known[usable(known, name)] if name else known.iloc[:0]
    posts = _placed(rows, grid)
    cells = _Cells(grid, posts)
    # small systems, many of them: more threads only wait for each other
    with threadpool_limits(limits=1, user_api="blas"):
        learned = cells.learned(rows, name, items) if found else cells.unknown()
        mean, low, high = _values(learned, cells.rows, grid, explore=explore)
    own = posts.groupby(_KEYS).size().reindex(pd.MultiIndex.from_frame(grid[_KEYS]), fill_value=0)
    times = check(
        grid[["group_id", "weekday", "slot"]].assign(value=mean, low=low, high=high, posts=own.to_numpy()),
        TIMES,
    ).assign(outcome=pd.Series(name, index=grid.index, dtype="str"))
    drawn = explore is not None
    times.attrs["notes"] = list(_notes(known, rows, times, name, learned=bool(found), drawn=drawn))
    return times


def _known(
    history: pd.DataFrame, groups: pd.DataFrame, items: pd.DataFrame | None, days: pd.DataFrame | None
) -> pd.DataFrame:
    """The history with the columns that `join_results` gives: its own where it has them, else derived."""
    history = CALENDAR.empty() if history.empty else history
    once = history.drop_duplicates("post_id", keep="last") if "post_id" in history else history
    once = once.reset_index(drop=True)
    told = join_results(once, history, items=items, groups=groups, days=days)
    if "kind" in once:
        told["kind"] = once["kind"].fillna("").where(once["kind"].fillna("").ne(""), told["kind"])
    for name in ("members", "day_orders", "day_active"):
        if name in once:
            told[name] = once[name].astype("Int64").fillna(told[name])
    return told


def _grid(groups: pd.DataFrame) -> pd.DataFrame:
    """Every group × weekday × slot, in the groups' order."""
    rows = []
    for group, slots in zip(groups["group_id"], groups["slots"], strict=True):
        try:
            minutes = parse_slots(slots)
        except ValueError as error:
            raise PlanError(f"群 {group} 的时段「{error}」看不懂。请写成 20:00 这样的形式。") from None
        rows += [(group, day, f"{at // 60:02d}:{at % 60:02d}", at, at) for day in range(7) for at in minutes]
    return pd.DataFrame(rows, columns=["group_id", "weekday", "slot", "minute", "clock"])


def _placed(rows: pd.DataFrame, grid: pd.DataFrame) -> pd.DataFrame:
    """Each post's group, weekday, the slot of its group that it counts for (-1: none), and the clock it stands for."""
    clock = np.array([int(slot[:2]) * 60 + int(slot[3:]) for slot in rows["slot"]], dtype=int)
    keys = pd.MultiIndex.from_arrays([rows["group_id"], clock])
    own = keys.isin(pd.MultiIndex.from_frame(grid[["group_id", "minute"]]))
    return pd.DataFrame(
        {
            "group_id": rows["group_id"].to_numpy(),
            "weekday": rows["starts_at"].dt.day_of_week.to_numpy(dtype=int),
            "minute": np.where(own, clock, -1),
            "clock": clock,
            "date": rows["starts_at"].dt.date.to_numpy(),
        }
    )


def _levels(frame: pd.DataFrame) -> dict[str, pd.Series[Any]]:
    """The level of each factor of time, as words: one for each key of _SCALES."""
    group, day, clock = (frame[name].astype(str) for name in ("group_id", "weekday", "clock"))
    part = pd.Series(np.searchsorted(_PARTS, frame["clock"].to_numpy(dtype=int), side="right"), frame.index)
    part = part.astype(str)
    found = (part, clock, day, day + " " + part, clock + " " + group, day + " " + group)
    return dict(zip(_SCALES, found, strict=True))


@dataclass(frozen=True)
class _Learned:
    """Effects of the factors of time, and mean and variance of what each line of the grid has for itself."""

    joint: Joint
    mean: np.ndarray
    variance: np.ndarray


class _Cells:
    """The factors of time of grid and posts in one numbering; `rows` has a line for each line of the grid."""

    def __init__(self, grid: pd.DataFrame, posts: pd.DataFrame) -> None:
        self.posts = posts
        self.codes: dict[str, np.ndarray] = {}
        self.seen: dict[str, int] = {}
        self.sizes: dict[str, int] = {}
        of_grid, of_posts = _levels(grid), _levels(posts)
        parts = []
        for name in _SCALES:
            # levels with posts come first: a fit only knows those
            codes, levels = pd.factorize(pd.concat([of_posts[name], of_grid[name]], ignore_index=True))
            self.codes[name], cells = codes[: len(posts)], codes[len(posts) :]
            self.seen[name] = int(self.codes[name].max(initial=-1)) + 1
            self.sizes[name] = len(levels)
            parts.append(
                sparse.csr_matrix(
                    (np.ones(len(grid)), (np.arange(len(grid)), cells)), shape=(len(grid), len(levels))
                )
            )
        self.rows = sparse.hstack(parts, format="csr")
        line = pd.Series(grid.index, pd.MultiIndex.from_frame(grid[_KEYS]))
        self.place = line.reindex(pd.MultiIndex.from_frame(posts[_KEYS]), fill_value=-1)

    def unknown(self) -> _Learned:
        """Nothing learned: the priors alone."""
        many = self.rows.shape[0]
        return _Learned(no_effects(self.sizes, _SCALES), np.zeros(many), np.full(many, _CELL_SCALE**2))

    def learned(self, rows: pd.DataFrame, outcome: str, items: pd.DataFrame | None) -> _Learned:
        """What the posts with their results say of the factors of time, all else being equal."""
        dates = pd.factorize(self.posts["date"])[0]
        factors = {
            **self.codes,
            "date": dates,
            "group": pd.factorize(rows["group_id"])[0],
            "kind": pd.factorize(rows["kind"])[0],
            "worth": _worths(rows, items),
            "item": pd.factorize(rows["item_id"])[0],
        }
        counts = rows[outcome].to_numpy(dtype=float)
        rates = fit_rates(counts, exposure(rows, outcome).to_numpy(), factors, away="item")
        scales, sizes, seen = dict(_SCALES), dict(self.sizes), dict(self.seen)
        if dates.max() < _FEW_DAYS:
            scales["date"], sizes["date"], seen["date"] = (
                _DAY_SCALE,
                int(dates.max()) + 1,
                int(dates.max()) + 1,
            )
        joint = settle(rates, sizes, seen, scales).part(sum(self.sizes.values()))
        return _Learned(joint, *self._own(counts, rates))

    def _own(self, counts: np.ndarray, rates: Rates) -> tuple[np.ndarray, np.ndarray]:
        """Mean and variance of what each line of the grid has for itself."""
        place = self.place.to_numpy()
        there = place >= 0
        weights = rates.expected / (1 + rates.dispersion * rates.expected)
        residuals = (counts - rates.expected) / rates.expected
        return left_over(residuals[there], weights[there], place[there], self.rows.shape[0], _CELL_SCALE)


def _worths(rows: pd.DataFrame, items: pd.DataFrame | None) -> np.ndarray:
    """Classes of the items' planned value, half an octave wide: what a planner kept for the better slots."""
    if items is None:
        return np.zeros(len(rows), dtype=int)
    table = check(items, ITEMS)
    value = rows["item_id"].map(dict(zip(table["item_id"], table["value"], strict=True))).astype("float64")
    steps = np.round(2 * np.log2(value.where(value > 0)))
    return pd.factorize(steps.fillna(-99.0))[0]


def _values(
    learned: _Learned, rows: sparse.csr_matrix, grid: pd.DataFrame, *, explore: int | None
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Value, low and high of each line of the grid, each group's values with mean 1."""
    if grid.empty:
        return np.empty(0), np.empty(0), np.empty(0)
    group = pd.factorize(grid["group_id"])[0]
    size = np.bincount(group)[group]

    def to_mean_one(logs: np.ndarray) -> np.ndarray:
        ratio = np.exp(logs)
        return np.asarray(ratio / (np.bincount(group, ratio)[group] / size))

    value = to_mean_one(rows @ learned.joint.mean + learned.mean)
    # by how much the group's mean moves with each line: the interval is that of the line against its group
    share = sparse.csr_matrix((value / size, (group, np.arange(len(grid)))))
    variance = learned.joint.variance((rows - (share @ rows)[group]).tocsr()) + learned.variance
    deviation = np.sqrt(variance + _UNSURE**2)
    low, high = value * np.exp(-DEVIATE * deviation), value * np.exp(DEVIATE * deviation)
    if explore is not None:
        rng = np.random.default_rng(explore)
        own = rng.normal(learned.mean, np.sqrt(learned.variance))
        value = to_mean_one(rows @ learned.joint.draw(rng) + own)
    return value, low, high


def _notes(
    known: pd.DataFrame, rows: pd.DataFrame, times: pd.DataFrame, outcome: str, *, learned: bool, drawn: bool
) -> Iterator[str]:
    """What an editor should know beside the numbers."""
    if not learned:
        have = len(rows) if outcome else 0
        if have < FEWEST_POSTS:
            missing = f"能用的发布只有 {have} 次，至少要 {FEWEST_POSTS} 次，还差 {FEWEST_POSTS - have} 次"
        else:
            missing = f"{have} 次发布的结果都是 0"
        yield f"还说不准：{missing}。先按每个时段都一样算。"
    elif not ((times["low"] > 1) | (times["high"] < 1)).any():
        yield f"还说不准：{len(rows)} 次发布还分不出哪个时段更好，数字仅供参考。"
    left = ~known.index.isin(rows.index)
    if left.any():
        out = left & ~was_sent(known).to_numpy()
        young = left & ~out & ~known["ripe"].to_numpy()
        counts = {"没有发出": out, "发出不到一天就统计": young, "没有这项结果或人数": left & ~out & ~young}
        told = "，".join(f"{why} {int(which.sum())} 次" for why, which in counts.items() if which.any())
        yield f"没有算进来的发布：{told}。"
    posts = times.groupby("group_id", sort=False)["posts"].sum()
    cold = posts.index[posts == 0]
    if learned and len(cold):
        yield f"{len(cold)} 个群自己还没有数据，先借用别的群：{'、'.join(cold)}。"
    if drawn:
        yield "这张表在试探：拿不准的时段数值是随机抽的，每次的种子不同，数值也不同。"
