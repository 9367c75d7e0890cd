"""Damaged and random files: every one gives rows, reasons, or one clear error, and never anything else."""

import datetime as dt
import gzip
import io
import json
import random
from pathlib import Path

import openpyxl
import pytest
from fuzzing import mutations
from hypothesis import given, settings
from hypothesis import strategies as st
from test_tables_workbooks import PAGE, XLS

import toolkit as tk
from toolkit.schema import DOCUMENTS, TIME_ZONE, Read

NOW = dt.datetime(2026, 9, 21, 9, 0, tzinfo=TIME_ZONE)
TEXT = (
    '账号,文章标题,正文,发布时间,阅读量,点赞\n鲜果铺,石榴到了,"软籽的甜,\n捏一捏",2026-09-14 08:00,1.2w,30\n'
    '面馆,"他说""好""",,昨天 12:30,--,\n,柿子,x,46286.5,10万+,1\n'
)
RECORDS = [
    {"title": f"题{place}", "views": place, "time": "3小时前", "tags": ["x", {"a": 1}]} for place in range(4)
]


def book() -> bytes:
    out = io.BytesIO()
    made = openpyxl.Workbook()
    for row in (["标题", "阅读数", "时间"], ["甲", 3, NOW.replace(tzinfo=None)], ["乙", "1.2w", "#N/A"]):
        made.active.append(row)
    made.save(out)
    return out.getvalue()


SEEDS = {
    "a.csv": TEXT.encode(),
    "gbk.csv": TEXT.encode("gb18030"),
    "wide.csv": TEXT.encode("utf-16"),
    "a.tsv": TEXT.replace(",", "\t").encode(),
    "a.jsonl": "\n".join(json.dumps(record, ensure_ascii=False) for record in RECORDS).encode(),
    "a.json": json.dumps({"data": {"list": RECORDS}}).encode(),
    "a.csv.gz": gzip.compress(TEXT.encode()),
    "a.xlsx": book(),
    "a.xls": XLS,
    "page.xls": PAGE.encode(),
}


def read(folder: Path, name: str, data: bytes) -> Read:
    """Read one file; whatever was in it is a document, a rejected row, or at least spoken of."""
    path = folder / name
    path.write_bytes(data)
    found = tk.read_documents(path, now=NOW)
    assert len(found.files) >= 1
    assert found.files["read"].sum() == len(found.frame)
    assert found.files["rejected"].sum() == len(found.rejected)
    assert list(found.frame.columns) == DOCUMENTS.names
    assert found.frame["doc_id"].is_unique and len(found.extra) == len(found.frame)
    assert (found.rejected["reason"].str.len() > 5).all()
    return found


@pytest.mark.parametrize("name", list(SEEDS))
def test_damaged_files_break_no_reader(name: str, tmp_path: Path) -> None:
    rng = random.Random(name)  # noqa: S311 - the same damage each time
    for _ in range({"a.xls": 4, "a.xlsx": 10}.get(name, 25)):
        read(tmp_path, name, mutations(SEEDS[name], rng))


@pytest.mark.parametrize("suffix", ["csv", "tsv", "jsonl", "json", "xlsx", "xls", "csv.gz"])
@settings(max_examples=20, deadline=None)
@given(
    data=st.binary(max_size=200),
    head=st.sampled_from([b"", b"\xff\xfe", b"\xef\xbb\xbf", b"PK\x03\x04", b"\x1f\x8b\x08"]),
)
def test_random_bytes_break_no_reader(
    suffix: str, data: bytes, head: bytes, tmp_path_factory: pytest.TempPathFactory
) -> None:
    read(tmp_path_factory.getbasetemp(), f"random.{suffix}", head + data)


CELLS = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\x00"), max_size=8)


@settings(max_examples=30, deadline=None)
@given(rows=st.lists(st.lists(CELLS, min_size=1, max_size=4), max_size=8), mark=st.sampled_from(",\t;|"))
def test_every_row_is_kept_or_rejected(
    rows: list[list[str]], mark: str, tmp_path_factory: pytest.TempPathFactory
) -> None:
    quoted = [["标题", "正文"], *rows]
    text = "".join(mark.join('"' + cell.replace('"', '""') + '"' for cell in row) + "\r\n" for row in quoted)
    found = read(tmp_path_factory.getbasetemp(), "rows.csv", text.encode())
    filled = [row for row in rows if any(cell.strip() for cell in row) and row != quoted[0]]
    assert len(found.frame) + len(found.rejected) == len(filled)
    assert found.frame[["title", "body"]].values.tolist() == [
        [*row, ""][:2] for row in filled if not any(cell.strip() for cell in row[2:])
    ]


@settings(max_examples=30, deadline=None)
@given(
    records=st.lists(
        st.dictionaries(
            st.sampled_from(["title", "body", "views", "time", "x"]),
            st.none() | st.booleans() | st.integers() | st.floats() | CELLS | st.lists(CELLS, max_size=2),
        ),
        max_size=6,
    )
)
def test_every_object_is_kept_or_rejected(
    records: list[dict[str, object]], tmp_path_factory: pytest.TempPathFactory
) -> None:
    text = "\n".join(json.dumps(record) for record in records)
    found = read(tmp_path_factory.getbasetemp(), "objects.jsonl", text.encode())
    filled = [record for record in records if not all(is_blank(value) for value in record.values())]
    assert len(found.frame) == len(filled) - len(found.rejected) or not filled


def is_blank(value: object) -> bool:
    text = "、".join(value) if isinstance(value, list) else "" if value in (None, "nan") else value
    # JSON's NaN is no value either
    if isinstance(value, float) and value != value:
        return True
    return isinstance(text, str) and not text.strip()
