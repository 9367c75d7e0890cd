"""A bound for plans too large for the linear model: Lagrangian prices on scarce room, by subgradient steps.

Every set of prices gives a valid bound, so the number is true whenever the steps stop; they stop on their count.
Phases and `after` are left out of this bound (it may only be higher for it).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from toolkit.schedule._ledger import Candidates, Ledger
from toolkit.schedule._solve import inner_month, put_together, week_room, weekly
from toolkit.schedule._value import Array
from toolkit.schedule._world import FAR, World

# a send's minutes are put on the scale of the other rows, whose entries are 1
_MINUTE_SCALE = 30.0
_MEMORY = 0.7
# a must-send starts out worth so many posts more than itself
_MUST_POSTS = 3.0
# from so many waves on, an item's waves bind less than sending it to a group once
_MANY_WAVES = 4
# the family of the must-sends' one row
_MUST = 4
_PATIENCE = 15


@dataclass(frozen=True, eq=False)
class Priced:
    """The lowest bound found, and each candidate's gain less the prices of the room it takes."""

    bound: float
    profit: Array


@dataclass(frozen=True, eq=False)
class _Room:
    """One family of ceilings: the row of each place (or of some places only), and the rows' limits."""

    row: Array
    limit: Array
    only: Array | None = None


def price_room(
    world: World, cands: Candidates, gain: Array, *, known: Array, most_met: int, price: float, steps: int
) -> Priced:
    """Prices on once, slots, weeks, promotions, must-sends and minutes, and the bound they give.

    `known` flags a feasible plan; `price` is the part of `gain` that a must-send owes to being one; `most_met` is a
    number of must-sends that no plan exceeds: what a must-send gains beyond a few posts is priced away, or the bound
    would hang on parts of must-sends that no plan can meet.
    """
    question = _ask(world, cands, gain, most_met)
    # as if the known plan met all that can be met: the price of those it misses would make the steps far too long
    missed = most_met - int((known & world.must[cands.item]).sum())
    reached = _total(gain[known]) + price * missed
    mean = float(cands.value[known].mean()) if known.any() else 1.0
    met = known & world.must[cands.item] & ~question.loose[question.place]
    starts = []
    for spared in (0.0, _MUST_POSTS * mean) if world.must[cands.item].any() else (0.0,):
        prices = [np.zeros(len(limit)) for limit in question.limits]
        prices[_MUST][:] = max(0.0, price - spared)
        # it is sent once and no more: what it is worth beyond itself is what a second sending would bring
        prices[0][cands.item[met] * len(world.groups) + cands.group[met]] = spared
        starts.append(prices)
    bound, prices = min(
        (_descend(question, start, reached, steps // 2) for start in starts), key=lambda pair: pair[0]
    )
    bound, prices = _descend(question, prices, reached, steps // 2)
    profit, totals, _ = question.profits(prices)
    sends = np.maximum(1, np.bincount(question.send, minlength=len(totals)))
    share = question.minutes * prices[-1][question.owner_week] / sends
    return Priced(bound, (profit - share[question.send])[question.place])


@dataclass(frozen=True, eq=False)
class _Question:
    """The relaxed model in arrays: places with their value and rows, sends with item, minutes and waves.

    `loose` flags places of items with so many waves that each group simply gets its best place (`pair` holds where
    each group's places begin among them): a lower bound than prices on a second sending find in as many steps.
    """

    value: Array
    place: Array
    families: list[_Room]
    limits: list[Array]
    send: Array
    item: Array
    extra: Array
    minutes: Array
    owner_week: Array
    waves: Array
    loose: Array
    pair: Array
    work: Array

    def profits(self, prices: list[Array]) -> tuple[Array, Array, Array]:
        """Each place's value less the prices of its rows, each send's total, and which loose places pay best."""
        # one working array for all steps: fresh ones of this size cost more than the sums on some machines
        profit, work = self.value.copy(), self.work
        for family, price in zip(self.families, prices, strict=False):
            if family.only is None:
                np.take(price, family.row, out=work)
                profit -= work
            else:
                profit[family.only] -= price[family.row]
        np.maximum(profit, 0, out=work)
        picked = self._best_of_pairs(work)
        work[self.loose] = 0
        totals = np.bincount(self.send, weights=work, minlength=len(self.item))
        return profit, totals - self.minutes * prices[-1][self.owner_week], picked

    def _best_of_pairs(self, gains: Array) -> Array:
        """The places at which loose items gain most, one for each group."""
        if not len(self.pair):
            return np.zeros(0, dtype=np.int64)
        places = np.nonzero(self.loose)[0]
        own = gains[places]
        best = np.maximum.reduceat(own, self.pair)
        number = np.repeat(np.arange(len(self.pair)), np.diff(np.append(self.pair, len(places))))
        top = np.nonzero((own == best[number]) & (own > 0))[0]
        return np.asarray(places[top[np.unique(number[top], return_index=True)[1]]])

    def slack(self, profit: Array, chosen: Array, picked: Array) -> list[Array]:
        """What each row has left when every profitable place of the chosen sends and the picked places are taken."""
        sent = chosen[self.send] & (profit > 0) & ~self.loose
        sent[picked] = True
        left = [
            f.limit - np.bincount(f.row[sent if f.only is None else sent[f.only]], minlength=len(f.limit))
            for f in self.families
        ]
        spent = np.bincount(
            self.owner_week[chosen], weights=self.minutes[chosen], minlength=len(self.limits[-1])
        )
        return [*left, self.limits[-1] - spent]


def _ask(world: World, cands: Candidates, gain: Array, most_met: int) -> _Question:
    buckets, ledger = weekly(world), Ledger(world)
    places = put_together(world, cands, buckets)
    value = np.zeros(len(places))
    np.maximum.at(value, places.of_candidate, gain)
    loose = (ledger.waves_left >= _MANY_WAVES)[places.item]
    pairs = places.item * len(world.groups) + places.group
    families = _families(world, cands, ledger, most_met)
    key, send = np.unique(places.item * len(buckets) + places.bucket, return_inverse=True)
    item, week = key // len(buckets), buckets.week[key % len(buckets)]
    opened = np.zeros((len(world.items), len(buckets)), dtype=bool)
    used_item, used_time = np.nonzero(ledger.uses)
    opened[used_item, buckets.of[used_time]] = True
    extra = opened.ravel()[key]
    owner_weeks = np.zeros((len(world.owners), ledger.week_left.shape[1]))
    week_of_day = (np.arange(world.days) + world.start.weekday()) // 7
    np.add.at(owner_weeks.T, week_of_day, ledger.minutes_left.clip(min=0).T / _MINUTE_SCALE)
    return _Question(
        value=value,
        place=places.of_candidate,
        families=families,
        limits=[*(family.limit for family in families), owner_weeks.ravel()],
        send=send,
        item=item,
        extra=extra,
        minutes=np.where(extra, 0, ledger.minutes[item]) / _MINUTE_SCALE,
        owner_week=world.owner[item] * owner_weeks.shape[1] + week,
        waves=ledger.waves_left,
        loose=loose,
        pair=np.unique(pairs[loose], return_index=True)[1],
        work=np.empty(len(places)),
    )


def _descend(
    question: _Question, prices: list[Array], reached: float, steps: int
) -> tuple[float, list[Array]]:
    """Subgradient steps with memory (Polyak length, halved when stale): the lowest bound and its prices."""
    best, best_prices, size, stale = np.inf, prices, 1.0, 0
    memory = [np.zeros_like(price) for price in prices]
    for _ in range(steps):
        profit, totals, picked = question.profits(prices)
        chosen = _top(question.item, totals, question.extra, question.waves)
        paid = sum(_total(price * limit) for price, limit in zip(prices, question.limits, strict=True))
        bound = paid + _total(totals[chosen]) + _total(profit[picked])
        stale += 1
        if not np.isfinite(best) or bound < best - 1e-4 * abs(best - reached):
            best, best_prices, stale = bound, prices, 0
        elif stale >= _PATIENCE:
            size, stale, prices = size / 2, 0, best_prices
            memory = [np.zeros_like(price) for price in prices]
            continue
        slack = question.slack(profit, chosen, picked)
        memory = [_MEMORY * old + (1 - _MEMORY) * new for old, new in zip(memory, slack, strict=True)]
        move = _inward(prices, memory)
        norm = max(_square(move), _square(_inward(prices, slack)))
        if norm < 1e-12 or best - reached < 1e-9:
            break
        step = size * (best - reached) / norm
        prices = [np.maximum(0, price - step * part) for price, part in zip(prices, move, strict=True)]
    return best, best_prices


def _total(values: Array) -> float:
    """The sum, added in one order on every machine."""
    return float(np.add.accumulate(values)[-1]) if len(values) else 0.0


def _square(parts: list[Array]) -> float:
    return sum(_total(part * part) for part in parts)


def _inward(prices: list[Array], move: list[Array]) -> list[Array]:
    """The move without what would push a price of nothing below nothing."""
    return [np.where((price <= 0) & (part > 0), 0.0, part) for price, part in zip(prices, move, strict=True)]


def _families(world: World, cands: Candidates, ledger: Ledger, most_met: int) -> list[_Room]:
    buckets = weekly(world)
    places = put_together(world, cands, buckets)
    groups, weeks = len(world.groups), ledger.week_left.shape[1]
    week = places.group * weeks + buckets.week[places.bucket]
    times = np.unique(cands.group * len(world.minute) + cands.time)
    slots = np.zeros((groups, len(buckets)))
    np.add.at(slots, (times // len(world.minute), buckets.of[times % len(world.minute)]), 1)
    promo = np.nonzero(ledger.promotion[places.item])[0]
    must = np.nonzero(world.must[places.item])[0]
    month = inner_month(world, buckets)[places.bucket]
    months = np.minimum(ledger.month_left.clip(min=0), world.days * len(buckets))
    inside = np.nonzero((month >= 0) & (ledger.month_left < FAR // 2)[places.group, month])[0]
    # a missing ceiling is written as a huge number, which would drown every other row's slack
    promos = np.minimum(ledger.promos_left.clip(min=0), world.days * len(buckets))
    return [
        _Room(places.item * groups + places.group, np.ones(len(world.items) * groups)),
        _Room(places.group * len(buckets) + places.bucket, slots.ravel()),
        _Room(week, week_room(world, cands, ledger).ravel().clip(min=0).astype(float)),
        _Room(week[promo], promos.ravel().astype(float), promo),
        _Room(np.zeros(len(must), dtype=np.int64), np.array([float(most_met)]), must),
        _Room(places.group[inside] * months.shape[1] + month[inside], months.ravel().astype(float), inside),
    ]


def _top(item: Array, totals: Array, extra: Array, waves: Array) -> Array:
    """Which sends pay best: for each item as many as it has waves, and those that a standing post already opened."""
    order = np.lexsort((-np.where(extra, -np.inf, totals), item))
    first = np.searchsorted(item[order], item[order])
    chosen = np.zeros(len(item), dtype=bool)
    chosen[order] = np.arange(len(item)) - first < np.maximum(0, waves[item[order]])
    return (chosen | extra) & (totals > 0)
