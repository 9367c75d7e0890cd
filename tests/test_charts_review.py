"""The charts of a review: what they answer, what they leave out and say so, and that nothing uncertain looks sure."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from review_frames import GROUP_NAMES, make_effects, make_funnel, make_posts, make_times

from toolkit import schema
from toolkit.charts import to_svg
from toolkit.charts._review import (
    effect_bars,
    effect_name,
    funnel_steps,
    plan_against_result,
    rank_agreement,
    span_words,
    time_heat,
    times_words,
)
from toolkit.charts._theme import PAGE_INK, PAGE_MUTED, PAGE_PAPER
from toolkit.schema import ChoiceError, ColumnError

NASTY = "<script>alert(1)</script>\u202e=1+1"


def spec(chart: Any) -> dict[str, Any]:
    return chart.to_dict()


def title(chart: Any) -> str:
    text = spec(chart)["title"]
    text = text["text"] if isinstance(text, dict) else text
    return text if isinstance(text, str) else "".join(text)


def subtitle(chart: Any) -> str:
    return "；".join(spec(chart)["title"]["subtitle"])


def rows(chart: Any) -> list[dict[str, Any]]:
    """The records that most layers draw."""
    found = spec(chart)
    layers = found.get("layer", [found])
    sets = [part["data"]["values"] for part in (found, *layers) if "data" in part]
    return max(sets, key=len)


def test_effects_are_told_by_sign_colour_and_word() -> None:
    chart = effect_bars(make_effects(), names=GROUP_NAMES)
    assert title(chart) == "保留 2 项、少发 1 项、再试试 1 项，6 项还说不准"
    assert subtitle(chart).startswith("看的是按暗号的订单；点是估计，横线是 95% 区间，1 是和其余的一样")
    told = rows(chart)
    assert [row["name"] for row in told][:5] == [
        *("时段：20:00", "类型：促销", "选题：绘本", "标题写法：带数字", "群：望湖故事群"),
    ]
    assert told[0]["said"] == "保留 1.52 倍（1.25–1.85）" and told[0]["left"] == 1.246
    marks = [part["mark"] for part in spec(chart)["layer"] if part["mark"].get("shape")]
    looks = [(mark["shape"], mark["stroke"], mark["fill"] == PAGE_PAPER) for mark in marks]
    assert looks == [
        ("circle", "#0072B2", False),
        ("triangle-down", "#B93A2B", False),
        ("diamond", PAGE_INK, True),
        ("circle", PAGE_MUTED, True),
    ]
    # a logarithmic axis: half as much is as far from 1 as twice as much
    scales = {
        part["encoding"]["x"]["scale"]["type"]
        for part in spec(chart)["layer"]
        if "scale" in part["encoding"].get("x", {})
    }
    assert scales == {"log"}


def test_what_is_left_out_of_the_effects_is_counted() -> None:
    frame = make_effects()
    frame.loc[9, ["low", "high"]] = None
    frame.loc[0, ["value", "low", "high"]] = [30.0, 0.0, np.inf]
    chart = effect_bars(frame, top=3)
    assert "另有 5 项没有画；2 项没有区间，没有画" in subtitle(chart)
    frame.loc[0, ["value", "low", "high"]] = [30.0, 0.0, 900.0]
    first = rows(effect_bars(frame, top=3))[0]
    assert (first["at"], first["left"], first["right"]) == (10.0, 0.1, 10.0)
    assert first["said"] == "保留 30.0 倍（0.00–900）"


def test_two_outcomes_in_one_chart_are_both_named() -> None:
    frame = make_effects()
    frame.loc[1, "outcome"] = "replied"
    chart = effect_bars(frame)
    assert subtitle(chart).startswith("看的是按暗号的订单、按关键词的回复")
    assert [row["name"] for row in rows(chart)][:2] == ["暗号的订单，时段：20:00", "关键词的回复，类型：促销"]
    alone = effect_bars(frame, outcome="replied")
    assert len(rows(alone)) == 1 and title(alone) == "保留 1 项"
    assert subtitle(alone).endswith("9 项看的是别的结果，没有画")


def test_nothing_sure_is_no_reason_to_change() -> None:
    assert title(effect_bars(make_effects().assign(verdict="unsure"))) == "10 项还说不准，现在不必改"
    assert title(effect_bars(schema.EFFECTS.empty())) == "还没有量出效果"
    with pytest.raises(ColumnError):
        effect_bars(pd.DataFrame({"x": [1]}))
    with pytest.raises(ChoiceError):
        effect_bars(make_effects(), top=0)


def test_the_funnel_draws_measured_stages_of_one_campaign() -> None:
    chart = funnel_steps(make_funnel())
    assert title(chart) == "中秋：拉新 4.9%、激活 8.5%、成交 1.4%"
    assert [row["said"] for row in rows(chart)] == [
        "4.9%（3.5%–6.6%）",
        "8.5%（7.1%–10.1%）",
        "1.4%（1.1%–1.7%）",
    ]
    bars = next(part for part in spec(chart)["layer"] if part["mark"]["type"] == "bar")
    assert bars["encoding"]["x"]["scale"]["domain"] == [0, 0.101]
    assert len(rows(funnel_steps(make_funnel(), group_id="g1"))) == 3
    assert title(funnel_steps(schema.FUNNEL.empty())) == "还没有可画的漏斗"
    assert title(funnel_steps(make_funnel(), group_id="g9")) == "还没有可画的漏斗"
    blank = make_funnel().assign(rate=None, low=None, high=None)
    assert {row["said"] for row in rows(funnel_steps(blank))} == {"没有可用的数"}
    with pytest.raises(ChoiceError, match="漏斗里没有活动 '国庆'。有的活动：中秋。"):
        funnel_steps(make_funnel(), campaign="国庆")


def test_only_times_whose_interval_keeps_clear_of_one_are_coloured() -> None:
    chart = time_heat(make_times(), names=GROUP_NAMES)
    assert title(chart) == "柳塘鲜友一群：2 个时段好于平常，周六 20:00 最好"
    assert subtitle(chart).startswith("看的是按暗号的订单")
    sure = {(row["day"], row["slot"]): row["label"] for row in rows(chart) if row["sort"] != "unsure"}
    assert sure == {("周五", "20:00"): "↑1.63", ("周六", "20:00"): "↑1.65", ("周一", "08:00"): "↓0.60"}
    assert len(rows(chart)) == 21
    assert title(time_heat(make_times(), group_id="g2")).startswith("g2：")
    assert title(time_heat(make_times().assign(low=None))) == "g1：哪个时段好，还说不准"
    worse = make_times().assign(value=0.5, low=0.3, high=0.8)
    assert title(time_heat(worse)) == "g1：21 个时段不如平常，好的还说不准"
    assert title(time_heat(schema.TIMES.empty())) == "还没有可画的时段"
    with pytest.raises(ChoiceError, match="时段表里没有群"):
        time_heat(make_times(), group_id="g9")


def test_plan_and_result_are_held_against_each_other_for_a_hundred_members() -> None:
    chart = plan_against_result(make_posts())
    assert title(chart) == "计划里看得重的，结果也多一些（排序一致程度 0.52，区间 0.25 到 0.72）"
    assert (
        subtitle(chart) == "纵轴是按暗号的订单，横竖都按每百人算，一点是一次发布；9 次没有结果或人数，没有画"
    )
    assert len(rows(chart)) == 45
    first = make_posts().iloc[0]
    assert rows(chart)[0]["planned"] == round(first["planned"] / 3.2, 4)
    assert rows(chart)[0]["result"] == round(int(first["result"]) / 3.2, 4)
    # large groups alone prove no plan right: members drive both here and nothing else does
    size = np.repeat([50, 500, 5000], 8)
    frame = make_posts(24).assign(
        members=size, planned=size / 100, result=size // 10, outcome="ordered", status="sent"
    )
    assert (
        title(plan_against_result(schema.check(frame, schema.POST_REVIEWS)))
        == "量到 24 次，还看不出计划准不准"
    )
    few = make_posts(8)
    assert title(plan_against_result(few)) == "量到 5 次，还看不出计划准不准"
    assert title(plan_against_result(make_posts(outcome=""))) == "还没有量到结果，计划和结果没法对照"


def test_the_interval_of_the_agreement_holds_the_true_one() -> None:
    """Of 400 draws of 60 pairs with Pearson .5 (Spearman .483), 95 % intervals should miss in about one of twenty."""
    draw = np.random.default_rng(3)
    hits = 0
    for _ in range(400):
        one = draw.standard_normal(60)
        other = 0.5 * one + np.sqrt(0.75) * draw.standard_normal(60)
        told = rank_agreement(pd.Series(one), pd.Series(other))
        assert told is not None
        hits += told[1] <= 0.4826 <= told[2]
    assert 0.92 <= hits / 400 <= 0.98


@given(st.floats(allow_nan=True), st.floats(allow_nan=True), st.floats(allow_nan=True))
def test_any_number_is_said(value: float, low: float, high: float) -> None:
    assert times_words(value).endswith((" 倍", "—"))
    assert span_words(low, high) == "" or "–" in span_words(low, high)


@given(st.text(max_size=20))
def test_any_name_is_one_line(name: str) -> None:
    for facet in ("group", "kind", "slot", "weekday", "headline"):
        assert "\n" not in effect_name(facet, name)


def test_text_of_others_is_data_in_every_chart() -> None:
    frames = [
        effect_bars(make_effects().assign(name=NASTY)),
        funnel_steps(make_funnel().assign(campaign=NASTY)),
        time_heat(make_times().assign(group_id=NASTY, slot=NASTY)),
        plan_against_result(make_posts().assign(title=NASTY)),
    ]
    for chart in frames:
        drawn = to_svg(chart)
        assert "<script" not in drawn and "\u202e" not in drawn
