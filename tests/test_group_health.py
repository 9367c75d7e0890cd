"""Groups: the matrix, the door for daily totals, and a state that one noisy day does not turn."""

import datetime as dt
from pathlib import Path

import openpyxl
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from toolkit import lexicons
from toolkit.campaigns._days_read import read_group_days
from toolkit.campaigns._groups import group_matrix, size_band
from toolkit.campaigns._health import group_health
from toolkit.schedule import read_groups
from toolkit.schema import GROUP_DAYS, HEALTH, ChoiceError, ColumnError, InputError
from toolkit.schema._campaign_contracts import GROUP_MATRIX

START = dt.date(2026, 9, 1)
ORDER = ["dead", "dying", "quiet", "lively"]


def days(active: list[int], **more: object) -> pd.DataFrame:
    dates = [START + dt.timedelta(days=number) for number in range(len(active))]
    return pd.DataFrame({"group_id": "a", "date": dates, "members": 100, "active": active, **more})


def one(frame: pd.DataFrame, **more: object) -> pd.Series:
    return group_health(frame, **more).iloc[0]  # type: ignore[arg-type]


def sheet(path: Path, rows: list[str]) -> Path:
    path.write_text("\n".join(rows), encoding="utf-8")
    return path


# ---- matrix


def test_the_matrix_tells_gaps_and_sizes() -> None:
    groups = read_groups(lexicons.sample_folder() / "groups.csv").frame
    found = group_matrix(groups)
    assert found.columns.tolist() == GROUP_MATRIX.names
    assert found["groups"].sum() == 12
    assert found["members"].sum() == groups["members"].sum()
    assert [gap for gap in found["gap"] if gap] == [
        "「亲子妈妈」还没有消费力低的群",
        "「长辈养生」还没有消费力高的群",
        "「咖啡同好」还没有消费力低的群",
    ]
    latest = pd.DataFrame(
        {"group_id": ["g01", "g01"], "date": ["2026-09-02", "2026-09-01"], "members": [9, 8]}
    )
    more = group_matrix(groups, days=latest)
    assert more["members"].sum() == groups["members"].sum() - 386 + 9
    assert group_matrix(groups.iloc[:0]).columns.tolist() == GROUP_MATRIX.names


def test_blank_segments_and_powers_make_no_gap() -> None:
    groups = read_groups(lexicons.sample_folder() / "groups.csv").frame.head(2).assign(segment=["", "长辈"])
    found = group_matrix(groups.assign(spending=["高", None]))
    assert found[["segment", "spending", "groups", "gap"]].values.tolist() == [
        ["未填", "高", 1, ""],
        ["长辈", "高", 0, "「长辈」还没有消费力高的群"],
        ["长辈", "未填", 1, ""],
    ]


@pytest.mark.parametrize(
    ("members", "word"),
    [
        (100, "小群"),
        (101, "200 人上下"),
        (301, "大群"),
        (500, "大群"),
        (501, "超过 500 人"),
        (None, ""),
    ],
)
def test_size_bands(members: int | None, word: str) -> None:
    assert size_band(members) == word


# ---- the door


def test_headings_as_people_write_them_are_read(tmp_path: Path) -> None:
    path = sheet(
        tmp_path / "日报.csv",
        [
            "社群,统计日期,群成员数,发言人数,消息数,入群,退群,订单,复购单数,到店人次,GMV,值班",
            'g01,2026/9/1,"1,200",30,90,2,1,5,2,4,310.5,阿禾',
            "g01,9月2日,1200,30,90,2,1,5,2,4,310.5,阿禾",
        ],
    )
    read = read_group_days(path)
    assert read.frame.columns.tolist() == GROUP_DAYS.names
    row = read.frame.iloc[0].to_dict()
    assert (row["group_id"], row["date"], row["members"], row["joined"], row["left"]) == (
        *("g01", dt.date(2026, 9, 1)),
        *(1200, 2, 1),
    )
    assert (row["orders"], row["repeat_orders"], row["store_visits"], row["revenue"]) == (5, 2, 4, 310.5)
    assert read.extra.to_dict("records") == [{"group_id": "g01", "date": dt.date(2026, 9, 1), "值班": "阿禾"}]
    assert read.rejected["reason"].tolist() == [
        "日期读不出：没有给出 now，无法补上年份「9月2日」，请写成 2026-09-01"
    ]


def test_impossible_rows_are_rejected_with_reasons_and_the_rest_kept(tmp_path: Path) -> None:
    path = sheet(
        tmp_path / "日报.csv",
        [
            "群编号,日期,人数,发言人数,消息数,进群,退群,订单数,复购订单数,成交额",
            "a,2026-09-01,100,101,200,,,,,",
            "a,2026-09-01,100,50,40,,,,,",
            "a,2026-09-01,100,,,,,3,4,",
            "a,2026-09-01,-5,,,,,,,",
            "a,2026-09-01,100,-3,,,,,,",
            "a,2026-09-01,,,,,,,,",
            ",2026-09-01,100,,,,,,,",
            "a,2026-09-31,100,,,,,,,",
            "a,2026-09-01,100,,,200,1,,,",
            "a,2026-09-01,100,,,,,,,-8",
            "a,2026-09-01,100,不少,,,,,,",
            "a,2026-09-01,90,,,,,,,",
        ],
    )
    read = read_group_days(path)
    assert read.rejected["reason"].tolist() == [
        "发言人数 101 比人数 100 还多",
        "发言人数 50 比消息数 40 还多",
        "复购订单数 4 比订单数 3 还多",
        "人数不能是负数「-5」",
        "发言人数不能是负数「-3」",
        "人数要是大于 0 的整数（现在是「」）",
        "没有群编号",
        "日期读不出：日期不存在「2026-09-31」，请写成 2026-09-01",
        "进群 200 比人数加退群还多",
        "成交额要是 0 或更大的数（现在是 -8）",
        "群「a」2026-09-01 这一天前面已有一行（日报.csv 第 12 行），只留前面的",
    ]
    assert read.frame["members"].tolist() == [100]
    assert read.frame["active"].isna().tolist() == [True]
    assert read.notes["note"].tolist() == ["发言人数：看不懂的数字「不少」，按空白处理"]
    assert (len(read.frame), len(read.rejected)) == (1, 11)


def test_merged_cells_stand_for_each_of_their_rows(tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    page = book.active
    for row in (["群日报"], ["群名", "日期", "人数"], ["甲群", "2026-09-01", 90], ["", "2026-09-02", 91]):
        page.append(row)
    page.merge_cells("A3:A4")
    book.save(tmp_path / "日报.xlsx")
    read = read_group_days(tmp_path / "日报.xlsx")
    assert read.frame[["group_id", "members"]].values.tolist() == [["甲群", 90], ["甲群", 91]]
    assert len(read.rejected) == 0


def test_files_without_the_needed_columns_say_which(tmp_path: Path) -> None:
    with pytest.raises(ColumnError, match=r"a\.csv：缺少列 日期、人数"):
        read_group_days(sheet(tmp_path / "a.csv", ["群编号,值班", "g01,阿禾"]))
    with pytest.raises(InputError, match="找不到文件"):
        read_group_days(tmp_path / "没有.csv")
    with pytest.raises(InputError, match="文件夹"):
        read_group_days(tmp_path)
    with pytest.raises(InputError, match="没有给出文件"):
        read_group_days()


def test_several_files_are_one_and_a_day_counts_once(tmp_path: Path) -> None:
    first = sheet(tmp_path / "a.csv", ["群编号,日期,人数", "g01,2026-09-01,90"])
    second = sheet(tmp_path / "b.csv", ["群编号,日期,人数", "g01,2026-09-01,95", "g02,2026-09-01,80"])
    read = read_group_days(first, second)
    assert read.frame[["group_id", "members"]].values.tolist() == [["g01", 90], ["g02", 80]]
    assert read.files["read"].tolist() == [1, 1]
    assert read.rejected["reason"].tolist() == [
        "群「g01」2026-09-01 这一天前面已有一行（a.csv 第 2 行），只留前面的"
    ]


def test_the_sample_is_read_whole() -> None:
    read = read_group_days(lexicons.sample_folder() / "group_days.csv")
    assert (len(read.frame), len(read.rejected), len(read.notes)) == (196, 0, 0)
    found = group_health(read.frame)
    assert dict(zip(found["group_id"], found["state"], strict=True)) == {
        **{"g01": "lively", "g02": "quiet", "g04": "lively", "g05": "quiet", "g07": "quiet"},
        **{"g11": "dying", "g12": "dead"},
    }


# ---- health


def test_figures_are_sums_and_shares_of_what_was_measured() -> None:
    frame = days(
        [25] * 20,
        messages=50,
        promotions=10,
        junk=5,
        answered=4,
        joined=2,
        left=1,
        orders=3,
        repeat_orders=1,
        store_visits=[4] * 14 + [None] * 6,
        revenue=60.0,
    )
    row = one(frame, last=28)
    assert {name: round(row[name], 4) for name in HEALTH.names[5:16] if name != "silent_share"} == {
        "active_share": 0.25,
        "junk_share": 0.1,
        "promotion_share": 0.2,
        "answered_share": 0.4,
        "messages_per_day": 50.0,
        "net_growth": 0.2,
        "orders_per_100": 84.0,
        "repeat_share": 0.3333,
        "visits_per_100": 112.0,
        "revenue_per_member": 16.8,
    }
    assert pd.isna(row["silent_share"])
    assert (row["state"], row["days"], row["members"]) == ("lively", 20, 100)
    assert row["reasons"] == [
        "20 天里有 20 天，发言的人到了 10%（经验线）",
        "消息里 10% 是杂讯，到了 10%（经验线）",
        "订单量到 20 天、到店量到 14 天、成交额量到 20 天，按 28 天折算",
    ]


def test_nothing_is_made_of_nothing() -> None:
    row = one(days([25] * 13, orders=0, repeat_orders=0))
    assert row["state"] == "unknown"
    assert row["reasons"][0] == "最近 28 天里只有 13 天量到了发言人数和人数，不到 14 天，说不准"
    missing = ["silent_share", "junk_share", "promotion_share", "answered_share", "messages_per_day"]
    missing += ["net_growth", "orders_per_100", "repeat_share", "visits_per_100", "revenue_per_member"]
    assert row[missing].isna().all()
    assert row["active_share"] == 0.25
    nobody = group_health(GROUP_DAYS.empty())
    assert nobody.columns.tolist() == HEALTH.names
    assert len(nobody) == 0


def test_a_group_of_which_nothing_is_known_is_unknown_not_dead() -> None:
    groups = read_groups(lexicons.sample_folder() / "groups.csv").frame.head(1)
    row = one(GROUP_DAYS.empty(), groups=groups)
    assert (row["group_id"], row["members"], row["state"]) == ("g01", 386, "unknown")
    assert row["reasons"] == ["没有这段时间的日报，说不准"]


def test_days_that_name_a_group_are_joined_to_its_id() -> None:
    groups = read_groups(lexicons.sample_folder() / "groups.csv").frame.head(1)
    row = one(days([80] * 14).assign(group_id=groups["name"].iloc[0], members=None), groups=groups)
    assert (row["group_id"], row["members"], row["state"]) == ("g01", 386, "lively")


@pytest.mark.parametrize(
    ("active", "state"),
    [
        ([10] * 14, "lively"),
        ([9] * 14, "quiet"),
        ([3] * 14, "quiet"),
        ([2] * 14, "dying"),
        ([1] * 14, "dead"),
    ],
)
def test_states_by_how_many_write(active: list[int], state: str) -> None:
    assert one(days(active))["state"] == state


def test_a_group_with_nothing_but_promotions_is_dead_however_many_post_them() -> None:
    frame = days([12] * 20, messages=20, promotions=20, junk=0, answered=0)
    row = one(frame)
    assert row["state"] == "dead"
    assert row["reasons"][:2] == [
        "20 天里没有一天有人对话（经验线是一成）",
        "还在发的消息里 100% 是促销，400 次促销没有一次有人接话",
    ]
    assert row["advice"] == ["先停几天促销，问一个好回答的问题，看有没有人应"]
    some = one(days([1] * 20, messages=20, promotions=20, junk=0, answered=2))
    assert some["reasons"][1] == "还在发的消息里 100% 是促销，400 次促销有 40 次有人接话"
    silent = one(days([1] * 20))
    assert silent["advice"] == ["先停一停推送，问一个好回答的问题，看有没有人应"]
    assert one(days([12] * 20, messages=20, promotions=5, junk=0, answered=5))["state"] == "lively"


def test_growth_is_not_made_of_a_number_that_was_copied_down() -> None:
    assert pd.isna(one(days([20] * 14))["net_growth"])
    assert one(days([20] * 14).assign(members=range(100, 114)))["net_growth"] == pytest.approx(0.13)


def test_only_the_last_days_up_to_until_count() -> None:
    frame = days([50] * 20 + [1] * 20)
    assert one(frame, last=20)["state"] == "dead"
    assert one(frame, last=20, until="2026-09-20")["state"] == "lively"
    assert one(frame, last=20, until="2027-01-01")["state"] == "unknown"


def test_a_fall_is_told_and_does_not_move_the_state() -> None:
    row = one(days([40] * 10 + [12] * 10))
    assert row["state"] == "lively"
    assert row["reasons"][1] == "后一半日子里，每天发言的人占 12%，不到前一半（40%）的一半"


def test_arguments_and_tables_that_cannot_be_used_are_refused() -> None:
    with pytest.raises(ChoiceError, match="last 要写成 14 到 366 的整数"):
        group_health(days([1] * 14), last=7)
    with pytest.raises(ColumnError, match="有两行"):
        group_health(pd.concat([days([1]), days([1])]))
    with pytest.raises(ColumnError, match="第 1 行没有日期"):
        group_health(days([1]).assign(date=None))


def spoken(drawn: list[tuple[int, int, int]]) -> pd.DataFrame:
    """Days of drawn writers, talk and promotions."""
    active = [row[0] for row in drawn]
    talk, promotions = ([row[place] for row in drawn] for place in (1, 2))
    messages = [first + second for first, second in zip(talk, promotions, strict=True)]
    return days(active, messages=messages, promotions=promotions, junk=0)


_DAY = st.tuples(st.integers(0, 100), st.integers(0, 5), st.integers(0, 5))


@settings(max_examples=40)
@given(st.lists(_DAY, min_size=14, max_size=28), st.data())
def test_more_silence_never_makes_a_group_livelier(
    drawn: list[tuple[int, int, int]], data: st.DataObject
) -> None:
    less = [tuple(data.draw(st.integers(0, number)) for number in row) for row in drawn]
    before, after = one(spoken(drawn))["state"], one(spoken(less))["state"]  # type: ignore[arg-type]
    assert ORDER.index(after) <= ORDER.index(before)


@settings(max_examples=40)
@given(st.lists(_DAY, min_size=14, max_size=28), _DAY, st.data())
def test_one_day_moves_a_state_by_one_step_at_most(
    drawn: list[tuple[int, int, int]], other: tuple[int, int, int], data: st.DataObject
) -> None:
    place = data.draw(st.integers(0, len(drawn) - 1))
    changed = [other if number == place else row for number, row in enumerate(drawn)]
    before, after = one(spoken(drawn))["state"], one(spoken(changed))["state"]
    assert abs(ORDER.index(after) - ORDER.index(before)) <= 1


@settings(max_examples=30)
@given(st.sampled_from([1, 2, 5, 30]), st.integers(14, 28), st.integers(0, 100))
def test_one_noisy_day_does_not_turn_a_steady_group(active: int, number: int, noise: int) -> None:
    steady = [active] * number
    assert one(days(steady))["state"] == one(days([*steady[:-1], noise]))["state"]


@pytest.mark.parametrize(
    ("border", "changed", "states"),
    [
        ([50] * 7 + [0] * 7, [50] * 6 + [0] * 8, ("lively", "quiet")),
        ([5] * 5 + [0] * 9, [5] * 4 + [0] * 10, ("quiet", "dying")),
        ([2] * 2 + [0] * 12, [2] * 1 + [0] * 13, ("dying", "dead")),
    ],
)
def test_at_a_border_one_day_is_one_step(
    border: list[int], changed: list[int], states: tuple[str, str]
) -> None:
    assert (one(days(border))["state"], one(days(changed))["state"]) == states


def test_days_by_a_groups_name_are_the_groups_own() -> None:
    days = pd.DataFrame(
        {"group_id": "街坊群", "date": pd.date_range("2026-09-01", periods=20), "members": 100, "active": 25}
    )
    groups = pd.DataFrame(
        {
            **{"group_id": ["g1"], "name": ["街坊群"], "members": [100], "slots": [["20:00"]]},
            **{"posts_per_day": [1], "posts_per_week": [5]},
        }
    )
    health = group_health(days, groups=groups)
    assert health[["group_id", "name", "days", "state"]].values.tolist() == [["g1", "街坊群", 20, "lively"]]


def test_messages_without_a_time_add_nothing() -> None:
    days = pd.DataFrame(
        {"group_id": "g1", "date": pd.date_range("2026-09-01", periods=20), "members": 100, "active": 25}
    )
    untimed = pd.DataFrame(
        {"group_id": ["g1"], "sent_at": [None], "member": ["成员-1"], "message_kind": ["text"], "length": [3]}
        | {"is_promotion": [False], "is_junk": [False]}
    )
    pd.testing.assert_frame_equal(group_health(days, messages=untimed), group_health(days))
