"""Health of groups from what was counted: shares, what they bring, and a state with what it rests on (A4, A5, B8)."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Any

import pandas as pd

from toolkit import schema
from toolkit.campaigns._dates import checked_day
from toolkit.campaigns._group_names import id_of, ids_of
from toolkit.campaigns._groups import figure, size_band
from toolkit.campaigns._messages import message_days
from toolkit.schema import GROUP_DAYS, GROUPS, HEALTH, MESSAGES, ColumnError

_MEASURED = {
    "orders": "订单",
    "repeat_orders": "复购",
    "store_visits": "到店",
    "revenue": "成交额",
    "promotions": "促销消息",
    "junk": "杂讯",
}


def group_health(
    days: pd.DataFrame,
    *,
    groups: pd.DataFrame | None = None,
    messages: pd.DataFrame | None = None,
    last: int = 28,
    until: dt.date | str | None = None,
) -> pd.DataFrame:
    """HEALTH: each group's figures over the `last` days up to `until` (the latest day there is), and its state.

    `days` is GROUP_DAYS; `messages` (MESSAGES) fills in what `days` lacks and gives the silent share; `groups` gives
    names, members where no day has any, and rows for groups of which nothing is known. Only what was measured is
    given, all else is missing:

    - `active_share`: mean over days of those who wrote in `members`; `silent_share`: members of whom `messages` shows
      no word in all these days (read with one salt, over 14 days or more); `messages_per_day`: mean over measured days.
    - `promotion_share`, `junk_share`: of messages; `answered_share`: of promotions, those somebody answered.
    - `orders_per_100`, `visits_per_100` (per 100 members), `revenue_per_member` (yuan): sums of measured days, scaled
      to `last` days, given from 14 measured days on; `repeat_share`: repeat orders in orders.
    - `net_growth`: joined less left in the members at first, where both are counted on 14 days or more; else the change
      between the first and the last number of members, where these changed.

    `state` rests on counted days and no single one: a day is lively or has people by the share who wrote, and is talk
    only where two or more wrote and something was neither promotion nor junk. *lively*: at least half of the days
    lively; *quiet*: at least a third with people; *dead*: talk on less than a tenth of the days, whatever is posted;
    *dying*: between. One day moves a state by one step at most, and silence never makes it livelier. Below 14 days
    with a number of writers and members it is *unknown*. All lines are our own starting points (经验, lexicon
    `group-health`); `reasons` says what was counted, `advice` what a dead group may try. Empty input gives an empty frame.

    Raises ColumnError for frames that lack a column or hold a group's day twice, ChoiceError for `last` or `until`.

    >>> counts = {"date": pd.date_range("2026-09-01", periods=20), "members": 100, "active": 25}
    >>> group_health(pd.DataFrame({"group_id": "a", **counts}))[["active_share", "state"]].values.tolist()
    [[0.25, 'lively']]
    """
    length = schema.as_whole(last, "last", int(figure("min_days")), 366)
    people = schema.check(groups, GROUPS) if groups is not None else GROUPS.empty()
    names = dict(zip(people["group_id"], people["name"], strict=True))
    ids = ids_of(people, "groups")
    told = _by_id(schema.check(days, GROUP_DAYS)[GROUP_DAYS.names], ids)
    messages = None if messages is None else _by_id(schema.check(messages, MESSAGES), ids)
    known = _known_days(told, messages)
    sizes = dict(zip(people["group_id"], people["members"], strict=True))
    end = checked_day(until, "until") if until is not None else max(known["date"], default=None)
    if end is None:
        known = known.iloc[:0]
    else:
        begin = end - dt.timedelta(days=length - 1)
        known = known[[begin <= day <= end for day in known["date"]]]
    everyone = list(dict.fromkeys([*names, *known["group_id"], *told["group_id"]]))
    spoke = _speakers(messages, known)
    rows = []
    for key in everyone:
        part = known[known["group_id"] == key].sort_values("date", kind="stable")
        rows.append(_health(_Group(key, names.get(key, ""), part, sizes.get(key), length, spoke.get(key))))
    return schema.check(pd.DataFrame(rows, columns=HEALTH.names), HEALTH)


def _by_id(frame: pd.DataFrame, ids: dict[str, str]) -> pd.DataFrame:
    """The frame with groups by id where it has them by name."""
    return frame.assign(
        group_id=pd.Series([id_of(key, ids) for key in frame["group_id"]], frame.index, dtype="str")
    )


def _known_days(known: pd.DataFrame, messages: pd.DataFrame | None) -> pd.DataFrame:
    """The days, each once, with the gaps filled from messages."""
    if known["date"].isna().any():
        place = list(known["date"].isna()).index(True) + 1
        raise ColumnError(f"{GROUP_DAYS.caption}表第 {place} 行没有日期。请补上，或删去这一行。")
    twice = known.duplicated(["group_id", "date"])
    if twice.any():
        row = known[twice].iloc[0]
        raise ColumnError(
            f"{GROUP_DAYS.caption}表里群「{row['group_id']}」{row['date']} 有两行。请只留一行，或用 read_group_days 读入。"
        )
    counted = message_days(messages) if messages is not None else GROUP_DAYS.empty()
    if counted.empty:
        return known
    both = pd.concat([known, counted], ignore_index=True)
    return schema.check(both.groupby(["group_id", "date"], sort=False).first().reset_index(), GROUP_DAYS)


def _speakers(messages: pd.DataFrame | None, known: pd.DataFrame) -> dict[str, int]:
    """Group to how many different members wrote in the days looked at, where messages reach over 14 days or more."""
    if messages is None or known.empty:
        return {}
    said = messages[messages["sent_at"].notna() & (messages["message_kind"] != "system")]
    if said.empty:
        return {}
    days = said["sent_at"].dt.date
    first, last = min(known["date"]), max(known["date"])
    inside = said[[first <= day <= last for day in days]]
    found = {}
    for key, part in inside.groupby("group_id"):
        reach = part["sent_at"].dt.date
        if (max(reach) - min(reach)).days + 1 >= figure("min_days"):
            found[str(key)] = int(part["member"].nunique())
    return found


@dataclass(frozen=True)
class _Group:
    """What is known of one group: its days in order, its members elsewhere, who wrote in all."""

    group_id: str
    name: str
    days: pd.DataFrame
    size: Any
    last: int
    spoke: int | None

    @property
    def members(self) -> pd.Series[Any]:
        """Members by day, a gap as the nearest day has it, else as `groups` has it; 0 is none."""
        told = self.days["members"].where(self.days["members"] > 0)
        filled = told.ffill().bfill()
        return (
            filled if filled.notna().any() or schema.is_missing(self.size) else filled.fillna(int(self.size))
        )

    def both(self, *columns: str) -> pd.DataFrame:
        """The days on which all of these were measured."""
        return self.days[self.days[list(columns)].notna().all(axis=1)]


def _share(group: _Group, part: str, whole: str) -> float:
    """The sum of one column in another's over the days that have both, missing where there is nothing."""
    told = group.both(part, whole)
    total = float(told[whole].sum()) if len(told) else 0.0
    return min(float(told[part].sum()) / total, 1.0) if total > 0 else float("nan")


def _per_member(group: _Group, column: str) -> float:
    """What a member brought in `last` days, from 14 measured days on."""
    told = group.both(column)
    members = group.members.reindex(told.index).dropna()
    if len(told) < figure("min_days") or members.empty:
        return float("nan")
    return float(told[column].sum()) / float(members.mean()) * group.last / len(told)


def _growth(group: _Group) -> float:
    """Net growth in the members at first, missing where it was not measured."""
    moved = group.both("joined", "left")
    told = group.days[group.days["members"].notna() & (group.days["members"] > 0)]
    if told.empty:
        return float("nan")
    first, final = told.iloc[0], told.iloc[-1]
    if len(moved) >= figure("min_days"):
        return float(moved["joined"].sum() - moved["left"].sum()) / float(first["members"])
    apart = (final["date"] - first["date"]).days + 1
    if apart < figure("min_days") or told["members"].nunique() < 2:
        return float("nan")
    return float(final["members"]) / float(first["members"]) - 1


def _health(group: _Group) -> tuple[Any, ...]:
    """One row of HEALTH."""
    days, members = group.days, group.members
    now = members.iloc[-1] if len(members) and members.notna().any() else group.size
    now = pd.NA if schema.is_missing(now) else int(now)
    wrote = days["active"].notna() & members.notna()
    shares = (days["active"][wrote] / members[wrote]).astype("float64").clip(upper=1.0)
    silent = float("nan")
    if group.spoke is not None and not schema.is_missing(now):
        silent = max(0.0, 1 - group.spoke / now)
    told = group.both("messages")
    measures = {
        "active_share": float(shares.mean()) if len(shares) else float("nan"),
        "silent_share": silent,
        "junk_share": _share(group, "junk", "messages"),
        "promotion_share": _share(group, "promotions", "messages"),
        "answered_share": _share(group, "answered", "promotions"),
        "messages_per_day": float(told["messages"].mean()) if len(told) else float("nan"),
        "net_growth": _growth(group),
        "orders_per_100": _per_member(group, "orders") * 100,
        "repeat_share": _share(group, "repeat_orders", "orders"),
        "visits_per_100": _per_member(group, "store_visits") * 100,
        "revenue_per_member": _per_member(group, "revenue"),
    }
    state, reasons = _state(group, shares)
    reasons += _remarks(group, shares, measures)
    advice = _advice(group) if state == "dead" else []
    about = {"group_id": group.group_id, "name": group.name, "days": len(days), "members": now}
    row = {
        **about,
        "size_band": size_band(now),
        **measures,
        "state": state,
        "reasons": reasons,
        "advice": advice,
    }
    return tuple(row[name] for name in HEALTH.names)


def _state(group: _Group, shares: pd.Series[Any]) -> tuple[str, list[str]]:
    """The state by counted days, and the sentence that says so."""
    number, least = len(shares), int(figure("min_days"))
    if number < least:
        if not len(group.days):
            return "unknown", ["没有这段时间的日报，说不准"]
        return "unknown", [
            f"最近 {group.last} 天里只有 {number} 天量到了发言人数和人数，不到 {least} 天，说不准"
        ]
    days = group.days.loc[shares.index]
    rest = days["messages"] - days["promotions"].fillna(0) - days["junk"].fillna(0)
    talk = (days["active"] >= figure("voices")) & (rest.isna() | (rest >= 1)).fillna(value=True)
    lively = int((talk & (shares >= figure("lively_share"))).sum())
    peopled = int((talk & (shares >= figure("quiet_share"))).sum())
    talked = int(talk.sum())
    if lively >= figure("lively_days") * number:
        return "lively", [f"{number} 天里有 {lively} 天，发言的人到了 {figure('lively_share'):.0%}（经验线）"]
    if peopled >= figure("quiet_days") * number:
        return "quiet", [
            f"{number} 天里有 {peopled} 天，发言的人到了 {figure('quiet_share'):.0%}（经验线），"
            f"到 {figure('lively_share'):.0%} 的{_only(lively)}"
        ]
    if talked < figure("dead_days") * number:
        some = f"只有 {talked} 天有人对话" if talked else "没有一天有人对话"
        told = f"{number} 天里{some}（经验线是一成）"
        return "dead", [told, *_only_promotions(group)]
    return "dying", [
        f"{number} 天里有 {talked} 天有人对话，"
        f"发言的人到 {figure('quiet_share'):.0%}（经验线）的{_only(peopled)}"
    ]


def _percent(share: float) -> str:
    return f"{share:.1%}".replace(".0%", "%")


def _only(days: int) -> str:
    return f"只有 {days} 天" if days else "一天也没有"


def _is_promotion(group: _Group) -> bool:
    return _share(group, "promotions", "messages") >= figure("promotion_much")


def _only_promotions(group: _Group) -> list[str]:
    """The warning of a dead group (B8): what is still posted is promotion, and whether anybody answers."""
    if not _is_promotion(group):
        return []
    told = f"还在发的消息里 {_share(group, 'promotions', 'messages'):.0%} 是促销"
    both = group.both("promotions", "answered")
    sent, answered = int(both["promotions"].sum()), int(both["answered"].sum())
    if sent:
        told += f"，{sent} 次促销{f'有 {answered} 次' if answered else '没有一次'}有人接话"
    return [told]


def _advice(group: _Group) -> list[str]:
    """What to try in a dead group."""
    pause = "先停几天促销" if _is_promotion(group) else "先停一停推送"
    return [f"{pause}，问一个好回答的问题，看有没有人应"]


def _remarks(group: _Group, shares: pd.Series[Any], measures: dict[str, float]) -> list[str]:
    """What else an editor should know; none of it moves the state."""
    found = []
    half = len(shares) // 2
    if len(shares) >= figure("min_days"):
        before, after = float(shares.iloc[:half].median()), float(shares.iloc[-half:].median())
        if before > 0 and after <= before / 2:
            found.append(
                f"后一半日子里，每天发言的人占 {_percent(after)}，不到前一半（{_percent(before)}）的一半"
            )
    for name, word in (("promotion_share", "促销"), ("junk_share", "杂讯")):
        bar = figure(f"{name.removesuffix('_share')}_much")
        if measures[name] >= bar:
            found.append(f"消息里 {measures[name]:.0%} 是{word}，到了 {bar:.0%}（经验线）")
    orders = group.both("repeat_orders", "orders")["orders"].sum()
    if 0 < orders < figure("few_orders"):
        found.append(f"复购占比只按 {int(orders)} 单算，仅供参考")
    lacking = [word for name, word in _MEASURED.items() if not group.days[name].notna().any()]
    scaled = [
        f"{_MEASURED[name]}量到 {len(group.both(name))} 天"
        for name in ("orders", "store_visits", "revenue")
        if figure("min_days") <= len(group.both(name)) < group.last
    ]
    if scaled:
        found.append(f"{'、'.join(scaled)}，按 {group.last} 天折算")
    if lacking and len(group.days):
        found.append(f"没有量到：{'、'.join(lacking)}")
    return found
