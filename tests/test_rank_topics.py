"""Topics ranked: what each part is measured from, the weights, how firm the order is, and who beats whom."""

import datetime as dt
import itertools
import math
import re
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import toolkit as tk
from toolkit import lexicons
from toolkit.schema import DOCUMENTS, TIME_ZONE, TOPICS, ChoiceError, ColumnError
from toolkit.topics import topic_angles
from toolkit.topics._fit import topic_fits
from toolkit.topics._order import topic_front, topic_order
from toolkit.topics._parts import PARTS, RANK_SENTENCE, ZERO, part_of, read_weights, topic_parts
from toolkit.topics._rank import HARM_SENTENCE, rank_topics

TODAY = dt.date(2026, 9, 15)
DEFAULTS = read_weights(None)
TOTAL = sum(DEFAULTS.values())
TITLES = [
    *("大闸蟹怎么挑", "头一网大闸蟹", "大闸蟹和母蟹谁贵", "母蟹黄满了"),
    *("绘本陪睡", "绘本读给奶奶", "开学第一天"),
]


def documents(**changed: Any) -> pd.DataFrame:
    """Seven documents: of crabs from four sources, of picture books from one, all on 15 September."""
    frame = pd.DataFrame(
        {
            "doc_id": [f"d{n}" for n in range(len(TITLES))],
            "source": ["甲", "乙", "丙", "丁", "甲", "甲", "乙"],
            "title": TITLES,
            "body": ["湖里", "湖边", "价格", "膏", "亲子时光", "亲子时光", "书包"],
            "published_at": pd.Timestamp("2026-09-15 08:00", tz=TIME_ZONE),
        }
    )
    return frame.assign(**changed)


def topics(**changed: Any) -> pd.DataFrame:
    """Two topics: crabs at 90, picture books at 60."""
    frame = pd.DataFrame(
        {
            "topic_id": ["crab", "book"],
            "label": ["大闸蟹", "绘本"],
            "terms": [["大闸蟹", "母蟹"], ["绘本"]],
            "score": [90.0, 60.0],
            "gate": "pass",
            "angle": "",
            "evidence": [["d0", "d1", "d2", "d3"], ["d4", "d5"]],
        }
    )
    return frame.assign(**changed)


def share_of(ranked: pd.DataFrame, topic: str, part: str) -> float:
    """The share behind a part under the default weights."""
    log = float(ranked.set_index("topic_id").at[topic, f"part_{part}"])
    return math.exp(log * TOTAL / DEFAULTS[part])


def total_of(ranked: pd.DataFrame) -> pd.Series:
    columns = [f"part_{name}" for name in [*PARTS, "gate"]]
    return ranked[columns].sum(axis=1)


def groups(**changed: Any) -> pd.DataFrame:
    frame = pd.DataFrame(
        {
            "group_id": ["g1", "g2"],
            "name": ["一", "二"],
            "segment": ["亲子妈妈", "咖啡同好"],
            "theme": ["绘本与亲子", "手冲"],
            "members": [100, 100],
            "slots": [["08:00"], ["08:00"]],
            "posts_per_day": 1,
            "posts_per_week": 3,
        }
    )
    return frame.assign(**changed)


def test_parts_multiply_up_to_the_score() -> None:
    ranked = rank_topics(topics(), groups=groups(), documents=documents(), today=TODAY)
    assert ranked["score"].tolist() == pytest.approx((100 * np.exp(total_of(ranked))).tolist())
    columns = list(ranked.columns)
    place = columns.index("score") + 1
    assert columns[place : place + len(PARTS) + 1] == [f"part_{name}" for name in [*PARTS, "gate"]]
    assert ranked["topic_id"].tolist() == ["crab", "book"]
    assert ranked.attrs["notes"] == [RANK_SENTENCE] == ["排序是编辑的权重，不是预测。"]


def test_what_is_not_given_counts_as_full_and_says_so() -> None:
    ranked = rank_topics(topics())
    rest = [name for name in PARTS if name not in ("heat", "known")]
    assert (ranked[[f"part_{name}" for name in rest]] == 0).all(axis=None)
    assert ranked["not_measured"].tolist() == [[PARTS[name][0] for name in rest]] * 2
    assert share_of(ranked, "crab", "known") == pytest.approx(math.log(5) / math.log(101))
    bare = rank_topics(topics(evidence=[[], []], score=math.nan))
    assert (bare["score"] == 100).all()
    every = rank_topics(
        topics(), groups=groups(), documents=documents(), own=documents(), today=TODAY, brand=["蟹"]
    )
    assert every["not_measured"].tolist() == [[], []]
    no_days = rank_topics(topics(), documents=documents(published_at=None), today=TODAY)
    assert no_days["not_measured"].tolist() == [["话题性", "高频", "对群", "品牌", "新意", "空档"]] * 2


def test_heat_fades_by_half_lives_of_its_pace() -> None:
    fresh = rank_topics(topics(), documents=documents(), today=TODAY)
    assert share_of(fresh, "crab", "heat") == pytest.approx(0.9)
    later = rank_topics(topics(), documents=documents(), today=dt.date(2026, 9, 19))
    assert later["pace"].tolist() == ["时事", "时事"]
    assert share_of(later, "crab", "heat") == pytest.approx(0.9 * 0.5 ** (4 / 2.0))
    steady = rank_topics(topics(origin="steady"), documents=documents(), today=dt.date(2026, 9, 19))
    assert steady["pace"].tolist() == ["常青", "常青"]
    assert share_of(steady, "crab", "heat") == pytest.approx(0.9 * 0.5 ** (4 / 30))
    feast = rank_topics(topics(terms=[["中秋节"], ["教师"]]), documents=documents(), today=TODAY)
    assert feast.set_index("topic_id")["pace"].to_dict() == {"crab": "节令", "book": "时事"}
    show = rank_topics(topics(), documents=documents(body="这部剧定档"), today=TODAY)
    assert show["pace"].tolist() == ["赛事影视", "赛事影视"]


def test_known_talk_and_often_count_documents_that_name_it() -> None:
    days = pd.to_datetime(["2026-09-01", "2026-09-14", "2026-09-15", "2026-09-15", *["2026-08-01"] * 3])
    ranked = rank_topics(topics(), documents=documents(published_at=days.tz_localize(TIME_ZONE)), today=TODAY)
    assert share_of(ranked, "crab", "known") == pytest.approx(math.log(5) / math.log(101))
    assert share_of(ranked, "crab", "talk") == pytest.approx(math.log(4) / math.log(21))
    assert share_of(ranked, "crab", "often") == pytest.approx(3 / 28)
    assert [share_of(ranked, "book", name) for name in ("talk", "often")] == pytest.approx([0.1, 0.1])
    copies = documents(duplicate_of=["x", "x", None, None, None, None, None])
    assert share_of(rank_topics(topics(), documents=copies), "crab", "known") == pytest.approx(
        math.log(3) / math.log(101)
    )


def test_a_term_deep_in_a_text_counts_where_the_text_is_evidence() -> None:
    deep = documents(title="别的", body=["字" * 300 + title for title in TITLES])
    ranked = rank_topics(topics(evidence=[["d0"], []]), documents=deep, today=TODAY)
    assert share_of(ranked, "crab", "known") == pytest.approx(math.log(2) / math.log(101))
    assert share_of(ranked, "book", "known") == pytest.approx(0.1)


def test_later_documents_are_not_looked_at() -> None:
    later = documents().assign(
        doc_id=lambda f: "later" + f["doc_id"], published_at=pd.Timestamp("2026-09-16", tz=TIME_ZONE)
    )
    both = pd.concat([documents(), later], ignore_index=True)
    pd.testing.assert_frame_equal(
        rank_topics(topics(), documents=both, today=TODAY),
        rank_topics(topics(), documents=documents(), today=TODAY),
    )
    early = rank_topics(topics(), documents=documents(), today=dt.date(2026, 9, 1))
    assert [share_of(early, "crab", name) for name in ("talk", "heat")] == pytest.approx([1.0, 0.9])


def test_spread_focus_and_room_are_of_sources_and_titles() -> None:
    ranked = rank_topics(topics(), documents=documents(), today=TODAY)
    assert [share_of(ranked, "crab", name) for name in ("spread", "focus", "room")] == [1.0, 1.0, 1.0]
    assert share_of(ranked, "book", "spread") == pytest.approx(0.25)
    passing = documents(title=[f"第{n}篇" for n in range(7)], body=TITLES)
    assert share_of(rank_topics(topics(), documents=passing), "crab", "focus") == pytest.approx(0.2)
    days = pd.to_datetime(["2026-09-12", "2026-09-12", *["2026-09-15"] * 5]).tz_localize(TIME_ZONE)
    late = rank_topics(topics(), documents=documents(published_at=days), today=TODAY)
    assert share_of(late, "crab", "room") == pytest.approx(0.5)


def test_undated_documents_say_nothing_of_who_wrote_before() -> None:
    days = pd.Series(pd.to_datetime(["2026-09-12", None, *["2026-09-15"] * 5])).dt.tz_localize(TIME_ZONE)
    some = rank_topics(topics(), documents=documents(published_at=days), today=TODAY)
    assert share_of(some, "crab", "room") == pytest.approx(0.75)  # 甲 of four had, 乙 is not told
    none = rank_topics(topics(), documents=documents(published_at=None), today=TODAY)
    assert none["part_room"].tolist() == [0.0, 0.0]
    assert all("空档" in missing for missing in none["not_measured"])


@pytest.mark.parametrize(
    ("part", "body", "share"),
    [
        ("pain", "就怕踩坑", 1.0),
        ("need", "早餐吃什么", 1.0),
        ("novel", "没想到", 1.0),
        ("emotion", "好感动", 1.0),
        ("easy", "招股书里的毛利率", 0.5),
        ("effort", "现场探店", 0.3),
        *((name, "平平", 0.5) for name in ("pain", "need", "novel", "emotion")),
        *((name, "平平", 1.0) for name in ("easy", "effort")),
    ],
)
def test_cues_in_the_evidence_are_measured(part: str, body: str, share: float) -> None:
    plain = documents(title="大闸蟹、绘本", body=body)
    assert share_of(rank_topics(topics(), documents=plain), "crab", part) == pytest.approx(share)


def test_every_cue_is_a_pattern_of_a_part() -> None:
    rows = lexicons.rows("topic-cues")
    assert {row["part"] for row in rows} == {"easy", "pain", "need", "novel", "emotion", "effort"}
    assert all(re.compile(row["cues"]) and row["sign"] in "+-" for row in rows)


def test_minutes_tell_the_effort_where_they_are_given() -> None:
    ranked = rank_topics(topics(minutes=[90, None]), documents=documents())
    assert [share_of(ranked, name, "effort") for name in ("crab", "book")] == pytest.approx([0.5, 1.0])


def test_a_group_that_cares_lifts_its_topic_and_is_named() -> None:
    ranked = rank_topics(topics(), groups=groups(), documents=documents()).set_index("topic_id")
    assert ranked["segments"].to_dict() == {"crab": [], "book": ["亲子妈妈"]}
    ranked = ranked.reset_index()
    assert [share_of(ranked, name, "fit") for name in ("crab", "book")] == pytest.approx([0.2, 1.0])


def test_fits_are_per_group_theme() -> None:
    fits = topic_fits(topics(), groups(), documents=documents())
    assert fits[["topic_id", "group_id", "near"]].values.tolist() == [
        ["crab", "g1", False],
        ["crab", "g2", False],
        ["book", "g1", True],
        ["book", "g2", False],
    ]
    assert fits["fit"].tolist() == pytest.approx([0.0, 0.0, 1.0, 0.0])
    empty = topic_fits(TOPICS.empty(), groups(), documents=documents())
    assert (len(empty), list(empty.columns)) == (0, list(fits.columns))


def test_groups_without_themes_are_not_held_against_a_topic() -> None:
    ranked = rank_topics(topics(), groups=groups(theme="", segment=""), documents=documents())
    assert (ranked["part_fit"] == 0).all()
    assert all("对群" in missing for missing in ranked["not_measured"])


def test_a_word_the_brand_avoids_cannot_be_bought_back() -> None:
    ranked = rank_topics(topics(), documents=documents(), brand={"words": ["亲子"], "avoid": ["母蟹"]})
    row = ranked.set_index("topic_id").loc["crab"]
    assert row[["score", "part_brand", "gate"]].tolist() == [0.0, ZERO, "pass"]
    assert ranked["topic_id"].tolist() == ["book", "crab"]
    assert share_of(ranked, "book", "brand") == 1.0
    assert share_of(
        rank_topics(topics(), documents=documents(), brand="亲子"), "crab", "brand"
    ) == pytest.approx(0.2)
    for wrong in (3, {"like": ["咖啡"]}, [3]):
        with pytest.raises(ChoiceError, match="brand 要写成词的列表"):
            rank_topics(topics(), brand=wrong)


def test_what_we_just_wrote_goes_back() -> None:
    own = pd.DataFrame({"title": ["大闸蟹来了", "绘本"], "body": "", "published_at": ["2026-09-08", None]})
    ranked = rank_topics(topics(), own=own, today=TODAY)
    assert share_of(ranked, "crab", "own") == pytest.approx(7 / 28)
    missing = ranked.set_index("topic_id")["not_measured"]
    assert ("新意" in missing["crab"], "新意" in missing["book"]) == (False, True)


def test_a_festival_near_by_counts_as_season() -> None:
    feast = documents(body="中秋前后")
    near = rank_topics(topics(), documents=feast, today=TODAY)
    assert share_of(near, "crab", "season") == 1.0
    assert share_of(
        rank_topics(topics(), documents=feast, today=dt.date(2027, 4, 10)), "crab", "season"
    ) == pytest.approx(0.7)
    teachers = rank_topics(topics(), documents=documents(body="教师们"), today=dt.date(2026, 9, 8))
    assert share_of(teachers, "crab", "season") == pytest.approx(0.7)
    own_day = rank_topics(topics(starts=[dt.date(2026, 9, 25), None]), today=TODAY)
    assert [share_of(own_day, name, "season") for name in ("crab", "book")] == pytest.approx([1.0, 0.7])


def test_weights_are_the_editors() -> None:
    only_heat = dict.fromkeys(PARTS, 0.0) | {"heat": 1}
    scores = rank_topics(topics(), documents=documents(), today=TODAY, weights=only_heat)["score"]
    assert scores.tolist() == pytest.approx([90.0, 60.0])
    saved = topic_parts({"热度与新鲜": 6, "part_fit": 0})
    assert saved.loc[saved["part"].isin(["part_heat", "part_fit"]), "weight"].tolist() == [6.0, 0.0]
    assert saved["share"].sum() == pytest.approx(1.0)
    assert topic_parts(saved)["weight"].tolist() == saved["weight"].tolist()
    chinese = saved[["part", "weight"]].rename(columns={"part": "项目", "weight": "权重"})
    pd.testing.assert_frame_equal(
        rank_topics(topics(), weights=saved), rank_topics(topics(), weights=chinese)
    )


@pytest.mark.parametrize(
    ("weights", "message"),
    [
        ({"luck": 1}, "不认识的权重 luck。可以设的是：heat（热度与新鲜）、"),
        ({"heat": -1}, "权重 heat 要是 0 或更大的数，不能是负数"),
        ({"heat": "多"}, "现在是 '多'"),
        ({"heat": math.nan}, "要是 0 或更大的数"),
        ({"heat": True}, "要是 0 或更大的数"),
        (dict.fromkeys(PARTS, 0), "权重不能全是 0"),
        ([1, 2], "weights 要写成"),
    ],
)
def test_weights_that_cannot_be_used_say_why(weights: Any, message: str) -> None:
    with pytest.raises(ChoiceError, match=message):
        rank_topics(topics(), weights=weights)


def test_a_weights_frame_without_its_columns_says_so() -> None:
    with pytest.raises(ColumnError, match="权重表缺少列 part、weight"):
        read_weights(pd.DataFrame({"a": [1]}))


def test_ranking_again_changes_nothing_but_the_weights() -> None:
    given: dict[str, Any] = {"groups": groups(), "documents": documents(), "today": TODAY}
    once = rank_topics(topics(), **given)
    pd.testing.assert_frame_equal(rank_topics(once, **given), once)
    pd.testing.assert_frame_equal(
        rank_topics(once, weights={"fit": 9}, **given), rank_topics(topics(), weights={"fit": 9}, **given)
    )
    assert once["trend_score"].tolist() == [90.0, 60.0]


def test_a_blocked_topic_scores_nothing() -> None:
    shared = topics(terms=[["转发朋友圈领红包"], ["绘本"]])
    ranked = rank_topics(shared)
    assert ranked["topic_id"].tolist() == ["book", "crab"]
    assert ranked.iloc[1][["gate", "score", "part_gate"]].tolist() == ["block", 0.0, ZERO]
    before = rank_topics(topics(gate=["block", "warn"]))
    assert before[["topic_id", "gate"]].values.tolist() == [["book", "warn"], ["crab", "block"]]
    assert before["score"].tolist() == pytest.approx((100 * np.exp(total_of(before))).tolist())


def test_the_houses_own_rules_bind_topics() -> None:
    rules = pd.DataFrame({"pattern": ["母蟹"], "severity": ["block"], "examples": ["母蟹到了"]})
    ranked = rank_topics(topics(), rules=rules).set_index("topic_id")
    assert ranked["gate"].to_dict() == {"book": "pass", "crab": "block"}


def test_deaths_and_disasters_are_no_marketing_topics() -> None:
    sad = documents(title="大桥事故", body="多人遇难")
    row = rank_topics(topics(), documents=sad).iloc[0]
    assert row[["gate", "score", "angle"]].tolist() == ["block", 0.0, HARM_SENTENCE]
    assert tk.suggest_for_topics(pd.DataFrame([row])).empty


@pytest.mark.parametrize(
    ("terms", "title", "body", "harm"),
    [
        (["大桥"], "大桥的消息", "多人遇难", True),
        (["大橋遇難"], "大橋", "", True),
        (["大桥"], "大橋多人遇難", "", True),
        (["大桥"], "大桥的消息", "风景" * 150 + "多人遇难", False),
        (["大桥"], "大桥通车", "可以走了", False),
    ],
)
def test_ranking_and_angles_agree_on_what_is_harm(
    terms: list[str], title: str, body: str, harm: bool
) -> None:
    frame = topics(label=["大桥", "绘本"], terms=[terms, ["绘本"]])
    told = documents(title=[title] * 4 + TITLES[4:], body=[body] * 7)
    ranked = rank_topics(frame, documents=told).set_index("topic_id")
    offered = topic_angles(frame, told)
    assert (ranked.at["crab", "angle"] == HARM_SENTENCE) == harm
    assert (set(offered.loc[offered["topic_id"] == "crab", "angle"]) == {"question", "stance"}) == harm


def test_empty_topics_give_the_same_columns() -> None:
    full = rank_topics(topics(), documents=documents(), today=TODAY)
    empty = rank_topics(TOPICS.empty(), documents=DOCUMENTS.empty(), groups=groups(), today=TODAY)
    assert (len(empty), list(empty.columns)) == (0, list(full.columns))
    assert empty.dtypes.to_dict() == full.dtypes.to_dict()


def test_odd_topics_are_ranked_all_the_same() -> None:
    odd = topics(
        terms=[["(.*", "["], []],
        score=[math.nan, 60.0],
        evidence=[["gone", "gone"], []],
        label=["", "绘本"],
    )
    ranked = rank_topics(odd, documents=documents(), groups=groups(), own=documents(), today=TODAY)
    assert ranked["score"].between(0, 100).all()
    assert share_of(ranked, "crab", "heat") == pytest.approx(part_of("heat").floor)
    assert share_of(ranked, "book", "known") == pytest.approx(0.1)


def ranked_of(shares: list[list[float]]) -> pd.DataFrame:
    """Topics with given shares of heat, known, fit and effort, all of one weight."""
    logs = np.log(np.array(shares, dtype=float).reshape(len(shares), 4)) / 4
    names = [f"t{number:02d}" for number in range(len(shares))]
    frame = pd.DataFrame(
        {
            "topic_id": names,
            "label": names,
            "terms": [[name] for name in names],
            "score": 100 * np.exp(logs.sum(axis=1)),
            **{
                f"part_{name}": logs[:, place]
                for place, name in enumerate(["heat", "known", "fit", "effort"])
            },
            "evidence": [[] for _ in names],
        }
    )
    return frame.assign(gate="pass", angle="").sort_values(["score", "label"], ascending=[False, True])


SHARES = st.lists(st.lists(st.sampled_from([0.2, 0.4, 0.5, 0.8, 1.0]), min_size=4, max_size=4), max_size=7)


@settings(max_examples=60, deadline=None)
@given(SHARES, st.integers(0, 1000))
def test_no_weights_within_the_spread_leave_the_range(shares: list[list[float]], seed: int) -> None:
    ranked = ranked_of(shares)
    order = topic_order(ranked, spread=0.2).set_index("topic_id")
    rng = np.random.default_rng(seed)
    corners = list(itertools.product([0.8, 1.2], repeat=4))
    leaders = set()
    parts = ranked[["part_heat", "part_known", "part_fit", "part_effort"]].to_numpy()
    for factors in [*corners, *rng.uniform(0.8, 1.2, (20, 4))]:
        sums = np.round(parts @ np.array(factors), 12)
        for name, total in zip(ranked["topic_id"], sums, strict=True):
            best, worst = 1 + int((sums > total).sum()), int((sums >= total).sum())
            assert order.at[name, "rank_low"] <= worst
            assert best <= order.at[name, "rank_high"]
            if worst == 1:
                leaders.add(name)
    assert leaders <= set(order.index[order["can_lead"]])
    assert (order["rank_low"] <= order["rank"]).all()
    assert (order["rank"] <= order["rank_high"]).all()
    assert set(order.index[order["can_lead"]]) <= set(order.index[order["rank_low"] == 1])


def test_the_order_says_how_firm_it_is() -> None:
    close = ranked_of([[1, 0.5, 1, 1], [0.5, 1, 1, 1], [0.4, 0.5, 1, 1], [0.2, 0.2, 0.2, 0.2]])
    order = topic_order(close)
    assert order[["rank", "rank_low", "rank_high", "can_lead"]].values.tolist() == [
        [1, 1, 2, True],
        [2, 1, 2, True],
        [3, 3, 3, False],
        [4, 4, 4, False],
    ]
    assert order.attrs["notes"] == [
        RANK_SENTENCE,
        "权重上下改 20%：前三名换权重也还是这三个；能排到第一的有 2 个，占 4 个的 50%。",
    ]
    swap = topic_order(ranked_of([[1, 1, 1, 1], [1, 1, 1, 0.9], [1, 0.5, 1, 1], [0.5, 1, 1, 1]]))
    assert "前三名里有两个换权重也不掉出前三" in swap.attrs["notes"][1]
    assert topic_order(close, spread=0)["can_lead"].tolist() == [True, False, False, False]
    assert topic_order(close.head(0)).empty
    bad: Any
    for bad in (2, "x", None, math.nan, True):
        with pytest.raises(ChoiceError, match="spread 要在 0 和 1 之间"):
            topic_order(close, spread=bad)
    assert topic_order(close, spread=np.float64(0))["can_lead"].tolist() == [True, False, False, False]
    with pytest.raises(ColumnError, match="请先用 rank_topics 排过"):
        topic_order(topics())


def test_topics_with_score_zero_keep_the_end() -> None:
    ranked = rank_topics(topics(gate=["block", "pass"]))
    order = topic_order(ranked)
    assert order[["topic_id", "rank", "rank_low", "rank_high", "can_lead"]].values.tolist() == [
        ["book", 1, 1, 1, True],
        ["crab", 2, 2, 2, False],
    ]
    assert topic_front(ranked)["layer"].tolist() == [1, pd.NA]


def test_the_front_holds_what_nobody_beats() -> None:
    front = topic_front(ranked_of([[1, 1, 0.5, 1], [0.5, 0.5, 1, 1], [0.4, 0.5, 0.5, 1], [0.2, 0.2, 0.2, 1]]))
    assert front.values.tolist() == [
        ["t00", "t00", 1, []],
        ["t01", "t01", 1, []],
        ["t02", "t02", 2, ["t00", "t01"]],
        ["t03", "t03", 3, ["t02"]],
    ]
    by_heat = topic_front(ranked_of([[0.5, 1, 1, 1], [0.4, 1, 1, 1]]), parts=["热度与新鲜"])
    assert by_heat["layer"].tolist() == [1, 2]
    assert topic_front(TOPICS.empty().assign(**{f"part_{name}": 0.0 for name in PARTS})).empty
    with pytest.raises(ChoiceError, match="没有 luck 这一项"):
        topic_front(ranked_of([[1, 1, 1, 1]]), parts=["luck"])
    with pytest.raises(ColumnError, match="part_own"):
        topic_front(ranked_of([[1, 1, 1, 1]]), parts=["own"])


@settings(max_examples=60, deadline=None)
@given(SHARES)
def test_layers_are_of_those_that_do_not_beat_each_other(shares: list[list[float]]) -> None:
    ranked = ranked_of(shares)
    front = topic_front(ranked).set_index("topic_id")
    values = ranked.set_index("topic_id")[["part_heat", "part_known", "part_fit", "part_effort"]]
    for one, other in itertools.permutations(front.index, 2):
        beats = (values.loc[one] >= values.loc[other]).all() and (values.loc[one] > values.loc[other]).any()
        if beats:
            assert front.at[one, "layer"] < front.at[other, "layer"]
    for name, row in front.iterrows():
        assert bool(row["dominated_by"]) == (row["layer"] > 1), name


def test_every_part_has_its_row() -> None:
    table = topic_parts()
    assert list(table.columns) == [
        *("part", "caption", "weight", "share", "default", "floor", "measure", "source", "certainty")
    ]
    assert table["part"].tolist() == [f"part_{name}" for name in PARTS]
    assert table["certainty"].isin(["实测", "经验"]).all()
    assert table["floor"].between(0, 1).all()
    measured = table[table["certainty"] == "实测"]
    assert measured["part"].tolist() == [f"part_{name}" for name in ("heat", "known", "talk", "often")]
    assert measured["source"].str.contains("benchmarks/topics.py --tune.*56 天").all()
    assert table.loc[table["certainty"] == "经验", "source"].str.startswith("经验：").all()
    decay = lexicons.table("topic-decay")
    assert decay["source"].str.match("[一-鿿]|benchmarks/topics.py 的 decay 表").all()
    for row in lexicons.rows("topic-decay"):
        assert float(row["half_life_days"]) > 0
