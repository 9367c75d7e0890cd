"""Reading whatever an editor has, and finding copies."""

import datetime as dt
import gzip
import json
import os
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

import toolkit as tk
from toolkit.documents import document_ids
from toolkit.schema import DOCUMENTS, TIME_ZONE, ChoiceError, ColumnError, InputError

CSV = "账号,文章标题,正文,发布时间,阅读量,点赞\n鲜果铺,石榴到了,软籽的甜,2026-09-14 08:00,1.2w,30\n鲜果铺,柿子慢慢来,,胡说,--,\n"
PAGE = """<html><head><title>石榴怎么挑 - 果铺</title><meta property="article:published_time" content="2026-09-14T08:00:00+08:00">
</head><body><nav>首页 登录 注册</nav><article><h1>石榴怎么挑</h1><p>看底部的小嘴，张得开的熟得透。捏一捏皮，紧的水分足。</p>
<p>再掂一掂，同样大小挑重的那个。买回来放阴凉处，一周内吃完最甜。</p></article><footer>版权所有</footer></body></html>"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """One file of each kind, in a path with a blank and Chinese characters."""
    place = tmp_path / "我的 同行"
    (place / "账号甲").mkdir(parents=True)
    (place / "导出.csv").write_text(CSV, encoding="gb18030")
    (place / "笔记.md").write_text("# 秋天的第一锅粥\n\n小米要泡半小时。", encoding="utf-8")
    (place / "网页.html").write_text(PAGE, encoding="utf-8")
    (place / "流.jsonl.gz").write_bytes(gzip.compress(json.dumps({"title": "行", "views": 5}).encode()))
    (place / "账号甲" / "文章.txt").write_text("\n标题一行\n正文一段\n", encoding="utf-8-sig")
    pd.DataFrame({"标题": ["表里的"], "发布时间": [pd.Timestamp("2026-09-01 08:00")]}).to_excel(
        place / "表.xlsx", index=False
    )
    (place / "README.md").write_text("说明", encoding="utf-8")
    (place / "图.png").write_bytes(b"\x89PNG")
    (place / "假.csv").write_bytes(b"\xff\xd8\xff\xe0 jpeg")
    for name in (".DS_Store", "Thumbs.db", "desktop.ini"):
        (place / name).write_bytes(b"x")
    return place


def test_a_folder_of_everything(folder: Path) -> None:
    read = tk.read_documents(folder)
    frame = read.frame.set_index("title")
    assert sorted(frame.index) == sorted(
        ["石榴到了", "柿子慢慢来", "秋天的第一锅粥", "石榴怎么挑", "行", "标题一行", "表里的"]
    )
    assert frame.loc["石榴到了", ["source", "reads", "likes"]].tolist() == ["鲜果铺", 12_000, 30]
    assert frame.loc["石榴到了", "published_at"] == pd.Timestamp("2026-09-14 08:00", tz=TIME_ZONE)
    assert frame.loc["标题一行", ["source", "body"]].tolist() == ["账号甲", "正文一段"]
    assert frame.loc["秋天的第一锅粥", "body"] == "小米要泡半小时。"
    assert frame.loc["行", "reads"] == 5
    assert frame.loc["表里的", "published_at"] == pd.Timestamp("2026-09-01 08:00", tz=TIME_ZONE)
    page = frame.loc["石榴怎么挑"]
    assert "看底部的小嘴" in page["body"] and "版权所有" not in page["body"] and "登录" not in page["body"]
    assert page["published_at"].date() == dt.date(2026, 9, 14)
    assert sorted(read.rejected["path"]) == ["假.csv", "图.png"]
    notes = dict(zip(read.notes["path"], read.notes["note"], strict=False))
    assert notes["README.md"] == "说明文件，没有当作内容"
    assert set(read.notes[read.notes["path"] == "导出.csv"]["note"]) == {
        "按 gb18030 编码读入",
        "发布时间：看不懂的日期「胡说」，按空白处理",
    }
    assert list(read.frame.columns) == DOCUMENTS.names


def test_what_a_browser_saves_beside_a_page_is_passed_over_once(tmp_path: Path) -> None:
    for folder in ("石榴_files", "石榴.files", "石榴_文件", "柿子_files"):
        for name in ("a.js", "深/b.js", *(["frame.html"] if "石榴" in folder else [])):
            file = tmp_path / "网页" / folder / name
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text(PAGE, encoding="utf-8")
    (tmp_path / "网页" / "石榴.html").write_text(PAGE, encoding="utf-8")
    read = tk.read_documents(tmp_path)
    assert read.frame["title"].tolist() == ["石榴怎么挑"]
    passed = ["网页/石榴.files", "网页/石榴_files", "网页/石榴_文件"]
    why = "保存网页「石榴.html」时带出的文件夹，没有当作内容"
    notes = read.notes[read.notes["note"] == why]
    assert notes["path"].tolist() == passed
    assert read.files[read.files["outcome"] == "跳过"]["path"].tolist() == passed
    # without a page of its name a folder is a folder
    assert read.rejected["path"].tolist() == ["网页/柿子_files/a.js", "网页/柿子_files/深/b.js"]


def test_ids_are_stable_between_reads_and_unique_within_one(folder: Path) -> None:
    first, second = tk.read_documents(folder), tk.read_documents(folder, folder)
    assert set(first.frame["doc_id"]) <= set(second.frame["doc_id"])
    assert second.frame["doc_id"].is_unique
    assert len(second.frame) == 2 * len(first.frame)


@given(st.lists(st.sampled_from(["a", "a-2", "a-3", ""]), max_size=8))
def test_ids_stay_unique_whatever_was_given(given_ids: list[str]) -> None:
    frame = pd.DataFrame({"doc_id": given_ids, "source": "", "title": "甲", "body": ""})
    assert len(set(document_ids(frame))) == len(given_ids)


def test_every_record_is_either_kept_or_rejected(tmp_path: Path) -> None:
    file = tmp_path / "a.csv"
    file.write_text("标题,正文\n甲,一\n ,\n乙,二,多,的\n,只有正文\n", encoding="utf-8")
    read = tk.read_documents(file)
    assert read.frame["title"].tolist() == ["甲", ""]
    assert read.rejected["row"].tolist() == [4]
    file.write_text("标题,备注\n甲,x\n,只有备注\n", encoding="utf-8")
    read = tk.read_documents(file)
    assert read.rejected[["row", "reason"]].values.tolist() == [[3, "这一行没有标题也没有正文"]]


def test_without_a_title_column_every_row_comes_back_with_the_headers_there_are(tmp_path: Path) -> None:
    file = tmp_path / "a.csv"
    file.write_text("城市,气温\n甲,20\n乙,21\n", encoding="utf-8")
    read = tk.read_documents(file)
    assert read.frame.empty and list(read.frame.columns) == DOCUMENTS.names
    assert read.rejected["row"].tolist() == [2, 3]
    assert "城市、气温" in read.rejected["reason"].iloc[0]


def test_rename_and_filled_source_and_channel(tmp_path: Path) -> None:
    file = tmp_path / "a.csv"
    file.write_text("城市,气温\n甲,20\n", encoding="utf-8")
    frame = tk.read_documents(file, rename={"城市": "title"}, source="气象", channel="头条").frame
    assert frame[["source", "channel", "title"]].values.tolist() == [["气象", "头条", "甲"]]
    with pytest.raises(ColumnError, match="heading"):
        tk.read_documents(file, rename={"城市": "heading"})


@pytest.mark.parametrize("name", ["a.csv", "a.xlsx"])
def test_two_headers_renamed_to_one_column_are_an_error(name: str, tmp_path: Path) -> None:
    frame = pd.DataFrame({"标题": ["甲"], "正文": ["一"]})
    frame.to_csv(tmp_path / name, index=False) if name == "a.csv" else frame.to_excel(
        tmp_path / name, index=False
    )
    with pytest.raises(ColumnError, match="标题、正文 都对应 title"):
        tk.read_documents(tmp_path / name, rename={"标题": "title", "正文": "title"})
    with pytest.raises(ColumnError, match="题目列 不是内容表的列"):
        tk.read_documents(tmp_path / name, rename={"标题": "题目列"})


def test_a_renamed_header_that_no_file_has_is_noted(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text("标题\n甲\n", encoding="utf-8")
    (tmp_path / "b.csv").write_text("城市\n乙\n", encoding="utf-8")
    read = tk.read_documents(tmp_path, rename={"城市": "title", "不存在": "title"})
    assert read.frame["title"].tolist() == ["甲", "乙"]
    assert read.notes.values.tolist() == [
        ["", 0, "rename= 里的表头「不存在」，读到的文件里都没有，请核对写法"]
    ]


@pytest.mark.parametrize(
    ("path", "given", "message"),
    [
        (None, {}, "的每个路径要写成"),
        (5, {}, "的每个路径要写成"),
        (["a.csv", "b.csv"], {}, r"read_documents\(\*列表\)"),
        ("a.csv", {"rename": "x"}, "rename= 要写成"),
        ("a.csv", {"rename": {"标题": 5}}, "rename= 要写成"),
        ("a.csv", {"source": 5}, "source= 要写成文字"),
        ("a.csv", {"channel": ["头条"]}, "channel= 要写成文字"),
        ("a.csv", {"now": "前天"}, "now"),
        ("a.csv", {"split": "x"}, "split= 只能是"),
    ],
)
def test_an_argument_of_the_wrong_kind_is_told_before_anything_is_read(
    path: Any, given: dict[str, Any], message: str
) -> None:
    with pytest.raises(ChoiceError, match=message):
        tk.read_documents(path, **given)


def test_a_missing_path_is_a_clear_error(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="找不到"):
        tk.read_documents(tmp_path / "没有")


def test_an_empty_csv_is_rejected_not_raised(tmp_path: Path) -> None:
    file = tmp_path / "空.csv"
    file.write_text("", encoding="utf-8")
    read = tk.read_documents(file)
    assert read.rejected[["path", "reason"]].values.tolist() == [["空.csv", "文件是空的，没有可读的内容。"]]


@pytest.mark.data
@pytest.mark.skipif("WENAN_DATA" not in os.environ, reason="没有设 WENAN_DATA：真实数据不随项目分发")
def test_naughty_strings_come_through_unchanged(tmp_path: Path) -> None:
    """As title and body: read, marked, mined, stored and loaded again."""
    path = Path(os.environ["WENAN_DATA"]) / "data/naughty_strings/blns.json"
    strings = [text for text in json.loads(path.read_text(encoding="utf-8")) if text.strip()]
    file = tmp_path / "a.jsonl"
    rows = [
        {"title": s, "body": s, "date": f"2026-09-{1 + place % 28:02}"} for place, s in enumerate(strings)
    ]
    file.write_text("\n".join(json.dumps(row) for row in rows), encoding="utf-8")
    read = tk.read_documents(file)
    assert read.rejected.empty
    documents = tk.mark_duplicates(read.frame)
    assert documents["title"].tolist() == documents["body"].tolist() == strings
    trends = tk.mine_trends(documents, until="2026-09-28", min_documents=1)
    assert set(trends["evidence"].explode().dropna()) <= set(documents["doc_id"])
    with tk.Workspace(f"sqlite:///{tmp_path / 'a.db'}") as workspace:
        workspace.save("内容", documents)
    with tk.Workspace(f"sqlite:///{tmp_path / 'a.db'}") as workspace:
        pd.testing.assert_frame_equal(workspace.load("内容"), documents)
