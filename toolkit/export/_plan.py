"""The report's calendar: the days with their marks, what was left out, and how near the bound it is."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

import pandas as pd

from toolkit.charts import escape, format_day, format_share, plain
from toolkit.export import _page
from toolkit.export._posts import calendar_notes, marks_of, posts, word
from toolkit.schema import CHECKS, UNPLACED, WORDS, Plan, check
from toolkit.schema._rules import RULES

# the words for a rule where many rows are summed up; each row has its own full reason
RULE_WORDS = {rule_id: rule.unmet or rule.name for rule_id, rule in RULES.items()}

MOST_LISTED = 200
MOST_CLOSE = 8


def plan_sentence(plan: Plan) -> str:
    """The plan in one sentence for the top of the page."""
    frame = plan.calendar[plan.calendar["status"] != "cancelled"]
    if frame.empty:
        return "排期里还没有发布"
    people, things = frame["group_id"].nunique(), frame["item_id"].nunique()
    return (
        f"{things} 条内容发给 {people} 个群，共 {len(frame)} 次发布，已达上限的 {format_share(1 - plan.gap)}"
    )


def plan_section(
    plan: Plan | None, why: str, *, sample_groups: bool, close: pd.DataFrame | None = None
) -> str:
    """The whole section in HTML; `close` is what `close_choices` found."""
    if plan is None or (plan.calendar.empty and plan.unplaced.empty):
        return _page.empty(why)
    frame = posts(plan, items=None, groups=None)
    sample = (
        '<p class="note"><span class="tag sample">示例群</span>这里用的是示例群，不是你的群。'
        "填好群和内容条目两张表，再运行一次，就是你自己的排期。</p>"
        if sample_groups
        else ""
    )
    reach = (
        f'<p>已达上限的 <span class="big">{format_share(1 - plan.gap)}</span></p>'
        '<p class="note">理论上限：在同样的规则下，任何排法的总价值都超不过的数。'
        f"这份排期的总价值是 {plan.value:.1f}，上限是 {plan.bound:.1f}。{_origin(plan)}</p>"
    )
    notes = "".join(f'<p class="note">{escape(note)}。</p>' for note in calendar_notes(frame["starts_at"]))
    days = "".join(
        _day(day, part, len(plan.groups))
        for day, part in frame.groupby(frame["starts_at"].dt.date, sort=True)
    )
    nothing = "" if days else _page.empty("没有一条内容能排进去，原因见下面的未排入。")
    return sample + reach + notes + _checks(plan) + _close(close) + nothing + days + _unplaced(plan)


def _origin(plan: Plan) -> str:
    """How the bound was made, in one sentence; "" where the plan does not say."""
    words = plain(plan.bound_by).strip().rstrip("。")
    wishes = "软规则的代价没有算进上限，所以离上限的差距里也有它们。" if plan.rules.soft is not None else ""
    return (f"上限的由来：{escape(words)}。" if words else "") + wishes


def _close(close: pd.DataFrame | None) -> str:
    """The choices that a small change of values would turn, folded; "" where nobody asked or none was close."""
    if close is None or close.empty:
        return ""
    listed = _page.bullets([escape(reason) for reason in close["reason"].head(MOST_CLOSE)])
    more = f"，列出最接近的 {MOST_CLOSE} 处" if len(close) > MOST_CLOSE else ""
    return _page.details(f"相差不多的取舍 {len(close)} 处{more}，可以由你来定", listed)


def _checks(plan: Plan) -> str:
    """What the independent checker says: broken hard rules in the open, the rest with its costs folded away."""
    frame = check(plan.checks, CHECKS)
    hard = frame[frame["severity"] == "block"]
    soft = frame[frame["severity"] != "block"].sort_values("cost", ascending=False, kind="stable")
    found = ""
    if len(hard):
        found = f'<h3 class="day block">违反规则 {len(hard)} 处</h3>' + _listed(
            (escape(message) for message in hard["message"]), "检查"
        )
    if soft.empty:
        return found
    sums = soft.groupby("rule_id", sort=False)["cost"].agg(["size", "sum"])
    summed = _page.bullets(
        f"{escape(RULES[str(rule)].name if rule in RULES else rule)}：{count} 处{_cost(cost)}"
        for rule, count, cost in (sums.itertuples(name=None) if len(sums) < len(soft) else ())
    )
    lines = (
        escape(message) + (f" <small>代价 {cost:.1f}</small>" if cost else "")
        for message, cost in zip(soft["message"], soft["cost"], strict=True)
    )
    total = _cost(float(soft["cost"].sum()))
    return found + _page.details(f"要留意的 {len(soft)} 处{total}", summed + _listed(lines, "检查"))


def _cost(cost: float) -> str:
    return f"，代价 {cost:.1f}" if cost else ""


def _listed(lines: Iterable[str], sheet: str) -> str:
    """Lines of HTML as a list, its end cut with a word on where the rest stands: a sheet of the workbook."""
    every = list(lines)
    more = (
        [f"另有 {len(every) - MOST_LISTED} 条，见工作簿的「{sheet}」表"] if len(every) > MOST_LISTED else []
    )
    return _page.bullets([*every[:MOST_LISTED], *more])


def _day(day: Any, frame: pd.DataFrame, everyone: int) -> str:
    marks = "".join(f'<span class="{kind}">{escape(words)}</span>' for kind, words in marks_of(day))
    heads = [
        *(("时间", "time"), ("标题", "key"), ("类型", "time")),
        *(("群", "text"), ("为什么排在这里", "text muted")),
    ]
    bodies = [(_cells(part, everyone), "") for part in _sends(frame)]
    return f'<div class="day"><h3>{format_day(day)}{marks}</h3>\n{_page.table(heads, bodies)}</div>\n'


def _sends(frame: pd.DataFrame) -> list[list[dict[Any, Any]]]:
    """Posts of one item at one time, gathered: they are one send to several groups."""
    gathered: dict[tuple[Any, ...], list[dict[Any, Any]]] = {}
    for row in frame.to_dict("records"):
        key = (row["starts_at"], row["item_id"], row["status"])
        gathered.setdefault(key, []).append(row)
    return list(gathered.values())


def _cells(rows: Sequence[dict[Any, Any]], everyone: int) -> list[str]:
    first = rows[0]
    status = plain(first["status"])
    title = f"<bdi>{escape(first['title'])}</bdi>"
    if status == "cancelled":
        title = f'<span class="gone">{title}</span>'
    if status != "draft":
        title += f" <small>{escape(word(status))}</small>"
    names = "、".join(plain(row["name"]) for row in rows)
    if len(rows) == everyone > 2:
        names = f"全部 {everyone} 个群"
    kind = plain(first["kind"])
    return [
        f"{first['starts_at']:%H:%M}",
        title,
        escape(WORDS.get(kind, kind)),
        escape(names),
        escape(_shared_reason([plain(row["reason"]) for row in rows])),
    ]


def _shared_reason(reasons: Sequence[str]) -> str:
    """What all posts of one send have in common, clause by clause; one post's whole reason where it is alone."""
    if len(set(reasons)) <= 1:
        return next(iter(reasons), "")
    clauses = [reason.split("；") for reason in reasons]
    shared = [clause for clause in clauses[0] if all(clause in others for others in clauses)]
    return "；".join(shared) or "各群的时段和上限不同，见工作簿"


def _unplaced(plan: Plan) -> str:
    frame = check(plan.unplaced, UNPLACED)
    if frame.empty:
        return '<h3 class="day">未排入</h3><p>没有：每条内容都排进了它要去的群。</p>'
    titles = dict(zip(plan.items["item_id"], plan.items["title"], strict=True))
    names = dict(zip(plan.groups["group_id"], plan.groups["name"], strict=True))
    counts = frame["rule_id"].value_counts(sort=False).sort_values(ascending=False, kind="stable")
    summed = _page.bullets(
        f"{escape(RULE_WORDS.get(str(rule), str(rule)))}：{count} 次" for rule, count in counts.items()
    )
    gathered: dict[tuple[str, str], list[str]] = {}
    for row in frame.to_dict("records"):
        group = plain(names.get(row["group_id"], row["group_id"]))
        gathered.setdefault((str(row["item_id"]), str(row["reason"])), []).append(group)
    lines = [
        f"<bdi>{escape(titles.get(item, item))}</bdi>"
        f"<br><small>{escape('、'.join(groups))}：{escape(reason)}</small>"
        for (item, reason), groups in gathered.items()
    ]
    listed = _listed(lines, "未排入")
    return f'<h3 class="day">未排入 {len(frame)} 次</h3>{summed}{_page.details("逐条看原因", listed)}'
