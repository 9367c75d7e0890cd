"""Each benchmark runs small and prints a table that makes sense; nothing here is timed."""

import runpy
from pathlib import Path

import pytest

FOLDER = Path(__file__).resolve().parent.parent / "benchmarks"


def test_week() -> None:
    table = runpy.run_path(str(FOLDER / "week.py"))["main"](["--small"])
    rows = table.set_index("step")
    assert list(rows.index) == [
        *("read_documents", "mark_duplicates", "mine_trends", "find_topics", "rank_topics"),
        *("suggest_for_topics", "plan_posts", "segment", "segment, jieba"),
    ]
    assert (rows["seconds"] > 0).all()
    assert rows.loc["read_documents", "items"] == 270
    assert rows.loc["mark_duplicates", "items"] == 60
    assert rows.loc["segment", "items"] == rows.loc["segment, jieba", "items"] == 60
    peer = rows.loc["segment", "ratio"] * rows.loc["segment", "seconds"]
    assert peer == pytest.approx(rows.loc["segment, jieba", "seconds"])


def test_sources() -> None:
    tables = runpy.run_path(str(FOLDER / "sources.py"))["main"](["--small"])
    reading, quality, speed, damage = tables.values()
    assert reading["reader"].tolist() == ["read_documents", "pandas.read_csv"]
    assert reading["rows"].nunique() == 1 and (reading["MB/s"] > 0).all()
    rows = quality.set_index("kind")
    assert (rows.loc[["exact", "near", "script", "spun 10%", "spun 25%"], "recall"] == 1).all()
    assert rows.loc["passage", "recall"] >= 0.75
    assert (rows["precision"] >= 0.98).all()
    assert speed["copies"].tolist() == [63, 126]
    assert damage["crashed"].sum() == 0 and (damage["read"] + damage["refused"] == damage["inputs"]).all()


def test_fuzz() -> None:
    table = runpy.run_path(str(FOLDER / "fuzz.py"))["main"](["--small"])
    assert table["crashed"].sum() == 0
    assert (table["inputs"] >= 20).all() and len(table) == 7


def test_store() -> None:
    tables = runpy.run_path(str(FOLDER / "store.py"))["main"](["--small"])
    assert tables["kills"][["kills", "damaged", "lost"]].to_numpy().tolist() == [[2, 0, 0]]
    assert tables["speed"]["step"].tolist() == [
        *("to_sql", "read_sql", "save", "save the same", "load"),
        *("add a tenth", "add the same", "backup", "open"),
    ]


def test_keywords() -> None:
    table = runpy.run_path(str(FOLDER / "keywords.py"))["main"](["--small"])
    assert table["method"].unique().tolist() == ["extract_keywords", "jieba extract_tags", "jieba textrank"]
    assert table["measure"].tolist() == ["F1@3", "F1@5"] * 3
    assert (table["documents"] == 8).all()
    assert ((table["low"] > 0) & (table["low"] <= table["value"]) & (table["value"] <= table["high"])).all()
    best = table.groupby("measure")["value"].idxmax()
    assert (table.loc[best, "method"] == "extract_keywords").all()


def test_new_words() -> None:
    tables = runpy.run_path(str(FOLDER / "new_words.py"))["main"](["--small"])
    speed, quality, words = tables.values()
    assert speed["method"].tolist() == ["discover_words"] and (speed["MB/s"] > 0).all()
    row = quality.iloc[0]
    assert row["words"] == len(words) >= 10
    assert row["precision"] == pytest.approx(words["right"].mean())
    assert row["low"] <= row["precision"] <= row["high"]


def test_trends() -> None:
    tables = runpy.run_path(str(FOLDER / "trends.py"))["main"](["--small"])
    shuffled, real, precision, recall, small = tables.values()
    peers = ["growth", "log-odds", "negative binomial", "EWMA z", "mean rank"]
    assert (
        shuffled["method"].tolist()
        == real["method"].tolist()
        == [*peers, "mine_trends", "mine_trends, told words too"]
    )
    assert precision["method"].tolist() == [
        *peers,
        "frequency",
        "tf-idf",
        "mine_trends",
        "mine_trends, words of its phrases",
    ]
    assert recall["method"].tolist() == precision["method"].tolist()
    for table, name in (
        (shuffled, "average precision"),
        (real, "average precision"),
        (precision, "precision"),
    ):
        assert ((table["low"] <= table[name]) & (table[name] <= table["high"])).all()
    rows = small.set_index("method")
    assert (rows.loc[["30 titles, dates shuffled", "30 titles, real order"], "found"] >= 0.8).all()
    assert rows.loc["sample world, 6 accounts", "found"] >= 0.9
    assert rows.loc["sample world, 6 accounts", "alarms"] <= 1


def test_cluster() -> None:
    table = runpy.run_path(str(FOLDER / "cluster.py"))["main"](["--small"])
    assert table["engine"].tolist() == ["dask", "pandas"] and table["documents"].nunique() == 1
    assert (table[["seconds", "client"]] > 0).all(axis=None) and table["worker"].iloc[0] > 0


def test_speed() -> None:
    tables = runpy.run_path(str(FOLDER / "speed.py"))["main"](["--small"])
    bars, stages, first = (tables[name] for name in ("bars", "stages", "first"))
    assert (bars["speed"] > 0).all() and (stages["MB/s"] > 0).all()
    assert bars["job"].nunique() == 12 and len(stages) == 11
    parts = first.set_index("step")["seconds"]
    assert parts.drop("in all").sum() == pytest.approx(parts["in all"])


def test_edits() -> None:
    table = runpy.run_path(str(FOLDER / "edits.py"))["main"](["--small"]).set_index(["rules", "kind"])
    assert table.index.unique("kind").tolist() == ["move", "place", "take out", "regroup", "why here"]
    assert (table["broken"] == 0).all() and (table.xs("take out", level="kind")["made"] == 3).all()
    made = table[table["made"] > 0]
    assert (made["median"] <= made["p95"]).all() and len(made) >= 8


def test_every_benchmark_is_tested_here() -> None:
    source = Path(__file__).read_text(encoding="utf-8")
    # copies.py is run by sources.py; plans.py and plan_edits.py by test_plans_benchmark.py; the others by their own tests
    elsewhere = {"copies.py", "plans.py", "plan_edits.py", "compliance.py", "ab_tests.py", "topics.py"}
    elsewhere |= {
        "campaigns.py",
        "trend_calls.py",
        "headlines.py",
        "headline_sets.py",
        "headline_baselines.py",
        "headline_invented.py",
        "review.py",
        "review_effects.py",
        # these need a browser: tests/browser
        "board.py",
        "desk.py",
        "drag.py",
    }
    named = [path.name for path in FOLDER.glob("*.py") if path.name in source or path.name in elsewhere]
    assert sorted(named) == sorted(path.name for path in FOLDER.glob("*.py"))


def test_the_benchmark_of_group_health_runs_small_and_its_tables_make_sense() -> None:
    tables = runpy.run_path(str(FOLDER / "group_health.py"))["main"](["--small"])
    assert len(tables["told"]) == 8
    told = tables["told"]
    held = told[(told["set"] == "invented") & (told["half"] == "held")]
    assert (held[["precision", "recall"]] >= 0.8).all(axis=None) and (held["true"] == 20).all()
    assert tables["speed"]["messages"].tolist() == [500, 500]


def test_answers() -> None:
    table = runpy.run_path(str(FOLDER / "answers.py"))["main"](["--small"]).set_index("chat")
    assert table.index.tolist() == ["tidying", "commute"] and table["rules"].tolist() == ["seen", "held"]
    assert (table[["precision", "recall"]] > 0.9).all(axis=None) and (table["leaks"] == 0).all()
    assert ((table["purity"] > table["shuffled"]) & (table["shuffled"] <= table["high"])).all()
    assert ((table["coverage"] > 0) & (table["coverage"] < 1)).all()
