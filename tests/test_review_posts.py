"""The review: plan against result, what it may not say, weights that nothing adopts by itself."""

from __future__ import annotations

import pandas as pd
import pytest
from review_worlds import World, make_world

from toolkit.review._review_posts import adopt_weights, review_posts
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
    assert "kind:promotion" in weights["weight_id"].tolist()
    assert weights["proposed"].between(0.5, 2.0).all()
    assert adopt_weights(WORLD.items, weights, adopt=[])["value"].eq(1.0).all()
    adopted = adopt_weights(WORLD.items, weights, adopt=["kind:promotion"])
    proposed = weights.set_index("weight_id").loc["kind:promotion", "proposed"]
    assert adopted["value"].tolist() == [
        proposed if kind == "promotion" else 1.0 for kind in WORLD.items["kind"]
    ]
    assert adopted["item_id"].tolist() == WORLD.items["item_id"].tolist()


def test_an_unknown_proposal_is_refused(review: Review) -> None:
    with pytest.raises(ChoiceError, match=r"可以用：.*kind:promotion"):
        adopt_weights(WORLD.items, review.weights, adopt=["kind:poll"])
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
    assert "标明未发 1 次" in review.notes[1]
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
