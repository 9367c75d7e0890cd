"""Topics that the calendar brings, ahead of time, whether or not anyone writes of them yet."""

from __future__ import annotations

import datetime as dt
import functools
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

import pandas as pd

from toolkit import lexicons, text
from toolkit.schema import DOCUMENTS, GROUPS, TONES, TOPICS, as_whole, check, checked_moment
from toolkit.topics._angles import angles_of
from toolkit.topics._barred import harmed
from toolkit.topics._gather import topic_id

KINDS = ("festival", "term", "school", "shopping", "solemn")
# our own starting point: a day that must be begun now weighs like a clear rise (50 is a rise by three documents)
DUE_SCORE = 60.0
# what was written earlier than this speaks of the last time round
RECENT_DAYS = 60
MOST_EVIDENCE = 50
SEASON_COLUMNS = ["season", "festival", "starts", "days_left", "lead", "earliest", "latest", "tone"]
_CALLED = {"festival": "节日", "term": "节气", "school": "校历", "shopping": "大促", "solemn": "庄重的日子"}
_SURE = {
    "official": "",
    "estimated": "日期是估计的，以当年公告为准。",
    "unknown": "日期没有查到，只作提醒，以当年公告为准。",
}


@dataclass(frozen=True)
class _Row:
    """A row of the lexicon season-topics: what a day's topic is called, how early to begin, whom it fits."""

    topic: str
    stage: str
    lead: int
    words: tuple[str, ...]
    fits: tuple[str, ...]


def season_topics(
    today: dt.date | str,
    *,
    days: int = 45,
    groups: pd.DataFrame | None = None,
    documents: pd.DataFrame | None = None,
) -> pd.DataFrame:
    """TOPICS of the days in the calendar from `today` to `days` later, the soonest first; past days never appear.

    Festivals, solar terms, school dates, shopping and solemn days; of a day with stages (预售, 开卖) one topic, dated by
    its next stage. Beyond TOPICS the columns are origin ("season"), angles (list), why (Chinese: the date, how sure it
    is, when to begin), season (kind of day), festival (its name in the calendar, "" for other kinds), starts (date),
    days_left, lead (days before it that work begins: lexicon season-topics, our own experience), earliest and latest
    (dates between which its content may go out), tone, themes and segments (those of `groups` that it fits).

    `score` is 60 from the day on which work begins, before that 60 · lead / days_left: our own starting point, no
    measure. `evidence` lists the `documents` of the last 60 days whose title names the day. A solemn day is a
    warning, never a topic to sell with: gate "warn", tone "solemn", score 0.

    No such day gives an empty frame; `frame.attrs["notes"]` names years that the calendar's table does not hold. Raises ChoiceError for `days` under 0 and a `today` that is no day.

    >>> season_topics("2026-09-21", days=5)[["label", "starts", "lead"]].values.tolist()[-1]
    ['中秋', datetime.date(2026, 9, 25), 21]
    """
    first = checked_moment(today, "today").date()
    last = first + dt.timedelta(days=as_whole(days, "days（往后看几天）", least=0))
    calendar = lexicons.calendar()
    coming = calendar[calendar["kind"].isin(KINDS) & (calendar["date"] >= first)]
    groups = None if groups is None else check(groups, GROUPS)
    named = _Named.of(documents, first)
    families: dict[str, list[dict[str, Any]]] = {}
    for day in coming.to_dict("records"):
        families.setdefault(_row(day["kind"], day["name"]).topic, []).append(day)
    rows = [
        _topic(label, family, first, groups, named)
        for label, family in families.items()
        if family[0]["date"] <= last
    ]
    for row, harm in zip(rows, harmed(rows, named.frame), strict=True):
        uses = angles_of({**row, "festival": row["label"]}, named.titles, harm=harm)
        row["angles"] = [use.sentence() for use in uses]
        row["angle"] = row["angles"][0] if uses else ""
    columns = [*TOPICS.names, "origin", "angles", "why", *SEASON_COLUMNS, "themes", "segments"]
    frame = check(pd.DataFrame(rows, columns=columns), TOPICS) if rows else _empty(columns)
    kinds = {"days_left": "Int64", "lead": "Int64"}
    texts = dict.fromkeys(("origin", "why", "season", "festival", "tone"), "str")
    frame = frame.astype({**kinds, **texts})
    frame.attrs["notes"] = _unknown_years(first.year, last.year)
    return frame


def _unknown_years(first: int, last: int) -> list[str]:
    """A note where the calendar's table does not hold all days of the years asked for."""
    unknown = [year for year in range(first, last + 1) if year not in lexicons.calendar_years()]
    if not unknown:
        return []
    said = str(unknown[0]) if len(unknown) == 1 else f"{unknown[0]}–{unknown[-1]}"
    return [f"日历表里 {said} 年还不全，可能少了节气、校历和大促。请补上 calendar-{unknown[0]}.csv。"]


def _empty(columns: list[str]) -> pd.DataFrame:
    more = {name: pd.Series([], dtype="object") for name in columns if name not in TOPICS.names}
    return TOPICS.empty().assign(**more)


@functools.cache
def _rows() -> dict[tuple[str, str], dict[str, str]]:
    return {(row["kind"], row["name"]): row for row in lexicons.rows("season-topics")}


def _row(kind: str, name: str) -> _Row:
    """The lexicon's row for a day; a day that it does not know is called by its own name, with its kind's lead."""
    usual = _rows()[kind, "*"]
    own = _rows().get((kind, name), {})
    spoken = lexicons.spoken_festival(name) if kind == "festival" else name
    return _Row(
        topic=own.get("topic") or spoken,
        stage=own.get("stage", ""),
        lead=int(own.get("lead") or usual["lead"]),
        words=_parts(own.get("words", "")),
        fits=_parts(own.get("fits") or usual["fits"]),
    )


def _parts(written: str) -> tuple[str, ...]:
    return tuple(part for part in written.split("|") if part)


def _topic(
    label: str, family: list[dict[str, Any]], today: dt.date, groups: pd.DataFrame | None, named: _Named
) -> dict[str, Any]:
    # 清明 is a solar term and a day of mourning: the stricter one tells how to speak of it
    solemn = [day for day in family if day["kind"] == "solemn"]
    # next year's day of the same name is another topic
    day = (solemn or family)[0]
    kind, row = day["kind"], _row(day["kind"], day["name"])
    stages = [one for one in family if one["kind"] == kind and (one["date"] - day["date"]).days <= 60]
    left = (day["date"] - today).days
    evidence, terms = named.of_topic(label, row.words)
    themes, segments = _suited(row.fits, groups)
    return {
        "topic_id": topic_id([label]),
        "label": label,
        "terms": [label, *terms],
        "score": 0.0 if solemn else DUE_SCORE * min(1.0, row.lead / max(left, 1)),
        "gate": "warn" if solemn else "pass",
        "evidence": evidence,
        "origin": "season",
        "why": _why(label, day, stages, row.lead, left),
        "season": kind,
        "festival": lexicons.festival_name(day["name"]) if kind == "festival" else "",
        "starts": day["date"],
        "days_left": left,
        "lead": row.lead,
        "earliest": max(today, day["date"] - dt.timedelta(days=row.lead)),
        "latest": stages[-1]["date"],
        "tone": "solemn" if solemn else _tone(day["favours"]),
        "themes": themes,
        "segments": segments,
    }


def _tone(favours: str) -> str:
    return next(
        (word for word in re.split("[、,;]", favours) if word in TONES and word != "sales"), "neutral"
    )


def _why(label: str, day: Mapping[str, Any], stages: list[dict[str, Any]], lead: int, left: int) -> str:
    when = f"{_said(day['date'])}是{label}（{_CALLED[day['kind']]}），" + (
        f"还有 {left} 天" if left else "就是今天"
    )
    if _row(day["kind"], day["name"]).stage:
        told = "、".join(
            f"{_said(one['date'])}{_row(one['kind'], one['name']).stage or '正日'}" for one in stages[:4]
        )
        when = f"{label}（{_CALLED[day['kind']]}）：{told}，离第一步" + (
            f"还有 {left} 天" if left else "就在今天"
        )
    sure = _SURE[max((one["status"] for one in stages), key=list(_SURE).index)]
    if day["kind"] == "solemn":
        return f"{when}。这一天不发促销、红包和玩笑，请查一遍排期。{sure}"
    start = day["date"] - dt.timedelta(days=lead)
    begin = "现在可以动手了" if left <= lead else f"{_said(start)}动手也来得及"
    return f"{when}；一般提前 {lead} 天准备，{begin}。{sure}"


def _said(day: dt.date) -> str:
    return f"{day.month} 月 {day.day} 日"


def _suited(fits: Iterable[str], groups: pd.DataFrame | None) -> tuple[list[str], list[str]]:
    """The themes and segments of groups that a day's words fit: in their own names, or in what their people care for."""
    wanted = list(fits)
    themes: dict[str, None] = {}
    segments: dict[str, None] = {}
    if groups is None or not wanted:
        return [], []
    for theme, segment in zip(groups["theme"], groups["segment"], strict=True):
        said = f"{theme} {segment}"
        cared = [row["words"] for row in lexicons.rows("headline-audiences") if re.search(row["theme"], said)]
        about = {said, *(word for words in cared for word in words.split("|"))}
        if any(word in one for word in wanted for one in about):
            themes[str(theme)] = None
            segments[str(segment)] = None
    return [theme for theme in themes if theme], [segment for segment in segments if segment]


@dataclass(frozen=True)
class _Named:
    """The recent documents by their folded titles, in reading order (most read first)."""

    frame: pd.DataFrame
    ids: list[str]
    folded: list[str]
    titles: dict[str, str]

    @classmethod
    def of(cls, documents: pd.DataFrame | None, today: dt.date) -> _Named:
        if documents is None:
            return cls(DOCUMENTS.empty(), [], [], {})
        frame = check(documents, DOCUMENTS)
        ages = pd.Timestamp(today, tz="Asia/Shanghai") - frame["published_at"]
        recent = frame["published_at"].isna() | ages.between(
            pd.Timedelta(days=-1), pd.Timedelta(days=RECENT_DAYS)
        )
        frame = frame[recent & frame["duplicate_of"].isna()].drop_duplicates("doc_id")
        frame = frame.sort_values(["reads", "doc_id"], ascending=[False, True], na_position="last")
        ids = frame["doc_id"].tolist()
        return cls(frame, ids, text.fold(frame["title"]), dict(zip(ids, frame["title"], strict=True)))

    def of_topic(self, label: str, words: Iterable[str]) -> tuple[list[str], list[str]]:
        """The documents whose title names the day, and which of its further words stand there."""
        keys = dict(zip(text.fold([label, *words]), [label, *words], strict=True))
        seen: dict[str, None] = {}
        evidence = []
        for doc, title in zip(self.ids, self.folded, strict=True):
            found = [written for key, written in keys.items() if key in title]
            seen.update(dict.fromkeys(found))
            if found:
                evidence.append(doc)
        return evidence[:MOST_EVIDENCE], [word for word in words if word in seen]


def season_of(names: Iterable[str], seasons: Mapping[str, str]) -> str | None:
    """The label of the coming day that a topic's leading words name: `seasons` is label to kind, soonest first.

    Festivals, shopping and solemn days are named by any word that holds theirs (中秋月饼); a solar term or a school date
    only by a word that is it, since 大雪 and 小满 mean other things too.
    """
    said = text.fold(list(names))
    for label, kind in seasons.items():
        known = text.fold([label, *_further(label, kind)])
        held = text.fold([label])[0]
        for word in said:
            if word in known or (kind in ("festival", "shopping", "solemn") and _holds(word, held)):
                return label
    return None


def _further(label: str, kind: str) -> tuple[str, ...]:
    found = [
        row["words"] for row in lexicons.rows("season-topics") if (row["kind"], row["topic"]) == (kind, label)
    ]
    return tuple(word for words in found for word in _parts(words))


def _holds(word: str, name: str) -> bool:
    """Whether a word holds the name; 618 does not stand in 16180."""
    if not name.isascii():
        return name in word
    return re.search(rf"(?<![0-9a-z]){re.escape(name)}(?![0-9a-z])", word) is not None
