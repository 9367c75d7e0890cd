"""JSON as interfaces send it: one object a line, one list, or a list within an object."""

import json
from pathlib import Path

import pytest

import toolkit as tk
from toolkit import tables
from toolkit.schema import InputError


def opened(folder: Path, name: str, text: str) -> tables.Table:
    path = folder / name
    path.write_text(text, encoding="utf-8")
    (table,) = tables.open_tables(path)
    return table


def test_json_lines(tmp_path: Path) -> None:
    lines = [
        json.dumps({"title": "甲", "reads": 3}, ensure_ascii=False),
        "{坏",
        "[1]",
        "",
        json.dumps({"title": "乙", "tags": ["露营", "茶"], "more": {"a": 1}, "url": None}),
        "[" * 5000,
    ]
    table = opened(tmp_path, "a.jsonl", "\n".join(lines))
    assert table.header == ["title", "reads", "tags", "more", "url"]
    assert table.records == [["甲", 3, "", "", ""], ["乙", "", "露营、茶", '{"a": 1}', ""]]
    assert (list(table.row_numbers), table.format) == ([1, 5], "jsonl")
    assert [(row["row"], row["reason"]) for row in table.rejected] == [
        (2, "这一行不是完整的 JSON"),
        (3, "这一行的 JSON 不是「字段: 值」的形式"),
        (6, "这一行不是完整的 JSON"),
    ]


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("a.json", '[{"title": "甲"}, {"title": "乙"}]'),
        (
            "a.json",
            '{"code": 0, "data": {"total": 2, "list": [{"title": "甲"}, {"title": "乙"}], "tags": ["x"]}}',
        ),
        ("a.json", '{"title": "甲"}\n{"title": "乙"}\n'),
        ("a.jsonl", '[{"title": "甲"},\n {"title": "乙"}]'),
        ("a.ndjson", '{"title": "甲"}\n\n{"title": "乙"}'),
    ],
)
def test_the_one_list_in_a_file_is_found(name: str, text: str, tmp_path: Path) -> None:
    table = opened(tmp_path, name, text)
    assert (table.header, table.records) == (["title"], [["甲"], ["乙"]])


def test_one_object_without_a_list_is_one_record(tmp_path: Path) -> None:
    assert opened(tmp_path, "a.json", '{"title": "甲", "tags": ["x", "y"]}').records == [["甲", "x、y"]]


def test_what_is_no_object_in_a_list_is_rejected_by_its_place(tmp_path: Path) -> None:
    table = opened(tmp_path, "a.json", '[{"title": "甲"}, 3, {}]')
    assert (table.records, [row["row"] for row in table.rejected]) == ([["甲"]], [2])


def test_a_blank_or_repeated_key_keeps_its_values(tmp_path: Path) -> None:
    table = opened(tmp_path, "a.jsonl", '{"title": "甲", "": 5, " title": "又"}')
    assert table.header == ["title", "第2列", "title（第3列）"]
    assert table.records == [["甲", 5, "又"]]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ('{"ads": [{"title": "甲"}], "data": {"list": [{"title": "乙"}]}}', "有 2 个列表（ads、data.list）"),
        ('[{"title": "甲"},\n', "不是完整的 JSON（第 2 行附近读不通）"),
        ('"只有一句话"', "没有内容列表"),
        ("[" * 100_000, "嵌套太深"),
        ("[]", "文件是空的"),
    ],
)
def test_any_other_json_is_one_clear_error(text: str, message: str, tmp_path: Path) -> None:
    with pytest.raises(InputError) as error:
        opened(tmp_path, "a.json", text)
    assert message in str(error.value)


def test_the_last_of_a_key_that_is_there_twice_is_read_with_a_note(tmp_path: Path) -> None:
    text = '{"title": "甲"}\n{"title": "乙", "reads": 1, "title": "丙", "reads": 2}'
    note = "同一条里的字段「title、reads」不止一次，用了最后一个"
    table = opened(tmp_path, "a.jsonl", text)
    assert table.records == [["甲", ""], ["丙", 2]]
    assert [(entry["row"], entry["note"]) for entry in table.notes] == [(2, note)]
    table = opened(tmp_path, "a.json", f"[{text}]".replace("\n", ","))
    assert table.records == [["甲", ""], ["丙", 2]]
    assert [(entry["row"], entry["note"]) for entry in table.notes] == [(1, note)]


def test_more_keys_than_a_table_has_columns_are_refused(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="表头超过 1000 列"):
        opened(tmp_path, "a.jsonl", "\n".join(json.dumps({f"k{place}": 1}) for place in range(1100)))


@pytest.mark.parametrize("name", ["a.jsonl", "a.json"])
def test_nan_is_blank_and_a_number_beyond_measure_costs_no_row(name: str, tmp_path: Path) -> None:
    digits = "7" * 5000
    text = f'{{"title": "甲", "reads": {digits}}}\n{{"title": NaN, "tags": [NaN, "茶"], "reads": Infinity}}'
    assert opened(tmp_path, name, text).records == [["甲", digits, ""], ["", "Infinity", "茶"]]
    read = tk.read_documents(tmp_path / name)
    assert read.frame["title"].tolist() == ["甲"] and read.frame["reads"].isna().all()
    assert [(note["row"], note["note"]) for note in read.notes.to_dict("records")] == [
        (1, f"reads：看不懂的数字「{digits[:20]}…」，按空白处理"),
        (2, "reads：看不懂的数字「Infinity」，按空白处理"),
    ]
