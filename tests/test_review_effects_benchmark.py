"""The benchmark of effects runs small and its tables make sense; its years are what they say. Nothing is timed."""

import runpy
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

BENCHMARK = runpy.run_path(str(Path(__file__).resolve().parent.parent / "benchmarks" / "review_effects.py"))
FACETS = ["kind", "topic", "slot", "headline", "group"]


@pytest.fixture(scope="module")
def tables() -> dict[str, pd.DataFrame]:
    found: dict[str, pd.DataFrame] = BENCHMARK["main"](["--small"])
    return found


def test_each_part_gives_its_table(tables: dict[str, pd.DataFrame]) -> None:
    assert list(tables) == ["null", "planted", "rich", "weeks"]
    all_facets = ["all", "group", "kind", "topic", "phase", "slot", "weekday", "headline"]
    of_null, of_planted = (tables[name].groupby("sent")["facet"].agg(list) for name in ("null", "planted"))
    assert of_null.to_dict() == {
        "groups": all_facets,
        "account": [name for name in all_facets if name != "group"],
    }
    assert of_planted.to_dict() == {"groups": ["all", *FACETS], "account": ["all", *FACETS[:-1]]}
    # two years, one planted level a facet in each, found or not
    assert tables["planted"]["of"].tolist() == [10, *[2] * 5, 8, *[2] * 4]
    assert tables["weeks"][["weeks", "facet"]].to_numpy().tolist() == [
        [weeks, facet] for weeks in (4, 16) for facet in FACETS
    ]
    for table in (tables["rich"], tables["weeks"]):
        known = table[table["share"].notna()]
        assert ((known["low"] <= known["share"]) & (known["share"] <= known["high"])).all()
        assert (known["of"] > 0).all() and (table[table["share"].isna()]["of"] == 0).all()
    for name, told in (("null", "called"), ("null", "with a call"), ("planted", "found")):
        low, share, high = (tables[name][f"{told} {column}"] for column in ("low", "%", "high"))
        assert ((low <= share) & (share <= high) & (high <= 100)).all()


@pytest.mark.parametrize("sent", ["groups", "account"])
def test_little_is_called_where_nothing_is_planted(tables: dict[str, pd.DataFrame], sent: str) -> None:
    row = tables["null"].set_index(["sent", "facet"]).loc[(sent, "all")]
    assert row["levels"] > 40 and row["years"] == 2 and row["called low"] < 5


def test_wrong_signs_are_rare(tables: dict[str, pd.DataFrame]) -> None:
    planted = tables["planted"].set_index(["sent", "facet"])
    assert (planted["wrong %"].dropna() == 0).all()
    assert planted.loc[("groups", "all"), "found %"] > planted.loc[("groups", "all"), "else %"]


def test_posts_sent_by_hand_count_for_their_hour_and_an_account_is_one_place() -> None:
    drawn = BENCHMARK["drawn_year"]
    history = drawn(7, rate=3.0, weeks=8).history
    assert set(history["starts_at"].dt.minute % 30) == {*range(10)}
    assert sorted(history["slot"].unique()) == [*BENCHMARK["SLOTS"]]
    account = drawn(7, rate=3.0, weeks=8, account=True).history
    assert len(account) == 8 * 15 == account["item_id"].nunique() and account["group_id"].nunique() == 1


def test_two_kinds_are_one_fact() -> None:
    judged = BENCHMARK["judged"]
    year = BENCHMARK["drawn_year"](3, rate=50.0, size=1.5, weeks=52)
    kind = judged(year)
    kind = kind[kind["facet"] == "kind"]
    assert len(kind) == 1 and kind["called"].all() and kind["two"].all()
    row = kind.iloc[0]
    assert np.sign(row["true"]) == row["way"] and abs(row["true"]) == pytest.approx(np.log(1.5))


def test_a_year_is_drawn_by_its_seed_and_holds_what_was_planted() -> None:
    drawn = BENCHMARK["drawn_year"]
    year, again = (drawn(5, rate=300.0, size=3.0, weeks=20) for _ in range(2))
    pd.testing.assert_frame_equal(year.history, again.history)
    assert 12 <= year.history["group_id"].nunique() <= 20 and len(year.history) == 20 * 15 * 8
    assert [sum(value != 0 for value in year.truth[facet].values()) for facet in FACETS] == [1] * 5
    assert min(year.truth["group"].values()) == pytest.approx(-np.log(3))
    history = year.history
    rate = history["ordered"] / history["members"]
    weak = min(year.truth["group"], key=year.truth["group"].__getitem__)
    # a post's own scatter is about .6 of the logarithm: over 40 posts the threefold shows in plain means
    assert rate[history["group_id"] == weak].mean() < 0.6 * rate[history["group_id"] != weak].mean()


def test_the_trait_that_is_planted_is_the_one_the_review_sees() -> None:
    year = BENCHMARK["drawn_year"](6, rate=50.0, size=1.5, weeks=52)
    found = BENCHMARK["judged"](year).set_index(["facet", "name"])
    assert found.loc[("headline", BENCHMARK["ASKS"]), "true"] == pytest.approx(
        year.truth["headline"][BENCHMARK["ASKS"]]
    )
    assert found.loc[("headline", "标题说时间"), "true"] == 0
    planted = year.truth["kind"]
    name = found.loc["kind"].index.item()
    other = next(kind for kind in BENCHMARK["KINDS"][:2] if kind != name)
    assert found.loc[("kind", name), "true"] == pytest.approx(planted[name] - planted[other])
