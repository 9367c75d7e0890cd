"""Contracts take what people hand over: blanks, words, captions; and refuse the rest in Chinese."""

import datetime as dt

import numpy as np
import pandas as pd
import pytest

from toolkit import schema
from toolkit.schema import CALENDAR, CONTRACTS, DOCUMENTS, GROUPS, ITEMS, TIME_ZONE, ColumnError, check


@pytest.mark.parametrize("contract", CONTRACTS, ids=lambda contract: contract.name)
def test_an_empty_frame_keeps_the_columns_and_dtypes(contract: schema.Contract) -> None:
    empty = check(contract.empty(), contract)
    assert list(empty.columns) == contract.names
    assert [str(dtype) for dtype in empty.dtypes] == [str(column.dtype) for column in contract.columns]


@pytest.mark.parametrize("blank", [None, float("nan"), pd.NA, ""], ids=["None", "NaN", "NA", "empty"])
def test_blank_cells_take_the_default(blank: object) -> None:
    names = ["kind", "tone", "phase", "value", "waves", "minutes", "must_send", "topic", "copy", "groups"]
    row = {"item_id": "a", "title": "新米", **dict.fromkeys(names, blank)}
    item = check(pd.DataFrame([row], dtype="object"), ITEMS).iloc[0]
    assert item[["kind", "tone", "phase", "value", "waves", "minutes", "must_send", "topic"]].tolist() == [
        *("value", "neutral", "", 1.0, 1, 0, False, ""),
    ]
    assert pd.isna(item["copy"])


def test_an_uneven_list_of_dicts_is_an_items_table() -> None:
    items = check(
        pd.DataFrame([{"item_id": "a", "title": "甲", "kind": "promotion"}, {"item_id": "b", "title": "乙"}]),
        ITEMS,
    )
    assert items["kind"].tolist() == ["promotion", "value"]


def test_captions_and_words_are_read_back_and_other_text_is_left_alone() -> None:
    frame = pd.DataFrame(
        {"条目编号": ["促销"], "标题": ["上升"], "类型": ["促销"], "阶段": ["预热"], "负责人": ["通过"]}
    )
    row = check(frame, ITEMS).iloc[0]
    assert row[["item_id", "title", "kind", "phase", "owner"]].tolist() == [
        "促销",
        "上升",
        "promotion",
        "warmup",
        "通过",
    ]
    assert check(pd.DataFrame({"item_id": ["a"], "title": ["t"], "kind": ["上升"]}), ITEMS)[
        "kind"
    ].tolist() == ["上升"]


def test_an_unknown_status_is_refused_because_it_would_count_for_nothing() -> None:
    post = {"post_id": "p", "item_id": "i", "group_id": "g", "starts_at": "2026-09-21 20:00"}
    assert check(pd.DataFrame([{**post, "status": "已定"}]), CALENDAR)["status"].tolist() == ["pinned"]
    with pytest.raises(ColumnError, match=r"status（状态）.*「发了」不认识.*sent（已发）"):
        check(pd.DataFrame([{**post, "status": "发了"}]), CALENDAR)


@pytest.mark.parametrize(
    ("text", "expected"),
    [("是", True), ("TRUE", True), ("1.0", True), (1, True), ("否", False), (0.0, False), ("", False)],
)
def test_yes_and_no(text: object, expected: bool) -> None:
    assert schema.as_flag(text) is expected


def test_a_missing_column_names_itself_and_those_there_are() -> None:
    with pytest.raises(
        ColumnError, match=r"群表缺少列 .*members（人数）.*现有的列：group_id、name"
    ) as caught:
        check(pd.DataFrame({"group_id": ["g"], "name": ["一群"]}), GROUPS)
    assert caught.value.missing == ("members", "slots", "posts_per_day", "posts_per_week")
    assert caught.value.present == ("group_id", "name")


def test_a_word_where_a_number_belongs_is_named() -> None:
    with pytest.raises(ColumnError, match=r"reads（阅读数）.*「很多」不是数字"):
        check(pd.DataFrame({"doc_id": ["a"], "reads": ["很多"]}), DOCUMENTS)


def test_times_without_a_zone_are_shanghais_and_others_are_moved_there() -> None:
    times = pd.Series(
        ["2026-09-20 20:00", pd.Timestamp("2026-09-20 12:00", tz="UTC"), dt.date(2026, 9, 20), None]
    )
    found = check(pd.DataFrame({"doc_id": list("abcd"), "published_at": times}), DOCUMENTS)["published_at"]
    evening = pd.Timestamp("2026-09-20 20:00", tz=TIME_ZONE)
    assert found.tolist()[:3] == [evening, evening, pd.Timestamp("2026-09-20", tz=TIME_ZONE)]
    assert found.isna().tolist() == [False, False, False, True]


def test_lists_come_from_text_arrays_and_tuples_without_blanks() -> None:
    assert schema.as_list("08:00、12:30，20:00\n21:00") == ["08:00", "12:30", "20:00", "21:00"]
    assert schema.as_list(np.array(["a", "b"])) == ["a", "b"]
    assert schema.as_list(("a", None, "", "b")) == ["a", "b"]


def test_the_input_is_not_changed_and_the_index_is_kept() -> None:
    frame = pd.DataFrame({"doc_id": ["a", "b"], "title": [None, "t"], "心情": ["好", "坏"]}, index=[7, 3])
    before = frame.copy()
    found = check(frame, DOCUMENTS)
    pd.testing.assert_frame_equal(frame, before)
    assert found.index.tolist() == [7, 3]
    assert list(found.columns) == [*DOCUMENTS.names, "心情"]


@pytest.mark.parametrize("value", ["昨天", "", 5, pd.NaT, None])
def test_what_is_no_moment_is_refused_in_chinese(value: object) -> None:
    with pytest.raises(schema.ChoiceError, match="now 要写成 2026-09-21"):
        schema.checked_moment(value, "now")


def test_rules_refuse_what_no_plan_could_keep() -> None:
    rules = schema.Rules(mourning=("2026-09-22", pd.Timestamp("2026-09-23")))  # type: ignore[arg-type]
    assert rules.mourning == (dt.date(2026, 9, 22), dt.date(2026, 9, 23))
    for wrong in ({"min_gap": "x"}, {"min_gap": -1}, {"solemn": "maybe"}, {"mourning": (20260922,)}):
        with pytest.raises(schema.ChoiceError, match="Rules 的"):
            schema.Rules(**wrong)


@pytest.mark.parametrize("contract", schema.CONTRACTS, ids=lambda contract: contract.name)
def test_every_word_of_a_choice_is_read_back_as_its_value(contract: schema.Contract) -> None:
    for column in contract.columns:
        own = schema.COLUMN_WORDS.get(column.name, {})
        for value in column.choices:
            word = own.get(value, schema.WORDS.get(value, value))
            row = {other: _some(contract, other) for other in contract.required}
            read = schema.check(pd.DataFrame([{**row, column.name: word}]), contract)
            assert read[column.name].iloc[0] == (value or column.default), (column.name, word)


def _some(contract: schema.Contract, name: str) -> object:
    """Any good value of a needed column."""
    kind = next(column.kind for column in contract.columns if column.name == name)
    return {"text": "x", "list": [], "records": [], "flag": True}.get(
        kind, "2026-09-21" if kind in ("time", "date") else 1
    )


@pytest.mark.parametrize(
    "moment",
    [
        dt.datetime(1, 1, 1, tzinfo=dt.timezone(dt.timedelta(hours=14))),
        dt.datetime(9999, 12, 31, 23, tzinfo=dt.UTC),
    ],
)
def test_a_moment_that_shanghais_clock_puts_out_of_all_years_is_refused(moment: dt.datetime) -> None:
    with pytest.raises(schema.ChoiceError, match="until 要写成"):
        schema.checked_moment(moment, "until")
    with pytest.raises(ValueError):  # noqa: PT011 - what a door turns into a reason
        schema.as_date(moment)
