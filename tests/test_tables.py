"""Rows as people export them: encodings, headers, counts, dates, and what cannot be read."""

import datetime as dt
from pathlib import Path

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from toolkit import lexicons, tables
from toolkit.schema import DOCUMENTS, TIME_ZONE, ColumnError, InputError

NOW = dt.datetime(2026, 9, 21, 9, 0, tzinfo=TIME_ZONE)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("10万+", 100_000),
        ("10W+", 100_000),
        ("1.2w", 12_000),
        ("3.4k", 3_400),
        ("1,234", 1_234),
        ("１２３", 123),
        ("1.5亿", 150_000_000),
        ("１０万＋", 100_000),
        ("１．２ｗ", 12_000),
        ("1，234", 1_234),
        ("12,345,678.00", 12_345_678),
        ("999+", 999),
        ("2千", 2_000),
        ("1.2 万", 12_000),
        ("3千万", 30_000_000),
        ("十万+", 100_000),
        ("1万多", 10_000),
        ("阅读 1.2万", 12_000),
        ("阅读量：1.2万", 12_000),
        ("1.2万次播放", 12_000),
        ("约3.4k", 3_400),
        ("1.2M", 1_200_000),
        ("1.2E+05", 120_000),
        ("10万以上", 100_000),
        ("10万+人看过", 100_000),
        ("\u200b12\xa0", 12),
        ("12.0", 12),
        (12.0, 12),
        (0, 0),
    ],
)
def test_counts_as_people_write_them(text: object, expected: int) -> None:
    assert tables.parse_count(text) == (expected, "")


@pytest.mark.parametrize("text", ["", "-", "--", "－－", "—", "N/A", "#N/A", "暂无", "\\N", "\u3000"])
def test_no_count_is_missing_without_a_word(text: str) -> None:
    assert tables.parse_count(text) == (None, "")


@pytest.mark.parametrize(
    "text", ["很多", "-5", "1.5", "1,23", "12%", "<10", "1万2", "999999999999999亿", "9" * 40, True]
)
def test_what_is_no_count_is_missing_with_a_reason(text: object) -> None:
    number, reason = tables.parse_count(text)
    assert number is None
    assert str(text)[:20] in reason


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("2026年11月3日 08:30", "2026-11-03 08:30"),
        ("2026-11-03", "2026-11-03 00:00"),
        ("2026/11/3 8:05:09", "2026-11-03 08:05:09"),
        ("2026.11.03", "2026-11-03 00:00"),
        ("20261103", "2026-11-03 00:00"),
        ("2026-11-03T00:30:00Z", "2026-11-03 08:30"),
        ("25/12/2026", "2026-12-25 00:00"),
        ("1789952400", "2026-09-21 09:00"),
        ("1789952400000", "2026-09-21 09:00"),
        ("46286.5", "2026-09-21 12:00"),
        ("昨天 12:30", "2026-09-20 12:30"),
        ("3小时前", "2026-09-21 06:00"),
        ("刚刚", "2026-09-21 09:00"),
        ("09-20", "2026-09-20 00:00"),
        ("11-03", "2025-11-03 00:00"),
        ("9月20日 21:00", "2026-09-20 21:00"),
        ("2026/11/3", "2026-11-03 00:00"),
        ("２０２６年１１月３日", "2026-11-03 00:00"),
        ("26年11月3日", "2026-11-03 00:00"),
        ("2026年11月3日 星期二 下午3点半", "2026-11-03 15:30"),
        ("2026-11-03 8时5分", "2026-11-03 08:05"),
        ("2026/11/3 3:05 PM", "2026-11-03 15:05"),
        ("2026/11/3 12:05 am", "2026-11-03 00:05"),
        ("2026-11-03 24:00", "2026-11-04 00:00"),
        ("2026-11-03 08:30:00.123", "2026-11-03 08:30:00"),
        ("20261103083000", "2026-11-03 08:30"),
        ("202611030830", "2026-11-03 08:30"),
        ("2026-11-03T08:30:00+0800", "2026-11-03 08:30"),
        ("Tue, 03 Nov 2026 08:30:00 GMT", "2026-11-03 16:30"),
        ("Tue Nov 03 08:30:00 +0800 2026", "2026-11-03 08:30"),
        ("Tue Nov 03 2026 08:30:00 GMT+0800 (中国标准时间)", "2026-11-03 08:30"),
        ("Nov 3, 2026", "2026-11-03 00:00"),
        ("1789952400000000", "2026-09-21 09:00"),
        ("发布于 2026-11-03", "2026-11-03 00:00"),
        ("发布时间：2026-11-03 08:30", "2026-11-03 08:30"),
        ("前天", "2026-09-19 00:00"),
        ("大前天 8:00", "2026-09-18 08:00"),
        ("昨日 20点", "2026-09-20 20:00"),
        ("5分钟前", "2026-09-21 08:55"),
        ("5 分鐘前", "2026-09-21 08:55"),
        ("半小时前", "2026-09-21 08:30"),
        ("3小时前发布", "2026-09-21 06:00"),
        ("1小时前 更新", "2026-09-21 08:00"),
        ("刚刚发布", "2026-09-21 09:00"),
        ("发布于3小时前", "2026-09-21 06:00"),
        ("编辑于 昨天 12:30", "2026-09-20 12:30"),
        ("2026-11-03 08:30:00+08", "2026-11-03 08:30"),
        ("2026-11-03T08:30+0800", "2026-11-03 08:30"),
        ("两天前", "2026-09-19 09:00"),
        ("周三 08:30", "2026-09-16 08:30"),
        ("星期一", "2026-09-21 00:00"),
        ("周一 10:00", "2026-09-14 10:00"),
        ("上周三", "2026-09-16 00:00"),
        ("上周日 20:00", "2026-09-20 20:00"),
    ],
)
def test_dates_as_people_write_them(text: str, expected: str) -> None:
    stamp, reason = tables.parse_time(text, now=NOW)
    assert (stamp, reason) == (pd.Timestamp(expected, tz=TIME_ZONE), "")


@pytest.mark.parametrize(
    ("text", "now", "why"),
    [
        ("03/04/05", NOW, "歧义"),
        ("03/04/2026", NOW, "歧义"),
        ("2026-02-30", NOW, "不存在"),
        ("13-45", NOW, "不存在"),
        ("昨天", None, "now"),
        ("11-03", None, "now"),
        ("明年开春", NOW, "看不懂"),
        ("更新", NOW, "看不懂"),
        ("1026-01-01", NOW, "年份"),
        ("1899-12-30", NOW, "年份"),
        ("2026-11-03 25:00", NOW, "不存在"),
        ("2026-11-03 晚上12点", NOW, "歧义"),
        ("26-11-03", NOW, "歧义"),
        ("08:30", NOW, "只有钟点"),
        ("3个月前", NOW, "月或年"),
        ("周三", None, "now"),
        ("2026年11月", NOW, "看不懂"),
        ("11.03", NOW, "看不懂"),
        ("99999999999999999999", NOW, "看不懂"),
    ],
)
def test_ambiguous_and_impossible_dates_are_missing_with_a_reason(
    text: str, now: dt.datetime | None, why: str
) -> None:
    stamp, reason = tables.parse_time(text, now=now)
    assert pd.isna(stamp)
    assert why in reason


def test_29_february_without_a_year_is_the_latest_leap_day() -> None:
    assert tables.parse_time("2-29", now=NOW)[0].date() == dt.date(2024, 2, 29)


@given(st.text(max_size=30))
def test_no_text_breaks_the_parsers(text: str) -> None:
    for parse in (tables.parse_count, tables.parse_number, tables.parse_flag):
        assert len(parse(text)) == 2
    stamp, reason = tables.parse_time(text, now=NOW)
    assert pd.isna(stamp) or not reason


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030", "big5", "utf-16"])
def test_encodings(encoding: str) -> None:
    content = "標題,正文\n柿子與秋天的菜市場,早上六點的攤位剛剛擺好，老闆說今年柿子特別甜\n" * 20
    assert tables.decode(content.encode(encoding), "a.csv")[0] == content


def test_a_picture_named_csv_is_refused_by_name(tmp_path: Path) -> None:
    picture = tmp_path / "数据.csv"
    picture.write_bytes(b"\x89PNG\r\n\x1a\n" + bytes(100))
    with pytest.raises(InputError, match=r"数据.csv.*PNG 图片"):
        tables.open_tables(picture)


def test_rows_with_too_many_cells_are_rejected_and_the_rest_kept(tmp_path: Path) -> None:
    file = tmp_path / "a.csv"
    file.write_text("标题,阅读数\n甲,1\n乙,丙,2\n\n丁\n", encoding="utf-8")
    (table,) = tables.open_tables(file)
    assert table.records == [["甲", "1"], ["丁", ""]]
    assert list(table.row_numbers) == [2, 5]
    assert [(row["row"], row["reason"][:9]) for row in table.rejected] == [(3, "这一行有 3 格，")]


@given(
    st.datetimes(min_value=NOW.replace(1985, tzinfo=None), max_value=NOW.replace(2110, tzinfo=None)),
    st.sampled_from(
        ["%Y-%m-%d", "%Y-%m-%d %H:%M", "%Y-%m-%d %H:%M:%S", "%Y-%m-%dT%H:%M:%S", "%Y/%m/%d", "%m-%d %H:%M"]
    ),
)
def test_the_fast_way_for_times_gives_what_the_slow_one_gives(moment: dt.datetime, form: str) -> None:
    text = moment.strftime(form)
    column, troubles = tables.convert([text], "time", pd.Index([2]), now=NOW)
    stamp, reason = tables.parse_time(text, now=NOW)
    assert (column[2] is pd.NaT) == pd.isna(stamp) and (pd.isna(stamp) or column[2] == stamp)
    assert troubles == ([(2, reason)] if reason else [])
    assert str(column.dtype) == "datetime64[us, Asia/Shanghai]"


def test_each_column_is_claimed_once_and_a_columns_own_name_wins() -> None:
    mapping = tables.map_columns(
        ["平台", "来源", "title", "标题", "其他"], DOCUMENTS, aliases=lexicons.header_aliases()
    )
    assert mapping == {"来源": "source", "title": "title"}


def test_the_better_alias_wins_wherever_it_stands() -> None:
    heads = [
        "平台",
        "在看数",
        "点赞数",
        "作者",
        "公众号",
        "时间",
        "发表时间",
        "阅读(播放)量",
        "展现量",
        "总阅读人数",
    ]
    assert tables.map_columns(heads, DOCUMENTS, aliases=lexicons.header_aliases()) == {
        "点赞数": "likes",
        "公众号": "source",
        "发表时间": "published_at",
        "阅读(播放)量": "reads",
    }


@pytest.mark.parametrize(
    ("head", "column"),
    [
        ("標題", "title"),
        ("內文", "body"),
        ("發佈時間", "published_at"),
        ("按讚數", "likes"),
        (" 阅读数（次） ", "reads"),
        ("阅读\n次数", "reads"),
        ("*标题：", "title"),
        ("ＵＲＬ", "url"),
        ("Published At", "published_at"),
        ("阅读数（万）", None),
        ("总阅读人数", None),
        ("收藏数", None),
        ("更新时间", None),
    ],
)
def test_headers_as_sites_write_them(head: str, column: str | None) -> None:
    mapping = tables.map_columns([head], DOCUMENTS, aliases=lexicons.header_aliases())
    assert mapping == ({head: column} if column else {})


def test_every_alias_is_there_once_and_means_a_column() -> None:
    rows = lexicons.rows("headers")
    assert {row["column"] for row in rows} <= set(DOCUMENTS.names)
    assert len({row["alias"].lower() for row in rows}) == len(rows)
    for row in rows:
        mapping = tables.map_columns([row["alias"]], DOCUMENTS, aliases=lexicons.header_aliases())
        assert list(mapping.values()) == [row["column"]], row["alias"]


def test_rename_wins_and_a_wrong_target_is_named() -> None:
    mapping = tables.map_columns(["a", "title"], DOCUMENTS, rename={"a": "title"})
    assert mapping == {"a": "title"}
    with pytest.raises(ColumnError, match="标题列 不是内容表的列"):
        tables.map_columns(["a"], DOCUMENTS, rename={"a": "标题列"})


def test_unreadable_values_become_notes_with_row_and_header(tmp_path: Path) -> None:
    file = tmp_path / "a.csv"
    file.write_text("标题,阅读数,发布时间,心情\n甲,很多,胡说,好\n", encoding="utf-8")
    (table,) = tables.open_tables(file)
    mapping = tables.map_columns(table.header, DOCUMENTS, aliases=lexicons.header_aliases())
    frame, extra, notes = tables.table_to_frame(table, DOCUMENTS, mapping)
    assert frame["reads"].isna().all() and frame["published_at"].isna().all()
    assert extra.to_dict("list") == {"心情": ["好"]}
    assert notes == [
        {"path": "a.csv", "row": 2, "note": "阅读数：看不懂的数字「很多」，按空白处理"},
        {"path": "a.csv", "row": 2, "note": "发布时间：看不懂的日期「胡说」，按空白处理"},
    ]


def test_a_flood_of_unreadable_values_is_summed_up(tmp_path: Path) -> None:
    file = tmp_path / "a.csv"
    file.write_text("标题,阅读数\n" + "甲,很多\n" * 10_005, encoding="utf-8")
    (table,) = tables.open_tables(file)
    notes = tables.table_to_frame(table, DOCUMENTS, {"标题": "title", "阅读数": "reads"})[2]
    assert len(notes) == 10_001
    assert notes[-1] == {"path": "a.csv", "row": 10_002, "note": "阅读数：另有 5 格读不出，按空白处理"}
