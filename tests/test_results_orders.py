"""Orders that were given back, that no state tells of, that lie in several files, and that came long after their post."""

from __future__ import annotations

import csv
import io
import random
import tempfile
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from test_results import everything, read, reasons, table, told

from toolkit.review._results_orders import LATE_DAYS
from toolkit.schema import Read

HEADS = "订单号,订单创建时间,商品名称,订单实付金额,买家备注"
ROW = "E9,2026-09-14 20:37,石榴,128,K7WQ2"
REFUNDED = "已退款或正在退款，不算订单"
CLOSED = "订单已关闭或取消，不算订单"
UNPAID = "还没有付款，不算订单"
UNGROUPED = "还没有成团或没有成团，不算订单"


def one(folder: Path, heads: str, row: str, **given_too: Any) -> Read:
    return read(table(folder, f"{heads}\n{row}\n"), **given_too)


def outcome(got: Read) -> tuple[Any, Any, list[str]]:
    """Orders and yuan of the first post, and why rows were turned away."""
    first: dict[str, Any] = next((row for post, row in told(got) if post == "p1"), {})
    return first.get("ordered"), first.get("revenue"), got.rejected["reason"].tolist()


# ---- states


@pytest.mark.parametrize(
    "head",
    [
        *("退款状态", "订单退款状态", "售后状态", "售后/退款状态", "退款", "维权状态", "订单售后状态"),
        *("买家退款状态", "是否退款", "售后"),
    ],
)
def test_a_column_of_refunds_is_read_by_any_name(tmp_path: Path, head: str) -> None:
    for said in (
        *(
            "全额退款成功",
            "退款成功",
            "已退款",
            "退款完成",
            "已全额退款",
            "全部退款",
            "退款申请中",
            "申请退款",
        ),
        *(
            "同意退款",
            "退货退款",
            "已退",
            "是",
            "售后处理中",
            "待商家处理",
            "维权成功",
            "退款已完成",
            "已完成",
        ),
    ):
        assert outcome(one(tmp_path, f"{HEADS},{head}", f"{ROW},{said}")) == (None, None, [REFUNDED]), said
    for said in (
        *(
            "",
            "无",
            "否",
            "-",
            "无退款",
            "未申请售后",
            "退款关闭",
            "已关闭",
            "已撤销",
            "商家拒绝退款",
            "退款失败",
        ),
        *("换货完成补发", "不支持退款", "可申请", "正常"),
    ):
        got = one(tmp_path, f"{HEADS},{head}", f"{ROW},{said}")
        assert outcome(got) == (1, 128.0, []), said
        assert not got.notes["note"].str.contains("不认识").any() or said == "-", said


def test_every_column_of_states_is_heard_and_the_worst_holds(tmp_path: Path) -> None:
    heads = f"{HEADS},订单状态,支付状态,退款状态,售后状态"
    for said, why in (
        ("交易成功,已支付,,售后完成", [REFUNDED]),
        ("交易成功,未支付,,", [UNPAID]),
        ("交易关闭,已支付,无退款,", [CLOSED]),
        ("交易关闭,已支付,退款成功,", [REFUNDED]),
        ("交易成功,已支付,无退款,已关闭", []),
    ):
        assert outcome(one(tmp_path, heads, f"{ROW},{said}"))[2] == why, said


@pytest.mark.parametrize(
    ("said", "why"),
    [
        *((said, [UNGROUPED]) for said in ("待成团", "未成团", "拼团中", "拼团失败")),
        *(
            (said, [UNPAID])
            for said in ("等待买家付款", "支付超时", "超时未支付", "待付款", "未付款", "待付尾款")
        ),
        *(
            (said, [CLOSED])
            for said in ("已撤销", "已取消", "用户取消", "已失效", "交易关闭(退款)", "已关闭")
        ),
        *((said, [REFUNDED]) for said in ("已退单", "退款/售后", "退款已完成", "交易成功，已退款", "已退货")),
        *((said, []) for said in ("已成团", "交易成功，无退款", "已发货，退款关闭", "撤销退款", "部分发货")),
        *((said, []) for said in ("买家已付款", "等待卖家发货", "待评价", "备货中", "已完成")),
    ],
)
def test_states_of_orders(tmp_path: Path, said: str, why: list[str]) -> None:
    got = one(tmp_path, f"{HEADS},订单状态", f"{ROW},{said}")
    assert got.rejected["reason"].tolist() == why
    assert not got.notes["note"].str.contains("不认识").any()


def test_an_unknown_state_is_named_unless_it_may_be_a_person(tmp_path: Path) -> None:
    for said, shown in (
        ("异常", "「异常」"),
        ("平台冻结中", "「平台冻结中」"),
        ("维权结束", "「维权结束」"),
        ("王翠花", "的写法"),
        ("待王翠花", "的写法"),
        ("已联系13800138000", "的写法"),
    ):
        got = one(tmp_path, f"{HEADS},订单状态", f"{ROW},{said}")
        assert outcome(got) == (1, 128.0, [])
        assert f"从这一行起有订单状态{shown}不认识，按成交算，请核对" in got.notes["note"].tolist()
        assert "王翠花" not in everything(got)
        assert "13800138000" not in everything(got)
    got = one(tmp_path, f"{HEADS},售后状态", f"{ROW},挂起")
    assert "从这一行起有退款状态「挂起」不认识，按成交算，请核对" in got.notes["note"].tolist()


def test_columns_about_refunds_that_tell_no_state(tmp_path: Path) -> None:
    for head in ("退款时间", "退款单号"):
        got = one(tmp_path, f"{HEADS},{head}", f"{ROW},20260915")
        assert outcome(got) == (1, 128.0, [])
        assert f"「{head}」这一列没有当作退款来读，请核对里面有没有退了款的单" in got.notes["note"].tolist()
    for head in ("售后客服", "售后联系人", "售后原因", "退款说明"):
        got = one(tmp_path, f"{HEADS},{head}", f"{ROW},王翠花")
        assert outcome(got) == (1, 128.0, [])
        assert "王翠花" not in everything(got)
    # a second article of an order may have a state of its own
    rows = "E1,2026-09-14 20:30,石榴,,,已退款\n,,板栗,,K7WQ2,\nE2,2026-09-14 20:30,石榴,7,K7WQ2,无\n,,板栗,,,退款成功\n"
    got = read(table(tmp_path, f"订单号,订单创建时间,商品名称,订单实付金额,买家备注,订单售后状态\n{rows}"))
    assert reasons(got) == {2: REFUNDED, 3: REFUNDED, 5: REFUNDED}
    assert outcome(got)[:2] == (1, 7.0)


# ---- money given back

BACK = "订单号,团购标题,支付时间,商品,订单金额,{},订单状态,团员备注"


@pytest.mark.parametrize("head", ["退款金额", "已退款金额", "实际退款金额", "退款"])
def test_what_was_given_back_is_taken_off(tmp_path: Path, head: str) -> None:
    heads = BACK.format(head)
    for back, expected in (
        ("0", (1, 100.0, [])),
        ("", (1, 100.0, [])),
        ("30", (1, 70.0, [])),
        ("¥30.50", (1, 69.5, [])),
        ("100", (None, None, [REFUNDED])),
        ("120", (None, None, ["退款金额比订单金额还多，请核对"])),
    ):
        got = one(tmp_path, heads, f"K1,石榴到货,2026-09-14 20:40,石榴,100,{back},已支付,K7WQ2")
        assert outcome(got) == expected, back
        said = [note for note in got.notes["note"] if note.startswith("退了")]
        assert (
            said
            == ([f"退了 {back.strip('¥0')} 元，算一单，金额扣掉了退款"] if expected[1] in (70, 69.5) else [])
            or back == "30"
        )
    got = one(tmp_path, heads, "K1,石榴到货,2026-09-14 20:40,石榴,100,30,部分退款,K7WQ2")
    assert got.notes.loc[got.notes["row"] == 2, "note"].tolist() == ["退了 30 元，算一单，金额扣掉了退款"]
    got = one(tmp_path, heads, "K1,石榴到货,2026-09-14 20:40,石榴,,30,已支付,K7WQ2")
    assert got.notes.loc[got.notes["row"] == 2, "note"].tolist() == [
        "写了退款金额，没有写订单金额，看不出退了多少，算一单"
    ]


def test_refunds_of_orders_of_several_lines(tmp_path: Path) -> None:
    def total(*rows: str) -> tuple[Any, Any, list[str]]:
        heads = "订单号,支付时间,商品,商品金额,实付金额,退款金额,订单状态,团员备注"
        lines = "\n".join(f"K1,2026-09-14 20:40,{row},K7WQ2" for row in rows)
        return outcome(read(table(tmp_path, f"{heads}\n{lines}\n")))

    # the order's refund stands on each line, as its payment does
    assert total("石榴,70,100,30,已支付", "板栗,30,100,30,已支付") == (1, 70.0, [])
    assert total("石榴,70,100,100,已支付", "板栗,30,100,100,已支付") == (None, None, [REFUNDED] * 2)
    too_much = ["退款金额比订单金额还多，请核对"] * 2
    assert total("石榴,70,100,120,已支付", "板栗,30,100,120,已支付") == (None, None, too_much)
    # each line has its own
    assert total("石榴,70,100,20,已支付", "板栗,30,100,30,已支付") == (1, 50.0, [])
    assert total("石榴,70,,70,已支付", "板栗,30,,0,已支付") == (1, 30.0, [])
    assert total("石榴,70,,100,已支付", "板栗,30,,100,已支付") == (None, None, [REFUNDED] * 2)
    # the line that says it was given back has had the refund
    assert total("石榴,70,100,70,已退款", "板栗,30,100,70,已支付") == (1, 30.0, [REFUNDED])
    assert total("石榴,70,100,70,已退款", "板栗,30,100,0,已支付") == (1, 30.0, [REFUNDED])
    # what was paid is less than what was asked: all of it was given back
    assert outcome(
        one(
            tmp_path,
            "订单号,支付时间,商品,订单金额,实付金额,退款金额,团员备注",
            "K1,2026-09-14 20:40,石榴,100,95,100,K7WQ2",
        )
    ) == (None, None, [REFUNDED])


# ---- one order in several files

LINES = "订单号,订单创建时间,商品名称,商品数量,商品金额,买家备注\n"


def test_lines_of_an_order_in_two_files_are_one_order(tmp_path: Path) -> None:
    rows = ["E3,2026-09-14 20:42,石榴,1,70,\n", "E3,2026-09-14 20:42,板栗,1,30,K7WQ2\n"]
    whole = read(table(tmp_path, LINES + "".join(rows)))
    first, second = (table(tmp_path, LINES + row, f"{n}.csv") for n, row in enumerate(rows))
    again = table(tmp_path, LINES + rows[0], "再.csv")
    for paths in ((first, second), (second, first), (again, second, first)):
        got = read(*paths)
        assert outcome(got)[:2] == outcome(whole)[:2] == (1, 100.0)
        assert sorted(got.extra["row"]) == [2, 2]
    assert got.rejected[["path", "reason"]].values.tolist() == [
        ["再.csv", "和「0.csv」第 2 行是同一单，一字不差，只算一次"]
    ]


def test_told_again_the_later_state_holds(tmp_path: Path) -> None:
    heads = "订单号,下单时间,商品名称,实付金额,订单状态,退款金额,买家备注\n"
    paid = table(tmp_path, heads + "A1,2026-09-14 20:30,石榴,20,已支付,,K7WQ2\n", "1.csv")
    for state, expected in (
        ("已退款,", (None, None)),
        ("交易关闭,", (None, None)),
        ("已支付,5", (1, 15.0)),
        ("待付款,", (1, 20.0)),
        ("已完成,", (1, 20.0)),
    ):
        # the yuan of what was given back may be blank, the code may be missing
        for amount in ("20", "", "0") if state != "已支付,5" else ("20",):
            other = table(tmp_path, f"{heads}A1,2026-09-14 20:30:00,石榴,{amount},{state},\n", "2.csv")
            for paths in ((paid, other), (other, paid)):
                assert outcome(read(*paths))[:2] == expected, (state, amount)


def test_a_later_export_outdoes_an_earlier_one(tmp_path: Path) -> None:
    heads = "订单号,下单时间,商品名称,实付金额,订单状态,买家备注,导出时间\n"
    early = "A1,2026-09-14 20:30,石榴,20,退款中,K7WQ2,2026-09-15\nA1,2026-09-14 20:30,板栗,20,退款中,,2026-09-15\n"
    late = "A1,2026-09-14 20:30,石榴,18,已完成,,2026-09-20\n"
    one, two = table(tmp_path, heads + early, "1.csv"), table(tmp_path, heads + late, "2.csv")
    for paths in ((one, two), (two, one)):
        got = read(*paths)
        assert outcome(got) == (1, 18.0, ["这一单在「2.csv」里也有，按较晚的那份算"] * 2)
    # both exports put into one file
    got = read(table(tmp_path, heads + early + late))
    assert outcome(got) == (1, 18.0, ["这一单在第 4 行也有，按较晚的那份算"] * 2)
    # one that says nothing may be the later one: its state is heard
    silent = table(
        tmp_path,
        "订单号,下单时间,商品名称,实付金额,订单状态,买家备注\nA1,2026-09-14 20:30,石榴,18,已退款,\n",
        "3.csv",
    )
    assert outcome(read(one, two, silent))[:2] == (None, None)


GOODS = ("石榴", "板栗")
SPLIT = ["订单号", "下单时间", "商品名称", "商品金额", "实付金额", "退款金额", "订单状态", "售后状态", "备注"]


@st.composite
def orders(draw: st.DrawFn) -> list[list[str]]:
    """Rows of one export: orders of several lines, told again with other states, some with the time of the export."""
    stated = draw(st.booleans())
    rows = []
    for _ in range(draw(st.integers(1, 10))):
        day = draw(st.sampled_from(["14", "15", "20"]))
        rows.append(
            [
                draw(st.sampled_from(["A1", "A2", "A3", "A4"])),
                f"2026-09-{day} {draw(st.sampled_from(['20:30', '21:00']))}",
                draw(st.sampled_from(GOODS)),
                draw(st.sampled_from(["", "7", "30"])),
                draw(st.sampled_from(["", "20", "0"])),
                draw(st.sampled_from(["", "", "5", "60"])),
                draw(st.sampled_from(["已支付", "已支付", "待付款", "已退款", "交易关闭", "挂起"])),
                draw(st.sampled_from(["", "", "退款成功", "已关闭"])),
                draw(st.sampled_from(["", "K7WQ2", "k7wq2 谢谢", "BX3MT"])),
                draw(st.sampled_from(["2026-09-21", "2026-09-22"])) if stated else "",
            ]
        )
    return rows


def read_parts(parts: list[list[list[str]]]) -> Read:
    with tempfile.TemporaryDirectory() as folder:
        paths = []
        for number, rows in enumerate(parts):
            out = io.StringIO()
            csv.writer(out).writerows([[*SPLIT, "导出时间"], *rows])
            paths.append(table(Path(folder), out.getvalue(), f"{number}.csv"))
        return read(*paths)


@settings(max_examples=80, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(orders(), st.integers(1, 4), st.randoms(use_true_random=False))
def test_any_split_of_an_export_gives_the_same(rows: list[list[str]], files: int, rng: random.Random) -> None:
    whole = read_parts([rows])
    parts: list[list[list[str]]] = [[] for _ in range(files)]
    for row in rng.sample(rows, len(rows)):
        rng.choice(parts).append(row)
    split = read_parts([part for part in parts if part])
    # the names of the files are what differs
    pd.testing.assert_frame_equal(split.frame.drop(columns="source"), whole.frame.drop(columns="source"))
    assert sorted(split.extra["post_id"]) == sorted(whole.extra["post_id"])
    for name in ("ordered", "revenue"):
        assert round(split.rejected[name].sum(), 2) == round(whole.rejected[name].sum(), 2)
    assert len(split.rejected) == len(whole.rejected)


def test_files_of_one_layout_cover_their_days_together(tmp_path: Path) -> None:
    heads = "订单号,下单时间,实付金额,备注\n"
    one = table(tmp_path, heads + "1,2026-09-14 20:30,9,K7WQ2\n", "1.csv")
    two = table(tmp_path, heads + "2,2026-09-17 13:00,9,\n", "2.csv")
    zero = {"ordered": 0, "revenue": 0.0}
    for paths in ((one, two), (two, one)):
        got = read(*paths)
        assert told(got) == [["p1", {"ordered": 1, "revenue": 9.0}], ["p2", zero], ["p3", zero]]
        assert str(got.frame["measured_at"][0]) == "2026-09-17 13:00:00+08:00"


# ---- ids and codes, amounts, late ones


def test_an_id_and_a_code_that_disagree_are_for_a_person(tmp_path: Path) -> None:
    said = "编号是 p2「石榴到货，今晚接龙」9月14日 20:00，暗号 K7WQ2 却是 p1「石榴到货，今晚接龙」9月14日 20:00 的，没有猜，请核对"
    counts = read(table(tmp_path, "发布编号,暗号,订单数\np2,K7WQ2,5\np1,k7wq2,4\np2,没有,3\n"))
    assert told(counts) == [["p1", {"ordered": 4}], ["p2", {"ordered": 3}]]
    assert reasons(counts) == {2: said}
    assert counts.rejected[["unmatched", "ordered"]].values.tolist() == [[True, 5]]
    orders = read(table(tmp_path, "订单号,下单时间,实付金额,发布编号,备注\n1,2026-09-14 20:30,9,p2,K7WQ2\n"))
    assert reasons(orders) == {2: said}
    by_item = read(table(tmp_path, "条目编号,群,暗号,回复数\ni1,东堤买菜群,K7WQ2,7\n"))
    assert reasons(by_item) == {2: said}


def test_amounts_as_people_write_them(tmp_path: Path) -> None:
    heads = "订单号,下单时间,商品金额,商品实付金额,备注"
    for amount, revenue in (
        ("1.28万", 12800.0),
        ("1.28万元", 12800.0),
        ("12.8千", 12800.0),
        ("-0", 0.0),
        ("１２８", 128.0),
    ):
        got = one(tmp_path, heads, f"1,2026-09-14 20:30,999,{amount},K7WQ2")
        assert outcome(got) == (1, revenue, []), amount
        assert str(got.frame["revenue"][0])[0] != "-"
    for amount in ("inf", "1e20", "100000000000000000000", "1000万零一"):
        got = one(tmp_path, heads, f"1,2026-09-14 20:30,999,{amount},K7WQ2")
        large = "商品金额大得不合理（超过 1000 万元）"
        assert outcome(got)[2] == ([large] if "零" not in amount else []), amount
    counts = read(
        table(
            tmp_path, "发布编号,触达人数,回复数\np1,inf,1\np1,100000000000000000000,1\np2,-0,-0\np3,1e20,4\n"
        )
    )
    assert reasons(counts) == dict.fromkeys((2, 3, 5), "触达人数太大，请核对")
    assert told(counts) == [["p2", {"reached": 0, "replied": 0}]]


def test_an_order_long_after_its_post_counts_and_is_said(tmp_path: Path) -> None:
    assert LATE_DAYS == 30
    rows = ["1,2026-10-14 19:00", "2,2026-10-14 21:00", "3,2026-12-03 10:00"]
    got = read(
        table(tmp_path, "订单号,下单时间,实付金额,备注\n" + "".join(f"{row},9,K7WQ2\n" for row in rows))
    )
    assert outcome(got) == (3, 27.0, [])
    note = "有 2 单在发布 30 天以后才下单，最早的在 2026-10-14，照样算了，请核对是不是旧暗号"
    assert got.notes.loc[got.notes["row"] == 0, "note"].tolist()[0] == note
