"""Four weeks after, built by hand: a Review and the tables that lie beside it, for the tests of what shows them."""

import datetime as dt
from typing import Any

import numpy as np
import pandas as pd

from toolkit import schema
from toolkit.schema import Review, check

GROUP_NAMES = {"g1": "柳塘鲜友一群", "g2": "东堤鲜友二群", "g3": "望湖故事群"}
MEMBERS = {"g1": 320, "g2": 180, "g3": 240}
TITLES = {
    "promotion": "减法礼盒到货，今晚开团",
    "value": "中秋前一周，大闸蟹怎么挑",
    "discussion": "睡前共读：今晚读哪一本",
    "poll": "下周的早市，几点开合适",
}
START = dt.date(2026, 8, 24)


def make_groups() -> pd.DataFrame:
    rows = [
        {"group_id": key, "name": name, "members": MEMBERS[key], "slots": ["08:00", "20:00"]}
        | {"posts_per_day": 2, "posts_per_week": 6}
        for key, name in GROUP_NAMES.items()
    ]
    return check(pd.DataFrame(rows), schema.GROUPS)


def make_posts(count: int = 60, *, outcome: str = "ordered", seed: int = 8) -> pd.DataFrame:
    """So many posts over days, some of them missed or cancelled; results by a seeded draw."""
    draw = np.random.default_rng(seed)
    kinds, groups = list(TITLES), list(GROUP_NAMES)
    rows: list[dict[str, Any]] = []
    for place in range(count):
        kind, group = kinds[place % 4], groups[place % 3]
        day = START + dt.timedelta(days=place * 28 // count)
        slot = "20:00" if place % 5 else "08:00"
        status = "missed" if place % 17 == 5 else "cancelled" if place % 29 == 7 else "sent"
        weight = {"promotion": 2.0, "value": 1.0, "discussion": 1.2, "poll": 0.8}[kind]
        usual = MEMBERS[group] / 100 * weight
        found = int(draw.poisson(usual * draw.gamma(3, 1 / 3)))
        known = bool(outcome) and status == "sent" and place % 7 != 3
        value = (found + 2) / (usual + 2)
        spread = 1.96 / np.sqrt(found + 2)
        rows.append(
            {
                "post_id": f"p{place:04d}",
                "item_id": f"i{place // 3}",
                "group_id": group,
                "title": f"{TITLES[kind]}（第 {place // 3 + 1} 期）",
                "kind": kind,
                "topic": ["大闸蟹", "绘本", ""][place % 3],
                "campaign": "中秋" if place % 2 else "",
                "phase": "promotion" if place % 2 else "",
                "starts_at": f"{day} {slot}",
                "status": status,
                "members": MEMBERS[group],
                "planned": usual,
                "outcome": outcome if known else "",
                "result": found if known else None,
                "expected": round(usual, 2) if known else None,
                "value": round(value, 3) if known else None,
                "low": round(value * np.exp(-spread), 3) if known else None,
                "high": round(value * np.exp(spread), 3) if known else None,
                "ordered": found if known else None,
                "revenue": found * 39.0 if known else None,
                "replied": int(draw.poisson(3)) if status == "sent" and kind != "promotion" else None,
            }
        )
    return check(pd.DataFrame(rows), schema.POST_REVIEWS)


def _effect(facet: str, name: str, value: float, half: float, verdict: str, **more: Any) -> dict[str, Any]:
    return {
        "facet": facet,
        "name": name,
        "outcome": "ordered",
        "posts": 24,
        "total": 88,
        "rate": 1.4,
        "value": value,
        "low": round(value / half, 3),
        "high": round(value * half, 3),
        "p_better": 0.99 if value > 1 else 0.02,
        "verdict": verdict,
        "sentence": "",
        **more,
    }


def make_effects() -> pd.DataFrame:
    rows = [
        _effect("slot", "20:00", 1.52, 1.22, "keep", sentence="晚上八点发的，订单比别的时段多，留着。"),
        _effect("kind", "promotion", 1.31, 1.18, "keep", sentence="促销带来的订单多于平常，照这个量发。"),
        _effect(
            "topic", "绘本", 0.62, 1.3, "stop", posts=18, sentence="绘本这个选题的订单少于平常，先少发。"
        ),
        _effect(
            "headline",
            "带数字",
            1.28,
            1.35,
            "try",
            posts=9,
            needed=12,
            sentence="带数字的标题看着好一些，再试几次。",
        ),
        _effect(
            "group",
            "g3",
            0.86,
            1.4,
            "unsure",
            posts=17,
            needed=20,
            sentence="望湖故事群和平常差多少，还说不准。",
        ),
        _effect(
            "kind", "poll", 1.1, 1.7, "unsure", posts=12, needed=31, sentence="投票和平常差多少，还说不准。"
        ),
        _effect("kind", "discussion", 0.97, 1.5, "unsure", posts=13, needed=26),
        _effect("phase", "warmup", 1.05, 1.9, "unsure", posts=6, needed=40),
        _effect("weekday", "2", 0.9, 1.8, "unsure", posts=8),
        _effect("topic", "大闸蟹", 1.2, 1.6, "unsure", posts=14, needed=15),
    ]
    return check(pd.DataFrame(rows), schema.EFFECTS)


def make_funnel() -> pd.DataFrame:
    stages = [
        ("acquisition", "进群人数 ÷ 前一天人数", 740, 36, 0.0486, 0.035, 0.066),
        ("activation", "说话人数 ÷ 群人数", 15540, 1321, 0.085, 0.071, 0.101),
        ("revenue", "订单数 ÷ 群人数", 15540, 214, 0.0138, 0.011, 0.0171),
    ]
    rows = [
        {"campaign": "中秋", "group_id": group, "stage": stage, "measured_by": by, "entered": entered // part}
        | {"passed": passed // part, "rate": rate, "low": low, "high": high, "interval": "Wilson（95%）"}
        for group, part in (("", 1), ("g1", 3), ("g2", 3))
        for stage, by, entered, passed, rate, low, high in stages
    ]
    return check(pd.DataFrame(rows), schema.FUNNEL)


def make_visits() -> pd.DataFrame:
    rows = [
        {
            "group_id": "g1",
            "measure": "visits",
            "days": 28,
            "value": 3.2,
            "low": 2.6,
            "high": 3.9,
            "unit": "人次/天",
        }
        | {"change": 1.18, "change_low": 0.92, "change_high": 1.51},
        {
            "group_id": "g2",
            "measure": "repeat",
            "days": 28,
            "value": 0.31,
            "low": 0.22,
            "high": 0.42,
            "unit": "次/单",
        },
    ]
    return check(pd.DataFrame(rows), schema.VISITS)


def make_returns() -> pd.DataFrame:
    row = {"campaign": "中秋", "posts": 30, "ordered": 66, "revenue": 2574.0, "cost": 600.0, "goods": 1200.0}
    row |= {"profit": 774.0, "roi": 1.29, "low": 0.71, "high": 1.98, "cost_per_order": 9.09}
    return check(pd.DataFrame([row]), schema.RETURNS)


def make_problems() -> pd.DataFrame:
    rows = [
        {
            "incident": "left",
            "group_id": "g1",
            "happened_at": "2026-09-03 21:00",
            "count": 6,
            "post_id": "p0021",
        }
        | {"hours_after": 1.0, "why": "一天里发了两次促销", "change": "促销隔一天再发", "usual": 1.2}
        | {"title": "减法礼盒到货，今晚开团", "kind": "promotion", "found_by": "days", "q_value": 0.01},
        {
            "incident": "complaint",
            "group_id": "g2",
            "happened_at": "2026-09-11",
            "count": 1,
            "why": "之前两天没有发布",
        },
    ]
    return check(pd.DataFrame(rows), schema.PROBLEMS)


def make_weights() -> pd.DataFrame:
    rows = [
        {
            "weight_id": "类型：促销",
            "facet": "kind",
            "name": "promotion",
            "now": 1.0,
            "proposed": 1.3,
            "low": 1.11,
        }
        | {"high": 1.55, "posts": 24, "outcome": "ordered", "why": "促销的订单多于平常。"},
        {
            "weight_id": "选题：绘本",
            "facet": "topic",
            "name": "绘本",
            "now": 1.0,
            "proposed": 0.62,
            "low": 0.48,
        }
        | {"high": 0.81, "posts": 18, "outcome": "ordered", "why": "绘本的订单少于平常。"},
    ]
    return check(pd.DataFrame(rows), schema.WEIGHTS)


def make_review(**more: Any) -> Review:
    """A review of four weeks by orders; `more` replaces fields."""
    effects = make_effects()
    by = {
        name: effects[effects["facet"] == facet] for name, facet in (("groups", "group"), ("kinds", "kind"))
    }
    given = {
        "posts": make_posts(),
        **by,
        "verdicts": effects,
        "funnel": make_funnel(),
        "problems": make_problems(),
        "visits": make_visits(),
        "returns": make_returns(),
        "weights": make_weights(),
        "outcome": "ordered",
        "start": START,
        "end": START + dt.timedelta(days=27),
        "notes": ("3 行结果没有对上发布，没有算。",),
    }
    return Review(**{**given, **more})


def make_tests() -> pd.DataFrame:
    rows = [
        {
            "test": "礼盒标题",
            "arm": "甲",
            "title": "减法礼盒到货",
            "outcome": "ordered",
            "shown": 320,
            "hits": 12,
        }
        | {"rate": 0.0375, "low": 0.021, "high": 0.064, "p_best": 0.1, "decided": "够了"},
        {
            "test": "礼盒标题",
            "arm": "乙",
            "title": "今晚开团：减法礼盒",
            "outcome": "ordered",
            "shown": 310,
            "hits": 30,
        }
        | {
            "rate": 0.0968,
            "low": 0.068,
            "high": 0.135,
            "p_best": 0.9,
            "decided": "够了",
            "sentence": "乙比甲好，够了。",
        },
        {"test": "共读时间", "arm": "早", "title": "早晨共读", "outcome": "replied", "shown": 200, "hits": 9}
        | {"rate": 0.045, "low": 0.024, "high": 0.083, "p_best": 0.4, "decided": "继续"},
        {"test": "共读时间", "arm": "晚", "title": "睡前共读", "outcome": "replied", "shown": 210, "hits": 11}
        | {
            "rate": 0.0524,
            "low": 0.029,
            "high": 0.091,
            "p_best": 0.6,
            "decided": "继续",
            "sentence": "还要大约 900 人。",
        },
    ]
    return check(pd.DataFrame(rows), schema.TEST_VERDICTS)


def make_skills() -> pd.DataFrame:
    rows = [
        {"when": "before", "posts": 140, "accuracy": 0.53, "low": 0.48, "high": 0.58, "baseline": 0.52}
        | {"shown": "不给", "reason": "还没有明显胜过只看长短。"},
        {"when": "after", "posts": 188, "accuracy": 0.57, "low": 0.531, "high": 0.61, "baseline": 0.52}
        | {"shown": "给"},
    ]
    return check(pd.DataFrame(rows), schema.SKILLS)


def make_calls() -> pd.DataFrame:
    rows = [
        {"term": term, "called": called, "documents": 9, "usual": 2.5, "came": came, "share": came / 400}
        | {"usual_share": 0.006, "outcome_of_call": told, "sentence": said}
        for term, called, came, told, said in (
            ("大闸蟹", "rising", 14, "hit", "大闸蟹：后来 14 篇，确实多了。"),
            ("桂花拿铁", "new", 8, "hit", "桂花拿铁：后来 8 篇，确实多了。"),
            ("露营", "rising", 2, "miss", "露营：后来 2 篇，没有多起来。"),
            ("月饼盒", "rising", 4, "unsure", ""),
        )
    ]
    return check(pd.DataFrame(rows), schema.TREND_CALLS)


def make_record() -> pd.DataFrame:
    rows = [
        {
            "advice_kind": "trends",
            "given": 4,
            "right": 2,
            "wrong": 1,
            "unsure": 1,
            "rate": 0.667,
            "low": 0.208,
        }
        | {"high": 0.939, "by_chance": 0.21, "sentence": "热词说对 2 个，说错 1 个；随便挑大约两成会对。"},
        {
            "advice_kind": "calendar",
            "given": 60,
            "right": 54,
            "wrong": 6,
            "unsure": 0,
            "rate": 0.9,
            "low": 0.799,
        }
        | {"high": 0.953, "sentence": "排好的 60 次发了 54 次。"},
        {
            "advice_kind": "times",
            "given": 3,
            "right": 0,
            "wrong": 0,
            "unsure": 3,
            "sentence": "时段还说不准。",
        },
    ]
    return check(pd.DataFrame(rows), schema.ADVICE_RECORD)


def make_times() -> pd.DataFrame:
    """Two groups, seven days, three slots: Friday and Saturday evening surely better, Monday morning surely worse."""
    rows: list[dict[str, Any]] = []
    for group, shift in (("g1", 0.0), ("g2", 0.02)):
        for day in range(7):
            for place, slot in enumerate(("08:00", "12:30", "20:00")):
                value = 1 + (place - 1) * 0.12 + shift
                half = 1.5
                if place == 2 and day in (4, 5):
                    value, half = 1.55 + day * 0.02, 1.3
                if place == 0 and day == 0:
                    value, half = 0.6, 1.4
                rows.append(
                    {"group_id": group, "weekday": day, "slot": slot, "value": value, "low": value / half}
                    | {"high": value * half, "posts": 4 if group == "g1" else 1, "outcome": "ordered"}
                )
    return check(pd.DataFrame(rows), schema.TIMES)


def whole_review() -> dict[str, Any]:
    """Every argument of write_review beside the review and the path."""
    return {
        "title": "复盘：八月下旬到九月中旬",
        "purpose": "这四周想弄明白两件事：晚上八点发促销是不是更好卖，绘本这个选题要不要接着做。",
        "why": "中秋前礼盒备得足，晚上八点以后大家下班，群里说话的人多。",
        "next_steps": ["周三前把绘本的两条改成共读活动（阿苇）", "中秋礼盒只排在周五、周六晚上（小满）"],
        "tests": make_tests(),
        "skills": make_skills(),
        "calls": make_calls(),
        "record": make_record(),
        "times": make_times(),
        "groups": make_groups(),
    }
