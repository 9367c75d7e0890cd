"""What a hand puts in, takes out and sends to another group: the rest stays, the choice is kept, the rule is named."""

import datetime as dt
import functools
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np
import pandas as pd
import pytest
from drawn_plans import CASES, QUOTA, Judge, drawn, group, item, pin, plan
from pandas.testing import assert_frame_equal

from toolkit.schedule import (
    close_choices,
    close_day,
    compare_plans,
    delay_item,
    explain_post,
    move_post,
    place_post,
    regroup_post,
    take_out_post,
)
from toolkit.schema import RULES, Plan, PlanError, Rules

made_once = functools.lru_cache(drawn)


def places(made: Plan) -> dict[str, str]:
    return {row.post_id: f"{row.starts_at:%m-%d %H:%M} {row.status}" for row in made.calendar.itertuples()}


def reasons(made: Plan) -> dict[str, str]:
    return {f"{row.item_id}@{row.group_id}": row.rule_id for row in made.unplaced.itertuples()}


def or_none(verb: Callable[..., Plan], *given: Any, **named: Any) -> Plan | None:
    """What the verb makes, None where it refuses by the name of a rule."""
    try:
        return verb(*given, **named)
    except PlanError as error:
        if "不许" not in str(error):
            raise
        return None


def one_day() -> Plan:
    return plan([item("a"), item("b", value=3)], [group(posts_per_day=1)], days=1)


def test_a_placed_post_is_pinned_and_pushes_out_what_stood_there() -> None:
    made = one_day()
    assert places(made) == {"b@g1": "09-07 20:00 draft"}
    placed = place_post(made, "a", "g1", starts_at="2026-09-07 20:00")
    assert places(placed) == {"a@g1": "09-07 20:00 pinned"}
    assert reasons(placed) == {"b@g1": "per_day"}
    assert list(placed.calendar["sequence"]) == [1]
    assert placed.bound == made.bound and placed.value == 1.0
    assert places(made) == {"b@g1": "09-07 20:00 draft"}


def test_what_is_taken_out_stays_out_of_every_later_edit() -> None:
    items = [item("a", value=3, waves=4), item("b", waves=4), item("c", waves=4)]
    made = plan(items, [group(), group("g2")], days=4)
    out = take_out_post(made, "a@g1")
    assert reasons(out) == {"a@g1": "by_hand"}
    assert list(out.unplaced["reason"]) == ["手工拿出，不会自动排回来。要发，就手工排进去"]
    assert RULES["by_hand"].name == "手工拿出" and "手工拿出" in RULES["by_hand"].unmet
    free = "2026-09-10 20:00"
    for later in (
        delay_item(out, "b", days=1),
        close_day(out, "g1", day="2026-09-09"),
        move_post(out, "b@g1", starts_at=free),
        take_out_post(out, "c@g1"),
        place_post(take_out_post(out, "c@g1"), "c", "g1", starts_at=free),
        regroup_post(take_out_post(out, "c@g2"), "c@g1", "g2", starts_at=free),
    ):
        assert "a@g1" not in places(later)
        assert reasons(later)["a@g1"] == "by_hand"
        # and no answer offers to bring it back
        assert "a" not in set(close_choices(later, within=9.0).query("group_id == 'g1'")["item_id"])
    back = place_post(delay_item(out, "b", days=1), "a", "g1", starts_at=free)
    assert places(back)["a@g1"] == "09-10 20:00 pinned" and "a@g1" not in reasons(back)
    # from then on it is a post like others
    assert places(move_post(back, "a@g1", starts_at="2026-09-09 20:00"))["a@g1"] == "09-09 20:00 pinned"


def test_taking_out_fills_what_came_free_and_counts_a_must_send_as_unmet() -> None:
    made = plan([item("m", must_send=True), item("x")], [group(posts_per_day=1)], days=1)
    assert places(made) == {"m@g1": "09-07 20:00 draft"}
    out = take_out_post(made, "m@g1")
    assert places(out) == {"x@g1": "09-07 20:00 draft"}
    assert out.checks[["rule_id", "post_id"]].values.tolist() == [["must_send", "m@g1"]]
    assert list(out.unplaced["reason"]) == ["必发却没有排入：手工拿出，不会自动排回来。要发，就手工排进去"]


def test_what_must_come_after_goes_with_it() -> None:
    made = plan([item("a"), item("b", after=["a"])], [group()], days=3)
    out = take_out_post(made, "a@g1")
    assert places(out) == {} and reasons(out) == {"a@g1": "by_hand", "b@g1": "after"}
    back = place_post(out, "a", "g1", starts_at="2026-09-07 20:00")
    assert places(back) == {"a@g1": "09-07 20:00 pinned"}
    # a follower may be put in by hand once what it waits for is there again
    both = place_post(back, "b", "g1", starts_at="2026-09-08 20:00")
    assert places(both) == {"a@g1": "09-07 20:00 pinned", "b@g1": "09-08 20:00 pinned"}
    with pytest.raises(PlanError, match="（after）不许"):
        place_post(out, "b", "g1", starts_at="2026-09-08 20:00")


def test_the_sequence_grows_through_out_and_in_again() -> None:
    made = plan([item("a")], [group()], days=3)
    for day in ("08", "09", "07"):
        made = move_post(made, "a@g1", starts_at=f"2026-09-{day} 20:00")
    assert made.calendar["sequence"].tolist() == [3]
    out = take_out_post(made, "a@g1")
    kept = close_day(out, "g1", day="2026-09-09")
    again = place_post(kept, "a", "g1", starts_at="2026-09-07 20:00")
    assert again.calendar["sequence"].tolist() == [4]
    assert again.calendar["code"].tolist() == made.calendar["code"].tolist()
    # an unplaced table without the number (a workbook's, a draft's) starts anew
    bare = replace(out, unplaced=out.unplaced[["item_id", "group_id", "rule_id", "reason"]])
    assert place_post(bare, "a", "g1", starts_at="2026-09-07 20:00").calendar["sequence"].tolist() == [1]


def test_a_post_goes_to_another_group_instead() -> None:
    groups = [group("g1"), group("g2", posts_per_day=1)]
    made = plan([item("a", latest="2026-09-07"), item("b", groups=["g2"], value=3)], groups, days=2)
    made = take_out_post(made, "a@g2") if "a@g2" in places(made) else made
    sent = regroup_post(made, "a@g1", "g2", starts_at="2026-09-07 20:00")
    assert places(sent) == {"a@g2": "09-07 20:00 pinned", "b@g2": "09-08 20:00 draft"}
    assert reasons(sent) == {"a@g1": "by_hand"}
    back = regroup_post(sent, "a@g2", "g1", starts_at="2026-09-07 20:00")
    assert places(back)["a@g1"] == "09-07 20:00 pinned" and reasons(back) == {"a@g2": "by_hand"}
    same = regroup_post(made, "b@g2", "g2", starts_at="2026-09-08 20:00")
    assert_frame_equal(same.calendar, move_post(made, "b@g2", starts_at="2026-09-08 20:00").calendar)


def test_a_send_too_many_is_refused_and_an_open_one_joined() -> None:
    groups = [group(name, slots=["08:00", "20:00"]) for name in ("g1", "g2")]
    made = take_out_post(plan([item("a", waves=1)], groups, days=2), "a@g2")
    assert places(made) == {"a@g1": "09-07 08:00 draft"}
    with pytest.raises(PlanError, match=r"（waves）不许：这条最多分 1 批群发，已用在 9月7日 08:00。"):
        place_post(made, "a", "g2", starts_at="2026-09-08 20:00")
    joined = place_post(made, "a", "g2", starts_at="2026-09-07 08:00")
    assert places(joined) == {"a@g1": "09-07 08:00 draft", "a@g2": "09-07 08:00 pinned"}
    # its own send leaves with a post that changes its group
    other = regroup_post(made, "a@g1", "g2", starts_at="2026-09-08 20:00")
    assert places(other) == {"a@g2": "09-08 20:00 pinned"}


REFUSED: dict[str, tuple[list[dict[str, Any]], list[dict[str, Any]], dict[str, Any]]] = {
    "audience": ([item("a", groups=["g2"])], [group(), group("g2")], {}),
    "not_approved": ([item("a", review="returned"), item("b", review="approved")], [group()], {}),
    "slot": ([item("a", clock=["08:00"])], [group()], {}),
    "quiet": ([item("a")], [group(quiet=["19:00-21:00"])], {}),
    "window": ([item("a", latest="2026-09-07")], [group()], {}),
    "per_day": ([item("a")], [group(slots=["08:00", "20:00"], posts_per_day=1)], {"pinned": "08:00"}),
    "per_week": ([item("a")], [group(slots=["08:00", "20:00"], posts_per_week=1)], {"pinned": "08:00"}),
    "promos_per_week": (
        [item("a", kind="promotion")],
        [group(slots=["08:00", "20:00"], promos_per_week=1)],
        {"pinned": "08:00"},
    ),
    "slot_clash": ([item("a")], [group()], {"pinned": "20:00"}),
    "minutes": ([item("a", minutes=300, owner="丁")], [group()], {}),
    "min_gap": (
        [item("a")],
        [group(slots=["19:30", "20:00"])],
        {"pinned": "19:30", "rules": Rules(min_gap=60)},
    ),
    "solemn": (
        [item("a", tone="humorous")],
        [group()],
        {"rules": Rules(mourning=(dt.date(2026, 9, 8),))},
    ),
    "platform": (
        [item("a")],
        [group(slots=["08:00", "20:00"], channel="企微群")],
        {"pinned": "08:00", "rules": QUOTA},
    ),
}


@pytest.mark.parametrize("rule_id", REFUSED)
@pytest.mark.parametrize("way", ["place", "regroup"])
def test_a_place_that_a_hard_rule_forbids_is_refused_by_its_name(rule_id: str, way: str) -> None:
    items, groups, more = REFUSED[rule_id]
    more = dict(more)
    if clock := more.pop("pinned", None):
        # what is pinned holds the room
        items = [*items, item("p", kind="promotion")]
        more["pinned"] = [pin("p", f"2026-09-08 {clock}")]
    made = plan(items, [*groups, group("away", segment="别处")], days=3, **more)
    if "a@g1" in places(made):
        made = take_out_post(made, "a@g1")
    if way == "place":
        with pytest.raises(PlanError, match=rf"不能排到这里，规则「{RULES[rule_id].name}」（{rule_id}）不许"):
            place_post(made, "a", "g1", starts_at="2026-09-08 20:00")
    elif "a@away" in places(made):
        with pytest.raises(PlanError, match=rf"不能改到这里，规则「{RULES[rule_id].name}」（{rule_id}）不许"):
            regroup_post(made, "a@away", "g1", starts_at="2026-09-08 20:00")


def test_edits_without_meaning_are_refused_in_words() -> None:
    made = plan([item("a"), item("b")], [group(), group("g2")], days=3)
    sent = plan([item("a")], [group()], pinned=[pin("a", "2026-09-08 20:00", status="sent")])
    at = "2026-09-08 20:00"
    cases: list[tuple[Any, str]] = [
        (lambda: place_post(made, "zz", "g1", starts_at=at), "没有条目 zz.*a、b"),
        (lambda: place_post(made, "a", "zz", starts_at=at), "没有群 zz.*g1、g2"),
        (lambda: place_post(made, "a", "g1", starts_at=at), "（once）不许：这个群已经有这条内容"),
        (lambda: regroup_post(made, "a@g1", "g2", starts_at=at), "（once）不许"),
        (lambda: regroup_post(made, "a@g1", "zz", starts_at=at), "没有群 zz"),
        (lambda: regroup_post(made, "zz@g1", "g2", starts_at=at), "没有发布 zz@g1"),
        (lambda: take_out_post(made, "zz@g1"), "没有发布 zz@g1"),
        (lambda: take_out_post(sent, "a@g1"), "状态是「已发」"),
        (lambda: place_post(take_out_post(made, "a@g1"), "a", "g1", starts_at="明天"), "排到的时间看不懂"),
        (
            lambda: place_post(take_out_post(made, "a@g1"), "a", "g1", starts_at="2026-10-08 20:00"),
            "10月8日 周四 不在这份排期的日子里",
        ),
    ]
    for job, words in cases:
        with pytest.raises(PlanError, match=words) as caught:
            job()
        assert "explain_post" not in str(caught.value) and "！" not in str(caught.value)


def frames(made: Plan) -> list[pd.DataFrame]:
    return [made.calendar, made.unplaced, made.items, made.groups, made.checks]


@pytest.mark.parametrize("name", CASES)
def test_drawn_plans_stay_sound_and_give_back_what_was_taken(name: str) -> None:
    made = made_once(name, 2)
    before = [frame.copy(deep=True) for frame in frames(made)]
    judge, rng, done = Judge(made), np.random.default_rng(5), 0
    ours = made.calendar[made.calendar["status"] == "draft"].reset_index(drop=True)
    for number in rng.permutation(len(ours))[:5]:
        post = ours.iloc[int(number)]
        out = take_out_post(made, post["post_id"])
        assert reasons(out)[post["post_id"]] == "by_hand"
        value, broken = judge(out.calendar)
        assert not broken and abs(value - out.value) < 1e-5 and out.value <= out.bound
        # its followers' room, or its wave's, may have been filled meanwhile
        back = or_none(place_post, out, post["item_id"], post["group_id"], starts_at=post["starts_at"])
        if back is None:
            continue
        done += 1
        one = back.calendar.set_index("post_id").loc[post["post_id"]]
        assert (one["starts_at"], one["status"]) == (post["starts_at"], "pinned")
        value, broken = judge(back.calendar)
        assert not broken and abs(value - back.value) < 1e-5
        changed = compare_plans(made, back)
        assert len(changed[(changed["item_id"] != post["item_id"]) & (changed["change"] != "added")]) <= 5
        assert explain_post(back, post["post_id"])["chosen"].sum() == 1
    assert done >= 2
    for frame, old in zip(frames(made), before, strict=True):
        assert_frame_equal(frame, old)


@pytest.mark.parametrize("name", CASES)
def test_drawn_posts_that_change_their_group_leave_the_rest_sound(name: str) -> None:
    made = made_once(name, 2)
    judge, rng, done = Judge(made), np.random.default_rng(6), 0
    slots = dict(zip(made.groups["group_id"], made.groups["slots"], strict=True))
    ours = made.calendar[made.calendar["status"] == "draft"].reset_index(drop=True)
    for number in rng.permutation(len(ours)):
        post = ours.iloc[int(number)]
        there = set(made.calendar.loc[made.calendar["item_id"] == post["item_id"], "group_id"])
        others = sorted(set(slots) - there)
        if not others:
            continue
        target = others[int(rng.integers(len(others)))]
        at = f"{post['starts_at']:%Y-%m-%d} {slots[target][int(rng.integers(len(slots[target])))]}"
        sent = or_none(regroup_post, made, post["post_id"], target, starts_at=at)
        if sent is None:
            continue
        done += 1
        assert post["post_id"] not in set(sent.calendar["post_id"])
        assert reasons(sent)[post["post_id"]] == "by_hand"
        own = (sent.calendar["item_id"] == post["item_id"]) & (sent.calendar["group_id"] == target)
        assert [f"{when:%Y-%m-%d %H:%M}" for when in sent.calendar.loc[own, "starts_at"]] == [at]
        value, broken = judge(sent.calendar)
        assert not broken and abs(value - sent.value) < 1e-5
        if done == 3:
            break
    assert done >= 1
