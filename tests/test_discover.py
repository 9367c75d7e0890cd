"""New words against counts by hand: what is offered, what is not, who votes, and what accepting them does."""

import itertools
import math
import random
import re
from collections import Counter

import jieba
import pandas as pd
import pytest

import toolkit as tk
from toolkit import lexicons, text
from toolkit.schema import DOCUMENTS, NEW_WORDS, ChoiceError, ColumnError
from toolkit.text import _frequency
from toolkit.trends._discover import SPUN, discover_words

# stop words: no new word begins or ends with them, whatever stands beside
FILLERS = [
    "因为",
    "所以",
    "但是",
    "不过",
    "然而",
    "而且",
    "或者",
    "以及",
    "如果",
    "假如",
    "虽然",
    "即使",
    "无论",
    "不管",
    "那么",
    "那个",
    "这个",
    "这些",
    "其中",
    "其他",
    "某些",
    "各种",
    "每个",
    "任何",
    "我们",
    "你们",
    "他们",
    "大家",
    "自己",
    "什么",
    "怎么",
    "如何",
    "为何",
    "例如",
    "比如",
    "按照",
    "根据",
    "通过",
    "关于",
    "随着",
    "作为",
    "觉得",
    "知道",
    "开始",
    "继续",
    "非常",
    "特别",
    "比较",
    "甚至",
    "只是",
    "刚刚",
    "也许",
    "似乎",
    "是否",
    "首先",
    "然后",
    "最后",
    "此外",
    "终于",
    "目前",
    "现在",
    "最近",
    "马上",
    "经常",
    "往往",
    "再次",
    "仍然",
    "还有",
]


def posts(*words: str, count: int = 64, seed: int = 7) -> list[str]:
    """Invented posts, each with one of the words between changing neighbours."""
    rng = random.Random(seed)  # noqa: S311 - repeatable, no secret
    around = [("".join(rng.choices(FILLERS, k=3)), "".join(rng.choices(FILLERS, k=4))) for _ in range(count)]
    return [
        f"{before}{words[place % len(words)]}{after}。第{place}次"
        for place, (before, after) in enumerate(around)
    ]


def test_the_fillers_are_stop_words() -> None:
    assert set(FILLERS) <= set(lexicons.words("stopwords"))


def frame(texts: list[str], **columns: object) -> pd.DataFrame:
    ids = [f"d{place:03d}" for place in range(len(texts))]
    return pd.DataFrame({"doc_id": ids, "title": texts} | columns)


def entropy(neighbours: list[str]) -> float:
    """Of letters; each missing or other neighbour is one of its own, all digits are one."""
    kinds = Counter("0" if one.isdigit() else one or f"-{place}" for place, one in enumerate(neighbours))
    return -sum(count / len(neighbours) * math.log(count / len(neighbours)) for count in kinds.values())


def test_figures_are_those_counted_by_hand() -> None:
    texts = posts("云吞鲸")
    found = discover_words(texts)
    whole = "\n".join(texts)
    units = re.findall(r"[\u4e00-\u9fff]|\d+", whole)
    left = [match[1] for match in re.finditer(r"(\w?)云吞鲸", whole)]
    right = [match[1] for match in re.finditer(r"云吞鲸(\w?)", whole)]
    splits = [("云", "吞鲸"), ("云吞", "鲸")]
    cohesion = min(
        math.log(64 * len(units) / whole.count(front) / whole.count(back)) for front, back in splits
    )
    assert found[["term", "count", "documents", "frequency", "note"]].values.tolist() == [
        ["云吞鲸", 64, 64, 64, ""]
    ]
    assert found.loc[0, "cohesion"] == pytest.approx(cohesion)
    assert found.loc[0, "freedom"] == pytest.approx(min(entropy(left), entropy(right)))
    assert found.dtypes.astype(str).to_dict() == {
        **{"term": "str", "count": "Int64", "cohesion": "float64", "freedom": "float64"},
        **{"documents": "Int64", "frequency": "Int64", "note": "str"},
    }


def test_accepting_the_frame_keeps_every_word_whole() -> None:
    words = ["云吞鲸", "栗子邮差", "雾蓝集市", "KK拌粉"]
    texts = posts(*words)
    found = discover_words(texts)
    assert sorted(found["term"]) == sorted(words)
    before, after = (
        Counter(itertools.chain(*text.segment(texts, words=given)))
        for given in (None, found[["term", "frequency"]])
    )
    assert [before[word] for word in words] == [0, 0, 0, 0]
    assert [after[word] for word in words] == [16, 16, 16, 16]
    assert discover_words(texts, words=found).empty


def test_the_form_is_the_one_that_is_written_most_and_simplified() -> None:
    texts = posts("KK拌粉", "KK拌粉", "kk拌粉", "Kk拌粉")
    assert discover_words(texts)[["term", "count"]].values.tolist() == [["KK拌粉", 64]]
    assert discover_words([post.replace("云吞鲸", "雲吞鯨") for post in posts("云吞鲸")])[
        "term"
    ].tolist() == ["云吞鲸"]


def test_words_that_are_known_are_not_offered_nor_are_their_parts() -> None:
    texts = posts("云吞鲸", "栗子邮差")
    for words in ({"云吞鲸": 100}, [("雲吞鯨", 100)], pd.DataFrame({"term": ["云吞鲸"], "frequency": [100]})):
        assert discover_words(texts, words=words)["term"].tolist() == ["栗子邮差"]
    # in jieba's dictionary, and in our user words
    assert "拿铁" in lexicons.user_words()
    assert discover_words(posts("桂花", "拿铁")).empty


@pytest.mark.parametrize(
    "run", ["的雾蓝", "雾蓝了", "最雾蓝", "我们雾蓝", "3盏雾蓝", "雾蓝雾蓝", "嗷嗷嗷", "latte", "2026"]
)
def test_runs_that_are_no_words(run: str) -> None:
    assert run not in set(discover_words(posts(run))["term"])


def test_a_run_that_mostly_follows_numbers_begins_with_their_measure() -> None:
    texts = [post.replace("例雾蓝", f"{place}例雾蓝") for place, post in enumerate(posts("例雾蓝"))]
    assert discover_words(texts)["term"].tolist() == []
    assert discover_words(posts("例雾蓝"))["term"].tolist() == ["例雾蓝"]


def test_fragments_go_where_the_whole_stands() -> None:
    # 子邮差 follows hardly anything but 栗
    texts = posts("栗子邮差", count=60) + posts("松子邮差", count=4) + posts("邮差", count=8)
    assert discover_words(texts)["term"].tolist() == ["栗子邮差"]
    # 雾蓝 follows several characters, and would pass by itself
    others = posts(*[f"{one}雾蓝" for one in "松桃李杏瓜豆"], count=24, seed=1)
    assert discover_words(posts("栗雾蓝", count=40) + others)["term"].tolist() == ["栗雾蓝"]
    assert discover_words(posts("栗雾蓝", count=20) + others)["term"].tolist() == ["雾蓝", "栗雾蓝"]


def test_a_chance_pair_of_ordinary_words_is_no_word() -> None:
    pairs = [f"{a}{b}" for a in ("北京", "上海", "广州", "成都") for b in ("天气", "新闻", "交通", "美食")]
    assert discover_words(posts(*pairs)).empty


@pytest.fixture(scope="module")
def much() -> list[str]:
    """Some 600 000 characters in which nothing new stands: a word must come back 12 times."""
    rng = random.Random(0)  # noqa: S311 - repeatable, no secret
    return ["，".join(rng.choices(FILLERS, k=300)) for _ in range(1000)]


def test_parts_that_mostly_stand_elsewhere_make_no_word(much: list[str]) -> None:
    together = posts("雾蓝", "茶馆灯会", count=30, seed=2)
    singles, doubles = posts("雾", "蓝", count=400), posts("茶馆", "灯会", count=128, seed=1)
    # 15 of 215 places of 雾 are too few, 15 of 79 are enough for a coined word and too few for two ordinary ones
    assert discover_words(much + singles + doubles + together).empty
    assert discover_words(much + singles[:128] + doubles + together)["term"].tolist() == ["雾蓝"]
    assert discover_words(much + together)["term"].tolist() == ["茶馆灯会", "雾蓝"]


def test_what_the_dictionary_explains_is_no_new_word(much: list[str]) -> None:
    # 中国 and 发展 are so common that they meet by chance; so are the two characters
    assert discover_words(much + posts("中国发展", "字今", count=40)).empty


def test_halves_that_meet_no_more_than_by_chance_in_so_little_text() -> None:
    assert discover_words(posts("茶馆灯会", count=20) + posts("茶馆", "灯会", count=60, seed=1)).empty
    lone = posts("茶馆", "灯会", count=12, seed=1)
    assert discover_words(posts("茶馆灯会", count=20) + lone)["term"].tolist() == ["茶馆灯会"]


def test_two_ordinary_words_must_stand_more_freely_than_a_coined_one() -> None:
    rest = [post.split("。")[0] for post in posts("")]
    found = [
        f"{'吧呢吗呀'[place % 4]}{word}{after}"
        for word in ("茶馆灯会", "雾蓝")
        for place, after in enumerate(rest)
    ]
    assert discover_words(found)["term"].tolist() == ["雾蓝"]


def test_what_the_segmenter_keeps_whole_needs_no_help() -> None:
    # a surname and a given name: jieba guesses them rightly between two breaks
    texts = [post.replace("林芷言", "，林芷言，") for post in posts("林芷言")]
    assert "林芷言" not in _frequency.word_frequencies()
    assert discover_words(texts).empty


def test_a_fragment_that_dictionary_words_reach_into() -> None:
    found = discover_words(posts("官方雾蓝", "警方雾蓝", "校方雾蓝", "院方雾蓝"))
    assert sorted(found["term"]) == ["官方雾蓝", "校方雾蓝", "警方雾蓝", "院方雾蓝"]


def test_repeats_and_copies_do_not_vote() -> None:
    texts = posts("云吞鲸", count=4)
    assert discover_words(texts * 20).empty
    repeated = pd.concat([frame(texts).assign(doc_id=lambda f, n=n: f["doc_id"] + str(n)) for n in range(20)])
    assert discover_words(repeated).empty
    whole = posts("云吞鲸")
    assert discover_words(frame(whole * 2, source=["甲号"] * 128))["count"].tolist() == [64]
    assert discover_words(frame(whole * 2, source=["甲号"] * 64 + ["乙号"] * 64))["count"].tolist() == [128]
    marked = frame(posts("云吞鲸"), duplicate_of=["d000" if place > 3 else None for place in range(64)])
    assert discover_words(marked).empty
    half = frame(posts("云吞鲸"), duplicate_of=["d000" if place > 31 else None for place in range(64)])
    assert discover_words(half)[["term", "count", "note"]].values.tolist() == [["云吞鲸", 32, ""]]


STORY = (
    "老街新开一家面包房，面包房的师傅起得很早。清晨路过面包房，香气飘得很远。街坊夸面包房实在，"
    "学生放学直奔面包房，老人坐在面包房门口晒太阳。谁都说面包房暖心，难怪面包房天天满座。"
)


def spun(words: list[str]) -> list[str]:
    """The story with its word replaced throughout, as a spinning tool does it, and a line of its own."""
    return [f"{STORY.replace('面包房', word)}{FILLERS[place]}" for place, word in enumerate(words)]


def test_a_word_of_spun_copies_is_labelled_and_stands_last() -> None:
    texts = [STORY, *spun(["麦香窖"] * 6), *posts("云吞鲸")]
    marked = frame(texts, duplicate_of=[None, *["d000"] * 6, *[None] * 64])
    assert discover_words(marked)[["term", "count", "documents", "note"]].values.tolist() == [
        ["云吞鲸", 64, 64, ""],
        ["麦香窖", 6 * STORY.count("面包房"), 6, SPUN],
    ]
    assert discover_words(marked, top=1)["term"].tolist() == ["云吞鲸"]
    # not marked, they are posts like others
    assert set(discover_words(frame(texts))["note"]) == {""}


@pytest.mark.parametrize(
    ("texts", "copied"),
    [
        pytest.param([STORY, *spun(["麦香窖"] * 2 + ["面包房"] * 4)], 6, id="in two copies only"),
        pytest.param(spun(["麦香窖"] * 7), 6, id="the original has it too"),
        pytest.param(
            [STORY, *spun(["麦香窖"] * 6), *posts("麦香窖", count=3)], 6, id="three originals use it"
        ),
    ],
)
def test_what_is_no_word_of_spun_copies(texts: list[str], copied: int) -> None:
    rest = [None] * (len(texts) - copied - 1)
    marked = frame(texts + posts("云吞鲸"), duplicate_of=[None, *["d000"] * copied, *rest, *[None] * 64])
    assert discover_words(marked)["term"].tolist() == ["云吞鲸"]


def test_copies_whose_original_is_not_here_prove_nothing() -> None:
    marked = frame(spun(["麦香窖"] * 6) + posts("云吞鲸"), duplicate_of=[*["elsewhere"] * 6, *[None] * 64])
    assert discover_words(marked)["term"].tolist() == ["云吞鲸"]


@pytest.mark.parametrize(
    "texts",
    [
        [],
        "",
        [None, float("nan"), pd.NA],
        ["！！！。。", "😀😀😀", "， "],
        [f"hello world {place}" for place in range(50)],
        ["一模一样的云吞鲸"] * 50,
        ["云吞鲸的云吞鲸"],
        ["哈" * 500_000, "哈" * 300_000],
        "加油鸭" * 200_000,
        DOCUMENTS.empty(),
        frame(["云吞鲸"]),
    ],
    ids=[
        "none",
        "empty text",
        "missing",
        "signs",
        "latin",
        "one text",
        "short",
        "haha",
        "round",
        "no rows",
        "a row",
    ],
)
def test_where_there_is_nothing_to_find_the_frame_is_empty(texts: object) -> None:
    pd.testing.assert_frame_equal(discover_words(texts), NEW_WORDS.empty())


def test_lines_of_one_text_stand_for_documents() -> None:
    assert discover_words("\n".join(posts("云吞鲸")))[["term", "documents"]].values.tolist() == [
        ["云吞鲸", 64]
    ]
    # a text without lines is one document
    joined = "。".join(posts("云吞鲸"))
    assert discover_words([joined])[["term", "documents"]].values.tolist() == [["云吞鲸", 1]]


def test_three_documents_and_five_times_and_more_in_larger_texts(much: list[str]) -> None:
    others = posts("栗子邮差")
    kinds = {count: discover_words(others + posts("云吞鲸", count=count, seed=3)) for count in (4, 5)}
    assert {count: len(found) for count, found in kinds.items()} == {4: 1, 5: 2}
    assert len(discover_words(others + posts("云吞鲸", count=5, seed=3), min_count=6)) == 1
    two = ["。".join(posts("云吞鲸", count=32)), "。".join(posts("云吞鲸")[32:])]
    assert discover_words(others + two)["term"].tolist() == ["栗子邮差"]
    few = {count: discover_words(much + posts("云吞鲸", count=count))["term"].tolist() for count in (11, 13)}
    assert few == {11: [], 13: ["云吞鲸"]}


def test_arguments_and_columns_are_checked() -> None:
    with pytest.raises(ChoiceError, match="top"):
        discover_words([], top=0)
    with pytest.raises(ChoiceError, match="min_count"):
        discover_words([], min_count=1)
    with pytest.raises(ChoiceError, match="频次"):
        discover_words([], words=["云吞鲸"])
    with pytest.raises(ColumnError, match="缺少列"):
        discover_words(pd.DataFrame({"正文内容": ["云吞鲸"]}))


def test_frequencies_are_jiebas() -> None:
    known = sorted(lexicons.user_words())
    terms = ["云吞鲸", "社区团购", "团购", "的", "我们的", "龘龘", "KK拌粉", *known]
    assert _frequency.suggest_frequencies(terms) == [jieba.suggest_freq(term) for term in terms]


def test_the_verb_is_exported() -> None:
    assert tk.discover_words(posts("云吞鲸"))["term"].tolist() == ["云吞鲸"]
