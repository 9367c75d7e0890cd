"""Frames as an editor reads them: captions and values in Chinese."""

from __future__ import annotations

import pandas as pd

from toolkit import lexicons
from toolkit.schema import (
    COLUMN_WORDS,
    CONTRACTS,
    WORDED,
    WORDS,
    ColumnError,
)

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
    **{"name": "群名", "topic_id": "选题编号", "share": "占比"},
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
        **{"agriculture": "农资", "jobs": "招聘", "own": "自家规则"},
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
        if name in WORDED or name in _SPOKEN or name in COLUMN_WORDS:
            words = {**WORDS, **_SPOKEN.get(str(name), {}), **COLUMN_WORDS.get(str(name), {})}
            series = series.map(lambda value, words=words: words.get(value, value))
        elif isinstance(series.dtype, pd.DatetimeTZDtype):
            series = series.dt.strftime("%Y-%m-%d %H:%M")
        elif series.dtype == "float64":
            series = series.round(2)
        elif series.map(lambda value: isinstance(value, list)).any():
            series = series.map(lambda value: "、".join(map(str, value)))
        out[captions[str(name)]] = series
    return pd.DataFrame(out, index=shown.index)


def _need(frame: pd.DataFrame, names: tuple[str, ...], caption: str) -> None:
    missing = tuple(name for name in names if name not in frame.columns)
    if missing:
        present = tuple(str(name) for name in frame.columns)
        raise ColumnError(
            f"{caption}表缺少列 {'、'.join(missing)}。现有的列：{'、'.join(present) or '无'}。请补上这些列。",
            missing=missing,
            present=present,
        )
