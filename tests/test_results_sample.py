"""The invented world's exports, read: orders, clicks, replies and every planted fault are as truth.csv tells them."""

from __future__ import annotations

import functools
import re
from collections import Counter

import pandas as pd
import pytest

import toolkit as tk
from toolkit import lexicons, tables
from toolkit.review._match import LEAST_CONFIDENCE
from toolkit.review._results import read_results
from toolkit.schema import Read

SAMPLE = lexicons.sample_folder()
REVIEW = SAMPLE / "review"
REFUNDED = "已退款或正在退款，不算订单"
ONE_SIGN = "暗号不认得；和 … 差一个字，没有猜"
SEVERAL = "没有认得的暗号，有几次发布都像，分不清；最近的是 …"
NO_TITLE = "没有认得的暗号，没有标题相近的已发的发布"
AGAIN = "和第 … 行是同一单，一字不差，只算一次"
ROW_AGAIN = "和第 … 行一样，只算一次"
# planted: a negative quantity
NEGATIVE = "商品数量是负数"


@functools.cache
def world() -> Read:
    return read_results(
        REVIEW / "exports",
        calendar=tk.read_calendar(REVIEW / "sent.csv").frame,
        items=tk.read_items(REVIEW / "sent_items.csv").frame,
        groups=tk.read_groups(SAMPLE / "groups.csv").frame,
        now="2026-09-21 08:00",
    )


@functools.cache
def truth() -> pd.DataFrame:
    return pd.read_csv(SAMPLE / "truth.csv", dtype="str", keep_default_na=False, encoding="utf-8-sig")


def told(file: str) -> dict[str, float]:
    """What is planted in a file."""
    rows = truth()[(truth()["kind"] == "export") & (truth()["term"] == file)]
    return {
        row["how"]: float(row["value"] if row["how"] == "revenue" else row["documents"])
        for row in rows.to_dict("records")
    }


def of(frame: pd.DataFrame, file: str) -> pd.DataFrame:
    return frame[frame["path"].str.split("〔").str[0] == file]


def why(file: str) -> dict[str, int]:
    """How often each reason was given in a file, posts and rows left out."""
    reasons = of(world().rejected, file)["reason"]
    short = [
        re.sub(
            r"第 \d+ 行",
            "第 … 行",
            re.sub(r"[A-Z0-9]{5}（.*）|s\d+@g\d+「.*」\d+月\d+日 [\d:]+", "… ", reason),
        )
        for reason in reasons
    ]
    return dict(Counter(reason.strip() for reason in short))


def totals(file: str) -> int:
    return int((of(world().notes, file)["note"] == "合计行，没有当作记录").sum())


def test_orders_clicks_and_replies_are_as_planted() -> None:
    frame = world().frame
    planted = truth()[truth()["kind"] == "orders"].set_index("how")
    assert frame["ordered"].sum() == int(planted.at["counted", "documents"])
    assert round(frame["revenue"].sum(), 2) == float(planted.at["revenue", "value"])
    assert (frame["ordered"] > 0).sum() == int(planted.at["posts", "documents"])
    assert frame["clicked"].sum() == told("短链.csv")["people"]
    assert frame["clicked"].notna().sum() == told("短链.csv")["posts"]
    assert frame["replied"].sum() == told("回复手记.csv")["replies"]
    # every post that was sent, and no other; what no order names has none, all days being covered
    calendar = tk.read_calendar(REVIEW / "sent.csv").frame
    assert set(frame["post_id"]) == set(calendar.loc[calendar["status"] == "sent", "post_id"])
    assert frame["ordered"].notna().all()


@pytest.mark.parametrize(
    ("file", "matched"),
    [
        *(("快团团.xlsx", "counted"), ("群接龙.xlsx", "counted"), ("有赞.csv", "counted")),
        *(("微店.csv", "counted"), ("短链.csv", "counted"), ("回复手记.csv", "counted")),
        *(("公众号后台.xlsx", "with_code"), ("视频号助手.xlsx", "with_code")),
    ],
)
def test_every_row_is_in_its_place(file: str, matched: str) -> None:
    planted = told(file)
    rows = of(world().extra, file)
    assert len(rows) == planted[matched]
    assert totals(file) == planted["total"] == 1
    assert len(rows) + len(of(world().rejected, file)) + totals(file) == planted["rows"]
    assert set(rows["matched_by"]) == ({"id"} if file == "回复手记.csv" else {"code"})
    assert set(rows["confidence"]) == {1.0}


@pytest.mark.parametrize("file", ["快团团.xlsx", "群接龙.xlsx", "有赞.csv", "微店.csv"])
def test_orders_of_a_shop_are_as_planted(file: str) -> None:
    paid = {
        "快团团.xlsx": "实付金额",
        "群接龙.xlsx": "金额",
        "有赞.csv": "订单实付金额",
        "微店.csv": "订单金额",
    }
    from toolkit import tables

    (table,) = tables.open_tables(REVIEW / "exports" / file)
    amounts = dict(zip(table.row_numbers, table.columns[table.header.index(paid[file])], strict=True))
    counted = sum(float(amounts[row]) for row in of(world().extra, file)["row"])
    assert round(counted, 2) == told(file)["revenue"]


def test_the_faults_of_the_shops_are_turned_away_each_with_its_reason() -> None:
    planted = {file: told(file) for file in ("快团团.xlsx", "群接龙.xlsx", "有赞.csv", "微店.csv")}
    assert why("快团团.xlsx") == {
        **{AGAIN: 5, NEGATIVE: 1, REFUNDED: 14, ONE_SIGN: 4},
        **{SEVERAL: 11, "没有认得的暗号，没有写是哪个群，定不了；最近的是 …": 1},
    }
    # one with an unknown code was given back as well
    assert why("群接龙.xlsx") == {NEGATIVE: 1, REFUNDED: 18, ONE_SIGN: 5, SEVERAL: 13}
    assert why("有赞.csv") == {NEGATIVE: 1, REFUNDED: 5, ONE_SIGN: 4, SEVERAL: 3, NO_TITLE: 3}
    # the same orders in another shop's export
    also = "这一单在「有赞.csv」里也有，只算一次"
    assert why("微店.csv") == {NEGATIVE: 1, REFUNDED: 1, ONE_SIGN: 2, also: 11}
    for file, faults in planted.items():
        found = why(file)
        assert found.get(AGAIN, 0) + found.get(also, 0) == faults["duplicate"], file
        assert found[NEGATIVE] == faults["impossible"], file
        assert found[REFUNDED] == faults["refunded"], file
        assert found[ONE_SIGN] in (faults["unknown_code"], faults["unknown_code"] - 1), file
        without = sum(times for reason, times in found.items() if reason.startswith("没有认得的暗号"))
        assert without == faults["without_code"], file


def test_the_faults_of_links_accounts_and_replies_are_turned_away_each_with_its_reason() -> None:
    assert why("短链.csv") == {ROW_AGAIN: 3, NO_TITLE: 2, "点击数 9 比点击次数 4 还多，请核对": 1}
    assert why("回复手记.csv") == {
        ROW_AGAIN: 1,
        "发布编号不在排期里，请核对编号，或换成包含它的排期": 1,
        "回复数是负数": 1,
    }
    # groups of this world have no account, so its titles name no post; by code they need none
    assert why("公众号后台.xlsx") == {"排期里没有发到公众号的发布": 12, "阅读次数是负数": 1}
    assert why("视频号助手.xlsx") == {"排期里没有发到视频号的发布": 6, "阅读次数是负数": 1}
    days = [file for file in world().files["path"] if file.startswith("企业微信群统计")]
    assert world().files.set_index("path").loc[days, "outcome"].tolist() == ["跳过"]


def test_reasons_are_short_and_name_one_post_at_most() -> None:
    reasons = world().rejected["reason"]
    assert reasons.str.len().max() <= 60
    assert reasons.str.count("「s?").max() <= 1
    assert reasons.str.count(r"s\d+@g\d+").max() == 1
    everything = "\n".join(part.to_csv() for part in world())
    private = truth().loc[truth()["kind"] == "private", "term"]
    assert [term for term in private if term in everything] == []


def test_posts_of_an_account_are_matched_by_title_and_reviewed_by_their_reads() -> None:
    (table,) = tables.open_tables(REVIEW / "exports" / "公众号后台.xlsx")
    told = pd.DataFrame(list(table.records), columns=table.header).iloc[:-1]  # the last row is the total
    known = told[told["总阅读次数"].astype(int) > 0].reset_index(drop=True)
    ids = [f"a{place}" for place in range(len(known))]
    # the plan's titles before somebody put a last hand to two of them, and its times, some minutes off
    titles = known["内容标题"].tolist()
    titles[0], titles[1] = titles[0].replace("二十个", "20 个"), f"{titles[1]}，先到先得"
    planned = pd.to_datetime(known["发表时间"]) - pd.to_timedelta(
        [place % 7 for place in range(len(known))], unit="min"
    )
    calendar = pd.DataFrame(
        {"post_id": ids, "item_id": ids, "group_id": "gzh", "starts_at": planned, "status": "sent"}
    )
    # one that the account has and the plan has not
    calendar = calendar.iloc[:-1]
    items = pd.DataFrame({"item_id": ids, "title": titles, "kind": "value"})
    account = {
        "group_id": "gzh",
        "name": "澜江周末簿",
        "channel": "公众号",
        "members": 3000,
        "slots": "20:30",
    }
    groups = pd.DataFrame([account | {"posts_per_day": 2, "posts_per_week": 7}])
    read = read_results(
        REVIEW / "exports" / "公众号后台.xlsx",
        calendar=calendar,
        items=items,
        groups=groups,
        now="2026-09-21 08:00",
    )
    assert read.frame["post_id"].tolist() == ids[:-1]
    assert set(read.extra["matched_by"]) == {"title"} and set(read.frame["matched_by"]) == {"title"}
    assert read.frame["confidence"].between(LEAST_CONFIDENCE, 1, inclusive="left").all()
    assert read.extra["said"].tolist() == titles[:-1]
    assert read.frame["opened"].tolist() == known["总阅读人数"].astype(int).tolist()[:-1]
    assert sorted(reason.split("，")[0] for reason in read.rejected["reason"]) == [
        "没有标题相近的已发的发布",
        "阅读次数是负数",
    ]
    review = tk.review_posts(calendar, read.frame, items=items, groups=groups)
    assert review.outcome == "opened" and review.posts["outcome"].unique().tolist() == ["opened"]
    assert review.posts["result"].tolist() == read.frame["opened"].tolist()
    assert review.posts["expected"].notna().all()
