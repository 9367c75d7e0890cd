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
    score("budget_low", "预算下限（元）"),
    score("budget_high", "预算上限（元）"),
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
    score("fit", "合适的群（占比）"),
    list_of("reasons", "理由"),
    list_of("cautions", "留心"),
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
    score("share", "承担目标的比例", **MAYBE),
    list_of("items", "内容条目或活动", default=[]),
)

BUDGET = contract(
    "BUDGET",
    "预算",
    text("line_id", "预算编号"),
    text("title", "用途"),
    text("budget_class", "预算类别", choices=("basic", "brand", "channel")),
    list_of("actions", "用于行动", default=[]),
    score("amount", "今年（元）", **MAYBE),
    score("last_year", "去年（元）", **MAYBE),
    score("q1", "一季度（元）", **MAYBE),
    score("q2", "二季度（元）", **MAYBE),
    score("q3", "三季度（元）", **MAYBE),
    score("q4", "四季度（元）", **MAYBE),
)

SPENDING = contract(
    "SPENDING",
    "花费",
    text("line_id", "预算编号"),
    Column("spent_on", "date", "日期", True, None),
    score("amount", "花了（元）"),
    text("note", "说明", default=""),
)

GIFTS = contract(
    "GIFTS",
    "礼品",
    text("gift", "礼品"),
    text("gift_job", "用来做什么", choices=("acquire", "enliven", "reward")),
    text("gift_form", "形式", default="physical", choices=("physical", "virtual")),
    score("unit_cost", "单价（元）"),
    score("handling", "每份运费和人工（元）", default=0.0),
    count("sent", "送出份数"),
    count("acquired", "带来的新成员", **MAYBE),
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
    score("revenue", "成交额（元）", **MAYBE),
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
)

HEALTH = contract(
    "HEALTH",
    "群健康",
    text("group_id", "群编号"),
    text("name", "群名", default=""),
    count("days", "天数"),
    count("members", "人数", **MAYBE),
    text("size_band", "规模", default=""),
    score("active_share", "发言占比", **MAYBE),
    score("silent_share", "沉默占比", **MAYBE),
    score("junk_share", "杂讯占比", **MAYBE),
    score("promotion_share", "促销占比", **MAYBE),
    score("messages_per_day", "每天消息", **MAYBE),
    score("net_growth", "净增人数占比", **MAYBE),
    score("orders_per_100", "每百人订单", **MAYBE),
    score("repeat_share", "复购占比", **MAYBE),
    score("visits_per_100", "每百人到店", **MAYBE),
    score("revenue_per_member", "人均成交（元）", **MAYBE),
    text("state", "状态", choices=("lively", "quiet", "dying", "dead", "unknown")),
    list_of("reasons", "依据"),
)

LAYERS = contract(
    "LAYERS",
    "成员分层",
    text("group_id", "群编号"),
    text("layer", "层", choices=("paying", "convertible", "idle", "unknown")),
    count("members", "人数"),
    score("share", "占比", **MAYBE),
    score("quoted", "271 的说法（未经验证）", **MAYBE),
)

KOLS = contract(
    "KOLS",
    "达人评分",
    text("kol", "达人"),
    score("knowledge", "懂产品、来源广", **MAYBE),
    score("social", "会打交道", **MAYBE),
    score("honours", "荣誉和报道", **MAYBE),
    text("evidence", "依据", default=""),
    score("rating", "评分", **MAYBE),
    list_of("advice", "建议", default=[]),
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
    score("rate", "比例", **MAYBE),
    score("low", "下限", **MAYBE),
    score("high", "上限", **MAYBE),
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
    *(GROUP_DAYS, MESSAGES, HEALTH, LAYERS, KOLS, FUNNEL, INCIDENTS, PROBLEMS),
)
