"""How often judge_test names a false winner, finds a true one, and covers the truth; what plan_test promises is kept.

    python benchmarks/ab_tests.py                        all parts on drawn tests
    python benchmarks/ab_tests.py --parts false grouped  some: false, grouped, power, numbers, speed, upworthy
    python benchmarks/ab_tests.py --arms 2 --draws 2000  of parts false and power only two arms, so many draws a row
    python benchmarks/ab_tests.py --layouts whole        of part grouped only some: within, whole, dealt (as told below)
    python benchmarks/ab_tests.py --data FOLDER          with real tests (FOLDER/upworthy_ab/packages.csv.gz)
    python benchmarks/ab_tests.py --small                fewer rows and draws: what the tests do

Every draw is a test looked at ten times, judged by judge_test as it comes, and stopped at the first 够了. `low` and
`high` are Wilson's 95 % interval. Looks at which no version leads all others by 2.5 standard errors (the rule wants 2.8), or
beats them by the rule's own p-values, are passed over unasked; a test holds that such looks are never 够了.

1. `false`: all versions alike. Rate, people per version at the end, versions, and looks: equal steps; or `growing`, each
   as far from the last as a constant factor makes it (from 1 % of the people), where looks tell most anew.
2. `grouped`: all versions alike, in groups of different rates. within: each group sees all versions, their rates in a
   group scattered by `spread` (a standard deviation of the logarithm); whole: each group sees one, group rates
   scattered by a Beta with the intra-class correlation `spread`. dealt: tests dealt 80 : 20, and ties at the top.
   `without groups` is what the same counts give when their groups are not told.
3. `power`: of plan_test's sizes, with how many people it took on average, and the size of a test that is looked at once
   (`fixed`): `cost` is the one over the other. The promise is 0.8.
4. `numbers`: how often the 95 % interval holds the true rate, for given rates (summed over all results, whose number
   stands under draws), for rates drawn from the prior, and where whole groups got a version; expected loss and
   chance of the leader to be best against what came true.
5. `speed`: CPU milliseconds, medians of 15 runs after one to warm up.
6. `upworthy`: each real test is cut in two at random (each viewer to one half, fixed seed); one half is judged, and where
   it says 够了, its winner is looked up in the other: does it lead there, and does it beat the runner-up. Once as it
   comes, where shares that are off forbid a winner (this archive's maintainers report such a flaw), and once without.
"""

from __future__ import annotations

import argparse
import statistics
import sys
import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from toolkit.review import judge_test, plan_test
from toolkit.review._cells import Cells
from toolkit.review._compare import compare
from toolkit.review._rule import ALPHA, LOOKS, level

PARTS = ("false", "grouped", "power", "numbers", "speed", "upworthy")
LAYOUTS = ("within", "whole", "dealt")
SCREEN = 2.5
BARE = 200  # draws judged without their groups, to compare
STEPS = {
    "equal": np.arange(1, LOOKS + 1) / LOOKS,
    "growing": np.geomspace(0.01, 1, LOOKS),
}


def wilson(hits: int, draws: int) -> tuple[float, float]:
    """The 95 % interval of a share."""
    z = 1.959964
    share, size = hits / draws, z * z / draws
    middle = (share + size / 2) / (1 + size)
    half = z / (1 + size) * np.sqrt(share * (1 - share) / draws + size / (4 * draws))
    return max(0.0, middle - half), middle + half


def frame_of(shown: np.ndarray, hits: np.ndarray, grouped: bool) -> pd.DataFrame:
    """Counts as an editor would hand them in; groups down and arms across."""
    groups, arms = np.indices(shown.shape)
    table = {"arm": np.array(list("ABCDEFGH"))[arms.ravel()], "shown": shown.ravel(), "hits": hits.ravel()}
    frame = pd.DataFrame({**table, "group_id": groups.ravel().astype(str)} if grouped else table)
    return frame[frame["shown"] > 0] if grouped else frame


def leads(shown: np.ndarray, hits: np.ndarray) -> np.ndarray:
    """For each draw and look the largest lead of one arm over every other, in standard errors; groups, arms last."""
    arms = shown.shape[-1]
    best = np.full(hits.shape[:2], -np.inf)
    for arm in range(arms):
        least = np.full(hits.shape[:2], np.inf)
        for other in set(range(arms)) - {arm}:
            people = shown[..., arm] + shown[..., other]
            opened = hits[..., arm] + hits[..., other]
            part = np.divide(shown[..., arm], people, out=np.zeros(people.shape), where=people > 0)
            variance = opened * part * (1 - part) * (people - opened) / np.maximum(people - 1, 1)
            over = (hits[..., arm] - opened * part).sum(axis=-1)
            total = variance.sum(axis=-1)
            least = np.minimum(
                least, np.divide(over, np.sqrt(total), out=np.zeros_like(over), where=total > 0)
            )
        best = np.maximum(best, least)
    return best


def may_win(shown: np.ndarray, hits: np.ndarray) -> bool:
    """Whether a version beats all others by the rule's own p-values: what 够了 asks for first."""
    group, arm = np.nonzero(shown)
    cells = Cells(
        arms=list("ABCDEFGH")[: shown.shape[1]],
        groups=[str(number) for number in range(shown.shape[0])],
        arm=arm,
        group=group,
        day=np.full(len(arm), -1),
        shown=shown[group, arm].astype(float),
        hits=hits[group, arm].astype(float),
        rejected=pd.DataFrame(),
    )
    found = compare(cells)
    bar, arms = level(ALPHA, LOOKS), range(shown.shape[1])
    return any(all(found.p_value(one, other) <= bar for other in arms if other != one) for one in arms)


def winners(
    shown: np.ndarray, hits: np.ndarray, *, grouped: bool, **options: Any
) -> Iterator[tuple[str, int]]:
    """For each draw its winner ("" for none) and the look it was named at; shown and hits run draw, look, group, arm."""
    whole = grouped and bool(((shown > 0).sum(axis=-1) <= 1).all())
    # whole groups are judged by the sums too
    asked = (
        leads(*((table.sum(axis=-2, keepdims=True) if whole else table) for table in (shown, hits))) >= SCREEN
    )
    for draw in range(hits.shape[0]):
        for look in np.flatnonzero(asked[draw]):
            if grouped and not may_win(shown[draw, look], hits[draw, look]):
                continue
            found = judge_test(frame_of(shown[draw, look], hits[draw, look], grouped), **options)
            if found.verdict == "够了":
                yield found.best, int(look)
                break
        else:
            yield "", hits.shape[1] - 1


def plain_draws(
    rates: Sequence[float], people: Sequence[int], steps: np.ndarray, draws: int, random: np.random.Generator
) -> tuple[np.ndarray, np.ndarray]:
    """Shown and hits of one group by draw and look."""
    sizes = np.maximum(np.round(np.outer(steps, people)), 1).astype(int)  # look, arm
    more = np.diff(sizes, axis=0, prepend=0)
    hits = random.binomial(more, np.asarray(rates), size=(draws, *more.shape)).cumsum(axis=1)
    return np.broadcast_to(sizes, hits.shape)[:, :, None, :], hits[:, :, None, :]


def share_row(found: Sequence[bool]) -> dict[str, float]:
    low, high = wilson(sum(found), len(found))
    return {"draws": len(found), "share": float(np.mean(found)), "low": low, "high": high}


def false_winners(draws: int, arms: Sequence[int], small: bool) -> pd.DataFrame:
    random = np.random.default_rng(1)
    rows = []
    for count in arms:
        for rate in [0.05] if small else [0.005, 0.02, 0.05, 0.1, 0.3]:
            for people in [200] if small else [50, 200, 1_000, 5_000, 20_000]:
                for name, steps in STEPS.items():
                    shown, hits = plain_draws([rate] * count, [people] * count, steps, draws, random)
                    named = [bool(best) for best, _ in winners(shown, hits, grouped=False)]
                    rows.append(
                        {"arms": count, "rate": rate, "people": people, "looks": name, **share_row(named)}
                    )
    return pd.DataFrame(rows)


def grouped_draws(
    layout: str, groups: int, people: int, spread: float, draws: int, random: np.random.Generator
) -> tuple[np.ndarray, np.ndarray]:
    """Shown and hits of two like arms in groups of `people`, more and less; rates around 8 %."""
    sizes = np.round(people * np.resize([0.6, 1.4, 1.0], groups)).astype(int)
    if layout == "within":
        base = random.beta(8, 92, size=(draws, 1, groups, 1))
        rates = np.minimum(base * np.exp(random.normal(-(spread**2) / 2, spread, (draws, 1, groups, 2))), 1)
        each = np.stack([sizes // 2, sizes // 2], axis=-1)
    else:
        weight = 1 / spread - 1
        rates = random.beta(0.08 * weight, 0.92 * weight, size=(draws, 1, groups, 1)) * np.ones(2)
        each = sizes[:, None] * (np.arange(groups)[:, None] % 2 == np.arange(2))
    shown = np.round(STEPS["equal"][:, None, None] * each).astype(int)
    more = np.diff(shown, axis=0, prepend=0)
    hits = random.binomial(np.broadcast_to(more, (draws, *more.shape)), rates).cumsum(axis=1)
    return np.broadcast_to(shown, hits.shape), hits


def grouped_winners(draws: int, small: bool, layouts: Sequence[str]) -> pd.DataFrame:
    random = np.random.default_rng(2)
    cells: list[tuple[str, int, int, float]] = [("within", 10, 200, 0.1), ("whole", 10, 200, 0.02)]
    if not small:
        cells = [
            *(("within", groups, 200, spread) for groups in (2, 3, 10, 50) for spread in (0.0, 0.2)),
            *(("within", groups, 2_000, 0.2) for groups in (3, 10, 50)),
            *(("whole", groups, 200, spread) for groups in (4, 6, 10, 20, 50) for spread in (0.005, 0.03)),
        ]
    rows = []
    for layout, groups, people, spread in (cell for cell in cells if cell[0] in layouts):
        shown, hits = grouped_draws(layout, groups, people, spread, draws, random)
        named = [bool(best) for best, _ in winners(shown, hits, grouped=True)]
        # what the same counts say without their groups: why the column matters
        flat = (table[:BARE].sum(axis=2, keepdims=True) for table in (shown, hits))
        bare = [bool(best) for best, _ in winners(*flat, grouped=False, split="any")]
        row = {"layout": layout, "groups": groups, "people": people, "spread": spread, **share_row(named)}
        rows.append({**row, "without groups": float(np.mean(bare))})
    for name, rates, sizes, split in (
        ("80 : 20", [0.02, 0.02], [4_000, 1_000], [4, 1]),
        ("80 : 20", [0.3, 0.3], [800, 200], [4, 1]),
        ("ties at the top", [0.06, 0.06, 0.03], [2_000] * 3, None),
        ("ties at the top", [0.06, 0.06, 0.058, 0.058], [20_000] * 4, None),
    ):
        if "dealt" not in layouts:
            break
        shown, hits = plain_draws(rates, sizes, STEPS["equal"], draws, random)
        best = [arm for arm, _ in winners(shown, hits, grouped=False, split=split)]
        row = {"layout": name, "groups": 1, "people": sizes[0], "spread": 0.0}
        rows.append({**row, **share_row([bool(arm) for arm in best]), "without groups": float("nan")})
    return pd.DataFrame(rows)


def power(draws: int, counts: Sequence[int], small: bool) -> pd.DataFrame:
    random = np.random.default_rng(3)
    rows = []
    cells = [(0.02, 0.3), (0.05, 0.2), (0.1, 0.2), (0.3, 0.1), (0.1, 1.0)]
    for rate, lift in cells[-1:] if small else cells:
        for arms in (2,) if small else counts:
            plan, once = (plan_test(rate, lift=lift, arms=arms, looks=looks) for looks in (LOOKS, 1))
            rates = [rate] * (arms - 1) + [rate * (1 + lift)]
            shown, hits = plain_draws(rates, [plan.per_arm] * arms, STEPS["equal"], draws, random)
            found = list(winners(shown, hits, grouped=False))
            right = "ABCDEFGH"[arms - 1]
            used = np.mean([STEPS["equal"][look] for _, look in found])
            rows.append(
                {
                    **{
                        "rate": rate,
                        "lift": lift,
                        "arms": arms,
                        "per_arm": plan.per_arm,
                        "fixed": once.per_arm,
                    },
                    **{"cost": plan.per_arm / once.per_arm, "used": float(used)},
                    "used cost": used * plan.per_arm / once.per_arm,
                    **share_row([best == right for best, _ in found]),
                    "wrong": float(np.mean([best not in {"", right} for best, _ in found])),
                }
            )
    return pd.DataFrame(rows)


def exact_coverage(rate: float, people: int) -> tuple[float, int]:
    """How often the interval holds the rate, summed over all results that happen at all, and how many those are."""
    from scipy.special import bdtr

    hits = np.arange(people + 1)
    chance = np.diff(bdtr(hits, people, rate), prepend=0)
    hits, chance = hits[chance > 1e-6], chance[chance > 1e-6]
    covered = 0.0
    for one, other, weights in zip(hits, np.roll(hits, -1), chance, strict=True):
        arms = judge_test(pd.DataFrame({"arm": ["A", "B"], "shown": [people] * 2, "hits": [one, other]})).arms
        covered += float(weights) * bool(arms["low"][0] <= rate <= arms["high"][0])
    return covered, len(hits)


def numbers(draws: int) -> pd.DataFrame:
    random = np.random.default_rng(4)
    rows: list[dict[str, Any]] = []

    def row(measure: str, value: float, against: float, size: int) -> None:
        rows.append({"measure": measure, "value": value, "against": against, "draws": size})

    for rate, people in ((0.005, 1_000), (0.05, 200), (0.05, 2_000), (0.3, 200)):
        value, results = exact_coverage(rate, people)
        row(f"coverage, rate {rate:g}, {people} people", value, 0.95, results)
    inside, losses, regrets, sure, right = [], [], [], [], []
    for _ in range(draws * 2):
        rates = random.beta(6, 94, 3)
        hits = random.binomial(400, rates)
        found = judge_test(
            pd.DataFrame({"arm": list("ABC"), "shown": [400] * 3, "hits": hits}), prior=(6, 94)
        )
        arms = found.arms
        place = "ABC".index(found.best)
        inside += ((arms["low"] <= rates) & (rates <= arms["high"])).tolist()
        losses.append(arms["expected_loss"][place])
        regrets.append(rates.max() - rates[place])
        sure.append(arms["p_best"][place])
        right.append(float(rates.argmax() == place))
    row("coverage, rates from the prior", float(np.mean(inside)), 0.95, len(inside))
    row(
        "expected loss of the leader, points",
        float(np.mean(losses)) * 100,
        float(np.mean(regrets)) * 100,
        len(losses),
    )
    row("chance of the leader to be best", float(np.mean(sure)), float(np.mean(right)), len(sure))
    inside = []
    for _ in range(draws):
        rates = random.beta(0.08 * 49, 0.92 * 49, 30)  # correlation 0.02
        table = pd.DataFrame({"arm": ["A", "B"] * 15, "shown": 200, "hits": random.binomial(200, rates)})
        arms = judge_test(table.assign(group_id=[f"g{number}" for number in range(30)])).arms
        inside += ((arms["low"] <= 0.08) & (arms["high"] >= 0.08)).tolist()
    row("coverage, 15 whole groups a version", float(np.mean(inside)), 0.95, len(inside))
    return pd.DataFrame(rows)


def speed(runs: int) -> pd.DataFrame:
    random = np.random.default_rng(5)
    two = pd.DataFrame({"arm": ["A", "B"], "shown": [5_000, 5_000], "hits": [250, 280]})
    shown = np.full((50, 4), 200)
    many = frame_of(shown, random.binomial(shown, 0.1), True)
    whole = many[many["arm"] == np.array(list("ABCD"))[many["group_id"].astype(int) % 4]]
    jobs = {
        "judge_test, 2 arms": lambda: judge_test(two),
        "judge_test, 4 arms x 50 groups": lambda: judge_test(many),
        "judge_test, 50 whole groups": lambda: judge_test(whole),
        "plan_test": lambda: plan_test(0.05, lift=0.2),
    }
    rows = []
    for name, job in jobs.items():
        job()
        taken = []
        for _ in range(runs):
            start = time.process_time()
            job()
            taken.append((time.process_time() - start) * 1000)
        rows.append({"job": name, "ms": statistics.median(taken)})
    return pd.DataFrame(rows)


def upworthy(path: Path, most: int) -> pd.DataFrame:
    """What real tests say in one half, and what the other half says of it; with and without a look at the shares."""
    packages = pd.read_csv(path, keep_default_na=False)
    tests = [test for _, test in packages.groupby("test_id", sort=True) if len(test) > 1][:most]
    return pd.concat([in_halves(tests, None), in_halves(tests, "any")], ignore_index=True)


def in_halves(tests: Sequence[pd.DataFrame], split: str | None) -> pd.DataFrame:
    random = np.random.default_rng(6)
    counts = dict.fromkeys(("够了", "继续", "看不出差别", "shares off", "leads", "beats"), 0)
    gains = []
    for test in tests:
        clicks, rest = test["clicks"].to_numpy(), (test["impressions"] - test["clicks"]).to_numpy()
        half = random.binomial(clicks, 0.5), random.binomial(rest, 0.5)
        arms = [f"v{place}" for place in range(len(test))]
        options: Any = {"split": split}
        found = judge_test(pd.DataFrame({"arm": arms, "shown": sum(half), "hits": half[0]}), **options)
        counts[found.verdict] += 1
        counts["shares off"] += int(found.split_p < 0.001)
        if found.verdict == "够了":
            other = (clicks - half[0]) / np.maximum(clicks - half[0] + rest - half[1], 1)
            best, second = (int(name[1:]) for name in (found.best, found.pairs["arm"].iloc[0]))
            counts["leads"] += int(other.argmax() == best)
            counts["beats"] += int(other[best] > other[second])
            gains.append((found.pairs["lift"].iloc[0], other[best] / max(other[second], 1e-9) - 1))
    rows: list[dict[str, Any]] = []
    for measure, count in counts.items():
        base = counts["够了"] if measure in {"leads", "beats"} else len(tests)
        if base:
            low, high = wilson(count, base)
            rows.append({"measure": measure, "tests": base, "share": count / base, "low": low, "high": high})
    for name, place in (("median lift said", 0), ("median lift in the other half", 1)):
        lift = float(np.median([gain[place] for gain in gains])) if gains else float("nan")
        rows.append({"measure": name, "tests": len(gains), "share": lift})
    table = pd.DataFrame(rows)
    table.insert(0, "shares", "looked at" if split is None else "taken as they are")
    return table


def main(arguments: Sequence[str] | None = None) -> dict[str, pd.DataFrame]:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--parts", nargs="+", choices=PARTS, default=list(PARTS))
    parser.add_argument("--arms", nargs="+", type=int, default=[2, 3, 4])
    parser.add_argument("--layouts", nargs="+", choices=LAYOUTS, default=list(LAYOUTS))
    parser.add_argument("--draws", type=int, default=1_000)
    parser.add_argument("--data", type=Path)
    parser.add_argument("--tests", type=int, default=10**9, help="of real tests so many at most")
    parser.add_argument("--small", action="store_true")
    options = parser.parse_args(arguments)
    draws = 60 if options.small else options.draws
    packages = options.data / "upworthy_ab" / "packages.csv.gz" if options.data else None
    tables: dict[str, pd.DataFrame] = {}
    if "false" in options.parts:
        tables["false"] = false_winners(draws, [2, 3] if options.small else options.arms, options.small)
    if "grouped" in options.parts:
        tables["grouped"] = grouped_winners(draws, options.small, options.layouts)
    if "power" in options.parts:
        tables["power"] = power(draws, options.arms, options.small)
    if "numbers" in options.parts:
        tables["numbers"] = numbers(25 if options.small else draws)
    if "speed" in options.parts:
        tables["speed"] = speed(3 if options.small else 15)
    if "upworthy" in options.parts:
        if packages is not None and packages.exists():
            tables["upworthy"] = upworthy(packages, options.tests)
        else:
            print("upworthy: no data (--data FOLDER with upworthy_ab/packages.csv.gz), passed over\n")
    for name, table in tables.items():
        print(f"{name}\n{table.to_string(index=False, float_format=lambda value: f'{value:.4g}')}\n")
    return tables


if __name__ == "__main__":
    main(sys.argv[1:])
