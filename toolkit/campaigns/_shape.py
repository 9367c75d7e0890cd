"""What a playbook file may hold: its tables and keys with the kind of value each takes, and the values they become."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from toolkit.schema import ITEM_KINDS, TONES, WORDS

GOAL_WORDS = ("拉新", "活跃", "成交", "复购", "转介绍", "口碑", "内容", "谋划")
NEED_WORDS = ("高频", "低频", "小众")
MEASURES = (
    *("members", "active", "messages", "joined", "left", "orders", "repeat_orders", "store_visits"),
    *("revenue", "replied", "clicked", "invited"),
)
CHANNELS = ("群", "企微群", "公众号", "视频号", "朋友圈")
RULE_KEYS = ("min_gap", "minutes_by_hand")
SOFT_KEYS = ("promotion_share", "discussion_share", "value_share", "spacing_days")
# a longer campaign tires a group (C8); what goes on for ever is a regular column, not a playbook
LAST_DAY = 120

FieldKind = Literal["text", "texts", "whole", "number", "flag", "span", "wholes", "date", "when"]


@dataclass(frozen=True)
class Field:
    """A key: what an editor calls it, the kind of its value, whether it must be there, and what is allowed."""

    caption: str
    kind: FieldKind
    needed: bool = True
    choices: tuple[str, ...] = ()
    low: float = 0
    high: float = float("inf")
    blank: bool = False  # "" is an answer


@dataclass(frozen=True)
class Table:
    """A table of the file: what an editor calls it, its keys, how many there must be, and whether it may come again."""

    caption: str
    fields: dict[str, Field]
    at_least: int = 0
    repeats: bool = True


def _text(caption: str, **more: Any) -> Field:
    return Field(caption, "text", **more)


TOP = Table(
    "开头",
    {
        "system": _text("体系编号"),
        "name": _text("名称"),
        "summary": _text("一句话"),
        "suits": _text("适合谁"),
        "goals": Field("目标", "texts", choices=GOAL_WORDS),
        "needs": Field("需求类型", "texts", choices=NEED_WORDS),
        "members": Field("每群人数", "span", low=1, high=500),
        "min_groups": Field("至少几个群", "whole", low=1, high=1000),
        "goal": _text("目标怎么写"),
        "evidence": _text("凭据", choices=("经验", "实测")),
        "source": _text("来源"),
        "checked": Field("核对日期", "date"),
        "must_not": Field("不能做的事", "texts"),
    },
    repeats=False,
)

TABLES = {
    "metrics": Table(
        "指标",
        {
            "name": _text("名称"),
            "measure": _text("对应的列", choices=MEASURES, blank=True),
            "target": _text("怎么判断"),
        },
        at_least=1,
    ),
    "roles": Table("角色", {"role": _text("角色"), "does": _text("做什么")}, at_least=1),
    "blanks": Table(
        "要填的空", {"blank": _text("空的名字"), "hint": _text("填什么"), "example": _text("例子")}
    ),
    "options": Table(
        "选项",
        {
            "option": _text("选项名"),
            "hint": _text("怎么选"),
            "values": Field("可选的值", "texts"),
            "default": _text("不选时"),
        },
    ),
    "targets": Table(
        "发给谁",
        {
            "target": _text("名称"),
            "hint": _text("指哪些群"),
            "pick": _text("没写明时选", choices=("all", "smallest", "largest", "rest")),
            "channel": Field("渠道", "texts", needed=False, choices=CHANNELS),
        },
    ),
    "phases": Table(
        "阶段",
        {
            "phase": _text("阶段类别", choices=("预热", "促销", "复盘"), blank=True),
            "name": _text("名称"),
            "days": Field("第几天到第几天", "span", high=LAST_DAY),
            "aim": _text("要做到什么"),
        },
        at_least=1,
    ),
    "items": Table(
        "条目",
        {
            "item": _text("条目名"),
            "title": _text("标题"),
            "kind": _text("类型", choices=tuple(WORDS[kind] for kind in ITEM_KINDS)),
            "tone": _text("语气", choices=tuple(WORDS[tone] for tone in TONES)),
            "phase": _text("所属阶段"),
            "days": Field("第几天到第几天", "span", high=LAST_DAY),
            "minutes": Field("所需分钟", "whole", high=480),
            "copy": _text("文案"),
            "value": Field("价值", "number", needed=False, high=100),
            "must_send": Field("必发", "flag", needed=False),
            "after": Field("先发条目", "texts", needed=False),
            "role": _text("角色", needed=False),
            "target": _text("发给谁", needed=False),
            "around": _text("大约几点", needed=False),
            "festival": _text("节日", needed=False),
            "waves": Field("群发批数", "whole", needed=False, low=1, high=1000),
            "repeat": Field("隔几天再来", "wholes", needed=False, high=LAST_DAY),
            "when": Field("什么选项下才有", "when", needed=False),
        },
        at_least=1,
    ),
    "rules": Table(
        "规则",
        {
            "min_gap": Field("两条至少隔几分钟", "whole", needed=False, high=1440),
            "minutes_by_hand": Field("手工发一个群几分钟", "whole", needed=False, high=60),
            "promotion_share": Field("促销最多占几成", "number", needed=False, high=1),
            "discussion_share": Field("话题至少占几成", "number", needed=False, high=1),
            "value_share": Field("干货至少占几成", "number", needed=False, high=1),
            "spacing_days": Field("同题隔几天", "whole", needed=False, high=366),
        },
        repeats=False,
    ),
    "budget": Table(
        "预算",
        {
            "line": _text("用途"),
            "class": _text("类别", choices=("基础", "品牌", "渠道")),
            "per": _text("按什么算", choices=("场", "群", "份")),
            "count": Field("几份", "whole", needed=False, low=1, high=100_000),
            "low": Field("最少（元）", "number", high=1e8),
            "high": Field("最多（元）", "number", high=1e8),
            "note": _text("说明"),
            "when": Field("什么选项下才有", "when", needed=False),
        },
        at_least=1,
    ),
    "risks": Table(
        "风险", {"risk": _text("风险"), "sign": _text("怎么看出来"), "answer": _text("怎么应对")}, at_least=1
    ),
    "declined": Table(
        "不做的事",
        {"practice": _text("做法"), "reason": _text("为什么不做"), "rule": _text("合规规则编号", blank=True)},
    ),
    "discouraged": Table(
        "不建议",
        {
            "reason": _text("为什么"),
            "rule": _text("合规规则编号", blank=True),
            "clause": _text("条款"),
            "instead": _text("改用哪个打法", needed=False),
        },
        repeats=False,
    ),
}


@dataclass(frozen=True)
class Phase:
    """A stretch of days (relative to the start, both included) with the code that ITEMS knows."""

    phase: str
    name: str
    days: tuple[int, int]
    aim: str


@dataclass(frozen=True)
class Outline:
    """An item of a playbook before its blanks are filled and its days are dates."""

    item: str
    title: str
    kind: str
    tone: str
    phase: str
    days: tuple[int, int]
    minutes: int
    copy: str
    value: float = 1.0
    must_send: bool = False
    after: tuple[str, ...] = ()
    role: str = ""
    target: str = ""
    around: str = ""
    festival: str = ""
    waves: int = 0
    repeat: tuple[int, ...] = (0,)
    when: tuple[tuple[str, tuple[str, ...]], ...] = ()


@dataclass(frozen=True)
class Playbook:
    """A playbook as its file has it, checked; rows are dicts of the keys in `TABLES`."""

    playbook: str
    path: Path
    system: str
    name: str
    summary: str
    suits: str
    goals: tuple[str, ...]
    needs: tuple[str, ...]
    members: tuple[int, int]
    min_groups: int
    goal: str
    evidence: str
    source: str
    checked: dt.date
    must_not: tuple[str, ...]
    metrics: tuple[dict[str, Any], ...]
    roles: tuple[dict[str, Any], ...]
    blanks: tuple[dict[str, Any], ...]
    options: tuple[dict[str, Any], ...]
    targets: tuple[dict[str, Any], ...]
    phases: tuple[Phase, ...]
    items: tuple[Outline, ...]
    rules: dict[str, Any]
    budget: tuple[dict[str, Any], ...]
    risks: tuple[dict[str, Any], ...]
    declined: tuple[dict[str, Any], ...]
    discouraged: dict[str, Any]
    lines: dict[tuple[str | int, ...], int]

    @property
    def days(self) -> int:
        """How many days it takes, the first and the last included."""
        return max(phase.days[1] for phase in self.phases) + 1

    def line_of(self, *place: str | int) -> int:
        """The line of a key, else of its table, else of the file's first; a file may put a table into one line."""
        found = (self.lines.get(place[:end]) for end in range(len(place), 0, -1))
        return next((line for line in found if line), 1)

    def phase_of(self, item: Outline) -> Phase:
        """The phase that an item belongs to."""
        return next(phase for phase in self.phases if phase.name == item.phase)
