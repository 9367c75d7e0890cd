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
    assert tables["null"]["measure"].unique().tolist() == ["levels called", "years with a call", "1 left out"]
    assert tables["planted"]["facet"].unique().tolist() == ["all", *FACETS]
    assert tables["planted"]["measure"].unique().tolist() == ["found", "wrong", "covered", "else"]
    assert tables["weeks"][["weeks", "facet"]].to_numpy().tolist() == [
        [weeks, facet] for weeks in (4, 16) for facet in FACETS
    ]
    for table in tables.values():
        known = table[table["share"].notna()]
        assert ((known["low"] <= known["share"]) & (known["share"] <= known["high"])).all()
        assert (known["of"] > 0).all() and (table[table["share"].isna()]["of"] == 0).all()


def test_little_is_called_where_nothing_is_planted(tables: dict[str, pd.DataFrame]) -> None:
    row = tables["null"].set_index(["facet", "measure"]).loc[("all", "levels called")]
    assert row["of"] > 60 and row["low"] < 0.05


def test_wrong_signs_are_rare(tables: dict[str, pd.DataFrame]) -> None:
    planted = tables["planted"].set_index(["facet", "measure"])
    assert planted.loc[("all", "wrong"), "share"] == 0
    assert planted.loc[("all", "found"), "share"] > planted.loc[("all", "else"), "share"]


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
    kinds = found.loc["kind"]["true"]
    assert set(kinds.index) <= set(BENCHMARK["KINDS"])
    assert len(kinds) != 2 or kinds.sum() == pytest.approx(0)
