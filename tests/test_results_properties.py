"""Any export of orders: each row ends in one place, the order of rows says nothing, and nobody is named."""

from __future__ import annotations

import csv
import io
import random
import tempfile
from pathlib import Path

import pandas as pd
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from test_results import everything, read, table

from toolkit.schema import Read

NAMES = ["王翠花", "欧阳铁柱", "13800138000", "澜江市柳塘路 18 号 3 单元", "wxid_tiezhu88"]
PERSON_HEADS = ("收货人", "联系电话", "收货地址", "昵称", "微信号", "身份证号", "买家", "会员名")
REMARKS = (
    "",
    "暗号k7wq2",
    "Ｂ Ｘ ３ Ｍ Ｔ",
    "K7WQ3",
    "dft23",
    "K7WQ2 BX3MT",
    "{}说要甜的",
    "ZPM48，送到{}",
    "请打{}",
)
STATES = ("已完成", "待付款", "已退款", "部分退款", "没见过的状态", "")
AMOUNTS = ("20", "0", "-3", "¥12.5", "", "多少", "99999999", "13800138000")
TIMES = ("2026-09-14 20:30", "2026-09-13 08:00", "2026-09-16T06:00:00Z", "", "昨天", "2026/9/17", "王翠花")
TITLES = ("石榴到货，今晚接龙", "秋游", "", "合计")


@st.composite
def exports(draw: st.DrawFn) -> list[list[str]]:
    """Rows of an export of orders with personal columns, some of them blank, repeated or totals."""
    person = st.sampled_from(NAMES)
    rows = []
    for _ in range(draw(st.integers(0, 12))):
        remark = draw(st.sampled_from(REMARKS)).format(draw(person))
        rows.append(
            [
                draw(st.sampled_from(["", "A1", "A2", "A3", "A4", "A5", "合计"])),
                draw(st.sampled_from(TIMES)),
                draw(st.sampled_from(STATES)),
                draw(st.sampled_from(AMOUNTS)),
                remark,
                draw(st.sampled_from(["柳塘买菜群", "g2", "", "别的群"])),
                draw(st.sampled_from(TITLES)),
                draw(st.sampled_from(["石榴", "板栗"])),
                *(draw(person) for _ in PERSON_HEADS),
            ]
        )
    return rows


HEADS = [
    "订单号",
    "下单时间",
    "订单状态",
    "实付金额",
    "团员备注",
    "群名称",
    "团购标题",
    "商品名称",
    *PERSON_HEADS,
]


def read_rows(rows: list[list[str]]) -> Read:
    out = io.StringIO()
    csv.writer(out).writerows([HEADS, *rows])
    with tempfile.TemporaryDirectory() as folder:
        return read(table(Path(folder), out.getvalue()))


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(exports())
def test_every_row_is_in_one_place_and_nobody_is_named(rows: list[list[str]]) -> None:
    got = read_rows(rows)
    totals = got.notes.loc[got.notes["note"] == "合计行，没有当作记录", "row"].tolist()
    places = [*got.extra["row"], *got.rejected["row"], *totals]
    assert sorted(places) == list(range(2, len(rows) + 2))
    assert not [name for name in NAMES if name in everything(got)]
    assert got.frame["ordered"].fillna(0).sum() <= len(got.extra)


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(exports(), st.randoms(use_true_random=False))
def test_the_order_of_rows_does_not_matter(rows: list[list[str]], rng: random.Random) -> None:
    # a row with neither number, time nor state goes on with the order above it: its place is what it says
    rows = [row for row in rows if any(row[:3])]
    mixed = rng.sample(rows, len(rows))
    pd.testing.assert_frame_equal(read_rows(rows).frame, read_rows(mixed).frame)
