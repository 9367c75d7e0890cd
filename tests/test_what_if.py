"""A plan rebuilt from itself, and other questions asked of it."""

import datetime as dt
from dataclasses import replace
from typing import Any

import pandas as pd
import pytest
from drawn_plans import START, make_question
from pandas.testing import assert_frame_equal

from toolkit import schema
from toolkit.schedule import plan_posts
from toolkit.schedule._again import board_of, value_of
from toolkit.schedule._what_if import WHAT_IF, what_if
from toolkit.schema import ChoiceError, ColumnError, Plan, PlanError, Rules, Soft

MONDAY = "2026-09-07"


def group(group_id: str = "g1", **more: Any) -> dict[str, Any]:
    plain = {"name": f"群{group_id}", "members": 100, "slots": ["20:00"]}
    return {"group_id": group_id, **plain, "posts_per_day": 1, "posts_per_week": 2, **more}


def item(item_id: str, value: float, **more: Any) -> dict[str, Any]:
    return {"item_id": item_id, "title": f"标题{item_id}", "value": value, **more}


def plan(items: list[dict[str, Any]], groups: list[dict[str, Any]], days: int = 3, **more: Any) -> Plan:
    return plan_posts(pd.DataFrame(items), pd.DataFrame(groups), start=MONDAY, days=days, **more)


def answers(rows: list[tuple[str, float, int, int, float, int]]) -> pd.DataFrame:
    return schema.check(pd.DataFrame(rows, columns=WHAT_IF.names), WHAT_IF)


# --- a plan rebuilt ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("rules", [Rules(), Rules.balanced()], ids=["plain", "balanced"])
def test_a_plan_rebuilt_is_worth_the_same(rules: Rules) -> None:
    items, groups = make_question(10, 14, 60, seed=0)
    made = plan_posts(items, groups, start=START, days=14, effort="quick", rules=rules)
    board, lost = board_of(made)
    assert lost == []
    assert int((board.at >= 0).sum()) == len(made.calendar)
    assert value_of(board) == pytest.approx(made.value, abs=1e-4)
    pinned = replace(made, calendar=made.calendar.assign(status="pinned"))
    board, lost = board_of(pinned)
    assert (lost, int((board.at >= 0).sum())) == ([], 0)
    assert value_of(board) == pytest.approx(made.value, abs=1e-4)


def test_drafts_that_no_longer_fit_come_back() -> None:
    items = [item("a", 1, earliest="2026-09-08"), item("b", 2, after=["a"]), item("c", 3, latest=MONDAY)]
    made = plan(items, [group(posts_per_week=9)])
    assert list(made.calendar["post_id"]) == ["c@g1", "a@g1", "b@g1"]
    shut = replace(made, rules=Rules(shut=(("g1", dt.date(2026, 9, 8)),)))
    # what waits for a lost draft is lost with it
    assert board_of(shut)[1] == ["a@g1", "b@g1"]
    tight = replace(made, groups=made.groups.assign(posts_per_week=pd.array([2], dtype="Int64")))
    assert board_of(tight)[1] == ["b@g1"]
    moved = made.calendar.copy()
    moved.loc[0, "starts_at"] += pd.Timedelta(minutes=5)
    assert board_of(replace(made, calendar=moved))[1] == ["c@g1"]


def test_staying_earns_what_it_is_said_to() -> None:
    made = plan([item("a", 1), item("b", 2)], [group()])
    plain, kept = board_of(made)[0], board_of(made, stay=0.5)[0]
    placed = kept.at[kept.at >= 0]
    assert list(kept.gain[placed] - plain.gain[placed]) == [0.5, 0.5]
    assert float(kept.gain.sum() - plain.gain.sum()) == 1.0


# --- what if ----------------------------------------------------------------------------------------------------------

ITEMS = [item("a", 3), item("b", 2, kind="promotion"), item("c", 1, must_send=True)]


def test_every_kind_of_change() -> None:
    made = plan(ITEMS, [group(), group("g2", members=50, posts_per_week=1, promos_per_week=1)])
    later = pd.DataFrame([item("z", 5)])
    cases: dict[str, dict[str, Any]] = {
        "每周多发一条": {"posts_per_week": 1},
        "只给 g1 多发一条": {"posts_per_week": {"g1": 1}},
        "每天不发": {"posts_per_day": -5},
        "g2 不发促销": {"promos_per_week": -1, "posts_per_week": 1},
        "只剩周一": {"without_day": ["2026-09-08", dt.date(2026, 9, 9)]},
        "再来一个 g1": {"one_more_group": "g1"},
        "新开一个群": {"one_more_group": group("g3", members=200)},
        "换一批内容": {"items": later},
        "只留一个群": {"groups": pd.DataFrame([group()])},
        "一天": {"days": 1},
        "停发": {"rules": Rules(shut=(("g1", dt.date(2026, 9, 7)), ("g1", dt.date(2026, 9, 8))))},
    }
    unmet = 30.0  # ten times the most valuable post
    expected = [
        ("现在这样", 4.5, 3, 0, 0.0, 0),
        ("每周多发一条", 8.0, 5, 0, 3.5, 2),
        ("只给 g1 多发一条", 6.5, 4, 0, 2.0, 1),
        ("每天不发", -2 * unmet, 0, 2, -2 * unmet - 4.5, -3),
        ("g2 不发促销", 8.0, 5, 0, 3.5, 2),
        ("只剩周一", 1.5, 2, 0, -3.0, -1),
        ("再来一个 g1", 8.5, 5, 0, 4.0, 2),
        ("新开一个群", 12.5, 5, 0, 8.0, 2),
        ("换一批内容", 7.5, 2, 0, 3.0, -1),
        ("只留一个群", 4.0, 2, 0, -0.5, -1),
        ("一天", 1.5, 2, 0, -3.0, -1),
        ("停发", 1.5, 2, 0, -3.0, -1),
    ]
    assert_frame_equal(what_if(made, cases), answers(expected))


def test_no_cases_give_the_first_row_and_standing_posts_stay() -> None:
    sent = pd.DataFrame(
        [
            {
                "post_id": "b@g1",
                "item_id": "b",
                "group_id": "g1",
                "starts_at": "2026-09-08 20:00",
                "status": "sent",
            }
        ]
    )
    made = plan(ITEMS[:2], [group(posts_per_week=1)], pinned=sent)
    assert_frame_equal(what_if(made, {}), answers([("现在这样", 2.0, 1, 0, 0.0, 0)]))
    found = what_if(made, {"少一天": {"without_day": "2026-09-08"}, "只排头一天": {"days": 1}})
    assert_frame_equal(
        found,
        answers(
            [
                ("现在这样", 2.0, 1, 0, 0.0, 0),
                ("少一天", 2.0, 1, 0, 0.0, 0),
                ("只排头一天", 0.0, 0, 0, -2.0, -1),
            ]
        ),
    )


def test_nothing_given_is_changed() -> None:
    made = plan(ITEMS, [group(), group("g2")])
    groups, items, rules = made.groups.copy(), made.items.copy(), made.rules
    what_if(made, {"少": {"posts_per_week": -1, "without_day": MONDAY, "one_more_group": "g2"}})
    assert_frame_equal(made.groups, groups)
    assert_frame_equal(made.items, items)
    assert made.rules == rules


def test_more_room_never_loses_by_the_luck_of_the_search() -> None:
    items, groups = make_question(6, 14, 40, seed=1)
    made = plan_posts(items, groups, start=START, days=14, rules=Rules(soft=Soft(fairness=0)), effort="quick")
    cases: dict[str, dict[str, Any]] = {
        "少一条": {"posts_per_week": -1},
        "少促销": {"promos_per_week": -1},
        "多促销": {"promos_per_week": 1},
        "少一天": {"without_day": "2026-09-09"},
        "少两天": {"without_day": ["2026-09-09", "2026-09-10"]},
        "多一条": {"posts_per_week": 1},
    }
    change = what_if(made, cases).set_index("name")["value_change"]
    assert change["少一条"] <= 0 <= change["多一条"]
    assert change["少促销"] <= 0 <= change["多促销"]
    assert change["少两天"] <= change["少一天"] <= 0


def test_a_case_takes_a_better_calendar_of_another_case_that_keeps_its_rules(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    made = plan(ITEMS, [group()])
    poor = replace(made, calendar=made.calendar.iloc[:0], value=-30.0)

    def planned(items: pd.DataFrame, groups: pd.DataFrame, **more: Any) -> Plan:
        """A search that finds nothing but for the lower ceiling."""
        return plan_posts(items, groups, **more) if groups["posts_per_week"].iloc[0] == 1 else poor

    monkeypatch.setattr("toolkit.schedule._what_if.plan_posts", planned)
    found = what_if(made, {"少一条": {"posts_per_week": -1}, "两天": {"days": 2}})
    # two days ask another question: no calendar of three is taken for them
    assert found[["name", "value", "posts"]].values.tolist() == [
        ["现在这样", 1.0, 1],
        ["少一条", 1.0, 1],
        ["两天", -30.0, 0],
    ]


# --- what is not understood -------------------------------------------------------------------------------------------

WRONG: list[tuple[Any, type[Exception], str]] = [
    ([("a", {})], ChoiceError, 'cases 要写成一组情形，如 {"每周多发一条": {"posts_per_week": 1}}'),
    ({"": {"days": 2}}, ChoiceError, "情形的名字不能是 ''"),
    ({"现在这样": {"days": 2}}, ChoiceError, "「现在这样」已留给原来的问题"),
    ({"少": 1}, ChoiceError, "情形「少」要说明改什么"),
    ({"少": {}}, ChoiceError, "情形「少」要说明改什么"),
    (
        {"少": {"caps": 1}},
        ChoiceError,
        "情形「少」里的 'caps' 不认识。可以改：items、groups、rules、start、days、posts_per_day、posts_per_week、"
        "promos_per_week、one_more_group、without_day。",
    ),
    (
        {"少": {"posts_per_week": 0.5}},
        ChoiceError,
        "情形「少」：posts_per_week 要写成多几条的整数，如 1 或 -1",
    ),
    ({"少": {"posts_per_week": {"g1": True}}}, ChoiceError, "情形「少」：posts_per_week 要写成多几条的整数"),
    (
        {"少": {"posts_per_week": {"g9": 1}}},
        PlanError,
        "情形「少」：群表里没有群编号 'g9'。现有的群编号：g1。",
    ),
    (
        {"少": {"without_day": "周三"}},
        ChoiceError,
        "情形「少」：without_day 要写成 2026-09-23 这样的日期（现在是 '周三'）",
    ),
    (
        {"少": {"without_day": 3}},
        ChoiceError,
        "情形「少」：without_day 要写成 2026-09-23 这样的日期（现在是 3）",
    ),
    (
        {"少": {"without_day": "2026-09-10"}},
        PlanError,
        "情形「少」：2026-09-10 不在这次排期的日子里（2026-09-07 至 2026-09-09）。请换一天。",
    ),
    ({"多": {"one_more_group": "g9"}}, PlanError, "情形「多」：群表里没有群编号 'g9'"),
    (
        {"多": {"one_more_group": 1}},
        ChoiceError,
        "情形「多」：one_more_group 要写成群表的一行（一个字典），或已有的群编号",
    ),
    (
        {"多": {"one_more_group": {"group_id": "g2", "name": "新群"}}},
        ColumnError,
        "情形「多」：群表缺少列 members（人数）",
    ),
    ({"多": {"one_more_group": group()}}, PlanError, "情形「多」：群编号 有重复：g1"),
    ({"换": {"rules": "松"}}, ChoiceError, "情形「换」：rules 要写成 Rules(…)（现在是 '松'）"),
    ({"换": {"items": 3}}, ColumnError, "情形「换」：这里要一张内容条目表"),
    ({"换": {"days": 0}}, PlanError, "情形「换」：排期的天数应是 1 到"),
    ({"换": {"start": "明天"}}, PlanError, "情形「换」：排期的第一天看不懂"),
]


@pytest.mark.parametrize(("cases", "kind", "told"), WRONG)
def test_what_is_not_understood_is_told_with_the_name_of_the_case(
    cases: Any, kind: type[Exception], told: str
) -> None:
    made = plan(ITEMS[:1], [group()])
    with pytest.raises(kind) as error:
        what_if(made, cases)
    assert told in str(error.value)


def test_an_unknown_effort_is_refused() -> None:
    with pytest.raises(ChoiceError, match="effort 不能是 'fast'"):
        what_if(plan(ITEMS[:1], [group()]), {}, effort="fast")  # type: ignore[arg-type]
