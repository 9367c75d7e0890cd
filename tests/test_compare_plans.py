"""What lies between two calendars: posts that came, went, moved or changed their state, each in one row."""

from __future__ import annotations

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
from toolkit.export import write_csv, write_ics, write_xlsx
from toolkit.export._read import read_calendar
from toolkit.schedule._compare import compare_plans
from toolkit.schema import CALENDAR, CHANGES, ColumnError


def calendar(*rows: tuple[str, str, str, float]) -> pd.DataFrame:
    """A calendar of (item, time, status, value) in one group."""
    cells = [
        {
            **{"post_id": f"{item}@g1", "item_id": item, "group_id": "g1"},
            **{"starts_at": at, "status": status, "value": value},
        }
        for item, at, status, value in rows
    ]
    return schema.check(pd.DataFrame(cells), CALENDAR) if cells else CALENDAR.empty()


def changes(*rows: tuple[str, str, str | None, str | None, float]) -> pd.DataFrame:
    """CHANGES of (item, change, was, starts_at, value_change) in one group."""
    cells = [
        {
            **{"post_id": f"{item}@g1", "item_id": item, "group_id": "g1", "change": change},
            **{"was": was, "starts_at": at, "value_change": worth},
        }
        for item, change, was, at, worth in rows
    ]
    return schema.check(pd.DataFrame(cells), CHANGES)


MON, TUE, WED = "2026-09-21 20:00", "2026-09-22 20:00", "2026-09-23 08:30"


def test_each_kind_of_change_is_one_row_by_time() -> None:
    old = calendar(
        *(("same", MON, "draft", 1.0), ("moved", WED, "draft", 2.0), ("gone", TUE, "pinned", 4.0)),
        *(("fixed", MON, "draft", 0.5), ("off", WED, "draft", 8.0), ("back", TUE, "cancelled", 3.0)),
        *(("lost", MON, "missed", 5.0), ("both", TUE, "draft", 1.5), ("dead", MON, "missed", 1.0)),
    )
    new = calendar(
        *(("new", WED, "draft", 0.25), ("both", WED, "pinned", 1.0), ("back", TUE, "draft", 3.0)),
        *(("off", WED, "cancelled", 8.0), ("fixed", MON, "pinned", 0.75), ("moved", MON, "draft", 2.0)),
        *(("same", MON, "draft", 1.0), ("lost", MON, "cancelled", 5.0)),
    )
    assert_frame_equal(
        compare_plans(old, new),
        changes(
            ("fixed", "status", MON, MON, 0.25),
            ("lost", "status", MON, MON, 0.0),
            ("moved", "moved", WED, MON, 0.0),
            ("back", "added", TUE, TUE, 3.0),
            ("gone", "removed", TUE, None, -4.0),
            ("both", "moved", TUE, WED, -0.5),
            ("new", "added", None, WED, 0.25),
            ("off", "removed", WED, None, -8.0),
        ),
    )


def test_nothing_changed_gives_an_empty_frame() -> None:
    plan = make_plan()
    other = plan.calendar.iloc[::-1].assign(reason="别的说法", value=9.0, sequence=7, code="X")
    assert_frame_equal(compare_plans(plan, plan), CHANGES.empty())
    assert_frame_equal(compare_plans(plan, other), CHANGES.empty())
    assert_frame_equal(compare_plans(CALENDAR.empty(), CALENDAR.empty()), CHANGES.empty())
    utc = plan.calendar.assign(starts_at=plan.calendar["starts_at"].dt.tz_convert("UTC"))
    assert_frame_equal(compare_plans(plan, utc), CHANGES.empty())


def test_posts_are_matched_by_item_and_group_not_by_their_ids() -> None:
    old = calendar(("a", MON, "draft", 1.0))
    new = old.assign(post_id="other")
    assert_frame_equal(compare_plans(old, new), CHANGES.empty())
    moved = new.assign(starts_at=new["starts_at"] + pd.Timedelta(days=1))
    assert_frame_equal(
        compare_plans(old, moved), changes(("a", "moved", MON, TUE, 0.0)).assign(post_id="other")
    )


def test_a_pair_that_stands_twice_is_compared_post_by_post() -> None:
    old = calendar(("a", WED, "cancelled", 1.0), ("a", TUE, "draft", 1.0))
    new = calendar(("a", TUE, "draft", 1.0), ("a", MON, "cancelled", 1.0), ("a", WED, "draft", 2.0))
    assert_frame_equal(compare_plans(old, new), changes(("a", "added", WED, WED, 2.0)))


def test_a_time_that_is_missing_is_a_time() -> None:
    old = calendar(("a", MON, "draft", 1.0), ("b", MON, "draft", 1.0))
    new = old.assign(starts_at=old["starts_at"].where(old["item_id"] != "a"))
    assert_frame_equal(compare_plans(old, new), changes(("a", "moved", MON, None, 0.0)))
    assert_frame_equal(compare_plans(new, new), CHANGES.empty())


def test_what_is_no_calendar_is_told() -> None:
    wrong: Any = [make_plan().calendar]
    with pytest.raises(ColumnError, match="这里要一张排期表"):
        compare_plans(make_plan(), wrong)


def test_an_edited_workbook_is_listed_against_its_plan(tmp_path: Path) -> None:
    plan = make_plan()
    path = write_xlsx(plan, tmp_path / "a.xlsx")
    assert_frame_equal(compare_plans(plan, read_calendar(path)), CHANGES.empty())
    book = openpyxl.load_workbook(path)
    sheet = book["排期总表"]
    where = {cell.value: cell.column for cell in sheet[1]}
    posts = {sheet.cell(row, where["发布编号"]).value: row for row in range(2, sheet.max_row + 1)}
    sheet.cell(posts["p1"], where["发布时间"]).value = "2026/9/22 8:00"
    sheet.cell(posts["p4"], where["状态"]).value = "取消"
    sheet.delete_rows(posts["p3"])
    book.save(path)
    read = read_calendar(path)
    wanted = pd.DataFrame(
        {
            "post_id": ["p1", "p3", "p4"],
            "item_id": ["i1", "i2", "i3"],
            "group_id": ["g1", "g1", "g3"],
            "change": ["moved", "removed", "removed"],
            "was": ["2026-09-21 20:00", "2026-09-25 08:00", "2026-09-27 12:30"],
            "starts_at": ["2026-09-22 08:00", None, None],
            "value_change": [0.0, -6.4, -2.4],
        }
    )
    assert_frame_equal(compare_plans(plan, read), schema.check(wanted, CHANGES))
    assert_frame_equal(compare_plans(plan, read.frame), schema.check(wanted, CHANGES))


@pytest.mark.parametrize(
    ("name", "write"), [("a.csv", write_csv), ("a.ics", write_ics), ("a.xlsx", write_xlsx)]
)
def test_a_file_that_nobody_touched_is_no_change(tmp_path: Path, name: str, write: Any) -> None:
    plan = make_plan()
    assert_frame_equal(compare_plans(plan, read_calendar(write(plan, tmp_path / name))), CHANGES.empty())


ROWS = st.lists(
    st.tuples(
        st.sampled_from("abcdef"),
        st.sampled_from([MON, TUE, WED]),
        st.sampled_from(schema.POST_STATUSES),
        st.sampled_from([0.0, 1.0, 2.5]),
    ),
    unique_by=lambda row: row[0],
    max_size=6,
)


@settings(max_examples=80, deadline=None)
@given(ROWS, ROWS)
def test_the_values_add_up_and_the_way_back_is_the_same_way(
    one: list[tuple[str, str, str, float]], other: list[tuple[str, str, str, float]]
) -> None:
    old, new = calendar(*one), calendar(*other)
    there, back = compare_plans(old, new), compare_plans(new, old)
    live = [
        frame[frame["status"].isin(["draft", "pinned", "sent"])].set_index("post_id") for frame in (old, new)
    ]
    alike = {
        post
        for post in set(live[0].index) & set(live[1].index)
        if (live[0].loc[post, ["starts_at", "status"]] == live[1].loc[post, ["starts_at", "status"]]).all()
    }
    worth = [frame.drop(index=list(alike))["value"].sum() for frame in live]
    assert there["value_change"].sum() == worth[1] - worth[0]
    assert set(there["post_id"]) == set(back["post_id"])
    opposite = {"added": "removed", "removed": "added", "moved": "moved", "status": "status"}
    mirrored = dict(zip(back["post_id"], back["change"], strict=True))
    assert {post: opposite[change] for post, change in mirrored.items()} == dict(
        zip(there["post_id"], there["change"], strict=True)
    )
