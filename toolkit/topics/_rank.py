"""Topics ranked by an editor's weights, with every part shown."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd

from toolkit import compliance
from toolkit.schema import DOCUMENTS, GROUPS, TOPICS, check, checked_moment
from toolkit.topics._barred import gate_of, speaks_of_harm, stricter
from toolkit.topics._parts import PARTS, RANK_SENTENCE, ZERO, read_weights, weighted_logs
from toolkit.topics._shares import Measured, measure, paces, read_once, trend_scores

__all__ = ["HARM_SENTENCE", "PARTS", "rank_topics"]

HARM_SENTENCE = "出处多涉及伤亡、灾难或犯罪，不作营销选题"


def rank_topics(
    topics: pd.DataFrame,
    *,
    groups: pd.DataFrame | None = None,
    own: pd.DataFrame | None = None,
    today: dt.date | None = None,
    weights: Any | None = None,
    documents: pd.DataFrame | None = None,
    brand: Any | None = None,
    rules: Any | None = None,
    verdicts: Any | None = None,
) -> pd.DataFrame:
    """TOPICS with `part_*` and a new `score`, best first: a weighted geometric mean, so no side can be bought back.

    Each part is its weight's share of all weights times the logarithm of a share between 0 and 1; score = 100 ·
    exp(sum of parts). How each share is measured, its floor and its default weight are rows of the lexicon
    `topic-parts` (`topic_parts()` shows them): from the trend score and the evidence's days (heat), the `documents`
    that name the topic (known, talk, often, room), their sources, titles and cues (spread, focus, easy, pain, need,
    novel, emotion, effort), the themes of `groups` (fit), the words of `brand` (a list, or a mapping with `words` and
    `avoid`), the days since `own` posts last named it (own) and the calendar (season). A share of zero makes a part
    of −1000, so that the score is exactly 0: a word that the brand avoids, and part_gate where compliance (with the
    house's own `rules` and `verdicts`, as `check_copy` takes them) blocks the words or the evidence speaks of deaths,
    disasters or crimes (lexicon `sensitive`). Such topics stay in the table, gate "block".

    What is not given counts as full, its part is 0, and `not_measured` names it in Chinese; so does a value that one
    topic lacks (but its trend score, which then counts least). `trend_score` keeps the score the topics came with, so
    that ranked topics can be ranked again. `pace` says how fast the topic fades (lexicon `topic-decay`), `segments`
    which segments it suits. Of each document the title and the first 300 characters are read; those after `today` are
    ignored. `frame.attrs["notes"]` says 排序是编辑的权重，不是预测. An empty frame gives an empty frame with these
    columns.

    Raises ChoiceError for an unknown or negative weight, none above zero, and a `brand` that is no words.
    """
    frame = check(topics, TOPICS).reset_index(drop=True)
    day = None if today is None else checked_moment(today, "today").date()
    documents = None if documents is None else check(documents, DOCUMENTS)
    own = None if own is None else check(own if "doc_id" in own else own.assign(doc_id=""), DOCUMENTS)
    groups = None if groups is None else check(groups, GROUPS)
    chosen = read_weights(weights)
    reading = read_once(frame, documents, day)
    values, segments = measure(reading, groups=groups, own=own, words=brand)
    shares = {name: [1.0 if share is None else share for share in column] for name, column in values.items()}
    parts = {f"part_{name}": column for name, column in weighted_logs(shares, chosen).items()}
    hurt = [speaks_of_harm(terms, heads) for terms, heads in zip(reading.keys, reading.heads, strict=True)]
    own_rules, lessons = compliance.own_rules(rules), compliance.lessons_of(verdicts)
    gates = [
        "block" if harm else stricter(given, gate_of([label, *terms], own_rules, lessons))
        for harm, given, label, terms in zip(hurt, frame["gate"], frame["label"], frame["terms"], strict=True)
    ]
    parts["part_gate"] = [ZERO if gate == "block" else 0.0 for gate in gates]
    ranked = _told(frame, parts).assign(gate=pd.Series(gates, index=frame.index, dtype="str"))
    ranked["angle"] = ranked["angle"].mask(pd.Series(hurt, index=frame.index, dtype="bool"), HARM_SENTENCE)
    ranked["segments"] = _lists(segments)
    ranked["pace"] = pd.Series([pace.caption for pace in paces(reading)], index=frame.index, dtype="str")
    ranked["not_measured"] = _lists(_missing(values, len(frame)))
    ranked["trend_score"] = trend_scores(frame)
    ranked = ranked.sort_values(["score", "label"], ascending=[False, True]).reset_index(drop=True)
    ranked.attrs["notes"] = [RANK_SENTENCE]
    return ranked


def _told(frame: pd.DataFrame, parts: dict[str, list[float]]) -> pd.DataFrame:
    """The frame with the parts after the new score; parts of an earlier ranking are replaced."""
    out = frame.drop(columns=[name for name in frame.columns if str(name).startswith("part_")])
    columns = pd.DataFrame(parts, index=frame.index, dtype="float64")
    place = list(out.columns).index("score") + 1
    out["score"] = 100 * np.exp(columns.sum(axis=1))
    return pd.concat([out.iloc[:, :place], columns, out.iloc[:, place:]], axis=1)


def _missing(values: Mapping[str, Measured], size: int) -> list[list[str]]:
    """The captions of the parts that each topic has no value of."""
    return [[PARTS[name][0] for name in PARTS if values[name][place] is None] for place in range(size)]


def _lists(values: list[list[str]]) -> pd.Series:
    return pd.Series(values, index=range(len(values)), dtype="object")
