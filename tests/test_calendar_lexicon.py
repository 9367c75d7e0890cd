"""The dated calendar table against the calendars that others compute."""

import datetime as dt
import re
import shutil
from collections.abc import Iterator
from pathlib import Path

import chinese_calendar
import holidays
import pandas as pd
import pytest
from lunar_python import Lunar, Solar
from lunar_python.util import HolidayUtil

from toolkit import lexicons
from toolkit.schema import ChoiceError, InputError, Rules, as_list

YEARS = (2024, 2025, 2026, 2027)
NOTICED = (2024, 2025, 2026)
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
    assert set(table["status"]) == set(lexicons.CALENDAR_STATUSES)
    assert {day.year for day in table["date"]} == set(YEARS)
    assert set(table["checked"]) == {"2026-11-22"}
    assert list(table["date"]) == sorted(table["date"])
    assert not table.duplicated(["date", "name", "kind"]).any()
    assert (table["source"] != "").all()
    assert {
        word for column in ("favours", "bars") for cell in table[column] for word in as_list(cell)
    } <= KNOWN_WORDS


@pytest.mark.parametrize("year", NOTICED)
def test_every_day_agrees_with_chinesecalendar(year: int) -> None:
    ours = {day: lexicons.is_workday(day) for day in days_in(year)}
    assert ours == {day: chinese_calendar.is_workday(day) for day in days_in(year)}


@pytest.mark.parametrize("year", NOTICED)
def test_every_day_agrees_with_lunar_python(year: int) -> None:
    theirs = {}
    for day in days_in(year):
        notice = HolidayUtil.getHoliday(day.year, day.month, day.day)
        theirs[day] = notice.isWork() if notice else day.weekday() < 5
    assert {day: lexicons.is_workday(day) for day in days_in(year)} == theirs


# `holidays` moves statutory days of 2027 that fall on a weekend to the next workdays; how they are made up for is for
# the notice to say, and it never was the plain next workday alone: the table leaves them out
MOVED_2027 = ["2027-02-09", "2027-02-10", "2027-05-03", "2027-05-04", "2027-10-04", "2027-10-05"]


@pytest.mark.parametrize("year", YEARS)
def test_every_day_agrees_with_holidays_but_for_known_differences(year: int) -> None:
    china = holidays.country_holidays("CN", years=year)
    differing = [
        day.isoformat() for day in days_in(year) if china.is_working_day(day) != lexicons.is_workday(day)
    ]
    assert differing == (MOVED_2027 if year == 2027 else [])


ENGLISH = {
    "元旦": "New Year's Day",
    "春节": "Spring Festival",
    "清明": "Tomb-sweeping Day",
    "劳动": "Labour Day",
    "端午": "Dragon Boat Festival",
    "中秋": "Mid-autumn Festival",
    "国庆": "National Day",
}


@pytest.mark.parametrize("year", NOTICED)
def test_names_of_days_off_and_workdays_agree_with_chinesecalendar(year: int) -> None:
    theirs = {}
    for day in days_in(year):
        is_off, name = chinese_calendar.get_holiday_detail(day)
        if name:
            theirs[day] = (is_off, name)
    if year == 2025:
        # the notice gives one holiday for both festivals; chinesecalendar names the days after one of them
        joint = [dt.date(2025, 10, day) for day in range(1, 9)]
        assert {theirs.pop(day) for day in joint} == {(True, ENGLISH["国庆"]), (True, ENGLISH["中秋"])}
        for day in (dt.date(2025, 9, 28), dt.date(2025, 10, 11)):
            assert theirs.pop(day) == (False, ENGLISH["国庆"])
    ours = {
        day: (kind == "rest", ENGLISH[name.removesuffix("假期").removesuffix("调休上班")])
        for kind in ("rest", "workday")
        for day, name in lexicons.days_of(kind).items()
        if day.year == year and "国庆、中秋" not in name
    }
    assert ours == theirs


@pytest.mark.parametrize("year", YEARS)
def test_statutory_days_agree_with_holidays_by_name(year: int) -> None:
    theirs = {}
    for day, name in holidays.country_holidays("CN", years=year, language="zh_CN").items():
        if "补假" not in name and "休息日" not in name:
            theirs[day] = name.removeprefix("农历").replace("除夕", "春节").removesuffix("节")
    assert set(theirs.values()) == {"元旦", "春", "清明", "劳动", "端午", "中秋", "国庆"}
    off = lexicons.days_of("rest")
    assert {day: name for day, name in theirs.items() if name not in off.get(day, "")} == {}


def test_a_notice_that_asks_for_new_years_eve_off_does_not_make_it_a_day_off() -> None:
    # 2024: 鼓励各单位安排职工在除夕（2月9日）休息
    eve = dt.date(2024, 2, 9)
    assert lexicons.days_of("festival")[eve] == "除夕"
    assert lexicons.is_workday(eve) is True


def test_rest_and_workdays_of_2024_and_2025_are_those_of_the_notices() -> None:
    spans = {
        2024: "01-01/01-01 02-10/02-17 04-04/04-06 05-01/05-05 06-10/06-10 09-15/09-17 10-01/10-07",
        2025: "01-01/01-01 01-28/02-04 04-04/04-06 05-01/05-05 05-31/06-02 10-01/10-08",
    }
    work = {
        2024: "02-04 02-18 04-07 04-28 05-11 09-14 09-29 10-12",
        2025: "01-26 02-08 04-27 09-28 10-11",
    }
    for year, listed in spans.items():
        rest: list[dt.date] = []
        for span in listed.split():
            first, last = (dt.date.fromisoformat(f"{year}-{part}") for part in span.split("/"))
            rest += [first + dt.timedelta(days=n) for n in range((last - first).days + 1)]
        assert [day for day in lexicons.days_of("rest") if day.year == year] == rest
        found = [f"{day:%m-%d}" for day in lexicons.days_of("workday") if day.year == year]
        assert found == work[year].split()


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
    found = [day for day in lexicons.days_of("workday") if day.year == 2026]
    assert found == [dt.date.fromisoformat(f"2026-{day}") for day in work]
    assert [day for day in lexicons.days_of("workday") if day.year > 2026] == []


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
    # a second reckoning, by another formula
    first, last = days_in(year)[0], days_in(year)[-1]
    assert terms == dict(chinese_calendar.get_solar_terms(first, last))


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
        "上巳": gregorian(year, 3, 3),
        "端午": gregorian(year, 5, 5),
        "七夕": gregorian(year, 7, 7),
        "中元": gregorian(year, 7, 15),
        "中秋": gregorian(year, 8, 15),
        "重阳": gregorian(year, 9, 9),
        "寒衣": gregorian(year, 10, 1),
        "下元": gregorian(year, 10, 15),
    }
    found = {name: [day for day in dates_named(name, "festival") if day.year == year] for name in expected}
    assert found == {name: [day] for name, day in expected.items()}


def test_gregorian_festivals() -> None:
    moving = {
        "母亲": ["2024-05-12", "2025-05-11", "2026-05-10", "2027-05-09"],
        "父亲": ["2024-06-16", "2025-06-15", "2026-06-21", "2027-06-20"],
        "感恩": ["2024-11-28", "2025-11-27", "2026-11-26", "2027-11-25"],
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
    assert sorted(barring["name"]) == sorted(["除夕", "春节", "元宵", "端午", "中秋", "国庆"] * len(YEARS))
    names = set(rows["name"])
    assert {name for name in names if name.endswith("节")} == {"春节"}
    assert {lexicons.festival_name(name) for name in names} == names


def test_solemn_days() -> None:
    expected = {dt.date(year, *day) for year in YEARS for day in ((9, 18), (9, 30), (12, 13))}
    expected |= {dt.date(2024, 4, 4), dt.date(2025, 4, 4), dt.date(2026, 4, 5), dt.date(2027, 4, 5)}
    assert set(of_kind("solemn")["date"]) == expected
    assert set(of_kind("solemn")["bars"]) == {"promotion、red_packet、sales、humorous、festive"}


def test_shopping_and_school_days_have_their_dates_and_say_what_is_guessed() -> None:
    shopping = of_kind("shopping")
    sure = shopping[shopping["status"] == "official"]
    assert {f"{day:%m-%d}" for day in sure["date"]} == {"03-08", "06-18", "08-18", "09-09", "11-11", "12-12"}
    assert len(sure) == 6 * len(YEARS)
    starts = {
        (day.year, name): day.isoformat()[5:]
        for day, name in zip(shopping["date"], shopping["name"], strict=True)
    }
    assert {key: starts[key] for key in starts if "预售" in key[1] or key[1] == "618第一波开卖"} == {
        (2024, "618第一波开卖"): "05-20",  # there was no pre-sale that year
        (2025, "618预售开始"): "05-13",
        (2026, "618预售开始"): "05-13",
        (2027, "618预售开始"): "05-13",
        (2024, "双11预售开始"): "10-14",
        (2025, "双11预售开始"): "10-15",
        (2026, "双11预售开始"): "10-15",
        (2027, "双11预售开始"): "10-15",
    }
    fixed = {"38大促", "618", "818", "99大促", "双11", "双12"}
    begins = shopping[~shopping["name"].isin(fixed)]
    assert set(begins["status"]) == {"estimated", "unknown"}
    assert begins["source"].str.contains("各平台不同|以当年平台公告为准|未核实").all()
    for year in YEARS:
        of_year = {name for day, name in zip(begins["date"], begins["name"], strict=True) if day.year == year}
        assert {"年货节开始", "年货节尾声", "38大促预热", "99大促预热", "双11预售开始", "双12预热"} <= of_year
    assert set(begins.loc[begins["status"] == "unknown", "name"]) == {"99大促预热"}


def test_school_and_exam_days_say_which_are_announced() -> None:
    school = of_kind("school")
    announced = school[school["status"] == "official"]
    exams = {
        "高考": ["2024-06-07", "2024-06-08", "2025-06-07", "2025-06-08", "2026-06-07", "2026-06-08"],
        "四六级": ["2024-06-15", "2024-12-14", "2025-06-14", "2025-12-13", "2026-06-13"],
        "国考": ["2024-12-01", "2025-11-30"],
        "考研": ["2024-12-21", "2024-12-22", "2025-12-20", "2025-12-21"],
    }
    found = {name: [f"{day}" for day in rows["date"]] for name, rows in announced.groupby("name")}
    assert found == exams
    assert announced["source"].str.contains("教育部|中央机关").all()
    assert set(school.loc[school["status"] == "unknown", "name"]) == {"中考"}
    assert dates_named("高考", "school")[-2:] == [dt.date(2027, 6, 7), dt.date(2027, 6, 8)]
    assert dates_named("秋季开学", "school") == [dt.date(year, 9, 1) for year in YEARS]
    for year in YEARS:
        names = [name for day, name in zip(school["date"], school["name"], strict=True) if day.year == year]
        half = (
            "寒假开始",
            "春季开学",
            "期中考试（春）",
            "高考",
            "高考",
            "四六级",
            "中考",
            "暑假开始",
            "暑假结束",
        )
        assert sorted(names) == sorted(
            (*half, "秋季开学", "期中考试（秋）", "国考", "四六级", "考研", "考研")
        )


def test_what_a_day_favours_for_its_kind_alone_is_what_the_table_says() -> None:
    def usual(kind: str, name: str) -> tuple[str, str]:
        row = {"date": dt.date(2036, 1, 1), "name": name, "kind": kind, "favours": "", "bars": ""}
        filled = lexicons.filled_day(row)
        return filled["favours"], filled["bars"]

    for kind in ("solemn", "shopping", "term", "school"):
        table = of_kind(kind)
        said = set(zip(table["favours"], table["bars"], strict=True)) - {usual("solemn", "清明")}
        assert said - {("neutral、warm、value", table["bars"].iloc[0])} == {usual(kind, "没有的名字")}


# the years that hold the days a rule looks at, and nothing else
RULE_YEARS = (*range(2020, 2024), *range(2028, 2036))
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
    assert lexicons.calendar_years() == dict.fromkeys(NOTICED, "official") | {2027: "estimated"}


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
        assert lexicons.names_of("festival")[day] == ("中秋", "国庆")
        assert lexicons.days_of("festival")[day] == "中秋、国庆"
    # 2024: Mother's Day on Nurses' Day
    assert lexicons.spoken_festival(lexicons.days_of("festival")[dt.date(2024, 5, 12)]) == "母亲节、护士节"


def test_no_name_of_the_table_is_lost_in_names_of() -> None:
    table = lexicons.calendar()
    for kind in lexicons.CALENDAR_KINDS:
        rows = table[table["kind"] == kind]
        pairs = [(day, name) for day, names in lexicons.names_of(kind).items() for name in names]
        assert pairs == list(zip(rows["date"], rows["name"], strict=True))
        assert lexicons.days_of(kind) == {
            day: "、".join(names) for day, names in lexicons.names_of(kind).items()
        }


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


@pytest.fixture
def own_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A copy of the word lists, in which a test may put files."""
    folder = tmp_path / "corpora"
    shutil.copytree(lexicons.corpora_folder() / "lexicons", folder / "lexicons")
    monkeypatch.setattr(lexicons, "corpora_folder", lambda: folder)
    lexicons.forget_calendar()
    yield folder / "lexicons"
    monkeypatch.undo()
    lexicons.forget_calendar()


HEAD = "date,name,kind,favours,bars,status,source,checked\n"


def test_a_file_with_next_years_notice_takes_the_place_of_the_estimated_days(own_folder: Path) -> None:
    assert lexicons.is_workday(dt.date(2027, 2, 11)) is True
    before = lexicons.calendar()
    notice = HEAD + "".join(
        f"2027-02-{day:02},春节假期,rest,,,official,某某通知,2026-12-01\n" for day in range(5, 13)
    )
    notice += "2027-01-31,春节调休上班,workday,,,official,某某通知,2026-12-01\n"
    notice += "2027-10-12,双11预售开始,shopping,,,official,某某公告,2026-12-01\n"
    (own_folder / "calendar-2027.csv").write_text(notice, "utf-8-sig")
    lexicons.forget_calendar()
    off = [day for day in lexicons.days_of("rest") if day.year == 2027]
    assert off == [dt.date(2027, 2, day) for day in range(5, 13)]
    assert lexicons.calendar_years()[2027] == "official"
    assert [day for day in lexicons.days_of("workday") if day.year == 2027] == [dt.date(2027, 1, 31)]
    assert (lexicons.is_workday(dt.date(2027, 2, 11)), lexicons.is_workday(dt.date(2027, 1, 31))) == (
        False,
        True,
    )
    table = lexicons.calendar()
    sales = table[(table["name"] == "双11预售开始") & (table["date"] >= dt.date(2027, 1, 1))]
    assert sales[["date", "favours", "status"]].values.tolist() == [
        [dt.date(2027, 10, 12), "promotion、event", "official"]
    ]
    other_years = [
        frame[[day.year != 2027 for day in frame["date"]]].reset_index(drop=True) for frame in (table, before)
    ]
    pd.testing.assert_frame_equal(*other_years)
    assert list(table["date"]) == sorted(table["date"])


def test_files_are_taken_in_the_order_of_their_names_and_the_later_one_wins(own_folder: Path) -> None:
    row = "2027-02-09,{},{},,,official,通知,2026-12-01\n"
    (own_folder / "calendar-2027a.csv").write_text(HEAD + row.format("春节假期", "rest"), "utf-8")
    (own_folder / "calendar-2027b.csv").write_text(HEAD + row.format("春节调休上班", "workday"), "utf-8")
    lexicons.forget_calendar()
    assert dt.date(2027, 2, 9) not in lexicons.days_of("rest")
    assert lexicons.days_of("workday")[dt.date(2027, 2, 9)] == "春节调休上班"


def test_an_estimate_never_displaces_the_notice(own_folder: Path) -> None:
    text = HEAD + "2026-10-01,传闻调休,workday,,,estimated,传闻,2026-01-01\n"
    (own_folder / "calendar-2026.csv").write_text(text, "utf-8")
    lexicons.forget_calendar()
    assert lexicons.is_workday(dt.date(2026, 10, 1)) is False


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (HEAD + "2027-02-29,春节,rest,,,official,通知,\n", "第 2 行：2027 年 2 月没有 29 日"),
        (HEAD + "2027-02-05,春节,放假,,,official,通知,\n", "第 2 行：不认识的类别「放假」"),
        (HEAD + "2027-02-05,,rest,,,official,通知,\n", "第 2 行：没有名称"),
        (HEAD + "2027-02-05,春节,rest,,,sure,通知,\n", "第 2 行：不认识的状态「sure」"),
        ("date,name,kind\n2027-02-05,春节,rest\n", "第 2 行缺少 favours、bars、status、source、checked"),
        (HEAD + "2027-02-05,a,rest,,,official,,\n2027-02-05,b,workday,,,official,,\n", "又是放假又是上班"),
    ],
)
def test_a_file_that_cannot_be_used_is_named_with_the_row(own_folder: Path, text: str, message: str) -> None:
    (own_folder / "calendar-2027.csv").write_text(text, "utf-8")
    lexicons.forget_calendar()
    with pytest.raises(InputError, match=rf"calendar-2027\.csv .*{re.escape(message)}"):
        lexicons.calendar()


def test_a_file_in_another_encoding_is_named(own_folder: Path) -> None:
    (own_folder / "calendar-2027.csv").write_bytes(
        (HEAD + "2027-02-05,春节,rest,,,official,,\n").encode("gb18030")
    )
    lexicons.forget_calendar()
    with pytest.raises(InputError, match=r"calendar-2027\.csv 不是 UTF-8 编码"):
        lexicons.is_workday(dt.date(2027, 2, 5))


def test_quotas_of_wecom_are_those_of_the_rules() -> None:
    rows = lexicons.quotas(dt.date(2026, 11, 22))
    rows = rows[rows["channel"] == "企微群"]
    ours = {}
    for row in rows.to_dict("records"):
        month = row["per_month"]
        ours[row["way"]] = (
            row["channel"],
            row["name"],
            None if pd.isna(row["per_day"]) else row["per_day"],
            None if pd.isna(row["per_week"]) else row["per_week"],
            month if month == "days" else int(month) if month else None,
        )
    ways = {}
    for way in ("month", "week", "day"):
        (quota,) = Rules.wecom(way=way).quotas
        ways[way] = (quota.channel, quota.name, quota.per_day, quota.per_week, quota.per_month)
    assert ours == ways
    assert list(rows["way"]) == ["month", "week", "day"]


def test_quotas_are_those_of_the_day() -> None:
    names = {
        day: list(lexicons.quotas(day).loc[lambda rows: rows["channel"] == "企微群", "name"])
        for day in ("2022-05-12", "2022-05-13", "2030-01-01")
    }
    now = ["企业微信客户群群发"] * 3
    assert names == {"2022-05-12": ["企业微信客户群群发（旧）"], "2022-05-13": now, "2030-01-01": now}
    assert lexicons.quotas("2020-01-01").loc[0, "per_month"] == "4"
    rows = lexicons.table("platform-quotas")
    assert list(rows.columns) == [
        *("platform", "channel", "name", "way", "per_day", "per_week", "per_month", "from", "until"),
        *("source", "checked", "certainty"),
    ]
    assert (rows[["source", "checked", "certainty"]] != "").all(axis=None)
    asked = rows[["per_day", "per_week", "per_month"]] != ""
    assert list(asked.sum(axis=1)) == [1] * len(rows)


@pytest.mark.parametrize("day", [None, 20261122, "那天", float("nan")])
def test_quotas_of_what_is_no_day(day: object) -> None:
    with pytest.raises(ChoiceError, match="day 要写成 2026-11-22 这样的日期"):
        lexicons.quotas(day)  # type: ignore[arg-type]
