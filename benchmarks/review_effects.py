"""Whether a review finds what was planted in a simulated year, and how often it calls what is not there.

    python benchmarks/review_effects.py                             all parts: some minutes, each alone under four
    python benchmarks/review_effects.py --parts null planted        some: null, planted, rich, weeks
    python benchmarks/review_effects.py --parts null --rates 0.7    another number of orders a post (3 unless told)
    python benchmarks/review_effects.py --parts planted --sizes 1.5 another size (1.2 unless told)
    python benchmarks/review_effects.py --years 40 --items 5        so many years a row, so many items a week
    python benchmarks/review_effects.py --small                     a few short years: what the tests do

A year of `groups`: 12 to 20 groups of 120 to 480 people, 5 to 25 items a week, each to 8 groups on one day at one hour.
A year of one `account`: one place, each item once. Both are sent by hand, 0 to 9 minutes late. 5 kinds and 8 topics;
orders judge the two kinds that are to sell, 45 % of the items. Kinds have their favourite hours, headlines ask, count,
tell times or not. An item has luck of its own in all its groups (a standard deviation of .3 of the logarithm), a day has
some (.15), and posts scatter beyond Poisson (variance = mean + .3 · mean²). All of it goes through `join_results` and
`effects_of`, by orders. Everything is drawn by seed; each year has its own. Shares are in %, `low` and `high` Wilson's
95 % interval. Of two levels (the two kinds) one is as much above the other as that below it: they count as one.

1. `null`: nothing planted, levels alike; 100 years unless told. By facet: how many levels are called (keep or stop), how
   many years have a call in that facet, and how many intervals leave the truth (a ratio of 1) out.
2. `planted`: one level of kind, topic, hour, headline and (among groups) one weak group, all in the same year, of one
   size (up or down by chance; the group always down). found: called the right way (a level that the review does not even
   name was not found); wrong: called the other way; covered: the interval holds the size; else: levels with nothing
   planted that are called, which part of all calls is false (these, and calls the other way), and years with such a call.
3. `rich`: every level of every facet has an effect (a standard deviation of .2 of the logarithm). How many are called, and
   how many of these calls have the wrong sign against the mean of the facet.
4. `weeks`: how the share found (size 1.35) grows with 4, 8, 13, 26 and 52 weeks, and how many posts these are.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from toolkit.review._effects import effects_of
from toolkit.review._funnel import wilson
from toolkit.review._history import join_results

# of each part, unless told: years a row, items a week
PARTS: dict[str, tuple[int, Sequence[int]]] = {
    "null": (100, (15,)),
    "planted": (20, (5, 10, 15, 25)),
    "rich": (20, (15, 5)),
    "weeks": (20, (15, 5)),
}
PLANTED = ("kind", "topic", "slot", "headline", "group")
FACETS = ("group", "kind", "topic", "phase", "slot", "weekday", "headline")
KINDS = ("promotion", "event", "value", "discussion", "notice")
TOPICS = ("大闸蟹", "石榴", "手冲咖啡", "绘本", "露营", "早餐", "收纳", "桂花")
SLOTS = ("08:00", "12:30", "18:00", "20:30")
PHASES = ("", "", "preheat", "launch", "harvest")
# the trait that is planted, as the lexicon `review-traits` calls it, and what brings each trait into a headline
ASKS = "标题里提问"
ENDINGS = (("今天到了", "怎么挑？"), ("", "，3 种做法"), ("", "，今晚八点"))
ITEM_LUCK, DAY_LUCK, SCATTER, RICH = 0.3, 0.15, 0.3, 0.2
# minutes: sent by hand, a post stands up to nine behind its hour
LATE = 10
FIRST = pd.Timestamp("2026-01-05", tz="Asia/Shanghai")


@dataclass
class Year:
    """The posts of a year with what came of them, and the true logarithms of each facet's levels."""

    history: pd.DataFrame
    truth: dict[str, dict[str, float]] = field(default_factory=dict)

    def of(self, facet: str, name: str) -> float:
        """The truth of a level; a trait's name may stand among others that the same headlines have."""
        told = self.truth.get(facet, {})
        return told.get(
            name, sum(told.get(part, 0.0) for part in name.split("、")) if facet == "headline" else 0.0
        )


def drawn_year(
    seed: int,
    *,
    rate: float,
    size: float = 1.0,
    rich: bool = False,
    weeks: int = 52,
    items_a_week: int = 15,
    account: bool = False,
) -> Year:
    """A year by its seed: `size` is the ratio that is planted, `rate` the orders of a post to 250 people."""
    rng = np.random.default_rng(seed)
    groups = [f"g{place:02}" for place in range(1 if account else rng.integers(12, 21))]
    truth = drawn_truth(rng, groups, size, rich=rich)
    members = dict(zip(groups, rng.integers(120, 481, len(groups)), strict=True))
    items, posts = [], []
    for week in range(weeks):
        luck = rng.normal(0, DAY_LUCK, 7)
        for number in range(items_a_week):
            item = drawn_item(rng, f"i{week}-{number}")
            items.append(item)
            day, slot = int(rng.integers(7)), int(rng.choice(4, p=hours_of(item["kind"])))
            told = effect_of(item, SLOTS[slot], day, truth) + luck[day] + rng.normal(0, ITEM_LUCK)
            minute = 1440 * (7 * week + day) + int(SLOTS[slot][:2]) * 60 + int(SLOTS[slot][3:])
            for group in rng.choice(groups, 1 if account else 8, replace=False):
                mean = rate * members[group] / 250 * np.exp(told + truth["group"][group])
                ordered = rng.poisson(mean * rng.gamma(1 / SCATTER, SCATTER))
                name = item["item_id"]
                posts.append((f"{name}-{group}", name, group, minute + int(rng.integers(LATE)), ordered))
    frame = pd.DataFrame(posts, columns=["post_id", "item_id", "group_id", "starts_at", "ordered"])
    frame["starts_at"] = FIRST + pd.to_timedelta(frame["starts_at"], unit="min")
    people = pd.DataFrame({"group_id": groups, "name": groups, "members": list(members.values())})
    people = people.assign(slots=[list(SLOTS)] * len(groups), posts_per_day=9, posts_per_week=60)
    calendar = frame.drop(columns="ordered").assign(status="sent")
    history = join_results(calendar, frame[["post_id", "ordered"]], items=pd.DataFrame(items), groups=people)
    return Year(history, truth)


def drawn_truth(
    rng: np.random.Generator, groups: Sequence[str], size: float, *, rich: bool
) -> dict[str, dict[str, float]]:
    """The logarithm of each level's ratio."""
    levels: dict[str, Sequence[str]] = {
        **{"group": groups, "kind": KINDS, "topic": TOPICS, "phase": sorted({*PHASES} - {""})},
        **{"slot": SLOTS, "weekday": [str(day) for day in range(7)], "headline": [ASKS]},
    }
    truth = {
        facet: {name: float(rng.normal(0, RICH)) if rich else 0.0 for name in names}
        for facet, names in levels.items()
    }
    if size != 1:
        for facet in PLANTED if len(groups) > 1 else PLANTED[:-1]:
            # a kind is judged by orders only where orders are what it is for
            names = KINDS[:2] if facet == "kind" else levels[facet]
            way = -1.0 if facet == "group" else float(rng.choice([-1.0, 1.0]))
            truth[facet][str(rng.choice(names))] = way * float(np.log(size))
    return truth


def drawn_item(rng: np.random.Generator, item_id: str) -> dict[str, Any]:
    topic = str(rng.choice(TOPICS))
    asks, counts, times = (int(rng.integers(2)) for _ in ENDINGS)
    title = topic + "".join(words[has] for words, has in zip(ENDINGS, (asks, counts, times), strict=True))
    kind, phase = str(rng.choice(KINDS, p=[0.3, 0.15, 0.25, 0.2, 0.1])), str(rng.choice(PHASES))
    return {"item_id": item_id, "title": title, "kind": kind, "topic": topic, "phase": phase, "asks": asks}


def hours_of(kind: str) -> list[float]:
    """Promotions stand in the evening, what is to be read at noon: hours and kinds are tangled, as with editors."""
    return {"promotion": [0.1, 0.15, 0.25, 0.5], "value": [0.2, 0.45, 0.2, 0.15]}.get(kind, [0.25] * 4)


def effect_of(item: dict[str, Any], slot: str, day: int, truth: dict[str, dict[str, float]]) -> float:
    named = sum(truth[facet].get(item[facet], 0.0) for facet in ("kind", "topic", "phase"))
    return named + truth["slot"][slot] + truth["weekday"][str(day)] + truth["headline"][ASKS] * item["asks"]


def judged(year: Year) -> pd.DataFrame:
    """EFFECTS with the truth of each level, and whether it was called and which way."""
    found = effects_of(year.history, "ordered")
    told = [year.of(facet, name) for facet, name in zip(found["facet"], found["name"], strict=True)]
    true = pd.Series(told, index=found.index, dtype=float)
    way = found["verdict"].map({"keep": 1, "stop": -1}).fillna(0).astype(int)
    # of two levels neither is the usual one: each stands against the other, and a call of either is the same call
    sold = year.history[year.history["kind"].isin(KINDS[:2])]
    two = pd.Series(False, index=found.index)
    for facet in ("kind", "topic", "phase", "slot"):
        levels = sorted({*sold[facet]} - {""})
        if len(levels) == 2:
            rows = found["facet"] == facet
            true[rows] -= sum(year.of(facet, name) for name in levels) - true[rows]
            two |= rows
    held = (np.log(found["low"]) <= true) & (true <= np.log(found["high"]))
    found = found.assign(true=true, way=way, called=way != 0, held=held, two=two)
    once = found[two].sort_values("called", ascending=False, kind="stable").drop_duplicates("facet")
    return pd.concat([found[~two], once]).sort_index()


def share(hits: pd.Series[Any]) -> dict[str, float]:
    """A share with its interval; missing where nothing was counted."""
    if not len(hits):
        return {"share": np.nan, "low": np.nan, "high": np.nan}
    rate = float(hits.mean())
    low, high = wilson(rate, len(hits))
    return {"share": round(rate, 4), "low": round(low, 4), "high": round(high, 4)}


def percent(name: str, hits: pd.Series[Any]) -> dict[str, float]:
    """The same in %, under names of its own."""
    return {
        f"{name}{key}": round(100 * value, 1)
        for key, value in zip((" %", " low", " high"), share(hits).values(), strict=True)
    }


def years_of(number: int, start: int, **how: Any) -> pd.DataFrame:
    """So many years, one under the other."""
    return pd.concat(
        [judged(drawn_year(start + n, **how)).assign(year=n) for n in range(number)], ignore_index=True
    )


def sent(rates: Sequence[tuple[int, float]]) -> Iterator[tuple[dict[str, Any], dict[str, Any]]]:
    """What a row is named by and how its years are drawn: first those of groups, then those of one account."""
    for who in ("groups", "account"):
        for items, rate in rates:
            how = {"items_a_week": items, "rate": rate, "account": who == "account"}
            yield {"sent": who, "items": items, "orders": rate}, how


def found_of(there: pd.DataFrame, planted: int) -> pd.Series[Any]:
    """Which of so many planted levels were called the right way; one that a review does not even name was not."""
    right = there["way"] == np.sign(there["true"])
    return pd.Series([*right, *[False] * (planted - len(right))])


def yearly(hits: pd.Series[Any], years: pd.Series[Any], number: int) -> pd.Series[Any]:
    """Which years have a hit."""
    return hits.groupby(years).any().reindex(range(number), fill_value=False)


def null(number: int, rates: Sequence[tuple[int, float]], weeks: int) -> Iterator[dict[str, Any]]:
    for named, how in sent(rates):
        found = years_of(number, 1_000, weeks=weeks, **how)
        for facet in ("all", *FACETS):
            part = found if facet == "all" else found[found["facet"] == facet]
            if part.empty:
                continue
            yield {
                **{**named, "facet": facet, "levels": len(part)},
                **percent("called", part["called"]),
                "years": number,
                **percent("with a call", yearly(part["called"], part["year"], number)),
                "1 left out %": percent("", ~part["held"])[" %"],
            }


def planted(
    number: int, rates: Sequence[tuple[int, float]], weeks: int, sizes: Sequence[float]
) -> Iterator[dict[str, Any]]:
    for size in sizes:
        for named, how in sent(rates):
            found = years_of(number, 2_000, size=size, weeks=weeks, **how)
            for facet in ("all", *PLANTED):
                part = found if facet == "all" else found[found["facet"] == facet]
                there, other = part[part["true"] != 0], part[part["true"] == 0]
                if there.empty:
                    continue
                right = found_of(there, number * there["facet"].nunique())
                wrong = there["called"] & (there["way"] != np.sign(there["true"]))
                calls = part[part["called"]]
                yield {
                    **{**named, "size": size, "facet": facet, "of": len(right)},
                    **percent("found", right),
                    "wrong %": percent("", wrong)[" %"],
                    "covered %": percent("", there["held"])[" %"],
                    "others": len(other),
                    **percent("else", other["called"]),
                    "false of calls %": percent("", calls["way"] != np.sign(calls["true"]))[" %"],
                    **percent("years else", yearly(other["called"], other["year"], number)),
                }


def rich(number: int, rates: Sequence[tuple[int, float]], weeks: int) -> Iterator[dict[str, Any]]:
    for items, rate in rates:
        found = years_of(number, 3_000, rate=rate, rich=True, weeks=weeks, items_a_week=items)
        for facet in ("all", *FACETS):
            part = found if facet == "all" else found[found["facet"] == facet]
            part = part[(part["facet"] != "headline") | part["name"].str.contains(ASKS)]
            means = part.groupby(["year", "facet"])["true"].transform("mean")
            means = means.where((part["facet"] != "headline") & ~part["two"], 0.0)
            called = part[part["called"]]
            wrong = called["way"] != np.sign(called["true"] - means[part["called"]])
            same = {"items": items, "orders": rate, "facet": facet}
            yield {**same, "measure": "called", "of": len(part), **share(part["called"])}
            yield {**same, "measure": "wrong sign", "of": len(called), **share(wrong)}


def by_weeks(
    number: int, rates: Sequence[tuple[int, float]], spans: Sequence[int]
) -> Iterator[dict[str, Any]]:
    for items, rate in rates:
        for weeks in spans:
            found = years_of(number, 4_000, rate=rate, size=1.35, weeks=weeks, items_a_week=items)
            there = found[found["true"] != 0]
            for facet in ("kind", "topic", "slot", "headline", "group"):
                part = there[there["facet"] == facet]
                hits = found_of(part, number)
                posts = {"posts": weeks * items * 8, "of the level": part["posts"].median()}
                yield {
                    "items": items,
                    "orders": rate,
                    "weeks": weeks,
                    **posts,
                    "facet": facet,
                    "of": len(hits),
                    **share(hits),
                }


def main(arguments: list[str] | None = None) -> dict[str, pd.DataFrame]:
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n", 1)[0])
    parser.add_argument("--parts", nargs="+", choices=list(PARTS), default=list(PARTS))
    parser.add_argument("--years", type=int)
    parser.add_argument("--weeks", type=int, default=52)
    parser.add_argument("--rates", nargs="+", type=float, default=[3.0])
    parser.add_argument("--items", nargs="+", type=int)
    parser.add_argument("--sizes", nargs="+", type=float, default=[1.2])
    parser.add_argument("--small", action="store_true", help="a few short years")
    options = parser.parse_args(arguments)
    spans: Sequence[int] = (4, 8, 13, 26, 52)
    if options.small:
        options.years, options.weeks, options.sizes, spans = 2, 16, [1.5], (4, 16)
        options.rates, options.items = [3.0], [5]
    weeks = options.weeks
    tables = {}
    for part in options.parts:
        years, items = PARTS[part]
        number = options.years or years
        rates = [(many, rate) for many in options.items or items for rate in options.rates]
        makers = {
            "null": lambda number=number, rates=rates: null(number, rates, weeks),
            "planted": lambda number=number, rates=rates: planted(number, rates, weeks, options.sizes),
            "rich": lambda number=number, rates=rates: rich(number, rates, weeks),
            "weeks": lambda number=number, rates=rates: by_weeks(number, rates, spans),
        }
        tables[part] = pd.DataFrame(makers[part]())
        print(f"\n{part}\n{tables[part].to_string(index=False)}", flush=True)
    return tables


if __name__ == "__main__":
    main()
