from __future__ import annotations

import datetime as dt
import json
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pandas.testing import assert_frame_equal
from postgres import ENGINES, Ticking, documents, new_address

from toolkit import schema
from toolkit.schema import TIME_DTYPE, StoreError
from toolkit.store import KEPT, Workspace


@pytest.fixture(params=ENGINES)
def url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    return new_address(request.param, tmp_path)


@pytest.fixture(scope="module", params=ENGINES)
def workspace(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Workspace]:
    """One workspace for many names."""
    with Workspace(new_address(request.param, tmp_path_factory.mktemp("store"))) as opened:
        yield opened


def test_every_contract_comes_back_as_it_went_in(url: str) -> None:
    with Workspace(url) as workspace:
        for contract in (schema.DOCUMENTS, schema.TRENDS, schema.GROUPS, schema.ITEMS, schema.CALENDAR):
            workspace.save(contract.name, contract.empty())
        workspace.save("内容", documents())
    with Workspace(url) as workspace:
        for contract in (schema.DOCUMENTS, schema.TRENDS, schema.GROUPS, schema.ITEMS, schema.CALENDAR):
            assert_frame_equal(workspace.load(contract.name), contract.empty())
        loaded = workspace.load("内容")
        assert_frame_equal(loaded, documents())
        assert str(loaded["published_at"].dtype) == TIME_DTYPE
        assert workspace.names() == sorted(["DOCUMENTS", "TRENDS", "GROUPS", "ITEMS", "CALENDAR", "内容"])


def test_history_has_a_row_for_each_save_that_changed_something(url: str) -> None:
    frame = pd.DataFrame({"term": ["大闸蟹", "桂花拿铁"]})
    with Workspace(url, clock=Ticking()) as workspace:
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
                "added": pd.Series([2, 0, 1], dtype="Int64"),
                "removed": pd.Series([0, 1, 0], dtype="Int64"),
                "changed": pd.Series([0, 0, 0], dtype="Int64"),
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


def counts(workspace: Workspace, name: str) -> list[list[int]]:
    return workspace.history(name)[["added", "removed", "changed"]].to_numpy().tolist()


def test_history_counts_rows_by_the_first_column_or_by_whole_rows(url: str) -> None:
    first = pd.DataFrame({"id": ["a", "b", "c"], "x": [1.0, float("nan"), 3.0]})
    second = pd.DataFrame({"id": ["c", "b", "d", "e"], "x": [4.0, float("nan"), 3.0, 1.0]})
    with Workspace(url) as workspace:
        for frame in (first, second, second[["x", "id"]], second.assign(y=1)):
            workspace.save("键", frame)
        # another first column: x has no value twice in both, so it is the key
        assert counts(workspace, "键") == [[3, 0, 0], [2, 1, 1], [0, 0, 0], [4, 4, 0]]
        days = pd.DataFrame({"group_id": ["g", "g"], "date": ["1", "2"], "members": [10, 11]})
        for frame in (days, days.assign(members=[10, 12]), days.assign(date="1")):
            workspace.save("天", frame)
        assert counts(workspace, "天") == [[2, 0, 0], [0, 0, 1], [1, 1, 0]]
        for texts in (["x", "x", "y"], ["x", "y", "y", "z"], []):
            workspace.save("行", pd.DataFrame({"text": pd.Series(texts, dtype="str")}))
        assert counts(workspace, "行") == [[3, 0, 0], [2, 1, 0], [0, 4, 0]]


def test_the_last_ten_contents_are_kept_and_older_ones_leave_their_history(url: str) -> None:
    with Workspace(url) as workspace:
        for number in range(1, 14):
            workspace.save("x", pd.DataFrame({"n": [number]}))
            workspace.save("y", pd.DataFrame({"n": [-number]}))
        kept = [workspace.load("x", version=version)["n"].tolist() for version in range(4, 14)]
        assert kept == [[number] for number in range(4, 14)]
        assert len(kept) == KEPT
        for version in (0, 3, 14):
            with pytest.raises(
                StoreError, match=f"没有第 {version} 版.*还留着的：4、5、6、7、8、9、10、11、12、13。"
            ):
                workspace.load("x", version=version)
        assert workspace.history("x")["version"].tolist() == list(range(1, 14))


def test_a_save_over_what_someone_saved_since_is_refused(url: str) -> None:
    frame = documents()
    with Workspace(url) as mine, Workspace(url) as hers:
        assert mine.save("内容", frame, version=0) == 1
        assert hers.save("内容", frame.head(1), version=1) == 2
        with pytest.raises(StoreError) as caught:
            mine.save("内容", frame.tail(1), personal="source", version=1)
        assert str(caught.value) == (
            "'内容' 现在是第 2 版，不是第 1 版：这期间有人保存过，这一次没有存。"
            "请重新 load，把改动做进去再 save；只添几行可以用 add。"
        )
        with pytest.raises(StoreError, match="现在是第 2 版，不是第 0 版"):
            mine.save("内容", frame, version=0)
        assert_frame_equal(mine.load("内容"), frame.head(1))
        assert len(mine.history("内容")) == 2
        assert mine.save("内容", frame.tail(1), version=2) == 3
        # the refused save left no column marked as personal
        assert mine.forget_people() == 0


def test_rows_are_added_by_key_and_the_same_rows_change_nothing(url: str) -> None:
    new = documents().assign(
        doc_id=["b", "c"], title=["改过的题", "新的一篇"], reads=pd.array([7, 8], "Int64")
    )
    with Workspace(url) as workspace:
        added = [workspace.add("内容", frame) for frame in (documents(), documents(), new, new, new.head(0))]
        assert added == [1, 1, 2, 2, 2]
        expected = pd.concat([documents().head(1), new], ignore_index=True)
        assert_frame_equal(workspace.load("内容"), expected)
        assert counts(workspace, "内容") == [[2, 0, 0], [1, 0, 1]]
        assert_frame_equal(workspace.load("内容", version=1), documents())


def test_rows_without_a_key_are_kept_once_as_a_whole() -> None:
    rows = pd.DataFrame({"term": ["蟹", "蟹", "茶", "茶"], "source": ["甲", "乙", "甲", "甲"]})
    with Workspace("sqlite://") as workspace:
        assert workspace.add("x", rows) == 1
        assert_frame_equal(workspace.load("x"), rows.head(3))
        assert workspace.add("x", rows.iloc[::-1]) == 1
        days = pd.DataFrame({"group_id": ["g"], "date": ["1"], "members": [10]})
        workspace.add("天", days)
        workspace.add("天", days.assign(date="2"))
        workspace.add("天", days.assign(date="2", members=11))
        assert workspace.load("天")[["date", "members"]].to_numpy().tolist() == [["1", 10], ["2", 11]]


def test_columns_that_one_side_lacks() -> None:
    held = pd.DataFrame({"id": ["a", "b"], "n": [1, 2], "flag": [True, False]})
    with Workspace("sqlite://") as workspace:
        workspace.save("x", held)
        workspace.add("x", pd.DataFrame({"id": ["b"], "n": [3]}))
        assert_frame_equal(workspace.load("x"), held.assign(n=[1, 3]))
        workspace.add("x", pd.DataFrame({"id": ["c", "a"], "note": ["新", "旧"]}, index=[5, 5]))
        expected = pd.DataFrame(
            {
                "id": ["a", "b", "c"],
                "n": [1.0, 3.0, float("nan")],
                "flag": pd.Series([True, False, float("nan")], dtype=object),
                "note": pd.Series(["旧", None, "新"], dtype="str"),
            }
        )
        assert_frame_equal(workspace.load("x"), expected)
        assert workspace.add("x", expected) == workspace.add("x", held.assign(n=[1, 3])) == 3


@pytest.mark.parametrize(
    ("frame", "key", "message"),
    [
        (pd.DataFrame({"id": ["a", "a"], "n": [1, 2]}), "id", "有重复的值"),
        (pd.DataFrame({"id": ["a"]}), ["id", "day"], "键列 day 不是两边都有"),
        (pd.DataFrame({"other": ["a"]}), None, "键列 id 不是两边都有"),
    ],
)
def test_a_key_that_does_not_tell_rows_apart_is_refused(
    frame: pd.DataFrame, key: str | list[str] | None, message: str
) -> None:
    held = pd.DataFrame({"id": ["a", "b"], "n": [1, 2]})
    with Workspace("sqlite://") as workspace:
        workspace.save("x", held)
        with pytest.raises(StoreError, match=message):
            workspace.add("x", frame, key=key)
        assert_frame_equal(workspace.load("x"), held)


@settings(max_examples=60, deadline=None)
@given(parts=st.lists(st.dictionaries(st.integers(0, 6), st.integers(0, 3), max_size=4), max_size=5))
def test_adding_is_what_a_dictionary_does(parts: list[dict[int, int]]) -> None:
    expected: dict[int, int] = {}
    with Workspace("sqlite://") as workspace:
        workspace.save("x", pd.DataFrame({"id": [], "n": []}, dtype="Int64"))
        for part in parts:
            expected |= part
            frame = pd.DataFrame({"id": list(part), "n": list(part.values())}, dtype="Int64")
            version = workspace.add("x", frame, key="id")
            assert workspace.add("x", frame) == version
        assert workspace.load("x").to_numpy().tolist() == [list(pair) for pair in expected.items()]


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
def test_what_is_loaded_is_what_was_saved(workspace: Workspace, frame: pd.DataFrame, name: str) -> None:
    version = workspace.save(name, frame)
    loaded = workspace.load(name)
    assert_frame_equal(loaded, frame)
    for column in frame.columns:
        if frame[column].dtype == object:
            assert [type(value) for value in loaded[column]] == [type(value) for value in frame[column]]
    assert workspace.save(name, loaded) == version
    assert name in workspace.names()


@pytest.mark.data
@pytest.mark.skipif("WENAN_DATA" not in os.environ, reason="没有设 WENAN_DATA：真实数据不随项目分发")
def test_naughty_strings_survive_as_names_and_values(url: str) -> None:
    file = Path(os.environ["WENAN_DATA"]) / "data" / "naughty_strings" / "blns.json"
    naughty = json.loads(file.read_text(encoding="utf-8"))
    naughty = list(dict.fromkeys([*naughty, "\x00", "a\x00b", "\ud800", "\udfff中", "\r\n"]))
    frame = pd.DataFrame({"text": pd.Series(naughty, dtype="str"), "list": [[text] for text in naughty]})
    odd = pd.DataFrame([range(len(naughty))], columns=pd.Index(naughty, dtype="str"))
    with Workspace(url) as workspace:
        workspace.save("all", frame)
        workspace.save("columns", odd)
        for place, text in enumerate(naughty):
            workspace.save(text, frame.iloc[[place]])
    with Workspace(url) as workspace:
        assert_frame_equal(workspace.load("all"), frame)
        assert_frame_equal(workspace.load("columns"), odd)
        assert workspace.add("all", frame) == 1
        assert workspace.names() == sorted({"all", "columns", *naughty})
        assert [workspace.load(text)["list"].tolist() for text in naughty] == [[[text]] for text in naughty]


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
