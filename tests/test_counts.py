"""Counts of words: the same numbers as scikit-learn's and a plain count's, and the same however they came together."""

import datetime as dt
from collections import Counter
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.feature_extraction.text import TfidfVectorizer

import toolkit as tk
from toolkit import lexicons, text, trends
from toolkit.schema import COUNTS, TIME_ZONE, InputError

WORDS = {"月光故事会": 100, "减法礼盒": 100}
PIECES = [
    *(
        "桂花拿铁",
        "月光故事会",
        "减法礼盒",
        "社区团购",
        "手冲咖啡",
        "发展中国家",
        "的",
        "和",
        "在",
        "，",
        "。",
        "\n",
    ),
    *(
        "T恤",
        "卡拉OK",
        "Apple Watch",
        "Latte",
        "latte",
        "2026年",
        "三斤",
        "😀",
        "網路營銷",
        "ＡＢＣ",
        " ",
        "！！",
    ),
]


def documents(*bodies: str, source: str = "甲号", start: str = "2026-09-01") -> pd.DataFrame:
    """A document a day."""
    return pd.DataFrame(
        {
            "doc_id": [f"{source}-{start}-{place}" for place in range(len(bodies))],
            "source": source,
            "title": [f"第{'一二三四五六七八九十'[place % 10]}篇" for place in range(len(bodies))],
            "body": bodies,
            "published_at": pd.date_range(start, periods=len(bodies), tz=TIME_ZONE),
        }
    )


@pytest.fixture(scope="module")
def sample() -> pd.DataFrame:
    return tk.mark_duplicates(tk.read_documents(lexicons.sample_folder() / "posts").frame)


def tokens_of(counts: tk.Counts) -> list[list[str]]:
    tokens = counts.tokens
    rows: list[list[str]] = [[] for _ in range(tokens.texts)]
    for document, word in zip(tokens.documents.tolist(), tokens.words[tokens.ids].tolist(), strict=True):
        rows[document].append(word)
    return rows


def same_counts(one: tk.Counts, other: tk.Counts) -> None:
    """Both say the same, in full."""
    pd.testing.assert_frame_equal(one.documents, other.documents)
    assert tokens_of(one) == tokens_of(other)
    (matrix, terms), (other_matrix, other_terms) = one.tfidf(), other.tfidf()
    assert terms == other_terms
    assert (matrix != other_matrix).nnz == 0
    pd.testing.assert_frame_equal(tk.mine_trends(one), tk.mine_trends(other))
    pd.testing.assert_frame_equal(one.frame(), other.frame())


# ---- TF-IDF


def test_tfidf_is_scikit_learns_on_the_segmented_counted_rows(sample: pd.DataFrame) -> None:
    counts = tk.count_terms(sample)
    matrix, terms = counts.tfidf()
    voting = sample[sample["duplicate_of"].isna()]
    texts = (voting["title"] + "\n" + voting["body"]).tolist()
    rows = tk.segment(text.comparable(texts), words=lexicons.user_words())
    lower = [[token.lower() for token in row] for row in rows]
    expected = TfidfVectorizer(analyzer=lambda row: row, vocabulary=terms).fit_transform(lower)
    assert matrix.shape == expected.shape == (len(voting), len(terms))
    assert terms == sorted(set(terms)) and len(terms) > 1000
    assert matrix.has_sorted_indices
    assert (matrix.indptr == expected.indptr).all() and (matrix.indices == expected.indices).all()
    np.testing.assert_allclose(matrix.data, expected.data, rtol=1e-12)
    assert counts.documents["doc_id"].tolist() == voting["doc_id"].tolist()


def test_many_tokens_are_counted_by_scipy_and_few_without_it(
    sample: pd.DataFrame, monkeypatch: pytest.MonkeyPatch
) -> None:
    few = tk.count_terms(sample)
    expected, mined = few.tfidf()[0], tk.mine_trends(few)
    for limit in (0, 10**9):
        monkeypatch.setattr(text._phrases, "SMALL", limit)
        other = tk.count_terms(sample)
        assert (other.tfidf()[0] != expected).nnz == 0
        pd.testing.assert_frame_equal(tk.mine_trends(other), mined)


# ---- adding


def test_adding_equals_counting_at_once(sample: pd.DataFrame) -> None:
    whole = tk.count_terms(sample)
    counts = tk.count_terms(sample.iloc[:100])
    assert counts.update(sample.iloc[100:101]) is counts
    counts.update(sample.iloc[50:120]).update(sample.iloc[120:])
    same_counts(counts, whole)
    assert counts.notes == whole.notes == []
    before = counts.frame()
    pd.testing.assert_frame_equal(counts.update(sample).frame(), before)


def test_the_same_text_of_the_same_source_counts_once_across_batches() -> None:
    first, second = documents("桂花拿铁上新"), documents("桂花拿铁上新", start="2026-09-08")
    other = documents("桂花拿铁上新", source="乙号", start="2026-09-08")
    assert len(tk.count_terms(pd.concat([first, second]))) == 1
    assert len(tk.count_terms(first).update(second)) == 1
    assert len(tk.count_terms(first).update(other)) == 2


@pytest.mark.parametrize("at_once", [True, False])
def test_a_repeated_doc_id_with_another_text_is_told(at_once: bool) -> None:
    first, second = documents("桂花拿铁上新"), documents("减法礼盒开箱", "栗子蛋糕")
    frame = pd.concat([first, second])
    counts = tk.count_terms(frame) if at_once else tk.count_terms(first).update(second)
    assert tokens_of(counts) == tokens_of(tk.count_terms(pd.concat([first, second.iloc[1:]])))
    note = "1 篇内容的编号（doc_id）和别的内容重复，只算了第一篇。请给每篇不同的编号再数。"
    assert counts.notes == [note]
    assert note in tk.mine_trends(counts).attrs["notes"]
    assert tk.count_terms(first).update(first).notes == []
    assert tk.count_terms(pd.concat([first, first])).notes == []


def test_two_processes_count_as_one_does(sample: pd.DataFrame, monkeypatch: pytest.MonkeyPatch) -> None:
    one = tk.count_terms(sample)
    monkeypatch.setattr(text._tokens, "PART_CHARACTERS", 2000)
    monkeypatch.setattr(text._tokens, "CUT_CHARACTERS", 8000)
    same_counts(tk.count_terms(sample, jobs=2), one)
    same_counts(tk.count_terms(sample, jobs=1), one)


# ---- keeping


def test_a_workspace_keeps_counts(sample: pd.DataFrame, tmp_path: Path) -> None:
    counts = tk.count_terms(sample)
    workspace = tk.Workspace(f"sqlite:///{tmp_path / 'wenan.db'}")
    workspace.save("counts", counts.frame())
    kept = tk.Counts.from_frame(workspace.load("counts"))
    same_counts(kept, counts)
    assert kept.notes == []
    more = documents("桂花拿铁上新了", start="2026-09-22")
    same_counts(kept.update(more), counts.update(more))


def test_words_of_any_length_are_kept() -> None:
    long = [f"桂花{'a' * size}拿铁" for size in (92, 93, 94, 185, 186, 187, 300)]
    counts = tk.count_terms(documents("𪛖野家😀", "", *long))
    kept = tk.Counts.from_frame(counts.frame())
    assert tokens_of(kept) == tokens_of(counts)
    assert kept.tfidf()[1] == counts.tfidf()[1] == ["拿铁", "桂花", "野家"]
    pd.testing.assert_frame_equal(kept.frame(), counts.frame())


def test_a_changed_word_list_cuts_anew_what_it_must() -> None:
    frame = documents("月光故事会周六见", "减法礼盒", "月光故事会，还有减法礼盒", "桂花拿铁")
    old = tk.count_terms(frame, words={"减法礼盒": 100})
    kept = old.frame()
    fresh = tk.count_terms(frame, words=WORDS)
    known = tk.Counts.from_frame(kept, words=WORDS, counted_with=old.word_list)
    same_counts(known, fresh)
    assert known.notes == ["词表改过：4 篇内容里有 2 篇按新词表重新切了词。"]
    unknown = tk.Counts.from_frame(kept, words=WORDS)
    same_counts(unknown, fresh)
    assert unknown.notes == ["词表改过：4 篇内容里有 4 篇按新词表重新切了词。"]
    back = tk.Counts.from_frame(known.frame(), words={"减法礼盒": 100}, counted_with=WORDS)
    same_counts(back, old)
    same = tk.Counts.from_frame(kept, words={"减法礼盒": 100})
    assert same.notes == []
    assert known.word_list.values.tolist() == [["减法礼盒", 100], ["月光故事会", 100]]


@pytest.mark.parametrize(
    "damage",
    [
        lambda frame: frame.assign(folded=frame["folded"] + "多"),
        lambda frame: frame.assign(lengths=frame["lengths"].str[1:]),
        lambda frame: frame.assign(lengths=frame["lengths"].iloc[::-1].tolist()),
        lambda frame: frame.assign(lengths=" " + frame["lengths"].str[1:]),
        lambda frame: frame.assign(lengths=frame["lengths"] + "!", folded=frame["folded"] + "多" * 93),
    ],
)
def test_damaged_counts_are_refused(damage: object) -> None:
    kept = tk.count_terms(documents("桂花拿铁", "社区团购的团长")).frame()
    assert callable(damage)
    with pytest.raises(InputError, match="从原文重新数一遍"):
        tk.Counts.from_frame(damage(kept))


def test_a_frame_without_a_column_is_refused() -> None:
    with pytest.raises(tk.ToolkitError, match="lengths"):
        tk.Counts.from_frame(COUNTS.empty().drop(columns="lengths"))


# ---- little or odd input


@pytest.mark.parametrize(
    ("bodies", "terms"),
    [
        ([], []),
        (["桂花拿铁"], ["拿铁", "桂花"]),
        (["桂花拿铁"] * 5, ["拿铁", "桂花"]),
        (["！！，。……"], []),
        (["😀👨‍👩‍👧❤️"], []),
        (["Flat white, LATTE"], ["flat", "latte", "white"]),
        ([""], []),
        (["2026年9月3斤"], []),
    ],
)
def test_little_or_odd_input(bodies: list[str], terms: list[str]) -> None:
    frame = documents(*bodies).assign(title="")
    counts = tk.count_terms(frame)
    matrix, found = counts.tfidf()
    assert found == terms
    assert matrix.shape == (len(counts), len(terms)) == (len(set(bodies)), len(terms))
    mined = tk.mine_trends(counts)
    assert mined.empty and mined.attrs["notes"]
    same_counts(tk.Counts.from_frame(counts.frame()), counts)
    assert [rows.tolist() for rows in counts.holding(["桂花拿铁", "没有", ""])][1:] == [[], []]


def test_undated_documents_are_kept() -> None:
    frame = documents("桂花拿铁", "栗子蛋糕").assign(published_at=pd.NaT)
    counts = tk.count_terms(frame)
    assert counts.documents["published_at"].isna().all() and len(counts) == 2
    assert tk.mine_trends(counts).attrs["notes"][0] == "2 篇内容没有日期，没有参加热词计算。"
    kept = tk.Counts.from_frame(counts.frame())
    pd.testing.assert_frame_equal(kept.documents, counts.documents)


# ---- which documents hold a term


def test_holding_is_what_trends_counted(sample: pd.DataFrame) -> None:
    counts = tk.count_terms(sample)
    mined = tk.mine_trends(counts, top=500, min_documents=2)
    end = trends.window_end(counts.documents["published_at"], None)
    age = (end - counts.documents["published_at"]) / dt.timedelta(days=1)
    now, before = ((age >= 0) & (age < 7)).to_numpy(), ((age >= 7) & (age < 35)).to_numpy()
    held = counts.holding(mined["term"].tolist())
    ids = counts.documents["doc_id"].to_numpy()
    assert len(mined) > 90
    assert mined["documents"].tolist() == [int(now[rows].sum()) for rows in held]
    assert mined["baseline_documents"].tolist() == [int(before[rows].sum()) for rows in held]
    short = [place for place, count in enumerate(mined["documents"]) if count <= 50]
    for place in short:
        rows = held[place]
        assert set(mined["evidence"].iloc[place]) == set(ids[rows[now[rows]]])


def naive_terms(rows: list[list[str]], tokens: text.Tokens, support: int) -> dict[tuple[int, str], int]:
    """(text, term) → how often, by looking at every run of one to four tokens."""
    number = {word: place for place, word in enumerate(tokens.words.tolist())}
    found: Counter[tuple[int, str]] = Counter()
    single: set[str] = set()
    holding: dict[tuple[str, ...], set[int]] = {}
    runs: list[tuple[int, tuple[str, ...]]] = []
    for place, row in enumerate(rows):
        for start in range(len(row)):
            for end in range(start + 1, min(start + 4, len(row)) + 1):
                run = tuple(row[start:end])
                ids = [number[word] for word in run]
                if len(run) == 1 and tokens.term[ids[0]]:
                    found[place, run[0]] += 1
                    single.add(run[0])
                elif len(run) > 1 and tokens.inner[ids].all() and tokens.edge[[ids[0], ids[-1]]].all():
                    runs.append((place, run))
                    holding.setdefault(run, set()).add(place)
    for place, run in runs:
        if len(holding[run]) >= support:
            found[place, text.join(run)] += 1
    return dict(found)


@settings(max_examples=150, deadline=None)
@given(
    st.lists(st.lists(st.sampled_from(PIECES), max_size=9).map("".join), max_size=7),
    st.integers(1, 3),
    st.sampled_from([0, 10**9]),
)
def test_terms_equal_a_naive_count(texts: list[str], support: int, small: int) -> None:
    tokens = text.tokenise(texts, words=WORDS)
    rows: list[list[str]] = [[] for _ in texts]
    for document, word in zip(tokens.documents.tolist(), tokens.words[tokens.ids].tolist(), strict=True):
        rows[document].append(word)
    before = text._phrases.SMALL
    text._phrases.SMALL = small
    try:
        found = text.find_terms(tokens, support=support)
    finally:
        text._phrases.SMALL = before
    names = found.names()
    assert len(set(names)) == len(names)
    assert found.document.tolist() == sorted(found.document.tolist())
    keys = [
        (document, names[term])
        for document, term in zip(found.document.tolist(), found.term.tolist(), strict=True)
    ]
    expected = naive_terms(rows, tokens, support)
    assert dict(zip(keys, found.count.tolist(), strict=True)) == expected
    assert len(keys) == len(expected)
    frequency = Counter(name for _, name in expected)
    assert dict(zip(names, found.frequency.tolist(), strict=True)) == frequency


def test_the_same_characters_cut_in_two_ways_are_one_term() -> None:
    """Where the cuts differ, counts add up: 发展|中国家 here, 发展中国家 there."""
    ids = np.array([0, 1, 2, 3, 0, 1, 2, 3, 0, 1], dtype=np.int32)
    owners = np.array([0, 0, 0, 0, 1, 1, 1, 1, 2, 2], dtype=np.int32)
    names = np.array(["发展", "中国家", "发展中", "国家"], dtype=object)
    yes = np.ones(4, dtype=bool)
    found = text.find_terms(text.Tokens(names, ids, owners, yes, yes, yes, 3, names))
    listed = found.names()
    place = listed.index("发展中国家")
    assert listed.count("发展中国家") == 1
    rows = found.term == place
    assert found.document[rows].tolist() == [0, 1, 2]
    assert found.count[rows].tolist() == [2, 2, 1]
    assert found.frequency[place] == 3


def test_lone_surrogates_are_counted_and_change_no_other_digest() -> None:
    plain, broken = documents("桂花拿铁", "大闸蟹"), documents("桂花拿铁", "坏\ud800字大闸蟹")
    counts = tk.count_terms(broken)
    assert len(counts) == 2
    assert counts.documents["digest"].iloc[0] == tk.count_terms(plain).documents["digest"].iloc[0]
    assert counts.holding(["大闸蟹"])[0].tolist() == [1]
