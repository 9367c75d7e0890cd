"""Topics found in trends and in the calendar, their angles, and what becomes of them; ranking is in test_rank_topics."""

import datetime as dt
import re

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import toolkit as tk
from toolkit import lexicons
from toolkit.compliance import judge_copy
from toolkit.schema import DOCUMENTS, ITEMS, TIME_ZONE, TOPICS, TRENDS, ChoiceError
from toolkit.topics import find_topics, season_topics, topic_angles, topic_id
from toolkit.topics._gather import weak_words

TODAY = dt.date(2026, 9, 21)


def documents() -> pd.DataFrame:
    titles = [
        "大闸蟹怎么挑",
        "头一网大闸蟹",
        "大闸蟹和母蟹谁贵",
        "母蟹黄满了",
        "绘本陪睡",
        "绘本读给奶奶",
        "开学第一天",
    ]
    stamps = [
        pd.Timestamp("2026-09-15", tz=TIME_ZONE) + pd.Timedelta(hours=hour) for hour in range(len(titles))
    ]
    return pd.DataFrame(
        {
            "doc_id": [f"d{n}" for n in range(len(titles))],
            "source": ["甲", "乙", "丙", "丁", "甲", "甲", "乙"],
            "title": titles,
            "body": ["中秋前后上市", "湖边", "价格", "膏", "亲子时光", "亲子时光", "书包"],
            "published_at": stamps,
        }
    )


def trends_of(rows: list[tuple[str, float, str, list[str]]]) -> pd.DataFrame:
    frame = TRENDS.empty()
    for name in TRENDS.names:
        if name not in ("term", "score", "status", "evidence"):
            frame[name] = pd.Series([None] * 0)
    return pd.DataFrame(
        {
            "term": [row[0] for row in rows],
            "score": [row[1] for row in rows],
            "q_value": 0.01,
            "lift": 3.0,
            "documents": [len(row[3]) for row in rows],
            "baseline_documents": 1,
            "sources": 2,
            "tfidf": 0.1,
            "first_seen": pd.Timestamp("2026-09-14", tz=TIME_ZONE),
            "status": [row[2] for row in rows],
            "is_new_word": False,
            "variants": [[] for _ in rows],
            "evidence": [row[3] for row in rows],
        }
    )


MINED = trends_of(
    [
        ("大闸蟹", 90.0, "rising", ["d0", "d1", "d2", "d3"]),
        ("母蟹", 95.0, "new", ["d2", "d3", "d1"]),
        ("绘本", 60.0, "rising", ["d4", "d5"]),
    ]
)


def test_terms_of_the_same_documents_are_one_topic_named_by_the_widest() -> None:
    found = tk.find_topics(MINED, documents())
    first = found.iloc[0]
    assert first[["label", "terms", "score", "gate", "origin"]].tolist() == [
        "大闸蟹",
        ["大闸蟹", "母蟹"],
        95.0,
        "pass",
        "rising",
    ]
    assert sorted(first["evidence"]) == ["d0", "d1", "d2", "d3"]
    assert "绘本" in set(found["label"])
    assert found["topic_id"].is_unique
    assert list(found.columns)[: len(TOPICS.names)] == TOPICS.names


def test_few_rises_are_filled_up_with_keywords_and_say_so() -> None:
    found = tk.find_topics(MINED, documents())
    assert set(found["origin"]) == {"rising", "keyword"}
    assert (found[found["origin"] == "keyword"]["score"] <= 50).all()


def test_without_trends_the_documents_own_keywords_stand_in() -> None:
    found = tk.find_topics(TRENDS.empty(), documents().assign(published_at=None))
    assert set(found["origin"]) == {"keyword"}
    assert {"大闸蟹", "绘本"} & set(found["label"])
    assert tk.find_topics(MINED, DOCUMENTS.empty()).empty


def posts(titles: list[str], **columns: object) -> pd.DataFrame:
    """Documents of one week, d0, d1 …, from four sources in turn."""
    frame = pd.DataFrame(
        {
            "doc_id": [f"d{n}" for n in range(len(titles))],
            "source": [f"号{n % 4}" for n in range(len(titles))],
            "title": titles,
            "body": "",
            "published_at": pd.Timestamp("2026-09-15", tz=TIME_ZONE),
        }
    )
    return frame.assign(**columns)


def rise(
    frame: pd.DataFrame, *terms: str, score: float = 80.0, lift: float = 9.0, status: str = "rising"
) -> pd.DataFrame:
    """Trends of these terms, with every document as evidence whose title holds the term."""
    titles = dict(zip(frame["doc_id"], frame["title"], strict=True))
    rows = [
        (term, score - n, status, [d for d, title in titles.items() if term in title])
        for n, term in enumerate(terms)
    ]
    return trends_of(rows).assign(lift=lift)


CONSUMER_DAY = [
    "315晚会曝光漂白鸡爪",
    "广东315晚会曝光多个品牌",
    "315晚会曝光名单来了",
    "315晚会之后，被曝光的店怎么样了",
    "去年315晚会曝光的企业",
    "手工面馆曝光进货单",
]


def test_a_word_that_names_nothing_is_told_by_what_its_titles_share() -> None:
    frame = posts(CONSUMER_DAY)
    found = find_topics(rise(frame, "曝光"), frame, top=1)
    assert found[["label", "terms"]].values.tolist() == [["315晚会", ["315晚会", "曝光"]]]
    assert found["topic_id"].tolist() == [topic_id(["315晚会"])]
    assert found["evidence"].iloc[0] == ["d2", "d1", "d0", "d3", "d4"] or len(found["evidence"].iloc[0]) == 5


def test_a_word_that_names_nothing_and_tells_of_many_things_is_left_out_and_said() -> None:
    titles = [
        "新茶上线",
        "小程序上线",
        "冬装上线",
        "桂花拿铁上市",
        "桂花拿铁加糖",
        "桂花拿铁的价钱",
        "桂花拿铁拉花",
    ]
    frame = posts(titles)
    found = find_topics(rise(frame, "上线", "桂花拿铁"), frame)
    assert "上线" not in {term for terms in found["terms"] for term in terms}
    assert found.iloc[0]["label"] == "桂花拿铁"
    assert found.attrs["notes"] == ["没有单独成题：上线（这个词本身没有说到一件事）。"]


def test_two_stories_that_share_a_city_are_two_topics() -> None:
    crab = [f"苏州大闸蟹{what}" for what in ("开网", "怎么蒸", "母蟹黄满", "价钱", "挑法")]
    team = [f"苏州龙舟队{what}" for what in ("夺冠", "晨训", "回来了", "招新", "换桨")]
    frame = posts(crab + team)
    found = find_topics(rise(frame, "苏州", "大闸蟹", "龙舟队"), frame)
    rising = found[found["origin"] == "rising"]
    assert sorted(map(set, rising["evidence"]), key=min) == [
        {f"d{n}" for n in range(5)},
        {f"d{n}" for n in range(5, 10)},
    ]
    assert "苏州" not in set(found["label"])


def test_a_term_inside_a_wider_one_belongs_to_it() -> None:
    frame = posts(
        ["桂花拿铁上新", "桂花拿铁加糖", "糖桂花熬好了", "糖桂花和桂花拿铁", "桂花糕配桂花拿铁", "糖桂花一罐"]
    )
    found = find_topics(rise(frame, "桂花", "糖桂花"), frame, top=1)
    assert found.iloc[0][["terms"]].tolist() == [["糖桂花", "桂花"]]
    assert len(found.iloc[0]["evidence"]) == 6


def test_what_is_said_as_often_as_ever_is_no_part_of_what_rises() -> None:
    frame = posts([f"青团、{thing}第{n}篇" for n, thing in enumerate(["米酒", "豆豉", "红枣"] * 4)])
    often = rise(frame, "米酒", "豆豉", "红枣", score=40.0, lift=1.0, status="steady")
    found = find_topics(pd.concat([rise(frame, "青团"), often], ignore_index=True), frame)
    assert found[["label", "terms", "origin"]].values.tolist()[:4] == [
        ["青团", ["青团"], "rising"],
        ["米酒", ["米酒"], "steady"],
        ["豆豉", ["豆豉"], "steady"],
        ["红枣", ["红枣"], "steady"],
    ]


def test_the_label_is_the_phrase_that_most_titles_share() -> None:
    frame = posts(["何记鸡煲排队", "何记鸡煲营业到几点", "何记鸡煲老板", "何记鸡煲又涨价", "鸡煲怎么做"])
    first = find_topics(rise(frame, "鸡煲"), frame, top=1).iloc[0]
    assert first[["label", "terms", "topic_id"]].tolist() == ["何记鸡煲", ["鸡煲"], topic_id(["鸡煲"])]


def test_evidence_has_the_most_central_first_sources_in_turn_and_copies_last() -> None:
    titles = ["大闸蟹开网", "大闸蟹开网", "大闸蟹怎么蒸", "湖边的早市", "大闸蟹母蟹公蟹"]
    frame = posts(titles, source=["甲", "乙", "甲", "丙", "丁"])
    trends = trends_of([("大闸蟹", 80.0, "rising", ["d0", "d1", "d2", "d3", "d4", "别处"])])
    evidence = find_topics(trends, frame, top=1)["evidence"].iloc[0]
    assert set(evidence[:3]) == {"d0", "d4", "d3"}
    assert evidence[3:] == ["d2", "d1", "别处"]


def test_the_reason_is_told() -> None:
    frame = posts(["大闸蟹怎么挑", "大闸蟹和母蟹", "母蟹大闸蟹", "大闸蟹母蟹价"])
    first = find_topics(rise(frame, "大闸蟹", "母蟹"), frame, top=1).iloc[0]
    assert first["why"] == "4 篇内容写到，来自 4 个来源；「大闸蟹」是平时的 9.0 倍；常一起出现：母蟹。"


def invented(seed: int) -> pd.DataFrame:
    """Eight stories of 12 titles each: a name, its companion, and words drawn from one pool."""
    rng = np.random.default_rng(seed)
    names = ["大闸蟹", "桂花拿铁", "软籽石榴", "临期盲盒", "睡前共读", "减法礼盒", "月光故事会", "错峰出游"]
    beside = ["母蟹", "燕麦奶", "石门岭", "折扣店", "绘本屋", "竹篮子", "坐垫儿", "青禾镇"]
    tails = ["怎么挑", "多少钱", "第一天", "排队", "三个人", "又来了", "哪家好", "记一笔", "收摊后", "真香"]
    titles = [
        f"{name}{other if rng.random() < 0.6 else ''}{tails[rng.integers(len(tails))]}{n}"
        for name, other in zip(names, beside, strict=True)
        for n in range(12)
    ]
    return posts(titles)


@pytest.mark.parametrize("seed", range(5))
def test_topics_keep_their_ids_when_a_tenth_of_the_documents_goes(seed: int) -> None:
    frame = invented(seed)
    terms = ["大闸蟹", "母蟹", "桂花拿铁", "燕麦奶", "软籽石榴", "石门岭", "临期盲盒", "折扣店"]
    terms += ["睡前共读", "绘本屋", "减法礼盒", "竹篮子", "月光故事会", "坐垫儿", "错峰出游", "青禾镇"]
    whole = find_topics(rise(frame, *terms), frame)
    assert len(whole) == 8
    fewer = frame[np.random.default_rng(seed + 100).random(len(frame)) >= 0.1]
    again = find_topics(rise(fewer, *terms), fewer)
    assert set(again["topic_id"]) == set(whole["topic_id"])
    assert set(again["label"]) == set(whole["label"])


@settings(max_examples=20, deadline=None)
@given(st.randoms(use_true_random=False))
def test_the_order_of_rows_changes_nothing(random: object) -> None:
    frame = invented(1)
    trends = rise(frame, "大闸蟹", "母蟹", "桂花拿铁", "燕麦奶", "睡前共读", "绘本屋", "青禾镇")
    turned = trends.sample(frac=1, random_state=random.randrange(2**31))  # type: ignore[attr-defined]
    mixed = frame.sample(frac=1, random_state=random.randrange(2**31))  # type: ignore[attr-defined]
    pd.testing.assert_frame_equal(find_topics(trends, frame), find_topics(turned, mixed))


@settings(max_examples=60, deadline=None)
@given(
    st.lists(st.text(min_size=1, max_size=8), min_size=1, max_size=6),
    st.lists(st.text(max_size=20), min_size=1, max_size=6),
)
def test_any_terms_and_titles_are_taken(terms: list[str], titles: list[str]) -> None:
    frame = posts(titles)
    ids = frame["doc_id"].tolist()
    trends = trends_of([(term, 60.0, "rising", ids[: n % (len(ids) + 1)]) for n, term in enumerate(terms)])
    found = find_topics(trends, frame, today="2026-09-21")
    assert found["topic_id"].is_unique
    assert set(found["gate"]) <= {"pass", "warn", "block"}
    assert all(isinstance(terms, list) and terms for terms in found["terms"])
    topic_angles(found, frame)


@pytest.mark.parametrize("term", ["C++", "a|b(", "[1-9]*", "【x】", "\\d+", "{词}", "<b>", "=1+1"])
def test_signs_in_terms_are_signs(term: str) -> None:
    frame = posts([f"{term} 一", f"{term} 二", f"{term} 三", "别的事"])
    first = find_topics(rise(frame, term), frame, top=1).iloc[0]
    assert first["terms"] == [term]
    assert term in first["angle"]
    assert sorted(first["evidence"]) == ["d0", "d1", "d2"]


def test_a_latin_term_does_not_stand_inside_another_word() -> None:
    frame = posts(["Lina 画的月饼", "请lina排班", "Lina点单", "Carolina来了", "Linas 与咖啡"])
    trends = trends_of([("Lina", 80.0, "rising", ["d0", "d1", "d2"]), ("咖啡", 70.0, "rising", ["d3", "d4"])])
    found = find_topics(trends, frame, top=9).set_index("label")
    assert sorted(found.loc["Lina", "evidence"]) == ["d0", "d1", "d2"]


def test_odd_input_gives_an_answer() -> None:
    frame = posts(["大闸蟹开网"])
    none = trends_of([("大闸蟹", 80.0, "rising", []), ("母蟹", 70.0, "rising", ["没有"])])
    found = find_topics(none, frame)
    assert dict(zip(found["label"], found["evidence"], strict=True))["母蟹"] == ["没有"]
    assert "大闸蟹" in set(found["label"])  # its one document's own keyword
    assert found.attrs["notes"] == ["没有单独成题：大闸蟹（没有出处）。"]
    twice = pd.concat([documents(), documents()])
    assert (
        find_topics(MINED, twice)["evidence"].iloc[0] == find_topics(MINED, documents())["evidence"].iloc[0]
    )
    many = posts([f"词{n:04d}号来了" for n in range(900)])
    rows = trends_of([(f"词{n:04d}号", 90.0 - n / 50, "rising", [f"d{n}"]) for n in range(900)])
    crowd = find_topics(rows, many)
    assert len(crowd) == 20
    assert crowd.attrs["notes"][0] == "升得最多的 400 个词之外，还有 500 个词没有比较。"
    with pytest.raises(ChoiceError, match="top"):
        find_topics(MINED, documents(), top=0)


def test_an_own_rule_shuts_the_gate_and_a_verdict_opens_it() -> None:
    rules = pd.DataFrame(
        {"rule_id": ["own-crab"], "pattern": ["大闸蟹"], "severity": ["block"], "examples": ["大闸蟹到了"]}
    )
    open_gate = find_topics(MINED, documents()).set_index("label")["gate"]
    shut = find_topics(MINED, documents(), rules=rules).set_index("label")["gate"]
    assert (open_gate["大闸蟹"], shut["大闸蟹"], shut["绘本"]) == ("pass", "block", "pass")
    judged = judge_copy("大闸蟹、母蟹", verdict="wrong", rule_id="own-crab", rules=rules)
    assert (
        find_topics(MINED, documents(), rules=rules, verdicts=judged).set_index("label")["gate"]["大闸蟹"]
        == "pass"
    )


# ---- angles


def topic(label: str, evidence: list[str], **more: object) -> pd.DataFrame:
    row = {"topic_id": [topic_id([label])], "label": [label], "terms": [[label]], "score": [50.0]}
    return pd.DataFrame({**row, "evidence": [evidence], **{name: [value] for name, value in more.items()}})


def test_the_angle_is_the_one_rivals_used_least() -> None:
    frame = posts(["大闸蟹怎么蒸？", "大闸蟹怎么挑？", "5只大闸蟹的吃法清单", "厨房里的大闸蟹"])
    angles = topic_angles(topic("大闸蟹", ["d0", "d1", "d2", "d3"]), frame).set_index("angle")
    assert angles["used"].to_dict() == {
        **{"question": 2, "list": 1, "scene": 1},
        **{"story": 0, "stance": 0, "compare": 0},
    }
    assert angles.loc["question", ["share", "example"]].tolist() == [0.5, "d0"]
    assert angles.loc["list", "prompt"] == "把「大闸蟹」列成三到五条能照做的，一条一句话，先做的写在前"
    assert angles["used"].is_monotonic_increasing
    first = find_topics(rise(frame, "大闸蟹"), frame, top=1).iloc[0]
    assert first["angle"] == first["angles"][0]
    assert len(first["angles"]) == 6
    assert re.search("（同行 4 篇里没人用）$", first["angle"])
    assert "有 2 篇用" in first["angles"][-1]


def test_not_every_topic_opens_with_one_angle() -> None:
    frame = posts(["平平的一天"])
    labels = [f"话题{n}" for n in range(30)]
    firsts = {topic_angles(topic(label, ["d0"]), frame)["angle"].iloc[0] for label in labels}
    assert len(firsts) >= 4


def test_an_angle_that_does_not_suit_is_not_offered() -> None:
    def offered(label: str, title: str, **more: object) -> set[str]:
        return set(topic_angles(topic(label, ["d0"], **more), posts([title]))["angle"])

    assert offered("大桥事故", "大桥事故多人遇难") == {"question", "stance"}
    assert offered("路由器", "路由器摆在哪儿") == {"question", "list", "story", "stance", "scene", "compare"}
    assert "season" in offered("月饼礼盒", "中秋月饼礼盒")
    assert {"scene", "compare"}.isdisjoint(offered("停火谈判", "停火谈判又开始了"))
    assert offered("国家公祭日", "国家公祭日", tone="solemn") == {"story"}
    assert offered("大雪", "大雪那天", festival="大雪") >= {"season"}


def test_angles_of_nothing_and_without_documents() -> None:
    empty = topic_angles(TOPICS.empty(), DOCUMENTS.empty())
    assert empty.dtypes.astype(str).to_dict() == {
        **dict.fromkeys(["topic_id", "angle", "caption", "prompt"], "str"),
        **{"used": "Int64", "share": "float64", "example": "str"},
    }
    bare = topic_angles(topic("大闸蟹", []), DOCUMENTS.empty())
    assert bare["used"].eq(0).all() and bare["share"].isna().all() and bare["example"].eq("").all()
    braces = topic_angles(topic("{节}{词}", []), DOCUMENTS.empty())
    assert braces["prompt"].str.contains("「{节}{词}」", regex=False).all()


# ---- the calendar


def test_the_days_ahead_of_the_sample_worlds_date() -> None:
    seasons = season_topics(TODAY, days=20)
    assert seasons[["label", "season", "starts", "days_left", "lead", "gate", "tone"]].values.tolist() == [
        ["农民丰收节", "festival", dt.date(2026, 9, 23), 2, 10, "pass", "neutral"],
        ["秋分", "term", dt.date(2026, 9, 23), 2, 5, "pass", "neutral"],
        ["中秋", "festival", dt.date(2026, 9, 25), 4, 21, "pass", "warm"],
        ["烈士纪念日", "solemn", dt.date(2026, 9, 30), 9, 7, "warn", "solemn"],
        ["国庆", "festival", dt.date(2026, 10, 1), 10, 21, "pass", "festive"],
        ["寒露", "term", dt.date(2026, 10, 8), 17, 5, "pass", "neutral"],
        ["双11", "shopping", dt.date(2026, 10, 9), 18, 21, "pass", "neutral"],
    ]
    row = seasons.set_index("label").loc["国庆"]
    assert row[["festival", "score", "earliest", "latest", "origin"]].tolist() == [
        *("国庆", 60.0, TODAY, dt.date(2026, 10, 1), "season"),
    ]
    assert row["why"] == "10 月 1 日是国庆（节日），还有 10 天；一般提前 21 天准备，现在可以动手了。"
    later = seasons.set_index("label").loc["寒露"]
    assert (later["score"], later["earliest"]) == (pytest.approx(60 * 5 / 17), dt.date(2026, 10, 3))
    assert later["why"].endswith("一般提前 5 天准备，10 月 3 日动手也来得及。")


def test_a_sale_with_stages_is_one_topic_and_a_date_that_is_not_sure_says_so() -> None:
    row = season_topics(TODAY, days=20).set_index("label").loc["双11"]
    assert row["why"] == (
        "双11（大促）：10 月 9 日抢先开卖、10 月 15 日预售开始、10 月 20 日开门红、11 月 11 日正日，"
        "离第一步还有 18 天；一般提前 21 天准备，现在可以动手了。日期是估计的，以当年公告为准。"
    )
    assert row["latest"] == dt.date(2026, 11, 11)
    unknown = season_topics("2026-08-30", days=20).set_index("label").loc["99大促", "why"]
    assert unknown.startswith("99大促（大促）：9 月 4 日预热、9 月 9 日正日，离第一步还有 5 天")
    assert unknown.endswith("日期没有查到，只作提醒，以当年公告为准。")


@pytest.mark.parametrize("today", ["2026-04-04", "2026-09-17", "2026-12-12", "2027-09-29"])
def test_solemn_days_warn_and_sell_nothing(today: str) -> None:
    solemn = season_topics(today, days=3)
    solemn = solemn[solemn["season"] == "solemn"]
    assert len(solemn) == 1
    row = solemn.iloc[0]
    assert row[["gate", "tone", "score", "segments"]].tolist() == ["warn", "solemn", 0.0, []]
    assert "不发促销、红包和玩笑" in row["why"]
    assert all(sentence.startswith("故事：") for sentence in row["angles"])


def test_past_days_never_appear_and_the_day_itself_does() -> None:
    for day in pd.date_range("2026-01-01", "2027-12-31", freq="17D"):
        seasons = season_topics(day.date(), days=45)
        assert (seasons["days_left"] >= 0).all() and (seasons["starts"] >= day.date()).all()
        assert seasons["topic_id"].is_unique and seasons["days_left"].is_monotonic_increasing
    assert "中秋" not in set(season_topics("2026-09-26", days=45)["label"])
    today = season_topics("2026-09-25", days=0)
    assert today["why"].tolist() == [
        "9 月 25 日是中秋（节日），就是今天；一般提前 21 天准备，现在可以动手了。"
    ]


def test_no_days_ahead_is_an_empty_frame_with_the_same_columns() -> None:
    beyond = season_topics("2099-01-01")
    assert beyond.empty
    assert list(beyond.columns) == list(season_topics(TODAY).columns)
    assert beyond.attrs["notes"] == [
        "日历表里 2099 年还不全，可能少了节气、校历和大促。请补上 calendar-2099.csv。"
    ]
    assert season_topics(TODAY).attrs["notes"] == []
    with pytest.raises(ChoiceError, match="days"):
        season_topics(TODAY, days=-1)
    with pytest.raises(ChoiceError, match="today"):
        season_topics("下周")


def test_seasons_fit_the_groups_whose_themes_they_suit() -> None:
    groups = pd.DataFrame(
        {
            "group_id": ["g1", "g2", "g3"],
            "name": ["一", "二", "三"],
            "segment": ["街坊买菜", "咖啡同好", "写代码"],
            "theme": ["中秋国庆备菜", "手冲与桂花", ""],
            "members": 100,
            "slots": [["08:00"]] * 3,
            "posts_per_day": 1,
            "posts_per_week": 3,
        }
    )
    row = season_topics(TODAY, days=5, groups=groups).set_index("label").loc["中秋"]
    assert (row["themes"], row["segments"]) == (["中秋国庆备菜", "手冲与桂花"], ["街坊买菜", "咖啡同好"])


def test_seasons_have_what_recent_titles_say_of_them() -> None:
    frame = posts(["中秋送什么", "月饼上新", "去年的中秋", "早市"])
    frame["published_at"] = pd.to_datetime(["2026-09-15", "2026-09-16", "2025-09-30", "2026-09-16"])
    row = season_topics(TODAY, days=5, documents=frame).set_index("label").loc["中秋"]
    assert (row["evidence"], row["terms"]) == (["d0", "d1"], ["中秋", "月饼"])


def test_a_trend_that_names_a_coming_day_is_merged_with_it() -> None:
    frame = posts(
        ["中秋月饼开订", "中秋月饼多少钱", "中秋月饼礼盒", "小满姐姐的摊子", "小满姐姐又来了", "小满姐姐收摊"]
    )
    found = find_topics(rise(frame, "中秋月饼", "小满"), frame, today=TODAY).set_index("label")
    row = found.loc["中秋"]
    assert row[["terms", "origin", "festival", "days_left", "score"]].tolist() == [
        *(["中秋", "月饼", "中秋月饼"], "rising", "中秋", 4, 80.0),
    ]
    assert sorted(row["evidence"]) == ["d0", "d1", "d2"]
    assert row["topic_id"] == topic_id(["中秋"])
    assert "中秋月饼" not in found.index
    assert found.loc[found.index.str.contains("小满"), "season"].tolist() == [""]
    assert {"国庆", "双11", "烈士纪念日"} <= set(found.index)
    assert "重阳" not in found.index  # four weeks off: season_topics shows it


def test_without_a_day_there_are_no_seasons_and_without_documents_only_these() -> None:
    assert set(find_topics(MINED, documents())["season"]) == {""}
    only = find_topics(TRENDS.empty(), DOCUMENTS.empty(), today=TODAY)
    assert set(only["origin"]) == {"season"}
    assert list(only.columns) == list(find_topics(MINED, documents()).columns)


def test_the_lists_fit_together() -> None:
    days = set(zip(lexicons.calendar()["kind"], lexicons.calendar()["name"], strict=True))
    rows = lexicons.rows("season-topics")
    assert {(row["kind"], row["name"]) for row in rows if row["name"] != "*"} <= days
    assert all(row["source"] for row in rows)
    for kind, name in days:
        known = {(row["kind"], row["name"]) for row in rows}
        assert kind in ("rest", "workday", "term") or (kind, name) in known, name
    listed = [term for row in lexicons.rows("topic-weak") for term in row["terms"].split("|")]
    assert len(listed) == len(set(listed))
    assert not weak_words() & {"大闸蟹", "中秋", "年夜饭", "高考", "露营", "绘本"}
    assert [row["angle"] for row in lexicons.rows("angles")] == [
        *("question", "list", "story", "compare", "stance", "season", "scene"),
    ]


# ---- items


def test_an_item_of_a_coming_day_may_go_out_until_the_day() -> None:
    seasons = season_topics(TODAY, days=45)
    headlines = pd.DataFrame(
        {
            "topic_id": seasons["topic_id"],
            "headline": seasons["label"] + "怎么过",
            "craft": 60.0,
            "gate": "pass",
        }
    )
    items = tk.items_from_topics(seasons, headlines, start="2026-09-28", days=7, top=9).set_index("title")
    assert items.index.tolist() == ["国庆怎么过", "寒露怎么过", "双11怎么过", "重阳怎么过"]
    assert [items.loc["国庆怎么过", name] for name in ("festival", "tone", "kind")] == [
        "国庆",
        "festive",
        "value",
    ]
    window = items.loc["寒露怎么过", ["earliest", "latest"]].tolist()
    assert window == [pd.Timestamp(day, tz=TIME_ZONE) for day in ("2026-10-03", "2026-10-08")]
    notes = items.attrs["notes"]
    assert "选题「中秋」没有排成内容：9 月 25 日已经过了。" in notes
    assert "选题「烈士纪念日」没有排成内容：这一天不作营销选题，只作提醒。" in notes
    assert "选题「霜降」没有排成内容：10 月 18 日起再写也来得及。" in notes


def test_items_carry_the_topic_and_its_best_headline_that_is_not_blocked() -> None:
    found = tk.find_topics(MINED, documents()).head(2)
    ids = found["topic_id"].tolist()
    headlines = pd.DataFrame(
        {
            "topic_id": [ids[0], ids[0], ids[1]],
            "headline": ["最好却被拦下", "次好", "拦下"],
            "craft": [90.0, 80.0, 70.0],
            "gate": ["block", "pass", "block"],
        }
    )
    talk = tk.items_from_topics(found, headlines.assign(intent="讨论"), start=TODAY)
    assert talk["kind"].tolist() == ["discussion"]
    items = tk.items_from_topics(found, headlines, start=TODAY)
    assert items[["topic", "title", "kind", "waves"]].values.tolist() == [[ids[0], "次好", "value", 2]]
    assert items["earliest"].iloc[0] == pd.Timestamp("2026-09-21", tz=TIME_ZONE)
    assert items["latest"].iloc[0] == pd.Timestamp("2026-09-27", tz=TIME_ZONE)
    assert items["copy"].isna().all()
    assert list(items.columns) == ITEMS.names
    assert tk.items_from_topics(found.head(0), headlines, start=TODAY).empty
