"""What several files say of one post and cannot all be true; and times that stand in for people."""

from pathlib import Path
from typing import Any

import pandas as pd
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from toolkit.review._results import _ACROSS, read_results
from toolkit.schema import CALENDAR, Read, check

CALENDAR_OF_TWO = check(
    pd.DataFrame(
        {
            **{"post_id": ["p1", "p2"], "item_id": ["i1", "i2"], "group_id": "g1", "status": "sent"},
            **{"starts_at": ["2026-09-14 20:00", "2026-09-15 20:00"], "code": ["P9RTA", "M4NCD"]},
        }
    ),
    CALENDAR,
)


def read(folder: Path, **files: str) -> Read:
    """The results of tables by name."""
    for name, text in files.items():
        (folder / f"{name}.csv").write_text(text, "utf-8")
    paths = [folder / f"{name}.csv" for name in files]
    return read_results(*paths, calendar=CALENDAR_OF_TWO, now="2026-09-21")


def told(found: Read) -> dict[str, dict[str, Any]]:
    names = ("reached", "opened", "clicked", "replied", "ordered")
    return {
        row["post_id"]: {name: int(row[name]) for name in names if not pd.isna(row[name])}
        for row in found.frame.to_dict("records")
    }


def away(found: Read) -> list[tuple[str, int, str]]:
    return [tuple(row) for row in found.rejected[["path", "row", "reason"]].to_numpy().tolist()]


def test_more_clicks_than_people_of_another_file_are_out_with_both_names(tmp_path: Path) -> None:
    found = read(
        tmp_path,
        手记="暗号,触达人数,阅读数,统计时间\nP9RTA,200,20,2026-09-19\nM4NCD,200,20,2026-09-19\n",
        短链="暗号,点击人数,统计时间\nP9RTA,120,2026-09-20\nM4NCD,12,2026-09-20\n",
    )
    assert told(found) == {
        "p1": {"reached": 200, "opened": 20},
        "p2": {"reached": 200, "opened": 20, "clicked": 12},
    }
    assert away(found) == [
        (
            *("短链.csv", 2),
            "点击数 120 比阅读数 20 还多：「短链.csv」和「手记.csv」对不上，后统计的「短链.csv」这一行没有用，请核对",
        )
    ]
    assert found.extra[["path", "row"]].values.tolist() == [["手记.csv", 2], ["手记.csv", 3], ["短链.csv", 3]]
    assert not found.rejected["unmatched"].any() and found.frame["source"].tolist()[0] == "手记.csv"


def test_the_later_one_gives_way_whichever_side_it_is(tmp_path: Path) -> None:
    clicks = "暗号,点击人数,统计时间\nP9RTA,120,2026-09-18\n"
    found = read(tmp_path, 短链=clicks, 手记="暗号,触达人数,回复数,统计时间\nP9RTA,100,7,2026-09-19\n")
    assert told(found) == {"p1": {"clicked": 120}}
    assert away(found)[0][:2] == ("手记.csv", 2)
    # measured at the same time: the file that is read later
    same = clicks.replace("09-18", "09-19")
    found = read(tmp_path, 手记="暗号,触达人数,回复数,统计时间\nP9RTA,100,7,2026-09-19\n", 短链=same)
    assert told(found) == {"p1": {"reached": 100, "replied": 7}}
    # an older row of the same outcome that is possible steps in
    found = read(
        tmp_path,
        手记="暗号,触达人数,统计时间\nP9RTA,100,2026-09-19\n",
        短链="暗号,点击人数,统计时间\nP9RTA,80,2026-09-18\n",
        短链二="暗号,点击人数,统计时间\nP9RTA,120,2026-09-20\n",
    )
    assert told(found) == {"p1": {"reached": 100, "clicked": 80}}
    assert [row[:2] for row in away(found)] == [("短链二.csv", 2)]


def test_orders_stay_and_what_was_reached_gives_way(tmp_path: Path) -> None:
    orders = "订单号,下单时间,订单状态,实付金额,备注\n" + "".join(
        f"{n},2026-09-14 21:0{n},已完成,9,P9RTA\n" for n in range(4)
    )
    found = read(
        tmp_path, 手记="暗号,触达人数,统计时间\nP9RTA,3,2026-09-10\n".replace("09-10", "09-15"), 订单=orders
    )
    assert told(found)["p1"] == {"ordered": 4}
    assert [row[:2] for row in away(found)] == [("手记.csv", 2)]


def test_readers_from_elsewhere_may_be_more_than_were_reached(tmp_path: Path) -> None:
    found = read(
        tmp_path,
        手记="暗号,触达人数,统计时间\nP9RTA,200,2026-09-19\n",
        公众号="暗号,总阅读人数,统计时间\nP9RTA,900,2026-09-20\n",
    )
    assert told(found) == {"p1": {"reached": 200, "opened": 900}} and found.rejected.empty


def test_times_stand_in_only_where_nobody_counts_people_and_it_is_said(tmp_path: Path) -> None:
    unread = read(tmp_path, 短链='暗号,点击次数,点击人数\nP9RTA,3,2\nM4NCD,"1,204",千把\n')
    assert told(unread) == {"p1": {"clicked": 2}}
    assert away(unread) == [("短链.csv", 3, "点击人数空着或读不出，点击次数不能代替人数，没有用")]
    times = read(tmp_path, 短链="暗号,点击次数\nP9RTA,3\nM4NCD,1204\n")
    assert told(times) == {"p1": {"clicked": 3}, "p2": {"clicked": 1204}}
    assert ["短链.csv", 2, "没有点击人数这一列，用点击次数代替：第 2、3 行"] in times.notes.values.tolist()
    many = read(tmp_path, 手记="暗号,触达人数,点击次数\nP9RTA,200,30\nM4NCD,200,1204\n")
    assert told(many) == {"p1": {"reached": 200, "clicked": 30}, "p2": {"reached": 200}}
    assert [
        "手记.csv",
        3,
        "点击次数比能看到的人还多，不能代替人数，没有用：第 3 行",
    ] in many.notes.values.tolist()


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    st.lists(
        st.tuples(*[st.one_of(st.none(), st.integers(0, 9))] * 4, st.integers(15, 19)), min_size=1, max_size=5
    )
)
def test_no_post_has_what_cannot_be_and_every_row_is_somewhere(
    tmp_path: Path, rows: list[tuple[int | None, ...]]
) -> None:
    files = {
        f"表{number}": "暗号,触达人数,阅读数,点击人数,回复数,统计时间\nP9RTA,"
        + ",".join("" if value is None else str(value) for value in row[:4])
        + f",2026-09-{row[4]}\n"
        for number, row in enumerate(rows)
    }
    found = read(tmp_path, **files)
    for row in found.frame.to_dict("records"):
        for part, whole in _ACROSS:
            assert pd.isna(row[part]) or pd.isna(row[whole]) or row[part] <= row[whole]
    places = [*found.extra["path"], *found.rejected["path"]]
    assert sorted(places) == sorted(f"{name}.csv" for name in files)
