"""CSV and TSV as people export them: quotes, line ends, delimiters, headers, encodings, and files of any size."""

import csv
import gzip
import io
import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from toolkit import tables
from toolkit.schema import InputError
from toolkit.tables import _rows

UNPAIRED = "这一行的引号没有配对，没有读。请在表格软件里补上引号再导出，或删掉多余的引号"


def is_header(cells: list[str]) -> bool:
    return len({"标题", "正文"} & set(cells)) > 0


def opened(folder: Path, text: str | bytes, name: str = "a.csv") -> tables.Table:
    path = folder / name
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    (table,) = tables.open_tables(path, is_header=is_header)
    return table


def rejected(table: tables.Table) -> list[tuple[int, str]]:
    return [(row["row"], row["reason"]) for row in table.rejected]


def notes(table: tables.Table) -> list[tuple[int, str]]:
    return [(note["row"], note["note"]) for note in table.notes]


# --- quotes ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "text",
    [
        '标题,正文\n甲,一\n乙,"二\n丙,三\n丁,四\n',
        '"标题","正文"\n"甲","一"\n"乙","二\n"丙","三"\n"丁","四"\n',
        '标题,正文\n甲,一\n"乙,二\n丙,三\n丁,四',
        '标题,正文\r\n甲,一\r\n乙,二"",""二"\r\n"丙",三\r\n丁,"四"\r\n',
    ],
)
def test_an_unclosed_quote_costs_its_own_line_alone(text: str, tmp_path: Path) -> None:
    table = opened(tmp_path, text)
    assert table.records == [["甲", "一"], ["丙", "三"], ["丁", "四"]]
    assert list(table.row_numbers) == [2, 4, 5]
    assert [row for row, _ in rejected(table)] == [3]


def test_quotes_within_a_quoted_cell_are_read_with_a_note(tmp_path: Path) -> None:
    table = opened(tmp_path, '标题,正文\n甲,"他说"好"了"\n"乙"丙,二\n丁,5"屏\n')
    assert table.records == [["甲", '他说好"了"'], ["乙丙", "二"], ["丁", '5"屏']]
    assert (rejected(table), [row for row, _ in notes(table)]) == ([], [2, 3])


def test_the_rest_of_a_broken_record_is_no_record_of_its_own(tmp_path: Path) -> None:
    table = opened(tmp_path, '标题,正文\n零,〇\n甲,"他说"好"\n第二段\n第三段"\n乙,二\n丙\n')
    assert table.records == [["零", "〇"], ["乙", "二"], ["丙", ""]]
    assert rejected(table) == [(3, f"{UNPAIRED}；第 4 到 5 行多半是它的后半段，也没有读")]


def test_rows_as_short_as_those_before_survive_a_broken_one(tmp_path: Path) -> None:
    table = opened(tmp_path, '标题,正文,备注\n甲,一\n乙,"二\n丙,三\n')
    assert table.records == [["甲", "一", ""], ["丙", "三", ""]]


def test_a_header_with_an_unclosed_quote_is_a_header_all_the_same(tmp_path: Path) -> None:
    table = opened(tmp_path, '标题,"正文\n甲,一\n')
    assert (table.header, table.records) == (["标题", "正文"], [["甲", "一"]])


CELL = st.text("甲乙 ,\n'ab", max_size=6).map("题{}".format)


@given(rows=st.lists(st.tuples(CELL, CELL, CELL), max_size=12), data=st.data())
@settings(max_examples=30, deadline=None)
def test_one_line_with_an_unclosed_quote_leaves_all_the_others(
    rows: list[tuple[str, ...]], data: st.DataObject, tmp_path_factory: pytest.TempPathFactory
) -> None:
    broken = data.draw(st.integers(0, len(rows)))
    parts = []
    for row in [("标题", "正文", "备注"), *rows]:
        out = io.StringIO(newline="")
        csv.writer(out, quoting=csv.QUOTE_ALL).writerow(row)
        parts.append(out.getvalue())
    parts.insert(broken + 1, '坏,"没有关上,x\r\n')
    table = opened(tmp_path_factory.mktemp("quotes"), "".join(parts))
    assert table.records == [list(row) for row in rows]
    assert len(table.rejected) == 1


# --- lines, NULs, delimiters ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "records"),
    [
        ('标题,正文\r\n甲,"一\r\n二"\r\n', [["甲", "一\r\n二"]]),
        ("标题,正文\r甲,一\r乙,二", [["甲", "一"], ["乙", "二"]]),
        ("标题,正文\n甲,一\r一\n乙,二\n", [["甲", "一 一"], ["乙", "二"]]),
        ("标题,正文\n甲,一\x00\x00一\n", [["甲", "一一"]]),
        ("标题,正文\n甲,一\u2028二\x0b三\x1c\n", [["甲", "一\u2028二\x0b三\x1c"]]),
        ("sep=;\r\n标题;正文\r\n甲;一,二\r\n", [["甲", "一,二"]]),
        ("标题;正文\n甲;一，二,三\n", [["甲", "一，二,三"]]),
        ("标题|正文\n甲|一,二\n", [["甲", "一,二"]]),
        ("标题\t正文\n甲,a\t一,二\n乙,b\t三,四\n", [["甲,a", "一,二"], ["乙,b", "三,四"]]),
        ("标题\n甲,乙\n丙，丁\n", [["甲,乙"], ["丙，丁"]]),
        ("月报;第一期\n标题,正文\n甲,一;二\n", [["甲", "一;二"]]),
    ],
)
def test_lines_and_delimiters_of_all_kinds(text: str, records: list[list[str]], tmp_path: Path) -> None:
    assert opened(tmp_path, text).records == records


def test_a_tsv_keeps_its_tabs_whatever_else_is_in_it(tmp_path: Path) -> None:
    table = opened(tmp_path, "标题,副题\t正文\n甲,乙\t一\n", "a.tsv")
    assert (table.header, table.format) == (["标题,副题", "正文"], "tsv")


def test_dirt_is_noted(tmp_path: Path) -> None:
    assert notes(opened(tmp_path, "标题,正文\n甲,一\x00一\n")) == [(1, "文件里夹着空字符，已去掉")]
    table = opened(tmp_path, "标题,正文\n甲,一二三四五六七八九十\n乙,二".encode()[:-1])
    assert (table.records[1], table.encoding) == (["乙", "\ufffd"], "utf-8")
    assert notes(table) == [(1, "文件里有损坏的字，显示为 \ufffd")]


def test_lines_of_ten_megabytes_are_read_and_endless_ones_rejected(tmp_path: Path) -> None:
    long = "长" * 5_000_000
    table = opened(tmp_path, f'标题,正文\n甲,"{long}\n{long}"\n乙,{"长" * 17_000_000}\n丙,三\n')
    assert table.records == [["甲", f"{long}\n{long}"], ["丙", "三"]]
    assert rejected(table) == [(4, "这一行超过 1600 万字，没有读。请检查导出是否完整")]


@pytest.mark.parametrize(
    "encoding", ["utf-8", "utf-8-sig", "gb18030", "big5", "utf-16", "utf-16-le", "utf-16-be"]
)
@pytest.mark.parametrize("pack", [bytes, gzip.compress])
def test_the_encoding_is_found_and_told(encoding: str, pack: type, tmp_path: Path) -> None:
    content = "標題,正文\n" + "柿子與秋天的菜市場,早上六點的攤位剛剛擺好，老闆說今年柿子特別甜\n" * 20
    table = opened(tmp_path, pack(content.encode(encoding)), "a.csv")
    assert (table.encoding, len(table.records)) == (encoding, 20)
    expected = [] if encoding.startswith("utf-8") else [(1, f"按 {encoding} 编码读入")]
    assert notes(table) == expected


def test_binary_and_empty_files_are_refused(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="二进制内容"):
        opened(tmp_path, bytes(range(256)) * 20)
    for blank in (b"", b"\xef\xbb\xbf\r\n \r\n", b"\n\n,,\n"):
        with pytest.raises(InputError, match="文件是空的"):
            opened(tmp_path, blank)
    with pytest.raises(InputError, match="gz 文件已损坏"):
        opened(tmp_path, gzip.compress("标题\n甲\n".encode())[:-12])


@pytest.mark.parametrize(
    ("name", "head", "line"),
    [
        ("a.csv", "标题,阅读\n", "第{0}篇,12{0}\n"),
        ("a.jsonl", "\n", '{{"标题": "第{0}篇", "阅读": "12{0}"}}\n'),
    ],
)
def test_the_rows_before_the_damage_in_a_gz_file_are_kept(
    name: str, head: str, line: str, tmp_path: Path
) -> None:
    packed = gzip.compress((head + "".join(line.format(place) for place in range(50_000))).encode())
    table = opened(tmp_path, packed[: len(packed) // 2], name + ".gz")
    kept = len(table.records)
    assert 15_000 < kept < 35_000
    assert table.records == [[f"第{place}篇", f"12{place}"] for place in range(kept)]
    assert rejected(table) == [(kept + 2, "gz 文件从这一行起已损坏或不完整，后面的没有读。请重新导出或下载")]


def test_a_damaged_gz_file_that_is_not_told_by_line_is_refused(tmp_path: Path) -> None:
    packed = gzip.compress('[{"标题": "甲"}]\n'.encode())[:-6]
    with pytest.raises(InputError, match="gz 文件已损坏"):
        opened(tmp_path, packed, "a.json.gz")


@pytest.mark.parametrize("encoding", ["utf-16-le", "utf-16-be"])
@pytest.mark.parametrize("text", ["石榴怎么挑", "石榴怎么挑：看底部的小嘴，张得开的熟得透。一斤 12 块"])
def test_utf_16_without_a_mark_and_without_a_line_end_is_no_rubbish(text: str, encoding: str) -> None:
    assert tables.decode(text.encode(encoding), "a.txt") == (text, encoding)


@pytest.mark.parametrize("encoding", ["gb18030", "big5"])
def test_a_stray_control_character_makes_no_utf_16(encoding: str) -> None:
    text = "標題\x01早上六點的攤位剛剛擺好，老闆說今年柿子特別甜" * 5
    assert tables.decode(text.encode(encoding), "a.txt") == (text, encoding)


# --- headers -------------------------------------------------------------------------------------------------------


def test_repeated_and_blank_headers_keep_their_cells(tmp_path: Path) -> None:
    table = opened(tmp_path, "标题,阅读量,阅读量,,阅读量,\n甲,1,2,x,3,\n")
    assert table.header == ["标题", "阅读量", "阅读量（第3列）", "第4列", "阅读量（第5列）"]
    assert table.records == [["甲", "1", "2", "x", "3"]]
    assert notes(table) == [
        (1, "表头「阅读量」不止一次，第 3 列放进其他列"),
        (1, "表头「阅读量」不止一次，第 5 列放进其他列"),
    ]


def test_lines_above_the_header_are_noted(tmp_path: Path) -> None:
    table = opened(tmp_path, "2026年9月公众号数据导出\n\n共 1 篇,,\n标题,正文,阅读数\n甲,一,1\n")
    assert (table.header, table.records, list(table.row_numbers)) == (
        ["标题", "正文", "阅读数"],
        [["甲", "一", "1"]],
        [5],
    )
    assert notes(table) == [
        (1, "在表头上面，没有当作内容：「2026年9月公众号数据导出」"),
        (3, "在表头上面，没有当作内容：「共 1 篇」"),
    ]


def test_without_a_known_header_in_ten_rows_the_first_row_is_the_header(tmp_path: Path) -> None:
    table = opened(tmp_path, "城市,气温\n" + "甲,20\n" * 10 + "标题,正文\n")
    assert (table.header, len(table.records), table.headed) == (["城市", "气温"], 11, False)


def test_the_header_of_a_file_pasted_behind_another_is_no_record(tmp_path: Path) -> None:
    table = opened(tmp_path, "标题,正文\n甲,一\n标题,正文\n乙,二\n")
    assert table.records == [["甲", "一"], ["乙", "二"]]
    assert notes(table) == [(3, "与表头相同的一行，跳过")]


def test_a_thousand_columns_are_the_limit(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="表头超过 1000 列"):
        opened(tmp_path, ",".join(["标题"] * 1001) + "\n")


def test_blank_cells_of_a_wide_table_may_not_fill_the_memory(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(_rows, "_MOST_CELLS", 10_000)
    with pytest.raises(InputError, match="表太大（5 列）"):
        opened(tmp_path, "标题,正文,甲,乙,丙\n" + "x\n" * 5000)


# --- size ----------------------------------------------------------------------------------------------------------

MEASURE = """
import resource, sys
import toolkit as tk
from toolkit import lexicons
tk.read_documents(lexicons.sample_folder() / "posts")
before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
read = tk.read_documents(sys.argv[1])
print(len(read.frame), (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) * 1024)
"""


@pytest.mark.skipif(sys.platform != "linux", reason="ru_maxrss 的单位各系统不同")
def test_a_large_file_takes_little_more_memory_than_its_size(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    body = "早上六点的摊位刚刚摆好，老板说今年的柿子特别甜。" * 40
    with path.open("w", encoding="utf-8") as out:
        out.write("账号,标题,正文,发布时间,阅读数\n")
        for number in range(15_000):
            out.write(
                f"果铺{number % 9},第{number}篇,{number}{body},2026-09-01 08:00:{number % 60:02d},{number}\n"
            )
    done = subprocess.run([sys.executable, "-c", MEASURE, path], capture_output=True, text=True, check=True)
    rows, grown = (int(part) for part in done.stdout.split())
    assert rows == 15_000
    # the strings alone take 0.7 of the file; anything held twice would pass 1.4
    assert grown < 1.2 * path.stat().st_size
