"""Our side against theirs, against the published formula computed by hand."""

import math
from typing import Any

import numpy as np
import pandas as pd
import pytest

import toolkit as tk
from toolkit import lexicons
from toolkit.schema import CONTRAST, DOCUMENTS, ChoiceError
from toolkit.trends import count_terms
from toolkit.trends._contrast import PRIOR_DOCUMENTS, contrast

DISHES = ["白菜", "萝卜", "豆腐", "海带", "排骨", "番茄", "鸡蛋", "冬瓜", "莲藕", "香菇"]


def side(name: str, words: dict[str, int], *, documents: int = 20, filler: int = 3) -> pd.DataFrame:
    """`documents` titles of dishes; the first `words[w]` of them hold w too."""
    titles = []
    for number in range(documents):
        dishes = [DISHES[(number * 3 + step) % len(DISHES)] for step in range(filler)]
        titles.append("，".join([*dishes, *(word for word, count in words.items() if number < count)]))
    frame = pd.DataFrame({"doc_id": [f"{name}{n:03d}" for n in range(documents)], "title": titles})
    # numbers are no terms; they keep the documents from being copies
    return frame.assign(source=name, body=[str(number) for number in range(documents)])


def by_hand(ours: list[set[str]], theirs: list[set[str]]) -> dict[str, float]:
    """z of each word from sets of words, by the formulas of Monroe, Colaresi and Quinn (2008) over documents."""
    out = {}
    for word in sorted(set().union(*ours, *theirs)):
        share = sum(word in held for held in ours + theirs) / len(ours + theirs)
        log_odds, variance = [], 0.0
        for texts in (ours, theirs):
            alpha = PRIOR_DOCUMENTS * len(texts) / len(ours + theirs)
            y, n, alpha0 = sum(word in held for held in texts), len(texts), alpha / share
            holding, without = y + alpha, n + alpha0 - y - alpha
            log_odds.append(math.log(holding / without))
            variance += 1 / holding + 1 / without
        out[word] = (log_odds[0] - log_odds[1]) / math.sqrt(variance)
    return out


def test_z_is_the_published_formula() -> None:
    ours = side("甲", {"松饼": 9, "绘本": 6, "拿铁": 2})
    theirs = side("乙", {"拿铁": 14, "绘本": 5}, documents=30)
    found = contrast(ours, theirs, top=1000, min_documents=1)
    expected = by_hand(*([set(title.split("，")) for title in frame["title"]] for frame in (ours, theirs)))
    # the words stand apart, so that the only phrases are single words
    assert dict(zip(found["term"], found["z"], strict=True)) == {
        word: pytest.approx(z, abs=6e-4) for word, z in expected.items() if abs(z) > 1e-9
    }
    assert found["z"].abs().is_monotonic_decreasing


def test_both_directions_with_counts_and_shares() -> None:
    found = contrast(side("甲", {"松饼": 9}), side("乙", {"拿铁": 20}, documents=40), top=2)
    assert list(found.columns) == CONTRAST.names
    assert found.drop(columns="z").values.tolist() == [
        ["松饼", "ours", 9, 0, 0.45, 0.0],
        ["拿铁", "theirs", 0, 20, 0.0, 0.5],
    ]
    assert (found["z"] > 0).tolist() == [True, False]
    assert found.attrs["notes"] == []


def test_frames_and_counts_give_the_same() -> None:
    ours, theirs = side("甲", {"松饼": 9}), side("乙", {"拿铁": 14})
    frames = contrast(ours, theirs)
    for given in [
        (count_terms(ours), theirs),
        (ours, count_terms(theirs)),
        (count_terms(ours), count_terms(theirs)),
    ]:
        pd.testing.assert_frame_equal(contrast(*given), frames)
    swapped = contrast(theirs, ours, top=2).sort_values("side")
    assert swapped[["term", "side"]].values.tolist() == [["拿铁", "ours"], ["松饼", "theirs"]]


def test_half_of_the_rows_for_each_side_and_the_odd_one_for_theirs() -> None:
    ours = side("甲", {"松饼": 9, "绘本": 8, "帐篷": 7})
    theirs = side("乙", {"拿铁": 9, "雨靴": 8, "月饼": 7})
    assert contrast(ours, theirs, top=4)["term"].tolist() == ["拿铁", "松饼", "绘本", "雨靴"]
    assert contrast(ours, theirs, top=3)["term"].tolist() == ["拿铁", "松饼", "雨靴"]
    assert contrast(ours, theirs, top=1)["term"].tolist() == ["拿铁"]


def test_a_term_inside_a_longer_one_is_dropped() -> None:
    found = contrast(side("甲", {"松饼": 9}), side("乙", {"桂花拿铁": 14}))
    theirs = set(found.loc[found["side"] == "theirs", "term"])
    assert "桂花拿铁" in theirs
    assert not {"桂花", "拿铁"} & theirs
    # 拿铁 stands alone as often as not: both stay
    apart = contrast(side("甲", {"松饼": 9}), side("乙", {"桂花拿铁": 6, "拿铁": 14}))
    assert {"桂花拿铁", "拿铁"} <= set(apart["term"])


def test_too_few_documents_on_its_side() -> None:
    found = contrast(side("甲", {"松饼": 2}), side("乙", {"拿铁": 3}))
    assert "松饼" not in set(found["term"]) and "拿铁" in set(found["term"])
    assert "松饼" in set(contrast(side("甲", {"松饼": 2}), side("乙", {}), min_documents=2)["term"])


def test_copies_do_not_vote() -> None:
    theirs = side("乙", {"拿铁": 2})
    again = theirs.head(2).assign(doc_id=["x1", "x2"], duplicate_of=["乙000", "乙001"])
    found = contrast(
        side("甲", {}), pd.concat([theirs, again, again.assign(doc_id=["x3", "x4"])]), min_documents=2
    )
    assert found.set_index("term").loc["拿铁", "theirs"] == 2


def test_the_same_on_both_sides_is_no_difference() -> None:
    found = contrast(side("甲", {"松饼": 9}), side("乙", {"松饼": 9}))
    assert found.empty and list(found.columns) == CONTRAST.names
    assert found.attrs["notes"] == ["没有词在它偏向的一边达到 3 篇又和另一边不同，样本太少。"]


def test_chance_is_told() -> None:
    found = contrast(side("甲", {"松饼": 9}), side("乙", {"松饼": 6}))
    weak = int((found["z"].abs() < 2).sum())
    assert found.attrs["notes"] == [f"{weak} 个词的差异不到 2 个标准差，可能只是巧合。"]


def z_by_term(ours: pd.DataFrame, theirs: pd.DataFrame) -> dict[str, float]:
    found = contrast(ours, theirs, top=1000, min_documents=1)
    return dict(zip(found["term"], found["z"], strict=True))


def test_equal_shares_are_no_difference_however_long_the_texts() -> None:
    """32 of 150 short texts and 54 of 259 long ones: 21.3% and 20.8%."""
    ours = side("甲", {"松饼": 32}, documents=150, filler=2)
    theirs = side("乙", {"松饼": 54}, documents=259, filler=8)
    assert 0 < z_by_term(ours, theirs)["松饼"] < 1
    assert -1 < z_by_term(theirs, ours)["松饼"] < 0


def test_a_word_that_one_side_never_writes_is_notable() -> None:
    """0 of 150 against 15 of 259: p = 0.0015 by Fisher's exact test."""
    ours = side("甲", {}, documents=150, filler=2)
    theirs = side("乙", {"台风": 15}, documents=259, filler=8)
    assert -3 < z_by_term(ours, theirs)["台风"] < -2


def test_z_has_the_sign_of_the_shares_and_changes_it_with_the_sides() -> None:
    ours = side("甲", {"松饼": 9, "绘本": 6, "拿铁": 2}, filler=6)
    theirs = side("乙", {"拿铁": 14, "绘本": 5}, documents=30, filler=2)
    found = contrast(ours, theirs, top=1000, min_documents=1)
    assert len(found) == len(DISHES) + 3
    assert ((found["z"] > 0) == (found["ours_share"] > found["theirs_share"])).all()
    assert z_by_term(theirs, ours) == {term: -z for term, z in z_by_term(ours, theirs).items()}


def test_much_longer_texts_on_one_side_are_told() -> None:
    """Ten dishes a text against two: every dish stands in more of our documents."""
    found = contrast(side("甲", {"松饼": 15}, filler=10), side("乙", {}, filler=2))
    assert set(found["side"]) == {"ours"}
    assert found.attrs["notes"][0] == (
        "两边内容长短相差很大：我们平均每篇 11 个词，同行 2 个。"
        "差异按篇数算，内容长的一边几乎每个词的篇数都多，不等于更爱写这些。"
    )


def test_random_halves_of_the_sample_seldom_differ() -> None:
    """Where documents are split at random every difference is chance."""
    posts = tk.mark_duplicates(tk.read_documents(lexicons.sample_folder() / "posts").frame)
    counts = count_terms(posts)
    notable, notable_often, often = 0, 0, 0
    compared = 0
    for seed in range(15):
        order = np.random.default_rng(seed).permutation(counts.documents["doc_id"].to_numpy(object))
        half = len(order) // 2
        found = contrast(counts.only(order[:half]), counts.only(order[half:]), top=10_000)
        beyond = found["z"].abs() >= 2
        common = found["ours"] + found["theirs"] >= 10
        compared, often = compared + len(found), often + int(common.sum())
        notable, notable_often = notable + int(beyond.sum()), notable_often + int((beyond & common).sum())
    assert compared > 4000 and often > 700
    assert 0.004 < notable / compared < 0.02
    assert 0.02 < notable_often / often < 0.05


def test_chance_among_many_words_is_told() -> None:
    rng = np.random.default_rng(3)
    words = [a + b for a in "春夏秋冬风雨云雪山河" for b in DISHES]
    frames = [
        pd.DataFrame(
            {
                "doc_id": [f"{name}{n}" for n in range(80)],
                "title": ["，".join(rng.choice(words, 12)) for _ in range(80)],
            }
        )
        for name in "甲乙"
    ]
    known = dict.fromkeys(words, 1000)
    compared = len(contrast(*frames, top=1000, words=known))
    assert 50 < compared <= 100
    found = contrast(*frames, top=10, words=known)
    assert found.attrs["notes"][-1] == f"一共比了 {compared} 个词，只凭巧合也会有 1 个左右达到 2 个标准差。"


EMPTY = DOCUMENTS.empty()
MARKS = pd.DataFrame({"doc_id": ["m1", "m2"], "title": ["！！？", "😀😀"]})


@pytest.mark.parametrize(
    ("ours", "theirs", "note"),
    [
        (
            EMPTY,
            side("乙", {}),
            "我们（ours）这边没有能计数的词，没有对照，比不出差异。请先读入这一边的内容。",
        ),
        (
            side("甲", {}),
            MARKS,
            "同行（theirs）这边没有能计数的词，没有对照，比不出差异。请先读入这一边的内容。",
        ),
        (EMPTY, EMPTY, "两边都没有能计数的词，比不出差异。请检查读入的内容。"),
    ],
    ids=["no ours", "only marks", "nothing"],
)
def test_an_empty_side(ours: pd.DataFrame, theirs: pd.DataFrame, note: str) -> None:
    found = contrast(ours, theirs)
    assert found.empty and list(found.columns) == CONTRAST.names
    assert found.attrs["notes"] == [note]


def test_one_document_and_one_word() -> None:
    one = pd.DataFrame({"doc_id": ["a"], "title": ["松饼"]})
    assert contrast(one, one.assign(doc_id="b"), min_documents=1).empty
    other = pd.DataFrame({"doc_id": ["b"], "title": ["拿铁"]})
    assert contrast(one, other, min_documents=1)[["term", "side"]].values.tolist() == [
        ["拿铁", "theirs"],
        ["松饼", "ours"],
    ]


def test_latin_words_are_shown_as_they_are_written() -> None:
    theirs = pd.DataFrame({"doc_id": [f"b{n}" for n in range(4)], "title": ["Apple Watch 表带"] * 4})
    theirs["source"] = theirs["doc_id"]
    found = contrast(side("甲", {"松饼": 9}), theirs)
    assert "Apple Watch" in set(found["term"])


def test_own_words_and_stop_words() -> None:
    theirs = side("乙", {"闪团": 9})
    words = {"闪团": 1000}
    assert "闪团" in set(contrast(side("甲", {}), theirs, words=words)["term"])
    counted = count_terms(side("甲", {}), words=words)
    assert "闪团" in set(contrast(counted, theirs)["term"])
    assert "闪团" not in set(contrast(side("甲", {}), theirs, words=words, stop_words=["闪团"])["term"])
    notes = contrast(counted, count_terms(theirs)).attrs["notes"]
    assert notes[0] == "两边是用不同的词表切词的，有些差异可能只是切法不同。请用同一份词表重新计数。"


@pytest.mark.parametrize("wrong", [{"top": 0}, {"min_documents": 0}])
def test_bad_choices(wrong: dict[str, Any]) -> None:
    with pytest.raises(ChoiceError, match="至少为 1"):
        contrast(side("甲", {}), side("乙", {}), **wrong)


def test_words_beside_counts_are_refused() -> None:
    counted = count_terms(side("甲", {}))
    with pytest.raises(ChoiceError, match="count_terms"):
        contrast(counted, counted, words={"闪团": 10})


def test_planted_differences_are_found_among_noise() -> None:
    rng = np.random.default_rng(5)
    common = [a + b for a in "春夏秋冬风雨云雪" for b in DISHES]
    planted = {
        "松饼": "ours",
        "绘本": "ours",
        "帐篷": "ours",
        "拿铁": "theirs",
        "雨靴": "theirs",
        "月饼": "theirs",
    }
    frames = {}
    for name, count in (("ours", 60), ("theirs", 240)):
        mine = [word for word, where in planted.items() if where == name]
        titles = [
            "，".join([*rng.choice(common, 6), *(word for word in mine if rng.random() < 0.15)])
            for _ in range(count)
        ]
        frames[name] = pd.DataFrame({"doc_id": [f"{name}{n}" for n in range(count)], "title": titles})
    found = contrast(frames["ours"], frames["theirs"], top=6)
    assert dict(zip(found["term"], found["side"], strict=True)) == planted
