"""The benchmark of posting times runs small and its tables make sense. Nothing is timed."""

import runpy
from pathlib import Path

import pandas as pd
import pytest

BENCHMARK = runpy.run_path(str(Path(__file__).resolve().parent.parent / "benchmarks" / "review.py"))


@pytest.fixture(scope="module")
def tables() -> dict[str, pd.DataFrame]:
    found: dict[str, pd.DataFrame] = BENCHMARK["main"](["--small"])
    return found


def test_each_part_gives_its_table(tables: dict[str, pd.DataFrame]) -> None:
    assert list(tables) == ["times", "explore", "intervals", "planted", "planner", "tangled", "speed"]
    blocks = ["1–4", "5–8", "9–12", "first less last"]
    lived = pd.concat([tables["times"], tables["explore"]])
    methods = ["no learning", "raw means", "posting_times", "explore"]
    assert lived[["method", "weeks"]].to_numpy().tolist() == [
        [name, block] for name in methods for block in blocks
    ]
    assert lived.loc[lived["weeks"] != "first less last", "regret %"].between(0, 60).all()
    for table in (lived, tables["intervals"], tables["planner"], tables["tangled"]):
        assert (table["low"] <= table["high"]).all()
    assert tables["speed"]["posts"].tolist() == [60, 60] and (tables["speed"]["seconds"] > 0).all()


def test_regret_falls_with_the_weeks_and_only_where_something_is_learned(
    tables: dict[str, pd.DataFrame],
) -> None:
    lived = tables["times"]
    less = lived[lived["weeks"] == "first less last"].set_index("method")
    assert less.loc["posting_times", "low"] > 0
    assert less.loc["no learning", "low"] < 0 < less.loc["no learning", "high"]


def test_intervals_hold_the_truth_and_rarely_claim_what_is_not_there(tables: dict[str, pd.DataFrame]) -> None:
    held = tables["intervals"].set_index("world")
    assert held.loc["alike", "held %"] >= 95 and held.loc["drawn", "held %"] >= 80
    assert (held["bare %"] <= held["held %"]).all() and held.loc["alike", "claims %"] <= 5


def test_planted_slots(tables: dict[str, pd.DataFrame]) -> None:
    planted = tables["planted"]
    assert planted["best slot"].tolist() == ["same", "same", "own", "own", "one"]
    assert planted["ratio"].tolist() == [1.2, 1.5, 1.2, 1.5, 1.5] and (planted["posts a group"] == 20).all()
    assert (planted["wrongly sure %"] <= 5).all()
    assert (planted["true"] > 1).all() and (planted["true"] < planted["ratio"]).all()


def test_a_plan_with_learned_times_is_worth_more(tables: dict[str, pd.DataFrame]) -> None:
    planner = tables["planner"].set_index("times")
    assert planner.index.tolist() == ["no times", "26 weeks", "26 weeks less no times"]
    value = planner["value %"]
    assert value["26 weeks"] - value["no times"] == pytest.approx(value["26 weeks less no times"])
    assert planner.loc["26 weeks less no times", "low"] > 0


def test_the_planned_values_untangle_items_from_hours(tables: dict[str, pd.DataFrame]) -> None:
    tangled = tables["tangled"].set_index("told")
    assert tangled.index.tolist() == ["plain means", "with values", "without items"]
    away = (tangled["20:00 seems"] - 1).abs()
    assert away["with values"] < 0.1 < away["without items"] < away["plain means"]
