"""Codes in texts, titles beside posts: what is found, what is only near, and how often a title is right."""

from __future__ import annotations

import datetime as dt
import itertools
import random
from collections.abc import Iterator

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from toolkit.review._match import LEAST_CONFIDENCE, Codes, Found, Posts, Titled
from toolkit.schema import TIME_ZONE

# as plan_posts makes them: a letter first
DRAWN = st.from_regex("[BCDFGHJKMNPQRSTVWXYZ][BCDFGHJKMNPQRSTVWXYZ2-9]{4}", fullmatch=True)
CODES = ["K7WQ2", "BX3MT", "ZPM48"]
SIGNS = "BCDFGHJKMNPQRSTVWXYZ23456789"


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("K7WQ2", ("K7WQ2",)),
        ("k7wq2", ("K7WQ2",)),
        ("Ｋ７ＷＱ２", ("K7WQ2",)),
        ("ｋ7wq２", ("K7WQ2",)),
        ("暗号k7wq2谢谢", ("K7WQ2",)),
        ("暗号：K7WQ2。周六自提", ("K7WQ2",)),
        ("K7 WQ2", ("K7WQ2",)),
        ("k 7 w q 2", ("K7WQ2",)),
        ("K7-WQ2", ("K7WQ2",)),
        ("K7　WQ2", ("K7WQ2",)),
        ("https://s.example/K7WQ2?from=group", ("K7WQ2",)),
        ("群里说的\u200bBX3MT", ("BX3MT",)),
        ("K7WQ2 还有 bx3mt", ("K7WQ2", "BX3MT")),
        ("K7WQ2 K7WQ2", ("K7WQ2",)),
        ("K7WQ3", ()),
        ("K7WQ22", ()),
        ("AK7WQ2", ()),
        ("K7WQ", ()),
        ("K7WQ，2 份", ()),
        ("", ()),
        ("不要葱", ()),
    ],
)
def test_a_code_is_found_as_people_write_it(text: str, found: tuple[str, ...]) -> None:
    assert Codes(CODES).find(text) == found


@pytest.mark.parametrize(
    ("text", "near"),
    [
        ("暗号 K7WQ3", ("K7WQ2",)),
        ("k7w q3", ("K7WQ2",)),
        ("KK7WQ2", ()),
        ("K7XX3", ()),
        ("13800138000", ()),
        ("要两斤", ()),
    ],
)
def test_one_sign_wrong_is_near_and_no_match(text: str, near: tuple[str, ...]) -> None:
    book = Codes(CODES)
    assert (book.find(text), book.nearest(text)) == ((), near)


def test_codes_of_an_editors_own() -> None:
    book = Codes(["中秋", "中秋茶", "A-12", "88", "X", "20260914", ""])
    assert book.find("报中秋茶的") == ("中秋茶",)
    assert book.find("要“中 秋”的") == ("中秋",)
    assert book.find("a12") == ("A12",)
    assert book.find("A 12") == ("A12",)
    # short ones and numbers only where nothing else can be meant
    assert book.find("88") == ("88",)
    assert book.find("来 88 斤") == ()
    assert book.find("暗号88，谢谢") == ("88",)
    assert book.find("x") == ("X",)
    assert book.find("XL 码") == ()
    assert book.find("20260914") == ("20260914",)


@given(
    st.lists(DRAWN, min_size=1, max_size=20, unique=True),
    st.data(),
    st.sampled_from(["{}", "暗号{}", "{}谢谢", "要甜的，{}，周六取", "({})", "暗号： {} 。"]),
    st.sampled_from([str, str.lower, lambda code: "".join(chr(ord(sign) + 0xFEE0) for sign in code)]),
)
def test_every_code_is_found_and_no_other(
    codes: list[str], data: st.DataObject, form: str, change: object
) -> None:
    code = data.draw(st.sampled_from(codes))
    assert Codes(codes).find(form.format(change(code))) == (code,)  # type: ignore[operator]


@given(DRAWN, st.integers(0, 4), st.sampled_from(SIGNS))
def test_any_wrong_sign_is_near(code: str, place: int, sign: str) -> None:
    wrong = code[:place] + sign + code[place + 1 :]
    book = Codes([code])
    if wrong == code:
        assert book.find(wrong) == (code,)
    else:
        assert (book.find(wrong), book.nearest(wrong)) == ((), (code,))


# ---- titles


def posts_of(rows: list[tuple[str, str, str, str]], status: str = "sent") -> Posts:
    """Posts of (id, title, group, time)."""
    calendar = pd.DataFrame(
        [
            {
                "post_id": key,
                "item_id": key,
                "group_id": group,
                "starts_at": at,
                "status": status,
                "title": title,
            }
            for key, title, group, at in rows
        ]
    )
    return Posts(calendar, None, None)


def micros(text: str) -> int:
    return round(pd.Timestamp(text, tz=TIME_ZONE).timestamp() * 1e6)


def test_group_time_and_title_name_a_post() -> None:
    posts = posts_of(
        [
            ("p1", "石榴到货，今晚接龙", "g1", "2026-09-14 20:00"),
            ("p2", "石榴到货，今晚接龙", "g2", "2026-09-14 20:00"),
            ("p3", "周三菜价播报", "g1", "2026-09-16 08:00"),
            ("p4", "周三菜价播报", "g1", "2026-09-23 08:00"),
            ("p5", "菱角上市第一天", "g2", "2026-09-17 08:00"),
        ]
    )
    rows = [
        Titled("石榴到货!今晚接龙🍎", "g1", micros("2026-09-14 20:10")),
        Titled("石榴到货，今晚接龙", "", micros("2026-09-14 20:10")),
        Titled("周三菜价播报", "G1", micros("2026-09-23"), by_day=True),
        Titled("周三菜价播报", "g1", micros("2026-09-16 13:00"), order=True),
        Titled("周三菜价播报", "g1", micros("2026-09-16 06:00"), order=True),
        Titled("周三菜价播报", "g1", None),
        Titled("周三菜价播报", "别的群", micros("2026-09-16 08:00")),
        Titled("夜读三页", "g1", micros("2026-09-16 08:00")),
        Titled("", "g1", micros("2026-09-16 08:00")),
        # only one group got it by this calendar, and others may have got it beside the calendar
        Titled("菱角上市第一天", "", micros("2026-09-17 08:00")),
    ]
    found = posts.by_title(rows)
    assert [(one.place, one.nearest) for one in found] == [
        *((0, 0), (-1, 0), (3, 3), (2, 2), (-1, 2)),
        *((-1, 2), (-1, -1), (-1, -1), (-1, -1), (-1, 4)),
    ]
    assert [one.why for one in found] == [
        *("", "有几次发布都像，分不清", "", "", "标题相近的发布，时间都对不上"),
        *(
            "没有时间，定不了是哪一次",
            "没有标题相近的已发的发布",
            "没有标题相近的已发的发布",
            "没有标题相近的已发的发布",
        ),
        "没有写是哪个群，定不了",
    ]
    assert min(one.confidence for one in found if one.place >= 0) >= LEAST_CONFIDENCE
    assert posts_of([("p1", "石榴到货", "g1", "2026-09-14 20:00")], "draft").by_title(rows[:1]) == [
        Found(why="没有标题相近的已发的发布")
    ]


GOODS = [
    "石榴",
    "板栗",
    "大闸蟹",
    "桂花糕",
    "新米",
    "冬枣",
    "柿子",
    "藕",
    "菱角",
    "青菜",
    "豆腐",
    "土鸡蛋",
    "月饼",
    "绘本",
    "咖啡",
    "羊肉",
    "鲈鱼",
    "红薯",
    "山药",
    "葡萄",
]
FORMS = [
    *(
        "{}到货，今晚接龙",
        "{}怎么挑：三个办法",
        "{}这样做，孩子爱吃",
        "本周{}团购开始了",
        "{}第二批，周四自提",
    ),
    *("你家{}怎么吃", "{}的产地我们去看了", "{}和{}一起买", "周三菜价播报", "周末去哪儿", "晚安问答"),
]


def drawn_title(rng: random.Random) -> str:
    form = rng.choice(FORMS)
    return form.format(*rng.sample(GOODS, form.count("{}")))


def edited(title: str, rng: random.Random) -> str:
    """A title as it comes back: with pictures, other marks, a prefix, cut short, a word changed."""
    for _ in range(rng.choice([0, 0, 1, 1, 2])):
        way = rng.randrange(6)
        cut = rng.randrange(max(1, len(title)))
        title = [
            title + "🍂",
            title.replace("，", " ").replace("：", "|"),
            rng.choice(["【接龙】", "福利｜", "今日："]) + title,
            title[: max(5, len(title) - 3)],
            title + rng.choice(["（今晚八点截止）", "，欢迎转给邻居", "9.14"]),
            title[:cut] + title[cut + 1 :],
        ][way]
    return title


Drawn = tuple[Titled, str]  # a row and its true post, "" where the calendar lacks it


def drawn_rows(seed: int) -> tuple[Posts, list[Drawn]]:
    """A calendar of eight weeks in 8 groups, a tenth of it lost, and the rows that shops and accounts tell of all of it."""
    rng = random.Random(seed)  # noqa: S311 - an invented world
    start = dt.datetime(2026, 7, 27, tzinfo=TIME_ZONE)
    rows, kept = [], set()
    for item in range(150):
        title, day = drawn_title(rng), rng.randrange(56)
        at = start + dt.timedelta(days=day, hours=rng.choice([8, 12, 20]))
        for group in rng.sample(range(8), rng.choice([1, 1, 2, 4])):
            rows.append((f"p{item}-{group}", title, f"g{group}", at))
    for key, *_ in rows:
        if rng.random() > 0.1:
            kept.add(key)
    posts = posts_of([(key, title, group, at.isoformat()) for key, title, group, at in rows if key in kept])
    return posts, list(_told(rows, kept, rng))


def _told(
    rows: list[tuple[str, str, str, dt.datetime]], kept: set[str], rng: random.Random
) -> Iterator[Drawn]:
    for key, title, group, at in rows:
        true = key if key in kept else ""
        named = group if rng.random() < 0.7 else ""
        for _ in range(rng.randrange(4)):
            when = at + dt.timedelta(hours=rng.expovariate(1 / rng.choice([2, 12, 30])))
            moment = round(when.timestamp() * 1e6)
            yield Titled(edited(title, rng), named, moment, order=True), true
        hours = rng.gauss(0, 0.5) if rng.random() < 0.9 else rng.uniform(-40, 40)
        when = at + dt.timedelta(hours=hours)
        if rng.random() < 0.3:
            when = when.replace(hour=0, minute=0, second=0, microsecond=0)
            yield Titled(edited(title, rng), named, round(when.timestamp() * 1e6), by_day=True), true
        else:
            yield Titled(edited(title, rng), named, round(when.timestamp() * 1e6)), true
        if rng.random() < 0.3:
            # somebody else's, or one that was never planned
            when = at + dt.timedelta(hours=rng.gauss(0, 0.5))
            yield Titled(edited(drawn_title(rng), rng), named, round(when.timestamp() * 1e6)), ""


BANDS = (0.0, 0.5, 0.8, 0.9, 0.97, 0.99, 1.0)


def bands(seeds: range) -> dict[tuple[float, float], tuple[int, int]]:
    """Rows and how many were right, by the confidence of the best post."""
    told = dict.fromkeys(itertools.pairwise(BANDS), (0, 0))
    for seed in seeds:
        posts, rows = drawn_rows(seed)
        for found, (_, true) in zip(posts.by_title([row for row, _ in rows]), rows, strict=True):
            band = next((b for b in told if b[0] <= found.confidence < b[1]), None)
            if band is not None and found.nearest >= 0 and found.confidence > 0:
                right = posts.ids[found.nearest] == true
                told[band] = (told[band][0] + 1, told[band][1] + right)
    return told


def test_what_is_matched_by_title_is_right() -> None:
    told = bands(range(12))
    for (low, high), (rows, right) in told.items():
        print(f"{low:.2f}–{high:.2f}: {rows} rows, {right / max(rows, 1):.3f} right")
    taken = [pair for band, pair in told.items() if band[0] >= LEAST_CONFIDENCE]
    rows, right = (sum(column) for column in zip(*taken, strict=True))
    assert rows > 2000
    assert right / rows >= 0.97
