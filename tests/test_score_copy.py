"""Group messages: parts that add up, advice that keeps its word, folds, gates, templates."""

from __future__ import annotations

import json
from typing import Any

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pandas.testing import assert_frame_equal

from toolkit import lexicons
from toolkit.compliance import check_copy, gate
from toolkit.headlines._copy import advise_copy, explain_copy_checks, explain_copy_parts, score_copy
from toolkit.headlines._landing import (
    copy_template,
    copy_templates,
    fill_template,
    landing_page,
    template_slots,
)
from toolkit.schema import COPY, CRAFT_ADVICE, ITEM_KINDS, ChoiceError, ColumnError, InputError

PARTS = explain_copy_parts()["part"].tolist()
COLUMNS = [
    "text",
    "craft",
    *PARTS,
    *[name for name in COPY.names if name not in ("text", "craft")],
    "opening",
]
CASES = [
    json.loads(line)
    for line in (lexicons.corpora_folder() / "cases" / "copy.jsonl").read_text("utf-8").splitlines()
]
TEMPLATES = list(copy_templates().itertuples())
# one message of each kind that meets every check
WHOLE = {row.kind: row.example for row in TEMPLATES if row.template != "landing"}


def score_one(text: str, **options: Any) -> pd.Series[Any]:
    return score_copy([text], **options).iloc[0]


# ---- the rubric


def test_explained_parts_add_up_to_one_hundred() -> None:
    frame = explain_copy_parts()
    assert frame.columns.tolist() == ["part", "caption", "max", "rewards", "evidence"]
    assert frame["caption"].tolist() == ["开头", "长短", "动作", "用处", "要素", "对谁说", "好读"]
    assert frame["max"].tolist() == [20, 10, 20, 15, 15, 5, 15]
    assert frame["evidence"].unique().tolist() == ["经验"]


@pytest.mark.parametrize("kind", ITEM_KINDS)
def test_the_checks_of_each_kind_add_up_to_the_parts(kind: str) -> None:
    sums = explain_copy_checks(kind).groupby("part", sort=False)["points"].sum()
    parts = explain_copy_parts().set_index("part")["max"]
    assert sums.to_dict() == parts.to_dict()


def test_every_platform_has_a_dated_row_of_folds() -> None:
    rows = lexicons.rows("copy-folds")
    assert {row["platform"] for row in rows} == set(lexicons.platforms())
    assert all(row["source"] and row["checked"] and row["certainty"] for row in rows)


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["pair"])
def test_the_repaired_message_of_each_pair_scores_higher(case: dict[str, Any]) -> None:
    options = {name: case[name] for name in ("kind", "platform", "purpose")}
    good, bad = score_copy([case["good"], case["bad"]], audience=case["audience"] or None, **options)["craft"]
    assert good > bad


def test_a_whole_row() -> None:
    text = "家人们早上好，新到一批酥梨，特别甜！！赶紧下单，也可以私聊我。"
    row = score_one(text, kind="promotion")
    assert {name: row[name] for name in PARTS} == {
        "part_opening": 10.0,
        "part_length": 6.0,
        "part_action": 12.0,
        "part_value": 2.0,
        "part_facts": 2.0,
        "part_people": 0.0,
        "part_layout": 5.0,
    }
    assert (row["craft"], row["gate"], row["findings"], row["length"]) == (37.0, "pass", 0, 31)
    assert row["opening"] == "家人们早上好，新到一批酥梨，特别甜！！赶"
    assert pd.isna(row["folded_at"])
    assert row["advice"] == [
        "再写具体一点：促销一般 50–240 个字（照做约 49 分）。",
        "写清怎么做：回哪个词、写什么格式，用引号标出来，例如 回“梨+箱数”（照做约 43 分）。",
        "把价格和下单往后放，前面先用一两句话说它对人有什么用（照做约 43 分）。",
        "写一句用处：适合谁、怎么吃怎么用、省了哪一步（照做约 43 分）。",
    ]


TEXTS = st.one_of(
    st.text(max_size=60),
    st.text(
        "街坊们，梨29.8元一箱！？。\n周五20:00前接龙写“”回 @所有人https://a.cn👨\u200d👩😀\ud800\u202e{}【…】",
        max_size=80,
    ),
    st.sampled_from(["", "  \n ", "😀", "\x00\x1b", "https://a.cn", *WHOLE.values()]),
)


@settings(max_examples=100, deadline=None)
@given(
    st.lists(TEXTS, max_size=4), st.sampled_from(ITEM_KINDS), st.sampled_from(sorted(lexicons.platforms()))
)
def test_parts_add_up_exactly_for_any_text(texts: list[str], kind: str, platform: str) -> None:
    frame = score_copy(texts, kind=kind, platform=platform, audience="亲子阅读")
    assert frame["text"].tolist() == texts
    assert (frame[PARTS].sum(axis=1) == frame["craft"]).all()
    limits = dict(zip(PARTS, explain_copy_parts()["max"], strict=True))
    assert all(frame[part].between(0, limit).all() for part, limit in limits.items())
    assert frame["length"].tolist() == [len(text) for text in texts]
    for text, place, opening in zip(texts, frame["folded_at"], frame["opening"], strict=True):
        assert opening in " ".join(line.strip() for line in text.splitlines() if line.strip())
        assert pd.isna(place) or text[place:].strip()


@settings(max_examples=60, deadline=None)
@given(TEXTS, st.sampled_from(ITEM_KINDS))
def test_advice_is_in_order_of_gain_and_stays_within_the_scale(text: str, kind: str) -> None:
    frame = advise_copy(text, kind=kind)
    assert frame.columns.tolist() == CRAFT_ADVICE.names
    craft = score_one(text, kind=kind)["craft"]
    assert (frame["craft"] == craft + frame["gain"]).all()
    assert frame["craft"].le(100).all()
    edits = frame[frame["part"] != ""]
    assert edits["gain"].is_monotonic_decreasing
    assert edits["gain"].gt(0).all()
    assert frame["place"].tolist() == list(range(1, len(frame) + 1))


# ---- advice, followed by hand

PLAIN_LINK = "带饭的朋友，手抓饼换了新面粉，{}煎的时候不用放油。\n一袋10片19.9元，周一20:00前下单。{}"
# kind, what the advice says, the message before it is followed, the message after
FOLLOWED = [
    (kind, sentence, WHOLE[kind].replace(now, before), WHOLE[kind])
    for kind, sentence, now, before in [
        (
            "promotion",
            "第一句就写出",
            "家里爱喝汤的，青禾镇的带泥藕到了。",
            "家里爱喝汤的，大家今天晚上过来看看这样东西吧。",
        ),
        ("promotion", "开头点明对谁说", "家里爱喝汤的，青禾镇的带泥藕到了", "青禾镇的带泥藕到了，自己挑过"),
        ("promotion", "只留一个动作，现在有：接龙、私聊", "要的接龙", "要的私聊我，或者接龙"),
        ("promotion", "写清怎么做", "要的接龙写“藕+份数”。", "投票定。"),
        ("promotion", "去掉“转发”这样的条件", "要的接龙写", "转发的先挑，要的接龙写"),
        ("promotion", "只留一个动作，现在有：接龙、转发拉人", "要的接龙写", "转发的先挑，要的接龙写"),
        (
            "promotion",
            "少说几句买卖",
            "要的接龙",
            "特价。优惠。促销。限量。预订。特价。优惠。促销。限量。预订。要的接龙",
        ),
        (
            "promotion",
            "写一句用处",
            "短胖的炖汤粉糯，细长的凉拌爽脆，都标好了",
            "短胖的在左边筐里，细长的在右边筐里，标好了",
        ),
        ("promotion", "写明哪天几点截止", "9月24日20:00截单，25日17:00到自提点拿", "截单以后到自提点拿"),
        ("promotion", "写明价格", "一份3斤17.4元，有坏的", "有坏的"),
        ("promotion", "感叹号最多留两个", "都标好了。", "都标好了！！"),
        ("promotion", "去掉“赶紧”这样催人的话", "要的接龙写", "要的赶紧接龙写"),
        ("promotion", "去掉@所有人", "要的接龙", "@所有人 要的接龙"),
        ("promotion", "表情少一点", "都标好了。", "都标好了🥰🥰🥰。"),
        ("promotion", "分成短段", "有坏的", "藕是清早从塘里起的，" * 10 + "有坏的"),
        (
            "value",
            "写成能照做的",
            WHOLE["value"][22:],
            "\n3月里的那种，叶子短一些，颜色深一些，吃着甜一些，15天里喜欢的人也多一些，菜场里都在说。",
        ),
        ("value", "缩短一些", "已经蔫了的", "菜场里各家摊子的讲究都差不多。\n" * 12 + "已经蔫了的"),
        ("discussion", "先说自己的一句", "我家是先洗手再啃半个玉米，四点半动笔。\n", ""),
        ("discussion", "写明答到什么程度就行", "说说你的，一句也行", "听听你的，都好"),
        ("discussion", "问题太多", "？\n", "？作业呢？晚饭呢？几点睡呢？\n"),
        (
            "event",
            "写明在哪里",
            "来借阅室一起撕纸画。\n9月26日15:00到16:30，茶亭街32号二楼；",
            "一起撕纸画。\n9月26日15:00到16:30；",
        ),
        ("event", "写清怎么报名", "要来的接龙写“小名+年龄”，", "要来的报名，"),
        ("event", "写明价格", "每家一位大人一位孩子，不收费", "每家一位大人一位孩子"),
        ("red_packet", "写一句为什么发", "谢谢大家昨天帮忙搬桌子", "晚饭后的老规矩又到了"),
        ("red_packet", "写明红包多少钱", "一共50元，分30份，一人一份", "人人都有一份，大家看好手机"),
        ("red_packet", "写明几点发", "今晚20:00发", "今晚发"),
        ("poll", "写一句结果怎么用", "数票，下周三就做票多的那样", "截止"),
        ("poll", "选项每个一行", "A 萝卜牛腩\nB 雪菜黄鱼\nC 香菇鸡块\n", "萝卜牛腩、雪菜黄鱼、香菇鸡块\n"),
        ("poll", "写明哪天几点截止", "周日20:00数票", "早点数票"),
        (
            "notice",
            "写一句那大家怎么办",
            "改到东门岗亭。\n9月22日到25日，钟点不变，还是17:00到19:00。\n推车过不去的提前打阿禾电话，送到楼下",
            "挪动。\n9月22日到25日，钟点是17:00到19:00",
        ),
        (
            "notice",
            "写明从哪天到哪天",
            "明天起自提点改到东门岗亭。\n9月22日到25日，",
            "自提点改到东门岗亭。\n",
        ),
    ]
] + [
    ("event", "去掉开头的“大家晚上好”", "大家晚上好，" + WHOLE["event"], WHOLE["event"]),
    ("event", "去掉开头的“@所有人", "@所有人 " + WHOLE["event"], WHOLE["event"]),
    ("event", "去掉开头的“🎉🎉🎉”", "🎉🎉🎉" + WHOLE["event"], WHOLE["event"]),
    (
        "promotion",
        "链接单独放一行",
        PLAIN_LINK.format("https://shop.example.com/bing ", ""),
        PLAIN_LINK.format("", "\nhttps://shop.example.com/bing"),
    ),
    (
        "promotion",
        "只留一个链接",
        PLAIN_LINK.format("", "\nhttps://a.example.com\nhttps://b.example.com"),
        PLAIN_LINK.format("", "\nhttps://a.example.com"),
    ),
    (
        "promotion",
        "把价格和下单往后放",
        "藕到了，3斤17.4元。爱喝汤的街坊，短胖的炖汤粉糯，细长的凉拌爽脆。周四20:00前接龙写“藕+份数”，周五到自提点拿。",
        "爱喝汤的街坊，藕到了。短胖的炖汤粉糯，细长的凉拌爽脆。3斤17.4元，周四20:00前接龙写“藕+份数”，周五到自提点拿。",
    ),
    (
        "value",
        "加两三处具体的数",
        "家里买了小白菜的，想多放几日不蔫，照这几步。\n1. 先挑掉黄叶断梗，别急着洗。\n2. 厨房纸裹好，根朝下放进袋子，袋口留缝。",
        "家里买了小白菜的，想多放三天不蔫，照这几步。\n1. 先挑掉黄叶断梗，别急着洗。\n2. 厨房纸裹两圈，根朝下放进袋子，袋口留缝。",
    ),
    (
        "discussion",
        "请大家答一句",
        "接孩子放学的爸妈，到家头半小时的顺序。\n我家是先洗手再啃半个玉米。",
        "接孩子放学的爸妈，到家头半小时的顺序。\n我家是先洗手再啃半个玉米。\n聊聊这半小时。",
    ),
    ("value", "再写具体一点", WHOLE["value"][:43], WHOLE["value"]),
]


@pytest.mark.parametrize(("kind", "sentence", "before", "after"), FOLLOWED)
def test_advice_followed_by_hand_gives_the_promised_score(
    kind: str, sentence: str, before: str, after: str
) -> None:
    advice = advise_copy(before, kind=kind)
    promised = advice.loc[advice["advice"].str.startswith(sentence), "craft"].tolist()
    assert promised == pytest.approx([score_one(after, kind=kind)["craft"]], abs=1)
    assert score_one(before, kind=kind)["craft"] < score_one(after, kind=kind)["craft"]


def test_the_score_promised_stands_in_the_sentence() -> None:
    text = WHOLE["promotion"].replace("都标好了。", "都标好了！！")
    assert score_one(text, kind="promotion")["advice"] == [
        "感叹号最多留两个，不要连用标点（照做约 100 分）。"
    ]


@pytest.mark.parametrize("kind", list(WHOLE))
def test_a_message_that_meets_every_check_gets_no_advice(kind: str) -> None:
    row = score_one(WHOLE[kind], kind=kind)
    assert (row["craft"], row["gate"], row["advice"]) == (100.0, "pass", [])
    empty = advise_copy(WHOLE[kind], kind=kind)
    assert_frame_equal(empty, CRAFT_ADVICE.empty(), check_index_type=False)


# ---- the gate, blanks and folds


def test_gate_and_findings_are_those_of_the_checker() -> None:
    texts = ["全城最低价，集满28个赞送鸡蛋", "取菜的邻居，今天的黄桃到了"]
    frame = score_copy(texts)
    checked = [check_copy(text, platform="group") for text in texts]
    assert frame["gate"].tolist() == [gate(findings) for findings in checked] == ["block", "pass"]
    assert frame["findings"].tolist() == [len(findings) for findings in checked]
    assert frame["advice"][0][0].startswith("「")


@pytest.mark.parametrize(
    ("text", "blanks"),
    [
        ("街坊们，【…物品】到了，一份【…价格】元。", "【…物品】、【…价格】"),
        ("{称呼}，新到的藕，{好处:省时}。", "{称呼}、{好处:省时}"),
        ("酥梨【…】元", "【…】"),
    ],
)
def test_a_message_with_open_blanks_is_blocked_and_told_first(text: str, blanks: str) -> None:
    row = score_one(text)
    count = blanks.count("、") + 1
    assert (row["gate"], row["findings"]) == ("block", count)
    assert row["advice"][0] == f"还有 {count} 处没有填：{blanks}。填好再发。"
    assert advise_copy(text)["advice"][0] == row["advice"][0]
    assert score_one("【到货】酥梨到了，{不是空位}")["gate"] == "pass"


@pytest.mark.parametrize(
    ("text", "platform", "place"),
    [
        ("梨" * 320, "group", None),
        ("梨" * 321, "group", 320),
        ("a" * 641, "group", 640),
        ("梨\n" * 20 + "桃", "group", 39),
        ("梨\n" * 20 + "  \n", "group", None),
        ("梨" * 141, "weibo", 140),
        ("梨" * 9000, "wechat", None),
        ("梨" * 139 + "👩\u200d👧", "weibo", 139),
        ("梨" * 139 + "🇨🇳", "weibo", 139),
        ("梨" * 139 + "e\u0301", "weibo", 139),
        ("梨" * 138 + "🇨🇳🇨🇳", "weibo", 140),
    ],
)
def test_a_message_is_folded_where_the_row_of_its_platform_says(
    text: str, platform: str, place: int | None
) -> None:
    folded = score_one(text, platform=platform)["folded_at"]
    assert (None if pd.isna(folded) else folded) == place


def test_the_opening_is_the_beginning_as_far_as_it_shows() -> None:
    assert score_one("\n  街坊们\n\n酥梨到了")["opening"] == "街坊们 酥梨到了"
    assert score_one("梨" * 19 + "👩\u200d👩\u200d👧梨")["opening"] == "梨" * 19
    assert score_one("")["opening"] == ""


# ---- forms of input


def test_columns_order_and_empty_input() -> None:
    frame = score_copy([])
    assert frame.columns.tolist() == COLUMNS
    assert len(frame) == 0
    assert frame.dtypes.tolist() == score_copy(["酥梨到了"]).dtypes.tolist()
    assert frame.dtypes[COPY.names].tolist() == COPY.empty().dtypes.tolist()


def test_lists_series_frames_and_missing_values_keep_their_order() -> None:
    texts = ["乙", "甲", "乙"]
    expected = score_copy(texts)
    assert expected["text"].tolist() == texts
    for same in (
        pd.Series(texts, index=[9, 3, 5]),
        pd.DataFrame({"text": texts}),
        pd.DataFrame({"copy": texts, "title": ["不看", "这", "列"]}),
        tuple(texts),
    ):
        assert_frame_equal(score_copy(same), expected)
    assert score_copy("乙")["text"].tolist() == ["乙"]
    missing = score_copy([None, float("nan"), pd.NA, "甲"])
    assert missing["text"].tolist() == ["", "", "", "甲"]
    assert missing["craft"].tolist()[:3] == [0.0, 0.0, 0.0]
    assert missing["advice"][0] == ["还没有文字，先写一句看看。"]
    assert advise_copy("")[["advice", "craft"]].values.tolist() == [["还没有文字，先写一句看看。", 0.0]]


def test_rows_of_items_are_read_as_their_own_kind() -> None:
    items = pd.DataFrame(
        {"kind": ["poll", "促销", None], "copy": [WHOLE["poll"], WHOLE["promotion"], WHOLE["notice"]]}
    )
    assert score_copy(items, kind="通知")["craft"].tolist() == [100.0, 100.0, 100.0]
    assert score_copy(items["copy"], kind="notice")["craft"].tolist() != [100.0, 100.0, 100.0]


def test_wrong_arguments_are_refused_in_chinese() -> None:
    with pytest.raises(
        ChoiceError, match="不认识的消息类型 'ad'。可以用的是：value（干货）、discussion（话题）"
    ):
        score_copy([], kind="ad")
    with pytest.raises(ChoiceError, match="不认识的平台 'qq'"):
        score_copy([], platform="qq")
    with pytest.raises(ChoiceError, match="不认识的用途 'ad'"):
        score_copy([], purpose="ad")
    with pytest.raises(ChoiceError, match="audience 要么是群表的一行，要么是一个主题词（现在是 int）"):
        score_copy(["甲"], audience=3)
    with pytest.raises(ColumnError, match="消息表缺少列 copy（现有的列：正文）"):
        score_copy(pd.DataFrame({"正文": ["甲"]}))


WRONG: list[Any] = [None, 3, b"x", {"copy": "甲"}, {"甲"}, [b"x"], [["甲"]], [{"copy": "甲"}], [True]]


@pytest.mark.parametrize("texts", WRONG, ids=repr)
def test_what_is_no_message_is_refused(texts: Any) -> None:
    with pytest.raises(InputError, match=r"消息.*文字"):
        score_copy(texts)


def test_one_message_that_is_none_is_refused_too_and_a_number_in_a_cell_is_text() -> None:
    text: Any
    for text in (b"x", ["甲"], {"copy": "甲"}):
        with pytest.raises(InputError, match="一条消息要是文字"):
            advise_copy(text)
    with pytest.raises(InputError, match="一条消息要是文字"):
        score_copy(pd.DataFrame({"copy": ["甲", ["乙"]]}))
    assert score_copy(pd.Series([12, 3.5]))["text"].tolist() == ["12.0", "3.5"]
    assert score_copy(one for one in ["甲"])["text"].tolist() == ["甲"]


def test_words_said_again_are_no_message() -> None:
    row = score_one("早安，" + "今天天气很好，" * 8)
    assert {name: row[name] for name in PARTS} == {
        "part_opening": 10.0,
        "part_length": 3.0,
        "part_action": 8.0,
        "part_value": 2.0,
        "part_facts": 2.0,
        "part_people": 0.0,
        "part_layout": 4.0,
    }
    assert row["craft"] == 29.0
    assert row["advice"][0].startswith("再写具体一点：干货一般 50–260 个字")


IDLE = [
    (
        "value",
        "写成能照做的",
        "第二天早上的风有些凉，湖水一层一层，颜色比上个月深，岸边的人不多，柳树还绿着，天很高，云走得慢，心里静得很，像是过了一个长假。",
    ),
    (
        "notice",
        "写一句那大家怎么办",
        "楼下的桂花开了，香味一直飘到三楼，下过雨更浓，夜里关着窗也闻得见，很好。",
    ),
    ("red_packet", "写一句为什么发", "风有些凉，湖水一层一层，颜色比上个月深，柳树还绿着。"),
]


@pytest.mark.parametrize(("kind", "advice", "text"), IDLE, ids=lambda value: str(value)[:8])
def test_where_nothing_is_asked_and_nothing_told_the_action_gets_half(
    kind: str, advice: str, text: str
) -> None:
    assert score_one(text, kind=kind)["part_action"] == 10.0
    found = advise_copy(text, kind=kind)
    assert found["part"].ne("part_action").all() and found["advice"].str.len().gt(1).all()
    # the same words with what the kind lives on: nothing more need be asked
    told = {"value": "先擦干，再放冷藏，别放门边。", "notice": "照常取菜。", "red_packet": "天冷了。"}[kind]
    whole = score_one(text + told, kind=kind)
    assert whole["part_action"] == 20.0
    promised = found.loc[found["advice"].str.startswith(advice), "craft"].tolist()
    assert promised == [whole["craft"]]


def test_an_audience_asks_for_its_own_words() -> None:
    text = "家里爱喝汤的，青禾镇的带泥藕到了。"
    assert score_one(text, audience="咖啡")["part_people"] == 2.0
    assert score_one(text + "炒菜也行，你试试。", audience="买菜")["part_people"] == 5.0


@pytest.mark.parametrize(
    "text",
    [
        WHOLE["promotion"] * 1000,
        "👨\u200d👩\u200d👧\u200d👦" * 9000,
        "\ud800" * 500 + "梨",
        "\u202e\u200f梨\u2066" * 500,
        "https://a.example.com " * 4000,
        "1" * 50_000,
        " " * 50_000 + "梨",
        "各位鄰居，週六下午來借閱室一起畫樹葉。" * 50,
        "【" * 20_000,
        "{称呼" * 9000,
    ],
    ids=[
        "long",
        "emoji",
        "surrogates",
        "marks",
        "links",
        "digits",
        "blanks",
        "traditional",
        "brackets",
        "braces",
    ],
)
def test_hostile_texts_are_scored_too(text: str) -> None:
    row = score_one(text, kind="promotion")
    assert row["craft"] == sum(row[name] for name in PARTS)
    assert row["length"] == len(text)
    assert 0 <= row["craft"] <= 100


def test_traditional_and_full_width_texts_score_as_simplified_ones() -> None:
    simple = "各位邻居，周六15:00来借阅室画树叶，不收费。要来的接龙写“名字”。"
    other = "各位鄰居，週六１５：００來借閱室畫樹葉，不收費。要來的接龍寫“名字”。"
    frame = score_copy([simple, other], kind="event")
    assert frame["craft"][0] == frame["craft"][1]


def test_an_endless_message_is_not_praised_for_what_it_does_not_do_wrong() -> None:
    long = WHOLE["promotion"] + "\n" + "这一段说的是藕塘边上的事。\n" * 400
    row = score_one(long, kind="promotion")
    assert row["craft"] < 75
    assert row["advice"][0].startswith("缩短一些：促销一般 50–240 个字")
    assert f"照做约 {int(score_one(WHOLE['promotion'], kind='promotion')['craft'])} 分" in row["advice"][0]


def test_only_links_are_no_message() -> None:
    assert score_one("https://a.example.com/x https://b.example.com", kind="promotion")["craft"] <= 20


# ---- templates


@pytest.mark.parametrize("row", TEMPLATES, ids=lambda row: row.template)
def test_every_template_filled_with_its_examples_may_be_sent(row: Any) -> None:
    assert "【" not in row.example
    assert gate(check_copy(row.example, platform="group")) == "pass"
    scored = score_one(row.example, kind=row.kind)
    assert (scored["craft"], scored["gate"]) == (100.0, "pass")


@pytest.mark.parametrize("row", TEMPLATES, ids=lambda row: row.template)
def test_a_template_shows_each_slot_until_it_is_filled(row: Any) -> None:
    blanks = [f"【…{slot}】" for slot in row.slots]
    assert all(blank in row.text for blank in blanks)
    assert copy_template(row.caption) == row.text
    assert score_one(row.text, kind=row.kind)["gate"] == "block"
    assert template_slots(row.template)["slot"].tolist() == row.slots
    slots = {f"{{{slot}}}" for slot in row.slots}
    lines = [line["line"] for line in lexicons.rows("copy-templates") if line["template"] == row.template]
    assert all(slot in "".join(lines) for slot in slots)


def test_a_landing_page_has_three_parts_and_asks_twice() -> None:
    page = landing_page(主题="旧铁锅翻新", 动作="点文末链接报名", 专家="", 价格=128)
    top, middle, bottom = page.split("\n\n")
    assert top.splitlines()[0] == "旧铁锅翻新：【…好处】"
    assert "点文末链接报名" in top
    assert middle == "资质：【…资质】\n来过的人说：【…评价】"
    assert "【…数量】128，【…截止时间】前点文末链接报名。" in bottom


def test_values_are_put_in_as_they_are() -> None:
    filled = fill_template("notice", 对谁="{变动}", 变动="\\1 【…】", 时间=None, 细节="", 怎么办="打电话")
    assert filled == "{变动}，\\1 【…】。\n打电话。"


def test_unknown_templates_slots_and_values_are_refused() -> None:
    with pytest.raises(ChoiceError, match="没有叫 'ad' 的模板。可以用的是：landing（落地页）、"):
        fill_template("ad")
    with pytest.raises(
        ChoiceError, match="模板“notice”里没有“价格”这一处。可以填的是：对谁、变动、时间、细节、怎么办。"
    ):
        fill_template("notice", 价格="1元")
    with pytest.raises(InputError, match="模板“notice”的“对谁”要填文字或数字"):
        fill_template("notice", 对谁=["街坊"])
    with pytest.raises(ChoiceError):
        template_slots("ad")
