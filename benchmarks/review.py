"""Do posting times learn from a year of posts, and how far from the best possible hours are the posts of each week?

    python benchmarks/review.py                     all parts: minutes, but none above 4 alone on a busy machine
    python benchmarks/review.py --parts times       one part
    python benchmarks/review.py --seeds 6           in so many worlds
    python benchmarks/review.py --small             a few weeks, few worlds: what the tests do

Prints its tables. Worlds are invented: groups with 3 or 4 slots of 8, orders per post drawn (negative binomial) with
effects of group, kind, item, day (shared by all groups), weekday, part of the day, slot and their pairs by group.

- `times`: regret by blocks of four weeks, in % of what somebody who knows the truth would get from that week's posts at
  the best hours, with the 95 % interval over worlds (Student's t); below each method its first block less its last, by
  pairs in the same worlds. `no learning` takes hours at random, `raw means` the best mean of orders per member so far
  (unseen hours count as usual), `posting_times` the values. Each method lives its own year in the same world and learns
  after every week. Posts are placed by a stand-in for `plan_posts` (see `week_of_posts`).
- `explore`: the same worlds lived with draws of the values.
- `intervals`: how many of the 95 % intervals hold the truth (`held %`; `bare %`: without the allowance for what no table
  of hours tells), how many say "not as usual" (`claims %`) and which part of those points the wrong way (`wrong %`),
  after so many weeks at random hours; `alike` are worlds where all hours are equal, so that every claim is false.
- `planted`: in a world of equal hours one slot is so much better, the `same` for all groups, each group's `own`, or that
  of `one` group alone: after so many posts a group, in how many of these groups that slot comes out on top (`on top %`),
  how often low is above 1 for a weekday of it (`sure %`) and of all other slots (`wrongly sure %`), and its value beside
  the true one (`value`, `true`).
- `planner`: the real `plan_posts` for the week after: value at the true hours in % of a plan that knows them, without
  times and with times learned in so many weeks, and by how much these differ from none in the same worlds.
- `tangled`: equal hours, but 85 % of the items that sell twice as much stand at one of three: what that hour seems to be
  worth in plain means, and to `posting_times` with the items' planned values and without `items`.
- `speed`: seconds for a year of 50 groups with 15 000 posts, beside a mean by group, weekday and slot in pandas.
"""

from __future__ import annotations

import argparse
import statistics
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

import toolkit as tk
from toolkit.review._rates import DEVIATE
from toolkit.review._times import _UNSURE, posting_times

MONDAY = pd.Timestamp("2025-09-22", tz="Asia/Shanghai")
CLOCKS = ("07:20", "08:10", "12:15", "13:20", "16:40", "18:10", "20:00", "20:40")
KINDS = {"value": 0.35, "activation": 0.2, "promotion": 0.3, "discussion": 0.15}
WEEKLY = 5
# spreads (of logarithms) from which the truth of a year is drawn
SPREADS = {
    "part": 0.15,
    "slot": 0.08,
    "weekday": 0.12,
    "weekday and part": 0.08,
    "group and slot": 0.12,
    "group and weekday": 0.08,
    "cell": 0.05,
}
PART = np.array([0, 0, 1, 1, 2, 3, 4, 4])


@dataclass
class World:
    """What is true of groups, hours and days, and the dice."""

    rng: np.random.Generator
    groups: pd.DataFrame
    slots: list[np.ndarray]  # of each group, places in CLOCKS
    base: np.ndarray  # orders a post brings in each group
    logs: np.ndarray  # group × weekday × clock
    kinds: np.ndarray
    item_sd: float = 0.3
    day_sd: float = 0.15
    dispersion: float = 0.3

    def truth(self, g: int) -> np.ndarray:
        """The group's weekday × slot as ratios to their mean."""
        found = np.exp(self.logs[g][:, self.slots[g]])
        return found / found.mean()


def make_world(seed: int, *, groups: int = 16, orders: float = 3.0, scale: float = 1.0) -> World:
    """A world by seed; `scale` 0 makes all hours and weekdays alike."""
    rng = np.random.default_rng(seed)
    slots = [
        np.sort(rng.choice(len(CLOCKS), size=int(rng.integers(3, 5)), replace=False)) for _ in range(groups)
    ]
    members = rng.integers(120, 480, groups)
    draw = {name: lambda *shape, sd=sd: rng.normal(0, sd * scale, shape) for name, sd in SPREADS.items()}
    many = len(CLOCKS)
    logs = (
        draw["part"](5)[PART]
        + draw["slot"](many)
        + draw["weekday"](7)[:, None]
        + draw["weekday and part"](7, 5)[:, PART]
        + draw["group and slot"](groups, 1, many)
        + draw["group and weekday"](groups, 7, 1)
        + draw["cell"](groups, 7, many)
    )
    table = pd.DataFrame(
        {
            "group_id": [f"g{place:02d}" for place in range(groups)],
            "name": [f"{place} 群" for place in range(groups)],
            "members": members,
            "slots": [[CLOCKS[at] for at in places] for places in slots],
            "posts_per_day": 1,
            "posts_per_week": WEEKLY,
        }
    )
    base = orders * members / 250 * np.exp(rng.normal(0, 0.5, groups))
    return World(rng, table, slots, base, logs, np.exp(rng.normal(0, 0.25, len(KINDS))))


def week_of_posts(
    world: World, week: int, value: Callable[[int], np.ndarray], *, weekly: int = WEEKLY
) -> pd.DataFrame:
    """A stand-in for `plan_posts`, which would take hours for all years.

    Twelve items; each group gets `weekly` of them, at its best weekdays and slots by `value`, one a day, the items of
    greater value at the better ones. Counts are drawn with the effects of group, kind, item, day and hour.
    """
    rng, items = world.rng, 12
    kind = rng.choice(len(KINDS), size=items, p=list(KINDS.values()))
    worth = np.exp(rng.normal(0, 0.3, items))
    effect = world.kinds[kind] * worth**0.5 * np.exp(rng.normal(0, world.item_sd, items))
    days = np.exp(rng.normal(0, world.day_sd, 7))
    rows = []
    for g in range(len(world.groups)):
        mine = rng.choice(items, size=weekly, replace=False)
        mine = mine[np.argsort(-worth[mine])]
        cells = value(g)
        slot = cells.argmax(axis=1)
        best = np.argsort(-cells.max(axis=1), kind="stable")[:weekly]
        for item, day in zip(mine, best, strict=True):
            clock = int(world.slots[g][slot[day]])
            mean = world.base[g] * effect[item] * days[day] * np.exp(world.logs[g, day, clock])
            count = rng.negative_binomial(1 / world.dispersion, 1 / (1 + world.dispersion * mean))
            rows.append((week, item, g, int(day), int(slot[day]), clock, worth[item], kind[item], count))
    return pd.DataFrame(
        rows, columns=["week", "item", "g", "weekday", "slot", "clock", "worth", "kind", "ordered"]
    )


def as_history(posts: pd.DataFrame, world: World) -> tuple[pd.DataFrame, pd.DataFrame]:
    """CALENDAR joined with RESULTS, and the ITEMS."""
    item = "w" + posts["week"].astype(str) + "i" + posts["item"].astype(str)
    group = world.groups["group_id"].to_numpy()[posts["g"]]
    days = pd.to_timedelta(7 * posts["week"] + posts["weekday"], unit="D")
    starts = MONDAY + days + pd.to_timedelta([f"{CLOCKS[at]}:00" for at in posts["clock"]])
    history = pd.DataFrame(
        {
            "post_id": item + "@" + group,
            "item_id": item,
            "group_id": group,
            "starts_at": starts,
            "status": "sent",
            "measured_at": starts + pd.Timedelta(days=3),
            "ordered": posts["ordered"],
        }
    )
    kinds = np.array(list(KINDS))[posts["kind"]]
    items = pd.DataFrame({"item_id": item, "title": item, "kind": kinds, "value": posts["worth"]})
    return history, items.drop_duplicates("item_id")


def random_hours(world: World) -> Callable[[int], np.ndarray]:
    return lambda g: world.rng.random((7, len(world.slots[g])))


def raw_means(posts: pd.DataFrame, world: World) -> Callable[[int], np.ndarray]:
    """Orders per post of each cell against the group's mean; 1 where there was none."""
    found = [np.ones((7, len(slots))) for slots in world.slots]
    means = posts.groupby("g")["ordered"].mean()
    for (g, weekday, slot), mean in posts.groupby(["g", "weekday", "slot"])["ordered"].mean().items():
        found[g][weekday, slot] = mean / max(means[g], 1e-9)
    return lambda g: found[g] + world.rng.random(found[g].shape) * 1e-6


def learned(posts: pd.DataFrame, world: World, *, explore: int | None = None) -> Callable[[int], np.ndarray]:
    """What `posting_times` makes of the posts so far, as weekday × slot of each group."""
    history, items = as_history(posts, world)
    times = posting_times(history, groups=world.groups, items=items, explore=explore)
    value = times["value"].to_numpy()
    ends = np.cumsum([7 * len(slots) for slots in world.slots])
    found = [part.reshape(7, -1) for part in np.split(value, ends[:-1])]
    return lambda g: found[g] + world.rng.random(found[g].shape) * 1e-6


METHODS = ("no learning", "raw means", "posting_times")


def live(method: str, seed: int, *, groups: int, weeks: int) -> np.ndarray:
    """The regret of each week of a year, as a share."""
    world = make_world(seed, groups=groups)
    truth = [world.truth(g) for g in range(groups)]
    best = sum(
        np.sort(cells.max(axis=1))[-WEEKLY:] @ np.ones(WEEKLY) * world.base[g]
        for g, cells in enumerate(truth)
    )
    posts, hours = pd.DataFrame(columns=["week"]), random_hours(world)
    regret = np.empty(weeks)
    for week in range(weeks):
        if week and method != "no learning":
            if method == "raw means":
                hours = raw_means(posts, world)
            else:
                hours = learned(posts, world, explore=1000 * seed + week if method == "explore" else None)
        new = week_of_posts(world, week, hours)
        places = zip(new["g"], new["weekday"], new["slot"], strict=True)
        regret[week] = 1 - sum(world.base[g] * truth[g][day, slot] for g, day, slot in places) / best
        posts = new if posts.empty else pd.concat([posts, new], ignore_index=True)
    return regret


def with_interval(values: np.ndarray) -> tuple[float, float, float]:
    """Mean and 95 % interval by Student's t."""
    from scipy.stats import t

    mean = float(values.mean())
    reach = (
        float(t.ppf(0.975, len(values) - 1) * values.std(ddof=1) / len(values) ** 0.5)
        if len(values) > 1
        else 0.0
    )
    return mean, mean - reach, mean + reach


def regrets(methods: Sequence[str], seeds: int, *, groups: int, weeks: int) -> pd.DataFrame:
    rows = []
    for method in methods:
        years = np.array([live(method, seed, groups=groups, weeks=weeks) for seed in range(seeds)])
        blocks = {
            f"{first + 1}–{min(first + 4, weeks)}": 100 * years[:, first : first + 4].mean(axis=1)
            for first in range(0, weeks, 4)
        }
        blocks["first less last"] = next(iter(blocks.values())) - [*blocks.values()][-1]
        for name, part in blocks.items():
            mean, low, high = with_interval(part)
            rows.append({"method": method, "weeks": name, "regret %": mean, "low": low, "high": high})
    return pd.DataFrame(rows)


def lived_at_random(world: World, weeks: int) -> pd.DataFrame:
    return pd.concat(
        [week_of_posts(world, week, random_hours(world)) for week in range(weeks)], ignore_index=True
    )


def learn_times(world: World, posts: pd.DataFrame) -> pd.DataFrame:
    history, items = as_history(posts, world)
    return posting_times(history, groups=world.groups, items=items)


def intervals(seeds: int, *, groups: int, weeks: Sequence[int]) -> pd.DataFrame:
    rows = []
    for name, scale in (("alike", 0.0), ("drawn", 1.0)):
        for many in weeks:
            held, bare, claims, wrong = [], [], [], []
            for seed in range(seeds):
                world = make_world(seed, groups=groups, scale=scale)
                times = learn_times(world, lived_at_random(world, many))
                truth = np.concatenate([world.truth(g).ravel() for g in range(groups)])
                value, low, high = (times[column].to_numpy() for column in ("value", "low", "high"))
                claimed = (low > 1) | (high < 1)
                held.append(100 * ((low <= truth) & (truth <= high)).mean())
                reach = np.sqrt(np.maximum((np.log(high / value) / DEVIATE) ** 2 - _UNSURE**2, 0.0))
                bare.append(100 * (np.abs(np.log(truth / value)) <= DEVIATE * reach).mean())
                claims.append(100 * claimed.mean())
                wrong += list((value[claimed] > 1) != (truth[claimed] > 1) if scale else [])
            mean, low_held, high_held = with_interval(np.array(held))
            rows.append(
                {
                    "world": name,
                    "weeks": many,
                    "held %": mean,
                    "low": low_held,
                    "high": high_held,
                    "bare %": float(np.mean(bare)),
                    "claims %": float(np.mean(claims)),
                    "wrong %": 100 * float(np.mean(wrong)) if wrong else np.nan,
                }
            )
    return pd.DataFrame(rows)


def planted(seeds: int, *, groups: int, weeks: Sequence[int]) -> pd.DataFrame:
    shapes = [(best, ratio) for best in ("same", "own") for ratio in (1.2, 1.5)]
    rows = []
    for best, ratio in [*shapes, ("one", 1.5)]:
        worlds = 2 * seeds if best == "one" else seeds
        for many in weeks:
            found = [planted_once(seed, groups, many, ratio, best) for seed in range(worlds)]
            rows.append(
                {
                    "best slot": best,
                    "ratio": ratio,
                    "posts a group": many * WEEKLY,
                    **pd.DataFrame(found).mean().to_dict(),
                }
            )
    return pd.DataFrame(rows)


def planted_once(seed: int, groups: int, weeks: int, ratio: float, shape: str) -> dict[str, float]:
    """What one world says of the slots that are better in it, and of all others."""
    world = make_world(seed, groups=groups, scale=0.0)
    if shape == "same":
        evening = CLOCKS.index("20:00")
        world.slots = [np.unique([*slots[:2], evening]) for slots in world.slots]
        world.groups["slots"] = [[CLOCKS[at] for at in slots] for slots in world.slots]
    best = ["20:00" if shape == "same" else CLOCKS[world.rng.choice(slots)] for slots in world.slots]
    better = dict(list(zip(world.groups["group_id"], best, strict=True))[: 1 if shape == "one" else None])
    for g, clock in enumerate(better.values()):
        world.logs[g, :, CLOCKS.index(clock)] += np.log(ratio)
    times = learn_times(world, lived_at_random(world, weeks))
    there = times["slot"] == times["group_id"].map(better)
    means = times.groupby(["group_id", "slot"])["value"].mean().unstack().loc[list(better)]
    above = times["low"] > 1
    truth = np.concatenate([world.truth(g).ravel() for g in range(groups)])
    return {
        "on top %": 100 * float((means.idxmax(axis=1) == pd.Series(better)).mean()),
        "sure %": 100 * float(above[there].mean()),
        "wrongly sure %": 100 * float(above[~there].mean()),
        "value": float(times.loc[there, "value"].mean()),
        "true": float(truth[there].mean()),
    }


def planner(seeds: int, *, groups: int, weeks: Sequence[int]) -> pd.DataFrame:
    """The real plan of one week, in % of the value of one that knows the truth."""
    found: dict[str, list[float]] = {name: [] for name in ("no times", *(f"{many} weeks" for many in weeks))}
    for seed in range(seeds):
        world = make_world(seed, groups=groups)
        table = world.groups
        true = pd.DataFrame(
            [
                (group, day, CLOCKS[at], world.truth(g)[day, place])
                for g, group in enumerate(table["group_id"])
                for day in range(7)
                for place, at in enumerate(world.slots[g])
            ],
            columns=["group_id", "weekday", "slot", "value"],
        )
        exact = true.set_index(["group_id", "weekday", "slot"])["value"]
        names = [f"i{place}" for place in range(6)]
        items = pd.DataFrame({"item_id": names, "title": names, "value": np.linspace(0.8, 1.5, 6)})

        def worth(
            times: pd.DataFrame | None, items: pd.DataFrame = items, exact: Any = exact, table: Any = table
        ) -> float:
            plan = tk.plan_posts(items, table, start="2026-09-21", days=7, times=times, effort="quick")
            posts = plan.calendar.merge(items[["item_id", "value"]], on="item_id", suffixes=("", "_item"))
            posts = posts.merge(table[["group_id", "members"]], on="group_id")
            starts = posts["starts_at"]
            keys = pd.MultiIndex.from_arrays(
                [posts["group_id"], starts.dt.day_of_week, starts.dt.strftime("%H:%M")]
            )
            return float((posts["value_item"] * posts["members"] * exact.reindex(keys).to_numpy()).sum())

        best = worth(true)
        found["no times"].append(100 * worth(None) / best)
        for many in weeks:
            found[f"{many} weeks"].append(
                100 * worth(learn_times(world, lived_at_random(world, many))) / best
            )
    for many in weeks:
        less = np.subtract(found[f"{many} weeks"], found["no times"])
        found[f"{many} weeks less no times"] = less.tolist()
    rows = []
    for name, shares in found.items():
        mean, low, high = with_interval(np.array(shares))
        rows.append({"times": name, "value %": mean, "low": low, "high": high})
    return pd.DataFrame(rows)


def tangled(seeds: int, *, groups: int, weeks: int) -> pd.DataFrame:
    found: dict[str, list[tuple[float, float]]] = {"plain means": [], "with values": [], "without items": []}
    for seed in range(seeds):
        world = make_world(seed, groups=groups, scale=0.0)
        world.slots = [np.array([1, 2, 6])] * groups
        world.groups["slots"] = [[CLOCKS[at] for at in slots] for slots in world.slots]
        history, items = as_history(tangled_posts(world, weeks), world)
        clock = history["starts_at"].dt.strftime("%H:%M")
        means = history["ordered"].groupby(clock).mean()
        found["plain means"].append((float(means["20:00"] / means.mean()), np.nan))
        for name, given in (("with values", items), ("without items", None)):
            times = posting_times(history, groups=world.groups, items=given)
            hour = times[times["slot"] == "20:00"]
            found[name].append((float(hour["value"].mean()), 100 * float((hour["low"] > 1).mean())))
    rows = []
    for name, worlds in found.items():
        mean, low, high = with_interval(np.array([value for value, _ in worlds]))
        sure = float(np.mean([share for _, share in worlds]))
        rows.append({"told": name, "20:00 seems": mean, "low": low, "high": high, "wrongly sure %": sure})
    return pd.DataFrame(rows)


def tangled_posts(world: World, weeks: int) -> pd.DataFrame:
    """Ten items a week, half of them worth twice as much: of these 85 % stand in the evening, of the others 15 %."""
    rng, rows = world.rng, []
    for week in range(weeks):
        days = np.exp(rng.normal(0, world.day_sd, 7))
        worth = np.where(rng.random(10) < 0.5, 2.0, 1.0)
        luck = np.exp(rng.normal(0, world.item_sd, 10))
        for g in range(len(world.groups)):
            for item, day in zip(rng.choice(10, WEEKLY, False), rng.choice(7, WEEKLY, False), strict=True):
                evening = rng.random() < (0.85 if worth[item] == 2 else 0.15)
                slot = 2 if evening else int(rng.integers(2))
                mean = world.base[g] * worth[item] * luck[item] * days[day]
                count = rng.negative_binomial(1 / world.dispersion, 1 / (1 + world.dispersion * mean))
                clock = int(world.slots[g][slot])
                rows.append((week, int(item), g, int(day), slot, clock, worth[item], 0, count))
    names = ["week", "item", "g", "weekday", "slot", "clock", "worth", "kind", "ordered"]
    return pd.DataFrame(rows, columns=names)


def speed(groups: int, posts: int, runs: int) -> pd.DataFrame:
    world = make_world(0, groups=groups)
    weeks = [week_of_posts(world, week, random_hours(world), weekly=6) for week in range(52)]
    lived = pd.concat(weeks).sample(posts, random_state=0).sort_values("week").reset_index(drop=True)
    history, items = as_history(lived, world)
    members = history.merge(world.groups[["group_id", "members"]], on="group_id")

    def peer() -> pd.Series[Any]:
        starts = members["starts_at"]
        rate = members["ordered"] / members["members"]
        return rate.groupby([members["group_id"], starts.dt.day_of_week, starts.dt.strftime("%H:%M")]).mean()

    work = {
        "posting_times": lambda: posting_times(history, groups=world.groups, items=items),
        "mean by group, weekday, slot": peer,
    }
    rows = [
        {
            "method": name,
            "posts": len(history),
            "seconds": statistics.median(seconds(one) for _ in range(runs)),
        }
        for name, one in work.items()
    ]
    return pd.DataFrame(rows)


def seconds(work: Callable[[], object]) -> float:
    begun = time.process_time()
    work()
    return time.process_time() - begun


# worlds of each part, unless told, and with --small
PARTS = {
    "times": (3, 5),
    "explore": (3, 2),
    "intervals": (6, 3),
    "planted": (4, 2),
    "planner": (6, 8),
    "tangled": (6, 3),
    "speed": (1, 1),
}


def main(arguments: Sequence[str] | None = None) -> dict[str, pd.DataFrame]:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--parts", nargs="+", choices=list(PARTS), default=list(PARTS))
    parser.add_argument("--seeds", type=int, help="worlds")
    parser.add_argument("--groups", type=int, help="8 for a year of learning each week, else 12")
    parser.add_argument("--weeks", type=int, default=52)
    parser.add_argument("--small", action="store_true")
    options = parser.parse_args(arguments)
    seeds = {name: options.seeds or worlds[options.small] for name, worlds in PARTS.items()}
    few, groups, weeks = options.groups or 8, options.groups or 12, options.weeks
    steps: tuple[int, ...] = (4, 13, 26, 52)
    learned_in, size, runs = steps[:3], (50, 15_000), 3
    if options.small:
        few, groups, weeks, steps, learned_in, size, runs = 4, 4, 12, (4,), (26,), (4, 60), 1
    parts: dict[str, Callable[[], pd.DataFrame]] = {
        "times": lambda: regrets(METHODS, seeds["times"], groups=few, weeks=weeks),
        "explore": lambda: regrets(["explore"], seeds["explore"], groups=few, weeks=weeks),
        "intervals": lambda: intervals(seeds["intervals"], groups=groups, weeks=steps),
        "planted": lambda: planted(seeds["planted"], groups=groups, weeks=steps),
        "planner": lambda: planner(seeds["planner"], groups=groups, weeks=learned_in),
        "tangled": lambda: tangled(seeds["tangled"], groups=groups, weeks=min(weeks, 20)),
        "speed": lambda: speed(*size, runs),
    }
    tables = {}
    for name in options.parts:
        tables[name] = parts[name]()
        print(
            f"{name}\n{tables[name].to_string(index=False, float_format=lambda value: f'{value:.3g}')}\n",
            flush=True,
        )
    return tables


if __name__ == "__main__":
    main(sys.argv[1:])
