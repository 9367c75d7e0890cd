"""Tests of versions judged by what came of their posts: which outcome, whose people, what is left out, what is said."""

from typing import Any

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from toolkit.review import judge_test
from toolkit.review._posts_tests import judge_posts, named_tests
from toolkit.schema import CALENDAR, RESULTS, TEST_VERDICTS, TESTS, ChoiceError, ColumnError

GROUPS = pd.DataFrame(
    [
        {
            **{"group_id": f"g{n:02}", "name": f"群{n}", "members": 100 + n, "slots": "20:00"},
            **{"posts_per_day": 3, "posts_per_week": 9},
        }
        for n in range(24)
    ]
)
ITEMS = pd.DataFrame({"item_id": ["a", "b", "c"], "title": ["新书到了", "点开率高的书单", "周末读书会"]})
TWO = pd.DataFrame({"test": ["标题"] * 2, "arm": ["旧", "点开率版"], "item_id": ["a", "b"]})


def sent(rows: list[tuple[str, int, str]], **more: Any) -> pd.DataFrame:
    """Posts of (item, number of the group, day)."""
    return pd.DataFrame(
        [
            {
                **{"post_id": f"{item}{number}", "item_id": item, "group_id": f"g{number:02}"},
                **{"starts_at": f"2026-09-{day} 20:00", "status": "sent", **more},
            }
            for item, number, day in rows
        ]
    )


WHOLE = sent([("ab"[number % 2], number, "01") for number in range(24)])


def came(posts: pd.DataFrame, **columns: Any) -> pd.DataFrame:
    """Results of the posts: each column a number for each item."""
    frame = pd.DataFrame({"post_id": posts["post_id"]})
    for name, numbers in columns.items():
        frame[name] = [numbers[item] for item in posts["item_id"]]
    return frame


def judge(calendar: pd.DataFrame, results: pd.DataFrame, **more: Any) -> pd.DataFrame:
    return judge_posts(calendar, results, **{"items": ITEMS, "tests": TWO, "groups": GROUPS, **more})


def test_a_clear_winner_over_whole_groups_is_enough() -> None:
    found = judge(WHOLE, came(WHOLE, ordered={"a": 3, "b": 12}))
    assert found.columns.tolist() == TEST_VERDICTS.names
    assert found["arm"].tolist() == ["旧", "点开率版"] and found["decided"].tolist() == ["够了", "够了"]
    people = [sum(100 + number for number in range(24) if number % 2 == side) for side in (0, 1)]
    assert found["shown"].tolist() == people and found["hits"].tolist() == [36, 144]
    assert found["rate"].tolist() == pytest.approx([36 / people[0], 144 / people[1]])
    assert found["outcome"].tolist() == ["ordered", "ordered"]
    assert found["title"].tolist() == ["新书到了", "点开率高的书单"]
    sentence = found["sentence"].iloc[0]
    assert sentence.startswith("看的是按暗号的订单。够了：用「点开率版」。下单率 11%，比第二名「旧」（2.7%）")
    assert (found["low"] < found["rate"]).all() and (found["rate"] < found["high"]).all()
    assert found["p_best"].iloc[1] > 0.95
    assert any(note.startswith("标题：整群只发一个版本") for note in found.attrs["notes"])


def test_the_numbers_are_those_of_judge_test_with_whole_groups() -> None:
    results = came(WHOLE, clicked={"a": 9, "b": 11})
    counts = pd.DataFrame(
        {
            "arm": ["旧" if number % 2 == 0 else "点开率版" for number in range(24)],
            "shown": [100 + number for number in range(24)],
            "hits": [9 if number % 2 == 0 else 11 for number in range(24)],
            "group_id": [f"g{number:02}" for number in range(24)],
        }
    )
    judged = judge_test(counts, split="any")
    found = judge(WHOLE, results)
    assert found["decided"].unique().tolist() == [judged.verdict]
    for name in ("low", "high", "p_best"):
        assert found[name].tolist() == pytest.approx(judged.arms[name].tolist())


def test_groups_that_got_both_versions_are_compared_inside() -> None:
    both = sent([(item, number, day) for number in range(24) for item, day in (("a", "01"), ("b", "02"))])
    found = judge(both, came(both, replied={"a": 4, "b": 12}))
    assert found["decided"].tolist() == ["够了", "够了"] and found["outcome"].unique().tolist() == ["replied"]
    assert "回复率" in found["sentence"].iloc[0]
    assert (
        "标题：各版本在同一个群里是分日子发的，日子的差别也算在里面；没有核对人数的比例。"
        in found.attrs["notes"]
    )


def test_the_surest_outcome_that_all_arms_have_is_taken() -> None:
    results = came(WHOLE, ordered={"a": 3, "b": None}, clicked={"a": 9, "b": 20}, opened={"a": 40, "b": 41})
    assert judge(WHOLE, results)["outcome"].unique().tolist() == ["clicked"]
    assert judge(WHOLE, results, outcome="opened")["outcome"].unique().tolist() == ["opened"]
    by_order = judge(WHOLE, results, outcome="ordered")
    assert by_order["decided"].tolist() == ["继续", "继续"]
    assert by_order["sentence"].iloc[0] == "版本「点开率版」还没有结果，比不了。等有了数再看。"
    assert by_order["shown"].tolist()[1] == by_order["hits"].tolist()[1] == 0
    assert by_order["hits"].tolist()[0] == 36 and by_order[["low", "p_best"]].isna().all(axis=None)


def test_reached_people_come_before_members() -> None:
    results = came(WHOLE, ordered={"a": 3, "b": 4}).assign(reached=50)
    assert judge(WHOLE, results)["shown"].tolist() == [600, 600]


def test_more_outcomes_than_people_are_out_and_said() -> None:
    results = came(WHOLE, ordered={"a": 3, "b": 12})
    results.loc[0, "ordered"] = 500
    found = judge(WHOLE, results)
    assert found["hits"].tolist() == [33, 144]
    assert found["sentence"].iloc[0].endswith("有 1 次发布的数比看到的人还多，没有算进来，请核对。")
    everything = judge(WHOLE, came(WHOLE, ordered={"a": 500, "b": 12}))
    assert everything["decided"].tolist() == ["继续", "继续"]
    assert everything["sentence"].iloc[0] == (
        "版本「旧」还没有结果，比不了。有 12 次发布的数比看到的人还多，没有算进来，请核对。等有了数再看。"
    )


def test_missed_cancelled_unmeasured_and_early_posts_do_not_count() -> None:
    results = came(WHOLE, ordered={"a": 3, "b": 12})
    calendar = WHOLE.copy()
    calendar.loc[0, "status"], calendar.loc[1, "status"] = "missed", "cancelled"
    results.loc[2, "ordered"] = None
    results["measured_at"] = "2026-09-05"
    results.loc[4, "measured_at"] = "2026-09-01 21:00"
    found = judge(calendar, results)
    assert found["hits"].tolist() == [36 - 9, 144 - 12]
    assert "有 1 次发布的数取得太早（不满 24 小时），没有算进来。" in found["sentence"].iloc[0]


def test_open_posts_are_people_who_may_still_see_it() -> None:
    small = WHOLE.head(8)
    results = came(small, ordered={"a": 3, "b": 4})
    assert judge(small, results)["decided"].tolist() == ["继续", "继续"]
    more = WHOLE.head(9).assign(status=["sent"] * 8 + ["draft"])
    hopeless = judge(more, came(small, ordered={"a": 3, "b": 3}))
    assert hopeless["decided"].iloc[0] == "看不出差别" and "多半也分不出高下" in hopeless["sentence"].iloc[0]


def test_an_arm_that_never_went_out_and_a_lonely_arm_are_named() -> None:
    only = WHOLE[WHOLE["item_id"] == "a"]
    found = judge(only, came(only, ordered={"a": 3}))
    assert found["sentence"].iloc[0] == (
        "版本「点开率版」还没有结果，比不了。排期里找不到「点开率版」的发布，看看条目编号写对了没有。"
    )
    lonely = judge(WHOLE, came(WHOLE, ordered={"a": 3, "b": 4}), tests=TWO.head(1))
    assert lonely["sentence"].tolist() == [
        "只有一个版本「旧」，没有可比的。在对比测试表里给另一个版本也写一行。"
    ]
    nothing = judge(WHOLE, RESULTS.empty())
    assert nothing["sentence"].iloc[0] == "各版本都还没有结果，比不了。等有了数再看。"
    assert nothing["outcome"].tolist() == ["", ""] and nothing["decided"].tolist() == ["继续", "继续"]


def test_several_tests_keep_their_order_and_the_other_posts_tell_what_is_usual() -> None:
    posts = pd.concat([WHOLE, sent([("c", number, "03") for number in range(10)])])
    tests = pd.concat(
        [pd.DataFrame({"test": ["话题", "话题"], "arm": ["甲", "乙"], "item_id": ["c", "a"]}), TWO]
    )
    found = judge(posts, came(posts, ordered={"a": 3, "b": 12, "c": 5}), tests=tests)
    assert found["test"].tolist() == ["话题", "话题", "标题", "标题"]
    assert any("以往" in note and note.startswith("标题：") for note in found.attrs["notes"])
    assert named_tests(tests) == {"c": "话题", "a": "话题", "b": "标题"}


def test_empty_and_wrong_tables() -> None:
    empty = judge(WHOLE, RESULTS.empty(), tests=TESTS.empty())
    pd.testing.assert_frame_equal(empty, TEST_VERDICTS.empty())
    assert judge(CALENDAR.empty(), RESULTS.empty())["decided"].tolist() == ["继续", "继续"]
    with pytest.raises(ColumnError, match="第 2 行没有写版本"):
        judge(WHOLE, RESULTS.empty(), tests=TWO.assign(arm=["旧", " "]))
    with pytest.raises(ColumnError, match="条目「a」写在两个版本下"):
        judge(WHOLE, RESULTS.empty(), tests=TWO.assign(item_id="a"))
    with pytest.raises(ChoiceError, match="outcome 不能是 'likes'"):
        judge(WHOLE, RESULTS.empty(), outcome="likes")


@settings(max_examples=12, deadline=None)
@given(st.lists(st.one_of(st.none(), st.integers(-1, 400)), min_size=24, max_size=24), st.randoms())
def test_every_post_is_counted_or_left_out_whatever_the_order(numbers: list[int | None], random: Any) -> None:
    results = pd.DataFrame({"post_id": WHOLE["post_id"], "ordered": pd.array(numbers, dtype="Int64")})
    found = judge(WHOLE, results)
    good = [
        (place, number)
        for place, number in enumerate(numbers)
        if number is not None and 0 <= number <= 100 + place
    ]
    if found["outcome"].iloc[0]:
        for side in (0, 1):
            mine = [(place, number) for place, number in good if place % 2 == side]
            assert found["hits"].iloc[side] == sum(number for _, number in mine)
            assert found["shown"].iloc[side] == sum(100 + place for place, _ in mine)
    else:
        assert not good
    order = list(range(24))
    random.shuffle(order)
    again = judge(WHOLE, results.iloc[order])
    pd.testing.assert_frame_equal(again, found)
