"""What a post is worth at its time: item value × members / 100, times what the slot, freshness and a festival make of it."""

from __future__ import annotations

import datetime as dt
from bisect import bisect_left
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from toolkit import lexicons, schema
from toolkit.schedule import _inputs
from toolkit.schema import PlanError, Rules, as_date

Array = np.ndarray[Any, Any]


@dataclass(frozen=True, eq=False)
class Factors:
    """`days` is I×D (freshness and festival), `slots` holds (group, weekday, minute of the day) to a ratio."""

    days: Array
    slots: dict[tuple[int, int, int], float]

    def at(self, i: int, g: int, day: int, weekday: int, clock: int) -> float:
        """The factor of one post within the plan's days."""
        return float(self.days[i, day]) * self.slots.get((g, weekday, clock), 1.0)


def find_factors(
    items: pd.DataFrame,
    groups: pd.DataFrame,
    times: pd.DataFrame | None,
    *,
    rules: Rules,
    start: dt.date,
    days: int,
) -> Factors:
    """The factors of checked items and groups; all 1 where neither `times` nor the rules' wishes ask for any."""
    found = np.ones((len(items), days))
    soft = rules.soft
    # many items share a festival or a first day
    feasts: dict[str, Array] = {}
    fresh: dict[dt.date | None, Array] = {}
    for i, row in enumerate(items[["topic", "earliest", "festival"]].to_dict("records")):
        if soft is not None and soft.freshness_days > 0 and row["topic"].strip():
            first = as_date(row["earliest"])
            if first not in fresh:
                fresh[first] = _freshness(first, soft.freshness_days, start, days)
            found[i] *= fresh[first]
        if soft is not None and soft.festival_bonus > 0 and (name := lexicons.festival_name(row["festival"])):
            if name not in feasts:
                feasts[name] = _festival(name, soft.festival_bonus, soft.festival_days, start, days)
            found[i] *= feasts[name]
    return Factors(found, _slots(groups, times))


def _freshness(earliest: dt.date | None, half: float, start: dt.date, days: int) -> Array:
    """Halved every so many days from the earliest day (or the plan's first) on; not above 1 before it."""
    base = 0 if earliest is None else max(0, (earliest - start).days)
    return np.array([0.5 ** (max(0, day - base) / half) for day in range(days)])


def _festival(name: str, bonus: float, reach: int, start: dt.date, days: int) -> Array:
    """More each day before the festival, less after it."""
    table = lexicons.calendar()
    dates = sorted(set(table.loc[table["name"] == name, "date"]))
    found = np.ones(days)
    for day in range(days if dates else 0):
        date = start + dt.timedelta(days=day)
        place = bisect_left(dates, date)
        ahead = min(((other - date).days for other in dates[max(0, place - 1) : place + 1]), key=abs)
        if 0 <= ahead <= reach:
            found[day] = 1 + bonus * (1 - ahead / (reach + 1))
        elif -reach <= ahead < 0:
            found[day] = max(0.0, 1 - bonus)
    return found


def _slots(groups: pd.DataFrame, times: pd.DataFrame | None) -> dict[tuple[int, int, int], float]:
    if times is None:
        return {}
    place = {name: g for g, name in enumerate(groups["group_id"])}
    found = {}
    for row in _inputs.named(times, schema.TIMES).to_dict("records"):
        where = f"时段价值表里群 {row['group_id']} 的「{row['slot']}」"
        try:
            clock = schema.parse_clock(row["slot"])
        except ValueError:
            raise PlanError(f"{where}看不懂。请写成 20:00 这样的形式。") from None
        if pd.isna(row["weekday"]) or not 0 <= row["weekday"] <= 6:
            raise PlanError(f"{where}的星期是 {row['weekday']}。请写 0（周一）到 6（周日）。")
        if not 0 <= row["value"] < float("inf"):
            raise PlanError(f"{where}的价值是 {row['value']}。请填一个不小于 0 的倍数，1 是平均。")
        if row["group_id"] in place:
            found[place[row["group_id"]], int(row["weekday"]), clock] = float(row["value"])
    return found
