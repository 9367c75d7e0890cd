"""Headlines: parts that add up, true advice, and suggestions an editor could use."""

from __future__ import annotations

import datetime as dt
import json
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pandas.testing import assert_frame_equal

from toolkit import lexicons
from toolkit.compliance import check_copy, gate, judge_copy, lessons_of, own_rules
from toolkit.headlines import advise_headline, explain_parts, headline_features, score_headlines
from toolkit.schema import COPY_RULES, HEADLINES, VERDICTS, ChoiceError, ColumnError, check
from toolkit.text import display_width

PARTS = explain_parts()["part"].tolist()
COLUMNS = [
    "headline",
    "craft",
    *PARTS,
    *[name for name in HEADLINES.names if name not in ("headline", "craft")],
]
LINES = [
    json.loads(line)
    for line in (lexicons.corpora_folder() / "cases" / "headlines.jsonl").read_text("utf-8").splitlines()
]
CASES = [line for line in LINES if "text" in line]
PAIRS = [line for line in LINES if "better" in line]


def parts_of(row: pd.Series[Any]) -> dict[str, float]:
    return {part.removeprefix("part_"): row[part] for part in PARTS}


def score_one(text: str, **options: Any) -> pd.Series[Any]:
    return score_headlines([text], **options).iloc[0]


# ---- the rubric


def test_explained_parts_add_up_to_one_hundred() -> None:
    frame = explain_parts()
    assert frame.columns.tolist() == ["part", "caption", "max", "rewards", "evidence", "source"]
    assert frame["caption"].tolist() == ["长短", "具体", "收获", "引子", "对谁说", "关键词", "干净"]
    assert frame["max"].tolist() == [20, 20, 15, 15, 10, 10, 10]
    assert frame["evidence"].tolist() == ["实测", *["经验"] * 6]
    assert frame["source"].str.endswith("2026-11-22").all()


def test_each_kind_has_a_cue_or_is_measured_and_a_cue_has_a_kind() -> None:
    kinds = {row["kind"] for row in lexicons.rows("headline-kinds")}
    cues = {row["kind"] for row in lexicons.rows("headline-cues")}
    featured = {kind for row in lexicons.rows("headline-features") for kind in row["cues"].split(";") if kind}
    assert kinds - cues == {"theme", "brand", "unborne", "hype"}
    assert cues - kinds - featured == {"abstract"}
    assert featured <= cues
    parts = {row["part"] for row in lexicons.rows("headline-parts")}
    assert {row["part"] for row in lexicons.rows("headline-kinds")} == parts - {"length"} | {"clickbait"}
    assert {
        kind for row in lexicons.rows("headline-kinds") for kind in row["unfit"].split(";") if kind
    } <= kinds


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["comment"])
def test_cases(case: dict[str, Any]) -> None:
    row = score_one(case["text"], platform=case["platform"], purpose=case["purpose"])
    assert {name: row[name] for name in case["expect"]} == case["expect"]


def test_a_whole_row() -> None:
    row = score_one("石榴怎么剥？5步不脏手", platform="group")
    assert row["headline"] == "石榴怎么剥？5步不脏手"
    assert parts_of(row) == {
        "length": 20.0,
        "specific": 12.0,
        "benefit": 8.0,
        "hook": 12.0,
        "audience": 0.0,
        "keyword": 10.0,
        "clarity": 10.0,
    }
    assert (row["craft"], row["gate"], row["findings"], row["clickbait"]) == (72.0, "pass", 0, 0.0)
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


@pytest.mark.parametrize("pair", PAIRS, ids=lambda pair: pair["better"])
def test_the_better_of_two_headlines_has_the_higher_score(pair: dict[str, Any]) -> None:
    better, worse = score_headlines([pair["better"], pair["worse"]], purpose="editorial")["craft"]
    assert better - worse >= 5, pair["comment"]


def test_good_news_is_not_scored_as_if_it_were_bland() -> None:
    news = [
        "台风今夜登陆温州，13趟高铁停运",
        "国足2：1逆转日本，张玉宁补时绝杀",
        "老字号知味观时隔30年重回湖滨开店",
    ]
    frame = score_headlines(news, purpose="editorial")
    assert frame["part_benefit"].tolist() == [3.0, 3.0, 3.0], (
        "something happened, but nothing that a reader can use"
    )
    assert frame["craft"].min() >= 55


def test_officialese_counts_against_a_headline() -> None:
    texts = ["社区食堂涨价两元，老人照旧八折", "关于社区食堂价格调整有关事项的通知"]
    assert score_headlines(texts)["part_clarity"].tolist() == [10.0, 6.0]


# ---- forms of input


def test_columns_order_and_empty_input() -> None:
    frame = score_headlines([])
    assert frame.columns.tolist() == COLUMNS
    assert len(frame) == 0
    assert frame.dtypes.tolist() == score_headlines(["石榴怎么剥"]).dtypes.tolist()


def test_the_frame_is_what_its_contract_says() -> None:
    for texts in ([], ["石榴怎么剥", "", "😀"]):
        frame = score_headlines(texts)
        assert_frame_equal(check(frame, HEADLINES)[COLUMNS], frame)


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
    for wrong in ("best", 1, object(), {"skill_": None}):
        with pytest.raises(ChoiceError, match="model 要一个学过本账号历史的 HeadlineModel"):
            score_headlines(["甲"], model=wrong)
    with pytest.raises(ColumnError, match="正文 1 篇，标题 2 条，对不上"):
        score_headlines(["甲", "乙"], bodies=["一"])
    with pytest.raises(ChoiceError, match="不认识的平台 'qq'"):
        score_headlines([], platform="qq")
    with pytest.raises(ChoiceError, match="不认识的用途 'ad'"):
        score_headlines([], purpose="ad")
    with pytest.raises(ChoiceError, match="audience 要么是群表的一行，要么是一个主题词（现在是 int）"):
        score_headlines(["甲"], audience=3)
    with pytest.raises(ColumnError, match="标题表缺少列 headline（现有的列：正文）"):
        score_headlines(pd.DataFrame({"正文": ["甲"]}))


@pytest.mark.parametrize("verb", [score_headlines, advise_headline, headline_features])
def test_what_is_no_text_is_refused_and_not_scored_as_if_it_were(verb: Any) -> None:
    alone: list[Any] = [None, float("nan"), pd.NA, 3, b"x", {"a": 1}, {"a"}, object(), np.array("a")]
    for wrong in alone:
        with pytest.raises(ChoiceError, match="标题要给一条文字、一个列表或表里的一列（现在是 "):
            verb(wrong)
    within: list[Any] = [b"x", {"a": 1}, ["甲"], ("甲",), True, np.array(["甲"]), dt.date(2026, 11, 22)]
    for wrong in within:
        with pytest.raises(ChoiceError, match=r"第 2 条标题不是文字（现在是 .+）。请改成一句文字"):
            verb(["甲", wrong])
    with pytest.raises(ChoiceError, match="第 1 条正文不是文字（现在是 bytes）"):
        verb(["甲"], bodies=[b"x"])
    with pytest.raises(ChoiceError, match="热词要给一条文字、一个列表或表里的一列（现在是 int）"):
        verb(["甲"], trends=3)
    with pytest.raises(ColumnError, match="热词表缺少列 term（现有的列：词）"):
        verb(["甲"], trends=pd.DataFrame({"词": ["甲"]}))


def test_numbers_are_texts_and_of_two_columns_of_one_name_the_first_is_read() -> None:
    assert score_headlines([2024, np.int64(3), 1.5])["headline"].tolist() == ["2024", "3", "1.5"]
    twice = pd.DataFrame([["甲", "乙"]], columns=["title", "title"])
    assert score_headlines(twice)["headline"].tolist() == ["甲"]
    with pytest.raises(ChoiceError, match="品牌词要给一条文字"):
        score_headlines(["甲"], brand=3)  # type: ignore[arg-type]


# ---- trends and audience


def test_a_trending_term_counts_by_its_place() -> None:
    trends = pd.DataFrame({"term": ["软籽石榴", "大闸蟹"]})
    texts = [
        "软籽石榴怎么剥",
        "周末一家人在厨房里怎么剥软籽石榴",
        "今年秋天很多人都想知道在家里到底应该怎么把一整个软籽石榴剥干净",
        "怎么剥橘子",
    ]
    assert score_headlines(texts, trends=trends)["part_keyword"].tolist() == [10.0, 8.0, 5.0, 5.0]
    assert_frame_equal(score_headlines(texts, trends="软籽石榴"), score_headlines(texts, trends=["软籽石榴"]))
    advice = score_one("怎么剥橘子", trends=trends)["advice"]
    assert "用上一个热词并放在开头，例如「软籽石榴」（照做约 50 分）。" in advice


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
    with pytest.raises(ColumnError, match="合规判定第 2 行用不上"):
        score_headlines([], verdicts=pd.DataFrame({"text": ["大闸蟹"], "verdict": ["wrong"]}))


# ---- a model's chance, one's own words, the body


@dataclass(frozen=True)
class Skill:
    shown: bool
    reason: str = "历史只有 12 条，暂不给胜出机会"


class Model:
    """What `score_headlines` asks of a model."""

    def __init__(self, *, shown: bool) -> None:
        self.skill_ = Skill(shown)

    def chances(self, titles: list[str]) -> np.ndarray:
        lengths = np.array([len(title) for title in titles]) / 20
        return np.stack([lengths, lengths - 0.1, lengths + 0.1], axis=1)


def test_a_chance_is_shown_only_where_the_model_may_show_it() -> None:
    texts = ["石榴怎么剥", "三步挑出膏满的大闸蟹"]
    names = ["chance", "chance_low", "chance_high"]
    shown = score_headlines(texts, model=Model(shown=True))
    assert shown[names].round(6).to_numpy().tolist() == [[0.25, 0.15, 0.35], [0.5, 0.4, 0.6]]
    assert shown.attrs["chance"] == ""
    hidden = score_headlines(texts, model=Model(shown=False))
    assert hidden[names].isna().all(axis=None)
    assert hidden.attrs["chance"] == "历史只有 12 条，暂不给胜出机会"
    without = score_headlines(texts)
    assert without[names].isna().all(axis=None)
    assert without.attrs["chance"] == "还没有用本账号的历史学过，暂无胜出机会"
    blank = score_headlines(["", "！！", texts[0]], model=Model(shown=True))
    assert blank["chance"].isna().tolist() == [True, True, False]
    rest = [name for name in COLUMNS if name not in names]
    assert_frame_equal(shown[rest], without[rest])
    assert score_headlines([], model=Model(shown=True)).columns.tolist() == COLUMNS


def test_a_number_that_the_body_lacks_costs_points_and_is_told() -> None:
    title = "番茄鸡蛋面卖12元，5步做好"
    bodies = ["一碗10元，分四步。", "一碗十二元，分四步。", "", "一碗１２元"]
    frame = score_headlines([title] * 4, bodies=bodies)
    assert frame["part_clarity"].tolist() == [2.0, 10.0, 10.0, 10.0]
    told = "标题里的数字在正文里找不到，核对后改成正文里的数（照做约 65 分）。"
    assert [told in advice for advice in frame["advice"]] == [True, False, False, False]
    assert_frame_equal(score_headlines([title], bodies=[""]), score_headlines([title]))


def test_a_word_of_ones_own_counts_for_the_keyword() -> None:
    text = "其实我们现在可以开始来说一说番茄鸡蛋面"
    plain, branded = (score_one(text, brand=brand) for brand in (None, ["鸡蛋面"]))
    assert branded["part_keyword"] - plain["part_keyword"] == 3.0
    assert score_one(text, brand="鸡蛋面")["part_keyword"] == branded["part_keyword"]
    assert score_one(text, brand=["", "知味"])["part_keyword"] == plain["part_keyword"]
