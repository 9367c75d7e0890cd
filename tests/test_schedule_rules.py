"""Approval, quotas of the month, ids with odd signs, and numbers and dates that are none."""

import pytest
from test_schedule import group, item, plan

from toolkit import schema
from toolkit.schema import ChoiceError, PlanError, Rules


def test_what_is_not_approved_waits_where_approval_is_used() -> None:
    items = [item("a", review="approved"), item("b", review="draft"), item("c")]
    made = plan(items, [group()])
    assert list(made.calendar["post_id"]) == ["a@g1"]
    assert list(made.unplaced["item_id"]) == ["b", "c"]
    assert set(made.unplaced["rule_id"]) == {"not_approved"}
    unused = plan([item(name, review="") for name in "abc"], [group()])
    assert sorted(unused.calendar["post_id"]) == ["a@g1", "b@g1", "c@g1"]


def test_a_quota_of_the_month_is_kept_and_bounds_the_plan() -> None:
    groups = [group(channel="企微群", posts_per_week=14, slots=["08:00", "12:00", "20:00"])]
    items = [item(f"i{n}") for n in range(80)]
    made = plan(items, groups, days=24, rules=Rules.wecom())
    # 24 days of September, of which the quota lets through as many as the month has days
    assert len(made.calendar) == 30
    assert set(made.unplaced["rule_id"]) == {"platform"}
    assert made.gap < 0.25


def test_ids_with_an_at_sign_stay_apart() -> None:
    made = plan([item("a@b"), item("a")], [group("c"), group("b@c")], days=3)
    assert sorted(made.calendar["post_id"]) == ["a%40b@b%40c", "a%40b@c", "a@b%40c", "a@c"]


@pytest.mark.parametrize("minutes", [float("inf"), float("nan"), -1, 1e30])
def test_minutes_that_no_day_has_are_refused(minutes: float) -> None:
    for name in ("minutes_workday", "minutes_by_hand"):
        with pytest.raises(ChoiceError, match=f"{name} 应是 0 到 527040 的分钟数"):
            Rules(**{name: minutes})  # type: ignore[arg-type]


def test_dates_that_are_none_are_named() -> None:
    with pytest.raises(schema.ColumnError, match="「2027-02-29」不是日期或时间"):
        plan([item("a", earliest="2027-02-29")], [group()])
    with pytest.raises(PlanError, match="太远"):
        plan([item("a")], [group()], start="9999-12-30")


def test_rules_that_are_none_are_refused() -> None:
    with pytest.raises(ChoiceError, match=r"rules 要写成 tk\.Rules"):
        plan([item("a")], [group()], rules={"min_gap": 5})
