"""Two colleagues' calendars become one: changes of one side are taken, clashes are listed cell by cell."""

from __future__ import annotations

import datetime as dt
import itertools
from pathlib import Path
from typing import Any

import openpyxl
import pandas as pd
import pytest
from frames import make_plan
from hypothesis import given, settings
from hypothesis import strategies as st
from pandas.testing import assert_frame_equal

from toolkit import schema
from toolkit.export import write_xlsx
from toolkit.export._read import read_calendar
from toolkit.schedule._compare import compare_plans
from toolkit.schedule._merge import merge_calendars
from toolkit.schema import CALENDAR, CHANGES, CONFLICTS, ColumnError, PlanError

MON, TUE, WED = "2026-09-21 20:00", "2026-09-22 20:00", "2026-09-23 08:30"


def calendar(*items: str, **more: Any) -> pd.DataFrame:
    """Posts of these items in one group on Monday."""
    rows = [
        {
            **{"post_id": f"{item}@g1", "item_id": item, "group_id": "g1", "starts_at": MON, "value": 2.0},
            **{"reason": "晚上读的人多", "sequence": 3, "code": "KB7", **more},
        }
        for item in items
    ]
    return schema.check(pd.DataFrame(rows), CALENDAR) if rows else CALENDAR.empty()


def edit(frame: pd.DataFrame, item: str, **cells: Any) -> pd.DataFrame:
    """A copy in which the post of an item has these cells."""
    out = frame.copy()
    for name, value in cells.items():
        given = schema.as_time(value) if name == "starts_at" else value
        out.loc[out["item_id"] == item, name] = given
    return out


def conflicts(*rows: tuple[str, str, str, str, str, str]) -> pd.DataFrame:
    return schema.check(pd.DataFrame(rows, columns=CONFLICTS.names), CONFLICTS)


NONE = CONFLICTS.empty()


def test_what_one_side_changed_is_taken() -> None:
    base = calendar("a", "b", "c")
    one = edit(edit(base, "a", starts_at=TUE), "b", code="X1")
    two = edit(edit(base, "a", status="pinned"), "c", reason="换个说法")
    merged = merge_calendars(base, one, two)
    wanted = edit(edit(base, "a", starts_at=TUE, status="pinned", sequence=4), "b", code="X1")
    wanted = edit(wanted, "c", reason="换个说法").iloc[[1, 2, 0]].reset_index(drop=True)
    assert_frame_equal(merged.frame, wanted)
    assert_frame_equal(merged.conflicts, NONE)
    assert_frame_equal(merged.changes, compare_plans(base, wanted))
    assert list(merged.changes["change"]) == ["moved"]


def test_what_both_changed_alike_is_taken_once() -> None:
    base = calendar("a")
    edited = edit(base, "a", starts_at=TUE, code=None, value=2.5, sequence=4)
    merged = merge_calendars(base, edited, edited.copy())
    assert_frame_equal(merged.frame, edited)
    assert_frame_equal(merged.conflicts, NONE)


def test_two_ways_of_one_cell_are_listed_and_the_first_is_kept() -> None:
    base = calendar("a", "b")
    one = edit(edit(base, "a", starts_at=TUE, status="pinned"), "b", code=None)
    two = edit(edit(base, "a", starts_at=WED, status="cancelled"), "b", code="Z9")
    merged = merge_calendars(base, one, two)
    kept = edit(edit(base, "a", starts_at=TUE, status="pinned", sequence=4), "b", code=None)
    assert_frame_equal(merged.frame, kept.iloc[[1, 0]].reset_index(drop=True))
    assert_frame_equal(
        merged.conflicts,
        conflicts(
            ("a@g1", "starts_at", MON, TUE, WED, TUE),
            ("a@g1", "status", "待发", "已定", "取消", "已定"),
            ("b@g1", "code", "KB7", "", "Z9", ""),
        ),
    )
    other = merge_calendars(base, two, one)
    assert list(other.frame.set_index("post_id").loc["a@g1", ["starts_at", "status"]]) == [
        pd.Timestamp(WED, tz="Asia/Shanghai"),
        "cancelled",
    ]


def test_the_value_and_the_reason_come_with_the_time_that_is_kept() -> None:
    base = calendar("a")
    by_hand = edit(base, "a", starts_at=TUE)
    planned = edit(base, "a", starts_at=WED, reason="周三早上空", value=3.0, sequence=4)
    merged = merge_calendars(base, by_hand, planned)
    # the other calendar has sequence 4 at another time, so the merged post must outdo it
    assert_frame_equal(merged.frame, edit(by_hand, "a", sequence=5))
    assert_frame_equal(merged.conflicts, conflicts(("a@g1", "starts_at", MON, TUE, WED, TUE)))
    turned = merge_calendars(base, planned, by_hand)
    assert_frame_equal(turned.frame, planned)
    # without a clash of times each cell is taken for itself
    worth = edit(base, "a", value=9.0)
    assert_frame_equal(merge_calendars(base, by_hand, worth).frame, edit(by_hand, "a", value=9.0, sequence=4))


def test_more_than_two_give_a_row_for_each_further_value() -> None:
    base = calendar("a")
    sides = [edit(base, "a", code=code) for code in ("A1", "B2", "A1", "KB7", "C3")]
    merged = merge_calendars(base, *sides)
    assert_frame_equal(
        merged.conflicts,
        conflicts(("a@g1", "code", "KB7", "A1", "B2", "A1"), ("a@g1", "code", "KB7", "A1", "C3", "A1")),
    )
    assert_frame_equal(merged.frame, edit(base, "a", code="A1"))


def test_a_deleted_post_is_gone_where_nobody_changed_it() -> None:
    base = calendar("a", "b")
    without = base[base["item_id"] == "b"]
    merged = merge_calendars(base, base, without, without)
    assert_frame_equal(merged.frame, without.reset_index(drop=True))
    assert_frame_equal(merged.conflicts, NONE)
    assert list(merged.changes["change"]) == ["removed"]


@pytest.mark.parametrize("turned", [False, True])
def test_a_post_deleted_in_one_and_changed_in_another_is_kept_and_listed(turned: bool) -> None:
    base = calendar("a", "b")
    changed = edit(base, "a", starts_at=TUE, code="X1")
    without = base[base["item_id"] == "b"]
    sides = [base, without, changed] if turned else [base, changed, without]
    merged = merge_calendars(base, *sides)
    assert_frame_equal(merged.frame, edit(changed, "a", sequence=4).iloc[[1, 0]].reset_index(drop=True))
    told = ["发布时间 2026-09-22 20:00、暗号 X1", "删除"]
    first, second = told[::-1] if turned else told
    assert_frame_equal(
        merged.conflicts, conflicts(("a@g1", "post_id", f"{MON} 待发", first, second, f"{TUE} 待发"))
    )


def test_new_posts_are_added_once() -> None:
    base = calendar("a")
    mine, theirs = calendar("b", sequence=0), calendar("c", sequence=0, code=None)
    both = calendar("d", sequence=1)
    one = pd.concat([base, mine, both, calendar("e")])
    two = pd.concat([base, theirs, both, edit(calendar("e"), "e", starts_at=TUE, reason="另一天")])
    merged = merge_calendars(base, one, two)
    wanted = pd.concat([base, mine, theirs, both, edit(calendar("e"), "e", sequence=4)], ignore_index=True)
    assert_frame_equal(merged.frame, wanted)
    assert_frame_equal(merged.conflicts, conflicts(("e@g1", "starts_at", "", MON, TUE, MON)))
    assert list(merged.changes["change"]) == ["added"] * 4


def test_the_base_alone_comes_back() -> None:
    plan = make_plan()
    merged = merge_calendars(plan)
    wanted = plan.calendar.sort_values(["starts_at", "group_id"]).reset_index(drop=True)
    assert_frame_equal(merged.frame, wanted)
    assert_frame_equal(merged.conflicts, NONE)
    assert_frame_equal(merged.changes, CHANGES.empty())
    empty = merge_calendars(CALENDAR.empty(), CALENDAR.empty())
    assert_frame_equal(empty.frame, CALENDAR.empty())
    assert_frame_equal(empty.conflicts, NONE)


def test_what_cannot_be_merged_is_told() -> None:
    base = calendar("a")
    twice = pd.concat([base, base])
    with pytest.raises(PlanError, match="第 2 份改过的排期里发布编号 a@g1 出现了不止一次"):
        merge_calendars(base, base, twice)
    with pytest.raises(PlanError, match="原来的排期里发布编号 a@g1 出现了不止一次"):
        merge_calendars(twice)
    wrong: Any = "a.xlsx"
    with pytest.raises(ColumnError, match="这里要一张排期表"):
        merge_calendars(base, wrong)


# --- workbooks ---------------------------------------------------------------------------------------------------


def edited_book(path: Path, cells: dict[tuple[str, str], Any]) -> Path:
    """A workbook of the plan with these cells: (post, caption) to the value."""
    write_xlsx(make_plan(), path)
    book = openpyxl.load_workbook(path)
    sheet = book["排期总表"]
    where = {cell.value: cell.column for cell in sheet[1]}
    posts = {sheet.cell(row, where["发布编号"]).value: row for row in range(2, sheet.max_row + 1)}
    for (post, caption), value in cells.items():
        sheet.cell(posts[post], where[caption]).value = value
    book.save(path)
    return path


def test_two_edited_workbooks_become_one_calendar(tmp_path: Path) -> None:
    plan = make_plan()
    later = dt.datetime(2026, 9, 28, 12, 30)  # noqa: DTZ001
    one = read_calendar(edited_book(tmp_path / "a.xlsx", {("p4", "发布时间"): later, ("p1", "状态"): "已定"}))
    two = read_calendar(edited_book(tmp_path / "b.xlsx", {("p4", "状态"): "取消", ("p1", "状态"): "已发"}))
    merged = merge_calendars(plan, one, two)
    wanted = plan.calendar.set_index("post_id")
    wanted.loc["p4", ["starts_at", "status", "sequence"]] = [
        pd.Timestamp("2026-09-28 12:30", tz="Asia/Shanghai"),
        "cancelled",
        1,
    ]
    wanted.loc["p1", ["status", "sequence"]] = ["pinned", 1]
    wanted = schema.check(wanted.reset_index(), CALENDAR)
    order = wanted.sort_values(["starts_at", "group_id"]).reset_index(drop=True)
    assert_frame_equal(merged.frame, order)
    assert_frame_equal(merged.conflicts, conflicts(("p1", "status", "待发", "已定", "已发", "已定")))


def test_a_row_that_could_not_be_read_is_not_deleted(tmp_path: Path) -> None:
    plan = make_plan()
    broken = read_calendar(edited_book(tmp_path / "a.xlsx", {("p3", "发布时间"): "下周五"}))
    assert list(broken.rejected["post_id"]) == ["p3"]
    other = plan.calendar[~plan.calendar["post_id"].isin(["p3", "p5"])]
    merged = merge_calendars(plan, broken)
    assert_frame_equal(merged.frame, merge_calendars(plan).frame)
    why = f"没能读入：{broken.rejected['reason'].iloc[0]}"
    stands = "2026-09-25 08:00 已定"
    assert_frame_equal(merged.conflicts, conflicts(("p3", "post_id", stands, why, "", stands)))
    # deleted by another: a person must look; what is missing in one alone is gone
    both = merge_calendars(plan, broken, other)
    assert list(both.frame["post_id"]) == ["p1", "p2", "p3", "p4"]
    assert_frame_equal(both.conflicts, conflicts(("p3", "post_id", stands, why, "删除", stands)))


def test_a_rejected_row_without_an_id_may_be_any_that_is_missing(tmp_path: Path) -> None:
    plan = make_plan()
    broken = read_calendar(edited_book(tmp_path / "a.xlsx", {("p3", "发布编号"): None}))
    assert list(broken.rejected["post_id"]) == [""]
    merged = merge_calendars(plan, broken)
    assert_frame_equal(merged.frame, merge_calendars(plan).frame)
    assert list(merged.conflicts["post_id"]) == ["p3"]
    without_ids = broken._replace(rejected=broken.rejected.drop(columns="post_id"))
    assert_frame_equal(merge_calendars(plan, without_ids).conflicts, merged.conflicts)


# --- any edits ---------------------------------------------------------------------------------------------------

VALUES: dict[str, st.SearchStrategy[Any]] = {
    "starts_at": st.sampled_from([TUE, WED, "2026-10-01 00:00"]),
    "status": st.sampled_from(["pinned", "sent", "missed", "cancelled"]),
    "value": st.sampled_from([0.0, 1.5, 99.0]),
    "reason": st.text(max_size=5),
    "code": st.sampled_from(["X1", "007", None]),
}
ITEMS = "abcde"


@st.composite
def disjoint_edits(draw: st.DrawFn) -> list[pd.DataFrame]:
    """Three edited calendars of one base, of which no two touch the same cell or delete what another changes."""
    base = calendar(*ITEMS)
    sides = [base.copy() for _ in range(3)]
    for item in ITEMS:
        if draw(st.booleans()) and draw(st.booleans()):
            for place in draw(st.sets(st.integers(0, 2), min_size=1)):
                sides[place] = sides[place][sides[place]["item_id"] != item]
            continue
        for name, values in VALUES.items():
            place = draw(st.integers(0, 4))
            if place < 3:
                sides[place] = edit(sides[place], item, **{name: draw(values)})
    for place in range(3):
        if draw(st.booleans()):
            new = calendar(f"new{place}", starts_at=draw(VALUES["starts_at"]))
            sides[place] = pd.concat([sides[place], new], ignore_index=True)
    return sides


@settings(max_examples=25, deadline=None)
@given(disjoint_edits())
def test_disjoint_edits_merge_to_the_same_calendar_in_any_order(sides: list[pd.DataFrame]) -> None:
    base = calendar(*ITEMS)
    first = merge_calendars(base, *sides)
    assert_frame_equal(first.conflicts, NONE)
    for order in list(itertools.permutations(sides))[1:]:
        again = merge_calendars(base, *order)
        assert_frame_equal(again.frame, first.frame)
        assert_frame_equal(again.conflicts, NONE)
    # nothing is lost: each cell that a side changed stands in the merged calendar
    found, before = first.frame.set_index("post_id"), base.set_index("post_id")
    for side in sides:
        for post, row in side.set_index("post_id").iterrows():
            for name in [name for name in VALUES if post in found.index]:
                old = before.loc[post, name] if post in before.index else None
                if row[name] != old and not (pd.isna(row[name]) and pd.isna(old)):
                    assert found.loc[post, name] == row[name] or pd.isna(row[name])


@settings(max_examples=40, deadline=None)
@given(disjoint_edits())
def test_merging_one_edited_calendar_gives_it(sides: list[pd.DataFrame]) -> None:
    base = calendar(*ITEMS)
    before = base.set_index("post_id")
    side = sides[0].reset_index(drop=True)
    for place, row in side.iterrows():
        old = before.loc[row["post_id"]] if row["post_id"] in before.index else row
        side.loc[place, "sequence"] += int(
            (old[["starts_at", "status"]] != row[["starts_at", "status"]]).any()
        )
    merged = merge_calendars(base, side)
    wanted = side.sort_values(["starts_at", "group_id", "item_id"]).reset_index(drop=True)
    assert_frame_equal(merged.frame, wanted)
    assert_frame_equal(merged.conflicts, NONE)
    # once more changes nothing, nor does a colleague who left everything as it was
    assert_frame_equal(merge_calendars(base, side, base, merged.frame).frame, wanted)
