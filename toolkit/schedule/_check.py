"""The independent judge: reads a calendar row by row and names every broken rule; shares no code with the planner."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import pandas as pd

from toolkit import lexicons, schema
from toolkit.schema import PlanError, Rules, as_date, as_list

_COUNTED = {"draft", "pinned", "sent"}
_STANDING = {"pinned", "sent"}
# what an editor reads for the rule that a standing post breaks
_RULE_NAMES = {
    "unknown": "条目和群要在表里",
    "audience": "发给谁",
    "once": "一群一次",
    "slot": "时段",
    "quiet": "免打扰",
    "window": "可发日期",
    "per_day": "每天上限",
    "per_week": "每周上限",
    "promos_per_week": "每周促销上限",
    "slot_clash": "同一时间只发一条",
    "waves": "群发批数",
    "minutes": "负责人的时间",
    "after": "先发条目",
    "phase": "活动阶段",
    "solemn": "庄重日",
    "festival": "节日",
    "min_gap": "最短间隔",
}
_PHASE_ORDER = {"warmup": 1, "promotion": 2, "review": 3}


@dataclass(frozen=True)
class _Post:
    """One live post with its item and group rows (None where unknown)."""

    post_id: str
    item_id: str
    group_id: str
    at: pd.Timestamp
    standing: bool
    item: dict[str, Any] | None
    group: dict[str, Any] | None

    @property
    def day(self) -> dt.date:
        return self.at.date()

    @property
    def monday(self) -> dt.date:
        return self.day - dt.timedelta(days=self.day.weekday())


@dataclass(frozen=True)
class _Case:
    """What every rule looks at: the live posts (standing ones first, then by time), the tables and the rules."""

    posts: list[_Post]
    items: dict[str, dict[str, Any]]
    groups: dict[str, dict[str, Any]]
    rules: Rules

    @property
    def segments(self) -> set[str]:
        return {group["segment"] for group in self.groups.values() if group["segment"]}


@dataclass(frozen=True)
class _Finding:
    rule_id: str
    post: _Post
    message: str
    severity: str = "block"


def check_calendar(
    calendar: pd.DataFrame, items: pd.DataFrame, groups: pd.DataFrame, *, rules: Rules | None = None
) -> pd.DataFrame:
    """CHECKS: one row for each broken rule and post, hard ones (block) first; empty when all is well.

    Works on any CALENDAR, the planner's or a hand-made one. Missed and cancelled posts count for nothing. A pinned
    or sent post that breaks a rule is reported as `pinned` (warn); a draft that breaks one, or adds to such a breach,
    as that rule (block). `must_send` (warn) names every item and group of its audience without a post. Solemn and
    festival days are those of the calendar table (2020 to 2035).

    Raises ColumnError when a table lacks a column, PlanError when an item or group id stands twice or a slot or
    quiet span cannot be read.

    >>> groups = pd.DataFrame([{"group_id": "g1", "name": "妈妈群", "members": 200, "slots": ["20:00"],
    ...                         "posts_per_day": 1, "posts_per_week": 5}])
    >>> items = pd.DataFrame([{"item_id": "a", "title": "新米到了"}])
    >>> post = {"post_id": "p", "item_id": "a", "group_id": "g1", "starts_at": "2026-09-21 21:00"}
    >>> list(check_calendar(pd.DataFrame([post]), items, groups)["rule_id"])
    ['slot']
    """
    rules = rules or Rules()
    item_rows = _by_id(items, schema.ITEMS, "item_id")
    group_rows = _by_id(groups, schema.GROUPS, "group_id")
    posts, findings = _live_posts(calendar, item_rows, group_rows)
    case = _Case(posts, item_rows, group_rows, rules)
    for rule in _RULES:
        findings += rule(case)
    rows = [_row(finding) for finding in findings] + _unmet(case)
    if not rows:
        return schema.CHECKS.empty()
    rows.sort(key=lambda row: row["severity"] != "block")
    return schema.check(pd.DataFrame(rows), schema.CHECKS)


def _by_id(frame: pd.DataFrame, contract: schema.Contract, key: str) -> dict[str, dict[str, Any]]:
    rows = schema.check(frame, contract).to_dict("records")
    found = {str(row[key]): {str(name): value for name, value in row.items()} for row in rows}
    if len(found) < len(rows):
        raise PlanError(
            f"{contract.caption}表里{contract.captions[key]}有重复，没法核对排期。请给每一行自己的编号。"
        )
    return found


def _live_posts(
    calendar: pd.DataFrame, items: dict[str, dict[str, Any]], groups: dict[str, dict[str, Any]]
) -> tuple[list[_Post], list[_Finding]]:
    """The posts that count, standing ones first and then by time, and those that name nothing known."""
    posts, findings = [], []
    for row in schema.check(calendar, schema.CALENDAR).to_dict("records"):
        if row["status"] not in _COUNTED:
            continue
        item, group = items.get(row["item_id"]), groups.get(row["group_id"])
        standing = row["status"] in _STANDING
        post = _Post(row["post_id"], row["item_id"], row["group_id"], row["starts_at"], standing, item, group)
        if item is None:
            findings.append(_Finding("unknown", post, f"条目 {post.item_id} 不在内容条目里"))
        elif group is None:
            findings.append(_Finding("unknown", post, f"群 {post.group_id} 不在群表里"))
        if pd.isna(row["starts_at"]):
            findings.append(_Finding("slot", post, "没有发布时间"))
        else:
            posts.append(post)
    posts.sort(key=lambda post: (not post.standing, post.at, post.group_id, post.item_id))
    return posts, findings


def _row(finding: _Finding) -> dict[str, str]:
    post = finding.post
    when = "" if pd.isna(post.at) else f"{post.at.month}月{post.at.day}日 {post.at:%H:%M} "
    title = post.item["title"] if post.item else post.item_id
    name = post.group["name"] if post.group else post.group_id
    message = f"{when}群「{name}」「{title}」：{finding.message}"
    if post.standing:
        message = f"{message}（已定或已发，照原样保留；规则：{_RULE_NAMES[finding.rule_id]}）"
        return {"rule_id": "pinned", "severity": "warn", "post_id": post.post_id, "message": message}
    return {
        "rule_id": finding.rule_id,
        "severity": finding.severity,
        "post_id": post.post_id,
        "message": message,
    }


def _for(item: dict[str, Any], group: dict[str, Any], segments: set[str]) -> bool:
    """Whether the group is in the item's audience: "all", else a segment, else a group_id."""
    for name in item["groups"] or ["all"]:
        if name == "all" or (name == group["segment"] if name in segments else name == group["group_id"]):
            return True
    return False


def _minute_of(clock: str) -> int:
    hours, _, minutes = clock.replace("：", ":").partition(":")
    try:
        return int(hours) * 60 + int(minutes)
    except ValueError:
        raise PlanError(f"时刻「{clock}」看不懂。请写成 20:00 这样的形式。") from None


def _quiet_at(spans: list[str], minute: int) -> str:
    for span in spans:
        plain = span
        for mark in "－–—~～至":
            plain = plain.replace(mark, "-")
        if "-" not in plain:
            raise PlanError(f"免打扰「{span}」看不懂。请写成 22:00-08:00 这样的形式。")
        begin, end = (_minute_of(part) for part in plain.split("-", 1))
        if begin <= minute < end if begin < end else minute >= begin or minute < end:
            return span
    return ""


def _each(case: _Case) -> list[_Finding]:
    """Rules that one post breaks by itself: slot, quiet, window, solemn, festival."""
    found = []
    solemn_days, festivals = lexicons.days_of("solemn"), _festivals()
    for post in case.posts:
        if post.group is not None:
            minute = post.at.hour * 60 + post.at.minute
            if post.at.second or minute not in [_minute_of(slot) for slot in post.group["slots"]]:
                listed = "、".join(post.group["slots"]) or "无"
                found.append(_Finding("slot", post, f"不是这个群的时段（有：{listed}）"))
            if span := _quiet_at(post.group["quiet"], minute):
                found.append(_Finding("quiet", post, f"落在免打扰 {span} 里"))
            closes = as_date(post.group["closes"])
            if closes is not None and post.day > closes:
                found.append(_Finding("window", post, f"这个群已在 {closes} 关闭"))
        if post.item is not None:
            found += _window(post) + _solemn(post, case.rules, solemn_days)
            found += _festival(post, case.rules, festivals)
    return found


def _window(post: _Post) -> list[_Finding]:
    assert post.item is not None  # noqa: S101 - for the type checker
    first, last = as_date(post.item["earliest"]), as_date(post.item["latest"])
    if first is not None and post.day < first:
        return [_Finding("window", post, f"早于最早日期 {first}")]
    if last is not None and post.day > last:
        return [_Finding("window", post, f"晚于最晚日期 {last}")]
    return []


def _solemn(post: _Post, rules: Rules, days: dict[dt.date, str]) -> list[_Finding]:
    item = post.item or {}
    mourning = post.day in rules.mourning
    if rules.solemn == "off" or not (mourning or post.day in days):
        return []
    name = "哀悼日" if mourning else days[post.day]
    selling = item["kind"] in ("promotion", "red_packet")
    if not selling and item["tone"] not in ("sales", "humorous", "festive"):
        return []
    occasion = lexicons.festival_name(item["festival"])
    gentle = item["kind"] == "promotion" and item["tone"] in ("neutral", "warm")
    if name == "清明" and occasion == "清明" and gentle:
        return []
    text = f"{name}不发促销和红包，也不用推销、幽默、喜庆的语气"
    return [_Finding("solemn", post, text, rules.solemn)]


def _festivals() -> dict[dt.date, list[str]]:
    """Day to the names of festivals that bar promotion on it."""
    found: dict[dt.date, list[str]] = defaultdict(list)
    for row in lexicons.calendar().to_dict("records"):
        if row["kind"] == "festival" and "promotion" in as_list(row["bars"]):
            found[row["date"]].append(row["name"])
    return found


def _festival(post: _Post, rules: Rules, days: dict[dt.date, list[str]]) -> list[_Finding]:
    item = post.item or {}
    names = days.get(post.day, [])
    if rules.festival == "off" or item["kind"] != "promotion":
        return []
    if not names or lexicons.festival_name(item["festival"]) in names:
        return []
    text = f"{'、'.join(names)}当天只发为这个节日准备的促销"
    return [_Finding("festival", post, text, rules.festival)]


def _audience(case: _Case) -> list[_Finding]:
    segments = case.segments
    return [
        _Finding("audience", post, f"这条不发给这个群（发给：{'、'.join(post.item['groups'])}）")
        for post in case.posts
        if post.item is not None and post.group is not None and not _for(post.item, post.group, segments)
    ]


def _counted(
    rule_id: str,
    key: Callable[[_Post], Any],
    ceiling: int | str,
    text: str,
    *,
    kind: str = "",
) -> Callable[[_Case], list[_Finding]]:
    """A rule that lets only so many posts (of one kind) share a key; standing posts take the room first.

    The ceiling is a number or the column of GROUPS that holds it.
    """

    def rule(case: _Case) -> list[_Finding]:
        found: list[_Finding] = []
        counts: dict[Any, int] = defaultdict(int)
        for post in case.posts:
            limit = ceiling if isinstance(ceiling, int) else (post.group or {}).get(ceiling, pd.NA)
            if pd.isna(limit) or (kind and (post.item or {}).get("kind") != kind):
                continue
            counts[key(post)] += 1
            if counts[key(post)] > limit:
                found.append(_Finding(rule_id, post, text.format(limit)))
        return found

    return rule


def _waves(case: _Case) -> list[_Finding]:
    """How many different send times an item uses; standing times come first and are never too many for a draft."""
    found: list[_Finding] = []
    times: dict[str, list[pd.Timestamp]] = defaultdict(list)
    standing: dict[str, set[pd.Timestamp]] = defaultdict(set)
    for post in case.posts:
        if post.item is None:
            continue
        if post.standing:
            standing[post.item_id].add(post.at)
        known = times[post.item_id]
        if post.at not in known:
            known.append(post.at)
        late = known.index(post.at) >= post.item["waves"]
        if late and (post.standing or post.at not in standing[post.item_id]):
            found.append(
                _Finding(
                    "waves", post, f"最多分 {post.item['waves']} 批群发，这是第 {known.index(post.at) + 1} 批"
                )
            )
    return found


def _minutes(case: _Case) -> list[_Finding]:
    """An owner's minutes a day, charged once for each send time of an item."""
    found: list[_Finding] = []
    spent: dict[tuple[str, dt.date], int] = defaultdict(int)
    sends: set[tuple[str, pd.Timestamp]] = set()
    for post in case.posts:
        if post.item is None or (post.item_id, post.at) in sends:
            continue
        sends.add((post.item_id, post.at))
        rules = case.rules
        limit = rules.minutes_workday if lexicons.is_workday(post.day) else rules.minutes_day_off
        owner, minutes = post.item["owner"], int(post.item["minutes"])
        if minutes and spent[owner, post.day] + minutes > limit:
            text = f"负责人「{owner or '未填'}」当天超过 {limit} 分钟（已有 {spent[owner, post.day]}，这条 {minutes}）"
            found.append(_Finding("minutes", post, text))
            # what stands has been spent all the same; a draft too many must not hide a smaller one that fits
            if not post.standing:
                continue
        spent[owner, post.day] += minutes
    return found


def _after(case: _Case) -> list[_Finding]:
    """What must have been sent to the same group on an earlier day, where it is for that group at all."""
    sent: dict[tuple[str, str], list[dt.date]] = defaultdict(list)
    for post in case.posts:
        sent[post.item_id, post.group_id].append(post.day)
    segments = case.segments
    found = []
    for post in case.posts:
        for earlier in post.item["after"] if post.item is not None else []:
            days = sent.get((earlier, post.group_id), [])
            asked = (
                earlier in case.items
                and post.group is not None
                and _for(case.items[earlier], post.group, segments)
            )
            if (asked or days) and not any(day < post.day for day in days):
                title = case.items[earlier]["title"] if earlier in case.items else earlier
                found.append(_Finding("after", post, f"先发的「{title}」没有在更早的一天发到这个群"))
    return found


def _phase(case: _Case) -> list[_Finding]:
    """Within a campaign and group a later phase comes on a later day than the last post of an earlier one."""
    campaigns: dict[tuple[str, str], list[_Post]] = defaultdict(list)
    for post in case.posts:
        if post.item is not None and post.item["campaign"] and post.item["phase"] in _PHASE_ORDER:
            campaigns[post.item["campaign"], post.group_id].append(post)
    found = []
    for members in campaigns.values():
        blamed: dict[int, _Finding] = {}
        for first in members:
            for second in members:
                if _stage(first) < _stage(second) and second.day <= first.day:
                    # the draft is to blame; between two of a kind, the later phase
                    guilty = first if second.standing and not first.standing else second
                    text = (
                        "后面的阶段要晚于前面阶段的最后一条" if guilty is second else "要早于后面阶段的第一条"
                    )
                    blamed.setdefault(
                        id(guilty),
                        _Finding("phase", guilty, f"{text}，差在「{_other(guilty, first, second)}」"),
                    )
        found += list(blamed.values())
    return found


def _stage(post: _Post) -> int:
    return _PHASE_ORDER[post.item["phase"]] if post.item is not None else 0


def _other(guilty: _Post, first: _Post, second: _Post) -> str:
    other = first if guilty is second else second
    return str(other.item["title"]) if other.item is not None else other.item_id


def _gaps(case: _Case) -> list[_Finding]:
    """The least minutes between two posts of one group; equal times are slot_clash's business."""
    groups: dict[str, list[_Post]] = defaultdict(list)
    for post in case.posts:
        groups[post.group_id].append(post)
    found: dict[int, _Finding] = {}
    for members in groups.values():
        members.sort(key=lambda post: post.at)
        for n, first in enumerate(members):
            for second in members[n + 1 :]:
                apart = int((second.at - first.at).total_seconds() // 60)
                if apart >= case.rules.min_gap:
                    break
                if apart:
                    guilty = first if second.standing and not first.standing else second
                    text = f"离这个群的另一条只有 {apart} 分钟（至少 {case.rules.min_gap} 分钟）"
                    found.setdefault(id(guilty), _Finding("min_gap", guilty, text))
    return list(found.values())


def _unmet(case: _Case) -> list[dict[str, str]]:
    """A warning for every must-send item and group of its audience without a post."""
    there = {(post.item_id, post.group_id) for post in case.posts}
    segments = case.segments
    return [
        {
            "rule_id": "must_send",
            "severity": "warn",
            "post_id": f"{item_id}@{group_id}",
            "message": f"群「{group['name']}」还没有排入必发的「{item['title']}」",
        }
        for item_id, item in case.items.items()
        if item["must_send"]
        for group_id, group in case.groups.items()
        if _for(item, group, segments) and (item_id, group_id) not in there
    ]


_RULES = (
    _audience,
    _each,
    _counted("once", lambda p: (p.item_id, p.group_id), 1, "同一条内容在一个群里只发一次"),
    _counted("slot_clash", lambda p: (p.group_id, p.at), 1, "这个群同一时间已有别的发布"),
    _counted("per_day", lambda p: (p.group_id, p.day), "posts_per_day", "当天超过每天上限 {} 次"),
    _counted("per_week", lambda p: (p.group_id, p.monday), "posts_per_week", "那一周超过每周上限 {} 次"),
    _counted(
        "promos_per_week",
        lambda p: (p.group_id, p.monday),
        "promos_per_week",
        "那一周超过每周促销上限 {} 次",
        kind="promotion",
    ),
    _waves,
    _minutes,
    _after,
    _phase,
    _gaps,
)
