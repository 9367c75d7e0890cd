"""Effects: what was planted is found, what was not is not, and rows say what they stand on."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from review_worlds import make_world

from toolkit.review._effects import effects_of
from toolkit.review._history import join_results
from toolkit.schema import EFFECTS


def found(seed: int, **more: object) -> pd.DataFrame:
    world = make_world(seed, **more)  # type: ignore[arg-type]
    return effects_of(join_results(world.calendar, world.results, **world.asked()), "ordered")


def test_planted_effects_are_found_with_their_size() -> None:
    effects = found(1, weeks=20, times={"promotion": 2.0, "20:00": 1.5, "g03": 0.5}).set_index(
        ["facet", "name"]
    )
    for place, (ratio, verdict) in {
        ("kind", "promotion"): (2.0, "keep"),
        ("slot", "20:00"): (1.5, "keep"),
        ("group", "g03"): (0.5, "stop"),
    }.items():
        row = effects.loc[place]
        assert row["verdict"] == verdict
        assert 0.8 < row["value"] / ratio < 1.25
    topics = effects.loc["topic"]
    assert set(topics["verdict"]) <= {"unsure", "try"}


def test_nothing_planted_is_hardly_ever_called() -> None:
    worlds = [found(seed, weeks=6) for seed in range(10)]
    called = [frame["verdict"].isin(["keep", "stop"]).sum() for frame in worlds]
    assert sum(called) / sum(len(frame) for frame in worlds) <= 0.05


def test_good_items_at_one_hour_do_not_make_the_hour_good() -> None:
    world = make_world(3, weeks=16, times={"promotion": 3.0})
    # promotions went out at 20:00 only: what the kind did must not be put down to the hour, nor the other way
    kinds = dict(zip(world.items["item_id"], world.items["kind"], strict=True))
    promoted = world.calendar["item_id"].map(kinds) == "promotion"
    evening = world.calendar["starts_at"].dt.strftime("%H:%M") == "20:00"
    kept = world.calendar[promoted == evening]
    effects = effects_of(join_results(kept, world.results, **world.asked()), "ordered").set_index(
        ["facet", "name"]
    )
    # both explain it alike: the data cannot tell, so the hour must not be called
    assert effects.loc[("slot", "20:00"), "verdict"] != "keep"
    assert effects.loc[("slot", "20:00"), "value"] < 2.0


def test_a_group_without_any_order_stands_alone() -> None:
    world = make_world(2, weeks=10, number=4)
    dead = world.calendar["group_id"].eq("g01").to_numpy()
    results = world.results.assign(ordered=world.results["ordered"].mask(dead, 0))
    effects = effects_of(join_results(world.calendar, results, **world.asked()), "ordered")
    groups = effects[effects["facet"] == "group"].set_index("name")
    assert groups["verdict"].to_dict() == {"g00": "unsure", "g01": "stop", "g02": "unsure", "g03": "unsure"}
    assert groups.loc["g01", "high"] < 0.5
    called = effects[effects["verdict"].isin(["keep", "stop"])]
    assert ((called["low"] > 1) | (called["high"] < 1)).all()


def test_minutes_off_the_slot_do_not_make_slots() -> None:
    world = make_world(1, weeks=8)
    late = pd.to_timedelta(np.arange(len(world.calendar)) % 9, unit="min")
    calendar = world.calendar.assign(starts_at=world.calendar["starts_at"] + late)
    effects = effects_of(join_results(calendar, world.results, **world.asked()), "ordered")
    assert set(effects[effects["facet"] == "slot"]["name"]) == {"08:00", "12:15", "18:10", "20:00"}


def test_a_level_of_a_few_items_gets_no_verdict() -> None:
    world = make_world(1, weeks=8)
    rare = world.items["item_id"].isin(["w00i00", "w03i01"])
    items = world.items.assign(topic=world.items["topic"].mask(rare, "一时兴起"))
    hit = world.calendar["item_id"].isin(["w00i00", "w03i01"]).to_numpy()
    results = world.results.assign(ordered=world.results["ordered"].mask(hit, 60))
    history = join_results(world.calendar, results, items=items, groups=world.groups)
    row = effects_of(history, "ordered").set_index(["facet", "name"]).loc[("topic", "一时兴起")]
    assert row["verdict"] == "unsure"
    assert row["sentence"].endswith("不到 5 条内容，先不下结论。")


def test_a_kind_is_judged_by_what_it_is_for() -> None:
    world = make_world(1, weeks=12, kinds=("promotion", "event", "discussion"), times={"discussion": 0.1})
    results = world.results.assign(replied=world.results["ordered"])
    history = join_results(world.calendar, results, **world.asked())
    sold, replied = effects_of(history, "ordered"), effects_of(history, "replied")
    assert set(sold[sold["facet"] == "kind"]["name"]) == {"promotion", "event"}
    assert set(replied[replied["facet"] == "kind"]["name"]) == {"discussion", "event"}


def test_rows_count_what_they_stand_on() -> None:
    world = make_world(2)
    history = join_results(world.calendar, world.results, **world.asked())
    effects = effects_of(history, "ordered")
    assert list(effects.columns) == EFFECTS.names
    for facet, column in (("kind", "kind"), ("topic", "topic"), ("group", "group_id")):
        part = effects[effects["facet"] == facet].set_index("name")
        plain = history.groupby(column)["ordered"].agg(["count", "sum"])
        assert part["posts"].to_dict() == plain["count"].to_dict()
        assert part["total"].to_dict() == plain["sum"].to_dict()
    row = effects[(effects["facet"] == "group") & (effects["name"] == "g00")].iloc[0]
    people = history[history["group_id"] == "g00"]["members"].sum()
    assert row["rate"] == pytest.approx(100 * row["total"] / people)


@pytest.mark.parametrize("change", ["unsent", "unmeasured", "young"])
def test_what_was_not_measured_is_no_zero(change: str) -> None:
    world = make_world(5)
    calendar, results = world.calendar.copy(), world.results.copy()
    away = calendar["group_id"] == "g01"
    if change == "unsent":
        calendar.loc[away, "status"] = "missed"
    elif change == "unmeasured":
        results = results[~results["post_id"].isin(calendar.loc[away, "post_id"])]
    else:
        soon = calendar.set_index("post_id")["starts_at"] + pd.Timedelta(hours=2)
        late = calendar.set_index("post_id")["starts_at"] + pd.Timedelta(hours=30)
        young = results["post_id"].isin(calendar.loc[away, "post_id"])
        results = results.assign(
            measured_at=results["post_id"].map(soon).where(young, results["post_id"].map(late))
        )
    effects = effects_of(join_results(calendar, results, **world.asked()), "ordered")
    assert "g01" not in set(effects["name"])
    assert effects[effects["facet"] == "kind"]["posts"].sum() == (~away).sum()


def test_nothing_measured_gives_an_empty_frame() -> None:
    world = make_world(0, weeks=1)
    history = join_results(world.calendar, world.results.iloc[:0], **world.asked())
    assert effects_of(history, "ordered").equals(EFFECTS.empty())


def test_traits_of_the_same_headlines_are_told_together() -> None:
    world = make_world(1, weeks=8)
    titles = [f"今晚{n}点开抢" if n % 2 else "家常青菜" for n in range(len(world.items))]
    items = world.items.assign(title=titles)
    history = join_results(world.calendar, world.results, items=items, groups=world.groups)
    effects = effects_of(history, "ordered")
    traits = effects[effects["facet"] == "headline"]
    assert len(traits) == 1
    assert "标题里有数字" in traits["name"].iloc[0].split("、")
