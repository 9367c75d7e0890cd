"""A term in its sentences: always a piece of the original, at the right place."""

import time
from typing import Any

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from toolkit import text
from toolkit.schema import DOCUMENTS, PASSAGES, ChoiceError
from toolkit.trends import count_terms, mine_trends
from toolkit.trends._passages import concordance


def documents(*bodies: str, **more: Any) -> pd.DataFrame:
    """One document a body, a day apart, the last one the newest."""
    stamps = pd.date_range("2026-09-01", periods=len(bodies), tz="Asia/Shanghai")
    ids = [f"d{number}" for number in range(len(bodies))]
    return pd.DataFrame(
        {"doc_id": ids, "source": "山脚面包房", "body": bodies, "published_at": stamps, **more}
    )


def marked(found: pd.DataFrame) -> list[str]:
    """The sentences with the term in brackets."""
    rows = zip(found["sentence"], found["start"], found["end"], strict=True)
    return [f"{sentence[:start]}[{sentence[start:end]}]{sentence[end:]}" for sentence, start, end in rows]


def test_whole_rows_newest_first() -> None:
    frame = documents(
        "今天有松饼。明天歇。",
        "周末也有松饼吗？有的。",
        title=["早安", "松饼日"],
        url=["https://a.example/1", None],
    )
    found = concordance("松饼", frame)
    assert list(found.columns) == PASSAGES.names
    days = frame["published_at"].tolist()
    assert found.drop(columns="url").values.tolist() == [
        ["松饼", "d1", "山脚面包房", days[1], "松饼日", "松饼日", 0, 2],
        ["松饼", "d1", "山脚面包房", days[1], "松饼日", "周末也有松饼吗？", 4, 6],
        ["松饼", "d0", "山脚面包房", days[0], "早安", "今天有松饼。", 3, 5],
    ]
    assert [url if isinstance(url, str) else None for url in found["url"]] == [
        None,
        None,
        "https://a.example/1",
    ]
    assert found.attrs["notes"] == []
    assert concordance("松饼", frame, limit=2)["doc_id"].tolist() == ["d1", "d1"]


@pytest.mark.parametrize(
    ("term", "body", "expected"),
    [
        ("拿铁", "桂花拿鐵到了", "桂花[拿鐵]到了"),
        ("拿鐵", "桂花拿铁到了", "桂花[拿铁]到了"),
        ("latte", "喝ＬＡＴＴＥ，第二杯半价", "喝[ＬＡＴＴＥ]，第二杯半价"),
        ("ＬＡＴＴＥ", "喝Latte吧", "喝[Latte]吧"),
        ("优惠券", "领优惠\u200b劵啦", "领[优惠\u200b劵]啦"),
        ("apple watch", "新款 Apple　 Watch 表带", "新款 [Apple　 Watch] 表带"),
        ("3.5 mm", "接口是3.5mm的", "接口是[3.5mm]的"),
        ("89m2", "一共89㎡呢", "一共[89㎡]呢"),
        ("干燥的头发", "乾燥的頭髮怎麼辦", "[乾燥的頭髮]怎麼辦"),
        ("咖啡", "…………☕手冲咖啡☕", "…………☕手冲[咖啡]☕"),
        ("微信", "加VХ，微 信不通，微信通", "加VХ，微 信不通，[微信]通"),
        ("加vx", "加VХ领券", "[加VХ]领券"),
        ("cafe\u0301", "去CAFÉ坐坐", "去[CAFÉ]坐坐"),
        ("café", "去Cafe\u0301坐坐", "去[Cafe\u0301]坐坐"),
        ("🎃", "🎃节到了", "[🎃]节到了"),
    ],
)
def test_originals_written_otherwise_are_found(term: str, body: str, expected: str) -> None:
    assert marked(concordance(term, documents(body))) == [expected]


def test_words_are_not_cut_through() -> None:
    found = concordance("面包", documents("这方面包括很多。", "刚出炉的面包。"))
    assert marked(found) == ["刚出炉的[面包]。"]
    # inside one longer word it stands all the same
    assert marked(concordance("拿铁", documents("桂花拿铁来了"), words={"桂花拿铁": 10_000})) == [
        "桂花[拿铁]来了"
    ]


def test_what_the_segmenter_does_not_know_is_found_all_the_same() -> None:
    assert marked(concordance("面包", documents("这方面包括很多。"))) == ["这方[面包]括很多。"]


@pytest.mark.parametrize(
    ("term", "body"), [("ai", "he said so"), ("5", "一共15个"), ("apple", "pineapple"), ("2026", "编号12026")]
)
def test_latin_words_and_numbers_are_whole(term: str, body: str) -> None:
    found = concordance(term, documents(body))
    assert found.empty and list(found.columns) == PASSAGES.names
    assert found.attrs["notes"] == [f"没有内容里写到「{term}」。请换一种写法，或检查读入的内容。"]


def test_several_ways_of_writing_it() -> None:
    found = concordance(["拿铁", "桂花拿铁", "LATTE"], documents("桂花拿铁，拿铁", "一杯latte", "白水"))
    assert found["term"].tolist() == ["LATTE", "桂花拿铁"]
    assert marked(found) == ["一杯[latte]", "[桂花拿铁]，拿铁"]


def test_long_sentences_are_cut_around_the_term_and_told_again_beyond_the_cut() -> None:
    body = "又" * 30 + "松饼" + "很" * 5 + "松饼" + "好" * 30 + "松饼"
    found = concordance("松饼", documents(body), width=10)
    assert marked(found) == ["又" * 10 + "[松饼]" + "很" * 5 + "松饼" + "好" * 3, "好" * 10 + "[松饼]"]
    assert marked(concordance("松饼", documents(body), width=0))[0] == "[松饼]"


def test_repeats_inside_a_document_and_copies_are_shown_once() -> None:
    frame = documents("松饼日。今天歇。松饼日！", "松饼日", title=["松饼日", "松饼日"])
    assert marked(concordance("松饼", frame)) == ["[松饼]日", "[松饼]日"]
    copied = frame.assign(duplicate_of=[None, "d0"])
    found = concordance("松饼", copied)
    assert found["doc_id"].tolist() == ["d0"]
    assert found.attrs["notes"] == ["1 篇转抄没有列出。"]
    same = pd.concat([frame.head(1), frame.head(1).assign(doc_id="again")])
    assert concordance("松饼", same)["doc_id"].tolist() == ["d0"]


def test_only_links_to_pages_are_kept() -> None:
    urls = [
        "HTTPS://a.example/x?a=1&b=2",
        "javascript:alert(1)",
        "data:text/html,x",
        " https://a.example",
        None,
    ]
    found = concordance("松饼", documents(*(f"松饼{n}号" for n in range(5)), url=urls)).sort_values("doc_id")
    assert [None if pd.isna(url) else url for url in found["url"]] == [urls[0], None, None, None, None]


def test_undated_documents_come_last_and_equal_days_go_by_number() -> None:
    frame = documents("松饼一", "松饼二", "松饼三", "松饼四")
    day = frame["published_at"].iloc[0]
    frame["published_at"] = [pd.NaT, day, day, day + pd.Timedelta(days=400)]
    assert concordance("松饼", frame)["doc_id"].tolist() == ["d3", "d1", "d2", "d0"]
    assert len(concordance("松饼", frame.drop(columns="published_at"))) == 4


def test_nothing_to_look_in() -> None:
    found = concordance("松饼", DOCUMENTS.empty())
    pd.testing.assert_frame_equal(found, PASSAGES.empty())
    assert len(found.attrs["notes"]) == 1
    assert concordance("松饼", documents("！！", "😀", "abc", "")).empty


@pytest.mark.parametrize("term", ["", "  ", [], [""], "\u200b"])
def test_a_blank_term_is_refused(term: Any) -> None:
    with pytest.raises(ChoiceError, match="没有要找的词"):
        concordance(term, documents("松饼"))


@pytest.mark.parametrize("wrong", [{"width": -1}, {"limit": 0}])
def test_bad_choices(wrong: dict[str, Any]) -> None:
    with pytest.raises(ChoiceError, match=next(iter(wrong))):
        concordance("松饼", documents("松饼"), **wrong)


def test_counts_hold_no_text() -> None:
    counted: Any = count_terms(documents("松饼"))
    with pytest.raises(ChoiceError, match="没有原文"):
        concordance("松饼", counted)


ODD = st.text(
    st.sampled_from("松饼桂花拿鐵铁ＡaⅣ㎡①2 \u3000\n。！？”」\u0301\u200b️⃣🎃…乾髮劵Х-&.İ"), max_size=30
)


@settings(derandomize=True, deadline=None, max_examples=200)
@given(ODD, ODD, st.sampled_from(["松饼", "桂花拿铁", "a", "2026", "🎃"]), st.integers(0, 12))
def test_each_passage_is_a_piece_of_the_original(before: str, after: str, term: str, width: int) -> None:
    body = before + term + after
    found = concordance(term, documents(body), width=width)
    for row in found.itertuples():
        assert row.sentence in body and row.sentence == row.sentence.strip()
        assert len(row.sentence) <= 2 * width + row.end - row.start
        # a mark that combines with the last character goes with it
        assert text.fold([row.sentence[row.start : row.end]])[0].rstrip("\u0301") == text.fold([term])[0]


def test_every_evidence_document_of_a_trend_has_a_passage() -> None:
    bodies = [f"今日{dish}，桂花拿鐵。" for dish in ("白菜", "萝卜", "豆腐", "海带", "排骨")]
    frame = documents(*bodies)
    row = mine_trends(frame).set_index("term").loc["桂花拿铁"]
    found = concordance(["桂花拿铁", *row["variants"]], frame)
    assert set(found["doc_id"]) == set(row["evidence"])


def test_a_long_text_without_a_stop_does_not_take_long() -> None:
    body = "又是一天，" * 200_000 + "松饼" + "，好吃" * 200_000
    start = time.process_time()
    assert marked(concordance("松饼", documents(body), width=3)) == ["一天，[松饼]，好吃"]
    assert time.process_time() - start < 20
