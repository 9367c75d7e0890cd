"""The plan as a linear model: a bound that no plan can beat, and better plans than greedy ones (HiGHS).

Columns are x (item, group, bucket of time), y (item, bucket: one shared send) and s (campaign step has begun by this
day); each rule is a family of rows. With one send time to a bucket the model is exact; with a week of equal clock
times to a bucket it is a relaxation: smaller, and still an upper bound. Every solve is on one thread with a fixed
seed and stops on gap or nodes, never the clock.
"""

from __future__ import annotations

import itertools
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from toolkit.schedule._ledger import Candidates, Ledger
from toolkit.schedule._value import Array
from toolkit.schedule._world import World
from toolkit.schema import MINUTES_A_DAY, PHASES


@dataclass(frozen=True, eq=False)
class Buckets:
    """Send times put together: the bucket of each time, its first and last day (offsets) and its week."""

    of: Array
    first_day: Array
    last_day: Array
    week: Array
    exact: bool

    def __len__(self) -> int:
        return len(self.week)


def each_time(world: World) -> Buckets:
    """One bucket for each send time: the exact model."""
    return Buckets(np.arange(len(world.minute)), world.day, world.day, world.week, exact=True)


def weekly(world: World) -> Buckets:
    """One bucket for each week and clock time: the relaxed model."""
    key = world.week * MINUTES_A_DAY + world.minute % MINUTES_A_DAY
    known, of = np.unique(key, return_inverse=True)
    week = known // MINUTES_A_DAY
    first = np.maximum(0, week * 7 - world.start.weekday())
    last = np.minimum(world.days - 1, week * 7 - world.start.weekday() + 6)
    return Buckets(of, first, last, week, exact=False)


@dataclass(frozen=True, eq=False)
class Places:
    """The x columns: item, group and bucket, and the column of each candidate."""

    item: Array
    group: Array
    bucket: Array
    of_candidate: Array

    def __len__(self) -> int:
        return len(self.item)


def put_together(world: World, cands: Candidates, buckets: Buckets) -> Places:
    """The distinct (item, group, bucket) of the candidates, and the place of each candidate among them."""
    groups, size = max(1, len(world.groups)), max(1, len(buckets))
    key = (cands.item * groups + cands.group) * size + buckets.of[cands.time]
    known, place = np.unique(key, return_inverse=True)
    return Places(known // size // groups, known // size % groups, known % size, place)


@dataclass(frozen=True, eq=False)
class Model:
    """max gain·x subject to matrix·(x, y, s) ≤ limit; x and y whole, x and s at most 1, y at most `most`.

    The first `posts` columns are the places, those up to `whole` the shared sends, the rest campaign steps.
    """

    places: Places
    gain: Array
    matrix: Any
    limit: Array
    most: Array
    posts: int
    whole: int
    send: Array
    steps: list[Array]

    @property
    def size(self) -> int:
        """How many columns there are."""
        return int(self.matrix.shape[1])


@dataclass
class _Rows:
    """Rows in the making: parallel pieces of row, column and coefficient, and the right-hand sides."""

    row: list[Array] = field(default_factory=list)
    column: list[Array] = field(default_factory=list)
    weight: list[Array] = field(default_factory=list)
    limit: list[Array] = field(default_factory=list)
    count: int = 0

    def add(self, key: Array, column: Array, limit: Array, weight: Array | None = None) -> None:
        """One row for each distinct key, over the columns with that key; `limit` is given per entry.

        Rows that cannot bind, because all their weights together stay within the limit, are left out.
        """
        if not len(key):
            return
        weight = np.ones(len(key)) if weight is None else weight.astype(float)
        _, first, place = np.unique(key, return_index=True, return_inverse=True)
        most = np.bincount(place, weights=np.maximum(weight, 0))
        binds = most > limit[first] + 1e-9
        number = np.cumsum(binds) - 1 + self.count
        kept = binds[place]
        self.row.append(number[place][kept])
        self.column.append(column[kept])
        self.weight.append(weight[kept])
        self.limit.append(limit[first][binds].astype(float))
        self.count += int(binds.sum())


@dataclass(frozen=True, eq=False)
class _Parts:
    """What the row families need in common."""

    world: World
    cands: Candidates
    buckets: Buckets
    places: Places
    ledger: Ledger
    rows: _Rows


def build_model(
    world: World, cands: Candidates, gain: Array, buckets: Buckets, *, most_met: int | None = None
) -> Model:
    """The model over all candidates, the room that standing posts take already gone.

    `most_met` is a number of must-sends that no plan exceeds.
    """
    from scipy import sparse

    places = put_together(world, cands, buckets)
    parts = _Parts(world, cands, buckets, places, Ledger(world), _Rows())
    posts = len(places)
    send, send_item, send_bucket = _sends(parts)
    _room(parts)
    linked = np.nonzero(send >= 0)[0]
    parts.rows.add(
        np.concatenate([linked, linked]),
        np.concatenate([linked, send[linked]]),
        np.zeros(2 * len(linked)),
        np.concatenate([np.ones(len(linked)), -np.ones(len(linked))]),
    )
    if most_met is not None:
        must = np.nonzero(world.must[places.item])[0]
        parts.rows.add(np.zeros(len(must)), must, np.full(len(must), float(most_met)))
    _waves_and_minutes(parts, send, send_item, send_bucket)
    _after(parts)
    steps = _steps(parts, posts + len(send_item))
    columns = posts + len(send_item) + len(steps)
    rows = parts.rows
    pieces = (rows.weight, rows.row, rows.column, rows.limit)
    weight, row, column, limit = (np.concatenate(part) if part else np.zeros(0) for part in pieces)
    matrix = sparse.csc_matrix((weight, (row.astype(int), column.astype(int))), shape=(rows.count, columns))
    full = np.zeros(columns)
    np.maximum.at(full, places.of_candidate, gain)
    most = np.ones(columns)
    if not buckets.exact:
        most[posts : posts + len(send_item)] = np.maximum(1, parts.ledger.waves_left[send_item])
    return Model(places, full, matrix, limit, most, posts, posts + len(send_item), send, steps)


def _sends(parts: _Parts) -> tuple[Array, Array, Array]:
    """For each place the column of its shared send (−1 where none is needed), and each send's item and bucket.

    An item needs none where it has waves for all its groups and takes no minutes, or where one group alone is left;
    nor does a bucket in which a standing post already opened a send.
    """
    world, places, ledger, size = parts.world, parts.places, parts.ledger, max(1, len(parts.buckets))
    pairs = np.unique(places.item * len(world.groups) + places.group)
    groups_left = np.bincount(pairs // max(1, len(world.groups)), minlength=len(world.items))
    shared = (groups_left > 1) & ((ledger.waves_left < groups_left) | (ledger.minutes > 0))
    needed = shared[places.item] & ~_opened(parts)[places.item, places.bucket]
    known, place = np.unique((places.item * size + places.bucket)[needed], return_inverse=True)
    send = np.full(len(places), -1, dtype=np.int64)
    send[needed] = len(places) + place
    return send, known // size, known % size


def _opened(parts: _Parts) -> Array:
    """Items × buckets in which a standing post already opened a send."""
    found = np.zeros((len(parts.world.items), len(parts.buckets)), dtype=bool)
    item, time = np.nonzero(parts.ledger.uses)
    found[item, parts.buckets.of[time]] = True
    return found


def _room(parts: _Parts) -> None:
    """Once per group, one post per time (or per minimum gap), and the ceilings per day and week."""
    world, cands, places, rows = parts.world, parts.cands, parts.places, parts.rows
    x, i, g = np.arange(len(places)), places.item, places.group
    week, weeks = parts.buckets.week[places.bucket], parts.ledger.week_left.shape[1]
    rows.add(i * len(world.groups) + g, x, np.ones(len(x)))
    week_left = week_room(world, cands, parts.ledger)
    time_group, time = _open_times(world, cands)
    if parts.buckets.exact:
        day = world.day[places.bucket]
        rows.add(g * world.days + day, x, parts.ledger.day_left[g, day].clip(min=0))
        months = parts.ledger.month_left
        month = g * months.shape[1] + world.month[day]
        rows.add(month, x, months[g, world.month[day]].clip(min=0))
        _apart(parts)
    else:
        room = np.zeros((len(world.groups), len(parts.buckets)), dtype=np.int64)
        np.add.at(room, (time_group, parts.buckets.of[time]), 1)
        rows.add(g * len(parts.buckets) + places.bucket, x, room[g, places.bucket])
        month = inner_month(world, parts.buckets)[places.bucket]
        inside = month >= 0
        months = parts.ledger.month_left
        key = g * months.shape[1] + month
        rows.add(key[inside], x[inside], months[g, month].clip(min=0)[inside])
    rows.add(g * weeks + week, x, week_left[g, week])
    promo = parts.ledger.promotion[i]
    rows.add((g * weeks + week)[promo], x[promo], parts.ledger.promos_left[g, week][promo])


def inner_month(world: World, buckets: Buckets) -> Array:
    """The month in which each bucket wholly lies, −1 where it spans two."""
    first, last = world.month[buckets.first_day], world.month[buckets.last_day]
    return np.where(first == last, first, -1)


def _open_times(world: World, cands: Candidates) -> tuple[Array, Array]:
    """The groups and times at which anything at all could be sent."""
    times = max(1, len(world.minute))
    known = np.unique(cands.group * times + cands.time)
    return known // times, known % times


def week_room(world: World, cands: Candidates, ledger: Ledger) -> Array:
    """Groups × weeks: the posts that the week's ceiling and its days' ceilings and open times leave."""
    group, time = _open_times(world, cands)
    slots = np.zeros((len(world.groups), world.days), dtype=np.int64)
    np.add.at(slots, (group, world.day[time]), 1)
    days = np.minimum(ledger.day_left, slots).clip(min=0)
    room = np.zeros_like(ledger.week_left)
    np.add.at(room.T, (np.arange(world.days) + world.start.weekday()) // 7, days.T)
    return np.minimum(room, ledger.week_left).clip(min=0)


def _apart(parts: _Parts) -> None:
    """One post per group and time; with a minimum gap, one per group and set of times within one gap."""
    world, places = parts.world, parts.places
    x, g, t = np.arange(len(places)), places.group, places.bucket
    if not world.rules.min_gap:
        parts.rows.add(g * len(world.minute) + t, x, np.ones(len(x)))
        return
    for minute in world.minute:
        ahead = world.minute[t] - minute
        near = (ahead >= 0) & (ahead < world.rules.min_gap)
        parts.rows.add(g[near], x[near], np.ones(int(near.sum())))


def _waves_and_minutes(parts: _Parts, send: Array, send_item: Array, send_bucket: Array) -> None:
    """Sends per item, and an owner's minutes a day (a week, in the relaxed model) charged once per send."""
    world, places, ledger, buckets = parts.world, parts.places, parts.ledger, parts.buckets
    y = len(places) + np.arange(len(send_item))
    parts.rows.add(send_item, y, ledger.waves_left[send_item])
    alone = (send < 0) & (ledger.minutes[places.item] > 0) & ~_opened(parts)[places.item, places.bucket]
    item = np.concatenate([places.item[alone], send_item])
    bucket = np.concatenate([places.bucket[alone], send_bucket])
    column = np.concatenate([np.nonzero(alone)[0], y])
    charged = ledger.minutes[item] > 0
    by_hand = world.by_hand[places.group] > 0
    weight = np.concatenate([ledger.minutes[item[charged]], world.by_hand[places.group[by_hand]]])
    item = np.concatenate([item[charged], places.item[by_hand]])
    bucket = np.concatenate([bucket[charged], places.bucket[by_hand]])
    column = np.concatenate([column[charged], np.nonzero(by_hand)[0]])
    left = ledger.minutes_left.clip(min=0)
    if buckets.exact:
        span = buckets.first_day[bucket]
    else:
        span = buckets.week[bucket]
        weekly_left = np.zeros((len(world.owners), ledger.week_left.shape[1]), dtype=np.int64)
        np.add.at(weekly_left.T, (np.arange(world.days) + world.start.weekday()) // 7, left.T)
        left = weekly_left
    owner = world.owner[item]
    parts.rows.add(owner * left.shape[1] + span, column, left[owner, span], weight)


def _after(parts: _Parts) -> None:
    """By each day, the later item has been sent no more often than the earlier one on the days before."""
    world, places = parts.world, parts.places
    first, last = parts.buckets.first_day[places.bucket], parts.buckets.last_day[places.bucket]
    begin = np.searchsorted(places.item, np.arange(len(world.items) + 1))
    for i, earlier in enumerate(world.needs):
        mine = np.arange(begin[i], begin[i + 1])
        for j in earlier:
            theirs = np.arange(begin[j], begin[j + 1])
            asked = world.audience[j] & ~world.stands[j]
            own = mine[asked[places.group[mine]]]
            for day in np.unique(last[own]):
                late = own[last[own] <= day]
                early = theirs[first[theirs] < day] if parts.buckets.exact else theirs[first[theirs] <= day]
                early = early[np.isin(places.group[early], places.group[late])]
                column = np.concatenate([late, early])
                weight = np.concatenate([np.ones(len(late)), -np.ones(len(early))])
                parts.rows.add(places.group[column], column, np.zeros(len(column)), weight)


def _steps(parts: _Parts, first_column: int) -> list[Array]:
    """A column for each campaign step, group and day: once a later phase has begun, no earlier one may follow.

    Gives for each step column, from `first_column` on, the posts of later phases that make it begun.
    """
    world, places = parts.world, parts.places
    first, last = parts.buckets.first_day[places.bucket], parts.buckets.last_day[places.bucket]
    campaigns = world.items["campaign"].to_numpy()
    rank = np.array([PHASES.index(phase) for phase in world.items["phase"]], dtype=np.int64)
    steps: list[Array] = []
    for campaign in sorted({campaigns[i] for i in range(len(rank)) if world.before[i]}):
        of = np.nonzero((campaigns == campaign)[places.item] & (rank[places.item] > 0))[0]
        for step in range(1, len(PHASES) - 1):
            later, earlier = of[rank[places.item[of]] > step], of[rank[places.item[of]] <= step]
            for g in np.intersect1d(places.group[later], places.group[earlier]):
                behind, ahead = later[places.group[later] == g], earlier[places.group[earlier] == g]
                for day in np.unique(last[behind]):
                    begun, still = behind[last[behind] <= day], ahead[first[ahead] >= day]
                    if len(still):
                        _one_step(parts, (begun, still), first_column + len(steps))
                        steps.append(begun)
    return steps


def _one_step(parts: _Parts, sides: tuple[Array, Array], column: int) -> None:
    """Later posts need the step begun; earlier posts need it not begun."""
    begun, still = sides
    item = parts.places.item
    for posts, sign, limit in ((begun, -1.0, 0.0), (still, 1.0, 1.0)):
        items = np.unique(item[posts])
        key = np.concatenate([item[posts], items])
        columns = np.concatenate([posts, np.full(len(items), column)])
        weight = np.concatenate([np.ones(len(posts)), np.full(len(items), sign)])
        parts.rows.add(key, columns, np.full(len(key), limit), weight)


@dataclass(frozen=True, eq=False)
class Relaxed:
    """The linear relaxation: its optimum as the solver gives it, and a value that surely no plan can beat."""

    optimum: float
    bound: float


def solve_lp(model: Model) -> Relaxed | None:
    """The relaxation, or None where the solver gives no optimum."""
    import highspy

    solver = _solver()
    solver.passModel(_problem(model.matrix, model.gain, model.limit, model.most, None))
    solver.run()
    if solver.getModelStatus() != highspy.HighsModelStatus.kOptimal:
        return None
    optimum = float(solver.getInfo().objective_function_value)
    # the solver keeps its rows to within 1e-7, so its optimum may lie that little below the true one
    return Relaxed(optimum, optimum + 1e-6 * max(1.0, abs(optimum)))


def complete(model: Model, chosen: Array) -> Array:
    """The full column values of a plan given as flags of an exact model's places."""
    values = np.zeros(model.size)
    values[: model.posts] = chosen
    values[model.send[chosen & (model.send >= 0)]] = 1.0
    for n, begun in enumerate(model.steps):
        values[model.whole + n] = float(chosen[begun].any())
    return values


def improve(model: Model, chosen: Array, *, slack: float, nodes: int, checks: int) -> tuple[Array, float]:
    """A plan at least as good as `chosen` (flags over the places of an exact model), and the solver's bound.

    It stops at `nodes` of the search tree or after the solver has looked `checks` times whether to go on: work at the
    root counts for no node.
    """
    found, bound = _solve_whole(model, complete(model, chosen), slack=slack, nodes=nodes, checks=checks)
    better = found[: model.posts] > 0.5
    worse = model.gain[: model.posts] @ better < model.gain[: model.posts] @ chosen
    return (chosen if worse else better), bound


def _solve_whole(model: Model, begin: Array, *, slack: float, nodes: int, checks: int) -> tuple[Array, float]:
    """The whole-number optimum to within the slack, from a feasible beginning; the beginning where none is found."""
    import highspy

    solver = _solver()
    # the relative gap would count the must-sends' price, which dwarfs what is left to gain
    solver.setOptionValue("mip_rel_gap", 0.0)
    solver.setOptionValue("mip_abs_gap", max(1e-6, slack))
    solver.setOptionValue("mip_max_nodes", nodes)
    most, whole = np.ones(model.size), np.arange(model.size) < model.whole
    solver.passModel(_problem(model.matrix, model.gain, model.limit, most, whole))
    left = itertools.count(checks, -1)
    solver.cbMipInterrupt += lambda event: event.interrupt() if next(left) <= 0 else None
    start = highspy.HighsSolution()
    start.col_value = list(begin)
    solver.setSolution(start)
    solver.run()
    info = solver.getInfo()
    if info.primal_solution_status != int(highspy.SolutionStatus.kSolutionStatusFeasible):
        return begin, float("inf")
    return np.array(solver.getSolution().col_value), float(info.mip_dual_bound)


def _solver() -> Any:
    import highspy

    solver = highspy.Highs()
    for name, value in (("output_flag", False), ("threads", 1), ("random_seed", 0), ("parallel", "off")):
        solver.setOptionValue(name, value)
    return solver


def _problem(matrix: Any, gain: Array, limit: Array, most: Array, whole: Array | None) -> Any:
    import highspy

    problem = highspy.HighsLp()
    rows, columns = matrix.shape
    problem.num_col_, problem.num_row_ = columns, rows
    problem.sense_ = highspy.ObjSense.kMaximize
    problem.col_cost_ = gain
    problem.col_lower_, problem.col_upper_ = np.zeros(columns), most
    problem.row_lower_, problem.row_upper_ = np.full(rows, -highspy.kHighsInf), limit
    problem.a_matrix_.format_ = highspy.MatrixFormat.kColwise
    problem.a_matrix_.start_ = matrix.indptr
    problem.a_matrix_.index_ = matrix.indices
    problem.a_matrix_.value_ = matrix.data
    if whole is not None:
        kinds = (highspy.HighsVarType.kContinuous, highspy.HighsVarType.kInteger)
        problem.integrality_ = [kinds[int(flag)] for flag in whole]
    return problem
