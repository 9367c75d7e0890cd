"""The column contracts: every table's columns in order, with dtype, Chinese caption and default."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal

import pandas as pd

from toolkit.schema._values import TIME_DTYPE
from toolkit.schema._words import ITEM_KINDS, PHASES, POST_STATUSES, TONES

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


@dataclass(frozen=True)
class Column:
    """One column of a contract: its name, kind of value, Chinese caption and default."""

    name: str
    kind: Kind
    caption: str
    optional: bool = False
    default: Any = REQUIRED
    choices: tuple[str, ...] = ()  # the values whose Chinese words are read back
    strict: bool = False  # other values are refused

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
    _text("status", "状态", choices=("new", "rising", "steady", "fading")),
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
    _text("gate", "合规", default="pass", choices=("pass", "warn", "block")),
    _text("angle", "角度", default=""),
    _list("evidence", "出处"),
)


HEADLINES = _contract(
    "HEADLINES",
    "标题",
    _text("headline", "标题"),
    _score("craft", "写法分"),
    _text("gate", "合规", choices=("pass", "warn", "block")),
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
    _text("severity", "轻重", choices=("block", "warn", "info")),
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
    _text("purpose", "用途", default="own", choices=("own", "link")),
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
    _text("kind", "类型", default="value", choices=ITEM_KINDS),
    _text("tone", "语气", default="neutral", choices=TONES),
    _text("topic", "选题", default=""),
    _text("campaign", "活动", default=""),
    _text("phase", "阶段", default="", choices=PHASES),
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
    _list("clock", "限定时刻", default=[]),
    _text("review", "审核", **_MAYBE),
)


# a rule for content that comes back: the columns of ITEMS with what repeats it
RECURRING = _contract(
    "RECURRING",
    "固定栏目",
    *ITEMS.columns,
    _list("weekdays", "星期", default=[]),
    Column("until", "date", "截止日期", True, None),
    _list("skips", "跳过日期", default=[]),
    _list("moves", "改期", default=[]),
    _count("cooldown", "间隔天数", **_MAYBE),
)


CALENDAR = _contract(
    "CALENDAR",
    "排期",
    _text("post_id", "发布编号"),
    _text("item_id", "条目编号"),
    _text("group_id", "群编号"),
    _time("starts_at", "发布时间"),
    _text("status", "状态", default="draft", choices=POST_STATUSES, strict=True),
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


# what a reader tells beside its frame
REJECTED = _contract(
    "REJECTED", "没能读入", _text("path", "文件"), _count("row", "行"), _text("reason", "原因")
)
NOTES = _contract("NOTES", "读入说明", _text("path", "文件"), _count("row", "行"), _text("note", "说明"))
COLUMNS = _contract(
    "COLUMNS",
    "列的对应",
    _text("path", "文件"),
    _text("header", "文件里的表头"),
    _text("column", "列名"),
    _text("caption", "读成"),
)
FILES = _contract(
    "FILES",
    "文件清单",
    _text("path", "文件"),
    _text("format", "格式"),
    _text("encoding", "编码"),
    _count("read", "读入"),
    _count("rejected", "没能读入"),
    _text("outcome", "结果"),
)


# tables of our own beside the contract: what rivals did, who copied whom, and a term's periods
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


COPIES = _contract(
    "COPIES",
    "转抄清单",
    _text("doc_id", "内容编号"),
    _text("source", "来源", default=""),
    _text("title", "标题", default=""),
    _text("original_id", "原文编号"),
    _text("original_source", "原文来源", default=""),
    _text("original_title", "原文标题", default=""),
    _score("similarity", "相同文字占比"),
    _text("passage", "最长的相同段落", default=""),
)


TERM_HISTORY = _contract(
    "TERM_HISTORY",
    "热词各期篇数",
    _text("term", "热词"),
    Column("starts", "date", "起始日"),
    _count("documents", "篇数"),
    _count("total", "全部篇数"),
)


NEW_WORDS = _contract(
    "NEW_WORDS",
    "新词",
    _text("term", "新词"),
    _count("count", "出现次数"),
    _score("cohesion", "凝固度"),
    _score("freedom", "自由度"),
    _count("documents", "篇数"),
    _count("frequency", "建议词频"),
    _text("note", "备注", default=""),
)


CONTRAST = _contract(
    "CONTRAST",
    "我们与同行",
    _text("term", "热词"),
    _score("z", "差异（z）"),
    _text("side", "偏向", choices=("ours", "theirs")),
    _count("ours", "我们的篇数"),
    _count("theirs", "同行的篇数"),
    _score("ours_share", "我们的占比", **_MAYBE),
    _score("theirs_share", "同行的占比", **_MAYBE),
)


PASSAGES = _contract(
    "PASSAGES",
    "出处原句",
    _text("term", "热词"),
    _text("doc_id", "内容编号"),
    _text("source", "来源", default=""),
    _time("published_at", "发布时间", **_MAYBE),
    _text("title", "标题", default=""),
    _text("sentence", "原句"),
    _count("start", "起点"),
    _count("end", "终点"),
    _text("url", "链接", **_MAYBE),
)


COUNTS = _contract(
    "COUNTS",
    "词频底账",
    _text("doc_id", "内容编号"),
    _text("source", "来源", default=""),
    _text("channel", "渠道", default=""),
    _time("published_at", "发布时间", **_MAYBE),
    _count("reads", "阅读", **_MAYBE),
    _count("digest", "指纹"),
    _text("words", "词表版本"),
    _text("folded", "归一后的文字"),
    _text("lengths", "各词字数"),
)


CHECKS = _contract(
    "CHECKS",
    "规则检查",
    _text("rule_id", "规则编号"),
    _text("severity", "轻重", choices=("block", "warn", "info")),
    _text("post_id", "发布编号"),
    _text("message", "说明"),
    _score("cost", "代价", default=0.0),
)


# what a change does: every post that came, went, moved or changed its state
CHANGES = _contract(
    "CHANGES",
    "改动",
    _text("post_id", "发布编号"),
    _text("item_id", "条目编号"),
    _text("group_id", "群编号"),
    _text("change", "怎么变", choices=("added", "removed", "moved", "status")),
    _time("was", "原时间", **_MAYBE),
    _time("starts_at", "新时间", **_MAYBE),
    _score("value_change", "价值增减"),
)


# where else a post could stand, and what that would cost
PLACES = _contract(
    "PLACES",
    "换个时间",
    _time("starts_at", "时间"),
    _flag("chosen", "现在排在这里"),
    _score("value_change", "价值增减", **_MAYBE),
    _text("rule_id", "规则编号", **_MAYBE),
    _text("reason", "说明"),
)


# cells that two colleagues changed in two ways
CONFLICTS = _contract(
    "CONFLICTS",
    "改动冲突",
    _text("post_id", "发布编号"),
    _text("column", "列名"),
    _text("base", "原来"),
    _text("first", "一份改成"),
    _text("second", "另一份改成"),
    _text("kept", "暂且保留"),
)


# people in two groups: the part of the first group's members who are in the other as well
OVERLAP = _contract(
    "OVERLAP",
    "群友重合",
    _text("group_id", "群编号"),
    _text("other_id", "另一个群"),
    _score("share", "重合比例"),
)


# what a weekday and slot of a group is worth, as a ratio to the pooled mean
TIMES = _contract(
    "TIMES",
    "时段价值",
    _text("group_id", "群编号"),
    _count("weekday", "星期几（0 是周一）"),
    _text("slot", "时段"),
    _score("value", "价值（倍）"),
    _score("low", "下限", **_MAYBE),
    _score("high", "上限", **_MAYBE),
    _count("posts", "发布次数", **_MAYBE),
)


# an editor's own rules of the gate, as the lexicon ad-rules has them
COPY_RULES = _contract(
    "COPY_RULES",
    "自家规则",
    _text("rule_id", "规则编号", default=""),
    _text("category", "类别", default="own"),
    _text("severity", "轻重", default="warn", choices=("block", "warn", "info")),
    _text("scope", "管哪些文案", default="ad", choices=("ad", "any")),
    _text("platforms", "平台", default="all"),
    _text("kind", "类型", default="literal", choices=("literal", "regex")),
    _text("pattern", "要找的字"),
    _text("exclude", "放过的语境", default=""),
    _text("needs", "必须的语境", default=""),
    _text("examples", "例句"),
    _text("counter_examples", "反例", default=""),
    _text("clause", "依据", default=""),
    _text("source_date", "依据日期", default=""),
    _text("why", "原因", default=""),
    _text("suggestion", "改法", default=""),
)


# what an editor said of a finding, or of one that was not there
VERDICTS = _contract(
    "VERDICTS",
    "合规判定",
    _text("text", "原文"),
    _text("purpose", "用途", default="promotion", choices=("promotion", "editorial")),
    _text("platform", "平台", default=""),
    _text("verdict", "判定", choices=("wrong", "right", "missed")),
    _text("rule_id", "规则编号", default=""),
    _text("passage", "片段", default=""),
    _text("category", "类别", default=""),
    _text("note", "备注", default=""),
    _text("by", "判定人", default=""),
    _time("judged_at", "判定时间", **_MAYBE),
)


# texts with the gate they must get
CASES = _contract(
    "CASES",
    "合规用例",
    _text("text", "原文"),
    _text("purpose", "用途", default="promotion", choices=("promotion", "editorial")),
    _text("platform", "平台", default=""),
    _text("expect", "应得", choices=("pass", "warn", "block", "flagged")),
    _text("comment", "说明", default=""),
)
CASE_CHECKS = _contract(
    "CASE_CHECKS",
    "合规用例结果",
    *CASES.columns,
    _text("got", "实得", choices=("pass", "warn", "block")),
    _flag("holds", "符合"),
)


# how often editors found each rule right
RULE_RECORD = _contract(
    "RULE_RECORD",
    "规则战绩",
    _text("rule_id", "规则编号"),
    _count("right", "判对"),
    _count("wrong", "误报"),
    _score("share_right", "判对占比"),
    _score("low", "下限"),
    _score("high", "上限"),
    _text("advice", "建议"),
)


CONTRACTS = (
    *(DOCUMENTS, KEYWORDS, TRENDS, TOPICS, HEADLINES, FINDINGS),
    *(
        GROUPS,
        ITEMS,
        CALENDAR,
        UNPLACED,
        CHECKS,
        CHANGES,
        PLACES,
        CONFLICTS,
        OVERLAP,
        TIMES,
        RECURRING,
        NEW_WORDS,
        CONTRAST,
        PASSAGES,
        COUNTS,
        RIVALS,
        COPIES,
        TERM_HISTORY,
        COPY_RULES,
        VERDICTS,
        CASES,
        CASE_CHECKS,
        RULE_RECORD,
        REJECTED,
        NOTES,
        COLUMNS,
        FILES,
    ),
)
