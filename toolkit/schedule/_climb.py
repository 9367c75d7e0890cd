"""Better plans by many small steps: take one item out, send it where it gains most, and let the rest close up.

Each step prices every place of the item by what would have to make way there, opens the send times that gain most
over all groups together, and refills what came free. A step that loses more than the heat allows is undone; the heat
falls to nothing, and the best plan seen is kept. Draws come from a fixed seed and the number of steps is given, so the
same question gives the same plan.
"""

from __future__ import annotations

import math

import numpy as np
import pandas as pd

from toolkit.schedule._ledger import NOWHERE, Candidates, Ledger
from toolkit.schedule._value import Array
from toolkit.schedule._wishes import Wishes
from toolkit.schedule._world import World

# how far the first steps may stray from the best-looking place, and lose, as parts of a post's mean worth (measured on
# drawn questions of 50 groups: 0.6 to 1.2 and 0.1 to 0.5 were within 0.2% of each other; a heat of 3 lost 0.6%)
_NOISE = 1.0
_HEAT = 0.25
# a place's price counts as this much of what it takes away, beside what must make way (0.5 and 1.0 were worse)
_PRICED = 0.8
# so many of the best unplaced posts are tried where a week of a group has room
_TRIED = 40
_NOBODY = -1
_ROUNDS = 3
_LEAST_GAIN = 1e-6
# pushing in: so many of an item's best places are tried, down to this part of its worth below nothing (the wishes'
# cost is only roughly known beforehand)
_TRIED_PLACES = 4
_NEARLY = 0.5


class Board:
    """A plan whose posts can be put and taken away: the ledger, who stands where, the worth, and the way back.

    `gain` is what each candidate adds; `at` (I×G) the candidate placed; `worth` all gains less the cost of wishes.
    """

    def __init__(self, world: World, cands: Candidates, gain: Array, overlap: pd.DataFrame | None) -> None:
        self.world, self.cands, self.gain = world, cands, gain
        self.ledger = Ledger(world)
        self.wishes = Wishes(world, self.ledger, world.rules.soft, overlap) if world.rules.soft else None
        groups, times = self.ledger.taken.shape
        weeks = self.ledger.week_left.shape[1]
        self.holder = np.full((groups, times), _NOBODY, dtype=np.int64)
        # what stands never makes way
        self.held = np.where(self.ledger.taken, np.inf, 0.0)
        self.at = np.full(self.ledger.placed.shape, _NOBODY, dtype=np.int64)
        self.posts: list[list[set[int]]] = [[set() for _ in range(weeks)] for _ in range(groups)]
        self.day_least = np.full((groups, world.days), np.inf)
        self.week_least = np.full((groups, weeks), np.inf)
        self.promo_least = np.full((groups, weeks), np.inf)
        self.must = world.must
        self._gains: list[float] = gain.tolist()
        self._parts: dict[int, tuple[Array, Array, Array, Array]] = {}
        self.worth = -self.wishes.cost if self.wishes else 0.0
        self.met = 0
        self.touched: set[tuple[int, int]] = set()
        self.log: list[tuple[int, int]] = []
        self._by_group_time()

    def _by_group_time(self) -> None:
        """Candidates by group and week, the most gain first."""
        world, cands = self.world, self.cands
        weeks = self.ledger.week_left.shape[1]
        key = cands.group * weeks + world.week[cands.time]
        self.order = np.lexsort((-self.gain, key))
        self.begin = np.searchsorted(key[self.order], np.arange(len(world.groups) * weeks + 1))

    def place(self, k: int) -> tuple[int, int, int]:
        """Item, group and time of a candidate."""
        items, groups, times = self.cands.plain
        return items[k], groups[k], times[k]

    def put(self, k: int, sign: int = 1) -> None:
        """Place a candidate (or take it away with sign −1)."""
        i, g, t = self.place(k)
        here, gain = sign > 0, self._gains[k]
        self.ledger.add(i, g, t, sign=sign)
        self.holder[g, t] = i if here else _NOBODY
        self.held[g, t] = gain if here else 0.0
        self.at[i, g] = k if here else _NOBODY
        week = self.world.plain.week[t]
        (self.posts[g][week].add if here else self.posts[g][week].discard)(t)
        self.worth += sign * gain
        self.met += sign * self.world.plain.must[i]
        if self.wishes is not None:
            self.worth -= self.wishes.change(i, g, t, sign)
        self.touched.add((g, week))
        self.log.append((k, sign))

    def put_all(self, wanted: Array) -> Array:
        """Place what fits of these candidates, in this order and the rest again, as one may wait for another.

        Gives which of them (flags) are placed. Wishes are counted once at the end, not post by post.
        """
        wishes, self.wishes = self.wishes, None
        placed = np.zeros(len(wanted), dtype=bool)
        left, before = list(np.nonzero(wanted >= 0)[0]), -1
        while left and len(left) != before:
            before, waiting = len(left), []
            for n in left:
                if self.fits(int(wanted[n])):
                    self.put(int(wanted[n]))
                    placed[n] = True
                else:
                    waiting.append(n)
            left = waiting
        self.wishes = wishes
        if wishes is not None:
            self.worth -= wishes.recount()
        return placed

    def undo(self) -> None:
        """Take back everything since the log was emptied."""
        log, self.log = self.log, []
        for k, sign in reversed(log):
            self.put(k, -sign)
        self.log = []

    def refresh(self) -> None:
        """Find anew which post of a touched group's days and weeks is worth least."""
        for g, week in self.touched:
            self._find_least(g, week)
        self.touched = set()

    def _find_least(self, g: int, week: int) -> None:
        least = promo = math.inf
        days: dict[int, float] = {}
        plain, holder, held = self.world.plain, self.holder[g], self.held[g]
        for t in self.posts[g][week]:
            i = holder.item(t)
            value = math.inf if self.waited_for(i, g) else held.item(t)
            day = plain.day[t]
            if value < days.setdefault(day, math.inf):
                days[day] = value
            least = min(least, value)
            if value < promo and plain.promotion[i]:
                promo = value
        self.week_least[g, week], self.promo_least[g, week] = least, promo
        first = week * 7 - self.world.start.weekday()
        self.day_least[g, max(0, first) : first + 7] = np.inf
        for day, value in days.items():
            self.day_least[g, day] = value

    def waited_for(self, i: int, g: int) -> bool:
        """Whether a post that must come after item i is placed in group g."""
        dependents = self.world.dependents[i]
        return bool(dependents) and any(self.at[j, g] >= 0 for j in dependents)

    def fits(self, k: int) -> bool:
        """Whether no rule bars a candidate now."""
        i, g, t = self.place(k)
        ledger, world = self.ledger, self.world
        plain = world.plain
        day, week = plain.day[t], plain.week[t]
        if ledger.placed[i, g] != NOWHERE or ledger.taken[g, t]:
            return False
        if ledger.day_left[g, day] <= 0 or ledger.week_left[g, week] <= 0:
            return False
        if ledger.month_left[g, plain.month[t]] <= 0 or (world.rules.min_gap and ledger.near[g, t] > 0):
            return False
        if plain.promotion[i] and ledger.promos_left[g, week] <= 0:
            return False
        work = plain.by_hand[g]
        if ledger.uses[i, t] == 0:
            if ledger.waves_left[i] <= 0:
                return False
            work += int(ledger.minutes[i])
        if work and work > ledger.minutes_left[plain.owner[i], day]:
            return False
        return self._in_order(i, g, day)

    def _in_order(self, i: int, g: int, day: int) -> bool:
        world, days = self.world, self.ledger.placed_day
        if not max(world.after_day[i, g], world.phase_low[i, g]) < day < world.phase_high[i, g]:
            return False
        for j in world.needs[i]:
            if world.audience[j, g] and not world.stands[j, g] and not 0 <= days[j, g] < day:
                return False
        for j in world.dependents[i]:
            if 0 <= days[j, g] <= day:
                return False
        for j in world.before[i]:
            if days[j, g] >= day:
                return False
        return all(not 0 <= days[j, g] <= day for j in world.behind[i])

    def makes_way(self, i: int, groups: Array, times: Array) -> Array:
        """What would have to go for item i to stand at each place (infinite where that may not)."""
        ledger = self.ledger
        day, week = self.world.day[times], self.world.week[times]
        taken = ledger.taken[groups, times]
        full_day, full_week = ledger.day_left[groups, day] <= 0, ledger.week_left[groups, week] <= 0
        cost = np.where(full_week, self.week_least[groups, week], 0.0)
        cost = np.where(full_day, self.day_least[groups, day], cost)
        cost = np.where(taken, self.held[groups, times], cost)
        if ledger.promotion[i]:
            full = ledger.promos_left[groups, week] <= 0
            swapped = taken & ledger.promotion[self.holder[groups, times]]
            more = np.where(full & ~swapped, self.promo_least[groups, week], 0.0)
            cost = np.where(taken | full_day, cost + more, np.maximum(cost, more))
        return cost

    def evict(self, g: int, t: int) -> tuple[int, int]:
        """Take away the post of group g at time t: its item and group."""
        i = int(self.holder[g, t])
        self.put(int(self.at[i, g]), -1)
        return i, g

    def _drop(self, g: int, times: list[int]) -> list[tuple[int, int]]:
        """Let go the least post of group g at these times, where one may go."""
        free = [t for t in times if not self.waited_for(int(self.holder[g, t]), g)]
        return [self.evict(g, min(free, key=lambda t: (self.held[g, t], t)))] if free else []

    def squeeze(self, k: int) -> list[tuple[int, int]]:
        """Place a candidate, letting go what stands in its way: the (item, group) pairs that went."""
        i, g, t = self.place(k)
        ledger, world = self.ledger, self.world
        plain = world.plain
        day, week = plain.day[t], plain.week[t]
        gone = []
        if ledger.taken[g, t]:
            if not np.isfinite(self.held[g, t]) or self.waited_for(int(self.holder[g, t]), g):
                return []
            gone.append(self.evict(g, t))
        if ledger.day_left[g, day] <= 0:
            gone += self._drop(g, [s for s in self.posts[g][week] if plain.day[s] == day])
        if plain.promotion[i] and ledger.promos_left[g, week] <= 0:
            gone += self._drop(g, [s for s in self.posts[g][week] if ledger.promotion[self.holder[g, s]]])
        if ledger.week_left[g, week] <= 0:
            gone += self._drop(g, list(self.posts[g][week]))
        if self.fits(k):
            self.put(k)
        return gone

    def back(self, i: int, g: int) -> None:
        """Place what had to go at the best open send of its item, where one fits."""
        best = _NOBODY
        for k in self.own(i, g):
            better = best < 0 or self.gain[k] > self.gain[best]
            if better and self.ledger.uses[i, self.cands.time[k]] > 0 and self.fits(k):
                best = k
        if best >= 0:
            self.put(best)

    def refill(self, g: int, week: int) -> None:
        """Place the best of what fits into a week of a group that has room."""
        ledger = self.ledger
        if ledger.week_left[g, week] <= 0:
            return
        part, item, time, send = self._part(g, week)
        free = (ledger.day_left[g] > 0)[self.world.day] & ~ledger.taken[g]
        open_ = (ledger.placed[:, g] == NOWHERE)[item] & free[time]
        open_ &= (ledger.uses.ravel()[send] > 0) | (ledger.waves_left > 0)[item]
        for k in part[open_][:_TRIED].tolist():
            if ledger.week_left[g, week] <= 0:
                return
            if self.fits(k) and self.pays(k):
                self.put(k)

    def _part(self, g: int, week: int) -> tuple[Array, Array, Array, Array]:
        """A group's candidates of a week: which, their items, their times, and their places in the ledger's `uses`."""
        place = g * self.ledger.week_left.shape[1] + week
        if place not in self._parts:
            part = self.order[self.begin[place] : self.begin[place + 1]]
            item, time = self.cands.item[part], self.cands.time[part]
            self._parts[place] = part, item, time, item * self.ledger.uses.shape[1] + time
        return self._parts[place]

    def net(self, k: int) -> float:
        """What a candidate gains less what it costs in wishes."""
        cost = self.wishes.foreseen(*self.place(k)) if self.wishes is not None else 0.0
        return self._gains[k] - cost

    def pays(self, k: int) -> bool:
        """Whether a candidate gains more than the wishes it crosses cost."""
        return self.wishes is None or self.net(k) > 0

    def own(self, i: int, g: int) -> range:
        """The candidates of item i in group g."""
        part = self.cands.of(i)
        first, last = np.searchsorted(self.cands.group[part], [g, g + 1]) + part.start
        return range(int(first), int(last))

    def whole(self) -> bool:
        """Whether nothing since the log was emptied has left a post without the one it must come after."""
        for k, sign in self.log:
            i, g, _ = self.place(k)
            if sign < 0 and self.at[i, g] < 0 and self.world.audience[i, g] and self.waited_for(i, g):
                return False
        return True


def climb(board: Board, room: Array, *, steps: int, seed: int, top: float = np.inf) -> Array:
    """Which candidates the best plan seen has placed (flags), the board's own plan being the first.

    `room` is the price of the room each candidate takes. No plan seen meets fewer must-sends than the first. A plan
    worth more than `top` cannot be bettered: the climb ends there.
    """
    rng = np.random.default_rng(seed)
    size = len(board.world.items)
    placed = board.at[board.at >= 0]
    mean = float(board.cands.value[placed].mean()) if len(placed) else 1.0
    best, best_at, met = board.worth, board.at.copy(), board.met
    turns: list[int] = []
    seen = _item_times(board.cands, size)
    for step in range(steps):
        if best > top:
            break
        turns = turns or list(rng.permutation(size))
        left = 1 - step / steps
        before, board.log = board.worth, []
        _retry(
            board, int(turns.pop()), room, seen, _NOISE * left * (2 * rng.random(len(board.world.minute)) - 1)
        )
        if board.worth < before - _HEAT * mean * left or board.met < met or not board.whole():
            board.undo()
        elif board.worth > best:
            best, best_at = board.worth, board.at.copy()
    flags = np.zeros(len(board.cands), dtype=bool)
    flags[best_at[best_at >= 0]] = True
    return flags


def polish(board: Board, *, uneven: bool) -> tuple[Array, float]:
    """Which candidates are placed (flags) once nothing gains by taking a lesser post's place (three rounds at most), and the worth.

    Where places are `uneven` in what they are worth, posts also move alone to the better ones.
    """
    for _ in range(_ROUNDS):
        before = board.worth
        if uneven:
            _move_alone(board)
        for i, g in zip(
            *np.nonzero(board.world.audience & ~board.world.stands & (board.at < 0)), strict=True
        ):
            push_in(board, int(i), int(g))
        if board.worth <= before + _LEAST_GAIN:
            break
    flags = np.zeros(len(board.cands), dtype=bool)
    flags[board.at[board.at >= 0]] = True
    return flags, board.worth


def _move_alone(board: Board) -> None:
    """Move each post to the best place of its own that is free."""
    for k in sorted(int(k) for k in board.at[board.at >= 0]):
        i, g, _ = board.place(k)
        if board.waited_for(i, g):
            continue
        board.put(k, -1)
        better = max((other for other in board.own(i, g) if board.fits(other)), key=board.net, default=k)
        board.put(better if board.net(better) > board.net(k) + _LEAST_GAIN else k)


def push_in(board: Board, i: int, g: int) -> list[tuple[int, int]]:
    """Place item i in group g where it gains most over what must make way, if it gains: the pairs that went."""
    board.refresh()
    own = np.array(board.own(i, g), dtype=np.int64)
    ledger = board.ledger
    if len(own) and ledger.waves_left[i] <= 0:
        own = own[ledger.uses[i, board.cands.time[own]] > 0]
    if not len(own):
        return []
    groups, times = np.full(len(own), g), board.cands.time[own]
    net = board.gain[own] - board.makes_way(i, groups, times)
    if board.wishes is not None:
        net = net - board.wishes.rough(i, groups, times)
    for n in np.argsort(-net, kind="stable")[:_TRIED_PLACES]:
        if net[n] > -_NEARLY * abs(board.gain[own[n]]):
            before, met, board.log = board.worth, board.met, []
            gone = board.squeeze(int(own[n]))
            if (
                board.at[i, g] >= 0
                and board.worth > before + _LEAST_GAIN
                and board.met >= met
                and board.whole()
            ):
                return gone
            board.undo()
            board.refresh()
    return []


def _item_times(cands: Candidates, items: int) -> list[tuple[Array, Array]]:
    """For each item its distinct times, and the place of each of its candidates among them."""
    found = [np.unique(cands.time[cands.of(i)], return_inverse=True) for i in range(items)]
    return [(times, place) for times, place in found]


def _retry(board: Board, i: int, room: Array, seen: list[tuple[Array, Array]], stray: Array) -> None:
    """Take item i out of all its groups and send it anew where it gains most."""
    part = board.cands.of(i)
    if part.start == part.stop:
        return
    own = board.at[i][board.at[i] >= 0]
    for k in own.tolist():
        board.put(k, -1)
    board.refresh()
    times, place = seen[i]
    net = net_gains(board, i, room, times, place) * (1 + stray[times][place])
    gone: list[tuple[int, int]] = []
    for k in best_sends(board, i, net, times, place):
        if board.at[i, board.cands.group[k]] < 0:
            gone += board.squeeze(k)
    for j, g in gone:
        if board.at[j, g] < 0:
            board.back(j, g)
    _, groups, sends = board.cands.plain
    weeks = board.world.plain.week
    for g, week in sorted({(groups[k], weeks[sends[k]]) for k, _ in board.log}):
        board.refill(g, week)


def net_gains(board: Board, i: int, room: Array, times: Array, place: Array) -> Array:
    """What item i would gain at each of its candidates, less what must make way or the price of its room."""
    cands, ledger, world = board.cands, board.ledger, board.world
    part = cands.of(i)
    group, time = cands.group[part], cands.time[part]
    cost = np.maximum(board.makes_way(i, group, time), _PRICED * room[part])
    gain = board.gain[part]
    if board.wishes is not None:
        gain = gain - board.wishes.rough(i, group, time)
    day = world.day[time]
    low, high, unmet = ledger.neighbours(i)
    open_ = (day > low[0][group]) & (day < high[0][group]) & ~unmet[group]
    open_ &= (day > low[1][group]) & (day < high[1][group]) & (ledger.month_left[group, world.month[day]] > 0)
    work = np.where(ledger.uses[i, times] == 0, ledger.minutes[i], 0)
    left = ledger.minutes_left[world.owner[i], world.day[times]]
    open_ &= ~((work > left) & (work > 0))[place]
    if world.rules.min_gap:
        open_ &= (ledger.near[group, time] <= 0) | ledger.taken[group, time]
    return np.where(open_ & np.isfinite(cost), gain - np.where(np.isfinite(cost), cost, 0.0), -1.0)


def best_sends(board: Board, i: int, net: Array, times: Array, place: Array) -> list[int]:
    """The candidates at the sends that gain most over all groups, as many new ones as the item has waves left."""
    ledger = board.ledger
    part = board.cands.of(i)
    group = board.cands.group[part]
    new = ledger.uses[i, times] == 0
    waves = int(ledger.waves_left[i])
    best = np.zeros(len(board.world.groups))
    picked = np.zeros(len(times), dtype=bool)
    for _ in range(max(0, waves) + int((~new).sum())):
        total = np.bincount(place, weights=np.maximum(0, net - best[group]), minlength=len(times))
        total[picked | (new & (waves <= 0))] = 0
        top = int(np.argmax(total))
        if total[top] <= 1e-9:
            break
        picked[top] = True
        waves -= int(new[top])
        here = place == top
        best[group[here]] = np.maximum(best[group[here]], net[here])
    chosen = np.nonzero(picked[place] & (net > 0))[0]
    return [part.start + int(k) for k in chosen[np.argsort(-net[chosen], kind="stable")]]
