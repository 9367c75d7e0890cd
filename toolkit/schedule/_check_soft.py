"""The checker's warnings: standing posts that break a rule, must-sends without a post, and wishes with their cost.

One function each: a case in, rows of CHECKS out. Shares no code with the planner.
"""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Callable
from itertools import pairwise
from typing import Any

from toolkit.schedule._check_case import Case, Group, Post, row, rows_of
from toolkit.schema import Soft

# less than this is no amount but the rounding of a share
_NOTHING = 1e-9
_LEAST_OPEN_DAYS = 4
_MOST_NAMED = 3

Rows = list[dict[str, Any]]


def _pinned(case: Case) -> Rows:
    return rows_of(finding for finding in case.broken if finding.post.standing)


def _must_send(case: Case) -> Rows:
    there = {(post.item_id, post.group_id) for post in case.posts}
    cost = 10 * max(1.0, case.worths[1])
    return [
        row(
            "must_send",
            f"{item_id}@{group_id}",
            f"群「{group.name}」还没有排入必发的「{item.title}」",
            cost=cost,
        )
        for item_id, item in case.items.items()
        if item.must_send
        for group_id, group in case.groups.items()
        if group_id in item.audience and (item_id, group_id) not in there
    ]


def _weekly_minimum(case: Case, soft: Soft) -> Rows:
    there = {(post.group_id, post.monday) for post in case.posts}
    first, end = case.span
    found = []
    for group in case.groups.values():
        able = (
            group.slots and min(group.posts_per_day, group.posts_per_week) >= 1 and case.meant[group.group_id]
        )
        monday = first - dt.timedelta(days=first.weekday())
        while able and monday < end:
            empty = (group.group_id, monday) not in there
            if empty and _open_days(case, group, monday) >= _LEAST_OPEN_DAYS:
                sunday = monday + dt.timedelta(days=6)
                text = f"群「{group.name}」{_spoken(monday)}至{_spoken(sunday)}：这一周一条也没有"
                cost = soft.weekly_minimum * case.unit
                found.append(row("weekly_minimum", group.group_id, text, cost=cost))
            monday += dt.timedelta(days=7)
    return found


def _open_days(case: Case, group: Group, monday: dt.date) -> int:
    """Days of the week in the span on which the group may get a post."""
    first, end = case.span
    week = [monday + dt.timedelta(days=n) for n in range(7)]
    return sum(
        first <= day < end
        and not (group.closes and day > group.closes)
        and (group.group_id, day) not in case.shut
        for day in week
    )


def _spoken(day: dt.date) -> str:
    return f"{day.month}月{day.day}日"


def _mix(case: Case, soft: Soft) -> Rows:
    found = []
    # kinds, share, words, and 1 where the share is a ceiling
    wishes = (
        (("promotion",), soft.promotion_share, "促销", 1),
        (("discussion", "poll"), soft.discussion_share, "话题和投票", -1),
        (("value",), soft.value_share, "干货", -1),
    )
    for group in case.groups.values():
        posts = case.inside[group.group_id]
        for kinds, share, words, sign in wishes:
            have = sum(post.item is not None and post.item.kind in kinds for post in posts)
            amount = sign * (have - share * len(posts))
            asked = any(case.meant[group.group_id][kind] for kind in kinds)
            if asked and amount > _NOTHING:
                side = "高于" if sign > 0 else "低于"
                text = f"群「{group.name}」：{words} {have}/{len(posts)}，{side} {share * 100:g}%"
                found.append(row("mix", group.group_id, text, cost=amount * soft.mix * case.unit))
    return found


def _spacing(case: Case, soft: Soft) -> Rows:
    """One row for each two neighbouring posts of a topic.

    A run of days holds one post too many for each two neighbours that both lie in it, so the cost of two neighbours
    is the number of runs that hold both and meet the span.
    """
    length = soft.spacing_days
    first, last = case.span[0], case.span[1] - dt.timedelta(days=1)
    topics: dict[tuple[str, str], list[Post]] = defaultdict(list)
    for post in sorted(case.posts, key=lambda post: post.at):
        if post.item and post.group and post.item.topic.strip():
            topics[post.group_id, post.item.topic].append(post)
    found = []
    for (_, topic), posts in topics.items():
        for one, other in pairwise(posts):
            apart = (other.day - one.day).days
            runs = length + (min(one.day, last) - max(other.day, first)).days
            if runs > 0:
                since = f"{apart} 天前" if apart else "同一天"
                text = f"{since}刚发过选题「{topic}」（「{one.title}」），最好隔 {length} 天"
                cost = soft.spacing * case.unit / length * runs
                found.append(row("spacing", other.post_id, f"{other.place}：{text}", cost=cost))
    return found


def _fairness(case: Case, soft: Soft) -> Rows:
    first, end = case.span
    room: dict[str, float] = {}
    for name, group in case.groups.items():
        until = min(end, group.closes + dt.timedelta(days=1)) if group.closes else end
        days = max(0, (until - first).days)
        ceilings = group.posts_per_week * days / 7, group.posts_per_day * days
        room[name] = min(*ceilings, case.meant[name].total()) if days else 0.0
    everyone, everywhere = sum(room.values()), sum(len(posts) for posts in case.inside.values())
    found = []
    for name, group in case.groups.items():
        have = len(case.inside[name])
        least = soft.fair_share * everywhere * room[name] / everyone if everyone else 0.0
        if least - have > _NOTHING:
            text = f"群「{group.name}」：只有 {have} 条，按各群的上限分摊，至少该有 {least:.1f} 条"
            found.append(row("fairness", name, text, cost=(least - have) * soft.fairness * case.unit))
    return found


def _overlap(case: Case, soft: Soft) -> Rows:
    """One row for each post that goes to people who get its item in another group as well, at the later of both."""
    first, end = case.span
    sent: dict[str, dict[str, Post]] = defaultdict(dict)
    inside: set[tuple[str, str]] = set()
    for post in sorted(case.posts, key=lambda post: post.at):
        if post.item and post.group:
            sent[post.item_id][post.group_id] = post
            if first <= post.day < end:
                inside.add((post.item_id, post.group_id))
    found = []
    for item_id, posts in sent.items():
        for group_id, post in posts.items():
            shared = case.shared.get(group_id, {})
            twice = {
                name: shared[name]
                for name, other in posts.items()
                if shared.get(name)
                and (other.at, name) < (post.at, group_id)
                and ((item_id, group_id) in inside or (item_id, name) in inside)
            }
            cost = soft.overlap * case.items[item_id].value * sum(twice.values()) / 100
            if cost > 0:
                found.append(
                    row("overlap", post.post_id, f"{post.place}：{_twice_words(case, twice)}", cost=cost)
                )
    return found


def _twice_words(case: Case, twice: dict[str, float]) -> str:
    largest = sorted(twice, key=lambda name: (-twice[name], name))[:_MOST_NAMED]
    named = "、".join(f"「{case.groups[name].name}」（重合约 {twice[name]:.0f} 人）" for name in largest)
    more = f" 等 {len(twice)} 个群" if len(twice) > _MOST_NAMED else ""
    return f"同一条也发给{named}{more}"


def _wish(price: str, rule: Callable[[Case, Soft], Rows], needs: str = "") -> Callable[[Case], Rows]:
    """A wish that is looked at only where it has a price (and `needs` is not 0) and the span has a day."""

    def asked(case: Case) -> Rows:
        soft, (first, end) = case.rules.soft, case.span
        if soft is None or first >= end or not getattr(soft, price) or not getattr(soft, needs or price):
            return []
        return rule(case, soft)

    return asked


WARNINGS: dict[str, Callable[[Case], Rows]] = {
    "pinned": _pinned,
    "must_send": _must_send,
    "weekly_minimum": _wish("weekly_minimum", _weekly_minimum),
    "mix": _wish("mix", _mix),
    "spacing": _wish("spacing", _spacing, needs="spacing_days"),
    "fairness": _wish("fairness", _fairness),
    "overlap": _wish("overlap", _overlap),
}
