"""A small week built by hand: what the writers' tests write."""

import datetime as dt
from pathlib import Path
from typing import Any

import pandas as pd

from toolkit import schema
from toolkit.export import write_report
from toolkit.schema import Plan, check

WEEK = ["2026-09-21", "2026-09-22", "2026-09-25", "2026-09-27"]


def make_groups() -> pd.DataFrame:
    return check(
        pd.DataFrame(
            {
                "group_id": ["g1", "g2", "g3"],
                "name": ["柳塘鲜友一群", "东堤鲜友二群", "望湖故事群"],
                "segment": ["生鲜", "生鲜", "童书"],
                "members": [320, 180, 240],
                "slots": [["08:00", "20:00"], ["20:00"], ["12:30"]],
                "posts_per_day": [2, 1, 1],
                "posts_per_week": [6, 4, 4],
            }
        ),
        schema.GROUPS,
    )


def make_items() -> pd.DataFrame:
    return check(
        pd.DataFrame(
            {
                "item_id": ["i1", "i2", "i3"],
                "title": ["中秋前一周，大闸蟹怎么挑", "减法礼盒到货", "睡前共读：第一本书"],
                "kind": ["value", "promotion", "discussion"],
                "minutes": [30, 0, 20],
                "owner": ["小满", "小满", "阿苇"],
                "copy": ["看肚脐，掂分量，捏蟹腿。", None, "今晚读哪一本？"],
            }
        ),
        schema.ITEMS,
    )


def make_plan() -> Plan:
    calendar = check(
        pd.DataFrame(
            {
                "post_id": ["p1", "p2", "p3", "p4", "p5"],
                "item_id": ["i1", "i1", "i2", "i3", "i2"],
                "group_id": ["g1", "g2", "g1", "g3", "g2"],
                "starts_at": [
                    "2026-09-21 20:00",
                    "2026-09-21 20:00",
                    "2026-09-25 08:00",
                    "2026-09-27 12:30",
                    "2026-09-22 20:00",
                ],
                "status": ["draft", "draft", "pinned", "draft", "cancelled"],
                "value": [3.2, 1.8, 6.4, 2.4, 0.0],
                "reason": ["晚上读的人多", "晚上读的人多", "你固定的", "周日中午故事群最活跃", ""],
                "sequence": [0, 0, 2, 0, 1],
            }
        ),
        schema.CALENDAR,
    )
    unplaced = check(
        pd.DataFrame(
            {
                "item_id": ["i2", "i3"],
                "group_id": ["g3", "g1"],
                "rule_id": ["festival", "outbid"],
                "reason": ["中秋当天只发和中秋有关的促销", "位置让给了「减法礼盒到货」"],
            }
        ),
        schema.UNPLACED,
    )
    return Plan(
        calendar=calendar,
        unplaced=unplaced,
        value=13.8,
        bound=14.0,
        gap=0.2 / 14.0,
        items=make_items(),
        groups=make_groups(),
        start=dt.date(2026, 9, 21),
        days=7,
    )


def make_documents() -> pd.DataFrame:
    return check(
        pd.DataFrame(
            {
                "doc_id": ["d1", "d2", "d3"],
                "source": ["鲜邻优选社", "澜江周末簿", "鲜邻优选社"],
                "channel": ["公众号", "抖音", "公众号"],
                "title": ["石门岭的蟹到了，母蟹先红", "带娃去望月湖看蟹农起笼", "一斤四只，账算给你看"],
                "body": ["正文一", "正文二", "正文三"],
                "published_at": ["2026-09-18 08:00", "2026-09-19 12:00", "2026-09-20"],
                "url": ["https://example.com/1", None, "https://example.com/3?a=1&b=2"],
                "reads": [12345, 860, None],
            }
        ),
        schema.DOCUMENTS,
    )


def make_trends() -> pd.DataFrame:
    return check(
        pd.DataFrame(
            {
                "term": ["大闸蟹", "桂花拿铁", "绘本"],
                "score": [92.4, 80.0, 12.0],
                "q_value": [0.0001, 0.03, 0.8],
                "lift": [9.3, 7.0, 1.0],
                "documents": [7, 5, 6],
                "baseline_documents": [3, 0, 24],
                "sources": [3, 3, 2],
                "tfidf": [0.3, 0.2, 0.1],
                "first_seen": ["2026-09-02 08:00", "2026-09-15", "2026-06-30"],
                "status": ["rising", "new", "steady"],
                "is_new_word": [False, True, False],
                "variants": [["母蟹"], [], []],
                "evidence": [["d1", "d2", "d3"], ["d2"], []],
            }
        ),
        schema.TRENDS,
    )


def make_topics() -> pd.DataFrame:
    return check(
        pd.DataFrame(
            {
                "topic_id": ["t1", "t2"],
                "label": ["大闸蟹", "桂花拿铁"],
                "terms": [["大闸蟹", "母蟹"], ["桂花拿铁"]],
                "score": [81.2, 64.9],
                "part_heat": [-0.03, -0.12],
                "part_spread": [-0.04, -0.2],
                "gate": ["pass", "warn"],
                "angle": ["算账：一家三口吃一顿要多少钱（同行 3 篇里没人用）", ""],
                "evidence": [["d1", "d2", "d3"], ["d2"]],
            }
        ),
        schema.TOPICS,
    )


def make_headlines() -> pd.DataFrame:
    return check(
        pd.DataFrame(
            {
                "headline": ["一斤四只还是三只，大闸蟹的账这样算", "全网最低价的桂花拿铁"],
                "craft": [78.0, 41.0],
                "part_length": [18.0, 9.0],
                "part_specific": [15.0, 8.0],
                "part_other": [45.0, 24.0],
                "gate": ["pass", "block"],
                "findings": [0, 1],
                "chance": [0.58, None],
                "chance_low": [0.51, None],
                "chance_high": [0.65, None],
                "clickbait": [0.1, 0.7],
                "width": [34, 20],
                "visible": ["一斤四只还是三只，大闸蟹的账", "全网最低价的桂花拿铁"],
                "advice": [["把「这样算」换成具体的数"], ["删去「全网最低价」"]],
            }
        ),
        schema.HEADLINES,
    )


def make_rivals() -> pd.DataFrame:
    best = [
        {
            "title": "石门岭的蟹到了，母蟹先红",
            "url": "https://example.com/1",
            "reads": 12345,
            "published_at": pd.Timestamp("2026-09-18 08:00", tz="Asia/Shanghai"),
        }
    ]
    return pd.DataFrame(
        {
            "source": ["鲜邻优选社", "澜江周末簿", "慢烘研究所"],
            "channel": ["公众号", "抖音", "B站"],
            "documents": [5, 4, 0],
            "before": [3.5, float("nan"), 2.0],
            "copied": [0.2, 0.0, float("nan")],
            "top_titles": [best, [], []],
        }
    )


def make_history() -> pd.DataFrame:
    starts = [dt.date(2026, 9, 7), dt.date(2026, 9, 14)]
    return pd.DataFrame({"term": ["大闸蟹"] * 2, "starts": starts, "documents": [1, 7], "total": [24, 30]})


def full_report(path: Path, **more: Any) -> Path:
    given_frames = {
        "trends": make_trends(),
        "topics": make_topics(),
        "headlines": make_headlines(),
        "plan": make_plan(),
        "documents": make_documents(),
        "rivals": make_rivals(),
        "history": make_history(),
        "notes": ["有 3 篇没有发布时间，没有算进升降"],
        "rejected": pd.DataFrame({"path": ["a.csv"], "row": [7], "reason": ["没有标题也没有正文"]}),
    }
    return write_report(path, **{**given_frames, **more})
