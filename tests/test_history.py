"""A term's periods are counted as the miner counts them."""

import datetime as dt
from typing import Any

import pandas as pd
import pytest

from toolkit.schema import DOCUMENTS, TERM_HISTORY, TIME_ZONE, ChoiceError, check
from toolkit.trends import count_terms, mine_trends
from toolkit.trends._history import term_history

END = dt.date(2026, 9, 20)


def posts(planted: dict[int, list[str]]) -> pd.DataFrame:
    """Three plain documents a day for five weeks, and `planted[age in days]` titles more."""
    rows = []
    for age in range(35):
        titles = [f"白菜，{age}号{number}" for number in range(3)] + planted.get(age, [])
        for number, title in enumerate(titles):
            stamp = pd.Timestamp(END - dt.timedelta(days=age), tz=TIME_ZONE) + pd.Timedelta(hours=8 + number)
            rows.append((f"d{age:02d}-{number}", f"来源{number % 3}", title, stamp))
    return pd.DataFrame(rows, columns=["doc_id", "source", "title", "published_at"])


def test_whole_table_oldest_period_first() -> None:
    frame = posts({0: ["桂花拿铁", "松饼"], 9: ["桂花拿铁一"], 13: ["桂花拿铁二", "桂花拿铁三"]})
    found = term_history(frame, ["桂花拿铁", "没人用的词"], windows=2)
    assert found.values.tolist() == [
        ["桂花拿铁", dt.date(2026, 9, 7), 3, 24],
        ["桂花拿铁", dt.date(2026, 9, 14), 1, 23],
        ["没人用的词", dt.date(2026, 9, 7), 0, 24],
        ["没人用的词", dt.date(2026, 9, 14), 0, 23],
    ]
    pd.testing.assert_frame_equal(found, check(found, TERM_HISTORY))
    pd.testing.assert_frame_equal(
        term_history(count_terms(frame), ["桂花拿铁", "没人用的词"], windows=2), found
    )
    assert found.attrs["notes"] == []


def test_periods_equal_the_miners_counts() -> None:
    planted = {
        age: [f"桂花拿铁，{word}{age}" for word in ("松饼", "绘本", "Apple Watch 表带", "社区团购")]
        for age in (0, 1, 2, 8, 9, 20, 34)
    }
    counts = count_terms(posts(planted))
    mined = mine_trends(counts, top=1000)
    assert {"桂花拿铁", "apple watch", "社区团购"} <= {term.lower() for term in mined["term"]}
    found = term_history(counts, mined["term"].tolist(), windows=5).groupby("term", sort=False)["documents"]
    assert found.last().to_dict() == dict(zip(mined["term"], mined["documents"], strict=True))
    before = found.sum() - found.last()
    assert before.to_dict() == dict(zip(mined["term"], mined["baseline_documents"], strict=True))


def test_words_are_not_cut_through() -> None:
    frame = posts({0: ["这方面包括很多", "刚出炉的面包"]})
    assert term_history(frame, "面包", windows=1)["documents"].tolist() == [1]


def test_days_of_a_year() -> None:
    frame = posts({0: ["松饼"], 3: ["松饼一", "松饼二"]})
    found = term_history(frame, ["松饼", "白菜"], window_days=1, windows=366)
    days = found[found["term"] == "松饼"]
    assert len(found) == 732
    assert days["starts"].iloc[[0, -1]].tolist() == [dt.date(2025, 9, 20), END]
    assert days.loc[days["documents"] > 0, ["starts", "documents"]].values.tolist() == [
        [dt.date(2026, 9, 17), 2],
        [END, 1],
    ]
    assert found.loc[found["term"] == "白菜", "documents"].sum() == 105
    assert days["total"].sum() == 108


def test_copies_do_not_vote() -> None:
    frame = posts({0: ["松饼"]})
    copy = frame[frame["title"] == "松饼"].assign(doc_id="copy", source="别家", duplicate_of="d00-3")
    assert term_history(pd.concat([frame, copy]), ["松饼"], windows=1)["documents"].tolist() == [1]


def test_undated_and_future_documents_are_left_out_and_told() -> None:
    frame = posts({0: ["松饼"], 1: ["松饼一"]})
    undated = frame.head(2).assign(doc_id=["u1", "u2"], source="别家", published_at=pd.NaT)
    found = term_history(pd.concat([frame, undated]), ["松饼"], until="2026-09-19", windows=1)
    assert found.values.tolist() == [["松饼", dt.date(2026, 9, 13), 1, 22]]
    assert found.attrs["notes"] == ["6 篇内容没有日期或晚于 2026-09-19，没有算进各期。"]


@pytest.mark.parametrize(
    "frame",
    [DOCUMENTS.empty(), posts({}).assign(published_at=pd.NaT), posts({}).drop(columns="published_at")],
    ids=["empty", "undated", "no dates"],
)
def test_no_dates_give_an_empty_frame(frame: pd.DataFrame) -> None:
    found = term_history(frame, ["松饼"])
    pd.testing.assert_frame_equal(found, TERM_HISTORY.empty())
    assert found.attrs["notes"] == ["没有带日期的内容，看不出各期的篇数。"]


def test_no_terms_and_odd_terms() -> None:
    frame = posts({0: ["松饼！！"]})
    none = term_history(frame, [])
    assert none.empty and none.dtypes.to_dict() == TERM_HISTORY.empty().dtypes.to_dict()
    assert term_history(frame, ["", "😀", "的"], windows=1)["documents"].tolist() == [0, 0, 0]


def test_one_document() -> None:
    one = posts({}).head(1)
    found = term_history(one, "白菜", windows=3)
    assert found[["documents", "total"]].values.tolist() == [[0, 0], [0, 0], [1, 1]]


@pytest.mark.parametrize("wrong", [{"windows": 0}, {"windows": 1.5}, {"window_days": 0}, {"until": "昨天"}])
def test_bad_choices(wrong: dict[str, Any]) -> None:
    with pytest.raises(ChoiceError):
        term_history(posts({}), ["松饼"], **wrong)
