"""Which messages of a nightly chat answer its question, and why each of the others is passed over."""

from __future__ import annotations

import functools
import re
import unicodedata
from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field

from toolkit import lexicons, text
from toolkit.review._answers_cues import advert_bar, advert_cues, cues, weight
from toolkit.review._answers_mask import STAND_IN, Masked

_FOUND = 0.6  # of the question's pairs of characters: an editor types it shorter or with another mark
_STICKER = re.compile(r"\[[^\[\]]{1,12}\]|@群友\d+|@所有人")
_FLAT = re.compile(r"[^\w+＋?？~～]+|_+")
_DRAWN = re.compile(r"(.)\1{2,}")
_LONGEST_COURTESY = 20
_LONGEST = 1000  # a cue stands near the beginning; this also bounds the time of a pattern
_REACH = 40  # who is called by name is answered within so many messages
_AGREEMENT, _QUESTION, _GREETING = "附和或客气话", "是问话", "问候"
_ONLY_SIGNS = "只有表情或图片"
OFF_TOPIC = "和问题、和别的回答都不沾边"


@dataclass
class Sorted:
    """Places of the answers, why the others are passed over (by place), and what talk they got."""

    answers: list[int] = field(default_factory=list)
    reasons: dict[int, str] = field(default_factory=dict)
    replies: Counter[int] = field(default_factory=Counter)
    terms: dict[int, list[str]] = field(default_factory=dict)
    asked_at: int | None = None


def sort_messages(messages: Sequence[Masked], question: str) -> Sorted:
    """Answers and the rest, each of the rest with its reason."""
    found = Sorted(asked_at=_question_at(messages, question))
    start = -1 if found.asked_at is None else found.asked_at
    host = messages[start].member if start >= 0 else ""
    rest = []
    for place, message in enumerate(messages):
        if place == start:
            found.reasons[place] = "这就是问题"
        elif reason := "问题提出来之前说的" if place < start else _noise(message, message.member == host):
            found.reasons[place] = reason
        else:
            rest.append(place)
    words = [STAND_IN.sub(" ", messages[place].own) for place in rest]
    found.terms = dict(zip(rest, (content_terms(one) for one in text.segment(words)), strict=True))
    _keep_relevant(messages, rest, question, found)
    _count_replies(messages, found)
    return found


# ---- the question


def _pairs(said: str) -> set[str]:
    plain = re.sub(r"[\W_]+", "", unicodedata.normalize("NFKC", said)).lower()
    return {plain[place : place + 2] for place in range(len(plain) - 1)} or {plain}


def _question_at(messages: Sequence[Masked], question: str) -> int | None:
    asked = _pairs(question)
    return next(
        (
            place
            for place, message in enumerate(messages)
            if len(asked & _pairs(message.own)) >= _FOUND * len(asked)
        ),
        None,
    )


# ---- noise


def size_of(said: str) -> int:
    """How many characters a text has without marks and stand-ins."""
    return len(_FLAT.sub("", STAND_IN.sub("", said)))


def _noise(message: Masked, hosts: bool) -> str:
    """Why a message is no answer by its form alone, "" where it may be one."""
    said = message.own.strip()[:_LONGEST]
    if not said:
        return "只引用了别人的话" if message.quoted else "没有内容"
    called = _STICKER.sub("", STAND_IN.sub("", said)).strip()
    # 哈哈哈哈 is 哈哈; what is longer is more than a courtesy, and a pattern of many short words wants a bound
    flat = _DRAWN.sub(r"\1\1", _FLAT.sub("", called))[: _LONGEST_COURTESY + 1]
    for name, _, pattern in cues("pass"):
        if name in (_AGREEMENT, _GREETING) and len(flat) > _LONGEST_COURTESY:
            continue
        whole = {_QUESTION: called, _AGREEMENT: flat, _GREETING: flat}.get(name, said)
        if pattern.fullmatch(whole):
            return name
    if not called:
        return _ONLY_SIGNS
    folded = unicodedata.normalize("NFKC", said)
    for kind, reason in (("junk", "广告或杂讯"), ("promotion", "促销")):
        points = sum(points for points, pattern in advert_cues(kind) if pattern.search(folded))
        if points >= advert_bar(kind):
            return reason
    if hosts and any(pattern.search(said) for _, _, pattern in cues("host")):
        return "群主的主持话"
    return ""


# ---- what answers the question


@functools.cache
def _stop_words() -> frozenset[str]:
    return frozenset(lexicons.words("stopwords"))


def content_terms(tokens: Sequence[str]) -> list[str]:
    """The tokens that say something: two characters or more, no stop word, no number."""
    return [
        token
        for token in (token.strip() for token in tokens)
        if len(token) > 1
        and token not in _stop_words()
        and any(character.isalpha() for character in token)
        and not re.fullmatch(r"[\d一二三四五六七八九十百千万两半几多]+.?", token)
    ]


def _single_signs(tokens: Sequence[str]) -> set[str]:
    """The words of one Han that say something: 睡 in 不肯睡."""
    return {
        token
        for token in tokens
        if len(token) == 1 and "\u4e00" <= token <= "\u9fff" and token not in _stop_words()
    }


def _keep_relevant(messages: Sequence[Masked], rest: list[int], question: str, found: Sorted) -> None:
    tokens = text.segment([STAND_IN.sub(" ", question)])[0]
    asked, signs = set(content_terms(tokens)), _single_signs(tokens)
    held = {place: STAND_IN.sub(" ", messages[place].own) for place in rest}
    near = {
        place: len(set(found.terms[place]) & asked) or int(any(sign in held[place] for sign in signs))
        for place in rest
    }
    # a telephone number says nothing against a message that speaks of what was asked
    bases = {place: _points(held[place] if near[place] else messages[place].own) for place in rest}
    # a term joins answers only where those who say it sound like answers: talk of parcels has terms of its own too
    said_by: defaultdict[str, set[str]] = defaultdict(set)
    for place in rest:
        if bases[place] > 1:
            for term in found.terms[place]:
                said_by[term].add(messages[place].member)
    bar, shortest = weight("weight", "bar_relevant")[0], weight("weight", "shortest")[0]
    for place in rest:
        terms, member = set(found.terms[place]), messages[place].member
        asks = near[place]
        shares = sum(len(said_by[term] - {member}) > 1 for term in terms - asked)
        points = bases[place]
        points += weight("weight", "question_term")[0] * min(2, asks)
        points += weight("weight", "shared_term")[0] * min(2, shares)
        if points >= bar:
            found.answers.append(place)
        elif size_of(messages[place].own) < shortest and not asks + shares:
            found.reasons[place] = "太短"
        else:
            found.reasons[place] = (
                OFF_TOPIC if not asks + shares else "说到了相关的词，但没有讲自己的做法或理由"
            )


def _points(said: str) -> float:
    said = said[:_LONGEST]
    points = sum(points for _, points, pattern in cues("relevant") if pattern.search(said))
    size = size_of(said)
    lengths = (weight("weight", "long_enough"), weight("weight", "very_long"))
    return points + sum(more for more, long in lengths if size >= long)


# ---- who answered whom


def _count_replies(messages: Sequence[Masked], found: Sorted) -> None:
    """Of each answer the people who quoted it, called its member, or agreed right below it."""
    answers = set(found.answers)
    heard: set[tuple[int, str]] = set()
    latest: dict[str, int] = {}
    before = -1
    for place, message in enumerate(messages):
        target = _target(message, place, messages, latest)
        if target is None and found.reasons.get(place) in (_AGREEMENT, _QUESTION) and before in answers:
            target = before
        if target in answers and target is not None and messages[target].member != message.member:
            heard.add((target, message.member))
        if place in answers:
            latest[message.member] = place
        if found.reasons.get(place) not in (_AGREEMENT, _QUESTION, _ONLY_SIGNS):
            before = place
    found.replies = Counter(target for target, _ in heard)


def _target(message: Masked, place: int, messages: Sequence[Masked], latest: dict[str, int]) -> int | None:
    called = [message.quoted] if message.quoted else re.findall(r"@(群友\d+)", message.own)
    for member in called:
        last = latest.get(member)
        if last is not None and (place - last <= _REACH or message.quotes[:10] in messages[last].own):
            return last
    return None
