"""Days that a person adds: read from a table, used for a session, and taken back."""

import datetime as dt
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import openpyxl
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from toolkit import charts, lexicons
from toolkit.schedule import check_calendar
from toolkit.schedule._days import days_note, parse_span, read_days, use_days
from toolkit.schema import CALENDAR, GROUPS, ITEMS, ChoiceError, ColumnError, InputError, Rules, check

COLUMNS = list(lexicons.CALENDAR_COLUMNS)
# an invented notice, in the words of the real ones
NOTICE = """日期,名称,类别,来源
2027-01-01 至 2027-01-03,元旦假期,放假,某某通知
2027年2月5日（除夕、周五）至11日,春节假期,放假,某某通知
"2027年1月31日（周日）、2月20日（周六）",春节调休上班,上班,某某通知
2027/4/3~2027/4/5,清明假期,放假,某某通知
2027.5.1-5.5,劳动假期,放假,某某通知
20270609,端午假期,放假,某某通知
2027-09-15,中秋假期,放假,某某通知
2027-10-01到2027-10-07,国庆假期,放假,某某通知
"""


@pytest.fixture(autouse=True)
def back_to_the_files() -> Iterator[None]:
    yield
    use_days(None)


def written(folder: Path, text: str, name: str = "安排.csv") -> Path:
    path = folder / name
    path.write_text(text, "utf-8-sig")
    return path


def days(first: str, last: str) -> list[dt.date]:
    start, end = dt.date.fromisoformat(first), dt.date.fromisoformat(last)
    return [start + dt.timedelta(days=n) for n in range((end - start).days + 1)]


def reasons(read: Any) -> list[tuple[int, str]]:
    return list(zip(read.rejected["row"], read.rejected["reason"], strict=True))


def test_a_notice_in_its_own_words(tmp_path: Path) -> None:
    read = read_days(written(tmp_path, NOTICE))
    assert list(read.frame.columns) == COLUMNS
    off = {day: name for day, name, kind in read.frame[["date", "name", "kind"]].values if kind == "rest"}
    spans = {
        "元旦假期": ("2027-01-01", "2027-01-03"),
        "春节假期": ("2027-02-05", "2027-02-11"),
        "清明假期": ("2027-04-03", "2027-04-05"),
        "劳动假期": ("2027-05-01", "2027-05-05"),
        "端午假期": ("2027-06-09", "2027-06-09"),
        "中秋假期": ("2027-09-15", "2027-09-15"),
        "国庆假期": ("2027-10-01", "2027-10-07"),
    }
    assert off == {day: name for name, span in spans.items() for day in days(*span)}
    work = read.frame[read.frame["kind"] == "workday"]
    assert work.values.tolist() == [
        [dt.date(2027, 1, 31), "春节调休上班", "workday", "", "", "official", "某某通知", ""],
        [dt.date(2027, 2, 20), "春节调休上班", "workday", "", "", "official", "某某通知", ""],
    ]
    assert list(read.frame["date"]) == sorted(read.frame["date"])
    assert (len(read.rejected), len(read.notes)) == (0, 0)
    assert read.files[["path", "format", "read", "rejected", "outcome"]].values.tolist() == [
        ["安排.csv", "csv", 8, 0, "已读"]
    ]
    assert read.columns[["header", "column", "caption"]].values.tolist() == [
        ["日期", "date", "日期"],
        ["名称", "name", "名称"],
        ["类别", "kind", "类别"],
        ["来源", "source", "来源"],
    ]


def test_all_kinds_words_and_spare_columns(tmp_path: Path) -> None:
    text = (
        "起止\t结束日期\t名称\t类型\t适合\t不宜\t状态\t出处\t核对日期\t经办\n"
        "2027-03-20\t\t店庆节\t节日\t活动、喜庆\t\t正式\t公司通知\t2026-11-22\t小林\n"
        "2027-09-15\t\t中秋节\t节日\t\t\t\t\t\t\n"
        "2027-05-12\t\t公司公祭\t庄重日\t\t\t\t\t\t\n"
        "2027-11-11\t2027-11-13\t秋收大促\t购物节\t\t\t估计\t\t\t\n"
        "2027-01-25\t\t期末考\t学校\t通知、好玩\t\t不详\t\t\t\n"
    )
    read = read_days(written(tmp_path, text, "自己的日子.tsv"))
    own = "自己的日子.tsv"
    bars = "promotion、red_packet、sales、humorous、festive"
    sale = ["秋收大促", "shopping", "promotion、event", "", "estimated", own, ""]
    assert read.frame.values.tolist() == [
        [dt.date(2027, 1, 25), "期末考", "school", "notice", "", "unknown", own, ""],
        [
            dt.date(2027, 3, 20),
            "店庆",
            "festival",
            "event、festive",
            "",
            "official",
            "公司通知",
            "2026-11-22",
        ],
        [dt.date(2027, 5, 12), "公司公祭", "solemn", "neutral、solemn", bars, "official", own, ""],
        # a festival that the table knows keeps what it bars
        [dt.date(2027, 9, 15), "中秋", "festival", "warm、festive", "promotion", "official", own, ""],
        *[[day, *sale] for day in days("2027-11-11", "2027-11-13")],
    ]
    assert read.notes[["row", "note"]].values.tolist() == [[6, "适合里不认识「好玩」，没有用"]]
    assert list(read.extra.columns) == ["date", "经办"]
    assert list(read.extra["经办"]) == ["小林", "", "", "", "", "", ""]


def test_a_workbook_with_a_title_dates_as_cells_and_a_second_sheet(tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    sheet = book.active
    sheet.append(["2028 年安排"])
    sheet.append(["日期", "结束日期", "名称", "类别"])
    sheet.append([dt.date(2028, 1, 26), dt.date(2028, 1, 28), "春节假期", "放假"])
    sheet.append([46800, None, "盘点", "上班"])  # a day's number, as a column without a date format gives it
    other = book.create_sheet("联系人")
    other.append(["姓名", "电话"])
    other.append(["小林", "1"])
    path = tmp_path / "安排.xlsx"
    book.save(path)
    read = read_days(path)
    assert read.frame[["date", "name", "kind"]].values.tolist() == [
        *[[day, "春节假期", "rest"] for day in days("2028-01-26", "2028-01-28")],
        [dt.date(2028, 2, 17), "盘点", "workday"],
    ]
    assert list(read.files["outcome"]) == ["已读", "没有读"]
    said = list(read.notes["note"])
    assert "2028-02-17 是周四，本来就上班；请核对日期" in said
    assert said[-1] == (
        "2028 年的放假里没有 元旦（2028-01-01）、清明（2028-04-04）、劳动（2028-05-01）、端午（2028-05-28）、"
        "国庆（2028-10-01）、中秋（2028-10-03）；如果是整年的通知，请补上，否则这几天不算放假"
    )


@pytest.mark.parametrize(
    ("row", "reason"),
    [
        ("2027-02-29,闰日,放假", "2027 年 2 月没有 29 日"),
        ("2027-13-01,某日,放假", "没有 13 月"),
        ("2207-02-05,某日,放假", "年份 2207 不在 1990–2100 里"),
        ("2月5日,除夕,放假", "「2月5日」没有写年份，请写成 2027-02-05"),
        ("明年春天,某日,放假", "看不懂的日期「明年春天」，请写成 2027-02-05"),
        (",某日,放假", "没有日期"),
        (
            "2027-02-05,除夕,调休",
            "不认识的类别「调休」，可以填：放假、上班、节日、庄重日、购物节、节气、学校",
        ),
        ("2027-02-05,除夕,", "不认识的类别「」，可以填：放假、上班、节日、庄重日、购物节、节气、学校"),
        ("2027-02-05,,放假", "没有名称"),
        ("2027-02-11 至 2027-02-05,春节,放假", "起止反了：2027-02-11 在 2027-02-05 之后"),
        ("2027-02-05 至 2028-02-06,春节,放假", "从 2027-02-05 到 2028-02-06 超过 366 天，请核对年份"),
        (
            "2027-02-05至06至07,春节,放假",
            "看不懂的起止「2027-02-05至06至07」，请写成 2027-02-05 至 2027-02-11",
        ),
        ("2027-01-01,元旦假期,放假", "2027-01-01 的「元旦假期」重复，第 2 行已有"),
    ],
)
def test_a_bad_row_comes_back_with_its_reason_and_the_others_stay(
    tmp_path: Path, row: str, reason: str
) -> None:
    good = read_days(written(tmp_path, NOTICE))
    read = read_days(written(tmp_path, NOTICE.replace(",来源", "").replace(",某某通知", "") + row + "\n"))
    assert reasons(read) == [(10, reason)]
    wanted = ["date", "name", "kind"]
    pd.testing.assert_frame_equal(read.frame[wanted], good.frame[wanted])


def test_an_unknown_status_is_a_reason(tmp_path: Path) -> None:
    read = read_days(written(tmp_path, "日期,名称,类别,状态\n2027-02-05,除夕,放假,听说\n"))
    assert reasons(read) == [(2, "不认识的状态「听说」，可以填：正式、估计、不详")]
    assert read.frame.empty
    assert list(read.frame.columns) == COLUMNS


def test_a_date_off_and_at_work_is_left_out_of_both_rows(tmp_path: Path) -> None:
    text = "日期,名称,类别\n2027-02-05至07,春节假期,放假\n2027-02-20,补班,上班\n2027-02-06,加班,上班\n2027-02-06,立春,节气\n"
    read = read_days(written(tmp_path, text))
    assert read.frame[["date", "name"]].values.tolist() == [
        [dt.date(2027, 2, 5), "春节假期"],
        [dt.date(2027, 2, 6), "立春"],
        [dt.date(2027, 2, 7), "春节假期"],
        [dt.date(2027, 2, 20), "补班"],
    ]
    said = "2027-02-06 又写成放假又写成上班（另见第 {} 行），这一天没有收；请只留一个"
    assert reasons(read) == [(2, said.format(4)), (4, said.format(2))]


def test_a_part_of_a_notice_is_noted(tmp_path: Path) -> None:
    read = read_days(written(tmp_path, NOTICE.replace("20270609,端午假期,放假,某某通知\n", "")))
    assert list(read.notes["note"]) == [
        "2027 年的放假里没有 端午（2027-06-09）；如果是整年的通知，请补上，否则这几天不算放假"
    ]


def test_files_that_cannot_be_read(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="找不到文件"):
        read_days(tmp_path / "没有.csv")
    with pytest.raises(InputError, match="找不到文件"):
        read_days(tmp_path)
    with pytest.raises(InputError, match="文件是空的"):
        read_days(written(tmp_path, ""))
    with pytest.raises(ColumnError, match="表头里要有 日期、名称、类别 这三列"):
        read_days(written(tmp_path, "日期,名称\n2027-01-01,元旦\n"))


def test_a_table_with_a_header_alone_is_empty(tmp_path: Path) -> None:
    read = read_days(written(tmp_path, "日期,名称,类别\n"))
    assert (list(read.frame.columns), len(read.frame), len(read.rejected)) == (COLUMNS, 0, 0)
    assert use_days(read.frame).empty


@given(
    st.dates(dt.date(1990, 1, 1), dt.date(2099, 1, 1)),
    st.integers(0, 365),
    st.sampled_from(
        ["{:%Y-%m-%d}", "{0.year}年{0.month}月{0.day}日", "{0.year}/{0.month}/{0.day}", "{:%Y%m%d}"]
    ),
    st.sampled_from([" 至 ", "至", "到", "~", "～", "—", " - "]),
)
def test_a_span_gives_each_of_its_days(first: dt.date, more: int, form: str, to: str) -> None:
    last = first + dt.timedelta(days=more)
    found, fault = parse_span(f"{form.format(first)}{to}{form.format(last)}")
    assert fault == ""
    assert found == [first + dt.timedelta(days=n) for n in range(more + 1)]


@given(st.text(max_size=40))
def test_any_text_gives_days_or_a_reason(text: str) -> None:
    found, fault = parse_span(text)
    assert bool(found) != bool(fault)


def test_the_notice_takes_the_place_of_the_estimated_days_and_can_be_taken_back(tmp_path: Path) -> None:
    before = lexicons.calendar()
    shipped = {day: lexicons.is_workday(day) for day in days("2024-01-01", "2027-12-31")}
    changes = use_days(read_days(written(tmp_path, NOTICE)).frame)
    off = [day for day in lexicons.days_of("rest") if day.year == 2027]
    assert off == [
        *days("2027-01-01", "2027-01-03"),
        *days("2027-02-05", "2027-02-11"),
        *days("2027-04-03", "2027-04-05"),
        *days("2027-05-01", "2027-05-05"),
        *[dt.date(2027, 6, 9), dt.date(2027, 9, 15)],
        *days("2027-10-01", "2027-10-07"),
    ]
    assert lexicons.calendar_years()[2027] == "official"
    flips = {day for day, was in shipped.items() if lexicons.is_workday(day) is not was}
    assert flips == {
        *[dt.date(2027, 1, 31), dt.date(2027, 2, 20)],  # weekends at work
        *days("2027-02-09", "2027-02-11"),
        *days("2027-05-03", "2027-05-05"),
        *days("2027-10-04", "2027-10-07"),
    }
    assert changes[changes["date"] == dt.date(2027, 2, 5)].values.tolist() == [
        [dt.date(2027, 2, 5), "替换", "放假", "春节假期", "放假：春节假期（估计）"]
    ]
    assert changes["change"].value_counts().to_dict() == {"替换": 13, "新增": 16}
    assert use_days(None).empty
    pd.testing.assert_frame_equal(lexicons.calendar(), before)
    assert {day: lexicons.is_workday(day) for day in shipped} == shipped


def test_a_second_use_takes_the_place_of_the_first() -> None:
    use_days(pd.DataFrame({"date": ["2027-03-20"], "name": ["店庆"], "kind": ["节日"]}))
    use_days(pd.DataFrame({"date": ["2027-03-21"], "name": ["周年庆"], "kind": ["festival"]}))
    festivals = lexicons.days_of("festival")
    assert festivals.get(dt.date(2027, 3, 20)) is None
    assert festivals[dt.date(2027, 3, 21)] == "周年庆"
    assert charts.day_marks(dt.date(2027, 3, 21)) == [("festival", "周年庆")]


def test_what_goes_and_what_is_not_taken_is_said() -> None:
    frame = pd.DataFrame(
        {
            "date": [dt.date(2027, 1, 1), dt.date(2026, 10, 1)],
            "name": ["元旦假期", "传闻上班"],
            "kind": ["rest", "workday"],
            "status": ["official", "estimated"],
        }
    )
    changes = use_days(frame)
    assert changes.iloc[0].tolist() == [
        dt.date(2026, 10, 1), "未采用", "上班", "传闻上班", "放假：国庆假期（正式）",
    ]  # fmt: skip
    assert changes["change"].value_counts().to_dict() == {"去掉": 12, "未采用": 1, "替换": 1}
    assert lexicons.is_workday(dt.date(2026, 10, 1)) is False
    gone = changes[changes["change"] == "去掉"]
    assert set(gone["before"].str.removeprefix("放假：")) == {
        f"{name}假期（估计）" for name in ("春节", "清明", "劳动", "端午", "中秋", "国庆")
    }


def one_post(day: str, **item: Any) -> tuple[pd.DataFrame, pd.DataFrame, pd.DataFrame]:
    groups = pd.DataFrame(
        {
            **{"group_id": ["g"], "name": ["一群"], "segment": ["邻居"], "members": [100]},
            **{"slots": [["20:00"]], "posts_per_day": [3], "posts_per_week": [9]},
        }
    )
    items = pd.DataFrame(
        {"item_id": ["a"], "title": ["标题"], **{key: [value] for key, value in item.items()}}
    )
    calendar = pd.DataFrame(
        {
            **{"post_id": ["a@g"], "item_id": ["a"], "group_id": ["g"], "status": ["draft"], "value": [1.0]},
            **{
                "starts_at": [pd.Timestamp(f"{day} 20:00", tz="Asia/Shanghai")],
                "reason": [""],
                "sequence": [0],
            },
        }
    )
    return check(calendar, CALENDAR), check(items, ITEMS), check(groups, GROUPS)


def test_the_checker_sees_the_days_of_the_session() -> None:
    tables = one_post("2027-03-20", kind="promotion")
    assert "solemn" not in set(check_calendar(*tables)["rule_id"])
    use_days(pd.DataFrame({"date": ["2027-03-20"], "name": ["哀思"], "kind": ["庄重日"]}))
    broken = check_calendar(*tables)
    assert list(broken.loc[broken["rule_id"] == "solemn", "post_id"]) == ["a@g"]
    use_days(None)
    assert "solemn" not in set(check_calendar(*tables)["rule_id"])


def test_minutes_follow_a_workday_of_the_session() -> None:
    tables = one_post("2027-01-31", minutes=120, owner="小林")
    rules = Rules(minutes_workday=240, minutes_day_off=90)
    assert "minutes" in set(check_calendar(*tables, rules=rules)["rule_id"])  # a Sunday
    use_days(pd.DataFrame({"date": ["2027-01-31"], "name": ["补班"], "kind": ["上班"]}))
    assert "minutes" not in set(check_calendar(*tables, rules=rules)["rule_id"])


@pytest.mark.parametrize(
    ("frame", "message"),
    [
        (["2027-01-01"], "这里要一张日历表"),
        (pd.DataFrame({"date": ["2027-01-01"]}), "日历表缺少列 name、kind"),
        (
            pd.DataFrame({"date": ["2027-02-29"], "name": ["x"], "kind": ["rest"]}),
            "第 1 行：2027 年 2 月没有 29 日",
        ),
        (pd.DataFrame({"date": [None], "name": ["x"], "kind": ["rest"]}), "第 1 行：没有日期"),
        (
            pd.DataFrame({"date": ["2027-02-05至06"], "name": ["x"], "kind": ["rest"]}),
            "「2027-02-05至06」不是一天",
        ),
        (
            pd.DataFrame({"date": ["2027-02-05"], "name": ["x"], "kind": ["休假"]}),
            "第 1 行：不认识的类别「休假」",
        ),
        (
            pd.DataFrame({"date": ["2027-02-05"] * 2, "name": ["x", "y"], "kind": ["rest", "workday"]}),
            "日历表里 2027-02-05 又是放假又是上班",
        ),
    ],
)
def test_a_frame_that_cannot_be_used_changes_nothing(frame: Any, message: str) -> None:
    use_days(pd.DataFrame({"date": ["2027-03-20"], "name": ["店庆"], "kind": ["节日"]}))
    before = lexicons.calendar()
    with pytest.raises(ColumnError, match=message):
        use_days(frame)
    pd.testing.assert_frame_equal(lexicons.calendar(), before)


def test_what_is_estimated_is_said_in_one_sentence(tmp_path: Path) -> None:
    tail = "购物节 1 天、学校 1 天没有查到日期，只作提醒；其余的日子有公布的日期，或按历法算得出来。"
    assert days_note(2027) == (
        "2027 年的放假只有 13 天按法定节日推算，连休和调休以国务院通知为准；购物节 9 天、学校 14 天按往年估计；"
        + tail
    )
    assert days_note(2026) == "2026 年的放假和调休是公布的安排；购物节 9 天、学校 11 天按往年估计；" + tail
    assert days_note(2040) == "日历里没有 2040 年，这一年只按周末算。"
    use_days(read_days(written(tmp_path, NOTICE)).frame)
    assert days_note(2027).startswith("2027 年的放假和调休是公布的安排；")
    for year in (2024, 2027, 2028, 2040):
        assert days_note(year).count("。") == 1


@pytest.mark.parametrize("year", ["2027", 2027.0, True, 20270])
def test_a_year_that_is_none(year: Any) -> None:
    with pytest.raises(ChoiceError, match="year 要写成 1990 到 2100 的整数"):
        days_note(year)
