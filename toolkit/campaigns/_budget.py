"""Money: lines against last year, three classes, quarters planned and spent, and what a campaign brought back."""

from __future__ import annotations

import datetime as dt
import numbers
from dataclasses import dataclass
from typing import Any, NamedTuple

import pandas as pd

from toolkit.schema import (
    BUDGET,
    BUDGET_BY_QUARTER,
    BUDGET_CHANGES,
    BUDGET_SHARES,
    NOTES,
    REJECTED,
    SPENDING,
    ChoiceError,
    Contract,
    as_whole,
    check,
    is_missing,
    moved,
    moves_much,
    shown_value,
    with_amounts,
)

QUARTERS = ("q1", "q2", "q3", "q4")
CLASSES = ("basic", "brand", "channel")
_TABLE = "花费"
# floats hold whole numbers exactly up to some 9e15
_MOST = 1e15


class BudgetQuarters(NamedTuple):
    """Planned against spent; rows of SPENDING that could not be counted with path, row and reason; and remarks."""

    frame: pd.DataFrame
    rejected: pd.DataFrame
    notes: pd.DataFrame


@dataclass(frozen=True)
class BudgetReturn:
    """What was spent and what came of it, in yuan; None where it cannot be computed, `why` then says so.

    `profit` is revenue − cost − spent, `roi` profit / spent (0.5: each yuan came back with half a yuan more),
    `revenue_per_yuan` revenue / spent, `per_head` spent / people.
    """

    spent: float
    revenue: float
    cost: float | None
    people: int | None
    profit: float | None
    roi: float | None
    revenue_per_yuan: float
    per_head: float | None
    why: tuple[str, ...]


def budget_changes(budget: pd.DataFrame) -> pd.DataFrame:
    """Each line of BUDGET against last year, in its order: difference in yuan, change as a share of last year, flag.

    `flagged` is true where the change is over 15% up or down: practitioners' word, unverified. Difference and change
    are missing where either year's amount is not given, the change also where last year's is 0 or less; `why` says so.
    An empty table gives an empty frame. Raises ColumnError for a table that lacks a column.

    >>> found = budget_changes(pd.DataFrame({"line_id": ["Y1"], "title": ["海报"], "budget_class": ["brand"],
    ...                                      "amount": [1200.0], "last_year": [1000.0]}))
    >>> found[["difference", "change", "flagged"]].values.tolist()
    [[200.0, 0.2, True]]
    """
    rows = []
    for row in _lines(budget).to_dict("records"):
        now, before = _given(row["amount"]), _given(row["last_year"])
        change = moved(now, before)
        rows.append(
            {
                **{name: row[name] for name in ("line_id", "title", "budget_class")},
                "last_year": before,
                "amount": now,
                "difference": None if now is None or before is None else now - before,
                "change": change,
                "flagged": moves_much(change),
                "why": _why_no_change(now, before),
            }
        )
    return check(pd.DataFrame(rows), BUDGET_CHANGES) if rows else BUDGET_CHANGES.empty()


def _why_no_change(now: float | None, before: float | None) -> str:
    if now is None:
        return "没有写今年多少"
    if before is None:
        return "没有去年的数"
    return "" if before > 0 else "去年没有这笔钱，不算增减占比"


def budget_classes(budget: pd.DataFrame) -> pd.DataFrame:
    """The three classes of a budget (基础, 品牌, 渠道) with lines, amount in yuan, share of the whole, and last year's.

    Amounts not given count as 0; a share is missing where the whole is 0 or less. Lines of another class are kept under the
    name they bear, behind the three, those of none under `other` (未分类). An empty table gives an empty frame. Raises ColumnError for a lacking column.

    >>> classes = budget_classes(pd.DataFrame({"line_id": ["Y1", "Y2"], "title": ["群工具", "海报"],
    ...                                        "budget_class": ["basic", "brand"], "amount": [300.0, 900.0]}))
    >>> classes["share"].tolist()
    [0.25, 0.75, 0.0]
    """
    lines = _lines(budget)
    if lines.empty:
        return BUDGET_SHARES.empty()
    whole, before = float(lines["amount"].sum()), float(lines["last_year"].sum())
    rows = []
    for name in _classes(lines):
        mine = lines[lines["budget_class"] == name]
        amount, last = float(mine["amount"].sum()), float(mine["last_year"].sum())
        rows.append(
            {
                "budget_class": name,
                "lines": len(mine),
                "amount": amount,
                "share": amount / whole if whole > 0 else None,
                "last_year": last,
                "last_share": last / before if before > 0 else None,
            }
        )
    return check(pd.DataFrame(rows), BUDGET_SHARES)


def budget_quarters(budget: pd.DataFrame, spending: pd.DataFrame, *, year: int) -> BudgetQuarters:
    """Planned against spent by class and quarter of `year`, in yuan: q1 to q4 and year, "" being all classes together.

    A year's plan is a line's amount, or the sum of its quarters where no amount is given; what is not parted into
    quarters counts in the year alone, with a note. `share` is spent / planned, missing where nothing was planned;
    `left` below 0 is overspent. A refund is a negative amount. A row of SPENDING is rejected where its line is not in
    the budget, its day missing or of another year, or its amount no number; the first row counts as row 2, as in a
    file. Without a line in the budget the frame is empty.

    Raises ChoiceError for a year that is none, ColumnError for a table that lacks a column.

    >>> budget = pd.DataFrame({"line_id": ["Y1"], "title": ["海报"], "budget_class": ["brand"], "amount": [1000.0],
    ...                        "q3": [600.0], "q4": [400.0]})
    >>> spending = pd.DataFrame({"line_id": ["Y1", "Y9"], "spent_on": ["2026-09-20"] * 2, "amount": [150.0, 1.0]})
    >>> read = budget_quarters(budget, spending, year=2026)
    >>> read.frame[read.frame["quarter"] == "q3"].values.tolist()[0]
    ['basic', 'q3', 0.0, 0.0, nan, 0.0]
    >>> read.rejected["reason"].tolist()
    ['预算表里没有「Y9」这一项']
    """
    year = as_whole(year, "year（年份）", 2000, 2100)
    lines = _lines(budget)
    classes = dict(zip(lines["line_id"], lines["budget_class"], strict=True))
    spent, rejected = _spent(check(spending, SPENDING), classes, year)
    planned, notes = _planned(lines)
    if lines.empty:
        return BudgetQuarters(BUDGET_BY_QUARTER.empty(), _listing(rejected, REJECTED), _listing(notes, NOTES))
    rows = []
    for name in (*_classes(lines), ""):
        for quarter in (*QUARTERS, "year"):
            plan, used = planned.get((name, quarter), 0.0), spent.get((name, quarter), 0.0)
            rows.append(
                {
                    "budget_class": name,
                    "quarter": quarter,
                    "planned": plan,
                    "spent": used,
                    "share": used / plan if plan > 0 else None,
                    "left": plan - used,
                }
            )
    frame = check(pd.DataFrame(rows), BUDGET_BY_QUARTER)
    return BudgetQuarters(frame, _listing(rejected, REJECTED), _listing(notes, NOTES))


_Sums = dict[tuple[str, str], float]


def _planned(lines: pd.DataFrame) -> tuple[_Sums, list[dict[str, Any]]]:
    """Planned yuan by class and quarter, and a note for each line whose quarters do not make its year."""
    sums: _Sums = {}
    notes = []
    for number, row in enumerate(lines.to_dict("records"), start=2):
        parts = {name: _given(row[name]) or 0.0 for name in QUARTERS}
        whole = _given(row["amount"]) or 0.0
        for quarter, value in {**parts, "year": whole}.items():
            for name in dict.fromkeys((row["budget_class"], "")):
                sums[name, quarter] = sums.get((name, quarter), 0.0) + value
        if abs(rest := whole - sum(parts.values())) > 0.005:
            note = f"「{row['title'] or row['line_id']}」有 {rest:,.2f} 元没有分到季度，只算在全年里"
            notes.append({"path": "预算", "row": number, "note": note})
    return sums, notes


def _spent(spending: pd.DataFrame, classes: dict[str, str], year: int) -> tuple[_Sums, list[dict[str, Any]]]:
    """Spent yuan by class and quarter, and the rows that cannot be counted."""
    sums: _Sums = {}
    rejected = []
    for number, row in enumerate(spending.to_dict("records"), start=2):
        if reason := _unusable(row, classes, year):
            rejected.append({"path": _TABLE, "row": number, "reason": reason})
            continue
        quarter = QUARTERS[(row["spent_on"].month - 1) // 3]
        for name in dict.fromkeys((classes[row["line_id"]], "")):
            for part in (quarter, "year"):
                sums[name, part] = sums.get((name, part), 0.0) + float(row["amount"])
    return sums, rejected


def _unusable(row: dict[str, Any], classes: dict[str, str], year: int) -> str:
    if row["line_id"] not in classes:
        return f"预算表里没有「{row['line_id']}」这一项"
    if not isinstance(row["spent_on"], dt.date):
        return "没有日期，不知道算在哪个季度"
    if row["spent_on"].year != year:
        return f"{row['spent_on']} 不在 {year} 年"
    return "" if _given(row["amount"]) is not None else "没有写花了多少"


def budget_return(
    spent: float, *, revenue: float, cost: float | None = None, people: int | None = None
) -> BudgetReturn:
    """What came back for the money: profit, ROI, revenue per yuan, spent per head; None where it cannot be computed.

    `spent` is what the campaign cost, `revenue` what it sold, `cost` what the goods cost (without it profit and ROI
    are not said: revenue is not profit), `people` how many took part. All in yuan.

    Raises ChoiceError where `spent` is not above 0, or a number is none or below 0.

    >>> budget_return(2000, revenue=9000, cost=6000, people=500).roi
    0.5
    >>> budget_return(2000, revenue=9000).why
    ('没有写货的成本，利润和回报算不了', '没有写人数，每人花多少算不了')
    """
    paid = _money(spent, "spent（花了多少）")
    if paid == 0:
        raise ChoiceError(
            "spent（花了多少）是 0，除不了，算不出回报。没有花钱就直接看收入；花了人工，请折成钱再算。"
        )
    income = _money(revenue, "revenue（收入）")
    goods = None if cost is None else _money(cost, "cost（货的成本）")
    heads = None if people is None else as_whole(people, "people（人数）", 0, int(_MOST))
    profit = None if goods is None else income - goods - paid
    why = []
    if goods is None:
        why.append("没有写货的成本，利润和回报算不了")
    if not heads:
        why.append("没有写人数，每人花多少算不了" if heads is None else "人数是 0，每人花多少算不了")
    return BudgetReturn(
        spent=paid,
        revenue=income,
        cost=goods,
        people=heads,
        profit=profit,
        roi=None if profit is None else profit / paid,
        revenue_per_yuan=income / paid,
        per_head=paid / heads if heads else None,
        why=tuple(why),
    )


def _money(value: Any, name: str) -> float:
    number = isinstance(value, numbers.Real) and not isinstance(value, bool)
    if not number or not 0 <= value < _MOST:
        raise ChoiceError(f"{name}要写成 0 或更大的钱数（现在是 {shown_value(value)}）。")
    return float(value)


def _given(value: Any) -> float | None:
    return None if is_missing(value) else float(value)


def _classes(lines: pd.DataFrame) -> list[str]:
    """The three classes, and what else the lines name."""
    return [*CLASSES, *(name for name in dict.fromkeys(lines["budget_class"]) if name not in CLASSES)]


def _lines(budget: pd.DataFrame) -> pd.DataFrame:
    """BUDGET with each line's year, and `other` where no class is written."""
    lines = with_amounts(check(budget, BUDGET))
    return lines.assign(budget_class=lines["budget_class"].mask(lines["budget_class"] == "", "other"))


def _listing(rows: list[dict[str, Any]], contract: Contract) -> pd.DataFrame:
    return check(pd.DataFrame(rows), contract) if rows else contract.empty()
