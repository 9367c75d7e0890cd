"""What came of posts as lessons: which posts, what is left out, and the skill before and after on the same titles."""

from typing import Any

import numpy as np
import pandas as pd
import pytest
from accounts import account

from toolkit.charts import in_words
from toolkit.headlines import HeadlineModel
from toolkit.review._learn import Learned, _on_scale, learn_headlines, training_posts
from toolkit.schema import CALENDAR, LESSONS, POSTS, RESULTS, SKILLS, ChoiceError, ColumnError

GROUPS = pd.DataFrame(
    [
        {
            **{
                "group_id": f"g{n}",
                "name": f"群{n}",
                "members": 150 + 10 * n,
                "slots": "20:00",
                "channel": "企微群",
            },
            **{"posts_per_day": 3, "posts_per_week": 9},
        }
        for n in range(4)
    ]
)


def sent(count: int = 30) -> pd.DataFrame:
    return pd.DataFrame(
        {
            "post_id": [f"p{n}" for n in range(count)],
            "item_id": [f"i{n}" for n in range(count)],
            "group_id": [f"g{n % 4}" for n in range(count)],
            "starts_at": [f"2026-08-{1 + n % 28:02} 20:00" for n in range(count)],
            "status": "sent",
        }
    )


ITEMS = pd.DataFrame(
    {"item_id": [f"i{n}" for n in range(30)], "title": [f"第{n}期书单" for n in range(30)], "topic": "书"}
)


def came(**columns: Any) -> pd.DataFrame:
    return pd.DataFrame({"post_id": [f"p{n}" for n in range(30)], **columns})


def train(results: pd.DataFrame, **more: Any) -> pd.DataFrame:
    return training_posts(
        **{"calendar": sent(), "results": results, "items": ITEMS, "groups": GROUPS, **more}
    )


def lessons(
    count: int, *, effect: float, seed: int, start: str = "2026-06-01", groups: int = 4
) -> pd.DataFrame:
    """Posts of an invented desk as `training_posts` gives them; useful titles bring e**effect times the orders."""
    posts = account(count, effect=effect, seed=seed, noise=0.0)
    rng = np.random.default_rng(seed)
    rate = 0.06 * np.exp(
        np.log(posts["reads"]) - np.log(posts["reads"]).mean() - np.linspace(-0.5, 0.5, count)
    )
    people = rng.integers(150, 250, count)
    return pd.DataFrame(
        {
            "title": posts["title"],
            "published_at": pd.Timestamp(start, tz="Asia/Shanghai")
            + pd.to_timedelta(np.arange(count) * 8, unit="h"),
            "reads": rng.binomial(people, np.minimum(rate, 0.9)),
            "exposures": people,
            "author": [f"g{n % groups}" for n in range(count)],
        }
    )


def test_posts_become_lessons_with_group_topic_and_test() -> None:
    tests = pd.DataFrame({"test": ["一号", "一号"], "arm": ["甲", "乙"], "item_id": ["i0", "i1"]})
    found = train(came(ordered=range(30)), tests=tests)
    assert found.columns.tolist() == [*POSTS.names, "post_id", "channel", "kind", "outcome"]
    assert len(found) == 30 and found["published_at"].is_monotonic_increasing
    by_post = found.set_index("post_id")
    assert by_post.loc["p5", ["title", "reads", "exposures", "author", "topic", "channel"]].tolist() == [
        *("第5期书单", 5, 160, "g1", "书", "企微群")
    ]
    assert by_post.loc[["p0", "p1"], "test"].tolist() == ["一号", "一号"]
    assert by_post["test"].isna().sum() == 28 and by_post["outcome"].unique().tolist() == ["ordered"]
    assert found.attrs["notes"] == []
    assert found.columns.tolist() == LESSONS.names
    shown = in_words(found)
    assert "阅读数" not in shown and shown["结果"].tolist() == found["reads"].tolist()
    assert shown["按什么看"].unique().tolist() == ["按暗号的订单"]


def test_one_outcome_for_all_the_surest_that_enough_have() -> None:
    few = [3 if n < 10 else None for n in range(30)]
    assert train(came(ordered=few, clicked=7))["outcome"].unique().tolist() == ["clicked"]
    assert train(came(ordered=few))["outcome"].unique().tolist() == ["ordered"]
    told = train(came(ordered=few, clicked=7), outcome="ordered")
    assert len(told) == 10
    assert told.attrs["notes"] == [
        "20 次发布没有拿来学：还没有「按暗号的订单」的数，或取得太早，或不知道群人数。"
    ]


def test_what_cannot_be_learned_from_is_counted() -> None:
    calendar = sent()
    calendar.loc[0, "status"] = "missed"
    calendar.loc[1, "group_id"] = "别处"
    items = ITEMS.assign(title=ITEMS["title"].where(ITEMS["item_id"] != "i2", ""))
    found = train(came(ordered=[5] * 29 + [900]), calendar=calendar, items=items)
    assert len(found) == 26
    assert found.attrs["notes"] == [
        "1 次发布没有拿来学：还没有「按暗号的订单」的数，或取得太早，或不知道群人数。",
        "1 次发布没有拿来学：没有标题。",
        "1 次发布没有拿来学：结果比看到的人还多，请核对。",
    ]


def test_nothing_measured_gives_an_empty_frame() -> None:
    for found in (train(RESULTS.empty()), train(RESULTS.empty(), calendar=CALENDAR.empty())):
        assert found.empty and found.columns.tolist() == [
            *POSTS.names,
            "post_id",
            "channel",
            "kind",
            "outcome",
        ]
        assert found.attrs["notes"] == ["还没有一次发布有结果，标题没有可学的。"]
    with pytest.raises(ChoiceError, match="outcome 不能是 'likes'"):
        train(came(ordered=1), outcome="likes")


@pytest.fixture(scope="module")
def learned() -> Learned:
    # an account that learned nothing of use from its past, and a desk whose titles tell
    return learn_headlines(account(120, effect=0.0, seed=1), lessons(200, effect=1.2, seed=2))


def test_the_skill_grows_on_the_same_later_titles(learned: Learned) -> None:
    skills = learned.skills.set_index("when")
    assert learned.skills.columns.tolist() == SKILLS.names and skills.index.tolist() == ["before", "after"]
    assert skills.loc["before", "posts"] == 120 and skills.loc["after", "posts"] == 220
    assert skills.loc["after", "accuracy"] > 0.65 > skills.loc["before", "accuracy"]
    assert (skills["low"] <= skills["accuracy"]).all() and (skills["accuracy"] <= skills["high"]).all()
    assert skills["baseline"].nunique() == 1 and skills["baseline"].iloc[0] >= 0.5
    assert skills["reason"].str.startswith("拿 2026-07-04 起新出现的 ").all()
    assert skills["reason"].str.contains("前后考的是同一批").all()
    (note,) = learned.skills.attrs["notes"]
    assert note.endswith("：有进步。") and "+" in note
    assert learned.model.posts_ == 320
    useful, plain = learned.model.decision_function(
        ["楼下7号：石榴怎么挑？3步看准", "楼下7号：石榴今天到货了，还有一些"]
    )
    assert useful > plain


def test_no_chance_stands_beside_a_share_below_length(learned: Learned) -> None:
    before, after = learned.skills.to_dict("records")
    # a past that learned its own titles well, and posts of groups that are told by nothing but their length
    past = account(200, effect=1.2, seed=21)
    posts = lessons(120, effect=0.0, seed=22)
    long = posts["title"].str.len()
    better = posts["title"].where(
        long.rank(pct=True) > 0.5, posts["title"] + "，还有一些，先到先得，售完为止"
    )
    posts["title"], posts["reads"] = better, (better.str.len() * 2).clip(upper=posts["exposures"])
    found = learn_headlines(past, posts)
    told = found.skills.set_index("when")
    assert found.skills["outcome"].tolist() == ["opened", "opened"] and before["outcome"] == "opened"
    own = HeadlineModel().fit(past).skill_
    assert own.shown and told.loc["before", "accuracy"] < told.loc["before", "baseline"]
    assert told.loc["before", "own_accuracy"] > told.loc["before", "own_baseline"]
    assert told.loc["before", "shown"] == "不给"
    assert told.loc["before", "reason"].endswith("还不如只看长短，不给胜出机会。")
    for skills in (found.skills, learned.skills):
        given_ = skills[skills["shown"] == "给出"]
        assert (given_["accuracy"] >= given_["baseline"]).all()
    assert found.model.skill_.shown == (told.loc["after", "shown"] == "给出")
    assert after["shown"] == "给出" and learned.model.skill_.shown
    assert "另一场考试（用学过的一段猜后面一段）：每 100 对猜对 " in after["reason"]


def test_nothing_in_the_titles_is_not_called_progress() -> None:
    notes = [
        learn_headlines(
            account(80, effect=0.0, seed=seed), lessons(90, effect=0.0, seed=seed + 50)
        ).skills.attrs["notes"][0]
        for seed in range(2)
    ]
    assert [note.endswith("：分不出有没有进步。") for note in notes] == [True, True]


def test_too_few_posts_say_nothing_and_invent_nothing() -> None:
    found = learn_headlines(None, lessons(20, effect=1.0, seed=3))
    assert found.skills["posts"].tolist() == [0, 20] and found.skills["shown"].tolist() == ["不给", "不给"]
    assert found.skills[["accuracy", "low", "high", "baseline"]].isna().all(axis=None)
    assert found.skills["reason"].tolist() == [
        "可用的发布只有 0 条，不到 50 条，暂不给胜出机会；再攒 50 条就能试。",
        "可用的发布只有 20 条，不到 50 条，暂不给胜出机会；再攒 30 条就能试。",
    ]
    assert found.skills.attrs["notes"] == [
        "后来的新标题不到 12 个，没法让前后两次考同一批；表里是各考各的，不能直接比。"
    ]
    nothing = learn_headlines(POSTS.empty(), POSTS.empty())
    assert nothing.skills["posts"].tolist() == [0, 0] and not nothing.model.skill_.shown


def test_an_undated_history_is_learned_from_but_not_compared() -> None:
    history = account(120, effect=1.0, seed=4, dated=False)
    found = learn_headlines(history, lessons(60, effect=1.0, seed=5))
    assert found.model.posts_ == 180
    assert found.skills["posts"].tolist() == [120, 180]
    assert found.skills.attrs["notes"][0].startswith("一份发布记录没有日期")
    assert found.skills["reason"].str.startswith("各考各的：").all()


def test_posts_that_history_has_too_count_once() -> None:
    posts = lessons(40, effect=1.0, seed=11)
    found = learn_headlines(pd.concat([account(10, seed=1), posts]), posts)
    assert found.skills["posts"].iloc[0] == 10 and found.model.posts_ == 50


def test_orders_and_reads_come_to_one_scale() -> None:
    groups = pd.concat([lessons(60, effect=1.0, seed=6), lessons(60, effect=1.0, seed=6).assign(author="g9")])
    groups.loc[groups["author"] == "g9", "reads"] = (groups["reads"] // 3)[groups["author"] == "g9"]
    told = _on_scale(groups)
    assert told.groupby("author")["y"].median().abs().max() < 0.2, (
        "a group that buys less is no worse a writer"
    )
    reads = _on_scale(account(300, effect=1.0, seed=7))
    assert 0.7 < reads["y"].std() < 1.1
    bad = pd.DataFrame({"title": list("abcd"), "reads": [5, -1, 30, None], "exposures": [10, 10, 10, 10]})
    assert _on_scale(bad)["y"].isna().tolist() == [False, True, True, True]
    wobble = pd.DataFrame(
        {"title": list("abcd") * 10, "reads": [0, 1, 200, 100] * 10, "exposures": [2, 2, 400, 400] * 10}
    )
    y = _on_scale(wobble)["y"].abs()
    assert y[0] < y[2], "one order of two people tells less than two hundred of four hundred"


def test_a_kind_that_sells_more_is_no_merit_of_its_titles() -> None:
    posts = lessons(120, effect=0.0, seed=9, groups=3)
    sells = np.arange(120) % 2 == 0
    posts["reads"] = posts["reads"].where(~sells, np.minimum(posts["reads"] * 4, posts["exposures"]))
    assert _on_scale(posts)["y"][sells].median() - _on_scale(posts)["y"][~sells].median() > 1
    told = _on_scale(posts.assign(kind=np.where(sells, "promotion", "value")))["y"]
    assert abs(told[sells].median() - told[~sells].median()) < 0.2


def test_before_anything_was_learned_there_is_no_share() -> None:
    found = learn_headlines(None, lessons(120, effect=1.2, seed=10))
    first, second = found.skills.to_dict("records")
    assert first["posts"] == 0 and np.isnan([first["accuracy"], first["low"], first["high"]]).all()
    assert first["reason"].endswith("之前学过的太少，排不出先后，不给胜出机会。") and first["shown"] == "不给"
    assert second["posts"] == 60
    assert second["low"] <= second["accuracy"] <= second["high"]
    assert "（之前学过的太少，排不出先后，当抛硬币算）" in found.skills.attrs["notes"][0]


def test_the_given_model_lends_its_arguments_and_stays_as_it_is() -> None:
    model = HeadlineModel(seed=3)
    found = learn_headlines(None, lessons(20, effect=0.0, seed=8), model=model)
    assert found.model.seed == 3 and found.model is not model and not hasattr(model, "skill_")
    again = learn_headlines(None, lessons(20, effect=0.0, seed=8), model=model)
    pd.testing.assert_frame_equal(found.skills, again.skills)
    with pytest.raises(ChoiceError, match="model 要一个 HeadlineModel"):
        learn_headlines(None, POSTS.empty(), model="标题")  # type: ignore[arg-type]
    with pytest.raises(ColumnError, match="title"):
        learn_headlines(None, pd.DataFrame({"reads": [1]}))
