"""Charts of a calendar: posts by day and segment, and a plan's groups by days."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

import pandas as pd

from toolkit import lexicons
from toolkit.schema import (
    CALENDAR,
    GROUPS,
    ITEM_KINDS,
    ITEMS,
    WORDS,
    ChoiceError,
    Plan,
    as_whole,
    check,
    shown_value,
)

if TYPE_CHECKING:
    import altair as alt
from toolkit.charts._format import WEEKDAYS, day_marks, format_day, plain
from toolkit.charts._heat import _MARKS
from toolkit.charts._labels import short_names, text_width, title_within
from toolkit.charts._theme import (
    ACCENT,
    INK,
    OKABE_ITO,
    PAGE_ACCENT,
    PAGE_INK,
    PAGE_MUTED,
    PAGE_PAPER,
    PALE,
    PAPER,
    STATUS_COLOURS,
    _chart,
    _nothing,
    _title,
    outlined,
)

_LIVE = ("draft", "pinned", "sent")
_OTHER = "other"
# black letters stand on each of these at 5 : 1 or better
_KIND_FILLS = {
    "value": OKABE_ITO[2],
    "discussion": OKABE_ITO[1],
    "promotion": OKABE_ITO[5],
    "event": OKABE_ITO[3],
    "red_packet": OKABE_ITO[6],
    "poll": OKABE_ITO[0],
    "notice": PALE,
    _OTHER: STATUS_COLOURS["steady"],
}
MOST_DAYS = 62
# what the axis shows of a key of `day_key`
DAY_LINES = "split(slice(datum.label, 11), '|')"
# columns from so many pixels on have a date in one line with its weekday below, or the day alone
_WHOLE_DATES, _TWO_LINES = 36, 16
_LEFT = 176


def calendar_load(calendar: pd.DataFrame, groups: pd.DataFrame) -> alt.Chart | alt.LayerChart:
    """A heat map of posts for each day and segment, numbered; cancelled posts do not count."""
    from toolkit.charts._altair import alt

    frame = check(calendar, CALENDAR)
    frame = frame[(frame["status"] != "cancelled") & frame["starts_at"].notna()]
    if frame.empty:
        return _nothing("排期里还没有发布")
    people = check(groups, GROUPS)
    segment = dict(zip(people["group_id"], people["segment"], strict=True))
    places = [segment.get(group, "") or "未分人群" for group in frame["group_id"]]
    days = [stamp.date() for stamp in frame["starts_at"]]
    tally = pd.Series(1, index=pd.MultiIndex.from_arrays([places, days])).groupby(level=[0, 1]).sum()
    span = [min(days) + dt.timedelta(days=step) for step in range((max(days) - min(days)).days + 1)]
    busiest = max(span, key=days.count)
    records: list[dict[str, Any]] = [
        {"day": _day_label(day), "segment": plain(place), "posts": int(tally.get((place, day), 0))}
        for place in sorted(set(places))
        for day in span
    ]
    title = _title(f"最忙的一天：{format_day(busiest)}，{days.count(busiest)} 次发布", "每天发给各人群的次数")
    base = _chart(records)
    axis = alt.Axis(title=None, labelAngle=0, ticks=False, domain=False, labelExpr="split(datum.label, ' ')")
    x = alt.X("day:O", sort=[_day_label(day) for day in span], axis=axis)
    y = alt.Y("segment:N", title=None, axis=alt.Axis(ticks=False, domain=False, labelPadding=8))
    peak = max(record["posts"] for record in records)
    colour = alt.Color("posts:Q", legend=None, scale=alt.Scale(domain=[0, peak], range=["#FBEDEA", ACCENT]))
    ink = alt.condition(f"datum.posts > {peak * 0.6}", alt.value(PAPER), alt.value(INK))
    return alt.layer(
        base.mark_rect(stroke=PAGE_PAPER, strokeWidth=2).encode(x=x, y=y, color=colour),
        base.mark_text().encode(x=x, y=y, text="posts:Q", color=ink),
    ).properties(title=title, width=alt.Step(44), height=alt.Step(36))


def _day_label(day: dt.date) -> str:
    return f"{day.month}/{day.day} {WEEKDAYS[day.weekday()]}"


# --- what every chart of a plan begins with ---------------------------------------------------------------------------


@dataclass(frozen=True, eq=False)
class Given:
    """A plan's days, its groups by id (name and rank), its items by id, and its live posts within the days."""

    plan: Plan
    days: list[dt.date]
    names: dict[str, str]
    items: dict[str, dict[str, Any]]
    posts: list[dict[str, Any]]


def given_plan(plan: Any) -> Given:
    """What a plan holds, as plain records. Raises ChoiceError for what is no Plan."""
    if not isinstance(plan, Plan):
        raise ChoiceError(f"这里要一份排期结果（plan_posts 给出的 Plan），现在是 {shown_value(plan)}。")
    groups, items = check(plan.groups, GROUPS), check(plan.items, ITEMS)
    days = [plan.start + dt.timedelta(days=step) for step in range(plan.days)]
    known = {row["item_id"]: row for row in items.to_dict("records")}
    names = dict(zip(groups["group_id"], short_names(groups["name"], 13), strict=True))
    channels = dict(zip(groups["group_id"], groups["channel"], strict=True))
    posts = []
    for row in check(plan.calendar, CALENDAR).to_dict("records"):
        if row["status"] not in _LIVE or pd.isna(row["starts_at"]) or row["group_id"] not in names:
            continue
        day = row["starts_at"].date()
        if days and days[0] <= day <= days[-1]:
            item = known.get(row["item_id"])
            more = {"day": day, "item": item, "channel": channels[row["group_id"]]}
            posts.append({**row, **more, "kind": item["kind"] if item else _OTHER})
    return Given(plan, days, names, known, posts)


def _marks(plan: Plan, day: dt.date) -> list[tuple[str, str]]:
    """What is special about a day, the plan's own days of mourning too."""
    marks = [mark for mark in day_marks(day) if mark[0] in _MARKS]
    if day in plan.rules.mourning and "solemn" not in dict(marks):
        marks.insert(0, ("solemn", "庄重日：哀悼"))
    return marks


# --- groups × days ----------------------------------------------------------------------------------------------------


def plan_heat(
    plan: Plan, *, by: Literal["kind", "posts"] = "kind", top: int = 50, width: int = 640
) -> alt.Chart | alt.LayerChart:
    """A grid of groups down and days across: what each group gets on each day, with its total beside.

    `by` colours a cell by the kind that most of its posts have ("kind"; among equals the one that comes first in the
    contract) or by how many there are ("posts"). A letter or number stands in the cell where it fits. Days off are
    shaded; festivals, solemn days, holidays and make-up workdays carry a sign. A day on which a group is closed or shut
    has no cell. Drafts, pinned and sent posts within the plan's days count.

    Of more than `top` groups those are shown that have most unmet must-sends, then most left out, then most posts, in
    the plan's order, and the title says so; of more than 62 days the first. `width` in pixels is for the cells, which
    are 12 to 40 wide. A plan without days or groups gives a sentence.

    Raises ChoiceError for what is no Plan, an unknown `by`, and a `top` that is no whole number from 1.
    """
    top = as_whole(top, "top（最多画几个群）")
    if by not in ("kind", "posts"):
        raise ChoiceError(f"by 不能是 {shown_value(by)}。可以用：kind（按类型）、posts（按次数）。")
    given = given_plan(plan)
    days = given.days[:MOST_DAYS]
    if not days or not given.names:
        return _nothing("排期里还没有群和日子")
    left = _left_out(given)
    groups = _most_telling(given, left, top)
    cell = min(max(width / len(days), 12), 40)
    cells = _grid(given, groups, days, cell)
    wide = max(cell * len(days) + _LEFT, 400)
    title = title_within(_heat_answer(given, left, len(groups)), _heat_words(given, groups, days, by), wide)
    title.offset = 8
    return _heat_layers(given, cells, _sums(given, groups, left), days, cell, by).properties(
        title=title, width=cell * len(days), height=22 * len(groups)
    )


def _left_out(given: Given) -> dict[str, tuple[int, int]]:
    """For each group its unmet must-sends, and everything left out."""
    must, every = Counter[str](), Counter[str]()
    for row in given.plan.unplaced.to_dict("records"):
        every[row["group_id"]] += 1
        must[row["group_id"]] += bool(given.items.get(row["item_id"], {}).get("must_send"))
    return {group: (must[group], every[group]) for group in given.names}


def _most_telling(given: Given, left: dict[str, tuple[int, int]], top: int) -> list[str]:
    """The groups to show, in the plan's order."""
    posts = Counter(post["group_id"] for post in given.posts)
    ranked = sorted(given.names, key=lambda group: (*left[group], posts[group]), reverse=True)
    chosen = set(ranked[:top])
    return [group for group in given.names if group in chosen]


def _grid(given: Given, groups: list[str], days: list[dt.date], cell: float) -> list[dict[str, Any]]:
    """A record for each open group and day."""
    found: dict[tuple[str, dt.date], list[str]] = {}
    for post in given.posts:
        found.setdefault((post["group_id"], post["day"]), []).append(post["kind"])
    closes = dict(zip(given.plan.groups["group_id"], given.plan.groups["closes"], strict=True))
    shut = set(given.plan.rules.shut)
    special = {day: "、".join(words for _, words in _marks(given.plan, day)) for day in days}
    cells = []
    for group in groups:
        end = closes[group] if not pd.isna(closes[group]) else dt.date.max
        for day in days:
            kinds = found.get((group, day), [])
            if (day > end or (group, day) in shut) and not kinds:
                continue
            tally = Counter(kinds)
            # among equals the kind that the contract names first
            main = max(ITEM_KINDS, key=lambda kind: tally[kind]) if any(tally[k] for k in ITEM_KINDS) else ""
            cells.append(
                {
                    "name": given.names[group],
                    "day": day_key(day, cell, days[0]),
                    "said": format_day(day),
                    "special": special[day],
                    "off": not lexicons.is_workday(day),
                    "posts": len(kinds),
                    "main": _kind_word(main or _OTHER) if kinds else "",
                    "kinds": "、".join(
                        f"{_kind_word(kind)} {count}" for kind, count in sorted(tally.items())
                    ),
                    "letter": _letter(main, len(kinds), cell),
                    "number": str(len(kinds)) if kinds else "",
                }
            )
    return cells


def _kind_word(kind: str) -> str:
    return "其他" if kind == _OTHER else WORDS[kind]


def _letter(main: str, posts: int, cell: float) -> str:
    """What stands in a cell: the kind's first sign, and how many there are where that fits."""
    if not posts:
        return ""
    sign = _kind_word(main or _OTHER)[0]
    texts = ([f"{sign}{posts}"] if posts > 1 else []) + [sign, ""]
    return next(text for text in texts if text_width(text) + 1 <= cell)


def day_key(day: dt.date, cell: float, first: dt.date) -> str:
    """A day that sorts as it should, and behind the blank the lines that its axis shows."""
    if cell >= _WHOLE_DATES:
        lines = f"{day.month}/{day.day}|{WEEKDAYS[day.weekday()]}"
    elif cell >= _TWO_LINES:
        lines = (
            f"{day.day}|{f'{day.month}月' if day.day == 1 or day == first else WEEKDAYS[day.weekday()][1]}"
        )
    else:
        lines = f"{day.month}/{day.day}" if day.weekday() == 0 else ""
    return f"{day.isoformat()} {lines}"


def _sums(given: Given, groups: list[str], left: dict[str, tuple[int, int]]) -> list[dict[str, Any]]:
    """What stands to the right of each row."""
    posts = Counter(post["group_id"] for post in given.posts)
    rows = []
    for group in groups:
        must, every = left[group]
        more = f"，必发缺 {must}" if must else f"，未排入 {every}" if every else ""
        rows.append({"name": given.names[group], "said": f"{posts[group]} 次{more}", "trouble": bool(must)})
    return rows


def _heat_answer(given: Given, left: dict[str, tuple[int, int]], shown: int) -> str:
    part = f"{len(given.names)} 个群里最该看的 {shown} 个：" if shown < len(given.names) else ""
    without = [group for group, (must, _) in left.items() if must]
    if without:
        missed = sum(left[group][0] for group in without)
        return f"{part}有 {missed} 条必发没有排入，在「{given.names[without[0]]}」" + (
            f"等 {len(without)} 个群" if len(without) > 1 else ""
        )
    if not given.posts:
        return f"{part}这 {len(given.days)} 天还没有发布"
    tally = Counter(post["day"] for post in given.posts)
    busiest = max(given.days, key=lambda day: tally[day])
    return f"{part}{len(given.days)} 天发 {len(given.posts)} 次，最忙的是 {format_day(busiest)}（{tally[busiest]} 次）"


def _heat_words(given: Given, groups: list[str], days: list[dt.date], by: str) -> list[str]:
    closed = any(not pd.isna(day) for day in given.plan.groups["closes"]) or bool(given.plan.rules.shut)
    parts = ["颜色和字是当天最多的类型，数字是几次" if by == "kind" else "数字是当天几次，越深越多"]
    parts += ["深底是周末和放假"] if any(not lexicons.is_workday(day) for day in days) else []
    parts += ["没有格子的日子群已关闭或停发"] if closed else []
    left = len(given.names) - len(groups)
    parts += [f"另有 {left} 个群没有画，先画未排入最多的"] if left else []
    parts += [f"只画前 {len(days)} 天，共 {len(given.days)} 天"] if len(days) < len(given.days) else []
    return parts


def _heat_layers(
    given: Given,
    cells: list[dict[str, Any]],
    sums: list[dict[str, Any]],
    days: list[dt.date],
    cell: float,
    by: str,
) -> alt.LayerChart:
    from toolkit.charts._altair import alt, rows_of

    keys = [day_key(day, cell, days[0]) for day in days]
    axis = alt.Axis(
        title=None,
        orient="top",
        labelExpr=DAY_LINES,
        labelAngle=0,
        labelPadding=16 if cell < _TWO_LINES else 32,  # the signs of special days stand below the labels
        labelOverlap=cell < _TWO_LINES,  # no day that has room goes without its label
        ticks=False,
        domain=False,
    )
    x = alt.X("day:O", sort=keys, scale=alt.Scale(domain=keys, paddingInner=2 / cell), axis=axis)
    names = [row["name"] for row in sums]
    quiet = alt.Axis(title=None, ticks=False, domain=False, labelPadding=8, labelColor=PAGE_MUTED)
    y = alt.Y("name:N", sort=names, scale=alt.Scale(domain=names, paddingInner=0.1), axis=quiet)
    captions = {"name": "群", "said": "日期", "special": "日子", "posts": "次数", "kinds": "类型"}
    tips = [alt.Tooltip(f"{field}:N", title=caption) for field, caption in captions.items()]
    base = _chart(cells)
    shade = alt.condition("datum.off", alt.value(0.2), alt.value(0.06))
    some = base.transform_filter("datum.posts > 0")
    peak = max(2, *(row["posts"] for row in cells)) if cells else 2
    if by == "kind":
        seen = [kind for kind in _KIND_FILLS if any(row["main"] == _kind_word(kind) for row in cells)]
        fills = alt.Scale(
            domain=[_kind_word(kind) for kind in seen], range=[_KIND_FILLS[kind] for kind in seen]
        )
        legend = outlined(orient="bottom", columns=8)
        colour: Any = alt.Color("main:N", scale=fills, legend=legend)
        ink: Any = alt.value("#000000")
    else:
        scale = alt.Scale(domain=[1, peak], range=["#F5CFC9", ACCENT])
        colour = alt.Color("posts:Q", legend=None, scale=scale)
        ink = alt.condition(
            f"datum.posts > {1 + (peak - 1) * 0.8}", alt.value("#FFFFFF"), alt.value("#000000")
        )
    edge = {"stroke": PAGE_MUTED, "strokeWidth": 1} if by == "kind" else {}
    beside = alt.Chart(rows_of(sums)).mark_text(align="left")
    tone = alt.condition("datum.trouble", alt.value(PAGE_ACCENT), alt.value(PAGE_MUTED))
    return alt.layer(
        base.mark_rect(color=PAGE_INK).encode(x=x, y=y, opacity=shade, tooltip=tips),
        some.mark_rect(**edge).encode(x=x, y=y, color=colour, tooltip=tips),
        some.mark_text(aria=False, size=12).encode(
            x=x, y=y, text="letter:N" if by == "kind" else "number:N", color=ink, tooltip=tips
        ),
        beside.encode(x=alt.value(cell * len(days) + 8), y=y, text="said:N", color=tone),
        *_day_signs(given.plan, days, keys, x),
    ).resolve_scale(color="independent", shape="independent")


def _day_signs(plan: Plan, days: list[dt.date], keys: list[str], x: Any) -> list[alt.Chart]:
    """A sign above the column of each special day: the most telling of what the day is."""
    from toolkit.charts._altair import alt, rows_of

    rows = [
        {"day": key, "said": format_day(day), "sign": _MARKS[marks[0][0]][0], "special": marks[0][1]}
        for day, key in zip(days, keys, strict=True)
        if (marks := _marks(plan, day))
    ]
    if not rows:
        return []
    words = [(word, shape) for word, shape in _MARKS.values() if any(row["sign"] == word for row in rows)]
    shapes = alt.Scale(domain=[word for word, _ in words], range=[shape for _, shape in words])
    legend = alt.Legend(
        title="日期下的记号",
        titleOrient="left",
        orient="bottom",
        symbolFillColor=PAGE_INK,
        symbolStrokeColor=PAGE_INK,
    )
    tips = [
        alt.Tooltip(f"{field}:N", title=caption) for field, caption in (("said", "日期"), ("special", "日子"))
    ]
    mark = alt.Chart(rows_of(rows)).mark_point(filled=True, color=PAGE_INK, opacity=1, size=28)
    return [
        mark.encode(
            x=x, y=alt.value(-7), shape=alt.Shape("sign:N", scale=shapes, legend=legend), tooltip=tips
        )
    ]
