"""The tables that an editor fills in: items and groups read, refused with reasons, and the templates for them."""

from __future__ import annotations

import csv
import datetime as dt
from pathlib import Path
from typing import Any

import openpyxl
import pandas as pd
import pytest

from toolkit import schema
from toolkit.schedule import read_groups, read_items, write_template
from toolkit.schedule._read import read_recurring
from toolkit.schema import ChoiceError, ColumnError, InputError

GROUP_HEADS = ["群编号", "群名", "人数", "时段", "每天上限", "每周上限"]
GROUP = ["G1", "妈妈群", "120", "08:30、20:00", "2", "5"]


def write_csv(path: Path, head: list[str], *rows: list[Any], encoding: str = "utf-8-sig") -> Path:
    with path.open("w", encoding=encoding, newline="") as out:
        csv.writer(out).writerows([head, *rows])
    return path


def write_book(path: Path, head: list[str], *rows: list[Any]) -> Path:
    book = openpyxl.Workbook()
    sheet = book.active
    for row in (head, *rows):
        sheet.append(row)
    book.save(path)
    return path


WRITERS = [pytest.param(write_csv, "表.csv", id="csv"), pytest.param(write_book, "表.xlsx", id="xlsx")]


def reasons(read: schema.Read) -> list[tuple[int, str]]:
    return list(read.rejected[["row", "reason"]].itertuples(index=False, name=None))


def notes(read: schema.Read) -> list[tuple[int, str]]:
    return list(read.notes[["row", "note"]].itertuples(index=False, name=None))


def fill(path: Path, rows: list[dict[str, Any]]) -> None:
    """Put rows below the headings of a template, as an editor would in Excel."""
    book = openpyxl.load_workbook(path)
    sheet = book.worksheets[0]
    places = {cell.value: cell.column for cell in sheet[1]}
    for number, row in enumerate(rows, start=2):
        for caption, value in row.items():
            sheet.cell(number, places[caption], value)
    book.save(path)


@pytest.mark.parametrize(("write", "name"), WRITERS)
def test_items_with_chinese_headings_and_words(write: Any, name: str, tmp_path: Path) -> None:
    head = [
        "条目编号",
        "标题",
        "类型",
        "语气",
        "阶段",
        "活动",
        "价值",
        "最早日期",
        "最晚日期",
        "发给",
        "群发批数",
    ]
    head += [
        "先发条目",
        "节日",
        "所需分钟",
        "负责人",
        "必发",
        "文案",
        "图片",
        "选题",
        "链接",
        "限定时刻",
        "备注",
    ]
    full = [
        *("A01", "芋头到了", "促销", "温暖", "预热", "中秋芋头", "3.5", "2026-09-21", "2026-09-24"),
        *("妈妈、G03", "2", "A00", "中秋节", "20", "小林", "是", "今晚八点接龙", "1.jpg；2.jpg", "t1", ""),
        *("08:30、20:00", "别忘了称重"),
    ]
    bare = ["A02", "绘本单", *[""] * 20]
    read = read_items(write(tmp_path / name, head, full, bare))
    expected = schema.check(
        pd.DataFrame(
            [
                {
                    **{"item_id": "A01", "title": "芋头到了", "kind": "promotion", "tone": "warm"},
                    **{"phase": "warmup", "campaign": "中秋芋头", "value": 3.5, "earliest": "2026-09-21"},
                    **{"latest": "2026-09-24", "groups": ["妈妈", "G03"], "waves": 2, "after": ["A00"]},
                    **{"festival": "中秋节", "minutes": 20, "owner": "小林", "must_send": True},
                    **{"copy": "今晚八点接龙", "media": ["1.jpg", "2.jpg"], "topic": "t1"},
                    "clock": ["08:30", "20:00"],
                },
                {"item_id": "A02", "title": "绘本单", "groups": ["all"]},
            ]
        ),
        schema.ITEMS,
    )
    pd.testing.assert_frame_equal(read.frame, expected)
    assert read.rejected.empty
    assert notes(read) == [(2, "先发条目「A00」不在读入的条目里，排期前请补上它，或改正编号")]
    assert read.extra.to_dict("list") == {"item_id": ["A01", "A02"], "备注": ["别忘了称重", ""]}
    bare_row = read.frame.iloc[1]
    assert (bare_row["kind"], bare_row["tone"], bare_row["phase"], bare_row["value"]) == (
        "value", "neutral", "", 1.0,
    )  # fmt: skip
    assert (bare_row["groups"], bare_row["waves"], bare_row["must_send"]) == (["all"], 1, False)


def test_what_became_of_each_sheet_and_heading_is_told(tmp_path: Path) -> None:
    path = write_book(
        tmp_path / "内容.xlsx", ["条目编号", "标题", "备注"], ["A1", "甲"], ["A1", "乙"], ["A2", "丙"]
    )
    book = openpyxl.load_workbook(path)
    book.create_sheet("别的").append(["标题"])
    book.create_sheet("空的")
    book.create_sheet("填写说明").append(["怎么填"])
    book.save(path)
    read = read_items(path)
    assert read.columns.values.tolist() == [
        ["内容.xlsx〔Sheet〕", "条目编号", "item_id", "条目编号"],
        ["内容.xlsx〔Sheet〕", "标题", "title", "标题"],
        ["内容.xlsx〔Sheet〕", "备注", "", ""],
        ["内容.xlsx〔别的〕", "标题", "title", "标题"],
    ]
    assert read.files.values.tolist() == [
        ["内容.xlsx〔Sheet〕", "xlsx", "", 2, 1, "已读"],
        ["内容.xlsx〔别的〕", "xlsx", "", 0, 0, "没有读"],
        ["内容.xlsx〔空的〕", "xlsx", "", 0, 0, "跳过"],
        ["内容.xlsx〔填写说明〕", "xlsx", "", 0, 0, "跳过"],
    ]
    groups = read_groups(write_csv(tmp_path / "群.csv", GROUP_HEADS, GROUP))
    assert groups.files.values.tolist() == [["群.csv", "csv", "utf-8-sig", 1, 0, "已读"]]
    assert groups.columns["column"].tolist() == [
        "group_id", "name", "members", "slots", "posts_per_day", "posts_per_week",
    ]  # fmt: skip


@pytest.mark.parametrize(("write", "name"), WRITERS)
def test_items_with_the_names_of_the_contract(write: Any, name: str, tmp_path: Path) -> None:
    head = ["item_id", "title", "kind", "tone", "phase", "groups", "must_send", "after"]
    row = ["a", "新米", "red_packet", "festive", "review", "all", "true", "b, c"]
    found = read_items(write(tmp_path / name, head, row)).frame.iloc[0]
    assert (found["kind"], found["tone"], found["phase"]) == ("red_packet", "festive", "review")
    assert (found["groups"], found["must_send"], found["after"]) == (["all"], True, ["b", "c"])


@pytest.mark.parametrize("kind", schema.ITEM_KINDS)
def test_every_word_for_a_kind(kind: str, tmp_path: Path) -> None:
    path = write_csv(tmp_path / "a.csv", ["条目编号", "标题", "类型"], ["a", "题", schema.WORDS[kind]])
    assert list(read_items(path).frame["kind"]) == [kind]


@pytest.mark.parametrize("tone", schema.TONES)
def test_every_word_for_a_tone(tone: str, tmp_path: Path) -> None:
    path = write_csv(tmp_path / "a.csv", ["条目编号", "标题", "语气"], ["a", "题", schema.WORDS[tone]])
    assert list(read_items(path).frame["tone"]) == [tone]


@pytest.mark.parametrize(
    ("word", "phase"),
    [("预热", "warmup"), ("造势", "warmup"), ("促销", "promotion"), ("复盘", "review"), ("", "")],
)
def test_every_word_for_a_phase(word: str, phase: str, tmp_path: Path) -> None:
    path = write_csv(tmp_path / "a.csv", ["条目编号", "标题", "阶段"], ["a", "题", word])
    assert list(read_items(path).frame["phase"]) == [phase]


@pytest.mark.parametrize("mark", ["、", ",", "，", ";", "；", "\n", " 、 "])
def test_lists_are_split_at_every_mark_that_people_use(mark: str, tmp_path: Path) -> None:
    path = write_csv(
        tmp_path / "a.csv", ["条目编号", "标题", "发给"], ["a", "题", mark.join(["妈妈", "G03"])]
    )
    assert list(read_items(path).frame["groups"]) == [["妈妈", "G03"]]
    row = [*GROUP[:3], mark.join(["08:30", "20:00"]), *GROUP[4:]]
    path = write_csv(tmp_path / "g.csv", GROUP_HEADS, row)
    assert list(read_groups(path).frame["slots"]) == [["08:30", "20:00"]]


@pytest.mark.parametrize("word", ["全部", "所有群", "all", ""])
def test_words_for_all_groups(word: str, tmp_path: Path) -> None:
    path = write_csv(tmp_path / "a.csv", ["条目编号", "标题", "发给"], ["a", "题", word])
    assert list(read_items(path).frame["groups"]) == [["all"]]


BAD_ITEMS = [
    ({"条目编号": ""}, "没有条目编号"),
    ({"标题": ""}, "没有标题"),
    ({"类型": "广告"}, "不认识的类型「广告」，可以填：干货、话题、促销、活动、红包、投票、通知"),
    ({"语气": "愤怒"}, "不认识的语气「愤怒」，可以填：平实、温暖、喜庆、幽默、推销、庄重"),
    ({"阶段": "中场"}, "不认识的阶段「中场」，可以填：预热、促销、复盘"),
    ({"价值": "-1"}, "价值不能是负数（现在是 -1）"),
    ({"群发批数": "0"}, "群发批数至少是 1（现在是 0）"),
    (
        {"最早日期": "2026-09-24", "最晚日期": "2026-09-21"},
        "最早日期 2026-09-24 晚于最晚日期 2026-09-21，哪天都发不了",
    ),
    ({"价值": "1e999"}, "价值大得不合理（现在是「1e999」）"),
    ({"限定时刻": "晚八点"}, "限定时刻里有看不懂的「晚八点」，请写成 20:00 这样"),
    ({"限定时刻": "20:00、24:00"}, "限定时刻里有看不懂的「24:00」，请写成 20:00 这样"),
    ({"先发条目": "ok、bad"}, "先发条目写了这一条自己"),
    ({"条目编号": "ok"}, "条目编号「ok」重复，前面已有一行"),
]


@pytest.mark.parametrize(("write", "name"), WRITERS)
@pytest.mark.parametrize(("change", "reason"), BAD_ITEMS)
def test_bad_items_come_back_with_row_and_reason(
    change: dict[str, str], reason: str, write: Any, name: str, tmp_path: Path
) -> None:
    head = ["条目编号", "标题", "类型", "语气", "阶段", "价值", "群发批数", "最早日期", "最晚日期"]
    head += ["限定时刻", "先发条目"]
    bad = {"条目编号": "bad", "标题": "题", **change}
    rows = [["ok", "好的", *[""] * 9], [bad.get(caption, "") for caption in head], ["ok2", "题", *[""] * 9]]
    read = read_items(write(tmp_path / name, head, *rows))
    assert list(read.frame["item_id"]) == ["ok", "ok2"]
    assert reasons(read) == [(3, reason)]
    assert read.notes.empty


def test_one_day_may_be_both_the_first_and_the_last(tmp_path: Path) -> None:
    head = ["条目编号", "标题", "最早日期", "最晚日期"]
    read = read_items(write_csv(tmp_path / "a.csv", head, ["a", "题", "2026-09-21 18:00", "2026-09-21"]))
    assert reasons(read) == [] and list(read.frame["item_id"]) == ["a"]


def test_what_cannot_be_read_is_missing_with_a_note(tmp_path: Path) -> None:
    head = ["条目编号", "标题", "价值", "最晚日期", "所需分钟", "群发批数", "必发"]
    read = read_items(
        write_csv(
            tmp_path / "a.csv",
            head,
            ["a", "题", "很高", "随便", "半小时", "1.5", "也许"],
            ["b", "题", "", "2020-01-01", "-5", "-1", ""],
        )
    )
    assert notes(read) == [
        (2, "价值：看不懂的数字「很高」，按空白处理"),
        (2, "最晚日期：看不懂的日期「随便」，按空白处理"),
        (2, "所需分钟：看不懂的数字「半小时」，按空白处理"),
        (3, "所需分钟：负数「-5」，按空白处理"),
        (2, "群发批数：不是整数「1.5」，按空白处理"),
        (3, "群发批数：负数「-1」，按空白处理"),
        (2, "必发：看不懂的是否「也许」，按空白处理"),
    ]
    assert read.frame[["value", "minutes", "waves", "must_send"]].values.tolist() == [[1.0, 0, 1, False]] * 2
    assert list(read.frame["latest"].isna()) == [True, False]
    assert read.rejected.empty


def test_what_an_editor_should_look_at_in_items_that_are_read(tmp_path: Path) -> None:
    head = ["条目编号", "标题", "节日", "阶段", "活动", "先发条目"]
    path = write_csv(
        tmp_path / "a.csv",
        head,
        ["a", "题", "中秋节", "预热", "秋日", "b"],
        ["b", "题", "母亲节", "", "", ""],
        ["c", "题", "中秋快乐", "促销", "", ""],
        ["", "题", "", "", "", ""],
        ["d", "题", "双11", "", "", "b、没有、c"],
    )
    read = read_items(path)
    assert notes(read) == [
        (
            4,
            "日历里没有节日「中秋快乐」，不会按节日安排；"
            "填了阶段「促销」，没有填活动：阶段只在同一个活动里排先后",
        ),
        (6, "先发条目「没有」不在读入的条目里，排期前请补上它，或改正编号"),
    ]
    assert (list(read.frame["item_id"]), reasons(read)) == (["a", "b", "c", "d"], [(5, "没有条目编号")])


BAD_GROUPS = [
    ({"群编号": ""}, "没有群编号"),
    ({"群名": ""}, "没有群名"),
    ({"人数": ""}, "没有填人数"),
    ({"人数": " "}, "没有填人数"),
    ({"人数": "0"}, "人数要是大于 0 的整数（现在是「0」）"),
    ({"人数": "-5"}, "人数要是大于 0 的整数（现在是「-5」）"),
    ({"人数": "12.5"}, "人数要是大于 0 的整数（现在是「12.5」）"),
    ({"人数": "很多"}, "人数要是大于 0 的整数（现在是「很多」）"),
    ({"每天上限": ""}, "每天上限要填一个不小于 0 的整数（现在是「」）"),
    ({"每周上限": "几条"}, "每周上限要填一个不小于 0 的整数（现在是「几条」）"),
    ({"每天上限": "-1"}, "每天上限要填一个不小于 0 的整数（现在是「-1」）"),
    ({"每周促销上限": "-2"}, "每周促销上限要填一个不小于 0 的整数（现在是「-2」）"),
    ({"每周促销上限": "少发"}, "每周促销上限要填一个不小于 0 的整数（现在是「少发」）"),
    ({"群编号": "全部"}, "群编号不能叫「全部」：在「发给」里，它的意思是所有的群"),
    ({"人群": "all"}, "人群不能叫「all」：在「发给」里，它的意思是所有的群"),
    ({"时段": "24:00"}, "时段里有看不懂的「24:00」，请写成 20:00 这样"),
    ({"用途": "别的"}, "不认识的用途「别的」，可以填：自有、引流"),
    ({"时段": ""}, "没有填时段，什么都发不了；请写成 08:30、12:30、20:00 这样"),
    ({"时段": "20:00、25:00"}, "时段里有看不懂的「25:00」，请写成 20:00 这样"),
    ({"时段": "晚上"}, "时段里有看不懂的「晚上」，请写成 20:00 这样"),
    ({"免打扰": "22:00"}, "免打扰里有看不懂的「22:00」，请写成 22:00-08:00 这样"),
    ({"免打扰": "22:00-26:00"}, "免打扰里有看不懂的「22:00-26:00」，请写成 22:00-08:00 这样"),
    ({"群编号": "G1"}, "群编号「G1」重复，前面已有一行"),
]


@pytest.mark.parametrize(("write", "name"), WRITERS)
@pytest.mark.parametrize(("change", "reason"), BAD_GROUPS)
def test_bad_groups_come_back_with_row_and_reason(
    change: dict[str, str], reason: str, write: Any, name: str, tmp_path: Path
) -> None:
    head = [*GROUP_HEADS, "用途", "免打扰", "每周促销上限", "人群"]
    bad = {**dict(zip(GROUP_HEADS, ["G2", *GROUP[1:]], strict=True)), **change}
    rows = [[*GROUP, *[""] * 4], [bad.get(caption, "") for caption in head], ["G3", *GROUP[1:], *[""] * 4]]
    read = read_groups(write(tmp_path / name, head, *rows))
    assert list(read.frame["group_id"]) == ["G1", "G3"]
    assert reasons(read) == [(3, reason)]
    assert read.notes.empty


@pytest.mark.parametrize(("write", "name"), WRITERS)
def test_groups_with_chinese_headings_and_words(write: Any, name: str, tmp_path: Path) -> None:
    head = [*GROUP_HEADS, "人群", "渠道", "用途", "免打扰", "每周促销上限", "关闭日期", "负责人", "区域"]
    full = [*GROUP, "妈妈", "企微群", "引流", "22:00-08:00、12:00-13:00", "1", "2026-12-31", "小林", "望湖"]
    bare = ["G2", *GROUP[1:], *[""] * 8]
    read = read_groups(write(tmp_path / name, head, full, bare))
    common = {"name": "妈妈群", "members": 120, "slots": ["08:30", "20:00"]}
    ceilings = {"posts_per_day": 2, "posts_per_week": 5}
    expected = schema.check(
        pd.DataFrame(
            [
                {
                    **{"group_id": "G1", **common, **ceilings, "segment": "妈妈", "channel": "企微群"},
                    **{"purpose": "link", "quiet": ["22:00-08:00", "12:00-13:00"], "promos_per_week": 1},
                    **{"closes": dt.date(2026, 12, 31), "owner": "小林", "region": "望湖"},
                },
                {"group_id": "G2", **common, **ceilings},
            ]
        ),
        schema.GROUPS,
    )
    pd.testing.assert_frame_equal(read.frame, expected)
    assert read.rejected.empty and read.notes.empty


def test_an_unknown_channel_stays_with_a_note(tmp_path: Path) -> None:
    head = [*GROUP_HEADS, "渠道"]
    read = read_groups(write_csv(tmp_path / "g.csv", head, [*GROUP, "QQ群"], ["G2", *GROUP[1:], "公众号"]))
    assert list(read.frame["channel"]) == ["QQ群", "公众号"]
    assert notes(read) == [
        (2, "不认识的渠道「QQ群」，照写的保留；常用的是：群、企微群、公众号、视频号、朋友圈")
    ]
    assert read.rejected.empty


def test_what_an_editor_should_look_at_in_groups_that_are_read(tmp_path: Path) -> None:
    head = [*GROUP_HEADS, "免打扰", "关闭日期", "每周促销上限"]
    ids = GROUP[:3]
    path = write_csv(
        tmp_path / "g.csv",
        head,
        [*ids, "08:30、20:00", "2", "5", "20:00-08:00", "2020-01-01", "无"],
        ["G2", *ids[1:], "08:30、20:00", "0", "5", "00:00-24:00", "", "0"],
        ["G3", *ids[1:], "08:30、20:00", "1", "0", "22:00-08:30", "", ""],
    )
    read = read_groups(path)
    assert notes(read) == [
        (2, "时段 20:00 落在免打扰里，不会排"),
        (3, "每天上限是 0，这个群什么都不会排；免打扰盖住了全部时段，这个群什么都不会排"),
        (4, "每周上限是 0，这个群什么都不会排"),
    ]
    assert read.rejected.empty
    assert [None if pd.isna(value) else value for value in read.frame["promos_per_week"]] == [None, 0, None]


def test_cells_that_excel_made_into_times_and_numbers_are_read(tmp_path: Path) -> None:
    row = [101, "妈妈群", 120.0, dt.time(20, 0), 2.0, 5]
    read = read_groups(write_book(tmp_path / "g.xlsx", GROUP_HEADS, row))
    assert read.frame.iloc[0][["group_id", "slots"]].to_list() == ["101", ["20:00"]]
    items = write_book(
        tmp_path / "a.xlsx",
        ["条目编号", "标题", "最早日期"],
        [7.0, "题", dt.datetime(2026, 9, 21)],  # noqa: DTZ001 - a cell
    )
    found = read_items(items).frame.iloc[0]
    assert (found["item_id"], found["earliest"].isoformat()) == ("7", "2026-09-21T00:00:00+08:00")
    # whatever cell Excel makes of a list, an id or a yes, no row is lost to it
    odd = write_book(
        tmp_path / "b.xlsx",
        ["条目编号", "标题", "限定时刻", "先发条目", "图片", "必发", "价值"],
        *(
            [1, True, dt.time(20, 0), 7, dt.datetime(2026, 9, 21), True, 2],  # noqa: DTZ001 - a cell
            [2, 3.5, dt.timedelta(hours=8, minutes=30), None, False, False, None],
        ),
    )
    read = read_items(odd)
    expected = [
        {
            **{"item_id": "1", "title": "True", "clock": ["20:00"], "after": ["7"], "value": 2.0},
            **{"media": ["2026-09-21"], "must_send": True},
        },
        {"item_id": "2", "title": "3.5", "clock": ["08:30"], "media": ["False"]},
    ]
    pd.testing.assert_frame_equal(read.frame, schema.check(pd.DataFrame(expected), schema.ITEMS))
    assert read.rejected.empty


def test_a_file_in_the_encoding_of_chinese_excel_is_read(tmp_path: Path) -> None:
    path = write_csv(tmp_path / "g.csv", GROUP_HEADS, GROUP, encoding="gb18030")
    read = read_groups(path)
    assert list(read.frame["name"]) == ["妈妈群"]
    assert notes(read) == [(1, "按 gb18030 编码读入")]


def test_an_empty_table_gives_an_empty_frame(tmp_path: Path) -> None:
    read = read_groups(write_csv(tmp_path / "g.csv", GROUP_HEADS))
    pd.testing.assert_frame_equal(read.frame, schema.GROUPS.empty(), check_dtype=False)
    assert read.rejected.empty and read.notes.empty


def test_lacking_columns_are_named_in_chinese_with_the_file_to_follow(tmp_path: Path) -> None:
    with pytest.raises(ColumnError) as items:
        read_items(write_csv(tmp_path / "a.csv", ["标题", "类型"], ["题", "促销"]))
    assert str(items.value) == "a.csv：缺少列 条目编号。请照 内容.xlsx 的表头填写，或补上这些列。"
    with pytest.raises(ColumnError) as groups:
        read_groups(write_csv(tmp_path / "g.csv", ["群编号", "群名"], ["G1", "妈妈群"]))
    assert str(groups.value) == (
        "g.csv：缺少列 人数、时段、每天上限、每周上限。请照 群.xlsx 的表头填写，或补上这些列。"
    )


def test_a_sheet_without_the_columns_is_passed_over_with_a_note(tmp_path: Path) -> None:
    path = write_book(tmp_path / "a.xlsx", ["条目编号", "标题"], ["a", "题"])
    book = openpyxl.load_workbook(path)
    book.create_sheet("随手记").append(["想法", "日期"])
    book.save(path)
    read = read_items(path)
    assert list(read.frame["item_id"]) == ["a"]
    assert notes(read) == [(1, "这张表缺少列 条目编号、标题，没有读")]
    assert list(read.notes["path"]) == ["a.xlsx〔随手记〕"]


@pytest.mark.parametrize(("read", "name"), [(read_items, "内容.xlsx"), (read_groups, "群.xlsx")])
def test_folders_and_missing_files_are_told_apart_by_their_whole_path(
    read: Any, name: str, tmp_path: Path
) -> None:
    caption = {"内容.xlsx": "内容条目", "群.xlsx": "群"}[name]
    with pytest.raises(InputError) as folder:
        read(tmp_path)
    assert str(folder.value) == (
        f"{tmp_path} 是一个文件夹，这里要的是{caption}表这一个文件。请指到里面的文件，如 {name}。"
    )
    gone = tmp_path / "没有" / "表.xlsx"
    with pytest.raises(InputError) as missing:
        read(str(gone))
    assert str(missing.value) == f"找不到文件 {gone}。请核对文件名和所在的文件夹。"


ITEM_ROWS = [
    {
        **{"条目编号": "A01", "标题": "芋头到了", "类型": "促销", "语气": "温暖", "阶段": "预热"},
        **{"活动": "中秋芋头", "价值": 3, "发给": "妈妈、G03", "群发批数": 2, "必发": "是"},
        **{"最早日期": dt.date(2026, 9, 21), "最晚日期": dt.date(2026, 9, 24), "节日": "中秋"},
        "限定时刻": "20:00",
    },
    {"条目编号": "A02", "标题": "绘本单", "先发条目": "A01", "发给": "all"},
]
GROUP_ROWS = [
    {
        **{"群编号": "G03", "群名": "望湖妈妈一群", "人群": "妈妈", "人数": 186, "渠道": "企微群"},
        **{
            "用途": "引流",
            "关闭日期": dt.date(2026, 12, 31),
            "时段": "08:30、20:00",
            "免打扰": "22:00-08:00",
        },
        **{"每天上限": 2, "每周上限": 5, "每周促销上限": 2, "负责人": "小林"},
    },
    {"群编号": "G04", "群名": "二群", "人数": 90, "时段": "20:00", "每天上限": 1, "每周上限": 3},
]


@pytest.mark.parametrize(
    ("what", "rows", "contract", "read"),
    [
        ("items", ITEM_ROWS, schema.ITEMS, read_items),
        ("groups", GROUP_ROWS, schema.GROUPS, read_groups),
    ],
)
def test_a_template_filled_in_is_read_back_equal(
    what: Any, rows: list[dict[str, Any]], contract: schema.Contract, read: Any, tmp_path: Path
) -> None:
    path = write_template(tmp_path / "模板.xlsx", what=what)
    assert path == tmp_path / "模板.xlsx"
    blank = read(path)
    assert len(blank.frame) == 0 and blank.rejected.empty and blank.notes.empty
    fill(path, rows)
    found = read(path)
    assert found.rejected.empty and found.notes.empty
    pd.testing.assert_frame_equal(found.frame, schema.check(pd.DataFrame(rows), contract))


def test_a_template_has_every_heading_choices_and_a_sheet_that_explains(tmp_path: Path) -> None:
    book = openpyxl.load_workbook(write_template(tmp_path / "a.xlsx"))
    assert book.sheetnames == ["内容", "填写说明"]
    assert [cell.value for cell in book["内容"][1]] == list(schema.ITEMS.captions.values())
    choices = [rule.formula1 for rule in book["内容"].data_validations.dataValidation]
    assert '"干货,话题,促销,活动,红包,投票,通知"' in choices
    explained = [row[0].value for row in book["填写说明"].iter_rows(min_row=2)]
    assert explained == list(schema.ITEMS.captions.values())
    needed = [row[0].value for row in book["填写说明"].iter_rows(min_row=2) if row[1].value == "必填"]
    assert needed == ["条目编号", "标题"]


@pytest.mark.parametrize(
    ("what", "contract", "sheet"),
    [
        ("items", schema.ITEMS, "内容"),
        ("groups", schema.GROUPS, "群"),
        ("recurring", schema.RECURRING, "固定栏目"),
    ],
)
def test_every_column_of_a_template_is_explained(
    what: Any, contract: schema.Contract, sheet: str, tmp_path: Path
) -> None:
    book = openpyxl.load_workbook(write_template(tmp_path / "a.xlsx", what=what))
    captions = list(contract.captions.values())
    assert [cell.value for cell in book[sheet][1]] == captions
    explained = list(book["填写说明"].iter_rows(min_row=2, values_only=True))
    assert [row[0] for row in explained] == captions
    assert all(row[2] for row in explained)


@pytest.mark.parametrize(
    ("what", "read"), [("items", read_items), ("groups", read_groups), ("recurring", read_recurring)]
)
def test_the_examples_of_a_template_are_themselves_in_order(what: Any, read: Any, tmp_path: Path) -> None:
    path = write_template(tmp_path / "a.xlsx", what=what)
    explained = openpyxl.load_workbook(path)["填写说明"].iter_rows(min_row=2, values_only=True)
    fill(path, [{row[0]: row[3] for row in explained if row[3]}])
    found = read(path)
    assert (len(found.frame), reasons(found)) == (1, [])


def test_a_template_makes_the_folder_it_is_to_lie_in(tmp_path: Path) -> None:
    path = write_template(tmp_path / "我的 文案台" / "结果" / "群.xlsx", what="groups")
    assert path.is_file() and len(read_groups(path).frame) == 0


def test_a_template_cannot_replace_a_folder_or_lie_below_a_file(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="是一个文件夹。请在后面加上文件名"):
        write_template(tmp_path)
    (tmp_path / "文件").write_text("x", encoding="utf-8")
    with pytest.raises(InputError, match="路径里有一段是文件"):
        write_template(tmp_path / "文件" / "群.xlsx")
    with pytest.raises(InputError, match="路径里有一段是文件"):
        write_template(tmp_path / "文件" / "里面" / "群.xlsx")
    with pytest.raises(ChoiceError, match="items、groups、recurring"):
        write_template(tmp_path / "a.xlsx", what="posts")  # type: ignore[arg-type]


def test_a_locked_file_is_a_permission_error_of_its_own(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def locked(self: Path, data: bytes) -> int:
        raise PermissionError(13, "Permission denied", str(self))

    monkeypatch.setattr(Path, "write_bytes", locked)
    with pytest.raises(PermissionError):
        write_template(tmp_path / "群.xlsx")
