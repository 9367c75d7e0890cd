"""The funnel by posts' own results, and beside it the one by days: only what was measured, each by its name."""

from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from toolkit import lexicons
from toolkit.review._funnel import campaign_funnel, garwood, wilson
from toolkit.review._history import join_results
from toolkit.review._result_funnel import joined_funnel, result_funnel
from toolkit.schema import FUNNEL, ChoiceError, ColumnError

REPLIES, CLICKS, ORDERS, INVITED = (row["measured_by"] for row in lexicons.rows("funnel-results"))
ITEMS = pd.DataFrame(
    {"item_id": [f"i{n}" for n in range(12)], "title": "预售", "campaign": ["秋天"] * 10 + ["读书月", ""]}
)
GROUPS = pd.DataFrame(
    {"group_id": ["g1", "g2"], "name": ["一群", "二群"], "members": [100, 200], "slots": [["20:00"]] * 2}
).assign(posts_per_day=2, posts_per_week=9)


def history(*posts: dict[str, Any]) -> pd.DataFrame:
    """Posts with what came of them, joined as a review does it; one a day, of an item each."""
    rows = [
        {
            **{"post_id": f"p{n}", "item_id": f"i{n}", "group_id": "g1", "status": "sent"},
            **{"starts_at": f"2026-09-{n + 1:02} 20:00", **post},
        }
        for n, post in enumerate(posts)
    ]
    frame = pd.DataFrame(rows)
    plan = ["post_id", "item_id", "group_id", "starts_at", "status"]
    results = frame[["post_id", *[name for name in frame if name not in plan]]]
    return join_results(frame[plan], results, items=ITEMS, groups=GROUPS)


def only(found: pd.DataFrame, group: str, measured_by: str) -> dict[str, Any]:
    rows = found[(found["group_id"] == group) & (found["measured_by"] == measured_by)]
    assert len(rows) == 1
    return {str(name): value for name, value in rows.iloc[0].items()}


def test_the_measured_stages_whole() -> None:
    found = result_funnel(
        history(
            {"replied": 10, "clicked": 30, "ordered": 4, "invited": 1},
            {"replied": 20, "clicked": 30, "ordered": 4, "invited": 2},
            {"replied": 60, "ordered": 20, "group_id": "g2"},
        )
    )
    assert found.columns.tolist() == FUNNEL.names
    assert found[["group_id", "stage", "measured_by", "entered", "passed", "days"]].values.tolist() == [
        ["g1", "activation", REPLIES, 200, 30, 2],
        ["g1", "activation", CLICKS, 200, 60, 2],
        ["g1", "revenue", ORDERS, 100, 8, 2],
        ["g1", "referral", INVITED, 100, 3, 2],
        ["g2", "activation", REPLIES, 200, 60, 1],
        ["g2", "revenue", ORDERS, 200, 20, 1],
        ["", "activation", REPLIES, 400, 90, 3],
        ["", "activation", CLICKS, 200, 60, 2],
        ["", "revenue", ORDERS, 300, 28, 3],
        ["", "referral", INVITED, 100, 3, 2],
    ]
    assert found["campaign"].unique().tolist() == ["秋天"]
    assert found["rate"].tolist()[:4] == pytest.approx([0.15, 0.3, 0.08, 0.03])
    assert [str(day) for day in found[["starts", "ends"]].iloc[0]] == ["2026-09-01", "2026-09-03"]
    replies, orders = only(found, "g1", REPLIES), only(found, "g1", ORDERS)
    # two looks at the same 100 people are no more than 100 people
    assert (replies["low"], replies["high"]) == pytest.approx(wilson(0.15, 100))
    assert (orders["low"], orders["high"]) == pytest.approx(garwood(8, 100))
    assert (replies["interval"], orders["interval"]) == ("95%（按人的比例算）", "95%（按次数算）")
    assert only(found, "", CLICKS)["note"] == "3 次发布里 2 次量到"


def test_reached_people_stand_for_members_where_told() -> None:
    found = result_funnel(history({"replied": 10, "reached": 50}))
    assert only(found, "g1", REPLIES)["entered"] == 50


def test_items_that_differ_widen_the_interval() -> None:
    even, jumpy = (
        only(result_funnel(history(*({"ordered": n} for n in counts))), "g1", ORDERS)
        for counts in ([10] * 6, [0, 30, 0, 0, 30, 0])
    )
    assert even["rate"] == jumpy["rate"] == 0.6
    assert (even["low"], even["high"]) == pytest.approx(garwood(60, 100))
    swing = (4 * 10**2 + 2 * 20**2) / 10 / 5 * (stats.t.isf(0.025, 5) / 1.959964) ** 2
    assert (jumpy["low"], jumpy["high"]) == pytest.approx(garwood(60 / swing, 100 / swing))


def test_impossible_counts_are_left_out_and_told() -> None:
    found = result_funnel(history({"replied": 10}, {"replied": -1}, {"replied": 101}, {"clicked": 150}))
    row = only(found, "g1", REPLIES)
    assert (row["entered"], row["passed"]) == (100, 10)
    assert row["note"] == "没有算进来：1 次发布比看得到的人还多；4 次发布里 2 次量到"
    assert only(found, "g1", CLICKS)["note"] == "4 次发布里 1 次量到；有的发布点击比人还多，点击是按次数算的"
    bare = history({"replied": 5})
    row = only(result_funnel(bare.assign(members=pd.NA)), "g1", REPLIES)
    assert (row["entered"], row["passed"]) == (0, 0) and np.isnan(row["rate"])
    assert row["note"] == "没有算进来：1 次发布没有人数；没有一次发布的数能用"
    early = history({"replied": 5, "measured_at": "2026-09-01 21:00"})
    assert only(result_funnel(early), "", REPLIES)["note"] == "1 次发布的数取得太早（不到一天）"


def test_only_sent_posts_of_campaigns_count() -> None:
    posts: list[dict[str, Any]] = [{"ordered": 1}] * 12
    posts[0] = {"ordered": 9, "status": "cancelled"}
    found = result_funnel(history(*posts))
    assert found[found["group_id"] == ""][["campaign", "passed"]].values.tolist() == [
        ["秋天", 9],
        ["读书月", 1],
    ]
    assert result_funnel(history(*posts), campaign="读书月")["campaign"].unique().tolist() == ["读书月"]
    with pytest.raises(ChoiceError, match="没有活动 '春天' 发出过的内容。有的活动：秋天、读书月。"):
        result_funnel(history(*posts), campaign="春天")
    with pytest.raises(ColumnError, match="先用 join_results 把排期和结果合成一张表"):
        result_funnel(history(*posts).drop(columns="campaign"))


def test_an_empty_history_gives_an_empty_frame() -> None:
    found = result_funnel(history({"ordered": 1}).head(0))
    assert found.empty and found.dtypes.tolist() == FUNNEL.empty().dtypes.tolist()
    assert joined_funnel(history({"ordered": 1}).head(0), days=days()).empty
    assert result_funnel(history({"opened": 4})).empty


def days(*groups: str) -> pd.DataFrame:
    return pd.DataFrame(
        [
            {"group_id": group, "date": f"2026-09-{n:02}", "members": 100, "active": 20, "orders": 5}
            for group in groups or ("g1",)
            for n in range(1, 15)
        ]
    )


def test_both_funnels_come_together_and_keep_their_names() -> None:
    posts = history({"replied": 10, "ordered": 4}, {"replied": 10, "ordered": 2, "group_id": "g2"})
    found = joined_funnel(posts, days=days("g1", "g2"))
    by_days = {row["stage"]: row["measured_by"] for row in lexicons.rows("funnel-stages")}
    expected = [
        [group, stage, name]
        for group in ("g1", "g2", "")
        for stage, own in (("activation", REPLIES), ("revenue", ORDERS))
        for name in (own, by_days[stage])
    ]
    assert found[["group_id", "stage", "measured_by"]].values.tolist() == expected
    alone = result_funnel(posts)
    rows = found[found["measured_by"].isin((REPLIES, ORDERS))].reset_index(drop=True)
    pd.testing.assert_frame_equal(rows, alone)
    totals = campaign_funnel(days("g1", "g2"), calendar=posts, items=ITEMS)
    rest = found[~found["measured_by"].isin((REPLIES, ORDERS))].reset_index(drop=True)
    pd.testing.assert_frame_equal(rest, totals)


def test_campaigns_and_groups_without_days_keep_their_results() -> None:
    posts = history({"ordered": 4, "group_id": "g2"}, *[{"ordered": 1}] * 10)
    only_book = posts[posts["item_id"].isin(("i0", "i10"))]
    found = joined_funnel(only_book, days=days("g1"))
    assert found[["campaign", "group_id", "measured_by"]].values.tolist()[:2] == [
        ["秋天", "g2", ORDERS],
        ["秋天", "", ORDERS],
    ]
    assert found[found["campaign"] == "读书月"]["stage"].tolist() == ["activation", "revenue", "revenue"] * 2
    assert joined_funnel(posts).equals(result_funnel(posts))
    by_days_only = joined_funnel(history({"opened": 4}), days=days())
    assert by_days_only["stage"].tolist() == ["activation", "revenue"] * 2
    with pytest.raises(ChoiceError, match="都不在日报里"):
        joined_funnel(posts, days=days("柳塘一群"))


def test_items_name_campaigns_of_a_history_joined_without_them() -> None:
    posts = history({"ordered": 4})
    bare = posts.assign(campaign="")
    assert joined_funnel(bare).empty
    assert joined_funnel(bare, items=ITEMS).equals(result_funnel(posts))


counts = st.one_of(st.none(), st.integers(-3, 300))
post = st.fixed_dictionaries(
    dict.fromkeys(("replied", "clicked", "ordered", "invited", "reached"), counts)
    | {"group_id": st.sampled_from(("g1", "g2", "g9")), "item_id": st.sampled_from(list(ITEMS["item_id"]))}
)


@given(st.lists(post, min_size=1, max_size=12))
@settings(max_examples=60, deadline=None)
def test_rates_are_within_their_intervals_whatever_is_counted(posts: list[dict[str, Any]]) -> None:
    found = result_funnel(history(*posts))
    known = found[found["rate"].notna()]
    assert (known["low"] <= known["rate"] + 1e-12).all() and (known["rate"] <= known["high"] + 1e-12).all()
    assert (known["low"] >= 0).all() and (known["entered"] >= 0).all()
    replies = known[known["measured_by"] == REPLIES]
    assert (replies["passed"] <= replies["entered"]).all() and (replies["high"] <= 1).all()
    assert (found[found["rate"].isna()]["note"] != "").all()


def test_the_interval_holds_the_true_rate_of_orders() -> None:
    """Ten items that go down a third better or worse, to two groups, 80 times."""
    rng = np.random.default_rng(4)
    posts = [
        {"post_id": f"{group}-{n}", "item_id": f"i{n}", "group_id": group, "ordered": 1}
        for group in ("g1", "g2")
        for n in range(10)
    ]
    joined, held = history(*posts), 0
    for _ in range(80):
        luck = np.exp(rng.normal(0, 0.3, 10) - 0.045)
        ordered = pd.array(rng.poisson(np.concatenate([2 * luck, 6 * luck])), dtype="Int64")
        row = only(result_funnel(joined.assign(ordered=ordered)), "", ORDERS)
        held += row["low"] <= 80 / 300 <= row["high"]
    assert held >= stats.binom.ppf(0.01, 80, 0.95)
