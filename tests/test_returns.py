"""What campaigns brought and cost: takings are no profit, what is not known is missing, intervals that hold."""

from typing import Any

import numpy as np
import pandas as pd
import pytest
from scipy import stats

from toolkit.review._history import join_results
from toolkit.review._returns import campaign_returns
from toolkit.schema import RETURNS, ColumnError

MISSING = "没写暗号的订单不在里面。"


def history(posts: list[dict[str, Any]], *, status: str = "sent") -> pd.DataFrame:
    """Posts with their campaign and what came of them, joined as a review does it."""
    rows = [
        {
            "post_id": f"p{n}",
            "item_id": f"i{n}",
            "group_id": "g",
            "campaign": "秋天",
            "status": status,
            **post,
        }
        for n, post in enumerate(posts)
    ]
    frame = pd.DataFrame(rows).assign(starts_at="2026-09-01 20:00")
    items = frame.drop_duplicates("item_id")[["item_id", "campaign"]].assign(title="预售")
    counts = [name for name in ("ordered", "revenue", "measured_at") if name in frame]
    results = frame[["post_id", *counts]].dropna(subset=counts, how="all")
    return join_results(
        frame[["post_id", "item_id", "group_id", "starts_at", "status"]], results, items=items
    )


def costs(**columns: Any) -> pd.DataFrame:
    return pd.DataFrame([{"campaign": "秋天", **columns}])


def only(found: pd.DataFrame) -> dict[str, Any]:
    assert len(found) == 1 and found.columns.tolist() == RETURNS.names
    return {str(name): value for name, value in found.iloc[0].items()}


EVEN = [{"ordered": 4, "revenue": 100.0}] * 6


def test_a_campaign_whole() -> None:
    row = only(campaign_returns(history(EVEN), costs=costs(amount=100.0, goods=300.0)))
    sentence = row.pop("sentence")
    assert row == {
        **{"campaign": "秋天", "posts": 6, "ordered": 24, "revenue": 600.0, "cost": 100.0, "goods": 300.0},
        **{"profit": 200.0, "roi": 2.0, "low": 2.0, "high": 2.0, "cost_per_order": pytest.approx(100 / 24)},
    }
    assert sentence == (
        "成交 600 元，减去货 300 元和花费 100 元，赚了 200 元。"
        "每花 1 元赚 2.00 元，像这样的内容再发一轮，多半在 2.00 到 2.00 元之间。" + MISSING
    )


def test_takings_are_not_profit() -> None:
    row = only(campaign_returns(history(EVEN), costs=costs(amount=100.0)))
    assert np.isnan([row["profit"], row["roi"], row["low"], row["high"], row["goods"]]).all()
    assert row["sentence"] == ("成交 600 元。收入不是利润：没有写货的成本，算不出赚了多少。" + MISSING)
    bare = only(campaign_returns(history(EVEN)))
    assert np.isnan([bare["cost"], bare["cost_per_order"]]).all()
    assert "没有写花费和货的成本" in bare["sentence"]


def test_a_loss_and_a_campaign_that_cost_nothing_are_told() -> None:
    loss = only(campaign_returns(history(EVEN), costs=costs(amount=400.0, goods=300.0)))
    assert (loss["profit"], loss["roi"]) == (-100.0, -0.25)
    assert loss["sentence"].startswith(
        "成交 600 元，减去货 300 元和花费 400 元，亏了 100 元。每花 1 元亏 0.25 元，"
    )
    free = only(campaign_returns(history(EVEN), costs=costs(amount=0.0, goods=300.0)))
    assert free["profit"] == 300 and np.isnan(free["roi"])
    assert "花费是 0，算不出投入产出比。" in free["sentence"]


def test_unmeasured_is_missing_and_measured_nothing_is_zero() -> None:
    none = only(campaign_returns(history([{"ordered": None}] * 3), costs=costs(amount=90.0, goods=0.0)))
    assert (
        none["posts"] == 3 and none["ordered"] is pd.NA and np.isnan([none["revenue"], none["profit"]]).all()
    )
    assert none["sentence"] == "3 次发布都没有量到订单，说不了投入产出。"
    zero = only(campaign_returns(history([{"ordered": 0}] * 6), costs=costs(amount=90.0, goods=0.0)))
    assert (zero["ordered"], zero["revenue"], zero["profit"], zero["roi"]) == (0, 0, -90, -1)
    assert np.isnan([zero["low"], zero["cost_per_order"]]).all()
    assert "说不准下次会怎样" in zero["sentence"]


def test_what_is_partly_known_is_said() -> None:
    posts: list[dict[str, Any]] = [
        {"ordered": 2, "revenue": 50.0},
        {"ordered": 3, "revenue": None},
        {"ordered": None, "revenue": None},
    ]
    posts[0]["measured_at"] = "2026-09-01 22:00"
    row = only(campaign_returns(history(posts), costs=costs(amount=10.0, goods=20.0)))
    assert (row["ordered"], row["revenue"]) == (5, 50)
    assert row["sentence"].endswith(
        MISSING
        + "3 次发布里 2 次量到。1 次发布的订单没有写金额，成交额少算了。1 次发布的数取得太早（不到一天）。"
    )
    counted = only(campaign_returns(history([{"ordered": 1200}])))
    assert counted["sentence"] == "有 1,200 单，都没有写金额，算不出赚了多少。" + MISSING


def test_costs_are_added_up_and_those_of_no_campaign_stay_a_row() -> None:
    paid = pd.concat(
        [costs(amount=60.0, goods=300.0), costs(amount=40.0), costs(amount=5.0).assign(campaign="冬天")]
    )
    found = campaign_returns(history(EVEN), costs=paid)
    assert found[["campaign", "posts", "cost"]].values.tolist() == [["秋天", 6, 100.0], ["冬天", 0, 5.0]]
    assert found["sentence"].iloc[1] == "排期里没有这个活动发出过的内容，对一对活动的名字。"
    assert found["goods"].iloc[0] == 300 and found["ordered"].isna().tolist() == [False, True]


def test_missed_posts_and_posts_of_no_campaign_are_none() -> None:
    assert campaign_returns(history(EVEN, status="missed")).empty
    assert campaign_returns(history([{**EVEN[0], "campaign": ""}])).empty
    empty = campaign_returns(history(EVEN).head(0))
    assert empty.empty and empty.dtypes.tolist() == RETURNS.empty().dtypes.tolist()


def test_few_posts_have_no_interval_and_few_items_are_the_same_again() -> None:
    few = only(campaign_returns(history(EVEN[:4]), costs=costs(amount=100.0, goods=10.0)))
    assert few["roi"] == 2.9 and np.isnan([few["low"], few["high"]]).all()
    assert "发布不到 5 次或没有成交，说不准下次会怎样。" in few["sentence"]
    posts = [{"ordered": n, "revenue": 20.0 * n, "item_id": "same"} for n in (1, 9, 2, 7, 1, 4)]
    same = only(campaign_returns(history(posts), costs=costs(amount=200.0, goods=250.0)))
    assert same["low"] < same["roi"] < same["high"]
    assert "同样的内容再发一轮" in same["sentence"] and "赚不赚还说不准。" in same["sentence"]


def test_the_same_seed_gives_the_same_interval() -> None:
    posts = history([{"ordered": n, "revenue": 20.0 * n + n**1.5} for n in range(20)])
    paid = costs(amount=100.0, goods=50.0)
    first, again, other = (campaign_returns(posts, costs=paid, seed=seed) for seed in (7, 7, 8))
    assert first.equals(again) and not first["low"].equals(other["low"])


def test_bad_tables_are_told() -> None:
    with pytest.raises(ColumnError, match="活动花费：第 1 行的花了是 -5。写 0 或更大的数"):
        campaign_returns(history(EVEN), costs=costs(amount=-5.0))
    with pytest.raises(ColumnError, match="先用 join_results 把排期和结果合成一张表"):
        campaign_returns(history(EVEN).drop(columns=["ripe", "members"]))


def test_the_interval_holds_what_such_posts_bring() -> None:
    """12 items whose orders scatter more than chance, 80 times: the interval holds the true return."""
    rng = np.random.default_rng(3)
    joined, paid, held = history(EVEN * 2), costs(amount=500.0, goods=0.0), 0
    for _ in range(80):
        ordered = rng.negative_binomial(3, 3 / (3 + 8), 12)
        posts = joined.assign(ordered=pd.array(ordered, dtype="Int64"), revenue=30.0 * ordered)
        row = only(campaign_returns(posts, costs=paid))
        held += row["low"] <= 12 * 8 * 30 / 500 - 1 <= row["high"]
    assert held >= stats.binom.ppf(0.01, 80, 0.95)
