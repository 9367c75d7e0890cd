"""The checker's hard rules, one function each: a case in, who broke the rule out. Shares no code with the planner."""

from __future__ import annotations

import datetime as dt
from bisect import bisect_left, bisect_right
from calendar import monthrange
from collections import defaultdict
from collections.abc import Callable, Iterator
from typing import Any

import pandas as pd

from toolkit import lexicons
from toolkit.schedule._check_case import Case, Finding, Post
from toolkit.schema import Quota, as_list

_PHASE_ORDER = {"warmup": 1, "promotion": 2, "review": 3}
_BY_HAND = "群"
_MOST_NAMED = 8

Rule = Callable[[Case], list[Finding]]


def _unknown(case: Case) -> list[Finding]:
    found = []
    for post in case.untimed + case.posts:
        # what went out before these days may well have left the tables since
        if post.standing and post.day < case.span[0] and post not in case.untimed:
            continue
        if post.item is None:
            found.append(Finding("unknown", post, f"条目 {post.item_id} 不在内容条目里"))
        if post.group is None:
            found.append(Finding("unknown", post, f"群 {post.group_id} 不在群表里"))
    return found


def _audience(case: Case) -> list[Finding]:
    return [
        Finding("audience", post, f"这条不发给这个群（发给：{_listed(post.item.targets)}）")
        for post in case.posts
        if post.item and post.group and post.group_id not in post.item.audience
    ]


def _listed(names: list[str]) -> str:
    more = f" 等 {len(names)} 处" if len(names) > _MOST_NAMED else ""
    return "、".join(names[:_MOST_NAMED]) + more


def _slot(case: Case) -> list[Finding]:
    found = [Finding("slot", post, "没有发布时间") for post in case.untimed]
    for post in case.posts:
        # seconds make a minute that no slot can be
        minute = -1 if post.at.second or post.at.microsecond else _minute(post)
        if post.group and minute not in post.group.slots:
            listed = "、".join(post.group.slots.values()) or "无"
            found.append(Finding("slot", post, f"不是这个群的时段（有：{listed}）"))
        if post.item and post.item.clock and minute not in post.item.clock:
            found.append(Finding("slot", post, f"这条只在 {'、'.join(post.item.clock.values())} 发"))
    return found


def _quiet(case: Case) -> list[Finding]:
    found = []
    for post in case.posts:
        minute = _minute(post)
        for span, begin, end in post.group.quiet if post.group else []:
            if begin <= minute < end if begin < end else minute >= begin or minute < end:
                found.append(Finding("quiet", post, f"落在免打扰 {span} 里"))
                break
    return found


def _minute(post: Post) -> int:
    return post.at.hour * 60 + post.at.minute


def _window(case: Case) -> list[Finding]:
    found = []
    for post in case.posts:
        if post.group and post.group.closes and post.day > post.group.closes:
            found.append(Finding("window", post, f"这个群已在 {post.group.closes} 关闭"))
        if (post.group_id, post.day) in case.shut:
            found.append(Finding("window", post, "这个群这一天不发"))
        if post.item and post.item.earliest and post.day < post.item.earliest:
            found.append(Finding("window", post, f"早于最早日期 {post.item.earliest}"))
        if post.item and post.item.latest and post.day > post.item.latest:
            found.append(Finding("window", post, f"晚于最晚日期 {post.item.latest}"))
    return found


def _solemn(case: Case) -> list[Finding]:
    rules, days = case.rules, lexicons.days_of("solemn")
    found = []
    for post in case.posts if rules.solemn != "off" else []:
        mourning = post.day in rules.mourning
        if not post.item or not (mourning or post.day in days):
            continue
        name = "哀悼日" if mourning else days[post.day]
        kind, tone = post.item.kind, post.item.tone
        gentle = kind == "promotion" and tone in ("neutral", "warm")
        if name == "清明" and gentle and lexicons.festival_name(post.item.festival) == "清明":
            continue
        if kind in ("promotion", "red_packet") or tone in ("sales", "humorous", "festive"):
            text = f"{name}不发促销和红包，也不用推销、幽默、喜庆的语气"
            found.append(Finding("solemn", post, text, rules.solemn))
    return found


def _festival(case: Case) -> list[Finding]:
    promotions = [post for post in case.posts if post.item and post.item.kind == "promotion"]
    if case.rules.festival == "off" or not promotions:
        return []
    days: dict[dt.date, list[str]] = defaultdict(list)
    table = lexicons.calendar()
    feasts = table[table["kind"] == "festival"]
    for day, name, bars in zip(feasts["date"], feasts["name"], feasts["bars"], strict=True):
        if "promotion" in as_list(bars):
            days[day].append(name)
    found = []
    for post in promotions:
        names = days.get(post.day)
        if names and post.item and lexicons.festival_name(post.item.festival) not in names:
            text = f"{'、'.join(names)}当天只发为这个节日准备的促销"
            found.append(Finding("festival", post, text, case.rules.festival))
    return found


def _crowded(
    rule_id: str, posts: list[Post], key: Callable[[Post], Any], ceiling: Callable[[Post], float], text: str
) -> list[Finding]:
    """Who comes when a key has as many posts as its ceiling allows; standing posts take the room first."""
    found: list[Finding] = []
    counts: dict[Any, int] = defaultdict(int)
    for post in posts:
        counts[key(post)] += 1
        if counts[key(post)] > ceiling(post):
            found.append(Finding(rule_id, post, text.format(f"{ceiling(post):.0f}")))
    return found


def _once(case: Case) -> list[Finding]:
    text = "同一条内容在一个群里只发一次"
    return _crowded("once", case.posts, lambda post: (post.item_id, post.group_id), lambda _: 1, text)


def _slot_clash(case: Case) -> list[Finding]:
    text = "这个群同一时间已有别的发布"
    return _crowded("slot_clash", case.posts, lambda post: (post.group_id, post.at), lambda _: 1, text)


def _group_and_day(post: Post) -> tuple[str, dt.date]:
    return post.group_id, post.day


def _group_and_week(post: Post) -> tuple[str, dt.date]:
    return post.group_id, post.monday


def _group_and_month(post: Post) -> tuple[str, int, int]:
    return post.group_id, post.day.year, post.day.month


def _per_day(case: Case) -> list[Finding]:
    posts = [post for post in case.posts if post.group]
    ceiling = {name: group.posts_per_day for name, group in case.groups.items()}
    text = "当天超过每天上限 {} 次"
    return _crowded("per_day", posts, _group_and_day, lambda post: ceiling[post.group_id], text)


def _per_week(case: Case) -> list[Finding]:
    posts = [post for post in case.posts if post.group]
    ceiling = {name: group.posts_per_week for name, group in case.groups.items()}
    text = "那一周超过每周上限 {} 次"
    return _crowded("per_week", posts, _group_and_week, lambda post: ceiling[post.group_id], text)


def _promos_per_week(case: Case) -> list[Finding]:
    posts = [post for post in case.posts if post.group and post.item and post.item.kind == "promotion"]
    ceiling = {name: group.promos_per_week for name, group in case.groups.items()}
    text = "那一周超过每周促销上限 {} 次"
    return _crowded("promos_per_week", posts, _group_and_week, lambda post: ceiling[post.group_id], text)


def _platform(case: Case) -> list[Finding]:
    found = []
    for quota in case.rules.quotas:
        posts = [post for post in case.posts if post.group and post.group.channel == quota.channel]
        for key, ceiling, period in _quota_ceilings(quota):
            text = f"{period}超过{quota.name}的上限 {{}} 次"
            found += _crowded("platform", posts, key, ceiling, text)
    return found


def _quota_ceilings(quota: Quota) -> Iterator[tuple[Callable[[Post], Any], Callable[[Post], float], str]]:
    """Key, ceiling and period of each ceiling that the quota sets."""
    day, week, month = quota.per_day, quota.per_week, quota.per_month
    if day is not None:
        yield _group_and_day, lambda _: day, "当天"
    if week is not None:
        yield _group_and_week, lambda _: week, "那一周"
    if month == "days":
        yield _group_and_month, lambda post: monthrange(post.day.year, post.day.month)[1], "当月"
    elif month is not None:
        yield _group_and_month, lambda _: month, "当月"


def _waves(case: Case) -> list[Finding]:
    """How many different send times an item uses; standing times come first and are never too many for a draft."""
    found: list[Finding] = []
    numbers: dict[str, dict[pd.Timestamp, int]] = defaultdict(dict)
    standing = {(post.item_id, post.at) for post in case.posts if post.standing}
    for post in case.posts:
        if post.item is None:
            continue
        known = numbers[post.item_id]
        number = known.setdefault(post.at, len(known) + 1)
        if number > post.item.waves and (post.standing or (post.item_id, post.at) not in standing):
            text = f"最多分 {post.item.waves} 批群发，这是第 {number} 批"
            found.append(Finding("waves", post, text))
    return found


def _minutes(case: Case) -> list[Finding]:
    """An owner's minutes a day: once for each send time of an item, and once more for each post sent by hand."""
    found: list[Finding] = []
    spent: dict[tuple[str, dt.date], float] = defaultdict(float)
    sends: set[tuple[str, pd.Timestamp]] = set()
    limits: dict[dt.date, float] = {}
    rules = case.rules
    for post in case.posts:
        if post.item is None:
            continue
        by_hand = rules.minutes_by_hand if post.group and post.group.channel == _BY_HAND else 0
        minutes = by_hand + (0 if (post.item_id, post.at) in sends else post.item.minutes)
        sends.add((post.item_id, post.at))
        if post.day not in limits:
            workday = lexicons.is_workday(post.day)
            limits[post.day] = rules.minutes_workday if workday else rules.minutes_day_off
        owner, limit = post.item.owner, limits[post.day]
        before = spent[owner, post.day]
        if minutes and before + minutes > limit:
            text = f"负责人「{owner or '未填'}」当天超过 {limit:g} 分钟（已有 {before:g}，这条 {minutes:g}）"
            found.append(Finding("minutes", post, text))
            # what stands has been spent all the same; a draft too many must not hide a smaller one that fits
            if not post.standing:
                continue
        spent[owner, post.day] += minutes
    return found


def _after(case: Case) -> list[Finding]:
    """What must have been sent to the same group on an earlier day, where it is for that group at all."""
    first: dict[tuple[str, str], dt.date] = {}
    for post in case.posts:
        key = (post.item_id, post.group_id)
        first[key] = min(post.day, first.get(key, post.day))
    found = []
    for post in case.posts:
        for name in post.item.after if post.item else []:
            earlier = case.items.get(name)
            sent = first.get((name, post.group_id))
            asked = sent is not None or (earlier is not None and post.group_id in earlier.audience)
            if asked and not (sent is not None and sent < post.day):
                title = earlier.title if earlier else name
                found.append(Finding("after", post, f"先发的「{title}」没有在更早的一天发到这个群"))
    return found


def _phase(case: Case) -> list[Finding]:
    """Within a campaign and group a later phase comes on a later day than the last post of an earlier one."""
    campaigns: dict[tuple[str, str], list[Post]] = defaultdict(list)
    for post in case.posts:
        if post.item and post.item.campaign and post.item.phase in _PHASE_ORDER:
            campaigns[post.item.campaign, post.group_id].append(post)
    found = []
    for posts in campaigns.values():
        standing = [post for post in posts if post.standing]
        last, last_standing = _by_stage(posts, latest=True), _by_stage(standing, latest=True)
        first_standing = _by_stage(standing, latest=False)
        for post in posts:
            # the draft is to blame; between two of a kind, the later phase
            earlier = last_standing if post.standing else last
            for stage, other in earlier.items():
                if stage < _stage(post) and other.day >= post.day:
                    text = f"后面的阶段要晚于前面阶段的最后一条，差在「{other.title}」"
                    found.append(Finding("phase", post, text))
            for stage, other in first_standing.items() if not post.standing else ():
                if stage > _stage(post) and other.day <= post.day:
                    text = f"要早于后面阶段的第一条，差在「{other.title}」"
                    found.append(Finding("phase", post, text))
    return found


def _stage(post: Post) -> int:
    return _PHASE_ORDER[post.item.phase] if post.item else 0


def _by_stage(posts: list[Post], *, latest: bool) -> dict[int, Post]:
    """The last or the first post of each phase."""
    found: dict[int, Post] = {}
    for post in sorted(posts, key=lambda post: post.at, reverse=not latest):
        found[_stage(post)] = post
    return found


def _min_gap(case: Case) -> list[Finding]:
    """The least minutes between two posts of one group; equal times are slot_clash's business."""
    gap = case.rules.min_gap
    times: dict[tuple[str, bool], list[pd.Timestamp]] = defaultdict(list)
    for post in sorted(case.posts, key=lambda post: post.at) if gap else []:
        times[post.group_id, False].append(post.at)
        if post.standing:
            times[post.group_id, True].append(post.at)
    found = []
    for post in case.posts if gap else []:
        # the draft is to blame; between two of a kind, the later one
        before, behind = times[post.group_id, post.standing], times[post.group_id, True]
        place, next_place = bisect_left(before, post.at), bisect_right(behind, post.at)
        near = before[max(0, place - 1) : place]
        near += [] if post.standing else behind[next_place : next_place + 1]
        for other in near:
            apart = abs((other - post.at).total_seconds()) / 60
            if apart < gap:
                text = f"离这个群的另一条只有 {apart:g} 分钟（至少 {gap:g} 分钟）"
                found.append(Finding("min_gap", post, text))
    return found


HARD: dict[str, Rule] = {
    "unknown": _unknown,
    "audience": _audience,
    "once": _once,
    "slot": _slot,
    "quiet": _quiet,
    "window": _window,
    "per_day": _per_day,
    "per_week": _per_week,
    "promos_per_week": _promos_per_week,
    "slot_clash": _slot_clash,
    "waves": _waves,
    "minutes": _minutes,
    "after": _after,
    "phase": _phase,
    "solemn": _solemn,
    "festival": _festival,
    "platform": _platform,
    "min_gap": _min_gap,
}
