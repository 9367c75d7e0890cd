"""The proposal as a document that a boss can approve: what stands in it, whatever file it is written to."""

from __future__ import annotations

import datetime as dt
import math
from collections import Counter
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

import pandas as pd

from toolkit.charts import STATUS_MARKS, format_share, plain, spans_of
from toolkit.export import _proposal_book, _proposal_page, _proposal_text
from toolkit.export._plan import plan_sentence
from toolkit.export._posts import joined, posts, word, write_bytes
from toolkit.export._proposal_money import budget_parts, total_words
from toolkit.export._proposal_parts import (
    SEVERITY,
    Cell,
    Document,
    Fact,
    Facts,
    Finding,
    Findings,
    Flag,
    GanttPart,
    Gap,
    Head,
    Heading,
    Note,
    Part,
    Prose,
    Section,
    SignOff,
    Table,
    day_words,
    number_words,
)
from toolkit.schema import (
    HEALTH,
    ITEMS,
    PLAN_CHECKS,
    TRENDS,
    ChoiceError,
    Plan,
    Proposal,
    as_date,
    as_path,
    check,
    is_missing,
    shown_value,
)

_WRITERS = {
    ".html": _proposal_page.as_html,
    ".md": _proposal_text.as_markdown,
    ".xlsx": _proposal_book.as_workbook,
}
# what the one page of overview has room for
_MOST_GOALS, _MOST_DAYS, _MOST_PEOPLE = 6, 6, 12
_MOST_TERMS = 8
# as the weekly report words it; a test holds the two equal
DOUBT = ((0.01, "很稳"), (0.05, "较稳"), (0.2, "存疑"))
_LOST = "看不准"
# columns that the table of posts has room for
_UNITS = {"周": 6, "月": 12, "年": math.inf}


def write_plan(
    proposal: Proposal,
    path: Path | str,
    *,
    trends: pd.DataFrame | None = None,
    plan: Plan | None = None,
    items: pd.DataFrame | None = None,
    checks: pd.DataFrame | None = None,
    health: pd.DataFrame | None = None,
) -> Path:
    """Write a proposal as a document and return the path: .html (one page, offline), .md or .xlsx by its suffix.

    It opens with one page to approve: period, budget, goals, key days, people, what hangs in the air, a line to sign.
    Then why now (with TRENDS as evidence), goals, feasibility (with HEALTH of the groups), strategies with their
    actions, team, milestones as a Gantt chart, what is posted when (from `plan`; its items or ITEMS), budget in three
    classes against last year and by quarters, and what PLAN_CHECKS found. A part that is not there is one sentence
    that says so. Amounts are yuan; a budget line that moves more than 15% against last year is marked, a rule of
    thumb of practitioners. All text is data in each of the three; the same input gives the same bytes.

    Raises ChoiceError for what is no Proposal or Plan and for another suffix, ColumnError for a table without its
    columns, InputError where the file cannot be written.
    """
    if not isinstance(proposal, Proposal):
        raise ChoiceError(
            f"write_plan 要一份策划案（Proposal），现在是 {shown_value(proposal)}。"
            "请先用 read_plan 读进来，再把结果的 proposal 交给这一步。"
        )
    if plan is not None and not isinstance(plan, Plan):
        raise ChoiceError(f"plan 要写成 plan_posts 给出的 Plan，现在是 {shown_value(plan)}。")
    path = as_path(path, "策划案")
    write = _WRITERS.get(path.suffix.lower())
    if write is None:
        raise ChoiceError(
            f"策划案可以写成 {'、'.join(_WRITERS)}（现在是 {shown_value(str(path))}）。请改文件名的后缀。"
        )
    document = _document(
        proposal,
        trends=None if trends is None else check(trends, TRENDS),
        plan=plan,
        items=None if items is None else check(items, ITEMS),
        checks=None if checks is None else check(checks, PLAN_CHECKS),
        health=None if health is None else check(health, HEALTH),
    )
    return write_bytes(path, write(document))


def _document(
    proposal: Proposal,
    *,
    trends: pd.DataFrame | None,
    plan: Plan | None,
    items: pd.DataFrame | None,
    checks: pd.DataFrame | None,
    health: pd.DataFrame | None,
) -> Document:
    about = plan.items if items is None and plan is not None else items
    sections = (
        ("overview", "概述", _overview(proposal, checks)),
        ("why", "为什么现在做", _why(proposal, trends)),
        ("goals", "目标", _goals(proposal)),
        ("feasible", "可行性", _feasible(proposal, health)),
        ("how", "怎么做", _how(proposal, about)),
        ("team", "团队", _team(proposal)),
        ("when", "里程碑", _when(proposal)),
        ("posts", "内容排期", _posts(plan, about, proposal.start.year)),
        ("money", "预算", budget_parts(proposal)),
        ("open", "还悬着的事", _open(checks)),
    )
    return Document(
        plain(proposal.name).strip(),
        proposal.start.year,
        tuple(Section(anchor, title, tuple(parts)) for anchor, title, parts in sections),
    )


def _rows(frame: pd.DataFrame) -> list[dict[Any, Any]]:
    return frame.to_dict("records")


def _text(text: str, gap: str) -> Part:
    return Prose(text) if plain(text).strip() else Gap(gap)


def _number(value: Any) -> float | None:
    """A number that can be shown, or None."""
    return None if is_missing(value) or not math.isfinite(value) else float(value)


# --- the page to approve ----------------------------------------------------------------------------------------------


def _overview(proposal: Proposal, checks: pd.DataFrame | None) -> list[Part]:
    year, days = proposal.start.year, (proposal.end - proposal.start).days + 1
    period = f"{day_words(proposal.start, 0)} 到 {day_words(proposal.end, year)}，共 {days} 天"
    facts = [
        Fact("时间", (period,)),
        Fact("总预算", total_words(proposal), big=True),
        Fact(
            "目标",
            _few([_goal(row, year) for row in _rows(proposal.goals)], _MOST_GOALS, "目标", "还没写目标。"),
        ),
        Fact("关键日期", _key_days(proposal)),
        Fact("谁来做", _people(proposal)),
        Fact("还悬着的事", (_verdict(checks),)),
    ]
    return [
        Facts(tuple(facts)),
        _text(proposal.overview, "还没写概述。请用两三句话写清要做什么、做给谁、做到什么程度。"),
        SignOff(),
    ]


def _few(lines: Sequence[str], most: int, where: str, nothing: str) -> tuple[str, ...]:
    more = [f"另有 {len(lines) - most} 个，见「{where}」"] if len(lines) > most else []
    return (*lines[:most], *more) or (nothing,)


def _goal(row: dict[Any, Any], year: int) -> str:
    """A goal in one line: what, from what to what, until when."""
    now, target = _number(row["baseline"]), _number(row["target"])
    unit, due = plain(row["unit"]).strip(), row["due"]
    parts = []
    if target is not None:
        start = f"从 {number_words(now)} " if now is not None else ""
        parts.append(f"{start}到 {number_words(target)}{' ' if unit else ''}{unit}")
    if not is_missing(due):
        parts.append(f"{day_words(due, year)}前")
    name = _name(row, "goal_id")
    return f"{name}：{'，'.join(parts)}" if parts else f"{name}：还没写要到多少、到哪天"


def _name(row: dict[Any, Any], key: str) -> str:
    return " ".join(plain(row["title"]).split()) or " ".join(plain(row[key]).split()) or "（没有名称）"


def _key_days(proposal: Proposal) -> tuple[str, ...]:
    dated = [row for row in _rows(proposal.milestones) if not is_missing(row["due"])]
    dated.sort(key=lambda row: row["due"])
    lines = [f"{day_words(row['due'], proposal.start.year)}　{_name(row, 'title')}" for row in dated]
    return _few(lines, _MOST_DAYS, "里程碑", "还没写里程碑。")


def _people(proposal: Proposal) -> tuple[str, ...]:
    people = [
        plain(row["name"]).strip()
        + (f"（{role})".replace(")", "）") if (role := plain(row["role"]).strip()) else "")
        for row in _rows(proposal.team)
    ]
    if not people:
        return ("还没写团队。",)
    more = f"等 {len(people)} 人" if len(people) > _MOST_PEOPLE else ""
    return ("、".join(people[:_MOST_PEOPLE]) + more,)


def _verdict(checks: pd.DataFrame | None) -> str:
    if checks is None:
        return "还没有检查。"
    if checks.empty:
        return "查过了，没有。"
    counts = checks["severity"].value_counts()
    said = [f"{counts[name]} 处{words}" for name, (_, words) in SEVERITY.items() if name in counts]
    return "，".join(said) + "，逐条见文末。"


# --- the sections -----------------------------------------------------------------------------------------------------


def _why(proposal: Proposal, trends: pd.DataFrame | None) -> list[Part]:
    parts = [_text(proposal.rationale, "还没写为什么现在做。请写清看到了什么机会、为什么不等到以后。")]
    if trends is None:
        return [*parts, Note("没有附上热词，这一节没有数据作依据。")]
    hot = trends[trends["status"].isin(["new", "rising"])]
    hot = hot.sort_values("score", ascending=False, kind="stable").head(_MOST_TERMS)
    if hot.empty:
        return [*parts, Note("这一期没有明显上升的词，热词不能作依据。")]
    heads = (
        Head("热词", "key"),
        *(Head("状态", "short"), Head("本期篇数", "num"), Head("前期篇数", "num")),
        *(Head("升幅"), Head("来源数", "num"), Head("误报率")),
    )
    rows = [
        (
            plain(row["term"]),
            f"{STATUS_MARKS[row['status']]} {word(row['status'])}",
            *(_count(row["documents"]), _count(row["baseline_documents"])),
            "—" if (lift := _number(row["lift"])) is None else f"{lift:.1f} 倍",
            *(_count(row["sources"]), _doubt(row["q_value"])),
        )
        for row in _rows(hot)
    ]
    return [
        *parts,
        Heading("同行这一期写得多起来的词"),
        Table(heads, tuple(rows)),
        Note(
            "升幅：本期篇数是按前期推算应有篇数的几倍。误报率（q 值）：照这个标准挑词，大约有多大比例其实没有热起来。"
            "词热不等于一定卖得动，只说明这时候有人在写。"
        ),
    ]


def _count(value: Any) -> int | None:
    return None if is_missing(value) else int(value)


def _doubt(q_value: Any) -> str:
    """How far a rise can be trusted, as the share of false alarms and in words."""
    if is_missing(q_value):
        return "—"
    words = next((text for limit, text in DOUBT if q_value <= limit), _LOST)
    return f"{format_share(q_value)}，{words}"


def _goals(proposal: Proposal) -> list[Part]:
    if proposal.goals.empty:
        return [Gap("还没写目标。目标要写清指标、从多少到多少、到哪天、谁负责。")]
    heads = (
        *(Head("目标", "key"), Head("类别", "short"), Head("指标"), Head("现在", "num"), Head("要到", "num")),
        *(Head("单位", "short"), Head("到期", "day"), Head("负责人")),
    )
    rows = [
        (
            *(_name(row, "goal_id"), word(row["goal_kind"], "goal_kind"), plain(row["measure"])),
            *(_number(row["baseline"]), _number(row["target"]), plain(row["unit"])),
            *(None if is_missing(row["due"]) else row["due"], plain(row["owner"])),
        )
        for row in _rows(proposal.goals)
    ]
    return [Table(heads, tuple(rows))]


def _feasible(proposal: Proposal, health: pd.DataFrame | None) -> list[Part]:
    parts = [_text(proposal.feasibility, "还没写可行性。请写清凭什么做得到、最怕什么、怎么防。")]
    if health is None or health.empty:
        return parts
    states = [word(state, "state") for state in health["state"]]
    said = "、".join(f"{name} {states.count(name)} 个" for name in dict.fromkeys(states))
    heads = (
        *(
            Head("群", "key"),
            Head("状态", "short"),
            Head("人数", "num"),
            Head(HEALTH.captions["active_share"], "share"),
        ),
        *(Head("促销占比", "share"), Head("依据")),
    )
    rows = [
        (
            *(
                plain(row["name"]) or plain(row["group_id"]),
                word(row["state"], "state"),
                _count(row["members"]),
            ),
            *(
                _number(row["active_share"]),
                _number(row["promotion_share"]),
                joined(row["reasons"][:2], "；"),
            ),
        )
        for row in _rows(health)
    ]
    return [*parts, Heading("群的现状", said), Table(heads, tuple(rows))]


def _how(proposal: Proposal, items: pd.DataFrame | None) -> list[Part]:
    parts: list[Part] = [_text(proposal.approach, "还没写做法。")]
    if proposal.strategies.empty and proposal.actions.empty:
        return [*parts, Gap("还没写策略和行动。")]
    goals = {row["goal_id"]: _name(row, "goal_id") for row in _rows(proposal.goals)}
    titles = {} if items is None else dict(zip(items["item_id"], items["title"], strict=True))
    known = list(dict.fromkeys(proposal.strategies["strategy_id"]))
    # a column that nobody filled in says nothing
    shares, contents = proposal.actions["share"], proposal.actions["items"]
    filled = {"share"} if shares.notna().any() else set()
    filled |= {"items"} if contents.map(len).any() else set()
    by_strategy: dict[str, list[dict[Any, Any]]] = {key: [] for key in known}
    direct: list[dict[Any, Any]] = []
    loose: list[dict[Any, Any]] = []
    for row in _rows(proposal.actions):
        # under the first strategy it serves; never twice, or it would look like two
        home = next((key for key in row["strategies"] if key in by_strategy), None)
        (by_strategy[home] if home is not None else direct if row["goals"] else loose).append(row)
    for row in _rows(proposal.strategies.drop_duplicates("strategy_id")):
        serves = "、".join(goals.get(goal, plain(goal)) for goal in row["goals"])
        parts.append(
            Heading(_name(row, "strategy_id"), f"为了：{serves}" if serves else "还没写为了哪个目标")
        )
        own = by_strategy[row["strategy_id"]]
        parts.append(_actions(own, titles, filled) if own else Gap("这条策略还没写行动。"))
    if direct:
        parts += [Heading("直接为目标做的", "没有经过哪条策略"), _actions(direct, titles, filled)]
    if loose:
        parts += [Heading("还没有归属的行动", "没写为了哪条策略或哪个目标"), _actions(loose, titles, filled)]
    return parts if len(proposal.actions) else [*parts, Gap("还没写行动。")]


def _actions(rows: Iterable[dict[Any, Any]], titles: dict[Any, Any], filled: set[str]) -> Table:
    """The actions of one strategy; all such tables of a document have the same columns."""
    heads = (
        *(
            Head("行动", "key"),
            Head("负责人"),
            Head("开始", "day"),
            Head("结束", "day"),
            Head("关键", "short"),
        ),
        *((Head("承担目标", "share"),) if "share" in filled else ()),
        *((Head("内容", "below"),) if "items" in filled else ()),
    )
    cells: list[tuple[Cell, ...]] = []
    for row in rows:
        days = (None if is_missing(row[day]) else row[day] for day in ("starts", "ends"))
        about = "、".join(plain(titles.get(item, item)) for item in row["items"])
        cells.append(
            (
                *(_name(row, "action_id"), plain(row["owner"]).strip() or Flag("没有")),
                *(*days, "关键" if row["is_key"] else ""),
                *((_number(row["share"]),) if "share" in filled else ()),
                *((about,) if "items" in filled else ()),
            )
        )
    return Table(heads, tuple(cells), even=True)


def _team(proposal: Proposal) -> list[Part]:
    if proposal.team.empty:
        return [Gap("还没写团队。请写清每个人是谁、做什么。")]
    rows = [(plain(row["name"]), plain(row["role"]), plain(row["does"])) for row in _rows(proposal.team)]
    return [Table((Head("姓名", "key"), Head("角色"), Head("做什么")), tuple(rows))]


def _when(proposal: Proposal) -> list[Part]:
    spans = spans_of(proposal.actions, milestones=proposal.milestones, start=proposal.start, end=proposal.end)
    marks = proposal.milestones
    if spans is None:
        return [Gap("还没写里程碑，行动也没有日期，画不出时间表。")]
    parts: list[Part] = []
    if marks.empty:
        parts.append(Gap("还没写里程碑。请写三五个能看出进度的日子。"))
    if spans.rows:
        parts.append(GanttPart(spans, proposal.actions, marks))
    else:
        parts.append(Gap("行动和里程碑的日期都不在策划案的时间里，画不出时间表。请核对日期。"))
    if len(marks):
        late = dt.date.max
        rows = sorted(_rows(marks), key=lambda row: late if is_missing(row["due"]) else row["due"])
        cells: list[tuple[Cell, ...]] = [
            (_name(row, "title"), Flag("日期未定") if is_missing(row["due"]) else row["due"]) for row in rows
        ]
        parts.append(Table((Head("里程碑", "key"), Head("日期", "day")), tuple(cells)))
    return parts


def _posts(plan: Plan | None, items: pd.DataFrame | None, year: int) -> list[Part]:
    if plan is None and (items is None or items.empty):
        return [Gap("还没有排期。排好之后附上，这里会列出每个群每周发几次。")]
    if plan is None or (plan.calendar.empty and plan.unplaced.empty):
        parts: list[Part] = [Gap("还没有排期，先列出要发的内容。")]
        return parts if items is None or items.empty else [*parts, _items(items, None)]
    frame = posts(plan, items=None, groups=None)
    frame = frame[frame["status"] != "cancelled"]
    parts = [Prose(plan_sentence(plan) + "。")]
    if len(plan.unplaced):
        parts.append(Note(f"有 {len(plan.unplaced)} 次没有排进去，原因在排期的工作簿里。"))
    if len(frame):
        parts.append(_by_group(frame, plan.groups, year))
    if items is not None and len(items):
        parts.append(_items(items, frame))
    return parts


def _by_group(frame: pd.DataFrame, groups: pd.DataFrame, year: int) -> Table:
    """Posts of each group in each week; in months or years where there would be too many columns."""
    days = [stamp.date() for stamp in frame["starts_at"]]
    first, last = min(days), max(days)
    # weeks without a post are columns too: a gap is worth seeing
    span = [first + dt.timedelta(days=step) for step in range((last - first).days + 1)]
    unit = next(unit for unit, most in _UNITS.items() if len({_bin(day, unit) for day in span}) <= most)
    columns = sorted({_bin(day, unit) for day in span})
    tally = Counter((group, _bin(day, unit)) for group, day in zip(frame["group_id"], days, strict=True))
    names = dict(zip(frame["group_id"], frame["name"], strict=True))
    order = [group for group in groups["group_id"] if group in names]
    order += [group for group in names if group not in set(order)]
    rows: list[tuple[Cell, ...]] = []
    for group in order:
        counts = [tally[group, column] for column in columns]
        rows.append((plain(names[group]), *counts, sum(counts)))
    sums = [sum(tally[group, column] for group in order) for column in columns]
    heads = [Head(_bin_words(column, unit, year), "num") for column in columns]
    return Table(
        (Head("群（发几次）", "key"), *heads, Head("合计", "num")),
        tuple(rows),
        total=("合计", *sums, sum(sums)),
    )


def _bin(day: dt.date, unit: str) -> dt.date:
    """The first day of the day's week, month or year."""
    if unit == "周":
        return day - dt.timedelta(days=day.weekday())
    return day.replace(day=1) if unit == "月" else day.replace(month=1, day=1)


def _bin_words(day: dt.date, unit: str, year: int) -> str:
    if unit == "周":
        return f"{day_words(day, year)}那周"
    if unit == "年":
        return f"{day.year}年"
    return f"{day.month}月" if day.year == year else f"{day.year}年{day.month}月"


def _items(items: pd.DataFrame, frame: pd.DataFrame | None) -> Table:
    """What is posted: with first day and number of posts where a calendar says, else the days it may go out."""
    first: dict[Any, Any] = {}
    times: dict[Any, int] = {}
    if frame is not None:
        first = {key: day.date() for key, day in frame.groupby("item_id")["starts_at"].min().items()}
        times = {key: int(count) for key, count in frame["item_id"].value_counts().items()}
    rows: list[tuple[Cell, ...]] = []
    for row in _rows(items):
        early, late = (as_date(row[name]) for name in ("earliest", "latest"))
        key = row["item_id"]
        days: tuple[Cell, Cell] = (early, late) if frame is None else (first.get(key), times.get(key, 0))
        phase = word(row["phase"]) if row["phase"] else ""
        rows.append((_name(row, "item_id"), word(row["kind"]), phase, plain(row["owner"]), *days))
    last = (
        (Head("最早", "day"), Head("最晚", "day"))
        if frame is None
        else (Head("首次发布", "day"), Head("次数", "num"))
    )
    heads = (*(Head("内容", "key"), Head("类型", "short"), Head("阶段", "short"), Head("负责人")), *last)
    order = sorted(rows, key=lambda row: row[4] if isinstance(row[4], dt.date) else dt.date.max)
    return Table(heads, tuple(order), folded=f"逐条看 {len(rows)} 条内容")


def _open(checks: pd.DataFrame | None) -> list[Part]:
    if checks is None:
        return [Gap("还没有检查。查过之后附上，这里会列出要先改的和要留意的。")]
    if checks.empty:
        return [Prose("查过了，没有悬着的事：目标、策略、行动、预算和日期都接得上。")]
    order = list(SEVERITY)
    rows = sorted(
        (Finding(row["severity"], plain(row["message"]), plain(row["advice"])) for row in _rows(checks)),
        key=lambda row: order.index(row.severity) if row.severity in order else len(order),
    )
    return [Findings(tuple(rows))]
