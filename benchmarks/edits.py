"""What an edit by hand takes: a post moved, put in, taken out or sent to another group, and the question why it is here.

    python benchmarks/edits.py          a drawn plan of 50 groups × 30 days, without wishes and with all of them
    python benchmarks/edits.py --small  a tiny one: what the tests do

Each edit begins from the same plan. Seconds of processor time; `posts` and `unplaced` are the plan's, `others` the median
number of other posts that an edit moves or removes, `refused` the edits that a hard rule forbade, and `broken` the hard
rules that the checker finds broken afterwards. Median and p95 are of the edits that were made.
"""

from __future__ import annotations

import argparse
import sys
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))
sys.path.insert(0, str(Path(__file__).resolve().parent))

import numpy as np
import pandas as pd
from plan_edits import shared_members
from plans import draw, plan_of

import toolkit as tk
from toolkit.schema import Plan, Rules, ToolkitError

Job = Callable[[], Any]


def main(arguments: list[str] | None = None) -> pd.DataFrame:
    """Measure, print and return the table."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--small", action="store_true")
    parser.add_argument("--edits", type=int, default=30, help="so many of each kind")
    options = parser.parse_args(arguments)
    size, count = ("tiny", 3) if options.small else ("medium", options.edits)
    question = draw(size, 0)
    rows = []
    for name, rules in (("plain", Rules()), ("balanced", Rules.balanced(min_gap=60))):
        plan = plan_of(question, effort="quick", rules=rules, overlap=shared_members(question))
        rows += [{"rules": name, **row} for row in plan_rows(plan, count)]
    table = pd.DataFrame(rows)
    print(table.to_string(index=False, float_format=lambda value: f"{value:.3f}"))
    return table


def plan_rows(plan: Plan, count: int) -> list[dict[str, Any]]:
    """One row for each kind of edit, and one for the question and for the checker."""
    draws = {"move": moves, "place": places, "take out": takings, "regroup": regroupings, "why here": reasons}
    found = []
    for kind, make in draws.items():
        rng = np.random.default_rng([11, len(plan.calendar)])
        seconds: list[float] = []
        others: list[int] = []
        refused = broken = 0
        for job in make(plan, rng, count):
            began = time.process_time()
            try:
                made = job()
            except ToolkitError:
                refused += 1
                continue
            seconds.append(time.process_time() - began)
            if isinstance(made, Plan):
                changed = tk.compare_plans(plan, made)["change"].isin(("moved", "removed"))
                others.append(int(changed.sum()) - int(kind != "place"))
                broken += int((made.checks["severity"] == "block").sum())
        found.append(
            {
                "kind": kind,
                "posts": len(plan.calendar),
                "unplaced": len(plan.unplaced),
                "made": len(seconds),
                "refused": refused,
                "median": float(np.median(seconds or [np.nan])),
                "p95": float(np.quantile(seconds or [np.nan], 0.95)),
                "others": float(np.median(others) if others else np.nan),
                "broken": broken,
            }
        )
    return found


def drawn_posts(plan: Plan, rng: np.random.Generator) -> list[Any]:
    """The drafts in a drawn order."""
    drafts = plan.calendar[plan.calendar["status"] == "draft"]
    return list(drafts.iloc[rng.permutation(len(drafts))].itertuples())


def drawn_time(plan: Plan, rng: np.random.Generator, group_id: str) -> pd.Timestamp:
    """A slot of the group on some day of the plan."""
    slots = plan.groups.loc[plan.groups["group_id"] == group_id, "slots"].iloc[0]
    day = pd.Timestamp(plan.start) + pd.Timedelta(days=int(rng.integers(plan.days)))
    hour, minute = str(slots[int(rng.integers(len(slots)))]).split(":")
    return day + pd.Timedelta(hours=int(hour), minutes=int(minute))


def moves(plan: Plan, rng: np.random.Generator, count: int) -> list[Job]:
    """Posts moved to a place that no rule bars."""
    jobs: list[Job] = []
    for post in drawn_posts(plan, rng):
        found = tk.explain_post(plan, post.post_id)
        free = found.loc[found["rule_id"].isna() & ~found["chosen"], "starts_at"]
        if len(free) and len(jobs) < count:
            at = free.iloc[int(rng.integers(len(free)))]
            jobs.append(partial(tk.move_post, plan, post.post_id, starts_at=at))
        if len(jobs) == count:
            break
    return jobs


def places(plan: Plan, rng: np.random.Generator, count: int) -> list[Job]:
    """What found no place, at a slot that the item has elsewhere or a drawn one."""
    jobs: list[Job] = []
    left = plan.unplaced.iloc[rng.permutation(len(plan.unplaced))[: 4 * count]]
    for row in left.itertuples():
        at = drawn_time(plan, rng, str(row.group_id))
        jobs.append(partial(tk.place_post, plan, str(row.item_id), str(row.group_id), starts_at=at))
    return jobs


def takings(plan: Plan, rng: np.random.Generator, count: int) -> list[Job]:
    """Posts taken out."""
    posts = drawn_posts(plan, rng)[:count]
    return [partial(tk.take_out_post, plan, post.post_id) for post in posts]


def regroupings(plan: Plan, rng: np.random.Generator, count: int) -> list[Job]:
    """Posts sent to a group that lacks them, on their day."""
    jobs: list[Job] = []
    open_ = plan.unplaced.groupby("item_id")["group_id"].agg(list).to_dict()
    for post in drawn_posts(plan, rng)[: 8 * count]:
        for group_id in open_.get(post.item_id, [])[:1]:
            at = drawn_time(plan, rng, group_id)
            jobs.append(partial(tk.regroup_post, plan, post.post_id, group_id, starts_at=at))
    return jobs[: 4 * count]


def reasons(plan: Plan, rng: np.random.Generator, count: int) -> list[Job]:
    """Why a post stands where it does."""
    posts = drawn_posts(plan, rng)[:count]
    return [partial(tk.explain_post, plan, post.post_id) for post in posts]


if __name__ == "__main__":
    main(sys.argv[1:])
