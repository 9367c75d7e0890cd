"""Charts of a review: effects with their intervals, a funnel's steps, posting times, and the plan against its result."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import pandas as pd

from toolkit.charts._format import WEEKDAYS, format_count, format_share, plain
from toolkit.charts._gantt import room_beside
from toolkit.charts._labels import one_line, short_names, text_width, title_within
from toolkit.charts._theme import (
    ACCENT,
    PAGE_INK,
    PAGE_LINE,
    PAGE_MUTED,
    PAGE_PAPER,
    PAPER,
    STATUS_COLOURS,
    _chart,
    _nothing,
)
from toolkit.schema import (
    COLUMN_WORDS,
    EFFECTS,
    FUNNEL,
    POST_REVIEWS,
    TIMES,
    VERDICTS_OF_EFFECTS,
    WORDS,
    ChoiceError,
    as_whole,
    check,
    is_missing,
    shown_value,
)

if TYPE_CHECKING:
    import altair as alt

# blue and red are told apart with any common colour blindness; the sign's shape says it once more
_BETTER, _WORSE = STATUS_COLOURS["new"], ACCENT
_LOOKS = {
    "keep": ("circle", _BETTER, True),
    "stop": ("triangle-down", _WORSE, True),
    "try": ("diamond", PAGE_INK, False),
    "unsure": ("circle", PAGE_MUTED, False),
}
# ratios beyond are drawn at the edge: an interval of few posts may reach to nothing
_LEAST, _MOST = 0.1, 10.0
_TICKS = (0.1, 0.2, 0.5, 1, 2, 5, 10)
_ROW = 28
# plots at least so wide have room for a longer name
_WIDE = 300
# a page's font may be so much wider than the one measured
_WIDER = 1.15
# a cell so wide has room for an arrow and two decimals
_CELL = 52
# two-sided 95 %
_DEVIATE = 1.959964
# with fewer pairs a rank correlation's interval says nothing
_LEAST_POSTS = 10
_MOST_DOTS = 240


def times_words(value: Any) -> str:
    """A ratio to the usual as people write it; a dash for a missing one.

    >>> times_words(1.5), times_words(0.834), times_words(12.34), times_words(None)
    ('1.50 倍', '0.83 倍', '12.3 倍', '—')
    """
    number = _number(value)
    return "—" if number is None else f"{_ratio(number)} 倍"


def span_words(low: Any, high: Any) -> str:
    """The ends of a ratio's interval; "" where one is missing.

    >>> span_words(1.2, 1.9), span_words(None, 2.0)
    ('1.20–1.90', '')
    """
    ends = [_number(low), _number(high)]
    return "–".join(_ratio(end) for end in ends if end is not None) if None not in ends else ""


def effect_name(facet: Any, name: Any, names: Mapping[str, str] | None = None) -> str:
    """What an editor reads for the `name` of an effect or a weight; `names` has the groups' names by id.

    >>> effect_name("kind", "promotion"), effect_name("weekday", "0"), effect_name("group", "g1", {"g1": "柳塘群"})
    ('促销', '周一', '柳塘群')
    """
    text = one_line(name)
    if facet == "group":
        return one_line((names or {}).get(text, text)) or text
    if facet in ("kind", "phase"):
        return WORDS.get(text, text)
    if facet == "weekday" and text in {str(day) for day in range(7)}:
        return WEEKDAYS[int(text)]
    return text


def _number(value: Any) -> float | None:
    """A finite number, or None."""
    if is_missing(value):
        return None
    number = float(value)
    return number if math.isfinite(number) else None


def _ratio(number: float) -> str:
    return (
        f"{number:.2f}"
        if abs(number) < 9.995
        else f"{number:.1f}"
        if abs(number) < 99.95
        else f"{number:.0f}"
    )


def _outcome(outcomes: list[str]) -> str:
    """The outcomes in words, the commonest alone where there is one."""
    words = COLUMN_WORDS["outcome"]
    return "、".join(dict.fromkeys(words.get(one, plain(one)) for one in outcomes if one))


# --- effects ----------------------------------------------------------------------------------------------------------


def effect_bars(
    effects: pd.DataFrame,
    *,
    names: Mapping[str, str] | None = None,
    outcome: str | None = None,
    top: int = 16,
    width: int = 320,
) -> alt.Chart | alt.LayerChart:
    """Points with their 95 % intervals against 1 (as usual) on a log scale, a row for each of EFFECTS.

    First what says keep, stop or try, then what cannot be said yet, `top` rows in the table's order; what has no
    interval or is of another `outcome` (None: all of them) is left out, and the subtitle counts these. A verdict has a sign, a colour and a word. Values below 0.1 or
    above 10 are drawn at the edge. `names` has the groups' names by id; `width` is the plot's, in pixels. No rows give
    a sentence.

    Raises ColumnError for another frame, ChoiceError for a `top` that is no whole number from 1.
    """
    from toolkit.charts._altair import alt

    top = as_whole(top, "top（最多画几行）")
    frame = check(effects, EFFECTS)
    rows: list[dict[str, Any]] = frame.to_dict("records")
    known = [row for row in rows if None not in [_number(row[name]) for name in ("value", "low", "high")]]
    others = sum(outcome is not None and row["outcome"] != outcome for row in known)
    known = [row for row in known if outcome is None or row["outcome"] == outcome]
    known.sort(key=lambda row: row["verdict"] == "unsure")
    if not known:
        return _nothing("还没有量出效果")
    records = _effect_records(known[:top], names or {}, width)
    ends = [record[name] for record in records for name in ("left", "right")]
    low, high = min(*ends, 0.8) * 0.94, max(*ends, 1.25) * 1.06
    scale = alt.Scale(type="log", domain=[low, high], nice=False)
    ticks = [tick for tick in _TICKS if low <= tick <= high]
    axis = alt.Axis(title=None, values=ticks, format="~g", ticks=False, domain=False, grid=True)
    x = alt.X("at:Q", scale=scale, axis=axis)
    order = [record["name"] for record in records]
    y = alt.Y("name:N", sort=order, title=None, axis=_names_axis(order))
    base = _chart(records)
    said = [
        f"看的是{_outcome([row['outcome'] for row in known])}",
        "点是估计，横线是 95% 区间，1 是和其余的一样",
    ]
    said += [f"另有 {len(known) - top} 项没有画"] if len(known) > top else []
    blank = len(rows) - len(known) - others
    said += [f"{others} 项看的是别的结果，没有画"] if others else []
    said += [f"{blank} 项没有区间，没有画"] if blank else []
    one = _chart([{"at": 1.0}]).mark_rule(color=PAGE_INK, aria=False).encode(x=alt.X("at:Q", scale=scale))
    return alt.layer(
        one,
        *_effect_layers(base, x, y, scale),
        base.mark_text(align="left").encode(x=alt.value(width + 8), y=y, text="said:N"),
        room_beside(base, [record["said"] for record in records], width + 8),
    ).properties(
        title=title_within(_effects_answer(known), said, width + 220), width=width, height=_ROW * len(records)
    )


def _names_axis(names: list[str]) -> alt.Axis:
    """An axis with room for its names where a page's font is wider than the one measured."""
    from toolkit.charts._altair import alt

    room = max(text_width(name) for name in names) * _WIDER + 8
    return alt.Axis(title=None, ticks=False, domain=False, labelPadding=8, minExtent=room)


def _effect_records(rows: list[dict[str, Any]], names: Mapping[str, str], width: int) -> list[dict[str, Any]]:
    facets, verdicts = COLUMN_WORDS["facet"], COLUMN_WORDS["verdict"]
    wide = width >= _WIDE
    outcomes = {row["outcome"] for row in rows}
    titles = [
        # what is of two outcomes is not to be compared unsaid
        (f"{_outcome([row['outcome']]).removeprefix('按')}，" if len(outcomes) > 1 else "")
        + f"{facets.get(row['facet'], '')}：{effect_name(row['facet'], row['name'], names)}"
        for row in rows
    ]
    records = []
    for row, title in zip(
        rows, short_names(titles, (16 if wide else 9) + 7 * (len(outcomes) > 1)), strict=True
    ):
        value, low, high = (_number(row[name]) or 0.0 for name in ("value", "low", "high"))
        verdict = row["verdict"] if row["verdict"] in _LOOKS else "unsure"
        span = f"（{span_words(low, high)}）" if wide else ""
        records.append(
            {
                "name": title,
                "at": _within(value),
                "left": _within(low),
                "right": _within(high),
                "verdict": verdict,
                "said": f"{verdicts[verdict]} {times_words(value)}{span}",
                "posts": format_count(row["posts"]),
            }
        )
    return records


def _within(number: float) -> float:
    return round(min(_MOST, max(_LEAST, number)), 4)


def _effect_layers(base: alt.Chart, x: alt.X, y: alt.Y, scale: alt.Scale) -> list[alt.Chart]:
    """For each verdict a line for the interval and a sign for the point."""
    from toolkit.charts._altair import alt

    tips = [
        alt.Tooltip(f"{field}:N", title=caption)
        for field, caption in (("name", "看什么"), ("said", "结论"), ("posts", "发布次数"))
    ]
    layers = []
    for verdict in VERDICTS_OF_EFFECTS:
        shape, colour, filled = _LOOKS[verdict]
        part = base.transform_filter(f"datum.verdict === '{verdict}'")
        thick = 1.5 if verdict == "unsure" else 2.5
        line = part.mark_rule(color=colour, strokeWidth=thick, aria=False)
        layers.append(line.encode(x=alt.X("left:Q", scale=scale), x2="right:Q", y=y))
        point = part.mark_point(
            shape=shape, size=80, opacity=1, stroke=colour, fill=colour if filled else PAGE_PAPER
        )
        layers.append(point.encode(x=x, y=y, tooltip=tips))
    return layers


def _effects_answer(rows: list[dict[str, Any]]) -> str:
    words = COLUMN_WORDS["verdict"]
    counts = {name: sum(row["verdict"] == name for row in rows) for name in VERDICTS_OF_EFFECTS}
    sure = [f"{words[name]} {counts[name]} 项" for name in ("keep", "stop", "try") if counts[name]]
    later = f"{counts['unsure']} 项还说不准" if counts["unsure"] else ""
    if not sure:
        return f"{later}，现在不必改" if later else "还没有量出效果"
    return "、".join(sure) + (f"，{later}" if later else "")


# --- the funnel -------------------------------------------------------------------------------------------------------


def funnel_steps(
    funnel: pd.DataFrame, *, campaign: str | None = None, group_id: str = "", width: int = 280
) -> alt.Chart | alt.LayerChart:
    """Bars of what share went on at each measured stage of a campaign, each with its 95 % interval.

    `funnel` keeps FUNNEL; `campaign` picks one of its campaigns (None: the first), `group_id` one group ("": all
    groups together). Stages that nobody measured are not there and are not drawn as nothing. Each bar begins at zero;
    a stage without a rate says so. `width` is the plot's, in pixels. No rows give a sentence.

    Raises ColumnError for another frame, ChoiceError for a campaign that is not in the table.
    """
    from toolkit.charts._altair import alt

    frame = check(funnel, FUNNEL)
    if campaign is not None and campaign not in set(frame["campaign"]):
        known = "、".join(short_names(dict.fromkeys(frame["campaign"]), 12)) or "无"
        raise ChoiceError(f"漏斗里没有活动 {shown_value(campaign)}。有的活动：{known}。")
    if campaign is None and len(frame):
        campaign = frame["campaign"].iloc[0]
    frame = frame[(frame["campaign"] == campaign) & (frame["group_id"] == group_id)]
    if frame.empty:
        return _nothing("还没有可画的漏斗")
    records = _steps(frame, width)
    known_rates = [record for record in records if record["rate"] is not None]
    peak = max((record["high"] or record["rate"] for record in known_rates), default=1.0) or 1.0
    scale = alt.Scale(domain=[0, peak], nice=False)
    x = alt.X("rate:Q", scale=scale, axis=None)
    order = [record["name"] for record in records]
    y = alt.Y("name:N", sort=order, title=None, axis=_names_axis(order))
    base = _chart(records)
    spans = base.transform_filter("isValid(datum.low) && isValid(datum.high)")
    name = short_names([campaign], 12)[0] if one_line(campaign) else ""
    title = f"{name}：{_steps_answer(known_rates)}" if name else _steps_answer(known_rates)
    said = ["条长是走到这一步的比例，细线是 95% 区间", "只画量到的环节"]
    return alt.layer(
        base.transform_filter("isValid(datum.rate)")
        .mark_bar(height=14, color=STATUS_COLOURS["steady"])
        .encode(x=x, y=y),
        spans.mark_rule(color=PAGE_INK, strokeWidth=2, aria=False).encode(
            x=alt.X("low:Q", scale=scale), x2="high:Q", y=y
        ),
        base.mark_text(align="left").encode(x=alt.value(width + 8), y=y, text="said:N"),
        room_beside(base, [record["said"] for record in records], width + 8),
    ).properties(title=title_within(title, said, width + 240), width=width, height=32 * len(records))


def _counted(measured_by: str) -> str:
    """What was counted, in a few signs.

    >>> _counted("按关键词的回复数 ÷ 看得到的人次"), _counted("订单数 ÷ 平均人数")
    ('关键词回复', '订单')
    """
    return one_line(measured_by).split(" ÷")[0].removeprefix("按").replace("的", "", 1).removesuffix("数")


def _steps(frame: pd.DataFrame, width: int) -> list[dict[str, Any]]:
    words = COLUMN_WORDS["stage"]
    rows: list[dict[str, Any]] = frame.to_dict("records")
    stages = [words.get(row["stage"], row["stage"]) for row in rows]
    # a stage that was measured in two ways is told apart by what was counted
    counted = [
        f"{stage} {_counted(row['measured_by'])}" if stages.count(stage) > 1 else stage
        for stage, row in zip(stages, rows, strict=True)
    ]
    names = short_names(counted, 14 if width >= _WIDE else 8)
    records = []
    for row, name in zip(rows, names, strict=True):
        rate, low, high = (_number(row[field]) for field in ("rate", "low", "high"))
        said = "没有可用的数"
        if rate is not None:
            said = format_share(rate)
            if low is not None and high is not None:
                said += f"（{format_share(low)}–{format_share(high)}）"
        records.append({"name": name, "rate": rate, "low": low, "high": high, "said": said})
    return records


def _steps_answer(rows: list[dict[str, Any]]) -> str:
    if not rows:
        return "漏斗还没有可用的数"
    return "、".join(f"{row['name']} {format_share(row['rate'])}" for row in rows)


# --- posting times ----------------------------------------------------------------------------------------------------


def time_heat(
    times: pd.DataFrame,
    *,
    group_id: str | None = None,
    names: Mapping[str, str] | None = None,
    width: int = 420,
) -> alt.Chart | alt.LayerChart:
    """Weekdays by slots of one group: what a post there is worth, as a ratio to the usual.

    `times` keeps TIMES; `group_id` picks a group (None: the one with most posts). A cell is blue or red, with an arrow,
    only where its 95 % interval keeps clear of 1; the uncertain ones are pale. `names` has the groups' names by id;
    `width` is the plot's, in pixels. No rows give a sentence.

    Raises ColumnError for another frame, ChoiceError for a group that is not in the table.
    """
    from toolkit.charts._altair import alt

    frame = check(times, TIMES)
    if frame.empty:
        return _nothing("还没有可画的时段")
    if group_id is None:
        posts = frame.assign(posts=frame["posts"].fillna(0)).groupby("group_id", sort=False)["posts"].sum()
        group_id = str(posts.index[posts.to_numpy().argmax()])
    if group_id not in set(frame["group_id"]):
        raise ChoiceError(f"时段表里没有群 {shown_value(group_id)}。请用表里的群编号。")
    records = _time_cells(frame[frame["group_id"] == group_id], decimals=2 if width / 7 >= _CELL else 1)
    name = short_names([(names or {}).get(group_id, group_id)], 14)[0]
    slots = sorted({record["slot"] for record in records})
    axis = alt.Axis(title=None, labelAngle=0, ticks=False, domain=False, orient="top")
    gap = 4 / max(1, width / 7)
    days = list(WEEKDAYS)
    x = alt.X("day:O", sort=days, scale=alt.Scale(domain=days, paddingInner=gap), axis=axis)
    y = alt.Y(
        "slot:O", sort=slots, scale=alt.Scale(domain=slots, paddingInner=4 / 32), axis=_names_axis(slots)
    )
    base = _chart(records)
    tips = [alt.Tooltip("said:N", title="价值"), alt.Tooltip("posts:N", title="发布次数")]
    layers = []
    for sort, colour in (("better", _BETTER), ("worse", _WORSE), ("unsure", PAGE_LINE)):
        part = base.transform_filter(f"datum.sort === '{sort}'")
        sure = sort != "unsure"
        fill = part.mark_rect(fill=colour, fillOpacity=1 if sure else 0.3)
        ink = part.mark_text(aria=False, color=PAPER if sure else PAGE_MUTED, fontWeight=600 if sure else 400)
        layers += [fill.encode(x=x, y=y, tooltip=tips), ink.encode(x=x, y=y, text="label:N")]
    said = ["数字是平常的几倍，↑ 好于平常，↓ 不如平常", "浅色还说不准：95% 区间里有 1"]
    sources = _outcome(list(frame["outcome"])) if "outcome" in frame else ""
    said = [f"看的是{sources}", *said] if sources else said
    return alt.layer(*layers).properties(
        title=title_within(f"{name}：{_times_answer(records)}", said, width + 60),
        width=width,
        height=32 * len(slots),
    )


def _time_cells(frame: pd.DataFrame, *, decimals: int) -> list[dict[str, Any]]:
    records = []
    for row in frame.to_dict("records"):
        value, low, high = (_number(row[name]) for name in ("value", "low", "high"))
        if value is None or is_missing(row["weekday"]) or not 0 <= row["weekday"] <= 6:
            continue
        sort = "unsure"
        if low is not None and high is not None:
            sort = "better" if low > 1 else "worse" if high < 1 else "unsure"
        arrow = {"better": "↑", "worse": "↓"}.get(sort, "")
        span = f"（{span_words(low, high)}）" if span_words(low, high) else ""
        records.append(
            {
                "day": WEEKDAYS[int(row["weekday"])],
                "slot": short_names([row["slot"]], 8)[0],
                "label": f"{arrow}{value:.{decimals}f}",
                "said": f"{times_words(value)}{span}",
                "posts": "没有发过"
                if row["posts"] is pd.NA or not row["posts"]
                else format_count(row["posts"]),
                "value": round(value, 4),
                "sort": sort,
            }
        )
    return records


def _times_answer(records: list[dict[str, Any]]) -> str:
    better = sorted((row for row in records if row["sort"] == "better"), key=lambda row: -row["value"])
    worse = sum(row["sort"] == "worse" for row in records)
    if better:
        best = f"{better[0]['day']} {better[0]['slot']}"
        return f"{best} 最好" if len(better) == 1 else f"{len(better)} 个时段好于平常，{best} 最好"
    return f"{worse} 个时段不如平常，好的还说不准" if worse else "哪个时段好，还说不准"


# --- the plan against its result --------------------------------------------------------------------------------------


def plan_against_result(
    posts: pd.DataFrame, *, width: int = 420, height: int = 220
) -> alt.Chart | alt.LayerChart:
    """A dot for each measured post: what the plan made of it against what came, both for a hundred members.

    `posts` keeps POST_REVIEWS. Both are taken for a hundred members, or large groups would seem to prove any plan
    right. Only the commonest outcome is drawn; what has no result or no member count is left out and counted in the
    subtitle. The title says how far the orders agree: Spearman's rank correlation with the 95 % interval of Bonett and
    Wright (2000), from 10 posts on. Of more than 240 dots every second, third… one by time is drawn. `width` and
    `height` are the plot's, in pixels. No measured post gives a sentence.

    Raises ColumnError for another frame.
    """
    from toolkit.charts._altair import alt

    frame = check(posts, POST_REVIEWS)
    found = _pairs(frame)
    if not found:
        return _nothing("还没有量到结果，计划和结果没法对照")
    by = _outcome([found[0]["outcome"]])
    step = -(-len(found) // _MOST_DOTS)
    shown = found[::step]
    x = alt.X(
        "planned:Q",
        title="计划里每百人的价值",
        axis=alt.Axis(ticks=False, tickCount=5, grid=False, format="~g"),
    )
    y = alt.Y(
        "result:Q",
        title=None,
        scale=alt.Scale(type="sqrt", nice=True),
        axis=alt.Axis(ticks=False, tickCount=4, domain=False, format="~g"),
    )
    dots = _chart(shown).mark_circle(size=40, color=_BETTER, opacity=0.85)
    tips = [
        alt.Tooltip(f"{field}:N", title=caption) for field, caption in (("title", "标题"), ("said", "结果"))
    ]
    left = int((frame["status"] == "sent").sum()) - len(found)
    said = [f"纵轴是{by}，横竖都按每百人算，一点是一次发布"]
    said += [f"每 {step} 次画一次，共 {len(found)} 次"] if step > 1 else []
    said += [f"{left} 次没有结果或人数，没有画"] if left > 0 else []
    return dots.encode(x=x, y=y, tooltip=tips).properties(
        title=title_within(_agreement(found), said, width + 40), width=width, height=height
    )


def _pairs(frame: pd.DataFrame) -> list[dict[str, Any]]:
    """The posts of the commonest outcome by time: planned and result for a hundred members."""
    frame = frame[frame["result"].notna() & (frame["members"].fillna(0) > 0) & (frame["outcome"] != "")]
    if frame.empty:
        return []
    common = frame["outcome"].value_counts()
    outcome = min(common.index[common == common.max()])
    frame = frame[frame["outcome"] == outcome].sort_values("starts_at", kind="stable")
    pairs = []
    for row in frame.to_dict("records"):
        planned = _number(row["planned"])
        if planned is None:
            continue
        hundreds = float(row["members"]) / 100
        pairs.append(
            {
                "outcome": outcome,
                "planned": round(planned / hundreds, 4),
                "result": round(max(0.0, float(row["result"])) / hundreds, 4),
                "title": short_names([row["title"]], 20)[0],
                "said": format_count(row["result"]),
            }
        )
    return pairs


def rank_agreement(first: pd.Series[Any], second: pd.Series[Any]) -> tuple[float, float, float] | None:
    """Spearman's rank correlation with its 95 % interval (Bonett & Wright 2000); None below 10 pairs or for one value.

    >>> rank_agreement(pd.Series(range(20)), pd.Series(range(20)))[0]
    1.0
    """
    if len(first) < _LEAST_POSTS or first.nunique() < 2 or second.nunique() < 2:
        return None
    r = float(first.rank().corr(second.rank()))
    z = math.atanh(max(-0.9999, min(0.9999, r)))
    half = _DEVIATE * math.sqrt((1 + r * r / 2) / (len(first) - 3))
    return round(r, 4), round(math.tanh(z - half), 4), round(math.tanh(z + half), 4)


def _agreement(found: list[dict[str, Any]]) -> str:
    """Whether what was planned as worth more brought more."""
    frame = pd.DataFrame(found)
    told = rank_agreement(frame["planned"], frame["result"])
    if told is None:
        return f"量到 {len(found)} 次，还看不出计划准不准"
    r, low, high = told
    said = f"排序一致程度 {r:.2f}，区间 {low:.2f} 到 {high:.2f}"
    if low > 0:
        return f"计划里看得重的，结果也多一些（{said}）"
    if high < 0:
        return f"计划里看得重的，结果反而少（{said}）"
    return f"还看不出计划看得重的是不是结果更多（{said}）"
