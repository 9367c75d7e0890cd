"""The funnel of a campaign: what was measured and no more, honest intervals, impossible counts told."""

import datetime as dt
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from toolkit import lexicons
from toolkit.review._funnel import campaign_funnel, garwood, wilson
from toolkit.schema import FUNNEL, ChoiceError, ColumnError

FIRST = dt.date(2026, 9, 1)


def day(group: str, place: int, members: int | None = 100, **counts: Any) -> dict[str, Any]:
    return {"group_id": group, "date": FIRST + dt.timedelta(place), "members": members, **counts}


def table(*rows: dict[str, Any]) -> pd.DataFrame:
    return pd.DataFrame(rows)


def told(found: pd.DataFrame, group: str, stage: str) -> dict[str, Any]:
    rows = found[(found["group_id"] == group) & (found["stage"] == stage)]
    assert len(rows) == 1
    return {str(name): value for name, value in rows.iloc[0].items()}


POSTS = pd.DataFrame(
    [
        ("p1", "i1", "g1", "2026-09-02 20:00", "sent"),
        ("p2", "i2", "g1", "2026-09-04 20:00", "sent"),
        ("p3", "i1", "g2", "2026-09-03 20:00", "draft"),
        ("p4", "i2", "g3", "2026-09-06 20:00", "cancelled"),
        ("p5", "j1", "g2", "2026-09-04 08:00", "sent"),
        ("p6", "j2", "g2", "2026-09-04 12:00", "sent"),
    ],
    columns=["post_id", "item_id", "group_id", "starts_at", "status"],
)
ITEMS = pd.DataFrame(
    {
        "item_id": ["i1", "i2", "j1", "j2"],
        "title": ["一", "二", "三", "四"],
        "campaign": ["晚风集", "晚风集", "读书月", ""],
    }
)
WEEK = table(*(day(group, place, orders=2, active=10) for group in ("g1", "g2", "g3") for place in range(7)))


def test_all_five_stages_whole() -> None:
    found = campaign_funnel(
        table(
            day("g1", 0, 110, active=20, joined=10, left=0, orders=3, invited=2),
            day("g1", 1, 118, active=30, joined=10, left=2, orders=6, invited=4),
        )
    )
    assert found.columns.tolist() == FUNNEL.names
    assert found["group_id"].tolist() == ["g1"] * 5 + [""] * 5
    one = found[found["group_id"] == "g1"]
    assert one[["stage", "entered", "passed"]].values.tolist() == [
        ["acquisition", 100, 20],
        ["activation", 228, 50],
        ["retention", 120, 118],
        ["revenue", 114, 9],
        ["referral", 114, 6],
    ]
    assert one["rate"].tolist() == pytest.approx([0.2, 50 / 228, 118 / 120, 9 / 114, 6 / 114])
    assert one["measured_by"].tolist() == [row["measured_by"] for row in lexicons.rows("funnel-stages")]
    assert one["interval"].tolist() == [
        f"95%（按{way}算）" for way in ("次数", "人的比例", "人的比例", "次数", "次数")
    ]
    assert one[["starts", "ends", "days"]].values.tolist() == [[FIRST, FIRST + dt.timedelta(1), 2]] * 5
    assert one["note"].tolist() == [""] * 5
    activation = told(found, "g1", "activation")
    # 228 looks at 114 people are no more than 114 people
    assert (activation["low"], activation["high"]) == pytest.approx(wilson(50 / 228, 114))


def test_the_intervals_are_those_of_wilson_and_garwood() -> None:
    from scipy.stats import binomtest, chi2

    for passed, people in ((0, 7), (3, 40), (40, 40), (118, 120)):
        other = binomtest(passed, people).proportion_ci(method="wilson")
        assert wilson(passed / people, people) == pytest.approx((other.low, other.high), abs=1e-6)
    for times in (1, 9, 250):
        exact = (chi2.ppf(0.025, 2 * times) / 2, chi2.ppf(0.975, 2 * times + 2) / 2)
        assert garwood(times, 1) == pytest.approx(exact)
    assert garwood(0, 50) == pytest.approx((0, -np.log(0.025) / 50))


def test_what_no_column_measures_is_no_row() -> None:
    found = campaign_funnel(table(day("g1", 0, active=5), day("g2", 0, orders=1)))
    assert found[["group_id", "stage"]].values.tolist() == [
        ["g1", "activation"],
        ["g2", "revenue"],
        ["", "activation"],
        ["", "revenue"],
    ]
    assert told(found, "", "activation")["note"] == "2 个群里 1 个有这项数"
    assert campaign_funnel(table(day("g1", 0))).empty


def test_empty_days_give_an_empty_frame() -> None:
    found = campaign_funnel(table(day("g1", 0)).head(0))
    assert found.columns.tolist() == FUNNEL.names and found.empty
    assert found.dtypes.tolist() == FUNNEL.empty().dtypes.tolist()


def test_a_campaign_has_its_own_groups_and_days() -> None:
    found = campaign_funnel(WEEK, calendar=POSTS, items=ITEMS)
    assert found["campaign"].unique().tolist() == ["晚风集", "读书月"]
    own = found[found["campaign"] == "晚风集"]
    assert own["group_id"].unique().tolist() == ["g1", "g2", ""]
    assert own[["starts", "ends"]].drop_duplicates().values.tolist() == [
        [dt.date(2026, 9, 2), dt.date(2026, 9, 4)]
    ]
    assert told(own, "", "revenue")["passed"] == 12
    assert told(own, "g1", "revenue")["note"] == ""
    assert told(own, "g2", "revenue")["note"] == "这几天也在发「读书月」，数分不开"
    only = campaign_funnel(WEEK, calendar=POSTS, items=ITEMS, campaign="读书月", end="2026-09-05")
    assert only["group_id"].unique().tolist() == ["g2", ""]
    assert told(only, "g2", "revenue")["passed"] == 4


def test_without_a_calendar_all_days_count_under_the_name_given() -> None:
    found = campaign_funnel(WEEK, campaign="晚风集", start="2026-09-03", end=dt.date(2026, 9, 4))
    assert found["campaign"].unique().tolist() == ["晚风集"]
    assert told(found, "", "revenue")["passed"] == 12


def test_impossible_counts_are_left_out_and_told() -> None:
    found = campaign_funnel(
        table(
            day("g1", 0, active=101, orders=-1, joined=0, left=0),
            day("g1", 1, active=10, orders=4, joined=150, left=0),
            day("g1", 2, None, active=10, orders=4),
        )
    )
    activation = told(found, "g1", "activation")
    assert (activation["entered"], activation["passed"], activation["days"]) == (100, 10, 1)
    assert activation["note"] == (
        "没有算进来：9月1日发言 101 人，比人数 100 多、9月3日没有人数；3 天里只有 1 天有数"
    )
    assert (
        told(found, "g1", "revenue")["note"]
        == "没有算进来：9月1日有小于 0 的数、9月3日没有人数；3 天里只有 1 天有数"
    )
    acquisition = told(found, "g1", "acquisition")
    assert (acquisition["entered"], acquisition["passed"]) == (100, 0)
    assert acquisition["note"].startswith("没有算进来：9月2日进群 150 人，比当天的人数 100 还多；")
    assert told(found, "", "activation")["note"].startswith("没有算进来：群「g1」9月1日发言 101 人")


def test_a_stage_whose_counts_are_all_impossible_has_no_rate() -> None:
    found = told(campaign_funnel(table(day("g1", 0, active=101))), "g1", "activation")
    assert (found["entered"], found["passed"], found["days"]) == (0, 0, 0)
    assert np.isnan([found["rate"], found["low"], found["high"]]).all()
    assert found["note"] == "没有算进来：9月1日发言 101 人，比人数 100 多；没有一天的数能用"
    gone = told(
        campaign_funnel(table(day("g1", 0, 10, left=5), day("g1", 1, 10, left=90))), "g1", "retention"
    )
    assert np.isnan(gone["rate"]) and "退群 95 人，比原有加进群的 15 人还多" in gone["note"]


def test_a_group_founded_that_day_has_no_rate_of_growth() -> None:
    found = told(campaign_funnel(table(day("g1", 0, 40, joined=40))), "g1", "acquisition")
    assert (found["entered"], found["passed"], found["note"]) == (0, 40, "开始时没有人，算不出比例")
    assert np.isnan(found["rate"])


def test_growth_past_double_is_told_as_it_is() -> None:
    found = told(campaign_funnel(table(day("g1", 0, 150, joined=100))), "g1", "acquisition")
    assert (found["entered"], found["passed"], found["rate"]) == (50, 100, 2)


def test_days_that_swing_widen_the_interval() -> None:
    even = table(*(day("g1", place, orders=5) for place in range(8)))
    jumpy = table(*(day("g1", place, orders=20 * (place % 4 == 0)) for place in range(8)))
    narrow, wide = (told(campaign_funnel(days), "g1", "revenue") for days in (even, jumpy))
    assert narrow["rate"] == wide["rate"] == 0.4
    assert (narrow["low"], narrow["high"]) == pytest.approx(garwood(40, 100))
    swing = (2 * 15**2 + 6 * 5**2) / 5 / 7
    assert (wide["low"], wide["high"]) == pytest.approx(garwood(40 / swing, 100 / swing))


@pytest.mark.parametrize(
    ("more", "error", "text"),
    [
        (
            {"calendar": POSTS},
            ChoiceError,
            "calendar 和 items 要一起给：排期里没有写一次发布属于哪个活动，条目里才有。",
        ),
        (
            {"calendar": POSTS, "items": ITEMS, "campaign": "春游"},
            ChoiceError,
            "排期里没有活动「春游」发过的内容。有的活动：晚风集、读书月。",
        ),
        (
            {"start": "2026-09-05", "end": "2026-09-01"},
            ChoiceError,
            "start（2026-09-05）在 end（2026-09-01）之后。把两天对调一下。",
        ),
        ({"start": "哪天"}, ChoiceError, "start 要写成 2026-09-21 这样的日期（现在是 '哪天'）。"),
    ],
)
def test_bad_arguments_are_told(more: dict[str, Any], error: type[Exception], text: str) -> None:
    with pytest.raises(error) as raised:
        campaign_funnel(WEEK, **more)
    assert str(raised.value) == text


def test_bad_days_are_told() -> None:
    with pytest.raises(ColumnError, match="群日报里，群「g1」的 2026-09-01 有两行。"):
        campaign_funnel(table(day("g1", 0), day("g1", 0)))
    with pytest.raises(ColumnError, match="有一行没有日期"):
        campaign_funnel(table(day("g1", 0) | {"date": None}))


counts = st.one_of(st.none(), st.integers(-3, 300))


@given(st.lists(st.tuples(st.sampled_from("ab"), st.integers(0, 9), *[counts] * 5), max_size=12))
@settings(max_examples=60, deadline=None)
def test_rates_are_within_their_intervals_whatever_is_counted(rows: list[tuple[Any, ...]]) -> None:
    names = ("members", "active", "joined", "left", "orders")
    once = {(row[0], row[1]): row for row in rows}.values()
    days = table(*(day(row[0], row[1]) | dict(zip(names, row[2:], strict=True)) for row in once))
    if days.empty:
        return
    found = campaign_funnel(days)
    known = found[found["rate"].notna()]
    assert (known["low"] <= known["rate"]).all() and (known["rate"] <= known["high"]).all()
    assert (known["low"] >= 0).all() and (known["entered"] > 0).all()
    shares = known[known["stage"].isin(("activation", "retention"))]
    assert (shares["passed"] <= shares["entered"]).all() and (shares["high"] <= 1).all()
    assert (found[found["rate"].isna()]["note"] != "").all()


def test_the_daily_share_covers_what_it_should() -> None:
    """Speakers with day effects (a fifth up or down) in 12 groups: the 95 % interval holds the true share."""
    rng = np.random.default_rng(5)
    held = 0
    for _ in range(60):
        mood = np.exp(rng.normal(0, 0.2, 14) - 0.02)
        rows = [
            day(f"g{g}", d, active=int(rng.binomial(100, min(1, 0.12 * mood[d]))))
            for g in range(12)
            for d in range(14)
        ]
        found = told(campaign_funnel(table(*rows)), "", "activation")
        held += found["low"] <= 0.12 <= found["high"]
    assert held >= stats.binom.ppf(0.01, 60, 0.95)


def test_days_by_names_that_the_calendar_does_not_know_are_refused() -> None:
    items = pd.DataFrame({"item_id": ["i1"], "title": ["预售"], "campaign": ["秋天"]})
    calendar = pd.DataFrame(
        {"post_id": ["p1"], "item_id": ["i1"], "group_id": ["g1"], "starts_at": ["2026-09-02 20:00"]}
    )
    days = pd.DataFrame(
        {"group_id": "街坊群", "date": pd.date_range("2026-09-01", periods=5), "members": 100}
    )
    with pytest.raises(ChoiceError, match="发过的群（g1）都不在日报里，日报里是：街坊群"):
        campaign_funnel(days, calendar=calendar, items=items)
