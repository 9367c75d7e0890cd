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


def test_small_tables_make_sense(tables: dict[str, pd.DataFrame]) -> None:
    assert list(tables) == ["times", "intervals", "planted", "planner", "speed"]
    times = tables["times"]
    assert times["method"].tolist() == ["no learning", "raw means", "posting_times", "explore"]
    assert times["regret %"].between(0, 60).all() and (times["low"] <= times["high"]).all()
    held = tables["intervals"].set_index("world")
    assert held.loc["alike", "held %"] >= 95 and held.loc["drawn", "held %"] >= 80
    assert held.loc["alike", "claims %"] <= 5
    planted = tables["planted"]
    assert planted["best slot"].tolist() == ["same"] * 3 + ["own"] * 3
    assert planted["ratio"].tolist() == [1.2, 1.3, 1.5] * 2 and (planted["posts a group"] == 20).all()
    assert (planted["wrongly sure %"] <= 5).all()
    assert tables["planner"]["times"].tolist() == ["no times", "4 weeks"]
    assert tables["planner"]["value %"].between(50, 101).all()
    assert tables["speed"]["posts"].tolist() == [60, 60] and (tables["speed"]["seconds"] > 0).all()
