"""Frames as an editor reads them: captions and values in Chinese."""

from __future__ import annotations

import datetime as dt
import re
from typing import Any

import pandas as pd

from toolkit import lexicons
from toolkit.charts._format import format_unit
from toolkit.charts._frame import WordFrame
from toolkit.schema import (
    COLUMN_WORDS,
    CONTRACTS,
    WORDED,
    WORDS,
    ColumnError,
    Contract,
)

# what the parts of a topic's score are called; those of headlines and messages are in headline-parts and copy-parts
TOPIC_PARTS = {**{row["part"]: row["caption"] for row in lexicons.rows("topic-parts")}, "gate": "合规一项"}


def part_caption(column: str) -> str:
    """What an editor reads for a `part_*` column; one that nobody knows shows its own name.

    >>> part_caption("part_heat"), part_caption("part_length"), part_caption("part_x")
    ('热度与新鲜', '长短', 'x')
    """
    name = column.removeprefix("part_")
    return TOPIC_PARTS.get(name) or _craft_parts().get(name, name)


def _craft_parts() -> dict[str, str]:
    rows = [*lexicons.rows("copy-parts"), *lexicons.rows("headline-parts")]
    return {row["part"]: row["caption"] for row in rows}


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
    **{
        "pace": "节奏",
        "trend_score": "热度分",
        "not_measured": "没有算的项",
        "rank": "名次",
        "rank_low": "最好名次",
        "rank_high": "最差名次",
    },
    **{
        "can_lead": "能排第一",
        "layer": "层",
        "dominated_by": "被谁全面超过",
        "fit": "合适程度",
        "near": "合适",
    },
    **{
        "angles": "可选角度",
        "why": "依据",
        "season": "日子类别",
        "festival": "节日",
        "starts": "日期",
        "days_left": "还有几天",
        "lead": "提前天数",
        "tone": "语气",
        "themes": "适合主题",
        "caption": "叫什么",
        "prompt": "怎么写",
        "used": "已用篇数",
        "example": "例文",
        "doc_id": "内容编号",
    },
    **{
        "first": "这一条",
        "second": "另一条",
        "low": "下限",
        "high": "上限",
        "apart": "分得开",
        "contribution": "加减分",
        "comparable": "可比点开率",
        "changes": "改了什么",
        "opening": "开头看得到",
        "segment": "人群",
        "part": "部分",
        "max": "满分",
        "rewards": "看什么",
        "evidence": "根据",
        "default": "默认权重",
        "floor": "最低",
        "measure": "怎么量",
        "certainty": "有多确定",
    },
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

# of those columns and others without a contract, what their numbers are of
_EXTRA_UNITS = {"share": "share"}

# a member's stand-in, shown by so many characters as tell the members of a group apart
_STAND_IN = re.compile(r"(成员-[0-9a-f]{6})[0-9a-f]{10}")

# words for values of such columns
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
    "origin": {
        "rising": "热词",
        "steady": "平时常说",
        "keyword": "突出的词",
        "season": "来自日历",
        "pattern": "句式",
        "hook": "外来",
        "rewrite": "改写",
    },
    "angle": {row["angle"]: row["caption"] for row in lexicons.rows("angles")},
}


def known_captions(frame: pd.DataFrame) -> dict[str, str]:
    """Column to caption: of the contract that shares most columns with the frame, else of what verbs add, else of any."""
    captions: dict[str, str] = {}
    for contract in reversed(CONTRACTS):
        captions |= contract.captions
    return captions | EXTRA_CAPTIONS | _nearest(frame).captions


def _nearest(frame: pd.DataFrame) -> Contract:
    """The contract that shares most columns with the frame."""
    return max(CONTRACTS, key=lambda contract: len(set(contract.names) & set(frame.columns)))


def known_units(frame: pd.DataFrame) -> dict[str, str]:
    """Column to unit (share, yuan, sentence) where it has one, found as `known_captions` finds captions.

    >>> known_units(pd.DataFrame({"line_id": ["Y1"], "amount": [1.0], "share": [0.5]}))
    {'amount': 'yuan', 'share': 'share'}
    """
    units: dict[str, str] = {}
    for contract in reversed(CONTRACTS):
        units |= {column.name: column.unit for column in contract.columns}
    units |= dict.fromkeys(EXTRA_CAPTIONS, "") | _EXTRA_UNITS
    units |= {column.name: column.unit for column in _nearest(frame).columns}
    return {str(name): units[name] for name in frame.columns if units.get(name)}


def words_of(column: object) -> dict[str, str]:
    """What an editor reads for the values of one column, beside the words that hold for all; empty for most."""
    name = str(column)
    if name == "part":
        craft = _craft_parts()
        return {**craft, **{f"part_{part}": caption for part, caption in {**craft, **TOPIC_PARTS}.items()}}
    return {**_SPOKEN.get(name, {}), **COLUMN_WORDS.get(name, {})}


def in_words(frame: pd.DataFrame, /, *columns: str, **captions: str) -> pd.DataFrame:
    """The chosen columns as an editor reads them: Chinese captions and values, and nothing where a value is missing.

    Times are told to the minute, in a column without a clock by their day (2026-09-21). Yes is 是 and no is blank.
    Shares are percentages and yuan have commas, where the contract says so. Lists are joined by 、, those of sentences
    by ；, and a member's stand-in is cut to six characters. A column given by keyword stands behind the others under
    the caption written for it, also one that no contract knows. Without any, all that have a caption. For showing only:
    the result keeps no contract, and Jupyter draws it as an HTML table of the house.

    Raises ColumnError for a chosen column that is not there or that no caption is known for.

    >>> in_words(pd.DataFrame({"term": ["石榴"], "status": ["new"], "evidence": [["d1", "d2"]]})).to_dict("list")
    {'热词': ['石榴'], '状态': ['新出现'], '出处': ['d1、d2']}
    >>> in_words(pd.DataFrame({"title": ["石榴怎么挑"], "size": [3]}), "title", size="次数").to_dict("list")
    {'标题': ['石榴怎么挑'], '次数': [3]}
    """
    known = known_captions(frame)
    known |= {name: part_caption(name) for name in part_columns(frame)} | captions
    chosen = [*columns, *captions] or [name for name in frame.columns if name in known]
    unknown = [str(name) for name in chosen if name not in known or name not in frame]
    if unknown:
        raise ColumnError(
            f"没有列 {'、'.join(unknown)} 可以显示。可以用：{'、'.join(map(str, frame.columns))}。"
        )
    units = known_units(frame)
    out = {known[str(name)]: _shown(frame[name], units.get(str(name), "")) for name in chosen}
    return WordFrame(out, index=frame.index)


def _shown(series: pd.Series[Any], unit: str) -> pd.Series[Any]:
    """A column's values as an editor reads them."""
    name = series.name
    if name in WORDED or words_of(name):
        words = {**WORDS, **words_of(name)}
        series = series.map(lambda value: words.get(value, value))
    elif isinstance(series.dtype, pd.DatetimeTZDtype):
        days = (series.dropna().dt.time == dt.time()).all()
        series = series.dt.strftime("%Y-%m-%d" if days else "%Y-%m-%d %H:%M")
    elif series.dtype.kind == "b":
        series = series.map({True: "是", False: ""})
    elif series.dtype == "float64":
        series = (
            series.map(lambda value: format_unit(value, unit))
            if unit in ("share", "yuan")
            else series.round(2)
        )
    elif name == "member":
        series = series.map(lambda value: _STAND_IN.sub(r"\1", value) if isinstance(value, str) else value)
    elif series.map(lambda value: isinstance(value, list)).any():
        mark = "；" if unit == "sentence" else "、"
        series = series.map(lambda value: mark.join(map(str, value)) if isinstance(value, list) else value)
    missing = series.isna()
    return series.astype("object").mask(missing, "") if missing.any() else series


def _need(frame: pd.DataFrame, names: tuple[str, ...], caption: str) -> None:
    missing = tuple(name for name in names if name not in frame.columns)
    if missing:
        present = tuple(str(name) for name in frame.columns)
        raise ColumnError(
            f"{caption}表缺少列 {'、'.join(missing)}。现有的列：{'、'.join(present) or '无'}。请补上这些列。",
            missing=missing,
            present=present,
        )
