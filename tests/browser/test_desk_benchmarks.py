"""The benchmarks of the desk in their small size: they run to the end, and their tables make sense."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pandas as pd
import pytest

pytestmark = pytest.mark.browser

FOLDER = Path(__file__).resolve().parents[2] / "benchmarks"


def table(name: str) -> pd.Series:
    """The one row of a benchmark's table."""
    # in a process of its own, since it brings its own browser; as JSON, since names of columns hold spaces
    job = f"import {name}; print({name}.main(['--small']).to_json(orient='records'))"
    command = [sys.executable, "-c", job]
    done = subprocess.run(command, cwd=FOLDER, capture_output=True, text=True, timeout=400, check=False)
    assert done.returncode == 0, done.stderr[-2000:]
    (row,) = json.loads(done.stdout.splitlines()[-1])
    return pd.Series(row)


@pytest.mark.usefixtures("chromium")
def test_key_presses_are_timed_and_cost_few_messages() -> None:
    row = table("desk")
    assert row["keys"] == 12
    assert 0 < row["median ms"] <= row["p95 ms"]
    # a key sends one change; the readout and the marks come back, and now and then the answer to a rest
    assert 1 <= row["messages sent"] <= 2
    assert 2 <= row["messages got"] <= 4


@pytest.mark.usefixtures("chromium")
def test_moves_are_timed_and_most_are_answered_by_a_plan() -> None:
    row = table("drag")
    assert row["moves"] == 3
    assert row["posts"] > 100
    assert 0 < row["median ms"] <= row["most ms"]
    assert row["refused"] <= 3
