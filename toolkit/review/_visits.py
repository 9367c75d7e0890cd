"""How often members come, order and come back: the later part of a span against the earlier one, like days with like."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from toolkit.review._funnel import checked_days, garwood, wilson
from toolkit.review._words import percent
from toolkit.schema import GROUPS, VISITS, asked_day, check

# each part needs a whole week, or weekends are held against workdays
LEAST_DAYS = 7
# a ratio of fewer events says nothing; our own choice
_FEWEST = 5
# the part of false calls among calls that is put up with (Benjamini and Hochberg 1995)
MAX_Q = 0.05
_TAIL = 0.025
# days alike for longer than this would be a trend, which no span of weeks tells from a change
_MOST_ALIKE = 0.6
# closer than this is as good as the same to an editor; our own choice
_SAME = 1.1


@dataclass(frozen=True)
class _Measure:
    """What is divided by what; `scale` turns one per member and day into the unit that is shown."""

    name: str
    counted: str
    base: str
    scale: float
    unit: str
    word: str
    once: str


_MEASURES = (
    _Measure("visits", "store_visits", "members", 700, "人次/百人·周", "每百人每周到店", "次"),
    _Measure("orders", "orders", "members", 700, "单/百人·周", "每百人每周下单", "单"),
    _Measure("repeat", "repeat_orders", "members", 700, "单/百人·周", "每百人每周复购", "单"),
    _Measure("repeat_share", "repeat_orders", "orders", 1, "占订单", "复购占订单", "单"),
)


def visit_changes(
    days: pd.DataFrame, *, groups: pd.DataFrame | None = None, half: dt.date | str | None = None
) -> pd.DataFrame:
    """Store visits, orders and repeat orders per 100 members and week, and the repeat share of orders: now and before.

    `days` keeps GROUP_DAYS; `half` is the first day of the later part (without it the span is cut in the middle);
    `groups` (GROUPS) gives the names that sentences use. Gives VISITS, groups in the order of `days`, "" (all together)
    last; what no day measured is no row. `before` and `after` are the rates of the two parts, `value` that of the later
    part (of all days where they cannot be cut) with `low` and `high`, its 95 % interval: Garwood's for rates, Wilson's for
    the share, both widened as below.

    `change` is the ratio of the later to the earlier part by Mantel and Haenszel, each group's weekday held against the
    same group's same weekday, with the variance of Greenland and Robins (1985, Biometrics 41: 55–68). It is widened by
    as much as the days' totals swing more than chance does (Pearson's χ² per degree of freedom around the fitted days,
    McCullagh and Nelder 1989, ch. 9.2), and where a day is like the day before by (1+r)/(1-r) (Bayley and Hammersley
    1946, J. R. Stat. Soc. Suppl. 8: 184–197); the deviate is Student's. Each part needs 7 days, and 5 events; with none
    in the later part `change` is 0 with an upper bound alone. A change is named in `sentence` where the false discovery
    rate over the groups of a measure (Benjamini–Hochberg) is at most 0.05, for all groups together where the interval
    leaves 1 out. That something changed is no proof of what changed it.

    Days whose counts cannot be (below 0, no members, more repeat orders than orders) are left out, and the sentence says
    how many. Empty days give an empty frame. Raises ColumnError for tables that break their contract or tell a
    group's day twice, ChoiceError for a `half` that is no day.

    >>> day = [{"group_id": "g", "date": f"2026-09-{d:02}", "members": 100, "orders": 6 if d > 14 else 4} for d in range(1, 29)]
    >>> visit_changes(pd.DataFrame(day))[["group_id", "before", "after", "change"]].round(2).values.tolist()
    [['g', 28.0, 42.0, 1.5], ['', 28.0, 42.0, 1.5]]
    """
    days = checked_days(days)
    if days.empty:
        return VISITS.empty()
    cut = asked_day(half, "half（后半段从哪天起）")
    said = (
        ("前半段", "后半段")
        if cut is None
        else (f"{cut.month}月{cut.day}日前", f"{cut.month}月{cut.day}日起")
    )
    if cut is None:
        first, last = min(days["date"]), max(days["date"])
        cut = first + dt.timedelta(((last - first).days + 2) // 2)
    names = _names(groups)
    rows: list[dict[str, Any]] = []
    for measure in _MEASURES:
        rows += _of_measure(days, measure, cut, names, said)
    place = {name: number for number, name in enumerate([*dict.fromkeys(days["group_id"]), ""])}
    rows.sort(key=lambda row: place[row["group_id"]])
    return check(pd.DataFrame(rows), VISITS) if rows else VISITS.empty()


def _names(groups: pd.DataFrame | None) -> dict[str, str]:
    told = GROUPS.empty() if groups is None else check(groups, GROUPS)
    return dict(zip(told["group_id"], told["name"], strict=True))


@dataclass(frozen=True)
class _Days:
    """Days that can be used: counts, what they are divided by, their group and weekday as one number, and their part."""

    counts: np.ndarray
    base: np.ndarray
    group: np.ndarray
    day: np.ndarray
    after: np.ndarray
    faults: int

    def part(self, mask: np.ndarray) -> _Days:
        return _Days(
            self.counts[mask],
            self.base[mask],
            self.group[mask],
            self.day[mask],
            self.after[mask],
            self.faults,
        )

    @property
    def weekday(self) -> np.ndarray:
        return self.day % 7


def _of_measure(
    days: pd.DataFrame, measure: _Measure, cut: dt.date, names: dict[str, str], said: tuple[str, str]
) -> Iterator[dict[str, Any]]:
    if measure.counted not in days or not days[measure.counted].notna().any():
        return
    told = days[days[measure.counted].notna()]
    parts: dict[str, _Days] = {}
    for number, (key, part) in enumerate(told.groupby("group_id", sort=False)):
        parts[str(key)] = _usable(part, measure, cut, number)
    everything = _together(list(parts.values()))
    found = {key: _change(part, measure) for key, part in {**parts, "": everything}.items()}
    sure = _discovered({key: one.p for key, one in found.items() if key})
    sure |= {""} if found[""].p <= 2 * _TAIL else set()
    compared = sum(1 for key, one in found.items() if key and one.p < 2)
    for key, one in found.items():
        name = f"「{names.get(key) or key}」" if key else "所有群合起来"
        yield {
            "group_id": key,
            "measure": measure.name,
            "unit": measure.unit,
            **one.numbers,
            "sentence": name
            + _sentence(one, measure, said, sure=key in sure, compared=compared if key else 1),
        }


def _together(parts: list[_Days]) -> _Days:
    def joined(name: str) -> np.ndarray:
        return np.concatenate([getattr(part, name) for part in parts])

    return _Days(
        joined("counts"),
        joined("base"),
        joined("group"),
        joined("day"),
        joined("after"),
        sum(part.faults for part in parts),
    )


def _usable(part: pd.DataFrame, measure: _Measure, cut: dt.date, number: int) -> _Days:
    names = [measure.counted, measure.base, "members", "orders"]
    counts, base, members, orders = part[names].to_numpy(dtype=float, na_value=np.nan).T
    possible = (counts >= 0) & (base >= 0) & (members > 0)
    if measure.counted == "repeat_orders":
        possible &= ~(counts > orders)
    dates = part["date"].map(dt.date.toordinal).to_numpy(dtype=int)
    used = possible & (base > 0)
    return _Days(
        counts[used],
        base[used],
        np.full(used.sum(), number),
        dates[used],
        dates[used] >= cut.toordinal(),
        int((~possible).sum()),
    )


@dataclass(frozen=True)
class _Change:
    """The numbers of a row, `p` against no change (2 where it cannot be told), and why nothing can be said."""

    numbers: dict[str, Any]
    p: float
    why: str
    faults: int


def _change(days: _Days, measure: _Measure) -> _Change:
    lengths = [len(np.unique(days.day[days.after == side])) for side in (False, True)]
    numbers: dict[str, Any] = {"days": len(np.unique(days.day))}
    if not len(days.counts):
        return _Change(numbers, 2.0, "没有一天的数能用", days.faults)
    if min(lengths) < LEAST_DAYS:
        told = f"前面只有 {lengths[0]} 天的数，后面 {lengths[1]} 天，各要有 {LEAST_DAYS} 天才能比"
        return _Change({**numbers, **_level(days, measure, 1.0)}, 2.0, told, days.faults)
    sums = [days.counts[days.after == side].sum() for side in (False, True)]
    bases = [days.base[days.after == side].sum() for side in (False, True)]
    rates = {
        name: count / base * measure.scale
        for name, count, base in zip(("before", "after"), sums, bases, strict=True)
    }
    fit = _ratio(days, share=measure.scale == 1)
    numbers |= {**rates, **_level(days.part(days.after), measure, fit.swing)}
    if sums[0] < _FEWEST and sums[1] < _FEWEST:
        return _Change(
            numbers, 2.0, f"前后加起来只有 {sum(sums):.0f} {measure.once}，太少，比不出变化", days.faults
        )
    if not sums[0] or not fit.expected:
        return _Change(numbers, 2.0, f"前面一{measure.once}也没有，算不出倍数", days.faults)
    if not sums[1]:
        high = garwood(0, 1)[1] * fit.swing / fit.expected
        return _Change(
            {**numbers, "change": 0.0, "change_low": 0.0, "change_high": high},
            float(np.exp(-fit.expected / fit.swing)) * 2,
            "",
            days.faults,
        )
    if min(sums) < _FEWEST:
        return _Change(numbers, 2.0, f"有一段不到 {_FEWEST} {measure.once}，太少，比不出变化", days.faults)
    from scipy.stats import t

    half = t.isf(_TAIL, fit.freedom) * fit.error
    numbers |= {
        "change": fit.ratio,
        "change_low": fit.ratio * np.exp(-half),
        "change_high": fit.ratio * np.exp(half),
    }
    return _Change(numbers, float(2 * t.sf(abs(np.log(fit.ratio)) / fit.error, fit.freedom)), "", days.faults)


def _level(days: _Days, measure: _Measure, swing: float) -> dict[str, float]:
    """The rate of some days with its interval."""
    passed, base = days.counts.sum(), days.base.sum()
    if measure.scale == 1:
        low, high = wilson(passed / base, max(1.0, base / swing))
    else:
        low, high = garwood(passed / swing, base / swing)
    return {
        "value": passed / base * measure.scale,
        "low": low * measure.scale,
        "high": high * measure.scale,
    }


@dataclass(frozen=True)
class _Ratio:
    """`expected` is what the later part would have had at the earlier part's rates; `error` is of the logarithm."""

    ratio: float
    error: float
    swing: float
    freedom: int
    expected: float


def _ratio(days: _Days, *, share: bool) -> _Ratio:
    """The later part over the earlier, by strata of group and weekday that both parts have."""
    stratum = np.unique(days.group * 7 + days.weekday, return_inverse=True)[1]
    size = stratum.max() + 1
    later, earlier = (
        [np.bincount(stratum[side], each[side], minlength=size) for each in (days.counts, days.base)]
        for side in (days.after, ~days.after)
    )
    shared = (later[1] > 0) & (earlier[1] > 0)
    a, n1, b, n0 = (each[shared] for each in (*later, *earlier))
    both = n1 + n0
    up, down = (a * n0 / both).sum(), (b * n1 / both).sum()
    if not up or not down:
        return _Ratio(0.0, 0.0, 1.0, 1, float((b / n0 * n1).sum()))
    ratio = up / down
    variance = (((a + b) * n1 * n0 - (a * b * both if share else 0)) / both**2).sum() / (up * down)
    used = days.part(shared[stratum])
    told = np.flatnonzero(shared)
    rate = np.zeros(size)
    rate[told] = (a + b) / (n0 + ratio * n1)
    mean = used.base * rate[stratum[shared[stratum]]] * np.where(used.after, ratio, 1.0)
    swing, freedom = _swing(used, mean, share=share)
    return _Ratio(ratio, float(np.sqrt(variance * swing)), swing, freedom, float((b / n0 * n1).sum()))


def _swing(days: _Days, mean: np.ndarray, *, share: bool) -> tuple[float, int]:
    """How many times the variance of days' totals is that of chance, never below 1, and its degrees of freedom."""
    order = np.unique(days.day, return_inverse=True)
    total, fitted = np.bincount(order[1], days.counts), np.bincount(order[1], mean)
    chance = mean * np.clip(1 - mean / days.base, 0.02, 1) if share else mean
    spread = np.bincount(order[1], chance)
    known = spread > 0
    off = np.where(known, total - fitted, 0) / np.sqrt(np.where(known, spread, 1))
    freedom = max(int(known.sum()) - len(np.unique(days.weekday)) - 1, 1)
    swing = max(1.0, float((off**2).sum() / freedom))
    next_day = np.diff(order[0]) == 1
    square = (off**2).sum()
    alike = float((off[1:] * off[:-1])[next_day].sum() / square) if square else 0.0
    # what is found of few days is too low by about (1 + 4r) / n (Marriott and Pope 1954, Biometrika 41: 390–402)
    alike = min(max(alike + (1 + 4 * alike) / len(off), 0.0), _MOST_ALIKE)
    return swing * (1 + alike) / (1 - alike), freedom


def _discovered(chances: dict[str, float]) -> set[str]:
    """Which hold at a false discovery rate of MAX_Q (Benjamini and Hochberg 1995); chances above 1 were no tests."""
    tests = sorted((p, key) for key, p in chances.items() if p <= 1)
    last = max((n for n, (p, _) in enumerate(tests, start=1) if p <= MAX_Q * n / len(tests)), default=0)
    return {key for _, key in tests[:last]}


def _sentence(one: _Change, measure: _Measure, said: tuple[str, str], *, sure: bool, compared: int) -> str:
    """What an editor is told, with how many days were left out."""
    left_out = f"有 {one.faults} 天的数不可能，没有算。" if one.faults else ""
    numbers = one.numbers

    def shown(value: float) -> str:
        return percent(value) if measure.scale == 1 else f"{value:.1f} {measure.once}"

    if "before" not in numbers:
        now = f"{measure.word} {shown(numbers['value'])}；" if "value" in numbers else f"{measure.word}："
        return f"{now}{one.why}。{left_out}"
    told = f"{measure.word}：{said[0]} {shown(numbers['before'])}，{said[1]} {shown(numbers['after'])}"
    if "change" not in numbers:
        return f"{told}；{one.why}。{left_out}"
    low, high = numbers["change_low"], numbers["change_high"]
    told += f"，同样的星期几相比是 {numbers['change']:.2f} 倍（{low:.2f}～{high:.2f} 倍）"
    if sure:
        end = "确实多了" if numbers["change"] > 1 else "确实少了"
    elif not low <= 1 <= high:
        end = f"一起比了 {compared} 个群，这样的差别可能是凑巧"
    elif low > 1 / _SAME and high < _SAME:
        end = "和原来差不多"
    else:
        end = "还说不准有没有变"
    return f"{told}，{end}。{left_out}"
