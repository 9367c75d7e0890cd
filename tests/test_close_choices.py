"""Which choices of a plan were close."""

from typing import Any

import pandas as pd
import pytest
from drawn_plans import CASES, START, Judge, group, item, make_question, plan, times_of
from pandas.testing import assert_frame_equal

from toolkit import schema
from toolkit.schedule import plan_posts
from toolkit.schedule._close import CLOSE, close_choices
from toolkit.schema import ChoiceError, Plan


def test_close_choices_whole() -> None:
    items = [
        item("a", value=10, latest="2026-09-07"),
        item("b", value=9.5, latest="2026-09-07"),
        item("c", value=8, latest="2026-09-07"),
        item("d", value=4),
    ]
    made = plan(items, [group()], days=2)
    expected = pd.DataFrame(
        [
            [
                "b",
                "a",
                "g1",
                0.05,
                "群「群g1」9月7日 周一 20:00 排了「标题a」；换成「标题b」，价值少 0.5（5.0%）",
            ]
        ],
        columns=CLOSE.names,
    )
    assert_frame_equal(close_choices(made), schema.check(expected, CLOSE))
    wider = close_choices(made, within=0.2)
    assert wider[["item_id", "margin"]].values.tolist() == [["b", 0.05], ["c", 0.2]]
    assert_frame_equal(close_choices(made, within=0), CLOSE.empty())
    assert_frame_equal(close_choices(plan(items[:1], [group()])), CLOSE.empty())


def test_a_swap_may_take_another_day_of_the_week_but_leaves_what_others_wait_for() -> None:
    items = [item("a", value=3, latest="2026-09-07"), item("b", value=2.9, earliest="2026-09-08")]
    made = plan(items, [group(posts_per_week=1)])
    assert list(close_choices(made)["reason"]) == [
        "群「群g1」9月7日 周一 20:00 排了「标题a」；换成「标题b」，排在 9月8日 周二 20:00，价值少 0.1（3.3%）"
    ]
    items = [item("a", value=3), item("b", value=2.9), item("w", value=9, after=["a"])]
    made = plan(items, [group(posts_per_week=2)])
    assert list(made.calendar["item_id"]) == ["a", "w"]
    assert_frame_equal(close_choices(made, within=0.5), CLOSE.empty())


def closest_by_force(made: Plan, item_id: str, group_id: str) -> float:
    """The least margin of all swaps of one draft of the group for an item, within the draft's week."""
    judge = Judge(made)
    row = judge.items[item_id]
    slots = made.groups.set_index("group_id").loc[group_id, "slots"]
    days = [pd.Timestamp(made.start, tz=schema.TIME_ZONE) + pd.Timedelta(days=n) for n in range(made.days)]
    days = [day for day in days if not (day < row["earliest"] or day > row["latest"])]
    margins = [float("inf")]
    drafts = made.calendar[(made.calendar["group_id"] == group_id) & (made.calendar["status"] == "draft")]
    for old in drafts.itertuples():
        for day in days:
            if day.isocalendar().week != old.starts_at.isocalendar().week:
                continue
            for slot in slots:
                calendar = made.calendar.copy()
                place = ["new", item_id, day + pd.Timedelta(f"{slot}:00")]
                calendar.loc[old.Index, ["post_id", "item_id", "starts_at"]] = place
                value, broken = judge(calendar)
                margins += [] if broken else [(made.value - value) / old.value]
    return min(margins)


@pytest.mark.parametrize("name", ["plain", "hard"])
def test_close_choices_agree_with_every_swap_judged_anew(name: str) -> None:
    items, groups = make_question(3, 9, 34, seed=2)
    items["minutes"] *= 3
    items["clock"] = [["20:00", "08:30"] if n % 5 == 0 else [] for n in range(len(items))]
    more: dict[str, Any] = {"rules": CASES[name], "times": times_of(groups), "effort": "quick"}
    made = plan_posts(items, groups, start=START, days=9, **more)
    found = close_choices(made, within=0.6)
    assert list(found["margin"]) == sorted(found["margin"])
    margins = {(row.item_id, row.group_id): row.margin for row in found.itertuples()}
    pairs = list(zip(made.unplaced["item_id"], made.unplaced["group_id"], strict=True))
    assert set(margins) < set(pairs)
    tried = [*list(margins)[::7], *[pair for pair in pairs if pair not in margins][::9]]
    wanted = {pair: closest_by_force(made, *pair) for pair in tried}
    near = {pair: margin for pair, margin in wanted.items() if margin <= 0.6}
    assert {pair: margins[pair] for pair in tried if pair in margins} == pytest.approx(near, abs=1e-4)
    assert 1 <= len(near) < len(tried)


@pytest.mark.parametrize("within", [-0.1, "a", True, float("nan"), float("inf")])
def test_how_close_must_be_a_number(within: Any) -> None:
    with pytest.raises(ChoiceError, match="within 应是不小于 0 的数"):
        close_choices(plan([item("a")], [group()]), within=within)
