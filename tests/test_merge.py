"""Which terms are told by another one."""

import numpy as np
import pandas as pd
import pytest

from toolkit.trends._merge import MERGE_CANDIDATES, told_once

WINDOW = 20
# documents 0 to 19 are the window's, 20 to 59 the baseline's, 60 and on are earlier
PART = np.array([0] * WINDOW + [1] * 40 + [-1] * 10)


def told(*terms: tuple[str, str, list[int]], score: float = 70.0) -> dict[str, list[str]]:
    """The variants of each term that is left; the terms come best first."""
    table = pd.DataFrame({"term": [name for name, _, _ in terms], "status": [now for _, now, _ in terms]})
    table["score"] = score
    members = {place: np.array(rows, dtype=np.int64) for place, (_, _, rows) in enumerate(terms)}
    out = told_once(table, members, PART)
    return dict(zip(out["term"], out["variants"], strict=True))


@pytest.mark.parametrize("long", ["月光故事会", "cba故事会", "ai 故事会"])
@pytest.mark.parametrize("first", ["long", "short"])
@pytest.mark.parametrize("status", [("new", "rising"), ("rising", "new"), ("rising", "rising")])
def test_a_word_that_lives_only_in_a_phrase_is_told_by_it(
    long: str, first: str, status: tuple[str, str]
) -> None:
    phrase = (long, status[0], [0, 1, 2, 3, 4])
    word = ("故事会", status[1], [0, 1, 2, 3, 4, *([30] if status[1] == "rising" else [])])
    assert told(*((phrase, word) if first == "long" else (word, phrase))) == {long: ["故事会"]}


def test_a_word_with_a_life_of_its_own_stays() -> None:
    phrase, word = ("社区团购", "rising", [0, 1, 2]), ("团购", "rising", [0, 1, 2, 3, 4, 5])
    assert told(phrase, word) == {"社区团购": [], "团购": []}
    # where it stands higher the phrase, all of whose documents hold it, adds nothing
    assert told(word, phrase) == {"团购": ["社区团购"]}
    # and where it hardly rises
    assert told(phrase, word, score=49.0) == {"团购": ["社区团购"]}


@pytest.mark.parametrize(
    ("documents", "shared", "merged"),
    [(3, 3, True), (4, 3, False), (5, 4, False), (6, 5, True), (10, 8, True), (10, 7, False)],
)
def test_how_many_documents_must_be_shared(documents: int, shared: int, merged: bool) -> None:
    left = told(("韬定律", "new", list(range(shared))), ("定律", "new", list(range(documents))))
    assert left == ({"韬定律": ["定律"]} if merged else {"韬定律": [], "定律": []})


def test_a_steady_word_that_is_used_elsewhere_stays() -> None:
    phrase, elsewhere = ("桂花拿铁", "steady", [0, 1, 2, 3]), [0, 1, 2, 3, 30, 31]
    assert told(phrase, ("拿铁", "steady", elsewhere)) == {"桂花拿铁": [], "拿铁": []}
    assert told(phrase, ("拿铁", "steady", [0, 1, 2, 3])) == {"桂花拿铁": ["拿铁"]}
    # a use before the baseline does not count, and a rise that is all the phrase's own is told by it
    assert told(phrase, ("拿铁", "steady", [0, 1, 2, 3, 61, 62])) == {"桂花拿铁": ["拿铁"]}
    risen = ("桂花拿铁", "rising", [0, 1, 2, 3])
    assert told(risen, ("拿铁", "rising", elsewhere)) == {"桂花拿铁": ["拿铁"]}


def test_a_called_term_is_never_told_by_a_steady_one_nor_by_one_that_goes_the_other_way() -> None:
    rows = [0, 1, 2, 3]
    assert told(("总决赛", "rising", rows), ("cba总决赛", "steady", rows)) == {"总决赛": ["cba总决赛"]}
    assert told(("cba总决赛", "steady", rows), ("总决赛", "rising", rows)) == {"cba总决赛": [], "总决赛": []}
    fading = ("总决赛", "fading", [0, 20, 21, 22, 23])
    assert told(("cba总决赛", "rising", rows), fading) == {"cba总决赛": [], "总决赛": []}


def test_fading_terms_are_compared_in_the_baseline() -> None:
    rows = list(range(20, 30))
    assert told(("月饼", "fading", rows), ("月饼礼盒", "fading", rows)) == {"月饼礼盒": ["月饼"]}
    half = ("月饼礼盒", "fading", rows[:5])
    assert told(("月饼", "fading", rows), half) == {"月饼": ["月饼礼盒"]}
    assert told(half, ("月饼", "fading", rows)) == {"月饼礼盒": [], "月饼": []}


def test_phrases_that_overlap_and_share_their_documents_are_one() -> None:
    rows = list(range(8))
    assert told(("错峰出游", "new", rows), ("出游攻略", "new", rows[:7])) == {"错峰出游": ["出游攻略"]}
    assert told(("出游攻略", "new", rows[:7]), ("错峰出游", "new", rows)) == {"出游攻略": ["错峰出游"]}
    apart = told(("错峰出游", "new", rows), ("出游攻略", "new", [*rows[:3], 9, 10, 11, 12, 13]))
    assert apart == {"错峰出游": [], "出游攻略": []}
    # the same documents but no word in common: two words of one story, not one word twice
    assert told(("洋葱", "new", rows), ("土豆", "new", rows)) == {"洋葱": [], "土豆": []}


def test_a_chain_ends_at_its_last_link() -> None:
    rows = [0, 1, 2, 3]
    chain = [("团购", "new", rows), ("社区团购", "new", rows), ("社区团购团长", "new", rows)]
    assert told(*chain) == {"社区团购团长": ["团购", "社区团购"]}
    assert told(*reversed(chain)) == {"社区团购团长": ["社区团购", "团购"]}


def test_only_the_best_are_compared_and_the_rest_stay() -> None:
    fillers = [(f"词{place:03d}号", "steady", [place % WINDOW]) for place in range(MERGE_CANDIDATES - 1)]
    tail = [("月光故事会", "new", [0, 1, 2]), ("故事会", "new", [0, 1, 2])]
    left = told(*fillers, *tail)
    assert left["月光故事会"] == [] and left["故事会"] == []
    assert told(*fillers[1:], *tail)["月光故事会"] == ["故事会"]


def test_no_terms() -> None:
    empty = pd.DataFrame({name: pd.Series([], dtype="str") for name in ("term", "status")}).assign(score=0.0)
    assert told_once(empty, {}, PART).columns.tolist() == ["term", "status", "score", "variants"]
