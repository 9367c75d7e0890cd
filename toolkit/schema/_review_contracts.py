"""The contracts of the review: what came of posts, what was learned from it, and what an editor may do next."""

from __future__ import annotations

from toolkit.schema._columns import MAYBE, contract, count, list_of, score, text, time

# the outcomes an editor can get, the surest first; every table says by which one it speaks
OUTCOMES = ("ordered", "clicked", "replied", "day_orders", "day_active", "opened")
VERDICTS_OF_EFFECTS = ("keep", "stop", "try", "unsure")
# how a row of an export found its post, the surest first
MATCHED_BY = ("code", "id", "title")

_OUTCOME = {"choices": OUTCOMES}
# the 95 % interval of a value that is a ratio to the mean of its kind, 1 = as usual
_RATIO = (
    score("value", "是其余的几倍"),
    score("low", "下限"),
    score("high", "上限"),
)

# what came of a post, one row for each post (or for each post and moment of measuring)
RESULTS = contract(
    "RESULTS",
    "结果",
    text("post_id", "发布编号"),
    time("measured_at", "统计时间", **MAYBE),
    count("reached", "触达人数", **MAYBE),
    count("opened", "阅读数", **MAYBE),
    count("clicked", "点击数", **MAYBE),
    count("replied", "回复数", **MAYBE),
    count("ordered", "订单数", **MAYBE),
    score("revenue", "成交额（元）", **MAYBE, unit="yuan"),
    count("left", "退群人数", **MAYBE),
    count("invited", "邀请人数", **MAYBE),
    text("matched_by", "怎么对上的", default="id", choices=MATCHED_BY),
    score("confidence", "把握", default=1.0, unit="share"),
    text("source", "数据来源", default=""),
)

# which row of which export went to which post
MATCHES = contract(
    "MATCHES",
    "对上的记录",
    text("post_id", "发布编号"),
    text("path", "文件"),
    count("row", "行"),
    text("matched_by", "怎么对上的", choices=MATCHED_BY),
    score("confidence", "把握", unit="share"),
    text("said", "凭什么对上", default=""),
)

# a post with its plan and what came of it; `value` is held against posts of the same group, day, hour and kind
POST_REVIEWS = contract(
    "POST_REVIEWS",
    "发布复盘",
    text("post_id", "发布编号"),
    text("item_id", "条目编号"),
    text("group_id", "群编号"),
    text("title", "标题", default=""),
    text("kind", "类型", default=""),
    text("topic", "选题", default=""),
    text("campaign", "活动", default=""),
    text("phase", "阶段", default=""),
    time("starts_at", "发布时间"),
    text("status", "状态"),
    count("members", "群人数", **MAYBE),
    score("planned", "计划价值", default=0.0),
    text("outcome", "按什么看", **_OUTCOME),
    count("result", "结果", **MAYBE),
    score("expected", "平常会有", **MAYBE),
    score("value", "是平常的几倍", **MAYBE),
    score("low", "下限", **MAYBE),
    score("high", "上限", **MAYBE),
    count("ordered", "订单数", **MAYBE),
    score("revenue", "成交额（元）", **MAYBE, unit="yuan"),
    count("clicked", "点击数", **MAYBE),
    count("replied", "回复数", **MAYBE),
    count("opened", "阅读数", **MAYBE),
    count("left", "退群人数", **MAYBE),
    text("note", "说明", default=""),
)

# what a group, kind, topic, phase, slot or trait of headlines did to the outcome, all else being equal
EFFECTS = contract(
    "EFFECTS",
    "效果",
    text("facet", "看哪一面", choices=("group", "kind", "topic", "phase", "slot", "weekday", "headline")),
    text("name", "名称"),
    text("outcome", "按什么看", **_OUTCOME),
    count("posts", "发布次数"),
    count("total", "合计"),
    score("rate", "每百人", **MAYBE),
    *_RATIO,
    score("p_better", "高于平常的把握", unit="share"),
    text("verdict", "结论", choices=VERDICTS_OF_EFFECTS),
    count("needed", "还差几次", **MAYBE),
    text("sentence", "一句话"),
)

# how often members come and buy again
VISITS = contract(
    "VISITS",
    "到店和复购",
    text("group_id", "群编号"),
    text("measure", "量什么", choices=("visits", "orders", "repeat", "repeat_share")),
    count("days", "天数"),
    score("before", "前半段", **MAYBE),
    score("after", "后半段", **MAYBE),
    score("value", "现在", **MAYBE),
    score("low", "下限", **MAYBE),
    score("high", "上限", **MAYBE),
    score("change", "变化（倍）", **MAYBE),
    score("change_low", "变化下限", **MAYBE),
    score("change_high", "变化上限", **MAYBE),
    text("unit", "单位"),
    text("sentence", "一句话", default=""),
)

# what a campaign cost, and what came back for it
COSTS = contract(
    "COSTS",
    "活动花费",
    text("campaign", "活动"),
    score("amount", "花了（元）", unit="yuan"),
    score("goods", "货的成本（元）", **MAYBE, unit="yuan"),
    text("note", "说明", default=""),
)
RETURNS = contract(
    "RETURNS",
    "投入产出",
    text("campaign", "活动"),
    count("posts", "发布次数"),
    count("ordered", "订单数", **MAYBE),
    score("revenue", "成交额（元）", **MAYBE, unit="yuan"),
    score("cost", "花费（元）", **MAYBE, unit="yuan"),
    score("goods", "货的成本（元）", **MAYBE, unit="yuan"),
    score("profit", "赚了（元）", **MAYBE, unit="yuan"),
    score("roi", "投入产出比", **MAYBE, unit="share"),
    score("low", "下限", **MAYBE, unit="share"),
    score("high", "上限", **MAYBE, unit="share"),
    score("cost_per_order", "每单花费（元）", **MAYBE, unit="yuan"),
    text("sentence", "一句话", default=""),
)

# next week's weights as a proposal: nothing changes until an editor adopts a row
WEIGHTS = contract(
    "WEIGHTS",
    "下周权重建议",
    text("weight_id", "建议编号"),
    text("facet", "看哪一面", choices=("kind", "topic", "group", "time")),
    text("name", "名称"),
    score("now", "现在"),
    score("proposed", "建议"),
    score("low", "下限", **MAYBE),
    score("high", "上限", **MAYBE),
    count("posts", "发布次数"),
    text("outcome", "按什么看", **_OUTCOME),
    text("why", "理由"),
)

# which items were versions of one test
TESTS = contract(
    "TESTS",
    "对比测试",
    text("test", "测试"),
    text("arm", "版本"),
    text("item_id", "条目编号"),
)
TEST_VERDICTS = contract(
    "TEST_VERDICTS",
    "测试结论",
    text("test", "测试"),
    text("arm", "版本"),
    text("title", "标题", default=""),
    text("outcome", "按什么看", **_OUTCOME),
    count("shown", "看到人数"),
    count("hits", "有反应的人数"),
    score("rate", "比例", **MAYBE, unit="share"),
    score("low", "下限", **MAYBE, unit="share"),
    score("high", "上限", **MAYBE, unit="share"),
    score("p_best", "最好的把握", **MAYBE, unit="share"),
    text("decided", "结论"),
    text("sentence", "一句话", default=""),
)

# what the model of headlines knew before and knows after new posts
SKILLS = contract(
    "SKILLS",
    "标题预测的本事",
    text("when", "什么时候", choices=("before", "after")),
    count("posts", "学过几条"),
    score("accuracy", "猜对占比", **MAYBE, unit="share"),
    score("low", "下限", **MAYBE, unit="share"),
    score("high", "上限", **MAYBE, unit="share"),
    score("baseline", "只看长短的猜对占比", **MAYBE, unit="share"),
    text("shown", "给不给胜出机会"),
    text("reason", "说明", default=""),
    score("own_accuracy", "用学过的往前推，猜对占比", **MAYBE, unit="share"),
    score("own_baseline", "往前推时只看长短的猜对占比", **MAYBE, unit="share"),
    text("outcome", "按什么看", default="", **_OUTCOME),
)

# what a model of headlines learns from: POSTS whose `reads` is what came of a post by `outcome`
LESSONS = contract(
    "LESSONS",
    "标题的教材",
    text("title", "标题"),
    time("published_at", "发布时间", **MAYBE),
    count("reads", "结果"),
    count("exposures", "看到人数", **MAYBE),
    text("position", "位置", **MAYBE),
    text("author", "群编号", default=""),
    text("topic", "选题", **MAYBE),
    text("test", "测试", **MAYBE),
    text("post_id", "发布编号"),
    text("channel", "平台", default=""),
    text("kind", "类型", default=""),
    text("outcome", "按什么看", **_OUTCOME),
)

# last week's calls of words against what came in the week after
TREND_CALLS = contract(
    "TREND_CALLS",
    "热词对账",
    text("term", "热词"),
    text("called", "当时说", choices=("new", "rising", "steady", "fading")),
    count("documents", "当时篇数"),
    score("usual", "平常一期篇数"),
    count("came", "后来篇数"),
    score("share", "后来占比", **MAYBE, unit="share"),
    score("usual_share", "平常占比", **MAYBE, unit="share"),
    text("outcome_of_call", "对不对", choices=("hit", "miss", "unsure")),
    text("sentence", "一句话", default=""),
    score("by_chance", "没点名的同类词会对的占比", **MAYBE, unit="share"),
    count("compared", "比了几个没点名的词", default=0),
)

# how often each kind of advice held, beside how often it would have held by chance
ADVICE_RECORD = contract(
    "ADVICE_RECORD",
    "建议对账",
    text("advice_kind", "哪种建议", choices=("trends", "topics", "times", "headlines", "calendar")),
    count("given", "给了几条"),
    count("right", "说对", **MAYBE),
    count("wrong", "说错", **MAYBE),
    count("unsure", "还说不准", **MAYBE),
    score("rate", "说对占比", **MAYBE, unit="share"),
    score("low", "下限", **MAYBE, unit="share"),
    score("high", "上限", **MAYBE, unit="share"),
    score("by_chance", "不听也会对的占比", **MAYBE, unit="share"),
    text("sentence", "一句话"),
    text("outcome", "按什么看", default="", **_OUTCOME),
    count("sent", "发了", **MAYBE),
    count("missed", "没发", **MAYBE),
)

# answers of a nightly talk: who said it only as a stand-in; nothing may be quoted before it is cleared
ANSWERS = contract(
    "ANSWERS",
    "夜聊回答",
    text("answer_id", "回答编号"),
    text("member", "成员（代号）"),
    time("sent_at", "时间", **MAYBE),
    text("theme", "归到哪一类", default=""),
    text("text", "说了什么"),
    count("alike", "说法相近的人数", default=1),
    count("replies", "有人接话", default=0),
    score("score", "可用程度"),
    text("clearance", "授权", default="to_ask", choices=("to_ask", "cleared", "refused")),
    text("note", "留心", default=""),
    count("row", "行", **MAYBE),
)
ANSWER_THEMES = contract(
    "ANSWER_THEMES",
    "回答的几类",
    text("theme", "归到哪一类"),
    count("answers", "几条"),
    count("members", "几个人"),
    list_of("terms", "关键词"),
    text("best", "最好的一条"),
)
PASSED_OVER = contract(
    "PASSED_OVER",
    "没有用的消息",
    count("row", "行"),
    text("text", "内容"),
    text("reason", "原因"),
)

REVIEW_CONTRACTS = (
    *(RESULTS, MATCHES, POST_REVIEWS, EFFECTS, VISITS, COSTS, RETURNS, WEIGHTS, TESTS, TEST_VERDICTS),
    *(SKILLS, TREND_CALLS, ADVICE_RECORD, ANSWERS, ANSWER_THEMES, PASSED_OVER, LESSONS),
)
