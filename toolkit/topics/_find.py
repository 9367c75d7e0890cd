"""Rising terms that stand in the same documents become topic candidates with an angle and evidence."""

from __future__ import annotations

import functools
import hashlib
import re
from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd

from toolkit import lexicons
from toolkit.schema import DOCUMENTS, TOPICS, TRENDS, check
from toolkit.trends import extract_keywords

# fewer candidates than this leave an editor no choice: steady words, then plain keywords, fill the list up
FEWEST_TOPICS = 8
MOST_TOPICS = 20
# terms are one topic when, on average, they share this much of their documents (1 − Jaccard distance)
SAME_TOPIC = 0.34


def find_topics(trends: pd.DataFrame, documents: pd.DataFrame) -> pd.DataFrame:
    """TOPICS: rising terms that stand in the same documents, gathered; best first, at most 20.

    New and rising terms come first; where they make fewer than eight topics, steady terms fill up, and without any
    trend (undated documents) the documents' own leading keywords do; column `origin` says which: rising, steady or
    keyword. `score` is the heat of the best term (0 to 100), `angle` names the angle that the rivals' titles used
    least, `evidence` the documents. Terms are joined by average-linkage clustering of their document sets. No
    documents give an empty frame.
    """
    table = check(trends, TRENDS)
    frame = check(documents, DOCUMENTS)
    if frame.empty:
        return TOPICS.empty().assign(origin=pd.Series([], dtype="str"))
    rising = table[table["status"].isin(["new", "rising"])]
    chosen = [(row, "rising") for row in rising.to_dict("records")]
    if len(chosen) < FEWEST_TOPICS:
        steady = table[(table["status"] == "steady") & (table["documents"] > 0)]
        chosen += [(row, "steady") for row in steady.to_dict("records")][: FEWEST_TOPICS - len(chosen)]
    if len(chosen) < FEWEST_TOPICS:
        known = {row["term"] for row, _ in chosen}
        fresh = [row for row in _keyword_rows(frame) if row["term"] not in known]
        chosen += [(row, "keyword") for row in fresh[: FEWEST_TOPICS - len(chosen)]]
    titles = dict(zip(frame["doc_id"], frame["title"], strict=True))
    chosen = [pair for pair in chosen if pair[0]["evidence"]]
    # keywords of a few pages all stand in the same documents: gathered they would be one topic for each page
    clusters = _gather([pair for pair in chosen if pair[1] != "keyword"])
    clusters += [[pair] for pair in chosen if pair[1] == "keyword"]
    rows = [_topic(members, titles) for members in clusters]
    rows.sort(key=lambda row: (-row["score"], row["label"]))
    return check(pd.DataFrame(rows[:MOST_TOPICS], columns=[*TOPICS.names, "origin"]), TOPICS)


def _keyword_rows(documents: pd.DataFrame) -> list[dict[str, Any]]:
    """The leading keywords over all documents, shaped like trends: how many documents have it among their ten."""
    originals = documents[documents["duplicate_of"].isna()]
    keywords = extract_keywords(originals, top=10)
    if keywords.empty:
        return []
    grouped = keywords.groupby("term").agg(
        evidence=("doc_id", list), documents=("doc_id", "size"), weight=("weight", "sum")
    )
    grouped = grouped.reset_index().sort_values(
        ["documents", "weight", "term"], ascending=[False, False, True]
    )
    top = float(grouped["weight"].max())
    return [
        {
            "term": row["term"],
            "score": 50.0 * row["weight"] / top,
            "evidence": row["evidence"],
            "status": "steady",
        }
        for row in grouped.head(3 * FEWEST_TOPICS).to_dict("records")
    ]


def _gather(rows: list[tuple[dict[str, Any], str]]) -> list[list[tuple[dict[str, Any], str]]]:
    """The terms in clusters by shared documents; a cluster keeps its terms in their order."""
    if len(rows) < 2:
        return [rows] if rows else []
    from scipy.cluster import hierarchy

    sets = [set(row["evidence"]) for row, _ in rows]
    distances = [
        1 - len(sets[i] & sets[j]) / len(sets[i] | sets[j])
        for i in range(len(sets))
        for j in range(i + 1, len(sets))
    ]
    labels = hierarchy.fcluster(
        hierarchy.average(np.array(distances)), t=1 - SAME_TOPIC, criterion="distance"
    )
    clusters: dict[int, list[tuple[dict[str, Any], str]]] = {}
    for label, row in zip(labels, rows, strict=True):
        clusters.setdefault(int(label), []).append(row)
    return list(clusters.values())


def _topic(members: list[tuple[dict[str, Any], str]], titles: Mapping[str, str]) -> dict[str, Any]:
    # the word in most documents names the topic: a rarer companion says less about what it is
    ordered = sorted(
        members, key=lambda pair: (-len(pair[0]["evidence"]), -pair[0]["score"], pair[0]["term"])
    )
    terms = [row["term"] for row, _ in ordered]
    evidence = list(dict.fromkeys(doc for row, _ in ordered for doc in row["evidence"]))
    known = [titles[doc] for doc in evidence if doc in titles]
    return {
        "topic_id": topic_id(terms),
        "label": terms[0],
        "terms": terms,
        "score": max(float(row["score"]) for row, _ in members),
        "gate": "pass",
        "angle": _angle(known),
        "evidence": evidence,
        "origin": members[0][1],
    }


def topic_id(terms: list[str]) -> str:
    """A short id that depends on the topic's leading term alone, so that it is the same next week.

    >>> topic_id(["大闸蟹", "母蟹"]) == topic_id(["大闸蟹"])
    True
    """
    return "t" + hashlib.blake2b(terms[0].encode("utf-8", "surrogatepass"), digest_size=4).hexdigest()


@functools.cache
def _angles() -> tuple[tuple[str, str, re.Pattern[str]], ...]:
    return tuple(
        (row["caption"], row["prompt"], re.compile(_pattern(row["cues"]))) for row in lexicons.rows("angles")
    )


def _pattern(cues: str) -> str:
    """Cues joined by | as one pattern; a lone question mark is meant as itself."""
    return "|".join(r"\?" if cue == "?" else cue for cue in cues.split("|"))


def _angle(titles: list[str]) -> str:
    """The angle the rivals used least (field guide B6: the same event seen from another side), as one sentence."""
    if not titles:
        return ""
    used = [
        (sum(bool(cues.search(title)) for title in titles), place)
        for place, (_, _, cues) in enumerate(_angles())
    ]
    count, place = min(used)
    caption, prompt, _ = _angles()[place]
    share = f"同行 {len(titles)} 篇里没人用" if count == 0 else f"同行 {len(titles)} 篇里只有 {count} 篇用"
    return f"{caption}：{prompt}（{share}）"
