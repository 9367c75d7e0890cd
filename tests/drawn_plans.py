"""Small plans by hand, drawn plans with all that can bind, and what a calendar is worth by the text of the rules."""

import datetime as dt
import runpy
from dataclasses import replace
from pathlib import Path
from typing import Any

import pandas as pd

from toolkit import lexicons
from toolkit.schedule import check_calendar, plan_posts
from toolkit.schema import Plan, Quota, Rules, Soft

_DRAWN = runpy.run_path(str(Path(__file__).resolve().parent.parent / "benchmarks" / "plans.py"))
START, make_question = _DRAWN["START"], _DRAWN["make_question"]
MONDAY = "2026-09-07"


def group(group_id: str = "g1", **more: Any) -> dict[str, Any]:
    plain = {"name": f"群{group_id}", "members": 100, "slots": ["20:00"]}
    return {"group_id": group_id, **plain, "posts_per_day": 9, "posts_per_week": 9, **more}


def item(item_id: str, **more: Any) -> dict[str, Any]:
    return {"item_id": item_id, "title": f"标题{item_id}", **more}


def pin(item_id: str, at: str, group_id: str = "g1", status: str = "pinned") -> dict[str, Any]:
    ids = {"post_id": f"{item_id}@{group_id}", "item_id": item_id, "group_id": group_id}
    return {**ids, "starts_at": at, "status": status}


def plan(items: list[dict[str, Any]], groups: list[dict[str, Any]], days: int = 3, **more: Any) -> Plan:
    more.setdefault("start", MONDAY)
    if "pinned" in more:
        more["pinned"] = pd.DataFrame(more["pinned"])
    return plan_posts(pd.DataFrame(items), pd.DataFrame(groups), days=days, **more)


QUOTA = Rules(quotas=(Quota("企微群", "企业微信客户群群发", per_month="days", per_week=1),))


def times_of(groups: pd.DataFrame) -> pd.DataFrame:
    return pd.DataFrame(
        [
            {
                "group_id": row.group_id,
                "weekday": day,
                "slot": slot,
                "value": round(0.7 + 0.1 * ((day + n) % 7), 2),
            }
            for row in groups.itertuples()
            for n, slot in enumerate(row.slots)
            for day in range(7)
        ]
    )


class Judge:
    """What calendars of a plan are worth by the text of the rules and the independent checker."""

    def __init__(self, made: Plan) -> None:
        self.made = made
        self.items = made.items.set_index("item_id").to_dict("index")
        self.members = dict(zip(made.groups["group_id"], made.groups["members"], strict=True))
        rows = [] if made.times is None else made.times.to_dict("records")
        self.times = {(row["group_id"], row["weekday"], row["slot"]): row["value"] for row in rows}
        table = lexicons.calendar()
        self.dates = {name: list(table.loc[table["name"] == name, "date"]) for name in ("教师",)}

    def post(self, item_id: str, group_id: str, at: pd.Timestamp) -> float:
        """Item value × members / 100 × slot × freshness × festival."""
        row, soft, day = self.items[item_id], self.made.rules.soft, at.date()
        value = row["value"] * self.members[group_id] / 100
        value *= self.times.get((group_id, at.weekday(), f"{at:%H:%M}"), 1.0)
        if soft is not None and soft.freshness_days and row["topic"].strip():
            start = self.made.start
            base = start if pd.isna(row["earliest"]) else max(start, row["earliest"].date())
            value *= 0.5 ** (max(0, (day - base).days) / soft.freshness_days)
        if soft is not None and soft.festival_bonus and not pd.isna(row["festival"]):
            ahead = min(((date - day).days for date in self.dates[row["festival"]]), key=abs)
            if 0 <= ahead <= soft.festival_days:
                value *= 1 + soft.festival_bonus * (1 - ahead / (soft.festival_days + 1))
            elif -soft.festival_days <= ahead < 0:
                value *= max(0.0, 1 - soft.festival_bonus)
        return float(value)

    def __call__(self, calendar: pd.DataFrame) -> tuple[float, bool]:
        """The calendar's value, and whether it breaks a hard rule."""
        made = self.made
        checks = check_calendar(
            calendar,
            made.items,
            made.groups,
            rules=made.rules,
            start=made.start,
            days=made.days,
            overlap=made.overlap,
        )
        end = made.start + dt.timedelta(days=made.days)
        rows = zip(calendar["item_id"], calendar["group_id"], calendar["starts_at"], strict=True)
        value = sum(self.post(*row) for row in rows if made.start <= row[2].date() < end)
        return value - float(checks["cost"].sum()), bool((checks["severity"] == "block").any())


HARD = Rules.balanced(
    min_gap=180, minutes_by_hand=5, quotas=(Quota("企微群", "企微群发", per_day=1, per_month=8),)
)
CASES = {
    "plain": Rules(),
    "balanced": Rules.balanced(),
    "hard": HARD,
    "fresh": Rules(min_gap=60, soft=Soft(freshness_days=5.0, festival_bonus=0.4)),
}


def drawn(name: str, seed: int) -> Plan:
    """A drawn plan under the rules of that name, with some posts pinned: as planned, off its slot, and before it."""
    items, groups = make_question(6, 14, 36, seed=seed)
    items["clock"] = [["20:00", "08:30"] if n % 7 == 0 else [] for n in range(len(items))]
    items["festival"] = ["教师" if n % 9 == 0 else None for n in range(len(items))]
    items["minutes"] *= 3
    groups.loc[0, "closes"] = dt.date(2026, 9, 15)
    rules = replace(CASES[name], shut=(("g001", dt.date(2026, 9, 9)),))
    ids = list(groups["group_id"])
    overlap = pd.DataFrame({"group_id": ids[:2], "other_id": ids[2:4], "share": [0.3, 0.2]})
    more: dict[str, Any] = {"rules": rules, "overlap": overlap, "effort": "quick"}
    if name != "plain":
        more["times"] = times_of(groups)
    first = plan_posts(items, groups, start=START, days=14, **more)
    pinned = first.calendar.iloc[::9].assign(status="pinned").reset_index(drop=True)
    pinned.loc[0, "starts_at"] -= pd.Timedelta(days=4)
    pinned.loc[1, "starts_at"] += pd.Timedelta(minutes=7)
    return plan_posts(items, groups, start=START, days=14, pinned=pinned, **more)
