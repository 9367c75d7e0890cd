"""What the inbox shows of what was read: figures, first rows, rows turned away, remarks, copies, places."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import pandas as pd

from toolkit.charts import format_share, in_words
from toolkit.schema import (
    COSTS,
    DOCUMENTS,
    GROUP_DAYS,
    GROUPS,
    INCIDENTS,
    ITEMS,
    MESSAGES,
    RESULTS,
    TESTS,
    Contract,
    is_missing,
)
from toolkit.widgets._view import node

CONTRACTS: dict[str, Contract] = {
    "documents": DOCUMENTS,
    "own": DOCUMENTS,
    "groups": GROUPS,
    "items": ITEMS,
    "results": RESULTS,
    "messages": MESSAGES,
    "group_days": GROUP_DAYS,
    "costs": COSTS,
    "tests": TESTS,
    "incidents": INCIDENTS,
}
# what of a row tells an editor that it was read rightly; other kinds show their first columns
_SHOWN = {
    "documents": ("title", "source", "published_at", "reads", "body"),
    "own": ("title", "source", "published_at", "reads", "body"),
    "groups": ("group_id", "name", "segment", "members", "slots", "quiet", "posts_per_day", "posts_per_week"),
    "items": ("item_id", "title", "kind", "campaign", "earliest", "latest", "groups", "owner"),
    "results": ("post_id", "reads", "clicked", "ordered", "revenue", "source"),
}
_UNITS = {"documents": "篇", "own": "篇", "groups": "个", "items": "条", "messages": "条消息"}
_MOST_COLUMNS = 8
_MOST_LINES = 50
_LONGEST = 60
_NUMBER = re.compile(r"[-\d,.]*[%万亿]?")


def rows_in_words(kind: str, count: int) -> str:
    """A count of what was read, in the words of its kind.

    >>> rows_in_words("documents", 33), rows_in_words("results", 1200)
    ('33 篇', '1,200 行')
    """
    return f"{count:,} {_UNITS.get(kind, '行')}"


def heap_nodes(taken: Any, reason: str, *, rows: int) -> list[dict[str, Any]]:
    """All that is shown of one Taken; `rows` of what was read stand there."""
    return [
        _head(taken, reason),
        _facts(taken),
        *[node("p", f"✕ {problem}", css="wn-block") for problem in taken.problems],
        *_folds(taken, rows),
    ]


def _head(taken: Any, reason: str) -> dict[str, Any]:
    said = [node("span", reason, css="wn-small")] if reason else []
    label = f"{taken.label}（粘贴的文字）" if taken.text else taken.label
    return node("div", node("h4", label), *said, css="wn-inbox-head")


def _facts(taken: Any) -> dict[str, Any]:
    count = len(taken.frame)
    read = [node("b", rows_in_words(taken.kind, count)), "，读好了"] if count else ["没有读到能用的"]
    facts = [node("span", *read)]
    if len(taken.rejected):
        facts.append(node("span", f"✕ {len(taken.rejected):,} 处没有读入", css="wn-block"))
    if len(taken.notes):
        facts.append(node("span", f"! {len(taken.notes):,} 条备注", css="wn-warn"))
    if taken.copies is not None and len(taken.copies):
        facts.append(node("span", f"{len(taken.copies):,} 处转载或抄写", css="wn-info"))
    return node("div", *facts, css="wn-inbox-facts")


def _folds(taken: Any, rows: int) -> list[dict[str, Any]]:
    shown = min(rows, len(taken.frame))
    parts = [
        ("rows", f"前 {shown} 行", _preview(taken, rows), True, len(taken.frame)),
        (
            "rejected",
            "没有读入的",
            _reasons(taken.rejected, "reason"),
            not len(taken.frame),
            len(taken.rejected),
        ),
        ("columns", "列是怎么认的", _columns(taken.columns), False, len(taken.columns)),
        ("notes", "备注：和原样不同的读法", _reasons(taken.notes, "note"), False, len(taken.notes)),
        (
            "copies",
            "转载和抄写",
            _copies(taken.copies),
            False,
            0 if taken.copies is None else len(taken.copies),
        ),
        ("places", "存到哪里", _list(taken.places), False, len(taken.places)),
    ]
    return [
        node("details", node("summary", caption), inside, key=f"{taken.kind}-{name}", open=is_open)
        for name, caption, inside, is_open, count in parts
        if count
    ]


def _list(lines: Iterable[str]) -> dict[str, Any]:
    given = list(lines)
    more = [f"……另有 {len(given) - _MOST_LINES:,} 行。"] if len(given) > _MOST_LINES else []
    return node("ul", *[node("li", node("bdi", line)) for line in given[:_MOST_LINES] + more])


def _table(
    heads: Iterable[str], rows: Iterable[Sequence[str]], label: str, *, css: str = ""
) -> dict[str, Any]:
    """A table of texts; a column of numbers alone is set to the right."""
    names, given = list(heads), [list(row) for row in rows]
    sides = [
        "wn-number" if given and all(_NUMBER.fullmatch(row[place]) for row in given) else ""
        for place in range(len(names))
    ]
    top = [node("th", name, css=side, scope="col") for name, side in zip(names, sides, strict=True)]
    body = [
        node("tr", *[node("td", node("bdi", cell), css=side) for cell, side in zip(row, sides, strict=True)])
        for row in given
    ]
    table = node("table", node("thead", node("tr", *top)), node("tbody", *body))
    # a part that scrolls must be reached by the keyboard
    css = f"wn-inbox-scroll {css}".strip()
    return node("div", table, css=css, role="region", label=label, tabindex="0")


def _preview(taken: Any, rows: int) -> dict[str, Any]:
    contract = CONTRACTS.get(taken.kind)
    part = taken.frame.head(rows)
    known = list(part.columns) if contract is None else [name for name in contract.names if name in part]
    shown = in_words(part, *[name for name in _SHOWN.get(taken.kind, tuple(known)) if name in known])
    cells = {str(head): [_cell(value) for value in shown[head]] for head in shown.columns}
    heads = [head for head, values in cells.items() if any(values)][:_MOST_COLUMNS]
    return _table(
        heads,
        zip(*[cells[head] for head in heads], strict=True),
        f"{taken.label}的前几行",
        css="wn-inbox-rows",
    )


def _cell(value: Any) -> str:
    """A value in words, short; "" for a missing one."""
    return "" if is_missing(value) else _short(str(value))


def _short(text: str) -> str:
    flat = " ".join(text.split())
    return flat if len(flat) <= _LONGEST else f"{flat[:_LONGEST]}…"


def _place(row: Mapping[Any, Any]) -> str:
    return f"{row['path']} 第 {row['row']} 行" if row["path"] and row["row"] else str(row["path"])


def _reasons(frame: pd.DataFrame, name: str) -> dict[str, Any]:
    """Where and why, the same reason told once with how often."""
    found: dict[str, list[str]] = {}
    for row in frame.to_dict("records"):
        found.setdefault(str(row[name]), []).append(_place(row))
    rows = [
        (places[0] if len(places) == 1 else f"{places[0]} 等 {len(places):,} 处", why.removesuffix("。"))
        for why, places in list(found.items())[:_MOST_LINES]
    ]
    if len(found) > _MOST_LINES:
        rows.append((f"另有 {len(found) - _MOST_LINES:,} 种", ""))
    return _table(
        ("在哪里", "为什么" if name == "reason" else "怎么读的"),
        rows,
        "没有读入的" if name == "reason" else "备注",
    )


def _columns(columns: pd.DataFrame) -> dict[str, Any]:
    """Each header with what it was read as, once for all files that have it."""
    found: dict[tuple[str, str], list[str]] = {}
    for row in columns.to_dict("records"):
        found.setdefault((str(row["header"]), str(row["caption"])), []).append(str(row["path"]))
    rows = [
        (head, caption or "没有用上", paths[0] if len(paths) == 1 else f"{paths[0]} 等 {len(paths):,} 个")
        for (head, caption), paths in sorted(found.items(), key=lambda pair: not pair[0][1])
    ]
    return _table(("表头", "读作", "文件"), rows, "列是怎么认的")


def _copies(copies: pd.DataFrame | None) -> dict[str, Any]:
    rows = [] if copies is None else copies.head(_MOST_LINES).to_dict("records")
    cells = [
        (
            _short(row["title"] or row["doc_id"]),
            row["source"],
            _short(row["original_title"] or row["original_id"]),
            row["original_source"],
            format_share(row["similarity"]),
        )
        for row in rows
    ]
    return _table(("这一篇", "来源", "原文", "原文来源", "重合"), cells, "转载和抄写")
