"""What campaigns cost and what came back by code; takings are not profit, and profit wants the cost of the goods."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
import pandas as pd

from toolkit.review._result_funnel import FEWEST, campaign_posts
from toolkit.schema import COSTS, RETURNS, ColumnError, as_whole, check, is_missing

_DRAWS = 4000
_TAIL = 0.025


def campaign_returns(
    history: pd.DataFrame, *, costs: pd.DataFrame | None = None, seed: int = 7
) -> pd.DataFrame:
    """What each campaign brought by code and what it cost, in the history's order, then campaigns that have costs only.

    `history` is what `join_results` gives, `costs` keeps COSTS (several rows of a campaign are added up). Gives RETURNS:
    `posts` that went out, `ordered` and `revenue` by code, missing where no order export covers them, never 0 for
    that. `profit` = revenue - goods - cost, where the goods' cost is told; `roi` = profit / cost; without goods both
    are missing and `sentence` says so, for takings are not profit (收入不是利润). Orders without a code are in none of these.

    `low` and `high` are of `roi`, 95 %: items drawn anew with repeats (4000 times, by `seed`; Efron 1979, Annals of
    Statistics 7: 1–26), their percentiles expanded as few draws want (Hesterberg 2015, The American Statistician 69:
    371–386); goods go with the takings. Items and not posts, for one that sells does so in all its groups. Under five
    items posts are drawn and the interval is of the same items sent again; under five posts there is none.

    An empty history without costs gives an empty frame. Raises ColumnError for tables that break their contract and
    for amounts below 0.

    >>> import pandas as pd
    >>> posts = pd.DataFrame([{"post_id": "p", "item_id": "i", "group_id": "g", "starts_at": "2026-09-01 20:00"}])
    >>> from toolkit.review._history import join_results
    >>> told = pd.DataFrame([{"post_id": "p", "ordered": 3, "revenue": 90.0}])
    >>> items = pd.DataFrame([{"item_id": "i", "title": "预售", "campaign": "秋天"}])
    >>> paid = pd.DataFrame([{"campaign": "秋天", "amount": 20.0, "goods": 50.0}])
    >>> campaign_returns(join_results(posts, told, items=items), costs=paid)[["profit", "roi"]].values.tolist()
    [[20.0, 1.0]]
    """
    seed = as_whole(seed, "seed（随机种子）", 0)
    posts = campaign_posts(history)
    paid = _paid(costs)
    parts = {str(name): part for name, part in posts.groupby("campaign", sort=False)}
    rows = []
    for place, name in enumerate(dict.fromkeys([*parts, *paid])):
        rng = np.random.default_rng([seed, place])
        rows.append(_row(name, parts.get(name, posts.head(0)), paid.get(name, {}), rng))
    return check(pd.DataFrame(rows), RETURNS) if rows else RETURNS.empty()


def _paid(costs: pd.DataFrame | None) -> dict[str, dict[str, float]]:
    """What each campaign cost, and its goods where told."""
    costs = COSTS.empty() if costs is None else check(costs, COSTS)
    for place, row in enumerate(costs.to_dict("records"), start=1):
        for name, word in (("amount", "花了"), ("goods", "货的成本")):
            if not is_missing(row[name]) and not 0 <= row[name] < np.inf:
                raise ColumnError(
                    f"活动花费：第 {place} 行的{word}是 {row[name]:g}。写 0 或更大的数，退回来的钱从里面减掉再写。"
                )
    sums = costs.groupby("campaign", sort=False)[["amount", "goods"]].sum(min_count=1)
    return {
        str(name): {"cost" if key == "amount" else key: float(v) for key, v in row.items() if not np.isnan(v)}
        for name, row in sums.iterrows()
    }


def _row(
    campaign: str, posts: pd.DataFrame, paid: dict[str, float], rng: np.random.Generator
) -> dict[str, Any]:
    told = posts[posts["ordered"].notna() | posts["revenue"].notna()]
    row: dict[str, Any] = {"campaign": campaign, "posts": len(posts), **paid}
    if told["ordered"].notna().any():
        row["ordered"] = int(told["ordered"].sum())
    if told["revenue"].notna().any() or row.get("ordered") == 0:
        row["revenue"] = float(told["revenue"].sum())
    cost, goods = row.get("cost"), row.get("goods")
    if cost and row.get("ordered"):
        row["cost_per_order"] = cost / row["ordered"]
    if None not in (row.get("revenue"), cost, goods):
        row["profit"] = row["revenue"] - goods - cost
        if cost:
            row["roi"] = row["profit"] / cost
            low, high = _interval(told, rng)
            # goods go with the takings: the margin is kept
            kept = (row["revenue"] - goods) / cost
            row["low"], row["high"] = sorted((kept * low - 1, kept * high - 1))
    row["sentence"] = "".join(_sentences(row, posts, told))
    return row


def _interval(told: pd.DataFrame, rng: np.random.Generator) -> tuple[float, float]:
    """The takings of like posts as a ratio to these: its 95 % interval, missing where there are too few."""
    from scipy.stats import norm, t

    unit = "item_id" if told["item_id"].nunique() >= FEWEST else "post_id"
    sums = told.groupby(unit)["revenue"].sum().to_numpy(dtype=float)
    number, total = len(sums), sums.sum()
    if number < FEWEST or not total > 0:
        return np.nan, np.nan
    drawn = rng.multinomial(number, np.full(number, 1 / number), size=_DRAWS) @ sums / total
    tail = float(norm.sf(np.sqrt(number / (number - 1)) * t.isf(_TAIL, number - 1)))
    low, high = np.quantile(drawn, (tail, 1 - tail))
    return float(low), float(high)


def _sentences(row: dict[str, Any], posts: pd.DataFrame, told: pd.DataFrame) -> Iterator[str]:
    """What was found, then what is missing for more, then what makes it uncertain."""
    if posts.empty:
        yield "排期里没有这个活动发出过的内容，对一对活动的名字。"
        return
    if told.empty:
        yield f"{len(posts)} 次发布都没有量到订单，说不了投入产出。"
        return
    if "profit" in row:
        word = "赚了" if row["profit"] >= 0 else "亏了"
        yield f"成交 {row['revenue']:,.0f} 元，减去货 {row['goods']:,.0f} 元和花费 {row['cost']:,.0f} 元，{word} {abs(row['profit']):,.0f} 元。"
        if "roi" in row:
            yield from _of_roi(row, same=told["item_id"].nunique() < FEWEST)
        else:
            yield "花费是 0，算不出投入产出比。"
    elif "revenue" in row:
        lack = [word for name, word in (("cost", "花费"), ("goods", "货的成本")) if name not in row]
        yield f"成交 {row['revenue']:,.0f} 元。收入不是利润：没有写{'和'.join(lack)}，算不出赚了多少。"
    else:
        yield f"有 {row['ordered']:,} 单，都没有写金额，算不出赚了多少。"
    yield "没写暗号的订单不在里面。"
    if len(told) < len(posts):
        yield f"{len(posts)} 次发布里 {len(told)} 次量到。"
    bare = int((told["ordered"].fillna(0).gt(0) & told["revenue"].isna()).sum())
    if bare and "revenue" in row:
        yield f"{bare} 次发布的订单没有写金额，成交额少算了。"
    young = int((~told["ripe"].astype(bool)).sum())
    if young:
        yield f"{young} 次发布的数取得太早（不到一天）。"


def _of_roi(row: dict[str, Any], *, same: bool) -> Iterator[str]:
    yield f"每花 1 元赚 {row['roi']:.2f} 元" if row["roi"] >= 0 else f"每花 1 元亏 {-row['roi']:.2f} 元"
    if np.isnan(row["low"]):
        yield f"；发布不到 {FEWEST} 次或没有成交，说不准下次会怎样。"
        return
    again = "同样的内容" if same else "像这样的内容"
    yield f"，{again}再发一轮，多半在 {row['low']:.2f} 到 {row['high']:.2f} 元之间"
    yield "，赚不赚还说不准。" if row["low"] < 0 < row["high"] else "。"
