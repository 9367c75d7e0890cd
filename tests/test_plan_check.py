"""What hangs in the air in a proposal: every rule fires on its break, and a plan that holds together gives nothing."""

from __future__ import annotations

import csv
import dataclasses
import datetime as dt
from typing import Any

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from toolkit import lexicons, schema
from toolkit.campaigns._plan_check import action_signs, check_plan
from toolkit.campaigns._plan_read import read_plan
from toolkit.schedule import read_items
from toolkit.schema import ChoiceError, ColumnError, Proposal

START, END = dt.date(2026, 9, 1), dt.date(2026, 11, 30)
GOAL: dict[str, Any] = {
    **{"goal_id": "M1", "title": "每月复购到 300 户", "goal_kind": "sales", "measure": "复购户数"},
    **{"baseline": 200.0, "target": 300.0, "unit": "户", "due": END, "owner": "阿禾"},
}
OTHERS: list[dict[str, Any]] = [
    {**GOAL, "goal_id": "M2", "goal_kind": "market", "title": "每周到店 900 人次"},
    {**GOAL, "goal_id": "M3", "goal_kind": "process", "title": "每群每周一条干货"},
]
STRATEGY: dict[str, Any] = {"strategy_id": "C1", "title": "先稳复购，再谈拉新", "goals": ["M1", "M2", "M3"]}
ACTION: dict[str, Any] = {
    **{"action_id": "X1", "title": "每周接龙", "strategies": ["C1"], "owner": "阿禾", "is_key": True},
    **{"starts": START, "ends": END, "share": 0.5, "items": ["i1", "秋集"]},
}
LINE: dict[str, Any] = {
    **{"line_id": "Y1", "title": "小样", "budget_class": "brand", "actions": ["X1"], "amount": 1000.0},
    **{"last_year": 900.0, "q1": 100.0, "q2": 200.0, "q3": 300.0, "q4": 400.0},
}
SPENT: dict[str, Any] = {"line_id": "Y1", "spent_on": dt.date(2026, 9, 3), "amount": 400.0}
DAY: dict[str, Any] = {"title": "开场", "due": dt.date(2026, 9, 26)}
MATE: dict[str, Any] = {"name": "阿禾"}
ITEMS = pd.DataFrame(
    {"item_id": ["i1", "i2", "i3"], "title": ["一", "二", "三"], "campaign": ["", "秋集", "秋集"]}
)


def make(**tables: list[dict[str, Any]]) -> Proposal:
    """A proposal that holds together, with some of its tables given anew."""
    base: dict[str, list[dict[str, Any]]] = {
        **{"goals": [GOAL, *OTHERS], "strategies": [STRATEGY], "actions": [ACTION], "budget": [LINE]},
        **{"spending": [SPENT], "team": [MATE], "milestones": [DAY]},
    }
    contracts = {name: getattr(schema, name.upper()) for name in base}
    frames = {
        name: pd.DataFrame(rows) if rows else contracts[name].empty()
        for name, rows in (base | tables).items()
    }
    return Proposal("秋天", START, END, **frames)


def found(proposal: Proposal, items: pd.DataFrame | None = None) -> list[tuple[str, str, str]]:
    checks = check_plan(proposal, items=items)
    return list(checks[["rule_id", "severity", "key"]].itertuples(index=False, name=None))


def test_a_plan_that_holds_together_gives_an_empty_frame() -> None:
    checks = check_plan(make(), items=ITEMS)
    assert checks.empty
    assert checks.dtypes.equals(schema.PLAN_CHECKS.empty().dtypes)


def goal(**more: Any) -> dict[str, Any]:
    return {"goals": [GOAL | more, *OTHERS]}


def action(**more: Any) -> dict[str, Any]:
    return {"actions": [ACTION | more]}


def line(**more: Any) -> dict[str, Any]:
    return {"budget": [LINE | more]}


def two_actions(first: Any, second: Any, key: bool = True) -> dict[str, Any]:
    paid = {**LINE, "actions": ["X1", "X2"]}
    other = ACTION | {"action_id": "X2", "share": second, "is_key": key, "title": "读书角"}
    return {"actions": [ACTION | {"share": first}, other], "budget": [paid]}


ONE_GOAL = {**STRATEGY, "goals": ["M2", "M3"]}
THREE = [("M1", "warn"), ("M2", "warn"), ("M3", "warn")]
BROKEN: list[tuple[dict[str, Any], list[tuple[str, str, str]]]] = [
    (goal(title="进一步扩大影响力"), [("goal_vague", "warn", "M1")]),
    (goal(title=""), [("goal_vague", "warn", "M1")]),
    (goal(measure=""), [("goal_no_measure", "warn", "M1")]),
    (goal(target=None, unit=""), [("goal_no_target", "warn", "M1")]),
    (goal(unit=" "), [("goal_no_unit", "warn", "M1")]),
    (goal(due=None), [("goal_no_due", "warn", "M1")]),
    (goal(due=dt.date(2026, 12, 1)), [("goal_due_outside", "warn", "M1")]),
    (goal(baseline=300.0), [("goal_no_change", "info", "M1")]),
    (goal(owner=""), [("goal_no_owner", "info", "M1")]),
    (goal(goal_kind="market"), [("goal_kinds", "info", "")]),
    ({"goals": [*goal()["goals"], GOAL]}, [("id_repeated", "block", "M1")]),
    ({"strategies": [ONE_GOAL], **action(goals=["M1"])}, [("goal_no_strategy", "warn", "M1")]),
    ({"strategies": [STRATEGY | {"strategy_id": "C2"}, ONE_GOAL]}, [
        ("goal_no_action", "warn", "M1"), ("strategy_no_action", "warn", "C2")]),
    ({"strategies": [STRATEGY, {**STRATEGY, "strategy_id": "C2", "goals": []}], **action(strategies=["C1", "C2"])},
     [("strategy_no_goal", "warn", "C2")]),
    ({"strategies": [{**STRATEGY, "goals": ["M1", "M2", "M3", "M9"]}]}, [("strategy_unknown_goal", "warn", "C1")]),
    ({"strategies": [STRATEGY | {"title": "9月20日去东堤摆摊"}]}, [("strategy_like_action", "warn", "C1")]),
    ({"strategies": [STRATEGY | {"title": "请阿禾多走动，不靠广告"}]}, [("strategy_like_action", "warn", "C1")]),
    ({"strategies": [STRATEGY | {"title": "街坊们高高兴兴"}]}, [("strategy_no_choice", "info", "C1")]),
    ({"actions": [], "budget": []}, [("no_actions", "block", ""), ("no_budget", "info", "")]),
    (action(owner=""), [("action_no_owner", "warn", "X1")]),
    (action(owner="小棠"), [("action_owner_unknown", "warn", "X1")]),
    ({"team": [], **action(owner="小棠")}, []),
    (action(starts=START, ends=START), []),
    ({"spending": [SPENT, SPENT, SPENT | {"spent_on": None}]}, [("spending_over", "warn", "Y1")]),
    (action(goals=["M7"]), [("action_unknown", "warn", "X1")]),
    (action(strategies=["C1", "C8"]), [("action_unknown", "warn", "X1")]),
    (action(ends=None), [("action_no_dates", "warn", "X1")]),
    (action(starts=END, ends=START), [("action_ends_first", "block", "X1")]),
    (action(starts=dt.date(2026, 8, 31)), [("action_outside", "warn", "X1")]),
    (action(is_key=False), [("key_none", severity, key) for key, severity in THREE]),
    (action(share=0.49), [("key_share_low", severity, key) for key, severity in THREE]),
    (action(share=None), [("share_missing", "info", key) for key, _ in THREE]),
    (action(share=-0.1), [*(("key_share_low", severity, key) for key, severity in THREE),
                          ("share_range", "warn", "X1")]),
    (two_actions(0.7, 0.4), [("share_over", severity, key) for key, severity in THREE]),
    (two_actions(0.6, None), []),
    (two_actions(0.3, 0.3), []),
    (two_actions(0.3, 0.3, key=False), [("key_share_low", severity, key) for key, severity in THREE]),
    (line(actions=[]), [("budget_no_action", "warn", "Y1"), ("action_no_budget", "info", "X1")]),
    (line(actions=["X1", "X7"]), [("budget_unknown_action", "warn", "Y1")]),
    (line(amount=None), []),  # the quarters make the year
    (line(amount=None, q1=None, q2=None, q3=None, q4=None), [("budget_missing", "warn", "Y1")]),
    ({**line(amount=0.0, q1=0.0, q2=0.0, q3=0.0, q4=0.0, last_year=None), "spending": []},
     [("budget_zero", "warn", "Y1")]),
    ({**line(amount=-5.0, q1=None, q2=None, q3=None, q4=None, last_year=None), "spending": []},
     [("budget_negative", "block", "Y1")]),
    (line(q4=300.0), [("quarters_off", "warn", "Y1")]),
    (line(q4=None), [("quarters_off", "warn", "Y1")]),
    (line(q1=None, q2=None, q3=None, q4=None), []),
    (line(last_year=869.0), [("budget_moves", "warn", "Y1")]),
    (line(last_year=1000 / 1.15), []),
    (line(last_year=0.0), []),
    (line(budget_class="推广"), [("budget_class_unknown", "warn", "Y1")]),
    ({"budget": []}, [("no_budget", "info", ""), ]),
    ({"spending": [SPENT, SPENT | {"line_id": "Y9"}]}, [("spending_unknown", "warn", "Y9")]),
    ({"spending": [SPENT, SPENT, SPENT]}, [("spending_over", "warn", "Y1")]),
    ({"spending": [SPENT, SPENT, SPENT | {"spent_on": dt.date(2025, 9, 3)}]}, []),
    ({"milestones": [DAY | {"due": None}]}, [("milestone_no_date", "warn", "开场")]),
    ({"milestones": [DAY | {"due": dt.date(2026, 12, 1)}]}, [("milestone_outside", "warn", "开场")]),
]  # fmt: skip


@pytest.mark.parametrize(("tables", "expected"), BROKEN)
def test_each_break_is_found_and_nothing_else(
    tables: dict[str, Any], expected: list[tuple[str, str, str]]
) -> None:
    if tables.get("budget") == []:
        tables = {"spending": [], **tables}
    assert found(make(**tables)) == expected


def test_ids_that_are_blank_shared_or_their_own() -> None:
    blank = make(budget=[LINE, {**LINE, "line_id": ""}])
    assert found(blank) == [("id_blank", "block", "")]
    assert check_plan(blank)["message"].tolist() == ["第 2 行没有编号"]
    shared = make(strategies=[STRATEGY | {"strategy_id": "M1"}], **action(strategies=["M1"]))
    assert found(shared) == [("id_shared", "warn", "M1"), ("refers_itself", "warn", "M1")]
    own = make(strategies=[{**STRATEGY, "goals": ["C1", "M1", "M2", "M3"]}])
    assert found(own) == [("refers_itself", "warn", "C1")]


def test_no_goals_is_told_once_and_every_action_then_hangs() -> None:
    assert found(make(goals=[], strategies=[])) == [
        ("no_goals", "warn", ""),
        ("action_unknown", "warn", "X1"),
        ("action_no_goal", "warn", "X1"),
    ]


def test_content_that_is_not_there_and_content_that_nobody_names() -> None:
    assert found(make(**action(items=["i1", "i9"])), ITEMS) == [
        ("action_unknown_item", "warn", "X1"),
        ("item_no_action", "info", "秋集"),
    ]
    checks = check_plan(make(**action(items=["i2"])), items=ITEMS)
    assert checks[["key", "message"]].values.tolist() == [
        ["", "1 条内容没有行动提到：「一」（i1）"],
        ["秋集", "活动「秋集」的 1 条内容没有行动提到：「三」（i3）"],
    ]
    assert found(make(**action(items=["i9"]))) == []


def test_graver_findings_come_first_and_rules_of_thumb_are_quoted() -> None:
    checks = check_plan(
        make(**action(starts=END, ends=START, share=0.2), budget=[LINE | {"last_year": 500.0}])
    )
    assert checks["severity"].tolist() == ["block", "warn", "warn", "warn", "warn"]
    for rule in ("key_share_low", "budget_moves"):
        assert "未经验证" in checks[checks["rule_id"] == rule]["advice"].iloc[0]
    assert checks["message"].iloc[-1] == "「小样」比去年多 100%，超过 15%"


def test_every_rule_of_the_lexicon_fires_somewhere_and_is_whole() -> None:
    rules = lexicons.rows("plan-checks")
    fired = {rule for _, expected in BROKEN for rule, _, _ in expected}
    fired |= {"id_blank", "id_shared", "refers_itself", "no_goals", "action_no_goal"}
    fired |= {"action_unknown_item", "item_no_action"}
    assert {row["rule_id"] for row in rules} == fired
    assert all(set(row) == {"rule_id", "severity", "table", "message", "advice", "source"} for row in rules)
    assert all(row["message"] and row["advice"] and row["source"] for row in rules)
    assert not any(mark in row["message"] + row["advice"] for row in rules for mark in "!！")


def test_what_cannot_be_checked_is_refused() -> None:
    with pytest.raises(ChoiceError, match="read_plan"):
        check_plan(read_plan(lexicons.sample_folder() / "proposal"))  # type: ignore[arg-type]
    with pytest.raises(ColumnError, match="item_id"):
        check_plan(make(), items=pd.DataFrame({"a": [1]}))


def test_text_with_braces_and_length_is_told_as_it_is() -> None:
    checks = check_plan(make(**goal(title="{key}{0}%s <b>", measure="")))
    assert checks["message"].tolist() == ["目标「{key}{0}%s <b>」没有写用哪个指标量"]
    long = check_plan(make(**goal(title="长" * 200, measure="")))["message"].iloc[0]
    assert long == f"目标「{'长' * 30}…」没有写用哪个指标量"


def test_a_text_of_any_length_is_read_at_once() -> None:
    assert action_signs("先做稳再说" + "1" * 100_000) == ()
    assert action_signs("街坊" * 200 + "9月20日") == ()  # only the first 300 characters are read


def strategy_cases() -> list[tuple[str, bool, str]]:
    path = lexicons.corpora_folder() / "cases" / "strategies.csv"
    with path.open(encoding="utf-8", newline="") as lines:
        return [(row["text"], row["is_action"] == "TRUE", row["half"]) for row in csv.DictReader(lines)]


def test_strategies_and_actions_are_told_apart_as_often_as_is_said() -> None:
    """Of both halves: cases, strategies taken for strategies, actions taken for actions.

    The held half was written after the words were settled and changed one of them since (老顾客 is no name), which put
    one more right: 46 of 60 before. All sentences are by one hand, so those of others will come out worse.
    """
    counted = {}
    for half in ("tuned", "held"):
        cases = [(text, acts) for text, acts, where in strategy_cases() if where == half]
        right = [
            (acts, bool(action_signs(text, people=("阿禾", "小棠", "林舟"))) == acts) for text, acts in cases
        ]
        counted[half] = (
            len(cases),
            sum(ok for acts, ok in right if not acts),
            sum(ok for acts, ok in right if acts),
        )
    assert counted == {"tuned": (184, 92, 91), "held": (60, 27, 20)}


def test_the_words_of_the_lexicon_are_whole_and_of_known_kinds() -> None:
    rows = lexicons.rows("plan-words")
    kinds = {"choice", "date", "person", "number", "place", "doing", "vague"}
    assert {row["kind"] for row in rows} == kinds
    assert all(set(row) == {"kind", "pattern", "note"} and all(row.values()) for row in rows)


def test_the_sample_proposal_holds_what_was_planted_and_its_mending_holds_together() -> None:
    sample = lexicons.sample_folder()
    read = read_plan(sample / "proposal")
    items = read_items(sample / "items.csv").frame
    assert read.rejected.empty
    assert read.notes.empty
    planted = [
        *[
            (rule, "warn", "M4")
            for rule in ("goal_vague", "goal_no_measure", "goal_no_target", "goal_no_due")
        ],
        ("key_share_low", "warn", "M1"),
        ("goal_no_strategy", "warn", "M4"),
        ("strategy_like_action", "warn", "C4"),
        ("action_no_owner", "warn", "X7"),
        ("budget_moves", "warn", "Y3"),
        ("spending_unknown", "warn", "Y9"),
        ("milestone_outside", "warn", "写完总结，街坊会上念一遍"),
        ("item_no_action", "info", ""),
    ]
    assert found(read.proposal, items) == planted
    assert (
        check_plan(read.proposal, items=items)["message"].iloc[-1]
        == "4 条内容没有行动提到：「国庆送菜、借书、小馆时间表」（i01）、「中秋红包66元，拆完说说桌上有什么菜」（i16）、"
        "「九月三十日，安静的一天」（i22）、「家门口三公里，假期慢慢走一圈」（i30）"
    )
    assert found(mended(read.proposal), items) == []


def test_days_are_told_as_people_say_them() -> None:
    late = DAY | {"due": dt.date(2027, 1, 5)}
    turned = ACTION | {"starts": END, "ends": START}
    told = check_plan(make(goals=[GOAL | {"due": None}, *OTHERS], actions=[turned], milestones=[late]))
    assert told[["message", "advice"]].values.tolist() == [
        ["「每周接龙」9月1日结束，早于开始的11月30日", "把两个日期对调，或改正其中一个"],
        ["目标「每月复购到 300 户」没有到期日", "在「到期日」里填一天，最晚是11月30日"],
        ["里程碑「开场」在2027年1月5日，不在策划期（9月1日 到 11月30日）里", "改到期内，或把策划期改长"],
    ]


def mended(old: Proposal) -> Proposal:
    """The sample with every finding mended as it is advised."""
    goals = old.goals[old.goals["goal_id"] != "M4"]
    strategies = old.strategies.assign(
        title=old.strategies["title"].mask(
            old.strategies["strategy_id"] == "C4", "借摊位面向新住户，不做发券"
        )
    )
    actions = old.actions.assign(
        owner=old.actions["owner"].replace("", "小棠"),
        share=old.actions["share"].mask(old.actions["action_id"] == "X4", 0.25),
        items=[
            [*names, "i01", "i16", "i22", "i30"] if key == "X6" else names
            for key, names in zip(old.actions["action_id"], old.actions["items"], strict=True)
        ],
    )
    return dataclasses.replace(
        old,
        goals=goals,
        strategies=strategies,
        actions=actions,
        budget=old.budget.assign(last_year=old.budget["last_year"].replace(1900.0, 2400.0)),
        spending=old.spending[old.spending["line_id"] != "Y9"],
        milestones=old.milestones[old.milestones["due"] <= END],
    )


names = st.sampled_from(["", "M1", "C1", "X1", "Y1", "甲"])
titles = st.text(max_size=12)
days = st.one_of(st.none(), st.dates(dt.date(2026, 8, 1), dt.date(2026, 12, 31)))
amounts = st.one_of(st.none(), st.floats(-1e9, 1e9))
lists = st.lists(names, max_size=3)


@given(
    goals=st.lists(
        st.fixed_dictionaries({"goal_id": names, "title": titles, "target": amounts, "due": days}), max_size=3
    ),
    strategies=st.lists(
        st.fixed_dictionaries({"strategy_id": names, "title": titles, "goals": lists}), max_size=3
    ),
    actions=st.lists(
        st.fixed_dictionaries(
            {
                **{"action_id": names, "title": titles, "strategies": lists, "goals": lists, "starts": days},
                **{"ends": days, "is_key": st.booleans(), "share": amounts, "items": lists, "owner": titles},
            }
        ),
        max_size=3,
    ),
    budget=st.lists(
        st.fixed_dictionaries(
            {
                **{"line_id": names, "title": titles, "budget_class": names, "actions": lists},
                **{"amount": amounts, "last_year": amounts, "q1": amounts},
            }
        ),
        max_size=3,
    ),
)
@settings(max_examples=60, deadline=None)
def test_any_proposal_is_told_in_whole_ordered_rows(**tables: Any) -> None:
    proposal = make(**tables)
    checks = check_plan(proposal, items=ITEMS)
    order = ["block", "warn", "info"]
    ranks = [order.index(severity) for severity in checks["severity"]]
    assert ranks == sorted(ranks)
    assert (checks[["rule_id", "table", "message", "advice"]] != "").all(axis=None)
    assert check_plan(proposal, items=ITEMS).equals(checks)
    ends = [(row["starts"], row["ends"]) for row in tables["actions"]]
    reversed_ones = sum(1 for first, last in ends if first and last and last < first)
    assert (checks["rule_id"] == "action_ends_first").sum() == reversed_ones
