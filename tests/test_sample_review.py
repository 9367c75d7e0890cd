"""What came back to the invented world: a calendar that was sent, exports with planted faults, effects of known size."""

import datetime as dt
import functools
import re
import unicodedata

import pandas as pd
import pytest

import toolkit as tk
from toolkit import lexicons, tables
from toolkit.review import judge_test
from toolkit.schema import COSTS, TESTS, check

REVIEW = lexicons.sample_folder() / "review"
EXPORTS = REVIEW / "exports"
ORDERS = ("快团团.xlsx", "群接龙.xlsx", "有赞.csv", "微店.csv")
HEADERS = {
    "快团团.xlsx": "订单号 团购标题 跟团号 下单时间 商品名称 数量 商品金额 订单金额 实付金额 订单状态 团员备注 团长备注 收货人"
    " 联系电话 收货地址",
    "群接龙.xlsx": "接龙编号 接龙标题 接龙时间 昵称 商品 数量 金额 支付状态 备注",
    "有赞.csv": "订单号 订单创建时间 买家付款时间 订单状态 商品名称 商品数量 订单实付金额 退款状态 买家备注 商家备注 推广来源",
    "微店.csv": "订单编号 下单时间 付款时间 订单状态 商品标题 商品数量 订单金额 买家留言 分享来源",
    "公众号后台.xlsx": "内容标题 发表时间 送达人数 总阅读人数 总阅读次数 总分享人数 阅读后关注人数 阅读完成率 内容url",
    "视频号助手.xlsx": "视频描述 视频ID 发布时间 播放量 完播率 喜欢 评论量 分享量 关注量",
    "企业微信群统计.xlsx": "群名称 群主 日期 群成员总数 新增成员 退群成员 群消息数 发过消息的成员数",
    "短链.csv": "短链 点击次数 点击人数 统计日期",
    "回复手记.csv": "发布编号 统计时间 回复数 数据来源",
}
# the order number, the paid amount, the quantity and the columns that may hold a code
ORDER_COLUMNS = {
    "快团团.xlsx": ("订单号", "实付金额", "数量", "下单时间", ("团员备注", "团长备注")),
    "群接龙.xlsx": ("接龙编号", "金额", "数量", "接龙时间", ("备注",)),
    "有赞.csv": ("订单号", "订单实付金额", "商品数量", "订单创建时间", ("买家备注", "商家备注", "推广来源")),
    "微店.csv": ("订单编号", "订单金额", "商品数量", "下单时间", ("买家留言", "分享来源")),
}
BRANDS = [
    "星巴克",
    "瑞幸",
    "盒马",
    "美团",
    "京东",
    "淘宝",
    "天猫",
    "拼多多",
    "抖音",
    "小红书",
    "肯德基",
    "麦当劳",
    "蜜雪",
    "喜茶",
    "叮咚",
    "每日优鲜",
    "得物",
    "当当",
    "樊登",
]


def planted(kind: str) -> pd.DataFrame:
    truth = pd.read_csv(
        lexicons.sample_folder() / "truth.csv", dtype="str", keep_default_na=False, encoding="utf-8-sig"
    )
    return truth[truth["kind"] == kind]


@functools.cache
def sent() -> pd.DataFrame:
    read = tk.read_calendar(REVIEW / "sent.csv")
    assert read.rejected.empty and read.notes.empty
    return read.frame


@functools.cache
def sent_items() -> pd.DataFrame:
    read = tk.read_items(REVIEW / "sent_items.csv")
    assert read.rejected.empty and read.notes.empty
    return read.frame


@functools.cache
def export(name: str) -> list[dict[str, str]]:
    (table,) = tables.open_tables(EXPORTS / name)
    assert table.header == HEADERS[name].split()
    return [
        dict(zip(table.header, [str(cell).strip() for cell in row], strict=True)) for row in table.records
    ]


def told(name: str) -> dict[str, int]:
    rows = planted("export")
    rows = rows[(rows["term"] == name) & (rows["documents"] != "")]
    return {how: int(count) for how, count in zip(rows["how"], rows["documents"], strict=True)}


def code_of(*cells: str) -> str:
    """The one code of the calendar that is named, else "?" for a code-like word of digits and capitals, else ""."""
    words = re.findall("[A-Z0-9]{5}", unicodedata.normalize("NFKC", " ".join(cells)).upper())
    known = [word for word in words if word in set(sent()["code"])]
    return known[0] if known else ("?" if any(re.search("[A-Z]", word) for word in words) else "")


@functools.cache
def orders(name: str) -> pd.DataFrame:
    """The orders of an export, without the 合计 row, with code, amount and what is wrong with them."""
    number, paid, quantity, time, said = ORDER_COLUMNS[name]
    rows = [row for row in export(name) if row[number] != "合计"]
    return pd.DataFrame(
        {
            "number": [row[number] for row in rows],
            "code": [code_of(*(row[column] for column in said)) for row in rows],
            "paid": [float(row[paid]) for row in rows],
            "impossible": [float(row[quantity]) < 0 for row in rows],
            "refunded": [any("退款" in cell or cell == "交易关闭" for cell in row.values()) for row in rows],
            "day": pd.to_datetime([row[time] for row in rows], format="mixed").date,
        }
    )


@functools.cache
def counted_orders() -> pd.DataFrame:
    """Each order that counts, once: with a known code, paid and not given back."""
    whole = pd.concat([orders(name) for name in ORDERS], keys=ORDERS, names=["file", None]).reset_index(
        "file"
    )
    whole = whole[~whole["impossible"]].drop_duplicates("number")
    return whole[(whole["code"] != "") & (whole["code"] != "?") & ~whole["refunded"]]


def test_the_sent_calendar_is_eight_weeks_of_the_planner_with_a_code_for_each_post() -> None:
    frame, items = sent(), sent_items()
    groups = tk.read_groups(lexicons.sample_folder() / "groups.csv").frame
    assert (len(items), len(frame), frame["group_id"].nunique()) == (60, 384, 12)
    assert set(frame["item_id"]) <= set(items["item_id"]) and set(frame["group_id"]) <= set(
        groups["group_id"]
    )
    assert (frame["post_id"] == frame["item_id"] + "@" + frame["group_id"]).all()
    assert frame["code"].is_unique and frame["code"].str.fullmatch("[A-Z0-9]{5}").all()
    assert frame["status"].value_counts().to_dict() == {"sent": 363, "missed": 14, "cancelled": 7}
    assert frame["starts_at"].min().date() >= dt.date(2026, 7, 27)
    assert frame["starts_at"].max().date() <= dt.date(2026, 9, 20)
    assert not (tk.check_calendar(frame, items, groups)["severity"] == "block").any()
    # a code depends on item and group alone, so the planner gives the same to posts that stand without one
    bare = frame.assign(code=None, status="sent")
    again = tk.plan_posts(items, groups, start="2026-09-21", days=1, previous=bare, effort="quick").calendar
    assert dict(zip(again["post_id"], again["code"], strict=True)) == dict(
        zip(frame["post_id"], frame["code"], strict=True)
    )


def test_items_costs_and_tests_of_the_review_hang_together() -> None:
    items = sent_items()
    costs = pd.read_csv(REVIEW / "costs.csv", encoding="utf-8-sig")
    tests = pd.read_csv(REVIEW / "tests.csv", encoding="utf-8-sig")
    assert COSTS.names == costs.columns.tolist() and TESTS.names == tests.columns.tolist()
    check(costs, COSTS)
    check(tests, TESTS)
    campaigns = items[items["campaign"] != ""]
    assert campaigns.groupby("campaign")["phase"].agg(set).to_dict() == {
        name: {"warmup", "promotion", "review"} for name in costs["campaign"]
    }
    assert tests.groupby("test")["item_id"].nunique().tolist() == [2, 2]
    went = sent().groupby("item_id")["group_id"].agg(set)
    # both versions went to the same groups, so that they are compared inside them
    assert all(
        len({frozenset(went[item]) for item in part["item_id"]}) == 1 for _, part in tests.groupby("test")
    )
    links = items["link"].dropna()
    assert len(links) > 20 and links.str.startswith("https://example.com/").all()


def test_both_tests_end_as_planted() -> None:
    tests = pd.read_csv(REVIEW / "tests.csv", encoding="utf-8-sig")
    members = tk.read_groups(lexicons.sample_folder() / "groups.csv").frame.set_index("group_id")["members"]
    hits = counted_orders()["code"].value_counts()
    posts = (
        sent()
        .merge(tests, on="item_id")
        .assign(
            shown=lambda frame: frame["group_id"].map(members),
            hits=lambda frame: frame["code"].map(hits).fillna(0),
        )
    )
    posts["hits"] = posts["hits"].astype(int)
    judged = {
        test: judge_test(part[["arm", "group_id", "shown", "hits"]]) for test, part in posts.groupby("test")
    }
    assert {test: one.verdict for test, one in judged.items()} == {
        "葡萄怎么写": "够了",
        "挂耳怎么开头": "继续",
    }
    assert judged["葡萄怎么写"].best == "先教怎么挑"


def test_every_text_of_the_review_passes_the_gate_and_names_no_brand() -> None:
    items = sent_items()
    costs = pd.read_csv(REVIEW / "costs.csv", encoding="utf-8-sig")
    chat = (REVIEW / "nightly_chat.txt").read_text(encoding="utf-8")
    told_titles = {row["内容标题"] for row in export("公众号后台.xlsx")} | {
        row["视频描述"] for row in export("视频号助手.xlsx")
    }
    texts = [*items["title"], *items["copy"], *costs["note"], *sorted(told_titles), *chat.split("\n")]
    assert items["copy"].str.len().between(40, 120).all() and items["title"].str.len().between(8, 24).all()
    blocked = [one for one in texts if (tk.check_copy(one, platform="group")["severity"] == "block").any()]
    assert blocked == []
    names = " ".join([*texts, *(str(row) for name in HEADERS for row in export(name))])
    assert [brand for brand in BRANDS if brand in names] == []


@pytest.mark.parametrize("name", ORDERS)
def test_orders_hold_the_planted_faults(name: str) -> None:
    number = ORDER_COLUMNS[name][0]
    expected, frame = told(name), orders(name)
    real = frame[~frame["impossible"]]
    # orders of one group stand in both shops' exports: they count for the first
    before = orders("有赞.csv")["number"] if name == "微店.csv" else []
    again = real["number"].duplicated() | real["number"].isin(before)
    once = real[~again]
    found = {
        "rows": len(export(name)),
        "total": sum(row[number] == "合计" for row in export(name)),
        "impossible": int(frame["impossible"].sum()),
        "duplicate": int(again.sum()),
        "without_code": int((once["code"] == "").sum()),
        "unknown_code": int((once["code"] == "?").sum()),
        "refunded": int(once["refunded"].sum()),
        "counted": int(((once["code"] != "") & (once["code"] != "?") & ~once["refunded"]).sum()),
    }
    assert found == {how: count for how, count in expected.items() if how != "merged"}


def test_orders_that_count_are_as_told_and_no_more_than_the_groups_days_have() -> None:
    frame = counted_orders().merge(sent()[["code", "group_id", "status", "starts_at"]], on="code")
    rows = planted("orders").set_index("how")
    assert len(frame) == int(rows.at["counted", "documents"])
    assert frame["code"].nunique() == int(rows.at["posts", "documents"])
    assert frame["paid"].sum().round(2) == float(rows.at["revenue", "value"])
    assert set(frame["status"]) == {"sent"}
    assert (frame["day"] >= frame["starts_at"].dt.date).all()
    assert (frame["day"] <= dt.date(2026, 9, 20)).all()
    days = pd.read_csv(lexicons.sample_folder() / "group_days.csv", encoding="utf-8-sig")
    days["day"] = pd.to_datetime(days["日期"]).dt.date
    sums = frame.groupby(["group_id", "day"])["paid"].agg(["size", "sum"]).reset_index()
    both = sums.merge(days, left_on=["group_id", "day"], right_on=["群编号", "day"])
    assert len(both) > 60
    assert (both["size"] <= both["订单"]).all() and (both["sum"] <= both["成交额"] + 0.005).all()


def test_codes_are_written_as_people_write_them() -> None:
    said = [row[column] for name in ORDERS for row in export(name) for column in ORDER_COLUMNS[name][4]]
    codes = [cell for cell in said if code_of(cell) not in ("", "?")]
    wide = [cell for cell in codes if unicodedata.normalize("NFKC", cell) != cell and "，" not in cell]
    assert len(wide) > 30
    assert sum(cell.islower() for cell in codes) > 30
    assert sum(bool(re.fullmatch("[A-Z0-9]{5}", cell)) for cell in codes) > 30
    assert sum("199-0000-" in cell for cell in codes) > 5


def test_people_in_the_exports_are_plainly_invented() -> None:
    markers = planted("private")["term"].tolist()
    assert markers == ["虚构", "199-0000-"]
    for row in [row for row in export("快团团.xlsx") if row["订单号"] != "合计"]:
        assert row["收货人"].startswith("虚构") and row["收货地址"].startswith("虚构路")
        assert row["联系电话"].startswith("199-0000-")
    assert all(row["昵称"].startswith("虚构") for row in export("群接龙.xlsx") if row["接龙编号"] != "合计")
    every = " ".join(str(row) for name in HEADERS for row in export(name))
    assert re.findall(r"(?<![0-9A-Z])1\d{10}(?!\d)", every) == []


def test_counts_of_accounts_links_days_and_replies_hold_the_planted_faults() -> None:
    clicks = [row for row in export("短链.csv") if row["短链"] != "合计"]
    known = [
        row for row in clicks if code_of(row["短链"].removeprefix("https://example.com/s/")) not in ("", "?")
    ]
    fit = {tuple(row.values()) for row in known if int(row["点击人数"]) <= int(row["点击次数"])}
    assert told("短链.csv") == {
        **{
            "rows": len(clicks) + 1,
            "posts": len({row[0] for row in fit}),
            "duplicate": len(known) - len(fit) - 1,
        },
        **{"unknown_code": len(clicks) - len(known), "impossible": 1, "total": 1, "counted": len(fit)},
        "people": sum(int(row[2]) for row in fit),
    }
    replies = [row for row in export("回复手记.csv") if row["发布编号"] != "合计"]
    fit = {
        tuple(row.values())
        for row in replies
        if row["发布编号"] in set(sent()["post_id"]) and row["回复数"][0] != "-"
    }
    assert told("回复手记.csv") == {
        **{"rows": len(replies) + 1, "counted": len(fit), "replies": sum(int(row[2]) for row in fit)},
        **{"duplicate": 1, "unknown_post": 1, "impossible": 1, "total": 1},
    }
    assert len(replies) == len(fit) + 3
    days = [row for row in export("企业微信群统计.xlsx") if row["群名称"] != "合计"]
    odd = [row for row in days if int(row["发过消息的成员数"]) > int(row["群成员总数"])]
    assert told("企业微信群统计.xlsx") == {
        "rows": len(days) + 1,
        "counted": 84,
        "impossible": len(odd),
        "total": 1,
    }
    assert len(days) == 85
    account, films = export("公众号后台.xlsx"), export("视频号助手.xlsx")
    titles = sent().merge(sent_items()[["item_id", "title"]], on="item_id")["title"].value_counts()
    assert told("公众号后台.xlsx") == {
        "rows": len(account),
        "with_code": sum(code_of(row["内容url"].rpartition("/")[2]) not in ("", "?") for row in account),
        "title_of_several": 6,
        "elsewhere": sum(
            row["内容标题"] not in titles and row["内容标题"] != "合计" and row["总阅读次数"][0] != "-"
            for row in account
        ),
        **{"impossible": sum(row["总阅读次数"].startswith("-") for row in account), "total": 1},
    }
    assert told("视频号助手.xlsx") == {
        "rows": len(films),
        "with_code": sum(code_of(row["视频描述"]) not in ("", "?") for row in films),
        **{"elsewhere": 6, "impossible": sum(row["播放量"].startswith("-") for row in films), "total": 1},
    }


def test_days_of_the_work_groups_are_those_of_the_groups_own_table() -> None:
    names = tk.read_groups(lexicons.sample_folder() / "groups.csv").frame.set_index("name")["group_id"]
    days = pd.read_csv(lexicons.sample_folder() / "group_days.csv", encoding="utf-8-sig", dtype="str")
    own = {(row["群编号"], row["日期"]): row for row in days.fillna("").to_dict("records")}
    same = 0
    for row in export("企业微信群统计.xlsx"):
        known = own.get((names.get(row["群名称"], ""), row["日期"].replace("/", "-")[:10]))
        if known is not None:
            same += 1
            assert (row["群成员总数"], row["群消息数"]) == (known["人数"], known["消息数"])
    assert same == 56


def test_planted_effects_are_in_the_figures_at_about_their_size() -> None:
    members = tk.read_groups(lexicons.sample_folder() / "groups.csv").frame.set_index("group_id")["members"]
    effects = planted("effect").set_index(["facet", "term", "outcome"])["value"].astype(float)
    hits = counted_orders()["code"].value_counts()
    frame = sent()[sent()["status"] == "sent"].merge(sent_items()[["item_id", "kind", "topic"]], on="item_id")
    frame["orders"] = frame["code"].map(hits).fillna(0)
    frame["usual"] = frame["group_id"].map(members) * frame["group_id"].map(
        effects["group"].xs("ordered", level="outcome")
    )
    sales = frame[frame["kind"] == "promotion"]
    at_eight = sales["starts_at"].dt.strftime("%H:%M") == "20:00"

    def ratio(mask: "pd.Series[bool]", table: pd.DataFrame, column: str) -> float:
        rate = [table.loc[part, column].sum() / table.loc[part, "usual"].sum() for part in (mask, ~mask)]
        return float(rate[0] / rate[1])

    assert 1.2 < ratio(at_eight, sales, "orders") < 2.1  # planted: 1.5
    assert 1.4 < ratio(sales["topic"] == "当季水果", sales, "orders") < 2.6  # 1.6 beside a mean below 1
    assert 0.2 < ratio(sales["topic"] == "礼盒团购", sales, "orders") < 0.55  # 0.35
    assert 0.7 < ratio(sales["topic"] == "快手菜", sales, "orders") < 1.3  # 1: it does nothing
    replies = {
        row["发布编号"]: int(row["回复数"]) for row in export("回复手记.csv") if row["回复数"][0] != "-"
    }
    talked = frame[frame["post_id"].isin(replies)].copy()
    talked["replies"] = talked["post_id"].map(replies)
    talked["usual"] = talked["group_id"].map(members) * talked["group_id"].map(
        effects["group"].xs("replied", level="outcome")
    )
    assert 1.3 < ratio(talked["kind"] == "discussion", talked, "replies") < 2.0  # planted: 1.6
    cold = talked["group_id"] == "g08"
    assert 0.7 < ratio(cold, talked, "replies") < 1.4  # as planted, beside its own 0.3


def test_the_nightly_chat_holds_what_is_told_of_it() -> None:
    read = tk.read_text((REVIEW / "nightly_chat.txt").read_text(encoding="utf-8"))
    assert len(read.frame) == 91 and read.rejected.empty
    numbers = planted("chat").set_index("how")["documents"].astype(int)
    answers = planted("chat_answer")
    assert numbers.to_dict() == {
        "messages": 96,
        **answers["how"].value_counts().rename(lambda how: f"{how}s").to_dict(),
    }
    themes = planted("chat_theme")
    first = answers[answers["how"] == "answer"]
    assert first["term"].value_counts().to_dict() == dict(
        zip(themes["term"], themes["documents"].astype(int), strict=True)
    )
    assert all(read.frame["body"].str.startswith(begin).sum() == 1 for begin in answers["original"])
    text_itself = (REVIEW / "nightly_chat.txt").read_text(encoding="utf-8")
    private = planted("chat_private")["term"]
    assert len(private) >= 18 and all(term in text_itself for term in private)


def test_the_review_of_the_sample_stays_small() -> None:
    assert sum(path.stat().st_size for path in REVIEW.rglob("*") if path.is_file()) < 400_000
