"""Posts with what came of them: one frame that every question of a review starts from."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd

from toolkit.schema import (
    CALENDAR,
    COLUMN_WORDS,
    GROUP_DAYS,
    GROUPS,
    ITEMS,
    MINUTES_A_DAY,
    OUTCOMES,
    RESULTS,
    ChoiceError,
    ColumnError,
    check,
    is_missing,
    parse_slots,
    shown_value,
)

# results taken sooner say little: most of what comes of a post comes within a day (our own choice, not measured)
RIPE_HOURS = 24
# a post counts for a slot that is at most so many minutes away (our own choice)
NEAR_MINUTES = 45
# an outcome that so few posts have says nothing yet
FEWEST_POSTS = 20
_COUNTS = ("reached", "opened", "clicked", "replied", "ordered", "revenue", "left", "invited")
_OF_DAYS = ("day_orders", "day_active")
_OF_ITEMS = ("title", "kind", "topic", "campaign", "phase")


def join_results(
    calendar: pd.DataFrame,
    results: pd.DataFrame,
    *,
    items: pd.DataFrame | None = None,
    groups: pd.DataFrame | None = None,
    days: pd.DataFrame | None = None,
) -> pd.DataFrame:
    """CALENDAR with what came of each post, in the calendar's order: the history that `posting_times` learns from.

    Behind the calendar's columns: reached, opened, clicked, replied, ordered, revenue, left, invited and measured_at
    from `results` (of several rows of a post the latest measured value of each column; values below 0 are missing),
    title, kind, topic, campaign and phase from `items`, group_name from `groups` (else the id), slot (see `slot_of`),
    members from `days` (GROUP_DAYS, that day's) or `groups`, and day_orders and day_active: the group's totals of the
    day, where the post stood alone on it. What is not known is missing, never 0. `ripe` is False where the results were
    taken less than 24 hours after the post. `attrs` counts what was left out: results of posts that the calendar does
    not have (unknown), earlier rows of a post_id that stands there twice (repeated), values below 0 (negative).

    An empty calendar gives an empty frame. Raises ColumnError for tables that break their contract, and a group or an
    item that two rows tell differently.

    >>> posts = pd.DataFrame([{"post_id": "p", "item_id": "i", "group_id": "g", "starts_at": "2026-09-01 20:00"}])
    >>> join_results(posts, pd.DataFrame([{"post_id": "p", "ordered": 3}]))["ordered"].tolist()
    [3]
    """
    calendar = check(calendar, CALENDAR)[CALENDAR.names]
    results = RESULTS.empty() if results.empty and not len(results.columns) else check(results, RESULTS)
    told, negative = _latest(results)
    groups = None if groups is None else once(check(groups, GROUPS), "group_id", "群", ["members", "name"])
    history = calendar.drop_duplicates("post_id", keep="last", ignore_index=True).join(told, on="post_id")
    history = history.assign(**_of_items(history, items), members=_members(history, groups, days))
    history["group_name"] = _names(history, groups)
    history["slot"] = slot_of(history, groups)
    history = history.assign(**_day_totals(history, days))
    age = history["measured_at"] - history["starts_at"]
    history["ripe"] = ~(age < pd.Timedelta(hours=RIPE_HOURS)).fillna(False).astype(bool)
    history.attrs |= {
        "unknown": int((~told.index.isin(calendar["post_id"])).sum()),
        "repeated": len(calendar) - len(history),
        "negative": negative,
    }
    return history


def _latest(results: pd.DataFrame) -> tuple[pd.DataFrame, int]:
    """Each post's latest measured value of every column, and how many values could not be."""
    values = results[list(_COUNTS)]
    bad = (values < 0).fillna(False).astype(bool)
    good = results.assign(**{name: values[name].mask(bad[name]) for name in _COUNTS})
    ordered = good.sort_values("measured_at", kind="stable", na_position="first")
    found = ordered.groupby("post_id", sort=False)[[*_COUNTS, "measured_at"]].last()
    return found, int(bad.to_numpy().sum())


def once(table: pd.DataFrame, key: str, what: str, columns: list[str]) -> pd.DataFrame:
    """The table with one row for each key. Raises ColumnError where two rows of a key differ in `columns`."""
    rows = table.drop_duplicates([key, *columns])
    twice = rows[rows.duplicated(key)]
    if len(twice):
        name = shown_value(twice[key].iloc[0])
        raise ColumnError(f"{what} {name} 写了两行，写得不一样。请只留对的那一行。")
    return rows.reset_index(drop=True)


def _of_items(history: pd.DataFrame, items: pd.DataFrame | None) -> dict[str, pd.Series[Any]]:
    table = ITEMS.empty() if items is None else check(items, ITEMS)
    known = once(table, "item_id", "条目", list(_OF_ITEMS)).set_index("item_id")
    found = {name: history["item_id"].map(known[name].to_dict()).astype("object") for name in _OF_ITEMS}
    return {name: told.fillna("").astype("str") for name, told in found.items()}


def _names(history: pd.DataFrame, groups: pd.DataFrame | None) -> pd.Series[Any]:
    known = {} if groups is None else check(groups, GROUPS).set_index("group_id")["name"].to_dict()
    return history["group_id"].map(lambda group: known.get(group) or group).astype("str")


def slot_of(history: pd.DataFrame, groups: pd.DataFrame | None) -> pd.Series[Any]:
    """The slot that each post counts for, as "20:00": sent by hand, a post hardly ever stands on the minute.

    The slot of its group within three quarters of an hour, else such a slot of any group, else the half hour it fell in.
    """
    known = GROUPS.empty() if groups is None else check(groups, GROUPS)
    own = {row["group_id"]: _slots(row) for row in known.to_dict("records")}
    every = sorted({minute for slots in own.values() for minute in slots})
    found = []
    for group, moment in zip(history["group_id"], history["starts_at"], strict=True):
        if is_missing(moment):
            found.append("")
            continue
        at = moment.hour * 60 + moment.minute
        near = nearest_slot(own.get(group, []), at)
        near = nearest_slot(every, at) if near is None else near
        near = at // 30 * 30 if near is None else near
        found.append(f"{near // 60:02}:{near % 60:02}")
    return pd.Series(found, index=history.index, dtype="str")


def _slots(group: dict[str, Any]) -> list[int]:
    try:
        return parse_slots(group["slots"])
    except ValueError as error:
        raise ColumnError(
            f"群「{group['name']}」的时段「{str(error)[:20]}」看不懂。请写成 20:00 这样的形式。"
        ) from None


def nearest_slot(slots: Sequence[int], minute: int) -> int | None:
    """The slot (minutes of the day) nearest to a minute of the day, at most three quarters of an hour away; else None."""
    away = [min(abs(slot - minute), MINUTES_A_DAY - abs(slot - minute)) for slot in slots]
    return slots[int(np.argmin(away))] if away and min(away) <= NEAR_MINUTES else None


def _members(history: pd.DataFrame, groups: pd.DataFrame | None, days: pd.DataFrame | None) -> pd.Series[Any]:
    """How many were in the group: as counted that day, else as the table of groups says."""
    known = (GROUPS.empty() if groups is None else check(groups, GROUPS)).set_index("group_id")["members"]
    found = history["group_id"].map(known).astype("Int64")
    if days is not None:
        keys = pd.MultiIndex.from_arrays([history["group_id"], history["starts_at"].dt.date])
        counted = _by_day(days)["members"].reindex(keys)
        found = counted.reset_index(drop=True).set_axis(history.index).fillna(found)
    return found.where((found > 0).fillna(False))


def _by_day(days: pd.DataFrame) -> pd.DataFrame:
    return check(days, GROUP_DAYS).drop_duplicates(["group_id", "date"]).set_index(["group_id", "date"])


def _day_totals(history: pd.DataFrame, days: pd.DataFrame | None) -> dict[str, pd.Series[Any]]:
    """A day's totals for the post that stood alone on it: of two posts nobody can say which did it."""
    nothing = pd.Series(pd.NA, index=history.index, dtype="Int64")
    if days is None or history.empty:
        return {"day_orders": nothing, "day_active": nothing}
    out = history["status"].isin(("cancelled", "missed"))
    keys = pd.MultiIndex.from_arrays([history["group_id"], history["starts_at"].dt.date])
    posts = pd.Series(np.where(out, 0, 1), index=keys).groupby(level=[0, 1]).sum()
    alone = (posts.reindex(keys).to_numpy() == 1) & ~out.to_numpy()
    counted = _by_day(days)[["orders", "active"]].reindex(keys)
    return {
        name: counted[column].reset_index(drop=True).set_axis(history.index).where(alone)
        for name, column in (("day_orders", "orders"), ("day_active", "active"))
    }


def was_sent(history: pd.DataFrame) -> pd.Series[Any]:
    """Which posts went out: marked as sent, or measured; never those marked as missed or cancelled."""
    measured = history[[*_COUNTS]].notna().any(axis=1)
    return (history["status"] == "sent") | (measured & ~history["status"].isin(("missed", "cancelled")))


def usable(history: pd.DataFrame, outcome: str) -> pd.Series[Any]:
    """Posts that an outcome can be judged on: sent, measured late enough, by people who are counted."""
    counted = (history[outcome] >= 0).fillna(False)
    return was_sent(history) & history["ripe"] & counted & exposure(history, outcome).gt(0)


def exposure(history: pd.DataFrame, outcome: str) -> pd.Series[Any]:
    """How many could have seen a post: reached where told, else the group's members; 0 where neither is known.

    An account reaches its own readers: where its export names a group's post by code and reached more than the group
    has, that measures its reads, not what the group could see.
    """
    reached, members = history["reached"].astype("Int64"), history["members"].astype("Int64")
    if outcome != "opened":
        reached = reached.where(~(reached > members).fillna(False))
    return reached.fillna(members).astype("float64").fillna(0.0)


def measured_outcomes(history: pd.DataFrame, *, outcome: str | None = None) -> list[str]:
    """The outcomes that enough posts have, the surest first; the one asked for alone where one is.

    A group's totals of a day stand in only where no post has an outcome of its own: what else was sent that week, and
    what nobody sent, is in them too.

    Raises ChoiceError for an unknown outcome.
    """
    if outcome is not None and outcome not in OUTCOMES:
        words = COLUMN_WORDS["outcome"]
        known = "、".join(f"{name}（{words[name]}）" for name in OUTCOMES)
        raise ChoiceError(f"outcome 不能是 {shown_value(outcome)}。可以用：{known}。")
    asked = OUTCOMES if outcome is None else (outcome,)
    found = []
    for name in asked:
        rows = usable(history, name)
        if rows.sum() >= FEWEST_POSTS and history.loc[rows, name].sum() > 0:
            found.append(name)
    own = [name for name in found if name not in _OF_DAYS]
    return own or found
