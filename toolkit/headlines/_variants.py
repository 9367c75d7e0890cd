"""One message, one variant for each segment: 称呼, benefit and example in its own words; every fact stays.

What may be swapped, and for what, are rows of `corpora/lexicons/segments.csv`; nothing is said that does not stand there.
"""

from __future__ import annotations

import functools
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import pandas as pd

from toolkit import compliance, lexicons
from toolkit.headlines._copy import score_copy
from toolkit.headlines._inputs import content_words
from toolkit.schema import ChoiceError, ColumnError, InputError, is_missing, shown_value
from toolkit.text import has_han, segment

_CALL, _BENEFIT, _EXAMPLE = "称呼", "好处", "例子"
_ANYONE = "*"
_SLOT = re.compile(r"\{(称呼|好处|例子)(?::([^{}\n]{1,6}))?\}")
_EDGE = r"[，,：:。；;！!？?～~、\s]"
_GREETING = r"(?:早上|上午|中午|下午|晚上)?好呀?|早呀?|早安|晚安"
_EXAMPLE_CLAUSE = re.compile(r"(?:比如|例如|譬如)说?[^。；;！!？?\n，,：:]*")
# what a swap may not lose: figures, names in quotes or brackets, links, Latin names, numbers in characters
_FACT = re.compile(
    r"[0-9０-９]|[“”\"「」『』《》【】]|https?:|www\.|[A-Za-z]|[一二两三四五六七八九十百千万半几]+[元块折斤盒份点号月日]"
)


@dataclass(frozen=True)
class _Wording:
    """One segment's own words: 称呼; benefits and examples by sense."""

    call: str
    benefits: dict[str, str]
    examples: dict[str, str]


def vary_copy(
    text: str,
    *,
    segments: Sequence[str] | str | None = None,
    groups: pd.DataFrame | None = None,
    purpose: str = "promotion",
    platform: str = "group",
    kind: str = "value",
    keep: Sequence[str] = (),
    rules: pd.DataFrame | tuple[Any, ...] | None = None,
    verdicts: pd.DataFrame | compliance.Lessons | None = None,
) -> pd.DataFrame:
    """One variant of a message for each segment: segment, changes (list of sentences), then the columns of `score_copy`.

    `segments` are names of segments in the order wanted; with `groups` (GROUPS) alone, the segments that stand there.
    The groups' themes help to find a segment's row in the lexicon `segments` and are the audience of the score. No
    segments give an empty frame with the same columns.

    Swapped is what the lexicon knows: the 称呼 at the start; a clause that only says 省时, 省心 or 人人合适 in common words,
    for the segment's own words of the same sense; a clause 比如… that tells a busy hour or a meal (加班的时候, 那一顿). What the
    lexicon has no word of the same sense for stays. Or put slots where they belong: {称呼}, {好处} (or {好处:省心}) and
    {例子} (or {例子:一顿}); a benefit that a segment has no own word for is said in the common one. A message with any
    slot is changed in its slots only.

    Figures, dates, prices, links, quoted and Latin names are never touched, nor is an example that holds one, a word of
    `keep`, or a word of the rest of the message. A segment that the lexicon does not know gets the text as it is, and
    `changes` says so; a slot that cannot be filled stays, and the gate blocks it. Each variant is scored and gated.

    Raises InputError for what is no text, ChoiceError where neither segments nor groups are given and for a segment that is no
    text (a missing one too), ColumnError for groups
    without segments, and what `score_copy` raises.

    >>> varied = vary_copy("街坊们，菜包切好配好，省时省力。", segments=["亲子妈妈", "集邮"])
    >>> varied["text"].tolist()
    ['爸妈们，菜包切好配好，带着娃也忙得过来。', '街坊们，菜包切好配好，省时省力。']
    >>> varied["changes"].tolist()[1]
    ['词表里没有“集邮”这群人的说法，原样保留。']
    """
    message = "" if is_missing(text) else text
    if not isinstance(message, str):
        raise InputError(f"要改的是一条消息的文字，这里给的是 {shown_value(text)}。请给文字，一次一条。")
    themes = _themes(groups)
    named = _named(segments, themes)
    options: dict[str, Any] = {"kind": kind, "platform": platform, "purpose": purpose}
    options |= {"rules": compliance.own_rules(rules), "verdicts": compliance.lessons_of(verdicts)}
    empty = score_copy([], **options)
    parts = []
    for name in named:
        audience = " ".join([name, *themes.get(name, [])])
        varied, changes = _vary(message, name, audience, tuple(keep))
        row = score_copy([varied], audience=audience, **options)
        row.insert(0, "segment", pd.Series([name], dtype="str"))
        row.insert(1, "changes", pd.Series([changes], dtype="object"))
        parts.append(row)
    if parts:
        return pd.concat(parts, ignore_index=True)
    empty.insert(0, "segment", pd.Series([], dtype="str"))
    empty.insert(1, "changes", pd.Series([], dtype="object"))
    return empty


def _themes(groups: pd.DataFrame | None) -> dict[str, list[str]]:
    """Segment to the themes of its groups, in the table's order."""
    if groups is None:
        return {}
    column = next((name for name in ("segment", "人群") if name in groups.columns), None)
    if column is None:
        present = tuple(str(name) for name in groups.columns)
        raise ColumnError(
            f"群表缺少列 segment（现有的列：{'、'.join(present) or '无'}）。请写明每个群是哪群人。",
            missing=("segment",),
            present=present,
        )
    listed = next((name for name in ("theme", "主题") if name in groups.columns), None)
    themes: dict[str, list[str]] = {}
    for place, name in enumerate(groups[column]):
        if is_missing(name) or not str(name).strip():
            continue
        own = themes.setdefault(str(name).strip(), [])
        theme = None if listed is None else groups[listed].iloc[place]
        if not is_missing(theme) and str(theme) and str(theme) not in own:
            own.append(str(theme))
    return themes


def _named(segments: Sequence[str] | str | None, themes: dict[str, list[str]]) -> list[str]:
    if segments is None:
        if not themes:
            raise ChoiceError("请写明给哪几群人：segments=[…]，或给一张写了人群的群表 groups=。")
        return list(themes)
    listed = [segments] if isinstance(segments, str) else segments
    if isinstance(listed, (bytes, Mapping)) or not isinstance(listed, Iterable):
        raise ChoiceError(
            f"segments 要写成人群名字的列表（现在是 {shown_value(segments)}）。例如 ['学生', '亲子妈妈']。"
        )
    named = list(listed)
    for place, name in enumerate(named, start=1):
        if not isinstance(name, str):
            raise ChoiceError(
                f"segments 里第 {place} 个不是人群的名字（现在是 {shown_value(name)}）。请写成文字；没有人群的群先填上，或去掉它。"
            )
    return list(dict.fromkeys(name.strip() for name in named if name.strip()))


@functools.cache
def _rows_of(segment_name: str, role: str) -> dict[str, str]:
    return {
        row["sense"]: row["text"]
        for row in lexicons.rows("segments")
        if row["segment"] == segment_name and row["role"] == role
    }


@functools.cache
def _cues() -> tuple[tuple[str, re.Pattern[str]], ...]:
    rows = {row["segment"]: row["cue"] for row in lexicons.rows("segments") if row["segment"] != _ANYONE}
    return tuple((name, re.compile(cue)) for name, cue in rows.items())


def _wording(name: str, audience: str) -> _Wording | None:
    """The wording of the segment of this name, else of the one whose cue the name, then the themes, hold most often."""
    for text in (name, audience):
        counts = [(len(cue.findall(text)) + (known == name), known) for known, cue in _cues()]
        best = max(count for count, _ in counts)
        if best:
            known = next(known for count, known in counts if count == best)
            call = _rows_of(known, _CALL)[""]
            return _Wording(call, _rows_of(known, _BENEFIT), _rows_of(known, _EXAMPLE))
    return None


def _vary(text: str, name: str, audience: str, keep: tuple[str, ...]) -> tuple[str, list[str]]:
    wording = _wording(name, audience)
    if wording is None:
        return text, [f"词表里没有“{name}”这群人的说法，原样保留。"]
    changes: list[str] = []
    if _SLOT.search(text):
        return _fill_slots(text, wording, changes), changes
    varied = _swap_call(text, wording, changes)
    varied = _swap_benefits(varied, wording, changes)
    varied = _swap_example(varied, wording, keep, changes)
    if not changes:
        changes.append("没有认出可以换的称呼、好处或例子，原样保留；也可以用 {称呼}{好处}{例子} 标出来。")
    return varied, changes


def _fill_slots(text: str, wording: _Wording, changes: list[str]) -> str:
    def filled(match: re.Match[str]) -> str:
        role, sense = match.groups()
        known = {_CALL: {"": wording.call}, _BENEFIT: wording.benefits, _EXAMPLE: wording.examples}[role]
        if role == _BENEFIT:
            common = {name: text.split("|")[0] for name, text in _rows_of(_ANYONE, _BENEFIT).items()}
            known = {name: known.get(name, text) for name, text in common.items()}
        new = known.get(sense, "") if sense else next(iter(known.values()), "")
        if new:
            changes.append(f"{role}：填入“{new}”。")
            return new
        senses = "、".join(f"{{{role}:{name}}}" for name in known if name)
        advice = f"可以改用 {senses}，或自己写" if senses else "请自己写"
        changes.append(f"{match.group()} 没有可填的说法，原样保留。{advice}。")
        return match.group()

    return _SLOT.sub(filled, text)


@functools.cache
def _call_pattern() -> re.Pattern[str]:
    listed = _rows_of(_ANYONE, _CALL)[""].split("|")
    listed += [_rows_of(name, _CALL)[""] for name, _ in _cues()]
    words = "|".join(map(re.escape, sorted(listed, key=len, reverse=True)))
    return re.compile(
        rf"(\s{{0,9}}(?:【[^】\n]{{1,8}}】)?\s{{0,9}})((?:亲爱的)?(?:{words}))(?=(?:{_GREETING})?(?:{_EDGE}|$))"
    )


def _swap_call(text: str, wording: _Wording, changes: list[str]) -> str:
    match = _call_pattern().match(text)
    if match is None or match.group(2) == wording.call:
        return text
    changes.append(f"称呼：“{match.group(2)}”换成“{wording.call}”。")
    return match.group(1) + wording.call + text[match.end() :]


@functools.cache
def _benefit_pattern() -> tuple[re.Pattern[str], dict[str, str]]:
    senses = {
        phrase: sense for sense, text in _rows_of(_ANYONE, _BENEFIT).items() for phrase in text.split("|")
    }
    for name, _ in _cues():
        senses |= {phrase: sense for sense, phrase in _rows_of(name, _BENEFIT).items()}
    phrases = "|".join(map(re.escape, sorted(senses, key=len, reverse=True)))
    return re.compile(rf"(?<=[，,；;。！!\n])({phrases})(?={_EDGE}|$)"), senses


def _swap_benefits(text: str, wording: _Wording, changes: list[str]) -> str:
    pattern, senses = _benefit_pattern()
    used: set[str] = set()

    def swapped(match: re.Match[str]) -> str:
        sense, old = senses[match.group()], match.group()
        new = wording.benefits.get(sense, "")
        if not new or new == old or sense in used or new in text:
            return old
        used.add(sense)
        changes.append(f"好处：“{old}”换成“{new}”。")
        return new

    return pattern.sub(swapped, text)


def _swap_example(text: str, wording: _Wording, keep: tuple[str, ...], changes: list[str]) -> str:
    match = _EXAMPLE_CLAUSE.search(text)
    if match is None:
        return text
    old, rest = match.group(), text[: match.start()] + text[match.end() :]
    new = wording.examples.get(_occasion(old), "")
    if old == new:
        return text
    if not new:
        changes.append(f"例子“{old}”没有对应的说法，没有动。")
        return text
    inside = {word for word in content_words(segment([old])[0]) if has_han(word)}
    if _FACT.search(old) or any(word in rest for word in inside) or any(word in old for word in keep if word):
        changes.append(f"例子“{old}”里有要留住的内容，没有动。")
        return text
    changes.append(f"例子：“{old}”换成“{new}”。")
    return text[: match.start()] + new + text[match.end() :]


def _occasion(example: str) -> str:
    """The sense of an example that tells an occasion; "" for any other."""
    known = _rows_of(_ANYONE, _EXAMPLE)
    if not example.endswith(tuple(known["末尾"].split("|"))):
        return ""
    return next(
        (sense for sense in ("一顿", "忙") if any(word in example for word in known[sense].split("|"))),
        "",
    )
