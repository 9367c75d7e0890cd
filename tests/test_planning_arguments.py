"""What the planner is given: tables and options that cannot be planned are told in the editor's words, pins stand."""

from __future__ import annotations

from typing import Any

import pandas as pd
import pytest

from toolkit import schema
from toolkit.schedule import check_calendar, plan_posts
from toolkit.schedule._inputs import checked_groups, checked_items
from toolkit.schema import ChoiceError, PlanError


# what the planner says of tables that it cannot plan with
def groups_frame(count: int = 1, **more: Any) -> pd.DataFrame:
    rows = [
        {
            **{"group_id": f"G{n}", "name": f"{n}群", "members": 100, "slots": ["08:30", "20:00"]},
            **{"posts_per_day": 1, "posts_per_week": 5, **more},
        }
        for n in range(1, count + 1)
    ]
    return pd.DataFrame(rows)


def items_frame(*ids: str, **more: Any) -> pd.DataFrame:
    return pd.DataFrame([{"item_id": name, "title": f"标题{name}", **more} for name in ids or ("a",)])


def posts_frame(*rows: tuple[str, str, str, str], sequence: int = 0) -> pd.DataFrame:
    """A calendar of (item, group, time, status)."""
    return schema.check(
        pd.DataFrame(
            [
                {
                    **{"post_id": f"{i}@{g}", "item_id": i, "group_id": g, "starts_at": at},
                    **{"status": status, "sequence": sequence},
                }
                for i, g, at, status in rows
            ]
        ),
        schema.CALENDAR,
    )


def test_an_unknown_audience_names_item_and_group_and_lists_what_there_is() -> None:
    groups = schema.check(groups_frame(10, segment="妈妈"), schema.GROUPS)
    with pytest.raises(PlanError) as error:
        checked_items(items_frame(groups=["G1", "G77"]), groups)
    assert str(error.value) == (
        "条目 a（标题a）要发给「G77」，但群表里没有这样的群编号或人群。现有的人群：妈妈；"
        "现有的群：G1（1群）、G2（2群）、G3（3群）、G4（4群）、G5（5群）、G6（6群）、G7（7群）、G8（8群） 等 10 个群。"
        "请改正「发给」一列。"
    )
    with pytest.raises(PlanError, match=r"现有的人群：无；现有的群：G1（1群）。请改正"):
        checked_items(items_frame(groups=["妈妈"]), schema.check(groups_frame(), schema.GROUPS))


@pytest.mark.parametrize(
    ("items", "message"),
    [
        (items_frame("a", "a"), "条目编号 有重复：a"),
        (items_frame("a", after=["z"]), "的先发条目「z」不在内容条目里。请改正「先发条目」一列。"),
        (items_frame("a", "b", after=["a"]), "先发条目绕成了一圈：a → a"),
        (items_frame("a", kind="广告"), "的类型「广告」不认识"),
        (items_frame("a", value=-1), "的价值是 -1.0。请填一个不小于 0 的数。"),
        (items_frame("a", waves=0), "条目 a（标题a）的群发批数是 0。请填一个不小于 1 的整数。"),
        (items_frame("a", minutes=-5), "条目 a（标题a）的所需分钟是 -5。请填一个不小于 0 的整数。"),
        (
            items_frame("a", clock=["20:00", "24:00"]),
            "条目 a（标题a）的限定时刻里有看不懂的「24:00」。请写成 20:00 这样的形式；不填就是都可以。",
        ),
        (items_frame("a", clock="八点"), "条目 a（标题a）的限定时刻里有看不懂的「八点」。"),
    ],
)
def test_messages_about_items_use_the_words_of_the_table(items: pd.DataFrame, message: str) -> None:
    with pytest.raises(PlanError) as error:
        checked_items(items, schema.check(groups_frame(), schema.GROUPS))
    assert message in str(error.value)
    assert not any(name in str(error.value) for name in ("after", "groups", "item_id", "value 是", "clock"))


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"slots": ["25:00"]}, "群 G1（1群）的时段里有看不懂的「25:00」。请写成 20:00 这样的形式。"),
        ({"quiet": ["晚上"]}, "群 G1（1群）的免打扰里有看不懂的「晚上」。请写成 22:00-08:00 这样的形式。"),
        ({"members": -1}, "群 G1（1群）的人数是空的或负数。请填一个整数。"),
    ],
)
def test_messages_about_groups_use_the_words_of_the_table(change: dict[str, Any], message: str) -> None:
    with pytest.raises(PlanError) as error:
        checked_groups(groups_frame(**change))
    assert str(error.value) == message


@pytest.mark.parametrize("days", [None, "7", 0, -1, 7.5, float("nan"), float("inf"), True, 800, [7]])
def test_days_that_are_none_are_a_plan_error(days: Any) -> None:
    with pytest.raises(PlanError, match="排期的天数应是 1 到 731 的整数"):
        plan_posts(items_frame(), groups_frame(), start="2026-09-21", days=days)


@pytest.mark.parametrize("start", [None, "", "下周", 3.5])
def test_a_start_that_is_no_day_is_a_plan_error(start: Any) -> None:
    with pytest.raises(PlanError, match="排期的第一天看不懂"):
        plan_posts(items_frame(), groups_frame(), start=start, days=7)


@pytest.mark.parametrize("stability", [-1, float("nan"), float("inf"), "3", True])
def test_a_stability_that_is_no_number_is_a_choice_error(stability: Any) -> None:
    with pytest.raises(ChoiceError, match="stability 应是不小于 0 的数"):
        plan_posts(items_frame(), groups_frame(), start="2026-09-21", days=1, stability=stability)


def test_one_item_pinned_twice_to_a_group_is_named() -> None:
    twice = posts_frame(("a", "G1", "2026-09-21 20:00", "pinned"), ("a", "G1", "2026-09-22 20:00", "draft"))
    with pytest.raises(PlanError) as error:
        plan_posts(items_frame(), groups_frame(), start="2026-09-21", days=7, pinned=twice)
    assert str(error.value) == (
        "已定的发布里，条目 a 在群 G1 出现了不止一次，一条内容在一个群里只发一次。请只留下其中一行。"
    )
    # one that was cancelled is none
    once = posts_frame(
        ("a", "G1", "2026-09-21 20:00", "cancelled"), ("a", "G1", "2026-09-22 20:00", "pinned")
    )
    plan = plan_posts(items_frame(), groups_frame(), start="2026-09-21", days=7, pinned=once)
    assert list(plan.calendar["status"]) == ["pinned"]


MOVES = [
    # before, what stands now, the sequence expected
    (("2026-09-21 20:00", "pinned", 0), ("2026-09-21 20:00", "pinned", 0), 0),
    (("2026-09-21 20:00", "pinned", 0), ("2026-09-22 20:00", "pinned", 0), 1),
    (("2026-09-21 20:00", "draft", 0), ("2026-09-21 20:00", "sent", 0), 1),
    (("2026-09-21 20:00", "draft", 0), ("2026-09-21 20:00", "draft", 0), 1),
    (("2026-09-21 20:00", "pinned", 4), ("2026-09-22 20:00", "sent", 0), 5),
    (("2026-09-21 20:00", "pinned", 1), ("2026-09-22 20:00", "pinned", 7), 7),
    (("2026-09-21 20:00", "pinned", 3), ("2026-09-21 20:00", "pinned", 0), 3),
]


@pytest.mark.parametrize(("before", "now", "expected"), MOVES)
def test_the_sequence_of_a_standing_post_grows_with_each_change(
    before: tuple[str, str, int], now: tuple[str, str, int], expected: int
) -> None:
    old, new = (
        posts_frame(("a", "G1", at, status), sequence=sequence) for at, status, sequence in (before, now)
    )
    plan = plan_posts(items_frame(), groups_frame(), start="2026-09-21", days=7, pinned=new, previous=old)
    assert list(plan.calendar["sequence"]) == [expected]
    again = plan_posts(
        items_frame(), groups_frame(), start="2026-09-21", days=7, previous=plan.calendar, pinned=plan.pinned
    )
    assert list(again.calendar["sequence"]) == [expected]


def test_new_posts_beside_a_pinned_one_are_drafts_with_a_reason() -> None:
    pinned = posts_frame(("a", "G1", "2026-09-21 20:00", "pinned")).drop(columns="reason")
    items = items_frame("a", "b", "c", groups="all")
    plan = plan_posts(items, groups_frame(2), start="2026-09-21", days=7, pinned=pinned)
    status = dict(zip(plan.calendar["post_id"], plan.calendar["status"], strict=True))
    pairs = [f"{i}@{g}" for i in "abc" for g in ("G1", "G2")]
    assert status == {name: "pinned" if name == "a@G1" else "draft" for name in pairs}
    assert (plan.calendar["reason"] != "").all()
    standing = plan.calendar.set_index("post_id").loc["a@G1"]
    assert standing["reason"] == "已定的发布，按原时间保留"
    assert plan.value == 6.0 <= plan.bound
    checks = check_calendar(plan.calendar, plan.items, plan.groups, rules=plan.rules)
    assert (checks["severity"] == "block").sum() == 0


@pytest.mark.parametrize(("day", "rule_id"), [("2028-10-03", "festival"), ("2024-04-04", "solemn")])
def test_the_planner_keeps_festivals_and_solemn_days_of_other_years(day: str, rule_id: str) -> None:
    # 2028-10-03 is Mid-Autumn, 2024-04-04 Tomb-Sweeping Day
    plan = plan_posts(items_frame(kind="promotion"), groups_frame(), start=day, days=1)
    assert list(plan.unplaced["rule_id"]) == [rule_id]
    assert plan.calendar.empty and plan.value == 0.0
