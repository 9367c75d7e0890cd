"""发生了什么: counts by outcome, the plan against its result, best and worst posts, funnel, visits and returns."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pandas as pd

from toolkit.charts import format_count
from toolkit.charts._review import funnel_steps, plan_against_result
from toolkit.export._book import brief
from toolkit.export._posts import word
from toolkit.export._proposal_parts import Gap, Head, Heading, Kind, Note, Prose, Table
from toolkit.export._review_parts import (
    Drawn,
    ReviewPart,
    count_of,
    name_of,
    number,
    outcome_short,
    outcome_words,
    plain_span,
    ratio,
    records,
    sentence,
    share,
    when,
    yuan,
)
from toolkit.export._review_told import Told
from toolkit.schema import ITEM_KINDS, OUTCOMES, POST_REVIEWS, RETURNS

# what a page shows of each list; the workbook has all
_MOST_POSTS, _MOST_ROWS, _MOST_FUNNELS, _MOST_GROUPS = 5, 12, 2, 12
# what a post may have brought, in the order of a page, and what it is counted in
BROUGHT = {
    **{"ordered": "单", "revenue": "元", "clicked": "次", "replied": "条", "opened": "次"},
    "left": "人",
}
# shorter captions, for a table of eight columns
_RETURNS = {
    "posts": "发布",
    "ordered": "订单",
    "revenue": "成交（元）",
    "cost": "花费（元）",
    "roi": "投入产出比（区间）",
}
# widths of the plots on a wide page and on a phone
_DOTS, _STEPS = (600, 280), (300, 90)


def happened(told: Told) -> list[ReviewPart]:
    """The parts of the section."""
    if told.posts.empty:
        return [Gap("这段时间没有发布。请核对日期，或先把排期和结果读进来。")]
    parts: list[ReviewPart] = [Prose(_sent(told.posts)), *_counts(told), *_plan(told)]
    parts += _posts(told)
    return [*parts, *_funnels(told), *_visits(told), *_returns(told)]


def _sent(posts: pd.DataFrame) -> str:
    states = posts["status"].value_counts()
    said = [
        f"{word(state, 'status')} {format_count(states[state])} 次"
        for state in dict.fromkeys(posts["status"])
    ]
    groups, items = posts["group_id"].nunique(), posts["item_id"].nunique()
    return f"{groups} 个群，{items} 条内容，排了 {format_count(len(posts))} 次：{'、'.join(said)}。"


def carried_out(posts: pd.DataFrame) -> pd.DataFrame:
    """The posts that went out: sent by their status, or known to have had a result."""
    return posts[(posts["status"] == "sent") | posts["result"].notna()]


def _counts(told: Told) -> list[ReviewPart]:
    """What came, by outcome: sums are counted, so they have no interval; the middle half tells how posts differ."""
    sent = carried_out(told.posts)
    rows = []
    for name, unit in BROUGHT.items():
        known = sent[name].dropna().astype("float64")
        if known.empty:
            continue
        low, high = known.quantile([0.25, 0.75])
        caption = outcome_words(name) if name in OUTCOMES else POST_REVIEWS.captions[name].partition("（")[0]
        total = yuan(known.sum()) if name == "revenue" else f"{known.sum():,.0f}"
        rows.append(
            (
                *(caption, f"{total} {unit}", len(known), len(sent) - len(known)),
                f"{_rounded(low)}–{_rounded(high)} {unit}",
            )
        )
    if not rows:
        return [
            Gap(
                "没有量到一种结果，只能说发了什么，说不了好坏。请把订单、点击或回复的导出放进「效果数据」文件夹，再做一次复盘。"
            )
        ]
    heads = (
        *(Head("看什么", "key"), Head("合计", "num"), Head("量到几次", "num")),
        *(Head("没量到", "num"), Head("一半的发布在", "num")),
    )
    return [Table(heads, tuple(rows))]


def _rounded(value: float) -> str:
    return f"{value:,.0f}" if value >= 10 else f"{value:.1f}".removesuffix(".0")


def _results(posts: pd.DataFrame, outcome: str) -> pd.Series[Any]:
    """The counts of one outcome: a post may have been judged by another."""
    if outcome in BROUGHT:
        return posts[outcome].dropna()
    return posts.loc[posts["outcome"] == outcome, "result"].dropna()


def _plan(told: Told) -> list[ReviewPart]:
    """What was planned against what came, by kind; drawn post by post where results are."""
    outcome = told.review.outcome
    posts = told.posts
    order = {kind: place for place, kind in enumerate(ITEM_KINDS)}
    kinds = sorted(set(posts["kind"]), key=lambda kind: (order.get(kind, len(order)), kind))
    rows: list[tuple[Any, ...]] = []
    for kind in kinds[:_MOST_ROWS]:
        part = posts[posts["kind"] == kind]
        sent = carried_out(part)
        found = _results(sent, outcome)
        rows.append(
            (
                *(name_of(word(kind, "kind") or "没写类型", 24), len(part), len(sent)),
                *(number(round(float(part["planned"].fillna(0).sum()), 1)),),
                *((int(found.sum()) if len(found) else None,) if outcome else ()),
            )
        )
    heads = (
        *(Head("类型", "key"), Head("排了几次", "num"), Head("发了几次", "num"), Head("计划价值", "num")),
        *((Head(outcome_words(outcome), "num"),) if outcome else ()),
    )
    parts: list[ReviewPart] = [Heading("计划和结果"), Table(heads, tuple(rows))]
    if outcome and posts["result"].notna().any():
        parts.append(Drawn(lambda width: plan_against_result(posts, width=width), *_DOTS))
    return parts


def _posts(told: Told) -> list[ReviewPart]:
    """The posts farthest from as usual for the width of their intervals: luck alone puts none first."""
    posts = told.posts
    known = posts[posts[["value", "low", "high"]].notna().all(axis=1)]
    if known.empty:
        return []
    ends = np.log(known[["value", "low", "high"]].astype("float64").clip(lower=1e-3))
    clear = ends["value"].abs() / (ends["high"] - ends["low"]).clip(lower=1e-3)
    known = known.assign(clear=clear).sort_values("clear", ascending=False, kind="stable")
    best, worst = known[known["value"] > 1], known[known["value"] < 1]
    parts: list[ReviewPart] = []
    for title, frame in (("高于平常的几次", best), ("低于平常的几次", worst)):
        if frame.empty:
            continue
        sure = int(((frame["low"] > 1) | (frame["high"] < 1)).sum())
        small = f"{sure} 次的区间整个在平常之外" if sure else "区间都跨过平常，可能只是碰巧"
        parts += [Heading(title, small), _post_table(frame.head(_MOST_POSTS), told)]
    note = "先后看两样，离平常多远、区间多窄：只靠运气的一次不会排到最前。倍数是和同群、同星期、同时段、同类型的发布相比。"
    return [*parts, Note(note)] if parts else []


def _post_table(frame: pd.DataFrame, told: Told) -> Table:
    rows = [
        (
            *(name_of(row["title"]), name_of(told.group(row["group_id"]), 20), _short_time(row["starts_at"])),
            *(_of(row), ratio(row)),
        )
        for row in records(frame)
    ]
    heads = (
        *(Head("标题", "key"), Head("群"), Head("时间", "short")),
        *(Head("结果／平常", "num"), Head("是平常的几倍（区间）", "num")),
    )
    return Table(heads, tuple(rows))


def _short_time(moment: Any) -> str:
    return when(moment) if pd.isna(moment) else f"{moment.month}月{moment.day}日 {moment:%H:%M}"


def _of(row: dict[str, Any]) -> str:
    usual = number(row["expected"])
    return f"{outcome_short(row['outcome'])} {format_count(row['result'])}／{'—' if usual is None else format_count(usual)}"


def _funnels(told: Told) -> list[ReviewPart]:
    """The funnel of each campaign over all its groups; single groups are in the workbook."""
    frame = told.funnel
    if frame.empty:
        return []
    whole = frame[frame["group_id"] == ""]
    frame = frame if whole.empty else whole
    parts: list[ReviewPart] = [Heading("漏斗", "只列量到的环节")]
    if len(whole):
        parts += [
            _steps(whole, campaign) for campaign in list(dict.fromkeys(whole["campaign"]))[:_MOST_FUNNELS]
        ]
    rows = [
        (
            *(
                name_of(f"{row['campaign']} {told.group(row['group_id'])}".strip() or "全部", 24),
                brief(word(row["stage"], "stage"), 16),
            ),
            *(name_of(row["measured_by"], 64), count_of(row["entered"]), count_of(row["passed"])),
            share(row["rate"], row["low"], row["high"]),
        )
        for row in records(frame.head(_MOST_ROWS))
    ]
    heads = (
        *(Head("活动", "key"), Head("环节", "short"), Head("用什么量的")),
        *(Head("进入", "num"), Head("走到", "num"), Head("比例（区间）", "num")),
    )
    return [*parts, Table(heads, tuple(rows)), *_more(len(told.funnel) - len(rows))]


def _steps(frame: pd.DataFrame, campaign: Any) -> Drawn:
    return Drawn(lambda width: funnel_steps(frame, campaign=campaign, width=width), *_STEPS)


def _more(left: int) -> list[ReviewPart]:
    return [Note(f"另有 {left} 行，在 .xlsx 的复盘里。")] if left > 0 else []


def _visits(told: Told) -> list[ReviewPart]:
    if told.visits.empty:
        return []
    rows = [
        (
            *(name_of(told.group(row["group_id"]) or "全部", 24), brief(word(row["measure"], "measure"), 16)),
            f"{plain_span(row['value'], row['low'], row['high'])} {brief(row['unit'], 16)}".strip(),
            ratio({"value": row["change"], "low": row["change_low"], "high": row["change_high"]}),
            count_of(row["days"]),
        )
        for row in records(told.visits.head(_MOST_GROUPS))
    ]
    heads = (
        *(Head("群", "key"), Head("量什么", "short"), Head("现在（区间）", "num")),
        *(Head("后半段是前半段的（区间）", "num"), Head("天数", "num")),
    )
    return [Heading("到店和复购"), Table(heads, tuple(rows)), *_more(len(told.visits) - len(rows))]


def _returns(told: Told) -> list[ReviewPart]:
    """What campaigns brought; what nobody wrote down (costs, goods) is no column."""
    frame = told.returns
    if frame.empty:
        return []
    columns: list[tuple[str, Kind, Callable[[dict[str, Any]], Any]]] = [
        ("campaign", "key", lambda row: name_of(row["campaign"] or "没有活动", 24)),
        ("posts", "num", lambda row: count_of(row["posts"])),
        ("ordered", "num", lambda row: count_of(row["ordered"])),
        ("revenue", "num", lambda row: yuan(row["revenue"])),
        ("cost", "num", lambda row: yuan(row["cost"])),
        ("profit", "num", lambda row: yuan(row["profit"])),
        ("roi", "num", lambda row: share(row["roi"], row["low"], row["high"])),
        ("cost_per_order", "num", lambda row: yuan(row["cost_per_order"])),
    ]
    columns = [column for column in columns if frame[column[0]].notna().any()]
    heads = tuple(Head(_RETURNS.get(name, RETURNS.captions[name]), kind) for name, kind, _ in columns)
    shown = records(frame.head(_MOST_ROWS))
    rows = tuple(tuple(cell(row) for *_, cell in columns) for row in shown)
    said = [f"{name_of(row['campaign'], 24)}：{line}" for row in shown if (line := sentence(row["sentence"]))]
    return [Heading("投入产出"), Table(heads, rows), *map(Note, said), *_more(len(frame) - len(rows))]
