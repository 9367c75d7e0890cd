"""A planted best hour is found, equal hours are not told apart, and what was never measured counts for nothing."""

import numpy as np
import pandas as pd
import pytest

from toolkit.review._history import join_results
from toolkit.review._times import posting_times
from toolkit.review._weights import time_weights
from toolkit.schedule import plan_posts
from toolkit.schema import CALENDAR, GROUPS, RESULTS, TIMES, ChoiceError, PlanError, check

MONDAY = pd.Timestamp("2025-09-22", tz="Asia/Shanghai")
SLOTS = ["08:10", "12:15", "20:00"]


def make_groups(number: int = 6, slots: list[str] = SLOTS) -> pd.DataFrame:
    rows = [
        {
            "group_id": f"g{place}",
            "name": f"{place} 群",
            "members": 150 + 40 * place,
            "slots": slots,
            "posts_per_day": 1,
            "posts_per_week": 5,
        }
        for place in range(number)
    ]
    return check(pd.DataFrame(rows), GROUPS)


def make_posts(seed: int, groups: pd.DataFrame, *, weeks: int, each: int = 5) -> pd.DataFrame:
    """`each` posts a week and group at random days and slots, each item in about three groups."""
    rng = np.random.default_rng(seed)
    rows = []
    for week in range(weeks):
        for group, members in zip(groups["group_id"], groups["members"], strict=True):
            days = rng.choice(7, size=each, replace=False)
            items = rng.choice(2 * each, size=each, replace=False)
            for day, item in zip(days, items, strict=True):
                rows.append((week, day, str(rng.choice(SLOTS)), f"w{week}i{item}", group, int(members)))
    return pd.DataFrame(rows, columns=["week", "weekday", "slot", "item_id", "group_id", "members"])


def with_counts(posts: pd.DataFrame, seed: int, ratio: np.ndarray | float = 1.0) -> pd.DataFrame:
    """CALENDAR joined with RESULTS: 3 orders for 250 members × `ratio`, a day's luck and an item's on top."""
    rng = np.random.default_rng(seed + 1)
    luck = {
        key: rng.normal(0, 0.15) for key in sorted(set(zip(posts["week"], posts["weekday"], strict=True)))
    }
    item = {key: rng.normal(0, 0.3) for key in posts["item_id"].unique()}
    logs = np.array([luck[key] for key in zip(posts["week"], posts["weekday"], strict=True)])
    logs = logs + posts["item_id"].map(item).to_numpy()
    mean = 3 * posts["members"].to_numpy() / 250 * ratio * np.exp(logs)
    starts = MONDAY + pd.to_timedelta(7 * posts["week"] + posts["weekday"], unit="D")
    starts = starts + pd.to_timedelta(posts["slot"] + ":00")
    return pd.DataFrame(
        {
            "post_id": posts["item_id"] + "@" + posts["group_id"],
            "item_id": posts["item_id"],
            "group_id": posts["group_id"],
            "starts_at": starts,
            "status": "sent",
            "measured_at": starts + pd.Timedelta(days=2),
            "ordered": rng.negative_binomial(1 / 0.3, 1 / (1 + 0.3 * mean)),
        }
    )


def pooled(times: pd.DataFrame) -> dict[str, float]:
    return times.groupby("slot")["value"].mean().to_dict()


def test_a_planted_best_slot_is_found_after_forty_posts_a_group() -> None:
    groups = make_groups()
    for seed in range(3):
        posts = make_posts(seed, groups, weeks=8)
        times = posting_times(
            with_counts(posts, seed, np.where(posts["slot"] == "20:00", 1.5, 1.0)), groups=groups
        )
        found = pooled(times)
        assert max(found, key=lambda slot: found[slot]) == "20:00"
        # three slots of 1, 1 and 1.5: the best one is 1.286 of their mean
        assert found["20:00"] == pytest.approx(1.286, abs=0.15)
    assert list(times.columns) == [*TIMES.names, "outcome"]
    assert (times["outcome"] == "ordered").all() and len(times) == 6 * 7 * 3
    assert times.groupby("group_id")["value"].mean().to_numpy() == pytest.approx(np.ones(6))
    assert ((times["low"] < times["value"]) & (times["value"] < times["high"])).all()
    assert times["posts"].sum() == len(posts)


def test_each_group_may_have_its_own_best_slot() -> None:
    groups = make_groups(8)
    right = 0
    for seed in range(2):
        posts = make_posts(seed, groups, weeks=26)
        best = {group: SLOTS[place % 3] for place, group in enumerate(groups["group_id"])}
        there = posts["slot"] == posts["group_id"].map(best)
        times = posting_times(with_counts(posts, seed, np.where(there, 1.5, 1.0)), groups=groups)
        means = times.groupby(["group_id", "slot"])["value"].mean().unstack()
        right += int((means.idxmax(axis=1) == pd.Series(best)).sum())
    assert right >= 14  # of 16


def test_a_planted_weekday_is_found_for_all() -> None:
    groups = make_groups()
    posts = make_posts(1, groups, weeks=16)
    times = posting_times(with_counts(posts, 1, np.where(posts["weekday"] == 5, 1.5, 1.0)), groups=groups)
    assert times.groupby("weekday")["value"].mean().idxmax() == 5
    assert (times.loc[times["low"] > 1, "weekday"] == 5).all()


def test_where_all_hours_are_equal_the_intervals_hold_and_hardly_anything_is_claimed() -> None:
    groups = make_groups()
    held, claims = [], 0.0
    for seed in range(6):
        times = posting_times(with_counts(make_posts(seed, groups, weeks=10), seed), groups=groups)
        held.append(((times["low"] <= 1) & (times["high"] >= 1)).mean())
        claims += len(time_weights(times)) / len(times) / 6
    assert np.mean(held) >= 0.95
    assert claims <= 0.05


def confounded(seed: int, groups: pd.DataFrame, *, twice: bool) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Items of the kind or value that sells twice as much mostly stand at 20:00; the hours themselves are equal."""
    rng = np.random.default_rng(seed)
    posts = make_posts(seed, groups, weeks=20)
    names = posts["item_id"].unique()
    good = dict(zip(names, rng.random(len(names)) < 0.5, strict=True))
    better = posts["item_id"].map(good).to_numpy()
    usual = np.where(better, "20:00", rng.choice(["08:10", "12:15"], len(posts)))
    posts["slot"] = np.where(rng.random(len(posts)) < 0.7, usual, posts["slot"])
    items = pd.DataFrame(
        {
            "item_id": names,
            "title": names,
            "kind": ["promotion" if good[name] and not twice else "value" for name in names],
            "value": [2.0 if good[name] and twice else 1.0 for name in names],
        }
    )
    return with_counts(posts, seed, np.where(better, 2.0, 1.0)), items


@pytest.mark.parametrize("twice", [False, True], ids=["kind", "planned value"])
def test_better_items_at_an_hour_do_not_make_the_hour_better(twice: bool) -> None:
    groups = make_groups()
    found, told = [], 0
    for seed in range(3):
        history, items = confounded(seed, groups, twice=twice)
        raw = history.groupby(history["starts_at"].dt.strftime("%H:%M"))["ordered"].mean()
        assert raw["20:00"] > 1.4 * raw["12:15"]
        times = posting_times(history, groups=groups, items=items)
        found.append(pooled(times)["20:00"])
        told += int((times.loc[times["slot"] == "20:00", "low"] > 1).sum())
    assert np.mean(found) == pytest.approx(1, abs=0.05)
    assert told <= 0.05 * 3 * 42


def test_a_group_without_posts_borrows_with_a_wider_interval() -> None:
    groups = make_groups(7)
    posts = make_posts(3, groups.head(6), weeks=20)
    times = posting_times(with_counts(posts, 3, np.where(posts["slot"] == "20:00", 1.5, 1.0)), groups=groups)
    width = np.log(times["high"] / times["low"]).groupby(times["group_id"]).mean()
    cold = times[times["group_id"] == "g6"]
    assert cold["posts"].sum() == 0 and pooled(cold)["20:00"] > 1.15
    assert width["g6"] > width.drop("g6").max()
    assert "1 个群自己还没有数据，先借用别的群：g6。" in times.attrs["notes"]


def test_what_did_not_go_out_or_was_not_measured_is_not_a_zero() -> None:
    groups = make_groups()
    history = with_counts(make_posts(4, groups, weeks=8), 4)
    first = posting_times(history, groups=groups)
    morning = history["starts_at"].dt.hour == 8
    more = history[morning].assign(post_id=lambda frame: frame["post_id"] + "+", ordered=0)
    third = len(more) // 3
    more["ordered"] = more["ordered"].astype("Int64")
    missed, unmeasured = more.iloc[:third].assign(status="missed"), more.iloc[third : 2 * third].copy()
    unmeasured["ordered"] = pd.NA
    early = more.iloc[2 * third :].copy()
    early["measured_at"] = early["starts_at"] + pd.Timedelta(hours=2)
    times = posting_times(pd.concat([history, missed, unmeasured, early]), groups=groups)
    assert times["value"].to_numpy() == pytest.approx(first["value"].to_numpy(), rel=1e-6)
    assert times["posts"].tolist() == first["posts"].tolist()
    assert (
        f"没有算进来的发布：没有发出 {third} 次，发出不到一天就统计 {len(early)} 次，"
        f"没有这项结果或人数 {third} 次。" in times.attrs["notes"]
    )


def test_too_little_says_so_and_how_much_is_missing() -> None:
    groups = make_groups(2)
    history = with_counts(make_posts(0, groups, weeks=1), 0)
    for given, have in ((history, 10), (CALENDAR.empty(), 0), (pd.DataFrame(), 0)):
        times = posting_times(given, groups=groups, outcome="ordered")
        assert (times["value"] == 1).all() and (times["low"] < 0.5).all() and (times["high"] > 2).all()
        said = (
            f"还说不准：能用的发布只有 {have} 次，至少要 20 次，还差 {20 - have} 次。先按每个时段都一样算。"
        )
        assert times.attrs["notes"][0] == said
        assert times["posts"].sum() == have
    assert (posting_times(CALENDAR.empty(), groups=groups)["outcome"] == "").all()
    assert time_weights(times).empty
    many = with_counts(make_posts(0, groups, weeks=4), 0).assign(ordered=0)
    assert posting_times(many, groups=groups, outcome="ordered").attrs["notes"] == [
        "还说不准：40 次发布的结果都是 0。先按每个时段都一样算。"
    ]


def test_no_groups_give_an_empty_frame() -> None:
    groups = make_groups(3)
    history = with_counts(make_posts(0, groups, weeks=4), 0)
    for given in (history, pd.DataFrame()):
        times = posting_times(given, groups=groups.head(0))
        assert times.empty and list(times.columns) == [*TIMES.names, "outcome"]


def test_two_outcomes_are_never_mixed() -> None:
    groups = make_groups()
    history = with_counts(make_posts(5, groups, weeks=8), 5)
    both = history.assign(clicked=history["ordered"] * 3)
    rare = both.assign(ordered=both["ordered"].astype("Int64").where(np.arange(len(both)) < 10))
    assert set(posting_times(both, groups=groups)["outcome"]) == {"ordered"}
    assert set(posting_times(rare, groups=groups)["outcome"]) == {"clicked"}
    clicked = posting_times(both.drop(columns="ordered"), groups=groups)
    assert posting_times(both, groups=groups, outcome="clicked").equals(clicked)
    assert posting_times(rare, groups=groups).equals(clicked)
    with pytest.raises(ChoiceError, match="outcome 不能是"):
        posting_times(both, groups=groups, outcome="sold")


def test_clocks_near_a_slot_count_for_it_and_others_for_themselves() -> None:
    groups = make_groups()
    history = with_counts(make_posts(6, groups, weeks=8), 6)
    late = history.assign(starts_at=history["starts_at"] + pd.Timedelta(minutes=7))
    assert posting_times(late, groups=groups).equals(posting_times(history, groups=groups))
    away = history.assign(starts_at=history["starts_at"] + pd.Timedelta(minutes=100))
    assert posting_times(away, groups=groups)["posts"].sum() == 0


def test_trying_draws_by_seed_and_keeps_the_intervals() -> None:
    groups = make_groups(3)
    history = with_counts(make_posts(7, groups, weeks=8), 7)
    middle = posting_times(history, groups=groups)
    draws = [posting_times(history, groups=groups, explore=seed) for seed in range(10)]
    assert draws[3].equals(posting_times(history, groups=groups, explore=3))
    assert not draws[3].equals(draws[4])
    values = np.array([draw["value"] for draw in draws])
    inside = (values >= middle["low"].to_numpy()) & (values <= middle["high"].to_numpy())
    assert 0.88 <= inside.mean() <= 0.99
    assert draws[0][["low", "high"]].equals(middle[["low", "high"]])
    assert (
        draws[0].attrs["notes"][-1]
        == "这张表在试探：拿不准的时段数值是随机抽的，每次的种子不同，数值也不同。"
    )


def test_the_plan_moves_posts_to_the_better_slot() -> None:
    groups = make_groups()
    posts = make_posts(8, groups, weeks=12)
    times = posting_times(with_counts(posts, 8, np.where(posts["slot"] == "20:00", 1.6, 1.0)), groups=groups)
    items = pd.DataFrame({"item_id": ["a", "b"], "title": ["甲", "乙"]})

    def evenings(times: pd.DataFrame | None) -> float:
        plan = plan_posts(items, groups, start="2026-09-21", days=7, times=times, effort="quick")
        return float((plan.calendar["starts_at"].dt.strftime("%H:%M") == "20:00").mean())

    assert evenings(None) < 0.4
    assert evenings(times) == 1.0


def test_a_slot_that_is_no_time_of_day_is_named() -> None:
    groups = make_groups(1).assign(slots=[["晚上"]])
    with pytest.raises(PlanError, match="群 g0 的时段「晚上」看不懂。请写成 20:00 这样的形式。"):
        posting_times(pd.DataFrame(), groups=groups)


def test_proposals_are_those_that_can_be_told_from_as_usual() -> None:
    rows = [
        ("g1", 0, "08:00", 0.7, 0.6, 0.8, 12),
        ("g1", 5, "20:00", 1.4, 1.2, 1.6, 30),
        ("g1", 6, "20:00", 1.4, 0.9, 1.9, 3),
    ]
    times = pd.DataFrame(rows, columns=TIMES.names).assign(outcome="clicked")
    found = time_weights(times)
    assert found["weight_id"].tolist() == ["时间：g1 周一 08:00", "时间：g1 周六 20:00"]
    assert found["facet"].tolist() == ["time", "time"] and found["outcome"].tolist() == ["clicked"] * 2
    assert found[["now", "proposed", "posts"]].to_numpy().tolist() == [[1, 0.7, 12], [1, 1.4, 30]]
    assert found["why"].tolist() == [
        "比这个群平常低，区间 0.60 到 0.80 倍，本群发过 12 次。",
        "比这个群平常高，区间 1.20 到 1.60 倍，本群发过 30 次。",
    ]


def test_what_the_helper_joins_and_what_a_plain_join_gives_are_the_same() -> None:
    groups = make_groups()
    history, items = confounded(2, groups, twice=False)
    plain = posting_times(history, groups=groups, items=items)
    joined = join_results(history, history, items=items, groups=groups)
    assert posting_times(joined, groups=groups, items=items).equals(plain)
    bare = join_results(history, history)
    assert posting_times(bare, groups=groups, items=items).equals(plain)
    # the members of that day stand before those of today
    grown = joined.assign(members=joined["members"] * 2)
    assert posting_times(grown, groups=groups, items=items)["value"].to_numpy() == pytest.approx(
        plain["value"].to_numpy(), rel=1e-6
    )


def test_results_alone_in_the_contract_will_do() -> None:
    groups = make_groups()
    history = with_counts(make_posts(9, groups, weeks=6), 9)
    calendar = check(history[["post_id", "item_id", "group_id", "starts_at", "status"]], CALENDAR)
    results = check(history[["post_id", "measured_at", "ordered"]], RESULTS)
    joined = calendar.merge(results, on="post_id", how="left")
    assert posting_times(joined, groups=groups).equals(posting_times(history, groups=groups))
