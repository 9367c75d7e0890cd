from __future__ import annotations

import datetime as dt
import json
import os
import sqlite3
import subprocess
import sys
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pandas.testing import assert_frame_equal

from toolkit import schema
from toolkit.schema import TIME_DTYPE, TIME_ZONE, StoreError
from toolkit.store import Workspace


class Ticking:
    """A clock that goes on by a minute at each look."""

    def __init__(self) -> None:
        self.now = dt.datetime(2026, 9, 20, 8, 0, tzinfo=TIME_ZONE)

    def __call__(self) -> dt.datetime:
        self.now += dt.timedelta(minutes=1)
        return self.now


def address(tmp_path: Path) -> str:
    return f"sqlite:///{tmp_path / '我的 文案台.db'}"


def documents() -> pd.DataFrame:
    frame = pd.DataFrame(
        {
            "doc_id": ["a", "b"],
            "title": ["中秋的蟹", "=1+1"],
            "published_at": ["2026-09-18 08:30", None],
            "reads": [12345, None],
        }
    )
    return schema.check(frame, schema.DOCUMENTS)


def test_every_contract_comes_back_as_it_went_in(tmp_path: Path) -> None:
    with Workspace(address(tmp_path)) as workspace:
        for contract in (schema.DOCUMENTS, schema.TRENDS, schema.GROUPS, schema.ITEMS, schema.CALENDAR):
            workspace.save(contract.name, contract.empty())
        workspace.save("内容", documents())
    with Workspace(address(tmp_path)) as workspace:
        for contract in (schema.DOCUMENTS, schema.TRENDS, schema.GROUPS, schema.ITEMS, schema.CALENDAR):
            assert_frame_equal(workspace.load(contract.name), contract.empty())
        loaded = workspace.load("内容")
        assert_frame_equal(loaded, documents())
        assert str(loaded["published_at"].dtype) == TIME_DTYPE
        assert workspace.names() == sorted(["DOCUMENTS", "TRENDS", "GROUPS", "ITEMS", "CALENDAR", "内容"])


def test_history_has_a_row_for_each_save_that_changed_something(tmp_path: Path) -> None:
    frame = pd.DataFrame({"term": ["大闸蟹", "桂花拿铁"]})
    with Workspace(address(tmp_path), clock=Ticking()) as workspace:
        versions = [
            workspace.save("热词", part) for part in (frame, frame, frame.head(1), frame.head(1), frame)
        ]
        assert versions == [1, 1, 2, 2, 3]
        history = workspace.history("热词")
        # the clock was looked at once for the migration step
        minutes = ["2026-09-20 08:02", "2026-09-20 08:03", "2026-09-20 08:04"]
        expected = pd.DataFrame(
            {
                "version": pd.Series([1, 2, 3], dtype="Int64"),
                "saved_at": schema.to_shanghai(pd.Series(minutes)),
                "rows": pd.Series([2, 1, 2], dtype="Int64"),
            }
        )
        assert_frame_equal(history, expected)
        assert_frame_equal(workspace.history("没有"), expected.head(0))


def test_a_change_of_type_or_order_is_a_change() -> None:
    frame = pd.DataFrame({"a": [1, 2], "b": [3, 4]})
    with Workspace("sqlite://") as workspace:
        saved = [
            frame,
            frame.astype("Int64"),
            frame.astype("Int64")[["b", "a"]],
            frame.astype("Int64")[["b", "a"]],
        ]
        assert [workspace.save("x", part) for part in saved] == [1, 2, 3, 3]
        assert_frame_equal(workspace.load("x"), saved[-1])


def test_the_index_is_not_kept_and_the_input_is_not_touched() -> None:
    frame = documents().set_axis([7, 3])
    before = frame.copy(deep=True)
    with Workspace("sqlite://") as workspace:
        workspace.save("x", frame)
        assert_frame_equal(workspace.load("x"), documents())
    assert_frame_equal(frame, before)


TEXT = st.text(st.characters(), max_size=12)
TIMES = st.dates(dt.date(1971, 1, 1), dt.date(2099, 1, 1)).map(
    lambda day: pd.Timestamp(day) + pd.Timedelta("08:30:15.000123")
)
OBJECTS = st.one_of(
    st.none(),
    TEXT,
    st.booleans(),
    st.integers(),
    st.floats(allow_nan=False),
    st.dates(),
    st.lists(TEXT, max_size=3),
    st.dictionaries(TEXT, st.integers(), max_size=2),
    st.tuples(TEXT, st.none()),
    TIMES.map(lambda value: pd.Timestamp(value, tz="Asia/Shanghai")),
)


@st.composite
def frames(draw: st.DrawFn) -> pd.DataFrame:
    rows = draw(st.integers(0, 4))

    def column(values: st.SearchStrategy[Any], dtype: Any) -> pd.Series[Any]:
        return pd.Series(draw(st.lists(values, min_size=rows, max_size=rows)), dtype=dtype)

    return pd.DataFrame(
        {
            draw(TEXT) + "1": column(st.one_of(st.none(), TEXT), "str"),
            draw(TEXT) + "2": column(st.one_of(st.none(), st.integers(-(2**63), 2**63 - 1)), "Int64"),
            draw(TEXT) + "3": column(st.floats(), "float64"),
            draw(TEXT) + "4": column(st.booleans(), "bool"),
            draw(TEXT) + "5": schema.to_shanghai(column(st.one_of(st.none(), TIMES), object)),
            draw(TEXT) + "6": column(st.lists(TEXT, max_size=3), object),
            draw(TEXT) + "7": column(OBJECTS, object),
            draw(TEXT) + "8": column(st.one_of(st.none(), TIMES), "datetime64[ns]"),
            draw(TEXT) + "9": column(st.one_of(st.none(), st.booleans()), "boolean"),
            draw(TEXT) + "0": column(st.integers(-(2**31), 2**31 - 1), "int32"),
        }
    )


@settings(max_examples=60, deadline=None)
@given(frame=frames(), name=TEXT)
def test_what_is_loaded_is_what_was_saved(frame: pd.DataFrame, name: str) -> None:
    with Workspace("sqlite://") as workspace:
        assert workspace.save(name, frame) == 1
        loaded = workspace.load(name)
        assert_frame_equal(loaded, frame)
        for column in frame.columns:
            if frame[column].dtype == object:
                assert [type(value) for value in loaded[column]] == [type(value) for value in frame[column]]
        assert workspace.save(name, loaded) == 1
        assert workspace.names() == [name]


@pytest.mark.data
@pytest.mark.skipif("WENAN_DATA" not in os.environ, reason="没有设 WENAN_DATA：真实数据不随项目分发")
def test_naughty_strings_survive_as_names_and_values(tmp_path: Path) -> None:
    file = Path(os.environ["WENAN_DATA"]) / "data" / "naughty_strings" / "blns.json"
    naughty = json.loads(file.read_text(encoding="utf-8"))
    naughty = list(dict.fromkeys([*naughty, "\x00", "a\x00b", "\ud800", "\udfff中", "\r\n"]))
    frame = pd.DataFrame({"text": pd.Series(naughty, dtype="str"), "list": [[text] for text in naughty]})
    with Workspace(address(tmp_path)) as workspace:
        workspace.save("all", frame)
        for text in naughty[::20] + naughty[-5:]:
            workspace.save(text, frame.head(1))
    with Workspace(address(tmp_path)) as workspace:
        assert_frame_equal(workspace.load("all"), frame)
        assert workspace.names() == sorted({"all", *naughty[::20], *naughty[-5:]})


def test_an_unknown_name_says_what_there_is() -> None:
    with Workspace("sqlite://") as workspace:
        with pytest.raises(StoreError, match="还是空的"):
            workspace.load("热词")
        workspace.save("选题", documents())
        with pytest.raises(StoreError, match="没有 '热词'。现有：'选题'"):
            workspace.load("热词")


@pytest.mark.parametrize(
    ("frame", "message"),
    [
        (pd.DataFrame({1: [1]}), "列名要是文字：1"),
        (pd.DataFrame([[1, 2]], columns=["a", "a"]), "有重复的列名"),
        (pd.DataFrame({"a": pd.Series(["x"], dtype="category")}), "类型 category 存不了"),
        (pd.DataFrame({"a": [object()]}), "存不了的值（object）"),
        (pd.DataFrame({"a": [1j]}), "类型 complex128 存不了"),
    ],
)
def test_what_cannot_be_kept_is_refused(frame: pd.DataFrame, message: str) -> None:
    with Workspace("sqlite://") as workspace:
        with pytest.raises(StoreError) as caught:
            workspace.save("x", frame)
        assert message in str(caught.value)
        assert workspace.names() == []


def foreign_database(path: Path) -> None:
    connection = sqlite3.connect(path)
    connection.execute("create table bookmarks (url)")
    connection.commit()
    connection.close()


@pytest.mark.parametrize("kind", ["text", "picture", "other database", "short"])
def test_a_foreign_file_is_refused_and_left_alone(tmp_path: Path, kind: str) -> None:
    path = tmp_path / "wenan.db"
    contents = {"text": b"hello" * 50, "picture": b"\x89PNG\r\n\x1a\n" + bytes(200), "short": b"SQLite"}
    if kind in contents:
        path.write_bytes(contents[kind])
    else:
        foreign_database(path)
    before = path.read_bytes()
    with pytest.raises(StoreError, match="不是文案台的工作区文件，或已损坏。文件没有改动"):
        Workspace(f"sqlite:///{path}")
    assert path.read_bytes() == before
    assert [other.name for other in tmp_path.iterdir()] == ["wenan.db"]


@pytest.mark.parametrize("damage", ["middle", "cut", "page size"])
def test_a_damaged_workspace_is_refused_and_left_alone(tmp_path: Path, damage: str) -> None:
    path = tmp_path / "wenan.db"
    with Workspace(f"sqlite:///{path}") as workspace:
        workspace.save("x", pd.DataFrame({"a": [os.urandom(40).hex() for _ in range(2000)]}))
    data = bytearray(path.read_bytes())
    if damage == "middle":
        data[4096:20480] = b"\xee" * 16384
    elif damage == "cut":
        del data[len(data) // 2 :]
    else:
        data[16:18] = b"\x00\x03"
    path.write_bytes(bytes(data))
    with pytest.raises(StoreError, match="已损坏"):
        Workspace(f"sqlite:///{path}")
    assert path.read_bytes() == bytes(data)


def test_a_value_changed_behind_our_back_is_noticed(tmp_path: Path) -> None:
    path = tmp_path / "wenan.db"
    with Workspace(f"sqlite:///{path}") as workspace:
        workspace.save("x", documents())
    connection = sqlite3.connect(path)
    connection.execute("update wenan_frames set columns = '[]'")
    connection.commit()
    connection.close()
    with Workspace(f"sqlite:///{path}") as workspace, pytest.raises(StoreError, match="'x' 已损坏"):
        workspace.load("x")


def test_a_workspace_of_a_later_version_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "wenan.db"
    Workspace(f"sqlite:///{path}").close()
    connection = sqlite3.connect(path)
    steps = connection.execute("select step, name from wenan_schema").fetchall()
    assert steps == [(1, "frames and their history")]
    connection.execute("insert into wenan_schema values (99, 'later', '')")
    connection.commit()
    connection.close()
    with pytest.raises(StoreError, match="请升级后再打开"):
        Workspace(f"sqlite:///{path}")


def test_places_and_addresses_that_cannot_be_used(tmp_path: Path) -> None:
    with pytest.raises(StoreError, match="是文件夹"):
        Workspace(f"sqlite:///{tmp_path}")
    with pytest.raises(StoreError, match="不存在。请先建好它"):
        Workspace(f"sqlite:///{tmp_path / 'none' / 'wenan.db'}")
    for url in ("wenan.db", "nothing://x"):
        with pytest.raises(StoreError, match="看不懂的数据库地址"):
            Workspace(url)


def test_a_new_file_is_in_wal_mode_and_marked_as_ours(tmp_path: Path) -> None:
    path = tmp_path / "wenan.db"
    Workspace(f"sqlite:///{path}").close()
    connection = sqlite3.connect(path)
    assert connection.execute("pragma journal_mode").fetchone() == ("wal",)
    assert connection.execute("pragma application_id").fetchone() == (0x57656E61,)
    connection.close()


WRITER = """
import sys
import pandas as pd
from toolkit.store import Workspace
url, who = sys.argv[1:]
with Workspace(url) as workspace:
    for number in range(60):
        workspace.save("common", pd.DataFrame({"who": [who], "number": [number]}))
        workspace.save(who, pd.DataFrame({"number": [number]}))
"""


def test_two_programs_write_at_once_and_nothing_is_lost(tmp_path: Path) -> None:
    url = address(tmp_path)
    writers = [
        subprocess.Popen([sys.executable, "-c", WRITER, url, who], stderr=subprocess.PIPE)
        for who in ("甲", "乙")
    ]
    errors = [writer.communicate()[1] for writer in writers]
    assert errors == [b"", b""]
    with Workspace(url) as workspace:
        assert workspace.names() == sorted(["common", "甲", "乙"])
        # every save of the common name differs from the one before it, whoever wrote that
        assert workspace.history("common")["version"].tolist() == list(range(1, 121))
        for who in ("甲", "乙"):
            assert workspace.load(who)["number"].tolist() == [59]
            assert workspace.history(who)["version"].tolist() == list(range(1, 61))
