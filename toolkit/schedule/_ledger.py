"""A plan in the making: what is placed, what room is left, and which rule bars any further place."""

from __future__ import annotations

import functools
import heapq
from dataclasses import dataclass
from typing import Any

import numpy as np

from toolkit.schedule._value import Array
from toolkit.schedule._world import FAR, World

NOWHERE = -1
PARTS = 65536.0
# in the order in which an editor would ask: the first that bars is named where several do equally often
MOVING_RULES = (
    "after",
    "phase",
    "minutes",
    "waves",
    "platform",
    "promos_per_week",
    "per_week",
    "per_day",
    "min_gap",
    "slot_clash",
)


@dataclass(frozen=True, eq=False)
class Candidates:
    """Every place (item, group, send time) that no rule bars before anything new is placed, and its value.

    Sorted by item, group and time.
    """

    item: Array
    group: Array
    time: Array
    begin: Array
    value: Array

    @functools.cached_property
    def plain(self) -> tuple[list[int], list[int], list[int]]:
        """The items, groups and times as lists, which give one number several times as fast."""
        return self.item.tolist(), self.group.tolist(), self.time.tolist()

    @functools.cached_property
    def first(self) -> list[int]:
        """Where each item's candidates begin."""
        return [int(place) for place in self.begin]

    def of(self, i: int) -> slice:
        """The candidates of one item."""
        return slice(self.first[i], self.first[i + 1])

    def __len__(self) -> int:
        return len(self.item)


class Ledger:
    """Room left and posts placed; starts from the standing posts alone."""

    def __init__(self, world: World) -> None:
        self.world = world
        groups, items, times = len(world.groups), len(world.items), len(world.minute)
        weeks = (world.days - 1 + world.start.weekday()) // 7 + 1
        self.placed = np.full((items, groups), NOWHERE, dtype=np.int64)
        self.placed_day = np.full((items, groups), NOWHERE, dtype=np.int64)
        self.taken = np.zeros((groups, times), dtype=bool)
        self.near = np.zeros((groups, times), dtype=np.int64)
        self.uses = np.zeros((items, times), dtype=np.int64)
        self.waves_left = world.items["waves"].to_numpy(dtype=np.int64).copy()
        self.minutes = world.items["minutes"].to_numpy(dtype=np.int64)
        self.minutes_left = np.tile(world.minutes_cap, (len(world.owners), 1)).astype(np.int64)
        self.day_left = np.tile(world.day_cap[:, None], (1, world.days))
        self.week_left = np.tile(world.week_cap[:, None], (1, weeks))
        self.month_left = world.month_cap.copy()
        promos = world.groups["promos_per_week"].fillna(FAR).to_numpy(dtype=np.int64)
        self.promos_left = np.tile(promos[:, None], (1, weeks))
        self.promotion = world.promotion
        self._stand()

    def _stand(self) -> None:
        """Take the room that standing posts need; a ceiling they break is simply full."""
        world = self.world
        seen: set[tuple[int, int]] = set()
        first = world.start.replace(day=1)
        columns = (world.fixed[name].tolist() for name in ("item", "group", "day", "minute"))
        for i, g, day, minute in zip(*columns, strict=True):
            inside = 0 <= day < world.days
            week = (day + world.start.weekday()) // 7
            if g >= 0:
                self.taken[g] |= world.minute == minute
                if world.rules.min_gap:
                    self.near[g] += np.abs(world.minute - minute) < world.rules.min_gap
                if inside:
                    self.day_left[g, day] -= 1
                date = world.date_at(day)
                month = (date.year - first.year) * 12 + date.month - first.month
                if 0 <= month < self.month_left.shape[1]:
                    self.month_left[g, month] -= 1
                if 0 <= week < self.week_left.shape[1]:
                    self.week_left[g, week] -= 1
                    self.promos_left[g, week] -= int(i >= 0 and self.promotion[i])
            if i >= 0 and (i, minute) not in seen:
                seen.add((i, minute))
                self.waves_left[i] -= 1
                self.uses[i] += world.minute == minute
                if inside:
                    self.minutes_left[world.owner[i], day] -= self.minutes[i]
            if i >= 0 and g >= 0 and inside:
                self.minutes_left[world.owner[i], day] -= world.by_hand[g]

    def add(self, i: int, g: int, t: int, *, sign: int = 1) -> None:
        """Place item i in group g at time t (or take it away with sign −1)."""
        plain = self.world.plain
        day, week = plain.day[t], plain.week[t]
        self.placed[i, g] = t if sign > 0 else NOWHERE
        self.placed_day[i, g] = day if sign > 0 else NOWHERE
        self.taken[g, t] = sign > 0
        if self.world.rules.min_gap:
            first, last = plain.near[t]
            self.near[g, first:last] += sign
        self.day_left[g, day] -= sign
        self.week_left[g, week] -= sign
        self.month_left[g, plain.month[t]] -= sign
        work = plain.by_hand[g]
        if plain.promotion[i]:
            self.promos_left[g, week] -= sign
        used = self.uses.item(i, t)
        self.uses[i, t] = used + sign
        if used == (0 if sign > 0 else 1):
            self.waves_left[i] -= sign
            work += self.minutes.item(i)
        if work:
            self.minutes_left[plain.owner[i], day] -= sign * work

    def remove(self, i: int, g: int, t: int) -> None:
        """Take a post away again."""
        self.add(i, g, t, sign=-1)

    def bars(self, i: int, groups: Array, times: Array, *, order: bool = True) -> dict[str, Array]:
        """For each (group, time) which moving rule bars item i; `order=False` leaves `after` to others."""
        world = self.world
        day, week = world.day[times], world.week[times]
        new = self.uses[i, times] == 0
        taken = self.taken[groups, times]
        work = np.where(new, self.minutes[i], 0) + world.by_hand[groups]
        full_week, full_day = self.week_left[groups, week] <= 0, self.day_left[groups, day] <= 0
        low, high, unmet = self.neighbours(i)
        found = {
            "after": (day <= low[0][groups]) | (day >= high[0][groups]) | unmet[groups],
            "phase": (day <= low[1][groups]) | (day >= high[1][groups]),
            "minutes": (work > self.minutes_left[world.owner[i], day]) & (work > 0),
            "waves": new & (self.waves_left[i] <= 0),
            "promos_per_week": (self.promos_left[groups, week] <= 0) & bool(self.promotion[i]),
            "platform": (full_week & world.quota_week[groups])
            | (full_day & world.quota_day[groups])
            | (self.month_left[groups, world.month[day]] <= 0),
            "per_week": full_week & ~world.quota_week[groups],
            "per_day": full_day & ~world.quota_day[groups],
            "min_gap": (self.near[groups, times] > 0) & ~taken,
            "slot_clash": taken,
        }
        if not order:
            found["after"] = day <= low[0][groups]
        return found

    def free(self, i: int, groups: Array, times: Array, *, order: bool = True) -> Array:
        """Whether no moving rule bars item i at each (group, time)."""
        return ~np.any(list(self.bars(i, groups, times, order=order).values()), axis=0)

    def free_at(self, i: int, g: int, t: int) -> bool:
        """Whether no moving rule bars one place."""
        return bool(self.free(i, np.array([g]), np.array([t]))[0])

    def neighbours(self, i: int) -> tuple[tuple[Array, Array], tuple[Array, Array], Array]:
        """The days that `after` and the phases leave open (both ends excluded), and groups where `after` is unmet."""
        world = self.world
        size = len(world.groups)
        low_after, low_phase = world.after_day[i].copy(), world.phase_low[i].copy()
        high_after, high_phase = np.full(size, FAR), world.phase_high[i].copy()
        unmet = np.zeros(size, dtype=bool)
        for j in world.needs[i]:
            asked = world.audience[j] & ~world.stands[j]
            unmet |= asked & (self.placed[j] == NOWHERE)
            low_after = np.maximum(low_after, np.where(asked, self.placed_day[j], -FAR))
        for j in world.dependents[i]:
            high_after = np.minimum(high_after, np.where(self.placed[j] == NOWHERE, FAR, self.placed_day[j]))
        for j in world.before[i]:
            placed = np.where(self.placed[j] == NOWHERE, -FAR, self.placed_day[j])
            low_phase = np.maximum(low_phase, placed)
        for j in world.behind[i]:
            high_phase = np.minimum(high_phase, np.where(self.placed[j] == NOWHERE, FAR, self.placed_day[j]))
        return (low_after, low_phase), (high_after, high_phase), unmet


def find_candidates(world: World) -> Candidates:
    """All places that the rules leave open beside the standing posts."""
    ledger = Ledger(world)
    found: list[tuple[Array, Array, Array, Array]] = []
    slots = _slot_values(world)
    wished = world.audience & ~world.stands & ~world.held_back[:, None] & ~world.out
    room, promo_room = _room(world, ledger)
    for i in range(len(world.items)):
        barred = world.barred["window"][i] | world.barred["solemn"][i] | world.barred["festival"][i]
        wanted = np.nonzero(wished[i])[0]
        allowed = np.nonzero(~barred[world.day] & world.clocked[i])[0]
        if ledger.waves_left[i] <= 0:
            allowed = allowed[ledger.uses[i, allowed] > 0]
        rows, columns = np.nonzero((promo_room if ledger.promotion[i] else room)[np.ix_(wanted, allowed)])
        groups, times = wanted[rows], allowed[columns]
        day = world.day[times]
        work = np.where(ledger.uses[i, times] == 0, ledger.minutes[i], 0) + world.by_hand[groups]
        free = (work <= ledger.minutes_left[world.owner[i], day]) | (work <= 0)
        free &= day > np.maximum(world.after_day[i], world.phase_low[i])[groups]
        free &= day < world.phase_high[i, groups]
        groups, times, day = groups[free], times[free], day[free]
        value = world.worth[i, groups] * world.factors.days[i, day]
        value = value if slots is None else value * slots[groups, times]
        found.append((np.full(len(groups), i, dtype=np.int64), groups, times, np.round(value, 6)))
    begin = np.concatenate([[0], np.cumsum([len(part[0]) for part in found])]).astype(np.int64)
    none = np.zeros(0, dtype=np.int64)
    item, group, time = (np.concatenate([none, *(part[n] for part in found)]) for n in range(3))
    return Candidates(item, group, time, begin, np.concatenate([np.zeros(0), *(part[3] for part in found)]))


def _room(world: World, ledger: Ledger) -> tuple[Array, Array]:
    """The groups × times that have room beside the standing posts: for any item, and for a promotion."""
    room = world.slot & ~world.quiet & ~world.closed[:, world.day] & ~ledger.taken & (ledger.near <= 0)
    room &= (ledger.day_left > 0)[:, world.day] & (ledger.week_left > 0)[:, world.week]
    room &= (ledger.month_left > 0)[:, world.month[world.day]]
    return room, room & (ledger.promos_left > 0)[:, world.week]


def _slot_values(world: World) -> Array | None:
    """The worth of each group's times as a ratio (G×T), None where nothing is known of any."""
    if not world.factors.slots:
        return None
    weekday = (world.start.weekday() + world.day) % 7
    clock = world.minute % 1440
    found = np.ones((len(world.groups), len(world.minute)))
    for (g, own, minute), value in world.factors.slots.items():
        found[g, (weekday == own) & (clock == minute)] = value
    return found


def prices(world: World, cands: Candidates) -> Array:
    """What each candidate adds to the plan's value: its own, and the price of a must-send that it meets.

    In whole parts of 1/65536, so that sums are exact in any order and on any machine.
    """
    return np.round((cands.value + world.price * world.must[cands.item]) * PARTS) / PARTS


def fill(ledger: Ledger, cands: Candidates, gain: Array, *, phases: bool = False) -> None:
    """Add greedily whatever still fits: must-sends first, then by value; each item at the time most groups share.

    What others must come after goes before them; with `phases` earlier phases of a campaign go before later ones too.
    """
    for i in _turns(ledger.world, phases=phases):
        if not ((ledger.day_left > 0).any() and (ledger.week_left > 0).any()):
            break
        part = cands.of(i)
        groups, times, gains = cands.group[part], cands.time[part], gain[part]
        left = ledger.placed[i, groups] == NOWHERE
        while left.any():
            groups, times, gains = groups[left], times[left], gains[left]
            free = ledger.free(i, groups, times)
            if not free.any():
                break
            totals = np.bincount(times[free], weights=gains[free] + 1e-9)
            best = int(np.argmax(totals))
            for g in groups[free & (times == best)]:
                # minutes by hand add up from group to group
                if not ledger.world.rules.minutes_by_hand or ledger.free_at(i, int(g), best):
                    ledger.add(i, int(g), best)
            left = free & (ledger.placed[i, groups] == NOWHERE)


def _turns(world: World, *, phases: bool) -> list[int]:
    """The order of placing: what others wait for first, else must-sends, then the more valuable."""
    turns = _sorted_turns(world, phases=phases)
    return turns if len(turns) == len(world.items) else _sorted_turns(world, phases=False)


def _sorted_turns(world: World, *, phases: bool) -> list[int]:
    """Topological order; shorter than the items where phases and `after` contradict each other."""
    size = len(world.items)
    ahead = [sorted({*world.needs[i], *(world.before[i] if phases else [])}) for i in range(size)]
    follow: list[list[int]] = [[] for _ in range(size)]
    for i, earlier in enumerate(ahead):
        for j in earlier:
            follow[j].append(i)
    waiting = [len(earlier) for earlier in ahead]
    keys = _urgency(world, ahead, follow)
    heap = [(keys[i], i) for i in range(size) if waiting[i] == 0]
    heapq.heapify(heap)
    turns = []
    while heap:
        _, i = heapq.heappop(heap)
        turns.append(i)
        for j in follow[i]:
            waiting[j] -= 1
            if waiting[j] == 0:
                heapq.heappush(heap, (keys[j], j))
    return turns


def _urgency(world: World, ahead: list[list[int]], follow: list[list[int]]) -> list[tuple[Any, ...]]:
    """Smaller is sooner; an item is as urgent as the most urgent that waits for it."""
    value = world.items["value"].to_numpy(dtype=float)
    keys: list[tuple[Any, ...]] = [(not must, -v) for must, v in zip(world.must, value, strict=True)]
    waiting = [len(later) for later in follow]
    ready = [i for i, count in enumerate(waiting) if count == 0]
    while ready:
        i = ready.pop()
        for j in ahead[i]:
            keys[j] = min(keys[j], keys[i])
            waiting[j] -= 1
            if waiting[j] == 0:
                ready.append(j)
    return keys


def move_earlier(ledger: Ledger, cands: Candidates, *, keep: Array) -> None:
    """Move every shared send to the earliest time at which all its groups can take it; the value stays the same.

    `keep` (I×G flags) names posts that stay where they are.
    """
    for i in range(len(ledger.world.items)):
        part = cands.of(i)
        for t in sorted({int(t) for t in ledger.placed[i] if t != NOWHERE}):
            wave = np.nonzero(ledger.placed[i] == t)[0]
            if keep[i, wave].any():
                continue
            for g in wave:
                ledger.remove(i, int(g), t)
            chosen = np.isin(cands.group[part], wave) & (cands.time[part] <= t)
            groups, times, value = (
                cands.group[part][chosen],
                cands.time[part][chosen],
                cands.value[part][chosen],
            )
            free = ledger.free(i, groups, times)
            counts = np.bincount(times[free], minlength=t + 1)
            worth = np.bincount(times[free], weights=value[free], minlength=t + 1)
            best = int(np.argmax((counts == len(wave)) & (worth >= worth[t] - 1e-9)))
            for g in wave:
                ledger.add(i, int(g), best)
