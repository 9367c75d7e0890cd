"""The planner's running cost of the soft rules against the checker, which shares no code with it."""

from __future__ import annotations

import datetime as dt
import itertools
import random
from typing import Any

import numpy as np
import pandas as pd
import pytest

from toolkit import schema
from toolkit.schedule import check_calendar, plan_posts
from toolkit.schedule._climb import Board
from toolkit.schedule._inputs import checked_items, fixed_posts, named
from toolkit.schedule._ledger import NOWHERE, find_candidates, prices
from toolkit.schedule._world import build_world
from toolkit.schema import PlanError, Rules, Soft

START = dt.date(2026, 9, 17)  # a Thursday
WISHES = ("weekly_minimum", "mix", "spacing", "fairness", "overlap")
CLOCKS = ("08:30", "12:30", "20:00")
Row = dict[str, Any]


def group(group_id: str = "g0", **more: Any) -> Row:
    row = {"group_id": group_id, "name": f"{group_id}群", "members": 100, "slots": list(CLOCKS)}
    return {**row, "posts_per_day": 3, "posts_per_week": 9, **more}


def item(item_id: str = "a", **more: Any) -> Row:
    return {"item_id": item_id, "title": f"标题{item_id}", "waves": 9, **more}


def post(item_id: str, group_id: str, at: str, status: str = "sent") -> Row:
    ids = {"post_id": f"{item_id}@{group_id}@{at}", "item_id": item_id, "group_id": group_id}
    return {**ids, "starts_at": at, "status": status}


def draw_people(rng: random.Random) -> list[Row]:
    return [
        group(
            f"g{n}",
            segment=rng.choice(["妈妈", "学生", ""]),
            members=rng.randint(0, 400),
            posts_per_day=rng.choice([0, 1, 2, 3, pd.NA]),
            posts_per_week=rng.choice([0, 1, 4, 7, pd.NA]),
            closes=rng.choice([None, None, START + dt.timedelta(days=rng.randint(-2, 12))]),
            slots=rng.choice([[], ["20:00"], list(CLOCKS), list(CLOCKS)]),
        )
        for n in range(rng.choice([1, 2, 3, 3, 4]))
    ]


def draw_contents(rng: random.Random, people: list[Row]) -> list[Row]:
    places = [["all"], ["all"], ["g0"], [people[-1]["group_id"]], [people[0]["segment"] or "all"]]
    return [
        item(
            f"i{n}",
            kind=rng.choice(["promotion", "value", "discussion", "poll", "event", "notice"]),
            topic=rng.choice(["", " ", *["芋头"] * 4, "月饼"]),
            value=rng.choice([0.0, 0.5, 1.0, 2.5]),
            groups=rng.choice(places),
            must_send=rng.random() < 0.2,
        )
        for n in range(rng.randint(1, 9))
    ]


def draw_standing(rng: random.Random, contents: list[Row], people: list[Row]) -> pd.DataFrame | None:
    """Sent and pinned posts of known and unknown items and groups, in and around the days, some of them twice."""
    items = [row["item_id"] for row in contents] + ["x", "y"]
    groups = [row["group_id"] for row in people] + ["gx"]
    found = [
        post(
            rng.choice(items),
            rng.choice(groups),
            f"{START + dt.timedelta(days=rng.randint(-5, 17))} {rng.choice(CLOCKS)}",
            rng.choice(["sent", "pinned"]),
        )
        for _ in range(rng.choice([0, 3, 8]))
    ]
    return pd.DataFrame(found) if found else None


def draw_rules(rng: random.Random, people: list[Row]) -> Rules:
    asked = rng.choice([*WISHES, *[""] * 10])
    names = [name for name in WISHES if asked in ("", name)]
    soft: dict[str, Any] = dict.fromkeys(WISHES, 0.0)
    soft |= {name: rng.choice([0.25, 0.7, 1.0]) for name in names}
    soft |= {f"{name}_share": rng.random() for name in ("promotion", "discussion", "value")}
    soft |= {"fair_share": rng.random(), "spacing_days": rng.randint(0, 4)}
    shut = [(rng.choice(people)["group_id"], START + dt.timedelta(days=rng.randint(0, 12))) for _ in range(4)]
    return Rules(soft=Soft(**soft), shut=tuple(shut))


class Game:
    """A drawn question on the planner's board, and its calendar for the checker."""

    def __init__(self, seed: int) -> None:
        self.rng = rng = random.Random(seed)  # noqa: S311
        people = draw_people(rng)
        contents = draw_contents(rng, people)
        self.days = rng.choice([1, 3, 7, 11, 16])
        self.rules = draw_rules(rng, people)
        names = [row["group_id"] for row in people] + ["gx"]
        pairs = [(a, b, rng.random()) for a, b in itertools.product(names, repeat=2) if rng.random() < 0.8]
        self.overlap = pd.DataFrame(pairs, columns=schema.OVERLAP.names) if pairs else None
        self.groups = named(pd.DataFrame(people), schema.GROUPS)
        self.fixed = fixed_posts(None, draw_standing(rng, contents, people))
        self.items = checked_items(pd.DataFrame(contents), self.groups)
        self.world = build_world(
            self.items, self.groups, self.fixed, rules=self.rules, start=START, days=self.days
        )
        self.cands = find_candidates(self.world)
        self.gain = prices(self.world, self.cands)
        self.board = Board(self.world, self.cands, self.gain, self.overlap)
        assert self.board.wishes is not None
        self.wishes = self.board.wishes

    def step(self) -> None:
        """Put a drawn candidate where nothing stands, or take away what is there; more often the first."""
        k = self.rng.randrange(len(self.cands))
        i, g, t = self.board.place(k)
        there = self.board.at[i, g]
        if there >= 0:
            self.board.put(int(there), -1)
        elif not self.board.ledger.taken[g, t]:
            self.board.put(k)

    def checked(self) -> pd.DataFrame:
        """What the checker says of the wishes, with its costs."""
        drafts = [
            post(
                self.items["item_id"][i], self.groups["group_id"][g], f"{self.world.time_at(minute)}", "draft"
            )
            for i, g, minute in (
                (i, g, self.world.minute[self.cands.time[self.board.at[i, g]]])
                for i, g in np.argwhere(self.board.at >= 0)
            )
        ]
        rows = drafts + self.fixed[schema.CALENDAR.names].to_dict("records")
        found = check_calendar(
            pd.DataFrame(rows) if rows else schema.CALENDAR.empty(),
            self.items,
            self.groups,
            rules=self.rules,
            start=START,
            days=self.days,
            overlap=self.overlap,
        )
        return found[found["rule_id"].isin(WISHES)]

    def counts(self) -> dict[str, Any]:
        """All that the wishes and the ledger count."""
        tables = {
            "week_posts": self.wishes.week_posts,
            "posts": self.wishes.posts,
            "sorts": self.wishes.sorts,
        }
        held: dict[str, Any] = {
            "runs": self.wishes.runs,
            "placed": self.board.ledger.placed,
            "at": self.board.at,
        }
        return {name: table.copy() for name, table in {**tables, **held}.items()}


def test_the_running_cost_is_what_the_checker_says() -> None:
    broken = dict.fromkeys(WISHES, 0)
    for seed in range(45):
        game = Game(seed)
        for _ in range(5):
            found = game.checked()
            assert game.wishes.cost == pytest.approx(float(found["cost"].sum()), abs=1e-9), seed
            placed = game.board.at[game.board.at >= 0]
            worth = float(game.gain[placed].sum()) - game.wishes.cost
            assert game.board.worth == pytest.approx(worth, abs=1e-9), seed
            for name in set(found["rule_id"]):
                broken[name] += 1
            for _ in range(game.rng.choice([1, 3, 9]) if len(game.cands) else 0):
                game.step()
    # of a wish that no draw breaks, all this would say nothing
    assert min(broken.values()) >= 20, broken


def test_what_is_foreseen_is_what_comes() -> None:
    looked = 0
    for seed in range(40):
        game = Game(seed)
        for _ in range(25 if len(game.cands) else 0):
            game.step()
            k = game.rng.randrange(len(game.cands))
            i, g, t = game.board.place(k)
            if game.board.ledger.placed[i, g] != NOWHERE or game.board.ledger.taken[g, t]:
                continue
            before, counts = game.wishes.cost, game.counts()
            foreseen = game.wishes.foreseen(i, g, t)
            assert game.wishes.cost == before
            for name, table in game.counts().items():
                np.testing.assert_array_equal(table, counts[name], err_msg=f"{seed} {name}")
            game.board.put(k)
            assert game.wishes.cost - before == pytest.approx(foreseen, abs=1e-9), seed
            looked += 1
    assert looked > 200


def test_undo_brings_back_every_count_and_the_cost() -> None:
    for seed in range(40):
        game = Game(seed)
        for _ in range(8 if len(game.cands) else 0):
            game.step()
        before, worth, cost = game.counts(), game.board.worth, game.wishes.cost
        game.board.log = []
        for _ in range(10 if len(game.cands) else 0):
            game.step()
        game.board.undo()
        for name, table in game.counts().items():
            np.testing.assert_array_equal(table, before[name], err_msg=f"{seed} {name}")
        assert [game.board.worth, game.wishes.cost] == pytest.approx([worth, cost], abs=1e-9)
        assert game.board.log == []


def test_a_rough_look_differs_from_what_is_foreseen_by_fairness_alone() -> None:
    for seed in range(40):
        game = Game(seed)
        for _ in range(6 if len(game.cands) else 0):
            game.step()
        for i in range(len(game.items)):
            part = game.cands.of(i)
            groups, times = game.cands.group[part], game.cands.time[part]
            rough = game.wishes.rough(i, groups, times)
            assert rough.shape == groups.shape
            for place, g, t in zip(rough, groups, times, strict=True):
                if game.board.ledger.placed[i, g] != NOWHERE:
                    continue
                # fairness is taken at its slope, and one post more may carry a group past where that changes
                slack = game.wishes.unit * game.wishes.soft.fairness * (1 + float(game.wishes.fair.sum()))
                assert place == pytest.approx(game.wishes.foreseen(i, int(g), int(t)), abs=slack + 1e-9)


# --- the meanings that are easy to get wrong ------------------------------------------------------------------------


def cost_of(contents: list[Row], people: list[Row], standing: list[Row], days: int = 7, **soft: Any) -> float:
    """The planner's cost of what stands, which must be the checker's."""
    prices_alone: dict[str, Any] = {**dict.fromkeys(WISHES, 0.0), **soft}
    made = plan_posts(
        pd.DataFrame(contents),
        pd.DataFrame(people),
        start="2026-09-21",
        days=days,
        rules=Rules(soft=Soft(**prices_alone)),
        pinned=pd.DataFrame(standing),
    )
    world = build_world(
        made.items,
        made.groups,
        fixed_posts(pd.DataFrame(standing), None),
        rules=made.rules,
        start=made.start,
        days=days,
    )
    board = Board(world, find_candidates(world), np.zeros(0), None)
    assert board.wishes is not None
    found = check_calendar(
        pd.DataFrame(standing), made.items, made.groups, rules=made.rules, start=made.start, days=days
    )
    cost = float(found.loc[found["rule_id"].isin(WISHES), "cost"].sum())
    assert board.wishes.cost == pytest.approx(cost, abs=1e-9)
    return cost


def test_a_post_to_an_unknown_group_counts_in_no_wish() -> None:
    far = item("a", earliest="2027-01-01", kind="value", topic="芋头")
    standing = [post("a", "gx", "2026-09-22 20:00"), post("b", "gx", "2026-09-22 08:30")]
    assert cost_of([far, {**far, "item_id": "b"}], [group()], standing, weekly_minimum=1.0) == 1.0
    assert cost_of([far, {**far, "item_id": "b"}], [group()], standing, spacing=1.0) == 0.0


def test_a_post_of_an_unknown_item_fills_the_week_and_counts_without_a_kind() -> None:
    far = item("a", earliest="2027-01-01", kind="value")
    standing = [post("x", "g0", "2026-09-22 20:00")]
    assert cost_of([far], [group()], standing, weekly_minimum=1.0) == 0.0
    # one post, none of it 干货: 1 × 0.3 missing
    assert cost_of([far], [group()], standing, mix=1.0) == pytest.approx(0.3)
    # two groups alike share one post: each should have 0.7 / 2 of it
    assert cost_of([far], [group(), group("g1")], standing, fairness=1.0) == pytest.approx(0.35)


def test_a_topic_of_blanks_is_none_and_one_item_sent_twice_is_too_close_to_itself() -> None:
    far = {"earliest": "2027-01-01"}
    standing = [post("a", "g0", "2026-09-22 20:00"), post("b", "g0", "2026-09-22 08:30")]
    blank = [item("a", topic=" ", **far), item("b", topic=" ", **far)]
    assert cost_of(blank, [group()], standing, spacing=1.0) == 0.0
    same = [item("a", topic="芋头", **far), item("b", topic="芋头", **far)]
    assert cost_of(same, [group()], standing, spacing=1.0) == pytest.approx(1.0)
    twice = [post("a", "g0", "2026-09-22 20:00"), post("a", "g0", "2026-09-23 20:00")]
    alone: dict[str, Any] = {**dict.fromkeys(WISHES, 0.0), "spacing": 1.0}
    world = build_world(
        named(pd.DataFrame(same[:1]), schema.ITEMS),
        named(pd.DataFrame([group()]), schema.GROUPS),
        fixed_posts(None, pd.DataFrame(twice)),
        rules=Rules(soft=Soft(**alone)),
        start=dt.date(2026, 9, 21),
        days=7,
    )
    board = Board(world, find_candidates(world), np.zeros(0), None)
    assert board.wishes is not None
    assert board.wishes.cost == pytest.approx(2 / 3)


@pytest.mark.parametrize("share", [-0.1, 1.5, 30, None, float("nan")])
def test_a_shared_part_that_is_none_is_refused(share: Any) -> None:
    overlap = pd.DataFrame([{"group_id": "g0", "other_id": "g1", "share": share}])
    with pytest.raises(PlanError, match="请填 0 到 1 之间的数"):
        plan_posts(
            pd.DataFrame([item()]),
            pd.DataFrame([group(), group("g1")]),
            start=START,
            days=3,
            rules=Rules.balanced(),
            overlap=overlap,
        )
