"""An editor's hand on a plan: moving, delaying and closing with as little else changed as can be, and back again."""

import datetime as dt
import runpy
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from pandas.testing import assert_frame_equal
from test_schedule import group, item, plan

from toolkit.schedule import check_calendar, close_day, compare_plans, delay_item, move_post, plan_posts
from toolkit.schema import ChoiceError, Plan, PlanError, Rules

_DRAWN = runpy.run_path(str(Path(__file__).resolve().parents[1] / "benchmarks" / "plans.py"))
START, make_question = _DRAWN["START"], _DRAWN["make_question"]


def places(made: Plan) -> dict[str, str]:
    return {row.post_id: f"{row.starts_at:%m-%d %H:%M} {row.status}" for row in made.calendar.itertuples()}


def sound(made: Plan) -> bool:
    """No hard rule is broken by the judge's word, and the value is what the calendar and the judge say."""
    checks = check_calendar(
        made.calendar,
        made.items,
        made.groups,
        rules=made.rules,
        start=made.start,
        days=made.days,
        overlap=made.overlap,
    )
    value = made.calendar["value"].sum() - checks["cost"].sum()
    return not (checks["severity"] == "block").any() and abs(value - made.value) < 1e-5


def moved_or_none(made: Plan, post_id: str, at: str) -> Plan | None:
    try:
        return move_post(made, post_id, starts_at=at)
    except PlanError as error:
        if "不许" not in str(error):
            raise
        return None


@pytest.fixture(scope="module")
def drawn() -> Plan:
    items, groups = make_question(10, 14, 60, seed=0)
    return plan_posts(items, groups, start=START, days=14, effort="quick")


def test_a_moved_post_is_pinned_and_pushes_out_what_stood_there() -> None:
    made = plan([item("a", value=2), item("b")], [group(posts_per_day=1)], days=2)
    assert places(made) == {"a@g1": "09-07 08:00 draft", "b@g1": "09-08 08:00 draft"}
    moved = move_post(made, "a@g1", starts_at="2026-09-08 08:00")
    assert places(moved) == {"b@g1": "09-07 08:00 draft", "a@g1": "09-08 08:00 pinned"}
    assert list(moved.calendar["sequence"]) == [1, 1]
    assert dict(zip(moved.calendar["post_id"], moved.calendar["code"], strict=True)) == dict(
        zip(made.calendar["post_id"], made.calendar["code"], strict=True)
    )
    assert (moved.value, moved.bound) == (3.0, made.bound)
    # the old plan is untouched: going on with it is the way back
    assert places(made) == {"a@g1": "09-07 08:00 draft", "b@g1": "09-08 08:00 draft"}
    back = move_post(moved, "a@g1", starts_at="2026-09-07 08:00")
    assert places(back) == {"a@g1": "09-07 08:00 pinned", "b@g1": "09-08 08:00 draft"}


def test_a_move_to_its_own_place_changes_nothing(drawn: Plan) -> None:
    row = drawn.calendar.iloc[3]
    assert move_post(drawn, row["post_id"], starts_at=row["starts_at"]) is drawn


def test_what_finds_no_place_is_unplaced_with_its_rule() -> None:
    made = plan([item("a"), item("b", latest="2026-09-08")], [group(slots=["08:00"])], days=3)
    moved = move_post(made, "a@g1", starts_at="2026-09-08 08:00")
    assert places(moved) == {"b@g1": "09-07 08:00 draft", "a@g1": "09-08 08:00 pinned"}
    full = plan(
        [item("a", latest="2026-09-08"), item("b", latest="2026-09-07")], [group(slots=["08:00"])], days=2
    )
    assert places(full) == {"b@g1": "09-07 08:00 draft", "a@g1": "09-08 08:00 draft"}
    out = move_post(full, "a@g1", starts_at="2026-09-07 08:00")
    assert places(out) == {"a@g1": "09-07 08:00 pinned"}
    assert list(out.unplaced[["item_id", "group_id", "rule_id"]].itertuples(index=False, name=None)) == [
        ("b", "g1", "slot_clash")
    ]


def test_one_send_too_many_moves_the_whole_wave() -> None:
    groups = [group("g1"), group("g2"), group("g3", slots=["08:00"])]
    made = plan([item("a", waves=1)], groups, days=2)
    assert set(places(made).values()) == {"09-07 08:00 draft"}
    # the third group has no slot at eight in the evening, and the item no second send
    with pytest.raises(PlanError, match=r"（waves）不许：.*3 个群一起移，其中 1 个群放不下.*群g3"):
        move_post(made, "a@g1", starts_at="2026-09-08 20:00")
    moved = move_post(made, "a@g1", starts_at="2026-09-08 08:00")
    assert set(places(moved).values()) == {"09-08 08:00 pinned"}
    alone = move_post(plan([item("a", waves=2)], groups, days=2), "a@g1", starts_at="2026-09-08 20:00")
    assert places(alone) == {
        "a@g2": "09-07 08:00 draft",
        "a@g3": "09-07 08:00 draft",
        "a@g1": "09-08 20:00 pinned",
    }


@pytest.mark.parametrize(
    ("items", "groups", "at", "rules", "rule_id"),
    [
        (
            [item("a", earliest="2026-09-07", latest="2026-09-08")],
            [group()],
            "2026-09-10 08:00",
            {},
            "window",
        ),
        ([item("a")], [group()], "2026-09-10 09:00", {}, "slot"),
        ([item("a", clock=["08:00"])], [group()], "2026-09-10 20:00", {}, "slot"),
        ([item("a")], [group(quiet=["19:00-07:00"])], "2026-09-10 20:00", {}, "quiet"),
        ([item("a")], [group()], "2026-09-10 20:00", {"shut": (("g1", "2026-09-10"),)}, "window"),
        (
            [item("a", tone="humorous")],
            [group()],
            "2026-09-10 20:00",
            {"mourning": ("2026-09-10",)},
            "solemn",
        ),
        (
            [item("b"), item("a", after=["b"], latest="2026-09-12")],
            [group()],
            "2026-09-07 20:00",
            {},
            "after",
        ),
    ],
)
def test_a_place_that_a_hard_rule_forbids_is_refused_by_its_name(
    items: list[dict[str, Any]], groups: list[dict[str, Any]], at: str, rules: dict[str, Any], rule_id: str
) -> None:
    made = plan(items, groups, rules=Rules(**rules))
    with pytest.raises(PlanError, match=rf"（{rule_id}）不许"):
        move_post(made, "a@g1", starts_at=at)


def test_a_place_that_a_pinned_post_holds_is_refused() -> None:
    pinned = pd.DataFrame(
        [{"post_id": "p", "item_id": "b", "group_id": "g1", "starts_at": "2026-09-08 08:00"}]
    )
    made = plan([item("a"), item("b")], [group()], pinned=pinned)
    with pytest.raises(PlanError, match="（slot_clash）不许"):
        move_post(made, "a@g1", starts_at="2026-09-08 08:00")


@pytest.mark.parametrize(
    ("post_id", "at", "words"),
    [
        ("zz", "2026-09-08 08:00", "没有发布 zz.*a@g1"),
        ("a@g1", "明天", "看不懂.*明天"),
        ("a@g1", 20260908, "看不懂"),
        ("a@g1", None, "看不懂"),
        ("a@g1", "2026-10-08 08:00", "10月8日 周四 不在这份排期的日子里"),
    ],
)
def test_moves_without_meaning_are_refused(post_id: str, at: Any, words: str) -> None:
    with pytest.raises(PlanError, match=words):
        move_post(plan([item("a")], [group()]), post_id, starts_at=at)


def test_sent_posts_stay_where_they_were() -> None:
    sent = pd.DataFrame(
        [
            {
                "post_id": "a@g1",
                "item_id": "a",
                "group_id": "g1",
                "starts_at": "2026-09-08 08:00",
                "status": "sent",
            }
        ]
    )
    made = plan([item("a")], [group()], pinned=sent)
    with pytest.raises(PlanError, match="状态是「已发」"):
        move_post(made, "a@g1", starts_at="2026-09-09 08:00")


def test_other_zones_are_the_same_moment() -> None:
    made = plan([item("a")], [group()], days=2)
    moved = move_post(made, "a@g1", starts_at="2026-09-08T00:00:00+00:00")
    assert places(moved) == {"a@g1": "09-08 08:00 pinned"}


def test_a_delayed_item_keeps_its_waves_and_its_followers_come_after_it() -> None:
    groups = [group("g1"), group("g2")]
    items = [item("a", value=3), item("b", after=["a"])]
    made = plan(items, groups, days=5)
    assert set(places(made).values()) == {"09-07 08:00 draft", "09-08 08:00 draft"}
    late = delay_item(made, "a", days=2)
    assert places(late) == {
        "a@g1": "09-09 08:00 draft",
        "a@g2": "09-09 08:00 draft",
        "b@g1": "09-10 08:00 draft",
        "b@g2": "09-10 08:00 draft",
    }
    assert str(late.items.set_index("item_id").at["a", "earliest"]) == "2026-09-09 00:00:00+08:00"
    assert sound(late)


def test_an_item_delayed_past_its_latest_day_is_unplaced_by_window() -> None:
    made = plan([item("a", latest="2026-09-08"), item("b")], [group(slots=["08:00"])], days=3)
    late = delay_item(made, "a", days=2)
    assert places(late) == {"b@g1": places(made)["b@g1"]}
    assert list(late.unplaced["rule_id"]) == ["window"]
    with pytest.raises(PlanError, match="没有条目 zz"):
        delay_item(made, "zz", days=1)
    for days in (0, 1.5, "2", True):
        with pytest.raises(ChoiceError, match="days（推迟的天数）"):
            delay_item(made, "a", days=days)  # type: ignore[arg-type]


def test_a_closed_day_stays_closed_and_other_groups_are_left_alone() -> None:
    groups = [group("g1", posts_per_day=1), group("g2", posts_per_day=1)]
    made = plan([item("a", value=3, waves=2), item("b", waves=2)], groups, days=3)
    shut = close_day(made, "g1", day="2026-09-07")
    assert shut.rules.shut == (("g1", dt.date(2026, 9, 7)),)
    changed = compare_plans(made, shut)
    assert set(changed["group_id"]) == {"g1"}
    assert (dt.date(2026, 9, 7), "g1") not in set(
        zip(shut.calendar["starts_at"].dt.date, shut.calendar["group_id"], strict=True)
    )
    assert shut.value == made.value
    assert sound(shut)
    with pytest.raises(PlanError, match="没有群 zz"):
        close_day(made, "zz", day="2026-09-07")
    for day in ("2026-10-07", "哪天", 3):
        with pytest.raises(PlanError, match="2026-09-07 到 2026-09-09"):
            close_day(made, "g1", day=day)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    "rules", [Rules(), Rules.balanced(min_gap=60), Rules.wecom(way="day", minutes_by_hand=5)]
)
def test_drawn_plans_stay_sound_and_little_else_moves(rules: Rules) -> None:
    items, groups = make_question(8, 14, 40, seed=1)
    made = plan_posts(items, groups, start=START, days=14, effort="quick", rules=rules)
    rng = np.random.default_rng(3)
    slots = dict(zip(groups["group_id"], groups["slots"], strict=True))
    done = 0
    while done < 12:
        row = made.calendar.iloc[int(rng.integers(len(made.calendar)))]
        day = START + dt.timedelta(days=int(rng.integers(14)))
        clock = slots[row["group_id"]][int(rng.integers(len(slots[row["group_id"]])))]
        moved = moved_or_none(made, row["post_id"], f"{day} {clock}")
        if moved is None or moved is made:
            continue
        done += 1
        assert sound(moved)
        assert moved.value <= moved.bound
        changed = compare_plans(made, moved)
        other = changed[(changed["item_id"] != row["item_id"]) & changed["change"].isin(["moved", "removed"])]
        waves = int((moved.calendar["status"] == "pinned").sum())
        # a wave that moves makes room in each of its groups
        assert len(other) <= 5 * waves
        assert waves > 1 or len(other) <= 5
        one = moved.calendar.set_index("post_id").loc[row["post_id"]]
        assert (str(one["starts_at"])[:16], one["status"]) == (f"{day} {clock}", "pinned")
    for name in made.calendar["item_id"].unique()[:6]:
        late = delay_item(made, name, days=2)
        assert sound(late)
        changed = compare_plans(made, late)
        other = changed[(changed["item_id"] != name) & changed["change"].isin(["moved", "removed"])]
        assert len(other) <= 12


def test_a_must_send_pushes_its_way_back_in() -> None:
    items = [item("m", must_send=True, latest="2026-09-08"), item("x", value=5), item("y", value=4)]
    made = plan(items, [group(posts_per_day=1, slots=["08:00"])], days=3)
    assert made.value == 10.0
    moved = move_post(made, "y@g1", starts_at="2026-09-07 08:00")
    assert places(moved) == {
        "y@g1": "09-07 08:00 pinned",
        "m@g1": "09-08 08:00 draft",
        "x@g1": "09-09 08:00 draft",
    }
    assert moved.value == 10.0
    shut = close_day(made, "g1", day=made.calendar.set_index("item_id").at["m", "starts_at"].date())
    assert {"m", "x"} == set(shut.calendar["item_id"])
    assert shut.value == 6.0


def test_edits_leave_the_plan_they_began_from_as_it_was(drawn: Plan) -> None:
    before = drawn.calendar.copy(deep=True), drawn.items.copy(deep=True), drawn.unplaced.copy(deep=True)
    delay_item(drawn, drawn.calendar["item_id"].iloc[0], days=1)
    close_day(drawn, drawn.calendar["group_id"].iloc[0], day=drawn.calendar["starts_at"].iloc[0].date())
    for old, now in zip(before, (drawn.calendar, drawn.items, drawn.unplaced), strict=True):
        assert_frame_equal(old, now)
