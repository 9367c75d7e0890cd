"""Rows as people export them: encodings, headers, counts, dates, and what cannot be read."""

import datetime as dt
import gzip
import json
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
        ("12.0", 12),
        (12.0, 12),
        (0, 0),
    ],
)
def test_counts_as_people_write_them(text: object, expected: int) -> None:
    assert tables.parse_count(text) == (expected, "")


@pytest.mark.parametrize("text", ["", "--", "—", "N/A", "暂无"])
def test_no_count_is_missing_without_a_word(text: str) -> None:
    assert tables.parse_count(text) == (None, "")


@pytest.mark.parametrize("text", ["很多", "-5", "1.5", "1,23", "9" * 40, True])
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
        ("1026-01-01", NOW, "年份"),
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


def test_a_damaged_workbook_and_a_damaged_gz_are_refused(tmp_path: Path) -> None:
    book = tmp_path / "坏.xlsx"
    book.write_bytes(b"PK\x03\x04 not really a workbook")
    with pytest.raises(InputError, match="不是完好的 xlsx"):
        tables.open_tables(book)
    packed = tmp_path / "a.csv.gz"
    packed.write_bytes(gzip.compress("标题\n甲\n".encode())[:-6])
    with pytest.raises(InputError, match="gz 文件已损坏"):
        tables.open_tables(packed)


def test_rows_with_too_many_cells_are_rejected_and_the_rest_kept(tmp_path: Path) -> None:
    file = tmp_path / "a.csv"
    file.write_text("标题,阅读数\n甲,1\n乙,丙,2\n\n丁\n", encoding="utf-8")
    (table,) = tables.open_tables(file)
    assert table.records == [["甲", "1"], ["丁", ""]]
    assert table.row_numbers == [2, 5]
    assert [(row["row"], row["reason"][:9]) for row in table.rejected] == [(3, "这一行有 3 格，")]


def test_an_unclosed_quote_loses_no_row_before_it(tmp_path: Path) -> None:
    file = tmp_path / "a.csv"
    file.write_text('标题,正文\n甲,一\n乙,"二\n丙,三\n', encoding="utf-8")
    (table,) = tables.open_tables(file)
    assert table.records[0] == ["甲", "一"]
    assert "丙,三" in table.records[1][1]


def test_json_lines(tmp_path: Path) -> None:
    file = tmp_path / "a.jsonl"
    lines = [
        json.dumps({"title": "甲", "reads": 3}, ensure_ascii=False),
        "{坏",
        "[1]",
        json.dumps({"title": "乙"}),
    ]
    file.write_text("\n".join(lines), encoding="utf-8")
    (table,) = tables.open_tables(file)
    assert table.records == [["甲", 3], ["乙", ""]]
    assert [(row["row"], row["reason"]) for row in table.rejected] == [
        (2, "这一行不是完整的 JSON"),
        (3, "这一行的 JSON 不是「字段: 值」的形式"),
    ]


def test_each_column_is_claimed_once_and_a_columns_own_name_wins() -> None:
    mapping = tables.map_columns(
        ["平台", "来源", "title", "标题", "其他"], DOCUMENTS, aliases=lexicons.header_aliases()
    )
    assert mapping == {"来源": "source", "title": "title"}


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
