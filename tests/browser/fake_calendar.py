"""An invented calendar on a page, for the tests and the benchmark of the view: drawn by a seed, granting what is asked."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from playwright.sync_api import Locator, Page, expect

from browser.stage import Stage, box_of
from toolkit.widgets._calendar_view import CalendarView

KINDS = [("promotion", "促销"), ("value", "干货"), ("event", "活动"), ("poll", "投票"), ("notice", "通知")]
PHASES = ["预热", "造势", "收尾"]
TITLES = [
    "今晚八点，桂花拿铁第二杯半价",
    "三步挑出膏满的大闸蟹",
    "周末露营，咖啡怎么带",
    "你家中秋吃哪种月饼，来投一票",
    "开学第一周的早餐清单",
]
NAMES = ["街坊群", "宝妈群", "学生群", "会员群", "老乡群", "福利群"]
WEEKDAYS = "一二三四五六日"


def days_of(count: int, start: str = "2026-09-21") -> list[dict[str, Any]]:
    """Days with a solemn day, a holiday and a day worked instead, wherever they fall."""
    days = []
    for number in range(count):
        day = dt.date.fromisoformat(start) + dt.timedelta(days=number)
        names = {3: ["秋分"], 4: ["中秋"], 9: ["烈士纪念日"], 10: ["国庆"]}.get(number, [])
        days.append(
            {
                "date": day.isoformat(),
                "label": f"{day.month}月{day.day}日",
                "weekday": f"周{WEEKDAYS[day.weekday()]}",
                "rest": day.weekday() >= 5 or number in (4, 10, 11, 12),
                "workday": number == 6,
                "solemn": number == 9,
                "festival": number in (4, 10),
                "names": names,
                "note": "",
            }
        )
    return days


def fake(groups: int = 6, days: int = 14, posts: int = 40, *, seed: int = 7, tray: int = 3) -> dict[str, Any]:
    """Values for a CalendarView, drawn by a seed; no two posts of one group at one time."""
    chance = np.random.default_rng(seed)
    rows: list[dict[str, Any]] = [
        {
            "id": f"g{n}",
            "name": f"{NAMES[n % 6]}{n}",
            "owner": ["小周", "阿梅", "老陈"][n % 3],
            "segment": ["新客", "熟客"][n % 2],
            "members": 120 + 7 * n,
            "slots": ["08:00", "12:30", "20:00"],
            "quiet": ["22:00–07:00"],
        }
        for n in range(groups)
    ]
    spread = days_of(days)
    free = [(row["id"], day["date"], slot) for row in rows for day in spread for slot in row["slots"]]
    made = []
    for number, (group, date, slot) in enumerate(free[n] for n in chance.permutation(len(free))[:posts]):
        kind = number % len(KINDS)
        broken = [
            {"rule": "spacing", "name": "间隔太短", "severity": "block", "message": "离上一次不到两小时"}
        ]
        made.append(
            {
                "id": f"p{number}",
                "item": f"i{number}",
                "group": group,
                "at": f"{date} {slot}",
                "title": TITLES[number % len(TITLES)],
                "kind": KINDS[kind][0],
                "kind_word": KINDS[kind][1],
                "phase": "",
                "phase_word": PHASES[number % 3],
                "status": ["draft", "draft", "draft", "pinned", "sent"][number % 5],
                "status_word": ["待发", "待发", "待发", "已定", "已发"][number % 5],
                "owner": "小周",
                "colour": kind,
                "broken": broken if number % 11 == 3 else [],
                "changed": "moved" if number % 17 == 5 else "",
                "why": "群里晚上人最多",
            }
        )
    kept = [
        {
            "id": f"u{n}@g{n % groups}",
            "item": f"u{n}",
            "group": f"g{n % groups}",
            "title": TITLES[n % len(TITLES)],
            "kind": KINDS[n % 5][0],
            "colour": n % 5,
            "rule": "daily_cap",
            "reason": "当天已满",
        }
        for n in range(tray)
    ]
    legend = [{"colour": n, "word": word, "mark": word[0]} for n, (_, word) in enumerate(KINDS)]
    return {"groups": rows, "days": spread, "posts": made, "tray": kept, "legend": legend}


@dataclass
class Table:
    """A calendar on a page, and what it has asked for; grants it unless told not to."""

    stage: Stage
    heard: list[dict[str, Any]] = field(default_factory=list)

    @property
    def page(self) -> Page:
        return self.stage.page

    @property
    def view(self) -> CalendarView:
        view = self.stage.view
        assert isinstance(view, CalendarView)
        return view

    def asked(self, *events: str) -> list[dict[str, Any]]:
        """What was asked by these events, without the event's name and number."""
        heard = [one for one in self.heard if one["event"] in events]
        return [{name: one[name] for name in one if name not in ("event", "turn")} for one in heard]

    def post(self, post_id: str) -> Locator:
        return self.page.locator(f'[data-id="{post_id}"]')

    def cell(self, group: str, date: str) -> Locator:
        return self.page.locator(f'[data-cell="{group}|{date}"]')

    def answered(self) -> None:
        """Wait until the last answer is drawn: before that the calendar takes up nothing."""
        expect(self.page.locator(".wn-cal-waits")).to_have_count(0)

    def drag(self, post_id: str, onto: Locator, *, x: float = 0.5, y: float = 0.2) -> None:
        """Drag by the mouse to a part of a box, in steps as a hand does."""
        self.answered()
        chip, box = box_of(self.post(post_id)), box_of(onto)
        self.page.mouse.move(chip["x"] + 20, chip["y"] + 15)
        self.page.mouse.down()
        self.page.mouse.move(chip["x"] + 30, chip["y"] + 20)
        self.page.mouse.move(box["x"] + box["width"] * x, box["y"] + box["height"] * y, steps=4)
        self.page.mouse.up()

    def hear_and_grant(self, sent: dict[str, Any]) -> None:
        self.heard.append(sent)
        self.grant(sent)

    def grant(self, sent: dict[str, Any]) -> None:
        """Put a post where it was asked for, as the desk does when no rule bars it."""
        posts = {post["id"]: dict(post) for post in self.view.posts}
        tray = {entry["id"]: dict(entry) for entry in self.view.tray}
        if sent["event"] == "takeout":
            post = posts.pop(sent["id"])
            key = f"{post['item']}@{post['group']}"
            tray[key] = {**post, "id": key, "rule": "by_hand", "reason": "手动拿出"}
        else:
            entry = posts.get(sent["id"]) or tray.pop(sent["id"])
            entry["group"] = sent["group"]
            entry["at"] = f"{sent['date']} {sent['time'] or entry['at'][11:]}"
            if sent["event"] == "untray":
                entry |= {"id": f"new-{entry['item']}", "kind_word": "促销", "broken": []}
            posts[entry["id"]] = entry
        self.view.posts, self.view.tray = list(posts.values()), list(tray.values())
        self.view.told = "已移动。"
