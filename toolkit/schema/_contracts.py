"""The column contracts: every table's columns in order, with dtype, Chinese caption and default."""

from __future__ import annotations

from toolkit.schema._campaign_contracts import CAMPAIGN_CONTRACTS
from toolkit.schema._columns import MAYBE, Column, contract, count, flag, list_of, score, text, time
from toolkit.schema._copy_contracts import (
    ARMS,
    CASE_CHECKS,
    CASES,
    COPY,
    COPY_RULES,
    CRAFT_ADVICE,
    FEATURES,
    FINDINGS,
    HEADLINES,
    POSTS,
    RULE_RECORD,
    VERDICTS,
)
from toolkit.schema._review_contracts import REVIEW_CONTRACTS
from toolkit.schema._words import ITEM_KINDS, PHASES, POST_STATUSES, TONES

DOCUMENTS = contract(
    "DOCUMENTS",
    "内容",
    text("doc_id", "内容编号"),
    text("source", "来源", default=""),
    text("channel", "渠道", default=""),
    text("title", "标题", default=""),
    text("body", "正文", default=""),
    time("published_at", "发布时间", **MAYBE),
    text("url", "链接", **MAYBE),
    count("reads", "阅读数", **MAYBE),
    count("likes", "点赞数", **MAYBE),
    count("comments", "评论数", **MAYBE),
    count("shares", "转发数", **MAYBE),
    text("duplicate_of", "重复于", **MAYBE),
    score("similarity", "相似度", **MAYBE, unit="share"),
)


KEYWORDS = contract(
    "KEYWORDS",
    "关键词",
    text("doc_id", "内容编号"),
    count("rank", "名次"),
    text("term", "关键词"),
    score("weight", "权重"),
)


TRENDS = contract(
    "TRENDS",
    "热词",
    text("term", "热词"),
    score("score", "热度分"),
    score("q_value", "误报率（q 值）"),
    score("lift", "升幅（倍）"),
    count("documents", "本期篇数"),
    count("baseline_documents", "前期篇数"),
    count("sources", "来源数"),
    score("tfidf", "TF-IDF"),
    time("first_seen", "首次出现"),
    text("status", "状态", choices=("new", "rising", "steady", "fading")),
    flag("is_new_word", "新词"),
    list_of("variants", "合并的说法"),
    list_of("evidence", "出处"),
)


TOPICS = contract(
    "TOPICS",
    "选题",
    text("topic_id", "选题编号"),
    text("label", "选题"),
    list_of("terms", "关键词"),
    score("score", "选题分"),
    text("gate", "合规", default="pass", choices=("pass", "warn", "block")),
    text("angle", "角度", default=""),
    list_of("evidence", "出处"),
)


GROUPS = contract(
    "GROUPS",
    "群",
    text("group_id", "群编号"),
    text("name", "群名"),
    text("segment", "人群", default=""),
    text("theme", "主题", default=""),
    count("members", "人数"),
    text("channel", "渠道", default="群"),
    text("purpose", "用途", default="own", choices=("own", "link")),
    Column("closes", "date", "关闭日期", True, None),
    text("region", "区域", **MAYBE),
    text("spending", "消费力", **MAYBE),
    list_of("slots", "时段"),
    list_of("quiet", "免打扰", default=[]),
    count("posts_per_day", "每天上限"),
    count("posts_per_week", "每周上限"),
    count("promos_per_week", "每周促销上限", **MAYBE),
    text("owner", "负责人", default=""),
)


ITEMS = contract(
    "ITEMS",
    "内容条目",
    text("item_id", "条目编号"),
    text("title", "标题"),
    text("kind", "类型", default="value", choices=ITEM_KINDS),
    text("tone", "语气", default="neutral", choices=TONES),
    text("topic", "选题", default=""),
    text("campaign", "活动", default=""),
    text("phase", "阶段", default="", choices=PHASES),
    score("value", "价值", default=1.0),
    time("earliest", "最早日期", **MAYBE),
    time("latest", "最晚日期", **MAYBE),
    list_of("groups", "发给", default=["all"]),
    count("waves", "群发批数", default=1),
    list_of("after", "先发条目", default=[]),
    text("festival", "节日", **MAYBE),
    count("minutes", "所需分钟", default=0),
    text("owner", "负责人", default=""),
    flag("must_send", "必发", default=False),
    text("copy", "文案", **MAYBE),
    list_of("media", "图片", default=[]),
    text("link", "链接", **MAYBE),
    list_of("clock", "限定时刻", default=[]),
    text("review", "审核", **MAYBE),
)


# a rule for content that comes back: the columns of ITEMS with what repeats it
RECURRING = contract(
    "RECURRING",
    "固定栏目",
    *ITEMS.columns,
    list_of("weekdays", "星期", default=[]),
    Column("until", "date", "截止日期", True, None),
    list_of("skips", "跳过日期", default=[]),
    list_of("moves", "改期", default=[]),
    count("cooldown", "间隔天数", **MAYBE),
)


CALENDAR = contract(
    "CALENDAR",
    "排期",
    text("post_id", "发布编号"),
    text("item_id", "条目编号"),
    text("group_id", "群编号"),
    time("starts_at", "发布时间"),
    text("status", "状态", default="draft", choices=POST_STATUSES, strict=True),
    score("value", "价值", default=0.0),
    text("reason", "为什么排在这里", default=""),
    count("sequence", "改动次数", default=0),
    text("code", "暗号", **MAYBE),
)


UNPLACED = contract(
    "UNPLACED",
    "未排入",
    text("item_id", "条目编号"),
    text("group_id", "群编号"),
    text("rule_id", "规则编号"),
    text("reason", "原因"),
)


# what a reader tells beside its frame
REJECTED = contract("REJECTED", "没能读入", text("path", "文件"), count("row", "行"), text("reason", "原因"))
NOTES = contract("NOTES", "读入说明", text("path", "文件"), count("row", "行"), text("note", "说明"))
COLUMNS = contract(
    "COLUMNS",
    "列的对应",
    text("path", "文件"),
    text("header", "文件里的表头"),
    text("column", "列名"),
    text("caption", "读成"),
)
FILES = contract(
    "FILES",
    "文件清单",
    text("path", "文件"),
    text("format", "格式"),
    text("encoding", "编码"),
    count("read", "读入"),
    count("rejected", "没能读入"),
    text("outcome", "结果"),
)


# tables of our own beside the contract: what rivals did, who copied whom, and a term's periods
RIVALS = contract(
    "RIVALS",
    "同行动态",
    text("source", "来源", default=""),
    text("channel", "渠道", default=""),
    count("documents", "本期篇数"),
    score("before", "前期平均篇数", **MAYBE),
    score("copied", "转抄占比", **MAYBE, unit="share"),
    Column("top_titles", "records", "读得最多的标题"),
)


COPIES = contract(
    "COPIES",
    "转抄清单",
    text("doc_id", "内容编号"),
    text("source", "来源", default=""),
    text("title", "标题", default=""),
    text("original_id", "原文编号"),
    text("original_source", "原文来源", default=""),
    text("original_title", "原文标题", default=""),
    score("similarity", "相同文字占比", unit="share"),
    text("passage", "最长的相同段落", default=""),
)


TERM_HISTORY = contract(
    "TERM_HISTORY",
    "热词各期篇数",
    text("term", "热词"),
    Column("starts", "date", "起始日"),
    count("documents", "篇数"),
    count("total", "全部篇数"),
)


NEW_WORDS = contract(
    "NEW_WORDS",
    "新词",
    text("term", "新词"),
    count("count", "出现次数"),
    score("cohesion", "凝固度"),
    score("freedom", "自由度"),
    count("documents", "篇数"),
    count("frequency", "建议词频"),
    text("note", "备注", default=""),
)


CONTRAST = contract(
    "CONTRAST",
    "我们与同行",
    text("term", "热词"),
    score("z", "差异（z）"),
    text("side", "偏向", choices=("ours", "theirs")),
    count("ours", "我们的篇数"),
    count("theirs", "同行的篇数"),
    score("ours_share", "我们的占比", **MAYBE, unit="share"),
    score("theirs_share", "同行的占比", **MAYBE, unit="share"),
)


PASSAGES = contract(
    "PASSAGES",
    "出处原句",
    text("term", "热词"),
    text("doc_id", "内容编号"),
    text("source", "来源", default=""),
    time("published_at", "发布时间", **MAYBE),
    text("title", "标题", default=""),
    text("sentence", "原句"),
    count("start", "起点"),
    count("end", "终点"),
    text("url", "链接", **MAYBE),
)


COUNTS = contract(
    "COUNTS",
    "词频底账",
    text("doc_id", "内容编号"),
    text("source", "来源", default=""),
    text("channel", "渠道", default=""),
    time("published_at", "发布时间", **MAYBE),
    count("reads", "阅读", **MAYBE),
    count("digest", "指纹"),
    text("words", "词表版本"),
    text("folded", "归一后的文字"),
    text("lengths", "各词字数"),
)


CHECKS = contract(
    "CHECKS",
    "规则检查",
    text("rule_id", "规则编号"),
    text("severity", "轻重", choices=("block", "warn", "info")),
    text("post_id", "发布编号"),
    text("message", "说明"),
    score("cost", "代价", default=0.0),
)


# what a change does: every post that came, went, moved or changed its state
CHANGES = contract(
    "CHANGES",
    "改动",
    text("post_id", "发布编号"),
    text("item_id", "条目编号"),
    text("group_id", "群编号"),
    text("change", "怎么变", choices=("added", "removed", "moved", "status")),
    time("was", "原时间", **MAYBE),
    time("starts_at", "新时间", **MAYBE),
    score("value_change", "价值增减"),
)


# where else a post could stand, and what that would cost
PLACES = contract(
    "PLACES",
    "换个时间",
    time("starts_at", "时间"),
    flag("chosen", "现在排在这里"),
    score("value_change", "价值增减", **MAYBE),
    text("rule_id", "规则编号", **MAYBE),
    text("reason", "说明"),
)


# cells that two colleagues changed in two ways
CONFLICTS = contract(
    "CONFLICTS",
    "改动冲突",
    text("post_id", "发布编号"),
    text("column", "列名"),
    text("base", "原来"),
    text("first", "一份改成"),
    text("second", "另一份改成"),
    text("kept", "暂且保留"),
)


# people in two groups: the part of the first group's members who are in the other as well
OVERLAP = contract(
    "OVERLAP",
    "群友重合",
    text("group_id", "群编号"),
    text("other_id", "另一个群"),
    score("share", "重合比例", unit="share"),
)


# what a weekday and slot of a group is worth, as a ratio to the pooled mean
TIMES = contract(
    "TIMES",
    "时段价值",
    text("group_id", "群编号"),
    count("weekday", "星期几（0 是周一）"),
    text("slot", "时段"),
    score("value", "价值（倍）"),
    score("low", "下限", **MAYBE),
    score("high", "上限", **MAYBE),
    count("posts", "发布次数", **MAYBE),
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
        COPY,
        FEATURES,
        POSTS,
        CRAFT_ADVICE,
        ARMS,
        RULE_RECORD,
        REJECTED,
        NOTES,
        COLUMNS,
        FILES,
    ),
    *CAMPAIGN_CONTRACTS,
    *REVIEW_CONTRACTS,
)
