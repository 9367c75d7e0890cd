"""The benchmark of headlines runs small and its tables make sense: a planted effect is found, none is where none is."""

import sys
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "benchmarks"))
import headline_baselines as base
import headlines as benchmark
from headline_invented import invented

METHODS = ["length", "craft score", "char ridge", "char + word ridge", "HeadlineModel"]
PARTS = [
    *(
        "part_length",
        "part_specific",
        "part_benefit",
        "part_hook",
        "part_audience",
        "part_keyword",
        "part_clarity",
    ),
    *("craft", "clickbait"),
]


@pytest.fixture(scope="module")
def tables() -> dict[str, pd.DataFrame]:
    return benchmark.main(["--small"])


def test_all_tables_are_there_and_intervals_hold_their_value(tables: dict[str, pd.DataFrame]) -> None:
    assert list(tables) == [
        *("evidence", "craft", "verdicts", "clickbait", "accounts", "weeks", "speed", "leak"),
    ]
    for name, value, low, high in (
        ("evidence", "accuracy", "low", "high"),
        ("evidence", "gain", "gain low", "gain high"),
        ("craft", "correlation", "low", "high"),
        ("clickbait", "AUC", "low", "high"),
        ("accounts", "gain", "gain low", "gain high"),
        ("weeks", "shown", "low", "high"),
    ):
        told = tables[name].dropna(subset=[value])
        assert (
            len(told) and (told[low] <= told[value] + 1e-9).all() and (told[value] <= told[high] + 1e-9).all()
        )


def test_a_planted_effect_is_found_and_no_other(tables: dict[str, pd.DataFrame]) -> None:
    table = tables["evidence"]
    wanted = [(name, method) for name in ("planted", "null") for method in METHODS]
    assert list(table[["set", "method"]].itertuples(index=False, name=None)) == wanted
    found = table.set_index(["set", "method"])
    assert found.loc[("planted", "HeadlineModel"), "accuracy"] > 0.65
    assert found.loc[("planted", "char ridge"), "accuracy"] > 0.65
    assert found.loc[("planted", "HeadlineModel"), "gain"] > -0.03
    assert 0.38 < found.loc[("null", "HeadlineModel"), "accuracy"] < 0.6
    ridge = found.xs("char ridge", level="method")
    assert ridge[["gain", "gain low", "gain high"]].isna().all(axis=None)
    for name in ("planted", "null"):
        gains = found.loc[name, "accuracy"] - found.loc[(name, "char ridge"), "accuracy"]
        assert found.loc[name, "gain"].drop("char ridge").tolist() == pytest.approx(
            gains.drop("char ridge").tolist()
        )


def test_an_account_where_headlines_do_not_matter_gets_no_number(tables: dict[str, pd.DataFrame]) -> None:
    accounts = tables["accounts"].set_index(["account", "posts"])
    assert accounts.loc[("null", 200), "shown"] == 0
    assert accounts.loc[("planted", 200), "shown"] == 1
    weeks = tables["weeks"].set_index("account")
    assert weeks.loc["null", "shown"] == 0 and weeks.loc["null", "hits of"] == 0
    assert np.isnan(weeks.loc["null", "hits"])
    assert weeks.loc["planted", "shown"] > 0 and weeks.loc["planted", "hits of"] > 0


def test_accounts_tell_each_size_and_all_together(tables: dict[str, pd.DataFrame]) -> None:
    table = tables["accounts"]
    assert table[["account", "posts", "accounts"]].to_numpy().tolist() == [
        ["all", 100, 2],
        ["null", 100, 1],
        ["planted", 100, 1],
        ["all", 200, 2],
        ["null", 200, 1],
        ["planted", 200, 1],
    ]
    assert (table["model"] - table["char ridge"]).tolist() == pytest.approx(table["gain"].tolist())
    assert table["calibration gap"].between(0, 0.5).all() and table["by luck"].between(0.02, 0.3).all()


def test_parts_of_the_craft_score_are_told_with_their_evidence(tables: dict[str, pd.DataFrame]) -> None:
    table, verdicts = tables["craft"], tables["verdicts"]
    assert verdicts["part"].tolist() == PARTS
    assert list(table[["set", "part"]].itertuples(index=False, name=None)) == [
        (name, part) for name in ("planted", "null") for part in PARTS
    ]
    # numbers are what was planted, and the rubric rewards them
    found = table.set_index(["set", "part"])["correlation"]
    assert found[("planted", "part_specific")] > 0.3 > abs(found[("null", "part_specific")])
    # one site is not enough
    assert set(verdicts["evidence"]) == {"经验"}


def test_a_part_has_evidence_where_two_sites_agree_and_none_speaks_against_it() -> None:
    rows = [
        *(("sspai month", "a", 0.1), ("sspai author", "a", 0.1), ("guichu", "a", 0.0), ("weekly", "a", 0.0)),
        *(("sspai month", "b", 0.1), ("sspai author", "b", 0.0), ("guichu", "b", 0.1), ("weekly", "b", 0.0)),
        *(("sspai month", "c", 0.1), ("sspai author", "c", 0.1), ("guichu", "c", 0.1), ("weekly", "c", -0.1)),
    ]
    table = pd.DataFrame(rows, columns=["set", "part", "correlation"])
    table = table.assign(low=table["correlation"] - 0.05, high=table["correlation"] + 0.05)
    assert benchmark.verdicts(table).to_numpy().tolist() == [
        ["a", 2, 0, 1, "经验"],
        ["b", 2, 0, 2, "实测"],
        ["c", 3, 1, 2, "经验"],
    ]


def test_correlation_is_of_ranks_inside_blocks() -> None:
    frame = pd.DataFrame(
        {"reads": [1.0, 20.0, 300.0, 9000.0, 9001.0, 9002.0], "month": list("aaabbb"), "unit": list("aaabbb")}
    )
    values = np.array([5.0, 6.0, 7.0, 1.0, 2.0, 3.0])
    assert benchmark.correlation(values, frame, "month", "unit") == pytest.approx((1, 1, 1))
    assert benchmark.correlation(-values, frame, "month", "unit")[0] == pytest.approx(-1)
    assert np.isnan(benchmark.correlation(np.ones(6), frame, "month", "unit")).all()


def test_clickbait_and_leak(tables: dict[str, pd.DataFrame]) -> None:
    clickbait = tables["clickbait"].set_index("method")
    assert list(clickbait.index) == ["TF-IDF logistic", "HeadlineModel", "clickbait column"]
    assert (clickbait["AUC"].iloc[:2] > 0.9).all() and clickbait["bar"].tolist()[1] == 0.87
    leak = tables["leak"].set_index("split")["accuracy"]
    assert leak["random pairs"] > 0.7 and leak["whole groups"] < 0.62


def test_areas_are_those_of_scikit_learn() -> None:
    from sklearn.metrics import roc_auc_score

    chance = np.random.default_rng(1)
    scores, labels = chance.integers(0, 8, (3, 2, 60)).astype(float), chance.integers(0, 2, 60)
    wanted = [np.mean([roc_auc_score(labels, scores[seed, one]) for seed in range(3)]) for one in range(2)]
    assert benchmark.areas_of(scores, labels, np.arange(60)).tolist() == pytest.approx(wanted)


def test_four_sets_are_averaged_and_the_two_that_share_posts_err_together() -> None:
    names = ["char ridge", "HeadlineModel"]
    chance = np.random.default_rng(0)

    def shares(gain: float) -> base.Shares:
        level = 0.6 + 0.01 * chance.standard_normal(2_000)
        drawn = np.column_stack([level, level + gain + 0.01 * chance.standard_normal(2_000)])
        return base.Shares(np.array([0.6, 0.6 + gain]), drawn)

    four = [shares(gain) for gain in (0.02, 0.02, 0.01, 0.01)]
    found = benchmark.together(four, names)
    assert found.share.tolist() == pytest.approx([0.6, 0.615])
    apart = found.drawn[:, 1] - found.drawn[:, 0]
    # (2 + 1 + 1 independent) / 4: variances 4 + 1 + 1 of 0.01², where independent sets would have 4
    assert apart.mean() == pytest.approx(0.015, abs=0.001)
    assert apart.std() == pytest.approx(0.01 * np.sqrt(6) / 4, rel=0.08)


def test_speed_is_told(tables: dict[str, pd.DataFrame]) -> None:
    (row,) = tables["speed"].to_dict("records")
    assert row["posts"] == 360 and row["headlines"] == 30 and row["bar"] == 10
    assert 0 < row["p50 ms"] <= row["p95 ms"]


def test_sets_and_data_are_asked_for(capsys: pytest.CaptureFixture[str]) -> None:
    for arguments in ([], ["--small", "--sets", "sspai,no-such"]):
        with pytest.raises(SystemExit):
            benchmark.main(arguments)
    told = capsys.readouterr().err
    assert "--data FOLDER or --small" in told and "--sets takes some of sspai, guichu" in told


def test_a_shuffled_account_keeps_its_titles_and_its_reads() -> None:
    posts = invented(50, effect=1.0)
    account = benchmark.Account("a", "a", posts, "month", 30, 50)
    other = benchmark.shuffled(account, 0).posts
    assert other["title"].tolist() == posts["title"].tolist()
    assert (
        sorted(other["reads"]) == sorted(posts["reads"])
        and other["reads"].tolist() != posts["reads"].tolist()
    )


def test_an_account_is_tested_on_later_posts_of_other_titles() -> None:
    posts = invented(40, effect=0.0)
    posts.loc[30, "published_at"] = posts.loc[29, "published_at"]
    posts.loc[31, "title"] = posts.loc[3, "title"]
    train, test = benchmark.Account("a", "a", posts, "month", 30, 40).sides()
    assert train["title"].tolist() == posts["title"].tolist()[:30]
    assert test["title"].tolist() == posts["title"].tolist()[32:]
