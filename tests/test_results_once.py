"""One order in several exports, codes in links, and posts that still say they were not sent."""

from __future__ import annotations

from pathlib import Path

from test_results import CAL, ORDER_HEADS, read, reasons, table, told


def test_an_order_counts_once_however_often_exported(tmp_path: Path) -> None:
    one = (
        ORDER_HEADS
        + "A1,2026-09-14 20:30,已完成,20,K7WQ2,,\nA1,2026-09-14 20:30,已完成,20,K7WQ2,,\nA2,2026-09-14 20:31,已完成,30,K7WQ2,,\n"
    )
    # a week later A2 has been given back
    two = (
        ORDER_HEADS
        + "A1,2026-09-14 20:30,已完成,20,K7WQ2,,\nA2,2026-09-14 20:31,已退款,30,K7WQ2,,\nA3,2026-09-20 20:31,已完成,5,K7WQ2,,\n"
    )
    first, second = table(tmp_path, one, "1.csv"), table(tmp_path, two, "2.csv")
    for paths in ((first, second), (second, first)):
        got = read(*paths)
        assert told(got)[0] == ["p1", {"ordered": 2, "revenue": 25.0}]
        assert got.rejected[["path", "row", "reason"]].values.tolist() == [
            ["1.csv", 3, "和第 2 行是同一单，一字不差，只算一次"],
            ["1.csv", 4, "和「2.csv」第 3 行是同一单的同一件，那里的状态更晚，只算一次"],
            ["2.csv", 2, "和「1.csv」第 2 行是同一单，一字不差，只算一次"],
            ["2.csv", 3, "已退款或正在退款，不算订单"],
        ]
    again = read(first)
    assert told(again)[0] == ["p1", {"ordered": 2, "revenue": 50.0}]
    assert reasons(again) == {3: "和第 2 行是同一单，一字不差，只算一次"}
    assert "有 1 行是同一个订单又写了一遍，只算一次" in again.notes["note"].tolist()


def test_two_shops_add_up_and_counted_orders_win_over_a_typed_total(tmp_path: Path) -> None:
    one = table(tmp_path, ORDER_HEADS + "1,2026-09-14 20:30,已完成,20,K7WQ2,,\n", "1.csv")
    weidian = (
        "订单编号,下单时间,订单状态,商品标题,订单金额,买家留言\n1,2026-09-14 20:40,已完成,石榴,7.1,K7WQ2\n"
    )
    two = table(tmp_path, weidian, "2.csv")
    typed = table(tmp_path, "暗号,订单数,回复数\nk7wq2,9,4\n", "3.csv")
    got = read(one, two, typed)
    assert told(got)[0] == ["p1", {"replied": 4, "ordered": 2, "revenue": 27.1}]
    assert got.frame["source"][0] == "1.csv、2.csv、3.csv"


WEIDIAN_HEADS = "订单编号,下单时间,订单状态,商品标题,订单金额,买家留言\n"
YOUZAN_HEADS = "订单号,订单创建时间,订单状态,商品名称,订单实付金额,退款状态,买家备注\n"


def test_one_order_in_the_exports_of_two_shops_counts_once(tmp_path: Path) -> None:
    youzan = [
        "Y1\t,2026-09-14 20:30:10,交易成功,石榴,20.00,,K7WQ2",
        "Y2\t,2026-09-14 20:31:10,交易成功,石榴,20.00,,",
        "Y3\t,2026-09-14 20:32:10,交易成功,石榴,20.00,,K7WQ2",
        "Y4\t,2026-09-14 20:33:10,交易成功,石榴,20.00,,K7WQ2",
        "Y5\t,2026-09-14 20:34:10,交易关闭,石榴,20.00,退款成功,K7WQ2",
        "Y6\t,2026-09-14 20:35:10,交易成功,石榴,50.00,,K7WQ2",
        "Y6\t,2026-09-14 20:35:10,交易成功,苹果,50.00,,K7WQ2",
        "Y9\t,2026-09-14 23:00:00,交易成功,石榴,1.00,,K7WQ2",
    ]
    weidian = [
        "Y1,2026/09/14 20:30,已完成,石榴,20,K7WQ2",
        "Y2,2026/09/14 20:31:10,已完成,石榴,20,bx3mt",
        "Y3,2026/09/14 20:32:10,已完成,石榴,21,K7WQ2",
        "Y4,2026/09/14 20:43:10,已完成,石榴,20,K7WQ2",
        "Y5,2026/09/14 20:34:10,已完成,石榴,20,K7WQ2",
        "Y6,2026/09/14 20:35:10,已完成,石榴,50,K7WQ2",
    ]
    one = table(tmp_path, YOUZAN_HEADS + "\n".join(youzan), "有赞.csv")
    two = table(tmp_path, WEIDIAN_HEADS + "\n".join(weidian), "微店.csv")
    for paths in ((one, two), (two, one)):
        got = read(*paths)
        # Y3 with another amount and Y4 at another time are orders of their own; Y2's code stands in the older copy
        assert told(got)[:2] == [
            ["p1", {"ordered": 7, "revenue": 152.0}],
            ["p2", {"ordered": 1, "revenue": 20.0}],
        ]
        gone = "这一单在「有赞.csv」里也有，只算一次"
        assert got.rejected[["path", "row", "reason"]].values.tolist() == [
            *(["微店.csv", row, gone] for row in (2, 3, 6, 7)),
            ["有赞.csv", 6, "已退款或正在退款，不算订单"],
        ]
        assert got.notes.loc[got.notes["path"] == "微店.csv", "note"].tolist()[:1] == [
            "有 4 行是同一个订单又写了一遍，只算一次"
        ]


def test_three_shops_and_two_exports_of_one_of_them(tmp_path: Path) -> None:
    first = table(tmp_path, YOUZAN_HEADS + "Y1,2026-09-14 20:30:10,交易成功,石榴,20,,K7WQ2", "1.csv")
    # changed a day later; the shop of the third export has both amounts of it
    later = (
        "导出时间：2026-09-16\n"
        + YOUZAN_HEADS
        + "Y1,2026-09-14 20:30:10,交易成功,石榴,18,,K7WQ2\nY2,2026-09-15 20:30:10,交易成功,石榴,5,,K7WQ2"
    )
    second = table(tmp_path, later, "2.csv")
    third = table(tmp_path, WEIDIAN_HEADS + "Y1,2026-09-14 20:30,已完成,石榴,20,K7WQ2", "3.csv")
    fourth = table(tmp_path, ORDER_HEADS + "Y1,2026-09-14 20:30,已完成,18,K7WQ2,,", "4.csv")
    for paths in ((first, second, third, fourth), (fourth, third, second, first)):
        assert told(read(*paths))[0] == ["p1", {"ordered": 2, "revenue": 23.0}]


def test_links_in_any_column_may_hold_the_code(tmp_path: Path) -> None:
    account = "内容标题,发表时间,送达人数,总阅读人数,总阅读次数,内容url\n"
    rows = [
        "石榴,2026-09-14,900,80,90,https://mp.example/a/k7wq2",
        "石榴,2026-09-14,900,70,90,https://mp.example/a?from=group&code=Bx3Mt#x",
        "石榴,2026-09-14,900,60,90,https://mp.example/a/i2",
    ]
    got = read(table(tmp_path, account + "\n".join(rows)))
    # by code no channel is needed: both posts are groups'
    assert told(got) == [["p1", {"reached": 900, "opened": 80}], ["p2", {"reached": 900, "opened": 70}]]
    assert got.extra["said"].tolist() == ["K7WQ2", "BX3MT"]
    assert reasons(got) == {4: "没有标题相近的已发的发布"}
    for head in ("原文链接", "文章url", "URL", "落地页网址", "链接"):
        got = read(table(tmp_path, f"标题,{head},阅读数\n石榴,https://s.example/r?c=zpm48,7\n"))
        assert told(got) == [["p3", {"opened": 7}]], head


def test_a_code_that_two_posts_have_is_not_guessed_at(tmp_path: Path) -> None:
    calendar = CAL.assign(code=["SAME2", "SAME2", *CAL["code"][2:]])
    got = read(table(tmp_path, ORDER_HEADS + "1,2026-09-14 21:00,已完成,9,same2,,"), calendar=calendar)
    said = "暗号 SAME2 有 2 次发布在用，如 p1「石榴到货，今晚接龙」9月14日 20:00，没有猜。请各换一个"
    assert reasons(got) == {2: said}


def test_what_still_says_draft_is_matched_by_code_and_id_and_not_by_title(tmp_path: Path) -> None:
    calendar = CAL.assign(status=["draft", "pinned", "draft", *["draft"] * 6])
    rows = "1,2026-09-14 21:00,已完成,9,K7WQ2,,\n2,2026-09-16 13:00,已完成,9,,g1,周三菜价播报\n"
    orders = table(tmp_path, ORDER_HEADS + rows, "1.csv")
    typed = table(tmp_path, "发布编号,回复数\np2,4\np9,5\n", "2.csv")
    got = read(orders, typed, calendar=calendar, now="2026-09-21 09:00")
    # no zeros for what says draft and has no record
    assert told(got) == [["p1", {"ordered": 1, "revenue": 9.0}], ["p2", {"replied": 4}]]
    assert got.rejected[["path", "row", "reason", "unmatched"]].values.tolist() == [
        ["1.csv", 3, "没有认得的暗号，没有标题相近的已发的发布", True],
        ["2.csv", 3, "对上的是 p9「霜降前的柿子」10月20日 20:00，还没有到发布时间，也没有记成已发", True],
    ]
    assert got.notes.loc[got.notes["path"] == "", "note"].tolist() == [
        "排期里没有一次发布记成已发，只能按暗号和编号对，不按标题对",
        "有 2 次发布在排期里还是待发或已定，却有记录写着它们的暗号或编号，按发过算。请改成已发",
    ]
    # nobody says what time it is
    assert told(read(typed, calendar=calendar)) == [["p2", {"replied": 4}], ["p9", {"replied": 5}]]
    early = table(tmp_path, ORDER_HEADS + "1,2026-09-14 19:00,已完成,9,K7WQ2,,", "3.csv")
    said = "下单时间早于对上的发布 p1「石榴到货，今晚接龙」9月14日 20:00，请核对暗号或时间"
    assert reasons(read(early, calendar=calendar)) == {2: said}
