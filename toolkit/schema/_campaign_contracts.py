"""The contracts of campaigns: playbooks, a proposal's tables, and what is known of groups and their members."""

from __future__ import annotations

from toolkit.schema._columns import MAYBE, Column, contract, count, flag, list_of, score, text, time

PLAYBOOKS = contract(
    "PLAYBOOKS",
    "打法",
    text("playbook", "打法编号"),
    text("system", "体系"),
    text("name", "名称"),
    text("summary", "一句话"),
    text("suits", "适合谁"),
    list_of("goals", "目标"),
    list_of("needs", "需求类型"),
    count("members_low", "每群最少人数"),
    count("members_high", "每群最多人数"),
    count("min_groups", "至少几个群"),
    count("days", "天数"),
    count("items", "条目数"),
    count("minutes", "分钟（各发一次）"),
    score("budget_low", "预算下限（元）", unit="yuan"),
    score("budget_high", "预算上限（元）", unit="yuan"),
    text("verdict", "能不能用", choices=("usable", "discouraged")),
    text("why", "为什么不建议", default=""),
)

# one playbook told part by part, in the order an editor reads it
OUTLINE = contract(
    "OUTLINE",
    "打法说明",
    text("part", "部分"),
    text("name", "名称"),
    text("when", "什么时候", default=""),
    text("text", "内容", default=""),
)

# which playbooks suit a goal and these groups
FITS = contract(
    "FITS",
    "打法建议",
    text("playbook", "打法编号"),
    text("name", "名称"),
    text("verdict", "能不能用", choices=("usable", "discouraged")),
    score("fit", "合适的群（占比）", unit="share"),
    list_of("reasons", "理由", unit="sentence"),
    list_of("cautions", "留心", unit="sentence"),
)

# what is wrong with a playbook's file, and what may be chosen in one
PLAYBOOK_FAULTS = contract(
    "PLAYBOOK_FAULTS",
    "打法文件的问题",
    count("line", "行"),
    text("severity", "轻重", choices=("block", "warn")),
    text("message", "发现"),
    text("advice", "怎么改"),
)

PLAYBOOK_CHOICES = contract(
    "PLAYBOOK_CHOICES",
    "打法里能选的",
    text("name", "名字"),
    text("choice_kind", "是什么"),
    text("hint", "填什么", default=""),
    text("example", "例子", default=""),
    list_of("values", "可选的值", default=[]),
    text("default", "不选时", default=""),
)

# a proposal: goals ← strategies ← actions ← content items, and the money
GOALS = contract(
    "GOALS",
    "目标",
    text("goal_id", "目标编号"),
    text("title", "目标"),
    text("goal_kind", "目标类别", default="sales", choices=("sales", "market", "process")),
    text("measure", "指标", default=""),
    score("baseline", "现在", **MAYBE),
    score("target", "要到", **MAYBE),
    text("unit", "单位", default=""),
    Column("due", "date", "到期日", True, None),
    text("owner", "负责人", default=""),
)

STRATEGIES = contract(
    "STRATEGIES",
    "策略",
    text("strategy_id", "策略编号"),
    text("title", "策略"),
    list_of("goals", "为了目标", default=[]),
)

ACTIONS = contract(
    "ACTIONS",
    "行动",
    text("action_id", "行动编号"),
    text("title", "行动"),
    list_of("strategies", "属于策略", default=[]),
    list_of("goals", "为了目标", default=[]),
    text("owner", "负责人", default=""),
    Column("starts", "date", "开始", True, None),
    Column("ends", "date", "结束", True, None),
    flag("is_key", "关键行动", default=False),
    score("share", "承担目标的比例", **MAYBE, unit="share"),
    list_of("items", "内容条目或活动", default=[]),
)

BUDGET = contract(
    "BUDGET",
    "预算",
    text("line_id", "预算编号"),
    text("title", "用途"),
    text("budget_class", "预算类别", choices=("basic", "brand", "channel")),
    list_of("actions", "用于行动", default=[]),
    score("amount", "今年（元）", **MAYBE, unit="yuan"),
    score("last_year", "去年（元）", **MAYBE, unit="yuan"),
    score("q1", "一季度（元）", **MAYBE, unit="yuan"),
    score("q2", "二季度（元）", **MAYBE, unit="yuan"),
    score("q3", "三季度（元）", **MAYBE, unit="yuan"),
    score("q4", "四季度（元）", **MAYBE, unit="yuan"),
)

SPENDING = contract(
    "SPENDING",
    "花费",
    text("line_id", "预算编号"),
    Column("spent_on", "date", "日期", True, None),
    score("amount", "花了（元）", unit="yuan"),
    text("note", "说明", default=""),
)

# each budget line against last year, the three classes, and quarters planned and spent
BUDGET_CHANGES = contract(
    "BUDGET_CHANGES",
    "预算增减",
    text("line_id", "预算编号"),
    text("title", "用途"),
    text("budget_class", "预算类别", choices=("basic", "brand", "channel")),
    score("last_year", "去年（元）", **MAYBE, unit="yuan"),
    score("amount", "今年（元）", **MAYBE, unit="yuan"),
    score("difference", "增减（元）", **MAYBE, unit="yuan"),
    score("change", "增减占比", **MAYBE, unit="share"),
    flag("flagged", "超过 15%"),
    text("why", "说明", default=""),
)

BUDGET_SHARES = contract(
    "BUDGET_SHARES",
    "预算三类",
    text("budget_class", "预算类别", choices=("basic", "brand", "channel")),
    count("lines", "几项"),
    score("amount", "今年（元）", unit="yuan"),
    score("share", "占比", **MAYBE, unit="share"),
    score("last_year", "去年（元）", unit="yuan"),
    score("last_share", "去年占比", **MAYBE, unit="share"),
)

BUDGET_BY_QUARTER = contract(
    "BUDGET_BY_QUARTER",
    "预算季度",
    text("budget_class", "预算类别", choices=("basic", "brand", "channel")),
    text("quarter", "季度", choices=("q1", "q2", "q3", "q4", "year")),
    score("planned", "计划（元）", unit="yuan"),
    score("spent", "花了（元）", unit="yuan"),
    score("share", "花掉的占比", **MAYBE, unit="share"),
    score("left", "还剩（元）", unit="yuan"),
)

GIFTS = contract(
    "GIFTS",
    "礼品",
    text("gift", "礼品"),
    text("gift_job", "用来做什么", choices=("acquire", "enliven", "reward")),
    text("gift_form", "形式", default="physical", choices=("physical", "virtual")),
    score("unit_cost", "单价（元）", unit="yuan"),
    score("handling", "每份运费和人工（元）", default=0.0, unit="yuan"),
    count("sent", "送出份数"),
    count("acquired", "带来的新成员", **MAYBE),
)

# what gifts cost: by gift, and by what they are for
_COSTS = (
    count("sent", "送出份数"),
    score("total", "总共花费（元）", unit="yuan"),
    score("per_piece", "每份（元）", **MAYBE, unit="yuan"),
    count("acquired", "带来的新成员", **MAYBE),
    score("per_member", "每个新成员（元）", **MAYBE, unit="yuan"),
    text("why", "说明", default=""),
)
GIFT_COSTS = contract(
    "GIFT_COSTS",
    "礼品花费",
    text("gift", "礼品"),
    text("gift_job", "用来做什么", choices=("acquire", "enliven", "reward")),
    text("gift_form", "形式", default="physical", choices=("physical", "virtual")),
    *_COSTS,
)
GIFT_JOBS = contract(
    "GIFT_JOBS",
    "礼品用途",
    text("gift_job", "用来做什么", choices=("acquire", "enliven", "reward")),
    count("gifts", "几种"),
    *_COSTS,
)

TEAM = contract(
    "TEAM", "团队", text("name", "姓名"), text("role", "角色", default=""), text("does", "做什么", default="")
)

MILESTONES = contract(
    "MILESTONES", "里程碑", text("title", "里程碑"), Column("due", "date", "日期", True, None)
)

# what hangs in the air in a proposal
PLAN_CHECKS = contract(
    "PLAN_CHECKS",
    "策划检查",
    text("rule_id", "检查项"),
    text("severity", "轻重", choices=("block", "warn", "info")),
    text("table", "表"),
    text("key", "编号", default=""),
    text("message", "发现"),
    text("advice", "怎么改"),
)

# what a group did on a day, in totals only
GROUP_DAYS = contract(
    "GROUP_DAYS",
    "群日报",
    text("group_id", "群编号"),
    Column("date", "date", "日期"),
    count("members", "人数"),
    count("active", "发言人数", **MAYBE),
    count("messages", "消息数", **MAYBE),
    count("joined", "进群", **MAYBE),
    count("left", "退群", **MAYBE),
    count("orders", "订单数", **MAYBE),
    count("repeat_orders", "复购订单数", **MAYBE),
    count("store_visits", "到店人次", **MAYBE),
    score("revenue", "成交额（元）", **MAYBE, unit="yuan"),
    count("promotions", "促销消息数", **MAYBE),
    count("junk", "杂讯数", **MAYBE),
    count("answered", "有人接话的促销", **MAYBE),
)

# a message of an export: who wrote it only as a stand-in, what it said not at all
MESSAGES = contract(
    "MESSAGES",
    "群消息",
    text("group_id", "群编号"),
    time("sent_at", "时间", **MAYBE),
    text("member", "成员（代号）"),
    text("message_kind", "消息种类", choices=("text", "media", "link", "red_packet", "system")),
    count("length", "字数"),
    flag("is_promotion", "促销"),
    flag("is_junk", "杂讯"),
    count("joined", "进群", default=0),
    count("left", "退群", default=0),
)

HEALTH = contract(
    "HEALTH",
    "群健康",
    text("group_id", "群编号"),
    text("name", "群名", default=""),
    count("days", "天数"),
    count("members", "人数", **MAYBE),
    text("size_band", "规模（200 人的说法未经验证）", default=""),
    score("active_share", "每天发言的人占", **MAYBE, unit="share"),
    score("silent_share", "沉默占比", **MAYBE, unit="share"),
    score("junk_share", "杂讯占比", **MAYBE, unit="share"),
    score("promotion_share", "促销占比", **MAYBE, unit="share"),
    score("answered_share", "促销有人接话", **MAYBE, unit="share"),
    score("messages_per_day", "每天消息", **MAYBE),
    score("net_growth", "净增比例", **MAYBE, unit="share"),
    score("orders_per_100", "每百人订单", **MAYBE),
    score("repeat_share", "复购占比", **MAYBE, unit="share"),
    score("visits_per_100", "每百人到店", **MAYBE),
    score("revenue_per_member", "人均成交（元）", **MAYBE, unit="yuan"),
    text("state", "状态", choices=("lively", "quiet", "dying", "dead", "unknown")),
    list_of("reasons", "依据", unit="sentence"),
    list_of("advice", "怎么办", default=[], unit="sentence"),
)

# the groups by whom they are for and how much these spend; a row without a group is a gap
GROUP_MATRIX = contract(
    "GROUP_MATRIX",
    "群矩阵",
    text("segment", "人群", default=""),
    text("spending", "消费力", default=""),
    count("groups", "群数"),
    count("members", "人数"),
    list_of("names", "群名"),
    list_of("bands", "规模（200 人的说法未经验证）"),
    text("gap", "缺口", default=""),
)

LAYERS = contract(
    "LAYERS",
    "成员分层",
    text("group_id", "群编号"),
    text("layer", "层", choices=("paying", "convertible", "idle", "unknown")),
    count("members", "人数"),
    score("share", "占比", **MAYBE, unit="share"),
    score("quoted", "271 的说法（未经验证）", **MAYBE, unit="share"),
)

KOLS = contract(
    "KOLS",
    "达人评分",
    text("kol", "达人"),
    score("knowledge", "懂产品、来源广", **MAYBE),
    score("social", "会打交道", **MAYBE),
    score("honours", "荣誉和报道", **MAYBE),
    text("evidence", "依据", default=""),
    text("knowledge_evidence", "懂产品的依据", default=""),
    text("social_evidence", "会打交道的依据", default=""),
    text("honours_evidence", "荣誉的依据", default=""),
    score("rating", "评分", **MAYBE),
    list_of("advice", "建议", default=[], unit="sentence"),
)

# a campaign's funnel: only the stages that were measured
FUNNEL = contract(
    "FUNNEL",
    "漏斗",
    text("campaign", "活动", default=""),
    text("group_id", "群编号", default=""),
    text("stage", "环节", choices=("acquisition", "activation", "retention", "revenue", "referral")),
    text("measured_by", "用什么量的"),
    count("entered", "进入"),
    count("passed", "走到"),
    score("rate", "比例", **MAYBE, unit="share"),
    score("low", "下限", **MAYBE, unit="share"),
    score("high", "上限", **MAYBE, unit="share"),
    text("interval", "区间怎么算", default=""),
    Column("starts", "date", "起始日", True, None),
    Column("ends", "date", "结束日", True, None),
    count("days", "量到的天数", **MAYBE),
    text("note", "留心", default=""),
)

# something that went wrong in a group, and which post stood before it
INCIDENTS = contract(
    "INCIDENTS",
    "出了什么事",
    text("group_id", "群编号"),
    time("happened_at", "时间", **MAYBE),
    text("incident", "什么事", choices=("deleted", "muted", "complaint", "left", "cold")),
    count("count", "次数或人数", default=1),
    text("note", "说明", default=""),
)

PROBLEMS = contract(
    "PROBLEMS",
    "问题",
    text("incident", "什么事", choices=("deleted", "muted", "complaint", "left", "cold")),
    text("group_id", "群编号"),
    time("happened_at", "时间", **MAYBE),
    count("count", "次数或人数"),
    text("post_id", "在哪一次发布之后", **MAYBE),
    score("hours_after", "隔了几小时", **MAYBE),
    text("why", "可能的原因", default=""),
    text("change", "下次怎么改", default=""),
    text("title", "那次发的是什么", default=""),
    text("kind", "类型", default=""),
    text("found_by", "从哪里看出", default="incidents", choices=("incidents", "days")),
    score("usual", "平时一天", **MAYBE),
    score("q_value", "误报率（q 值）", **MAYBE),
)

CAMPAIGN_CONTRACTS = (
    *(
        PLAYBOOKS,
        OUTLINE,
        FITS,
        GOALS,
        STRATEGIES,
        ACTIONS,
        BUDGET,
        SPENDING,
        GIFTS,
        TEAM,
        MILESTONES,
        PLAN_CHECKS,
    ),
    *(GROUP_DAYS, MESSAGES, HEALTH, GROUP_MATRIX, LAYERS, KOLS, FUNNEL, INCIDENTS, PROBLEMS),
    *(PLAYBOOK_FAULTS, PLAYBOOK_CHOICES, BUDGET_CHANGES, BUDGET_SHARES, BUDGET_BY_QUARTER),
    *(GIFT_COSTS, GIFT_JOBS),
)
