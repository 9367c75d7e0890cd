"""What is said of a judged test: why a verdict, what stands in its way, what else is to be known."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from toolkit.review._cells import Cells
from toolkit.review._compare import Compared
from toolkit.review._rule import POWER, people_needed
from toolkit.review._words import listed, people, percent

# groups that disagree more than one time in twenty by chance are told of
_DISAGREE = 0.05
# where groups' unequal shares cost more than this of the people, the editor is told why
_KEPT = 0.95
_MANY_ARMS = 10
_TOO_MANY = 1_000_000
_UNITS = {"group": "群", "day": "天"}


@dataclass(frozen=True)
class Told:
    """What the sentences are made from; `leader` is the place of the leading arm."""

    cells: Cells
    found: Compared
    pairs: pd.DataFrame
    arms: pd.DataFrame
    leader: int
    zone: float
    alpha: float
    looks: int


def stops(cells: Cells, found: Compared, uneven: bool) -> list[str]:
    """What keeps any verdict from being final, each as a sentence."""
    said = []
    shown, _ = cells.totals
    if len(cells.rejected):
        rows = zip(cells.rejected["row"], cells.rejected["reason"], strict=True)
        told = listed([f"第 {row} 行{reason}" for row, reason in rows], most=3)
        said.append(f"有 {len(cells.rejected)} 行没有用上：{told}。改好再看一次，现在不下结论。")
    unseen = [arm for arm, number in zip(cells.arms, found.shown.sum(axis=0), strict=True) if number == 0]
    if unseen:
        said.append(f"版本 {listed(unseen)} 还没有可比的人看到，不能下结论。")
    elif uneven:
        counted = listed(
            [f"{arm} {round(number)}" for arm, number in zip(cells.arms, shown, strict=True)], most=6
        )
        said.append(
            f"各版本看到人数（{counted}）和原定的比例对不上，这样的偏差靠运气出现的机会不到千分之一。"
            "多半是分配或统计出了错，先查清再下结论；本来就不是均分的，请写明 split。"
        )
    if found.layout == "whole" and found.dof < 1:
        unit = _UNITS[found.unit]
        said.append(
            f"整{unit}只发一个版本，{unit}又太少，分不清是版本的差别还是{unit}的差别。请再多换几个{unit}。"
        )
    return said


def remarks(told: Told) -> list[str]:
    """What else is to be known: how it was compared, where groups disagree, what was left out."""
    found, cells = told.found, told.cells
    unit = _UNITS.get(found.unit, "")
    said = []
    if found.layout == "whole" and found.dof >= 1:
        more = f"，一个人约抵 {1 / found.design.max():.2f} 个人用" if found.design.max() > 1.005 else ""
        said.append(f"整{unit}只发一个版本：比的是{unit}和{unit}{more}，区间已按此放宽。")
    if found.layout == "within":
        said.extend(_about_groups(told, unit))
    if found.left_out:
        said.append(f"有 {people(found.left_out)}所在的{unit or '群'}只有一个版本可看，没法比，没有算进去。")
    if found.turns:
        said.append("各版本在同一个群里是分日子发的，日子的差别也算在里面；没有核对人数的比例。")
    if len(cells.arms) >= _MANY_ARMS:
        said.append(f"版本有 {len(cells.arms)} 个，每个分到的人少，要分出高下得有很多人。")
    return said


def _about_groups(told: Told, unit: str) -> list[str]:
    found, cells = told.found, told.cells
    said = []
    shown, hits = found.shown.sum(axis=0), found.hits.sum(axis=0)
    raw = int(np.argmax(np.divide(hits, shown, out=np.zeros_like(hits), where=shown > 0)))
    kept = (found.size * found.design / np.maximum(shown, 1)).min()
    if found.rate[told.leader] > found.rate[raw] and kept < _KEPT:
        said.append(
            f"合在一起看是「{cells.arms[raw]}」高，那是因为它多发在点开率高的{unit}；"
            f"同一个{unit}里比，是「{cells.arms[told.leader]}」高。"
        )
    elif kept < _KEPT:
        said.append(f"各{unit}分到的版本比例不一样，所以只在{unit}内比。")
    if found.spread_p < _DISAGREE:
        said.append(f"各{unit}的结果不太一致，区间已放宽。看看是不是不同的{unit}喜欢不同的版本。")
    return said


def sentence(told: Told, why: str, stopped: list[str]) -> str:
    """The verdict in a sentence or two."""
    if told.pairs.empty:
        return "继续：还没有两个版本有人看到，等有了数再看。"
    best, second = _shown(told, told.leader), told.pairs["arm"].iloc[0]
    against = _shown(told, told.cells.arms.index(second))
    nearest = told.pairs.iloc[0]
    ahead = f"眼下「{told.cells.arms[told.leader]}」领先（{best} 对「{second}」{against}）"
    if best == against:
        ahead = f"眼下「{told.cells.arms[told.leader]}」和「{second}」不分上下（都约 {best}）"
    if why == "won":
        return (
            f"够了：用「{told.cells.arms[told.leader]}」。点开率 {best}，比第二名「{second}」（{against}）"
            f"约高 {percent(nearest['lift'])}（{percent(nearest['low'])} 到 {percent(nearest['high'])}）。"
            f"中途看 {told.looks} 次也算在内，认错赢家的机会不到 {percent(told.alpha)}；提前看出的差距往往偏大。"
        )
    if why == "alike":
        return f"看不出差别：各版本相差多半在 ±{percent(told.zone)} 之内，用哪个都行。"
    if why == "stopped":
        return f"继续：{ahead}，但现在还不能下结论。{stopped[0]}"
    if why == "stopped_over":
        return f"看不出差别：{ahead}，但下不了结论。{stopped[0]}"
    sure = told.arms["p_best"].iloc[told.leader]
    if why == "over":
        return f"看不出差别：{ahead}，「{told.cells.arms[told.leader]}」最好的把握是 {_below_one(sure)}，人已经看完。用哪个都可以，别当成结论。"
    if why == "hopeless":
        return f"看不出差别：{ahead}，剩下的人都看到，多半也分不出高下。可以停了，用哪个都可以。"
    strict = f"中途要看 {told.looks} 次，只看这一次的把握不算数。" if sure >= 1 - told.alpha else ""
    return f"继续：{ahead}，「{told.cells.arms[told.leader]}」最好的把握是 {_below_one(sure)}，还不能定。{strict}{_still_needed(told)}"


def _shown(told: Told, place: int) -> str:
    return percent(told.arms["comparable"].iloc[place])


def _below_one(sure: float) -> str:
    return "99% 以上" if sure > 0.99 else f"{sure:.0%}"


def _still_needed(told: Told) -> str:
    """How many people it would take if the lead is as large as it looks."""
    rates = told.arms["comparable"].to_numpy()
    best, second = rates[told.leader], rates[told.cells.arms.index(told.pairs["arm"].iloc[0])]
    shown, _ = told.cells.totals
    if not 0 < second < best < 1:
        return "接着发，再看。"
    each = people_needed(second, best, arms=len(rates), power=POWER, alpha=told.alpha, looks=told.looks)
    each *= told.found.design.max()
    if each > _TOO_MANY:
        return "差距这么小，再多的人也难分出高下。"
    if each <= shown.min():
        return "接着发，再看。"
    return f"差距真有这么大的话，每个版本约要 {people(each)}看到（现在最少的有 {people(shown.min())}）。"


def about_prior(a: float | None, b: float) -> str:
    """What was taken as usual."""
    if a is None:
        return "没有给以往的数据，只按这次的数据算（弱先验）。"
    return f"按给定的先验算：点开率约 {percent(a / (a + b))}，相当于 {people(a + b)}的数据。"


def about_history(fitted: tuple[float, float] | None, posts: int, bad: int) -> str:
    """What past posts say, and how many rows could not be used."""
    lost = f"另有 {bad} 行没有用上。" if bad else ""
    if fitted is None:
        return f"以往的数据太少（{posts} 条能用），只按这次的数据算（弱先验）。{lost}"
    a, b = fitted
    return f"按以往 {posts} 条的点开率作参照：平均约 {percent(a / (a + b))}，相当于 {people(a + b)}的数据。{lost}"
