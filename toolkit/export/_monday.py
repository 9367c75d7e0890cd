"""The Monday page: one screen and one sheet of paper with what an editor needs at nine in the morning."""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pandas as pd

from toolkit.charts import escape, format_count, format_day, plain, safe_link
from toolkit.export import _page
from toolkit.export._book import brief
from toolkit.export._posts import word, write_bytes
from toolkit.export._report import ORIGINS
from toolkit.schema import (
    ADVICE_RECORD,
    GATE_MARKS,
    HEADLINES,
    OUTCOMES,
    POST_REVIEWS,
    RIVALS,
    TOPICS,
    TREND_CALLS,
    TRENDS,
    WORDS,
    ChoiceError,
    Review,
    asked_day,
    check,
    shown_value,
)

# what one sheet of paper holds; report.html has the rest
SHOWN = {"rivals": 5, "words": 5, "topics": 3, "verdicts": 4, "notes": 3, "sources": 3}
# in half-width units, as `brief` counts them
_WIDTHS = {"title": 60, "name": 24, "term": 16, "sentence": 140, "angle": 96, "note": 160}
# rival_activity compares with this many days unless told otherwise
_BASELINE_DAYS = 28
# all sources together are called unusual by chance at most this often
_FALSE_CALLS = 0.05
# what came of a post itself, the surest first
_COUNTED = [name for name in OUTCOMES if name in POST_REVIEWS.names]
# the colours of what the words say anyway
_MARKS = {"keep": "pass", "stop": "warn", "try": "info"}
_STYLE = """
main{max-width:1240px;padding-top:16px;padding-bottom:16px}
header{display:flex;flex-wrap:wrap;justify-content:space-between;align-items:baseline;gap:0 24px;
border-top:4px solid var(--accent);padding-top:8px}
h1{padding-top:0;border-top:0}
h2{font-size:14px;line-height:24px;margin:8px 0;padding-top:8px}
.three{display:grid;grid-template-columns:repeat(3,minmax(0,1fr));gap:0 32px}
.pair{display:grid;grid-template-columns:minmax(0,1fr);gap:16px 32px}
.three p{line-height:24px}
.three .muted,.three .note{line-height:20px}
.lines{list-style:none;padding:0;margin-top:8px}
.lines>li{padding:8px 0;border-top:1px solid var(--line)}
.lines b{font-weight:500}
.lines small{margin-left:8px;white-space:nowrap}
.lines p+p,.three ul+p{margin-top:4px}
.three th{position:static;padding:0 8px 4px 0}
.three td{padding:4px 8px 0 0}
.three tr.more td{padding:0 0 4px}
tr.more small{margin:0}
.note{margin:8px 0}
.name{display:inline-block}
.close>li{padding:4px 0}
.odd{color:var(--accent);white-space:nowrap;font-size:12px;margin-left:8px}
.foot{margin-top:16px;padding:8px 0 0 16px;border-top:1px solid var(--line);font-size:12px;color:var(--muted)}
@media (max-width:1040px){
.three{grid-template-columns:repeat(2,minmax(0,1fr))}
.three>:last-child{grid-column:1/-1}
.pair{grid-template-columns:repeat(2,minmax(0,1fr))}
}
@media (max-width:640px){
.three,.pair{grid-template-columns:minmax(0,1fr)}
}
@media print{
@page{size:A4;margin:12mm}
body{font-size:11.5px}
main{padding:0}
.three td{padding-top:2px}
.pair{row-gap:0}
.three p{line-height:17px}
.three .muted,.three .note,.foot{line-height:15px}
h1{font-size:18px;line-height:28px}
h2{font-size:12px;line-height:20px;margin-top:12px;padding-top:4px}
small,.muted,.note,th,.odd,.foot{font-size:10px}
.three{grid-template-columns:repeat(2,minmax(0,1fr));gap:0 24px}
.three>:last-child{grid-column:1/-1}
.pair{grid-template-columns:repeat(2,minmax(0,1fr));gap:0 24px}
.lines>li{padding:4px 0;break-inside:avoid}
.best,.foot li{white-space:nowrap;overflow:hidden;text-overflow:ellipsis}
}
"""


def write_monday(
    path: Path | str,
    *,
    rivals: pd.DataFrame | None,
    topics: pd.DataFrame | None,
    record: pd.DataFrame | None = None,
    calls: pd.DataFrame | None = None,
    review: Review | None = None,
    headlines: pd.DataFrame | None = None,
    trends: pd.DataFrame | None = None,
    groups: pd.DataFrame | None = None,
    since: dt.date | None = None,
    asof: Any | None = None,
    notes: Sequence[str] = (),
    title: str = "周一早上看一眼",
) -> Path:
    """Write the Monday page as HTML and return the path: one screen, one sheet of A4, no network and no script.

    It tells what rivals (RIVALS) did: the five that differ most from what is usual for them, with a title each, and
    which words are new or rising (`trends`); the first three TOPICS with the rise behind each and its first usable
    headline (`headlines`); and what last week's advice got right and wrong: ADVICE_RECORD with counts, intervals and
    the share that chance would get right, the words behind TREND_CALLS, how many planned posts went out (which is no
    prophecy), and what the `review` says to keep, send less or try, or why nothing can be said: its groups by the names
    that `groups` (GROUPS) gives, its topics by the labels of `topics`. `since` is the last day of the content before,
    `asof` the last day of this one. What is missing or empty is told in one sentence; long texts are cut with …, the
    report has them whole.

    A source is called unusual where its count is unlike its own four weeks before: the exact conditional test of two
    Poisson counts (Przyborowski and Wilenski 1940), two-sided, at 5% for all sources together (Bonferroni). Sources
    that publish in bursts are called somewhat more often than that.

    Raises ColumnError for a frame without its columns, ChoiceError for another argument that is none, InputError when
    the path cannot be written.
    """
    since, day = asked_day(since, "since"), asked_day(asof, "asof")
    if review is not None and not isinstance(review, Review):
        raise ChoiceError(f"review 要的是 review_posts 的结果（现在是 {shown_value(review)}）。没有就不写。")
    if isinstance(notes, str) or not isinstance(notes, Sequence):
        raise ChoiceError(f"notes 要写成一组句子，如 ['这周放假']（现在是 {shown_value(notes)}）。")
    three = _columns(
        "three",
        _page.section("rivals", _since(since), _rivals(rivals, trends, _days(since, day))),
        _page.section("topics", "本周三个选题", _topics(topics, headlines, trends)),
        _page.section(
            "record", "上周的建议，对了几条", _record(record, calls, review, _names(groups, topics))
        ),
    )
    when = f"内容截至 {day.year} 年 {format_day(day)}" if day is not None else "内容没有日期"
    head = f'<header>\n<h1>{escape(title)}</h1>\n<p class="muted">{when}</p>\n</header>\n'
    whole = _page.page(plain(title), head + three + _notes(notes))
    # the first end of a style sheet is the page's own: the title before it is escaped
    return write_bytes(path, whole.replace("</style>", f"{_STYLE}</style>", 1).encode("utf-8"))


def _columns(kind: str, *html: str) -> str:
    return f'<div class="{kind}">{"".join(f"<div>{part}</div>" for part in html)}</div>\n'


def _bdi(value: Any, kind: str) -> str:
    return f"<bdi>{escape(brief(value, _WIDTHS[kind]))}</bdi>"


def _since(since: dt.date | None) -> str:
    return "同行这周做了什么" if since is None else f"{since.month}月{since.day}日以来，同行做了什么"


def _days(since: dt.date | None, day: dt.date | None) -> int:
    return max((day - since).days, 1) if since is not None and day is not None else 7


# --- rivals ---


def _rivals(rivals: pd.DataFrame | None, trends: pd.DataFrame | None, days: int) -> str:
    frame = RIVALS.empty() if rivals is None else check(rivals, RIVALS)
    active = frame[frame["documents"] > 0]
    if active.empty:
        return _page.empty("没有同行的内容可以说。把同行的文章或表格放进「同行内容」，再运行一次。")
    rows: list[dict[Any, Any]] = active.to_dict("records")
    limit = _FALSE_CALLS / len(frame)
    for row in rows:
        row["odd"] = _unlike(row["documents"], row["before"], days) < limit
        row["gap"] = 0.0 if pd.isna(row["before"]) else abs(row["documents"] - row["before"])
    rows.sort(key=lambda row: (not row["odd"], -row["gap"], -row["documents"], plain(row["source"])))
    usual = frame["before"].sum(min_count=1)
    said = "" if pd.isna(usual) else f"；平常同样长的时间约 {format_count(round(usual))} 篇"
    lead = f"{len(active)} 个来源发了 {format_count(active['documents'].sum())} 篇{said}。"
    shown = "".join(f"<li>{_rival(row)}</li>" for row in rows[: SHOWN["rivals"]])
    return f'<p>{escape(lead)}</p><ul class="lines">{shown}</ul>' + _others(rows, frame, trends)


def _unlike(documents: int, before: float, days: int) -> float:
    """The two-sided p-value of a count against the count of the baseline's days, given both; 1 without a baseline.

    >>> round(_unlike(7, 3.0, 7), 3), round(_unlike(20, 3.0, 7), 3), _unlike(3, float("nan"), 7)
    (0.135, 0.0, 1.0)
    """
    if pd.isna(before):
        return 1.0
    now, then = int(documents), round(float(before) * _BASELINE_DAYS / days)
    whole, share = now + then, days / (days + _BASELINE_DAYS)
    logs = [
        math.lgamma(whole + 1)
        - math.lgamma(k + 1)
        - math.lgamma(whole - k + 1)
        + k * math.log(share)
        + (whole - k) * math.log1p(-share)
        for k in range(whole + 1)
    ]
    masses = [math.exp(value) for value in logs]
    return min(1.0, 2 * min(sum(masses[now:]), sum(masses[: now + 1])))


def _rival(row: dict[Any, Any]) -> str:
    count = f"{format_count(row['documents'])} 篇"
    if not pd.isna(row["before"]):
        count += f"，平常 {format_count(row['before'])} 篇" if row["before"] else "，前四周没有发过"
    more = not pd.isna(row["before"]) and row["documents"] > row["before"]
    odd = f' <span class="odd">{"▲ 明显多" if more else "▼ 明显少"}</span>' if row["odd"] else ""
    titles = row["top_titles"] if isinstance(row["top_titles"], list) else []
    best = ""
    if titles:
        part = titles[0]
        reads = part.get("reads")
        read = (
            f"<small>阅读 {format_count(reads)}</small>" if reads is not None and not pd.isna(reads) else ""
        )
        title = brief(part.get("title"), _WIDTHS["title"]) or "（无标题）"
        best = f'<p class="best">{safe_link(part.get("url"), title)}{read}</p>'
    return f"<p><b>{_bdi(row['source'] or '未注明来源', 'name')}</b><small>{escape(count)}</small>{odd}</p>{best}"


def _others(rows: list[dict[Any, Any]], frame: pd.DataFrame, trends: pd.DataFrame | None) -> str:
    """What else is new: words, and the sources that are not listed."""
    words = TRENDS.empty() if trends is None else check(trends, TRENDS)
    lines = []
    for status in ("new", "rising"):
        found: list[dict[Any, Any]] = words[words["status"] == status].to_dict("records")
        if found:
            named = [f"{_bdi(row['term'], 'term')}（{format_count(row['documents'])} 篇）" for row in found]
            lines.append(
                f'<span class="{status}">{WORDS[status]}</span>：{_listed(named, SHOWN["words"], "个词")}'
            )
    rest = [_bdi(row["source"] or "未注明来源", "name") for row in rows[SHOWN["rivals"] :]]
    if rest:
        lines.append(f'<span class="muted">也发了：{_listed(rest, SHOWN["sources"], "个来源")}。</span>')
    silent = [_bdi(name or "未注明来源", "name") for name in frame.loc[frame["documents"] == 0, "source"]]
    if silent:
        lines.append(f'<span class="muted">没有发：{_listed(silent, SHOWN["sources"], "个来源")}。</span>')
    return "".join(f"<p>{line}</p>" for line in lines)


def _listed(html: Sequence[str], most: int, unit: str) -> str:
    """Safe names in a row, no line beginning with their comma; where there are more than fit, how many in all."""
    shown = html[:most]
    row = [
        f'<span class="name">{name}{"、" if place < len(shown) else ""}</span>'
        for place, name in enumerate(shown, 1)
    ]
    return "".join(row) + (f"等 {len(html)} {unit}" if len(html) > most else "")


# --- topics ---


def _topics(topics: pd.DataFrame | None, headlines: pd.DataFrame | None, trends: pd.DataFrame | None) -> str:
    frame = TOPICS.empty() if topics is None else check(topics, TOPICS)
    usable = frame[frame["gate"] != "block"]
    if usable.empty:
        return _page.empty("没有选题。选题从热词和关键词来，请先补充同行内容。")
    lines = HEADLINES.empty() if headlines is None else check(headlines, HEADLINES)
    lines = lines[lines["gate"] != "block"]
    key = next((name for name in ("topic", "topic_id") if name in lines.columns), None)
    first = {} if key is None else lines.drop_duplicates(key).set_index(key)["headline"].to_dict()
    words = TRENDS.empty() if trends is None else check(trends, TRENDS)
    risen = {row["term"]: row for row in words[words["status"].isin(["new", "rising"])].to_dict("records")}
    rows: list[dict[Any, Any]] = usable.head(SHOWN["topics"]).to_dict("records")
    shown = "".join(
        f"<li>{_topic(place, row, first.get(row['topic_id']), risen)}</li>"
        for place, row in enumerate(rows, start=1)
    )
    return f'<ul class="lines">{shown}</ul>'


def _topic(place: int, row: dict[Any, Any], headline: Any, risen: dict[Any, dict[Any, Any]]) -> str:
    gate = plain(row["gate"])
    flag = f' <span class="{gate}">{GATE_MARKS[gate]} {WORDS[gate]}</span>' if gate == "warn" else ""
    angle = f"<p>角度：{_bdi(row['angle'], 'angle')}</p>" if plain(row["angle"]) else ""
    said = (
        f"<p>标题：{_bdi(headline, 'title')}</p>"
        if plain(headline)
        else "<p>标题：还没有能用的，请自己拟一个。</p>"
    )
    return (
        f"<p><b>{place}. {_bdi(row['label'], 'title')}</b>{flag}</p>"
        f'<p class="muted">为什么：{_why(row, risen)}</p>{angle}{said}'
    )


def _why(row: dict[Any, Any], risen: dict[Any, dict[Any, Any]]) -> str:
    """The rise behind a topic in one line, else where the topic comes from."""
    found = next((risen[term] for term in row["terms"] if term in risen), None)
    if found is None:
        return escape(ORIGINS.get(plain(row.get("origin")), "").strip("（）") or "取自同行内容")
    sources = format_count(found["sources"])
    return (
        f"「{_bdi(found['term'], 'term')}」{WORDS[found['status']]}，{sources} 个来源发了 "
        f"{format_count(found['documents'])} 篇，前期共 {format_count(found['baseline_documents'])} 篇"
    )


# --- last week's advice ---


def _names(groups: pd.DataFrame | None, topics: pd.DataFrame | None) -> dict[str, dict[Any, Any]]:
    """What groups and topics are called, by their ids."""
    tables = {"group": (groups, "group_id", "name"), "topic": (topics, "topic_id", "label")}
    return {
        facet: {} if frame is None else dict(zip(frame[key], frame[name], strict=True))
        for facet, (frame, key, name) in tables.items()
    }


def _record(
    record: pd.DataFrame | None,
    calls: pd.DataFrame | None,
    review: Review | None,
    names: dict[str, dict[Any, Any]],
) -> str:
    kept = ADVICE_RECORD.empty() if record is None else check(record, ADVICE_RECORD)
    judged = TREND_CALLS.empty() if calls is None else check(calls, TREND_CALLS)
    left = _table(kept[kept["advice_kind"] != "calendar"]) + _called(judged)
    if not left:
        left = _page.empty("还没有上一次的建议可以对账。下周一再运行一次，这里会写说对几条、说错几条。")
    return _columns("pair", left + _carried_out(kept), _reviewed(review, names))


def _table(record: pd.DataFrame) -> str:
    """Each kind of advice with its counts."""
    rows: list[dict[Any, Any]] = record[record["given"] > 0].to_dict("records")
    if not rows:
        return ""
    heads = [("建议", "key"), *((caption, "num") for caption in ("给了", "说对", "说错", "说不准"))]
    bodies = []
    for row in rows:
        counts = [format_count(row[name]) for name in ("given", "right", "wrong", "unsure")]
        bodies.append(([escape(word(row["advice_kind"], "advice_kind")), *counts], _rate(row)))
    compared = (
        "区间高过后面那个数，才算真的有用：热词比的是没点名、也在升的词，别的比的是随便挑。"
        if record["by_chance"].notna().any()
        else ""
    )
    told = "括号里是 95% 区间。" if record["rate"].notna().any() else ""
    note = f'<p class="note">{told}{compared}</p>' if told or compared else ""
    return _page.table(heads, bodies) + note


def _rate(row: dict[Any, Any]) -> str:
    """How often the advice was right, beside how often chance is; where nothing can be told, what the record says of it."""
    if pd.isna(row["rate"]):
        why = plain(row["sentence"]).partition("。")[2]
        return f"<small>{_bdi(why, 'title')}</small>" if why else ""
    span = "" if pd.isna(row["low"]) else f"（{_percent(row['low'])}–{_percent(row['high'])}）"
    chance = (
        ""
        if pd.isna(row["by_chance"])
        else f"，{'没点名的' if row['advice_kind'] == 'trends' else '随便挑'} {_percent(row['by_chance'])}"
    )
    return f"<small>说对占 {_percent(row['rate'])}{span}{chance}</small>"


def _carried_out(record: pd.DataFrame) -> str:
    """How much of the plan went out: obedience, not advice that held."""
    rows: list[dict[Any, Any]] = record[
        (record["advice_kind"] == "calendar") & (record["given"] > 0)
    ].to_dict("records")
    said = []
    for row in rows:
        sent, missed = (0 if pd.isna(row[name]) else int(row[name]) for name in ("sent", "missed"))
        open_yet = int(row["given"]) - sent - missed
        parts = [f"排期：排了 {format_count(row['given'])} 次", f"发了 {format_count(sent)} 次"]
        parts += [f"没发 {format_count(missed)} 次"] if missed else []
        parts += [f"没有标发没发 {format_count(open_yet)} 次"] if open_yet else []
        said.append(f"{'，'.join(parts)}。")
    return "".join(f"<p>{escape(line)}</p>" for line in said)


def _percent(value: Any) -> str:
    return "—" if pd.isna(value) else f"{float(value):.0%}"


def _called(calls: pd.DataFrame) -> str:
    """The words behind the record of trends; of a word called steady nobody was told anything."""
    moving = calls[calls["called"] != "steady"]
    if len(calls) and moving.empty:
        return '<p class="muted">上次没有说哪个词会升或会降。</p>'
    lines = []
    for outcome, mark in (("hit", "pass"), ("miss", "block"), ("unsure", "muted")):
        found = dict.fromkeys(moving.loc[moving["outcome_of_call"] == outcome, "term"])
        terms = [_bdi(term, "term") for term in found]
        if terms:
            name = escape(word(outcome, "outcome_of_call"))
            lines.append(
                f'<p><span class="{mark}">{name}</span>：{_listed(terms, SHOWN["words"], "个词")}</p>'
            )
    return "".join(lines)


def _reviewed(review: Review | None, names: dict[str, dict[Any, Any]]) -> str:
    """What the review says to keep, to send less and to try."""
    if review is None or not _told(review.posts).any():
        return _page.empty(_why_nothing(review))
    lead = f"{_measured(review)}。"
    if not review.outcome:
        reasons = [note for note in review.notes if not note.startswith("排了")][-2:]
        return f"<p>{escape(lead)}</p>" + "".join(
            f'<p class="muted">{_bdi(reason, "sentence")}</p>' for reason in reasons
        )
    said: list[dict[Any, Any]] = review.verdicts[review.verdicts["verdict"] != "unsure"].to_dict("records")
    unsure = len(review.verdicts) - len(said)
    rows = "".join(
        f'<li><b class="{_MARKS.get(row["verdict"], "muted")}">{escape(word(row["verdict"], "verdict"))}</b>：'
        f"{_bdi(_named(row, names), 'sentence')}</li>"
        for row in _surest(said)
    )
    rest = len(said) - SHOWN["verdicts"]
    more = f"另有 {rest} 项写在复盘里；" if rest > 0 else ""
    calm = f"{more}{unsure} 项还说不准，照原样发，再攒几次。" if unsure else more.replace("；", "。")
    nothing = "" if said else "<p>没有哪一项明显好或明显差，不用改。</p>"
    shown = f'<ul class="lines close">{rows}</ul>' if rows else nothing
    return f'<p>{escape(lead)}</p>{shown}<p class="muted">{escape(calm)}</p>'


def _why_nothing(review: Review | None) -> str:
    """Why there is no result to speak of."""
    if review is None:
        return "还没有能算的效果数据。把订单、点击或回复的导出表放进「效果数据」，再运行一次。"
    if review.posts.empty:
        return "这几天没有排过发布，没有结果可看。"
    return f"{_span(review)}排了 {len(review.posts)} 次，还没有一次量到结果。看看效果数据是不是这几天的，或把发了的标上「已发」。"


def _measured(review: Review) -> str:
    """How many posts have a result, and by which outcome they are judged, else which outcomes they have."""
    if review.outcome:
        measured = format_count(review.posts["result"].notna().sum())
        return f"{_span(review)}{measured} 次发布有结果，看的是{word(review.outcome, 'outcome')}"
    sums = {name: review.posts[name].sum(min_count=1) for name in _COUNTED}
    parts = [
        f"{word(name, 'outcome')} {format_count(sum_)}" for name, sum_ in sums.items() if not pd.isna(sum_)
    ]
    said = f"：{'、'.join(parts)}" if parts else ""
    return f"{_span(review)}{format_count(_told(review.posts).sum())} 次发布有结果{said}"


def _told(posts: pd.DataFrame) -> pd.Series[bool]:
    """Which posts anything was measured of."""
    return posts[["result", *_COUNTED]].notna().any(axis=1)


def _span(review: Review) -> str:
    if review.start is None or review.end is None:
        return ""
    return f"{_date(review.start)}至{_date(review.end)}，"


def _named(row: dict[Any, Any], names: dict[str, dict[Any, Any]]) -> str:
    """A verdict's sentence; a group or a topic in it by its name."""
    sentence, name = plain(row["sentence"]), names.get(row["facet"], {}).get(row["name"])
    return sentence.replace(f"「{row['name']}」", f"「{plain(name)}」") if name else sentence


def _surest(said: list[dict[Any, Any]]) -> list[dict[Any, Any]]:
    """The surest of each verdict and then the surest of the rest, as many as fit, in the order of the verdicts."""
    firsts = {row["verdict"]: place for place, row in reversed(list(enumerate(said)))}
    chosen = sorted(range(len(said)), key=lambda place: (firsts[said[place]["verdict"]] != place, place))
    order = list(_MARKS)
    return sorted(
        (said[place] for place in sorted(chosen[: SHOWN["verdicts"]])),
        key=lambda row: order.index(row["verdict"]) if row["verdict"] in order else len(order),
    )


def _date(day: dt.date) -> str:
    return f"{day.month}月{day.day}日"


def _notes(notes: Sequence[str]) -> str:
    lines = [brief(note, _WIDTHS["note"]) for note in notes if plain(note)]
    rest = len(lines) - SHOWN["notes"]
    shown = [*lines[: SHOWN["notes"]], *([f"另有 {rest} 条说明。"] if rest > 0 else [])]
    return f'<ul class="foot">{"".join(f"<li>{escape(line)}</li>" for line in shown)}</ul>' if shown else ""
