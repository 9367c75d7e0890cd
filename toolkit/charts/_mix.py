"""A chart of what each group gets, by kind, against the shares a plan wishes."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Any

from toolkit.charts._labels import title_within
from toolkit.charts._plans import Given, given_plan
from toolkit.charts._theme import ACCENT, PAGE_ACCENT, PAGE_INK, STATUS_COLOURS, _chart, _nothing
from toolkit.schema import Plan, as_whole

if TYPE_CHECKING:
    import altair as alt

_GREY = STATUS_COLOURS["steady"]
_NOTHING = 1e-9

# the kinds of each sort, what a plan may wish of its share (1: no more than, -1: no less than), and its field in Soft
_SORTS = (
    ("促销", ("promotion",), 1, "promotion_share"),
    ("话题和投票", ("discussion", "poll"), -1, "discussion_share"),
    ("干货", ("value",), -1, "value_share"),
)


def plan_mix(plan: Plan, *, top: int = 30, width: int = 88) -> alt.Chart | alt.ConcatChart:
    """Bars of what share of each group's posts is 促销, 话题和投票, 干货 and 其他, with the wished shares as lines.

    The wishes are those of `plan.rules.soft`; without any there are no lines and no verdict. A share on the wrong side
    is red and has its count of posts marked; a sort that no item of is meant for the group is not asked. Drafts, pinned
    and sent posts within the plan's days count. Of more than `top` groups those farthest from the wishes are shown.
    `width` is a panel's, in pixels. No posts give a sentence.

    Raises ChoiceError for what is no Plan and a `top` that is no whole number from 1.
    """
    from toolkit.charts._altair import alt

    top = as_whole(top, "top（最多画几个群）")
    given = given_plan(plan)
    if not given.posts:
        return _nothing("排期里还没有发布，看不出内容搭配")
    rows = _shares(given)
    amiss = {name: sum(row["amiss"] for row in rows if row["name"] == name) for name in given.names.values()}
    counted = [name for name in given.names.values() if any(row["name"] == name for row in rows)]
    far = set(sorted(counted, key=lambda name: -amiss[name])[:top])
    shown = [name for name in counted if name in far]
    base = _chart([row for row in rows if row["name"] in far])
    panels = [
        _mix_panel(base, sort, shown, width, first=number == 0).properties(
            title=alt.TitleParams(
                sort, subtitle=_wish_words(plan, sort), fontSize=12, frame="group", offset=4
            )
        )
        for number, sort in enumerate([*(sort for sort, *_ in _SORTS), "其他"])
    ]
    left = len(counted) - len(shown)
    said = ["条长是占这个群发布次数的比例"]
    said += ["竖线是想要的占比", "红色是没有合意"] if plan.rules.soft else ["没有填写想要的占比"]
    said += [f"另有 {left} 个群没有画，画的是差得最多的"] if left else []
    title = title_within(_mix_answer(plan, rows, counted), said, (width + 64) * 4 + 160)
    return alt.concat(*panels, columns=4, title=title, spacing=16)


def _shares(given: Given) -> list[dict[str, Any]]:
    """A record for each group that has posts and each sort of content."""
    soft = given.plan.rules.soft
    segments = dict(zip(given.plan.groups["group_id"], given.plan.groups["segment"], strict=True))
    meant: dict[str, set[str]] = {}
    for item in given.items.values():
        for target in item["groups"] or ["all"]:
            meant.setdefault(target, set()).add(item["kind"])
    tally: dict[str, Counter[str]] = {group: Counter() for group in given.names}
    for post in given.posts:
        tally[post["group_id"]][post["kind"]] += 1
    rows = []
    for group, kinds in tally.items():
        posts = kinds.total()
        if not posts:
            continue
        asked = set().union(*(meant.get(name, set()) for name in ("all", segments[group], group)))
        counts = [
            (sort, sum(kinds[kind] for kind in of), side, field, of) for sort, of, side, field in _SORTS
        ]
        rest = posts - sum(count for _, count, *_ in counts)
        for sort, count, side, field, of in [*counts, ("其他", rest, 0, "", ())]:
            wish = getattr(soft, field) if soft and field else None
            amiss = side * (count - wish * posts) if wish is not None and asked & set(of) else 0.0
            rows.append(
                {
                    "name": given.names[group],
                    "sort": sort,
                    "share": round(count / posts, 6),
                    "count": f"{count}/{posts}",
                    "wish": wish,
                    "amiss": round(max(0.0, amiss), 6),
                    "off": amiss > _NOTHING,
                    "said": f"{count}/{posts}" if count or asked & set(of) or not of else "没有备选",
                }
            )
    return rows


def _wish_words(plan: Plan, sort: str) -> str:
    for name, _, side, field in _SORTS:
        if name == sort and plan.rules.soft:
            return f"{'不高于' if side > 0 else '不低于'} {getattr(plan.rules.soft, field):.0%}"
    return "没有要求"


def _mix_answer(plan: Plan, rows: list[dict[str, Any]], names: list[str]) -> str:
    if plan.rules.soft is None:
        most = max(_SORTS, key=lambda sort: sum(row["share"] for row in rows if row["sort"] == sort[0]))[0]
        return f"{len(names)} 个群里，平均占得最多的是{most}"
    off = {row["name"] for row in rows if row["off"]}
    if not off:
        return f"{len(names)} 个群的内容搭配都合意"
    worst = max(rows, key=lambda row: row["amiss"])
    return f"{len(names)} 个群里有 {len(off)} 个的内容搭配不合意，差得最多的是「{worst['name']}」的{worst['sort']}（{worst['count']}）"


def _mix_panel(base: alt.Chart, sort: str, names: list[str], width: int, *, first: bool) -> alt.LayerChart:
    from toolkit.charts._altair import alt

    axis = alt.Axis(title=None, ticks=False, domain=False, labelPadding=8, labels=first)
    y = alt.Y("name:N", sort=names, scale=alt.Scale(domain=names), axis=axis)
    scale = alt.Scale(domain=[0, 1], nice=False)
    x, wish = (alt.X(f"{field}:Q", axis=None, scale=scale) for field in ("share", "wish"))
    mine = base.transform_filter(f"datum.sort === '{sort}'")
    captions = {"name": "群", "sort": "类型", "count": "次数"}
    tips = [alt.Tooltip(f"{field}:N", title=caption) for field, caption in captions.items()]
    fill = alt.condition("datum.off", alt.value(ACCENT), alt.value(_GREY))
    ink = alt.condition("datum.off", alt.value(PAGE_ACCENT), alt.value(PAGE_INK))
    wished = mine.transform_filter("isValid(datum.wish)")
    return alt.layer(
        mine.mark_bar(height=12).encode(x=x, y=y, color=fill, tooltip=tips),
        wished.mark_tick(thickness=1.5, height=20, color=PAGE_INK, aria=False).encode(x=wish, y=y),
        # at the panel's edge, where no line crosses it
        mine.mark_text(align="left").encode(
            x=alt.value(width + 8), y=y, text="said:N", color=ink, tooltip=tips
        ),
    ).properties(width=width, height=24 * len(names))
