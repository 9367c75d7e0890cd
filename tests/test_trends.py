"""The miner against independent counts and textbook statistics."""

import datetime as dt

import numpy as np
import pandas as pd
import pytest
from scipy import sparse

import toolkit as tk
from toolkit import text
from toolkit.schema import DOCUMENTS, TIME_ZONE, TRENDS, ChoiceError

END = dt.date(2026, 9, 20)
FILLERS = ["白菜", "萝卜", "豆腐", "海带", "排骨", "番茄", "鸡蛋", "冬瓜", "莲藕", "香菇", "芹菜", "黄瓜"]


def world(planted: dict[int, int], *, per_day: int = 6, days: int = 35, word: str = "大闸蟹") -> pd.DataFrame:
    """`per_day` documents a day up to END, `word` in `planted[age in days]` of that day's documents."""
    rows = []
    for age in range(days):
        for number in range(per_day):
            names = [FILLERS[(age * 5 + number * 3 + k) % len(FILLERS)] for k in range(3)]
            text = "，".join([*names, word] if number < planted.get(age, 0) else names)
            stamp = pd.Timestamp(END - dt.timedelta(days=age), tz=TIME_ZONE) + pd.Timedelta(hours=8 + number)
            rows.append(
                (
                    f"d{age:02d}-{number}",
                    f"来源{number % 3}",
                    f"{text}。",
                    f"第{age}天{number}",
                    stamp,
                    100 + number,
                )
            )
    columns = ["doc_id", "source", "title", "body", "published_at", "reads"]
    return pd.DataFrame(rows, columns=columns)


def test_a_burst_is_first_and_carries_its_evidence() -> None:
    mined = tk.mine_trends(world({0: 4, 1: 3, 2: 2}))
    first = mined.iloc[0]
    assert first[["term", "status", "documents", "baseline_documents", "sources"]].tolist() == [
        "大闸蟹",
        "new",
        9,
        0,
        3,
    ]
    assert first["q_value"] < 0.01
    assert first["first_seen"] == pd.Timestamp("2026-09-18 08:00", tz=TIME_ZONE)
    assert set(first["evidence"]) == {
        f"d{age:02d}-{n}" for age, count in {0: 4, 1: 3, 2: 2}.items() for n in range(count)
    }
    # most read first: number 3 of day 0 has 103 reads
    assert first["evidence"][0] == "d00-3"
    assert list(mined.columns) == TRENDS.names


def test_rising_against_a_baseline_and_steady_without_a_rise() -> None:
    steady = dict.fromkeys(range(35), 1)
    assert tk.mine_trends(world(steady)).set_index("term").loc["大闸蟹", "status"] == "steady"
    burst = {**steady, **dict.fromkeys(range(5), 6)}
    row = tk.mine_trends(world(burst)).set_index("term").loc["大闸蟹"]
    assert (row["status"], row["documents"], row["baseline_documents"]) == ("rising", 32, 28)


def test_fading() -> None:
    gone = dict.fromkeys(range(7, 35), 4)
    row = tk.mine_trends(world(gone)).set_index("term").loc["大闸蟹"]
    assert (row["status"], row["documents"], row["baseline_documents"]) == ("fading", 0, 112)


def test_window_is_open_at_its_far_end_and_ignores_what_comes_later() -> None:
    frame = world({0: 6, 1: 6, 2: 6})
    early = tk.mine_trends(frame, until=dt.date(2026, 9, 17))
    assert "大闸蟹" not in set(early["term"])
    exact = tk.mine_trends(
        frame, until=pd.Timestamp("2026-09-18 10:00", tz=TIME_ZONE), window_days=1, min_documents=1
    )
    assert exact.set_index("term").loc["大闸蟹", "documents"] == 3


def test_copies_do_not_vote() -> None:
    frame = world({0: 1})
    copies = pd.concat([frame, *[frame[frame["doc_id"] == "d00-0"].assign(doc_id=f"c{n}") for n in range(5)]])
    assert "大闸蟹" not in set(tk.mine_trends(copies)["term"])
    reposted = copies.assign(
        source=[f"s{n}" for n in range(len(copies))],
        duplicate_of=[("d00-0" if doc.startswith("c") else None) for doc in copies["doc_id"]],
    )
    assert "大闸蟹" not in set(tk.mine_trends(reposted)["term"])
    unmarked = tk.mine_trends(reposted.drop(columns="duplicate_of")).set_index("term")
    assert unmarked.loc["大闸蟹", "documents"] == 6


def test_undated_documents_are_left_out_and_counted() -> None:
    frame = world({0: 4, 1: 3})
    undated = frame.assign(published_at=pd.NaT)
    empty = tk.mine_trends(undated)
    assert empty.empty and list(empty.columns) == TRENDS.names
    assert "没有带日期" in empty.attrs["notes"][-1]
    mixed = tk.mine_trends(pd.concat([frame, undated.assign(doc_id=lambda f: "u" + f["doc_id"], source="u")]))
    assert mixed.attrs["notes"] == ["210 篇内容没有日期，没有参加热词计算。"]
    assert mixed.iloc[0]["documents"] == 7


def test_without_a_baseline_nothing_is_called_rising_and_the_note_says_so() -> None:
    mined = tk.mine_trends(world({0: 4, 1: 3}, days=5))
    assert set(mined["status"]) == {"steady"}
    assert "本期之前没有内容可比" in mined.attrs["notes"][0]
    assert mined["documents"].is_monotonic_decreasing


def test_sub_phrases_fold_into_the_phrase_that_carries_them() -> None:
    mined = tk.mine_trends(world({0: 4, 1: 3}, word="月光故事会")).set_index("term")
    assert set(mined.loc["月光故事会", "variants"]) >= {"月光", "故事会"}
    assert not {"月光", "故事会"} & set(mined.index)
    assert mined.loc["月光故事会", "is_new_word"]


def test_minimum_sources() -> None:
    frame = world({0: 4, 1: 3}).assign(source="一家")
    assert "大闸蟹" not in set(tk.mine_trends(frame, min_sources=2)["term"])


@pytest.mark.parametrize("frame", [DOCUMENTS.empty(), world({}).head(1)], ids=["none", "one"])
def test_too_little_gives_an_empty_frame_with_a_note(frame: pd.DataFrame) -> None:
    mined = tk.mine_trends(frame)
    assert mined.empty
    assert mined.attrs["notes"]


def test_windows_under_a_day_are_refused() -> None:
    with pytest.raises(ChoiceError, match="window_days"):
        tk.mine_trends(world({}), window_days=0)


def test_noise_alone_raises_few_alarms() -> None:
    """Documents of random words: at q ≤ 0.1 hardly a term may be called new or rising."""
    rng = np.random.default_rng(3)
    words = [a + b for a in "春夏秋冬风雨云雪" for b in FILLERS]
    alarms = 0
    for trial in range(10):
        bodies = ["，".join(rng.choice(words, size=8)) for _ in range(140)]
        stamps = [
            pd.Timestamp(END, tz=TIME_ZONE) - pd.Timedelta(days=float(d)) for d in rng.uniform(0, 34.9, 140)
        ]
        frame = pd.DataFrame(
            {"doc_id": [f"{trial}-{n}" for n in range(140)], "title": bodies, "published_at": stamps}
        )
        alarms += int(tk.mine_trends(frame, top=500)["status"].isin(["new", "rising"]).sum())
    assert alarms <= 5


def test_tfidf_is_scikit_learns_over_the_same_terms() -> None:
    from sklearn.feature_extraction.text import TfidfTransformer

    frame = world({0: 4, 1: 3})
    mined = tk.mine_trends(frame, top=500).set_index("term")
    texts = [f"{title}\n{body}" for title, body in zip(frame["title"], frame["body"], strict=True)]
    found = text.find_terms(text.tokenise(texts), support=3)
    names = found.names()
    shape = (len(texts), len(names))
    counts = sparse.coo_matrix((found.count, (found.document, found.term)), shape=shape).tocsr()
    weights = TfidfTransformer(norm=None).fit_transform(counts)
    age = (
        pd.Timestamp(END, tz=TIME_ZONE) + pd.Timedelta(days=1) - frame["published_at"]
    ).dt.total_seconds() / 86_400
    mean = np.asarray(weights[(age < 7).to_numpy()].mean(axis=0)).ravel()
    expected = {name: mean[place] for place, name in enumerate(names)}
    for term in mined.index:
        assert mined.loc[term, "tfidf"] == pytest.approx(expected[term], abs=1e-4)


def test_history_counts_each_period() -> None:
    history = tk.term_history(world({0: 4, 8: 2}), ["大闸蟹"], windows=3)
    assert history.values.tolist() == [
        ["大闸蟹", dt.date(2026, 8, 31), 0, 42],
        ["大闸蟹", dt.date(2026, 9, 7), 2, 42],
        ["大闸蟹", dt.date(2026, 9, 14), 4, 42],
    ]
    assert tk.term_history(DOCUMENTS.empty(), ["甲"]).empty


def test_rivals_since_last_time() -> None:
    frame = world({}, per_day=3)
    copied = frame[frame["doc_id"] == "d00-0"].assign(doc_id="copy", source="来源2", duplicate_of="d00-0")
    rivals = tk.rival_activity(pd.concat([frame, copied])).set_index("source")
    assert rivals["documents"].to_dict() == {"来源0": 7, "来源1": 7, "来源2": 8}
    assert rivals["before"].tolist() == [7.0, 7.0, 7.0]
    assert rivals["copied"].round(3).to_dict() == {"来源0": 0.0, "来源1": 0.0, "来源2": 0.125}
    assert len(rivals.loc["来源0", "top_titles"]) == 3
    assert tk.rival_activity(DOCUMENTS.empty()).empty


def test_a_date_far_ahead_is_told() -> None:
    """One slip of the pen moves the window to where nothing is."""
    frame = world({0: 4})
    frame.loc[0, "published_at"] = pd.Timestamp("2126-09-20 08:00", tz=TIME_ZONE)
    mined = tk.mine_trends(frame)
    assert mined.empty
    assert "本期到 2126-09-20 为止，再往前隔了 36517 天才有内容" in mined.attrs["notes"][1]
    assert not tk.mine_trends(frame, until=END).empty


def test_of_exact_repeats_the_earliest_votes_whatever_the_order() -> None:
    """A post put up again is no fresh one, and an undated twin hides no dated one."""
    frame = world({0: 4, 1: 3})
    again = frame[frame["title"].str.contains("大闸蟹")].assign(doc_id=lambda rows: rows["doc_id"] + "-再发")
    again["published_at"] = [None, *(again["published_at"].iloc[1:] + pd.Timedelta(hours=1))]
    both = pd.concat([again, frame], ignore_index=True)
    mined = tk.mine_trends(frame)
    pd.testing.assert_frame_equal(tk.mine_trends(both, until=END), mined)
    pd.testing.assert_frame_equal(tk.mine_trends(both[::-1], until=END), mined)


def test_a_name_keeps_its_surname() -> None:
    frame = world({})
    frame.loc[:9, "title"] = [
        f"张雪峰{rest}"
        for rest in ["讲课", "出书", "直播", "吃面", "迟到", "唱歌", "跑步", "回信", "搬家", "上山"]
    ]
    mined = tk.mine_trends(frame)
    assert mined["term"].iloc[0] == "张雪峰"
    assert tk.term_history(frame, ["张雪峰"], windows=2)["documents"].tolist() == [0, 10]


def test_a_listed_term_can_be_hidden_and_one_word_may_come_by_itself() -> None:
    frame = world({0: 4, 1: 3}, word="月光故事会")
    assert "月光故事会" in tk.mine_trends(frame)["term"].tolist()
    assert "月光故事会" not in tk.mine_trends(frame, stop_words="月光故事會")["term"].tolist()
    with pytest.raises(ChoiceError, match="一列词"):
        tk.mine_trends(frame, stop_words=[5])  # type: ignore[list-item]


def test_more_of_the_same_before_never_makes_a_rise_surer() -> None:
    """Same documents now, one more before: the q-value may not fall."""
    quality = []
    for before in range(4):
        frame = world({0: 4, 1: 3, **dict.fromkeys(range(10, 10 + before), 1)})
        quality.append(float(tk.mine_trends(frame).set_index("term").at["大闸蟹", "q_value"]))
    assert quality == sorted(quality)


@pytest.mark.parametrize(
    "wrong",
    [
        *({"top": 0}, {"top": "十"}, {"min_documents": 1.5}, {"min_sources": -1}, {"jobs": 0}),
        *({"baseline_days": 10**9}, {"window_days": True}, {"by": "作者"}, {"engine": "spark"}),
    ],
    ids=str,
)
def test_what_cannot_be_meant_is_refused_by_name(wrong: dict[str, object]) -> None:
    name = next(iter(wrong))
    with pytest.raises(ChoiceError, match=name):
        tk.mine_trends(world({0: 4}), **wrong)  # type: ignore[arg-type]


def test_numpys_whole_numbers_are_numbers() -> None:
    frame = world({0: 4, 1: 3})
    asked = {"top": np.int64(5), "window_days": np.int32(7), "min_documents": np.int64(3)}
    pd.testing.assert_frame_equal(tk.mine_trends(frame, **asked), tk.mine_trends(frame, top=5))  # type: ignore[arg-type]
