"""Do playbooks expand and schedule, from any day and for other groups than ours, and how long does it take?

    python benchmarks/campaigns.py                  every playbook and option, a start a week through a year
    python benchmarks/campaigns.py --every 28       the same from every 28th day
    python benchmarks/campaigns.py --small          three playbooks, two starts, few groups: what the tests do

Prints its tables.

- `placed`: one row for each playbook, over starts and over each option's values (the others at their default), for the
  sample groups: `asked`; `refused` (no day left on which an item may go out: `expand_playbook` says so); `shifted`, of
  those, how many work from the start that the message names; then, of the ones that were planned with `plan_posts`
  under the rules that the playbook adds (its wishes apart),
  the least share of items (`items %`) and of items × groups (`pairs %`) that were placed, `broken` hard rules by
  `check_calendar`, `must` must-sends left out, `empty` phases.
- `drawn`: the same over all playbooks for groups drawn by seed: 1 to 50 groups, 2 to 6 slots between 7:00 and 22:00,
  one or two posts a day, 3 to 10 a week, one promotion a week or more.
- `speed`: seconds of processor time, the median of five runs: `expand` and `plan` of each playbook for the 12 sample
  groups once the rules are loaded; `ratio` is the sum against `plan_posts` alone on as many plain items without order,
  phases or clock, which is what an editor's own list would cost; `own rules` is the sum where the plan keeps what
  `playbook_rules` adds too, `quick` the same with `effort="quick"`, and `lost` what that gives away of the plan's value
  (%). `first` is one fresh process from import to plan.
"""

from __future__ import annotations

import argparse
import dataclasses
import datetime as dt
import functools
import re
import statistics
import subprocess
import sys
import time
from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd

import toolkit as tk
from toolkit import lexicons
from toolkit.schema import PlaybookError

FIRST = dt.date(2026, 1, 5)
SMALL = ("b8-presale", "d7-nightly", "c4-pin")
_BETTER = re.compile(r"start 改到 (\d{4}-\d\d-\d\d)")
_FRESH = """
import time, toolkit as tk
from toolkit import lexicons
groups = tk.read_groups(lexicons.sample_folder() / "groups.csv").frame
items = tk.expand_playbook({book!r}, start="2026-11-02", groups=groups)
tk.plan_posts(items, groups, start="2026-11-02", days={days})
print(time.process_time())
"""


@functools.cache
def sample_groups() -> pd.DataFrame:
    return tk.read_groups(lexicons.sample_folder() / "groups.csv").frame.drop(columns="closes")


def choice_sets(playbook: str) -> list[dict[str, Any]]:
    """The defaults, and each other value of each option."""
    sets: list[dict[str, Any]] = [{}]
    for row in tk.playbook_choices(playbook).to_dict("records"):
        sets += [{row["name"]: value} for value in row["values"] if value != row["default"]]
    return sets


def judged(
    playbook: str, items: pd.DataFrame, groups: pd.DataFrame, start: dt.date, days: int
) -> dict[str, Any]:
    """What became of the items under the playbook's own rules: shares in %, and counts of what should not be."""
    rules = dataclasses.replace(tk.playbook_rules(playbook), soft=None)
    plan = tk.plan_posts(items, groups, start=start, days=days, rules=rules)
    checks = tk.check_calendar(plan.calendar, items, groups, rules=rules)
    sent = items["item_id"].isin(plan.calendar["item_id"])
    must = set(items.loc[items["must_send"], "item_id"])
    return {
        "items %": 100 * sent.mean(),
        "pairs %": 100 * len(plan.calendar) / sum(len(targets) for targets in items["groups"]),
        "broken": int((checks["severity"] == "block").sum()),
        "must": int(plan.unplaced["item_id"].isin(must).sum()),
        "empty": len(set(items["phase"]) - set(items.loc[sent, "phase"])),
    }


def placed(books: pd.DataFrame, starts: Sequence[dt.date], groups: pd.DataFrame) -> pd.DataFrame:
    rows = []
    for playbook, days in zip(books["playbook"], books["days"], strict=True):
        asked = refused = shifted = 0
        found = []
        for start in starts:
            for choices in choice_sets(playbook):
                asked += 1
                first = start
                try:
                    items = tk.expand_playbook(playbook, start=first, groups=groups, owners="编辑", **choices)
                except PlaybookError as error:
                    refused += 1
                    better = _BETTER.search(str(error))
                    if better is None:
                        continue
                    first = dt.date.fromisoformat(better[1])
                    items = tk.expand_playbook(playbook, start=first, groups=groups, owners="编辑", **choices)
                    shifted += 1
                found.append(judged(playbook, items, groups, first, int(days)))
        rows.append(
            {"playbook": playbook, "asked": asked, "refused": refused, "shifted": shifted, **worst(found)}
        )
    return pd.DataFrame(rows)


def worst(found: list[dict[str, Any]]) -> dict[str, Any]:
    """The least of the shares and the sum of what should not be."""
    frame = pd.DataFrame(found)
    return {
        **frame[["items %", "pairs %"]].min().to_dict(),
        **frame[["broken", "must", "empty"]].sum().to_dict(),
    }


def drawn_groups(seed: int, most: int) -> pd.DataFrame:
    """Groups that an editor might have, by seed."""
    rng = np.random.default_rng(seed)
    clocks = [f"{minute // 60:02d}:{minute % 60:02d}" for minute in range(7 * 60, 22 * 60 + 1, 30)]
    rows = [
        {
            "group_id": f"n{place}",
            "name": f"{place} 群",
            "segment": str(rng.choice(["街坊", "妈妈", "书友"])),
            "members": int(rng.integers(30, 501)),
            "channel": str(rng.choice(["群", "企微群"])),
            "slots": sorted(rng.choice(clocks, size=int(rng.integers(2, 7)), replace=False).tolist()),
            "quiet": ["22:00-07:00"],
            "posts_per_day": int(rng.integers(1, 3)),
            "posts_per_week": int(rng.integers(3, 11)),
            "promos_per_week": int(rng.integers(1, 4)),
        }
        for place in range(int(rng.integers(1, most + 1)))
    ]
    return pd.DataFrame(rows)


def drawn(books: pd.DataFrame, draws: int, most: int) -> pd.DataFrame:
    found, many = [], 0
    for seed in range(draws):
        groups = drawn_groups(seed, most)
        start = FIRST + dt.timedelta(days=37 * seed % 364)
        for playbook, days in zip(books["playbook"], books["days"], strict=True):
            try:
                items = tk.expand_playbook(playbook, start=start, groups=groups, owners="编辑")
            except PlaybookError:
                continue
            many += sum(len(targets) for targets in items["groups"])
            found.append(judged(playbook, items, groups, start, int(days)))
    frame = pd.DataFrame(found)
    return pd.DataFrame(
        [
            {
                "plans": len(frame),
                "pairs": many,
                "plans with 80% of items": float((frame["items %"] >= 80).mean()),
                "plans with 80% of pairs": float((frame["pairs %"] >= 80).mean()),
                "plans with a must-send left out": float((frame["must"] > 0).mean()),
                "must-sends left out": int(frame["must"].sum()),
                "broken": int(frame["broken"].sum()),
            }
        ]
    )


def speed(books: pd.DataFrame, runs: int, groups: pd.DataFrame) -> pd.DataFrame:
    start = dt.date(2026, 11, 2)
    rows = []
    for playbook, days in zip(books["playbook"], books["days"], strict=True):
        items = tk.expand_playbook(playbook, start=start, groups=groups)
        plain = items.assign(
            after=[[] for _ in items.index], phase="", campaign="", clock=[[] for _ in items.index]
        )
        plan = functools.partial(tk.plan_posts, groups=groups, start=start, days=int(days))
        own = functools.partial(plan, items, rules=tk.playbook_rules(playbook))
        quick = functools.partial(own, effort="quick")
        expand = [
            timed(functools.partial(tk.expand_playbook, playbook, start=start, groups=groups))[0]
            for _ in range(runs)
        ]
        place = [timed(functools.partial(plan, items))[0] for _ in range(runs)]
        peer = [timed(functools.partial(plan, plain))[0] for _ in range(runs)]
        ruled = [timed(own) for _ in range(runs)]
        hurried = [timed(quick) for _ in range(runs)]
        took = statistics.median(expand), statistics.median(place), statistics.median(peer)
        best, least = ruled[0][1].value, hurried[0][1].value
        rows.append(
            {
                "playbook": playbook,
                "items": len(items),
                "expand": took[0],
                "plan": took[1],
                "both": took[0] + took[1],
                "ratio": (took[0] + took[1]) / took[2],
                "own rules": took[0] + statistics.median(one for one, _ in ruled),
                "quick": took[0] + statistics.median(one for one, _ in hurried),
                "lost": 100 * (best - least) / best,
            }
        )
    return pd.DataFrame(rows)


def timed(work: Any) -> tuple[float, Any]:
    """The seconds of processor time that it took, and what it gave."""
    begun = time.process_time()
    made = work()
    return time.process_time() - begun, made


def first_run(books: pd.DataFrame) -> pd.DataFrame:
    """One fresh process for the playbook with the most items: processor seconds from import to plan."""
    row = books.loc[books["items"].idxmax()]
    code = _FRESH.format(book=row["playbook"], days=int(row["days"]))
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    return pd.DataFrame([{"playbook": row["playbook"], "first": float(done.stdout)}])


def main(arguments: Sequence[str] | None = None) -> dict[str, pd.DataFrame]:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--every", type=int, default=7, help="days from one start to the next")
    parser.add_argument("--draws", type=int, default=8)
    parser.add_argument(
        "--parts", nargs="+", choices=["placed", "drawn", "speed"], default=["placed", "drawn", "speed"]
    )
    parser.add_argument("--small", action="store_true")
    options = parser.parse_args(arguments)
    books = tk.list_playbooks()
    starts = [FIRST + dt.timedelta(days=days) for days in range(0, 364, options.every)]
    draws, runs, groups, most = options.draws, 5, sample_groups(), 50
    if options.small:
        books, starts = books[books["playbook"].isin(SMALL)], [dt.date(2026, 9, 16), dt.date(2026, 11, 2)]
        # of each channel some, as their ceilings differ
        draws, runs, groups, most = 2, 1, groups.groupby("channel").head(2), 12
    tables: dict[str, pd.DataFrame] = {}
    if "placed" in options.parts:
        tables["placed"] = placed(books, starts, groups)
    if "drawn" in options.parts:
        tables["drawn"] = drawn(books, draws, most)
    if "speed" in options.parts:
        tables["speed"] = speed(books, runs, groups)
        tables["first"] = first_run(books)
    for name, table in tables.items():
        print(f"{name}\n{table.to_string(index=False, float_format=lambda value: f'{value:.3g}')}\n")
    return tables


if __name__ == "__main__":
    main(sys.argv[1:])
