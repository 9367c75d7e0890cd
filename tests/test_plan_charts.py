"""The Gantt chart and the chart of a budget: what they claim in words, and every number behind the marks."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from test_charts_plans import datasets, heading, only

from toolkit import charts, schema
from toolkit.schema import ChoiceError, ColumnError

ACTIONS = pd.DataFrame(
    [
        {
            "action_id": "a1",
            "title": "请人试吃",
            "owner": "阿禾",
            "starts": "2026-09-01",
            "ends": "2026-09-10",
        },
        {"action_id": "a2", "title": "预售", "owner": "小棠", "starts": "2026-09-08", "ends": "2026-09-24"},
        {"action_id": "a3", "title": "回访", "owner": "", "starts": "2026-10-08", "ends": None},
        {"action_id": "a4", "title": "小册子", "owner": "林舟", "starts": None, "ends": "2026-10-20"},
        {"action_id": "a5", "title": "没有日期", "owner": "林舟", "starts": None, "ends": None},
        {"action_id": "a6", "title": "颠倒", "owner": "林舟", "starts": "2026-09-20", "ends": "2026-09-01"},
    ]
).assign(is_key=[False, True, False, False, False, False])
MILESTONES = pd.DataFrame({"title": ["开售", "到齐", "未定"], "due": ["2026-09-16", "2026-09-08", None]})
BUDGET = pd.DataFrame(
    {
        "line_id": ["b1", "b2", "b3", "b4", "b5", "b6"],
        "title": ["样品", "谢礼", "补贴", "补贴二", "退款", "别的"],
        "budget_class": ["基础", "brand", "channel", "channel", "basic", "公关"],
        "amount": [18_000, 10_100, 24_000, None, -500, 900],
        "last_year": [17_000, None, 20_000, 4_500, None, None],
    }
)


def numbered(count: int, **more: Any) -> pd.DataFrame:
    day = dt.date(2026, 9, 1)
    return pd.DataFrame(
        {
            "action_id": [f"a{place}" for place in range(count)],
            "title": [f"第 {place} 步" for place in range(count)],
            "starts": [day + dt.timedelta(days=place) for place in range(count)],
            "ends": [day + dt.timedelta(days=place + 6) for place in range(count)],
            **more,
        }
    )


# --- the Gantt chart --------------------------------------------------------------------------------------------------


def test_the_gantt_chart_holds_every_dated_action_and_counts_the_rest() -> None:
    chart = charts.gantt(ACTIONS, milestones=MILESTONES)
    assert heading(chart) == (
        "4 项行动，最忙的时候从 2026年9月8日起，同时有 2 项",
        ["红色是关键行动", "菱形是里程碑", "2 项没有日期，没有画", "1 项结束早于开始，没有画"],
    )
    rows = datasets(chart)[0]
    assert only(rows, "name", "sort", "from", "to", "red", "said") == [
        ("到齐", "里程碑", 7.5, 8, False, "9/8"),
        ("开售", "里程碑", 15.5, 16, False, "9/16"),
        ("请人试吃", "行动", 0, 10, False, "9/1–9/10　阿禾"),
        ("预售", "关键行动", 7, 24, True, "9/8–9/24　小棠　关键"),
        ("回访", "行动", 37, 38, False, "10/8 起，没写结束　没有负责人"),
        ("小册子", "行动", 49, 50, False, "到 10/20，没写开始　林舟"),
    ]
    assert [layer["mark"]["type"] for layer in chart.to_dict()["layer"]] == ["bar", "point", "text", "point"]
    assert only(datasets(charts.gantt(ACTIONS, milestones=MILESTONES, width=100))[0], "said")[3] == (
        "9/8–9/24",
    )


def test_the_window_cuts_bars_and_keeps_the_real_dates_in_words() -> None:
    chart = charts.gantt(ACTIONS, start="2026-09-05", end=dt.date(2026, 9, 12))
    assert only(datasets(chart)[0], "name", "from", "to", "dates") == [
        ("请人试吃", 0, 6, "9/1–9/10"),
        ("预售", 3, 8, "9/8–9/24"),
    ]
    assert "2 项不在这段时间里，没有画" in heading(chart)[1]
    nothing = charts.gantt(ACTIONS, start="2027-01-01", end="2027-02-01")
    assert heading(nothing) == ("这段时间里没有行动和里程碑", [])
    with pytest.raises(ChoiceError, match=r"end（2026-09-01）在 start（2026-09-02）之前"):
        charts.gantt(ACTIONS, start="2026-09-02", end="2026-09-01")
    with pytest.raises(ChoiceError, match=r"start 要写成 2026-09-01 这样的日期（现在是 '九月'）"):
        charts.gantt(ACTIONS, start="九月")


def test_what_has_no_rows_or_no_dates_is_a_sentence() -> None:
    assert heading(charts.gantt(schema.ACTIONS.empty())) == ("还没有可画的行动", [])
    assert heading(charts.gantt(ACTIONS.iloc[[4]])) == ("行动都还没有日期，画不出来", [])
    marks = charts.gantt(schema.ACTIONS.empty(), milestones=MILESTONES)
    assert heading(marks)[0] == "2 个里程碑，最后一个在 9月16日 周三"
    one = charts.gantt(ACTIONS.head(1))
    assert heading(one) == ("1 项行动，2026年9月1日开始，2026年9月10日结束", [""])
    after = ACTIONS.iloc[[0, 2]]
    assert heading(charts.gantt(after))[0] == "2 项行动一项接一项，2026年10月8日结束"
    with pytest.raises(ColumnError, match="行动表缺少列 action_id（行动编号）"):
        charts.gantt(ACTIONS.drop(columns="action_id"))


def test_of_many_actions_the_key_ones_come_first_and_the_rest_is_counted() -> None:
    keyed = numbered(60, is_key=[place >= 58 for place in range(60)])
    chart = charts.gantt(keyed, top=10)
    assert only(datasets(chart)[0], "name") == [(f"第 {place} 步",) for place in (*range(8), 58, 59)]
    assert heading(chart) == (
        "60 项行动，最忙的时候从 2026年9月7日起，同时有 7 项",
        ["红色是关键行动", "另有 50 项没有画，先画关键的和早的"],
    )
    assert len(datasets(charts.gantt(keyed))[0]) == 36
    for top in (0, 2.0, True):
        with pytest.raises(ChoiceError, match="top（最多画几项行动）要写成 1 或更大的整数"):
            charts.gantt(keyed, top=top)  # type: ignore[arg-type]


def test_long_and_equal_names_stay_apart() -> None:
    names = [*["一" * 200] * 2, "乙\n丙\u202e"]
    rows = datasets(charts.gantt(numbered(3, title=names)))[0]
    assert only(rows, "name") == [("一" * 15 + "…",), ("一" * 15 + "… 2",), ("乙 丙",)]


def ticks(start: str, end: str, **more: Any) -> str:
    frame = pd.DataFrame({"action_id": ["a"], "title": ["甲"], "starts": [start], "ends": [end]})
    axis = charts.gantt(frame, **more).to_dict()["layer"][0]["encoding"]["x"]["axis"]
    return axis["labelExpr"].removesuffix("[datum.value]")


def test_the_axis_follows_the_length_of_the_plan() -> None:
    assert ticks("2026-09-01", "2026-09-30") == (
        '({"0": "9/1", "6": "9/7", "13": "9/14", "20": "9/21", "27": "9/28"})'
    )
    assert ticks("2026-09-15", "2027-02-10") == (
        '({"16": "10月", "47": "11月", "77": "12月", "108": "2027年"})'
    )
    # two years, in half years; the dates beside carry their year
    assert ticks("2026-09-01", "2028-09-01") == (
        '({"0": "26/9/1", "122": "2027年", "303": "7月", "487": "2028年", "669": "7月"})'
    )
    frame = pd.DataFrame(
        {"action_id": ["a"], "title": ["甲"], "starts": ["2026-09-01"], "ends": ["2028-09-01"]}
    )
    assert only(datasets(charts.gantt(frame))[0], "dates") == [("26/9/1–28/9/1",)]


days = st.one_of(st.none(), st.dates(dt.date(2020, 1, 1), dt.date(2040, 1, 1)))


@given(st.lists(st.tuples(days, days), max_size=12), st.lists(days, max_size=4))
def test_everything_is_drawn_or_counted(pairs: list[tuple[Any, Any]], dues: list[Any]) -> None:
    actions = numbered(len(pairs), starts=[pair[0] for pair in pairs], ends=[pair[1] for pair in pairs])
    actions = actions.astype({"starts": "object", "ends": "object"})
    marks = pd.DataFrame({"title": ["里"] * len(dues), "due": pd.Series(dues, dtype="object")})
    spans = charts.spans_of(actions, milestones=marks, start="2025-01-01", end="2035-01-01")
    if spans is None:
        assert all(ends is None or (starts or ends) > ends for starts, ends in pairs if starts or ends)
        assert not any(dues)
        return
    assert len(spans.rows) + spans.undated + spans.reversed + spans.outside == len(pairs) + len(dues)
    assert all(span.first <= spans.end and span.last >= spans.start for span in spans.rows)


# --- the budget -------------------------------------------------------------------------------------------------------


def test_the_budget_is_drawn_by_class_against_last_year() -> None:
    chart = charts.budget_bars(BUDGET)
    assert heading(chart) == (
        "今年共 5.3万元，渠道占得最多（45.3%）",
        ["条长是今年", "竖线是去年", "3 条没写去年", "1 条没有金额，没有算", "1 条金额是负数，没有算"],
    )
    assert only(datasets(chart)[0], "name", "amount", "last", "red", "said") == [
        ("基础", 18000.0, 17000.0, False, "1.8万元（34%）　去年 1.7万元"),
        ("品牌", 10100.0, None, False, "1万元（19.1%）"),
        ("渠道", 24000.0, 24500.0, True, "2.4万元（45.3%）　去年 2.5万元"),
        ("未分类", 900.0, None, False, "900 元（1.7%）"),
    ]
    # bars begin at zero
    assert chart.to_dict()["layer"][0]["encoding"]["x"]["scale"]["domain"] == [0, 24500.0]


def test_a_budget_without_amounts_is_a_sentence() -> None:
    assert heading(charts.budget_bars(schema.BUDGET.empty())) == ("还没有预算", [])
    for amount in (None, 0.0, -5.0, float("inf")):
        assert heading(charts.budget_bars(BUDGET.assign(amount=amount))) == ("预算还没有金额", [])
    alone = charts.budget_bars(BUDGET.head(1))
    assert heading(alone) == ("今年共 1.8万元", ["条长是今年", "竖线是去年"])


def test_both_are_pictures_without_a_network_and_the_same_each_time() -> None:
    for draw in (lambda: charts.gantt(ACTIONS, milestones=MILESTONES), lambda: charts.budget_bars(BUDGET)):
        svg = charts.to_svg(draw())
        assert svg.startswith("<svg") and svg == charts.to_svg(draw())
    hostile = "</text><script>x</script>"
    svg = charts.to_svg(charts.gantt(numbered(2, title=hostile, owner=hostile)))
    assert "<script" not in svg and "&lt;script" in svg
