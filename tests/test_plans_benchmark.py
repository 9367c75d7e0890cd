"""The benchmark of plans runs small and its tables make sense; its simple planners keep the rules. Nothing is timed."""

import runpy
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

import toolkit as tk

PLANS = runpy.run_path(str(Path(__file__).resolve().parent.parent / "benchmarks" / "plans.py"))
MEASURED = ["seconds", "p95", "explain", "most seconds"]


@pytest.fixture(scope="module")
def tables() -> dict[str, pd.DataFrame]:
    found: dict[str, pd.DataFrame] = PLANS["main"](["--small"])
    return found


def test_all_tables_are_there(tables: dict[str, pd.DataFrame]) -> None:
    assert list(tables) == ["plans", "bars", "efforts", "robust", "moves", "delays", "wishes"]
    for table in tables.values():
        assert (table["size"] == "tiny").all()
        for name in set(MEASURED) & set(table.columns):
            assert (table[name].dropna() > 0).all()


def test_plans_keep_the_rules_and_beat_simple_planners(tables: dict[str, pd.DataFrame]) -> None:
    plans = tables["plans"]
    assert list(zip(plans["effort"], plans["seed"], strict=True)) == [
        (effort, seed) for effort in ("quick", "normal", "prove") for seed in (0, 1)
    ]
    assert plans["broken"].sum() == 0
    assert (plans["unmet"] <= plans["greedy unmet"]).all()
    assert (plans["value"] <= plans["bound"]).all()
    size = plans[["value", "bound"]].abs().max(axis=1)
    assert plans["gap"].to_numpy() == pytest.approx(
        (100 * (plans["bound"] - plans["value"]) / size).to_numpy()
    )
    assert (plans["over greedy"] <= plans["over broad"] + 1e-9).all() and (plans["over greedy"] >= 0).all()
    assert (plans["over greedy"] <= plans["most"] + 1e-4).all() and (plans["over fifo"] > 0).all()
    # a process that has loaded pandas, and no more than a laptop holds
    assert plans["peak MB"].between(50, 4000).all()


def test_bars_and_efforts_sum_up_the_plans(tables: dict[str, pd.DataFrame]) -> None:
    plans, bars = tables["plans"], tables["bars"]
    quick = plans[plans["effort"] == "quick"]
    assert bars["effort"].tolist() == ["quick", "normal", "prove"] and (bars["seeds"] == 2).all()
    assert bars["gap"].iloc[0] == pytest.approx(quick["gap"].mean())
    assert bars["worst gap"].iloc[0] == quick["gap"].max()
    assert bars["proved"].iloc[0] == (quick["gap"] == 0).sum()
    efforts = tables["efforts"]
    assert efforts["seed"].tolist() == [0, 1] and efforts["rises"].tolist() == [True, True]
    assert efforts["quick"].tolist() == quick["value"].tolist()


def test_kept_plans_are_worth_no_more_than_new_ones(tables: dict[str, pd.DataFrame]) -> None:
    row = tables["robust"].iloc[0]
    assert 80 <= row["least kept"] <= row["kept"] <= 105
    assert 0 < row["same posts"] <= 100


def test_edits_are_all_counted(tables: dict[str, pd.DataFrame]) -> None:
    moves, delays = tables["moves"], tables["delays"]
    assert moves["to"].tolist() == ["open", "any"] * 2
    assert (moves[["edits", "nowhere", "refused"]].sum(axis=1) == 3).all()
    assert (delays[["edits", "refused"]].sum(axis=1) == 2).all()
    assert moves["broken"].sum() == delays["broken"].sum() == 0
    assert moves["edits"].sum() > 0 and delays["edits"].sum() > 0
    # what is open is never refused
    assert (moves.loc[moves["to"] == "open", "refused"] == 0).all()


def test_wishes_are_reckoned_as_the_planner_does(tables: dict[str, pd.DataFrame]) -> None:
    rows = tables["wishes"].set_index("rules")
    assert list(rows.index) == ["plain", "balanced", "weekly_minimum", "mix"]
    assert rows["broken"].sum() == 0 and (rows["off"] < 1e-4).all()
    assert rows["value"].to_numpy() == pytest.approx((rows["worth"] - rows["price"]).to_numpy())
    assert rows.loc["plain", "price"] == 0
    # whoever asks for all wishes gets more of them than the plan that was not asked
    assert rows.loc["balanced", "value"] >= rows.loc["balanced", "plain value"]


@pytest.mark.parametrize("seed", range(3))
def test_simple_planners_keep_every_rule(seed: int) -> None:
    question = PLANS["draw"]("small", seed)
    for make in (_sharp, _broad, PLANS["first_in_first_out"]):
        calendar = make(question)
        checks = tk.check_calendar(calendar, question.items, question.groups, start=PLANS["START"], days=14)
        assert set(checks["rule_id"]) <= {"must_send"}
        assert len(calendar) > 60


def _sharp(question: Any) -> pd.DataFrame:
    return PLANS["greedy"](question, broad=False)


def _broad(question: Any) -> pd.DataFrame:
    return PLANS["greedy"](question, broad=True)


def test_first_in_first_out_takes_the_first_place() -> None:
    day = pd.Timestamp("2026-09-07", tz="Asia/Shanghai")
    question = _question([["08:30", "20:00"], ["20:00"]], waves=1)
    calendar = PLANS["first_in_first_out"](question)
    # one send for all: the first group's first place decides, and the second group has no such slot
    assert calendar[["post_id", "starts_at"]].to_numpy().tolist() == [
        ["i0@g0", day + pd.Timedelta("8:30:00")]
    ]
    shared = PLANS["greedy"](question, broad=False)
    assert shared[["post_id", "starts_at", "value"]].to_numpy().tolist() == [
        ["i0@g0", day + pd.Timedelta("20:00:00"), 6.0],
        ["i0@g1", day + pd.Timedelta("20:00:00"), 6.0],
    ]


def _question(slots: list[list[str]], *, waves: int) -> Any:
    """One item of value 3 for groups of 200 members with these slots, over a week."""
    shared = {"segment": "妈妈", "members": 200, "quiet": [], "posts_per_day": 1, "posts_per_week": 5}
    groups = pd.DataFrame(
        [{"group_id": f"g{n}", "name": "群", **shared, "slots": own} for n, own in enumerate(slots)]
    ).assign(promos_per_week=pd.NA)
    item = {
        "item_id": "i0",
        "title": "新米",
        "kind": "value",
        "tone": "neutral",
        "value": 3.0,
        "groups": ["all"],
    }
    item |= {"campaign": "", "phase": "", "earliest": None, "latest": None, "waves": waves, "after": []}
    item |= {"festival": "", "minutes": 10, "owner": "小周", "must_send": False}
    return PLANS["Question"](pd.DataFrame([item]), groups, 7, 0)
