"""What was learned as proposals for next week: nothing changes until an editor adopts a row."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd

from toolkit.review._effects import made_for, spoken
from toolkit.schema import ITEMS, TIMES, WEIGHTS, ChoiceError, check, shown_value

# a proposal moves a weight no further than this at once, however good a topic looked (our own choice)
MOST_MOVED = 2.0
# what an item's value is weighed by; times are the planner's
WEIGHED = ("kind", "topic")


def time_weights(times: pd.DataFrame) -> pd.DataFrame:
    """The rows of `posting_times` that can be told from "as usual", as WEIGHTS (facet "time"), the surest first.

    `name` is group, weekday and slot in words, `now` 1 and `proposed` the value. Times are adopted all at once, by
    `plan_posts(times=…)`. Rows whose interval holds 1 propose nothing. Empty times give an empty frame.

    >>> row = {"group_id": "g1", "weekday": 5, "slot": "20:00", "value": 1.4, "low": 1.2, "high": 1.6, "posts": 30}
    >>> time_weights(pd.DataFrame([row]).assign(outcome="ordered"))[["name", "proposed", "why"]].values.tolist()
    [['g1 周六 20:00', 1.4, '比这个群平常高，区间 1.20 到 1.60 倍，本群发过 30 次。']]
    """
    table = check(times, TIMES)
    sure = table[(table["low"] > 1) | (table["high"] < 1)]
    away = (sure["low"] - 1).where(sure["low"] > 1, 1 / sure["high"] - 1)
    rows = []
    for row in sure.loc[away.sort_values(ascending=False, kind="stable").index].to_dict("records"):
        name = f"{row['group_id']} {spoken('weekday', str(row['weekday']))} {row['slot']}"
        side = "高" if row["low"] > 1 else "低"
        posts = 0 if pd.isna(row["posts"]) else int(row["posts"])
        rows.append(
            {
                "weight_id": f"时间：{name}",
                "facet": "time",
                "name": name,
                "now": 1.0,
                "proposed": row["value"],
                "low": row["low"],
                "high": row["high"],
                "posts": posts,
                "outcome": row.get("outcome", ""),
                "why": f"比这个群平常{side}，区间 {row['low']:.2f} 到 {row['high']:.2f} 倍，本群发过 {posts} 次。",
            }
        )
    return check(pd.DataFrame(rows, columns=WEIGHTS.names), WEIGHTS)


def standing(items: pd.DataFrame, weights: pd.DataFrame) -> pd.Series[float]:
    """How many times the value of the others those items have now that each proposal (kind or topic) speaks of.

    The others are what the outcome of the proposal compared: items of kinds that are made for it. Least squares on the
    logarithms of the values, all proposals of an outcome at once, so that adopting several together, or again, changes
    nothing twice. Missing where no item, or every item, is spoken of: then there is nothing to weigh it against.
    """
    found = pd.Series(np.nan, index=weights.index)
    for outcome, rows in weights.groupby("outcome", sort=False):
        valued = items[(items["value"] > 0) & made_for(items["kind"], str(outcome))]
        told = [
            (valued[row.facet] == row.name_).to_numpy(dtype=float)
            for row in rows.rename(columns={"name": "name_"}).itertuples(index=False)
        ]
        spoken_of = np.column_stack(told)
        telling = (spoken_of.sum(axis=0) > 0) & (spoken_of.sum(axis=0) < len(valued))
        if telling.any():
            design = np.column_stack([np.ones(len(valued)), spoken_of[:, telling]])
            logs = np.linalg.lstsq(design, np.log(valued["value"].to_numpy()), rcond=None)[0][1:]
            found[rows.index[telling]] = np.exp(logs)
    return found


def adopt_weights(items: pd.DataFrame, weights: pd.DataFrame, *, adopt: Sequence[str]) -> pd.DataFrame:
    """ITEMS in which those that the adopted proposals speak of are worth as many times the others as proposed.

    `adopt` are `weight_id`s of `weights` (WEIGHTS) that an editor chose; everything else stays as it was, and adopting
    again what is adopted changes nothing. What the items are worth now is taken from `items` themselves; where these have
    nothing to weigh a proposal against, it changes nothing. A proposal for
    a time is adopted by `plan_posts(times=…)` instead. No id leaves all as it is.

    Raises ChoiceError for an unknown id or one of a time, ColumnError for tables that break their contract.

    >>> items = pd.DataFrame({"item_id": ["i", "j"], "title": ["早市", "故事会"], "kind": ["promotion", "event"]})
    >>> weights = pd.DataFrame([{"weight_id": "类型：促销", "facet": "kind", "name": "promotion", "now": 1.0,
    ...     "proposed": 1.3, "posts": 40, "outcome": "ordered", "why": ""}])
    >>> adopted = adopt_weights(items, weights, adopt=["类型：促销"])
    >>> adopt_weights(adopted, weights, adopt="类型：促销")["value"].round(6).tolist()
    [1.3, 1.0]
    """
    items, weights = check(items, ITEMS), check(weights, WEIGHTS)
    if not isinstance(adopt, (str, list, tuple, set, frozenset, pd.Series, pd.Index, np.ndarray)):
        raise ChoiceError(
            f"adopt 要写一组建议编号，如 ['类型：促销']（现在是 {shown_value(adopt)}）。不采纳就写 []。"
        )
    chosen = [adopt] if isinstance(adopt, str) else list(dict.fromkeys(adopt))
    for name in chosen:
        if name not in set(weights["weight_id"]):
            raise ChoiceError(
                f"没有编号是 {shown_value(name)} 的建议。可以用：{'、'.join(weights['weight_id']) or '（没有建议）'}。"
            )
    rows = weights[weights["weight_id"].isin(chosen)].drop_duplicates("weight_id").reset_index(drop=True)
    for row in rows[~rows["facet"].isin(WEIGHED)].to_dict("records"):
        raise ChoiceError(f"「{row['weight_id']}」说的是时间：采用它，请把时段表交给 plan_posts 的 times。")
    now = standing(items, rows).fillna(rows["proposed"])
    value = items["value"]
    for row, stands in zip(rows.to_dict("records"), now, strict=True):
        value = value.where(items[row["facet"]] != row["name"], value * row["proposed"] / stands)
    return items.assign(value=value)
