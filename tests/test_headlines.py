"""Headlines: parts that add up, true advice, and suggestions an editor could use."""

from __future__ import annotations

import json
import re
from typing import Any

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pandas.testing import assert_frame_equal

from toolkit import lexicons
from toolkit.compliance import check_copy, gate, judge_copy, lessons_of, own_rules
from toolkit.headlines import explain_parts, score_headlines, suggest_for_topics, suggest_headlines
from toolkit.schema import COPY_RULES, HEADLINES, TOPICS, VERDICTS, ChoiceError, ColumnError
from toolkit.text import display_width

PARTS = explain_parts()["part"].tolist()
COLUMNS = [
    "headline",
    "craft",
    *PARTS,
    *[name for name in HEADLINES.names if name not in ("headline", "craft")],
]
TERMS = ["大闸蟹", "睡前共读", "减法礼盒", "错峰出游", "桂花拿铁", "临期盲盒", "月光故事会", "数字人民币"]
CASES = [
    json.loads(line)
    for line in (lexicons.corpora_folder() / "cases" / "headlines.jsonl").read_text("utf-8").splitlines()
]


def parts_of(row: pd.Series[Any]) -> dict[str, float]:
    return {part.removeprefix("part_"): row[part] for part in PARTS}


def score_one(text: str, **options: Any) -> pd.Series[Any]:
    return score_headlines([text], **options).iloc[0]


# ---- the rubric


def test_explained_parts_add_up_to_one_hundred() -> None:
    frame = explain_parts()
    assert frame.columns.tolist() == ["part", "caption", "max", "rewards", "evidence"]
    assert frame["caption"].tolist() == ["长短", "具体", "好处", "引子", "对谁说", "关键词", "干净"]
    assert frame["max"].tolist() == [20, 20, 15, 15, 10, 10, 10]
    assert frame["evidence"].unique().tolist() == ["经验"]


def test_each_kind_has_a_cue_or_is_measured_and_a_cue_has_a_kind() -> None:
    kinds = {row["kind"] for row in lexicons.rows("headline-kinds")}
    cues = {row["kind"] for row in lexicons.rows("headline-cues")}
    assert kinds - cues == {"theme", "hype"}
    assert cues - kinds == {"abstract"}
    assert {f"part_{row['part']}" for row in lexicons.rows("headline-kinds")} - set(PARTS) == {
        "part_clickbait"
    }


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["comment"])
def test_cases(case: dict[str, Any]) -> None:
    row = score_one(case["text"], platform=case["platform"], purpose=case["purpose"])
    assert {name: row[name] for name in case["expect"]} == case["expect"]


def test_a_whole_row() -> None:
    row = score_one("石榴怎么剥？5步不脏手", platform="group")
    assert row["headline"] == "石榴怎么剥？5步不脏手"
    assert parts_of(row) == {
        "length": 20.0,
        "specific": 14.0,
        "benefit": 8.0,
        "hook": 12.0,
        "audience": 0.0,
        "keyword": 6.0,
        "clarity": 10.0,
    }
    assert (row["craft"], row["gate"], row["findings"], row["clickbait"]) == (70.0, "pass", 0, 0.0)
    assert (row["width"], row["visible"]) == (21, "石榴怎么剥？5步不脏手")
    assert row[["chance", "chance_low", "chance_high"]].isna().all()


@settings(max_examples=120, deadline=None)
@given(
    st.lists(
        st.one_of(
            st.text(max_size=40),
            st.text("全城最低价震惊！？。3个你怎么\u200b\x00😀 é", max_size=30),
            st.sampled_from(["", "   ", "😀", "\x00\x1b", "a" * 400]),
        ),
        max_size=5,
    ),
    st.sampled_from(sorted(lexicons.platforms())),
    st.sampled_from([None, [], ["秋天", "石榴"]]),
)
def test_parts_add_up_exactly_for_any_text(texts: list[str], platform: str, trends: list[str] | None) -> None:
    frame = score_headlines(texts, platform=platform, trends=trends, audience="亲子阅读")
    assert frame["headline"].tolist() == texts
    assert (frame[PARTS].sum(axis=1) == frame["craft"]).all()
    limits = dict(zip(PARTS, explain_parts()["max"], strict=True))
    assert all(frame[part].between(0, limit).all() for part, limit in limits.items())
    assert frame["clickbait"].between(0, 1).all()
    assert frame["width"].tolist() == [display_width(text) for text in texts]
    assert all(text.startswith(seen) for text, seen in zip(texts, frame["visible"], strict=True))


def test_gate_and_findings_are_those_of_the_checker() -> None:
    texts = ["全城最低价，集满28个赞送鸡蛋", "震惊！这种水果不能吃", "石榴怎么剥"]
    frame = score_headlines(texts, platform="wechat")
    checked = [check_copy(text, platform="wechat") for text in texts]
    assert frame["gate"].tolist() == [gate(findings) for findings in checked] == ["block", "warn", "pass"]
    assert frame["findings"].tolist() == [len(findings) for findings in checked]


# ---- forms of input


def test_columns_order_and_empty_input() -> None:
    frame = score_headlines([])
    assert frame.columns.tolist() == COLUMNS
    assert len(frame) == 0
    assert frame.dtypes.tolist() == score_headlines(["石榴怎么剥"]).dtypes.tolist()


def test_lists_series_frames_and_missing_values_keep_their_order() -> None:
    texts = ["乙", "甲", "乙"]
    expected = score_headlines(texts)
    assert expected["headline"].tolist() == texts
    for same in (
        pd.Series(texts, index=[9, 3, 5]),
        pd.DataFrame({"title": texts}),
        pd.DataFrame({"headline": texts, "title": ["不看", "这", "列"]}),
        tuple(texts),
    ):
        pd.testing.assert_frame_equal(score_headlines(same), expected)
    assert score_headlines("乙")["headline"].tolist() == ["乙"]
    assert score_headlines([None, float("nan"), pd.NA, "甲"])["headline"].tolist() == ["", "", "", "甲"]


def test_wrong_arguments_are_refused_in_chinese() -> None:
    with pytest.raises(ChoiceError, match="还没有可用的标题模型"):
        score_headlines(["甲"], model="best")  # type: ignore[arg-type]
    with pytest.raises(ChoiceError, match="不认识的平台 'qq'"):
        score_headlines([], platform="qq")
    with pytest.raises(ChoiceError, match="不认识的用途 'ad'"):
        score_headlines([], purpose="ad")
    with pytest.raises(ChoiceError, match="audience 要么是群表的一行，要么是一个主题词（现在是 int）"):
        score_headlines(["甲"], audience=3)
    with pytest.raises(ColumnError, match="标题表缺少列 headline（现有的列：正文）"):
        score_headlines(pd.DataFrame({"正文": ["甲"]}))


# ---- trends and audience


def test_a_trending_term_counts_by_its_place() -> None:
    trends = pd.DataFrame({"term": ["软籽石榴", "大闸蟹"]})
    texts = [
        "软籽石榴怎么剥",
        "周末一家人在厨房里怎么剥软籽石榴",
        "今年秋天很多人都想知道在家里到底应该怎么把一整个软籽石榴剥干净",
        "怎么剥橘子",
    ]
    assert score_headlines(texts, trends=trends)["part_keyword"].tolist() == [10.0, 8.0, 5.0, 3.0]
    advice = score_one("怎么剥橘子", trends=trends)["advice"]
    assert "用上一个热词并放在开头，例如「软籽石榴」（写法分约 +7）。" in advice


def test_an_audience_is_a_group_row_or_a_theme() -> None:
    group = pd.Series(
        {"group_id": "g04", "name": "小书虫妈妈群", "segment": "亲子妈妈", "theme": "绘本与亲子阅读"}
    )
    row = {"group_id": "g04", "theme": "绘本与亲子阅读"}
    for audience in (group, row, "绘本"):
        assert score_one("绘本读到一半就睡着了", audience=audience)["part_audience"] == 6.0
    assert score_one("绘本读到一半就睡着了")["part_audience"] == 0.0
    assert score_one("手冲的水温", audience=group)["part_audience"] == 0.0


# ---- clickbait and advice


def test_clickbait_is_the_complement_of_its_weights() -> None:
    assert score_one("石榴怎么剥")["clickbait"] == 0.0
    assert score_one("炸锅的那条消息竟然是这样", purpose="editorial")["clickbait"] == pytest.approx(
        1 - 0.55 * 0.7
    )


def test_advice_says_first_what_must_change() -> None:
    advice = score_one("全城最低价，今晚开抢")["advice"]
    assert advice[0] == "「全城最低价」要改：改成“本店近30天较低价”并保留成交记录。"
    assert score_one("")["advice"] == ["还没有文字，先写一句看看。"]


@pytest.mark.parametrize(
    ("text", "better", "sentence"),
    [
        ("菜场怎么逛", "菜场5怎么逛", "加一个具体数字（几步、几样、几点钟）（写法分约 +8）。"),
        ("石榴很甜！！真的", "石榴很甜，真的", None),
        (
            "今晚八点的豆子怎么挑才省心",
            "今晚八点妈妈的豆子怎么挑才省心",
            "叫出这句话是对谁说的（上班族、新手爸妈、街坊）（写法分约 +6）。",
        ),
    ],
)
def test_advice_promises_what_the_rubric_gives(text: str, better: str, sentence: str | None) -> None:
    before, after = score_one(text), score_one(better)
    changed = [part for part in PARTS if part not in ("part_length", "part_keyword")]
    gain = (after[changed] - before[changed]).sum()
    if sentence is not None:
        assert sentence in before["advice"]
        assert gain == float(re.findall(r"\+(\d+)", sentence)[0])
    else:
        assert gain > 0


def test_advice_comes_in_order_of_gain() -> None:
    for text in ["石榴", "菜场怎么逛", "震惊！！居然没人告诉你", "今晚八点，厨房里的5种石榴吃法"]:
        gains = [int(found) for found in re.findall(r"\+(\d+)", "".join(score_one(text)["advice"]))]
        assert gains == sorted(gains, reverse=True)
        assert min(gains) > 0


# ---- an editor's own rules and verdicts

OWN = pd.DataFrame(
    {"rule_id": ["own-7"], "pattern": ["大闸蟹怎么"], "severity": ["block"], "examples": ["大闸蟹怎么挑"]}
)


def test_an_own_rule_changes_gate_findings_and_advice() -> None:
    texts = ["大闸蟹怎么挑？看准这3处，今晚就能蒸", "三步挑出膏满的大闸蟹"]
    before, after = score_headlines(texts), score_headlines(texts, rules=OWN)
    assert before[["gate", "findings"]].to_numpy().tolist() == [["pass", 0], ["pass", 0]]
    assert after[["gate", "findings"]].to_numpy().tolist() == [["block", 1], ["pass", 0]]
    assert after.loc[0, "advice"][0] == "「大闸蟹怎么」要改：换一个说法。"
    assert_frame_equal(after[["craft", *PARTS]], before[["craft", *PARTS]])
    assert_frame_equal(score_headlines(texts, rules=own_rules(OWN)), after)


def test_a_verdict_turns_block_into_pass_and_pass_into_warn() -> None:
    blocked, passing = "国家级品质面膜今晚开抢", "三步挑出膏满的大闸蟹"
    judged = judge_copy(blocked, verdict="误报", rule_id="absolute-001")
    judged = judge_copy(passing, verdict="漏判", verdicts=judged)
    assert score_headlines([blocked, passing])["gate"].tolist() == ["block", "pass"]
    frame = score_headlines([blocked, passing], verdicts=judged)
    assert frame[["gate", "findings"]].to_numpy().tolist() == [["pass", 1], ["warn", 1]]
    assert_frame_equal(score_headlines([blocked, passing], verdicts=lessons_of(judged)), frame)


def test_none_and_empty_rules_and_verdicts_change_nothing() -> None:
    texts = ["国家级品质面膜今晚开抢", "三步挑出膏满的大闸蟹", ""]
    expected = score_headlines(texts)
    empty = score_headlines(texts, rules=COPY_RULES.empty(), verdicts=VERDICTS.empty())
    assert_frame_equal(empty, expected)
    assert_frame_equal(score_headlines(texts, rules=None, verdicts=None), expected)


def test_rules_and_verdicts_that_cannot_be_used_are_refused() -> None:
    bad = pd.DataFrame({"pattern": ["蟹"], "examples": ["大闸蟹"]})
    with pytest.raises(ColumnError, match="自家规则第 2 行不能用"):
        score_headlines([], rules=bad)
    with pytest.raises(ColumnError, match="自家规则第 2 行不能用"):
        suggest_for_topics(TOPICS.empty(), rules=bad)
    with pytest.raises(ColumnError, match="合规判定第 2 行用不上"):
        suggest_headlines("大闸蟹", verdicts=pd.DataFrame({"text": ["大闸蟹"], "verdict": ["wrong"]}))


def test_what_an_own_rule_blocks_is_not_suggested() -> None:
    everything = suggest_headlines("大闸蟹", top=99)["headline"].tolist()
    first = next(text for text in everything if "大闸蟹怎么" in text)
    kept = suggest_headlines("大闸蟹", top=99, rules=OWN)["headline"].tolist()
    assert sorted(kept) == sorted(text for text in everything if "大闸蟹怎么" not in text)
    judged = judge_copy(first, verdict="误报", rule_id="own-7", rules=OWN)
    again = suggest_headlines("大闸蟹", top=99, rules=OWN, verdicts=judged)["headline"].tolist()
    assert sorted(again) == sorted([*kept, first])
    topics = pd.DataFrame(
        {"topic_id": ["t1"], "label": ["大闸蟹"], "terms": [["大闸蟹"]], "score": [1.0], "evidence": [["d1"]]}
    )
    for_topics = suggest_for_topics(topics, top=99, rules=OWN, verdicts=judged)
    assert for_topics["headline"].tolist() == again
    assert for_topics["topic_id"].unique().tolist() == ["t1"]


# ---- suggestions


def test_there_are_patterns_of_every_intent() -> None:
    rows = lexicons.rows("headline-patterns")
    assert len({row["id"] for row in rows}) == len(rows) >= 60
    intents = {"提问", "清单", "做法", "对比", "避坑", "场景", "节令", "讨论", "故事", "数字", "揭秘", "人群"}
    assert {row["intent"] for row in rows} == intents
    shapes = {row["shape"] for row in lexicons.rows("headline-shapes")} | {"any", "other"}
    for row in rows:
        assert set(row["fits"].split(";")) <= shapes, row["id"]
        assert set(re.findall(r"\{(.+?)\}", row["pattern"])) <= {"词", "词2", "数", "人群", "时节"}, row["id"]
        bare = re.sub(r"\{.+?\}", "", row["pattern"])
        # a number that is no size of a list would be a claim that nobody has checked
        assert not re.search(r"\d|%|折|元", bare), row["id"]


def test_no_pattern_is_flagged_by_itself() -> None:
    bare = [re.sub(r"\{.+?\}", "石榴", row["pattern"]) for row in lexicons.rows("headline-patterns")]
    found = {text: check_copy(text) for text in bare}
    ruled = [text for text, one in found.items() if gate(one[one["category"] != "second_look"]) != "pass"]
    assert ruled == []
    # the fruit makes nonsense of some; few of them are asked about
    assert sum(gate(one) != "pass" for one in found.values()) <= len(bare) / 15
    assert score_headlines(bare)["clickbait"].max() == 0.0


@pytest.mark.parametrize("term", TERMS)
@pytest.mark.parametrize("platform", ["wechat", "xiaohongshu"])
def test_suggestions_are_many_open_and_diverse(term: str, platform: str) -> None:
    frame = suggest_headlines(term, platform=platform)
    assert len(frame) == 20
    assert frame.columns.tolist() == [*COLUMNS, "pattern", "intent"]
    assert frame["headline"].str.contains(term, regex=False).all()
    assert frame["headline"].is_unique and frame["pattern"].is_unique
    assert "block" not in set(frame["gate"])
    assert frame["craft"].is_monotonic_decreasing
    assert frame["intent"].nunique() >= 6 and frame["intent"].head(5).nunique() >= 3
    most = lexicons.platform(platform).max_chars
    assert frame["headline"].str.len().max() <= most
    pd.testing.assert_frame_equal(frame, suggest_headlines([term], platform=platform))


def test_suggestions_score_as_score_headlines_does() -> None:
    options: dict[str, Any] = {"audience": "绘本与亲子阅读", "platform": "group", "purpose": "editorial"}
    frame = suggest_headlines("睡前共读", top=8, **options)
    again = score_headlines(frame["headline"], **options)
    pd.testing.assert_frame_equal(frame[COLUMNS], again)
    assert len(frame) == 8
    assert suggest_headlines("睡前共读", top=0).empty


def test_topics_terms_seasons_and_people_fill_their_slots() -> None:
    topic = pd.Series({"topic_id": "t1", "label": "桂花拿铁", "terms": ["手冲", "桂花拿铁"]})
    frame = suggest_headlines(topic, top=200, season="秋天", audience="咖啡")
    texts = frame["headline"].tolist()
    assert "桂花拿铁和手冲，先选哪一个？" in texts
    assert "秋天到了，桂花拿铁该提上日程" in texts
    assert "咖啡爱好者第一次试桂花拿铁，先看这3点" in texts
    alone = suggest_headlines({"label": "", "terms": ["桂花拿铁"]}, top=200)["headline"]
    assert not alone.str.contains("秋天|爱好者|手冲|{|}").any()
    patterns = {row["id"]: row["fits"] for row in lexicons.rows("headline-patterns")}
    unknown = suggest_headlines("数字人民币", top=200)["pattern"]
    assert all({"any", "other"} & set(patterns[name].split(";")) for name in unknown)


@pytest.mark.parametrize(
    "nothing", ["", "  ", [], ["", "\u200b"], {"label": "", "terms": []}, "！！", "全城最低价"]
)
def test_no_usable_term_gives_an_empty_frame(nothing: Any) -> None:
    frame = suggest_headlines(nothing)
    assert frame.columns.tolist() == [*COLUMNS, "pattern", "intent"]
    assert frame.empty
