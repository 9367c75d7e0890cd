"""Money: lines against last year, classes, quarters, what came back, and what gifts cost."""

from __future__ import annotations

import datetime as dt
import math
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from toolkit import lexicons
from toolkit.campaigns._budget import (
    QUARTERS,
    BudgetReturn,
    budget_changes,
    budget_classes,
    budget_quarters,
    budget_return,
)
from toolkit.campaigns._gifts import gift_costs
from toolkit.campaigns._plan_read import read_plan
from toolkit.charts import budget_bars
from toolkit.export import write_plan
from toolkit.schema import BUDGET, GIFTS, SPENDING, ChoiceError, ColumnError, Proposal

SAMPLE = read_plan(lexicons.sample_folder() / "proposal").proposal
NAN = float("nan")


def rows(frame: pd.DataFrame, *names: str) -> list[list[Any]]:
    """The cells, missing ones as None."""
    return [
        [None if pd.isna(value) else value for value in row]
        for row in frame[list(names) or list(frame.columns)].itertuples(index=False, name=None)
    ]


def lines(*given_lines: tuple[Any, ...]) -> pd.DataFrame:
    """BUDGET of (id, class, amount, last year, q1, q2, q3, q4)."""
    names = ["line_id", "budget_class", "amount", "last_year", *QUARTERS]
    return pd.DataFrame(
        [dict(zip(names, line, strict=True)) | {"title": f"用途{line[0]}"} for line in given_lines],
        columns=[*names, "title"],
    )


def test_each_line_against_last_year() -> None:
    found = budget_changes(
        lines(
            ("a", "basic", 115.0, 100.0, *[None] * 4),
            ("b", "brand", 116.0, 100.0, *[None] * 4),
            ("c", "brand", 80.0, 100.0, *[None] * 4),
            ("d", "channel", 80.0, 0.0, *[None] * 4),
            ("e", "channel", 80.0, None, *[None] * 4),
            ("f", "channel", None, 80.0, *[None] * 4),
        )
    )
    assert rows(found, "line_id", "difference", "change", "flagged", "why") == [
        ["a", 15.0, 0.15, False, ""],
        ["b", 16.0, 0.16, True, ""],
        ["c", -20.0, -0.2, True, ""],
        ["d", 80.0, None, False, "去年没有这笔钱，不算增减占比"],
        ["e", None, None, False, "没有去年的数"],
        ["f", None, None, False, "没有写今年多少"],
    ]


def test_the_sample_by_class() -> None:
    assert rows(budget_classes(SAMPLE.budget), "budget_class", "lines", "amount", "last_year") == [
        ["basic", 1, 1800.0, 1700.0],
        ["brand", 4, 14100.0, 12850.0],
        ["channel", 2, 8900.0, 7800.0],
    ]
    shares = budget_classes(SAMPLE.budget)
    assert shares["share"].tolist() == pytest.approx([1800 / 24800, 14100 / 24800, 8900 / 24800])
    assert shares["last_share"].sum() == pytest.approx(1.0)


def test_nothing_planned_has_no_shares_and_another_class_is_kept() -> None:
    zero = budget_classes(lines(("a", "basic", 0.0, None, *[None] * 4)))
    assert rows(zero, "share", "last_share") == [[None, None]] * 3
    other = budget_classes(lines(("a", "推广", 10.0, None, *[None] * 4)))
    assert rows(other, "budget_class", "amount") == [
        ["basic", 0.0],
        ["brand", 0.0],
        ["channel", 0.0],
        ["推广", 10.0],
    ]


def test_the_sample_by_quarter() -> None:
    read = budget_quarters(SAMPLE.budget, SAMPLE.spending, year=2026)
    frame = read.frame
    assert len(frame) == 4 * 5
    assert rows(frame[frame["budget_class"] == ""], "quarter", "planned", "spent", "left") == [
        ["q1", 3300.0, 2300.0, 1000.0],
        ["q2", 3300.0, 3320.0, -20.0],
        ["q3", 12000.0, 10110.0, 1890.0],
        ["q4", 6200.0, 920.0, 5280.0],
        ["year", 24800.0, 16650.0, 8150.0],
    ]
    brand = frame[(frame["budget_class"] == "brand") & (frame["quarter"] == "q3")]
    # 2300 + 3180 − 240 for the fair, 1150 for the books, 640 and 470 for tasting
    assert rows(brand, "planned", "spent", "share", "left") == [[9300.0, 7500.0, 7500 / 9300, 1800.0]]
    assert rows(read.rejected) == [["花费", 15, "预算表里没有「Y9」这一项"]]
    assert read.notes.empty


def test_what_cannot_be_counted_comes_back_and_what_is_not_parted_is_noted() -> None:
    budget = lines(
        ("a", "basic", 100.0, None, None, None, 60.0, None), ("b", "brand", None, None, 1.0, 2.0, 3.0, 4.0)
    )
    spending = pd.DataFrame(
        {
            "line_id": ["a", "a", "a", "z", "b", "a"],
            "spent_on": ["2026-07-01", None, "2025-12-31", "2026-01-01", "2026-12-31", "2026-01-01"],
            "amount": [20.0, 1.0, 2.0, 3.0, 12.0, NAN],
        }
    )
    read = budget_quarters(budget, spending, year=2026)
    assert rows(read.rejected) == [
        ["花费", 3, "没有日期，不知道算在哪个季度"],
        ["花费", 4, "2025-12-31 不在 2026 年"],
        ["花费", 5, "预算表里没有「z」这一项"],
        ["花费", 7, "没有写花了多少"],
    ]
    assert rows(read.notes) == [["预算", 2, "「用途a」有 40.00 元没有分到季度，只算在全年里"]]
    year = read.frame[read.frame["quarter"] == "year"]
    assert rows(year, "budget_class", "planned", "spent", "share", "left") == [
        ["basic", 100.0, 20.0, 0.2, 80.0],
        ["brand", 10.0, 12.0, 1.2, -2.0],
        ["channel", 0.0, 0.0, None, 0.0],
        ["", 110.0, 32.0, 32 / 110, 78.0],
    ]


def test_empty_tables_give_empty_frames_with_the_same_columns() -> None:
    whole = budget_quarters(SAMPLE.budget, SAMPLE.spending, year=2026)
    empty = budget_quarters(BUDGET.empty(), SPENDING.empty(), year=2026)
    for one, other in zip(whole, empty, strict=True):
        assert list(other.columns) == list(one.columns)
        assert other.empty
    for verb in (budget_changes, budget_classes):
        assert list(verb(BUDGET.empty()).columns) == list(verb(SAMPLE.budget).columns)
        assert verb(BUDGET.empty()).empty
    assert all(frame.empty for frame in gift_costs(GIFTS.empty()))


def test_a_year_that_is_none_and_a_column_that_lacks_are_refused() -> None:
    with pytest.raises(ChoiceError, match="year（年份）要写成 2000 到 2100 的整数"):
        budget_quarters(SAMPLE.budget, SAMPLE.spending, year=26)
    with pytest.raises(ColumnError, match="line_id（预算编号）"):
        budget_changes(pd.DataFrame({"title": ["a"], "budget_class": ["basic"]}))


cents = st.integers(-100_000, 1_000_000).map(lambda value: value / 100)
amount_lines = st.lists(
    st.tuples(st.sampled_from("abc"), st.sampled_from(["basic", "brand", "channel", "别的"]), cents, cents),
    max_size=5,
)
payments = st.lists(
    st.tuples(st.sampled_from("abcd"), st.dates(dt.date(2025, 12, 1), dt.date(2027, 1, 31)), cents),
    max_size=12,
)


@given(given_lines=amount_lines, spent=payments)
@settings(max_examples=60, deadline=None)
def test_quarters_make_the_year_and_classes_the_whole(given_lines: list[Any], spent: list[Any]) -> None:
    budget = lines(*[(key, group, None, None, q1, 0.0, 0.0, q4) for key, group, q1, q4 in given_lines])
    spending = pd.DataFrame(spent, columns=["line_id", "spent_on", "amount"])
    read = budget_quarters(budget, spending, year=2026)
    counted = [amount for key, day, amount in spent if day.year == 2026 and key in set(budget["line_id"])]
    assert len(read.rejected) == len(spent) - len(counted)
    if budget.empty:
        assert read.frame.empty
        return
    for column in ("planned", "spent", "left"):
        table = read.frame.pivot(index="budget_class", columns="quarter", values=column)
        assert table[list(QUARTERS)].sum(axis=1).tolist() == pytest.approx(table["year"].tolist(), abs=1e-6)
        assert table.drop(index="").sum().tolist() == pytest.approx(table.loc[""].tolist(), abs=1e-6)
    whole = read.frame[(read.frame["budget_class"] == "") & (read.frame["quarter"] == "year")]
    assert whole["spent"].iloc[0] == pytest.approx(sum(counted), abs=1e-6)


def test_what_came_back() -> None:
    assert budget_return(2000, revenue=9000, cost=6000, people=500) == BudgetReturn(
        spent=2000.0,
        revenue=9000.0,
        cost=6000.0,
        people=500,
        profit=1000.0,
        roi=0.5,
        revenue_per_yuan=4.5,
        per_head=4.0,
        why=(),
    )
    loss = budget_return(100.0, revenue=0, cost=0, people=0)
    assert (loss.profit, loss.roi, loss.per_head, loss.why) == (
        -100.0,
        -1.0,
        None,
        ("人数是 0，每人花多少算不了",),
    )
    half = budget_return(100.0, revenue=150.0)
    assert (half.profit, half.roi, half.revenue_per_yuan, half.per_head) == (None, None, 1.5, None)
    assert half.why == ("没有写货的成本，利润和回报算不了", "没有写人数，每人花多少算不了")


@pytest.mark.parametrize(
    ("spent", "more", "message"),
    [
        (0, {"revenue": 10}, "是 0，除不了"),
        (-5, {"revenue": 10}, "spent（花了多少）要写成 0 或更大的钱数（现在是 -5）"),
        (math.nan, {"revenue": 10}, "spent"),
        (math.inf, {"revenue": 10}, "spent"),
        (True, {"revenue": 10}, "spent"),
        ("100", {"revenue": 10}, "spent"),
        (100, {"revenue": None}, "revenue（收入）"),
        (100, {"revenue": 10, "cost": -1}, "cost（货的成本）"),
        (100, {"revenue": 10, "people": 2.5}, "people（人数）"),
        (100, {"revenue": 10, "people": -1}, "people（人数）"),
    ],
)
def test_amounts_that_are_none_are_refused(spent: Any, more: dict[str, Any], message: str) -> None:
    with pytest.raises(ChoiceError, match=message):
        budget_return(spent, **more)


def gifts(**more: list[Any]) -> pd.DataFrame:
    return pd.DataFrame(
        {
            "gift": ["种子卡", "绘本", "咖啡券", "签名书"],
            "gift_job": ["拉新", "拉新", "活跃", "回馈"],
            "gift_form": ["实物", "实物", "虚拟", "实物"],
            "unit_cost": [1.0, 12.0, 5.0, 40.0],
            "handling": [0.5, 3.0, None, 6.0],
            "sent": [200, 10, 30, 0],
            "acquired": [60, None, 0, None],
        }
        | more
    )


def test_gifts_by_piece_and_by_member() -> None:
    found = gift_costs(gifts())
    assert rows(found.gifts, "gift_job", "gift_form", "total", "per_piece", "per_member", "why") == [
        ["acquire", "physical", 300.0, 1.5, 5.0, ""],
        ["acquire", "physical", 150.0, 15.0, None, "没有数带来了多少人"],
        ["enliven", "virtual", 150.0, 5.0, None, "没有带来新成员，除不了"],
        ["reward", "physical", 0.0, 46.0, None, "没有数带来了多少人"],
    ]
    assert rows(found.jobs) == [
        ["acquire", 2, 210, 450.0, 450 / 210, 60, 5.0, "1 种没有数带来了多少人，没有算进每个新成员的花费"],
        ["enliven", 1, 30, 150.0, 5.0, 0, None, "没有带来新成员，除不了"],
        ["reward", 1, 0, 0.0, None, None, None, "没有数带来了多少人"],
    ]


@pytest.mark.parametrize(
    ("column", "value", "message"),
    [
        ("unit_cost", -1.0, "礼品表第 2 行「绘本」的单价（元）是 -1.0，要写成 0 或更大的数"),
        ("unit_cost", None, "礼品表第 2 行「绘本」的单价（元）没有写"),
        ("sent", -3, "礼品表第 2 行「绘本」的送出份数是 -3"),
        ("acquired", -1, "礼品表第 2 行「绘本」的带来的新成员是 -1"),
        ("handling", math.inf, "礼品表第 2 行「绘本」的每份运费和人工（元）是 inf"),
    ],
)
def test_gifts_with_impossible_numbers_are_refused(column: str, value: Any, message: str) -> None:
    table = gifts()
    table[column] = table[column].astype("object")
    table.loc[1, column] = value
    with pytest.raises(ChoiceError) as caught:
        gift_costs(table)
    assert str(caught.value).startswith(message)


def test_quarters_make_a_year_wherever_the_year_is_asked_for(tmp_path: Path) -> None:
    lines = pd.DataFrame(
        {
            "line_id": ["Y1", "Y2", "Y3"],
            "title": ["海报", "工具", "杂项"],
            "budget_class": ["brand", "basic", ""],
            "amount": [None, 500.0, 900.0],
            "last_year": [1000.0, 500.0, None],
            "q3": [600.0, None, None],
            "q4": [400.0, None, None],
        }
    )
    classes = budget_classes(lines)
    assert classes[["budget_class", "amount"]].values.tolist() == [
        *(["basic", 500.0], ["brand", 1000.0], ["channel", 0.0], ["other", 900.0])
    ]
    assert classes["share"].sum() == 1.0
    assert budget_changes(lines).set_index("title").loc["海报", "change"] == 0.0
    year = budget_quarters(lines, SPENDING.empty(), year=2026).frame.query("quarter == 'year'")
    assert dict(zip(year["budget_class"], year["planned"], strict=True))[""] == 2400.0
    proposal = Proposal("秋天", dt.date(2026, 9, 1), dt.date(2026, 11, 30), budget=lines)
    text = write_plan(proposal, tmp_path / "a.md").read_text("utf-8")
    assert "2,400 元" in text and "未分类" in text
    assert "未分类" in str(budget_bars(lines).to_dict())
