"""The benchmark of topics runs small, its outcome is what it says, and its interval is of days. Nothing is timed."""

import datetime as dt
import runpy
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from toolkit.topics import PARTS

BENCHMARK: dict[str, Any] = runpy.run_path(
    str(Path(__file__).resolve().parent.parent / "benchmarks" / "topics.py")
)


@pytest.fixture(scope="module")
def tables() -> dict[str, pd.DataFrame]:
    found: dict[str, pd.DataFrame] = BENCHMARK["main"](["--small"])
    return found


def test_all_tables_are_there(tables: dict[str, pd.DataFrame]) -> None:
    assert list(tables) == ["hot", "gain", "parts", "speed"]
    hot = tables["hot"]
    assert hot["method"].tolist() == ["all found", "trend score", "rank_topics"] * 2
    assert hot["share"].between(0, 1).all()
    shares = hot[hot["outcome"] == "hot"].set_index("method")["share"]
    assert tables["gain"]["gain"].iloc[0] == pytest.approx(shares["rank_topics"] - shares["trend score"])
    assert (tables["gain"]["low"] <= tables["gain"]["high"]).all()
    assert tables["parts"]["part"].tolist() == list(PARTS)
    assert (tables["speed"]["seconds"] > 0).all()


def test_short_terms_are_hot_as_whole_words_only() -> None:
    day = dt.date(2026, 4, 1)
    lists = BENCHMARK["Lists"](pd.DataFrame({"title": ["米兰达新歌", "大闸蟹上市"], "day": [day, day]}))
    assert [lists.hot([term], day) for term in ("米兰", "米兰达", "大闸蟹", "闸蟹上")] == [
        False,
        True,
        True,
        True,
    ]
    assert lists.covers(day - dt.timedelta(days=1)) is False


def test_the_interval_draws_days_in_blocks() -> None:
    values = np.repeat([0.0, 1.0], 28)
    mean, low, high = BENCHMARK["interval"](values)
    assert mean == 0.5
    assert (low < 0.3) and (high > 0.7)
    assert BENCHMARK["interval"](np.full(10, 0.25)) == (0.25, 0.25, 0.25)
