"""The planning question as arrays: who may get what on which send time, before anything is placed."""

from __future__ import annotations

import calendar
import dataclasses
import datetime as dt
import functools
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from toolkit import lexicons, schema
from toolkit.schedule import _inputs
from toolkit.schedule._value import Array, Factors, find_factors
from toolkit.schema import PHASES, TIME_ZONE, Rules, as_date

FAR = 1_000_000
# one unmet must-send weighs as much as this many of the most valuable posts
MUST_SEND_POSTS = 10.0
# posts to groups of this channel are sent by hand, one by one
BY_HAND = "群"
_JOLLY = ("sales", "humorous", "festive")


@dataclass(frozen=True, eq=False)
class Plain:
    """Parts of a world as lists, which give one number several times as fast as arrays.

    `day`, `week`, `month` and `near` (the first and the end of the times too near) are of each send time; `owner`,
    `promotion` and `must` of each item; `by_hand` of each group.
    """

    day: list[int]
    week: list[int]
    month: list[int]
    near: list[tuple[int, int]]
    owner: list[int]
    by_hand: list[int]
    promotion: list[bool]
    must: list[bool]


@dataclass(frozen=True, eq=False)
class World:
    """Items (I), groups (G), days (D) and send times (T) with what each rule permits.

    `minute` counts from midnight of the first day; `day` and `week` are offsets from the first day and its Monday.
    `slot`, `quiet` are G×T; `closed` (past its last day, or shut) is G×D; `clocked` is I×T, what an item's own clock
    times leave; `barred` holds I×D by rule. `worth` is I×G, the value of a post before what its time makes of it.
    `day_cap` and `week_cap` (G) are the lower of the group's own ceiling and its platform's, `month_cap` (G×M) the
    platform's; `held_back` flags items that are not approved; `quota_day` and `quota_week` flag where the platform's is the lower.
    `after_day`, `phase_low` and `phase_high` (I×G) are the days, excluded, between which standing posts leave room.
    `out` (I×G) flags what a hand has taken out.
    """

    items: pd.DataFrame
    groups: pd.DataFrame
    fixed: pd.DataFrame
    rules: Rules
    start: dt.date
    days: int
    minute: Array
    day: Array
    week: Array
    slot: Array
    quiet: Array
    closed: Array
    clocked: Array
    audience: Array
    held_back: Array
    barred: dict[str, Array]
    worth: Array
    owner: Array
    owners: list[str]
    minutes_cap: Array
    by_hand: Array
    day_cap: Array
    week_cap: Array
    month_cap: Array
    month: Array
    quota_day: Array
    quota_week: Array
    needs: list[list[int]]
    dependents: list[list[int]]
    before: list[list[int]]
    behind: list[list[int]]
    after_day: Array
    phase_low: Array
    phase_high: Array
    stands: Array
    out: Array
    factors: Factors
    price: float

    @functools.cached_property
    def item_rows(self) -> list[dict[str, Any]]:
        """The items as records: a thousand sentences read them row by row."""
        return [{str(name): value for name, value in row.items()} for row in self.items.to_dict("records")]

    @functools.cached_property
    def group_rows(self) -> list[dict[str, Any]]:
        """The groups as records."""
        return [{str(name): value for name, value in row.items()} for row in self.groups.to_dict("records")]

    @functools.cached_property
    def plain(self) -> Plain:
        """What one post's bookkeeping reads, as lists."""
        month = self.month[self.day]
        # times within the editor's own gap of each time: `minute` rises, so they stand side by side
        gap = self.rules.min_gap
        first = np.searchsorted(self.minute, self.minute - gap, side="right")
        last = np.searchsorted(self.minute, self.minute + gap, side="left")
        return Plain(
            day=self.day.tolist(),
            week=self.week.tolist(),
            month=month.tolist(),
            near=list(zip(first.tolist(), last.tolist(), strict=True)),
            owner=self.owner.tolist(),
            by_hand=self.by_hand.tolist(),
            promotion=self.promotion.tolist(),
            must=self.must.tolist(),
        )

    @functools.cached_property
    def promotion(self) -> Array:
        """Which items are promotions."""
        return (self.items["kind"] == "promotion").to_numpy()

    @functools.cached_property
    def must(self) -> Array:
        """Which items must be sent."""
        return self.items["must_send"].to_numpy(dtype=bool)

    def time_at(self, minute: int) -> pd.Timestamp:
        """The send time at so many minutes after the first midnight."""
        wall = pd.Timestamp(self.start) + pd.Timedelta(minutes=int(minute))
        # Shanghai's clocks were last turned in 1991
        return wall.tz_localize(TIME_ZONE, nonexistent="shift_forward", ambiguous=True)

    def times_at(self, minutes: Array) -> pd.DatetimeIndex:
        """The send times at so many minutes after the first midnight."""
        walls = pd.Timestamp(self.start) + pd.to_timedelta(minutes, unit="min")
        twice = np.ones(len(walls), dtype=bool)
        return pd.DatetimeIndex(walls).tz_localize(TIME_ZONE, nonexistent="shift_forward", ambiguous=twice)

    def date_at(self, day: int) -> dt.date:
        """The day at an offset from the first."""
        return self.start + dt.timedelta(days=int(day))

    def value_at(self, i: int, g: int, minute: int) -> float:
        """What item i is worth in group g at so many minutes after the first midnight, within the plan's days."""
        day, clock = divmod(int(minute), schema.MINUTES_A_DAY)
        weekday = (self.start.weekday() + day) % 7
        return round(float(self.worth[i, g]) * self.factors.at(i, g, day, weekday, clock), 6)


def build_world(
    items: pd.DataFrame,
    groups: pd.DataFrame,
    fixed: pd.DataFrame,
    *,
    rules: Rules,
    start: dt.date,
    days: int,
    times: pd.DataFrame | None = None,
    out: Collection[tuple[str, str]] = (),
) -> World:
    """The arrays for checked items and groups, the standing posts, the worth of slots (TIMES) and what is taken out."""
    minute, slot, quiet = _times(groups, days)
    day, clock = np.divmod(minute, schema.MINUTES_A_DAY)
    members = groups["members"].to_numpy(dtype=float)
    audience = _inputs.audience(list(items["groups"]), groups)
    worth = items["value"].to_numpy(dtype=float)[:, None] * members[None, :] / 100
    owners = sorted(set(items["owner"]))
    caps = _caps(groups, rules, start, days)
    needs, dependents = _order(items)
    before, behind = _phases(items)
    standing = _standing(fixed, items, groups, start=start, before=before, behind=behind)
    return World(
        items=items,
        groups=groups,
        rules=rules,
        start=start,
        days=days,
        minute=minute,
        day=day,
        week=(day + start.weekday()) // 7,
        slot=slot,
        quiet=quiet,
        closed=_closed(groups, rules, start, days),
        clocked=_clocked(items, clock),
        audience=audience,
        held_back=schema.is_held_back(items["review"]).to_numpy(dtype=bool),
        barred=_barred(items, rules, start, days),
        worth=worth,
        owner=np.array([owners.index(name) for name in items["owner"]], dtype=np.int64),
        owners=owners,
        minutes_cap=_minutes_cap(rules, start, days),
        by_hand=np.where(groups["channel"] == BY_HAND, int(rules.minutes_by_hand), 0).astype(np.int64),
        **caps,
        needs=needs,
        dependents=dependents,
        before=before,
        behind=behind,
        **standing,
        out=_out(out, items, groups),
        factors=find_factors(items, groups, times, rules=rules, start=start, days=days),
        price=MUST_SEND_POSTS * max(1.0, float((worth * audience).max(initial=0.0))),
    )


def stand_anew(world: World, fixed: pd.DataFrame) -> World:
    """The same question with other posts (CALENDAR) standing."""
    standing = _standing(
        fixed,
        world.items,
        world.groups,
        start=world.start,
        before=world.before,
        behind=world.behind,
    )
    return dataclasses.replace(world, **standing)


def _standing(
    fixed: pd.DataFrame,
    items: pd.DataFrame,
    groups: pd.DataFrame,
    *,
    start: dt.date,
    before: Sequence[Sequence[int]],
    behind: Sequence[Sequence[int]],
) -> dict[str, Any]:
    """The parts of a World that the standing posts make."""
    stood = _place_fixed(fixed, items, groups, start)
    after_day, phase_low, phase_high = _ends(stood, items, groups, before, behind)
    stands = np.zeros(after_day.shape, dtype=bool)
    inside = stood[(stood["item"] >= 0) & (stood["group"] >= 0)]
    stands[inside["item"], inside["group"]] = True
    return {
        "fixed": stood,
        "after_day": after_day,
        "phase_low": phase_low,
        "phase_high": phase_high,
        "stands": stands,
    }


def _times(groups: pd.DataFrame, days: int) -> tuple[Array, Array, Array]:
    """The send times in minutes from the first midnight, and which are each group's slots and quiet."""
    slots = [schema.parse_slots(values) for values in groups["slots"]]
    clocks = sorted({minute for own in slots for minute in own})
    minute = np.array([d * schema.MINUTES_A_DAY + m for d in range(days) for m in clocks], dtype=np.int64)
    clock = minute % schema.MINUTES_A_DAY
    shape = (len(groups), len(minute))
    slot, quiet = np.zeros(shape, dtype=bool), np.zeros(shape, dtype=bool)
    for g, spans in enumerate(schema.parse_quiet(values) for values in groups["quiet"]):
        slot[g] = np.isin(clock, slots[g])
        for first, last in spans:
            quiet[g] |= (clock >= first) & (clock < last)
    return minute, slot, quiet


def _closed(groups: pd.DataFrame, rules: Rules, start: dt.date, days: int) -> Array:
    """A group may be posted to on the day it closes, not after, and not on a day for which it is shut."""
    last = [(day - start).days if day is not None else FAR for day in map(as_date, groups["closes"])]
    closed: Array = np.arange(days)[None, :] > np.array(last, dtype=np.int64).reshape(-1, 1)
    place = {name: g for g, name in enumerate(groups["group_id"])}
    for name, day in rules.shut:
        if name in place and 0 <= (day - start).days < days:
            closed[place[name], (day - start).days] = True
    return closed


def _clocked(items: pd.DataFrame, clock: Array) -> Array:
    """Items × times that the items' own clock times leave open."""
    found = np.ones((len(items), len(clock)), dtype=bool)
    for i, values in enumerate(items["clock"]):
        if values:
            found[i] = np.isin(clock, schema.parse_slots(values))
    return found


def _caps(groups: pd.DataFrame, rules: Rules, start: dt.date, days: int) -> dict[str, Array]:
    """The ceilings of groups and platforms together, and which of the two is the lower."""
    day, week = (
        groups[name].fillna(FAR).to_numpy(dtype=np.int64) for name in ("posts_per_day", "posts_per_week")
    )
    quota_day, quota_week = np.full(len(groups), FAR), np.full(len(groups), FAR)
    first = start.replace(day=1)
    dates = [start + dt.timedelta(days=d) for d in range(days)]
    month = np.array(
        [(date.year - first.year) * 12 + date.month - first.month for date in dates], dtype=np.int64
    )
    month_cap = np.full((len(groups), int(month[-1]) + 1), FAR)
    lengths = [
        calendar.monthrange(first.year + (first.month - 1 + m) // 12, (first.month - 1 + m) % 12 + 1)[1]
        for m in range(int(month[-1]) + 1)
    ]
    for quota in rules.quotas:
        of = (groups["channel"] == quota.channel).to_numpy()
        for cap, most in ((quota_day, quota.per_day), (quota_week, quota.per_week)):
            if most is not None:
                cap[of] = np.minimum(cap[of], most)
        if quota.per_month is not None:
            ceiling = np.array(lengths if quota.per_month == "days" else [quota.per_month] * len(lengths))
            month_cap[of] = np.minimum(month_cap[of], ceiling)
    return {
        "day_cap": np.minimum(day, quota_day),
        "week_cap": np.minimum(week, quota_week),
        "month_cap": month_cap,
        "month": month,
        "quota_day": quota_day < day,
        "quota_week": quota_week < week,
    }


def _minutes_cap(rules: Rules, start: dt.date, days: int) -> Array:
    dates = [start + dt.timedelta(days=d) for d in range(days)]
    return np.array(
        [rules.minutes_workday if lexicons.is_workday(d) else rules.minutes_day_off for d in dates]
    )


def _barred(items: pd.DataFrame, rules: Rules, start: dt.date, days: int) -> dict[str, Array]:
    """For window, solemn and festival: which item may not be sent on which day."""
    dates = [start + dt.timedelta(days=d) for d in range(days)]
    solemn, festivals = lexicons.days_of("solemn"), lexicons.festival_days()
    every = np.arange(days)
    grave = np.array([date in solemn or date in rules.mourning for date in dates], dtype=bool)
    tombs = np.array([solemn.get(d) == "清明" and d not in rules.mourning for d in dates], dtype=bool)
    feasts = [(d, festivals[date]) for d, date in enumerate(dates) if date in festivals]
    found = {name: np.zeros((len(items), days), dtype=bool) for name in ("window", "solemn", "festival")}
    names = ("kind", "tone", "festival", "earliest", "latest")
    for i, (kind, tone, feast, *window) in enumerate(zip(*(items[name] for name in names), strict=True)):
        first, last = map(as_date, window)
        if first is not None:
            found["window"][i] = every < (first - start).days
        if last is not None:
            found["window"][i] |= every > (last - start).days
        occasion = lexicons.festival_name(feast)
        if rules.solemn == "block" and (kind in ("promotion", "red_packet") or tone in _JOLLY):
            tomb_gift = kind == "promotion" and occasion == "清明" and tone in ("neutral", "warm")
            found["solemn"][i] = grave & ~tombs if tomb_gift else grave
        if rules.festival == "block" and kind == "promotion":
            for d, own in feasts:
                found["festival"][i, d] = occasion not in own
    return found


def _order(items: pd.DataFrame) -> tuple[list[list[int]], list[list[int]]]:
    place = {item_id: i for i, item_id in enumerate(items["item_id"])}
    needs = [sorted({place[name] for name in names if name in place}) for names in items["after"]]
    dependents: list[list[int]] = [[] for _ in needs]
    for i, earlier in enumerate(needs):
        for j in earlier:
            dependents[j].append(i)
    return needs, dependents


def _phases(items: pd.DataFrame) -> tuple[list[list[int]], list[list[int]]]:
    """For each item the items of its campaign's earlier and later phases."""
    before: list[list[int]] = [[] for _ in range(len(items))]
    behind: list[list[int]] = [[] for _ in range(len(items))]
    rank = [PHASES.index(phase) for phase in items["phase"]]
    campaigns: dict[str, list[int]] = {}
    for i, campaign in enumerate(items["campaign"]):
        if campaign and rank[i]:
            campaigns.setdefault(campaign, []).append(i)
    for members in campaigns.values():
        for i in members:
            before[i] = [j for j in members if rank[j] < rank[i]]
            behind[i] = [j for j in members if rank[j] > rank[i]]
    return before, behind


def _place_fixed(
    fixed: pd.DataFrame, items: pd.DataFrame, groups: pd.DataFrame, start: dt.date
) -> pd.DataFrame:
    """The standing posts with item and group positions (−1 unknown), day and minute from the first midnight."""
    item_at = {name: i for i, name in enumerate(items["item_id"])}
    group_at = {name: g for g, name in enumerate(groups["group_id"])}
    local = fixed["starts_at"].dt.tz_localize(None)
    minute = ((local - pd.Timestamp(start)) // pd.Timedelta(minutes=1)).astype("int64")
    return fixed.assign(
        item=[item_at.get(name, -1) for name in fixed["item_id"]],
        group=[group_at.get(name, -1) for name in fixed["group_id"]],
        minute=minute,
        day=minute // schema.MINUTES_A_DAY,
    )


def _out(pairs: Collection[tuple[str, str]], items: pd.DataFrame, groups: pd.DataFrame) -> Array:
    """Items × groups that are among the (item_id, group_id) pairs."""
    found = np.zeros((len(items), len(groups)), dtype=bool)
    if pairs:
        item_at = {name: i for i, name in enumerate(items["item_id"])}
        group_at = {name: g for g, name in enumerate(groups["group_id"])}
        for item_id, group_id in pairs:
            if item_id in item_at and group_id in group_at:
                found[item_at[item_id], group_at[group_id]] = True
    return found


def _ends(
    fixed: pd.DataFrame,
    items: pd.DataFrame,
    groups: pd.DataFrame,
    before: Sequence[Sequence[int]],
    behind: Sequence[Sequence[int]],
) -> tuple[Array, Array, Array]:
    """For each item and group the days, excluded, that standing posts set: by `after`, by earlier and later phases."""
    shape = (len(items), len(groups))
    after_day, low = np.full(shape, -FAR, dtype=np.int64), np.full(shape, -FAR, dtype=np.int64)
    high = np.full(shape, FAR, dtype=np.int64)
    followers: dict[str, list[int]] = {}
    for i, names in enumerate(items["after"]):
        for name in names:
            followers.setdefault(name, []).append(i)
    firsts: dict[tuple[str, int], int] = {}
    for item_id, i, g, day in zip(fixed["item_id"], fixed["item"], fixed["group"], fixed["day"], strict=True):
        if g < 0:
            continue
        firsts[item_id, g] = min(day, firsts.get((item_id, g), FAR))
        for j in behind[i] if i >= 0 else []:
            low[j, g] = max(low[j, g], day)
        for j in before[i] if i >= 0 else []:
            high[j, g] = min(high[j, g], day)
    for (item_id, g), day in firsts.items():
        for i in followers.get(item_id, []):
            after_day[i, g] = max(after_day[i, g], day)
    return after_day, low, high
