"""The words an editor reads for the values that the contracts keep in English, and the values themselves."""

from __future__ import annotations

WORDS: dict[str, str] = {
    "new": "新出现",
    "rising": "上升",
    "steady": "平稳",
    "fading": "回落",
    "ours": "我们",
    "theirs": "同行",
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
    "added": "加入",
    "removed": "移走",
    "moved": "改时间",
    "literal": "词语",
    "regex": "正则",
}


# words of one column: in others the same value is called otherwise
COLUMN_WORDS: dict[str, dict[str, str]] = {
    "purpose": {"promotion": "推广", "editorial": "内容"},
    "scope": {"ad": "只管推广", "any": "推广和内容"},
    "verdict": {
        **{"wrong": "误报", "right": "判对了", "missed": "漏判"},
        **{"usable": "可用", "discouraged": "不建议"},
        **{"keep": "保留", "stop": "少发", "try": "再试试", "unsure": "还说不准"},
    },
    "goal_kind": {"sales": "销售", "market": "市场", "process": "过程"},
    "budget_class": {"basic": "基础", "brand": "品牌", "channel": "渠道", "other": "未分类"},
    "quarter": {"q1": "一季度", "q2": "二季度", "q3": "三季度", "q4": "四季度", "year": "全年"},
    "gift_job": {"acquire": "拉新", "enliven": "活跃", "reward": "回馈"},
    "gift_form": {"physical": "实物", "virtual": "虚拟"},
    "message_kind": {"text": "文字", "media": "图片视频", "link": "链接", "system": "系统提示"},
    "state": {"lively": "热闹", "quiet": "安静", "dying": "渐冷", "dead": "死群", "unknown": "说不准"},
    "layer": {"paying": "付费", "convertible": "可转化", "idle": "沉寂", "unknown": "未知"},
    "stage": {
        **{"acquisition": "拉新", "activation": "激活", "retention": "留存"},
        **{"revenue": "成交", "referral": "转介绍"},
    },
    "found_by": {"incidents": "编辑记下", "days": "群日报"},
    "incident": {
        **{"deleted": "被删", "muted": "被禁言", "complaint": "投诉"},
        **{"left": "退群", "cold": "没人回应"},
    },
    "outcome": {
        **{"ordered": "按暗号的订单", "clicked": "按链接的点击", "replied": "按关键词的回复"},
        **{"day_orders": "群当天的订单", "day_active": "群当天说话的人", "opened": "账号报的阅读"},
    },
    "matched_by": {"code": "暗号", "id": "发布编号", "title": "群、时间和标题"},
    "facet": {
        **{"group": "群", "kind": "类型", "topic": "选题", "phase": "阶段", "slot": "时段"},
        **{"weekday": "星期", "headline": "标题写法", "time": "时间"},
    },
    "measure": {"visits": "到店", "orders": "下单", "repeat": "复购", "repeat_share": "复购占比"},
    "when": {"before": "之前", "after": "之后"},
    "called": {"new": "新出现", "rising": "上升", "steady": "平稳", "fading": "回落"},
    "outcome_of_call": {"hit": "说对", "miss": "说错", "unsure": "还说不准"},
    "advice_kind": {
        **{"trends": "热词", "topics": "选题", "times": "时段", "headlines": "标题", "calendar": "排期"},
    },
    "clearance": {"to_ask": "还没问", "cleared": "同意引用", "refused": "不同意"},
    "expect": {"flagged": "留意或不可用"},
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


# back from the word to the value; where an editor's table says it in two ways, both are taken
VALUES: dict[str, str] = {
    **{word: value for value, word in WORDS.items()},
    **{word: value for words in COLUMN_WORDS.values() for value, word in words.items()},
    "造势": "warmup",
    "预热/造势": "warmup",
    "资讯": "editorial",
    "判对": "right",
}


WORDED = ("status", "side", "gate", "kind", "tone", "phase", "severity", "purpose", "expect", "got")


GATE_MARKS = {"pass": "✓", "warn": "!", "block": "✕"}


ITEM_KINDS = ("value", "discussion", "promotion", "event", "red_packet", "poll", "notice")


TONES = ("neutral", "warm", "festive", "humorous", "sales", "solemn")


PHASES = ("", "warmup", "promotion", "review")


POST_STATUSES = ("draft", "pinned", "sent", "missed", "cancelled")


CATEGORIES = tuple(COLUMN_WORDS["category"])


# what an inbox can hold, and what an editor reads for it; content comes first
INBOX_KINDS: dict[str, str] = {
    "documents": "同行内容",
    "own": "自己发过的",
    "groups": "群",
    "items": "内容条目",
    "results": "效果数据",
    "messages": "群聊",
    "group_days": "群日报",
    "costs": "活动花费",
    "tests": "对比测试",
    "incidents": "出过的事",
}
