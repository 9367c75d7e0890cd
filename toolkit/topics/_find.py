"""Rising terms that tell one story become topic candidates, with what the calendar brings, angles and evidence."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import pandas as pd

from toolkit import compliance, text
from toolkit.schema import DOCUMENTS, TOPICS, TRENDS, as_whole, check
from toolkit.topics._angles import angles_of
from toolkit.topics._barred import gate_of, harmed, stricter
from toolkit.topics._gather import Phrases, Pool, Story, gather, in_order, topic_id, weak_words
from toolkit.topics._season import SEASON_COLUMNS, season_of, season_topics
from toolkit.trends import extract_keywords

# fewer candidates than this leave an editor no choice: steady words, then plain keywords, fill the list up
FEWEST_TOPICS = 8
MOST_TOPICS = 20
# terms are compared with each other: the best so many, far more than anyone reads
MOST_TERMS = 400
# a seasonal topic joins the list so many days before work on it begins, for a week is planned at a time
SEASON_AHEAD = 7
_MOST_SAID = 12
_COLUMNS = [*TOPICS.names, "origin", "angles", "why", *SEASON_COLUMNS, "themes", "segments"]


def find_topics(
    trends: pd.DataFrame,
    documents: pd.DataFrame,
    *,
    today: dt.date | str | None = None,
    groups: pd.DataFrame | None = None,
    top: int = MOST_TOPICS,
    rules: pd.DataFrame | tuple[Any, ...] | None = None,
    verdicts: pd.DataFrame | compliance.Lessons | None = None,
) -> pd.DataFrame:
    """TOPICS: rising terms that tell one story gathered, and what the calendar brings; best first.

    New and rising terms make topics; where these are fewer than eight, steady terms fill up, and without any trend
    (undated documents) the documents' own leading keywords do. Of topics from trends the best `top` are given.

    A term belongs to the wider one whose documents hold half of its own (connected components, scipy); stories whose
    titles use the same words (cosine of TF-IDF ≥ 0.4) and share documents are one (average linkage, scipy). A word that names nothing by
    itself (lexicon `topic-weak`: 上线, 老人, a city) leads no topic: the phrase that most of its titles share does, or
    the story they belong to. `frame.attrs["notes"]` names what was left out, and why.

    Beyond TOPICS the columns are origin (rising, steady, keyword, season), angles (every usable angle as a sentence,
    the one that rivals used least first, which is `angle`), why (Chinese) and those of `season_topics`, filled where a
    topic belongs to a coming day. `label` is the leading term, or where that is a short piece of a name the phrase
    around it that two fifths of its titles share; `topic_id` depends on the leading term alone. `score` is the heat of
    the best term (0 to 100). `evidence` has the most central titles first, sources in turn, copies last. `gate` is
    that of the terms as editorial text, and as promotion for the editor's own `rules` (COPY_RULES) with her `verdicts`.

    With `today` the days of the calendar whose work has begun or begins within a week join; a topic that names such a
    day is merged with it. `groups` are the groups whose themes the seasons are to fit. No documents give an empty
    frame, but for the calendar's.

    Raises ChoiceError for a `top` below 1, ColumnError for rules and verdicts that cannot be used.
    """
    table, frame = check(trends, TRENDS), check(documents, DOCUMENTS)
    top = as_whole(top, "top")
    own, lessons = compliance.own_rules(rules), compliance.lessons_of(verdicts)
    rows, left = _topics(table, frame, top)
    seasons = None if today is None else season_topics(today, groups=groups, documents=frame)
    if seasons is not None:
        rows = _joined(rows, _due(seasons).to_dict("records"))
    titles = dict(zip(frame["doc_id"], frame["title"], strict=True))
    for row, harm in zip(rows, harmed(rows, frame), strict=True):
        row["gate"] = stricter(row["gate"], gate_of([row["label"], *row["terms"]], own, lessons))
        uses = angles_of(row, titles, harm=harm)
        row["angles"] = [use.sentence() for use in uses]
        row["angle"] = row["angles"][0] if uses else ""
    rows.sort(key=lambda row: (-row["score"], row["label"]))
    found = check(pd.DataFrame(rows, columns=_COLUMNS), TOPICS)
    texts = dict.fromkeys(("origin", "why", "season", "festival", "tone"), "str")
    found = found.astype({**texts, "days_left": "Int64", "lead": "Int64"})
    found.attrs["notes"] = [*left, *([] if seasons is None else seasons.attrs["notes"])]
    return found


def _topics(table: pd.DataFrame, documents: pd.DataFrame, top: int) -> tuple[list[dict[str, Any]], list[str]]:
    """The rows of topics from trends and keywords, best first, and what was left out."""
    if documents.empty:
        return [], []
    rising = _rows(table[table["status"].isin(["new", "rising"])], "rising")
    steady = _rows(table[(table["status"] == "steady") & (table["documents"] > 0)], "steady")
    notes = [f"升得最多的 {MOST_TERMS} 个词之外，还有 {len(rising) - MOST_TERMS} 个词没有比较。"]
    notes = notes if len(rising) > MOST_TERMS else []
    rising = rising[:MOST_TERMS]
    rows, left = _told(rising, documents)
    bare = table[table["status"].isin(["new", "rising"]) & (table["evidence"].str.len() == 0)]
    if len(rows) < FEWEST_TOPICS and steady:
        more, left = _told([*rising, *steady[: 2 * FEWEST_TOPICS]], documents)
        known = [row for row in more if row["origin"] == "rising"]
        rows = (
            known + [row for row in more if row["origin"] == "steady"][: max(0, FEWEST_TOPICS - len(known))]
        )
    if len(rows) < FEWEST_TOPICS:
        taken = [term.lower() for row in rows for term in (row["label"], *row["terms"])]
        # keywords of a few pages all stand in the same documents: gathered they would be one topic for each page
        for row in _keyword_rows(documents):
            term = row["term"].lower()
            if len(rows) < FEWEST_TOPICS and not any(term in one or one in term for one in taken):
                made = _told([row], documents)[0]
                rows += made
                taken += [term, *(one["label"].lower() for one in made)]
    if len(rows) > top:
        notes.append(f"选题有 {len(rows)} 个，列出 {top} 个。")
    left += [(row, "没有出处") for row in bare.to_dict("records")]
    return rows[:top], [*notes, *_said(left)]


def _rows(table: pd.DataFrame, origin: str) -> list[dict[str, Any]]:
    records = table.assign(origin=origin).to_dict("records")
    return [{str(key): value for key, value in row.items()} for row in records if row["evidence"]]


def _told(
    rows: Sequence[Mapping[str, Any]], documents: pd.DataFrame
) -> tuple[list[dict[str, Any]], list[tuple[Mapping[str, Any], str]]]:
    """Topics of these trend rows, best first, and the rows that make none."""
    pool = Pool.of(documents, (doc for row in rows for doc in row["evidence"]))
    phrases = Phrases(pool)
    stories, left = gather(rows, pool, phrases)
    topics = [_topic(story, pool, phrases) for story in stories]
    order = {"rising": 0, "steady": 1, "keyword": 2}
    return sorted(topics, key=lambda row: (order[row["origin"]], -row["score"], row["label"])), left


def _topic(story: Story, pool: Pool, phrases: Phrases) -> dict[str, Any]:
    best = max(story.rows, key=lambda row: (row["score"], row["term"]))
    origins = {row["origin"] for row in story.rows}
    evidence = in_order(story, pool, phrases)
    return {
        "topic_id": topic_id(story.terms),
        "label": story.label,
        "terms": _once(story.terms),
        "score": float(best["score"]),
        "gate": "pass",
        "evidence": evidence,
        "origin": next(name for name in ("rising", "steady", "keyword") if name in origins),
        "why": _why(story, best, pool, evidence),
        **dict.fromkeys(("season", "festival", "tone"), ""),
        **dict.fromkeys(("starts", "days_left", "lead", "earliest", "latest")),
        "themes": [],
        "segments": [],
    }


def _once(terms: Sequence[str]) -> list[str]:
    """The terms in order, of spellings that fold to one the first."""
    first: dict[str, str] = {}
    for key, term in zip(text.fold(list(terms)), terms, strict=True):
        first.setdefault(key, term)
    return list(first.values())


def _why(story: Story, best: Mapping[str, Any], pool: Pool, evidence: Sequence[str]) -> str:
    """How many documents and sources say it, how much more than before, and what stands beside it, in Chinese."""
    sources = {pool.sources[place] for place in story.places}
    said = f"{len(evidence)} 篇内容写到" + (f"，来自 {len(sources)} 个来源" if sources else "")
    lift = best.get("lift")
    if best["origin"] == "rising" and lift is not None and lift == lift:
        said += f"；「{best['term']}」是平时的 {lift:.1f} 倍"
    beside = [term for term in story.terms[1:] if term not in story.label][:3]
    return said + (f"；常一起出现：{'、'.join(beside)}。" if beside else "。")


def _said(left: Iterable[tuple[Mapping[str, Any], str]]) -> list[str]:
    """What made no topic, in a sentence for each reason."""
    reasons: dict[str, list[str]] = {}
    for row, reason in left:
        reasons.setdefault(reason, []).append(str(row["term"]))
    return [
        f"没有单独成题：{'、'.join(terms[:_MOST_SAID])}"
        + (f"等 {len(terms)} 个词" if len(terms) > _MOST_SAID else "")
        + f"（{reason}）。"
        for reason, terms in reasons.items()
    ]


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
    top = float(grouped["weight"].max()) or 1.0
    rows = grouped[~grouped["term"].str.lower().isin(weak_words())].head(3 * FEWEST_TOPICS)
    return [
        {
            "term": row["term"],
            "score": 50.0 * row["weight"] / top,
            "evidence": row["evidence"],
            "status": "steady",
            "origin": "keyword",
        }
        for row in rows.to_dict("records")
    ]


def _due(seasons: pd.DataFrame) -> pd.DataFrame:
    return seasons[seasons["days_left"] <= seasons["lead"] + SEASON_AHEAD]


def _joined(rows: list[dict[str, Any]], seasons: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """The topics and the coming days; a topic that names a coming day is merged with it."""
    kinds = {season["label"]: season["season"] for season in seasons}
    whole = {season["label"]: season for season in seasons}
    out = []
    for row in rows:
        label = season_of([row["label"], row["terms"][0]], kinds)
        if label is None:
            out.append(row)
            continue
        season = whole[label]
        season["terms"] = list(dict.fromkeys([*season["terms"], *row["terms"]]))
        season["evidence"] = list(dict.fromkeys([*row["evidence"], *season["evidence"]]))
        season["why"] = f"{season['why']}{row['why']}"
        if season["tone"] != "solemn":
            season["score"] = max(season["score"], row["score"])
        if season["origin"] == "season":
            season["origin"] = row["origin"]
    return out + seasons
