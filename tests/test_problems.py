"""What went wrong beside the post before it; leave-days and cold groups called only where the counts say so."""

import datetime as dt
from typing import Any

import numpy as np
import pandas as pd
import pytest

from toolkit import lexicons
from toolkit.review._problems import MAX_Q, false_calls, push_problems
from toolkit.schema import COLUMN_WORDS, ITEM_KINDS, PROBLEMS, ChoiceError, ColumnError

FIRST = dt.date(2026, 9, 1)
POSTS = pd.DataFrame(
    [
        ("p1", "i1", "g1", "2026-09-01 08:00", "sent"),
        ("p2", "i2", "g1", "2026-09-01 20:00", "sent"),
        ("p3", "i3", "g1", "2026-09-02 08:00", "missed"),
        ("p4", "i1", "g2", "2026-09-01 20:30", "sent"),
    ],
    columns=["post_id", "item_id", "group_id", "starts_at", "status"],
)
ITEMS = pd.DataFrame(
    {
        "item_id": ["i1", "i2", "i3"],
        "title": ["挑藕", "半桌菜", "投票"],
        "kind": ["value", "promotion", "poll"],
    }
)


def incident(group: str, moment: str | None, what: str, **more: Any) -> pd.DataFrame:
    return pd.DataFrame([{"group_id": group, "happened_at": moment, "incident": what, **more}])


def days(left: list[int], group: str = "g1", **more: Any) -> pd.DataFrame:
    dates = [FIRST + dt.timedelta(place) for place in range(len(left))]
    return pd.DataFrame({"group_id": group, "date": dates, "members": 200, "left": left, **more})


def only(found: pd.DataFrame) -> dict[str, Any]:
    assert len(found) == 1
    return {str(name): value for name, value in found.iloc[0].items()}


def test_an_incident_stands_beside_the_last_post_before_it() -> None:
    told = incident("g1", "2026-09-02 09:30", "被删", count=2)
    row = only(push_problems(POSTS, incidents=told, items=ITEMS))
    assert (row["incident"], row["post_id"], row["hours_after"], row["count"]) == ("deleted", "p2", 13.5, 2)
    assert (row["title"], row["kind"], row["found_by"]) == ("半桌菜", "promotion", "incidents")
    assert row["why"] == "可能是没有先铺垫就卖，或用语踩了规则，被当成广告。"
    assert row["change"] == "发前过一遍合规检查，先征得群主同意，前几天先发两条有用的。"


def test_without_items_the_kind_is_not_known() -> None:
    row = only(push_problems(POSTS, incidents=incident("g1", "2026-09-01 12:00", "complaint")))
    assert (row["post_id"], row["title"], row["kind"]) == ("p1", "", "")
    assert row["why"] == "可能是内容不是这个群的人想看的，或发的时间打扰了人。"


@pytest.mark.parametrize(
    ("group", "moment", "hours"),
    [("g1", "2026-09-01 07:59", 48), ("g3", "2026-09-02 09:30", 48), ("g2", "2026-09-02 21:00", 24)],
)
def test_no_post_before_is_said(group: str, moment: str, hours: int) -> None:
    row = only(push_problems(POSTS, incidents=incident(group, moment, "muted"), items=ITEMS, hours=hours))
    assert row["post_id"] is None or row["post_id"] != row["post_id"]
    assert np.isnan(row["hours_after"])
    assert row["why"] == f"之前 {hours} 小时里这个群没有发布，可能是同一账号在别处的操作引起的。"


def test_a_day_without_its_hour_is_not_given_one() -> None:
    row = only(push_problems(POSTS, incidents=incident("g1", "2026-09-01", "left", count=4), items=ITEMS))
    assert row["post_id"] == "p2" and np.isnan(row["hours_after"])
    assert row["why"].startswith("只知道是哪一天，那天发了 2 次，这里写的是后面那次，可能是促销太勤")


def test_an_incident_without_a_time_is_kept_and_stands_last() -> None:
    told = pd.concat([incident("g1", None, "muted"), incident("g1", "2026-09-01 21:00", "deleted")])
    found = push_problems(POSTS, incidents=told)
    assert found["incident"].tolist() == ["deleted", "muted"]
    assert found["why"].iloc[1] == "没有写时间，对不上是哪一次发布。"
    assert found["count"].tolist() == [1, 1]


def test_a_planted_leave_day_is_found_with_its_post() -> None:
    left = [1, 0, 1, 0, 0, 2, 0, 1, 0, 0, 1, 0, 0, 1] * 2
    left[1] = 12
    posts = POSTS.assign(
        starts_at=["2026-09-02 08:00", "2026-09-02 20:00", "2026-09-02 21:00", "2026-09-02 20:30"]
    )
    row = only(push_problems(posts, days=days(left), items=ITEMS))
    assert (row["incident"], row["group_id"], row["post_id"], row["count"]) == ("left", "g1", "p2", 12)
    assert row["happened_at"].date() == dt.date(2026, 9, 2) and row["found_by"] == "days"
    assert row["usual"] == pytest.approx(14 / 27) and row["q_value"] <= MAX_Q
    assert row["why"].startswith("这天退了 12 人，另外 27 天平均一天 0.5 人。只知道是哪一天，那天发了 2 次，")
    assert "可能是促销太勤，或前面没有铺垫。" in row["why"]
    told = incident("g1", "2026-09-02 22:00", "left", count=12)
    assert only(push_problems(posts, days=days(left), incidents=told))["found_by"] == "incidents"


def test_fewer_than_fourteen_days_say_nothing() -> None:
    left = [0] * 12 + [40]
    assert push_problems(POSTS, days=days(left, active=[20] * 6 + [0] * 7)).empty
    assert len(push_problems(POSTS, days=days([0] * 13 + [40]))) == 1


def test_days_without_leaves_and_impossible_ones_are_no_evidence() -> None:
    assert push_problems(POSTS, days=days([0] * 28)).empty
    assert push_problems(POSTS, days=days([-5] * 20 + [0] * 8)).empty
    assert push_problems(POSTS, days=days([3] * 28)).empty
    assert push_problems(POSTS, days=days([0] * 28).drop(columns="left")).empty


def test_a_group_gone_cold_is_told_with_what_was_sent() -> None:
    active = [20, 22, 19, 25, 18, 21, 20] * 3 + [4, 3, 5, 2, 4, 3, 4]
    posts = pd.DataFrame(
        {
            "post_id": [f"p{n}" for n in range(4)],
            "item_id": ["i2", "i2", "i2", "i1"],
            "group_id": "g1",
            "starts_at": ["2026-09-15 08:00", "2026-09-18 08:00", "2026-09-22 08:00", "2026-09-23 08:00"],
        }
    )
    row = only(push_problems(posts, days=days([0] * 28, active=active), items=ITEMS))
    assert (row["incident"], row["kind"], row["count"], row["usual"]) == (
        "cold",
        "promotion",
        7,
        pytest.approx(435 / 21),
    )
    assert row["happened_at"].date() == dt.date(2026, 9, 22) and np.isnan(row["hours_after"])
    assert row["why"] == (
        "后 7 天平均每天 3.6 人说话，是之前（20.7）的 17%。从一周前起发了 4 次（干货 1 次、促销 3 次）。"
        "可能是促销占了多半，没有人愿意接话。"
    )
    silent = only(push_problems(posts.head(0), days=days([0] * 28, messages=active)))
    assert "条消息" in silent["why"] and "这段时间没有发布。" in silent["why"]


def test_a_quiet_week_that_is_not_half_as_lively_less_is_no_news() -> None:
    assert push_problems(POSTS, days=days([0] * 28, active=[20] * 21 + [12] * 7)).empty


def test_nothing_planted_is_seldom_called_and_a_plant_is_found() -> None:
    """Leaves that come in company (variance twice the mean), moods that last: at most one frame in twenty calls."""
    rng = np.random.default_rng(3)
    called = found = 0
    for _ in range(30):
        quiet = rng.negative_binomial(0.9, 0.5, (6, 28))
        active = rng.poisson(20 * np.exp(rng.normal(0, 0.2, (6, 28))))
        planted = quiet.copy()
        planted[2, 9] = 25
        for left in (quiet, planted):
            frame = pd.concat(days(list(left[g]), f"g{g}", active=active[g]) for g in range(6))
            rows = push_problems(POSTS, days=frame)
            if left is quiet:
                called += len(rows) > 0
            else:
                found += ("g2", dt.date(2026, 9, 10)) in set(
                    zip(rows["group_id"], rows["happened_at"].dt.date, strict=True)
                )
    assert called <= 2
    assert found >= 28


def test_false_calls_are_those_of_benjamini_and_hochberg() -> None:
    from scipy.stats import false_discovery_control

    chances = [0.5, 0.001, 0.04, 0.001, 1.0, 0.03]
    assert false_calls(chances).tolist() == pytest.approx(false_discovery_control(chances).tolist())
    assert false_calls([]).tolist() == []


def test_nothing_to_tell_is_an_empty_frame() -> None:
    for found in (push_problems(POSTS), push_problems(POSTS.head(0), days=days([]), items=ITEMS.head(0))):
        assert found.columns.tolist() == PROBLEMS.names
        assert found.dtypes.tolist() == PROBLEMS.empty().dtypes.tolist() and found.empty


@pytest.mark.parametrize(
    ("more", "error", "text"),
    [
        ({"hours": 0}, ChoiceError, "hours（往前看几小时）要写成 1 到 672 的整数（现在是 0）。"),
        (
            {"incidents": incident("g1", None, "炸群")},
            ColumnError,
            "出了什么事：第 1 行的「炸群」不认识，可以写：被删、被禁言、投诉、退群、没人回应。",
        ),
        (
            {"incidents": incident("g1", None, "left", count=0)},
            ColumnError,
            "出了什么事：第 1 行的次数或人数要写成 1 或更大的整数。没有发生的就删去这一行。",
        ),
        (
            {"days": pd.concat([days([1]), days([1])])},
            ColumnError,
            "群日报里，每个群每一天要有一行，也只能有一行，每行要有日期。用 read_group_days 读入会指出是哪几行。",
        ),
    ],
)
def test_bad_input_is_told(more: dict[str, Any], error: type[Exception], text: str) -> None:
    with pytest.raises(error) as raised:
        push_problems(POSTS, **more)
    assert str(raised.value) == text


def test_the_lexicon_has_a_row_for_every_incident_and_kind() -> None:
    rows = lexicons.rows("push-problems")
    assert [(row["incident"], row["kind"]) for row in rows] == [
        (what, kind) for what in COLUMN_WORDS["incident"] for kind in ("", *ITEM_KINDS, "none")
    ]
    assert all(row["why"] and row["change"] and row["checked"] and row["evidence"] for row in rows)
    assert not [row for row in rows if "！" in row["why"] + row["change"] or row["why"].endswith("。")]


def test_rows_of_long_ago_are_no_last_days() -> None:
    active = [20, 22, 19, 25, 18, 21, 20] * 3 + [4, 3, 5, 2, 4, 3, 4]
    told = days([0] * 28, active=active)
    gap = [day - dt.timedelta(40) if place < 25 else day for place, day in enumerate(told["date"])]
    assert push_problems(POSTS, days=told.assign(date=gap)).empty
