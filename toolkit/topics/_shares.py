"""What each part of a topic's score is measured from: the documents that name it, their days, sources and cues."""

from __future__ import annotations

import datetime as dt
import functools
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pandas as pd

from toolkit import lexicons, text
from toolkit.schema import TIME_ZONE, ChoiceError, as_date
from toolkit.topics._barred import CUE_CHARACTERS, CUE_DOCUMENTS
from toolkit.topics._fit import rows_naming, segment_fits, texts_of
from toolkit.topics._parts import PARTS, part_of

# the days that count as now, and those over which a need that comes back is seen
TALK_DAYS = 2
OFTEN_DAYS = 28
_SEASONS = ("festival", "shopping", "term")
_FAR = -(10**6)


@dataclass(frozen=True)
class Reading:
    """Documents and topics read once. `named` and `evidence` hold row numbers of the documents for each topic.

    `days` counts days up to `last`, the latest day with a document (0 = that day, `_FAR` = undated); `fresh` says
    which rows are no copies.
    """

    topics: pd.DataFrame
    documents: pd.DataFrame | None
    today: dt.date | None
    last: dt.date | None = None
    folded: list[str] = field(default_factory=list)
    titles: list[str] = field(default_factory=list)
    days: np.ndarray = field(default_factory=lambda: np.zeros(0, dtype=np.int64))
    sources: np.ndarray = field(default_factory=lambda: np.zeros(0, dtype=np.int64))
    fresh: np.ndarray = field(default_factory=lambda: np.zeros(0, dtype=bool))
    named: list[np.ndarray] = field(default_factory=list)
    evidence: list[np.ndarray] = field(default_factory=list)

    @functools.cached_property
    def keys(self) -> list[list[str]]:
        """The topics' terms as they stand in folded texts."""
        return [text.fold(terms) for terms in self.topics["terms"]]

    @functools.cached_property
    def heads(self) -> list[list[str]]:
        """What cues are looked for in: the beginnings of the evidence; of a topic without any, its own words."""
        terms = self.keys
        found = [
            [self.folded[row][:CUE_CHARACTERS] for row in rows[:CUE_DOCUMENTS]] for rows in self.evidence
        ]
        return [heads or ["、".join(words)] for heads, words in zip(found, terms, strict=True)]


def read_once(topics: pd.DataFrame, documents: pd.DataFrame | None, today: dt.date | None) -> Reading:
    """The reading of checked topics and documents; documents after `today` are ignored, undated ones are not."""
    if documents is not None and today is not None:
        end = pd.Timestamp(today, tz=TIME_ZONE) + pd.Timedelta(days=1)
        documents = documents[~(documents["published_at"] >= end)].reset_index(drop=True)
    if documents is None or documents.empty:
        return Reading(topics, None, today, evidence=[np.zeros(0, dtype=np.int64)] * len(topics))
    stamps = documents["published_at"].dt.normalize()
    last = None if stamps.isna().all() else stamps.max()
    texts = texts_of(documents)
    folded = text.fold(texts)
    place = {doc: number for number, doc in enumerate(documents["doc_id"])}
    evidence = [
        np.array(list(dict.fromkeys(place[doc] for doc in found if doc in place)), dtype=np.int64)
        for found in topics["evidence"]
    ]
    return Reading(
        topics,
        documents,
        today,
        last=None if last is None else last.date(),
        folded=folded,
        titles=text.fold(documents["title"].tolist()),
        days=np.full(len(stamps), _FAR)
        if last is None
        else (stamps - last).dt.days.fillna(_FAR).to_numpy(np.int64),
        sources=pd.factorize(documents["source"])[0],
        fresh=documents["duplicate_of"].isna().to_numpy(),
        named=_named(topics, folded, evidence),
        evidence=evidence,
    )


def _named(topics: pd.DataFrame, folded: list[str], evidence: list[np.ndarray]) -> list[np.ndarray]:
    """The texts that name a term of each topic; its evidence does, wherever in the text."""
    keys = [[term for term in text.fold(terms) if term.strip()] for terms in topics["terms"]]
    found = rows_naming([term for key in keys for term in key], folded)
    return [
        np.unique(np.concatenate([rows, *(found[term] for term in key)]))
        for rows, key in zip(evidence, keys, strict=True)
    ]


Measured = list[float | None]


def heat(reading: Reading) -> Measured:
    """Trend score times the mean decay of the evidence; the least for a topic without a score among others with one."""
    part = part_of("heat")
    scores = trend_scores(reading.topics)
    if scores.isna().all():
        return _none(reading)
    ahead = 0 if reading.today is None or reading.last is None else (reading.today - reading.last).days
    out: Measured = []
    for score, half, rows in zip(scores, half_lives(reading), reading.evidence, strict=True):
        ages = ahead - reading.days[rows][reading.days[rows] > _FAR]
        fade = float(np.mean(0.5 ** (ages / half))) if len(ages) else 1.0
        out.append(part.floor if pd.isna(score) else part.share(max(0.0, float(score)) * fade))
    return out


def trend_scores(topics: pd.DataFrame) -> pd.Series:
    """The trend score: of topics ranked before it is in `trend_score`, for their `score` is the ranking's."""
    name = "trend_score" if "trend_score" in topics else "score"
    return pd.to_numeric(topics[name], errors="coerce").astype("float64")


def known(reading: Reading) -> Measured:
    """How many documents ever named it; without documents how many its evidence lists."""
    part = part_of("known")
    if reading.documents is not None:
        return [part.amount(int(reading.fresh[rows].sum())) for rows in reading.named]
    counts = [len(set(found)) for found in reading.topics["evidence"]]
    return [part.amount(count) for count in counts] if any(counts) else _none(reading)


def talk(reading: Reading) -> Measured:
    """How many documents of the last two days name it."""
    if reading.last is None:
        return _none(reading)
    lately = reading.fresh & (reading.days > -TALK_DAYS)
    return [part_of("talk").amount(int(lately[rows].sum())) for rows in reading.named]


def often(reading: Reading) -> Measured:
    """On how many of the last 28 days documents name it."""
    if reading.last is None:
        return _none(reading)
    lately = reading.fresh & (reading.days > -OFTEN_DAYS)
    return [part_of("often").share(len(set(reading.days[rows[lately[rows]]]))) for rows in reading.named]


def spread(reading: Reading) -> Measured:
    """How many sources the evidence comes from."""
    if reading.documents is None:
        return _none(reading)
    return [part_of("spread").share(len(set(reading.sources[rows]))) for rows in reading.evidence]


def focus(reading: Reading) -> Measured:
    """The share of the evidence with a term in its title; None for a topic without evidence."""
    out: Measured = []
    for terms, rows in zip(reading.keys, reading.evidence, strict=True):
        named = sum(any(term in reading.titles[row] for term in terms) for row in rows)
        out.append(part_of("focus").share(named / len(rows)) if len(rows) else None)
    return out


def room(reading: Reading) -> Measured:
    """The share of rivals that had not written about it more than two days ago; undated documents cannot say."""
    dated = reading.days > _FAR
    rivals = len(set(reading.sources[dated]))
    if rivals < 2:
        return _none(reading)
    early = dated & (reading.days <= -TALK_DAYS)
    return [
        part_of("room").share(1 - len(set(reading.sources[rows[early[rows]]])) / rivals)
        for rows in reading.named
    ]


def own_gap(reading: Reading, own: pd.DataFrame | None) -> Measured:
    """Days since our own posts last named the topic's first term; None for a topic we named on no known day."""
    if own is None or reading.today is None:
        return _none(reading)
    texts = text.fold(texts_of(own))
    days = [as_date(value) for value in own["published_at"]]
    out: Measured = []
    for terms in reading.keys:
        named = [
            day
            for day, body in zip(days, texts, strict=True)
            if terms and terms[0].strip() and terms[0] in body
        ]
        ages = [(reading.today - day).days for day in named if day is not None and day <= reading.today]
        unknown = any(day is None for day in named) and not ages
        out.append(None if unknown else part_of("own").share(min(ages)) if ages else 1.0)
    return out


def season(reading: Reading) -> Measured:
    """1 where a festival, solar term or shopping day of the next three weeks is named, or the topic's own day comes."""
    if reading.today is None:
        return _none(reading)
    part, today = part_of("season"), reading.today
    soon = _coming(today, int(part.full))
    starts = reading.topics["starts"] if "starts" in reading.topics else [None] * len(reading.topics)
    out: Measured = []
    for terms, rows, start in zip(reading.topics["terms"], reading.evidence, starts, strict=True):
        left = -1 if start is None or pd.isna(start) else ((as_date(start) or today) - today).days
        texts = [reading.folded[row] for row in rows]
        fits = 0 <= left <= part.full or any(
            any(name in term for term in terms) or sum(name in found for found in texts) * 3 > len(texts) > 0
            for name in soon
        )
        out.append(1.0 if fits else part.floor)
    return out


def _coming(today: dt.date, days: int) -> set[str]:
    # as people say it: 教师节 is a festival, 教师 alone are just teachers
    return {
        lexicons.spoken_festival(name) if kind == "festival" else name
        for kind in _SEASONS
        for day, names in lexicons.names_of(kind).items()
        for name in names
        if 0 <= (day - today).days <= days
    }


def fit(reading: Reading, groups: pd.DataFrame | None) -> tuple[Measured, list[list[str]]]:
    """The best segment's likeness, and the segments near it; None throughout where no theme is spoken of.

    A topic of the calendar that nobody has written about counts in full for the segments that it came with.
    """
    given = [list(found) if isinstance(found, list) else [] for found in reading.topics.get("segments", [])]
    given = given or [[] for _ in range(len(reading.topics))]
    if reading.documents is None or groups is None or groups.empty or reading.topics.empty:
        return _none(reading), given
    found = segment_fits(reading.evidence, groups, reading.folded)
    if not any(best for best, _ in found):
        return _none(reading), given
    shares: Measured = []
    for (best, _), rows, before in zip(found, reading.evidence, given, strict=True):
        shares.append(1.0 if before and not len(rows) else part_of("fit").share(best))
    return shares, [near or before for (_, near), before in zip(found, given, strict=True)]


def brand(reading: Reading, words: Any | None) -> Measured:
    """The share of the evidence that speaks of the brand's words; 0 for a topic with a word the brand avoids."""
    wanted, avoided = _brand_words(words)
    if not wanted and not avoided:
        return _none(reading)
    out: Measured = []
    for terms, heads in zip(reading.keys, reading.heads, strict=True):
        if any(word in term for word in avoided for term in terms):
            out.append(0.0)
        elif not wanted or any(word in term for word in wanted for term in terms):
            out.append(1.0)
        else:
            named = sum(any(word in head for word in wanted) for head in heads)
            out.append(part_of("brand").share(named / len(heads)))
    return out


def _brand_words(words: Any | None) -> tuple[list[str], list[str]]:
    if words is None:
        return [], []
    given = words if isinstance(words, Mapping) else {"words": words}
    unknown = [name for name in given if name not in ("words", "avoid")]
    lists = [
        [given.get(name, [])] if isinstance(given.get(name), str) else given.get(name, [])
        for name in ("words", "avoid")
    ]
    usable = all(isinstance(part, Sequence) and all(isinstance(word, str) for word in part) for part in lists)
    if unknown or not usable:
        raise ChoiceError(
            'brand 要写成词的列表，或 {"words": ["手冲", "咖啡"], "avoid": ["减肥"]}：'
            "words 是自家常谈的，avoid 是自家不谈的。"
        )
    return _filled(lists[0]), _filled(lists[1])


def _filled(words: Sequence[str]) -> list[str]:
    return [word for word in text.fold(list(words)) if word.strip()]


@functools.cache
def _cues() -> dict[str, tuple[str, re.Pattern[str]]]:
    return {row["part"]: (row["sign"], re.compile(row["cues"])) for row in lexicons.rows("topic-cues")}


def cue(reading: Reading, name: str) -> Measured:
    """The share of the evidence with a cue of the lexicon `topic-cues` (or without, where the cue speaks against it)."""
    if reading.documents is None:
        return _none(reading)
    sign, pattern = _cues()[name]
    part = part_of(name)
    out: Measured = []
    for heads in reading.heads:
        found = sum(bool(pattern.search(head)) for head in heads) / len(heads)
        full = 1.0 if name == "effort" else part.full
        value = found / full if sign == "+" else 1 - min(1.0, found / full)
        out.append(part.floor + (1 - part.floor) * min(1.0, value))
    return out


def effort(reading: Reading) -> Measured:
    """Minutes against those of one message where topics carry `minutes`, else cues of work on the spot."""
    found = cue(reading, "effort")
    if "minutes" not in reading.topics:
        return found
    minutes = pd.to_numeric(reading.topics["minutes"], errors="coerce")
    part = part_of("effort")
    return [
        cued
        if pd.isna(spent) or spent < 0
        else part.share(part.full * part.full / max(float(spent), part.full))
        for cued, spent in zip(found, minutes, strict=True)
    ]


@dataclass(frozen=True)
class _Pace:
    name: str
    caption: str
    half_life: float
    origins: tuple[str, ...]
    seasonal: bool
    cues: re.Pattern[str] | None


@functools.cache
def _paces() -> tuple[_Pace, ...]:
    return tuple(
        _Pace(
            row["pace"],
            row["caption"],
            float(row["half_life_days"]),
            tuple(name for name in row["origin"].split("|") if name),
            row["cues"] == "festival",
            re.compile(row["cues"]) if row["cues"] and row["cues"] != "festival" else None,
        )
        for row in lexicons.rows("topic-decay")
    )


@functools.cache
def _season_names() -> tuple[str, ...]:
    return tuple(
        dict.fromkeys(
            lexicons.spoken_festival(name) if kind == "festival" else name
            for kind in _SEASONS
            for names in lexicons.names_of(kind).values()
            for name in names
        )
    )


def _pace_of(terms: list[str], heads: list[str], origin: str) -> _Pace:
    """The first pace whose origin it has, whose season it names, or whose cues stand in half of its evidence."""
    for pace in _paces():
        if origin in pace.origins:
            return pace
        if pace.seasonal and any(name in term for name in _season_names() for term in terms):
            return pace
        if pace.cues and 2 * sum(bool(pace.cues.search(head)) for head in heads) >= len(heads):
            return pace
    return _paces()[-1]


def paces(reading: Reading) -> list[_Pace]:
    """How fast each topic fades (lexicon `topic-decay`)."""
    origins = reading.topics["origin"] if "origin" in reading.topics else [""] * len(reading.topics)
    return [
        _pace_of(terms, heads, str(origin))
        for terms, heads, origin in zip(reading.keys, reading.heads, origins, strict=True)
    ]


def half_lives(reading: Reading) -> list[float]:
    """Days in which each topic's interest halves."""
    return [pace.half_life for pace in paces(reading)]


def _none(reading: Reading) -> Measured:
    return [None] * len(reading.topics)


def measure(
    reading: Reading, *, groups: pd.DataFrame | None, own: pd.DataFrame | None, words: Any | None
) -> tuple[dict[str, Measured], list[list[str]]]:
    """A share for every part and topic (None: not measured), and the segments each topic suits."""
    fits, segments = fit(reading, groups)
    simple: dict[str, Callable[[Reading], Measured]] = {
        **{"heat": heat, "known": known, "talk": talk, "often": often, "spread": spread, "focus": focus},
        **{"room": room, "season": season, "effort": effort},
    }
    values = {name: verb(reading) for name, verb in simple.items()}
    values |= {"fit": fits, "own": own_gap(reading, own), "brand": brand(reading, words)}
    return {name: values[name] if name in values else cue(reading, name) for name in PARTS}, segments
