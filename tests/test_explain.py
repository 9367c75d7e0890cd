"""A trend's reason carries the numbers of its row, and says them."""

import datetime as dt
from typing import Any

import pandas as pd
import pytest

from toolkit.schema import DOCUMENTS, TIME_ZONE, ChoiceError
from toolkit.trends import count_terms, mine_trends
from toolkit.trends._explain import explain_trend

END = dt.date(2026, 9, 20)
SHOPS = ["山脚面包房", "河边咖啡", "街角书店", ""]


def posts(planted: dict[int, int], *, word: str = "桂花拿铁", days: int = 35) -> pd.DataFrame:
    """Six documents a day, `word` in `planted[age in days]` of that day's."""
    rows = []
    dishes = ["白菜", "萝卜", "豆腐", "海带", "排骨", "番茄", "鸡蛋", "冬瓜"]
    for age in range(days):
        for number in range(6):
            names = [dishes[(age * 5 + number * 3 + step) % len(dishes)] for step in range(3)]
            title = "，".join([*names, word] if number < planted.get(age, 0) else names)
            stamp = pd.Timestamp(END - dt.timedelta(days=age), tz=TIME_ZONE) + pd.Timedelta(hours=8 + number)
            rows.append((f"d{age:02d}-{number}", SHOPS[number % 4], title, f"{age}，{number}", stamp))
    return pd.DataFrame(rows, columns=["doc_id", "source", "title", "body", "published_at"])


def test_a_new_word() -> None:
    frame = posts({0: 4, 1: 2})
    reason = explain_trend("桂花拿铁", frame)
    row = mine_trends(frame).set_index("term").loc["桂花拿铁"]
    assert (reason.term, reason.status, reason.seen) == ("桂花拿铁", "new", 6)
    assert (reason.lift, reason.q_value) == (row["lift"], row["q_value"])
    assert reason.expected == pytest.approx(6 / row["lift"])
    assert reason.first_seen == pd.Timestamp("2026-09-19 08:00", tz=TIME_ZONE)
    assert reason.window == (dt.date(2026, 9, 14), END)
    assert reason.evidence == row["evidence"]
    assert reason.drivers.values.tolist() == [
        ["山脚面包房", 2, 0, 2 / 6],
        ["河边咖啡", 2, 0, 2 / 6],
        ["", 1, 0, 1 / 6],
        ["街角书店", 1, 0, 1 / 6],
    ]
    assert str(reason) == reason.sentence
    assert reason.sentence == (
        "「桂花拿铁」在9月14日至9月20日有 6 篇，此前没有出现过，"
        "主要来自山脚面包房（2 篇）、河边咖啡（2 篇）、未注明来源（1 篇）等 4 家，最早见于9月19日。"
    )


def test_a_rising_word() -> None:
    reason = explain_trend("桂花拿铁", posts({**dict.fromkeys(range(35), 1), **dict.fromkeys(range(5), 6)}))
    assert (reason.status, reason.seen) == ("rising", 32)
    assert reason.drivers[["documents", "before"]].sum().tolist() == [32, 28]
    assert reason.expected == pytest.approx(reason.seen / reason.lift)
    # 28 documents in four weeks and one more, a quarter of them in a week
    assert reason.expected == pytest.approx(7.25, abs=0.01)
    assert "约有 7" in str(reason) and f"是它的 {reason.lift:.1f} 倍" in str(reason)
    assert str(reason).endswith("最早见于8月17日。")


def test_a_fading_word_that_is_gone() -> None:
    reason = explain_trend("桂花拿铁", posts(dict.fromkeys(range(7, 35), 4)))
    assert (reason.status, reason.seen, reason.expected) == ("fading", 0, 28.0)
    assert reason.drivers["before"].tolist() == [28, 28, 28, 28]
    assert reason.drivers["share"].isna().all()
    assert str(reason) == (
        "「桂花拿铁」在9月14日至9月20日有 0 篇，按此前 28 天的用法约有 28 篇，比平常少，"
        "此前主要来自未注明来源（28 篇）、山脚面包房（28 篇）、河边咖啡（28 篇），最早见于8月17日。"
    )


def test_a_steady_word() -> None:
    reason = explain_trend("桂花拿铁", posts(dict.fromkeys(range(35), 1)))
    assert (reason.status, reason.seen) == ("steady", 7)
    assert "没有超出平常的波动" in str(reason)


def test_without_a_baseline_there_is_nothing_to_compare_with() -> None:
    reason = explain_trend("桂花拿铁", posts({0: 4}, days=1), window_days=1)
    assert reason.status == "steady" and pd.isna(reason.expected) and pd.isna(reason.lift)
    assert str(reason) == (
        "「桂花拿铁」在9月20日有 4 篇，此前没有内容可比，说不出是升是降，"
        "主要来自未注明来源（1 篇）、山脚面包房（1 篇）、河边咖啡（1 篇）等 4 家，最早见于9月20日。"
    )


def test_every_row_of_the_table_can_be_explained() -> None:
    counts = count_terms(posts({0: 4, 1: 3, 15: 2}))
    mined = mine_trends(counts, top=1000)
    assert len(mined) > 5
    for row in mined.to_dict("records"):
        reason = explain_trend(row["term"], counts, trends=mined)
        told = (reason.term, reason.status, reason.seen, reason.lift, reason.q_value, reason.first_seen)
        assert told == tuple(
            row[name] for name in ("term", "status", "documents", "lift", "q_value", "first_seen")
        )
        assert reason.drivers["documents"].sum() == row["documents"]
        assert reason.drivers["before"].sum() == row["baseline_documents"]
        assert (reason.drivers["documents"] > 0).sum() == row["sources"]
        assert reason.evidence == row["evidence"]
        if reason.lift >= 1:
            assert reason.seen / reason.expected == pytest.approx(reason.lift)


def test_written_otherwise_and_merged_terms() -> None:
    frame = posts({0: 4, 1: 3})
    assert explain_trend(" 桂花拿鐵 ", frame).term == "桂花拿铁"
    assert explain_trend("拿铁", frame).term == "桂花拿铁"


def test_the_window_of_another_day_and_year() -> None:
    frame = posts({0: 4}).assign(published_at=lambda f: f["published_at"] + pd.Timedelta(days=105))
    reason = explain_trend("桂花拿铁", frame, window_days=7)
    assert reason.window == (dt.date(2026, 12, 28), dt.date(2027, 1, 3))
    assert "在2026年12月28日至1月3日有 4 篇" in str(reason)
    exact = explain_trend("桂花拿铁", posts({0: 4}), until="2026-09-20 12:00", window_days=1)
    assert (exact.seen, exact.window) == (4, (dt.date(2026, 9, 19), END))


@pytest.mark.parametrize(
    ("term", "message"),
    [
        ("没人用的词", "没有内容用到「没人用的词」这个词。请检查写法"),
        ("", "没有内容用到「」这个词"),
        (
            "桂花拿铁",
            "「桂花拿铁」不在热词表里：本期有 2 篇、一共有 2 篇写到它，太少或没有排进表。请放宽 window_days",
        ),
    ],
)
def test_a_term_that_is_no_trend(term: str, message: str) -> None:
    with pytest.raises(ChoiceError) as error:
        explain_trend(term, posts({0: 2}))
    assert str(error.value).startswith(message)


def test_a_table_of_other_windows_is_refused() -> None:
    frame = posts({0: 4, 8: 3})
    mined = mine_trends(frame, window_days=14)
    with pytest.raises(ChoiceError, match="热词表里「桂花拿铁」有 7 篇，按这里的内容和日期却有 4 篇"):
        explain_trend("桂花拿铁", frame, trends=mined)


@pytest.mark.parametrize(
    "frame", [DOCUMENTS.empty(), posts({0: 4}).assign(published_at=pd.NaT)], ids=["none", "undated"]
)
def test_without_dates_nothing_can_be_said(frame: pd.DataFrame) -> None:
    with pytest.raises(ChoiceError, match="没有带日期的内容"):
        explain_trend("桂花拿铁", frame)


@pytest.mark.parametrize("wrong", [{"window_days": 0}, {"baseline_days": -1}, {"until": "昨天"}])
def test_bad_choices(wrong: dict[str, Any]) -> None:
    with pytest.raises(ChoiceError):
        explain_trend("桂花拿铁", posts({0: 4}), **wrong)
