"""The contracts of copy: headlines, group messages, findings, an editor's rules and verdicts, tests of two versions."""

from __future__ import annotations

from toolkit.schema._columns import MAYBE, contract, count, flag, list_of, score, text, time
from toolkit.schema._words import CATEGORIES

HEADLINES = contract(
    "HEADLINES",
    "标题",
    text("headline", "标题"),
    score("craft", "写法分"),
    text("gate", "合规", choices=("pass", "warn", "block")),
    count("findings", "问题数"),
    score("chance", "胜出机会", **MAYBE, unit="share"),
    score("chance_low", "机会下限", **MAYBE, unit="share"),
    score("chance_high", "机会上限", **MAYBE, unit="share"),
    score("clickbait", "标题党风险"),
    count("width", "显示宽度"),
    text("visible", "列表里看得到的部分"),
    list_of("advice", "建议", unit="sentence"),
)


FINDINGS = contract(
    "FINDINGS",
    "合规发现",
    text("rule_id", "规则编号"),
    text("category", "类别", choices=CATEGORIES),
    text("severity", "轻重", choices=("block", "warn", "info")),
    count("start", "起"),
    count("end", "止"),
    text("text", "原文"),
    text("clause", "依据"),
    text("why", "原因"),
    text("suggestion", "改法"),
)


# group messages: the text that is really sent
COPY = contract(
    "COPY",
    "群消息",
    text("text", "原文"),
    score("craft", "写法分"),
    text("gate", "合规", choices=("pass", "warn", "block")),
    count("findings", "问题数"),
    count("length", "字数"),
    count("folded_at", "折叠处（第几个字之后）", **MAYBE),
    list_of("advice", "建议", unit="sentence"),
)


# an account's own posts, as HeadlineModel learns from them
POSTS = contract(
    "POSTS",
    "发布记录",
    text("title", "标题"),
    time("published_at", "发布时间", **MAYBE),
    count("reads", "阅读数", **MAYBE),
    count("exposures", "曝光数", **MAYBE),
    text("position", "位置", **MAYBE),
    text("author", "作者", **MAYBE),
    text("topic", "选题", **MAYBE),
    text("test", "测试", **MAYBE),
)


# what was seen in a headline or message, one row for each thing seen
FEATURES = contract(
    "FEATURES",
    "写法特征",
    count("place", "第几条"),
    text("feature", "特征"),
    text("caption", "叫什么"),
    score("value", "值"),
    count("start", "起", **MAYBE),
    count("end", "止", **MAYBE),
    text("text", "原文", default=""),
    text("evidence", "根据"),
    text("note", "说明", default=""),
)


# what to change, best first, with the score that the changed text would have
CRAFT_ADVICE = contract(
    "CRAFT_ADVICE",
    "改写建议",
    count("place", "第几条"),
    text("advice", "建议"),
    text("part", "改的是", default=""),
    score("gain", "写法分增减"),
    score("craft", "改后写法分"),
)


# the arms of a test and what can be said of each
ARMS = contract(
    "ARMS",
    "测试结果",
    text("arm", "版本"),
    count("shown", "看到人数"),
    count("hits", "点开人数"),
    score("rate", "点开率", unit="share"),
    score("low", "下限", unit="share"),
    score("high", "上限", unit="share"),
    score("p_best", "最好的把握", unit="share"),
    score("expected_loss", "选它的预期损失"),
)


# an editor's own rules of the gate, as the lexicon ad-rules has them
COPY_RULES = contract(
    "COPY_RULES",
    "自家规则",
    text("rule_id", "规则编号", default=""),
    text("category", "类别", default="own", choices=CATEGORIES),
    text("severity", "轻重", default="warn", choices=("block", "warn", "info")),
    text("scope", "管哪些文案", default="ad", choices=("ad", "any")),
    text("platforms", "平台", default="all"),
    text("kind", "类型", default="literal", choices=("literal", "regex")),
    text("pattern", "要找的字"),
    text("exclude", "放过的语境", default=""),
    text("needs", "必须的语境", default=""),
    text("examples", "例句"),
    text("counter_examples", "反例", default=""),
    text("clause", "依据", default=""),
    text("source_date", "依据日期", default=""),
    text("why", "原因", default=""),
    text("suggestion", "改法", default=""),
)


# what an editor said of a finding, or of one that was not there
VERDICTS = contract(
    "VERDICTS",
    "合规判定",
    text("text", "原文"),
    text("purpose", "用途", default="promotion", choices=("promotion", "editorial")),
    text("platform", "平台", default=""),
    text("verdict", "判定", choices=("wrong", "right", "missed")),
    text("rule_id", "规则编号", default=""),
    text("passage", "片段", default=""),
    text("category", "类别", default="", choices=CATEGORIES),
    text("note", "备注", default=""),
    text("by", "判定人", default=""),
    time("judged_at", "判定时间", **MAYBE),
)


# texts with the gate they must get
CASES = contract(
    "CASES",
    "合规用例",
    text("text", "原文"),
    text("purpose", "用途", default="promotion", choices=("promotion", "editorial")),
    text("platform", "平台", default=""),
    text("expect", "应得", choices=("pass", "warn", "block", "flagged")),
    text("comment", "说明", default=""),
)
CASE_CHECKS = contract(
    "CASE_CHECKS",
    "合规用例结果",
    *CASES.columns,
    text("got", "实得", choices=("pass", "warn", "block")),
    flag("holds", "符合"),
)


# how often editors found each rule right
RULE_RECORD = contract(
    "RULE_RECORD",
    "规则战绩",
    text("rule_id", "规则编号"),
    count("right", "判对"),
    count("wrong", "误报"),
    score("share_right", "判对占比", unit="share"),
    score("low", "下限", unit="share"),
    score("high", "上限", unit="share"),
    text("advice", "建议"),
)
