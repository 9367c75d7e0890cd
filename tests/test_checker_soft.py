"""The checker's wishes: what each costs, by figures worked out by hand and by the plain formulas on random calendars."""

from __future__ import annotations

import datetime as dt
import itertools
import random
from typing import Any

import pandas as pd
import pytest
from test_checker import checks, group, item, post

from toolkit import schema
from toolkit.schema import PlanError, Rules, Soft

NO_WISHES: dict[str, Any] = {
    "weekly_minimum": 0.0,
    "mix": 0.0,
    "spacing": 0.0,
    "fairness": 0.0,
    "overlap": 0.0,
}
# members 100 and value 1: a post is worth 1, and so is the unit
MONDAY = "2026-09-21"


def wish(**prices: float) -> Rules:
    """Rules with these wishes and no others."""
    return Rules(soft=Soft(**{**NO_WISHES, **prices}))


def rows(*args: Any, **kwargs: Any) -> list[tuple[str, Any, str]]:
    """The post_id, cost and message of each row; every row is a warning."""
    found = checks(*args, **kwargs)
    assert set(found["severity"]) <= {"warn"}
    return list(found[["post_id", "cost", "message"]].itertuples(index=False, name=None))


def costs(*args: Any, **kwargs: Any) -> dict[str, Any]:
    """The cost of each post_id."""
    return {name: pytest.approx(cost, abs=1e-9) for name, cost, _ in rows(*args, **kwargs)}


def shared(*pairs: tuple[str, str, float]) -> pd.DataFrame:
    return pd.DataFrame(list(pairs), columns=["group_id", "other_id", "share"])


# must_send


def test_an_unmet_must_send_costs_ten_of_the_most_valuable_post() -> None:
    groups = [group(members=200), group("g2", members=50)]
    items = [item(must_send=True), item("b", value=3)]
    assert costs([], items, groups) == {"a@g1": 60.0, "a@g2": 60.0}
    # the best pair counts, not the best item with the largest group
    assert costs([], [items[0], item("b", value=3, groups=["g2"])], groups) == {"a@g1": 20.0, "a@g2": 20.0}
    small = [group(members=10)]
    assert costs([], [item(must_send=True)], small) == {"a@g1": 10.0}


def test_hard_rules_cost_nothing() -> None:
    found = checks([post(at="2026-09-21 20:01"), post("z", status="sent")])
    assert list(found["rule_id"]) == ["slot", "pinned"]
    assert list(found["cost"]) == [0.0, 0.0]


def test_wishes_are_asked_only_where_they_have_a_price() -> None:
    posts = [post(at="2026-09-21 08:30"), post("b", "2026-09-21 20:00")]
    items = [item(kind="promotion", topic="芋头"), item("b", topic="芋头", kind="promotion")]
    more: dict[str, Any] = {"groups": [group(), group("g2")], "days": 7, "overlap": shared(("g1", "g2", 0.5))}
    assert rows(posts, items, **more) == []
    assert rows(posts, items, rules=wish(), **more) == []
    found = checks(posts, items, rules=Rules.balanced(), **more)
    assert sorted(set(found["rule_id"])) == ["fairness", "mix", "spacing", "weekly_minimum"]


# weekly_minimum


def test_a_week_without_a_post_costs_its_price_in_average_posts() -> None:
    # a post is worth 2 × 1 in g1 and 4 × 1 in g2, 3 on average; 1.5 of these
    groups = [group(members=200), group("g2", members=400)]
    found = rows([post(group_id="g2")], groups=groups, rules=wish(weekly_minimum=1.5), start=MONDAY, days=14)
    week = "这一周一条也没有"
    assert found == [
        ("g1", 4.5, f"群「g1群」9月21日至9月27日：{week}"),
        ("g1", 4.5, f"群「g1群」9月28日至10月4日：{week}"),
        ("g2", 4.5, f"群「g2群」9月28日至10月4日：{week}"),
    ]


@pytest.mark.parametrize(
    ("start", "days", "weeks"),
    [
        ("2026-09-24", 4, 1),  # Thursday to Sunday
        ("2026-09-25", 3, 0),
        ("2026-09-21", 4, 1),
        ("2026-09-21", 3, 0),
        ("2026-09-24", 8, 2),
        ("2026-09-25", 10, 1),
        ("2026-09-21", 0, 0),
    ],
)
def test_a_week_is_asked_when_four_of_its_days_are_in_the_span(start: str, days: int, weeks: int) -> None:
    assert len(rows([], rules=wish(weekly_minimum=1), start=start, days=days)) == weeks


@pytest.mark.parametrize(
    ("more", "shut", "asked"),
    [
        ({}, 3, True),
        ({}, 4, False),
        ({"closes": "2026-09-24"}, 0, True),  # four days to Thursday
        ({"closes": "2026-09-24"}, 1, False),
        ({"closes": "2026-09-23"}, 0, False),
        ({"slots": []}, 0, False),
        ({"posts_per_day": 0}, 0, False),
        ({"posts_per_week": 0}, 0, False),
    ],
)
def test_a_group_that_cannot_be_posted_to_is_not_asked(more: dict[str, Any], shut: int, asked: bool) -> None:
    days = tuple(("g1", dt.date(2026, 9, 21 + n)) for n in range(shut))
    rules = Rules(shut=days, soft=wish(weekly_minimum=1).soft)
    found = rows([], groups=[group(**more)], rules=rules, start=MONDAY, days=7)
    assert [name for name, *_ in found] == ["g1"] * asked


def test_a_group_for_which_nothing_is_meant_is_not_asked() -> None:
    found = costs(
        [], [item(groups=["g2"])], [group(), group("g2")], wish(weekly_minimum=1), start=MONDAY, days=7
    )
    assert found == {"g2": 1.0}


@pytest.mark.parametrize(
    ("status", "asked"), [("sent", 0), ("pinned", 0), ("draft", 0), ("missed", 1), ("cancelled", 1)]
)
def test_a_live_post_of_the_week_counts_before_the_span_too(status: str, asked: int) -> None:
    here = [post(at="2026-09-21 20:00", status=status)]
    found = rows(here, rules=wish(weekly_minimum=1), start="2026-09-22", days=6)
    assert len(found) == asked


# mix


def mixed(kinds: list[str], more: list[str] | None = None, **soft: float) -> list[tuple[str, Any, str]]:
    """A group's posts of these kinds, one a day; further items of `more` are meant for it and not sent."""
    items = [item(f"i{n}", kind=kind) for n, kind in enumerate([*kinds, *(more or [])])]
    posts = [post(f"i{n}", f"{dt.date(2026, 9, 21) + dt.timedelta(n)} 20:00") for n in range(len(kinds))]
    rules = Rules(soft=Soft(**{**NO_WISHES, "mix": 0.5, **soft}), festival="off")
    return rows(posts, items, rules=rules)


def test_each_post_beside_the_mix_costs_its_part() -> None:
    # 3 promotions for 0.4 × 5 = 2; 0 of 0.5 wanted; 2 of 1.5 wanted
    found = mixed(["promotion"] * 3 + ["value"] * 2, ["poll"])
    assert found == [
        ("g1", pytest.approx(0.5), "群「g1群」：促销 3/5，高于 40%"),
        ("g1", pytest.approx(0.25), "群「g1群」：话题和投票 0/5，低于 10%"),
    ]
    # polls and discussions stand for each other; 1 of 1.2 wanted
    found = mixed(["discussion", "poll", "value", "event"], value_share=0.3)
    assert found == [("g1", pytest.approx(0.1), "群「g1群」：干货 1/4，低于 30%")]


def test_a_kind_is_asked_only_where_an_item_of_it_is_meant() -> None:
    assert mixed(["event"] * 4) == []
    assert [text for *_, text in mixed(["event"] * 4, ["value"])] == ["群「g1群」：干货 0/4，低于 30%"]
    assert [text for *_, text in mixed(["event"] * 4, ["discussion"])] == [
        "群「g1群」：话题和投票 0/4，低于 10%"
    ]


def test_a_share_that_is_met_to_the_last_digit_costs_nothing() -> None:
    assert mixed(["value"] * 3 + ["event"] * 7, value_share=0.3) == []
    # 0.28 × 25 is a little more than 7 in binary
    assert mixed(["value"] * 7 + ["event"] * 18, value_share=0.28) == []


def test_the_mix_is_that_of_the_span() -> None:
    items = [item(kind="promotion"), item("b")]
    posts = [post(at="2026-09-20 20:00", status="sent"), post("b", "2026-09-21 20:00")]
    assert costs(posts, items, rules=wish(mix=1.0), start=MONDAY, days=1) == {}
    assert costs(posts, items, rules=wish(mix=1.0)) == {"g1": 0.2}
    assert costs([], items, rules=wish(mix=1.0), start=MONDAY, days=7) == {}


# spacing


@pytest.mark.parametrize(("apart", "cost"), [(0, 0.5), (1, 1 / 3), (2, 1 / 6), (3, 0.0), (9, 0.0)])
def test_the_price_of_two_posts_of_a_topic_falls_with_the_days_between(apart: int, cost: float) -> None:
    items = [item(topic="芋头"), item("b", topic="芋头")]
    posts = [post(at="2026-09-21 08:30"), post("b", f"2026-09-{21 + apart} 20:00")]
    expected = {"b@g1": cost} if cost else {}
    assert costs(posts, items, rules=wish(spacing=0.5), start=MONDAY, days=14) == expected


def test_the_row_names_the_later_post_and_the_earlier() -> None:
    items = [item(topic="芋头"), item("b", topic="芋头"), item("c", topic="芋头")]
    posts = [post(at="2026-09-21 08:30"), post("b", "2026-09-21 20:00"), post("c", "2026-09-23 20:00")]
    found = rows(posts, items, rules=wish(spacing=1.0), start=MONDAY, days=14)
    assert found == [
        (
            "b@g1",
            pytest.approx(1.0),
            "9月21日 20:00 群「g1群」「标题b」：同一天刚发过选题「芋头」（「标题a」），最好隔 3 天",
        ),
        (
            "c@g1",
            pytest.approx(1 / 3),
            "9月23日 20:00 群「g1群」「标题c」：2 天前刚发过选题「芋头」（「标题b」），最好隔 3 天",
        ),
    ]


def test_topics_groups_and_blank_topics_do_not_mix() -> None:
    groups = [group(), group("g2")]
    posts = [
        post(at="2026-09-21 08:30"),
        post("b", "2026-09-21 20:00"),
        post(group_id="g2", at="2026-09-21 20:00"),
    ]
    for topics in (("芋头", "月饼"), ("", ""), (" ", " ")):
        items = [item(topic=topics[0]), item("b", topic=topics[1])]
        assert rows(posts, items, groups, wish(spacing=1.0)) == []
    items = [item(topic="芋头"), item("b", topic="芋头")]
    assert rows(posts, items, groups, wish(spacing=1.0, spacing_days=0)) == []
    assert costs(posts, items, groups, wish(spacing=1.0, spacing_days=1)) == {"b@g1": 1.0}


def test_a_run_of_days_that_meets_the_span_counts_what_was_sent_before() -> None:
    items = [item(topic="芋头"), item("b", topic="芋头")]
    before = [post(at="2026-09-20 08:30", status="sent"), post("b", "2026-09-21 20:00")]
    # runs of three days with both: from the 19th and the 20th
    assert costs(before, items, rules=wish(spacing=0.3), start=MONDAY, days=7) == {"b@g1": 0.2}
    # both before it: of the runs from the 17th to the 19th only the last meets the span
    both = [post(at="2026-09-19 08:30", status="sent"), post("b", "2026-09-19 20:00", status="sent")]
    assert costs(both, items, rules=wish(spacing=0.3), start=MONDAY, days=7) == {"b@g1": 0.1}
    assert costs(both, items, rules=wish(spacing=0.3), start="2026-09-22", days=7) == {}
    # a plan of no days has no wishes
    assert costs(both, items, rules=wish(spacing=0.3), start="2026-09-20", days=0) == {}
    assert costs(both, items, rules=wish(spacing=0.3), start="2026-09-20") == {}


# fairness


def test_a_group_short_of_its_fair_share_costs_what_it_lacks() -> None:
    # room: 7 × 7 / 7 = 7 each; 4 posts in all, so 0.7 × 4 × 7 / 14 = 1.4 each
    items = [item(f"i{n}", groups=["all"]) for n in range(20)]
    groups = [group(posts_per_week=7), group("g2", posts_per_week=7)]
    posts = [post(f"i{n}", f"2026-09-{21 + n} 20:00") for n in range(4)]
    found = rows(posts, items, groups, wish(fairness=0.5), start=MONDAY, days=7)
    assert found == [("g2", pytest.approx(0.7), "群「g2群」：只有 0 条，按各群的上限分摊，至少该有 1.4 条")]


@pytest.mark.parametrize(
    ("more", "room"),
    [
        ({"posts_per_week": 7, "closes": "2026-09-22"}, 2.0),  # two of seven days
        ({"posts_per_week": 7, "closes": "2026-09-20"}, 0.0),
        ({"posts_per_week": 7, "closes": "2027-01-01"}, 7.0),
        ({"posts_per_week": 70, "posts_per_day": 1}, 7.0),
        ({"posts_per_week": 70, "posts_per_day": 70}, 20.0),  # the items meant for it
        ({"posts_per_week": 0}, 0.0),
    ],
)
def test_the_room_of_a_group_is_its_tightest_ceiling(more: dict[str, Any], room: float) -> None:
    items = [item(f"i{n}") for n in range(20)]
    groups = [group(posts_per_week=7), group("g2", **more)]
    posts = [post(f"i{n}", f"2026-09-{21 + n} 20:00") for n in range(4)]
    expected = {"g2": 0.7 * 4 * room / (7 + room)} if room else {}
    assert costs(posts, items, groups, wish(fairness=1.0), start=MONDAY, days=7) == expected


def test_no_posts_and_no_room_are_fair() -> None:
    groups = [group(), group("g2")]
    assert rows([], groups=groups, rules=wish(fairness=1.0), start=MONDAY, days=7) == []
    full = [group(posts_per_week=0), group("g2", posts_per_week=0)]
    found = checks([post(status="sent")], groups=full, rules=wish(fairness=1.0), start=MONDAY, days=7)
    assert list(found["rule_id"]) == ["pinned"]


# overlap


def test_people_in_two_groups_cost_their_part_of_the_value() -> None:
    groups = [group(members=200), group("g2", members=100)]
    both = [post(), post(group_id="g2")]
    table = shared(("g1", "g2", 0.15), ("g2", "g1", 0.25))
    # of 30 and 25 people the larger counts: 0.5 × 2 × 30 / 100
    found = rows(both, [item(value=2)], groups, wish(overlap=0.5), overlap=table)
    assert found == [
        (
            "a@g2",
            pytest.approx(0.3),
            "9月21日 20:00 群「g2群」「标题a」：同一条也发给「g1群」（重合约 30 人）",
        )
    ]
    assert rows(both[:1], [item(value=2)], groups, wish(overlap=0.5), overlap=table) == []
    assert rows(both, [item(value=2)], groups, wish(overlap=0.5)) == []
    assert rows(both, [item(value=2)], groups, wish(overlap=0.5), overlap=schema.OVERLAP.empty()) == []


def test_the_later_post_bears_every_pair_and_names_the_three_largest() -> None:
    groups = [group(f"g{n}", members=100) for n in range(1, 6)]
    posts = [post(group_id=f"g{n}") for n in range(1, 5)] + [post(at="2026-09-21 08:30", group_id="g5")]
    table = shared(("g4", "g1", 0.1), ("g4", "g2", 0.3), ("g4", "g3", 0.2), ("g5", "g4", 0.4))
    found = rows(posts, groups=groups, rules=wish(overlap=1.0), overlap=table)
    assert found == [
        (
            "a@g4",
            pytest.approx(1.0),
            "9月21日 20:00 群「g4群」「标题a」：同一条也发给「g5群」（重合约 40 人）、「g2群」（重合约 30 人）、"
            "「g3群」（重合约 20 人） 等 4 个群",
        )
    ]


def test_one_of_the_two_posts_must_be_in_the_span() -> None:
    groups = [group(), group("g2")]
    posts = [post(at="2026-09-20 20:00", status="sent"), post(group_id="g2", at="2026-09-22 20:00")]
    more: dict[str, Any] = {
        "groups": groups,
        "rules": wish(overlap=1.0),
        "overlap": shared(("g1", "g2", 0.5)),
    }
    assert costs(posts, start="2026-09-22", days=1, **more) == {"a@g2": 0.5}
    assert costs(posts, start="2026-09-20", days=1, **more) == {"a@g2": 0.5}
    assert costs(posts, start="2026-09-21", days=1, **more) == {}
    assert costs(posts, start="2026-09-23", days=1, **more) == {}
    gone = [{**posts[0], "status": "missed"}, posts[1]]
    assert costs(gone, start="2026-09-22", days=1, **more) == {}


@pytest.mark.parametrize("share", [-0.1, 1.5, 30, None])
def test_a_share_that_is_none_is_an_error(share: Any) -> None:
    with pytest.raises(PlanError, match="请填 0 到 1 之间的数"):
        checks([post()], overlap=shared(("g1", "g2", share)))


def test_groups_that_are_not_in_the_table_and_a_group_with_itself_share_nothing() -> None:
    table = shared(("g1", "g9", 0.5), ("g9", "g1", 0.5), ("g1", "g1", 1.0))
    assert rows([post()], rules=wish(overlap=1.0), overlap=table) == []


# span and unit


def test_the_span_is_that_of_the_live_posts_where_none_is_given() -> None:
    # Monday to Thursday by the draft and the sent post; what is cancelled widens nothing
    posts = [
        post(status="sent"),
        post("b", "2026-09-24 20:00"),
        post("a", "2026-10-30 20:00", "g2", status="cancelled"),
    ]
    items, groups = [item(), item("b", groups=["g1"])], [group(), group("g2")]
    found = rows(posts, items, groups, wish(weekly_minimum=1.0))
    assert [(name, cost) for name, cost, _ in found] == [("g2", 1.0)]
    assert rows(posts[:1], items, groups, wish(weekly_minimum=1.0)) == []
    assert rows(posts[:1], items, groups, wish(weekly_minimum=1.0), start="2026-09-22") == []
    assert len(rows(posts[:1], items, groups, wish(weekly_minimum=1.0), days=7)) == 1
    assert rows([], items, groups, wish(weekly_minimum=1.0)) == []


def test_the_unit_is_the_mean_over_all_items_and_groups_they_are_for() -> None:
    groups = [group(members=100, segment="妈妈"), group("g2", members=300)]
    # worth 1 and 3, 2 for the mothers alone
    items = [item(), item("b", value=2, groups=["妈妈"])]
    found = costs([], items, groups, wish(weekly_minimum=1.0), start=MONDAY, days=7)
    assert found == {"g1": 2.0, "g2": 2.0}
    worthless = [group(members=0)]
    assert costs([], groups=worthless, rules=wish(weekly_minimum=1.0), start=MONDAY, days=7) == {"g1": 1.0}


# the formulas, word for word and without thought for speed

Row = dict[str, Any]


def invented(seed: int) -> tuple[list[Row], list[Row], list[Row], pd.DataFrame, Rules]:
    """A small random world that breaks everything."""
    rng = random.Random(seed)  # noqa: S311
    groups = [
        group(
            f"g{n}",
            members=rng.randint(0, 400),
            segment=rng.choice(["妈妈", "学生", ""]),
            posts_per_day=rng.randint(0, 3),
            posts_per_week=rng.randint(0, 7),
            closes=rng.choice([None, f"2026-09-{rng.randint(18, 30)}"]),
            slots=rng.choice([[], ["20:00"], ["08:30", "20:00"]]),
        )
        for n in range(4)
    ]
    names = [["all"], ["妈妈"], ["g0", "g1"], ["学生", "g2"]]
    items = [
        item(
            f"i{n}",
            kind=rng.choice(["promotion", "value", "discussion", "poll", "event"]),
            topic=rng.choice(["", "芋头", "月饼"]),
            value=rng.choice([0.5, 1.0, 2.5]),
            groups=rng.choice(names),
            must_send=rng.random() < 0.3,
        )
        for n in range(8)
    ]
    posts = [
        post(
            rng.choice(items)["item_id"],
            f"2026-09-{rng.randint(14, 30)} {rng.choice(['08:30', '20:00'])}",
            rng.choice(groups)["group_id"],
            status=rng.choice(["draft", "draft", "sent", "pinned", "missed", "cancelled"]),
        )
        for _ in range(rng.choice([5, 5, 40]))
    ]
    pairs = [(f"g{a}", f"g{b}", rng.random()) for a in range(4) for b in range(4) if rng.random() < 0.6]
    prices: dict[str, Any] = {name: rng.uniform(0.2, 2) for name in NO_WISHES} | {"overlap": rng.random()}
    soft = Soft(**prices, spacing_days=rng.randint(1, 4))
    shut = tuple((f"g{rng.randrange(4)}", dt.date(2026, 9, rng.randint(18, 30))) for _ in range(8))
    return posts, items, groups, shared(*pairs), Rules(soft=soft, shut=shut)


class World:
    """The same tables with days counted and audiences read, for the formulas."""

    def __init__(
        self, posts: list[Row], items: list[Row], groups: list[Row], first: dt.date, days: int
    ) -> None:
        segments = {row["segment"] for row in groups} - {""}
        self.items = {row["item_id"]: row for row in items}
        self.groups = {row["group_id"]: row for row in groups}
        self.audience = {
            (i["item_id"], g["group_id"])
            for i in items
            for g in groups
            for name in i["groups"]
            if name == "all" or name == (g["segment"] if name in segments else g["group_id"])
        }
        self.live = [
            (row["item_id"], row["group_id"], dt.date.fromisoformat(row["starts_at"][:10]))
            for row in posts
            if row["status"] in ("draft", "pinned", "sent")
        ]
        self.span = [first + dt.timedelta(days=n) for n in range(days)]
        self.inside = [(i, g, day) for i, g, day in self.live if day in self.span]
        worth = [self.worth(i, g) for i, g in self.audience]
        self.unit = (sum(worth) / len(worth) if worth else 0) or 1.0
        self.most = max(worth, default=0)

    def worth(self, i: str, g: str) -> float:
        return self.items[i]["value"] * self.groups[g]["members"] / 100

    def meant(self, g: str, *kinds: str) -> int:
        return sum(g == name and (not kinds or self.items[i]["kind"] in kinds) for i, name in self.audience)

    def open(self, g: str, day: dt.date) -> bool:
        closes = self.groups[g]["closes"]
        return closes is None or day <= dt.date.fromisoformat(closes)


def monday_of(day: dt.date) -> dt.date:
    return day - dt.timedelta(days=day.weekday())


def by_the_formulas(world: World, rules: Rules, pairs: pd.DataFrame) -> dict[str, float]:
    soft = rules.soft
    assert soft is not None
    total = dict.fromkeys(("must_send", *NO_WISHES), 0.0)
    there = {(i, g) for i, g, _ in world.live}
    for i, g in world.audience:
        if world.items[i]["must_send"] and (i, g) not in there:
            total["must_send"] += 10 * max(1, world.most)
    for g, row in world.groups.items():
        for monday in {monday_of(day) for day in world.span}:
            usable = [
                day
                for day in world.span
                if monday_of(day) == monday and world.open(g, day) and (g, day) not in rules.shut
            ]
            room = row["slots"] and row["posts_per_day"] >= 1 and row["posts_per_week"] >= 1
            sent = any(name == g and monday_of(day) == monday for _, name, day in world.live)
            if len(usable) >= 4 and room and world.meant(g) and not sent:
                total["weekly_minimum"] += soft.weekly_minimum * world.unit
        kinds = [world.items[i]["kind"] for i, name, _ in world.inside if name == g]
        for wanted, share, sign in (
            (("promotion",), soft.promotion_share, 1),
            (("discussion", "poll"), soft.discussion_share, -1),
            (("value",), soft.value_share, -1),
        ):
            if world.meant(g, *wanted):
                amount = sign * (sum(kind in wanted for kind in kinds) - share * len(kinds))
                total["mix"] += soft.mix * world.unit * max(0, amount)
    total["spacing"] = spacing_by_runs(world, soft)
    total["fairness"] = fairness_by_shares(world, soft)
    total["overlap"] = overlap_by_pairs(world, soft, pairs)
    return total


def spacing_by_runs(world: World, soft: Soft) -> float:
    k = soft.spacing_days
    excess = 0
    for g, topic in itertools.product(world.groups, ("芋头", "月饼")):
        days = [day for i, name, day in world.live if name == g and world.items[i]["topic"] == topic]
        for n in range(-60, 60):
            run = [world.span[0] + dt.timedelta(days=n + m) for m in range(k)]
            if set(run) & set(world.span):
                excess += max(0, sum(day in run for day in days) - 1)
    return soft.spacing * world.unit / k * excess


def fairness_by_shares(world: World, soft: Soft) -> float:
    room = {}
    for g, row in world.groups.items():
        days = sum(world.open(g, day) for day in world.span)
        room[g] = min(row["posts_per_week"] * days / 7, row["posts_per_day"] * days, world.meant(g))
    if not sum(room.values()):
        return 0.0
    short = [
        soft.fair_share * len(world.inside) * room[g] / sum(room.values())
        - sum(name == g for _, name, _ in world.inside)
        for g in world.groups
    ]
    return soft.fairness * world.unit * sum(max(0, amount) for amount in short)


def overlap_by_pairs(world: World, soft: Soft, pairs: pd.DataFrame) -> float:
    cost = 0.0
    for one, other in itertools.combinations(world.groups, 2):
        known = [
            row.share * world.groups[row.group_id]["members"]
            for row in pairs.itertuples()
            if {row.group_id, row.other_id} == {one, other}
        ]
        for i, row in world.items.items():
            sent = [
                {g for name, g, _ in posts if name == i} & {one, other}
                for posts in (world.live, world.inside)
            ]
            if len(sent[0]) == 2 and sent[1]:
                cost += soft.overlap * row["value"] * max(known, default=0) / 100
    return cost


@pytest.mark.parametrize("seed", range(30))
def test_the_costs_are_those_of_the_formulas(seed: int) -> None:
    posts, items, groups, pairs, rules = invented(seed)
    first, days = dt.date(2026, 9, 18), 7 + seed % 6
    found = checks(posts, items, groups, rules, start=first, days=days, overlap=pairs)
    expected = by_the_formulas(World(posts, items, groups, first, days), rules, pairs)
    got = found.groupby("rule_id")["cost"].sum().to_dict()
    assert {rule_id: got.get(rule_id, 0.0) for rule_id in expected} == pytest.approx(expected, abs=1e-9)
    assert found["cost"].sum() == pytest.approx(sum(expected.values()), abs=1e-9)


def test_the_random_worlds_break_every_wish() -> None:
    sums = dict.fromkeys(("must_send", *NO_WISHES), 0)
    for seed in range(30):
        posts, items, groups, pairs, rules = invented(seed)
        world = World(posts, items, groups, dt.date(2026, 9, 18), 7 + seed % 6)
        for rule_id, cost in by_the_formulas(world, rules, pairs).items():
            sums[rule_id] += cost > 0
    assert min(sums.values()) >= 8, sums
