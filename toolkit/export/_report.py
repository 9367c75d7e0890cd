"""The weekly report: one self-contained HTML page that an editor would forward to her boss."""

from __future__ import annotations

import datetime as dt
import math
from collections import Counter
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import pandas as pd

from toolkit import charts
from toolkit.charts import (
    STATUS_MARKS,
    escape,
    format_count,
    format_day,
    format_share,
    format_time,
    part_caption,
    part_columns,
    part_limit,
    plain,
    safe_link,
)
from toolkit.export import _page
from toolkit.export._plan import plan_section, plan_sentence
from toolkit.export._posts import write_bytes
from toolkit.schema import (
    CONTRAST,
    DOCUMENTS,
    GATE_MARKS,
    HEADLINES,
    TOPICS,
    TRENDS,
    WORDS,
    ColumnError,
    Plan,
    as_date,
    check,
)

# what stays in sight; the rest folds away and is never dropped
SHOWN = {
    "rivals": 12,
    "trends": 20,
    "topics": 8,
    "headlines": 16,
    "headlines a topic": 2,
    "advice": 2,
    "evidence": 3,
    "rejected": 50,
}
RIVAL_COLUMNS = ("source", "channel", "documents", "before", "copied", "top_titles")
_NOTHING = {
    "rivals": "没有同行的内容可以列。把同行的文章、表格或网页放进「同行内容」文件夹，再运行一次。",
    "trends": "没有算出热词。看升降要有发布日期，也要有前几周的内容作比较；原因若已知，写在文末的说明里。",
    "topics": "没有选题。选题从热词和关键词来，请先补充同行内容。",
    "headlines": "没有备选标题。请先选定选题，再生成或填写标题。",
    "plan": "没有排期。请准备群和内容条目两张表，再运行一次。",
}
# a topic that no rising word stands behind says so
ORIGINS = {
    "steady": "（平时常说的词，没有上升）",
    "keyword": "（取自内容里最突出的词，不是热词）",
    "season": "（来自日历，不是热词）",
}
# the sentence of topics.RANK_SENTENCE; a test holds the two equal
ORDER_NOTE = "排序是编辑的权重，不是预测。选题分由下面各项相乘而成，这里只列扣了 3% 以上的。不同意哪一项，就改它的权重。"
# a share that takes less off is not worth a bar
FULL_SHARE = 0.97
NO_CHANCE = "暂无：本账号的历史成绩还不够，经不起检验的数字不给"


def write_report(
    path: Path | str,
    *,
    trends: pd.DataFrame | None = None,
    topics: pd.DataFrame | None = None,
    headlines: pd.DataFrame | None = None,
    plan: Plan | None = None,
    documents: pd.DataFrame | None = None,
    rejected: pd.DataFrame | None = None,
    notes: Sequence[str] = (),
    title: str = "本周内容简报",
    asof: Any | None = None,
    sample_groups: bool = False,
    rivals: pd.DataFrame | None = None,
    history: pd.DataFrame | None = None,
    drivers: pd.DataFrame | None = None,
    contrast: pd.DataFrame | None = None,
    since: dt.date | None = None,
    reasons: Mapping[str, str] | None = None,
    close: pd.DataFrame | None = None,
) -> Path:
    """Write the week as one HTML page and return the path; it needs no network and no script.

    The page opens with what rivals published (`rivals`: source, channel, documents, before, copied,
    top_titles; `since` is the day the last report ended), then TRENDS (with evidence looked up in `documents`; their
    weeks from `history` as `term_history` gives it, who drives them from `drivers` as `mine_trends(by="source")` does,
    and CONTRAST, what only one side writes about), TOPICS and HEADLINES with their parts, the Plan day by day, and
    remarks. A part that is None or empty says why in one sentence: `reasons` (keys rivals, trends, topics, headlines,
    plan) replaces the general one. `asof` is the day the content
    ends (None: the latest in `documents`); `sample_groups` marks the plan's groups as 示例群. All text is
    escaped, links lead to http and https alone, the same input gives the same bytes.

    `close` is what `close_choices` found of the plan: the calendar's section lists the closest of them, folded.

    Raises ColumnError for a frame without its columns, InputError when the path cannot be written.
    """
    known = None if documents is None else check(documents, DOCUMENTS)
    why = {**_NOTHING, **(reasons or {})}
    # nobody can use a section that the page does not know
    trends = None if trends is None else check(trends, TRENDS)
    topics = None if topics is None else check(topics, TOPICS)
    headlines = None if headlines is None else check(headlines, HEADLINES)
    lookup = {} if known is None else {row["doc_id"]: row for row in known.to_dict("records")}
    day = _latest(known) if asof is None or (known is not None and _latest(known) is None) else as_date(asof)
    sections = [
        _page.section(
            "rivals",
            _since(since) if day is not None or known is None else "同行发了什么",
            _rivals(rivals, why["rivals"], dated=day is not None),
        ),
        _page.section(
            "trends", "热词", _trends(trends, lookup, history, drivers, why["trends"]) + _contrast(contrast)
        ),
        _page.section("topics", "选题", _topics(topics, lookup, why["topics"])),
        _page.section("headlines", "标题", _headlines(headlines, topics, why["headlines"])),
        _page.section(
            "plan", "排期", plan_section(plan, why["plan"], sample_groups=sample_groups, close=close)
        ),
        _page.section("notes", "说明", _notes(notes, rejected)),
    ]
    head = _masthead(
        title, day, rivals=rivals, trends=trends, topics=topics, plan=plan, sample_groups=sample_groups
    )
    return write_bytes(path, _page.page(plain(title), head + "".join(sections)).encode("utf-8"))


def _since(day: dt.date | None) -> str:
    return "同行这周发了什么" if day is None else f"{format_day(day).split(' ')[0]}以来，同行发了什么"


def _latest(documents: pd.DataFrame | None) -> dt.date | None:
    return None if documents is None or documents.empty else as_date(documents["published_at"].max())


def _masthead(
    title: str,
    day: dt.date | None,
    *,
    rivals: pd.DataFrame | None,
    trends: pd.DataFrame | None,
    topics: pd.DataFrame | None,
    plan: Plan | None,
    sample_groups: bool,
) -> str:
    """The title, the day, and the week in a sentence for each section, which leads there."""
    lines = []
    if rivals is not None and len(rivals):
        total = format_count(pd.to_numeric(rivals["documents"]).sum())
        said = "本期发了" if day is not None else "共有"
        lines.append(("rivals", f"{len(rivals)} 个同行来源，{said} {total} 篇"))
    if trends is not None and len(trends):
        hot = trends[trends["status"].isin(["new", "rising"])].sort_values(
            "score", ascending=False, kind="stable"
        )
        best = "、".join(plain(term) for term in hot["term"].head(3))
        lines.append(("trends", f"{len(hot)} 个词在上升：{best}" if len(hot) else "没有明显上升的词"))
    if topics is not None and len(topics):
        lines.append(("topics", f"{len(topics)} 个选题，排在最前的是「{plain(topics['label'].iloc[0])}」"))
    if plan is not None:
        lines.append(("plan", plan_sentence(plan)))
    when = f"内容截至 {day.year} 年 {format_day(day)}" if day is not None else "内容没有日期"
    sample = '<span class="tag sample">示例群</span>' if sample_groups else ""
    listed = "".join(f'<li><a href="#{anchor}">{escape(line)}</a></li>' for anchor, line in lines)
    return (
        f'<header>\n<h1>{escape(title)}</h1>\n<p class="muted">{sample}{when}</p>\n'
        f'<ul class="summary">{listed}</ul>\n</header>\n'
    )


def _rivals(rivals: pd.DataFrame | None, why: str, *, dated: bool) -> str:
    if rivals is None or rivals.empty:
        return _page.empty(why)
    missing = tuple(name for name in RIVAL_COLUMNS if name not in rivals.columns)
    if missing:
        raise ColumnError(
            f"同行动态表缺少列 {'、'.join(missing)}。请用 rival_activity 生成它。", missing=missing
        )
    rows: list[dict[Any, Any]] = rivals.to_dict("records")
    active = [row for row in rows if row["documents"]]
    quiet = "、".join(plain(row["source"]) or "未注明来源" for row in rows if not row["documents"])
    shown = "".join(_rival(row, dated=dated) for row in active[: SHOWN["rivals"]])
    rest = active[SHOWN["rivals"] :]
    more = (
        _page.details(f"其余 {len(rest)} 个来源", "".join(_rival(row, dated=dated) for row in rest))
        if rest
        else ""
    )
    silent = f'<p class="note">这一期没有发文：{escape(quiet)}</p>' if quiet else ""
    return shown + more + silent


def _rival(row: dict[Any, Any], *, dated: bool) -> str:
    count = format_count(row["documents"])
    line = f"本期 {count} 篇" if dated else f"共 {count} 篇，没有日期"
    if not pd.isna(row["before"]):
        change = float(row["documents"]) - float(row["before"])
        word = (
            "持平" if abs(change) < 0.5 else f"{'多' if change > 0 else '少'} {format_count(abs(change))} 篇"
        )
        line += f"，前期同样长的时间平均 {format_count(row['before'])} 篇（{word}）"
    if not pd.isna(row["copied"]) and row["copied"] > 0:
        line += f"；{format_share(row['copied'])} 与别家更早的内容重复"
    titles = row["top_titles"] if isinstance(row["top_titles"], list) else []
    items = [
        safe_link(part.get("url"), part.get("title") or "（无标题）")
        + _muted(_reads(part.get("reads")), _when(part.get("published_at")))
        for part in titles
    ]
    return (
        f"<article><h3>{escape(row['source']) or '未注明来源'}<small>{escape(row['channel'])}</small></h3>"
        f"<p>{line}</p>{_page.bullets(items, kind='ol')}</article>\n"
    )


def _reads(value: Any) -> str:
    return "" if value is None or pd.isna(value) else f"阅读 {format_count(value)}"


def _when(value: Any) -> str:
    """A time; one at midnight was given as a day alone."""
    if value is None or pd.isna(value):
        return ""
    return format_time(value).removesuffix(" 00:00")


def _muted(*texts: str) -> str:
    line = " · ".join(text for text in texts if text)
    return f' <span class="muted meta">{escape(line)}</span>' if line else ""


def _trends(
    trends: pd.DataFrame | None,
    lookup: Mapping[str, dict[Any, Any]],
    history: pd.DataFrame | None,
    drivers: pd.DataFrame | None,
    why: str,
) -> str:
    if trends is None or trends.empty:
        return _page.empty(why)
    heads = [
        *(("热词", "key"), ("状态", ""), ("本期篇数", "num"), ("前期篇数", "num"), ("升幅", "num")),
        *(("来源数", "num"), ("首次出现", "nowrap"), ("误报率", "nowrap")),
    ]
    bodies = [_trend(row, lookup) for row in trends.to_dict("records")]
    # what does not rise is there for the curious, behind a fold
    risen = int(trends["status"].isin(["new", "rising"]).sum()) or len(bodies)
    shown = min(risen, SHOWN["trends"])
    rest = bodies[shown:]
    more = _page.details(f"其余 {len(rest)} 个词", _page.table(heads, rest)) if rest else ""
    explained = (
        '<p class="note">升幅：本期篇数是按前期推算应有篇数的几倍。误报率（q 值）：照这个标准挑词，'
        "大约有多大比例其实没有热起来；5% 就是每二十个里约有一个看走眼。</p>"
    )
    drawn = _trend_chart(trends) + _history_chart(history, trends) + _driver_chart(drivers)
    return drawn + _page.table(heads, bodies[:shown]) + more + explained


def _trend_chart(trends: pd.DataFrame) -> str:
    """The same chart drawn for two widths, so that its letters stay readable on a phone."""
    if not trends["status"].isin(["new", "rising"]).any():
        return ""
    return _figures(
        wide=charts.to_svg(charts.trend_bars(trends, width=560)),
        narrow=charts.to_svg(charts.trend_bars(trends, top=8, width=250)),
    )


def _history_chart(history: pd.DataFrame | None, trends: pd.DataFrame) -> str:
    if history is None or history.empty:
        return ""
    return _figures(
        wide=charts.to_svg(charts.term_lines(history, trends=trends, width=184)),
        narrow=charts.to_svg(charts.term_lines(history, trends=trends, top=8, width=136, columns=2)),
    )


def _driver_chart(drivers: pd.DataFrame | None) -> str:
    if drivers is None or drivers.empty:
        return ""
    return _figures(
        wide=charts.to_svg(charts.driver_bars(drivers, width=500)),
        narrow=charts.to_svg(charts.driver_bars(drivers, top=5, width=264)),
    )


def _contrast(contrast: pd.DataFrame | None) -> str:
    """What one side writes about and the other does not: drawn, and every word in a list."""
    if contrast is None or contrast.empty:
        return ""
    frame = check(contrast, CONTRAST)
    drawn = _figures(
        wide=charts.to_svg(charts.contrast_scatter(frame, width=620)),
        narrow=charts.to_svg(charts.contrast_scatter(frame, top=30, width=300, height=320)),
    )
    for side, caption in (("theirs", "同行写得多"), ("ours", "我们写得多")):
        rows: list[dict[Any, Any]] = frame[frame["side"] == side].to_dict("records")
        lines = [
            f"{escape(row['term'])}"
            + _muted(f"同行 {format_count(row['theirs'])} 篇", f"我们 {format_count(row['ours'])} 篇")
            for row in rows
        ]
        drawn += _page.details(f"{caption}的 {len(lines)} 个词", _page.bullets(lines))
    return drawn


def _figures(**drawn: str) -> str:
    return "".join(
        f'<figure class="chart {kind}">{inline_svg(svg)}</figure>\n' for kind, svg in drawn.items()
    )


def inline_svg(svg: str) -> str:
    """An SVG text as it stands inside a page, where it needs no namespace addresses."""
    for name in ('xmlns="http://www.w3.org/2000/svg"', 'xmlns:xlink="http://www.w3.org/1999/xlink"'):
        svg = svg.replace(f" {name}", "")
    return svg


def _trend(row: dict[Any, Any], lookup: Mapping[str, dict[Any, Any]]) -> tuple[list[str], str]:
    variants = "、".join(plain(text) for text in row["variants"])
    term = escape(row["term"]) + (' <small class="info">新词</small>' if row["is_new_word"] else "")
    term += f"<br><small>包含：{escape(variants)}</small>" if variants else ""
    lift = row["lift"]
    cells = [
        term,
        _status(plain(row["status"])),
        format_count(row["documents"]),
        format_count(row["baseline_documents"]),
        f"{lift:.1f} 倍" if pd.notna(lift) and math.isfinite(lift) else "—",
        format_count(row["sources"]),
        format_day(row["first_seen"]).split(" ")[0],
        _doubt(row["q_value"]),
    ]
    return cells, _evidence(row["evidence"], lookup)


def _status(status: str) -> str:
    known = status if status in STATUS_MARKS else "steady"
    return f'<span class="{known}">{STATUS_MARKS[known]} {WORDS[known]}</span>'


def _doubt(q_value: Any) -> str:
    """How far a rise can be trusted, in words and as the share of false alarms to expect."""
    if pd.isna(q_value):
        return "—"
    limits = ((0.01, "很稳"), (0.05, "较稳"), (0.2, "存疑"))
    word = next((text for limit, text in limits if q_value <= limit), "看不准")
    return f"{escape(format_share(q_value))} <small>{word}</small>"


def _evidence(doc_ids: Sequence[str], lookup: Mapping[str, dict[Any, Any]]) -> str:
    """The documents a word or topic comes from, the first few by title."""
    if not doc_ids:
        return ""
    found = [lookup[doc] for doc in doc_ids if doc in lookup]
    if not found:
        return f'<p class="muted">出处 {len(doc_ids)} 篇（没有附上内容，列不出标题）</p>'
    found.sort(key=lambda row: (-(0 if pd.isna(row["reads"]) else int(row["reads"])), str(row["doc_id"])))
    lines = [
        safe_link(row["url"], plain(row["title"]) or plain(row["body"])[:30] or "（无标题）")
        + _muted(plain(row["source"]), _when(row["published_at"]), _reads(row["reads"]))
        for row in found[: SHOWN["evidence"]]
    ]
    few = f"，列出 {len(lines)} 篇" if len(doc_ids) > len(lines) else ""
    return _page.details(f"出处 {len(doc_ids)} 篇{few}", _page.bullets(lines))


def _topics(topics: pd.DataFrame | None, lookup: Mapping[str, dict[Any, Any]], why: str) -> str:
    if topics is None or topics.empty:
        return _page.empty(why)
    parts = part_columns(topics)
    rows: list[dict[Any, Any]] = topics.to_dict("records")
    cards = [_topic(place, row, parts, lookup) for place, row in enumerate(rows, start=1)]
    rest = cards[SHOWN["topics"] :]
    note = f'<p class="note">{ORDER_NOTE}{escape(_left_out(rows))}</p>' if parts else ""
    return note + "".join(cards[: SHOWN["topics"]]) + _page.details(f"其余 {len(rest)} 个选题", "".join(rest))


def _left_out(topics: Sequence[Mapping[Any, Any]]) -> str:
    """Which parts could be measured for no topic, in a sentence."""
    named = [[plain(part) for part in topic.get("not_measured") or []] for topic in topics]
    everywhere = [part for part in named[0] if all(part in others for others in named)]
    return f"这次没有算的项：{'、'.join(everywhere)}。" if everywhere else ""


def _topic(place: int, row: dict[Any, Any], parts: list[str], lookup: Mapping[str, dict[Any, Any]]) -> str:
    gate = plain(row["gate"])
    flag = f" {_gate(gate)}" if gate != "pass" else ""
    terms = "、".join(plain(term) for term in row["terms"])
    angle = f"<p>角度：{escape(row['angle'])}</p>" if plain(row["angle"]) else ""
    segments = "、".join(plain(part) for part in row.get("segments") or [])
    suits = f"<p>适合：{escape(segments)}</p>" if segments else ""
    score = f"<small>选题分 {_number(row['score'])}</small>"
    whence = ORIGINS.get(plain(row.get("origin")), "")
    return (
        f"<article><h3>{place}. {escape(row['label'])}{score}{flag}</h3>"
        f'<p class="muted">关键词：{escape(terms)}{whence}</p>{angle}{suits}{_parts(row, parts)}'
        f"{_evidence(row['evidence'], lookup)}</article>\n"
    )


def _number(value: Any) -> str:
    return "—" if pd.isna(value) else f"{float(value):.1f}".removesuffix(".0")


def _parts(row: dict[Any, Any], names: list[str]) -> str:
    """Small bars of a score's parts.

    Topic scores multiply: their parts are logarithms, all at most zero, and a full bar means nothing was
    lost. Headline scores add up: a bar is a part's points against the most it can
    have, or against the largest part where that is not known.
    """
    values = {name: float(row[name]) for name in names if not pd.isna(row[name])}
    if not values:
        return ""
    if max(values.values()) <= 0 and any(values.values()):
        whole = {name: math.exp(value) for name, value in values.items()}
        shares = {name: share for name, share in whole.items() if share < FULL_SHARE}
        cells = [(name, share, f"×{share:.2f}", "") for name, share in shares.items()]
    else:
        most = max(abs(value) for value in values.values()) or 1.0
        cells = [_points(name, value, most) for name, value in values.items()]
    lines = "".join(
        f'<span>{escape(part_caption(name))}</span><i><b{kind} style="width:{share * 100:.0f}%"></b></i>'
        f'<span class="num">{text}</span>'
        for name, share, text, kind in cells
    )
    return f'<div class="parts">{lines}</div>'


def _points(name: str, value: float, most: float) -> tuple[str, float, str, str]:
    limit = part_limit(name)
    text = _number(value) if limit is None else f"{_number(value)}/{limit}"
    return name, min(1.0, abs(value) / (limit or most)), text, ' class="minus"' if value < 0 else ""


def _gate(gate: str) -> str:
    known = gate if gate in GATE_MARKS else "warn"
    return f'<span class="{known}">{GATE_MARKS[known]} {WORDS[known]}</span>'


def _headlines(headlines: pd.DataFrame | None, topics: pd.DataFrame | None, why: str) -> str:
    if headlines is None or headlines.empty:
        return _page.empty(why)
    heads = [("标题", "key"), ("合规", ""), ("写法分", "num"), ("胜出机会", "")]
    parts = part_columns(headlines)
    labels = {} if topics is None else dict(zip(topics["topic_id"], topics["label"], strict=True))
    key = next((name for name in ("topic", "topic_id") if name in headlines.columns), None)
    bodies: list[tuple[list[str], str]] = []
    rest: list[tuple[list[str], str]] = []
    seen: Counter[str] = Counter()
    for row in headlines.to_dict("records"):
        label = "" if key is None else plain(labels.get(row[key], row[key]))
        seen[label] += 1
        first = key is None or seen[label] <= SHOWN["headlines a topic"]
        body = _headline(row, parts, label)
        (bodies if first and len(bodies) < SHOWN["headlines"] else rest).append(body)
    more = _page.details(f"其余 {len(rest)} 个标题", _page.table(heads, rest)) if rest else ""
    note = (
        '<p class="note">写法分：写法检查，不是预测。胜出机会：胜过本账号中位数的机会，经过检验才给数字。</p>'
    )
    if headlines["chance"].isna().all():
        note += f'<p class="note">这一次的胜出机会{escape(NO_CHANCE)}。</p>'
    return note + _page.table(heads, bodies) + more


def _headline(row: dict[Any, Any], parts: list[str], label: str) -> tuple[list[str], str]:
    chance = '<span class="muted">暂无</span>'
    if not pd.isna(row["chance"]):
        chance = escape(format_share(row["chance"]))
        if not pd.isna(row["chance_low"]) and not pd.isna(row["chance_high"]):
            chance += (
                f" <small>{format_share(row['chance_low'])} 至 {format_share(row['chance_high'])}</small>"
            )
    topic = f"<br><small>选题：{escape(label)}</small>" if label else ""
    cells = [
        f"<bdi>{escape(row['headline'])}</bdi>{topic}",
        _gate(plain(row["gate"])),
        _number(row["craft"]),
        chance,
    ]
    visible, whole = plain(row["visible"]), plain(row["headline"])
    cut = [f"列表里只看得到：{escape(visible)}…"] if visible and visible.rstrip("…") != whole else []
    advice = _page.bullets([*(escape(sentence) for sentence in list(row["advice"])[: SHOWN["advice"]]), *cut])
    said = f'<div class="muted advice">{advice}</div>' if advice else ""
    return cells, said + _page.details("写法分的分项", _parts(row, parts))


def _notes(notes: Sequence[str], rejected: pd.DataFrame | None) -> str:
    lines = [escape(note) for note in notes if plain(note)]
    if rejected is not None and len(rejected):
        lines.append(f"有 {len(rejected)} 行没有读入，其余都用上了。")
    said = _page.bullets(lines) or '<p class="muted">读入的内容都用上了，没有要说明的。</p>'
    if rejected is None or rejected.empty:
        return said
    counts = rejected["reason"].value_counts(sort=False).sort_values(ascending=False, kind="stable")
    summed = _page.bullets(f"{escape(reason)}：{count} 行" for reason, count in counts.head(10).items())
    places = [
        f"{escape(row.get('path', row.get('url', '')))} 第 {escape(row['row'])} 行：{escape(row['reason'])}"
        for row in rejected.head(SHOWN["rejected"]).to_dict("records")
    ]
    few = f"（列出前 {len(places)} 行）" if len(rejected) > len(places) else ""
    return said + summed + _page.details(f"没有读入的行{few}", _page.bullets(places))
