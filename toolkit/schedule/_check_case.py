"""What the checker looks at: the live posts with their item and group, read once; shares no code with the planner."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

import pandas as pd

from toolkit import schema
from toolkit.schema import PlanError, Rules
from toolkit.schema._rules import RULES

_COUNTED = {"draft", "pinned", "sent"}
_STANDING = {"pinned", "sent"}
_A_DAY = 24 * 60
# what of a calendar the rules look at
_READ = ["post_id", "item_id", "group_id", "starts_at", "status"]
_NO_CEILING = float("inf")


@dataclass(frozen=True, eq=False)
class Group:
    """One row of GROUPS; clocks as minutes after midnight, a missing ceiling as infinite."""

    group_id: str
    name: str
    segment: str
    channel: str
    members: float
    closes: dt.date | None
    slots: dict[int, str]
    quiet: list[tuple[str, int, int]]
    posts_per_day: float
    posts_per_week: float
    promos_per_week: float


@dataclass(frozen=True, eq=False)
class Item:
    """One row of ITEMS; `audience` holds the ids of the groups it is for, `clock` minutes after midnight."""

    item_id: str
    title: str
    kind: str
    tone: str
    topic: str
    campaign: str
    phase: str
    value: float
    earliest: dt.date | None
    latest: dt.date | None
    targets: list[str]
    audience: frozenset[str]
    waves: int
    after: list[str]
    festival: Any
    minutes: int
    owner: str
    must_send: bool
    clock: dict[int, str]


@dataclass(frozen=True, eq=False)
class Post:
    """One live post with its item and group (None where unknown)."""

    post_id: str
    item_id: str
    group_id: str
    at: pd.Timestamp
    day: dt.date
    standing: bool
    item: Item | None
    group: Group | None

    @property
    def monday(self) -> dt.date:
        """The first day of its week."""
        return self.day - dt.timedelta(days=self.day.weekday())

    @property
    def title(self) -> str:
        """What to call its content."""
        return self.item.title if self.item else self.item_id

    @property
    def place(self) -> str:
        """When, where and what, for a message."""
        when = "" if pd.isna(self.at) else f"{self.at.month}月{self.at.day}日 {self.at:%H:%M} "
        name = self.group.name if self.group else self.group_id
        return f"{when}群「{name}」「{self.title}」"


@dataclass(frozen=True)
class Finding:
    """One post breaks one hard rule."""

    rule_id: str
    post: Post
    message: str
    severity: str = "block"


@dataclass(frozen=True, eq=False)
class Case:
    """What every rule looks at.

    `posts` are the live posts that have a time, standing ones first and then by time; `untimed` those that lack one.
    `span` is the plan's first day and the day after its last. `broken` fills up with what the hard rules found.
    """

    posts: list[Post]
    untimed: list[Post]
    items: dict[str, Item]
    groups: dict[str, Group]
    rules: Rules
    span: tuple[dt.date, dt.date]
    shared: dict[str, dict[str, float]]
    broken: list[Finding] = field(default_factory=list)

    @cached_property
    def inside(self) -> dict[str, list[Post]]:
        """Each known group's posts on a day of the span."""
        first, end = self.span
        found: dict[str, list[Post]] = {name: [] for name in self.groups}
        for post in self.posts:
            if post.group and first <= post.day < end:
                found[post.group_id].append(post)
        return found

    @cached_property
    def meant(self) -> dict[str, Counter[str]]:
        """For each group how many items of each kind are meant for it."""
        found: dict[str, Counter[str]] = {name: Counter() for name in self.groups}
        alike = Counter((item.audience, item.kind) for item in self.items.values())
        for (audience, kind), count in alike.items():
            for name in audience:
                found[name][kind] += count
        return found

    @cached_property
    def worths(self) -> tuple[float, float]:
        """The mean and the largest item value × members / 100 over all items and groups of their audience."""
        members: dict[frozenset[str], list[float]] = {}
        total, most, pairs = 0.0, 0.0, 0
        for item in self.items.values():
            if item.audience not in members:
                members[item.audience] = [self.groups[name].members for name in sorted(item.audience)]
            reached = members[item.audience]
            total += item.value * sum(reached) / 100
            most = max(most, item.value * max(reached, default=0.0) / 100)
            pairs += len(reached)
        return total / pairs if pairs else 0.0, most

    @cached_property
    def shut(self) -> frozenset[tuple[str, dt.date]]:
        """Group and day on which nothing is sent."""
        return frozenset(self.rules.shut)

    @property
    def unit(self) -> float:
        """What an average post is worth; the price of a wish is in these."""
        return self.worths[0] or 1.0


def row(
    rule_id: str, post_id: str, message: str, *, severity: str = "warn", cost: float = 0.0
) -> dict[str, Any]:
    """One row of CHECKS."""
    return {"rule_id": rule_id, "severity": severity, "post_id": post_id, "message": message, "cost": cost}


def rows_of(findings: Iterable[Finding]) -> list[dict[str, Any]]:
    """Rows of drafts that break a rule; two reasons for one rule and post share a row."""
    together: dict[tuple[str, int], list[Finding]] = {}
    for finding in findings:
        together.setdefault((finding.rule_id, id(finding.post)), []).append(finding)
    return [_row_of(same) for same in together.values()]


def _row_of(same: list[Finding]) -> dict[str, Any]:
    first = same[0]
    message = f"{first.post.place}：{'；'.join(finding.message for finding in same)}"
    if not first.post.standing:
        return row(first.rule_id, first.post.post_id, message, severity=first.severity)
    kept = f"（已定或已发，照原样保留；规则：{RULES[first.rule_id].name}）"
    return row("pinned", first.post.post_id, message + kept)


def read_groups(frame: pd.DataFrame) -> dict[str, Group]:
    """Every group by its id. Raises PlanError for a repeated id and for a slot or quiet span that cannot be read."""
    return {
        row["group_id"]: Group(
            group_id=row["group_id"],
            name=row["name"],
            segment=row["segment"],
            channel=row["channel"],
            members=_number(row["members"], 0.0),
            closes=row["closes"],
            slots=_clocks(row["slots"], f"群 {row['group_id']}（{row['name']}）"),
            quiet=[_quiet(span, f"群 {row['group_id']}（{row['name']}）") for span in row["quiet"]],
            posts_per_day=_number(row["posts_per_day"], _NO_CEILING),
            posts_per_week=_number(row["posts_per_week"], _NO_CEILING),
            promos_per_week=_number(row["promos_per_week"], _NO_CEILING),
        )
        for row in _rows(frame, schema.GROUPS, "group_id")
    }


def read_items(frame: pd.DataFrame, groups: dict[str, Group]) -> dict[str, Item]:
    """Every item by its id. Raises PlanError for a repeated id and a value or clock time that cannot be used."""
    found: dict[str, Item] = {}
    audiences = _Audiences(groups)
    for row in _rows(frame, schema.ITEMS, "item_id"):
        who = f"条目 {row['item_id']}（{row['title']}）"
        if not 0 <= row["value"] < float("inf"):
            raise PlanError(f"{who}的价值是 {row['value']}。请填一个不小于 0 的数。")
        targets = row["groups"] or ["all"]
        found[row["item_id"]] = Item(
            **{
                name: row[name] for name in ("item_id", "title", "kind", "tone", "topic", "campaign", "phase")
            },
            **{name: row[name] for name in ("value", "waves", "after", "festival", "owner", "must_send")},
            earliest=_day(row["earliest"]),
            latest=_day(row["latest"]),
            targets=targets,
            audience=audiences.of(targets),
            minutes=int(row["minutes"]),
            clock=_clocks(row["clock"], who),
        )
    return found


class _Audiences:
    """Who is meant by "all", else a segment, else a group_id."""

    def __init__(self, groups: dict[str, Group]) -> None:
        self._named: dict[str, set[str]] = {name: {name} for name in groups}
        segments: dict[str, set[str]] = {}
        for group in groups.values():
            segments.setdefault(group.segment, set()).add(group.group_id)
        self._named |= segments | {"all": set(groups)}
        self._known: dict[tuple[str, ...], frozenset[str]] = {}

    def of(self, targets: list[str]) -> frozenset[str]:
        key = tuple(targets)
        if key not in self._known:
            self._known[key] = frozenset().union(*(self._named.get(name, set()) for name in key))
        return self._known[key]


def read_posts(
    calendar: pd.DataFrame, items: dict[str, Item], groups: dict[str, Group]
) -> tuple[list[Post], list[Post]]:
    """The posts that count: those with a time, standing ones first and then by time; and those without."""
    posts: list[Post] = []
    untimed: list[Post] = []
    for row in _records(schema.check(calendar, schema.CALENDAR)[_READ]):
        if row["status"] not in _COUNTED:
            continue
        at, item_id, group_id = row["starts_at"], row["item_id"], row["group_id"]
        lacking = pd.isna(at)
        day = dt.date.min if lacking else at.date()
        standing = row["status"] in _STANDING
        known = items.get(item_id), groups.get(group_id)
        post = Post(row["post_id"], item_id, group_id, at, day, standing, *known)
        (untimed if lacking else posts).append(post)
    untimed.sort(key=lambda post: (post.group_id, post.item_id, post.post_id))
    posts.sort(key=lambda post: (not post.standing, post.at, post.group_id, post.item_id, post.post_id))
    return posts, untimed


def read_shared(frame: pd.DataFrame | None, groups: dict[str, Group]) -> dict[str, dict[str, float]]:
    """For each group the others it shares people with, and how many people get a post to both twice.

    Of several rows about one pair the largest counts; groups that are not in the table are passed over. Raises
    PlanError for a share that is not between 0 and 1.
    """
    shared: dict[str, dict[str, float]] = {}
    rows = [] if frame is None else schema.check(frame, schema.OVERLAP).to_dict("records")
    for row in rows:
        one, other, share = row["group_id"], row["other_id"], row["share"]
        if not 0 <= share <= 1:
            raise PlanError(
                f"群友重合表里群 {one} 与群 {other} 的重合比例是 {share}。请填 0 到 1 之间的数，如 0.15。"
            )
        if one not in groups or other not in groups:
            continue
        twice = max(share * groups[one].members, shared.get(one, {}).get(other, 0.0))
        shared.setdefault(one, {})[other] = twice
        shared.setdefault(other, {})[one] = twice
    return shared


def _rows(frame: pd.DataFrame, contract: schema.Contract, key: str) -> list[dict[Any, Any]]:
    rows = _records(schema.check(frame, contract))
    if len({row[key] for row in rows}) < len(rows):
        raise PlanError(
            f"{contract.caption}表里{contract.captions[key]}有重复，没法核对排期。请给每一行自己的编号。"
        )
    return rows


def _records(frame: pd.DataFrame) -> list[dict[Any, Any]]:
    """The rows as mappings, column by column: `to_dict` takes several times as long."""
    columns = [frame[name].tolist() for name in frame.columns]
    return [dict(zip(frame.columns, row, strict=True)) for row in zip(*columns, strict=True)]


def _number(value: Any, missing: float) -> float:
    return missing if pd.isna(value) else float(value)


def _day(value: pd.Timestamp) -> dt.date | None:
    return None if pd.isna(value) else value.date()


def _clocks(texts: list[str], who: str) -> dict[int, str]:
    """Minutes after midnight to the text as it stands."""
    return {_minute_of(text, who): text for text in texts}


def _minute_of(clock: str, who: str) -> int:
    hours, _, minutes = clock.replace("：", ":").partition(":")
    try:
        hour, minute = int(hours), int(minutes)
    except ValueError:
        hour, minute = -1, -1
    if not (0 <= minute < 60 and 0 <= hour * 60 + minute <= _A_DAY):
        raise PlanError(f"{who}的时刻「{clock}」看不懂。请写成 20:00 这样的形式。")
    return hour * 60 + minute


def _quiet(span: str, who: str) -> tuple[str, int, int]:
    """The span as it stands, its first minute and the minute it ends before."""
    plain = span
    for mark in "－–—~～至":
        plain = plain.replace(mark, "-")
    if "-" not in plain:
        raise PlanError(f"{who}的免打扰「{span}」看不懂。请写成 22:00-08:00 这样的形式。")
    begin, end = (_minute_of(part, who) for part in plain.split("-", 1))
    return span, begin, end
