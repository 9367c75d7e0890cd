"""What keeps a post from one certain place: the rule's own sentence, with the posts that hold the room."""

from __future__ import annotations

import calendar
import datetime as dt
from collections.abc import Sequence

import numpy as np
import pandas as pd

from toolkit import lexicons
from toolkit.schedule._words import quota_words, window_words
from toolkit.schedule._world import World
from toolkit.schema import WORDS, as_date

# so many posts a sentence names before it says how many there are
_NAMED = 3


class Held:
    """The standing posts of a world by group, and what they are called."""

    def __init__(self, world: World) -> None:
        self.world = world
        titles = dict(zip(world.items["item_id"], world.items["title"], strict=True))
        named = [titles.get(item_id) or item_id for item_id in world.fixed["item_id"]]
        self.posts = world.fixed.assign(title=named)
        self._of: dict[int, pd.DataFrame] = {}

    def of(self, g: int) -> pd.DataFrame:
        """A group's posts by time."""
        if g not in self._of:
            own = self.posts[self.posts["group"] == g]
            self._of[g] = own.sort_values(["minute", "item_id"], kind="stable")
        return self._of[g]

    def draft_days(self, i: int) -> dict[int, int]:
        """For each group in which item i is a draft, its (first) day."""
        own = self.posts[(self.posts["item"] == i) & (self.posts["group"] >= 0)]
        own = own[own["status"] == "draft"].sort_values("day", ascending=False)
        return {int(g): int(day) for g, day in zip(own["group"], own["day"], strict=True)}


def at_place(held: Held, rule: str, i: int, g: int, t: int) -> str:
    """Why a rule bars item i from group g at time t."""
    world = held.world
    row, group = world.item_rows[i], world.group_rows[g]
    date = world.date_at(world.day[t])
    if rule in ("after", "phase"):
        return _order_words(held, rule, i, g, int(world.day[t]))
    if rule in ("per_day", "per_week", "promos_per_week", "platform", "min_gap", "slot_clash"):
        return _room_words(held, rule, g, t)
    if rule == "minutes":
        return _minutes_words(held, i, g, int(world.day[t]))
    if rule == "window":
        return _window_words(world, i, g, date)
    if rule == "solemn":
        return f"{lexicons.days_of('solemn').get(date, '哀悼日')}是庄重日，不发促销、红包，也不用推销、幽默、喜庆的语气"
    if rule == "festival":
        names = sorted(lexicons.festival_days().get(date, set()))
        return f"{lexicons.spoken_festival('、'.join(names))}当天只发为它准备的促销"
    return {
        "audience": f"这条不发给群「{group['name']}」",
        "once": f"这条在群「{group['name']}」已另有一次发布，一个群只发一次",
        "slot": f"限定时刻 {'、'.join(row['clock'])}",
        "quiet": f"落在免打扰时间（{'、'.join(group['quiet'])}）",
    }[rule]


def _window_words(world: World, i: int, g: int, date: dt.date) -> str:
    row, group = world.item_rows[i], world.group_rows[g]
    closes = as_date(group["closes"])
    if closes is not None and date > closes:
        return f"群「{group['name']}」在 {closes.month}月{closes.day}日 之后关闭"
    if (group["group_id"], date) in world.rules.shut:
        return "这个群那天停发"
    return window_words(row)


def _order_words(held: Held, rule: str, i: int, g: int, day: int) -> str:
    """Which post of `after` or of the campaign the place would come before or behind."""
    world = held.world
    own = held.of(g)
    at = {item_id: int(when) for item_id, when in zip(own["item_id"][::-1], own["day"][::-1], strict=True)}
    titles = dict(zip(own["item_id"], own["title"], strict=True))
    ids = world.items["item_id"].to_numpy()
    if rule == "after":
        for name in world.item_rows[i]["after"]:
            if name in at and at[name] >= day:
                return f"先发的「{titles[name]}」排在 {_day(world, at[name])}，这条要晚一天以上"
        for j in world.needs[i]:
            if world.audience[j, g] and ids[j] not in at:
                return f"先发的「{world.item_rows[j]['title']}」没有排进这个群"
        late = [ids[j] for j in world.dependents[i] if at.get(ids[j], day + 1) <= day]
        return f"要等它的「{titles[late[0]]}」排在 {_day(world, at[late[0]])}，这条要早一天以上"
    last = {item_id: int(when) for item_id, when in zip(own["item_id"], own["day"], strict=True)}
    mine = WORDS[world.item_rows[i]["phase"]]
    for others, days, side in ((world.before[i], last, "晚"), (world.behind[i], at, "早")):
        for j in others:
            when = days.get(ids[j])
            if when is not None and (when >= day if side == "晚" else when <= day):
                phase = WORDS[world.item_rows[j]["phase"]]
                return f"{phase}「{titles[ids[j]]}」排在 {_day(world, when)}，{mine}要比它{side}一天以上"
    raise AssertionError(rule)


def _day(world: World, day: int) -> str:
    date = world.date_at(day)
    return f"{date.month}月{date.day}日"


def _room_words(held: Held, rule: str, g: int, t: int) -> str:
    """Which posts have taken the room of the slot, day, week or month."""
    world = held.world
    own, group = held.of(g), world.group_rows[g]
    day, minute = int(world.day[t]), int(world.minute[t])
    week = (own["day"] + world.start.weekday()) // 7 == world.week[t]
    if rule == "slot_clash":
        return f"这个时段已有{_titles(own.loc[own['minute'] == minute, 'title'])}"
    if rule == "min_gap":
        near = own.loc[(own["minute"] - minute).abs().idxmin()]
        apart = abs(int(near["minute"]) - minute)
        return f"离 {near['starts_at']:%H:%M} 的「{near['title']}」只有 {apart} 分钟，至少要 {world.rules.min_gap} 分钟"
    if rule == "per_day":
        return f"当天已有{_titles(own.loc[own['day'] == day, 'title'])}，每天上限 {group['posts_per_day']} 条"
    if rule == "per_week":
        return f"那周已有{_titles(own.loc[week, 'title'])}，每周上限 {group['posts_per_week']} 条"
    if rule == "promos_per_week":
        kinds = np.array([i >= 0 and bool(world.promotion[i]) for i in own["item"]], dtype=bool)
        taken = _titles(own.loc[week & kinds, "title"])
        return f"那周已有促销{taken}，每周促销上限 {group['promos_per_week']} 条"
    return f"{_quota_counts(world, own, g, day)}，已到上限（{quota_words(world, g)}）"


def _quota_counts(world: World, own: pd.DataFrame, g: int, day: int) -> str:
    """How many posts the day, week or month already has, whichever is full."""
    date = world.date_at(day)
    dates = [world.date_at(int(when)) for when in own["day"]]
    week, month = (date - dt.timedelta(days=date.weekday())), (date.year, date.month)
    counts = {
        "当天": sum(other == date for other in dates),
        "那周": sum(other - dt.timedelta(days=other.weekday()) == week for other in dates),
        "当月": sum((other.year, other.month) == month for other in dates),
    }
    for quota in world.rules.quotas:
        length = calendar.monthrange(date.year, date.month)[1]
        most = length if quota.per_month == "days" else quota.per_month
        for (when, count), ceiling in zip(counts.items(), (quota.per_day, quota.per_week, most), strict=True):
            if (
                quota.channel == world.group_rows[g]["channel"]
                and ceiling is not None
                and count >= int(ceiling)
            ):
                return f"{when}已有 {count} 条"
    raise AssertionError(counts)


def _minutes_words(held: Held, i: int, g: int, day: int) -> str:
    world = held.world
    owner = world.owner[i]
    posts = held.posts
    today = posts[(posts["day"] == day) & (posts["item"] >= 0)]
    today = today[world.owner[today["item"].to_numpy(dtype=np.int64)] == owner]
    sends = today.drop_duplicates(["item", "minute"])
    minutes = world.items["minutes"].to_numpy(dtype=np.int64)
    groups = today["group"].to_numpy(dtype=np.int64)
    spent = int(
        minutes[sends["item"].to_numpy(dtype=np.int64)].sum() + world.by_hand[groups[groups >= 0]].sum()
    )
    by_hand = f"，手发另要 {world.by_hand[g]} 分钟" if world.by_hand[g] else ""
    return (
        f"负责人「{world.owners[owner] or '未填'}」当天已用 {spent} 分钟，上限 {int(world.minutes_cap[day])} 分钟，"
        f"这条要 {minutes[i]} 分钟{by_hand}"
    )


def _titles(titles: Sequence[str] | pd.Series) -> str:
    named = "".join(f"「{title}」" for title in list(titles)[:_NAMED])
    return f"{named}等 {len(titles)} 条" if len(titles) > _NAMED else named
