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


def test_every_benchmark_is_tested_here() -> None:
    source = Path(__file__).read_text(encoding="utf-8")
    assert [path.name for path in FOLDER.glob("*.py") if path.name not in source] == []
