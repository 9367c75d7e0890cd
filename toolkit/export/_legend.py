"""The workbook's sheet 图例: what its words, marks and colours mean, how good the plan is, and what soft rules cost."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pandas as pd

from toolkit.charts import format_share, plain
from toolkit.export._book import DAY_LOOKS, KIND_TINTS, Book, Pages, height_of, lines_of
from toolkit.export._posts import calendar_notes
from toolkit.schema import WORDS, Plan, Quota, Rules, Soft
from toolkit.schema._rules import RULES

_WIDTHS, _BAND, _SCALE = (18, 88), 24, 88
_KINDS = {
    "value": "有用的知识和做法",
    "discussion": "请群友聊起来",
    "promotion": "卖东西；受每周促销上限、庄重日和节日的限制",
    "event": "线上线下的活动",
    "red_packet": "发红包；庄重日不发",
    "poll": "请群友选一选",
    "notice": "安排和提醒",
}
_DAYS = {
    "rest": ("放假", "国家规定放假的日子"),
    "festival": ("节日", "节日，不放假的也算；有的节日当天只发为它准备的促销"),
    "weekend": ("周末", "不调休的周六、周日"),
    "workday": ("调休上班", "是周末，但要上班"),
    "solemn": ("庄重日", "不发促销和红包，语气不推销、不玩笑、不喜庆"),
    "shopping": ("购物节", "平台大促和预售的日子"),
}
_STATES = {
    "draft": "系统排的，还可以改",
    "pinned": "你固定的，重排时不动",
    "sent": "已经发出",
    "missed": "到点没发，不算次数",
    "cancelled": "不发了；总表里划掉，月历里不列",
}
# a line of the legend: what it is about, what it says, and how the first cell looks
_Line = tuple[str, str, dict[str, Any]]


def write_legend(book: Book, plan: Plan | None, frame: pd.DataFrame) -> None:
    """图例, in parts under headings; `frame` is what `posts` gives."""
    parts = {
        "这份排期": _about(plan) if plan else [],
        "颜色和标记": _colours(),
        "软规则和代价": _prices(plan.rules.soft) if plan else [],
        "守的规则": _limits(plan.rules) if plan else [],
        "怎么用": _hints(frame),
    }
    sheet = book.sheet("图例")
    for place, width in enumerate(_WIDTHS):
        sheet.set_column(place, place, width)
        book.put(sheet, 0, place, ("标记", "意思")[place], book.head)
    pages, row = Pages(sheet, scale=_SCALE, head=height_of(1)), 1
    for title, lines in parts.items():
        heights = [height_of(lines_of(plain(words), _WIDTHS[1])) for _, words, _ in lines]
        if not lines:
            continue
        pages.room(row, _BAND + sum(heights))
        pages.take(_BAND + sum(heights))
        sheet.set_row(row, _BAND)
        for place in range(2):
            book.put(sheet, row, place, "" if place else title, book.band)
        for (head, words, look), height in zip(lines, heights, strict=True):
            row += 1
            book.put(sheet, row, 0, head, book.style(text_wrap=True, **look))
            book.put(sheet, row, 1, words, book.text)
            sheet.set_row(row, height)
        row += 1
    pages.close()
    sheet.freeze_panes(1, 0)
    sheet.repeat_rows(0)


def _plainly(*lines: tuple[str, str]) -> list[_Line]:
    return [(head, words, {}) for head, words in lines if words]


def _about(plan: Plan) -> list[_Line]:
    last = plan.start + dt.timedelta(days=plan.days - 1)
    return _plainly(
        ("排期范围", f"{plan.start.isoformat()} 至 {last.isoformat()}" if plan.days else ""),
        ("已达上限", format_share(1 - plan.gap)),
        ("总价值", f"{plan.value:.1f}（上限 {plan.bound:.1f}）"),
        ("理论上限", "按同样的规则，任何排法的总价值都超不过的数"),
        ("上限的由来", plain(plan.bound_by)),
    )


def _colours() -> list[_Line]:
    kinds = [(WORDS[kind], words, {"bg_color": KIND_TINTS[kind]}) for kind, words in _KINDS.items()]
    days = [
        (head, words, {"bg_color": DAY_LOOKS[kind][0], "font_color": DAY_LOOKS[kind][1]})
        for kind, (head, words) in _DAYS.items()
    ]
    states = _plainly(*((WORDS[status], words) for status, words in _STATES.items()))
    return kinds + days + states


def _prices(soft: Soft | None) -> list[_Line]:
    """Each soft rule with its price in words; those that are not asked are left out."""
    must = (RULES["must_send"].name, "没排入，扣价值最大的一次发布的 10 倍")
    if soft is None:
        return _plainly(must, ("其他软规则", "没有设"))
    share = format_share
    mix = "、".join(
        words
        for words, asked in (
            (f"促销超过 {share(soft.promotion_share)}", True),
            (f"话题和投票不到 {share(soft.discussion_share)}", soft.discussion_share),
            (f"干货不到 {share(soft.value_share)}", soft.value_share),
        )
        if asked
    )
    near = f"；隔得越远扣得越少，隔 {soft.spacing_days} 天不扣" if soft.spacing_days > 1 else ""
    rows = [
        (
            soft.weekly_minimum,
            RULES["weekly_minimum"].name,
            f"一个群整周没有发布，扣 {soft.weekly_minimum:g} 份",
        ),
        (soft.mix, RULES["mix"].name, f"一个群里{mix}，多出或缺少的每次扣 {soft.mix:g} 份"),
        (
            soft.spacing * soft.spacing_days,
            RULES["spacing"].name,
            f"同一群同一天两次发同一选题，扣 {soft.spacing:g} 份{near}",
        ),
        (
            soft.fairness * soft.fair_share,
            RULES["fairness"].name,
            f"按各群上限分，一个群不到应得的 {share(soft.fair_share)}，每少一次扣 {soft.fairness:g} 份",
        ),
        (soft.overlap, RULES["overlap"].name, f"在两个群收到同一条的人，那份价值扣 {share(soft.overlap)}"),
        (soft.freshness_days, "趁热", f"有选题的内容，每过 {soft.freshness_days:g} 天价值减半"),
        (
            soft.festival_bonus,
            "赶节日",
            f"为节日准备的内容，节前 {soft.festival_days} 天起越近越值，当天多 {share(soft.festival_bonus)}；过了节少这么多",
        ),
    ]
    unit = ("一份", "这次排期里一次发布的平均价值；下面的代价都可以改")
    return _plainly(must, unit, *((head, words) for price, head, words in rows if price))


def _limits(rules: Rules) -> list[_Line]:
    """The ceilings of Rules that are set; those of the groups and items stand in their own tables."""
    words = {"block": "", "warn": "只提醒，不拦", "off": "不管"}
    hand = f"；手动发的群，每次另加 {rules.minutes_by_hand} 分钟" if rules.minutes_by_hand else ""
    quotas = [(quota.name, _quota(quota)) for quota in rules.quotas]
    shut = f"{len(rules.shut)} 处：某个群某天不发，月历里写着「停发」" if rules.shut else ""
    return _plainly(
        (
            "负责人的时间",
            f"每人工作日 {rules.minutes_workday} 分钟，休息日 {rules.minutes_day_off} 分钟{hand}",
        ),
        (RULES["min_gap"].name, f"同一个群两次发布至少隔 {rules.min_gap} 分钟" if rules.min_gap else ""),
        ("庄重日", words[rules.solemn]),
        ("节日促销", words[rules.festival]),
        ("另加的庄重日", "、".join(day.isoformat() for day in rules.mourning)),
        ("停发", shut),
        *quotas,
    )


def _quota(quota: Quota) -> str:
    month = None if quota.per_month == "days" else quota.per_month
    ceilings = (("每天", quota.per_day), ("每周", quota.per_week), ("每月", month))
    asked = [f"{span}最多 {count} 次" for span, count in ceilings if count is not None]
    asked += ["每月不超过当月的天数"] if quota.per_month == "days" else []
    return f"渠道是「{plain(quota.channel)}」的群，{'、'.join(asked)}" if asked else ""


def _hints(frame: pd.DataFrame) -> list[_Line]:
    notes = [("放假安排", note) for note in calendar_notes(frame["starts_at"])]
    return _plainly(
        ("改了再读回", "在「排期总表」里改发布时间和状态，或增删整行；编号不要改。读回时逐条列出改动"),
        ("本周次数", "月历第一列：这个群这一周的发布次数 / 每周上限"),
        ("折叠", "月历和按负责人两张表，点左边的 1、2 收起和展开"),
        ("改动次数", "这次发布的时间或状态变过几次；导入日历时用它更新旧日程"),
        ("时间", "都是北京时间"),
        *notes,
    )
