"""Charts in one hand: the theme, Chinese number and time formats, and the one escaping helper of the house.

Charts take frames and give Altair charts titled with the answer where it can be computed. Competitors' text
is untrusted: in charts it is data only; in pages it goes through `escape` or `safe_link` and nowhere else.
"""

from __future__ import annotations

import datetime as dt
import html
import itertools
import re
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

import pandas as pd

from toolkit import lexicons
from toolkit.schema import (
    CALENDAR,
    CONTRACTS,
    COPIES,
    GROUPS,
    HEADLINES,
    TRENDS,
    WORDED,
    WORDS,
    ColumnError,
    as_date,
    as_time,
    check,
)

if TYPE_CHECKING:
    import altair as alt

FONTS = 'system-ui, "PingFang SC", "Microsoft YaHei", "Noto Sans CJK SC", "WenQuanYi Micro Hei", sans-serif'
ACCENT = "#B93A2B"
INK, MUTED, LINE, PAPER = "#1F2328", "#5C636B", "#D9DCE0", "#FFFFFF"
# Okabe & Ito, Color Universal Design (2008): told apart with any common colour blindness
OKABE_ITO = ("#E69F00", "#56B4E9", "#009E73", "#F0E442", "#0072B2", "#D55E00", "#CC79A7", "#000000")
STATUS_COLOURS = {"new": "#0072B2", "rising": ACCENT, "steady": "#868E96", "fading": "#BFC4CA"}
STATUS_MARKS = {"new": "＋", "rising": "↑", "steady": "→", "fading": "↓"}
WEEKDAYS = ("周一", "周二", "周三", "周四", "周五", "周六", "周日")
_MISSING = "—"

_DROPPED = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]")
_BROKEN = re.compile("[\ud800-\udfff\ufdd0-\ufdef\ufffe\uffff]")
_URL = re.compile(r"https?://[^\s<>\"'\\]+", re.IGNORECASE)


def plain(value: Any) -> str:
    r"""A value as text that any file format can hold; a missing one is "".

    Control characters and characters that turn the reading direction are dropped (they can make a title
    read as another), lone surrogates become U+FFFD, line ends become a plain newline.

    >>> plain("A\x00B\u202eC"), plain(None), plain(3)
    ('ABC', '', '3')
    """
    if value is None or (not isinstance(value, str) and pd.api.types.is_scalar(value) and pd.isna(value)):
        return ""
    text = re.sub("\r\n?|\u2028|\u2029", "\n", str(value))
    return _BROKEN.sub("\ufffd", _DROPPED.sub("", text))


def escape(value: Any) -> str:
    """A value as text that is safe inside HTML elements and quoted attributes.

    >>> escape('"><img onerror=x>')
    '&quot;&gt;&lt;img onerror=x&gt;'
    """
    return html.escape(plain(value), quote=True)


def safe_link(url: Any, text: Any) -> str:
    """A link in HTML for an http or https address, else the escaped text alone.

    Addresses with a user name before @ are shown as text: they pretend to lead elsewhere.

    >>> safe_link("javascript:alert(1)", "点我")
    '<bdi>点我</bdi>'
    >>> safe_link("https://example.com/a?b=1&c=2", "点我")
    '<a href="https://example.com/a?b=1&amp;c=2" rel="noopener noreferrer nofollow"><bdi>点我</bdi></a>'
    """
    address = plain(url).strip()
    label = f"<bdi>{escape(text) or escape(address)}</bdi>"
    try:
        host = urlsplit(address).netloc if _URL.fullmatch(address) else ""
    except ValueError:
        host = ""
    if not host or "@" in host:
        return label
    return f'<a href="{escape(address)}" rel="noopener noreferrer nofollow">{label}</a>'


def format_count(value: Any) -> str:
    """A count as people write it; a dash for a missing one.

    >>> format_count(12345), format_count(9999), format_count(230_000_000), format_count(None)
    ('1.2万', '9999', '2.3亿', '—')
    """
    if value is None or pd.isna(value):
        return _MISSING
    number = float(value)
    for size, unit in ((1e8, "亿"), (1e4, "万")):
        # 99 996 000 would else read 10000万
        if abs(number) >= size * 0.99995:
            return f"{number / size:.1f}".removesuffix(".0") + unit
    return f"{number:.1f}".removesuffix(".0")


def format_share(value: Any) -> str:
    """A fraction as a percentage with one decimal; a dash for a missing one.

    >>> format_share(0.034), format_share(1), format_share(0.0004), format_share(0)
    ('3.4%', '100%', '<0.1%', '0%')
    """
    if value is None or pd.isna(value):
        return _MISSING
    share = float(value) * 100
    if 0 < share < 0.05:
        return "<0.1%"
    return f"{share:.1f}".removesuffix(".0") + "%"


def format_day(value: Any) -> str:
    """A day with its weekday; a dash for a missing one.

    >>> format_day("2026-11-03")
    '11月3日 周二'
    """
    day = as_date(value)
    return _MISSING if day is None else f"{day.month}月{day.day}日 {WEEKDAYS[day.weekday()]}"


def format_time(value: Any) -> str:
    """A time in Shanghai as people write it; a dash for a missing one.

    >>> format_time("2026-11-03 20:00")
    '11月3日 周二 20:00'
    """
    stamp = as_time(value)
    return _MISSING if pd.isna(stamp) else f"{format_day(stamp)} {stamp:%H:%M}"


def day_marks(day: dt.date) -> list[tuple[str, str]]:
    """What is special about a day, as (kind, words): festival, rest, workday (调休) and solemn days.

    >>> day_marks(dt.date(2026, 9, 18))
    [('solemn', '庄重日：九一八')]
    """
    festival = lexicons.days_of("festival").get(day)
    solemn = lexicons.days_of("solemn").get(day)
    marks = []
    if festival and festival != solemn:
        marks.append(("festival", lexicons.spoken_festival(festival)))
    if solemn:
        marks.append(("solemn", f"庄重日：{solemn}"))
    if day in lexicons.days_of("rest"):
        marks.append(("rest", "放假"))
    if day in lexicons.days_of("workday"):
        marks.append(("workday", "调休上班"))
    return marks


def use_theme() -> None:
    """Register and enable the house theme and the renderer that JupyterLab draws offline."""
    import altair as alt

    alt.theme.register("wenan", enable=True)(_theme)
    alt.renderers.enable("mimetype")


def _theme() -> Any:
    """Two sizes (14 for the title, 12 for the rest), one accent, hairlines instead of boxes."""
    text = {"labelFont": FONTS, "titleFont": FONTS, "labelFontSize": 12, "titleFontSize": 12}
    ink = {"labelColor": INK, "titleColor": MUTED, "titleFontWeight": "normal"}
    axis = {**text, **ink, "domainColor": LINE, "tickColor": LINE, "gridColor": LINE, "labelLimit": 240}
    title = {
        "font": FONTS,
        "fontSize": 14,
        "anchor": "start",
        "color": INK,
        "offset": 12,
        "fontWeight": "normal",
    }
    subtitle = {"subtitleFont": FONTS, "subtitleFontSize": 12, "subtitleColor": MUTED, "subtitlePadding": 4}
    return {
        "background": PAPER,
        "config": {
            "font": FONTS,
            "title": {**title, **subtitle},
            "axis": axis,
            "header": {**text, **ink, "labelAnchor": "start"},
            "legend": {**text, **ink, "orient": "top", "symbolType": "square"},
            "view": {"stroke": None},
            "range": {"category": list(OKABE_ITO), "heatmap": ["#FBEDEA", ACCENT]},
            "bar": {"color": ACCENT},
            "line": {"color": ACCENT, "strokeWidth": 2},
            "text": {"font": FONTS, "fontSize": 12, "color": INK},
        },
    }


def _chart(records: list[dict[str, Any]]) -> alt.Chart:
    """A chart over plain records: no frame is guessed at, so the same rows always give the same chart."""
    import altair as alt

    use_theme()
    return alt.Chart(alt.Data(values=records))


def _title(text: str, subtitle: str) -> alt.TitleParams:
    import altair as alt

    return alt.TitleParams(text, subtitle=subtitle)


def _nothing(sentence: str) -> alt.Chart:
    empty = _chart([{"text": ""}]).mark_text().encode(text="text:N")
    return empty.properties(title=sentence, width=360, height=24)


def _short(text: str, length: int) -> str:
    return text if len(text) <= length else text[: length - 1] + "…"


def trend_bars(trends: pd.DataFrame, *, top: int = 12, width: int = 360) -> alt.Chart:
    """Bars of the words that are new or rising, the strongest first; the bar is the score, from zero.

    Beside each bar stand the status in words and the documents of this window and of the baseline. Without
    such words the chart is a sentence.
    """
    import altair as alt

    frame = check(trends, TRENDS)
    frame = frame[frame["status"].isin(["new", "rising"])].sort_values(
        ["score", "term"], ascending=[False, True], kind="stable"
    )
    if frame.empty:
        return _nothing("这一期没有明显上升的词")
    records = [_trend_record(row) for row in frame.head(top).to_dict("records")]
    order = [record["term"] for record in records]
    base = _chart(records)
    title = _title(f"上升最快：{order[0]}", "柱长是热度分；旁边是本期篇数和前期篇数")
    longest = max(float(record["score"]) for record in records) or 1.0
    y = alt.Y("term:N", sort=order, title=None, axis=alt.Axis(ticks=False, domain=False, labelPadding=8))
    # the labels need about 45% of the width to the right of the longest bar
    x = alt.X("score:Q", title=None, axis=None, scale=alt.Scale(domain=[0, longest * 1.9], nice=False))
    names = [WORDS[key] for key in ("rising", "new")]
    colours = alt.Scale(domain=names, range=[STATUS_COLOURS[key] for key in ("rising", "new")])
    bars = base.mark_bar(size=16).encode(
        x=x, y=y, color=alt.Color("status:N", scale=colours, legend=None), tooltip=["term:N", "label:N"]
    )
    labels = base.mark_text(align="left", dx=8).encode(x=x, y=y, text="label:N")
    return alt.layer(bars, labels).properties(title=title, width=width, height=alt.Step(28))


def _trend_record(row: dict[Any, Any]) -> dict[str, Any]:
    status = str(row["status"])
    counts = f"{format_count(row['documents'])} 篇（前期 {format_count(row['baseline_documents'])}）"
    return {
        "term": _short(plain(row["term"]), 14),
        "score": 0.0 if pd.isna(row["score"]) else max(round(float(row["score"]), 4), 0.0),
        "status": WORDS.get(status, status),
        "label": f"{STATUS_MARKS.get(status, '')} {WORDS.get(status, status)}　{counts}",
    }


def copy_bars(copies: pd.DataFrame, *, top: int = 15, width: int = 320) -> alt.Chart:
    """Bars of copies: how much of each stands word for word in another's text, with whose; without any, a sentence."""
    import altair as alt

    frame = check(copies, COPIES).head(top)
    if frame.empty:
        return _nothing("这批内容里没有发现转抄")
    records = [
        {
            "copy": f"{_short(plain(row.title), 16) or '（无标题）'}　{_short(plain(row.source), 8)}",
            "share": round(float(row.similarity), 4),
            "label": f"{format_share(row.similarity)}　原文：{_short(plain(row.original_source), 10)}",
            "original": plain(row.original_title),
        }
        for row in frame.itertuples()
    ]
    base = _chart(records)
    title = _title(f"发现 {len(copies)} 篇转抄", "柱长是与原文逐字相同的文字占全文的比例")
    # the labels need about half of the width to the right of a full bar
    x = alt.X("share:Q", title=None, axis=None, scale=alt.Scale(domain=[0, 1.9], nice=False))
    axis = alt.Axis(ticks=False, domain=False, labelPadding=8, labelLimit=320)
    y = alt.Y("copy:N", sort=[record["copy"] for record in records], title=None, axis=axis)
    bars = base.mark_bar(size=16, color=OKABE_ITO[4]).encode(
        x=x, y=y, tooltip=["copy:N", "label:N", "original:N"]
    )
    labels = base.mark_text(align="left", dx=8).encode(x=x, y=y, text="label:N")
    return alt.layer(bars, labels).properties(title=title, width=width, height=alt.Step(28))


def term_lines(counts: pd.DataFrame, *, width: int = 180, columns: int = 3) -> alt.Chart:
    """Small multiples of document counts: one panel a term, all on one scale, the last period labelled.

    `counts` has term, week (or starts: the first day of each period) and documents, as `term_history` gives it; a
    period without a row counts as zero.
    """
    import altair as alt

    start = "starts" if "starts" in counts.columns else "week"
    _need(counts, ("term", start, "documents"), "词频")
    if counts.empty:
        return _nothing("还没有可画的词")
    pairs = zip(counts["term"], counts[start], counts["documents"], strict=True)
    number = {(plain(term), as_date(week)): int(documents) for term, week, documents in pairs}
    terms = list(dict.fromkeys(term for term, _ in number))
    seen = sorted({day for _, day in number if day is not None})
    first, last = seen[0], seen[-1]
    step = min(((after - day).days for day, after in itertools.pairwise(seen)), default=7)
    weeks = [first + dt.timedelta(days=days) for days in range(0, (last - first).days + 1, step)]
    records: list[dict[str, Any]] = [
        {
            "term": term,
            "week": f"{week.month}月{week.day}日" if first.year == last.year else week.isoformat(),
            "documents": number.get((term, week), 0),
            "last": week == weeks[-1],
        }
        for term in terms
        for week in weeks
    ]
    period = "每周" if step == 7 else f"每 {step} 天"
    now, before = _growth(records, terms)
    best = max(terms, key=lambda term: now[term] - before[term])
    title = _title(
        f"涨得最多：{best}（{now[best]} 篇，之前平均 {format_count(before[best])} 篇）", f"{period}提到的篇数"
    )
    shown = list(dict.fromkeys(record["week"] for record in records))
    ends = [shown[0], shown[-1]]
    # both labels stay inside their panel, else neighbours run into each other
    align = {"condition": {"test": "datum.index === 0", "value": "left"}, "value": "right"}
    axis = alt.Axis(
        title=None, values=ends, labelAngle=0, labelAlign=align, labelPadding=8, ticks=False, grid=False
    )
    x = alt.X("week:O", sort=shown, axis=axis, scale=alt.Scale(padding=0.4))
    peak = max(record["documents"] for record in records) or 1
    y = alt.Y(
        "documents:Q",
        title=None,
        axis=alt.Axis(tickCount=3, domain=False, ticks=False, format="d"),
        scale=alt.Scale(domain=[0, peak * 1.3], nice=False),
    )
    base = _chart(records)
    last = base.transform_filter("datum.last")
    panel = alt.layer(
        base.mark_line().encode(x=x, y=y),
        last.mark_circle(size=48, opacity=1, color=ACCENT).encode(x=x, y=y),
        last.mark_text(dy=-10).encode(x=x, y=y, text="documents:Q"),
    ).properties(width=width, height=88)
    facet = alt.Facet("term:N", sort=terms, header=alt.Header(title=None))
    return panel.facet(facet=facet, columns=columns, title=title).resolve_axis(x="independent")


def _growth(records: list[dict[str, Any]], terms: list[str]) -> tuple[dict[str, int], dict[str, float]]:
    """Documents in the last week and the mean of the weeks before it, for each term."""
    now = {record["term"]: record["documents"] for record in records if record["last"]}
    earlier: dict[str, list[int]] = {term: [] for term in terms}
    for record in records:
        if not record["last"]:
            earlier[record["term"]].append(record["documents"])
    return now, {term: sum(values) / len(values) if values else 0.0 for term, values in earlier.items()}


def calendar_load(calendar: pd.DataFrame, groups: pd.DataFrame) -> alt.Chart:
    """A heat map of posts for each day and segment, numbered; cancelled posts do not count."""
    import altair as alt

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
        base.mark_rect(stroke=PAPER, strokeWidth=2).encode(x=x, y=y, color=colour),
        base.mark_text().encode(x=x, y=y, text="posts:Q", color=ink),
    ).properties(title=title, width=alt.Step(44), height=alt.Step(36))


def _day_label(day: dt.date) -> str:
    return f"{day.month}/{day.day} {WEEKDAYS[day.weekday()]}"


# what the parts of a topic's score are called; those of a headline's are in the lexicon headline-parts
TOPIC_PARTS = {
    "heat": "热度",
    "spread": "扩散",
    "focus": "聚焦",
    "fit": "对群",
    "own": "新意",
    "season": "时令",
}


def part_caption(column: str) -> str:
    """What an editor reads for a `part_*` column; one that nobody knows shows its own name.

    >>> part_caption("part_heat"), part_caption("part_length"), part_caption("part_x")
    ('热度', '长短', 'x')
    """
    name = column.removeprefix("part_")
    headline = {row["part"]: row["caption"] for row in lexicons.rows("headline-parts")}
    return TOPIC_PARTS.get(name) or headline.get(name, name)


def part_limit(column: str) -> int | None:
    """The most points a part of a headline's score can have; None for any other part."""
    limits = {row["part"]: int(row["max"]) for row in lexicons.rows("headline-parts")}
    return limits.get(column.removeprefix("part_"))


def part_columns(frame: pd.DataFrame) -> list[str]:
    """The `part_*` columns of a frame in order."""
    return [str(name) for name in frame.columns if str(name).startswith("part_")]


# captions of columns that verbs add behind a contract's
EXTRA_CAPTIONS: dict[str, str] = {
    **{"segments": "适合人群", "origin": "由来", "pattern": "句式", "intent": "意图"},
    **{"name": "群名", "topic_id": "选题编号"},
    **{
        "version": "版本",
        "saved_at": "存于",
        "rows": "行数",
        "added": "新增",
        "removed": "删去",
        "changed": "改动",
    },
}
# words for values of such columns, and for the categories of findings
_SPOKEN: dict[str, dict[str, str]] = {
    "format": {
        **{"page": "网页", "feed": "订阅源", "text": "文本", "markdown": "Markdown", "chat": "聊天记录"},
        **{
            "links": "链接清单",
            "table": "表格",
            "csv": "CSV",
            "tsv": "TSV",
            "xlsx": "Excel",
            "xls": "Excel（xls）",
        },
        **{"jsonl": "JSON Lines", "json": "JSON", "html": "网页", "md": "Markdown", "txt": "文本"},
    },
    "origin": {"rising": "热词", "steady": "平时常说", "keyword": "突出的词"},
    "category": {
        **{"absolute": "绝对化用语", "medical": "医疗", "induced_share": "诱导分享", "clickbait": "标题党"},
        **{"finance": "金融", "education": "教育", "food_health": "食品保健", "false_claim": "虚假宣传"},
        **{"price": "价格", "cosmetics": "化妆品", "official_impersonation": "冒用官方", "privacy": "隐私"},
        **{
            "public_order": "公序良俗",
            "real_estate": "房产",
            "unfair": "不正当竞争",
            "alcohol_tobacco": "烟酒",
        },
        **{"rumor": "谣言", "state_symbol": "国家象征", "diversion": "站外引流", "ad_label": "广告标识"},
        **{"citation": "引证", "prize": "奖品", "induced_follow": "诱导关注", "minors": "未成年人"},
        **{"exempt": "可以例外", "second_look": "请人看一眼"},
    },
}


def in_words(frame: pd.DataFrame, *columns: str) -> pd.DataFrame:
    """The chosen columns as an editor reads them: Chinese captions and values, lists joined, times to the minute.

    Without `columns` all that have a caption. For showing only: the result keeps no contract.

    Raises ColumnError for a chosen column that no caption is known for.

    >>> in_words(pd.DataFrame({"term": ["石榴"], "status": ["new"], "evidence": [["d1", "d2"]]})).to_dict("list")
    {'热词': ['石榴'], '状态': ['新出现'], '出处': ['d1、d2']}
    """
    captions = {**EXTRA_CAPTIONS, **{name: part_caption(name) for name in part_columns(frame)}}
    for contract in reversed(CONTRACTS):
        captions |= contract.captions
    # the contract that shares most columns says what a name such as `status` or `term` is called
    captions |= max(CONTRACTS, key=lambda contract: len(set(contract.names) & set(frame.columns))).captions
    unknown = [name for name in columns if name not in captions or name not in frame]
    if unknown:
        raise ColumnError(
            f"没有列 {'、'.join(unknown)} 可以显示。可以用：{'、'.join(map(str, frame.columns))}。"
        )
    shown = frame[list(columns)] if columns else frame[[name for name in frame.columns if name in captions]]
    out = {}
    for name in shown.columns:
        series = shown[name]
        if name in WORDED or name in _SPOKEN:
            words = {**WORDS, **_SPOKEN.get(str(name), {})}
            series = series.map(lambda value, words=words: words.get(value, value))
        elif isinstance(series.dtype, pd.DatetimeTZDtype):
            series = series.dt.strftime("%Y-%m-%d %H:%M")
        elif series.dtype == "float64":
            series = series.round(2)
        elif series.map(lambda value: isinstance(value, list)).any():
            series = series.map(lambda value: "、".join(map(str, value)))
        out[captions[str(name)]] = series
    return pd.DataFrame(out, index=shown.index)


def score_parts(headlines: pd.DataFrame, *, top: int = 6, width: int = 420) -> alt.Chart:
    """Stacked bars of what each of a few headlines' craft score is made of, with the sum beside the bar.

    The rows keep their order; parts below zero stand to the left of the line.
    """
    import altair as alt

    frame = check(headlines, HEADLINES).head(top)
    parts = part_columns(frame)
    if frame.empty or not parts:
        return _nothing("还没有可拆开看的写法分")
    names = [f"{place}. {_short(plain(text), 18)}" for place, text in enumerate(frame["headline"], start=1)]
    records = [
        {"headline": name, "part": part_caption(str(part)), "order": place, "points": round(float(value), 4)}
        for name, row in zip(names, frame[parts].to_dict("records"), strict=True)
        for place, (part, value) in enumerate(row.items())
        if not pd.isna(value)
    ]
    best = int(frame["craft"].astype("float64").fillna(-1.0).to_numpy().argmax())
    title = _title(f"写法分最高：{_short(plain(frame['headline'].iloc[best]), 24)}", "写法检查，不是预测")
    captions = [part_caption(part) for part in parts]
    y = alt.Y("headline:N", sort=names, title=None, axis=alt.Axis(ticks=False, domain=False, labelPadding=8))
    # black is not for bars: it would read as the sum
    scale = alt.Scale(domain=captions, range=[OKABE_ITO[place % 7] for place in range(len(captions))])
    bars = (
        _chart(records)
        .mark_bar(size=18)
        .encode(
            x=alt.X("points:Q", title=None, axis=alt.Axis(tickCount=5, domain=False, ticks=False)),
            y=y,
            color=alt.Color("part:N", scale=scale, legend=alt.Legend(title=None, columns=4)),
            order=alt.Order("order:Q"),
            tooltip=["headline:N", "part:N", "points:Q"],
        )
    )
    # the sum stands at the end of the bar, which lies beyond it where a part is negative
    ends = frame[parts].astype("float64").clip(lower=0).sum(axis=1)
    sums = [
        {"headline": name, "end": round(end, 4), "label": "—" if pd.isna(craft) else f"{craft:.0f}"}
        for name, end, craft in zip(names, ends, frame["craft"], strict=True)
    ]
    total = alt.Chart(alt.Data(values=sums)).mark_text(align="left", dx=6, fontWeight=600)
    return alt.layer(bars, total.encode(x="end:Q", y=y, text="label:N")).properties(
        title=title, width=width, height=alt.Step(36)
    )


def _need(frame: pd.DataFrame, names: tuple[str, ...], caption: str) -> None:
    missing = tuple(name for name in names if name not in frame.columns)
    if missing:
        present = tuple(str(name) for name in frame.columns)
        raise ColumnError(
            f"{caption}表缺少列 {'、'.join(missing)}。现有的列：{'、'.join(present) or '无'}。请补上这些列。",
            missing=missing,
            present=present,
        )


def to_svg(chart: alt.Chart) -> str:
    """The chart as one self-contained SVG text on a clear ground: no script, no font, nothing to load."""
    import vl_convert

    spec = chart.to_dict()
    spec["background"] = "transparent"
    spec["padding"] = {"left": 0, "top": 4, "right": 4, "bottom": 4}
    return str(vl_convert.vegalite_to_svg(spec, vl_version="5.20"))
