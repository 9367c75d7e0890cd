"""A chart of people's minutes a day against the ceiling."""

from __future__ import annotations

import datetime as dt
import json
from typing import TYPE_CHECKING, Any

from toolkit import lexicons
from toolkit.charts._format import format_day
from toolkit.charts._labels import one_line, short_names, title_within
from toolkit.charts._plans import DAY_LINES, MOST_DAYS, Given, day_key, given_plan
from toolkit.charts._theme import ACCENT, PAGE_INK, PAGE_PAPER, STATUS_COLOURS, _chart, _nothing
from toolkit.schema import Plan, as_whole

if TYPE_CHECKING:
    import altair as alt

_GREY = STATUS_COLOURS["steady"]
_BY_HAND = "群"


def owner_minutes(plan: Plan, *, top: int = 8, width: int = 640) -> alt.Chart | alt.ConcatChart:
    """Small multiples of each owner's minutes a day, a panel an owner, with the day's ceiling as a line over it.

    An item's minutes are charged once for each of its send times, `rules.minutes_by_hand` for each post to a group of
    channel 群 (the lighter part), both on the day of the post to the item's owner; the ceilings are the rules' for a
    workday or a day off. Drafts, pinned and sent posts within the plan's days count. Days beyond the ceiling are red.
    The `top` owners who come nearest to their ceilings are drawn, and of more than 62 days the first. No minutes give a
    sentence.

    Raises ChoiceError for what is no Plan and a `top` that is no whole number from 1.
    """
    from toolkit.charts._altair import alt

    top = as_whole(top, "top（最多画几位负责人）")
    given = given_plan(plan)
    rows = _minutes(given)
    if not rows:
        return _nothing("排期里没有要花时间的内容")
    people = sorted({row["owner"] for row in rows})
    tightest = {owner: max((row for row in rows if row["owner"] == owner), key=_fill) for owner in people}
    ranked = sorted(people, key=lambda owner: (-_fill(tightest[owner]), owner))
    days = given.days[:MOST_DAYS]
    cell = min(max(width / len(days), 12), 40)
    peak = max(max(row["total"], row["ceiling"]) for row in rows)
    base = _chart(
        [{**row, "day": day_key(row["date"], cell, days[0]), "date": str(row["date"])} for row in rows]
    )
    panels = [
        _owner_panel(base, owner, [day_key(day, cell, days[0]) for day in days], cell, peak).properties(
            title=alt.TitleParams(
                owner,
                subtitle=f"最紧的一天：{tightest[owner]['said']} {_of_ceiling(tightest[owner])}",
                fontSize=12,
                frame="group",
                offset=4,
            )
        )
        for owner in ranked[:top]
    ]
    said = ["每天的分钟数，横线是当天的上限，红色是超出"]
    said += ["浅色部分是手动发群的时间"] if plan.rules.minutes_by_hand else []
    said += [f"另有 {len(people) - top} 位负责人没有画"] if len(people) > top else []
    said += [f"只画前 {len(days)} 天，共 {plan.days} 天"] if len(days) < plan.days else []
    title = title_within(_minutes_answer(rows), said, max(cell * len(days) + 80, 400))
    return alt.concat(*panels, columns=1, title=title, spacing=24)


def _minutes(given: Given) -> list[dict[str, Any]]:
    """A record for each owner and day, days without work too; none where nobody has any minutes."""
    content: dict[tuple[str, dt.date], float] = {}
    by_hand: dict[tuple[str, dt.date], float] = {}
    sends: set[tuple[str, Any]] = set()
    rules = given.plan.rules
    for post in given.posts:
        if post["item"] is None:
            continue
        key = (one_line(post["item"]["owner"]) or "未填负责人", post["day"])
        if (send := (post["item_id"], post["starts_at"])) not in sends:
            content[key] = content.get(key, 0) + int(post["item"]["minutes"])
            sends.add(send)
        by_hand[key] = by_hand.get(key, 0) + (rules.minutes_by_hand if post["channel"] == _BY_HAND else 0)
    owners = sorted({owner for owner, day in content if content[owner, day] + by_hand[owner, day]})
    rows = []
    for owner, name in zip(owners, short_names(owners, 16), strict=True):
        for day in given.days[:MOST_DAYS]:
            ceiling = rules.minutes_workday if lexicons.is_workday(day) else rules.minutes_day_off
            first, second = content.get((owner, day), 0), by_hand.get((owner, day), 0)
            rows.append(
                {
                    "owner": name,
                    "date": day,
                    "said": format_day(day),
                    "content": first,
                    "total": first + second,
                    "ceiling": ceiling,
                    "over": first + second > ceiling,
                    "number": f"{first + second:g}" if first + second else "",
                }
            )
    return rows


def _fill(row: dict[str, Any]) -> float:
    """How much of the ceiling is used; any minute where the ceiling is nothing is beyond all."""
    if not row["ceiling"]:
        return float("inf") if row["total"] else 0.0
    return float(row["total"] / row["ceiling"])


def _of_ceiling(row: dict[str, Any]) -> str:
    return f"{row['total']:g}/{row['ceiling']:g} 分钟"


def _minutes_answer(rows: list[dict[str, Any]]) -> str:
    over = [row for row in rows if row["over"]]
    if over:
        first = over[0]
        more = f"，一共 {len(over)} 处" if len(over) > 1 else ""
        return f"{first['owner']} {first['said']}超出上限 {first['total'] - first['ceiling']:g} 分钟{more}"
    worst = max(rows, key=_fill)
    return f"没有人超出上限；最紧的是{worst['owner']} {worst['said']}，{_of_ceiling(worst)}"


def _owner_panel(base: alt.Chart, owner: str, keys: list[str], cell: float, peak: float) -> alt.LayerChart:
    from toolkit.charts._altair import alt

    axis = alt.Axis(title=None, labelExpr=DAY_LINES, labelAngle=0, ticks=False, labelOverlap=cell < 16)
    x = alt.X("day:O", sort=keys, scale=alt.Scale(domain=keys, paddingInner=0.2), axis=axis)
    scale = alt.Scale(domain=[0, peak * 1.15], nice=False)
    rungs = alt.Axis(title=None, tickCount=3, domain=False, ticks=False)
    total, content, ceiling = (
        alt.Y(f"{field}:Q", scale=scale, axis=rungs) for field in ("total", "content", "ceiling")
    )
    captions = {
        "owner": "负责人",
        "said": "日期",
        "content": "内容分钟",
        "total": "合计分钟",
        "ceiling": "上限",
    }
    tips = [alt.Tooltip(f"{field}:N", title=caption) for field, caption in captions.items()]
    mine = base.transform_filter(f"datum.owner === {json.dumps(owner)}")
    fill = alt.condition("datum.over", alt.value(ACCENT), alt.value(_GREY))
    layers = [
        mine.mark_bar(fillOpacity=0.45).encode(x=x, y=total, color=fill, stroke=fill, tooltip=tips),
        mine.mark_bar().encode(x=x, y=content, color=fill, tooltip=tips),
        mine.mark_tick(orient="horizontal", thickness=1.5, width=cell, color=PAGE_INK, aria=False).encode(
            x=x, y=ceiling
        ),
    ]
    if cell >= 24:
        number = mine.encode(x=x, y=total, text="number:N")
        # a ceiling that runs behind a number does not strike it out
        layers += [
            number.mark_text(dy=-8, stroke=PAGE_PAPER, strokeWidth=3, aria=False),
            number.mark_text(dy=-8, aria=False),
        ]
    return alt.layer(*layers).properties(width=cell * len(keys), height=88)
