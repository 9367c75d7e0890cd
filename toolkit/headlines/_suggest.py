"""Headlines from patterns, and from a writer of the editor's own, for a term or for every topic."""

from __future__ import annotations

import re
import sys
from collections import Counter
from collections.abc import Sequence
from typing import Any

import pandas as pd

from toolkit import compliance, lexicons
from toolkit.headlines._craft import score_headlines
from toolkit.headlines._hook import Writer, ask_writer, prompt_for
from toolkit.headlines._inputs import audience_rows, audience_text
from toolkit.headlines._patterns import (
    GRAVE,
    LOOSE,
    NAME,
    OTHER,
    STATE,
    WIDE,
    Filled,
    Slots,
    clean_term,
    festival_slot,
    fill,
    private_life,
    shape_of,
    slots_for,
    topic_terms,
)
from toolkit.schema import TOPICS, as_whole, check, is_missing

# what a suggestion loses for resembling one already chosen (1 = the whole score), and for each of its intent
_LIKENESS_PRICE, _INTENT_PRICE = 0.35, 0.05
# so many at the front have one intent each, as long as there are intents
_FRONT = 5
_LEAST_NUMBER, _MOST_NUMBER = 2, 20
_LONGEST_BENEFIT = 12
HOOK, PATTERN = "hook", "pattern"


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
    benefit: str | None = None,
    number: int | None = None,
    write: Writer | None = None,
    model: Any | None = None,
) -> pd.DataFrame:
    """HEADLINES for a topic, with the columns `pattern`, `intent` and `origin` (pattern / hook) behind; none is blocked.

    What the leading term names (food, a place, a message, a trouble …, see lexicon `headline-shapes`) decides which
    patterns fit. A term that fits few gets few; words without a fitting pattern (喜欢, 上线), organs of state and, in a
    promotion, accidents, offences and the private life of real persons get none: `frame.attrs["notes"]` says why, in
    Chinese. Terms in traditional characters are taken; headlines and notes are written in simplified ones.

    Each pattern gives one headline at most. The `top` kept are best by score (craft; the chance where the `model` shows
    one for all) less likeness in characters and intent to those kept before (maximal marginal relevance). The first
    five have an intent each while there are intents, best first; so are the rest. `topic_or_terms` is a term, a list of
    terms (the first that is a topic leads) or a TOPICS row. Slots are filled by `audience` (whom it calls), `season`
    (else a festival that rises in `trends`), `benefit` (a verb phrase of at most 12 characters: 少剩菜), a second term of
    the same kind (the topic's, else one that rises in `trends`) and `number` (how many points the editor has, 2 to 20;
    without it lists have 3 to 5). Nothing else is claimed.
    `write` is a callable prompt → list of texts, called once with a Chinese prompt that quotes the terms as material;
    its lines pass the same score and gate (`origin` hook). Not used, and counted in the notes: lines with open slots,
    tags or the beginning of a formula, lines that name no term, and lines with numbers, prices, Latin words or titles
    that none of the terms and arguments gave.

    Raises InputError (what is no text), ChoiceError (platform, purpose, number, top, a writer that cannot be called)
    and ColumnError (rules, verdicts).

    >>> suggest_headlines("大闸蟹", top=2)[["headline", "intent"]].values.tolist()
    [['大闸蟹怎么处理更省事？4步说清楚', '做法'], ['老人孩子也能吃大闸蟹吗？5点先留意', '人群']]
    """
    row = lexicons.platform(platform)
    number, top = _checked(number, top)
    terms, notes = _usable_terms(topic_or_terms, purpose)
    every: list[Filled] = []
    if terms:
        wished, said = _benefit(benefit)
        people = _people(audience)
        slots = slots_for(terms, trends, people=people, benefit=wished, season=season, number=number)
        every = [one for one in fill(terms[0], slots) if len(one.headline) <= (row.max_chars or sys.maxsize)]
        written, more = _written(write, terms, slots, row.platform, purpose, max(top, 1))
        every, notes = _unlike([*every, *written]), [*notes, *said, *more]
    scored = score_headlines(
        [one.headline for one in every],
        platform=platform,
        purpose=purpose,
        trends=trends,
        audience=audience,
        model=model,
        rules=rules,
        verdicts=verdicts,
    )
    return _open_ones(scored, every, top, notes)


def _written(
    write: Writer | None, terms: list[str], slots: Slots, platform: str, purpose: str, count: int
) -> tuple[list[Filled], list[str]]:
    """The lines of the editor's own writer, and notes on what was not used; neither without a writer."""
    if write is None:
        return [], []
    prompt = prompt_for(
        terms,
        platform=platform,
        purpose=purpose,
        count=count,
        people=slots.people,
        benefit=slots.benefit,
        season=slots.season,
        number=slots.number,
    )
    lines, notes = ask_writer(
        write,
        prompt,
        platform=platform,
        terms=terms,
        given=[slots.people, slots.benefit, slots.season],
        number=slots.number,
    )
    return [Filled(HOOK, _intent_of(line), line) for line in lines], notes


def _open_ones(scored: pd.DataFrame, every: list[Filled], top: int, notes: list[str]) -> pd.DataFrame:
    """The best `top` of those that are not blocked, with what they come from."""
    told = dict(scored.attrs)
    scored["pattern"] = pd.Series([one.pattern for one in every], dtype="str")
    scored["intent"] = pd.Series([one.intent for one in every], dtype="str")
    origins = [HOOK if one.pattern == HOOK else PATTERN for one in every]
    scored["origin"] = pd.Series(origins, dtype="str")
    stopped = scored["gate"] == "block"
    if blocked := int((stopped & (scored["origin"] == HOOK)).sum()):
        notes = [*notes, f"外来的标题有 {blocked} 条没过合规，没有放进来。"]
    usable = scored[~stopped].reset_index(drop=True)
    chosen = usable.loc[_chosen(usable, top)].reset_index(drop=True)
    chosen.attrs = {**told, "notes": notes}
    return chosen


def suggest_for_topics(
    topics: pd.DataFrame,
    *,
    platform: str = "wechat",
    purpose: str = "promotion",
    top: int = 5,
    trends: pd.DataFrame | Sequence[str] | None = None,
    season: str = "",
    rules: pd.DataFrame | tuple[Any, ...] | None = None,
    verdicts: pd.DataFrame | compliance.Lessons | None = None,
    benefit: str | None = None,
    number: int | None = None,
    write: Writer | None = None,
    model: Any | None = None,
) -> pd.DataFrame:
    """HEADLINES for every topic, `topic_id` first: the `top` suggestions of each, in the topics' order.

    A headline's audience is the first of the topic's `segments`, its season the topic's own `festival` where it has
    one, else `season`. Blocked topics, those without a usable term, and none at all give no rows; why is in
    `frame.attrs["notes"]`, topic by topic. The other arguments are those of suggest_headlines, and so are the errors.
    """
    own, lessons = compliance.own_rules(rules), compliance.lessons_of(verdicts)
    number, top = _checked(number, top)
    found, notes = [], []
    frame = check(topics, TOPICS)
    for topic in frame[frame["gate"] != "block"].to_dict("records"):
        segments = topic.get("segments")
        part = suggest_headlines(
            topic,
            audience=segments[0] if isinstance(segments, list) and segments else None,
            platform=platform,
            top=top,
            purpose=purpose,
            trends=trends,
            season=festival_slot(topic.get("festival")) or season,
            rules=own,
            verdicts=lessons,
            benefit=benefit,
            number=number,
            write=write,
            model=model,
        )
        notes += [f"选题「{topic['label']}」：{note}" for note in part.attrs["notes"]]
        found.append(part.assign(topic_id=topic["topic_id"]))
    for part in found:
        part.attrs = {}  # concat would compare them
    empty = suggest_headlines([], platform=platform, purpose=purpose).assign(topic_id="")
    whole = pd.concat(found, ignore_index=True) if found else empty
    whole = whole[["topic_id", *[name for name in whole.columns if name != "topic_id"]]]
    whole.attrs = {**empty.attrs, "notes": list(dict.fromkeys(notes))}
    return whole


def _usable_terms(topic: Any, purpose: str) -> tuple[list[str], list[str]]:
    """The terms with one that is a topic in front, none where there is none; and notes on what was passed over."""
    terms = topic_terms(topic)
    if not terms:
        return [], ["没有可用的词。请给一个词、一句话或选题表里的一行。"]
    kinds = [shape_of(term) for term in terms]
    if STATE in kinds:
        return [], [
            f"「{terms[kinds.index(STATE)]}」关系到国家机关、政要或军事，这里不给标题。请以官方发布为准。"
        ]
    if purpose == "promotion" and GRAVE in kinds:
        return [], [
            f"「{terms[kinds.index(GRAVE)]}」关系到伤亡或案件，不拿来做推广。要写资讯，请把用途改成资讯。"
        ]
    if purpose == "promotion" and (told := private_life(terms)):
        return [], [f"「{told}」像是真人的私事，不拿来做推广。要写资讯，请把用途改成资讯，并先核对消息来源。"]
    usable = [place for place, kind in enumerate(kinds) if kind != LOOSE]
    lead = next((place for place in usable if kinds[place] != WIDE), next(iter(usable), None))
    if lead is None:
        return [], [f"词表里还没有适合「{terms[0]}」的句式。请写具体一些，例如说清是什么东西、什么事。"]
    notes = [] if lead == 0 else [f"适合「{terms[0]}」的句式太少，改用「{terms[lead]}」来写。"]
    if kinds[lead] == NAME and purpose == "promotion":
        notes.append(f"「{terms[lead]}」像是人名。真人的名字用在推广里，要先有本人的同意。")
    if kinds[lead] in OTHER:
        notes.append(f"没认出「{terms[lead]}」说的是哪一类，只给几条稳妥的写法。写具体一些会多几条。")
    return [*terms[lead : lead + 1], *terms[:lead], *terms[lead + 1 :]], notes


def _checked(number: Any, top: Any) -> tuple[int | None, int]:
    most = as_whole(top, "top（最多要几条）", 0)
    if number is None:
        return None, most
    return as_whole(number, "number（正文里真有的条数，不确定就不给）", _LEAST_NUMBER, _MOST_NUMBER), most


def _benefit(benefit: str | None) -> tuple[str, list[str]]:
    if benefit is None or is_missing(benefit):
        return "", []
    cleaned = clean_term(str(benefit))
    if len(cleaned) > _LONGEST_BENEFIT or not cleaned:
        return "", [
            f"好处「{cleaned[:_LONGEST_BENEFIT]}」放不进标题：请写成 {_LONGEST_BENEFIT} 个字以内的一件事，例如“少剩菜”。"
        ]
    return cleaned, []


def _people(audience: Any) -> str:
    rows = [] if audience is None else audience_rows(audience_text(audience))
    return rows[0]["people"] if rows else ""


def _intent_of(line: str) -> str:
    """The caption of the first angle whose cue stands in the line."""
    return next((row["caption"] for row in lexicons.rows("angles") if re.search(row["cues"], line)), "其他")


def _unlike(filled: list[Filled]) -> list[Filled]:
    """Each headline once, the first of equal ones."""
    return list({one.headline: one for one in reversed(filled)}.values())[::-1]


def _chosen(frame: pd.DataFrame, count: int) -> list[int]:
    """Places of up to `count` rows by maximal marginal relevance over pairs of neighbouring characters and intent.

    The first five best first, then the others best first.
    """
    value = (
        frame["chance"] if frame["chance"].notna().all() and len(frame) else frame["craft"] / 100
    ).tolist()
    intents, texts = frame["intent"].tolist(), frame["headline"].tolist()
    pairs = [{text[place : place + 2] for place in range(len(text) - 1)} for text in texts]
    likeness = [0.0] * len(texts)
    used: Counter[str] = Counter()
    left = list(range(len(texts)))
    chosen: list[int] = []

    def worth(place: int) -> tuple[float, int]:
        price = _LIKENESS_PRICE * likeness[place] + _INTENT_PRICE * used[intents[place]]
        return value[place] - price, -place

    while left and len(chosen) < count:
        fresh = [place for place in left if not used[intents[place]]] if len(chosen) < _FRONT else []
        best = max(fresh or left, key=worth)
        chosen.append(best)
        left.remove(best)
        used[intents[best]] += 1
        for place in left:
            union = len(pairs[place] | pairs[best])
            shared = len(pairs[place] & pairs[best]) / union if union else 1.0
            likeness[place] = max(likeness[place], shared)
    front, rest = chosen[:_FRONT], chosen[_FRONT:]
    return [place for part in (front, rest) for place in sorted(part, key=lambda p: (-value[p], p))]
