"""What a trend board shows, as nodes and rows: plain values in, plain values out."""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import pandas as pd

from toolkit.charts import STATUS_MARKS, format_count, format_day, format_share, format_time, plain
from toolkit.schema import GATE_MARKS, WORDS, is_missing
from toolkit.widgets._view import button, node

Node = dict[str, Any]

CALLED = ("new", "rising")
RANKS = {"new": 0, "rising": 1, "steady": 2, "fading": 3}
# passages shown at once; the rest is folded
OPEN_PASSAGES = 5
MOST_DRIVERS = 8
# periods shown at once
OPEN_PERIODS = 6
# buttons of sources: those beyond are too rare to be filtered by
MOST_BUTTONS = 40
FEW_BUTTONS = 8
NAMELESS = {"source": "未注明来源", "channel": "未注明渠道"}
COLUMNS: list[dict[str, Any]] = [
    {"name": "term", "caption": "热词", "kind": "text"},
    {"name": "status", "caption": "状态", "kind": "text"},
    {"name": "line", "caption": "走势", "kind": "spark", "fixed": True},
    {"name": "documents", "caption": "篇数", "kind": "number", "hint": "本期有多少篇写到它"},
    {"name": "lift", "caption": "升幅", "kind": "number", "hint": "本期篇数是按前期推算的几倍"},
    {
        "name": "q_value",
        "caption": "误报率",
        "kind": "number",
        "hint": "照这个标准挑词，大约有多大比例其实没有热起来",
    },
    {"name": "sources", "caption": "来源", "kind": "number", "hint": "有几家在写"},
]
WORD_COLUMNS: list[dict[str, Any]] = [
    {"name": "term", "caption": "新词", "kind": "text"},
    {"name": "count", "caption": "出现次数", "kind": "number"},
    {"name": "documents", "caption": "篇数", "kind": "number"},
    {"name": "cohesion", "caption": "凝固度", "kind": "number", "hint": "几个字分不分得开，越大越像一个词"},
    {
        "name": "freedom",
        "caption": "自由度",
        "kind": "number",
        "hint": "前后能接的字有多少种，越大越像一个词",
    },
    {"name": "note", "caption": "备注", "kind": "text", "fixed": True},
]


def said_status(status: str) -> str:
    """A status with its mark.

    >>> said_status("rising")
    '↑ 上升'
    """
    return f"{STATUS_MARKS.get(status, '')} {WORDS.get(status, status)}".strip()


def number(value: Any) -> float | None:
    """A number that JSON can carry; None for a missing one.

    >>> number(float("nan")), number(2)
    (None, 2.0)
    """
    return None if is_missing(value) or not math.isfinite(float(value)) else float(value)


def trend_rows(trends: pd.DataFrame, lines: Mapping[str, list[int]]) -> list[dict[str, Any]]:
    """TRENDS as rows of a Table with COLUMNS; `lines` are the counts of each word's periods."""
    return [_trend_row(row, lines.get(row["term"], [])) for row in trends.to_dict("records")]


def _trend_row(row: Mapping[Any, Any], line: list[int]) -> dict[str, Any]:
    term, status = str(row["term"]), str(row["status"])
    new = [node("span", "新词", css="wn-trend-tag", title="词典里没有的词")] if row["is_new_word"] else []
    lift = number(row["lift"])
    return {
        "key": term,
        "name": plain(term),
        "term": node("span", node("bdi", term), *new, css="wn-trend-term"),
        "term:order": plain(term),
        "status": node("span", said_status(status), css=f"wn-trend-{status}"),
        "status:order": RANKS.get(status, 9),
        "line": line,
        "documents": format_count(row["documents"]),
        "documents:order": number(row["documents"]),
        "lift": "—" if lift is None else f"{lift:.1f} 倍",
        "lift:order": lift,
        "q_value": format_share(row["q_value"]),
        "q_value:order": number(row["q_value"]),
        "sources": format_count(row["sources"]),
        "sources:order": number(row["sources"]),
    }


def word_rows(found: pd.DataFrame) -> list[dict[str, Any]]:
    """NEW_WORDS as rows of a Table with WORD_COLUMNS."""
    rows = []
    for row in found.to_dict("records"):
        shown = {
            "term": node("bdi", row["term"]),
            "term:order": plain(row["term"]),
            "count": format_count(row["count"]),
            "count:order": number(row["count"]),
            "documents": format_count(row["documents"]),
            "documents:order": number(row["documents"]),
            "note": plain(row["note"]),
        }
        for name in ("cohesion", "freedom"):
            value = number(row[name])
            shown |= {name: "—" if value is None else f"{value:.1f}", f"{name}:order": value}
        rows.append({"key": str(row["term"]), "name": plain(row["term"]), **shown})
    return rows


def filter_nodes(
    seen: str,
    sizes: Mapping[str, int],
    parts: Mapping[str, tuple[Sequence[tuple[str, int]], Sequence[str]]],
) -> list[Node]:
    """The buttons that say which words and whose documents are looked at.

    `seen` is called or all, `sizes` how many words each shows; `parts` has for source and channel the names with their
    documents, and those chosen.
    """
    shown = [
        toggle(f"{caption} {sizes[name]}", "seen", name, on=seen == name)
        for name, caption in (("called", "在升的"), ("all", "全部"))
    ]
    rows = [node("div", node("span", "看", css="wn-trend-head"), *shown, css="wn-row")]
    for column, caption in (("source", "来源"), ("channel", "渠道")):
        names, chosen = parts[column]
        if len(names) > 1:
            rows.append(_choices(column, caption, names, chosen))
    return rows


def _choices(column: str, caption: str, names: Sequence[tuple[str, int]], chosen: Sequence[str]) -> Node:
    buttons = [toggle("全部", column, None, on=not chosen)]
    for name, size in names[:MOST_BUTTONS]:
        buttons.append(
            toggle(
                f"{_brief(name, 16) or NAMELESS[column]} {size}",
                column,
                name,
                on=name in chosen,
                title=plain(name),
            )
        )
    if len(names) > MOST_BUTTONS:
        buttons.append(node("small", f"另外 {len(names) - MOST_BUTTONS} 个篇数更少，没有列出"))
    row = node("div", *buttons, css="wn-row")
    if len(names) <= FEW_BUTTONS:
        return node("div", node("span", caption, css="wn-trend-head"), row, css="wn-trend-filter")
    said = "、".join(_brief(name, 16) or NAMELESS[column] for name in chosen[:3]) or "全部"
    head = node("summary", f"{caption}：{said}{' 等' if len(chosen) > 3 else ''}（{len(names)} 个）")
    return node("details", head, row, key=f"fold-{column}")


def toggle(text: str, event: str, value: Any, *, on: bool, title: str = "") -> Node:
    """A button that is pressed or not, marked by more than its colour."""
    more = {"title": title} if title else {}
    return button(
        f"✓ {text}" if on else text, event, value=value, pressed=on, key=f"{event}-{value or ''}", **more
    )


def lines_of(texts: Iterable[str], css: str = "") -> list[Node]:
    """Sentences, each a paragraph."""
    return [node("p", text, css=css) for text in texts if text]


def head_nodes(row: Mapping[Any, Any], *, chosen: bool) -> list[Node]:
    """The word, its status, what it is called besides, and the button that chooses it."""
    term, status = str(row["term"]), str(row["status"])
    words = [node("bdi", term, css="wn-big wn-trend-name")]
    words.append(node("span", said_status(status), css=f"wn-trend-{status}"))
    words.append(
        toggle("选上了" if chosen else "选这个词", "choose", term, on=chosen)
        | {"key": "choose", "label": f"{'不选' if chosen else '选'}：{plain(term)}"}
    )
    variants = "、".join(plain(one) for one in row["variants"])
    return [
        node("div", *words, css="wn-row"),
        *([node("p", f"这些说法并在一起数：{variants}", css="wn-small")] if variants else []),
    ]


def history_nodes(history: pd.DataFrame, window_days: int) -> list[Node]:
    """A bar for each period, the newest first; none without a history."""
    rows = history.to_dict("records")[::-1]
    if not rows:
        return []
    most = max(1, *(int(row["documents"]) for row in rows))
    bars = []
    for place, row in enumerate(rows):
        count, total = int(row["documents"]), int(row["total"])
        css = "wn-bar-fill" if place == 0 else "wn-bar-fill wn-trend-past"
        bars.append(
            _bar(
                _span(row["starts"], window_days),
                count / most,
                f"{count} 篇",
                css,
                title=f"这一期共 {total} 篇",
            )
        )
    head = node("h4", f"各期篇数（{window_days} 天一期）")
    earlier = bars[OPEN_PERIODS:]
    fold = node("summary", f"再往前 {len(earlier)} 期")
    folded = [node("details", fold, *earlier, key="earlier")] if earlier else []
    return [node("section", head, *bars[:OPEN_PERIODS], *folded, css="wn-trend-part")]


def driver_nodes(rows: Sequence[tuple[str, int, int | None]], by: str) -> list[Node]:
    """Who drives a word: name, documents in the window, documents before (None where nobody counted)."""
    tabs = [
        toggle(caption, "by", name, on=by == name)
        for name, caption in (("source", "按来源"), ("channel", "按渠道"))
    ]
    now = [row for row in rows if row[1]]
    total = sum(count for _, count, _ in now) or 1
    bars = []
    for name, count, before in now[:MOST_DRIVERS]:
        past = "" if before is None else f"，此前 {before}"
        bars.append(_bar(name or NAMELESS[by], count / total, f"{count} 篇{past}", "wn-bar-fill"))
    if len(now) > MOST_DRIVERS:
        bars.append(node("small", f"另外还有 {len(now) - MOST_DRIVERS} 家"))
    if not bars:
        bars = [node("p", "这一期没有人写。", css="wn-muted")]
    head = node("div", node("h4", "谁带动的"), *tabs, css="wn-row")
    return [node("section", head, *bars, css="wn-trend-part")]


def _bar(name: str, share: float, said: str, css: str, title: str = "") -> Node:
    return node(
        "div",
        node("span", node("bdi", name), css="wn-trend-who", title=name),
        node("div", node("span", css=css, bar=share), css="wn-bar-track"),
        node("span", said, css="wn-bar-number", **({"title": title} if title else {})),
        css="wn-bar",
    )


def passage_nodes(passages: pd.DataFrame, copies: Mapping[str, list[dict[Any, Any]]]) -> list[Node]:
    """The sentences, those of one document together, each with its link and its copies folded."""
    documents: dict[str, list[dict[Any, Any]]] = {}
    for row in passages.to_dict("records"):
        documents.setdefault(str(row["doc_id"]), []).append(row)
    shown = [_document(rows, copies.get(doc_id, [])) for doc_id, rows in documents.items()]
    if not shown:
        notes = list(passages.attrs.get("notes", []))
        body = lines_of(notes[-1:] or ["没有找到原句。"], "wn-muted")
    else:
        body = [node("ul", *shown[:OPEN_PASSAGES], css="wn-trend-passages")]
    if len(shown) > OPEN_PASSAGES:
        rest = shown[OPEN_PASSAGES:]
        body.append(
            node(
                "details",
                node("summary", f"再看 {len(rest)} 篇"),
                node("ul", *rest, css="wn-trend-passages"),
                key="more-passages",
            )
        )
    return [node("section", node("h4", "原句，新的在前"), *body, css="wn-trend-part")]


def _document(rows: list[dict[Any, Any]], copies: list[dict[Any, Any]]) -> Node:
    first = rows[0]
    sentences = [_sentence(row) for row in rows]
    folded = []
    if copies:
        listed = [node("li", *_origin(copy)) for copy in copies]
        head = node("summary", f"另有 {len(copies)} 篇转抄")
        folded = [node("details", head, node("ul", *listed), key=f"copies-{first['doc_id']}")]
    return node("li", *sentences, node("div", *_origin(first), css="wn-small"), *folded)


def _sentence(row: Mapping[Any, Any]) -> Node:
    text, start, end = str(row["sentence"]), int(row["start"]), int(row["end"])
    return node("p", node("bdi", text[:start], node("mark", text[start:end]), text[end:]))


def _origin(row: Mapping[Any, Any]) -> list[Node]:
    """Source, time and title; the title leads to the original where there is a safe address."""
    title = plain(row["title"]) or "（无标题）"
    url = "" if is_missing(row["url"]) else str(row["url"])
    named = node("a", node("bdi", title), href=url) if url else node("bdi", title)
    parts = [
        node("bdi", plain(row["source"]) or NAMELESS["source"], css="wn-trend-source"),
        node("span", "没有日期" if is_missing(row["published_at"]) else format_time(row["published_at"])),
        node("span", named, css="wn-trend-title"),
    ]
    return [node("span", *parts, css="wn-trend-origin")]


def topic_nodes(topics: pd.DataFrame) -> list[Node]:
    """The topics that were found, each with its gate, words and angle."""
    rows = []
    for row in topics.to_dict("records"):
        gate = str(row["gate"])
        rows.append(
            node(
                "li",
                node("bdi", row["label"], css="wn-strong"),
                node("span", f"合规：{WORDS[gate]} {GATE_MARKS[gate]}", css=f"wn-{gate}"),
                node("span", f"{len(row['evidence'])} 篇出处", css="wn-muted"),
                *([node("p", row["angle"])] if row["angle"] else []),
            )
        )
    return [node("h4", "送去的选题"), node("ol", *rows, css="wn-trend-topics")] if rows else []


def _span(starts: dt.date, days: int) -> str:
    """A period as an editor writes it.

    >>> _span(dt.date(2026, 9, 14), 7), _span(dt.date(2026, 8, 31), 7), _span(dt.date(2026, 9, 14), 1)
    ('9月14日–20日', '8月31日–9月6日', '9月14日 周一')
    """
    if days == 1:
        return format_day(starts)
    last = starts + dt.timedelta(days=days - 1)
    month = "" if last.month == starts.month else f"{last.month}月"
    return f"{starts.month}月{starts.day}日–{month}{last.day}日"


def _brief(text: str, length: int) -> str:
    text = plain(text)
    return text if len(text) <= length else f"{text[: length - 1]}…"
