"""The benchmark of campaigns runs small and its tables make sense. Nothing is timed."""

import runpy
from pathlib import Path

import pandas as pd
import pytest

BENCHMARK = runpy.run_path(str(Path(__file__).resolve().parent.parent / "benchmarks" / "campaigns.py"))


@pytest.fixture(scope="module")
def tables() -> dict[str, pd.DataFrame]:
    found: dict[str, pd.DataFrame] = BENCHMARK["main"](["--small"])
    return found


def test_small_tables_make_sense(tables: dict[str, pd.DataFrame]) -> None:
    assert list(tables) == ["placed", "drawn", "speed", "first"]
    table = tables["placed"].set_index("playbook")
    assert sorted(table.index) == sorted(BENCHMARK["SMALL"])
    assert (table["asked"] >= 2).all() and (table["refused"] == table["shifted"]).all()
    assert (table[["items %", "pairs %"]] >= 80).all(axis=None)
    assert (table[["broken", "must", "empty"]] == 0).all(axis=None)
    assert (tables["speed"][["expand", "plan", "ratio", "own rules", "quick"]] > 0).all(axis=None)
    assert tables["speed"]["lost"].between(-1e-6, 100).all()
    assert tables["drawn"]["broken"].item() == 0 and tables["drawn"]["plans"].item() > 0
