"""Evergreen content: no group gets it twice within its cool-down, whatever the planner does, and gaps are filled."""

from __future__ import annotations

import datetime as dt
import itertools
from collections import defaultdict
from typing import Any

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from toolkit import schema
from toolkit.schedule import check_calendar, plan_posts
from toolkit.schedule._evergreen import expand_evergreen
from toolkit.schedule._recurring import expand_recurring
from toolkit.schema import ColumnError, PlanError

START = dt.date(2026, 9, 21)


def groups_frame(count: int = 1, **more: Any) -> pd.DataFrame:
    return pd.DataFrame(
        [
            {
                **{"group_id": f"G{n}", "name": f"{n}群", "segment": f"S{n % 2}", "members": 100},
                **{"slots": ["20:00"], "posts_per_day": 1, "posts_per_week": 7, **more},
            }
            for n in range(1, count + 1)
        ]
    )


def rows_frame(*cooldowns: int, **more: Any) -> pd.DataFrame:
    return pd.DataFrame(
        [
            {"item_id": f"e{n}", "title": f"常青{n}", "cooldown": days, "waves": 9, **more}
            for n, days in enumerate(cooldowns, start=1)
        ]
    )


def posts(*rows: tuple[str, str, int, str]) -> pd.DataFrame:
    """A calendar of (item, group, day from the start, status), at 12:00."""
    frame = pd.DataFrame(
        [
            {
                **{"post_id": f"p{n}", "item_id": item, "group_id": group, "status": status},
                "starts_at": f"{START + dt.timedelta(days=day)} 12:00",
            }
            for n, (item, group, day, status) in enumerate(rows)
        ],
        columns=["post_id", "item_id", "group_id", "status", "starts_at"],
    )
    return schema.check(frame, schema.CALENDAR)


def windows(items: pd.DataFrame) -> list[tuple[str, int, int, list[str]]]:
    """Id, first and last day as offsets, and groups of each copy."""
    return [
        (row.item_id, (row.earliest.date() - START).days, (row.latest.date() - START).days, row.groups)
        for row in items.itertuples()
    ]


def test_a_copy_is_the_row_in_a_window_for_less() -> None:
    row = {
        **{"item_id": "护眼", "title": "光怎么挑", "kind": "value", "tone": "warm", "topic": "护眼"},
        **{"value": 3.0, "waves": 2, "minutes": 5, "owner": "小棠", "copy": "三步", "clock": ["20:00"]},
        **{"after": ["A00"], "media": ["1.jpg"], "link": "https://example.com/a"},
    }
    recurring = pd.DataFrame([{**row, "groups": ["S1"], "cooldown": 30}])
    found = expand_evergreen(recurring, groups_frame(3), start=START, days=14)
    expected = [
        {
            **row,
            **{"item_id": "护眼@2026-09-21", "value": 0.3, "groups": ["G1", "G3"]},
            **{"earliest": "2026-09-21", "latest": "2026-10-04"},
        }
    ]
    pd.testing.assert_frame_equal(found, schema.check(pd.DataFrame(expected), schema.ITEMS))


def test_windows_are_half_a_cooldown_long_and_a_whole_one_apart() -> None:
    found = expand_evergreen(rows_frame(7), groups_frame(), start=START, days=28)
    assert windows(found) == [
        ("e1@2026-09-21", 0, 3, ["G1"]),
        ("e1@2026-10-01", 10, 13, ["G1"]),
        ("e1@2026-10-11", 20, 27, ["G1"]),
    ]
    every_day = expand_evergreen(rows_frame(1), groups_frame(), start=START, days=3)
    assert [window[1:3] for window in windows(every_day)] == [(0, 0), (1, 1), (2, 2)]


def test_rows_take_turns_so_that_something_is_open_on_every_day() -> None:
    found = windows(expand_evergreen(rows_frame(8, 8, 8), groups_frame(), start=START, days=30))
    assert [window for window in found if window[0].startswith("e2")] == [
        ("e2@2026-09-24", 3, 6, ["G1"]),
        ("e2@2026-10-05", 14, 17, ["G1"]),
        ("e2@2026-10-16", 25, 29, ["G1"]),
    ]
    assert [window[1:3] for window in found if window[0].startswith("e3")] == [
        (7, 10), (18, 21), (29, 29),
    ]  # fmt: skip
    assert {day for _, first, last, _ in found for day in range(first, last + 1)} == set(range(30))
    # where one window has room only, all rows take the whole of it
    week = windows(expand_evergreen(rows_frame(14, 14), groups_frame(), start=START, days=7))
    assert [window[1:3] for window in week] == [(0, 6), (0, 6)]


def test_what_is_left_of_a_turn_goes_first() -> None:
    found = windows(expand_evergreen(rows_frame(4, 4, 4, 4, 4, 4), groups_frame(), start=START, days=10))
    assert [window[1:3] for window in found if window[0].startswith("e6")] == [
        (0, 0), (4, 5), (9, 9),
    ]  # fmt: skip


def test_a_group_takes_part_when_it_has_cooled_down() -> None:
    history = posts(
        ("e1", "G1", -3, "sent"),
        ("e1@2026-09-01", "G2", -20, "sent"),
        ("e1@2026-09-20", "G3", -1, "cancelled"),
        ("e1@2026-09-20", "G4", -1, "draft"),
        ("e11@2026-09-20", "G5", -1, "sent"),
        ("e1@明天", "G5", -1, "sent"),
    )
    found = expand_evergreen(rows_frame(10), groups_frame(5), start=START, days=14, history=history)
    assert windows(found) == [
        ("e1@2026-09-21", 0, 13, ["G2", "G3", "G4", "G5"]),
        ("e1@2026-09-28", 7, 13, ["G1"]),
    ]


def test_what_stands_within_the_days_keeps_its_copy_and_its_distance() -> None:
    history = posts(
        ("e1@2026-09-23", "G1", 3, "pinned"),
        ("e1@2026-09-23", "G2", 4, "sent"),
        ("e1", "G3", 27, "pinned"),
        ("e1@2026-09-23", "别的群", 5, "sent"),
    )
    found = expand_evergreen(rows_frame(6), groups_frame(3), start=START, days=20, history=history)
    assert windows(found) == [
        ("e1@2026-09-21", 0, 2, ["G3"]),
        ("e1@2026-09-23", 3, 4, ["G1", "G2"]),
        ("e1@2026-09-29", 8, 10, ["G3"]),
        ("e1@2026-09-30", 9, 11, ["G1"]),
        ("e1@2026-10-01", 10, 12, ["G2"]),
        ("e1@2026-10-07", 16, 19, ["G3"]),
        ("e1@2026-10-08", 17, 19, ["G1"]),
        ("e1@2026-10-09", 18, 19, ["G2"]),
    ]
    groups = groups_frame(3)
    plan = plan_posts(found, groups, start=START, days=20, pinned=history[history["item_id"] != "e1"].head(2))
    broken = check_calendar(plan.calendar, plan.items, plan.groups)
    # the hand had put them at 12:00, which is no slot; nothing else is told of them
    assert [message.split("：")[1] for message in broken["message"]] == ["不是这个群的时段（有"] * 2


def test_a_group_that_cannot_use_a_whole_window_does_not_join_it() -> None:
    # G2 has it pinned on the tenth day, so that its first three days are free and the whole window is not
    history = posts(("e1", "G2", 9, "pinned"))
    found = expand_evergreen(rows_frame(7), groups_frame(2), start=START, days=14, history=history)
    assert windows(found) == [
        ("e1@2026-09-21", 0, 3, ["G1"]),
        ("e1@2026-09-22", 1, 2, ["G2"]),
        ("e1@2026-10-01", 10, 13, ["G1"]),
    ]


def test_an_id_that_stands_is_not_given_twice() -> None:
    history = posts(("e1@2026-09-21", "G1", 2, "pinned"))
    found = expand_evergreen(rows_frame(20), groups_frame(2), start=START, days=9, history=history)
    assert windows(found) == [("e1@2026-09-22", 1, 8, ["G2"]), ("e1@2026-09-21", 2, 2, ["G1"])]


def test_bounds_days_left_out_and_closed_groups() -> None:
    rows = rows_frame(4, earliest="2026-09-22", until="2026-09-30", skips=["2026-09-24至2026-09-25"])
    groups = groups_frame(3).assign(closes=[None, "2026-09-22", "2026-09-21"])
    assert windows(expand_evergreen(rows, groups, start=START, days=14)) == [
        ("e1@2026-09-22", 1, 2, ["G1", "G2"]),
        ("e1@2026-09-27", 6, 7, ["G1"]),
    ]


def test_series_and_evergreens_share_a_table() -> None:
    both = pd.concat(
        [rows_frame(7), pd.DataFrame([{"item_id": "话题", "title": "聊", "weekdays": ["五"]}])],
        ignore_index=True,
    )
    evergreen = expand_evergreen(both, groups_frame(), start=START, days=7)
    series = expand_recurring(both, start=START, days=7)
    assert (list(evergreen["item_id"]), list(series["item_id"])) == (["e1@2026-09-21"], ["话题@2026-09-25"])


def test_what_is_refused_and_what_is_empty() -> None:
    rows, groups = rows_frame(7), groups_frame()
    empty = schema.ITEMS.empty()
    pd.testing.assert_frame_equal(
        expand_evergreen(schema.RECURRING.empty(), groups, start=START, days=7), empty
    )
    pd.testing.assert_frame_equal(expand_evergreen(rows, groups.head(0), start=START, days=7), empty)
    with pytest.raises(PlanError, match="条目 e1（常青1）要发给「妈妈」，但群表里没有这样的群编号或人群"):
        expand_evergreen(rows_frame(7, groups=["妈妈"]), groups, start=START, days=7)
    with pytest.raises(PlanError, match="群编号 G1 同时是人群的名字，分不清发给谁"):
        expand_evergreen(rows, groups_frame(2, segment="G1"), start=START, days=7)
    with pytest.raises(PlanError, match="栏目 e1（常青1）：间隔天数至少是 1（现在是 0）"):
        expand_evergreen(rows_frame(0), groups, start=START, days=7)
    history = posts(("e1", "G1", 0, "sent")).assign(starts_at=pd.NaT)
    with pytest.raises(PlanError, match="已发或已定的发布 p0 没有发布时间，算不出间隔"):
        expand_evergreen(rows, groups, start=START, days=7, history=history)
    with pytest.raises(ColumnError, match="排期表缺少列"):
        expand_evergreen(rows, groups, start=START, days=7, history=groups)


def sends(calendar: pd.DataFrame) -> dict[tuple[str, str], list[int]]:
    """Row and group to the days on which the group gets it."""
    found: dict[tuple[str, str], list[int]] = defaultdict(list)
    for post in calendar[calendar["status"].isin(("draft", "pinned", "sent"))].itertuples():
        found[post.item_id.partition("@")[0], post.group_id].append((post.starts_at.date() - START).days)
    return found


@st.composite
def worlds(draw: st.DrawFn) -> tuple[pd.DataFrame, pd.DataFrame, pd.DataFrame, int]:
    """Rows, groups, what stands before, within and after the days, and how many days there are."""
    cooldowns = draw(st.lists(st.integers(1, 20), min_size=1, max_size=3))
    count = draw(st.integers(1, 3))
    stood = draw(
        st.lists(
            st.tuples(
                st.integers(1, len(cooldowns)),
                st.integers(1, count),
                st.integers(-25, 40),
                st.sampled_from(["sent", "pinned"]),
                st.booleans(),
            ),
            max_size=4,
            unique_by=lambda post: post[:3],
        )
    )
    history: dict[tuple[str, str], tuple[str, str, int, str]] = {}
    for row, group, day, status, dated in stood:
        name = f"e{row}@{START + dt.timedelta(days=day)}" if dated else f"e{row}"
        history[name, f"G{group}"] = (name, f"G{group}", day, status)
    rows = rows_frame(*cooldowns, waves=draw(st.sampled_from([1, 9])))
    groups = groups_frame(count, posts_per_week=draw(st.integers(1, 7)))
    return rows, groups, posts(*history.values()), draw(st.integers(1, 35))


@settings(max_examples=100, deadline=None)
@given(worlds())
def test_windows_keep_the_distance_from_each_other_and_from_what_stands(
    world: tuple[pd.DataFrame, pd.DataFrame, pd.DataFrame, int],
) -> None:
    rows, groups, history, days = world
    copies = windows(expand_evergreen(rows, groups, start=START, days=days, history=history))
    assert len({item_id for item_id, *_ in copies}) == len(copies)
    stood = sends(history)
    fresh = [window for window in copies if window[0] not in set(history["item_id"])]
    for row, group in itertools.product(rows.itertuples(), groups["group_id"]):
        mine = [
            (first, last)
            for item_id, first, last, names in fresh
            if item_id.startswith(f"{row.item_id}@") and group in names
        ]
        assert all(0 <= first <= last < days for first, last in mine)
        assert all(after[0] - before[1] >= row.cooldown for before, after in itertools.pairwise(mine))
        assert all(
            day - last >= row.cooldown or first - day >= row.cooldown
            for first, last in mine
            for day in stood.get((row.item_id, group), [])
        )


@settings(max_examples=25, deadline=None)
@given(
    world=worlds(), busy=st.lists(st.tuples(st.integers(0, 34), st.integers(0, 2)), min_size=1, max_size=8)
)
def test_no_group_gets_one_twice_within_its_cooldown(
    world: tuple[pd.DataFrame, pd.DataFrame, pd.DataFrame, int], busy: list[tuple[int, int]]
) -> None:
    rows, groups, history, days = world
    copies = expand_evergreen(rows, groups, start=START, days=days, history=history)
    others = [
        {
            **{"item_id": f"x{n}", "title": f"正文{n}", "value": 5.0, "waves": 9},
            **{"earliest": START + dt.timedelta(days=day)},
            "latest": START + dt.timedelta(days=day + width),
        }
        for n, (day, width) in enumerate(busy)
    ]
    items = pd.concat([copies, schema.check(pd.DataFrame(others), schema.ITEMS)], ignore_index=True)
    plan = plan_posts(items, groups, start=START, days=days, pinned=history, effort="quick")
    stood = sends(history)
    cooldown = dict(zip(rows["item_id"], rows["cooldown"], strict=True))
    for (name, group), found in sends(plan.calendar).items():
        old = sorted(stood.get((name, group), []))
        # what stands may stand too close to itself: a hand put it there
        new = sorted(found)
        for day in old:
            new.remove(day)
        assert min((abs(a - b) for a in new for b in old), default=99) >= cooldown.get(name, 0)
        assert min((b - a for a, b in itertools.pairwise(new)), default=99) >= cooldown.get(name, 0)


def test_gaps_are_filled_and_nothing_gives_way_to_a_filler() -> None:
    groups = groups_frame(2)
    ordinary = pd.DataFrame(
        [
            {
                **{"item_id": f"x{day}", "title": f"第{day}天", "value": 0.5},
                **{"earliest": START + dt.timedelta(days=day), "latest": START + dt.timedelta(days=day)},
            }
            for day in range(0, 28, 2)
        ]
    )
    copies = expand_evergreen(rows_frame(7, 7, 7, 7, 7, 7), groups, start=START, days=28)
    items = pd.concat([schema.check(ordinary, schema.ITEMS), copies], ignore_index=True)
    plan = plan_posts(items, groups, start=START, days=28)
    assert (check_calendar(plan.calendar, plan.items, plan.groups)["severity"] == "block").sum() == 0
    by_group = {
        group: {(at.date() - START).days for at in part["starts_at"]}
        for group, part in plan.calendar.groupby("group_id")
    }
    alone = plan_posts(ordinary, groups, start=START, days=28)
    assert set(alone.calendar["post_id"]) <= set(plan.calendar["post_id"])
    # 14 days have their own post; of the other 14 the six rows with three windows each fill all
    assert by_group == {"G1": set(range(28)), "G2": set(range(28))}


def test_the_same_input_gives_the_same_copies() -> None:
    history = posts(("e1", "G2", -3, "sent"), ("e2@2026-09-12", "G1", -9, "sent"))
    first, second = (
        expand_evergreen(rows_frame(9, 12), groups_frame(4), start=START, days=40, history=part)
        for part in (history, history.iloc[::-1])
    )
    pd.testing.assert_frame_equal(first, second)
