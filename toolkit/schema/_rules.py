"""Every planning rule: its id, what an editor calls it, where it comes from, and what it says when it kept a post out."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class RuleInfo:
    """One rule of planning as an editor reads it.

    `hard`: a draft must not break it. `source` says where the rule comes from. `unmet` is said in a summary of what
    the rule kept out; "" for a rule that keeps nothing out.
    """

    rule_id: str
    name: str
    hard: bool
    source: str
    unmet: str = ""


_HARD = (
    ("unknown", "条目和群要在表里", "内容条目表和群表", "条目或群不在表里"),
    ("audience", "发给谁", "内容条目「发给」一列", "不是发给这个群的"),
    ("once", "一群一次", "惯例：同一条内容在一个群里只发一次", "这个群已经发过"),
    ("slot", "时段", "群表「时段」一列，内容条目「限定时刻」一列", "没有可用的时段"),
    ("quiet", "免打扰", "群表「免打扰」一列", "落在免打扰时间"),
    (
        "window",
        "可发日期",
        "内容条目「最早日期」「最晚日期」两列，群表「关闭日期」一列，停发的日子",
        "不在可发的日期内",
    ),
    ("per_day", "每天上限", "群表「每天上限」一列", "当天已到上限"),
    ("per_week", "每周上限", "群表「每周上限」一列", "当周已到上限"),
    ("promos_per_week", "每周促销上限", "群表「每周促销上限」一列", "当周促销已到上限"),
    ("slot_clash", "同一时间只发一条", "惯例：一个群同一时间只发一条", "时段已被占用"),
    ("waves", "群发批数", "内容条目「群发批数」一列", "群发批数不够"),
    (
        "minutes",
        "负责人的时间",
        "内容条目「所需分钟」「负责人」两列，每天的分钟上限由编辑自己定",
        "负责人的时间不够",
    ),
    ("after", "先发条目", "内容条目「先发条目」一列", "要先发的内容没有发"),
    ("phase", "活动阶段", "内容条目「活动」「阶段」两列：先预热，再促销，后复盘", "活动阶段的先后不合"),
    (
        "solemn",
        "庄重日",
        "日历表：烈士纪念日和国家公祭日由法律规定，清明和九一八按惯例，哀悼日由编辑填写",
        "庄重日不能发",
    ),
    ("festival", "节日", "日历表，惯例：节日当天只发为它准备的促销", "节日当天不发无关促销"),
    ("platform", "平台限额", "平台的规定，见平台限额表", "平台的限额已满"),
    ("min_gap", "最短间隔", "编辑自己定的间隔分钟数", "两次发布隔得太近"),
    ("not_approved", "先审核", "审核记录", "还没有审核通过"),
)
_SOFT = (
    ("pinned", "已定或已发的保留", "惯例：已定和已发的发布照原样保留", ""),
    ("must_send", "必发", "内容条目「必发」一列", "必发而没能排入"),
    ("weekly_minimum", "每周至少一条", "软规则，价格由编辑定", ""),
    ("mix", "内容搭配", "软规则，占比和价格由编辑定", ""),
    ("spacing", "选题间隔", "软规则，天数和价格由编辑定", ""),
    ("fairness", "各群均衡", "软规则，比例和价格由编辑定", ""),
    ("overlap", "群友重合", "软规则，重合比例来自群友重合表，价格由编辑定", ""),
    ("outbid", "让给更合算的", "这次排期的取舍", "位置让给了价值更高的内容"),
    ("by_hand", "手工拿出", "编辑自己的决定", "编辑手工拿出"),
)

RULES: dict[str, RuleInfo] = {
    rule_id: RuleInfo(rule_id, name, hard, source, unmet)
    for hard, rows in ((True, _HARD), (False, _SOFT))
    for rule_id, name, source, unmet in rows
}
