"""What holds for every plan: drawn questions in which every rule can bind, judged by the checker and by plain formulas."""

from __future__ import annotations

import datetime as dt
import hashlib
import itertools
import os
import random
import re
import runpy
import subprocess
import sys
from functools import cache
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from pandas.testing import assert_frame_equal

from toolkit import lexicons, schema
from toolkit.schedule import _plan, _search, check_calendar, plan_posts
from toolkit.schedule._inputs import checked_groups, checked_items, fixed_posts
from toolkit.schedule._ledger import find_candidates, prices
from toolkit.schedule._world import build_world
from toolkit.schema import Plan, Quota, Rules, Soft

ROOT = Path(__file__).resolve().parent.parent
EFFORTS: tuple[Any, ...] = ("quick", "normal", "prove")
CLOCKS = ("08:00", "08:30", "12:30", "20:00", "22:00")
WISHES = ("weekly_minimum", "mix", "spacing", "fairness", "overlap")
Question = dict[str, Any]
Row = dict[str, Any]


# --- drawn questions ------------------------------------------------------------------------------------------------


def make_group(group_id: str, **more: Any) -> Row:
    row = {"group_id": group_id, "name": f"群{group_id}", "members": 100, "slots": ["08:00", "20:00"]}
    return {**row, "posts_per_day": 9, "posts_per_week": 9, **more}


def make_item(item_id: str, **more: Any) -> Row:
    return {"item_id": item_id, "title": f"标题{item_id}", **more}


def make_post(item_id: str, group_id: str, at: str, status: str = "sent") -> Row:
    ids = {"post_id": f"{item_id}@{group_id}", "item_id": item_id, "group_id": group_id}
    return {**ids, "starts_at": at, "status": status}


def draw_people(rng: random.Random, first: dt.date) -> list[Row]:
    quiet: list[list[str]] = [
        *[[]] * 6,
        *[["21:30-08:30"]] * 3,
        ["12:00-13:00", "22:00-24:00"],
        ["00:00-24:00"],
    ]
    few = [sorted(rng.sample(CLOCKS, 2)) for _ in range(5)]
    return [
        make_group(
            f"g{n}",
            segment=rng.choice(["妈妈", "老人", ""]),
            members=rng.choice([0, 50, 120, 120, 333, 500]),
            channel=rng.choice(["群", "企微群"]),
            closes=rng.choice([None, None, None, first + dt.timedelta(days=rng.randint(-1, 5))]),
            slots=rng.choice([[], ["20:00"], *few, *[list(CLOCKS)] * 5]),
            quiet=rng.choice(quiet),
            posts_per_day=rng.choice([0, *[1, 2, 3] * 4]),
            posts_per_week=rng.choice([0, *[1, 2, 3, 5, 9] * 3]),
            promos_per_week=rng.choice([pd.NA, 0, 1, 2]),
        )
        for n in range(rng.choice([1, 2, 3, 4]))
    ]


def draw_contents(rng: random.Random, groups: list[Row], first: dt.date) -> list[Row]:
    aims = [["all"], ["all"], ["g0"], *([row["segment"]] for row in groups if row["segment"])]
    clocks: list[list[str]] = [*[[]] * 8, ["20:00"], ["08:00", "12:30"], ["06:00"]]
    rows = []
    for n in range(rng.choice([1, 4, 6, 8])):
        earliest = rng.choice([None, None, None, first + dt.timedelta(days=rng.randint(-2, 5))])
        latest = (earliest or first) + dt.timedelta(days=rng.randint(-1, 5))
        rows.append(
            make_item(
                f"i{n}",
                kind=rng.choice(
                    ["value", "value", "promotion", "promotion", "red_packet", "discussion", "poll"]
                ),
                tone=rng.choice(["neutral", "humorous", "sales"]),
                topic=rng.choice(["", " ", *["芋头"] * 4, "月饼"]),
                campaign=rng.choice(["", "中秋季"]),
                phase=rng.choice(["", "warmup", "promotion", "review"]),
                value=rng.randint(0, 6) / 2,
                earliest=earliest,
                latest=rng.choice([None, None, latest]),
                groups=rng.choice(aims),
                waves=rng.randint(1, 3),
                after=[f"i{rng.randrange(n)}"] if n and rng.randrange(4) == 0 else [],
                festival=rng.choice([None, "中秋", "国庆节"]),
                minutes=rng.choice([0, 30, 60, 120]),
                owner=rng.choice(["", "小林"]),
                must_send=rng.randrange(4) == 0,
                clock=rng.choice(clocks),
            )
        )
    return rows


def draw_standing(
    rng: random.Random, items: list[Row], groups: list[Row], first: dt.date
) -> pd.DataFrame | None:
    """Posts at any place, also of items and to groups that are not in the tables."""
    names = [row["item_id"] for row in items] + ["x"]
    who = [row["group_id"] for row in groups] + ["gx"]
    rows = {}
    for _ in range(rng.choice([0, 0, 1, 4])):
        pair = rng.choice(names), rng.choice(who)
        at = f"{first + dt.timedelta(days=rng.randint(-4, 9))} {rng.choice([*CLOCKS, '07:59'])}"
        rows[pair] = make_post(*pair, at, rng.choice(["draft", "draft", "pinned", "sent", "missed"]))
    return pd.DataFrame(list(rows.values())) if rows else None


def draw_wishes(rng: random.Random) -> Soft | None:
    """No wishes, all at their starting prices, or one alone."""
    asked = rng.choice(["", "", "", "all", "all", "all", *WISHES, "freshness", "festival"])
    if asked in ("", "all"):
        return Soft(freshness_days=rng.choice([0, 2.5])) if asked else None
    alone: dict[str, Any] = {**dict.fromkeys(WISHES, 0.0), "festival_bonus": 0.0}
    if asked == "freshness":
        return Soft(**alone, freshness_days=3)
    if asked == "festival":
        return Soft(**{**alone, "festival_bonus": 1.5}, festival_days=rng.choice([0, 4]))
    return Soft(**{**alone, asked: rng.choice([0.3, 1.0])}, spacing_days=rng.randint(0, 4))


def draw_rules(rng: random.Random, groups: list[Row], first: dt.date) -> Rules:
    quotas: list[dict[str, Any]] = [
        {},
        {"per_day": 1},
        {"per_week": 2},
        {"per_month": 3},
        {"per_month": "days"},
    ]
    quota = rng.choice(quotas)
    shut = [
        (rng.choice(groups)["group_id"], first + dt.timedelta(days=rng.randint(0, 7)))
        for _ in range(rng.choice([0, 0, 3]))
    ]
    return Rules(
        minutes_workday=rng.choice([240, 120]),
        minutes_day_off=60,
        minutes_by_hand=rng.choice([0, 0, 20]),
        solemn=rng.choice(["block", "block", "warn"]),
        festival=rng.choice(["block", "block", "off"]),
        mourning=rng.choice([(), (first + dt.timedelta(days=1),)]),
        min_gap=rng.choice([0, 0, 31, 300]),
        quotas=(Quota("企微群", "企业微信客户群群发", **quota),) if quota else (),
        shut=tuple(shut),
        soft=draw_wishes(rng),
    )


def draw_question(rng: random.Random) -> Question:
    """A small question around 九一八, 中秋, 烈士纪念日 and 国庆, from one month into the next."""
    first = dt.date(2026, 9, rng.randint(14, 29))
    groups = draw_people(rng, first)
    items = draw_contents(rng, groups, first)
    ids = [row["group_id"] for row in groups]
    places = {
        (rng.choice(ids), rng.randint(0, 6), rng.choice(CLOCKS)): rng.choice([0, 0.5, 1.5]) for _ in range(12)
    }
    times = pd.DataFrame(
        [(*place, value) for place, value in places.items()], columns=["group_id", "weekday", "slot", "value"]
    )
    shared = [(rng.choice([*ids, "gx"]), rng.choice(ids), rng.choice([0.2, 1.0])) for _ in range(4)]
    return {
        "items": pd.DataFrame(items),
        "groups": pd.DataFrame(groups),
        "start": first,
        "days": rng.choice([1, 2, 4, 7, 9]),
        "rules": draw_rules(rng, groups, first),
        "pinned": draw_standing(rng, items, groups, first),
        "previous": draw_standing(rng, items, groups, first),
        "stability": rng.choice([None, None, 0.4, 50]),
        "times": rng.choice([None, times]),
        "overlap": rng.choice([None, pd.DataFrame(shared, columns=schema.OVERLAP.names)]),
    }


@cache
def benchmark() -> Any:
    return runpy.run_path(str(ROOT / "benchmarks" / "plans.py"))["make_question"]


def seeded(groups: int, days: int, items: int, seed: int, rules: Rules) -> Question:
    """A question of the benchmarks' own, with other rules on top."""
    rows, who = benchmark()(groups, days, items, seed=seed)
    return {"items": rows, "groups": who, "start": dt.date(2026, 9, 7), "days": days, "rules": rules}


# --- what holds -----------------------------------------------------------------------------------------------------


def judged(question: Question, made: Plan) -> pd.DataFrame:
    return check_calendar(
        made.calendar,
        question["items"],
        question["groups"],
        rules=question["rules"],
        start=question["start"],
        days=question["days"],
        overlap=question.get("overlap"),
    )


@cache
def festival_dates(name: str) -> list[dt.date]:
    table = lexicons.calendar()
    return sorted(set(table.loc[table["name"] == lexicons.festival_name(name), "date"]))


def value_by_the_formula(question: Question, row: Any) -> float:
    """What a post is worth, word for word: nothing outside the days or where item or group is unknown."""
    items = question["items"].set_index("item_id")
    groups = question["groups"].set_index("group_id")
    ahead = (row.starts_at.date() - question["start"]).days
    if (
        row.item_id not in items.index
        or row.group_id not in groups.index
        or not 0 <= ahead < question["days"]
    ):
        return 0.0
    item = items.loc[row.item_id]
    value = float(item["value"] * groups.loc[row.group_id, "members"] / 100)
    times, soft = question.get("times"), question["rules"].soft
    for place in [] if times is None else times.itertuples():
        at = (row.group_id, row.starts_at.weekday(), f"{row.starts_at:%H:%M}")
        value *= place.value if (place.group_id, place.weekday, place.slot) == at else 1
    if soft is not None and soft.freshness_days and item["topic"].strip():
        earliest = question["start"] if pd.isna(item["earliest"]) else pd.Timestamp(item["earliest"]).date()
        age = (row.starts_at.date() - max(earliest, question["start"])).days
        value *= 0.5 ** (age / soft.freshness_days) if age > 0 else 1
    if soft is not None and soft.festival_bonus and lexicons.festival_name(item.get("festival")):
        to = min(((day - row.starts_at.date()).days for day in festival_dates(item["festival"])), key=abs)
        if 0 <= to <= soft.festival_days:
            value *= 1 + soft.festival_bonus * (1 - to / (soft.festival_days + 1))
        elif -soft.festival_days <= to < 0:
            value *= max(0, 1 - soft.festival_bonus)
    return value


def kept(question: Question, calendar: pd.DataFrame) -> float:
    """What the drafts earn that stay where the previous plan had them."""
    previous, stability = question.get("previous"), question.get("stability")
    if previous is None or not stability:
        return 0.0
    old = schema.check(previous, schema.CALENDAR)
    drafts = [frame[frame["status"] == "draft"] for frame in (old, calendar)]
    places = [set(zip(f["item_id"], f["group_id"], f["starts_at"], strict=True)) for f in drafts]
    return float(stability * len(places[0] & places[1]))


def greedy_calendar(question: Question) -> pd.DataFrame:
    groups = checked_groups(question["groups"])
    fixed = fixed_posts(question.get("pinned"), question.get("previous"))
    items = checked_items(question["items"], groups, known=list(fixed["item_id"]))
    frame = {name: question[name] for name in ("rules", "start", "days")}
    world = build_world(items, groups, fixed, times=question.get("times"), **frame)
    cands = find_candidates(world)
    bonus = _plan._stay_bonus(world, cands, question.get("previous"), question.get("stability"))
    return _plan._calendar(world, _search._greedy(world, cands, prices(world, cands) + bonus))


def earned(question: Question, calendar: pd.DataFrame, checks: pd.DataFrame) -> float:
    """A plan's value, with what it earns by staying."""
    return float(calendar["value"].sum() - checks["cost"].sum()) + kept(question, calendar)


def unmet(checks: pd.DataFrame) -> int:
    return int((checks["rule_id"] == "must_send").sum())


def audience(question: Question) -> set[tuple[str, str]]:
    segments = dict(zip(question["groups"]["group_id"], question["groups"]["segment"], strict=True))
    return {
        (row.item_id, name)
        for row in question["items"].itertuples()
        for name, segment in segments.items()
        if {"all", name, segment} & set(row.groups)
    }


def assert_sound(question: Question, made: Plan) -> None:
    """All that holds for one plan by itself."""
    checks = judged(question, made)
    assert not (checks["severity"] == "block").any(), checks.to_string()
    assert_frame_equal(made.checks, checks)
    # value, bound, gap
    for row in made.calendar.itertuples():
        assert row.value == pytest.approx(value_by_the_formula(question, row), abs=1e-6), row
    assert made.value == pytest.approx(made.calendar["value"].sum() - checks["cost"].sum(), abs=1e-6)
    assert made.value <= made.bound
    assert made.gap == pytest.approx((made.bound - made.value) / (max(abs(made.bound), abs(made.value)) or 1))
    # every item and group of its audience is in one place
    there = list(zip(made.calendar["item_id"], made.calendar["group_id"], strict=True))
    out = list(zip(made.unplaced["item_id"], made.unplaced["group_id"], strict=True))
    assert len(there) == len(set(there)) and len(out) == len(set(out))
    assert set(out) == audience(question) - set(there)
    # what stands, stands as it was
    fixed = fixed_posts(question.get("pinned"), question.get("previous"))
    stands = made.calendar[made.calendar["status"] != "draft"]
    key = ["item_id", "group_id", "starts_at", "status"]
    assert_frame_equal(
        stands[key].sort_values(key[:2]).reset_index(drop=True),
        fixed[key].sort_values(key[:2]).reset_index(drop=True),
    )
    assert_reasons(question, made, checks)


def assert_reasons(question: Question, made: Plan, checks: pd.DataFrame) -> None:
    """Unmet must-sends stand first, and each omission has a rule that we know and a Chinese sentence."""
    first = made.unplaced.head(unmet(checks))
    met = made.unplaced.iloc[len(first) :]
    must = set(question["items"].loc[question["items"].get("must_send", False) == True, "item_id"])  # noqa: E712
    assert set(first["item_id"]) <= must and not set(met["item_id"]) & must
    assert sorted(first["item_id"] + "@" + first["group_id"]) == sorted(
        checks.loc[checks["rule_id"] == "must_send", "post_id"]
    )
    assert first["reason"].str.startswith("必发却没有排入：").all()
    assert not met["reason"].str.startswith("必发").any()
    assert set(made.unplaced["rule_id"]) <= set(schema.RULES)
    for reason in [*made.unplaced["reason"], *made.calendar["reason"]]:
        assert re.search("[一-鿿]{2}", reason)


def assert_better_and_better(question: Question, efforts: tuple[Any, ...] = EFFORTS) -> list[Plan]:
    """The efforts' plans: each sound, none below the one before it or the greedy plan."""
    greedy = greedy_calendar(question)
    before = check_calendar(
        greedy,
        question["items"],
        question["groups"],
        overlap=question.get("overlap"),
        **{name: question[name] for name in ("rules", "start", "days")},
    )
    assert not (before["severity"] == "block").any()
    plans = [plan_posts(**question, effort=effort) for effort in efforts]
    for made in plans:
        assert_sound(question, made)
        assert unmet(made.checks) <= unmet(before)
    values = [earned(question, greedy, before), *(earned(question, p.calendar, p.checks) for p in plans)]
    # gains are kept in parts of 1/65536
    slack = 1e-6 + len(audience(question)) / 65536
    assert all(more >= less - slack for less, more in itertools.pairwise(values)), values
    return plans


def quick_efforts(question: Question) -> tuple[Any, ...]:
    """With wishes, the last effort takes seconds even for a small question: it is left to the benchmark's own below."""
    return EFFORTS[:2] if question["rules"].soft else EFFORTS


@given(st.randoms(use_true_random=False))
@settings(
    max_examples=10,
    deadline=None,
    # to shrink a failing question of this size takes many minutes
    phases=[Phase.explicit, Phase.reuse, Phase.generate],
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)
def test_every_plan_is_sound_and_more_effort_never_gives_less(rng: random.Random) -> None:
    question = draw_question(rng)
    assert_better_and_better(question, quick_efforts(question))


def test_seeded_questions_bind_every_rule_and_their_plans_are_sound() -> None:
    named: set[str] = set()
    # the last six are chosen so that every rule binds in one of them
    for seed in (*range(10), 15, 25, 29, 98, 103, 165):
        question = draw_question(random.Random(seed))  # noqa: S311
        for made in assert_better_and_better(question, quick_efforts(question)):
            named |= set(made.unplaced["rule_id"]) | set(made.checks["rule_id"])
    # no item is planned for a group that it is not meant for, or twice; two rules rarely bar alone: see below
    rest = {"unknown", "audience", "once", "not_approved", "min_gap", "slot_clash", "by_hand"}
    assert named == set(schema.RULES) - rest


@pytest.mark.parametrize(
    ("size", "rules"),
    [
        ((3, 8, 16), Rules.balanced(min_gap=90, minutes_workday=100)),
        ((5, 8, 24), Rules.wecom(way="week", minutes_by_hand=5, min_gap=60)),
    ],
    ids=["balanced", "wecom"],
)
def test_plans_of_the_benchmark_questions_are_sound(size: tuple[int, int, int], rules: Rules) -> None:
    assert_better_and_better(seeded(*size, 0, rules))


def test_a_better_time_is_worth_waiting_for() -> None:
    times = pd.DataFrame([{"group_id": "g1", "weekday": 0, "slot": "20:00", "value": 1.5}])
    items, groups = pd.DataFrame([make_item("a")]), pd.DataFrame([make_group("g1")])
    for effort in EFFORTS:
        made = plan_posts(items, groups, start="2026-09-07", days=1, times=times, effort=effort)
        assert [f"{at:%H:%M}" for at in made.calendar["starts_at"]] == ["20:00"]
        assert (made.value, made.bound) == (1.5, 1.5)


def test_a_topic_of_blanks_keeps_its_worth() -> None:
    items = pd.DataFrame([make_item("a", topic=" "), make_item("b", topic="芋头")])
    groups = pd.DataFrame([make_group("g1", slots=["20:00"])])
    nothing_else: dict[str, Any] = dict.fromkeys(WISHES, 0.0)
    rules = Rules(soft=Soft(**nothing_else, freshness_days=1.0))
    made = plan_posts(items, groups, start="2026-09-07", days=2, rules=rules)
    assert made.calendar[["item_id", "value"]].to_numpy().tolist() == [["b", 1.0], ["a", 1.0]]


# --- why something was left out -------------------------------------------------------------------------------------


def broken_by(question: Question, calendar: pd.DataFrame, post: Row) -> set[str]:
    """The hard rules that one draft more would break."""
    more = pd.concat([calendar, schema.check(pd.DataFrame([post]), schema.CALENDAR)], ignore_index=True)
    found = check_calendar(more, question["items"], question["groups"], rules=question["rules"])
    return set(found.loc[found["severity"] == "block", "rule_id"])


def test_the_rule_named_bars_and_what_no_rule_bars_is_placed() -> None:
    looked = 0
    for seed in range(400):
        question = draw_question(random.Random(seed))  # noqa: S311
        if question["days"] > 4 or not 2 <= len(audience(question)) <= 10:
            continue
        made = plan_posts(**question, effort="quick")
        slots = dict(zip(question["groups"]["group_id"], question["groups"]["slots"], strict=True))
        for row in made.unplaced.itertuples():
            days = [question["start"] + dt.timedelta(days=n) for n in range(question["days"])]
            tries = [
                broken_by(
                    question, made.calendar, make_post(row.item_id, row.group_id, f"{day} {clock}", "draft")
                )
                for day, clock in itertools.product(days, slots[row.group_id] or ["10:00"])
            ]
            rule = {"outbid": "slot_clash"}.get(row.rule_id, row.rule_id)
            wished_away = row.rule_id == "outbid" and set() in tries
            assert wished_away or any(rule in broken for broken in tries), (seed, row, tries)
            # where no wish asks for anything, whatever still fits is worth placing
            assert question["rules"].soft or set() not in tries, (seed, row)
            looked += 1
        if looked > 30:
            break
    assert looked > 30


def test_the_minimum_gap_and_standing_posts_are_named() -> None:
    groups = pd.DataFrame([make_group("g1", slots=["08:00", "08:30"])])
    items = pd.DataFrame([make_item("a"), make_item("b")])
    made = plan_posts(items, groups, start="2026-09-07", days=1, rules=Rules(min_gap=60))
    assert made.unplaced.to_numpy().tolist() == [
        ["b", "g1", "min_gap", "群「群g1」能用的时段离前后一条不足 60 分钟"]
    ]
    pinned = pd.DataFrame(
        [make_post("z", "g1", "2026-09-07 08:00"), make_post("y", "g1", "2026-09-07 08:30")]
    )
    made = plan_posts(items[:1], groups, start="2026-09-07", days=1, pinned=pinned)
    assert made.unplaced.to_numpy().tolist() == [
        ["a", "g1", "slot_clash", "群「群g1」能用的 2 个时段都已有定好的发布"]
    ]


# --- the same again -------------------------------------------------------------------------------------------------


def assert_same(one: Plan, other: Plan) -> None:
    for name in ("calendar", "unplaced", "checks"):
        assert_frame_equal(getattr(one, name), getattr(other, name), check_exact=True)
    for name in ("value", "bound", "gap", "bound_by"):
        assert getattr(one, name) == getattr(other, name), name


def digest(made: Plan) -> str:
    frames = [frame.to_csv(index=False) for frame in (made.calendar, made.unplaced, made.checks)]
    text = "|".join([*frames, repr((made.value, made.bound, made.gap, made.bound_by))])
    return hashlib.sha256(text.encode()).hexdigest()


def repeated() -> list[Question]:
    return [seeded(3, 7, 12, 3, Rules()), seeded(3, 7, 12, 4, Rules.balanced(min_gap=45))]


@cache
def plans_of_repeated() -> list[Plan]:
    return [plan_posts(**question) for question in repeated()]


def test_ten_runs_give_one_plan() -> None:
    for question in repeated():
        first = plan_posts(**question, effort="quick")
        for _ in range(9):
            assert_same(plan_posts(**question, effort="quick"), first)


def test_labels_column_order_and_further_columns_change_nothing() -> None:
    for question, first in zip(repeated(), plans_of_repeated(), strict=True):
        other = dict(reversed(question.items()))
        for name in ("items", "groups"):
            frame = question[name][question[name].columns[::-1]]
            labels = [f"z{(n * 7) % len(frame)}" for n in range(len(frame))]
            other[name] = frame.set_axis(labels).assign(note="备注", priority=range(len(frame)))
        made = plan_posts(**other)
        assert_same(made, first)


_FRESH = """
import sys
sys.path[:0] = {paths!r}
from test_planner_properties import digest, plan_posts, repeated
print(*[digest(plan_posts(**question)) for question in repeated()])
"""


def test_fresh_processes_give_one_plan() -> None:
    """Whatever the seed of hashes and the number of threads."""
    here = " ".join(map(digest, plans_of_repeated()))
    for seed, threads in (("0", "1"), ("1", "2"), ("4242", "2")):
        counts = {"OMP_NUM_THREADS": threads, "OPENBLAS_NUM_THREADS": threads}
        done = subprocess.run(
            [sys.executable, "-c", _FRESH.format(paths=[str(ROOT), str(ROOT / "tests")])],
            env={**os.environ, **counts, "PYTHONHASHSEED": seed},
            capture_output=True,
            text=True,
            check=False,
            timeout=240,
        )
        assert done.stdout.split() == here.split(), (seed, threads, done.stderr)
