"""What the soft rules cost as a plan grows: counts that move with each post, and the price of what they miss."""

from __future__ import annotations

import numpy as np
import pandas as pd

from toolkit import schema
from toolkit.schedule import _inputs
from toolkit.schedule._ledger import NOWHERE, Ledger
from toolkit.schedule._value import Array
from toolkit.schedule._world import FAR, World
from toolkit.schema import PlanError, Soft

_SORTS = {"promotion": 0, "discussion": 1, "poll": 1, "value": 2}
# a week counts for a plan that holds most of it
_MOST_OF_A_WEEK = 4


class Wishes:
    """The counts behind the soft rules, and `cost`, what they cost as things stand.

    It begins with the standing posts alone; `ledger` must hold no other yet.
    """

    def __init__(self, world: World, ledger: Ledger, soft: Soft, overlap: pd.DataFrame | None) -> None:
        self.world, self.ledger, self.soft = world, ledger, soft
        groups, weeks = len(world.groups), ledger.week_left.shape[1]
        asked = world.worth[world.audience]
        self.unit = (float(asked.mean()) if asked.size else 0.0) or 1.0
        self.sort = np.array([_SORTS.get(kind, -1) for kind in world.items["kind"]], dtype=np.int64)
        self.week_posts = np.zeros((groups, weeks), dtype=np.int64)
        self.posts = np.zeros(groups, dtype=np.int64)
        self.sorts = np.zeros((groups, 3), dtype=np.int64)
        self.week_asked = self._weeks_asked(weeks)
        meant = np.array([world.audience[self.sort == n].any(axis=0) for n in range(3)], dtype=bool).reshape(
            3, groups
        )
        self.sort_asked = meant.T
        self.shares = np.array([soft.promotion_share, soft.discussion_share, soft.value_share])
        self._shares: list[float] = self.shares.tolist()
        self._asked: list[list[float]] = self.sort_asked.astype(float).tolist()
        self.fair = self._fair_parts()
        self.topic, topics = self._topics()
        self.reach = int(soft.spacing_days) if soft.spacing else 0
        self.runs = np.zeros((topics, groups, world.days + max(1, self.reach) - 1), dtype=np.int16)
        self.twice = self._twice(overlap)
        self.cost = 0.0
        self._stand()

    def _weeks_asked(self, weeks: int) -> Array:
        world = self.world
        open_days = np.zeros((len(world.groups), weeks), dtype=np.int64)
        np.add.at(
            open_days.T, (np.arange(world.days) + world.start.weekday()) // 7, (~world.closed).T.astype(int)
        )
        able = world.slot.any(axis=1) & world.audience.any(axis=0)
        for ceiling in self._ceilings():
            able &= ceiling >= 1
        asked: Array = (open_days >= _MOST_OF_A_WEEK) & np.asarray(able)[:, None]
        return asked

    def _ceilings(self) -> tuple[Array, Array]:
        """Each group's own posts a day and a week; a missing ceiling is far up."""
        day, week = (
            self.world.groups[name].fillna(FAR).to_numpy(dtype=np.int64)
            for name in ("posts_per_day", "posts_per_week")
        )
        return day, week

    def _fair_parts(self) -> Array:
        """The part of all posts that each group should at least have."""
        world = self.world
        past = [schema.as_date(day) for day in world.groups["closes"]]
        days = np.array(
            [
                world.days if day is None else min(max((day - world.start).days + 1, 0), world.days)
                for day in past
            ],
            dtype=np.int64,
        ).reshape(-1)
        day, week = self._ceilings()
        room = np.minimum(np.minimum(week * days / 7, day * days), world.audience.sum(axis=0))
        total = float(room.sum())
        return np.asarray(self.soft.fair_share * room / total if total else room * 0.0)

    def _topics(self) -> tuple[Array, int]:
        """The number of each item's topic (−1 where it is blank or can have no neighbour), and how many there are."""
        topics = self.world.items["topic"]
        standing = self.world.fixed["item"]
        # of all posts, only two that already stand can be of one item and one group
        again = {topics.iloc[i] for i in standing[standing.duplicated() & (standing >= 0)]}
        counts = topics.value_counts()
        names = sorted(
            name for name, count in counts.items() if name.strip() and (count > 1 or name in again)
        )
        number = {name: n for n, name in enumerate(names)}
        return np.array([number.get(name, -1) for name in topics], dtype=np.int64), len(number)

    def _twice(self, overlap: pd.DataFrame | None) -> Array | None:
        """For each two groups the members who are in both, by the larger of the shares given; None without any."""
        if overlap is None or not self.soft.overlap:
            return None
        place = {name: g for g, name in enumerate(self.world.groups["group_id"])}
        members = self.world.groups["members"].to_numpy(dtype=float)
        found = np.zeros((len(place), len(place)))
        for row in _inputs.named(overlap, schema.OVERLAP).itertuples():
            if not 0 <= row.share <= 1:
                raise PlanError(
                    f"群友重合表里 {row.group_id} 和 {row.other_id} 的比例是 {row.share}。请填 0 到 1 之间的数。"
                )
            if row.group_id in place and row.other_id in place and row.group_id != row.other_id:
                g, h = place[row.group_id], place[row.other_id]
                found[g, h] = found[h, g] = max(found[g, h], float(row.share) * members[g])
        return found if found.any() else None

    def _stand(self) -> None:
        """Count what stands, and cost it."""
        world = self.world
        live = np.zeros(world.audience.shape, dtype=bool)
        inside = np.zeros(world.audience.shape, dtype=bool)
        places = (world.fixed[name].tolist() for name in ("item", "group", "day"))
        for i, g, day in zip(*places, strict=True):
            if g < 0:
                continue
            self._count(i, g, day, 1)
            if i >= 0:
                live[i, g] = True
                inside[i, g] |= 0 <= day < world.days
        self.standing = live
        self.cost = self._standing_cost = self._whole_cost()
        if self.twice is not None:
            value = world.items["value"].to_numpy(dtype=float)
            for i in np.nonzero(live.any(axis=1))[0]:
                pairs = np.outer(live[i], live[i]) & (inside[i][:, None] | inside[i][None, :])
                self.cost += self.soft.overlap * value[i] / 100 * float(np.triu(self.twice * pairs).sum())

    def recount(self) -> float:
        """Count what the ledger has placed since the standing posts were counted: the cost added."""
        before = self.cost
        items, groups = np.nonzero(self.ledger.placed != NOWHERE)
        days = self.world.day[self.ledger.placed[items, groups]]
        for i, g, day in zip(items.tolist(), groups.tolist(), days.tolist(), strict=True):
            self._count(i, g, day, 1)
        again = self.cost - self._standing_cost
        self.cost = self._whole_cost() + again
        if self.twice is not None:
            value = self.world.items["value"].to_numpy(dtype=float)
            for i in np.unique(items):
                stood = self.standing[i].astype(float)
                live = ((self.ledger.placed[i] != NOWHERE) | self.standing[i]).astype(float)
                pairs = float(live @ self.twice @ live - stood @ self.twice @ stood) / 2
                self.cost += self.soft.overlap * value[i] / 100 * pairs
        return self.cost - before

    def _count(self, i: int, g: int, day: int, sign: int) -> None:
        world = self.world
        week = (day + world.start.weekday()) // 7
        if 0 <= week < self.week_posts.shape[1]:
            self.week_posts[g, week] += sign
        if 0 <= day < world.days:
            self.posts[g] += sign
            if i >= 0 and self.sort[i] >= 0:
                self.sorts[g, self.sort[i]] += sign
        if i >= 0 and self.topic[i] >= 0 and self.reach:
            self.runs[self.topic[i], g, max(0, day) : max(0, day + self.reach)] += sign

    def _whole_cost(self) -> float:
        groups = np.arange(len(self.posts))
        runs = float(np.maximum(0, self.runs - 1).sum()) / max(1, self.reach)
        return float(
            self.unit * self.soft.weekly_minimum * (self.week_asked & (self.week_posts == 0)).sum()
            + self._mix(groups, self.posts, self.sorts).sum()
            + self._unfair()
            + self.unit * self.soft.spacing * runs
        )

    def _mix(self, g: Array, posts: Array, sorts: Array) -> Array:
        """The cost of each group's mix."""
        wanted = self.shares * posts[:, None]
        amount = np.maximum(0, (sorts - wanted) * np.array([1, -1, -1])) * self.sort_asked[g]
        return np.asarray(self.unit * self.soft.mix * amount.sum(axis=1))

    def _mix_of(self, g: int) -> float:
        """The same of one group, in plain numbers: asked some hundred thousand times, five times as fast."""
        if not self.soft.mix:
            return 0.0
        posts, amount = int(self.posts[g]), 0.0
        for sort, sign, share, asked in zip(
            self.sorts[g].tolist(), (1, -1, -1), self._shares, self._asked[g], strict=True
        ):
            amount += max(0.0, (sort - share * posts) * sign) * asked
        return self.unit * self.soft.mix * amount

    def _unfair(self) -> float:
        if not self.soft.fairness:
            return 0.0
        short = np.maximum(0, self.fair * int(self.posts.sum()) - self.posts)
        return float(self.unit * self.soft.fairness * short.sum())

    def _local(self, i: int, g: int, t: int) -> float:
        """The part of the cost that one post of item i in group g at time t can change, but for overlap."""
        cost = self._mix_of(g) + self._unfair()
        week = self.world.plain.week[t]
        if self.week_asked[g, week] and not self.week_posts[g, week]:
            cost += self.unit * self.soft.weekly_minimum
        if self.topic[i] >= 0 and self.reach:
            day = self.world.plain.day[t]
            runs = self.runs[self.topic[i], g, day : day + self.reach].tolist()
            cost += self.unit * self.soft.spacing / self.reach * sum(run - 1 for run in runs if run > 1)
        return cost

    def _again(self, i: int, groups: Array) -> Array:
        """What it costs that members of these groups get item i in another group too."""
        if self.twice is None:
            return np.zeros(len(groups))
        live = (self.ledger.placed[i] != NOWHERE) | self.standing[i]
        value = float(self.world.items["value"].iloc[i])
        return np.asarray(self.soft.overlap * value / 100 * (self.twice[groups] @ live.astype(float)))

    def _again_of(self, i: int, g: int) -> float:
        """The same of one group."""
        return 0.0 if self.twice is None else float(self._again(i, np.array([g]))[0])

    def change(self, i: int, g: int, t: int, sign: int) -> float:
        """Count a post that comes (sign 1; the ledger already has it) or goes (−1; it has it no more): cost added."""
        before = self._local(i, g, t)
        self._count(i, g, int(self.world.day[t]), sign)
        added = self._local(i, g, t) - before + sign * self._again_of(i, g)
        self.cost += added
        return added

    def foreseen(self, i: int, g: int, t: int) -> float:
        """The cost that a post would add, without placing it."""
        before = self._local(i, g, t)
        self._count(i, g, int(self.world.day[t]), 1)
        added = self._local(i, g, t) - before + self._again_of(i, g)
        self._count(i, g, int(self.world.day[t]), -1)
        return added

    def rough(self, i: int, groups: Array, times: Array) -> Array:
        """About what each place of item i would add to the cost, one at a time."""
        every = np.arange(len(self.posts))
        more = self.sorts.copy()
        if self.sort[i] >= 0:
            more[:, self.sort[i]] += 1
        by_group = self._mix(every, self.posts + 1, more) - self._mix(every, self.posts, self.sorts)
        short = self.fair * int(self.posts.sum()) > self.posts
        by_group += self.unit * self.soft.fairness * (float(self.fair[short].sum()) - short)
        by_group += self._again(i, every)
        found = by_group[groups]
        week = self.world.week[times]
        empty = self.week_asked[groups, week] & (self.week_posts[groups, week] == 0)
        found -= self.unit * self.soft.weekly_minimum * empty
        if self.topic[i] >= 0 and self.reach:
            held = np.cumsum(self.runs[self.topic[i]] > 0, axis=1)
            held = np.concatenate([np.zeros((len(held), 1), dtype=held.dtype), held], axis=1)
            day = self.world.day[times]
            found += (
                self.unit
                * self.soft.spacing
                / self.reach
                * (held[groups, day + self.reach] - held[groups, day])
            )
        return np.asarray(found)
