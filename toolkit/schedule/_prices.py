"""A bound for plans too large for the linear model: Lagrangian prices on scarce room, by subgradient steps.

Every set of prices gives a valid bound, so the number is true whenever the steps stop; they stop on their count.
Phases and `after` are left out of this bound (it may only be higher for it).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from toolkit.schedule._ledger import Candidates, Ledger
from toolkit.schedule._solve import put_together, week_room, weekly
from toolkit.schedule._world import Array, World

# a send's minutes are put on the scale of the other rows, whose entries are 1
_MINUTE_SCALE = 30.0
_MEMORY = 0.7
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


def price_room(world: World, cands: Candidates, gain: Array, *, known: Array, steps: int) -> Priced:
    """Prices on once, slots, weeks, promotions and minutes, and the bound they give; `known` flags a feasible plan.

    The steps begin twice, with no prices and with the must-sends of the known plan priced; the lower bound is kept.
    """
    question = _ask(world, cands, gain)
    reached = float(gain @ known)
    nothing = [np.zeros(len(limit)) for limit in question.limits]
    met = known & world.must[cands.item]
    priced = [price.copy() for price in nothing]
    # a must-send is sent once and no more: its price is what a second sending would bring
    priced[0][cands.item[met] * len(world.groups) + cands.group[met]] = world.price
    starts = [nothing, priced] if met.any() else [nothing]
    bound, prices = min(
        (_descend(question, start, reached, steps // 2) for start in starts), key=lambda pair: pair[0]
    )
    bound, prices = _descend(question, prices, reached, steps // 2)
    profit, totals = question.profits(prices)
    sends = np.maximum(1, np.bincount(question.send, minlength=len(totals)))
    share = question.minutes * prices[-1][question.owner_week] / sends
    return Priced(bound, (profit - share[question.send])[question.place])


@dataclass(frozen=True, eq=False)
class _Question:
    """The relaxed model in arrays: places with their value and rows, sends with item, minutes and waves."""

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
    work: Array

    def profits(self, prices: list[Array]) -> tuple[Array, Array]:
        """Each place's value less the prices of its rows, and each send's total less the price of its minutes."""
        # one working array for all steps: fresh ones of this size cost more than the sums on some machines
        profit, work = self.value.copy(), self.work
        for family, price in zip(self.families, prices, strict=False):
            if family.only is None:
                np.take(price, family.row, out=work)
                profit -= work
            else:
                profit[family.only] -= price[family.row]
        np.maximum(profit, 0, out=work)
        totals = np.bincount(self.send, weights=work, minlength=len(self.item))
        return profit, totals - self.minutes * prices[-1][self.owner_week]

    def slack(self, profit: Array, chosen: Array) -> list[Array]:
        """What each row has left when every profitable place of the chosen sends is taken."""
        sent = chosen[self.send] & (profit > 0)
        left = [
            f.limit - np.bincount(f.row[sent if f.only is None else sent[f.only]], minlength=len(f.limit))
            for f in self.families
        ]
        spent = np.bincount(
            self.owner_week[chosen], weights=self.minutes[chosen], minlength=len(self.limits[-1])
        )
        return [*left, self.limits[-1] - spent]


def _ask(world: World, cands: Candidates, gain: Array) -> _Question:
    buckets, ledger = weekly(world), Ledger(world)
    places = put_together(world, cands, buckets)
    value = np.zeros(len(places))
    np.maximum.at(value, places.of_candidate, gain)
    families = _families(world, cands, ledger)
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
        work=np.empty(len(places)),
    )


def _descend(
    question: _Question, prices: list[Array], reached: float, steps: int
) -> tuple[float, list[Array]]:
    """Subgradient steps with memory (Polyak length, halved when stale): the lowest bound and its prices."""
    best, best_prices, size, stale = np.inf, prices, 1.0, 0
    memory = [np.zeros_like(price) for price in prices]
    for _ in range(steps):
        profit, totals = question.profits(prices)
        chosen = _top(question.item, totals, question.extra, question.waves)
        paid = sum(float(price @ limit) for price, limit in zip(prices, question.limits, strict=True))
        bound = paid + float(totals[chosen].sum())
        stale += 1
        if not np.isfinite(best) or bound < best - 1e-4 * abs(best - reached):
            best, best_prices, stale = bound, prices, 0
        elif stale >= _PATIENCE:
            size, stale, prices = size / 2, 0, best_prices
            memory = [np.zeros_like(price) for price in prices]
            continue
        slack = question.slack(profit, chosen)
        memory = [_MEMORY * old + (1 - _MEMORY) * new for old, new in zip(memory, slack, strict=True)]
        move = _inward(prices, memory)
        norm = max(sum(float(part @ part) for part in parts) for parts in (move, _inward(prices, slack)))
        if norm < 1e-12 or best - reached < 1e-9:
            break
        step = size * (best - reached) / norm
        prices = [np.maximum(0, price - step * part) for price, part in zip(prices, move, strict=True)]
    return best, best_prices


def _inward(prices: list[Array], move: list[Array]) -> list[Array]:
    """The move without what would push a price of nothing below nothing."""
    return [np.where((price <= 0) & (part > 0), 0.0, part) for price, part in zip(prices, move, strict=True)]


def _families(world: World, cands: Candidates, ledger: Ledger) -> list[_Room]:
    buckets = weekly(world)
    places = put_together(world, cands, buckets)
    groups, weeks = len(world.groups), ledger.week_left.shape[1]
    week = places.group * weeks + buckets.week[places.bucket]
    times = np.unique(cands.group * len(world.minute) + cands.time)
    slots = np.zeros((groups, len(buckets)))
    np.add.at(slots, (times // len(world.minute), buckets.of[times % len(world.minute)]), 1)
    promo = np.nonzero(ledger.promotion[places.item])[0]
    # a missing ceiling is written as a huge number, which would drown every other row's slack
    promos = np.minimum(ledger.promos_left.clip(min=0), world.days * len(buckets))
    return [
        _Room(places.item * groups + places.group, np.ones(len(world.items) * groups)),
        _Room(places.group * len(buckets) + places.bucket, slots.ravel()),
        _Room(week, week_room(world, cands, ledger).ravel().clip(min=0).astype(float)),
        _Room(week[promo], promos.ravel().astype(float), promo),
    ]


def _top(item: Array, totals: Array, extra: Array, waves: Array) -> Array:
    """Which sends pay best: for each item as many as it has waves, and those that a standing post already opened."""
    order = np.lexsort((-np.where(extra, -np.inf, totals), item))
    first = np.searchsorted(item[order], item[order])
    chosen = np.zeros(len(item), dtype=bool)
    chosen[order] = np.arange(len(item)) - first < np.maximum(0, waves[item[order]])
    return (chosen | extra) & (totals > 0)
