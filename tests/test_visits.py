"""Visits, orders and repeat orders before and after: honest intervals, like weekdays with like, few false calls."""

import datetime as dt
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from toolkit.review._funnel import garwood, wilson
from toolkit.review._visits import visit_changes
from toolkit.schema import VISITS, ChoiceError, ColumnError

FIRST = dt.date(2026, 8, 3)
CALLS = "确实多了|确实少了"


def table(*groups: str, number: int = 28, **columns: Any) -> pd.DataFrame:
    """Days of groups; a column is a number or a function of the day's place."""
    rows = [
        {
            "group_id": group,
            "date": FIRST + dt.timedelta(place),
            "members": 100,
            **{name: told(place) if callable(told) else told for name, told in columns.items()},
        }
        for group in groups
        for place in range(number)
    ]
    return pd.DataFrame(rows)


def only(found: pd.DataFrame, group: str, measure: str) -> dict[str, Any]:
    rows = found[(found["group_id"] == group) & (found["measure"] == measure)]
    assert len(rows) == 1
    return {str(name): value for name, value in rows.iloc[0].items()}


def drawn(
    seed: int, *, number: int = 28, groups: int = 8, change: float = 1.0, changed: int = 99
) -> pd.DataFrame:
    """Groups that differ, with weekdays, shared days and days of their own; `change` from the middle on in some."""
    rng = np.random.default_rng(seed)
    weekday, shared, rows = np.exp(rng.normal(0, 0.3, 7)), np.exp(rng.normal(0, 0.15, number)), []
    for group in range(groups):
        members, usual = int(rng.integers(120, 480)), 0.03 * np.exp(rng.normal(0, 0.4))
        for place in range(number):
            later = change if place >= number // 2 and group < changed else 1.0
            mean = members * usual * weekday[place % 7] * shared[place] * later
            orders, visits = rng.poisson(mean * rng.gamma(8, 1 / 8, 2))
            rows.append(
                (f"g{group}", FIRST + dt.timedelta(place), members, orders, rng.binomial(orders, 0.4), visits)
            )
    return pd.DataFrame(
        rows, columns=["group_id", "date", "members", "orders", "repeat_orders", "store_visits"]
    )


def test_steady_days_whole() -> None:
    days = table("g1", orders=lambda place: 4 if place < 14 else 6, repeat_orders=2)
    found = visit_changes(days)
    assert found.columns.tolist() == VISITS.names
    assert found[["group_id", "measure"]].values.tolist() == [
        [group, measure] for group in ("g1", "") for measure in ("orders", "repeat", "repeat_share")
    ]
    row = only(found, "g1", "orders")
    assert (row["days"], row["unit"]) == (28, "单/百人·周")
    assert (row["before"], row["after"], row["value"]) == pytest.approx((28, 42, 42))
    assert row["change"] == pytest.approx(1.5)
    # evenly spread strata: Greenland and Robins's variance is 1/56 + 1/84, with 28 - 7 - 1 degrees of freedom
    half = stats.t.isf(0.025, 20) * np.sqrt(1 / 56 + 1 / 84)
    assert row["change_low"] == pytest.approx(1.5 * np.exp(-half), rel=0.03)
    assert row["change_high"] == pytest.approx(1.5 * np.exp(half), rel=0.03)
    share = only(found, "g1", "repeat_share")
    assert (share["before"], share["after"], share["change"]) == pytest.approx((0.5, 1 / 3, 2 / 3))
    assert share["unit"] == "占订单" and only(found, "", "repeat")["change"] == pytest.approx(1)
    assert row["sentence"].startswith(
        "「g1」每百人每周下单：前半段 28.0 单，后半段 42.0 单，同样的星期几相比是 1.50 倍（"
    )
    assert row["sentence"].endswith("确实多了。") and share["sentence"].startswith(
        "「g1」复购占订单：前半段 50%，"
    )


def test_levels_have_the_intervals_of_garwood_and_wilson() -> None:
    found = visit_changes(table("g1", orders=5, repeat_orders=2))
    row, share = only(found, "g1", "orders"), only(found, "g1", "repeat_share")
    low, high = garwood(70, 1400)
    assert row["low"] <= 700 * low and row["high"] >= 700 * high
    assert (row["low"], row["high"]) == pytest.approx((700 * low, 700 * high), rel=0.02)
    assert (share["low"], share["high"]) == pytest.approx(wilson(28 / 70, 70), rel=0.02)


def test_weekends_in_one_half_only_are_no_change() -> None:
    """Ten days from a Monday: the later half has the whole weekend; like weekdays are held against like."""
    days = table("g1", number=23, orders=lambda place: 20 if place % 7 >= 5 else 5)
    found = only(visit_changes(days, half=FIRST + dt.timedelta(12)), "g1", "orders")
    assert found["after"] > 1.15 * found["before"]
    assert found["change"] == pytest.approx(1)


def test_a_group_without_days_in_one_half_is_no_change_of_all() -> None:
    few = table("small", orders=2)
    both = pd.concat([table("big", number=14, orders=40), few])
    found = visit_changes(both)
    everyone = only(found, "", "orders")
    assert everyone["after"] < everyone["before"] / 2 and everyone["change"] == pytest.approx(1)
    assert only(found, "big", "orders")["sentence"] == (
        "「big」每百人每周下单 280.0 单；前面只有 14 天的数，后面 0 天，各要有 7 天才能比。"
    )


def test_days_that_swing_widen_the_interval() -> None:
    rng = np.random.default_rng(2)
    swings = dict(enumerate(rng.permutation([1, 19] * 14)))
    wide = only(visit_changes(table("g", orders=lambda place: int(swings[place]))), "g", "orders")
    narrow = only(visit_changes(table("g", orders=10)), "g", "orders")
    width = [np.log(row["change_high"] / row["change_low"]) for row in (wide, narrow)]
    assert width[0] > 2.2 * width[1]


def test_too_few_days_and_events_are_told() -> None:
    short = only(visit_changes(table("g", number=10, orders=3)), "g", "orders")
    assert np.isnan([short["before"], short["after"], short["change"]]).all() and short[
        "value"
    ] == pytest.approx(21)
    assert (
        short["sentence"] == "「g」每百人每周下单 21.0 单；前面只有 5 天的数，后面 5 天，各要有 7 天才能比。"
    )
    rare = only(visit_changes(table("g", orders=lambda place: int(place in (3, 17)))), "g", "orders")
    assert np.isnan(rare["change"]) and "前后加起来只有 2 单，太少，比不出变化" in rare["sentence"]
    begun = only(visit_changes(table("g", orders=lambda place: 3 * int(place >= 14))), "g", "orders")
    assert np.isnan(begun["change"]) and begun["sentence"].endswith("；前面一单也没有，算不出倍数。")
    ended = only(visit_changes(table("g", orders=lambda place: 3 * int(place < 14))), "g", "orders")
    assert (ended["change"], ended["change_low"]) == (0, 0)
    assert ended["change_high"] == pytest.approx(garwood(0, 1)[1] / 42)
    assert ended["sentence"].endswith("确实少了。")


def test_what_is_not_measured_is_no_row_and_zero_is_measured() -> None:
    assert visit_changes(table("g")).empty
    found = visit_changes(table("g", store_visits=0))
    assert found["measure"].tolist() == ["visits", "visits"]
    assert only(found, "g", "visits")["after"] == 0


def test_impossible_days_are_left_out_and_told() -> None:
    days = table("g", orders=5, repeat_orders=lambda place: 9 if place == 3 else 2)
    days.loc[5, "orders"] = -4
    found = visit_changes(days)
    orders, repeat = only(found, "g", "orders"), only(found, "g", "repeat")
    assert (orders["days"], repeat["days"]) == (27, 26)
    assert orders["sentence"].endswith("。有 1 天的数不可能，没有算。")
    assert repeat["sentence"].endswith("。有 2 天的数不可能，没有算。")


def test_names_of_groups_and_the_day_are_said() -> None:
    groups = pd.DataFrame(
        {
            "group_id": ["g"],
            "name": ["柳塘一群"],
            "members": [100],
            "slots": [["20:00"]],
            "posts_per_day": [1],
            "posts_per_week": [4],
        }
    )
    found = visit_changes(table("g", orders=5), groups=groups, half="2026-08-17")
    assert only(found, "g", "orders")["sentence"].startswith(
        "「柳塘一群」每百人每周下单：8月17日前 35.0 单，8月17日起 35.0 单"
    )


def test_empty_days_give_an_empty_frame() -> None:
    found = visit_changes(table("g", orders=1).head(0))
    assert found.empty and found.dtypes.tolist() == VISITS.empty().dtypes.tolist()


def test_bad_input_is_told() -> None:
    with pytest.raises(ChoiceError, match="half（后半段从哪天起） 要写成 2026-09-21 这样的日期"):
        visit_changes(table("g", orders=1), half="中间")
    with pytest.raises(ColumnError, match="有两行"):
        visit_changes(pd.concat([table("g", orders=1), table("g", orders=1)]))


def test_nothing_planted_is_seldom_called() -> None:
    """40 null worlds of 8 groups and 4 measures: single rows and whole measures stay within 5 % false calls."""
    rows, everyone, covered = [], [], []
    for seed in range(40):
        found = visit_changes(drawn(seed))
        called = found["sentence"].str.contains(CALLS)
        own = found["group_id"] != ""
        rows.append(called[own].groupby(found["measure"][own]).any().to_numpy())
        everyone.append(called[~own].to_numpy())
        covered.append(found["change"].notna() & (found["change_low"] <= 1) & (found["change_high"] >= 1))
    assert np.mean(rows) <= 0.05
    assert np.sum(everyone) <= stats.binom.ppf(0.99, np.size(everyone), 0.05)
    assert np.mean(np.concatenate(covered)) >= 0.94


def test_a_planted_change_is_found_and_named_in_the_right_groups() -> None:
    right, wrong = 0, 0
    for seed in range(10):
        found = visit_changes(drawn(seed, number=56, change=1.8, changed=3))
        called = found[
            found["sentence"].str.contains("确实多了") & found["measure"].isin(("visits", "orders"))
        ]
        right += called["group_id"].isin(("g0", "g1", "g2")).sum()
        wrong += called["group_id"].isin([f"g{place}" for place in range(3, 8)]).sum()
    assert right >= 40 and wrong <= 4


@given(
    st.lists(
        st.tuples(st.sampled_from("ab"), st.integers(0, 30), *[st.one_of(st.none(), st.integers(-2, 40))] * 5)
    )
)
@settings(max_examples=60, deadline=None)
def test_intervals_hold_their_values_whatever_is_counted(rows: list[tuple[Any, ...]]) -> None:
    names = ("members", "orders", "repeat_orders", "store_visits", "joined")
    once = {(row[0], row[1]): row for row in rows}.values()
    days = pd.DataFrame(
        [
            {
                "group_id": row[0],
                "date": FIRST + dt.timedelta(row[1]),
                **dict(zip(names, row[2:], strict=True)),
            }
            for row in once
        ],
        columns=["group_id", "date", *names],
    )
    found = visit_changes(days)
    for value, low, high in (("value", "low", "high"), ("change", "change_low", "change_high")):
        known = found[found[value].notna()]
        assert ((known[low] <= known[value] + 1e-9) & (known[value] <= known[high] + 1e-9)).all()
    assert (found["sentence"] != "").all()
