"""Layers of members beside what 271 says of them, and KOLs rated on three criteria."""

import datetime as dt
from typing import Any

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from toolkit.campaigns._kols import rate_kols
from toolkit.campaigns._members import member_layers
from toolkit.schema import KOLS, LAYERS, ChoiceError, ColumnError


def people(*rows: tuple[str, str, int | None, str | None, int | None]) -> pd.DataFrame:
    return pd.DataFrame(rows, columns=["group_id", "member", "orders", "last_order", "messages"])


def layers(frame: pd.DataFrame, **more: object) -> dict[str, int]:
    found = member_layers(frame, **more)  # type: ignore[arg-type]
    return dict(zip(found["layer"], found["members"], strict=True))


def test_counts_per_group_give_real_shares_beside_the_quoted_ones() -> None:
    found = member_layers(pd.DataFrame({"群编号": ["a"], "付费": [5], "可转化": [15], "沉寂": [30]}))
    assert found[["group_id", "layer", "members", "share", "quoted"]].values.tolist() == [
        ["a", "paying", 5, 0.1, 0.2],
        ["a", "convertible", 15, 0.3, 0.7],
        ["a", "idle", 30, 0.6, 0.1],
    ]


def test_rows_per_member_are_counted_by_orders_first_then_by_words() -> None:
    frame = people(
        ("a", "x1", 2, "2026-09-01", 0),
        ("a", "x2", 0, None, 3),
        ("a", "x3", 0, None, 0),
        ("a", "x4", None, None, 9),
        ("a", "x5", 0, None, None),
    )
    assert layers(frame) == {"paying": 1, "convertible": 1, "idle": 1, "unknown": 2}
    shares = member_layers(frame)["share"]
    assert shares[:3].tolist() == [pytest.approx(1 / 3)] * 3
    assert shares.isna().tolist() == [False, False, False, True]


def test_an_order_long_ago_counts_only_where_all_orders_do() -> None:
    frame = people(("a", "x1", 1, "2026-06-01", 4), ("a", "x2", 1, "2026-09-20", 0), ("a", "x3", 1, None, 0))
    assert layers(frame) == {"paying": 3, "convertible": 0, "idle": 0}
    assert layers(frame, recent=30) == {"paying": 1, "convertible": 1, "idle": 0, "unknown": 1}
    assert layers(frame, recent=30, until="2026-06-10") == {
        **{"paying": 1, "convertible": 0, "idle": 1},
        "unknown": 1,
    }
    assert layers(people(("a", "x", 1, None, 1)), recent=30) == {
        **{"paying": 0, "convertible": 0, "idle": 0},
        "unknown": 1,
    }


def test_a_layer_that_was_not_counted_has_no_row() -> None:
    assert layers(pd.DataFrame({"group_id": ["a"], "paying": [5], "idle": [5]})) == {"paying": 5, "idle": 5}
    nobody = member_layers(pd.DataFrame({"group_id": ["a"], "paying": [0], "convertible": [0], "idle": [0]}))
    assert nobody["share"].isna().all()


def test_empty_tables_give_empty_layers() -> None:
    for frame in (people(), pd.DataFrame({"group_id": [], "paying": []})):
        found = member_layers(frame)
        assert found.columns.tolist() == LAYERS.names
        assert len(found) == 0


@pytest.mark.parametrize(
    ("frame", "said"),
    [
        (pd.DataFrame({"group_id": ["a"], "人数": [9]}), "要么每群一行"),
        (pd.DataFrame({"group_id": ["a"], "paying": [-1]}), "第 1 行的付费是负数"),
        (pd.DataFrame({"group_id": ["a", "a"], "paying": [1, 2]}), "第 2 行的群前面已有一行"),
        (people(("a", "甲甲甲", 1, None, 1), ("a", "甲甲甲", 1, None, 1)), "第 2 行的成员前面已有一行"),
        (people(("a", "甲甲甲", 1, None, -2)), "第 1 行的消息数是负数"),
    ],
)
def test_tables_that_cannot_be_used_are_refused_without_a_name(frame: pd.DataFrame, said: str) -> None:
    with pytest.raises(ColumnError, match=said) as caught:
        member_layers(frame)
    assert "甲甲甲" not in str(caught.value)


def test_days_must_be_a_whole_number() -> None:
    with pytest.raises(ChoiceError, match="recent"):
        member_layers(people(("a", "x", 1, "2026-09-01", 1)), recent=0)


@given(st.lists(st.tuples(st.integers(0, 3), st.integers(0, 3)), min_size=1, max_size=30))
def test_the_saying_never_moves_a_share(drawn: list[tuple[int, int]]) -> None:
    frame = people(
        *(("a", str(number), *(orders, None, said)) for number, (orders, said) in enumerate(drawn))
    )
    found = member_layers(frame)
    paying = sum(orders > 0 for orders, _ in drawn)
    talking = sum(orders == 0 and said > 0 for orders, said in drawn)
    assert found["members"].tolist() == [paying, talking, len(drawn) - paying - talking]
    assert found["share"].tolist() == pytest.approx([number / len(drawn) for number in found["members"]])
    assert found["quoted"].tolist() == [0.2, 0.7, 0.1]


def test_a_kol_is_rated_by_the_plain_mean_and_weak_sides_are_named() -> None:
    rated = rate_kols(
        pd.DataFrame(
            {
                "达人": ["甲", "乙", "丙"],
                "懂产品、来源广": [5, 4.5, 3],
                "会打交道": [4, 4.5, None],
                "荣誉和报道": [0, 4.5, 2],
                "依据": ["带过三次话题", "报纸两次", ""],
            }
        )
    )
    assert rated["rating"].tolist()[:2] == [3.0, 4.5]
    assert rated["advice"].tolist() == [
        ["荣誉和报道只有 0 分：荣誉和报道少，不妨从群里的口碑看起"],
        ["三项都不弱，可以先谈一次小合作，再看数字"],
        ["没有评分：缺少会打交道。补上再看", "懂产品、来源广、荣誉和报道没有写依据，请写上看到了什么"],
    ]
    assert rated["rating"].isna().tolist() == [False, False, True]


def test_evidence_may_stand_with_its_criterion() -> None:
    row = {"kol": ["甲"], "knowledge": [3], "social": [3], "honours": [3], "knowledge_evidence": ["试过两月"]}
    assert rate_kols(pd.DataFrame(row))["advice"].tolist() == [
        ["会打交道、荣誉和报道没有写依据，请写上看到了什么"]
    ]


def test_ratings_outside_the_scale_are_refused_and_no_rows_stay_none() -> None:
    with pytest.raises(ColumnError, match=r"第 2 行的 social（会打交道）是 6，要在 0 到 5 之间"):
        rate_kols(pd.DataFrame({"kol": ["甲", "乙"], "social": [1, 6]}))
    assert rate_kols(KOLS.empty()).columns.tolist() == KOLS.names


@given(st.lists(st.floats(0, 5), min_size=3, max_size=3), st.integers(0, 2), st.floats(0, 5))
def test_a_better_criterion_never_lowers_a_rating(scores: list[float], place: int, other: float) -> None:
    better = [max(score, other) if at == place else score for at, score in enumerate(scores)]
    frame = pd.DataFrame([scores, better], columns=["knowledge", "social", "honours"]).assign(
        kol=["甲", "甲"]
    )
    low, high = rate_kols(frame)["rating"]
    assert 0 <= low <= high + 1e-12 <= 5 + 1e-12


@pytest.mark.parametrize("until", ["0001-01-01", dt.date(9999, 12, 31), pd.NA, "x" * 200_000])
def test_days_that_no_calendar_has_are_refused(until: Any) -> None:
    people = pd.DataFrame({"group_id": ["a"], "member": ["m"], "orders": [1], "last_order": ["2026-09-01"]})
    with pytest.raises(ChoiceError, match=r"^until ") as caught:
        member_layers(people, recent=36_600, until=until)
    assert len(str(caught.value)) < 100
