"""The dated calendar table against the calendars that others compute."""

import datetime as dt

import chinese_calendar
import pandas as pd
import pytest
from lunar_python import Lunar, Solar

from toolkit import lexicons
from toolkit.schema import as_list

YEARS = (2026, 2027)
KNOWN_WORDS = {
    *("value", "discussion", "promotion", "event", "red_packet", "poll", "notice"),
    *("neutral", "warm", "festive", "humorous", "sales", "solemn"),
}


def days_in(year: int) -> list[dt.date]:
    first = dt.date(year, 1, 1)
    return [first + dt.timedelta(days=n) for n in range((dt.date(year + 1, 1, 1) - first).days)]


def rows_of_years() -> pd.DataFrame:
    """The table's rows of the years that must be complete; other years may be there too."""
    table = lexicons.calendar()
    return table[[day.year in YEARS for day in table["date"]]]


def of_kind(kind: str) -> pd.DataFrame:
    table = rows_of_years()
    return table[table["kind"] == kind]


def dates_named(name: str, kind: str) -> list[dt.date]:
    rows = of_kind(kind)
    return sorted(rows.loc[rows["name"] == name, "date"])


def gregorian(year: int, month: int, day: int) -> dt.date:
    solar = Lunar.fromYmd(year, month, day).getSolar()
    return dt.date(solar.getYear(), solar.getMonth(), solar.getDay())


def test_columns_kinds_and_words() -> None:
    table = rows_of_years()
    assert list(table.columns) == ["date", "name", "kind", "favours", "bars", "status", "source", "checked"]
    assert set(table["kind"]) == set(lexicons.CALENDAR_KINDS)
    assert set(table["status"]) == {"official", "estimated"}
    assert {day.year for day in table["date"]} == set(YEARS)
    assert list(table["date"]) == sorted(table["date"])
    assert not table.duplicated(["date", "name", "kind"]).any()
    assert (table["source"] != "").all()
    assert {
        word for column in ("favours", "bars") for cell in table[column] for word in as_list(cell)
    } <= KNOWN_WORDS


def test_every_day_of_2026_agrees_with_chinesecalendar() -> None:
    ours = {day: lexicons.is_workday(day) for day in days_in(2026)}
    assert ours == {day: chinese_calendar.is_workday(day) for day in days_in(2026)}


def test_rest_and_workdays_of_2026_are_those_of_the_notice() -> None:
    ranges = [
        "01-01/01-03",
        "02-15/02-23",
        "04-04/04-06",
        "05-01/05-05",
        "06-19/06-21",
        "09-25/09-27",
        "10-01/10-07",
    ]
    rest: list[dt.date] = []
    for span in ranges:
        first, last = (dt.date.fromisoformat(f"2026-{part}") for part in span.split("/"))
        rest += [first + dt.timedelta(days=n) for n in range((last - first).days + 1)]
    work = ["01-04", "02-14", "02-28", "05-09", "09-20", "10-10"]
    assert [day for day in lexicons.days_of("rest") if day.year == 2026] == rest
    assert list(of_kind("workday")["date"]) == [dt.date.fromisoformat(f"2026-{day}") for day in work]
    assert {year: lexicons.calendar_years()[year] for year in YEARS} == {2026: "official", 2027: "estimated"}


def test_2027_lists_the_statutory_days_alone_and_says_that_it_is_estimated() -> None:
    rows = of_kind("rest")
    rows = rows[[day.year == 2027 for day in rows["date"]]]
    statutory = {
        *(dt.date(2027, 1, 1), dt.date(2027, 4, 5), dt.date(2027, 5, 1), dt.date(2027, 5, 2)),
        *(gregorian(2027, 1, 1) + dt.timedelta(days=n) for n in range(-1, 3)),
        *(gregorian(2027, 5, 5), gregorian(2027, 8, 15)),
        *(dt.date(2027, 10, day) for day in (1, 2, 3)),
    }
    assert set(rows["date"]) == statutory
    assert set(rows["status"]) == {"estimated"}
    assert rows["source"].str.contains("以国务院通知为准").all()
    try:
        chinese_calendar.is_workday(dt.date(2027, 1, 4))
    except NotImplementedError:
        return
    pytest.fail("chinesecalendar 已收录 2027 年：请把 2027 年的休息日和调休换成正式的")


@pytest.mark.parametrize("year", YEARS)
def test_solar_terms_agree_with_lunar_python(year: int) -> None:
    expected = {}
    for day in days_in(year):
        name = Solar.fromYmd(day.year, day.month, day.day).getLunar().getJieQi()
        if name:
            expected[day] = name
    terms = {day: name for day, name in lexicons.days_of("term").items() if day.year == year}
    assert len(expected) == 24
    assert terms == expected


@pytest.mark.parametrize("year", YEARS)
def test_lunar_festivals_agree_with_lunar_python(year: int) -> None:
    expected = {
        "腊八": gregorian(year - 1, 12, 8),
        "小年": gregorian(year - 1, 12, 23),
        "南方小年": gregorian(year - 1, 12, 24),
        "除夕": gregorian(year, 1, 1) - dt.timedelta(days=1),
        "春节": gregorian(year, 1, 1),
        "元宵": gregorian(year, 1, 15),
        "龙抬头": gregorian(year, 2, 2),
        "端午": gregorian(year, 5, 5),
        "七夕": gregorian(year, 7, 7),
        "中元": gregorian(year, 7, 15),
        "中秋": gregorian(year, 8, 15),
        "重阳": gregorian(year, 9, 9),
    }
    found = {name: [day for day in dates_named(name, "festival") if day.year == year] for name in expected}
    assert found == {name: [day] for name, day in expected.items()}


def test_gregorian_festivals() -> None:
    moving = {
        "母亲": ["2026-05-10", "2027-05-09"],
        "父亲": ["2026-06-21", "2027-06-20"],
        "感恩": ["2026-11-26", "2027-11-25"],
    }
    fixed = {
        "元旦": "01-01", "情人": "02-14", "妇女": "03-08", "植树": "03-12", "劳动": "05-01", "青年": "05-04",
        "儿童": "06-01", "教师": "09-10", "国庆": "10-01", "圣诞": "12-25",
    }  # fmt: skip
    expected = moving | {name: [f"{year}-{day}" for year in YEARS] for name, day in fixed.items()}
    assert {name: [day.isoformat() for day in dates_named(name, "festival")] for name in expected} == expected


def test_festivals_that_bar_promotion_are_these_six_and_names_have_no_jie() -> None:
    rows = of_kind("festival")
    barring = rows[["promotion" in as_list(cell) for cell in rows["bars"]]]
    assert sorted(barring["name"]) == sorted(["除夕", "春节", "元宵", "端午", "中秋", "国庆"] * 2)
    names = set(rows["name"])
    assert {name for name in names if name.endswith("节")} == {"春节"}
    assert {lexicons.festival_name(name) for name in names} == names


def test_solemn_days() -> None:
    expected = {dt.date(year, *day) for year in YEARS for day in ((4, 5), (9, 18), (9, 30), (12, 13))}
    assert set(of_kind("solemn")["date"]) == expected
    assert set(of_kind("solemn")["bars"]) == {"promotion、red_packet、sales、humorous、festive"}


def test_shopping_and_school_days_have_their_dates_and_say_what_is_guessed() -> None:
    shopping = of_kind("shopping")
    sure = shopping[shopping["status"] == "official"]
    assert {f"{day:%m-%d}" for day in sure["date"]} == {"03-08", "06-18", "08-18", "09-09", "11-11", "12-12"}
    guessed = set(shopping.loc[shopping["status"] == "estimated", "name"])
    assert {"618预售开始", "双11预售开始", "年货节开始", "38大促预热", "双12预热"} <= guessed
    school = of_kind("school")
    assert set(school["status"]) == {"estimated"}
    assert dates_named("高考", "school") == [dt.date(year, 6, day) for year in YEARS for day in (7, 8)]
    assert dates_named("秋季开学", "school") == [dt.date(year, 9, 1) for year in YEARS]


# the years that hold the days a rule looks at, and nothing else
RULE_YEARS = (*range(2020, 2026), *range(2028, 2036))
ALL_YEARS = range(2020, 2036)
BARRING = ["除夕", "春节", "元宵", "端午", "中秋", "国庆"]
SOLEMN = {"九一八": (9, 18), "烈士纪念日": (9, 30), "国家公祭日": (12, 13)}


def every_date(name: str) -> list[dt.date]:
    """The dates of a festival in all years of the table."""
    table = lexicons.calendar()
    return list(table.loc[(table["name"] == name) & (table["kind"] == "festival"), "date"])


def test_the_whole_table_is_sorted_by_day_and_kind_without_repeats() -> None:
    table = lexicons.calendar()
    places = [lexicons.CALENDAR_KINDS.index(kind) for kind in table["kind"]]
    order = list(zip(table["date"], places, strict=True))
    assert order == sorted(order)
    assert not table.duplicated(["date", "name", "kind"]).any()
    assert {day.year for day in table["date"]} == set(ALL_YEARS)
    assert lexicons.calendar_years() == {2026: "official", 2027: "estimated"}


def test_solemn_days_of_every_year() -> None:
    expected = {dt.date(year, *day): name for year in ALL_YEARS for name, day in SOLEMN.items()}
    for year in ALL_YEARS:
        april = [dt.date(year, 4, day) for day in range(1, 11)]
        terms = {day: Solar.fromYmd(day.year, day.month, day.day).getLunar().getJieQi() for day in april}
        expected |= {day: name for day, name in terms.items() if name == "清明"}
    assert len(expected) == 4 * len(ALL_YEARS)
    assert lexicons.days_of("solemn") == expected


def test_years_around_hold_only_the_days_of_rules_just_like_2026() -> None:
    table = lexicons.calendar()
    rows = table[[day.year in RULE_YEARS for day in table["date"]]]
    assert sorted(rows["name"]) == sorted([*BARRING, "清明", *SOLEMN] * len(RULE_YEARS))
    assert set(rows["status"]) == {"official"}
    words = ["name", "kind", "favours", "bars"]
    model = table[table["kind"].isin(["festival", "solemn"]) & (table["date"] < dt.date(2027, 1, 1))]
    model = model[model["date"] >= dt.date(2026, 1, 1)]
    known = set(model[words].itertuples(index=False, name=None))
    assert set(rows[words].itertuples(index=False, name=None)) <= known


@pytest.mark.parametrize("year", RULE_YEARS)
def test_barring_festivals_of_the_years_around_agree_with_lunar_python(year: int) -> None:
    expected = {
        "除夕": gregorian(year, 1, 1) - dt.timedelta(days=1),
        "春节": gregorian(year, 1, 1),
        "元宵": gregorian(year, 1, 15),
        "端午": gregorian(year, 5, 5),
        "中秋": gregorian(year, 8, 15),
        "国庆": dt.date(year, 10, 1),
    }
    found = {name: [day for day in every_date(name) if day.year == year] for name in expected}
    assert found == {name: [day] for name, day in expected.items()}


def test_spring_festivals_one_by_one() -> None:
    # written down apart from lunar_python, so that a slip in it would be noticed
    known = [
        "2020-01-25", "2021-02-12", "2022-02-01", "2023-01-22", "2024-02-10", "2025-01-29", "2026-02-17",
        "2027-02-06", "2028-01-26", "2029-02-13", "2030-02-03", "2031-01-23", "2032-02-11", "2033-01-31",
        "2034-02-19", "2035-02-08",
    ]  # fmt: skip
    assert [day.isoformat() for day in every_date("春节")] == known


def test_two_festivals_may_share_a_day() -> None:
    # in 2020 and 2031 the Mid-Autumn festival falls on National Day
    table = lexicons.calendar()
    for day in (dt.date(2020, 10, 1), dt.date(2031, 10, 1)):
        assert sorted(table.loc[table["date"] == day, "name"]) == ["中秋", "国庆"]


@pytest.mark.parametrize(
    ("day", "expected"),
    [
        ("2026-01-04", True),  # a Sunday made up for New Year
        ("2026-02-17", False),  # Spring Festival, a Tuesday
        ("2026-09-20", True),  # a Sunday made up for National Day
        ("2026-09-25", False),  # Mid-Autumn, a Friday
        ("2026-10-08", True),  # the Thursday after National Day
        ("2026-11-21", False),  # a plain Saturday
        ("2027-10-01", False),  # statutory, though the notice is not out
        ("2028-09-30", False),  # a year without known days off: weekends alone
        ("2029-10-01", True),  # the same: nothing says that this Monday is a day off
    ],
)
def test_workdays_one_by_one(day: str, expected: bool) -> None:
    assert lexicons.is_workday(dt.date.fromisoformat(day)) is expected
