"""Headlines from patterns, for a term or for every topic."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

import pandas as pd

from toolkit import compliance, lexicons
from toolkit.headlines._craft import score_headlines
from toolkit.headlines._inputs import audience_rows, audience_text
from toolkit.schema import TOPICS, as_list, check, is_missing
from toolkit.text import normalise

_LIST_SIZES = ("3", "5", "4")
_DATED = ("day", "busy")
# how much a suggestion loses for resembling one already chosen (1 = the whole craft score)
_LIKENESS_PRICE = 0.35


def suggest_headlines(
    topic_or_terms: Any,
    *,
    audience: Any | None = None,
    platform: str = "wechat",
    top: int = 20,
    purpose: str = "promotion",
    trends: pd.DataFrame | Sequence[str] | None = None,
    season: str = "",
    rules: pd.DataFrame | tuple[Any, ...] | None = None,
    verdicts: pd.DataFrame | compliance.Lessons | None = None,
) -> pd.DataFrame:
    """HEADLINES from patterns, best craft first, with the columns `pattern` and `intent` behind; none is blocked.

    Each pattern gives at most one headline, so no two rows share one. Which `top` are kept is decided by craft less
    likeness in characters to those already kept; patterns for food, drinks, gifts, goods, gatherings, habits,
    trips or days are used where the word's ending tells that it is one. Numbers are only sizes of lists: nothing is claimed
    that the editor does not fill in. The same input gives the same rows.

    `topic_or_terms` is a term, a list of terms (the first leads) or a TOPICS row. `audience` opens the patterns that
    call people, `season` (for instance 秋天) those of the season. Without a usable term the frame is empty, and so
    it is when the term itself is blocked. `rules` and `verdicts` are those of score_headlines: what an own rule blocks
    is not suggested.

    Raises ChoiceError for an unknown platform or purpose, ColumnError for rules and verdicts that cannot be used.

    >>> suggest_headlines("大闸蟹", top=2)[["headline", "intent"]].values.tolist()
    [['大闸蟹怎么处理更省事？3步说清楚', '做法'], ['老人孩子也能吃大闸蟹吗？3点先留意', '人群']]
    """
    terms = _topic_terms(topic_or_terms)
    filled = _fill(terms, audience, season) if terms else []
    row = lexicons.platform(platform)
    filled = [one for one in filled if not row.max_chars or len(one[2]) <= row.max_chars]
    scored = score_headlines(
        [headline for _, _, headline in filled],
        platform=platform,
        purpose=purpose,
        trends=trends,
        audience=audience,
        rules=rules,
        verdicts=verdicts,
    )
    scored["pattern"] = pd.Series([pattern for pattern, _, _ in filled], dtype="str")
    scored["intent"] = pd.Series([intent for _, intent, _ in filled], dtype="str")
    usable = scored[(scored["gate"] != "block").to_numpy()].reset_index(drop=True)
    chosen = _diverse(usable["headline"].tolist(), usable["craft"].tolist(), max(top, 0))
    return usable.loc[chosen].sort_values("craft", ascending=False, kind="stable").reset_index(drop=True)


def suggest_for_topics(
    topics: pd.DataFrame,
    *,
    platform: str = "wechat",
    purpose: str = "promotion",
    top: int = 5,
    trends: pd.DataFrame | Sequence[str] | None = None,
    rules: pd.DataFrame | tuple[Any, ...] | None = None,
    verdicts: pd.DataFrame | compliance.Lessons | None = None,
) -> pd.DataFrame:
    """HEADLINES for every topic, `topic_id` first: the `top` suggestions of each, in the topics' order.

    A headline's audience is the first of the topic's `segments`, where it has any. Blocked topics, those without a
    usable term, and none at all give no rows. `rules` and `verdicts` are those of score_headlines. Raises as
    suggest_headlines does.
    """
    own, lessons = compliance.own_rules(rules), compliance.lessons_of(verdicts)
    found = []
    frame = check(topics, TOPICS)
    for topic in frame[frame["gate"] != "block"].to_dict("records"):
        segments = topic.get("segments") or []
        audience = segments[0] if segments else None
        part = suggest_headlines(
            topic,
            audience=audience,
            platform=platform,
            top=top,
            purpose=purpose,
            trends=trends,
            rules=own,
            verdicts=lessons,
        )
        found.append(part.assign(topic_id=topic["topic_id"]))
    whole = (
        pd.concat(found, ignore_index=True)
        if found
        else suggest_headlines([], platform=platform).assign(topic_id="")
    )
    return whole[["topic_id", *[name for name in whole.columns if name != "topic_id"]]]


def _topic_terms(topic: Any) -> list[str]:
    if isinstance(topic, str):
        listed = [topic]
    elif isinstance(topic, pd.DataFrame):
        return _topic_terms(topic.iloc[0]) if len(topic) else []
    elif isinstance(topic, Mapping) or (
        isinstance(topic, pd.Series) and {"terms", "label"} & set(topic.index)
    ):
        listed = as_list(topic.get("terms")) or [str(topic.get("label", ""))]
        label = str(topic.get("label", ""))
        listed = [label, *listed] if label in listed else listed
    else:
        listed = [] if is_missing(topic) else [str(term) for term in topic if not is_missing(term)]
    cleaned = (" ".join("".join(c for c in normalise(term) if c.isprintable()).split()) for term in listed)
    return [term for term in dict.fromkeys(cleaned) if any(character.isalnum() for character in term)]


def _fill(terms: list[str], audience: Any, season: str) -> list[tuple[str, str, str]]:
    """(pattern, intent, headline) of every pattern whose slots can be filled."""
    lead = terms[0]
    second = next((term for term in terms[1:] if term not in lead and lead not in term), "")
    rows = [] if audience is None else audience_rows(audience_text(audience))
    slots = {"词": lead, "词2": second, "人群": rows[0]["people"] if rows else "", "时节": season}
    shape = _shape(lead)
    # what suits any thing does not suit a day: nobody asks what 国庆 is
    fits = {shape} if shape in _DATED else {"any", shape}
    out = []
    for row in lexicons.rows("headline-patterns"):
        # by the id, not by the place: a new pattern must not change the others' numbers
        slots["数"] = _LIST_SIZES[sum(row["id"].encode()) % len(_LIST_SIZES)]
        needed = re.findall(r"\{(.+?)\}", row["pattern"])
        if fits.intersection(row["fits"].split(";")) and all(slots[name] for name in needed):
            out.append(
                (row["id"], row["intent"], re.sub(r"\{(.+?)\}", lambda m: slots[m[1]], row["pattern"]))
            )
    return out


def _shape(term: str) -> str:
    """What the word names, by its longest known ending: food, drink, goods, gathering, habit, trip, day, or other."""
    known = (
        (len(ending), row["shape"])
        for row in lexicons.rows("headline-shapes")
        for ending in row["endings"].split("|")
        if term.endswith(ending)
    )
    return max(known, default=(0, "other"))[1]


def _diverse(headlines: list[str], craft: list[float], count: int) -> list[int]:
    """Places of up to `count` headlines by maximal marginal relevance over pairs of neighbouring characters."""
    pairs = [{text[place : place + 2] for place in range(len(text) - 1)} for text in headlines]
    likeness = [0.0] * len(headlines)
    left = list(range(len(headlines)))
    chosen: list[int] = []
    while left and len(chosen) < count:
        best = max(left, key=lambda place: (craft[place] / 100 - _LIKENESS_PRICE * likeness[place], -place))
        chosen.append(best)
        left.remove(best)
        for place in left:
            union = len(pairs[place] | pairs[best])
            shared = len(pairs[place] & pairs[best]) / union if union else 1.0
            likeness[place] = max(likeness[place], shared)
    return sorted(chosen)
