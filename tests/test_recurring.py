"""Series by weekday: which days they fall on, what is left out or moved, what comes before, and what is refused."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from test_planning_tables import fill, notes, reasons, write_book, write_csv

from toolkit import lexicons, schema
from toolkit.schedule import plan_posts, write_template
from toolkit.schedule._read import read_items, read_recurring
from toolkit.schedule._recurring import expand_recurring, parse_moves, parse_skips, parse_weekdays
from toolkit.schema import ColumnError, PlanError

# a Monday; the weeks after it hold the workday of 10-10 and the holidays of 中秋 and 国庆
START = "2026-09-21"


def series(**more: Any) -> pd.DataFrame:
    return pd.DataFrame([{"item_id": "栏目", "title": "今晚聊一段", "weekdays": ["五"], **more}])


def days_of(recurring: pd.DataFrame, start: str = START, days: int = 28) -> list[str]:
    found = expand_recurring(recurring, start=start, days=days)
    assert list(found["earliest"]) == list(found["latest"])
    return [f"{day.date()}"[5:] for day in found["earliest"]]


def test_an_occurrence_is_the_row_on_its_day() -> None:
    row = {
        **{"item_id": "周五干货", "title": "小课", "kind": "value", "tone": "warm", "topic": "存菜"},
        **{"campaign": "秋日", "value": 2.5, "groups": ["妈妈", "G03"], "waves": 2, "after": ["A00"]},
        **{"minutes": 20, "owner": "小林", "must_send": True, "copy": "三步", "media": ["1.jpg"]},
        **{"link": "https://example.com/a", "clock": ["20:00"]},
    }
    found = expand_recurring(pd.DataFrame([{**row, "weekdays": "五"}]), start=START, days=14)
    expected = [
        {**row, "item_id": f"周五干货@{day}", "earliest": day, "latest": day}
        for day in ("2026-09-25", "2026-10-02")
    ]
    pd.testing.assert_frame_equal(found, schema.check(pd.DataFrame(expected), schema.ITEMS))


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        (["一"], {0}),
        (["周一", "星期三", "礼拜五"], {0, 2, 4}),
        (["周日"], {6}),
        (["星期天"], {6}),
        (["1", "7"], {0, 6}),
        (["周一三五"], {0, 2, 4}),
        (["周三周四"], {2, 3}),
        (["每周二"], {1}),
        (["周一至周五"], {0, 1, 2, 3, 4}),
        (["1-3"], {0, 1, 2}),
        (["每天"], set(range(7))),
        (["周末"], {5, 6}),
        (["工作日", "六"], {"工作日", 5}),
        (["每个休息日"], {"休息日"}),
        ([], set()),
    ],
)
def test_words_for_weekdays(words: list[str], expected: set[int | str]) -> None:
    assert parse_weekdays(words) == expected


@pytest.mark.parametrize("word", ["周八", "0", "8", "13", "周", "每周", "五至一", "周一至", "晚上", "Mon"])
def test_words_that_are_no_weekdays(word: str) -> None:
    with pytest.raises(ValueError, match=word):
        parse_weekdays(["一", word])


def test_workdays_and_days_off_know_the_moved_ones() -> None:
    # 09-25 to 09-27 中秋, 10-01 to 10-07 国庆, 10-10 is a Saturday at work
    worked = days_of(series(weekdays=["工作日"]), days=21)
    free = days_of(series(weekdays=["休息日"]), days=21)
    assert worked == [
        *("09-21", "09-22", "09-23", "09-24", "09-28", "09-29", "09-30"),
        *("10-08", "10-09", "10-10"),
    ]
    assert free == [
        *("09-25", "09-26", "09-27", *(f"10-{day:02d}" for day in range(1, 8)), "10-11"),
    ]


def test_every_day_holds_29_february() -> None:
    assert days_of(series(weekdays=["每天"]), start="2028-02-28", days=3) == ["02-28", "02-29", "03-01"]


def test_bounds_hold_their_first_and_last_day() -> None:
    fridays = ["09-25", "10-02", "10-09", "10-16"]
    assert days_of(series()) == fridays
    assert days_of(series(until="2026-10-09")) == fridays[:3]
    assert days_of(series(until="2026-10-08")) == fridays[:2]
    assert days_of(series(earliest="2026-10-02")) == fridays[1:]
    assert days_of(series(earliest="2026-10-03", latest="2026-10-09", until="2026-12-31")) == fridays[2:3]


@pytest.mark.parametrize(
    ("skips", "left"),
    [
        (["2026-10-02"], ["09-25", "10-09", "10-16"]),
        (["2026年10月2日"], ["09-25", "10-09", "10-16"]),
        (["2026-10-02至2026-10-09"], ["09-25", "10-16"]),
        (["2026/10/1 - 2026/10/2"], ["09-25", "10-09", "10-16"]),
        (["2026-10-02~2026-10-02"], ["09-25", "10-09", "10-16"]),
        (["国庆假期"], ["09-25", "10-09", "10-16"]),
        (["国庆节"], ["09-25", "10-09", "10-16"]),
        (["中秋长假", "2026-10-16"], ["10-02", "10-09"]),
        (["节假日"], ["10-09", "10-16"]),
        (["2026-09-26"], ["09-25", "10-02", "10-09", "10-16"]),
    ],
)
def test_days_left_out(skips: list[str], left: list[str]) -> None:
    assert days_of(series(skips=skips)) == left


@pytest.mark.parametrize(
    "skip", ["10-01", "10月1日", "2026-10-07至2026-10-01", "2026-02-30", "放假", "a至b至c"]
)
def test_what_is_no_day_to_leave_out(skip: str) -> None:
    with pytest.raises(ValueError, match=skip):
        parse_skips([skip])


@pytest.mark.parametrize("mark", ["→", "->", " → ", "改到", "改为"])
def test_a_move_takes_one_occurrence_to_another_day_and_keeps_its_id(mark: str) -> None:
    found = expand_recurring(series(moves=[f"2026-10-02{mark}2026-10-03"]), start=START, days=21)
    assert list(zip(found["item_id"], found["earliest"].dt.date.astype(str), strict=True)) == [
        ("栏目@2026-09-25", "2026-09-25"),
        ("栏目@2026-10-02", "2026-10-03"),
        ("栏目@2026-10-09", "2026-10-09"),
    ]


def test_moves_cross_the_ends_of_the_days_and_of_what_is_left_out() -> None:
    # in from before, out behind, out of a holiday, and past the last day
    assert days_of(series(moves=["2026-09-18→2026-09-22"]), days=7) == ["09-22", "09-25"]
    assert days_of(series(moves=["2026-09-25→2026-10-01"]), days=7) == []
    assert days_of(series(skips=["国庆假期"], moves=["2026-10-02→2026-10-08"]), days=21) == [
        "09-25", "10-08", "10-09",
    ]  # fmt: skip
    assert days_of(series(until="2026-10-02", moves=["2026-10-02→2026-10-04"])) == ["09-25", "10-04"]
    # one steps aside for the other
    assert days_of(series(moves=["2026-09-25→2026-10-02", "2026-10-02→2026-10-03"]), days=14) == [
        "10-02", "10-03",
    ]  # fmt: skip


@pytest.mark.parametrize("move", ["2026-10-01", "10-01→10-02", "2026-10-01→", "a→b", "2026-10-01→2026-02-30"])
def test_what_is_no_move(move: str) -> None:
    with pytest.raises(ValueError, match=move):
        parse_moves([move])


def test_the_last_occurrence_before_goes_first() -> None:
    rows = pd.DataFrame(
        [
            {"item_id": "预告", "title": "预告", "weekdays": "三"},
            {"item_id": "分享", "title": "分享", "weekdays": "四", "after": ["预告", "A00"]},
            {"item_id": "连载", "title": "连载", "weekdays": "二、四", "after": "连载"},
        ]
    )
    found = expand_recurring(rows, start="2026-10-08", days=9)  # from a Thursday on
    assert dict(zip(found["item_id"], found["after"], strict=True)) == {
        "预告@2026-10-14": [],
        "分享@2026-10-08": ["A00"],
        "分享@2026-10-15": ["预告@2026-10-14", "A00"],
        "连载@2026-10-08": [],
        "连载@2026-10-13": ["连载@2026-10-08"],
        "连载@2026-10-15": ["连载@2026-10-13"],
    }
    # a moved occurrence counts on the day it has now
    rows["moves"] = [["2026-10-14→2026-10-15"], [], []]
    moved = expand_recurring(rows, start="2026-10-08", days=9).set_index("item_id")["after"]
    assert moved["分享@2026-10-15"] == ["A00"]


BAD_ROWS = [
    (
        {"weekdays": ["周八"]},
        "星期里有看不懂或重复的「周八」，请写成 一、三、五 或 工作日、休息日、每天 这样",
    ),
    (
        {"skips": ["10-01"]},
        "跳过日期里有看不懂或重复的「10-01」，请写成 2026-10-01 或 2026-10-01至2026-10-07（要有年份），"
        "也可以写 国庆假期、节假日",
    ),
    (
        {"moves": ["2026-10-02"]},
        "改期里有看不懂或重复的「2026-10-02」，请写成 2026-10-01→2026-10-02 这样（要有年份）",
    ),
    (
        {"moves": ["2026-10-02→2026-10-03", "2026-10-09→2026-10-03"]},
        "改期里有看不懂或重复的「2026-10-09→2026-10-03」，请写成 2026-10-01→2026-10-02 这样（要有年份）",
    ),
    (
        {"moves": ["2026-10-01→2026-10-03"]},
        "改期里的 2026-10-01 不是这个栏目的日子，请核对星期和起止日期",
    ),
    ({"moves": ["2026-10-02→2026-10-09"]}, "改期里的 2026-10-09 已经有一期，请换一天"),
    ({"weekdays": []}, "星期和间隔天数都没有填：固定的栏目填星期，常青内容填间隔天数"),
    ({"cooldown": 14}, "星期和间隔天数只能填一个：固定的栏目填星期，常青内容填间隔天数"),
    (
        {"earliest": "2026-10-02", "until": "2026-10-01"},
        "最早日期 2026-10-02 晚于截止日期 2026-10-01，一期都没有",
    ),
    (
        {"earliest": "2026-10-02", "latest": "2026-10-01"},
        "最早日期 2026-10-02 晚于最晚日期 2026-10-01，一期都没有",
    ),
    ({"weekdays": [], "cooldown": 0}, "间隔天数至少是 1（现在是 0）"),
    (
        {"weekdays": [], "cooldown": 7, "moves": ["2026-10-02→2026-10-03"]},
        "常青内容没有固定的日子，不能填改期",
    ),
    ({"weekdays": [], "cooldown": 7, "must_send": True}, "常青内容用来补空，不能填必发"),
]


@pytest.mark.parametrize(("change", "reason"), BAD_ROWS)
def test_a_row_that_cannot_be_expanded_is_named_with_its_column(change: dict[str, Any], reason: str) -> None:
    with pytest.raises(PlanError) as error:
        expand_recurring(series(**change), start=START, days=7)
    assert str(error.value) == f"栏目 栏目（今晚聊一段）：{reason}。请改正这一行，再展开。"


@pytest.mark.parametrize(
    ("recurring", "message"),
    [
        (series(clock=["晚八点"]), "栏目 栏目（今晚聊一段）的限定时刻里有看不懂的「晚八点」"),
        (series(kind="广告"), "栏目 栏目（今晚聊一段）的类型「广告」不认识"),
        (series(waves=0), "栏目 栏目（今晚聊一段）的群发批数是 0。请填一个不小于 1 的整数。"),
        (pd.concat([series(), series()]), "条目编号 有重复：栏目"),
        (
            pd.concat(
                [
                    series(after=["补"]),
                    pd.DataFrame([{"item_id": "补", "title": "补", "weekdays": [], "cooldown": 7}]),
                ]
            ),
            "的先发条目「补」是常青内容，哪天发不一定。请改正「先发条目」一列。",
        ),
    ],
)
def test_other_cells_that_cannot_be_planned_with(recurring: pd.DataFrame, message: str) -> None:
    with pytest.raises(PlanError) as error:
        expand_recurring(recurring, start=START, days=7)
    assert message in str(error.value)


def test_days_columns_and_empty_tables() -> None:
    with pytest.raises(PlanError, match="排期的天数应是 1 到 731 的整数"):
        expand_recurring(series(), start=START, days=0)
    with pytest.raises(ColumnError, match="固定栏目表缺少列 title"):
        expand_recurring(series().drop(columns="title"), start=START, days=7)
    empty = schema.ITEMS.empty()
    for recurring in (schema.RECURRING.empty(), series(until="2026-09-01"), series(weekdays=[], cooldown=7)):
        pd.testing.assert_frame_equal(expand_recurring(recurring, start=START, days=7), empty)


@settings(max_examples=60, deadline=None)
@given(
    marks=st.sets(
        st.sampled_from(["一", "二", "三", "四", "五", "六", "日", "工作日", "休息日"]), min_size=1
    ),
    offset=st.integers(0, 700),
    days=st.integers(1, 60),
    cut=st.integers(0, 60),
)
def test_a_span_taken_in_two_parts_has_the_same_occurrences(
    marks: set[str], offset: int, days: int, cut: int
) -> None:
    start = dt.date(2025, 12, 1) + dt.timedelta(days=offset)
    rows = series(weekdays=sorted(marks))
    whole = expand_recurring(rows, start=start, days=days)
    found = {day.date() for day in whole["earliest"]}
    for number in range(days):
        day = start + dt.timedelta(days=number)
        kind = "工作日" if lexicons.is_workday(day) else "休息日"
        assert (day in found) == ("一二三四五六日"[day.weekday()] in marks or kind in marks)
    if 0 < cut < days:
        parts = [
            expand_recurring(rows, start=start, days=cut),
            expand_recurring(rows, start=start + dt.timedelta(days=cut), days=days - cut),
        ]
        pd.testing.assert_frame_equal(pd.concat(parts, ignore_index=True), whole)


def test_a_series_is_planned_on_its_days_at_its_time() -> None:
    groups = pd.DataFrame(
        [
            {
                **{"group_id": "G1", "name": "妈妈群", "members": 100, "slots": ["08:30", "20:00"]},
                **{"posts_per_day": 2, "posts_per_week": 7},
            }
        ]
    )
    items = expand_recurring(series(clock=["20:00"], weekdays=["三", "五"]), start=START, days=7)
    plan = plan_posts(items, groups, start=START, days=7)
    assert [f"{at:%m-%d %H:%M}" for at in plan.calendar["starts_at"]] == ["09-23 20:00", "09-25 20:00"]
    assert plan.unplaced.empty


HEADS = ["栏目编号", "标题", "星期", "间隔天数", "截止日期", "跳过日期", "改期", "时刻", "必发"]


def test_rows_are_read_with_chinese_headings_and_refused_with_reasons(tmp_path: Path) -> None:
    rows: list[list[Any]] = [
        ["话题", "今晚聊一段", "工作日", "", "2026-12-31", "国庆假期", "", "20:00", "是"],
        ["护眼", "光怎么挑", "", "14", "无", "", "", "", ""],
        ["坏1", "题", "周八", "", "", "", "", "", ""],
        ["坏2", "题", "五", "两周", "", "", "", "", ""],
        ["坏3", "题", "五", "", "年底", "", "", "", ""],
        ["坏4", "题", "五", "", "", "", "", "25:00", ""],
        ["坏5", "题", "", "", "", "", "", "", ""],
        ["话题", "题", "五", "", "", "", "", "", ""],
        ["坏6", "", "五", "", "", "", "", "", ""],
        ["坏7", "题", "五", "", "", "", "2026-10-01→2026-10-08", "", ""],
    ]
    read = read_recurring(write_csv(tmp_path / "a.csv", HEADS, *rows))
    expected = [
        {
            **{"item_id": "话题", "title": "今晚聊一段", "weekdays": ["工作日"], "until": "2026-12-31"},
            **{"skips": ["国庆假期"], "clock": ["20:00"], "must_send": True},
        },
        {"item_id": "护眼", "title": "光怎么挑", "cooldown": 14},
    ]
    pd.testing.assert_frame_equal(read.frame, schema.check(pd.DataFrame(expected), schema.RECURRING))
    assert reasons(read) == [
        (4, "星期里有看不懂或重复的「周八」，请写成 一、三、五 或 工作日、休息日、每天 这样"),
        (5, "间隔天数要填一个整数（现在是「两周」）"),
        (6, "截止日期里有看不懂的「年底」，请写成 2026-12-31 这样"),
        (7, "限定时刻里有看不懂的「25:00」，请写成 20:00 这样"),
        (8, "星期和间隔天数都没有填：固定的栏目填星期，常青内容填间隔天数"),
        (9, "条目编号「话题」重复，前面已有一行"),
        (10, "没有标题"),
        (11, "改期里的 2026-10-01 不是这个栏目的日子，请核对星期和起止日期"),
    ]
    assert notes(read) == []


def test_a_template_for_series_is_read_back_equal_and_expanded(tmp_path: Path) -> None:
    path = write_template(tmp_path / "固定栏目.xlsx", what="recurring")
    assert read_recurring(path).frame.empty
    rows = [
        {
            **{
                "条目编号": "话题",
                "标题": "今晚聊一段",
                "类型": "话题",
                "星期": "周三、周五",
                "限定时刻": "20:00",
            },
            **{"截止日期": dt.date(2026, 10, 9), "跳过日期": dt.datetime(2026, 9, 25)},  # noqa: DTZ001 - a cell
            **{"改期": "2026-10-02→2026-10-03", "价值": 2},
        },
        {"条目编号": "护眼", "标题": "光怎么挑", "间隔天数": 14},
    ]
    fill(path, rows)
    read = read_recurring(path)
    assert (reasons(read), notes(read)) == ([], [])
    expected = [
        {
            **{"item_id": "话题", "title": "今晚聊一段", "kind": "discussion", "weekdays": ["周三", "周五"]},
            **{"clock": ["20:00"], "until": "2026-10-09", "skips": ["2026-09-25"], "value": 2},
            "moves": ["2026-10-02→2026-10-03"],
        },
        {"item_id": "护眼", "title": "光怎么挑", "cooldown": 14},
    ]
    pd.testing.assert_frame_equal(read.frame, schema.check(pd.DataFrame(expected), schema.RECURRING))
    assert days_of(read.frame) == ["09-23", "09-30", "10-03", "10-07", "10-09"]


def test_items_and_series_may_lie_in_one_workbook(tmp_path: Path) -> None:
    import openpyxl

    path = write_book(tmp_path / "内容.xlsx", ["条目编号", "标题"], ["A1", "甲"])
    book = openpyxl.load_workbook(path)
    sheet = book.create_sheet("固定栏目")
    sheet.append(["条目编号", "标题", "星期"])
    sheet.append(["话题", "今晚聊一段", "五"])
    book.save(path)
    assert list(read_items(path).frame["item_id"]) == ["A1"]
    read = read_recurring(path)
    assert list(read.frame["item_id"]) == ["话题"]
    assert notes(read) == [(1, "这张表缺少列 星期或间隔天数，没有读")]


def test_a_table_of_items_is_no_table_of_series(tmp_path: Path) -> None:
    with pytest.raises(ColumnError) as error:
        read_recurring(write_csv(tmp_path / "a.csv", ["条目编号", "标题"], ["A1", "甲"]))
    assert str(error.value) == ("a.csv：缺少列 星期或间隔天数。请照 固定栏目.xlsx 的表头填写，或补上这些列。")
