"""The benchmark of tests runs small and its tables make sense; looks it passes over are never 够了. Nothing is timed."""

import gzip
import runpy
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from toolkit.review import judge_test

BENCHMARK = runpy.run_path(str(Path(__file__).resolve().parent.parent / "benchmarks" / "ab_tests.py"))


@pytest.fixture(scope="module")
def tables() -> dict[str, pd.DataFrame]:
    found: dict[str, pd.DataFrame] = BENCHMARK["main"](["--small"])
    return found


def test_each_part_gives_its_table(tables: dict[str, pd.DataFrame]) -> None:
    assert list(tables) == ["false", "grouped", "power", "numbers", "speed"]
    assert tables["false"][["arms", "looks"]].to_numpy().tolist() == [
        *([2, "equal"], [2, "growing"], [3, "equal"], [3, "growing"])
    ]
    assert (tables["speed"]["ms"] > 0).all()


def test_false_winners_are_rare_and_groups_matter(tables: dict[str, pd.DataFrame]) -> None:
    for name in ("false", "grouped"):
        table = tables[name]
        assert ((table["low"] <= table["share"]) & (table["share"] <= table["high"])).all()
        assert (table["low"] < 0.05).all() and (table["draws"] == 60).all()
    whole = tables["grouped"].set_index("layout").loc["whole"]
    assert whole["share"] < whole["without groups"]


def test_a_plan_keeps_its_promise(tables: dict[str, pd.DataFrame]) -> None:
    row = tables["power"].iloc[0]
    assert row["low"] < 0.8 < row["high"]
    assert 1.4 < row["cost"] < 1.6 and row["used"] < 1 and row["wrong"] == 0


def test_numbers_are_near_what_came_true(tables: dict[str, pd.DataFrame]) -> None:
    numbers = tables["numbers"]
    for _, row in numbers.iterrows():
        near = {"expected loss of the leader, points": 0.3}.get(row["measure"], 0.15)
        assert row["value"] == pytest.approx(row["against"], abs=near), row["measure"]


@pytest.mark.parametrize("grouped", [False, True])
def test_looks_that_are_passed_over_are_never_enough(grouped: bool) -> None:
    random = np.random.default_rng(8)
    groups = 4 if grouped else 1
    passed = 0
    for _ in range(150):
        arms = int(random.integers(2, 4))
        shown = random.integers(5, 300, size=(groups, arms))
        hits = random.binomial(shown, random.uniform(0.01, 0.4, size=arms))
        leads = BENCHMARK["leads"](shown[None, None], hits[None, None]).max() >= BENCHMARK["SCREEN"]
        if not (leads and BENCHMARK["may_win"](shown, hits)):
            passed += 1
            found = judge_test(BENCHMARK["frame_of"](shown, hits, grouped), split="any")
            assert found.verdict != "够了"
    assert passed > 30


def test_real_tests_are_judged_in_halves(tmp_path: Path) -> None:
    rows = [("t1", 4_000, 100), ("t1", 4_000, 240), ("t2", 300, 3), ("t2", 300, 4), ("t3", 90, 9)]
    packages = pd.DataFrame(rows, columns=["test_id", "impressions", "clicks"])
    (tmp_path / "upworthy_ab").mkdir()
    with gzip.open(tmp_path / "upworthy_ab" / "packages.csv.gz", "wt", encoding="utf-8") as file:
        packages.to_csv(file, index=False)
    table = BENCHMARK["main"](["--parts", "upworthy", "--data", str(tmp_path)])["upworthy"]
    assert table["shares"].tolist() == ["looked at"] * 8 + ["taken as they are"] * 8
    table = table.head(8).set_index("measure")
    assert table.loc[["够了", "继续", "看不出差别", "shares off"], "share"].tolist() == [0.5, 0.5, 0, 0]
    assert table.loc[["leads", "beats"], "share"].tolist() == [1, 1]


def test_without_real_tests_the_part_is_passed_over(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert BENCHMARK["main"](["--parts", "upworthy", "--data", str(tmp_path)]) == {}
    assert "passed over" in capsys.readouterr().out
