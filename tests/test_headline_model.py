"""The chance to beat the account's median: shown only where it proved itself, the same for the same posts."""

import pickle

import numpy as np
import pandas as pd
import pytest
from accounts import account
from hypothesis import given, settings
from hypothesis import strategies as st
from pandas.testing import assert_frame_equal
from sklearn.base import clone
from sklearn.model_selection import cross_val_score

from toolkit.headlines import HeadlineModel
from toolkit.headlines._chance import FLAT, fit_curve
from toolkit.headlines._posts import read_posts
from toolkit.headlines._trust import honest_folds
from toolkit.schema import ChoiceError, ColumnError

USEFUL, PLAIN = "楼下7号：石榴怎么挑？3步看准", "楼下7号：石榴今天到货了，还有一些"


@pytest.fixture(scope="module")
def taught() -> HeadlineModel:
    return HeadlineModel().fit(account(600))


def test_fewer_than_fifty_posts_give_no_number_and_say_so() -> None:
    model = HeadlineModel().fit(account(49))
    assert (model.skill_.posts, model.skill_.shown) == (49, False)
    assert model.skill_.reason == "可用的发布只有 49 条，不到 50 条，暂不给胜出机会；再攒 1 条就能试。"
    assert model.predict_proba([USEFUL, PLAIN]).tolist() == [[0.5, 0.5], [0.5, 0.5]]
    assert model.chances([USEFUL]).tolist() == [[0.5, 0.0, 1.0]]
    ranks = model.decision_function(["这家店难吃，后悔来了", "这家店在楼下"])
    assert ranks[0] > ranks[1], "experiments found that words of bad feeling are clicked more"


def test_a_planted_effect_is_found_and_shown(taught: HeadlineModel) -> None:
    skill = taught.skill_
    assert skill.shown
    assert skill.low > 0.5
    assert skill.accuracy > skill.baseline >= 0.5
    assert skill.gain_low <= skill.accuracy - skill.ridge <= skill.gain_high
    assert skill.tested == 299, "the first half is only learned from, and one title stood there already"
    (useful, plain) = taught.chances([USEFUL, PLAIN])
    assert plain[1] < plain[0] < 0.4
    assert 0.55 < useful[0] < useful[2]
    assert skill.reason.endswith("所以给出胜出机会。")
    assert taught.predict([USEFUL, PLAIN]).tolist() == [True, False]


def test_the_interval_holds_how_often_it_comes_true(taught: HeadlineModel) -> None:
    later = account(2000, seed=99)
    level = np.log(later["reads"]) - np.linspace(0, 1, len(later))
    above = level > level.median()
    chances = taught.chances(later["title"])
    likely = chances[:, 0] > 0.5
    for group in (likely, ~likely):
        _, low, high = chances[group].mean(axis=0)
        assert low < above[group].mean() < high


def test_titles_that_tell_nothing_are_given_no_number() -> None:
    shown = [HeadlineModel().fit(account(100, effect=0.0, seed=seed)).skill_.shown for seed in range(12)]
    assert sum(shown) == 0, "2.5% of such accounts may pass by chance; of these none does"


def test_the_same_posts_in_any_order_give_the_same_model(taught: HeadlineModel) -> None:
    again = HeadlineModel().fit(account(600).sample(frac=1, random_state=3))
    titles = [USEFUL, PLAIN, "阳台3号：本周毛衣"]
    assert again.skill_ == taught.skill_
    np.testing.assert_allclose(again.chances(titles), taught.chances(titles), atol=1e-9)


def test_it_behaves_as_a_scikit_learn_estimator(taught: HeadlineModel) -> None:
    copy = clone(HeadlineModel(context=("店",), seed=7))
    assert copy.get_params() == {"context": ("店",), "seed": 7}
    assert not hasattr(copy, "skill_")
    kept = pickle.loads(pickle.dumps(taught))  # noqa: S301
    assert kept.predict_proba([USEFUL]).tolist() == taught.predict_proba([USEFUL]).tolist()
    assert taught.predict_proba([USEFUL, PLAIN]).shape == (2, 2)
    assert np.allclose(taught.predict_proba([USEFUL, PLAIN]).sum(axis=1), 1)
    assert taught.chances([]).shape == (0, 3)
    assert repr(taught) == "HeadlineModel（学过 600 条，给出胜出机会）"
    with pytest.raises(ChoiceError, match="没有参数 alpha"):
        copy.set_params(alpha=1)


def test_a_score_is_the_sum_of_what_words_and_features_add(taught: HeadlineModel) -> None:
    for title in (USEFUL, PLAIN, "ＡＢＣ臺灣的石榴 3步！", "😀", " "):
        parts = taught.explain(title)
        assert list(parts) == ["text", "caption", "start", "end", "contribution"]
        assert parts["contribution"].sum() == pytest.approx(taught.decision_function([title])[0], abs=1e-9)
        for row in parts[parts["start"].notna()].to_dict("records"):
            assert title[row["start"] : row["end"]] == row["text"]
    words = taught.explain(USEFUL).query("caption == '字词'").set_index("text")["contribution"]
    assert words["怎么"] > 0
    assert taught.explain(USEFUL)["caption"].tolist().count("这个账号的底") == 1


def test_explaining_without_learning_names_the_literature() -> None:
    parts = HeadlineModel().fit(account(10)).explain("真难吃")
    assert parts["caption"].tolist() == ["别人的实验（文献）"]


def test_pairs_agree_whichever_stands_first(taught: HeadlineModel) -> None:
    titles = [USEFUL, PLAIN, "阳台3号：本周毛衣"]
    square = taught.compare(titles)
    assert square.index.tolist() == square.columns.tolist() == titles
    np.testing.assert_allclose(square + square.T, 1.0)
    assert square.loc[USEFUL, PLAIN] > 0.6
    pairs = taught.compare_pairs(titles)
    assert len(pairs) == 3
    assert (pairs["low"] <= pairs["chance"]).all()
    assert (pairs["chance"] <= pairs["high"]).all()
    row = pairs[(pairs["first"] == USEFUL) & (pairs["second"] == PLAIN)].iloc[0]
    assert row["chance"] == pytest.approx(square.loc[USEFUL, PLAIN])
    assert row["apart"]
    assert not HeadlineModel().fit(account(20)).compare_pairs(titles)["apart"].any()


def test_rows_that_cannot_be_used_come_back_with_the_reason() -> None:
    posts = account(60)
    posts["reads"] = posts["reads"].astype("object")
    posts.loc[3, "reads"], posts.loc[4, "reads"], posts.loc[5, "title"] = None, -2, "！！"
    posts.loc[6, "published_at"] = pd.NaT
    model = HeadlineModel().fit(posts)
    assert model.posts_ == 56
    assert model.rejected_[["place", "reason"]].values.tolist() == [
        [3, "阅读数缺失"],
        [4, "阅读数：负数「-2」"],
        [5, "标题是空的"],
        [6, "没有发布时间，不能和前后的内容比；请补上发布时间"],
    ]


def test_what_is_missing_is_named() -> None:
    with pytest.raises(ColumnError, match=r"缺少列 reads（阅读数）。现有的列：title"):
        HeadlineModel().fit(pd.DataFrame({"title": ["甲"]}))
    with pytest.raises(ColumnError, match="缺少列 title"):
        HeadlineModel().fit(pd.DataFrame({"reads": [1]}))
    with pytest.raises(ChoiceError, match="y 有 1 个值，发布记录有 2 行"):
        HeadlineModel().fit(pd.DataFrame({"title": ["甲", "乙"]}), y=[1])
    with pytest.raises(ColumnError, match="缺少列 店"):
        HeadlineModel(context=("店",)).fit(account(60))
    with pytest.raises(ChoiceError, match="还没有学过"):
        HeadlineModel().predict_proba(["甲"])


def test_nothing_at_all_and_nothing_that_differs() -> None:
    empty = HeadlineModel().fit(pd.DataFrame({"title": [], "reads": []}))
    assert (empty.posts_, empty.skill_.shown) == (0, False)
    same = account(80).assign(reads=100)
    model = HeadlineModel().fit(same)
    assert model.skill_.reason == "这些发布的结果全都一样，学不出差别，暂不给胜出机会。"
    assert model.predict_proba(["甲"]).tolist() == [[0.5, 0.5]]


def test_headers_counts_and_dates_are_read_as_people_write_them() -> None:
    posts = account(80)
    named = posts.rename(columns={"title": "标题", "reads": "阅读量", "published_at": "发布时间"})
    named["阅读量"] = named["阅读量"].map(lambda reads: f"{reads:,}")
    named["发布时间"] = named["发布时间"].dt.strftime("%Y年%m月%d日 %H:%M")
    assert HeadlineModel().fit(named).skill_ == HeadlineModel().fit(posts).skill_


def test_among_exposures_the_share_that_read_counts() -> None:
    posts = account(300)
    shown = np.where(np.arange(300) % 2, 20_000, 200_000)
    clicked = (posts["reads"] * shown / 40_000).round().astype(int)
    odds = HeadlineModel().fit(posts.assign(reads=clicked, exposures=shown))
    raw = HeadlineModel().fit(posts.assign(reads=clicked))
    assert odds.skill_.accuracy > raw.skill_.accuracy + 0.01
    assert odds.skill_.shown
    wrong = HeadlineModel().fit(posts.assign(exposures=1))
    assert wrong.rejected_["reason"].unique().tolist() == ["阅读数比曝光数还多"]


def test_a_well_read_author_is_not_a_good_title() -> None:
    posts = account(400, effect=0.0, authors=2, noise=0.3)
    famous = posts["author"] == "作者1"
    posts["reads"] = np.where(famous, posts["reads"] * 8, posts["reads"])
    posts.loc[famous, "title"] = posts.loc[famous, "title"] + "（老周）"
    told = HeadlineModel().fit(posts)
    untold = HeadlineModel().fit(posts.drop(columns="author"))
    apart = [
        float(np.diff(model.decision_function([PLAIN, f"{PLAIN}（老周）"]))[0]) for model in (told, untold)
    ]
    assert 0 < apart[0] < apart[1], "told who wrote it, less is put down to the title"


def test_ab_tests_compare_only_within_a_test() -> None:
    rng = np.random.default_rng(0)
    titles = account(240, dated=False)["title"]
    useful = titles.str.contains("怎么|新手")
    level = np.repeat(rng.normal(0, 2, 80), 3)
    rate = 1 / (1 + np.exp(3 - level - 0.6 * useful))
    shown = np.full(240, 3000)
    frame = pd.DataFrame({"title": titles, "exposures": shown, "reads": rng.binomial(shown, rate)})
    frame["test"] = np.repeat(np.arange(80), 3).astype(str)
    model = HeadlineModel().fit(frame)
    assert model.skill_.accuracy > 0.7
    assert model.skill_.shown
    lone = HeadlineModel().fit(pd.concat([frame, frame.iloc[:1].assign(test="独")]))
    assert lone.rejected_["reason"].tolist() == ["这个测试只有一个可用的标题，没有可比的"]


def test_labels_of_one_and_nought_may_be_learned() -> None:
    posts = account(300, dated=False)
    label = posts["title"].str.contains("怎么|新手").astype(int)
    model = HeadlineModel().fit(posts[["title"]], y=label)
    assert model.skill_.accuracy > 0.95
    assert model.predict([USEFUL, PLAIN]).tolist() == [True, False]


@settings(max_examples=20)
@given(st.integers(0, 10_000), st.booleans(), st.integers(60, 140))
def test_no_title_test_or_author_stands_on_both_sides(seed: int, dated: bool, count: int) -> None:
    rng = np.random.default_rng(seed)
    frame = pd.DataFrame(
        {
            "title": [f"标题{rng.integers(count // 2)}" for _ in range(count)],
            "reads": rng.integers(1, 1000, count),
            "author": [f"作者{rng.integers(12)}" for _ in range(count)],
        }
    )
    if dated:
        frame["published_at"] = pd.Timestamp("2026-01-01") + pd.to_timedelta(rng.integers(0, 400, count), "D")
    if seed % 2:
        frame["test"] = rng.integers(0, count // 3, count).astype(str)
    posts, rejected = read_posts(frame)
    assert len(posts) + len(rejected) == count
    seen = 0
    for train, test in honest_folds(posts):
        assert not set(train) & set(test)
        assert not {posts.titles[row] for row in train} & {posts.titles[row] for row in test}
        if posts.tests is not None:
            assert not set(posts.tests[train]) & set(posts.tests[test])
        if dated:
            assert posts.days is not None
            assert posts.days[train].max() <= posts.days[test].min()
        elif posts.tests is None:
            assert not set(posts.context["author"].iloc[train]) & set(posts.context["author"].iloc[test])
        seen += len(test)
    assert seen or posts.units.max() == 0, "only where all hang together is there nothing to split"


def test_the_later_part_tells_the_earlier_nothing() -> None:
    posts, _ = read_posts(account(200))
    train, _ = next(iter(honest_folds(posts)))
    changed = account(200)
    changed.loc[len(train) :, "reads"] = 1
    again, _ = read_posts(changed)
    np.testing.assert_array_equal(posts.take(train).residual(), again.take(train).residual())


def test_a_curve_never_falls() -> None:
    scores = np.linspace(-1, 1, 50)
    assert fit_curve(scores, (scores < 0).astype(float)) is FLAT
    assert fit_curve(np.zeros(5), np.ones(5)) is FLAT


def test_further_context_is_used_where_it_is_named() -> None:
    posts = account(300, noise=0.3)
    posts["店"] = np.where(np.arange(300) % 3 == 0, "总店", "分店")
    posts["reads"] = np.where(posts["店"] == "总店", posts["reads"] * 6, posts["reads"])
    named, unnamed = HeadlineModel(context=["店"]).fit(posts), HeadlineModel().fit(posts)
    assert named.skill_.accuracy > unnamed.skill_.accuracy + 0.02
    assert_frame_equal(unnamed.rejected_, named.rejected_)


def test_what_is_read_most_is_written_in_wan() -> None:
    posts = account(60).astype({"reads": "object"})
    posts.loc[7, "reads"], posts.loc[8, "reads"] = "10万+", "1.2w"
    usable, rejected = read_posts(posts)
    assert rejected.empty
    assert np.exp(usable.outcome[[7, 8]]).round().tolist() == [100_000, 12_000]


def test_one_bad_date_costs_one_row() -> None:
    posts = account(60).astype({"published_at": "object"})
    posts.loc[5, "published_at"] = "昨天"
    model = HeadlineModel().fit(posts)
    assert model.rejected_["place"].tolist() == [5]
    assert model.rejected_["reason"].iloc[0].endswith("不能和前后的内容比；请补上发布时间")


@pytest.mark.parametrize("hours", [1, 4, 12])
def test_a_short_history_shows_no_chance_by_luck(hours: int) -> None:
    """All posts in a few days leave few weeks to draw: the interval must not collapse."""
    shown = []
    for seed in range(12):
        posts = account(100, effect=0.0, seed=seed)
        start = posts["published_at"].iloc[0]
        posts["published_at"] = start + pd.to_timedelta(np.arange(100) * hours, unit="h")
        skill = HeadlineModel().fit(posts).skill_
        assert skill.high - skill.low > 0.1
        shown.append(skill.shown)
    assert sum(shown) <= 1


def test_posts_that_all_hang_together_are_no_test() -> None:
    same = account(80).assign(title="早安，各位街坊")
    model = HeadlineModel().fit(same)
    assert model.skill_.reason.startswith("这些发布连成一体")
    assert model.predict_proba(["甲"]).tolist() == [[0.5, 0.5]]


@pytest.mark.parametrize("blank", ["", None, False, float("nan")])
def test_an_empty_test_column_is_none(blank: object) -> None:
    posts = account(120)
    assert HeadlineModel().fit(posts.assign(test=blank)).skill_ == HeadlineModel().fit(posts).skill_


def test_a_few_tests_do_not_cost_an_account_its_posts() -> None:
    posts = account(120)
    posts["test"] = ["甲" if place < 10 else "" for place in range(120)]
    assert HeadlineModel().fit(posts).posts_ == 120


def test_a_model_that_knows_nothing_stays_so_when_it_is_kept() -> None:
    model = pickle.loads(pickle.dumps(HeadlineModel().fit(account(10))))  # noqa: S301
    assert model.chances(["甲"]).tolist() == [[0.5, 0.0, 1.0]]
    assert not model.compare_pairs(["甲", "乙"])["apart"].any()


def test_a_context_may_be_named_by_one_word() -> None:
    posts = account(60).assign(店="总店")
    assert HeadlineModel(context="店").fit(posts).posts_ == 60


def test_undated_rows_in_any_order_give_the_same_model() -> None:
    posts = account(200, dated=False)
    again = HeadlineModel().fit(posts.sample(frac=1, random_state=5))
    first = HeadlineModel().fit(posts)
    assert first.skill_ == again.skill_
    np.testing.assert_allclose(first.chances([USEFUL]), again.chances([USEFUL]), atol=1e-9)


def test_scikit_learn_can_cross_validate_it() -> None:
    posts = account(200, dated=False)
    label = posts["title"].str.contains("怎么|新手").astype(int)
    areas = cross_val_score(HeadlineModel(), posts[["title"]], label, scoring="roc_auc", cv=3)
    assert areas.min() > 0.95
