"""The review: plan against result, what it may not say, weights that nothing adopts by itself."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pandas as pd
import pytest
from review_worlds import World, make_world

import toolkit as tk
from toolkit.review import adopt_weights, review_posts
from toolkit.schema import EFFECTS, OUTCOMES, ChoiceError, ColumnError, Review

WORLD = make_world(1, weeks=12, times={"promotion": 2.0, "20:00": 1.5})


@pytest.fixture(scope="module")
def review() -> Review:
    return review_posts(WORLD.calendar, WORLD.results, **WORLD.asked(), since="2026-08-10")


def test_posts_are_those_of_the_span_and_effects_those_of_all(review: Review) -> None:
    assert review.outcome == "ordered"
    assert (str(review.start), str(review.end)) >= ("2026-08-10", "2026-08-10")
    days = WORLD.calendar["starts_at"].dt.strftime("%Y-%m-%d")
    assert len(review.posts) == (days >= "2026-08-10").sum() < len(WORLD.calendar)
    assert review.kinds["posts"].sum() == len(WORLD.calendar)


def test_a_posts_ratio_lies_between_the_usual_and_the_plain_one(review: Review) -> None:
    posts = review.posts
    plain = posts["result"] / posts["expected"]
    assert ((posts["value"] - 1).abs() <= (plain - 1).abs() + 1e-9).all()
    assert (((posts["value"] - 1) * (plain - 1)) >= -1e-9).all()
    assert ((posts["low"] < posts["value"]) & (posts["value"] < posts["high"])).all()
    # what is usual adds up to what came
    assert posts["expected"].sum() == pytest.approx(posts["result"].sum(), rel=0.35)


def test_verdicts_come_the_surest_first_and_hold_every_effect(review: Review) -> None:
    order = [("keep", "stop", "try", "unsure").index(verdict) for verdict in review.verdicts["verdict"]]
    assert order == sorted(order)
    parts = (review.groups, review.kinds, review.topics, review.phases, review.slots, review.headlines)
    assert len(review.verdicts) == sum(map(len, parts))
    keys = set(
        zip(review.verdicts["facet"], review.verdicts["name"], review.verdicts["verdict"], strict=True)
    )
    assert {("kind", "promotion", "keep"), ("slot", "20:00", "keep")} <= keys
    assert set(review.verdicts["outcome"]) == {"ordered"}


def test_a_weight_is_proposed_and_changes_nothing_until_adopted(review: Review) -> None:
    weights = review.weights
    assert "类型：促销" in weights["weight_id"].tolist()
    assert weights["now"].eq(1.0).all()
    assert weights["proposed"].between(0.5, 2.0).all()
    assert adopt_weights(WORLD.items, weights, adopt=[])["value"].eq(1.0).all()
    adopted = adopt_weights(WORLD.items, weights, adopt=["类型：促销"])
    proposed = weights.set_index("weight_id").loc["类型：促销", "proposed"]
    values = [proposed if kind == "promotion" else 1.0 for kind in WORLD.items["kind"]]
    assert adopted["value"].tolist() == pytest.approx(values)
    assert adopted["item_id"].tolist() == WORLD.items["item_id"].tolist()


def test_adopting_again_changes_nothing_twice() -> None:
    world = make_world(1, weeks=12, times={"promotion": 1.6, "大闸蟹": 1.6})
    weights = review_posts(world.calendar, world.results, **world.asked()).weights
    both = weights["weight_id"].tolist()
    assert {"类型：促销", "选题：大闸蟹"} <= set(both)
    once = adopt_weights(world.items, weights, adopt=both)
    twice = adopt_weights(once, weights, adopt=both)
    assert twice["value"].tolist() == pytest.approx(once["value"].tolist())
    # next week's review of such items says what they are worth now
    again = review_posts(world.calendar, world.results, items=once, groups=world.groups).weights
    assert again["now"].tolist() == pytest.approx(again["proposed"].tolist(), abs=0.01)


def test_only_what_is_sure_is_proposed_and_a_cut_is_told() -> None:
    world = make_world(1, weeks=12, times={"promotion": 4.0})
    review = review_posts(world.calendar, world.results, **world.asked())
    row = review.weights.iloc[0]
    assert (row["proposed"], row["why"].endswith("一次最多改一倍，先改到 2.00。")) == (2.0, True)
    called = review.verdicts[review.verdicts["verdict"].isin(["keep", "stop"])]
    assert set(review.weights["name"]) <= set(called["name"])


def test_of_two_kinds_one_row_tells_the_fact(review: Review) -> None:
    kinds = review.kinds.set_index("name")
    assert kinds["verdict"].to_dict() == {"promotion": "keep", "event": "unsure"}
    assert "是活动的" in kinds.loc["promotion", "sentence"]
    assert kinds.loc["event", "sentence"] == "活动：和促销比，见促销那一行。"


def test_an_unknown_proposal_is_refused(review: Review) -> None:
    with pytest.raises(ChoiceError, match=r"可以用：.*类型：促销"):
        adopt_weights(WORLD.items, review.weights, adopt=["kind:poll"])
    with pytest.raises(ChoiceError, match="不采纳就写"):
        adopt_weights(WORLD.items, review.weights, adopt=None)  # type: ignore[arg-type]
    time = review.weights.iloc[:1].assign(weight_id="t", facet="time")
    with pytest.raises(ChoiceError, match="时段表交给 plan_posts"):
        adopt_weights(WORLD.items, time, adopt="t")


def test_few_posts_give_no_verdict_and_say_why() -> None:
    world = make_world(2, weeks=1, per_week=3)
    review = review_posts(world.calendar, world.results, **world.asked())
    assert review.outcome == ""
    assert review.verdicts.equals(EFFECTS.empty())
    assert review.weights.empty
    assert len(review.posts) == len(world.calendar)
    assert any("还没有一种结果量到 20 次发布" in note for note in review.notes)


def test_the_surest_outcome_goes_first_and_each_is_named() -> None:
    world = make_world(3, weeks=8)
    clicked = make_world(4, weeks=8, outcome="clicked").results["clicked"]
    results = world.results.assign(clicked=clicked.reindex(world.results.index).fillna(1).astype(int))
    review = review_posts(world.calendar, results, **world.asked())
    assert review.outcome == "ordered"
    assert list(review.kinds["outcome"].unique()) == ["ordered", "clicked"]
    assert review_posts(world.calendar, results, **world.asked(), outcome="clicked").outcome == "clicked"


def test_not_sent_too_young_and_unknown_are_told() -> None:
    world = make_world(5, weeks=8)
    calendar = world.calendar.assign(
        status=["missed", "cancelled", "draft", *["sent"] * (len(world.calendar) - 3)]
    )
    results = pd.concat([world.results.iloc[4:], pd.DataFrame([{"post_id": "别处的", "ordered": 1}])])
    results["measured_at"] = pd.Timestamp("2026-12-01", tz="Asia/Shanghai")
    fifth = calendar["starts_at"].iloc[4] + pd.Timedelta(hours=3)
    results.loc[results.index[0], "measured_at"] = fifth
    review = review_posts(calendar, results, **world.asked())
    notes = review.posts.set_index("post_id")["note"]
    told = [notes[post] for post in calendar["post_id"].iloc[:6]]
    assert told == [
        "没有发，不算",
        "没有发，不算",
        "没有标已发，也没有结果，不算",
        "发了，能用来比较的结果没有量到",
        "统计时发出不到 24 小时，先不算",
        "",
    ]
    assert review.notes[0] == "有 1 次结果的发布编号不在排期里，没有用。"
    assert "未发 1 次，取消 1 次" in review.notes[1]
    assert any("1 次发布统计得太早" in note for note in review.notes)


def test_two_measurings_of_a_post_count_once_by_the_later(review: Review) -> None:
    early = WORLD.results.assign(measured_at=pd.Timestamp("2026-10-01", tz="Asia/Shanghai"), ordered=0)
    late = WORLD.results.assign(measured_at=pd.Timestamp("2026-10-08", tz="Asia/Shanghai"))
    again = review_posts(WORLD.calendar, pd.concat([late, early]), **WORLD.asked(), since="2026-08-10")
    pd.testing.assert_frame_equal(again.verdicts, review.verdicts)


@pytest.mark.parametrize(
    ("more", "said"),
    [
        ({"outcome": "gmv"}, "outcome 不能是"),
        ({"since": "2026-09-02", "until": "2026-09-01"}, "对调"),
        ({"since": "下周"}, "since 要写成 2026-09-21 这样的日期"),
        ({"until": 5}, "until 要写成 2026-09-21 这样的日期"),
    ],
)
def test_arguments_that_cannot_be_are_refused(more: dict[str, str], said: str) -> None:
    with pytest.raises(ChoiceError, match=said):
        review_posts(WORLD.calendar, WORLD.results, **WORLD.asked(), **more)


def test_broken_tables_are_refused() -> None:
    with pytest.raises(ColumnError):
        review_posts(WORLD.calendar, WORLD.results.rename(columns={"post_id": "id"}))
    empty = review_posts(WORLD.calendar.iloc[:0], WORLD.results)
    assert empty.posts.empty
    assert empty.outcome == ""


def test_rows_in_another_order_say_the_same(review: Review) -> None:
    shuffled = World(
        *(
            table.sample(frac=1, random_state=1)
            for table in (WORLD.calendar, WORLD.results, WORLD.items, WORLD.groups)
        )
    )
    again = review_posts(shuffled.calendar, shuffled.results, **shuffled.asked(), since="2026-08-10")
    columns = ["facet", "name", "posts", "total", "verdict"]
    assert again.verdicts[columns].values.tolist() == review.verdicts[columns].values.tolist()
    assert set(OUTCOMES) >= set(again.verdicts["outcome"])


def test_costs_and_incidents_of_other_weeks_are_another_reviews() -> None:
    items = WORLD.items.assign(
        campaign=["早先" if item < "w06" else "后来" for item in WORLD.items["item_id"]]
    )
    costs = pd.DataFrame({"campaign": ["早先", "后来", "没听说过"], "amount": [10.0, 20.0, 30.0]})
    told = [
        {"group_id": "g01", "happened_at": when, "incident": "deleted"}
        for when in ("2026-06-05 10:00", "2026-08-12 10:00", None, "2027-01-01")
    ]
    review = review_posts(
        WORLD.calendar,
        WORLD.results,
        items=items,
        groups=WORLD.groups,
        costs=costs,
        incidents=pd.DataFrame(told),
        since="2026-08-10",
        until="2026-08-16",
    )
    assert review.returns["campaign"].tolist() == ["后来", "没听说过"]
    assert review.problems["happened_at"].dt.strftime("%m-%d").fillna("").tolist() == ["08-12", ""]


def test_captions_repeats_missing_times_and_negative_counts_are_taken_and_told() -> None:
    world = make_world(6, weeks=6)
    calendar = pd.concat([world.calendar, world.calendar.iloc[:5]])
    calendar.loc[calendar["post_id"] == calendar["post_id"].iloc[10], "starts_at"] = pd.NaT
    results = world.results.assign(ordered=world.results["ordered"].where(world.results.index != 20, -3))
    given = calendar.rename(columns={"post_id": "发布编号"})
    review = review_posts(given, results, **world.asked())
    assert len(review.posts) == len(world.calendar) - 1
    assert review.notes[:3] == (
        "排期里有 5 行的发布编号前面写过，用的是后面那一行。",
        "排期里有 1 行没有时间，没有用。",
        "结果里有 1 个小于 0 的数，没有用。",
    )
    assert review.posts["ordered"].isna().sum() == 1


def test_two_rows_of_a_group_or_item_that_differ_are_refused() -> None:
    world = make_world(6, weeks=3)
    twice = pd.concat([world.groups, world.groups.iloc[:1].assign(members=9)])
    with pytest.raises(ColumnError, match="群 'g00' 写了两行"):
        review_posts(world.calendar, world.results, items=world.items, groups=twice)
    same = pd.concat([world.groups, world.groups.iloc[:1]])
    assert len(review_posts(world.calendar, world.results, items=world.items, groups=same).posts)
    other = pd.concat([world.items, world.items.iloc[:1].assign(kind="poll")])
    with pytest.raises(ColumnError, match="条目 'w00i00' 写了两行"):
        review_posts(world.calendar, world.results, items=other, groups=world.groups)


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ("groups", "不知道群里有多少人"),
        ("kinds", "别的类型不拿它评好坏"),
        ("zeros", "全是 0"),
        ("nothing", "还没有一种结果量到 20 次发布"),
    ],
)
def test_why_nothing_can_be_compared_is_true(change: str, said: str) -> None:
    world = make_world(6, weeks=3)
    given: dict[str, pd.DataFrame] = {"items": world.items, "groups": world.groups}
    results = world.results
    if change == "groups":
        del given["groups"]
    elif change == "kinds":
        given["items"] = world.items.assign(kind="value")
    elif change == "zeros":
        results = results.assign(ordered=0)
    else:
        results = pd.DataFrame()
    review = review_posts(world.calendar, results, **given)
    assert review.outcome == ""
    assert any(said in note for note in review.notes)


GROUP = pd.DataFrame(
    [
        {
            "group_id": "g",
            "name": "群",
            "members": 10,
            "slots": "20:00",
            "posts_per_day": 1,
            "posts_per_week": 3,
        }
    ]
)


@pytest.mark.parametrize(
    ("call", "said"),
    [
        (lambda _: tk.posting_times("x", groups=GROUP), "join_results"),
        (lambda _: tk.posting_times(pd.DataFrame(), groups=GROUP, explore="a"), "explore"),  # type: ignore[arg-type]
        (lambda _: tk.campaign_returns(pd.DataFrame(), seed="x"), "seed"),  # type: ignore[arg-type]
        (lambda path: tk.write_monday(path, rivals=None, topics=None, review="x"), "review_posts"),  # type: ignore[arg-type]
        (lambda path: tk.write_monday(path, rivals=None, topics=None, asof="哪天"), "asof"),
        (lambda path: tk.write_monday(path, rivals=None, topics=None, notes=5), "notes"),  # type: ignore[arg-type]
    ],
)
def test_arguments_that_are_none_are_refused_in_words(
    call: Callable[[Path], object], said: str, tmp_path: Path
) -> None:
    with pytest.raises(ChoiceError, match=said):
        call(tmp_path / "m.html")
