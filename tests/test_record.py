"""How often last week's advice held: what counts as right, the level of chance, and what is said."""

import math
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from toolkit.review._record import _against_usual, advice_record
from toolkit.schema import (
    ADVICE_RECORD,
    CALENDAR,
    EFFECTS,
    POST_REVIEWS,
    TIMES,
    TOPICS,
    TREND_CALLS,
    ChoiceError,
    ColumnError,
    Review,
    check,
)


def calls(*outcomes: tuple[str, str], by_chance: float | None = None, compared: int = 1000) -> pd.DataFrame:
    frame = pd.DataFrame(outcomes, columns=["called", "outcome_of_call"])
    numbers = dict.fromkeys(("documents", "usual", "came"), 3)
    told = {"by_chance": by_chance, "compared": compared}
    return check(frame.assign(term=[f"词{n}" for n in range(len(frame))], **told, **numbers), TREND_CALLS)


def posts(*rows: dict[str, Any]) -> pd.DataFrame:
    base = {
        **{"item_id": "i", "group_id": "g1", "kind": "value", "status": "sent", "outcome": "ordered"},
        **{"members": 100, "result": 5, "value": 1.0, "starts_at": "2026-09-14 20:00"},
    }
    return check(
        pd.DataFrame([{"post_id": f"p{n}", **base, **row} for n, row in enumerate(rows)]), POST_REVIEWS
    )


def topics(*names: str) -> pd.DataFrame:
    frame = pd.DataFrame({"topic_id": [f"t-{name}" for name in names], "label": list(names)})
    return check(frame.assign(terms=[[] for _ in names], score=1.0, evidence=[[] for _ in names]), TOPICS)


def effect(name: str, low: float, high: float) -> dict[str, Any]:
    return {
        **{"facet": "topic", "name": name, "outcome": "ordered", "posts": 5, "total": 9, "rate": 1.0},
        **{"value": (low * high) ** 0.5, "low": low, "high": high, "p_better": 0.5, "verdict": "unsure"},
        **{"sentence": ""},
    }


def row(frame: pd.DataFrame, kind: str) -> dict[str, Any]:
    return frame.set_index("advice_kind").loc[kind].to_dict()


def test_words_hits_and_misses_against_chance() -> None:
    told = (
        [("rising", "hit")] * 9
        + [("new", "miss")] * 6
        + [("fading", "unsure")] * 2
        + [("steady", "miss")] * 5
    )
    found = advice_record(calls=calls(*told, by_chance=0.1))
    assert found.columns.tolist() == ADVICE_RECORD.names
    low, high = stats.binomtest(9, 15).proportion_ci(0.95, method="wilson")
    (one,) = found.to_dict("records")
    names = ("advice_kind", "given", "right", "wrong", "unsure", "rate")
    assert [one[name] for name in names] == ["trends", 17, 9, 6, 2, 0.6]
    assert one["by_chance"] == pytest.approx(0.1)
    assert (one["low"], one["high"]) == pytest.approx((low, high))
    assert one["sentence"] == (
        "说了 17 个词新出现、上升或回落：说对 9，说错 6，还说不准 2。能说的里面说对占 60%（36% 到 80%），"
        "当时同样升降、却没点名的词是 10%：比没点名的强。"
    )
    unknown = advice_record(calls=calls(*told)).iloc[0]
    assert math.isnan(unknown["by_chance"]) and unknown["sentence"].endswith("（36% 到 80%）。")
    even = advice_record(calls=calls(*told, by_chance=0.5)).iloc[0]
    assert even["sentence"].endswith("和没点名的还分不开。")
    worse = advice_record(calls=calls(*told, by_chance=0.9)).iloc[0]
    assert worse["sentence"].endswith("还不如没点名的。")


def test_weeks_put_together_keep_their_level_of_chance() -> None:
    first = calls(("new", "hit"), ("new", "miss"), by_chance=0.1)
    second = calls(("rising", "hit"), ("rising", "unsure"), ("steady", "hit"), by_chance=0.4)
    second.loc[1:, "by_chance"] = np.nan
    (one,) = advice_record(calls=pd.concat([first, second], ignore_index=True)).to_dict("records")
    assert (one["right"], one["wrong"], one["unsure"]) == (2, 1, 1)
    assert one["by_chance"] == pytest.approx((0.1 + 0.1 + 0.4) / 3)
    assert "当时同样升降、却没点名的词是 20%：" in one["sentence"]


def test_a_single_hit_is_not_called_better_than_chance() -> None:
    (one,) = advice_record(calls=calls(("new", "hit"), by_chance=0.1)).to_dict("records")
    assert one["low"] > 0.1 and one["sentence"].endswith("和没点名的还分不开。"), (
        "one in ten such calls is right by chance"
    )
    (two,) = advice_record(calls=calls(("new", "hit"), ("new", "hit"), by_chance=0.1)).to_dict("records")
    assert two["sentence"].endswith("比没点名的强。"), "one in a hundred"
    few = advice_record(calls=calls(*[("new", "hit")] * 4, by_chance=0.0, compared=1)).iloc[0]
    assert few["sentence"].endswith("是 0%：和没点名的还分不开。"), "a single other word tells nothing"
    rows = [{"title": title, "value": value} for title in ("甲", "乙") for value in (1.5, 1.6, 1.4)]
    rows += [{"title": "丙", "value": value} for value in (0.5, 0.6, 0.55)]
    titles = pd.DataFrame({"headline": ["甲", "乙"]})
    found = row(advice_record(headlines=titles, review=Review(posts(*rows))), "headlines")
    assert (found["rate"], found["by_chance"]) == (1.0, 0.0)
    assert found["sentence"].endswith("和随便挑还分不开。"), "two against one other title"


def test_topics_by_their_effect_else_by_their_posts() -> None:
    rows: list[dict[str, Any]] = [
        *({"topic": "书", "value": 1.0} for _ in range(4)),
        *({"topic": "t-咖啡", "value": value} for value in (0.5, 0.55, 0.6)),
        *({"topic": "亲子", "value": value} for value in (0.5, 2.0, 1.1)),
        *({"topic": "旧书", "value": value} for value in (1.5, 1.6, 1.4)),
        *({"topic": "闲聊", "value": value} for value in (0.5, 0.6, 0.55)),
        {"topic": "未测", "result": None, "value": None},
    ]
    review = Review(
        posts(*rows), topics=check(pd.DataFrame([effect("书", 1.1, 1.9)]), EFFECTS), outcome="ordered"
    )
    found = row(advice_record(topics=topics("书", "咖啡", "亲子", "没发", "未测"), review=review), "topics")
    assert [found[name] for name in ("given", "right", "wrong", "unsure", "by_chance")] == [5, 1, 1, 3, 0.5]
    assert found["sentence"] == (
        "推荐了 5 个选题：说对 1，说错 1，还说不准 3。看的是按暗号的订单。能说的里面说对占 50%（9.5% 到 91%），"
        "没推荐的选题里高于平常的是 50%：和随便挑还分不开。有 2 个还没有发过，或没有结果。"
    )
    assert found["outcome"] == "ordered"


def test_times_are_judged_without_taking_the_hour_out() -> None:
    # at 20:00 twice as much comes as at 12:00; `value` has the hour taken out and says nothing
    rows = [
        {"starts_at": f"2026-09-{14 + n % 2} {hour}", "result": came, "value": 1.0}
        for n in range(8)
        for hour, came in (("20:00", 12), ("12:00", 6))
    ]
    rows.append({"starts_at": "2026-09-14 20:00", "result": 50, "status": "missed"})
    rows.append({"starts_at": "2026-09-14 20:00", "result": None})
    rows.append({"starts_at": "2026-09-14 20:00", "result": 1, "group_id": "g9"})
    good = [("g1", day, "20:00", 1.4) for day in (0, 1)] + [("g9", 0, "20:00", 1.4), ("g1", 0, "12:00", 0.8)]
    times = check(pd.DataFrame(good, columns=["group_id", "weekday", "slot", "value"]), TIMES)
    found = row(advice_record(times=times, review=Review(posts(*rows))), "times")
    assert [found[name] for name in ("given", "right", "wrong", "unsure", "by_chance")] == [9, 8, 0, 1, 0.0]
    assert "比随便挑强" in found["sentence"] and found["outcome"] == "ordered"
    # posts are sent by hand: some minutes off, and those an hour off stand at no slot
    moved = [
        row | {"starts_at": pd.Timestamp(row["starts_at"]) + pd.Timedelta(minutes=n % 5)}
        for n, row in enumerate(rows)
    ]
    moved.append(rows[0] | {"starts_at": "2026-09-14 21:00"})
    late = row(advice_record(times=times, review=Review(posts(*moved))), "times")
    assert [late[name] for name in ("given", "right", "wrong", "unsure")] == [9, 8, 0, 1]
    with pytest.raises(ColumnError, match=r"时段表的列 slot（时段）里有.*晚上"):
        advice_record(times=times.assign(slot="晚上"), review=Review(posts(*rows)))


def test_posts_of_two_outcomes_are_each_held_against_their_own() -> None:
    # reads are a hundred times the orders: held together every order would be too few
    rows = [
        {"starts_at": f"2026-09-14 {hour}", "result": came * size, "outcome": outcome}
        for outcome, size in (("ordered", 1), ("opened", 100))
        for _ in range(4)
        for hour, came in (("20:00", 12), ("12:00", 6))
    ]
    good = [("g1", 0, "20:00", 1.4), ("g1", 0, "12:00", 0.8)]
    times = check(pd.DataFrame(good, columns=["group_id", "weekday", "slot", "value"]), TIMES)
    found = row(advice_record(times=times, review=Review(posts(*rows))), "times")
    assert [found[name] for name in ("right", "wrong", "unsure", "outcome")] == [8, 0, 0, "ordered"]
    assert "看的是按暗号的订单、" in found["sentence"]


def test_usual_is_that_of_group_and_kind_without_the_post() -> None:
    frame = posts(
        *({"group_id": "g1", "kind": "promotion", "result": 20} for _ in range(10)),
        *({"group_id": "g1", "kind": "value", "result": 2} for _ in range(10)),
        *({"group_id": "g2", "kind": "promotion", "result": 40} for _ in range(10)),
        *({"group_id": "g2", "kind": "value", "result": 4} for _ in range(10)),
        {"group_id": "g1", "kind": "value", "result": 5},
        {"group_id": "g2", "kind": "promotion", "result": 30},
    )
    assert _against_usual(frame)[-2:].tolist() == [1, -1]


def test_headlines_by_title_and_calendar_by_status() -> None:
    rows = [
        *({"title": "好标题", "value": value} for value in (1.5, 1.6, 1.4)),
        *({"title": "平标题", "value": value} for value in (0.5, 2.0, 1.1)),
        *({"title": "别的", "value": value} for value in (0.5, 0.6, 0.55)),
    ]
    headlines = pd.DataFrame({"headline": ["好标题", "平标题", "没用", "好标题"]})
    week = pd.DataFrame(
        {
            **{"post_id": list("abcdef"), "item_id": "i", "group_id": "g"},
            "starts_at": [f"2026-09-{day} 20:00" for day in (14, 15, 16, 17, 18, 25)],
            "status": ["sent", "sent", "missed", "draft", "cancelled", "pinned"],
        }
    )
    record = advice_record(
        headlines=headlines, review=Review(posts(*rows)), calendar=week, until="2026-09-20"
    )
    assert record["advice_kind"].tolist() == ["headlines", "calendar"]
    first, second = row(record, "headlines"), row(record, "calendar")
    assert [first[name] for name in ("given", "right", "wrong", "unsure", "by_chance")] == [3, 1, 0, 2, 0.0]
    assert [second[name] for name in ("given", "sent", "missed")] == [4, 2, 1]
    assert all(pd.isna(second[name]) for name in ("right", "wrong", "unsure", "rate")), (
        "no advice that holds or not"
    )
    assert pd.isna(first["sent"]) and first["outcome"] == "ordered" and second["outcome"] == ""
    assert second["sentence"] == ("排了 4 次发布：发了 2，没发 1，没有标发没发 1。另有 1 次取消，不算在内。")
    whole = row(advice_record(calendar=week), "calendar")
    assert (whole["given"], whole["sent"], whole["missed"]) == (5, 2, 1)
    on_the_day = advice_record(calendar=week, until="2026-09-14")
    assert on_the_day["given"].tolist() == [1]


def test_nothing_given_nothing_told() -> None:
    pd.testing.assert_frame_equal(advice_record(), ADVICE_RECORD.empty())
    review = Review.empty()
    empty = advice_record(
        calls=TREND_CALLS.empty(),
        topics=TOPICS.empty(),
        times=TIMES.empty(),
        headlines=pd.DataFrame({"headline": []}),
        calendar=CALENDAR.empty(),
        review=review,
    )
    assert empty["advice_kind"].tolist() == ["trends", "topics", "times", "headlines", "calendar"]
    assert (empty["given"] == 0).all() and (empty[["right", "wrong", "unsure"]].head(4) == 0).all(axis=None)
    assert empty[["sent", "missed"]].iloc[4].tolist() == [0, 0]
    assert empty[["rate", "low", "high", "by_chance"]].isna().all(axis=None)
    assert empty["sentence"].iloc[1] == "推荐了 0 个选题，没有可对的。"


def test_advice_that_needs_a_review_is_refused_without_one() -> None:
    with pytest.raises(ChoiceError, match="topics、times 要和 review 一起给"):
        advice_record(topics=TOPICS.empty(), times=TIMES.empty())
    with pytest.raises(ChoiceError, match="review 要 review_posts 给出的复盘"):
        advice_record(review=pd.DataFrame())
    with pytest.raises(ColumnError, match="标题表缺少列 headline"):
        advice_record(headlines=pd.DataFrame({"title": ["a"]}), review=Review.empty())
    with pytest.raises(ColumnError, match="热词对账表缺少列"):
        advice_record(calls=pd.DataFrame({"term": ["a"]}))


@given(st.integers(0, 400), st.integers(0, 400))
def test_the_interval_is_wilsons_as_scipy_has_it(right: int, wrong: int) -> None:
    record = advice_record(calls=calls(*[("new", "hit")] * right, *[("new", "miss")] * wrong))
    (one,) = record.to_dict("records")
    if not right + wrong:
        assert np.isnan([one["rate"], one["low"], one["high"]]).all()
        return
    expected = stats.binomtest(right, right + wrong).proportion_ci(0.95, method="wilson")
    assert (one["low"], one["high"]) == pytest.approx((expected.low, expected.high), abs=1e-6)
