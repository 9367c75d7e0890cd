"""Keywords against weights worked out by hand, and against texts that are none."""

import math
import os
import runpy
import statistics
import subprocess
import sys
from importlib.resources import files
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

import toolkit as tk
from toolkit import text
from toolkit.schema import DOCUMENTS, KEYWORDS, ChoiceError, ColumnError

ROOT = Path(__file__).resolve().parent.parent


@pytest.fixture(scope="module")
def shipped() -> dict[str, float]:
    """jieba's table, read as jieba reads it."""
    lines = (files("jieba") / "analyse" / "idf.txt").read_text(encoding="utf-8").splitlines()
    return {word: float(value) for word, value in (line.split(" ") for line in lines)}


def terms(texts: Any, **options: Any) -> list[str]:
    return tk.extract_keywords(texts, **options)["term"].tolist()


def test_the_constants_are_those_of_the_shipped_table(shipped: dict[str, float]) -> None:
    table, unknown = text.shipped_idf()
    assert unknown == statistics.median(shipped.values())
    assert round(math.exp(max(shipped.values()))) == text.SHIPPED_DOCUMENTS
    assert dict(table) == shipped and len(table) == len(shipped)
    assert "团购" in table and "团购群主" not in table


def test_weights_by_hand(shipped: dict[str, float]) -> None:
    every = 1_088_899

    def idf(word: str, texts: int, held: int) -> float:
        return math.log((every + texts) / (every * math.exp(-shipped[word]) + held))

    # words: 露营 装备 | 帐篷
    found = tk.extract_keywords(["露营装备，露营装备，露营", "帐篷"])
    camping, gear, tent = idf("露营", 2, 1), idf("装备", 2, 1), idf("帐篷", 2, 1)
    expected = [
        ("0", 1, "露营装备", 2 * (camping + gear) / math.sqrt(2)),
        ("0", 2, "露营", 3 * camping * 0.4),
        # never but in the phrase
        ("0", 3, "装备", 2 * gear * 0.4 * 0.5),
        ("1", 1, "帐篷", tent * 0.4),
    ]
    pd.testing.assert_frame_equal(
        found,
        pd.DataFrame(expected, columns=KEYWORDS.names).astype(found.dtypes),
        check_exact=False,
        atol=1e-6,
    )


def test_a_phrase_counts_twice_in_a_text_or_in_two_texts() -> None:
    assert "露营装备" not in terms(["露营装备"])
    assert "露营装备" in terms(["露营装备，露营装备"])
    assert terms(["露营装备", "露营装备"]) == ["露营装备", "露营", "装备"] * 2


def test_a_stop_word_inside_and_great_width_halve_the_weight(shipped: dict[str, float]) -> None:
    every = 1_088_899

    def idf(word: str) -> float:
        value = shipped.get(word, text.UNKNOWN_IDF)
        return math.log((every + 1) / (every * math.exp(-value) + 1))

    loose = tk.extract_keywords("露营的装备，露营的装备").set_index("term")["weight"]
    whole = 2 * (idf("露营") + idf("的") + idf("装备")) / math.sqrt(3)
    assert loose["露营的装备"] == pytest.approx(whole / 2, abs=1e-6)
    wide = tk.extract_keywords("户外露营装备清单，户外露营装备清单").set_index("term")["weight"]
    whole = 2 * sum(map(idf, ["户外", "露营", "装备", "清单"])) / math.sqrt(4)
    assert wide["户外露营装备清单"] == pytest.approx(whole / 2, abs=1e-6)
    assert wide.index[0] == "户外露营装备清单"


def test_a_word_that_all_texts_here_hold_weighs_less() -> None:
    texts = [f"{name}，奶昔" for name in ["柿子", "芋头", "莲藕", "冬瓜", "海带", "香菇"]]
    alone, among = (tk.extract_keywords(given) for given in (texts[:1], texts))
    weights = [frame[frame["doc_id"] == "0"].set_index("term")["weight"]["奶昔"] for frame in (alone, among)]
    assert weights[1] < weights[0]


def test_equal_weights_stand_by_name_whatever_the_order() -> None:
    names = ["甲壳乙壳", "丙壳丁壳", "戊壳己壳"]
    words = dict.fromkeys(names, 1000)
    expected = sorted(names)[:2]
    assert terms("，".join(names), words=words, top=2) == expected
    assert terms("，".join(reversed(names)), words=words, top=2) == expected
    assert terms("，".join(names), words=words, top=1) == expected[:1]


def test_letters_stand_as_the_texts_write_them() -> None:
    text = "iPhone 发布，iPhone 排队，iphone 降价。Apple Watch 表带，Apple Watch 电池"
    assert terms(text, top=2) == ["iPhone", "Apple Watch"]


def test_user_words_come_from_the_lexicon_or_as_an_argument() -> None:
    assert terms("双十一种草", top=2) == ["双十一", "种草"]
    assert terms("云逛展很火", words={"云逛展": 1000}, top=1) == ["云逛展"]
    assert "云逛展" not in terms("云逛展很火")


def test_stop_words_come_from_the_lexicon_and_as_an_argument() -> None:
    text = "门店露营，门店露营，所以门店露营"
    assert terms(text) == ["门店露营", "露营", "门店"]
    assert terms(text, stop_words=["门店"]) == ["露营"]
    assert terms(text, stop_words="露營") == ["门店"]
    assert terms("iPhone 排队", stop_words=iter(["IPHONE"])) == ["排队"]


def test_frames_keep_their_ids_and_count_the_title() -> None:
    frame = pd.DataFrame({"doc_id": ["b", "a"], "title": ["露营装备", "柿子"], "body": ["露营装备", ""]})
    found = tk.extract_keywords(frame, top=1)
    assert found[["doc_id", "rank", "term"]].values.tolist() == [["b", 1, "露营装备"], ["a", 1, "柿子"]]
    assert found.dtypes.astype(str).tolist() == ["str", "Int64", "str", "float64"]


@pytest.mark.parametrize(
    "texts",
    [
        *([], "", [""], [None, float("nan"), pd.NA], ["！！，。……"], ["😀🎉"], ["123 45% 6.7"]),
        *(pd.Series([], dtype="str"), DOCUMENTS.empty()),
    ],
    ids=[
        *("none", "blank", "blanks", "missing", "marks", "emoji", "numbers"),
        *("series", "documents"),
    ],
)
def test_no_words_give_an_empty_frame(texts: Any) -> None:
    pd.testing.assert_frame_equal(tk.extract_keywords(texts), KEYWORDS.empty())


def test_missing_texts_keep_their_places() -> None:
    found = tk.extract_keywords([None, "柿子", float("nan"), "", "芋头"])
    assert found[["doc_id", "term"]].values.tolist() == [["1", "柿子"], ["4", "芋头"]]


def test_all_the_same_text_gives_all_the_same_keywords() -> None:
    found = tk.extract_keywords(["露营装备清单"] * 50, top=3)
    assert found["term"].tolist() == ["露营装备清单", "露营装备", "装备清单"] * 50
    assert found["doc_id"].tolist() == [str(place) for place in range(50) for _ in range(3)]


def test_only_latin() -> None:
    assert terms("Flat White and flat white, the Latte") == ["Flat White", "Latte", "White", "Flat"]


@pytest.mark.parametrize(
    "texts", [None, 7, b"\xe9", {"a": "露营"}], ids=["none", "number", "bytes", "mapping"]
)
def test_what_is_no_text_is_refused(texts: Any) -> None:
    with pytest.raises(ChoiceError, match=f"收到的是 {type(texts).__name__}。"):
        tk.extract_keywords(texts)


@pytest.mark.parametrize("frame", [pd.DataFrame(), pd.DataFrame({"price": [1]})], ids=["bare", "other"])
def test_a_frame_that_is_no_content_is_refused(frame: pd.DataFrame) -> None:
    with pytest.raises(ColumnError, match="内容表缺少列 doc_id"):
        tk.extract_keywords(frame)


@pytest.mark.parametrize("top", [0, -1, 2.5, True, None])
def test_top_is_a_whole_number(top: Any) -> None:
    with pytest.raises(ChoiceError, match="top 要写成 1 或更大的整数"):
        tk.extract_keywords(["露营"], top=top)


def test_five_megabytes() -> None:
    words = ["露营", "帐篷", "奶昔", "番茄", "豆腐", "冬瓜", "芋头", "柿子", "香菇", "莲藕"]
    drawn = np.random.default_rng(0).choice(words, 500_000)
    text = "，".join([*drawn, *["露营帐篷"] * 100_000])
    assert len(text.encode()) > 5_000_000
    assert terms(text, top=1) == ["露营帐篷"]
    assert terms("😀" * 1_250_000) == []
    assert terms("a" * 5_000_000) == []
    assert terms("Flat White, " * 420_000, top=1) == ["Flat White"]


def test_the_first_call_loads_nothing_slow() -> None:
    code = (
        "import sys, toolkit as tk; tk.extract_keywords('手冲咖啡，手冲咖啡');"
        "print(sorted({'jieba', 'scipy', 'sklearn', 'altair', 'sqlalchemy'} & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


@pytest.mark.skipif("WENAN_DATA" not in os.environ, reason="没有设 WENAN_DATA：真实数据不随项目分发")
def test_the_keywords_of_people_are_found() -> None:
    benchmark = runpy.run_path(str(ROOT / "benchmarks" / "keywords.py"))
    del benchmark["METHODS"]["jieba textrank"]
    table = benchmark["main"](["--data", str(Path(os.environ["WENAN_DATA"]) / "data")])
    value = table.set_index(["yardstick", "measure", "method"])["value"].unstack()
    ours, peer = value["extract_keywords"], value["jieba extract_tags"]
    least = {
        ("CSL keywords", "F1@5"): 0.24,
        ("CSL keywords", "F1@10"): 0.22,
        ("Weibo hashtags", "F1@3"): 0.15,
    }
    assert {bar: ours[bar] >= low and ours[bar] > peer[bar] for bar, low in least.items()} == dict.fromkeys(
        least, True
    )
