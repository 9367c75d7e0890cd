"""The report's calendar: the days with their marks, what was left out, and how near the bound it is."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pandas as pd

from toolkit.charts import day_marks, escape, format_day, format_share, plain
from toolkit.export import _page
from toolkit.export._posts import calendar_notes, posts, word
from toolkit.schema import UNPLACED, WORDS, Plan, check

# the words for a rule where many rows are summed up; each row has its own full reason
RULE_WORDS = {
    "audience": "不是发给这个群的",
    "slot": "没有可用的时段",
    "quiet": "落在免打扰时间",
    "window": "不在可发的日期内",
    "per_day": "当天已到上限",
    "per_week": "当周已到上限",
    "promos_per_week": "当周促销已到上限",
    "slot_clash": "时段已被占用",
    "waves": "群发批数不够",
    "minutes": "负责人的时间不够",
    "after": "要先发的内容没有发",
    "phase": "活动阶段的先后不合",
    "solemn": "庄重日不能发",
    "festival": "节日当天不发无关促销",
    "platform": "平台的限额已满",
    "min_gap": "两次发布隔得太近",
    "must_send": "必发而没能排入",
    "outbid": "位置让给了价值更高的内容",
    "not_approved": "还没有审核通过",
}
MOST_LISTED = 200


def plan_sentence(plan: Plan) -> str:
    """The plan in one sentence for the top of the page."""
    frame = plan.calendar[plan.calendar["status"] != "cancelled"]
    if frame.empty:
        return "排期里还没有发布"
    people, things = frame["group_id"].nunique(), frame["item_id"].nunique()
    return (
        f"{things} 条内容发给 {people} 个群，共 {len(frame)} 次发布，已达上限的 {format_share(1 - plan.gap)}"
    )


def plan_section(plan: Plan | None, why: str, *, sample_groups: bool) -> str:
    """The whole section in HTML."""
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
        f"这份排期的总价值是 {plan.value:.1f}，上限是 {plan.bound:.1f}。</p>"
    )
    notes = "".join(f'<p class="note">{escape(note)}。</p>' for note in calendar_notes(frame["starts_at"]))
    days = "".join(
        _day(day, part, len(plan.groups))
        for day, part in frame.groupby(frame["starts_at"].dt.date, sort=True)
    )
    nothing = "" if days else _page.empty("没有一条内容能排进去，原因见下面的未排入。")
    return sample + reach + notes + nothing + days + _unplaced(plan)


def _day(day: Any, frame: pd.DataFrame, everyone: int) -> str:
    marks = "".join(f'<span class="{kind}">{escape(words)}</span>' for kind, words in day_marks(day))
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
    more = (
        f"<li>另有 {len(lines) - MOST_LISTED} 条，见工作簿的「未排入」表</li>"
        if len(lines) > MOST_LISTED
        else ""
    )
    listed = _page.bullets(lines[:MOST_LISTED]).removesuffix("</ul>") + more + "</ul>"
    return f'<h3 class="day">未排入 {len(frame)} 次</h3>{summed}{_page.details("逐条看原因", listed)}'
