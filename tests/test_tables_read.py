"""What `read_documents` shows of the tables it read: mapping, files, progress; our own CSV read back."""

import datetime as dt
import gzip
import json
import shutil
from pathlib import Path

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import toolkit as tk
from toolkit import tables
from toolkit.schema import DOCUMENTS, TIME_ZONE, InputError, check

FILES = {
    "a.csv": "公众号,标题,阅读量,阅读量\n果铺,甲,1.2w,3\n果铺,,1,2\n".encode("gb18030"),
    "b.jsonl.gz": gzip.compress(b'{"title": "x", "mood": "ok"}'),
    "c.csv": "城市,气温\n甲,20\n".encode(),
    "d.csv": b"",
    "e.txt": "一行标题\n正文".encode(),
    "README.txt": "说明".encode(),
    "图.png": b"\x89PNG",
}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    for name, data in FILES.items():
        (tmp_path / name).write_bytes(data)
    return tmp_path


def test_every_file_is_accounted_for(folder: Path) -> None:
    read = tk.read_documents(folder)
    assert read.files.values.tolist() == [
        ["README.txt", "txt", "", 0, 0, "跳过"],
        ["a.csv", "csv", "gb18030", 1, 1, "已读"],
        ["b.jsonl.gz", "jsonl", "utf-8", 1, 0, "已读"],
        ["c.csv", "csv", "utf-8", 0, 1, "没有读"],
        ["d.csv", "csv", "", 0, 1, "没有读"],
        ["e.txt", "text", "utf-8", 1, 0, "已读"],
        ["图.png", "png", "", 0, 1, "没有读"],
    ]
    assert read.files["read"].sum() == len(read.frame)
    assert read.files["rejected"].sum() == len(read.rejected)


def test_the_mapping_is_shown_and_no_column_is_lost(folder: Path) -> None:
    read = tk.read_documents(folder)
    assert read.columns.values.tolist() == [
        ["a.csv", "公众号", "source", "来源"],
        ["a.csv", "标题", "title", "标题"],
        ["a.csv", "阅读量", "reads", "阅读数"],
        ["a.csv", "阅读量（第4列）", "", ""],
        ["b.jsonl.gz", "title", "title", "标题"],
        ["b.jsonl.gz", "mood", "", ""],
        ["c.csv", "城市", "", ""],
        ["c.csv", "气温", "", ""],
    ]
    assert read.extra.drop(columns="doc_id").fillna("").values.tolist() == [["3", ""], ["", "ok"], ["", ""]]


@pytest.mark.parametrize(
    ("name", "text"),
    [
        (
            "a.jsonl",
            '{"标题": "甲", "正文": "正文甲"}\n{"title": "乙", "body": "b"}\n{"title": "丙", "标题": "副"}',
        ),
        ("a.csv", "标题,正文,title,body\n甲,正文甲,,\n ,,乙,b\n副,,丙,\n"),
    ],
)
def test_a_second_header_of_a_column_fills_its_gaps_and_is_kept(name: str, text: str, tmp_path: Path) -> None:
    (tmp_path / name).write_text(text, encoding="utf-8")
    read = tk.read_documents(tmp_path)
    assert read.rejected.empty
    assert read.frame[["title", "body"]].values.tolist() == [["甲", "正文甲"], ["乙", "b"], ["丙", ""]]
    assert [cell.strip() for cell in read.extra["标题"]] == ["甲", "", "副"]
    assert sorted(read.columns[["header", "column", "caption"]].values.tolist()) == [
        ["body", "body", "正文"],
        ["title", "title", "标题"],
        ["标题", "title", "标题（补空）"],
        ["正文", "body", "正文（补空）"],
    ]


def test_gaps_are_filled_by_the_better_alias_first(tmp_path: Path) -> None:
    text = "标题,文章标题,正文,摘要\n,甲,,一\n乙,副,,\n"
    (tmp_path / "a.csv").write_text(text, encoding="utf-8")
    read = tk.read_documents(tmp_path)
    assert read.frame["title"].tolist() == ["甲", "乙"]
    heads = ["时间", "平台", "发布日期", "发布时间", "标题"]
    aliases = tk.lexicons.header_aliases()
    order = [head for head in aliases if head in heads]
    spares = tables.spare_columns(heads, DOCUMENTS, aliases=aliases)
    mapping = tables.map_columns(heads, DOCUMENTS, aliases=aliases)
    assert list(spares) == [head for head in order if head not in mapping]
    assert set(spares.values()) == {"published_at"}


def test_the_same_text_has_the_same_id_in_a_workbook_and_in_csv(tmp_path: Path) -> None:
    cells = ["一\r\n二", "铃\x07", "_x000D_", "_x005F_", "x005F_", "_xZZZZ_ 后", "=1+1", "😀 _x"]
    frame = pd.DataFrame({"标题": cells, "_x000D_": cells})
    frame.to_csv(tmp_path / "a.csv", index=False)
    with pd.ExcelWriter(
        tmp_path / "a.xlsx",
        engine="xlsxwriter",
        engine_kwargs={"options": {"strings_to_formulas": False}},
    ) as book:
        frame.to_excel(book, index=False)
    one, other = (tk.read_documents(tmp_path / name) for name in ("a.csv", "a.xlsx"))
    assert other.frame["title"].tolist() == cells
    pd.testing.assert_frame_equal(other.frame, one.frame)
    pd.testing.assert_frame_equal(other.extra, one.extra)


def test_a_workbook_of_our_own_comes_back(tmp_path: Path) -> None:
    cells = ["一\n二", "_x000D_", "_x005F_", "x005F_", "_x0041_", "=1+1", "'@x", "<b>&amp;", "😀"]
    keys = [f"d{place}" for place in range(len(cells))]
    frame = check(pd.DataFrame({"doc_id": keys, "title": cells, "body": cells[::-1]}), DOCUMENTS)
    read = tk.read_documents(tk.write_xlsx(frame, tmp_path / "a.xlsx"))
    pd.testing.assert_frame_equal(read.frame, frame)


def test_progress_counts_the_bytes_of_all_files(folder: Path) -> None:
    (folder / "z.csv").write_text("标题\n" + "很长的一行标题\n" * 100_000, encoding="utf-8")
    calls: list[tuple[int, int]] = []
    tk.read_documents(folder, folder / "a.csv", progress=lambda done, total: calls.append((done, total)))
    total = sum(path.stat().st_size for path in folder.iterdir()) + len(FILES["a.csv"])
    done = [count for count, _ in calls]
    assert {whole for _, whole in calls} == {total}
    assert (done[0], done[-1], done) == (0, total, sorted(done))
    assert any(0.3 < count / total < 0.9 for count in done)


def test_progress_of_nothing_is_complete(tmp_path: Path) -> None:
    calls: list[tuple[int, int]] = []
    tk.read_documents(tmp_path, progress=lambda done, total: calls.append((done, total)))
    assert calls == [(0, 0)]


def test_a_missing_path_is_told_before_anything_is_read(folder: Path) -> None:
    calls: list[tuple[int, int]] = []
    with pytest.raises(InputError, match="找不到"):
        tk.read_documents(folder, folder / "没有", progress=lambda done, total: calls.append((done, total)))
    assert calls == []


def test_a_file_that_cannot_be_opened_is_rejected_and_the_others_read(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = Path.open

    def locked(self: Path, *args: object, **more: object) -> object:
        if self.name == "a.csv":
            raise PermissionError(13, "in use")
        return real(self, *args, **more)  # type: ignore[call-overload]

    monkeypatch.setattr(Path, "open", locked)
    read = tk.read_documents(folder)
    assert read.rejected[read.rejected["path"] == "a.csv"]["reason"].tolist() == [
        "打不开，可能正被别的程序占用。请关闭它（如 Excel）后再试。"
    ]
    assert len(read.frame) == 2


def test_a_csv_of_our_own_comes_back_exactly(tmp_path: Path) -> None:
    cells = ["=1+1", "'=1+1", "''@x", "'90 后", "-5℃，早餐", "正常，带\n换行", "＝全角"]
    frame = check(
        pd.DataFrame(
            {
                "doc_id": [f"d{place}" for place in range(len(cells))],
                "title": cells,
                "body": cells[::-1],
                "published_at": dt.datetime(2026, 9, 14, 8, tzinfo=TIME_ZONE),
                "reads": range(len(cells)),
            }
        ),
        DOCUMENTS,
    )
    read = tk.read_documents(tk.write_csv(frame, tmp_path / "a.csv"))
    pd.testing.assert_frame_equal(read.frame, frame)


@settings(max_examples=30, deadline=None)
@given(
    cells=st.lists(
        st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\x00\ufeff"), max_size=9),
        min_size=1,
        max_size=6,
    )
)
def test_any_text_comes_back_from_our_own_csv(
    cells: list[str], tmp_path_factory: pytest.TempPathFactory
) -> None:
    frame = check(
        pd.DataFrame({"doc_id": [f"d{place}" for place in range(len(cells))], "title": "题", "body": cells}),
        DOCUMENTS,
    )
    path = tk.write_csv(frame, tmp_path_factory.mktemp("own") / "a.csv")
    assert tk.read_documents(path).frame["body"].tolist() == cells


def test_an_apostrophe_in_a_foreign_csv_stays(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_text("标题,正文\n'=1+1,'-5\n", encoding="utf-8-sig", newline="")
    assert tk.read_documents(path).frame[["title", "body"]].values.tolist() == [["'=1+1", "'-5"]]


def test_what_is_asked_for_fills_blank_cells_only(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_text("账号,标题\n果铺,甲\n ,乙\n", encoding="utf-8")
    assert tk.read_documents(path, source="同行").frame["source"].tolist() == ["果铺", "同行"]


def test_json_and_old_workbooks_are_documents_too(tmp_path: Path) -> None:
    (tmp_path / "a.json").write_text(
        json.dumps({"data": {"list": [{"title": "甲", "create_time": 1789952400, "digg_count": 5}]}}), "utf-8"
    )
    (tmp_path / "b.xls").write_bytes("标题\t阅读数\n乙\t10万+\n".encode("gb18030"))
    frame = tk.read_documents(tmp_path).frame
    assert frame["title"].tolist() == ["甲", "乙"]
    assert frame["published_at"].iloc[0] == pd.Timestamp("2026-09-21 09:00", tz=TIME_ZONE)
    assert frame[["likes", "reads"]].astype("object").values.tolist() == [[5, pd.NA], [pd.NA, 100_000]]


def test_the_same_rows_in_every_format_give_the_same_documents(tmp_path: Path) -> None:
    frame = pd.DataFrame({"标题": ["甲", "乙"], "正文": ["一，二", '三"四"'], "阅读数": [3, 12_000]})
    frame.to_csv(tmp_path / "a.csv", index=False)
    frame.to_csv(tmp_path / "a.tsv", index=False, sep="\t")
    frame.to_excel(tmp_path / "a.xlsx", index=False)
    frame.to_json(tmp_path / "a.jsonl", orient="records", lines=True, force_ascii=False)
    frame.to_json(tmp_path / "a.json", orient="records", force_ascii=False)
    frame.to_html(tmp_path / "a.xls", index=False)
    with (tmp_path / "a.csv").open("rb") as plain, gzip.open(tmp_path / "b.csv.gz", "wb") as packed:
        shutil.copyfileobj(plain, packed)
    expected = tk.read_documents(tmp_path / "a.csv").frame
    for path in sorted(tmp_path.iterdir()):
        pd.testing.assert_frame_equal(tk.read_documents(path).frame, expected, obj=path.name)
