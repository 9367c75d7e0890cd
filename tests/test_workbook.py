"""The workbook of a plan: what an editor sends round, prints, changes and reads back."""

import dataclasses
import datetime as dt
import re
import zipfile
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from frames import make_groups, make_items, make_plan

from toolkit import schema
from toolkit.export import _xlsx, write_xlsx
from toolkit.export._book import DAY_LOOKS, KIND_TINTS, day_look
from toolkit.schema import InputError, Plan, Quota, Rules, Soft, check


def workbook(path: Path) -> Any:
    import openpyxl

    return openpyxl.load_workbook(path)


def sheets(path: Path) -> dict[str, list[list[Any]]]:
    return {sheet.title: [list(row) for row in sheet.iter_rows(values_only=True)] for sheet in workbook(path)}


def fill(cell: Any) -> str:
    return f"#{cell.fill.fgColor.rgb[2:]}" if cell.fill.fill_type == "solid" else ""


def make_checks() -> pd.DataFrame:
    rows = [
        ("mix", "warn", "g1", "群「柳塘鲜友一群」促销占 50%，超过 40%", 1.5),
        ("spacing", "warn", "p1", "两次「螃蟹」只隔一天", 4.25),
        ("pinned", "warn", "p3", "9月25日 08:00 已定的发布不合节日的规矩", 0.0),
        ("quiet", "block", "p4", "落在免打扰里", 0.0),
    ]
    return check(pd.DataFrame(rows, columns=schema.CHECKS.names), schema.CHECKS)


def plan_with(**more: Any) -> Plan:
    return dataclasses.replace(make_plan(), **more)


# --- the sheets --------------------------------------------------------------------------------------------------


def test_a_plan_has_its_sheets_in_order(tmp_path: Path) -> None:
    bare = sheets(write_xlsx(make_plan(), tmp_path / "a.xlsx"))
    assert list(bare) == ["排期总表", "月历", "按群月历", "按负责人", "未排入", "图例"]
    checked = sheets(write_xlsx(plan_with(checks=make_checks()), tmp_path / "b.xlsx"))
    assert list(checked) == ["排期总表", "月历", "按群月历", "按负责人", "未排入", "检查", "图例"]
    plan = make_plan()
    frame = sheets(write_xlsx(plan.calendar, tmp_path / "c.xlsx", items=plan.items, groups=plan.groups))
    assert list(frame) == ["排期总表", "月历", "按群月历", "按负责人", "图例"]
    assert frame["排期总表"] == bare["排期总表"]
    # without items nobody knows who does what and how long it takes
    alone = sheets(write_xlsx(plan.calendar, tmp_path / "d.xlsx"))
    assert list(alone) == ["排期总表", "月历", "按群月历", "图例"]
    assert [row[0] for row in alone["按群月历"]] == ["群", "g1", "g2", "g3"]
    empty = sheets(write_xlsx(schema.CALENDAR.empty(), tmp_path / "e.xlsx"))
    assert (len(empty["排期总表"]), len(empty["月历"]), empty["按群月历"]) == (1, 1, [["群"]])


def test_the_list_has_what_people_need_first_and_the_ids_behind(tmp_path: Path) -> None:
    rows = sheets(write_xlsx(make_plan(), tmp_path / "a.xlsx"))["排期总表"]
    assert rows[0] == [
        *("发布时间", "星期", "日子", "群名", "人群", "标题", "类型", "状态", "为什么排在这里", "文案"),
        *("负责人", "所需分钟", "价值", "改动次数", "暗号", "发布编号", "条目编号", "群编号"),
    ]
    assert rows[4] == [
        *(dt.datetime(2026, 9, 25, 8, 0), "周五", "中秋、放假", "柳塘鲜友一群", "生鲜", "减法礼盒到货"),  # noqa: DTZ001
        *("促销", "已定", "你固定的", "待写", "小满", 0, 6.4, 2, None, "p3", "i2", "g1"),
    ]
    assert [row[7] for row in rows[1:]] == ["待发", "待发", "取消", "已定", "待发"]


def test_what_is_typed_over_stays_what_it_is(tmp_path: Path) -> None:
    sheet = workbook(write_xlsx(make_plan(), tmp_path / "a.xlsx"))["排期总表"]
    shapes = {cell.value: sheet.cell(2, cell.column).number_format for cell in sheet[1]}
    assert shapes["发布时间"] == "yyyy-mm-dd hh:mm"
    text = [name for name, shape in shapes.items() if shape == "@"]
    # 暗号 is blank in this row: its column carries the format
    assert text == ["群名", "标题", "发布编号", "条目编号", "群编号"]
    columns = {cell.value: sheet.column_dimensions[cell.column_letter] for cell in sheet[1]}
    assert columns["暗号"].number_format == "@"
    assert columns["发布时间"].number_format == "yyyy-mm-dd hh:mm"
    rules = {str(rule.sqref): rule for rule in sheet.data_validations.dataValidation}
    assert rules["H2:H506"].formula1 == '"待发,已定,已发,未发,取消"'
    assert (rules["A2:A506"].type, rules["A2:A506"].errorStyle) == ("date", "warning")


def test_the_lists_colours_follow_its_words(tmp_path: Path) -> None:
    sheet = workbook(write_xlsx(make_plan(), tmp_path / "a.xlsx"))["排期总表"]
    found = {
        (str(area.sqref), rule.formula[0]): rule
        for area in sheet.conditional_formatting
        for rule in area.rules
    }
    kinds = {place: rule for place, rule in found.items() if place[0] == "G2:G506"}
    assert {place[1]: f"#{rule.dxf.fill.bgColor.rgb[2:]}" for place, rule in kinds.items()} == {
        f'"{schema.WORDS[kind]}"': tint for kind, tint in KIND_TINTS.items()
    }
    assert found["A2:R506", '$H2="取消"'].dxf.font.strike
    assert [place[1] for place in found if place[0] == "C2:C506"] == [
        f'NOT(ISERROR(SEARCH("{words}",C2)))' for words in ("庄重日", "调休上班", "放假")
    ]


def test_unplaced_says_the_rule_in_words(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    rows = [
        ["标题", "群名", "规则", "原因", "规则编号", "条目编号", "群编号"],
        [
            *("减法礼盒到货", "望湖故事群", "节日当天不发无关促销", "中秋当天只发和中秋有关的促销"),
            *("festival", "i2", "g3"),
        ],
        [
            *("睡前共读：第一本书", "柳塘鲜友一群", "位置让给了价值更高的内容", "位置让给了「减法礼盒到货」"),
            *("outbid", "i3", "g1"),
        ],
    ]
    assert sheets(write_xlsx(make_plan(), tmp_path / "a.xlsx"))["未排入"] == rows
    monkeypatch.setattr(_xlsx, "_MOST_LISTED", 1)
    cut = sheets(write_xlsx(make_plan(), tmp_path / "b.xlsx"))["未排入"]
    more = "另有 1 行没有列在这里；要全部的行，请另存为 CSV。"
    assert cut == [*rows[:2], [more, *[None] * 6]]


def test_checks_stand_by_cost_and_hard_ones_first(tmp_path: Path) -> None:
    rows = sheets(write_xlsx(plan_with(checks=make_checks()), tmp_path / "a.xlsx"))["检查"]
    assert rows == [
        ["规则", "轻重", "说明", "代价", "涉及的编号", "规则编号"],
        ["免打扰", "违反规则", "落在免打扰里", None, "p4", "quiet"],
        ["选题间隔", "留意", "两次「螃蟹」只隔一天", 4.25, "p1", "spacing"],
        ["内容搭配", "留意", "群「柳塘鲜友一群」促销占 50%，超过 40%", 1.5, "g1", "mix"],
        ["已定或已发的保留", "留意", "9月25日 08:00 已定的发布不合节日的规矩", None, "p3", "pinned"],
    ]


# --- the months --------------------------------------------------------------------------------------------------


def test_the_month_has_a_week_in_a_row_for_each_group(tmp_path: Path) -> None:
    groups = make_groups().assign(closes=[None, dt.date(2026, 9, 24), None])
    plan = plan_with(groups=groups, rules=Rules(shut=(("g3", dt.date(2026, 9, 22)),)))
    sheet = workbook(write_xlsx(plan, tmp_path / "a.xlsx"))["月历"]
    rows = [list(row) for row in sheet.iter_rows(values_only=True)]
    blank = [None] * 7
    plainly = ["9月21日", "9月22日", "9月23日\n农民丰收节", "9月24日", "9月25日\n中秋 放假"]
    assert rows == [
        ["本周次数", "周一", "周二", "周三", "周四", "周五", "周六", "周日"],
        ["柳塘鲜友一群", *blank[:3], "生鲜　320 人　每天最多 2 次，每周 6 次", *blank[:3]],
        ["2 / 6", *plainly, "9月26日 放假", "9月27日 放假"],
        [
            None,
            "20:00 干货\n中秋前一周，大闸蟹怎么挑",
            *blank[:3],
            "08:00 促销 已定\n减法礼盒到货",
            None,
            None,
        ],
        ["东堤鲜友二群", *blank[:3], "生鲜　180 人　每天最多 1 次，每周 4 次", *blank[:3]],
        # the cancelled post is no part of the month
        [
            *("1 / 4", *plainly[:4], "9月25日\n中秋 放假 群已关闭"),
            *("9月26日\n放假 群已关闭", "9月27日\n放假 群已关闭"),
        ],
        [None, "20:00 干货\n中秋前一周，大闸蟹怎么挑", *blank[:6]],
        ["望湖故事群", *blank[:3], "童书　240 人　每天最多 1 次，每周 4 次", *blank[:3]],
        ["1 / 4", "9月21日", "9月22日 停发", *plainly[2:], "9月26日 放假", "9月27日 放假"],
        [None, *blank[:6], "12:30 话题\n睡前共读：第一本书"],
    ]
    assert [fill(sheet.cell(4, column)) for column in (2, 3, 6)] == [
        *(KIND_TINTS["value"], "", KIND_TINTS["promotion"]),
    ]
    heads = [fill(cell) for cell in sheet[3][1:]]
    assert heads == [*["#FFFFFF"] * 4, *[DAY_LOOKS["rest"][0]] * 3]
    # days on which nothing can be sent are not coloured
    assert [fill(cell) for cell in sheet[6][5:]] == ["", "", ""]
    assert fill(sheet["C9"]) == ""


def test_each_post_of_a_day_has_its_own_row(tmp_path: Path) -> None:
    plan = make_plan()
    calendar = plan.calendar.assign(
        starts_at=schema.to_shanghai(
            pd.Series(["2026-09-21 20:00", "2026-09-21 20:00", "2026-09-21 08:00"] + ["2026-09-22 12:30"] * 2)
        ),
        status=["sent", "draft", "missed", "draft", "draft"],
    )
    rows = sheets(write_xlsx(plan_with(calendar=calendar, days=2), tmp_path / "a.xlsx"))["月历"]
    assert [row[:3] for row in rows[2:5]] == [
        ["1 / 6", "9月21日", "9月22日"],
        [None, "08:00 促销 未发\n减法礼盒到货", None],
        [None, "20:00 干货 已发\n中秋前一周，大闸蟹怎么挑", None],
    ]


def many_weeks(groups: int, days: int) -> Plan:
    names = [f"g{number}" for number in range(groups)]
    people = pd.DataFrame({"group_id": names, "name": [f"第 {name} 群" for name in names], "members": 100})
    people = people.assign(slots=[["20:00"]] * groups, posts_per_day=1, posts_per_week=7)
    start = dt.date(2026, 11, 2)
    times = [dt.datetime.combine(start + dt.timedelta(days=step), dt.time(20)) for step in range(days)]
    calendar = pd.DataFrame({"group_id": names}).merge(pd.DataFrame({"starts_at": times}), how="cross")
    calendar = calendar.assign(item_id="i1", post_id=[f"p{number}" for number in range(len(calendar))])
    return plan_with(
        calendar=check(calendar, schema.CALENDAR),
        unplaced=schema.UNPLACED.empty(),
        groups=check(people, schema.GROUPS),
        start=start,
        days=days,
    )


def test_a_group_stays_on_one_page_and_a_long_one_goes_on_with_its_name(tmp_path: Path) -> None:
    def printed(plan: Plan) -> tuple[list[list[Any]], list[Any]]:
        sheet = workbook(write_xlsx(plan, tmp_path / "a.xlsx"))["月历"]
        rows = [list(row) for row in sheet.iter_rows(values_only=True)]
        return rows, [rows[mark.id][0] for mark in sheet.row_breaks.brk]

    # four weeks fill more than half a page: each group has its own
    assert printed(many_weeks(3, 28))[1] == ["第 g1 群", "第 g2 群"]
    # one week is short: many groups share a page
    pages = printed(many_weeks(12, 7))[1]
    assert 0 < len(pages) < 4
    rows, pages = printed(many_weeks(2, 84))
    assert pages == ["第 g0 群（续）", "第 g1 群", "第 g1 群（续）"]
    # twelve weeks of two rows each and two names for each group below the heading
    assert len(rows) == 1 + 2 * (12 * 2 + 2)


def test_the_overview_has_a_row_for_each_group_and_a_column_for_each_day(tmp_path: Path) -> None:
    sheet = workbook(write_xlsx(make_plan(), tmp_path / "a.xlsx"))["按群月历"]
    month = [list(row) for row in sheet.iter_rows(values_only=True)]
    assert month[0] == [
        *("群", "9月21日 周一", "9月22日 周二", "9月23日 周三\n农民丰收节", "9月24日 周四"),
        *("9月25日 周五\n中秋\n放假", "9月26日 周六\n放假", "9月27日 周日\n放假"),
    ]
    blank = [None] * 7
    assert [row[0] for row in month[1:]] == ["柳塘鲜友一群", "东堤鲜友二群", "望湖故事群"]
    assert month[1][1:] == ["20:00 干货\n中秋前一周，大…", *blank[:3], "08:00 促销\n减法礼盒到货", None, None]
    # the cancelled post of the second group is no part of the month
    assert month[2][1:] == ["20:00 干货\n中秋前一周，大…", *blank[:6]]
    assert month[3][1:] == [*blank[:6], "12:30 话题\n睡前共读：第一…"]
    assert [fill(sheet.cell(2, column)) for column in (2, 3, 6)] == [
        *(KIND_TINTS["value"], "", KIND_TINTS["promotion"]),
    ]


def test_a_calendar_over_decades_leaves_out_its_empty_days(tmp_path: Path) -> None:
    calendar = make_plan().calendar
    calendar["starts_at"] = schema.to_shanghai(
        pd.Series([f"{year}-03-02 20:00" for year in (1999, 2010, 2020, 2026, 2040)])
    )
    book = sheets(write_xlsx(calendar, tmp_path / "a.xlsx"))
    assert book["按群月历"][0] == ["群", "3月2日 周二", "3月2日 周二", "3月2日 周一", "3月2日 周一"]
    # a name, and two rows for each of its weeks: g1 has two, g2 and g3 one (the cancelled post counts for nothing)
    assert len(book["月历"]) == 1 + 3 + 2 * 4


def test_more_days_than_columns_are_refused(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="排期有 20000 天，Excel 一张表放不下这么多列"):
        write_xlsx(
            plan_with(start=dt.date(2026, 1, 1), days=20_000, groups=make_groups().head(0)), tmp_path / "a"
        )


# --- the owners --------------------------------------------------------------------------------------------------


def test_an_owners_day_charges_each_wave_once_and_each_hand_sent_post(tmp_path: Path) -> None:
    groups = make_groups().assign(channel=["群", "企微群", "群"])
    rules = Rules(minutes_workday=30, minutes_day_off=90, minutes_by_hand=5)
    week = make_plan().calendar.assign(status=["sent", "draft", "pinned", "draft", "draft"])
    more = pd.DataFrame(
        [
            ("p6", "i1", "g3", "2026-09-21 08:00", "draft"),
            ("p7", "i3", "g1", "2026-09-27 12:30", "missed"),
            ("p8", "i9", "g1", "2026-09-27 12:30", "draft"),
        ],
        columns=["post_id", "item_id", "group_id", "starts_at", "status"],
    )
    calendar = pd.concat([week, check(more, schema.CALENDAR)], ignore_index=True)
    plan = plan_with(groups=groups, rules=rules, calendar=calendar)
    sheet = workbook(write_xlsx(plan, tmp_path / "a.xlsx"))["按负责人"]
    assert [list(row) for row in sheet.iter_rows(values_only=True)] == [
        [
            *("日期", "星期", "日子", "要发的内容", "群发批数", "发布次数"),
            *("内容分钟", "手动发群分钟", "合计分钟", "上限", "剩余"),
        ],
        ["小满", None, None, "3 天　4 批　5 次发布　75 分钟　1 天超出上限", *[None] * 7],
        [
            *(dt.datetime(2026, 9, 21), "周一", None),  # noqa: DTZ001
            "08:00 干货 中秋前一周，大闸蟹怎么挑 → 1 个群\n20:00 干货 中秋前一周，大闸蟹怎么挑 → 2 个群",
            *(2, 3, 60, 10, 70, 30, -40),
        ],
        [dt.datetime(2026, 9, 22), "周二", None, "20:00 促销 减法礼盒到货 → 1 个群", 1, 1, 0, 0, 0, 30, 30],  # noqa: DTZ001
        [
            *(dt.datetime(2026, 9, 25), "周五", "中秋、放假"),  # noqa: DTZ001
            *("08:00 促销 已定 减法礼盒到货 → 1 个群", 1, 1, 0, 5, 5, 90, 85),
        ],
        ["阿苇", None, None, "1 天　1 批　1 次发布　25 分钟", *[None] * 7],
        [
            *(dt.datetime(2026, 9, 27), "周日", "放假"),  # noqa: DTZ001
            *("12:30 话题 睡前共读：第一本书 → 1 个群", 1, 1, 20, 5, 25, 90, 65),
        ],
    ]
    assert sheet["K3"].number_format == '#,##0;"超出 "#,##0'
    assert (sheet["K3"].font.b, sheet["K4"].font.b) == (True, False)


# --- the legend --------------------------------------------------------------------------------------------------


def legend(path: Path) -> dict[str, str]:
    return {row[0]: row[1] for row in sheets(path)["图例"]}


def test_the_legend_says_how_good_the_plan_is_and_what_soft_rules_cost(tmp_path: Path) -> None:
    quota = Quota("企微群", "企业微信客户群群发", per_day=2, per_month="days")
    rules = Rules.balanced(min_gap=30, minutes_by_hand=3, quotas=(quota,), mourning=(dt.date(2026, 9, 22),))
    found = legend(write_xlsx(plan_with(rules=rules, bound_by="放宽整数后求得"), tmp_path / "a.xlsx"))
    expected = {
        "排期范围": "2026-09-21 至 2026-09-27",
        "已达上限": "98.6%",
        "总价值": "13.8（上限 14.0）",
        "上限的由来": "放宽整数后求得",
        "必发": "没排入，扣价值最大的一次发布的 10 倍",
        "每周至少一条": "一个群整周没有发布，扣 1 份",
        "内容搭配": "一个群里促销超过 40%、话题和投票不到 10%、干货不到 30%，多出或缺少的每次扣 0.5 份",
        "选题间隔": "同一群同一天两次发同一选题，扣 0.5 份；隔得越远扣得越少，隔 3 天不扣",
        "各群均衡": "按各群上限分，一个群不到应得的 70%，每少一次扣 0.5 份",
        "群友重合": "在两个群收到同一条的人，那份价值扣 50%",
        "赶节日": "为节日准备的内容，节前 7 天起越近越值，当天多 30%；过了节少这么多",
        "负责人的时间": "每人工作日 240 分钟，休息日 90 分钟；手动发的群，每次另加 3 分钟",
        "最短间隔": "同一个群两次发布至少隔 30 分钟",
        "另加的庄重日": "2026-09-22",
        "企业微信客户群群发": "渠道是「企微群」的群，每天最多 2 次、每月不超过当月的天数",
        "时间": "都是北京时间",
    }
    assert {head: found.get(head) for head in expected} == expected
    assert "趁热" not in found and "放假安排" not in found


def test_the_legend_leaves_out_what_is_not_asked(tmp_path: Path) -> None:
    bare = legend(write_xlsx(make_plan(), tmp_path / "a.xlsx"))
    assert bare["其他软规则"] == "没有设"
    assert not {"上限的由来", "每周至少一条", "最短间隔", "停发"} & set(bare)
    soft = Soft(weekly_minimum=0, mix=0, spacing=0, fairness=0, overlap=0, festival_bonus=0, freshness_days=5)
    found = legend(write_xlsx(plan_with(rules=Rules(soft=soft)), tmp_path / "b.xlsx"))
    assert found["趁热"] == "有选题的内容，每过 5 天价值减半"
    assert not {"每周至少一条", "内容搭配", "选题间隔", "各群均衡", "群友重合", "赶节日"} & set(found)


def test_the_legend_names_years_whose_days_off_are_not_known(tmp_path: Path) -> None:
    plan = make_plan()
    plan.calendar["starts_at"] += pd.Timedelta(days=3650)
    assert (
        legend(write_xlsx(plan, tmp_path / "a.xlsx"))["放假安排"] == "2036 年的放假安排没有收录，只按周末算"
    )


def test_the_legend_shows_the_colours_that_the_calendars_use(tmp_path: Path) -> None:
    sheet = workbook(write_xlsx(make_plan(), tmp_path / "a.xlsx"))["图例"]
    shown = {row[0].value: fill(row[0]) for row in sheet.iter_rows() if fill(row[0])}
    kinds = {schema.WORDS[kind]: tint for kind, tint in KIND_TINTS.items()}
    names = {"rest": "放假", "festival": "节日", "weekend": "周末", "workday": "调休上班", "solemn": "庄重日"}
    days = {name: DAY_LOOKS[kind][0] for kind, name in names.items()}
    assert shown == {**kinds, **days, "购物节": DAY_LOOKS["shopping"][0]}


# --- colours, paper, text ----------------------------------------------------------------------------------------


def luminance(colour: str) -> float:
    """WCAG 2.1's relative luminance."""
    parts = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    red, green, blue = (
        part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts
    )
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(first: str, second: str) -> float:
    dark, light = sorted((luminance(first), luminance(second)))
    return (light + 0.05) / (dark + 0.05)


def test_text_on_every_tint_can_be_read() -> None:
    from toolkit.charts import INK, MUTED

    assert contrast("#000000", "#FFFFFF") == pytest.approx(21)
    pairs = [*((tint, ink) for tint in KIND_TINTS.values() for ink in (INK, MUTED)), *DAY_LOOKS.values()]
    assert {pair: contrast(*pair) for pair in pairs if contrast(*pair) < 4.5} == {}
    assert set(KIND_TINTS) == set(schema.ITEM_KINDS)
    assert len(set(KIND_TINTS.values())) == len(KIND_TINTS)


@pytest.mark.parametrize(
    ("day", "kind"),
    [
        ("2026-09-18", "solemn"),
        ("2026-09-20", "workday"),
        ("2026-09-23", "festival"),
        ("2026-10-01", "rest"),
        ("2026-11-11", "shopping"),
        ("2026-11-14", "weekend"),
        ("2026-11-16", ""),
    ],
)
def test_the_gravest_mark_of_a_day_colours_it(day: str, kind: str) -> None:
    assert day_look(dt.date.fromisoformat(day)) == kind


def test_every_sheet_is_set_up_for_reading_and_printing(tmp_path: Path) -> None:
    book = workbook(write_xlsx(plan_with(checks=make_checks()), tmp_path / "a.xlsx"))
    for sheet in book:
        assert (sheet.page_setup.paperSize, sheet.page_setup.orientation) == (9, "landscape")
        assert (sheet.freeze_panes is not None, sheet.print_title_rows) == (True, "$1:$1")
    table = book["排期总表"]
    assert (table.freeze_panes, table.auto_filter.ref) == ("B2", "A1:R6")
    # a Han character is two units wide: "东堤鲜友二群" needs twelve
    assert table.column_dimensions["D"].width > 13
    # the weeks of a group fold away under its name
    assert [book["月历"].row_dimensions[row].outlineLevel for row in (2, 3, 4, 5)] == [0, 1, 1, 0]
    # a sheet that fits its width to the page would lose its page breaks
    assert [sheet.title for sheet in book if sheet.sheet_properties.pageSetUpPr.fitToPage] == [
        "排期总表",
        "未排入",
        "检查",
    ]


FORMULAS = [
    "=1+1",
    "+1",
    "-1",
    "@SUM(A1)",
    "{=1}",
    "http://example.com",
    "=cmd|'/c calc'!A0",
    "\t=1",
    "<f>1</f>",
]


@pytest.mark.parametrize("text", FORMULAS)
def test_no_text_of_a_plan_is_ever_a_formula_or_a_link(tmp_path: Path, text: str) -> None:
    items = make_items().assign(title=text, owner=text, copy=text)
    groups = make_groups().assign(name=text, segment=text, owner=text)
    plan = plan_with(
        items=items,
        groups=groups,
        calendar=make_plan().calendar.assign(reason=text, code=text),
        unplaced=make_plan().unplaced.assign(reason=text, rule_id=text),
        checks=make_checks().assign(message=text, rule_id=text),
        rules=Rules(quotas=(Quota(text, text, per_day=1),)),
        bound_by=text,
    )
    path = write_xlsx(plan, tmp_path / "a.xlsx")
    with zipfile.ZipFile(path) as book:
        for name in book.namelist():
            part = book.read(name).decode("utf-8")
            assert not re.search(r"<f[ >]|<hyperlink|TargetMode", part), name
    shown = sheets(path)
    clean = text.strip()
    assert [row[5].strip() for row in shown["排期总表"][1:]] == [clean] * 5
    assert shown["按负责人"][1][0].strip() == shown["月历"][1][0].strip() == clean
    assert legend(path)["上限的由来"].strip() == clean


def test_shares_and_yuan_keep_their_numbers_and_get_their_formats(tmp_path: Path) -> None:
    lines = {"line_id": ["Y1", "Y2", "Y3"], "title": "海报", "budget_class": "brand", "why": ""}
    sums = {
        "amount": [24800.0, 12.5, None],
        "last_year": [20000.0, 25.0, 8.0],
        "difference": [4800.0, -12.5, None],
    }
    changes = pd.DataFrame({**lines, **sums, "change": [0.24, -0.034, None], "flagged": [True, False, False]})
    sheet = workbook(write_xlsx(check(changes, schema.BUDGET_CHANGES), tmp_path / "a.xlsx"))["预算增减"]
    heads = {cell.value: cell.column_letter for cell in sheet[1]}
    shown = {
        head: [
            (sheet[f"{heads[head]}{row}"].value, sheet[f"{heads[head]}{row}"].number_format) for row in (2, 3)
        ]
        for head in ("今年（元）", "去年（元）", "增减（元）", "增减占比")
    }
    assert shown == {
        "今年（元）": [(24800, "#,##0"), (12.5, "#,##0.00")],
        "去年（元）": [(20000, "#,##0"), (25, "#,##0")],
        "增减（元）": [(4800, "#,##0"), (-12.5, "#,##0.00")],
        "增减占比": [(0.24, "0%"), (-0.034, "0.0%")],
    }
    assert sheet[f"{heads['今年（元）']}4"].value is None


def test_lists_of_sentences_are_parted_by_semicolons(tmp_path: Path) -> None:
    fits = pd.DataFrame({"playbook": ["b8"], "name": ["爆款预售"], "verdict": ["usable"], "fit": [1.0]})
    fits = fits.assign(reasons=[["目标合，群也够", "人数在 50 到 500"]], cautions=[[]])
    rows = sheets(write_xlsx({"建议": fits}, tmp_path / "a.xlsx"))["建议"]
    assert rows[1] == ["b8", "爆款预售", "可用", 1, "目标合，群也够；人数在 50 到 500", None]
