"""Exports of shops and accounts, read beside the posts they speak of: what is counted, what is turned away, what is kept quiet."""

from __future__ import annotations

import gzip
from pathlib import Path
from typing import Any

import openpyxl
import pandas as pd
import pytest

from toolkit import lexicons
from toolkit.campaigns import read_group_days
from toolkit.review._results import read_results
from toolkit.review._results_rows import EXPORT
from toolkit.schema import (
    CALENDAR,
    GROUPS,
    ITEMS,
    MATCHES,
    RESULTS,
    ChoiceError,
    ColumnError,
    InputError,
    Read,
    check,
)

CAL = check(
    pd.DataFrame(
        [
            ("p1", "i1", "g1", "2026-09-14 20:00", "sent", "K7WQ2"),
            ("p2", "i1", "g2", "2026-09-14 20:00", "sent", "BX3MT"),
            ("p3", "i2", "g1", "2026-09-16 12:00", "sent", "ZPM48"),
            ("p4", "i3", "gh", "2026-09-16 08:00", "sent", ""),
            ("p5", "i4", "gs", "2026-09-17 18:00", "sent", ""),
            ("p6", "i2", "g2", "2026-09-18 12:00", "draft", "DFT23"),
            ("p7", "i5", "g1", "2026-09-18 20:00", "cancelled", "CNC23"),
            ("p8", "i5", "g2", "2026-09-18 20:00", "missed", "MSD23"),
            ("p9", "i6", "g1", "2026-10-20 20:00", "sent", "WBR29"),
        ],
        columns=["post_id", "item_id", "group_id", "starts_at", "status", "code"],
    ),
    CALENDAR,
)
ITEM = check(
    pd.DataFrame(
        {
            "item_id": ["i1", "i2", "i3", "i4", "i5", "i6"],
            "title": [
                *("石榴到货，今晚接龙", "周三菜价播报", "秋分前后吃什么：十样当季菜"),
                *("三分钟学会挑石榴", "板栗第二批", "霜降前的柿子"),
            ],
        }
    ),
    ITEMS,
)
GROUP = check(
    pd.DataFrame(
        {
            "group_id": ["g1", "g2", "gh", "gs"],
            "name": ["柳塘买菜群", "东堤买菜群", "澜江菜篮子", "菜篮子视频"],
            "members": [380, 260, 5000, 900],
            "channel": ["群", "企微群", "公众号", "视频号"],
            "slots": [["20:00"]] * 4,
            "posts_per_day": [1] * 4,
            "posts_per_week": [7] * 4,
        }
    ),
    GROUPS,
)


def read(*paths: Path, now: Any = None, calendar: pd.DataFrame = CAL) -> Read:
    return read_results(*paths, calendar=calendar, items=ITEM, groups=GROUP, now=now)


def table(folder: Path, text: str, name: str = "表.csv", encoding: str = "utf-8") -> Path:
    path = folder / name
    path.write_bytes(text.encode(encoding))
    return path


def book(folder: Path, rows: list[list[Any]], name: str, merge: tuple[str, ...] = ()) -> Path:
    workbook = openpyxl.Workbook()
    for row in rows:
        workbook.active.append(row)
    for cells in merge:
        workbook.active.merge_cells(cells)
    workbook.save(folder / name)
    return folder / name


def told(got: Read) -> list[list[Any]]:
    """Post, and the outcomes that are there."""
    names = ["reached", "opened", "clicked", "replied", "ordered", "revenue", "left", "invited"]
    return [
        [row["post_id"], {name: row[name] for name in names if not pd.isna(row[name])}]
        for row in got.frame.to_dict("records")
    ]


def reasons(got: Read) -> dict[int, str]:
    return dict(zip(got.rejected["row"], got.rejected["reason"], strict=True))


def everything(got: Read) -> str:
    return "\n".join(part.to_csv() + repr(part.to_dict("list")) for part in got)


# ---- one file of each platform


def test_kuaituantuan(tmp_path: Path) -> None:
    heads = "订单号 团购标题 跟团号 下单时间 商品名称 数量 商品金额 订单金额 实付金额 订单状态 团员备注 团长备注 收货人 电话 地址"
    day = "2026-09-14 20:30:00"
    person = ["王翠花", "13800138000", "柳塘路 18 号"]
    path = book(
        tmp_path,
        [
            ["导出时间：2026-09-20 09:00:00"],
            heads.split(),
            ["A1", "石榴到货", 1, day, "石榴", 1, 20, 50, 48.5, "已完成", "暗号ｋ７wq2谢谢", "", *person],
            ["", "", "", "", "苹果", 1, 30, "", "", "", "", "", "", "", ""],
            ["A2", "石榴到货", 2, day, "石榴", 2, 40, 40, 40, "待发货", "要甜的", "bx3mt 补记", *person],
            ["A3", "石榴到货", 3, day, "石榴", 1, 20, 20, 20, "已退款", "K7WQ2", "", *person],
            ["A4", "石榴到货", 4, day, "石榴", 1, 20, 20, 20, "待付款", "K7WQ2", "", *person],
            ["A5", "石榴到货", 5, day, "石榴", 1, 20, 20, 20, "交易关闭", "K7WQ2", "", *person],
            ["A6", "石榴到货", 6, day, "石榴", 1, 20, 20, 20, "已完成", "K7WQ3", "", *person],
            ["A7", "石榴到货", 7, day, "石榴", 1, 20, 20, -20, "已完成", "K7WQ2", "", *person],
            ["合计", "", "", "", "", 8, "", "", 208.5, "", "", "", "", "", ""],
        ],
        "一.xlsx",
        merge=("A3:A4", "B3:B4", "D3:D4", "H3:H4", "I3:I4", "J3:J4", "K3:K4"),
    )
    got = read(path)
    assert told(got) == [
        ["p1", {"ordered": 1, "revenue": 48.5}],
        ["p2", {"ordered": 1, "revenue": 40.0}],
    ]
    assert got.frame["measured_at"].astype(str).tolist() == ["2026-09-20 09:00:00+08:00"] * 2
    assert got.frame[["matched_by", "confidence"]].values.tolist() == [["code", 1.0]] * 2
    assert got.frame["source"].tolist() == ["一.xlsx〔Sheet〕"] * 2
    assert got.extra.values.tolist() == [
        ["p1", "一.xlsx〔Sheet〕", 3, "code", 1.0, "K7WQ2"],
        ["p1", "一.xlsx〔Sheet〕", 4, "code", 1.0, "K7WQ2"],
        ["p2", "一.xlsx〔Sheet〕", 5, "code", 1.0, "BX3MT"],
    ]
    assert reasons(got) == {
        6: "已退款或正在退款，不算订单",
        7: "还没有付款，不算订单",
        8: "订单已关闭或取消，不算订单",
        9: "暗号不认得；和 K7WQ2（p1「石榴到货，今晚接龙」9月14日 20:00）差一个字，没有猜",
        10: "实付金额是负数",
    }
    assert got.rejected[["unmatched", "ordered"]].fillna(0).values.tolist() == [
        *([False, 0], [False, 0], [False, 0], [True, 1], [False, 0])
    ]
    assert got.rejected.loc[3, "revenue"] == 20
    assert {11: "合计行，没有当作记录"}.items() <= dict(got.notes[["row", "note"]].values.tolist()).items()
    assert not any(name in everything(got) for name in person)
    by_head = dict(zip(got.columns["header"], got.columns["caption"], strict=True))
    assert (by_head["收货人"], by_head["电话"], by_head["团员备注"]) == (
        *("个人信息，没有读", "个人信息，没有读", "在里面找暗号"),
    )


def test_qunjielong(tmp_path: Path) -> None:
    heads = "序号 接龙标题 接龙时间 昵称 商品 数量 金额 支付状态 备注"
    first, other = "周三菜价播报", "石榴到货"
    path = book(
        tmp_path,
        [
            heads.split(),
            [1, first, "2026-09-16 12:30", "欧阳铁柱", "青菜", 2, "¥6.50", "已支付", "zpm48"],
            [1, first, "2026-09-16 12:30", "欧阳铁柱", "豆腐", 1, "3元", "已支付", "zpm48"],
            [2, first, "2026-09-16 12:31", "小林", "青菜", 1, 3.25, "未支付", "ZPM48"],
            [1, other, "2026-09-16 12:32", "小林", "石榴", 1, 10, "已支付", "ZPM48、K7WQ2"],
            [3, first, "2026-09-16 12:30", "欧阳铁柱", "青菜", 1, 3.25, "已支付", "z p m 4 8"],
        ],
        "接龙.xlsx",
    )
    got = read(path)
    assert told(got) == [["p3", {"ordered": 2, "revenue": 12.75}]]
    assert reasons(got) == {
        4: "还没有付款，不算订单",
        5: "写了几个暗号（ZPM48、K7WQ2），分不清是哪一次发布，没有猜",
    }
    # neither stated nor given: the latest time in the file
    assert str(got.frame["measured_at"][0]) == "2026-09-16 12:32:00+08:00"


def test_youzan_in_gbk_and_gz(tmp_path: Path) -> None:
    text = (
        "订单号,订单创建时间,买家付款时间,订单状态,商品名称,商品数量,订单实付金额,退款状态,买家备注,商家备注,推广来源\n"
        "E1,2026-09-14 21:00:00,2026-09-14 21:01:00,交易成功,石榴,1,20.00,无退款,,,s.example/k7wq2\n"
        "E1,2026-09-14 21:00:00,2026-09-14 21:01:00,交易成功,板栗,1,20.00,无退款,,,s.example/k7wq2\n"
        "E2,2026-09-14 21:00:00,,已发货,石榴,1,30.00,退款成功,K7WQ2,,\n"
        "E3,2026-09-14 21:00:00,,已发货,石榴,1,30.00,退款关闭,K7WQ2,,\n"
        "E4,2026-09-14 21:00:00,,已发货,石榴,2,30.00,部分退款,,K7WQ2,\n"
    )
    plain = table(tmp_path, text, "有赞.csv", "gbk")
    packed = tmp_path / "有赞.csv.gz"
    packed.write_bytes(gzip.compress(text.encode("gbk")))
    for path in (plain, packed):
        got = read(path)
        # E1's payment stands on both of its lines and counts once
        assert told(got) == [["p1", {"ordered": 3, "revenue": 80.0}], ["p2", {"ordered": 0, "revenue": 0.0}]]
        assert reasons(got) == {4: "已退款或正在退款，不算订单"}
        assert "退了一部分款，算一单，金额按表里写的，没有扣" in got.notes["note"].tolist()


def test_weidian(tmp_path: Path) -> None:
    text = (
        "订单编号,下单时间,付款时间,订单状态,商品标题,商品数量,订单金额,买家留言,分享来源\n"
        "W1,2026-09-15T02:00:00Z,,已完成,石榴,1,20,Bx3mT,\n"
        "W2,2026-09-15 10:00:00+08:00,,已完成,石榴,1,21,,code=BX3MT\n"
        "W3,1789437600000,,已完成,石榴,1,22,BX3MT,\n"
    )
    got = read(table(tmp_path, text))
    assert told(got) == [["p2", {"ordered": 3, "revenue": 63.0}]]
    assert str(got.frame["measured_at"][0]) == "2026-09-15 10:00:00+08:00"
    assert len(got.rejected) == 0


def test_an_official_account(tmp_path: Path) -> None:
    text = (
        "内容标题,发表时间,送达人数,总阅读人数,总阅读次数,总分享人数,阅读后关注人数,阅读完成率,内容url\n"
        "秋分前后吃什么？十样当季菜,2026-09-16,4800,1.2w,1.5万,30,5,40%,https://mp.example/s/1\n"
        "夜市地图,2026-09-17,4800,300,320,3,0,40%,https://mp.example/s/2\n"
        "石榴到货，今晚接龙,2026-09-14,4800,--,,3,0,40%,\n"
    )
    got = read(table(tmp_path, text), now="2026-09-21 09:00")
    assert told(got) == [["p4", {"reached": 4800, "opened": 12000}]]
    assert got.frame[["matched_by", "source"]].values.tolist() == [["title", "表.csv"]]
    assert 0.97 <= got.frame["confidence"][0] < 1
    assert str(got.frame["measured_at"][0]) == "2026-09-21 09:00:00+08:00"
    assert got.notes["note"].tolist() == ["阅读人数比送达人数多，多出的来自转发和推荐，照原样留下"]
    # a group's post is none of an account's, however alike the titles
    assert reasons(got) == {3: "没有标题相近的已发的发布", 4: "没有标题相近的已发的发布"}
    # whose calendar has nothing for the account has no post for it either
    none = read(table(tmp_path, text), calendar=CAL[CAL["group_id"] != "gh"])
    assert reasons(none) == dict.fromkeys((2, 3, 4), "排期里没有发到公众号的发布")


def test_a_video_account(tmp_path: Path) -> None:
    heads = ["视频描述", "视频ID", "发布时间", "播放量", "完播率", "喜欢", "评论量", "分享量", "关注量"]
    rows = [
        ["三分钟学会挑石榴 #石榴", "export/1", "2026-09-17 18:10:00", "10万+", "30%", 5, 6, 7, 8],
        ["三分钟学会挑石榴", "export/2", "2026-08-17 18:10:00", "90", "30%", 5, 6, 7, 8],
    ]
    got = read(book(tmp_path, [heads, *rows], "视频.xlsx"))
    assert told(got) == [["p5", {"opened": 100_000}]]
    assert reasons(got) == {3: "标题相近的发布，时间都对不上；最近的是 p5「三分钟学会挑石榴」9月17日 18:00"}


def test_days_of_groups_are_for_another_reader(tmp_path: Path) -> None:
    heads = "群名称 群主 日期 群成员总数 新增成员 退群成员 群消息数 发过消息的成员数"
    path = book(
        tmp_path, [heads.split(), ["柳塘买菜群", "王翠花", "2026-09-14", 380, 3, 1, 90, 40]], "企微.xlsx"
    )
    got = read(path)
    assert len(got.frame) == len(got.rejected) == len(got.extra) == 0
    assert got.notes["note"].tolist() == [
        "这是群的每日统计，不是单条发布的结果；请用 read_group_days 读，得到群日报"
    ]
    assert "王翠花" not in everything(got)
    days = read_group_days(path).frame
    assert days[["group_id", "members", "joined", "left", "messages", "active"]].values.tolist() == [
        ["柳塘买菜群", 380, 3, 1, 90, 40]
    ]


def test_clicks_of_links_add_up_by_day(tmp_path: Path) -> None:
    one = (
        "短链,点击次数,点击人数,统计日期\ns.example/k7wq2,30,20,2026-09-14\ns.example/k7wq2,9,8,2026-09-15\n"
    )
    two = "后缀,点击次数,统计日期\nK7WQ2,11,2026-09-15\nBX3MT,4,2026-09-15\nnever,4,2026-09-15\nbx3mt,1,2026-09-13\n"
    got = read(table(tmp_path, one, "1.csv"), table(tmp_path, two, "2.csv"))
    # the 15th is told twice: the larger of two counts of one day is the later one
    assert told(got) == [["p1", {"clicked": 31}], ["p2", {"clicked": 4}]]
    assert reasons(got) == {
        4: "没有认得的暗号，没有标题相近的已发的发布",
        5: "统计时间早于对上的发布 p2「石榴到货，今晚接龙」9月14日 20:00，请核对暗号或时间",
    }
    assert "有 1 次发布的点击数在几处都有，用统计时间最晚的" in got.notes["note"].tolist()


# ---- tables by hand


def test_a_table_by_hand_with_names_or_captions(tmp_path: Path) -> None:
    by_name = "post_id,measured_at,reached,opened,clicked,replied,ordered,revenue,left,invited\np1,2026-09-15 08:00,380,120,30,12,5,100.5,2,1\n"
    got = read(table(tmp_path, by_name))
    whole = {
        "reached": 380,
        "opened": 120,
        "clicked": 30,
        "replied": 12,
        "ordered": 5,
        "revenue": 100.5,
        "left": 2,
    }
    assert told(got) == [["p1", whole | {"invited": 1}]]
    captions = "发布编号,统计时间,触达人数,阅读数,点击数,回复数,订单数,成交额（元）,退群人数,邀请人数\np1,2026-09-15 08:00,380,120,30,12,5,100.5,2,1\n"
    other = read(table(tmp_path, captions))
    pd.testing.assert_frame_equal(got.frame, other.frame)
    assert (got.frame["matched_by"][0], got.frame["confidence"][0]) == ("id", 1.0)


def test_what_cannot_be_is_turned_away(tmp_path: Path) -> None:
    text = (
        "发布编号,触达人数,阅读数,点击数,回复数,订单数,成交额\n"
        "p1,100,90,91,,,\n"
        "p1,100,101,,,,\n"
        "p1,100,,101,,,\n"
        "p1,100,,,101,,\n"
        "p1,100,,,,101,\n"
        "p1,-5,,,,,\n"
        "p1,,,,,3,-1\n"
        "p1,,,,,3,99999999\n"
        "p1,,,,,0,5\n"
        "p1,--,,,,,\n"
        "nobody,100,,,,,\n"
        "p7,100,,,,,\n"
        "p8,100,,,,,\n"
        "p2,很多,70,,,,\n"
        "p2,很多,70,,,,\n"
    )
    got = read(table(tmp_path, text))
    assert told(got) == [["p2", {"opened": 70}]]
    assert reasons(got) == {
        2: "点击数 91 比阅读数 90 还多，请核对",
        3: "阅读数 101 比触达人数 100 还多，请核对",
        4: "点击数 101 比触达人数 100 还多，请核对",
        5: "回复数 101 比触达人数 100 还多，请核对",
        6: "订单数 101 比触达人数 100 还多，请核对",
        7: "触达人数是负数",
        8: "成交额（元）是负数",
        9: "成交额（元）大得不合理（超过 1000 万元）",
        10: "订单数是 0，成交额却不是 0，请核对",
        11: "这一行没有一个能用的数字",
        12: "发布编号不在排期里，请核对编号，或换成包含它的排期",
        13: "对上的是 p7「板栗第二批」9月18日 20:00，排期里它记的是取消，没有算进去",
        14: "对上的是 p8「板栗第二批」9月18日 20:00，排期里它记的是未发，没有算进去",
        16: "和第 15 行一样，只算一次",
    }
    # unreadable is missing with a note, and the cell is not quoted
    assert got.notes[["row", "note"]].values.tolist() == [
        [15, "触达人数读不出（看不懂的数字），按空白处理"],
        [16, "触达人数读不出（看不懂的数字），按空白处理"],
    ]


def test_item_and_group_name_a_post(tmp_path: Path) -> None:
    text = "条目编号,群,回复数\ni1,柳塘买菜群,7\ni1,G2,5\ni3,,4\ni1,,9\ni1,没有的群,9\ni9,g1,9\n"
    got = read(table(tmp_path, text))
    assert told(got) == [["p1", {"replied": 7}], ["p2", {"replied": 5}], ["p4", {"replied": 4}]]
    assert reasons(got) == {
        5: "这个条目发了 2 次，如 p1「石榴到货，今晚接龙」9月14日 20:00，没有写群，分不清",
        6: "排期里没有这个条目发到这个群的发布，请核对条目编号和群",
        7: "排期里没有这个条目发到这个群的发布，请核对条目编号和群",
    }


# ---- orders once, posts in time, zero and missing


ORDER_HEADS = "订单号,下单时间,订单状态,实付金额,团员备注,群名称,团购标题\n"


def test_the_later_measured_count_wins(tmp_path: Path) -> None:
    one = table(tmp_path, "统计时间：2026-09-20\n发布编号,阅读数\np1,50\n", "1.csv")
    two = table(tmp_path, "发布编号,统计时间,阅读数,触达人数\np1,2026-09-19 10:00,60,100\n", "2.csv")
    for paths in ((one, two), (two, one)):
        got = read(*paths)
        assert told(got) == [["p1", {"reached": 100, "opened": 50}]]
        assert str(got.frame["measured_at"][0]) == "2026-09-20 00:00:00+08:00"
        assert got.notes["note"].tolist()[0] == "有 1 次发布的阅读数在几处都有，用统计时间最晚的"


def test_an_order_is_not_older_than_its_post(tmp_path: Path) -> None:
    rows = ["1,2026-09-14 19:49", "2,2026-09-14 19:51", "3,2026-09-14", "4,2026-09-13", "5,", "6,2026-09-31"]
    got = read(table(tmp_path, ORDER_HEADS + "".join(f"{row},已完成,1,K7WQ2,,\n" for row in rows)))
    early = "下单时间早于对上的发布 p1「石榴到货，今晚接龙」9月14日 20:00，请核对暗号或时间"
    assert reasons(got) == {2: early, 5: early}
    assert told(got)[0] == ["p1", {"ordered": 4, "revenue": 4.0}]
    assert [7, "发布时间读不出（日期不存在），按空白处理"] in got.notes[["row", "note"]].values.tolist()


def test_dates_out_of_reach_and_in_the_future_are_told(tmp_path: Path) -> None:
    rows = ["1,2020-01-01 08:00,已完成,1,没有,g1,别的", "2,2026-12-30 08:00,已完成,1,K7WQ2,,"]
    got = read(table(tmp_path, ORDER_HEADS + "\n".join(rows)), now="2026-09-21")
    assert reasons(got) == {
        2: "时间是 2020-01-01，够不着任何一次发布（排期是 2026-09-14 到 2026-10-20）",
        3: "下单时间比现在还晚，请核对",
    }


def test_zero_is_not_missing(tmp_path: Path) -> None:
    rows = [
        "1,2026-09-14 20:30,已完成,9,K7WQ2,,",
        "2,2026-09-16 13:00,已完成,9,,,",
        "3,2026-11-30 13:00,已完成,9,,,",
    ]
    got = read(table(tmp_path, ORDER_HEADS + "\n".join(rows)))
    # p2 and p3 lie within the days of the export, p9 in the gap of weeks before a stray date; drafts have nothing
    zero = {"ordered": 0, "revenue": 0.0}
    assert told(got) == [["p1", {"ordered": 1, "revenue": 9.0}], ["p2", zero], ["p3", zero]]
    note = "这份订单盖住的日子里，有 2 次带暗号的发布没有人报暗号，记作 0 单"
    assert note in got.notes["note"].tolist()
    # where nobody used a code nothing is known
    assert told(read(table(tmp_path, ORDER_HEADS + rows[1]))) == []


def test_orders_without_a_code_by_group_time_and_title(tmp_path: Path) -> None:
    rows = [
        "1,2026-09-14 21:00,已完成,9,,柳塘买菜群,【接龙】石榴到货 今晚接龙翠花",
        "2,2026-09-14 21:00,已完成,9,,,石榴到货，今晚接龙",
        "3,2026-09-25 21:00,已完成,9,,柳塘买菜群,石榴到货，今晚接龙",
        "4,2026-09-14 21:00,已完成,9,,柳塘买菜群,秋游报名",
    ]
    got = read(table(tmp_path, ORDER_HEADS + "\n".join(rows)))
    assert told(got) == [["p1", {"ordered": 1, "revenue": 9.0}]]
    assert got.extra[["matched_by", "said"]].values.tolist() == [["title", "石榴到货，今晚接龙"]]
    assert reasons(got) == {
        3: "没有认得的暗号，有几次发布都像，分不清；最近的是 p1「石榴到货，今晚接龙」9月14日 20:00",
        4: "没有认得的暗号，标题和时间不够像；最近的是 p1「石榴到货，今晚接龙」9月14日 20:00",
        5: "没有认得的暗号，没有标题相近的已发的发布",
    }
    assert got.rejected["unmatched"].all()
    assert got.rejected["revenue"].sum() == 27
    # titles of sign-ups may hold names: what is kept is the post's own
    assert "翠花" not in everything(got)


def test_more_people_than_clicks_or_reads_cannot_be(tmp_path: Path) -> None:
    got = read(table(tmp_path, "暗号,点击次数,点击人数,总阅读人数,总阅读次数\nk7wq2,3,9,,\nbx3mt,,,9,3\n"))
    assert reasons(got) == {
        2: "点击数 9 比点击次数 3 还多，请核对",
        3: "阅读人数 9 比阅读次数 3 还多，请核对",
    }


def test_a_state_that_is_not_known_counts_and_is_said(tmp_path: Path) -> None:
    rows = "".join(f"{n},2026-09-14 21:00,奇怪状态,3,K7WQ2,,\n" for n in range(3))
    got = read(table(tmp_path, ORDER_HEADS + rows))
    assert told(got)[0] == ["p1", {"ordered": 3, "revenue": 9.0}]
    said = "从这一行起有订单状态的写法不认识，按成交算，请核对"
    assert got.notes.loc[got.notes["note"] == said, "row"].tolist() == [2]


# ---- files


def test_folders(tmp_path: Path) -> None:
    folder = tmp_path / "效果数据"
    (folder / "店铺").mkdir(parents=True)
    table(folder / "店铺", ORDER_HEADS + "1,2026-09-14 21:00,已完成,9,K7WQ2,,", "订单.csv")
    for name in ("README.md", ".DS_Store", "~$订单.xlsx", "截图.png"):
        (folder / name).write_text("x", "utf-8")
    table(folder, "姓名,电话\n王翠花,13800138000\n", "通讯录.csv")
    got = read(folder, folder / "店铺" / "订单.csv")
    assert told(got)[0] == ["p1", {"ordered": 1, "revenue": 9.0}]
    assert dict(zip(got.files["path"], got.files["outcome"], strict=True)) == {
        **{".DS_Store": "跳过", "README.md": "跳过", "~$订单.xlsx": "跳过", "截图.png": "跳过"},
        **{"店铺/订单.csv": "已读", "通讯录.csv": "没有读", "订单.csv": "跳过"},
    }
    assert got.rejected[["path", "row"]].values.tolist() == [["通讯录.csv", 0]]
    assert "王翠花" not in everything(got)


def test_a_table_without_a_header_names_nobody(tmp_path: Path) -> None:
    (tmp_path / "夹").mkdir()
    table(tmp_path / "夹", "王翠花,13800138000,王翠花,20\n欧阳铁柱,13900139000,K7WQ2,30\n")
    table(
        tmp_path / "夹",
        f"团长：王翠花 13800138000,,,,,,\n{ORDER_HEADS}1,2026-09-14 21:00,已完成,9,K7WQ2,,\n",
        "二.csv",
    )
    got = read(tmp_path / "夹")
    assert told(got)[0] == ["p1", {"ordered": 1, "revenue": 9.0}]
    assert not any(word in everything(got) for word in ("王翠花", "13800138000", "欧阳铁柱"))


def test_errors(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="没有给出文件"):
        read()
    with pytest.raises(InputError, match="找不到"):
        read(tmp_path / "没有.csv")
    with pytest.raises(ColumnError, match="没有认出这张表"):
        read(table(tmp_path, "姓名,电话\n王,1\n"))
    with pytest.raises(ChoiceError, match="now"):
        read(table(tmp_path, ORDER_HEADS), now="昨天")
    with pytest.raises(ColumnError, match="post_id"):
        read_results(table(tmp_path, ORDER_HEADS), calendar=pd.DataFrame({"甲": [1]}))


def test_nothing_gives_empty_frames(tmp_path: Path) -> None:
    got = read(table(tmp_path, ORDER_HEADS))
    (tmp_path / "空").mkdir()
    for one in (got, read(tmp_path / "空"), read(table(tmp_path, ORDER_HEADS), calendar=CALENDAR.empty())):
        pd.testing.assert_frame_equal(one.frame, RESULTS.empty())
        assert one.extra.columns.tolist() == MATCHES.names
        assert one.rejected.dtypes.astype(str).to_dict() == {
            **{"path": "str", "row": "int64", "reason": "str"},
            **{"unmatched": "bool", "ordered": "Int64", "revenue": "float64"},
        }


def test_the_lexicons() -> None:
    known = {*EXPORT.names, "person", "said", "ignored"}
    rows = lexicons.rows("result-headers")
    assert {row["column"] for row in rows} <= known
    assert {row["table"] for row in rows} == {"orders", "counts", "links", "days", ""}
    assert all(row["source"] and row["checked"] and row["evidence"] for row in rows)
    assert len({(row["platform"], row["header"]) for row in rows}) == len(rows)
    words = lexicons.rows("result-words")
    assert len({(row["role"], row["word"]) for row in words}) == len(words)
