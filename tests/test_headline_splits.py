"""No headline is judged by what gave it away: splits are proved honest, and a leaky one is known by its figure."""

import os
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "benchmarks"))
import headline_baselines as base
import headline_sets as sets
import headlines as benchmark
from headline_invented import invented, invented_split

from toolkit.schema import TIME_ZONE

REAL = pytest.mark.skipif("WENAN_DATA" not in os.environ, reason="没有设 WENAN_DATA：真实数据不随项目分发")


def data() -> Path:
    return Path(os.environ["WENAN_DATA"]) / "data"


def frame(*rows: tuple[str, str, int, str]) -> pd.DataFrame:
    """Rows of title, day, reads and author."""
    made = pd.DataFrame(rows, columns=["title", "day", "reads", "author"])
    made["published_at"] = pd.to_datetime(made["day"]).dt.tz_localize(TIME_ZONE)
    return made.assign(month=made["day"].str[:7])


TRAIN = frame(
    ("石榴到了", "2026-01-05", 90, "甲"),
    ("黄桃怎么挑", "2026-01-06", 40, "乙"),
    ("读书会改期", "2026-01-07", 10, "甲"),
)
TEST = frame(
    ("围巾上新", "2026-02-01", 70, "丙"),
    ("砂锅怎么养", "2026-02-02", 70, "丁"),
    ("热水袋清单", "2026-02-03", 20, "丙"),
    ("雨伞到了", "2026-03-01", 99, "丁"),
)


def split(train: pd.DataFrame = TRAIN, test: pd.DataFrame = TEST, **changed: Any) -> sets.Split:
    pairs = sets.Pairs("pairs", sets.pairs_in(test, "month"), "month", "month", ("month", "author"))
    return sets.Split("made", train, test, (pairs._replace(**changed),), True)


# ---- pairs


def test_pairs_are_of_one_block_and_of_different_reads_the_higher_first() -> None:
    assert sets.pairs_in(TEST, "month").tolist() == [[0, 2], [1, 2]]
    assert sets.pairs_in(TEST.iloc[::-1], "month").tolist() == [[2, 1], [3, 1]]
    assert sets.pairs_in(TEST.iloc[:0], "month").shape == (0, 2)


def test_pairs_are_drawn_where_there_are_many_and_always_the_same() -> None:
    many = pd.DataFrame({"reads": range(50), "all": "all"})
    whole, drawn = sets.pairs_in(many, "all"), sets.pairs_in(many, "all", most=30)
    assert len(whole) == 50 * 49 // 2 and len(drawn) == 30
    assert {*map(tuple, drawn.tolist())} <= {*map(tuple, whole.tolist())}
    assert drawn.tolist() == sets.pairs_in(many, "all", most=30).tolist()


def test_a_click_rate_decides_where_there_is_one() -> None:
    tests = pd.DataFrame({"reads": [50, 10], "exposures": [1000, 100], "rate": [0.05, 0.1], "test": "a"})
    assert sets.pairs_in(tests, "test").tolist() == [[1, 0]]
    assert sets.z_of(tests, np.array([[1, 0]])) == pytest.approx([2.0993], abs=1e-4)


def test_titles_that_differ_only_in_dress_are_one() -> None:
    titles = pd.Series(["派早報：iPhone 来了！", "派早报 ｉｐｈｏｎｅ来了", "派早报：iPhone 走了"])
    forms = sets.one_form(titles)
    assert forms[0] == forms[1] != forms[2]
    kept = sets.unseen(pd.DataFrame({"title": titles[:1]}), pd.DataFrame({"title": titles[1:]}))
    assert kept["title"].tolist() == ["派早报：iPhone 走了"]


def test_titles_of_a_series_begin_alike() -> None:
    titles = pd.Series([f"派早报：第{day}天" for day in range(10)] + ["派早读", "石榴怎么剥"])
    assert sets.series_of(titles).tolist() == [True] * 10 + [False] * 2


# ---- the proof


def test_an_honest_split_is_let_pass() -> None:
    sets.prove(split())


@pytest.mark.parametrize(
    ("leaky", "why"),
    [
        (lambda: split(TRAIN.iloc[:0]), "nothing to train"),
        (lambda: split(places=np.empty((0, 2), dtype=int)), "nothing to train or to test"),
        (lambda: split(TRAIN.assign(published_at=TEST["published_at"].max())), "came later"),
        (lambda: split(TRAIN.assign(published_at=TEST["published_at"].min())), "came later"),
        (lambda: split(TRAIN.assign(title=["石榴到了", "黄桃怎么挑", "圍巾上新!"])), "a title stands"),
        (lambda: split(TRAIN.assign(author=["甲", "乙", "丁"])), "author stands"),
        (lambda: split(TRAIN.assign(month=["2026-01", "2026-01", "2026-02"])), "month stands"),
        (lambda: split(places=np.array([[3, 0]])), "crosses blocks"),
        (lambda: split(places=np.array([[2, 0]])), "wrong way round"),
        (lambda: split(places=np.array([[0, 1]])), "wrong way round"),
    ],
)
def test_every_leak_is_named(leaky: Any, why: str) -> None:
    with pytest.raises(sets.LeakError, match=why):
        sets.prove(leaky())


def test_an_undated_split_needs_no_order() -> None:
    undated = split(TRAIN.assign(published_at=TEST["published_at"].max()))._replace(forward=False)
    sets.prove(undated)


def test_forward_splits_learn_only_from_before() -> None:
    posts = invented(200, effect=0.0)
    marks = sets.quantiles(posts, (0.5, 0.75))
    sides = list(sets.forward(posts, marks))
    assert [(len(train), len(test)) for train, test in sides] == [(100, 50), (150, 50)]
    for train, test in sides:
        assert train["published_at"].max() < test["published_at"].min()
    (one,) = invented_split("made", posts)
    sets.prove(one)


@REAL
@pytest.mark.data
@pytest.mark.parametrize("name", list(sets.SPLITS))
def test_splits_of_real_posts_are_honest(name: str) -> None:
    splits = sets.SPLITS[name](data())
    for one in splits:
        sets.prove(one)
    held = {pairs.name: pairs.held for one in splits for pairs in one.pairs}
    assert (
        held
        == {
            "sspai": {
                "sspai month": ("month",),
                "sspai author": ("author_year",),
                "sspai month, new authors": ("month", "author"),
            },
            "guichu": {"guichu": ("author",)},
            "weekly": {"weekly": ("week",), "weekly, new uploaders": ("week", "author")},
            "upworthy": {"upworthy": ("test", "cluster"), "upworthy, significant": ("test", "cluster")},
        }[name]
    )
    assert all(one.forward for one in splits) == (name != "guichu")
    assert len({place for one in splits for place in one.test["title"]}) > 1_000


@REAL
@pytest.mark.data
def test_a_split_that_cuts_through_authors_is_refused() -> None:
    posts = sets.guichu(data())
    even = np.arange(len(posts)) % 2 == 0
    train = posts[even].reset_index(drop=True)
    test = sets.unseen(train, posts[~even])
    pairs = sets.Pairs("cut", sets.pairs_in(test, "all"), "all", "author", ("author",))
    with pytest.raises(sets.LeakError, match="author stands on both sides"):
        sets.prove(sets.Split("cut", train, test, (pairs,), False))


# ---- the leak by its figure


@REAL
@pytest.mark.data
def test_random_pairs_of_real_tests_leak() -> None:
    found = benchmark.leak(sets.upworthy(data()), "test", seeds=2).set_index("split")["accuracy"]
    assert 0.74 <= found["random pairs"] <= 0.81
    assert 0.54 <= found["whole groups"] <= 0.61


def test_random_pairs_of_invented_tests_leak() -> None:
    """No headline of this account matters at all, and yet the leaky split finds an order."""
    posts = invented(360, effect=0.0, seed=1)
    found = benchmark.leak(posts, "cluster", seeds=3).set_index("split")["accuracy"]
    assert found["random pairs"] >= 0.75
    assert abs(found["whole groups"] - 0.5) <= 0.08


def test_leaky_pairs_share_headlines_and_no_pair() -> None:
    posts = invented(120, effect=0.0)
    known, asked = sets.leaky_pairs(posts, "cluster")
    assert len(known) == pytest.approx(4 * len(asked), abs=5)
    assert not {*map(tuple, known.tolist())} & {*map(tuple, asked.tolist())}
    assert len(set(asked.ravel()) & set(known.ravel())) > 0.9 * len(set(asked.ravel()))


# ---- measures


def test_right_counts_ties_half() -> None:
    places = np.array([[0, 1], [1, 0], [1, 2]])
    assert base.right(np.array([2.0, 1.0, 1.0]), places).tolist() == [1.0, 0.0, 0.5]


def test_intervals_draw_groups_and_not_pairs() -> None:
    """A thousand pairs of two groups that disagree say no more than the two groups."""
    values = np.repeat([1.0, 0.0], 500)[:, np.newaxis]
    units = np.repeat([["a", "a"], ["b", "b"]], 500, axis=0)
    shares = base.shares_of(values, units)
    assert shares.share.tolist() == [0.5]
    assert base.interval(shares.drawn[:, 0]) == (0.0, 1.0)
    single = base.shares_of(values, np.column_stack([np.arange(1000).astype(str)] * 2))
    low, high = base.interval(single.drawn[:, 0])
    assert 0.46 < low < 0.48 and 0.52 < high < 0.54


def test_pairs_of_two_groups_count_as_often_as_both_were_drawn() -> None:
    values = np.array([[1.0], [1.0], [0.0]])
    inside = base.shares_of(values, np.array([["a", "a"], ["b", "b"], ["c", "c"]]), draws=200)
    across = base.shares_of(values, np.array([["a", "a"], ["b", "b"], ["a", "b"]]), draws=200)
    assert set(np.round(inside.drawn.ravel(), 9)) == {0.0, round(1 / 3, 9), round(2 / 3, 9), 1.0}
    # both once: the pair of both counts once; one twice: only its own pair is there
    assert set(np.round(across.drawn.ravel(), 9)) == {round(2 / 3, 9), 1.0}


def test_columns_share_their_draws() -> None:
    chance = np.random.default_rng(3)
    values = chance.random((300, 1)) + np.array([[0.0, 0.25]])
    units = np.repeat(chance.integers(0, 20, 300).astype(str)[:, np.newaxis], 2, axis=1)
    drawn = base.shares_of(values, units).drawn
    assert (drawn[:, 1] - drawn[:, 0]).tolist() == pytest.approx([0.25] * len(drawn))


def test_calibration_gap() -> None:
    chances = np.repeat([0.1, 0.3, 0.5, 0.7, 0.9], 20)
    exact = np.concatenate([np.arange(20) < 20 * one for one in (0.1, 0.3, 0.5, 0.7, 0.9)]).astype(float)
    assert base.gap_of(chances, exact) == pytest.approx(0)
    assert base.gap_of(chances, np.ones(100)) == pytest.approx(0.5)
    assert 0.05 < base.gap_by_luck(chances) < 0.2
    assert base.gap_by_luck(np.tile(chances, 100)) < 0.02


def test_ridge_learns_what_is_planted_and_alpha_only_from_train() -> None:
    posts = invented(300, effect=1.0)
    train, test = posts.iloc[:200].reset_index(drop=True), posts.iloc[200:].reset_index(drop=True)
    places = sets.pairs_in(test, "month")
    scores = base.METHODS[base.CHAR](train, test, "month")
    assert base.right(scores, places).mean() > 0.65
    again = base.METHODS[base.CHAR](train, test.assign(reads=test["reads"].sum() - test["reads"]), "month")
    assert again.tolist() == scores.tolist()
    assert base.kept_for_choosing(train).tolist() == [False] * 160 + [True] * 40


def test_the_model_sees_of_a_post_what_an_editor_has() -> None:
    posts = invented(3, effect=0.0)
    assert list(base.posts_of(posts)) == ["title", "published_at", "reads", "author"]
    assert list(base.posts_of(posts.assign(exposures=1, week="a", rate=0.1, likes=1, series=False))) == [
        *("title", "published_at", "reads", "exposures", "author"),
    ]
