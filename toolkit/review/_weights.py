"""What was learned as proposals for next week: nothing changes until an editor adopts a row."""

from __future__ import annotations

import pandas as pd

from toolkit.schema import TIMES, WEIGHTS, check

_DAYS = "一二三四五六日"


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
        name = f"{row['group_id']} 周{_DAYS[row['weekday']]} {row['slot']}"
        side = "高" if row["low"] > 1 else "低"
        posts = 0 if pd.isna(row["posts"]) else int(row["posts"])
        rows.append(
            {
                "weight_id": f"time:{row['group_id']}:{row['weekday']}:{row['slot']}",
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
