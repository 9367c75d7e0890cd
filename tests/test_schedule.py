"""The planner against its independent judge, brute force, and the meanings of each rule."""

import datetime as dt
import itertools
from typing import Any

import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pandas.testing import assert_frame_equal

from toolkit import schema
from toolkit.schedule import check_calendar, plan_posts
from toolkit.schedule._inputs import checked_groups, checked_items, fixed_posts
from toolkit.schedule._ledger import Ledger, fill, find_candidates, prices
from toolkit.schedule._world import build_world
from toolkit.schema import ChoiceError, Plan, PlanError, Rules

MONDAY = "2026-09-07"


def group(group_id: str = "g1", **more: Any) -> dict[str, Any]:
    plain = {"name": f"群{group_id}", "members": 100, "slots": ["08:00", "20:00"]}
    return {"group_id": group_id, **plain, "posts_per_day": 9, "posts_per_week": 9, **more}


def item(item_id: str, **more: Any) -> dict[str, Any]:
    return {"item_id": item_id, "title": f"标题{item_id}", **more}


def post(item_id: str, at: str, group_id: str = "g1", status: str = "draft") -> dict[str, Any]:
    return {
        "post_id": f"{item_id}@{group_id}",
        "item_id": item_id,
        "group_id": group_id,
        "starts_at": at,
        "status": status,
    }


def plan(items: list[dict[str, Any]], groups: list[dict[str, Any]], days: int = 7, **more: Any) -> Plan:
    more.setdefault("start", MONDAY)
    return plan_posts(pd.DataFrame(items), pd.DataFrame(groups), days=days, **more)


def places(made: Plan) -> dict[str, str]:
    """post_id to "MM-DD HH:MM"."""
    return {row.post_id: f"{row.starts_at:%m-%d %H:%M}" for row in made.calendar.itertuples()}


def left_out(made: Plan) -> dict[str, str]:
    return {f"{row.item_id}@{row.group_id}": row.rule_id for row in made.unplaced.itertuples()}


def greedy_value(made: Plan) -> float:
    """What the greedy plan of the same question is worth, must-sends unmet subtracted."""
    groups = checked_groups(made.groups)
    fixed = fixed_posts(made.pinned, None)
    items = checked_items(made.items, groups, known=list(fixed["item_id"]))
    world = build_world(items, groups, fixed, rules=made.rules, start=made.start, days=made.days)
    cands = find_candidates(world)
    ledger = Ledger(world)
    fill(ledger, cands, prices(world, cands))
    placed = ledger.placed >= 0
    unmet = int((world.must[:, None] & world.audience & ~world.stands & ~placed).sum())
    standing = made.calendar.loc[made.calendar["status"] != "draft", "value"].sum()
    return float(world.worth[placed].sum() + standing) - world.price * unmet


# --- shape of the answer ------------------------------------------------------------------------------------------


def test_one_post_whole() -> None:
    made = plan([item("a", value=3)], [group(members=250)], days=1)
    expected = pd.DataFrame(
        [
            post("a", "2026-09-07 08:00")
            | {"value": 7.5, "reason": "是这个群能发的最早时段；价值 7.5", "sequence": 0, "code": "?"}
        ]
    )
    expected["code"] = made.calendar["code"].to_numpy()
    assert_frame_equal(made.calendar, schema.check(expected, schema.CALENDAR))
    assert [made.value, made.bound, made.gap] == pytest.approx([7.5, 7.5, 0], abs=1e-4)
    assert made.unplaced.empty
    assert (made.start, made.days, made.rules) == (dt.date(2026, 9, 7), 1, Rules())


def test_nothing_to_plan_gives_an_empty_plan() -> None:
    for items, groups in (
        (schema.ITEMS.empty(), pd.DataFrame([group()])),
        (pd.DataFrame([item("a")]), schema.GROUPS.empty()),
    ):
        made = plan_posts(items, groups, start=MONDAY, days=7)
        assert_frame_equal(made.calendar, schema.CALENDAR.empty())
        assert_frame_equal(made.unplaced, schema.UNPLACED.empty())
        assert (made.value, made.bound, made.gap) == (0.0, 0.0, 0.0)


def test_chinese_captions_are_accepted() -> None:
    items = pd.DataFrame([item("a")]).rename(columns=schema.ITEMS.captions)
    groups = pd.DataFrame([group()]).rename(columns=schema.GROUPS.captions)
    made = plan_posts(items, groups, start=MONDAY, days=1)
    assert places(made) == {"a@g1": "09-07 08:00"}
    calendar = made.calendar.rename(columns=schema.CALENDAR.captions)
    assert check_calendar(calendar, items, groups).empty


def test_codes_are_short_unique_and_depend_on_item_and_group_alone() -> None:
    groups = [group(f"g{n}", slots=["08:00", "12:00", "20:00"]) for n in range(20)]
    items = [item(f"i{n}") for n in range(15)]
    made = plan(items, groups)
    assert len(made.calendar) == 180  # nine a week for each of twenty groups
    codes = dict(zip(made.calendar["post_id"], made.calendar["code"], strict=True))
    assert len(set(codes.values())) == 180
    assert all(
        len(code) == 5 and code.isupper() and not set(code) & set("AEIOU01LO") for code in codes.values()
    )
    again = plan(items[::-1], groups[:3], start="2026-10-12")
    other = dict(zip(again.calendar["post_id"], again.calendar["code"], strict=True))
    shared = set(other) & set(codes)
    assert shared
    assert {name: codes[name] for name in shared} == {name: other[name] for name in shared}


def test_equal_items_take_the_earlier_time_first() -> None:
    made = plan([item("a"), item("b"), item("c")], [group()], days=3)
    assert places(made) == {"a@g1": "09-07 08:00", "b@g1": "09-07 20:00", "c@g1": "09-08 08:00"}


# --- each rule bars what it should ----------------------------------------------------------------------------------


def test_quiet_is_half_open_and_reaches_over_midnight() -> None:
    slots = ["00:00", "07:59", "08:00", "21:59", "22:00"]
    items = [item(f"i{n}") for n in range(5)]
    made = plan(items, [group(slots=slots, quiet=["22:00-08:00"])], days=1)
    assert sorted(places(made).values()) == ["09-07 08:00", "09-07 21:59"]
    shut = plan(items[:1], [group(quiet=["00:00-24:00"])])
    assert left_out(shut) == {"i0@g1": "quiet"}


def test_window_includes_both_ends_and_a_group_closes_after_its_day() -> None:
    one_day = item("a", earliest="2026-09-09", latest="2026-09-09")
    assert places(plan([one_day], [group()])) == {"a@g1": "09-09 08:00"}
    assert left_out(plan([one_day], [group(closes="2026-09-08")])) == {"a@g1": "window"}
    assert places(plan([one_day], [group(closes="2026-09-09")])) == {"a@g1": "09-09 08:00"}
    backwards = item("a", earliest="2026-09-10", latest="2026-09-09")
    assert left_out(plan([backwards], [group()])) == {"a@g1": "window"}
    assert left_out(plan([item("a")], [group(slots=[])])) == {"a@g1": "slot"}


def test_audience_is_all_a_segment_or_a_group() -> None:
    groups = [
        group("g1", segment="妈妈"),
        group("g2", segment="妈妈"),
        group("g3", segment="老人"),
        group("g4"),
    ]
    items = [
        item("a", groups=["妈妈"]),
        item("b", groups=["g3", "g1"]),
        item("c", groups=["all"]),
        item("d", groups=[]),
    ]
    made = plan(items, groups)
    sent = {name: sorted(made.calendar.loc[made.calendar["item_id"] == name, "group_id"]) for name in "abcd"}
    everyone = ["g1", "g2", "g3", "g4"]
    assert sent == {"a": ["g1", "g2"], "b": ["g1", "g3"], "c": everyone, "d": everyone}


@pytest.mark.parametrize(
    ("kind", "tone", "festival", "free"),
    [
        ("value", "neutral", None, True),
        ("promotion", "warm", None, False),
        ("red_packet", "neutral", None, False),
        ("discussion", "humorous", None, False),
        ("promotion", "warm", "清明节", True),
        ("promotion", "sales", "清明", False),
        ("red_packet", "warm", "清明", False),
        ("value", "solemn", "清明", True),
    ],
)
def test_qingming(kind: str, tone: str, festival: str | None, free: bool) -> None:
    items = [item("a", kind=kind, tone=tone, festival=festival)]
    made = plan(items, [group()], days=1, start="2026-04-05")
    assert left_out(made) == ({} if free else {"a@g1": "solemn"})
    calendar = pd.DataFrame([post("a", "2026-04-05 08:00")])
    found = check_calendar(calendar, pd.DataFrame(items), pd.DataFrame([group()]))
    assert list(found["rule_id"]) == ([] if free else ["solemn"])


def test_solemn_exception_is_for_qingming_alone_and_not_in_mourning() -> None:
    sweets = [item("a", kind="promotion", tone="warm", festival="清明")]
    assert left_out(plan(sweets, [group()], days=1, start="2026-09-18")) == {"a@g1": "solemn"}
    mourning = Rules(mourning=(dt.date(2026, 4, 5), dt.date(2026, 9, 8)))
    assert left_out(plan(sweets, [group()], days=1, start="2026-04-05", rules=mourning)) == {"a@g1": "solemn"}
    assert left_out(plan(sweets, [group()], days=1, start="2026-09-08", rules=mourning)) == {"a@g1": "solemn"}
    assert left_out(plan(sweets, [group()], days=1, start="2026-09-18", rules=Rules(solemn="off"))) == {}


def test_festival_days_take_only_their_own_promotions() -> None:
    day: dict[str, Any] = {"days": 1, "start": "2026-09-25"}
    assert left_out(plan([item("a", kind="promotion")], [group()], **day)) == {"a@g1": "festival"}
    assert left_out(plan([item("a", kind="promotion", festival="国庆")], [group()], **day)) == {
        "a@g1": "festival"
    }
    assert left_out(plan([item("a", kind="promotion", festival="中秋节")], [group()], **day)) == {}
    assert left_out(plan([item("a", kind="red_packet", tone="festive")], [group()], **day)) == {}
    assert left_out(plan([item("a", kind="promotion")], [group()], rules=Rules(festival="warn"), **day)) == {}
    # 教师节 bars nothing
    assert left_out(plan([item("a", kind="promotion")], [group()], days=1, start="2026-09-10")) == {}


def test_ceilings_per_day_week_and_promotion() -> None:
    items = [item(f"i{n}", kind="promotion") for n in range(4)]
    assert len(plan(items, [group(posts_per_day=1)], days=2).calendar) == 2
    assert len(plan(items, [group(posts_per_week=3)]).calendar) == 3
    made = plan(items, [group(promos_per_week=1)])
    assert len(made.calendar) == 1
    assert set(left_out(made).values()) == {"promos_per_week"}


def test_a_cut_week_counts_what_was_sent_or_pinned_in_it() -> None:
    sent = pd.DataFrame(
        [post("x", "2026-09-07 08:00", status="sent"), post("y", "2026-09-13 08:00", status="pinned")]
    )
    items = [item(name) for name in "abxy"]
    made = plan(items, [group(posts_per_week=3)], days=3, start="2026-09-09", pinned=sent)
    assert places(made) == {"x@g1": "09-07 08:00", "a@g1": "09-09 08:00", "y@g1": "09-13 08:00"}
    assert left_out(made) == {"b@g1": "per_week"}
    # standing posts outside the days add no value
    assert made.value == 1.0
    gone = sent.assign(status=["cancelled", "missed"])
    assert len(plan(items, [group(posts_per_week=3)], days=3, start="2026-09-09", pinned=gone).calendar) == 3


def test_waves_are_send_times_over_all_groups() -> None:
    groups = [
        group("g1", slots=["08:00"]),
        group("g2", slots=["20:00"]),
        group("g3", slots=["08:00", "20:00"], members=50),
    ]
    one = plan([item("a", waves=1)], groups)
    assert places(one) == {"a@g1": "09-07 08:00", "a@g3": "09-07 08:00"}
    assert left_out(one) == {"a@g2": "waves"}
    two = plan([item("a", waves=2)], groups)
    assert set(places(two)) == {"a@g1", "a@g2", "a@g3"}
    assert two.calendar["starts_at"].nunique() == 2


def test_minutes_are_charged_once_for_each_send() -> None:
    groups = [group(f"g{n}", slots=["08:00"]) for n in range(3)]
    hard = item("a", minutes=200, owner="小林", value=2)
    items = [hard, item("b", minutes=60, owner="小林"), item("c", minutes=60, owner="小陈", value=0.5)]
    made = plan(items, [{**g, "slots": ["08:00", "20:00"]} for g in groups], days=1)
    assert sorted(made.calendar["item_id"]) == ["a"] * 3 + ["c"] * 3
    assert set(left_out(made).values()) == {"minutes"}
    # 2026-09-12 is a Saturday with 90 minutes, 2026-09-20 a Sunday that is worked
    assert left_out(plan([hard], groups[:1], days=1, start="2026-09-12")) == {"a@g0": "minutes"}
    assert left_out(plan([hard], groups[:1], days=1, start="2026-09-20")) == {}


def test_after_needs_an_earlier_day_in_the_same_group() -> None:
    items = [item("b", after=["a"], value=9), item("a")]
    assert places(plan(items, [group()], days=2)) == {"a@g1": "09-07 08:00", "b@g1": "09-08 08:00"}
    assert left_out(plan(items, [group()], days=1)) == {"b@g1": "after"}
    elsewhere = [item("b", after=["a"]), item("a", groups=["g2"])]
    made = plan(elsewhere, [group("g1"), group("g2")], days=1)
    assert set(places(made)) == {"b@g1", "a@g2"}
    sent = pd.DataFrame([post("a", "2026-09-06 08:00", status="sent")])
    for source in ("pinned", "previous"):
        assert left_out(plan(items, [group()], days=1, **{source: sent})) == {}


def test_phases_follow_each_other_on_later_days() -> None:
    campaign = {"campaign": "中秋"}
    items = [
        item("r", phase="review", **campaign),
        item("p", phase="promotion", **campaign),
        item("w1", phase="warmup", **campaign),
        item("w2", phase="warmup", **campaign),
    ]
    made = plan(items, [group(posts_per_day=1)], days=4)
    days = {name.split("@")[0]: at[:5] for name, at in places(made).items()}
    assert len(days) == 4
    assert max(days["w1"], days["w2"]) < days["p"] < days["r"]
    # an unplaced earlier phase bars nothing
    late = [
        item("w", phase="warmup", earliest="2027-01-01", **campaign),
        item("p", phase="promotion", **campaign),
    ]
    assert left_out(plan(late, [group()])) == {"w@g1": "window"}
    # and a pinned later phase bars an earlier one from its day on
    pinned = pd.DataFrame([post("p", "2026-09-07 08:00", status="pinned")])
    assert left_out(plan(items[1:], [group()], pinned=pinned)) == {"w1@g1": "phase", "w2@g1": "phase"}


def test_min_gap_holds_between_new_and_pinned_posts() -> None:
    slots = ["08:00", "08:30", "09:30", "20:00"]
    items = [item(name) for name in "abcd"]
    made = plan(items, [group(slots=slots)], days=1, rules=Rules(min_gap=60))
    assert sorted(places(made).values()) == ["09-07 08:00", "09-07 09:30", "09-07 20:00"]
    pinned = pd.DataFrame([post("d", "2026-09-07 09:00", status="pinned")])
    made = plan(items, [group(slots=slots)], days=1, rules=Rules(min_gap=60), pinned=pinned)
    assert sorted(places(made).values()) == ["09-07 08:00", "09-07 09:00", "09-07 20:00"]
    assert set(check_calendar(made.calendar, made.items, made.groups, rules=made.rules)["rule_id"]) == {
        "pinned"
    }


def test_unmet_must_sends_stand_first_and_are_priced() -> None:
    items = [
        item("a", value=2),
        item("m", must_send=True, latest="2026-09-01"),
        item("b", earliest="2027-01-01"),
    ]
    made = plan(items, [group()])
    assert list(made.unplaced["item_id"]) == ["m", "b"]
    assert made.unplaced["reason"].iloc[0].startswith("必发却没有排入：")
    assert made.value == 2.0 - 20.0
    assert made.bound == pytest.approx(made.value, abs=1e-3)
    crowded = [item("a", value=5), item("m", value=0.1, must_send=True)]
    assert set(places(plan(crowded, [group(posts_per_week=1)]))) == {"m@g1"}


# --- standing posts and the previous plan -----------------------------------------------------------------------------


def test_a_pinned_post_that_breaks_a_rule_stays_and_is_not_added_to() -> None:
    pinned = pd.DataFrame(
        [post("a", "2026-09-07 08:00", status="pinned"), post("b", "2026-09-07 20:00", status="sent")]
    )
    items = [item(name) for name in "abc"]
    made = plan(items, [group(posts_per_day=1)], days=2, pinned=pinned)
    assert places(made) == {"a@g1": "09-07 08:00", "b@g1": "09-07 20:00", "c@g1": "09-08 08:00"}
    assert list(made.calendar["status"]) == ["pinned", "sent", "draft"]
    found = check_calendar(made.calendar, made.items, made.groups)
    assert list(zip(found["rule_id"], found["severity"], found["post_id"], strict=True)) == [
        ("pinned", "warn", "b@g1")
    ]


def test_drafts_given_as_pinned_become_pinned() -> None:
    made = plan(
        [item("a")], [group()], pinned=pd.DataFrame([post("a", "2026-09-10 20:00") | {"sequence": 2}])
    )
    assert made.calendar[["status", "sequence"]].to_numpy().tolist() == [["pinned", 3]]
    assert places(made) == {"a@g1": "09-10 20:00"}
    assert made.value == 1.0


def test_stability_keeps_previous_places_and_sequence_counts_changes() -> None:
    items, groups = [item("a"), item("b")], [group()]
    previous = pd.DataFrame([post("a", "2026-09-10 20:00"), post("b", "2026-09-07 08:00")]).assign(
        sequence=[4, 0], code="OLD"
    )
    for stability in (None, 0.5):
        kept = plan(items, groups, previous=previous, stability=stability)
        assert places(kept) == {"a@g1": "09-10 20:00", "b@g1": "09-07 08:00"}
        assert dict(zip(kept.calendar["item_id"], kept.calendar["sequence"], strict=True)) == {"a": 4, "b": 0}
        assert (kept.value, kept.bound) == (2.0, 2.0)
    # among equals the old place stays; a better plan moves it
    better = plan([item("a", latest="2026-09-08"), item("b")], groups, previous=previous)
    assert places(better) == {"a@g1": "09-07 20:00", "b@g1": "09-07 08:00"}
    assert list(better.calendar["sequence"]) == [0, 5]
    assert list(better.calendar["code"]) == ["OLD", "OLD"]


# --- quality ----------------------------------------------------------------------------------------------------------


@st.composite
def questions(draw: st.DrawFn) -> dict[str, Any]:
    """Small questions in which every rule can bind."""
    clocks = ["08:00", "08:30", "12:30", "20:00", "22:00"]
    segments = ["妈妈", "老人"]
    groups = [
        group(
            f"g{n}",
            segment=draw(st.sampled_from(segments)),
            members=draw(st.integers(50, 500)),
            slots=draw(st.lists(st.sampled_from(clocks), min_size=1, max_size=4, unique=True)),
            quiet=draw(st.sampled_from([[], ["22:00-08:30"]])),
            posts_per_day=draw(st.integers(1, 2)),
            posts_per_week=draw(st.integers(1, 5)),
            promos_per_week=draw(st.sampled_from([pd.NA, 0, 1, 2])),
        )
        for n in range(draw(st.integers(1, 4)))
    ]
    size = draw(st.integers(1, 8))
    items = []
    for n in range(size):
        first = draw(st.sampled_from([None, *range(20, 28)]))
        items.append(
            item(
                f"i{n}",
                kind=draw(st.sampled_from(["value", "promotion", "red_packet", "notice"])),
                tone=draw(st.sampled_from(["neutral", "humorous", "sales"])),
                campaign=draw(st.sampled_from(["", "", "c"])),
                phase=draw(st.sampled_from(["", "warmup", "promotion", "review"])),
                value=draw(st.integers(0, 6)) / 2,
                earliest=None if first is None else dt.date(2026, 9, first),
                latest=None
                if first is None
                else dt.date(2026, 9, first) + dt.timedelta(days=draw(st.integers(0, 4))),
                groups=draw(st.sampled_from([["all"], ["妈妈"], ["g0"]]))
                if any(g["segment"] == "妈妈" for g in groups)
                else ["all"],
                waves=draw(st.integers(1, 3)),
                after=[f"i{n - 1}"] if n and draw(st.booleans()) else [],
                festival=draw(st.sampled_from([None, "中秋"])),
                minutes=draw(st.sampled_from([0, 60, 120])),
                owner=draw(st.sampled_from(["", "小林"])),
                must_send=draw(st.booleans()),
            )
        )
    pinned = []
    for k in draw(st.lists(st.integers(0, size - 1), max_size=2, unique=True)):
        day, clock = draw(st.integers(19, 28)), draw(st.sampled_from(clocks))
        pinned.append(
            post(f"i{k}", f"2026-09-{day} {clock}", "g0", draw(st.sampled_from(["sent", "pinned"])))
        )
    return {
        "items": pd.DataFrame(items),
        "groups": pd.DataFrame(groups),
        "start": dt.date(2026, 9, draw(st.integers(20, 24))),
        "days": draw(st.integers(1, 8)),
        "pinned": pd.DataFrame(pinned) if pinned else None,
        "rules": Rules(min_gap=draw(st.sampled_from([0, 45])), minutes_day_off=60),
    }


@given(questions())
@settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large]
)
def test_every_plan_obeys_every_rule_and_beats_greedy(question: dict[str, Any]) -> None:
    made = plan_posts(**question)
    found = check_calendar(made.calendar, made.items, made.groups, rules=made.rules)
    assert not (found["severity"] == "block").any(), found.to_string()
    assert made.value >= greedy_value(made) - 1e-6
    assert made.bound >= made.value
    assert made.gap == pytest.approx((made.bound - made.value) / (max(abs(made.bound), abs(made.value)) or 1))
    # every item and group of its audience is either in the calendar or in unplaced, once
    there = list(zip(made.calendar["item_id"], made.calendar["group_id"], strict=True))
    out = list(zip(made.unplaced["item_id"], made.unplaced["group_id"], strict=True))
    segments = dict(zip(made.groups["group_id"], made.groups["segment"], strict=True))
    meant = {
        (row.item_id, name)
        for row in made.items.itertuples()
        for name, segment in segments.items()
        if {"all", name, segment} & set(row.groups)
    }
    assert len(out) == len(set(out))
    assert meant <= set(there) | set(out)
    assert not set(there) & set(out)
    # the must-sends that the checker misses are those at the head of unplaced
    unmet = list(found.loc[found["rule_id"] == "must_send", "post_id"])
    assert sorted(unmet) == sorted(f"{i}@{g}" for i, g in out[: len(unmet)])


@given(questions())
@settings(
    max_examples=10, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large]
)
def test_the_same_question_gives_the_same_plan(question: dict[str, Any]) -> None:
    first, second = plan_posts(**question), plan_posts(**question)
    assert_frame_equal(first.calendar, second.calendar)
    assert_frame_equal(first.unplaced, second.unplaced)
    assert (first.value, first.bound) == (second.value, second.bound)


def best_by_trying(items: list[dict[str, Any]], groups: list[dict[str, Any]], days: int) -> float:
    """The best value over every possible calendar, judged by the checker alone."""
    item_rows, group_rows = pd.DataFrame(items), pd.DataFrame(groups)
    first = pd.Timestamp(MONDAY)
    options = []
    for one, other in itertools.product(items, groups):
        times = [
            f"{(first + pd.Timedelta(days=d)).date()} {clock}"
            for d in range(days)
            for clock in other["slots"]
        ]
        worth = one["value"] * other["members"] / 100
        options.append([None, *[(post(one["item_id"], at, other["group_id"]), worth) for at in times]])
    best = 0.0
    for choice in itertools.product(*options):
        kept = [place for place in choice if place is not None]
        value = sum(worth for _, worth in kept)
        if value > best:
            calendar = pd.DataFrame([row for row, _ in kept])
            if not (check_calendar(calendar, item_rows, group_rows)["severity"] == "block").any():
                best = value
    return best


@pytest.mark.parametrize(
    "items",
    [
        [item("a", value=2.0), item("b", value=3.0, after=["a"])],
        [
            item("a", value=2.0, campaign="c", phase="warmup"),
            item("b", value=3.0, campaign="c", phase="promotion"),
        ],
        [item("a", value=2.0, minutes=150, waves=2), item("b", value=3.0, minutes=150, waves=2)],
        [item("a", value=2.0, kind="promotion"), item("b", value=3.0, kind="promotion", waves=2)],
    ],
    ids=["after", "phase", "minutes", "promos"],
)
def test_prove_reaches_what_trying_everything_finds_and_bounds_hold(items: list[dict[str, Any]]) -> None:
    groups = [
        group("g1", slots=["08:00"], posts_per_day=1, promos_per_week=1),
        group("g2", slots=["08:00", "20:00"], members=150, posts_per_week=2, promos_per_week=1),
    ]
    best = best_by_trying(items, groups, 2)
    values = []
    for effort in ("quick", "normal", "prove"):
        made = plan(items, groups, days=2, effort=effort)
        assert made.value <= best + 1e-6 <= made.bound + 1e-5
        values.append(made.value)
    assert values == sorted(values)
    assert values[-1] == pytest.approx(best)


# --- errors ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("items", "more", "words"),
    [
        ([item("a"), item("a")], {}, "重复：a"),
        ([item("a", after=["b"]), item("b", after=["c"]), item("c", after=["a"])], {}, "a → b → c → a"),
        ([item("a", after=["a"])], {}, "a → a"),
        ([item("a", after=["zz"])], {}, "先发条目「zz」不在内容条目里"),
        ([item("a", groups=["火星人"])], {}, "要发给「火星人」"),
        ([item("a", kind="广告")], {}, "类型「广告」不认识"),
        ([item("a", value=-1)], {}, "价值.*是 -1"),
        ([item("a", waves=0)], {}, "群发批数是 0"),
        ([item("a")], {"days": 0}, "1 到 731"),
        ([item("a")], {"start": "下周一"}, "看不懂：.*下周一"),
        ([item("a")], {"pinned": pd.DataFrame([post("a", "")])}, "没有发布时间"),
    ],
)
def test_questions_without_meaning_are_refused(
    items: list[dict[str, Any]], more: dict[str, Any], words: str
) -> None:
    with pytest.raises(PlanError, match=words):
        plan(items, [group()], **more)


def test_groups_and_choices_that_cannot_be_read_are_refused() -> None:
    with pytest.raises(PlanError, match=r"时段.*里有看不懂的「25:00」"):
        plan([item("a")], [group(slots=["25:00"])])
    with pytest.raises(PlanError, match=r"免打扰.*里有看不懂的「夜里」"):
        plan([item("a")], [group(quiet=["夜里"])])
    with pytest.raises(PlanError, match=r"群编号.*有重复：g1"):
        plan([item("a")], [group(), group()])
    with pytest.raises(ChoiceError, match="quick、normal、prove"):
        plan([item("a")], [group()], effort="best")
    with pytest.raises(ChoiceError, match="stability"):
        plan([item("a")], [group()], stability=-1)


def test_a_long_chain_and_an_overfull_month_are_planned_without_complaint() -> None:
    chain = [item(f"i{n}", after=[f"i{n - 1}"] if n else []) for n in range(1500)]
    made = plan(chain, [group(posts_per_week=3)], days=28)
    assert list(made.calendar["item_id"]) == [f"i{n}" for n in range(12)]
    assert len(made.unplaced) == 1488


def test_the_29th_of_february_is_a_day() -> None:
    made = plan(
        [item("a", earliest="2028-02-29", latest="2028-02-29")], [group()], days=3, start="2028-02-28"
    )
    assert places(made) == {"a@g1": "02-29 08:00"}
