"""Topics from trends, ranked by parts that multiply up to the score."""

import datetime as dt
import math

import pandas as pd
import pytest

import toolkit as tk
from toolkit import topics
from toolkit.schema import DOCUMENTS, ITEMS, TIME_ZONE, TOPICS, TRENDS, ChoiceError
from toolkit.topics._find import _angle

TODAY = dt.date(2026, 9, 21)


def documents() -> pd.DataFrame:
    titles = [
        "大闸蟹怎么挑",
        "头一网大闸蟹",
        "大闸蟹和母蟹谁贵",
        "母蟹黄满了",
        "绘本陪睡",
        "绘本读给奶奶",
        "开学第一天",
    ]
    stamps = [
        pd.Timestamp("2026-09-15", tz=TIME_ZONE) + pd.Timedelta(hours=hour) for hour in range(len(titles))
    ]
    return pd.DataFrame(
        {
            "doc_id": [f"d{n}" for n in range(len(titles))],
            "source": ["甲", "乙", "丙", "丁", "甲", "甲", "乙"],
            "title": titles,
            "body": ["中秋前后上市", "湖边", "价格", "膏", "亲子时光", "亲子时光", "书包"],
            "published_at": stamps,
        }
    )


def trends_of(rows: list[tuple[str, float, str, list[str]]]) -> pd.DataFrame:
    frame = TRENDS.empty()
    for name in TRENDS.names:
        if name not in ("term", "score", "status", "evidence"):
            frame[name] = pd.Series([None] * 0)
    return pd.DataFrame(
        {
            "term": [row[0] for row in rows],
            "score": [row[1] for row in rows],
            "q_value": 0.01,
            "lift": 3.0,
            "documents": [len(row[3]) for row in rows],
            "baseline_documents": 1,
            "sources": 2,
            "tfidf": 0.1,
            "first_seen": pd.Timestamp("2026-09-14", tz=TIME_ZONE),
            "status": [row[2] for row in rows],
            "is_new_word": False,
            "variants": [[] for _ in rows],
            "evidence": [row[3] for row in rows],
        }
    )


MINED = trends_of(
    [
        ("大闸蟹", 90.0, "rising", ["d0", "d1", "d2", "d3"]),
        ("母蟹", 95.0, "new", ["d2", "d3", "d1"]),
        ("绘本", 60.0, "rising", ["d4", "d5"]),
    ]
)


def test_terms_of_the_same_documents_are_one_topic_named_by_the_widest() -> None:
    found = tk.find_topics(MINED, documents())
    first = found.iloc[0]
    assert first[["label", "terms", "score", "gate", "origin"]].tolist() == [
        "大闸蟹",
        ["大闸蟹", "母蟹"],
        95.0,
        "pass",
        "rising",
    ]
    assert sorted(first["evidence"]) == ["d0", "d1", "d2", "d3"]
    assert "绘本" in set(found["label"])
    assert found["topic_id"].is_unique
    assert list(found.columns)[: len(TOPICS.names)] == TOPICS.names


def test_few_rises_are_filled_up_with_keywords_and_say_so() -> None:
    found = tk.find_topics(MINED, documents())
    assert set(found["origin"]) == {"rising", "keyword"}
    assert (found[found["origin"] == "keyword"]["score"] <= 50).all()


def test_without_trends_the_documents_own_keywords_stand_in() -> None:
    found = tk.find_topics(TRENDS.empty(), documents().assign(published_at=None))
    assert set(found["origin"]) == {"keyword"}
    assert {"大闸蟹", "绘本"} & set(found["label"])
    assert tk.find_topics(MINED, DOCUMENTS.empty()).empty


def test_the_angle_is_the_one_rivals_used_least() -> None:
    questions = [f"第{n}篇怎么办？" for n in range(3)]
    assert _angle(questions).startswith("清单：") is False
    assert "同行 3 篇里没人用" in _angle(questions)
    assert _angle(["平平", "淡淡"]).startswith("提问：")
    assert _angle([]) == ""


def parts(row: "pd.Series[object]") -> float:
    return sum(float(row[f"part_{name}"]) for name in topics.PARTS)


def test_parts_multiply_up_to_the_score() -> None:
    ranked = tk.rank_topics(tk.find_topics(MINED, documents()), documents=documents(), today=TODAY)
    for _, row in ranked.iterrows():
        assert row["score"] == pytest.approx(100 * math.exp(parts(row)))
    assert ranked["score"].is_monotonic_decreasing
    columns = list(ranked.columns)
    assert columns[columns.index("score") + 1] == "part_heat"


def test_what_is_not_given_counts_as_full() -> None:
    ranked = tk.rank_topics(tk.find_topics(MINED, documents()))
    assert (ranked[["part_spread", "part_focus", "part_fit", "part_own", "part_season"]] == 0).all(axis=None)


def test_a_group_that_cares_lifts_its_topic_and_is_named() -> None:
    groups = pd.DataFrame(
        {
            "group_id": ["g1", "g2"],
            "name": ["一", "二"],
            "segment": ["亲子妈妈", "咖啡同好"],
            "theme": ["绘本与亲子", "手冲"],
            "members": [100, 100],
            "slots": [["08:00"], ["08:00"]],
            "posts_per_day": 1,
            "posts_per_week": 3,
        }
    )
    ranked = tk.rank_topics(tk.find_topics(MINED, documents()), groups=groups, documents=documents())
    row = ranked.set_index("label")
    assert row.loc["绘本", "segments"] == ["亲子妈妈"]
    assert row.loc["绘本", "part_fit"] > row.loc["大闸蟹", "part_fit"]
    assert row.loc["大闸蟹", "part_fit"] == pytest.approx(1 / 9 * math.log(0.2))
    assert row.loc["大闸蟹", "segments"] == []


def test_a_word_in_the_title_counts_more_than_one_in_passing() -> None:
    passing = documents().assign(
        title=lambda f: [f"第{n}篇" for n in range(len(f))], body=documents()["title"]
    )
    found = tk.find_topics(MINED, documents()).head(1)
    titled = tk.rank_topics(found, documents=documents())["part_focus"].iloc[0]
    assert (titled, tk.rank_topics(found, documents=passing)["part_focus"].iloc[0]) == (
        0.0,
        pytest.approx(2 / 9 * math.log(0.2)),
    )


def test_what_we_just_wrote_goes_back() -> None:
    own = pd.DataFrame(
        {"doc_id": ["o"], "title": ["大闸蟹来了"], "body": [""], "published_at": ["2026-09-20"]}
    )
    found = tk.find_topics(MINED, documents())
    fresh = tk.rank_topics(found, today=TODAY).set_index("label").loc["大闸蟹", "part_own"]
    stale = tk.rank_topics(found, own=own, today=TODAY).set_index("label").loc["大闸蟹", "part_own"]
    assert (fresh, stale) == (0.0, pytest.approx(1 / 9 * math.log(0.2)))


def test_a_festival_near_by_counts_as_season() -> None:
    found = tk.find_topics(MINED, documents().assign(body="中秋前后"))
    near = tk.rank_topics(found, documents=documents().assign(body="中秋前后"), today=TODAY)
    assert (near["part_season"] == 0).all()
    far = tk.rank_topics(found, documents=documents().assign(body="中秋前后"), today=dt.date(2026, 4, 10))
    assert (far["part_season"] < 0).all()


def test_the_people_a_festival_is_named_after_are_no_festival() -> None:
    teachers = documents().assign(body="教师们在备课")
    found = tk.find_topics(MINED, teachers)
    assert (tk.rank_topics(found, documents=teachers, today=dt.date(2026, 9, 8))["part_season"] < 0).all()
    feast = documents().assign(body="教师节的花")
    assert (tk.rank_topics(found, documents=feast, today=dt.date(2026, 9, 8))["part_season"] == 0).all()


def test_weights_are_the_editors() -> None:
    found = tk.find_topics(MINED, documents())
    only_heat = tk.rank_topics(
        found, documents=documents(), weights=dict.fromkeys(["spread", "focus", "fit", "own", "season"], 0)
    )
    floored = [max(20.0, score) for score in found["score"]]
    assert only_heat["score"].tolist() == pytest.approx(sorted(floored, reverse=True))
    with pytest.raises(ChoiceError, match="不认识的权重 luck"):
        tk.rank_topics(found, weights={"luck": 1})
    with pytest.raises(ChoiceError, match="负数"):
        tk.rank_topics(found, weights={"heat": -1})


def test_a_blocked_topic_scores_nothing() -> None:
    blocked = trends_of([("转发朋友圈领红包", 90.0, "rising", ["d6"])])
    row = tk.rank_topics(tk.find_topics(blocked, documents())).set_index("label")
    assert row.loc["转发朋友圈领红包", ["gate", "score"]].tolist() == ["block", 0.0]
    assert row.index[-1] == "转发朋友圈领红包"


def test_deaths_and_disasters_are_no_marketing_topics() -> None:
    sad = documents().assign(title="大桥事故", body="多人遇难")
    row = tk.rank_topics(tk.find_topics(MINED, sad).head(1), documents=sad).iloc[0]
    assert row[["gate", "score", "angle"]].tolist() == ["block", 0.0, topics.HARM_SENTENCE]
    assert tk.suggest_for_topics(pd.DataFrame([row])).empty


def test_items_carry_the_topic_and_its_best_headline_that_is_not_blocked() -> None:
    found = tk.find_topics(MINED, documents()).head(2)
    ids = found["topic_id"].tolist()
    headlines = pd.DataFrame(
        {
            "topic_id": [ids[0], ids[0], ids[1]],
            "headline": ["最好却被拦下", "次好", "拦下"],
            "craft": [90.0, 80.0, 70.0],
            "gate": ["block", "pass", "block"],
        }
    )
    talk = tk.items_from_topics(found, headlines.assign(intent="讨论"), start=TODAY)
    assert talk["kind"].tolist() == ["discussion"]
    items = tk.items_from_topics(found, headlines, start=TODAY)
    assert items[["topic", "title", "kind", "waves"]].values.tolist() == [[ids[0], "次好", "value", 2]]
    assert items["earliest"].iloc[0] == pd.Timestamp("2026-09-21", tz=TIME_ZONE)
    assert items["latest"].iloc[0] == pd.Timestamp("2026-09-27", tz=TIME_ZONE)
    assert items["copy"].isna().all()
    assert list(items.columns) == ITEMS.names
    assert tk.items_from_topics(found.head(0), headlines, start=TODAY).empty
