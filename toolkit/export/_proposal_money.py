"""A proposal's budget: three classes, lines against last year, quarters against what was spent."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from typing import Any

from toolkit.charts import format_share, plain
from toolkit.export._proposal_parts import (
    Cell,
    Flag,
    Gap,
    Head,
    Heading,
    MoneyPart,
    Note,
    Part,
    Table,
    number_words,
)
from toolkit.schema import COLUMN_WORDS, Proposal, is_missing, moved, moves_much

_CLASS_WORDS = COLUMN_WORDS["budget_class"]
_QUARTERS = ("q1", "q2", "q3", "q4")
_QUARTER_WORDS = ("一季度", "二季度", "三季度", "四季度")


def money(amount: float) -> str:
    """An amount of yuan in a sentence, to the full: it is what somebody signs for.

    >>> money(80000), money(950.5)
    ('80,000 元', '950.5 元')
    """
    return f"{number_words(amount)} 元"


def sum_of(values: Iterable[Any]) -> float | None:
    """The sum of the finite numbers, or None where there is none."""
    known = [float(value) for value in values if not is_missing(value) and math.isfinite(value)]
    return math.fsum(known) if known else None


def change_words(amount: float | None, last: float | None) -> str:
    """This year against last in words; what cannot be compared says why.

    >>> change_words(112.0, 100.0), change_words(50.0, 100.0), change_words(5.0, 0.0), change_words(None, 5.0)
    ('多 12%', '少 50%', '去年没有', '今年没写')
    """
    if amount is None:
        return "今年没写"
    if last is None:
        return "去年没写"
    if last <= 0:
        return "去年没有" if last == 0 else "去年是负数"
    change = amount / last - 1
    if abs(change) < 0.0005:
        return "持平"
    return f"{'多' if change > 0 else '少'} {format_share(abs(change))}"


def sums_against(pairs: Sequence[tuple[float | None, float | None]]) -> str:
    """The sum of several lines against last year in words; none where a line lacks one of the two.

    >>> sums_against([(112.0, 100.0), (50.0, 50.0)]), sums_against([(112.0, 100.0), (50.0, None)]), sums_against([])
    ('多 8%', '1 条没写去年，不好比', '—')
    """
    if not pairs:
        return "—"
    for place, year in enumerate(("今年", "去年")):
        blank = sum(pair[place] is None for pair in pairs)
        if blank:
            return f"{'' if blank == len(pairs) else f'{blank} 条'}没写{year}{'' if blank == len(pairs) else '，不好比'}"
    return change_words(sum_of(now for now, _ in pairs), sum_of(last for _, last in pairs))


def budget_parts(proposal: Proposal) -> list[Part]:
    """The section's parts."""
    if proposal.budget.empty:
        return [Gap("还没写预算。请分基础、品牌、渠道三类写，每一条写清用于哪个行动、今年多少、去年多少。")]
    rows = [_line(row) for row in proposal.budget.to_dict("records")]
    parts: list[Part] = [MoneyPart(proposal.budget), _classes(rows)]
    names = {
        row["action_id"]: plain(row["title"]) or row["action_id"]
        for row in proposal.actions.to_dict("records")
    }
    parts += [Heading("逐条"), _lines(rows, names)]
    if any(row["last"] is not None for row in rows):
        parts.append(Note("和去年相差超过 15% 的行标「!」。15% 是从业者的说法，用来提醒再看一眼，不是规定。"))
    return [*parts, *_quarters(proposal, rows)]


def _line(row: dict[Any, Any]) -> dict[str, Any]:
    """A budget line with numbers that can be added up."""
    known = {name: sum_of([row[name]]) for name in ("amount", "last_year", *_QUARTERS)}
    return {
        **{name: known[name] for name in _QUARTERS},
        "line_id": row["line_id"],
        "title": " ".join(plain(row["title"]).split()) or plain(row["line_id"]) or "（没有名称）",
        "class": _CLASS_WORDS.get(row["budget_class"], _CLASS_WORDS["other"]),
        "actions": row["actions"],
        "amount": known["amount"],
        "last": known["last_year"],
    }


def total_words(proposal: Proposal) -> tuple[str, ...]:
    """The whole budget in a sentence, and another for how it stands against last year."""
    rows = [_line(row) for row in proposal.budget.to_dict("records")]
    amount, last = (sum_of(row[name] for row in rows) for name in ("amount", "last"))
    if amount is None:
        return ("还没写预算。",)
    if not last:
        return (money(amount),)
    said = sums_against([(row["amount"], row["last"]) for row in rows])
    return money(amount), f"去年 {money(last)}，{said if said.endswith('比') else f'今年{said}'}"


def _class_names(rows: list[dict[str, Any]]) -> list[str]:
    """The three classes, and what is in none of them where there is any."""
    found = {row["class"] for row in rows}
    return [name for kind, name in _CLASS_WORDS.items() if kind != "other" or name in found]


def _classes(rows: list[dict[str, Any]]) -> Table:
    total, last = (sum_of(row[name] for row in rows) for name in ("amount", "last"))
    cells: list[tuple[Cell, ...]] = []
    for name in _class_names(rows):
        amount, before = (
            sum_of(row[field] for row in rows if row["class"] == name) for field in ("amount", "last")
        )
        share = amount / total if amount is not None and total else None
        pairs = [(row["amount"], row["last"]) for row in rows if row["class"] == name]
        cells.append((name, amount, share, before, sums_against(pairs)))
    heads = (
        *(
            Head("类别", "key"),
            Head("今年（元）", "money"),
            Head("占比", "share"),
            Head("去年（元）", "money"),
        ),
        Head("今年比去年"),
    )
    share, pairs = 1.0 if total else None, [(row["amount"], row["last"]) for row in rows]
    return Table(heads, tuple(cells), total=("合计", total, share, last, sums_against(pairs)))


def _lines(rows: list[dict[str, Any]], names: dict[Any, Any]) -> Table:
    heads = (
        *(Head("用途", "key"), Head("类别", "short"), Head("用于行动"), Head("今年（元）", "money")),
        *(Head("去年（元）", "money"), Head("今年比去年")),
    )
    cells: list[tuple[Cell, ...]] = []
    for row in rows:
        said = change_words(row["amount"], row["last"])
        serves = "、".join(plain(names.get(action, action)) for action in row["actions"])
        cells.append(
            (
                *(row["title"], row["class"], serves or "没有写", row["amount"], row["last"]),
                Flag(said) if moves_much(moved(row["amount"], row["last"])) else said,
            )
        )
    return Table(heads, tuple(cells))


def _quarters(proposal: Proposal, rows: list[dict[str, Any]]) -> list[Part]:
    """What each quarter is to cost and has cost, and what does not add up."""
    spent, notes = _spent(proposal)
    planned = [sum_of(row[name] for row in rows) for name in _QUARTERS]
    if all(amount is None for amount in planned) and not any(spent):
        return [Note("还没分季度。"), *(Note(note) for note in notes)]
    names = _class_names(rows)
    with_spent = len(proposal.spending) > 0
    cells: list[tuple[Cell, ...]] = []
    for place, (quarter, words) in enumerate(zip(_QUARTERS, _QUARTER_WORDS, strict=True)):
        by_class = [sum_of(row[quarter] for row in rows if row["class"] == name) for name in names]
        cells.append((words, *by_class, planned[place], *_left(planned[place], spent[place], with_spent)))
    whole = sum_of(planned)
    sums = [
        sum_of(row[quarter] for row in rows if row["class"] == name for quarter in _QUARTERS)
        for name in names
    ]
    heads = [
        Head("季度", "key"),
        *(Head(f"{name}（元）", "money") for name in names),
        Head("计划合计（元）", "money"),
    ]
    heads += [Head("已花（元）", "money"), Head("还剩（元）", "money")] if with_spent else []
    table = Table(
        tuple(heads),
        tuple(cells),
        total=("四季合计", *sums, whole, *_left(whole, math.fsum(spent), with_spent)),
    )
    total = sum_of(row["amount"] for row in rows)
    if total is not None and whole is not None and abs(total - whole) >= 0.01:
        notes.insert(
            0, f"四个季度合计 {number_words(whole)} 元，全年写的是 {number_words(total)} 元，两个数还对不上。"
        )
    return [Heading("分季度", f"{proposal.start.year} 年"), table, *(Note(note) for note in notes)]


def _left(planned: float | None, spent: float, with_spent: bool) -> tuple[Cell, ...]:
    if not with_spent:
        return ()
    left = None if planned is None else planned - spent
    return spent, Flag(f"超出 {number_words(-left)}") if left is not None and left < -0.005 else left


def _spent(proposal: Proposal) -> tuple[list[float], list[str]]:
    """What was spent in each quarter of the first year, and sentences on what is not in it."""
    known = set(proposal.budget["line_id"])
    sums, notes = [0.0, 0.0, 0.0, 0.0], []
    undated, elsewhere, stray = [], [], []
    for row in proposal.spending.to_dict("records"):
        amount = sum_of([row["amount"]])
        if amount is None:
            continue
        if row["line_id"] not in known:
            stray.append(amount)
        elif is_missing(row["spent_on"]):
            undated.append(amount)
        elif row["spent_on"].year != proposal.start.year:
            elsewhere.append(amount)
        else:
            sums[(row["spent_on"].month - 1) // 3] += amount
    kinds = (
        (stray, "花在预算里没有的条目上"),
        (undated, "没有日期"),
        (elsewhere, f"不在 {proposal.start.year} 年"),
    )
    for amounts, why in kinds:
        if amounts:
            notes.append(
                f"有 {len(amounts)} 笔花费（{number_words(math.fsum(amounts))} 元）{why}，没有算进来。"
            )
    return sums, notes
