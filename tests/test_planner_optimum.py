"""The planner against brute force: the best of every possible calendar of tiny questions, judged by the checker's rules."""

from __future__ import annotations

import datetime as dt
import itertools
import math
import random

import pandas as pd
import pytest
from test_planner_properties import EFFORTS, Question, make_group, make_item

from toolkit import schema
from toolkit.schedule import plan_posts
from toolkit.schedule._check_case import Case, Post, read_groups, read_items, read_shared
from toolkit.schedule._check_rules import HARD
from toolkit.schedule._check_soft import WARNINGS
from toolkit.schema import Rules

SHARED = pd.DataFrame([{"group_id": "g0", "other_id": "g1", "share": 0.3}])
# the drawn days have no festival and no solemn day, which are slow to look up
_ASKED = [rule for name, rule in HARD.items() if name not in ("festival", "solemn")]


def draw_tiny(rng: random.Random, rules: Rules) -> Question:
    """At most three items, two groups and three days, and at most 400 calendars."""
    days = rng.choice([2, 3, 3])
    while True:
        groups = [
            make_group(
                f"g{n}",
                members=rng.choice([60, 100, 250]),
                slots=rng.choice([["08:00"], ["08:00", "20:00"], ["20:00"]]),
                posts_per_day=rng.choice([1, 1, 2]),
                posts_per_week=rng.choice([1, 2, 3, 3]),
                promos_per_week=rng.choice([pd.NA, 1]),
            )
            for n in range(rng.choice([1, 2, 2]))
        ]
        items = [
            make_item(
                f"i{n}",
                value=rng.randint(1, 9) / 2,
                kind=rng.choice(["value", "promotion", "promotion", "discussion"]),
                topic=rng.choice(["", "芋头", "芋头"]),
                campaign="c",
                phase=rng.choice(["", "", "warmup", "promotion"]),
                waves=rng.choice([1, 1, 2]),
                minutes=rng.choice([0, 0, 150]),
                must_send=rng.random() < 0.3,
                after=["i0"] if n == 1 and rng.random() < 0.5 else [],
                groups=rng.choice([["all"], ["all"], ["g0"]]),
            )
            for n in range(rng.choice([2, 3, 3]))
        ]
        sizes = [
            1 + days * len(g["slots"])
            for i in items
            for g in groups
            if {"all", g["group_id"]} & set(i["groups"])
        ]
        if math.prod(sizes) <= 400:
            break
    # a Monday, or a Thursday: a week is asked for a post where four of its days are planned
    start = rng.choice([dt.date(2026, 9, 7), dt.date(2026, 9, 10)])
    tables = {"items": pd.DataFrame(items), "groups": pd.DataFrame(groups)}
    return {**tables, "start": start, "days": days, "rules": rules, "overlap": SHARED if rules.soft else None}


def best_by_trying(question: Question) -> float:
    """The best value over every possible calendar, judged by the checker's own rules."""
    items = read_items(question["items"], groups := read_groups(question["groups"]))
    first, end = question["start"], question["start"] + dt.timedelta(days=question["days"])
    shared = read_shared(question["overlap"], groups)
    choices: list[list[tuple[Post, float] | None]] = []
    for item, group in itertools.product(items.values(), groups.values()):
        if group.group_id in item.audience:
            worth = item.value * group.members / 100
            choices.append([None])
            for n, minute in itertools.product(range(question["days"]), group.slots):
                at = pd.Timestamp(first, tz=schema.TIME_ZONE) + pd.Timedelta(days=n, minutes=minute)
                name = f"{item.item_id}@{group.group_id}"
                one = Post(name, item.item_id, group.group_id, at, at.date(), False, item, group)
                choices[-1].append((one, worth))
    best = -math.inf
    for choice in itertools.product(*choices):
        kept_posts = [place for place in choice if place is not None]
        posts = sorted(
            (post for post, _ in kept_posts), key=lambda post: (post.at, post.group_id, post.item_id)
        )
        case = Case(posts, [], items, groups, question["rules"], (first, end), shared)
        if any(rule(case) for rule in _ASKED):
            continue
        cost = sum(row["cost"] for warning in WARNINGS.values() for row in warning(case))
        best = max(best, sum(worth for _, worth in kept_posts) - cost)
    return best


def test_prove_reaches_the_best_of_all_calendars() -> None:
    for seed in range(20):
        question = draw_tiny(random.Random(seed), Rules())  # noqa: S311
        best = best_by_trying(question)
        for effort in EFFORTS[::2]:
            made = plan_posts(**question, effort=effort)
            assert made.value <= best + 1e-6 <= made.bound + 1e-4, seed
        assert made.value == pytest.approx(best, abs=1e-4), seed


def test_with_all_wishes_plans_come_within_a_fiftieth_of_the_best() -> None:
    shares = []
    for seed in range(30):
        question = draw_tiny(random.Random(1000 + seed), Rules.balanced())  # noqa: S311
        best = best_by_trying(question)
        # more effort never gives less
        made = plan_posts(**question, effort="quick")
        assert made.value <= best + 1e-6 <= made.bound + 1e-4, seed
        # unmet must-sends put both far below nothing, so what is lost is compared with what the posts bring
        size = max(abs(best), float(made.calendar["value"].sum()))
        shares.append(1 - (best - made.value) / size if size else 1.0)
    assert min(shares) >= 0.98, sorted(shares)[:5]
    assert sum(share > 1 - 1e-6 for share in shares) >= 27, sorted(shares)[:8]
