"""The nouns of the house: column contracts, small frozen values, and the errors an editor may meet.

Many of a kind is a DataFrame that keeps one of the contracts below; one of a kind is a frozen dataclass.
Nothing here reads a file, a clock or a random number.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, field
from typing import Any, Literal, NamedTuple
from zoneinfo import ZoneInfo

import pandas as pd

TIME_ZONE = ZoneInfo("Asia/Shanghai")
TIME_DTYPE = "datetime64[us, Asia/Shanghai]"

Kind = Literal["text", "count", "score", "time", "date", "flag", "list", "records"]
_DTYPES: dict[str, Any] = {
    "text": "str",
    "count": "Int64",
    "score": "float64",
    "time": TIME_DTYPE,
    "date": "object",  # datetime.date, or a missing value
    "flag": "bool",
    "list": "object",
    "records": "object",  # a list of dicts
}
REQUIRED = object()


class ToolkitError(ValueError):
    """The root of every error meant for an editor; its text is Chinese and ends in what to do next."""


class InputError(ToolkitError):
    """A file, folder or page cannot be used at all."""


class ColumnError(ToolkitError):
    """A table lacks a column, or a column holds what it must not."""

    def __init__(self, message: str, *, missing: tuple[str, ...] = (), present: tuple[str, ...] = ()) -> None:
        """Keep the missing and the present column names beside the message."""
        super().__init__(message)
        self.missing = missing
        self.present = present


class ChoiceError(ToolkitError):
    """An argument is not one of the values that are known."""


class PlanError(ToolkitError):
    """Items, groups or rules cannot be planned with as they are."""


class StoreError(ToolkitError):
    """The workspace file cannot be used."""


@dataclass(frozen=True)
class Column:
    """One column of a contract: its name, kind of value, Chinese caption and default."""

    name: str
    kind: Kind
    caption: str
    optional: bool = False
    default: Any = REQUIRED
    choices: tuple[str, ...] = ()

    @property
    def dtype(self) -> Any:
        """The pandas dtype of the column."""
        return _DTYPES[self.kind]


@dataclass(frozen=True)
class Contract:
    """A table's fixed columns, in order. The key comes first."""

    name: str
    caption: str
    columns: tuple[Column, ...]

    @property
    def names(self) -> list[str]:
        """The column names in order."""
        return [column.name for column in self.columns]

    @property
    def captions(self) -> dict[str, str]:
        """Column name to Chinese caption."""
        return {column.name: column.caption for column in self.columns}

    @property
    def required(self) -> list[str]:
        """The columns that have neither a default nor may be missing."""
        return [c.name for c in self.columns if not c.optional and c.default is REQUIRED]

    def empty(self) -> pd.DataFrame:
        """An empty frame with the contract's columns and dtypes.

        >>> list(KEYWORDS.empty().columns)
        ['doc_id', 'rank', 'term', 'weight']
        """
        return pd.DataFrame({c.name: pd.Series([], dtype=c.dtype) for c in self.columns})


def _contract(name: str, caption: str, *columns: Column) -> Contract:
    return Contract(name, caption, columns)


def _text(name: str, caption: str, **more: Any) -> Column:
    return Column(name, "text", caption, **more)


def _count(name: str, caption: str, **more: Any) -> Column:
    return Column(name, "count", caption, **more)


def _score(name: str, caption: str, **more: Any) -> Column:
    return Column(name, "score", caption, **more)


def _time(name: str, caption: str, **more: Any) -> Column:
    return Column(name, "time", caption, **more)


def _list(name: str, caption: str, **more: Any) -> Column:
    return Column(name, "list", caption, **more)


def _flag(name: str, caption: str, **more: Any) -> Column:
    return Column(name, "flag", caption, **more)


# the words an editor reads for the values that the contract keeps in English
WORDS: dict[str, str] = {
    "new": "新出现",
    "rising": "上升",
    "steady": "平稳",
    "fading": "回落",
    "pass": "通过",
    "warn": "留意",
    "block": "不可用",
    "info": "提示",
    "value": "干货",
    "discussion": "话题",
    "promotion": "促销",
    "event": "活动",
    "red_packet": "红包",
    "poll": "投票",
    "notice": "通知",
    "warmup": "预热",
    "review": "复盘",
    "neutral": "平实",
    "warm": "温暖",
    "festive": "喜庆",
    "humorous": "幽默",
    "sales": "推销",
    "solemn": "庄重",
    "draft": "待发",
    "pinned": "已定",
    "sent": "已发",
    "missed": "未发",
    "cancelled": "取消",
    "own": "自有",
    "link": "引流",
}
# back from the word to the value; where an editor's table says it in two ways, both are taken
VALUES: dict[str, str] = {
    **{word: value for value, word in WORDS.items()},
    "造势": "warmup",
    "预热/造势": "warmup",
}
WORDED = ("status", "gate", "kind", "tone", "phase", "severity", "purpose")
GATE_MARKS = {"pass": "✓", "warn": "!", "block": "✕"}
ITEM_KINDS = ("value", "discussion", "promotion", "event", "red_packet", "poll", "notice")
TONES = ("neutral", "warm", "festive", "humorous", "sales", "solemn")
PHASES = ("", "warmup", "promotion", "review")
POST_STATUSES = ("draft", "pinned", "sent", "missed", "cancelled")


_MAYBE: dict[str, Any] = {"optional": True, "default": None}

DOCUMENTS = _contract(
    "DOCUMENTS",
    "内容",
    _text("doc_id", "内容编号"),
    _text("source", "来源", default=""),
    _text("channel", "渠道", default=""),
    _text("title", "标题", default=""),
    _text("body", "正文", default=""),
    _time("published_at", "发布时间", **_MAYBE),
    _text("url", "链接", **_MAYBE),
    _count("reads", "阅读数", **_MAYBE),
    _count("likes", "点赞数", **_MAYBE),
    _count("comments", "评论数", **_MAYBE),
    _count("shares", "转发数", **_MAYBE),
    _text("duplicate_of", "重复于", **_MAYBE),
    _score("similarity", "相似度", **_MAYBE),
)
KEYWORDS = _contract(
    "KEYWORDS",
    "关键词",
    _text("doc_id", "内容编号"),
    _count("rank", "名次"),
    _text("term", "关键词"),
    _score("weight", "权重"),
)
TRENDS = _contract(
    "TRENDS",
    "热词",
    _text("term", "热词"),
    _score("score", "热度分"),
    _score("q_value", "误报率（q 值）"),
    _score("lift", "升幅（倍）"),
    _count("documents", "本期篇数"),
    _count("baseline_documents", "前期篇数"),
    _count("sources", "来源数"),
    _score("tfidf", "TF-IDF"),
    _time("first_seen", "首次出现"),
    _text("status", "状态"),
    _flag("is_new_word", "新词"),
    _list("variants", "合并的说法"),
    _list("evidence", "出处"),
)
TOPICS = _contract(
    "TOPICS",
    "选题",
    _text("topic_id", "选题编号"),
    _text("label", "选题"),
    _list("terms", "关键词"),
    _score("score", "选题分"),
    _text("gate", "合规", default="pass"),
    _text("angle", "角度", default=""),
    _list("evidence", "出处"),
)
HEADLINES = _contract(
    "HEADLINES",
    "标题",
    _text("headline", "标题"),
    _score("craft", "写法分"),
    _text("gate", "合规"),
    _count("findings", "问题数"),
    _score("chance", "胜出机会", **_MAYBE),
    _score("chance_low", "机会下限", **_MAYBE),
    _score("chance_high", "机会上限", **_MAYBE),
    _score("clickbait", "标题党风险"),
    _count("width", "显示宽度"),
    _text("visible", "列表里看得到的部分"),
    _list("advice", "建议"),
)
FINDINGS = _contract(
    "FINDINGS",
    "合规发现",
    _text("rule_id", "规则编号"),
    _text("category", "类别"),
    _text("severity", "轻重"),
    _count("start", "起"),
    _count("end", "止"),
    _text("text", "原文"),
    _text("clause", "依据"),
    _text("why", "原因"),
    _text("suggestion", "改法"),
)
GROUPS = _contract(
    "GROUPS",
    "群",
    _text("group_id", "群编号"),
    _text("name", "群名"),
    _text("segment", "人群", default=""),
    _text("theme", "主题", default=""),
    _count("members", "人数"),
    _text("channel", "渠道", default="群"),
    _text("purpose", "用途", default="own"),
    Column("closes", "date", "关闭日期", True, None),
    _text("region", "区域", **_MAYBE),
    _text("spending", "消费力", **_MAYBE),
    _list("slots", "时段"),
    _list("quiet", "免打扰", default=[]),
    _count("posts_per_day", "每天上限"),
    _count("posts_per_week", "每周上限"),
    _count("promos_per_week", "每周促销上限", **_MAYBE),
    _text("owner", "负责人", default=""),
)
ITEMS = _contract(
    "ITEMS",
    "内容条目",
    _text("item_id", "条目编号"),
    _text("title", "标题"),
    _text("kind", "类型", default="value"),
    _text("tone", "语气", default="neutral"),
    _text("topic", "选题", default=""),
    _text("campaign", "活动", default=""),
    _text("phase", "阶段", default=""),
    _score("value", "价值", default=1.0),
    _time("earliest", "最早日期", **_MAYBE),
    _time("latest", "最晚日期", **_MAYBE),
    _list("groups", "发给", default=["all"]),
    _count("waves", "群发批数", default=1),
    _list("after", "先发条目", default=[]),
    _text("festival", "节日", **_MAYBE),
    _count("minutes", "所需分钟", default=0),
    _text("owner", "负责人", default=""),
    _flag("must_send", "必发", default=False),
    _text("copy", "文案", **_MAYBE),
    _list("media", "图片", default=[]),
    _text("link", "链接", **_MAYBE),
)
CALENDAR = _contract(
    "CALENDAR",
    "排期",
    _text("post_id", "发布编号"),
    _text("item_id", "条目编号"),
    _text("group_id", "群编号"),
    _time("starts_at", "发布时间"),
    _text("status", "状态", default="draft", choices=POST_STATUSES),
    _score("value", "价值", default=0.0),
    _text("reason", "为什么排在这里", default=""),
    _count("sequence", "改动次数", default=0),
    _text("code", "暗号", **_MAYBE),
)
UNPLACED = _contract(
    "UNPLACED",
    "未排入",
    _text("item_id", "条目编号"),
    _text("group_id", "群编号"),
    _text("rule_id", "规则编号"),
    _text("reason", "原因"),
)
# two tables of our own beside the contract: what rivals did, and a term's periods
RIVALS = _contract(
    "RIVALS",
    "同行动态",
    _text("source", "来源", default=""),
    _text("channel", "渠道", default=""),
    _count("documents", "本期篇数"),
    _score("before", "前期平均篇数", **_MAYBE),
    _score("copied", "转抄占比", **_MAYBE),
    Column("top_titles", "records", "读得最多的标题"),
)
TERM_HISTORY = _contract(
    "TERM_HISTORY",
    "热词各期篇数",
    _text("term", "热词"),
    Column("starts", "date", "起始日"),
    _count("documents", "篇数"),
    _count("total", "全部篇数"),
)
CHECKS = _contract(
    "CHECKS",
    "规则检查",
    _text("rule_id", "规则编号"),
    _text("severity", "轻重"),
    _text("post_id", "发布编号"),
    _text("message", "说明"),
)


class Read(NamedTuple):
    """What a reader gives back: good rows, rows it could not use, other columns, and remarks.

    `frame` keeps a contract. `rejected` has path, row, reason (Chinese); row counts from 1 as a person sees it
    in the file, the header being row 1. `extra` has the frame's key and the columns no contract knows.
    `notes` has path, row, note: what was read otherwise than it stands (a date that could not be understood).
    """

    frame: pd.DataFrame
    rejected: pd.DataFrame
    extra: pd.DataFrame
    notes: pd.DataFrame


@dataclass(frozen=True)
class Rules:
    """What a plan must keep beside the columns of GROUPS and ITEMS.

    `minutes_workday` and `minutes_day_off` are ceilings of one owner's working minutes a day (a promise of the
    editor's own, not a law). `solemn` and `festival` take "block", "warn" or "off". `mourning` adds solemn days.
    `min_gap` is the least number of minutes between two posts in one group; 0 asks for none.
    """

    minutes_workday: int = 240
    minutes_day_off: int = 90
    solemn: Literal["block", "warn", "off"] = "block"
    festival: Literal["block", "warn", "off"] = "block"
    mourning: tuple[dt.date, ...] = ()
    min_gap: int = 0

    def __post_init__(self) -> None:
        """Refuse values that no plan could keep."""
        for name in ("solemn", "festival"):
            if getattr(self, name) not in ("block", "warn", "off"):
                raise ChoiceError(
                    f"Rules 的 {name} 只能是 block、warn 或 off（现在是 {getattr(self, name)!r}）。"
                )
        for name in ("minutes_workday", "minutes_day_off", "min_gap"):
            value = getattr(self, name)
            if isinstance(value, bool) or not isinstance(value, (int, float)) or not value >= 0:
                raise ChoiceError(f"Rules 的 {name} 应是不小于 0 的分钟数（现在是 {value!r}）。")
        try:
            days = tuple(as_date(day) for day in self.mourning)
        except (ValueError, TypeError):
            days = (None,)
        if None in days:
            raise ChoiceError(f"Rules 的 mourning 应是一组日期，如 2026-09-22（现在是 {self.mourning!r}）。")
        object.__setattr__(self, "mourning", days)


@dataclass(frozen=True)
class Plan:
    """A calendar with what was left out, its worth, and what it was made from.

    `value` is the sum of the placed posts' worth less the price of unmet must-sends, `bound` a number no plan can
    beat under the same rules, `gap` the fraction (bound − value) / max(|bound|, |value|).
    """

    calendar: pd.DataFrame
    unplaced: pd.DataFrame
    value: float
    bound: float
    gap: float
    items: pd.DataFrame = field(repr=False)
    groups: pd.DataFrame = field(repr=False)
    rules: Rules = field(default_factory=Rules)
    start: dt.date = dt.date(1970, 1, 1)
    days: int = 0
    pinned: pd.DataFrame | None = field(default=None, repr=False)


def check(frame: pd.DataFrame, contract: Contract) -> pd.DataFrame:
    """Give the frame with the contract's columns first and in its dtypes; further columns stay behind them.

    Columns with a default are filled in, blank cells too. Chinese captions are taken for the columns' names where
    those are absent, and the words an editor reads (促销, 待发) for the values. An empty frame gives an empty frame.

    Raises ColumnError when a required column is absent or a column cannot be turned into its dtype.

    >>> check(pd.DataFrame({"doc_id": ["a"], "title": ["t"]}), DOCUMENTS)["reads"].dtype
    Int64Dtype()
    """
    named = {c.caption: c.name for c in contract.columns if c.name not in frame and c.caption in frame}
    frame = frame.rename(columns=named) if named else frame
    missing = tuple(name for name in contract.required if name not in frame.columns)
    if missing:
        present = tuple(str(name) for name in frame.columns)
        captions = "、".join(f"{name}（{contract.captions[name]}）" for name in missing)
        raise ColumnError(
            f"{contract.caption}表缺少列 {captions}。现有的列：{'、'.join(present) or '无'}。"
            "请补上这些列，或把对应那一列的表头改成这个名字。",
            missing=missing,
            present=present,
        )
    columns = {column.name: _as_column(frame, column, contract) for column in contract.columns}
    rest = {name: frame[name] for name in frame.columns if name not in columns}
    return pd.DataFrame({**columns, **rest}, index=frame.index)


def _as_column(frame: pd.DataFrame, column: Column, contract: Contract) -> pd.Series[Any]:
    if column.name not in frame.columns:
        return _filled(column, frame.index)
    series = frame[column.name]
    try:
        return _converted(series, column)
    except (ValueError, TypeError, AttributeError) as error:
        raise ColumnError(
            f"{contract.caption}表的列 {column.name}（{column.caption}）里有不合要求的值：{error}。"
            "请先用 read_documents、read_items 等读入动作整理，再交给这一步。"
        ) from error


def _filled(column: Column, index: pd.Index[Any]) -> pd.Series[Any]:
    if column.kind == "list":
        return pd.Series([list(column.default or []) for _ in index], index=index, dtype="object")
    if column.kind == "time":
        return pd.Series(pd.NaT, index=index, dtype=TIME_DTYPE)
    value = pd.NA if column.default is None and column.kind == "count" else column.default
    return pd.Series([value] * len(index), index=index, dtype=column.dtype)


def _converted(series: pd.Series[Any], column: Column) -> pd.Series[Any]:
    if column.kind == "time":
        return to_shanghai(series)
    if column.kind == "list":
        return pd.Series([as_list(value) for value in series], index=series.index, dtype="object")
    if column.kind == "records":
        return series.astype("object")
    if column.kind == "date":
        return pd.Series([as_date(value) for value in series], index=series.index, dtype="object")
    if column.kind == "text":
        return _as_text(series, column)
    if column.kind == "flag":
        return pd.Series([as_flag(value) for value in series], index=series.index, dtype="bool")
    filled = series
    if not column.optional and column.default is not REQUIRED:
        filled = series.fillna(column.default)
    return filled.astype(column.dtype)


def _as_text(series: pd.Series[Any], column: Column) -> pd.Series[Any]:
    """Text with blank cells missing or defaulted, and words for values turned back into the values."""
    text = series.astype("str")
    if column.name in WORDED:
        text = text.map(lambda value: VALUES.get(value, value)).astype("str")
    if column.optional:
        return text.mask(text == "")
    default = "" if column.default is REQUIRED else column.default
    text = text.fillna(default)
    text = text.mask(text == "", default) if default else text
    unknown = sorted(set(text) - set(column.choices)) if column.choices else []
    if unknown:
        known = "、".join(f"{value}（{WORDS[value]}）" for value in column.choices)
        raise ValueError(f"「{unknown[0]}」不认识，可以用：{known}")
    return text


_YES = frozenset({"是", "true", "1", "y", "yes", "√", "✓", "对", "必发"})
_NO = frozenset({"否", "false", "0", "n", "no", "×", "✕", "不", "不是", "", "-", "--", "无", "nan", "none"})


def as_flag(value: Any) -> bool:
    """Yes or no from a truth value, a number, or what people write; missing is no. Raises ValueError for the rest.

    >>> as_flag("是"), as_flag("FALSE"), as_flag(None), as_flag(1)
    (True, False, False, True)
    """
    if value is None or value is pd.NA or value != value:
        return False
    text = str(int(value)) if isinstance(value, float) and value.is_integer() else str(value).strip().lower()
    if text in _YES:
        return True
    if text in _NO:
        return False
    raise ValueError(f"看不懂的是否「{str(value)[:20]}」")


CONTRACTS = (
    *(DOCUMENTS, KEYWORDS, TRENDS, TOPICS, HEADLINES, FINDINGS),
    *(GROUPS, ITEMS, CALENDAR, UNPLACED, CHECKS, RIVALS, TERM_HISTORY),
)


def to_shanghai(series: pd.Series[Any]) -> pd.Series[Any]:
    """The series as times in Asia/Shanghai; times without a zone are taken as Shanghai's own.

    >>> str(to_shanghai(pd.Series(["2026-09-01 08:00"]))[0])
    '2026-09-01 08:00:00+08:00'
    """
    if isinstance(series.dtype, pd.DatetimeTZDtype):
        return series.astype(TIME_DTYPE)
    return pd.Series([as_time(value) for value in series], index=series.index, dtype=TIME_DTYPE)


def as_time(value: Any) -> pd.Timestamp:
    """One value as a time in Asia/Shanghai (NaT for a missing one).

    >>> as_time("2026-09-01").isoformat()
    '2026-09-01T00:00:00+08:00'
    """
    if value is None or (not isinstance(value, str) and pd.isna(value)) or value == "":
        return pd.NaT
    stamp = pd.Timestamp(value)
    return stamp.tz_localize(TIME_ZONE) if stamp.tzinfo is None else stamp.tz_convert(TIME_ZONE)


def as_date(value: Any) -> dt.date | None:
    """One value as a calendar day in Asia/Shanghai, or None for a missing one."""
    stamp = as_time(value)
    return None if pd.isna(stamp) else stamp.date()


def as_list(value: Any) -> list[str]:
    """A list of texts from a list or from text split at 、 , ; or a line break.

    >>> as_list("08:00、12:30;20:00")
    ['08:00', '12:30', '20:00']
    >>> as_list(None)
    []
    """
    if value is None or (isinstance(value, float) and value != value):
        return []
    if isinstance(value, str):
        parts = value
        for mark in ("，", ",", ";", "；", "\n", "\r"):
            parts = parts.replace(mark, "、")
        return [part.strip() for part in parts.split("、") if part.strip()]
    if isinstance(value, (list, tuple, set, frozenset)):
        return [str(part) for part in value]
    if hasattr(value, "tolist"):
        return [str(part) for part in value.tolist()]
    if value is pd.NA or value is pd.NaT:
        return []
    raise TypeError(f"不是列表：{value!r}")
